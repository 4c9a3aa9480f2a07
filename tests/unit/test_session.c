/* Sessions of RTP: who is in them, whose turn it is, and what is done when two bear one name. Each
 * test is told what RFC 3550 says must happen; whole sessions are run with a heap of their own. */
#include "proto/rtp/feedback.h"
#include "proto/rtp/rtp.h"
#include "proto/rtp/session.h"
#include "wire/rtcp_feedback.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define ROWS(table) (int)(sizeof(table) / sizeof *(table))
#define UNDER       28

static const struct rtcp_terms slow = {4000, 5 * SIM_S, 0};
static const struct addr there = {0x0a000002, 5004}, elsewhere = {0x0a000003, 5004};

static struct rtcp_session joined(uint32_t ssrc)
{
    struct rtcp_session s = {0};
    struct dice dice = dice_make(1, "member");
    rtcp_session_join(&s, ssrc, &slow, 0, &dice);
    return s;
}

/* 8.2: what becomes of a packet by its SSRC and by where it comes from. */
static const struct {
    const char *what;
    struct {
        uint32_t ssrc;
        struct addr from;
        enum rtcp_verdict verdict;
    } heard[3];
    uint32_t members;
} conflicts[] = {
    {"one more member", {{7, {2, 2}, RTCP_NEW}, {7, {2, 2}, RTCP_KNOWN}}, 2},
    {"another with our name", {{1, {2, 2}, RTCP_COLLISION}}, 1},
    {"our packets come back", {{1, {2, 2}, RTCP_COLLISION}, {1, {2, 2}, RTCP_LOOPED}}, 1},
    {"by another way", {{1, {2, 2}, RTCP_COLLISION}, {1, {3, 2}, RTCP_COLLISION}}, 1},
    {"two others with one name", {{7, {2, 2}, RTCP_NEW}, {7, {3, 2}, RTCP_FOREIGN}}, 2},
    {"the first of them is kept",
     {{7, {2, 2}, RTCP_NEW}, {7, {3, 2}, RTCP_FOREIGN}, {7, {2, 2}, RTCP_KNOWN}},
     2},
};

START_TEST(a_name_belongs_to_the_address_it_came_from_first)
{
    struct rtcp_session s = joined(1);
    for (int i = 0; i < 3 && conflicts[_i].heard[i].from.ip; i++) {
        enum rtcp_verdict v = rtcp_session_meet(&s, conflicts[_i].heard[i].ssrc,
                                                conflicts[_i].heard[i].from, true, true, SIM_S);
        ck_assert_msg(v == conflicts[_i].heard[i].verdict, "%s, %d: %d", conflicts[_i].what, i, v);
    }
    ck_assert_uint_eq(s.timing.members, conflicts[_i].members);
    rtcp_session_free(&s);
}
END_TEST

START_TEST(after_a_collision_the_other_keeps_the_name_and_we_are_still_two)
{
    struct rtcp_session s = joined(1);
    ck_assert_int_eq(rtcp_session_meet(&s, 1, there, true, true, SIM_S), RTCP_COLLISION);
    rtcp_session_rename(&s, 99, there, true, SIM_S);
    ck_assert_uint_eq(s.ssrc, 99);
    ck_assert_uint_eq(s.timing.members, 2);
    ck_assert_int_eq(rtcp_session_meet(&s, 1, there, true, true, 2 * SIM_S), RTCP_KNOWN);
    rtcp_session_free(&s);
}
END_TEST

/* 8.2 treats an SSRC and a CSRC alike: what a mixer names stands behind the mixer's address. */
START_TEST(a_contributor_is_judged_as_one_that_speaks_for_itself)
{
    struct rtcp_session s = joined(1);
    ck_assert_int_eq(rtcp_session_contributor(&s, 5, there, true, 0), RTCP_NEW);
    ck_assert_int_eq(rtcp_session_contributor(&s, 5, there, true, 0), RTCP_KNOWN);
    ck_assert_int_eq(rtcp_session_contributor(&s, 5, elsewhere, true, 0), RTCP_FOREIGN);
    ck_assert_int_eq(rtcp_session_contributor(&s, 1, there, true, 0), RTCP_COLLISION);
    ck_assert_int_eq(rtcp_session_contributor(&s, 1, there, true, 0), RTCP_LOOPED);
    ck_assert_uint_eq(s.timing.members, 2);
    ck_assert_uint_eq(s.timing.senders, 0); /* it sends nothing itself */
    rtcp_session_free(&s);
}
END_TEST

