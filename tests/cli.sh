#!/bin/bash
# The command line from outside: what each command says, where, and with which exit status.
set -u
export LC_ALL=C.UTF-8
unset LANG LANGUAGE NO_COLOR DISPLAY WAYLAND_DISPLAY SDL_VIDEODRIVER
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place" || exit 1
lost=$SOURCE_DIR/scenarios/arq/frame-lost.yaml
failures=0

wrong()
{
    echo "cli: $*"
    failures=$((failures + 1))
}

# Runs slowwire; what it said stands in `out` and `err`. First argument: the exit status it must have.
expect()
{
    local status=$1 got
    shift
    "$SLOWWIRE" "$@" >out 2>err </dev/null
    got=$?
    [ $got = "$status" ] || wrong "slowwire $*: exit status $got, not $status: $(head -c 400 err)"
}

says()
{
    grep -qF -- "$2" "$1" || wrong "$1 does not say '$2' but: $(head -c 400 "$1")"
}

silent()
{
    [ ! -s "$1" ] || wrong "$1 is not empty: $(head -c 400 "$1")"
}

run_says_what_happens()
{
    expect 0 run "$lost"
    silent err
    says out 'DATA 1 ──────────────╳'
    says out '↻ DATA 1'
    says out '1 lost by a fault'
    says out '  ok '
    ! grep -q $'\033' out || wrong 'colour without a terminal'
    expect 0 run --lang zh "$lost"
    says out '到达'
    env LC_ALL=zh_CN.UTF-8 "$SLOWWIRE" run "$lost" >out
    says out '到达'
    expect 0 run --at 40ms "$lost"
    says out 'WAIT-ACK'
    says out 'DATA 1'
    expect 0 run --at 6.5s "$SOURCE_DIR/scenarios/app/taxi-answer-lost.yaml"
    says out '    message           position #2 sent'
    says out '    connection        ESTABLISHED'
}

what_is_broken_on_purpose_is_said()
{
    cat >two-way.yaml <<'END'
hosts:
  a: 10.0.0.1
  b: {address: 10.0.0.2, tcp: {handshake: two-way}}
links: [{between: [a, b]}]
script: [{at: 0 s, b: listen 80}]
END
    expect 0 check two-way.yaml
    says err 'two-way.yaml:3:3: warning: the handshake of b is broken on purpose'
    sed -i 's/two-way}/three-way}/' two-way.yaml
    expect 0 check two-way.yaml
    silent err
}

an_expectation_that_fails_is_status_1()
{
    sed 's/retransmissions: 1/retransmissions: 2/' "$lost" >failing.yaml
    expect 1 run failing.yaml
    says out 'FAILED'
    says out "failing.yaml:$(grep -n 'retransmissions: 2' failing.yaml | cut -d : -f 1):"
    says out 'seen: a: {state: DONE, retransmissions: 1}'
    expect 1 run --format none failing.yaml
    silent out
    says err 'failing.yaml:'
    says err 'retransmissions: 1'
    expect 1 run -o ladder.txt failing.yaml
    says err 'failing.yaml:'
    says ladder.txt 'FAILED'
}

what_is_wrong_is_status_2()
{
    sed 's/delay:/dealy:/' "$lost" >broken.yaml
    expect 2 run broken.yaml
    says err 'broken.yaml:'
    says err "did you mean 'delay'?"
    expect 2 check "$lost" broken.yaml
    says out "$lost: fine"
    expect 0 check "$lost"
    expect 2 run missing.yaml
    says err 'missing.yaml'
    expect 2 run
    expect 2 run "$lost" "$lost"
    expect 2 run --fromat text "$lost"
    says err "did you mean '--format'?"
    expect 2 run --format jsnol "$lost"
    says err "did you mean 'jsonl'?"
    expect 2 run --seed x "$lost"
    expect 2 run --seed
    expect 2 run --at 3 "$lost"
    expect 2 run --all=yes "$lost"
    expect 2 run --set links.9.delay=1s "$lost"
    expect 2 run --tap nobody --pcapng x.pcapng "$lost"
    expect 2 run --snaplen 66 "$lost"
    says err 'needs --pcapng FILE'
    for n in 0 x -1 262145; do
        expect 2 run --snaplen "$n" --pcapng x.pcapng "$lost"
        says err "'$n'"
        [ ! -e x.pcapng ] || wrong "--snaplen $n wrote a capture"
    done
    expect 2 run --format jsonl --at 1s "$lost"
    expect 2 rum "$lost"
    says err "did you mean 'run'?"
    expect 2
    expect 2 run --lang de "$lost"
    expect 2 --lang zh rum
    says err '是不是'
    silent out
}

