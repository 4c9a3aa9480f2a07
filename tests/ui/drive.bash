# Driving the window: sourced after screen.bash. After each step the window tells what it shows
# (--tell); every wait is for such a state, none for time alone. $workflow: what is done, for messages;
# $keeps: not empty while the arrangement that was left is to be found again.
# shellcheck shell=bash disable=SC2154 # screen.bash

# open [OPTION...] [FILE]: the window, and the focus on it.
open()
{
    close
    [ -n "${keeps:-}" ] || rm -f state/slowwire/window
    rm -f told
    "$SLOWWIRE_UI" --tell told --size 1440x900 "$@" 2>err &
    pid=$!
    for _ in $(seq 1200); do [ -s told ] && break; sleep 0.05; done
    window=$(xdotool search --pid $pid 2>/dev/null | tail -1)
    [ -n "$window" ] || wrong "no window for $*: $(cat err)"
    xdotool windowfocus "$window" mousemove 5 950 2>/dev/null
}

close()
{
    [ -z "$pid" ] || {
        kill "$pid" 2>/dev/null
        wait "$pid" 2>/dev/null
    }
    pid=
}

value()
{
    sed -n "s/^$1 //p" told 2>/dev/null | head -1
}

# wants NAME VALUE: what the window tells becomes this within half a minute.
wants()
{
    for _ in $(seq 1200); do
        [ "$(value "$1")" = "$2" ] && return
        sleep 0.025
    done
    wrong "$workflow: $1 is '$(value "$1")', not '$2'"
}

key()
{
    xdotool key --delay 20 "$@"
}

# go PLACE: by the box that goes there
go()
{
    key slash
    wants box goto
    xdotool type --delay 15 -- "$1"
    key Return
    wants box none
}

# shot FILE: F12; the picture counts when it is whole and not of one colour.
shot()
{
    wants moving no
    rm -f slowwire-*.png
    key F12
    for _ in $(seq 800); do ls slowwire-*.png >/dev/null 2>&1 && break; sleep 0.025; done
    mv slowwire-*.png "$1" 2>/dev/null || wrong "$workflow: no picture"
    [ "$(identify -format '%k' "$1" 2>/dev/null || echo 0)" -gt 40 ] || wrong "$workflow: $1 is empty"
}

# alike A B: at most so many pixels differ as a focus ring has
alike()
{
    local n
    n=$(compare -metric AE "$1" "$2" null: 2>&1)
    n=${n%%[^0-9]*}
    [ "${n:-999999}" -le 3000 ] || wrong "$workflow: $1 and $2 differ in $n pixels"
}

click()
{
    xdotool mousemove --window "$window" "$1" "$2" click "${3:-1}"
}

# press WIDGET: a click into its middle, once the window has told where it is
press()
{
    local at
    for _ in $(seq 400); do
        at=$(sed -n "s/^@$1 //p" told 2>/dev/null | head -1)
        [ -n "$at" ] && break
        sleep 0.025
    done
    if [ -n "$at" ]; then
        # shellcheck disable=SC2086 # two numbers
        click $at
    else
        wrong "$workflow: no $1"
    fi
}

# menu X Y: a right click there, again if it came before the picture was drawn that it points into
menu()
{
    for _ in 1 2 3 4 5; do
        wants moving no
        click "$1" "$2" 3
        for _ in $(seq 80); do [ "$(value box)" = menu ] && return; sleep 0.025; done
    done
    wrong "$workflow: no menu at $1 $2"
}
