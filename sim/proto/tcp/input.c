/* SEGMENT ARRIVES (RFC 9293 3.10.7): a short function a check, in the RFC's order. A check answers
 * whether the next one may run. Invariant: what a segment does to the connection is done when
 * tcp_segment_arrives returns, and whatever it owes the peer has been sent. */
#include "actor/errno_code.h"
#include "proto/tcp/host.h"
#include "proto/tcp/input.h"
#include "proto/tcp/sack.h"

bool tcp_refuse(struct tcp *t, enum drop_class c, enum tcp_why why, struct fx *fx)
{
    bool is_seen_before = why == TCP_WHY_OLD || why == TCP_WHY_TWICE || why == TCP_WHY_FIN_AGAIN ||
                          why == TCP_WHY_PAWS;
    fx_drop(fx, c, is_seen_before ? TCP_NO_REASON : TCP_WHY_NOT_TAKEN);
    tcp_send_ack(t, why, fx);
    return false;
}

bool tcp_discard(enum tcp_why why, struct fx *fx)
{
    fx_drop(fx, DROP_OUT_OF_WINDOW, why);
    return false;
}

/* RFC 5961: whoever really is the peer answers with a number that is exactly right. */
static bool challenge(struct tcp *t, sim_time now, struct fx *fx)
{
    if (!tcp_may_challenge(t, now)) {
        return tcp_discard(TCP_WHY_CHALLENGED, fx);
    }
    return tcp_refuse(t, DROP_OUT_OF_WINDOW, TCP_WHY_CHALLENGE, fx);
}

/* ---- first: the sequence number ---- */

/* The four cases of 3.4 table 6. An empty segment may also stand at the right edge itself: so does
 * every acknowledgement of a peer that has filled the window, and two such ends that each miss a
 * segment would else refuse each other's acknowledgements, and answer the refusals, for ever. */
static bool is_acceptable(const struct tcp *t, const struct tcp_arrival *a)
{
    int64_t wnd = tcp_rcv_wnd(t), last = a->seq + a->len - 1;
    if (a->len == 0) {
        bool at_edge = a->seq == t->rcv_edge && !(wnd > 0 && seg_has(a, TCP_RST));
        return at_edge || (a->seq >= t->rcv_nxt && a->seq < t->rcv_edge);
    }
    return wnd > 0 && ((a->seq >= t->rcv_nxt && a->seq < t->rcv_edge) ||
                       (last >= t->rcv_nxt && last < t->rcv_edge));
}

/* What is left of a segment when its payload and FIN may not be taken. */
static void strip(struct tcp_arrival *a)
{
    a->len = 0;
    a->body.len = 0;
    a->seg.flags &= (uint8_t)~TCP_FIN;
}

/* Figure 7: both SYNs crossed, so each end answers SYN+ACK, whose SYN the other has already. */
static bool is_crossed_answer(const struct tcp *t, const struct tcp_arrival *a)
{
    return t->state == TCP_SYN_RECEIVED && !t->is_passive && seg_has(a, TCP_SYN) &&
           seg_has(a, TCP_ACK) && a->seq == 0;
}

/* RFC 6191 2: where both have timestamps they decide; equal ones leave it to the numbers. */
static bool is_later(const struct tcp *t, const struct tcp_arrival *a)
{
    bool has_both = t->ts_on && a->seg.options & TCP_OPT_TIMESTAMPS;
    int32_t newer = has_both ? (int32_t)(a->seg.ts_val - t->ts_recent) : 0;
    return newer > 0 || (newer == 0 && a->seq >= t->rcv_nxt);
}

/* RFC 9293 3.6.1: a SYN beyond all that the old connection used opens the next one, if somebody
 * listens, from numbers of ours that are beyond as well. */
static bool reopens(const struct tcp *t, const struct tcp_arrival *a)
{
    bool is_syn = (a->seg.flags & (TCP_SYN | TCP_ACK | TCP_RST)) == TCP_SYN;
    return t->state == TCP_TIME_WAIT && is_syn && is_later(t, a) &&
           tcp_queue_of(t->host, t->key.from);
}

static bool reopen(struct tcp *t, struct fx *fx)
{
    struct net key = {.from = t->key.from, .to = t->key.to, .iface = t->key.iface};
    t->host->has_least = true;
    t->host->least = tcp_seq_out(t->iss, t->snd_nxt + 1);
    tcp_end(t, TCP_WHY_REOPEN, ERR_NONE, fx);
    fx_spawn(fx, key);
    return false;
}

