/* Timestamps (RFC 7323): negotiation, what is echoed (4.3), round trips (4.1), PAWS (5). The rig's
 * clock begins at 0, so at 1.5 s a segment says 1500. */
#include "tcp_rig.h"

static struct tcp_rig rig_opening(sim_time now, bool wants)
{
    struct tcp_rig r = rig_closed();
    r.tcp.set.timestamps = wants;
    r.tcp.set.sack = 0;
    r.shows_options = true;
    r.now = now;
    rig_call(&r, TCP_CALL_CONNECT, 0);
    return r;
}

/* Stands since 1 s; TS.Recent is 700. */
static struct tcp_rig rig_stamped(void)
{
    struct tcp_rig r = rig_opening(SIM_S, true);
    rig_hear(&r, "S. 0:0 ack 1 mss 1460 ts 700:1000");
    r.tcp.set.delayed_ack = -1;
    ck_assert_int_eq(r.tcp.state, TCP_ESTABLISHED);
    return r;
}

/* 3.2: the option of a SYN offers; only if both SYNs have it, every segment has it. */
static const struct {
    bool wants;
    const char *answer, *said;
} offers[] = {
    {true, "S. 0:0 ack 1 mss 1460 ts 700:1000", ". 1:1 ack 1 ts 1000:700"},
    {true, "S. 0:0 ack 1 mss 1460", ". 1:1 ack 1"},
    {false, "S. 0:0 ack 1 mss 1460 ts 700:1000", ". 1:1 ack 1"},
};

START_TEST(both_ends_must_offer)
{
    struct tcp_rig r = rig_opening(SIM_S, offers[_i].wants);
    ck_assert_str_eq(r.said, offers[_i].wants ? "S 0:0 mss 1460 wscale 0 ts 1000:0"
                                              : "S 0:0 mss 1460 wscale 0");
    rig_hear(&r, offers[_i].answer);
    ck_assert_str_eq(r.said, offers[_i].said);
    ck_assert_uint_eq(r.tcp.snd_mss, _i == 0 ? 1448 : 1460); /* the option takes 12 bytes */
    rig_free(&r);
}
END_TEST

START_TEST(a_syn_with_the_option_is_answered_with_it)
{
    struct tcp_rig r = rig_in(TCP_LISTEN);
    r.tcp.set.timestamps = true;
    r.tcp.set.sack = 0;
    r.tcp.key = rig_key(); /* a child takes the SYN itself */
    r.shows_options = true;
    r.now = 2 * SIM_S;
    rig_hear(&r, "S 0:0 mss 1460 ts 33:0");
    ck_assert_str_eq(r.said, "S. 0:0 ack 1 mss 1460 ts 2000:33");
    rig_free(&r);
}
END_TEST

/* A clock below zero at the start: its ticks are floored and wrap as 32 bits do. */
static const struct {
    sim_time clock;
    uint32_t value;
} clocks[] = {
    {0, 0},
    {999999, 0},
    {SIM_MS, 1},
    {-1, UINT32_MAX},
    {-SIM_MS, UINT32_MAX},
    {-SIM_MS - 1, UINT32_MAX - 1},
    {(INT64_C(1) << 32) * SIM_MS + 5 * SIM_MS, 5},
};

START_TEST(a_tick_is_a_millisecond_of_the_own_clock)
{
    struct tcp t = {.ts_on = true, .clock = clocks[_i].clock, .ts_recent = 9};
    struct tcp_seg seg = {.flags = TCP_ACK};
    ts_stamp(&t, &seg);
    ck_assert_uint_eq(seg.ts_val, clocks[_i].value);
    ck_assert_uint_eq(seg.ts_ecr, 9);
    struct tcp_seg reset = {.flags = TCP_RST};
    ts_stamp(&t, &reset);
    ck_assert_uint_eq(reset.options, TCP_OPT_TIMESTAMPS);
    ck_assert_uint_eq(reset.ts_ecr, 0); /* without ACK it echoes nothing */
}
END_TEST

/* 4.3, the first of its examples: of segments that one acknowledgement answers, the first counts.
 */
START_TEST(a_delayed_acknowledgement_echoes_the_first)
{
    struct tcp_rig r = rig_stamped();
    r.tcp.set.delayed_ack = 200 * SIM_MS;
    r.tcp.rcv_full = 1000;
    rig_hear(&r, ". 1:501 ack 1 ts 801:1000");
    rig_hear(&r, ". 501:1001 ack 1 ts 802:1000");
    ck_assert_str_eq(r.said, "");
    rig_hear(&r, ". 1001:2001 ack 1 ts 803:1000");
    ck_assert_str_eq(r.said, ". 1:1 ack 2001 ts 1000:801");
    rig_free(&r);
}
END_TEST

