/* Nodes: sending, forwarding, and who gets a packet. Point-to-point links carry
 * IP packets as they are; what a LAN needs more is in lan.c. */
#include "net/world.h"

#include "actor/icmp_proto.h"
#include "base/os.h"
#include "wire/dhcp.h"
#include "wire/dissect.h"
#include "wire/icmp.h"
#include "wire/ipv4.h"
#include "wire/rsvp.h"

#include <stdlib.h>

uint32_t node_of_ip(const struct world *w, uint32_t ip)
{
    uint64_t node = map_get(&w->ips, ip);
    return node ? (uint32_t)(node - 1) : NO_NODE;
}

void packet_is_over(struct world *w, uint32_t packet)
{
    struct packet *p = packet_at(&w->trace->packets, packet);
    if (p->others > 0) {
        p->others--;
        return;
    }
    if (w->armed_count > 0) {
        fault_forget(w, packet);
    }
    if (p->birth == PACKET_FRAGMENT) {
        packet_is_over(w, p->parent); /* whose bytes it needs no longer */
    }
    if (w->trace->keep) {
        return;
    }
    if (w->done_count == w->done_cap) {
        w->done_cap = w->done_cap ? w->done_cap * 2 : 64;
        w->done = os_realloc(w->done, w->done_cap * sizeof *w->done);
    }
    w->done[w->done_count++] = packet;
}

void node_drop(struct world *w, uint32_t node, uint32_t packet, enum drop_class why, uint32_t cause)
{
    world_record(w, REC_DROP, w->nodes[node].entity, packet, why, 0, cause, 0);
    uint32_t flow = packet_at(&w->trace->packets, packet)->flow;
    trace_count_drop(w->trace, &w->trace->flows[flow].drops, why);
    packet_is_over(w, packet);
}

void node_let_go(struct world *w, uint32_t node, uint32_t packet, unsigned ttl, uint16_t iface,
                 uint32_t cause)
{
    struct direction *d = &w->directions[w->nodes[node].ifaces[iface].out];
    if (d->is_lan) {
        lan_send(w, node, packet, ttl, iface, cause);
    } else {
        link_offer(w, d, packet, ttl, NULL, cause);
    }
}

void node_offer(struct world *w, uint32_t node, uint32_t packet, unsigned ttl, uint16_t iface,
                uint32_t cause)
{
    if (!w->nodes[node].has_buckets || !police_hear(w, node, packet, ttl, iface, cause)) {
        node_let_go(w, node, packet, ttl, iface, cause);
    }
}

/* RFC 1812 5.2.7.1: of a network that the node is on, only the host is missing. */
static unsigned why_unreachable(const struct world *w, const struct node *n, uint32_t packet)
{
    uint32_t ip = packet_at(&w->trace->packets, packet)->net.to.ip;
    for (uint32_t i = 0; i < n->iface_count; i++) {
        const struct iface *f = &n->ifaces[i];
        if (f->prefix && (ip ^ f->ip) >> (32 - f->prefix) == 0) {
            return ICMP_HOST;
        }
    }
    return ICMP_NET;
}

static void refuse_no_route(struct world *w, uint32_t node, uint32_t packet, unsigned ttl,
                            uint32_t cause)
{
    icmp_send_error(w, node, packet, ICMP_UNREACHABLE, why_unreachable(w, &w->nodes[node], packet),
                    0, ttl, cause);
    node_drop(w, node, packet, DROP_NO_ROUTE, cause);
}

static void send_in_pieces(struct world *w, uint32_t node, uint32_t packet, unsigned ttl,
                           uint16_t iface, uint32_t cause)
{
    uint32_t mtu = w->directions[w->nodes[node].ifaces[iface].out].mtu;
    bool may_cut = !packet_at(&w->trace->packets, packet)->net.df;
    if (!may_cut || !fragment_send(w, node, packet, ttl, iface, mtu, cause)) {
        icmp_send_error(w, node, packet, ICMP_UNREACHABLE, ICMP_TOO_BIG, mtu, ttl, cause);
        node_drop(w, node, packet, DROP_TOO_BIG, cause);
    }
}

