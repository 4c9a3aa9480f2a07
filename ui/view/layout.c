/* Placing nodes. The simplest form that fits is taken: given places, a line, a spine with leaves,
 * a ring. */

#include "ui/view/layout.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>

#define NOWHERE UINT32_MAX

/* Neighbours of node n are next[first[n]] .. next[first[n + 1] - 1]. */
struct net_graph {
    const struct trace *trace;
    uint32_t count;
    uint32_t *first, *next;
    uint32_t *seen;  /* scratch: the node before on the way, NOWHERE: not reached */
    uint32_t *queue; /* scratch */
};

static uint32_t *numbers(size_t count)
{
    uint32_t *p = calloc(count ? count : 1, sizeof *p);

    assert(p);
    return p;
}

static struct net_graph graph_new(const struct trace *t)
{
    struct net_graph g = {.trace = t, .count = t->node_count};
    uint32_t *fill;

    g.first = numbers(t->node_count + 1);
    g.next = numbers(2 * (size_t)t->link_count);
    g.seen = numbers(t->node_count);
    g.queue = numbers(t->node_count);
    for (uint32_t i = 0; i < 2 * t->link_count; i++) {
        g.first[t->links[i / 2].node[i % 2] + 1]++;
    }
    for (uint32_t n = 0; n < g.count; n++) {
        g.first[n + 1] += g.first[n];
    }
    fill = numbers(t->node_count);
    for (uint32_t i = 0; i < 2 * t->link_count; i++) {
        uint32_t n = t->links[i / 2].node[i % 2];

        g.next[g.first[n] + fill[n]++] = t->links[i / 2].node[1 - i % 2];
    }
    free(fill);
    return g;
}

static void graph_free(struct net_graph *g)
{
    free(g->first);
    free(g->next);
    free(g->seen);
    free(g->queue);
}

static uint32_t degree(const struct net_graph *g, uint32_t n)
{
    return g->first[n + 1] - g->first[n];
}

/* Nodes that carry others' packets. */
static bool is_spine(const struct net_graph *g, uint32_t n)
{
    return g->trace->nodes[n].kind != NODE_HOST || degree(g, n) > 1;
}

/* Breadth first from `start` (only over the spine, if asked); returns the node reached last. */
static uint32_t walk(struct net_graph *g, uint32_t start, bool only_spine, uint32_t *reached)
{
    uint32_t head = 0, tail = 0;

    for (uint32_t n = 0; n < g->count; n++) {
        g->seen[n] = NOWHERE;
    }
    g->seen[start] = start;
    g->queue[tail++] = start;
    while (head < tail) {
        uint32_t n = g->queue[head++];

        for (uint32_t i = g->first[n]; i < g->first[n + 1]; i++) {
            uint32_t m = g->next[i];

            if (g->seen[m] == NOWHERE && (!only_spine || is_spine(g, m))) {
                g->seen[m] = n;
                g->queue[tail++] = m;
            }
        }
    }
    *reached = tail;
    return g->queue[tail - 1];
}

static bool use_given(const struct trace *t, struct spot *spots)
{
    double x0 = DBL_MAX, y0 = DBL_MAX, x1 = -DBL_MAX, y1 = -DBL_MAX;

    for (uint32_t n = 0; n < t->node_count; n++) {
        const struct trace_node *node = &t->nodes[n];

        if (node->x < 0 || node->y < 0) {
            return false;
        }
        x0 = fmin(x0, node->x);
        x1 = fmax(x1, node->x);
        y0 = fmin(y0, node->y);
        y1 = fmax(y1, node->y);
    }
    for (uint32_t n = 0; n < t->node_count; n++) {
        spots[n].x = x1 > x0 ? (t->nodes[n].x - x0) / (x1 - x0) : 0.5;
        spots[n].y = y1 > y0 ? (t->nodes[n].y - y0) / (y1 - y0) : 0.5;
    }
    return t->node_count > 0;
}

/* A chain of nodes, in a line. */
static bool use_line(struct net_graph *g, struct spot *spots)
{
    uint32_t start = NOWHERE, reached, last;

    for (uint32_t n = 0; n < g->count; n++) {
        if (degree(g, n) > 2) {
            return false;
        }
        if (degree(g, n) < 2 && start == NOWHERE) {
            start = n;
        }
    }
    if (start == NOWHERE) {
        return false;
    }
    last = walk(g, start, false, &reached);
    if (reached != g->count) {
        return false;
    }
    for (uint32_t n = last, i = reached; i > 0; i--) {
        spots[n] = (struct spot){reached > 1 ? (i - 1) / (double)(reached - 1) : 0.5, 0.5};
        n = g->seen[n];
    }
    return true;
}

