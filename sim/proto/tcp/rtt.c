/* The retransmission timeout (RFC 6298), in whole nanoseconds. The clock's granularity G is 1 ns,
 * with timestamps their tick.
 * Invariant: rto lies within min-rto and max-rto once anything was measured or backed off. */
#include "proto/tcp/tcp.h"

#define RTO_AFTER_LOST_SYN (3 * SIM_S) /* RFC 6298 5.7 */

static sim_time limited(const struct tcp *t, sim_time rto)
{
    rto = rto < t->set.min_rto ? t->set.min_rto : rto;
    return rto > t->set.max_rto ? t->set.max_rto : rto;
}

/* 2.3: from what was measured, never less than G above it. */
static sim_time computed(const struct tcp *t)
{
    sim_time spread = 4 * t->rttvar, g = t->ts_on ? TS_TICK : 1;
    return limited(t, t->srtt + (spread > g ? spread : g));
}

void rtt_start(struct tcp *t)
{
    t->srtt = t->rttvar = 0;
    t->rto = t->set.initial_rto;
}

/* RFC 7323 appendix G: a window that is measured by several acknowledgements counts as one. */
static sim_time samples_expected(const struct tcp *t)
{
    sim_time per = 2 * (sim_time)t->snd_mss, flight = t->snd_nxt - t->snd_una;
    return t->ts_on && flight > per ? (flight + per - 1) / per : 1;
}

/* 2.2 and 2.3: alpha = 1/8, beta = 1/4, K = 4; RTTVAR is updated with the SRTT before. */
void rtt_sample(struct tcp *t, sim_time r)
{
    sim_time n = samples_expected(t);
    t->rtt = r;
    if (t->srtt == 0) {
        t->srtt = r;
        t->rttvar = r / 2;
    } else {
        sim_time off = t->srtt > r ? t->srtt - r : r - t->srtt;
        t->rttvar = ((4 * n - 1) * t->rttvar + off) / (4 * n);
        t->srtt = ((8 * n - 1) * t->srtt + r) / (8 * n);
    }
    t->rto = computed(t);
}

void rtt_back_off(struct tcp *t)
{
    t->rto = limited(t, time_add(t->rto, t->rto));
}

void rtt_restore(struct tcp *t)
{
    if (t->srtt > 0) {
        t->rto = computed(t);
    }
}

void rtt_data_begins(struct tcp *t)
{
    if (t->syn_was_lost && t->rto < RTO_AFTER_LOST_SYN) {
        t->rto = limited(t, RTO_AFTER_LOST_SYN);
    }
}

/* Karn: what was sent twice cannot be timed, since nobody knows which copy is answered; and what
 * was sent behind it is acknowledged late through no fault of its own. */
void rtt_sent(struct tcp *t, int64_t from, int64_t to, sim_time now)
{
    if (from < t->snd_nxt) {
        t->is_timing = false;
    } else if (!t->is_timing) {
        t->is_timing = true;
        t->timed_to = to;
        t->timed_at = now;
    }
}

/* RFC 7323 4.1: what moves SND.UNA also says when what it answers was sent. */
static void hear_echo(struct tcp *t, struct fx *fx)
{
    sim_time r = t->has_echo ? ts_round_trip(t) : -1;
    if (r > 0) {
        rtt_sample(t, r);
        fx_rtt(fx, r);
    }
}

void rtt_acked(struct tcp *t, int64_t ack, sim_time now, struct fx *fx)
{
    if (t->ts_on) {
        hear_echo(t, fx);
        return;
    }
    if (t->is_timing && ack >= t->timed_to) {
        t->is_timing = false;
        rtt_sample(t, now - t->timed_at);
        fx_rtt(fx, now - t->timed_at);
    }
}
