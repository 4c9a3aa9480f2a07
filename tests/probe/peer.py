"""A raw host at the other end of the wire: segments made by hand, answers taken apart byte by byte.

Header fields and checksums are computed here from RFC 791, 9293 and 1071, not by the program under
test.
"""
import json
import os
import struct
import subprocess
import sys
import tempfile

SCENARIO = """
hosts:
  peer: {address: 192.0.2.1, raw: true}
  server: {address: 192.0.2.2, tcp: {isn: 5000}}
links: [{between: [peer, server]}]
"""
PEER, SERVER = bytes([192, 0, 2, 1]), bytes([192, 0, 2, 2])
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
MSS_1460 = bytes([2, 4, 5, 180])


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def segment(flags, seq, ack=0, data=b"", window=65535, options=b"", port=40000, to=8080, urgent=0):
    """A whole IPv4 packet from the peer to the server's port 8080."""
    offset = (20 + len(options)) // 4
    tcp = struct.pack("!HHIIBBHHH", port, to, seq, ack, offset << 4, flags, window, 0,
                      urgent)
    tcp += options + data
    pseudo = PEER + SERVER + struct.pack("!BBH", 0, 6, len(tcp))
    tcp = tcp[:16] + struct.pack("!H", checksum(pseudo + tcp)) + tcp[18:]
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 1, 0x4000, 64, 6, 0, PEER, SERVER)
    ip = ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:]
    return (ip + tcp).hex()


def read(answer):
    """Fields of the segment in an answer, its checksums verified."""
    packet = bytes.fromhex(answer["hex"])
    assert checksum(packet[:20]) == 0, "IPv4 checksum"
    tcp = packet[20:]
    pseudo = packet[12:20] + struct.pack("!BBH", 0, 6, len(tcp))
    assert checksum(pseudo + tcp) == 0, "TCP checksum"
    seq, ack, offset, flags, window = struct.unpack("!IIBBH", tcp[4:16])
    return {"t": answer["t"], "is": answer["is"], "ttl": packet[8], "df": packet[6] >> 6 & 1,
            "from": int.from_bytes(tcp[:2], "big"), "to": int.from_bytes(tcp[2:4], "big"),
            "options": tcp[20:(offset >> 4) * 4], "seq": seq, "ack": ack, "flags": flags,
            "win": window, "data": tcp[(offset >> 4) * 4:]}


def icmp(kind, code, quoted, mtu=0):
    """An ICMP error from the peer about a packet of the server's: its header and eight bytes."""
    body = struct.pack("!BBHHH", kind, code, 0, 0, mtu) + bytes.fromhex(quoted)[:28]
    body = body[:2] + struct.pack("!H", checksum(body)) + body[4:]
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(body), 1, 0, 64, 1, 0, PEER, SERVER)
    ip = ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:]
    return (ip + body).hex()


class Probe:
    def __init__(self, program, scenario):
        self.process = subprocess.Popen([program, "probe", scenario], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True,
                                        stderr=subprocess.DEVNULL)

    def line(self, text):
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def do(self, op, **fields):
        return self.line(json.dumps({"op": op, **fields}))

    def call(self, call, **args):
        return self.do("call", host="server", call=call, args=args)

    def inject(self, *args, **named):
        return self.do("inject", hex=segment(*args, **named))

    def expect(self, until, **wanted):
        got = read(self.do("next", until=until))
        assert wanted.items() <= got.items(), (wanted, got)

    def silent(self, until):
        got = self.do("next", until=until)
        assert got == {"t": until, "none": True}, got

    def next(self, until):
        """The next segment, taken apart, with its bytes."""
        got = self.do("next", until=until)
        return {**read(got), "hex": got["hex"]}

    def state(self):
        return self.do("state", host="server")["state"]

    def end(self):
        self.process.stdin.close()
        assert self.process.wait() == 0


def same(got, wanted):
    assert got == wanted, (got, wanted)


def listen(p):
    same(p.call("socket"), {"value": 3})
    same(p.call("bind", fd=3, port=8080), {"value": 0})
    same(p.call("listen", fd=3, backlog=5), {"value": 0})


def connecting(p, port=8080):
    """A call to connect; the SYN, taken apart."""
    same(p.call("socket"), {"value": 3})
    same(p.call("connect", fd=3, to="peer:%d" % port), {"errno": "EINPROGRESS"})
    syn = p.next(10**6)
    same((syn["flags"], syn["seq"], syn["to"]), (SYN, 5000, port))
    return syn


def connected(p, options=MSS_1460):
    syn = connecting(p)
    p.inject(SYN | ACK, 0, 5001, port=8080, to=syn["from"], options=options)
    p.expect(10**6, flags=ACK, seq=5001, ack=1)
    return {"port": 8080, "to": syn["from"]}


def accepted(p):
    listen(p)
    same(p.call("accept", fd=3), {"errno": "EAGAIN"})
    p.inject(SYN, 1000, options=MSS_1460)
    p.expect(10**9, t=0, flags=SYN | ACK, seq=5000, ack=1001)
    p.inject(ACK, 1001, 5001)
    same(p.call("accept", fd=3), {"value": 4})


def run(tests, scenario=SCENARIO):
    """Each test is a function of a fresh probe; its name is what it shows."""
    program = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "probe.yaml")
        for test in tests:
            with open(file, "w", encoding="utf-8") as f:
                f.write(getattr(test, "scenario", scenario))
            p = Probe(program, file)
            test(p)
            p.end()
            print("ok", test.__name__)
