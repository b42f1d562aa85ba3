# What liblimen_io needs beside libc: zlib and jansson, as ZLIB::ZLIB and PkgConfig::JANSSON. A wheel
# carries them inside, so for it the static libraries are looked for first.

option(LIMEN_STATIC_DEPENDENCIES "Link zlib and jansson statically where they can be had so" OFF)

find_package(Threads REQUIRED)

set(jansson_names jansson)
if(LIMEN_STATIC_DEPENDENCIES)
    set(jansson_names libjansson.a jansson)
    set(ZLIB_USE_STATIC_LIBS ON)
    find_package(ZLIB QUIET)
    set(ZLIB_USE_STATIC_LIBS OFF)
endif()
if(NOT ZLIB_FOUND)
    find_package(ZLIB QUIET)
endif()
find_path(JANSSON_INCLUDE_DIR jansson.h)
find_library(JANSSON_LIBRARY NAMES ${jansson_names})
mark_as_advanced(JANSSON_INCLUDE_DIR JANSSON_LIBRARY)

if(NOT ZLIB_FOUND OR NOT JANSSON_INCLUDE_DIR OR NOT JANSSON_LIBRARY)
    message(FATAL_ERROR "limen needs the headers and libraries of zlib and jansson. "
        "On Debian and Ubuntu:\n"
        "    apt-get install zlib1g-dev libjansson-dev\n"
        "on Fedora: dnf install zlib-devel jansson-devel, on macOS: brew install jansson")
endif()

add_library(PkgConfig::JANSSON UNKNOWN IMPORTED)
set_target_properties(PkgConfig::JANSSON PROPERTIES
    IMPORTED_LOCATION ${JANSSON_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${JANSSON_INCLUDE_DIR})
