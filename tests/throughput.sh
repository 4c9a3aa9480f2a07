#!/bin/sh
# What TCP gets through a link that loses every N-th packet, against the closed forms: see
# throughput.py. SLOWWIRE_LONG adds the larger N.
command -v python3 >/dev/null || exit 77
exec python3 "$SOURCE_DIR/tests/throughput.py"
