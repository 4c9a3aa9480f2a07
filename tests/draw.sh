#!/bin/sh
# slowwire draw: pictures of a run and of several, in each format; equal runs give equal bytes.
set -u
[ -x "$BUILD_DIR/slowwire-draw" ] || { echo "draw: skipped: built without pictures"; exit 77; }
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
wrong=0
fail() { echo "draw: $*"; wrong=$((wrong + 1)); }
arq="$SOURCE_DIR/scenarios/arq"
status() { want=$1; shift; "$SLOWWIRE" draw "$@" >out 2>&1; got=$?; [ $got = "$want" ] || fail "draw $*: status $got instead of $want: $(cat out)"; }

status 0 "$arq/gbn-frame-lost.yaml" -o a.svg --view window,ladder --at 90ms --lang zh
status 0 "$arq/gbn-frame-lost.yaml" -o b.svg --view window,ladder --at 90ms --lang zh
cmp a.svg b.svg || fail "two pictures of one run differ"
grep -q '>途中丢失<' a.svg || fail "text is not text"
grep -q '>后退 N 帧：丢失一帧<' a.svg || fail "no title"
python3 -c 'import sys, xml.dom.minidom as m; m.parse("a.svg")' || fail "no XML"
[ "$(grep -c '<g ' a.svg)" = "$(grep -c '</g>' a.svg)" ] || fail "groups do not match"
status 0 --compare "$arq/race-stop-and-wait.yaml" "$arq/race-go-back-n.yaml" \
    "$arq/race-selective-repeat.yaml" -o race.svg --lang en
for figure in '541 ms' '320 ms' '312 ms' '17.8 %' '30.0 %' '30.8 %'; do
    grep -q ">$figure<" race.svg || fail "the race does not tell $figure"
done
status 0 "$arq/no-loss.yaml" -o c.png --scale 2 --theme dark
head -c 8 c.png | od -An -tx1 | grep -q '89 50 4e 47' || fail "no PNG"
status 0 "$arq/no-loss.yaml" -o c.pdf
head -c 5 c.pdf | grep -q '%PDF-' || fail "no PDF"
if command -v pdftotext >/dev/null; then
    pdftotext c.pdf - | tr -d ' \n' | grep -q 'Stop-and-wait,nothinglost' || fail "no text in the PDF"
fi
status 0 "$arq/no-loss.yaml" -o d.pdf
cmp c.pdf d.pdf || fail "two PDFs of one run differ"
tcp="$SOURCE_DIR/scenarios/tcp"
status 0 "$tcp/fast-retransmit.yaml" -o plots.svg --view plots --at 1.2s --lang en
for word in 'Congestion window' 'cwnd' 'ssthresh' 'SRTT' 'RTO' 'Time and sequence' '1.200 s' '1 lost'; do
    grep -q ">$word<" plots.svg || fail "the plots do not tell $word"
done
status 0 "$tcp/fast-retransmit.yaml" -o strips.svg --view window --at 1.2s --lang zh
for word in 'SND.UNA' 'SND.NXT' 'RCV.NXT' '2921' '失序到达' '窗口到 68456 →'; do
    grep -q ">$word<" strips.svg || fail "the strips do not tell $word"
done
status 0 "$arq/gbn-frame-lost.yaml" -o part.svg --from 10ms --to 60ms
status 2 "$arq/no-loss.yaml" -o d.gif
status 2 "$arq/no-loss.yaml"
status 2 -o e.png
status 2 "$arq/no-loss.yaml" -o e.png --view ladders
status 2 "$arq/none.yaml" -o e.png
status 3 "$arq/no-loss.yaml" -o /nowhere/e.png
[ ! -e e.png ] || fail "a picture in spite of an error"
echo "draw: $wrong wrong"
[ $wrong = 0 ]
