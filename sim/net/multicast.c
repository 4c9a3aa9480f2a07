/* Groups: a packet goes along the tree of shortest ways from whoever sends to the declared members,
 * and is multiplied where they part (MODEL.md). It keeps its id; each link that it takes has its
 * own records. Invariant: a tree's branches at a node are found once, since ways do not change. */
#include "net/world.h"

#include "base/os.h"

#include <stdlib.h>

/* The interfaces by which packets of one sender to one group leave a node. */
struct branches {
    uint16_t *ifaces; /* owned */
    uint32_t count;
};
struct multicast {
    struct map places; /* group, sender's node, node -> 1 + place in the list */
    struct branches *list;
    uint32_t count, cap;
};

bool multicast_has(const struct world *w, uint32_t node, uint32_t ip)
{
    const struct scenario_group *g = ip_is_multicast(ip) ? group_of_ip(w->sc, ip) : NULL;
    return g && group_holds(g, node);
}

/* The interface that leads on from `node` on the way from `sender` to `member`; UINT16_MAX: the
 * way does not pass there. */
static uint16_t leads_on(const struct world *w, uint32_t sender, uint32_t node, uint32_t member)
{
    uint32_t at = sender;
    for (uint32_t hops = 0; at != member && hops < w->sc->node_count; hops++) {
        uint16_t iface = route_to(w, at, member);
        if (iface == UINT16_MAX || at == node) {
            return iface;
        }
        at = w->directions[w->nodes[at].ifaces[iface].out].to;
    }
    return UINT16_MAX;
}

static void add_branch(struct branches *b, uint16_t iface)
{
    for (uint32_t i = 0; i < b->count; i++) {
        if (b->ifaces[i] == iface) {
            return;
        }
    }
    b->ifaces = os_realloc(b->ifaces, (b->count + 1) * sizeof *b->ifaces);
    b->ifaces[b->count++] = iface;
}

static void find_branches(const struct world *w, const struct scenario_group *g, uint32_t sender,
                          uint32_t node, struct branches *out)
{
    for (uint32_t i = 0; i < g->member_count; i++) {
        uint32_t member = g->members[i];
        uint16_t iface = member == sender ? UINT16_MAX : leads_on(w, sender, node, member);
        if (iface != UINT16_MAX) {
            add_branch(out, iface);
        }
    }
}

static const struct branches *branches_of(struct world *w, const struct scenario_group *g,
                                          uint32_t sender, uint32_t node)
{
    w->multicast = w->multicast ? w->multicast : os_alloc(sizeof *w->multicast);
    struct multicast *m = w->multicast;
    uint64_t key = hash_mix(hash_mix(g->ip, sender), node);
    uint64_t *place = map_put(&m->places, key);
    if (*place == 0) {
        if (m->count == m->cap) {
            m->cap = m->cap ? 2 * m->cap : 16;
            m->list = os_realloc(m->list, m->cap * sizeof *m->list);
        }
        m->list[m->count] = (struct branches){0};
        find_branches(w, g, sender, node, &m->list[m->count]);
        *place = ++m->count;
    }
    return &m->list[*place - 1];
}

/* So many copies are on their way, `kept` among them, which stays here. */
static void spread(struct world *w, uint32_t node, uint32_t packet, unsigned ttl, bool kept,
                   uint32_t cause)
{
    struct packet *p = packet_at(&w->trace->packets, packet);
    const struct scenario_group *g = group_of_ip(w->sc, p->net.to.ip);
    uint32_t sender = node_of_ip(w, p->net.from.ip);
    if (!g || sender == NO_NODE) {
        node_drop(w, node, packet, DROP_NO_ROUTE, cause);
        return;
    }
    struct branches b = *branches_of(w, g, sender, node); /* the list may grow meanwhile */
    if (b.count + kept == 0) {
        packet_is_over(w, packet);
        return;
    }
    p->others += b.count + kept - 1;
    for (uint32_t i = 0; i < b.count; i++) {
        node_output(w, node, packet, ttl, b.ifaces[i], cause);
    }
}

void multicast_send(struct world *w, uint32_t node, uint32_t packet, unsigned ttl, uint32_t cause)
{
    spread(w, node, packet, ttl, false, cause);
}

bool multicast_pass(struct world *w, uint32_t node, uint32_t packet, unsigned ttl, uint32_t cause)
{
    const struct packet *p = packet_at(&w->trace->packets, packet);
    bool is_member = multicast_has(w, node, p->net.to.ip);
    if (w->nodes[node].set->kind == SCENARIO_ROUTER && ttl > 1) {
        spread(w, node, packet, ttl - 1, is_member, cause);
    } else if (!is_member) {
        packet_is_over(w, packet);
    }
    return is_member;
}

uint32_t multicast_ways(struct world *w, uint32_t node, uint32_t from, uint32_t group,
                        uint16_t *out, uint32_t max)
{
    const struct scenario_group *g = group_of_ip(w->sc, group);
    uint32_t sender = node_of_ip(w, from);
    if (!g || sender == NO_NODE) {
        return 0;
    }
    const struct branches *b = branches_of(w, g, sender, node);
    for (uint32_t i = 0; i < b->count && i < max; i++) {
        out[i] = b->ifaces[i];
    }
    return b->count;
}

void multicast_free(struct world *w)
{
    for (uint32_t i = 0; w->multicast && i < w->multicast->count; i++) {
        free(w->multicast->list[i].ifaces);
    }
    if (w->multicast) {
        free(w->multicast->list);
        map_free(&w->multicast->places);
    }
    free(w->multicast);
    w->multicast = NULL;
}
