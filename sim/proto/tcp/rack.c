/* RACK (RFC 8985 section 6): a segment is lost when one that was sent later has arrived and a
 * reordering window has passed. Steps have the RFC's numbers. Invariant: whatever is marked lost is
 * sent again before anything new. */
#include "base/os.h"
#include "proto/tcp/cc.h"
#include "proto/tcp/recovery.h"

#include <stdlib.h>

enum { DUP_THRESH = 3, PERSIST = 16 /* recoveries for which a grown window lasts */ };

void rack_start(struct tcp *t)
{
    if (t->set.recovery == TCP_RECOVER_RACK && t->sack_ok && !t->rack) {
        t->rack = os_alloc(sizeof *t->rack);
        t->rack->reo_wnd_mult = 1;
    }
}

void rack_free(struct tcp *t)
{
    if (t->rack) {
        free(t->rack->list);
        free(t->rack);
        t->rack = NULL;
    }
}

bool rack_recovers(const struct tcp *t)
{
    return t->congestion == TCP_RECOVERY || t->rack->in_rto;
}

void rack_sent(struct tcp *t, int64_t from, int64_t to, bool is_again, sim_time now)
{
    segments_add(t->rack,
                 (struct rack_segment){.from = from, .to = to, .at = now, .is_again = is_again});
}

/* ---- steps 1 to 3: what has arrived teaches ---- */

static bool sent_after(sim_time at1, int64_t end1, sim_time at2, int64_t end2)
{
    return at1 > at2 || (at1 == at2 && end1 > end2);
}

/* Of what was sent twice, nobody knows which copy is answered, unless a timestamp says so; an
 * answer that comes sooner than any is one to the first. */
static bool is_ambiguous(const struct tcp *t, const struct rack_segment *s, sim_time rtt)
{
    sim_time echoed = t->ts_on && t->has_echo ? ts_round_trip(t) : -1;
    return s->is_again && (!t->rack->has_rtt || rtt < t->rack->min_rtt || echoed > rtt + TS_TICK);
}

static void learn(struct tcp *t, const struct rack_segment *s, sim_time now)
{
    struct tcp_rack *r = t->rack;
    sim_time rtt = now - s->at;
    if (!s->is_again && (!r->has_rtt || rtt < r->min_rtt)) {
        r->min_rtt = rtt;
        r->has_rtt = true;
    }
    if (!is_ambiguous(t, s, rtt)) {
        r->rtt = rtt;
        if (sent_after(s->at, s->to, r->xmit_at, r->end_seq)) {
            r->xmit_at = s->at;
            r->end_seq = s->to;
        }
    }
    if (s->to > r->fack) {
        r->fack = s->to;
    } else if (s->to < r->fack && !s->is_again) {
        r->reordering_seen = true;
    }
}

static void hear_cumulative(struct tcp *t, sim_time now)
{
    struct tcp_rack *r = t->rack;
    while (r->count && segments_at(r, 0)->to <= t->snd_una) {
        struct rack_segment s = *segments_at(r, 0);
        segments_pop(r);
        if (!s.is_sacked) {
            learn(t, &s, now);
        }
    }
    if (r->count && segments_at(r, 0)->from < t->snd_una) {
        segments_at(r, 0)->from = t->snd_una;
    }
}

/* A segment that went again was perhaps cut anew, so that the peer holds a part of it. */
static void hear_selective(struct tcp *t, sim_time now)
{
    for (uint32_t i = 0; i < t->rack->count; i++) {
        struct rack_segment *s = segments_at(t->rack, i);
        const struct tcp_range *held = ranges_behind(&t->sacked, s->from);
        if (!held) {
            return;
        }
        bool is_held = held->from <= s->from;
        s = segments_split(t->rack, i, is_held ? held->to : held->from);
        if (is_held && !s->is_sacked) {
            learn(t, s, now);
            segments_mark_sacked(t->rack, s);
        }
    }
}

/* ---- step 4: the reordering window ---- */

static void adapt_window(struct tcp *t, bool is_dsack, bool recovery_ends)
{
    struct tcp_rack *r = t->rack;
    if (r->dsack_round && t->snd_una >= r->dsack_round) {
        r->dsack_round = 0;
    }
    if (r->dsack_round == 0 && is_dsack) {
        r->dsack_round = t->snd_nxt;
        r->reo_wnd_mult++;
        r->reo_wnd_persist = PERSIST;
    } else if (recovery_ends) {
        r->reo_wnd_persist -= r->reo_wnd_persist > 0;
        r->reo_wnd_mult = r->reo_wnd_persist ? r->reo_wnd_mult : 1;
    }
}

static sim_time reordering_window(const struct tcp *t)
{
    const struct tcp_rack *r = t->rack;
    if (!r->reordering_seen && (rack_recovers(t) || r->sacked >= DUP_THRESH)) {
        return 0;
    }
    sim_time wnd = r->min_rtt / 4 * r->reo_wnd_mult;
    return wnd < t->srtt ? wnd : t->srtt;
}

/* ---- step 5: what is lost ---- */

