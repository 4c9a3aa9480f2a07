/* The raw host: it has no protocols of its own. What reaches it is handed out as bytes; what it
 * sends is given as bytes, right or wrong. */
#include "net/world.h"

#include "actor/icmp_proto.h"
#include "wire/arp.h"
#include "wire/dissect.h"
#include "wire/eth.h"
#include "wire/ipv4.h"

#include <string.h>

/* The wire format of that name that some actor speaks. */
static const struct proto *proto_called(const struct world *w, const char *name)
{
    if (strcmp(name, icmp_proto.name) == 0) {
        return &icmp_proto;
    }
    for (const struct actor_type *const *t = w->known->actors; *t; t++) {
        if ((*t)->proto && strcmp((*t)->proto->name, name) == 0) {
            return (*t)->proto;
        }
    }
    for (const struct traffic_type *const *t = w->known->traffic; *t; t++) {
        const struct proto *p = (*t)->source->proto;
        if (p && strcmp(p->name, name) == 0) {
            return p;
        }
    }
    return &ipv4_proto;
}

/* Both ends of a conversation share a flow: the endpoint's that will get the packet, or the one
 * that began with the same two addresses and ports. */
static uint32_t flow_of(struct world *w, uint32_t node, const struct proto *proto, struct net net)
{
    uint32_t peer = node_of_ip(w, net.to.ip);
    uint32_t row = peer == NO_NODE ? 0 : node_lookup(w, peer, proto, &net);
    if (row && w->rows[row].flow) {
        return w->rows[row].flow;
    }
    uint64_t ends = hash_mix((uint64_t)net.from.ip << 32 | net.to.ip,
                             (uint64_t)net.from.port << 16 | net.to.port);
    uint64_t *flow = map_put(&w->raw_flows, ends);
    if (*flow == 0) {
        *flow = trace_add_flow(w->trace, world_flow_name(w, node, proto->name), proto->name);
        struct flow *f = &w->trace->flows[*flow];
        f->from = node;
        f->to = peer == NO_NODE ? node : peer;
        f->start = f->end = sched_now(&w->sched);
        f->rate_bps = traffic_rate(w, f->from, f->to);
    }
    return (uint32_t)*flow;
}

uint32_t raw_peer_initial(const struct world *w, uint32_t node, const struct net *net)
{
    for (uint32_t row = w->row_count; row-- > 1;) {
        const struct row *r = &w->rows[row];
        const struct entity *e = &w->trace->entities[row];
        bool meets = r->type && r->type->proto && r->type->proto->initial &&
                     e->local.ip == net->to.ip && e->local.port == net->to.port &&
                     e->remote.ip == net->from.ip && e->remote.port == net->from.port;
        if (meets && r->flow) {
            const struct flow *flow = &w->trace->flows[r->flow];
            return flow->initial[flow->from == node];
        }
    }
    return 0;
}

/* A packet that is as it should be becomes an ordinary one; any other stays bytes. */
uint32_t packet_of_bytes(struct world *w, struct bytes wire)
{
    struct packet_view view = {0};
    struct bytes payload = {0};
    struct ipv4 ip = {0};
    enum packet_state state = packet_parse(wire, LINK_FORM_IP, &view, &payload);
    bool is_plain =
        state == PACKET_INTACT && ipv4_decode(wire, &ip) && ip.header_len == IPV4_HEADER;
    uint32_t id = packet_new(&w->trace->packets, is_plain ? view.head : wire);
    struct packet *p = packet_at(&w->trace->packets, id);
    p->is_raw = !is_plain;
    p->proto = state == PACKET_MALFORMED ? &ipv4_proto : proto_called(w, view.proto);
    if (state != PACKET_MALFORMED) {
        p->net = view.net;
    } else if (ipv4_decode(wire, &ip)) {
        p->net.from.ip = ip.from;
        p->net.to.ip = ip.to;
    }
    if (is_plain && payload.len > 0) {
        p->body.stream = stream_add_bytes(&w->trace->streams, payload);
        p->body.len = (uint32_t)payload.len;
    }
    return id;
}

/* An ARP message, which stands in the frame without IP. */
static uint32_t arp_of_bytes(struct world *w, struct bytes wire)
{
    uint32_t id = packet_new(&w->trace->packets, bytes_sub(wire, 0, ARP_SIZE));
    packet_at(&w->trace->packets, id)->proto = proto_called(w, "arp");
    return id;
}

