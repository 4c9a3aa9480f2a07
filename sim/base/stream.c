/* Payload on demand. Byte i of a generated stream is byte i % 8 of hash_mix(key, i / 8). */
#include "base/stream.h"

#include "base/draw.h"
#include "base/os.h"

#include <stdlib.h>
#include <string.h>

static uint32_t add(struct streams *s, struct stream stream)
{
    if (s->count + 1 >= s->cap) {
        s->cap = s->cap ? s->cap * 2 : 16;
        s->list = os_realloc(s->list, s->cap * sizeof *s->list);
    }
    s->list[++s->count] = stream;
    return s->count;
}

uint32_t stream_add_pattern(struct streams *s, uint64_t key)
{
    return add(s, (struct stream){.key = key});
}

uint32_t stream_add_bytes(struct streams *s, struct bytes content)
{
    uint8_t *copy = arena_alloc(&s->arena, content.len + 1);
    if (content.len) {
        memcpy(copy, content.data, content.len);
    }
    return add(s, (struct stream){.bytes = copy, .len = content.len});
}

uint32_t stream_add_repeating(struct streams *s, struct bytes content)
{
    uint32_t stream = stream_add_bytes(s, content);
    s->list[stream].repeats = true;
    return stream;
}

uint32_t stream_add_growing(struct streams *s)
{
    const uint64_t cap = 256;
    uint8_t *room = os_alloc(cap);
    return add(s, (struct stream){.bytes = room, .growing = room, .cap = cap});
}

uint64_t stream_append(struct streams *s, uint32_t stream, struct bytes more)
{
    struct stream *to = &s->list[stream];
    uint64_t start = to->len;
    while (to->cap - to->len < more.len) {
        to->cap *= 2;
        to->growing = os_realloc(to->growing, to->cap);
        to->bytes = to->growing;
    }
    if (more.len > 0) {
        memcpy(to->growing + to->len, more.data, more.len);
    }
    to->len += more.len;
    return start;
}

void streams_free(struct streams *s)
{
    for (uint32_t i = 1; i <= s->count; i++) {
        free(s->list[i].growing);
    }
    free(s->list);
    arena_free(&s->arena);
    *s = (struct streams){0};
}

static uint8_t byte_at(const struct stream *s, uint64_t i)
{
    if (s->bytes) {
        i = s->repeats ? i % s->len : i;
        return i < s->len ? s->bytes[i] : 0;
    }
    return (uint8_t)(hash_mix(s->key, i / 8) >> (i % 8 * 8));
}

/* The same bytes as byte_at, with one hash for eight of them. */
static void generate(uint64_t key, uint64_t at, uint32_t len, uint8_t *to)
{
    uint64_t word = hash_mix(key, at / 8);
    for (uint32_t i = 0; i < len; i++, at++) {
        if (at % 8 == 0) {
            word = hash_mix(key, at / 8);
        }
        to[i] = (uint8_t)(word >> (at % 8 * 8));
    }
}

void span_read(const struct streams *s, struct span span, struct buf *out)
{
    if (span.len == 0) {
        return;
    }
    const struct stream *stream = &s->list[span.stream];
    uint8_t *to = buf_extend(out, span.len);
    if (!stream->bytes) {
        generate(stream->key, span.at, span.len, to);
        return;
    }
    for (uint32_t i = 0; i < span.len; i++) {
        to[i] = byte_at(stream, span.at + i);
    }
}

bool span_equal(const struct streams *s, struct span a, struct span b)
{
    if (a.len != b.len) {
        return false;
    }
    if (a.len == 0 || (a.stream == b.stream && a.at == b.at)) {
        return true;
    }
    for (uint32_t i = 0; i < a.len; i++) {
        if (byte_at(&s->list[a.stream], a.at + i) != byte_at(&s->list[b.stream], b.at + i)) {
            return false;
        }
    }
    return true;
}
