/* A 4-ary heap of what is to come. The children of i are 4i + 1 .. 4i + 4; no entry is before its
 * parent. */
#include "core/heap.h"

#include "base/os.h"

#include <assert.h>
#include <stdlib.h>

#define HEAP_START 64u

static inline const struct heap_entry *lesser(const struct heap_entry *a,
                                              const struct heap_entry *b)
{
    return heap_is_before(b->at, b->tie, b->who, a) ? b : a;
}

/* Of the children from `first` on, of which there is one at least. */
static inline const struct heap_entry *least_child(const struct heap_entry *first,
                                                   const struct heap_entry *end)
{
    if (end - first >= 4) {
        return lesser(lesser(first, first + 1), lesser(first + 2, first + 3));
    }
    const struct heap_entry *least = first;
    for (const struct heap_entry *e = first + 1; e < end; e++) {
        least = lesser(least, e);
    }
    return least;
}

/* Puts an entry at or above the vacant place i. */
static void sift_up(struct heap_entry *entries, uint32_t i, sim_time at, uint64_t tie, uint64_t who)
{
    while (i > 0) {
        uint32_t parent = (i - 1) / 4;
        if (!heap_is_before(at, tie, who, &entries[parent])) {
            break;
        }
        entries[i] = entries[parent];
        i = parent;
    }
    entries[i] = (struct heap_entry){at, tie, who};
}

/* Puts an entry at or below the vacant place i. Places are told by address: each step down waits
 * for the one before, and to multiply would take half of it. */
static void sift_down(const struct heap *h, uint32_t i, sim_time at, uint64_t tie, uint64_t who)
{
    struct heap_entry *entries = h->entries, *vacant = &entries[i];
    const struct heap_entry *end = entries + h->count;
    const struct heap_entry *childless = entries + (h->count + 2) / 4;
    while (vacant < childless) {
        const struct heap_entry *first = vacant + 3 * (vacant - entries) + 1;
        const struct heap_entry *least = least_child(first, end);
        if (heap_is_before(at, tie, who, least)) {
            break;
        }
        vacant->at = least->at;
        vacant->tie = least->tie;
        vacant->who = least->who;
        vacant = entries + (least - entries);
    }
    *vacant = (struct heap_entry){at, tie, who};
}

void heap_push(struct heap *h, sim_time at, uint64_t tie, uint64_t who)
{
    if (h->count == h->capacity) {
        h->capacity = h->capacity ? 2 * h->capacity : HEAP_START;
        h->entries = os_realloc(h->entries, h->capacity * sizeof *h->entries);
    }
    sift_up(h->entries, h->count++, at, tie, who);
}

void heap_replace_top(struct heap *h, sim_time at, uint64_t tie, uint64_t who)
{
    assert(h->count > 0);
    sift_down(h, 0, at, tie, who);
}

void heap_remove_top(struct heap *h)
{
    assert(h->count > 0);
    const struct heap_entry *last = &h->entries[--h->count];
    if (h->count > 0) {
        sift_down(h, 0, last->at, last->tie, last->who);
    }
}

void heap_sweep(struct heap *h, bool (*keeps)(struct sched *s, const struct heap_entry *e),
                struct sched *s)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < h->count; i++) {
        if (keeps(s, &h->entries[i])) {
            h->entries[kept++] = h->entries[i];
        }
    }
    h->count = kept;
    for (uint32_t i = h->count; i-- > 0;) {
        const struct heap_entry *e = &h->entries[i];
        sift_down(h, i, e->at, e->tie, e->who);
    }
}

void heap_free(struct heap *h)
{
    free(h->entries);
    *h = (struct heap){0};
}
