#!/bin/bash
# Causes in words, from outside: which packet is meant, its chain up to the scenario, and where two
# runs part.
set -u
export LC_ALL=C.UTF-8
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place" || exit 1
lost=$SOURCE_DIR/scenarios/arq/frame-lost.yaml
tcp=transfer.yaml
cat >$tcp <<'EOF'
title: A segment of a transfer is lost
hosts:
  client: 10.0.0.1
  server: 10.0.0.2
links:
  - {between: [client, server], rate: 10 Mbit/s, delay: 20 ms}
traffic:
  - tcp: {from: client, to: server:80, bytes: 14600 B}
faults:
  - drop: {from: client, is: DATA, nth: 3}
EOF
failures=0

wrong()
{
    echo "why: $*"
    failures=$((failures + 1))
}

# expect STATUS ARGUMENTS…
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
    grep -qF -- "$2" "$1" || wrong "$1 does not say '$2' but: $(head -c 600 "$1")"
}

# The number of the packet that WORDS mean.
means()
{
    expect 0 why "$tcp" "$2"
    head -n 1 out | grep -qF "(#$1)" || wrong "'$2' is taken for $(head -n 1 out), not #$1"
}

# The n-th packet with this kind and sender, counted in the trace.
number_of()
{
    "$SLOWWIRE" run --format jsonl "$tcp" | grep "\"ev\":\"send\"" | grep "\"node\":\"$1\"" |
        grep -F "\"is\":\"$2\"" | sed -n "$3s/.*\"pkt\":\\([0-9]*\\).*/\\1/p"
}

a_packet_is_found_by_any_of_its_names()
{
    means 2 '#2'
    means "$(number_of server SYN+ACK 1)" SYN+ACK
    means "$(number_of server SYN+ACK 1)" 'server syn+ack'
    means "$(number_of client DATA 3)" 'DATA 3'
    means "$(number_of client DATA 3)" 'client DATA 2921:4381 ack 1'
    means "$(number_of server ACK 3)" 'server ACK 3'
    means "$(number_of server ACK 1)" 'ACK 2921'
    means "$(number_of client FIN 1)" 'FIN'
    means "$(number_of server FIN 1)" 'server FIN'
    expect 0 why "$tcp" client DATA 3
    head -n 1 out | grep -qF "(#$(number_of client DATA 3))" || wrong 'words apart mean another packet'
    for words in '#0' '#999' '#x' 'server DATA' 'DATA 99' NOTHING; do
        expect 2 why "$tcp" "$words"
        says err 'SYN, SYN+ACK, ACK, DATA, FIN'
        [ ! -s out ] || wrong "'$words' prints something"
    done
    expect 2 why "$tcp" SYNN
    says err "did you mean 'SYN'?"
    expect 2 why "$tcp"
    expect 2 why missing.yaml SYN
}

# Each line of the chain is a record's time; each is among the causes of the packet in the trace.
the_chain_is_the_trace()
{
    command -v python3 >/dev/null || return
    expect 0 run --format jsonl "$lost"
    mv out trace
    for number in 1 2 3 4 5 6 7 8 9; do
        expect 0 why --all "$lost" "#$number"
        python3 - $number <<'PYTHON' || wrong "the chain of #$number is not the trace's"
import json, sys
lines = [json.loads(l) for l in open("trace")]
n = next(i for i, l in enumerate(lines) if l["ev"] == "send" and l["pkt"] == int(sys.argv[1]))
causes = []
while n:
    causes.append(lines[n]["t"])
    n = lines[n]["cause"]
chain = open("out").read().split("\n\n")[0].splitlines()[1:]
told = [round(float(l.split()[0]) * 1e9) for l in chain if l[:12].strip()]
assert told and told[0] == causes[0], (told, causes)
assert set(told) <= set(causes) and told == sorted(told, reverse=True), (told, causes)
sends = [l["t"] for l in lines[1:] if l["ev"] == "send"]
assert set(t for t in causes if t in sends) <= set(told), (told, causes)
assert "The scenario began it." in chain[-1]
PYTHON
    done
}

