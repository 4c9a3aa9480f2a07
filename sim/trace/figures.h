#pragma once
/* What a flow achieved, by the names of the summary (CLI.md): the same numbers for the summary, the
 * text, and the expectations. */

#include "trace/trace.h"

/* False: no such figure, or there was nothing to measure it by. */
bool flow_figure(const struct flow *f, const char *name, double *value);
/* The words for what its idealised utilization takes for granted; NULL: nobody wrote them. Losses
 * that a scenario names one by one have no chance: theory leaves them out, and the words say so. */
const char *flow_assumptions(const struct flow *f, enum lang lang);
bool flow_goodput(const struct flow *f, double *bps);       /* to the last delivery */
bool flow_utilization(const struct flow *f, double *share); /* 0 to 1, of its slowest link */
uint64_t drops_total(const uint64_t drops[DROP_CLASS_COUNT]);
/* "a-b": the two ends in the scenario's order. Appended to out. */
void link_name(const struct trace *t, uint32_t link, struct buf *out);
/* Share of the time 0 .. sim_ns in which the direction was sending. which: 0, 1. */
double link_utilization(const struct trace *t, uint32_t link, unsigned which);
