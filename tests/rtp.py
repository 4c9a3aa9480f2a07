"""The streams of scenarios/rtp as tshark sees them at the receiver: see rtp.sh."""

import glob
import json
import os
import re
import subprocess
import sys
import tempfile

import yaml

SOURCE = os.environ["SOURCE_DIR"]
SLOWWIRE = os.environ["SLOWWIRE"]
DECODE = ["-d", "udp.port==5004,rtp", "-d", "udp.port==5005,rtcp",
          "-d", "udp.port==5006,rtp", "-d", "udp.port==5007,rtcp", "-d", "udp.port==5008,rtp", "-d", "udp.port==5010,rtp"]

failures = []


def tshark(capture, *arguments):
    return subprocess.run(["tshark", "-r", capture, *DECODE, *arguments], capture_output=True,
                          text=True, check=True, timeout=120).stdout


def streams(capture):
    """By port of the receiver: (packets, lost, mean jitter, maximum jitter)."""
    found = {}
    number = r"\s+(-?[\d.]+)"
    for line in tshark(capture, "-q", "-z", "rtp,streams").splitlines():
        row = re.match(r"\s*[\d.]+\s+[\d.]+\s+\S+\s+\d+\s+\S+\s+(\d+)\s+0x\w+\s+.*?\s+(\d+)\s+(-?\d+)"
                       r" \(.*?%\)" + 6 * number, line)
        if row:
            found[int(row[1])] = (int(row[2]), int(row[3]), float(row[8]), float(row[9]))
    return found


def compare(name, flow, seen):
    lost, mean, peak = flow["lost"], flow["jitter"]["mean_ms"], flow["jitter"]["max_ms"]
    if seen[1] != lost:
        failures.append(f"{name}: tshark counts {seen[1]} lost, the summary {lost}")
    for what, theirs, ours in (("mean", seen[2], mean), ("max", seen[3], peak)):
        if abs(theirs - ours) > 0.00051:
            failures.append(f"{name}: {what} jitter {theirs} by tshark, {ours} by the summary")


def reports(capture, name):
    """Fields of the reports that follow from RFC 3550 alone."""
    rows = tshark(capture, "-Y", "rtcp", "-T", "fields", "-E", "aggregator=,", "-e", "rtcp.pt",
                  "-e", "rtcp.senderssrc", "-e", "rtcp.sdes.type").splitlines()
    for row in rows:
        types = row.split("\t")[0].split(",")
        behind = [kind for n, kind in enumerate(types) if set(types[:n + 1]) - {"200", "201"}]
        if types[0] not in ("200", "201") or behind[:1] != ["202"]:  # 6.1: reports, then names
            failures.append(f"{name}: a compound holds {types}")
    return len(rows)


def remote_control(capture, name, flow, asked):
    """RTSP and SDP as tshark reads them: each request and its answer, in as many messages as the
    summary counts; one description."""
    rows = [line.split("\t") for line in tshark(
        capture, "-Y", "rtsp", "-T", "fields", "-e", "rtsp.method", "-e", "rtsp.status").splitlines()]
    requests = sum(1 for row in rows if row[0])
    statuses = [int(row[1]) for row in rows if len(row) > 1 and row[1]]
    refusals = sum(1 for status in statuses if status >= 400)
    if requests != flow["requests"] or len(statuses) != requests or refusals != flow["refused"]:
        failures.append(f"{name}: tshark reads {requests} requests, answers {statuses}")
    doubts = " || ".join("rtsp." + what for what in (
        "bad_client_port", "bad_server_port", "bad_interleaved_channel", "unknown_transport_type",
        "content-length.invalid"))
    failures.extend(f"{name}: {line}" for line in tshark(capture, "-Y", doubts).splitlines())
    described = tshark(capture, "-Y", "sdp.version == \"0\"", "-T", "fields", "-e", "sdp.media")
    if described.count("\n") != 1 or described.count("RTP/AVP") != (2 if asked.get("sound") else 1):
        failures.append(f"{name}: no description, or more than one")
    if asked.get("transport") == "interleaved" and asked.get("accepts") != "udp":
        frames = tshark(capture, "-Y", "rtsp.magic", "-T", "fields", "-e", "rtsp.channel").split()
        tracks = 2 if asked.get("sound") else 1
        reports = asked.get("rtcp") != "off"
        expected = {2 * track + report for track in range(tracks) for report in range(1 + reports)}
        if {int(channel, 0) for field in frames for channel in field.split(",")} != expected:
            failures.append(f"{name}: channels {sorted(set(frames))}")


