/* What traffic reserves: who is told that a flow begins, who asks for it to be reserved, and what
 * the node knows of ways and links that RSVP asks about. */
#include "net/world.h"

#include "actor/node_call.h"

#include <string.h>

/* ev.target of CALL_OF_RESERVE. */
enum { ASK = 1, RELEASE, END };

struct reserving {
    struct node_reserve wish;
    sim_time end; /* of its sender's flow; SIM_NEVER: none */
    bool has_begun;
};

void reserve_prepare(struct world *w)
{
    w->reserving = arena_alloc(&w->arena, (w->sc->traffic_count + 1) * sizeof *w->reserving);
}

static const struct actor_type *rsvp_type(const struct world *w)
{
    for (const struct actor_type *const *t = w->known->actors; *t; t++) {
        if (strcmp((*t)->name, "rsvp") == 0) {
            return *t;
        }
    }
    return NULL;
}

static void request(struct world *w, uint32_t row, unsigned code, const void *head, size_t size,
                    uint32_t cause)
{
    struct input in = {.kind = IN_REQUEST, .code = (uint16_t)code, .head = bytes_of(head, size)};
    actor_step(w, row, &in, 0, cause);
    effects_apply(w);
}

void reserve_tell_interfaces(struct world *w, uint32_t node, uint32_t cause)
{
    const struct node *n = &w->nodes[node];
    for (uint32_t i = 0; n->rsvp && i < n->iface_count; i++) {
        struct node_interface own = {.iface = (uint16_t)i, .ip = n->ifaces[i].ip};
        request(w, n->rsvp, NODE_INTERFACE, &own, sizeof own, cause);
    }
}

void reserve_open(struct world *w, uint32_t node, uint32_t cause)
{
    const struct actor_type *type = rsvp_type(w);
    struct node *n = &w->nodes[node];
    if (!type || n->kind == SCENARIO_SWITCH || n->is_raw) {
        return;
    }
    n->rsvp = actor_open(w, type, node, (struct net){.from.port = 1}, 0, 0, NULL, 0);
    actor_start(w, n->rsvp, START_OPENED, 0, cause);
    effects_apply(w);
    reserve_tell_interfaces(w, node, cause);
    for (uint32_t i = 0; i < n->iface_count; i++) {
        if (n->ifaces[i].out != UINT32_MAX) {
            shares_open(&w->directions[n->ifaces[i].out]);
        }
    }
}

/* ---- ways ---- */

static void add_way(const struct world *w, uint32_t node, uint16_t iface, struct node_ways *out)
{
    const struct iface *i = &w->nodes[node].ifaces[iface];
    if (i->out == UINT32_MAX || out->count == NODE_WAYS_MAX) {
        return;
    }
    const struct direction *d = &w->directions[i->out];
    out->list[out->count++] = (struct node_one_way){.rate_bps = d->set->rate_bps,
                                                    .delay = d->set->delay,
                                                    .ip = i->ip,
                                                    .mtu = d->mtu,
                                                    .iface = iface};
}

void reserve_asked(struct world *w, uint32_t row, const struct node_ways *ask, uint32_t cause)
{
    uint32_t node = w->rows[row].node;
    struct node_ways out = {.number = ask->number, .from = ask->from, .to = ask->to};
    uint16_t ifaces[NODE_WAYS_MAX];
    uint32_t count = 0;
    if (ip_is_multicast(ask->to)) {
        out.is_end = multicast_has(w, node, ask->to);
        count = multicast_ways(w, node, ask->from, ask->to, ifaces, NODE_WAYS_MAX);
    } else {
        struct way way = way_of(w, node, ask->to);
        out.is_end = way.is_own;
        ifaces[0] = way.iface;
        count = !way.is_own && way.iface != UINT16_MAX;
    }
    out.left_out = count > NODE_WAYS_MAX ? count - NODE_WAYS_MAX : 0;
    for (uint32_t i = 0; i < count && i < NODE_WAYS_MAX; i++) {
        add_way(w, node, ifaces[i], &out);
    }
    request(w, row, NODE_WAYS_ARE, &out, sizeof out, cause);
}

/* ---- flows ---- */

static struct node_reserve wish_of(const struct world *w, uint32_t traffic)
{
    const struct scenario_traffic *t = &w->sc->traffic[traffic];
    const struct scenario_reserve *r = t->reserve;
    struct net key = w->traffic_keys[traffic];
    struct node_reserve out = {
        .from = key.from,
        .to = key.to,
        .spec = {r->rate, r->bucket, r->peak, r->min_unit, r->max_packet},
        .reserved = r->reserved,
        .slack_us = (uint32_t)(r->slack / 1000),
        .protocol = 17,
        .style = r->style,
        .confirms = r->confirms,
    };
    if (out.from.ip == 0) {
        out.from.ip = w->nodes[t->from].iface_count ? w->nodes[t->from].ifaces[0].ip : 0;
    }
    return out;
}

