#!/bin/sh
# The dissector that is written for a declared protocol reads, in tshark, what the trace says was said:
# every field of every message, over every way to find a frame and every check, with no malformed
# packet; and it finds what is wrong with a frame.
set -u
command -v tshark >/dev/null || { echo "declared: skipped: needs tshark"; exit 77; }
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
wrong=0
fail() { echo "declared: $*"; wrong=$((wrong + 1)); }

# FILE NODE WANTED: the capture at that node.
compare()
{
    "$SLOWWIRE" dissector "$SOURCE_DIR/$1" -o "$dir/x.lua" || fail "$1: no dissector"
    "$SLOWWIRE" run --format jsonl -o "$dir/x.jsonl" --tap "$2" --pcapng "$dir/x.pcapng" "$SOURCE_DIR/$1" ||
        fail "$1: no capture"
    seen=$(/usr/bin/python3 "$SOURCE_DIR/tests/declared.py" "$dir/x.lua" "$dir/x.pcapng" "$dir/x.jsonl")
    [ "$seen" = "$3" ] || fail "$1: $seen
not: $3"
}

compare tests/scenarios/framed-kinds.yaml b '72 messages, 0 wrong'
compare scenarios/app/taxi-session.yaml platform '14 messages, 0 wrong'
# One frame ends at the 7e in it, and what is left of it is none; in another 7d begins no escape.
compare scenarios/app/taxi-unescaped.yaml platform '8 messages, 0 wrong, bad_check 1, bad_escape 1, check.good 1, no_frame 2'

# The frame that JT/T 905's implementers print in their manual, byte for byte, and how tshark names it.
"$SLOWWIRE" run --format none --pcapng "$dir/x.pcapng" "$SOURCE_DIR/scenarios/app/taxi-session.yaml"
"$SLOWWIRE" dissector --lang zh "$SOURCE_DIR/scenarios/app/taxi-session.yaml" >"$dir/x.lua" || fail "no dissector"
published=7e02000023103456789012007d02000000010000000200ba7f0e07e4f11c003c002110152110100104000000640202007d01347e
tshark -X "lua_script:$dir/x.lua" -r "$dir/x.pcapng" -Y 'slowwire_taxi.serial == 126 && ip.src == 10.0.0.1' -T fields -e tcp.payload \
    -e slowwire_taxi.position.latitude -e slowwire_taxi.message 2>/dev/null >"$dir/seen"
[ "$(cat "$dir/seen")" = "$(printf '%s\t12222222\tposition' $published)" ] || fail "not the published frame: $(cat "$dir/seen")"
tshark -X "lua_script:$dir/x.lua" -r "$dir/x.pcapng" 2>/dev/null | grep -q 'taxi.*位置汇报' || fail "no Chinese label"

# After a wrong length nothing is found in that connection.
"$SLOWWIRE" run --format none --tap server --pcapng "$dir/x.pcapng" "$SOURCE_DIR/scenarios/app/length-or-delimiter.yaml"
"$SLOWWIRE" dissector "$SOURCE_DIR/scenarios/app/length-or-delimiter.yaml" >"$dir/x.lua"
[ "$(tshark -X "lua_script:$dir/x.lua" -r "$dir/x.pcapng" -Y slowwire_prefixed.lost 2>/dev/null | wc -l)" -ge 1 ] ||
    fail "the lost one is not told"

"$SLOWWIRE" dissector "$SOURCE_DIR/scenarios/tcp/handshake.yaml" >"$dir/out" 2>"$dir/err"
[ $? = 2 ] || fail "a scenario without protocols is no mistake"
grep -q "declares no protocol" "$dir/err" || fail "a scenario without protocols: $(cat "$dir/err")"
"$SLOWWIRE" dissector 2>/dev/null
[ $? = 2 ] || fail "no file is no mistake"
echo "declared: $wrong wrong"
[ $wrong = 0 ]
