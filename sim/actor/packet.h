#pragma once
/* Packets: what IP knows, header bytes, payload by reference. A packet never changes after it was
 * sent and keeps its id from end to end; what belongs to a hop stands in the hop's records. */

#include "base/bytes.h"
#include "base/fresh.h"
#include "base/net.h"

struct proto;

#define PACKET_HEAD_INLINE 64u
#define PACKETS_CHUNK      1024u

/* How a packet came into being; all but the first have a parent. */
enum packet_birth {
    PACKET_SENT,
    PACKET_COPY,
    PACKET_FLIPPED,    /* the parent's bytes with one bit flipped; it goes on in its place */
    PACKET_FRAGMENT,   /* a part of the parent's bytes */
    PACKET_TRANSLATED, /* the parent with other addresses (NAT) */
    PACKET_WHOLE,      /* put together of fragments, of which the parent is the first */
};

struct packet {
    struct net net; /* as sent */
    struct unit unit;
    struct span body;
    const struct proto *proto; /* its wire format */
    uint32_t sender;           /* entity */
    uint32_t flow;             /* 0: none */
    uint32_t of;               /* the packet that it retransmits, 0: none, or none is kept */
    uint32_t parent;           /* the packet it was copied, corrupted or cut from, 0: none */
    uint32_t copy;             /* which copy of its unit this sender sends, from 1 */
    uint32_t size;             /* bytes on a point-to-point link */
    uint32_t heard_by;         /* 1 + node that it last arrived at, 0: none yet */
    uint32_t goal;             /* 1 + node that had its address when it was sent; 0: nobody */
    uint32_t others;   /* further ends that must come before it is over: copies that a switch has
                          flooded, fragments of it */
    uint32_t seq_base; /* what its numbers count from: the initial ones that its sender */
    uint32_t ack_base; /* and the other end had when it was sent; 0: none seen */
    uint16_t head_len;
    uint16_t ip_id;  /* IPv4 identification: counts up per sending node */
    bool is_raw;     /* head is the whole packet as it stands on the wire */
    bool has_base;   /* seq_base was given, whatever it says itself */
    bool is_marked;  /* a queue on its way has set CE (RFC 3168) */
    bool is_flipped; /* its parent, with a flipped bit, went on as this packet */
    uint8_t birth;   /* enum packet_birth */
    union {
        uint8_t small[PACKET_HEAD_INLINE];
        uint8_t *large; /* head_len > PACKET_HEAD_INLINE; owned */
    } head;
};

/* A table of packets by id, from 1. Rows never move. With `keep` nothing is ever recycled; without,
 * packet_release gives a row to the next packet_new. */
struct packets {
    struct packet **chunks;
    uint32_t count, chunk_count, chunk_cap;
    struct fresh memory; /* of the chunks */
    uint32_t *unused;
    uint32_t unused_count, unused_cap;
    bool keep;
};

/* A new row, zeroed but for the copied head. Returns its id. */
uint32_t packet_new(struct packets *p, struct bytes head);
uint32_t packet_fresh_id(struct packets *p); /* of a row that was never used; rare */
/* A row with whatever was there before: the caller writes all of it. */
static inline uint32_t packet_any_id(struct packets *p)
{
    return p->unused_count > 0 ? p->unused[--p->unused_count] : packet_fresh_id(p);
}
void packet_release(struct packets *p, uint32_t id); /* nothing with `keep` */
void packets_free(struct packets *p);

static inline struct packet *packet_at(const struct packets *p, uint32_t id)
{
    return &p->chunks[(id - 1) / PACKETS_CHUNK][(id - 1) % PACKETS_CHUNK];
}

/* All but the head. Field by field, which a compiler makes a few wide stores of; a memset of so
 * many bytes it makes a slow instruction. */
static inline void packet_clear(struct packet *p)
{
    p->net = (struct net){0};
    p->unit = (struct unit){0};
    p->body = (struct span){0};
    p->proto = NULL;
    p->sender = p->flow = p->of = p->parent = p->copy = p->size = 0;
    p->heard_by = p->goal = p->others = p->seq_base = p->ack_base = 0;
    p->head_len = p->ip_id = 0;
    p->is_raw = p->has_base = p->is_marked = p->is_flipped = false;
    p->birth = 0;
}

/* Its ECN bits as it goes on now; net has them as sent. */
static inline uint8_t packet_ecn(const struct packet *packet)
{
    return packet->is_marked ? ECN_CE : packet->net.ecn;
}

static inline struct bytes packet_head(const struct packet *packet)
{
    bool is_large = packet->head_len > PACKET_HEAD_INLINE;
    return bytes_of(is_large ? packet->head.large : packet->head.small, packet->head_len);
}

/* Bytes behind the header by which it is known: a fragment's is IPv4's own, 20 bytes. */
static inline uint32_t packet_body_len(const struct packet *packet)
{
    return packet->birth == PACKET_FRAGMENT && !packet->is_raw ? packet->size - 20
                                                               : packet->body.len;
}
