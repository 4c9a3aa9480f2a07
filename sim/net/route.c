/* Ways through the network: the shortest by delay (ties: fewer hops, then the order of the file),
 * unless the scenario gives routes. A node with one link lies on nobody's way and reaches all that
 * its neighbour reaches; the others, the core, have a table each, filled a destination at a time
 * when the first packet for it comes: hosts by the ten thousand cost nothing until they are spoken
 * to. */
#include "net/world.h"

#include "base/os.h"

#include <stdlib.h>

#define NO_IFACE UINT16_MAX

struct routes {
    uint32_t *place; /* by node: 1 + place in the core; 0: a leaf */
    uint32_t *core;  /* by place: node */
    uint32_t core_count;
    uint32_t *first,
        *into;            /* by place: into[first[i] .. first[i + 1]): directions that lead there */
    uint16_t **columns;   /* by place of the destination, then of the node; NULL: not searched */
    struct map stand_ins; /* node << 32 | address -> 1 + node; 0: not asked yet */
};

struct search {
    sim_time *far;
    uint32_t *hops;
    bool *is_done;
    struct open { /* a heap of places to look at; a place may stand in it more than once */
        sim_time far;
        uint32_t hops, place;
    } * open;
    uint32_t open_count, open_cap;
};

static bool is_before(const struct open *a, const struct open *b)
{
    return a->far != b->far     ? a->far < b->far
           : a->hops != b->hops ? a->hops < b->hops
                                : a->place < b->place;
}

static void swap(struct open *a, struct open *b)
{
    struct open kept = *a;
    *a = *b;
    *b = kept;
}

static void push(struct search *s, struct open new)
{
    if (s->open_count == s->open_cap) {
        s->open_cap = s->open_cap ? 2 * s->open_cap : 64;
        s->open = os_realloc(s->open, s->open_cap * sizeof *s->open);
    }
    uint32_t i = s->open_count++;
    for (s->open[i] = new; i > 0 && is_before(&s->open[i], &s->open[(i - 1) / 2]);
         i = (i - 1) / 2) {
        swap(&s->open[i], &s->open[(i - 1) / 2]);
    }
}

static struct open pop(struct search *s)
{
    struct open top = s->open[0];
    s->open[0] = s->open[--s->open_count];
    for (uint32_t i = 0, child; (child = 2 * i + 1) < s->open_count; i = child) {
        child += child + 1 < s->open_count && is_before(&s->open[child + 1], &s->open[child]);
        if (!is_before(&s->open[child], &s->open[i])) {
            break;
        }
        swap(&s->open[i], &s->open[child]);
    }
    return top;
}

/* Only routers and switches carry the packets of others. */
static bool may_pass(const struct world *w, uint32_t node)
{
    return w->nodes[node].set->kind != SCENARIO_HOST;
}

/* From `near` outward: a neighbour that reaches the target faster through `near` notes it. The
 * neighbour's own direction toward `near` counts, since packets flow that way. */
static void relax(const struct world *w, struct search *s, uint32_t near, uint16_t *column)
{
    const struct routes *r = w->routes;
    for (uint32_t i = r->first[near]; i < r->first[near + 1]; i++) {
        const struct direction *d = &w->directions[r->into[i]];
        uint32_t from = r->place[d->from] - 1;
        sim_time far = time_add(s->far[near], d->set->delay);
        uint32_t hops = s->hops[near] + 1;
        if (far < s->far[from] || (far == s->far[from] && hops < s->hops[from])) {
            s->far[from] = far;
            s->hops[from] = hops;
            column[from] = d->iface_from;
            push(s, (struct open){far, hops, from});
        }
    }
}

static void search_from(const struct world *w, uint32_t target, uint16_t *column)
{
    const struct routes *r = w->routes;
    uint32_t count = r->core_count;
    struct search s = {.far = os_alloc(count * sizeof *s.far),
                       .hops = os_alloc(count * sizeof *s.hops),
                       .is_done = os_alloc(count)};
    for (uint32_t i = 0; i < count; i++) {
        s.far[i] = SIM_NEVER;
        s.hops[i] = UINT32_MAX;
        column[i] = NO_IFACE;
    }
    s.far[target] = 0;
    s.hops[target] = 0;
    push(&s, (struct open){0, 0, target});
    while (s.open_count > 0) {
        uint32_t near = pop(&s).place;
        if (!s.is_done[near] && (near == target || may_pass(w, r->core[near]))) {
            relax(w, &s, near, column);
        }
        s.is_done[near] = true;
    }
    free(s.far);
    free(s.hops);
    free(s.is_done);
    free(s.open);
}

