#!/usr/bin/python3
"""What the simulated server answers, given to a real dig; and what dig asks, as the simulated resolver
does. The bytes are taken out of captures by tshark."""
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading

SLOWWIRE = os.environ["SLOWWIRE"]
SCENARIO = """title: t
hosts: {{a: 10.0.0.1, b: 10.0.0.2}}
links: [{{between: [a, b], delay: 5 ms}}]
traffic: [{{dns: {{from: a, to: b, {settings}}}}}]
"""
CASES = [  # settings, what dig is asked, status, records, by TCP in the end
    ("records: 1", ["www.example.net", "A"], "NOERROR", 1, False),
    ("records: 20", ["www.example.net", "A"], "NOERROR", 20, False),
    ("records: 40", ["www.example.net", "A"], "NOERROR", 40, True),
    ("records: 3, type: txt", ["www.example.net", "TXT"], "NOERROR", 3, False),
    ("records: 30, type: txt", ["www.example.net", "TXT"], "NOERROR", 30, True),
    ("zone: other.example", ["www.example.net", "A"], "NXDOMAIN", 0, False),
    ("name: a-b.c_d.example", ["a-b.c_d.example", "A"], "NOERROR", 1, False),
]
failures = 0


def wrong(text):
    global failures
    print("dns_peers:", text)
    failures += 1


def said(folder, settings):
    """(questions and answers by UDP, the same by TCP): bytes in the order of the capture."""
    scenario, capture = os.path.join(folder, "s.yaml"), os.path.join(folder, "s.pcapng")
    with open(scenario, "w") as f:
        f.write(SCENARIO.format(settings=settings))
    subprocess.run([SLOWWIRE, "run", "--format", "none", "--pcapng", capture, scenario], check=True)
    done = subprocess.run(["tshark", "-r", capture, "-n", "-T", "fields", "-e", "ip.src", "-e", "udp.payload",
                           "-e", "tcp.payload", "-e", "_ws.malformed"],
                          check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    if any(row[3] for row in rows):
        wrong(f"{settings}: Wireshark calls it malformed")
    udp = [bytes.fromhex(row[1]) for row in rows if row[1]]
    tcp = {ip: b"".join(bytes.fromhex(row[2]) for row in rows if row[0] == ip) for ip in ("10.0.0.1", "10.0.0.2")}
    return udp, [tcp["10.0.0.1"], tcp["10.0.0.2"]]


class Server:
    """Answers dig with the simulated server's bytes, the identifier made dig's."""

    def __init__(self, udp, tcp):
        self.by_udp, self.by_tcp, self.asked = udp, tcp, []
        while True:
            self.udp, self.tcp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM), socket.socket()
            self.udp.bind(("127.0.0.1", 0))
            self.port = self.udp.getsockname()[1]
            try:
                self.tcp.bind(("127.0.0.1", self.port))
                break
            except OSError:  # somebody has that port for TCP
                self.udp.close()
        self.tcp.listen(1)
        for serve in (self.serve_udp, self.serve_tcp):
            threading.Thread(target=serve, daemon=True).start()

    def serve_udp(self):
        while True:
            question, peer = self.udp.recvfrom(4096)
            self.asked.append(question)
            self.udp.sendto(question[:2] + self.by_udp[2:], peer)

    def serve_tcp(self):
        while True:
            link, _ = self.tcp.accept()
            with link:
                question = link.recv(4096)
                self.asked.append(question)
                link.sendall(self.by_tcp[:2] + question[2:4] + self.by_tcp[4:])
                link.recv(1)


def without_id(message, at=0):
    """And without AD and CD, of which RFC 1035 does not know."""
    flags = bytes([message[at + 2], message[at + 3] & 0xCF])
    return message[:at] + flags + message[at + 4:]


def check(folder, settings, words, status, records, by_tcp):
    udp, tcp = said(folder, settings)
    server = Server(udp[1], tcp[1])
    done = subprocess.run(["dig", "@127.0.0.1", "-p", str(server.port), "+noedns", "+nocookie", "+noadflag", "+time=30",
                           *words], stdout=subprocess.PIPE, text=True)
    seen = re.search(r"status: (\w+)", done.stdout), re.search(r"ANSWER: (\d+)", done.stdout)
    if not all(seen) or (seen[0][1], int(seen[1][1])) != (status, records) or "WARNING" in done.stdout:
        wrong(f"{settings}: dig makes of it:\n{done.stdout}")
    if bool(tcp[0]) != by_tcp or (len(server.asked) > 1) != by_tcp:
        wrong(f"{settings}: by TCP or not")
    if without_id(server.asked[0]) != without_id(udp[0]):
        wrong(f"{settings}: dig asks {server.asked[0].hex()}, the simulated resolver {udp[0].hex()}")
    if by_tcp and without_id(server.asked[1], 2) != without_id(tcp[0], 2):
        wrong(f"{settings}: by TCP dig asks {server.asked[1].hex()}, the simulated resolver {tcp[0].hex()}")


def main():
    for tool in ("tshark", "dig"):
        if not shutil.which(tool):
            print(f"dns_peers: skipped: needs {tool}")
            return 77
    with tempfile.TemporaryDirectory() as folder:
        for case in CASES:
            check(folder, *case)
    print(f"dns_peers: {len(CASES)} questions, {failures} wrong")
    return failures > 0


sys.exit(main())
