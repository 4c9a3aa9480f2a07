#!/bin/sh
# slowwire draw: pictures of a run and of several, in each format; equal runs give equal bytes.
set -u
export LC_ALL=C.UTF-8
[ -x "$BUILD_DIR/slowwire-draw" ] || { echo "draw: skipped: built without pictures"; exit 77; }
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
echo leak:libcairo >lsan # it keeps an array of a Chinese font's subset in a PDF
export LSAN_OPTIONS="suppressions=$dir/lsan:print_suppressions=0"
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
for words in '28.5 %' 'utilization, idealised' 'window that keeps the line busy, frames' 'packets without an equal in another run' '18'; do
    grep -q ">$words<" race.svg || fail "the race does not tell $words"
done
grep -q 'for a line without loss' race.svg || fail "the idealised figure's assumptions are not told"
# The same losses for the same copies: stop-and-wait and selective repeat send the same frames, go-back-N more.
status 0 --compare "$arq/gbn-frame-lost.yaml" --set traffic.0.go-back-n.window=2,4 -o set.svg --lang en
for words in 'window=2' 'window=4' '188 ms' '152 ms'; do grep -q ">$words<" set.svg || fail "no $words"; done
status 0 --compare "$arq/../tcp/first-syn-lost.yaml" --set links.0.delay=200ms -o tcp.svg --lang en
for words in 'as it is' 'delay=200ms' '1.66 s'; do grep -q ">$words<" tcp.svg || fail "no $words"; done
status 0 "$arq/gbn-frame-lost.yaml" --set traffic.0.go-back-n.window=3 -o one.svg
status 2 --compare "$arq/no-loss.yaml" --set seed=1,2,3,4 -o e.png
status 2 --compare "$arq/no-loss.yaml" --set seed=1,2 --set stop=1s,2s -o e.png
status 2 --compare "$arq/no-loss.yaml" --set seed -o e.png
status 2 --compare "$arq/no-loss.yaml" --set links.0.dealy=1s -o e.png
status 0 "$arq/no-loss.yaml" -o c.png --scale 2 --theme dark
head -c 8 c.png | od -An -tx1 | grep -q '89 50 4e 47' || fail "no PNG"
status 0 "$arq/no-loss.yaml" -o c.pdf
head -c 5 c.pdf | grep -q '%PDF-' || fail "no PDF"
if command -v pdftotext >/dev/null; then
    pdftotext c.pdf - | tr -d ' \n' | grep -q 'Stop-and-wait,nothinglost' || fail "no text in the PDF"
fi
status 0 "$arq/no-loss.yaml" -o zh.pdf --lang zh
if command -v pdffonts >/dev/null; then
    # Behind two lines of heads: a name, a type of one to three words, an encoding, embedded or not …
    pdffonts zh.pdf | tail -n +3 | awk '{ n++; if ($(NF - 4) != "yes") bad = 1 } END { exit bad || n < 4 }' ||
        fail "a font is not embedded: $(pdffonts zh.pdf)"
    pdftotext zh.pdf - | tr -d ' \n' | grep -q '停止等待' || fail "no Chinese text in the PDF"
fi
# Every view that there is, in both languages: its words are words of the picture, in the language asked for.
"$SLOWWIRE" draw "$arq/no-loss.yaml" --view none -o e.svg --lang en >out 2>&1
# shellcheck disable=SC2013 # words are wanted
for view in $(sed -n 's/.*at most four of //; s/,//g; s/ and / /p' out); do
    case $view in
    lease) lesson=dhcp/rebind least=30 ;;
    messages) lesson=app/http-nagle least=12 ;;
    playout | reports | jitter | sync | members) lesson=rtp/lip-sync least=12 ;;
    plots | machine) lesson=tcp/fast-retransmit least=20 ;;
    timeline | caption) lesson=arq/gbn-frame-lost least=3 ;;
    *) lesson=arq/gbn-frame-lost least=12 ;;
    esac
    for lang in en zh; do
        status 0 "$SOURCE_DIR/scenarios/$lesson.yaml" --view "$view" -o "$view.$lang.svg" --lang $lang
        [ "$(grep -c '<text' "$view.$lang.svg")" -ge $least ] || fail "$view in $lang has hardly any text"
        python3 -c 'import sys, xml.dom.minidom as m; m.parse(sys.argv[1])' "$view.$lang.svg" || fail "$view.$lang.svg is no XML"
    done
    grep -qP '>[^<]*\p{Han}' "$view.zh.svg" || fail "$view in Chinese has no Chinese"
    ! cmp -s "$view.en.svg" "$view.zh.svg" || fail "$view is the same in both languages"
done
[ -f timeline.zh.svg ] || fail "the views were not found: $(cat out)"
status 0 "$arq/no-loss.yaml" -o d.pdf
cmp c.pdf d.pdf || fail "two PDFs of one run differ"
tcp="$SOURCE_DIR/scenarios/tcp"
status 0 "$tcp/fast-retransmit.yaml" -o plots.svg --view plots --at 1.2s --lang en
for word in 'Congestion window' 'cwnd' 'ssthresh' 'SRTT' 'RTO' 'Time and sequence' '1.200 s' '1 lost'; do
    grep -q ">$word<" plots.svg || fail "the plots do not tell $word"
