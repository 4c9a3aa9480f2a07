/* What all congestion controls share (RFC 5681). Invariant: cwnd is at least one segment. */
#include "proto/tcp/cc.h"

#include <assert.h>
#include <string.h>

#define CWND_MAX (UINT32_MAX / 4)

#define CC_ROW(name) &cc_##name,
const struct cc_algorithm *const tcp_algorithms[] = {TCP_CONGESTION_CONTROLS(CC_ROW)};

const struct cc_algorithm *cc_of(const struct tcp *t)
{
    return tcp_algorithms[t->set.congestion];
}

uint32_t cc_flight(const struct tcp *t)
{
    return (uint32_t)(t->snd_nxt - t->snd_una);
}

void cc_enter(struct tcp *t, enum tcp_congestion to, enum tcp_why why, struct fx *fx)
{
    if (t->congestion == to) {
        return;
    }
    assert(edge_allowed(&tcp_machines[TCP_CONTROL], t->congestion, to));
    fx_state(fx, TCP_CONTROL, t->congestion, to, why);
    t->congestion = to;
}

const char *const cc_window_rules[] = {"rfc3390", "rfc6928", NULL};

/* min(most MSS, max(2 MSS, bytes)): RFC 3390 (1), RFC 6928 (1). */
static uint32_t by_rule(uint32_t mss, uint32_t most, uint32_t bytes)
{
    uint32_t least = 2 * mss > bytes ? 2 * mss : bytes;
    return most * mss < least ? most * mss : least;
}

uint32_t cc_first_window(const struct tcp *t)
{
    switch (t->set.initial_window) {
    case CC_RFC3390: return by_rule(t->snd_mss, 4, 4380);
    case CC_RFC6928: return by_rule(t->snd_mss, 10, 14600);
    default: return (uint32_t)(t->set.initial_window * t->snd_mss);
    }
}

/* One segment if the SYN or SYN+ACK was lost (RFC 5681 3.1). ssthresh begins as high as
 * the largest window that the peer could announce. */
void cc_initial_window(struct tcp *t)
{
    t->cwnd = t->syn_was_lost ? t->snd_mss : cc_first_window(t);
    t->ssthresh = (uint32_t)UINT16_MAX << t->snd_shift;
    t->recover = 0;
    memset(t->cc_own, 0, sizeof t->cc_own);
}

/* RFC 5681 4.1: after a pause of more than a timeout the window says nothing any more. */
void cc_restart(struct tcp *t, sim_time now)
{
    if (t->snd_una == t->snd_nxt && now - t->sent_at > t->rto) {
        uint32_t restart = cc_first_window(t);
        t->cwnd = t->cwnd > restart ? restart : t->cwnd;
    }
}

/* RFC 5681 3.2 step 1 and RFC 3042: the first and the second let a new segment go each, which keeps
 * duplicates coming where little is under way. */
bool cc_third(struct tcp *t)
{
    t->dup_acks++;
    t->limited = t->dup_acks < 3 ? t->dup_acks * t->snd_mss : 0;
    return t->dup_acks == 3;
}

void cc_add(struct tcp *t, uint32_t n)
{
    t->cwnd = t->cwnd < CWND_MAX - n ? t->cwnd + n : CWND_MAX;
}

/* RFC 5681 3.1: slow start adds what is acknowledged, at most a segment an acknowledgement;
 * congestion avoidance one segment for each window that is acknowledged, byte by byte: (3), with
 * what is acknowledged in the place of a segment. */
void cc_grow(struct tcp *t, uint32_t n, sim_time now, struct fx *fx)
{
    (void)now;
    if (t->cwnd < t->ssthresh) {
        cc_add(t, n < t->snd_mss ? n : t->snd_mss);
        t->cwnd_acked = 0;
        if (t->cwnd >= t->ssthresh) {
            cc_enter(t, TCP_AVOIDANCE, TCP_WHY_THRESHOLD, fx);
        }
        return;
    }
    cc_enter(t, TCP_AVOIDANCE, TCP_WHY_THRESHOLD, fx);
    t->cwnd_acked += n;
    uint64_t more = (uint64_t)t->cwnd_acked * t->snd_mss / t->cwnd;
    t->cwnd_acked -= (uint32_t)(more * t->cwnd / t->snd_mss);
    cc_add(t, (uint32_t)more);
}

/* RFC 5681 3.2 step 2: what limited transmit has added does not count. */
uint32_t cc_lost_flight(const struct tcp *t)
{
    uint32_t flight = cc_flight(t), beyond = flight > t->cwnd ? flight - t->cwnd : 0;
    return flight - (beyond < 2 * t->snd_mss ? beyond : 2 * t->snd_mss);
}

/* RFC 5681 (4). */
uint32_t cc_half(struct tcp *t)
{
    uint32_t half = cc_lost_flight(t) / 2;
    return half > 2 * t->snd_mss ? half : 2 * t->snd_mss;
}

void cc_reduce(struct tcp *t)
{
    t->ssthresh = cc_of(t)->threshold(t);
    t->ecn_owes_cwr = t->ecn_on;
    t->ecn_reduced = t->snd_nxt;
    t->ecn_by_mark = false;
}

void cc_lost(struct tcp *t)
{
    if (!t->ecn_by_mark || t->snd_una >= t->ecn_reduced) {
        cc_reduce(t);
    }
}

void cc_marked(struct tcp *t, int64_t ack, struct fx *fx)
{
    if (t->congestion == TCP_RECOVERY || ack <= t->ecn_reduced) {
        return;
    }
    cc_reduce(t);
    t->ecn_by_mark = true;
    bool is_small = t->cwnd < t->ssthresh; /* a window of one segment stays as it is */
    t->cwnd = is_small ? t->cwnd : t->ssthresh;
    t->cwnd_acked = 0;
    if (is_small || t->congestion == TCP_AVOIDANCE) {
        fx_note(fx, TCP_WHY_MARKED);
    } else {
        cc_enter(t, TCP_AVOIDANCE, TCP_WHY_MARKED, fx);
    }
}

void cc_open(struct tcp *t, uint32_t n, sim_time now, struct fx *fx)
{
    if (!t->is_told_of_mark) {
        cc_of(t)->grow(t, n, now, fx);
    }
}

/* RFC 5681 3.1: ssthresh is left alone when the same segment times out again. */
void cc_collapse(struct tcp *t, struct fx *fx)
{
    if (t->retries == 0) {
        cc_reduce(t);
    }
    t->cwnd = t->snd_mss;
    t->cwnd_acked = 0;
    t->dup_acks = t->limited = 0;
    t->recover = t->snd_nxt; /* RFC 6582 3.2 step 4 */
    cc_enter(t, TCP_SLOW_START, TCP_WHY_TIMEOUT, fx);
}
