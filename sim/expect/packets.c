/* Which packets of the trace a pattern means. */
#include "expect/judge.h"

#include "base/os.h"
#include "scenario/pattern.h"

#include <stdlib.h>

void sends_make(const struct trace *t, bool with_made, struct sends *out)
{
    uint32_t count = 0;
    for (uint32_t n = 1; n <= t->count; n++) {
        count += trace_record(t, n)->kind == REC_SEND;
    }
    *out = (struct sends){.at = os_alloc(count * sizeof *out->at)};
    for (uint32_t n = 1; n <= t->count; n++) {
        const struct record *r = trace_record(t, n);
        if (r->kind == REC_SEND && (with_made || trace_packet(t, r->packet)->parent == 0)) {
            out->at[out->count++] = n;
        }
    }
}

void sends_free(struct sends *s)
{
    free(s->at);
    *s = (struct sends){0};
}

/* Was the packet offered to the link of the pattern? Asked with the link's ends, once a hop. */
static bool matches_on_link(const struct judge *j, const struct pattern *p, uint32_t packet,
                            struct packet_facts *facts)
{
    struct list all = trace_of_packet(j->t, packet);
    for (uint32_t i = 0; i < all.count; i++) {
        const struct record *r = trace_record(j->t, all.at[i]);
        if (r->kind != REC_SEND && j->t->entities[r->where].kind == ENTITY_DIRECTION) {
            facts->link[0] = direction_from(j->t, r->where);
            facts->link[1] = direction_to(j->t, r->where);
            if (pattern_matches(p, facts)) {
                return true;
            }
        }
    }
    return false;
}

bool send_matches(const struct judge *j, const struct pattern *p, uint32_t send)
{
    uint32_t id = trace_record(j->t, send)->packet;
    const struct packet *packet = trace_packet(j->t, id);
    if (!pattern_may_mean(p, packet)) {
        return false;
    }
    struct packet_facts facts = {
        .from = packet_from_node(j->t, id),
        .to = packet_to_node(j->t, id),
        .link = {NO_NODE, NO_NODE},
        .proto = packet->proto->name,
        .head = packet_head(packet),
        .body_len = packet_body_len(packet),
        .flow = packet->flow ? j->t->flows[packet->flow].name : NULL,
        .seq_base = packet->seq_base,
        .ack_base = packet->ack_base,
    };
    return p->given & PATTERN_LINK ? matches_on_link(j, p, id, &facts) : pattern_matches(p, &facts);
}

static bool is_lost(const struct judge *j, uint32_t id);

/* What went on in its place: with flipped bits it is lost; cut or translated, it is lost if what
 * was made of it is. */
static bool is_lost_as_another(const struct judge *j, uint32_t id)
{
    struct list all = trace_of_packet(j->t, id);
    for (uint32_t i = 0; i < all.count; i++) {
        struct list next = trace_of_cause(j->t, all.at[i]);
        for (uint32_t k = 0; k < next.count; k++) {
            const struct record *r = trace_record(j->t, next.at[k]);
            const struct packet *p = r->kind == REC_SEND ? trace_packet(j->t, r->packet) : NULL;
            bool goes_on = p && p->parent == id && p->birth != PACKET_COPY;
            if (goes_on && (p->is_flipped || is_lost(j, r->packet))) {
                return true;
            }
        }
    }
    return false;
}

static bool is_lost(const struct judge *j, uint32_t id)
{
    uint32_t goal = packet_to_node(j->t, id);
    struct list all = trace_of_packet(j->t, id);
    bool is_dropped = false;
    for (uint32_t i = 0; i < all.count; i++) {
        const struct record *r = trace_record(j->t, all.at[i]);
        if (r->kind == REC_ARRIVE && direction_to(j->t, r->where) == goal) {
            return is_lost_as_another(j, id); /* its goal may have passed it on (NAT) */
        }
        is_dropped |= r->kind == REC_DROP;
    }
    return is_dropped || is_lost_as_another(j, id);
}

bool send_is_lost(const struct judge *j, uint32_t send)
{
    return is_lost(j, trace_record(j->t, send)->packet);
}

bool send_in_time(const struct pattern *p, const struct record *send)
{
    sim_time within = p->given & PATTERN_WITHIN ? p->within : 0;
    sim_time off = send->at > p->at ? send->at - p->at : p->at - send->at;
    return !(p->given & PATTERN_AT) || off <= within;
}

bool send_fits(const struct judge *j, const struct pattern *p, uint32_t send)
{
    return send_in_time(p, trace_record(j->t, send)) &&
           (!(p->given & PATTERN_LOST) || p->lost == send_is_lost(j, send));
}

uint32_t next_match(const struct judge *j, const struct pattern *p, uint32_t from, uint32_t *seen)
{
    for (uint32_t i = from; i < j->sends.count; i++) {
        if (send_matches(j, p, j->sends.at[i]) &&
            (++*seen == p->nth || !(p->given & PATTERN_NTH))) {
            return i;
        }
    }
    return j->sends.count;
}
