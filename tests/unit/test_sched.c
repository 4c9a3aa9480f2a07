/* The scheduler: its rules as a table of little scripts, and its size. test_sched_naive.c has the
 * random runs. */
#include "base/draw.h"
#include "fifo.h"

#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Scripts. Events have small letters, timers capital ones, lines digits. The statements:
 *   a@10     event a at 10           -a       cancel a
 *   a&10     the same, with the tie of the event before
 *   1a@10    event a on line 1       1x       clear line 1
 *   T@10     arm timer T             -T       stop it         Tx  free it, and make it anew
 *   |10      run until 10
 * and at the end all is run. Says what came out, in the order in which it did. */

struct rig {
    struct sched sched;
    event_id ids[128];
    uint32_t timers[128];
    struct fifo lines[10];
    uint64_t tie;
    char out[256];
};

static void rig_run(struct rig *r, sim_time until)
{
    struct event ev;
    while (fifo_next(&r->sched, r->lines, until, &ev)) {
        size_t n = strlen(r->out);
        snprintf(r->out + n, sizeof r->out - n, "%s%c@%" PRId64, n ? " " : "", (char)ev.packet,
                 ev.at);
        ck_assert_int_eq(sched_now(&r->sched), ev.at);
    }
}

static void rig_free(struct rig *r)
{
    for (size_t i = 0; i < sizeof r->lines / sizeof *r->lines; i++) {
        fifo_free(&r->lines[i]);
    }
    sched_free(&r->sched);
}

static struct fifo *rig_line(struct rig *r, char digit)
{
    uint32_t place = (uint32_t)(digit - '0');
    if (r->lines[place].line == 0) {
        fifo_begin(&r->sched, r->lines, place);
    }
    return &r->lines[place];
}

static uint32_t rig_timer(struct rig *r, char letter)
{
    uint32_t *timer = &r->timers[(int)letter];
    if (*timer == 0) {
        *timer = sched_timer_new(&r->sched, 7, 3, (uint32_t)letter);
    }
    return *timer;
}

static struct event named(char letter, const char *at)
{
    return (struct event){.at = atoll(at), .packet = (uint32_t)letter, .what = EV_CALL};
}

static void rig_line_do(struct rig *r, const char *word)
{
    struct fifo *line = rig_line(r, word[0]);
    if (word[1] == 'x') {
        fifo_clear(&r->sched, line);
        return;
    }
    r->tie = word[2] == '&' ? r->tie : sched_tie(&r->sched);
    fifo_push(&r->sched, line, r->tie, named(word[1], word + 3));
}

static void rig_timer_do(struct rig *r, const char *word)
{
    uint32_t timer = rig_timer(r, word[0]);
    if (word[1] == 'x') {
        sched_timer_free(&r->sched, timer);
        r->timers[(int)word[0]] = 0;
        return;
    }
    sched_arm(&r->sched, timer, atoll(word + 2), 0);
}

static void rig_withdraw(struct rig *r, char letter)
{
    if (letter >= 'a') {
        sched_cancel(&r->sched, r->ids[(int)letter]);
    } else {
        sched_arm(&r->sched, rig_timer(r, letter), SIM_NEVER, 0);
    }
}

static void rig_do(struct rig *r, const char *word)
{
    if (word[0] == '|') {
        rig_run(r, atoll(word + 1));
    } else if (word[0] == '-') {
        rig_withdraw(r, word[1]);
    } else if (word[0] <= '9') {
        rig_line_do(r, word);
    } else if (word[0] <= 'Z') {
        rig_timer_do(r, word);
    } else {
        r->tie = word[1] == '&' ? r->tie : sched_tie(&r->sched);
        r->ids[(int)word[0]] = sched_at(&r->sched, named(word[0], word + 2), r->tie);
    }
}

