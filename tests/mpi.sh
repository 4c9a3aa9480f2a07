#!/bin/bash
# Sweeps under MPI: the same rows in the same order for any number of ranks, and none lost with a rank.
set -u
export LC_ALL=C.UTF-8 OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0" # MPI's own
program=$BUILD_DIR/slowwire-mpi
[ -x "$program" ] || { echo "skipped: slowwire-mpi was not built, no MPI is here" && exit 77; }
command -v mpirun >/dev/null || { echo "skipped: no mpirun" && exit 77; }
mpirun --oversubscribe -n 2 true >/dev/null 2>&1 </dev/null ||
    { echo "skipped: mpirun cannot start ranks here" && exit 77; }
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place" || exit 1
lost=$SOURCE_DIR/scenarios/arq/frame-lost.yaml
runs=(--set 'traffic.0.stop-and-wait.frames=80,100' --set 'links.0.loss=5%,10%' --seeds 1..50)
long=(--set 'traffic.0.stop-and-wait.frames=8000,10000' --set links.0.loss=10% --seeds 1..60)
failures=0

wrong()
{
    echo "mpi: $*"
    failures=$((failures + 1))
}

# ranks N ARGUMENTS…
ranks()
{
    local n=$1
    shift
    mpirun --oversubscribe -n "$n" "$program" "$@" >out 2>err </dev/null
}

expect()
{
    local status=$1 got
    shift
    ranks "$@"
    got=$?
    [ $got = "$status" ] || wrong "-n $*: exit status $got, not $status: $(head -c 400 err)"
}

rows_do_not_depend_on_the_ranks()
{
    local n
    "$SLOWWIRE" sweep "$lost" "${runs[@]}" -o plain.csv || wrong 'the plain sweep'
    [ "$(wc -l <plain.csv)" = 201 ] || wrong "$(wc -l <plain.csv) lines"
    for n in 1 2 3; do
        expect 0 $n sweep "$lost" "${runs[@]}" -o $n.csv
        cmp -s plain.csv $n.csv || wrong "with $n ranks the table is another one"
        [ ! -e $n.csv.part ] || wrong 'the journal was left'
    done
    expect 0 2 sweep -j 2 --lang zh "$lost" "${runs[@]}" -o two.csv
    cmp -s plain.csv two.csv || wrong 'with -j 2 the table is another one'
    expect 0 3 sweep "$lost" -o one.csv
    [ "$(wc -l <one.csv)" = 2 ] || wrong 'more ranks than runs'
}

what_is_wrong_is_told_once()
{
    expect 2 3 sweep "$lost" --set links.0.loss=0%,5 -o never.csv
    [ "$(grep -c 'links.0.loss=5' err)" = 1 ] || wrong "told otherwise than once: $(head -c 600 err)"
    expect 2 2 sweep "$lost" --seeds 5..1 -o never.csv
    expect 2 2 sweep missing.yaml -o never.csv
    expect 2 2 run "$lost"
    expect 3 2 sweep "$lost" -o nowhere/out.csv
    ls never* 2>/dev/null && wrong 'a file came to be'
    expect 0 2 --help
    [ "$(grep -c 'mpirun -n N' out)" = 1 ] || wrong "--help: $(head -c 300 out)"
}

# The process of a rank of the job that mpirun $1 runs.
process_of()
{
    local pid
    for pid in $(ps -o pid= --ppid "$1"); do
        tr '\0' '\n' 2>/dev/null <"/proc/$pid/environ" | grep -qx "OMPI_COMM_WORLD_RANK=$2" && echo "$pid"
    done
}

# lose RANK OPTION…: kills a rank in the middle of the sweep. False: the job was over before.
lose()
{
    local rank=$1 job victim='' hit=1
    shift
    rm -f lost.csv lost.csv.part
    mpirun "$@" --oversubscribe -n 3 "$program" sweep "$lost" "${long[@]}" -o lost.csv >out 2>err </dev/null &
    job=$!
    while kill -0 $job 2>/dev/null && [ -z "$victim" ]; do
        victim=$(process_of $job "$rank")
    done
    while kill -0 $job 2>/dev/null && ! { [ -e lost.csv.part ] && [ "$(wc -l <lost.csv.part)" -gt 5 ]; }; do
        sleep 0.01
    done
    kill -9 "$victim" 2>/dev/null && [ -e lost.csv.part ] && [ ! -e lost.csv ] && hit=0
    wait $job 2>/dev/null
    return $hit
}

# The same, up to ten times: a machine may be quicker than this script.
lose_one()
{
    local tries
    for tries in 1 2 3 4 5 6 7 8 9 10; do
        lose "$@" && return
    done
    wrong "rank $1 was never lost in $tries tries"
    return 1
}

# The launcher ends the job when a rank is lost. What is there is kept, the same command goes on.
a_lost_rank_loses_no_row()
{
    local rank before
    "$SLOWWIRE" sweep "$lost" "${long[@]}" -o unbroken.csv || wrong 'the plain sweep of long runs'
    for rank in 0 2; do
        lose_one $rank || continue
        if [ -e lost.csv.part ]; then # else rank 0 was quicker than the end of its job
            before=$(wc -l <lost.csv.part)
            [ "$before" -gt 5 ] || wrong "rank $rank: only $before lines were kept"
        fi
        expect 0 3 sweep "$lost" "${long[@]}" -o lost.csv
        cmp -s unbroken.csv lost.csv || wrong "after the loss of rank $rank the table is another one"
    done
}

# The launcher lets the others go on: they make up for what is missing.
the_others_go_on()
{
    mpirun --enable-recovery --oversubscribe -n 1 true >/dev/null 2>&1 || return
    lose_one 2 --enable-recovery || return
    cmp -s unbroken.csv lost.csv || wrong "with recovery the table is another one: $(head -c 400 err)"
    grep -q 'does not answer any more' err || wrong "nothing is said of the loss: $(head -c 400 err)"
}

rows_do_not_depend_on_the_ranks
what_is_wrong_is_told_once
a_lost_rank_loses_no_row
the_others_go_on
echo "mpi: $failures wrong"
[ $failures = 0 ]
