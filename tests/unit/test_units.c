/* Which packet a packet repeats, against a list of all that was sent that is searched from its end.
 */
#include "base/draw.h"
#include "net/world.h"

#include <check.h>

enum { STEPS = 3000 };

struct sent {
    uint64_t at, end;
    uint32_t packet, copy;
};

/* The latest with the same beginning, else the one that first held it. */
static const struct sent *plain_original(const struct sent *list, uint32_t count, uint64_t at)
{
    for (uint32_t i = count; i-- > 0;) {
        if (list[i].at == at) {
            return &list[i];
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        if (list[i].at <= at && at < list[i].end) {
            return &list[i];
        }
    }
    return NULL;
}

/* A sender that sends without gaps, and again pieces of what it has sent. */
START_TEST(a_repeat_is_of_the_latest_with_its_beginning_or_of_the_first_that_held_it)
{
    static struct sent list[STEPS];
    struct dice d = dice_make((uint64_t)_i, "units");
    struct units u = {0};
    uint64_t top = _i ? UINT64_C(0xffffffff) - 1000 : 0, start = top;
    uint64_t horizon = _i % 2 ? 64 : UINT64_MAX;
    uint32_t repeats = 0;
    for (uint32_t n = 0; n < STEPS; n++) {
        uint64_t bits = draw(&d, 1, n);
        bool is_again = top > start && bits % 3 == 0;
        uint64_t span = top - start < 40 ? top - start : 40;
        uint64_t at = is_again ? top - 1 - (bits >> 8) % span : top;
        struct sent s = {at, at + 1 + (bits >> 32) % 5, 1000 + n, 1};
        s.end = is_again && s.end > top ? top : s.end;
        if (is_again) {
            const struct sent *original = plain_original(list, n, at);
            uint32_t copy = original->at == at ? original->copy + 1 : 2;
            ck_assert_uint_eq(units_note_again(&u, at, s.packet, horizon, &s.copy),
                              original->packet);
            ck_assert_uint_eq(s.copy, copy);
            repeats++;
        } else {
            units_note_new(&u, at, s.packet, horizon);
        }
        top = s.end > top ? s.end : top;
        list[n] = s;
    }
    ck_assert_uint_gt(repeats, STEPS / 4);
    ck_assert_uint_le(u.again.count + u.before.count, horizon == 64 ? 2 * 65 : repeats);
    ck_assert_uint_le(u.cap, horizon == 64 ? 128 : STEPS * 2);
    units_free(&u);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("units");
    TCase *t = tcase_create("repeats");
    tcase_add_loop_test(
        t, a_repeat_is_of_the_latest_with_its_beginning_or_of_the_first_that_held_it, 0, 4);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed > 0;
}