static const struct {
    const char *claim, *script, *out;
} rules[] = {
    {"nothing to do, nothing comes out", "", ""},
    {"time orders", "a@20 b@10 c@30", "b@10 a@20 c@30"},
    {"the tie drawn first is first at equal times", "a@10 b@10 c@10", "a@10 b@10 c@10"},
    {"with equal ties, what was handed over first is first", "a@10 b&10 c&10", "a@10 b@10 c@10"},
    {"with equal ties, time still orders", "a@20 b&10", "b@10 a@20"},
    {"an event may be for now", "a@10 |10 b@10", "a@10 b@10"},

    {"cancelled: never comes out", "a@10 b@20 -a", "b@20"},
    {"cancelled twice is cancelled once", "a@10 b@10 -a -a c@10", "b@10 c@10"},
    {"the id of an event that fired harms no later one", "a@10 |10 b@20 -a", "a@10 b@20"},
    {"the id of a cancelled event harms none in its place", "a@10 -a |10 b@20 -a", "b@20"},

    {"a line comes out in order", "1a@10 1b@20 1c@20", "a@10 b@20 c@20"},
    {"lines and events interleave by time", "1a@10 1b@30 2c@20 d@25", "a@10 c@20 d@25 b@30"},
    {"one behind in a line keeps the tie of its hand-over", "1a@10 1b@20 c@20", "a@10 b@20 c@20"},
    {"and so does an event before it", "c@20 1a@10 1b@20", "a@10 c@20 b@20"},
    {"two lines at equal times go by tie", "1a@10 2b@10 1c@10 2d@10", "a@10 b@10 c@10 d@10"},
    {"lines with one tie go by hand-over", "2a@10 1b&10 3c&10", "a@10 b@10 c@10"},
    {"a line fills again after it ran empty", "1a@10 |10 1b@20", "a@10 b@20"},
    {"a cut forgets the whole line", "1a@10 1b@20 1x c@30", "c@30"},
    {"a cut leaves the other lines", "1a@10 2b@10 1x", "b@10"},
    {"after a cut an earlier entry is welcome", "1a@50 1b@60 1x 1c@20 d@55", "c@20 d@55"},
    {"after a cut a later entry comes when it should", "1a@10 1x 1b@60 c@30", "c@30 b@60"},
    {"a cut of an empty line is nothing", "1x 1a@10 |10 1x 1b@20", "a@10 b@20"},
    {"cut twice, filled twice", "1a@10 1x 1b@10 1x 1c@10", "c@10"},

    {"a timer runs out", "T@10", "T@10"},
    {"a timer runs out once", "T@10 |50 a@60", "T@10 a@60"},
    {"a timer may be armed again when it ran out", "T@10 |10 T@30", "T@10 T@30"},
    {"moved later: only the new time counts", "T@10 T@30 a@20", "a@20 T@30"},
    {"moved later, twice", "T@10 T@30 |15 T@40 a@35", "a@35 T@40"},
    {"moved earlier: only the new time counts", "T@30 T@10 a@20", "T@10 a@20"},
    {"moved earlier, then later", "T@30 T@10 T@20 a@15 b@25", "a@15 T@20 b@25"},
    {"moved later, then earlier than ever", "T@20 T@30 T@10 a@15", "T@10 a@15"},
    {"moved to where it was, it stands behind who came between", "T@10 a@10 T@10", "a@10 T@10"},
    {"moved later, it stands behind who came between", "T@10 a@20 T@20 b@20", "a@20 T@20 b@20"},
    {"moved earlier, it stands behind who came between", "T@20 a@10 T@10 b@10", "a@10 T@10 b@10"},
    {"moved there and back, it stands behind", "T@20 T@10 a@20 T@20 b@20", "a@20 T@20 b@20"},
    {"stopped: never comes out", "T@10 a@20 -T", "a@20"},
    {"stopped twice is stopped once", "T@10 -T -T a@20", "a@20"},
    {"stopped and armed later", "T@10 -T T@30 a@20", "a@20 T@30"},
    {"stopped and armed earlier", "T@30 -T T@10 a@20", "T@10 a@20"},
    {"stopped after a move", "T@10 T@30 -T a@40", "a@40"},
    {"stopped, passed over, armed again", "T@10 -T a@20 |20 T@30", "a@20 T@30"},
    {"freed: never comes out", "T@10 a@20 Tx", "a@20"},
    {"its number in other hands fires for those alone", "T@10 Tx U@30 a@20", "a@20 U@30"},
    {"its number in other hands, at the old time", "T@10 Tx a@10 U@10", "a@10 U@10"},
    {"freed while stopped", "T@10 -T Tx U@5 a@7", "U@5 a@7"},
    {"timers that run out together go by arming", "T@10 U@10 T@10", "U@10 T@10"},

    {"a run ends at its limit and goes on", "a@10 T@20 1b@30 |20", "a@10 T@20 b@30"},
    {"at the limit is within it", "a@10 |9 b@10", "a@10 b@10"},
};

START_TEST(rule)
{
    struct rig r = {0};
    char script[128];
    snprintf(script, sizeof script, "%s", rules[_i].script);
    for (char *word = strtok(script, " "); word; word = strtok(NULL, " ")) {
        rig_do(&r, word);
    }
    rig_run(&r, SIM_NEVER);
    ck_assert_msg(strcmp(r.out, rules[_i].out) == 0, "%s: %s gives %s, not %s", rules[_i].claim,
                  rules[_i].script, r.out, rules[_i].out);
    ck_assert_int_eq(sched_peek(&r.sched), SIM_NEVER);
    rig_free(&r);
}
END_TEST

