#!/bin/bash
# Instructions of four fixed runs, counted by callgrind, against what budget.txt allows them: such
# counts do not depend on the machine's mood. More than 5 % above fails; less than 10 % below asks
# for a new budget. Part of the long tests: without SLOWWIRE_LONG it is skipped.
set -eu

bench=$BUILD_DIR/slowwire-bench
[ -n "${SLOWWIRE_LONG:-}" ] || exit 77
command -v valgrind >/dev/null || exit 77
# The budget is that of gcc 12, optimised.
[ "$BUILD_TYPE" = Release ] && [ -x "$bench" ] || exit 77
grep -aq 'GCC: (.*) 12\.' "$bench" || exit 77
! grep -aq 'clang version' "$bench" || exit 77

place=$(mktemp -d)
trap 'rm -r "$place"' EXIT
failures=0
while read -r allowed run; do
    case $allowed in '#'* | '') continue ;; esac
    # shellcheck disable=SC2086 # a list of words
    valgrind --tool=callgrind --callgrind-out-file="$place/out" "$bench" $run \
        >"$place/printed" 2>"$place/log" </dev/null || { cat "$place/log"; exit 1; }
    found=$(sed -n 's/^summary: //p' "$place/out")
    echo "$run: $found instructions, $((found * 100 / allowed)) % of the budget"
    if [ $((found * 100)) -gt $((allowed * 105)) ]; then
        echo "  over the budget of $allowed"
        failures=$((failures + 1))
    elif [ $((found * 100)) -lt $((allowed * 90)) ]; then
        echo "  far below the budget of $allowed: lower it to $found"
        failures=$((failures + 1))
    fi
done <"$SOURCE_DIR/tests/bench/budget.txt"
[ "$failures" -eq 0 ]
