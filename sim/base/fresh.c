/* Each block is as large as all before it together, so address space is at most twice what is asked
 * for; what of a block is never touched costs nothing. */
#include "base/fresh.h"

#include "base/os.h"

#include <stdlib.h>

enum { ALIGNMENT = 64 };
static const size_t block_min = (size_t)1 << 20, block_max = (size_t)1 << 25;

static size_t block_size(const struct fresh *f, size_t asked)
{
    size_t size = f->total < block_min ? block_min : f->total;
    size = size > block_max ? block_max : size;
    return size < asked ? asked : size;
}

static void add_block(struct fresh *f, size_t asked)
{
    if (f->count == f->cap) {
        f->cap = f->cap ? f->cap * 2 : 8;
        f->blocks = os_realloc(f->blocks, f->cap * sizeof *f->blocks);
    }
    f->size = block_size(f, asked);
    f->blocks[f->count++] = os_alloc_pages(f->size);
    f->total += f->size;
    f->used = 0;
}

void *fresh_alloc(struct fresh *f, size_t size)
{
    size = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (f->size - f->used < size) {
        add_block(f, size);
    }
    void *place = (char *)f->blocks[f->count - 1] + f->used;
    f->used += size;
    return place;
}

void fresh_free(struct fresh *f)
{
    for (unsigned i = 0; i < f->count; i++) {
        free(f->blocks[i]);
    }
    free(f->blocks);
    *f = (struct fresh){0};
}
