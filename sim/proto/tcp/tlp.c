/* Tail loss probes (RFC 8985 section 7): when an acknowledgement is overdue, one segment goes out
 * to ask for one, sooner than the retransmission timer would. Invariant: at most one probe is under
 * way, and none while losses are repaired. */
#include "proto/tcp/cc.h"
#include "proto/tcp/recovery.h"

#define MAX_ACK_DELAY (200 * SIM_MS) /* TLP.max_ack_delay: what the peer may wait */

/* TLP_calc_PTO. */
static sim_time probe_after(const struct tcp *t)
{
    bool is_single = cc_flight(t) <= t->snd_mss;
    return t->srtt == 0 ? SIM_S : 2 * t->srtt + (is_single ? MAX_ACK_DELAY : 0);
}

/* 7.2. The timer is not set where the retransmission timer would run out first. */
void tlp_schedule(struct tcp *t, sim_time now, struct fx *fx)
{
    sim_time at = time_add(now, probe_after(t));
    bool is_due = t->snd_una < t->snd_nxt && t->sacked.count == 0 && !rack_recovers(t) &&
                  t->rack->tlp_end == 0 && tcp_timer_runs(t, TCP_RETRANSMIT) && at < t->rto_at;
    if (is_due) {
        tcp_timer_start(t, TCP_LOSS_PROBE, at, fx);
    } else {
        tcp_timer_stop(t, TCP_LOSS_PROBE, fx);
    }
}

/* 7.3: new data if there is any, whatever the congestion window says; else the last segment again.
 * Then the retransmission timer has its turn. */
void tlp_fired(struct tcp *t, sim_time now, struct fx *fx)
{
    struct tcp_rack *r = t->rack;
    int64_t fresh = tcp_unsent(t);
    if (t->snd_una == t->snd_nxt || r->count == 0 || r->tlp_end) {
        return;
    }
    struct rack_segment last = *segments_at(r, r->count - 1);
    r->tlp_is_again = fresh < 0;
    r->tlp_end = t->snd_nxt;
    if (r->tlp_is_again) {
        tcp_transmit(t, last.from, last.to - last.from, now, TCP_WHY_TLP, fx);
    } else {
        tcp_transmit(t, t->snd_nxt, fresh, now, TCP_WHY_TLP_NEW, fx);
    }
    r->tlp_end = t->snd_nxt;
    tcp_timer_start(t, TCP_RETRANSMIT, time_add(now, t->rto), fx);
}

/* 7.4.2: the probe itself has repaired a loss that nobody else saw; congestion control hears of it.
 */
static void repaired(struct tcp *t, struct fx *fx)
{
    cc_reduce(t);
    t->cwnd = t->ssthresh;
    t->cwnd_acked = 0;
    fx_note(fx, TCP_WHY_TLP_REPAIRED);
    cc_enter(t, TCP_AVOIDANCE, TCP_WHY_TLP_REPAIRED, fx);
}

void tlp_heard(struct tcp *t, const struct tcp_news *news, struct fx *fx)
{
    struct tcp_rack *r = t->rack;
    if (r->tlp_end == 0 || news->ack < r->tlp_end) {
        return;
    }
    bool is_dsack = news->dsack.to > news->dsack.from && news->dsack.to == r->tlp_end;
    if (!r->tlp_is_again || is_dsack) {
        r->tlp_end = 0; /* it has arrived; or both copies have */
    } else if (news->ack > r->tlp_end) {
        r->tlp_end = 0;
        repaired(t, fx);
    } else if (news->is_repeat && !news->has_blocks) {
        r->tlp_end = 0; /* the first copy was there, from a peer without D-SACK */
    }
}
