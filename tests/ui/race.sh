#!/bin/sh
# The race in a real window under Xvfb: what its keys lead to is, to the pixel, the picture that is
# drawn without a screen at that instant.
set -u
[ -x "$SLOWWIRE_UI" ] || exit 77
for tool in Xvfb xdotool compare; do
    command -v $tool >/dev/null || { echo "race: skipped: needs $tool"; exit 77; }
done
work=$(mktemp -d) || exit 1
cd "$work" || exit 1
wrong=0
fail() { echo "race: $*"; wrong=$((wrong + 1)); }
arq="$SOURCE_DIR/scenarios/arq"
mkfifo shown
Xvfb -displayfd 3 -noreset -r -screen 0 1600x1000x24 -nolisten tcp 3>shown 2>xvfb.err &
server=$!
read -r number <shown || { echo "race: skipped: no X server: $(cat xvfb.err)"; exit 77; }
export DISPLAY=":$number"
unset WAYLAND_DISPLAY SDL_VIDEODRIVER
echo leak:libdbus-1 >lsan # SDL keeps its connection to the desktop
export LSAN_OPTIONS="suppressions=$work/lsan:print_suppressions=0"
player=
trap 'kill $server ${player:+$player} 2>/dev/null; rm -rf "$work"' EXIT

# Keys go to the focus, as a keyboard's do: one sent to a window by its number may reach the next one,
# which has the same.
# race NAME ARGUMENTS...: opens it, goes to the end, takes pictures until one is what it should be: the
# first keys may come before the window listens. Then it leaves.
race() {
    name=$1
    shift
    rm -f slowwire-*.png
    "$SLOWWIRE_UI" --compare --size 1440x900 --lang en --at 1h --screenshot still.png "$@" 2>err ||
        fail "$name: no picture: $(cat err)"
    "$SLOWWIRE_UI" --compare --size 1440x900 --lang en "$@" 2>err &
    player=$!
    window=
    for _ in $(seq 100); do
        window=$(xdotool search --name slowwire 2>/dev/null | head -1)
        [ -n "$window" ] && break
        sleep 0.1
    done
    [ -n "$window" ] || { fail "$name: no window: $(cat err)"; kill $player; return; }
    xdotool windowfocus "$window" 2>/dev/null
    differ=all
    for try in $(seq 20); do
        xdotool key End
        sleep 0.3
        xdotool key F12
        sleep 0.3
        newest=$(find . -name 'slowwire-*.png' | sort -V | tail -1)
        [ -n "$newest" ] && differ=$(compare -metric AE "$newest" still.png null: 2>&1)
        [ "${differ%% *}" = 0 ] && break
    done
    [ "${differ%% *}" = 0 ] || fail "$name: $try times the window and the picture differed, last in $differ pixels"
    xdotool key q
    wait $player || fail "$name: the window did not end well: $(cat err)"
    player=
}

race two "$arq/race-go-back-n.yaml" "$arq/race-selective-repeat.yaml"
race three "$arq/race-stop-and-wait.yaml" "$arq/race-go-back-n.yaml" "$arq/race-selective-repeat.yaml"
race tcp "$arq/../tcp/first-syn-lost.yaml" --set links.0.delay=200ms
echo "race: $wrong wrong"
[ $wrong = 0 ]
