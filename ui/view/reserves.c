/* Paths and reservations out of a trace: members of RSVP's two sets; what was armed with one in the
 * same instant is its timer, and what had just arrived brought it. */

#include "ui/view/reserves.h"

#include "wire/dissect.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define GONE 0u /* state of either set */

bool reserve_holds(const struct reserve *r, sim_time now)
{
    return r->from <= now && r->until > now;
}

static bool is_rsvp(const struct trace *t, uint32_t entity)
{
    const struct entity *e = &t->entities[entity];

    return e->kind == ENTITY_ACTOR && strcmp(e->type->name, "rsvp") == 0;
}

static unsigned timer_called(const struct actor_type *type, const char *name)
{
    for (unsigned i = 0; i < timer_count(type); i++) {
        if (strcmp(type->timers[i].name, name) == 0) {
            return i;
        }
    }
    return UINT_MAX;
}

/* The first that its actor arms after it, for the same cause. */
static void find_timer(const struct trace *t, struct reserve *out)
{
    const struct record *item = trace_record(t, out->record);
    const struct actor_type *type = t->entities[out->actor].type;
    unsigned timer = timer_called(type, out->is_path ? "path-lifetime" : "resv-lifetime");

    out->timer = UINT_MAX;
    for (uint32_t n = out->record + 1; n <= t->count; n++) {
        const struct record *r = trace_record(t, n);

        if (r->at != item->at || r->cause != item->cause) {
            return;
        }
        if (r->kind == REC_TIMER && r->where == out->actor && r->code == timer) {
            out->timer = timer;
            out->index = r->packet;
            return;
        }
    }
}

static void find_packet(const struct trace *t, struct reserve *out)
{
    uint32_t cause = trace_record(t, out->record)->cause;
    const struct record *r = cause ? trace_record(t, cause) : NULL;
    int64_t rate;

    if (!r || r->kind != REC_ARRIVE || r->packet == 0) {
        return;
    }
    const struct packet *p = trace_packet(t, r->packet);
    out->packet = r->packet;
    if (packet_field(p->proto->name, packet_head(p), "rate", &rate)) {
        out->bps = 8 * rate;
    }
}

/* The newest of that name, or all of a node (key 0) that has crashed. */
static void end_at(struct reserves *all, const struct record *r, bool is_crash, uint32_t node)
{
    for (uint32_t i = 0; i < all->count; i++) {
        struct reserve *one = &all->list[i];
        bool is_it = is_crash ? one->node == node
                              : one->actor == r->where && one->key == r->value &&
                                    one->is_path == (r->code >> 8 == 0);

        if (is_it && one->until == SIM_NEVER) {
            one->until = r->at;
        }
    }
}

static void begin(struct reserves *all, const struct trace *t, uint32_t n)
{
    const struct record *r = trace_record(t, n);
    struct reserve *out = &all->list[all->count++];

    *out = (struct reserve){.actor = r->where,
                            .node = t->entities[r->where].node,
                            .is_path = r->code >> 8 == 0,
                            .key = r->value,
                            .from = r->at,
                            .until = SIM_NEVER,
                            .record = n};
    find_timer(t, out);
    if (out->timer != UINT_MAX) { /* its own needs no reminding, whatever came just then */
        find_packet(t, out);
    }
}

static bool is_coming(const struct trace *t, const struct record *r)
{
    return r->kind == REC_ITEM && is_rsvp(t, r->where) && (r->code & 255u) != GONE;
}

static uint32_t count_coming(const struct trace *t)
{
    uint32_t n = 0;
    bool has_any = false;

    for (uint32_t i = 1; i <= t->entity_count; i++) {
        has_any |= is_rsvp(t, i);
    }
    for (uint32_t i = 1; has_any && i <= t->count; i++) {
        n += is_coming(t, trace_record(t, i));
    }
    return n;
}

void reserves_make(struct reserves *all, const struct trace *t)
{
    uint32_t most = count_coming(t);

    *all = (struct reserves){.list = calloc(most ? most : 1, sizeof *all->list)};
    assert(all->list);
    for (uint32_t n = 1; most && n <= t->count; n++) {
        const struct record *r = trace_record(t, n);

        if (is_coming(t, r)) {
            begin(all, t, n);
        } else if (r->kind == REC_ITEM && is_rsvp(t, r->where)) {
            end_at(all, r, false, 0);
        } else if (r->kind == REC_CALL && r->code == CALL_CRASH) {
            end_at(all, r, true, entity_node(t, r->where));
        }
    }
}

void reserves_free(struct reserves *all)
{
    free(all->list);
    *all = (struct reserves){0};
}
