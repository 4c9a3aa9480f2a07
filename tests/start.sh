#!/bin/bash
# How long a run of the smallest scenario takes from start to exit: the best of 40, since the rest
# of the machine may be busy (aim: under 5 ms). Says something about optimised builds alone.
set -eu
[ "$BUILD_TYPE" = Release ] || exit 77

smallest=$(find "$SOURCE_DIR/scenarios" -name '*.yaml' -size +0 -printf '%s %p\n' | sort -n | head -1)
file=${smallest#* }
best=1000000
for _ in {1..40}; do
    start=${EPOCHREALTIME/[.,]/}
    "$SLOWWIRE" run --lang en "$file" >/dev/null
    took=$((${EPOCHREALTIME/[.,]/} - start))
    best=$((took < best ? took : best))
done
echo "start: $file in $best us"

# What it holds at most; a memory that a machine's load does not change.
held=$("$BUILD_DIR/bench_start" 5 "$SLOWWIRE" run --lang en "$file" | sed 's/.*rss_kb=//')
echo "start: $held kB"
[ "$held" -le 8192 ]
