# What liblimen_io needs beside libc: zlib and jansson, as ZLIB::ZLIB and PkgConfig::JANSSON. A wheel
# carries them inside, so for it the static libraries are looked for first. Some systems build
# theirs for programs alone: then the extension gets the shared jansson, which auditwheel packs.

option(LIMEN_STATIC_DEPENDENCIES "Link zlib and jansson statically where they can be had so" OFF)

find_package(Threads REQUIRED)

if(LIMEN_STATIC_DEPENDENCIES)
    set(ZLIB_USE_STATIC_LIBS ON)
    find_package(ZLIB QUIET)
    set(ZLIB_USE_STATIC_LIBS OFF)
    find_library(JANSSON_STATIC_LIBRARY NAMES libjansson.a)
    mark_as_advanced(JANSSON_STATIC_LIBRARY)
endif()
if(NOT ZLIB_FOUND)
    find_package(ZLIB QUIET)
endif()
find_path(JANSSON_INCLUDE_DIR jansson.h)
find_library(JANSSON_LIBRARY NAMES jansson)
mark_as_advanced(JANSSON_INCLUDE_DIR JANSSON_LIBRARY)

if(NOT ZLIB_FOUND OR NOT JANSSON_INCLUDE_DIR OR NOT JANSSON_LIBRARY)
    message(FATAL_ERROR "limen needs the headers and libraries of zlib and jansson. "
        "On Debian and Ubuntu:\n"
        "    apt-get install zlib1g-dev libjansson-dev\n"
        "on Fedora: dnf install zlib-devel jansson-devel, on macOS: brew install jansson")
endif()

set(jansson ${JANSSON_LIBRARY})
if(JANSSON_STATIC_LIBRARY)
    include(CheckCSourceCompiles)
    set(CMAKE_REQUIRED_FLAGS -fPIC)
    set(CMAKE_REQUIRED_LINK_OPTIONS -shared)
    set(CMAKE_REQUIRED_INCLUDES ${JANSSON_INCLUDE_DIR})
    set(CMAKE_REQUIRED_LIBRARIES ${JANSSON_STATIC_LIBRARY})
    check_c_source_compiles("
        #include <jansson.h>
        void *parse(const char *text) { return json_loads(text, 0, NULL); }"
        LIMEN_JANSSON_IN_A_LIBRARY)
    foreach(name FLAGS LINK_OPTIONS INCLUDES LIBRARIES)
        unset(CMAKE_REQUIRED_${name})
    endforeach()
    set(jansson ${JANSSON_STATIC_LIBRARY})
    if(NOT LIMEN_JANSSON_IN_A_LIBRARY)
        set(in_a_program $<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>)
        set(jansson $<IF:${in_a_program},${JANSSON_STATIC_LIBRARY},${JANSSON_LIBRARY}>)
    endif()
endif()

add_library(PkgConfig::JANSSON INTERFACE IMPORTED)
set_target_properties(PkgConfig::JANSSON PROPERTIES
    INTERFACE_LINK_LIBRARIES "${jansson}" INTERFACE_INCLUDE_DIRECTORIES ${JANSSON_INCLUDE_DIR})