/* 7.3: "The CNAMEs MUST be forwarded to allow SSRC identifier collision detection to work." */
START_TEST(a_name_passed_on_tells_that_another_bears_our_number)
{
    struct rtcp_session s = joined(1);
    struct rtcp_named names[] = {{7, bytes_str("b@h")}, {1, bytes_str("c@h")}};
    struct buf out = {0};
    uint32_t told = 0;
    rtcp_add_rr(&out, 9, NULL, 0);
    rtcp_add_cname(&out, 9, "mix@h");
    rtcp_add_names(&out, names, 2);
    enum rtcp_verdict v =
        rtcp_session_compound(&s, bytes_of(out.data, out.len), 100, there, SIM_S, &told);
    ck_assert_int_eq(v, RTCP_COLLISION);
    ck_assert_uint_eq(told, 1);
    ck_assert_uint_eq(s.timing.members, 3); /* the mixer and the other whom it names */
    buf_free(&out);
    rtcp_session_free(&s);
}
END_TEST

/* A port of its own for RTCP is no second address. */
START_TEST(rtp_and_rtcp_of_one_member_come_from_two_ports)
{
    struct rtcp_session s = joined(1);
    struct addr control = {there.ip, 5005};
    ck_assert_int_eq(rtcp_session_meet(&s, 7, there, true, true, 0), RTCP_NEW);
    ck_assert_int_eq(rtcp_session_meet(&s, 7, control, false, true, 0), RTCP_KNOWN);
    ck_assert_int_eq(rtcp_session_meet(&s, 7, elsewhere, false, true, 0), RTCP_FOREIGN);
    rtcp_session_free(&s);
}
END_TEST

/* 6.3.5: five intervals of 5 s without a word, or two without RTP. */
static const struct {
    sim_time at;
    enum rtcp_presence presence;
    uint32_t members, senders;
} silences[] = {
    {9 * SIM_S, RTCP_SENDS, 2, 1},
    {11 * SIM_S, RTCP_LISTENS, 2, 0},
    {25 * SIM_S, RTCP_LISTENS, 2, 0},
    {26 * SIM_S, RTCP_TIMED_OUT, 1, 0},
};

START_TEST(who_is_silent_for_long_no_longer_counts)
{
    struct rtcp_session s = joined(1);
    struct dice dice = dice_make(1, "member");
    s.timing.is_initial = false;
    s.timing.tp = silences[_i].at - 1;
    rtcp_session_meet(&s, 7, there, true, true, 0);
    rtcp_session_expire(&s, silences[_i].at, &dice);
    ck_assert_int_eq(rtcp_session_find(&s, 7)->presence, silences[_i].presence);
    ck_assert_uint_eq(s.timing.members, silences[_i].members);
    ck_assert_uint_eq(s.timing.senders, silences[_i].senders);
    rtcp_session_free(&s);
}
END_TEST

START_TEST(what_is_under_way_after_a_bye_brings_nobody_back)
{
    struct rtcp_session s = joined(1);
    rtcp_session_meet(&s, 7, there, true, true, 0);
    ck_assert(rtcp_session_part(&s, 7, SIM_S));
    ck_assert(!rtcp_session_part(&s, 7, SIM_S));
    ck_assert_int_eq(rtcp_session_meet(&s, 7, there, true, true, SIM_S), RTCP_GONE);
    ck_assert_uint_eq(s.timing.members, 1);
    ck_assert_uint_eq(s.timing.senders, 0);
    rtcp_session_free(&s);
}
END_TEST

/* 6.3.8: RTP since the report before the last makes a sender, in SR and in the count. */
START_TEST(who_paused_for_two_reports_is_a_receiver)
{
    struct rtcp_session s = joined(1);
    struct dice dice = dice_make(1, "member");
    rtcp_session_speaks(&s);
    ck_assert(rtcp_session_is_sender(&s, 10));
    rtcp_session_reported(&s, 100, 10, SIM_S, &dice);
    ck_assert(rtcp_session_is_sender(&s, 10));
    rtcp_session_reported(&s, 100, 10, 2 * SIM_S, &dice);
    ck_assert(!rtcp_session_is_sender(&s, 10));
    rtcp_session_reported(&s, 100, 10, 3 * SIM_S, &dice);
    ck_assert_uint_eq(s.timing.senders, 0);
    ck_assert(!s.timing.we_sent);
    rtcp_session_free(&s);
}
END_TEST

START_TEST(who_never_said_anything_says_no_bye)
{
    struct rtcp_session s = joined(1);
    struct dice dice = dice_make(1, "member");
    ck_assert_int_eq(rtcp_session_leave(&s, 64, SIM_S, &dice), RTCP_WAIT);
    ck_assert_int_eq(s.phase, RTCP_LEFT);
    rtcp_session_free(&s);
}
END_TEST

