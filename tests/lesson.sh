#!/bin/bash
# Lessons: every bundled scenario of the topics below asks something, every question of every bundled
# scenario has an answer in its run, in both languages; and a quiz can be made up of each.
set -u
export LC_ALL=C.UTF-8
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$SOURCE_DIR" || exit 1
topics="tcp udp dhcp rtp arq net"
failures=0

wrong()
{
    echo "lesson: $*"
    failures=$((failures + 1))
}

for topic in $topics; do
    for file in scenarios/"$topic"/*.yaml; do
        [ ! -e "$file" ] || grep -q '^lesson:' "$file" || wrong "$file asks nothing"
    done
done

for lang in en zh; do
    "$SLOWWIRE" lesson --lang $lang --format json scenarios/*/*.yaml >"$place/$lang" 2>"$place/err" ||
        wrong "questions without an answer: $(cat "$place/err")"
done
asked=$(grep -c '"answer":' "$place/en")
[ "$asked" -ge 100 ] || wrong "only $asked questions were found"
grep -n '"why":""' "$place/en" && wrong "a question is not explained"
grep -n '{[a-z.]*}' "$place/en" "$place/zh" | grep -v '^[^:]*:[0-9]*:{"scenario"' && wrong "a template was not filled"
[ "$(wc -l <"$place/en")" = "$(wc -l <"$place/zh")" ] || wrong "the languages ask different things"

# A worksheet gives nothing away.
"$SLOWWIRE" lesson --blank scenarios/tcp/handshake.yaml >"$place/blank" || wrong "--blank: status $?"
grep -q '>' "$place/blank" && wrong "--blank tells what is right"
"$SLOWWIRE" lesson --blank --format json scenarios/tcp/handshake.yaml | grep -q '"answer"' &&
    wrong "--blank --format json tells what is right"

# The same quiz again, another for another seed.
for seed in 1 1 2; do
    "$SLOWWIRE" lesson --quiz --seed $seed scenarios/tcp/segment-lost.yaml >"$place/quiz$seed" || wrong "--quiz: status $?"
done
cmp -s "$place/quiz1" "$place/quiz2" && wrong "the seed changes nothing"
"$SLOWWIRE" lesson --quiz --format json scenarios/*/*.yaml >"$place/quiz" 2>/dev/null || wrong "a quiz has a question without an answer"
[ "$(grep -c '"fault"' "$place/quiz")" = 0 ] || wrong "a quiz has a question without an answer"
for file in scenarios/*/*.yaml; do
    grep -qF "\"$file\"" "$place/quiz" || wrong "no quiz could be made of $file"
done

# What cannot be answered is a warning of the run, and status 1 here.
printf 'hosts: {a: 10.0.0.1, b: 10.0.0.2}\nlinks: [{between: [a, b]}]\ntraffic: [{udp: {from: a, to: "b:9", for: 1 s}}]\nlesson:\n  - {before: {from: b, is: DATA}, ask: time}\n' >"$place/never.yaml"
"$SLOWWIRE" run "$place/never.yaml" 2>&1 >/dev/null | grep -q 'never.yaml:5:5: warning: .*never asked' || wrong "no warning"
"$SLOWWIRE" lesson "$place/never.yaml" >/dev/null 2>&1
[ $? = 1 ] || wrong "a question without an answer is no failure"
"$SLOWWIRE" lesson >/dev/null 2>&1
[ $? = 2 ] || wrong "no file is no mistake"
"$SLOWWIRE" lesson --format xml scenarios/tcp/handshake.yaml >/dev/null 2>&1
[ $? = 2 ] || wrong "an unknown format is no mistake"

echo "lesson: $asked questions"
[ $failures -eq 0 ]
