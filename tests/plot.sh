#!/bin/bash
# Plots from outside: means and intervals computed by hand, pictures in three forms.
set -u
export LC_ALL=C.UTF-8
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place" || exit 1
[ -x "$BUILD_DIR/slowwire-draw" ] || exit 77
failures=0

wrong()
{
    echo "plot: $*"
    failures=$((failures + 1))
}

# expect STATUS ARGUMENTS…
expect()
{
    local status=$1 got
    shift
    "$SLOWWIRE" plot "$@" >out 2>err </dev/null
    got=$?
    [ $got = "$status" ] || wrong "slowwire plot $*: exit status $got, not $status: $(head -c 400 err)"
}

says()
{
    grep -qF -- "$2" "$1" || wrong "$1 does not say '$2' but: $(head -c 600 "$1")"
}

# Of 1 2 3 4 5: mean 3, s² = 2.5, s/√5 = 0.70711, t(4) = 2.7764: 3 ± 1.9632. Of 10 14: 12 ± 25.412
# (s = 2.8284, t(1) = 12.7062). A single run has no interval; an empty cell is no run.
cat >table.csv <<'EOF'
links.0.delay,frames,seed,reason,web.goodput_bps [bit/s],web.packets [packets]
10 ms,1,1,done,1,7
10 ms,1,2,done,2,7
10 ms,1,3,done,3,7
10 ms,1,4,done,4,7
10 ms,1,5,done,5,7
0.1 s,1,1,done,10,7
0.1 s,1,2,done,14,7
0.1 s,1,3,done,,7
2 ms,1,1,done,9,7
EOF

intervals_are_those_of_the_textbook()
{
    expect 0 table.csv -o points.csv
    cat >wanted <<'EOF'
links.0.delay,series,runs,web.goodput_bps [bit/s],low,high
2 ms,,1,9,9,9
10 ms,,5,3,1.0368,4.9632
0.1 s,,2,12,-13.412,37.412
EOF
    sed 's/\(1\.036\)[0-9]*/\18/; s/\(4\.963\)[0-9]*/\12/; s/\(3[.]41\)[0-9]*/\12/g; s/\(7[.]41\)[0-9]*/\12/' \
        points.csv | cmp -s - wanted || wrong "the points are $(cat points.csv)"
}

# 41 runs: t(40) = 2.0211; the values 0 … 40 have mean 20 and s² = 41·42/12.
large_samples_use_the_right_t()
{
    { echo 'a,seed,y [1]' && for i in $(seq 0 40); do echo "1,$i,$i"; done; } >large.csv
    expect 0 large.csv --x a --y y -o points.csv
    tail -n 1 points.csv | awk -F, '{
        half = 2.0211 * sqrt(41 * 42 / 12 / 41)
        exit !($3 == 41 && $4 == 20 && $6 - 20 < half + 0.001 && $6 - 20 > half - 0.001)
    }' || wrong "$(cat points.csv)"
}

a_sweep_is_drawn()
{
    "$SLOWWIRE" sweep "$SOURCE_DIR/scenarios/arq/frame-lost.yaml" --set links.0.loss=0%,10%,20% \
        --set traffic.0.stop-and-wait.frames=5,10 --seeds 1..4 -o sweep.csv || wrong 'sweep'
    for form in svg png pdf; do
        expect 0 sweep.csv -o one.$form
        expect 0 sweep.csv -o two.$form
        cmp -s one.$form two.$form || wrong "$form differs from time to time"
    done
    says one.svg '>links.0.loss (%)<'
    says one.svg 'mean of 4 runs, 95 % confidence interval'
    says one.svg 'traffic.0.stop-and-wait.frames = 5'
    [ "$(head -c 4 one.png | tail -c 3)" = PNG ] || wrong 'one.png is none'
    [ "$(head -c 5 one.pdf)" = %PDF- ] || wrong 'one.pdf is none'
    expect 0 sweep.csv --lang zh -o zh.svg
    says zh.svg '4 次运行的均值'
    expect 0 sweep.csv --y retransmissions --by links.0.loss --x seed -o again.csv
    [ "$(wc -l <again.csv)" = 13 ] || wrong "$(cat again.csv)"
}

what_is_wrong_is_told()
{
    expect 2 table.csv
    expect 2 -o x.svg
    expect 2 table.csv -o x.gif
    expect 2 table.csv -o x.svg --y nothing
    says err 'web.goodput_bps [bit/s]'
    expect 2 table.csv -o x.svg --size 3
    expect 2 table.csv -o x.svg --y reason
    expect 2 missing.csv -o x.svg
    echo hosts >no.csv
    expect 2 no.csv -o x.svg
    expect 2 table.csv -o x.svg --by web.goodput_bps
    expect 3 table.csv -o nowhere/x.csv
    expect 3 table.csv -o nowhere/x.svg
    ls x.* 2>/dev/null && wrong 'a picture came to be'
}

intervals_are_those_of_the_textbook
large_samples_use_the_right_t
a_sweep_is_drawn
what_is_wrong_is_told
echo "plot: $failures wrong"
[ $failures = 0 ]
