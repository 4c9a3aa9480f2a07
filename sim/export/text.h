#pragma once
/* A run as text for people: the ladder, a line a packet; the figures in words; what was expected.
 */

#include "trace/trace.h"

#include <stdio.h>

#define TEXT_WIDTH_MIN 60u

struct text_options {
    enum lang lang;
    unsigned width; /* cells of a line; at least TEXT_WIDTH_MIN */
    bool has_colour;
    bool is_whole; /* no run of lines is left out */
};

/* The trace must have been kept. Write errors stay in the FILE. */
void text_ladder(const struct trace *t, const struct text_options *o, FILE *out);
/* A few lines of the ladder before and after `at`, without title. */
void text_ladder_around(const struct trace *t, sim_time at, const struct text_options *o,
                        FILE *out);
void text_summary(const struct trace *t, const struct text_options *o, FILE *out);
/* What held at `at`: every host's machines, variables, timers, items, and packets under way. */
void text_state(const struct trace *t, sim_time at, const struct text_options *o, FILE *out);
