/* Offers of units are counted as if nothing was ever forgotten, and little is kept. */
#include "base/draw.h"
#include "net/world.h"

#include <check.h>

/* Three flows whose units come in order, with repeats from up to a horizon behind. */
START_TEST(counts_are_those_of_a_map_that_forgets_nothing)
{
    enum { HORIZON = 5000, STEPS = 300000 };
    struct dice d = dice_make((uint64_t)_i, "copies");
    struct copies *c = NULL;
    struct map naive = {0};
    uint64_t top[3] = {0};
    uint32_t most = 0, repeats = 0;
    for (uint32_t n = 0; n < STEPS; n++) {
        uint64_t bits = draw(&d, 1, n);
        unsigned flow = (unsigned)(bits % 3);
        bool is_new = bits / 3 % 4 != 0 || top[flow] == 0;
        uint64_t reach = top[flow] < HORIZON ? top[flow] : HORIZON;
        uint64_t at = is_new ? top[flow]++ : top[flow] - 1 - (bits >> 8) % reach;
        uint64_t expected = ++*map_put(&naive, hash_mix(flow, at));
        ck_assert_uint_eq(copies_count(&c, flow, at, HORIZON), expected);
        most = copies_kept(c) > most ? copies_kept(c) : most;
        repeats += expected > 1;
    }
    ck_assert_uint_gt(repeats, STEPS / 10);
    ck_assert_uint_lt(most, 60000); /* of more than 200 000 units */
    copies_free(c);
    map_free(&naive);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("copies");
    TCase *t = tcase_create("counts");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, counts_are_those_of_a_map_that_forgets_nothing, 0, 5);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed > 0;
}
