"""slowwire replay against ffmpeg, on loopback: see replay.sh. What is decoded is compared with what
was sent by its tone and its length, never by the clock of this machine."""

import math
import os
import re
import socket
import subprocess
import sys
import tempfile
import time

SLOWWIRE = os.environ["SLOWWIRE"]
PATIENCE = 120  # seconds for what takes three
failures = []

SCENE = """
hosts: {{alice: 10.0.0.1, bob: 10.0.0.2}}
links: [{{between: [alice, bob], rate: 10 Mbit/s, delay: 30 ms, mtu: {mtu}}}]
traffic:
  - rtp: {{from: alice, to: bob, codec: {codec}, for: 2500 ms, rtcp: {{minimum: 500 ms}}{besides}}}
"""


# What a receiver that knows nothing of it has to pass over (RFC 3550 5.1, 5.3.1, 6.7, RFC 8285).
BESIDES = ", padding: 64, extension: {id: 3, element: level}, app: {name: DEMO, data: hello}"


def scenario(codec, mtu, besides=""):
    return SCENE.format(codec=codec, mtu=mtu, besides=besides)


def slowwire(*arguments, status=0):
    done = subprocess.run([SLOWWIRE, *arguments, "--lang", "en"], capture_output=True, text=True,
                          timeout=PATIENCE)
    if done.returncode != status:
        failures.append(f"{' '.join(arguments)}: status {done.returncode}, not {status}: {done.stderr}")
    return done.stdout + done.stderr


def capture(folder, name, text, *more, tap="all"):
    scene, file = os.path.join(folder, name + ".yaml"), os.path.join(folder, name + ".pcapng")
    with open(scene, "w", encoding="utf-8") as out:
        out.write(text)
    slowwire("run", "--format", "none", "--tap", tap, "--pcapng", file, *more, scene)
    return file


def free_port():
    """An even one, the next one free as well."""
    while True:
        first, second = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
        with first, second:
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1] & ~1
            try:
                second.bind(("127.0.0.1", port + 1))
                return port
            except OSError:
                continue


def is_listening(port):
    with open("/proc/net/udp", encoding="ascii") as table:
        return f":{port:04X} " in table.read()


def await_listener(port, player):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and player.poll() is None:
        if is_listening(port) and is_listening(port + 1):
            return True
        time.sleep(0.02)
    return False


def strength(samples, rate, hertz):
    """Share of the samples' power that lies at this frequency."""
    turn = 2 * math.pi * hertz / rate
    cosine = sum(s * math.cos(turn * i) for i, s in enumerate(samples))
    sine = sum(s * math.sin(turn * i) for i, s in enumerate(samples))
    power = sum(s * s for s in samples)
    return 2 * (cosine ** 2 + sine ** 2) / len(samples) / power if power else 0


def describe(folder, codec, port):
    """The project's own description of the session, with this machine's address."""
    sdp = os.path.join(folder, codec + ".sdp")
    slowwire("run", "--format", "none", "--sdp", sdp, os.path.join(folder, codec + ".yaml"))
    with open(sdp, encoding="utf-8", newline="") as text:
        return text.read().replace("10.0.0.2", "127.0.0.1").replace("audio 5004", f"audio {port}")


