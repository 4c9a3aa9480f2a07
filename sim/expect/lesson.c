/* Which packet a question is about, and when it is asked: just before the packet is sent, or just
 * before it arrives. */
#include "expect/lesson_inside.h"

#include "base/os.h"
#include "scenario/pattern.h"
#include "wire/dissect.h"

#include <string.h>

const char *ask_name(enum ask a)
{
    static const char *const names[ASK_COUNT] = {"ack", "seq", "flags", "next", "state", "time"};
    return names[a];
}

struct packet_facts lesson_facts(const struct trace *t, uint32_t id)
{
    const struct packet *p = trace_packet(t, id);
    struct packet_facts f = {.from = packet_from_node(t, id),
                             .to = packet_to_node(t, id),
                             .link = {NO_NODE, NO_NODE},
                             .proto = p->proto->name,
                             .head = packet_head(p),
                             .body_len = p->body.len,
                             .flow = p->flow ? t->flows[p->flow].name : NULL,
                             .seq_base = p->seq_base,
                             .ack_base = p->ack_base};
    return f;
}

bool has_flags(const struct trace *t, uint32_t id)
{
    return strcmp(trace_packet(t, id)->proto->name, "tcp") == 0;
}

/* Does something that was sent answer this arrival directly? */
static bool is_answered(const struct trace *t, uint32_t arrival)
{
    struct list next = trace_of_cause(t, arrival);
    for (uint32_t i = 0; i < next.count; i++) {
        if (trace_record(t, next.at[i])->kind == REC_SEND) {
            return true;
        }
    }
    return false;
}

/* Where a packet gets to: the host it is for, else (a broadcast, an address that two hosts claim)
 * the one that answers it, else the first. 0: nowhere. */
static uint32_t own_arrival(const struct trace *t, uint32_t packet)
{
    uint32_t goal = packet_to_node(t, packet), from = packet_from_node(t, packet), first = 0;
    struct list all = trace_of_packet(t, packet);
    for (uint32_t i = 0; i < all.count; i++) {
        const struct record *r = trace_record(t, all.at[i]);
        uint32_t node = r->kind == REC_ARRIVE ? direction_to(t, r->where) : NO_NODE;
        if (node >= t->node_count || t->nodes[node].kind != NODE_HOST || node == from) {
            continue;
        }
        if (node == goal || is_answered(t, all.at[i])) {
            return all.at[i];
        }
        first = first ? first : all.at[i];
    }
    return first;
}

/* What a router makes of a packet: pieces, or the same with another address. Flipped bits make
 * something else of it. */
static bool goes_on_as(const struct trace *t, uint32_t packet, uint32_t child)
{
    const struct packet *p = trace_packet(t, child);
    return p->parent == packet &&
           (!p->is_raw ||
            strcmp(packet_is(p->proto->name, packet_head(p), p->body.len), "FRAGMENT") == 0);
}

/* Its own arrival, else the last one of what it was made into. */
static uint32_t arrival_of(const struct trace *t, uint32_t packet)
{
    uint32_t last = own_arrival(t, packet);
    bool is_own = last != 0;
    for (uint32_t id = packet + 1; !is_own && id <= t->packets.count; id++) {
        uint32_t one = goes_on_as(t, packet, id) ? arrival_of(t, id) : 0;
        last = one > last ? one : last;
    }
    return last;
}

/* The first packet that a node sends from a record on; 0: none. */
static uint32_t next_send(const struct judge *j, uint32_t node, uint32_t record)
{
    for (uint32_t i = 0; i < j->sends.count; i++) {
        uint32_t n = j->sends.at[i];
        if (n > record && entity_node(j->t, trace_record(j->t, n)->where) == node) {
            return n;
        }
    }
    return 0;
}

/* The last instant before `record` at which something else happened. */
static sim_time instant_before(const struct trace *t, uint32_t record)
{
    sim_time at = trace_record(t, record)->at;
    for (uint32_t n = record - 1; n > 0; n--) {
        const struct record *r = trace_record(t, n);
        if (r->at < at) {
            return r->at;
        }
    }
    return at - 1;
}

/* A change of state is told by the packet that is sent for the same reason at the same time. */
static uint32_t told_by(const struct trace *t, uint32_t state)
{
    const struct record *r = trace_record(t, state);
    for (uint32_t n = state + 1; n <= t->count && trace_record(t, n)->at == r->at; n++) {
        const struct record *o = trace_record(t, n);
        if (o->kind == REC_SEND && o->where == r->where && o->why == r->why) {
            return n;
        }
    }
    return state;
}

