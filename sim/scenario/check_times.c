/* Faults that contradict each other, and expectations that no run can meet. */
#include "scenario/reader.h"

#include <assert.h>
#include <string.h>

static void check_joined(struct reader *r, const uint32_t node[2], struct place at)
{
    if (link_between(r->sc, node[0], node[1]) == NO_LINK) {
        wrong_at(r, at, "reader.fault.not-joined", "a", r->sc->nodes[node[0]].name, "b",
                 r->sc->nodes[node[1]].name);
    }
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* The same keys with the same values: they pick the same packets. */
static bool same_pattern(const struct pattern *a, const struct pattern *b)
{
    return a->given == b->given && a->from == b->from && a->to == b->to &&
           a->link[0] == b->link[0] && a->link[1] == b->link[1] && same_text(a->proto, b->proto) &&
           same_text(a->is, b->is) && same_text(a->flags, b->flags) &&
           same_text(a->flow, b->flow) && a->seq == b->seq && a->ack == b->ack &&
           a->len == b->len && a->window == b->window && a->nth == b->nth;
}

static bool is_about_packets(const struct fault *f)
{
    return f->kind <= FAULT_CORRUPT;
}

static void check_shadow(struct reader *r, uint32_t i)
{
    const struct fault *f = &r->sc->faults[i];
    for (uint32_t j = 0; is_about_packets(f) && j < r->sc->fault_count; j++) {
        const struct fault *drop = &r->sc->faults[j];
        bool is_other = j < i || (j > i && f->kind != FAULT_DROP);
        if (is_other && drop->kind == FAULT_DROP && same_pattern(&f->pattern, &drop->pattern)) {
            suspect_at(r, f->place, "reader.fault.shadowed", "line",
                       arena_printf(r->arena, "%u", drop->place.line));
            return;
        }
    }
}

/* What the last crash or restart before fault i made of its host. */
static bool is_down_before(const struct scenario *sc, uint32_t i)
{
    const struct fault *f = &sc->faults[i], *last = NULL;
    for (uint32_t j = 0; j < sc->fault_count; j++) {
        const struct fault *g = &sc->faults[j];
        bool is_switch = g->kind == FAULT_CRASH || g->kind == FAULT_RESTART;
        bool is_before = g->at < f->at || (g->at == f->at && j < i);
        if (j != i && is_switch && g->node[0] == f->node[0] && is_before &&
            (!last || g->at >= last->at)) {
            last = g;
        }
    }
    return last && last->kind == FAULT_CRASH;
}

static void check_power(struct reader *r, uint32_t i)
{
    const struct fault *f = &r->sc->faults[i];
    bool is_down = is_down_before(r->sc, i);
    if (f->kind == FAULT_CRASH && is_down) {
        wrong_at(r, f->place, "reader.fault.down", "name", r->sc->nodes[f->node[0]].name);
    } else if (f->kind == FAULT_RESTART && !is_down) {
        wrong_at(r, f->place, "reader.fault.up", "name", r->sc->nodes[f->node[0]].name);
    }
}

static bool same_ends(const struct fault *a, const struct fault *b)
{
    return (a->node[0] == b->node[0] && a->node[1] == b->node[1]) ||
           (a->node[0] == b->node[1] && a->node[1] == b->node[0]);
}

static void check_cut(struct reader *r, uint32_t i)
{
    const struct fault *f = &r->sc->faults[i];
    check_joined(r, f->node, f->place);
    for (uint32_t j = 0; j < i; j++) {
        const struct fault *g = &r->sc->faults[j];
        if (g->kind == FAULT_CUT && same_ends(f, g) && f->at < time_add(g->at, g->by) &&
            g->at < time_add(f->at, f->by)) {
            suspect_at(r, f->place, "reader.fault.cut-twice", "line",
                       arena_printf(r->arena, "%u", g->place.line));
            return;
        }
    }
}

static void check_fault(struct reader *r, uint32_t i)
{
    const struct fault *f = &r->sc->faults[i];
    bool is_timed = !is_about_packets(f) || (f->kind == FAULT_DROP && f->at != SIM_NEVER);
    if (f->kind == FAULT_CUT) {
        check_cut(r, i);
    } else if (f->kind == FAULT_CRASH || f->kind == FAULT_RESTART) {
        check_power(r, i);
    } else if (f->pattern.given & PATTERN_LINK) {
        check_joined(r, f->pattern.link, f->pattern.place);
    }
    check_shadow(r, i);
    if (is_timed && f->at >= r->sc->stop) {
        suspect_at(r, f->place, "reader.fault.late");
    }
}

static void check_exchange(struct reader *r, const struct expect *e)
{
    assert(e->patterns);
    sim_time latest = 0; /* the earliest time at which the packet above can have been sent */
    for (uint32_t i = 0; i < e->count; i++) {
        const struct pattern *p = &e->patterns[i];
        if (!(p->given & PATTERN_AT)) {
            continue;
        }
        sim_time low = p->at > p->within ? p->at - p->within : 0;
        if (low > r->sc->stop) {
            suspect_at(r, p->place, "reader.expect.late", "stop", reader_time(r, r->sc->stop));
        } else if (time_add(p->at, p->within) < latest) {
            suspect_at(r, p->place, "reader.expect.backwards", "before", reader_time(r, latest));
        }
        latest = low > latest ? low : latest;
    }
}

static void check_expect(struct reader *r, const struct expect *e)
{
    for (uint32_t i = 0; e->patterns && i < e->count; i++) {
        if (e->patterns[i].given & PATTERN_LINK) {
            check_joined(r, e->patterns[i].link, e->patterns[i].place);
        }
    }
    if (e->kind == EXPECT_EXCHANGE) {
        check_exchange(r, e);
    } else if (e->kind == EXPECT_AT && e->at > r->sc->stop) {
        suspect_at(r, e->place, "reader.expect.late", "stop", reader_time(r, r->sc->stop));
    }
}

void check_times(struct reader *r)
{
    for (uint32_t i = 0; i < r->sc->fault_count; i++) {
        check_fault(r, i);
    }
    for (uint32_t i = 0; i < r->sc->expect_count; i++) {
        check_expect(r, &r->sc->expects[i]);
    }
}
