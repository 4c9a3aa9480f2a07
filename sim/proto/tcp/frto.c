/* F-RTO (RFC 5682): was a timeout needless? What is acknowledged after it, without having been sent
 * again, was on its way all the time. Branches have the RFC's numbers, of 2.1 without SACK, of 3.1
 * with it. A needless timeout is taken back as RFC 4015 3.2 says. */
#include "proto/tcp/cc.h"
#include "proto/tcp/recovery.h"

enum { FRTO_OFF, FRTO_FIRST, FRTO_SECOND };

/* Step 1. A timeout while the losses of an earlier one are repaired proves nothing. */
void frto_begin(struct tcp *t)
{
    bool may = t->set.f_rto && t->snd_una >= t->recover && t->congestion != TCP_RECOVERY;
    uint32_t flight = cc_flight(t);
    if (!may) {
        t->frto = FRTO_OFF;
        return;
    }
    t->frto = FRTO_FIRST;
    t->frto_end = t->snd_nxt;
    t->pipe_prev = flight > t->ssthresh ? flight : t->ssthresh;
}

static bool back_to_normal(struct tcp *t)
{
    t->frto = FRTO_OFF;
    return false;
}

/* Step 2b: up to two new segments, which will show whether the old ones still arrive. */
static bool send_new(struct tcp *t, sim_time now, struct fx *fx)
{
    int64_t sent = t->snd_at;
    for (int i = 0; i < 2; i++) {
        int64_t n = tcp_unsent(t);
        if (n > 0) {
            t->snd_at = t->snd_nxt;
            tcp_transmit(t, t->snd_nxt, n, now, TCP_WHY_FRTO, fx);
        }
    }
    if (t->snd_nxt == t->frto_end) {
        t->snd_at = sent;
        return back_to_normal(t);
    }
    t->frto = FRTO_SECOND;
    return true;
}

static bool first(struct tcp *t, const struct tcp_news *news, sim_time now, struct fx *fx)
{
    if (news->acked == 0) { /* 3.1 (2): wait; 2.1 (2a): a duplicate */
        return sack_has_scoreboard(t) || (news->is_repeat && back_to_normal(t));
    }
    if (news->ack >= t->frto_end) {
        return back_to_normal(t);
    }
    return send_new(t, now, fx);
}

/* RFC 4015 3.2: the window is what is under way and what has just left it; ssthresh as it was. The
 * backed-off timeout is forgotten. */
static void take_back(struct tcp *t, uint32_t acked, sim_time now, struct fx *fx)
{
    uint32_t initial = cc_first_window(t);
    t->frto = FRTO_OFF;
    t->recover = t->snd_una;
    t->snd_at = t->snd_nxt;
    t->cwnd = cc_flight(t) + (acked < initial ? acked : initial);
    t->ssthresh = t->pipe_prev;
    if (cc_of(t)->restore) {
        cc_of(t)->restore(t);
    }
    rtt_restore(t);
    tcp_timer_start(t, TCP_RETRANSMIT, time_add(now, t->rto), fx);
    fx_note(fx, TCP_WHY_SPURIOUS);
    if (t->cwnd >= t->ssthresh) {
        cc_enter(t, TCP_AVOIDANCE, TCP_WHY_SPURIOUS, fx);
    }
    if (t->rack) {
        t->rack->in_rto = false;
        segments_clear_lost(t->rack);
    }
}

/* 3a: the new segments arrive where old ones are missing, so these are lost after all. */
static bool go_back(struct tcp *t)
{
    t->cwnd = 3 * t->snd_mss;
    t->snd_at = t->rack ? t->snd_nxt : t->snd_una;
    return back_to_normal(t);
}

static bool second(struct tcp *t, const struct tcp_news *news, sim_time now, struct fx *fx)
{
    const struct tcp_range *last = ranges_last(&t->sacked);
    bool is_beyond = news->ack > t->frto_end || (last && last->to > t->frto_end);
    bool is_news = news->acked > 0 || news->sacked > 0;
    if (!is_news && !news->is_repeat) {
        return false;
    }
    if (sack_has_scoreboard(t) ? is_beyond || !is_news : news->acked == 0) {
        return go_back(t);
    }
    take_back(t, news->acked, now, fx);
    return true;
}

bool frto_heard(struct tcp *t, const struct tcp_news *news, sim_time now, struct fx *fx)
{
    return t->frto == FRTO_FIRST ? first(t, news, now, fx) : second(t, news, now, fx);
}
