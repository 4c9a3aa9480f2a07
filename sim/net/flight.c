/* The packets on a direction: a ring in the order of their hand-over, those that wait at its end;
 * and what a cut, or a host that stops, does to them. */
#include "net/flight.h"

#include "base/os.h"

#include <stdlib.h>

static void grow(struct direction *d)
{
    uint32_t cap = d->cap ? d->cap * 2 : 2;
    struct flight *longer = os_alloc(cap * sizeof *longer);
    struct flight_side *sides = d->sides ? os_alloc(cap * sizeof *sides) : NULL;
    for (uint32_t i = 0; i < d->count; i++) {
        longer[i] = *flight_at(d, i);
        if (sides) {
            sides[i] = flight_side_of(d, flight_at(d, i));
        }
    }
    free(d->flights);
    free(d->sides);
    d->flights = longer;
    d->sides = sides;
    d->head = 0;
    d->cap = cap;
}

struct flight *flight_add_with_room(struct direction *d)
{
    if (d->count == d->cap) {
        grow(d);
    }
    struct flight *f = flight_at(d, d->count++);
    if (d->sides) {
        *flight_side(d, f) = (struct flight_side){0};
    }
    return f;
}

struct flight_side *flight_side(struct direction *d, const struct flight *f)
{
    if (!d->sides) {
        d->sides = os_alloc(d->cap * sizeof *d->sides);
    }
    return &d->sides[f - d->flights];
}

struct flight *flight_of(const struct direction *d, uint32_t packet)
{
    for (uint32_t i = 0; i < d->count; i++) {
        if (flight_at(d, i)->packet == packet) {
            return flight_at(d, i);
        }
    }
    return NULL;
}

void flight_leave_queue(struct direction *d, struct flight *f)
{
    if (f->is_queued) {
        d->waiting_bytes -= f->size;
        f->is_queued = false;
    }
}

void flight_over(struct direction *d, struct flight *f)
{
    f->packet = 0;
    flight_leave_queue(d, f);
    if (f != &d->flights[d->head]) {
        return;
    }
    do {
        d->head = (d->head + 1) & (d->cap - 1);
        d->count--;
        d->waiting -= d->waiting > 0;
    } while (d->count > 0 && d->flights[d->head].packet == 0);
    if (d->count == 0) {
        d->head = 0; /* a ring that was once long would lead through memory that is far away */
    }
}

/* Moves `waiting` past those whose start is at or before now: they have left the queue. */
static void queue_advance(struct world *w, struct direction *d)
{
    for (; d->waiting < d->count; d->waiting++) {
        struct flight *f = flight_at(d, d->waiting);
        if (f->packet && f->start > sched_now(&w->sched)) {
            break;
        }
        flight_leave_queue(d, f);
    }
}

uint32_t flight_waiting(struct world *w, struct direction *d)
{
    queue_advance(w, d);
    return d->count - d->waiting;
}

void flight_drop(struct world *w, struct direction *d, uint32_t packet, enum drop_class why,
                 uint32_t cause)
{
    world_record(w, REC_DROP, d->entity, packet, why, 0, cause, 0);
    uint32_t flow = packet_at(&w->trace->packets, packet)->flow;
    trace_count_drop(w->trace, &d->figures->drops, why);
    trace_count_drop(w->trace, &w->trace->flows[flow].drops, why);
    packet_is_over(w, packet);
}

void flight_push(struct world *w, struct direction *d, struct flight *f)
{
    f->turn = sched_turn(&w->sched);
    if (d->in_line++ == 0) {
        sched_line_first(&w->sched, d->line, f->arrive, f->tie, f->turn);
    }
}

/* The first that is in the line, from *i on. */
static struct flight *next_in_line(const struct direction *d, uint32_t *i)
{
    struct flight *f = flight_at(d, *i);
    while (!f->in_line) {
        f = flight_at(d, ++*i);
    }
    return f;
}

struct flight *flight_pull(struct world *w, struct direction *d)
{
    uint32_t i = 0;
    struct flight *first = next_in_line(d, &i);
    first->in_line = false;
    if (--d->in_line > 0) {
        const struct flight *f = next_in_line(d, &i);
        sched_line_first(&w->sched, d->line, f->arrive, f->tie, f->turn);
    }
    return first;
}

static void clear_line(struct world *w, struct direction *d)
{
    sched_line_clear(&w->sched, d->line);
    d->in_line = 0;
}

static void drop_flight(struct world *w, struct direction *d, struct flight *f, enum drop_class why,
                        uint32_t cause)
{
    uint32_t packet = f->packet;
    struct flight_side side = flight_side_of(d, f);
    flight_leave_queue(d, f);
    sched_cancel(&w->sched, side.arrival);
    sched_cancel(&w->sched, side.tx);
    f->packet = 0;
    f->in_line = false;
    flight_drop(w, d, packet, why, cause);
}

static void forget_flights(struct direction *d)
{
    while (d->count > 0 && flight_at(d, 0)->packet == 0) {
        d->head = (d->head + 1) & (d->cap - 1);
        d->count--;
    }
    d->waiting = 0;
}

/* What waits will not be sent: the transmitter finishes what it has begun and is free then. Its
 * transmission is the one before the first that waits, alive or not. */
static void stop_transmitter(struct world *w, struct direction *d)
{
    for (uint32_t i = 0; i < d->count; i++) {
        const struct flight *f = flight_at(d, i);
        if (f->start > sched_now(&w->sched)) {
            d->busy -= d->busy_until - f->start;
            d->busy_until = f->start;
            return;
        }
    }
}

void link_cut(struct world *w, struct direction *d, uint32_t cause)
{
    shares_drop(w, d, DROP_LINK_DOWN, cause);
    stop_transmitter(w, d);
    clear_line(w, d);
    for (uint32_t i = 0; i < d->count; i++) {
        struct flight *f = flight_at(d, i);
        if (f->packet) {
            drop_flight(w, d, f, DROP_LINK_DOWN, cause);
        }
    }
    forget_flights(d);
    d->last_arrival = sched_now(&w->sched);
}

/* The FIFO anew, with those that are still on their way. */
static void refill_line(struct world *w, struct direction *d)
{
    clear_line(w, d);
    d->last_arrival = sched_now(&w->sched);
    for (uint32_t i = 0; i < d->count; i++) {
        struct flight *f = flight_at(d, i);
        if (f->packet && f->in_line) {
            d->last_arrival = f->arrive;
            flight_push(w, d, f);
        }
    }
}

void link_forget_queue(struct world *w, struct direction *d, uint32_t cause)
{
    shares_drop(w, d, DROP_NODE_DOWN, cause);
    stop_transmitter(w, d);
    for (uint32_t i = 0; i < d->count; i++) {
        struct flight *f = flight_at(d, i);
        if (f->packet && f->start > sched_now(&w->sched)) {
            drop_flight(w, d, f, DROP_NODE_DOWN, cause);
        }
    }
    refill_line(w, d);
}
