"""What the socket calls answer: IEEE Std 1003.1, XSH, on top of RFC 9293 3.10. The accepted
connection is descriptor 4, the server's next number 5001, the peer's 1001; a connection that the
server opens is descriptor 3, its next number 5001, the peer's 1."""
from peer import ACK, FIN, MSS_1460, PSH, RST, SCENARIO, SYN
from peer import accepted, connected, connecting, icmp, listen, run, same

S = 10**9
EOF = {"value": 0, "hex": ""}


def with_tcp(settings):
    """The server's `tcp:` in that test."""
    def mark(test):
        test.scenario = SCENARIO.replace("isn: 5000", "isn: 5000, " + settings)
        return test
    return mark


def recv(p, fd=4, most=100):
    return p.call("recv", fd=fd, max=most)


# ---- connect ----

def connect_tells_how_it_goes(p):
    syn = connecting(p)
    same(p.call("connect", fd=3, to="peer:8080"), {"errno": "EALREADY"})
    same(p.call("getsockopt", fd=3, name="SO_ERROR"), {"value": 0})
    same(p.call("send", fd=3, hex="61"), {"errno": "EAGAIN"})
    same(recv(p, 3), {"errno": "EAGAIN"})
    p.inject(SYN | ACK, 0, 5001, port=8080, to=syn["from"])
    p.expect(S, flags=ACK, seq=5001, ack=1)
    same(p.state(), "ESTABLISHED")
    same(p.call("connect", fd=3, to="peer:8080"), {"errno": "EISCONN"})
    same(p.call("getsockopt", fd=3, name="SO_ERROR"), {"value": 0})
    same(p.call("send", fd=3, hex="61"), {"value": 1})


def a_refused_connection_may_be_tried_again(p):
    syn = connecting(p)
    p.inject(RST | ACK, 0, 5001, port=8080, to=syn["from"])
    same(p.call("connect", fd=3, to="peer:8080"), {"errno": "ECONNREFUSED"})
    same(p.call("getsockopt", fd=3, name="SO_ERROR"), {"value": 0})
    same(p.call("send", fd=3, hex="61"), {"errno": "ENOTCONN"})
    same(recv(p, 3), {"errno": "ENOTCONN"})
    same(p.call("shutdown", fd=3, how="WR"), {"errno": "ENOTCONN"})
    same(p.call("connect", fd=3, to="peer:8080"), {"errno": "EINPROGRESS"})
    same(p.next(S)["flags"], SYN)


def a_reset_without_ack_refuses_nothing(p):
    syn = connecting(p)  # RFC 9293 3.10.7.3: no ACK, drop
    p.inject(RST, 0, port=8080, to=syn["from"])
    same(p.state(), "SYN-SENT")
    same(p.call("getsockopt", fd=3, name="SO_ERROR"), {"value": 0})


@with_tcp("retries: 2")
def a_syn_without_answer_times_out(p):
    connecting(p)
    p.expect(9 * S, t=1 * S, flags=SYN)
    p.expect(9 * S, t=3 * S, flags=SYN)
    p.do("run_until", t=7 * S - 1)
    same(p.call("connect", fd=3, to="peer:8080"), {"errno": "EALREADY"})
    p.do("run_until", t=7 * S)
    same(p.call("getsockopt", fd=3, name="SO_ERROR"), {"value": "ETIMEDOUT"})
    same(p.call("getsockopt", fd=3, name="SO_ERROR"), {"value": 0})


def icmp_port_unreachable_refuses(p):
    syn = connecting(p)
    p.do("inject", hex=icmp(3, 3, syn["hex"]))
    same(p.call("getsockopt", fd=3, name="SO_ERROR"), {"value": "ECONNREFUSED"})


@with_tcp("retries: 1")
def icmp_host_unreachable_is_told_in_the_end(p):
    syn = connecting(p)
    p.do("inject", hex=icmp(3, 1, syn["hex"]))
    same(p.state(), "SYN-SENT")
    same(p.call("getsockopt", fd=3, name="SO_ERROR"), {"value": 0})
    p.do("run_until", t=3 * S)
    same(p.call("getsockopt", fd=3, name="SO_ERROR"), {"value": "EHOSTUNREACH"})


