/* The axis of time and the playhead, against positions worked out by hand. */
#include "ui/player.h"

#include "view_rig.h"

#include <math.h>

/* A span of 100: waits longer than 25 fold, leave 2 at either side, and take 14. */
static struct axis hand_made(void)
{
    const struct quiet quiet[] = {{230, 255}, {10, 210}, {212, 225}};
    struct axis a;

    axis_make(&a, 300, 100, quiet, 3);
    return a;
}

START_TEST(folds_only_what_is_longer_than_a_quarter)
{
    struct axis a = hand_made();

    ck_assert_uint_eq(a.count, 1);
    ck_assert_int_eq(a.folds[0].from, 12);
    ck_assert_int_eq(a.folds[0].to, 208);
    ck_assert_double_eq(a.length, 12 + 14 + (300 - 208));
    axis_free(&a);
}
END_TEST

static const struct {
    sim_time t;
    double at;
} positions[] = {{-5, -5},  {0, 0},    {12, 12},   {110, 19}, {208, 26},
                 {209, 27}, {240, 58}, {300, 118}, {310, 128}};

START_TEST(maps_time_to_position_and_back)
{
    struct axis a = hand_made();

    ck_assert_double_eq_tol(axis_at(&a, positions[_i].t), positions[_i].at, 1e-9);
    ck_assert_int_eq(axis_time(&a, positions[_i].at), positions[_i].t);
    axis_free(&a);
}
END_TEST

START_TEST(every_instant_comes_back)
{
    struct axis a = hand_made();

    for (sim_time t = -10; t < 320; t++) {
        ck_assert_int_eq(axis_time(&a, axis_at(&a, t)), t);
        ck_assert(axis_at(&a, t + 1) > axis_at(&a, t));
    }
    axis_free(&a);
}
END_TEST

START_TEST(without_a_span_nothing_folds)
{
    const struct quiet quiet = {10, 1000};
    struct axis a;

    axis_make(&a, 1000, 0, &quiet, 1);
    ck_assert_uint_eq(a.count, 0);
    ck_assert_double_eq(a.length, 1000);
    axis_free(&a);
}
END_TEST

static const struct mark marks[] = {
    {10, MARK_SENT, 1, 1}, {10, MARK_SENT, 2, 2},  {20, MARK_ARRIVED, 3, 1}, {40, MARK_LOST, 4, 2},
    {70, MARK_SENT, 5, 3}, {90, MARK_FIRED, 6, 0}, {95, MARK_ARRIVED, 7, 3}, {99, MARK_STATE, 8, 0},
};

struct playing {
    struct axis axis;
    struct player player;
};

static void open_player(struct playing *p)
{
    axis_make(&p->axis, 120, 0, NULL, 0);
    player_init(&p->player, &p->axis, &p->axis, marks, sizeof marks / sizeof *marks, 10e-9);
}

/* One row: from .from, the command leads to .to. */
static const struct {
    sim_time from;
    enum player_command command;
    sim_time to;
} steps[] = {
    {0, PLAYER_NEXT, 10},
    {10, PLAYER_NEXT, 20},
    {15, PLAYER_NEXT, 20},
    {99, PLAYER_NEXT, 120},
    {120, PLAYER_NEXT, 120},
    {120, PLAYER_PREVIOUS, 99},
    {20, PLAYER_PREVIOUS, 10},
    {15, PLAYER_PREVIOUS, 10},
    {10, PLAYER_PREVIOUS, 0},
    {0, PLAYER_PREVIOUS, 0},
    {0, PLAYER_NEXT_TROUBLE, 40},
    {40, PLAYER_NEXT_TROUBLE, 90},
    {90, PLAYER_NEXT_TROUBLE, 99},
    {99, PLAYER_NEXT_TROUBLE, 99},
    {99, PLAYER_PREVIOUS_TROUBLE, 90},
    {90, PLAYER_PREVIOUS_TROUBLE, 40},
    {40, PLAYER_PREVIOUS_TROUBLE, 40},
    {50, PLAYER_START, 0},
    {50, PLAYER_END, 120},
    {50, PLAYER_TICK, 51},
    {120, PLAYER_TICK, 120},
    {50, PLAYER_TICK_BACK, 49},
    {0, PLAYER_TICK_BACK, 0},
};

START_TEST(steps_from_mark_to_mark)
{
    struct playing p;

    open_player(&p);
    player_go(&p.player, steps[_i].from);
    player_do(&p.player, steps[_i].command, false);
    ck_assert_int_eq(p.player.now, steps[_i].to);
    ck_assert(!p.player.is_playing);
    axis_free(&p.axis);
}
END_TEST

START_TEST(a_step_forward_glides_350_ms_at_most)
{
    struct playing p;

    open_player(&p);
    player_do(&p.player, PLAYER_NEXT, true);
    ck_assert_int_eq(p.player.now, 0);
    ck_assert(player_advance(&p.player, 0.175));
    ck_assert_int_eq(p.player.now, 5);
    ck_assert(player_advance(&p.player, 0.175));
    ck_assert_int_eq(p.player.now, 10);
    ck_assert(!player_advance(&p.player, 1));
    axis_free(&p.axis);
}
END_TEST

START_TEST(a_second_step_does_not_wait_for_the_first)
{
    struct playing p;

    open_player(&p);
    player_do(&p.player, PLAYER_NEXT, true);
    player_do(&p.player, PLAYER_NEXT, true);
    ck_assert_int_eq(p.player.now, 10);
    player_advance(&p.player, 1);
    ck_assert_int_eq(p.player.now, 20);
    axis_free(&p.axis);
}
END_TEST

