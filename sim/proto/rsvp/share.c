/* What the reservations of one interface come to: what they take of its link, and what the node's
 * scheduler is told of them. Those of several next hops behind it (a LAN) are for the same packets:
 * they are merged (RFC 2205 2.2). */
#include "proto/rsvp/inside.h"

/* Both are for the same packets on the same interface. */
static bool share_packets(const struct resv_state *a, const struct resv_state *b)
{
    return a->is_used && b->is_used && !a->is_local && !b->is_local && a->iface == b->iface &&
           same_session(&a->session, &b->session) && a->style == b->style &&
           (a->style != RSVP_FF || a->senders == b->senders);
}

static bool is_first(const struct rsvp_process *p, unsigned i)
{
    for (unsigned k = 0; k < i; k++) {
        if (share_packets(&p->resvs[k], &p->resvs[i])) {
            return false;
        }
    }
    return p->resvs[i].is_used && !p->resvs[i].is_local;
}

static struct rsvp_flowspec merged(const struct rsvp_process *p, unsigned i)
{
    struct rsvp_flowspec spec = p->resvs[i].flowspec;
    for (unsigned k = i + 1; k < RESVS_MAX; k++) {
        if (share_packets(&p->resvs[i], &p->resvs[k])) {
            spec = rsvp_merge(&spec, &p->resvs[k].flowspec);
        }
    }
    return spec;
}

int64_t reserved_on(const struct rsvp_process *p, uint16_t iface)
{
    const int64_t most = INT64_MAX / 8;
    int64_t bytes = 0;
    for (unsigned i = 0; i < RESVS_MAX; i++) {
        if (p->resvs[i].iface == iface && is_first(p, i)) {
            struct rsvp_flowspec spec = merged(p, i);
            int64_t rate = rsvp_share(&spec);
            bytes = rate > most - bytes ? most : bytes + rate;
        }
    }
    return 8 * bytes;
}

int64_t capacity_of(const struct rsvp_process *p, uint16_t iface)
{
    int64_t rate = iface < IFACES_MAX ? p->links[iface].rate_bps : 0;
    return rate ? muldiv(rate, p->share, 1000000000) : INT64_MAX;
}

/* ---- the scheduler ---- */

static uint64_t all_senders(const struct rsvp_process *p, unsigned i)
{
    uint64_t senders = 0;
    for (unsigned k = i; k < RESVS_MAX; k++) {
        senders |= share_packets(&p->resvs[i], &p->resvs[k]) ? p->resvs[k].senders : 0;
    }
    return senders;
}

/* WF is for whoever sends (1.3), scoped or not: a scope says only who is asked. */
static struct node_share share_of(const struct rsvp_process *p, unsigned i,
                                  const struct rsvp_flowspec *spec)
{
    const struct resv_state *r = &p->resvs[i];
    uint64_t senders = r->style == RSVP_WF ? 0 : all_senders(p, i);
    struct node_share s = {
        .number = i,
        .iface = r->iface,
        .protocol = r->session.protocol,
        .to = r->session.to,
        .spec = {.rate = rsvp_share(spec),
                 .bucket = spec->tspec.bucket,
                 .peak = spec->service == RSVP_GUARANTEED ? spec->tspec.peak : INT64_MAX,
                 .min_unit = spec->tspec.min_unit,
                 .max_packet = spec->tspec.max_packet}};
    for (unsigned k = 0; k < PATHS_MAX; k++) {
        if (senders >> k & 1) {
            s.from[s.from_count++] = p->paths[k].sender;
        }
    }
    return s;
}

static bool same_share(const struct node_share *a, const struct node_share *b)
{
    bool same = a->iface == b->iface && a->protocol == b->protocol && a->to.ip == b->to.ip &&
                a->to.port == b->to.port && a->from_count == b->from_count;
    for (unsigned i = 0; same && i < a->from_count; i++) {
        same = a->from[i].ip == b->from[i].ip && a->from[i].port == b->from[i].port;
    }
    return same;
}

static void tell(const struct node_share *s, struct fx *fx)
{
    fx_indicate(fx, 0, NODE_SHARE, bytes_of(s, sizeof *s), (struct span){0});
}

static void take_back(struct resv_state *r, struct fx *fx)
{
    r->given.share.is_over = true;
    tell(&r->given.share, fx);
    r->given.is_told = false;
}

static void give(const struct rsvp_process *p, unsigned i, struct resv_state *r, struct fx *fx)
{
    struct rsvp_flowspec spec = merged(p, i);
    struct node_share share = share_of(p, i, &spec);
    if (!r->given.is_told || !rsvp_same_flowspec(&spec, &r->given.flowspec) ||
        !same_share(&share, &r->given.share)) {
        tell(&share, fx);
        r->given.share = share;
        r->given.flowspec = spec;
        r->given.is_told = true;
    }
}

void shares_update(struct rsvp_process *p, struct fx *fx)
{
    for (unsigned i = 0; i < RESVS_MAX; i++) {
        struct resv_state *r = &p->resvs[i];
        if (is_first(p, i)) {
            give(p, i, r, fx);
        } else if (r->given.is_told) {
            take_back(r, fx);
        }
    }
}
