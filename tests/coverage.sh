#!/bin/sh
# How much of sim/ the quick tests run, line by line; status 1 below 90 %.
#
#     tests/coverage.sh
#
# A build of its own in build/coverage, without the window. Not run: the tests that have memory
# refused, in which the counting itself runs out of memory.
set -eu

cd "$(dirname "$0")/.."
cmake -S . -B build/coverage -G Ninja -DCMAKE_BUILD_TYPE=Debug -DSLOWWIRE_UI=OFF \
    -DCMAKE_C_FLAGS="-O1 --coverage -fprofile-update=atomic" >/dev/null
cmake --build build/coverage
ctest --test-dir build/coverage --parallel "$(nproc)" -LE 'long|once' -E '^failure$' --output-on-failure
gcovr --root . --filter sim/ --exclude sim/base/words_gen --fail-under-line 90 build/coverage
