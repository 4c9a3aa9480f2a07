/* The short way. Most packets of a big run are plain, over links that do nothing but carry, through
 * routers that do nothing but pass on, and nobody watches; and what a hop then takes is mostly the
 * wait for memory. So what it must know of a packet travels in its flight, the packet itself is not
 * looked at between its ends, and what link.c and node.c ask step by step is asked at once. What
 * comes of it is what the long way makes of it, draw for draw: watched runs take that one, and
 * tests compare them. Whatever is not certain here goes the long way. */
#include "net/flight.h"

#include "actor/icmp_proto.h"
#include "wire/ipv4.h"

/* Or loses: whatever else may be asked of a link: that it is up, that the transmitter is anybody's.
 */
static bool only_carries(const struct direction *d)
{
    return !d->is_odd && !d->cuts && !d->shares;
}

static bool only_passes_on(const struct node *n)
{
    return n->kind == SCENARIO_ROUTER && !n->is_down && !n->is_raw && !n->nat && !n->has_buckets;
}

/* What a flight takes along of its packet. */
struct passing {
    uint32_t packet, size, ip;
    uint8_t ttl;
};

static inline void fly(struct world *w, struct direction *d, struct passing like)
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
    f->bits = 0;
    f->in_line = f->is_plain = true;
    if (start > sched_now(&w->sched)) {
        link_enter_queue(w, d, f);
    }
    flight_push(w, d, f);
}

/* The same where it may be lost. */
static void set_out(struct world *w, struct direction *d, struct passing like)
{
    if (d->has_chance) {
        d->offered++;
        if (fate_is_lost(w, d, packet_at(&w->trace->packets, like.packet))) {
            link_lose(w, d, like.packet, like.ttl);
            return;
        }
    }
    fly(w, d, like);
}

bool hop_offer(struct world *w, struct direction *d, uint32_t packet, unsigned ttl)
{
    const struct packet *p = packet_at(&w->trace->packets, packet);
    if (!only_carries(d) || !packet_is_plain(p) || link_is_full(w, d, p->size)) {
        return false;
    }
    set_out(w, d, (struct passing){packet, p->size, p->net.to.ip, (uint8_t)ttl});
    return true;
}

/* Where packets for that address go, if that is known and one of the node's links; else NULL. */
static const struct way *known_way(const struct node *n, uint32_t ip)
{
    const struct way *way = way_kept(n, ip);
    return way && way->out != UINT32_MAX ? way : NULL;
}

/* Nothing is asked of what leaves it: who has its address, whose card it is, which bucket. */
static bool only_sends(const struct world *w, const struct node *n)
{
    return w->is_quiet && !w->has_leases && !w->asks_numbers && !n->arp && !n->has_buckets;
}

bool hop_send(struct world *w, uint32_t node, uint32_t packet, struct packet *p)
{
    struct node *n = &w->nodes[node];
    const struct way *way = known_way(n, p->net.to.ip);
    if (!way || !only_sends(w, n) || !packet_is_plain(p) || p->net.from.ip == 0 ||
        p->net.to.ip == IP_BROADCAST) {
        return false;
    }
    struct direction *out = &w->directions[way->out];
    uint32_t size = p->head_len + p->body.len + IPV4_HEADER;
    if (!only_carries(out) || size > out->mtu || link_is_full(w, out, size)) {
        return false;
    }
    p->net.ttl = p->net.ttl ? p->net.ttl : WORLD_TTL;
    p->net.iface = way->iface;
    p->ip_id = ++n->next_ip_id;
    p->size = size;
    set_out(w, out, (struct passing){packet, size, p->net.to.ip, p->net.ttl});
    return true;
}

/* Nobody has looked at it since it was sent, and it is as far away as memory goes; when the host at
 * the end of the link reads it, it will have come near. Without this that was an eighth of a run.
 */
static void fetch(const struct packet *p)
{
    for (size_t at = 0; at < sizeof *p; at += 64) {
        __builtin_prefetch((const char *)p + at);
    }
}

bool hop_pass(struct world *w, struct direction *d, struct flight *f)
{
    const struct node *n = &w->nodes[d->to];
    if (!only_passes_on(n) || f->ttl <= 1) {
        return false;
    }
    const struct way *way = known_way(n, f->ip);
    if (!way) {
        return false;
    }
    struct direction *out = &w->directions[way->out];
    if (!only_carries(out) || f->size > out->mtu || link_is_full(w, out, f->size)) {
        return false;
    }
    struct passing on = {f->packet, f->size, f->ip, (uint8_t)(f->ttl - 1)};
    flight_over(d, f);
    set_out(w, out, on);
    if (out->is_last) {
        fetch(packet_at(&w->trace->packets, on.packet));
    }
    return true;
}

/* Nothing is asked of what reaches it: what it says where it began, whose address it bears. */
static bool only_hears(const struct world *w, const struct node *n)
{
    return !w->asks_numbers && w->waiting_count == 0 && n->kind != SCENARIO_SWITCH && !n->is_down &&
           !n->is_raw && !n->nat;
}

/* What the endpoint learns of it. */
static void read_plain(const struct direction *d, const struct packet *p, unsigned ttl,
                       struct input *in)
{
    input_begin(in, IN_PACKET, 0, 0);
    in->net = p->net;
    in->net.iface = d->iface_to;
    in->net.ttl = (uint8_t)ttl;
    in->net.ecn = packet_ecn(p);
    in->net.mac = 0;
    in->head = packet_head(p);
    in->body = p->body;
}

bool hop_hear(struct world *w, struct direction *d, struct flight *f)
{
    struct node *n = &w->nodes[d->to];
    const struct way *way = way_kept(n, f->ip);
    if (!way || !way->is_own || !only_hears(w, n)) {
        return false;
    }
    uint32_t packet = f->packet;
    struct packet *p = packet_at(&w->trace->packets, packet);
    struct input in;
    read_plain(d, p, f->ttl, &in);
    bool has_key = p->proto->key && p->proto != &icmp_proto; /* ICMP speaks to the node itself */
    bool is_good = has_key && p->proto->key(in.head, &in.net);
    uint32_t row = is_good ? node_lookup(w, d->to, p->proto, &in.net) : 0;
    if (row == 0) {
        return false;
    }
    p->heard_by = d->to + 1;
    flight_over(d, f);
    w->trace->flows[w->rows[row].flow].end = sched_now(&w->sched);
    w->heard = &in;
    actor_step(w, row, &in, packet, 0);
    effects_apply(w);
    w->heard = NULL;
    if (p->others > 0) {
        p->others--;
    } else {
        packet_release(&w->trace->packets, packet);
    }
    return true;
}

bool packet_is_plain(const struct packet *p)
{
    return p->birth == PACKET_SENT && !p->is_raw && p->proto->carrier != CARRIER_LINK &&
           p->proto != &ipv4_proto && !p->net.alert && !ip_is_multicast(p->net.to.ip);
}
