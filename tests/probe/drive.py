"""The commands of slowwire probe, one after the other: a command, and what its answer must hold."""
import struct

from peer import ACK, FIN, MSS_1460, PEER, PSH, RST, SERVER, SYN
from peer import accepted, checksum, listen, read, run, same, segment


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


def a_syn_from_port_0_begins_nothing(p):
    listen(p)
    p.inject(SYN, 1000, port=0)
    p.silent(10**9)
    same(p.state(), "LISTEN")


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


run([a_connection_from_syn_to_fin, unanswered_data_is_repeated_with_a_doubled_timer,
     nobody_listens, a_reset_is_told_once, a_connection_is_opened_and_refused,
     a_wrong_checksum_is_never_heard, acknowledgements_from_long_ago,
     without_an_mss_option_segments_hold_536_bytes, calls_that_make_no_sense,
     a_syn_from_port_0_begins_nothing, broken_lines_change_nothing])
