#pragma once
/* How a stream gets through an uneven network: playout.c chooses the stream and the page of time,
 * playout_lanes.c draws when packets were sent, came and were played, playout_buffer.c what waits,
 * playout_jitter.c how the estimate of the jitter grows. All share one axis of time, and its left
 * and right edges to the pixel. */

#include "ui/parts.h"
#include "ui/view/view.h"

#define PLAYOUT_LABELS 88.0  /* names and values at the left of an axis */
#define PLAYOUT_SIDE   104.0 /* what stands beside it at the right */

struct playout_view {
    uint32_t stream;   /* chosen by its name */
    sim_time from, to; /* a part of the run that was asked for; both 0: the page of now */
};

struct playout_frame {
    struct ui *ui;
    const struct scene *s;
    struct playout_view *self;
    const struct media_stream *st;
    sim_time from, to, origin; /* what is shown; what the axis counts from */
    double left, right, scale; /* pixels; pixels a nanosecond */
    bool has_side;
    int64_t base; /* numbers are told less this */
};

double playout_x(const struct playout_frame *f, sim_time t);
/* 0, a half and all of `top` beside the plot r, with what it is and its unit. */
void playout_values(const struct playout_frame *f, struct rect r, double top, const char *what,
                    const char *unit);
/* Grid and times at the foot of an axis. */
void playout_axis(const struct playout_frame *f, double top, double bottom, bool has_times);
void playout_now(const struct playout_frame *f, double top, double bottom, bool has_flag);
/* "12": the number of a packet, as short as this stream allows. */
char *playout_number(const struct playout_frame *f, const struct media_packet *p, char buf[16]);
/* The packets of which anything may be seen. */
void playout_shown(const struct playout_frame *f, uint32_t *first, uint32_t *last);

void playout_lanes(struct playout_frame *f, struct rect r);
void playout_buffer(struct playout_frame *f, struct rect r);
/* The container at the side with what waits in it, and what came too late beside it. */
void playout_vessel(struct playout_frame *f, struct rect r);
void playout_jitter(struct playout_frame *f, struct rect r);
/* How J came about at one packet, in a line. */
void playout_step(struct playout_frame *f, struct rect r);
const struct media_packet *playout_measured(const struct playout_frame *f); /* that one; NULL */
