/* Looking things up in streams, by time; and letting go of them. */
#include "ui/view/media.h"

#include <stdlib.h>

#define BACK 4096u /* how far what was played last is looked for */

/* The first of so many things in the order of time that `t` is not behind; `count`: none. */
static uint32_t first_place(uint32_t count,
                            bool (*is_there)(const void *list, uint32_t i, sim_time t),
                            const void *list, sim_time t)
{
    uint32_t low = 0, high = count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (is_there(list, middle, t)) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

static bool is_sent(const void *stream, uint32_t i, sim_time t)
{
    return ((const struct media_stream *)stream)->packets[i].sent >= t;
}

static bool has_arrived(const void *stream, uint32_t i, sim_time t)
{
    const struct media_stream *s = stream;
    return s->packets[s->arrivals[i]].arrived >= t;
}

static bool is_later(const void *times, uint32_t i, sim_time t)
{
    return ((const struct media_times *)times)->at[i] > t;
}

static bool is_level_later(const void *stream, uint32_t i, sim_time t)
{
    return ((const struct media_stream *)stream)->levels[i].at > t;
}

uint32_t media_sent_after(const struct media_stream *s, sim_time t)
{
    return first_place(s->count, is_sent, s, t);
}

uint32_t media_arrived_after(const struct media_stream *s, sim_time t)
{
    return first_place(s->arrival_count, has_arrived, s, t);
}

uint32_t media_count_until(const struct media_times *times, sim_time t)
{
    return first_place(times->count, is_later, times, t);
}

uint32_t media_level_after(const struct media_stream *s, sim_time t)
{
    return first_place(s->level_count, is_level_later, s, t);
}

int64_t media_level_at(const struct media_stream *s, sim_time t)
{
    uint32_t n = media_level_after(s, t);

    return n ? s->levels[n - 1].packets : 0;
}

const struct media_packet *media_playing(const struct media_stream *s, sim_time t)
{
    uint32_t n = media_sent_after(s, t + 1);

    for (uint32_t i = 0; i < n && i < BACK; i++) {
        const struct media_packet *p = &s->packets[n - 1 - i];
        if (p->fate == MEDIA_PLAYED && p->due <= t) {
            return p;
        }
    }
    return NULL;
}

/* From sampling to playing. */
static sim_time age_of(const struct media_stream *s, const struct media_packet *p)
{
    return p->due - p->sent + s->encode;
}

bool media_sync_at(const struct media *m, const struct media_stream *s, sim_time t, sim_time *error)
{
    const struct media_stream *sound = &m->streams[s->mate];
    const struct media_packet *a = media_playing(sound, t), *v = media_playing(s, t);

    if (!a || !v) {
        return false;
    }
    *error = age_of(s, v) - age_of(sound, a);
    return true;
}

uint32_t media_speaker(const struct media *m, uint32_t ssrc, uint32_t first)
{
    uint32_t found = UINT32_MAX;

    for (uint32_t i = 0; i < m->name_count; i++) {
        const struct media_name *n = &m->names[i];
        if (n->ssrc == ssrc && (n->node == first || found == UINT32_MAX)) {
            found = n->node;
        }
    }
    return found;
}

const struct media_report *media_report_at(const struct media *m, sim_time t, uint32_t packet)
{
    const struct media_report *last = NULL;

    for (uint32_t i = 0; i < m->report_count && m->reports[i].arrived <= t; i++) {
        last = &m->reports[i];
        if (packet && last->packet == packet) {
            break;
        }
    }
    return last;
}

/* A later copy is not in the order of the stream. */
static const struct media_packet *find_again(const struct media_stream *s, uint32_t packet)
{
    for (uint32_t i = 0; packet && i < s->count; i++) {
        if (s->packets[i].again == packet) {
            return &s->packets[i];
        }
    }
    return NULL;
}

const struct media_packet *media_find(const struct media_stream *s, uint32_t packet)
{
    uint32_t low = 0, high = s->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (s->packets[middle].packet >= packet) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    bool is_there = low < s->count && s->packets[low].packet == packet;
    return is_there ? &s->packets[low] : find_again(s, packet);
}

void media_free(struct media *m)
{
    for (uint32_t i = 0; i < m->stream_count; i++) {
        free(m->streams[i].packets);
        free(m->streams[i].arrivals);
        free(m->streams[i].repairs);
        free(m->streams[i].recovered.at);
        free(m->streams[i].levels);
        free(m->streams[i].late.at);
        free(m->streams[i].lost.at);
        free(m->streams[i].filled.at);
    }
    for (uint32_t i = 0; i < m->member_count; i++) {
        free(m->members[i].sent);
    }
    free(m->streams);
    free(m->reports);
    free(m->members);
    free(m->names);
    *m = (struct media){0};
}
