#!/bin/sh
# The jitter that a receiver reports (`last_units`) is what an independent program makes of the
# arrivals in the written trace by RFC 3550 A.8, to the last unit.
set -eu
python=/usr/bin/python3
if ! [ -x $python ]; then
    echo "rtp_jitter: skipped: needs python3"
    exit 77
fi
exec $python "$SOURCE_DIR/tests/rtp_jitter.py"
