#!/bin/bash
# What Wireshark says of each bundled scenario, captured at its first host and at both ends of every
# link: nothing malformed, no bad checksum but where a fault flips bits, strict time order; and at the
# first host the analysis flags of TCP that the file announces, and no others:
#
#   # wireshark: 8 duplicate_ack, 1 fast_retransmission      (in the alphabet's order)
set -u
for tool in tshark capinfos mergecap; do
    command -v $tool >/dev/null || exit 77
done
cd "$SOURCE_DIR" || exit 1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

wrong()
{
    echo "tshark: $*"
    failures=$((failures + 1))
}

flags='ack_lost_segment duplicate_ack fast_retransmission keep_alive keep_alive_ack lost_segment
out_of_order retransmission reused_ports spurious_retransmission window_full window_update
zero_window zero_window_probe zero_window_probe_ack'

# One line of columns a packet. But for the applications' own scenarios payload is not what its port
# number says, so nobody shall dissect it.
plain=(--disable-protocol http --disable-protocol mqtt --disable-protocol dns)
dissect()
{
    local columns=() flag
    for flag in $flags; do
        columns+=(-e "tcp.analysis.$flag")
    done
    tshark -r "$1" -n -o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE -o udp.check_checksum:TRUE \
        "${shown[@]}" -T fields -E occurrence=a -e frame.number -e _ws.malformed \
        -e ip.checksum.status -e tcp.checksum.status -e udp.checksum.status "${columns[@]}" 2>/dev/null
}

# "3 malformed, 1 bad_checksum" of lines of columns; nothing if all is sound.
unsound()
{
    awk -F '\t' '{ malformed += $2 != ""; bad += ($3 "," $4 "," $5) ~ /(^|,)0(,|$)/ }
        END { if (!NR) print "no packets"
              if (malformed) print malformed " malformed"
              if (bad) print bad " with a bad checksum" }'
}

counted_flags()
{
    awk -F '\t' -v names="$flags" 'BEGIN { n = split(names, name, " ") }
        { for (i = 1; i <= n; i++) count[i] += $(i + 5) != "" }
        END { for (i = 1; i <= n; i++)
                  if (count[i]) text = text ", " count[i] " " name[i]
              print substr(text, 3) }'
}

judge()
{
    local file=$1 capture=$2 found announced
    dissect "$capture.pcapng" >"$work/columns"
    found=$(unsound <"$work/columns")
    if grep -q 'corrupt:\|bit-errors:' "$file"; then
        found=${found##*bad checksum}
    fi
    [ -z "$found" ] || wrong "$file: $found"
    announced=$(sed -n 's/^# wireshark: //p' "$file")
    found=$(counted_flags <"$work/columns")
    [ "$found" = "$announced" ] || wrong "$file: flags '$found', announced '$announced'"
}

for topic in scenarios/*/; do
    whole=()
    [ "$topic" = scenarios/app/ ] && shown=() || shown=("${plain[@]}")
    for file in "$topic"*.yaml; do
        capture=$work/$(basename "$topic").$(basename "$file" .yaml)
        "$SLOWWIRE" run --format none --pcapng "$capture.pcapng" "$file" 2>/dev/null ||
            wrong "$file: exit status $?"
        "$SLOWWIRE" run --format none --pcapng "$capture.all.pcapng" --tap all "$file" 2>/dev/null
        judge "$file" "$capture"
        if grep -q ' rtsp:' "$file"; then # what one says of a port would be believed of the next file's
            found=$(dissect "$capture.all.pcapng" | unsound)
            [ -z "$found" ] || wrong "$file, both ends: $found"
        elif ! grep -q 'corrupt:\|bit-errors:' "$file"; then
            whole+=("$capture.all.pcapng")
        fi
    done
    shown=("${plain[@]}") # a segment seen at two ends is to them a message said twice
    mergecap -a -w "$work/whole.pcapng" "${whole[@]}" || wrong "$topic: captures that cannot be merged"
    found=$(dissect "$work/whole.pcapng" | unsound)
    [ -z "$found" ] || wrong "$topic, both ends of every link: $found"
done
rm -f "$work/whole.pcapng"

# What is cut by --snaplen is as long as it was, and no less sound.
kept_of()
{
    tshark -r "$1" -n -T fields -e frame.len -e frame.cap_len -e ip.checksum -e tcp.checksum -e udp.checksum \
        2>/dev/null | awk -F '\t' -v OFS='\t' '{ $2 = $2 > 66 ? 66 : $2; print }'
}
for name in tcp/slow-start dhcp/address-conflict rtp/voice; do
    capture=$work/${name/\//.}
    "$SLOWWIRE" run --format none --tap all --snaplen 66 --pcapng "$capture.cut.pcapng" "scenarios/$name.yaml"
    found=$(dissect "$capture.cut.pcapng" | unsound)
    [ -z "$found" ] || wrong "$name, cut: $found"
    [ "$(kept_of "$capture.cut.pcapng")" = "$(kept_of "$capture.all.pcapng")" ] ||
        wrong "$name: cut packets have other lengths or checksums"
    capinfos "$capture.cut.pcapng" | grep -q 'Capture length = 66$' || wrong "$name: no snapshot length"
done
capinfos -o "$work"/*.pcapng >"$work/order" || wrong "capinfos cannot read them"
captures=$(find "$work" -name "*.pcapng" | wc -l)
ordered=$(grep -c 'Strict time order: *True' "$work/order")
[ "$ordered" = "$captures" ] || wrong "$ordered of $captures captures are in strict time order"
echo "tshark: $captures captures, $failures findings"
[ "$failures" = 0 ]
