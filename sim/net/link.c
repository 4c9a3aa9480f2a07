/* A packet's life on one hop: queue, transmitter, wire. The queue is FIFO, so start, end and
 * arrival are computed when the packet is handed over: start = max(now, end of the one before). All
 * that happens to it on this hop carries one tie number, drawn at hand-over (MODEL.md). */
#include "net/flight.h"

uint32_t link_size(const struct direction *d, const struct packet *p)
{
    return d->is_lan ? ethernet_size(p->size) : p->size;
}

/* Tells the sender of a frame that stands alone on the link when its transmission ends. */
static void schedule_sent(struct world *w, const struct packet *p, sim_time at, uint64_t tie,
                          uint32_t cause)
{
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
        struct macs macs = flight_side_of(d, f).macs;
        trace_add_lan_hop(w->trace, (struct lan_hop){f->cause, macs.to, macs.from});
    }
}

/* Arrivals in order share the direction's FIFO; others, and losses, stand alone. */
static void schedule_end(struct world *w, struct direction *d, struct flight *f, sim_time at,
                         uint64_t tie)
{
    f->tie = tie;
    f->in_line = !f->is_lost && at >= d->last_arrival;
    if (f->in_line) {
        d->last_arrival = at;
        flight_push(w, d, f);
        return;
    }
    struct event ev = {.at = at,
                       .target = d->entity,
                       .packet = f->packet,
                       .what = f->is_lost ? EV_LOST : EV_ARRIVE};
    flight_side(d, f)->arrival = sched_at(&w->sched, ev, tie);
}

/* How long a transmission lasts. Most packets on a direction are of one size, and a division takes
 * longer than all else here. */
static sim_time lasts(struct direction *d, uint32_t size)
{
    if (size != d->size_before) {
        d->size_before = size;
        d->lasts_before = d->set->rate_bps ? time_of_bytes(size, d->set->rate_bps) : 0;
    }
    return d->lasts_before;
}

/* The transmitter keeps its pace, though nobody hears it. */
sim_time link_occupy(struct world *w, struct direction *d, uint32_t size, sim_time *start)
{
    sim_time now = sched_now(&w->sched), span = lasts(d, size);
    *start = d->busy_until > now ? d->busy_until : now;
    d->busy_until = time_add(*start, span);
    d->busy += span;
    return d->busy_until;
}

bool link_is_full(struct world *w, struct direction *d, uint32_t size)
{
    if (d->busy_until <= sched_now(&w->sched)) {
        return false;
    }
    uint32_t waiting = flight_waiting(w, d);
    return d->queue_bytes > 0 ? d->waiting_bytes + size > d->queue_bytes
                              : waiting >= d->queue_packets;
}

void link_enter_queue(struct world *w, struct direction *d, struct flight *f)
{
    d->waiting_bytes += f->size;
    f->is_queued = true;
    uint32_t waiting = flight_waiting(w, d);
    if (waiting > d->figures->queue_packets_max) {
        d->figures->queue_packets_max = waiting;
    }
    f->cause = world_record(w, REC_QUEUE, d->entity, f->packet, 0, waiting, f->cause, 0);
}

/* A packet handed over to a direction. */
struct offer {
    const struct packet *p;
    uint32_t packet, size;
    uint32_t cause; /* then the record that later events name */
    uint8_t ttl;
    const struct macs *macs; /* on a LAN; else NULL */
    uint64_t key;            /* of the draws about it */
    uint64_t tie;            /* the hop's */
};

/* When it is over on this hop: it arrives, is lost half-way, or a fault's moment comes first. */
static sim_time end_on_wire(const struct direction *d, struct flight *f, sim_time end,
                            const struct fate *fate)
{
    sim_time over = f->is_lost ? time_add(end, d->set->delay / 2) : f->arrive;
    if (fate->at > over) {
        return over;
    }
    f->is_lost = true;
    f->why = (uint8_t)fate->fault;
    return fate->at;
}

static struct flight *new_flight(struct direction *d, const struct offer *o,
                                 const struct fate *fate)
{
    struct flight *f = flight_add(d);
    f->packet = o->packet;
    f->cause = o->cause;
    f->size = o->size;
    f->bits = 0;
    f->ttl = o->ttl;
    f->why = (uint8_t)fate->why;
    f->is_lost = fate->is_lost;
    if (o->macs) {
        flight_side(d, f)->macs = *o->macs;
    }
    return f;
}

