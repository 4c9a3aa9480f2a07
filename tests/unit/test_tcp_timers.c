/* Time: RFC 6298 by hand, Karn, backoff, giving up, probes. */
#include "tcp_rig.h"

/* ---- RFC 6298 ---- */

/* Samples and the timeout by hand: SRTT = 500, RTTVAR = 250, RTO = 1500; then |500 - 300| = 200:
 * RTTVAR = 3/4 250 + 1/4 200 = 237.5, SRTT = 7/8 500 + 1/8 300 = 475, RTO = 475 + 950 = 1425. */
START_TEST(samples_make_the_timeout)
{
    struct tcp t = {.set = {.initial_rto = SIM_S, .min_rto = 1, .max_rto = 60 * SIM_S}};
    rtt_start(&t);
    ck_assert_int_eq(t.rto, SIM_S);
    rtt_sample(&t, 500 * SIM_MS);
    ck_assert_int_eq(t.srtt, 500 * SIM_MS);
    ck_assert_int_eq(t.rttvar, 250 * SIM_MS);
    ck_assert_int_eq(t.rto, 1500 * SIM_MS);
    rtt_sample(&t, 300 * SIM_MS);
    ck_assert_int_eq(t.rttvar, 237500 * SIM_US);
    ck_assert_int_eq(t.srtt, 475 * SIM_MS);
    ck_assert_int_eq(t.rto, 1425 * SIM_MS);
    rtt_sample(&t, 475 * SIM_MS);
    ck_assert_int_eq(t.rttvar, 178125 * SIM_US);
    ck_assert_int_eq(t.rto, 475 * SIM_MS + 4 * 178125 * SIM_US);
}
END_TEST

/* 2.4 and 2.5, and (2.2) RTO = SRTT + max(G, K RTTVAR): a clock tick of 1 ns at least. */
START_TEST(the_timeout_has_limits)
{
    struct tcp t = {.set = {.initial_rto = SIM_S, .min_rto = SIM_S, .max_rto = 60 * SIM_S}};
    rtt_start(&t);
    rtt_sample(&t, 10 * SIM_MS);
    ck_assert_int_eq(t.rto, SIM_S);
    rtt_sample(&t, 100 * SIM_S);
    ck_assert_int_eq(t.rto, 60 * SIM_S);
    t = (struct tcp){.set = {.min_rto = 1, .max_rto = 60 * SIM_S}};
    rtt_sample(&t, 1);
    ck_assert_int_eq(t.rto, 2);
}
END_TEST

START_TEST(the_timeout_doubles_up_to_its_limit)
{
    struct tcp t = {.set = {.initial_rto = SIM_S, .min_rto = SIM_S, .max_rto = 60 * SIM_S}};
    static const sim_time seconds[] = {2, 4, 8, 16, 32, 60, 60};
    rtt_start(&t);
    for (int i = 0; i < ROWS(seconds); i++) {
        rtt_back_off(&t);
        ck_assert_int_eq(t.rto, seconds[i] * SIM_S);
    }
}
END_TEST

START_TEST(each_round_trip_is_timed_once)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    r.tcp.set.nagle = 0;
    rig_call(&r, CODE_SEND, 10);
    rig_until(&r, 100 * SIM_MS);
    rig_call(&r, CODE_SEND, 10);
    rig_until(&r, 300 * SIM_MS);
    rig_hear(&r, ". 1:1 ack 10"); /* not yet the end of what is timed */
    ck_assert_int_eq(r.tcp.srtt, 0);
    rig_hear(&r, ". 1:1 ack 21");
    ck_assert_int_eq(r.tcp.srtt, 300 * SIM_MS);
    ck_assert_int_eq(r.rtt, 300 * SIM_MS);
    rig_free(&r);
}
END_TEST

