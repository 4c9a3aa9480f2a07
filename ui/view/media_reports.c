/* Reports that came back to the source that they are about, each tied to the sender report whose
 * time it repeats (RFC 3550 6.4.1). */
#include "ui/view/media.h"

#include "base/os.h"
#include "wire/dissect.h"

#include <stdlib.h>
#include <string.h>

struct sender_report {
    uint32_t packet, middle; /* of its NTP time */
    sim_time sent;
};

struct collector {
    const struct trace *t;
    struct media *m;
    struct sender_report *sent; /* ascending in time */
    uint32_t sent_count, sent_cap;
    uint32_t *member; /* by entity: index + 1 */
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

static void see_arrival(struct collector *c, const struct record *r)
{
    const struct trace *t = c->t;
    int64_t source;
    struct media_report report = {.packet = r->packet,
                                  .from = entity_node(t, trace_packet(t, r->packet)->sender),
                                  .to = direction_to(t, r->where),
                                  .arrived = r->at};
    struct list l = trace_of_packet(t, r->packet);

    if (!field(t, r->packet, "source", &source) || l.count == 0) {
        return;
    }
    report.sent = trace_record(t, l.at[0])->at;
    report.ssrc = (uint32_t)source;
    report.stream = stream_about(c, &report);
    if (report.stream == UINT32_MAX) {
        return;
    }
    report.lsr = number(t, r->packet, "lsr");
    report.dlsr = number(t, r->packet, "dlsr");
    report.fraction = number(t, r->packet, "fraction");
    report.highest = number(t, r->packet, "highest");
    report.jitter = number(t, r->packet, "jitter");
    report.lost = (int32_t)(number(t, r->packet, "lost") ^ 0x800000) - 0x800000;
    tie(c, &report);
    struct media *m = c->m;
    if (m->report_count == m->report_cap) {
        m->report_cap = m->report_cap ? 2 * m->report_cap : 16;
        m->reports = os_realloc(m->reports, m->report_cap * sizeof *m->reports);
    }
    m->reports[m->report_count++] = report;
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
        if (r->kind == REC_SEND && is_report(t, r)) {
            see_sent(&c, r);
            see_member(&c, r);
        } else if (r->kind == REC_ARRIVE && is_report(t, r)) {
            see_arrival(&c, r);
        }
    }
    find_mappings(&c);
    free(c.sent);
    free(c.member);
}
