/* The records of RTP, read once. A source's SENDs are its packets; what its sink says of a number
 * (ITEM) is caused by the ARRIVE of the packet that bore it; D and J are worked out here from the
 * sink's D alone, by appendix A.8 of RFC 3550, so that a picture never shows a rounded sixteenth.
 */
#include "ui/view/media_find.h"

#include "base/os.h"
#include "wire/dissect.h"

#include <stdlib.h>
#include <string.h>

#define CAUSES 6u /* between what a sink says and the packet that it says it of */

enum sink_item { ITEM_ABSENT, ITEM_BUFFERED, ITEM_PLAYED, ITEM_MISSING, ITEM_LATE };

static bool var_at(const struct trace *t, uint32_t entity, const char *name, sim_time at,
                   int64_t *value)
{
    const struct actor_type *type = t->entities[entity].type;

    for (unsigned v = 0; v < var_count(type); v++) {
        if (strcmp(type->vars[v].name, name) == 0) {
            return trace_var_at(t, entity, v, at, value);
        }
    }
    return false;
}

static struct media_stream *new_stream(struct finder *f, uint32_t source, uint32_t sink)
{
    struct media *m = f->m;
    const struct entity *to = &f->t->entities[sink];

    m->streams = os_realloc(m->streams, (m->stream_count + 1) * sizeof *m->streams);
    struct media_stream *s = &m->streams[m->stream_count++];
    *s = (struct media_stream){.source = source,
                               .sink = sink,
                               .flow = to->flow,
                               .from = f->t->entities[source].node,
                               .to = to->node,
                               .count = f->sent_count[source],
                               .mapped = SIM_NEVER,
                               .mate = NOWHERE};
    var_at(f->t, sink, "clock-rate", f->t->sim_ns, &s->rate);
    var_at(f->t, source, "encode", f->t->sim_ns, &s->encode);
    s->rate = s->rate > 0 ? s->rate : 8000;
    s->packets = os_alloc((s->count + 1) * sizeof *s->packets);
    s->arrivals = os_alloc((s->count + 1) * sizeof *s->arrivals);
    s->repairs = os_alloc((s->count + 1) * sizeof *s->repairs);
    for (uint32_t i = 0; i < s->count; i++) {
        struct finder_sent sent = f->sent[source][i];
        s->packets[i] = (struct media_packet){.packet = sent.packet,
                                              .sent = sent.at,
                                              .arrived = SIM_NEVER,
                                              .died = SIM_NEVER,
                                              .lost_at = SIM_NEVER,
                                              .due = SIM_NEVER,
                                              .before = NOWHERE,
                                              .again = sent.again,
                                              .again_at = sent.again_at};
        s->packets[i].timestamp = sent.timestamp;
        s->packets[i].is_marked = sent.packet && media_field(f->t, sent.packet, "marker") != 0;
    }
    return s;
}

/* NULL: there are too many. */
static struct media_stream *stream_of(struct finder *f, uint32_t source, uint32_t sink)
{
    uint32_t last = f->last[sink];

    if (last != NOWHERE && f->m->streams[last].source == source) {
        return &f->m->streams[last];
    }
    for (uint32_t i = 0; i < f->m->stream_count; i++) {
        if (f->m->streams[i].source == source && f->m->streams[i].sink == sink) {
            f->last[sink] = i;
            return &f->m->streams[i];
        }
    }
    if (f->m->stream_count == MEDIA_STREAMS) {
        return NULL;
    }
    f->last[sink] = f->m->stream_count;
    return new_stream(f, source, sink);
}

/* The packet that led to a record; 0: none. */
static uint32_t packet_behind(const struct finder *f, const struct record *r)
{
    for (unsigned i = 0; i < CAUSES && r->cause; i++) {
        r = trace_record(f->t, r->cause);
        if (r->kind == REC_ARRIVE) {
            return r->packet;
        }
    }
    return 0;
}

/* As it was when its source sent it; 0: no source did. */
static uint32_t as_sent(const struct finder *f, uint32_t id)
{
    while (id && !f->place[id]) {
        id = trace_packet(f->t, id)->parent;
    }
    return id;
}

/* How many of its type and flow were opened before it: tracks of one connection are opened at both
 * ends in the same order. */
