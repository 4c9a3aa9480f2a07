/* Explicit congestion notification (RFC 3168 6.1): negotiation, which packets may be marked, ECE
 * and CWR, and the window. */
#include "tcp_rig.h"

static struct tcp_rig rig_wanting(enum tcp_state state)
{
    struct tcp_rig r = rig_in(state);
    r.tcp.set.ecn = true;
    r.tcp.set.sack = 0;
    return r;
}

/* 6.1.1: SYN with both, SYN+ACK with ECE alone; all else means no. */
static const struct {
    bool wants;
    const char *answer;
    bool is_on;
} answers[] = {
    {true, "S.E 0:0 ack 1", true},   {true, "S. 0:0 ack 1", false},
    {true, "S.EW 0:0 ack 1", false}, /* a peer that only reflects the bits */
    {true, "S.W 0:0 ack 1", false},  {false, "S.E 0:0 ack 1", false},
};

START_TEST(the_one_that_opens_asks)
{
    struct tcp_rig r = rig_closed();
    r.tcp.set.ecn = answers[_i].wants;
    rig_call(&r, TCP_CALL_CONNECT, 0);
    ck_assert_str_eq(r.said, answers[_i].wants ? "SEW 0:0" : "S 0:0");
    ck_assert_uint_eq(r.said_ecn, ECN_NONE); /* 6.1.1: a SYN is never marked */
    rig_hear(&r, answers[_i].answer);
    ck_assert_int_eq(r.tcp.ecn_on, answers[_i].is_on);
    rig_free(&r);
}
END_TEST

static const struct {
    bool wants;
    const char *syn, *said;
} asked[] = {
    {true, "SEW 0:0", "S.E 0:0 ack 1"}, {true, "S 0:0", "S. 0:0 ack 1"},
    {true, "SE 0:0", "S. 0:0 ack 1"},   {true, "SW 0:0", "S. 0:0 ack 1"},
    {false, "SEW 0:0", "S. 0:0 ack 1"},
};

START_TEST(the_one_that_is_asked_agrees)
{
    struct tcp_rig r = rig_wanting(TCP_LISTEN);
    r.tcp.set.ecn = asked[_i].wants;
    r.tcp.key = rig_key();
    rig_hear(&r, asked[_i].syn);
    ck_assert_str_eq(r.said, asked[_i].said);
    ck_assert_uint_eq(r.said_ecn, ECN_NONE);
    rig_free(&r);
}
END_TEST

/* 6.1.1.1: a SYN that is not answered goes again without, and then no data may be marked, whatever
 * the answer to the first says. */
START_TEST(a_syn_goes_again_without)
{
    struct tcp_rig r = rig_wanting(TCP_CLOSED);
    rig_call(&r, TCP_CALL_CONNECT, 0);
    rig_forget(&r);
    rig_until(&r, SIM_S);
    ck_assert_str_eq(r.said, "S 0:0");
    rig_hear(&r, "S.E 0:0 ack 1");
    ck_assert(!r.tcp.ecn_on);
    rig_free(&r);
}
END_TEST

/* And who hears it without, having agreed, sends nothing that may be marked. */
START_TEST(a_syn_that_comes_again_without_ends_it)
{
    struct tcp_rig r = rig_wanting(TCP_LISTEN);
    r.tcp.key = rig_key();
    rig_hear(&r, "SEW 0:0");
    ck_assert(r.tcp.ecn_on);
    rig_hear(&r, "SEW 0:0");
    ck_assert(r.tcp.ecn_on);
    rig_hear(&r, "S 0:0");
    ck_assert(!r.tcp.ecn_on);
    rig_free(&r);
}
END_TEST

static struct tcp_rig rig_agreed(uint32_t bytes)
{
    struct tcp_rig r = rig_wanting(TCP_ESTABLISHED);
    r.tcp.ecn_on = true;
    r.tcp.snd_mss = 1000;
    r.tcp.set.delayed_ack = -1;
    cc_initial_window(&r.tcp);
    if (bytes) {
        rig_call(&r, CODE_SEND, bytes);
    }
    return r;
}

/* 6.1.4, 6.1.5, 6.1.6. */
START_TEST(only_new_data_may_be_marked)
{
    struct tcp_rig r = rig_agreed(1000);
    ck_assert_str_eq(r.said, "P. 1:1001 ack 1");
    ck_assert_uint_eq(r.said_ecn, ECN_ECT0);
    rig_hear(&r, "P. 1:101 ack 1");
    ck_assert_str_eq(r.said, ". 1001:1001 ack 101");
    ck_assert_uint_eq(r.said_ecn, ECN_NONE); /* an acknowledgement */
    rig_forget(&r);
    rig_until(&r, SIM_S);
    ck_assert_str_eq(r.said, "P. 1:1001 ack 101");
    ck_assert_uint_eq(r.said_ecn, ECN_NONE); /* a retransmission */
    rig_call(&r, CODE_ABORT, 0);
    ck_assert_uint_eq(r.said_ecn, ECN_NONE); /* a reset */
    rig_free(&r);
}
END_TEST

