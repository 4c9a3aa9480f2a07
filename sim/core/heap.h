#pragma once
/* A 4-ary heap of what is to come: the least (at, tie, turn) is on top. It knows keys and what they
 * belong to, and nothing else. Zero is an empty heap. */

#include "base/simtime.h"

/* Keys are unique among entries whose events live, so the order out is the same whatever the order
 * of the operations. */
struct heap_entry {
    sim_time at;  /* >= 0 */
    uint64_t tie; /* decides between equal times */
    uint64_t who; /* turn << 32 | ref. turn: between equal ties, the one handed over first; wraps
                   * around. ref: whose entry it is, up to the owner of the heap */
};

struct heap {
    struct heap_entry *entries;
    uint32_t count, capacity;
};

/* Whether what those three say comes before b. */
static inline bool heap_is_before(sim_time at, uint64_t tie, uint64_t who,
                                  const struct heap_entry *b)
{
    if (at != b->at) {
        return at < b->at;
    }
    return tie != b->tie ? tie < b->tie : (int64_t)(who - b->who) < 0;
}

/* Entries are handed in as three numbers, which stay in registers; a struct would be written to
 * memory in parts and read back whole, and wait for that. */
void heap_push(struct heap *h, sim_time at, uint64_t tie, uint64_t who);
void heap_replace_top(struct heap *h, sim_time at, uint64_t tie, uint64_t who); /* count > 0 */
void heap_remove_top(struct heap *h);                                           /* count > 0 */
struct sched; /* the owner of the heap */
/* Takes out all that `keeps` says no to, and orders the rest. */
void heap_sweep(struct heap *h, bool (*keeps)(struct sched *s, const struct heap_entry *e),
                struct sched *s);
void heap_free(struct heap *h); /* back to zero */