/* 3, Karn: no sample from what was sent twice; the backed-off timeout stays until there is one. */
START_TEST(a_repeated_segment_is_not_timed)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    rig_call(&r, CODE_SEND, 10);
    rig_until(&r, SIM_S);
    ck_assert_int_eq(r.tcp.rto, 2 * SIM_S);
    rig_until(&r, 1100 * SIM_MS);
    rig_hear(&r, ". 1:1 ack 11");
    ck_assert_int_eq(r.tcp.srtt, 0);
    ck_assert_int_eq(r.tcp.rto, 2 * SIM_S);
    rig_call(&r, CODE_SEND, 10);
    ck_assert_int_eq(r.due[TCP_RETRANSMIT], 3100 * SIM_MS);
    rig_until(&r, 1600 * SIM_MS);
    rig_hear(&r, ". 1:1 ack 21");
    ck_assert_int_eq(r.tcp.srtt, 500 * SIM_MS);
    ck_assert_int_eq(r.tcp.rto, 1500 * SIM_MS);
    rig_free(&r);
}
END_TEST

/* 5.1 to 5.3: started with data, restarted by what is new, stopped when all is acknowledged. */
START_TEST(the_timer_follows_the_oldest)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    rig_call(&r, CODE_SEND, 2920);
    ck_assert_int_eq(r.due[TCP_RETRANSMIT], SIM_S);
    rig_until(&r, 400 * SIM_MS);
    rig_hear(&r, ". 1:1 ack 1");
    ck_assert_int_eq(r.due[TCP_RETRANSMIT], SIM_S);
    rig_hear(&r, ". 1:1 ack 1461");
    ck_assert_int_eq(r.due[TCP_RETRANSMIT], 1600 * SIM_MS); /* SRTT = 400, RTO = 1200 */
    rig_hear(&r, ". 1:1 ack 2921");
    ck_assert_int_eq(r.due[TCP_RETRANSMIT], SIM_NEVER);
    rig_free(&r);
}
END_TEST

/* 5.7 and RFC 5681 3.1: after a lost SYN data begins with 3 s and one segment. */
START_TEST(a_lost_syn_makes_data_begin_carefully)
{
    struct tcp_rig r = rig_closed();
    rig_call(&r, TCP_CALL_CONNECT, 0);
    rig_until(&r, SIM_S);
    rig_until(&r, 1100 * SIM_MS);
    rig_hear(&r, "S. 0:0 ack 1 mss 1460");
    ck_assert_int_eq(r.tcp.srtt, 0);
    ck_assert_int_eq(r.tcp.rto, 3 * SIM_S);
    ck_assert_uint_eq(r.tcp.cwnd, 1460);
    rig_free(&r);
}
END_TEST

START_TEST(a_handshake_without_loss_is_timed)
{
    struct tcp_rig r = rig_closed();
    rig_call(&r, TCP_CALL_CONNECT, 0);
    rig_until(&r, 900 * SIM_MS);
    rig_hear(&r, "S. 0:0 ack 1 mss 1460");
    ck_assert_int_eq(r.tcp.srtt, 900 * SIM_MS);
    ck_assert_int_eq(r.tcp.rto, 2700 * SIM_MS);
    ck_assert_uint_eq(r.tcp.cwnd, 14600);
    rig_free(&r);
}
END_TEST

/* ---- giving up ---- */

START_TEST(unanswered_syns_double_and_end_at_180_s)
{
    static const sim_time at[] = {1, 3, 7, 15, 31, 63, 123};
    struct tcp_rig r = rig_closed();
    rig_call(&r, TCP_CALL_CONNECT, 0);
    for (int i = 0; i < ROWS(at); i++) {
        rig_forget(&r);
        rig_until(&r, at[i] * SIM_S - 1);
        ck_assert_str_eq(r.said, "");
        rig_until(&r, at[i] * SIM_S);
        ck_assert_str_eq(r.said, "S 0:0");
    }
    rig_forget(&r);
    rig_until(&r, 180 * SIM_S - 1);
    ck_assert_int_eq(r.tcp.state, TCP_SYN_SENT);
    rig_until(&r, 1000 * SIM_S);
    ck_assert_str_eq(r.said, "");
    ck_assert_str_eq(r.told, "closed ETIMEDOUT");
    ck_assert_int_eq(r.tcp.state, TCP_CLOSED);
    rig_free(&r);
}
END_TEST

