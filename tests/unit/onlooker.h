#pragma once
/* Who watches a run while it runs and remembers only what is under way: packets are conserved on
 * every hop and at every node, what a connection passes on is its peer's bytes in order, no address
 * is lent twice, the engine's figures are what happened, RTCP keeps to its share. */
#include "base/map.h"
#include "base/os.h"
#include "expect/expect.h"
#include "trace/trace.h"

#include <stdlib.h>
#include <string.h>

enum leg_stage { LEG_NONE, LEG_QUEUED, LEG_ON_WIRE };
enum stay { STAYS_NOT, STAYS, PASSES }; /* PASSES: it has to go on from there, or be dropped */

struct leg { /* one link direction, of one packet */
    sim_time due;
    enum leg_stage stage;
};

struct followed {
    bool is_alive, is_cut;
    uint32_t legs_left; /* legs on which it is */
    sim_time seen;
    struct leg *legs; /* by direction */
    uint8_t *stays;   /* by node: enum stay */
};

struct flow_sums {
    uint64_t packets, again, delivered, rtp, rtcp;
    uint64_t drops[DROP_CLASS_COUNT];
};

struct onlooker {
    struct followed *packets; /* by id */
    uint32_t packet_cap;
    struct flow_sums *flows;
    uint32_t flow_cap;
    struct map read_to, read_of; /* endpoint -> end of what it passed on, its stream */
    struct address_holders holders;
    sim_time last;
    uint64_t records, born, over;
    struct buf wrong; /* the first thing that is; empty: nothing */
};

#define ONLOOKER_WRONG(o, ...)                                                                     \
    do {                                                                                           \
        if ((o)->wrong.len == 0) {                                                                 \
            buf_printf(&(o)->wrong, __VA_ARGS__);                                                  \
        }                                                                                          \
    } while (0)

static inline struct followed *onlooker_packet(struct onlooker *o, const struct trace *t,
                                               uint32_t id)
{
    if (id >= o->packet_cap) {
        uint32_t cap = 2 * id + 64;
        o->packets = os_realloc(o->packets, cap * sizeof *o->packets);
        memset(o->packets + o->packet_cap, 0, (cap - o->packet_cap) * sizeof *o->packets);
        o->packet_cap = cap;
    }
    struct followed *p = &o->packets[id];
    if (!p->legs) {
        p->legs = os_alloc((2 * t->link_count + 1) * sizeof *p->legs);
        p->stays = os_alloc(t->node_count + 1);
    }
    return p;
}

static inline struct flow_sums *onlooker_flow(struct onlooker *o, uint32_t flow)
{
    if (flow >= o->flow_cap) {
        uint32_t cap = 2 * flow + 64;
        o->flows = os_realloc(o->flows, cap * sizeof *o->flows);
        memset(o->flows + o->flow_cap, 0, (cap - o->flow_cap) * sizeof *o->flows);
        o->flow_cap = cap;
    }
    return &o->flows[flow];
}

static inline uint32_t direction_index(const struct trace *t, uint32_t entity)
{
    return entity - 1 - t->node_count;
}

/* Has it gone on from the node, in whatever form? */
static inline void goes_on(struct onlooker *o, const struct trace *t, uint32_t id, uint32_t node)
{
    struct followed *p = onlooker_packet(o, t, id);
    p->stays[node] = p->stays[node] == PASSES ? STAYS : p->stays[node];
}

static inline void see_birth(struct onlooker *o, const struct trace *t, const struct record *r)
{
    const struct packet *packet = trace_packet(t, r->packet);
    uint32_t node = entity_node(t, r->where);
    struct followed *p = onlooker_packet(o, t, r->packet);
    if (p->is_alive) {
        ONLOOKER_WRONG(o, "packet %u is born, and was not over", r->packet);
    }
    memset(p->legs, 0, (2 * t->link_count + 1) * sizeof *p->legs);
    memset(p->stays, 0, t->node_count + 1);
    p->is_alive = true;
    p->is_cut = false;
    p->legs_left = 0;
    p->stays[node] = STAYS;
    o->born++;
    if (packet->parent) {
        bool is_cut = packet->birth == PACKET_FRAGMENT;
        onlooker_packet(o, t, packet->parent)->is_cut |= is_cut;
        if (is_cut || packet->birth == PACKET_FLIPPED) {
            goes_on(o, t, packet->parent, node);
        }
        return;
    }
    struct flow_sums *f = onlooker_flow(o, packet->flow);
    f->packets += packet->flow && node == t->flows[packet->flow].from;
    f->again += packet->copy > 1;
    f->rtp += strcmp(packet->proto->name, "rtp") == 0 ? packet->size : 0;
    f->rtcp += strcmp(packet->proto->name, "rtcp") == 0 ? packet->size : 0;
}

