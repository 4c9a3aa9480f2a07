#pragma once
/* Feedback that waits for its time (RTP/AVPF, RFC 4585 3.5): at once if the last early report was
 * followed by a regular one, else with the next regular one. */

#include "proto/rtp/reporter.h"
#include "proto/rtp/timing.h"

#define FEEDBACK_MAX 64

struct rtcp_feedback {
    struct rtcp_wish wishes[FEEDBACK_MAX];
    uint32_t count, draws;
    bool may_be_early; /* allow_early of 3.5.2 */
    sim_time due;      /* of the early report; 0: none is on its way */
    bool said_pli;     /* what went out last */
};

/* False: it waits already, or no more fit. */
bool feedback_want(struct rtcp_feedback *f, const struct rtcp_wish *w);
/* When an early report goes out (3.5.3); SIM_NEVER: none does, the next regular one carries it.
 * bits: a draw. */
sim_time feedback_time(struct rtcp_feedback *f, const struct rtcp_timing *t, sim_time now,
                       uint64_t bits);
/* What waits, as packets of a compound. False: nothing does. */
bool feedback_add(struct rtcp_feedback *f, uint32_t ssrc, struct buf *out);
void feedback_sent(struct rtcp_feedback *f);
/* After an early report the next regular one is left out. */
void feedback_postpone(struct rtcp_feedback *f, struct rtcp_timing *t);
/* Another has said it: it need not be said twice (3.5.3, step 3). */
void feedback_heard(struct rtcp_feedback *f, struct bytes compound);
unsigned feedback_why(const struct rtcp_feedback *f); /* enum rtp_why */
