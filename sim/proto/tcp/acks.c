/* The fifth check of SEGMENT ARRIVES (RFC 9293 3.10.7.4): what an acknowledgement settles.
 * Invariant: SND.UNA only moves forward, never beyond SND.NXT, and what lies before it is
 * forgotten. */
#include "actor/errno_code.h"
#include "proto/tcp/cc.h"
#include "proto/tcp/host.h"
#include "proto/tcp/input.h"
#include "proto/tcp/recovery.h"

static bool fin_is_acked(const struct tcp *t)
{
    return t->fin_sent && t->snd_una > t->snd_end;
}

void tcp_tell_of_room(struct tcp *t, struct fx *fx)
{
    if (t->wants_room && t->snd_end - t->snd_una <= t->set.send_buffer / 2) {
        t->wants_room = false;
        fx_indicate(fx, 0, CODE_WRITABLE, (struct bytes){0}, (struct span){0});
    }
}

/* RFC 6298 5.2 and 5.3. */
static void restart_timer(struct tcp *t, sim_time now, struct fx *fx)
{
    tcp_timer_stop(t, TCP_GIVE_UP, fx);
    tcp_timer_stop(t, TCP_PERSIST, fx);
    if (t->snd_una == t->snd_nxt) {
        tcp_timer_stop(t, TCP_RETRANSMIT, fx);
    } else {
        tcp_timer_start(t, TCP_RETRANSMIT, time_add(now, t->rto), fx);
    }
}

/* SND.UNA moves: what is acknowledged leaves the retransmission queue. */
void tcp_advance(struct tcp *t, int64_t ack, sim_time now, struct fx *fx)
{
    t->snd_una = ack;
    t->snd_at = t->snd_at < ack ? ack : t->snd_at;
    t->retries = 0;
    t->probes = 0;
    t->soft_error = ERR_NONE;
    t->progress_at = now;
    pieces_cut(&t->unsent, ack);
    ranges_cut(&t->sacked, ack);
    rtt_acked(t, ack, now, fx);
    restart_timer(t, now, fx);
}

void tcp_set_window(struct tcp *t, int64_t seq, int64_t ack, uint32_t wnd)
{
    t->snd_wnd = wnd;
    t->snd_wnd_max = wnd > t->snd_wnd_max ? wnd : t->snd_wnd_max;
    t->snd_wl1 = seq;
    t->snd_wl2 = ack;
}

bool tcp_hear_window(struct tcp *t, int64_t seq, int64_t ack, uint32_t wnd)
{
    bool is_newer = t->snd_wl1 < seq || (t->snd_wl1 == seq && t->snd_wl2 <= ack);
    if (is_newer && ack >= t->snd_una) {
        tcp_set_window(t, seq, ack, wnd);
        return true;
    }
    return false;
}

/* A shut window opens: a probe's byte that was refused goes again with the rest. */
static void window_opened(struct tcp *t, struct fx *fx)
{
    tcp_timer_stop(t, TCP_PERSIST, fx);
    t->probes = 0;
    t->retries = 0;
    t->snd_at = t->snd_una;
}

static void update_window(struct tcp *t, const struct tcp_arrival *a, struct fx *fx)
{
    bool was_waiting = tcp_timer_runs(t, TCP_PERSIST);
    if (tcp_hear_window(t, a->seq, a->ack, a->wnd) && was_waiting && a->wnd > 0) {
        window_opened(t, fx);
    }
}

/* RFC 5681 2: what counts as a duplicate acknowledgement. */
static bool is_duplicate(const struct tcp *t, const struct tcp_arrival *a)
{
    return t->snd_una < t->snd_nxt && a->len == 0 && a->ack == t->snd_una && a->wnd == t->snd_wnd &&
           a->wnd > 0;
}

static void hear_blocks(struct tcp *t, const struct tcp_arrival *a, struct tcp_news *news,
                        struct fx *fx)
{
    news->has_blocks = true;
    news->sacked = sack_update(t, &a->seg, a->ack, &news->dsack);
    if (news->dsack.to > news->dsack.from) {
        fx_note(fx, TCP_WHY_DSACK);
    }
}

static void take_ack(struct tcp *t, const struct tcp_arrival *a, sim_time now, struct fx *fx)
{
    uint32_t acked = a->ack > t->snd_una ? (uint32_t)(a->ack - t->snd_una) : 0;
    struct tcp_news news = {.ack = a->ack, .acked = acked, .is_repeat = is_duplicate(t, a)};
    t->is_told_of_mark = ecn_is_told(t, a);
    if (t->is_told_of_mark) {
        cc_marked(t, a->ack, fx);
    }
    t->retries = tcp_timer_runs(t, TCP_PERSIST) ? 0 : t->retries; /* a probe is answered */
    if (acked) {
        tcp_advance(t, a->ack, now, fx);
    }
    update_window(t, a, fx);
    if (t->sack_ok && a->seg.sack_count) {
        hear_blocks(t, a, &news, fx);
    }
    tcp_recover(t, &news, now, fx);
    if (acked) {
        tcp_tell_of_room(t, fx);
    }
}