static bool check_sequence(struct tcp *t, struct tcp_arrival *a, sim_time now, struct fx *fx)
{
    if (is_crossed_answer(t, a)) {
        a->seq = 1;
        a->len--;
        a->seg.flags &= (uint8_t)~TCP_SYN;
    }
    ecn_hear_syn_again(t, a);
    tcp_heard(t, now, fx);
    if (reopens(t, a)) {
        return reopen(t, fx);
    }
    if (is_acceptable(t, a)) {
        return true;
    }
    if (seg_has(a, TCP_RST)) {
        return tcp_discard(TCP_WHY_OUTSIDE, fx);
    }
    if (t->state == TCP_TIME_WAIT && seg_has(a, TCP_FIN)) {
        tcp_timer_start(t, TCP_2MSL, time_add(now, 2 * t->set.msl), fx);
        return tcp_refuse(t, DROP_DUPLICATE, TCP_WHY_FIN_AGAIN, fx);
    }
    if (tcp_rcv_wnd(t) == 0 && a->seq == t->rcv_nxt && seg_has(a, TCP_ACK)) {
        strip(a); /* a shut window still lets acknowledgements in */
        t->ack_now = TCP_WHY_OLD;
        return true;
    }
    bool is_old = a->seq + a->len <= t->rcv_nxt;
    bool is_twice = is_old && sack_duplicate(t, a->seq + seg_has(a, TCP_SYN), a->body.len);
    return tcp_refuse(t, is_old ? DROP_DUPLICATE : DROP_OUT_OF_WINDOW,
                      is_twice ? TCP_WHY_TWICE : TCP_WHY_OLD, fx);
}

/* ---- second: RST ---- */

static void reset_by_peer(struct tcp *t, struct fx *fx)
{
    bool is_over = t->state == TCP_CLOSING || t->state == TCP_LAST_ACK || t->state == TCP_TIME_WAIT;
    bool is_refusal = t->state == TCP_SYN_RECEIVED && !t->is_passive;
    unsigned error = is_over ? ERR_NONE : is_refusal ? ERR_ECONNREFUSED : ERR_ECONNRESET;
    tcp_end(t, is_refusal ? TCP_WHY_REFUSED : TCP_WHY_RESET, error, fx);
}

static bool check_reset(struct tcp *t, struct tcp_arrival *a, sim_time now, struct fx *fx)
{
    if (!seg_has(a, TCP_RST)) {
        return true;
    }
    if (t->set.challenge_acks > 0 && a->seq != t->rcv_nxt) {
        return challenge(t, now, fx);
    }
    reset_by_peer(t, fx);
    return false;
}

/* ---- third, security: not here. Fourth: SYN ---- */

static bool check_syn(struct tcp *t, struct tcp_arrival *a, sim_time now, struct fx *fx)
{
    if (!seg_has(a, TCP_SYN)) {
        return true;
    }
    if (t->state == TCP_SYN_RECEIVED && t->is_passive) {
        tcp_end(t, TCP_WHY_STRAY, ERR_ECONNRESET, fx); /* back to LISTEN: the listener is there */
    } else if (t->set.challenge_acks > 0) {
        challenge(t, now, fx);
    } else {
        tcp_send_reset(t, TCP_WHY_STRAY, fx);
        tcp_end(t, TCP_WHY_STRAY, ERR_ECONNRESET, fx);
    }
    return false;
}

/* ---- sixth: URG. The pointer is kept; urgent data is delivered in line (RFC 6093 3.4) ---- */

static bool check_urgent(struct tcp *t, struct tcp_arrival *a, sim_time now, struct fx *fx)
{
    (void)now;
    int64_t up = a->seq + a->seg.urgent;
    if (seg_has(a, TCP_URG) && tcp_still_receiving(t->state) && up > t->rcv_up && up > t->rcv_nxt) {
        t->rcv_up = up;
        fx_note(fx, TCP_WHY_URGENT);
    }
    return true;
}

/* ---- seventh: the text ---- */

