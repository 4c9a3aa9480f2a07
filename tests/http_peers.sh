#!/bin/sh
# The simulated HTTP against a real curl and against Wireshark.
exec python3 "$SOURCE_DIR/tests/http_peers.py"
