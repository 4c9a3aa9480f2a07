/* What is reserved for a flow without saying how much: from its coding alone, by hand, and against
 * what its packets then take. */
#include "registry.h"
#include "run.h"
#include "scenario/read.h"
#include "wire/rsvp.h"

#include <check.h>
#include <stdio.h>

#define ROWS(table) (int)(sizeof(table) / sizeof *(table))

static const char head[] = "hosts: {a: 10.0.0.1, b: 10.0.0.2}\n"
                           "groups: {239.1.1.1: [a, b]}\n"
                           "links: [{between: [a, b], rate: 100 Mbit/s, delay: 1 ms}]\n"
                           "stop: 11 s\n"
                           "traffic:\n  - ";

static struct scenario *read_flow(const char *flow)
{
    char text[1000];
    struct err err = {.lang = LANG_EN};
    struct scenario *sc = NULL;
    snprintf(text, sizeof text, "%s%s\n", head, flow);
    bool is_good = scenario_read_text("x.yaml", text, registry(), NULL, 0, &sc, &err);
    ck_assert_msg(is_good && err.errors == 0, "%s", flow);
    err_free(&err);
    return sc;
}

static const struct {
    const char *flow;
    int64_t rate, bucket;
    uint32_t min_unit, max_packet;
} needs[] = {
    /* 160 B of sound, 40 B of headers, 50 a second; room for two */
    {"rtp: {from: a, to: b, reserve: on}", 10000, 400, 200, 200},
    {"rtp: {from: a, to: b, ptime: 30 ms, reserve: on}", 9334, 560, 280, 280},
    {"conference: {from: a, to: 239.1.1.1, reserve: on}", 10000, 400, 200, 200},
    /* an element of 5 B takes 12 B of header; 160 B is a multiple of 32 */
    {"rtp: {from: a, to: b, extension: {element: hello}, padding: 32, reserve: on}", 10600, 424,
     212, 212},
    {"rtp: {from: a, to: b, padding: 100, reserve: on}", 12000, 480, 240, 240},
    /* six packets of 1200 B and 40 B of headers, 25 times a second */
    {"rtp: {from: a, to: b, video: {fps: 25 /s, frame: 7200 B}, reserve: on}", 186000, 14880, 41,
     1240},
    {"udp: {from: a, to: b:9, rate: 100 kbit/s, size: 500 B, reserve: on}", 13200, 1056, 528, 528},
    {"udp: {from: a, to: b:9, rate: 1 kbit/s, size: 3 B, reserve: on}", 1292, 62, 31, 31},
    /* the last ones tell a mean, from which pictures differ */
    /* at most 3600 B in three packets; on average 3000 B in three */
    {"rtp: {from: a, to: b, video: {fps: 10 /s, frame: 3000 B, vary: 20 %}, reserve: on}", 31200,
     7440, 41, 1240},
    /* one picture of five is of 2400 B in two packets, the others of 1000 B; a byte tells which */
    {"rtp: {from: a, to: b, video: {fps: 5 /s, frame: 1000 B, intra: 2400 B, intra-every: 5}, "
     "reserve: on}",
     6646, 4964, 42, 1241},
};
enum { MEANS = 2 };

START_TEST(a_flow_tells_its_own_need)
{
    struct scenario *sc = read_flow(needs[_i].flow);
    const struct scenario_reserve *r = sc->traffic[0].reserve;
    ck_assert_ptr_nonnull(r);
    ck_assert_int_eq(r->rate, needs[_i].rate);
    ck_assert_int_eq(r->bucket, needs[_i].bucket);
    ck_assert_int_eq(r->peak, INT64_MAX);
    ck_assert_uint_eq(r->min_unit, needs[_i].min_unit);
    ck_assert_uint_eq(r->max_packet, needs[_i].max_packet);
    ck_assert_uint_eq(r->style, RSVP_FF);
    ck_assert(r->reserved == 0 && !r->confirms && r->start == 0 && r->until == SIM_NEVER);
    scenario_free(sc);
}
END_TEST

