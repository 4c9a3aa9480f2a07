/* SYN cookies (RFC 4987 3.6 and its appendix A): five bits of time, three for the MSS, 24 of a hash
 * that only this host can make. Invariant: nothing is remembered between the SYN and the ACK; so a
 * connection made of a cookie knows of no option but the MSS. */
#include "proto/tcp/host.h"

#define COOKIE_TICK (64 * SIM_S)
#define COOKIE_LIFE 3 /* ticks: an ACK may answer a cookie of this one and the two before */

static const uint16_t sizes[8] = {64, 512, 536, 1024, 1440, 1460, 4312, 8960};

static unsigned size_index(uint32_t mss)
{
    unsigned i = 0;
    while (i + 1 < sizeof sizes / sizeof *sizes && sizes[i + 1] <= mss) {
        i++;
    }
    return i;
}

/* `peer` is the initial number of the SYN. */
static uint32_t hash(const struct input *in, seq32 peer, uint32_t tick)
{
    uint64_t ends = (uint64_t)in->net.from.ip << 32 | in->net.to.ip;
    uint64_t ports = (uint64_t)in->net.from.port << 16 | in->net.to.port;
    uint64_t when = (uint64_t)tick << 32 | peer.v;
    return (uint32_t)draw_long(in->host_dice, DRAW_COOKIE, ends, hash_mix(ports, when)) & 0xffffff;
}

seq32 tcp_cookie_make(const struct tcp_seg *syn, const struct input *in)
{
    uint32_t tick = (uint32_t)(in->now / COOKIE_TICK);
    uint32_t mss = syn->options & TCP_OPT_MSS ? syn->mss : 536;
    return seq((tick & 31) << 27 | size_index(mss) << 24 | hash(in, syn->seq, tick));
}

uint32_t tcp_cookie_mss(const struct tcp_seg *ack, const struct input *in)
{
    uint32_t cookie = ack->ack.v - 1, tick = (uint32_t)(in->now / COOKIE_TICK);
    for (uint32_t age = 0; age < COOKIE_LIFE && age <= tick; age++) {
        uint32_t then = tick - age;
        bool same_time = cookie >> 27 == (then & 31);
        if (same_time && (cookie & 0xffffff) == hash(in, seq(ack->seq.v - 1), then)) {
            return sizes[cookie >> 24 & 7];
        }
    }
    return 0;
}

/* A SYN+ACK with no connection behind it. */
void tcp_answer_cookie(struct tcp *t, const struct tcp_seg *syn, const struct input *in,
                       struct fx *fx)
{
    struct tcp_seg seg = {.from = syn->to,
                          .to = syn->from,
                          .seq = tcp_cookie_make(syn, in),
                          .ack = seq_add(syn->seq, 1),
                          .flags = TCP_SYN | TCP_ACK,
                          .options = TCP_OPT_MSS,
                          .mss = tcp_own_mss(t),
                          .window = (uint16_t)tcp_first_window(t)};
    uint8_t head[TCP_HEADER_MAX];
    struct net back = {.from = in->net.to, .to = in->net.from, .iface = in->net.iface};
    size_t len = tcp_encode(&seg, head);
    fx_send(fx, &back, bytes_of(head, len), (struct span){0}, (struct unit){0}, TCP_WHY_COOKIE);
}