/* 6.3.7: at once among 50, after a back-off among 51. */
START_TEST(among_more_than_fifty_a_bye_waits)
{
    struct dice dice = dice_make(1, "member");
    for (uint32_t members = 50; members <= 51; members++) {
        struct rtcp_session s = joined(1);
        for (uint32_t i = 1; i < members; i++) {
            rtcp_session_meet(&s, 100 + i, (struct addr){i, 1}, false, false, 0);
        }
        rtcp_session_reported(&s, 100, 0, SIM_S, &dice);
        enum rtcp_act act = rtcp_session_leave(&s, 64, 2 * SIM_S, &dice);
        ck_assert_int_eq(act, members == 50 ? RTCP_SAY_BYE : RTCP_WAIT);
        if (act == RTCP_WAIT) {
            ck_assert_uint_eq(s.timing.members, 1);
            ck_assert_int_eq(s.timing.average16, 16 * 64);
            rtcp_session_part(&s, 4711, 3 * SIM_S); /* counts, known or not */
            ck_assert_uint_eq(s.timing.members, 2);
        }
        rtcp_session_free(&s);
    }
}
END_TEST

/* ---- whole sessions ---- */

struct crowd {
    struct rtcp_session *members;
    uint32_t count, senders, heap_count;
    uint32_t *heap; /* members by tn */
    struct dice dice;
    int64_t bandwidth;
    uint64_t bytes;
    uint32_t byes, bye_cap;
    sim_time *bye_at;
    size_t *bye_size;
    sim_time delay;
    struct {
        sim_time at;
        uint32_t from;
        bool is_bye;
    } * flying; /* a ring: all take the same time */
    uint32_t fly_head, fly_count, fly_cap;
};

static bool is_earlier(const struct crowd *c, uint32_t a, uint32_t b)
{
    return c->members[c->heap[a]].timing.tn < c->members[c->heap[b]].timing.tn;
}

static uint32_t earliest(const struct crowd *c)
{
    uint32_t least = 0;
    for (uint32_t i = 1; i < c->count; i++) {
        least = is_earlier(c, i, least) ? i : least;
    }
    return c->heap[least];
}

static void build(const struct crowd *c, uint32_t i, bool is_bye, struct buf *out)
{
    uint32_t ssrc = c->members[i].ssrc;
    struct rtcp_block blocks[4] = {{0}};
    struct rtcp_sender_info info = {0};
    if (i < c->senders && !is_bye) {
        rtcp_add_sr(out, ssrc, &info, blocks, 1);
    } else {
        rtcp_add_rr(out, ssrc, blocks, is_bye ? 0 : 2);
    }
    rtcp_add_cname(out, ssrc, "member@10.0.0.1");
    if (is_bye) {
        rtcp_add_bye(out, ssrc);
    }
}

static void arrive(struct crowd *c)
{
    struct buf out = {0};
    uint32_t from = c->flying[c->fly_head].from, told;
    sim_time at = c->flying[c->fly_head].at;
    build(c, from, c->flying[c->fly_head].is_bye, &out);
    for (uint32_t i = 0; i < c->count; i++) {
        if (i != from && c->members[i].phase != RTCP_LEFT) {
            rtcp_session_compound(&c->members[i], bytes_of(out.data, out.len), UNDER + out.len,
                                  (struct addr){from + 1, 5005}, at, &told);
        }
    }
    buf_free(&out);
    c->fly_head = (c->fly_head + 1) % c->fly_cap;
    c->fly_count--;
}

static size_t say(struct crowd *c, uint32_t i, bool is_bye, sim_time now)
{
    struct buf out = {0};
    build(c, i, is_bye, &out);
    size_t size = UNDER + out.len;
    buf_free(&out);
    uint32_t at = (c->fly_head + c->fly_count++) % c->fly_cap;
    c->flying[at].at = now + c->delay;
    c->flying[at].from = i;
    c->flying[at].is_bye = is_bye;
    c->bytes += size;
    return size;
}

static void turn(struct crowd *c, uint32_t i)
{
    struct rtcp_session *s = &c->members[i];
    sim_time now = s->timing.tn;
    uint32_t packets = i < c->senders ? s->packets[0] + 1 : 0;
    enum rtcp_act act = rtcp_session_expire(s, now, &c->dice);
    if (act == RTCP_SAY_REPORT) {
        rtcp_session_reported(s, say(c, i, false, now), packets, now, &c->dice);
    } else if (act == RTCP_SAY_BYE) {
        c->bye_at[c->byes] = now;
        c->bye_size[c->byes++] = say(c, i, true, now);
        rtcp_session_left(s);
    }
}

