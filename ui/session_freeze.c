/* Freezing what was seen: an exchange of the packets sent so far, each with its time and fate, and
 * the states of the hosts at the present instant. Whatever is written is checked against the run it
 * comes from before it is handed out. */
#include "ui/session_inside.h"

#include "expect/expect.h"
#include "registry.h"
#include "scenario/edit.h"
#include "scenario/quantity.h"
#include "scenario/read.h"
#include "wire/dissect.h"

#include <string.h>

enum { FROZEN_MAX = 40 }; /* packets of one exchange: more is a golden file, not a test */

static bool is_lost(const struct trace *t, uint32_t id)
{
    struct list all = trace_of_packet(t, id);
    bool is_dropped = false;
    for (uint32_t i = 0; i < all.count; i++) {
        const struct record *r = trace_record(t, all.at[i]);
        is_dropped |= r->kind == REC_DROP;
        if (r->kind == REC_ARRIVE && direction_to(t, r->where) == packet_to_node(t, id)) {
            return false;
        }
    }
    return is_dropped;
}

static sim_time sent_at(const struct trace *t, uint32_t id)
{
    struct list all = trace_of_packet(t, id);
    return all.count ? trace_record(t, all.at[0])->at : SIM_NEVER;
}

static void write_packet(const struct trace *t, uint32_t id, struct buf *out)
{
    struct pattern p = pattern_of(t, id);
    char at[48];
    buf_printf(out, "{from: %s, is: %s, at: %s", t->nodes[p.from].name, p.is,
               quantity_print(sent_at(t, id), QUANTITY_TIME, at));
    if (p.given & PATTERN_FLOW) {
        buf_printf(out, ", flow: %s", p.flow);
    }
    buf_str(out, is_lost(t, id) ? ", lost: true}" : "}");
}

/* Packets that patterns may match: copies made on the way do not count. */
static bool counts(const struct trace *t, uint32_t id, sim_time now)
{
    return trace_packet(t, id)->parent == 0 && sent_at(t, id) <= now;
}

static bool write_exchange(const struct trace *t, sim_time now, uint32_t packet, struct buf *out)
{
    uint32_t written = 0;
    buf_str(out, "exchange: [");
    for (uint32_t id = packet ? packet : 1; id <= t->packets.count && written < FROZEN_MAX; id++) {
        if (counts(t, id, packet ? SIM_NEVER : now)) {
            buf_str(out, written++ ? ",\n        " : packet ? "" : "\n        ");
            write_packet(t, id, out);
        }
        if (packet) {
            break;
        }
    }
    buf_str(out, "]");
    return written > 0;
}

/* The newest endpoint of a host that has states; 0: none. */
static uint32_t seat_of(const struct trace *t, uint32_t node, sim_time now)
{
    uint32_t records = trace_first_after(t, now) - 1;
    for (uint32_t i = t->entity_count; i > 0; i--) {
        const struct entity *e = &t->entities[i];
        if (e->kind == ENTITY_ACTOR && e->node == node && e->born <= records && e->flow &&
            machine_count(e->type) > 0) {
            return i;
        }
    }
    return 0;
}

static bool write_states(const struct trace *t, sim_time now, struct buf *out)
{
    char at[48];
    bool any = false;
    buf_printf(out, "{at: %s", quantity_print(now, QUANTITY_TIME, at));
    for (uint32_t n = 0; n < t->node_count; n++) {
        uint32_t seat = seat_of(t, n, now);
        if (seat) {
            const struct machine *m = &t->entities[seat].type->machines[0];
            buf_printf(out, ", %s: %s", t->nodes[n].name,
                       m->states[trace_state_at(t, seat, 0, now)]);
            any = true;
        }
    }
    buf_str(out, "}");
    return any;
}

static bool add(const char *item, struct buf *text, struct err *err)
{
    struct buf longer = {0};
    bool good = edit_add_expect(buf_cstr(text), item, &longer, err);
    if (good) {
        buf_clear(text);
        buf_str(text, buf_cstr(&longer));
    }
    buf_free(&longer);
    return good;
}

/* All expectations from number `from` on hold in the present run. */
static bool holds(struct session *s, const char *text, uint32_t from, struct err *err)
{
    struct scenario *sc;
    if (!scenario_read_text(s->path, text, registry(), NULL, 0, &sc, err)) {
        return false;
    }
    struct verdict v;
    bool good = true;
    expect_check(sc, &s->trace, err->lang, &v);
    for (uint32_t i = from; i < v.count; i++) {
        good = good && v.results[i].held;
    }
    verdict_free(&v);
    scenario_free(sc);
    return good;
}

/* What does not hold (two endpoints of a host that a condition takes for each other) is left out
 * again. */
static bool try_to_add(struct session *s, const char *item, struct buf *text, struct err *err)
{
    struct buf longer = {0};
    buf_str(&longer, buf_cstr(text));
    bool good =
        add(item, &longer, err) && holds(s, buf_cstr(&longer), s->scenario->expect_count, err);
    if (good) {
        buf_clear(text);
        buf_str(text, buf_cstr(&longer));
    }
    buf_free(&longer);
    return good;
}

bool freeze_text(struct session *s, sim_time now, uint32_t packet, struct buf *out, struct err *err)
{
    struct buf exchange = {0}, states = {0};
    bool any = false;
    buf_clear(out);
    buf_str(out, s->texts[s->at]);
    if (write_exchange(&s->trace, now, packet, &exchange)) {
        any |= try_to_add(s, buf_cstr(&exchange), out, err);
    }
    if (!packet && write_states(&s->trace, now, &states)) {
        any |= try_to_add(s, buf_cstr(&states), out, err);
    }
    if (!any && err->errors == 0) {
        err_fail(err, "session.nothing-seen", NULL);
    }
    buf_free(&exchange);
    buf_free(&states);
    return any;
}
