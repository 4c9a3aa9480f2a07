"""DHCP against real implementations, message by message, in a network namespace of its own.

`slowwire probe` runs a LAN with our end and a raw host; this program carries the frames between that
raw host and a TAP interface, in real time, and the other program sits behind the TAP: dnsmasq as the
server of our client, udhcpc and ISC dhclient as clients of our server. Addresses are leased, renewed
and released both ways, and a remembered one is confirmed; what crossed the wire goes to tshark, which
finds nothing malformed.
"""
import fcntl
import json
import os
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

SLOWWIRE = os.environ["SLOWWIRE"]
TAP = "wire0"
TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454CA, 2, 0x1000
KNOWN_TYPES = (0x0800, 0x0806)

OUR_CLIENT = """
stop: 60 s
hosts:
  laptop: {address: dhcp, mac: "02:00:00:00:00:77",
    dhcp-client: {host-name: laptop, client-id: our-laptop}}
  peer: {address: 10.77.0.1/24, raw: on}
switches: {sw: {}}
links:
  - {between: [laptop, sw], rate: 100 Mbit/s}
  - {between: [peer, sw], rate: 100 Mbit/s}
script:
  - {at: 500 ms, laptop: dhcp-start}
  - {at: 3 s, laptop: dhcp-renew}
  - {at: 3500 ms, laptop: dhcp-inform}
  - {at: 4 s, laptop: power-off}
  - {at: 4200 ms, laptop: power-on}
  - {at: 6500 ms, laptop: dhcp-release}
"""

OUR_SERVER = """
stop: 60 s
hosts:
  home: {address: 10.77.0.1/24, dhcp-server: {pool: 10.77.0.100 - 10.77.0.110, lease: 20 s,
    t1: 3 s, t2: 15 s, router: 10.77.0.1, dns: [10.77.0.1, 10.77.0.2], domain: example.org, broadcast-address: on}}
  peer: {address: 10.77.0.9/24, raw: on}
switches: {sw: {}}
links:
  - {between: [home, sw], rate: 100 Mbit/s}
  - {between: [peer, sw], rate: 100 Mbit/s}
script:
  - {at: 0 s, home: listen 80}
"""

# What udhcpc and dhclient call when something changes; one line an event goes to the file $LOG.
HOOK = """#!/bin/sh
event=${reason:-$1}
echo "$event ip=${ip:-$new_ip_address} mask=${subnet:-$new_subnet_mask}" \\
     "router=${router:-$new_routers}" \\
     "dns=${dns:-$new_domain_name_servers} lease=${lease:-$new_dhcp_lease_time}" \\
     "domain=${domain:-$new_domain_name} server=${serverid:-$new_dhcp_server_identifier}" >> "$LOG"
case $event in
bound|renew|BOUND|RENEW|REBIND)
    /usr/sbin/ip addr replace "${ip:-$new_ip_address}/24" dev wire0 ;;
deconfig|RELEASE|EXPIRE|FAIL|PREINIT)
    /usr/sbin/ip addr flush dev wire0 ;;
esac
exit 0
"""


def open_tap():
    tap = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH", TAP.encode(), IFF_TAP | IFF_NO_PI))
    with open(f"/proc/sys/net/ipv6/conf/{TAP}/disable_ipv6", "w", encoding="ascii") as off:
        off.write("1")
    subprocess.run(["ip", "link", "set", TAP, "up"], check=True)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    return tap


