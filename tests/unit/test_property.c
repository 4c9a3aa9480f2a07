/* Random small networks with random links, traffic and faults, each from a seed: whatever they are,
 * the invariants of a run hold, two runs are equal, watching changes nothing, and the run ends. A
 * failure names its seed; SLOWWIRE_LONG=1 tries 2 000 of them. */
#include "world_check.h"

enum { NODES_MAX = 8, BUDGET = 1000000 };

/* One random number after another; the test's own, not the simulator's. */
struct rng {
    uint64_t state;
};

static uint64_t below(struct rng *g, uint64_t range)
{
    g->state = g->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (g->state >> 33) % range;
}

static bool chance(struct rng *g, unsigned percent)
{
    return below(g, 100) < percent;
}

static int64_t pick(struct rng *g, const int64_t *list, size_t count)
{
    return list[below(g, count)];
}
#define PICK(g, ...)                                                                               \
    pick(g, (const int64_t[]){__VA_ARGS__},                                                        \
         sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t))

static struct loss random_loss(struct rng *g, struct loss_entry *list)
{
    switch (below(g, 6)) {
    case 0: return (struct loss){.kind = LOSS_CHANCE, .chance = (int64_t)below(g, 400000000)};
    case 1: return (struct loss){.kind = LOSS_EVERY, .every = 2 + below(g, 9)};
    case 2:
        list[0] = (struct loss_entry){false, 1 + below(g, 9), 0};
        list[1] = (struct loss_entry){true, below(g, 5), 1 + (uint32_t)below(g, 2)};
        return (struct loss){.kind = LOSS_LIST, .list = list, .list_count = 2};
    case 3:
        return (struct loss){.kind = LOSS_GILBERT_ELLIOTT,
                             .good_to_bad = (int64_t)below(g, 200000000),
                             .bad_to_good = (int64_t)below(g, 900000000) + 1,
                             .loss_good = (int64_t)below(g, 20000000),
                             .loss_bad = (int64_t)below(g, 900000000)};
    default: return (struct loss){.kind = LOSS_NONE};
    }
}

static void random_direction(struct rng *g, struct scenario_direction *d, struct loss_entry *list)
{
    *d = (struct scenario_direction){.rate_bps =
                                         PICK(g, 0, 9600, 64000, 1000000, 10000000, 1000000000),
                                     .delay = PICK(g, 0, 1, SIM_US, SIM_MS, 10 * SIM_MS, 333333333),
                                     .queue_packets = (uint32_t)PICK(g, 1, 2, 5, 100),
                                     .queue_bytes = chance(g, 30) ? 100 + below(g, 2000) : 0,
                                     .mtu = chance(g, 15) ? 68 + (uint32_t)below(g, 1000) : 0,
                                     .loss = random_loss(g, list)};
    d->jitter = chance(g, 25) ? PICK(g, 1, SIM_MS, 20 * SIM_MS) : 0;
    d->bit_errors = chance(g, 20) ? PICK(g, 1000000000000, 100000000000000) : 0;
    d->duplicate = chance(g, 20) ? PICK(g, 10000000, 50000000) : 0; /* routes may go round */
    if (chance(g, 20)) {
        uint32_t min = (uint32_t)below(g, 5);
        d->red = (struct red){.is_on = true,
                              .marks = chance(g, 70),
                              .min = min,
                              .max = min + 1 + (uint32_t)below(g, 10),
                              .chance = PICK(g, 20000000, 100000000, 1000000000),
                              .weight = PICK(g, 2000000, 100000000, 1000000000)};
    }
    if (chance(g, 20)) {
        d->reorder_chance = PICK(g, 20000000, 300000000);
        d->reorder_by = PICK(g, 1, SIM_MS, 50 * SIM_MS);
    }
}

static struct loss_entry lists[RIG_MAX][2][2];

static void random_link(struct rng *g, struct rig *r, uint32_t a, uint32_t b)
{
    uint32_t i = r->sc.link_count;
    struct scenario_link *l = rig_link(r, a, b, 0, 0);
    random_direction(g, &l->direction[0], lists[i][0]);
    l->direction[1] = l->direction[0];
    if (chance(g, 50)) {
        random_direction(g, &l->direction[1], lists[i][1]);
    }
}

