/* Whose side each source is on. Invariant: the list holds one entry an SSRC, and that of one who
 * has left, or is silent for too long, stands for nobody. */
#include "proto/rtp/crossing.h"

#include "base/os.h"

#include <stdlib.h>

#define PATIENCE (25 * SIM_S) /* five intervals of 5 s (RFC 3550 6.3.5) */

bool rtp_crossing_enter(struct rtp_crossing *c, void *self, uint32_t entity, uint32_t *side)
{
    uint32_t at = 0;
    while (at < c->side_count && c->sides[at].self) {
        at++;
    }
    if (at == RTP_SIDES_MAX) {
        return false;
    }
    c->side_count = at < c->side_count ? c->side_count : at + 1;
    c->sides[at] = (struct rtp_side){self, entity};
    *side = at;
    return true;
}

void rtp_crossing_leave(struct rtp_crossing *c, const void *self)
{
    for (uint32_t i = 0; i < c->side_count; i++) {
        if (c->sides[i].self == self) {
            c->sides[i] = (struct rtp_side){0};
        }
    }
}

struct rtp_crosser *rtp_crossing_find(const struct rtp_crossing *c, uint32_t ssrc)
{
    uint64_t place = map_get(&c->places, ssrc);
    return place ? &c->list[place - 1] : NULL;
}

bool rtp_crosser_is_there(const struct rtp_crosser *k, sim_time now)
{
    return !k->has_left && now - k->heard <= PATIENCE;
}

/* NULL: there are too many. */
static struct rtp_crosser *put(struct rtp_crossing *c, uint32_t ssrc)
{
    if (c->count == RTP_CROSSERS_MAX && !rtp_crossing_find(c, ssrc)) {
        return NULL;
    }
    uint64_t *place = map_put(&c->places, ssrc);
    if (*place == 0) {
        if (c->count == c->cap) {
            c->cap = c->cap ? 2 * c->cap : 4;
            c->list = os_realloc(c->list, c->cap * sizeof *c->list);
        }
        c->list[c->count++] = (struct rtp_crosser){.ssrc = ssrc, .has_left = true};
        *place = c->count;
    }
    return &c->list[*place - 1];
}

bool rtp_crossing_meet(struct rtp_crossing *c, uint32_t ssrc, uint32_t side, struct addr from,
                       bool is_media, sim_time now)
{
    struct rtp_crosser *k = put(c, ssrc);
    if (!k) {
        return false;
    }
    struct addr *known = is_media ? &k->media : &k->control;
    if (!rtp_crosser_is_there(k, now)) {
        *k = (struct rtp_crosser){.ssrc = ssrc, .side = side};
    } else if (k->side != side ||
               (known->ip && (known->ip != from.ip || known->port != from.port))) {
        return false;
    }
    *known = from;
    k->heard = now;
    return true;
}

bool rtp_crossing_part(struct rtp_crossing *c, uint32_t ssrc, uint32_t side)
{
    struct rtp_crosser *k = rtp_crossing_find(c, ssrc);
    bool was_there = k && k->side == side && !k->has_left;
    if (was_there) {
        k->has_left = true;
    }
    return was_there;
}

void rtp_crossing_free(struct rtp_crossing *c)
{
    free(c->list);
    map_free(&c->places);
    *c = (struct rtp_crossing){0};
}
