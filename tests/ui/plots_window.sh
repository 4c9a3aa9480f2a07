#!/bin/bash
# Plots, strips, pictures and films in a real window under Xvfb, with real keys and a real pointer: a
# point of a curve selects its packet, a click beside it moves the playhead, Ctrl E writes a picture,
# Ctrl R films until the run ends. Every wait is for what the window tells (--tell) or for a file.
set -u
# shellcheck source=tests/ui/screen.bash
. "$SOURCE_DIR/tests/ui/screen.bash"

# A program in ffmpeg's place that keeps what it is told and how much it gets.
mkdir bin
cat >bin/ffmpeg <<'END'
#!/bin/sh
for last; do :; done
echo "$@" >arguments
wc -c >bytes
case $* in
*'-f gif'*) printf ';' ;;
*) printf '\000\000\000\010moov' ;;
esac >"${last#file:}"
END
chmod +x bin/ffmpeg
PATH=$work/bin:$PATH "$SLOWWIRE_UI" --tell told --size 1440x900 --lang en \
    "$SOURCE_DIR/scenarios/tcp/congestion-control.yaml" 2>err &
pid=$!
for _ in $(seq 200); do [ -s told ] && break; sleep 0.05; done
window=$(xdotool search --pid $pid 2>/dev/null | tail -1)
[ -n "$window" ] || { wrong "no window: $(cat err)"; exit 1; }
xdotool windowfocus "$window" mousemove 5 950 2>/dev/null

value()
{
    sed -n "s/^$1 //p" told | head -1
}

wants()
{
    for _ in $(seq 400); do
        [ "$(value "$1")" = "$2" ] && return
        sleep 0.025
    done
    wrong "$1 is '$(value "$1")', not '$2'"
}

file()
{
    for _ in $(seq 800); do
        [ -s "$1" ] && return
        sleep 0.025
    done
    wrong "$1 is not written"
}

wants main plots
wants selected none
xdotool key End
wants now 5.000

# Down a column in slow start until a point of the curve is met.
for y in $(seq 140 6 400); do
    xdotool mousemove 540 "$y" click 1
    sleep 0.05
    [ "$(value selected)" = none ] || break
done
[ "$(value selected)" != none ] || wrong "no point of the curve selects a packet"

# Above the curve, in the middle of the run: the playhead goes there.
xdotool key Escape
wants selected none
before=$(value now)
xdotool mousemove 700 160 click 1
for _ in $(seq 200); do
    [ "$(value now)" = "$before" ] || break
    sleep 0.025
done
[ "$(value now)" != "$before" ] || wrong "a click beside the curves moves nothing"
wants playing no

xdotool key v
wants panel state
xdotool key v
wants panel window

xdotool key ctrl+e
wants box export
xdotool key Return
file congestion-control-1.svg
grep -q '>Congestion window<' congestion-control-1.svg || wrong "the picture is not that of the plots"
xdotool key Escape
wants box none

# The last half second of the run.
xdotool key slash
wants box goto
xdotool type --delay 15 '4.9 s'
xdotool key Return
wants box none
xdotool key ctrl+r
file slowwire-1.mp4
grep -q -- '-s 1440x900 -r 30' arguments || wrong "ffmpeg was told $(cat arguments)"
[ $(($(cat bytes) % (1440 * 900 * 4))) = 0 ] || wrong "a film of $(cat bytes) bytes"
wants playing no
wants now 5.000

# And as a GIF.
wants box export
xdotool key Escape
wants box none
xdotool key slash
wants box goto
xdotool type --delay 15 '4.9 s'
xdotool key Return
wants box none
xdotool key ctrl+shift+r
file slowwire-2.gif
grep -q -- '-f gif' arguments || wrong "for a GIF ffmpeg was told $(cat arguments)"
wants playing no

kill $pid
wait $pid 2>/dev/null
pid=
echo "plots_window: $failures wrong"
[ $failures = 0 ]
