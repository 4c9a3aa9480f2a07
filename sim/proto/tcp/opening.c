/* SEGMENT ARRIVES before there is a connection (RFC 9293 3.10.7.2, LISTEN, and 3.10.7.3, SYN-SENT).
 */
#include "actor/errno_code.h"
#include "proto/tcp/host.h"
#include "proto/tcp/input.h"

/* ---- 3.10.7.3: SYN-SENT ---- */

static bool ack_is_good(const struct tcp *t, const struct tcp_arrival *a)
{
    return a->ack > t->snd_una && a->ack <= t->snd_nxt;
}

static void take_syn(struct tcp *t, const struct tcp_arrival *a)
{
    t->irs = a->seg.seq;
    t->rcv_edge += 1 - t->rcv_nxt;
    t->rcv_nxt = t->rcv_acked = 1;
    tcp_take_options(t, &a->seg);
    t->rcv_full = t->snd_mss < 536 ? t->snd_mss : 536;
}

/* Data that rides on a SYN waits until the connection stands (3.10.7.2). */
static void keep_text_of_syn(struct tcp *t, const struct tcp_arrival *a, struct fx *fx)
{
    pieces_insert(&t->waiting, 1, tcp_in_window(t, 1, 1, a->body), fx);
}

static void syn_sent_takes_syn(struct tcp *t, struct tcp_arrival *a, sim_time now, struct fx *fx)
{
    take_syn(t, a);
    a->seq = 0;
    keep_text_of_syn(t, a, fx);
    if (!seg_has(a, TCP_ACK)) {
        t->snd_at = t->snd_una;
        tcp_enter(t, TCP_SYN_RECEIVED, TCP_WHY_SYN_CROSSED, fx);
        tcp_send_syn(t, now, TCP_WHY_SYN_CROSSED, fx);
        return;
    }
    tcp_advance(t, a->ack, now, fx);
    tcp_set_window(t, a->seq, a->ack, a->wnd);
    tcp_establish(t, now, TCP_WHY_SYN_ACK, fx);
    t->ack_now = t->set.handshake == TCP_TWO_WAY ? TCP_NO_REASON : TCP_WHY_SYN_ACK;
    tcp_join_waiting(t, fx);
    tcp_deliver(t, fx);
    tcp_check_fin(t, a, now, fx);
}

void tcp_syn_sent_arrives(struct tcp *t, struct tcp_arrival *a, sim_time now, struct fx *fx)
{
    if (seg_has(a, TCP_ACK) && !ack_is_good(t, a)) {
        fx_drop(fx, DROP_OUT_OF_WINDOW, TCP_WHY_NOT_TAKEN);
        tcp_answer_reset(&a->seg, &(struct net){.from = t->key.to, .to = t->key.from},
                         TCP_WHY_BAD_ACK, fx);
    } else if (seg_has(a, TCP_RST) && seg_has(a, TCP_ACK)) {
        tcp_end(t, TCP_WHY_REFUSED, ERR_ECONNREFUSED, fx);
    } else if (seg_has(a, TCP_RST) || !seg_has(a, TCP_SYN)) {
        tcp_discard(TCP_WHY_STRAY, fx);
    } else {
        syn_sent_takes_syn(t, a, now, fx);
    }
}

/* ---- 3.10.7.2: LISTEN. A listener spawns; its child, in LISTEN too, takes the SYN ---- */

/* Re-opened from TIME-WAIT: its numbers lie beyond those of the old connection. */
static seq32 choose_iss(struct tcp *t, const struct input *in)
{
    seq32 iss = isn_choose(t, in);
    if (t->host && t->host->has_least) {
        t->host->has_least = false;
        iss = seq_lt(iss, t->host->least) ? t->host->least : iss;
    }
    return iss;
}

/* Broken on purpose: the answer to a SYN is taken for agreed, whoever sent it and whenever. */
static void believe_syn(struct tcp *t, const struct tcp_arrival *a, sim_time now, struct fx *fx)
{
    tcp_advance(t, 1, now, fx);
    tcp_set_window(t, a->seq, a->ack, a->wnd);
    t->snd_wl1 = 0;
    tcp_establish(t, now, TCP_WHY_TWO_WAY, fx);
    tcp_join_waiting(t, fx);
    tcp_deliver(t, fx);
}

