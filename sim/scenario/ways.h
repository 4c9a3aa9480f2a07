#pragma once
/* Which nodes can be reached from which, and by which links: shortest by delay, then by hops. Only
 * routers pass on what is not for them. */

#include "scenario/model.h"

struct ways {
    const struct scenario *sc;
    uint32_t *first; /* of each node: its links in `links`, up to first of the next node */
    uint32_t *links;
    /* From one node, after ways_from: */
    bool *is_reached;
    sim_time *delay;
    uint32_t *hops;
    uint32_t *order; /* nodes, nearest first */
    uint32_t order_count;
};

void ways_prepare(struct ways *w, const struct scenario *sc, struct arena *arena);
void ways_from(struct ways *w, uint32_t from);
/* Where all ways from a node begin that has one link: at its neighbour. Else the node itself. */
uint32_t ways_base(const struct ways *w, uint32_t node);
/* Sets used[link] for every link on a shortest way to a node with is_target; `is_target` is
 * overwritten. */
void ways_mark(const struct ways *w, bool *is_target, bool *used);
