#!/bin/bash
# Grading from outside: points by the teacher's checks, one row a submission, and submissions that
# mean harm.
set -u
export LC_ALL=C.UTF-8
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place" || exit 1
failures=0

wrong()
{
    echo "grade: $*"
    failures=$((failures + 1))
}

# expect STATUS ARGUMENTS…
expect()
{
    local status=$1 got
    shift
    "$SLOWWIRE" test --grade "$@" >out 2>err </dev/null
    got=$?
    [ $got = "$status" ] || wrong "test --grade $*: exit status $got, not $status: $(head -c 400 err)"
}

says()
{
    grep -qF -- "$2" "$1" || wrong "$1 does not say '$2' but: $(head -c 900 "$1")"
}

mkdir class
cp "$SOURCE_DIR/scenarios/arq/frame-lost.yaml" class/amy.yaml
sed 's/timeout: 100 ms/timeout: 10 ms/' class/amy.yaml >class/bob.yaml
sed '/^expect:/,$d' class/amy.yaml >class/cai.yaml
printf 'expect:\n  - {count: {from: a}, equals: 99}\n' >>class/cai.yaml
cat >rubric.yaml <<'EOF'
title: One lost frame
checks:
  - name: {en: "Five frames, no more", zh: 恰好五帧}
    points: 2
    expect: {count: {from: a, is: DATA}, equals: 5}
  - name: all arrives
    points: 1.5
    expect:
      - {end: {b: {received: 3968 B}}}
      - count: {from: b, is: ACK}
        at-least: 4
  - name: bears loss
    points: 3
    set: {links.0.loss: 20 %}
    expect:
      - end:
          b: {received: 3968 B}
budget: {events: 100000, time: 20 s, memory: 512 MB}
EOF

points_are_given_check_by_check()
{
    expect 0 rubric.yaml class
    [ ! -s err ] || wrong "$(cat err)"
    head -n 1 out >found
    echo 'submission,points,of,result,"Five frames, no more",all arrives,bears loss,detail' |
        cmp -s - found || wrong "the header is $(cat found)"
    says out 'class/amy.yaml,6.5,6.5,graded,2,1.5,3,'
    says out 'class/bob.yaml,4.5,6.5,graded,0,1.5,3,'
    says out 'exactly 5; seen: 8'
    says out 'class/cai.yaml,6.5,6.5,graded,2,1.5,3,'
    cp out one
    expect 0 rubric.yaml class -j 3
    cmp -s out one || wrong 'the rows depend on -j'
    expect 0 rubric.yaml class -o grades.csv --json grades.json
    cmp -s grades.csv one || wrong '-o writes something else'
    expect 0 rubric.yaml class --lang zh
    says out '恰好五帧'
}

csv_and_json_agree()
{
    command -v python3 >/dev/null || return
    python3 - <<'PYTHON' || wrong 'CSV and JSON do not agree'
import csv, json
rows = list(csv.DictReader(open("grades.csv", newline="")))
marks = json.load(open("grades.json"))
assert len(rows) == len(marks) == 3
for row, mark in zip(rows, marks):
    assert row["submission"] == mark["submission"] and row["detail"] == mark["detail"]
    assert float(row["points"]) == mark["points"] == sum(c["points"] for c in mark["checks"])
    assert mark["of"] == sum(c["of"] for c in mark["checks"]) == 6.5
    for c in mark["checks"]:
        assert float(row[c["name"]]) == c["points"] and c["points"] in (0, c["of"])
PYTHON
}

# Whatever a submission does, the others have their points.
a_broken_submission_costs_nobody_else()
{
    local file
    mkdir many secret
    cp class/amy.yaml many/m.yaml
    echo 'password: 12345' >secret/file
    ln -s ../secret/file many/link.yaml
    ln -s /dev/zero many/zero.yaml
    mkfifo many/pipe.yaml
    echo 'hosts: 3' >many/wrong.yaml
    : >many/empty.yaml
    head -c 20000 /dev/urandom >many/noise.yaml
    { echo 'a: &a [x, x, x, x, x, x, x, x, x, x]' && for i in b c d e f g h; do
        echo "$i: &$i [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]"
    done; } >many/bomb.yaml
    printf '%*s' 3000 '' | tr ' ' '[' >many/deep.yaml
    head -c 18000000 /dev/zero | tr '\0' '#' >many/huge.yaml
    sed 's/frames: 4/frames: 100000000/' class/amy.yaml >many/endless.yaml
    sed 's/  b: /  bert: /; s/to: b,/to: bert,/; s/\[a, b\]/[a, bert]/; /^expect:/,$d' class/amy.yaml \
        >many/renamed.yaml
    cp class/amy.yaml 'many/=1+1.yaml'
    expect 0 rubric.yaml many --max-time 3s
    [ "$(grep -c '^many/' out)" -ge 13 ] || wrong "$(grep -c '^many/' out) rows"
    for file in link zero pipe wrong empty noise bomb deep huge endless; do
        grep -q "^many/$file.yaml,0,6.5,broken,0,0,0," out || wrong "$file: $(grep "many/$file" out)"
    done
    says out 'many/m.yaml,6.5,6.5,graded'
    says out 'many/renamed.yaml,2,6.5,graded,2,0,0,'
    ! grep -q 12345 out || wrong 'a submission reads a file that is not its own'
    (cd many && "$SLOWWIRE" test --grade ../rubric.yaml =1+1.yaml) >out
    says out "'=1+1.yaml,6.5"
}