static void child_takes_syn(struct tcp *t, const struct tcp_arrival *a, const struct input *in,
                            struct fx *fx)
{
    t->iss = choose_iss(t, in);
    take_syn(t, a);
    t->snd_wnd = t->snd_wnd_max = a->wnd;
    tcp_enter(t, TCP_SYN_RECEIVED, TCP_WHY_SYN, fx);
    tcp_queue_syn(t);
    tcp_send_syn(t, in->now, TCP_WHY_SYN, fx);
    keep_text_of_syn(t, a, fx);
    if (t->set.handshake == TCP_TWO_WAY) {
        believe_syn(t, a, in->now, fx);
    }
}

/* All that a half-open connection would have known, out of the ACK alone. */
static void child_takes_cookie(struct tcp *t, const struct tcp_arrival *a, const struct input *in,
                               struct fx *fx)
{
    struct tcp_seg syn = {.seq = seq(a->seg.seq.v - 1), .window = a->seg.window};
    struct tcp_arrival before = {.seg = syn};
    t->iss = seq(a->seg.ack.v - 1);
    take_syn(t, &before);
    tcp_take_mss(t, tcp_cookie_mss(&a->seg, in));
    t->snd_nxt = t->snd_at = 1;
    tcp_enter(t, TCP_SYN_RECEIVED, TCP_WHY_COOKIE_BACK, fx);
    tcp_queue_syn(t);
    tcp_segment_arrives(t, in, fx);
}

static void spawn(const struct input *in, struct fx *fx)
{
    fx_spawn(fx, (struct net){.from = in->net.to, .to = in->net.from, .iface = in->net.iface});
}

/* The listener's own: a SYN finds room in both queues, or is passed over, or gets a cookie. */
static void listener_takes_syn(struct tcp *t, const struct tcp_arrival *a, const struct input *in,
                               struct fx *fx)
{
    struct tcp_queue *q = tcp_queue_of(t->host, t->key.from);
    if (tcp_accept_queue_is_full(q)) {
        fx_drop(fx, DROP_POLICY, TCP_WHY_BACKLOG);
    } else if (!tcp_syn_queue_is_full(q)) {
        spawn(in, fx);
    } else if (t->set.syn_cookies) {
        q->cookies_until = time_add(in->now, TCP_COOKIE_LIFE);
        tcp_answer_cookie(t, &a->seg, in, fx);
    } else {
        fx_drop(fx, DROP_POLICY, TCP_WHY_BACKLOG);
    }
}

/* An ACK for a listener: the answer to a cookie, or to nothing. */
static void listener_takes_ack(struct tcp *t, const struct tcp_arrival *a, const struct input *in,
                               struct fx *fx)
{
    const struct tcp_queue *q = tcp_queue_of(t->host, t->key.from);
    bool is_asked = q && in->now < q->cookies_until && !seg_has(a, TCP_SYN);
    if (!is_asked || tcp_cookie_mss(&a->seg, in) == 0) {
        fx_drop(fx, DROP_NO_LISTENER, TCP_WHY_NOT_TAKEN);
        tcp_answer_reset(&a->seg, &in->net, TCP_WHY_NOBODY, fx);
    } else if (tcp_accept_queue_is_full(q)) {
        fx_drop(fx, DROP_POLICY, TCP_WHY_ACCEPT_FULL);
    } else {
        spawn(in, fx);
    }
}

void tcp_listen_arrives(struct tcp *t, const struct tcp_arrival *a, const struct input *in,
                        struct fx *fx)
{
    bool is_child = t->key.to.port != 0;
    if (seg_has(a, TCP_RST)) {
        tcp_discard(TCP_WHY_STRAY, fx);
    } else if (seg_has(a, TCP_ACK)) {
        (is_child ? child_takes_cookie : listener_takes_ack)(t, a, in, fx);
    } else if (!seg_has(a, TCP_SYN)) {
        tcp_discard(TCP_WHY_STRAY, fx);
    } else {
        (is_child ? child_takes_syn : listener_takes_syn)(t, a, in, fx);
    }
}
