/* SACK: what a receiver reports (the tables of RFC 2018 and RFC 2883), and what a sender does with
 * it (RFC 6675), number by number. */
#include "proto/tcp/sack.h"
#include "tcp_rig.h"

static struct tcp_rig rig_with_sack(void)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    r.tcp.sack_ok = true;
    r.tcp.set.delayed_ack = -1;
    r.shows_options = true;
    return r;
}

/* ---- the receiver ---- */

/* One row, one arrival: what was received before it in the same group, then the answer. Segments of
 * 500 bytes; RFC 2018 section 4 has 5000 where this has 1, RFC 2883 other beginnings. */
static const struct {
    const char *group;
    struct {
        const char *in, *out;
    } step[8];
} reports[] = {
    {"RFC 2018 4, case 1: nothing is missing",
     {{". 1:501 ack 1", ". 1:1 ack 501"},
      {". 501:1001 ack 1", ". 1:1 ack 1001"},
      {". 1001:1501 ack 1", ". 1:1 ack 1501"},
      {". 1501:2001 ack 1", ". 1:1 ack 2001"}}},
    {"RFC 2018 4, case 2: the first is missing",
     {{". 501:1001 ack 1", ". 1:1 ack 1 sack 501:1001"},
      {". 1001:1501 ack 1", ". 1:1 ack 1 sack 501:1501"},
      {". 1501:2001 ack 1", ". 1:1 ack 1 sack 501:2001"},
      {". 2001:2501 ack 1", ". 1:1 ack 1 sack 501:2501"},
      {". 2501:3001 ack 1", ". 1:1 ack 1 sack 501:3001"},
      {". 3001:3501 ack 1", ". 1:1 ack 1 sack 501:3501"},
      {". 3501:4001 ack 1", ". 1:1 ack 1 sack 501:4001"}}},
    {"RFC 2018 4, case 3: the second, fourth, sixth and eighth are missing",
     {{". 1:501 ack 1", ". 1:1 ack 501"},
      {". 1001:1501 ack 1", ". 1:1 ack 501 sack 1001:1501"},
      {". 2001:2501 ack 1", ". 1:1 ack 501 sack 2001:2501,1001:1501"},
      {". 3001:3501 ack 1", ". 1:1 ack 501 sack 3001:3501,2001:2501,1001:1501"},
      {". 1501:2001 ack 1", ". 1:1 ack 501 sack 1001:2501,3001:3501"}, /* the fourth comes late */
      {". 501:1001 ack 1", ". 1:1 ack 2501 sack 3001:3501"}}},         /* and the second */
    {"four blocks at most; the oldest is left out",
     {{". 501:601 ack 1", ". 1:1 ack 1 sack 501:601"},
      {". 701:801 ack 1", ". 1:1 ack 1 sack 701:801,501:601"},
      {". 901:1001 ack 1", ". 1:1 ack 1 sack 901:1001,701:801,501:601"},
      {". 1101:1201 ack 1", ". 1:1 ack 1 sack 1101:1201,901:1001,701:801,501:601"},
      {". 1301:1401 ack 1", ". 1:1 ack 1 sack 1301:1401,1101:1201,901:1001,701:801"},
      {". 1:101 ack 1", ". 1:1 ack 101 sack 1301:1401,1101:1201,901:1001,701:801"},
      {". 1001:1101 ack 1", ". 1:1 ack 101 sack 901:1201,1301:1401,701:801,501:601"}}},
    {"RFC 2883 4.1.1: a duplicate segment",
     {{". 1:501 ack 1", ". 1:1 ack 501"},
      {". 501:1001 ack 1", ". 1:1 ack 1001"},
      {". 1:501 ack 1", ". 1:1 ack 1001 sack 1:501"},
      {". 1001:1501 ack 1", ". 1:1 ack 1501"}}}, /* it is reported once */
    {"RFC 2883 4.1.2: a duplicate segment, while another is missing",
     {{". 1:501 ack 1", ". 1:1 ack 501"},
      {". 501:1001 ack 1", ". 1:1 ack 1001"},
      {". 1501:2001 ack 1", ". 1:1 ack 1001 sack 1501:2001"},
      {". 1:501 ack 1", ". 1:1 ack 1001 sack 1:501,1501:2001"}}},
    {"RFC 2883 4.1.3: a duplicate of a segment that is out of order",
     {{". 1:501 ack 1", ". 1:1 ack 501"},
      {". 1001:1501 ack 1", ". 1:1 ack 501 sack 1001:1501"},
      {". 1501:2001 ack 1", ". 1:1 ack 501 sack 1001:2001"},
      {". 1501:2001 ack 1", ". 1:1 ack 501 sack 1501:2001,1001:2001"}}},
    {"RFC 2883 4.2.1: a part of the segment was here",
     {{". 1:501 ack 1", ". 1:1 ack 501"},
      {". 1501:2001 ack 1", ". 1:1 ack 501 sack 1501:2001"},
      {". 501:1001 ack 1", ". 1:1 ack 1001 sack 1501:2001"},
      {". 501:1501 ack 1", ". 1:1 ack 2001 sack 501:1001"}}},
    {"RFC 2883 4.2.3: two parts of one segment, each by itself, and beyond the gap",
     {{". 1:501 ack 1", ". 1:1 ack 501"},
      {". 3001:3501 ack 1", ". 1:1 ack 501 sack 3001:3501"},
      {". 1001:2501 ack 1", ". 1:1 ack 501 sack 1001:2501,3001:3501"},
      {". 1001:1501 ack 1", ". 1:1 ack 501 sack 1001:1501,1001:2501,3001:3501"},
      {". 2001:2501 ack 1", ". 1:1 ack 501 sack 2001:2501,1001:2501,3001:3501"}}},
    {"a duplicate that is a whole block stands there twice (4, rule 4)",
     {{". 1001:1501 ack 1", ". 1:1 ack 1 sack 1001:1501"},
      {". 1001:1501 ack 1", ". 1:1 ack 1 sack 1001:1501,1001:1501"},
      {". 2001:2501 ack 1", ". 1:1 ack 1 sack 2001:2501,1001:1501"}}},
    {"a segment that is new at both ends of what is here: one piece is reported",
     {{". 1001:1501 ack 1", ". 1:1 ack 1 sack 1001:1501"},
      {". 501:2001 ack 1", ". 1:1 ack 1 sack 1001:1501,501:2001"}}},
};

