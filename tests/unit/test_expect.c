/* Expectations, read from text, against a trace written by hand. */
#include "expect/expect.h"

#include "registry.h"
#include "scenario/read.h"
#include "trace_rig.h"

#include <check.h>
#include <string.h>

static const char scenario_head[] =
    "hosts: {a: 10.0.0.1, b: 10.0.0.2}\n"
    "links: [{between: [a, b], rate: 1 Mbit/s, delay: 10 ms}]\n"
    "traffic: [{stop-and-wait: {from: a, to: b, as: a.arq1, frames: 2, timeout: 100 ms}}]\n"
    "expect:\n  - ";

/* One row = one sentence: this holds; or it does not, this is said to have been seen, then. */
static const struct {
    const char *expect;
    bool held;
    const char *seen;
    sim_time when;
} rows[] = {
    {"{at: 0 ms, a: SENDING}", true, "", 0},
    {"{at: 7.999999 ms, a: SENDING}", true, "", 0},
    {"{at: 8 ms, a: WAIT-ACK}", true, "", 0}, /* after the last event of the instant */
    {"{at: 8 ms, a: DONE}", false, "a: WAIT-ACK", 8 * SIM_MS},
    {"{at: 136064 us, a: SENDING}", true, "", 0},
    {"{at: 1 ms, b: SENDING}", false, "b: no connection", SIM_MS},
    {"{at: 125999 us, b: {received: 0 B}}", true, "", 0},
    {"{at: 126 ms, b: {received: 992 B}}", true, "", 0},
    {"{at: 126 ms, b: {received: 1 kB}}", false, "b: {received: 992 B}", 126 * SIM_MS},
    {"{at: 107 ms, a: {retransmissions: 0, sent: 992 B}}", true, "", 0},
    {"{at: 108 ms, a: {retransmissions: 1, sent: 992 B}}", true, "", 0},
    {"{at: 107 ms, a: {state: WAIT-ACK, retransmissions: 1}}", false,
     "a: {state: WAIT-ACK, retransmissions: 0}", 107 * SIM_MS},
    {"{at: 1 ms, a: {state: SENDING, flow: a.arq1}}", true, "", 0},
    {"{end: {a: {state: SENDING, sent: 1984 B}, b: {received: 992 B}}}", true, "", 0},
    {"{end: {a: DONE, b: {received: 1 B}}}", false, "a: SENDING, b: {received: 992 B}",
     140 * SIM_MS},
    {"{count: {from: a, is: DATA}, equals: 3}", true, "", 0},
    {"{count: {from: a, is: DATA}, equals: 2}", false, "3, sent at 0.000, 0.108, 0.136064",
     SIM_NEVER},
    {"{count: {from: a, is: DATA}, at-least: 4}", false, "3, sent at 0.000, 0.108, 0.136064",
     SIM_NEVER},
    {"{count: {from: a, is: DATA}, at-least: 3, at-most: 3}", true, "", 0},
    {"{count: {from: b, is: DATA}, equals: 0}", true, "", 0},
    {"{count: {from: b, is: DATA}, at-least: 1}", false, "no such packet", SIM_NEVER},
    {"{count: {link: [b, a]}, equals: 4}", true, "", 0},
    {"{count: {from: a, seq: 0, nth: 2}, equals: 1}", true, "", 0},
    {"{count: {from: a, seq: 0, nth: 3}, equals: 0}", true, "", 0},
    {"{none: {from: b}, until: 125 ms}", true, "", 0},
    {"{none: {from: b}, until: 126 ms}", false, "0.126 b>a ACK 1", 126 * SIM_MS},
    {"{none: {is: DATA}, from: 1 ms, until: 107 ms}", true, "", 0},
    {"{none: {is: DATA}, from: 137 ms}", true, "", 0},
    {"{exchange: [{from: a, is: DATA, at: 0 s, lost: true}, {from: a, seq: 0, at: 108 ms},"
     " {from: b, is: ACK, ack: 1, lost: false}, {from: a, seq: 1, at: 136064 us}]}",
     true, "", 0},
    {"{exchange: [{from: b, is: ACK}, {from: a, seq: 0}]}", false,
     "no such packet after 0.126 b>a ACK 1", 126 * SIM_MS},
    {"{exchange: [{from: a, seq: 2}]}", false, "no such packet", SIM_NEVER},
    {"{exchange: [{from: a, seq: 1, at: 136 ms}]}", false,
     "0.136064 a>b DATA 1 len 992: at another time", 136064 * SIM_US},
    {"{exchange: [{from: a, seq: 1, at: 136 ms, within: 64 us}]}", true, "", 0},
    {"{exchange: [{from: a, seq: 1, at: 136 ms, within: 63 us}]}", false,
     "0.136064 a>b DATA 1 len 992: at another time", 136064 * SIM_US},
    {"{exchange: [{from: a, seq: 1, lost: true}]}", false,
     "0.136064 a>b DATA 1 len 992: it was not lost", 136064 * SIM_US},
    {"{exchange: [{from: a, seq: 0, nth: 1, lost: false}]}", false,
     "0.000 a>b DATA 0 len 992: it was lost", 0},
    {"{exchange: [{from: a, seq: 0, lost: false}]}", true, "", 0}, /* the second one */
    {"{figure: utilization_theory, equals: 0.25}", true, "", 0},
    {"{figure: retransmissions, at-least: 2}", false, "1", SIM_NEVER},
    {"{figure: drops.loss, equals: 1}", true, "", 0},
    {"{figure: goodput_bps, equals: 62984, within: 1}", true, "", 0}, /* 992 B in 126 ms */
    {"{figure: utilization, equals: 0.0587959, within: 0.0000001}", true, "", 0},
    {"{figure: utilization, at-most: 0.05}", false, "0.058795860771401", SIM_NEVER},
};

