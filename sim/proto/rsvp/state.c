/* The tables of a node's RSVP process: who is in them, and which senders a reservation means. */
#include "proto/rsvp/inside.h"

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

/* ---- paths ---- */

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

uint64_t paths_of(const struct rsvp_process *p, const struct session *s)
{
    uint64_t found = 0;
    for (unsigned i = 0; i < PATHS_MAX; i++) {
        bool is_it = p->paths[i].is_used && same_session(&p->paths[i].session, s);
        found |= (uint64_t)is_it << i;
    }
    return found;
}

uint64_t paths_by(const struct rsvp_process *p, const struct session *s, uint16_t iface)
{
    uint64_t found = paths_of(p, s);
    for (unsigned i = 0; i < PATHS_MAX; i++) {
        bool goes_there = iface < IFACES_MAX && p->paths[i].ifaces >> iface & 1;
        found &= ~((uint64_t)!goes_there << i);
    }
    return found;
}

uint64_t paths_from(const struct rsvp_process *p, const struct session *s, uint32_t hop)
{
    uint64_t found = paths_of(p, s);
    for (unsigned i = 0; i < PATHS_MAX; i++) {
        bool comes_from = !p->paths[i].is_local && p->paths[i].hop == hop;
        found &= ~((uint64_t)!comes_from << i);
    }
    return found;
}

/* Those that end at this node, from elsewhere. */
static uint64_t paths_to_here(const struct rsvp_process *p, const struct session *s)
{
    uint64_t found = paths_of(p, s);
    for (unsigned i = 0; i < PATHS_MAX; i++) {
        bool is_for_us = p->paths[i].is_end && !p->paths[i].is_local;
        found &= ~((uint64_t)!is_for_us << i);
    }
    return found;
}

/* ---- reservations ---- */

/* FF has a block for each sender; of SE and WF a next hop has one. */
static bool is_same_block(const struct resv_state *a, const struct resv_state *b)
{
    return same_session(&a->session, &b->session) && a->hop == b->hop && a->iface == b->iface &&
           a->is_local == b->is_local &&
           (a->style != RSVP_FF || b->style != RSVP_FF || a->senders == b->senders);
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
        if (!p->resvs[i].is_used && !p->resvs[i].given.is_told) {
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

uint64_t resv_senders(const struct rsvp_process *p, const struct resv_state *r)
{
    uint64_t there =
        r->is_local ? paths_to_here(p, &r->session) : paths_by(p, &r->session, r->iface);
    return r->style == RSVP_WF && !r->is_scoped ? there : there & r->senders;
}

/* By its first sender; WF by none. */
static int64_t key_of(const struct rsvp_process *p, const struct resv_state *r)
{
    struct addr first = {0};
    for (unsigned i = 0; r->style != RSVP_WF && i < PATHS_MAX; i++) {
        if (r->senders >> i & 1) {
            first = p->paths[i].sender;
            break;
        }
    }
    return path_key(&r->session, first);
}

/* Reservations of several next hops for one sender are one item of the set. */
static bool has_twin(const struct rsvp_process *p, const struct resv_state *r)
{
    for (unsigned i = 0; i < RESVS_MAX; i++) {
        const struct resv_state *other = &p->resvs[i];
        if (other != r && other->is_used && other->key == r->key) {
            return true;
        }
    }
    return false;
}

void resv_enter(struct rsvp_process *p, struct resv_state *r, unsigned why, struct fx *fx)
{
    r->key = key_of(p, r);
    if (!has_twin(p, r)) {
        fx_item(fx, SET_RESV, r->key, ITEM_THERE, why);
    }
}

void resv_leave(struct rsvp_process *p, struct resv_state *r, unsigned why, struct fx *fx)
{
    if (!has_twin(p, r)) {
        fx_item(fx, SET_RESV, r->key, ITEM_GONE, why);
    }
    fx_timer(fx, TIMER_RESV_LIFETIME, resv_number(p, r), SIM_NEVER);
    r->is_used = false;
}