START_TEST(small_frames_and_large_ones_lead_to_the_same_instant)
{
    struct playing p;
    sim_time once;

    open_player(&p);
    player_do(&p.player, PLAYER_TOGGLE, false);
    player_advance(&p.player, 5);
    once = p.player.now;
    ck_assert_int_eq(once, 50);
    player_go(&p.player, 0);
    for (int i = 0; i < 500; i++) {
        player_advance(&p.player, 0.01);
    }
    ck_assert_int_le(llabs(p.player.now - once), 1);
    axis_free(&p.axis);
}
END_TEST

START_TEST(plays_to_the_end_and_stops)
{
    struct playing p;

    open_player(&p);
    player_do(&p.player, PLAYER_TOGGLE, false);
    player_advance(&p.player, 100);
    ck_assert_int_eq(p.player.now, 120);
    ck_assert(!p.player.is_playing);
    player_do(&p.player, PLAYER_TOGGLE, false);
    ck_assert_int_eq(p.player.now, 0);
    ck_assert(p.player.is_playing);
    axis_free(&p.axis);
}
END_TEST

START_TEST(loops_between_its_ends)
{
    struct playing p;

    open_player(&p);
    player_go(&p.player, 80);
    player_do(&p.player, PLAYER_LOOP_END, false);
    player_go(&p.player, 30);
    player_do(&p.player, PLAYER_LOOP_END, false);
    ck_assert(p.player.loops);
    player_do(&p.player, PLAYER_TOGGLE, false);
    player_advance(&p.player, 4.9);
    ck_assert_int_eq(p.player.now, 79);
    player_advance(&p.player, 0.2);
    ck_assert_int_eq(p.player.now, 30);
    ck_assert(p.player.is_playing);
    player_do(&p.player, PLAYER_LOOP_END, false);
    ck_assert_int_eq(p.player.loop_from, SIM_NEVER);
    axis_free(&p.axis);
}
END_TEST

START_TEST(speed_has_five_steps)
{
    struct playing p;

    open_player(&p);
    for (int i = 0; i < 9; i++) {
        player_do(&p.player, PLAYER_FASTER, false);
    }
    ck_assert_double_eq(player_speeds[p.player.speed], 4);
    for (int i = 0; i < 9; i++) {
        player_do(&p.player, PLAYER_SLOWER, false);
    }
    ck_assert_double_eq(player_speeds[p.player.speed], 0.25);
    axis_free(&p.axis);
}
END_TEST

/* 1000 B at 1 Mbit/s and 10 ms: 8 + 10 ms there; the ACK of 8 B back: 0.064 + 10 ms. */
START_TEST(a_round_trip_takes_two_seconds_at_first)
{
    struct view_rig *r = rig_open("arq/no-loss", 400, 300, THEME_LIGHT, 1);
    sim_time trip = r->film->round_trip;

    ck_assert_int_eq(trip, 28064000);
    player_do(&r->player, PLAYER_TOGGLE, false);
    player_advance(&r->player, 2);
    ck_assert_int_le(llabs(r->player.now - trip), 1);
    rig_close(r);
}
END_TEST

/* The frame's dashes end at 46.064 ms, the timer fires at 136.064 ms: 90 ms of waiting between. */
START_TEST(the_wait_for_a_lost_frame_is_folded)
{
    struct view_rig *r = rig_open("arq/frame-lost", 400, 300, THEME_LIGHT, 1);
    const struct axis *a = &r->film->folded;

    ck_assert_uint_eq(a->count, 1);
    ck_assert_int_gt(a->folds[0].from, 46064000);
    ck_assert_int_lt(a->folds[0].to, 136064000);
    ck_assert_int_gt(a->folds[0].to - a->folds[0].from, 70 * SIM_MS);
    ck_assert_uint_eq(r->film->plain.count, 0);
    player_go(&r->player, 60 * SIM_MS);
    player_do(&r->player, PLAYER_FOLD, false);
    ck_assert_ptr_eq(r->player.axis, &r->film->plain);
    ck_assert_int_eq(r->player.now, 60 * SIM_MS);
    rig_close(r);
}
END_TEST

START_TEST(another_run_keeps_the_instant)
{
    struct playing p;
    struct axis shorter;

    open_player(&p);
    axis_make(&shorter, 60, 0, NULL, 0);
    player_go(&p.player, 50);
    player_replace(&p.player, &shorter, &shorter, marks, 3);
    ck_assert_int_eq(p.player.now, 50);
    player_go(&p.player, 100);
    ck_assert_int_eq(p.player.now, 60);
    axis_free(&p.axis);
    axis_free(&shorter);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("player");
    TCase *axis = tcase_create("axis"), *play = tcase_create("play");
    SRunner *runner = srunner_create(s);
    int failed;

    tcase_add_test(axis, folds_only_what_is_longer_than_a_quarter);
    tcase_add_loop_test(axis, maps_time_to_position_and_back, 0,
                        sizeof positions / sizeof *positions);
    tcase_add_test(axis, every_instant_comes_back);
    tcase_add_test(axis, without_a_span_nothing_folds);
    tcase_add_test(axis, the_wait_for_a_lost_frame_is_folded);
    suite_add_tcase(s, axis);
    tcase_add_loop_test(play, steps_from_mark_to_mark, 0, sizeof steps / sizeof *steps);
    tcase_add_test(play, a_step_forward_glides_350_ms_at_most);
    tcase_add_test(play, a_second_step_does_not_wait_for_the_first);
    tcase_add_test(play, small_frames_and_large_ones_lead_to_the_same_instant);
    tcase_add_test(play, plays_to_the_end_and_stops);
    tcase_add_test(play, loops_between_its_ends);
    tcase_add_test(play, speed_has_five_steps);
    tcase_add_test(play, a_round_trip_takes_two_seconds_at_first);
    tcase_add_test(play, another_run_keeps_the_instant);
    suite_add_tcase(s, play);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
