/* What an event costs: the hold model (each event that comes out puts another in) with n pending,
 * as plain events, as packets on delay lines, and as timers that are moved before they run out.
 * Prints nanoseconds an event, the least of five runs. */
#include "base/draw.h"
#include "base/os.h"
#include "tests/unit/fifo.h"

#include <stdio.h>
#include <stdlib.h>

#define EVENTS 2000000u
#define LINES  64u
#define STEPS  65536u /* increments drawn beforehand, so that the dice are not measured */
#define ROUNDS 5

struct bench {
    struct sched sched;
    sim_time steps[STEPS];
    uint32_t used;
    uint32_t pending;
};

static sim_time next_step(struct bench *b)
{
    return b->steps[b->used++ % STEPS];
}

/* 9 of 10 about 12 us ahead, the tenth 100 to 300 ms: packets and retransmission timers. */
static void draw_steps(struct bench *b, bool mixed)
{
    struct dice dice = dice_make(1, "bench");
    for (uint32_t i = 0; i < STEPS; i++) {
        uint64_t bits = draw(&dice, 1, i);
        bool far = mixed && draw_below(draw(&dice, 2, i), 10) == 0;
        sim_time span = mixed && !far ? 24 * SIM_US : 200 * SIM_MS;
        b->steps[i] = (far ? 100 * SIM_MS : 1) + (sim_time)draw_below(bits, (uint64_t)span);
    }
}

static void plain(struct bench *b)
{
    struct sched *s = &b->sched;
    struct event ev = {0};
    for (uint32_t i = 0; i < b->pending; i++) {
        sched_at(s, (struct event){.at = next_step(b)}, sched_tie(s));
    }
    for (uint32_t i = 0; i < EVENTS; i++) {
        sched_next(s, SIM_NEVER, &ev);
        sched_at(s, (struct event){.at = ev.at + next_step(b), .packet = i}, sched_tie(s));
    }
}

/* Each line has its own delay; a packet that arrives goes onto the line again. */
static void lines(struct bench *b)
{
    struct sched *s = &b->sched;
    struct event ev;
    uint32_t count = b->pending < LINES ? b->pending : LINES;
    struct fifo all[LINES] = {0};
    for (uint32_t i = 0; i < count; i++) {
        fifo_begin(s, all, i);
    }
    for (uint32_t i = 0; i < b->pending; i++) {
        uint32_t line = i % count;
        fifo_push(s, &all[line], sched_tie(s),
                  (struct event){.at = 12 * SIM_US * (i / count), .target = line});
    }
    for (uint32_t i = 0; i < EVENTS; i++) {
        fifo_next(s, all, SIM_NEVER, &ev);
        sim_time at = ev.at + 20 * SIM_MS + ev.target;
        fifo_push(s, &all[ev.target], sched_tie(s), (struct event){.at = at, .target = ev.target});
    }
    for (uint32_t i = 0; i < count; i++) {
        fifo_free(&all[i]);
    }
}

/* A timer of each of n connections; each packet moves the timer of one, as an ACK does. */
static void timers(struct bench *b)
{
    struct sched *s = &b->sched;
    struct event ev;
    for (uint32_t i = 0; i < b->pending; i++) {
        sched_arm(s, sched_timer_new(s, i, 0, 0), 200 * SIM_MS + next_step(b), 0);
    }
    uint32_t line = sched_line_new(s, 0);
    sched_line_first(s, line, 0, sched_tie(s), sched_turn(s));
    for (uint32_t i = 0; i < EVENTS; i++) {
        sched_next(s, SIM_NEVER, &ev);
        if (ev.what == EV_TIMER) {
            sched_arm(s, ev.target + 1, ev.at + 200 * SIM_MS, 0);
            continue;
        }
        sched_arm(s, 1 + i % b->pending, ev.at + 200 * SIM_MS, 0);
        sched_line_first(s, line, ev.at + 12 * SIM_US, sched_tie(s), sched_turn(s));
    }
}

static double measure(struct bench *b, void (*work)(struct bench *), bool mixed, uint32_t pending)
{
    draw_steps(b, mixed);
    int64_t least = INT64_MAX;
    for (int i = 0; i < ROUNDS; i++) {
        b->used = 0;
        b->pending = pending;
        int64_t start = os_wall_ns();
        work(b);
        int64_t took = os_wall_ns() - start;
        least = took < least ? took : least;
        sched_free(&b->sched);
    }
    return (double)least / EVENTS;
}

static const struct {
    const char *name;
    void (*work)(struct bench *);
    bool mixed;
} rows[] = {
    {"plain events, uniform", plain, false},
    {"plain events, 90 % near", plain, true},
    {"64 delay lines", lines, false},
    {"timers moved by packets", timers, false},
};

int main(void)
{
    static const uint32_t pending[] = {16, 1024, 65536};
    struct bench *b = os_alloc(sizeof *b);
    printf("%-24s %8s %8s %8s  pending; ns an event\n", "", "16", "1024", "65536");
    for (size_t row = 0; row < sizeof rows / sizeof *rows; row++) {
        printf("%-24s", rows[row].name);
        for (size_t i = 0; i < sizeof pending / sizeof *pending; i++) {
            printf(" %8.1f", measure(b, rows[row].work, rows[row].mixed, pending[i]));
            fflush(stdout);
        }
        printf("\n");
    }
    free(b);
    return 0;
}
