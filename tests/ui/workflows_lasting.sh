#!/bin/bash
# It never falls over, with a real window on a real screen: the screen lost with edits unsaved, a process
# killed, a window of every size, a scenario whose trace is large, ends at once, has one host or two
# hundred, nowhere to write, more keys than a frame takes.
set -u
# shellcheck source=tests/ui/screen.bash
. "$SOURCE_DIR/tests/ui/screen.bash" identify compare
# shellcheck source=tests/ui/drive.bash
. "$SOURCE_DIR/tests/ui/drive.bash"

lost=$SOURCE_DIR/scenarios/arq/frame-lost.yaml

# edit: the first packet is dropped
edit()
{
    wants home no
    key q q
    wants predict off
    go "#1"
    wants selected 1
    key Delete
    wants edited yes
}

# gone: the window ends by itself
gone()
{
    for _ in $(seq 1200); do kill -0 "$pid" 2>/dev/null || break; sleep 0.025; done
    kill -0 "$pid" 2>/dev/null && {
        wrong "$workflow: the window stays"
        kill -9 "$pid"
    }
    wait "$pid" 2>/dev/null
    pid=
}

workflow="the screen is lost"
cp "$lost" mine.yaml
open --lang en mine.yaml
edit
kill $server
wait $server 2>/dev/null
gone
cmp -s "$lost" mine.yaml || wrong "$workflow: the file was changed"
ls state/slowwire/unsaved-* >/dev/null 2>&1 || wrong "$workflow: the edit is lost"
screen
open --lang en mine.yaml
wants box rescue
wants edited no
key r
wants box none
wants edited yes
[ "$(value changed)" -gt 0 ] || wrong "$workflow: what is restored changes nothing"
key ctrl+z
wants edited no
ls state/slowwire/unsaved-* >/dev/null 2>&1 && wrong "$workflow: what was undone is kept"
key ctrl+shift+z
wants edited yes

workflow="the process is killed"
kill -9 "$pid"
gone
open --lang zh
wants home yes
wants box rescue
key Return
wants home no
wants box none
wants edited yes
wants file "$work/mine.yaml"
key ctrl+s
wants box save
key Return
wants box none
wants edited no
ls state/slowwire/unsaved-* >/dev/null 2>&1 && wrong "$workflow: what was saved is kept"

workflow="edits are thrown away"
cp "$lost" other.yaml
open --lang en other.yaml
edit
kill -9 "$pid"
gone
open --lang en other.yaml
wants box rescue
key d
wants box none
wants edited no
ls state/slowwire/unsaved-* >/dev/null 2>&1 && wrong "$workflow: what was thrown away is kept"
edit
key ctrl+q
wants box unsaved
key d
gone
ls state/slowwire/unsaved-* >/dev/null 2>&1 && wrong "$workflow: what was thrown away on leaving is kept"

workflow="more keys than a frame takes"
open --lang en "$SOURCE_DIR/scenarios/arq/exam-window-1000.yaml"
wants home no
key q q
wants predict off
key Home
wants now 0.000
wants moving no
before=$(value step)
{
    printf 'key --delay 0'
    for _ in $(seq 150); do printf ' Next'; done
} | xdotool - || wrong "$workflow: xdotool"
wants step $((before + 150))

workflow="every size"
open --lang en "$lost"
wants home no
key q q
for size in 640x480 480x320 1024x640 3840x2160 1280x800; do
    xdotool windowsize --sync "$window" "${size%x*}" "${size#*x}"
    for _ in $(seq 1200); do [ "$(value size)" = "$size" ] && break; sleep 0.025; done
    [ "$(value size)" = "$size" ] || wrong "$workflow: $(value size), not $size"
    shot "size-$size.png"
    [ "$(identify -format '%wx%h' "size-$size.png")" = "$size" ] || wrong "$workflow: a picture of another size than $size"
done

workflow="a scenario that ends at once, or is silent"
printf 'hosts: {alone: 10.0.0.1}\n' >one.yaml
printf 'hosts: {a: 10.0.0.1, b: 10.0.0.2}\nlinks: [{between: [a, b]}]\nstop: 1 ns\n' >at-once.yaml
for file in one at-once; do
    open --lang en $file.yaml
    wants file $file.yaml
    key space End Home Next Prior n e e v f f
    wants moving no
    key question
    wants box help
    key Escape
    wants box none
done

workflow="two hundred hosts"
{
    echo 'hosts:'
    for i in $(seq 200); do echo "  h$i: {address: 10.0.0.$i/16}"; done
    echo 'switches: {sw: {}}'
    echo 'links:'
    for i in $(seq 200); do echo "  - {between: [h$i, sw], rate: 100 Mbit/s, delay: 10 us}"; done
    echo 'traffic:'
    for i in $(seq 2 40); do echo "  - udp: {from: h1, to: h$i:9, rate: 20 kbit/s, for: 1 s}"; done
} >many.yaml
open --lang en many.yaml
wants file many.yaml
key End
wants now 0.8017672 # the last record
shot many.png

workflow="a trace of half a gigabyte"
printf 'hosts: {a: 10.0.0.1, b: 10.0.0.2}\nlinks: [{between: [a, b], rate: 1 Gbit/s, delay: 1 ms}]\nstop: 1 s\ntraffic: [{udp: {from: a, to: "b:9", rate: 900 Mbit/s, size: 100 B}}]\n' >large.yaml
open --lang en large.yaml
wants file large.yaml
key End
go "900 ms"
wants now 0.900
shot large.png

workflow="nowhere to write"
chmod a-w mine.yaml
mkdir shut && cp "$lost" shut && chmod a-w shut
open --lang en shut/frame-lost.yaml
edit
key ctrl+s
wants box save
for _ in $(seq 200); do printf 'BackSpace '; done | xargs xdotool key --delay 5
xdotool type --delay 15 "/proc/nowhere.yaml"
key Return
wants box error
wants edited yes
key Escape
wants box none
kill -9 "$pid" # asked to, it would ask what becomes of the edits
gone
rm -f state/slowwire/unsaved-*

workflow="the window is lost"
open --lang en "$lost"
edit
xdotool windowclose "$window" # by another program, unasked
gone
ls state/slowwire/unsaved-* >/dev/null 2>&1 || wrong "$workflow: the edit is lost"
close
chmod -R u+w "$work"

[ $failures -eq 0 ] && echo "lasting: all went well"
[ $failures -eq 0 ]
