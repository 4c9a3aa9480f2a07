/* A decoder's view of a stream: a picture needs all its packets, and the picture before it unless
 * it is an intra picture. What cannot be shown leaves the one before on the screen, and takes all
 * that follow with it until the next intra picture. */
#include "proto/rtp/rtp.h"

static void open_picture(struct rtp_pictures *p, const struct playout_slot *slot, bool is_whole)
{
    p->is_open = true;
    p->is_whole = is_whole;
    p->is_intra = slot->picture & PICTURE_INTRA;
    p->timestamp = slot->timestamp;
}

static bool close_picture(struct rtp_pictures *p)
{
    bool can_be_shown = p->is_whole && (p->is_intra || p->has_reference);
    p->is_open = false;
    p->has_reference = can_be_shown;
    p->shown += can_be_shown;
    return can_be_shown;
}

enum rtp_picture rtp_pictures_take(struct rtp_pictures *p, const struct playout_slot *slot,
                                   bool has_gap)
{
    bool begins = slot->picture & PICTURE_BEGINS, is_broken = has_gap && p->has_begun;
    if (!p->has_begun) {
        p->has_begun = true;
        p->first = slot->timestamp;
    }
    if (!p->is_open || slot->timestamp != p->timestamp) {
        p->has_reference = p->has_reference && !p->is_open && !has_gap;
        open_picture(p, slot, begins);
    } else if (has_gap) {
        p->is_whole = false;
    }
    if (slot->marker) {
        return close_picture(p) && !is_broken ? PICTURE_SHOWN : PICTURE_BROKEN;
    }
    return is_broken ? PICTURE_BROKEN : PICTURE_GOES_ON;
}

int64_t rtp_pictures_frozen(const struct rtp_pictures *p, const struct rtp_medium *m)
{
    int64_t units = (int32_t)(p->timestamp - p->first);
    if (!p->has_begun) {
        return 0;
    }
    /* a timestamp is rounded down by less than a unit */
    return muldiv(units + 1, m->fps, rtp_clock_rate(m) * SIM_S) + 1 - (int64_t)p->shown;
}
