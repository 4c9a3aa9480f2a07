#!/bin/sh
# Scenarios that mean harm: see hostile.py.
command -v python3 >/dev/null || { echo 'hostile: skipped, no python3'; exit 77; }
exec python3 "$SOURCE_DIR/tests/hostile.py"
