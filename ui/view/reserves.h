#pragma once
/* What nodes keep of RSVP, found in a trace once: each path and each reservation from its coming to
 * its end, with the message that brought it and the timer that forgets it. */

#include "trace/trace.h"

struct reserve {
    uint32_t actor, node;
    bool is_path;
    int64_t key;          /* as the actor's type prints it */
    sim_time from, until; /* until SIM_NEVER: it holds at the end of the run */
    uint32_t record;      /* of its coming */
    uint32_t packet;      /* that brought it; 0: it is of this node's own */
    int64_t bps;          /* that it asks for; 0: not known */
    unsigned timer;       /* that forgets it, and its number; timer UINT_MAX: nothing does */
    uint32_t index;
};

struct reserves {
    struct reserve *list; /* in the order of their coming; owned */
    uint32_t count;
};

void reserves_make(struct reserves *r, const struct trace *t);
void reserves_free(struct reserves *r);
/* It is kept at that time. */
bool reserve_holds(const struct reserve *r, sim_time now);
