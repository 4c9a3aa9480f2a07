#pragma once
/* The figures of series_table over a whole run, made from the trace once, so that a picture looks
 * at no more of them than it has columns of pixels. */

#include "trace/trace.h"
#include "ui/view/series.h"

#define CURVE_BLOCK 64u

struct curve_point {
    sim_time at;
    double value;
    uint32_t record;
};
struct curve_range {
    double least, most;
};
struct curve {
    const struct series *series;
    uint32_t owner;             /* entity: an actor, or a link direction */
    uint32_t flow;              /* 0: of no flow */
    struct curve_point *points; /* ascending in time */
    struct curve_range *blocks; /* of CURVE_BLOCK points each */
    uint32_t count;
    struct curve_range all;
};

/* A segment that was sent, or a block that an acknowledgement reports. */
struct plot_span {
    sim_time at; /* sent; or the acknowledgement arrived */
    uint64_t from, to;
    uint32_t packet;
    bool is_again; /* sent before */
};
struct plot_spans {
    uint32_t owner;          /* entity that sent the segments */
    struct plot_span *spans; /* ascending in time */
    uint32_t count;
};

/* A loss or a firing, to stand on a curve. */
struct plot_event {
    sim_time at;
    uint32_t owner; /* entity that sent what was lost, or whose timer fired */
    uint32_t record;
    uint32_t timer; /* firing: its number */
};

struct curves {
    struct curve *all;
    uint32_t count;
    struct plot_spans *sent, *reported; /* one a sender of segments; the same owners */
    uint32_t sender_count;
    struct plot_event *losses, *firings;
    uint32_t loss_count, firing_count;
};

void curves_make(struct curves *c, const struct trace *t);
void curves_free(struct curves *c);

/* First point at t or later; count: none. */
uint32_t curve_at_or_after(const struct curve *c, sim_time t);
/* The point in force at t; NULL: none yet. */
const struct curve_point *curve_at(const struct curve *c, sim_time t);
/* Least and most of the points [first, last). */
struct curve_range curve_range_of(const struct curve *c, uint32_t first, uint32_t last);
/* First span at t or later. */
uint32_t spans_at_or_after(const struct plot_spans *s, sim_time t);
/* First event at t or later. */
uint32_t events_at_or_after(const struct plot_event *e, uint32_t count, sim_time t);
/* The segments of a sender and what acknowledgements reported to it; false: it sends none. */
bool curves_spans(const struct curves *c, uint32_t owner, const struct plot_spans **sent,
                  const struct plot_spans **reported);