def icmp_too_big_makes_segments_smaller(p):
    way = connected(p)
    same(p.call("send", fd=3, len=1400), {"value": 1400})
    big = p.next(S)
    same((len(big["data"]), big["df"]), (1400, 1))
    p.do("inject", hex=icmp(3, 4, big["hex"], mtu=1000))
    p.expect(S, t=0, seq=5001, data=big["data"][:960])
    p.expect(S, t=0, seq=5961, data=big["data"][960:])
    p.inject(ACK, 1, 6401, **way)
    same(p.call("getsockopt", fd=3, name="TCP_MAXSEG"), {"value": 960})
    p.do("inject", hex=icmp(3, 4, big["hex"], mtu=500))  # about what is not under way any more
    same(p.call("getsockopt", fd=3, name="TCP_MAXSEG"), {"value": 960})


def addresses_that_wait_are_not_used_again(p):
    same(p.call("socket"), {"value": 3})
    same(p.call("bind", fd=3, port=5555), {"value": 0})
    same(p.call("connect", fd=3, to="peer:8080"), {"errno": "EINPROGRESS"})
    p.expect(10**6, flags=SYN, seq=5000)
    p.inject(SYN | ACK, 0, 5001, port=8080, to=5555)
    p.expect(10**6, flags=ACK)
    same(p.call("close", fd=3), {"value": 0})
    p.expect(10**6, flags=ACK | FIN)
    p.inject(ACK | FIN, 1, 5002, port=8080, to=5555)
    p.expect(10**6, flags=ACK)
    same(p.call("socket"), {"value": 3})
    same(p.call("bind", fd=3, port=5555), {"value": 0})
    same(p.call("connect", fd=3, to="peer:8080"), {"errno": "EADDRINUSE"})  # it is in TIME-WAIT
    p.silent(S)
    same(p.call("connect", fd=3, to="peer:8081"), {"errno": "EINPROGRESS"})
    p.expect(2 * S, flags=SYN, to=8081)


def closing_while_connecting_sends_nothing(p):
    connecting(p)
    same(p.call("close", fd=3), {"value": 0})
    p.silent(2 * S)
    same(p.call("close", fd=3), {"errno": "EBADF"})


# ---- bind, listen, accept ----

def ports_belong_to_one(p):
    same(p.call("socket"), {"value": 3})
    same(p.call("bind", fd=3, port=80, addr="192.0.2.9"), {"errno": "EADDRNOTAVAIL"})
    same(p.call("bind", fd=3, port=80, addr="192.0.2.2"), {"value": 0})
    same(p.call("socket"), {"value": 4})
    same(p.call("bind", fd=4, port=80), {"errno": "EADDRINUSE"})
    same(p.call("bind", fd=4, port=81), {"value": 0})
    same(p.call("listen", fd=4), {"value": 0})
    same(p.call("listen", fd=4, backlog=9), {"value": 0})
    same(p.call("bind", fd=4, port=82), {"errno": "EINVAL"})
    same(p.call("connect", fd=4, to="peer:8080"), {"errno": "EOPNOTSUPP"})
    same(p.call("send", fd=4, hex="61"), {"errno": "ENOTCONN"})
    same(recv(p, 4), {"errno": "ENOTCONN"})
    same(p.call("shutdown", fd=4, how="RDWR"), {"errno": "ENOTCONN"})
    same(p.call("accept", fd=3), {"errno": "EINVAL"})
    same(p.call("close", fd=3), {"value": 0})
    same(p.call("socket"), {"value": 3})
    same(p.call("bind", fd=3, port=80), {"value": 0})
    same(p.call("connect", fd=3, to="peer:8080"), {"errno": "EINPROGRESS"})
    same(p.next(S)["from"], 80)


def a_closed_listener_answers_with_reset(p):
    listen(p)
    p.inject(SYN, 1000)
    p.expect(S, flags=SYN | ACK)
    same(p.call("close", fd=3), {"value": 0})
    p.inject(ACK, 1001, 5001)  # the handshake ends at a port where nobody listens any more
    p.expect(S, flags=RST, seq=5001)
    p.inject(SYN, 2000, port=40001)
    p.expect(S, flags=RST | ACK, seq=0, ack=2001)
    p.silent(9 * S)


