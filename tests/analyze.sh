#!/bin/sh
# What programs that only read the sources have to say: cppcheck, clang-tidy, gcc's -fanalyzer.
#
#     tests/analyze.sh [deep]
#
# With `deep` clang's own analyzer follows each path, too, which takes some five minutes of two cores.
# What is not looked for, and why, stands in .clang-tidy and tests/cppcheck.txt. Needs build/debug.
set -eu

cd "$(dirname "$0")/.."
checks="-clang-analyzer-*"
[ "${1:-}" != deep ] || checks=

sources()
{
    git ls-files 'sim/*.c' 'ui/*.c' | grep -v -e '^ui/mpi/' -e words_gen
}

status=0
cppcheck --quiet --error-exitcode=1 --enable=warning,portability,performance -j "$(nproc)" \
    --project=build/debug/compile_commands.json --suppressions-list=tests/cppcheck.txt ||
    status=1
sources | xargs -P "$(nproc)" -n 10 clang-tidy -p build/debug --quiet --checks="$checks" \
    --extra-arg=-Wno-unknown-warning-option 2>build/tidy.log || {
    cat build/tidy.log
    status=1
}
[ -f build/analyzer/build.ninja ] || cmake --preset analyzer
cmake --build build/analyzer --target slowwire slowwire-draw slowwire-ui || status=1
exit $status