START_TEST(a_receiver_reports_what_it_holds)
{
    struct tcp_rig r = rig_with_sack();
    for (int i = 0; i < 8 && reports[_i].step[i].in; i++) {
        rig_hear(&r, reports[_i].step[i].in);
        ck_assert_msg(strcmp(r.said, reports[_i].step[i].out) == 0, "%s: %s was answered %s",
                      reports[_i].group, reports[_i].step[i].in, r.said);
    }
    rig_free(&r);
}
END_TEST

/* A SYN offers it unless `sack: off`; an answer only if the SYN did. */
static const struct {
    int64_t set;
    const char *in, *out;
    bool ok;
} offers[] = {
    {1, "S 0:0 mss 1460 sackOK", "S. 0:0 ack 1 mss 1460 sackOK", true},
    {1, "S 0:0 mss 1460", "S. 0:0 ack 1 mss 1460", false},
    {0, "S 0:0 mss 1460 sackOK", "S. 0:0 ack 1 mss 1460", false},
};

START_TEST(sack_is_used_if_both_permit_it)
{
    struct tcp_rig r = rig_in(TCP_LISTEN);
    r.shows_options = true;
    r.tcp.key.to = rig_key().to;
    r.tcp.set.sack = offers[_i].set;
    rig_hear(&r, offers[_i].in);
    ck_assert_str_eq(r.said, offers[_i].out);
    ck_assert_int_eq(r.tcp.sack_ok, offers[_i].ok);
    rig_hear(&r, ". 1:1 ack 1");
    rig_hear(&r, ". 101:201 ack 1");
    ck_assert_str_eq(r.said, offers[_i].ok ? ". 1:1 ack 1 sack 101:201" : ". 1:1 ack 1");
    rig_hear(&r, ". 101:201 ack 1");
    ck_assert_str_eq(r.said, offers[_i].ok ? ". 1:1 ack 1 sack 101:201,101:201" : ". 1:1 ack 1");
    rig_free(&r);
}
END_TEST