a_wrong_rubric_is_status_2()
{
    expect 2 missing.yaml class
    sed 's/points: 2/points: -2/' rubric.yaml >r.yaml
    expect 2 r.yaml class
    says err 'r.yaml:4:'
    sed 's/points: 2/pionts: 2/' rubric.yaml >r.yaml
    expect 2 r.yaml class
    says err "did you mean 'points'?"
    sed 's/time: 20 s/time: 20/' rubric.yaml >r.yaml
    expect 2 r.yaml class
    echo 'title: nothing' >r.yaml
    expect 2 r.yaml class
    says err "'checks'"
    [ ! -s out ] || wrong 'something is printed'
    expect 2 rubric.yaml class --junit x.xml
    expect 3 rubric.yaml class -o nowhere/x.csv
}

# The bundled exercise: what stands there, and three attempts at it.
the_bundled_rubric_tells_good_from_bad()
{
    local exercise=$SOURCE_DIR/scenarios/arq/your-own-rule row
    mkdir own
    cp "$exercise.yaml" own/a.yaml
    attempt b 'go-back-n: {from: a, to: b, frames: 20, frame: 1000 B, window: 7, sequence-bits: 3, timeout: 60 ms}'
    attempt c 'selective-repeat: {from: a, to: b, frames: 20, frame: 1000 B, window: 8, sequence-bits: 3, timeout: 60 ms}'
    attempt d 'selective-repeat: {from: a, to: b, frames: 20, frame: 1000 B, window: 8, sequence-bits: 4, timeout: 60 ms}'
    expect 0 "$exercise.rubric" own
    for row in a.yaml,12,15,graded,4,0,3,5 b.yaml,12,15,graded,4,3,0,5 c.yaml,6,15,graded,0,3,3,0 \
        d.yaml,15,15,graded,4,3,3,5; do
        says out "own/$row,"
    done
}

attempt()
{
    sed "s/^  - stop-and-wait:.*/  - $2/" own/a.yaml >"own/$1.yaml"
}

# Diagnoses are judged by the teacher's exercise, whatever became of it in the submission.
a_hidden_fault_is_found_or_not()
{
    local find=$SOURCE_DIR/scenarios/find row
    mkdir faults
    cp "$find/slow-answers.yaml" exercise.yaml
    cat exercise.yaml "$find/answers/slow-answers.txt" >faults/a.yaml
    { cat exercise.yaml && echo 'diagnosis: {hosts.server.tcp.delayed-ack: 100 ms}'; } >faults/b.yaml
    cp exercise.yaml faults/c.yaml
    { cat exercise.yaml && echo 'diagnosis: {hosts.nobody.tcp.nagle: on}'; } >faults/d.yaml
    # Without what would show the difference, and without the seal: no way around.
    { sed '/^script:/,/^expect:/{/^expect:/!d}; /^expect:/,/^lesson:/{/^lesson:/!d}; /^lesson:/,/^view:/{/^view:/!d}
        /^hidden:/d' exercise.yaml && echo 'diagnosis: {seed: 1}'; } >faults/e.yaml
    printf 'checks:\n  - {name: found, points: 4, find: exercise.yaml}\n' >find.rubric
    expect 0 find.rubric faults
    for row in a.yaml,4,4,graded,4 b.yaml,0,4,graded,0 c.yaml,0,4,graded,0 e.yaml,0,4,graded,0; do
        says out "faults/$row,"
    done
    grep -q '^faults/d.yaml,0,4,' out || wrong "a diagnosis of nobody: $(cat out)"
    says out "found: there is no 'diagnosis'"
    says out 'found: the diagnosis does not explain it: from 1 s on'
    printf 'checks:\n  - {find: nowhere.yaml}\n' >find.rubric
    expect 2 find.rubric faults
    says err "'nowhere.yaml' cannot be read"
    printf 'checks:\n  - {find: class/amy.yaml}\n' >find.rubric
    expect 2 find.rubric faults
    says err 'hides nothing'
    printf 'checks:\n  - {find: exercise.yaml, expect: {none: {is: NAK}}}\n' >find.rubric
    expect 2 find.rubric faults
    says err 'find.rubric:2:'
}

the_bundled_rubric_tells_good_from_bad
a_hidden_fault_is_found_or_not
points_are_given_check_by_check
csv_and_json_agree
a_broken_submission_costs_nobody_else
a_wrong_rubric_is_status_2
echo "grade: $failures wrong"
[ $failures = 0 ]
