/* Where a packet for an address goes from a node, and whether it is there. What was found is kept
 * in a small table of the node, since each packet asks at each hop, and the search walks through
 * four others. Ways are those of the scenario's delays and do not change while it runs; only
 * addresses do, where DHCP gives them: then nothing is kept. */
#include "net/world.h"

#include "base/os.h"

#include <stdlib.h>

#define WAYS_OF_LEAF 2u /* powers of two; a host mostly speaks to few */
#define WAYS_MOST    18u

uint16_t node_iface_to(const struct world *w, uint32_t node, uint32_t ip)
{
    const struct node *n = &w->nodes[node];
    uint32_t target = node_of_ip(w, ip);
    if (target == node) {
        return UINT16_MAX;
    }
    uint16_t iface = n->arp ? lan_iface_to(w, node, ip) : UINT16_MAX;
    if (iface == UINT16_MAX) {
        iface = route_to_ip(w, node, ip);
    }
    bool lacks = iface == UINT16_MAX && n->arp && n->gateway;
    return lacks ? lan_iface_to(w, node, n->gateway) : iface;
}

static struct way way_search(const struct world *w, uint32_t node, uint32_t ip)
{
    uint16_t iface = node_iface_to(w, node, ip);
    return (struct way){.ip = ip,
                        .out = iface == UINT16_MAX ? UINT32_MAX : w->nodes[node].ifaces[iface].out,
                        .iface = iface,
                        .is_own = node_of_ip(w, ip) == node,
                        .is_known = true};
}

/* Two places for each node of the scenario, as far as there are so many: fewer share one. */
static void make_table(const struct world *w, struct node *n)
{
    unsigned bits = WAYS_OF_LEAF;
    while (n->iface_count > 1 && bits < WAYS_MOST && 2 * w->sc->node_count >> bits > 0) {
        bits++;
    }
    n->ways = os_alloc(sizeof *n->ways << bits);
    n->way_shift = (uint8_t)(32 - bits);
}

struct way way_find(struct world *w, uint32_t node, uint32_t ip)
{
    struct node *n = &w->nodes[node];
    if (w->has_leases) {
        return way_search(w, node, ip);
    }
    if (!n->ways) {
        make_table(w, n);
    }
    uint32_t place = way_place(n, ip);
    place ^= n->ways[place].is_known; /* the other one gives way */
    return n->ways[place] = way_search(w, node, ip);
}