/* RFC 9293 3.7.1: options take of a segment's room; four blocks 36 bytes. */
START_TEST(data_makes_room_for_blocks)
{
    struct tcp_rig r = rig_with_sack();
    rig_hear(&r, ". 501:601 ack 1");
    rig_call(&r, CODE_SEND, 3000);
    ck_assert_str_eq(r.said, ". 1:1449 ack 1 sack 501:601; . 1449:2897 ack 1 sack 501:601");
    rig_free(&r);
    r = rig_with_sack();
    r.tcp.ts_on = true; /* beside timestamps there is room for three */
    for (int i = 0; i < 4; i++) {
        char in[64];
        snprintf(in, sizeof in, ". %d:%d ack 1 ts 1:1", 501 + 200 * i, 601 + 200 * i);
        rig_hear(&r, in);
    }
    ck_assert_ptr_nonnull(strstr(r.said, "sack 1101:1201,901:1001,701:801"));
    ck_assert_ptr_null(strstr(r.said, "501:601"));
    rig_free(&r);
    r = rig_with_sack();
    r.tcp.snd_mss = 20; /* 10 of them are too few for a block */
    rig_hear(&r, ". 501:601 ack 1");
    ck_assert_str_eq(r.said, ". 1:1 ack 1");
    rig_free(&r);
}
END_TEST

/* ---- the sender ---- */

static struct tcp_rig rig_sending(uint32_t bytes)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    r.tcp.snd_mss = 1000;
    r.tcp.sack_ok = true;
    cc_initial_window(&r.tcp);
    rig_call(&r, CODE_SEND, bytes);
    return r;
}

struct turn {
    const char *in, *out;
    unsigned why;  /* of the last segment sent; 0: not asked */
    int64_t pipe;  /* afterwards; -1: not asked */
    uint32_t cwnd; /* 0: not asked */
};

static void take_turns(struct tcp_rig *r, const struct turn *turns)
{
    for (; turns->in; turns++) {
        rig_hear(r, turns->in);
        ck_assert_msg(strcmp(r->said, turns->out) == 0, "%s lets %s go", turns->in, r->said);
        if (turns->why) {
            ck_assert_uint_eq(r->last_why, turns->why);
        }
        if (turns->pipe >= 0) {
            ck_assert_int_eq(sack_pipe(&r->tcp), turns->pipe);
        }
        if (turns->cwnd) {
            ck_assert_uint_eq(r->tcp.cwnd, turns->cwnd);
        }
    }
}

