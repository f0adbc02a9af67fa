#!/bin/sh
# install_check.sh SOURCE COMPILER [c++]: builds licensing/client alone with a compiler and all warnings
# as errors, installs it into a new folder, and builds its sample from there with CMake and with
# pkg-config, against the archive and the shared library. With c++: a program in that language.
# 77, visibly, where the compiler is not there.
set -eu
source=$1
compiler=$2
what=${3:-c}
command -v "$compiler" >/dev/null || {
    echo "SKIPPED: there is no $compiler here"
    exit 77
}
work=$(mktemp -d "${TMPDIR:-/tmp}/gh-install-XXXXXX")
trap 'rm -rf "$work"' EXIT
warnings="-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wundef -Wvla -Wformat=2 -Werror"
cc=$compiler
[ "$what" = c ] || cc=cc
unset CFLAGS LDFLAGS CC

# The archive is linked by every compiler, the shared library by the usual one.
kinds=OFF
[ "$compiler" != gcc ] || kinds="OFF ON"
for shared in $kinds; do
    prefix=$work/$shared
    cmake -S "$source/licensing/client" -B "$work/build" -DBUILD_SHARED_LIBS=$shared \
        -DCMAKE_C_COMPILER="$cc" -DCMAKE_C_FLAGS="$warnings" -DCMAKE_BUILD_TYPE=Release >"$work/log"
    cmake --build "$work/build" -j2 >"$work/log" 2>&1 || {
        cat "$work/log"
        exit 1
    }
    cmake --install "$work/build" --component client --prefix "$prefix" >"$work/log"
    PKG_CONFIG_PATH=$(find "$prefix" -name pkgconfig)
    LD_LIBRARY_PATH=${PKG_CONFIG_PATH%/pkgconfig}
    export PKG_CONFIG_PATH LD_LIBRARY_PATH
    flags=$(pkg-config --cflags --libs gatehouse-client)
    if [ "$what" = c++ ]; then
        # Linked as C: it needs nothing of the C++ library, which a machine may lack.
        # shellcheck disable=SC2086 # lists
        "$compiler" -x c++ -std=c++11 $warnings $(pkg-config --cflags gatehouse-client) \
            -c "$source/tests/licensing/client/consumer.cpp" -o "$work/consumer.o"
        # shellcheck disable=SC2086
        cc "$work/consumer.o" -o "$work/consumer" $flags
        "$work/consumer"
        continue
    fi
    # shellcheck disable=SC2086
    "$cc" -std=c11 -D_POSIX_C_SOURCE=200809L $warnings \
        "$source/licensing/client/examples/licensed_app.c" -o "$work/by_pkg_config" $flags
    cmake -S "$source/licensing/client/examples" -B "$work/example-$shared" -DCMAKE_C_COMPILER="$cc" \
        -DCMAKE_PREFIX_PATH="$prefix" >"$work/log"
    cmake --build "$work/example-$shared" >"$work/log" 2>&1 || {
        cat "$work/log"
        exit 1
    }
    for program in "$work/by_pkg_config" "$work/example-$shared/licensed_app"; do
        status=0
        "$program" >/dev/null 2>&1 || status=$?
        [ $status = 2 ] || {
            echo "$program ended with $status where its usage was due"
            exit 1
        }
    done
    # Nothing but what the header declares leaves the shared library.
    if [ $shared = ON ] && nm -D --defined-only "$LD_LIBRARY_PATH/libgatehouse_client.so" | grep -v ' gatehouse_'; then
        echo "these names should not be public"
        exit 1
    fi
done
echo "built and used with $compiler"
