#!/bin/bash
# Runs slowwire, the C floor and, where libns3-dev is installed, ns-3 on the same work, one after the
# other on one pinned core, ROUNDS times, and prints medians of processor time and of the ratios of
# neighbouring runs, with their spread.
#
#   tests/bench/run.sh [ROUNDS]        after ./bootstrap build; BUILD_DIR names another build
set -eu
cd "$(dirname "$0")"
rounds=${1:-5}
ours=${BUILD_DIR:-../../build/release}/slowwire-bench
place=$(mktemp -d)
trap 'rm -r "$place"' EXIT

gcc -std=c11 -O2 -march=x86-64-v2 peers/tcp_floor.c -o "$place/floor" -lm
if ! g++ -std=c++17 -O2 -DNS3_BUILD_PROFILE_RELEASE peers/ns3_tcp.cc -o "$place/ns3" \
    -lns3-applications -lns3-internet -lns3-point-to-point -lns3-traffic-control -lns3-bridge \
    -lns3-network -lns3-stats -lns3-core 2>"$place/errors"; then
    echo "ns-3 is left out: no libns3-dev here"
fi

pinned()
{
    taskset -c "$(($(nproc) - 1))" "$@"
}

value()
{
    tr ' ' '\n' | sed -n "s/^$1=//p"
}

# The peers print wall time a segment; here it is processor time, which other programs disturb less.
peer()
{
    pinned "$@" | awk '{ for (i = 1; i <= NF; i++) { split($i, p, "="); v[p[1]] = p[2] }
                         print v["cpu_s"] * 1e9 / v["goodput_segs"] }'
}

# middle FILE: median, least and greatest of a column of numbers.
middle()
{
    sort -g "$1" | awk '{ a[NR] = $1 } END { printf "%.4g (%.4g..%.4g)", a[int((NR + 1) / 2)], a[1], a[NR] }'
}

ratio()
{
    paste "$1" "$2" | awk '{ print $1 / $2 }' >"$place/ratio"
    middle "$place/ratio"
}