/* Ten segments, of which the first and the fourth are lost. Section 5 of RFC 6675, by hand. */
START_TEST(two_holes_are_filled_in_one_recovery)
{
    static const struct turn turns[] = {
        /* limited transmit: two duplicates, each for a segment that has left the network */
        {". 1:1 ack 1 sack 1001:2001", ". 10001:11001 ack 1", TCP_WHY_LIMITED, 10000, 10000},
        {". 1:1 ack 1 sack 1001:3001", ". 11001:12001 ack 1", TCP_WHY_LIMITED, 10000, 10000},
        /* the third: half of the ten; above 1001 there are 3000 bytes, so the first is lost */
        {". 1:1 ack 1 sack 4001:5001,1001:3001", ". 1:1001 ack 1", TCP_WHY_FAST, 9000, 5000},
        {". 1:1 ack 1 sack 4001:6001,1001:3001", "", 0, 8000, 5000},
        /* 3000 bytes above 3001: it is lost too, and leaves the pipe */
        {". 1:1 ack 1 sack 4001:7001,1001:3001", "", 0, 6000, 5000},
        {". 1:1 ack 1 sack 4001:8001,1001:3001", "", 0, 5000, 5000},
        {". 1:1 ack 1 sack 4001:9001,1001:3001", ". 3001:4001 ack 1", TCP_WHY_LOST, 5000, 5000},
        {". 1:1 ack 1 sack 4001:10001,1001:3001", ". 12001:13001 ack 1", TCP_WHY_PIPE, 5000, 5000},
        {". 1:1 ack 1 sack 4001:11001,1001:3001", ". 13001:14001 ack 1", TCP_WHY_PIPE, 5000, 5000},
        {". 1:1 ack 1 sack 4001:12001,1001:3001", ". 14001:15001 ack 1", TCP_WHY_PIPE, 5000, 5000},
        /* the first arrives, again: 3001 is all that lacks below the new ones */
        {". 1:1 ack 3001 sack 4001:12001", ". 15001:16001 ack 1", TCP_WHY_PIPE, 5000, 5000},
        {". 1:1 ack 12001", ". 16001:17001 ack 1", TCP_WHY_ROOM, -1, 5000},
        {NULL, NULL, 0, 0, 0},
    };
    struct tcp_rig r = rig_sending(50000);
    take_turns(&r, turns);
    ck_assert_int_eq(r.tcp.congestion, TCP_AVOIDANCE);
    ck_assert_uint_eq(r.tcp.ssthresh, 5000);
    ck_assert_uint_eq(r.tcp.sacked.count, 0);
    rig_free(&r);
}
END_TEST

/* Section 5 (2): IsLost alone is enough, though this is only the first duplicate. */
START_TEST(much_at_once_above_a_hole_is_enough)
{
    static const struct turn turns[] = {
        {". 1:1 ack 1 sack 1001:3001", ". 10001:11001 ack 1; . 11001:12001 ack 1", TCP_WHY_LIMITED,
         10000, 10000},
        {". 1:1 ack 1 sack 1001:4001", ". 1:1001 ack 1", TCP_WHY_LOST, 9000, 5000},
        {NULL, NULL, 0, 0, 0},
    };
    struct tcp_rig r = rig_sending(50000);
    take_turns(&r, turns);
    ck_assert_uint_eq(r.tcp.dup_acks, 2);
    rig_free(&r);
}
END_TEST

/* NextSeg rule 4: of five segments the first and the last are lost, and there is no more data. */
START_TEST(the_last_segment_is_rescued_once)
{
    static const struct turn turns[] = {
        {". 1:1 ack 1 sack 1001:2001", "", 0, -1, 0},
        {". 1:1 ack 1 sack 1001:3001", "", 0, -1, 0},
        {". 1:1 ack 1 sack 1001:4001", ". 1:1001 ack 1", TCP_WHY_FAST, 2000, 2500},
        {". 1:1 ack 4001", "P. 4001:5001 ack 1", TCP_WHY_RESCUE, 1000, 2500},
        {". 1:1 ack 4001", "", 0, 1000, 2500},
        {". 1:1 ack 5001", "", 0, 0, 2500},
        {NULL, NULL, 0, 0, 0},
    };
    struct tcp_rig r = rig_sending(5000);
    take_turns(&r, turns);
    ck_assert_int_eq(r.tcp.congestion, TCP_AVOIDANCE);
    rig_free(&r);
}
END_TEST