def who_waits_for_accept_is_reset_with_the_listener(p):
    listen(p)
    p.inject(SYN, 1000)
    p.expect(S, flags=SYN | ACK)
    p.inject(ACK, 1001, 5001)
    same(p.call("close", fd=3), {"value": 0})
    p.expect(S, flags=RST, seq=5001)


def connections_are_accepted_in_order_with_what_came(p):
    listen(p)
    seqs = {}
    for port in (40000, 40001):
        p.inject(SYN, 1000, port=port, options=MSS_1460)
        seqs[port] = p.next(S)["seq"] + 1
    for port in (40001, 40000):
        p.inject(ACK, 1001, seqs[port], port=port)
    p.inject(ACK | PSH | FIN, 1001, seqs[40001], b"late", port=40001)
    p.expect(S, flags=ACK, to=40001, ack=1006)
    same(p.call("accept", fd=3), {"value": 4})  # 40001 stood first
    same(recv(p), {"value": 4, "hex": b"late".hex()})
    same(recv(p), EOF)
    p.inject(RST, 1001, port=40000)
    same(p.call("accept", fd=3), {"value": 5})  # it is told by the first call on it
    same(p.call("send", fd=5, hex="61"), {"errno": "ECONNRESET"})
    same(p.call("accept", fd=3), {"errno": "EAGAIN"})


def the_accept_queue_holds_as_many_as_the_backlog(p):
    same(p.call("socket"), {"value": 3})
    same(p.call("bind", fd=3, port=8080), {"value": 0})
    same(p.call("listen", fd=3, backlog=1), {"value": 0})
    p.inject(SYN, 1000)
    p.expect(S, flags=SYN | ACK)
    p.inject(SYN, 1000, port=40001)  # the SYN queue is full
    p.silent(1000)
    p.inject(ACK, 1001, 5001)
    p.inject(SYN, 1000, port=40001)  # and now the accept queue
    p.silent(2000)
    same(p.call("accept", fd=3), {"value": 4})
    p.inject(SYN, 1000, port=40001)
    p.expect(S, flags=SYN | ACK, to=40001)


def a_full_accept_queue_passes_the_last_ack_over(p):
    same(p.call("socket"), {"value": 3})
    same(p.call("bind", fd=3, port=8080), {"value": 0})
    same(p.call("listen", fd=3, backlog=2), {"value": 0})
    first = {}
    for port in (40000, 40001):
        p.inject(SYN, 1000, port=port)
        first[port] = p.next(S)["seq"]
    same(p.call("listen", fd=3, backlog=1), {"value": 0})
    p.inject(ACK, 1001, first[40000] + 1)
    p.inject(ACK, 1001, first[40001] + 1, port=40001)
    p.expect(2 * S, t=S, flags=SYN | ACK, to=40001, seq=first[40001])  # as if it had not come
    same(p.call("accept", fd=3), {"value": 4})
    same(p.call("accept", fd=3), {"errno": "EAGAIN"})
    p.inject(ACK, 1001, first[40001] + 1, port=40001)
    same(p.call("accept", fd=3), {"value": 5})


@with_tcp("syn-cookies: on")
def cookies_let_in_who_answers_them(p):
    same(p.call("socket"), {"value": 3})
    same(p.call("bind", fd=3, port=8080), {"value": 0})
    same(p.call("listen", fd=3, backlog=1), {"value": 0})
    p.inject(SYN, 1000, options=MSS_1460)
    p.expect(S, flags=SYN | ACK)
    p.inject(SYN, 7000, options=bytes([2, 4, 2, 24]), port=40001)  # MSS 536
    cookie = p.next(S)
    same((cookie["flags"], cookie["ack"], cookie["options"]), (SYN | ACK, 7001, MSS_1460))
    p.inject(ACK, 7001, cookie["seq"] + 2, port=40001)  # no cookie of ours
    p.expect(S, flags=RST, seq=cookie["seq"] + 2)
    p.inject(ACK | PSH, 7001, cookie["seq"] + 1, b"hello", port=40001)
    same(p.call("accept", fd=3), {"value": 4})
    same(recv(p), {"value": 5, "hex": b"hello".hex()})
    same(p.call("getsockopt", fd=4, name="TCP_MAXSEG"), {"value": 536})


