/* The tables of TCP as an actor type: what a scenario may set, what the trace reads, why things
 * happen; the wire format; and the step that leads to the other files. */
#include "actor/errno_code.h"
#include "proto/tcp/cc.h"
#include "proto/tcp/recovery.h"
#include "proto/tcp/host.h"
#include "proto/tcp/input.h"

/* ---- the wire format ---- */

/* Without options nothing in it can be malformed. */
static bool has_no_options(struct bytes head)
{
    return head.len >= TCP_HEADER && head.data[12] >> 4 == TCP_HEADER / 4;
}

/* Port 0 is nobody's (RFC 6335 6): who sends from there could not be told from a listener's peer,
 * who is not known yet. */
static bool tcp_key(struct bytes head, struct net *io)
{
    struct tcp_seg seg;
    if (!has_no_options(head) && !tcp_decode(head, 0, &seg)) {
        return false;
    }
    io->from.port = get_u16(head.data);
    io->to.port = get_u16(head.data + 2);
    return io->from.port != 0;
}

/* A SYN begins the numbers of its direction (3.4). */
static bool tcp_initial(struct bytes head, uint32_t *number)
{
    struct tcp_seg seg;
    bool is_syn = head.len >= TCP_HEADER && head.data[13] & TCP_SYN;
    if (!is_syn || !tcp_decode(head, 0, &seg)) {
        return false;
    }
    *number = seg.seq.v;
    return true;
}

/* 3.10.7.1: a segment for nobody. A RST is discarded, all else is answered by one. */
void tcp_orphan(const struct input *in, struct fx *fx)
{
    struct tcp_seg seg;
    if (tcp_decode(in->head, in->body.len, &seg)) {
        tcp_answer_reset(&seg, &in->net, TCP_WHY_NOBODY, fx);
    }
}

const struct proto tcp_proto = {.name = "tcp",
                                .carrier = CARRIER_IP,
                                .number = 6,
                                .key = tcp_key,
                                .initial = tcp_initial,
                                .orphan = tcp_orphan};

/* ---- reasons ---- */