static void tell(struct world *w, uint32_t node, unsigned code, const struct node_reserve *wish,
                 uint32_t cause)
{
    if (w->nodes[node].rsvp && !w->nodes[node].is_down) {
        request(w, w->nodes[node].rsvp, code, wish, sizeof *wish, cause);
    }
}

static bool is_receiver(const struct scenario_traffic *t, uint32_t node)
{
    return node != t->from && (t->group ? group_holds(t->group, node) : node == t->to);
}

static void tell_receivers(struct world *w, uint32_t traffic, uint32_t only,
                           const struct node_reserve *wish, uint32_t cause)
{
    for (uint32_t i = 0; i < w->sc->node_count; i++) {
        if ((only == NO_NODE || only == i) && is_receiver(&w->sc->traffic[traffic], i)) {
            tell(w, i, NODE_RECEIVER, wish, cause);
        }
    }
}

static void schedule(struct world *w, uint32_t traffic, uint32_t what, sim_time at)
{
    struct event ev = {
        .at = at, .target = what, .packet = traffic, .what = EV_CALL, .slot = CALL_OF_RESERVE};
    if (at != SIM_NEVER && at >= sched_now(&w->sched)) {
        sched_at(&w->sched, ev, sched_tie(&w->sched));
    }
}

/* `for:` of the flow, in what it was given or what holds without. */
static sim_time length_of(const struct scenario_traffic *t)
{
    const struct param *p = param_find(t->type->source, "for");
    for (uint32_t i = 0; p && i < t->settings.count; i++) {
        const struct setting *s = &t->settings.list[i];
        if (s->type == t->type->source && s->param == p) {
            return s->value < 0 ? SIM_NEVER : s->value;
        }
    }
    return p && p->initial > 0 ? p->initial : SIM_NEVER;
}

/* Where it began last, if it was elsewhere (its address has changed), nobody asks for it now. */
static void end_before(struct world *w, uint32_t traffic, uint32_t cause)
{
    const struct reserving *was = &w->reserving[traffic];
    const struct net *key = &w->traffic_keys[traffic];
    if (!was->has_begun || (was->wish.from.ip == wish_of(w, traffic).from.ip &&
                            was->wish.from.port == key->from.port)) {
        return;
    }
    struct node_reserve old = was->wish;
    old.is_over = true;
    tell(w, w->sc->traffic[traffic].from, NODE_SENDER, &old, cause);
    tell_receivers(w, traffic, NO_NODE, &old, cause);
}

void reserve_begin(struct world *w, uint32_t traffic, uint32_t cause)
{
    const struct scenario_traffic *t = &w->sc->traffic[traffic];
    const struct scenario_reserve *r = t->reserve;
    struct reserving *of = &w->reserving[traffic];
    sim_time now = sched_now(&w->sched), length = length_of(t);
    end_before(w, traffic, cause);
    bool is_first = !of->has_begun;
    of->has_begun = true;
    of->wish = wish_of(w, traffic);
    of->end = length == SIM_NEVER ? SIM_NEVER : time_add(now, length);
    schedule(w, traffic, END, of->end);
    tell(w, t->from, NODE_SENDER, &of->wish, cause);
    if (r->start <= now && r->until > now) {
        tell_receivers(w, traffic, NO_NODE, &of->wish, cause);
    } else if (is_first) {
        schedule(w, traffic, ASK, r->start);
    }
    if (is_first) {
        schedule(w, traffic, RELEASE, r->until);
    }
}

void reserve_event(struct world *w, const struct event *ev)
{
    struct node_reserve wish = w->reserving[ev->packet].wish;
    wish.is_over = ev->target != ASK;
    if (ev->target != END) {
        tell_receivers(w, ev->packet, NO_NODE, &wish, 0);
    } else if (w->reserving[ev->packet].end == ev->at) { /* it has not begun anew since */
        tell(w, w->sc->traffic[ev->packet].from, NODE_SENDER, &wish, 0);
    }
}

void reserve_restart(struct world *w, uint32_t node, uint32_t cause)
{
    sim_time now = sched_now(&w->sched);
    for (uint32_t i = 0; i < w->sc->traffic_count; i++) {
        const struct scenario_reserve *r = w->sc->traffic[i].reserve;
        if (r && w->reserving[i].has_begun && r->start <= now && r->until > now) {
            tell_receivers(w, i, node, &w->reserving[i].wish, cause);
        }
    }
}
