#!/bin/sh
# The simulated DNS against a real dig and against Wireshark.
exec python3 "$SOURCE_DIR/tests/dns_peers.py"