def options_of_a_listener_are_those_of_its_connections(p):
    same(p.call("socket"), {"value": 3})
    same(p.call("bind", fd=3, port=8080), {"value": 0})
    for name, value in (("TCP_NODELAY", 1), ("IP_TTL", 7), ("SO_RCVBUF", 3000), ("TCP_MAXSEG", 300),
                        ("SO_KEEPALIVE", 1), ("TCP_KEEPIDLE", 10)):
        same(p.call("setsockopt", fd=3, name=name, value=value), {"value": 0})
    same(p.call("listen", fd=3), {"value": 0})
    p.inject(SYN, 1000, options=MSS_1460)
    p.expect(S, flags=SYN | ACK, ttl=7, win=3000)
    p.inject(ACK, 1001, 5001)
    same(p.call("accept", fd=3), {"value": 4})
    for name, value in (("TCP_NODELAY", 1), ("IP_TTL", 7), ("SO_RCVBUF", 3000), ("TCP_MAXSEG", 300),
                        ("SO_KEEPALIVE", 1), ("TCP_KEEPIDLE", 10)):
        same(p.call("getsockopt", fd=4, name=name), {"value": value})
    p.expect(11 * S, t=10 * S, flags=ACK, seq=5000, ttl=7)  # the keep-alive probe


# ---- sending and receiving ----

def peeking_takes_nothing(p):
    accepted(p)
    p.inject(ACK | PSH, 1001, 5001, b"abcdef")
    for _ in range(2):
        same(p.call("recv", fd=4, max=4, peek=True), {"value": 4, "hex": b"abcd".hex()})
    same(recv(p, most=2), {"value": 2, "hex": b"ab".hex()})
    same(p.call("recv", fd=4, max=100, peek=True), {"value": 4, "hex": b"cdef".hex()})
    same(recv(p), {"value": 4, "hex": b"cdef".hex()})
    same(p.call("recv", fd=4, max=4, peek=True), {"errno": "EAGAIN"})
    same(recv(p, most=0), {"errno": "EAGAIN"})
    p.inject(ACK | FIN, 1007, 5001)
    same(p.call("recv", fd=4, max=4, peek=True), EOF)
    same(recv(p), EOF)
    same(recv(p), EOF)


@with_tcp("send-buffer: 2000 B")
def a_full_send_buffer_takes_no_more(p):
    accepted(p)
    same(p.call("send", fd=4, len=1500), {"value": 1500})
    same(p.call("send", fd=4, len=1500), {"value": 500})
    same(p.call("send", fd=4, len=1), {"errno": "EAGAIN"})
    p.inject(ACK, 1001, 6461)
    same(p.call("send", fd=4, len=9000), {"value": 1460})
    same(p.call("send", fd=4, hex=""), {"value": 0})


def the_receive_buffer_is_the_window(p):
    listen(p)
    same(p.call("setsockopt", fd=3, name="SO_RCVBUF", value=1000), {"value": 0})
    p.inject(SYN, 1000, options=MSS_1460)
    p.expect(S, win=1000)
    p.inject(ACK, 1001, 5001)
    same(p.call("accept", fd=3), {"value": 4})
    p.inject(ACK | PSH, 1001, 5001, b"x" * 1000)
    p.expect(S, ack=2001, win=0)
    same(recv(p, most=100)["value"], 100)
    p.silent(S)  # RFC 9293 3.8.6.2.2: not before half the buffer is free
    same(recv(p, most=400)["value"], 400)
    p.expect(2 * S, t=S, ack=2001, win=500)


