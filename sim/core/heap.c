/* A 4-ary heap of what is to come. The children of i are 4i + 1 .. 4i + 4; no entry is before its
 * parent. */
#include "core/heap.h"

#include "base/os.h"

#include <assert.h>
#include <stdlib.h>

#define HEAP_START 64u

/* Puts e at or above the vacant place i. */
static void sift_up(struct heap_entry *entries, uint32_t i, struct heap_entry e)
{
    while (i > 0) {
        uint32_t parent = (i - 1) / 4;
        if (!heap_before(&e, &entries[parent])) {
            break;
        }
        entries[i] = entries[parent];
        i = parent;
    }
    entries[i] = e;
}

static uint32_t least_child(const struct heap_entry *entries, uint32_t first, uint32_t count)
{
    uint32_t end = count - first < 4 ? count : first + 4;
    uint32_t least = first;
    for (uint32_t child = first + 1; child < end; child++) {
        if (heap_before(&entries[child], &entries[least])) {
            least = child;
        }
    }
    return least;
}

/* Puts e at or below the vacant place i. */
static void sift_down(struct heap_entry *entries, uint32_t count, uint32_t i, struct heap_entry e)
{
    for (uint32_t first = 4 * i + 1; first < count; first = 4 * i + 1) {
        uint32_t least = least_child(entries, first, count);
        if (!heap_before(&entries[least], &e)) {
            break;
        }
        entries[i] = entries[least];
        i = least;
    }
    entries[i] = e;
}

void heap_push(struct heap *h, struct heap_entry e)
{
    if (h->count == h->capacity) {
        h->capacity = h->capacity ? 2 * h->capacity : HEAP_START;
        h->entries = os_realloc(h->entries, h->capacity * sizeof *h->entries);
    }
    sift_up(h->entries, h->count++, e);
}

void heap_replace_top(struct heap *h, struct heap_entry e)
{
    assert(h->count > 0);
    sift_down(h->entries, h->count, 0, e);
}

void heap_remove_top(struct heap *h)
{
    assert(h->count > 0);
    struct heap_entry last = h->entries[--h->count];
    if (h->count > 0) {
        sift_down(h->entries, h->count, 0, last);
    }
}

void heap_order(struct heap *h)
{
    for (uint32_t i = h->count / 4 + 1; i-- > 0;) {
        if (i < h->count) {
            sift_down(h->entries, h->count, i, h->entries[i]);
        }
    }
}

void heap_free(struct heap *h)
{
    free(h->entries);
    *h = (struct heap){0};
}
