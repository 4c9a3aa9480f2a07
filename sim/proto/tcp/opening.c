/* SEGMENT ARRIVES before there is a connection (RFC 9293 3.10.7.2, LISTEN, and 3.10.7.3, SYN-SENT).
 */
#include "actor/errno_code.h"
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
    tcp_set_window(t, a);
    tcp_establish(t, now, TCP_WHY_SYN_ACK, fx);
    t->ack_now = TCP_WHY_SYN_ACK;
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

static void child_takes_syn(struct tcp *t, const struct tcp_arrival *a, const struct input *in,
                            struct fx *fx)
{
    t->iss = isn_choose(t, in);
    take_syn(t, a);
    t->snd_wnd = t->snd_wnd_max = a->wnd;
    tcp_enter(t, TCP_SYN_RECEIVED, TCP_WHY_SYN, fx);
    tcp_send_syn(t, in->now, TCP_WHY_SYN, fx);
    keep_text_of_syn(t, a, fx);
}

void tcp_listen_arrives(struct tcp *t, const struct tcp_arrival *a, const struct input *in,
                        struct fx *fx)
{
    if (seg_has(a, TCP_RST)) {
        tcp_discard(TCP_WHY_STRAY, fx);
    } else if (seg_has(a, TCP_ACK)) {
        fx_drop(fx, DROP_NO_LISTENER, TCP_WHY_NOT_TAKEN);
        tcp_answer_reset(&a->seg, &in->net, TCP_WHY_NOBODY, fx);
    } else if (!seg_has(a, TCP_SYN)) {
        tcp_discard(TCP_WHY_STRAY, fx);
    } else if (t->key.to.port == 0) {
        struct net key = {.from = in->net.to, .to = in->net.from, .iface = in->net.iface};
        fx_spawn(fx, key);
    } else {
        child_takes_syn(t, a, in, fx);
    }
}
