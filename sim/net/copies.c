/* How often each unit was offered to a direction, for losses that ask (MODEL.md, Randomness). What
 * lies a horizon behind the highest unit of its flow is never offered again and is forgotten:
 * counts are kept in two generations, and the older one goes when all of it lies behind the
 * horizon. */
#include "net/world.h"

#include "base/os.h"

#include <stdlib.h>

#define GENERATION 8192u /* units that make one */
#define LOOK_EACH  1024u

struct generation {
    struct map counts; /* hash of flow and unit -> offers */
    struct map last;   /* flow -> 1 + its highest unit here */
    uint64_t *flows;   /* that have units here; owned */
    uint32_t flow_count, flow_cap;
};

struct copies {
    struct generation young, old;
    struct map tops; /* flow -> 1 + its highest unit offered */
};

static void raise(uint64_t *top, uint64_t at)
{
    *top = at + 1 > *top ? at + 1 : *top;
}

static void note_flow(struct generation *g, uint64_t flow, uint64_t at)
{
    uint64_t *last = map_put(&g->last, flow);
    if (*last == 0) {
        if (g->flow_count == g->flow_cap) {
            g->flow_cap = g->flow_cap ? 2 * g->flow_cap : 4;
            g->flows = os_realloc(g->flows, g->flow_cap * sizeof *g->flows);
        }
        g->flows[g->flow_count++] = flow;
    }
    raise(last, at);
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
        uint64_t flow = c->old.flows[i];
        if (map_get(&c->tops, flow) < map_get(&c->old.last, flow) + horizon) {
            return false;
        }
    }
    return true;
}

uint64_t copies_count(struct copies **all, uint64_t flow, uint64_t at, uint64_t horizon)
{
    struct copies *c = *all ? *all : (*all = os_alloc(sizeof **all));
    uint64_t key = hash_mix(flow, at);
    raise(map_put(&c->tops, flow), at);
    if (map_get(&c->old.counts, key)) {
        return ++*map_put(&c->old.counts, key);
    }
    uint64_t *count = map_put(&c->young.counts, key);
    if ((*count)++ > 0) {
        return *count;
    }
    note_flow(&c->young, flow, at);
    uint32_t kept = c->young.counts.count;
    if (kept >= GENERATION && kept % LOOK_EACH == 0 && is_behind(c, horizon)) {
        generation_free(&c->old);
        c->old = c->young;
        c->young = (struct generation){0};
    }
    return 1;
}

uint32_t copies_kept(const struct copies *c)
{
    return c ? c->young.counts.count + c->old.counts.count : 0;
}

void copies_free(struct copies *c)
{
    if (c) {
        generation_free(&c->young);
        generation_free(&c->old);
        map_free(&c->tops);
        free(c);
    }
}
