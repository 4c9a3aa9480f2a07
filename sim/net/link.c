/* A packet's life on one hop: queue, transmitter, wire. The queue is FIFO, so start, end and
 * arrival are computed when the packet is handed over: start = max(now, end of the one before). All
 * that happens to it on this hop carries one tie number, drawn at hand-over (MODEL.md). */
#include "net/world.h"

#include "base/os.h"

#include <stdlib.h>

uint32_t link_size(const struct direction *d, const struct packet *p)
{
    return d->is_lan ? ethernet_size(p->size) : p->size;
}

static struct flight *flight_at(const struct direction *d, uint32_t i)
{
    return &d->flights[(d->head + i) & (d->cap - 1)];
}

/* For the caller to fill whole. */
static struct flight *flight_add(struct direction *d)
{
    if (d->count == d->cap) {
        uint32_t cap = d->cap ? d->cap * 2 : 2;
        struct flight *longer = os_alloc(cap * sizeof *longer);
        for (uint32_t i = 0; i < d->count; i++) {
            longer[i] = *flight_at(d, i);
        }
        free(d->flights);
        d->flights = longer;
        d->head = 0;
        d->cap = cap;
    }
    return flight_at(d, d->count++);
}

static struct flight *flight_of(const struct direction *d, uint32_t packet)
{
    for (uint32_t i = 0; i < d->count; i++) {
        if (flight_at(d, i)->packet == packet) {
            return flight_at(d, i);
        }
    }
    return NULL;
}

/* It no longer counts among the bytes that wait. */
static void leave_queue(struct direction *d, struct flight *f)
{
    d->waiting_bytes -= f->queued_bytes;
    f->queued_bytes = 0;
}

static void flight_end(struct direction *d, struct flight *f)
{
    f->packet = 0;
    leave_queue(d, f);
    while (d->count > 0 && flight_at(d, 0)->packet == 0) {
        d->head = (d->head + 1) & (d->cap - 1);
        d->count--;
        d->waiting -= d->waiting > 0;
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
        leave_queue(d, f);
    }
}

static uint32_t queue_length(struct world *w, struct direction *d)
{
    queue_advance(w, d);
    return d->count - d->waiting;
}

static void drop_on(struct world *w, struct direction *d, uint32_t packet, enum drop_class why,
                    uint32_t cause)
{
    world_record(w, REC_DROP, d->entity, packet, why, 0, cause, 0);
    w->trace->link_figures[d->index].drops[why]++;
    w->trace->flows[packet_at(&w->trace->packets, packet)->flow].drops[why]++;
    packet_is_over(w, packet);
}

/* Tells the sender of a frame that stands alone on the link when its transmission ends. */
static void schedule_sent(struct world *w, uint32_t packet, sim_time at, uint64_t tie,
                          uint32_t cause)
{
    const struct packet *p = packet_at(&w->trace->packets, packet);
    if (p->proto->carrier == CARRIER_LINK) {
        struct event ev = {.at = at,
                           .target = p->sender,
                           .packet = (uint32_t)p->unit.at,
                           .cause = cause,
                           .what = EV_SENT};
        sched_at(&w->sched, ev, tie);
    }
}

static void record_tx(struct world *w, struct direction *d, struct flight *f)
{
    const struct packet *p = packet_at(&w->trace->packets, f->packet);
    unsigned code = (unsigned)f->ttl << 8 | packet_ecn(p);
    f->cause = world_record(w, REC_TX, d->entity, f->packet, code, f->arrive, f->cause, 0);
    if (d->is_lan) {
        trace_add_lan_hop(w->trace, (struct lan_hop){f->cause, f->macs.to, f->macs.from});
    }
}

static void push_arrival(struct world *w, struct direction *d, const struct flight *f)
{
    struct event ev = {
        .at = f->arrive, .target = d->entity, .packet = f->packet, .what = EV_ARRIVE};
    sched_push(&w->sched, d->line, f->tie, ev);
}