START_TEST(a_probe_may_not_be_marked)
{
    struct tcp_rig r = rig_agreed(0);
    rig_hear(&r, ". 1:1 ack 1 win 0");
    rig_call(&r, CODE_SEND, 100);
    ck_assert_str_eq(r.said, "");
    rig_until(&r, SIM_S);
    ck_assert_str_eq(r.said, ". 1:2 ack 1");
    ck_assert_uint_eq(r.said_ecn, ECN_NONE);
    rig_free(&r);
}
END_TEST

START_TEST(without_agreement_nothing_may_be_marked)
{
    struct tcp_rig r = rig_agreed(0);
    r.tcp.ecn_on = false;
    rig_call(&r, CODE_SEND, 1000);
    ck_assert_uint_eq(r.said_ecn, ECN_NONE);
    r.heard_ecn = ECN_CE;
    rig_hear(&r, "P. 1:101 ack 1");
    ck_assert_str_eq(r.said, ". 1001:1001 ack 101");
    rig_hear(&r, ".E 101:101 ack 1001");
    ck_assert_uint_eq(r.tcp.cwnd, 11000);
    rig_free(&r);
}
END_TEST

/* 6.1.3: from the mark on every acknowledgement has ECE, until CWR; a mark that comes with CWR is a
 * new one. */
START_TEST(a_mark_is_told_until_it_is_heard)
{
    static const struct {
        uint8_t ecn;
        const char *in, *out;
    } steps[] = {
        {ECN_ECT0, ". 1:101 ack 1", ". 1:1 ack 101"},
        {ECN_CE, ". 101:201 ack 1", ".E 1:1 ack 201"},
        {ECN_ECT0, ". 201:301 ack 1", ".E 1:1 ack 301"},
        {ECN_ECT0, ".W 301:401 ack 1", ". 1:1 ack 401"},
        {ECN_ECT0, ". 401:501 ack 1", ". 1:1 ack 501"},
        {ECN_CE, ".W 501:601 ack 1", ".E 1:1 ack 601"},
        {ECN_CE, ". 101:201 ack 1", ".E 1:1 ack 601"},
        {ECN_ECT0, ".W 601:701 ack 1", ". 1:1 ack 701"},
        {ECN_CE, ". 101:201 ack 1", ". 1:1 ack 701"}, /* outside the window: 6.1.5 */
        {ECN_ECT1, ". 701:801 ack 1", ". 1:1 ack 801"},
    };
    struct tcp_rig r = rig_agreed(0);
    for (int i = 0; i < ROWS(steps); i++) {
        r.heard_ecn = steps[i].ecn;
        rig_hear(&r, steps[i].in);
        ck_assert_msg(strcmp(r.said, steps[i].out) == 0, "step %d: %s", i, r.said);
    }
    rig_free(&r);
}
END_TEST

/* 6.1.2: the window halves, once a window, and the next new data says so. */
static const struct {
    int64_t control;
    uint32_t cwnd;
} halves[] = {
    {TCP_CC_newreno, 5000}, {TCP_CC_reno, 5000}, {TCP_CC_tahoe, 5000}, {TCP_CC_cubic, 7000}};

START_TEST(the_window_shrinks_once_a_window)
{
    struct tcp_rig r = rig_agreed(50000);
    r.tcp.set.congestion = halves[_i].control;
    rig_hear(&r, ".E 1:1 ack 1001");
    ck_assert_uint_eq(r.tcp.cwnd, halves[_i].cwnd);
    ck_assert_uint_eq(r.tcp.ssthresh, halves[_i].cwnd);
    ck_assert_int_eq(r.tcp.congestion, TCP_AVOIDANCE);
    ck_assert_str_eq(r.said, "");
    rig_hear(&r, ".E 1:1 ack 2001"); /* of the same window */
    rig_hear(&r, ".E 1:1 ack 3001");
    ck_assert_uint_eq(r.tcp.cwnd, halves[_i].cwnd); /* nor does it grow by these */
    rig_hear(&r, ". 1:1 ack 10001");
    ck_assert_int_eq(strncmp(r.said, ".W 10001:11001 ack 1; . 11001:12001 ack 1", 41), 0);
    uint32_t before = r.tcp.cwnd;
    rig_hear(&r, ".E 1:1 ack 11001"); /* of the next one */
    ck_assert_uint_lt(r.tcp.cwnd, before);
    rig_free(&r);
}
END_TEST

