/* CUBIC (RFC 9438): its formulas against the same in doubles, and its window step by step. */
#include "tcp_rig.h"

#include <math.h>

#define MSS 1000u

/* Figure 1 and figure 2, in segments and seconds. */
static double k_of(double w_max, double cwnd)
{
    return w_max > cwnd ? cbrt((w_max - cwnd) / 0.4) : 0;
}

static double window_at(double w_max, double k, double t)
{
    return 0.4 * pow(t - k, 3) + w_max;
}

START_TEST(the_cube_root_is_the_floor)
{
    for (uint64_t x = 0; x < 100000; x++) {
        uint64_t r = cubic_root(x);
        ck_assert(r * r * r <= x && (r + 1) * (r + 1) * (r + 1) > x);
    }
    for (uint64_t r = 1; r <= 2642245; r += 997) { /* 2642245^3 is just below 2^64 */
        ck_assert_uint_eq(cubic_root(r * r * r), r);
        ck_assert_uint_eq(cubic_root(r * r * r - 1), r - 1);
    }
    ck_assert_uint_eq(cubic_root(UINT64_MAX), 2642245);
}
END_TEST

static const struct {
    uint32_t w_max, cwnd; /* segments */
} epochs[] = {{10, 7}, {20, 14}, {100, 70}, {1000, 700}, {10000, 7000}, {50, 50}, {40, 60}};

START_TEST(k_is_figure_2)
{
    double k = k_of(epochs[_i].w_max, epochs[_i].cwnd);
    int64_t ms = cubic_k(epochs[_i].w_max * MSS, epochs[_i].cwnd * MSS, MSS);
    ck_assert_double_le(fabs((double)ms - 1000 * k), 1);
}
END_TEST

/* Within a thousandth of a segment and what a millisecond of K makes, from the epoch to beyond K.
 */
START_TEST(the_window_is_figure_1)
{
    double k = k_of(epochs[_i].w_max, epochs[_i].cwnd);
    int64_t ms = cubic_k(epochs[_i].w_max * MSS, epochs[_i].cwnd * MSS, MSS);
    for (int64_t t = 0; t <= 3 * ms + 1000; t += 50) {
        double found = (double)cubic_window(epochs[_i].w_max * MSS, ms, MSS, t) / MSS;
        double wanted = window_at(epochs[_i].w_max, k, (double)t / 1000);
        double steep = 1.2 * pow((double)t / 1000 - k, 2); /* a second more */
        ck_assert_double_le(fabs(found - wanted), 0.005 + steep / 1000);
    }
}
END_TEST

START_TEST(a_very_long_time_does_not_overflow)
{
    ck_assert_int_gt(cubic_window(1000000, 0, 65495, INT64_C(1) << 40), 1000000);
    ck_assert_int_lt(cubic_window(1000000, INT64_C(1) << 40, 65495, 0), 1000000);
}
END_TEST

static struct tcp_rig rig_sending(uint32_t segments)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    r.tcp.snd_mss = MSS;
    r.tcp.set.congestion = TCP_CC_cubic;
    r.tcp.set.initial_window = segments;
    r.tcp.snd_wnd = 1 << 30;
    cc_initial_window(&r.tcp);
    r.now = SIM_S;
    rig_call(&r, CODE_SEND, 4000000);
    return r;
}

static void hear_ack(struct tcp_rig *r, uint32_t ack)
{
    char text[64];
    snprintf(text, sizeof text, ". 1:1 ack %u win 65535", ack);
    r->tcp.snd_shift = 10; /* the window leaves room */
    rig_hear(r, text);
}

static void hear_duplicates(struct tcp_rig *r, int n)
{
    for (int i = 0; i < n; i++) {
        hear_ack(r, 1);
    }
}

/* 4.6: beta is 0.7. */
START_TEST(a_loss_leaves_seven_tenths)
{
    struct tcp_rig r = rig_sending(100);
    hear_duplicates(&r, 1); /* so that all have the window that the next ones have */
    hear_duplicates(&r, 3);
    ck_assert_int_eq(r.tcp.congestion, TCP_RECOVERY);
    ck_assert_uint_eq(r.tcp.ssthresh, 70 * MSS);
    rig_free(&r);
}
END_TEST

START_TEST(a_timeout_leaves_one_segment)
{
    struct tcp_rig r = rig_sending(100);
    rig_until(&r, 2 * SIM_S);
    ck_assert_uint_eq(r.tcp.ssthresh, 70 * MSS);
    ck_assert_uint_eq(r.tcp.cwnd, MSS);
    rig_free(&r);
}
END_TEST

START_TEST(ssthresh_is_two_segments_at_least)
{
    struct tcp t = {.set.congestion = TCP_CC_cubic, .snd_mss = MSS, .cwnd = 2 * MSS};
    t.snd_nxt = 2 * MSS;
    ck_assert_uint_eq(cc_cubic.threshold(&t), 2 * MSS);
}
END_TEST

