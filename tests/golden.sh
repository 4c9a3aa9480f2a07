#!/bin/bash
# The text of each bundled scenario as it was when somebody last read it: a change of behaviour or of
# words shows as a difference, to be judged. The truth is elsewhere: in `expect` and the other tests.
#
#   UPDATE_GOLDEN=1 SLOWWIRE=… SOURCE_DIR=… tests/golden.sh    takes what is printed now
set -u
cd "$SOURCE_DIR" || exit 1
found=$(mktemp)
trap 'rm -f "$found"' EXIT
failures=0

compare()
{
    local golden=$1
    if [ -n "${UPDATE_GOLDEN:-}" ]; then
        mkdir -p "$(dirname "$golden")"
        cp "$found" "$golden"
    elif ! diff -u "$golden" "$found"; then
        failures=$((failures + 1))
    fi
}

for file in scenarios/*/*.yaml; do
    name=${file#scenarios/}
    "$SLOWWIRE" run --lang en "$file" >"$found" 2>/dev/null
    compare "tests/golden/${name%.yaml}.txt"
done
for name in faults many-hosts; do
    "$SLOWWIRE" run --lang en "tests/scenarios/$name.yaml" >"$found"
    compare "tests/golden/$name.txt"
done
"$SLOWWIRE" run --lang zh scenarios/arq/frame-lost.yaml >"$found"
compare tests/golden/arq/frame-lost.zh.txt
"$SLOWWIRE" run --lang en --at 40ms scenarios/arq/premature-timeout.yaml >"$found" 2>/dev/null
compare tests/golden/arq/premature-timeout.at-40ms.txt

for golden in tests/golden/*/*.txt; do
    name=${golden#tests/golden/}
    if [ ! -f "scenarios/${name%%.*}.yaml" ]; then
        echo "$golden: its scenario is gone"
        failures=$((failures + 1))
    fi
done
echo "golden: $failures differ"
[ "$failures" = 0 ]