/* The rescue must include the highest number that lacks, and nothing that the peer holds. */
START_TEST(a_rescue_stays_within_its_hole)
{
    struct tcp_rig r = rig_sending(5500);
    rig_hear(&r, ". 1:1 ack 1 sack 1001:4501");
    ck_assert_uint_eq(r.last_why, TCP_WHY_LOST);
    r.tcp.cwnd = 10000;
    rig_hear(&r, ". 1:1 ack 1001 sack 1001:4501");
    rig_free(&r);
    r = rig_sending(5000);
    rig_hear(&r, ". 1:1 ack 1 sack 1001:4501");
    r.tcp.cwnd = 10000;
    r.tcp.rescue_rxt = 0;
    rig_hear(&r, ". 1:1 ack 1 sack 1001:4501");
    ck_assert_str_eq(r.said, "P. 4501:5001 ack 1");
    ck_assert_uint_eq(r.last_why, TCP_WHY_RESCUE);
    ck_assert_int_eq(r.tcp.high_rxt, 1001); /* HighRxt stays */
    rig_free(&r);
}
END_TEST

/* NextSeg rule 3: nothing new, room in the window, and a hole that is not lost yet. */
START_TEST(without_new_data_a_hole_goes_again_early)
{
    struct tcp_rig r = rig_sending(6000);
    rig_hear(&r, ". 1:1 ack 1 sack 1001:2001");
    rig_hear(&r, ". 1:1 ack 1 sack 3001:4001,1001:2001");
    rig_hear(&r, ". 1:1 ack 1 sack 3001:5001,1001:2001");
    ck_assert_str_eq(r.said, ". 1:1001 ack 1");
    r.tcp.cwnd = 10000;
    rig_hear(&r, ". 1:1 ack 1 sack 3001:5001,1001:2001");
    ck_assert_str_eq(r.said, ". 2001:3001 ack 1");
    ck_assert_uint_eq(r.last_why, TCP_WHY_HOLE);
    ck_assert_int_eq(r.tcp.high_rxt, 3001);
    rig_free(&r);
}
END_TEST

/* RFC 2018 8: what a timeout sends again does not trust what was reported before; what is reported
 * from then on is passed over. */
START_TEST(a_timeout_forgets_the_scoreboard)
{
    struct tcp_rig r = rig_sending(50000);
    rig_hear(&r, ". 1:1 ack 1 sack 2001:3001");
    ck_assert_uint_eq(r.tcp.sacked.count, 1);
    rig_forget(&r);
    rig_until(&r, SIM_S);
    ck_assert_str_eq(r.said, ". 1:1001 ack 1");
    ck_assert_uint_eq(r.tcp.sacked.count, 0);
    rig_hear(&r, ". 1:1 ack 1001 sack 2001:5001");
    ck_assert_str_eq(r.said, ". 1001:2001 ack 1; . 5001:6001 ack 1");
    ck_assert_uint_eq(r.last_why, TCP_WHY_AFTER_TIMEOUT);
    rig_free(&r);
}
END_TEST

/* 5.1: no recovery for losses of what was sent before a timeout. */
START_TEST(after_a_timeout_no_recovery_begins_below_its_end)
{
    struct tcp_rig r = rig_sending(50000);
    rig_until(&r, SIM_S);
    rig_hear(&r, ". 1:1 ack 1001");
    rig_hear(&r, ". 1:1 ack 1001 sack 2001:9001");
    ck_assert_int_eq(r.tcp.congestion, TCP_SLOW_START);
    rig_hear(&r, ". 1:1 ack 10001");
    rig_hear(&r, ". 1:1 ack 10001 sack 11001:12001");
    rig_hear(&r, ". 1:1 ack 10001 sack 11001:13001");
    rig_hear(&r, ". 1:1 ack 10001 sack 11001:14001");
    ck_assert_int_eq(r.tcp.congestion, TCP_RECOVERY);
    rig_free(&r);
}
END_TEST

/* What says nothing: numbers that were never sent, old ones, empty ones. */
static const char *const nonsense[] = {
    ". 1:1 ack 1 sack 10001:12001",
    ". 1:1 ack 1 sack 3001:2001",
    ". 1:1 ack 1 sack 2001:2001",
    ". 1:1 ack 1 sack -500:-100",
    ". 1:1 ack 1",
};

