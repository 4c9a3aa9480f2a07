/* Making the figures: variables from the index, queues and utilization from records, segments and
 * SACK blocks from packets. */
#include "ui/view/curves.h"

#include "base/os.h"
#include "wire/dissect.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SACK_BLOCKS 4u

static void *grown(void *list, uint32_t count, size_t size)
{
    bool is_full = (count & (count - 1)) == 0; /* a power of two, or nothing yet */
    return is_full ? os_realloc(list, (count ? 2 * (size_t)count : 1) * size) : list;
}

static void add_point(struct curve *c, sim_time at, double value, uint32_t record)
{
    c->points = grown(c->points, c->count, sizeof *c->points);
    c->points[c->count++] = (struct curve_point){at, value, record};
}

static int var_number(const struct actor_type *type, const char *name)
{
    for (unsigned i = 0; i < var_count(type); i++) {
        if (strcmp(type->vars[i].name, name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

static void fill_var(struct curve *c, const struct trace *t)
{
    const struct actor_type *type = t->entities[c->owner].type;
    int var = var_number(type, c->series->name);
    int per = c->series->per ? var_number(type, c->series->per) : -1;
    struct list l =
        var < 0 ? (struct list){0} : trace_of_subject(t, REC_VAR, c->owner, (unsigned)var, 0);
    struct list d =
        per < 0 ? (struct list){0} : trace_of_subject(t, REC_VAR, c->owner, (unsigned)per, 0);
    double by = c->series->per ? 0 : 1;
    for (uint32_t i = 0, k = 0; i < l.count; i++) {
        const struct record *r = trace_record(t, l.at[i]);
        while (k < d.count && trace_record(t, d.at[k])->at <= r->at) {
            by = (double)trace_record(t, d.at[k++])->value;
        }
        if (by > 0 && (r->value > 0 || c->count > 0)) { /* nothing is known before */
            add_point(c, r->at, (double)r->value / by, l.at[i]);
        }
    }
}

/* What a delivery brought, in bits on the wire. */
static double bits_of(const struct trace *t, const struct record *r)
{
    return 8.0 * (r->packet ? trace_packet(t, r->packet)->size : (double)r->value);
}

static void measure(struct curve *c)
{
    uint32_t blocks = (c->count + CURVE_BLOCK - 1) / CURVE_BLOCK;
    c->blocks = os_alloc((blocks + 1) * sizeof *c->blocks);
    c->all = (struct curve_range){INFINITY, -INFINITY};
    for (uint32_t i = 0; i < c->count; i++) {
        struct curve_range *b = &c->blocks[i / CURVE_BLOCK];
        double v = c->points[i].value;
        b->least = i % CURVE_BLOCK == 0 || v < b->least ? v : b->least;
        b->most = i % CURVE_BLOCK == 0 || v > b->most ? v : b->most;
        c->all.least = fmin(c->all.least, v);
        c->all.most = fmax(c->all.most, v);
    }
}

static void keep(struct curves *cs, struct curve *c)
{
    if (c->count > 0) {
        measure(c);
        cs->all = grown(cs->all, cs->count, sizeof *cs->all);
        cs->all[cs->count++] = *c;
    }
}

static void make_of_actor(struct curves *cs, const struct trace *t, uint32_t actor)
{
    const struct entity *e = &t->entities[actor];
    for (const struct series *s = series_table; s->type; s++) {
        struct curve c = {.series = s, .owner = actor, .flow = e->flow};
        if (strcmp(s->type, e->type->name) != 0) {
            continue;
        }
        if (s->source == SERIES_VAR) {
            fill_var(&c, t);
            keep(cs, &c);
        }
    }
}

/* The series of that source for an endpoint of the type; NULL: it has none. */
static const struct series *series_of(const struct actor_type *type, enum series_source source)
{
    const struct series *s = series_table;
    while (s->type && (s->source != source || strcmp(s->type, type->name) != 0)) {
        s++;
    }
    return s->type ? s : NULL;
}

/* The flows that have a receiver with such a series; false: none. */
static bool begin_utilizations(const struct trace *t, struct curve *of)
{
    bool any = false;
    for (uint32_t e = 1; e <= t->entity_count; e++) {
        const struct entity *x = &t->entities[e];
        bool is_end = x->kind == ENTITY_ACTOR && x->type && x->flow;
        const struct series *s = is_end ? series_of(x->type, SERIES_UTILIZATION) : NULL;
        if (s && t->flows[x->flow].rate_bps > 0) {
            of[x->flow] = (struct curve){.series = s, .owner = e, .flow = x->flow};
            any = true;
        }
    }
    return any;
}

/* One pass for all flows. */
static void make_utilizations(struct curves *cs, const struct trace *t)
{
    struct curve *of = os_alloc((t->flow_count + 1) * sizeof *of);
    double *bits = os_alloc((t->flow_count + 1) * sizeof *bits);
    bool any = begin_utilizations(t, of);
    for (uint32_t n = 1; n <= t->count && any; n++) {
        const struct record *r = trace_record(t, n);
        uint32_t flow = r->kind == REC_DELIVER ? t->entities[r->where].flow : 0;
        const struct flow *f = &t->flows[flow];
        if (flow && of[flow].series && r->code == DELIVER_RIGHT && r->at > f->start) {
            double room = (double)f->rate_bps * (double)(r->at - f->start) / (double)SIM_S;
            bits[flow] += bits_of(t, r);
            add_point(&of[flow], r->at, 100 * bits[flow] / room, n);
        }
    }
    for (uint32_t i = 1; i <= t->flow_count; i++) {
        keep(cs, &of[i]);
    }
    free(of);
    free(bits);
}

/* Queues grow by a QUEUE record, whose value counts those who wait then, and lose one with each TX
 * of a packet that had waited. One pass for all directions. */
static void make_queues(struct curves *cs, const struct trace *t, const struct series *s)
{
    struct curve *of = os_alloc((t->entity_count + 1) * sizeof *of);
    for (uint32_t n = 1; n <= t->count; n++) {
        const struct record *r = trace_record(t, n);
        struct curve *c = &of[r->where];
        double now = c->count ? c->points[c->count - 1].value : 0;
        if (r->kind == REC_QUEUE) {
            add_point(c, r->at, (double)r->value, n);
        } else if (r->kind == REC_TX && now > 0) {
            add_point(c, r->at, now - 1, n);
        } else if (r->kind == REC_CALL && r->code == CALL_CUT && now > 0) {
            add_point(c, r->at, 0, n);
        }
    }
    for (uint32_t e = 1; e <= t->entity_count; e++) {
        of[e].series = s;
        of[e].owner = e;
        keep(cs, &of[e]);
    }
    free(of);
}

/* Segments: what has a unit of bytes, by who sent it. */

static struct plot_spans *spans_of(struct curves *cs, uint32_t owner)
{
    for (uint32_t i = 0; i < cs->sender_count; i++) {
        if (cs->sent[i].owner == owner) {
            return &cs->sent[i];
        }
    }
    cs->sent = grown(cs->sent, cs->sender_count, sizeof *cs->sent);
    cs->reported = grown(cs->reported, cs->sender_count, sizeof *cs->reported);
    cs->sent[cs->sender_count] = cs->reported[cs->sender_count] =
        (struct plot_spans){.owner = owner};
    return &cs->sent[cs->sender_count++];
}

static void add_span(struct plot_spans *s, struct plot_span span)
{
    s->spans = grown(s->spans, s->count, sizeof *s->spans);
    s->spans[s->count++] = span;
}

static bool sends_bytes(const struct trace *t, const struct packet *p)
{
    const struct entity *e = &t->entities[p->sender];
    return e->kind == ENTITY_ACTOR && e->type && !p->is_raw && p->proto &&
           strcmp(p->proto->name, "tcp") == 0;
}

/* The endpoint that a packet is for: of its flow and type, at the other end; 0: none. */
static uint32_t peer_of(const struct trace *t, const struct packet *p)
{
    for (uint32_t e = t->entity_count; e > 0; e--) {
        const struct entity *x = &t->entities[e];
        if (x->kind == ENTITY_ACTOR && x->flow == p->flow && e != p->sender &&
            x->type == t->entities[p->sender].type && x->remote.ip == p->net.from.ip &&
            x->remote.port == p->net.from.port) {
            return e;
        }
    }
    return 0;
}

static sim_time arrival_of(const struct trace *t, uint32_t id)
{
    struct list l = trace_of_packet(t, id);
    for (uint32_t i = l.count; i-- > 0;) {
        const struct record *r = trace_record(t, l.at[i]);
        if (r->kind == REC_ARRIVE) {
            return direction_to(t, r->where) == packet_to_node(t, id) ? r->at : SIM_NEVER;
        }
    }
    return SIM_NEVER;
}

static bool sack_block(const struct packet *p, unsigned i, uint32_t base, struct plot_span *out)
{
    char left[] = "sack1_left", right[] = "sack1_right";
    int64_t from, to;
    left[4] = right[4] = (char)('1' + i);
    if (!packet_field("tcp", packet_head(p), left, &from) ||
        !packet_field("tcp", packet_head(p), right, &to)) {
        return false;
    }
    out->from = (uint32_t)from - base;
    out->to = out->from + (uint32_t)((uint32_t)to - (uint32_t)from);
    return true;
}

static void add_reported(struct curves *cs, const struct trace *t, uint32_t id,
                         const struct packet *p)
{
    struct plot_span span = {.packet = id};
    uint32_t peer = 0;
    for (unsigned i = 0; i < SACK_BLOCKS && sack_block(p, i, p->ack_base, &span); i++) {
        peer = peer ? peer : peer_of(t, p);
        span.at = i ? span.at : arrival_of(t, id);
        if (peer && span.at != SIM_NEVER) {
            const struct plot_spans *sent = spans_of(cs, peer);
            add_span(&cs->reported[sent - cs->sent], span);
        }
    }
}

static void make_spans(struct curves *cs, const struct trace *t)
{
    for (uint32_t id = 1; id <= t->packets.count; id++) {
        const struct packet *p = trace_packet(t, id);
        struct list l = trace_of_packet(t, id);
        if (l.count == 0 || !sends_bytes(t, p)) {
            continue;
        }
        if (p->unit.n > 0 && p->parent == 0) {
            add_span(spans_of(cs, p->sender), (struct plot_span){.at = trace_record(t, l.at[0])->at,
                                                                 .from = p->unit.at,
                                                                 .to = p->unit.at + p->unit.n,
                                                                 .packet = id,
                                                                 .is_again = p->of != 0});
        }
        add_reported(cs, t, id, p);
    }
}

static int by_time(const void *a, const void *b)
{
    const struct plot_span *x = a, *y = b;
    return x->at != y->at ? (x->at < y->at ? -1 : 1)
                          : (x->packet > y->packet) - (x->packet < y->packet);
}

static void add_event(struct plot_event **list, uint32_t *count, struct plot_event e)
{
    *list = grown(*list, *count, sizeof **list);
    (*list)[(*count)++] = e;
}

static void make_events(struct curves *cs, const struct trace *t)
{
    for (uint32_t n = 1; n <= t->count; n++) {
        const struct record *r = trace_record(t, n);
        const struct packet *p = r->kind == REC_DROP ? trace_packet(t, r->packet) : NULL;
        if (p && r->code < DROP_DUPLICATE && p->unit.n > 0) {
            add_event(&cs->losses, &cs->loss_count, (struct plot_event){r->at, p->sender, n, 0});
        } else if (r->kind == REC_FIRE) {
            add_event(&cs->firings, &cs->firing_count,
                      (struct plot_event){r->at, r->where, n, r->code});
        }
    }
}

void curves_make(struct curves *c, const struct trace *t)
{
    *c = (struct curves){0};
    for (uint32_t e = 1; e <= t->entity_count; e++) {
        if (t->entities[e].kind == ENTITY_ACTOR && t->entities[e].type) {
            make_of_actor(c, t, e);
        }
    }
    for (const struct series *s = series_table; s->type; s++) {
        if (s->source == SERIES_QUEUE) {
            make_queues(c, t, s);
        }
    }
    make_utilizations(c, t);
    make_spans(c, t);
    for (uint32_t i = 0; i < c->sender_count; i++) {
        if (c->reported[i].count) {
            qsort(c->reported[i].spans, c->reported[i].count, sizeof(struct plot_span), by_time);
        }
    }
    make_events(c, t);
}

void curves_free(struct curves *c)
{
    for (uint32_t i = 0; i < c->count; i++) {
        free(c->all[i].points);
        free(c->all[i].blocks);
    }
    for (uint32_t i = 0; i < c->sender_count; i++) {
        free(c->sent[i].spans);
        free(c->reported[i].spans);
    }
    free(c->all);
    free(c->sent);
    free(c->reported);
    free(c->losses);
    free(c->firings);
    *c = (struct curves){0};
}
