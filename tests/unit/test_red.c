/* Random early detection (Floyd and Jacobson 1993): the mean against the same in doubles, how often
 * packets are chosen against the closed form, marks and drops of whole runs. */
#include "net/world.h"
#include "world_check.h"

#include <math.h>

static const struct red classic = {
    .is_on = true, .marks = true, .min = 5, .max = 15, .chance = 100000000, .weight = 2000000};

static struct scenario_direction set_of(struct red red)
{
    return (struct scenario_direction){.rate_bps = 12000000, .red = red}; /* 1500 B in 1 ms */
}

static double mean_of(const struct direction *d)
{
    return (double)d->red_mean / (1 << 20);
}

static const struct packet plain, markable = {.net = {.ecn = ECN_ECT0}};

START_TEST(the_mean_follows_the_length)
{
    struct scenario_direction set = set_of(classic);
    struct direction d = {.set = &set, .dice = dice_make(1, "a>b"), .busy_until = SIM_S};
    double mean = 0;
    for (uint32_t n = 0; n < 3000; n++) {
        uint32_t waiting = n % 40;
        d.offered = n;
        red_judge(&d, &plain, waiting, 0);
        mean += 0.002 * (waiting - mean);
        ck_assert_double_eq_tol(mean_of(&d), mean, 1e-3);
    }
}
END_TEST

/* avg (1 - w)^m, m the packets that could have been sent meanwhile. */
static const struct {
    sim_time idle;
    double left;
} pauses[] = {{SIM_MS, 0.998},
              {10 * SIM_MS, 0.98017904},
              {346 * SIM_MS, 0.5002},
              {SIM_S, 0.13506},
              {3600 * SIM_S, 0}};

START_TEST(an_idle_link_forgets)
{
    struct scenario_direction set = set_of(classic);
    struct direction d = {.set = &set, .busy_until = SIM_S, .red_mean = 4 << 20};
    red_judge(&d, &plain, 0, SIM_S + pauses[_i].idle);
    ck_assert_double_eq_tol(mean_of(&d), 4 * pauses[_i].left, 1e-3);
}
END_TEST

/* A queue of constant length: the mean stays where it is set. */
static unsigned chosen_of(struct red red, uint32_t waiting, unsigned count,
                          const struct packet *packet, enum red_verdict verdict, unsigned *longest)
{
    struct scenario_direction set = set_of(red);
    struct direction d = {.set = &set,
                          .dice = dice_make(7, "a>b"),
                          .busy_until = SIM_S,
                          .red_mean = (int64_t)waiting << 20};
    unsigned chosen = 0, gap = 0;
    for (d.offered = 1; d.offered <= count; d.offered++) {
        gap++;
        enum red_verdict v = red_judge(&d, packet, waiting, 0);
        if (v != RED_PASSES) {
            ck_assert_int_eq(v, verdict);
            *longest = gap > *longest ? gap : *longest;
            gap = 0;
            chosen++;
        }
    }
    return chosen;
}

/* Gaps are even between 1 and 1 / p_b, so that a packet in (1 / p_b + 1) / 2 is chosen; never is a
 * gap longer than 1 / p_b. */
static const struct {
    uint32_t waiting;
    double pb;
} lengths[] = {{6, 0.01}, {10, 0.05}, {14, 0.09}};

START_TEST(packets_are_chosen_evenly)
{
    unsigned longest = 0, n = 100000;
    unsigned found = chosen_of(classic, lengths[_i].waiting, n, &plain, RED_DROPS, &longest);
    double gap = (1 / lengths[_i].pb + 1) / 2;
    ck_assert_double_le(fabs((double)n / found / gap - 1), 0.03);
    ck_assert_uint_le(longest, (unsigned)(1 / lengths[_i].pb + 1.5));
}
END_TEST