static unsigned rank_of(const struct finder *f, uint32_t entity)
{
    const struct entity *own = &f->t->entities[entity];
    unsigned rank = 0;

    for (uint32_t e = 1; e < entity; e++) {
        const struct entity *other = &f->t->entities[e];
        rank += other->kind == ENTITY_ACTOR && other->type == own->type && other->flow == own->flow;
    }
    return rank;
}

/* The source of a stream within a connection: the one of that flow and rank; 0: none. */
static uint32_t carried_source(const struct finder *f, uint32_t sink)
{
    uint32_t flow = f->t->entities[sink].flow, found = 0;
    unsigned rank = rank_of(f, sink);

    for (uint32_t e = 1; flow && e <= f->t->entity_count; e++) {
        if (f->sent_count[e] && f->sent[e][0].packet == 0 && f->t->entities[e].flow == flow &&
            (!found || rank_of(f, e) == rank)) {
            found = e;
        }
    }
    return found;
}

/* The stream of what a sink says came, and its place there; NULL: nothing that was sent. */
static struct media_stream *arrived(struct finder *f, const struct record *r, uint32_t *place)
{
    uint32_t id = as_sent(f, packet_behind(f, r)), last = f->last[r->where];

    if (id) {
        *place = f->place[id] - 1;
        return stream_of(f, trace_packet(f->t, id)->sender, r->where);
    }
    bool is_known = last != NOWHERE && f->sent[f->m->streams[last].source][0].packet == 0;
    uint32_t source = is_known ? f->m->streams[last].source : carried_source(f, r->where);
    if (!source) {
        return NULL;
    }
    f->first[r->where] = f->first[r->where] < 0 ? r->value : f->first[r->where];
    *place = (uint32_t)(r->value - f->first[r->where]);
    return *place < f->sent_count[source] ? stream_of(f, source, r->where) : NULL;
}

/* A.8: J += |D| - (J + 8) / 16, in sixteenths. */
static void measure(struct media_stream *s, struct media_packet *p, int64_t difference)
{
    uint32_t before = s->arrival_count ? s->arrivals[s->arrival_count - 1] : NOWHERE;

    p->before = before;
    if (before == NOWHERE) {
        return;
    }
    int64_t j = s->packets[before].jitter16;
    p->difference = difference;
    p->jitter16 = j + (difference < 0 ? -difference : difference) - ((j + 8) >> 4);
}

static void see_arrival(struct finder *f, const struct record *r, bool is_late)
{
    uint32_t place = 0;
    struct media_stream *s = arrived(f, r, &place);

    if (!s) {
        return;
    }
    struct media_packet *p = &s->packets[place];
    if (p->arrived != SIM_NEVER) {
        return;
    }
    p->packet = p->packet ? p->packet : packet_behind(f, r); /* the segment that brought it */
    p->arrived = r->at;
    p->number = r->value;
    p->fate = is_late ? MEDIA_LATE : MEDIA_WAITING;
    p->is_repaired = p->again && as_sent(f, packet_behind(f, r)) != p->packet;
    if (p->is_repaired) { /* of the jitter it says nothing */
        s->repairs[s->repair_count++] = place;
        return;
    }
    measure(s, p, f->difference[r->where]);
    s->arrivals[s->arrival_count++] = (uint32_t)(p - s->packets);
}

/* What waits is among the last that came. */
static bool play_one(struct media_stream *s, const uint32_t *came, uint32_t count,
                     const struct record *r)
{
    for (uint32_t i = count; i > 0; i--) {
        struct media_packet *p = &s->packets[came[i - 1]];
        if (p->number == r->value && p->fate == MEDIA_WAITING) {
            p->fate = MEDIA_PLAYED;
            p->due = r->at;
            return true;
        }
    }
    return false;
}

static void see_played(struct finder *f, const struct record *r)
{
    if (f->last[r->where] == NOWHERE) {
        return;
    }
    struct media_stream *s = &f->m->streams[f->last[r->where]];
    if (!play_one(s, s->arrivals, s->arrival_count, r)) {
        play_one(s, s->repairs, s->repair_count, r);
    }
}

static void see_level(struct finder *f, const struct record *r)
{
    uint32_t at = f->last[r->where];

    if (at == NOWHERE) {
        return; /* empty before the first arrival; that one's level comes before its ITEM */
    }
    struct media_stream *s = &f->m->streams[at];
    if (s->level_count == s->level_cap) {
        s->level_cap = s->level_cap ? 2 * s->level_cap : 64;
        s->levels = os_realloc(s->levels, s->level_cap * sizeof *s->levels);
    }
    s->levels[s->level_count++] = (struct media_level){r->at, r->value};
    s->level_most = (uint32_t)r->value > s->level_most ? (uint32_t)r->value : s->level_most;
}

