/* The three protocols against theory: the closed form without loss, and with loss an independent
 * model (arq_model.h). A frame is 1000 B at 1 Mbit/s, 8 ms; an ACK 64 us, A = 0.008. */
#include "world_rig.h"

#include "arq_model.h"

#include <check.h>
#include <stdlib.h>

#define FRAME (8 * SIM_MS)
#define A     0.008

static double run(const char *type, double a, int64_t window, int64_t frames, double p,
                  sim_time timeout, uint64_t seed, double *theory)
{
    struct rig r;
    rig_init(&r);
    uint32_t from = rig_node(&r, "a", SCENARIO_HOST), to = rig_node(&r, "b", SCENARIO_HOST);
    rig_link(&r, from, to, 1000000, (sim_time)(a * (double)FRAME));
    r.links[0].direction[0].loss =
        (struct loss){.kind = LOSS_CHANCE, .chance = (int64_t)(p * 1e9 + 0.5)};
    struct scenario_traffic *t = rig_traffic(&r, type, from, to);
    rig_set(t, "frames", frames);
    rig_set(t, "window", window);
    rig_set(t, "sequence-bits", 12);
    rig_set(t, "timeout", timeout);
    r.sc.seed = seed;
    r.sc.stop = 1000000 * SIM_S;
    rig_run(&r, false);
    const struct flow *f = &r.trace.flows[1];
    double took = (double)(f->end - f->start) / 1e9;
    double u = (double)f->delivered_bits / (double)f->rate_bps / took;
    ck_assert_uint_eq(f->delivered_bytes, (uint64_t)frames * 992);
    *theory = f->figures[0].value;
    rig_free(&r);
    return u;
}

static const struct {
    int64_t window;
    double a;
} pipes[] = {{1, 0.5}, {2, 0.5}, {4, 0.5}, {1, 5},   {4, 5},   {10, 5},
             {16, 5},  {4, 25},  {16, 25}, {50, 25}, {64, 25}, {127, 100}};

/* U = min(1, W / (1 + 2a + A)) but for the ends of the run, which so many frames make small. */
static void is_closed_form(const char *type, int64_t window, double a)
{
    double theory, pipe = 1 + 2 * a + A, closed = fmin(1, (double)window / pipe);
    int64_t frames = 2000 * (int64_t)fmax((double)window, ceil(pipe));
    double u = run(type, a, window, frames, 0, 3600 * SIM_S, 1, &theory);
    ck_assert_double_eq_tol(theory, closed, 1e-9);
    ck_assert_msg(fabs(u / closed - 1) < 0.001, "%s W %d a %g: %f instead of %f", type, (int)window,
                  a, u, closed);
}

START_TEST(without_loss_go_back_n_is_the_closed_form)
{
    is_closed_form("go-back-n", pipes[_i].window, pipes[_i].a);
}
END_TEST

START_TEST(without_loss_selective_repeat_is_the_closed_form)
{
    is_closed_form("selective-repeat", pipes[_i].window, pipes[_i].a);
}
END_TEST

static const double delays[] = {0.5, 5, 25}, chances[] = {0.01, 0.1};
static const int64_t windows[] = {4, 16, 64};

/* Our run and forty of the model: of one such run 99 % lie within 2.576 standard deviations of the
 * mean, whose own uncertainty is a fortieth of the variance. */
static void is_like_the_model(const char *type, double (*model)(struct arq_model *), int i)
{
    enum { RUNS = 40 };
    double a = delays[i / 6], p = chances[i / 3 % 2], sum = 0, squares = 0, theory;
    int64_t window = windows[i % 3];
    double answer = 1 + 2 * a + A, timeout = answer - 1 + 0.37;
    struct arq_model *m = calloc(1, sizeof *m);
    *m = (struct arq_model){
        .window = (int)window, .p = p, .answer = answer, .timeout = timeout, .random = 7};
    for (int k = 0; k < RUNS; k++) {
        double u = MODEL_FRAMES / model(m);
        sum += u;
        squares += u * u;
    }
    free(m);
    double mean = sum / RUNS, variance = (squares - sum * mean) / (RUNS - 1);
    double within = 2.576 * sqrt(variance * (1 + 1.0 / RUNS));
    double u =
        run(type, a, window, MODEL_FRAMES, p, (sim_time)(timeout * (double)FRAME), 1, &theory);
    ck_assert_msg(fabs(u - mean) <= within, "%s a %g p %g W %d: %f, the model %f +- %f", type, a, p,
                  (int)window, u, mean, within);
    ck_assert_double_lt(within, 0.2 * mean);                     /* it says something */
    ck_assert_double_lt(mean, fmin(1, (double)window / answer)); /* loss costs */
}

START_TEST(with_loss_go_back_n_is_like_the_model)
{
    is_like_the_model("go-back-n", model_go_back_n, _i);
}
END_TEST

START_TEST(with_loss_selective_repeat_is_like_the_model)
{
    is_like_the_model("selective-repeat", model_selective, _i);
}
END_TEST

/* The textbooks' forms with loss, a = 5, p = 0.1: stop-and-wait with a timeout of 20 frames,
 * (1-p) / ((1-p)(1+2a+A) + p 21); go-back-N with a full pipe and with a window that is too small;
 * selective repeat's bound, which no run of ours exceeds by more than its spread. */
static const struct {
    const char *type;
    int64_t window;
    double expected;
} idealised[] = {
    {"stop-and-wait", 1, 0.9 / (0.9 * 11.008 + 0.1 * 21)},
    {"go-back-n", 16, 0.9 / (1 + 10.008 * 0.1)},
    {"go-back-n", 4, 4 * 0.9 / (11.008 * (0.9 + 4 * 0.1))},
    {"selective-repeat", 16, 0.9},
    {"selective-repeat", 4, 0.9 * 4 / 11.008},
};

START_TEST(with_loss_the_idealised_figures_are_the_textbooks)
{
    double theory,
        u = run(idealised[_i].type, 5, idealised[_i].window, 4000, 0.1, 20 * FRAME, 1, &theory);
    ck_assert_double_eq_tol(theory, idealised[_i].expected, 1e-9);
    ck_assert_double_lt(u, theory * 1.03);
}
END_TEST

/* Slots of timers are taken in turn by more frames than there are. */
START_TEST(more_frames_than_timers_keep_their_timers)
{
    double theory;
    run("selective-repeat", 1, 4, 10000, 0.05, 30 * SIM_MS, 1, &theory);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("arq theory");
    TCase *c = tcase_create("theory");
    tcase_set_timeout(c, 60);
    tcase_add_loop_test(c, without_loss_go_back_n_is_the_closed_form, 0, 12);
    tcase_add_loop_test(c, without_loss_selective_repeat_is_the_closed_form, 0, 12);
    tcase_add_loop_test(c, with_loss_go_back_n_is_like_the_model, 0, 18);
    tcase_add_loop_test(c, with_loss_selective_repeat_is_like_the_model, 0, 18);
    tcase_add_loop_test(c, with_loss_the_idealised_figures_are_the_textbooks, 0, 5);
    tcase_add_test(c, more_frames_than_timers_keep_their_timers);
    suite_add_tcase(s, c);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
