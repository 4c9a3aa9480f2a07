/* Making a film of a trace: one pass over packets, one over records. */

#include "ui/view/film.h"

#include "wire/dissect.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HOPS_MAX    64u
#define SAMPLES_MAX 4096u
#define SPAN_TRIPS  5.0  /* round trips that a ladder shows at most, */
#define SPAN_LEAST  1.2  /* at least, */
#define SPAN_ARROWS 28.0 /* and about so many arrows if it may */

static void *grown(size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size);

    assert(p);
    return p;
}

/* Last instant at which anything of it is drawn: a lost one's dashes reach its arrival. */
static sim_time drawn_until(const struct flight *f)
{
    sim_time end = flight_end(f);

    return f->hop.tx && f->hop.arrive > end ? f->hop.arrive : end;
}

static int by_offer(const void *a, const void *b)
{
    const struct flight *x = a, *y = b;

    if (x->hop.offered != y->hop.offered) {
        return x->hop.offered < y->hop.offered ? -1 : 1;
    }
    if (x->packet != y->packet) {
        return x->packet < y->packet ? -1 : 1;
    }
    return x->nth < y->nth ? -1 : x->nth > y->nth;
}

static void collect_flights(struct film *f)
{
    const struct trace *t = f->trace;
    struct hop hops[HOPS_MAX];
    uint32_t n = 0;

    for (uint32_t id = 1; id <= t->packets.count; id++) {
        n += trace_hops(t, id, hops, HOPS_MAX);
    }
    f->flights = grown(n, sizeof *f->flights);
    for (uint32_t id = 1; id <= t->packets.count; id++) {
        uint32_t count = trace_hops(t, id, hops, HOPS_MAX);
        bool is_first = trace_packet(t, id)->of == 0;

        for (uint32_t i = 0; i < count; i++) {
            f->flights[f->flight_count++] = (struct flight){hops[i], id, i, is_first};
        }
    }
    qsort(f->flights, f->flight_count, sizeof *f->flights, by_offer);
    f->latest = grown(f->flight_count, sizeof *f->latest);
    for (uint32_t i = 0; i < f->flight_count; i++) {
        sim_time end = drawn_until(&f->flights[i]);

        f->latest[i] = i > 0 && f->latest[i - 1] > end ? f->latest[i - 1] : end;
    }
}

static int ascending(const void *a, const void *b)
{
    const sim_time *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

/* The way of a packet from its sending to its last arrival; 0: it did not arrive. */
static sim_time way_of(const struct trace *t, uint32_t id)
{
    struct hop hops[HOPS_MAX];
    uint32_t n = trace_hops(t, id, hops, HOPS_MAX);
    const struct hop *last;

    if (n == 0) {
        return 0;
    }
    last = &hops[n - 1];
    return last->died == SIM_NEVER && last->end ? last->arrive - hops[0].offered : 0;
}

/* Twice the mean of the middle half of the ways, so that one late packet does not count. */
static sim_time usual_round_trip(const struct trace *t)
{
    sim_time *way = grown(SAMPLES_MAX, sizeof *way);
    double sum = 0;
    uint32_t n = 0, from, to;

    for (uint32_t id = 1; id <= t->packets.count && n < SAMPLES_MAX; id++) {
        way[n] = way_of(t, id);
        n += way[n] > 0;
    }
    qsort(way, n, sizeof *way, ascending);
    from = n / 4;
    to = n - n / 4;
    for (uint32_t i = from; i < to; i++) {
        sum += (double)way[i];
    }
    free(way);
    return n > 0 ? (sim_time)llround(2 * sum / (double)(to - from)) : SIM_MS;
}

static bool is_at_goal(const struct trace *t, const struct record *r)
{
    return direction_to(t, r->where) == packet_to_node(t, r->packet);
}

static bool is_world_call(const struct record *r)
{
    return r->kind == REC_CALL && (r->code & CALL_UP) == 0 && r->code >= CALL_CUT;
}

/* False: this record is no mark. */
static bool mark_of(const struct trace *t, uint32_t number, struct mark *out)
{
    const struct record *r = trace_record(t, number);

    *out = (struct mark){.at = r->at, .record = number, .packet = r->packet};
    switch ((enum record_kind)r->kind) {
    case REC_SEND: out->kind = MARK_SENT; return true;
    case REC_ARRIVE: out->kind = MARK_ARRIVED; return is_at_goal(t, r);
    case REC_DROP: out->kind = MARK_LOST; return r->code < DROP_DUPLICATE;
    case REC_FIRE:
        out->kind = MARK_FIRED;
        out->packet = 0;
        return t->entities[r->where].type->timers[r->code].kind == TIMER_KIND_WAIT;
    case REC_STATE:
        out->kind = MARK_STATE;
        out->packet = 0;
        return true;
    case REC_CALL:
        out->kind = MARK_STATE;
        out->packet = 0;
        return is_world_call(r);
    case REC_NONE:
    case REC_QUEUE:
    case REC_TX:
    case REC_ITEM:
    case REC_VAR:
    case REC_TIMER:
    case REC_DELIVER:
    case REC_NOTE:
    case REC_SHARE:
    case REC_KIND_COUNT: break;
    }
    return false;
}

static void collect_marks(struct film *f)
{
    struct mark mark;
    uint32_t n = 0;

    for (uint32_t i = 1; i <= f->trace->count; i++) {
        n += mark_of(f->trace, i, &mark);
    }
    f->marks = grown(n, sizeof *f->marks);
    for (uint32_t i = 1; i <= f->trace->count; i++) {
        if (mark_of(f->trace, i, &mark)) {
            f->marks[f->mark_count++] = mark;
        }
    }
}

static void collect_refusals(struct film *f)
{
    f->refusals = grown(f->trace->node_count, sizeof *f->refusals);
    for (uint32_t i = 1; i <= f->trace->count; i++) {
        const struct record *r = trace_record(f->trace, i);

        if (r->kind == REC_DROP && f->trace->entities[r->where].kind != ENTITY_DIRECTION) {
            f->refusals[entity_node(f->trace, r->where)] |= 1u << r->code;
        }
    }
}

static void collect_calls(struct film *f)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < f->mark_count; i++) {
        n += trace_record(f->trace, f->marks[i].record)->kind == REC_CALL;
    }
    f->calls = grown(n, sizeof *f->calls);
    for (uint32_t i = 0; i < f->mark_count; i++) {
        if (trace_record(f->trace, f->marks[i].record)->kind == REC_CALL) {
            f->calls[f->call_count++] = f->marks[i].record;
        }
    }
}