/* From one of the core to another. */
static uint16_t in_core(const struct world *w, uint32_t node, uint32_t target)
{
    struct routes *r = w->routes;
    uint32_t to = r->place[target] - 1;
    if (!r->columns[to]) {
        r->columns[to] = os_alloc(r->core_count * sizeof **r->columns);
        search_from(w, to, r->columns[to]);
    }
    return r->columns[to][r->place[node] - 1];
}

static bool is_leaf(const struct world *w, uint32_t node)
{
    return w->routes->place[node] == 0;
}

static bool has_link(const struct node *n)
{
    return n->iface_count > 0 && n->ifaces[0].out != UINT32_MAX;
}

static uint16_t from_core(const struct world *w, uint32_t node, uint32_t target)
{
    const struct node *t = &w->nodes[target];
    if (!is_leaf(w, target)) {
        return in_core(w, node, target);
    }
    if (!has_link(t)) {
        return NO_IFACE;
    }
    uint32_t beside = t->ifaces[0].peer;
    if (beside == node) {
        return w->directions[t->ifaces[0].out ^ 1].iface_from;
    }
    return is_leaf(w, beside) || !may_pass(w, beside) ? NO_IFACE : in_core(w, node, beside);
}

/* The shortest way, whatever routes are given. */
static uint16_t shortest(const struct world *w, uint32_t node, uint32_t target)
{
    const struct node *n = &w->nodes[node];
    if (node == target || !has_link(n)) {
        return NO_IFACE;
    }
    if (!is_leaf(w, node)) {
        return from_core(w, node, target);
    }
    uint32_t beside = n->ifaces[0].peer;
    if (beside == target) {
        return 0;
    }
    bool leads_on = !is_leaf(w, beside) && may_pass(w, beside);
    return leads_on && from_core(w, beside, target) != NO_IFACE ? 0 : NO_IFACE;
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
    return NO_IFACE;
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

/* The longest prefix of its own networks that hold the address; -1: none does. */
static int connected(const struct node *n, uint32_t ip)
{
    int best = -1;
    for (uint32_t i = 0; i < n->iface_count; i++) {
        const struct iface *f = &n->ifaces[i];
        bool holds = f->out != UINT32_MAX && f->ip && f->prefix && is_in(ip, f->ip, f->prefix);
        best = holds && f->prefix > best ? f->prefix : best;
    }
    return best;
}

/* Routes that the scenario gives win over those that were found; the longest prefix wins, and that
 * of an own network over a shorter one. */
static uint32_t given_hop(const struct node *n, uint32_t ip, uint32_t target)
{
    int best = n->set->gateway && !is_neighbour(n, target) ? 0 : -1;
    uint32_t via = n->set->gateway;
    for (uint32_t i = 0; i < n->set->route_count; i++) {
        const struct scenario_route *r = &n->set->routes[i];
        if (is_in(ip, r->network, r->prefix) && (int)r->prefix > best) {
            best = r->prefix;
            via = r->via;
        }
    }
    return best >= 0 && best >= connected(n, ip) ? via : 0;
}

static bool holds(const struct node *n, uint32_t ip, int longer_than)
{
    return connected(n, ip) > longer_than;
}

/* Of an address that nobody has: the router whose network it would be in; a host without such a one
 * turns to the router beside it. */
static uint32_t find_stand_in(const struct world *w, uint32_t node, uint32_t ip)
{
    uint32_t found = NO_NODE, beside = NO_NODE;
    int prefix = 0;
    for (uint32_t i = 0; i < w->sc->node_count; i++) {
        const struct node *n = &w->nodes[i];
        if (i == node || n->set->kind != SCENARIO_ROUTER || shortest(w, node, i) == NO_IFACE) {
            continue;
        }
        if (holds(n, ip, prefix)) {
            prefix = connected(n, ip);
            found = i;
        }
        bool is_near = is_neighbour(&w->nodes[node], i) ||
                       (n->iface_count > 0 && connected(&w->nodes[node], n->ifaces[0].ip) > 0);
        beside = beside == NO_NODE && is_near ? i : beside;
    }
    bool is_host = w->nodes[node].set->kind == SCENARIO_HOST;
    return found != NO_NODE ? found : is_host ? beside : NO_NODE;
}

uint32_t route_stand_in(const struct world *w, uint32_t node, uint32_t ip)
{
    if (connected(&w->nodes[node], ip) >= 0) {
        return NO_NODE; /* it would be here */
    }
    uint64_t *known = map_put(&w->routes->stand_ins, (uint64_t)node << 32 | ip);
    if (*known == 0) {
        *known = (uint64_t)find_stand_in(w, node, ip) + 1;
    }
    return (uint32_t)(*known - 1);
}

uint16_t route_to_ip(const struct world *w, uint32_t node, uint32_t ip)
{
    const struct node *n = &w->nodes[node];
    uint32_t target = node_of_ip(w, ip);
    uint32_t via = n->set->route_count || n->set->gateway ? given_hop(n, ip, target) : 0;
    uint16_t iface = via ? iface_toward(w, n, via) : NO_IFACE;
    if (iface != NO_IFACE) {
        return iface;
    }
    target = target == NO_NODE ? route_stand_in(w, node, ip) : target;
    return target == NO_NODE ? NO_IFACE : shortest(w, node, target);
}

uint16_t route_to(const struct world *w, uint32_t node, uint32_t target)
{
    const struct node *t = &w->nodes[target];
    uint32_t ip = t->iface_count ? t->ifaces[0].ip : 0;
    bool is_given = w->nodes[node].set->route_count || w->nodes[node].set->gateway;
    if (node == target) {
        return NO_IFACE;
    }
    return is_given && ip && node_of_ip(w, ip) == target ? route_to_ip(w, node, ip)
                                                         : shortest(w, node, target);
}

/* Directions between nodes of the core, by where they lead, in the order of the file. */
static void list_directions(struct world *w)
{
    struct routes *r = w->routes;
    uint32_t at = 0, all = 2 * w->sc->link_count;
    uint32_t *fill = os_alloc((r->core_count + 1) * sizeof *fill);
    for (uint32_t i = 0; i < all; i++) {
        const struct direction *d = &w->directions[i];
        if (r->place[d->to] && r->place[d->from]) {
            r->first[r->place[d->to] - 1]++;
        }
    }
    for (uint32_t i = 0; i <= r->core_count; i++) {
        uint32_t count = i < r->core_count ? r->first[i] : 0;
        r->first[i] = fill[i] = at;
        at += count;
    }
    r->into = arena_alloc(&w->arena, (at + 1) * sizeof *r->into);
    for (uint32_t i = 0; i < all; i++) {
        const struct direction *d = &w->directions[i];
        if (r->place[d->to] && r->place[d->from]) {
            r->into[fill[r->place[d->to] - 1]++] = i;
        }
    }
    free(fill);
}

void routes_prepare(struct world *w)
{
    uint32_t count = w->sc->node_count;
    struct routes *r = arena_alloc(&w->arena, sizeof *r);
    *r = (struct routes){.place = arena_alloc(&w->arena, (count + 1) * sizeof *r->place),
                         .core = arena_alloc(&w->arena, (count + 1) * sizeof *r->core)};
    for (uint32_t i = 0; i < count; i++) {
        r->place[i] = 0;
        if (w->nodes[i].iface_count > 1) {
            r->core[r->core_count++] = i;
            r->place[i] = r->core_count;
        }
    }
    r->first = arena_alloc(&w->arena, (r->core_count + 1) * sizeof *r->first);
    r->columns = arena_alloc(&w->arena, (r->core_count + 1) * sizeof *r->columns);
    for (uint32_t i = 0; i <= r->core_count; i++) {
        r->first[i] = 0;
        r->columns[i] = NULL;
    }
    w->routes = r;
    list_directions(w);
}

void routes_free(struct world *w)
{
    for (uint32_t i = 0; i < w->routes->core_count; i++) {
        free(w->routes->columns[i]);
    }
    map_free(&w->routes->stand_ins);
}
