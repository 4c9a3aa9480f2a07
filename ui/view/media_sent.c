/* What sources of streams have sent: each SEND is a packet in its place; a copy in a stream of its
 * own has the place of the first. Of what went within a connection only the count is known. */
#include "ui/view/media_find.h"

#include "base/os.h"
#include "wire/dissect.h"

#include <string.h>

bool media_is_type(const struct trace *t, uint32_t entity, const char *name)
{
    const struct entity *e = &t->entities[entity];

    return e->kind == ENTITY_ACTOR && strcmp(e->type->name, name) == 0;
}

int64_t media_field(const struct trace *t, uint32_t packet, const char *name)
{
    const struct packet *p = trace_packet(t, packet);
    int64_t value = 0;

    packet_field(p->proto->name, packet_head(p), name, &value);
    return value;
}

static void add_sent(struct finder *f, uint32_t e, struct finder_sent sent)
{
    uint32_t n = f->sent_count[e]++;

    if (n == f->sent_cap[e]) {
        f->sent_cap[e] = n ? 2 * n : 64;
        f->sent[e] = os_realloc(f->sent[e], f->sent_cap[e] * sizeof **f->sent);
    }
    f->sent[e][n] = sent;
}

/* A copy in a stream of its own says which number it had (RFC 4588): its place is that one's. */
static void see_again(struct finder *f, const struct record *r, int64_t number)
{
    uint32_t e = r->where;

    for (uint32_t i = f->sent_count[e]; i > 0; i--) {
        struct finder_sent *first = &f->sent[e][i - 1];
        if (media_field(f->t, first->packet, "seq") == number) {
            first->again = r->packet;
            first->again_at = r->at;
            f->place[r->packet] = i;
            return;
        }
    }
}

static void see_send(struct finder *f, const struct record *r)
{
    const struct packet *p = trace_packet(f->t, r->packet);
    int64_t number;

    if (packet_field(p->proto->name, packet_head(p), "osn", &number)) {
        see_again(f, r, number);
        return;
    }
    uint32_t timestamp = (uint32_t)media_field(f->t, r->packet, "timestamp");

    add_sent(f, r->where, (struct finder_sent){r->packet, timestamp, r->at, 0, SIM_NEVER});
    f->place[r->packet] = f->sent_count[r->where];
}

/* A source whose packets go within a connection: its count of them, and its timestamp just after.
 */
static void see_carried(struct finder *f, const struct record *r)
{
    uint32_t e = r->where;
    const char *name = f->t->entities[e].type->vars[r->code].name;

    if (strcmp(name, "packets") == 0) {
        while (f->sent_count[e] < (uint64_t)r->value) {
            uint32_t n = f->sent_count[e];
            add_sent(
                f, e,
                (struct finder_sent){0, n ? f->sent[e][n - 1].timestamp : 0, r->at, 0, SIM_NEVER});
        }
    } else if (strcmp(name, "timestamp") == 0) {
        for (uint32_t n = f->sent_count[e]; n > 0 && f->sent[e][n - 1].at == r->at; n--) {
            f->sent[e][n - 1].timestamp = (uint32_t)r->value;
        }
    }
}

static bool is_media(const struct finder *f, const struct record *r)
{
    const struct packet *p = trace_packet(f->t, r->packet);

    return media_is_type(f->t, r->where, "rtp-source") && strcmp(p->proto->name, "rtp") == 0;
}

/* Packets of its own. */
static bool has_sent(const struct finder *f, uint32_t source)
{
    return f->sent_count[source] && f->sent[source][0].packet != 0;
}

void media_collect_sent(struct finder *f)
{
    for (uint32_t n = 1; n <= f->t->count; n++) {
        const struct record *r = trace_record(f->t, n);

        if (r->kind == REC_SEND && is_media(f, r)) {
            see_send(f, r);
        }
    }
    for (uint32_t n = 1; n <= f->t->count; n++) {
        const struct record *r = trace_record(f->t, n);

        if (r->kind == REC_VAR && media_is_type(f->t, r->where, "rtp-source") &&
            !has_sent(f, r->where)) {
            see_carried(f, r);
        }
    }
}
