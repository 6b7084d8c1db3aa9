#!/usr/bin/env bash
# With every option off the library still builds, says what is missing, and works on the reference backend alone.
. "$(dirname "$0")/../support/tap.sh"

bare=$scratch/bare

configure() {
    cmake -S "$root" -B "$bare" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_FLAGS_RELEASE=-O1 -DMICROGRAD_WERROR=ON -DBUILD_TESTING=OFF \
        -DMICROGRAD_ZLIB=OFF -DMICROGRAD_PNG=OFF -DMICROGRAD_JPEG=OFF -DMICROGRAD_CPU=OFF -DMICROGRAD_THREADS=OFF -DMICROGRAD_MPI=OFF | tee "$scratch/status"
}

says() { # text: one status line holds it
    [ "$(grep -c "$1" "$scratch/status")" = 1 ] || { cat "$scratch/status"; return 1; }
}

expression() { cd "$scratch"; "$bare/examples/expression" | tee /dev/stderr | grep 24.7041; }

trains() {
    cd "$scratch"
    "$bare/micrograd" train "$root/data/iris.csv" --epochs 2 --seed 1 --quiet --out iris.safetensors
    [ "$("$bare/micrograd" predict iris.safetensors "$root/data/iris.csv" | wc -l)" = 151 ]
}

refuses_gz() {
    local status=0
    cd "$scratch"
    gzip -c "$root/data/iris.csv" >iris.csv.gz
    "$bare/micrograd" train iris.csv.gz 2>message || status=$?
    cat message
    [ $status = 1 ]
    grep -i zlib message
}

refuses_pictures() {
    local status=0
    mkdir -p "$scratch/pictures/a"
    cp "$root/tests/pictures/grey.jpg" "$scratch/pictures/a"
    "$bare/micrograd" train "$scratch/pictures" 2>"$scratch/message" || status=$?
    cat "$scratch/message"
    [ $status = 1 ]
    grep -e -DMICROGRAD_JPEG=ON "$scratch/message"
}

case_ "it configures" configure
case_ "one line says that .gz files cannot be read" says "\.gz"
case_ "one line says that PNG cannot be read" says "PNG"
case_ "one line says that JPEG cannot be read" says "JPEG"
case_ "one line says that there is one core only" says "no threads"
case_ "one line says that the fast backend is missing" says "reference backend"
case_ "one line says that searches run on one machine" says "without MPI"
case_ "it builds without a warning" cmake --build "$bare" --parallel "$(nproc)"
case_ "the expression example works" expression
case_ "a network is trained and predicts" trains
case_ "a .gz file is refused with the reason" refuses_gz
case_ "a picture is refused with the option that reads it" refuses_pictures
finish_
