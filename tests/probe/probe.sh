#!/bin/sh
# slowwire probe, driven from another language: tests/probe/peer.py is the other end of the wire.
set -eu
export PYTHONDONTWRITEBYTECODE=1
/usr/bin/python3 "$SOURCE_DIR/tests/probe/drive.py" "$SLOWWIRE"
/usr/bin/python3 "$SOURCE_DIR/tests/probe/sockets.py" "$SLOWWIRE"
/usr/bin/python3 "$SOURCE_DIR/tests/probe/recovery.py" "$SLOWWIRE"
