/* The two segments that a bulk transfer is made of, taken the short way: the next data in order,
 * and an acknowledgement of new data, to a connection in which nothing else goes on (Van Jacobson's
 * header prediction). A few comparisons tell them from the raw header, and for them every check of
 * SEGMENT ARRIVES but one or two has nothing to say. Invariant: state and effects, in their order,
 * are those of the long way (input.c); test_tcp_straight runs both side by side. */
#include "proto/tcp/cc.h"
#include "proto/tcp/input.h"
#include "proto/tcp/sack.h"

/* What a header has at 12: its length without options, ACK, and PSH or not. */
#define BARE 0x5010u

static bool is_bare(struct bytes head)
{
    return head.len == TCP_HEADER && (get_u16(head.data + 12) & ~(unsigned)TCP_PSH) == BARE;
}

/* No loss is being found or repaired, no probe is out, nothing was shut or closed, and there is no
 * option that each segment must be asked for. */
static bool is_calm(const struct tcp *t)
{
    return tcp_is_open(t) && tcp_has_bare_header(t) && !t->by_the_book && !t->rack && !t->frto &&
           t->congestion != TCP_RECOVERY && t->dup_acks == 0 && t->limited == 0 &&
           t->sacked.count == 0 && t->rcv_fin == 0 && t->kept == 0 &&
           !tcp_timer_runs(t, TCP_PERSIST);
}

static uint32_t window_of(const struct tcp *t, const uint8_t *head)
{
    return (uint32_t)get_u16(head + 14) << t->snd_shift;
}

/* The next data, all of it in the window, which the application takes at once; it acknowledges
 * nothing new. */
static bool is_next_data(const struct tcp *t, const struct input *in)
{
    return get_u32(in->head.data + 8) == tcp_seq_out(t->iss, t->snd_una).v &&
           in->body.len <= tcp_rcv_wnd(t) && tcp_goes_straight(t) && !t->is_read_shut;
}

static void take_data(struct tcp *t, const struct input *in, struct fx *fx)
{
    uint32_t len = in->body.len;
    tcp_hear_window(t, t->rcv_nxt, t->snd_una, window_of(t, in->head.data));
    t->rcv_full = len > t->rcv_full ? len : t->rcv_full;
    t->rcv_nxt += len;
    tcp_acknowledge_later(t, in->now, fx);
    fx_indicate(fx, 0, CODE_DATA, (struct bytes){0}, in->body);
}

/* New data is acknowledged, and the scoreboard, which is empty, is what would repair a loss. */
static bool is_progress(const struct tcp *t, int64_t ack)
{
    return ack > t->snd_una && ack <= t->snd_nxt && sack_recovers(t);
}

static void take_ack(struct tcp *t, const struct input *in, int64_t ack, struct fx *fx)
{
    uint32_t acked = (uint32_t)(ack - t->snd_una);
    tcp_advance(t, ack, in->now, fx);
    tcp_hear_window(t, t->rcv_nxt, ack, window_of(t, in->head.data));
    cc_open(t, acked, in->now, fx);
    tcp_tell_of_room(t, fx);
}

bool tcp_arrives_straight(struct tcp *t, const struct input *in, struct fx *fx)
{
    if (!is_bare(in->head) || !is_calm(t) ||
        get_u32(in->head.data + 4) != tcp_seq_out(t->irs, t->rcv_nxt).v) {
        return false;
    }
    if (in->body.len > 0) {
        if (!is_next_data(t, in)) {
            return false;
        }
        t->is_told_of_mark = false;
        take_data(t, in, fx);
    } else {
        int64_t ack = tcp_offset(t->iss, t->snd_una, seq(get_u32(in->head.data + 8)));
        if (!is_progress(t, ack)) {
            return false;
        }
        t->is_told_of_mark = false;
        take_ack(t, in, ack, fx);
    }
    t->heard_at = in->now;
    tcp_output(t, in->now, TCP_WHY_ROOM, fx);
    return true;
}
