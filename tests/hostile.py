"""Scenarios that mean harm. Each must be told off, or run to its end, within 100 MB of address space and one
second of the processor on the machine that README.md names; since others are slower, five are allowed
here (a sanitizer's programs: twenty, and no limit of memory).

Says which was slowest, or what broke the limits, and ends with 1.
"""
import os
import resource
import subprocess
import sys
import tempfile

SLOWWIRE = os.environ["SLOWWIRE"]
PROGRAM = open(SLOWWIRE, "rb").read()
IS_SANITIZED = b"__ubsan_" in PROGRAM or b"__asan_" in PROGRAM
SECONDS = 20 if IS_SANITIZED else 5
MEMORY = 0 if IS_SANITIZED else 100 << 20
BIG = 10 << 20

PAIR = "hosts: {a: 10.0.0.1, b: 10.0.0.2}\n"
LINK = PAIR + "links: [{between: [a, b]}]\n"
END = 2**63 - 1


def aliases(levels, width):
    lines = ["a0: &a0 [x, x]"]
    for n in range(1, levels):
        lines.append(f"a{n}: &a{n} [" + ", ".join([f"*a{n - 1}"] * width) + "]")
    return "\n".join(lines) + "\n"


def steps(depth):
    return "".join(" " * n + "a:\n" for n in range(depth))


