#!/bin/sh
# The Wireshark dissector of the teaching frames names what the run sent, and finds the flipped bit.
set -u
command -v tshark >/dev/null || { echo "dissector: skipped: needs tshark"; exit 77; }
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
wrong=0
fail() { echo "dissector: $*"; wrong=$((wrong + 1)); }
read_frames() { tshark -X "lua_script:$SOURCE_DIR/assets/wireshark/slowwire-arq.lua" -r "$dir/x.pcapng" "$@" 2>"$dir/err"; }

"$SLOWWIRE" run --format none --pcapng "$dir/x.pcapng" "$SOURCE_DIR/scenarios/arq/gbn-nak.yaml" || fail "no capture"
read_frames -T fields -e slowwire_arq.kind -e slowwire_arq.number -e slowwire_arq.crc.good >"$dir/seen"
# Twelve DATA frames leave: 0 to 5, 2 to 5 again, 6 and 7; one NAK comes back.
[ "$(grep -c '^1' "$dir/seen")" = 12 ] || fail "not twelve DATA frames"
[ "$(grep '^3' "$dir/seen")" = "$(printf '3\t2\t1')" ] || [ "$(grep '^3' "$dir/seen")" = "$(printf '3\t2\tTrue')" ] ||
    fail "no NAK 2: $(grep '^3' "$dir/seen")"
[ "$(read_frames -Y 'slowwire_arq.crc.good == 0' | wc -l)" = 0 ] || fail "a CRC does not hold"
[ "$(read_frames -Y 'slowwire_arq.short || _ws.malformed' | wc -l)" = 0 ] || fail "malformed frames"

# Both ways: seven of the eight frames bring an answer, B's first one ACK 1.
"$SLOWWIRE" run --format none --pcapng "$dir/x.pcapng" "$SOURCE_DIR/scenarios/arq/piggyback.yaml" || fail "no capture"
[ "$(read_frames -Y 'slowwire_arq.answer == 2' | wc -l)" = 7 ] || fail "not seven answers ride along"
read_frames | grep -q 'ARQ.*DATA 0 + ACK 1' || fail "the column does not tell what rides along: $(read_frames | head -3)"
[ "$(read_frames -Y 'slowwire_arq.crc.good == 0' | wc -l)" = 0 ] || fail "a CRC does not hold with an answer"

"$SLOWWIRE" run --format none --tap b --pcapng "$dir/x.pcapng" "$SOURCE_DIR/scenarios/arq/corrupted-frame.yaml"
[ "$(read_frames -Y 'slowwire_arq.crc.bad' | wc -l)" = 1 ] || fail "the flipped bit is not found"
read_frames | grep -q 'ARQ.*DATA 1 \[bad CRC\]' || fail "the column does not tell: $(read_frames | head -3)"
[ ! -s "$dir/err" ] || ! grep -qi 'lua' "$dir/err" || fail "$(cat "$dir/err")"
echo "dissector: $wrong wrong"
[ $wrong = 0 ]
