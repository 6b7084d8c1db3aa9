#!/usr/bin/env bash
# cmake --install gives what other projects need: the library is found and used from outside the tree through pkg-config and through CMake, shared and
# static, from C and (headers) from C++, after the installed tree was moved.
. "$(dirname "$0")/../support/tap.sh"

prefix=$scratch/moved
consumer=$root/tests/build/consumer.c
export PKG_CONFIG_PATH

install_and_move() {
    cmake --install "$build" --prefix "$scratch/first"
    mv "$scratch/first" "$prefix"
}

with_pkg_config() { # --static, or nothing
    PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name micrograd.pc)")
    local libs
    libs=$(pkg-config --libs $1 micrograd)
    [ "$1" != --static ] || libs=${libs/-lmicrograd/-l:libmicrograd.a}
    cc -std=c11 -Wall -Werror "$consumer" $(pkg-config --cflags micrograd) $libs -o "$scratch/consumer$1"
    LD_LIBRARY_PATH=$(pkg-config --variable=libdir micrograd) "$scratch/consumer$1"
}

with_cmake() { # target
    local folder=$scratch/cmake-${1##*:}
    mkdir "$folder"
    cat >"$folder/CMakeLists.txt" <<END
cmake_minimum_required(VERSION 3.20)
project(consumer C)
find_package(micrograd 0.1 REQUIRED)
add_executable(consumer "$consumer")
target_link_libraries(consumer PRIVATE $1)
END
    cmake -S "$folder" -B "$folder/build" -DCMAKE_PREFIX_PATH="$prefix"
    cmake --build "$folder/build"
    "$folder/build/consumer"
}

headers_in_cpp() {
    echo '#include <micrograd.h>' >"$scratch/all.cpp"
    c++ -std=c++17 -Wall -Wextra -Wpedantic -Werror -fsyntax-only -I"$prefix/include" "$scratch/all.cpp"
}

each_header_alone() {
    local header
    for header in "$prefix"/include/micrograd/*.h; do
        echo "$header"
        echo "#include <micrograd/$(basename "$header")>" >"$scratch/one.c"
        cc -std=c11 -Wall -Wextra -Wpedantic -Werror -fsyntax-only -I"$prefix/include" "$scratch/one.c"
    done
}

version_agrees() {
    local file version
    version=$(sed -n 's/^project(micrograd VERSION \([0-9.]*\).*/\1/p' "$root/CMakeLists.txt")
    file=$(find "$prefix" -name micrograd.pc)
    grep -x "Version: $version" "$file"
    grep "MICROGRAD_VERSION \"$version\"" "$root/src/base/context.c" # where no build system says it
    [ "$(LD_LIBRARY_PATH=$(dirname "$(dirname "$file")") "$scratch/consumer" | cut -d' ' -f1)" = "$version" ]
    [ ! -x "$prefix/bin/micrograd" ] || "$prefix/bin/micrograd" --version | grep -x "micrograd $version"
}

case_ "the tree is installed, and moved" install_and_move
case_ "pkg-config finds the shared library" with_pkg_config ""
case_ "pkg-config finds the static library" with_pkg_config --static
case_ "CMake finds the shared library" with_cmake micrograd::micrograd
case_ "CMake finds the static library" with_cmake micrograd::static
case_ "each public header stands alone" each_header_alone
if command -v c++ >/dev/null; then
    case_ "the headers are C++ too" headers_in_cpp
else
    skip_ "the headers are C++ too" "there is no C++ compiler"
fi
pages_and_completions() {
    local page
    for page in "$root"/docs/man/*.1; do cmp "$page" "$prefix/share/man/man1/$(basename "$page")"; done
    cmp "$root/docs/completion/micrograd.bash" "$prefix/share/bash-completion/completions/micrograd"
    cmp "$root/docs/completion/micrograd.zsh" "$prefix/share/zsh/site-functions/_micrograd"
    cmp "$root/docs/completion/micrograd.fish" "$prefix/share/fish/vendor_completions.d/micrograd.fish"
}

case_ "manual pages and completions are installed" pages_and_completions
case_ "library, command and package agree on the version" version_agrees
finish_
