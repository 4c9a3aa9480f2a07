/* Random runs of two endpoints: option sets, losses, doubles, reordering, damage, marks, and
 * scripts of calls. What is delivered is what was sent, both ends close, no timer is left.
 * SLOWWIRE_LONG runs more seeds; SLOWWIRE_RUNS and SLOWWIRE_FIRST say how many, and from which on.
 */
#include "tcp_pair.h"

static struct pair *pair_of(unsigned seed, bool has_scripts)
{
    static struct flying flying[FLYING_MAX];
    struct pair *p = calloc(1, sizeof *p);
    p->flying = flying;
    p->dice = dice_make(seed, has_scripts ? "scripts" : "channel");
    p->has_scripts = has_scripts;
    p->end[0].packets.keep = p->end[1].packets.keep = true;
    p->loss = roll(p, 3) ? (int64_t)roll(p, 150000000) : 0;
    p->twice = roll(p, 2) ? (int64_t)roll(p, 100000000) : 0;
    p->marked = roll(p, 2) ? (int64_t)roll(p, 300000000) : 0;
    p->bent = roll(p, 3) ? 0 : (int64_t)roll(p, 50000000);
    p->delay = (sim_time)(roll(p, 200) + 1) * SIM_MS;
    p->spread = roll(p, 2) ? (sim_time)roll(p, 300 * SIM_MS) : 0;
    start(p, 0, false);
    start(p, 1, roll(p, 4) != 0); /* else both open actively: the SYNs cross */
    return p;
}

static void run_to_end(struct pair *p)
{
    do {
        while (go_on(p)) {
            ck_assert_uint_lt(++p->steps, 2000000);
        }
    } while (wake(p));
}

/* Sends, closes: whatever the channel does, both get everything. */
static void run_pair(unsigned seed)
{
    struct pair *p = pair_of(seed, false);
    run_to_end(p);
    for (unsigned w = 0; w < END_COUNT; w++) {
        const struct end *e = &p->end[w];
        ck_assert_msg(e->has_ended, "seed %u: end %u stays in %s", seed, w,
                      tcp_state_name(e->tcp.state));
        ck_assert_msg(e->error == ERR_NONE, "seed %u: end %u: %s", seed, w,
                      errno_code_name(e->error));
        ck_assert(e->was_opened || e->to_send == 0);
        ck_assert_msg(e->got == p->end[!w].to_send, "seed %u: end %u got %llu of %llu", seed, w,
                      (unsigned long long)e->got, (unsigned long long)p->end[!w].to_send);
    }
    free_pair(p);
}

static bool breaks_off(const struct end *e)
{
    return e->aborts_at || e->is_released;
}

/* Anything goes: what is read is the beginning of what was sent (hear_indication looks at each
 * byte's place), and both ends are closed. Where nobody broke off, all of it arrived. */
static void run_script(unsigned seed)
{
    struct pair *p = pair_of(seed, true);
    bool is_broken = breaks_off(&p->end[0]) || breaks_off(&p->end[1]);
    run_to_end(p);
    for (unsigned w = 0; w < END_COUNT; w++) {
        const struct end *e = &p->end[w];
        bool never_heard = e->tcp.state == TCP_LISTEN;
        ck_assert_msg(e->has_ended || never_heard, "seed %u: end %u stays in %s", seed, w,
                      tcp_state_name(e->tcp.state));
        ck_assert_uint_le(e->got, p->end[!w].given);
        ck_assert_msg(is_broken || e->got == p->end[!w].to_send, "seed %u: end %u got %llu of %llu",
                      seed, w, (unsigned long long)e->got, (unsigned long long)p->end[!w].to_send);
    }
    free_pair(p);
}

/* SLOWWIRE_RUNS: how many, SLOWWIRE_FIRST: from which seed on. */
static unsigned setting(const char *name, unsigned usual)
{
    const char *given = getenv(name);
    return given ? (unsigned)strtoul(given, NULL, 10) : usual;
}

static void run_seeds(void (*run)(unsigned seed))
{
    unsigned first = setting("SLOWWIRE_FIRST", 1);
    unsigned runs = setting("SLOWWIRE_RUNS", getenv("SLOWWIRE_LONG") ? 5000 : 500);
    for (unsigned seed = first; seed < first + runs; seed++) {
        run(seed);
    }
}

START_TEST(whatever_the_channel_does_both_get_everything_and_close)
{
    run_seeds(run_pair);
}
END_TEST

START_TEST(whatever_is_called_both_end_and_nothing_is_invented)
{
    run_seeds(run_script);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tcp-random");
    TCase *c = tcase_create("random");
    tcase_set_timeout(c, getenv("SLOWWIRE_RUNS") ? 0 : 1200);
    tcase_add_test(c, whatever_the_channel_does_both_get_everything_and_close);
    tcase_add_test(c, whatever_is_called_both_end_and_nothing_is_invented);
    suite_add_tcase(suite, c);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
