#!/bin/sh
# A stream that was replayed in real time is heard by a real decoder, and a bad capture is refused in
# words: see replay.py. About twelve seconds, most of them waiting for the voices to have been said.
set -eu
python=/usr/bin/python3
if ! command -v ffmpeg >/dev/null || ! [ -x $python ]; then
    echo "replay: skipped: needs ffmpeg and python3"
    exit 77
fi
exec $python "$SOURCE_DIR/tests/replay.py"
