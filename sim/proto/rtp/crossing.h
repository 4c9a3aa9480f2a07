#pragma once
/* Where clouds meet (RFC 3550 7): the sides of one host's mixer or translator, and on which of them
 * each source is. An SSRC names one source in all clouds that are joined, so one that comes from
 * another side or address than before is a collision or a loop, and is not let through (8.2). */

#include "base/map.h"
#include "base/net.h"
#include "base/simtime.h"

#include <stdbool.h>

#define RTP_SIDES_MAX    32
#define RTP_CROSSERS_MAX 4096 /* whoever makes up more is not let through */
#define RTP_VOICES_MAX   256  /* of one side: as many are mixed, or changed on their way */

struct rtp_side {
    void *self;      /* its actor; NULL: a free place */
    uint32_t entity; /* its number */
};
struct rtp_crosser { /* a source, or one of those in a mix */
    uint32_t ssrc, side;
    struct addr media, control; /* where its RTP and its RTCP come from; ip 0: not heard yet */
    sim_time heard;
    bool has_left;
    uint8_t name_len;
    uint8_t name[255]; /* its CNAME, if it was told */
};
struct rtp_crossing { /* zero: nobody is there */
    struct rtp_side sides[RTP_SIDES_MAX];
    uint32_t side_count;      /* places in use or free, below it */
    struct rtp_crosser *list; /* owned */
    uint32_t count, cap;
    struct map places; /* SSRC -> 1 + place in the list */
};

/* False: there is no more room. */
bool rtp_crossing_enter(struct rtp_crossing *c, void *self, uint32_t entity, uint32_t *side);
void rtp_crossing_leave(struct rtp_crossing *c, const void *self);
/* It was heard on that side, from there. False: that name is another's, or the packet goes round.
 */
bool rtp_crossing_meet(struct rtp_crossing *c, uint32_t ssrc, uint32_t side, struct addr from,
                       bool is_media, sim_time now);
/* BYE. True: it was there. */
bool rtp_crossing_part(struct rtp_crossing *c, uint32_t ssrc, uint32_t side);
struct rtp_crosser *rtp_crossing_find(const struct rtp_crossing *c, uint32_t ssrc);
bool rtp_crosser_is_there(const struct rtp_crosser *k, sim_time now);
void rtp_crossing_free(struct rtp_crossing *c);
