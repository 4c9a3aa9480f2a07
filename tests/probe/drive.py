"""The other end of the wire: segments made by hand, answers compared byte by byte.

Header fields and checksums are computed here from RFC 791, 9293 and 1071, not by the program under
test. Each row: a command, and what its answer must hold.
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


def segment(flags, seq, ack=0, data=b"", window=65535, options=b"", port=40000):
    """A whole IPv4 packet from the peer to the server's port 8080."""
    offset = (20 + len(options)) // 4
    tcp = struct.pack("!HHIIBBHHH", port, 8080, seq, ack, offset << 4, flags, window, 0, 0)
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
    return {"t": answer["t"], "is": answer["is"], "seq": seq, "ack": ack, "flags": flags,
            "win": window, "data": tcp[(offset >> 4) * 4:]}


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


def accepted(p):
    listen(p)
    same(p.call("accept", fd=3), {"errno": "EAGAIN"})
    p.inject(SYN, 1000, options=MSS_1460)
    p.expect(10**9, t=0, flags=SYN | ACK, seq=5000, ack=1001)
    p.inject(ACK, 1001, 5001)
    same(p.call("accept", fd=3), {"value": 4})


def a_connection_from_syn_to_fin(p):
    accepted(p)
    p.inject(ACK | PSH, 1001, 5001, b"hello")
    p.expect(10**9, t=200_000_000, flags=ACK, seq=5001, ack=1006)  # the delayed ACK
    same(p.call("recv", fd=4, max=3, peek=True), {"value": 3, "hex": b"hel".hex()})
    same(p.call("recv", fd=4, max=3), {"value": 3, "hex": b"hel".hex()})
    same(p.call("recv", fd=4, max=9), {"value": 2, "hex": b"lo".hex()})
    same(p.call("recv", fd=4, max=9), {"errno": "EAGAIN"})
    same(p.call("send", fd=4, hex=b"world".hex()), {"value": 5})
    p.expect(10**9, seq=5001, ack=1006, data=b"world")
    p.inject(ACK | FIN, 1006, 5006)
    p.expect(10**9, flags=ACK, seq=5006, ack=1007)
    same(p.state(), "CLOSE-WAIT")
    same(p.call("recv", fd=4, max=9), {"value": 0, "hex": ""})
    same(p.call("close", fd=4), {"value": 0})
    p.expect(10**9, flags=ACK | FIN, seq=5006, ack=1007)
    same(p.state(), "LAST-ACK")
    p.inject(ACK, 1007, 5007)
    same(p.state(), "CLOSED")
    same(p.call("recv", fd=4, max=1), {"errno": "EBADF"})


def unanswered_data_is_repeated_with_a_doubled_timer(p):
    accepted(p)
    same(p.call("send", fd=4, hex="61"), {"value": 1})
    at = 0
    for wait in (0, 1, 2, 4, 8):  # RFC 6298 2.4 and 5.5: one second, then doubled
        at += wait * 10**9
        p.expect(10**12, t=at, seq=5001, data=b"a")


def nobody_listens(p):
    p.inject(SYN, 1000)
    p.expect(10**9, flags=RST | ACK, seq=0, ack=1001)  # RFC 9293 3.10.7.1
    p.inject(ACK, 1000, 77)
    p.expect(10**9, flags=RST, seq=77)
    p.inject(RST, 1000)
    p.silent(10**9)


def a_reset_is_told_once(p):
    accepted(p)
    p.inject(RST | ACK, 1001, 5001)
    same(p.state(), "CLOSED")
    same(p.call("recv", fd=4, max=1), {"errno": "ECONNRESET"})
    same(p.call("recv", fd=4, max=1), {"value": 0, "hex": ""})
    same(p.call("send", fd=4, hex="61"), {"errno": "EPIPE"})