void tcp_acknowledge_later(struct tcp *t, sim_time now, struct fx *fx)
{
    if (t->set.delayed_ack < 0) {
        t->ack_now = TCP_WHY_ACK_AT_ONCE;
    } else if (t->rcv_nxt - t->rcv_acked >= 2 * (int64_t)t->rcv_full) {
        t->ack_now = TCP_WHY_ACK;
    } else if (!tcp_timer_runs(t, TCP_DELAYED_ACK)) {
        tcp_timer_start(t, TCP_DELAYED_ACK, time_add(now, t->set.delayed_ack), fx);
    }
}

bool tcp_join_waiting(struct tcp *t, struct fx *fx)
{
    const struct tcp_piece *first = pieces_first(&t->waiting);
    bool has_joined = false;
    while (first && first->at <= t->rcv_nxt) {
        fx_item(fx, TCP_PIECE, first->at, TCP_PIECE_TAKEN, TCP_WHY_JOINED);
        pieces_append(&t->unread, first->at, first->body);
        t->rcv_nxt = first->at + first->body.len;
        pieces_cut(&t->waiting, t->rcv_nxt);
        first = pieces_first(&t->waiting);
        has_joined = true;
    }
    ranges_cut(&t->held, t->rcv_nxt);
    return has_joined;
}

struct span tcp_in_window(const struct tcp *t, int64_t at, int64_t from, struct span body)
{
    int64_t end = at + body.len < t->rcv_edge ? at + body.len : t->rcv_edge;
    uint32_t n = end > from ? (uint32_t)(end - from) : 0;
    return n ? span_sub(body, (uint32_t)(from - at), n) : (struct span){0};
}

static void take_in_order(struct tcp *t, int64_t at, struct span body, sim_time now, struct fx *fx)
{
    struct span fresh = tcp_in_window(t, at, t->rcv_nxt, body);
    bool is_twice = sack_duplicate(t, at, body.len), goes_straight = tcp_goes_straight(t);
    if (!goes_straight) {
        pieces_append(&t->unread, t->rcv_nxt, fresh);
    }
    t->rcv_nxt += fresh.len;
    pieces_cut(&t->waiting, t->rcv_nxt);
    bool had_gap = pieces_first(&t->waiting) != NULL;
    if (tcp_join_waiting(t, fx) || had_gap) {
        t->ack_now = TCP_WHY_FILLED;
    } else if (is_twice) {
        t->ack_now = TCP_WHY_TWICE;
    } else {
        tcp_acknowledge_later(t, now, fx);
    }
    if (goes_straight && fresh.len > 0) {
        fx_indicate(fx, 0, CODE_DATA, (struct bytes){0}, fresh);
    } else {
        tcp_deliver(t, fx);
    }
}

/* Nobody reads any more; or the reading half was shut, and our own is closed as well, so that there
 * is nobody left whom the data could reach. */
static bool shuts_reading(const struct tcp *t)
{
    bool is_closing = t->state == TCP_FIN_WAIT_1 || t->state == TCP_FIN_WAIT_2;
    return t->is_released || (t->is_read_shut && is_closing);
}

static void abort_unread(struct tcp *t, struct fx *fx)
{
    tcp_send_reset(t, TCP_WHY_UNREAD, fx);
    tcp_end(t, TCP_WHY_UNREAD, ERR_ECONNRESET, fx);
}

static bool check_text(struct tcp *t, struct tcp_arrival *a, sim_time now, struct fx *fx)
{
    int64_t at = a->seq + seg_has(a, TCP_SYN);
    if (!tcp_still_receiving(t->state) || a->body.len == 0) {
        return true;
    }
    if (shuts_reading(t) && at + a->body.len > t->rcv_nxt) {
        abort_unread(t, fx);
        return false;
    }
    t->rcv_full = a->body.len > t->rcv_full ? a->body.len : t->rcv_full;
    if (at <= t->rcv_nxt) {
        take_in_order(t, at, a->body, now, fx);
    } else {
        struct span body = tcp_in_window(t, at, at, a->body);
        bool is_twice = sack_duplicate(t, at, body.len);
        pieces_insert(&t->waiting, at, body, fx);
        sack_hold(t, at, body.len);
        t->ack_now = is_twice ? TCP_WHY_TWICE : TCP_WHY_GAP;
    }
    return true;
}

/* ---- eighth: FIN ---- */

#define RFC_MSL (120 * SIM_S) /* RFC 9293 3.4.2 */