static void run_until(struct crowd *c, sim_time until)
{
    for (;;) {
        uint32_t next = earliest(c);
        sim_time tn = c->members[next].timing.tn;
        if (c->fly_count > 0 && c->flying[c->fly_head].at <= tn) {
            if (c->flying[c->fly_head].at > until) {
                return;
            }
            arrive(c);
        } else if (tn > until || tn == SIM_NEVER) {
            return;
        } else {
            turn(c, next);
        }
    }
}

static void crowd_make(struct crowd *c, uint32_t count, uint32_t senders, int64_t bandwidth)
{
    *c = (struct crowd){.count = count, .senders = senders, .bandwidth = bandwidth};
    c->delay = SIM_MS;
    c->dice = dice_make(7, "crowd");
    c->members = calloc(count, sizeof *c->members);
    c->heap = calloc(count, sizeof *c->heap);
    c->bye_at = calloc(count, sizeof *c->bye_at);
    c->bye_size = calloc(count, sizeof *c->bye_size);
    c->fly_cap = 4 * count;
    c->flying = calloc(c->fly_cap, sizeof *c->flying);
    struct rtcp_terms terms = {bandwidth / 20, 5 * SIM_S, 0};
    for (uint32_t i = 0; i < count; i++) {
        c->heap[i] = i;
        c->members[i].salt = i << 18;
        rtcp_session_join(&c->members[i], 1000 + i, &terms, 0, &c->dice);
        if (i < senders) {
            rtcp_session_speaks(&c->members[i]);
        }
    }
}

/* All know all, as after a long time: growth is a test of its own. */
static void introduce(struct crowd *c)
{
    for (uint32_t i = 0; i < c->count; i++) {
        for (uint32_t k = 0; k < c->count; k++) {
            if (i != k) {
                rtcp_session_meet(&c->members[i], 1000 + k, (struct addr){k + 1, 5005}, false,
                                  k < c->senders, 0);
            }
        }
    }
}

static void crowd_free(struct crowd *c)
{
    for (uint32_t i = 0; i < c->count; i++) {
        rtcp_session_free(&c->members[i]);
    }
    free(c->members);
    free(c->heap);
    free(c->bye_at);
    free(c->bye_size);
    free(c->flying);
}

static sim_time td_of(const struct crowd *c, uint32_t i)
{
    return rtcp_interval_calculated(&c->members[i].timing);
}

/* Members, of whom some send; the session's bandwidth. The rest of the bound is the issue's: never
 * beyond 5.5 %, and 5 % within a half where A.7 yields more than the minimum. */
static const struct {
    uint32_t members, senders;
    int64_t bandwidth;
    bool is_bound; /* more than the minimum of 5 s */
} crowds[] = {
    {2, 1, 64000, false},   {2, 2, 4000, true},      {10, 10, 64000, false},
    {10, 2, 8000, true},    {50, 1, 64000, false},   {50, 50, 16000, true},
    {200, 20, 64000, true}, {200, 200, 64000, true}, {1000, 100, 64000, true},
};

/* A hundred intervals of a thousand are a hundred million packets heard. */
static bool is_long(void)
{
    return getenv("SLOWWIRE_LONG") != NULL;
}

static void judge_share(int row, int intervals)
{
    struct crowd c;
    crowd_make(&c, crowds[row].members, crowds[row].senders, crowds[row].bandwidth);
    introduce(&c);
    run_until(&c, 100 * SIM_S);
    sim_time slowest =
        td_of(&c, c.count - 1) > td_of(&c, 0) ? td_of(&c, c.count - 1) : td_of(&c, 0);
    sim_time begin = 100 * SIM_S + 3 * slowest, end = begin + intervals * slowest;
    run_until(&c, begin);
    c.bytes = 0;
    run_until(&c, end);
    double share = (double)c.bytes * 8 / ((double)(end - begin) / 1e9) / (double)c.bandwidth;
    ck_assert_msg(share <= 0.055, "%u members: %.4f", c.count, share);
    if (crowds[row].is_bound) {
        ck_assert_int_gt(td_of(&c, 0), 5 * SIM_S);
        ck_assert_int_gt(td_of(&c, c.count - 1), 5 * SIM_S);
        ck_assert_msg(share >= 0.045, "%u members: %.4f", c.count, share);
    }
    crowd_free(&c);
}

START_TEST(reports_of_a_session_take_five_percent_of_its_bandwidth)
{
    if (is_long() || crowds[_i].members < 1000) {
        judge_share(_i, is_long() || crowds[_i].members < 200 ? 100 : 15);
    }
}
END_TEST

/* Reconsideration (6.3.6): many that enter at once know only themselves, and yet the session
 * is not flooded. Without it each would report within 3 s. */