START_TEST(nonsense_is_passed_over)
{
    struct tcp_rig r = rig_sending(50000);
    for (int i = 0; i < 4; i++) {
        rig_hear(&r, nonsense[_i]);
        ck_assert_str_eq(r.said, "");
    }
    ck_assert_uint_eq(r.tcp.sacked.count, 0);
    ck_assert_uint_eq(r.tcp.dup_acks, 0);
    rig_free(&r);
}
END_TEST

/* RFC 2883 5: how a sender tells a D-SACK block from others. */
static const struct {
    const char *in;
    int64_t from, to;
} dsacks[] = {
    {". 1:1 ack 3001 sack 1:1001", 1, 1001},              /* below the acknowledgement */
    {". 1:1 ack 1 sack 3001:4001,2001:5001", 3001, 4001}, /* within the second block */
    {". 1:1 ack 1 sack 3001:4001,5001:6001", 0, 0},       /* two blocks */
    {". 1:1 ack 1 sack 3001:4001", 0, 0},
    {". 1:1 ack 1 sack 2001:5001,3001:4001", 0, 0},
    {". 1:1 ack 3001 sack 3001:4001", 0, 0}, /* begins at it, not below */
};

START_TEST(a_sender_hears_of_duplicates)
{
    struct tcp_rig r = rig_sending(50000);
    struct notation n;
    struct err err = {0};
    struct notation_style style = {.isn = r.tcp.irs, .peer_isn = r.tcp.iss};
    struct tcp_range dsack = {0};
    ck_assert(notation_parse(dsacks[_i].in, style, &n, &err));
    sack_update(&r.tcp, &n.tcp, tcp_offset(r.tcp.iss, 1, n.tcp.ack), &dsack);
    ck_assert_int_eq(dsack.from, dsacks[_i].from);
    ck_assert_int_eq(dsack.to, dsacks[_i].to);
    rig_free(&r);
}
END_TEST

/* The way of repairing is a setting of its own. .sends: segments that the fifth duplicate, with a
 * second hole, has led to. */
static const struct {
    int64_t recovery;
    bool sack_ok;
    enum tcp_congestion state;
    bool has_scoreboard;
} ways[] = {
    {TCP_RECOVER_AUTO, true, TCP_RECOVERY, true},
    {TCP_RECOVER_AUTO, false, TCP_RECOVERY, false},
    {TCP_RECOVER_SACK, true, TCP_RECOVERY, true},
    {TCP_RECOVER_SACK, false, TCP_RECOVERY, false},
    {TCP_RECOVER_NEWRENO, true, TCP_RECOVERY, false},
    {TCP_RECOVER_RENO, true, TCP_RECOVERY, false},
    {TCP_RECOVER_TAHOE, true, TCP_SLOW_START, false},
};

START_TEST(recovery_is_a_setting)
{
    struct tcp_rig r = rig_sending(50000);
    r.tcp.set.recovery = ways[_i].recovery;
    r.tcp.sack_ok = ways[_i].sack_ok;
    for (int i = 0; i < 3; i++) {
        char in[64];
        snprintf(in, sizeof in, ". 1:1 ack 1 sack 1001:%d", 1001 + 1000 * (i + 1));
        rig_hear(&r, in);
    }
    ck_assert_int_eq(r.tcp.congestion, ways[_i].state);
    ck_assert_int_eq(sack_recovers(&r.tcp), ways[_i].has_scoreboard);
    ck_assert_uint_eq(r.tcp.sacked.count, ways[_i].has_scoreboard);
    rig_free(&r);
}
END_TEST

/* ---- ranges ---- */

static const struct {
    int64_t from, to, fresh;
    uint32_t count;
} adds[] = {
    {10, 20, 10, 1}, {30, 40, 10, 2}, {20, 25, 5, 2}, {15, 35, 5, 1},
    {10, 40, 0, 1},  {1, 5, 4, 2},    {50, 50, 0, 2}, {0, 100, 66, 1},
};

