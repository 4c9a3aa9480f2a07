#pragma once
/* Inside sched.c and timers.c. */

#include "core/sched.h"

#include <stddef.h>

#define SCHED_NUMBERS      (1u << 30) /* of each kind: what a heap entry has room for */
#define SCHED_STALE_SPARED 64u        /* as many stale entries are never worth a sweep */

/* `items` made large enough for [0] (never used) to [count]. */
void *sched_with_room(void *items, uint32_t count, uint32_t *capacity, size_t size);

/* timers.c. True if the timer that comes next does so before `other` (NULL: never); then it is on
 * top of the timers' heap. */
bool timers_settle(struct sched *s, const struct heap_entry *other);
void timers_take(struct sched *s, struct event *ev); /* that timer runs out */

/* The same, most times without a look at more than the tops of both heaps. */
static inline bool timer_is_next(struct sched *s, const struct heap_entry *other)
{
    const struct heap *h = &s->timer_heap;
    if (h->count == 0) {
        return false;
    }
    const struct heap_entry *top = h->entries;
    bool may_be = !other || heap_is_before(top->at, top->tie, top->who, other);
    return may_be && timers_settle(s, other);
}