/* A lesson that cannot wait so long says so. */
void tcp_start_time_wait(struct tcp *t, enum tcp_why why, sim_time now, struct fx *fx)
{
    tcp_enter(t, TCP_TIME_WAIT, why, fx);
    tcp_timer_stop(t, TCP_RETRANSMIT, fx);
    tcp_timer_start(t, TCP_2MSL, time_add(now, 2 * t->set.msl), fx);
    if (t->set.msl < RFC_MSL) {
        fx_note(fx, TCP_WHY_SHORT_WAIT);
    }
}

/* FIN-WAIT-1 means here that our own FIN is not acknowledged: the fifth step has already moved us
 * to FIN-WAIT-2 if this segment acknowledged it. */
static void take_fin(struct tcp *t, sim_time now, struct fx *fx)
{
    t->rcv_nxt++;
    t->ack_now = TCP_WHY_PEER_FIN;
    if (t->state == TCP_ESTABLISHED) {
        tcp_enter(t, TCP_CLOSE_WAIT, TCP_WHY_PEER_FIN, fx);
        t->ack_hops = 2; /* the application may close at once */
    } else if (t->state == TCP_FIN_WAIT_1) {
        tcp_enter(t, TCP_CLOSING, TCP_WHY_FIN_CROSSED, fx);
        t->ack_now = TCP_WHY_FIN_CROSSED;
    } else if (t->state == TCP_FIN_WAIT_2) {
        tcp_start_time_wait(t, TCP_WHY_LAST_FIN, now, fx);
        t->ack_now = TCP_WHY_LAST_FIN;
    }
    tcp_deliver(t, fx);
}

/* A FIN counts when all bytes before it are in; one that comes early is remembered. */
bool tcp_check_fin(struct tcp *t, struct tcp_arrival *a, sim_time now, struct fx *fx)
{
    int64_t fin = a->seq + a->len - 1;
    if (seg_has(a, TCP_FIN) && tcp_still_receiving(t->state) && fin < t->rcv_edge) {
        t->rcv_fin = fin;
        t->ack_now = fin > t->rcv_nxt ? TCP_WHY_GAP : t->ack_now;
    }
    if (t->rcv_nxt == t->rcv_fin && tcp_still_receiving(t->state)) {
        take_fin(t, now, fx);
    }
    return true;
}

/* ---- 3.10.7 ---- */

static void run_checks(struct tcp *t, struct tcp_arrival *a, sim_time now, struct fx *fx)
{
    (void)(tcp_check_paws(t, a, now, fx) && check_sequence(t, a, now, fx) &&
           tcp_note_timestamp(t, a, now, fx) && check_reset(t, a, now, fx) &&
           check_syn(t, a, now, fx) && tcp_check_ack(t, a, now, fx) &&
           tcp_check_mark(t, a, now, fx) && check_urgent(t, a, now, fx) &&
           check_text(t, a, now, fx) && tcp_check_fin(t, a, now, fx));
}

static bool read_arrival(const struct tcp *t, const struct input *in, struct tcp_arrival *a)
{
    if (!tcp_decode(in->head, in->body.len, &a->seg)) {
        return false;
    }
    a->seq = tcp_offset(t->irs, t->rcv_nxt, a->seg.seq);
    a->ack = tcp_offset(t->iss, t->snd_una, a->seg.ack);
    a->len = tcp_seg_len(&a->seg);
    a->wnd = (uint32_t)a->seg.window << (seg_has(a, TCP_SYN) ? 0 : t->snd_shift);
    a->body = in->body;
    a->ecn = in->net.ecn;
    return true;
}

void tcp_segment_arrives(struct tcp *t, const struct input *in, struct fx *fx)
{
    struct tcp_arrival a;
    if (!read_arrival(t, in, &a)) {
        fx_drop(fx, DROP_MALFORMED, TCP_NO_REASON);
        return;
    }
    if (t->state == TCP_CLOSED) {
        tcp_orphan(in, fx);
    } else if (t->state == TCP_LISTEN) {
        tcp_listen_arrives(t, &a, in, fx);
    } else if (t->state == TCP_SYN_SENT) {
        tcp_syn_sent_arrives(t, &a, in->now, fx);
    } else {
        run_checks(t, &a, in->now, fx);
    }
    bool is_limited = t->limited || (t->dup_acks && t->sacked.count);
    tcp_output(t, in->now, is_limited ? TCP_WHY_LIMITED : TCP_WHY_ROOM, fx);
}