def data_in_front_of_a_fin_can_be_read_after_it(p):
    accepted(p)
    p.inject(ACK | FIN, 1001, 5001, b"bye")
    p.expect(S, flags=ACK, ack=1005)
    same(p.call("shutdown", fd=4, how="WR"), {"value": 0})
    p.expect(S, flags=ACK | FIN, seq=5001)
    p.inject(ACK, 1005, 5002)
    same(p.state(), "CLOSED")
    same(p.call("recv", fd=4, max=2, peek=True), {"value": 2, "hex": b"by".hex()})
    same(recv(p, most=2), {"value": 2, "hex": b"by".hex()})
    same(recv(p), {"value": 1, "hex": b"e".hex()})
    same(recv(p), EOF)
    same(p.call("send", fd=4, hex="61"), {"errno": "EPIPE"})


def urgent_data_stays_in_line(p):
    accepted(p)
    p.inject(ACK | PSH | 32, 1001, 5001, b"stop!", urgent=5)
    same(recv(p), {"value": 5, "hex": b"stop!".hex()})


# ---- resets ----

def after_a_reset_errors_come_once(p):
    accepted(p)
    p.inject(RST | ACK, 1001, 5001)
    same(p.call("getsockopt", fd=4, name="SO_ERROR"), {"value": "ECONNRESET"})
    same(recv(p), EOF)
    same(p.call("send", fd=4, hex="61"), {"errno": "EPIPE"})
    same(p.call("shutdown", fd=4, how="WR"), {"errno": "ENOTCONN"})
    same(p.call("connect", fd=4, to="peer:8080"), {"errno": "EISCONN"})
    same(p.call("close", fd=4), {"value": 0})


def a_reset_is_told_to_the_first_send_too(p):
    accepted(p)
    p.inject(RST | ACK, 1001, 5001)
    same(p.call("send", fd=4, hex="61"), {"errno": "ECONNRESET"})
    same(p.call("send", fd=4, hex="61"), {"errno": "EPIPE"})
    same(recv(p), EOF)


def a_reset_beside_the_exact_number_is_challenged(p):
    accepted(p)  # RFC 5961 3.2
    p.inject(RST, 1002)
    p.expect(S, flags=ACK, seq=5001, ack=1001)
    same(p.state(), "ESTABLISHED")
    p.inject(RST, 1000)
    p.silent(S)
    p.inject(RST, 1001 + 65535)
    p.silent(2 * S)
    p.inject(RST, 1001)
    same(p.state(), "CLOSED")


def challenges_are_limited(p):
    accepted(p)  # RFC 5961 7: at most ten in five seconds
    for n in range(12):
        p.inject(RST, 1002)
    for n in range(10):
        p.expect(S, t=0, flags=ACK)
    p.silent(5 * S)
    p.inject(SYN, 1001)
    p.expect(6 * S, t=5 * S, flags=ACK)


def abort_resets(p):
    accepted(p)
    same(p.call("abort", fd=4), {"value": 0})
    p.expect(S, flags=RST, seq=5001)
    same(p.state(), "CLOSED")
    same(recv(p), {"errno": "EBADF"})


def lingering_for_no_time_resets(p):
    accepted(p)
    same(p.call("getsockopt", fd=4, name="SO_LINGER"), {"value": -1})
    same(p.call("setsockopt", fd=4, name="SO_LINGER", value={"l_onoff": 1, "l_linger": 0}),
         {"value": 0})
    same(p.call("getsockopt", fd=4, name="SO_LINGER"), {"value": 0})
    same(p.call("send", fd=4, hex="61"), {"value": 1})
    p.expect(S, seq=5001, data=b"a")
    same(p.call("close", fd=4), {"value": 0})
    p.expect(S, t=0, flags=RST, seq=5002)
    p.silent(9 * S)


def closing_with_unread_data_resets(p):
    accepted(p)  # RFC 9293 3.6.1, RFC 2525 2.17
    p.inject(ACK | PSH, 1001, 5001, b"unread")
    same(p.call("close", fd=4), {"value": 0})
    p.expect(S, t=0, flags=RST, seq=5001)
    same(p.state(), "CLOSED")