static const struct reason reasons[] = {
    [TCP_NO_REASON] = {0},
    [TCP_WHY_CONNECT] = {"tcp.connect", "RFC 9293 §3.10.1"},
    [TCP_WHY_LISTEN] = {"tcp.listen", "RFC 9293 §3.10.1"},
    [TCP_WHY_CHILD] = {"tcp.child", "RFC 9293 §3.10.7.2"},
    [TCP_WHY_SYN] = {"tcp.syn", "RFC 9293 §3.5"},
    [TCP_WHY_SYN_ACK] = {"tcp.syn-ack", "RFC 9293 §3.5"},
    [TCP_WHY_SYN_CROSSED] = {"tcp.syn-crossed", "RFC 9293 §3.5"},
    [TCP_WHY_HANDSHAKE] = {"tcp.handshake", "RFC 9293 §3.5"},
    [TCP_WHY_DATA] = {"tcp.data", "RFC 9293 §3.10.2"},
    [TCP_WHY_ROOM] = {"tcp.room", "RFC 5681 §3.1"},
    [TCP_WHY_TIMEOUT] = {"tcp.timeout", "RFC 6298 §5"},
    [TCP_WHY_AFTER_TIMEOUT] = {"tcp.after-timeout", "RFC 5681 §3.1"},
    [TCP_WHY_LIMITED] = {"tcp.limited", "RFC 3042 §2"},
    [TCP_WHY_FAST] = {"tcp.fast", "RFC 5681 §3.2"},
    [TCP_WHY_LOST] = {"tcp.lost", "RFC 6675 §4"},
    [TCP_WHY_PIPE] = {"tcp.pipe", "RFC 6675 §5"},
    [TCP_WHY_HOLE] = {"tcp.hole", "RFC 6675 §4"},
    [TCP_WHY_RESCUE] = {"tcp.rescue", "RFC 6675 §4"},
    [TCP_WHY_RACK] = {"tcp.rack", "RFC 8985 §6.2"},
    [TCP_WHY_TLP] = {"tcp.tlp", "RFC 8985 §7.3"},
    [TCP_WHY_TLP_NEW] = {"tcp.tlp-new", "RFC 8985 §7.3"},
    [TCP_WHY_TLP_REPAIRED] = {"tcp.tlp-repaired", "RFC 8985 §7.4"},
    [TCP_WHY_FRTO] = {"tcp.f-rto", "RFC 5682 §2.1"},
    [TCP_WHY_SPURIOUS] = {"tcp.spurious", "RFC 4015 §3.2"},
    [TCP_WHY_DSACK] = {"tcp.dsack", "RFC 2883 §5"},
    [TCP_WHY_PARTIAL] = {"tcp.partial", "RFC 6582 §3.2"},
    [TCP_WHY_ACK] = {"tcp.ack", "RFC 9293 §3.8.6.3"},
    [TCP_WHY_ACK_DELAYED] = {"tcp.ack-delayed", "RFC 9293 §3.8.6.3"},
    [TCP_WHY_ACK_AT_ONCE] = {"tcp.ack-at-once", "RFC 9293 §3.8.6.3"},
    [TCP_WHY_GAP] = {"tcp.gap", "RFC 5681 §4.2"},
    [TCP_WHY_FILLED] = {"tcp.filled", "RFC 5681 §4.2"},
    [TCP_WHY_OLD] = {"tcp.old", "RFC 9293 §3.10.7.4"},
    [TCP_WHY_TWICE] = {"tcp.twice", "RFC 2883 §4"},
    [TCP_WHY_OUTSIDE] = {"tcp.outside", "RFC 9293 §3.10.7.4"},
    [TCP_WHY_CHALLENGE] = {"tcp.challenge", "RFC 5961 §3.2"},
    [TCP_WHY_FUTURE_ACK] = {"tcp.future-ack", "RFC 9293 §3.10.7.4"},
    [TCP_WHY_OLD_ACK] = {"tcp.old-ack", "RFC 5961 §5.2"},
    [TCP_WHY_NOT_TAKEN] = {"tcp.not-taken", "RFC 9293 §3.10.7"},
    [TCP_WHY_NO_ACK] = {"tcp.no-ack", "RFC 9293 §3.10.7.4"},
    [TCP_WHY_WINDOW_UPDATE] = {"tcp.window-update", "RFC 9293 §3.8.6.2.2"},
    [TCP_WHY_PROBE] = {"tcp.probe", "RFC 9293 §3.8.6.1"},
    [TCP_WHY_KEEP_ALIVE] = {"tcp.keep-alive", "RFC 9293 §3.8.4"},
    [TCP_WHY_CLOSE] = {"tcp.close", "RFC 9293 §3.6"},
    [TCP_WHY_CLOSE_ACK] = {"tcp.close-ack", "RFC 9293 §3.6"},
    [TCP_WHY_PEER_FIN] = {"tcp.peer-fin", "RFC 9293 §3.6"},
    [TCP_WHY_LAST_FIN] = {"tcp.last-fin", "RFC 9293 §3.6"},
    [TCP_WHY_FIN_ACKED] = {"tcp.fin-acked", "RFC 9293 §3.6"},
    [TCP_WHY_FIN_CROSSED] = {"tcp.fin-crossed", "RFC 9293 §3.6"},
    [TCP_WHY_BOTH_CLOSED] = {"tcp.both-closed", "RFC 9293 §3.6"},
    [TCP_WHY_FIN_AGAIN] = {"tcp.fin-again", "RFC 9293 §3.10.7.4"},
    [TCP_WHY_2MSL] = {"tcp.2msl", "RFC 9293 §3.10.8"},
    [TCP_WHY_ABORT] = {"tcp.abort", "RFC 9293 §3.10.5"},
    [TCP_WHY_RESET] = {"tcp.reset", "RFC 9293 §3.10.7.4"},
    [TCP_WHY_REFUSED] = {"tcp.refused", "RFC 9293 §3.10.7.3"},
    [TCP_WHY_GAVE_UP] = {"tcp.gave-up", "RFC 9293 §3.8.3"},
    [TCP_WHY_CLOSED_EARLY] = {"tcp.closed-early", "RFC 9293 §3.10.4"},
    [TCP_WHY_NOBODY] = {"tcp.nobody", "RFC 9293 §3.10.7.1"},
    [TCP_WHY_BAD_ACK] = {"tcp.bad-ack", "RFC 9293 §3.5.2"},
    [TCP_WHY_UNREAD] = {"tcp.unread", "RFC 9293 §3.6.1"},
    [TCP_WHY_STRAY] = {"tcp.stray", "RFC 9293 §3.10.7"},
    [TCP_WHY_UNREACHABLE] = {"tcp.unreachable", "RFC 9293 §3.9.2.2"},
    [TCP_WHY_PIECE] = {"tcp.piece", "RFC 9293 §3.10.7.4"},
    [TCP_WHY_JOINED] = {"tcp.joined", "RFC 9293 §3.10.7.4"},
    [TCP_WHY_THRESHOLD] = {"tcp.threshold", "RFC 5681 §3.1"},
    [TCP_WHY_RECOVERED] = {"tcp.recovered", "RFC 6582 §3.2"},
    [TCP_WHY_PAWS] = {"tcp.paws", "RFC 7323 §5.3"},
    [TCP_WHY_NO_TIMESTAMP] = {"tcp.no-timestamp", "RFC 7323 §3.2"},
    [TCP_WHY_CE] = {"tcp.ce", "RFC 3168 §6.1.3"},
    [TCP_WHY_MARKED] = {"tcp.marked", "RFC 3168 §6.1.2"},
    [TCP_WHY_BACKLOG] = {"tcp.backlog", "RFC 4987 §3.1"},
    [TCP_WHY_ACCEPT_FULL] = {"tcp.accept-full", "RFC 4987 §3.1"},
    [TCP_WHY_COOKIE] = {"tcp.cookie", "RFC 4987 §3.6"},
    [TCP_WHY_COOKIE_BACK] = {"tcp.cookie-back", "RFC 4987 §3.6"},
    [TCP_WHY_CHALLENGED] = {"tcp.challenged", "RFC 5961 §7"},
    [TCP_WHY_REOPEN] = {"tcp.reopen", "RFC 9293 §3.6.1"},
    [TCP_WHY_TWO_WAY] = {"tcp.two-way", "RFC 9293 §3.5"},
    [TCP_WHY_URGENT] = {"tcp.urgent", "RFC 6093 §3.4"},
    [TCP_WHY_TOO_BIG] = {"tcp.too-big", "RFC 1191 §6.5"},
    [TCP_WHY_NOT_SMALLER] = {"tcp.not-smaller", "RFC 1191 §6.2"},
    [TCP_WHY_STRAY_ERROR] = {"tcp.stray-error", "RFC 5927 §4.1"},
    [TCP_WHY_HARD_ERROR] = {"tcp.unreachable-hard", "RFC 9293 §3.9.2.2"},
    [TCP_WHY_BLACK_HOLE] = {"tcp.black-hole", "RFC 2923 §2.1"},
    [TCP_WHY_SHORT_WAIT] = {"tcp.short-wait", "RFC 9293 §3.4.2"},
    [TCP_WHY_COUNT] = {0},
};

