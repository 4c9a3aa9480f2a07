/* Reno (RFC 5681 3.2): fast retransmit, and a fast recovery that the first new acknowledgement
 * ends, even if more of the same flight is missing. */
#include "proto/tcp/cc.h"

enum { DUPLICATES = 3 }; /* each has left the network */

static bool acked(struct tcp *t, uint32_t n, sim_time now, struct fx *fx)
{
    t->dup_acks = t->limited = 0;
    if (t->congestion == TCP_RECOVERY) {
        t->cwnd = t->ssthresh;
        t->cwnd_acked = 0;
        cc_enter(t, TCP_AVOIDANCE, TCP_WHY_RECOVERED, fx);
    } else {
        cc_open(t, n, now, fx);
    }
    return false;
}

static bool duplicate(struct tcp *t, struct fx *fx)
{
    if (t->congestion == TCP_RECOVERY) {
        t->cwnd += t->snd_mss;
        return false;
    }
    if (!cc_third(t)) {
        return false;
    }
    cc_lost(t);
    t->cwnd = t->ssthresh + DUPLICATES * t->snd_mss;
    cc_enter(t, TCP_RECOVERY, TCP_WHY_FAST, fx);
    return true;
}

const struct cc_algorithm cc_reno = {.name = "reno",
                                     .start = cc_initial_window,
                                     .threshold = cc_half,
                                     .grow = cc_grow,
                                     .acked = acked,
                                     .duplicate = duplicate,
                                     .timeout = cc_collapse};