/* A connection in congestion avoidance of `cwnd` segments that were all under way; an
 * acknowledgement of one each `gap`. Returns the window after `time`. */
static double run(struct tcp *t, double seconds, sim_time *now)
{
    struct fx fx = {.is_unwatched = true};
    sim_time end = *now + (sim_time)(seconds * 1e9);
    while (*now < end) {
        t->snd_una = 1;
        t->snd_nxt = 1 + t->cwnd - MSS; /* without the one that is acknowledged */
        cc_cubic.grow(t, MSS, *now, &fx);
        *now += t->srtt * MSS / t->cwnd;
    }
    fx_free(&fx);
    return (double)t->cwnd / MSS;
}

static struct tcp avoiding(double cwnd, sim_time rtt)
{
    struct tcp t = {.set.congestion = TCP_CC_cubic,
                    .snd_mss = MSS,
                    .cwnd = (uint32_t)(cwnd * MSS),
                    .srtt = rtt,
                    .congestion = TCP_AVOIDANCE};
    t.snd_una = 1;
    t.snd_nxt = 1 + t.cwnd;
    return t;
}

/* From 700 segments back to 1000, along figure 1: K is 9.09 s. In this region Reno would be slower.
 */
START_TEST(the_window_follows_the_function)
{
    sim_time now = SIM_S;
    struct tcp t = avoiding(1000, 100 * SIM_MS);
    t.ssthresh = t.cwnd = cc_cubic.threshold(&t);
    double k = k_of(1000, 700);
    for (int second = 1; second <= 15; second++) {
        double found = run(&t, 1, &now), wanted = window_at(1000, k, second);
        ck_assert_msg(fabs(found / wanted - 1) < 0.01, "after %d s: %f, not %f", second, found,
                      wanted);
    }
}
END_TEST

/* 4.2: the function's time begins anew with each loss. */
START_TEST(each_loss_begins_an_epoch)
{
    sim_time now = SIM_S;
    struct tcp t = avoiding(1000, 100 * SIM_MS);
    t.ssthresh = t.cwnd = cc_cubic.threshold(&t);
    double most = run(&t, 15, &now), k = k_of(most, 0.7 * most);
    t.snd_nxt = t.snd_una + t.cwnd;
    t.ssthresh = t.cwnd = cc_cubic.threshold(&t);
    for (int second = 1; second <= 10; second++) {
        double found = run(&t, 1, &now), wanted = window_at(most, k, second);
        ck_assert_msg(fabs(found / wanted - 1) < 0.01, "after %d s: %f, not %f", second, found,
                      wanted);
    }
}
END_TEST

/* 4.3: over a short way the estimate of Reno's window is the larger one: alpha = 9/17 segments a
 * round trip until cwnd is what it was, then one. */
START_TEST(a_short_way_has_renos_window)
{
    sim_time now = SIM_S, rtt = 10 * SIM_MS;
    struct tcp t = avoiding(20, rtt);
    t.ssthresh = t.cwnd = cc_cubic.threshold(&t);
    ck_assert_double_eq_tol(run(&t, 0.1, &now), 14 + 10 * 9.0 / 17, 0.3);
    run(&t, 0.0134, &now); /* 11.34 round trips in all: 20 */
    double before = (double)t.cwnd / MSS;
    ck_assert_double_eq_tol(before, 20, 0.3);
    ck_assert_double_eq_tol(run(&t, 0.1, &now), before + 10, 0.6);
}
END_TEST

/* 4.7: who is pushed down twice leaves room: W_max is 0.85 cwnd, and K shorter. */
START_TEST(fast_convergence_gives_way)
{
    struct tcp t = avoiding(1000, 100 * SIM_MS);
    t.ssthresh = t.cwnd = cc_cubic.threshold(&t);
    t.cwnd = 800 * MSS; /* lost again below the last W_max */
    t.snd_nxt = 1 + t.cwnd;
    t.ssthresh = t.cwnd = cc_cubic.threshold(&t);
    ck_assert_uint_eq(t.cwnd, 560 * MSS);
    sim_time now = SIM_S;
    double k = k_of(680, 560);
    for (int second = 1; second <= 10; second++) {
        double found = run(&t, 1, &now), wanted = window_at(680, k, second);
        ck_assert_double_le(fabs(found / wanted - 1), 0.01);
    }
}
END_TEST

