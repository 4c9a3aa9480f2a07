/* One function a kind of expectation. Each says what it expected whether it held or not, and what
 * was seen instead if it did not. */
#include "expect/judge.h"

#include "scenario/quantity.h"
#include "trace/figures.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* What a kind finds out. */
struct finding {
    bool held;
    sim_time when;
    struct buf expected, seen;
};

static void check_conditions(const struct judge *j, const struct expect *e, struct finding *f)
{
    bool is_end = e->kind == EXPECT_END;
    sim_time at = is_end ? j->t->sim_ns : e->at;
    struct buf wanted = {0}, found = {0};
    f->held = true;
    for (uint32_t i = 0; i < e->count; i++) {
        const struct condition *c = &e->conditions[i];
        struct host_facts facts;
        host_look(j, c, at, &facts);
        buf_str(&wanted, i ? ", " : "");
        tell_condition(j, c, &wanted);
        if (!condition_holds(c, &facts)) {
            buf_str(&found, f->held ? "" : ", ");
            tell_host(j, c, &facts, &found);
            f->held = false;
        }
    }
    char time[48];
    quantity_print(at, QUANTITY_TIME, time);
    tell(j, &f->expected, is_end ? "expect.end" : "expect.at", "time", time, "what",
         buf_cstr(&wanted), NULL);
    tell(j, &f->seen, "expect.seen-host", "what", buf_cstr(&found), NULL);
    f->when = at;
    buf_free(&wanted);
    buf_free(&found);
}

/* Where an exchange got to: the step that found no packet, and how far the search was. */
struct progress {
    uint32_t step;
    uint32_t from;    /* index of the sends where the search for it began */
    uint32_t nearest; /* of those that match it but for at and lost; sends.count: none */
};

static uint32_t find_step(const struct judge *j, const struct pattern *p, uint32_t from,
                          uint32_t *nearest)
{
    uint32_t seen = 0;
    *nearest = j->sends.count;
    for (uint32_t i = 0; (i = next_match(j, p, i, &seen)) < j->sends.count; i++) {
        if (i < from) {
            continue;
        }
        if (send_fits(j, p, j->sends.at[i])) {
            return i;
        }
        if (*nearest == j->sends.count) {
            *nearest = i;
        }
    }
    return j->sends.count;
}

static bool follow(const struct judge *j, const struct expect *e, struct progress *out)
{
    *out = (struct progress){0};
    for (uint32_t step = 0; step < e->count; step++) {
        out->step = step;
        uint32_t found = find_step(j, &e->patterns[step], out->from, &out->nearest);
        if (found == j->sends.count) {
            return false;
        }
        out->from = found + 1;
    }
    return true;
}

/* All that one host sends, packet by packet. On failure `nearest` is the packet that came instead;
 * step == count: one too many. */
static bool follow_all(const struct judge *j, const struct expect *e, struct progress *out)
{
    *out = (struct progress){.nearest = j->sends.count};
    for (uint32_t i = 0; i < j->sends.count; i++) {
        uint32_t send = j->sends.at[i];
        if (packet_from_node(j->t, trace_record(j->t, send)->packet) != e->only) {
            continue;
        }
        const struct pattern *p = &e->patterns[out->step];
        if (out->step == e->count || !send_matches(j, p, send) || !send_fits(j, p, send)) {
            out->nearest = i;
            return false;
        }
        out->step++;
    }
    return out->step == e->count;
}

static void tell_instead(const struct judge *j, const struct progress *p, struct finding *f)
{
    struct buf packet = {0};
    if (p->nearest == j->sends.count) {
        tell(j, &f->seen, "expect.nothing-more", NULL);
        return;
    }
    uint32_t send = j->sends.at[p->nearest];
    f->when = trace_record(j->t, send)->at;
    tell_packet(j, send, &packet);
    tell(j, &f->seen, "expect.seen-packet", "packet", buf_cstr(&packet), NULL);
    buf_free(&packet);
}

static void check_all(const struct judge *j, const struct expect *e, struct finding *f)
{
    struct progress p;
    struct buf pattern = {0};
    char step[16], count[16];
    const char *name = j->t->nodes[e->only].name;
    f->held = follow_all(j, e, &p);
    snprintf(step, sizeof step, "%u", p.step + 1);
    snprintf(count, sizeof count, "%u", e->count);
    if (f->held || p.step == e->count) {
        tell(j, &f->expected, "expect.only", "count", count, "name", name, NULL);
    } else {
        tell_pattern(j, &e->patterns[p.step], &pattern);
        tell(j, &f->expected, "expect.only-step", "step", step, "count", count, "name", name,
             "pattern", buf_cstr(&pattern), NULL);
    }
    if (!f->held) {
        tell_instead(j, &p, f);
    }
    buf_free(&pattern);
}