/* Out of the right interface, or refused with an error to whoever sent it. */
void node_output(struct world *w, uint32_t node, uint32_t packet, unsigned ttl, uint16_t iface,
                 uint32_t cause)
{
    const struct node *n = &w->nodes[node];
    if (iface == UINT16_MAX || n->ifaces[iface].out == UINT32_MAX) {
        refuse_no_route(w, node, packet, ttl, cause);
        return;
    }
    const struct packet *p = packet_at(&w->trace->packets, packet);
    bool fits = p->size <= w->directions[n->ifaces[iface].out].mtu;
    if (fits || p->proto->carrier == CARRIER_LINK) {
        node_offer(w, node, packet, ttl, iface, cause);
    } else {
        send_in_pieces(w, node, packet, ttl, iface, cause);
    }
}

/* A SYN begins the numbers of its direction; what came before keeps those that it had. A flow may
 * have several connections at once, so an endpoint keeps its own; who has none (a raw host, an
 * answer in nobody's name) goes by the flow. */
static void note_numbers(struct world *w, uint32_t node, struct packet *p)
{
    struct flow *flow = &w->trace->flows[p->flow];
    struct life *life = life_of(&w->rows[p->sender]);
    unsigned side = node != flow->from, has = life ? life->has_initial : 0;
    uint32_t first;
    bool begins = p->proto->initial(packet_head(p), &first);
    if (p->has_base || begins) {
        flow->initial[side] = p->has_base ? p->seq_base : first;
    }
    if (life && begins) {
        life->initial[OWN] = first;
        has |= 1u << OWN;
        life->has_initial = (uint8_t)has;
    }
    p->seq_base = has & 1u << OWN ? life->initial[OWN] : flow->initial[side];
    p->ack_base = has & 1u << PEER ? life->initial[PEER] : flow->initial[!side];
}

void node_numbers_heard(struct world *w, uint32_t row, uint32_t packet)
{
    struct life *life = life_of(&w->rows[row]);
    const struct packet *p = packet_at(&w->trace->packets, packet);
    uint32_t number;
    bool is_first = life && life->key.to.port && !(life->has_initial & 1u << PEER);
    if (is_first && p->proto->initial && !p->is_raw && p->proto->initial(packet_head(p), &number)) {
        life->initial[PEER] = p->seq_base;
        life->has_initial |= 1u << PEER;
    }
}

static bool has_address(const struct node *n, uint32_t ip)
{
    for (uint32_t i = 0; i < n->iface_count; i++) {
        if (n->ifaces[i].ip == ip) {
            return true;
        }
    }
    return false;
}

/* An address that DHCP gave and that is no longer there: nothing may leave under it, or under none
 * but what asks for one (RFC 2131 4.4.5). */
static bool lacks_address(const struct world *w, uint32_t node, const struct packet *p)
{
    const struct proto *proto = p->proto;
    bool asks = proto->carrier == CARRIER_LINK ||
                (proto->carrier == CARRIER_UDP && proto->number == DHCP_SERVER_PORT);
    return w->nodes[node].set->is_dhcp && !asks && !p->is_raw &&
           !has_address(&w->nodes[node], p->net.from.ip);
}

/* Its head begins with what stands first on a point-to-point link. */
static bool has_own_header(const struct packet *p)
{
    return p->is_raw || p->proto->carrier == CARRIER_LINK || p->proto == &ipv4_proto;
}

