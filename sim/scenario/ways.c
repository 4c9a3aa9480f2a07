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

static bool comes_before(const struct ways *w, uint32_t a, uint32_t b)
{
    return w->delay[a] != w->delay[b] ? w->delay[a] < w->delay[b]
           : w->hops[a] != w->hops[b] ? w->hops[a] < w->hops[b]
                                      : a < b;
}

/* A heap of the nodes that are reached and not in the order yet; place[node] is its own, from 1. */
struct front {
    uint32_t *nodes, *place;
    uint32_t count;
};

static void set(struct front *f, uint32_t i, uint32_t node)
{
    f->nodes[i] = node;
    f->place[node] = i + 1;
}

static void rise(const struct ways *w, struct front *f, uint32_t i)
{
    uint32_t node = f->nodes[i];
    for (; i > 0 && comes_before(w, node, f->nodes[(i - 1) / 2]); i = (i - 1) / 2) {
        set(f, i, f->nodes[(i - 1) / 2]);
    }
    set(f, i, node);
}

static uint32_t take_nearest(const struct ways *w, struct front *f)
{
    uint32_t nearest = f->nodes[0], last = f->nodes[--f->count], i = 0;
    f->place[nearest] = 0;
    for (uint32_t child; f->count > 0 && (child = 2 * i + 1) < f->count; i = child) {
        child += child + 1 < f->count && comes_before(w, f->nodes[child + 1], f->nodes[child]);
        if (!comes_before(w, f->nodes[child], last)) {
            break;
        }
        set(f, i, f->nodes[child]);
    }
    if (f->count > 0) {
        set(f, i, last);
    }
    return nearest;
}

static void relax(struct ways *w, struct front *f, uint32_t node)
{
    for (uint32_t i = w->first[node]; i < w->first[node + 1]; i++) {
        const struct scenario_link *l = &w->sc->links[w->links[i]];
        int end = l->node[1] == node;
        uint32_t other = l->node[!end];
        sim_time delay = time_add(w->delay[node], l->direction[end].delay);
        if (!is_nearer(w, other, delay, w->hops[node] + 1)) {
            continue;
        }
        if (!w->is_reached[other]) {
            set(f, f->count++, other);
        }
        w->is_reached[other] = true;
        w->delay[other] = delay;
        w->hops[other] = w->hops[node] + 1;
        rise(w, f, f->place[other] - 1);
    }
}

void ways_from(struct ways *w, uint32_t from)
{
    uint32_t count = w->sc->node_count;
    struct arena scratch = {0};
    struct front f = {arena_alloc(&scratch, (count + 1) * sizeof *f.nodes),
                      arena_alloc(&scratch, (count + 1) * sizeof *f.place), 0};
    memset(w->is_reached, 0, count * sizeof *w->is_reached);
    w->order_count = 0;
    w->is_reached[from] = true;
    w->delay[from] = 0;
    w->hops[from] = 0;
    for (set(&f, f.count++, from); f.count > 0;) {
        uint32_t node = take_nearest(w, &f);
        w->order[w->order_count++] = node;
        if (node == from || w->sc->nodes[node].kind != SCENARIO_HOST) {
            relax(w, &f, node);
        }
    }
    arena_free(&scratch);
}

uint32_t ways_base(const struct ways *w, uint32_t node)
{
    if (w->first[node + 1] - w->first[node] != 1) {
        return node;
    }
    const struct scenario_link *l = &w->sc->links[w->links[w->first[node]]];
    return l->node[l->node[0] == node];
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