def data_after_close_is_answered_by_reset(p):
    accepted(p)
    same(p.call("close", fd=4), {"value": 0})
    p.expect(S, flags=ACK | FIN, seq=5001, ack=1001)
    p.inject(ACK, 1001, 5002)
    same(p.state(), "FIN-WAIT-2")
    p.inject(ACK | PSH, 1001, 5002, b"too late")
    p.expect(S, flags=RST, seq=5002)
    same(p.state(), "CLOSED")


# ---- shutdown and close ----

def shutdown_of_writing_leaves_reading(p):
    accepted(p)
    same(p.call("shutdown", fd=4, how="WR"), {"value": 0})
    p.expect(S, flags=ACK | FIN, seq=5001)
    same(p.call("send", fd=4, hex="61"), {"errno": "EPIPE"})
    same(p.call("shutdown", fd=4, how="WR"), {"value": 0})
    p.inject(ACK | PSH, 1001, 5002, b"reply")
    same(recv(p), {"value": 5, "hex": b"reply".hex()})
    p.expect(S, flags=ACK, seq=5002, ack=1006)
    p.inject(ACK | FIN, 1006, 5002)
    p.expect(S, flags=ACK, ack=1007)
    same(recv(p), EOF)
    same(p.state(), "TIME-WAIT")
    same(p.call("close", fd=4), {"value": 0})
    p.silent(100 * S)


def shutdown_of_reading_never_waits(p):
    accepted(p)
    same(p.call("shutdown", fd=4, how="RD"), {"value": 0})
    p.silent(S)
    same(recv(p), EOF)
    p.inject(ACK | PSH, 1001, 5001, b"still")  # acknowledged, and there to be read
    p.expect(2 * S, flags=ACK, ack=1006)
    same(recv(p), {"value": 5, "hex": b"still".hex()})
    same(recv(p), EOF)
    same(p.call("send", fd=4, hex="61"), {"value": 1})
    p.expect(2 * S, data=b"a")


def after_shutdown_of_both_data_is_answered_by_reset(p):
    accepted(p)
    same(p.call("shutdown", fd=4, how="RDWR"), {"value": 0})
    p.expect(S, flags=ACK | FIN, seq=5001)
    p.inject(ACK, 1001, 5002)
    p.inject(ACK | PSH, 1001, 5002, b"x")
    p.expect(S, flags=RST, seq=5002)
    same(recv(p), {"errno": "ECONNRESET"})


def shutdown_of_both_then_fin(p):
    accepted(p)
    same(p.call("send", fd=4, hex="61"), {"value": 1})
    same(p.call("shutdown", fd=4, how="RDWR"), {"value": 0})
    p.expect(S, flags=ACK | PSH, seq=5001, data=b"a")
    p.expect(S, flags=ACK | FIN, seq=5002)
    p.inject(ACK | FIN, 1001, 5003)
    p.expect(S, flags=ACK, seq=5003, ack=1002)
    same(p.state(), "TIME-WAIT")
    same(p.call("close", fd=4), {"value": 0})


def remote_fin_then_close(p):
    accepted(p)
    p.inject(ACK | FIN, 1001, 5001)
    p.expect(S, flags=ACK, seq=5001, ack=1002)
    same(p.state(), "CLOSE-WAIT")
    same(p.call("send", fd=4, hex="6162"), {"value": 2})
    p.expect(S, flags=ACK | PSH, data=b"ab")
    same(p.call("close", fd=4), {"value": 0})
    p.expect(S, flags=ACK | FIN, seq=5003)
    p.inject(ACK, 1002, 5004)
    same(p.state(), "CLOSED")


def local_close_then_remote_fin(p):
    accepted(p)
    same(p.call("close", fd=4), {"value": 0})
    p.expect(S, flags=ACK | FIN, seq=5001)
    same(p.state(), "FIN-WAIT-1")
    p.inject(ACK, 1001, 5002)
    same(p.state(), "FIN-WAIT-2")
    p.inject(ACK | FIN, 1001, 5002)
    p.expect(S, flags=ACK, seq=5002, ack=1002)
    same(p.state(), "TIME-WAIT")
    p.do("run_until", t=240 * S - 1)
    same(p.state(), "TIME-WAIT")
    p.do("run_until", t=240 * S)
    same(p.state(), "CLOSED")


