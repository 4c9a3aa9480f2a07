/* The playout buffer: packets that have come and whose time has not. */
#include "proto/rtp/rtp.h"

#include "base/os.h"

#include <stdlib.h>
#include <string.h>

bool playout_add(struct playout *p, const struct playout_slot *slot)
{
    uint32_t at = p->count;
    for (; at > 0 && p->slots[at - 1].extended >= slot->extended; at--) {
        if (p->slots[at - 1].extended == slot->extended) {
            return false;
        }
    }
    if (p->count == p->cap) {
        p->cap = p->cap ? 2 * p->cap : 16;
        p->slots = os_realloc(p->slots, p->cap * sizeof *p->slots);
    }
    memmove(&p->slots[at + 1], &p->slots[at], (p->count - at) * sizeof *p->slots);
    p->slots[at] = *slot;
    p->count++;
    return true;
}

bool playout_take(struct playout *p, sim_time until, struct playout_slot *out)
{
    if (p->count == 0 || p->slots[0].due > until) {
        return false;
    }
    *out = p->slots[0];
    p->count--;
    memmove(p->slots, p->slots + 1, p->count * sizeof *p->slots);
    return true;
}

void playout_shift(struct playout *p, sim_time by)
{
    for (uint32_t i = 0; i < p->count; i++) {
        p->slots[i].due += by;
    }
}

void playout_free(struct playout *p)
{
    free(p->slots);
    *p = (struct playout){0};
}