/* Arrivals in order share the direction's FIFO; others, and losses, stand alone. */
static void schedule_end(struct world *w, struct direction *d, struct flight *f, sim_time at,
                         uint64_t tie)
{
    f->tie = tie;
    f->in_line = !f->is_lost && at >= d->last_arrival;
    if (f->in_line) {
        d->last_arrival = at;
        push_arrival(w, d, f);
        return;
    }
    struct event ev = {.at = at,
                       .target = d->entity,
                       .packet = f->packet,
                       .what = f->is_lost ? EV_LOST : EV_ARRIVE};
    f->arrival = sched_at(&w->sched, ev, tie);
}

struct fate {
    bool is_lost;
    enum drop_class why;
    sim_time at;   /* when it dies, if it has not arrived before; SIM_NEVER: is_lost decides */
    sim_time late; /* further delay */
    bool may_be_overtaken;
    bool is_doubled; /* by chance or fault */
    sim_time after;  /* the copy's distance */
    int64_t bit;     /* flipped, -1: none */
};

static void fate_by_chance(struct direction *d, const struct packet *p, uint64_t key, uint64_t copy,
                           struct fate *fate)
{
    if (impair_is_lost(d, key, p, copy)) {
        fate->is_lost = true;
        fate->why = DROP_LOSS;
    }
    fate->bit = impair_bit(d, key, (uint64_t)link_size(d, p) * 8);
    fate->is_doubled = d->set->duplicate &&
                       draw_chance(draw_long(&d->dice, DRAW_DUPLICATE, key, 0), d->set->duplicate);
    if (d->set->reorder_chance &&
        draw_chance(draw_long(&d->dice, DRAW_REORDER, key, 0), d->set->reorder_chance)) {
        fate->late = d->set->reorder_by;
        fate->may_be_overtaken = true;
    }
}

static void fate_by_faults(struct world *w, const struct direction *d, uint32_t packet,
                           struct fate *fate)
{
    uint32_t cursor = 0;
    for (const struct fault *f; (f = fault_on(w, d, packet, &cursor));) {
        switch (f->kind) {
        case FAULT_DROP:
            fate->is_lost |= f->at == SIM_NEVER;
            fate->why = f->at == SIM_NEVER ? DROP_FAULT : fate->why;
            if (f->at >= sched_now(&w->sched) && f->at < fate->at) {
                fate->at = f->at;
            }
            break;
        case FAULT_DELAY:
            fate->late = time_add(fate->late, f->by);
            fate->may_be_overtaken = true;
            break;
        case FAULT_DUPLICATE:
            fate->is_doubled = true;
            fate->after = f->by;
            break;
        case FAULT_CORRUPT: {
            const struct packet *p = packet_at(&w->trace->packets, packet);
            uint64_t bits = (uint64_t)link_size(d, p) * 8;
            uint64_t drawn = draw_long(&d->dice, DRAW_BIT, impair_key(w, p, p->copy), 0);
            fate->bit = f->bit >= 0 ? f->bit % (int64_t)bits : (int64_t)draw_below(drawn, bits);
            break;
        }
        case FAULT_CUT:
        case FAULT_CRASH:
        case FAULT_RESTART: break;
        }
    }
}

#define UNITS_AGAIN                                                                                \
    (UINT64_C(1) << 17) /* of units that are no bytes: beyond any window of frames */

/* Of that unit (or unnumbered packet), over that direction, whoever of the flow sends it. */
static uint64_t count_copy(struct world *w, struct direction *d, const struct packet *p)
{
    bool is_bytes = p->proto->initial && p->unit.n > 0;
    return copies_count(&d->copies, hash_mix(p->flow, p->unit.n > 0), p->unit.at,
                        is_bytes ? w->horizon : UNITS_AGAIN);
}

