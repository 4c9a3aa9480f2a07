/* LANs: switches and hubs as nodes, and what a host or router does before a packet becomes a frame:
 * the next hop, its MAC address, and the packets that wait for it. A frame that a switch floods
 * keeps its packet's id; each link that it takes has its own records. */
#include "net/world.h"

#include "actor/node_call.h"
#include "base/os.h"
#include "wire/icmp.h"

#define LEARNED_AT  (UINT64_C(1) << 48)
#define LEARNED_FOR (300 * SIM_S) /* IEEE 802.1D 7.9.2 */
#define HELD_MAX    3u            /* packets for one address (MODEL.md) */
#define VALID_UNTIL (UINT64_C(1) << 32)

static bool is_in(const struct iface *i, uint32_t ip)
{
    return i->ip && i->prefix && (ip ^ i->ip) >> (32 - i->prefix) == 0;
}

bool lan_is_broadcast(const struct world *w, uint32_t node, uint32_t ip)
{
    const struct node *n = &w->nodes[node];
    for (uint32_t i = 0; n->arp && i < n->iface_count; i++) {
        const struct iface *f = &n->ifaces[i];
        uint32_t host = f->prefix && f->prefix < 31 ? UINT32_MAX >> f->prefix : 0;
        if (f->is_lan && host && is_in(f, ip) && (ip & host) == host) {
            return true;
        }
    }
    return ip == IP_BROADCAST;
}

uint16_t lan_iface_to(const struct world *w, uint32_t node, uint32_t ip)
{
    const struct node *n = &w->nodes[node];
    for (uint32_t i = 0; i < n->iface_count; i++) {
        if (n->ifaces[i].is_lan && is_in(&n->ifaces[i], ip)) {
            return (uint16_t)i;
        }
    }
    return UINT16_MAX;
}

/* The first node behind the switches on the way to a node: its address on that LAN. */
static uint32_t found_hop(const struct world *w, uint32_t node, uint32_t target)
{
    for (uint32_t at = node;;) {
        uint16_t iface = route_to(w, at, target);
        if (iface == UINT16_MAX || w->nodes[at].ifaces[iface].out == UINT32_MAX) {
            return 0;
        }
        const struct direction *d = &w->directions[w->nodes[at].ifaces[iface].out];
        at = d->to;
        if (w->nodes[at].set->kind != SCENARIO_SWITCH) {
            return w->nodes[at].ifaces[d->iface_to].ip;
        }
    }
}

static uint32_t given_hop(const struct node *n, uint32_t ip)
{
    int best = -1;
    uint32_t via = 0;
    for (uint32_t i = 0; i < n->set->route_count; i++) {
        const struct scenario_route *r = &n->set->routes[i];
        bool matches = r->prefix == 0 || (ip ^ r->network) >> (32 - r->prefix) == 0;
        if (matches && (int)r->prefix > best) {
            best = r->prefix;
            via = r->via;
        }
    }
    return via ? via : n->gateway;
}

static uint32_t next_hop(const struct world *w, uint32_t node, uint16_t iface, uint32_t ip)
{
    const struct node *n = &w->nodes[node];
    if (is_in(&n->ifaces[iface], ip)) {
        return ip;
    }
    uint32_t target = node_of_ip(w, ip), via = given_hop(n, ip);
    target = target == NO_NODE ? route_stand_in(w, node, ip) : target;
    if (!via && target != NO_NODE) {
        via = found_hop(w, node, target);
    }
    return via ? via : ip;
}

static void drop_held(struct world *w, uint32_t node, uint32_t i, enum drop_class why,
                      uint32_t cause)
{
    struct node *n = &w->nodes[node];
    struct held h = n->held[i];
    n->held_count--;
    for (; i < n->held_count; i++) {
        n->held[i] = n->held[i + 1];
    }
    if (why == DROP_UNRESOLVED) {
        icmp_send_error(w, node, h.packet, ICMP_UNREACHABLE, ICMP_HOST, 0, h.ttl, cause);
    }
    node_drop(w, node, h.packet, why, cause ? cause : h.cause);
}

/* The fourth pushes out the first. */
static void hold(struct world *w, uint32_t node, struct held h)
{
    struct node *n = &w->nodes[node];
    uint32_t first = 0, count = 0;
    for (uint32_t i = n->held_count; i-- > 0;) {
        if (n->held[i].ip == h.ip) {
            first = i;
            count++;
        }
    }
    if (count == HELD_MAX) {
        drop_held(w, node, first, DROP_UNRESOLVED, h.cause);
    }
    if (n->held_count == n->held_cap) {
        n->held_cap = n->held_cap ? n->held_cap * 2 : 4;
        n->held = os_realloc(n->held, n->held_cap * sizeof *n->held);
    }
    n->held[n->held_count++] = h;
}

static uint64_t known_mac(const struct world *w, const struct node *n, uint32_t ip)
{
    sim_time until = (sim_time)map_get(&n->neighbours, VALID_UNTIL | ip);
    return until > sched_now(&w->sched) ? map_get(&n->neighbours, ip) : 0;
}

