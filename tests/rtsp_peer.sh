#!/bin/sh
# A real player watches the simulated camera: see rtsp_peer.py. About three seconds.
set -eu
python=/usr/bin/python3
if ! command -v ffmpeg >/dev/null || ! [ -x $python ]; then
    echo "rtsp_peer: skipped: needs ffmpeg and python3"
    exit 77
fi
exec $python "$SOURCE_DIR/tests/rtsp_peer.py"