/* How long until the last that is in doubt is lost as well; 0: nothing is in doubt. */
static sim_time detect(struct tcp *t, sim_time now)
{
    struct tcp_rack *r = t->rack;
    sim_time longest = 0;
    r->reo_wnd = reordering_window(t);
    for (uint32_t i = 0; i < r->count; i++) {
        struct rack_segment *s = segments_at(r, i);
        if (s->is_sacked || s->is_lost || !sent_after(r->xmit_at, r->end_seq, s->at, s->to)) {
            continue;
        }
        sim_time remaining = s->at + r->rtt + r->reo_wnd - now;
        if (remaining <= 0) {
            segments_mark_lost(r, s);
        } else {
            longest = remaining > longest ? remaining : longest;
        }
    }
    return longest;
}

static void detect_and_arm(struct tcp *t, sim_time now, struct fx *fx)
{
    sim_time wait = detect(t, now);
    if (wait > 0) {
        tcp_timer_start(t, TCP_REORDERING, time_add(now, wait), fx);
    } else {
        tcp_timer_stop(t, TCP_REORDERING, fx);
    }
}

/* ---- what follows ---- */

static void send_first_lost(struct tcp *t, sim_time now, struct fx *fx)
{
    for (uint32_t i = 0; i < t->rack->count; i++) {
        const struct rack_segment *s = segments_at(t->rack, i);
        if (s->is_lost) {
            int64_t end = sack_hole_end(t, s->from);
            end = end < s->to ? end : s->to;
            tcp_transmit(t, s->from, end - s->from, now, TCP_WHY_RACK, fx);
            return;
        }
    }
}

static void enter_if_lost(struct tcp *t, sim_time now, struct fx *fx)
{
    if (t->rack->lost == 0 || rack_recovers(t) || t->snd_una < t->recover) {
        return;
    }
    t->recover = t->snd_nxt;
    cc_lost(t);
    t->cwnd = t->ssthresh;
    cc_enter(t, TCP_RECOVERY, TCP_WHY_RACK, fx);
    send_first_lost(t, now, fx);
}

/* True: the recovery that was under way is over. */
static bool leave(struct tcp *t, struct fx *fx)
{
    if (!rack_recovers(t) || t->snd_una < t->recover) {
        return false;
    }
    t->rack->in_rto = false;
    if (t->congestion == TCP_RECOVERY) {
        t->cwnd_acked = 0;
        cc_enter(t, TCP_AVOIDANCE, TCP_WHY_RECOVERED, fx);
    }
    return true;
}

void rack_learn(struct tcp *t, const struct tcp_news *news, sim_time now)
{
    hear_cumulative(t, now);
    if (news->sacked > 0) {
        hear_selective(t, now);
    }
}

void rack_heard(struct tcp *t, const struct tcp_news *news, sim_time now, struct fx *fx)
{
    bool was_fast = t->congestion == TCP_RECOVERY;
    t->dup_acks = news->acked ? 0 : t->dup_acks + (news->sacked > 0);
    bool is_over = leave(t, fx);
    if (news->acked && !was_fast) {
        cc_open(t, news->acked, now, fx);
    }
    adapt_window(t, news->dsack.to > news->dsack.from, is_over);
    detect_and_arm(t, now, fx);
    tlp_heard(t, news, fx);
    enter_if_lost(t, now, fx);
    if (news->acked || news->sacked) {
        tlp_schedule(t, now, fx);
    }
}

void rack_fired(struct tcp *t, sim_time now, struct fx *fx)
{
    detect_and_arm(t, now, fx);
    enter_if_lost(t, now, fx);
    tcp_output(t, now, TCP_WHY_PIPE, fx);
}

/* 6.3: the first is lost for sure; of the others those that have had their time. A scoreboard that
 * holds the first contradicts itself: the peer has thrown away what it reported (RFC 2018 8). */
void rack_timed_out(struct tcp *t, sim_time now)
{
    struct tcp_rack *r = t->rack;
    bool is_reneged = t->sacked.count && t->sacked.list[0].from <= t->snd_una;
    if (is_reneged) {
        ranges_clear(&t->sacked);
    }
    for (uint32_t i = 0; i < r->count; i++) {
        struct rack_segment *s = segments_at(r, i);
        r->sacked -= is_reneged && s->is_sacked;
        s->is_sacked = s->is_sacked && !is_reneged;
        if (i == 0 || (!s->is_sacked && s->at + r->rtt + r->reo_wnd <= now)) {
            segments_mark_lost(r, s);
        }
    }
    r->in_rto = true;
    r->tlp_end = 0;
}

void rack_all_lost(struct tcp *t)
{
    for (uint32_t i = 0; i < t->rack->count; i++) {
        struct rack_segment *s = segments_at(t->rack, i);
        if (!s->is_sacked) {
            segments_mark_lost(t->rack, s);
        }
    }
}

bool rack_send_next(struct tcp *t, sim_time now, struct fx *fx)
{
    int64_t pipe = segments_pipe(t->rack);
    if (t->rack->lost == 0 || (pipe > 0 && t->cwnd - pipe < t->snd_mss)) {
        return false;
    }
    send_first_lost(t, now, fx);
    return true;
}
