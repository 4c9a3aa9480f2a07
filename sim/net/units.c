/* Which packet a packet repeats, and the how-many-th of its unit it is, while somebody asks. What
 * is sent for the first time begins at or beyond the end of all that its sender has sent, so that
 * it can repeat nothing and only joins the list of new units; the map holds what was sent again. */
#include "net/world.h"

#include "base/os.h"

#include <stdlib.h>

/* New units are sent in ascending order, so the packet that first held a given offset is found by
 * halving: a piece of a segment that is sent again repeats that segment. */
static uint32_t first_holder(const struct units *u, uint64_t at)
{
    uint32_t low = 0, high = u->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (u->list[middle].at <= at) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low ? u->list[low - 1].packet : 0;
}

void units_note_new(struct units *u, uint64_t at, uint32_t packet)
{
    if (u->count == u->cap) {
        u->cap = u->cap ? u->cap * 2 : 16;
        u->list = os_realloc(u->list, u->cap * sizeof *u->list);
    }
    u->list[u->count++] = (struct new_unit){at, packet};
}

uint32_t units_note_again(struct units *u, uint64_t at, uint32_t packet, uint32_t *copy)
{
    uint64_t *seen = map_put(&u->again, at);
    uint32_t of = *seen ? (uint32_t)(*seen >> 32) : first_holder(u, at);
    *copy = *seen ? (uint32_t)*seen + 1 : 2;
    *seen = (uint64_t)packet << 32 | *copy;
    return of;
}

void units_free(struct units *u)
{
    free(u->list);
    map_free(&u->again);
    *u = (struct units){0};
}
