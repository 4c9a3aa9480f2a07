/* ICMP errors about what this connection sent (RFC 9293 3.9.2.2): they are hints, since anybody can
 * write them. One counts only if it quotes a number that is under way (RFC 5927 4.1); it ends a
 * connection only while it is being opened (RFC 5461 4); and "too big" makes segments smaller,
 * never larger (RFC 1191). Invariant: what is believed changes the segment size or `soft_error`,
 * and never the windows. */
#include "actor/errno_code.h"
#include "base/os.h"
#include "proto/tcp/host.h"
#include "wire/icmp.h"
#include "wire/ipv4.h"

/* RFC 1191 6.3: after ten minutes larger packets are tried again. */
#define PATH_LIFE (600 * SIM_S)
#define MTU_LEAST 68 /* RFC 791: every link carries that much */

/* RFC 1191 7, table 7-1: where the router does not say how large the next link is. */
static uint32_t plateau_below(uint32_t size)
{
    static const uint16_t plateaus[] = {32000, 17914, 8166, 4352, 2002, 1492, 1006, 508, 296, 68};
    for (size_t i = 0; i < sizeof plateaus / sizeof *plateaus; i++) {
        if (plateaus[i] < size) {
            return plateaus[i];
        }
    }
    return MTU_LEAST;
}

/* What an error says of the packet that it is about. */
struct quote {
    int64_t seq; /* offset from ISS */
    uint32_t packet_len;
};

static bool read_quote(const struct tcp *t, struct bytes error, struct quote *q)
{
    struct bytes quoted = icmp_quote(error);
    struct ipv4 ip;
    if (!ipv4_decode(quoted, &ip) || quoted.len < (size_t)ip.header_len + 8) {
        return false;
    }
    seq32 number = seq(get_u32(quoted.data + ip.header_len + 4));
    *q = (struct quote){tcp_offset(t->iss, t->snd_una, number), ip.total_len};
    return true;
}

/* SND.UNA <= SEG.SEQ <= SND.NXT: an acknowledgement stands at SND.NXT. */
static bool is_under_way(const struct tcp *t, const struct quote *q)
{
    return q->seq >= t->snd_una && q->seq <= t->snd_nxt;
}

/* RFC 1122 4.2.3.9: the codes that mean "never". */
static bool is_hard(unsigned type, unsigned code)
{
    return type == ICMP_UNREACHABLE && (code == ICMP_PROTOCOL || code == ICMP_PORT);
}

static enum errno_code error_of(unsigned type, unsigned code)
{
    if (type == ICMP_UNREACHABLE && code == ICMP_PORT) {
        return ERR_ECONNREFUSED;
    }
    if (type == ICMP_UNREACHABLE && code == ICMP_PROTOCOL) {
        return ERR_ENOPROTOOPT;
    }
    return type == ICMP_UNREACHABLE && code == ICMP_NET ? ERR_ENETUNREACH : ERR_EHOSTUNREACH;
}

/* ---- too big (RFC 1191) ---- */

static bool is_opening(const struct tcp *t)
{
    return t->state == TCP_SYN_SENT || t->state == TCP_SYN_RECEIVED;
}

void tcp_use_mtu(struct tcp *t, uint32_t mtu)
{
    uint32_t headers = TCP_IP_HEADERS + (t->ts_on ? TS_LENGTH : 0);
    uint32_t most = mtu > headers ? mtu - headers : 1;
    t->path_mtu = mtu;
    t->snd_mss = t->snd_mss > most ? most : t->snd_mss;
}

/* RFC 1191 6.3: the way may have changed. If it has not, a router will say so again. */
void tcp_try_larger(struct tcp *t)
{
    t->path_until = 0;
    t->path_mtu = (uint32_t)t->set.mtu;
    tcp_take_mss(t, t->peer_mss);
}

/* RFC 1191 6.5: the lost segments go again at once, in smaller ones; that says nothing about
 * congestion. */
static void too_big(struct tcp *t, const struct input *in, const struct quote *q, struct fx *fx)
{
    struct icmp m = {0};
    icmp_decode(in->head, &m);
    uint32_t mtu = m.mtu ? m.mtu : plateau_below(q->packet_len);
    mtu = mtu < MTU_LEAST ? MTU_LEAST : mtu;
    if (!t->set.path_mtu_discovery || mtu >= t->path_mtu) {
        fx_drop(fx, DROP_DUPLICATE, TCP_WHY_NOT_SMALLER);
        return;
    }
    tcp_use_mtu(t, mtu);
    t->path_until = time_add(in->now, PATH_LIFE);
    tcp_path_learnt(t->host, t->key.to.ip, mtu, in->now);
    fx_note(fx, TCP_WHY_TOO_BIG);
    if (!is_opening(t)) {
        tcp_send_again(t, in->now, TCP_WHY_TOO_BIG, fx);
    }
}

/* ---- all else ---- */

static void unreachable(struct tcp *t, unsigned type, unsigned code, struct fx *fx)
{
    if (is_hard(type, code) && is_opening(t)) {
        tcp_end(t, TCP_WHY_HARD_ERROR, error_of(type, code), fx);
        return;
    }
    t->soft_error = (uint8_t)error_of(type, code);
    fx_note(fx, TCP_WHY_UNREACHABLE);
}

void tcp_hear_error(struct tcp *t, const struct input *in, struct fx *fx)
{
    unsigned type = in->code >> 8, code = in->code & 0xff;
    struct quote q;
    if (t->state <= TCP_LISTEN || !read_quote(t, in->head, &q)) {
        fx_drop(fx, DROP_NO_LISTENER, TCP_WHY_STRAY_ERROR);
    } else if (!is_under_way(t, &q)) {
        fx_drop(fx, DROP_OUT_OF_WINDOW, TCP_WHY_STRAY_ERROR);
    } else if (type == ICMP_UNREACHABLE && code == ICMP_TOO_BIG) {
        too_big(t, in, &q, fx);
    } else {
        unreachable(t, type, code, fx);
    }
}

/* ---- what the host remembers ---- */

uint32_t tcp_path_mtu(const struct tcp_host *h, uint32_t ip, uint32_t own, sim_time now)
{
    for (unsigned i = 0; h && h->paths && i < TCP_PATHS; i++) {
        const struct tcp_path *p = &h->paths[i];
        if (p->mtu && p->ip == ip && now < p->until) {
            return p->mtu < own ? p->mtu : own;
        }
    }
    return own;
}

/* The place of that address, else a free one, else the one that will be forgotten first. */
void tcp_path_learnt(struct tcp_host *h, uint32_t ip, uint32_t mtu, sim_time now)
{
    if (!h) {
        return;
    }
    if (!h->paths) {
        h->paths = os_alloc(TCP_PATHS * sizeof *h->paths);
    }
    struct tcp_path *place = &h->paths[0];
    for (unsigned i = 0; i < TCP_PATHS; i++) {
        struct tcp_path *p = &h->paths[i];
        if (p->mtu && p->ip == ip) {
            place = p;
            break;
        }
        if (p->mtu == 0 ? place->mtu != 0 : place->mtu && p->until < place->until) {
            place = p;
        }
    }
    *place = (struct tcp_path){ip, mtu, time_add(now, PATH_LIFE)};
}
