/* The steps of the story. All records of one instant are looked at together: those of one place (a
 * node and a flow, or a link direction) make one step, told by the record that says most. What has
 * no reason of its own (a packet of a constant stream, a hop over a router) is told once a flow, so
 * that a long run stays a story; a reason whose text stands under say.once.REASON likewise. */
#include "trace/telling.h"

#include "base/os.h"

#include <stdio.h>
#include <stdlib.h>

/* How much a record says, more over less; 0: it is no step. */
enum rank {
    RANK_NONE,
    RANK_FORWARD,
    RANK_DELIVER,
    RANK_ITEM,
    RANK_FIRE,
    RANK_PLAIN, /* a send or a state change without a reason */
    RANK_DROP,
    RANK_STATE,
    RANK_NOTE,
    RANK_SEND,
    RANK_MESSAGE, /* what an application says is what its packets are sent for */
    RANK_WORLD,
};

struct candidate {
    uint32_t record, packet;
    uint32_t place; /* entity: node, or link direction */
    uint32_t flow;  /* 0: any */
    enum rank rank;
};

struct told { /* what is said once a flow */
    uint32_t flow, place;
    unsigned kind, why;
};

struct maker {
    const struct trace *t;
    struct story *out;
    uint32_t cap;
    struct candidate *now; /* of the present instant */
    uint32_t now_count, now_cap;
    struct told *told;
    uint32_t told_count, told_cap;
};

static void *grown(void *list, uint32_t count, uint32_t *cap, size_t size)
{
    if (count < *cap) {
        return list;
    }
    *cap = *cap ? 2 * *cap : 16;
    return os_realloc(list, *cap * size);
}

static uint32_t node_entity(const struct trace *t, uint32_t entity)
{
    uint32_t node = entity_node(t, entity);
    return node < t->node_count ? t->nodes[node].entity : entity;
}

static uint32_t flow_of(const struct trace *t, const struct record *r, uint32_t packet)
{
    const struct packet *p = packet ? trace_packet(t, packet) : NULL;
    if (p && p->flow) {
        return p->flow;
    }
    return r->where <= t->entity_count ? t->entities[r->where].flow : 0;
}

/* Where a record is told: both directions of a cut link are one place. */
static uint32_t place_of(const struct trace *t, const struct record *r)
{
    const struct entity *e = &t->entities[r->where];
    if (e->kind != ENTITY_DIRECTION || r->kind == REC_TX) {
        return node_entity(t, r->where);
    }
    bool is_cut = r->kind == REC_CALL || (r->kind == REC_DROP && r->code == DROP_LINK_DOWN);
    return is_cut ? t->links[e->link].direction[0] : r->where;
}

/* The first of its kind that this flow does at this place. */
static bool first_time(struct maker *m, const struct candidate *c)
{
    const struct record *r = trace_record(m->t, c->record);
    struct told now = {c->flow, c->place, r->kind, r->why};
    for (uint32_t i = 0; i < m->told_count; i++) {
        const struct told *o = &m->told[i];
        if (o->flow == now.flow && o->place == now.place && o->kind == now.kind &&
            o->why == now.why) {
            return false;
        }
    }
    m->told = grown(m->told, m->told_count, &m->told_cap, sizeof *m->told);
    m->told[m->told_count++] = now;
    return true;
}

static bool is_forwarding(const struct trace *t, const struct record *r)
{
    const struct packet *p = trace_packet(t, r->packet);
    uint32_t node = entity_node(t, r->where);
    return p && node < t->node_count && t->nodes[node].kind == NODE_ROUTER &&
           entity_node(t, p->sender) != node;
}

/* A timer that only paces what is sent tells nothing of its own. */
static bool is_pace(const struct trace *t, const struct record *r)
{
    const struct actor_type *type = t->entities[r->where].type;
    return type && r->code < timer_count(type) && type->timers[r->code].kind != TIMER_KIND_WAIT;
}

static enum rank rank_of(const struct trace *t, const struct record *r)
{
    switch ((enum record_kind)r->kind) {
    case REC_SEND: return r->why ? RANK_SEND : RANK_PLAIN;
    case REC_TX: return is_forwarding(t, r) ? RANK_FORWARD : RANK_NONE;
    case REC_DROP: return RANK_DROP;
    case REC_STATE: return r->why ? RANK_STATE : RANK_PLAIN;
    case REC_ITEM: return !r->why ? RANK_NONE : record_message(t, r) ? RANK_MESSAGE : RANK_ITEM;
    case REC_FIRE: return is_pace(t, r) ? RANK_NONE : RANK_FIRE;
    case REC_CALL: return r->code >= CALL_CUT && r->code <= CALL_RESTART ? RANK_WORLD : RANK_NONE;
    case REC_DELIVER: return RANK_DELIVER;
    case REC_NOTE: return RANK_NOTE;
    case REC_NONE:
    case REC_QUEUE:
    case REC_ARRIVE:
    case REC_VAR:
    case REC_TIMER:
    case REC_SHARE:
    case REC_KIND_COUNT: break;
    }
    return RANK_NONE;
}

static bool is_packet_kind(unsigned kind)
{
    return kind == REC_SEND || kind == REC_QUEUE || kind == REC_TX || kind == REC_ARRIVE ||
           kind == REC_DROP;
}