/* ---- variables ---- */

enum {
    VAR_SND_UNA,
    VAR_SND_NXT,
    VAR_SND_WND,
    VAR_RCV_NXT,
    VAR_RCV_WND,
    VAR_CWND,
    VAR_SSTHRESH,
    VAR_FLIGHT,
    VAR_RTO,
    VAR_SRTT,
    VAR_RTTVAR,
    VAR_ISS,
    VAR_IRS,
    VAR_MSS,
    VAR_RETRIES,
    VAR_DUP_ACKS,
    VAR_UNREAD,
    VAR_RTT,
    VAR_SACKED,
    VAR_TS_RECENT,
};
static const struct var vars[] = {
    [VAR_SND_UNA] = {"snd.una", "", "send"},
    [VAR_SND_NXT] = {"snd.nxt", "", "send"},
    [VAR_SND_WND] = {"snd.wnd", "B", "send"},
    [VAR_RCV_NXT] = {"rcv.nxt", "", "receive"},
    [VAR_RCV_WND] = {"rcv.wnd", "B", "receive"},
    [VAR_CWND] = {"cwnd", "B", "window"},
    [VAR_SSTHRESH] = {"ssthresh", "B", "window"},
    [VAR_FLIGHT] = {"flight", "B", "window"},
    [VAR_RTO] = {"rto", "ns", "time"},
    [VAR_SRTT] = {"srtt", "ns", "time"},
    [VAR_RTTVAR] = {"rttvar", "ns", "time"},
    [VAR_ISS] = {"iss", "", "start"},
    [VAR_IRS] = {"irs", "", "start"},
    [VAR_MSS] = {"mss", "B", "start"},
    [VAR_RETRIES] = {"retries", "", "time"},
    [VAR_DUP_ACKS] = {"dup-acks", "", "window"},
    [VAR_UNREAD] = {"unread", "B", "receive"},
    [VAR_RTT] = {"rtt", "ns", "time"},
    [VAR_SACKED] = {"sacked", "B", "window"},
    [VAR_TS_RECENT] = {"ts.recent", "", "time"},
    {0},
};

