#!/bin/sh
# once: Wireshark takes the frames of music out of a capture, and ffmpeg decodes them. A second.
set -eu
python=/usr/bin/python3
for tool in tshark ffmpeg $python; do
    if ! command -v "$tool" >/dev/null; then
        echo "sbc_peer: skipped: needs $tool"
        exit 77
    fi
done
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
"$SLOWWIRE" run --format none --tap headset --pcapng "$dir/x.pcapng" "$SOURCE_DIR/scenarios/app/bluetooth-headset.yaml"
tshark -r "$dir/x.pcapng" -Y sbc -T json -x 2>/dev/null >"$dir/x.json"
# Behind the byte of A2DP that counts them stand five frames of 119 bytes in each of ten packets.
$python - "$dir" <<'END'
import json, sys
frames = b""
for packet in json.load(open(sys.argv[1] + "/x.json")):
    payload = bytes.fromhex(packet["_source"]["layers"]["sbc_raw"][0])
    assert len(payload) == 1 + 5 * 119 and payload[0] == 5, payload[:4]
    frames += payload[1:]
assert len(frames) == 50 * 119
open(sys.argv[1] + "/x.sbc", "wb").write(frames)
END
ffmpeg -v warning -f sbc -i "$dir/x.sbc" -f s16le "$dir/x.raw" 2>"$dir/err"
if grep -v 'Guessed Channel Layout' "$dir/err"; then
    echo "sbc_peer: ffmpeg warns"
    exit 1
fi
# 128 samples of two channels a frame, and all but silent.
$python - "$dir" <<'END'
import array, sys
samples = array.array("h", open(sys.argv[1] + "/x.raw", "rb").read())
assert len(samples) == 50 * 128 * 2, len(samples)
assert max(abs(s) for s in samples) < 64, max(samples)
END
echo "sbc_peer: 50 frames decoded"
