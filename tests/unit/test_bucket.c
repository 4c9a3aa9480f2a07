/* Token buckets: arithmetic to the nanosecond, and whole runs against the closed form: in any time
 * t no more than rate * t + burst passes, and a shaper lets each packet go at the first moment at
 * which that holds. */
#include "world_rig.h"

#include "base/draw.h"
#include "base/os.h"
#include "proto/bucket/bucket.h"

#include <check.h>
#include <stdlib.h>

#define ROWS(table) (int)(sizeof(table) / sizeof *(table))

START_TEST(tokens_come_at_the_rate_up_to_the_burst)
{
    struct tokens t = {.rate_bps = 8000, .burst = 1000, .level = 1000 * TOKENS_PER_BYTE};
    ck_assert(tokens_take(&t, 1000, 0)); /* all at once */
    ck_assert(!tokens_take(&t, 1, 0));
    ck_assert_int_eq(tokens_due(&t, 100), 100 * SIM_MS); /* 1000 bytes a second */
    ck_assert(!tokens_take(&t, 100, 100 * SIM_MS - 1));
    ck_assert(tokens_take(&t, 100, 100 * SIM_MS));
    tokens_fill(&t, 3600 * SIM_S);
    ck_assert_int_eq(t.level, 1000 * TOKENS_PER_BYTE);
    ck_assert_int_eq(tokens_due(&t, 1001), SIM_NEVER); /* the bucket is too small */
}
END_TEST

START_TEST(the_largest_bucket_and_rate_overflow_nothing)
{
    struct tokens t = {.rate_bps = INT64_C(1000000000000), .burst = TOKENS_BURST_MAX};
    tokens_fill(&t, SIM_NEVER / 2);
    ck_assert_int_eq(t.level, TOKENS_BURST_MAX * TOKENS_PER_BYTE);
    ck_assert(tokens_take(&t, UINT32_C(1) << 30, SIM_NEVER / 2));
    ck_assert_int_eq(t.level, 0);
    ck_assert_int_eq(tokens_due(&t, 125), SIM_NEVER / 2 + 1);
}
END_TEST

/* What a host offers in bursts, through a router that passes `rate` and `burst`. */
static const struct {
    const char *what;
    int64_t offered, rate, burst; /* bit/s of payload; bit/s; bytes */
    uint32_t size;
    bool waits;
} cases[] = {
    {"policed to a third", 3000000, 1000000, 5000, 1000, false},
    {"policed: a burst of one packet", 3000000, 1000000, 1028, 1000, false},
    {"policed: less than it may", 500000, 1000000, 5000, 1000, false},
    {"policed: a packet more than the burst", 500000, 1000000, 1027, 1000, false},
    {"shaped", 1100000, 1000000, 5000, 1000, true},
    {"shaped: small packets", 700000, 999983, 100, 47, true},
    {"shaped: the queue overflows", 3000000, 1000000, 5000, 1000, true},
};

struct passage {
    sim_time at;
    uint32_t bytes;
};

static uint32_t passages_of(const struct trace *t, uint32_t direction, enum record_kind kind,
                            struct passage *out)
{
    uint32_t count = 0;
    for (uint32_t n = 1; n <= t->count; n++) {
        const struct record *r = trace_record(t, n);
        if (r->kind == kind && r->where == direction) {
            out[count++] = (struct passage){r->at, trace_packet(t, r->packet)->size};
        }
    }
    return count;
}

/* Bits that may pass in that time, rounded down. */
static int64_t may_pass(int64_t rate, int64_t burst, sim_time time)
{
    return burst * 8 + muldiv(rate, time, SIM_S);
}

static void claim_conforming(const struct passage *p, uint32_t count, int64_t rate, int64_t burst)
{
    for (uint32_t from = 0; from < count; from++) {
        int64_t bits = 0;
        for (uint32_t to = from; to < count; to++) {
            bits += 8 * p[to].bytes;
            if (bits > may_pass(rate, burst, p[to].at - p[from].at)) {
                ck_abort_msg("packets %u to %u: %lld bits", from, to, (long long)bits);
            }
        }
    }
}

