# make install: headers, static and shared libraries, the limen program, pkg-config files, and a
# CMake package with the targets limen::limen and limen::io.

if(TARGET limen_cli)
    install(TARGETS limen_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
install(FILES include/limen.h include/limen_io.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})

# Relative to the .pc file, so that the tree can be moved.
file(RELATIVE_PATH pc_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
set(pc_prefix "\${pcfiledir}/${pc_prefix}")

foreach(target limen limen_io)
    string(REPLACE limen_ "" name ${target})
    set_target_properties(${target} PROPERTIES EXPORT_NAME ${name}_static)
    set_target_properties(${target}_shared PROPERTIES EXPORT_NAME ${name}_shared)
    install(TARGETS ${target} ${target}_shared EXPORT limen
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
    configure_file(cmake/${target}.pc.in ${target}.pc @ONLY)
    install(FILES ${CMAKE_CURRENT_BINARY_DIR}/${target}.pc
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endforeach()

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/limen)
install(EXPORT limen FILE limen-targets.cmake NAMESPACE limen:: DESTINATION ${package_dir})
configure_package_config_file(cmake/limen-config.cmake.in limen-config.cmake
    INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(limen-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES
    ${CMAKE_CURRENT_BINARY_DIR}/limen-config.cmake
    ${CMAKE_CURRENT_BINARY_DIR}/limen-config-version.cmake
    DESTINATION ${package_dir})