/* Leaves of one spine node, spread along a side. */
static void spread(struct spot *spots, const uint32_t *leaves, uint32_t count, struct spot from,
                   struct spot to)
{
    for (uint32_t i = 0; i < count; i++) {
        double f = count == 1 ? 0.5 : i / (count - 1.0);

        spots[leaves[i]] =
            (struct spot){from.x + (to.x - from.x) * f, from.y + (to.y - from.y) * f};
    }
}

static void place_leaves(struct spot *spots, const uint32_t *leaves, uint32_t count, uint32_t i,
                         uint32_t spine)
{
    double at = (i + 1.0) / (spine + 1.0), half = 0.5 / (spine + 1.0);
    uint32_t part = (count + 1) / 2;
    const struct spot left[] = {{0, 0}, {0, 1}}, right[] = {{1, 0}, {1, 1}};

    if (spine == 1) {
        spread(spots, leaves, part, left[0], left[1]);
        spread(spots, leaves + part, count - part, right[0], right[1]);
    } else if (i == 0) {
        spread(spots, leaves, count, left[0], left[1]);
    } else if (i == spine - 1) {
        spread(spots, leaves, count, right[0], right[1]);
    } else {
        spread(spots, leaves, part, (struct spot){at - half, 0}, (struct spot){at + half, 0});
        spread(spots, leaves + part, count - part, (struct spot){at - half, 1},
               (struct spot){at + half, 1});
    }
}

/* The longest way over routers in the middle, everything else at its sides. */
static bool use_spine(struct net_graph *g, struct spot *spots)
{
    uint32_t start = NOWHERE, reached, *spine, *leaves, length = 0;
    bool *placed;

    for (uint32_t n = g->count; n > 0; n--) {
        start = is_spine(g, n - 1) ? n - 1 : start;
    }
    if (start == NOWHERE) {
        return false;
    }
    start = walk(g, start, true, &reached);
    spine = numbers(g->count);
    leaves = numbers(g->count);
    placed = calloc(g->count, sizeof *placed);
    assert(placed);
    for (uint32_t n = walk(g, start, true, &reached);; n = g->seen[n]) {
        spine[length++] = n;
        placed[n] = true;
        if (n == start) {
            break;
        }
    }
    for (uint32_t i = 0; i < length; i++) {
        uint32_t count = 0;

        spots[spine[i]] = (struct spot){(i + 1.0) / (length + 1.0), 0.5};
        for (uint32_t j = g->first[spine[i]]; j < g->first[spine[i] + 1]; j++) {
            if (!placed[g->next[j]]) {
                placed[g->next[j]] = true;
                leaves[count++] = g->next[j];
            }
        }
        place_leaves(spots, leaves, count, i, length);
    }
    reached = 0;
    for (uint32_t n = 0; n < g->count; n++) {
        reached += placed[n];
    }
    free(spine);
    free(leaves);
    free(placed);
    return reached == g->count;
}

static void use_ring(const struct net_graph *g, struct spot *spots)
{
    for (uint32_t n = 0; n < g->count; n++) {
        double angle = 2 * acos(-1) * n / g->count;

        spots[n] = (struct spot){0.5 - cos(angle) / 2, 0.5 - sin(angle) / 2};
    }
}

/* Insertion sort: stable, and nodes are few or already in order. */
static void from_left_to_right(const struct spot *spots, uint32_t count, uint32_t *order)
{
    for (uint32_t n = 0; n < count; n++) {
        uint32_t i = n;

        while (i > 0 &&
               (spots[order[i - 1]].x > spots[n].x ||
                (spots[order[i - 1]].x == spots[n].x && spots[order[i - 1]].y > spots[n].y))) {
            order[i] = order[i - 1];
            i--;
        }
        order[i] = n;
    }
}

void layout_make(const struct trace *t, struct spot *spots, uint32_t *order)
{
    struct net_graph g = graph_new(t);

    if (g.count > 0 && !use_given(t, spots) && !use_line(&g, spots) && !use_spine(&g, spots)) {
        use_ring(&g, spots);
    }
    from_left_to_right(spots, g.count, order);
    graph_free(&g);
}