static inline void see_leaving(struct onlooker *o, const struct trace *t, const struct record *r)
{
    struct followed *p = onlooker_packet(o, t, r->packet);
    struct leg *leg = &p->legs[direction_index(t, r->where)];
    uint32_t node = direction_from(t, r->where);
    bool was_queued = r->kind == REC_TX && leg->stage == LEG_QUEUED;
    if (!p->is_alive || p->stays[node] == STAYS_NOT || (leg->stage != LEG_NONE && !was_queued)) {
        ONLOOKER_WRONG(o, "packet %u leaves %s, and %s", r->packet, t->nodes[node].name,
                       !p->is_alive                  ? "was over"
                       : p->stays[node] == STAYS_NOT ? "never was there"
                                                     : "has not finished leaving it before");
    }
    p->legs_left += !was_queued;
    leg->stage = r->kind == REC_TX ? LEG_ON_WIRE : LEG_QUEUED;
    leg->due = r->value;
    goes_on(o, t, r->packet, node);
}

static inline bool is_of_node(const struct trace *t, uint32_t node, uint32_t ip, uint32_t mask)
{
    for (uint32_t i = 0; i < t->nodes[node].ip_count; i++) {
        if ((t->nodes[node].ips[i] & mask) == (ip & mask)) {
            return true;
        }
    }
    return false;
}

/* Who is not the end of a packet that arrives: switches, and routers for what is IP's and neither
 * theirs, nor everybody's, nor a frame for somebody else on the LAN (of /24) that it came from. */
static inline bool has_to_pass(const struct trace *t, uint32_t direction, uint32_t id)
{
    uint32_t node = direction_to(t, direction);
    const struct packet *p = trace_packet(t, id);
    if (t->nodes[node].kind != NODE_ROUTER || p->proto->carrier != CARRIER_IP) {
        return t->nodes[node].kind == NODE_SWITCH;
    }
    bool is_lan = t->links[t->entities[direction].link].is_lan;
    return p->net.to.ip != IP_BROADCAST &&
           !is_of_node(t, node, p->net.to.ip, is_lan ? 0xffffff00 : 0xffffffff);
}

static inline void see_arrival(struct onlooker *o, const struct trace *t, const struct record *r)
{
    struct followed *p = onlooker_packet(o, t, r->packet);
    struct leg *leg = &p->legs[direction_index(t, r->where)];
    if (!p->is_alive || leg->stage != LEG_ON_WIRE || leg->due != r->at) {
        ONLOOKER_WRONG(o, "packet %u arrives over %s, and %s", r->packet,
                       t->entities[r->where].name,
                       !p->is_alive                ? "was over"
                       : leg->stage != LEG_ON_WIRE ? "was not sent"
                                                   : "not when it was due");
    }
    p->legs_left -= p->legs_left > 0;
    leg->stage = LEG_NONE;
    p->stays[direction_to(t, r->where)] = has_to_pass(t, r->where, r->packet) ? PASSES : STAYS;
}

static inline void see_drop(struct onlooker *o, const struct trace *t, const struct record *r)
{
    struct followed *p = onlooker_packet(o, t, r->packet);
    bool is_link = t->entities[r->where].kind == ENTITY_DIRECTION;
    bool is_actor = t->entities[r->where].kind == ENTITY_ACTOR;
    uint32_t node = is_link ? direction_from(t, r->where) : entity_node(t, r->where);
    uint32_t flow = is_actor ? t->entities[r->where].flow : trace_packet(t, r->packet)->flow;
    onlooker_flow(o, flow)->drops[r->code]++;
    struct leg *leg = is_link ? &p->legs[direction_index(t, r->where)] : NULL;
    if (leg && leg->stage != LEG_NONE) {
        leg->stage = LEG_NONE;
        p->legs_left--;
    } else if (!p->is_alive || p->stays[node] == STAYS_NOT) {
        ONLOOKER_WRONG(o, "packet %u is dropped at %s, and %s", r->packet, t->nodes[node].name,
                       p->is_alive ? "never was there" : "was over");
    }
    goes_on(o, t, r->packet, node);
}

static inline void see_delivery(struct onlooker *o, const struct trace *t, const struct record *r)
{
    const struct packet *packet = r->packet ? trace_packet(t, r->packet) : NULL;
    uint32_t flow = packet && packet->flow ? packet->flow : t->entities[r->where].flow;
    onlooker_flow(o, flow)->delivered += (uint64_t)r->value;
    if (!packet || packet->birth == PACKET_WHOLE) {
        return;
    }
    struct followed *p = onlooker_packet(o, t, r->packet);
    bool was_there = p->stays[entity_node(t, r->where)] != STAYS_NOT || p->is_cut;
    if (!p->is_alive || !was_there) {
        ONLOOKER_WRONG(o, "%s gets data of packet %u, which %s", t->entities[r->where].name,
                       r->packet, p->is_alive ? "never arrived there" : "was over");
    }
}