def both_close_at_once(p):
    accepted(p)
    same(p.call("close", fd=4), {"value": 0})
    p.expect(S, flags=ACK | FIN, seq=5001)
    p.inject(ACK | FIN, 1001, 5001)
    p.expect(S, flags=ACK, seq=5002, ack=1002)
    same(p.state(), "CLOSING")
    p.inject(ACK, 1002, 5002)
    same(p.state(), "TIME-WAIT")


def a_new_syn_ends_time_wait(p):
    accepted(p)  # RFC 9293 3.6.1
    same(p.call("close", fd=4), {"value": 0})
    p.expect(S, flags=ACK | FIN)
    p.inject(ACK | FIN, 1001, 5002)
    p.expect(S, flags=ACK, seq=5002, ack=1002)
    p.inject(SYN, 1001)  # not beyond the last: an old duplicate
    p.expect(S, flags=ACK, seq=5002, ack=1002)
    same(p.state(), "TIME-WAIT")
    p.inject(SYN, 1002)
    got = p.next(S)
    same((got["flags"], got["ack"]), (SYN | ACK, 1003))
    assert got["seq"] - 5002 < 2**31, got
    p.inject(ACK, 1003, got["seq"] + 1)
    same(p.call("accept", fd=3), {"value": 4})


# ---- options ----

def options_have_their_limits(p):
    same(p.call("socket"), {"value": 3})
    for name, good, bad in (("TCP_MAXSEG", 500, 0), ("TCP_KEEPIDLE", 1, 0), ("TCP_KEEPINTVL", 1, 0),
                            ("TCP_KEEPCNT", 127, 128), ("TCP_USER_TIMEOUT", 0, -1),
                            ("IP_TTL", 255, 256), ("SO_SNDBUF", 4096, 0), ("SO_RCVBUF", 1, -5),
                            ("SO_LINGER", 5, -2)):
        same(p.call("setsockopt", fd=3, name=name, value=bad), {"errno": "EINVAL"})
        same(p.call("setsockopt", fd=3, name=name, value=good), {"value": 0})
        same(p.call("getsockopt", fd=3, name=name), {"value": good})
    same(p.call("setsockopt", fd=3, name="TCP_NODELAY", value=77), {"value": 0})
    same(p.call("getsockopt", fd=3, name="TCP_NODELAY"), {"value": 1})
    same(p.call("setsockopt", fd=3, name="SO_ERROR", value=1), {"errno": "ENOPROTOOPT"})
    same(p.call("getsockopt", fd=3, name="SO_TYPO"), {"errno": "ENOPROTOOPT"})
    same(p.call("getsockopt", fd=9, name="SO_ERROR"), {"errno": "EBADF"})


@with_tcp("nagle: off, receive-buffer: 5000 B, send-buffer: 7000 B, mtu: 1000 B, keep-alive: 60 s")
def options_begin_with_what_the_host_says(p):
    same(p.call("socket"), {"value": 3})
    for name, value in (("TCP_NODELAY", 1), ("SO_RCVBUF", 5000), ("SO_SNDBUF", 7000),
                        ("TCP_MAXSEG", 960), ("SO_KEEPALIVE", 1), ("TCP_KEEPIDLE", 60),
                        ("TCP_KEEPINTVL", 75), ("TCP_KEEPCNT", 9), ("TCP_USER_TIMEOUT", 0),
                        ("IP_TTL", 64), ("SO_LINGER", -1), ("SO_ERROR", 0)):
        same(p.call("getsockopt", fd=3, name=name), {"value": value})


def the_peer_says_how_long_segments_are(p):
    connected(p, options=bytes([2, 4, 1, 244]))  # MSS 500
    same(p.call("getsockopt", fd=3, name="TCP_MAXSEG"), {"value": 500})
    same(p.call("send", fd=3, len=1200), {"value": 1200})
    for size in (500, 500):
        same(len(p.next(S)["data"]), size)