void tcp_stands(struct tcp *t, sim_time now, struct fx *fx)
{
    tcp_keep_alive_start(t, now, fx);
    cc_of(t)->start(t);
    rack_start(t);
}

void tcp_establish(struct tcp *t, sim_time now, enum tcp_why why, struct fx *fx)
{
    tcp_enter(t, TCP_ESTABLISHED, why, fx);
    tcp_queue_stands(t);
    rtt_data_begins(t);
    tcp_stands(t, now, fx);
    fx_indicate(fx, 0, CODE_OPENED, bytes_of(&t->key, sizeof t->key), (struct span){0});
    if (t->fin_wanted) {
        tcp_enter(t, TCP_FIN_WAIT_1, TCP_WHY_CLOSE, fx);
    }
}

/* The listener decides whether another connection may stand: none may when it is gone, nor when
 * nobody takes those that wait. */
static bool listener_lets_in(struct tcp *t, const struct tcp_arrival *a, struct fx *fx)
{
    const struct tcp_queue *q = t->queued ? tcp_queue_of(t->host, t->key.from) : NULL;
    if (t->queued == TCP_NOT_QUEUED || (q && !tcp_accept_queue_is_full(q))) {
        return true;
    }
    if (q) {
        fx_drop(fx, DROP_POLICY, TCP_WHY_ACCEPT_FULL);
        return false;
    }
    tcp_answer_reset(&a->seg, &(struct net){.from = t->key.to, .to = t->key.from}, TCP_WHY_NOBODY,
                     fx);
    tcp_end(t, TCP_WHY_NOBODY, ERR_ECONNABORTED, fx);
    return false;
}

static bool ack_of_syn(struct tcp *t, const struct tcp_arrival *a, sim_time now, struct fx *fx)
{
    if (a->ack <= t->snd_una || a->ack > t->snd_nxt) {
        fx_drop(fx, DROP_OUT_OF_WINDOW, TCP_WHY_NOT_TAKEN);
        tcp_answer_reset(&a->seg, &(struct net){.from = t->key.to, .to = t->key.from},
                         TCP_WHY_BAD_ACK, fx);
        return false;
    }
    if (!listener_lets_in(t, a, fx)) {
        return false;
    }
    tcp_advance(t, a->ack, now, fx);
    tcp_set_window(t, a->seq, a->ack, a->wnd);
    tcp_establish(t, now, TCP_WHY_HANDSHAKE, fx);
    return true;
}

/* The states in which our FIN is under way. */
static bool ack_of_fin(struct tcp *t, sim_time now, struct fx *fx)
{
    if (!fin_is_acked(t)) {
        return true; /* in CLOSING and LAST-ACK none of the later steps takes anything */
    }
    if (t->state == TCP_FIN_WAIT_1) {
        tcp_enter(t, TCP_FIN_WAIT_2, TCP_WHY_FIN_ACKED, fx);
    } else if (t->state == TCP_CLOSING) {
        tcp_start_time_wait(t, TCP_WHY_BOTH_CLOSED, now, fx);
    } else if (t->state == TCP_LAST_ACK) {
        tcp_end(t, TCP_WHY_BOTH_CLOSED, ERR_NONE, fx);
        return false;
    }
    return true;
}

/* RFC 5961 5.2: outside SND.UNA - MAX.SND.WND =< SEG.ACK =< SND.NXT. The answers are limited as
 * challenges are (7): two ends that each take the other's acknowledgement for wrong would answer
 * each other for ever. */
static bool refuse_ack(struct tcp *t, enum tcp_why why, sim_time now, struct fx *fx)
{
    if (t->set.challenge_acks > 0 && !tcp_may_challenge(t, now)) {
        return tcp_discard(TCP_WHY_CHALLENGED, fx);
    }
    return tcp_refuse(t, DROP_OUT_OF_WINDOW, why, fx);
}

bool tcp_check_ack(struct tcp *t, struct tcp_arrival *a, sim_time now, struct fx *fx)
{
    if (!seg_has(a, TCP_ACK)) {
        return tcp_discard(TCP_WHY_NO_ACK, fx);
    }
    if (t->state == TCP_SYN_RECEIVED) {
        return ack_of_syn(t, a, now, fx);
    }
    if (t->set.challenge_acks > 0 && a->ack < t->snd_una - (int64_t)t->snd_wnd_max) {
        return refuse_ack(t, TCP_WHY_OLD_ACK, now, fx);
    }
    if (a->ack > t->snd_nxt) {
        return refuse_ack(t, TCP_WHY_FUTURE_ACK, now, fx);
    }
    take_ack(t, a, now, fx);
    return ack_of_fin(t, now, fx);
}