# compare NAME OURS FLOOR NS3: arguments of each; an empty one is left out.
compare()
{
    rm -f "$place"/*.ns
    for _ in $(seq "$rounds"); do
        # shellcheck disable=SC2086 # lists of words
        {
            pinned "$ours" $2 | value ns_per_seg >>"$place/ours.ns"
            if [ -n "$3" ]; then peer "$place/floor" $3 >>"$place/floor.ns"; fi
            if [ -n "$4" ] && [ -x "$place/ns3" ]; then peer "$place/ns3" $4 >>"$place/ns3.ns"; fi
        }
    done
    echo "$1: $(middle "$place/ours.ns") ns a segment"
    [ ! -f "$place/floor.ns" ] || echo "    over the floor: $(ratio "$place/ours.ns" "$place/floor.ns") times"
    [ ! -f "$place/ns3.ns" ] || echo "    ns-3 over ours: $(ratio "$place/ns3.ns" "$place/ours.ns") times"
}

# alone NAME ARGUMENTS: the whole line of one run.
alone()
{
    # shellcheck disable=SC2086 # a list of words
    echo "$1: $(pinned "$ours" $2)"
}

compare "one flow" "bytes 3e8" "-bytes 3e8" "--bytes=30000000"
compare "one flow, 1 % loss" "bytes 5e7 loss 1" "-bytes 5e7 -loss 0.01" "--bytes=10000000 --loss=0.01"
compare "100 flows, 3 hops" "flows 100 dumbbell 1 mbps 1000 bytes 1e9 stop 2" \
    "-flows 100 -hops 3 -mbps 1000 -bytes 0 -stop 2" \
    "--topo=dumbbell --flows=100 --hosts=1 --rate=1Gbps --bytes=0 --stop=1"
compare "499 flows, 3 hops" "flows 499 dumbbell 1 mbps 1000 bytes 1e9 stop 2" \
    "-flows 499 -hops 3 -mbps 1000 -bytes 0 -stop 2" ""
compare "window 64 KB" "bytes 2e8 window 65535" "" ""
compare "window 4 MB" "bytes 2e8 window 4e6 mbps 1000" "" ""

# What each record costs over the untraced run, in neighbouring runs; of the exports each line and packet.
rm -f "$place"/*.ns
for _ in $(seq "$rounds"); do
    pinned "$ours" bytes 1e8 >"$place/untraced"
    pinned "$ours" bytes 1e8 watch 1 write 1 >"$place/traced"
    cat "$place/untraced" "$place/traced" | awk '
        { for (i = 1; i <= NF; i++) { split($i, p, "="); v[NR, p[1]] = p[2] } }
        END { print (v[2, "cpu_ms"] - v[1, "cpu_ms"]) * 1e6 / v[2, "records"] }' >>"$place/record.ns"
    for what in index_ns_per_record ns_per_line ns_per_packet ns_per_packet_of_66; do
        value $what <"$place/traced" >>"$place/$what.ns"
    done
done
echo "trace in memory, over the untraced run: $(middle "$place/record.ns") ns a record"
echo "    its index: $(middle "$place/index_ns_per_record.ns") ns a record"
echo "JSON Lines: $(middle "$place/ns_per_line.ns") ns a line"
echo "pcapng, both ends: $(middle "$place/ns_per_packet.ns") ns a whole packet"
echo "    66 bytes kept: $(middle "$place/ns_per_packet_of_66.ns") ns a packet"

alone "10^7 records" "bytes 1.24e9 watch 1"
alone "1 000 idle flows" "flows 1000 dumbbell 1 bytes 1000"
alone "100 busy flows" "flows 100 dumbbell 1 mbps 1000 bytes 1e9 stop 2"
alone "growth: 100 flows" "flows 100 dumbbell 1 mbps 10000 bytes 1e9 stop 6"
alone "growth: 10^5 flows" "flows 100000 dumbbell 1 mbps 10000 bytes 1e9 stop 6"
alone "10^8 segments" "bytes 146e9 mbps 100000 window 4e6"

build=$(dirname "$ours")
echo "smallest run, 1 000 times: $("$build/bench_start" 1000 "$build/slowwire" run --format none \
    ../../scenarios/arq/no-timer.yaml)"

# 24 runs of some 20 ms each, six seeds: on one processor and on two, wall time in neighbouring runs,
# and what the program that hands them out takes itself.
mkdir "$place/batch"
for i in $(seq 24); do
    cat >"$place/batch/$i.yaml" <<END
stop: 40 s
seed: $i
hosts: {a: 10.0.0.1, b: 10.0.0.2}
links: [{between: [a, b], rate: 100 Mbit/s, delay: 10 ms, loss: 1 %}]
traffic: [{tcp: {from: a, to: "b:80", bytes: 200 MB}}]
END
done

took()
{
    local began=${EPOCHREALTIME/[.,]/}
    "$@" >"$place/said" 2>&1
    echo $((${EPOCHREALTIME/[.,]/} - began))
}

# parallel NAME ARGUMENTS: of slowwire, with -j 1 against -j 2.
parallel()
{
    local name=$1
    shift
    rm -f "$place"/*.ns
    for _ in $(seq "$rounds"); do
        rm -f "$place/out.csv"
        took "$build/slowwire" "$@" -j 1 >>"$place/one.ns"
        rm -f "$place/out.csv"
        took "$build/slowwire" "$@" -j 2 >>"$place/two.ns"
    done
    echo "$name, one processor over two: $(ratio "$place/one.ns" "$place/two.ns") times"
}
parallel "test" test --seeds 1..6 "$place/batch"
parallel "sweep" sweep "$place/batch/1.yaml" --set links.0.loss=0.5%,1%,2% --seeds 1..40 -o "$place/out.csv"
