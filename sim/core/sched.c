/* The scheduler: plain events, lines, and what comes next. The heap holds an entry for each plain
 * event and for the first of each line; timers have another (timers.c). An entry whose event is
 * gone stays until it reaches the top, or until such entries are the larger half. So the top of the
 * heap is looked at before it is believed. */
#include "core/sched_inside.h"

#include "base/os.h"

#include <assert.h>
#include <stdlib.h>

enum kind { CELL, LINE }; /* the lowest bit of a heap entry's ref; above is the number */

struct sched_cell {
    struct event ev;
    uint32_t generation; /* goes up when the event fires or is cancelled; never 0 */
    uint32_t next;       /* of the unused ones */
};

/* Its heap entry is the one that has its tie and turn. */
struct sched_line {
    uint64_t tie; /* 0: nothing is in the line */
    uint32_t turn, target;
};

static uint64_t who_is(enum kind kind, uint32_t number, uint32_t turn)
{
    return (uint64_t)turn << 32 | number << 1 | kind;
}

static enum kind kind_of(const struct heap_entry *e)
{
    return (enum kind)(e->who & 1);
}

static uint32_t number_of(const struct heap_entry *e)
{
    return (uint32_t)e->who >> 1;
}

/* Field by field: what was just written in parts and is read back whole waits for that. */
static void copy_event(struct event *to, const struct event *from)
{
    to->at = from->at;
    to->target = from->target;
    to->packet = from->packet;
    to->cause = from->cause;
    to->what = from->what;
    to->slot = from->slot;
}

void *sched_with_room(void *items, uint32_t count, uint32_t *capacity, size_t size)
{
    assert(count < SCHED_NUMBERS);
    if (count < *capacity) {
        return items;
    }
    *capacity = *capacity ? 2 * *capacity : 16;
    return os_realloc(items, *capacity * size);
}

void sched_init(struct sched *s)
{
    *s = (struct sched){0};
}

void sched_free(struct sched *s)
{
    free(s->cells);
    free(s->lines);
    free(s->timers);
    heap_free(&s->heap);
    heap_free(&s->timer_heap);
    sched_init(s);
}

uint64_t sched_tie(struct sched *s)
{
    return ++s->ties;
}

/* The heap. */

static inline void put(struct sched *s, sim_time at, uint64_t tie, uint64_t who)
{
    if (s->vacant) {
        s->vacant = false;
        heap_replace_top(&s->heap, at, tie, who);
    } else {
        heap_push(&s->heap, at, tie, who);
    }
}

static void close_vacancy(struct sched *s)
{
    if (s->vacant) {
        s->vacant = false;
        heap_remove_top(&s->heap);
    }
}

static void release_cell(struct sched *s, uint32_t number)
{
    s->cells[number].next = s->cell_unused;
    s->cell_unused = number;
}

static bool line_owns(const struct sched_line *l, const struct heap_entry *e)
{
    return l->tie == e->tie && l->turn == e->who >> 32;
}

/* False: the event of this entry is gone. */
static bool entry_lives(const struct sched *s, const struct heap_entry *e)
{
    switch (kind_of(e)) {
    case CELL: return s->cells[number_of(e)].ev.at == e->at;
    case LINE: break;
    }
    return line_owns(&s->lines[number_of(e)], e);
}

/* An entry whose event is gone is about to leave the heap. */
static void bury(struct sched *s, const struct heap_entry *e)
{
    if (kind_of(e) == CELL) {
        release_cell(s, number_of(e));
    }
    s->stale--;
}

static bool lives_or_is_buried(struct sched *s, const struct heap_entry *e)
{
    bool lives = entry_lives(s, e);
    if (!lives) {
        bury(s, e);
    }
    return lives;
}

static void sweep(struct sched *s)
{
    close_vacancy(s);
    heap_sweep(&s->heap, lives_or_is_buried, s);
}

/* One entry of the heap lost its event. */
static void add_stale(struct sched *s)
{
    s->stale++;
    if (s->stale > SCHED_STALE_SPARED && s->stale > s->heap.count / 2) {
        sweep(s);
    }
}

/* Plain events. */

static uint32_t new_cell(struct sched *s)
{
    uint32_t number = s->cell_unused;
    if (number > 0) {
        s->cell_unused = s->cells[number].next;
        return number;
    }
    number = ++s->cell_count;
    s->cells = sched_with_room(s->cells, number, &s->cell_capacity, sizeof *s->cells);
    s->cells[number].generation = 1;
    return number;
}