/* Sequence numbers as they stand on the wire. */
static void read(const void *self, int64_t *v)
{
    const struct tcp *t = self;
    v[VAR_SND_UNA] = tcp_seq_out(t->iss, t->snd_una).v;
    v[VAR_SND_NXT] = tcp_seq_out(t->iss, t->snd_nxt).v;
    v[VAR_SND_WND] = t->snd_wnd;
    v[VAR_RCV_NXT] = tcp_seq_out(t->irs, t->rcv_nxt).v;
    v[VAR_RCV_WND] = tcp_rcv_wnd(t);
    v[VAR_CWND] = t->cwnd;
    v[VAR_SSTHRESH] = t->ssthresh;
    v[VAR_FLIGHT] = cc_flight(t);
    v[VAR_RTO] = t->rto;
    v[VAR_SRTT] = t->srtt;
    v[VAR_RTTVAR] = t->rttvar;
    v[VAR_ISS] = t->iss.v;
    v[VAR_IRS] = t->irs.v;
    v[VAR_MSS] = t->snd_mss;
    v[VAR_RETRIES] = t->retries;
    v[VAR_DUP_ACKS] = t->dup_acks;
    v[VAR_UNREAD] = pieces_bytes(&t->unread);
    v[VAR_RTT] = t->rtt;
    v[VAR_SACKED] = ranges_within(&t->sacked, t->snd_una, t->snd_nxt);
    v[VAR_TS_RECENT] = t->ts_recent;
}

/* ---- params ---- */

#define OF(field) offsetof(struct tcp, set.field)
#define TIME_MAX  (SIM_NEVER / 4)
static const struct param params[] = {
    {"isn", OF(isn), PARAM_COUNT, .may_be_off = true, .initial = -1, .max = UINT32_MAX},
    {"mss", OF(mss), PARAM_BYTES, .may_be_off = true, .initial = -1, .min = 1, .max = 65495},
    {"mtu", OF(mtu), PARAM_BYTES, .initial = 1500, .min = 68, .max = 65535},
    {"receive-buffer", OF(receive_buffer), PARAM_BYTES, .initial = 65535, .min = 1,
     .max = INT64_C(1) << 30},
    {"send-buffer", OF(send_buffer), PARAM_BYTES, .initial = INT64_C(4) << 20, .min = 1,
     .max = INT64_C(1) << 30},
    {"window-scale", OF(window_scale), PARAM_COUNT, .may_be_off = true, .initial = TCP_SCALE_AUTO,
     .max = 14},
    {"nagle", OF(nagle), PARAM_SWITCH, .initial = 1, .max = 1},
    {"delayed-ack", OF(delayed_ack), PARAM_TIME, .may_be_off = true, .initial = 200 * SIM_MS,
     .min = 1, .max = 500 * SIM_MS},
    {"initial-window", OF(initial_window), PARAM_COUNT, .initial = 10, .min = 1, .max = 1000,
     .choices = cc_window_rules},
    {"initial-rto", OF(initial_rto), PARAM_TIME, .initial = SIM_S, .min = 1, .max = TIME_MAX},
    {"min-rto", OF(min_rto), PARAM_TIME, .initial = SIM_S, .min = 1, .max = TIME_MAX},
    {"max-rto", OF(max_rto), PARAM_TIME, .initial = 60 * SIM_S, .min = 1, .max = TIME_MAX},
    {"retries", OF(retries), PARAM_COUNT, .may_be_off = true, .initial = -1, .max = 1000},
    {"msl", OF(msl), PARAM_TIME, .initial = 120 * SIM_S, .min = 1, .max = TIME_MAX},
    {"challenge-acks", OF(challenge_acks), PARAM_COUNT, .may_be_off = true, .may_be_on = true,
     .initial = 10, .min = 1, .max = 1000000},
    {"backlog", OF(backlog), PARAM_COUNT, .initial = 128, .min = 1, .max = 65535},
    {"syn-cookies", OF(syn_cookies), PARAM_SWITCH, .max = 1},
    {"handshake", OF(handshake), PARAM_CHOICE, .max = 1,
     .choices = (const char *const[]){"three-way", "two-way", NULL}},
    {"persist", OF(persist), PARAM_SWITCH, .initial = 1, .max = 1},
    {"path-mtu-discovery", OF(path_mtu_discovery), PARAM_SWITCH, .initial = 1, .max = 1},
    {"black-hole-detection", OF(black_hole), PARAM_COUNT, .may_be_off = true, .initial = -1,
     .min = 1, .max = 100},
    {"user-timeout", OF(user_timeout), PARAM_TIME, .may_be_off = true, .initial = -1, .min = 1,
     .max = TIME_MAX},
    {"keep-alive", OF(keep_alive), PARAM_TIME, .may_be_off = true, .initial = -1, .min = SIM_S,
     .max = TIME_MAX},
    {"keep-alive-interval", OF(keep_interval), PARAM_TIME, .initial = 75 * SIM_S, .min = SIM_S,
     .max = TIME_MAX},
    {"keep-alive-probes", OF(keep_count), PARAM_COUNT, .initial = 9, .min = 1, .max = 100},
    {"congestion", OF(congestion), PARAM_CHOICE, .max = TCP_CC_COUNT - 1,
     .choices = tcp_congestion_names},
    {"timestamps", OF(timestamps), PARAM_SWITCH, .max = 1},
    {"ecn", OF(ecn), PARAM_SWITCH, .max = 1},
    {"sack", OF(sack), PARAM_SWITCH, .initial = 1, .max = 1},
    {"f-rto", OF(f_rto), PARAM_SWITCH, .max = 1},
    {"recovery", OF(recovery), PARAM_CHOICE, .max = TCP_RECOVER_TAHOE,
     .choices = (const char *const[]){"auto", "sack", "rack", "newreno", "reno", "tahoe", NULL}},
    {0},
};