/* Data: at 1, 3, 7, 15, 31, 63 s after it was sent, and the end 100 s after. */
START_TEST(unanswered_data_ends_after_100_s)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    rig_until(&r, 50 * SIM_S);
    rig_call(&r, CODE_SEND, 10);
    rig_forget(&r);
    rig_until(&r, 150 * SIM_S - 1);
    ck_assert_str_eq(r.said, "P. 1:11 ack 1; P. 1:11 ack 1; P. 1:11 ack 1; P. 1:11 ack 1; "
                             "P. 1:11 ack 1; P. 1:11 ack 1");
    ck_assert_int_eq(r.tcp.state, TCP_ESTABLISHED);
    rig_until(&r, 150 * SIM_S);
    ck_assert_str_eq(r.told, "closed ETIMEDOUT");
    rig_free(&r);
}
END_TEST

START_TEST(progress_moves_the_end_away)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    rig_call(&r, CODE_SEND, 20);
    rig_until(&r, 90 * SIM_S);
    rig_hear(&r, ". 1:1 ack 11");
    ck_assert_int_eq(r.due[TCP_GIVE_UP], SIM_NEVER);
    rig_until(&r, 190 * SIM_S - 1);
    ck_assert_int_eq(r.tcp.state, TCP_ESTABLISHED);
    rig_until(&r, 190 * SIM_S);
    ck_assert_int_eq(r.tcp.state, TCP_CLOSED);
    rig_free(&r);
}
END_TEST

START_TEST(a_user_timeout_is_another_limit)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    r.tcp.set.user_timeout = 10 * SIM_S;
    rig_call(&r, CODE_SEND, 10);
    rig_until(&r, 10 * SIM_S - 1);
    ck_assert_int_eq(r.tcp.state, TCP_ESTABLISHED);
    rig_until(&r, 10 * SIM_S);
    ck_assert_int_eq(r.tcp.state, TCP_CLOSED);
    rig_free(&r);
}
END_TEST

/* `retries: 2`: sent again at 1 and 3 s, given up at 7 s. */
START_TEST(retries_are_counted_when_given)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    r.tcp.set.retries = 2;
    rig_call(&r, CODE_SEND, 10);
    rig_forget(&r);
    rig_until(&r, 7 * SIM_S - 1);
    ck_assert_str_eq(r.said, "P. 1:11 ack 1; P. 1:11 ack 1");
    ck_assert_int_eq(r.tcp.state, TCP_ESTABLISHED);
    rig_until(&r, 7 * SIM_S);
    ck_assert_str_eq(r.told, "closed ETIMEDOUT");
    rig_free(&r);
}
END_TEST

START_TEST(a_fin_is_repeated_too)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    rig_call(&r, CODE_CLOSE, 0);
    rig_forget(&r);
    rig_until(&r, SIM_S);
    ck_assert_str_eq(r.said, "F. 1:1 ack 1");
    ck_assert_uint_eq(r.unit.at, 1);
    ck_assert_uint_eq(r.unit.n, 1);
    rig_free(&r);
}
END_TEST

START_TEST(a_syn_ack_is_repeated_too)
{
    struct tcp_rig r = rig_in(TCP_SYN_SENT);
    rig_hear(&r, "S 0:0");
    rig_forget(&r);
    rig_until(&r, SIM_S);
    ck_assert_str_eq(r.said, "S. 0:0 ack 1");
    rig_free(&r);
}
END_TEST

/* ---- the persist timer (RFC 9293 3.8.6.1) ---- */

static struct tcp_rig rig_shut(void)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    rig_hear(&r, ". 1:1 ack 1 win 0");
    rig_call(&r, CODE_SEND, 100);
    ck_assert_str_eq(r.said, "");
    return r;
}

