#!/bin/sh
# What Wireshark says of each bundled TCP scenario: no malformed packet, no bad checksum, and the
# analysis flags that the scenario is about, and no others. The truth here is tshark's.
command -v tshark >/dev/null || exit 77
cd "$SOURCE_DIR" || exit 1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

# What the scenario is about; those that are not named have no flags at all.
expected()
{
    case $1 in
        host-down) echo "7 retransmission" ;;
        syn-lost) echo "1 retransmission" ;;
        syn-ack-lost) echo "1 duplicate_ack 1 retransmission" ;;
        teardown-last-ack-lost) echo "1 duplicate_ack 1 retransmission" ;;
        reordering) echo "2 duplicate_ack" ;;
        keep-alive) echo "1 keep_alive" ;;
        segment-lost) echo "8 duplicate_ack 1 fast_retransmission 1 retransmission" ;;
    esac
}

# How many packets have which flag, in one call: a column a flag, empty where it is not set.
flags()
{
    tshark -r "$1" -o tcp.check_checksum:TRUE -o ip.check_checksum:TRUE -T fields \
        -e tcp.analysis.duplicate_ack -e tcp.analysis.fast_retransmission \
        -e tcp.analysis.keep_alive -e tcp.analysis.lost_segment -e tcp.analysis.out_of_order \
        -e tcp.analysis.retransmission -e tcp.analysis.spurious_retransmission \
        -e tcp.analysis.window_full -e tcp.analysis.zero_window \
        -e tcp.analysis.zero_window_probe -e _ws.malformed \
        -e tcp.checksum.status -e ip.checksum.status 2>/dev/null | awk -F '\t' '
        BEGIN { n = split("duplicate_ack fast_retransmission keep_alive lost_segment" \
            " out_of_order retransmission spurious_retransmission window_full zero_window" \
            " zero_window_probe malformed", name, " ") }
        { for (i = 1; i <= n; i++) count[i] += $i != ""
          bad += $12 != 1 || $13 != 1; packets++ }
        END { for (i = 1; i <= n; i++) if (count[i]) text = text " " count[i] " " name[i]
              if (bad) text = text " " bad " bad checksums"
              print packets ? substr(text, 2) : "no packets" }'
}

for file in scenarios/tcp/*.yaml; do
    name=$(basename "$file" .yaml)
    "$SLOWWIRE" run "$file" --format none --pcapng "$work/$name.pcapng" 2>/dev/null
    found=$(flags "$work/$name.pcapng")
    if [ "$found" != "$(expected "$name")" ]; then
        echo "$name: tshark flags '$found', not '$(expected "$name")'"
        failures=$((failures + 1))
    fi
done
echo "tshark: $failures differ"
[ "$failures" = 0 ]
