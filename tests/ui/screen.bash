# A screen of a test's own, for bash scripts that drive the window: sourced with the tools it needs.
# Leaves the script in an empty folder ($work) with DISPLAY set, wrong() to count failures, and
# everything ended and removed with it; $pid: the window, if one is open.
# shellcheck shell=bash
[ -x "$SLOWWIRE_UI" ] || exit 77
for tool in Xvfb xdotool "$@"; do
    command -v "$tool" >/dev/null || {
        echo "skipped: $tool is not here"
        exit 77
    }
done
work=$(mktemp -d) || exit 1
failures=0
pid=
cd "$work" || exit 1
export XDG_STATE_HOME=$work/state LC_ALL=C.UTF-8
unset WAYLAND_DISPLAY SDL_VIDEODRIVER LANG LANGUAGE

wrong()
{
    echo "$(basename "$0" .sh): $*"
    failures=$((failures + 1))
}

# screen: the X server, or another in its place
screen()
{
    rm -f display
    # -r: no key repeats itself, however late its release is read
    Xvfb -displayfd 3 -noreset -r -screen 0 1500x960x24 -nolisten tcp 3>display 2>/dev/null &
    server=$!
    for _ in $(seq 200); do [ -s display ] && break; sleep 0.05; done
    [ -s display ] || {
        echo "skipped: no X server can be started here"
        exit 77
    }
    DISPLAY=:$(cat display)
    export DISPLAY
}
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null; kill $server 2>/dev/null; rm -rf "$work"' EXIT
screen
