/* IPv4 fragmentation and reassembly (RFC 791, RFC 815, RFC 1122 3.3.2 and 3.3.3). A fragment is a
 * packet of its own, whose parent is what it was cut from; it refers to the parent's bytes, so the
 * parent is kept until the last of them is over. Where all pieces come from one packet unharmed,
 * the host that puts them together goes on with that packet; else with a new one made of their
 * bytes. */
#include "net/world.h"

#include "base/os.h"
#include "wire/assembly.h"
#include "wire/dissect.h"
#include "wire/icmp.h"
#include "wire/ipv4.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define WAITS_FOR      (60 * SIM_S) /* RFC 1122 3.3.2: a fixed time, 60 s to 120 s */
#define ASSEMBLING_MAX 256u         /* datagrams of one node; the oldest makes room */

/* A datagram of which a node has got a part. */
struct assembling {
    uint32_t from, to, number; /* number: of the node's, in the order in which they began */
    uint16_t id;
    uint8_t protocol;
    struct assembly pieces;
    event_id timeout;
    uint32_t cause; /* record of the first arrival */
};

struct assemblings {
    struct assembling *list; /* in the order in which they began */
    uint32_t count, cap, begun;
};

/* ---- cutting ---- */

/* What stands behind the IP header: bytes, then a span. */
struct message {
    struct ipv4 ip;
    struct buf bytes; /* of the packet up to where the span begins */
    struct bytes front;
    struct span rest;
};

/* The transport checksum is in the first bytes, so the packet is built once as a whole. */
static bool message_of(struct world *w, uint32_t packet, unsigned ttl, struct message *m)
{
    *m = (struct message){0};
    packet_bytes(w, packet, ttl, &m->bytes);
    const struct packet *p = packet_at(&w->trace->packets, packet);
    struct bytes all = bytes_of(m->bytes.data, m->bytes.len);
    if (!ipv4_decode(all, &m->ip) || m->ip.header_len != IPV4_HEADER) {
        return false;
    }
    m->front = bytes_sub(all, IPV4_HEADER, all.len - IPV4_HEADER - p->body.len);
    m->rest = p->body;
    return true;
}

/* Payload bytes at .. at + len - 1 as a packet; the last keeps what the whole said of more. */
static uint32_t fragment_new(struct world *w, uint32_t parent, const struct message *m, uint32_t at,
                             uint32_t len, bool is_last)
{
    struct ipv4 ip = m->ip;
    struct buf head = {0};
    uint32_t front = (uint32_t)m->front.len, skip = at > front ? at - front : 0;
    struct bytes own = bytes_sub(m->front, at, len);
    ip.offset = (uint16_t)(m->ip.offset + at);
    ip.mf = !is_last || m->ip.mf;
    ip.total_len = (uint16_t)(IPV4_HEADER + len);
    ipv4_encode(&ip, buf_extend(&head, IPV4_HEADER));
    buf_add(&head, own);
    uint32_t id = packet_new(&w->trace->packets, bytes_of(head.data, head.len));
    struct packet *made = packet_at(&w->trace->packets, id);
    packet_inherit(made, packet_at(&w->trace->packets, parent), parent, PACKET_FRAGMENT);
    made->proto = &ipv4_proto;
    made->is_raw = false;
    made->net.ttl = ip.ttl;
    made->body = span_sub(m->rest, skip, len - (uint32_t)own.len);
    made->size = IPV4_HEADER + len;
    buf_free(&head);
    return id;
}

bool fragment_send(struct world *w, uint32_t node, uint32_t packet, unsigned ttl, uint16_t iface,
                   uint32_t mtu, uint32_t cause)
{
    struct message m;
    uint32_t most = (mtu - IPV4_HEADER) & ~7u;
    if (!message_of(w, packet, ttl, &m)) {
        buf_free(&m.bytes);
        return false;
    }
    uint32_t len = (uint32_t)m.front.len + m.rest.len, count = (len + most - 1) / most;
    packet_at(&w->trace->packets, packet)->others += count - 1;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t size = i + 1 < count ? most : len - i * most;
        uint32_t id = fragment_new(w, packet, &m, i * most, size, i + 1 == count);
        uint32_t born = world_record(w, REC_SEND, w->nodes[node].entity, id, 0, 0, cause, 0);
        if (w->has_packet_faults) {
            fault_look(w, id, NULL);
        }
        node_offer(w, node, id, ttl, iface, born);
    }
    buf_free(&m.bytes);
    return true;
}

/* ---- putting together ---- */