void node_send(struct world *w, uint32_t packet, unsigned why, uint32_t cause)
{
    struct packet *p = packet_at(&w->trace->packets, packet);
    uint32_t node = w->rows[p->sender].node;
    struct node *n = &w->nodes[node];
    bool on_link = p->proto->carrier == CARRIER_LINK;
    bool is_group = !on_link && ip_is_multicast(p->net.to.ip);
    bool is_looked_at = is_group && p->net.alert; /* each link has a message of its own */
    bool is_given = on_link || is_group || node_is_broadcast(w, node, p->net.to.ip);
    uint16_t iface = is_given ? p->net.iface : way_of(w, node, p->net.to.ip).iface;
    if (w->has_leases) {
        p->goal = node_of_ip(w, p->net.to.ip) + 1;
    }
    if (p->net.from.ip == 0 && iface != UINT16_MAX) {
        p->net.from.ip = n->ifaces[iface].ip;
    }
    p->net.ttl = p->net.ttl ? p->net.ttl : WORLD_TTL;
    p->net.iface = iface;
    p->ip_id = on_link ? 0 : ++n->next_ip_id;
    uint32_t header = IPV4_HEADER + (p->net.alert ? IPV4_ALERT : 0);
    p->size = p->head_len + p->body.len + (has_own_header(p) ? 0 : header);
    if (w->asks_numbers && p->proto->initial && p->flow) {
        note_numbers(w, node, p);
    }
    uint32_t record = world_record(w, REC_SEND, p->sender, packet, 0, 0, cause, why);
    if (w->has_packet_faults) {
        fault_look(w, packet, NULL);
    }
    if (w->has_leases && lacks_address(w, node, p)) {
        node_drop(w, node, packet, DROP_NO_ROUTE, record);
        return;
    }
    if (is_group && !is_looked_at) {
        multicast_send(w, node, packet, p->net.ttl, record);
        return;
    }
    node_output(w, node, packet, p->net.ttl, iface, record);
}

static void forward(struct world *w, uint32_t node, uint32_t packet, uint16_t iface, unsigned ttl,
                    uint32_t cause)
{
    if (w->nodes[node].kind != SCENARIO_ROUTER) {
        node_drop(w, node, packet, DROP_NO_ROUTE, cause);
    } else if (ttl <= 1) {
        icmp_send_error(w, node, packet, ICMP_TIME_EXCEEDED, 0, 0, ttl, cause);
        node_drop(w, node, packet, DROP_TTL, cause);
    } else {
        node_output(w, node, packet, ttl - 1, iface, cause);
    }
}

void node_forward(struct world *w, uint32_t node, uint32_t packet, uint32_t ip, unsigned ttl,
                  uint32_t cause)
{
    forward(w, node, packet, way_of(w, node, ip).iface, ttl, cause);
}

/* What a node knows of a packet that it got: for a corrupted one, what its bytes still say. */
struct heard {
    struct input in;
    const struct proto *proto;
    uint32_t ip;          /* destination */
    bool is_damaged;      /* a checksum does not hold */
    bool head_is_damaged; /* the IP header's: nobody can trust the address */
    bool is_malformed;
};

static void read_raw(struct world *w, const struct packet *p, struct heard *h)
{
    struct bytes wire = packet_head(p), payload = {0};
    bool on_link = p->proto->carrier == CARRIER_LINK;
    struct packet_view view = {0};
    struct ipv4 ip;
    enum packet_state state =
        packet_parse(wire, on_link ? packet_form(p->proto->name) : LINK_FORM_IP, &view, &payload);
    h->is_malformed = state == PACKET_MALFORMED;
    h->is_damaged = state != PACKET_INTACT;
    h->head_is_damaged = !on_link && (!ipv4_decode(wire, &ip) || !ipv4_intact(wire));
    if (h->is_malformed) {
        return;
    }
    h->in.head = view.head;
    uint32_t stream = stream_add_bytes(&w->trace->streams, payload);
    h->in.body = (struct span){.stream = stream, .len = (uint32_t)payload.len};
    if (!on_link) {
        h->in.net = view.net;
        h->ip = view.net.to.ip;
    }
}

/* The whole of *h is written, field by field: clearing it first would take as long again. */
static void read_packet(struct world *w, const struct direction *d, const struct packet *p,
                        unsigned ttl, struct macs macs, struct heard *h)
{
    h->proto = p->proto;
    h->ip = p->net.to.ip;
    h->is_damaged = h->head_is_damaged = h->is_malformed = false;
    input_begin(&h->in, IN_PACKET, 0, 0);
    h->in.now = sched_now(&w->sched);
    h->in.net = p->net;
    h->in.head = packet_head(p);
    h->in.body = p->body;
    if (p->is_raw) {
        read_raw(w, p, h);
    }
    h->in.net.iface = d->iface_to;
    h->in.net.ttl = (uint8_t)ttl;
    h->in.net.ecn = p->is_raw ? h->in.net.ecn : packet_ecn(p);
    h->in.net.mac = macs.from;
    h->in.is_damaged = h->is_damaged;
}

