#!/bin/sh
# Every tests/ui/*.script is played to slowwire-ui with a fixed clock, without a display. Its first
# line names the scenario: `# arq/frame-lost.yaml`; `# none`: none is given.
set -u
[ -x "$SLOWWIRE_UI" ] || exit 77
status=0
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
for script in "$SOURCE_DIR"/tests/ui/*.script; do
    scenario=$(sed -n '1s/^# *//p' "$script")
    file=$SOURCE_DIR/scenarios/$scenario
    [ "$scenario" != none ] || file=
    # shellcheck disable=SC2086 # no file is no argument
    if ! "$SLOWWIRE_UI" --script "$script" --fixed-clock --size 1280x800 --lang en $file; then
        echo "$script failed" >&2
        status=1
    fi
done
# What export.script wrote.
wrong() { echo "export: $*" >&2; status=1; }
grep -q '>2921<' fast-retransmit-1.svg || wrong "the first picture has no numbers"
head -c 5 fast-retransmit-2.pdf | grep -q '%PDF-' || wrong "no PDF of the whole ladder"
grep -q '>____<' fast-retransmit-2.svg || wrong "the worksheet of the window has no blanks"
grep -q '>2921<' fast-retransmit-2.svg && wrong "the worksheet of the window tells a number"
exit $status