done
status 0 "$tcp/abort.yaml" -o sent-by-a-call.svg # what no packet led to
status 0 --compare "$tcp/abort.yaml" "$tcp/handshake.yaml" -o two.svg
status 0 "$tcp/fast-retransmit.yaml" -o story.svg --view caption,state,timeline --at 1180ms --lang en
grep -q 'again at once' story.svg || fail "the caption does not stand in its picture"
grep -q '>1.180<' story.svg || fail "the transport does not tell the time"
status 0 "$tcp/fast-retransmit.yaml" -o strips.svg --view window --at 1.2s --lang zh
for word in 'SND.UNA' 'SND.NXT' 'RCV.NXT' '2921' '失序到达' '窗口到 68456 →'; do
    grep -q ">$word<" strips.svg || fail "the strips do not tell $word"
done
status 0 "$tcp/fast-retransmit.yaml" -o sheet.svg --worksheet --at 1.25s --lang en
grep -q '>2921<' sheet.svg && fail "a worksheet tells a number"
grep -q '>____<' sheet.svg || fail "a worksheet has no blanks"
grep -q '>Name ____' sheet.svg || fail "a worksheet has no place for a name"

# Streams: what is told of them, in words and figures.
rtp="$SOURCE_DIR/scenarios/rtp"
told() { file=$1; shift; for words; do grep -q ">$words<" "$file" || fail "$file does not tell $words"; done; }
status 0 "$rtp/late-or-lost.yaml" -o lanes.svg --view playout --at 130ms --lang en
told lanes.svg 'Sent' 'Arrived' 'Played' '10 ms late' 'silence filled in' 'Playout buffer and jitter' 'too late'
status 0 "$rtp/late-or-lost.yaml" -o lanes-zh.svg --view playout --at 130ms --lang zh
told lanes-zh.svg '晚了 10 ms' '补上静音' '播放缓冲与抖动'
status 0 "$rtp/jitter-step-by-step.yaml" -o steps.svg --view jitter --lang en
told steps.svg '-128' '15.50' '14.50' '13.56' '16 J = 232 + 0 − (232 + 8) / 16 = 217'
status 0 "$rtp/round-trip.yaml" -o reports.svg --view reports --lang en
told reports.svg 'RTT = A − LSR − DLSR = 0.250 s' 'DLSR' 'Fraction lost' '0/256'
status 0 "$rtp/lip-sync.yaml" -o before.svg --view sync --at 2900ms --lang en
told before.svg 'Pictures 141.0 ms behind the voice' 'before the reports'
status 0 "$rtp/lip-sync.yaml" -o after.svg --view sync --at 8s --lang en
grep -q '>Together, within 0\.[0-9] ms<' after.svg || fail "sound and pictures do not come together"
status 0 "$rtp/lip-sync.yaml" -o members.svg --view members --at 8s --lang zh
told members.svg '成员与间隔' '小爱' '小博'

# Films: ffmpeg gets whole pictures and its file gets the name; without it a message says so.
mkdir bin
cat >bin/ffmpeg <<'END'
#!/bin/sh
for last; do :; done
echo "$@" >arguments
wc -c >bytes
printf '\000\000\000\010moov' >"${last#file:}"
END
chmod +x bin/ffmpeg
PATH="$PWD/bin:$PATH" status 0 "$tcp/handshake.yaml" -o run.mp4 --size 640x360 --to 300ms
bytes=$(cat bytes)
[ "$(wc -c <run.mp4)" = 8 ] || fail "a film is not what ffmpeg wrote"
picture=$((640 * 360 * 4))
[ $((bytes / picture * picture)) = "$bytes" ] || fail "a film of $bytes bytes is no row of pictures"
[ "$bytes" -gt $((30 * picture)) ] || fail "a film of $bytes bytes is over at once"
grep -q -- '-s 640x360 -r 30 -i -' arguments || fail "ffmpeg was told $(cat arguments)"
for file in run.mp4.*; do
    [ ! -e "$file" ] || fail "a part of a film is left: $file"
done
printf '#!/bin/sh\ncat >/dev/null; exit 7\n' >bin/ffmpeg
PATH="$PWD/bin:$PATH" status 3 "$tcp/handshake.yaml" -o broken.gif --size 640x360 --to 300ms
grep -q 'status 7' out || fail "a film that fails is not told: $(cat out)"
[ ! -e broken.gif ] || fail "a broken film is there"
mkdir none
PATH="$PWD/none" "$SLOWWIRE" draw "$tcp/handshake.yaml" -o run.gif --lang en >out 2>&1
[ $? = 3 ] || fail "a film without ffmpeg: $(cat out)"
grep -q 'ffmpeg, which is not installed' out || fail "nobody says that ffmpeg is missing: $(cat out)"
if command -v ffprobe >/dev/null; then
    status 0 "$tcp/handshake.yaml" -o real.gif --size 640x360 --to 300ms
    ffprobe -v error -show_entries stream=width,height -of csv=p=0 real.gif | grep -q '^640,360' || fail "no GIF"
fi
status 0 "$arq/gbn-frame-lost.yaml" -o part.svg --from 10ms --to 60ms
status 2 "$arq/no-loss.yaml" -o d.bmp
status 2 "$arq/no-loss.yaml"
status 2 -o e.png
status 2 "$arq/no-loss.yaml" -o e.png --view ladders
status 2 "$arq/none.yaml" -o e.png
status 3 "$arq/no-loss.yaml" -o /nowhere/e.png
[ ! -e e.png ] || fail "a picture in spite of an error"
echo "draw: $wrong wrong"
[ $wrong = 0 ]