/* A tree over all nodes, so that each has a link, and now and then one more. */
static void random_network(struct rng *g, struct rig *r)
{
    static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h"};
    uint32_t count = 2 + (uint32_t)below(g, NODES_MAX - 1);
    for (uint32_t i = 0; i < count; i++) {
        rig_node(r, names[i], i > 0 && chance(g, 50) ? SCENARIO_ROUTER : SCENARIO_HOST);
    }
    for (uint32_t i = 1; i < count; i++) {
        random_link(g, r, (uint32_t)below(g, i), i);
    }
    for (uint32_t extra = (uint32_t)below(g, 4); extra > 0; extra--) {
        uint32_t a = (uint32_t)below(g, count), b = (uint32_t)below(g, count);
        if (a != b) {
            random_link(g, r, a, b);
        }
    }
}

/* Routes that may well lead round and round. */
static void random_routes(struct rng *g, struct rig *r, struct scenario_route *routes)
{
    for (uint32_t i = 0; i < r->sc.node_count; i++) {
        if (r->nodes[i].kind == SCENARIO_ROUTER && chance(g, 20)) {
            uint32_t to = (uint32_t)below(g, r->sc.node_count);
            uint32_t via = (uint32_t)below(g, r->sc.node_count);
            routes[i] = (struct scenario_route){r->addresses[to][0].ip, (uint8_t)PICK(g, 0, 24, 32),
                                                r->addresses[via][0].ip};
            r->nodes[i].routes = &routes[i];
            r->nodes[i].route_count = 1;
        }
    }
}

static const struct actor_type *tcp_type_known(void)
{
    const struct actor_type *const *t = registry()->actors;
    while (strcmp((*t)->name, "tcp") != 0) {
        t++;
    }
    return *t;
}

/* Of each host's TCP: options that both ends must want, and whose machinery differs. */
static void random_settings(struct rng *g, struct rig *r)
{
    static const char *const names[] = {"timestamps", "ecn",      "sack",      "f-rto",
                                        "nagle",      "recovery", "congestion"};
    enum { NAMES = sizeof names / sizeof *names };
    static struct setting list[NODES_MAX][NAMES];
    const struct actor_type *tcp = tcp_type_known();
    for (uint32_t n = 0; n < r->sc.node_count; n++) {
        for (unsigned i = 0; i < NAMES; i++) {
            const struct param *p = param_find(tcp, names[i]);
            list[n][i] = (struct setting){tcp, p, (int64_t)below(g, (uint64_t)p->max + 1)};
        }
        r->nodes[n].settings = (struct settings){list[n], NAMES};
    }
}

static void random_tcp(struct rng *g, struct rig *r, uint64_t flow)
{
    uint32_t from = (uint32_t)below(g, r->sc.node_count);
    uint32_t to = (from + 1 + (uint32_t)below(g, r->sc.node_count - 1)) % r->sc.node_count;
    struct scenario_traffic *t = rig_traffic(r, "tcp", from, to);
    rig_set(t, "bytes", (int64_t)below(g, 60000));
    t->port = (uint16_t)(80 + flow);
}

static void random_traffic(struct rng *g, struct rig *r)
{
    static const char *const arq[] = {"stop-and-wait", "go-back-n", "selective-repeat"};
    for (uint64_t flows = 1 + below(g, 4); flows > 0; flows--) {
        uint32_t link = (uint32_t)below(g, r->sc.link_count);
        const uint32_t *ends = r->links[link].node;
        uint64_t kind = below(g, 7);
        struct scenario_traffic *t;
        if (kind > 4) {
            random_tcp(g, r, flows);
            continue;
        }
        if (kind < 3 && rig_type(arq[kind])) {
            t = rig_traffic(r, arq[kind], ends[0], ends[1]);
            rig_set(t, "frames", 1 + (int64_t)below(g, 30));
            rig_set(t, "frame", 100 + (int64_t)below(g, 1000));
            rig_set(t, "timeout", PICK(g, SIM_MS, 50 * SIM_MS, SIM_S));
            rig_set(t, "sequence-bits", kind == 0 ? (int64_t)below(g, 3) : 3);
            t->port = 0;
        } else {
            uint32_t from = (uint32_t)below(g, r->sc.node_count);
            uint32_t to = (from + 1 + (uint32_t)below(g, r->sc.node_count - 1)) % r->sc.node_count;
            t = rig_udp(r, from, to, 1 + (int64_t)below(g, 1500), 1 + (int64_t)below(g, 40),
                        PICK(g, SIM_US, SIM_MS, 100 * SIM_MS));
            t->port = (uint16_t)(9 + flows);
        }
        t->start = PICK(g, 0, 0, 1, 50 * SIM_MS);
    }
}