what_cannot_be_done_is_status_3()
{
    expect 3 run -o nowhere/out.txt "$lost"
    says err 'nowhere/out.txt'
    [ ! -e nowhere ] || wrong 'nowhere came to be'
    if [ -w /dev/full ]; then
        expect 3 run -o /dev/full "$lost"
        "$SLOWWIRE" run "$lost" >/dev/full 2>err
        [ $? = 3 ] || wrong 'a full disk is not status 3'
        "$SLOWWIRE" --help >/dev/full 2>err
        [ $? = 3 ] || wrong 'a full disk is not status 3 for --help'
    fi
    expect 3 run --max-events 5 "$lost"
    says err 'limit of events'
    expect 3 run --format summary --max-events 5 "$lost"
    says out '"reason":"events"'
    expect 3 play "$lost"
    says err 'no display'
    mkdir full
    expect 3 run -o full "$lost"
    [ -z "$(ls full)" ] || wrong 'a file was left behind'
}

files_are_whole()
{
    expect 0 run --format jsonl -o trace.jsonl "$lost"
    silent out
    expect 0 run --format jsonl "$lost"
    cmp -s out trace.jsonl || wrong '-o writes something else'
    [ "$(ls trace.jsonl*)" = trace.jsonl ] || wrong 'a temporary file was left'
    expect 0 run --format none --pcapng capture.pcapng "$lost"
    [ "$(head -c 4 capture.pcapng | od -An -tx1 | tr -d ' ')" = 0a0d0d0a ] ||
        wrong 'capture.pcapng is no pcapng'
}

input_may_come_from_a_pipe()
{
    "$SLOWWIRE" run --format summary - <"$lost" >piped 2>err || wrong "run -: $(cat err)"
    says piped '"retransmissions":1'
    "$SLOWWIRE" run --all "$lost" 2>err | head -n 1 >/dev/null
    silent err
}

values_can_be_set()
{
    expect 1 run --format summary --set traffic.0.stop-and-wait.frames=7 "$lost"
    says out '"delivered_bytes":6944'
    expect 1 run --format summary --set=links.0.delay=20ms "$lost"
    expect 0 run --format jsonl --seed 99 "$lost"
    head -n 1 out | grep -qF '"seed":99' || wrong '--seed is not in the header'
    expect 1 run --format summary --until 100ms "$lost"
    says out '"sim_ns":100000000'
    says out '"reason":"stop"'
}

every_line_is_json()
{
    command -v python3 >/dev/null || return
    local file number=0
    mkdir traces
    for file in "$SOURCE_DIR"/scenarios/*/*.yaml; do
        number=$((number + 1))
        expect 0 run --format jsonl -o traces/$number.jsonl "$file"
        expect 0 run --format summary -o traces/$number.json "$file"
    done
    python3 - <<'PYTHON' || wrong "a trace does not hold together"
import glob, json, os, re
manual = open(os.environ["SOURCE_DIR"] + "/sim/export/README.md", encoding="utf-8").read()
known = set(re.findall(r"`([a-z_]+)`", manual)) | {"ev", "t"}
names = glob.glob("traces/*.jsonl")
assert names
for name in names:
    lines = [json.loads(line) for line in open(name, encoding="utf-8")]
    header, end = lines[0], lines[-1]
    assert header["ev"] == "run" and header["format"] == 1, header
    assert end["ev"] == "end" and end["events"] > 0 and end["flows"] and end["links"], end
    nodes = {n["node"] for n in header["nodes"]}
    links = {l["link"] for l in header["links"]}
    for part in [header, end, *header["nodes"], *header["links"], *end["flows"], *end["links"]]:
        assert set(part) <= known, (part, "sim/export/README.md")
    born, last = set(), 0
    for number, line in enumerate(lines[1:-1], 1):
        assert last <= line["t"] and line["cause"] < number, (number, line)
        last = line["t"]
        assert line["ev"] in known and set(line) - {line.get("proto")} <= known, (line, "sim/export/README.md")
        assert line.get("node") in nodes | {None}, line
        assert line.get("link") in links | {None}, line
        if line["ev"] == "send":
            born.add(line["pkt"])
            ends = [line[k] for k in ("from", "to") if k in line] # ARP may name nobody
            assert all(e in nodes or re.fullmatch("[0-9a-f]+([.:][0-9a-f]+)+", e) for e in ends), line
            assert len(ends) == 2 or line["proto"] in ("arp", "dhcp"), line
            assert isinstance(line[line["proto"]], dict), line
            assert line.get("of", line["pkt"]) in born and line.get("parent", line["pkt"]) in born
        if line["ev"] == "transmit":
            assert line["start"] == line["t"] <= line["end"] <= line["arrive"], line
        assert line.get("pkt") in born | {None}, line
    assert len(born) == sum(line["ev"] == "send" for line in lines)
    assert json.load(open(name[:-1]))["wall_ns"] > 0, name
PYTHON
}

no_line_is_wider_than_asked()
{
    command -v python3 >/dev/null || return
    local file lang number=0
    mkdir texts
    for file in "$SOURCE_DIR"/scenarios/*/*.yaml; do
        number=$((number + 1))
        for lang in en zh; do
            expect 0 run --lang $lang -o texts/$number.$lang "$file"
        done
    done
    python3 - <<'PYTHON' || wrong "a line is too wide"
import glob, unicodedata
names = glob.glob("texts/*")
assert names
for name in names:
    for line in open(name, encoding="utf-8").read().split("\n\n")[1].splitlines():
        cells = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)
        assert cells <= 100, (name, cells, line)
