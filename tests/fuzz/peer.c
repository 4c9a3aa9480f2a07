/* The moves of the raw peer. A run is opened from the target's scenario for every input. */
#include "fuzz/peer.h"

#include "expect/expect.h"
#include "registry.h"
#include "run_call.h"
#include "scenario/read.h"
#include "wire/checksum.h"
#include "wire/dhcp.h"
#include "wire/eth.h"
#include "wire/format.h"
#include "wire/ipv4.h"
#include "wire/udp.h"

#include <string.h>

enum { MOVES_MAX = 400, EVENTS_MAX = 20000 };

/* What the last packet says about where the conversation stands. */
static void note(struct peer *p)
{
    struct ipv4 ip;
    struct tcp_seg seg;
    struct dhcp m;
    if (!ipv4_decode(p->heard, &ip)) {
        return;
    }
    struct bytes message = bytes_sub(p->heard, ip.header_len, p->heard.len);
    uint32_t body =
        message.len > TCP_HEADER ? (uint32_t)message.len - (message.data[12] >> 4) * 4u : 0;
    if (ip.protocol == IP_TCP && tcp_decode(message, body, &seg)) {
        p->next = seg.seq.v + tcp_seg_len(&seg);
        p->seq = seg.flags & TCP_ACK ? seg.ack.v : p->seq;
        p->port = seg.to;
        p->other_port = seg.from;
    }
    if (ip.protocol == IP_UDP && dhcp_decode(message, &m) == DHCP_SOUND) {
        p->xid = m.xid;
        p->other_mac = m.is_reply ? p->other_mac : m.chaddr;
    }
}

static void listen(struct peer *p, sim_time wait)
{
    struct raw_view got;
    for (unsigned n = 0; n < 32 && run_next(p->run, run_now(p->run) + wait, &got); n++) {
        struct bytes packet = p->is_lan ? bytes_sub(got.wire, ETH_HEADER, got.wire.len) : got.wire;
        size_t kept = packet.len < sizeof p->bytes ? packet.len : sizeof p->bytes;
        memcpy(p->bytes, packet.data, kept);
        p->heard = bytes_of(p->bytes, kept);
        note(p);
    }
}

static void send(struct peer *p, struct bytes packet, uint16_t ethertype)
{
    struct buf frame = {0};
    if (!p->is_lan) {
        run_inject(p->run, packet);
        return;
    }
    static const uint64_t broadcast = MAC_BROADCAST;
    struct eth h = {.type = ethertype};
    mac_put(h.from, p->mac);
    mac_put(h.to, take_u8(&p->c) & 1 ? broadcast : p->other_mac);
    eth_build(&h, packet, &frame);
    run_inject(p->run, bytes_of(frame.data, frame.len));
    buf_free(&frame);
}

/* IP around a message, all sums right unless the input wants it otherwise. */
static void send_message(struct peer *p, uint8_t protocol, uint8_t how)
{
    struct buf wire = {0};
    struct ipv4 h = {.from = how & 1 ? p->other + (how >> 4) : p->ip,
                     .to = how & 2 ? IP_BROADCAST : p->other,
                     .total_len = (uint16_t)(IPV4_HEADER + p->made.len),
                     .ttl = how & 4 ? take_u8(&p->c) : 64,
                     .protocol = protocol};
    if (how & 8) {
        uint16_t fragment = take_u16(&p->c);
        h.mf = fragment & 1;
        h.offset = (uint16_t)((fragment >> 1) % 64 * 8);
        h.id = 7;
    }
    ipv4_encode(&h, buf_extend(&wire, IPV4_HEADER));
    buf_add(&wire, bytes_of(p->made.data, p->made.len));
    const struct format *f = format_by_number(CARRIER_IP, protocol);
    size_t head, body;
    struct net net = {.from.ip = h.from, .to.ip = h.to};
    struct bytes message = bytes_of(wire.data + IPV4_HEADER, p->made.len);
    if (f && f->split(message, &head, &body)) {
        f->seal(wire.data + IPV4_HEADER, message.len, &net);
    }
    send(p, bytes_of(wire.data, wire.len), ETHERTYPE_IPV4);
    buf_free(&wire);
}

static void take_bytes(struct peer *p, size_t most)
{
    for (size_t n = take_u8(&p->c) % (most + 1); n > 0; n--) {
        buf_char(&p->made, (char)take_u8(&p->c));
    }
}

/* What was heard goes back with some of its bytes changed. */
static void echo(struct peer *p)
{
    struct ipv4 ip;
    buf_clear(&p->made);
    if (!ipv4_decode(p->heard, &ip) || ip.header_len >= p->heard.len) {
        return;
    }
    buf_add(&p->made, bytes_sub(p->heard, ip.header_len, p->heard.len));
    uint8_t how = take_u8(&p->c);
    if (how & 0x40 && p->made.len >= 4) { /* the ports change places */
        uint8_t ports[4];
        memcpy(ports, p->made.data, 4);
        memcpy(p->made.data, ports + 2, 2);
        memcpy(p->made.data + 2, ports, 2);
    }
    for (unsigned n = take_u8(&p->c) % 8; n > 0; n--) {
        uint16_t at = take_u16(&p->c);
        p->made.data[at % p->made.len] = take_u8(&p->c);
    }
    send_message(p, ip.protocol, how & 0x3f);
}

