#!/bin/bash
# The window never falls over: every size, one host and two hundred, a run that ends at once, one that
# outgrows its budget, no display, nowhere to write.
set -u
[ -x "$SLOWWIRE_UI" ] || exit 77
work=$(mktemp -d) || exit 1
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work" || exit 1
unset DISPLAY WAYLAND_DISPLAY SDL_VIDEODRIVER
export LC_ALL=C.UTF-8 XDG_STATE_HOME=/proc/nowhere
failures=0

wrong()
{
    echo "sturdy: $*"
    failures=$((failures + 1))
}

# plays SCENARIO SCRIPT: the window plays it and ends well.
plays()
{
    printf '%s\n' "$2" >script
    timeout 120 "$SLOWWIRE_UI" --lang en --script script "$1" 2>err || wrong "$1: status $?: $(head -c 300 err)"
}

all='key right
key right
key down
key enter
key pgdn
key n
key e
key e
key v
key v
key v
key g
key t
key p
key p
key p
key z
key q
key shift+q
key a
key esc
key end
key home
key space
at 60 size 640 480
key ?
key esc
key ctrl+o
key esc
at 90 size 320 240
at 95 size 3840 2160
key shift+q
key esc
at 100 size 1280 800
key ctrl+t
key esc
key end'

for file in tcp/handshake dhcp/two-servers rtp/voice udp/queue-overflow arq/gbn-frame-lost; do
    plays "$SOURCE_DIR/scenarios/$file.yaml" "$all"
done

printf 'hosts: {alone: 10.0.0.1}\n' >one.yaml
plays one.yaml "$all"
printf 'hosts: {a: 10.0.0.1, b: 10.0.0.2}\nlinks: [{between: [a, b]}]\nstop: 1 ns\n' >atonce.yaml
plays atonce.yaml "$all"
printf 'hosts: {a: 10.0.0.1, b: 10.0.0.2}\nlinks: [{between: [a, b]}]\nscript: [{at: 0 s, a: listen 80}]\n' >silent.yaml
plays silent.yaml "$all"

{
    echo 'hosts:'
    for i in $(seq 200); do echo "  h$i: {address: 10.0.0.$i/16}"; done
    echo 'switches: {sw: {}}'
    echo 'links:'
    for i in $(seq 200); do echo "  - {between: [h$i, sw], rate: 100 Mbit/s, delay: 10 us}"; done
    echo 'traffic:'
    for i in $(seq 2 40); do echo "  - udp: {from: h1, to: h$i:9, rate: 20 kbit/s, for: 1 s}"; done
} >many.yaml
plays many.yaml "$all"

# A run that would take a trace of more than the window keeps ends with a word, not with the machine.
printf 'hosts: {a: 10.0.0.1, b: 10.0.0.2}\nlinks: [{between: [a, b], rate: 1 Gbit/s, delay: 1 ms}]\nstop: 3000 s\ntraffic: [{udp: {from: a, to: "b:9", rate: 900 Mbit/s, size: 100 B}}]\n' >huge.yaml
printf 'key right\nkey end\n' >script
timeout 120 "$SLOWWIRE_UI" --lang en --script script huge.yaml 2>err
case $? in 0 | 2) ;; *) wrong "a trace without end: status $?: $(head -c 300 err)" ;; esac

# No display is told, with what to do instead.
timeout 20 "$SLOWWIRE_UI" --lang en many.yaml 2>err
[ $? = 3 ] || wrong "no display is taken"
grep -q 'slowwire run FILE' err || wrong "no display: $(cat err)"

# Nowhere to write: told in the window, and what is open stays.
if [ "$(id -u)" != 0 ]; then
    mkdir shut && cp "$SOURCE_DIR/scenarios/arq/frame-lost.yaml" shut && chmod a-w shut
    save=shut/frame-lost.yaml
else
    cp "$SOURCE_DIR/scenarios/arq/frame-lost.yaml" .
    save=frame-lost.yaml # for root no folder is shut: saved where there is none
fi
plays $save 'key down
key del
expect edited yes
key ctrl+s
expect box save
text /nowhere/at/all
key enter
expect box error
expect edited yes
key esc
expect box none'

# A file that is no scenario, and one that is gone.
printf 'not: [a scenario' >broken.yaml
timeout 20 "$SLOWWIRE_UI" --lang en --script script broken.yaml 2>err
[ $? = 2 ] || wrong "a broken file is taken"
timeout 20 "$SLOWWIRE_UI" --lang en --script script gone.yaml 2>err
[ $? = 2 ] || wrong "a file that is gone is taken"

[ $failures -eq 0 ] && echo "sturdy: stands"
[ $failures -eq 0 ]
