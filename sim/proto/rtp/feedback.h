#pragma once
/* Feedback that waits for its time (RTP/AVPF, RFC 4585 3.5): at once if the last early report was
 * followed by a regular one, else with the next regular one. */

#include "proto/rtp/reporter.h"
#include "proto/rtp/timing.h"

#define FEEDBACK_MAX       64
#define FEEDBACK_RETENTION (2 * SIM_S) /* T_retention of 3.4 */

/* What another member has said. */
struct feedback_said {
    struct rtcp_wish wish;
    sim_time at;
};

struct rtcp_feedback {
    struct rtcp_wish wishes[FEEDBACK_MAX];
    struct feedback_said others[FEEDBACK_MAX]; /* the last ones, in turn */
    uint32_t count, draws, other_count;
    bool may_be_early; /* allow_early of 3.5.2 */
    sim_time due;      /* of the early report; 0: none is on its way */
    sim_time told;     /* t_rr_last of 3.5.3 */
    bool has_told;     /* else it is NaN */
    bool said_pli;     /* what went out last */
};

/* Takes a wish (3.5.2, steps 2 to 5). When an early report goes out for it; SIM_NEVER: none does,
 * the report that is due already carries it, or nobody does, for another has said it or it would
 * come too late. is_group: more than two may say it. bits: a draw. */
sim_time feedback_want(struct rtcp_feedback *f, const struct rtcp_wish *w,
                       const struct rtcp_timing *t, bool is_group, sim_time now, uint64_t bits);
/* What waits, as packets of a compound. False: nothing does. */
bool feedback_add(struct rtcp_feedback *f, uint32_t ssrc, struct buf *out);
void feedback_sent(struct rtcp_feedback *f);
/* After an early report the next regular one is left out (3.5.2, step 6). */
void feedback_postpone(struct rtcp_feedback *f, struct rtcp_timing *t);
/* A regular report is due: does it go out (3.5.3)? least: T_rr_interval. Either way early ones are
 * allowed again. */
bool feedback_is_regular(struct rtcp_feedback *f, sim_time least, sim_time now, uint64_t bits);
/* Another has said it: it need not be said twice (3.5.2, step 5). True: it was waiting to be said.
 */
bool feedback_heard(struct rtcp_feedback *f, struct bytes compound, sim_time now);
unsigned feedback_why(const struct rtcp_feedback *f); /* enum rtp_why */
