/* What else could be answered. The wrong answers are those that a usual misunderstanding gives (a
 * segment counted instead of its bytes, a SYN that uses up no number, an acknowledgement of what
 * came instead of what is next), or what this run does at another time. */
#include "expect/lesson_inside.h"

#include "base/draw.h"
#include "scenario/pattern.h"
#include "wire/dissect.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NEAR = 2000 }; /* packets on either side that a wrong answer is taken from */

struct filling {
    struct asking *a;
    struct lesson_question *q;
    const struct trace *t;
    uint32_t answer; /* packet that answers, 0: nothing is sent, or it is about a state */
};

static bool is_number(enum ask ask)
{
    return ask == ASK_ACK || ask == ASK_SEQ;
}

/* Two options that read alike are one. */
static bool is_same(const struct filling *f, const struct lesson_option *a,
                    const struct lesson_option *b)
{
    if (is_number(f->q->ask) || f->q->ask == ASK_TIME) {
        return a->number == b->number;
    }
    if (f->q->ask != ASK_NEXT) {
        assert(a->text && b->text);
        return strcmp(a->text, b->text) == 0;
    }
    char x[24], y[24];
    if (a->node != b->node || !a->packet != !b->packet) {
        return false;
    }
    if (!a->packet) {
        return true;
    }
    struct packet_facts p = lesson_facts(f->t, a->packet), r = lesson_facts(f->t, b->packet);
    return strcmp(packet_label(p.proto, p.head, p.body_len, x),
                  packet_label(r.proto, r.head, r.body_len, y)) == 0;
}

static void add(struct filling *f, struct lesson_option option)
{
    struct lesson_question *q = f->q;
    for (unsigned i = 0; i < q->option_count; i++) {
        if (is_same(f, &q->options[i], &option)) {
            return;
        }
    }
    if (q->option_count < LESSON_OPTIONS) {
        q->options[q->option_count++] = option;
    }
}

/* Numbers. */

static const char *field_of(enum ask ask)
{
    return ask == ASK_ACK ? "ack" : "seq";
}

/* What the side had before: the last of its packets (or of the other side's) that carried it. */
static bool number_before(const struct filling *f, bool of_peer, const char *field, int64_t *out)
{
    const struct sends *s = &f->a->judge.sends;
    const struct packet *mine = trace_packet(f->t, f->answer);
    uint32_t node = packet_from_node(f->t, f->answer);
    for (uint32_t i = s->count; i-- > 0;) {
        const struct record *r = trace_record(f->t, s->at[i]);
        const struct packet *p = trace_packet(f->t, r->packet);
        bool is_mine = packet_from_node(f->t, r->packet) == node;
        struct packet_facts facts = lesson_facts(f->t, r->packet);
        if (r->packet < f->answer && p->flow == mine->flow && is_mine != of_peer &&
            packet_number(&facts, field, out)) {
            return true;
        }
    }
    return false;
}

static void add_number(struct filling *f, int64_t number, uint32_t base)
{
    int64_t relative = base ? (int32_t)((uint32_t)number - base) : number;
    if (relative >= 0 && number <= UINT32_MAX) {
        add(f, (struct lesson_option){.number = number, .relative = relative});
    }
}

/* Where a sequence number is asked the side's own counting misleads, where an acknowledgement is,
 * the numbers of what came. */
static void fill_number(struct filling *f)
{
    struct packet_facts facts = lesson_facts(f->t, f->answer);
    bool is_ack = f->q->ask == ASK_ACK;
    uint32_t base = is_ack ? facts.ack_base : facts.seq_base;
    int64_t right, other;
    if (!packet_number(&facts, field_of(f->q->ask), &right)) {
        f->q->fault = "lesson.no-number";
        return;
    }
    add_number(f, right, base);
    if (number_before(f, is_ack, "seq", &other)) {
        add_number(f, other, base);
        if (!is_ack) {
            add_number(f, other + 1, base);
        }
    }
    if (number_before(f, false, field_of(f->q->ask), &other)) {
        add_number(f, other, base);
    }
    const int64_t near[] = {1, -1, facts.body_len, 2, 3};
    for (size_t i = 0; i < sizeof near / sizeof *near; i++) {
        add_number(f, right + near[i], base);
    }
}

