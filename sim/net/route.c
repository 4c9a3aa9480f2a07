/* Shortest paths by delay (ties: fewer hops, then the lower node number), unless the scenario gives
 * routes. One search a destination fills one column of every node's table. */
#include "net/world.h"

#include "base/os.h"

#include <stdlib.h>

struct search {
    sim_time *far;
    uint32_t *hops;
    bool *is_done;
};

static bool is_nearer(const struct search *s, uint32_t a, uint32_t b)
{
    return s->far[a] != s->far[b] ? s->far[a] < s->far[b] : s->hops[a] < s->hops[b];
}

static uint32_t nearest_open(const struct search *s, uint32_t count)
{
    uint32_t best = NO_NODE;
    for (uint32_t i = 0; i < count; i++) {
        if (!s->is_done[i] && s->far[i] != SIM_NEVER &&
            (best == NO_NODE || is_nearer(s, i, best))) {
            best = i;
        }
    }
    return best;
}

/* Only routers and switches carry the packets of others. */
static bool may_pass(const struct world *w, uint32_t node, uint32_t target)
{
    return node == target || w->nodes[node].set->kind != SCENARIO_HOST;
}

/* From `near` outward: a neighbour that reaches the target faster through `near` notes it. The
 * neighbour's own direction toward `near` counts, since packets flow that way. */
static void relax(struct world *w, struct search *s, uint32_t target, uint32_t near)
{
    for (uint32_t i = 0; i < 2 * w->sc->link_count; i++) {
        const struct direction *d = &w->directions[i];
        if (d->to != near || !may_pass(w, near, target)) {
            continue;
        }
        sim_time far = time_add(s->far[near], d->set->delay);
        uint32_t hops = s->hops[near] + 1;
        if (far < s->far[d->from] || (far == s->far[d->from] && hops < s->hops[d->from])) {
            s->far[d->from] = far;
            s->hops[d->from] = hops;
            w->nodes[d->from].route[target] = d->iface_from;
        }
    }
}

static void search_from(struct world *w, struct search *s, uint32_t target)
{
    uint32_t count = w->sc->node_count;
    for (uint32_t i = 0; i < count; i++) {
        s->far[i] = SIM_NEVER;
        s->hops[i] = UINT32_MAX;
        s->is_done[i] = false;
        w->nodes[i].route[target] = UINT16_MAX;
    }
    s->far[target] = 0;
    s->hops[target] = 0;
    for (uint32_t near; (near = nearest_open(s, count)) != NO_NODE;) {
        s->is_done[near] = true;
        relax(w, s, target, near);
    }
}

static bool is_in(uint32_t ip, uint32_t network, unsigned prefix)
{
    return prefix == 0 || (ip ^ network) >> (32 - prefix) == 0;
}

/* The interface toward a neighbour that has the address `via`. */
static uint16_t iface_toward(const struct world *w, const struct node *n, uint32_t via)
{
    uint32_t peer = node_of_ip(w, via);
    for (uint32_t i = 0; i < n->iface_count; i++) {
        const struct iface *f = &n->ifaces[i];
        bool holds = f->is_lan && f->prefix && is_in(via, f->ip, f->prefix);
        if (f->out != UINT32_MAX && (f->peer == peer || holds)) {
            return (uint16_t)i;
        }
    }
    return UINT16_MAX;
}

static bool is_neighbour(const struct node *n, uint32_t target)
{
    for (uint32_t i = 0; i < n->iface_count; i++) {
        if (n->ifaces[i].out != UINT32_MAX && n->ifaces[i].peer == target) {
            return true;
        }
    }
    return false;
}

/* Routes that the scenario gives win over those that were found; the longest prefix wins. */
static void apply_given(struct world *w, struct node *n, uint32_t target)
{
    int best = n->set->gateway && !is_neighbour(n, target) ? 0 : -1;
    uint32_t via = n->set->gateway;
    uint32_t ip = w->nodes[target].iface_count ? w->nodes[target].ifaces[0].ip : 0;
    for (uint32_t i = 0; i < n->set->route_count; i++) {
        const struct scenario_route *r = &n->set->routes[i];
        if (is_in(ip, r->network, r->prefix) && (int)r->prefix > best) {
            best = r->prefix;
            via = r->via;
        }
    }
    if (best >= 0 && via) {
        uint16_t iface = iface_toward(w, n, via);
        n->route[target] = iface != UINT16_MAX ? iface : n->route[target];
    }
}

void routes_find(struct world *w)
{
    uint32_t count = w->sc->node_count;
    struct search s = {os_alloc((count + 1) * sizeof *s.far),
                       os_alloc((count + 1) * sizeof *s.hops), os_alloc(count + 1)};
    for (uint32_t i = 0; i < count; i++) {
        w->nodes[i].route = arena_alloc(&w->arena, count * sizeof(uint16_t));
    }
    for (uint32_t target = 0; target < count; target++) {
        search_from(w, &s, target);
        for (uint32_t i = 0; i < count; i++) {
            if (i != target) {
                apply_given(w, &w->nodes[i], target);
            }
        }
    }
    free(s.far);
    free(s.hops);
    free(s.is_done);
}
