#!/bin/bash
# What a teacher and a student do, with real keys and a real pointer: the window on an X server of its
# own, driven by xdotool. After each step the window tells what it shows (--tell); every wait is for
# such a state, none for time alone. Pictures are those of F12.
set -u
# shellcheck source=tests/ui/screen.bash
. "$SOURCE_DIR/tests/ui/screen.bash" identify compare
# shellcheck source=tests/ui/drive.bash
. "$SOURCE_DIR/tests/ui/drive.bash"

hand=$SOURCE_DIR/scenarios/tcp/handshake.yaml
lost=$SOURCE_DIR/scenarios/arq/frame-lost.yaml

workflow="1 open and teach"
open --lang zh
wants home yes
wants lang zh
key Right Right
key Return
wants home no
key space
wants playing yes
key space
wants playing no
shot open.png
[ -s state/slowwire/recent ] || wrong "$workflow: what was opened is not remembered"

workflow="2 slow motion"
open --lang en "$hand"
key q q
wants predict off
key Next
wants step 2
shot before.png
key Next
wants step 3
wants now 0.150
key Prior
wants step 2
shot after.png
alike before.png after.png

workflow="3 predict, then reveal"
open --lang en "$hand"
wants predict lesson
key space
wants asking yes
wants ask ack
shot asked.png
key b
wants asking told
wants right 1
key space
wants asking yes
wants ask flags
key Escape

workflow="4 what if this one is lost"
open --lang en "$hand"
key q q
go "175 ms"
menu 240 194
key Return
wants edited yes
wants box none
wants now 0.175
[ "$(value changed)" -gt 0 ] || wrong "$workflow: nothing is marked as changed"
[ "$(value ghosts)" -gt 0 ] || wrong "$workflow: what the run before had alone is not drawn"
shot killed.png
key shift+d
wants ghosts 0
shot bare.png
cmp -s killed.png bare.png && wrong "$workflow: the ghosts cannot be seen"
key shift+d
shot again.png
alike killed.png again.png
key ctrl+z
wants edited no
go "225 ms"
key Up
key Delete
wants edited yes
key ctrl+z
wants edited no

workflow="5 two runs side by side"
close
"$SLOWWIRE_UI" --compare "$SOURCE_DIR/scenarios/arq/race-go-back-n.yaml" \
    "$SOURCE_DIR/scenarios/arq/race-selective-repeat.yaml" 2>err &
pid=$!
for _ in $(seq 200); do xdotool search --pid $pid >/dev/null 2>&1 && break; sleep 0.05; done
window=$(xdotool search --pid $pid 2>/dev/null | tail -1)
xdotool windowfocus "$window" key space
for _ in $(seq 100); do # until it has drawn
    import -window "$window" compared.png 2>/dev/null
    colours=$(identify -format '%k' compared.png 2>/dev/null || echo 0)
    [ "$colours" -gt 40 ] && break
    sleep 0.05
done
[ "$colours" -gt 40 ] || wrong "$workflow: nothing is drawn: $(cat err)"

workflow="6 zoom out to numbers"
open --lang en "$SOURCE_DIR/scenarios/tcp/first-syn-lost.yaml"
key q q
go "#2"
wants selected 2
was=$(value relative)
shot absolute.png
key r
case $was in no) wants relative yes ;; *) wants relative no ;; esac
shot relative.png
cmp -s absolute.png relative.png && wrong "$workflow: the numbers stay"

workflow="going to a place"
open --lang en "$SOURCE_DIR/scenarios/tcp/first-syn-lost.yaml"
key q q
go "1.2 s"
wants now 1.120
go "-1 s"
wants now 0.120
go "+200 ms"
wants now 0.320
go "next retransmit"
wants now 1.000
key Home
go "state ESTABLISHED"
wants now 1.080
key slash
xdotool type --delay 15 "next los"
key Return
wants misplaced "'los' is no place; did you mean 'loss'?"
xdotool type --delay 15 "s"
key Return
wants misplaced "no 'loss' comes after 1.08 s"
key Escape
wants box none

