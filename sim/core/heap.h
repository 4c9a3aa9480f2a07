#pragma once
/* A 4-ary heap of what is to come: the least (at, tie, turn) is on top. It knows keys and what they
 * belong to, and nothing else. Zero is an empty heap. */

#include "base/simtime.h"

/* Keys are unique among entries that are alive, so the order out is the same whatever the order of
 * the operations. */
struct heap_entry {
    sim_time at;   /* >= 0 */
    uint64_t tie;  /* decides between equal times */
    uint32_t turn; /* between equal ties: the one handed over first; wraps around */
    uint32_t ref;  /* whose it is: up to the owner of the heap */
};

struct heap {
    struct heap_entry *entries;
    uint32_t count, capacity;
};

static inline bool heap_before(const struct heap_entry *a, const struct heap_entry *b)
{
    if (a->at != b->at) {
        return a->at < b->at;
    }
    return a->tie != b->tie ? a->tie < b->tie : (int32_t)(a->turn - b->turn) < 0;
}

void heap_push(struct heap *h, struct heap_entry e);
void heap_replace_top(struct heap *h, struct heap_entry e); /* count > 0 */
void heap_remove_top(struct heap *h);                       /* count > 0 */
void heap_order(struct heap *h); /* makes a heap of entries in any order */
void heap_free(struct heap *h);  /* back to zero */
