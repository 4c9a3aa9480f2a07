/* What a host brings into every connection: initial sequence numbers, and the options it offers and
 * understands. */
#include "proto/tcp/host.h"

#define ISN_TICK    (4 * SIM_US) /* RFC 6528 3: M counts every four microseconds */
#define DEFAULT_MSS 536u         /* RFC 9293 3.7.1: the peer said nothing */
#define WINDOW_MAX  65535
#define WSCALE_MAX  14u /* RFC 7323 2.3 */

/* ISN = M + F(local address and port, remote address and port, secret key); the key is the host's.
 */
seq32 isn_choose(const struct tcp *t, const struct input *in)
{
    if (t->set.isn >= 0 && t->is_first) {
        return seq((uint32_t)t->set.isn);
    }
    uint64_t local = (uint64_t)t->key.from.ip << 16 | t->key.from.port;
    uint64_t remote = (uint64_t)t->key.to.ip << 16 | t->key.to.port;
    uint32_t f = (uint32_t)draw_long(in->host_dice, DRAW_ISN, local, remote);
    return seq((uint32_t)(in->now / ISN_TICK) + f);
}

uint16_t tcp_own_mss(const struct tcp *t)
{
    int64_t mss = t->set.mtu - TCP_IP_HEADERS;
    return (uint16_t)(t->set.mss >= 0 && t->set.mss < mss ? t->set.mss : mss);
}

static uint8_t own_shift(const struct tcp *t)
{
    unsigned shift = 0;
    if (t->set.window_scale != TCP_SCALE_AUTO) {
        return (uint8_t)t->set.window_scale;
    }
    while (shift < WSCALE_MAX && t->set.receive_buffer >> shift > WINDOW_MAX) {
        shift++;
    }
    return (uint8_t)shift;
}

/* A SYN's window is never scaled (RFC 7323 2.2). */
int64_t tcp_first_window(const struct tcp *t)
{
    return t->set.receive_buffer < WINDOW_MAX ? t->set.receive_buffer : WINDOW_MAX;
}

/* A SYN+ACK offers only what the SYN did, which tcp_take_options has noted (RFC 7323 2.2, RFC 2018
 * 2). */
void tcp_offer_options(const struct tcp *t, struct tcp_seg *syn, bool is_answer)
{
    syn->options |= TCP_OPT_MSS;
    syn->mss = tcp_own_mss(t);
    bool peer_scales = !is_answer || t->peer_scales;
    if (t->set.window_scale != -1 && peer_scales) {
        syn->options |= TCP_OPT_WSCALE;
        syn->wscale = own_shift(t);
    }
    if (is_answer ? t->sack_ok : t->set.sack != 0) {
        syn->options |= TCP_OPT_SACK_OK;
    }
}

/* Eff.snd.MSS (RFC 9293 3.7.1): what the peer takes, and what fits into the path. What we announce
 * says only what we take. */
void tcp_take_mss(struct tcp *t, uint32_t mss)
{
    t->peer_mss = (uint16_t)(mss == 0 ? DEFAULT_MSS : mss);
    t->snd_mss = t->peer_mss;
    if (t->ts_on && t->snd_mss > TS_LENGTH) {
        t->snd_mss -= TS_LENGTH;
    }
    if (t->set.mss_most > 0 && t->snd_mss > t->set.mss_most) {
        t->snd_mss = (uint32_t)t->set.mss_most;
    }
    tcp_use_mtu(t, t->path_mtu);
}

void tcp_take_options(struct tcp *t, const struct tcp_seg *syn)
{
    tcp_take_mss(t, syn->options & TCP_OPT_MSS ? syn->mss : DEFAULT_MSS);
    t->sack_ok = (syn->options & TCP_OPT_SACK_OK) && t->set.sack;
    t->peer_scales = (syn->options & TCP_OPT_WSCALE) && t->set.window_scale != -1;
    if (t->peer_scales) {
        t->snd_shift = syn->wscale < WSCALE_MAX ? syn->wscale : WSCALE_MAX;
        t->rcv_shift = own_shift(t);
    }
    ts_take_syn(t, syn);
    ecn_take_syn(t, syn);
}
