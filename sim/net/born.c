/* New packets out of old ones: copies, packets with a flipped bit. Each keeps its parent's id,
 * sender and flow; `where`, a direction or a node, is recorded as its birthplace. */
#include "net/world.h"

#include "wire/dissect.h"

const struct proto ipv4_proto = {.name = "ipv4", .carrier = CARRIER_IP, .number = UINT16_MAX};

void packet_bytes(const struct world *w, uint32_t packet, unsigned ttl, struct buf *out)
{
    const struct packet *p = packet_at(&w->trace->packets, packet);
    struct packet_view view = {.proto = p->proto->name,
                               .net = p->net,
                               .ip_id = p->ip_id,
                               .is_raw = p->is_raw,
                               .raw_ttl = p->net.ttl,
                               .head = packet_head(p),
                               .body = p->body,
                               .streams = &w->trace->streams};
    view.net.ttl = (uint8_t)ttl;
    view.net.ecn = packet_ecn(p);
    packet_build(&view, out);
}

void packet_inherit(struct packet *made, const struct packet *p, uint32_t parent,
                    enum packet_birth birth)
{
    made->net = p->net;
    made->unit = p->unit;
    made->body = p->body;
    made->proto = p->proto;
    made->sender = p->sender;
    made->flow = p->flow;
    made->of = p->of;
    made->copy = p->copy;
    made->seq_base = p->seq_base;
    made->ack_base = p->ack_base;
    made->size = p->size;
    made->goal = p->goal;
    made->ip_id = p->ip_id;
    made->is_raw = p->is_raw;
    made->is_marked = p->is_marked;
    made->parent = parent;
    made->birth = (uint8_t)birth;
}

static uint32_t born_from(struct world *w, uint32_t where, uint32_t packet, struct bytes head,
                          enum packet_birth birth, uint32_t cause)
{
    uint32_t id = packet_new(&w->trace->packets, head);
    packet_inherit(packet_at(&w->trace->packets, id), packet_at(&w->trace->packets, packet), packet,
                   birth);
    world_record(w, REC_SEND, where, id, 0, 0, cause, 0);
    return id;
}

uint32_t packet_copied(struct world *w, uint32_t where, uint32_t packet, uint32_t cause)
{
    return born_from(w, where, packet, packet_head(packet_at(&w->trace->packets, packet)),
                     PACKET_COPY, cause);
}

#define FRAME_HEAD 112 /* bits; on a LAN the bit is one of what the frame carries */

/* The real bytes with one bit flipped. */
uint32_t packet_flipped(struct world *w, uint32_t where, uint32_t packet, unsigned ttl,
                        uint64_t bit, uint32_t cause)
{
    struct buf wire = {0};
    packet_bytes(w, packet, ttl, &wire);
    if (direction_of(w, where)->is_lan && bit >= FRAME_HEAD) {
        bit -= FRAME_HEAD;
    }
    wire.data[bit / 8 % wire.len] ^= (uint8_t)(0x80u >> bit % 8);
    uint32_t id = born_from(w, where, packet, bytes_of(wire.data, wire.len), PACKET_FLIPPED, cause);
    struct packet *flipped = packet_at(&w->trace->packets, id);
    flipped->is_raw = true;
    flipped->is_flipped = true;
    flipped->body = (struct span){0};
    flipped->net.ttl = (uint8_t)ttl; /* as it stands in the bytes */
    buf_free(&wire);
    return id;
}
