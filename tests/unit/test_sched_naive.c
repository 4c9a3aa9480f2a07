/* The scheduler against a naive one, which keeps everything in one unordered list and looks through
 * all of it for the next event: whatever is done to both at random, the same comes out. */
#include "base/draw.h"
#include "fifo.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define NAIVE_TIMERS 6
#define NAIVE_LINES  4

enum naive_kind { NAIVE_EVENT, NAIVE_LINE, NAIVE_TIMER };

struct naive_item {
    struct event ev;
    uint64_t tie, turn;
    enum naive_kind kind;
    uint32_t number; /* of the event, line or timer */
};

struct naive {
    struct naive_item items[4096];
    size_t count;
    uint64_t turns;
};

static void naive_add(struct naive *n, struct event ev, uint64_t tie, enum naive_kind kind,
                      uint32_t number)
{
    if (n->count == sizeof n->items / sizeof *n->items) {
        ck_abort_msg("the naive scheduler is full");
    }
    n->items[n->count++] = (struct naive_item){ev, tie, n->turns++, kind, number};
}

/* Returns how many there were. */
static size_t naive_remove(struct naive *n, enum naive_kind kind, uint32_t number)
{
    size_t kept = 0, before = n->count;
    for (size_t i = 0; i < before; i++) {
        if (n->items[i].kind != kind || n->items[i].number != number) {
            n->items[kept++] = n->items[i];
        }
    }
    n->count = kept;
    return before - kept;
}

static bool naive_before(const struct naive_item *a, const struct naive_item *b)
{
    if (a->ev.at != b->ev.at) {
        return a->ev.at < b->ev.at;
    }
    return a->tie != b->tie ? a->tie < b->tie : a->turn < b->turn;
}

static bool naive_next(struct naive *n, sim_time until, struct event *ev)
{
    size_t first = 0;
    for (size_t i = 1; i < n->count; i++) {
        first = naive_before(&n->items[i], &n->items[first]) ? i : first;
    }
    if (n->count == 0 || n->items[first].ev.at > until) {
        return false;
    }
    *ev = n->items[first].ev;
    memmove(&n->items[first], &n->items[first + 1], (--n->count - first) * sizeof n->items[0]);
    return true;
}

static sim_time naive_line_last(const struct naive *n, uint32_t line, sim_time now)
{
    sim_time last = now;
    for (size_t i = 0; i < n->count; i++) {
        const struct naive_item *item = &n->items[i];
        if (item->kind == NAIVE_LINE && item->number == line && item->ev.at > last) {
            last = item->ev.at;
        }
    }
    return last;
}

/* One random run of both. */

struct pair {
    struct sched sched;
    struct naive naive;
    struct dice dice;
    uint64_t drawn; /* numbers of the dice used up */
    sim_time span;  /* events lie at most so far ahead */
    uint64_t tie;   /* drawn last by hand */
    event_id ids[2048];
    uint32_t id_count;
    struct fifo lines[NAIVE_LINES];
    uint32_t timers[NAIVE_TIMERS];
    uint64_t handed;
    sim_time last; /* time of the last event */
};

static uint32_t pick(struct pair *p, uint64_t range)
{
    return (uint32_t)draw_below(draw_long(&p->dice, 0, p->drawn++, 0), range);
}

static uint64_t pair_tie(struct pair *p)
{
    bool again = p->tie != 0 && pick(p, 4) == 0;
    p->tie = again ? p->tie : sched_tie(&p->sched);
    return p->tie;
}

static struct event pair_event(struct pair *p, sim_time from)
{
    return (struct event){.at = from + pick(p, (uint64_t)p->span),
                          .target = pick(p, 100),
                          .packet = (uint32_t)p->drawn,
                          .what = EV_ARRIVE};
}

static void do_at(struct pair *p)
{
    uint32_t number = p->id_count++ % (sizeof p->ids / sizeof *p->ids);
    struct event ev = pair_event(p, p->last);
    uint64_t tie = pair_tie(p);
    if (p->id_count > sizeof p->ids / sizeof *p->ids) {
        ck_assert(naive_remove(&p->naive, NAIVE_EVENT, number) ==
                  sched_cancel(&p->sched, p->ids[number]));
    }
    naive_add(&p->naive, ev, tie, NAIVE_EVENT, number);
    p->ids[number] = sched_at(&p->sched, ev, tie);
}

/* Of any event so far: most are stale. */
static void do_cancel(struct pair *p)
{
    if (p->id_count > 0) {
        uint32_t back = pick(p, pick(p, 2) ? 8 : sizeof p->ids / sizeof *p->ids);
        uint32_t number = (p->id_count - 1 - back % p->id_count) % (sizeof p->ids / sizeof *p->ids);
        size_t had = naive_remove(&p->naive, NAIVE_EVENT, number);
        ck_assert_int_eq(sched_cancel(&p->sched, p->ids[number]), had > 0);
    }
}

static void do_push(struct pair *p)
{
    uint32_t line = pick(p, NAIVE_LINES);
    struct event ev = pair_event(p, naive_line_last(&p->naive, line, p->last));
    uint64_t tie = pair_tie(p);
    naive_add(&p->naive, ev, tie, NAIVE_LINE, line);
    fifo_push(&p->sched, &p->lines[line], tie, ev);
}

static void do_clear(struct pair *p)
{
    uint32_t line = pick(p, NAIVE_LINES);
    naive_remove(&p->naive, NAIVE_LINE, line);
    fifo_clear(&p->sched, &p->lines[line]);
}

static struct event timer_event(uint32_t timer, sim_time at, uint32_t cause)
{
    return (struct event){at, 1000 + timer, timer, cause, EV_TIMER, (uint16_t)(timer + 1)};
}

