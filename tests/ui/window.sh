#!/bin/sh
# slowwire-ui from outside: its exit statuses, what it says, equal pictures, a script that fails, and
# the window itself on a driver without a screen.
set -u
[ -x "$SLOWWIRE_UI" ] || exit 77
status=0
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
scenario="$SOURCE_DIR/scenarios/arq/frame-lost.yaml"
unset DISPLAY WAYLAND_DISPLAY SDL_VIDEODRIVER

bad() {
    echo "$1" >&2
    status=1
}

# wants STATUS TEXT ARGUMENTS...: it ends so, and TEXT is on standard error (nothing, if TEXT is "")
wants() {
    want=$1 text=$2
    shift 2
    timeout 60 "$SLOWWIRE_UI" "$@" >"$work/out" 2>"$work/err"
    got=$?
    [ "$got" = "$want" ] || bad "slowwire-ui $*: status $got, not $want"
    if [ -z "$text" ]; then
        [ ! -s "$work/err" ] || bad "slowwire-ui $*: says: $(cat "$work/err")"
    else
        grep -qF -e "$text" "$work/err" || bad "slowwire-ui $*: does not say: $text"
    fi
}

wants 3 'no window can be opened: no screen was found' --lang en "$scenario"
wants 3 '无法打开窗口' --lang zh "$scenario"
wants 2 'one scenario file is wanted, not 2' --lang en "$scenario" "$scenario"
wants 2 'option --size: "3x" is not a size such as 1280x800' --lang en --size 3x "$scenario"
wants 2 'option --projector: "3" is not 1, 1.5 or 2' --lang en --projector=3 "$scenario"
wants 2 'option --at: "soon" is not a time such as 1.2s or 250ms' --lang en --at soon "$scenario"
wants 2 'there is no option --sise' --lang en --sise 1x1 "$scenario"
wants 2 'option --theme wants a value' --lang en "$scenario" --theme
wants 2 'cannot be read' --lang en --screenshot "$work/x.png" "$work/none.yaml"
wants 3 '/nowhere/x.png: cannot be written' --lang en --screenshot /nowhere/x.png "$scenario"
wants 0 '' --help
grep -q -e '--screenshot' "$work/out" || bad "--help does not name --screenshot"
wants 0 '' --version

# A picture is settled: the same bytes each time, in the size asked for.
for n in 1 2; do
    wants 0 '' --at 0.1s --size 800x600 --scale 1.5 --screenshot "$work/$n.png" "$scenario"
done
cmp -s "$work/1.png" "$work/2.png" || bad "two screenshots of one instant differ"
# width and height stand in bytes 16 to 23 of a PNG, big-endian: 1200 and 900
[ "$(od -An -tx1 -j16 -N8 "$work/1.png" | tr -d ' ')" = 000004b000000384 ] ||
    bad "the screenshot is not 1200 x 900"

# The same instant drawn by a script's clock is the same for every way there.
printf 'key pgdn\nkey pgdn\nexpect step 3\nat 60 shot %s/a.png\n' "$work" >"$work/a.script"
printf 'key end\nkey home\nat 9 key pgdn\nkey pgdn\nkey pgdn\nkey pgup\nat 200 shot %s/b.png\n' \
    "$work" >"$work/b.script"
wants 0 '' --script "$work/a.script" "$scenario"
wants 0 '' --script "$work/b.script" --fixed-clock "$scenario"
cmp -s "$work/a.png" "$work/b.png" || bad "step 3 looks otherwise when it is reached from behind"

# A script that fails says where.
printf '# a comment\nat 3 key space\nexpect playing no\n' >"$work/no.script"
wants 1 "$work/no.script:3:1: error: expected playing no, seen yes" --lang en \
    --script "$work/no.script" "$scenario"
printf 'at 3 key space\nat 2 key space\n' >"$work/back.script"
wants 2 "back.script:2:1" --script "$work/back.script" "$scenario"
printf 'click 10\n' >"$work/half.script"
wants 2 "half.script:1:1" --script "$work/half.script" "$scenario"
printf 'click @nobody\n' >"$work/whom.script"
wants 2 'the script cannot be followed here: "@nobody"' --lang en --script "$work/whom.script" \
    "$scenario"

# The window opens and draws where nobody looks, and lives until it is closed.
SDL_VIDEODRIVER=dummy timeout 1 "$SLOWWIRE_UI" "$scenario" 2>"$work/err"
[ $? = 124 ] || bad "the window on the dummy driver did not stay open: $(cat "$work/err")"
exit $status