def port_of(kind, asked):
    """Where the last of its streams goes; None: within the connection."""
    if kind == "rtp":
        return int(str(asked["to"]).partition(":")[2] or asked.get("port", 5004))
    if kind == "rtsp" and (asked.get("transport", "udp") == "udp" or asked.get("accepts") == "udp"):
        was_renewed = asked.get("keep-alive", True) is False
        return asked.get("client-port", 5004) + 2 * was_renewed + (2 if asked.get("sound") else 0)
    return None


def is_comparable(asked):
    """tshark leaves marked packets out, and has no rate for 96."""
    return "video" not in asked and "silence" not in asked


def judge(path, folder):
    name = os.path.basename(path)
    capture = os.path.join(folder, name + ".pcapng")
    with open(path, encoding="utf-8") as file:
        traffic = [next(iter(item.items())) for item in yaml.safe_load(file)["traffic"]]
    media = [(n, kind, asked) for n, (kind, asked) in enumerate(traffic)
             if kind in ("rtp", "rtsp", "rtp-over-tcp")]
    _, kind, asked = media[0] if media else (0, *traffic[0])
    tap = str(asked["to" if kind in ("rtp", "rtp-over-tcp") else "from"]).partition(":")[0]
    done = subprocess.run([SLOWWIRE, "run", "--format", "summary", "--tap", tap, "--pcapng", capture,
                           path], capture_output=True, text=True, timeout=120, check=True)
    summary = json.loads(done.stdout)
    malformed = tshark(capture, "-Y", "_ws.malformed || udp.checksum.status == 0 || tcp.checksum.status == 0",
                       "-o", "udp.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE")
    if malformed:
        failures.append(f"{name}: {malformed}")
    seen, compared = streams(capture), 0
    for number, kind, asked in media:
        flow, port = summary["flows"][number], port_of(kind, asked)
        if str(asked["to" if kind != "rtsp" else "from"]).partition(":")[0] != tap:
            continue
        if kind == "rtsp":
            remote_control(capture, name, flow, asked)
        if port is None or flow["drops"].get("policy"):
            continue  # within the connection, or not let through
        if port not in seen:
            failures.append(f"{name}: tshark finds no stream to port {port}")
        elif is_comparable(asked):
            compare(name, flow, seen[port])
            compared += 1
    return compared, reports(capture, name)


# Who listens behind a mixer or a translator, and how many contributors its packets name.
BEHIND = (("translator.yaml", "bob", set()), ("mixer.yaml", "carol", {2}), ("mixer.yaml", "alice", {1, 2}),
          ("two-halls.yaml", "boris", {1}))


def judge_behind(name, tap, contributors, folder):
    """The stream that has been made anew on its way, as tshark sees it where it is heard."""
    path, capture = os.path.join(SOURCE, "scenarios", "rtp", name), os.path.join(folder, name + tap)
    done = subprocess.run([SLOWWIRE, "run", "--format", "summary", "--tap", tap, "--pcapng", capture,
                           path], capture_output=True, text=True, timeout=120, check=True)
    flow = next(flow for flow in json.loads(done.stdout)["flows"] if flow["flow"] == tap)
    seen = streams(capture).get(5004)
    if not seen or seen[1] != flow["lost"]:
        failures.append(f"{name}: at {tap} tshark counts {seen}, the summary {flow['lost']} lost")
    counts = set(tshark(capture, "-Y", "rtp.cc > 0", "-T", "fields", "-e", "rtp.cc").split())
    if {int(count) for count in counts} != contributors:
        failures.append(f"{name}: at {tap} tshark reads {sorted(counts)} contributors")
    return 1


def main():
    compared = compounds = 0
    with tempfile.TemporaryDirectory() as folder:
        for path in sorted(glob.glob(os.path.join(SOURCE, "scenarios", "rtp", "*.yaml"))):
            streams_here, compounds_here = judge(path, folder)
            compared += streams_here
            compounds += compounds_here
        for name, tap, contributors in BEHIND:
            compared += judge_behind(name, tap, contributors, folder)
    if compared < 8 or compounds < 10:
        failures.append(f"only {compared} streams and {compounds} compounds were looked at")
    for failure in failures:
        print(f"rtp: {failure}")
    print(f"rtp: {compared} streams compared, {compounds} compounds seen")
    return 1 if failures else 0


sys.exit(main())
