#!/bin/sh
# slowwire probe, driven from another language: tests/probe/drive.py is the other end of the wire.
set -eu
exec /usr/bin/python3 "$SOURCE_DIR/tests/probe/drive.py" "$SLOWWIRE"