START_TEST(many_that_enter_at_once_hold_back)
{
    struct crowd c;
    uint32_t members = is_long() ? 1000 : 300;
    crowd_make(&c, members, 0, members * 64);
    run_until(&c, 3100 * SIM_MS);
    ck_assert_uint_lt(c.bytes, members * 100 / 8);
    run_until(&c, 600 * SIM_S); /* now all know all */
    uint64_t early = c.bytes;
    run_until(&c, 1200 * SIM_S);
    double share = (double)(c.bytes - early) * 8 / 600 / (double)c.bandwidth;
    ck_assert_double_le(share, 0.055);
    crowd_free(&c);
}
END_TEST

/* Reverse reconsideration (6.3.4): of 100 nearly all leave at once. Whoever stays would otherwise
 * have to wait for the interval of 100, and be struck off the list of the other. */
START_TEST(who_stays_behind_is_not_taken_for_silent)
{
    struct crowd c;
    crowd_make(&c, 100, 0, 16000);
    introduce(&c);
    run_until(&c, 300 * SIM_S);
    struct rtcp_session *s = &c.members[0];
    sim_time now = 300 * SIM_S, due = s->timing.tn;
    for (uint32_t k = 2; k < c.count; k++) {
        rtcp_session_part(s, 1000 + k, now);
    }
    ck_assert_uint_eq(s->timing.members, 2);
    ck_assert_int_le(s->timing.tn - now, (due - now) / 40);
    crowd_free(&c);
}
END_TEST

static const struct {
    int64_t bandwidth;
    sim_time delay;
} storms[] = {{64000, SIM_MS / 10}, {128000, SIM_MS / 2},   {256000, SIM_MS},
              {512000, SIM_MS},     {1000000, 10 * SIM_MS}, {4000000, 20 * SIM_MS}};

static void leave_all(struct crowd *c, sim_time now)
{
    struct buf bye = {0};
    build(c, 0, true, &bye);
    for (uint32_t i = 0; i < c->count; i++) {
        c->members[i].has_spoken = true;
        ck_assert_int_eq(rtcp_session_leave(&c->members[i], UNDER + bye.len, now, &c->dice),
                         RTCP_WAIT);
    }
    buf_free(&bye);
}

START_TEST(when_five_hundred_leave_at_once_no_second_is_full_of_byes)
{
    struct crowd c;
    crowd_make(&c, 500, 5, storms[_i].bandwidth);
    c.delay = storms[_i].delay;
    introduce(&c);
    run_until(&c, 10 * SIM_S);
    leave_all(&c, 10 * SIM_S);
    run_until(&c, 10000 * SIM_S);
    ck_assert_uint_eq(c.byes, 500); /* and every one of them is said */
    size_t window = 0;
    for (uint32_t i = 0, oldest = 0; i < c.byes; i++) {
        window += c.bye_size[i];
        while (c.bye_at[i] - c.bye_at[oldest] >= SIM_S) {
            window -= c.bye_size[oldest++];
        }
        double share = (double)window * 8 / (double)c.bandwidth;
        ck_assert_msg(share <= 0.055, "%.2f s: %.4f", (double)c.bye_at[i] / 1e9, share);
    }
    crowd_free(&c);
}
END_TEST

/* ---- feedback ---- */

static const uint16_t missing[][6] = {{5, 6, 7, 21}, {5, 22}, {65535, 1}};
static const struct {
    unsigned count;
    struct rtcp_nack nacks[2];
} asked[] = {{1, {{5, 0x8003}}}, {2, {{5, 0}, {22, 0}}}, {1, {{65535, 2}}}};

/* A member that has reported at 1 s and will at 5 s. */
static const struct rtcp_timing between = {.members = 2,
                                           .pmembers = 2,
                                           .senders = 1,
                                           .bandwidth = 4000,
                                           .average16 = 16 * 128,
                                           .tp = SIM_S,
                                           .tn = 5 * SIM_S};

static struct rtcp_wish nack_of(uint16_t seq)
{
    return (struct rtcp_wish){.media = 9, .seq = seq, .of_use = 2 * SIM_S};
}

START_TEST(what_is_lost_stands_in_one_nack)
{
    struct rtcp_feedback f = {.may_be_early = true};
    struct buf out = {0};
    for (int i = 0; i < 6 && missing[_i][i]; i++) {
        struct rtcp_wish w = nack_of(missing[_i][i]);
        feedback_want(&f, &w, &between, false, 2 * SIM_S, 0);
        feedback_want(&f, &w, &between, false, 2 * SIM_S, 0);
        ck_assert_int_eq(f.count, i + 1); /* once is enough */
    }
    ck_assert(feedback_add(&f, 1, &out));
    struct bytes rest = bytes_of(out.data, out.len);
    struct rtcp_packet p;
    struct rtcp_nack n;
    ck_assert(rtcp_next(&rest, &p) && rest.len == 0 && rtcp_is_nack(&p));
    ck_assert_uint_eq(rtcp_feedback_media(&p), 9);
    for (unsigned i = 0; i < asked[_i].count; i++) {
        ck_assert(rtcp_nack(&p, i, &n));
        ck_assert_uint_eq(n.pid, asked[_i].nacks[i].pid);
        ck_assert_uint_eq(n.blp, asked[_i].nacks[i].blp);
    }
    ck_assert(!rtcp_nack(&p, asked[_i].count, &n));
    feedback_heard(&f, bytes_of(out.data, out.len), 2 * SIM_S);
    ck_assert_uint_eq(f.count, 0); /* another has said it all */
    buf_free(&out);
}
END_TEST

