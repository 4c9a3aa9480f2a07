/* Report blocks that came somewhere: each with the source that it is about, and, where it came back
 * to that source, tied to the sender report whose time it repeats (RFC 3550 6.4.1). */
#include "ui/view/media.h"

#include "base/os.h"
#include "wire/dissect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAMES_MAX 256u /* a crowd's are not all told */

struct sender_report {
    uint32_t packet, middle; /* of its NTP time */
    sim_time sent;
};

/* Who speaks under which number, and what it has sent so far. */
struct speaker {
    uint32_t entity, ssrc;
    int64_t rate;
    uint32_t *packets; /* owned */
    uint32_t count, cap;
};

struct collector {
    const struct trace *t;
    struct media *m;
    struct sender_report *sent; /* ascending in time */
    uint32_t sent_count, sent_cap;
    uint32_t *member; /* by entity: index + 1 */
    struct speaker *speakers;
    uint32_t speaker_count;
};

static bool field(const struct trace *t, uint32_t packet, const char *name, int64_t *value)
{
    const struct packet *p = packet ? trace_packet(t, packet) : NULL;

    return p && packet_field(p->proto->name, packet_head(p), name, value);
}

static bool is_report(const struct trace *t, const struct record *r)
{
    return r->packet && strcmp(trace_packet(t, r->packet)->proto->name, "rtcp") == 0 &&
           !trace_packet(t, r->packet)->is_raw;
}

/* Translators and routers that translate addresses send what others have said. */
static bool speaks(const struct trace *t, uint32_t entity)
{
    const struct entity *e = &t->entities[entity];

    return e->kind == ENTITY_ACTOR && strcmp(e->type->name, "rtp-translator") != 0;
}

static bool is_media(const struct trace *t, const struct record *r)
{
    return r->packet && strcmp(trace_packet(t, r->packet)->proto->name, "rtp") == 0 &&
           !trace_packet(t, r->packet)->is_raw && speaks(t, r->where);
}

static void see_sent(struct collector *c, const struct record *r)
{
    int64_t seconds, fraction;

    if (!field(c->t, r->packet, "ntp_seconds", &seconds) ||
        !field(c->t, r->packet, "ntp_fraction", &fraction)) {
        return;
    }
    if (c->sent_count == c->sent_cap) {
        c->sent_cap = c->sent_cap ? 2 * c->sent_cap : 16;
        c->sent = os_realloc(c->sent, c->sent_cap * sizeof *c->sent);
    }
    uint32_t middle = (uint32_t)seconds << 16 | (uint32_t)fraction >> 16;
    c->sent[c->sent_count++] = (struct sender_report){r->packet, middle, r->at};
}

static sim_time arrival_at(const struct trace *t, uint32_t packet, uint32_t node)
{
    struct list l = trace_of_packet(t, packet);

    for (uint32_t i = 0; i < l.count; i++) {
        const struct record *r = trace_record(t, l.at[i]);
        if (r->kind == REC_ARRIVE && direction_to(t, r->where) == node) {
            return r->at;
        }
    }
    return SIM_NEVER;
}

/* The sender report that says that time, from the source's host. */
static void tie(const struct collector *c, struct media_report *report)
{
    for (uint32_t i = c->sent_count; i > 0 && report->lsr; i--) {
        const struct sender_report *s = &c->sent[i - 1];
        uint32_t node = entity_node(c->t, trace_packet(c->t, s->packet)->sender);
        if (s->middle != report->lsr || node != report->to || s->sent > report->sent) {
            continue;
        }
        report->lsr_arrived = arrival_at(c->t, s->packet, report->from);
        if (report->lsr_arrived <= report->sent) {
            report->lsr_packet = s->packet;
            report->lsr_sent = s->sent;
            return;
        }
    }
}

/* The stream from that host whose packets bore the number when the report was made. */
static uint32_t stream_about(const struct collector *c, const struct media_report *report)
{
    for (uint32_t i = 0; i < c->m->stream_count; i++) {
        const struct media_stream *s = &c->m->streams[i];
        uint32_t n = media_sent_after(s, report->sent);
        int64_t ssrc;
        if (s->from == report->to && s->to == report->from && n > 0 &&
            field(c->t, s->packets[n - 1].packet, "ssrc", &ssrc) &&
            (uint32_t)ssrc == report->ssrc) {
            return i;
        }
    }
    return UINT32_MAX;
}

