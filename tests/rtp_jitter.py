"""Appendix A.8 of RFC 3550 once more, from the written trace alone: see rtp_jitter.sh."""

import json
import os
import subprocess
import sys

# Sound by codecs of 8000 units a second, the sink's clock by the run's own time.
SCENARIOS = ("jitter", "jitter-step-by-step", "late-or-lost", "longer-buffer", "wrap-around", "loss-report")
RATE = 8000


def jitter_of(arrivals):
    """The integer algorithm, word by word: s->jitter += d - ((s->jitter + 8) >> 4)."""
    jitter, last = 0, None
    for at, timestamp in arrivals:
        transit = (at * RATE // 10**9 - timestamp) % 2**32
        if last is not None:
            d = (transit - last) % 2**32
            d = d - 2**32 if d >= 2**31 else d
            jitter += abs(d) - ((jitter + 8) >> 4)
        last = transit
    return jitter >> 4


def look(name):
    path = os.path.join(os.environ["SOURCE_DIR"], "scenarios", "rtp", name + ".yaml")
    trace = subprocess.run([os.environ["SLOWWIRE"], "run", "--format", "jsonl", path],
                           capture_output=True, text=True, timeout=120, check=True).stdout
    sent, arrivals, wrong, seen = {}, {}, 0, 0
    for line in map(json.loads, trace.splitlines()):
        if line["ev"] == "send" and line.get("proto") == "rtp":
            sent[line["pkt"]] = line
        elif line["ev"] == "arrive" and line["pkt"] in sent and line["node"] == sent[line["pkt"]]["to"]:
            packet = sent[line["pkt"]]
            arrivals.setdefault(packet["flow"], []).append((line["t"], packet["rtp"]["timestamp"]))
        elif line["ev"] == "end":
            for flow in line["flows"]:
                if "jitter" not in flow:
                    continue
                seen += 1
                expected, told = jitter_of(arrivals[flow["flow"]]), flow["jitter"]["last_units"]
                if told != expected:
                    print(f"rtp_jitter: {name}, {flow['flow']}: told {told}, A.8 makes {expected}")
                    wrong += 1
    return wrong, seen


results = [look(name) for name in SCENARIOS]
print(f"rtp_jitter: {sum(seen for _, seen in results)} streams")
sys.exit(any(wrong for wrong, _ in results) or sum(seen for _, seen in results) < len(SCENARIOS))
