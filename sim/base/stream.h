#pragma once
/* Streams: the payload that spans refer to. Owned by the trace, alive until the run ends. Content
 * is real bytes, or a keyed pseudo-random sequence by offset, made on demand. */

#include "base/arena.h"
#include "base/net.h"

struct stream {
    uint8_t *bytes; /* real content, or NULL: generated from key */
    union {
        uint64_t len; /* of real content */
        uint64_t key;
    };
    uint64_t cap; /* of a stream that is still written, which owns its bytes; 0: it is not */
    bool repeats; /* its real content comes again and again, for ever */
};

struct streams {
    struct stream *list; /* [0] is unused */
    uint32_t count, cap;
    struct arena arena;
};

uint32_t stream_add_pattern(struct streams *s, uint64_t key);       /* its number, from 1 */
uint32_t stream_add_bytes(struct streams *s, struct bytes content); /* copied */
/* Without an end: the content, which is not empty, over and over. */
uint32_t stream_add_repeating(struct streams *s, struct bytes content);
/* A stream of real bytes that grows: what several calls give becomes one stream, as TCP sees it.
 * Returns where the new bytes begin. */
uint32_t stream_add_growing(struct streams *s);
uint64_t stream_append(struct streams *s, uint32_t stream, struct bytes more);
void streams_free(struct streams *s);

/* Words of eight bytes until a generated stream begins its next lap: a prime, so that no lap lies
 * on packets as another does. */
#define STREAM_LAP 8191u
/* What is added to each 16 bits of a word of that lap, in one's complement. The factor has none in
 * common with 65 535, and changes high and low bytes. */
static inline uint64_t stream_lap_adds(uint64_t lap)
{
    return lap % 0xffff * 27947 % 0xffff;
}
/* Bytes 8 * word .. 8 * word + 7 of the generated stream of that key, the first one lowest. */
uint64_t stream_pattern_word(uint64_t key, uint64_t word);

/* Appends the bytes of `span` to `out`. */
void span_read(const struct streams *s, struct span span, struct buf *out);
/* Same content, byte by byte (different streams may hold equal bytes). */
bool span_equal(const struct streams *s, struct span a, struct span b);
