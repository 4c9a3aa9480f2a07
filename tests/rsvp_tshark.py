#!/usr/bin/python3
"""A session of RSVP as Wireshark reads it at the router in the middle: every field of every message against
what the scenario asks for (10000 B/s are 80 kbit/s), nothing malformed, no checksum wrong."""
import os
import shutil
import subprocess
import sys
import tempfile

SLOWWIRE = os.environ["SLOWWIRE"]
SCENARIO = """title: t
stop: 20 s
hosts:
  a: {address: 10.0.1.2/24}
  d: {address: 10.0.4.2/24}
  b: {address: 10.0.2.2/24}
routers:
  R1: {addresses: [10.0.1.1/24, 10.0.4.1/24, 10.0.9.1/24]}
  R2: {addresses: [10.0.9.2/24, 10.0.2.1/24]}
links:
  - {between: [a, R1], rate: 10 Mbit/s, delay: 1 ms}
  - {between: [d, R1], rate: 10 Mbit/s, delay: 1 ms}
  - {between: [R1, R2], rate: 1 Mbit/s, delay: 5 ms}
  - {between: [R2, b], rate: 10 Mbit/s, delay: 1 ms}
traffic:
  - udp: {from: a, to: b:9, size: 172 B, rate: 68800 bit/s, for: 2 s, as: firm,
     reserve: {service: guaranteed, rate: 80 kbit/s, bucket: 400 B, peak: 160 kbit/s, reserved: 120 kbit/s,
               slack: 5 ms, confirm: on}}
  - udp: {from: a, to: b:10, start: 3 s, size: 172 B, rate: 68800 bit/s, for: 2 s, as: one,
     reserve: {style: WF, until: 4 s}}
  - udp: {from: d, to: b:10, start: 3.1 s, size: 172 B, rate: 68800 bit/s, for: 2 s, as: other,
     reserve: {style: WF, until: 4 s}}
  - udp: {from: a, to: b:11, start: 6 s, size: 172 B, rate: 68800 bit/s, for: 1 s, as: large,
     reserve: {rate: 800 kbit/s, style: SE}}
"""
M = 200
PATH, RESV, RESV_ERR, PATH_TEAR, RESV_TEAR, RESV_CONF = "1", "2", "4", "5", "6", "7"
FF, WF, SE = "0x00000a", "0x000011", "0x000012"
A, D, B, R1A, R1D, R1, R2 = "10.0.1.2", "10.0.4.2", "10.0.2.2", "10.0.1.1", "10.0.4.1", "10.0.9.1", "10.0.9.2"
COLUMNS = {
    "src": "ip.src", "dst": "ip.dst", "ttl": "ip.ttl", "alert": "ip.opt.ra", "msg": "rsvp.msg",
    "send_ttl": "rsvp.sending_ttl", "length": "rsvp.message_length", "session": "rsvp.session.ip",
    "port": "rsvp.session.port", "hop": "rsvp.hop.neighbor_address_ipv4", "lih": "rsvp.hop.logical_interface",
    "refresh": "rsvp.refresh_interval", "style": "rsvp.style.style", "sender": "rsvp.sender.ip",
    "sender_port": "rsvp.sender.port", "scope": "rsvp.scope.ipv4_address", "code": "rsvp.error.error_code",
    "value": "rsvp.error_value", "flags": "rsvp.error_flags", "node": "rsvp.error.error_node_ipv4",
    "confirm": "rsvp.confirm.receiver_address_ipv4", "r": "rsvp.tspec.token_bucket_rate",
    "b": "rsvp.tspec.token_bucket_size", "p": "rsvp.tspec.peak_data_rate",
    "flow_r": "rsvp.flowspec.token_bucket_rate", "flow_b": "rsvp.flowspec.token_bucket_size",
    "flow_p": "rsvp.flowspec.peak_data_rate", "R": "rsvp.flowspec.rate", "S": "rsvp.flowspec.slack_term",
    "m": "rsvp.minimum_policed_unit", "M": "rsvp.maximum_packet_size", "adspec": "rsvp.adspec.uint",
    "bandwidth": "rsvp.adspec.float", "broken": "rsvp.adspec.break_bit",
}


def message(msg, src, dst, port, length, ttl="64", **fields):
    """What every message has; None of the rest stands in it."""
    return {"msg": msg, "src": src, "dst": dst, "ttl": ttl, "send_ttl": ttl, "session": B, "port": port,
            "length": length, "m": "200", "M": "200", **fields}


def down(msg, port, sender, sender_port, hop, lih, ttl, bucket, **fields):
    """PATH and its tear carry the sender's address, and router alert."""
    r, b, p = bucket
    return message(msg, sender, B, port, "172" if msg == PATH else "80", ttl, alert="0", hop=hop, lih=lih,
                   sender=sender, sender_port=sender_port, r=r, b=b, p=p, **fields)