START_TEST(what_is_withdrawn_moves_no_clock_and_keeps_no_run_open)
{
    struct rig r = {0};
    const char *words[] = {"a@5", "b@10", "-b", "1c@20", "1x", "T@30", "-T", "U@40", "Ux"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        rig_do(&r, words[i]);
    }
    ck_assert_int_eq(sched_peek(&r.sched), 5);
    rig_run(&r, SIM_NEVER);
    ck_assert_str_eq(r.out, "a@5");
    ck_assert_uint_eq(r.sched.handed, 1);
    ck_assert_int_eq(sched_now(&r.sched), 5);
    rig_free(&r);
}
END_TEST

START_TEST(a_limit_moves_no_clock)
{
    struct sched s = {0};
    struct event ev;
    sched_at(&s, named('a', "10"), sched_tie(&s));
    ck_assert(!sched_next(&s, 9, &ev));
    ck_assert_int_eq(sched_now(&s), 0);
    ck_assert_int_eq(sched_peek(&s), 10);
    ck_assert(sched_next(&s, 10, &ev));
    ck_assert_int_eq(sched_now(&s), 10);
    sched_free(&s);
}
END_TEST

START_TEST(looking_changes_nothing)
{
    struct rig r = {0};
    rig_do(&r, "T@10");
    rig_do(&r, "T@50");
    ck_assert_int_eq(sched_peek(&r.sched), 50);
    rig_do(&r, "T@20");
    rig_do(&r, "a@5");
    ck_assert_int_eq(sched_peek(&r.sched), 5);
    ck_assert_int_eq(sched_now(&r.sched), 0);
    rig_run(&r, SIM_NEVER);
    ck_assert_str_eq(r.out, "a@5 T@20");
    rig_free(&r);
}
END_TEST

START_TEST(cancel_tells_whether_it_was_in_time)
{
    struct sched s = {0};
    struct event ev;
    event_id fired = sched_at(&s, named('a', "10"), sched_tie(&s));
    event_id cancelled = sched_at(&s, named('b', "20"), sched_tie(&s));
    ck_assert(sched_next(&s, 10, &ev));
    ck_assert(!sched_cancel(&s, fired));
    ck_assert(sched_cancel(&s, cancelled));
    ck_assert(!sched_cancel(&s, cancelled));
    ck_assert(!sched_cancel(&s, 0));
    ck_assert(!sched_cancel(&s, UINT64_MAX));
    sched_free(&s);
}
END_TEST

START_TEST(never_never_happens)
{
    struct sched s = {0};
    struct event ev = {.at = SIM_NEVER};
    ck_assert_uint_eq(sched_at(&s, ev, sched_tie(&s)), 0);
    sched_line_first(&s, sched_line_new(&s, 1), SIM_NEVER, sched_tie(&s), sched_turn(&s));
    ck_assert(!sched_next(&s, SIM_NEVER, &ev));
    sched_free(&s);
}
END_TEST

START_TEST(an_event_comes_out_as_it_went_in)
{
    struct sched s = {0};
    struct event in = {10, 2, 3, 4, EV_ARRIVE, 6}, out;
    sched_at(&s, in, sched_tie(&s));
    ck_assert(sched_next(&s, SIM_NEVER, &out));
    ck_assert_mem_eq(&in, &out, sizeof in);
    sched_free(&s);
}
END_TEST

START_TEST(a_line_names_its_owner)
{
    struct sched s = {0};
    struct event out, want = {.at = 20, .target = 7, .what = EV_LINE};
    sched_line_first(&s, sched_line_new(&s, 7), 20, sched_tie(&s), sched_turn(&s));
    ck_assert(sched_next(&s, SIM_NEVER, &out));
    ck_assert_mem_eq(&out, &want, sizeof want);
    ck_assert(!sched_next(&s, SIM_NEVER, &out));
    sched_free(&s);
}
END_TEST

START_TEST(a_timer_names_its_actor_and_the_cause_of_its_last_arming)
{
    struct sched s = {0};
    struct event ev;
    uint32_t timer = sched_timer_new(&s, 7, 3, 9);
    sched_arm(&s, timer, 10, 100);
    sched_arm(&s, timer, 20, 101);
    ck_assert(sched_next(&s, SIM_NEVER, &ev));
    struct event want = {20, 7, 9, 101, EV_TIMER, 3};
    ck_assert_mem_eq(&ev, &want, sizeof ev);
    sched_free(&s);
}
END_TEST

START_TEST(ties_count_from_one_and_stopping_draws_none)
{
    struct sched s = {0};
    uint32_t timer = sched_timer_new(&s, 1, 0, 0);
    ck_assert_uint_eq(sched_tie(&s), 1);
    sched_arm(&s, timer, 10, 0);
    sched_arm(&s, timer, SIM_NEVER, 0);
    ck_assert_uint_eq(sched_tie(&s), 3);
    sched_free(&s);
}
END_TEST

/* Size. */

