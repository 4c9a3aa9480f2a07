/* The short way of packets (hop.c) against the long one: the same scenario unwatched, once with and
 * once without it; all that can be seen of a run, and every number drawn in it, must be the same.
 */
#include "net/world.h"
#include "scenario/read.h"
#include "world_check.h"

/* Four hosts on two routers; a part of each row changes what would be there without it. */
static const struct row_of_hops {
    const char *routers, *middle, *more;
} rows[] = {
    {"", "rate: 10 Mbit/s, delay: 5 ms", ""},
    {"", "delay: 5 ms", ""},
    {"", "rate: 2 Mbit/s, delay: 5 ms, queue: 4 packets", ""},
    {"", "rate: 2 Mbit/s, delay: 5 ms, queue: 9 kB", ""},
    {"", "rate: 2 Mbit/s, delay: 5 ms, mtu: 600 B", ""},
    {"", "rate: 2 Mbit/s, delay: 5 ms, loss: 2 %", ""},
    {"", "rate: 2 Mbit/s, delay: 5 ms, loss: 20 %, queue: 4 packets", ""},
    {"", "rate: 2 Mbit/s, delay: 5 ms, loss: 2 %, jitter: 1 ms", ""},
    {"",
     "rate: 2 Mbit/s, delay: 5 ms, queue: {room: 30 packets, red: {min: 2 packets, max: 9 "
     "packets}}",
     ""},
    {"", "rate: 10 Mbit/s, delay: 5 ms", "faults: [{at: 150 ms, cut: [R1, R2], for: 400 ms}]\n"},
    {"", "rate: 1 Mbit/s, delay: 50 ms",
     "faults: [{at: 150 ms, crash: R2}, {at: 300 ms, restart: R2}]\n"},
    {"", "rate: 1 Mbit/s, delay: 50 ms",
     "faults: [{at: 300 ms, crash: b}, {at: 430 ms, cut: [a, R1], for: 9 ms}]\n"},
    {"token-buckets: [{of: {from: c}, rate: 300 kbit/s, burst: 3 kB}]",
     "rate: 10 Mbit/s, delay: 5 ms", ""},
    {"", "rate: 10 Mbit/s, delay: 5 ms", "faults: [{drop: {from: a, is: DATA, nth: 9}}]\n"},
    {"", "rate: 10 Mbit/s, delay: 5 ms",
     "script: [{at: 0 s, d: \"listen 9\"}, {at: 20 ms, c: \"connect d:9\"}, "
     "{at: 200 ms, c: \"send 40 kB\"}]\n"},
};

static struct scenario *scenario_of(const struct row_of_hops *row)
{
    struct buf text = {0};
    struct scenario *sc = NULL;
    struct err err = {0};
    buf_printf(&text,
               "stop: 3 s\n"
               "hosts: {a: 10.0.0.1, b: 10.0.0.2, c: 10.0.0.3, d: 10.0.0.4}\n"
               "routers: {R1: {addresses: [10.0.0.5], %s}, R2: {addresses: [10.0.0.6]}}\n"
               "links:\n"
               "  - {between: [a, R1], rate: 100 Mbit/s, delay: 1 ms}\n"
               "  - {between: [c, R1], rate: 100 Mbit/s, delay: 2 ms}\n"
               "  - {between: [R1, R2], %s}\n"
               "  - {between: [R2, b], delay: 1 ms}\n"
               "  - {between: [R2, d], rate: 50 Mbit/s}\n"
               "traffic:\n"
               "  - tcp: {from: a, to: \"b:80\", bytes: 300 kB}\n"
               "  - tcp: {from: d, to: \"c:80\", bytes: 90 kB, start: 40 ms}\n"
               "  - udp: {from: c, to: \"b:9\", size: 900 B, rate: 2 Mbit/s, for: 500 ms}\n"
               "  - ping: {from: b, to: a, count: 3, interval: 100 ms}\n"
               "  - traceroute: {from: c, to: b, queries: 2, timeout: 200 ms}\n"
               "%s",
               row->routers, row->middle, row->more);
    bool good = scenario_read_text("hops", buf_cstr(&text), registry(), NULL, 0, &sc, &err);
    if (!good) {
        err_print(&err, stderr, false);
    }
    ck_assert(good);
    buf_free(&text);
    return sc;
}

/* Packets that are under way behind a router, by the short way. */
static uint32_t short_flights(const struct world *w)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < 2 * w->sc->link_count; i++) {
        const struct direction *d = &w->directions[i];
        for (uint32_t k = 0; k < d->count && w->nodes[d->from].kind == SCENARIO_ROUTER; k++) {
            const struct flight *f = &d->flights[(d->head + k) & (d->cap - 1)];
            count += f->packet && f->is_plain;
        }
    }
    return count;
}

struct outcome {
    struct trace trace;
    uint64_t ties;
    uint32_t turns, shorts;
};

static void run(const struct scenario *sc, bool may_be_short, struct outcome *out)
{
    *out = (struct outcome){0};
    struct world *w = world_new(sc, registry(), 7, &out->trace);
    w->is_quiet = w->is_quiet && may_be_short;
    for (sim_time t = 0; t < sc->stop; t += 10 * SIM_MS) {
        world_run(w, t, UINT64_MAX);
        out->shorts += short_flights(w);
    }
    world_run(w, sc->stop, UINT64_MAX);
    world_finish(w, sc->stop);
    out->ties = w->sched.ties;
    out->turns = w->sched.turns;
    world_free(w);
}

START_TEST(the_short_way_is_the_long_one)
{
    struct scenario *sc = scenario_of(&rows[_i]);
    struct outcome brief, full;
    run(sc, true, &brief);
    run(sc, false, &full);
    check_figures(&brief.trace, &full.trace);
    ck_assert_uint_eq(brief.ties, full.ties);
    ck_assert_uint_eq(brief.turns, full.turns);
    ck_assert_uint_gt(brief.trace.flows[1].delivered_bytes, 0);
    ck_assert_uint_eq(full.shorts, 0);
    bool waits_for_packets = strstr(rows[_i].more, "drop:");
    ck_assert_int_eq(brief.shorts > 0, !waits_for_packets);
    trace_free(&brief.trace);
    trace_free(&full.trace);
    scenario_free(sc);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("hop");
    TCase *t = tcase_create("hop");
    tcase_add_loop_test(t, the_short_way_is_the_long_one, 0, (int)(sizeof rows / sizeof *rows));
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
