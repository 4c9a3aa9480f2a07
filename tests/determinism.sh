#!/bin/sh
# Every bundled scenario gives the same trace, byte for byte, from each of the given programs.
#
#   determinism.sh PROGRAM…      builds of different compilers and options
#   determinism.sh               the program in $SLOWWIRE against itself: two runs, equal bytes
set -u

root=$(cd "$(dirname "$0")/.." && pwd)
[ $# -gt 0 ] || set -- "${SLOWWIRE:?}" "${SLOWWIRE:?}"

trace_of()
{
    "$1" run --format jsonl "$2" 2>/dev/null | sha256sum | cut -d ' ' -f 1
}

empty=$(sha256sum </dev/null | cut -d ' ' -f 1)
scenarios=0
differing=0
for file in "$root"/scenarios/*/*.yaml; do
    [ -f "$file" ] || continue
    scenarios=$((scenarios + 1))
    expected=$(trace_of "$1" "$file")
    if [ "$expected" = "$empty" ]; then
        echo "$file: $1 wrote no trace"
        differing=$((differing + 1))
        continue
    fi
    first=$1
    for program in "$@"; do
        found=$(trace_of "$program" "$file")
        if [ "$found" != "$expected" ]; then
            echo "$file: the trace of $program differs from that of $first"
            differing=$((differing + 1))
        fi
    done
done

echo "$scenarios scenarios from $# programs, $differing differing traces"
[ "$scenarios" -gt 0 ] && [ "$differing" -eq 0 ]