/* The second: what comes behind a gap is not echoed; what fills it is. */
START_TEST(a_hole_keeps_the_echo)
{
    static const struct {
        const char *in, *out;
    } steps[] = {
        {". 1:101 ack 1 ts 801:1000", ". 1:1 ack 101 ts 1000:801"},
        {". 201:301 ack 1 ts 803:1000", ". 1:1 ack 101 ts 1000:801"},
        {". 101:201 ack 1 ts 802:1000", ". 1:1 ack 301 ts 1000:802"},
        {". 401:501 ack 1 ts 805:1000", ". 1:1 ack 301 ts 1000:802"},
        {". 301:401 ack 1 ts 804:1000", ". 1:1 ack 501 ts 1000:804"},
    };
    struct tcp_rig r = rig_stamped();
    for (int i = 0; i < ROWS(steps); i++) {
        rig_hear(&r, steps[i].in);
        ck_assert_str_eq(r.said, steps[i].out);
    }
    rig_free(&r);
}
END_TEST

/* R1: older than TS.Recent, 700. Answered by an acknowledgement, and nothing else happens. */
static const struct {
    enum tcp_state state;
} synchronized[] = {{TCP_SYN_RECEIVED}, {TCP_ESTABLISHED}, {TCP_FIN_WAIT_1}, {TCP_FIN_WAIT_2},
                    {TCP_CLOSE_WAIT},   {TCP_CLOSING},     {TCP_LAST_ACK},   {TCP_TIME_WAIT}};

START_TEST(an_old_timestamp_is_refused_in_every_state)
{
    struct tcp_rig r = rig_in(synchronized[_i].state);
    r.tcp.ts_on = true;
    r.tcp.ts_recent = 700;
    int64_t next = r.tcp.rcv_nxt;
    char text[64];
    snprintf(text, sizeof text, ". %lld:%lld ack 1 ts 699:0", (long long)next,
             (long long)next + 100);
    rig_hear(&r, text);
    ck_assert_str_eq(r.dropped, "late");
    ck_assert_uint_eq(r.last_why, TCP_WHY_PAWS);
    ck_assert_int_eq(r.tcp.rcv_nxt, next);
    ck_assert_int_eq(r.tcp.state, synchronized[_i].state);
    ck_assert_uint_eq(r.tcp.ts_recent, 700);
    rig_free(&r);
}
END_TEST

/* What is refused, and what is not. "old" wraps as 32 bits do: half of them lie behind. */
static const struct {
    uint32_t recent;
    const char *in;
    bool is_taken;
} judged[] = {
    {700, ". 1:101 ack 1 ts 700:0", true},
    {700, ". 1:101 ack 1 ts 701:0", true},
    {700, ". 1:101 ack 1 ts 699:0", false},
    {700, ". 1:101 ack 1", false}, /* 3.2: without the option: passed over in silence */
    {4294967290, ". 1:101 ack 1 ts 5:0", true},
    {5, ". 1:101 ack 1 ts 4294967290:0", false},
    {0, ". 1:101 ack 1 ts 2147483647:0", true},
    {0, ". 1:101 ack 1 ts 2147483649:0", false},
};

START_TEST(older_is_behind_by_less_than_half_of_the_numbers)
{
    struct tcp_rig r = rig_stamped();
    r.tcp.ts_recent = judged[_i].recent;
    rig_hear(&r, judged[_i].in);
    ck_assert_int_eq(r.tcp.rcv_nxt, judged[_i].is_taken ? 101 : 1);
    bool is_silent = strstr(judged[_i].in, "ts") == NULL;
    ck_assert_int_eq(r.said[0] == '\0', is_silent);
    rig_free(&r);
}
END_TEST

/* 5.2: a RST is believed whatever its timestamp says. */
START_TEST(a_reset_is_exempt)
{
    struct tcp_rig r = rig_stamped();
    rig_hear(&r, "R. 1:1 ack 1 ts 1:0");
    ck_assert_int_eq(r.tcp.state, TCP_CLOSED);
    rig_free(&r);
    r = rig_stamped();
    rig_hear(&r, "R 1:1");
    ck_assert_int_eq(r.tcp.state, TCP_CLOSED);
    rig_free(&r);
}
END_TEST

/* 5.5: after 24 days TS.Recent says nothing any more. */
START_TEST(a_timestamp_is_good_for_24_days)
{
    struct tcp_rig r = rig_stamped();
    r.now += 24 * INT64_C(86400) * SIM_S;
    rig_hear(&r, ". 1:101 ack 1 ts 600:0");
    ck_assert_uint_eq(r.last_why, TCP_WHY_PAWS);
    r.now += 1;
    rig_hear(&r, ". 1:101 ack 1 ts 600:0");
    ck_assert_int_eq(r.tcp.rcv_nxt, 101);
    ck_assert_uint_eq(r.tcp.ts_recent, 600);
    rig_free(&r);
}
END_TEST

