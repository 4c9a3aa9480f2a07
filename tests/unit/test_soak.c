/* A network of fifty nodes under mixed traffic and random faults: whatever happens, packets are
 * conserved, bytes come in order, no address is lent twice, RTCP keeps to its share. By default an
 * hour of one seed is run, with SLOWWIRE_LONG of ten seeds, and a week of one, which keeps no trace
 * and is watched while it runs; SLOWWIRE_FIRST chooses the first. */
#include "base/draw.h"
#include "onlooker.h"
#include "registry.h"
#include "run.h"
#include "scenario/read.h"
#include "world_check.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LANS = 3, ROUTERS = 4, ON_LAN = 12, APART = 7, HOUR = 3600 };
enum { STEADY = ROUTERS }; /* of those apart, the first that never crashes */
enum { CALL = 120, CALL_EVERY = 1800, DAY = 24 * HOUR, DAYS = 7 };
enum { PER_ENDPOINT = 800 }; /* bytes that stay of one that is over, twice what they are */
enum { RTCP_PERCENT = 5, RTCP_LEAST = 1000 };

struct chance {
    struct dice dice;
    uint32_t n;
};

static unsigned below(struct chance *c, unsigned range)
{
    return (unsigned)draw_below(draw(&c->dice, 1, c->n++), range);
}

/* LAN 0 lends its addresses; the others' are given. h0 of each LAN has a fixed one. */
static void add_nodes(struct buf *s)
{
    buf_str(s, "hosts:\n");
    for (int l = 0; l < LANS; l++) {
        buf_printf(
            s, "  s%d: {address: 10.%d.0.2/24, gateway: 10.%d.0.1%s}\n", l, l, l,
            l ? ""
              : ", dhcp-server: {pool: 10.0.0.20 - 10.0.0.40, lease: 10 min, router: 10.0.0.1}");
        for (int h = 1; h < ON_LAN; h++) {
            if (l == 0) {
                buf_printf(s, "  h0x%d: {address: dhcp}\n", h);
            } else {
                buf_printf(s, "  h%dx%d: {address: 10.%d.0.%d/24, gateway: 10.%d.0.1}\n", l, h, l,
                           10 + h, l);
            }
        }
    }
    for (int a = 0; a < APART; a++) {
        buf_printf(s, "  a%d: {address: 10.9.%d.2/24, gateway: 10.9.%d.1}\n", a, a, a);
    }
    buf_str(s, "routers:\n");
    for (int r = 0; r < ROUTERS; r++) {
        buf_printf(s, "  R%d: {addresses: [10.8.%d.1/24, 10.8.%d.2/24", r, r,
                   (r + ROUTERS - 1) % ROUTERS);
        buf_printf(s, r < LANS ? ", 10.%d.0.1/24" : "%.0d", r < LANS ? r : 0);
        for (int a = 0; a < APART; a++) {
            buf_printf(s, a % ROUTERS == r ? ", 10.9.%d.1/24" : "%.0d", a % ROUTERS == r ? a : 0);
        }
        buf_str(s, "]}\n");
    }
    buf_str(s, "switches: {w0: {}, w1: {}, w2: {}}\n");
}

static void add_links(struct buf *s)
{
    static const char bad[] = "loss: 1 %, duplicate: 0.1 %, jitter: 2 ms, bit-errors: 0.00001 %";
    buf_str(s, "links:\n");
    for (int r = 0; r < ROUTERS; r++) {
        buf_printf(s, "  - {between: [R%d, R%d], rate: 2 Mbit/s, delay: %d ms, %s}\n", r,
                   (r + 1) % ROUTERS, 5 + 5 * r, bad);
    }
    for (int l = 0; l < LANS; l++) {
        buf_printf(s, "  - {between: [w%d, R%d], rate: 10 Mbit/s, delay: 1 ms}\n", l, l);
        buf_printf(s, "  - {between: [s%d, w%d], rate: 10 Mbit/s, delay: 10 us}\n", l, l);
        for (int h = 1; h < ON_LAN; h++) {
            buf_printf(
                s, "  - {between: [h%dx%d, w%d], rate: 10 Mbit/s, delay: 10 us, loss: 0.1 %%}\n", l,
                h, l);
        }
    }
    for (int a = 0; a < APART; a++) {
        buf_printf(s, "  - {between: [a%d, R%d], rate: 1 Mbit/s, delay: 3 ms, loss: 0.5 %%}\n", a,
                   a % ROUTERS);
    }
}

