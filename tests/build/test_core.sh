#!/usr/bin/env bash
# The core builds and runs with nothing but a C11 compiler, without a warning, and needs the C library alone.
. "$(dirname "$0")/../support/tap.sh"

floors=(base graph ops grad plan backend/reference nn optim)
flags=(-std=c11 -O1 -Wall -Wextra -Wpedantic -Wconversion -Werror -ffp-contract=off -DMG__NO_THREADS -I"$root/include" -I"$root/src")

compile() { # compiler: into $scratch/core.<compiler>
    mkdir "$scratch/$1"
    { for floor in "${floors[@]}"; do find "$root/src/$floor" -name '*.c'; done; echo "$root/tests/build/core.c"; } |
        xargs -P "$(nproc)" -I {} sh -c 'object=$(echo "$1" | tr / _).o; file=$1; shift; exec "$@" -c "$file" -o "$object"' \
            sh {} env -C "$scratch/$1" "$1" "${flags[@]}"
    "$1" "$scratch/$1"/*.o -lm -o "$scratch/core.$1"
}

needs_libc_alone() {
    local others
    [ -x "$1" ]
    others=$(objdump -p "$1" | awk '/NEEDED/ { print $2 }' | grep -v -E '^lib(c|m)\.so' || true)
    [ -z "$others" ] || { echo "needs $others"; return 1; }
}

for compiler in gcc clang; do
    if ! command -v $compiler >/dev/null; then
        skip_ "the core with nothing but $compiler" "there is no $compiler"
        continue
    fi
    case_ "$compiler builds the core without a warning" compile $compiler
    case_ "the core built by $compiler differentiates and trains" "$scratch/core.$compiler"
    case_ "the core built by $compiler needs the C library alone" needs_libc_alone "$scratch/core.$compiler"
done
finish_
