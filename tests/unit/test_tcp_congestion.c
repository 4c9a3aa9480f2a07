/* Congestion control step by step: RFC 5681 and RFC 6582, number by number. */
#include "app/bulk.h"
#include "tcp_rig.h"

static struct tcp_rig rig_sending(uint32_t bytes, int64_t algorithm)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    r.tcp.snd_mss = 1000;
    r.tcp.set.congestion = algorithm;
    cc_initial_window(&r.tcp);
    rig_call(&r, CODE_SEND, bytes);
    return r;
}

/* RFC 5681 3.1: what is acknowledged, at most a segment for each acknowledgement. */
START_TEST(slow_start_grows_by_what_is_acknowledged)
{
    struct tcp_rig r = rig_sending(50000, 0);
    ck_assert_uint_eq(cc_flight(&r.tcp), 10000);
    rig_hear(&r, ". 1:1 ack 1001");
    ck_assert_uint_eq(r.tcp.cwnd, 11000);
    ck_assert_str_eq(r.said, ". 10001:11001 ack 1; . 11001:12001 ack 1");
    rig_hear(&r, ". 1:1 ack 3001");
    ck_assert_uint_eq(r.tcp.cwnd, 12000);
    rig_hear(&r, ". 1:1 ack 3501");
    ck_assert_uint_eq(r.tcp.cwnd, 12500);
    ck_assert_int_eq(r.tcp.congestion, TCP_SLOW_START); /* still below ssthresh */
    rig_free(&r);
}
END_TEST

/* One segment for each window that is acknowledged. */
START_TEST(congestion_avoidance_grows_by_a_segment_a_window)
{
    struct tcp_rig r = rig_sending(50000, 0);
    r.tcp.ssthresh = 10000;
    rig_hear(&r, ". 1:1 ack 1001");
    ck_assert_uint_eq(r.tcp.cwnd, 10100); /* (3): 1000 * 1000 / 10000 more */
    ck_assert_int_eq(r.tcp.congestion, TCP_AVOIDANCE);
    rig_hear(&r, ". 1:1 ack 2001");
    ck_assert_uint_eq(r.tcp.cwnd, 10199); /* 1000 * 1000 / 10100 */
    rig_hear(&r, ". 1:1 ack 10001");      /* all at once count as much as one by one */
    ck_assert_uint_ge(r.tcp.cwnd, 10950);
    ck_assert_uint_le(r.tcp.cwnd, 11000);
    rig_free(&r);
}
END_TEST

/* A timeout: ssthresh is half of what was under way, cwnd one segment; a second one of the same
 * segment leaves ssthresh alone. */
START_TEST(a_timeout_collapses_the_window)
{
    struct tcp_rig r = rig_sending(50000, 0);
    rig_forget(&r);
    rig_until(&r, SIM_S);
    ck_assert_str_eq(r.said, ". 1:1001 ack 1");
    ck_assert_uint_eq(r.tcp.ssthresh, 5000);
    ck_assert_uint_eq(r.tcp.cwnd, 1000);
    rig_until(&r, 3 * SIM_S);
    ck_assert_uint_eq(r.tcp.ssthresh, 5000);
    rig_hear(&r, ". 1:1 ack 1001");
    ck_assert_uint_eq(r.tcp.cwnd, 2000);
    ck_assert_str_eq(r.said, ". 1001:2001 ack 1; . 2001:3001 ack 1");
    rig_hear(&r, ". 1:1 ack 10001"); /* the rest had arrived */
    ck_assert_str_eq(r.said, ". 10001:11001 ack 1; . 11001:12001 ack 1; . 12001:13001 ack 1");
    rig_free(&r);
}
END_TEST

START_TEST(ssthresh_is_two_segments_at_least)
{
    struct tcp_rig r = rig_sending(2000, 0);
    rig_until(&r, SIM_S);
    ck_assert_uint_eq(r.tcp.ssthresh, 2000);
    rig_free(&r);
}
END_TEST

static void hear_duplicates(struct tcp_rig *r, int n)
{
    for (int i = 0; i < n; i++) {
        rig_hear(r, ". 1:1 ack 1");
    }
}

