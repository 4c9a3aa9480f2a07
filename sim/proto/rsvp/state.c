/* The tables of a node's RSVP process, and what the reservations of one interface come to. */
#include "proto/rsvp/inside.h"

#include <string.h>

bool same_session(const struct session *a, const struct session *b)
{
    return a->to.ip == b->to.ip && a->to.port == b->to.port && a->protocol == b->protocol;
}

static bool same_addr(struct addr a, struct addr b)
{
    return a.ip == b.ip && a.port == b.port;
}

int64_t path_key(const struct session *s, struct addr sender)
{
    return (int64_t)((uint64_t)sender.ip << 32 | (uint32_t)sender.port << 16 | s->to.port);
}

struct path_state *path_find(struct rsvp_process *p, const struct session *s, struct addr sender)
{
    for (unsigned i = 0; i < PATHS_MAX; i++) {
        struct path_state *path = &p->paths[i];
        if (path->is_used && same_session(&path->session, s) && same_addr(path->sender, sender)) {
            return path;
        }
    }
    return NULL;
}

struct path_state *path_add(struct rsvp_process *p)
{
    for (unsigned i = 0; i < PATHS_MAX; i++) {
        if (!p->paths[i].is_used) {
            p->paths[i] = (struct path_state){.is_used = true};
            return &p->paths[i];
        }
    }
    return NULL;
}

uint32_t path_number(const struct rsvp_process *p, const struct path_state *path)
{
    return (uint32_t)(path - p->paths);
}

/* FF has a block for each sender; of SE and WF a next hop has one. */
static bool is_same_block(const struct resv_state *a, const struct resv_state *b)
{
    return same_session(&a->session, &b->session) && a->hop == b->hop && a->iface == b->iface &&
           a->is_local == b->is_local &&
           (a->style != RSVP_FF || b->style != RSVP_FF ||
            same_addr(a->flow.filters[0], b->flow.filters[0]));
}

struct resv_state *resv_find(struct rsvp_process *p, const struct resv_state *like)
{
    for (unsigned i = 0; i < RESVS_MAX; i++) {
        if (p->resvs[i].is_used && is_same_block(&p->resvs[i], like)) {
            return &p->resvs[i];
        }
    }
    return NULL;
}

struct resv_state *resv_add(struct rsvp_process *p)
{
    for (unsigned i = 0; i < RESVS_MAX; i++) {
        if (!p->resvs[i].is_used) {
            p->resvs[i] = (struct resv_state){.is_used = true};
            return &p->resvs[i];
        }
    }
    return NULL;
}

uint32_t resv_number(const struct rsvp_process *p, const struct resv_state *resv)
{
    return (uint32_t)(resv - p->resvs);
}

bool resv_names(const struct resv_state *r, struct addr sender)
{
    for (unsigned i = 0; i < r->flow.filter_count; i++) {
        if (same_addr(r->flow.filters[i], sender)) {
            return true;
        }
    }
    return r->style == RSVP_WF;
}

const struct node_one_way *way_by(const struct rsvp_process *p, const struct session *s,
                                  uint16_t iface)
{
    for (unsigned i = 0; i < PATHS_MAX; i++) {
        const struct path_state *path = &p->paths[i];
        for (unsigned k = 0;
             path->is_used && same_session(&path->session, s) && k < path->ways.count; k++) {
            if (path->ways.list[k].iface == iface) {
                return &path->ways.list[k];
            }
        }
    }
    return NULL;
}

/* ---- what an interface gives ---- */

/* Both are for the same packets on the same interface: several next hops of one LAN. */
static bool share_packets(const struct resv_state *a, const struct resv_state *b)
{
    return a->is_used && b->is_used && !a->is_local && !b->is_local && a->iface == b->iface &&
           same_session(&a->session, &b->session) && a->style == b->style &&
           (a->style != RSVP_FF || same_addr(a->flow.filters[0], b->flow.filters[0]));
}