START_TEST(a_shut_window_is_probed_at_growing_intervals)
{
    static const sim_time at[] = {1, 3, 7, 15, 31, 63, 123, 183, 243};
    struct tcp_rig r = rig_shut();
    for (int i = 0; i < ROWS(at); i++) {
        rig_forget(&r);
        rig_until(&r, at[i] * SIM_S - 1);
        ck_assert_str_eq(r.said, "");
        rig_until(&r, at[i] * SIM_S);
        ck_assert_str_eq(r.said, ". 1:2 ack 1");
        rig_hear(&r, ". 1:1 ack 1 win 0"); /* answered probes go on for ever */
        ck_assert_int_eq(r.due[TCP_RETRANSMIT], SIM_NEVER);
    }
    rig_free(&r);
}
END_TEST

START_TEST(probes_without_an_answer_end)
{
    struct tcp_rig r = rig_shut();
    rig_until(&r, 101 * SIM_S);
    ck_assert_int_eq(r.tcp.state, TCP_ESTABLISHED);
    rig_until(&r, 123 * SIM_S);
    ck_assert_str_eq(r.told, "accepted 100; closed ETIMEDOUT");
    rig_free(&r);
}
END_TEST

START_TEST(probes_are_counted_when_retries_are_given)
{
    struct tcp_rig r = rig_shut();
    r.tcp.set.retries = 2;
    rig_until(&r, 7 * SIM_S - 1);
    ck_assert_str_eq(r.said, ". 1:2 ack 1; . 1:2 ack 1");
    ck_assert_int_eq(r.tcp.state, TCP_ESTABLISHED);
    rig_until(&r, 7 * SIM_S);
    ck_assert_int_eq(r.tcp.state, TCP_CLOSED);
    rig_free(&r);
}
END_TEST

/* A probe's byte may be taken though the window stays shut: the wait begins anew, at the first. */
START_TEST(a_byte_that_is_taken_starts_the_intervals_anew)
{
    struct tcp_rig r = rig_shut();
    rig_until(&r, 3 * SIM_S);
    rig_hear(&r, ". 1:1 ack 2 win 0");
    ck_assert_int_eq(r.due[TCP_RETRANSMIT], SIM_NEVER);
    ck_assert_int_eq(r.due[TCP_PERSIST], 4 * SIM_S);
    rig_until(&r, 4 * SIM_S);
    ck_assert_str_eq(r.said, ". 2:3 ack 1");
    rig_free(&r);
}
END_TEST

START_TEST(an_opened_window_sends_all_again)
{
    struct tcp_rig r = rig_shut();
    rig_until(&r, SIM_S);
    rig_hear(&r, ". 1:1 ack 1 win 1000");
    ck_assert_str_eq(r.said, "P. 1:101 ack 1");
    ck_assert_int_eq(r.due[TCP_PERSIST], SIM_NEVER);
    ck_assert_int_eq(r.due[TCP_RETRANSMIT], 2 * SIM_S);
    rig_free(&r);
}
END_TEST

START_TEST(a_taken_probe_is_not_sent_again)
{
    struct tcp_rig r = rig_shut();
    rig_until(&r, SIM_S);
    rig_hear(&r, ". 1:1 ack 2 win 1000");
    ck_assert_str_eq(r.said, "P. 2:101 ack 1");
    rig_free(&r);
}
END_TEST

/* ---- keep-alive (RFC 9293 3.8.4) ---- */

static struct tcp_rig rig_kept(void)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    rig_set(&r, TCP_SET_KEEP_ALIVE, 100 * SIM_S);
    rig_set(&r, TCP_SET_KEEP_INTERVAL, 10 * SIM_S);
    rig_set(&r, TCP_SET_KEEP_COUNT, 3);
    return r;
}

