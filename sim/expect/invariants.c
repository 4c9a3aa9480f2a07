/* What holds of every run, whatever its scenario says: order and causes of the records, what
 * becomes of a packet on a hop, and that the engine's figures are what the records add up to. */
#include "expect/expect.h"

#include "base/os.h"
#include "wire/ipv4.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static bool records_in_order(const struct trace *t, struct buf *what)
{
    sim_time last = 0;
    for (uint32_t n = 1; n <= t->count; n++) {
        const struct record *r = trace_record(t, n);
        if (r->at < last || r->cause >= n) {
            buf_printf(what, "record %" PRIu32 ": %s", n,
                       r->at < last ? "earlier than the one before" : "caused by a later one");
            return false;
        }
        last = r->at;
    }
    return true;
}

/* A packet on one link direction. */
struct crossing {
    uint32_t direction;
    unsigned queued, sent, over; /* records of QUEUE, TX, ARRIVE or DROP */
    sim_time due;                /* arrival that TX told */
};

enum { CROSSINGS_MAX = 64 };

static struct crossing *crossing_of(struct crossing *list, unsigned *count, uint32_t direction)
{
    for (unsigned i = 0; i < *count; i++) {
        if (list[i].direction == direction) {
            return &list[i];
        }
    }
    if (*count == CROSSINGS_MAX) {
        return NULL;
    }
    list[*count] = (struct crossing){.direction = direction};
    return &list[(*count)++];
}

static const char *cross(struct crossing *c, const struct record *r)
{
    bool is_underway = c->sent > c->over || c->queued > c->sent;
    switch ((enum record_kind)r->kind) {
    case REC_QUEUE: c->queued++; return is_underway ? "queued while it was under way" : NULL;
    case REC_TX:
        c->due = r->value;
        c->sent++;
        c->queued = c->sent;
        return c->sent > c->over + 1 ? "sent twice" : NULL;
    case REC_ARRIVE:
        c->over++;
        return c->over > c->sent ? "arrived without having been sent"
               : r->at != c->due ? "arrived at another time than told"
                                 : NULL;
    case REC_DROP:
        if (c->sent > c->over) {
            c->over++;
        } else {
            c->queued = c->sent;
        }
        return NULL;
    default: return NULL;
    }
}

static const char *packet_way(const struct trace *t, uint32_t packet)
{
    struct crossing list[CROSSINGS_MAX];
    struct list all = trace_of_packet(t, packet);
    unsigned count = 0;
    for (uint32_t i = 0; i < all.count; i++) {
        const struct record *r = trace_record(t, all.at[i]);
        bool is_send = r->kind == REC_SEND;
        if (is_send != (i == 0)) {
            return is_send ? "born twice" : "seen before it was born";
        }
        if (t->entities[r->where].kind != ENTITY_DIRECTION || is_send) {
            continue;
        }
        struct crossing *c = crossing_of(list, &count, r->where);
        const char *wrong = c ? cross(c, r) : NULL;
        if (wrong) {
            return wrong;
        }
    }
    for (unsigned i = 0; i < count; i++) {
        if (t->end == END_NOTHING_LEFT &&
            (list[i].sent > list[i].over || list[i].queued > list[i].sent)) {
            return "neither arrived nor lost when nothing was left";
        }
    }
    return NULL;
}

static bool packets_conserved(const struct trace *t, struct buf *what)
{
    for (uint32_t id = 1; id <= t->packets.count; id++) {
        const char *wrong = packet_way(t, id);
        if (wrong) {
            buf_printf(what, "packet %" PRIu32 ": %s", id, wrong);
            return false;
        }
    }
    return true;
}

static bool arrived_at(const struct trace *t, uint32_t packet, uint32_t node, uint32_t before)
{
    struct list all = trace_of_packet(t, packet);
    for (uint32_t i = 0; i < all.count && all.at[i] < before; i++) {
        const struct record *a = trace_record(t, all.at[i]);
        if (a->kind == REC_ARRIVE && direction_to(t, a->where) == node) {
            return true;
        }
    }
    return false;
}

/* A packet put together there of its fragments: each byte came in one of them. */
static bool came_in_pieces(const struct trace *t, uint32_t packet, uint32_t node, uint32_t before)
{
    uint32_t bytes = 0;
    for (uint32_t id = packet + 1; id <= t->packets.count; id++) {
        const struct packet *p = trace_packet(t, id);
        uint32_t root = id;
        while (trace_packet(t, root)->birth == PACKET_FRAGMENT) {
            root = trace_packet(t, root)->parent;
        }
        if (root == packet && root != id && arrived_at(t, id, node, before)) {
            bytes += p->size - IPV4_HEADER;
        }
    }
    return bytes > 0 && bytes >= trace_packet(t, packet)->size - IPV4_HEADER;
}

