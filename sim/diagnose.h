#pragma once
/* Is what a student takes the hidden fault for the hidden fault? It is whatever its words are, if
 * the run with it is the run with what is hidden, packet for packet. */

#include "run.h"

enum diagnosis {
    DIAGNOSIS_NONE, /* nothing is hidden, or nothing is said about it */
    DIAGNOSIS_RIGHT,
    DIAGNOSIS_WRONG,
    DIAGNOSIS_UNREADABLE, /* err tells */
};
/* `trace` is a watched run of `sc`, up to `max_events` (0: the default). *from: the first instant
 * at which the run of a wrong one differs. */
enum diagnosis diagnose(const struct scenario *sc, const struct trace *trace, uint64_t max_events,
                        sim_time *from, struct err *err);