START_TEST(a_nack_and_a_pli_are_laid_out_as_rfc_4585_6_draws_them)
{
    static const uint8_t want[] = {0x81, 205,  0,    3,   0, 0, 0, 1, 0, 0, 0, 2, 0, 5,
                                   0x80, 0x03, 0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2};
    struct buf out = {0};
    rtcp_add_nack(&out, 1, 2, &(struct rtcp_nack){5, 0x8003}, 1);
    rtcp_add_pli(&out, 1, 2);
    ck_assert_uint_eq(out.len, sizeof want);
    ck_assert_mem_eq(out.data, want, sizeof want);
    buf_free(&out);
}
END_TEST

/* RFC 4585 3.5.2: between two at once (2b i), among more within half an interval (2b ii), unless
 * the next regular report would not be later (3a); only once before that (4a), and not at all if it
 * is of no use by then. */
static const struct {
    bool is_group, may_be_early;
    sim_time now, of_use;
    uint64_t bits;
    sim_time at; /* of the early report; SIM_NEVER: none */
    bool waits;  /* something is to be said, early or not */
} moments[] = {
    {false, true, 2 * SIM_S, SIM_S, UINT64_MAX, 2 * SIM_S, true},
    {false, true, 5 * SIM_S, SIM_S, UINT64_MAX, 5 * SIM_S, true},
    {true, true, 2 * SIM_S, SIM_S, 0, 2 * SIM_S, true},
    {true, true, 2 * SIM_S, SIM_S, UINT64_MAX, 4 * SIM_S, true}, /* T_dither_max = T_rr / 2 */
    {true, true, 3 * SIM_S, SIM_S, UINT64_MAX, 5 * SIM_S, true}, /* t0 + T_dither_max = tn */
    {true, true, 3 * SIM_S + 1, SIM_S, 0, SIM_NEVER, true},      /* beyond it */
    {false, false, 4 * SIM_S, SIM_S + 1, 0, SIM_NEVER, true},    /* tn - t0 < T_max_fb_delay */
    {false, false, 4 * SIM_S, SIM_S, 0, SIM_NEVER, false},
};

START_TEST(feedback_goes_when_rfc_4585_3_5_2_lets_it)
{
    struct rtcp_feedback f = {.may_be_early = moments[_i].may_be_early};
    struct rtcp_wish w = {.media = 9, .seq = 1, .of_use = moments[_i].of_use};
    ck_assert_int_eq(
        feedback_want(&f, &w, &between, moments[_i].is_group, moments[_i].now, moments[_i].bits),
        moments[_i].at);
    ck_assert_uint_eq(f.count, moments[_i].waits);
}
END_TEST

/* Step 2a: what comes later goes along. Step 6: then allow_early = FALSE, tn = tp + 2 * T_rr, and
 * tp = the tn before, until that is reached. */
START_TEST(after_an_early_report_one_regular_is_left_out)
{
    struct rtcp_feedback f = {.may_be_early = true};
    struct rtcp_timing t = between;
    struct rtcp_wish one = nack_of(1), two = nack_of(2), three = nack_of(3);
    ck_assert_int_eq(feedback_want(&f, &one, &t, true, 2 * SIM_S, UINT64_MAX), 4 * SIM_S);
    ck_assert_int_eq(feedback_want(&f, &two, &t, true, 3 * SIM_S, 0), SIM_NEVER);
    ck_assert_uint_eq(f.count, 2);
    feedback_sent(&f);
    feedback_postpone(&f, &t);
    ck_assert_int_eq(t.tp, 5 * SIM_S);
    ck_assert_int_eq(t.tn, 9 * SIM_S);
    ck_assert_int_eq(feedback_want(&f, &three, &t, false, 8 * SIM_S, 0), SIM_NEVER);
    ck_assert_uint_eq(f.count, 1); /* within 2 s: the regular one carries it */
    ck_assert(feedback_is_regular(&f, 0, 9 * SIM_S, 0));
    feedback_sent(&f);
    t.tp = 9 * SIM_S;
    t.tn = 13 * SIM_S;
    ck_assert_int_eq(feedback_want(&f, &one, &t, false, 10 * SIM_S, 0), 10 * SIM_S);
}
END_TEST