static void see_var(struct finder *f, const struct record *r)
{
    const char *name = f->t->entities[r->where].type->vars[r->code].name;

    if (strcmp(name, "D") == 0) {
        f->difference[r->where] = r->value;
    } else if (strcmp(name, "buffer") == 0) {
        see_level(f, r);
    }
}

static void see_item(struct finder *f, const struct record *r)
{
    switch ((enum sink_item)(r->code & 0xff)) {
    case ITEM_BUFFERED: see_arrival(f, r, false); break;
    case ITEM_LATE: see_arrival(f, r, true); break;
    case ITEM_PLAYED: see_played(f, r); break;
    case ITEM_ABSENT:
    case ITEM_MISSING: break;
    }
}

/* The first arrival makes the stream, and its level stands before that: read from there on. */
static void open_streams(struct finder *f)
{
    for (uint32_t n = 1; n <= f->t->count; n++) {
        const struct record *r = trace_record(f->t, n);
        unsigned state = r->code & 0xff;
        bool is_arrival = r->kind == REC_ITEM && media_is_type(f->t, r->where, "rtp-sink") &&
                          (state == ITEM_BUFFERED || state == ITEM_LATE);
        uint32_t place;

        if (is_arrival && f->last[r->where] == NOWHERE) {
            arrived(f, r, &place);
        }
    }
}

static void collect_received(struct finder *f)
{
    for (uint32_t n = 1; n <= f->t->count; n++) {
        const struct record *r = trace_record(f->t, n);

        if ((r->kind != REC_ITEM && r->kind != REC_VAR) ||
            !media_is_type(f->t, r->where, "rtp-sink")) {
            continue;
        }
        if (r->kind == REC_ITEM) {
            see_item(f, r);
        } else {
            see_var(f, r);
        }
    }
}

/* A stream of which nothing came is one all the same. */
static void open_silent_streams(struct finder *f)
{
    for (uint32_t e = 1; e <= f->t->entity_count; e++) {
        for (uint32_t k = 1; k <= f->t->entity_count && f->sent_count[e]; k++) {
            const struct entity *to = &f->t->entities[k];
            if (media_is_type(f->t, k, "rtp-sink") && f->last[k] == NOWHERE &&
                to->flow == f->t->entities[e].flow && to->flow) {
                stream_of(f, e, k);
            }
        }
    }
}

static void free_finder(struct finder *f)
{
    for (uint32_t e = 0; e <= f->t->entity_count; e++) {
        free(f->sent[e]);
    }
    free(f->sent);
    free(f->sent_count);
    free(f->sent_cap);
    free(f->place);
    free(f->difference);
    free(f->first);
    free(f->last);
}

static bool has_media(const struct trace *t)
{
    for (uint32_t e = 1; e <= t->entity_count; e++) {
        if (media_is_type(t, e, "rtp-sink") || media_is_type(t, e, "rtp-source") ||
            media_is_type(t, e, "rtcp")) {
            return true;
        }
    }
    return false;
}

void media_make(struct media *m, const struct trace *t)
{
    *m = (struct media){0};
    if (!has_media(t)) {
        return;
    }
    uint32_t n = t->entity_count + 1;
    struct finder f = {.t = t,
                       .m = m,
                       .sent = os_alloc(n * sizeof *f.sent),
                       .sent_count = os_alloc(n * sizeof *f.sent_count),
                       .sent_cap = os_alloc(n * sizeof *f.sent_cap),
                       .place = os_alloc((t->packets.count + 1) * sizeof *f.place),
                       .difference = os_alloc(n * sizeof *f.difference),
                       .first = os_alloc(n * sizeof *f.first),
                       .last = os_alloc(n * sizeof *f.last)};
    memset(f.first, 0xff, n * sizeof *f.first);
    memset(f.last, 0xff, n * sizeof *f.last);
    media_collect_sent(&f);
    open_streams(&f);
    collect_received(&f);
    open_silent_streams(&f);
    for (uint32_t i = 0; i < m->stream_count; i++) {
        media_complete(t, &m->streams[i], f.first[m->streams[i].sink]);
    }
    media_find_mates(m);
    free_finder(&f);
    media_reports_make(m, t);
}