class Bridge:
    """Virtual time follows real time; frames go both ways and are kept."""

    def __init__(self, scenario, folder):
        path = os.path.join(folder, "scenario.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(scenario)
        self.tap = open_tap()
        self.probe = subprocess.Popen([SLOWWIRE, "probe", path], stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.began = time.monotonic()
        self.frames = []

    def now(self):
        return int((time.monotonic() - self.began) * 1e9)

    def ask(self, **command):
        self.probe.stdin.write(json.dumps(command) + "\n")
        self.probe.stdin.flush()
        answer = json.loads(self.probe.stdout.readline())
        assert "error" not in answer, answer
        return answer

    def state(self, host):
        return self.ask(op="state", host=host)

    def carry(self, seconds, until=None):
        """Frames to and fro for so long, or until the condition holds."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not (until and until()):
            select.select([self.tap], [], [], 0.002)
            self.from_tap()
            self.to_tap()

    def from_tap(self):
        while True:
            try:
                frame = os.read(self.tap, 2048)
            except BlockingIOError:
                return
            if len(frame) >= 14 and struct.unpack("!H", frame[12:14])[0] in KNOWN_TYPES:
                self.ask(op="run_until", t=self.now())
                self.frames.append((self.ask(op="inject", hex=frame.hex())["t"], frame))

    def to_tap(self):
        while True:
            answer = self.ask(op="next", until=self.now())
            if "hex" not in answer:
                return
            frame = bytes.fromhex(answer["hex"])
            self.frames.append((answer["t"], frame))
            os.write(self.tap, frame)

    def close(self, folder):
        self.probe.stdin.close()
        self.probe.wait(timeout=10)
        path = os.path.join(folder, "wire.pcap")
        with open(path, "wb") as file:  # nanosecond pcap, Ethernet
            file.write(struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 65535, 1))
            for at, frame in self.frames:
                file.write(struct.pack("<IIII", at // 10**9, at % 10**9, len(frame), len(frame)))
                file.write(frame)
        return path


def tshark(path, *arguments):
    return subprocess.run(["tshark", "-r", path, *arguments], capture_output=True, text=True,
                          check=True, timeout=60).stdout.split("\n")[:-1]


def messages(path):
    """Types of the DHCP messages in order; nothing is malformed, no checksum is bad."""
    bad = tshark(path, "-o", "udp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE", "-Y",
                 "_ws.malformed || udp.checksum.status == 0 || ip.checksum.status == 0")
    assert not bad, bad
    names = {1: "DISCOVER", 2: "OFFER", 3: "REQUEST", 4: "DECLINE", 5: "ACK", 6: "NAK",
             7: "RELEASE", 8: "INFORM"}
    rows = tshark(path, "-Y", "dhcp", "-T", "fields", "-e", "dhcp.option.dhcp")
    return [names[int(row)] for row in rows]


def in_order(wanted, seen):
    rest = iter(seen)
    assert all(any(w == s for s in rest) for w in wanted), f"{wanted} not in {seen}"


def read(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def our_client_and_dnsmasq(folder):
    leases, log = os.path.join(folder, "leases"), os.path.join(folder, "log")
    bridge = Bridge(OUR_CLIENT, folder)
    subprocess.run(["ip", "addr", "add", "10.77.0.1/24", "dev", TAP], check=True)
    with open(log, "w", encoding="utf-8") as output:
        server = subprocess.Popen(
            ["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--port=0", "--no-ping",
             f"--interface={TAP}", "--bind-interfaces", "--user=root", "--dhcp-authoritative",
             "--dhcp-range=10.77.0.50,10.77.0.60,255.255.255.0,2m", "--domain=example.org",
             f"--dhcp-leasefile={leases}", "--pid-file=", "--log-dhcp", "--log-facility=-"],
            stderr=output)
    bridge.carry(15, lambda: bridge.state("laptop")["state"] == "BOUND")
    bound = bridge.state("laptop")
    assert bound["state"] == "BOUND" and bound["lease"] == 120 * 10**9, bound
    assert "10.77.0." in read(leases) and "02:00:00:00:00:77" in read(leases), read(leases)
    assert "laptop" in read(leases), "the server did not take the host name (option 12)"
    started = bound["start"]
    bridge.carry(15, lambda: bridge.state("laptop")["start"] > started)
    assert bridge.state("laptop")["state"] == "BOUND"
    assert bridge.state("laptop")["start"] > started, "not renewed"
    bridge.carry(15, lambda: "DHCPRELEASE" in read(log))
    bridge.carry(0.3)
    server.terminate()
    server.wait(timeout=10)
    assert bridge.state("laptop")["state"] == "INIT"
    assert "02:00:00:00:00:77" not in read(leases), "not released: " + read(leases)
    in_order(["DISCOVER", "OFFER", "REQUEST", "ACK", "REQUEST", "ACK", "INFORM", "ACK",
              "REQUEST", "ACK", "RELEASE"],  # the third REQUEST: INIT-REBOOT
             messages(bridge.close(folder)))


def hook_of(folder):
    path, log = os.path.join(folder, "hook"), os.path.join(folder, "events")
    with open(path, "w", encoding="ascii") as file:
        file.write(HOOK)
    os.chmod(path, 0o755)
    return path, log


def check_told(events):
    for word in ("mask=255.255.255.0", "router=10.77.0.1", "dns=10.77.0.1", "10.77.0.2", "lease=20",
                 "domain=example.org", "server=10.77.0.1", "ip=10.77.0.100"):
        assert word in events, (word, events)


def udhcpc_and_our_server(folder):
    hook, log = hook_of(folder)
    bridge = Bridge(OUR_SERVER, folder)
    client = subprocess.Popen(["udhcpc", "-f", "-i", TAP, "-s", hook, "-x", "hostname:real"],
                              env={**os.environ, "LOG": log}, stderr=subprocess.DEVNULL)
    bridge.carry(15, lambda: "bound" in read(log))
    check_told(read(log))
    client.send_signal(signal.SIGUSR1)  # renew
    bridge.carry(15, lambda: "renew" in read(log))
    assert "renew ip=10.77.0.100" in read(log), read(log)
    client.send_signal(signal.SIGUSR2)  # release
    bridge.carry(15, lambda: read(log).rstrip().split("\n")[-1].startswith("deconfig"))
    bridge.carry(0.3)
    client.terminate()
    client.wait(timeout=10)
    in_order(["DISCOVER", "OFFER", "REQUEST", "ACK", "REQUEST", "ACK", "RELEASE"],
             messages(bridge.close(folder)))


def dhclient_and_our_server(folder):
    hook, log = hook_of(folder)
    files = ["-sf", hook, "-lf", os.path.join(folder, "leases"), "-pf", os.path.join(folder, "pid"),
             "-cf", "/dev/null", "-e", f"LOG={log}"]
    bridge = Bridge(OUR_SERVER, folder)
    client = subprocess.Popen(["dhclient", "-4", "-d", *files, TAP], stderr=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL)
    bridge.carry(15, lambda: "BOUND" in read(log))
    check_told(read(log))
    bridge.carry(15, lambda: "RENEW" in read(log))  # by itself, at our T1 of 3 s
    assert "RENEW ip=10.77.0.100" in read(log), read(log)
    over = subprocess.Popen(["dhclient", "-4", "-r", *files, TAP], stderr=subprocess.DEVNULL,
                            stdout=subprocess.DEVNULL)
    bridge.carry(15, lambda: over.poll() is not None)
    bridge.carry(0.3)
    client.kill()
    client.wait(timeout=10)
    in_order(["DISCOVER", "OFFER", "REQUEST", "ACK", "REQUEST", "ACK", "RELEASE"],
             messages(bridge.close(folder)))


CASES = {case.__name__: case for case in
         (our_client_and_dnsmasq, udhcpc_and_our_server, dhclient_and_our_server)}


def inside(name):
    """One case, in the namespace that the caller made."""
    folder = tempfile.mkdtemp(prefix="dhcp-peers.")
    try:
        CASES[name](folder)
    finally:
        if "KEEP" not in os.environ:
            shutil.rmtree(folder, ignore_errors=True)


def main():
    running = {name: subprocess.Popen(["unshare", "-n", sys.executable, __file__, name],
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
               for name in CASES}
    failed = 0
    for name, process in running.items():
        output, _ = process.communicate(timeout=120)
        print(f"{name}: {'ok' if process.returncode == 0 else 'FAILED'}")
        if process.returncode != 0:
            print(output)
            failed += 1
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) > 1:
        inside(sys.argv[1])
    else:
        sys.exit(main())