static struct fate decide(struct world *w, struct direction *d, uint32_t packet, uint64_t *key)
{
    struct fate fate = {.bit = -1, .at = SIM_NEVER};
    const struct packet *p = packet_at(&w->trace->packets, packet);
    *key = 0;
    if (impair_asks_copies(d->set)) {
        uint64_t copy = count_copy(w, d, p);
        *key = impair_key(w, p, copy);
        fate_by_chance(d, p, *key, copy, &fate);
    } else if (d->set->loss.kind != LOSS_NONE && impair_is_lost(d, 0, p, 1)) {
        fate.is_lost = true;
        fate.why = DROP_LOSS;
    }
    if (w->has_packet_faults && p->birth != PACKET_COPY && p->birth != PACKET_FLIPPED) {
        fault_look(w, packet, d);
        fate_by_faults(w, d, packet, &fate);
    }
    return fate;
}

/* The transmitter keeps its pace, though nobody hears it. */
static sim_time occupy(struct world *w, struct direction *d, uint32_t size, sim_time *start)
{
    sim_time now = sched_now(&w->sched);
    *start = d->busy_until > now ? d->busy_until : now;
    sim_time lasts = d->set->rate_bps ? time_of_bytes(size, d->set->rate_bps) : 0;
    d->busy_until = time_add(*start, lasts);
    w->trace->link_figures[d->index].busy += lasts;
    return d->busy_until;
}

static bool is_full(struct world *w, struct direction *d, uint32_t size)
{
    if (d->busy_until <= sched_now(&w->sched)) {
        return false;
    }
    uint32_t limit = d->set->queue_packets ? d->set->queue_packets : WORLD_QUEUE;
    bool by_bytes = d->set->queue_bytes > 0;
    uint32_t waiting = queue_length(w, d);
    return by_bytes ? d->waiting_bytes + size > d->set->queue_bytes : waiting >= limit;
}

static void enter_queue(struct world *w, struct direction *d, struct flight *f, uint32_t size)
{
    struct link_figures *figures = &w->trace->link_figures[d->index];
    d->waiting_bytes += size;
    f->queued_bytes = size;
    uint32_t waiting = queue_length(w, d);
    if (waiting > figures->queue_packets_max) {
        figures->queue_packets_max = waiting;
    }
    f->cause = world_record(w, REC_QUEUE, d->entity, f->packet, 0, waiting, f->cause, 0);
}

/* When it is over on this hop: it arrives, is lost half-way, or a fault's moment comes first. */
static sim_time end_on_wire(const struct direction *d, struct flight *f, const struct fate *fate)
{
    sim_time over = f->is_lost ? time_add(f->end, d->set->delay / 2) : f->arrive;
    if (fate->at > over) {
        return over;
    }
    f->is_lost = true;
    f->why = DROP_FAULT;
    return fate->at;
}

/* Onto the transmitter, or into the queue before it. `tie` is the hop's. Returns the end of the
 * transmission; *cause becomes the record that later events name. */
static sim_time transmit(struct world *w, struct direction *d, uint32_t packet, unsigned ttl,
                         struct macs macs, uint32_t *cause, const struct fate *fate, uint64_t key,
                         uint64_t tie)
{
    uint32_t size = link_size(d, packet_at(&w->trace->packets, packet));
    sim_time now = sched_now(&w->sched), start;
    sim_time end = occupy(w, d, size, &start);
    struct flight *f = flight_add(d);
    *f = (struct flight){.packet = packet,
                         .cause = *cause,
                         .ttl = (uint8_t)ttl,
                         .macs = macs,
                         .start = start,
                         .end = end,
                         .is_lost = fate->is_lost,
                         .why = fate->why};
    f->arrive = time_add(time_add(end, impair_delay(d, key)), fate->late);
    if (!fate->may_be_overtaken && f->arrive < d->last_arrival) {
        f->arrive = d->last_arrival;
    }
    sim_time over = end_on_wire(d, f, fate);
    if (start > now) {
        enter_queue(w, d, f, size);
        if (w->watch) {
            struct event ev = {.at = start, .target = d->entity, .packet = packet, .what = EV_TX};
            f->tx = sched_at(&w->sched, ev, tie);
        }
    } else {
        record_tx(w, d, f);
    }
    *cause = f->cause;
    sim_time line_end = d->last_arrival;
    if (fate->may_be_overtaken) { /* those behind may overtake it */
        d->last_arrival = SIM_NEVER;
    }
    schedule_end(w, d, f, over, tie);
    if (fate->may_be_overtaken) {
        d->last_arrival = line_end;
    }
    return end;
}

