/* ICMP in the nodes (RFC 792, RFC 1122 3.2.2): errors about packets that could not go on, and
 * errors that arrive, handed to the endpoint whose packet they quote. */
#include "net/world.h"

#include "wire/dissect.h"
#include "wire/icmp.h"
#include "wire/ipv4.h"

const struct proto icmp_proto = {.name = "icmp", .carrier = CARRIER_IP, .number = IP_ICMP};

/* RFC 1122 3.2.2: no error about an error, nor about what has no one sender. */
static bool deserves_error(const struct world *w, uint32_t node, const struct packet *p)
{
    struct icmp m;
    bool is_broadcast = lan_is_broadcast(w, node, p->net.to.ip);
    bool is_error = p->proto == &icmp_proto && icmp_decode(packet_head(p), &m) && icmp_is_error(&m);
    uint32_t from = node_of_ip(w, p->net.from.ip);
    return !is_error && !is_broadcast && !p->is_raw && p->proto->carrier != CARRIER_LINK &&
           from != NO_NODE && from != node;
}

void icmp_send_error(struct world *w, uint32_t node, uint32_t packet, unsigned type, unsigned code,
                     unsigned mtu, unsigned ttl, uint32_t cause)
{
    const struct packet *p = packet_at(&w->trace->packets, packet);
    if (!deserves_error(w, node, p)) {
        return;
    }
    struct packet_view view = {.proto = p->proto->name,
                               .net = p->net,
                               .ip_id = p->ip_id,
                               .head = packet_head(p),
                               .body = p->body,
                               .streams = &w->trace->streams};
    view.net.ttl = (uint8_t)ttl;
    struct buf quoted = {0}, head = {0};
    packet_build(&view, &quoted);
    icmp_error((enum icmp_type)type, (uint8_t)code, (uint16_t)mtu,
               bytes_of(quoted.data, quoted.len), &head);
    uint32_t id = packet_new(&w->trace->packets, bytes_of(head.data, head.len));
    struct packet *error = packet_at(&w->trace->packets, id);
    p = packet_at(&w->trace->packets, packet);
    error->net.to.ip = p->net.from.ip;
    error->proto = &icmp_proto;
    error->sender = w->nodes[node].entity;
    error->flow = p->flow;
    error->unit.at = w->rows[error->sender].unnamed++;
    error->copy = 1;
    if (p->flow && w->trace->flows[p->flow].from == node) {
        w->trace->flows[p->flow].packets++;
    }
    buf_free(&quoted);
    buf_free(&head);
    node_send(w, id, 0, cause);
}

/* Ports of the quoted packet: what we sent, so our end stands in `from`. */
static bool quoted_key(struct bytes quote, struct net *net, unsigned *protocol)
{
    struct ipv4 ip;
    if (!ipv4_decode(quote, &ip) || quote.len < (size_t)ip.header_len + 4) {
        return false;
    }
    const uint8_t *ports = quote.data + ip.header_len;
    net->from = (struct addr){ip.to, get_u16(ports + 2)}; /* as if it had come from there */
    net->to = (struct addr){ip.from, get_u16(ports)};
    *protocol = ip.protocol;
    return true;
}

static unsigned ip_protocol_of(const struct proto *p)
{
    return p->carrier == CARRIER_UDP ? IP_UDP : p->carrier == CARRIER_IP ? p->number : 0;
}

/* Several wire formats may ride on UDP: each is asked. */
static uint32_t endpoint_of(struct world *w, uint32_t node, const struct net *net,
                            unsigned protocol)
{
    uint32_t found = 0;
    for (uint32_t row = 1; row < w->row_count && found == 0; row++) {
        const struct row *r = &w->rows[row];
        if (r->self && r->node == node && r->type->proto &&
            ip_protocol_of(r->type->proto) == protocol) {
            found = node_lookup(w, node, r->type->proto, net);
        }
    }
    return found;
}

void icmp_hear(struct world *w, uint32_t node, uint32_t packet, uint32_t cause)
{
    struct bytes head = packet_head(packet_at(&w->trace->packets, packet));
    struct icmp m = {0};
    struct input in = {.kind = IN_ERROR, .now = sched_now(&w->sched), .head = head};
    unsigned protocol;
    if (!icmp_decode(head, &m)) {
        node_drop(w, node, packet, DROP_MALFORMED, cause);
        return;
    }
    uint32_t row = 0;
    if (icmp_is_error(&m) && quoted_key(icmp_quote(head), &in.net, &protocol)) {
        row = endpoint_of(w, node, &in.net, protocol);
    }
    if (row == 0) {
        node_drop(w, node, packet, DROP_NO_LISTENER, cause);
        return;
    }
    in.code = (uint16_t)(m.type << 8 | m.code);
    actor_step(w, row, &in, packet, cause);
    effects_apply(w);
    packet_is_over(w, packet);
}
