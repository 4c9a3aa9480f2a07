/* Two passes: all datagrams, then whose they are. */
#include "export/sessions.h"

#include "base/draw.h"
#include "base/os.h"
#include "wire/ipv4.h"
#include "wire/rtcp.h"
#include "wire/rtp.h"
#include "wire/udp.h"

#include <assert.h>
#include <stdlib.h>

#define FOLLOWS 100 /* a number at most so much later is the same stream's (RFC 3550 A.1) */

/* Somebody who may be a source of media. */
struct candidate {
    struct addr from, to;
    uint32_t ssrc;
    uint16_t seq;
    uint32_t first; /* datagram */
    bool is_sure;   /* a second packet followed in order */
};

struct search {
    struct candidate *list;
    uint32_t count, cap;
    struct map known; /* its three names -> 1 + index */
};

static bool looks_like_media(struct bytes payload)
{
    return payload.len >= RTP_HEADER && payload.data[0] >> 6 == RTP_VERSION;
}

bool datagram_is_report(const struct datagram *d)
{
    struct bytes p = d->payload;
    return p.len >= 8 && p.data[0] >> 6 == RTP_VERSION && p.data[1] >= 192 && p.data[1] <= 223;
}

static void add_datagram(struct sessions *s, const struct capture_packet *p, struct bytes ipv4)
{
    struct ipv4 ip;
    struct udp udp;
    if (!ipv4_decode(ipv4, &ip) || ip.protocol != IP_UDP || ip.total_len < ip.header_len) {
        return;
    }
    if (ipv4_is_fragment(&ip)) {
        s->fragments++;
        return;
    }
    struct bytes inside = bytes_sub(ipv4, ip.header_len, (size_t)(ip.total_len - ip.header_len));
    if (!udp_decode(inside, &udp) || udp.len < UDP_HEADER) {
        return;
    }
    if (udp.len > inside.len) {
        s->cut++;
        return;
    }
    if (s->datagram_count == s->datagram_cap) {
        s->datagram_cap = s->datagram_cap ? 2 * s->datagram_cap : 64;
        s->datagrams = os_realloc(s->datagrams, s->datagram_cap * sizeof *s->datagrams);
    }
    s->datagrams[s->datagram_count++] =
        (struct datagram){.at = p->at,
                          .iface = p->iface,
                          .from = {ip.from, udp.from},
                          .to = {ip.to, udp.to},
                          .payload = bytes_sub(inside, UDP_HEADER, udp.len - UDP_HEADER)};
}

/* Made where it is not known. */
static struct candidate *candidate_of(struct search *all, const struct datagram *d, uint32_t number,
                                      const struct rtp *rtp)
{
    uint64_t ends =
        hash_mix((uint64_t)d->from.ip << 32 | d->to.ip, (uint64_t)d->from.port << 16 | d->to.port);
    uint64_t *place = map_put(&all->known, hash_mix(ends, rtp->ssrc));
    if (*place) {
        return &all->list[*place - 1];
    }
    if (all->count == all->cap) {
        all->cap = all->cap ? 2 * all->cap : 16;
        all->list = os_realloc(all->list, all->cap * sizeof *all->list);
    }
    all->list[all->count] = (struct candidate){d->from, d->to, rtp->ssrc, rtp->seq, number, false};
    *place = ++all->count;
    return &all->list[all->count - 1];
}

static struct media_session *session_to(const struct sessions *s, struct addr to)
{
    uint64_t place = map_get(&s->places, (uint64_t)to.ip << 16 | to.port);
    return place ? &s->list[place - 1] : NULL;
}

static void make_session(struct sessions *s, const struct candidate *c)
{
    struct media_session *m = session_to(s, c->to);
    if (m) {
        m->sources++;
        return;
    }
    if (s->count == s->cap) {
        s->cap = s->cap ? 2 * s->cap : 8;
        s->list = os_realloc(s->list, s->cap * sizeof *s->list);
    }
    assert(s->list);
    const struct datagram *d = &s->datagrams[c->first];
    s->list[s->count++] = (struct media_session){.to = c->to,
                                                 .from = c->from,
                                                 .ssrc = c->ssrc,
                                                 .first = c->first,
                                                 .payload_type = d->payload.data[1] & 127,
                                                 .sources = 1};
    *map_put(&s->places, (uint64_t)c->to.ip << 16 | c->to.port) = s->count;
}

/* The same datagram seen at two places of the network is no second one: its number does not rise.
 */
static void consider(struct sessions *s, struct search *all, uint32_t number)
{
    const struct datagram *d = &s->datagrams[number];
    struct rtp rtp;
    if (!looks_like_media(d->payload) || datagram_is_report(d) || !rtp_decode(d->payload, &rtp)) {
        return;
    }
    struct candidate *c = candidate_of(all, d, number, &rtp);
    uint16_t ahead = (uint16_t)(rtp.seq - c->seq);
    if (!c->is_sure && ahead > 0 && ahead <= FOLLOWS) {
        c->is_sure = true;
        make_session(s, c);
    }
    c->seq = ahead < 32768 ? rtp.seq : c->seq;
}

bool session_has(const struct media_session *m, uint32_t iface, const struct datagram *d)
{
    bool to_it = d->to.ip == m->to.ip && d->iface == iface;
    bool is_report = datagram_is_report(d);
    return to_it && ((d->to.port == m->to.port && (is_report || looks_like_media(d->payload))) ||
                     (d->to.port == m->to.port + 1 && is_report));
}

static struct media_session *session_of(const struct sessions *s, const struct datagram *d)
{
    struct media_session *m = session_to(s, d->to);
    struct addr below = {d->to.ip, (uint16_t)(d->to.port - 1)};
    return m || !datagram_is_report(d) ? m : session_to(s, below);
}

/* Where the packet that begins the session passed last is nearest to who receives it. */
static void find_interfaces(struct sessions *s)
{
    for (uint32_t i = 0; i < s->datagram_count; i++) {
        const struct datagram *d = &s->datagrams[i];
        struct media_session *m = session_of(s, d);
        struct rtp here, first;
        if (!m || !rtp_decode(d->payload, &here) || datagram_is_report(d)) {
            continue;
        }
        rtp_decode(s->datagrams[m->first].payload, &first);
        if (here.ssrc == first.ssrc && here.seq == first.seq &&
            d->at >= s->datagrams[m->first].at) {
            m->iface = d->iface;
        }
    }
}

static void count_packets(struct sessions *s)
{
    for (uint32_t i = 0; i < s->datagram_count; i++) {
        const struct datagram *d = &s->datagrams[i];
        struct media_session *m = session_of(s, d);
        if (m && session_has(m, m->iface, d)) {
            bool is_report = datagram_is_report(d);
            m->packets += !is_report;
            m->reports += is_report;
        }
    }
}

bool sessions_read(struct sessions *s, struct capture_reader *reader)
{
    struct capture_packet p;
    struct bytes ipv4;
    struct search all = {0};
    while (capture_next(reader, &p)) {
        if (capture_ipv4(reader, &p, &ipv4)) {
            add_datagram(s, &p, ipv4);
        }
    }
    for (uint32_t i = 0; i < s->datagram_count; i++) {
        consider(s, &all, i);
    }
    find_interfaces(s);
    count_packets(s);
    free(all.list);
    map_free(&all.known);
    return reader->wrong == NULL;
}

void sessions_free(struct sessions *s)
{
    free(s->datagrams);
    free(s->list);
    map_free(&s->places);
    *s = (struct sessions){0};
}
