/* Feedback about single packets: how it is laid out, and when it goes (RFC 4585). */
#include "proto/rtp/feedback.h"
#include "proto/rtp/rtp.h"
#include "proto/rtp/session.h"
#include "wire/rtcp_feedback.h"

#include <check.h>
#include <stdlib.h>

#define ROWS(table) (int)(sizeof(table) / sizeof *(table))

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

int main(void)
{
    Suite *s = suite_create("session");
    TCase *feedback = tcase_create("feedback");
    tcase_add_loop_test(feedback, what_is_lost_stands_in_one_nack, 0, ROWS(missing));
    tcase_add_test(feedback, a_nack_and_a_pli_are_laid_out_as_rfc_4585_6_draws_them);
    tcase_add_loop_test(feedback, feedback_goes_when_rfc_4585_3_5_2_lets_it, 0, ROWS(moments));
    tcase_add_test(feedback, after_an_early_report_one_regular_is_left_out);
    tcase_add_test(feedback, what_another_has_said_is_not_said_again);
    tcase_add_test(feedback, regular_reports_keep_to_their_least_interval);
    tcase_add_test(feedback, time_outs_count_in_the_least_interval);
    suite_add_tcase(s, feedback);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
