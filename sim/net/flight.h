#pragma once
/* Inside link.c, hop.c, flight.c and fate.c: the packets on a direction. */

#include "net/world.h"

static inline struct flight *flight_at(const struct direction *d, uint32_t i)
{
    return &d->flights[(d->head + i) & (d->cap - 1)];
}

/* What few flights have; valid until the next flight_add. */
struct flight_side *flight_side(struct direction *d, const struct flight *f);
/* For those that have nothing there: all zero. */
static inline struct flight_side flight_side_of(const struct direction *d, const struct flight *f)
{
    return d->sides ? d->sides[f - d->flights] : (struct flight_side){0};
}

struct flight *flight_add_with_room(struct direction *d); /* what flight_add does seldom */
/* For the caller to fill. */
static inline struct flight *flight_add(struct direction *d)
{
    bool is_easy = d->count < d->cap && !d->sides;
    return is_easy ? flight_at(d, d->count++) : flight_add_with_room(d);
}
struct flight *flight_of(const struct direction *d, uint32_t packet); /* NULL: it is not there */
void flight_leave_queue(struct direction *d,
                        struct flight *f); /* it is not among the bytes that wait */
void flight_over(struct direction *d, struct flight *f);
uint32_t flight_waiting(struct world *w, struct direction *d); /* how many wait */
/* It will arrive behind all that are in the line. */
void flight_push(struct world *w, struct direction *d, struct flight *f);
/* The first of the line is due: it is in the line no more. */
struct flight *flight_pull(struct world *w, struct direction *d);
/* link.c: what is handed over to the transmitter: whether there is room for so many bytes, how long
 * it lasts (returns its end), and that it waits. */
bool link_is_full(struct world *w, struct direction *d, uint32_t size);
sim_time link_occupy(struct world *w, struct direction *d, uint32_t size, sim_time *start);
void link_enter_queue(struct world *w, struct direction *d, struct flight *f);
/* It will be lost on the wire, by chance. */
void link_lose(struct world *w, struct direction *d, uint32_t packet, unsigned ttl);
/* A packet ends on this direction. */
void flight_drop(struct world *w, struct direction *d, uint32_t packet, enum drop_class why,
                 uint32_t cause);

/* fate.c: what becomes of a packet. */
struct fate {
    bool is_lost;
    enum drop_class why;
    enum drop_class fault; /* what its loss by a fault is told as: a hidden one as any other loss */
    sim_time at;   /* when it dies, if it has not arrived before; SIM_NEVER: is_lost decides */
    sim_time late; /* further delay */
    bool may_be_overtaken;
    bool is_doubled; /* by chance or fault */
    sim_time after;  /* the copy's distance */
    int64_t bit;     /* flipped, -1: none */
};

/* Where it may be lost and nothing else. */
bool fate_is_lost(struct world *w, struct direction *d, const struct packet *p);
/* *key: of the draws about it. */
void fate_decide(struct world *w, struct direction *d, uint32_t packet, uint64_t *key,
                 struct fate *fate);
