/* ICMP in the nodes (RFC 792, RFC 1122 3.2.2, RFC 1812 4.3): errors about packets that could not go
 * on, echoes, and what arrives: an error is handed to the endpoint whose packet it quotes, an
 * echo's answer to whoever asked. */
#include "net/world.h"

#include "actor/icmp_proto.h"
#include "wire/dissect.h"
#include "wire/icmp.h"
#include "wire/ipv4.h"

#define ERROR_EVERY                                                                                \
    (1 * SIM_MS)       /* RFC 1812 4.3.2.8: errors are limited; so many in the long run            \
                        */
#define ERROR_BURST 50 /* and so many at once */

static bool is_error(const struct packet *p)
{
    struct icmp m;
    return p->proto == &icmp_proto && icmp_decode(packet_head(p), &m) && icmp_is_error(&m);
}

static bool is_later_fragment(const struct packet *p)
{
    struct ipv4 ip;
    bool is_ip = p->is_raw || p->proto == &ipv4_proto;
    return is_ip && ipv4_decode(packet_head(p), &ip) && ip.offset > 0;
}

/* RFC 1122 3.2.2: no error about an error, about what is for many or has no one sender, about a
 * fragment other than the first. */
static bool deserves_error(const struct world *w, uint32_t node, const struct packet *p)
{
    uint32_t from = node_of_ip(w, p->net.from.ip);
    return !is_error(p) && !is_later_fragment(p) && !lan_is_broadcast(w, node, p->net.to.ip) &&
           !ip_is_multicast(p->net.to.ip) && p->proto->carrier != CARRIER_LINK && from != NO_NODE &&
           from != node;
}

/* A bucket that holds ERROR_BURST errors and gains one each ERROR_EVERY. */
static bool is_too_fast(struct world *w, uint32_t node)
{
    struct node *n = &w->nodes[node];
    sim_time now = sched_now(&w->sched);
    sim_time due = n->icmp_due > now ? n->icmp_due : now;
    if (due > now + (ERROR_BURST - 1) * ERROR_EVERY) {
        return true;
    }
    n->icmp_due = due + ERROR_EVERY;
    return false;
}

/* Told by the address that the packet was for; a router tells by that of the interface (RFC 1122
 * 3.2.2, RFC 1812 4.3.2.4). */
static uint32_t own_address(const struct world *w, uint32_t node, uint32_t wanted)
{
    return node_of_ip(w, wanted) == node ? wanted : 0;
}

static void send_message(struct world *w, uint32_t node, uint32_t id, uint32_t about,
                         uint32_t cause)
{
    struct packet *made = packet_at(&w->trace->packets, id);
    const struct packet *p = packet_at(&w->trace->packets, about);
    made->proto = &icmp_proto;
    made->sender = w->nodes[node].entity;
    made->flow = p->flow;
    made->unit.at = w->rows[made->sender].unnamed++;
    made->copy = 1;
    if (p->flow && w->trace->flows[p->flow].from == node) {
        w->trace->flows[p->flow].packets++;
    }
    node_send(w, id, 0, cause);
}

void icmp_send_error(struct world *w, uint32_t node, uint32_t packet, unsigned type, unsigned code,
                     unsigned mtu, unsigned ttl, uint32_t cause)
{
    const struct packet *p = packet_at(&w->trace->packets, packet);
    if (!deserves_error(w, node, p) || is_too_fast(w, node)) {
        return;
    }
    struct addr to = {.ip = p->net.from.ip}, from = {.ip = own_address(w, node, p->net.to.ip)};
    struct buf quoted = {0}, head = {0};
    packet_bytes(w, packet, ttl, &quoted);
    icmp_error((enum icmp_type)type, (uint8_t)code, (uint16_t)mtu,
               bytes_of(quoted.data, quoted.len), &head);
    uint32_t id = packet_new(&w->trace->packets, bytes_of(head.data, head.len));
    packet_at(&w->trace->packets, id)->net = (struct net){.from = from, .to = to};
    buf_free(&quoted);
    buf_free(&head);
    send_message(w, node, id, packet, cause);
}

/* The same message with another type, back to where it came from; a broadcast is not answered (RFC
 * 1122 3.2.2.6). */
static void answer_echo(struct world *w, uint32_t node, uint32_t packet, const struct icmp *m,
                        const struct input *in, uint32_t cause)
{
    if (!lan_is_broadcast(w, node, in->net.to.ip) && in->net.from.ip) {
        struct icmp reply = *m;
        uint8_t head[ICMP_HEADER];
        reply.type = ICMP_ECHO_REPLY;
        icmp_encode(&reply, head);
        uint32_t id = packet_new(&w->trace->packets, bytes_of(head, sizeof head));
        struct packet *made = packet_at(&w->trace->packets, id);
        made->net = (struct net){.from.ip = in->net.to.ip, .to.ip = in->net.from.ip};
        made->body = in->body;
        send_message(w, node, id, packet, cause);
    }
    packet_is_over(w, packet);
}

/* Ports of the quoted packet: what we sent, so our end stands in `from`. An echo has its identifier
 * for a port. */
static bool quoted_key(struct bytes quote, struct net *net, unsigned *protocol)
{
    struct ipv4 ip;
    if (!ipv4_decode(quote, &ip) || quote.len < (size_t)ip.header_len + ICMP_QUOTE) {
        return false;
    }
    const uint8_t *head = quote.data + ip.header_len;
    bool is_echo = ip.protocol == IP_ICMP;
    net->from = (struct addr){ip.to, is_echo ? 0 : get_u16(head + 2)}; /* as if from there */
    net->to = (struct addr){ip.from, get_u16(head + (is_echo ? 4 : 0))};
    *protocol = ip.protocol;
    return true;
}

/* Whose message it is; 0: nobody's. */
static uint32_t owner_of(struct world *w, uint32_t node, const struct icmp *m, struct input *in)
{
    unsigned protocol;
    if (m->type == ICMP_ECHO_REPLY) {
        icmp_proto.key(in->head, &in->net);
        return node_lookup(w, node, &icmp_proto, &in->net);
    }
    if (!icmp_is_error(m) || !quoted_key(icmp_quote(in->head), &in->net, &protocol)) {
        return 0;
    }
    in->kind = IN_ERROR;
    in->code = (uint16_t)(m->type << 8 | m->code);
    return node_lookup_sender(w, node, protocol, &in->net);
}

void icmp_hear(struct world *w, uint32_t node, uint32_t packet, const struct input *got,
               uint32_t cause)
{
    struct input in = *got;
    struct icmp m;
    if (!icmp_decode(in.head, &m)) {
        node_drop(w, node, packet, DROP_MALFORMED, cause);
        return;
    }
    if (m.type == ICMP_ECHO) {
        answer_echo(w, node, packet, &m, &in, cause);
        return;
    }
    in.told_by = in.net.from.ip;
    uint32_t row = owner_of(w, node, &m, &in);
    if (row == 0) {
        node_drop(w, node, packet, DROP_NO_LISTENER, cause);
        return;
    }
    if (in.kind == IN_PACKET) {
        w->trace->flows[w->rows[row].flow].end = sched_now(&w->sched);
    }
    actor_step(w, row, &in, packet, cause);
    effects_apply(w);
    packet_is_over(w, packet);
}