static bool is_first(const struct rsvp_process *p, unsigned i, const struct resv_state *but)
{
    for (unsigned k = 0; k < i; k++) {
        if (&p->resvs[k] != but && share_packets(&p->resvs[k], &p->resvs[i])) {
            return false;
        }
    }
    return p->resvs[i].is_used && !p->resvs[i].is_local && &p->resvs[i] != but;
}

static struct rsvp_flowspec merged(const struct rsvp_process *p, unsigned i,
                                   const struct resv_state *but)
{
    struct rsvp_flowspec spec = p->resvs[i].flow.flowspec;
    for (unsigned k = i + 1; k < RESVS_MAX; k++) {
        if (&p->resvs[k] != but && share_packets(&p->resvs[i], &p->resvs[k])) {
            spec = rsvp_merge(&spec, &p->resvs[k].flow.flowspec);
        }
    }
    return spec;
}

int64_t reserved_on(const struct rsvp_process *p, uint16_t iface, const struct resv_state *but)
{
    int64_t bytes = 0;
    for (unsigned i = 0; i < RESVS_MAX; i++) {
        if (p->resvs[i].iface == iface && is_first(p, i, but)) {
            struct rsvp_flowspec spec = merged(p, i, but);
            bytes += rsvp_share(&spec);
        }
    }
    return 8 * bytes;
}

int64_t capacity_of(const struct rsvp_process *p, const struct node_one_way *way)
{
    return way->rate_bps ? muldiv(way->rate_bps, p->share, 1000000000) : INT64_MAX;
}

static void add_sender(struct node_share *s, struct addr who)
{
    for (unsigned i = 0; i < s->from_count; i++) {
        if (same_addr(s->from[i], who)) {
            return;
        }
    }
    if (s->from_count < NODE_SHARE_SENDERS) {
        s->from[s->from_count++] = who;
    }
}

static struct node_share share_of(const struct rsvp_process *p, unsigned i)
{
    const struct resv_state *r = &p->resvs[i];
    struct rsvp_flowspec spec = merged(p, i, NULL);
    struct node_share s;
    memset(&s, 0, sizeof s); /* compared as bytes */
    s.number = i;
    s.iface = r->iface;
    s.protocol = r->session.protocol;
    s.to = r->session.to;
    s.spec.rate = rsvp_share(&spec);
    s.spec.bucket = spec.tspec.bucket;
    s.spec.peak = spec.service == RSVP_GUARANTEED ? spec.tspec.peak : INT64_MAX;
    s.spec.min_unit = spec.tspec.min_unit;
    s.spec.max_packet = spec.tspec.max_packet;
    for (unsigned k = i; k < RESVS_MAX; k++) {
        for (unsigned f = 0; share_packets(r, &p->resvs[k]) && f < p->resvs[k].flow.filter_count;
             f++) {
            add_sender(&s, p->resvs[k].flow.filters[f]);
        }
    }
    return s;
}

static void tell_share(const struct node_share *s, struct fx *fx)
{
    fx_indicate(fx, 0, NODE_SHARE, bytes_of(s, sizeof *s), (struct span){0});
}

void shares_update(struct rsvp_process *p, struct fx *fx)
{
    for (unsigned i = 0; i < RESVS_MAX; i++) {
        struct resv_state *r = &p->resvs[i];
        bool is_due = is_first(p, i, NULL);
        if (!is_due && r->is_installed) {
            r->share.is_over = true;
            tell_share(&r->share, fx);
            r->is_installed = false;
        }
        if (!is_due) {
            continue;
        }
        struct node_share now = share_of(p, i);
        if (!r->is_installed || memcmp(&now, &r->share, sizeof now) != 0) {
            tell_share(&now, fx);
            memcpy(&r->share, &now, sizeof now); /* with what lies between its fields */
            r->is_installed = true;
        }
    }
}