/* RFC 5681 3.2 and RFC 6582 3.2, number by number. */
START_TEST(the_third_duplicate_sends_again)
{
    struct tcp_rig r = rig_sending(50000, 0);
    hear_duplicates(&r, 1); /* RFC 3042: the first two let a new segment go each */
    ck_assert_str_eq(r.said, ". 10001:11001 ack 1");
    ck_assert_uint_eq(r.last_why, TCP_WHY_LIMITED);
    hear_duplicates(&r, 1);
    ck_assert_str_eq(r.said, ". 11001:12001 ack 1");
    hear_duplicates(&r, 1);
    ck_assert_str_eq(r.said, ". 1:1001 ack 1");
    ck_assert_uint_eq(r.tcp.ssthresh, 5000); /* of 10000: the two do not count */
    ck_assert_uint_eq(r.tcp.cwnd, 8000);
    ck_assert_int_eq(r.tcp.congestion, TCP_RECOVERY);
    hear_duplicates(&r, 4);
    ck_assert_uint_eq(r.tcp.cwnd, 12000);
    ck_assert_str_eq(r.said, "");
    hear_duplicates(&r, 1);
    ck_assert_str_eq(r.said, ". 12001:13001 ack 1");
    rig_hear(&r, ". 1:1 ack 3001"); /* partial: 13000 - 3000 + 1000 */
    ck_assert_uint_eq(r.tcp.cwnd, 11000);
    ck_assert_int_eq(r.tcp.congestion, TCP_RECOVERY);
    ck_assert(strncmp(r.said, ". 3001:4001 ack 1; . 13001:14001 ack 1", 38) == 0);
    rig_hear(&r, ". 1:1 ack 12001"); /* full: min(ssthresh, flight + 1) */
    ck_assert_int_eq(r.tcp.congestion, TCP_AVOIDANCE);
    ck_assert_uint_eq(r.tcp.cwnd, 3000);
    rig_free(&r);
}
END_TEST

/* RFC 6582 3.2 step 3: a segment is added back for a whole segment of new data only. */
START_TEST(less_than_a_segment_adds_nothing_back)
{
    struct tcp_rig r = rig_sending(50000, 0);
    hear_duplicates(&r, 8);
    ck_assert_uint_eq(r.tcp.cwnd, 13000);
    rig_hear(&r, ". 1:1 ack 401");
    ck_assert_uint_eq(r.tcp.cwnd, 12600);
    ck_assert_int_eq(r.tcp.congestion, TCP_RECOVERY);
    rig_free(&r);
}
END_TEST

START_TEST(reno_recovers_with_the_first_new_acknowledgement)
{
    struct tcp_rig r = rig_sending(50000, 1);
    hear_duplicates(&r, 3);
    ck_assert_str_eq(r.said, ". 1:1001 ack 1");
    ck_assert_uint_eq(r.tcp.cwnd, 8000);
    rig_hear(&r, ". 1:1 ack 3001");
    ck_assert_uint_eq(r.tcp.cwnd, 5000);
    ck_assert_uint_eq(r.tcp.cwnd_acked, 0);
    ck_assert_int_eq(r.tcp.congestion, TCP_AVOIDANCE);
    rig_free(&r);
}
END_TEST

START_TEST(tahoe_starts_anew)
{
    struct tcp_rig r = rig_sending(50000, 2);
    hear_duplicates(&r, 3);
    ck_assert_uint_eq(r.last_why, TCP_WHY_FAST);
    ck_assert_str_eq(r.said, ". 1:1001 ack 1");
    ck_assert_uint_eq(r.tcp.cwnd, 1000);
    ck_assert_uint_eq(r.tcp.ssthresh, 5000);
    ck_assert_int_eq(r.tcp.congestion, TCP_SLOW_START);
    rig_hear(&r, ". 1:1 ack 1001");
    ck_assert_str_eq(r.said, ". 1001:2001 ack 1; . 2001:3001 ack 1");
    rig_free(&r);
}
END_TEST

/* RFC 5681 2: what does not count as a duplicate. */
static const char *const no_duplicates[] = {
    ". 1:11 ack 1",         /* it has data */
    ". 1:1 ack 1 win 1000", /* it changes the window */
    "F. 5:5 ack 1",         /* it has a FIN */
};

START_TEST(not_every_repeat_is_a_duplicate)
{
    struct tcp_rig r = rig_sending(50000, 0);
    hear_duplicates(&r, 2);
    rig_hear(&r, no_duplicates[_i]);
    ck_assert_uint_eq(r.tcp.dup_acks, 2);
    ck_assert_int_eq(r.tcp.congestion, TCP_SLOW_START);
    rig_free(&r);
}
END_TEST

/* New data acknowledged: the count begins anew, in each algorithm. */
START_TEST(an_acknowledgement_of_new_data_ends_the_count)
{
    struct tcp_rig r = rig_sending(50000, _i);
    hear_duplicates(&r, 2);
    rig_hear(&r, ". 1:1 ack 1001");
    ck_assert_uint_eq(r.tcp.dup_acks, 0);
    ck_assert_uint_eq(r.tcp.limited, 0);
    for (int i = 0; i < 2; i++) {
        rig_hear(&r, ". 1:1 ack 1001");
        ck_assert_ptr_null(strstr(r.said, ". 1001:2001"));
    }
    rig_hear(&r, ". 1:1 ack 1001");
    ck_assert_str_eq(r.said, ". 1001:2001 ack 1");
    rig_free(&r);
}
END_TEST

