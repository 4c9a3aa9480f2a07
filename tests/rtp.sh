#!/bin/sh
# Wireshark's opinion of the RTP scenarios: no malformed packet, every RTCP compound known, and for
# sound the same losses, mean and greatest jitter as the summary's own (to tshark's rounding).
set -eu
python=/usr/bin/python3
if ! command -v tshark >/dev/null || ! [ -x $python ]; then
    echo "rtp: skipped: needs tshark and python3"
    exit 77
fi
exec $python "$SOURCE_DIR/tests/rtp.py"
