#pragma once
/* Small scenarios built by hand: hosts in a row or a star, links, traffic, faults; run, watched. */

#include "registry.h"
#include "run.h"

#include <string.h>

enum { RIG_MAX = 16 };

struct rig {
    struct scenario sc;
    struct scenario_node nodes[RIG_MAX];
    struct scenario_address addresses[RIG_MAX][4];
    struct scenario_link links[RIG_MAX];
    struct scenario_traffic traffic[RIG_MAX];
    struct setting settings[RIG_MAX][32];
    struct fault faults[RIG_MAX];
    struct trace trace;
    struct err err;
};

static inline void rig_init(struct rig *r)
{
    *r = (struct rig){0};
    r->sc = (struct scenario){.file = "rig.yaml",
                              .title = {"rig", "rig"},
                              .seed = 1,
                              .stop = SIM_NEVER,
                              .nodes = r->nodes,
                              .links = r->links,
                              .traffic = r->traffic,
                              .faults = r->faults};
}

static inline uint32_t rig_node(struct rig *r, const char *name, enum scenario_node_kind kind)
{
    uint32_t i = r->sc.node_count++;
    r->nodes[i] = (struct scenario_node){.kind = kind,
                                         .name = name,
                                         .addresses = r->addresses[i],
                                         .address_count = 1,
                                         .x = -1,
                                         .y = -1};
    r->addresses[i][0].ip = 0x0a000001u + i;
    return i;
}

static inline struct scenario_link *rig_link(struct rig *r, uint32_t a, uint32_t b, int64_t rate,
                                             sim_time delay)
{
    struct scenario_link *l = &r->links[r->sc.link_count++];
    *l = (struct scenario_link){.node = {a, b}};
    l->direction[0] = l->direction[1] =
        (struct scenario_direction){.rate_bps = rate, .delay = delay, .queue_packets = 100};
    return l;
}

static inline const struct traffic_type *rig_type(const char *name)
{
    const struct traffic_type *const *t = registry()->traffic;
    while (*t && strcmp((*t)->name, name) != 0) {
        t++;
    }
    return *t;
}

static inline struct scenario_traffic *rig_traffic(struct rig *r, const char *type, uint32_t from,
                                                   uint32_t to)
{
    uint32_t i = r->sc.traffic_count++;
    r->traffic[i] =
        (struct scenario_traffic){.type = rig_type(type), .from = from, .to = to, .port = 9};
    r->traffic[i].settings.list = r->settings[i];
    return &r->traffic[i];
}

static inline void rig_set_of(struct scenario_traffic *t, const struct actor_type *type,
                              const char *param, int64_t value)
{
    const struct param *p = type ? param_find(type, param) : NULL;
    struct setting *list = (struct setting *)t->settings.list;
    if (p) {
        list[t->settings.count++] = (struct setting){type, p, value};
    }
}

static inline void rig_set(struct scenario_traffic *t, const char *param, int64_t value)
{
    rig_set_of(t, t->type->source, param, value);
    rig_set_of(t, t->type->sink, param, value);
    for (const struct actor_type *const *part = t->type->parts; part && *part; part++) {
        rig_set_of(t, *part, param, value);
    }
}

/* `count` datagrams, one each `gap`, from 0 on. */
static inline struct scenario_traffic *rig_udp(struct rig *r, uint32_t from, uint32_t to,
                                               int64_t size, int64_t count, sim_time gap)
{
    struct scenario_traffic *t = rig_traffic(r, "udp", from, to);
    rig_set(t, "size", size);
    rig_set(t, "rate", size * 8 * SIM_S / gap);
    rig_set(t, "for", count * gap);
    return t;
}

/* `count` datagrams, all at 0 (at most 250 of 500 bytes: the limit of `rate`). */
static inline struct scenario_traffic *rig_burst(struct rig *r, uint32_t from, uint32_t to,
                                                 int64_t size, int64_t count)
{
    struct scenario_traffic *t = rig_traffic(r, "udp", from, to);
    rig_set(t, "size", size);
    rig_set(t, "rate", count * size * 8 * SIM_S);
    rig_set(t, "for", 1);
    return t;
}

static inline struct fault *rig_fault(struct rig *r, struct fault f)
{
    struct fault *added = &r->faults[r->sc.fault_count++];
    *added = f;
    return added;
}

static inline void rig_run(struct rig *r, bool watch)
{
    trace_free(&r->trace);
    struct run_options opt = {.watch = watch};
    if (!run_scenario(&r->sc, &opt, &r->trace, &r->err)) {
        err_print(&r->err, stderr, false);
    }
}

static inline void rig_free(struct rig *r)
{
    trace_free(&r->trace);
    err_free(&r->err);
}

/* How many records of that kind there are; code < 0: any. */
static inline uint32_t rig_count(const struct rig *r, enum record_kind kind, int code)
{
    uint32_t count = 0;
    for (uint32_t n = 1; n <= r->trace.count; n++) {
        const struct record *rec = trace_record(&r->trace, n);
        count += rec->kind == kind && (code < 0 || rec->code == code);
    }
    return count;
}
