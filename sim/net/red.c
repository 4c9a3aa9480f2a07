/* Random early detection (Floyd and Jacobson 1993): a queue whose mean length is above `min` drops
 * arriving packets by chance, the sooner the longer it is and the longer none was dropped; above
 * `max` every one. What may be marked (RFC 3168) is marked instead of dropped up to `max`. The mean
 * follows the length by `weight` with each arrival; while the link is idle it falls as if so many
 * packets had arrived to an empty queue. All in integers: the mean in parts of 2^20 of a packet,
 * chances in parts of 10^9. */
#include "net/world.h"

#define PART     (INT64_C(1) << 20)
#define CERTAIN  INT64_C(1000000000)
#define IDLE_MAX 1000000 /* arrivals: the mean is zero long before */

/* (1 - weight)^n, by squaring. */
static int64_t fading(int64_t weight, int64_t n)
{
    int64_t result = CERTAIN;
    for (int64_t base = CERTAIN - weight; n > 0; n >>= 1) {
        result = n & 1 ? result * base / CERTAIN : result;
        base = base * base / CERTAIN;
    }
    return result;
}

/* Transmissions of full packets that have fitted into the time since the link fell idle. */
static int64_t idle_slots(const struct direction *d, sim_time now)
{
    uint32_t size = d->set->mtu ? d->set->mtu : WORLD_MTU;
    sim_time slot = d->set->rate_bps ? time_of_bytes(size, d->set->rate_bps) : 0;
    int64_t slots = slot > 0 && now > d->busy_until ? (now - d->busy_until) / slot : 0;
    return slots < IDLE_MAX ? slots : IDLE_MAX;
}

static void follow(struct direction *d, uint32_t waiting, sim_time now)
{
    const struct red *red = &d->set->red;
    int64_t slots = waiting == 0 ? idle_slots(d, now) : 0;
    if (slots > 0) {
        d->red_mean = muldiv(d->red_mean, fading(red->weight, slots), CERTAIN);
    } else {
        d->red_mean += muldiv((int64_t)waiting * PART - d->red_mean, red->weight, CERTAIN);
    }
}

/* p_b grows evenly from 0 at `min` to `chance` at `max`; p_a = p_b / (1 - count p_b) spaces the
 * chosen ones evenly. */
static bool is_chosen(struct direction *d)
{
    const struct red *red = &d->set->red;
    int64_t span = ((int64_t)red->max - red->min) * PART;
    int64_t pb = muldiv(red->chance, d->red_mean - red->min * PART, span);
    int64_t left = CERTAIN - muldiv(d->red_count, pb, 1);
    int64_t pa = left > pb ? muldiv(pb, CERTAIN, left) : CERTAIN;
    return draw_chance(draw_long(&d->dice, DRAW_RED, d->offered, 0), pa);
}

enum red_verdict red_judge(struct direction *d, const struct packet *p, uint32_t waiting,
                           sim_time now)
{
    const struct red *red = &d->set->red;
    follow(d, waiting, now);
    if (d->red_mean < red->min * PART) {
        d->red_count = 0;
        return RED_PASSES;
    }
    bool is_over = d->red_mean >= red->max * PART;
    if (!is_over && !is_chosen(d)) {
        d->red_count++;
        return RED_PASSES;
    }
    d->red_count = 0;
    bool may_be_marked = red->marks && p->net.ecn != ECN_NONE && !p->is_raw && p->others == 0;
    return may_be_marked && !is_over ? RED_MARKS : RED_DROPS;
}
