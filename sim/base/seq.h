#pragma once
/* 32-bit sequence numbers modulo 2^32 (RFC 9293 3.4). A struct, so that `<` and `+` do not compile:
 * order between sequence numbers exists only within half the circle. */

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    uint32_t v;
} seq32;

static inline seq32 seq(uint32_t v)
{
    return (seq32){v};
}

static inline seq32 seq_add(seq32 a, uint32_t n)
{
    return (seq32){a.v + n};
}

/* b - a: how far b is ahead of a; negative when behind. */
static inline int32_t seq_diff(seq32 a, seq32 b)
{
    return (int32_t)(b.v - a.v);
}

static inline bool seq_lt(seq32 a, seq32 b)
{
    return seq_diff(a, b) > 0;
}

static inline bool seq_le(seq32 a, seq32 b)
{
    return seq_diff(a, b) >= 0;
}

static inline bool seq_eq(seq32 a, seq32 b)
{
    return a.v == b.v;
}
