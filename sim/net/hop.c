/* The short way. Most packets of a big run are plain, over links that do nothing but carry, through
 * routers that do nothing but pass on, and nobody watches; and what a hop then takes is mostly the
 * wait for memory. So what it must know of a packet travels in its flight, the packet itself is not
 * looked at between its ends, and what link.c and node.c ask step by step is asked at once. What
 * comes of it is what the long way makes of it, draw for draw: watched runs take that one, and
 * tests compare them. Whatever is not certain here goes the long way. */
#include "net/flight.h"

#include "wire/ipv4.h"

/* Anything may be asked of a link: that it is up, that the transmitter is anybody's. */
static bool only_carries(const struct direction *d)
{
    return !d->is_lan && !d->has_chance && !d->cuts && !d->shares;
}

static bool only_passes_on(const struct node *n)
{
    return n->kind == SCENARIO_ROUTER && !n->is_down && !n->is_raw && !n->nat && !n->has_buckets;
}

/* `like`: packet, size, ip and ttl of the new flight. */
static void fly(struct world *w, struct direction *d, struct flight like)
{
    sim_time start;
    uint64_t tie = sched_tie(&w->sched);
    sim_time end = link_occupy(w, d, like.size, &start);
    sim_time arrive = time_add(end, d->delay);
    arrive = arrive < d->last_arrival ? d->last_arrival : arrive;
    struct flight *f = flight_add(d);
    f->start = start;
    f->arrive = d->last_arrival = arrive;
    f->tie = tie;
    f->packet = like.packet;
    f->cause = 0;
    f->size = like.size;
    f->ip = like.ip;
    f->ttl = like.ttl;
    f->why = 0;
    f->is_lost = f->is_queued = false;
    f->in_line = f->is_plain = true;
    if (start > sched_now(&w->sched)) {
        link_enter_queue(w, d, f);
    }
    flight_push(w, d, f);
}

bool hop_offer(struct world *w, struct direction *d, uint32_t packet, unsigned ttl)
{
    const struct packet *p = packet_at(&w->trace->packets, packet);
    if (!only_carries(d) || !packet_is_plain(p) || link_is_full(w, d, p->size)) {
        return false;
    }
    fly(w, d,
        (struct flight){
            .packet = packet, .size = p->size, .ip = p->net.to.ip, .ttl = (uint8_t)ttl});
    return true;
}

bool hop_pass(struct world *w, struct direction *d, struct flight *f)
{
    const struct node *n = &w->nodes[d->to];
    if (!only_passes_on(n) || !n->ways || f->ttl <= 1) {
        return false;
    }
    const struct way *way = way_place(n, f->ip);
    if (way->ip != f->ip || !way->is_known || way->out == UINT32_MAX) {
        return false;
    }
    struct direction *out = &w->directions[way->out];
    if (!only_carries(out) || f->size > out->mtu || link_is_full(w, out, f->size)) {
        return false;
    }
    struct flight on = {.packet = f->packet, .size = f->size, .ip = f->ip};
    on.ttl = (uint8_t)(f->ttl - 1);
    flight_over(d, f);
    fly(w, out, on);
    return true;
}

bool packet_is_plain(const struct packet *p)
{
    return p->birth == PACKET_SENT && !p->is_raw && p->proto->carrier != CARRIER_LINK &&
           p->proto != &ipv4_proto && !p->net.alert && !ip_is_multicast(p->net.to.ip);
}
