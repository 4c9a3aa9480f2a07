/* The list of effects: chunks that never move, so an effect may be read while others are added. */
#include "actor/fx.h"

#include "base/os.h"

#include <stdlib.h>
#include <string.h>

/* Rare, and out of line: else whoever appends an effect saves registers for it each time. */
__attribute__((noinline, cold)) static void next_chunk(struct fx *fx)
{
    uint32_t next = fx->chunk_count ? fx->back_chunk + 1 : 0;
    if (next == fx->chunk_count) {
        fx->chunks = os_realloc(fx->chunks, (fx->chunk_count + 1) * sizeof(struct effect *));
        fx->chunks[fx->chunk_count++] = os_alloc(FX_CHUNK * sizeof(struct effect));
    }
    fx->back_chunk = next;
    fx->back = fx->chunks[next];
    fx->back_end = fx->back + FX_CHUNK;
    if (!fx->front) {
        fx->front = fx->back;
        fx->front_end = fx->back_end;
    }
}

/* Fields that a kind has no use for stay as they were: clearing them would be most of the work. */
static inline struct effect *append(struct fx *fx, enum fx_kind kind)
{
    if (fx->back == fx->back_end) {
        next_chunk(fx);
    }
    struct effect *e = fx->back++;
    e->kind = kind;
    e->why = 0;
    e->author = fx->author;
    e->cause = fx->cause;
    e->packet = fx->packet;
    return e;
}

void fx_rewind(struct fx *fx)
{
    if (fx->back_chunk > 0) {
        fx->front_chunk = fx->back_chunk = 0;
        fx->front_end = fx->back_end = fx->chunks[0] + FX_CHUNK;
    }
    fx->front = fx->back = fx->back_end ? fx->back_end - FX_CHUNK : NULL;
    if (fx->arena.chunks) {
        arena_free(&fx->arena);
    }
}

void fx_front_chunk(struct fx *fx)
{
    fx->front = fx->chunks[++fx->front_chunk];
    fx->front_end = fx->front + FX_CHUNK;
}

void fx_free(struct fx *fx)
{
    for (uint32_t i = 0; i < fx->chunk_count; i++) {
        free(fx->chunks[i]);
    }
    free(fx->chunks);
    arena_free(&fx->arena);
    *fx = (struct fx){0};
}

/* All of it but the head. */
static inline void send(struct fx *fx, uint32_t id, struct packet *p, const struct net *net,
                        struct span body, struct unit unit, unsigned why)
{
    p->net = *net;
    p->body = body;
    p->unit = unit;
    p->proto = fx->proto;
    p->sender = fx->author;
    p->flow = fx->flow;
    struct effect *e = append(fx, FX_SEND);
    e->index = id;
    e->sent = p;
    e->why = (uint16_t)why;
}

void fx_send(struct fx *fx, const struct net *net, struct bytes head, struct span body,
             struct unit unit, unsigned why)
{
    uint32_t id = packet_new(fx->packets, head);
    send(fx, id, packet_at(fx->packets, id), net, body, unit, why);
}

uint8_t *fx_send_place(struct fx *fx, const struct net *net, unsigned head_len, struct span body,
                       struct unit unit, unsigned why)
{
    uint32_t id = packet_any_id(fx->packets);
    struct packet *p = packet_at(fx->packets, id);
    packet_clear(p);
    p->head_len = (uint16_t)head_len;
    send(fx, id, p, net, body, unit, why);
    return p->head.small;
}

struct span fx_bytes(struct fx *fx, uint32_t *stream, struct bytes bytes)
{
    *stream = *stream ? *stream : stream_add_growing(fx->streams);
    return (struct span){.at = stream_append(fx->streams, *stream, bytes),
                         .stream = *stream,
                         .len = (uint32_t)bytes.len};
}

uint32_t fx_repeating(struct fx *fx, struct bytes period)
{
    return stream_add_repeating(fx->streams, period);
}

void fx_timer(struct fx *fx, unsigned timer, uint32_t index, sim_time at)
{
    struct effect *e = append(fx, FX_TIMER);
    e->code = (uint16_t)timer;
    e->index = index;
    e->value = at;
}

static uint32_t new_handle(struct fx *fx, enum fx_kind kind, unsigned lower, struct net key)
{
    struct effect *e = append(fx, kind);
    e->code = (uint16_t)lower;
    e->index = fx->next_handle++;
    e->net = key;
    return e->index;
}

uint32_t fx_open(struct fx *fx, unsigned lower, struct net key)
{
    return new_handle(fx, FX_OPEN, lower, key);
}

uint32_t fx_spawn(struct fx *fx, struct net key)
{
    return new_handle(fx, FX_SPAWN, 0, key);
}

void fx_end(struct fx *fx)
{
    append(fx, FX_END);
}

static struct effect *call(struct fx *fx, enum fx_kind kind, uint32_t handle, unsigned code,
                           struct bytes head, struct span body)
{
    struct effect *e = append(fx, kind);
    e->code = (uint16_t)code;
    e->index = handle;
    e->body = body;
    e->head = (struct bytes){0};
    if (head.len > 0) {
        uint8_t *copy = arena_alloc(&fx->arena, head.len);
        memcpy(copy, head.data, head.len);
        e->head = bytes_of(copy, head.len);
    }
    return e;
}

void fx_request(struct fx *fx, uint32_t handle, unsigned code, struct bytes head, struct span body)
{
    call(fx, FX_REQUEST, handle, code, head, body);
}

void fx_indicate(struct fx *fx, uint32_t handle, unsigned code, struct bytes head, struct span body)
{
    call(fx, FX_INDICATE, handle, code, head, body);
}

void fx_state(struct fx *fx, unsigned machine, unsigned from, unsigned to, unsigned why)
{
    struct effect *e = append(fx, FX_STATE);
    e->code = (uint16_t)machine;
    e->index = from << 16 | to;
    e->why = (uint16_t)why;
}

void fx_item(struct fx *fx, unsigned set, int64_t key, unsigned state, unsigned why)
{
    if (fx->is_unwatched) {
        return;
    }
    struct effect *e = append(fx, FX_ITEM);
    e->code = (uint16_t)set;
    e->index = state;
    e->value = key;
    e->why = (uint16_t)why;
}

void fx_drop(struct fx *fx, enum drop_class c, unsigned why)
{
    struct effect *e = append(fx, FX_DROP);
    e->code = (uint16_t)c;
    e->why = (uint16_t)why;
}

void fx_note(struct fx *fx, unsigned why)
{
    if (!fx->is_unwatched) {
        append(fx, FX_NOTE)->why = (uint16_t)why;
    }
}

void fx_message_told(struct fx *fx, unsigned set, struct span body, struct bytes texts,
                     struct mark answers, unsigned why)
{
    if (fx->is_unwatched) {
        return;
    }
    struct effect *e = call(fx, FX_MESSAGE, 0, set, texts, body);
    e->mark = answers;
    e->why = (uint16_t)why;
}

void fx_message(struct fx *fx, unsigned set, struct span body, const char *name,
                struct mark answers, unsigned why)
{
    fx_message_told(fx, set, body, bytes_of(name, strlen(name) + 1), answers, why);
}

void fx_heard(struct fx *fx, unsigned set, struct mark end, unsigned why)
{
    if (fx->is_unwatched) {
        return;
    }
    struct effect *e = append(fx, FX_HEARD);
    e->code = (uint16_t)set;
    e->mark = end;
    e->why = (uint16_t)why;
}

void fx_rtt(struct fx *fx, sim_time rtt)
{
    append(fx, FX_RTT)->value = rtt;
}