static inline void onlooker_saw(void *self, const struct trace *t, const struct record *r)
{
    struct onlooker *o = self;
    struct address_twice twice;
    o->records++;
    if (r->at < o->last) {
        ONLOOKER_WRONG(o, "time goes back");
    }
    o->last = r->at;
    if (address_holders_see(&o->holders, t, r, &twice)) {
        ONLOOKER_WRONG(o, "address %x is lent twice", twice.ip);
    }
    switch ((enum record_kind)r->kind) {
    case REC_SEND: see_birth(o, t, r); break;
    case REC_QUEUE:
    case REC_TX: see_leaving(o, t, r); break;
    case REC_ARRIVE: see_arrival(o, t, r); break;
    case REC_DELIVER: see_delivery(o, t, r); break;
    case REC_DROP:
        if (r->packet) {
            see_drop(o, t, r);
        }
        break;
    default: return;
    }
    if (r->packet) {
        onlooker_packet(o, t, r->packet)->seen = r->at;
    }
}

/* A connection's bytes are the sender's stream from its beginning on, without a gap. */
static inline void onlooker_got(void *self, const struct trace *t, uint32_t endpoint,
                                struct span body)
{
    struct onlooker *o = self;
    const struct actor_type *type = t->entities[endpoint].type;
    if (!type->proto || !type->proto->initial) {
        return;
    }
    uint64_t *to = map_put(&o->read_to, endpoint), *of = map_put(&o->read_of, endpoint);
    if (body.at != *to || (*of && *of != body.stream)) {
        ONLOOKER_WRONG(o, "%s passes on byte %llu of stream %u behind byte %llu of %llu",
                       t->entities[endpoint].name, (unsigned long long)body.at, body.stream,
                       (unsigned long long)*to, (unsigned long long)*of);
    }
    *to = body.at + body.len;
    *of = body.stream;
}

static inline void onlooker_over(void *self, const struct trace *t, uint32_t id)
{
    struct onlooker *o = self;
    struct followed *p = onlooker_packet(o, t, id);
    if (!p->is_alive || p->legs_left) {
        ONLOOKER_WRONG(o, "packet %u is over, and %s", id,
                       p->is_alive ? "under way" : "was over before");
    }
    for (uint32_t n = 0; n < t->node_count; n++) {
        if (p->stays[n] == PASSES) {
            ONLOOKER_WRONG(o, "packet %u was to pass %s, and vanished there", id, t->nodes[n].name);
        }
    }
    p->is_alive = false;
    o->over++;
}

/* Packets that are not over, and those among them that nobody can still be doing anything with. */
static inline uint32_t onlooker_alive(const struct onlooker *o, sim_time now, sim_time patience,
                                      uint32_t *forgotten)
{
    uint32_t alive = 0;
    *forgotten = 0;
    for (uint32_t i = 0; i < o->packet_cap; i++) {
        const struct followed *p = &o->packets[i];
        alive += p->is_alive;
        *forgotten += p->is_alive && !p->legs_left && now - p->seen > patience;
    }
    return alive;
}

/* After the run. RFC 3550 6.2: a call has a share of its bandwidth for RTCP; a call of a packet or
 * two has at least `least` bytes. */
static inline void onlooker_judge_flows(struct onlooker *o, const struct trace *t, unsigned percent,
                                        uint64_t least)
{
    for (uint32_t i = 1; i <= t->flow_count; i++) {
        const struct flow *f = &t->flows[i];
        const struct flow_sums *s = onlooker_flow(o, i);
        if (f->packets != s->packets || f->retransmissions != s->again ||
            f->delivered_bytes != s->delivered ||
            memcmp(f->drops, s->drops, sizeof s->drops) != 0) {
            ONLOOKER_WRONG(o, "flow %s has figures that are not what happened", f->name);
        }
        if (s->rtcp * 100 > s->rtp * percent + least * 100) {
            ONLOOKER_WRONG(o, "flow %s: %llu bytes of RTCP beside %llu of RTP", f->name,
                           (unsigned long long)s->rtcp, (unsigned long long)s->rtp);
        }
    }
}

static inline struct witness onlooker_witness(struct onlooker *o)
{
    return (struct witness){o, onlooker_saw, onlooker_got, onlooker_over};
}

static inline void onlooker_free(struct onlooker *o)
{
    for (uint32_t i = 0; i < o->packet_cap; i++) {
        free(o->packets[i].legs);
        free(o->packets[i].stays);
    }
    free(o->packets);
    free(o->flows);
    map_free(&o->read_to);
    map_free(&o->read_of);
    address_holders_free(&o->holders);
    buf_free(&o->wrong);
    *o = (struct onlooker){0};
}