static void any_bytes(struct peer *p)
{
    uint8_t how = take_u8(&p->c);
    buf_clear(&p->made);
    if (how & 1) {
        uint8_t protocol = take_u8(&p->c);
        take_bytes(p, 120);
        send_message(p, protocol, how >> 1);
    } else {
        take_bytes(p, 200);
        run_inject(p->run, bytes_of(p->made.data, p->made.len));
    }
}

static void call(struct peer *p)
{
    static const char *const names[] = {"socket", "bind",  "listen",     "connect",
                                        "accept", "send",  "recv",       "shutdown",
                                        "close",  "abort", "setsockopt", "getsockopt"};
    static const char *const options[] = {
        "TCP_NODELAY", "TCP_MAXSEG",       "SO_KEEPALIVE",  "TCP_KEEPIDLE", "TCP_KEEPINTVL",
        "TCP_KEEPCNT", "TCP_USER_TIMEOUT", "IP_TTL",        "SO_SNDBUF",    "SO_RCVBUF",
        "SO_LINGER",   "SO_ERROR",         "TCP_CONGESTION"};
    static const char *const values[] = {"0", "1", "-1", "9", "100", "99999", "off", "cubic", "x"};
    static const char *const hows[] = {"RD", "WR", "RDWR"};
    struct run_answer answer = {0};
    struct buf what = {0};
    struct run_call c = {.host = p->host, .name = names[take_u8(&p->c) % 12]};
    c.fd = 3 + take_u8(&p->c) % 5;
    c.to = "peer:7";
    uint8_t n = take_u8(&p->c);
    c.port = n & 1 ? 80 : take_u16(&p->c);
    c.backlog = n % 4;
    c.len = n & 2 ? n : n * INT64_C(300);
    c.max = n & 4 ? n : 100000;
    c.peek = n & 8;
    c.how = hows[n % 3];
    c.option = options[n % 13];
    c.value = values[take_u8(&p->c) % 9];
    if (!p->host) {
        return;
    }
    if (run_make_call(p->run, &c, &answer, &what)) {
        buf_free(&answer.data);
    }
    buf_free(&what);
}

static void move(struct peer *p, const struct peer_target *target)
{
    static const sim_time waits[] = {0,     1000,       SIM_MS,      20 * SIM_MS, 200 * SIM_MS,
                                     SIM_S, 60 * SIM_S, 3600 * SIM_S};
    uint8_t protocol = 0, what = take_u8(&p->c);
    switch (what & 7) {
    case 0: echo(p); break;
    case 1: call(p); break;
    case 2: any_bytes(p); break;
    case 3: listen(p, waits[what >> 5]); break;
    default:
        buf_clear(&p->made);
        target->say(p, &protocol);
        if (protocol) {
            send_message(p, protocol, what & 0x80 ? take_u8(&p->c) : 0);
        } else if (p->made.len > 0) {
            send(p, bytes_of(p->made.data, p->made.len), ETHERTYPE_ARP);
        }
        listen(p, 0);
        break;
    }
}

static void judge(const struct trace *t)
{
    struct buf what = {0};
    if (!trace_invariants(t, &what)) {
        fprintf(stderr, "invariant: %s\n", buf_cstr(&what));
        abort();
    }
    buf_free(&what);
}

void peer_play(const struct peer_target *target, const uint8_t *data, size_t size)
{
    static struct scenario *sc; /* read once: every input meets the same */
    struct err err = {0};
    struct trace t = {0};
    struct run_options o = {.watch = true, .max_events = EVENTS_MAX};
    if (!sc && !scenario_read_text("peer", target->scenario, registry(), NULL, 0, &sc, &err)) {
        err_print(&err, stderr, false);
        abort();
    }
    struct peer p = {.c = {data, size, 0},
                     .host = target->host,
                     .is_lan = target->is_lan,
                     .ip = target->ip,
                     .other = target->other,
                     .mac = UINT64_C(0x020000000099),
                     .other_mac = MAC_BROADCAST,
                     .seq = 1000,
                     .port = 7,
                     .other_port = 80};
    p.run = run_open(sc, &o, &t, &err);
    CLAIM(p.run && run_is_raw(p.run));
    for (unsigned n = 0; n < MOVES_MAX && !cursor_is_over(&p.c); n++) {
        move(&p, target);
    }
    run_close(p.run);
    judge(&t);
    trace_free(&t);
    err_free(&err);
    buf_free(&p.made);
}