def decode(folder, name, file, description, port, rate, seconds, *more):
    """What a replay says, what ffmpeg decodes of it, as samples, and how long it took."""
    sdp, sound = os.path.join(folder, name + ".sdp"), os.path.join(folder, name + ".raw")
    with open(sdp, "w", encoding="utf-8", newline="") as text:
        text.write(description)
    player = subprocess.Popen(
        ["ffmpeg", "-y", "-nostdin", "-loglevel", "error", "-protocol_whitelist", "file,udp,rtp",
         "-i", sdp, "-t", str(seconds), "-ac", "1", "-ar", str(rate), "-f", "s16le", sound])
    if not await_listener(port, player):
        failures.append(f"{name}: ffmpeg does not listen")
    began = time.monotonic()
    said = slowwire("replay", file, "--to", f"127.0.0.1:{port}", *more)
    took = time.monotonic() - began
    try:
        player.wait(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        player.kill()
        failures.append(f"{name}: ffmpeg does not end")
    with open(sound, "rb") as raw:
        data = raw.read()
    samples = [int.from_bytes(data[i:i + 2], "little", signed=True) for i in range(0, len(data) - 1, 2)]
    return said, samples, took


def hear(folder, codec, rate, seconds, besides):
    file, port = capture(folder, codec, scenario(codec, "2000 B", besides)), free_port()
    own = os.path.join(folder, "own.sdp")
    said, samples, took = decode(folder, codec, file, describe(folder, codec, port), port, rate,
                                 seconds, "--sdp", own)
    if took < 2.4:
        failures.append(f"{codec}: two and a half seconds were over too soon")
    sent = re.match(r"(\d+) packets of media and (\d+) reports", said)
    if not sent or int(sent[1]) != 125 or int(sent[2]) < 2:
        failures.append(f"{codec}: {said}")
    with open(own, encoding="utf-8") as text:
        if f"m=audio {port} RTP/AVP" not in text.read():
            failures.append(f"{codec}: the description does not say where it goes")
    return samples


# Two voices of two pitches are mixed, and the mix is coded anew in packets of twice the length.
MIXED = """
hosts: {alice: 10.0.1.2/24, carol: 10.0.2.2/24, mix: 10.0.3.2/24, gate: 10.0.4.2/24, bob: 10.0.5.2/24}
routers: {R: {addresses: [10.0.1.1/24, 10.0.2.1/24, 10.0.3.1/24, 10.0.4.1/24, 10.0.5.1/24]}}
links: [{between: [alice, R]}, {between: [carol, R]}, {between: [mix, R]}, {between: [gate, R]},
        {between: [bob, R], delay: 10 ms}]
traffic:
  - conference: {from: alice, to: mix, for: 1500 ms, tone: 500}
  - conference: {from: carol, to: mix, for: 1500 ms, tone: 1200}
  - conference: {from: bob, to: gate, codec: PCMA, listen: on, for: 2 s}
  - mixer: {from: mix, to: alice}
  - mixer: {from: mix, to: carol}
  - mixer: {from: mix, to: gate}
  - translator: {from: gate, to: mix}
  - translator: {from: gate, to: bob, codec: PCMA, ptime: 40 ms}
"""


def mixed(folder):
    port = free_port()
    file = capture(folder, "mixed", MIXED, tap="bob")
    description = (f"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=mix\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
                   f"m=audio {port} RTP/AVP 8\r\n")
    _, samples, _ = decode(folder, "mixed", file, description, port, 8000, 1, "--flow", "10.0.5.2:5004")
    if len(samples) < 7600:
        failures.append(f"mixed: only {len(samples)} samples were decoded")
        return
    low, high = strength(samples, 8000, 500), strength(samples, 8000, 1200)
    if not (0.48 < low < 0.52 and 0.48 < high < 0.52):
        failures.append(f"mixed: {low:.3f} of the power at 500 Hz, {high:.3f} at 1200 Hz, not half of it each")
    peak = max(abs(s) for s in samples)
    if not 14500 <= peak <= 16800:
        failures.append(f"mixed: as loud as {peak}, not 16000")


def judge(folder, codec, rate, besides=""):
    samples = hear(folder, codec, rate, 2, besides)
    if len(samples) < 1.9 * rate:
        failures.append(f"{codec}: only {len(samples)} samples were decoded")
        return
    share = strength(samples, rate, 440)
    if share < 0.99:
        failures.append(f"{codec}: only {share:.3f} of the power is at 440 Hz")
    peak = max(abs(s) for s in samples)
    if not 7500 <= peak <= 8500:
        failures.append(f"{codec}: as loud as {peak}, not 8000")


def says(what, *arguments):
    told = slowwire("replay", *arguments, status=2)
    if what not in told:
        failures.append(f"replay {' '.join(arguments)}: '{told.strip()}' lacks '{what}'")


def refusals(folder):
    two = scenario("PCMU", "1500 B") + "  - rtp: {from: bob, to: alice, for: 1 s}\n"
    file, silent = capture(folder, "two", two), os.path.join(folder, "silent.pcapng")
    says("several RTP sessions; choose one by --flow", file, "--to", "127.0.0.1:5004")
    says("10.0.0.1:5004 (50 packets from 10.0.0.2", file, "--to", "127.0.0.1:5004")
    says("no RTP session", file, "--to", "127.0.0.1:5004", "--flow", "5010")
    says("there is no 'eth0'", file, "--to", "127.0.0.1:5004", "--flow", "10.0.0.1:5004", "--interface", "eth0")
    says("is not this machine", file, "--to", "10.0.0.2:5004")
    says("is odd", file, "--to", "127.0.0.1:5005")
    says("not an address and a port", file, "--to", "127.0.0.1")
    says("needs --to", file)
    says("needs a capture", "--to", "127.0.0.1:5004")
    says("cannot read", os.path.join(folder, "nowhere"), "--to", "127.0.0.1:5004")
    says("no pcapng file", os.path.join(folder, "two.yaml"), "--to", "127.0.0.1:5004")
    with open(file, "rb") as whole, open(silent, "wb") as cut:
        cut.write(whole.read()[:-10])
    says("it was cut off", silent, "--to", "127.0.0.1:5004")
    pings = ("hosts: {a: 10.0.0.1, b: 10.0.0.2}\nlinks: [{between: [a, b]}]\n"
             "traffic: [{ping: {from: a, to: b}}]\n")
    says("holds no RTP", capture(folder, "pings", pings), "--to", "127.0.0.1:5004")
    large = capture(folder, "large", scenario("L16", "1500 B"))
    says("in fragments", large, "--to", "127.0.0.1:5004")
    cut = capture(folder, "cut", scenario("PCMU", "1500 B"), "--snaplen", "66")
    says("only the first bytes", cut, "--to", "127.0.0.1:5004")
    slowwire("run", "--format", "none", "--sdp", os.path.join(folder, "x"),
             os.path.join(folder, "pings.yaml"), status=2)


def main():
    with tempfile.TemporaryDirectory() as folder:
        refusals(folder)
        judge(folder, "PCMU", 8000)
        judge(folder, "L16", 44100)
        judge(folder, "PCMA", 8000, BESIDES)
        mixed(folder)
    for failure in failures:
        print(f"replay: {failure}")
    print(f"replay: four streams heard, {len(failures)} failures")
    return 1 if failures else 0


sys.exit(main())