static void new_timer(struct pair *p, uint32_t timer)
{
    p->timers[timer] = sched_timer_new(&p->sched, 1000 + timer, (uint16_t)(timer + 1), timer);
}

static void do_arm(struct pair *p)
{
    uint32_t timer = pick(p, NAIVE_TIMERS);
    sim_time at = p->last + pick(p, (uint64_t)p->span);
    uint32_t cause = pick(p, 1000);
    naive_remove(&p->naive, NAIVE_TIMER, timer);
    sched_arm(&p->sched, p->timers[timer], at, cause);
    naive_add(&p->naive, timer_event(timer, at, cause), p->sched.ties, NAIVE_TIMER, timer);
}

static void do_stop(struct pair *p)
{
    uint32_t timer = pick(p, NAIVE_TIMERS);
    naive_remove(&p->naive, NAIVE_TIMER, timer);
    sched_arm(&p->sched, p->timers[timer], SIM_NEVER, 0);
}

static void do_free(struct pair *p)
{
    uint32_t timer = pick(p, NAIVE_TIMERS);
    naive_remove(&p->naive, NAIVE_TIMER, timer);
    sched_timer_free(&p->sched, p->timers[timer]);
    new_timer(p, timer);
}

static bool both_next(struct pair *p, sim_time until)
{
    struct event ours = {0}, theirs = {0};
    bool any = naive_next(&p->naive, until, &theirs);
    bool same = fifo_next(&p->sched, p->lines, until, &ours) == any;
    p->handed += any;
    p->last = any ? theirs.at : p->last;
    same = same && memcmp(&ours, &theirs, sizeof ours) == 0 && sched_now(&p->sched) == p->last &&
           p->sched.handed == p->handed && p->sched.stale <= p->sched.heap.count;
    if (!same) { /* each assertion writes to a pipe: too slow for every event */
        ck_abort_msg("event %llu: packet %u at %lld, not packet %u at %lld",
                     (unsigned long long)p->handed, ours.packet, (long long)ours.at, theirs.packet,
                     (long long)theirs.at);
    }
    return any;
}

static void do_next(struct pair *p)
{
    both_next(p, SIM_NEVER);
}

static void do_run(struct pair *p)
{
    for (sim_time until = p->last + pick(p, (uint64_t)p->span); both_next(p, until);) {
    }
}

static void do_peek(struct pair *p)
{
    sim_time first = SIM_NEVER;
    for (size_t i = 0; i < p->naive.count; i++) {
        sim_time at = p->naive.items[i].ev.at;
        first = at < first ? at : first;
    }
    ck_assert_int_eq(sched_peek(&p->sched), first);
}

/* How often each is done, of the sum. */
static const struct mix {
    const char *claim;
    sim_time span;
    unsigned often[10];
} mixes[] = {
    /*                                   at cancel push clear arm stop free next run peek */
    {"a bit of everything", 50, {20, 8, 20, 1, 15, 4, 1, 40, 4, 4}},
    {"nearly all at equal times", 3, {20, 8, 20, 1, 15, 4, 1, 40, 4, 4}},
    {"plain events alone", 1000, {50, 0, 0, 0, 0, 0, 0, 49, 0, 0}},
    {"more is cancelled than fires", 100000, {50, 60, 0, 0, 0, 0, 0, 5, 0, 0}},
    {"lines alone, often cut", 20, {0, 0, 60, 8, 0, 0, 0, 40, 0, 1}},
    {"timers alone, moved all the time", 100, {0, 0, 0, 0, 80, 5, 0, 10, 0, 0}},
    {"timers moved far and near, freed", 1000000, {1, 0, 1, 0, 80, 5, 20, 2, 0, 5}},
    {"everything far ahead", SIM_S * 1000, {20, 20, 20, 4, 40, 10, 4, 40, 0, 4}},
};

static void step(struct pair *p, const struct mix *mix)
{
    static void (*const deeds[10])(struct pair *) = {
        do_at, do_cancel, do_push, do_clear, do_arm, do_stop, do_free, do_next, do_run, do_peek,
    };
    unsigned sum = 0;
    for (int i = 0; i < 10; i++) {
        sum += mix->often[i];
    }
    uint32_t left = pick(p, sum);
    int deed = 0;
    while (left >= mix->often[deed]) {
        left -= mix->often[deed++];
    }
    deeds[deed](p);
}

static void run_pair(const struct mix *mix, uint64_t seed, struct pair *p)
{
    memset(p, 0, sizeof *p);
    p->dice = dice_make(seed, mix->claim);
    p->span = mix->span;
    for (uint32_t i = 0; i < NAIVE_LINES; i++) {
        fifo_begin(&p->sched, p->lines, i);
    }
    for (uint32_t i = 0; i < NAIVE_TIMERS; i++) {
        new_timer(p, i);
    }
    for (int i = 0; i < 4000; i++) {
        step(p, mix);
    }
    while (both_next(p, SIM_NEVER)) {
    }
    for (uint32_t i = 0; i < NAIVE_LINES; i++) {
        fifo_free(&p->lines[i]);
    }
    sched_free(&p->sched);
}

START_TEST(what_comes_out_is_what_a_naive_scheduler_says)
{
    struct pair *p = malloc(sizeof *p);
    ck_assert_ptr_nonnull(p);
    uint64_t seeds = getenv("SLOWWIRE_LONG") ? 1000 : 50;
    for (uint64_t seed = 1; seed <= seeds; seed++) {
        run_pair(&mixes[_i], seed, p);
    }
    free(p);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sched_naive");
    TCase *tc = tcase_create("random");
    tcase_set_timeout(tc, 240);
    tcase_add_loop_test(tc, what_comes_out_is_what_a_naive_scheduler_says, 0,
                        sizeof mixes / sizeof *mixes);
    suite_add_tcase(suite, tc);

    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