static void add_traffic(struct buf *s, struct chance *c, int seconds)
{
    buf_str(s, "traffic:\n");
    for (int h = 1; h < ON_LAN; h++) {
        buf_printf(s,
                   "  - udp: {from: h1x%d, to: 'h2x%d:9', rate: 80 bit/s, size: %u B, for: %d s}\n",
                   h, h, 50 + below(c, 2000), seconds);
        buf_printf(s, "  - ping: {from: h0x%d, to: s%d, count: %d, interval: 60 s}\n", h, h % LANS,
                   seconds / 60);
    }
    for (int t = 10, n = 0; t < seconds; t += HOUR / 4, n++) {
        unsigned from = 1 + below(c, ON_LAN - 1), to = below(c, APART);
        buf_printf(s, "  - tcp: {from: h%dx%u, to: 'a%u:%d', bytes: %u kB, start: %d s%s}\n",
                   1 + n % 2, from, to, 1000 + n, 1 + below(c, 200), t,
                   n % 3 ? "" : ", congestion: cubic");
    }
    /* Who comes back calls anew whoever he has called before: later calls are of those who stay. */
    for (int t = 30, n = 0; t + CALL < seconds; t += CALL_EVERY, n++) {
        buf_printf(s,
                   "  - rtp: {from: a%d, to: 's2:%d', codec: PCMU, for: %d s, start: %d s,\n"
                   "      rtcp: {bandwidth: 5 %%}}\n",
                   n < APART ? n : STEADY + n % (APART - STEADY), 16384 + 4 * (n % 2000), CALL, t);
    }
}

static void add_faults(struct buf *s, struct chance *c, int seconds)
{
    buf_str(s, "faults:\n");
    for (int t = 100; t < seconds; t += 600) {
        unsigned r = below(c, ROUTERS), at = (unsigned)t + below(c, 100);
        switch (below(c, 4)) {
        case 0:
            buf_printf(s, "  - {at: %u s, cut: [R%u, R%u], for: %u s}\n", at, r, (r + 1) % ROUTERS,
                       1 + below(c, 200));
            break;
        case 1:
            buf_printf(s, "  - {at: %u s, crash: h0x%u}\n  - {at: %u s, restart: h0x%u}\n", at,
                       1 + r, at + 1 + below(c, 400), 1 + r);
            break;
        case 2:
            buf_printf(s, "  - {at: %u s, crash: a%u}\n  - {at: %u s, restart: a%u}\n", at, r,
                       at + 1 + below(c, 400), r);
            break;
        default:
            buf_printf(s, "  - {at: %u s, cut: [w0, R0], for: %u s}\n", at, 1 + below(c, 300));
            break;
        }
    }
    buf_str(s, "  - corrupt: {is: DATA, nth: 5, bit: 300}\n"
               "  - delay: {is: DHCPACK, nth: 3, by: 20 s}\n"
               "  - duplicate: {is: DHCPREQUEST, nth: 2, after: 5 s}\n");
}

static struct scenario *make(unsigned seed, int seconds)
{
    struct chance c = {.dice = dice_make(seed, "soak")};
    struct scenario *sc = NULL;
    struct buf s = {0};
    struct err err = {0};
    buf_printf(&s, "seed: %u\nstop: %d s\n", seed, seconds);
    add_nodes(&s);
    add_links(&s);
    add_traffic(&s, &c, seconds);
    add_faults(&s, &c, seconds);
    buf_str(&s, "script:\n");
    for (int h = 1; h < ON_LAN; h++) {
        buf_printf(&s, "  - {at: %d s, h0x%d: dhcp-start}\n", h, h);
    }
    if (!scenario_read_text("soak", buf_cstr(&s), registry(), NULL, 0, &sc, &err)) {
        err_print(&err, stderr, false);
    }
    ck_assert(sc);
    ck_assert_uint_eq(sc->node_count, 50);
    buf_free(&s);
    err_free(&err);
    return sc;
}

static unsigned first_seed(void)
{
    const char *first = getenv("SLOWWIRE_FIRST");
    return first ? (unsigned)strtoul(first, NULL, 10) : 1;
}