def a_connection_is_opened_and_refused(p):
    same(p.call("socket"), {"value": 3})
    same(p.call("connect", fd=3, to="peer:8080"), {"errno": "EINPROGRESS"})
    same(p.call("connect", fd=3, to="peer:8080"), {"errno": "EALREADY"})
    syn = read(p.do("next", until=10**9))
    same((syn["is"], syn["flags"], syn["seq"]), ("SYN", SYN, 5000))
    tcp = struct.pack("!HHIIBBHHH", 8080, 49152, 0, 5001, 5 << 4, RST | ACK, 0, 0, 0)
    pseudo = PEER + SERVER + struct.pack("!BBH", 0, 6, len(tcp))
    tcp = tcp[:16] + struct.pack("!H", checksum(pseudo + tcp)) + tcp[18:]
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 40, 1, 0, 64, 6, 0, PEER, SERVER)
    ip = ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:]
    p.do("inject", hex=(ip + tcp).hex())
    p.silent(2 * 10**9)
    same(p.call("getsockopt", fd=3, name="SO_ERROR"), {"value": "ECONNREFUSED"})
    same(p.call("getsockopt", fd=3, name="SO_ERROR"), {"value": 0})


def a_wrong_checksum_is_never_heard(p):
    listen(p)
    packet = bytearray(bytes.fromhex(segment(SYN, 1000)))
    packet[36] ^= 1
    p.do("inject", hex=packet.hex())
    p.silent(10**9)


def acknowledgements_from_long_ago(p):
    accepted(p)  # RFC 5961 5.2: SND.UNA - MAX.SND.WND <= SEG.ACK is acceptable
    p.inject(ACK, 1001, (5001 - 65535) % 2**32)
    p.silent(10**9)
    p.inject(ACK, 1001, (5001 - 65536) % 2**32)
    p.expect(2 * 10**9, t=10**9, flags=ACK, seq=5001, ack=1001)
    p.inject(ACK, 1001, 5002)  # of what was never sent
    p.expect(2 * 10**9, t=10**9, flags=ACK, seq=5001, ack=1001)


def without_an_mss_option_segments_hold_536_bytes(p):
    listen(p)  # RFC 9293 3.7.1
    p.inject(SYN, 1000)
    p.expect(10**9, flags=SYN | ACK, seq=5000)
    p.inject(ACK, 1001, 5001)
    same(p.call("accept", fd=3), {"value": 4})
    same(p.call("send", fd=4, len=2000), {"value": 2000})
    for seq in (5001, 5537, 6073):
        got = read(p.do("next", until=10**8))
        same((got["seq"], len(got["data"])), (seq, 536))


def calls_that_make_no_sense(p):
    same(p.call("recv", fd=9, max=1), {"errno": "EBADF"})
    same(p.call("socket"), {"value": 3})
    same(p.call("recv", fd=3, max=1), {"errno": "ENOTCONN"})
    same(p.call("accept", fd=3), {"errno": "EINVAL"})
    same(p.call("bind", fd=3, port=80), {"value": 0})
    same(p.call("bind", fd=3, port=81), {"errno": "EINVAL"})
    same(p.call("socket"), {"value": 4})
    same(p.call("bind", fd=4, port=80), {"errno": "EADDRINUSE"})
    same(p.call("setsockopt", fd=4, name="SO_NOSUCH", value=1), {"errno": "ENOPROTOOPT"})


def broken_lines_change_nothing(p):
    for line in ("garbage{", "[]", "{}", '{"op":"foo"}', '{"op":"inject"}', '{"op":"next"}',
                 '{"op":"inject","hex":"4"}', '{"op":"inject","hex":"zz"}',
                 '{"op":"call","host":"nobody","call":"socket"}',
                 '{"op":"call","host":"server","call":"jump"}', '{"op":"state","host":"server"}'):
        answer = p.line(line)
        assert list(answer) == ["error"] and answer["error"], answer
    same(p.do("now"), {"t": 0})
    same(p.do("run_until", t=7), {"t": 7})
    p.do("inject", hex="45")  # bytes, but no packet: sent, and refused as real ones would be
    p.silent(10**9)


def main():
    program = sys.argv[1]
    tests = [a_connection_from_syn_to_fin, unanswered_data_is_repeated_with_a_doubled_timer,
             nobody_listens, a_reset_is_told_once, a_connection_is_opened_and_refused,
             a_wrong_checksum_is_never_heard, acknowledgements_from_long_ago,
             without_an_mss_option_segments_hold_536_bytes, calls_that_make_no_sense,
             broken_lines_change_nothing]
    with tempfile.TemporaryDirectory() as folder:
        scenario = os.path.join(folder, "probe.yaml")
        with open(scenario, "w", encoding="utf-8") as f:
            f.write(SCENARIO)
        for test in tests:
            p = Probe(program, scenario)
            test(p)
            p.end()
            print("ok", test.__name__)


main()
