/* What the trace knows and a receiver does not: where the lost ones died, when the turn of each was
 * that was never played, what is usual in a stream, and how often what happened until when. */
#include "ui/view/media.h"

#include "base/os.h"
#include "wire/dissect.h"

#include <stdlib.h>

#define HOPS_MAX 16u
#define VIDEO    90000 /* the clock of pictures */

/* Where a packet that never came, or its first copy, died, and when it would have come. */
static void find_end(const struct trace *t, const struct media_stream *s, struct media_packet *p)
{
    struct hop hops[HOPS_MAX];
    uint32_t n = trace_hops(t, p->packet, hops, HOPS_MAX);
    sim_time usual = 0;

    n = n < HOPS_MAX ? n : HOPS_MAX;
    if (s->arrival_count) {
        const struct media_packet *first = &s->packets[s->arrivals[0]];
        usual = first->arrived - first->sent;
    }
    if (n > 0 && hops[n - 1].died != SIM_NEVER) {
        p->fate = p->arrived == SIM_NEVER ? MEDIA_LOST : p->fate;
        p->died = hops[n - 1].died;
        bool is_near = hops[n - 1].tx && direction_to(t, hops[n - 1].direction) == s->to;
        p->lost_at = is_near ? hops[n - 1].arrive : p->sent + usual;
        p->lost_at = p->lost_at > p->died ? p->lost_at : p->died;
    }
}

static bool is_played(const struct media_packet *p)
{
    return p->fate == MEDIA_PLAYED;
}

/* The turn of what was not played: as far from that of the one played before it (of the first one,
 * if there is none) as their timestamps are. */
static void find_turns(struct media_stream *s)
{
    uint32_t near = 0;

    while (near < s->count && !is_played(&s->packets[near])) {
        near++;
    }
    for (uint32_t i = 0; i < s->count && near < s->count; i++) {
        struct media_packet *p = &s->packets[i];
        const struct media_packet *other = &s->packets[near];
        if (is_played(p)) {
            near = i;
            continue;
        }
        int64_t units = (int32_t)(p->timestamp - other->timestamp);
        p->due = other->due + muldiv(units, SIM_S, s->rate);
        if (p->arrived == SIM_NEVER) {
            p->number = other->number + (int16_t)(p->number - other->number);
        }
    }
}

static int ascending(const void *a, const void *b)
{
    const sim_time *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

#define SAMPLES 64u

static sim_time middle(sim_time *values, uint32_t n, sim_time otherwise)
{
    qsort(values, n, sizeof *values, ascending);
    return n ? values[n / 2] : otherwise;
}

/* The middle of the first gaps between packets that were not sent at once. */
static sim_time usual_gap(const struct media_stream *s)
{
    sim_time gaps[SAMPLES];
    uint32_t n = 0;

    for (uint32_t i = 1; i < s->count && n < SAMPLES; i++) {
        sim_time gap = s->packets[i].sent - s->packets[i - 1].sent;
        if (gap > 0) {
            gaps[n++] = gap;
        }
    }
    return middle(gaps, n, 20 * SIM_MS);
}

static sim_time usual_way(const struct media_stream *s)
{
    sim_time ways[SAMPLES];
    uint32_t n = 0;

    for (uint32_t i = 0; i < s->count && n < SAMPLES; i++) {
        if (is_played(&s->packets[i])) {
            ways[n++] = s->packets[i].due - s->packets[i].sent;
        }
    }
    return middle(ways, n, 0);
}

/* The last instant at which anything of a packet is drawn. */
static sim_time drawn_until(const struct media_packet *p)
{
    sim_time last = p->sent, ends[] = {p->arrived, p->lost_at, p->due, p->again_at};

    for (unsigned i = 0; i < 4; i++) {
        last = ends[i] != SIM_NEVER && ends[i] > last ? ends[i] : last;
    }
    return last;
}

static void add_time(struct media_times *times, sim_time at)
{
    times->at[times->count++] = at;
}

static void count_fates(struct media_stream *s)
{
    struct media_times *all[] = {&s->late, &s->lost, &s->filled, &s->recovered};

    for (unsigned i = 0; i < 4; i++) {
        all[i]->at = os_alloc((s->count + 1) * sizeof *all[i]->at);
    }
    for (uint32_t i = 0; i < s->count; i++) {
        const struct media_packet *p = &s->packets[i];
        sim_time length = drawn_until(p) - p->sent;
        s->longest = length > s->longest ? length : s->longest;
        s->jitter_most = p->jitter16 > s->jitter_most ? p->jitter16 : s->jitter_most;
        if (p->fate == MEDIA_LATE) {
            add_time(&s->late, p->arrived);
        } else if (p->is_repaired) {
            add_time(&s->recovered, p->arrived);
        }
        if (p->died != SIM_NEVER) {
            add_time(&s->lost, p->died);
        }
        if (p->due != SIM_NEVER && !is_played(p) && p->fate != MEDIA_WAITING) {
            add_time(&s->filled, p->due);
        }
    }
    for (unsigned i = 0; i < 4; i++) {
        qsort(all[i]->at, all[i]->count, sizeof *all[i]->at, ascending);
    }
}

static int64_t number_of(const struct trace *t, const struct media_packet *p)
{
    const struct packet *packet = trace_packet(t, p->packet);
    int64_t value = 0;

    packet_field(packet->proto->name, packet_head(packet), "seq", &value);
    return value;
}

void media_complete(const struct trace *t, struct media_stream *s, int64_t first)
{
    s->gap = usual_gap(s);
    s->usual = usual_way(s);
    for (uint32_t i = 0; i < s->count; i++) {
        struct media_packet *p = &s->packets[i];
        if (p->arrived == SIM_NEVER) {
            p->number = p->packet ? number_of(t, p) : first + i;
        }
        if ((p->arrived == SIM_NEVER || p->is_repaired) && p->packet) {
            find_end(t, s, p);
        }
    }
    find_turns(s);
    count_fates(s);
}

/* Sound and pictures that belong together. */
void media_find_mates(struct media *m)
{
    for (uint32_t i = 0; i < m->stream_count; i++) {
        for (uint32_t k = 0; k < m->stream_count; k++) {
            struct media_stream *a = &m->streams[i], *b = &m->streams[k];
            if (a->from == b->from && a->to == b->to && a->mate == UINT32_MAX &&
                b->mate == UINT32_MAX && (a->rate == VIDEO) != (b->rate == VIDEO)) {
                a->mate = k;
                b->mate = i;
            }
        }
    }
}