/* A packet like it was there, but at another time or with another fate; or there was none. */
static void tell_miss(const struct judge *j, const struct expect *e, const struct progress *p,
                      struct finding *f)
{
    const struct pattern *pattern = &e->patterns[p->step];
    struct buf packet = {0};
    if (p->nearest < j->sends.count) {
        uint32_t send = j->sends.at[p->nearest];
        f->when = trace_record(j->t, send)->at;
        tell_packet(j, send, &packet);
        bool late = !send_in_time(pattern, trace_record(j->t, send));
        bool lost = send_is_lost(j, send);
        tell(j, &f->seen,
             late   ? "expect.other-time"
             : lost ? "expect.was-lost"
                    : "expect.not-lost",
             "packet", buf_cstr(&packet), NULL);
    } else if (p->from == 0) {
        tell(j, &f->seen, "expect.no-packet", NULL);
    } else {
        uint32_t send = j->sends.at[p->from - 1];
        f->when = trace_record(j->t, send)->at;
        tell_packet(j, send, &packet);
        tell(j, &f->seen, "expect.none-after", "packet", buf_cstr(&packet), NULL);
    }
    buf_free(&packet);
}

static void check_exchange(const struct judge *j, const struct expect *e, struct finding *f)
{
    struct progress p;
    struct buf pattern = {0};
    char step[16], count[16];
    f->held = follow(j, e, &p);
    snprintf(step, sizeof step, "%u", p.step + 1);
    snprintf(count, sizeof count, "%u", e->count);
    if (f->held) {
        tell(j, &f->expected, "expect.exchange", "count", count, NULL);
        return;
    }
    tell_pattern(j, &e->patterns[p.step], &pattern);
    tell(j, &f->expected, "expect.exchange-step", "step", step, "count", count, "pattern",
         buf_cstr(&pattern), NULL);
    tell_miss(j, e, &p, f);
    buf_free(&pattern);
}

/* Between two bounds. */
static void separate(const struct judge *j, struct buf *out)
{
    if (out->len > 0) {
        tell(j, out, "expect.and", "left", "", "right", "", NULL);
    }
}

static void tell_bound(const struct judge *j, const char *key, int64_t bound, struct buf *out)
{
    char text[24];
    if (bound >= 0) {
        snprintf(text, sizeof text, "%" PRId64, bound);
        separate(j, out);
        tell(j, out, key, "n", text, NULL);
    }
}

/* The first few of what was counted. */
static uint32_t count_matches(const struct judge *j, const struct pattern *p, struct buf *first)
{
    enum { SHOWN = 6 };
    uint32_t count = 0, seen = 0;
    for (uint32_t i = 0; (i = next_match(j, p, i, &seen)) < j->sends.count; i++) {
        if (count < SHOWN) {
            char at[32];
            buf_printf(first, "%s%s", count ? ", " : "",
                       time_print(trace_record(j->t, j->sends.at[i])->at, at));
        }
        count++;
    }
    if (count > SHOWN) {
        buf_str(first, " …");
    }
    return count;
}

static void check_count(const struct judge *j, const struct expect *e, struct finding *f)
{
    struct buf pattern = {0}, bounds = {0}, first = {0};
    uint32_t count = count_matches(j, &e->patterns[0], &first);
    f->held = (e->equals < 0 || count == e->equals) && (e->at_least < 0 || count >= e->at_least) &&
              (e->at_most < 0 || count <= e->at_most);
    tell_pattern(j, &e->patterns[0], &pattern);
    tell_bound(j, "expect.equals", e->equals, &bounds);
    tell_bound(j, "expect.at-least", e->at_least, &bounds);
    tell_bound(j, "expect.at-most", e->at_most, &bounds);
    tell(j, &f->expected, "expect.count", "pattern", buf_cstr(&pattern), "bounds",
         buf_cstr(&bounds), NULL);
    char text[16];
    snprintf(text, sizeof text, "%u", count);
    tell(j, &f->seen, count ? "expect.counted" : "expect.no-packet", "n", text, "times",
         buf_cstr(&first), NULL);
    buf_free(&pattern);
    buf_free(&bounds);
    buf_free(&first);
}

static void check_none(const struct judge *j, const struct expect *e, struct finding *f)
{
    struct buf pattern = {0}, packet = {0};
    uint32_t seen = 0;
    f->held = true;
    for (uint32_t i = 0; (i = next_match(j, &e->patterns[0], i, &seen)) < j->sends.count; i++) {
        sim_time at = trace_record(j->t, j->sends.at[i])->at;
        if (at >= e->from && at <= e->until) {
            f->held = false;
            f->when = at;
            tell_packet(j, j->sends.at[i], &packet);
            break;
        }
    }
    char from[48], until[48];
    bool is_bounded = e->until != SIM_NEVER;
    tell_pattern(j, &e->patterns[0], &pattern);
    tell(j, &f->expected,
         is_bounded    ? "expect.none-between"
         : e->from > 0 ? "expect.none-from"
                       : "expect.none",
         "pattern", buf_cstr(&pattern), "from", quantity_print(e->from, QUANTITY_TIME, from),
         "until", quantity_print(is_bounded ? e->until : 0, QUANTITY_TIME, until), NULL);
    tell(j, &f->seen, "expect.seen-packet", "packet", buf_cstr(&packet), NULL);
    buf_free(&pattern);
    buf_free(&packet);
}

