/* How often each unit was offered to a direction, for losses that ask (MODEL.md, Randomness).
 * Nearly all units are offered once, in ascending order and at even distances, so they are kept as
 * runs: a bulk flow is one run, however long. Only what is offered below the highest unit of its
 * flow, again or out of order, is counted by itself. The count of a unit is 1 if it stands in a
 * run, and its own count.
 *
 * What lies a horizon behind the highest unit of its flow is never offered again and is forgotten:
 * runs when their list is full; counts are kept in two generations, and the older one goes when all
 * of it lies behind the horizon. It also goes when nothing of it was offered for long: a flow that
 * begins anew after each crash of its host never leaves its first units behind. */
#include "net/world.h"

#include "base/os.h"

#include <stdlib.h>
#include <string.h>

#define GENERATION 8192u /* units that make one */
#define LOOK_EACH  1024u
#define LONG       (4 * 3600 * SIM_S) /* beyond any timer, a keep-alive's two hours too */

/* first, first + step, ... last. */
struct run {
    uint64_t first, last;
    uint64_t step; /* 0: there is one so far */
};

/* Of one flow: every unit that was beyond all others when it was offered stands in one run, and the
 * runs ascend; the last of the last is the highest unit. */
struct offers {
    uint64_t flow;
    struct run *runs; /* owned */
    uint32_t count, cap;
};

struct generation {
    struct map counts; /* hash of flow and unit -> offers */
    struct map last;   /* place of the flow -> 1 + its highest unit here */
    uint32_t *flows;   /* places of those that have units here; owned */
    uint32_t flow_count, flow_cap;
    sim_time since; /* its first offer */
};

struct copies {
    struct offers *offers; /* owned */
    uint32_t count, cap;
    uint32_t before;   /* whose packet came last: mostly the next one is of the same flow */
    struct map places; /* flow -> 1 + place in offers */
    struct generation young, old;
};

static struct offers *offers_of(struct copies *c, uint64_t flow)
{
    if (c->count > 0 && c->offers[c->before].flow == flow) {
        return &c->offers[c->before];
    }
    uint64_t *place = map_put(&c->places, flow);
    if (*place == 0) {
        if (c->count == c->cap) {
            c->cap = c->cap ? 2 * c->cap : 2;
            c->offers = os_realloc(c->offers, c->cap * sizeof *c->offers);
        }
        c->offers[c->count++] = (struct offers){.flow = flow};
        *place = c->count;
    }
    c->before = (uint32_t)(*place - 1);
    return &c->offers[c->before];
}

static bool is_beyond(const struct offers *o, uint64_t at)
{
    return o->count == 0 || at > o->runs[o->count - 1].last;
}

/* Forgets runs that lie behind the horizon; if that does not free half of the list, it grows. */
static void make_room(struct offers *o, uint64_t horizon)
{
    uint32_t gone = 0;
    while (gone < o->count && o->runs[o->count - 1].last - o->runs[gone].last > horizon) {
        gone++;
    }
    o->count -= gone;
    if (gone > 0) {
        memmove(o->runs, o->runs + gone, o->count * sizeof *o->runs);
    }
    if (2 * o->count >= o->cap) {
        o->cap = o->cap ? 2 * o->cap : 2;
        o->runs = os_realloc(o->runs, o->cap * sizeof *o->runs);
    }
}

/* A unit beyond all that were offered. */
static void note_new(struct offers *o, uint64_t at, uint64_t horizon)
{
    struct run *r = o->count ? &o->runs[o->count - 1] : NULL;
    if (r && (r->step == 0 || at - r->last == r->step)) {
        r->step = at - r->last;
        r->last = at;
        return;
    }
    if (o->count == o->cap) {
        make_room(o, horizon);
    }
    o->runs[o->count++] = (struct run){.first = at, .last = at};
}

static bool is_in_a_run(const struct offers *o, uint64_t at)
{
    uint32_t low = 0, high = o->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (o->runs[middle].last < at) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    const struct run *r = &o->runs[low];
    if (low == o->count || at < r->first) {
        return false;
    }
    return r->step ? (at - r->first) % r->step == 0 : true;
}

static void note_flow(struct generation *g, uint32_t place, uint64_t at)
{
    uint64_t *last = map_put(&g->last, place);
    if (*last == 0) {
        if (g->flow_count == g->flow_cap) {
            g->flow_cap = g->flow_cap ? 2 * g->flow_cap : 4;
            g->flows = os_realloc(g->flows, g->flow_cap * sizeof *g->flows);
        }
        g->flows[g->flow_count++] = place;
    }
    *last = at + 1 > *last ? at + 1 : *last;
}

static void generation_free(struct generation *g)
{
    map_free(&g->counts);
    map_free(&g->last);
    free(g->flows);
    *g = (struct generation){0};
}

static bool is_behind(const struct copies *c, uint64_t horizon)
{
    for (uint32_t i = 0; i < c->old.flow_count; i++) {
        uint32_t place = c->old.flows[i];
        const struct offers *o = &c->offers[place];
        if (o->runs[o->count - 1].last - (map_get(&c->old.last, place) - 1) < horizon) {
            return false;
        }
    }
    return true;
}

/* How often it was offered below the highest of its flow, this time included. */
static uint64_t count_again(struct copies *c, uint64_t flow, uint64_t at, uint64_t horizon,
                            sim_time now)
{
    uint64_t key = hash_mix(flow, at);
    uint64_t *count = map_put(&c->young.counts, key);
    if (*count > 0) {
        return ++*count;
    }
    uint64_t offers = *count = map_get(&c->old.counts, key) + 1;
    uint32_t kept = c->young.counts.count;
    c->young.since = kept == 1 ? now : c->young.since;
    note_flow(&c->young, c->before, at);
    bool is_full = kept >= GENERATION && kept % LOOK_EACH == 0 && is_behind(c, horizon);
    if (is_full || now - c->young.since > LONG) {
        generation_free(&c->old);
        c->old = c->young;
        c->young = (struct generation){0};
    }
    return offers;
}

uint64_t copies_count(struct copies **all, uint64_t flow, uint64_t at, uint64_t horizon,
                      sim_time now)
{
    struct copies *c = *all ? *all : (*all = os_alloc(sizeof **all));
    struct offers *o = offers_of(c, flow);
    if (is_beyond(o, at)) {
        note_new(o, at, horizon);
        return 1;
    }
    return is_in_a_run(o, at) + count_again(c, flow, at, horizon, now);
}

uint32_t copies_kept(const struct copies *c)
{
    uint32_t runs = 0;
    for (uint32_t i = 0; c && i < c->count; i++) {
        runs += c->offers[i].count;
    }
    return c ? runs + c->young.counts.count + c->old.counts.count : 0;
}

void copies_free(struct copies *c)
{
    if (c) {
        for (uint32_t i = 0; i < c->count; i++) {
            free(c->offers[i].runs);
        }
        free(c->offers);
        map_free(&c->places);
        generation_free(&c->young);
        generation_free(&c->old);
        free(c);
    }
}