/* Flags and kinds. */

static const char *flags_of(struct filling *f, uint32_t packet)
{
    static const char *const names[] = {"syn",      "fin", "rst", "psh",
                                        "ack_flag", "urg", "ece", "cwr"};
    struct packet_facts p = lesson_facts(f->t, packet);
    char text[48] = "";
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        int64_t set = 0;
        if (packet_field(p.proto, p.head, names[i], &set) && set) {
            size_t at = strlen(text);
            snprintf(text + at, sizeof text - at, "%s%.3s", at ? "+" : "", names[i]);
        }
    }
    for (char *c = text; *c; c++) {
        *c = *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c;
    }
    return arena_strdup(f->a->arena, *text ? text : "-");
}

static const char *kind_of(const struct filling *f, uint32_t packet)
{
    struct packet_facts p = lesson_facts(f->t, packet);
    return packet_is(p.proto, p.head, p.body_len);
}

/* What packets of the same format are called in this run, nearest first; then what they could be.
 */
static void fill_flags(struct filling *f)
{
    static const char *const segments[] = {"SYN", "SYN+ACK", "ACK", "FIN+ACK", "RST", NULL};
    static const char *const messages[] = {"DHCPDISCOVER", "DHCPOFFER", "DHCPREQUEST",
                                           "DHCPACK",      "DHCPNAK",   NULL};
    static const char *const errors[] = {"ECHO-REPLY", "UNREACHABLE", "TIME-EXCEEDED", "TOO-BIG",
                                         NULL};
    static const char *const questions[] = {"ARP-REQUEST", "ARP-REPLY", "ARP-PROBE", "ARP-ANNOUNCE",
                                            NULL};
    static const struct {
        const char *proto;
        const char *const *kinds;
    } known[] = {{"dhcp", messages}, {"icmp", errors}, {"arp", questions}};
    bool with_flags = f->q->has_flags = has_flags(f->t, f->answer);
    const char *proto = trace_packet(f->t, f->answer)->proto->name;
    add(f, (struct lesson_option){.text =
                                      with_flags ? flags_of(f, f->answer) : kind_of(f, f->answer)});
    const struct sends *s = &f->a->judge.sends;
    for (uint32_t i = s->count; i-- > 0 && f->q->option_count < LESSON_OPTIONS - 1;) {
        uint32_t id = trace_record(f->t, s->at[i])->packet;
        if (strcmp(trace_packet(f->t, id)->proto->name, proto) == 0) {
            add(f, (struct lesson_option){.text = with_flags ? flags_of(f, id) : kind_of(f, id)});
        }
    }
    const char *const *more = with_flags ? segments : NULL;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        more = strcmp(known[i].proto, proto) == 0 ? known[i].kinds : more;
    }
    for (; more && *more; more++) {
        add(f, (struct lesson_option){.text = *more});
    }
}

/* Who sends what. */

static void add_packet(struct filling *f, uint32_t send)
{
    const struct record *r = trace_record(f->t, send);
    uint32_t node = entity_node(f->t, r->where);
    if (!f->q->is_after || node == f->q->node) {
        add(f, (struct lesson_option){.node = node, .packet = r->packet});
    }
}

static void fill_next(struct filling *f)
{
    const struct sends *s = &f->a->judge.sends;
    struct lesson_option nothing = {.node = f->q->node};
    uint32_t at = 0;
    while (f->answer && at < s->count && trace_record(f->t, s->at[at])->packet != f->answer) {
        at++;
    }
    if (f->answer) {
        add_packet(f, s->at[at]);
    } else {
        add(f, nothing);
    }
    for (uint32_t d = 1; d < s->count && d < NEAR && f->q->option_count < LESSON_OPTIONS - 1; d++) {
        if (d <= at) {
            add_packet(f, s->at[at - d]);
        }
        if (at + d < s->count) {
            add_packet(f, s->at[at + d]);
        }
    }
    if (f->q->is_after || f->q->option_count < 2) {
        add(f, nothing);
    }
}