workflow="6 messages above segments"
open --lang en "$SOURCE_DIR/scenarios/app/http-nagle.yaml"
key q q
wants main messages
key shift+Down
wants message 1
shot asked.png
key shift+Down
wants message 2
shot answered.png
cmp -s asked.png answered.png && wrong "$workflow: the choice cannot be seen"
key Escape
wants message 0

workflow="7 a surprise question"
cp "$lost" live.yaml
open --lang en live.yaml
go "20 ms"
sed 's/delay: 10 ms/delay: 500 ms/' "$lost" >live.new && mv live.new live.yaml
for _ in $(seq 400); do [ "$(value changed)" != 0 ] && break; sleep 0.025; done
wants edited no
wants now 0.020
[ "$(value changed)" != 0 ] || wrong "$workflow: the picture does not follow the file"
sed 's/delay: 10 ms/dealy: 10 ms/' "$lost" >live.yaml
wants box beside
case $(value error) in *"did you mean 'delay'"* | *live.yaml*) ;; *) wrong "$workflow: error '$(value error)'" ;; esac
shot broken.png
cp "$lost" live.yaml
wants box none

workflow="8 take a figure home"
if "$SLOWWIRE" draw "$hand" --lang zh -o figure.svg >/dev/null 2>err; then
    grep -q '客户端' figure.svg || wrong "$workflow: no Chinese labels"
else
    wrong "$workflow: $(cat err)"
fi
open --lang zh "$hand"
key q q
key End
key ctrl+e
wants box export
key Return # as it is suggested: the view, as SVG
for _ in $(seq 400); do [ -s handshake-1.svg ] && break; sleep 0.025; done
grep -q '客户端' handshake-1.svg || wrong "$workflow: no Chinese labels from the window"
grep -q '>300<' handshake-1.svg || wrong "$workflow: the figure has no numbers"
press worksheet
press write
for _ in $(seq 400); do [ -s handshake-2.svg ] && break; sleep 0.025; done
grep -q '>____<' handshake-2.svg || wrong "$workflow: the worksheet has no blanks"
grep -q '>300<' handshake-2.svg && wrong "$workflow: the worksheet tells a number"
key Escape
wants box none

workflow="9 projector"
open --lang zh --size 1024x768 "$hand"
key q q
key p
wants projector 1.5
shot hall.png
key p p
wants projector 1
key g
wants lang en

workflow="10 hand out and collect"
mkdir class && cp "$lost" class/anna.yaml && sed 's/equals: 5/equals: 4/; s/frames: 4/frames: 3/' "$lost" >class/ben.yaml
printf 'title: t\nchecks:\n  - {name: five, points: 2, expect: {count: {from: a, is: DATA}, equals: 5}}\n' >rubric.yaml
"$SLOWWIRE" test --grade rubric.yaml class -o grades.csv >/dev/null 2>&1
grep -q 'anna.*2' grades.csv || wrong "$workflow: $(cat grades.csv 2>&1)"

workflow="11 copy, change one line, see"
"$SLOWWIRE" new tcp/handshake mine.yaml >/dev/null || wrong "$workflow: new"
sed -i 's/delay: 50 ms/dealy: 50 ms/' mine.yaml
"$SLOWWIRE" --lang zh check mine.yaml 2>err
grep -q '是不是想写' err || wrong "$workflow: $(cat err)"
grep -q '\^~' err || wrong "$workflow: no caret"
sed -i 's/dealy: 50 ms/delay: 20 ms/' mine.yaml
open --lang zh mine.yaml
wants steps "$(value steps)"