causes_are_told_in_words()
{
    expect 0 why "$lost" '#4'
    says out "A's timer runs out: it sends DATA 1 again."
    says out 'DATA 1 was lost on the wire.'
    says out 'B takes DATA 1 and answers ACK 0.'
    expect 0 why --lang zh "$lost" '#4'
    says out '计时器到点'
    says out '由场景引起'
    ! grep -q 'why\.' out || wrong "a text is missing: $(grep 'why\.' out)"
    expect 0 why "$lost" '#3'
    says out 'DATA 1 is lost between A and B.'
    expect 0 why --set faults=[] "$lost" '#3'
    says out 'DATA 1 reaches B.'
}

runs_part_where_the_fault_is()
{
    local at
    expect 0 diff "$lost" "$lost"
    says out 'No difference'
    expect 1 diff "$lost" --set faults=[]
    at=$("$SLOWWIRE" run --format jsonl "$lost" | sed -n 's/.*"ev":"drop","t":\([0-9]*\).*/\1/p')
    [ "$at" = 41064000 ] || wrong "the drop is at $at"
    says out 'the same up to 0.041064 s'
    says out 'DATA 1 is lost between A and B.'
    says out 'DATA 1 reaches B.'
    says out 'retransmissions: 1 → 0 packets'
    expect 1 diff --lang zh "$tcp" --set faults=[]
    ! grep -q 'why\.' out || wrong "a text is missing: $(grep 'why\.' out)"
    says out 'A 中'
    expect 1 diff "$lost" "$tcp"
    says out 'from their first record on'
    expect 1 diff "$lost" --set traffic.0.stop-and-wait.frames=3
    expect 1 diff "$SOURCE_DIR/scenarios/arq/no-loss.yaml" --seed 7 --set links.0.loss=30%
    expect 0 diff "$lost" --seed 7
    expect 2 diff "$lost"
    expect 2 diff "$lost" "$lost" "$lost"
    expect 2 diff "$lost" missing.yaml
}

# PATH leads to RESV, RESV to the next one and to a share, hop by hop.
a_share_has_its_path()
{
    local voice=$SOURCE_DIR/scenarios/rtp/reserved-voice.yaml words
    expect 0 why "$voice" RESV FF 2
    grep -nF -e 'R1 passes on what it was asked for.' -e 'Bob asks for a share of the way, by RESV.' \
        -e 'R1 notes where this PATH came from' -e 'Alice announces its flow along the route' out >told
    [ "$(sed 's/.*  //; s/ .*//' told | tr '\n' ' ')" = 'R1 Bob R1 Alice ' ] || wrong "RESV: $(cat told)"
    says out 'Alice admits the flow: 10.0.1.2:49152'
    says out 'Alice confirms the reservation.'
    expect 0 why --lang zh "$SOURCE_DIR/scenarios/rtp/third-call.yaml" RESV-TEAR
    for words in '小博归还预留' 'R2 转发差错报文' 'R1 拒绝预留：链路剩下的不够' '小爱用 PATH 沿路通告自己的流'; do
        says out "$words"
    done
}

no_line_is_wider_than_asked()
{
    command -v python3 >/dev/null || return
    for lang in en zh; do
        expect 0 why --lang $lang "$tcp" DATA 3
        python3 - <<'PYTHON' || wrong "a line is too wide in $lang"
import unicodedata
for line in open("out", encoding="utf-8").read().splitlines():
    assert sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line) <= 100, line
PYTHON
    done
}

a_packet_is_found_by_any_of_its_names
the_chain_is_the_trace
causes_are_told_in_words
runs_part_where_the_fault_is
a_share_has_its_path
no_line_is_wider_than_asked
echo "why: $failures wrong"
[ $failures = 0 ]
