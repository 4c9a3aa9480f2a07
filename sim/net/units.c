/* Which packet a packet repeats, and the how-many-th of its unit it is, while somebody asks. What
 * is sent for the first time begins at or beyond the end of all that its sender has sent, so that
 * it can repeat nothing and only joins the list of new units, if packets are kept at all; the maps
 * hold what was sent again. */
#include "net/world.h"

#include "base/os.h"

#include <stdlib.h>
#include <string.h>

#define FRAMES_AGAIN (UINT64_C(1) << 17) /* beyond any window of frames */

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

/* Forgets what lies behind the horizon; if that does not free half of the list, it grows. */
static void make_room(struct units *u, uint64_t at, uint64_t horizon)
{
    uint32_t gone = 0;
    while (gone < u->count && at - u->list[gone].at > horizon) {
        gone++;
    }
    u->count -= gone;
    if (gone > 0) {
        memmove(u->list, u->list + gone, u->count * sizeof *u->list);
    }
    if (2 * u->count >= u->cap) {
        u->cap = u->cap ? u->cap * 2 : 16;
        u->list = os_realloc(u->list, u->cap * sizeof *u->list);
    }
}

uint64_t units_horizon(const struct world *w, const struct packet *p)
{
    return p->proto->initial && p->unit.n > 0 ? w->horizon : FRAMES_AGAIN;
}

void units_note_new(struct units *u, uint64_t at, uint32_t packet, uint64_t horizon)
{
    if (u->count == u->cap) {
        make_room(u, at, horizon);
    }
    u->list[u->count++] = (struct new_unit){at, packet};
}

/* When units have moved on by more than the horizon, all that was noted before the last turn lies
 * behind it. */
static void turn(struct units *u, uint64_t at)
{
    map_free(&u->before);
    u->before = u->again;
    u->again = (struct map){0};
    u->turned = at;
}

uint32_t units_note_again(struct units *u, uint64_t at, uint32_t packet, uint64_t horizon,
                          uint32_t *copy)
{
    if (at > u->turned && at - u->turned > horizon) {
        turn(u, at);
    }
    uint64_t *seen = map_put(&u->again, at);
    if (*seen == 0) {
        *seen = map_get(&u->before, at);
    }
    uint32_t of = *seen ? (uint32_t)(*seen >> 32) : first_holder(u, at);
    *copy = *seen ? (uint32_t)*seen + 1 : 2;
    *seen = (uint64_t)packet << 32 | *copy;
    return of;
}

void units_free(struct units *u)
{
    free(u->list);
    map_free(&u->again);
    map_free(&u->before);
    *u = (struct units){0};
}
