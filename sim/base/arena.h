#pragma once
/* An arena: many small things that live and die together. Zero is an empty arena. */

#include "base/bytes.h"

#include <stddef.h>

struct arena {
    struct arena_chunk *chunks;
    size_t used, size;
};

void *arena_alloc(struct arena *a, size_t size); /* zeroed, aligned to 16 */
char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t n); /* zero-terminated */
char *arena_printf(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
void arena_free(struct arena *a); /* everything; back to zero */
