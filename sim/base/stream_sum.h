#pragma once
/* The Internet checksum's sum over a span (RFC 1071) without making its bytes: what a capture needs
 * that keeps little more than headers. */

#include "base/stream.h"

/* Sums of the first laps of generated streams, made when first asked for. Zero is empty. */
struct stream_sums {
    uint32_t **before; /* by stream: [i] is the sum of the words 0 .. i - 1; NULL: not made */
    uint32_t count;
    struct buf bytes; /* of a stream that is not generated */
};

/* The sum of the span's 16-bit words in one's complement, 0 to 65 535: the first byte is the high
 * half of the first word, and a byte that is left over is a high half too. */
uint16_t span_sum(struct stream_sums *sums, const struct streams *s, struct span span);
void stream_sums_free(struct stream_sums *sums);
