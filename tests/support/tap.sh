# Tests in shell: source this, then `case_ "what must hold" command args...` for each, `skip_ "what" "why"`, and `finish_`. Prints TAP.
# The command's output is shown where it fails; it runs in a subshell with -eu, so any failing line of a function is a failure.
# Gives: root (the project), scratch (an empty folder, removed at the end), build (what is tested).
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=${MICROGRAD_BUILD:-$root/build}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
number_=0
failed_=0

case_() {
    local name=$1 status=0
    shift
    number_=$((number_ + 1))
    (set -eu; "$@") >"$scratch/.output" 2>&1 </dev/null &
    wait $! || status=$?
    if [ $status = 0 ]; then
        echo "ok $number_ - $name"
    else
        failed_=$((failed_ + 1))
        echo "not ok $number_ - $name"
        sed 's/^/# /' "$scratch/.output"
    fi
}

skip_() {
    number_=$((number_ + 1))
    echo "ok $number_ - $1 # skip $2"
}

finish_() {
    echo "1..$number_"
    [ $failed_ = 0 ]
    exit
}