def path(port, sender, sender_port, bucket):
    """As the sender says it, and one link further: hops, latency in microseconds, MTU, C of M bytes and D of an
    MTU in microseconds, twice; bytes a second."""
    return [down(PATH, port, sender, sender_port, sender, "0", "64", bucket, refresh="30000", adspec=f"0,1000,1500,{M},1200,{M},1200",
                 bandwidth="1.25e+06", broken="0,0,0"),
            down(PATH, port, sender, sender_port, R1, "2", "63", bucket, refresh="30000", adspec=f"1,6000,1500,{2 * M},13200,{2 * M},13200",
                 bandwidth="125000", broken="0,0,0")]


def tear(port, sender, sender_port, bucket):
    return [down(PATH_TEAR, port, sender, sender_port, sender, "0", "64", bucket),
            down(PATH_TEAR, port, sender, sender_port, R1, "2", "63", bucket)]


def up(msg, src, dst, lih, port, length, style, bucket, **fields):
    """RESV, its tear and its error go hop by hop."""
    r, b, p = bucket
    return message(msg, src, dst, port, length, hop=src, lih=lih, style=style, flow_r=r, flow_b=b, flow_p=p, **fields)


FIRM, SOFT, LARGE = ("10000", "400", "20000"), ("10000", "400", "inf"), ("100000", "400", "inf")
GUARANTEED = {"R": "15000", "S": "5000", "sender": A, "sender_port": "49152", "confirm": B}
CONF = {"style": FF, "alert": "0", "code": "0", "value": "0", "flags": "0x00", "node": A, "flow_r": "10000",
        "flow_b": "400", "flow_p": "20000", **GUARANTEED}
ONE = {"sender": A, "sender_port": "49154"}
EXPECTED = [
    *path("9", A, "49152", FIRM),
    up(RESV, R2, R1, "2", "9", "116", FF, FIRM, refresh="30000", **GUARANTEED),
    up(RESV, R1A, A, "0", "9", "116", FF, FIRM, refresh="30000", **GUARANTEED),
    message(RESV_CONF, A, B, "9", "108", "64", **CONF),
    message(RESV_CONF, A, B, "9", "108", "63", **CONF),
    *tear("9", A, "49152", FIRM),
    *path("10", A, "49153", SOFT),
    up(RESV, R2, R1, "2", "10", "84", WF, SOFT, refresh="30000"),
    up(RESV, R1A, A, "0", "10", "84", WF, SOFT, refresh="30000"),
    path("10", D, "49152", SOFT)[0],
    up(RESV, R1D, D, "0", "10", "92", WF, SOFT, refresh="30000", scope=D),
    path("10", D, "49152", SOFT)[1],  # R2 has asked for it already: the wildcard means him as well
    up(RESV_TEAR, R2, R1, "2", "10", "76", WF, SOFT),
    up(RESV_TEAR, R1A, A, "0", "10", "76", WF, SOFT),
    up(RESV_TEAR, R1D, D, "0", "10", "76", WF, SOFT),
    *tear("10", A, "49153", SOFT),
    *tear("10", D, "49152", SOFT),
    *path("11", A, "49154", LARGE),
    up(RESV, R2, R1, "2", "11", "96", SE, LARGE, refresh="30000", **ONE),
    up(RESV_ERR, R1, R2, "2", "11", "100", SE, LARGE, code="1", value="2", flags="0x00", node=R1, **ONE),
    up(RESV_TEAR, R2, R1, "2", "11", "88", SE, LARGE, **ONE),
    *tear("11", A, "49154", LARGE),
]


def tshark(capture, *arguments):
    done = subprocess.run(["tshark", "-r", capture, "-n", *arguments], check=True, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True)
    return done.stdout


def compare(capture):
    columns = [word for field in COLUMNS.values() for word in ("-e", field)]
    text = tshark(capture, "-Y", "rsvp", "-T", "fields", "-E", "separator=;", "-E", "occurrence=a", "-E",
                  "aggregator=,", *columns)
    rows = [dict(zip(COLUMNS, line.split(";"))) for line in text.splitlines()]
    failures = len(rows) != len(EXPECTED)
    if failures:
        print(f"rsvp_tshark: {len(rows)} messages, {len(EXPECTED)} expected")
    for n, (row, want) in enumerate(zip(rows, EXPECTED), 1):
        for key in COLUMNS:
            if row[key] != want.get(key, ""):
                print(f"rsvp_tshark: message {n}, {key}: {row[key]!r}, expected {want.get(key, '')!r}")
                failures += 1
    return failures


def judge(capture):
    odd = tshark(capture, "-Y", "rsvp && (_ws.malformed || _ws.expert)")
    wrong = [line for line in tshark(capture, "-Y", "rsvp", "-V").splitlines() if "Message Checksum" in line and
             "[correct]" not in line]
    for line in [*odd.splitlines(), *wrong]:
        print("rsvp_tshark: Wireshark objects:", line.strip())
    return bool(odd) + len(wrong)


def main():
    if not shutil.which("tshark"):
        print("skipped: no tshark")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as folder:
        scenario, capture = os.path.join(folder, "s.yaml"), os.path.join(folder, "s.pcapng")
        with open(scenario, "w") as f:
            f.write(SCENARIO)
        subprocess.run([SLOWWIRE, "run", "--format", "none", "--pcapng", capture, "--tap", "R1", scenario], check=True)
        failures = compare(capture) + judge(capture)
    sys.exit(1 if failures else 0)


main()
