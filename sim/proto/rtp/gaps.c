/* Numbers that a receiver misses. A handful at a time: a list does. */
#include "base/os.h"
#include "proto/rtp/rtp.h"

#include <stdlib.h>
#include <string.h>

void rtp_gaps_add(struct rtp_gaps *g, int64_t extended, sim_time now)
{
    if (g->count == g->cap) {
        g->cap = g->cap ? 2 * g->cap : 16;
        g->list = os_realloc(g->list, g->cap * sizeof *g->list);
    }
    g->list[g->count++] = (struct rtp_gap){extended, now};
}

static void take_out(struct rtp_gaps *g, uint32_t from, uint32_t count)
{
    g->count -= count;
    memmove(g->list + from, g->list + from + count, (g->count - from) * sizeof *g->list);
}

bool rtp_gaps_fill(struct rtp_gaps *g, int64_t extended)
{
    for (uint32_t i = 0; i < g->count; i++) {
        if (g->list[i].extended == extended) {
            take_out(g, i, 1);
            return true;
        }
    }
    return false;
}

void rtp_gaps_pass(struct rtp_gaps *g, int64_t until)
{
    uint32_t over = 0;
    while (over < g->count && g->list[over].extended < until) {
        over++;
    }
    if (over > 0) {
        take_out(g, 0, over);
    }
}

const struct rtp_gap *rtp_gaps_again(struct rtp_gaps *g, sim_time since, sim_time now)
{
    for (uint32_t i = 0; i < g->count; i++) {
        if (g->list[i].asked <= since) {
            g->list[i].asked = now;
            return &g->list[i];
        }
    }
    return NULL;
}

sim_time rtp_gaps_oldest(const struct rtp_gaps *g)
{
    sim_time oldest = SIM_NEVER;
    for (uint32_t i = 0; i < g->count; i++) {
        oldest = g->list[i].asked < oldest ? g->list[i].asked : oldest;
    }
    return oldest;
}

void rtp_gaps_free(struct rtp_gaps *g)
{
    free(g->list);
    *g = (struct rtp_gaps){0};
}
