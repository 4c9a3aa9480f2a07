/* A scenario's run in the small, for the card on which it is chosen: the first flights between its
 * nodes, with waits cut short so that all of them can be seen. */
#include "ui/session_list.h"

#include "base/os.h"
#include "registry.h"
#include "run.h"
#include "scenario/read.h"
#include "trace/trace.h"
#include "wire/dissect.h"

#include <stdlib.h>

enum { LINES_MAX = 4, EVENTS_MAX = 200000 }; /* a picture needs no more of a long run */

struct raw_flight {
    sim_time from, to;
    uint32_t a, b;
    uint8_t kind;
    bool is_again, is_lost;
};

struct sketching {
    const struct trace *t;
    struct raw_flight flights[SKETCH_FLIGHTS];
    uint32_t count;
    sim_time times[2 * SKETCH_FLIGHTS]; /* ascending, each once */
    uint32_t time_count;
};

/* Switches are no lifelines: a frame goes from host to host. */
static bool is_line(const struct trace *t, uint32_t node)
{
    return node < t->node_count && t->nodes[node].kind != NODE_SWITCH && node < LINES_MAX;
}

static void add_hops(struct sketching *k, uint32_t packet)
{
    struct hop hops[8];
    const struct packet *p = trace_packet(k->t, packet);
    uint32_t count = trace_hops(k->t, packet, hops, 8);
    for (uint32_t i = 0; i < count && i < 8 && k->count < SKETCH_FLIGHTS; i++) {
        bool is_lost = hops[i].died != SIM_NEVER;
        uint32_t a = direction_from(k->t, hops[i].direction);
        uint32_t b = direction_to(k->t, hops[i].direction);
        if (hops[i].end && is_line(k->t, a) && is_line(k->t, b)) {
            k->flights[k->count++] = (struct raw_flight){
                hops[i].offered,
                is_lost ? hops[i].died : hops[i].arrive,
                a,
                b,
                (uint8_t)packet_kind(p->proto->name, packet_head(p), p->body.len),
                p->of != 0,
                is_lost};
        }
    }
}

/* Over a switch: sent by one host, arrived at another. */
static void add_over_switch(struct sketching *k, uint32_t packet)
{
    const struct packet *p = trace_packet(k->t, packet);
    struct list all = trace_of_packet(k->t, packet);
    uint32_t from = packet_from_node(k->t, packet), count = k->count;
    sim_time sent = all.count ? trace_record(k->t, all.at[0])->at : 0;
    add_hops(k, packet);
    for (uint32_t i = 0; i < all.count && k->count == count && k->count < SKETCH_FLIGHTS; i++) {
        const struct record *r = trace_record(k->t, all.at[i]);
        uint32_t to = r->kind == REC_ARRIVE ? direction_to(k->t, r->where) : UINT32_MAX;
        if (to != from && is_line(k->t, to) && is_line(k->t, from)) {
            k->flights[k->count++] = (struct raw_flight){
                sent,
                r->at,
                from,
                to,
                (uint8_t)packet_kind(p->proto->name, packet_head(p), p->body.len),
                p->of != 0,
                false};
        }
    }
}

static int by_time(const void *a, const void *b)
{
    const sim_time *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

static void collect_times(struct sketching *k)
{
    for (uint32_t i = 0; i < k->count; i++) {
        k->times[k->time_count++] = k->flights[i].from;
        k->times[k->time_count++] = k->flights[i].to;
    }
    qsort(k->times, k->time_count, sizeof *k->times, by_time);
}

/* Where an instant stands: waits longer than thrice a usual flight are that long. */
static float height_of(const struct sketching *k, sim_time at, sim_time most)
{
    double sum = 0;
    for (uint32_t i = 1; i < k->time_count && k->times[i] <= at; i++) {
        sim_time gap = k->times[i] - k->times[i - 1];
        sum += (double)(gap < most ? gap : most);
    }
    return (float)sum;
}

static sim_time usual_flight(const struct sketching *k)
{
    sim_time longest = 1;
    for (uint32_t i = 0; i < k->count; i++) {
        sim_time way = k->flights[i].to - k->flights[i].from;
        longest = way > longest ? way : longest;
    }
    return longest;
}

static void finish(struct sketching *k, struct session_sketch *out)
{
    uint32_t lines = k->t->node_count < LINES_MAX ? k->t->node_count : LINES_MAX;
    sim_time most = usual_flight(k);
    float all = k->time_count ? height_of(k, k->times[k->time_count - 1], most) : 1;
    out->lines = (uint8_t)lines;
    float across = lines > 1 ? (float)(lines - 1) : 1;
    all = all > 0 ? all : 1;
    for (uint32_t i = 0; i < k->count; i++) {
        const struct raw_flight *f = &k->flights[i];
        float x0 = (float)f->a / across, x1 = (float)f->b / across;
        x1 = f->is_lost ? (x0 + x1) / 2 : x1;
        out->flights[out->count++] =
            (struct sketch_flight){x0,        height_of(k, f->from, most) / all,
                                   x1,        height_of(k, f->to, most) / all,
                                   f->kind,   f->is_again,
                                   f->is_lost};
    }
}

void session_list_sketch(struct session_entry *e)
{
    struct err err = {0};
    struct scenario *sc;
    struct trace t = {0};
    const struct run_options watch = {.watch = true, .max_events = EVENTS_MAX};
    e->sketch->is_made = true;
    if (scenario_read(e->path, registry(), NULL, 0, &sc, &err)) {
        struct sketching k = {.t = &t};
        if (run_scenario(sc, &watch, &t, &err)) {
            for (uint32_t id = 1; id <= t.packets.count && k.count < SKETCH_FLIGHTS; id++) {
                add_over_switch(&k, id);
            }
            collect_times(&k);
            finish(&k, e->sketch);
        }
        trace_free(&t);
        scenario_free(sc);
    }
    err_free(&err);
}