/* Step 5: what another has said within T_retention = 2 s is said. */
START_TEST(what_another_has_said_is_not_said_again)
{
    struct rtcp_feedback f = {.may_be_early = true};
    struct rtcp_wish one = nack_of(1), four = nack_of(4), pli = {.media = 9, .is_pli = true};
    struct buf said = {0};
    rtcp_add_nack(&said, 2, 9, &(struct rtcp_nack){1, 1 << 2}, 1); /* 1 and 4 */
    rtcp_add_pli(&said, 2, 8);                                     /* about another source */
    feedback_heard(&f, bytes_of(said.data, said.len), SIM_S);
    ck_assert_int_eq(feedback_want(&f, &one, &between, true, 3 * SIM_S, 0), SIM_NEVER);
    ck_assert_int_eq(feedback_want(&f, &four, &between, true, 3 * SIM_S, 0), SIM_NEVER);
    ck_assert_uint_eq(f.count, 0);
    ck_assert_int_eq(feedback_want(&f, &one, &between, true, 3 * SIM_S + 1, 0), SIM_NEVER);
    ck_assert_uint_eq(f.count, 1); /* after T_retention it may be said, with the report of 5 s */
    f.count = 0;
    ck_assert_int_eq(feedback_want(&f, &pli, &between, true, 3 * SIM_S, 0), 3 * SIM_S);
    ck_assert(!feedback_heard(&f, bytes_of(said.data, said.len), 3 * SIM_S));
    buf_clear(&said);
    rtcp_add_pli(&said, 2, 9); /* it was on its way, and need not go any more */
    ck_assert(feedback_heard(&f, bytes_of(said.data, said.len), 3 * SIM_S));
    ck_assert_uint_eq(f.count, 0);
    f.may_be_early = false; /* what comes next is no part of that */
    struct rtcp_wish seven = nack_of(7);
    ck_assert_int_eq(feedback_want(&f, &seven, &between, true, 4 * SIM_S, 0), SIM_NEVER);
    buf_free(&said);
}
END_TEST

/* RFC 4585 3.5.3 with T_rr_interval = 4 s: the first goes (1), then none before 0.5 to 1.5 of it
 * has passed (2a, 2c), unless feedback waits (2b), which leaves t_rr_last as it was. */
START_TEST(regular_reports_keep_to_their_least_interval)
{
    struct rtcp_feedback f = {.may_be_early = false};
    struct rtcp_wish one = nack_of(1);
    sim_time least = 4 * SIM_S;
    ck_assert(feedback_is_regular(&f, least, SIM_S, UINT64_MAX));
    ck_assert(f.may_be_early);
    ck_assert(!feedback_is_regular(&f, least, 3 * SIM_S - 1, 0));
    ck_assert(feedback_is_regular(&f, least, 3 * SIM_S, 0)); /* 1 + 0.5 * 4 */
    f.may_be_early = false;
    ck_assert(!feedback_is_regular(&f, least, 9 * SIM_S - 1, UINT64_MAX)); /* 3 + 1.5 * 4 */
    ck_assert(f.may_be_early);
    feedback_want(&f, &one, &between, false, 4 * SIM_S, 0);
    ck_assert(feedback_is_regular(&f, least, 5 * SIM_S - 1, 0));
    ck_assert_int_eq(f.told, 3 * SIM_S);
}
END_TEST

/* RFC 4585 3.5.4: with a T_rr_interval of 1 s who is silent for five of them is gone, though their
 * own interval is short. */
START_TEST(time_outs_count_in_the_least_interval)
{
    struct rtcp_session s = {0};
    struct rtcp_terms terms = {1000000, 0, SIM_S};
    struct dice dice = dice_make(1, "timeouts");
    rtcp_session_join(&s, 1, &terms, 0, &dice);
    rtcp_session_meet(&s, 2, (struct addr){7, 5005}, false, false, 0);
    rtcp_session_reported(&s, 100, 0, 0, &dice); /* the interval before it is halved */
    rtcp_session_expire(&s, 5 * SIM_S, &dice);
    ck_assert_uint_eq(s.timing.members, 2);
    rtcp_session_expire(&s, 5 * SIM_S + 1, &dice);
    ck_assert_uint_eq(s.timing.members, 1);
    rtcp_session_free(&s);
}
END_TEST