static void answer_for_nobody(struct world *w, uint32_t node, uint32_t packet, struct heard *h,
                              uint32_t cause)
{
    if (node_is_broadcast(w, node, h->ip) || ip_is_multicast(h->ip)) {
        packet_is_over(w, packet); /* RFC 1122 3.2.2: silently */
        return;
    }
    if (w->nodes[node].set->is_dhcp && node_of_ip(w, h->ip) != node) {
        node_drop(w, node, packet, DROP_NO_LISTENER, cause); /* it has no address to answer from */
        return;
    }
    bool is_known = h->proto->key != NULL;
    if (h->proto->orphan) {
        w->fx.author = w->nodes[node].entity;
        w->fx.cause = cause;
        w->fx.packet = packet;
        w->fx.proto = h->proto;
        w->fx.flow = packet_at(&w->trace->packets, packet)->flow;
        h->proto->orphan(&h->in, &w->fx);
    } else if (h->proto->carrier != CARRIER_LINK) {
        bool has_ports =
            is_known && !(h->proto->carrier == CARRIER_IP && h->proto->number == IP_RSVP);
        icmp_send_error(w, node, packet, ICMP_UNREACHABLE, has_ports ? ICMP_PORT : ICMP_PROTOCOL, 0,
                        h->in.net.ttl, cause);
    }
    node_drop(w, node, packet, DROP_NO_LISTENER, cause);
    effects_apply(w);
}

static void deliver(struct world *w, uint32_t node, uint32_t packet, struct heard *h,
                    uint32_t cause)
{
    bool on_link = h->proto->carrier == CARRIER_LINK;
    if (w->waiting_count > 0) {
        script_hear(w, packet);
    }
    if (h->is_malformed || (h->is_damaged && !on_link)) {
        node_drop(w, node, packet, h->is_malformed ? DROP_MALFORMED : DROP_CHECKSUM, cause);
        return;
    }
    if (h->proto == &icmp_proto) {
        icmp_hear(w, node, packet, &h->in, cause);
        return;
    }
    if (!h->proto->key && !h->is_damaged) {
        answer_for_nobody(w, node, packet, h, cause);
        return;
    }
    if (!h->proto->key || !h->proto->key(h->in.head, &h->in.net)) {
        node_drop(w, node, packet, h->is_damaged ? DROP_CHECKSUM : DROP_MALFORMED, cause);
        return;
    }
    uint32_t row = node_lookup(w, node, h->proto, &h->in.net);
    if (row == 0 && w->has_nat) {
        row = traffic_sink_of(w, node, packet, h->proto);
    }
    if (row == 0 && h->is_damaged) {
        node_drop(w, node, packet, DROP_CHECKSUM, cause);
    } else if (row == 0) {
        answer_for_nobody(w, node, packet, h, cause);
    } else {
        w->trace->flows[w->rows[row].flow].end = sched_now(&w->sched);
        w->heard = &h->in;
        if (w->asks_numbers) {
            node_numbers_heard(w, row, packet);
        }
        actor_step(w, row, &h->in, packet, cause);
        effects_apply(w);
        w->heard = NULL;
        packet_is_over(w, packet);
    }
}

/* A frame with another's address stays in the network card; a bent one does, too. */
static bool is_for_card(const struct iface *i, struct macs macs)
{
    bool is_multicast = macs.to >> 40 & 1; /* a card lets them in, IP looks whose they are */
    return is_multicast || macs.to == i->mac;
}

/* RFC 2131 section 2: what is sent to the hardware address is taken before an address is there. */
static bool is_for_ip(struct world *w, const struct direction *d, uint32_t ip, struct way way)
{
    const struct iface *own = &w->nodes[d->to].ifaces[d->iface_to];
    return way.is_own ||
           (d->is_lan && (own->ip == ip || own->ip == 0 || node_is_broadcast(w, d->to, ip)));
}