/* The sender is the raw host; the flow that of whom it talks to. */
static void settle(struct world *w, uint32_t node, uint32_t id)
{
    struct packet *p = packet_at(&w->trace->packets, id);
    struct net net = p->net;
    p->sender = w->nodes[node].entity;
    if (!p->is_raw && p->proto->key && p->proto->key(packet_head(p), &net)) {
        uint32_t flow = flow_of(w, node, p->proto, net);
        p = packet_at(&w->trace->packets, id);
        p->flow = flow;
        if (w->trace->flows[flow].from == node) {
            w->trace->flows[flow].packets++;
            w->trace->flows[flow].bytes += p->body.len; /* nobody knows what a raw host repeats */
        }
    }
}

void raw_inject(struct world *w, uint32_t node, struct bytes wire, const uint32_t *base)
{
    uint32_t id = packet_of_bytes(w, wire);
    settle(w, node, id);
    if (base) {
        struct packet *p = packet_at(&w->trace->packets, id);
        p->has_base = true;
        p->seq_base = *base;
    }
    node_send(w, id, 0, 0);
    effects_apply(w);
}

/* What stands behind the Ethernet header, without the padding; 0: nothing that is known here. */
static uint32_t packet_of_frame(struct world *w, struct bytes frame, const struct eth *h)
{
    struct bytes inside = bytes_sub(frame, ETH_HEADER, frame.len);
    struct ipv4 ip;
    if (h->type == ETHERTYPE_ARP && inside.len >= ARP_SIZE) {
        return arp_of_bytes(w, inside);
    }
    if (h->type == ETHERTYPE_IPV4 && ipv4_decode(inside, &ip)) {
        return packet_of_bytes(w, bytes_sub(inside, 0, ip.total_len));
    }
    return 0;
}

bool raw_inject_frame(struct world *w, uint32_t node, struct bytes frame)
{
    struct direction *d = &w->directions[w->nodes[node].ifaces[0].out];
    struct eth h;
    uint32_t id = eth_decode(frame, &h) ? packet_of_frame(w, frame, &h) : 0;
    if (id == 0) {
        return false;
    }
    struct macs macs = {.to = mac_get(h.to), .from = mac_get(h.from)};
    settle(w, node, id);
    struct packet *p = packet_at(&w->trace->packets, id);
    bool on_link = p->proto->carrier == CARRIER_LINK;
    p->size = p->head_len + p->body.len + (on_link || p->is_raw ? 0 : IPV4_HEADER);
    uint32_t record = world_record(w, REC_SEND, p->sender, id, 0, 0, 0, 0);
    if (w->has_packet_faults) {
        fault_look(w, id, NULL);
    }
    link_offer(w, d, id, p->net.ttl, &macs, record);
    effects_apply(w);
    return true;
}

static void build_frame(struct bytes inside, struct macs macs, const struct proto *proto,
                        struct buf *out)
{
    struct eth h = {.type = proto->carrier == CARRIER_LINK ? proto->number : ETHERTYPE_IPV4};
    mac_put(h.to, macs.to);
    mac_put(h.from, macs.from);
    eth_build(&h, inside, out);
}

/* Kept as bytes until somebody asks, with the TTL that it came with; on a LAN the whole frame. */
void raw_hear(struct world *w, uint32_t node, uint32_t packet, unsigned ttl, const struct macs *lan)
{
    const struct packet *p = packet_at(&w->trace->packets, packet);
    if (!w->nodes[node].set->is_raw || !w->keeps_raw) {
        return;
    }
    size_t start = w->raw_bytes.len;
    struct raw_packet heard = {.at = sched_now(&w->sched), .start = start};
    if (lan) {
        struct buf inside = {0};
        packet_bytes(w, packet, ttl, &inside);
        build_frame(bytes_of(inside.data, inside.len), *lan, p->proto, &w->raw_bytes);
        buf_free(&inside);
    } else {
        packet_bytes(w, packet, ttl, &w->raw_bytes);
    }
    heard.len = (uint32_t)(w->raw_bytes.len - start);
    heard.is = packet_is(p->proto->name, packet_head(p), p->body.len);
    memcpy(buf_extend(&w->raw_heard, sizeof heard), &heard, sizeof heard);
}
