/* Questions made up about any run: every packet sent and every one that arrives could be asked
 * about; a kind of question is asked once of a kind of packet, and what a seed draws of them stays.
 */
#include "expect/lesson_inside.h"

#include "base/draw.h"
#include "base/os.h"
#include "scenario/pattern.h"
#include "wire/dissect.h"

#include <stdlib.h>
#include <string.h>

enum { LOOKED_AT = 2000, CANDIDATES = 64 }; /* packets; a long run repeats itself */

struct candidate {
    struct lesson_question q;
    const char *is;
    uint32_t node;
    uint64_t weight; /* drawn: the lightest stay */
};

struct quiz {
    struct asking a;
    struct candidate list[CANDIDATES];
    uint32_t count;
};

static bool is_new(const struct quiz *z, const struct candidate *c)
{
    for (uint32_t i = 0; i < z->count; i++) {
        const struct candidate *o = &z->list[i];
        if (o->node == c->node && o->q.ask == c->q.ask && o->q.is_after == c->q.is_after &&
            strcmp(o->is, c->is) == 0) {
            return false;
        }
    }
    return z->count < CANDIDATES;
}

static void consider(struct quiz *z, enum ask ask, bool is_after, uint32_t record)
{
    const struct trace *t = z->a.judge.t;
    struct candidate c = {.q = {.ask = ask, .is_after = is_after, .of = NO_NODE}};
    struct packet_facts p = lesson_facts(t, trace_record(t, record)->packet);
    c.is = packet_is(p.proto, p.head, p.body_len);
    const struct record *r = trace_record(t, record);
    c.node = is_after ? direction_to(t, r->where) : entity_node(t, r->where);
    if (!is_new(z, &c)) {
        return;
    }
    question_fill(&z->a, &c.q, record, z->count);
    bool is_dull = is_after && c.q.record && trace_record(t, c.q.record)->at != r->at;
    if (!c.q.fault && c.q.moment >= 0 && !is_dull) {
        c.weight = hash_mix(hash_mix(z->a.seed, record), (uint64_t)ask * 2 + is_after);
        z->list[z->count++] = c;
    }
}

static uint32_t arrival(const struct trace *t, uint32_t packet)
{
    struct list all = trace_of_packet(t, packet);
    for (uint32_t i = 0; i < all.count; i++) {
        const struct record *r = trace_record(t, all.at[i]);
        if (r->kind == REC_ARRIVE && direction_to(t, r->where) == packet_to_node(t, packet)) {
            return all.at[i];
        }
    }
    return 0;
}

/* A packet sent again is asked for its time, the others for what they say. */
static void look_at_send(struct quiz *z, uint32_t send)
{
    const struct trace *t = z->a.judge.t;
    uint32_t packet = trace_record(t, send)->packet;
    bool is_again = trace_packet(t, packet)->of != 0;
    struct packet_facts p = lesson_facts(t, packet);
    bool is_ack = strstr(packet_is(p.proto, p.head, p.body_len), "ACK") != NULL;
    consider(z, is_again ? ASK_TIME : ASK_NEXT, false, send);
    consider(z, is_ack ? ASK_ACK : ASK_SEQ, false, send);
    if (strcmp(p.proto, "dhcp") == 0 || has_flags(t, packet)) {
        consider(z, ASK_FLAGS, false, send);
    }
    uint32_t came = arrival(t, packet);
    if (came) {
        consider(z, ASK_STATE, true, came);
        consider(z, ASK_NEXT, true, came);
    }
}

static int by_weight(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    return x->weight < y->weight ? -1 : x->weight > y->weight;
}

static int by_moment(const void *a, const void *b)
{
    const struct lesson_question *x = a, *y = b;
    return x->moment != y->moment   ? (x->moment < y->moment ? -1 : 1)
           : x->reveal != y->reveal ? (x->reveal < y->reveal ? -1 : 1)
                                    : (x->ask > y->ask) - (x->ask < y->ask);
}

/* One question a moment, no more than `most`. */
static void choose(struct quiz *z, uint32_t most, struct lesson *out)
{
    qsort(z->list, z->count, sizeof *z->list, by_weight);
    out->questions = arena_alloc(&out->arena, (most + 1) * sizeof *out->questions);
    for (uint32_t i = 0; i < z->count && out->count < most; i++) {
        const struct lesson_question *q = &z->list[i].q;
        bool is_free = true;
        for (uint32_t k = 0; k < out->count; k++) {
            const struct lesson_question *o = &out->questions[k];
            is_free = is_free && (q->moment > o->reveal || q->reveal < o->moment);
        }
        if (is_free) {
            out->questions[out->count++] = *q;
        }
    }
    qsort(out->questions, out->count, sizeof *out->questions, by_moment);
}

void lesson_quiz(const struct trace *t, uint64_t seed, uint32_t most, struct lesson *out)
{
    *out = (struct lesson){0};
    struct quiz *z = os_alloc(sizeof *z);
    z->a = (struct asking){.judge = {.t = t}, .arena = &out->arena, .seed = seed};
    sends_make(t, false, &z->a.judge.sends);
    for (uint32_t i = 0; i < z->a.judge.sends.count && i < LOOKED_AT; i++) {
        look_at_send(z, z->a.judge.sends.at[i]);
    }
    choose(z, most, out);
    sends_free(&z->a.judge.sends);
    free(z);
}
