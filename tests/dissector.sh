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
# Bluetooth's packets are read by Wireshark itself: type, FLOW (GO), ARQN and SEQN of the run in which a STOP is
# lost (a NULL or POLL has its sender's SEQN of the moment), and of the other the header that is damaged and the payload whose CRC fails.
"$SLOWWIRE" run --format none --tap b --pcapng "$dir/x.pcapng" "$SOURCE_DIR/scenarios/arq/bluetooth-flow.yaml"
radio() { tshark -r "$dir/x.pcapng" "$@" 2>/dev/null; }
radio -T fields -e btbredr_rf.packet_header.type -e btbredr_rf.packet_header.flow_control \
    -e btbredr_rf.packet_header.arqn -e btbredr_rf.packet_header.seqn |
    sed 's/0x0*\([0-9a-f]\)/\1/; s/True/1/g; s/False/0/g' | tr '\t\n' '  ' >"$dir/seen"
want='4 1 0 1 0 0 1 1 1 1 0 0 0 0 1 1 4 1 0 0 0 0 0 1 1 1 0 0 0 1 0 1 4 1 0 0 0 0 1 1 '
case $(cat "$dir/seen") in
"$want"*) ;;
*) fail "Wireshark reads otherwise: $(cat "$dir/seen")" ;;
esac
"$SLOWWIRE" run --format none --tap b --pcapng "$dir/x.pcapng" "$SOURCE_DIR/scenarios/arq/bluetooth-crc-or-hec.yaml"
[ "$(radio -Y 'btbredr_rf.incorrect_packet_header_or_hec' | wc -l)" = 1 ] || fail "the damaged header is not found"
[ "$(radio -Y 'btbredr_rf.flags.crc_check == 1 && btbredr_rf.flags.crc_pass == 0 && btbredr_rf.flags.hec_pass == 1' |
    wc -l)" = 1 ] || fail "the damaged payload is not found"
[ "$(radio -Y _ws.malformed | wc -l)" = 0 ] || fail "Bluetooth's packets are malformed"
# Bluetooth audio down to SBC, by what passes the headset's HCI: all signals in order, each packet of music once.
"$SLOWWIRE" run --format none --tap headset --pcapng "$dir/x.pcapng" "$SOURCE_DIR/scenarios/app/bluetooth-headset.yaml"
radio -Y 'btavdtp.signal_id && btavdtp.message_type == 0' -T fields -e btavdtp.signal_id | tr '\n' ' ' | sed 's/0x0*\([0-9a-f]\)/\1/g' >"$dir/seen"
[ "$(cat "$dir/seen")" = "1 2 3 6 7 9 7 8 " ] || fail "AVDTP's commands are otherwise: $(cat "$dir/seen")"
[ "$(radio -Y 'btavdtp.message_type == 2' | wc -l)" = 8 ] || fail "not eight signals are accepted"
radio -Y sbc -T fields -e rtp.seq -e rtp.timestamp -e sbc.bitpool | head -2 | tr '\t\n' '  ' >"$dir/seen"
case $(cat "$dir/seen") in
"1 0 53,53,53,53,53 2 640 53,53,53,53,53 "*) ;;
*) fail "SBC in RTP is read otherwise: $(cat "$dir/seen")" ;;
esac
[ "$(radio -Y 'sbc' | wc -l)" = 10 ] || fail "not ten packets of music"
[ "$(radio -Y '_ws.malformed || _ws.expert.severity >= 0x600000' | wc -l)" = 0 ] || fail "tshark warns of Bluetooth audio"
# Retransmissions and frames that were given up leave nothing malformed.
"$SLOWWIRE" run --format none --tap brisk --pcapng "$dir/x.pcapng" "$SOURCE_DIR/scenarios/app/bluetooth-flush.yaml"
[ "$(radio -Y _ws.malformed | wc -l)" = 0 ] || fail "given up frames are malformed"
"$SLOWWIRE" run --format none --tap phone --pcapng "$dir/x.pcapng" "$SOURCE_DIR/scenarios/app/bluetooth-refused.yaml"
[ "$(radio -Y 'btavdtp.message_type == 3 && btavdtp.service_category == 7' | wc -l)" = 1 ] || fail "the refusal is not read"
[ ! -s "$dir/err" ] || ! grep -qi 'lua' "$dir/err" || fail "$(cat "$dir/err")"
echo "dissector: $wrong wrong"
[ $wrong = 0 ]