static uint32_t number(const struct trace *t, uint32_t packet, const char *name)
{
    int64_t value = 0;

    field(t, packet, name, &value);
    return (uint32_t)value;
}

static const struct speaker *speaker_of(const struct collector *c, uint32_t ssrc, uint32_t node)
{
    const struct speaker *any = NULL;

    for (uint32_t i = 0; i < c->speaker_count; i++) {
        const struct speaker *s = &c->speakers[i];
        if (s->ssrc == ssrc && entity_node(c->t, s->entity) == node) {
            return s;
        }
        any = s->ssrc == ssrc && !any ? s : any;
    }
    return any;
}

static int64_t rate_of(const struct trace *t, uint32_t packet)
{
    switch (number(t, packet, "payload_type")) {
    case 11: return 44100;
    case 96: return 90000;
    case 111: return 48000;
    default: return 8000;
    }
}

static void add_name(struct collector *c, uint32_t ssrc, uint32_t node)
{
    struct media *m = c->m;

    for (uint32_t i = 0; i < m->name_count; i++) {
        if (m->names[i].ssrc == ssrc && m->names[i].node == node) {
            return;
        }
    }
    if (m->name_count < NAMES_MAX) {
        m->names = os_realloc(m->names, (m->name_count + 1) * sizeof *m->names);
        m->names[m->name_count++] = (struct media_name){ssrc, node};
    }
}

static void see_media(struct collector *c, const struct record *r)
{
    uint32_t ssrc = number(c->t, r->packet, "ssrc"), i = 0;

    while (i < c->speaker_count &&
           (c->speakers[i].entity != r->where || c->speakers[i].ssrc != ssrc)) {
        i++;
    }
    if (i == c->speaker_count) {
        c->speakers = os_realloc(c->speakers, (i + 1) * sizeof *c->speakers);
        c->speakers[c->speaker_count++] =
            (struct speaker){.entity = r->where, .ssrc = ssrc, .rate = rate_of(c->t, r->packet)};
        add_name(c, ssrc, entity_node(c->t, r->where));
    }
    struct speaker *s = &c->speakers[i];
    if (s->count == s->cap) {
        s->cap = s->cap ? 2 * s->cap : 64;
        s->packets = os_realloc(s->packets, s->cap * sizeof *s->packets);
    }
    s->packets[s->count++] = r->packet;
}

/* The last packet with that number; to one of several peers, the one that went to the reporter. */
static uint32_t packet_numbered(const struct collector *c, const struct speaker *s, uint32_t seq,
                                uint32_t reporter)
{
    uint32_t any = 0;

    for (uint32_t i = s->count; i > 0 && s->count - i < 1000; i--) {
        uint32_t packet = s->packets[i - 1];
        if (number(c->t, packet, "seq") != (seq & 0xffff)) {
            continue;
        }
        any = any ? any : packet;
        if (arrival_at(c->t, packet, reporter) != SIM_NEVER) {
            return packet;
        }
    }
    return any;
}

static uint32_t of_block(const struct trace *t, uint32_t packet, const char *name, unsigned block)
{
    char numbered[32];

    snprintf(numbered, sizeof numbered, "%s.%u", name, block);
    return number(t, packet, numbered);
}

static void add_report(struct media *m, const struct media_report *report)
{
    if (m->report_count == m->report_cap) {
        m->report_cap = m->report_cap ? 2 * m->report_cap : 16;
        m->reports = os_realloc(m->reports, m->report_cap * sizeof *m->reports);
    }
    m->reports[m->report_count++] = *report;
}

static void see_block(struct collector *c, const struct media_report *compound)
{
    const struct trace *t = c->t;
    struct media_report report = *compound;
    uint32_t packet = report.packet, i = report.block;

    report.ssrc = of_block(t, packet, "source", i);
    const struct speaker *s = speaker_of(c, report.ssrc, report.to);
    if (!s) {
        return;
    }
    report.source = s->entity;
    report.is_own = entity_node(t, s->entity) == report.to;
    report.rate = s->rate;
    report.first = number(t, s->packets[0], "seq");
    report.lsr = of_block(t, packet, "lsr", i);
    report.dlsr = of_block(t, packet, "dlsr", i);
    report.fraction = of_block(t, packet, "fraction", i);
    report.highest = of_block(t, packet, "highest", i);
    report.jitter = of_block(t, packet, "jitter", i);
    report.lost = (int32_t)(of_block(t, packet, "lost", i) ^ 0x800000) - 0x800000;
    report.highest_is = packet_numbered(c, s, report.highest, report.from);
    report.stream = report.is_own ? stream_about(c, &report) : UINT32_MAX;
    if (report.is_own) {
        tie(c, &report);
    }
    add_report(c->m, &report);
}