PYTHON
}

the_bundled_scenarios_are_listed_and_copied()
{
    expect 0 list
    local file name
    for file in "$SOURCE_DIR"/scenarios/*/*.yaml; do
        name=${file#"$SOURCE_DIR"/scenarios/}
        says out "${name%.yaml}"
    done
    ! grep -q 'cannot be read' out || wrong "$(grep 'cannot be read' out)"
    cp out english
    expect 0 list --lang zh
    ! cmp -s out english || wrong 'the Chinese list is the English one'
    expect 0 new arq/frame-lost mine.yaml
    [ "$(tail -n +2 mine.yaml)" = "$(tail -n +2 "$lost")" ] || wrong 'new changes the text'
    local schema
    schema=$(sed -n '1s/.*[$]schema=//p' mine.yaml)
    if [ "$(basename "$schema")" != scenario.schema.json ] || [ ! -d "$(dirname "$schema")/arq" ]; then
        wrong "new names the schema '$schema'"
    fi
    expect 0 run mine.yaml
    echo changed >mine.yaml
    expect 2 new frame-lost mine.yaml
    [ "$(cat mine.yaml)" = changed ] || wrong 'new overwrote a file'
    expect 2 new frame-lots other.yaml
    says err "did you mean 'frame-lost'?"
    [ ! -e other.yaml ] || wrong 'new made a file of nothing'
    expect 3 new frame-lost nowhere/mine.yaml
    expect 2 new frame-lost
}

help_is_whole()
{
    local lang command
    for lang in en zh; do
        for command in run check test sweep plot why diff list new play; do
            expect 0 $command --help --lang $lang
            says out "slowwire $command"
            ! grep -q 'cli\.' out || wrong "help of $command lacks $(grep -o 'cli\.[a-z.-]*' out | head -n 1)"
            silent err
        done
        expect 0 --help --lang $lang
        ! grep -q 'cli\.' out || wrong "$(grep -o 'cli\.[a-z.-]*' out | head -n 1)"
    done
    expect 0 --version
    grep -qE '^slowwire [0-9]+\.[0-9]+\.[0-9]+$' out || wrong "version: $(cat out)"
    expect 0 run --version
}

# Perl's own consumer of TAP: no error of form, four tests, of which the second and fourth failed.
perl_reads_the_tap()
{
    perl -MTAP::Parser -e 1 2>/dev/null || return
    perl -MTAP::Parser -e 'local $/; my $p = TAP::Parser->new({tap => <STDIN>}); $p->run;
        printf "%d tests, failed %s, %d errors\n", $p->tests_run, join("+", $p->failed),
            scalar $p->parse_errors' <out >tap
    says tap '4 tests, failed 2+4, 0 errors'
}

test_reports()
{
    mkdir -p suite/inner
    cp "$lost" suite/b.yaml
    cp "$SOURCE_DIR/scenarios/arq/no-loss.yaml" suite/inner/a.yml
    echo 'not a scenario' >suite/readme.txt
    expect 0 test suite
    printf 'TAP version 13\n1..2\nok 1 - suite/b.yaml\nok 2 - suite/inner/a.yml\n' | cmp -s - out ||
        wrong "test: $(cat out)"
    sed 's/retransmissions: 1/retransmissions: 2/' "$lost" >suite/inner/c.yaml
    expect 1 test -j 1 suite
    says out 'not ok 3 - suite/inner/c.yaml'
    says out '# suite/inner/c.yaml:'
    cp out one
    expect 1 test -j3 suite
    cmp -s out one || wrong 'the order depends on -j'
    expect 1 test --junit report.xml suite
    says report.xml 'failures="1"'
    says out '├── '
    says out 'Sender A'
    if command -v xmllint >/dev/null; then
        xmllint --noout --schema "$SOURCE_DIR/tests/junit.xsd" report.xml 2>xml ||
            wrong "report.xml: $(cat xml)"
        sed 's/<testcase/<testcas/; s,</testcase>,</testcas>,' report.xml >wrong.xml
        ! xmllint --noout --schema "$SOURCE_DIR/tests/junit.xsd" wrong.xml 2>/dev/null ||
            wrong 'the schema accepts anything'
    fi
    echo 'hosts: 3' >suite/d.yaml
    expect 2 test suite
    says out 'not ok 2 - suite/d.yaml'
    perl_reads_the_tap
    expect 2 test nowhere
    expect 2 test
    expect 2 test -j 0 suite
    mkdir nothing
    expect 2 test nothing
    expect 0 test "$SOURCE_DIR/scenarios"
}

a_run_over_its_budget_is_ended()
{
    mkdir budget
    cp "$lost" budget/a.yaml
    sed 's/frames: 4/frames: 100000/' "$lost" >budget/b.yaml
    cp "$lost" budget/c.yaml
    expect 2 test --max-events 1000 budget
    says out 'ok 1 - budget/a.yaml'
    says out 'not ok 2 - budget/b.yaml'
    says out 'limit of events'
    says out 'ok 3 - budget/c.yaml'
    sed 's/frames: 4/frames: 100000000/; s/rate: 1 Mbit/rate: 1 Gbit/; s/delay: 10 ms/delay: 1 us/' \
        "$lost" >budget/b.yaml
    expect 2 test -j 1 --max-time 300ms budget
    says out 'took longer'
    says out 'ok 3 - budget/c.yaml'
    if [ "$BUILD_TYPE" = Release ]; then # sanitizers need address space of their own
        expect 2 test -j 1 --max-memory 100MB budget
        says out 'more memory'
        says out 'ok 3 - budget/c.yaml'
    fi
    expect 2 test --max-memory 5 budget
    expect 2 test --max-time 5 budget
}

every_seed_is_run()
{
    expect 0 test --seeds 3..5 suite/b.yaml suite/inner/a.yml
    says out '1..6'
    says out 'ok 2 - suite/b.yaml seed 4'
    says out 'ok 6 - suite/inner/a.yml seed 5'
    expect 2 test --seeds 5..3 suite/b.yaml
}

golden_traces_are_kept_and_compared()
{
    mkdir kept lesson
    cp "$lost" lesson/a.yaml
    expect 1 test --golden kept lesson
    says out 'no golden trace yet'
    expect 0 test --golden kept --update lesson
    "$SLOWWIRE" run --format jsonl lesson/a.yaml | cmp -s - kept/lesson.a.jsonl ||
        wrong 'the golden trace is not the trace'
    expect 0 test --golden kept lesson
    sed -i '20s/"t":/"t":1/' kept/lesson.a.jsonl
    expect 1 test --golden kept lesson
    says out 'kept/lesson.a.jsonl:20:'
    expect 0 test --golden kept --update lesson
    expect 0 test --golden kept lesson
    expect 1 test --golden nowhere --update lesson
    expect 2 test --update lesson
}

run_says_what_happens
what_is_broken_on_purpose_is_said
an_expectation_that_fails_is_status_1
what_is_wrong_is_status_2
what_cannot_be_done_is_status_3
files_are_whole
input_may_come_from_a_pipe
values_can_be_set
every_line_is_json
no_line_is_wider_than_asked
the_bundled_scenarios_are_listed_and_copied
help_is_whole
test_reports
a_run_over_its_budget_is_ended
every_seed_is_run
golden_traces_are_kept_and_compared
echo "cli: $failures wrong"
[ $failures = 0 ]
