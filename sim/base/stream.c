/* Payload on demand. Byte i of a generated stream is byte i % 8 of word i / 8, a hash of the key
 * and of the word's place in its lap; each 16 bits of it are higher by as much as the lap says, in
 * one's complement. So places look different for four gigabytes, and yet the Internet checksum of
 * any piece follows from the sums of the first lap (stream_sum.c). */
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
    return add(s, (struct stream){.bytes = room, .cap = cap});
}

uint64_t stream_append(struct streams *s, uint32_t stream, struct bytes more)
{
    struct stream *to = &s->list[stream];
    uint64_t start = to->len;
    while (to->cap - to->len < more.len) {
        to->cap *= 2;
        to->bytes = os_realloc(to->bytes, to->cap);
    }
    if (more.len > 0) {
        memcpy(to->bytes + to->len, more.data, more.len);
    }
    to->len += more.len;
    return start;
}

void streams_free(struct streams *s)
{
    for (uint32_t i = 1; i <= s->count; i++) {
        if (s->list[i].cap) {
            free(s->list[i].bytes);
        }
    }
    free(s->list);
    arena_free(&s->arena);
    *s = (struct streams){0};
}

/* Where a word of a generated stream stands. */
struct place {
    uint64_t at;   /* in its lap */
    uint64_t more; /* what is added to two numbers of 16 bits, one in each half of 32 */
};

static struct place place_of(uint64_t word)
{
    uint64_t lap = word / STREAM_LAP;
    return (struct place){word % STREAM_LAP, stream_lap_adds(lap) * UINT64_C(0x0000000100000001)};
}

/* In one's complement: the carry comes round (RFC 1071). */
static inline uint64_t raise_two(uint64_t two, uint64_t more)
{
    const uint64_t low = UINT64_C(0x0000ffff0000ffff);
    uint64_t sums = (two & low) + more;
    return (sums & low) + (sums >> 16 & low);
}

static inline uint64_t word_at(uint64_t key, struct place p)
{
    uint64_t hash = hash_mix(key, p.at);
    return raise_two(hash, p.more) | raise_two(hash >> 16, p.more) << 16;
}

uint64_t stream_pattern_word(uint64_t key, uint64_t word)
{
    return word_at(key, place_of(word));
}

static uint8_t byte_at(const struct stream *s, uint64_t i)
{
    if (s->bytes) {
        i = s->repeats ? i % s->len : i;
        return i < s->len ? s->bytes[i] : 0;
    }
    return (uint8_t)(stream_pattern_word(s->key, i / 8) >> (i % 8 * 8));
}

/* One store, which compilers see when it stands there byte by byte. */
static inline void put_word(uint8_t to[8], uint64_t word)
{
    to[0] = (uint8_t)word;
    to[1] = (uint8_t)(word >> 8);
    to[2] = (uint8_t)(word >> 16);
    to[3] = (uint8_t)(word >> 24);
    to[4] = (uint8_t)(word >> 32);
    to[5] = (uint8_t)(word >> 40);
    to[6] = (uint8_t)(word >> 48);
    to[7] = (uint8_t)(word >> 56);
}

static void generate_part(uint64_t key, uint64_t at, uint32_t len, uint8_t *to)
{
    uint8_t word[8];
    put_word(word, stream_pattern_word(key, at / 8));
    memcpy(to, word + at % 8, len);
}

/* Words of one lap. */
static void generate_words(uint64_t key, struct place p, uint64_t count, uint8_t *to)
{
    for (; count > 0; count--, p.at++, to += 8) {
        put_word(to, word_at(key, p));
    }
}

enum { SHORT = 64 };

/* What begins at byte `from` of a word and lies within one lap. */
static void generate_short(uint64_t key, struct place p, unsigned from, uint32_t len, uint8_t *to)
{
    uint8_t words[SHORT + 8];
    for (unsigned i = 0; i < from + len; i += 8, p.at++) {
        put_word(words + i, word_at(key, p));
    }
    memcpy(to, words + from, len);
}

/* The same bytes as byte_at, with one hash for eight of them. */
static void generate(uint64_t key, uint64_t at, uint32_t len, uint8_t *to)
{
    struct place first = place_of(at / 8);
    if (len <= SHORT && first.at + SHORT / 8 + 1 < STREAM_LAP) {
        generate_short(key, first, at % 8, len, to);
        return;
    }
    while (len > 0) {
        struct place p = place_of(at / 8);
        uint64_t words = at % 8 > 0 ? 0 : len / 8;
        words = words < STREAM_LAP - p.at ? words : STREAM_LAP - p.at;
        uint32_t n = (uint32_t)(words * 8);
        if (words > 0) {
            generate_words(key, p, words, to);
        } else {
            n = len < 8 - at % 8 ? len : (uint32_t)(8 - at % 8);
            generate_part(key, at, n, to);
        }
        at += n;
        to += n;
        len -= n;
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
