/* Sides of a mixer or a translator: each wants a place of its own, and one alone joins nothing. */
#include "scenario/reader.h"

#define SIDES_MAX 32 /* as proto/rtp/crossing.h has it */

static bool is_side(const struct scenario_traffic *t)
{
    return t->type->keeps_to_peer;
}

static uint16_t own_port(const struct scenario_traffic *t)
{
    return t->from_port ? t->from_port : t->port;
}

/* They would take the same packets: of one group, from one host, or from anybody at one port. */
static bool is_same_place(const struct scenario_traffic *a, const struct scenario_traffic *b)
{
    bool has_peer = !a->group && is_side(a), has_other = !b->group && is_side(b);
    uint32_t group = a->group ? a->group->ip : 0, other = b->group ? b->group->ip : 0;
    if (group || other) {
        return group == other && a->port == b->port;
    }
    if (own_port(a) != own_port(b) || has_peer != has_other) {
        return false;
    }
    return !has_peer || (a->to == b->to && a->port == b->port);
}

static void check_place(struct reader *r, uint32_t i)
{
    const struct scenario *sc = r->sc;
    const struct scenario_traffic *t = &sc->traffic[i];
    for (uint32_t k = 0; k < i; k++) {
        const struct scenario_traffic *other = &sc->traffic[k];
        bool are_sides = other->type->takes_group && (is_side(t) || is_side(other));
        if (are_sides && other->from == t->from && is_same_place(t, other)) {
            wrong_at(r, t->place, "reader.side.twice", "name", sc->nodes[t->from].name, "what",
                     reader_quoted(r, other->type->name));
            return;
        }
    }
}

static void check_company(struct reader *r, uint32_t i)
{
    const struct scenario *sc = r->sc;
    const struct scenario_traffic *t = &sc->traffic[i];
    uint32_t before = 0, all = 0;
    for (uint32_t k = 0; k < sc->traffic_count; k++) {
        bool is_of_it = sc->traffic[k].type == t->type && sc->traffic[k].from == t->from;
        all += is_of_it;
        before += is_of_it && k < i;
    }
    if (all == 1) {
        suspect_at(r, t->place, "reader.side.alone", "name", sc->nodes[t->from].name, "what",
                   reader_quoted(r, t->type->name));
    } else if (before == SIDES_MAX) {
        wrong_at(r, t->place, "reader.side.many", "name", sc->nodes[t->from].name, "n", "32");
    }
}

void check_sides(struct reader *r)
{
    const struct scenario *sc = r->sc;
    for (uint32_t i = 0; i < sc->traffic_count; i++) {
        const struct scenario_traffic *t = &sc->traffic[i];
        if (!t->type->takes_group) {
            continue;
        }
        check_place(r, i);
        if (is_side(t)) {
            check_company(r, i);
        }
        if (is_side(t) && t->group && !group_holds(t->group, t->from)) {
            suspect_at(r, t->place, "reader.side.no-member", "name", sc->nodes[t->from].name,
                       "group", t->group->name);
        }
    }
}
