/* Tahoe: fast retransmit, but no recovery: three duplicates count as a timeout does, and slow start
 * begins anew from one segment. */
#include "proto/tcp/cc.h"

enum { DUPLICATES = 3 };

static bool acked(struct tcp *t, uint32_t n, sim_time now, struct fx *fx)
{
    t->dup_acks = 0;
    cc_open(t, n, now, fx);
    return false;
}

/* What was sent behind the loss goes again in order, as after a timeout. */
static bool duplicate(struct tcp *t, struct fx *fx)
{
    t->dup_acks++;
    if (t->dup_acks != DUPLICATES || t->snd_una <= t->recover) {
        return false;
    }
    cc_lost(t);
    t->recover = t->snd_nxt;
    t->cwnd = t->snd_mss;
    t->cwnd_acked = 0;
    t->snd_at = t->snd_una;
    cc_enter(t, TCP_SLOW_START, TCP_WHY_FAST, fx);
    return true;
}

const struct cc_algorithm cc_tahoe = {.name = "tahoe",
                                      .start = cc_initial_window,
                                      .threshold = cc_half,
                                      .grow = cc_grow,
                                      .acked = acked,
                                      .duplicate = duplicate,
                                      .timeout = cc_collapse};
