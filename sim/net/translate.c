/* Address translation at a router: which packets pass the table (proto/nat), and the new packet
 * that goes on in the old one's place. Fragments are put together first, since only the first has
 * ports. */
#include "net/world.h"

#include "actor/icmp_proto.h"
#include "actor/node_call.h"
#include "wire/icmp.h"
#include "wire/ipv4.h"
#include "wire/translate.h"

#include <string.h>

enum { TCP_FLAGS = 13 };

/* Is it for whoever runs on the router itself? It answers echo requests, too. */
static bool is_for_router(struct world *w, uint32_t node, uint32_t packet,
                          const struct node_translate *t, const struct ends *ends)
{
    const struct packet *p = packet_at(&w->trace->packets, packet);
    struct net net = {.from = ends->from, .to = ends->to};
    if (t->is_error) {
        return node_lookup_sender(w, node, t->protocol, &net);
    }
    bool is_request = p->proto == &icmp_proto && packet_head(p).data[0] == ICMP_ECHO;
    return is_request || (p->proto->key && node_lookup(w, node, p->proto, &net));
}

static bool passes_table(const struct world *w, uint32_t node, const struct direction *in,
                         uint32_t ip)
{
    const struct node *n = &w->nodes[node];
    bool is_from_inside = in->iface_to != n->nat_iface;
    return ip == n->nat_ip || (is_from_inside && node_iface_to(w, node, ip) == n->nat_iface);
}

bool nat_wants_whole(const struct world *w, const struct direction *in, uint32_t ip)
{
    return w->nodes[in->to].nat && passes_table(w, in->to, in, ip);
}

bool nat_hear(struct world *w, const struct direction *in, uint32_t packet, unsigned ttl,
              uint32_t cause)
{
    const struct node *n = &w->nodes[in->to];
    const struct packet *p = packet_at(&w->trace->packets, packet);
    uint32_t ip = p->net.to.ip;
    if (!n->nat || p->proto->carrier == CARRIER_LINK || !passes_table(w, in->to, in, ip)) {
        return false;
    }
    struct buf wire = {0};
    struct ends ends;
    struct node_translate t = {.packet = packet,
                               .cause = cause,
                               .ttl = (uint8_t)ttl,
                               .is_inbound = ip == n->nat_ip,
                               .is_from_inside = in->iface_to != n->nat_iface};
    packet_bytes(w, packet, ttl, &wire);
    struct bytes bytes = bytes_of(wire.data, wire.len);
    bool has_ports = translate_read(bytes, &ends, &t.protocol, &t.is_error);
    bool is_tcp = has_ports && !t.is_error && t.protocol == IP_TCP && wire.len > 20 + TCP_FLAGS;
    t.flags = is_tcp ? wire.data[(wire.data[0] & 15) * 4 + TCP_FLAGS] : 0;
    buf_free(&wire);
    if (t.is_inbound && (!has_ports || is_for_router(w, in->to, packet, &t, &ends))) {
        return false;
    }
    if (ttl <= 1) {
        icmp_send_error(w, in->to, packet, ICMP_TIME_EXCEEDED, 0, 0, ttl, cause);
        node_drop(w, in->to, packet, DROP_TTL, cause);
        return true;
    }
    if (!has_ports) {
        node_drop(w, in->to, packet, DROP_POLICY, cause);
        return true;
    }
    t.from = ends.from;
    t.to = ends.to;
    struct input ask = {.kind = IN_REQUEST, .code = NODE_TRANSLATE, .head = bytes_of(&t, sizeof t)};
    actor_step(w, n->nat, &ask, packet, cause);
    effects_apply(w);
    return true;
}

/* Header bytes have no checksum until somebody reads them as a whole. */
static void clear_sum(uint8_t *head, size_t len, uint8_t protocol)
{
    size_t at = translate_sum_at(protocol);
    if (at + 2 <= len) {
        put_u16(head + at, 0);
    }
}

/* The same header behind an IP header of its own is translated; where only bytes are there, they.
 */
static uint32_t make_packet(struct world *w, uint32_t packet, const struct ends *new,
                            const struct ends *outer)
{
    const struct packet *p = packet_at(&w->trace->packets, packet);
    struct buf wire = {0};
    size_t skip = p->is_raw ? 0 : IPV4_HEADER;
    packet_bytes(w, packet, p->net.ttl, &wire);
    size_t len = p->is_raw ? wire.len : (size_t)IPV4_HEADER + p->head_len;
    uint8_t protocol = wire.data[9];
    if (!p->is_raw) {
        clear_sum(wire.data + skip, len - skip, protocol);
    }
    translate_write(wire.data, len, new, outer);
    if (!p->is_raw) {
        clear_sum(wire.data + skip, len - skip, protocol);
    }
    uint32_t id = packet_new(&w->trace->packets, bytes_of(wire.data + skip, len - skip));
    packet_inherit(packet_at(&w->trace->packets, id), packet_at(&w->trace->packets, packet), packet,
                   PACKET_TRANSLATED);
    buf_free(&wire);
    return id;
}

/* It does not fit the next link and may not be cut: who sent it is told, about what it sent. */
static bool is_too_big(struct world *w, uint32_t node, const struct node_translate *t, uint32_t to)
{
    const struct packet *p = packet_at(&w->trace->packets, t->packet);
    uint16_t iface = node_iface_to(w, node, to);
    uint32_t out = iface == UINT16_MAX ? UINT32_MAX : w->nodes[node].ifaces[iface].out;
    uint32_t mtu = out == UINT32_MAX ? UINT32_MAX : w->directions[out].mtu;
    if (!p->net.df || p->size <= mtu) {
        return false;
    }
    icmp_send_error(w, node, t->packet, ICMP_UNREACHABLE, ICMP_TOO_BIG, mtu, t->ttl, t->cause);
    node_drop(w, node, t->packet, DROP_TOO_BIG, t->cause);
    return true;
}

void nat_told(struct world *w, uint32_t node, const struct node_translate *t)
{
    uint32_t packet = t->packet;
    if (!t->is_good) {
        node_drop(w, node, packet, DROP_POLICY, t->cause);
        return;
    }
    const struct packet *p = packet_at(&w->trace->packets, packet);
    struct ends new = {t->from, t->to}, outer = new;
    if (t->is_error) { /* its own sender is the host inside, or the router that told */
        outer.from.ip = t->is_inbound ? p->net.from.ip : w->nodes[node].nat_ip;
    }
    if (is_too_big(w, node, t, outer.to.ip)) {
        return;
    }
    uint32_t id = make_packet(w, packet, &new, &outer);
    struct packet *made = packet_at(&w->trace->packets, id);
    made->net.from = outer.from;
    made->net.to = outer.to;
    made->goal = w->has_leases ? node_of_ip(w, outer.to.ip) + 1 : 0;
    uint32_t born = world_record(w, REC_SEND, w->nodes[node].entity, id, 0, 0, t->cause, 0);
    packet_is_over(w, packet);
    node_forward(w, node, id, outer.to.ip, t->ttl, born);
}