static void forget(struct world *w, struct assemblings *all, uint32_t i)
{
    sched_cancel(&w->sched, all->list[i].timeout);
    assembly_free(&all->list[i].pieces);
    all->count--;
    memmove(&all->list[i], &all->list[i + 1], (all->count - i) * sizeof *all->list);
}

/* It will not be whole: its pieces are thrown away. */
static void throw_away(struct world *w, uint32_t node, uint32_t i, enum drop_class why,
                       uint32_t cause)
{
    struct assemblings *all = w->nodes[node].assemblings;
    struct assembling a = all->list[i];
    all->list[i].pieces = (struct assembly){0};
    forget(w, all, i);
    for (uint32_t k = 0; k < a.pieces.count; k++) {
        node_drop(w, node, a.pieces.pieces[k].packet, why, cause);
    }
    assembly_free(&a.pieces);
}

void assembly_timeout(struct world *w, uint32_t node, uint32_t number)
{
    struct assemblings *all = w->nodes[node].assemblings;
    uint32_t i = 0;
    while (i < all->count && all->list[i].number != number) {
        i++;
    }
    if (i == all->count) {
        return;
    }
    struct assembling *a = &all->list[i];
    if (a->pieces.pieces[0].from == 0) { /* RFC 792: if fragment zero is not there, none is sent */
        icmp_send_error(w, node, a->pieces.pieces[0].packet, ICMP_TIME_EXCEEDED, 1, 0, 1, a->cause);
    }
    throw_away(w, node, i, DROP_LATE, a->cause);
}

static uint32_t begin(struct world *w, uint32_t node, const struct ipv4 *ip, uint32_t cause)
{
    struct node *n = &w->nodes[node];
    if (!n->assemblings) {
        n->assemblings = os_alloc(sizeof *n->assemblings);
    }
    struct assemblings *all = n->assemblings;
    if (all->count == ASSEMBLING_MAX) {
        throw_away(w, node, 0, DROP_QUEUE, cause);
    }
    if (all->count == all->cap) {
        all->cap = all->cap ? 2 * all->cap : 4;
        all->list = os_realloc(all->list, all->cap * sizeof *all->list);
    }
    struct event ev = {.at = time_add(sched_now(&w->sched), WAITS_FOR),
                       .target = node,
                       .packet = ++all->begun,
                       .cause = cause,
                       .what = EV_CALL,
                       .slot = CALL_OF_ASSEMBLY};
    all->list[all->count] =
        (struct assembling){.from = ip->from,
                            .to = ip->to,
                            .number = all->begun,
                            .id = ip->id,
                            .protocol = ip->protocol,
                            .timeout = sched_at(&w->sched, ev, sched_tie(&w->sched)),
                            .cause = cause};
    return all->count++;
}

static uint32_t find(const struct assemblings *all, const struct ipv4 *ip)
{
    for (uint32_t i = 0; all && i < all->count; i++) {
        const struct assembling *a = &all->list[i];
        if (a->from == ip->from && a->to == ip->to && a->id == ip->id &&
            a->protocol == ip->protocol) {
            return i;
        }
    }
    return UINT32_MAX;
}

/* What a fragment was cut from in the end; 0: it is no piece of a packet that is known. */
static uint32_t root_of(const struct world *w, uint32_t packet)
{
    const struct packet *p = packet_at(&w->trace->packets, packet);
    while (p->birth == PACKET_FRAGMENT) {
        packet = p->parent;
        p = packet_at(&w->trace->packets, packet);
    }
    return p->is_raw || p->proto == &ipv4_proto ? 0 : packet;
}

/* The packet that all pieces were cut from; 0: bits flipped, or they came as bytes. */
static uint32_t common_root(const struct world *w, const struct assembly *a)
{
    uint32_t root = root_of(w, a->pieces[0].packet);
    for (uint32_t i = 1; i < a->count && root; i++) {
        root = root_of(w, a->pieces[i].packet) == root ? root : 0;
    }
    return root;
}

