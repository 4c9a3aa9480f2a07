/* What is reserved on a link direction: packets of a reserved flow that keep to its token bucket go
 * before all others; what is too much goes with the others (RFC 2211, RFC 2212). Between two
 * packets only: what is being sent is finished. The others' queue is of the link's size; the
 * reserved have as much room as their buckets let in, since of them nothing may be lost. RSVP's own
 * messages go with them, lest a full queue keep one from asking (RFC 2205 2.3).
 *
 * Among the reserved each flow has a clock that goes on by what a packet takes at the rate
 * reserved, and who is due first goes first (virtual clock). So a flow waits as long as its own
 * rate makes it wait, plus one packet of another, however much the others send at once (RFC 2212's
 * bound).
 *
 * Invariants: while anything waits here, an event stands at the end of the transmission; the
 * reserved wait in the order in which they are due. */
#include "net/flight.h"

#include "actor/node_call.h"
#include "base/os.h"
#include "base/tokens.h"
#include "wire/rsvp.h"

#include <stdlib.h>

enum { RESERVED, OTHERS, KINDS };

struct share {
    bool is_used;
    struct node_share of;
    struct tokens tokens, peak;
    sim_time clock; /* when its last packet is due */
};

struct line { /* a ring */
    struct line_packet {
        uint32_t packet, cause;
        uint64_t number; /* of those that the direction was offered */
        sim_time due;    /* of the reserved */
        struct macs macs;
        bool has_macs;
        uint8_t ttl;
    } * list; /* owned */
    uint32_t head, count, cap;
    uint64_t bytes;
};

struct shares {
    struct share *list; /* owned */
    uint32_t count;
    struct line lines[KINDS];
    event_id due;  /* 0: none */
    int64_t total; /* bit/s, as the trace has it */
};

/* ---- what is reserved ---- */

static struct tokens full_bucket(int64_t rate, int64_t bucket, sim_time now)
{
    int64_t burst = bucket < TOKENS_BURST_MAX ? bucket : TOKENS_BURST_MAX;
    return (struct tokens){
        .rate_bps = 8 * rate, .burst = burst, .level = burst * TOKENS_PER_BYTE, .at = now};
}

static struct share *find_share(struct shares *s, uint32_t number)
{
    struct share *empty = NULL;
    for (uint32_t i = 0; i < s->count; i++) {
        if (s->list[i].is_used && s->list[i].of.number == number) {
            return &s->list[i];
        }
        empty = s->list[i].is_used ? empty : &s->list[i];
    }
    if (!empty) {
        s->list = os_realloc(s->list, (s->count + 1) * sizeof *s->list);
        empty = &s->list[s->count++];
        *empty = (struct share){0};
    }
    return empty;
}

static void install(struct shares *s, const struct node_share *of, sim_time now)
{
    struct share *share = find_share(s, of->number);
    bool is_new = !share->is_used;
    *share = (struct share){.is_used = !of->is_over,
                            .of = *of,
                            .tokens = share->tokens,
                            .clock = is_new ? now : share->clock};
    if (is_new || share->tokens.rate_bps != 8 * of->spec.rate ||
        share->tokens.burst != of->spec.bucket) {
        share->tokens = full_bucket(of->spec.rate, of->spec.bucket, now);
    }
    if (of->spec.peak != INT64_MAX) {
        share->peak = full_bucket(of->spec.peak, of->spec.max_packet, now);
    }
}

void shares_open(struct direction *d)
{
    d->shares = d->shares ? d->shares : os_alloc(sizeof *d->shares);
}

static void tell_total(struct world *w, struct direction *d, uint32_t cause)
{
    struct shares *s = d->shares;
    int64_t bps = 0;
    for (uint32_t i = 0; i < s->count; i++) {
        bps += s->list[i].is_used ? 8 * s->list[i].of.spec.rate : 0;
    }
    if (bps != s->total) {
        world_record(w, REC_SHARE, d->entity, 0, 0, bps, cause, 0);
        s->total = bps;
    }
}

void shares_told(struct world *w, uint32_t node, const struct node_share *of, uint32_t cause)
{
    const struct iface *i = &w->nodes[node].ifaces[of->iface];
    struct direction *d = &w->directions[i->out];
    shares_open(d);
    install(d->shares, of, sched_now(&w->sched));
    tell_total(w, d, cause);
}