static void see_arrival(struct collector *c, const struct record *r)
{
    const struct trace *t = c->t;
    struct media_report report = {.packet = r->packet,
                                  .from = entity_node(t, trace_packet(t, r->packet)->sender),
                                  .to = direction_to(t, r->where),
                                  .arrived = r->at};
    struct list l = trace_of_packet(t, r->packet);
    int64_t source;
    char name[32];

    while (snprintf(name, sizeof name, "source.%u", report.blocks),
           field(t, r->packet, name, &source)) {
        report.blocks++;
    }
    if (report.blocks == 0 || l.count == 0 || t->nodes[report.to].kind != NODE_HOST) {
        return;
    }
    report.sent = trace_record(t, l.at[0])->at;
    for (; report.block < report.blocks; report.block++) {
        see_block(c, &report);
    }
}

static void find_members(struct collector *c)
{
    const struct trace *t = c->t;
    struct media *m = c->m;

    c->member = os_alloc((t->entity_count + 1) * sizeof *c->member);
    for (uint32_t e = 1; e <= t->entity_count; e++) {
        const struct entity *actor = &t->entities[e];
        if (actor->kind == ENTITY_ACTOR && strcmp(actor->type->name, "rtcp") == 0) {
            m->members = os_realloc(m->members, (m->member_count + 1) * sizeof *m->members);
            m->members[m->member_count++] = (struct media_member){.entity = e};
            c->member[e] = m->member_count;
        }
    }
}

static void see_member(struct collector *c, const struct record *r)
{
    if (!c->member[r->where]) {
        return;
    }
    add_name(c, number(c->t, r->packet, "ssrc"), entity_node(c->t, r->where));
    struct media_member *m = &c->m->members[c->member[r->where] - 1];
    if (m->sent_count == m->sent_cap) {
        m->sent_cap = m->sent_cap ? 2 * m->sent_cap : 8;
        m->sent = os_realloc(m->sent, m->sent_cap * sizeof *m->sent);
    }
    m->sent[m->sent_count++] = (struct media_sent){r->at, r->packet};
}

/* The first sender report of each stream: from then on its timestamps can be told as times. */
static void find_mappings(const struct collector *c)
{
    for (uint32_t i = 0; i < c->m->stream_count; i++) {
        struct media_stream *s = &c->m->streams[i];
        for (uint32_t k = 0; k < c->sent_count && s->mapped == SIM_NEVER; k++) {
            uint32_t packet = c->sent[k].packet, n = media_sent_after(s, c->sent[k].sent + 1);
            bool is_ours =
                entity_node(c->t, trace_packet(c->t, packet)->sender) == s->from && n &&
                number(c->t, packet, "ssrc") == number(c->t, s->packets[n - 1].packet, "ssrc");
            s->mapped = is_ours ? arrival_at(c->t, packet, s->to) : SIM_NEVER;
        }
    }
}

void media_reports_make(struct media *m, const struct trace *t)
{
    struct collector c = {.t = t, .m = m};

    find_members(&c);

    for (uint32_t n = 1; n <= t->count; n++) {
        const struct record *r = trace_record(t, n);
        if (r->kind == REC_SEND && is_media(t, r)) {
            see_media(&c, r);
        } else if (r->kind == REC_SEND && is_report(t, r)) {
            see_sent(&c, r);
            see_member(&c, r);
        } else if (r->kind == REC_ARRIVE && is_report(t, r)) {
            see_arrival(&c, r);
        }
    }
    find_mappings(&c);
    for (uint32_t i = 0; i < c.speaker_count; i++) {
        free(c.speakers[i].packets);
    }
    free(c.speakers);
    free(c.sent);
    free(c.member);
}
