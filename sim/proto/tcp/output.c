/* What is sent, and when: segmentisation, Nagle and silly-window avoidance on the sender's side
 * (RFC 9293 3.7.4, 3.8.6.2.1), the announced window (3.8.6.2.2), acknowledgements. Invariant:
 * SND.UNA <= snd_at <= SND.NXT, and every segment but a RST tells the peer all it is owed. */
#include "proto/tcp/cc.h"
#include "proto/tcp/recovery.h"

#include <assert.h>

#define FS 2 /* RFC 9293 3.8.6.2.1: a segment of 1/Fs of the largest window is worth sending */

seq32 tcp_seq_out(seq32 isn, int64_t offset)
{
    return seq_add(isn, (uint32_t)offset);
}

/* The offset nearest to `near` that has this number on the wire. */
int64_t tcp_offset(seq32 isn, int64_t near, seq32 number)
{
    return near + seq_diff(tcp_seq_out(isn, near), number);
}

uint32_t tcp_rcv_wnd(const struct tcp *t)
{
    return (uint32_t)(t->rcv_edge - t->rcv_nxt);
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* What the buffer would let us announce, in units of the scale. */
static int64_t edge_possible(const struct tcp *t)
{
    int64_t room = t->set.receive_buffer - pieces_bytes(&t->unread);
    int64_t most = (int64_t)UINT16_MAX << t->rcv_shift;
    room = smaller(room < 0 ? 0 : room, most);
    return t->rcv_nxt + (room >> t->rcv_shift << t->rcv_shift);
}

static int64_t worth_announcing(const struct tcp *t)
{
    return smaller(t->set.receive_buffer / 2, tcp_own_mss(t));
}

/* 3.8.6.2.2: the right edge moves by a full segment or half the buffer, or not at all. */
static void open_window(struct tcp *t)
{
    int64_t edge = edge_possible(t);
    if (edge - t->rcv_edge >= worth_announcing(t)) {
        t->rcv_edge = edge;
    }
}

static uint16_t window_field(const struct tcp *t, bool is_syn)
{
    uint32_t wnd = tcp_rcv_wnd(t) >> (is_syn ? 0 : t->rcv_shift);
    return (uint16_t)(wnd > UINT16_MAX ? UINT16_MAX : wnd);
}

/* What a segment with ACK settles: all that is owed. */
static void settle_debt(struct tcp *t, struct fx *fx)
{
    t->rcv_acked = t->rcv_nxt;
    t->ack_now = TCP_NO_REASON;
    t->ack_hops = 0;
    tcp_timer_stop(t, TCP_DELAYED_ACK, fx);
    tcp_timer_stop(t, TCP_TURN, fx);
}

static void emit(const struct tcp *t, const struct tcp_seg *seg, struct span body, struct unit unit,
                 enum tcp_why why, struct fx *fx)
{
    uint8_t head[TCP_HEADER_MAX];
    size_t len = tcp_encode(seg, head);
    fx_send(fx, &t->key, bytes_of(head, len), body, unit, why);
}

/* The header of whatever this connection sends; with ACK it settles what is owed. */
static void make_segment(struct tcp *t, int64_t at, unsigned flags, struct tcp_seg *seg,
                         struct fx *fx)
{
    tcp_seg_begin(seg);
    seg->from = t->key.from.port;
    seg->to = t->key.to.port;
    seg->seq = tcp_seq_out(t->iss, at);
    seg->flags = (uint8_t)flags;
    if (flags & TCP_ACK) {
        if (!(flags & TCP_SYN)) {
            open_window(t);
        }
        seg->ack = tcp_seq_out(t->irs, t->rcv_nxt);
        seg->flags |= t->ecn_echoes ? TCP_ECE : 0;
        if (!(flags & (TCP_SYN | TCP_RST)) && sack_has_news(t)) {
            sack_report(t, seg);
        }
        settle_debt(t, fx);
    }
    seg->window = window_field(t, flags & TCP_SYN);
    ts_stamp(t, seg);
}

/* The same in one go, for a header without options. */
static void send_bare(const struct tcp *t, int64_t at, struct span body, enum tcp_why why,
                      struct fx *fx)
{
    struct unit unit = {.at = body.len ? (uint64_t)at : 0, .n = body.len};
    struct tcp_seg seg = {.from = t->key.from.port,
                          .to = t->key.to.port,
                          .seq = tcp_seq_out(t->iss, at),
                          .ack = tcp_seq_out(t->irs, t->rcv_nxt),
                          .flags = TCP_ACK,
                          .window = window_field(t, false)};
    tcp_encode_bare(&seg, fx_send_place(fx, &t->key, TCP_HEADER, body, unit, why));
}

/* RFC 6298 5.1; the clock of giving up starts with the oldest that waits. */
static void track(struct tcp *t, int64_t at, uint32_t n, sim_time now, struct fx *fx)
{
    bool is_idle = t->snd_una == t->snd_nxt;
    rtt_sent(t, at, at + n, now);
    t->progress_at = is_idle ? now : t->progress_at;
    t->sent_at = now;
    t->snd_at = at + n;
    t->snd_nxt = t->snd_at > t->snd_nxt ? t->snd_at : t->snd_nxt;
    if (!tcp_timer_runs(t, TCP_RETRANSMIT) && !tcp_timer_runs(t, TCP_PERSIST)) {
        tcp_timer_start(t, TCP_RETRANSMIT, time_add(now, t->rto), fx);
    }
}

void tcp_send_syn(struct tcp *t, sim_time now, enum tcp_why why, struct fx *fx)
{
    bool is_answer = t->rcv_nxt > 0; /* the peer's SYN is here */
    unsigned flags = (is_answer ? TCP_SYN | TCP_ACK : TCP_SYN) | ecn_syn_flags(t, is_answer);
    struct tcp_seg seg;
    make_segment(t, 0, flags, &seg, fx);
    tcp_offer_options(t, &seg, is_answer);
    emit(t, &seg, (struct span){0}, (struct unit){0, 1}, why, fx);
    track(t, 0, 1, now, fx);
}

/* SND.NXT, but never beyond the peer's window: there it would be refused, and a shut window with a
 * probe under way would hide every acknowledgement. */
static int64_t seq_of_ack(const struct tcp *t)
{
    return t->snd_una == 0 ? t->snd_nxt : smaller(t->snd_nxt, t->snd_una + t->snd_wnd);
}

void tcp_send_ack(struct tcp *t, enum tcp_why why, struct fx *fx)
{
    struct tcp_seg seg;
    if (tcp_has_bare_header(t) && !t->by_the_book) {
        open_window(t);
        settle_debt(t, fx);
        send_bare(t, seq_of_ack(t), (struct span){0}, why, fx);
        return;
    }
    make_segment(t, seq_of_ack(t), TCP_ACK, &seg, fx);
    emit(t, &seg, (struct span){0}, (struct unit){0}, why, fx);
}

/* 3.10.5: <SEQ=SND.NXT><CTL=RST>. */
void tcp_send_reset(struct tcp *t, enum tcp_why why, struct fx *fx)
{
    struct tcp_seg seg;
    make_segment(t, t->snd_nxt, TCP_RST, &seg, fx);
    seg.window = 0;
    emit(t, &seg, (struct span){0}, (struct unit){0}, why, fx);
}

void tcp_answer_reset(const struct tcp_seg *got, const struct net *net, enum tcp_why why,
                      struct fx *fx)
{
    struct tcp_seg seg = {.from = got->to, .to = got->from, .flags = TCP_RST};
    uint8_t head[TCP_HEADER_MAX];
    if (got->flags & TCP_RST) {
        return;
    }
    if (got->flags & TCP_ACK) {
        seg.seq = got->ack;
    } else {
        seg.ack = seq_add(got->seq, tcp_seg_len(got));
        seg.flags |= TCP_ACK;
    }
    struct net back = {.from = net->to, .to = net->from, .iface = net->iface};
    size_t len = tcp_encode(&seg, head);
    fx_send(fx, &back, bytes_of(head, len), (struct span){0}, (struct unit){0}, why);
}

/* SEG.SEQ = SND.NXT - 1: an old number, which the peer must answer. */
void tcp_ask(struct tcp *t, struct fx *fx)
{
    struct tcp_seg seg;
    make_segment(t, t->snd_nxt - 1, TCP_ACK, &seg, fx);
    emit(t, &seg, (struct span){0}, (struct unit){0}, TCP_WHY_KEEP_ALIVE, fx);
}

/* ---- data ---- */

/* The FIN rides on the segment that ends at `end`. */
static bool fin_rides(const struct tcp *t, int64_t end)
{
    return t->fin_wanted && end == t->snd_end;
}

/* CLOSE-WAIT becomes LAST-ACK when the FIN leaves, behind the data (3.10.4). */
static void fin_leaves(struct tcp *t, struct fx *fx)
{
    t->fin_sent = true;
    if (t->state == TCP_CLOSE_WAIT) {
        tcp_enter(t, TCP_LAST_ACK, TCP_WHY_CLOSE, fx);
    }
}

/* RFC 3168 6.1.2: the first new data behind a reduction says so. 6.1.5, 6.1.6: neither what is sent
 * again nor a probe may be marked. */
static uint8_t mark_data(struct tcp *t, bool is_new, struct tcp_seg *seg)
{
    if (!t->ecn_on || !is_new) {
        return ECN_NONE;
    }
    seg->flags |= t->ecn_owes_cwr ? TCP_CWR : 0;
    t->ecn_owes_cwr = false;
    return ECN_ECT0;
}

static void note_for_rack(struct tcp *t, int64_t from, int64_t to, bool is_again, sim_time now,
                          struct fx *fx)
{
    rack_sent(t, from, to, is_again, now);
    if (!is_again) {
        tlp_schedule(t, now, fx);
    }
}

int64_t tcp_transmit(struct tcp *t, int64_t at, int64_t n, sim_time now, enum tcp_why why,
                     struct fx *fx)
{
    int64_t most = smaller(smaller(n, t->snd_end - at), tcp_payload_most(t)), sent_at = t->snd_at;
    struct span body = most > 0 ? pieces_at(&t->unsent, at, (uint32_t)most) : (struct span){0};
    int64_t end = at + body.len;
    unsigned flags = TCP_ACK | (body.len && end == t->snd_end ? TCP_PSH : 0);
    bool fin = fin_rides(t, end);
    if (fin && !t->fin_sent) {
        fin_leaves(t, fx);
        why = body.len ? why : t->ack_now == TCP_WHY_PEER_FIN ? TCP_WHY_CLOSE_ACK : TCP_WHY_CLOSE;
    }
    struct tcp_seg seg;
    make_segment(t, at, fin ? flags | TCP_FIN : flags, &seg, fx);
    struct unit unit = {.at = (uint64_t)at, .n = body.len + fin};
    bool is_new = body.len > 0 && at >= t->snd_nxt && why != TCP_WHY_PROBE;
    t->key.ecn = mark_data(t, is_new, &seg);
    emit(t, &seg, body, unit, why, fx);
    t->key.ecn = ECN_NONE;
    bool is_again = at < t->snd_nxt;
    assert(unit.n > 0);
    track(t, at, unit.n, now, fx);
    if (t->rack) {
        note_for_rack(t, at, at + unit.n, is_again, now, fx);
    }
    t->snd_at = sent_at > t->snd_at ? sent_at : t->snd_at;
    return at + unit.n;
}

uint32_t tcp_payload_most(const struct tcp *t)
{
    uint32_t blocks = sack_count(t);
    return t->snd_mss - (blocks ? 4 + 8 * blocks : 0);
}

/* How many bytes of what waits may go now: 0 also when only a FIN would. What the peer holds out of
 * order is not under way any more (RFC 6675 5 (3)). */
static int64_t sendable(const struct tcp *t)
{
    int64_t peer = t->snd_una + t->snd_wnd - t->snd_at;
    int64_t beyond = t->snd_at == t->snd_nxt ? t->limited : 0; /* RFC 3042 2: new data only */
    int64_t network = t->snd_una + t->cwnd + beyond - t->snd_at +
                      ranges_within(&t->sacked, t->snd_una, t->snd_at);
    const struct tcp_range *held = ranges_behind(&t->sacked, t->snd_at);
    int64_t waits = (held ? held->from : t->snd_end) - t->snd_at;
    return smaller(smaller(smaller(peer, network), waits), tcp_payload_most(t));
}

/* 3.8.6.2.1 and 3.7.4: a full segment; all that there is, unless Nagle waits for the
 * acknowledgement of what is under way; or a good part of the window. */
static bool is_worth_sending(const struct tcp *t, int64_t n)
{
    bool is_idle = t->snd_nxt == t->snd_una;
    bool is_all = t->snd_at + n == t->snd_end;
    if (n >= tcp_payload_most(t) || t->snd_at < t->snd_nxt) {
        return true;
    }
    if (is_all && (t->fin_wanted || !t->set.nagle)) {
        return true;
    }
    return is_idle && (is_all || n * FS >= t->snd_wnd_max);
}

static bool may_send_data(enum tcp_state s)
{
    return s == TCP_ESTABLISHED || s == TCP_CLOSE_WAIT || s == TCP_FIN_WAIT_1 || s == TCP_CLOSING ||
           s == TCP_LAST_ACK;
}

int64_t tcp_unsent(const struct tcp *t)
{
    int64_t usable = smaller(t->snd_una + t->snd_wnd, t->snd_end) - t->snd_nxt;
    int64_t n = smaller(usable, tcp_payload_most(t));
    if (t->fin_wanted && t->snd_nxt == t->snd_end) {
        return 0;
    }
    return n > 0 && is_worth_sending(t, n) ? n : -1;
}

/* One segment of data or the FIN. False: nothing more may go now. */
static bool send_next(struct tcp *t, sim_time now, enum tcp_why why, struct fx *fx)
{
    if (t->rack && t->rack->lost) {
        return rack_send_next(t, now, fx);
    }
    if (t->congestion == TCP_RECOVERY && sack_recovers(t)) {
        return sack_send_next(t, now, fx);
    }
    t->snd_at = t->snd_at < t->snd_nxt ? sack_hole(t, t->snd_at) : t->snd_at;
    int64_t n = sendable(t);
    bool is_bare_fin = t->fin_wanted && t->snd_at == t->snd_end;
    if (!is_bare_fin && (n <= 0 || !is_worth_sending(t, n))) {
        return false;
    }
    bool is_again = t->snd_at < t->snd_nxt;
    tcp_transmit(t, t->snd_at, is_bare_fin ? 0 : n, now,
                 is_again ? (enum tcp_why)t->again_why : why, fx);
    return true;
}

/* ---- the short way of new data ---- */

/* Sending goes on behind all that was sent, and nothing of that is being repaired. */
static bool sends_straight(const struct tcp *t)
{
    return tcp_is_open(t) && t->snd_at == t->snd_nxt && tcp_has_bare_header(t) && !t->by_the_book &&
           !t->rack && t->congestion != TCP_RECOVERY && t->sacked.count == 0;
}

/* Full segments, as far as the windows and one piece of data go, but for the last bytes of all:
 * they carry PSH. True: nothing more may go, since the windows are used up and something is under
 * way. */
static bool send_full(struct tcp *t, sim_time now, enum tcp_why why, struct fx *fx)
{
    int64_t window = t->snd_una + smaller(t->snd_wnd, (int64_t)t->cwnd + t->limited);
    int64_t edge = smaller(window, t->snd_end - 1), mss = t->snd_mss;
    struct span body = pieces_at(&t->unsent, t->snd_nxt, UINT32_MAX);
    edge = smaller(edge, t->snd_nxt + body.len);
    if (t->snd_nxt + mss <= edge) {
        open_window(t);
        settle_debt(t, fx);
    }
    while (t->snd_nxt + mss <= edge) {
        send_bare(t, t->snd_nxt, span_sub(body, 0, t->snd_mss), why, fx);
        body = span_sub(body, t->snd_mss, body.len - t->snd_mss);
        track(t, t->snd_nxt, t->snd_mss, now, fx);
    }
    bool waits = t->snd_nxt < t->snd_end && window < t->snd_end;
    return waits && window < t->snd_nxt + mss && t->snd_una < t->snd_nxt;
}

/* Something waits, nothing is under way, and no timer would ever send it (3.8.6.1). */
static void start_persist(struct tcp *t, sim_time now, struct fx *fx)
{
    bool waits = t->set.persist && t->snd_at < t->snd_end && t->snd_una == t->snd_nxt;
    if (waits && !tcp_timer_runs(t, TCP_PERSIST)) {
        tcp_timer_start(t, TCP_PERSIST, time_add(now, t->rto), fx);
    }
}

/* 3.8.6.2.2: a window that has opened far enough is announced by itself; the nearer the peer is to
 * a shut one, the sooner. */
static bool owes_window_update(const struct tcp *t)
{
    int64_t full = worth_announcing(t), gain = edge_possible(t) - t->rcv_edge;
    int64_t enough =
        smaller(t->set.receive_buffer / 2, tcp_rcv_wnd(t) < tcp_own_mss(t) ? full : 2 * full);
    return tcp_still_receiving(t->state) && gain >= enough;
}

static void settle(struct tcp *t, sim_time now, struct fx *fx)
{
    if (t->ack_now && t->ack_hops) {
        tcp_timer_start(t, TCP_TURN, now, fx);
    } else if (t->ack_now) {
        tcp_send_ack(t, t->ack_now, fx);
    } else if (t->state != TCP_SYN_RECEIVED && owes_window_update(t)) {
        tcp_send_ack(t, TCP_WHY_WINDOW_UPDATE, fx);
    }
}

/* Data or a FIN may go, be it again. */
static bool has_something(const struct tcp *t)
{
    return t->snd_at < t->snd_end || t->snd_at < t->snd_nxt || t->fin_wanted || t->rack ||
           t->congestion == TCP_RECOVERY || t->by_the_book;
}

static void send_data(struct tcp *t, sim_time now, enum tcp_why why, struct fx *fx)
{
    if (!has_something(t) || (sends_straight(t) && send_full(t, now, why, fx))) {
        return;
    }
    while (send_next(t, now, why, fx)) {
    }
    start_persist(t, now, fx);
}

void tcp_output(struct tcp *t, sim_time now, enum tcp_why why, struct fx *fx)
{
    if (t->path_until && now >= t->path_until) {
        tcp_try_larger(t);
    }
    if (may_send_data(t->state)) {
        cc_restart(t, now);
        send_data(t, now, why, fx);
    }
    if (t->state > TCP_SYN_SENT) {
        settle(t, now, fx);
    }
}

/* One byte beyond the window, so that the answer tells how wide it is; or as much as fits, if silly
 * windows are what keeps it back. */
void tcp_probe(struct tcp *t, sim_time now, struct fx *fx)
{
    t->snd_at = t->snd_una;
    int64_t n = sendable(t);
    tcp_transmit(t, t->snd_at, n > 0 ? n : 1, now, TCP_WHY_PROBE, fx);
}