/* A new packet of the pieces' bytes. */
static uint32_t whole_of_bytes(struct world *w, uint32_t node, const struct assembly *a,
                               unsigned ttl, uint32_t cause)
{
    struct buf wire = {0}, one = {0};
    struct ipv4 ip = {0};
    buf_extend(&wire, IPV4_HEADER);
    for (uint32_t i = 0; i < a->count; i++) {
        buf_clear(&one);
        packet_bytes(w, a->pieces[i].packet, ttl, &one);
        if (i == 0) {
            ipv4_decode(bytes_of(one.data, one.len), &ip);
        }
        buf_add(&wire, bytes_sub(bytes_of(one.data, one.len), ip.header_len,
                                 a->pieces[i].to - a->pieces[i].from));
    }
    ip.mf = false;
    ip.total_len = (uint16_t)wire.len;
    ipv4_encode(&ip, wire.data);
    uint32_t id = packet_of_bytes(w, bytes_of(wire.data, wire.len));
    struct packet *made = packet_at(&w->trace->packets, id);
    const struct packet *first = packet_at(&w->trace->packets, a->pieces[0].packet);
    struct packet own = *made;
    packet_inherit(made, first, a->pieces[0].packet, PACKET_WHOLE);
    made->net = own.net;
    made->body = own.body;
    made->proto = own.proto;
    made->is_raw = own.is_raw;
    made->size = (uint32_t)wire.len;
    world_record(w, REC_SEND, w->nodes[node].entity, id, 0, 0, cause, 0);
    buf_free(&wire);
    buf_free(&one);
    return id;
}

/* RFC 3168 5.3: a mark on one fragment is a mark on the whole. */
static void carry_mark(struct world *w, const struct assembly *a, uint32_t whole)
{
    for (uint32_t i = 0; i < a->count; i++) {
        if (packet_at(&w->trace->packets, a->pieces[i].packet)->net.ecn == 3) {
            packet_at(&w->trace->packets, whole)->net.ecn = 3;
        }
    }
}

/* All is there: goes on as one packet; 0 as long as it is not. */
static uint32_t finish(struct world *w, uint32_t node, uint32_t i, unsigned ttl, uint32_t cause)
{
    struct assemblings *all = w->nodes[node].assemblings;
    struct assembly pieces = all->list[i].pieces;
    all->list[i].pieces = (struct assembly){0};
    forget(w, all, i);
    uint32_t whole = common_root(w, &pieces);
    if (whole) {
        packet_at(&w->trace->packets, whole)->others++; /* the whole is one more */
        packet_at(&w->trace->packets, whole)->heard_by = node + 1;
        carry_mark(w, &pieces, whole);
    } else {
        whole = whole_of_bytes(w, node, &pieces, ttl, cause);
    }
    for (uint32_t k = 0; k < pieces.count; k++) {
        packet_is_over(w, pieces.pieces[k].packet);
    }
    assembly_free(&pieces);
    return whole;
}

bool packet_is_fragment(const struct packet *p, struct ipv4 *ip)
{
    bool is_ip = p->is_raw ? p->proto->carrier != CARRIER_LINK : p->proto == &ipv4_proto;
    return is_ip && ipv4_decode(packet_head(p), ip) && ipv4_is_fragment(ip);
}

uint32_t assembly_hear(struct world *w, uint32_t node, uint32_t packet, unsigned ttl,
                       uint32_t cause)
{
    const struct packet *p = packet_at(&w->trace->packets, packet);
    struct ipv4 ip;
    bool is_fragment = packet_is_fragment(p, &ip);
    assert(is_fragment);
    (void)is_fragment;
    uint32_t i = find(w->nodes[node].assemblings, &ip);
    uint32_t len = ip.total_len > ip.header_len ? (uint32_t)ip.total_len - ip.header_len : 0;
    if (len + ip.header_len > p->size) {
        node_drop(w, node, packet, DROP_MALFORMED, cause);
        return 0;
    }
    i = i == UINT32_MAX ? begin(w, node, &ip, cause) : i;
    struct assembly_piece piece = {.from = ip.offset, .to = ip.offset + len, .packet = packet};
    switch (assembly_add(&w->nodes[node].assemblings->list[i].pieces, piece, !ip.mf)) {
    case ASSEMBLY_WAITS: return 0;
    case ASSEMBLY_WHOLE: return finish(w, node, i, ttl, cause);
    case ASSEMBLY_KNOWN: node_drop(w, node, packet, DROP_DUPLICATE, cause); return 0;
    case ASSEMBLY_SPOILT: break;
    }
    throw_away(w, node, i, DROP_MALFORMED, cause);
    node_drop(w, node, packet, DROP_MALFORMED, cause);
    return 0;
}

void assembly_stop(struct world *w, uint32_t node, uint32_t cause)
{
    struct assemblings *all = w->nodes[node].assemblings;
    while (all && all->count > 0) {
        throw_away(w, node, 0, DROP_NODE_DOWN, cause);
    }
}

void assembly_end(struct node *n)
{
    for (uint32_t i = 0; n->assemblings && i < n->assemblings->count; i++) {
        assembly_free(&n->assemblings->list[i].pieces);
    }
    if (n->assemblings) {
        free(n->assemblings->list);
    }
    free(n->assemblings);
}
