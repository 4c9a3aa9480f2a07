#pragma once
/* Lines of the scheduler with what their owner keeps: events that come out as they went in. The
 * lines of one scheduler stand in an array, and the scheduler knows each by its place there. */

#include "base/os.h"
#include "core/sched.h"

#include <stdlib.h>

struct fifo_entry {
    struct event ev;
    uint64_t tie;
    uint32_t turn;
};

struct fifo {
    uint32_t line; /* of the scheduler; 0: none yet */
    struct fifo_entry *list;
    uint32_t first, count, cap;
};

static inline void fifo_begin(struct sched *s, struct fifo *all, uint32_t place)
{
    all[place].line = sched_line_new(s, place);
}

static inline void fifo_tell_first(struct sched *s, const struct fifo *f)
{
    if (f->first < f->count) {
        const struct fifo_entry *e = &f->list[f->first];
        sched_line_first(s, f->line, e->ev.at, e->tie, e->turn);
    }
}

static inline void fifo_push(struct sched *s, struct fifo *f, uint64_t tie, struct event ev)
{
    if (f->first == f->count) {
        f->first = f->count = 0;
    }
    if (f->count == f->cap) {
        f->cap = f->cap ? 2 * f->cap : 16;
        f->list = os_realloc(f->list, f->cap * sizeof *f->list);
    }
    f->list[f->count++] = (struct fifo_entry){ev, tie, sched_turn(s)};
    if (f->count - f->first == 1) {
        fifo_tell_first(s, f);
    }
}

static inline void fifo_clear(struct sched *s, struct fifo *f)
{
    f->first = f->count = 0;
    sched_line_clear(s, f->line);
}

/* As sched_next: an event of a line comes out as it was pushed. */
static inline bool fifo_next(struct sched *s, struct fifo *all, sim_time until, struct event *ev)
{
    if (!sched_next(s, until, ev)) {
        return false;
    }
    if (ev->what == EV_LINE) {
        struct fifo *f = &all[ev->target];
        *ev = f->list[f->first++].ev;
        fifo_tell_first(s, f);
    }
    return true;
}

static inline void fifo_free(struct fifo *f)
{
    free(f->list);
    *f = (struct fifo){0};
}
