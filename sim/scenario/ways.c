/* Dijkstra's algorithm over the links of a scenario. */
#include "scenario/ways.h"

#include <string.h>

void ways_prepare(struct ways *w, const struct scenario *sc, struct arena *arena)
{
    uint32_t n = sc->node_count, at = 0;
    *w = (struct ways){.sc = sc,
                       .first = arena_alloc(arena, (n + 1) * sizeof *w->first),
                       .links = arena_alloc(arena, (2 * sc->link_count + 1) * sizeof *w->links),
                       .is_reached = arena_alloc(arena, (n + 1) * sizeof *w->is_reached),
                       .delay = arena_alloc(arena, (n + 1) * sizeof *w->delay),
                       .hops = arena_alloc(arena, (n + 1) * sizeof *w->hops),
                       .order = arena_alloc(arena, (n + 1) * sizeof *w->order)};
    for (uint32_t i = 0; i < sc->link_count; i++) {
        w->first[sc->links[i].node[0]]++;
        w->first[sc->links[i].node[1]]++;
    }
    for (uint32_t i = 0; i <= n; i++) {
        uint32_t count = i < n ? w->first[i] : 0;
        w->first[i] = at;
        at += count;
    }
    uint32_t *fill = w->order; /* how many of each node's links are in place yet */
    for (uint32_t i = 0; i < sc->link_count; i++) {
        for (int end = 0; end < 2; end++) {
            uint32_t node = sc->links[i].node[end];
            w->links[w->first[node] + fill[node]++] = i;
        }
    }
}

static bool is_nearer(const struct ways *w, uint32_t node, sim_time delay, uint32_t hops)
{
    return !w->is_reached[node] || delay < w->delay[node] ||
           (delay == w->delay[node] && hops < w->hops[node]);
}

/* The nearest reached node that is not in the order yet; NO_NODE: none. */
static uint32_t nearest(const struct ways *w, const bool *is_settled)
{
    uint32_t best = NO_NODE;
    for (uint32_t i = 0; i < w->sc->node_count; i++) {
        if (w->is_reached[i] && !is_settled[i] &&
            (best == NO_NODE || is_nearer(w, best, w->delay[i], w->hops[i]))) {
            best = i;
        }
    }
    return best;
}

static void relax(struct ways *w, uint32_t node)
{
    for (uint32_t i = w->first[node]; i < w->first[node + 1]; i++) {
        const struct scenario_link *l = &w->sc->links[w->links[i]];
        int end = l->node[1] == node;
        uint32_t other = l->node[!end];
        sim_time delay = time_add(w->delay[node], l->direction[end].delay);
        if (is_nearer(w, other, delay, w->hops[node] + 1)) {
            w->is_reached[other] = true;
            w->delay[other] = delay;
            w->hops[other] = w->hops[node] + 1;
        }
    }
}

void ways_from(struct ways *w, uint32_t from)
{
    struct arena scratch = {0};
    bool *is_settled = arena_alloc(&scratch, w->sc->node_count * sizeof *is_settled);
    memset(w->is_reached, 0, w->sc->node_count * sizeof *w->is_reached);
    w->order_count = 0;
    w->is_reached[from] = true;
    w->delay[from] = 0;
    w->hops[from] = 0;
    for (uint32_t node; (node = nearest(w, is_settled)) != NO_NODE;) {
        is_settled[node] = true;
        w->order[w->order_count++] = node;
        if (node == from || w->sc->nodes[node].kind != SCENARIO_HOST) {
            relax(w, node);
        }
    }
    arena_free(&scratch);
}

/* Farthest first: when a node is looked at, every way through it is known. */
void ways_mark(const struct ways *w, bool *is_target, bool *used)
{
    for (uint32_t o = w->order_count; o-- > 1;) {
        uint32_t node = w->order[o];
        for (uint32_t i = w->first[node]; is_target[node] && i < w->first[node + 1]; i++) {
            const struct scenario_link *l = &w->sc->links[w->links[i]];
            int end = l->node[1] == node;
            uint32_t before = l->node[!end];
            bool passes = before == w->order[0] || w->sc->nodes[before].kind != SCENARIO_HOST;
            if (passes && w->is_reached[before] && w->hops[before] + 1 == w->hops[node] &&
                time_add(w->delay[before], l->direction[!end].delay) == w->delay[node]) {
                used[w->links[i]] = true;
                is_target[before] = true;
            }
        }
    }
}