/* Onto the transmitter, or into the queue before it. Returns the end of the transmission. */
static sim_time transmit(struct world *w, struct direction *d, struct offer *o,
                         const struct fate *fate)
{
    sim_time now = sched_now(&w->sched), start;
    sim_time end = link_occupy(w, d, o->size, &start);
    struct flight *f = new_flight(d, o, fate);
    f->start = start;
    sim_time delay = d->has_chance ? impair_delay(d, o->key) : d->delay;
    f->arrive = time_add(time_add(end, delay), fate->late);
    if (!fate->may_be_overtaken && f->arrive < d->last_arrival) {
        f->arrive = d->last_arrival;
    }
    sim_time over = end_on_wire(d, f, end, fate);
    if (start > now) {
        link_enter_queue(w, d, f);
        if (w->watch) {
            struct event ev = {
                .at = start, .target = d->entity, .packet = o->packet, .what = EV_TX};
            flight_side(d, f)->tx = sched_at(&w->sched, ev, o->tie);
        }
    } else if (w->watch) {
        record_tx(w, d, f);
    }
    o->cause = f->cause;
    sim_time line_end = d->last_arrival;
    if (fate->may_be_overtaken) { /* those behind may overtake it */
        d->last_arrival = SIM_NEVER;
    }
    schedule_end(w, d, f, over, o->tie);
    if (fate->may_be_overtaken) {
        d->last_arrival = line_end;
    }
    return end;
}

static const struct fate unharmed = {.bit = -1, .at = SIM_NEVER};

/* A copy goes behind the original, unharmed on this hop. */
static void offer_copy(struct world *w, struct direction *d, uint32_t copy, unsigned ttl,
                       const struct macs *macs, uint32_t cause)
{
    const struct packet *p = packet_at(&w->trace->packets, copy);
    struct offer o = {.p = p,
                      .packet = copy,
                      .size = link_size(d, p),
                      .cause = cause,
                      .ttl = (uint8_t)ttl,
                      .macs = macs};
    if (d->cuts || link_is_full(w, d, o.size)) {
        flight_drop(w, d, copy, d->cuts ? DROP_LINK_DOWN : DROP_QUEUE, cause);
    } else {
        o.tie = sched_tie(&w->sched);
        transmit(w, d, &o, &unharmed);
    }
}

static void make_copy(struct world *w, struct direction *d, uint32_t packet, unsigned ttl,
                      const struct macs *macs, uint32_t cause, sim_time after)
{
    uint32_t copy = packet_copied(w, d->entity, packet, cause);
    if (after == 0) {
        offer_copy(w, d, copy, ttl, macs, cause);
        return;
    }
    *map_put(&w->copy_macs, 2 * (uint64_t)copy) = macs ? macs->to : 0;
    *map_put(&w->copy_macs, 2 * (uint64_t)copy + 1) = macs ? macs->from : 0;
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
    offer_copy(w, direction_of(w, ev->target), ev->packet, ev->slot, &macs, ev->cause);
}

static void mark(struct world *w, struct direction *d, uint32_t packet)
{
    struct packet *p = packet_at(&w->trace->packets, packet);
    p->is_marked = true;
    d->figures->marks++;
    w->trace->flows[p->flow].marks++;
}

/* The queue's choice (RED): the packet is dropped, or goes on, marked or not. */
bool link_turns_away(struct world *w, struct direction *d, uint32_t packet, uint32_t waiting)
{
    if (!d->set->red.is_on) {
        return false;
    }
    const struct packet *p = packet_at(&w->trace->packets, packet);
    enum red_verdict verdict = red_judge(d, p, waiting, sched_now(&w->sched));
    if (verdict == RED_MARKS) {
        mark(w, d, packet);
    }
    return verdict == RED_DROPS;
}

/* Offered during a cut, to a full queue, or to one that chose it (RED); 0: it is taken. */
static enum drop_class refusal(struct world *w, struct direction *d, const struct offer *o)
{
    if (d->cuts) {
        return DROP_LINK_DOWN;
    }
    if (link_is_full(w, d, o->size)) {
        return DROP_QUEUE;
    }
    bool is_turned_away = d->has_chance && link_turns_away(w, d, o->packet, flight_waiting(w, d));
    return is_turned_away ? DROP_EARLY : 0;
}

/* Gone at once. */
static void refuse(struct world *w, struct direction *d, const struct offer *o, enum drop_class why)
{
    sim_time start, now = sched_now(&w->sched);
    sim_time end = d->busy_until > now ? d->busy_until : now; /* RED may choose it at a free link */
    if (d->cuts && o->p->proto->carrier == CARRIER_LINK) {
        end = link_occupy(w, d, o->size, &start); /* its sender cannot know and waits for the end */
    }
    schedule_sent(w, o->p, end, sched_tie(&w->sched), o->cause);
    flight_drop(w, d, o->packet, why, o->cause);
}

