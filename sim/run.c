/* Running a scenario: the world, its budgets, and the trace that remains. */
#include "run.h"

#include "base/os.h"
#include "expect/lesson.h"
#include "registry.h"
#include "run_inside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static sim_time stop_of(const struct scenario *sc, const struct run_options *opt)
{
    sim_time stop = sc->stop == SIM_NEVER ? SCENARIO_STOP_DEFAULT : sc->stop;
    return opt->until && opt->until < stop ? opt->until : stop;
}

/* A bound from the sources' own parameters; made of an instance that nothing is done with. */
static uint64_t least_events(const struct scenario_traffic *t, sim_time stop)
{
    const struct actor_type *type = t->type->source;
    if (!type->least_events || t->start >= stop) {
        return 0;
    }
    void *self = traffic_sample(t);
    uint64_t least = type->least_events(self, stop - t->start);
    free(self);
    return least;
}

static bool is_affordable(const struct scenario *sc, uint64_t max_events, sim_time stop,
                          struct err *err)
{
    for (uint32_t i = 0; i < sc->traffic_count; i++) {
        const struct scenario_traffic *t = &sc->traffic[i];
        uint64_t least = least_events(t, stop);
        if (least > max_events) {
            char needed[24], limit[24];
            snprintf(needed, sizeof needed, "%llu", (unsigned long long)least);
            snprintf(limit, sizeof limit, "%llu", (unsigned long long)max_events);
            struct err_place at = {
                .file = sc->file, .line = t->place.line, .column = t->place.column};
            err_add(err, ERR_ERROR, at, "run.too-many-events", "needed", needed, "limit", limit,
                    NULL);
            return false;
        }
    }
    return true;
}

struct run *run_open(const struct scenario *sc, const struct run_options *opt, struct trace *out,
                     struct err *err)
{
    uint64_t max_events = opt->max_events ? opt->max_events : RUN_EVENTS_DEFAULT;
    sim_time stop = stop_of(sc, opt);
    if (!is_affordable(sc, max_events, stop, err)) {
        return NULL;
    }
    struct run *r = os_alloc(sizeof *r);
    out->keep = opt->watch;
    out->witness = opt->witness;
    r->sc = sc;
    r->trace = out;
    r->stop = stop;
    r->max_events = max_events;
    r->world = world_new(sc, registry(), opt->has_seed ? opt->seed : sc->seed, out);
    r->is_left = true;
    r->raw = NO_NODE;
    for (uint32_t i = 0; i < sc->node_count && r->raw == NO_NODE; i++) {
        r->raw = sc->nodes[i].is_raw ? i : NO_NODE;
    }
    return r;
}

bool run_until(struct run *r, sim_time t)
{
    sim_time until = t < r->stop ? t : r->stop;
    r->is_left = world_run(r->world, until, r->max_events);
    return r->is_left && r->world->events < r->max_events && !r->world->is_stuck && t < r->stop;
}

/* The figures of an actor type's own; what has no value (NAN) is left out. */
static void add_figures(const struct row *row, const struct path *path, struct flow *flow)
{
    for (const struct figure *f = row->self ? row->type->figures : NULL; f && f->name; f++) {
        double value = f->value(row->self, path);
        if (!isnan(value)) {
            trace_add_figure(flow, f->name, value);
        }
    }
}

static void add_hops(const struct row *row, struct flow *flow)
{
    struct way_hop hop;
    while (row->self && row->type->hop && row->type->hop(row->self, flow->hop_count, &hop)) {
        flow->hops = os_realloc(flow->hops, (flow->hop_count + 1) * sizeof *flow->hops);
        flow->hops[flow->hop_count++] = hop;
    }
}

/* Of what either end has opened below it, the last of each type. */
static void add_parts(const struct world *w, uint32_t traffic, const struct path *path,
                      struct flow *flow)
{
    for (const struct actor_type *const *p = w->sc->traffic[traffic].type->parts; p && *p; p++) {
        uint32_t found = 0;
        for (uint32_t i = 1; i < w->row_count; i++) {
            uint32_t upper = w->rows[i].upper;
            bool is_part = upper && (upper == w->traffic_sources[traffic] ||
                                     upper == w->traffic_sinks[traffic]);
            found = is_part && w->rows[i].type == *p && w->rows[i].self ? i : found;
        }
        if (found) {
            add_figures(&w->rows[found], path, flow);
        }
    }
}

static void protocol_figures(const struct world *w)
{
    for (uint32_t i = 0; i < w->sc->traffic_count; i++) {
        struct path path;
        struct flow *flow = &w->trace->flows[w->traffic_flows[i]];
        traffic_path(w, i, &path);
        add_figures(&w->rows[w->traffic_sources[i]], &path, flow);
        add_hops(&w->rows[w->traffic_sources[i]], flow);
        add_figures(&w->rows[w->traffic_sinks[i]], &path, flow);
        add_parts(w, i, &path, flow);
    }
}