static struct scenario *read_row(const char *expect)
{
    struct err err = {0};
    struct scenario *sc = NULL;
    struct buf text = {0};
    buf_str(&text, scenario_head);
    buf_str(&text, expect);
    bool good = scenario_read_text("rig.yaml", buf_cstr(&text), registry(), NULL, 0, &sc, &err);
    if (!good) {
        err_print(&err, stderr, false);
    }
    ck_assert_msg(good, "%s", expect);
    err_free(&err);
    buf_free(&text);
    return sc;
}

START_TEST(an_expectation_holds_or_says_what_was_seen)
{
    struct trace_rig rig;
    struct verdict v;
    struct scenario *sc = read_row(rows[_i].expect);
    trace_rig_init(&rig);
    expect_check(sc, &rig.t, LANG_EN, &v);
    ck_assert_uint_eq(v.count, 1);
    ck_assert_msg(v.results[0].held == rows[_i].held, "%s: seen %s", rows[_i].expect,
                  v.results[0].seen);
    ck_assert_uint_eq(v.failed, !rows[_i].held);
    ck_assert_ptr_eq(v.results[0].expect, &sc->expects[0]);
    if (!rows[_i].held) {
        const char *seen = v.results[0].seen;
        ck_assert_msg(strncmp(seen, rows[_i].seen, strlen(rows[_i].seen)) == 0, "%s: seen %s",
                      rows[_i].expect, seen);
        ck_assert_int_eq(v.results[0].when, rows[_i].when);
    }
    verdict_free(&v);
    scenario_free(sc);
    trace_free(&rig.t);
}
END_TEST

START_TEST(what_was_expected_is_told_in_both_languages)
{
    static const char *const told[LANG_COUNT] = {
        "packets {from: a, is: DATA}: at least 4, at most 5",
        "分组 {from: a, is: DATA}：至少 4，至多 5"};
    struct scenario *sc = read_row("{count: {from: a, is: DATA}, at-least: 4, at-most: 5}");
    struct trace_rig rig;
    trace_rig_init(&rig);
    for (int l = 0; l < LANG_COUNT; l++) {
        struct verdict v;
        expect_check(sc, &rig.t, (enum lang)l, &v);
        ck_assert_str_eq(v.results[0].expected, told[l]);
        verdict_free(&v);
    }
    scenario_free(sc);
    trace_free(&rig.t);
}
END_TEST

START_TEST(a_sound_trace_has_its_invariants)
{
    struct trace_rig rig;
    struct buf what = {0};
    trace_rig_init(&rig);
    bool holds = trace_invariants(&rig.t, &what);
    ck_assert_msg(holds, "%s", buf_cstr(&what));
    buf_free(&what);
    trace_free(&rig.t);
}
END_TEST

static struct record *nth_of(struct trace *t, enum record_kind kind, unsigned nth)
{
    for (uint32_t n = 1; n <= t->count; n++) {
        if (trace_record(t, n)->kind == kind && nth-- == 0) {
            return (struct record *)trace_record(t, n);
        }
    }
    ck_abort();
}

static void cause_later(struct trace *t)
{
    nth_of(t, REC_SEND, 1)->cause = t->count;
}
static void arrive_early(struct trace *t)
{
    nth_of(t, REC_TX, 1)->value += 1;
}
static void arrive_unsent(struct trace *t)
{
    nth_of(t, REC_TX, 1)->kind = REC_NOTE;
    nth_of(t, REC_NOTE, 0)->packet = 0;
}
static void lose_without_end(struct trace *t)
{
    t->end = END_NOTHING_LEFT;
}
static void count_wrong(struct trace *t)
{
    t->flows[1].delivered_bytes++;
}
static void drop_uncounted(struct trace *t)
{
    nth_of(t, REC_DROP, 0)->code = DROP_FAULT;
}
static void deliver_lost(struct trace *t)
{
    nth_of(t, REC_DELIVER, 0)->packet = 1;
}

static const struct {
    void (*spoil)(struct trace *t);
    const char *says;
} spoilt[] = {
    {cause_later, "caused by a later one"},
    {arrive_early, "packet 2: arrived at another time than told"},
    {arrive_unsent, "packet 2: arrived without having been sent"},
    {lose_without_end, "packet 4: neither arrived nor lost"},
    {count_wrong, "delivered_bytes is not what the records add up to"},
    {drop_uncounted, "drops is not what the records add up to"},
    {deliver_lost, "delivered from packet 1 that never arrived there"},
};

START_TEST(a_trace_that_contradicts_itself_is_found_out)
{
    struct trace_rig rig = {0};
    struct buf what = {0};
    rig_tables(&rig);
    rig_actors(&rig);
    rig_tale(&rig);
    rig_figures(&rig);
    spoilt[_i].spoil(&rig.t);
    trace_finish(&rig.t);
    ck_assert(!trace_invariants(&rig.t, &what));
    ck_assert_msg(strstr(buf_cstr(&what), spoilt[_i].says) != NULL, "%s", buf_cstr(&what));
    buf_free(&what);
    trace_free(&rig.t);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("expect");
    TCase *c = tcase_create("expect");
    tcase_add_loop_test(c, an_expectation_holds_or_says_what_was_seen, 0,
                        sizeof rows / sizeof *rows);
    tcase_add_test(c, what_was_expected_is_told_in_both_languages);
    tcase_add_test(c, a_sound_trace_has_its_invariants);
    tcase_add_loop_test(c, a_trace_that_contradicts_itself_is_found_out, 0,
                        sizeof spoilt / sizeof *spoilt);
    suite_add_tcase(s, c);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