uint32_t story_packet(const struct trace *t, uint32_t record)
{
    for (unsigned links = 0; record && links < 8; links++) {
        const struct record *r = trace_record(t, record);
        if (is_packet_kind(r->kind)) {
            return r->packet;
        }
        record = r->cause;
    }
    return 0;
}

/* The node itself answers, for nobody there waits for what came. */
static bool is_for_nobody(const struct trace *t, const struct record *r)
{
    return r->why && !t->entities[r->where].type && trace_packet(t, r->packet)->proto->orphan;
}

const char *story_kind_key(const struct trace *t, const struct record *r, char buf[48])
{
    static const char *const world[] = {"cut", "heal", "crash", "restart"};
    if (r->kind == REC_CALL && r->code >= CALL_CUT && r->code <= CALL_RESTART) {
        return world[r->code - CALL_CUT];
    }
    if (r->kind == REC_TX) {
        return "forward";
    }
    if (r->kind == REC_FIRE) {
        return "fire";
    }
    if (r->kind == REC_SEND && is_for_nobody(t, r)) {
        return "orphan";
    }
    if (r->kind == REC_SEND && trace_packet(t, r->packet)->parent) {
        static const char *const born[] = {[PACKET_SENT] = "send",
                                           [PACKET_COPY] = "copy",
                                           [PACKET_FLIPPED] = "flip",
                                           [PACKET_FRAGMENT] = "piece",
                                           [PACKET_TRANSLATED] = "translate",
                                           [PACKET_WHOLE] = "whole"};
        return born[trace_packet(t, r->packet)->birth];
    }
    if (r->kind == REC_DROP) {
        snprintf(buf, 48, "drop.%s", drop_class_name(r->code));
        return buf;
    }
    return record_kind_name(r->kind);
}

static bool is_told_once(const struct trace *t, const struct candidate *c)
{
    const struct record *r = trace_record(t, c->record);
    const char *reason = record_reason(t, r);
    char buf[48], key[96];
    snprintf(key, sizeof key, "say.once.%s", reason ? reason : story_kind_key(t, r, buf));
    bool is_plain_send = c->rank == RANK_PLAIN && r->kind == REC_SEND;
    return c->rank == RANK_FORWARD || c->rank == RANK_DELIVER ||
           (is_plain_send && !trace_packet(t, r->packet)->parent) || word_find(LANG_EN, key);
}

static bool same_place(const struct candidate *a, const struct candidate *b)
{
    return a->place == b->place && (a->flow == b->flow || !a->flow || !b->flow);
}

/* What says more tells it; of several state changes or messages the last, which is where they led.
 */
static void join(struct candidate *told, const struct candidate *c)
{
    if (c->rank > told->rank ||
        (c->rank == told->rank && (c->rank == RANK_STATE || c->rank == RANK_MESSAGE))) {
        *told = *c;
    }
}

static void consider(struct maker *m, uint32_t n, const struct record *r)
{
    struct candidate c = {.record = n, .rank = rank_of(m->t, r)};
    if (c.rank == RANK_NONE) {
        return;
    }
    c.packet = story_packet(m->t, n);
    c.place = place_of(m->t, r);
    c.flow = flow_of(m->t, r, c.packet);
    for (uint32_t i = 0; i < m->now_count; i++) {
        if (same_place(&m->now[i], &c)) {
            join(&m->now[i], &c);
            return;
        }
    }
    m->now = grown(m->now, m->now_count, &m->now_cap, sizeof *m->now);
    m->now[m->now_count++] = c;
}

static int by_record(const void *a, const void *b)
{
    uint32_t x = ((const struct candidate *)a)->record, y = ((const struct candidate *)b)->record;
    return (x > y) - (x < y);
}

/* The end of a transfer is told, however many deliveries there were. */
static bool is_last_delivery(const struct trace *t, const struct candidate *c)
{
    const struct record *r = trace_record(t, c->record);
    return r->kind == REC_DELIVER && c->flow && t->flows[c->flow].last_delivery == r->at;
}

static void tell(struct maker *m, sim_time at)
{
    if (m->now_count) {
        qsort(m->now, m->now_count, sizeof *m->now, by_record);
    }
    for (uint32_t i = 0; i < m->now_count; i++) {
        const struct candidate *c = &m->now[i];
        if (is_told_once(m->t, c) && !first_time(m, c) && !is_last_delivery(m->t, c)) {
            continue;
        }
        m->out->steps = grown(m->out->steps, m->out->count, &m->cap, sizeof *m->out->steps);
        m->out->steps[m->out->count++] =
            (struct story_step){.at = at, .record = c->record, .packet = c->packet};
    }
    m->now_count = 0;
}

void story_make(const struct trace *t, struct story *out)
{
    struct maker m = {.t = t, .out = out};
    *out = (struct story){0};
    sim_time at = 0;
    for (uint32_t n = 1; n <= t->count; n++) {
        const struct record *r = trace_record(t, n);
        if (r->at != at) {
            tell(&m, at);
            at = r->at;
        }
        consider(&m, n, r);
    }
    tell(&m, at);
    free(m.now);
    free(m.told);
}

void story_free(struct story *s)
{
    free(s->steps);
    *s = (struct story){0};
}

uint32_t story_at(const struct story *s, sim_time at)
{
    uint32_t low = 0, high = s->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (s->steps[middle].at <= at) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low ? low - 1 : UINT32_MAX;
}
