/* The packet table: chunks that never move, and a free list for runs that nobody watches. */
#include "actor/packet.h"

#include "base/os.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK PACKETS_CHUNK

__attribute__((noinline, cold)) uint32_t packet_fresh_id(struct packets *p)
{
    if (p->count == p->chunk_count * CHUNK) {
        if (p->chunk_count == p->chunk_cap) {
            p->chunk_cap = p->chunk_cap ? p->chunk_cap * 2 : 16;
            p->chunks = os_realloc(p->chunks, p->chunk_cap * sizeof(struct packet *));
        }
        p->chunks[p->chunk_count++] = fresh_alloc(&p->memory, CHUNK * sizeof(struct packet));
    }
    return ++p->count;
}

uint32_t packet_new(struct packets *p, struct bytes head)
{
    uint32_t id = packet_any_id(p);
    struct packet *packet = packet_at(p, id);
    packet_clear(packet);
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

__attribute__((noinline, cold)) static void grow_unused(struct packets *p)
{
    p->unused_cap = p->unused_cap ? p->unused_cap * 2 : 256;
    p->unused = os_realloc(p->unused, p->unused_cap * sizeof *p->unused);
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
        grow_unused(p);
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
