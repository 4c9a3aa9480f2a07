#!/bin/bash
# A window in which nothing moves uses less than a hundredth of a core: its own processor time over
# ten seconds on an X server of its own.
set -u

[ -x "$SLOWWIRE_UI" ] || exit 77
command -v Xvfb >/dev/null || exit 77
[ -r /proc/self/stat ] || exit 77
work=$(mktemp -d) || exit 1
export XDG_STATE_HOME=$work/state
Xvfb -displayfd 3 -screen 0 1500x960x24 -nolisten tcp 3>"$work/display" 2>/dev/null &
server=$!
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null; kill $server 2>/dev/null; rm -rf "$work"' EXIT
for _ in $(seq 200); do [ -s "$work/display" ] && break; sleep 0.05; done
[ -s "$work/display" ] || exit 77
DISPLAY=:$(cat "$work/display") "$SLOWWIRE_UI" --tell "$work/told" \
    "$SOURCE_DIR/scenarios/tcp/handshake.yaml" 2>/dev/null &
pid=$!
for _ in $(seq 400); do [ -s "$work/told" ] && break; sleep 0.05; done
ticks()
{
    awk '{print $14 + $15}' /proc/$pid/stat
}
sleep 2 # the first picture has been drawn
before=$(ticks)
sleep 10
used=$(($(ticks) - before))
per_second=$(getconf CLK_TCK)
echo "idle: $used of $((10 * per_second)) ticks"
[ "$used" -le $((10 * per_second / 100)) ]