START_TEST(ranges_join_and_count_what_is_new)
{
    struct tcp_ranges r = {0};
    for (int i = 0; i < ROWS(adds); i++) {
        ck_assert_int_eq(ranges_add(&r, adds[i].from, adds[i].to), adds[i].fresh);
        ck_assert_uint_eq(r.count, adds[i].count);
    }
    ranges_cut(&r, 40);
    ck_assert_int_eq(r.list[0].from, 40);
    ck_assert_int_eq(ranges_within(&r, 0, 60), 20);
    ranges_cut(&r, 100);
    ck_assert_uint_eq(r.count, 0);
    ck_assert_ptr_null(ranges_behind(&r, 0));
    ck_assert_ptr_null(ranges_last(&r));
    ranges_clear(&r);
    ck_assert_ptr_null(r.list);
}
END_TEST

/* Against a map of single numbers. */
START_TEST(ranges_that_find_no_room_are_not_new)
{
    struct tcp_ranges r = {0};
    for (int64_t i = 0; i < TCP_RANGES_MAX; i++) {
        ck_assert_int_eq(ranges_add(&r, 3 * i, 3 * i + 1), 1);
    }
    ck_assert_int_eq(ranges_add(&r, 3 * TCP_RANGES_MAX, 3 * TCP_RANGES_MAX + 2), 0);
    ck_assert_uint_eq(r.count, TCP_RANGES_MAX);
    ck_assert_int_eq(ranges_add(&r, 1, 2), 1); /* what joins needs none */
    ranges_clear(&r);
}
END_TEST

START_TEST(ranges_hold_what_a_map_holds)
{
    struct dice dice = dice_make(1, "ranges");
    bool map[200] = {0};
    struct tcp_ranges r = {0};
    for (uint32_t i = 0; i < 400; i++) {
        int64_t from = (int64_t)draw_below(draw(&dice, DRAW_LOSS, 2 * i), 200);
        int64_t to = from + (int64_t)draw_below(draw(&dice, DRAW_LOSS, 2 * i + 1), 8);
        int64_t fresh = 0, all = 0;
        to = to > 200 ? 200 : to;
        for (int64_t k = from; k < to; k++) {
            fresh += !map[k];
            map[k] = true;
        }
        for (int k = 50; k < 150; k++) {
            all += map[k];
        }
        ck_assert_int_eq(ranges_add(&r, from, to), fresh);
        ck_assert_int_eq(ranges_within(&r, 50, 150), all);
        if (i % 40 == 39) {
            ranges_clear(&r);
            memset(map, 0, sizeof map);
        }
    }
    ranges_clear(&r);
}
END_TEST

int main(void)
{
    TCase *c = tcase_create("sack");
    tcase_add_loop_test(c, a_receiver_reports_what_it_holds, 0, ROWS(reports));
    tcase_add_loop_test(c, sack_is_used_if_both_permit_it, 0, ROWS(offers));
    tcase_add_test(c, data_makes_room_for_blocks);
    tcase_add_test(c, two_holes_are_filled_in_one_recovery);
    tcase_add_test(c, much_at_once_above_a_hole_is_enough);
    tcase_add_test(c, the_last_segment_is_rescued_once);
    tcase_add_test(c, a_rescue_stays_within_its_hole);
    tcase_add_test(c, without_new_data_a_hole_goes_again_early);
    tcase_add_test(c, a_timeout_forgets_the_scoreboard);
    tcase_add_test(c, after_a_timeout_no_recovery_begins_below_its_end);
    tcase_add_loop_test(c, nonsense_is_passed_over, 0, ROWS(nonsense));
    tcase_add_loop_test(c, a_sender_hears_of_duplicates, 0, ROWS(dsacks));
    tcase_add_loop_test(c, recovery_is_a_setting, 0, ROWS(ways));
    tcase_add_test(c, ranges_join_and_count_what_is_new);
    tcase_add_test(c, ranges_that_find_no_room_are_not_new);
    tcase_add_test(c, ranges_hold_what_a_map_holds);
    return rig_run("tcp-sack", c);
}
