/* The calls of the user (RFC 9293 3.10.1 to 3.10.6), as requests; answers are indications. A call
 * that the RFC answers with an error is told as RESULT and changes nothing. */
#include "actor/errno_code.h"
#include "proto/tcp/cc.h"
#include "proto/tcp/host.h"

static void refuse(enum errno_code error, struct fx *fx)
{
    fx_indicate(fx, 0, CODE_RESULT, (struct bytes){0}, (struct span){.len = error});
}

/* ---- OPEN (3.10.1) ---- */

static void open_actively(struct tcp *t, const struct input *in, struct fx *fx)
{
    if (t->state != TCP_CLOSED) {
        refuse(ERR_EISCONN, fx);
        return;
    }
    t->iss = isn_choose(t, in);
    tcp_enter(t, TCP_SYN_SENT, TCP_WHY_CONNECT, fx);
    tcp_send_syn(t, in->now, TCP_WHY_CONNECT, fx);
}

static void open_passively(struct tcp *t, const struct input *in, struct fx *fx)
{
    if (t->state != TCP_CLOSED) {
        refuse(ERR_EISCONN, fx);
        return;
    }
    t->is_passive = true;
    tcp_queue_open(t, in->body.len, in->body.at);
    tcp_enter(t, TCP_LISTEN, TCP_WHY_LISTEN, fx);
}

/* ---- SEND (3.10.2) ---- */

static bool takes_data(const struct tcp *t)
{
    return !t->fin_wanted && (t->state == TCP_SYN_SENT || t->state == TCP_SYN_RECEIVED ||
                              t->state == TCP_ESTABLISHED || t->state == TCP_CLOSE_WAIT);
}

static void send(struct tcp *t, const struct input *in, struct fx *fx)
{
    if (!takes_data(t)) {
        refuse(t->state <= TCP_LISTEN ? ERR_ENOTCONN : ERR_EPIPE, fx);
        return;
    }
    int64_t first = t->snd_una > 0 ? t->snd_una : 1; /* behind the SYN */
    int64_t room = t->set.send_buffer - (t->snd_end - first);
    room = room < 0 ? 0 : room;
    uint32_t n = in->body.len < room ? in->body.len : (uint32_t)room;
    t->wants_room |= n < in->body.len;
    pieces_append(&t->unsent, t->snd_end, span_sub(in->body, 0, n));
    t->snd_end += n;
    fx_indicate(fx, 0, CODE_ACCEPTED, (struct bytes){0}, (struct span){.len = n});
    tcp_output(t, in->now, TCP_WHY_DATA, fx);
}

/* ---- RECEIVE (3.10.3) ---- */

static bool peer_has_closed(const struct tcp *t)
{
    return t->rcv_fin > 0 && t->rcv_nxt > t->rcv_fin;
}

static bool may_take(const struct tcp *t)
{
    return t->credit > 0 && !t->is_released && tcp_is_synchronized(t->state);
}

bool tcp_goes_straight(const struct tcp *t)
{
    return t->unread.count == 0 && t->waiting.count == 0 && t->credit == UINT32_MAX && may_take(t);
}

void tcp_deliver(struct tcp *t, struct fx *fx)
{
    const struct tcp_piece *piece = pieces_first(&t->unread);
    while (piece && may_take(t)) {
        struct span part = pieces_at(&t->unread, piece->at, t->credit);
        t->credit -= t->credit == UINT32_MAX ? 0 : part.len;
        fx_indicate(fx, 0, CODE_DATA, (struct bytes){0}, part);
        pieces_cut(&t->unread, piece->at + part.len);
        piece = pieces_first(&t->unread);
    }
    if (!piece && peer_has_closed(t) && !t->end_told) {
        t->end_told = true;
        fx_indicate(fx, 0, CODE_END, (struct bytes){0}, (struct span){0});
    }
}

static void receive(struct tcp *t, const struct input *in, struct fx *fx)
{
    uint32_t more = in->body.len;
    t->credit = t->credit > UINT32_MAX - more ? UINT32_MAX : t->credit + more;
    tcp_deliver(t, fx);
    tcp_output(t, in->now, TCP_WHY_ROOM, fx);
}

/* ---- CLOSE (3.10.4) ---- */

static void close_sending(struct tcp *t, sim_time now, struct fx *fx)
{
    switch (t->state) {
    case TCP_LISTEN:
    case TCP_SYN_SENT: tcp_end(t, TCP_WHY_CLOSED_EARLY, ERR_NONE, fx); return;
    case TCP_CLOSE_WAIT: break; /* LAST-ACK follows when the FIN leaves, behind the data */
    case TCP_SYN_RECEIVED:
        if (t->snd_end > 1) {
            break; /* data waits for ESTABLISHED, and the FIN behind it */
        }
        tcp_enter(t, TCP_FIN_WAIT_1, TCP_WHY_CLOSE, fx);
        tcp_stands(t, now, fx); /* ESTABLISHED is passed over */
        break;
    case TCP_ESTABLISHED: tcp_enter(t, TCP_FIN_WAIT_1, TCP_WHY_CLOSE, fx); break;
    case TCP_CLOSED: refuse(ERR_ENOTCONN, fx); return;
    case TCP_FIN_WAIT_1:
    case TCP_FIN_WAIT_2:
    case TCP_CLOSING:
    case TCP_LAST_ACK:
    case TCP_TIME_WAIT: return; /* it is closing already */
    case TCP_STATE_COUNT: return;
    }
    t->fin_wanted = true;
    tcp_output(t, now, TCP_WHY_DATA, fx);
}