/* States. */

static void add_state(struct filling *f, const struct machine *m, unsigned state)
{
    add(f, (struct lesson_option){.text = m->states[state]});
}

/* Where it stands now, where it could go from there, where it could go from the right one. */
static void fill_state(struct filling *f)
{
    struct lesson_question *q = f->q;
    unsigned which;
    uint32_t entity = question_machine(f->t, q, &which);
    if (!entity) {
        q->fault = "lesson.no-state";
        return;
    }
    const struct machine *m = &f->t->entities[entity].type->machines[which];
    unsigned right = trace_state_at(f->t, entity, which, q->reveal);
    unsigned now = trace_state_at(f->t, entity, which, q->moment);
    add_state(f, m, right);
    add_state(f, m, now);
    for (unsigned pass = 0; pass < 2; pass++) {
        unsigned from = pass ? right : now;
        for (const struct machine_edge *e = m->edges; e && e->from >= 0; e++) {
            if ((unsigned)e->from == from && e->to >= 0) {
                add_state(f, m, (unsigned)e->to);
            }
        }
    }
    for (unsigned i = 0; i < state_count(m->states); i++) {
        add_state(f, m, i);
    }
}

/* Times. */

/* When what led to the packet began: its timer was armed, or what it answers was sent. */
static sim_time beginning(const struct trace *t, uint32_t record)
{
    const struct record *r = trace_record(t, record); /* of the SEND */
    sim_time at = r->at;
    for (uint32_t n = r->cause; n; n = r->cause) {
        r = trace_record(t, n);
        if (r->at < at) {
            return r->at;
        }
    }
    return 0;
}

static void fill_time(struct filling *f)
{
    struct lesson_question *q = f->q;
    sim_time right = q->reveal, from = beginning(f->t, q->record), d = right - from;
    const sim_time others[] = {from + d / 2, from + 2 * d, from + 3 * d, from + d + d / 2,
                               from + 4 * d};
    add(f, (struct lesson_option){.number = right});
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (d > 0 && others[i] > q->moment) {
            add(f, (struct lesson_option){.number = others[i]});
        }
    }
}

/* The order in which they stand. */

static int by_number(const void *a, const void *b)
{
    const struct lesson_option *x = a, *y = b;
    return x->number < y->number ? -1 : x->number > y->number;
}

static void shuffle(struct filling *f, uint32_t number)
{
    struct lesson_question *q = f->q;
    uint64_t bits = hash_mix(hash_mix(f->a->seed, number), q->packet);
    for (unsigned i = q->option_count; i > 1; i--) {
        unsigned j = (unsigned)(bits % i);
        struct lesson_option o = q->options[i - 1];
        q->options[i - 1] = q->options[j];
        q->options[j] = o;
        bits = hash_mix(bits, i);
    }
}

static void put_in_order(struct filling *f, uint32_t number)
{
    struct lesson_question *q = f->q;
    struct lesson_option right = q->options[0];
    if (is_number(q->ask) || q->ask == ASK_TIME) {
        qsort(q->options, q->option_count, sizeof *q->options, by_number);
    } else {
        shuffle(f, number);
    }
    for (unsigned i = 0; i < q->option_count; i++) {
        q->right = is_same(f, &q->options[i], &right) ? i : q->right;
    }
}

void options_fill(struct asking *a, struct lesson_question *q, uint32_t answer, uint32_t number)
{
    struct filling f = {a, q, a->judge.t, answer};
    switch (q->ask) {
    case ASK_ACK:
    case ASK_SEQ: fill_number(&f); break;
    case ASK_FLAGS: fill_flags(&f); break;
    case ASK_NEXT: fill_next(&f); break;
    case ASK_STATE: fill_state(&f); break;
    case ASK_TIME: fill_time(&f); break;
    case ASK_COUNT: break;
    }
    if (!q->fault && q->option_count < 2) {
        q->fault = "lesson.one-option";
    }
    put_in_order(&f, number);
}