# What: the file's bytes (or a function of them), options, the statuses that are right.
NESTED = {
    "10 MB of brackets": b"[" * BIG,
    "10 MB of braces": b"{a: " * (BIG // 4),
    "10 MB of brackets that close": b"[" * (BIG // 2) + b"]" * (BIG // 2),
    "10 MB of dashes": b"- " * (BIG // 2),
    "10 MB of questions": b"? " * (BIG // 2),
    "10 MB of nesting in a section": b"hosts: " + b"{a: " * (BIG // 4),
    "indentation that deepens": steps(4400).encode(),
    "an alias bomb": aliases(12, 9).encode(),
    "an alias bomb of two": aliases(40, 2).encode(),
    "an alias bomb in hosts": ("hosts: &h {a: 10.0.0.1}\nlinks: [" + "*h, " * 200000 + "]\n").encode(),
    "an alias of itself": b"a: &a [*a]\n",
    "merges of merges": ("a0: &a0 {x: 1}\n" + "".join(
        f"a{n}: &a{n} {{<<: *a{n - 1}, y{n}: *a{n - 1}}}\n" for n in range(1, 40))).encode(),
    "10 MB of one word": b"a" * BIG,
    "10 MB of one text": b'title: "' + b"a" * BIG + b'"\n',
    "10 MB of escapes": b'title: "' + b"\\x41" * (BIG // 4) + b'"\n',
    "10 MB of comments": b"# a\n" * (BIG // 4),
    "10 MB of lines": b"\n" * BIG,
    "10 MB of tabs": b"\t" * BIG,
    "10 MB of anchors": b"".join(b"&a%d " % n for n in range(BIG // 9)),
    "1 MB of keys": b"".join(b"k%d: 1\n" % n for n in range(100000)),
    "1 MB of the same key": b"seed: 1\n" * 130000,
    "10 MB that no bracket ends": b"hosts: {a: 10.0.0.1" + b", a: 10.0.0.1" * (BIG // 13),
    "10 MB of quotes": b'"' * BIG,
    "a file that does not end": None,
}

UTF8 = {
    "a lone continuation": b"title: \x80\n",
    "an overlong slash": b"title: \xc0\xaf\n",
    "a surrogate": b"title: \xed\xa0\x80\n",
    "beyond U+10FFFF": b"title: \xf4\x90\x80\x80\n",
    "cut short": b"title: \xe6\x97",
    "ff": b"\xff\xfe\x00",
    "UTF-16": "hosts: {a: 10.0.0.1}\n".encode("utf-16"),
    "a zero byte": b"hosts: {a: 10.0.0.1}\n\0stop: 1 s\n",
    "an escape of the terminal": b"title: \x1b[2J\nhosts: {a: 10.0.0.1}\n",
    "Latin-1": "title: Ärger\n".encode("latin-1"),
    "a name in a wrong coding": b"hosts: {\xe9: 10.0.0.1}\n",
}

LIMITS = {
    "stop at the end of time": LINK + f"stop: {END} ns\n",
    "stop beyond it": LINK + f"stop: {END + 1} ns\n",
    "stop in years": LINK + "stop: 300000 d\n",
    "a delay near the end of time": PAIR + f"links: [{{between: [a, b], delay: {END} ns}}]\n"
                                    "traffic: [{udp: {from: a, to: b:9, rate: 1 kbit/s, size: 100 B, for: 2 s}}]\n",
    "a delay of 100 years": PAIR + "links: [{between: [a, b], delay: 36500 d, jitter: 36500 d}]\n"
                            "traffic: [{tcp: {from: a, to: b:80, bytes: 1 kB}}]\nstop: 100000 d\n",
    "a step at the end of time": LINK + f"stop: {END} ns\nscript: [{{at: {END} ns, a: connect b:80}}]\n",
    "a flow that starts at the end": LINK + f"stop: {END} ns\ntraffic: [{{udp: {{from: a, to: b:9, rate: 1 Mbit/s, "
                                     f"size: 100 B, for: 1 s, start: {END - 1} ns}}}}]\n",
    "a fault at the end of time": LINK + f"stop: {END} ns\nfaults: [{{at: {END - 1} ns, cut: [a, b], for: {END} ns}}]\n",
    "a delayed packet": LINK + f"faults: [{{delay: {{from: a, by: {END} ns}}}}]\n"
                        "traffic: [{udp: {from: a, to: b:9, rate: 1 kbit/s, size: 100 B, for: 2 s}}]\n",
    "one bit in a day": PAIR + "links: [{between: [a, b], rate: 1 bit/s}]\n"
                        "traffic: [{tcp: {from: a, to: b:80, bytes: 1 GB}}]\nstop: 90000 d\n",
    "the fastest link": PAIR + "links: [{between: [a, b], rate: 9000000 Tbit/s}]\n"
                        "traffic: [{tcp: {from: a, to: b:80, bytes: 10 kB}}]\n",
    "a clock that drifts away": "hosts: {a: {address: 10.0.0.1, clock: {offset: 100000 d, drift: 999999 ppm}}, b: 10.0.0.2}\n"
                                "links: [{between: [a, b]}]\n"
                                "traffic: [{rtp: {from: a, to: b, codec: PCMU, for: 1 s}}]\n",
    "a number of 400 digits": LINK + "seed: " + "9" * 400 + "\n",
    "an exponent": LINK + "stop: 1e999999999 s\n",
    "a frame of 2^63 bytes": LINK + f"traffic: [{{stop-and-wait: {{from: a, to: b, frames: 1, frame: {END} B}}}}]\n",
    "2^63 bytes to send": LINK + f"script: [{{at: 0 s, b: listen 80}}, {{at: 0 s, a: connect b:80}}, "
                          f"{{at: 1 s, a: send {END} B}}]\n",
    "a pool of every address": "hosts: {a: {address: 10.0.0.1/1, dhcp-server: {pool: 0.0.0.1 - 127.255.255.254, "
                               "lease: 1 s}}, b: {address: dhcp}}\nswitches: {s: {}}\n"
                               "links: [{between: [a, s]}, {between: [b, s]}]\nstop: 10 s\n"
                               "script: [{at: 0 s, b: dhcp-start}]\n",
    "2^31 clients": "hosts: {a: {address: 10.0.0.1/8, dhcp-server: {pool: 10.0.0.2 - 10.255.255.254}}, b: 10.0.0.3/8}\n"
                    "switches: {s: {}}\nlinks: [{between: [a, s]}, {between: [b, s]}]\n"
                    "traffic: [{dhcp-starvation: {from: b, to: a, clients: 2147483648}}]\n",
    "2^31 of everything": LINK + "traffic: [{go-back-n: {from: a, to: b, frames: 2147483648, window: 2147483648, "
                          "sequence-bits: 31}}]\n",
    "2^31 hosts by aliases": "hosts:\n" + "".join(
        f"  h{n}: &h{n} {{address: 10.0.0.1, x: *h{n - 1}, y: *h{n - 1}}}\n" if n else "  h0: &h0 10.0.0.1\n"
        for n in range(31)),
    "a wait for 2^31 packets": LINK + "faults: [{drop: {from: a, nth: 2147483648}}]\n",
}

FLOW = "traffic: [{{{}: {{from: a, to: b{}, {}}}}}]\n"
LOOPS = {
    # What surely is more than the default of --max-events is refused before it runs.
    "a year of datagrams": LINK + FLOW.format("udp", ":9", "rate: 100 Gbit/s, size: 1 B, for: 300 d") + "stop: 365 d\n",
    "a trillion frames": LINK + FLOW.format("stop-and-wait", "", "frames: 1000000000000"),
    "a petabyte": LINK + FLOW.format("tcp", ":80", "bytes: 1000000 GB"),
    "a ping for ever": LINK + FLOW.format("ping", "", "count: 4000000000, interval: 1 ns") + "stop: 10000 d\n",
}
BOUNDED = {
    # These end at the events that are allowed.
    "TCP without delay": LINK + FLOW.format("tcp", ":80", "bytes: 100 GB"),
    "go-back-N without delay, timer 1 ns": LINK + FLOW.format("go-back-n", "", "frames: 1000000, timeout: 1 ns"),
    "each packet doubled": LINK + FLOW.format("tcp", ":80", "bytes: 100 GB") + "faults: [{duplicate: {link: [a, b]}}]\n",
    "each packet doubled at random": PAIR + "links: [{between: [a, b], duplicate: 100 %}]\n"
                                     + FLOW.format("tcp", ":80", "bytes: 100 GB"),
    "two routers that point at each other":
        "hosts: {a: {address: 10.0.1.2/24, gateway: 10.0.1.1}}\n"
        "routers: {R: {addresses: [10.0.1.1/24, 10.0.2.1/24], routes: {10.9.0.0/16: 10.0.2.2}},\n"
        "  S: {addresses: [10.0.2.2/24], routes: {10.9.0.0/16: 10.0.2.1}}}\n"
        "links: [{between: [a, R]}, {between: [R, S]}]\n"
        "traffic: [{ping: {from: a, to: 10.9.9.9, count: 100000, interval: 1 ns}}]\n",
    "a hundred flows at once": LINK + "traffic:\n" + "".join(
        f"  - tcp: {{from: a, to: 'b:{1000 + n}', bytes: 100 GB}}\n" for n in range(100)),
    "a host that restarts for ever": "hosts: {a: 10.0.0.1}\nscript:\n" + "".join(
        "  - {at: 0 s, a: power-off}\n  - {after: 0 s, a: power-on}\n" for _ in range(2000)),
}

def framed(frame="{delimiter: 0a}", messages="m: {body: {x: uint 1}}", say="{message: m}", more=""):
    """A protocol that the file declares, spoken once."""
    return (LINK + f"protocols:\n  p:\n    frame: {frame}\n    messages: {{{messages}}}\n{more}"
            f"traffic: [{{framed: {{from: a, to: b:7, protocol: p, say: [{say}]}}}}]\n")


def named(resolver="c", server="{names: {www.example.net: b}}", to="www.example.net:80"):
    """A host that asks a name server whom it means."""
    return (f"hosts: {{a: {{address: 10.0.0.1/24, resolver: {resolver}}}, b: 10.0.0.2/24, "
            f"c: {{address: 10.0.0.3/24, dns-server: {server}}}}}\nswitches: {{s: {{}}}}\n"
            "links: [{between: [a, s]}, {between: [b, s]}, {between: [c, s]}]\n"
            f"script: [{{at: 0 s, b: listen 80}}, {{at: 0 s, a: connect {to}}}]\nstop: 100 s\n")


def mixed(*flows):
    three = "hosts: {a: 10.0.0.1/24, b: 10.0.0.2/24, m: 10.0.0.3/24}\nswitches: {s: {}}\n" \
            "links: [{between: [a, s]}, {between: [b, s]}, {between: [m, s]}]\ntraffic:\n"
    return three + "".join(f"  - {f}\n" for f in flows)


def a2dp(settings):
    return PAIR + f"links: [{{between: [a, b], rate: 1 Mbit/s}}]\ntraffic: [{{a2dp: {{from: a, to: b, {settings}}}}}]\n"


def bomb(inner):
    return "".join(f"    f{n}: &f{n} {{" + ", ".join(f"{c}: *f{n - 1}" for c in "abcdefgh") + "}\n" if n else
                   f"    f0: &f0 {inner}\n" for n in range(9))


HUGE = 2**31
ASKS = "m: {id: 1, body: {x: uint 1}, answer: n}, n: {id: 2, body: {y: uint 2}}"
IDS = "    header: {id: {type: uint 2, holds: id}}\n"
BOUNDED.update({
    # Protocols that the file declares.
    "an alias bomb of fields": LINK + "protocols:\n  p:\n    frame: {delimiter: 0a}\n    header:\n" +
                               bomb("uint 1").replace("    f", "      f"),
    "an alias bomb of messages": LINK + "protocols:\n  p:\n    frame: {delimiter: 0a}\n    messages:\n" +
                                 bomb("{body: {x: uint 1}}").replace("    f", "      f"),
    "a number of 2^31 bytes": framed(messages=f"m: {{body: {{x: uint {HUGE}}}}}"),
    "a number of no bytes": framed(messages="m: {body: {x: uint 0}}"),
    "a field of 2^63 bytes": framed(messages=f"m: {{body: {{x: bytes {END}}}}}"),
    "digits of 2^31 bytes": framed(messages=f"m: {{body: {{x: bcd {HUGE}}}}}"),
    "a text of 2^31 bytes": framed(messages=f"m: {{body: {{x: text {HUGE}}}}}"),
    "a text of 150 kB": framed(messages="m: {body: {x: text}}", say='{message: m, values: {x: "' + "x" * 150000 + '"}}'),
    "a text of 10 MB": framed(messages="m: {body: {x: {type: text, value: " + "x" * BIG + "}}}"),
    "a number of 400 digits in a field": framed(say="{message: m, values: {x: " + "9" * 400 + "}}"),
    "a frame of 2^63 bytes at most": framed(frame=f"{{delimiter: 0a, max: {END} B}}"),
    "a frame of no bytes at most": framed(frame="{delimiter: 0a, max: 0 B}"),
    "a length of 2^31 bytes": framed(frame=f"{{length: {{width: {HUGE}, counts: body}}}}"),
    "no delimiter": framed(frame="{delimiter: ''}"),
    "a delimiter of 1 MB": framed(frame="{delimiter: " + "0a " * (1 << 19) + "}"),
    "escapes of themselves": framed(frame="{start: 7e, end: 7e, escapes: {7e: 7e 7e, 7d: 7d 7d}}"),
    "100 000 messages": framed(messages=",\n      ".join(f"m{n}: {{body: {{x: uint 1}}}}" for n in range(100000))),
    "100 000 fields": framed(messages="m: {body: {" + ",\n      ".join(f"x{n}: uint 1" for n in range(100000)) + "}}"),
    "a message that answers itself": framed(messages="m: {body: {x: uint 1}, answer: m}"),
    "a retry after no time": framed(messages=ASKS, more=IDS + "    retry: {after: 0 s, count: 3}\n"),
    "a retry at once": framed(messages=ASKS, more=IDS + "    retry: {after: 1 us, count: 1000}\n"),
    "2^31 retries": framed(messages=ASKS, more=IDS + f"    retry: {{after: 1 s, count: {HUGE}}}\n"),
    "a retry at the end of time": framed(messages=ASKS, more=IDS + f"    retry: {{after: {END} ns, count: 3}}\n"),
    "a saying at the end of time": framed(say=f"{{message: m, at: {END} ns}}"),
    "a saying 10^9 times": framed(say="{message: m, every: 1 us, count: 1000000000}"),
    "a saying 2^31 times": framed(say=f"{{message: m, every: 1 us, count: {HUGE}}}"),
    # Names.
    "a name of 10 MB": named(to="x" * BIG + ".net:80"),
    "a label of 64 bytes": named(to="x" * 64 + ".net:80"),
    "a name of 128 labels": named(to="a." * 128 + "net:80"),
    "an empty label": named(to="www..net:80"),
    "a name of dots": named(to="." * 1000 + ":80"),
    "100 000 names": named(server="{names: {" + ",\n  ".join(f"w{n}.net: b" for n in range(100000)) + "}}"),
    "2^31 records": named(server=f"{{zone: example.net, records: {HUGE}}}"),
    "a life at the end of time": named(server=f"{{names: {{www.example.net: b}}, ttl: {END} ns}}"),
    "a service at the end of time": named(server=f"{{names: {{www.example.net: b}}, service: {END} ns}}"),
    "2^31 attempts": named(resolver=f"{{server: 10.0.0.99, attempts: {HUGE}, timeout: 1 ns}}"),
    "a timeout at the end of time": named(resolver=f"{{server: 10.0.0.99, timeout: {END} ns}}"),
    "a name server that asks itself": "hosts: {a: {address: 10.0.0.1, resolver: a, dns-server: {names: {www.net: a}}}}\n"
                                      "script: [{at: 0 s, a: connect www.net:80}]\nstop: 10 s\n",
    # Mixers and Bluetooth.
    "a mixer that hears itself": mixed("mixer: {from: m, to: m}"),
    "two mixers that hear each other": mixed("mixer: {from: m, to: a}", "mixer: {from: a, to: m}",
                                             "conference: {from: b, to: m, for: 2 s}"),
    "a mixer that plays at the end of time": mixed(f"mixer: {{from: m, to: a, playout: {{delay: {END} ns}}}}",
                                                   "conference: {from: a, to: m, for: 2 s}"),
    "a mixer of 1 ns": mixed("mixer: {from: m, to: a, ptime: 1 ns}", "conference: {from: a, to: m, ptime: 1 ns, for: 2 s}"),
    "a mixer for ever": mixed(f"mixer: {{from: m, to: a, for: {END} ns}}", f"conference: {{from: a, to: m, for: {END} ns}}"),
    "a tone of 2^63 Hz": mixed("mixer: {from: m, to: a}", f"conference: {{from: a, to: m, for: 1 s, tone: {END}}}"),
    "a thousand sides of a mixer": mixed(*["mixer: {from: m, to: a, port: %d}" % (2000 + 4 * n) for n in range(1000)]),
    "Bluetooth audio for ever": a2dp(f"for: {END} ns"),
    "Bluetooth audio that stops before it begins": a2dp(f"suspend: {END} ns, resume: 1 ns, for: 240 ms"),
    "Bluetooth polls of 1 ns": a2dp("for: 240 ms, poll: 1 ns"),
    "Bluetooth numbers of 2^63": a2dp(f"for: 240 ms, seq: {END}, timestamp: {END}, ssrc: {END}"),
    # Reservations.
    "a reservation of 2^63 bit/s": LINK + f"traffic: [{{udp: {{from: a, to: b:9, rate: 1 kbit/s, size: 100 B, for: 1 s, "
                                   f"reserve: {{rate: {END} bit/s}}}}}}]\n",
})

CLIMBS = [
    (["new", "../../../../etc/passwd", "out"], 2),
    (["new", "/etc/passwd", "out"], 2),
    (["run", "/etc"], 2),
    (["run", "/proc/self/mem"], 2),
    (["run", "nowhere/" * 500 + "x.yaml"], 2),
    (["check", "x" * 5000], 2),
]
NAMES = ["../../x", "/etc/x", "a/b", "..", "x\\ny", "$(id)", "-o", "%s%n"]


def limit():
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if MEMORY:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def slowwire(arguments, folder):
    """Exit status, all that it said, and seconds of the processor."""
    before = os.times().children_user + os.times().children_system
    done = subprocess.run([SLOWWIRE, *arguments], cwd=folder, preexec_fn=limit, capture_output=True,
                          stdin=subprocess.DEVNULL, timeout=300)
    return (done.returncode, done.stdout + done.stderr,
            os.times().children_user + os.times().children_system - before)


class Judge:
    def __init__(self, folder):
        self.folder = folder
        self.broken = 0
        self.count = 0
        self.slowest = (0, "")

    def wrong(self, what, status, said):
        self.broken += 1
        print(f"hostile: {what}: status {status}: {said[:300].decode(errors='replace')}", flush=True)

    def file(self, what, text, right, options=()):
        path = "/dev/zero"
        if text is not None:
            path = os.path.join(self.folder, "hostile.yaml")
            with open(path, "wb") as f:
                f.write(text if isinstance(text, bytes) else text.encode())
        self.call(what, ["run", "--format", "none", *options, path], right)
        if not options:
            self.call(what, ["check", path], right)

    def call(self, what, arguments, right):
        self.count += 1
        status, said, seconds = slowwire(arguments, self.folder)
        self.slowest = max(self.slowest, (seconds, what))
        good = status in right and (status == 0 or b"error: " in said or b"warning: " in said)
        if not good or b"out of memory" in said:
            self.wrong(what, status, said)

    def names(self):
        """A host's name never becomes a path."""
        for name in NAMES:
            before = sorted(os.listdir(self.folder))
            self.file(f"a host called {name}", f'hosts: {{"{name}": 10.0.0.1}}\n', (0, 2))
            after = sorted(os.listdir(self.folder))
            if set(after) - set(before) - {"hostile.yaml"}:
                self.wrong(f"a host called {name} made a file", 0, b"")


def main():
    with tempfile.TemporaryDirectory() as folder:
        judge = Judge(folder)
        judge.file("nothing that means harm", LINK + FLOW.format("udp", ":9", "rate: 1 Mbit/s, size: 100 B, for: 1 s"), (0,))
        for what, text in {**NESTED, **UTF8}.items():
            judge.file(what, text, (2,))
        for what, text in LIMITS.items():
            judge.file(what, text, (0, 2))
        for what, text in LOOPS.items():
            judge.file(what, text, (2, 3), ["--seed", "1"])
        for what, text in BOUNDED.items():
            judge.file(what, text, (0, 2, 3), ["--max-events", "100000"])
        for arguments, status in CLIMBS:
            judge.call(" ".join(arguments)[:60], arguments, (status,))
        judge.names()
        if judge.broken == 0:
            print(f"hostile: {judge.count} calls, the slowest took {judge.slowest[0]:.2f} s: {judge.slowest[1]}")
        return 1 if judge.broken else 0


sys.exit(main())
