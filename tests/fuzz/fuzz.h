#pragma once
/* A fuzz target: one function that takes any bytes and comes back. Whatever it finds out about the
 * program it claims; a claim that does not hold ends the process, as a sanitizer's finding does. */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CLAIM(holds)                                                                               \
    do {                                                                                           \
        if (!(holds)) {                                                                            \
            fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #holds);              \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* The input, read from its front; zeros follow its end. */
struct cursor {
    const uint8_t *data;
    size_t len, at;
};

static inline int cursor_is_over(const struct cursor *c)
{
    return c->at >= c->len;
}

static inline uint8_t take_u8(struct cursor *c)
{
    return c->at < c->len ? c->data[c->at++] : 0;
}

static inline uint16_t take_u16(struct cursor *c)
{
    uint8_t high = take_u8(c);
    return (uint16_t)(high << 8 | take_u8(c));
}

static inline uint32_t take_u32(struct cursor *c)
{
    uint32_t high = take_u16(c);
    return high << 16 | take_u16(c);
}
