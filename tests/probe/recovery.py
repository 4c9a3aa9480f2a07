"""SACK and loss recovery from the other end of the wire, byte by byte (RFC 2018, 2883, 6675)."""
import struct

from peer import ACK, PSH, SYN
from peer import listen, read, run, same

SACK_OK = bytes([1, 1, 4, 2])  # two NOPs in front
MSS_1000 = bytes([2, 4, 3, 232])


def sack(*blocks):
    """The option with its padding (RFC 2018 3): kind 5, a length, eight bytes a block."""
    body = b"".join(struct.pack("!II", left, right) for left, right in blocks)
    return bytes([1, 1, 5, 2 + len(body)]) + body


def accepted(p, options=MSS_1000 + SACK_OK):
    listen(p)
    p.inject(SYN, 1000, options=options)
    answer = p.next(10**9)
    same((answer["flags"], answer["ack"]), (SYN | ACK, 1001))
    same(SACK_OK in answer["options"], SACK_OK in options)
    p.inject(ACK, 1001, 5001)
    same(p.call("accept", fd=3), {"value": 4})


def sent(p, seq, length=1000):
    got = read(p.do("next", until=10**8))
    same((got["seq"], len(got["data"])), (seq, length))
    return got


def blocks_are_reported_as_bytes(p):
    accepted(p)
    p.inject(ACK | PSH, 1101, 5001, b"x" * 100)
    p.expect(10**9, flags=ACK, ack=1001, options=sack((1101, 1201)))
    p.inject(ACK | PSH, 1301, 5001, b"x" * 100)
    p.expect(10**9, flags=ACK, ack=1001, options=sack((1301, 1401), (1101, 1201)))
    p.inject(ACK | PSH, 1301, 5001, b"x" * 100)  # the same again: RFC 2883 4
    p.expect(10**9, ack=1001, options=sack((1301, 1401), (1301, 1401), (1101, 1201)))
    p.inject(ACK | PSH, 1001, 5001, b"x" * 100)
    p.expect(10**9, flags=ACK, ack=1201, options=sack((1301, 1401)))
    p.inject(ACK | PSH, 1201, 5001, b"x" * 100)
    p.expect(10**9, flags=ACK, ack=1401, options=b"")


def without_permission_nothing_is_reported(p):
    accepted(p, options=MSS_1000)
    p.inject(ACK | PSH, 1101, 5001, b"x" * 100)
    p.expect(10**9, flags=ACK, ack=1001, options=b"")


def blocks_say_which_segments_are_lost(p):
    """Ten segments; the second and the fifth never arrive. Half of ten: cwnd is five."""
    accepted(p)
    same(p.call("send", fd=4, len=10000), {"value": 10000})
    for i in range(10):
        sent(p, 5001 + 1000 * i)
    p.inject(ACK, 1001, 6001)
    p.inject(ACK, 1001, 6001, options=sack((7001, 8001)))
    p.inject(ACK, 1001, 6001, options=sack((7001, 9001)))
    p.silent(10**8)
    p.inject(ACK, 1001, 6001, options=sack((10001, 11001), (7001, 9001)))
    sent(p, 6001)
    p.inject(ACK, 1001, 6001, options=sack((10001, 13001), (7001, 9001)))
    sent(p, 9001)  # the other hole, and not what is between
    p.inject(ACK, 1001, 15001)
    p.silent(5 * 10**9)


def a_timeout_trusts_no_block(p):
    accepted(p)
    same(p.call("send", fd=4, len=3000), {"value": 3000})
    for i in range(3):
        sent(p, 5001 + 1000 * i)
    p.inject(ACK, 1001, 5001, options=sack((6001, 7001)))
    p.expect(10**10, t=10**9, seq=5001)
    p.inject(ACK, 1001, 6001)  # the peer has thrown 6001 away: it goes again
    p.expect(10**10, t=10**9, seq=6001)


run([blocks_are_reported_as_bytes, without_permission_nothing_is_reported,
     blocks_say_which_segments_are_lost, a_timeout_trusts_no_block])