/* Where something may happen to it. */
static void offer_to_chance(struct world *w, struct direction *d, struct offer *o)
{
    struct fate fate;
    const struct packet *p = o->p;
    uint32_t packet = o->packet, cause = o->cause;
    fate_decide(w, d, packet, &o->key, &fate);
    if (fate.bit >= 0 && !fate.is_lost) {
        o->packet = packet_flipped(w, d->entity, packet, o->ttl, (uint64_t)fate.bit, cause);
        o->p = packet_at(&w->trace->packets, o->packet);
        o->size = link_size(d, o->p);
    }
    sim_time end = transmit(w, d, o, &fate);
    schedule_sent(w, p, end, o->tie, o->cause);
    if (fate.is_doubled) {
        make_copy(w, d, packet, o->ttl, o->macs, cause, fate.after);
    }
    if (o->packet != packet) {
        packet_is_over(w, packet);
    }
}

static void take(struct world *w, struct direction *d, struct offer *o)
{
    o->tie = sched_tie(&w->sched);
    if (d->has_chance || w->has_packet_faults) {
        offer_to_chance(w, d, o);
        return;
    }
    sim_time end = transmit(w, d, o, &unharmed);
    schedule_sent(w, o->p, end, o->tie, o->cause);
}

static struct offer offer_of(struct world *w, struct direction *d, uint32_t packet, unsigned ttl,
                             const struct macs *macs, uint32_t cause)
{
    const struct packet *p = packet_at(&w->trace->packets, packet);
    return (struct offer){.p = p,
                          .packet = packet,
                          .size = link_size(d, p),
                          .cause = cause,
                          .ttl = (uint8_t)ttl,
                          .macs = macs};
}

void link_lose(struct world *w, struct direction *d, uint32_t packet, unsigned ttl)
{
    struct fate fate = {.is_lost = true, .why = DROP_LOSS, .bit = -1, .at = SIM_NEVER};
    struct offer o = offer_of(w, d, packet, ttl, NULL, 0);
    o.tie = sched_tie(&w->sched);
    transmit(w, d, &o, &fate);
}

void link_offer(struct world *w, struct direction *d, uint32_t packet, unsigned ttl,
                const struct macs *macs, uint32_t cause)
{
    if (w->is_quiet && !macs && hop_offer(w, d, packet, ttl)) {
        return;
    }
    if (d->shares) {
        shares_hear(w, d, packet, ttl, macs, cause);
        return;
    }
    struct offer o = offer_of(w, d, packet, ttl, macs, cause);
    d->offered++;
    enum drop_class why = refusal(w, d, &o);
    if (why) {
        refuse(w, d, &o, why);
    } else {
        take(w, d, &o);
    }
}

void link_take(struct world *w, struct direction *d, uint32_t packet, uint64_t number, unsigned ttl,
               const struct macs *macs, uint32_t cause)
{
    struct offer o = offer_of(w, d, packet, ttl, macs, cause);
    uint64_t newest = d->offered;
    d->offered = number; /* what loss asks about */
    take(w, d, &o);
    d->offered = newest;
}

void link_refuse(struct world *w, struct direction *d, uint32_t packet, enum drop_class why,
                 uint32_t cause)
{
    struct offer o = offer_of(w, d, packet, 0, NULL, cause);
    refuse(w, d, &o, why);
}

static void arrive(struct world *w, struct direction *d, struct flight *f)
{
    uint32_t packet = f->packet;
    unsigned ttl = f->ttl;
    struct macs macs = flight_side_of(d, f).macs;
    uint32_t cause = world_record(w, REC_ARRIVE, d->entity, packet, 0, 0, f->cause, 0);
    packet_at(&w->trace->packets, packet)->heard_by = d->to + 1;
    flight_over(d, f);
    node_hear(w, d, packet, ttl, macs, cause);
}

bool link_line_due(struct world *w, struct direction *d)
{
    struct flight *first = flight_pull(w, d);
    if (first->is_plain && (hop_pass(w, d, first) || hop_hear(w, d, first))) {
        return true;
    }
    arrive(w, d, first);
    return false;
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
        sched_cancel(&w->sched, flight_side_of(d, f).tx); /* it may die while it waits */
        flight_over(d, f);
        flight_drop(w, d, packet, why, cause);
    } else {
        arrive(w, d, f);
    }
}
