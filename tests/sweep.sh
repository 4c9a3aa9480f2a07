#!/bin/bash
# Sweeps from outside: the product of settings and seeds, whole and in order whatever the number of
# workers and however often it is killed.
set -u
export LC_ALL=C.UTF-8
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place" || exit 1
lost=$SOURCE_DIR/scenarios/arq/frame-lost.yaml
failures=0

wrong()
{
    echo "sweep: $*"
    failures=$((failures + 1))
}

# expect STATUS ARGUMENTS…
expect()
{
    local status=$1 got
    shift
    "$SLOWWIRE" sweep "$@" >out 2>err </dev/null
    got=$?
    [ $got = "$status" ] || wrong "sweep $*: exit status $got, not $status: $(head -c 400 err)"
    [ ! -s out ] || wrong "sweep $* prints $(head -c 100 out)"
}

says()
{
    grep -qF -- "$2" "$1" || wrong "$1 does not say '$2' but: $(head -c 400 "$1")"
}

rows_are_the_product_in_order()
{
    expect 0 "$lost" --set links.0.loss=0%,20% --set 'traffic.0.stop-and-wait.frames=4, 8' \
        --seeds 3..5 -o product.csv -j 1
    [ "$(wc -l <product.csv)" = 13 ] || wrong "2 × 2 × 3 runs have $(wc -l <product.csv) lines"
    [ ! -e product.csv.part ] || wrong 'the journal was left'
    tail -n +2 product.csv | cut -d , -f 1-3 >found
    for loss in 0% 20%; do
        for frames in 4 8; do
            printf '%s\n' "$loss,$frames,3" "$loss,$frames,4" "$loss,$frames,5"
        done
    done >wanted
    cmp -s found wanted || wrong "the rows are $(cat found)"
    expect 0 "$lost" --set links.0.loss=0%,20% --set 'traffic.0.stop-and-wait.frames=4, 8' \
        --seeds 3..5 -o three.csv -j 3
    cmp -s product.csv three.csv || wrong 'the rows depend on -j'
}

# Each row is what `run --format summary` says of that run.
figures_are_those_of_the_summary()
{
    command -v python3 >/dev/null || return
    python3 - <<'PYTHON' || wrong 'the figures are not those of the summary'
import csv, json, os, subprocess
for row in csv.DictReader(open("product.csv", newline="")):
    run = [os.environ["SLOWWIRE"], "run", "--format", "summary", "--seed", row["seed"]]
    for path in ("links.0.loss", "traffic.0.stop-and-wait.frames"):
        run += ["--set", path + "=" + row[path]]
    s = json.loads(subprocess.run(run + [os.environ["SOURCE_DIR"] + "/scenarios/arq/frame-lost.yaml"],
                                  capture_output=True).stdout)
    flow = s["flows"][0]
    wanted = {"sim_ns [ns]": s["sim_ns"], "events [events]": s["events"], "reason": s["reason"]}
    name = flow["flow"] + "."
    for key, unit in {"packets": "packets", "bytes": "B", "delivered_bytes": "B", "end_ns": "ns",
                      "retransmissions": "packets", "goodput_bps": "bit/s", "utilization": "1",
                      "utilization_theory": "1"}.items():
        wanted[f"{name}{key} [{unit}]"] = flow[key]
    wanted[name + "drops [packets]"] = sum(flow["drops"].values())
    for cause in ("loss", "fault", "duplicate"):
        wanted[f"{name}drops.{cause} [packets]"] = flow["drops"].get(cause, 0)
    for link in s["links"]:
        a, b = link["link"].split("-")
        end = f"{a if link['toward'] == b else b}>{link['toward']}."
        wanted[end + "utilization [1]"] = link["utilization"]
        wanted[end + "queue_packets_max [packets]"] = link["queue_packets_max"]
    for key, value in wanted.items():
        assert str(value) == row[key] or float(row[key]) == value, (key, value, row[key])
PYTHON
}

a_value_may_hold_commas()
{
    expect 0 "$lost" --set 'title={en: "A, or B", zh: 甲},"C, D"' -o title.csv
    [ "$(wc -l <title.csv)" = 3 ] || wrong "two titles have $(wc -l <title.csv) lines"
    says title.csv '"{en: ""A, or B"", zh: 甲}",'
}

