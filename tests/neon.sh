#!/bin/sh
# Compares the NEON kernels with the scalar ones: natively on a 64-bit ARM, else cross-compiled and
# run by qemu's user emulation. Needs neither cmake nor a test library.
set -eu

cd "$(dirname "$0")/.."
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT

compiler=aarch64-linux-gnu-gcc
emulator=qemu-aarch64
case $(uname -m) in
aarch64 | arm64)
    compiler=${CC:-cc}
    emulator=
    ;;
*)
    for tool in "$compiler" "$emulator"; do
        if ! command -v "$tool" >"$build/path"; then
            echo "neon: skipped: $tool is missing (Debian: gcc-aarch64-linux-gnu, qemu-user)"
            exit 0
        fi
    done
    ;;
esac

sources="src/kernels/*.c src/core/array.c src/core/cpu.c src/core/numeric.c src/core/status.c"
# shellcheck disable=SC2086 # the list is meant to be split
"$compiler" -std=c11 -O2 ${emulator:+-static} -ffp-contract=off -D_POSIX_C_SOURCE=200809L \
    -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -Iinclude -Isrc \
    $sources tests/unit/test_kernels.c -o "$build/test_kernels" -lm
result=$($emulator "$build/test_kernels")
echo "neon: ${emulator:-native}: $result"
case $result in
*" neon:"*) ;;
*)
    echo "neon: the kernels were not among those compared" >&2
    exit 1
    ;;
esac