def a_given_size_is_announced_and_kept_to(p):
    same(p.call("socket"), {"value": 3})
    same(p.call("setsockopt", fd=3, name="TCP_MAXSEG", value=700), {"value": 0})
    same(p.call("connect", fd=3, to="peer:8080"), {"errno": "EINPROGRESS"})
    syn = p.next(S)
    same(syn["options"][:4], bytes([2, 4, 2, 188]))
    p.inject(SYN | ACK, 0, 5001, port=8080, to=syn["from"], options=MSS_1460)
    p.next(S)
    same(p.call("send", fd=3, len=1400), {"value": 1400})
    same([len(p.next(S)["data"]) for _ in "12"], [700, 700])


def time_to_live_is_set_at_any_time(p):
    accepted(p)
    same(p.call("setsockopt", fd=4, name="IP_TTL", value=3), {"value": 0})
    same(p.call("send", fd=4, hex="61"), {"value": 1})
    p.expect(S, ttl=3, data=b"a")


def small_segments_wait_unless_told_not_to(p):
    accepted(p)  # Nagle: RFC 9293 3.7.4
    same(p.call("send", fd=4, hex="61"), {"value": 1})
    p.expect(S, data=b"a")
    same(p.call("send", fd=4, hex="62"), {"value": 1})
    p.silent(1000)
    same(p.call("setsockopt", fd=4, name="TCP_NODELAY", value=True), {"value": 0})
    p.expect(S, t=1000, data=b"b")
    same(p.call("send", fd=4, hex="63"), {"value": 1})
    p.expect(S, t=1000, data=b"c")


def a_vanished_peer_is_noticed(p):
    accepted(p)  # RFC 9293 3.8.4
    for name, value in (("SO_KEEPALIVE", 1), ("TCP_KEEPIDLE", 5), ("TCP_KEEPINTVL", 2),
                        ("TCP_KEEPCNT", 2)):
        same(p.call("setsockopt", fd=4, name=name, value=value), {"value": 0})
    p.expect(99 * S, t=5 * S, flags=ACK, seq=5000, ack=1001)
    p.expect(99 * S, t=7 * S, flags=ACK, seq=5000, ack=1001)
    p.do("run_until", t=9 * S - 1)
    same(p.state(), "ESTABLISHED")
    p.do("run_until", t=9 * S)
    same(recv(p), {"errno": "ETIMEDOUT"})
    same(recv(p), EOF)
    same(p.call("send", fd=4, hex="61"), {"errno": "EPIPE"})


def a_user_timeout_ends_what_is_not_acknowledged(p):
    accepted(p)  # RFC 9293 3.8.3, RFC 5482
    same(p.call("setsockopt", fd=4, name="TCP_USER_TIMEOUT", value=3500), {"value": 0})
    same(p.call("send", fd=4, hex="61"), {"value": 1})
    for t in (0, 1 * S, 3 * S):
        p.expect(99 * S, t=t, data=b"a")
    p.do("run_until", t=3_500_000_000 - 1)
    same(p.state(), "ESTABLISHED")
    p.do("run_until", t=3_500_000_000)
    same(p.call("send", fd=4, hex="61"), {"errno": "ETIMEDOUT"})
    p.silent(99 * S)


@with_tcp("retries: 3")
def unanswered_data_times_out(p):
    accepted(p)
    same(p.call("send", fd=4, hex="61"), {"value": 1})
    for t in (0, 1, 3, 7):
        p.expect(99 * S, t=t * S, data=b"a")
    p.do("run_until", t=15 * S)
    same(recv(p), {"errno": "ETIMEDOUT"})


def the_state_tells_all_variables(p):
    accepted(p)
    p.inject(ACK | PSH, 1001, 5001, b"abc", window=4321)
    got = p.do("state", host="server")
    for name, value in (("state", "ESTABLISHED"), ("snd.una", 5001), ("snd.nxt", 5001),
                        ("snd.wnd", 4321), ("rcv.nxt", 1004), ("iss", 5000), ("irs", 1000),
                        ("mss", 1460), ("unread", 3), ("cwnd", 14600)):
        same(got[name], value)


run([test for name, test in list(globals().items())
     if callable(test) and getattr(test, "__module__", "") == "__main__"
     and name not in ("with_tcp", "recv")])