START_TEST(silence_is_asked_about)
{
    static const sim_time at[] = {100, 110, 120};
    struct tcp_rig r = rig_kept();
    for (int i = 0; i < ROWS(at); i++) {
        rig_forget(&r);
        rig_until(&r, at[i] * SIM_S - 1);
        ck_assert_str_eq(r.said, "");
        rig_until(&r, at[i] * SIM_S);
        ck_assert_str_eq(r.said, ". 0:0 ack 1");
    }
    ck_assert_uint_eq(r.last_why, TCP_WHY_KEEP_ALIVE);
    rig_until(&r, 130 * SIM_S - 1);
    ck_assert_int_eq(r.tcp.state, TCP_ESTABLISHED);
    rig_until(&r, 130 * SIM_S);
    ck_assert_str_eq(r.told, "closed ETIMEDOUT");
    rig_free(&r);
}
END_TEST

START_TEST(an_answer_keeps_the_connection)
{
    struct tcp_rig r = rig_kept();
    rig_until(&r, 115 * SIM_S);
    rig_hear(&r, ". 1:1 ack 1");
    rig_until(&r, 215 * SIM_S - 1);
    ck_assert_str_eq(r.said, "");
    rig_until(&r, 215 * SIM_S);
    ck_assert_str_eq(r.said, ". 0:0 ack 1");
    rig_free(&r);
}
END_TEST

START_TEST(data_under_way_needs_no_asking)
{
    struct tcp_rig r = rig_kept();
    rig_until(&r, 99 * SIM_S);
    rig_call(&r, CODE_SEND, 10);
    rig_until(&r, 120 * SIM_S);
    ck_assert_uint_eq(r.last_why, TCP_WHY_TIMEOUT);
    ck_assert_uint_eq(r.tcp.kept, 0);
    rig_free(&r);
}
END_TEST

START_TEST(a_connection_that_opens_begins_to_be_kept)
{
    struct tcp_rig r = rig_in(TCP_SYN_SENT);
    r.tcp.set.keep_alive = 100 * SIM_S;
    rig_hear(&r, "S. 0:0 ack 1");
    ck_assert_int_eq(r.due[TCP_KEEP_ALIVE], 100 * SIM_S);
    rig_set(&r, TCP_SET_KEEP_ALIVE, -1);
    rig_until(&r, 1000 * SIM_S);
    ck_assert_int_eq(r.tcp.state, TCP_ESTABLISHED);
    rig_free(&r);
}
END_TEST

int main(void)
{
    TCase *c = tcase_create("timers");
    tcase_add_test(c, samples_make_the_timeout);
    tcase_add_test(c, the_timeout_has_limits);
    tcase_add_test(c, the_timeout_doubles_up_to_its_limit);
    tcase_add_test(c, each_round_trip_is_timed_once);
    tcase_add_test(c, a_repeated_segment_is_not_timed);
    tcase_add_test(c, the_timer_follows_the_oldest);
    tcase_add_test(c, a_lost_syn_makes_data_begin_carefully);
    tcase_add_test(c, a_handshake_without_loss_is_timed);
    tcase_add_test(c, unanswered_syns_double_and_end_at_180_s);
    tcase_add_test(c, unanswered_data_ends_after_100_s);
    tcase_add_test(c, progress_moves_the_end_away);
    tcase_add_test(c, a_user_timeout_is_another_limit);
    tcase_add_test(c, retries_are_counted_when_given);
    tcase_add_test(c, a_fin_is_repeated_too);
    tcase_add_test(c, a_syn_ack_is_repeated_too);
    tcase_add_test(c, a_shut_window_is_probed_at_growing_intervals);
    tcase_add_test(c, probes_without_an_answer_end);
    tcase_add_test(c, probes_are_counted_when_retries_are_given);
    tcase_add_test(c, a_byte_that_is_taken_starts_the_intervals_anew);
    tcase_add_test(c, an_opened_window_sends_all_again);
    tcase_add_test(c, a_taken_probe_is_not_sent_again);
    tcase_add_test(c, silence_is_asked_about);
    tcase_add_test(c, an_answer_keeps_the_connection);
    tcase_add_test(c, data_under_way_needs_no_asking);
    tcase_add_test(c, a_connection_that_opens_begins_to_be_kept);
    return rig_run("tcp-timers", c);
}
