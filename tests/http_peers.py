#!/usr/bin/python3
"""What the simulated server sends, handed to a real curl over loopback; and what Wireshark sees of both
ends. The bytes are taken out of a capture by tshark."""
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading

SLOWWIRE = os.environ["SLOWWIRE"]
SCENARIO = """title: t
hosts: {{a: 10.0.0.1, b: 10.0.0.2}}
links: [{{between: [a, b], rate: 10 Mbit/s, delay: 5 ms{link}}}]
traffic: [{{http: {{from: a, to: b, page: 5 kB, {settings}}}}}]
"""
CASES = [  # settings, what curl is told, status, bytes of the body
    ("objects: 0", [], 200, 5000),
    ("framing: chunked, chunk: 700 B", [], 200, 5000),
    ("framing: chunked, chunk: 1 B", [], 200, 5000),
    ("framing: close", [], 200, 5000),
    ("version: 1.0", ["--http1.0"], 200, 5000),
    ("version: 1.0, keep-alive: on", ["--http1.0"], 200, 5000),
    ("method: head", ["-I"], 200, 0),
    ("method: post, upload: 3 kB", ["-d", "x"], 200, len("3000 bytes\n")),
    ("path: /nothing", [], 404, 0),
]
failures = 0


def wrong(text):
    global failures
    print("http_peers:", text)
    failures += 1


def run(folder, settings, link=""):
    scenario, capture = os.path.join(folder, "s.yaml"), os.path.join(folder, "s.pcapng")
    with open(scenario, "w") as f:
        f.write(SCENARIO.format(settings=settings, link=link))
    subprocess.run([SLOWWIRE, "run", "--format", "none", "--pcapng", capture, scenario], check=True)
    return capture


def fields(capture, *names, reorders=False):
    command = ["tshark", "-r", capture, "-n", "-o", f"tcp.reassemble_out_of_order:{reorders}",
               "-T", "fields"]
    for name in names:
        command += ["-e", name]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return [line.split("\t") for line in done.stdout.splitlines()]


def sent_by(capture, ip):
    """The bytes of the first connection in that direction (no packet of these is lost)."""
    rows = fields(capture, "ip.src", "tcp.stream", "tcp.payload")
    return b"".join(bytes.fromhex(row[2]) for row in rows if row[:2] == [ip, "0"] and row[2])


def serve_once(listener, answer):
    peer, _ = listener.accept()
    with peer:
        peer.recv(65536)
        peer.sendall(answer)
        peer.shutdown(socket.SHUT_WR)
        while peer.recv(65536):
            pass


def ask(answer, words):
    """(status, bytes of the body) that curl makes of these bytes."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        server = threading.Thread(target=serve_once, args=(listener, answer))
        server.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        done = subprocess.run(["curl", "-s", "--max-time", "60", "-o", "/dev/null", "-w", "%{http_code} %{size_download}",
                               *words, url], stdout=subprocess.PIPE, text=True)
        server.join()
        return done.returncode, *map(int, done.stdout.split())


def check_curl(folder):
    for settings, words, status, size in CASES:
        answer = sent_by(run(folder, settings), "10.0.0.2")
        seen = ask(answer, words)
        if seen != (0, status, size):
            wrong(f"{settings}: curl makes {seen} of it, not {(0, status, size)}")


def check_wireshark(folder):
    """With loss and small segments too: as many requests and answers as the browser counts. Wireshark
    must be told to put segments in order, and then takes an old segment for a broken one."""
    for settings, link in (("objects: 4, pipelining: on", ""), ("objects: 4, connections: 4", ", loss: 5%"),
                           ("objects: 3, version: 1.0, framing: close", ", loss: 3%"),
                           ("objects: 5, framing: chunked, chunk: 333 B", ", jitter: 3 ms")):
        capture = run(folder, settings, link)
        rows = fields(capture, "http.request", "http.response", "_ws.malformed", reorders="connections" in settings)
        count = int(settings.split("objects: ")[1].split(",")[0]) + 1
        seen = [sum(len(x) > 0 for x in column) for column in zip(*rows)]
        if seen != [count, count, 0]:
            wrong(f"{settings}{link}: Wireshark sees {seen} requests, answers, malformed, not {count}")


def main():
    for tool in ("tshark", "curl"):
        if not shutil.which(tool):
            print(f"http_peers: skipped: needs {tool}")
            return 77
    with tempfile.TemporaryDirectory() as folder:
        check_curl(folder)
        check_wireshark(folder)
    print(f"http_peers: {failures} wrong")
    return failures > 0


sys.exit(main())
