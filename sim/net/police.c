/* Token buckets at a router: the first whose pattern fits a packet is asked about it, before the
 * packet goes to its link. What waits for tokens waits here, in order. */
#include "net/world.h"

#include "actor/node_call.h"
#include "base/os.h"
#include "scenario/pattern.h"

#include <stdlib.h>
#include <string.h>

struct police {
    uint32_t row;
    struct held *queue; /* a ring of set->room; owned */
    uint32_t head, count;
};

static bool is_meant(const struct world *w, const struct scenario_bucket *b, uint32_t packet,
                     const struct direction *d)
{
    const struct packet *p = packet_at(&w->trace->packets, packet);
    struct packet_facts facts;
    if (!b->has_pattern) {
        return true;
    }
    facts_of(w, packet, d, &facts);
    return pattern_may_mean(&b->of, p) && pattern_matches(&b->of, &facts);
}

bool police_hear(struct world *w, uint32_t node, uint32_t packet, unsigned ttl, uint16_t iface,
                 uint32_t cause)
{
    struct node *n = &w->nodes[node];
    const struct direction *d = &w->directions[n->ifaces[iface].out];
    for (uint32_t i = 0; i < n->set->bucket_count; i++) {
        if (!n->police[i].row || !is_meant(w, &n->set->buckets[i], packet, d)) {
            continue;
        }
        n->police_asks =
            (struct held){.packet = packet, .cause = cause, .iface = iface, .ttl = (uint8_t)ttl};
        struct node_passage p = {.number = i, .bytes = packet_at(&w->trace->packets, packet)->size};
        struct input ask = {.kind = IN_REQUEST, .code = NODE_PASS, .head = bytes_of(&p, sizeof p)};
        actor_step(w, n->police[i].row, &ask, packet, cause);
        effects_apply(w);
        return true;
    }
    return false;
}

void police_told(struct world *w, uint32_t node, const struct node_passage *p, uint32_t cause)
{
    struct node *n = &w->nodes[node];
    struct police *police = &n->police[p->number];
    uint32_t room = n->set->buckets[p->number].room;
    struct held h = n->police_asks;
    switch (p->verdict) {
    case VERDICT_PASS: node_let_go(w, node, h.packet, h.ttl, h.iface, h.cause); break;
    case VERDICT_DROP: node_drop(w, node, h.packet, DROP_POLICY, h.cause); break;
    case VERDICT_WAIT: police->queue[(police->head + police->count++) % room] = h; break;
    case VERDICT_RELEASE:
        h = police->queue[police->head];
        police->head = (police->head + 1) % room;
        police->count--;
        node_let_go(w, node, h.packet, h.ttl, h.iface, cause);
        break;
    }
}

void police_open(struct world *w, uint32_t node, uint32_t row, uint32_t number)
{
    struct node *n = &w->nodes[node];
    if (!n->police) {
        n->police = os_alloc(n->set->bucket_count * sizeof *n->police);
    }
    struct police *police = &n->police[number];
    if (!police->queue) {
        police->queue = os_alloc(n->set->buckets[number].room * sizeof *police->queue);
    }
    police->row = row;
}

void police_stop(struct world *w, uint32_t node, uint32_t cause)
{
    struct node *n = &w->nodes[node];
    for (uint32_t i = 0; n->police && i < n->set->bucket_count; i++) {
        struct police *police = &n->police[i];
        for (; police->count > 0; police->count--) {
            node_drop(w, node, police->queue[police->head].packet, DROP_NODE_DOWN, cause);
            police->head = (police->head + 1) % n->set->buckets[i].room;
        }
        police->row = 0;
    }
}

void police_end(struct node *n)
{
    for (uint32_t i = 0; n->police && i < n->set->bucket_count; i++) {
        free(n->police[i].queue);
    }
    free(n->police);
}
