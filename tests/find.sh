#!/bin/bash
# The faults to be found: with its answer every exercise of scenarios/find is right, with a guess that
# changes nothing it is wrong, and until then nothing that it or the program says gives it away.
set -u
export LC_ALL=C.UTF-8
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place" || exit 1
failures=0 count=0

wrong()
{
    echo "find: $*"
    failures=$((failures + 1))
}

# check STATUS WORDS: what `check` says of mine.yaml
check()
{
    local got
    "$SLOWWIRE" check --lang en mine.yaml >said 2>err
    got=$?
    [ $got = "$1" ] || wrong "$name: check ends with $got, not $1: $(cat said err)"
    grep -qF "$2" said || wrong "$name: check says $(cat said)"
}

# What is sealed, value by value: none of it stands in what the program prints.
gives_nothing_away()
{
    local value
    "$SLOWWIRE" run --lang en mine.yaml >printed 2>&1
    "$SLOWWIRE" check --lang en mine.yaml >>printed 2>&1
    "$SLOWWIRE" hide --show mine.yaml >sealed || wrong "$name: --show"
    [ -s sealed ] || wrong "$name hides nothing"
    while IFS= read -r value; do
        ! grep -qF -- "$value" mine.yaml printed || wrong "$name gives away $value"
    done <sealed
    "$SLOWWIRE" run --lang en --format jsonl mine.yaml >lines 2>&1
    ! grep -q 'by a fault' printed || wrong "$name: a loss is told as a fault's: $(grep -m1 'by a fault' printed)"
    ! grep -q '"why":"fault"' lines || wrong "$name: a loss is told as a fault's in JSON"
    grep -q 'warning' printed && wrong "$name: a warning tells of what is sealed: $(grep warning printed)"
}

for exercise in "$SOURCE_DIR"/scenarios/find/*.yaml; do
    name=$(basename "$exercise" .yaml)
    answer=$SOURCE_DIR/scenarios/find/answers/$name.txt
    count=$((count + 1))
    [ -f "$answer" ] || { wrong "$name has no answer" && continue; }
    [ "$(grep -c '^# ' "$answer")" = 2 ] || wrong "$answer: one line of English, one of Chinese"
    grep -qP '^# .*\p{Han}' "$answer" || wrong "$answer has no Chinese"
    cp "$exercise" mine.yaml
    gives_nothing_away
    check 0 'fine'
    { cat "$exercise" && echo 'diagnosis: {seed: 1}'; } >mine.yaml
    check 1 'does not explain it'
    cat "$exercise" "$answer" >mine.yaml
    check 0 'the diagnosis is right'
done
for answer in "$SOURCE_DIR"/scenarios/find/answers/*.txt; do
    [ -f "$SOURCE_DIR/scenarios/find/$(basename "$answer" .txt).yaml" ] || wrong "$answer answers nothing"
done
[ $count -ge 8 ] || wrong "only $count exercises"
echo "find: $count exercises, $failures wrong"
[ $failures = 0 ]