START_TEST(a_million_events_come_out_in_order)
{
    struct sched s = {0};
    struct dice dice = dice_make(1, "million");
    const uint32_t count = 1000000;
    for (uint32_t i = 0; i < count; i++) {
        sim_time at = (sim_time)draw_below(draw(&dice, 0, i), 100000);
        sched_at(&s, (struct event){.at = at, .packet = i}, sched_tie(&s));
    }
    struct event last = {.at = -1}, ev;
    uint32_t disordered = 0;
    for (; sched_next(&s, SIM_NEVER, &ev); last = ev) {
        disordered += ev.at < last.at || (ev.at == last.at && ev.packet < last.packet);
    }
    ck_assert_uint_eq(disordered, 0);
    ck_assert_uint_eq(s.handed, count);
    sched_free(&s);
}
END_TEST

START_TEST(a_line_of_a_million_takes_one_place_in_the_heap)
{
    struct sched s = {0};
    struct event ev;
    struct fifo line = {0};
    fifo_begin(&s, &line, 0);
    for (uint32_t i = 0; i < 1000000; i++) {
        fifo_push(&s, &line, sched_tie(&s), (struct event){.at = i, .packet = i});
    }
    ck_assert_uint_eq(s.heap.count, 1);
    uint32_t disordered = 0;
    for (uint32_t i = 0; fifo_next(&s, &line, SIM_NEVER, &ev); i++) {
        disordered += ev.packet != i;
    }
    ck_assert_uint_eq(disordered, 0);
    ck_assert_uint_eq(s.handed, 1000000);
    fifo_free(&line);
    sched_free(&s);
}
END_TEST

START_TEST(what_is_withdrawn_does_not_pile_up)
{
    struct sched s = {0};
    uint32_t timer = sched_timer_new(&s, 1, 0, 0), line = sched_line_new(&s, 1);
    uint32_t most = 0;
    for (sim_time i = 0; i < 100000; i++) {
        sched_cancel(&s, sched_at(&s, (struct event){.at = i + SIM_S}, sched_tie(&s)));
        sched_line_first(&s, line, i + SIM_S, sched_tie(&s), sched_turn(&s));
        sched_line_clear(&s, line);
        sched_arm(&s, timer, SIM_S - i, 0);
        most = s.heap.count > most ? s.heap.count : most;
    }
    ck_assert_uint_lt(most, 200);
    ck_assert_uint_lt(s.cell_count, 200);
    ck_assert_int_eq(sched_peek(&s), SIM_S - 99999);
    sched_free(&s);
}
END_TEST

START_TEST(once_grown_nothing_grows)
{
    struct sched s = {0};
    struct event ev = {0};
    struct fifo line = {0};
    uint32_t timer = sched_timer_new(&s, 1, 0, 0);
    uint32_t heap = 0, cells = 0;
    fifo_begin(&s, &line, 0);
    for (int i = 0; i < 10000; i++) {
        sched_at(&s, (struct event){.at = s.now + 5, .what = EV_CALL}, sched_tie(&s));
        fifo_push(&s, &line, sched_tie(&s), (struct event){.at = s.now + 50});
        sched_arm(&s, timer, s.now + 200, 0);
        fifo_next(&s, &line, SIM_NEVER, &ev);
        fifo_next(&s, &line, SIM_NEVER, &ev);
        if (i == 1000) {
            heap = s.heap.capacity;
            cells = s.cell_capacity;
        }
    }
    ck_assert_uint_eq(s.handed, 20000);
    ck_assert_uint_eq(s.heap.capacity, heap);
    ck_assert_uint_eq(s.cell_capacity, cells);
    fifo_free(&line);
    sched_free(&s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sched");
    TCase *tc = tcase_create("rules");
    tcase_add_loop_test(tc, rule, 0, sizeof rules / sizeof *rules);
    tcase_add_test(tc, what_is_withdrawn_moves_no_clock_and_keeps_no_run_open);
    tcase_add_test(tc, a_limit_moves_no_clock);
    tcase_add_test(tc, looking_changes_nothing);
    tcase_add_test(tc, cancel_tells_whether_it_was_in_time);
    tcase_add_test(tc, never_never_happens);
    tcase_add_test(tc, an_event_comes_out_as_it_went_in);
    tcase_add_test(tc, a_line_names_its_owner);
    tcase_add_test(tc, a_timer_names_its_actor_and_the_cause_of_its_last_arming);
    tcase_add_test(tc, ties_count_from_one_and_stopping_draws_none);
    suite_add_tcase(suite, tc);
    tc = tcase_create("size");
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, a_million_events_come_out_in_order);
    tcase_add_test(tc, a_line_of_a_million_takes_one_place_in_the_heap);
    tcase_add_test(tc, what_is_withdrawn_does_not_pile_up);
    tcase_add_test(tc, once_grown_nothing_grows);
    suite_add_tcase(suite, tc);

    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