/* 4.1: what moves SND.UNA is measured, also of what was sent twice: no need of Karn's rule. */
START_TEST(a_retransmission_is_timed)
{
    struct tcp_rig r = rig_stamped();
    rig_call(&r, CODE_SEND, 100);
    rig_until(&r, r.now + r.tcp.rto); /* lost: again at 2 s */
    ck_assert_str_eq(r.said, "P. 1:101 ack 1 ts 1000:700; P. 1:101 ack 1 ts 2000:700");
    r.now += 80 * SIM_MS;
    rig_hear(&r, ". 1:1 ack 101 ts 750:2000");
    ck_assert_int_eq(r.rtt, 80 * SIM_MS);
    rig_free(&r);
}
END_TEST

START_TEST(nothing_new_is_no_measurement)
{
    struct tcp_rig r = rig_stamped();
    sim_time before = r.rtt;
    r.now += 80 * SIM_MS;
    rig_hear(&r, ". 1:101 ack 1 ts 750:1000");
    ck_assert_int_eq(r.rtt, before);
    rig_free(&r);
}
END_TEST

/* Appendix G: with 10 segments under way an acknowledgement of two is one of five: alpha is 1/40,
 * beta 1/20. */
START_TEST(many_measurements_a_window_weigh_less)
{
    struct tcp t = {.ts_on = true, .snd_mss = 1000, .snd_una = 1, .snd_nxt = 10001};
    t.set.min_rto = 1;
    t.set.max_rto = 60 * SIM_S;
    t.srtt = 100 * SIM_MS;
    t.rttvar = 20 * SIM_MS;
    rtt_sample(&t, 180 * SIM_MS);
    ck_assert_int_eq(t.srtt, 102 * SIM_MS);  /* 100 + 80 / 40 */
    ck_assert_int_eq(t.rttvar, 23 * SIM_MS); /* 20 + (80 - 20) / 20 */
    ck_assert_int_eq(t.rto, 194 * SIM_MS);
    t.snd_nxt = 2001; /* two under way: one measurement a window, as ever */
    rtt_sample(&t, 182 * SIM_MS);
    ck_assert_int_eq(t.srtt, 112 * SIM_MS);
}
END_TEST

/* Both below a tick: a round trip counts as one, and so does a margin of none. */
START_TEST(less_than_a_tick_is_a_tick)
{
    struct tcp_rig r = rig_stamped();
    ck_assert_int_eq(r.rtt, TS_TICK);
    struct tcp t = {.ts_on = true, .srtt = 50 * SIM_MS, .snd_mss = 1000};
    t.set.min_rto = 1;
    t.set.max_rto = 60 * SIM_S;
    rtt_sample(&t, 50 * SIM_MS);
    ck_assert_int_eq(t.rto, 51 * SIM_MS);
    rig_free(&r);
}
END_TEST

/* An echo of a time to come makes no sense and is not taken. */
START_TEST(an_echo_from_the_future_is_no_measurement)
{
    struct tcp_rig r = rig_stamped();
    sim_time before = r.rtt;
    rig_call(&r, CODE_SEND, 100);
    rig_hear(&r, ". 1:1 ack 101 ts 750:5000");
    ck_assert_int_eq(r.tcp.snd_una, 101);
    ck_assert_int_eq(r.rtt, before);
    rig_free(&r);
}
END_TEST

int main(void)
{
    TCase *c = tcase_create("timestamps");
    tcase_add_loop_test(c, both_ends_must_offer, 0, ROWS(offers));
    tcase_add_test(c, a_syn_with_the_option_is_answered_with_it);
    tcase_add_loop_test(c, a_tick_is_a_millisecond_of_the_own_clock, 0, ROWS(clocks));
    tcase_add_test(c, a_delayed_acknowledgement_echoes_the_first);
    tcase_add_test(c, a_hole_keeps_the_echo);
    tcase_add_loop_test(c, an_old_timestamp_is_refused_in_every_state, 0, ROWS(synchronized));
    tcase_add_loop_test(c, older_is_behind_by_less_than_half_of_the_numbers, 0, ROWS(judged));
    tcase_add_test(c, a_reset_is_exempt);
    tcase_add_test(c, a_timestamp_is_good_for_24_days);
    tcase_add_test(c, a_retransmission_is_timed);
    tcase_add_test(c, nothing_new_is_no_measurement);
    tcase_add_test(c, many_measurements_a_window_weigh_less);
    tcase_add_test(c, less_than_a_tick_is_a_tick);
    tcase_add_test(c, an_echo_from_the_future_is_no_measurement);
    return rig_run("tcp-timestamps", c);
}
