/* When the next report is due (RFC 3550 6.3, A.7), in whole numbers: the interval orders events. */
#include "proto/rtp/timing.h"

/* e - 3/2, which makes up for the drawing together of timer reconsideration. */
#define COMPENSATION_NUM 121828
#define COMPENSATION_DEN 100000

/* The part of the bandwidth that is ours, in quarters, and among how many it is shared. */
static uint32_t share(const struct rtcp_timing *t, int64_t *quarters)
{
    *quarters = 4;
    if (4 * (uint64_t)t->senders > t->members) {
        return t->members;
    }
    *quarters = t->we_sent ? 1 : 3;
    return t->we_sent ? t->senders : t->members - t->senders;
}

sim_time rtcp_interval_calculated(const struct rtcp_timing *t)
{
    int64_t quarters;
    uint32_t n = share(t, &quarters);
    sim_time minimum = t->is_initial ? t->minimum / 2 : t->minimum;
    sim_time fair = muldiv(t->average16 * n * 2, SIM_S, t->bandwidth * quarters);
    return fair > minimum ? fair : minimum;
}

sim_time rtcp_interval_drawn(const struct rtcp_timing *t, uint64_t bits)
{
    sim_time td = rtcp_interval_calculated(t);
    sim_time spread = td / 2 + muldiv(td, (int64_t)(bits >> 32), INT64_C(1) << 32);
    return muldiv(spread, COMPENSATION_DEN, COMPENSATION_NUM);
}

void rtcp_timing_size(struct rtcp_timing *t, size_t bytes)
{
    t->average16 += (int64_t)bytes - t->average16 / 16;
}

void rtcp_timing_reverse(struct rtcp_timing *t, sim_time now)
{
    if (t->members >= t->pmembers) {
        return;
    }
    t->tn = now + muldiv(t->tn - now, t->members, t->pmembers);
    t->tp = now - muldiv(now - t->tp, t->members, t->pmembers);
    t->pmembers = t->members;
}
