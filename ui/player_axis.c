/* The axis of time: which waits are folded, and where an instant stands. Between folds a position
 * goes on as time does; within one it goes evenly, only faster. */

#include "ui/player.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FOLD_SHARE  0.25 /* of the visible span: longer waits fold */
#define FOLD_WIDTH  0.14 /* of the visible span: what a fold takes */
#define FOLD_MARGIN 0.02 /* of the visible span: true time left at either side */

static sim_time quiet_length(const struct quiet *q)
{
    return q->to - q->from;
}

static int longest_first(const void *a, const void *b)
{
    const struct quiet *x = a, *y = b;
    sim_time m = quiet_length(x), n = quiet_length(y);

    if (m != n) {
        return m > n ? -1 : 1;
    }
    return x->from < y->from ? -1 : x->from > y->from;
}

static int earliest_first(const void *a, const void *b)
{
    const struct fold *x = a, *y = b;

    return x->from < y->from ? -1 : x->from > y->from;
}

/* The quiet stretches that fold, longest first, at the front of `sorted`. */
static uint32_t choose(struct quiet *sorted, uint32_t count, double span)
{
    uint32_t n = 0;

    qsort(sorted, count, sizeof *sorted, longest_first);
    while (n < count && n < AXIS_FOLDS && (double)quiet_length(&sorted[n]) > FOLD_SHARE * span) {
        n++;
    }
    return n;
}

static void place_folds(struct axis *a)
{
    double at = 0;
    sim_time t = 0;

    for (uint32_t i = 0; i < a->count; i++) {
        at += (double)(a->folds[i].from - t);
        a->folds[i].at = at;
        at += a->width;
        t = a->folds[i].to;
    }
    a->length = at + (double)(a->end - t);
}

void axis_make(struct axis *a, sim_time end, double span, const struct quiet *quiet, uint32_t count)
{
    struct quiet *sorted = NULL;
    sim_time margin = (sim_time)(FOLD_MARGIN * fmax(span, 0));

    *a = (struct axis){.end = end, .width = FOLD_WIDTH * fmax(span, 0)};
    if (span > 0 && count > 0) {
        sorted = malloc(count * sizeof *sorted);
        assert(sorted);
        memcpy(sorted, quiet, count * sizeof *sorted);
        a->count = choose(sorted, count, span);
    }
    if (a->count > 0) {
        a->folds = calloc(a->count, sizeof *a->folds);
        assert(a->folds);
    }
    for (uint32_t i = 0; i < a->count; i++) {
        assert(sorted);
        a->folds[i] = (struct fold){sorted[i].from + margin, sorted[i].to - margin, 0};
    }
    free(sorted);
    if (a->count > 0) {
        qsort(a->folds, a->count, sizeof *a->folds, earliest_first);
    }
    place_folds(a);
    a->span = span > 0 ? fmin(span, a->length) : a->length;
}

void axis_free(struct axis *a)
{
    free(a->folds);
    *a = (struct axis){0};
}

uint32_t axis_fold_after(const struct axis *a, sim_time at)
{
    uint32_t low = 0, high = a->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (a->folds[middle].to > at) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

bool axis_is_folded(const struct axis *a, sim_time t, sim_time *after)
{
    uint32_t i = axis_fold_after(a, t);

    if (i == a->count || t <= a->folds[i].from) {
        return false;
    }
    *after = a->folds[i].to;
    return true;
}

double axis_at(const struct axis *a, sim_time t)
{
    uint32_t next = axis_fold_after(a, t);
    const struct fold *f;

    if (next < a->count && t > a->folds[next].from) {
        f = &a->folds[next];
        return f->at + a->width * (double)(t - f->from) / (double)(f->to - f->from);
    }
    if (next == 0) {
        return (double)t;
    }
    f = &a->folds[next - 1];
    return f->at + a->width + (double)(t - f->to);
}

/* Number of folds that begin at or before the position. */
static uint32_t folds_before(const struct axis *a, double at)
{
    uint32_t low = 0, high = a->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (a->folds[middle].at <= at) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

sim_time axis_time(const struct axis *a, double at)
{
    uint32_t n = folds_before(a, at);
    const struct fold *f;

    if (n == 0) {
        return (sim_time)llround(at);
    }
    f = &a->folds[n - 1];
    at -= f->at;
    if (at >= a->width) {
        return f->to + (sim_time)llround(at - a->width);
    }
    return f->from + (sim_time)llround(at / a->width * (double)(f->to - f->from));
}
