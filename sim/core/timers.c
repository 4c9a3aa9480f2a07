/* The scheduler's timers. A connection has several, most of which are moved before they run out, so
 * they have a heap of their own: what packets do in theirs then takes as long as links are busy,
 * not as there are connections, and only what is about to run out is touched in this one. An entry
 * whose timer moved to a later time, or was stopped, stays, and is looked at when it gets to the
 * top. */
#include "core/sched_inside.h"

#include <assert.h>

/* Its heap entry is the one that has tie entry_tie. Armed to at or after entry_at, it keeps that
 * entry; armed to before, it gets another one. */
struct sched_timer {
    sim_time at;  /* SIM_NEVER: stopped */
    uint64_t tie; /* of the last arming */
    sim_time entry_at;
    uint64_t entry_tie; /* 0: none */
    uint32_t target, index, cause;
    uint32_t next; /* of the unused ones */
    uint16_t slot;
};

static struct sched_timer *timer_of(struct sched *s, const struct heap_entry *e)
{
    return &s->timers[e->who];
}

/* False: the timer was stopped, freed, or has an earlier entry. */
static bool entry_lives(const struct sched_timer *t, const struct heap_entry *e)
{
    return t->entry_tie == e->tie && t->at != SIM_NEVER;
}

/* An entry that is for nothing is about to leave the heap; that of a stopped timer, which it might
 * have used again, was not counted as stale. */
static void bury(struct sched *s, const struct heap_entry *e)
{
    struct sched_timer *t = timer_of(s, e);
    if (t->entry_tie == e->tie) {
        t->entry_tie = 0;
    } else {
        s->timers_stale--;
    }
}

static bool lives_or_is_buried(struct sched *s, const struct heap_entry *e)
{
    bool lives = entry_lives(timer_of(s, e), e);
    if (!lives) {
        bury(s, e);
    }
    return lives;
}

static void sweep(struct sched *s)
{
    heap_sweep(&s->timer_heap, lives_or_is_buried, s);
}

static void add_stale(struct sched *s)
{
    s->timers_stale++;
    if (s->timers_stale > SCHED_STALE_SPARED && s->timers_stale > s->timer_heap.count / 2) {
        sweep(s);
    }
}

uint32_t sched_timer_new(struct sched *s, uint32_t target, uint16_t slot, uint32_t index)
{
    uint32_t number = s->timer_unused;
    if (number > 0) {
        s->timer_unused = s->timers[number].next;
    } else {
        number = ++s->timer_count;
        s->timers = sched_with_room(s->timers, number, &s->timer_capacity, sizeof *s->timers);
    }
    s->timers[number] =
        (struct sched_timer){.at = SIM_NEVER, .target = target, .index = index, .slot = slot};
    return number;
}

static struct sched_timer *timer_at(struct sched *s, uint32_t number)
{
    assert(number > 0 && number <= s->timer_count);
    return &s->timers[number];
}

void sched_timer_index(struct sched *s, uint32_t timer, uint32_t index)
{
    timer_at(s, timer)->index = index;
}

void sched_arm(struct sched *s, uint32_t timer, sim_time at, uint32_t cause)
{
    struct sched_timer *t = timer_at(s, timer);
    assert(at >= s->now);
    t->at = at;
    if (at == SIM_NEVER) {
        return;
    }
    t->tie = sched_tie(s);
    t->cause = cause;
    if (t->entry_tie != 0 && at >= t->entry_at) {
        return;
    }
    bool replaced = t->entry_tie != 0;
    t->entry_at = at;
    t->entry_tie = t->tie;
    heap_push(&s->timer_heap, at, t->tie, timer);
    if (replaced) {
        add_stale(s);
    }
}

void sched_timer_free(struct sched *s, uint32_t timer)
{
    struct sched_timer *t = timer_at(s, timer);
    bool entered = t->entry_tie != 0;
    *t = (struct sched_timer){.at = SIM_NEVER, .next = s->timer_unused};
    s->timer_unused = timer;
    if (entered) {
        add_stale(s);
    }
}

/* True if the top is what it says; else it is put where its timer moved, or removed. */
static bool top_settled(struct sched *s)
{
    const struct heap_entry *top = &s->timer_heap.entries[0];
    struct sched_timer *t = timer_of(s, top);
    if (!entry_lives(t, top)) {
        bury(s, top);
        heap_remove_top(&s->timer_heap);
        return false;
    }
    if (t->tie == t->entry_tie) {
        return true;
    }
    t->entry_at = t->at;
    t->entry_tie = t->tie;
    heap_replace_top(&s->timer_heap, t->at, t->tie, top->who);
    return false;
}

bool timers_settle(struct sched *s, const struct heap_entry *other)
{
    const struct heap *h = &s->timer_heap;
    while (h->count > 0) {
        const struct heap_entry *top = h->entries;
        if (other && !heap_is_before(top->at, top->tie, top->who, other)) {
            return false;
        }
        if (top_settled(s)) {
            return true;
        }
    }
    return false;
}

void timers_take(struct sched *s, struct event *ev)
{
    struct sched_timer *t = timer_of(s, s->timer_heap.entries);
    *ev = (struct event){t->at, t->target, t->index, t->cause, EV_TIMER, t->slot};
    t->at = SIM_NEVER;
    t->entry_tie = 0;
    heap_remove_top(&s->timer_heap);
}
