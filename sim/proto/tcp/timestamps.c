/* Timestamps (RFC 7323): every segment says when it was sent, by the clock of its node, and what it
 * heard last. That times every acknowledgement, also of what was sent twice, and it tells old
 * segments whose sequence numbers have come round again (PAWS). A tick is a millisecond, and the
 * count begins with the node's clock. Invariant: TS.Recent never goes back while it is valid. */
#include "proto/tcp/input.h"

#define OUTDATED (24 * INT64_C(86400) * SIM_S) /* 5.5 */

/* Floored, so that a clock that begins below zero ticks evenly. */
static uint32_t ticks(sim_time clock)
{
    sim_time whole = clock / TS_TICK;
    return (uint32_t)(clock % TS_TICK < 0 ? whole - 1 : whole);
}

static bool is_older(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b) < 0;
}

static bool is_valid(const struct tcp *t)
{
    return t->clock - t->ts_recent_at <= OUTDATED;
}

static void remember(struct tcp *t, uint32_t value)
{
    t->ts_recent = value;
    t->ts_recent_at = t->clock;
}

/* 3.2: in every segment once both SYNs had it, and in a first SYN as the offer. */
void ts_stamp(const struct tcp *t, struct tcp_seg *seg)
{
    bool is_offer = (seg->flags & TCP_SYN) && !(seg->flags & TCP_ACK);
    if (is_offer ? t->set.timestamps : t->ts_on) {
        seg->options |= TCP_OPT_TIMESTAMPS;
        seg->ts_val = ticks(t->clock);
        seg->ts_ecr = seg->flags & TCP_ACK ? t->ts_recent : 0;
    }
}

static void hear_echo(struct tcp *t, const struct tcp_seg *seg)
{
    t->has_echo = (seg->options & TCP_OPT_TIMESTAMPS) && (seg->flags & TCP_ACK);
    t->ts_echo = seg->ts_ecr;
}

void ts_take_syn(struct tcp *t, const struct tcp_seg *syn)
{
    t->ts_on = t->set.timestamps && (syn->options & TCP_OPT_TIMESTAMPS);
    if (t->ts_on) {
        remember(t, syn->ts_val);
        hear_echo(t, syn);
        t->snd_mss -= t->snd_mss > TS_LENGTH ? TS_LENGTH : 0; /* RFC 9293 3.7.1: options count */
    }
}

sim_time ts_round_trip(const struct tcp *t)
{
    int32_t passed = (int32_t)(ticks(t->clock) - t->ts_echo);
    return passed < 0 ? -1 : passed == 0 ? TS_TICK : passed * TS_TICK;
}

/* R1 of 5.3. A RST is exempt (5.2); what lacks the option is passed over in silence (3.2), but a
 * SYN, which may be a new beginning. */
bool tcp_check_paws(struct tcp *t, struct tcp_arrival *a, sim_time now, struct fx *fx)
{
    (void)now;
    if (!t->ts_on) {
        return true;
    }
    hear_echo(t, &a->seg);
    if (seg_has(a, TCP_RST)) {
        return true;
    }
    if (!(a->seg.options & TCP_OPT_TIMESTAMPS)) {
        return seg_has(a, TCP_SYN) || tcp_discard(TCP_WHY_NO_TIMESTAMP, fx);
    }
    if (is_older(a->seg.ts_val, t->ts_recent) && is_valid(t)) {
        return tcp_refuse(t, DROP_LATE, TCP_WHY_PAWS, fx);
    }
    return true;
}

/* R3 of 5.3 and 4.3 (2); `rcv_acked` is Last.ACK.sent. Of a delayed acknowledgement's segments the
 * first counts. */
bool tcp_note_timestamp(struct tcp *t, struct tcp_arrival *a, sim_time now, struct fx *fx)
{
    (void)now;
    (void)fx;
    bool counts = t->ts_on && (a->seg.options & TCP_OPT_TIMESTAMPS) && !seg_has(a, TCP_RST);
    if (counts && a->seq <= t->rcv_acked &&
        !(is_older(a->seg.ts_val, t->ts_recent) && is_valid(t))) {
        remember(t, a->seg.ts_val);
    }
    return true;
}
