/* Bump allocation in chunks that never move. */
#include "base/arena.h"

#include "base/os.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_CHUNK 65536u

struct arena_chunk {
    struct arena_chunk *next;
    alignas(16) uint8_t data[];
};

void *arena_alloc(struct arena *a, size_t size)
{
    size = size ? (size + 15) & ~(size_t)15 : 16;
    if (a->size - a->used < size) {
        size_t room = size > ARENA_CHUNK ? size : ARENA_CHUNK;
        struct arena_chunk *chunk = os_alloc(sizeof *chunk + room);
        chunk->next = a->chunks;
        a->chunks = chunk;
        a->used = 0;
        a->size = room;
    }
    void *place = a->chunks->data + a->used;
    a->used += size;
    return place;
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
    char *copy = arena_alloc(a, n + 1);
    memcpy(copy, s, n);
    return copy;
}

char *arena_strdup(struct arena *a, const char *s)
{
    return arena_strndup(a, s, strlen(s));
}

char *arena_printf(struct arena *a, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *text = arena_alloc(a, (size_t)n + 1);
    vsnprintf(text, (size_t)n + 1, format, again);
    va_end(again);
    return text;
}

void arena_free(struct arena *a)
{
    while (a->chunks) {
        struct arena_chunk *next = a->chunks->next;
        free(a->chunks);
        a->chunks = next;
    }
    *a = (struct arena){0};
}
