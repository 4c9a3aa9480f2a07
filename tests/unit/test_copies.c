/* Offers of units are counted as if nothing was ever forgotten, and little is kept. */
#include "base/draw.h"
#include "net/world.h"

#include <check.h>

enum { HORIZON = 5000, STEPS = 300000 };

/* How a flow's next new unit lies behind its highest. */
static uint64_t even(uint64_t bits)
{
    (void)bits;
    return 1;
}

static uint64_t full_segments_and_ends(uint64_t bits)
{
    return bits % 16 ? 5 : 1 + bits / 16 % 5;
}

static uint64_t any_size(uint64_t bits)
{
    return 1 + bits % 4;
}

/* Units that are left out are offered later, if at all. */
static uint64_t out_of_order(uint64_t bits)
{
    return bits % 3 ? 1 : 2;
}

static const struct {
    uint64_t (*distance)(uint64_t bits);
    uint64_t start;     /* of the first unit */
    uint32_t kept_most; /* of more than 200 000 units */
} flows[] = {
    {even, 0, 30000},
    {full_segments_and_ends, 0, 30000},
    {any_size, 0, 40000},
    {out_of_order, 0, 40000},
    {any_size, UINT64_MAX - 10 * (uint64_t)STEPS, 40000},
};

/* Three flows, a quarter of whose offers is from up to a horizon behind. */
START_TEST(counts_are_those_of_a_map_that_forgets_nothing)
{
    struct dice d = dice_make((uint64_t)_i, "copies");
    struct copies *c = NULL;
    struct map naive = {0};
    uint64_t top[3] = {flows[_i].start, flows[_i].start, flows[_i].start};
    uint32_t most = 0, repeats = 0;
    for (uint32_t n = 0; n < STEPS; n++) {
        uint64_t bits = draw(&d, 1, n);
        unsigned flow = (unsigned)(bits % 3);
        uint64_t reach = top[flow] - flows[_i].start;
        reach = reach < HORIZON ? reach : HORIZON;
        bool is_new = bits / 3 % 4 != 0 || reach == 0;
        top[flow] += is_new ? flows[_i].distance(bits >> 16) : 0;
        uint64_t at = is_new ? top[flow] : top[flow] - (bits >> 8) % reach;
        uint64_t expected = ++*map_put(&naive, hash_mix(flow, at));
        ck_assert_uint_eq(copies_count(&c, flow, at, HORIZON, 0), expected);
        most = copies_kept(c) > most ? copies_kept(c) : most;
        repeats += expected > 1;
    }
    ck_assert_uint_gt(repeats, STEPS / 20);
    ck_assert_uint_lt(most, flows[_i].kept_most);
    copies_free(c);
    map_free(&naive);
}
END_TEST

/* A bulk flow that loses one in a hundred keeps what was sent again. */
START_TEST(units_in_order_take_no_memory)
{
    struct copies *c = NULL;
    for (uint64_t at = 1; at < UINT64_C(100000) * 1460; at += 1460) {
        ck_assert_uint_eq(copies_count(&c, 1, at, UINT64_MAX / 2, 0), 1);
        if (at / 1460 % 100 == 99) {
            ck_assert_uint_eq(copies_count(&c, 1, at - UINT64_C(20) * 1460, UINT64_MAX / 2, 0), 2);
        }
    }
    ck_assert_uint_lt(copies_kept(c), 1010);
    copies_free(c);
}
END_TEST

/* Sources that begin anew every day, for a year: what they offered the day before is forgotten,
 * what was offered an hour ago is not. */
START_TEST(what_nobody_offers_for_hours_takes_no_memory)
{
    struct copies *c = NULL;
    uint32_t most = 0;
    for (uint64_t hour = 0; hour < 365 * 24; hour++) {
        for (uint64_t flow = 0; flow < 50; flow++) {
            sim_time now = (sim_time)hour * 3600 * SIM_S;
            ck_assert_uint_ge(copies_count(&c, flow, hour % 24, UINT64_MAX / 2, now), 1);
            copies_count(&c, flow, 1000000 - hour, UINT64_MAX / 2, now);
        }
        most = copies_kept(c) > most ? copies_kept(c) : most;
    }
    ck_assert_uint_lt(most, 30000);
    ck_assert_uint_eq(copies_count(&c, 0, 1000000 - 8759, UINT64_MAX / 2, 365 * 24 * 3600 * SIM_S),
                      2);
    copies_free(c);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("copies");
    TCase *t = tcase_create("counts");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, counts_are_those_of_a_map_that_forgets_nothing, 0,
                        sizeof flows / sizeof *flows);
    tcase_add_test(t, what_nobody_offers_for_hours_takes_no_memory);
    tcase_add_test(t, units_in_order_take_no_memory);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed > 0;
}