/* RFC 6582 3.2 step 2: duplicates of what a timeout sent again start no recovery. */
START_TEST(duplicates_after_a_timeout_start_no_recovery)
{
    struct tcp_rig r = rig_sending(50000, 0);
    rig_until(&r, SIM_S);
    hear_duplicates(&r, 4);
    ck_assert_int_eq(r.tcp.congestion, TCP_SLOW_START);
    ck_assert_uint_eq(r.tcp.cwnd, 1000);
    rig_free(&r);
}
END_TEST

/* Reno's window grows with each further duplicate, as each means a segment that has left. */
START_TEST(reno_inflates_its_window)
{
    struct tcp_rig r = rig_sending(50000, 1);
    hear_duplicates(&r, 7);
    ck_assert_uint_eq(r.tcp.cwnd, 12000);
    hear_duplicates(&r, 1);
    ck_assert_str_eq(r.said, ". 12001:13001 ack 1");
    rig_free(&r);
}
END_TEST

START_TEST(with_nothing_under_way_there_are_no_duplicates)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    hear_duplicates(&r, 4);
    ck_assert_uint_eq(r.tcp.dup_acks, 0);
    ck_assert_str_eq(r.said, "");
    rig_free(&r);
}
END_TEST

/* Tahoe's and the timeout's way back: slow start, said so. */
START_TEST(a_loss_leads_back_to_slow_start)
{
    struct tcp_rig r = rig_sending(50000, 2);
    r.tcp.congestion = TCP_AVOIDANCE;
    hear_duplicates(&r, 3);
    ck_assert_int_eq(r.tcp.congestion, TCP_SLOW_START);
    rig_free(&r);
    r = rig_sending(50000, 0);
    r.tcp.congestion = TCP_AVOIDANCE;
    r.tcp.cwnd_acked = 500;
    r.tcp.dup_acks = 2;
    rig_until(&r, SIM_S);
    ck_assert_int_eq(r.tcp.congestion, TCP_SLOW_START);
    ck_assert_uint_eq(r.tcp.cwnd_acked, 0);
    ck_assert_uint_eq(r.tcp.dup_acks, 0);
    ck_assert_int_eq(r.tcp.recover, r.tcp.snd_nxt);
    rig_free(&r);
}
END_TEST

/* RFC 5681 3.1: ssthresh begins as high as the largest window that could be announced. */
START_TEST(the_first_threshold_is_the_largest_window)
{
    struct tcp t = {.set = {.initial_window = 4}, .snd_mss = 1000, .snd_shift = 3};
    cc_initial_window(&t);
    ck_assert_uint_eq(t.ssthresh, 65535 * 8);
    ck_assert_uint_eq(t.cwnd, 4000);
    t.syn_was_lost = true;
    cc_initial_window(&t);
    ck_assert_uint_eq(t.cwnd, 1000);
}
END_TEST

/* RFC 3390 (1) and RFC 6928 (1), by the size of a segment. */
static const struct {
    int64_t rule;
    uint32_t mss, window;
} rules[] = {
    {1, 1460, 1460},           {10, 1000, 10000},         {CC_RFC3390, 536, 2144},
    {CC_RFC3390, 1095, 4380},  {CC_RFC3390, 1460, 4380},  {CC_RFC3390, 2190, 4380},
    {CC_RFC3390, 4000, 8000},  {CC_RFC6928, 536, 5360},   {CC_RFC6928, 1460, 14600},
    {CC_RFC6928, 1500, 14600}, {CC_RFC6928, 9000, 18000},
};

START_TEST(the_initial_window_is_as_the_rule_says)
{
    struct tcp t = {.set = {.initial_window = rules[_i].rule}, .snd_mss = rules[_i].mss};
    cc_initial_window(&t);
    ck_assert_uint_eq(t.cwnd, rules[_i].window);
    t.cwnd = 1000000;
    t.rto = SIM_S;
    cc_restart(&t, 2 * SIM_S);
    ck_assert_uint_eq(t.cwnd, rules[_i].window);
}
END_TEST

/* RFC 5681 (4): half of what is under way, here 2500 of 5000. */
START_TEST(ssthresh_is_half_of_the_flight)
{
    struct tcp_rig r = rig_sending(5000, 0);
    rig_until(&r, SIM_S);
    ck_assert_uint_eq(r.tcp.ssthresh, 2500);
    rig_free(&r);
}
END_TEST

