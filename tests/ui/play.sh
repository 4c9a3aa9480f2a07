#!/bin/sh
# Every tests/ui/*.script is played to slowwire-ui with a fixed clock, without a display. Its first
# line names the scenario: `# arq/frame-lost.yaml`.
set -u
[ -x "$SLOWWIRE_UI" ] || exit 77
status=0
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
for script in "$SOURCE_DIR"/tests/ui/*.script; do
    scenario=$(sed -n '1s/^# *//p' "$script")
    if ! "$SLOWWIRE_UI" --script "$script" --fixed-clock --size 1280x800 --lang en \
        "$SOURCE_DIR/scenarios/$scenario"; then
        echo "$script failed" >&2
        status=1
    fi
done
exit $status
