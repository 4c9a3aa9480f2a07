#!/bin/sh
# Captures cut by --snaplen hold what the whole ones hold: snaplen.py.
set -eu
python=/usr/bin/python3
if ! [ -x $python ]; then
    echo "snaplen: skipped: needs python3"
    exit 77
fi
exec $python "$SOURCE_DIR/tests/snaplen.py" "$SLOWWIRE" "$SOURCE_DIR/scenarios"
