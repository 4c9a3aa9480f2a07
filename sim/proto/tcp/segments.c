/* The segments that are under way, each with the time of its last transmission (RFC 8985 5.1): kept
 * only where recovery goes by time. Invariant: sorted by number, without overlaps; `lost` and
 * `sacked` count them. */
#include "base/os.h"
#include "proto/tcp/recovery.h"

#include <string.h>

struct rack_segment *segments_at(const struct tcp_rack *r, uint32_t i)
{
    return &r->list[r->first + i];
}

static void make_room(struct tcp_rack *r, uint32_t more)
{
    if (r->first + r->count + more > r->cap && r->first > 0) {
        memmove(r->list, r->list + r->first, r->count * sizeof *r->list);
        r->first = 0;
    }
    if (r->count + more > r->cap) {
        r->cap = r->cap ? 2 * r->cap : 16;
        r->list = os_realloc(r->list, r->cap * sizeof *r->list);
    }
}

static void count(struct tcp_rack *r, const struct rack_segment *s, int by)
{
    r->lost = (uint32_t)((int)r->lost + (s->is_lost ? by : 0));
    r->sacked = (uint32_t)((int)r->sacked + (s->is_sacked ? by : 0));
}

static void insert(struct tcp_rack *r, uint32_t i, struct rack_segment s)
{
    make_room(r, 1);
    memmove(segments_at(r, i + 1), segments_at(r, i), (r->count - i) * sizeof *r->list);
    *segments_at(r, i) = s;
    r->count++;
    count(r, &s, 1);
}

static void remove_at(struct tcp_rack *r, uint32_t i)
{
    count(r, segments_at(r, i), -1);
    r->count--;
    memmove(segments_at(r, i), segments_at(r, i + 1), (r->count - i) * sizeof *r->list);
}

/* The first that ends behind `at`. */
static uint32_t first_behind(const struct tcp_rack *r, int64_t at)
{
    uint32_t low = 0, high = r->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (segments_at(r, middle)->to <= at) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

void segments_add(struct tcp_rack *r, struct rack_segment s)
{
    uint32_t i = first_behind(r, s.from);
    if (i < r->count && segments_at(r, i)->from < s.from) {
        struct rack_segment tail = *segments_at(r, i);
        segments_at(r, i)->to = s.from;
        i++;
        if (tail.to > s.to) {
            tail.from = s.to;
            insert(r, i, tail);
        }
    }
    while (i < r->count && segments_at(r, i)->to <= s.to) {
        remove_at(r, i);
    }
    if (i < r->count && segments_at(r, i)->from < s.to) {
        segments_at(r, i)->from = s.to;
    }
    insert(r, i, s);
}

struct rack_segment *segments_split(struct tcp_rack *r, uint32_t i, int64_t at)
{
    struct rack_segment tail = *segments_at(r, i);
    if (tail.from < at && at < tail.to) {
        segments_at(r, i)->to = tail.from = at;
        insert(r, i + 1, tail);
    }
    return segments_at(r, i);
}

void segments_pop(struct tcp_rack *r)
{
    count(r, segments_at(r, 0), -1);
    r->first++;
    r->count--;
}

void segments_mark_lost(struct tcp_rack *r, struct rack_segment *s)
{
    r->lost += !s->is_lost;
    s->is_lost = true;
}

void segments_mark_sacked(struct tcp_rack *r, struct rack_segment *s)
{
    r->lost -= s->is_lost;
    r->sacked += !s->is_sacked;
    s->is_lost = false;
    s->is_sacked = true;
}

void segments_clear_lost(struct tcp_rack *r)
{
    for (uint32_t i = 0; i < r->count; i++) {
        segments_at(r, i)->is_lost = false;
    }
    r->lost = 0;
}

int64_t segments_pipe(const struct tcp_rack *r)
{
    int64_t pipe = 0;
    for (uint32_t i = 0; i < r->count; i++) {
        const struct rack_segment *s = segments_at(r, i);
        pipe += s->is_lost || s->is_sacked ? 0 : s->to - s->from;
    }
    return pipe;
}