static bool is_from(const struct node_share *s, struct addr from)
{
    for (uint32_t i = 0; i < s->from_count; i++) {
        if (s->from[i].ip == from.ip && s->from[i].port == from.port) {
            return true;
        }
    }
    return s->from_count == 0;
}

static bool is_meant(const struct share *s, const struct packet *p)
{
    unsigned protocol = p->proto->carrier == CARRIER_UDP ? 17u : p->proto->number;
    return s->is_used && p->proto->carrier != CARRIER_LINK && !p->is_raw &&
           s->of.protocol == protocol && s->of.to.ip == p->net.to.ip &&
           s->of.to.port == p->net.to.port && is_from(&s->of, p->net.from);
}

/* Whether it keeps to the buckets, of which it then takes. */
static bool keeps_to(struct share *s, uint32_t bytes, sim_time now)
{
    uint32_t counted = bytes > s->of.spec.min_unit ? bytes : s->of.spec.min_unit;
    bool has_peak = s->of.spec.peak != INT64_MAX;
    tokens_fill(&s->tokens, now);
    if (has_peak) {
        tokens_fill(&s->peak, now);
    }
    if (bytes > s->of.spec.max_packet || tokens_due(&s->tokens, counted) > now ||
        (has_peak && tokens_due(&s->peak, counted) > now)) {
        return false;
    }
    return tokens_take(&s->tokens, counted, now) &&
           (!has_peak || tokens_take(&s->peak, counted, now));
}

/* By when it would be out if the flow had a link of its rate for itself. */
static sim_time due_of(struct share *s, uint32_t bytes, sim_time now)
{
    sim_time start = s->clock > now ? s->clock : now;
    s->clock = time_add(start, time_of_bytes(bytes, 8 * s->of.spec.rate));
    return s->clock;
}

static unsigned kind_of(struct shares *s, const struct packet *p, sim_time now, sim_time *due)
{
    *due = now;
    if (p->proto->carrier == CARRIER_IP && p->proto->number == IP_RSVP) {
        return RESERVED;
    }
    for (uint32_t i = 0; i < s->count; i++) {
        if (!is_meant(&s->list[i], p)) {
            continue;
        }
        if (!keeps_to(&s->list[i], p->size, now)) {
            return OTHERS;
        }
        *due = due_of(&s->list[i], p->size, now);
        return RESERVED;
    }
    return OTHERS;
}

/* ---- the queues ---- */

/* The others are all due at 0: they keep their order. */
static void push(struct line *l, const struct line_packet *p, uint32_t bytes)
{
    if (l->count == l->cap) {
        struct line_packet *more = os_alloc((l->cap ? 2 * l->cap : 16) * sizeof *more);
        for (uint32_t i = 0; i < l->count; i++) {
            more[i] = l->list[(l->head + i) % l->cap];
        }
        free(l->list);
        l->list = more;
        l->cap = l->cap ? 2 * l->cap : 16;
        l->head = 0;
    }
    uint32_t at = l->count++;
    for (; at > 0 && l->list[(l->head + at - 1) % l->cap].due > p->due; at--) {
        l->list[(l->head + at) % l->cap] = l->list[(l->head + at - 1) % l->cap];
    }
    l->list[(l->head + at) % l->cap] = *p;
    l->bytes += bytes;
}

static struct line_packet pop(const struct world *w, struct direction *d, struct line *l)
{
    struct line_packet p = l->list[l->head];
    l->head = (l->head + 1) % l->cap;
    l->count--;
    l->bytes -= link_size(d, packet_at(&w->trace->packets, p.packet));
    return p;
}

static uint32_t waiting(struct world *w, struct direction *d)
{
    return flight_waiting(w, d) + d->shares->lines[RESERVED].count + d->shares->lines[OTHERS].count;
}

static bool is_full(const struct direction *d, const struct line *l, uint32_t already,
                    uint32_t size)
{
    uint32_t limit = d->set->queue_packets ? d->set->queue_packets : WORLD_QUEUE;
    return d->set->queue_bytes ? l->bytes + size > d->set->queue_bytes
                               : l->count + already >= limit;
}