static const struct fate unharmed = {.bit = -1, .at = SIM_NEVER};

/* A copy goes behind the original, unharmed on this hop. */
static void offer_copy(struct world *w, struct direction *d, uint32_t copy, unsigned ttl,
                       struct macs macs, uint32_t cause)
{
    if (d->cuts || is_full(w, d, link_size(d, packet_at(&w->trace->packets, copy)))) {
        drop_on(w, d, copy, d->cuts ? DROP_LINK_DOWN : DROP_QUEUE, cause);
    } else {
        transmit(w, d, copy, ttl, macs, &cause, &unharmed, 0, sched_tie(&w->sched));
    }
}

static void make_copy(struct world *w, struct direction *d, uint32_t packet, unsigned ttl,
                      struct macs macs, uint32_t cause, sim_time after)
{
    uint32_t copy = packet_copied(w, d->entity, packet, cause);
    if (after == 0) {
        offer_copy(w, d, copy, ttl, macs, cause);
        return;
    }
    *map_put(&w->copy_macs, 2 * (uint64_t)copy) = macs.to;
    *map_put(&w->copy_macs, 2 * (uint64_t)copy + 1) = macs.from;
    struct event ev = {.at = time_add(sched_now(&w->sched), after),
                       .target = d->entity,
                       .packet = copy,
                       .cause = cause,
                       .what = EV_FAULT,
                       .slot = (uint16_t)ttl};
    sched_at(&w->sched, ev, sched_tie(&w->sched));
}

void link_late_copy(struct world *w, const struct event *ev)
{
    struct macs macs = {map_get(&w->copy_macs, 2 * (uint64_t)ev->packet),
                        map_get(&w->copy_macs, 2 * (uint64_t)ev->packet + 1)};
    offer_copy(w, direction_of(w, ev->target), ev->packet, ev->slot, macs, ev->cause);
}

static void mark(struct world *w, struct direction *d, uint32_t packet)
{
    struct packet *p = packet_at(&w->trace->packets, packet);
    p->is_marked = true;
    w->trace->link_figures[d->index].marks++;
    w->trace->flows[p->flow].marks++;
}

/* The queue's choice (RED): the packet is dropped, or goes on, marked or not. */
static bool is_turned_away(struct world *w, struct direction *d, uint32_t packet)
{
    if (!d->set->red.is_on) {
        return false;
    }
    const struct packet *p = packet_at(&w->trace->packets, packet);
    enum red_verdict verdict = red_judge(d, p, queue_length(w, d), sched_now(&w->sched));
    if (verdict == RED_MARKS) {
        mark(w, d, packet);
    }
    return verdict == RED_DROPS;
}

/* Offered during a cut, to a full queue, or to one that chose it (RED); 0: it is taken. */
static enum drop_class refusal(struct world *w, struct direction *d, uint32_t packet, uint32_t size)
{
    if (d->cuts) {
        return DROP_LINK_DOWN;
    }
    if (is_full(w, d, size)) {
        return DROP_QUEUE;
    }
    return is_turned_away(w, d, packet) ? DROP_EARLY : 0;
}

