/* TCP endpoints of every kind against a peer that keeps to nothing: segments around the numbers
 * that are expected, with every flag and option, between calls of the host's own. */
#include "fuzz/peer.h"

#include "wire/ipv4.h"

static const char scenario[] =
    "hosts:\n"
    "  peer: {address: 10.0.0.1, raw: on}\n"
    "  host: {address: 10.0.0.2, tcp: {isn: 5000, timestamps: on, ecn: on, congestion: cubic,\n"
    "    keep-alive: 60 s, syn-cookies: on, backlog: 2, receive-buffer: 20 kB}}\n"
    "links:\n"
    "  - {between: [peer, host]}\n"
    "script:\n"
    "  - {at: 0 s, host: listen 80}\n"
    "  - {at: 0 s, host: {connect: {to: 'peer:7', as: out}}}\n"
    "  - {when: {host: {state: ESTABLISHED, flow: out}}, host: {send: {bytes: 30 kB, flow: "
    "out}}}\n";

static uint32_t near(struct peer *p, uint32_t number)
{
    uint8_t how = take_u8(&p->c);
    if (how < 128) {
        return number;
    }
    if (how >= 240) {
        return take_u32(&p->c);
    }
    int32_t off = how < 192 ? (int8_t)take_u8(&p->c) : (int16_t)take_u16(&p->c) * 16;
    return number + (uint32_t)off;
}

static void add_sack(struct peer *p, struct tcp_seg *seg)
{
    seg->sack_count = (uint8_t)(1 + take_u8(&p->c) % TCP_SACK_BLOCKS);
    for (unsigned i = 0; i < seg->sack_count; i++) {
        seg->sack[i].left = seq(near(p, seg->ack.v));
        seg->sack[i].right = seq(near(p, seg->sack[i].left.v + 1460));
    }
}

static void say(struct peer *p, uint8_t *protocol)
{
    struct tcp_seg seg = {.flags = take_u8(&p->c)};
    uint8_t how = take_u8(&p->c);
    seg.from = how & 1 ? p->port : (uint16_t)(p->port + (how >> 4));
    seg.to = how & 2 ? p->other_port : 80;
    seg.seq = seq(near(p, p->seq));
    seg.ack = seq(near(p, p->next));
    seg.window = how & 4 ? 65535 : take_u16(&p->c);
    seg.options = how & 8 ? take_u8(&p->c) & 31 : 0;
    seg.mss = (uint16_t)(1 + take_u8(&p->c) * 6);
    seg.wscale = take_u8(&p->c) % 16;
    seg.ts_val = take_u8(&p->c);
    seg.ts_ecr = take_u8(&p->c);
    seg.urgent = seg.flags & TCP_URG ? take_u8(&p->c) : 0;
    if (seg.options & TCP_OPT_SACK) {
        add_sack(p, &seg);
    }
    uint8_t *head = buf_extend(&p->made, TCP_HEADER_MAX);
    size_t len = tcp_encode(&seg, head);
    p->made.len -= TCP_HEADER_MAX - len;
    uint32_t body = take_u8(&p->c) % 16 * (how & 32 ? 91u : 1u);
    for (uint32_t i = 0; i < body; i++) {
        buf_char(&p->made, (char)i);
    }
    seg.len = body;
    p->seq = seg.seq.v + tcp_seg_len(&seg);
    *protocol = IP_TCP;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct peer_target target = {scenario, "host", false, 0x0a000001, 0x0a000002, say};
    peer_play(&target, data, size);
    return 0;
}