/* 4.8: behind a timeout's slow start K is 0 and W_max the window there. */
START_TEST(after_a_timeout_the_function_begins_at_its_flat_part)
{
    struct tcp t = avoiding(1000, 100 * SIM_MS);
    struct fx fx = {.is_unwatched = true};
    cc_cubic.timeout(&t, &fx);
    fx_free(&fx);
    ck_assert_uint_eq(t.cwnd, MSS);
    t.cwnd = t.ssthresh; /* slow start has come this far */
    t.congestion = TCP_AVOIDANCE;
    sim_time now = 10 * SIM_S;
    for (int second = 1; second <= 12; second++) {
        double found = run(&t, 1, &now), wanted = window_at(700, 0, second);
        double reno = 700 + second * 10 * 9.0 / 17;
        wanted = wanted > reno ? wanted : reno;
        ck_assert_double_le(fabs(found / wanted - 1), 0.01);
    }
}
END_TEST

/* 4.9.1: the function goes on as if the timeout had not been. */
START_TEST(a_spurious_timeout_is_forgotten)
{
    struct fx fx = {.is_unwatched = true};
    sim_time now = SIM_S;
    struct tcp t = avoiding(1000, 100 * SIM_MS);
    t.ssthresh = t.cwnd = cc_cubic.threshold(&t);
    run(&t, 4, &now);
    uint32_t cwnd = t.cwnd;
    cc_cubic.timeout(&t, &fx);
    cc_cubic.restore(&t);
    t.cwnd = cwnd;
    t.congestion = TCP_AVOIDANCE;
    double k = k_of(1000, 700), found = run(&t, 4, &now);
    ck_assert_double_le(fabs(found / window_at(1000, k, 8) - 1), 0.01);
    fx_free(&fx);
}
END_TEST

/* 5.8: a window that is not used does not grow, and the time does not count. */
START_TEST(idle_time_does_not_count)
{
    struct tcp t = avoiding(1000, 100 * SIM_MS);
    struct fx fx = {.is_unwatched = true};
    t.ssthresh = t.cwnd = cc_cubic.threshold(&t);
    sim_time now = SIM_S;
    run(&t, 5, &now);
    uint32_t before = t.cwnd;
    for (int i = 0; i < 200; i++) { /* twenty seconds of a segment now and then */
        now += 100 * SIM_MS;
        t.snd_nxt = t.snd_una;
        cc_cubic.grow(&t, MSS, now, &fx);
        ck_assert_uint_eq(t.cwnd, before);
    }
    now += 100 * SIM_MS;
    double k = k_of(1000, 700), found = run(&t, 1, &now);
    ck_assert_double_le(fabs(found / window_at(1000, k, 6) - 1), 0.01);
    fx_free(&fx);
}
END_TEST

/* 4.2: a pause with nothing under way does not count, but the round trip after it does. */
START_TEST(a_pause_does_not_count)
{
    struct tcp t = avoiding(1000, 100 * SIM_MS);
    struct fx fx = {.is_unwatched = true};
    t.ssthresh = t.cwnd = cc_cubic.threshold(&t);
    sim_time now = SIM_S;
    run(&t, 5, &now);
    t.snd_nxt = t.snd_una;
    cc_cubic.grow(&t, MSS, now, &fx); /* all has arrived */
    now += 20 * SIM_S + t.srtt;
    double k = k_of(1000, 700), found = run(&t, 1, &now);
    ck_assert_double_le(fabs(found / window_at(1000, k, 6.1) - 1), 0.0005);
    fx_free(&fx);
}
END_TEST

/* Slow start is slow start (4.10): below ssthresh nothing is cubic. */
START_TEST(slow_start_is_as_ever)
{
    struct tcp_rig r = rig_sending(10);
    hear_ack(&r, 1001);
    ck_assert_uint_eq(r.tcp.cwnd, 11 * MSS);
    hear_ack(&r, 2001);
    ck_assert_uint_eq(r.tcp.cwnd, 12 * MSS);
    rig_free(&r);
}
END_TEST

int main(void)
{
    TCase *c = tcase_create("cubic");
    tcase_add_test(c, the_cube_root_is_the_floor);
    tcase_add_loop_test(c, k_is_figure_2, 0, ROWS(epochs));
    tcase_add_loop_test(c, the_window_is_figure_1, 0, ROWS(epochs));
    tcase_add_test(c, a_very_long_time_does_not_overflow);
    tcase_add_test(c, a_loss_leaves_seven_tenths);
    tcase_add_test(c, a_timeout_leaves_one_segment);
    tcase_add_test(c, ssthresh_is_two_segments_at_least);
    tcase_add_test(c, the_window_follows_the_function);
    tcase_add_test(c, each_loss_begins_an_epoch);
    tcase_add_test(c, a_short_way_has_renos_window);
    tcase_add_test(c, fast_convergence_gives_way);
    tcase_add_test(c, after_a_timeout_the_function_begins_at_its_flat_part);
    tcase_add_test(c, a_spurious_timeout_is_forgotten);
    tcase_add_test(c, idle_time_does_not_count);
    tcase_add_test(c, a_pause_does_not_count);
    tcase_add_test(c, slow_start_is_as_ever);
    return rig_run("tcp-cubic", c);
}