START_TEST(names_and_goodbyes_of_several_are_read_one_by_one)
{
    struct buf out = {0};
    uint32_t who[] = {3, 4, 5}, ssrc;
    struct bytes cname;
    rtcp_add_byes(&out, who, 3);
    struct bytes rest = bytes_of(out.data, out.len);
    struct rtcp_packet p;
    ck_assert(rtcp_next(&rest, &p) && rest.len == 0);
    for (unsigned i = 0; i < 3; i++) {
        ck_assert(rtcp_bye_source(&p, i, &ssrc) && ssrc == who[i]);
    }
    ck_assert(!rtcp_bye_source(&p, 3, &ssrc));
    out.len = 0;
    rtcp_add_cname(&out, 8, "abc");
    rest = bytes_of(out.data, out.len);
    ck_assert(rtcp_next(&rest, &p) && rtcp_name(&p, 0, &ssrc, &cname));
    ck_assert_uint_eq(ssrc, 8);
    ck_assert(cname.len == 3 && memcmp(cname.data, "abc", 3) == 0);
    ck_assert(!rtcp_name(&p, 1, &ssrc, &cname));
    buf_free(&out);
}
END_TEST

/* Two days of 20 ms packets, every thousandth lost, the sender's clock 50 ppm fast: numbers and
 * timestamps pass over their ends, and every figure is still the closed form's. */
START_TEST(two_days_keep_all_counts_right)
{
    enum { PACKETS = 2 * 24 * 3600 * 50 };
    struct rtp_reception r = {0};
    int64_t extended = 0;
    for (int64_t i = 0; i < PACKETS; i++) {
        sim_time now = i * 20 * SIM_MS - i * 1000; /* a slot is 20 ms less 1 us */
        if (i % 1000 != 999 && rtp_reception_seq(&r, (uint16_t)(65000 + i), &extended)) {
            rtp_reception_jitter(&r, (uint32_t)(4294000000 + i * 160), now / 125000, now, 8000);
        }
    }
    ck_assert_int_eq(extended, 65000 + PACKETS - 2);
    ck_assert_uint_eq(rtp_reception_highest(&r), 65000 + PACKETS - 2);
    ck_assert_int_eq(rtp_reception_lost(&r), PACKETS / 1000 - 1); /* the last is not missed yet */
    ck_assert_int_le(r.jitter >> 4, 1);
    ck_assert_int_le(r.j16_max / 16, 2 * 1000);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("session");
    TCase *members = tcase_create("members"), *crowd = tcase_create("crowds"),
          *feedback = tcase_create("feedback");
    tcase_set_timeout(crowd, 300);
    tcase_add_loop_test(members, a_name_belongs_to_the_address_it_came_from_first, 0,
                        ROWS(conflicts));
    tcase_add_test(members, after_a_collision_the_other_keeps_the_name_and_we_are_still_two);
    tcase_add_test(members, a_contributor_is_judged_as_one_that_speaks_for_itself);
    tcase_add_test(members, a_name_passed_on_tells_that_another_bears_our_number);
    tcase_add_test(members, rtp_and_rtcp_of_one_member_come_from_two_ports);
    tcase_add_loop_test(members, who_is_silent_for_long_no_longer_counts, 0, ROWS(silences));
    tcase_add_test(members, what_is_under_way_after_a_bye_brings_nobody_back);
    tcase_add_test(members, who_paused_for_two_reports_is_a_receiver);
    tcase_add_test(members, who_never_said_anything_says_no_bye);
    tcase_add_test(members, among_more_than_fifty_a_bye_waits);
    tcase_add_test(crowd, two_days_keep_all_counts_right);
    tcase_add_loop_test(crowd, reports_of_a_session_take_five_percent_of_its_bandwidth, 0,
                        ROWS(crowds));
    tcase_add_test(crowd, many_that_enter_at_once_hold_back);
    tcase_add_test(crowd, who_stays_behind_is_not_taken_for_silent);
    tcase_add_loop_test(crowd, when_five_hundred_leave_at_once_no_second_is_full_of_byes, 0,
                        ROWS(storms));
    tcase_add_loop_test(feedback, what_is_lost_stands_in_one_nack, 0, ROWS(missing));
    tcase_add_test(feedback, a_nack_and_a_pli_are_laid_out_as_rfc_4585_6_draws_them);
    tcase_add_loop_test(feedback, feedback_goes_when_rfc_4585_3_5_2_lets_it, 0, ROWS(moments));
    tcase_add_test(feedback, after_an_early_report_one_regular_is_left_out);
    tcase_add_test(feedback, what_another_has_said_is_not_said_again);
    tcase_add_test(feedback, regular_reports_keep_to_their_least_interval);
    tcase_add_test(feedback, time_outs_count_in_the_least_interval);
    tcase_add_test(feedback, names_and_goodbyes_of_several_are_read_one_by_one);
    suite_add_tcase(s, members);
    suite_add_tcase(s, crowd);
    suite_add_tcase(s, feedback);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