/* Nobody reads any more. Data that nobody will read is not passed over in silence (RFC 9293 3.6.1).
 */
static void release(struct tcp *t, struct fx *fx)
{
    t->is_released = true;
    if (pieces_first(&t->unread) && tcp_is_synchronized(t->state)) {
        tcp_send_reset(t, TCP_WHY_UNREAD, fx);
        tcp_end(t, TCP_WHY_UNREAD, ERR_ECONNABORTED, fx);
    }
}

/* ---- ABORT (3.10.5) ---- */

static bool abort_resets(enum tcp_state s)
{
    return s == TCP_SYN_RECEIVED || s == TCP_ESTABLISHED || s == TCP_FIN_WAIT_1 ||
           s == TCP_FIN_WAIT_2 || s == TCP_CLOSE_WAIT;
}

static void abort_connection(struct tcp *t, struct fx *fx)
{
    if (t->state == TCP_CLOSED) {
        refuse(ERR_ENOTCONN, fx);
        return;
    }
    if (abort_resets(t->state)) {
        tcp_send_reset(t, TCP_WHY_ABORT, fx);
    }
    tcp_end(t, TCP_WHY_ABORT, ERR_ECONNABORTED, fx);
}

/* ---- options of a connection that stands ---- */

static void set_option(struct tcp *t, const struct input *in, struct fx *fx)
{
    int64_t value = (int64_t)in->body.at;
    switch ((enum tcp_set_option)in->body.len) {
    case TCP_SET_NAGLE: t->set.nagle = value != 0; break;
    case TCP_SET_MSS:
        t->set.mss = t->set.mss_most = value;
        t->snd_mss = t->snd_mss < value ? t->snd_mss : (uint32_t)value;
        break;
    case TCP_SET_TTL:
        t->set.ttl = value < 0 ? 0 : value;
        t->key.ttl = (uint8_t)t->set.ttl;
        break;
    case TCP_SET_KEEP_ALIVE:
        t->set.keep_alive = value;
        if (tcp_is_synchronized(t->state)) {
            tcp_keep_alive_start(t, in->now, fx);
        }
        break;
    case TCP_SET_KEEP_INTERVAL: t->set.keep_interval = value; break;
    case TCP_SET_KEEP_COUNT: t->set.keep_count = value; break;
    case TCP_SET_USER_TIMEOUT: t->set.user_timeout = value; break;
    case TCP_SET_SEND_BUFFER: t->set.send_buffer = value; break;
    case TCP_SET_RECEIVE_BUFFER:
        t->set.receive_buffer = value;
        if (t->state == TCP_CLOSED) {
            t->rcv_edge = tcp_first_window(t);
        }
        break;
    }
    struct tcp_queue *q = t->state == TCP_LISTEN ? tcp_queue_of(t->host, t->key.from) : NULL;
    if (q) {
        q->set = t->set; /* for the connections that it will bring */
    }
    tcp_output(t, in->now, TCP_WHY_DATA, fx);
}

void tcp_request(struct tcp *t, const struct input *in, struct fx *fx)
{
    switch (in->code) {
    case TCP_CALL_CONNECT: open_actively(t, in, fx); break;
    case TCP_CALL_LISTEN: open_passively(t, in, fx); break;
    case CODE_SEND: send(t, in, fx); break;
    case CODE_READ: receive(t, in, fx); break;
    case CODE_CLOSE: close_sending(t, in->now, fx); break;
    case CODE_ABORT: abort_connection(t, fx); break;
    case TCP_CALL_RELEASE: release(t, fx); break;
    case TCP_CALL_SET: set_option(t, in, fx); break;
    case TCP_CALL_READING:
        t->credit = in->body.len ? UINT32_MAX : 0;
        tcp_deliver(t, fx);
        tcp_output(t, in->now, TCP_WHY_ROOM, fx);
        break;
    case TCP_CALL_SHUT_READING: t->is_read_shut = true; break;
    case TCP_CALL_NO_DELAY: t->set.nagle = 0; break;
    case TCP_CALL_TAKEN: tcp_queue_leave(t); break;
    case TCP_CALL_BACKLOG: tcp_queue_open(t, in->body.len, in->body.at); break;
    case TCP_CALL_CONGESTION: t->set.congestion = in->body.len; break;
    default: refuse(ERR_EINVAL, fx); break;
    }
}