/* The k-th leaves at the first moment at which all windows that end with it conform: with the
 * arrivals a and the cumulated bits b, max over j <= k of a_j + (b_k - b_j-1 - burst) / rate. */
static sim_time first_moment(const struct passage *came, uint32_t k, int64_t rate, int64_t burst)
{
    sim_time due = came[k].at;
    int64_t bits = 0;
    for (uint32_t j = k + 1; j-- > 0;) {
        bits += 8 * came[j].bytes;
        int64_t over = bits - 8 * burst;
        sim_time then = came[j].at + (over > 0 ? (over * SIM_S + rate - 1) / rate : 0);
        due = then > due ? then : due;
    }
    return due;
}

static void make(struct rig *r, struct scenario_bucket *b, int i)
{
    rig_init(r);
    uint32_t a = rig_node(r, "a", SCENARIO_HOST), router = rig_node(r, "R", SCENARIO_ROUTER);
    uint32_t z = rig_node(r, "b", SCENARIO_HOST);
    rig_link(r, a, router, 0, SIM_MS);
    rig_link(r, router, z, 0, SIM_MS);
    *b = (struct scenario_bucket){
        .rate_bps = cases[i].rate, .burst = cases[i].burst, .waits = cases[i].waits, .room = 50};
    r->nodes[router].buckets = b;
    r->nodes[router].bucket_count = 1;
    struct scenario_traffic *t = rig_traffic(r, "udp", a, z);
    rig_set(t, "rate", cases[i].offered);
    rig_set(t, "size", cases[i].size);
    rig_set(t, "for", 2 * SIM_S);
}

START_TEST(in_any_time_no_more_than_rate_times_time_and_burst_passes)
{
    static struct rig r;
    struct scenario_bucket b;
    make(&r, &b, _i);
    rig_run(&r, true);
    struct passage *came = os_alloc((r.trace.count + 1) * sizeof *came);
    struct passage *went = os_alloc((r.trace.count + 1) * sizeof *went);
    uint32_t arrived = passages_of(&r.trace, r.trace.links[0].direction[0], REC_ARRIVE, came);
    uint32_t passed = passages_of(&r.trace, r.trace.links[1].direction[0], REC_TX, went);
    claim_conforming(went, passed, cases[_i].rate, cases[_i].burst);
    uint64_t dropped = r.trace.flows[1].drops[DROP_POLICY];
    ck_assert_uint_eq(arrived, passed + dropped);
    int64_t size = cases[_i].size + 28;
    if (cases[_i].burst < size) {
        ck_assert_uint_eq(passed, 0);
    } else if (cases[_i].offered * size / cases[_i].size < cases[_i].rate) {
        ck_assert_uint_eq(passed, arrived);
    } else if (cases[_i].burst >= 3 * size) { /* hardly a token is left unused */
        sim_time last = went[passed - 1].at - went[0].at;
        ck_assert_int_ge(8 * size * (passed + 1),
                         may_pass(cases[_i].rate, cases[_i].burst, last) - 8 * size);
    }
    if (cases[_i].waits && dropped == 0) {
        for (uint32_t k = 0; k < passed; k++) {
            ck_assert_int_eq(went[k].at, first_moment(came, k, cases[_i].rate, cases[_i].burst));
        }
    }
    free(came);
    free(went);
    rig_free(&r);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("bucket");
    TCase *t = tcase_create("bucket");
    tcase_add_test(t, tokens_come_at_the_rate_up_to_the_burst);
    tcase_add_test(t, the_largest_bucket_and_rate_overflow_nothing);
    tcase_add_loop_test(t, in_any_time_no_more_than_rate_times_time_and_burst_passes, 0,
                        ROWS(cases));
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
