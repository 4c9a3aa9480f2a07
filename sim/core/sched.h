#pragma once
/* The scheduler: what happens next. Events are data and come out in the order of (at, tie): the
 * time, then the tie number drawn when the event was handed over; events that share both come out
 * in the order in which they were handed over.
 *
 * Packets on a link wait in a line (FIFO), which its owner keeps; only the first of it is here. A
 * timer that is moved to a later time keeps its place in the heap and looks again when it gets
 * there. Both carry their own tie number, so the order is that of one plain heap. What was moved,
 * stopped, cleared or cancelled never comes out, moves no clock, is not counted, and keeps no run
 * open.
 *
 * Zero is a scheduler at time 0 with nothing to do. Once its arrays have grown to what a run needs,
 * nothing is allocated for an event. */

#include "base/simtime.h"
#include "core/heap.h"

enum event_what {
    EV_LINE,   /* the first of a line is due: it reaches the far end */
    EV_ARRIVE, /* the packet, which is in no line, reaches the far end */
    EV_LOST,   /* the packet vanishes on the way */
    EV_TX,     /* its transmission starts; only writes the record */
    EV_SENT,   /* its transmission ends */
    EV_TIMER,  /* a timer of an actor runs out */
    EV_CALL,   /* a step of a script */
    EV_FAULT,  /* a fault of the scenario */
};

struct event {
    sim_time at;     /* ns since the run began */
    uint32_t target; /* entity that gets it */
    uint32_t packet; /* packet id, 0 = none; EV_TIMER: the timer's index */
    uint32_t cause;  /* trace record that scheduled it, 0 = the scenario */
    uint16_t what;   /* enum event_what */
    uint16_t slot;   /* EV_TIMER: timer number of the actor */
};

/* An event that may be cancelled. 0 is none; one that fired or was cancelled stays harmless. */
typedef uint64_t event_id;

struct sched_cell; /* an event of sched_at */
struct sched_line; /* the first of somebody's FIFO */
struct sched_timer;

struct sched {
    sim_time now;     /* of the last event that came out */
    uint64_t handed;  /* events that came out */
    uint64_t ties;    /* tie numbers drawn */
    uint32_t turns;   /* events handed over, wraps around */
    bool vacant;      /* the top of the heap has come out: its place waits for the next entry */
    struct heap heap; /* plain events, firsts of lines */
    uint32_t stale;   /* heap entries whose event is gone */
    uint32_t timers_stale; /* the same of timer_heap, without those of stopped timers */
    struct heap timer_heap;
    struct sched_cell *cells;
    struct sched_line *lines;
    struct sched_timer *timers;
    uint32_t cell_count, cell_capacity, cell_unused; /* unused: first of a list, 0 = none */
    uint32_t line_count, line_capacity;
    uint32_t timer_count, timer_capacity, timer_unused;
};

void sched_init(struct sched *s);
void sched_free(struct sched *s); /* gives the memory back; a zero scheduler again */

uint64_t sched_tie(struct sched *s); /* draws the next tie number, from 1 */

/* Plain events. ev.at >= now; one at SIM_NEVER never happens and is not kept (id 0).
 * sched_cancel: false if it fired or was cancelled. */
event_id sched_at(struct sched *s, struct event ev, uint64_t tie);
bool sched_cancel(struct sched *s, event_id id);

/* Lines, numbered from 1, alive as long as the scheduler. When the first of a line is due, {at,
 * target, .what = EV_LINE} comes out, and the owner says at once which is the first now, if any is
 * left, as it does when one enters an empty line. Each was handed over with a tie and a turn, in
 * the order in which they come out: times never decrease, nor does the tie between equal times. One
 * at SIM_NEVER is never due. sched_line_clear: a cut; nothing is in the line, and the next one may
 * be earlier. */
uint32_t sched_line_new(struct sched *s, uint32_t target);
void sched_line_first(struct sched *s, uint32_t line, sim_time at, uint64_t tie, uint32_t turn);
void sched_line_clear(struct sched *s, uint32_t line);
/* Draws the turn of what enters a line now: it tells what was handed over first of all that shares
 * time and tie. */
static inline uint32_t sched_turn(struct sched *s)
{
    return s->turns++;
}

/* Timers, numbered from 1; a number is used again once freed. Running out gives
 * {at, target, .packet = index, cause, EV_TIMER, slot} and leaves the timer stopped.
 * sched_arm sets the time (at >= now) or moves it, and draws a tie; SIM_NEVER stops and draws none.
 * sched_timer_free stops it and gives the number back. */
uint32_t sched_timer_new(struct sched *s, uint32_t target, uint16_t slot, uint32_t index);
/* From now on the timer is that of another index (a slot that frames take in turn). */
void sched_timer_index(struct sched *s, uint32_t timer, uint32_t index);
void sched_arm(struct sched *s, uint32_t timer, sim_time at, uint32_t cause);
void sched_timer_free(struct sched *s, uint32_t timer);

/* The next event, if its time is at or before `until`; `now` moves to it. False: nothing is left up
 * to there, and `now` stays where it is. */
bool sched_next(struct sched *s, sim_time until, struct event *ev);
sim_time sched_peek(struct sched *s); /* time of the next event, SIM_NEVER if nothing is left */
void sched_advance(struct sched *s,
                   sim_time to); /* `now` moves on; nothing may be due before `to` */

static inline sim_time sched_now(const struct sched *s)
{
    return s->now;
}