static struct pattern random_pattern(struct rng *g, const struct rig *r)
{
    struct pattern p = {.given = PATTERN_NTH, .nth = 1 + (uint32_t)below(g, 20)};
    if (chance(g, 50)) {
        p.given |= PATTERN_FROM;
        p.from = (uint32_t)below(g, r->sc.node_count);
    }
    if (chance(g, 40)) {
        const uint32_t *ends = r->links[below(g, r->sc.link_count)].node;
        p.given |= PATTERN_LINK;
        p.link[0] = ends[0];
        p.link[1] = ends[1];
    }
    if (chance(g, 20)) {
        p.given &= ~(uint32_t)PATTERN_NTH;
        p.given |= PATTERN_IS;
        p.is = chance(g, 50) ? "ACK" : "DATA";
    }
    return p;
}

static void random_fault(struct rng *g, struct rig *r)
{
    struct fault f = {.kind = (enum fault_kind)below(g, FAULT_RESTART + 1),
                      .pattern = random_pattern(g, r),
                      .at = (sim_time)below(g, 200) * SIM_MS + (sim_time)below(g, 2),
                      .by = PICK(g, 0, 1, SIM_MS, 100 * SIM_MS),
                      .bit = (int64_t)below(g, 2000) - 1};
    const uint32_t *ends = r->links[below(g, r->sc.link_count)].node;
    f.node[0] = ends[0];
    f.node[1] = ends[1];
    if (f.kind == FAULT_DROP && chance(g, 50)) {
        f.at = SIM_NEVER;
    }
    if (f.kind == FAULT_CUT) {
        f.by += 1;
    }
    rig_fault(r, f);
}

static void random_rig(struct rng *g, struct rig *r, struct scenario_route *routes)
{
    rig_init(r);
    random_network(g, r);
    random_routes(g, r, routes);
    random_settings(g, r);
    random_traffic(g, r);
    for (uint64_t faults = below(g, 5); faults > 0; faults--) {
        random_fault(g, r);
    }
    r->sc.seed = below(g, 1000);
    r->sc.stop = PICK(g, 100 * SIM_MS, SIM_S, 20 * SIM_S);
}

/* Frames against a dead link are tried for ever: `stop` ends them, the budget never does. */
START_TEST(whatever_the_scenario_the_laws_hold)
{
    struct rng g = {(uint64_t)_i * 977 + 1};
    struct scenario_route routes[NODES_MAX];
    static struct rig r;
    random_rig(&g, &r, routes);
    rig_run(&r, false);
    ck_assert_uint_lt(r.trace.events, BUDGET);
    ck_assert_int_le(r.trace.sim_ns, r.sc.stop);
    rig_run_checked(&r);
    rig_free(&r);
}
END_TEST

/* One more fault changes nothing before the first packet or instant that it strikes. */
START_TEST(a_further_fault_changes_nothing_before_it)
{
    struct rng g = {(uint64_t)_i * 977 + 1};
    struct scenario_route routes[NODES_MAX];
    static struct rig r;
    random_rig(&g, &r, routes);
    rig_run(&r, true);
    struct trace plain = r.trace;
    r.trace = (struct trace){0};
    sim_time at = plain.sim_ns / 2;
    rig_fault(&r, (struct fault){.kind = FAULT_CUT,
                                 .at = at,
                                 .by = SIM_MS,
                                 .node = {r.links[0].node[0], r.links[0].node[1]}});
    rig_run(&r, true);
    uint32_t until = trace_first_after(&plain, at - 1);
    ck_assert_uint_eq(trace_first_after(&r.trace, at - 1), until);
    for (uint32_t n = 1; n < until; n++) {
        ck_assert_mem_eq(trace_record(&plain, n), trace_record(&r.trace, n), sizeof(struct record));
    }
    trace_free(&plain);
    rig_free(&r);
}
END_TEST

static Suite *suite(void)
{
    int seeds = getenv("SLOWWIRE_LONG") ? 2000 : 200;
    Suite *s = suite_create("property");
    TCase *t = tcase_create("random networks");
    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, whatever_the_scenario_the_laws_hold, 0, seeds);
    tcase_add_loop_test(t, a_further_fault_changes_nothing_before_it, 0, seeds);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    SRunner *runner = srunner_create(suite());
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
