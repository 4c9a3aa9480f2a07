#pragma once
/* Where the nodes of a network stand: as the scenario says, else in a line, around a spine of
 * routers, or in a ring. A function of the trace's nodes and links alone. */

#include "trace/trace.h"

struct spot {
    double x, y; /* 0 .. 1, y down */
};

/* One spot a node. `order` gets all nodes from left to right (lifelines). */
void layout_make(const struct trace *t, struct spot *spots, uint32_t *order);
