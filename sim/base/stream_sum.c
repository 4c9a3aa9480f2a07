/* A generated stream repeats its first lap with one number added to each 16 bits, so the sum of
 * whole words follows from the sums up to each place of the first lap. Bytes are taken low half
 * first, as the words of the stream hold them, and the two are swapped at the end if need be: a
 * one's complement sum does not mind (RFC 1071 2.B). */
#include "base/stream_sum.h"

#include "base/os.h"

#include <stdlib.h>
#include <string.h>

/* Streams of a higher number have no table of 32 kB: their words are made and added. */
enum { TABLES_MAX = 1024 };

static uint64_t lanes_sum(uint64_t word)
{
    return (word & 0xffff) + (word >> 16 & 0xffff) + (word >> 32 & 0xffff) + (word >> 48);
}

static uint32_t *sum_lap(uint64_t key)
{
    uint32_t *before = os_alloc((STREAM_LAP + 1) * sizeof *before);
    for (uint32_t i = 0; i < STREAM_LAP; i++) {
        before[i + 1] = before[i] + (uint32_t)lanes_sum(stream_pattern_word(key, i));
    }
    return before;
}

static void make_room(struct stream_sums *sums, uint32_t stream)
{
    if (stream < sums->count) {
        return;
    }
    uint32_t count = stream + 1 > 2 * sums->count ? stream + 1 : 2 * sums->count;
    sums->before = os_realloc(sums->before, count * sizeof *sums->before);
    memset(sums->before + sums->count, 0, (count - sums->count) * sizeof *sums->before);
    sums->count = count;
}

/* Words first .. end - 1. */
static uint64_t sum_words(struct stream_sums *sums, const struct streams *s, uint32_t stream,
                          uint64_t first, uint64_t end)
{
    uint64_t key = s->list[stream].key, sum = 0;
    if (stream >= TABLES_MAX) {
        for (; first < end; first++) {
            sum += lanes_sum(stream_pattern_word(key, first));
        }
        return sum;
    }
    make_room(sums, stream);
    if (!sums->before[stream]) {
        sums->before[stream] = sum_lap(key);
    }
    const uint32_t *before = sums->before[stream];
    while (first < end) {
        uint64_t lap = first / STREAM_LAP, at = first % STREAM_LAP;
        uint64_t n = end - first < STREAM_LAP - at ? end - first : STREAM_LAP - at;
        sum += before[at + n] - before[at] + n * 4 * stream_lap_adds(lap);
        first += n;
    }
    return sum;
}

/* Bytes from .. end - 1 of one word of the stream; none if they are all. */
static uint64_t sum_part(uint64_t key, uint64_t word, unsigned from, unsigned end)
{
    if (from >= end) {
        return 0;
    }
    uint64_t bytes = stream_pattern_word(key, word) >> 8 * from << 8 * from;
    return lanes_sum(end < 8 ? bytes & ((UINT64_C(1) << 8 * end) - 1) : bytes);
}

static uint64_t sum_generated(struct stream_sums *sums, const struct streams *s, struct span span)
{
    uint64_t key = s->list[span.stream].key, end = span.at + span.len;
    uint64_t first = span.at / 8, last = end / 8;
    unsigned from = span.at % 8, until = end % 8;
    if (first == last) {
        return sum_part(key, first, from, until);
    }
    uint64_t whole = sum_words(sums, s, span.stream, first + (from > 0), last);
    return whole + (from > 0 ? sum_part(key, first, from, 8) : 0) + sum_part(key, last, 0, until);
}

static uint64_t sum_real(struct stream_sums *sums, const struct streams *s, struct span span)
{
    uint64_t sum = 0;
    buf_clear(&sums->bytes);
    span_read(s, span, &sums->bytes);
    for (uint32_t i = 0; i < span.len; i++) {
        sum += (uint32_t)sums->bytes.data[i] << (span.at + i) % 2 * 8;
    }
    return sum;
}

uint16_t span_sum(struct stream_sums *sums, const struct streams *s, struct span span)
{
    if (span.len == 0) {
        return 0;
    }
    uint64_t sum =
        s->list[span.stream].bytes ? sum_real(sums, s, span) : sum_generated(sums, s, span);
    while (sum >> 16) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    bool begins_low = span.at % 2 == 0;
    return (uint16_t)(begins_low ? sum << 8 | sum >> 8 : sum);
}

void stream_sums_free(struct stream_sums *sums)
{
    for (uint32_t i = 0; i < sums->count; i++) {
        free(sums->before[i]);
    }
    free(sums->before);
    buf_free(&sums->bytes);
    *sums = (struct stream_sums){0};
}
