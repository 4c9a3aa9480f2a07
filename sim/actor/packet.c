/* The packet table: chunks that never move, and a free list for runs that nobody watches. */
#include "actor/packet.h"

#include "base/os.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK PACKETS_CHUNK

static uint32_t fresh_id(struct packets *p)
{
    if (p->unused_count > 0) {
        return p->unused[--p->unused_count];
    }
    if (p->count == p->chunk_count * CHUNK) {
        if (p->chunk_count == p->chunk_cap) {
            p->chunk_cap = p->chunk_cap ? p->chunk_cap * 2 : 16;
            p->chunks = os_realloc(p->chunks, p->chunk_cap * sizeof(struct packet *));
        }
        p->chunks[p->chunk_count++] = fresh_alloc(&p->memory, CHUNK * sizeof(struct packet));
    }
    return ++p->count;
}

/* All but the head. Field by field, which a compiler makes a few wide stores of; a memset of so
 * many bytes it makes a slow instruction. */
static void clear(struct packet *p)
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

uint32_t packet_new(struct packets *p, struct bytes head)
{
    uint32_t id = fresh_id(p);
    struct packet *packet = packet_at(p, id);
    clear(packet);
    packet->head_len = (uint16_t)head.len;
    uint8_t *to = packet->head.small;
    if (head.len > PACKET_HEAD_INLINE) {
        to = packet->head.large = os_alloc(head.len);
    }
    if (head.len > 0) {
        memcpy(to, head.data, head.len);
    }
    return id;
}

void packet_release(struct packets *p, uint32_t id)
{
    if (p->keep) {
        return;
    }
    struct packet *packet = packet_at(p, id);
    if (packet->head_len > PACKET_HEAD_INLINE) {
        free(packet->head.large);
        packet->head_len = 0;
    }
    if (p->unused_count == p->unused_cap) {
        p->unused_cap = p->unused_cap ? p->unused_cap * 2 : 256;
        p->unused = os_realloc(p->unused, p->unused_cap * sizeof *p->unused);
    }
    p->unused[p->unused_count++] = id;
}

void packets_free(struct packets *p)
{
    for (uint32_t id = 1; id <= p->count; id++) {
        if (packet_at(p, id)->head_len > PACKET_HEAD_INLINE) {
            free(packet_at(p, id)->head.large);
        }
    }
    fresh_free(&p->memory);
    free(p->chunks);
    free(p->unused);
    *p = (struct packets){.keep = p->keep};
}
