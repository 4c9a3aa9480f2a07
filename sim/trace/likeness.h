#pragma once
/* Packets of two runs beside each other: two are alike when they were sent at the same instant, by
 * the same endpoint, with the same header, and came to the same end. */

#include "trace/trace.h"

struct likeness {
    uint64_t key;
    uint32_t packet; /* id */
    sim_time at;     /* its first record; SIM_NEVER: none */
};

/* All packets of a trace, in the order of their keys; freed by the caller. */
struct likeness *likeness_all(const struct trace *t);
/* Goes through two such lists: `only` gets each packet that one of them alone has, and which. */
void likeness_compare(const struct likeness *a, uint32_t a_count, const struct likeness *b,
                      uint32_t b_count,
                      void (*only)(void *into, const struct likeness *l, bool is_of_a), void *into);
/* When the first packet was sent that one of the two has alone; SIM_NEVER: all are alike. */
sim_time likeness_differs_from(const struct trace *a, const struct trace *b);
