"""ffmpeg asks, and hears what the simulated camera said in a run, byte for byte as it was captured: its
answers one by one, then what is interleaved behind that to PLAY. The tone that it decodes is the
camera's, and each of its requests is one that our own viewer makes, too."""

import math
import os
import re
import socket
import struct
import subprocess
import sys
import tempfile
import threading

SLOWWIRE = os.environ["SLOWWIRE"]
PATIENCE = 120  # seconds for what takes one
RATE, SECONDS = 8000, 2

SCENE = """
hosts: {viewer: 10.0.0.1, camera: 10.0.0.2}
links: [{between: [viewer, camera], rate: 10 Mbit/s, delay: 20 ms}]
traffic:
  - rtsp: {from: viewer, to: camera, transport: interleaved, codec: PCMU, play: 3 s}
"""

failures = []


def said_by_camera(folder):
    """The bytes of the connection from the camera, by their sequence numbers."""
    scene, file = os.path.join(folder, "scene.yaml"), os.path.join(folder, "scene.pcapng")
    with open(scene, "w", encoding="utf-8") as out:
        out.write(SCENE)
    subprocess.run([SLOWWIRE, "run", "--format", "none", "--tap", "viewer", "--pcapng", file, scene],
                   check=True, timeout=PATIENCE)
    with open(file, "rb") as capture:
        data = capture.read()
    pieces, at = {}, 0
    while at < len(data):
        kind, length = struct.unpack_from("<II", data, at)
        if kind == 6:
            size = struct.unpack_from("<I", data, at + 20)[0]
            packet = data[at + 28:at + 28 + size]
            if packet[9] == 6 and packet[12:16] == bytes([10, 0, 0, 2]):
                total = struct.unpack_from(">H", packet, 2)[0]
                head = 20 + (packet[32] >> 4) * 4
                pieces[struct.unpack_from(">I", packet, 24)[0]] = packet[head:total]
        at += length
    first = min(pieces)
    return b"".join(pieces[number] for number in sorted(pieces, key=lambda n: n - first))


def split_answers(text):
    """The first four answers, and all that follows."""
    answers = []
    for _ in range(4):
        head = text.index(b"\r\n\r\n") + 4
        body = re.search(rb"Content-Length: (\d+)", text[:head])
        end = head + (int(body[1]) if body else 0)
        answers.append(text[:end])
        text = text[end:]
    return answers, text


def serve(listener, answers, media, asked):
    """To each request the next answer; behind the last one the media."""
    peer, _ = listener.accept()
    with peer:
        peer.settimeout(PATIENCE)
        heard = b""
        while True:
            try:
                more = peer.recv(65536)
            except OSError:
                return
            if not more:
                return
            heard += more
            while b"\r\n\r\n" in heard and not heard.startswith(b"$"):
                request, heard = heard.split(b"\r\n\r\n", 1)
                asked.append(request.decode())
                if len(asked) <= len(answers):
                    peer.sendall(answers[len(asked) - 1])
                if len(asked) == len(answers):
                    try:
                        peer.sendall(media)
                    except OSError:
                        return  # it has heard enough


def strength(samples, hertz):
    turn = 2 * math.pi * hertz / RATE
    cosine = sum(s * math.cos(turn * i) for i, s in enumerate(samples))
    sine = sum(s * math.sin(turn * i) for i, s in enumerate(samples))
    return 2 * (cosine ** 2 + sine ** 2) / len(samples) / sum(s * s for s in samples)


def judge(sound, asked):
    with open(sound, "rb") as raw:
        data = raw.read()
    samples = struct.unpack(f"<{len(data) // 2}h", data)
    if len(samples) < 0.9 * RATE * SECONDS:
        failures.append(f"only {len(samples)} samples were decoded")
    elif strength(samples, 440) < 0.99:
        failures.append("what was decoded is not the camera's tone")
    methods = [request.split(" ", 1)[0] for request in asked[:4]]
    if methods != ["OPTIONS", "DESCRIBE", "SETUP", "PLAY"]:
        failures.append(f"ffmpeg asked {methods}")
    if len(asked) > 3 and not re.search(r"^Session: [0-9A-F]{8}$", asked[3], re.M):
        failures.append(f"ffmpeg did not understand the session: {asked[3]}")
    if len(asked) > 2 and "/live/track1" not in asked[2]:
        failures.append(f"ffmpeg did not understand the description: {asked[2]}")


def main():
    asked = []
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as listener:
        answers, media = split_answers(said_by_camera(folder))
        listener.settimeout(PATIENCE)
        camera = threading.Thread(target=serve, args=(listener, answers, media, asked), daemon=True)
        camera.start()
        sound = os.path.join(folder, "sound.raw")
        port = listener.getsockname()[1]
        done = subprocess.run(
            ["ffmpeg", "-y", "-nostdin", "-loglevel", "error", "-rtsp_transport", "tcp", "-i",
             f"rtsp://127.0.0.1:{port}/live", "-t", str(SECONDS), "-f", "s16le", sound],
            timeout=PATIENCE, capture_output=True, text=True)
        if done.returncode != 0:
            failures.append(f"ffmpeg: {done.stderr}")
        else:
            judge(sound, asked)
    for failure in failures:
        print(f"rtsp_peer: {failure}")
    print(f"rtsp_peer: ffmpeg asked {len(asked)} times, {len(failures)} failures")
    return 1 if failures else 0


sys.exit(main())