/* 6.1.2: marks and losses of one window count once: the loss goes again, the window stays. */
START_TEST(a_loss_in_a_marked_window_shrinks_nothing_more)
{
    struct tcp_rig r = rig_agreed(50000);
    rig_hear(&r, ".E 1:1 ack 1001");
    ck_assert_uint_eq(r.tcp.ssthresh, 5000);
    for (int i = 0; i < 3; i++) {
        rig_hear(&r, ". 1:1 ack 1001");
    }
    ck_assert_str_eq(r.said, ". 1001:2001 ack 1");
    ck_assert_int_eq(r.tcp.congestion, TCP_RECOVERY);
    ck_assert_uint_eq(r.tcp.ssthresh, 5000);
    rig_hear(&r, ". 1:1 ack 10001"); /* the next window is another matter */
    r.tcp.cwnd = 20000;
    rig_call(&r, CODE_SEND, 1);
    uint32_t half = cc_flight(&r.tcp) / 2;
    for (int i = 0; i < 3; i++) {
        rig_hear(&r, ". 1:1 ack 11001");
    }
    rig_hear(&r, ". 1:1 ack 11001");
    ck_assert_uint_ge(half, 5000);
    ck_assert_uint_gt(r.tcp.ssthresh, 5000);
    rig_free(&r);
}
END_TEST

START_TEST(the_window_is_two_segments_at_least)
{
    struct tcp_rig r = rig_agreed(3000);
    rig_hear(&r, ".E 1:1 ack 1001");
    ck_assert_uint_eq(r.tcp.cwnd, 2000);
    rig_free(&r);
}
END_TEST

/* Behind a timeout: a mark makes no window larger. */
START_TEST(a_window_of_one_segment_stays)
{
    struct tcp_rig r = rig_agreed(3000);
    rig_until(&r, SIM_S);
    ck_assert_uint_eq(r.tcp.cwnd, 1000);
    r.tcp.ecn_reduced = 0;
    rig_hear(&r, ".E 1:1 ack 1001");
    ck_assert_uint_eq(r.tcp.cwnd, 1000);
    ck_assert_int_eq(r.tcp.congestion, TCP_SLOW_START);
    rig_free(&r);
}
END_TEST

/* 6.1.2: what shrinks the window for another reason is told with CWR too, and in its window no mark
 * shrinks it again. */
START_TEST(a_loss_owes_a_cwr_too)
{
    struct tcp_rig r = rig_agreed(50000);
    rig_hear(&r, ". 1:1 ack 1");
    rig_hear(&r, ". 1:1 ack 1");
    rig_hear(&r, ". 1:1 ack 1");
    ck_assert_str_eq(r.said, ". 1:1001 ack 1"); /* no CWR: it is no new data */
    uint32_t before = r.tcp.ssthresh;
    rig_hear(&r, ".E 1:1 ack 1");
    ck_assert_uint_eq(r.tcp.ssthresh, before);
    rig_hear(&r, ". 1:1 ack 12001");
    ck_assert_int_eq(strncmp(r.said, ".W 12001:13001 ack 1", 20), 0);
    rig_free(&r);
}
END_TEST

/* The SYN+ACK's ECE is an answer, no mark. */
START_TEST(the_handshake_shrinks_nothing)
{
    struct tcp_rig r = rig_wanting(TCP_CLOSED);
    rig_call(&r, TCP_CALL_CONNECT, 0);
    rig_hear(&r, "S.E 0:0 ack 1 mss 1000");
    ck_assert_uint_eq(r.tcp.cwnd, 10000);
    ck_assert_str_eq(r.said, ". 1:1 ack 1");
    rig_free(&r);
}
END_TEST

int main(void)
{
    TCase *c = tcase_create("ecn");
    tcase_add_loop_test(c, the_one_that_opens_asks, 0, ROWS(answers));
    tcase_add_loop_test(c, the_one_that_is_asked_agrees, 0, ROWS(asked));
    tcase_add_test(c, a_syn_goes_again_without);
    tcase_add_test(c, a_syn_that_comes_again_without_ends_it);
    tcase_add_test(c, only_new_data_may_be_marked);
    tcase_add_test(c, a_probe_may_not_be_marked);
    tcase_add_test(c, without_agreement_nothing_may_be_marked);
    tcase_add_test(c, a_mark_is_told_until_it_is_heard);
    tcase_add_loop_test(c, the_window_shrinks_once_a_window, 0, ROWS(halves));
    tcase_add_test(c, a_loss_in_a_marked_window_shrinks_nothing_more);
    tcase_add_test(c, the_window_is_two_segments_at_least);
    tcase_add_test(c, a_window_of_one_segment_stays);
    tcase_add_test(c, a_loss_owes_a_cwr_too);
    tcase_add_test(c, the_handshake_shrinks_nothing);
    return rig_run("tcp-ecn", c);
}
