/* Recovery by the scoreboard (RFC 6675): how much is in the network (the pipe) says when a segment
 * may go, the scoreboard says which. Steps have the RFC's numbers. Invariant: in a recovery
 * high_rxt is behind the last number that went again in it. */
#include "proto/tcp/cc.h"
#include "proto/tcp/sack.h"

enum { DUP_THRESH = 3 };

bool sack_recovers(const struct tcp *t)
{
    switch ((enum tcp_recovery)t->set.recovery) {
    case TCP_RECOVER_AUTO: break;
    case TCP_RECOVER_SACK: return t->sack_ok;
    case TCP_RECOVER_RACK:
    case TCP_RECOVER_NEWRENO:
    case TCP_RECOVER_RENO:
    case TCP_RECOVER_TAHOE: return false;
    }
    return t->sack_ok && cc_of(t) != &cc_reno && cc_of(t) != &cc_tahoe;
}

bool sack_has_scoreboard(const struct tcp *t)
{
    return t->rack || sack_recovers(t);
}

/* (4): the first segment that lacks goes again, whatever the pipe says. */
static void enter(struct tcp *t, sim_time now, struct fx *fx)
{
    enum tcp_why why = t->dup_acks >= DUP_THRESH ? TCP_WHY_FAST : TCP_WHY_LOST;
    t->recover = t->snd_nxt;
    cc_lost(t);
    t->cwnd = t->ssthresh;
    cc_enter(t, TCP_RECOVERY, why, fx);
    t->high_rxt = t->rescue_rxt = tcp_resend(t, now, why, fx);
}

/* Section 5, upon the receipt of an acknowledgement. SND.UNA and the scoreboard have been updated;
 * tcp_output does step (C). */
void sack_heard(struct tcp *t, uint32_t acked, int64_t sacked, sim_time now, struct fx *fx)
{
    t->dup_acks = acked ? 0 : t->dup_acks;
    if (t->congestion == TCP_RECOVERY) {
        if (t->snd_una >= t->recover) {                        /* (A) */
            t->cwnd_acked = acked < t->cwnd ? acked : t->cwnd; /* RFC 5681 3.1: new data counts */
            cc_enter(t, TCP_AVOIDANCE, TCP_WHY_RECOVERED, fx);
        }
        return;
    }
    if (acked) {
        cc_open(t, acked, now, fx);
    }
    t->dup_acks += sacked > 0;
    bool is_lost = t->dup_acks >= DUP_THRESH || sack_lost_to(t) > t->snd_una;
    if (sacked > 0 && is_lost && t->snd_una >= t->recover) {
        enter(t, now, fx);
    }
}

/* ---- NextSeg (section 4) ---- */

struct next {
    int64_t at, n;
    enum tcp_why why; /* none: nothing to send */
};

static struct next hole_at(const struct tcp *t, int64_t at, enum tcp_why why)
{
    int64_t end = sack_hole_end(t, at), most = at + tcp_payload_most(t);
    return (struct next){at, (end < most ? end : most) - at, why};
}

/* Rule 4: the last segment that lacks, once in a recovery: if it is lost too, nothing else would
 * ever say so. One that has gone again in this recovery needs no rescue. */
static struct next rescue(const struct tcp *t)
{
    const struct tcp_range *last = ranges_last(&t->sacked);
    int64_t end = last && last->to == t->snd_nxt ? last->from : t->snd_nxt;
    int64_t at = end - tcp_payload_most(t);
    if (t->snd_una <= t->rescue_rxt || end <= t->snd_una || end <= t->high_rxt) {
        return (struct next){0};
    }
    at = at < t->snd_una ? t->snd_una : at;
    for (const struct tcp_range *r = ranges_behind(&t->sacked, at); r && r->from < end;
         r = ranges_behind(&t->sacked, at)) {
        at = r->to;
    }
    return (struct next){at, end - at, TCP_WHY_RESCUE};
}

static struct next next_seg(const struct tcp *t)
{
    int64_t hole = sack_hole(t, t->high_rxt > t->snd_una ? t->high_rxt : t->snd_una);
    int64_t fresh = tcp_unsent(t);
    const struct tcp_range *last = ranges_last(&t->sacked);
    if (hole < sack_lost_to(t)) {
        return hole_at(t, hole, TCP_WHY_LOST); /* rule 1 */
    }
    if (fresh >= 0) {
        return (struct next){t->snd_nxt, fresh, TCP_WHY_PIPE}; /* rule 2 */
    }
    if (last && hole < last->from) {
        return hole_at(t, hole, TCP_WHY_HOLE); /* rule 3 */
    }
    return rescue(t);
}

bool sack_send_next(struct tcp *t, sim_time now, struct fx *fx)
{
    if ((int64_t)t->cwnd - sack_pipe(t) < t->snd_mss) {
        return false;
    }
    struct next s = next_seg(t);
    if (s.why == TCP_NO_REASON) {
        return false;
    }
    int64_t end = tcp_transmit(t, s.at, s.n, now, s.why, fx);
    if (s.why == TCP_WHY_RESCUE) {
        t->rescue_rxt = t->recover;
    } else if (s.why != TCP_WHY_PIPE) {
        t->high_rxt = end;
    }
    return true;
}