START_TEST(what_is_given_holds)
{
    struct scenario *sc = read_flow(
        "rtp: {from: a, to: b, reserve: {rate: 81 kbit/s, bucket: 1 kB, peak: 200001 bit/s, "
        "min-unit: 64 B, max-packet: 300 B, service: guaranteed, reserved: 120 kbit/s, "
        "slack: 3 ms, style: SE, confirm: on, at: 2 s, until: 4 s}}");
    const struct scenario_reserve *r = sc->traffic[0].reserve;
    ck_assert_int_eq(r->rate, 10125);
    ck_assert_int_eq(r->bucket, 1000);
    ck_assert_int_eq(r->peak, 25001); /* rounded up */
    ck_assert_uint_eq(r->min_unit, 64);
    ck_assert_uint_eq(r->max_packet, 300);
    ck_assert_int_eq(r->reserved, 15000);
    ck_assert_int_eq(r->slack, 3 * SIM_MS);
    ck_assert_uint_eq(r->style, RSVP_SE);
    ck_assert(r->confirms && r->start == 2 * SIM_S && r->until == 4 * SIM_S);
    ck_assert(sc->has_reservations);
    scenario_free(sc);
}
END_TEST

static const struct {
    const char *reserve;
    int64_t bucket, reserved;
    uint32_t min_unit;
    unsigned style;
} completed[] = {
    {"{max-packet: 1500 B}", 1500, 0, 200, RSVP_FF},
    {"{max-packet: 200 B, bucket: 200 B}", 200, 0, 200, RSVP_FF},
    {"{service: guaranteed}", 400, 10000, 200, RSVP_FF},
    {"{style: fixed-filter}", 400, 0, 200, RSVP_FF},
    {"{style: wildcard}", 400, 0, 200, RSVP_WF},
    {"{style: WF}", 400, 0, 200, RSVP_WF},
    {"{style: shared-explicit}", 400, 0, 200, RSVP_SE},
};

START_TEST(what_is_not_given_fits)
{
    char flow[200];
    snprintf(flow, sizeof flow, "rtp: {from: a, to: b, reserve: %s}", completed[_i].reserve);
    struct scenario *sc = read_flow(flow);
    const struct scenario_reserve *r = sc->traffic[0].reserve;
    ck_assert_int_eq(r->bucket, completed[_i].bucket);
    ck_assert_int_eq(r->reserved, completed[_i].reserved);
    ck_assert_uint_eq(r->min_unit, completed[_i].min_unit);
    ck_assert_uint_eq(r->style, completed[_i].style);
    scenario_free(sc);
}
END_TEST

START_TEST(off_is_nothing)
{
    struct scenario *sc = read_flow("rtp: {from: a, to: b, reserve: off}");
    ck_assert(!sc->traffic[0].reserve && !sc->has_reservations);
    scenario_free(sc);
}
END_TEST

/* What a flow sends keeps to the bucket of which it told, half of it at one instant. */
static void keeps_to(const struct trace *t, const struct scenario_reserve *r)
{
    double level = (double)r->bucket / 2;
    sim_time last = 0;
    unsigned count = 0;
    for (uint32_t n = 1; n <= t->count; n++) {
        const struct record *send = trace_record(t, n);
        const struct packet *p = send->kind == REC_SEND ? trace_packet(t, send->packet) : NULL;
        if (!p || (p->net.to.port & 1 && p->net.to.port != 9) || p->net.to.port == 0) {
            continue; /* reports, RSVP */
        }
        level += (double)r->rate * (double)(send->at - last) / 1e9;
        level = level < (double)r->bucket / 2 ? level : (double)r->bucket / 2;
        level -= p->size;
        last = send->at;
        count++;
        ck_assert_double_ge(level, -1e-3);
        ck_assert_uint_ge(p->size, r->min_unit);
        ck_assert_uint_le(p->size, r->max_packet);
    }
    ck_assert_uint_gt(count, 50);
}

START_TEST(a_flow_keeps_to_what_it_told)
{
    struct scenario *sc = read_flow(needs[_i].flow);
    struct trace trace = {0};
    struct err err = {.lang = LANG_EN};
    ck_assert(run_scenario(sc, &(struct run_options){.watch = true}, &trace, &err));
    keeps_to(&trace, sc->traffic[0].reserve);
    trace_free(&trace);
    scenario_free(sc);
    err_free(&err);
}
END_TEST

int main(void)
{
    TCase *c = tcase_create("reserve");
    tcase_add_loop_test(c, a_flow_tells_its_own_need, 0, ROWS(needs));
    tcase_add_loop_test(c, a_flow_keeps_to_what_it_told, 0, ROWS(needs) - MEANS);
    tcase_add_test(c, what_is_given_holds);
    tcase_add_loop_test(c, what_is_not_given_fits, 0, ROWS(completed));
    tcase_add_test(c, off_is_nothing);
    Suite *suite = suite_create("reserve");
    suite_add_tcase(suite, c);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