static bool knows_rsvp(const struct trace *t)
{
    for (uint32_t i = 1; i <= t->entity_count; i++) {
        const struct entity *e = &t->entities[i];
        if (e->kind == ENTITY_ACTOR && strcmp(e->type->name, "rsvp") == 0) {
            return true;
        }
    }
    return false;
}

static void collect_shares(struct film *f)
{
    uint32_t end = knows_rsvp(f->trace) ? f->trace->count : 0;

    f->shares = grown(end, sizeof *f->shares);
    for (uint32_t i = 1; i <= end; i++) {
        if (trace_record(f->trace, i)->kind == REC_SHARE) {
            f->shares[f->share_count++] = i;
        }
    }
}

bool flight_is_reserved(const struct film *f, const struct flight *g)
{
    return g->hop.queued && trace_record(f->trace, g->hop.queued)->code == 1;
}

int64_t film_reserved(const struct film *f, uint32_t direction, sim_time now)
{
    int64_t bps = 0;

    for (uint32_t i = 0; i < f->share_count; i++) {
        const struct record *r = trace_record(f->trace, f->shares[i]);

        if (r->at > now) {
            break;
        }
        bps = r->where == direction ? r->value : bps;
    }
    return bps;
}

/* What is busy is a record's instant, and a flight unless it takes unusually long. */
struct sweep {
    const struct film *film;
    uint32_t record, flight; /* next of either */
    sim_time covered;        /* all before is busy or told */
};

static bool next_busy(struct sweep *s, sim_time *from, sim_time *to)
{
    const struct film *f = s->film;
    const struct record *r =
        s->record <= f->trace->count ? trace_record(f->trace, s->record) : NULL;
    const struct flight *g = s->flight < f->flight_count ? &f->flights[s->flight] : NULL;

    if (g && (!r || g->hop.offered <= r->at)) {
        sim_time end = drawn_until(g);

        s->flight++;
        *from = *to = g->hop.offered;
        if (end != SIM_NEVER && end - g->hop.offered <= 2 * f->round_trip) {
            *to = end;
        }
        return true;
    }
    if (r) {
        s->record++;
        *from = *to = r->at;
        return true;
    }
    return false;
}

/* The stretches in which nothing happens, `end` being the last; returns how many. */
static uint32_t find_quiet(const struct film *f, sim_time end, struct quiet *out, uint32_t cap)
{
    struct sweep s = {.film = f, .record = 1};
    sim_time from, to, least = f->round_trip / 8;
    uint32_t n = 0;

    while (next_busy(&s, &from, &to)) {
        if (from - s.covered > least && n < cap) {
            out[n++] = (struct quiet){s.covered, from};
        }
        s.covered = to > s.covered ? to : s.covered;
    }
    if (end - s.covered > least && n < cap) {
        out[n++] = (struct quiet){s.covered, end};
    }
    return n;
}

/* What a ladder shows at zoom 1: some round trips, fewer when arrows are dense. */
static double usual_span(const struct film *f, sim_time end, const struct quiet *quiet, uint32_t n)
{
    double busy = (double)end, trip = (double)f->round_trip, span;
    uint32_t arrows = 0;

    for (uint32_t i = 0; i < n; i++) {
        busy -= (double)(quiet[i].to - quiet[i].from);
    }
    for (uint32_t i = 0; i < f->flight_count; i++) { /* hops after the first stand beside it */
        arrows += f->flights[i].nth == 0;
    }
    span = arrows > 0 ? SPAN_ARROWS * busy / arrows : trip;
    return fmin(fmax(span, SPAN_LEAST * trip), SPAN_TRIPS * trip);
}

