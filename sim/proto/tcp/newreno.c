/* NewReno (RFC 6582): fast retransmit, and a fast recovery that lasts until everything sent before
 * the loss is acknowledged; each partial acknowledgement names the next segment that is missing. */
#include "proto/tcp/cc.h"

enum { DUPLICATES = 3 }; /* each has left the network */

bool newreno_acked(struct tcp *t, uint32_t n, sim_time now, struct fx *fx)
{
    t->dup_acks = t->limited = 0;
    if (t->congestion != TCP_RECOVERY) {
        cc_open(t, n, now, fx);
        return false;
    }
    if (t->snd_una >= t->recover) { /* a full acknowledgement: 3.2 step 3 */
        uint32_t flight = cc_flight(t) > t->snd_mss ? cc_flight(t) : t->snd_mss;
        t->cwnd = flight + t->snd_mss < t->ssthresh ? flight + t->snd_mss : t->ssthresh;
        t->cwnd_acked = 0;
        cc_enter(t, TCP_AVOIDANCE, TCP_WHY_RECOVERED, fx);
        return false;
    }
    t->cwnd = t->cwnd > n + t->snd_mss ? t->cwnd - n : t->snd_mss;
    t->cwnd += n >= t->snd_mss ? t->snd_mss : 0;
    return true;
}

/* RFC 6582 3.2 step 2: no second recovery for losses of one flight. */
bool newreno_duplicate(struct tcp *t, struct fx *fx)
{
    if (t->congestion == TCP_RECOVERY) {
        t->cwnd += t->snd_mss;
        return false;
    }
    if (!cc_third(t) || t->snd_una <= t->recover) {
        return false;
    }
    cc_lost(t);
    t->recover = t->snd_nxt;
    t->cwnd = t->ssthresh + DUPLICATES * t->snd_mss;
    cc_enter(t, TCP_RECOVERY, TCP_WHY_FAST, fx);
    return true;
}

const struct cc_algorithm cc_newreno = {.name = "newreno",
                                        .start = cc_initial_window,
                                        .threshold = cc_half,
                                        .grow = cc_grow,
                                        .acked = newreno_acked,
                                        .duplicate = newreno_duplicate,
                                        .timeout = cc_collapse};