static void hear_multicast(struct world *w, uint32_t node, uint32_t packet, unsigned ttl,
                           struct heard *h, uint32_t cause)
{
    if (multicast_pass(w, node, packet, ttl, cause)) {
        deliver(w, node, packet, h, cause);
    }
}

/* Router alert (RFC 2113): a router's RSVP process takes what is for others, and sends it on. */
static bool is_looked_into(const struct world *w, uint32_t node, const struct packet *p)
{
    return p->net.alert && p->proto->carrier == CARRIER_IP && p->proto->number == IP_RSVP &&
           w->nodes[node].rsvp && w->nodes[node].kind == SCENARIO_ROUTER;
}

/* A fragment for this node waits until the others are there, then the whole goes on. */
static void take_odd(struct world *w, struct direction *d, uint32_t packet, unsigned ttl,
                     struct macs macs, uint32_t cause)
{
    const struct packet *p = packet_at(&w->trace->packets, packet);
    uint32_t node = d->to;
    struct heard h;
    struct ipv4 ip;
    read_packet(w, d, p, ttl, macs, &h);
    bool is_own = h.proto->carrier == CARRIER_LINK ||
                  is_for_ip(w, d, h.ip, way_of(w, node, h.ip)) || multicast_has(w, node, h.ip);
    bool is_fragment = packet_is_fragment(p, &ip);
    if (h.head_is_damaged) {
        node_drop(w, node, packet, DROP_CHECKSUM, cause);
    } else if (is_fragment && (is_own || nat_wants_whole(w, d, h.ip))) {
        uint32_t whole = assembly_hear(w, node, packet, ttl, cause);
        if (whole) {
            take_odd(w, d, whole, ttl, macs, cause);
        }
    } else if (w->nodes[node].nat && nat_hear(w, d, packet, ttl, cause)) {
        return;
    } else if (is_looked_into(w, node, p)) {
        deliver(w, node, packet, &h, cause);
    } else if (ip_is_multicast(h.ip)) {
        hear_multicast(w, node, packet, ttl, &h, cause);
    } else if (!is_own) {
        node_forward(w, node, packet, h.ip, ttl, cause);
    } else {
        deliver(w, node, packet, &h, cause);
    }
}

static void take_packet(struct world *w, struct direction *d, uint32_t packet, unsigned ttl,
                        struct macs macs, uint32_t cause)
{
    const struct packet *p = packet_at(&w->trace->packets, packet);
    if (!packet_is_plain(p) || w->nodes[d->to].nat) {
        take_odd(w, d, packet, ttl, macs, cause);
        return;
    }
    struct way way = way_of(w, d->to, p->net.to.ip);
    if (is_for_ip(w, d, p->net.to.ip, way)) {
        struct heard h;
        read_packet(w, d, p, ttl, macs, &h);
        deliver(w, d->to, packet, &h, cause);
    } else {
        forward(w, d->to, packet, way.iface, ttl, cause);
    }
}

void node_hear(struct world *w, struct direction *d, uint32_t packet, unsigned ttl,
               struct macs macs, uint32_t cause)
{
    uint32_t node = d->to;
    const struct node *n = &w->nodes[node];
    if (n->is_down) {
        node_drop(w, node, packet, DROP_NODE_DOWN, cause);
        return;
    }
    if (d->is_lan && packet_at(&w->trace->packets, packet)->is_flipped) {
        node_drop(w, node, packet, DROP_CHECKSUM, cause); /* the frame's check sequence */
        return;
    }
    if (n->kind == SCENARIO_SWITCH) {
        switch_hear(w, d, packet, ttl, macs, cause);
        return;
    }
    if (n->is_raw) {
        script_hear(w, packet);
        raw_hear(w, node, packet, ttl, d->is_lan ? &macs : NULL);
        packet_is_over(w, packet);
        return;
    }
    if (d->is_lan && !is_for_card(&n->ifaces[d->iface_to], macs)) {
        packet_is_over(w, packet);
        return;
    }
    take_packet(w, d, packet, ttl, macs, cause);
}
