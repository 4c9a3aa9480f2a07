#pragma once
/* scenario -> trace. run_scenario is run_open, run_until and run_close in a row. */

#include "scenario/model.h"
#include "trace/trace.h"

#include "base/err.h"

struct run_options {
    bool watch; /* keep records, packets and index; figures are the same either way */
    bool has_seed;
    uint64_t seed;                 /* instead of the scenario's */
    sim_time until;                /* ends the run there; 0: the scenario's `stop` alone */
    uint64_t max_events;           /* 0: RUN_EVENTS_DEFAULT */
    const struct witness *witness; /* outlives the run; NULL: none */
};

#define RUN_EVENTS_DEFAULT UINT64_C(500000000)

struct run; /* a run between two steps */

/* Runs the scenario to its end and fills `out` (zeroed by the caller, freed by trace_free). False:
 * nothing was run, err says why (traffic that surely exceeds max_events). A run that reaches
 * max_events ends with out->end == END_EVENTS and true, one in which time stands still with
 * END_INSTANT. Steps of the script that never ran are
 * warnings in err. `sc` must outlive `out`. */
bool run_scenario(const struct scenario *sc, const struct run_options *opt, struct trace *out,
                  struct err *err);

struct run *run_open(const struct scenario *sc, const struct run_options *opt, struct trace *out,
                     struct err *err); /* NULL: false of run_scenario */
/* Handles every event up to and including `t`. False: nothing is left after that. */
bool run_until(struct run *r, sim_time t);
void run_close(struct run *r); /* finishes the trace and frees the run */

/* The raw host's side of a run (probe): whoever calls is the other end of the wire. Time moves by
 * these calls alone. */
struct raw_view {
    sim_time at;
    struct bytes wire; /* from its IPv4 header on; borrowed until the next call */
    const char *is;    /* its short name, "SYN+ACK" */
};
bool run_is_raw(const struct run *r); /* the scenario has a raw host; its packets are then kept */
sim_time run_now(const struct run *r);
/* Runs on to `t`, packets for the raw host waiting for run_next; `now` is then t. */
void run_advance(struct run *r, sim_time t);
/* Runs on to the next packet that reaches the raw host, at most to `until`; `now` is then its time.
 * False: none came, `now` is `until`. No packet is given twice. */
bool run_next(struct run *r, sim_time until, struct raw_view *out);
/* The raw host sends these bytes now: a whole IPv4 packet, on a LAN a whole Ethernet frame. False:
 * a frame of neither IPv4 nor ARP. */
bool run_inject(struct run *r, struct bytes wire);
