#pragma once
/* What has just happened while time went on: a loss shrinks to its ring, the clock of a timer that
 * fires pulses. Whoever jumps to an instant sees the settled picture. */

#include "ui/view/view.h"

/* Of one kind of mark in one view; part of the view's own state. */
struct motion {
    sim_time before; /* the instant of the picture before */
    uint32_t record; /* of the mark under way, 0: none */
    double since;    /* screen time at which it began */
};

#define MOTION_LOSS  0.2 /* seconds: a capsule shrinks to the ring */
#define MOTION_PULSE 0.24

/* How far the motion of the last mark of that kind has come, 0 .. 1; 1: over, or there is none.
 * *record: what it is about, 0 then. Once a picture. */
double motion_part(struct motion *m, struct ui *ui, const struct scene *s, enum mark_kind kind,
                   double seconds, uint32_t *record);