static void claim_all_is_well(struct onlooker *o)
{
    ck_assert_msg(o->wrong.len == 0, "after %llu records: %s", (unsigned long long)o->records,
                  buf_cstr(&o->wrong));
}

/* Whoever looks on sees what the trace keeps, and changes nothing. */
START_TEST(an_hour_keeps_the_invariants)
{
    struct scenario *sc = make(first_seed() + (unsigned)_i, HOUR);
    struct onlooker kept = {0}, live = {0};
    struct witness of_kept = onlooker_witness(&kept), of_live = onlooker_witness(&live);
    struct run_options keeps = {.watch = true, .witness = &of_kept}, looks = {.witness = &of_live};
    struct trace t = {0}, u = {0};
    struct err err = {0};
    struct buf what = {0};
    struct address_twice twice;
    ck_assert(run_scenario(sc, &keeps, &t, &err));
    ck_assert_uint_gt(t.events, 50000);
    ck_assert_msg(trace_invariants(&t, &what), "%s", buf_cstr(&what));
    ck_assert_msg(!trace_address_twice(&t, &twice), "address %x twice", twice.ip);
    ck_assert(run_scenario(sc, &looks, &u, &err));
    onlooker_judge_flows(&kept, &t, RTCP_PERCENT, RTCP_LEAST);
    onlooker_judge_flows(&live, &u, RTCP_PERCENT, RTCP_LEAST);
    claim_all_is_well(&kept);
    claim_all_is_well(&live);
    ck_assert_uint_eq(kept.records, t.count);
    ck_assert_uint_eq(live.born, kept.born);
    check_figures(&t, &u);
    onlooker_free(&kept);
    onlooker_free(&live);
    trace_free(&t);
    trace_free(&u);
    scenario_free(sc);
    err_free(&err);
    buf_free(&what);
}
END_TEST

/* Pages that are in memory now. */
static long resident_kb(void)
{
    long all = 0, resident = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    ck_assert_ptr_nonnull(f);
    ck_assert_int_eq(fscanf(f, "%ld %ld", &all, &resident), 2);
    fclose(f);
    return resident * 4;
}

START_TEST(a_week_keeps_the_invariants_and_little_memory)
{
    struct scenario *sc = make(first_seed(), DAYS * DAY);
    struct onlooker o = {0};
    struct witness witness = onlooker_witness(&o);
    struct run_options looks = {.witness = &witness};
    struct trace t = {0};
    struct err err = {0};
    struct run *r = run_open(sc, &looks, &t, &err);
    uint32_t forgotten, alive, first_endpoints = 0;
    long first_kb = 0;
    for (int day = 1; day <= DAYS; day++) {
        run_until(r, day * DAY * SIM_S);
        claim_all_is_well(&o);
        alive = onlooker_alive(&o, o.last, 600 * SIM_S, &forgotten);
        printf("day %d: %llu records, %u packets alive, %u endpoints so far, %ld kB\n", day,
               (unsigned long long)o.records, alive, t.entity_count, resident_kb());
        ck_assert_uint_lt(alive, 1000);
        ck_assert_uint_eq(forgotten, 0);
        first_kb = day == 1 ? resident_kb() : first_kb;
        first_endpoints = day == 1 ? t.entity_count : first_endpoints;
    }
    long grown_kb = resident_kb() - first_kb;
    ck_assert_int_le(grown_kb * 1024, PER_ENDPOINT * (long)(t.entity_count - first_endpoints));
    run_close(r);
    onlooker_judge_flows(&o, &t, RTCP_PERCENT, RTCP_LEAST);
    claim_all_is_well(&o);
    ck_assert_uint_gt(o.records, 7 * 24 * 10000);
    onlooker_free(&o);
    trace_free(&t);
    scenario_free(sc);
    err_free(&err);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("soak");
    TCase *c = tcase_create("network");
    tcase_set_timeout(c, 1400);
    tcase_add_loop_test(c, an_hour_keeps_the_invariants, 0, getenv("SLOWWIRE_LONG") ? 10 : 1);
    if (getenv("SLOWWIRE_LONG")) {
        tcase_add_test(c, a_week_keeps_the_invariants_and_little_memory);
    }
    suite_add_tcase(s, c);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
