/* The onlooker of test_soak.c is not blind: it is told lies about small runs, one at a time, and
 * sees each. */
#include "onlooker.h"
#include "registry.h"
#include "run.h"
#include "scenario/read.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

enum { PERCENT = 5, LEAST = 1000 };

/* A trace of a packet's way from a over R to b, told with one lie. */
enum lie { NO_LIE, BORN_TWICE, UNSENT, NEVER_CAME, LATE, NOT_PASSED, OVER_ON_ITS_WAY, EARLY, BACK };

static const struct {
    enum lie lie;
    const char *seen; /* NULL: nothing is wrong */
} lies[] = {
    {NO_LIE, NULL},
    {BORN_TWICE, "is born, and was not over"},
    {UNSENT, "arrives over a>R, and was not sent"},
    {NEVER_CAME, "leaves R, and never was there"},
    {LATE, "arrives over a>R, and not when it was due"},
    {NOT_PASSED, "was to pass R, and vanished there"},
    {OVER_ON_ITS_WAY, "is over, and under way"},
    {EARLY, "which never arrived there"},
    {BACK, "time goes back"},
};

static const char two_hops[] =
    "hosts: {a: {address: 10.0.1.2/24, gateway: 10.0.1.1}, b: {address: 10.0.2.2/24, gateway: "
    "10.0.2.1}}\n"
    "routers: {R: {addresses: [10.0.1.1/24, 10.0.2.1/24]}}\n"
    "links: [{between: [a, R], delay: 1 ms}, {between: [R, b], delay: 1 ms}]\n"
    "traffic: [{udp: {from: a, to: 'b:9', rate: 8 kbit/s, size: 100 B, for: 1 s}}]\n";

static void run_text(const char *text, struct scenario **sc, struct trace *t)
{
    struct err err = {0};
    struct run_options keeps = {.watch = true};
    ck_assert(scenario_read_text("lies", text, registry(), NULL, 0, sc, &err));
    ck_assert(run_scenario(*sc, &keeps, t, &err));
    err_free(&err);
}

static bool is_at(const struct trace *t, const struct record *r, enum record_kind kind,
                  const char *where)
{
    return r->kind == kind && strcmp(t->entities[r->where].name, where) == 0;
}

/* The record that the lie is about is told so, or not told. */
static void tell(struct onlooker *o, const struct trace *t, struct record r, enum lie lie)
{
    bool arrives = is_at(t, &r, REC_ARRIVE, "a>R");
    if ((lie == UNSENT && is_at(t, &r, REC_TX, "a>R")) || (lie == NEVER_CAME && arrives) ||
        (lie == EARLY && is_at(t, &r, REC_ARRIVE, "R>b"))) {
        return;
    }
    r.at += lie == LATE && arrives;
    r.at -= lie == BACK && arrives ? SIM_S : 0;
    onlooker_saw(o, t, &r);
    if (lie == BORN_TWICE && r.kind == REC_SEND) {
        onlooker_saw(o, t, &r);
    }
    if ((lie == NOT_PASSED && arrives) || (lie == OVER_ON_ITS_WAY && is_at(t, &r, REC_TX, "a>R"))) {
        onlooker_over(o, t, r.packet);
    }
}

START_TEST(an_onlooker_sees_a_lie)
{
    struct scenario *sc = NULL;
    struct trace t = {0};
    struct onlooker o = {0};
    run_text(two_hops, &sc, &t);
    for (uint32_t n = 1; n <= t.count; n++) {
        tell(&o, &t, *trace_record(&t, n), lies[_i].lie);
    }
    if (lies[_i].lie == NO_LIE) {
        onlooker_judge_flows(&o, &t, PERCENT, LEAST);
    }
    ck_assert_msg(lies[_i].seen ? strstr(buf_cstr(&o.wrong), lies[_i].seen) != NULL
                                : o.wrong.len == 0,
                  "%s", buf_cstr(&o.wrong));
    onlooker_free(&o);
    trace_free(&t);
    scenario_free(sc);
}
END_TEST

/* Spans that a connection passes on, and what is wrong with the last. */
static const struct {
    struct span first, then;
    const char *seen;
} spans[] = {
    {{.stream = 3, .at = 0, .len = 10}, {.stream = 3, .at = 10, .len = 5}, NULL},
    {{.stream = 3, .at = 1, .len = 10}, {.stream = 3, .at = 11, .len = 5}, "behind byte 0 of 0"},
    {{.stream = 3, .at = 0, .len = 10}, {.stream = 3, .at = 11, .len = 5}, "behind byte 10 of 3"},
    {{.stream = 3, .at = 0, .len = 10}, {.stream = 3, .at = 9, .len = 5}, "behind byte 10 of 3"},
    {{.stream = 3, .at = 0, .len = 10}, {.stream = 4, .at = 10, .len = 5}, "of stream 4"},
};

START_TEST(an_onlooker_reads_in_order)
{
    struct scenario *sc = NULL;
    struct trace t = {0};
    struct onlooker o = {0};
    uint32_t tcp = 1;
    run_text("hosts: {a: 10.0.0.1, b: 10.0.0.2}\nlinks: [{between: [a, b]}]\n"
             "traffic: [{tcp: {from: a, to: 'b:80', bytes: 1 kB}}]\n",
             &sc, &t);
    while (!t.entities[tcp].type || strcmp(t.entities[tcp].type->name, "tcp") != 0) {
        tcp++;
    }
    onlooker_got(&o, &t, tcp, spans[_i].first);
    onlooker_got(&o, &t, tcp, spans[_i].then);
    ck_assert_msg(spans[_i].seen ? strstr(buf_cstr(&o.wrong), spans[_i].seen) != NULL
                                 : o.wrong.len == 0,
                  "%s", buf_cstr(&o.wrong));
    onlooker_free(&o);
    trace_free(&t);
    scenario_free(sc);
}
END_TEST

/* Figures that are not what happened, and a call that speaks more RTCP than it may. */
START_TEST(an_onlooker_judges_figures)
{
    struct scenario *sc = NULL;
    struct trace t = {0};
    struct onlooker o = {0};
    run_text(two_hops, &sc, &t);
    for (uint32_t n = 1; n <= t.count; n++) {
        onlooker_saw(&o, &t, trace_record(&t, n));
    }
    onlooker_flow(&o, 1)->rtp = 10000;
    onlooker_flow(&o, 1)->rtcp = 500 + LEAST + (unsigned)_i / 4;
    t.flows[1].packets += _i == 1;
    t.flows[1].delivered_bytes -= _i == 2;
    if (_i == 3) {
        trace_count_drop(&t, &t.flows[1].drops, DROP_LOSS);
    }
    onlooker_judge_flows(&o, &t, PERCENT, LEAST);
    ck_assert_msg((o.wrong.len > 0) == (_i > 0), "%d: %s", _i, buf_cstr(&o.wrong));
    onlooker_free(&o);
    trace_free(&t);
    scenario_free(sc);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("onlooker");
    TCase *c = tcase_create("lies");
    tcase_add_loop_test(c, an_onlooker_sees_a_lie, 0, sizeof lies / sizeof lies[0]);
    tcase_add_loop_test(c, an_onlooker_reads_in_order, 0, sizeof spans / sizeof spans[0]);
    tcase_add_loop_test(c, an_onlooker_judges_figures, 0, 5);
    suite_add_tcase(s, c);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
