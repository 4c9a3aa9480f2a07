#pragma once
/* Inside the lanes: where they lie, and how a packet's tile looks. */

#include "ui/view/playout.h"

#define LEVELS 12u

enum lane { LANE_SENT, LANE_ARRIVED, LANE_PLAYED, LANE_COUNT };
enum look { LOOK_PLAIN, LOOK_PALE, LOOK_LATE, LOOK_AGAIN, LOOK_FILLED, LOOK_EMPTY };

struct lanes {
    struct playout_frame *f;
    double y[LANE_COUNT];
    double w, h;                     /* of a tile; w below TICK: ticks */
    double edge[LANE_COUNT][LEVELS]; /* right edge of what stands at each level */
    double last_words, last_filled;
    bool draws_stems; /* this pass draws nothing but stems, so that no tile is crossed by one */
};

void playout_tile(const struct lanes *l, const struct media_packet *p, struct rect r,
                  enum look look);
void playout_rim(const struct lanes *l, struct rect r); /* around the selected one */