static const struct flow *flow_named(const struct trace *t, const char *name)
{
    for (uint32_t i = 1; i <= t->flow_count; i++) {
        if (!name || strcmp(t->flows[i].name, name) == 0) {
            return &t->flows[i];
        }
    }
    return NULL;
}

static void tell_real_bound(const struct judge *j, const char *key, double bound, struct buf *out)
{
    char text[40];
    if (!isnan(bound)) {
        snprintf(text, sizeof text, "%.12g", bound);
        separate(j, out);
        tell(j, out, key, "n", text, NULL);
    }
}

static bool figure_holds(const struct expect *e, double value)
{
    double within = isnan(e->figure_within) ? 0 : e->figure_within;
    return (isnan(e->figure_equals) || fabs(value - e->figure_equals) <= within) &&
           (isnan(e->figure_at_least) || value >= e->figure_at_least) &&
           (isnan(e->figure_at_most) || value <= e->figure_at_most);
}

static void check_figure(const struct judge *j, const struct expect *e, struct finding *f)
{
    const struct flow *flow = flow_named(j->t, e->flow);
    double value;
    struct buf bounds = {0};
    char text[40] = "";
    bool is_known = flow && flow_figure(flow, e->figure, &value);
    f->held = is_known && figure_holds(e, value);
    tell_real_bound(j, "expect.equals", e->figure_equals, &bounds);
    tell_real_bound(j, "expect.within", e->figure_within, &bounds);
    tell_real_bound(j, "expect.at-least", e->figure_at_least, &bounds);
    tell_real_bound(j, "expect.at-most", e->figure_at_most, &bounds);
    tell(j, &f->expected, "expect.figure", "figure", e->figure, "flow", flow ? flow->name : "?",
         "bounds", buf_cstr(&bounds), NULL);
    if (is_known) {
        snprintf(text, sizeof text, "%.17g", value);
    }
    tell(j, &f->seen, is_known ? "expect.seen-figure" : "expect.no-figure", "n", text, "figure",
         e->figure, NULL);
    buf_free(&bounds);
}

static void check_unique(const struct judge *j, struct finding *f)
{
    struct address_twice twice;
    f->held = !trace_address_twice(j->t, &twice);
    tell(j, &f->expected, "expect.unique", NULL);
    if (!f->held) {
        char ip[16];
        f->when = twice.at;
        tell(j, &f->seen, "expect.twice", "address", ip_print(twice.ip, ip), "first",
             j->t->nodes[twice.node[0]].name, "second", j->t->nodes[twice.node[1]].name, NULL);
    }
}

static void check(const struct judge *j, const struct expect *e, struct finding *f)
{
    switch (e->kind) {
    case EXPECT_AT:
    case EXPECT_END: check_conditions(j, e, f); break;
    case EXPECT_EXCHANGE: (e->only == NO_NODE ? check_exchange : check_all)(j, e, f); break;
    case EXPECT_COUNT: check_count(j, e, f); break;
    case EXPECT_NONE: check_none(j, e, f); break;
    case EXPECT_FIGURE: check_figure(j, e, f); break;
    case EXPECT_UNIQUE: check_unique(j, f); break;
    }
}

void expect_check(const struct scenario *sc, const struct trace *t, enum lang lang,
                  struct verdict *out)
{
    struct judge j = {.sc = sc, .t = t, .lang = lang};
    *out = (struct verdict){.count = sc->expect_count};
    out->results = arena_alloc(&out->arena, sc->expect_count * sizeof *out->results);
    sends_make(t, true, &j.sends);
    for (uint32_t i = 0; i < sc->expect_count; i++) {
        struct finding f = {.when = SIM_NEVER};
        check(&j, &sc->expects[i], &f);
        out->failed += !f.held;
        out->results[i] = (struct expect_result){
            .expect = &sc->expects[i],
            .held = f.held,
            .when = f.when,
            .expected = arena_strdup(&out->arena, buf_cstr(&f.expected)),
            .seen = arena_strdup(&out->arena, buf_cstr(&f.seen)),
        };
        buf_free(&f.expected);
        buf_free(&f.seen);
    }
    sends_free(&j.sends);
}

void verdict_free(struct verdict *v)
{
    arena_free(&v->arena);
    *v = (struct verdict){0};
}