/* RFC 6582 3.2 step 2: the acknowledgement must cover more than `recover`. */
START_TEST(duplicates_at_the_recovery_point_start_no_second_recovery)
{
    struct tcp_rig r = rig_sending(50000, 0);
    hear_duplicates(&r, 3);
    rig_hear(&r, ". 1:1 ack 12001");
    ck_assert_int_eq(r.tcp.congestion, TCP_AVOIDANCE);
    ck_assert_uint_eq(r.tcp.cwnd_acked, 0);
    for (int i = 0; i < 4; i++) {
        rig_hear(&r, ". 1:1 ack 12001");
    }
    ck_assert_int_eq(r.tcp.congestion, TCP_AVOIDANCE);
    rig_free(&r);
}
END_TEST

/* RFC 5681 4.1: more than a timeout without sending, and cwnd is the initial window again. */
START_TEST(idling_forgets_the_window)
{
    struct tcp_rig r = rig_sending(10000, 0);
    rig_hear(&r, ". 1:1 ack 10001");
    r.tcp.cwnd = 30000;
    rig_until(&r, SIM_S);
    rig_call(&r, CODE_SEND, 100);
    ck_assert_uint_eq(r.tcp.cwnd, 30000); /* not more than the timeout */
    rig_hear(&r, ". 1:1 ack 10101");
    r.tcp.cwnd = 30000;
    rig_until(&r, 2 * SIM_S + 1);
    rig_call(&r, CODE_SEND, 100);
    ck_assert_uint_eq(r.tcp.cwnd, 10000);
    rig_free(&r);
}
END_TEST

/* Little under way: two duplicates would be all, if they did not let new segments go. */
START_TEST(limited_transmit_respects_the_peers_window)
{
    struct tcp_rig r = rig_sending(50000, 0);
    r.tcp.snd_wnd = 10000;
    rig_hear(&r, ". 1:1 ack 1 win 10000");
    ck_assert_uint_eq(r.tcp.dup_acks, 1);
    ck_assert_str_eq(r.said, "");
    rig_free(&r);
}
END_TEST

/* A scenario's names of the algorithms, and the traffic's, are the same. */
START_TEST(algorithms_have_the_names_that_scenarios_use)
{
    const struct param *host = param_find(&tcp_type, "congestion");
    const struct param *flow = param_find(bulk_tcp.source, "congestion");
    int i = 0;
    for (; host->choices[i]; i++) {
        ck_assert_str_eq(host->choices[i], flow->choices[i]);
        ck_assert_str_eq(host->choices[i], tcp_algorithms[i]->name);
    }
    ck_assert_ptr_null(flow->choices[i]);
    ck_assert_int_eq(host->max, i - 1);
    ck_assert_int_eq(flow->max, i - 1);
}
END_TEST

/* RFC 7323 2.2: no peer announces 2^30 bytes, so that no window needs more. */
START_TEST(the_window_ends_below_two_to_the_thirty)
{
    struct tcp t = {.cwnd = (1u << 30) - 100};
    cc_add(&t, 1460);
    ck_assert_uint_lt(t.cwnd, 1u << 30);
    ck_assert_uint_ge(t.cwnd, (1u << 30) - 100);
}
END_TEST

int main(void)
{
    TCase *c = tcase_create("congestion");
    tcase_add_test(c, slow_start_grows_by_what_is_acknowledged);
    tcase_add_test(c, congestion_avoidance_grows_by_a_segment_a_window);
    tcase_add_test(c, a_timeout_collapses_the_window);
    tcase_add_test(c, ssthresh_is_two_segments_at_least);
    tcase_add_test(c, the_third_duplicate_sends_again);
    tcase_add_test(c, less_than_a_segment_adds_nothing_back);
    tcase_add_test(c, reno_recovers_with_the_first_new_acknowledgement);
    tcase_add_test(c, tahoe_starts_anew);
    tcase_add_loop_test(c, not_every_repeat_is_a_duplicate, 0, ROWS(no_duplicates));
    tcase_add_loop_test(c, an_acknowledgement_of_new_data_ends_the_count, 0, 3);
    tcase_add_test(c, duplicates_after_a_timeout_start_no_recovery);
    tcase_add_test(c, reno_inflates_its_window);
    tcase_add_test(c, with_nothing_under_way_there_are_no_duplicates);
    tcase_add_test(c, a_loss_leads_back_to_slow_start);
    tcase_add_test(c, the_first_threshold_is_the_largest_window);
    tcase_add_loop_test(c, the_initial_window_is_as_the_rule_says, 0, ROWS(rules));
    tcase_add_test(c, ssthresh_is_half_of_the_flight);
    tcase_add_test(c, duplicates_at_the_recovery_point_start_no_second_recovery);
    tcase_add_test(c, idling_forgets_the_window);
    tcase_add_test(c, limited_transmit_respects_the_peers_window);
    tcase_add_test(c, algorithms_have_the_names_that_scenarios_use);
    tcase_add_test(c, the_window_ends_below_two_to_the_thirty);
    return rig_run("tcp-congestion", c);
}