/* What an application got came in a packet that this application's host received. */
static bool deliveries_arrived(const struct trace *t, struct buf *what)
{
    for (uint32_t n = 1; n <= t->count; n++) {
        const struct record *r = trace_record(t, n);
        if (r->kind != REC_DELIVER || r->packet == 0) {
            continue;
        }
        uint32_t node = entity_node(t, r->where);
        bool is_made = trace_packet(t, r->packet)->birth == PACKET_WHOLE;
        if (!is_made && !arrived_at(t, r->packet, node, n) &&
            !came_in_pieces(t, r->packet, node, n)) {
            buf_printf(what,
                       "record %" PRIu32 ": delivered from packet %" PRIu32
                       " that never arrived there",
                       n, r->packet);
            return false;
        }
    }
    return true;
}

struct sums {
    uint64_t packets, delivered, again;
    uint64_t drops[DROP_CLASS_COUNT];
};

/* An application may hold many flows, so that of the packet which brought it counts, or of the
 * endpoint that it had asked for more. */
static uint32_t flow_of_delivery(const struct trace *t, const struct record *r)
{
    uint32_t flow = r->packet ? trace_packet(t, r->packet)->flow : 0;
    if (flow == 0 && r->cause) {
        flow = t->entities[trace_record(t, r->cause)->where].flow;
    }
    return flow ? flow : t->entities[r->where].flow;
}

static uint32_t flow_of(const struct trace *t, const struct record *r)
{
    if (r->kind == REC_DELIVER) {
        return flow_of_delivery(t, r);
    }
    bool is_actor = t->entities[r->where].kind == ENTITY_ACTOR;
    if (r->kind == REC_DROP && is_actor) {
        return t->entities[r->where].flow;
    }
    const struct packet *p = trace_packet(t, r->packet);
    return p ? p->flow : 0;
}

/* The figures of a flow are of one direction, also where a link protocol serves both. */
static bool is_other_way(const struct trace *t, const struct record *r)
{
    const struct actor_type *type = t->entities[r->where].type;
    bool is_alone = type && type->proto && type->proto->carrier == CARRIER_LINK;
    return is_alone && entity_node(t, r->where) != t->flows[flow_of(t, r)].to;
}

static void add_up(const struct trace *t, struct sums *sums)
{
    for (uint32_t n = 1; n <= t->count; n++) {
        const struct record *r = trace_record(t, n);
        if (r->kind == REC_SEND && trace_packet(t, r->packet)->parent == 0) {
            uint32_t flow = flow_of(t, r);
            bool is_source = flow && entity_node(t, r->where) == t->flows[flow].from;
            sums[flow].packets += is_source;
            sums[flow].again += trace_packet(t, r->packet)->of != 0;
        } else if (r->kind == REC_DELIVER && !is_other_way(t, r)) {
            sums[flow_of(t, r)].delivered += (uint64_t)r->value;
        } else if (r->kind == REC_DROP && r->packet) {
            sums[flow_of(t, r)].drops[r->code]++;
        }
    }
}

static const char *compare(const struct flow *f, const struct sums *s)
{
    return f->packets != s->packets                           ? "packets"
           : f->retransmissions != s->again                   ? "retransmissions"
           : f->delivered_bytes != s->delivered               ? "delivered_bytes"
           : memcmp(f->drops, s->drops, sizeof s->drops) != 0 ? "drops"
                                                              : NULL;
}

static bool figures_add_up(const struct trace *t, struct buf *what)
{
    struct sums *sums = os_alloc((t->flow_count + 1) * sizeof *sums);
    const char *wrong = NULL;
    add_up(t, sums);
    for (uint32_t i = 1; i <= t->flow_count && !wrong; i++) {
        wrong = compare(&t->flows[i], &sums[i]);
        if (wrong) {
            buf_printf(what, "flow %s: %s is not what the records add up to", t->flows[i].name,
                       wrong);
        }
    }
    free(sums);
    return !wrong;
}

bool trace_invariants(const struct trace *t, struct buf *what)
{
    return records_in_order(t, what) && packets_conserved(t, what) && deliveries_arrived(t, what) &&
           figures_add_up(t, what);
}