/* What happens below, between and above; 0: none is chosen, 1: some, 2: all. */
static const struct {
    uint32_t waiting;
    bool may_be_marked, marks;
    enum red_verdict verdict;
    int how_many;
} verdicts[] = {
    {4, true, true, RED_PASSES, 0},  {5, true, true, RED_PASSES, 0}, /* p_b is 0 there */
    {10, true, true, RED_MARKS, 1},  {10, false, true, RED_DROPS, 1},
    {10, true, false, RED_DROPS, 1}, {15, false, true, RED_DROPS, 2},
    {15, true, true, RED_DROPS, 2}, /* RFC 3168 7: beyond `max` a mark does not help */
};

START_TEST(who_is_chosen_is_marked_or_dropped)
{
    struct red red = classic;
    unsigned longest = 0;
    red.marks = verdicts[_i].marks;
    unsigned found =
        chosen_of(red, verdicts[_i].waiting, 1000, verdicts[_i].may_be_marked ? &markable : &plain,
                  verdicts[_i].verdict, &longest);
    ck_assert_int_eq(found == 0 ? 0 : found < 1000 ? 1 : 2, verdicts[_i].how_many);
}
END_TEST

/* 400 kB over a link of 1 Mbit/s, with a buffer that would fill its queue. */
static void make_flow(struct rig *r, bool ecn)
{
    rig_init(r);
    uint32_t a = rig_node(r, "a", SCENARIO_HOST), b = rig_node(r, "b", SCENARIO_HOST);
    rig_link(r, a, b, 1000000, 20 * SIM_MS)->direction[0].red = classic;
    rig_set(rig_traffic(r, "tcp", a, b), "bytes", 400000);
    static struct setting settings[2];
    const struct actor_type *const *t = registry()->actors;
    while (strcmp((*t)->name, "tcp") != 0) {
        t++;
    }
    for (int i = 0; i < 2; i++) {
        settings[i] = (struct setting){*t, param_find(*t, "ecn"), ecn};
        r->nodes[i].settings = (struct settings){&settings[i], 1};
    }
}

static uint32_t marked_hops(const struct rig *r)
{
    uint32_t n = 0;
    for (uint32_t i = 1; i <= r->trace.count; i++) {
        const struct record *rec = trace_record(&r->trace, i);
        n += rec->kind == REC_TX && (rec->code & 3) == ECN_CE;
    }
    return n;
}

START_TEST(marks_take_the_place_of_drops)
{
    struct rig r;
    make_flow(&r, true);
    rig_run_checked(&r);
    ck_assert_uint_gt(r.trace.flows[1].marks, 0);
    ck_assert_uint_eq(r.trace.flows[1].marks, r.trace.link_figures[0].marks);
    ck_assert_uint_eq(r.trace.flows[1].marks, marked_hops(&r));
    ck_assert_uint_eq(r.trace.flows[1].delivered_bytes, 400000);
    uint64_t dropped = r.trace.flows[1].drops[DROP_EARLY];
    rig_free(&r);
    make_flow(&r, false);
    rig_run_checked(&r);
    ck_assert_uint_eq(r.trace.flows[1].marks, 0);
    ck_assert_uint_eq(marked_hops(&r), 0);
    ck_assert_uint_gt(r.trace.flows[1].drops[DROP_EARLY], dropped);
    ck_assert_uint_eq(r.trace.flows[1].delivered_bytes, 400000);
    rig_free(&r);
}
END_TEST

int main(void)
{
    TCase *c = tcase_create("red");
    tcase_add_test(c, the_mean_follows_the_length);
    tcase_add_loop_test(c, an_idle_link_forgets, 0, (int)(sizeof pauses / sizeof *pauses));
    tcase_add_loop_test(c, packets_are_chosen_evenly, 0, (int)(sizeof lengths / sizeof *lengths));
    tcase_add_loop_test(c, who_is_chosen_is_marked_or_dropped, 0,
                        (int)(sizeof verdicts / sizeof *verdicts));
    tcase_add_test(c, marks_take_the_place_of_drops);
    Suite *suite = suite_create("red");
    suite_add_tcase(suite, c);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
