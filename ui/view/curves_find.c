/* Looking up in the figures: what stands at a time, and the extremes of a stretch. */
#include "ui/view/curves.h"

#include <math.h>

uint32_t curve_at_or_after(const struct curve *c, sim_time t)
{
    uint32_t low = 0, high = c->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (c->points[middle].at < t) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

const struct curve_point *curve_at(const struct curve *c, sim_time t)
{
    uint32_t i = t == SIM_NEVER ? c->count : curve_at_or_after(c, t + 1);
    return i ? &c->points[i - 1] : NULL;
}

static void widen(struct curve_range *r, double least, double most)
{
    r->least = fmin(r->least, least);
    r->most = fmax(r->most, most);
}

struct curve_range curve_range_of(const struct curve *c, uint32_t first, uint32_t last)
{
    struct curve_range r = {INFINITY, -INFINITY};
    for (uint32_t i = first; i < last;) {
        if (i % CURVE_BLOCK == 0 && i + CURVE_BLOCK <= last) {
            const struct curve_range *b = &c->blocks[i / CURVE_BLOCK];
            widen(&r, b->least, b->most);
            i += CURVE_BLOCK;
        } else {
            widen(&r, c->points[i].value, c->points[i].value);
            i++;
        }
    }
    return r;
}

uint32_t spans_at_or_after(const struct plot_spans *s, sim_time t)
{
    uint32_t low = 0, high = s->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (s->spans[middle].at < t) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

uint32_t events_at_or_after(const struct plot_event *e, uint32_t count, sim_time t)
{
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (e[middle].at < t) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

bool curves_spans(const struct curves *c, uint32_t owner, const struct plot_spans **sent,
                  const struct plot_spans **reported)
{
    for (uint32_t i = 0; i < c->sender_count; i++) {
        if (c->sent[i].owner == owner) {
            *sent = &c->sent[i];
            *reported = &c->reported[i];
            return true;
        }
    }
    return false;
}
