/* The fate of a packet is read from its last record at or before a given one; that of its answer
 * from what its arrival led to at the same node. */
#include "trace/fate.h"

static const char *const names[FATE_COUNT] = {
    "unknown", "lost",        "dropped",        "damaged",        "refused",       "flying",
    "taken",   "answer-lost", "answer-dropped", "answer-damaged", "answer-flying", "answered"};

const char *fate_name(enum fate_kind k)
{
    return names[k];
}

uint32_t packet_first_copy(const struct trace *t, uint32_t packet)
{
    while (packet && trace_packet(t, packet)->of) {
        packet = trace_packet(t, packet)->of;
    }
    return packet;
}

uint32_t packet_before_damage(const struct trace *t, uint32_t packet)
{
    const struct packet *p = trace_packet(t, packet);
    while (p->is_raw && p->parent) {
        packet = p->parent;
        p = trace_packet(t, packet);
    }
    return packet;
}

static enum fate_kind fate_of_drop(const struct trace *t, const struct record *r)
{
    switch ((enum drop_class)r->code) {
    case DROP_LOSS:
    case DROP_FAULT: return FATE_LOST;
    case DROP_CHECKSUM: return FATE_DAMAGED;
    case DROP_DUPLICATE: return FATE_TAKEN; /* what it brings is there already */
    case DROP_OUT_OF_WINDOW:
    case DROP_LATE:
    case DROP_MALFORMED:
    case DROP_NO_LISTENER:
        return t->entities[r->where].kind == ENTITY_DIRECTION ? FATE_DROPPED : FATE_REFUSED;
    case DROP_QUEUE:
    case DROP_EARLY:
    case DROP_LINK_DOWN:
    case DROP_TTL:
    case DROP_NO_ROUTE:
    case DROP_TOO_BIG:
    case DROP_UNRESOLVED:
    case DROP_NODE_DOWN:
    case DROP_POLICY:
    case DROP_CLASS_COUNT: break;
    }
    return FATE_DROPPED;
}

/* A corrupted packet goes on under another id; the last such child born by then, else itself. */
static uint32_t goes_on_as(const struct trace *t, uint32_t packet, uint32_t record)
{
    uint32_t found = packet;
    for (uint32_t id = packet + 1; id <= t->packets.count; id++) {
        const struct packet *p = trace_packet(t, id);
        struct list l =
            p->parent == packet && p->is_raw ? trace_of_packet(t, id) : (struct list){0};
        if (l.count && l.at[0] <= record) {
            found = id;
        }
    }
    return found;
}

/* How the packet itself ended: one of UNKNOWN .. TAKEN. *arrival: the record of its last ARRIVE. */
static enum fate_kind own_fate(const struct trace *t, uint32_t packet, uint32_t record,
                               uint32_t *arrival)
{
    struct list l = trace_of_packet(t, goes_on_as(t, packet, record));
    enum fate_kind fate = FATE_UNKNOWN;
    *arrival = 0;
    for (uint32_t i = 0; i < l.count && l.at[i] <= record; i++) {
        const struct record *r = trace_record(t, l.at[i]);
        if (r->kind == REC_ARRIVE) {
            *arrival = l.at[i];
            fate = FATE_TAKEN;
        } else if (r->kind == REC_DROP) {
            fate = fate_of_drop(t, r);
        } else if (r->kind == REC_SEND || r->kind == REC_QUEUE || r->kind == REC_TX) {
            fate = FATE_FLYING;
        }
    }
    return fate;
}

/* The packet that the far end sent because of that arrival; 0: none. */
static uint32_t answer_to(const struct trace *t, uint32_t arrival, uint32_t record)
{
    uint32_t node = direction_to(t, trace_record(t, arrival)->where), found = 0;
    struct list led_to = trace_of_cause(t, arrival);
    for (uint32_t i = 0; i < led_to.count && led_to.at[i] <= record; i++) {
        const struct record *r = trace_record(t, led_to.at[i]);
        if (r->kind == REC_SEND && entity_node(t, r->where) == node) {
            found = r->packet;
        }
    }
    return found;
}

static enum fate_kind of_answer(enum fate_kind k)
{
    switch (k) {
    case FATE_LOST: return FATE_ANSWER_LOST;
    case FATE_DROPPED: return FATE_ANSWER_DROPPED;
    case FATE_DAMAGED: return FATE_ANSWER_DAMAGED;
    case FATE_FLYING: return FATE_ANSWER_FLYING;
    case FATE_UNKNOWN:
    case FATE_REFUSED:
    case FATE_TAKEN:
    case FATE_ANSWER_LOST:
    case FATE_ANSWER_DROPPED:
    case FATE_ANSWER_DAMAGED:
    case FATE_ANSWER_FLYING:
    case FATE_ANSWERED:
    case FATE_COUNT: break;
    }
    return FATE_ANSWERED;
}

struct fate fate_of(const struct trace *t, uint32_t packet, uint32_t record)
{
    struct fate f = {.packet = packet};
    uint32_t arrival, ignored;
    f.kind = own_fate(t, packet, record, &arrival);
    f.is_taken = f.kind == FATE_TAKEN;
    if (arrival && f.is_taken) {
        f.answer = answer_to(t, arrival, record);
    }
    if (f.answer) {
        f.kind = of_answer(own_fate(t, f.answer, record, &ignored));
    }
    return f;
}