workflow="12 find the hidden fault"
sed '/^faults:/,/^expect:/{/^expect:/!d}; /^lesson:/,$d; /^expect:/,$d' "$lost" >plain.yaml
"$SLOWWIRE" hide plain.yaml --set 'links.0.loss={list: [2]}' -o fault.yaml 2>err || wrong "$workflow: $(cat err)"
grep -q 'loss' fault.yaml && wrong "$workflow: the file tells its fault"
open --lang zh fault.yaml
key q q
wants hides yes
wants diagnosis none
key e
wants settings yes
shot covered.png
key shift+h
wants box hidden
wants hides no
shot revealed.png
key Return
wants box none
shot shown.png
cmp -s covered.png shown.png && wrong "$workflow: what is revealed is not shown"
key shift+h
wants hides yes
shot again.png
alike covered.png again.png
printf 'diagnosis: {links.0.loss: {list: [3]}}\n' | cat fault.yaml - >guess.new && mv guess.new fault.yaml
wants diagnosis wrong
printf 'diagnosis: {links.0.los: {list: [2]}}\n' | cat <("$SLOWWIRE" hide plain.yaml --set 'links.0.loss={list: [2]}') - >guess.new
mv guess.new fault.yaml
wants box beside
wants diagnosis wrong
sed -i 's/links.0.los:/links.0.loss:/' fault.yaml
wants diagnosis right
wants box none
"$SLOWWIRE" check fault.yaml >/dev/null || wrong "$workflow: the check does not agree"

workflow="13 the homework table"
"$SLOWWIRE" run --format summary "$SOURCE_DIR/scenarios/arq/exam-window-1000.yaml" >sum.json || wrong "$workflow: run"
grep -q utilization_theory sum.json || wrong "$workflow: no idealised utilization"

workflow="14 the real world"
"$SLOWWIRE" run --format none --pcapng hand.pcapng "$hand" || wrong "$workflow: run"
if command -v tshark >/dev/null; then
    tshark -r hand.pcapng -T fields -e tcp.flags 2>/dev/null >flags
    [ "$(tr '\n' ' ' <flags)" = "0x0002 0x0012 0x0010 " ] || wrong "$workflow: flags $(tr '\n' ' ' <flags)"
fi

workflow="15 report a puzzle"
open --lang en "$hand"
key q q
go "175 ms"
menu 240 194
key Return
wants edited yes
key ctrl+s
wants box save
for _ in $(seq ${#hand} $((2 * ${#hand} + 4))); do printf 'BackSpace '; done | xargs xdotool key --delay 20
xdotool type --delay 20 "$work/puzzle.yaml"
key Return
wants box none
wants edited no
wants file "$work/puzzle.yaml"
"$SLOWWIRE" run --format jsonl puzzle.yaml >a.jsonl 2>/dev/null # what it expected no longer holds
"$SLOWWIRE" run --format jsonl puzzle.yaml >b.jsonl 2>/dev/null
cmp -s a.jsonl b.jsonl || wrong "$workflow: it does not replay"
grep -q '"why":"fault"' a.jsonl || wrong "$workflow: the click is not in the file"
key ctrl+t
wants edited yes
key ctrl+q
wants box unsaved
key d
for _ in $(seq 200); do kill -0 $pid 2>/dev/null || break; sleep 0.025; done
kill -0 $pid 2>/dev/null && wrong "$workflow: the window stays"
pid=

workflow="the arrangement is remembered"
close
rm -f state/slowwire/window
keeps=yes
open --lang en "$hand"
key t
wants theme dark
key q q
wants predict off
key ctrl+q
for _ in $(seq 200); do kill -0 $pid 2>/dev/null || break; sleep 0.025; done
pid=
open --lang en "$hand"
wants theme dark
wants predict off
key t
wants theme light
key f
shot alone.png
key f
key q
wants predict lesson
key ctrl+q
for _ in $(seq 200); do kill -0 $pid 2>/dev/null || break; sleep 0.025; done
pid=

workflow="by mouse"
keeps=
open --lang en "$hand"
# shellcheck disable=SC2046 # two numbers
click $(value @timeline.0.play)
wants playing yes
wants asking yes
# shellcheck disable=SC2046
click $(value @theme)
wants theme dark
# shellcheck disable=SC2046
click $(value @timeline.0.scrubber)
wants now 0.125
wants asking no
close

[ $failures -eq 0 ] && echo "workflows: all went well"
[ $failures -eq 0 ]
