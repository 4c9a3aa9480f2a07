#pragma once
/* A run as run.c and run_call.c see it. */

#include "net/world.h"
#include "run.h"

struct run {
    const struct scenario *sc;
    struct world *world;
    struct trace *trace;
    sim_time stop;
    uint64_t max_events;
    bool is_left;          /* something would still happen */
    sim_time now;          /* of whoever drives the raw host */
    uint32_t raw;          /* that host; NO_NODE: none */
    struct map sent;       /* descriptor -> the stream of what was given to it */
    uint32_t *descriptors; /* by node: its descriptors, 0: none yet; made by the first call */
};

/* Everything due up to `t`; packets that reach the raw host meanwhile do not stop it. */
void run_due(struct run *r, sim_time t);