what_is_wrong_is_told_before_the_first_run()
{
    expect 2 "$lost" --set links.0.loss=0%,5 -o never.csv
    says err 'links.0.loss=5'
    expect 2 "$lost" --set links.0.loss -o never.csv
    expect 2 "$lost" --set links.0.loss=1%,,2% -o never.csv
    expect 2 "$lost" --seeds 5..1 -o never.csv
    expect 2 "$lost" --seeds 1..x -o never.csv
    expect 2 "$lost" --seeds 1..99999999999 -o never.csv
    expect 2 "$lost" --seeds 1..3
    expect 2 --seeds 1..3 -o never.csv
    expect 2 missing.yaml -o never.csv
    ls never* 2>/dev/null && wrong 'a file came to be'
    expect 3 "$lost" -o nowhere/out.csv
    expect 3 "$lost" --seeds 1..3 --max-events 5 -o limits.csv
    says err "3 runs"
    [ "$(cut -d , -f 2 limits.csv | grep -c -e events -e refused)" = 3 ] || wrong "$(cat limits.csv)"
}

the_journal_is_of_one_sweep()
{
    expect 0 "$lost" --seeds 1..20 -o whole.csv
    printf 'slowwire sweep 0.0.0 0123456789abcdef\n0\tseed\t1\n' >other.csv.part
    cp other.csv.part before
    expect 3 "$lost" --seeds 1..20 -o other.csv
    says err 'another sweep'
    cmp -s before other.csv.part || wrong 'the journal of another sweep was changed'
    [ ! -e other.csv ] || wrong 'other.csv came to be'
}

# A journal cut at any byte, and one that ends in rubbish, lead to the same table.
a_torn_journal_is_mended()
{
    local journal size at
    mkdir torn.csv # the table cannot be written: the journal stays
    expect 3 "$lost" --seeds 1..20 -o torn.csv
    rmdir torn.csv
    journal=$(mktemp -p .)
    cp torn.csv.part "$journal"
    size=$(stat -c %s "$journal")
    for at in 0 1 20 43 44 45 $((size / 3)) $((size / 2)) $((size - 1)) "$size"; do
        head -c "$at" "$journal" >torn.csv.part
        expect 0 "$lost" --seeds 1..20 -o torn.csv
        cmp -s torn.csv whole.csv || wrong "cut at $at bytes it becomes another table"
    done
    { cat "$journal" && printf '3\tseed\t4\n99\tseed\t4\nx'; } >torn.csv.part
    expect 0 "$lost" --seeds 1..20 -o torn.csv
    cmp -s torn.csv whole.csv || wrong 'rows that were there twice change the table'
}

# 2000 runs, killed with all their workers' parent at ten random moments.
kills_lose_and_repeat_nothing()
{
    local set='traffic.0.stop-and-wait.frames=200,300,400,500' kills=0 tries=0 pid
    expect 0 "$lost" --set "$set" --set links.0.loss=10% --seeds 1..500 -o unbroken.csv -j 2
    while [ $kills -lt 10 ] && [ $tries -lt 60 ]; do
        tries=$((tries + 1))
        "$SLOWWIRE" sweep "$lost" --set "$set" --set links.0.loss=10% --seeds 1..500 -o broken.csv \
            -j 2 2>/dev/null &
        pid=$!
        sleep 0.0$((RANDOM % 9))$((RANDOM % 10))
        kill -9 $pid 2>/dev/null && kills=$((kills + 1))
        wait $pid 2>/dev/null
        if [ -e broken.csv ]; then
            cmp -s unbroken.csv broken.csv || wrong 'after kills the table is another one'
            rm -f broken.csv broken.csv.part
        fi
    done
    [ $kills = 10 ] || wrong "only $kills kills hit"
    expect 0 "$lost" --set "$set" --set links.0.loss=10% --seeds 1..500 -o broken.csv -j 2
    cmp -s unbroken.csv broken.csv || wrong 'after ten kills the table is another one'
    [ "$(wc -l <broken.csv)" = 2001 ] || wrong "$(wc -l <broken.csv) lines"
    [ ! -e broken.csv.part ] || wrong 'the journal was left'
}

rows_are_the_product_in_order
figures_are_those_of_the_summary
a_value_may_hold_commas
what_is_wrong_is_told_before_the_first_run
the_journal_is_of_one_sweep
a_torn_journal_is_mended
kills_lose_and_repeat_nothing
echo "sweep: $failures wrong"
[ $failures = 0 ]