uint32_t question_machine(const struct trace *t, const struct lesson_question *q, unsigned *machine)
{
    struct seat seat = {.node = q->of, .flow = lesson_facts(t, q->packet).flow};
    uint32_t entity = host_machine(t, &seat, q->reveal, machine);
    seat.flow = NULL; /* both ends opened it: each side's flow has its own name */
    return entity ? entity : host_machine(t, &seat, q->reveal, machine);
}

/* The record that tells why a machine is in its state: its last change. 0: it has never changed. */
static uint32_t state_record(const struct trace *t, const struct lesson_question *q)
{
    unsigned machine;
    uint32_t entity = question_machine(t, q, &machine);
    uint32_t n = entity ? trace_subject_at(t, REC_STATE, entity, machine, 0, q->reveal) : 0;
    return n ? told_by(t, n) : 0;
}

static void fill_state(struct asking *a, struct lesson_question *q, uint32_t number)
{
    q->of = q->of == NO_NODE ? q->node : q->of;
    q->record = state_record(a->judge.t, q);
    options_fill(a, q, 0, number);
}

/* What an arrival led to, where nothing is sent: a change, a refusal, a note. 0: nothing told. */
static uint32_t consequence(const struct trace *t, uint32_t arrival)
{
    struct list next = trace_of_cause(t, arrival);
    for (uint32_t i = 0; i < next.count; i++) {
        const struct record *r = trace_record(t, next.at[i]);
        if (r->why && (r->kind == REC_STATE || r->kind == REC_DROP || r->kind == REC_NOTE ||
                       r->kind == REC_ITEM)) {
            return next.at[i];
        }
    }
    return 0;
}

static const char *const no_reply = "lesson.no-reply";

/* Is the arrival among the causes of what was sent? */
static bool is_reply(const struct trace *t, uint32_t send, uint32_t arrival)
{
    uint32_t n = send;
    while (n > arrival) {
        n = trace_record(t, n)->cause;
    }
    return n == arrival;
}

void question_fill(struct asking *a, struct lesson_question *q, uint32_t record, uint32_t number)
{
    const struct trace *t = a->judge.t;
    const struct record *r = trace_record(t, record);
    q->packet = r->packet;
    while (q->is_after && trace_packet(t, q->packet)->parent) { /* called by what it was */
        q->packet = trace_packet(t, q->packet)->parent;
    }
    q->reveal = r->at;
    q->moment = r->at - 1;
    q->node = q->is_after ? direction_to(t, r->where) : entity_node(t, r->where);
    if (q->ask == ASK_STATE) {
        fill_state(a, q, number);
        return;
    }
    uint32_t send = q->is_after ? next_send(&a->judge, q->node, record) : record;
    if (q->ask == ASK_NEXT && q->is_after && send && trace_record(t, send)->at > r->at &&
        !is_reply(t, send, record)) {
        send = 0; /* what it does later has other reasons */
    }
    q->record = send ? send : consequence(t, record);
    if (!send && q->ask != ASK_NEXT) {
        q->fault = no_reply;
        return;
    }
    q->reveal = send ? trace_record(t, send)->at : q->reveal;
    if (q->ask == ASK_TIME && !q->is_after) {
        q->moment = instant_before(t, send);
    }
    options_fill(a, q, send ? trace_record(t, send)->packet : 0, number);
}

static void make_one(struct asking *a, const struct question *from, uint32_t number,
                     struct lesson_question *q)
{
    *q = (struct lesson_question){.from = from,
                                  .ask = from->ask,
                                  .is_after = from->is_after,
                                  .of = from->of,
                                  .node = NO_NODE};
    uint32_t seen = 0, i = next_match(&a->judge, &from->pattern, 0, &seen);
    if (i == a->judge.sends.count) {
        q->fault = "lesson.never";
        return;
    }
    uint32_t record = a->judge.sends.at[i];
    if (from->is_after) {
        record = arrival_of(a->judge.t, trace_record(a->judge.t, record)->packet);
    }
    if (!record) {
        q->fault = "lesson.not-arrived";
        return;
    }
    question_fill(a, q, record, number);
}

void lesson_make(const struct scenario *sc, const struct trace *t, struct lesson *out)
{
    *out = (struct lesson){.count = sc->question_count};
    if (!sc->question_count) {
        return;
    }
    struct asking a = {.judge = {.sc = sc, .t = t}, .arena = &out->arena, .seed = t->seed};
    sends_make(t, false, &a.judge.sends);
    out->questions = arena_alloc(&out->arena, sc->question_count * sizeof *out->questions);
    for (uint32_t i = 0; i < sc->question_count; i++) {
        make_one(&a, &sc->questions[i], i, &out->questions[i]);
    }
    sends_free(&a.judge.sends);
}

void lesson_free(struct lesson *l)
{
    arena_free(&l->arena);
    *l = (struct lesson){0};
}
