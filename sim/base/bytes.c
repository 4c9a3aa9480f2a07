/* The growing buffer and the borrowed view. */
#include "base/bytes.h"

#include "base/os.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct bytes bytes_str(const char *s)
{
    return bytes_of(s, strlen(s));
}

bool bytes_equal(struct bytes a, struct bytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

void buf_grow(struct buf *b, size_t n)
{
    if (n > SIZE_MAX / 4 || b->len > SIZE_MAX / 4) {
        os_out_of_memory();
    }
    size_t cap = b->cap ? b->cap : 64;
    while (cap - b->len < n) {
        cap *= 2;
    }
    b->data = os_realloc(b->data, cap);
    b->cap = cap;
}

void buf_add(struct buf *b, struct bytes more)
{
    if (more.len > 0) {
        memcpy(buf_extend(b, more.len), more.data, more.len);
    }
}

void buf_str(struct buf *b, const char *s)
{
    buf_add(b, bytes_str(s));
}

void buf_char(struct buf *b, char c)
{
    *buf_extend(b, 1) = (uint8_t)c;
}

void buf_printf(struct buf *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n > 0) {
        vsnprintf((char *)buf_extend(b, (size_t)n + 1), (size_t)n + 1, format, again);
        b->len--;
    }
    va_end(again);
}

char *buf_cstr(struct buf *b)
{
    buf_char(b, '\0');
    b->len--;
    return (char *)b->data;
}

void buf_clear(struct buf *b)
{
    b->len = 0;
}

void buf_free(struct buf *b)
{
    free(b->data);
    *b = (struct buf){0};
}