static void ask(struct world *w, uint32_t node, struct held h)
{
    struct node_neighbour who = {.ip = h.ip, .iface = h.iface};
    struct input in = {
        .kind = IN_REQUEST, .code = NODE_RESOLVE, .head = bytes_of(&who, sizeof who)};
    hold(w, node, h);
    actor_step(w, w->nodes[node].arp, &in, h.packet, h.cause);
}

void lan_send(struct world *w, uint32_t node, uint32_t packet, unsigned ttl, uint16_t iface,
              uint32_t cause)
{
    const struct node *n = &w->nodes[node];
    const struct packet *p = packet_at(&w->trace->packets, packet);
    struct macs macs = {.from = n->ifaces[iface].mac};
    bool is_own = w->trace->entities[p->sender].node == node;
    if (is_own && p->net.mac) {
        macs.to = p->net.mac;
    } else if (ip_is_multicast(p->net.to.ip)) {
        macs.to = mac_of_group(p->net.to.ip);
    } else if (p->proto->carrier == CARRIER_LINK || lan_is_broadcast(w, node, p->net.to.ip)) {
        macs.to = MAC_BROADCAST;
    } else {
        uint32_t hop = next_hop(w, node, iface, p->net.to.ip);
        macs.to = known_mac(w, n, hop);
        if (!macs.to) {
            ask(w, node, (struct held){packet, cause, hop, iface, (uint8_t)ttl});
            return;
        }
    }
    link_offer(w, &w->directions[n->ifaces[iface].out], packet, ttl, &macs, cause);
}

void lan_resolved(struct world *w, uint32_t node, const struct node_neighbour *found,
                  uint32_t cause)
{
    struct node *n = &w->nodes[node];
    *map_put(&n->neighbours, found->ip) = found->mac;
    *map_put(&n->neighbours, VALID_UNTIL | found->ip) = (uint64_t)found->until;
    for (uint32_t i = 0; i < n->held_count;) {
        struct held h = n->held[i];
        if (h.ip != found->ip) {
            i++;
        } else if (found->mac == 0) {
            drop_held(w, node, i, DROP_UNRESOLVED, cause);
        } else {
            struct macs macs = {found->mac, n->ifaces[h.iface].mac};
            n->held_count--;
            for (uint32_t k = i; k < n->held_count; k++) {
                n->held[k] = n->held[k + 1];
            }
            link_offer(w, &w->directions[n->ifaces[h.iface].out], h.packet, h.ttl, &macs,
                       cause ? cause : h.cause);
        }
    }
}

void lan_forget(struct world *w, uint32_t node, uint32_t cause)
{
    while (w->nodes[node].held_count > 0) {
        drop_held(w, node, 0, DROP_NODE_DOWN, cause);
    }
    map_free(&w->nodes[node].neighbours);
    map_free(&w->nodes[node].learned);
    map_free(&w->nodes[node].snooped);
}

static void learn(struct world *w, struct node *n, uint64_t mac, uint16_t iface)
{
    *map_put(&n->learned, mac) = iface + 1u;
    *map_put(&n->learned, mac | LEARNED_AT) = (uint64_t)sched_now(&w->sched);
}

/* The port behind which the station is; UINT16_MAX: not known (any more). */
static uint16_t port_of(const struct world *w, const struct node *n, uint64_t mac)
{
    uint64_t port = map_get(&n->learned, mac);
    sim_time at = (sim_time)map_get(&n->learned, mac | LEARNED_AT);
    bool is_known = port && mac != MAC_BROADCAST && sched_now(&w->sched) - at <= LEARNED_FOR;
    return is_known ? (uint16_t)(port - 1) : UINT16_MAX;
}

static void flood(struct world *w, struct direction *in, uint32_t packet, unsigned ttl,
                  struct macs macs, uint32_t cause)
{
    const struct node *n = &w->nodes[in->to];
    uint32_t copies = n->iface_count - 1;
    if (copies == 0) {
        packet_is_over(w, packet);
        return;
    }
    packet_at(&w->trace->packets, packet)->others += copies - 1;
    for (uint16_t i = 0; i < n->iface_count; i++) {
        if (i != in->iface_to) {
            link_offer(w, &w->directions[n->ifaces[i].out], packet, ttl, &macs, cause);
        }
    }
}

void switch_hear(struct world *w, struct direction *d, uint32_t packet, unsigned ttl,
                 struct macs macs, uint32_t cause)
{
    struct node *n = &w->nodes[d->to];
    uint16_t port = UINT16_MAX;
    if (snoop_refuses(w, d, packet, macs)) {
        node_drop(w, d->to, packet, DROP_POLICY, cause);
        return;
    }
    if (!n->set->is_hub) {
        learn(w, n, macs.from, d->iface_to);
        port = port_of(w, n, macs.to);
    }
    if (port == UINT16_MAX) {
        flood(w, d, packet, ttl, macs, cause);
    } else if (port == d->iface_to) {
        packet_is_over(w, packet); /* it stands on the side it came from */
    } else {
        link_offer(w, &w->directions[n->ifaces[port].out], packet, ttl, &macs, cause);
    }
}
