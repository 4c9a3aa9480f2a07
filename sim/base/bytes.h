#pragma once
/* Bytes: a borrowed view, a growing buffer, and big-endian access. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Borrowed: valid for the call it is passed to unless the function says otherwise. */
struct bytes {
    const uint8_t *data;
    size_t len;
};

/* Owned by whoever declares it; zero is an empty buffer. */
struct buf {
    uint8_t *data;
    size_t len, cap;
};

static inline struct bytes bytes_of(const void *data, size_t len)
{
    return (struct bytes){data, len};
}

/* Clipped to b. */
static inline struct bytes bytes_sub(struct bytes b, size_t at, size_t n)
{
    at = at > b.len ? b.len : at;
    n = n > b.len - at ? b.len - at : n;
    return (struct bytes){n ? b.data + at : b.data, n};
}

struct bytes bytes_str(const char *s); /* without the final zero */
bool bytes_equal(struct bytes a, struct bytes b);

/* Appends; memory that cannot be had ends the process with a message (os_out_of_memory). */
void buf_grow(struct buf *b, size_t n);                    /* room for n more than b->len */
static inline uint8_t *buf_extend(struct buf *b, size_t n) /* n new, uninitialised bytes */
{
    if (b->cap - b->len < n) {
        buf_grow(b, n);
    }
    uint8_t *place = b->data + b->len;
    b->len += n;
    return place;
}
void buf_add(struct buf *b, struct bytes more);
void buf_str(struct buf *b, const char *s);
void buf_char(struct buf *b, char c);
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *buf_cstr(struct buf *b); /* the text, zero-terminated (the zero is not counted in len) */
void buf_clear(struct buf *b); /* len = 0, memory kept */
void buf_free(struct buf *b);  /* back to zero */

static inline uint16_t get_u16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t get_u32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Copied whole, for compilers make one store of that. */
static inline void put_u16(uint8_t *p, uint32_t v)
{
    const uint8_t bytes[] = {(uint8_t)(v >> 8), (uint8_t)v};
    memcpy(p, bytes, sizeof bytes);
}

static inline void put_u32(uint8_t *p, uint32_t v)
{
    const uint8_t bytes[] = {(uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v};
    memcpy(p, bytes, sizeof bytes);
}
