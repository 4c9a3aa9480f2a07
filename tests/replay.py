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
  - rtp: {{from: alice, to: bob, codec: {codec}, for: 2500 ms, rtcp: {{minimum: 500 ms}}}}
"""


def slowwire(*arguments, status=0):
    done = subprocess.run([SLOWWIRE, *arguments, "--lang", "en"], capture_output=True, text=True,
                          timeout=PATIENCE)
    if done.returncode != status:
        failures.append(f"{' '.join(arguments)}: status {done.returncode}, not {status}: {done.stderr}")
    return done.stdout + done.stderr


def capture(folder, name, text, *more):
    scene, file = os.path.join(folder, name + ".yaml"), os.path.join(folder, name + ".pcapng")
    with open(scene, "w", encoding="utf-8") as out:
        out.write(text)
    slowwire("run", "--format", "none", "--tap", "all", "--pcapng", file, *more, scene)
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


def hear(folder, codec, rate, seconds):
    """What ffmpeg decodes of a replay, as samples."""
    file = capture(folder, codec, SCENE.format(codec=codec, mtu="2000 B"))
    sdp, sound, port = os.path.join(folder, codec + ".sdp"), os.path.join(folder, codec + ".raw"), free_port()
    slowwire("run", "--format", "none", "--sdp", sdp, os.path.join(folder, codec + ".yaml"))
    with open(sdp, encoding="utf-8", newline="") as text:
        described = text.read().replace("10.0.0.2", "127.0.0.1").replace("audio 5004", f"audio {port}")
    with open(sdp, "w", encoding="utf-8", newline="") as text:
        text.write(described)
    player = subprocess.Popen(
        ["ffmpeg", "-y", "-nostdin", "-loglevel", "error", "-protocol_whitelist", "file,udp,rtp",
         "-i", sdp, "-t", str(seconds), "-ac", "1", "-ar", str(rate), "-f", "s16le", sound])
    if not await_listener(port, player):
        failures.append(f"{codec}: ffmpeg does not listen")
    began = time.monotonic()
    said = slowwire("replay", file, "--to", f"127.0.0.1:{port}", "--sdp", os.path.join(folder, "own.sdp"))
    if time.monotonic() - began < 2.4:
        failures.append(f"{codec}: two and a half seconds were over too soon")
    sent = re.match(r"(\d+) packets of media and (\d+) reports", said)
    if not sent or int(sent[1]) != 125 or int(sent[2]) < 2:
        failures.append(f"{codec}: {said}")
    with open(os.path.join(folder, "own.sdp"), encoding="utf-8") as own:
        if f"m=audio {port} RTP/AVP" not in own.read():
            failures.append(f"{codec}: the description does not say where it goes")
    try:
        player.wait(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        player.kill()
        failures.append(f"{codec}: ffmpeg does not end")
    with open(sound, "rb") as raw:
        data = raw.read()
    return [int.from_bytes(data[i:i + 2], "little", signed=True) for i in range(0, len(data) - 1, 2)]


def judge(folder, codec, rate):
    samples = hear(folder, codec, rate, 2)
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
    two = SCENE.format(codec="PCMU", mtu="1500 B") + "  - rtp: {from: bob, to: alice, for: 1 s}\n"
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
    large = capture(folder, "large", SCENE.format(codec="L16", mtu="1500 B"))
    says("in fragments", large, "--to", "127.0.0.1:5004")
    cut = capture(folder, "cut", SCENE.format(codec="PCMU", mtu="1500 B"), "--snaplen", "66")
    says("only the first bytes", cut, "--to", "127.0.0.1:5004")
    slowwire("run", "--format", "none", "--sdp", os.path.join(folder, "x"),
             os.path.join(folder, "pings.yaml"), status=2)


def main():
    with tempfile.TemporaryDirectory() as folder:
        refusals(folder)
        judge(folder, "PCMU", 8000)
        judge(folder, "L16", 44100)
    for failure in failures:
        print(f"replay: {failure}")
    print(f"replay: two streams heard, {len(failures)} failures")
    return 1 if failures else 0


sys.exit(main())
