# The extension limen._core, on the stable ABI of CPython 3.11 (free-threaded and debug builds get one
# of their own version), and the `limen` command beside it in a wheel.

find_package(Python 3.11 REQUIRED COMPONENTS Interpreter Development.Module
    OPTIONAL_COMPONENTS Development.SABIModule)

set(sources ${LIMEN_PYTHON_SOURCES})
if(Python_Development.SABIModule_FOUND AND NOT Python_SOABI MATCHES "^cpython-[0-9]+[dt]")
    python_add_library(limen_python MODULE USE_SABI 3.11 WITH_SOABI ${sources})
else()
    python_add_library(limen_python MODULE WITH_SOABI ${sources})
endif()
set_target_properties(limen_python PROPERTIES OUTPUT_NAME _core)
target_link_libraries(limen_python PRIVATE limen_io limen)
target_compile_options(limen_python PRIVATE -Wall -Wextra -Wconversion -Wshadow
    $<$<BOOL:${LIMEN_WERROR}>:-Werror>)
if(NOT APPLE)
    target_link_options(limen_python PRIVATE -Wl,--exclude-libs,ALL) # zlib's names stay inside
endif()

# Without a wheel: the extension stands in the source package, so PYTHONPATH=python imports it.
if(NOT SKBUILD AND NOT LIMEN_SANITIZE)
    add_custom_command(TARGET limen_python POST_BUILD COMMAND ${CMAKE_COMMAND} -E copy_if_different
        $<TARGET_FILE:limen_python> ${PROJECT_SOURCE_DIR}/python/limen/)
endif()

install(TARGETS limen_python LIBRARY DESTINATION limen COMPONENT python)
if(SKBUILD)
    install(TARGETS limen_cli RUNTIME DESTINATION ${SKBUILD_SCRIPTS_DIR} COMPONENT python)
endif()