/* ---- the step ---- */

/* body.len of START: endpoints of this kind that the host opened before. */
static void start(struct tcp *t, const struct input *in, struct fx *fx)
{
    t->key = in->net;
    t->is_first = in->body.len == 0;
    t->snd_end = 1;
    if (in->code == START_SPAWNED) {
        tcp_queue_settings(t);
    }
    t->again_why = TCP_WHY_AFTER_TIMEOUT;
    t->key.df = t->set.path_mtu_discovery;
    t->key.ttl = (uint8_t)t->set.ttl;
    t->path_mtu = tcp_path_mtu(t->host, t->key.to.ip, (uint32_t)t->set.mtu, in->now);
    t->rcv_edge = tcp_first_window(t);
    rtt_start(t);
    if (in->code == START_SPAWNED) {
        t->is_passive = true;
        tcp_enter(t, TCP_LISTEN, TCP_WHY_CHILD, fx);
    }
}

void tcp_step(void *self, const struct input *in, struct fx *fx)
{
    struct tcp *t = self;
    t->clock = in->clock;
    t->host = in->host;
    if (in->kind == IN_PACKET && tcp_arrives_straight(t, in, fx)) {
        return;
    }
    switch (in->kind) {
    case IN_START: start(t, in, fx); break;
    case IN_PACKET: tcp_segment_arrives(t, in, fx); break;
    case IN_ERROR: tcp_hear_error(t, in, fx); break;
    case IN_TIMER: tcp_timer_fired(t, in->code, in->now, fx); break;
    case IN_REQUEST: tcp_request(t, in, fx); break;
    case IN_SENT:
    case IN_INDICATION: break; /* nothing below, and IP does not tell */
    }
}

static void free_lists(void *self)
{
    struct tcp *t = self;
    pieces_free(&t->unsent);
    pieces_free(&t->unread);
    pieces_free(&t->waiting);
    ranges_clear(&t->sacked);
    ranges_clear(&t->held);
    rack_free(t);
}

const struct actor_type tcp_type = {
    .name = "tcp",
    .proto = &tcp_proto,
    .size = sizeof(struct tcp),
    .host_size = sizeof(struct tcp_host),
    .host_free = tcp_host_free,
    .machines = tcp_machines,
    .sets =
        (const struct set[]){{"piece", (const char *const[]){"absent", "waiting", "taken", NULL}},
                             {0}},
    .timers = (const struct timer[]){[TCP_RETRANSMIT] = {"retransmit", 1, false},
                                     [TCP_DELAYED_ACK] = {"delayed-ack", 1, false},
                                     [TCP_PERSIST] = {"persist", 1, false},
                                     [TCP_2MSL] = {"2msl", 1, false},
                                     [TCP_GIVE_UP] = {"give-up", 1, false},
                                     [TCP_KEEP_ALIVE] = {"keep-alive", 1, true},
                                     [TCP_TURN] = {"turn", 1, true},
                                     [TCP_REORDERING] = {"reordering", 1, false},
                                     [TCP_LOSS_PROBE] = {"loss-probe", 1, false},
                                     [TCP_TIMER_COUNT] = {0}},
    .reasons = reasons,
    .vars = vars,
    .params = params,
    .calls = (const char *const[]){"connect", "listen", "release", "set", "reading", "congestion",
                                   "shut-reading", "backlog", NULL},
    .step = tcp_step,
    .read = read,
    .free = free_lists,
};
