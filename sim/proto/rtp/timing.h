#pragma once
/* When the next report of a session's member is due (RFC 3550 6.3, appendix A.7). */

#include "base/simtime.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rtcp_timing {
    uint32_t members, senders, pmembers;
    int64_t bandwidth; /* of all RTCP of the session, bit/s */
    int64_t average16; /* avg_rtcp_size, bytes scaled by 16, UDP and IP headers included */
    sim_time minimum;  /* 5 s */
    sim_time tp, tn;   /* last sent, next due */
    bool we_sent, is_initial;
};
sim_time rtcp_interval_calculated(const struct rtcp_timing *t);           /* Td */
sim_time rtcp_interval_drawn(const struct rtcp_timing *t, uint64_t bits); /* T */
void rtcp_timing_size(struct rtcp_timing *t, size_t bytes); /* a compound went or came */
/* 6.3.4: fewer members, so the next report comes earlier. */
void rtcp_timing_reverse(struct rtcp_timing *t, sim_time now);