/* Of what serves a node at the end of the run: what it was before a loss of power is gone. */
static void service_figures(const struct world *w)
{
    struct trace *t = w->trace;
    for (uint32_t i = 1; i < w->row_count; i++) {
        const struct row *row = &w->rows[i];
        const struct figure *figures = row->type ? row->type->figures : NULL;
        if (!row->self || row->flow || !figures) {
            continue;
        }
        unsigned count = 0;
        while (figures[count].name) {
            count++;
        }
        t->services = os_realloc(t->services, (t->service_count + 1) * sizeof *t->services);
        struct service *s = &t->services[t->service_count++];
        *s = (struct service){row->node, row->type, os_alloc((count + 1) * sizeof *s->values)};
        for (unsigned f = 0; f < count; f++) {
            s->values[f] = figures[f].value(row->self, &(struct path){0});
        }
    }
}

void run_close(struct run *r)
{
    if (r->world->keeps_raw) {
        run_due(r, r->now); /* what was sent or called last may still be under way */
    }
    r->trace->end = r->world->events >= r->max_events ? END_EVENTS
                    : r->world->is_stuck              ? END_INSTANT
                    : r->is_left                      ? END_STOP
                                                      : END_NOTHING_LEFT;
    world_finish(r->world, r->trace->end == END_STOP ? r->stop : SIM_NEVER);
    protocol_figures(r->world);
    service_figures(r->world);
    world_free(r->world);
    trace_finish(r->trace);
    map_free(&r->sent);
    free(r->descriptors);
    free(r);
}

/* A condition that never held, or a call after the end. */
static void warn_of_idle_steps(const struct scenario *sc, const struct trace *t, struct err *err)
{
    for (uint32_t i = 0; i < t->step_count; i++) {
        const struct step *s = &sc->steps[i];
        if (!t->step_ran[i]) {
            struct err_place at = {
                .file = sc->file, .line = s->place.line, .column = s->place.column};
            err_add(err, ERR_WARNING, at, "run.step-never-ran", NULL);
        }
    }
}

/* A question that this run has no answer to. */
static void warn_of_questions(const struct scenario *sc, const struct trace *t, struct err *err)
{
    struct lesson lesson;
    lesson_make(sc, t, &lesson);
    for (uint32_t i = 0; i < lesson.count; i++) {
        const struct question *q = &sc->questions[i];
        if (lesson.questions[i].fault) {
            struct err_place at = {
                .file = sc->file, .line = q->place.line, .column = q->place.column};
            err_add(err, ERR_WARNING, at, lesson.questions[i].fault, NULL);
        }
    }
    lesson_free(&lesson);
}

bool run_scenario(const struct scenario *sc, const struct run_options *opt, struct trace *out,
                  struct err *err)
{
    struct run *r = run_open(sc, opt, out, err);
    if (!r) {
        return false;
    }
    run_until(r, r->stop);
    run_close(r);
    if (out->end != END_EVENTS && out->end != END_INSTANT && opt->until == 0) {
        warn_of_idle_steps(sc, out, err);
        if (out->keep) {
            warn_of_questions(sc, out, err);
        }
    }
    return true;
}

bool run_is_raw(const struct run *r)
{
    r->world->keeps_raw = r->raw != NO_NODE;
    return r->raw != NO_NODE;
}

sim_time run_now(const struct run *r)
{
    return r->now;
}

void run_due(struct run *r, sim_time t)
{
    struct world *w = r->world;
    size_t given = w->raw_given;
    w->raw_given = SIZE_MAX;
    r->is_left = world_run(w, t, r->max_events);
    w->raw_given = given;
    if (w->events < r->max_events && !w->is_stuck) {
        sched_advance(&w->sched, t);
    }
}

void run_advance(struct run *r, sim_time t)
{
    run_due(r, r->now);
    r->now = t > r->now ? t : r->now;
    run_due(r, r->now);
}

static bool take_raw(struct run *r, struct raw_view *out)
{
    struct world *w = r->world;
    struct raw_packet heard;
    if (w->raw_heard.len == w->raw_given) {
        return false;
    }
    memcpy(&heard, w->raw_heard.data + w->raw_given, sizeof heard);
    w->raw_given += sizeof heard;
    *out =
        (struct raw_view){heard.at, bytes_of(w->raw_bytes.data + heard.start, heard.len), heard.is};
    return true;
}

/* What was handed out is forgotten, so that a long session does not grow. */
static void forget_given(struct world *w)
{
    if (w->raw_given == w->raw_heard.len) {
        buf_clear(&w->raw_heard);
        buf_clear(&w->raw_bytes);
        w->raw_given = 0;
    }
}

bool run_next(struct run *r, sim_time until, struct raw_view *out)
{
    forget_given(r->world);
    run_due(r, r->now);
    if (take_raw(r, out)) {
        return true;
    }
    r->is_left = world_run(r->world, until, r->max_events);
    bool came = take_raw(r, out);
    r->now = came ? out->at : until > r->now ? until : r->now;
    if (!came && r->world->events < r->max_events && !r->world->is_stuck) {
        sched_advance(&r->world->sched, r->now);
    }
    return came;
}

bool run_inject(struct run *r, struct bytes wire)
{
    const struct node *n = &r->world->nodes[r->raw];
    run_due(r, r->now);
    if (n->iface_count > 0 && n->ifaces[0].is_lan) {
        return raw_inject_frame(r->world, r->raw, wire);
    }
    raw_inject(r->world, r->raw, wire, NULL);
    return true;
}
