#pragma once
/* scenario -> trace. run_scenario is run_open, run_until and run_close in a row. */

#include "scenario/model.h"
#include "trace/trace.h"

#include "base/err.h"

struct run_options {
    bool watch; /* keep records, packets and index; figures are the same either way */
    bool has_seed;
    uint64_t seed;       /* instead of the scenario's */
    sim_time until;      /* ends the run there; 0: the scenario's `stop` alone */
    uint64_t max_events; /* 0: RUN_EVENTS_DEFAULT */
};

#define RUN_EVENTS_DEFAULT UINT64_C(500000000)

struct run; /* a run between two steps */

/* Runs the scenario to its end and fills `out` (zeroed by the caller, freed by trace_free). False:
 * nothing was run, err says why (traffic that surely exceeds max_events). A run that reaches
 * max_events ends with out->end == END_EVENTS and true. Steps of the script that never ran are
 * warnings in err. `sc` must outlive `out`. */
bool run_scenario(const struct scenario *sc, const struct run_options *opt, struct trace *out,
                  struct err *err);

struct run *run_open(const struct scenario *sc, const struct run_options *opt, struct trace *out,
                     struct err *err); /* NULL: false of run_scenario */
/* Handles every event up to and including `t`. False: nothing is left after that. */
bool run_until(struct run *r, sim_time t);
void run_close(struct run *r); /* finishes the trace and frees the run */
