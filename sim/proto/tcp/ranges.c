/* Sets of sequence numbers as ranges, sorted. Invariant: ranges are not empty, do not overlap and
 * do not touch: what touches is one range. Storage is there only while something is out of order.
 */
#include "base/os.h"
#include "proto/tcp/tcp.h"

#include <stdlib.h>
#include <string.h>

/* Index of the first range that ends at `at` or behind it. */
static uint32_t first_reaching(const struct tcp_ranges *r, int64_t at)
{
    uint32_t low = 0, high = r->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (r->list[middle].to < at) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* The ranges [i, end) make way for one. False: there are too many already. */
static bool replace(struct tcp_ranges *r, uint32_t i, uint32_t end, struct tcp_range by)
{
    if (i == end && r->count == TCP_RANGES_MAX) {
        return false;
    }
    if (i == end && r->count == r->cap) {
        r->cap = r->cap ? 2 * r->cap : 8;
        r->list = os_realloc(r->list, r->cap * sizeof *r->list);
    }
    memmove(r->list + i + 1, r->list + end, (r->count - end) * sizeof *r->list);
    r->count = r->count + 1 - (end - i);
    r->list[i] = by;
    return true;
}

int64_t ranges_add(struct tcp_ranges *r, int64_t from, int64_t to)
{
    if (from >= to) {
        return 0;
    }
    uint32_t i = first_reaching(r, from), end = i;
    struct tcp_range all = {from, to};
    int64_t known = 0;
    for (; end < r->count && r->list[end].from <= to; end++) {
        known += r->list[end].to - r->list[end].from;
        all.from = r->list[end].from < all.from ? r->list[end].from : all.from;
        all.to = r->list[end].to > all.to ? r->list[end].to : all.to;
    }
    return replace(r, i, end, all) ? all.to - all.from - known : 0;
}

void ranges_cut_some(struct tcp_ranges *r, int64_t at)
{
    uint32_t gone = 0;
    while (gone < r->count && r->list[gone].to <= at) {
        gone++;
    }
    r->count -= gone;
    if (gone && r->count) {
        memmove(r->list, r->list + gone, r->count * sizeof *r->list);
    }
    if (r->count && r->list[0].from < at) {
        r->list[0].from = at;
    }
}

const struct tcp_range *ranges_behind(const struct tcp_ranges *r, int64_t at)
{
    uint32_t i = first_reaching(r, at + 1);
    return i < r->count ? &r->list[i] : NULL;
}

const struct tcp_range *ranges_last(const struct tcp_ranges *r)
{
    return r->count ? &r->list[r->count - 1] : NULL;
}

int64_t ranges_within(const struct tcp_ranges *r, int64_t from, int64_t to)
{
    int64_t sum = 0;
    for (uint32_t i = first_reaching(r, from); i < r->count && r->list[i].from < to; i++) {
        int64_t left = r->list[i].from > from ? r->list[i].from : from;
        int64_t right = r->list[i].to < to ? r->list[i].to : to;
        sum += right - left;
    }
    return sum;
}

void ranges_clear(struct tcp_ranges *r)
{
    free(r->list);
    *r = (struct tcp_ranges){0};
}