static void wake_at_end(struct world *w, struct direction *d)
{
    struct event ev = {.at = d->busy_until > sched_now(&w->sched) ? d->busy_until
                                                                  : sched_now(&w->sched),
                       .target = d->entity,
                       .what = EV_CALL,
                       .slot = CALL_OF_SHARES};
    if (d->shares->due == 0) {
        d->shares->due = sched_at(&w->sched, ev, sched_tie(&w->sched));
    }
}

static void let_go(struct world *w, struct direction *d, const struct line_packet *p)
{
    link_take(w, d, p->packet, p->number, p->ttl, p->has_macs ? &p->macs : NULL, p->cause);
}

static void enter(struct world *w, struct direction *d, unsigned kind, struct line_packet *p,
                  uint32_t size)
{
    uint32_t now_waiting = waiting(w, d) + 1;
    if (now_waiting > d->figures->queue_packets_max) {
        d->figures->queue_packets_max = now_waiting;
    }
    p->cause = world_record(w, REC_QUEUE, d->entity, p->packet, kind == RESERVED, now_waiting,
                            p->cause, 0);
    push(&d->shares->lines[kind], p, size);
    wake_at_end(w, d);
}

void shares_hear(struct world *w, struct direction *d, uint32_t packet, unsigned ttl,
                 const struct macs *macs, uint32_t cause)
{
    const struct packet *p = packet_at(&w->trace->packets, packet);
    sim_time due;
    unsigned kind = kind_of(d->shares, p, sched_now(&w->sched), &due);
    struct line *line = &d->shares->lines[kind];
    struct line_packet held = {.packet = packet,
                               .number = ++d->offered,
                               .due = kind == RESERVED ? due : 0,
                               .cause = cause,
                               .ttl = (uint8_t)ttl};
    uint32_t size = link_size(d, p), already = flight_waiting(w, d);
    bool is_busy = d->busy_until > sched_now(&w->sched) || waiting(w, d) > 0;
    if (macs) {
        held.macs = *macs;
        held.has_macs = true;
    }
    if (d->cuts) {
        link_refuse(w, d, packet, DROP_LINK_DOWN, cause);
    } else if (kind == OTHERS && is_busy && is_full(d, line, already, size)) {
        link_refuse(w, d, packet, DROP_QUEUE, cause);
    } else if (kind == OTHERS && link_turns_away(w, d, packet, already + line->count)) {
        link_refuse(w, d, packet, DROP_EARLY, cause);
    } else if (is_busy) {
        enter(w, d, kind, &held, size);
    } else {
        let_go(w, d, &held);
    }
}

void shares_event(struct world *w, const struct event *ev)
{
    struct direction *d = direction_of(w, ev->target);
    struct line *lines = d->shares->lines;
    struct line *next = lines[RESERVED].count ? &lines[RESERVED] : &lines[OTHERS];
    d->shares->due = 0;
    if (next->count > 0 && d->busy_until <= sched_now(&w->sched)) {
        struct line_packet p = pop(w, d, next);
        let_go(w, d, &p);
    }
    if (lines[RESERVED].count + lines[OTHERS].count > 0) {
        wake_at_end(w, d);
    }
}

void shares_drop(struct world *w, struct direction *d, enum drop_class why, uint32_t cause)
{
    for (unsigned k = 0; d->shares && k < KINDS; k++) {
        while (d->shares->lines[k].count > 0) {
            struct line_packet p = pop(w, d, &d->shares->lines[k]);
            flight_drop(w, d, p.packet, why, cause);
        }
    }
}

void shares_forget(struct world *w, uint32_t node, uint32_t cause)
{
    for (uint32_t i = 0; i < 2 * w->sc->link_count; i++) {
        struct direction *d = &w->directions[i];
        if (d->from == node && d->shares) {
            d->shares->count = 0;
            tell_total(w, d, cause);
        }
    }
}

void shares_free(struct direction *d)
{
    for (unsigned k = 0; d->shares && k < KINDS; k++) {
        free(d->shares->lines[k].list);
    }
    if (d->shares) {
        free(d->shares->list);
    }
    free(d->shares);
}