static void make_axes(struct film *f)
{
    uint32_t cap = f->trace->count + f->flight_count + 2;
    struct quiet *quiet = grown(cap, sizeof *quiet);
    sim_time end = f->trace->sim_ns > 0 ? f->trace->sim_ns : 0;
    uint32_t n = find_quiet(f, end, quiet, cap);
    double span = usual_span(f, end, quiet, n);

    f->span = span;
    axis_make(&f->folded, end, span, quiet, n);
    axis_make(&f->plain, end, 0, NULL, 0);
    f->plain.span = fmin(span, f->plain.length);
    free(quiet);
}

static void collect_actors(struct film *f)
{
    const struct trace *t = f->trace;

    f->actors = grown(t->entity_count, sizeof *f->actors);
    for (uint32_t e = 1; e <= t->entity_count; e++) {
        const struct entity *entity = &t->entities[e];

        if (entity->kind == ENTITY_ACTOR && entity->type && entity->type->proto) {
            f->actors[f->actor_count++] = e;
        }
    }
}

static void count_busy(struct film *f)
{
    f->busy = grown(f->trace->node_count, sizeof *f->busy);
    for (uint32_t i = 0; i < f->flight_count; i++) {
        f->busy[direction_from(f->trace, f->flights[i].hop.direction)]++;
        f->busy[direction_to(f->trace, f->flights[i].hop.direction)]++;
    }
}

static void collect_samples(struct film *f)
{
    const struct trace *t = f->trace;

    for (uint32_t id = t->packets.count; id > 0; id--) {
        const struct packet *p = trace_packet(t, id);

        if (p->of != 0) {
            f->sample_again = id;
        } else if (!p->is_raw) {
            f->sample[packet_kind(p->proto->name, packet_head(p), p->body.len)] = id;
        }
    }
    for (uint32_t i = f->flight_count; i > 0; i--) {
        if (f->flights[i - 1].hop.died != SIM_NEVER) {
            f->sample_lost = f->flights[i - 1].packet;
        }
    }
}

/* An acknowledgement that was sent because something before it is missing repeats the number of the
 * one before (RFC 5681 2). */
static void count_repeats(struct film *f)
{
    const struct trace *t = f->trace;
    struct repeated {
        int64_t ack;
        uint16_t count;
    } *last = grown(t->entity_count + 1, sizeof *last);

    f->repeats = grown(t->packets.count + 1, sizeof *f->repeats);
    for (uint32_t id = 1; id <= t->packets.count; id++) {
        const struct packet *p = trace_packet(t, id);
        struct list l = trace_of_packet(t, id);
        const struct record *r = l.count ? trace_record(t, l.at[0]) : NULL;
        const char *reason = r && r->kind == REC_SEND ? record_reason(t, r) : NULL;
        int64_t ack;

        if (!reason || strcmp(reason, "tcp.gap") != 0 ||
            !packet_field(p->proto->name, packet_head(p), "ack", &ack)) {
            continue;
        }
        last[p->sender].count = last[p->sender].ack == ack ? last[p->sender].count : 0;
        last[p->sender].ack = ack;
        f->repeats[id] = ++last[p->sender].count;
    }
    free(last);
}

/* What the stage needs room for. */
static void look_at_room(struct film *f)
{
    f->is_one_row = true;
    for (uint32_t i = 1; i < f->trace->node_count; i++) {
        f->is_one_row = f->is_one_row && fabs(f->spots[i].y - f->spots[0].y) <= 0.01;
    }
    for (uint32_t i = 0; i < f->flight_count && !f->has_queues; i++) {
        f->has_queues = f->flights[i].hop.tx && f->flights[i].hop.start > f->flights[i].hop.offered;
    }
}

struct film *film_new(const struct trace *t)
{
    struct film *f = grown(1, sizeof *f);

    f->trace = t;
    collect_flights(f);
    f->round_trip = usual_round_trip(t);
    collect_marks(f);
    collect_calls(f);
    collect_shares(f);
    collect_refusals(f);
    make_axes(f);
    collect_actors(f);
    collect_samples(f);
    count_busy(f);
    f->spots = grown(t->node_count, sizeof *f->spots);
    f->order = grown(t->node_count, sizeof *f->order);
    layout_make(t, f->spots, f->order);
    look_at_room(f);
    curves_make(&f->curves, t);
    leases_make(&f->leases, t);
    reserves_make(&f->reserves, t);
    media_make(&f->media, t);
    talks_make(&f->talks, t);
    count_repeats(f);
    return f;
}

void film_free(struct film *f)
{
    if (!f) {
        return;
    }
    free(f->flights);
    free(f->latest);
    free(f->marks);
    free(f->calls);
    free(f->shares);
    reserves_free(&f->reserves);
    free(f->refusals);
    free(f->actors);
    free(f->differs);
    free(f->spots);
    free(f->order);
    free(f->busy);
    curves_free(&f->curves);
    leases_free(&f->leases);
    media_free(&f->media);
    talks_free(&f->talks);
    free(f->repeats);
    axis_free(&f->plain);
    axis_free(&f->folded);
    free(f);
}