/* Its ids are stale from now on. */
static void end_cell(struct sched_cell *c)
{
    c->ev.at = SIM_NEVER;
    c->generation += c->generation == UINT32_MAX ? 2 : 1;
}

event_id sched_at(struct sched *s, struct event ev, uint64_t tie)
{
    assert(ev.at >= s->now);
    if (ev.at == SIM_NEVER) {
        return 0;
    }
    uint32_t number = new_cell(s);
    struct sched_cell *c = &s->cells[number];
    c->ev = ev;
    put(s, ev.at, tie, who_is(CELL, number, s->turns++));
    return (event_id)c->generation << 32 | number;
}

bool sched_cancel(struct sched *s, event_id id)
{
    uint32_t number = (uint32_t)id;
    if (number == 0 || number > s->cell_count || s->cells[number].generation != id >> 32) {
        return false;
    }
    end_cell(&s->cells[number]);
    add_stale(s);
    return true;
}

/* Lines. */

uint32_t sched_line_new(struct sched *s, uint32_t target)
{
    uint32_t number = ++s->line_count;
    s->lines = sched_with_room(s->lines, number, &s->line_capacity, sizeof *s->lines);
    s->lines[number] = (struct sched_line){.target = target};
    return number;
}

static struct sched_line *line_at(struct sched *s, uint32_t number)
{
    assert(number > 0 && number <= s->line_count);
    return &s->lines[number];
}

void sched_line_first(struct sched *s, uint32_t line, sim_time at, uint64_t tie, uint32_t turn)
{
    struct sched_line *l = &s->lines[line];
    assert(at >= s->now && l->tie == 0);
    if (at == SIM_NEVER) {
        return;
    }
    l->tie = tie;
    l->turn = turn;
    put(s, at, tie, who_is(LINE, line, turn));
}

void sched_line_clear(struct sched *s, uint32_t line)
{
    struct sched_line *l = line_at(s, line);
    if (l->tie) {
        l->tie = 0;
        add_stale(s);
    }
}

/* What comes next. */

static void settle(struct sched *s)
{
    close_vacancy(s);
    while (s->stale > 0 && s->heap.count > 0 && !entry_lives(s, s->heap.entries)) {
        bury(s, s->heap.entries);
        heap_remove_top(&s->heap);
    }
}

/* The next of the heap; NULL: nothing is there. */
static inline const struct heap_entry *next_of_heap(struct sched *s)
{
    if (s->vacant || s->stale > 0) {
        settle(s);
    }
    return s->heap.count > 0 ? s->heap.entries : NULL;
}

static void take_cell(struct sched *s, uint32_t number, struct event *ev)
{
    struct sched_cell *c = &s->cells[number];
    copy_event(ev, &c->ev);
    end_cell(c);
    release_cell(s, number);
    s->vacant = true;
}

static void take_first(struct sched *s, uint32_t number, sim_time at, struct event *ev)
{
    struct sched_line *l = &s->lines[number];
    *ev = (struct event){.at = at, .target = l->target, .what = EV_LINE};
    l->tie = 0;
    s->vacant = true;
}

static void take_top(struct sched *s, const struct heap_entry *top, struct event *ev)
{
    switch (kind_of(top)) {
    case CELL: take_cell(s, number_of(top), ev); break;
    case LINE: take_first(s, number_of(top), top->at, ev); break;
    }
}

bool sched_next(struct sched *s, sim_time until, struct event *ev)
{
    const struct heap_entry *top = next_of_heap(s);
    if (timer_is_next(s, top)) {
        if (s->timer_heap.entries[0].at > until) {
            return false;
        }
        timers_take(s, ev);
    } else if (top && top->at <= until) {
        take_top(s, top, ev);
    } else {
        return false;
    }
    s->now = ev->at;
    s->handed++;
    return true;
}

sim_time sched_peek(struct sched *s)
{
    const struct heap_entry *top = next_of_heap(s);
    if (timer_is_next(s, top)) {
        return s->timer_heap.entries[0].at;
    }
    return top ? top->at : SIM_NEVER;
}

void sched_advance(struct sched *s, sim_time to)
{
    assert(sched_peek(s) >= to);
    s->now = to > s->now ? to : s->now;
}