/* Gone at once. */
static bool is_refused(struct world *w, struct direction *d, uint32_t packet, uint32_t cause)
{
    uint32_t size = link_size(d, packet_at(&w->trace->packets, packet));
    enum drop_class why = refusal(w, d, packet, size);
    if (!why) {
        return false;
    }
    sim_time start, now = sched_now(&w->sched);
    sim_time end = d->busy_until > now ? d->busy_until : now; /* RED may choose it at a free link */
    if (d->cuts && packet_at(&w->trace->packets, packet)->proto->carrier == CARRIER_LINK) {
        end = occupy(w, d, size, &start); /* its sender cannot know and waits for the end */
    }
    schedule_sent(w, packet, end, sched_tie(&w->sched), cause);
    drop_on(w, d, packet, why, cause);
    return true;
}

void link_offer(struct world *w, struct direction *d, uint32_t packet, unsigned ttl,
                struct macs macs, uint32_t cause)
{
    d->offered++;
    if (is_refused(w, d, packet, cause)) {
        return;
    }
    uint64_t key, tie = sched_tie(&w->sched);
    struct fate fate = decide(w, d, packet, &key);
    uint32_t on_wire = packet, why = cause;
    if (fate.bit >= 0 && !fate.is_lost) {
        on_wire = packet_flipped(w, d->entity, packet, ttl, (uint64_t)fate.bit, cause);
    }
    sim_time end = transmit(w, d, on_wire, ttl, macs, &why, &fate, key, tie);
    schedule_sent(w, packet, end, tie, why);
    if (fate.is_doubled) {
        make_copy(w, d, packet, ttl, macs, cause, fate.after);
    }
    if (on_wire != packet) {
        packet_is_over(w, packet);
    }
}

static void arrive(struct world *w, struct direction *d, struct flight *f)
{
    uint32_t packet = f->packet;
    unsigned ttl = f->ttl;
    struct macs macs = f->macs;
    uint32_t cause = world_record(w, REC_ARRIVE, d->entity, packet, 0, 0, f->cause, 0);
    packet_at(&w->trace->packets, packet)->heard_by = d->to + 1;
    flight_end(d, f);
    node_hear(w, d, packet, ttl, macs, cause);
}

void link_event(struct world *w, const struct event *ev)
{
    struct direction *d = direction_of(w, ev->target);
    struct flight *f = flight_of(d, ev->packet);
    if (!f) {
        return;
    }
    if (ev->what == EV_TX) {
        record_tx(w, d, f);
    } else if (ev->what == EV_LOST) {
        uint32_t packet = f->packet, cause = f->cause;
        enum drop_class why = f->why;
        sched_cancel(&w->sched, f->tx); /* it may die while it waits */
        flight_end(d, f);
        drop_on(w, d, packet, why, cause);
    } else {
        arrive(w, d, f);
    }
}

static void drop_flight(struct world *w, struct direction *d, struct flight *f, enum drop_class why,
                        uint32_t cause)
{
    uint32_t packet = f->packet;
    leave_queue(d, f);
    sched_cancel(&w->sched, f->arrival);
    sched_cancel(&w->sched, f->tx);
    f->packet = 0;
    drop_on(w, d, packet, why, cause);
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
            w->trace->link_figures[d->index].busy -= d->busy_until - f->start;
            d->busy_until = f->start;
            return;
        }
    }
}

void link_cut(struct world *w, struct direction *d, uint32_t cause)
{
    stop_transmitter(w, d);
    sched_clear(&w->sched, d->line);
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
    sched_clear(&w->sched, d->line);
    d->last_arrival = sched_now(&w->sched);
    for (uint32_t i = 0; i < d->count; i++) {
        struct flight *f = flight_at(d, i);
        if (f->packet && f->in_line) {
            d->last_arrival = f->arrive;
            push_arrival(w, d, f);
        }
    }
}

void link_forget_queue(struct world *w, struct direction *d, uint32_t cause)
{
    stop_transmitter(w, d);
    for (uint32_t i = 0; i < d->count; i++) {
        struct flight *f = flight_at(d, i);
        if (f->packet && f->start > sched_now(&w->sched)) {
            drop_flight(w, d, f, DROP_NODE_DOWN, cause);
        }
    }
    refill_line(w, d);
}
