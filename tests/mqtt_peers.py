#!/usr/bin/python3
"""What simulated clients say, said to a real mosquitto: its answers must be, byte by byte, those of the
simulated broker. And Wireshark finds nothing malformed."""
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time

SLOWWIRE = os.environ["SLOWWIRE"]
SCENARIO = """title: t
hosts: {{broker: 10.0.0.9, a: 10.0.0.1, b: 10.0.0.2}}
links: [{{between: [a, broker], delay: 5 ms}}, {{between: [b, broker], delay: 5 ms}}]
traffic:
  - mqtt: {{from: a, to: broker, {first}}}
  - mqtt: {{from: b, to: broker, start: 1 s, {second}}}
stop: 12 s
"""
CASES = [
    (f"subscribe: home/#, subscribe-qos: {s}", f"publish: home/temp, qos: {q}, count: 3, interval: 200 ms")
    for s in (0, 1, 2) for q in (0, 1, 2)
] + [
    ("subscribe: +/temp, keep-alive: 2 s", "publish: home/temp, keep-alive: 3 s, stay: on"),
    ("subscribe: home/temp", "publish: home/temp, will: home/temp, will-qos: 1, retain: on, client-id: x"),
    ("publish: home/temp, retain: on, qos: 1, clean-session: off", "subscribe: '#', subscribe-qos: 2"),
    ("publish: away, qos: 2, count: 2, size: 300 B", "subscribe: none/of/it, clean-session: off"),
]
failures = 0


def wrong(text):
    global failures
    print("mqtt_peers:", text)
    failures += 1


def talk_of(folder, first, second):
    """[(connection, who speaks, bytes)] in the order in which it passed the broker."""
    scenario, capture = os.path.join(folder, "s.yaml"), os.path.join(folder, "s.pcapng")
    with open(scenario, "w") as f:
        f.write(SCENARIO.format(first=first, second=second))
    subprocess.run([SLOWWIRE, "run", "--format", "none", "--pcapng", capture, scenario], check=True)
    done = subprocess.run(["tshark", "-r", capture, "-n", "-T", "fields", "-e", "tcp.stream", "-e", "ip.src",
                           "-e", "tcp.payload", "-e", "_ws.malformed", "-e", "mqtt.msgtype"],
                          check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    if any(row[3] for row in rows) or not any(row[4] for row in rows):
        wrong(f"{first} | {second}: Wireshark does not like it")
    return [(row[0], row[1] == "10.0.0.9", bytes.fromhex(row[2])) for row in rows if row[2]]


def read(link, count):
    got = b""
    while len(got) < count:
        more = link.recv(count - len(got))
        if not more:
            break
        got += more
    return got


class Client:
    """One connection to mosquitto. What the broker owes is read before the client speaks again, for a
    broker may hand a QoS 2 publication on at PUBLISH or at PUBREL (4.3.3)."""

    def __init__(self, port):
        self.link = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.owed = b""

    def settle(self):
        owed, self.owed = self.owed, b""
        try:
            got = read(self.link, len(owed))
        except socket.timeout:
            got = b"nothing"
        if got != owed:
            raise ValueError(f"mosquitto says {got.hex()}, the simulated broker {owed.hex()}")

    def say(self, said):
        self.settle()
        self.link.sendall(said)


def check(port, folder, first, second):
    clients = {}
    try:
        for stream, is_broker, said in talk_of(folder, first, second):
            if stream not in clients:
                clients[stream] = Client(port)
            if is_broker:
                clients[stream].owed += said
            else:
                clients[stream].say(said)
        for client in clients.values():
            client.settle()
    except ValueError as why:
        wrong(f"{first} | {second}: {why}")
    for client in clients.values():
        client.link.close()


def start(folder):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = os.path.join(folder, "mosquitto.conf")
    with open(settings, "w") as f:
        f.write(f"listener {port} 127.0.0.1\nallow_anonymous true\n")
    broker = subprocess.Popen(["mosquitto", "-c", settings], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return broker, port
        except OSError:
            time.sleep(0.1)
    broker.kill()
    sys.exit("mqtt_peers: mosquitto does not start")


def main():
    for tool in ("tshark", "mosquitto"):
        if not shutil.which(tool):
            print(f"mqtt_peers: skipped: needs {tool}")
            return 77
    with tempfile.TemporaryDirectory() as folder:
        for first, second in CASES:
            broker, port = start(folder)  # each time a new one: nothing is retained from before
            try:
                check(port, folder, first, second)
            finally:
                broker.kill()
                broker.wait()
    print(f"mqtt_peers: {len(CASES)} talks, {failures} wrong")
    return failures > 0


sys.exit(main())
