/* RSVP in whole networks: what stands at which node, what a crash, a cut and lost messages do to
 * it, and that a run ends when nothing is reserved any more. */
#include "registry.h"
#include "run.h"
#include "scenario/read.h"
#include "wire/rsvp.h"

#include <check.h>
#include <string.h>

#define ROWS(table) (int)(sizeof(table) / sizeof *(table))

/* a and d — R1 — R2 — b and c, 1 Mbit/s between the routers; R = 2 s: what is not reminded of holds
 * (3 + 0.5) * 1.5 * 2 s = 10.5 s. */
#define HEAD(routers)                                                                              \
    "title: t\n"                                                                                   \
    "hosts:\n"                                                                                     \
    "  a: {address: 10.0.1.2/24, rsvp: {refresh: 2 s}}\n"                                          \
    "  d: {address: 10.0.4.2/24, rsvp: {refresh: 2 s}}\n"                                          \
    "  b: {address: 10.0.2.2/24, rsvp: {refresh: 2 s}}\n"                                          \
    "  c: {address: 10.0.3.2/24, rsvp: {refresh: 2 s}}\n"                                          \
    "routers:\n"                                                                                   \
    "  R1: {addresses: [10.0.1.1/24, 10.0.4.1/24, 10.0.9.1/24], rsvp: {refresh: 2 s}}\n"           \
    "  R2: {addresses: [10.0.9.2/24, 10.0.2.1/24, 10.0.3.1/24], rsvp: " routers "}\n"              \
    "groups: {239.1.1.1: [a, b, c, d]}\n"                                                          \
    "links:\n"                                                                                     \
    "  - {between: [a, R1], rate: 10 Mbit/s, delay: 1 ms}\n"                                       \
    "  - {between: [d, R1], rate: 10 Mbit/s, delay: 1 ms}\n"                                       \
    "  - {between: [R1, R2], rate: 1 Mbit/s, delay: 5 ms}\n"                                       \
    "  - {between: [R2, b], rate: 10 Mbit/s, delay: 1 ms}\n"                                       \
    "  - {between: [R2, c], rate: 10 Mbit/s, delay: 1 ms}\n"
#define NET HEAD("{refresh: 2 s}")
#define UDP(from, to, port, rest)                                                                  \
    "  - udp: {from: " from ", to: " to ":" port ", size: 172 B, rate: 68800 bit/s, " rest "}\n"

struct net_run {
    struct scenario *sc;
    struct trace t;
};

static void run_it(struct net_run *r, const char *text, bool watch)
{
    struct err err = {.lang = LANG_EN};
    struct buf told = {0};
    *r = (struct net_run){0};
    bool good = scenario_read_text("net.yaml", text, registry(), NULL, 0, &r->sc, &err);
    err_format(&err, &told);
    ck_assert_msg(good, "%s", buf_cstr(&told));
    const struct run_options opt = {.watch = watch};
    ck_assert(run_scenario(r->sc, &opt, &r->t, &err));
    buf_free(&told);
    err_free(&err);
}

static void run_free(struct net_run *r)
{
    trace_free(&r->t);
    scenario_free(r->sc);
}

static uint32_t node_named(const struct net_run *r, const char *name)
{
    uint32_t i = 0;
    while (i < r->t.node_count && strcmp(r->t.nodes[i].name, name) != 0) {
        i++;
    }
    ck_assert_uint_lt(i, r->t.node_count);
    return i;
}

/* A figure of the RSVP process that stands on that node then; -1: there is none. */
static int64_t at(const struct net_run *r, const char *node, const char *var, sim_time when)
{
    uint32_t e = trace_service_at(&r->t, node_named(r, node), "rsvp", when);
    int64_t value = -1;
    unsigned v = 0;
    if (e == 0) {
        return -1;
    }
    while (strcmp(r->t.entities[e].type->vars[v].name, var) != 0) {
        v++;
    }
    return trace_var_at(&r->t, e, v, when, &value) ? value : 0;
}

/* Messages of that type that the node sent, from then on. */
static uint32_t sent(const struct net_run *r, const char *node, enum rsvp_type type, sim_time from)
{
    uint32_t count = 0;
    for (uint32_t n = 1; n <= r->t.count; n++) {
        const struct record *rec = trace_record(&r->t, n);
        if (rec->kind != REC_SEND || rec->at < from) {
            continue;
        }
        const struct packet *p = trace_packet(&r->t, rec->packet);
        const struct entity *who = &r->t.entities[rec->where];
        count += strcmp(p->proto->name, "rsvp") == 0 && packet_head(p).data[1] == type &&
                 strcmp(r->t.nodes[who->node].name, node) == 0;
    }
    return count;
}

/* One row: a figure at a node, then. */
struct claim {
    const char *node, *var;
    sim_time when;
    int64_t value;
};

static void claim(const struct net_run *r, const struct claim *c, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int64_t value = at(r, c[i].node, c[i].var, c[i].when);
        ck_assert_msg(value == c[i].value, "%s of %s at %lld ms: %lld, not %lld", c[i].var,
                      c[i].node, (long long)(c[i].when / SIM_MS), (long long)value,
                      (long long)c[i].value);
    }
}
#define CLAIM(r, ...)                                                                              \
    claim(r, (const struct claim[]){__VA_ARGS__},                                                  \
          sizeof((const struct claim[]){__VA_ARGS__}) / sizeof(struct claim))

START_TEST(a_run_ends_when_all_flows_have)
{
    struct net_run r;
    run_it(&r, NET "traffic:\n" UDP("a", "b", "9", "for: 10 s, reserve: {confirm: on}"), true);
    ck_assert_int_eq(r.t.end, END_NOTHING_LEFT);
    ck_assert_int_lt(r.t.sim_ns, 11 * SIM_S);
    CLAIM(&r, {"R1", "reserved", SIM_S, 80000}, {"R2", "reserved", SIM_S, 80000},
          {"a", "reserved", SIM_S, 80000}, {"b", "reservations", SIM_S, 1},
          {"R1", "paths", 11 * SIM_S, 0}, {"R2", "reservations", 11 * SIM_S, 0},
          {"b", "paths", 11 * SIM_S, 0}, {"b", "reservations", 11 * SIM_S, 0});
    ck_assert_uint_eq(sent(&r, "a", RSVP_RESV_CONF, 0), 1);
    ck_assert_uint_eq(sent(&r, "R1", RSVP_PATH_TEAR, 0), 1);
    run_free(&r);
}
END_TEST

/* The tear is lost at the first router: the rest forgets by itself, and the run ends all the same.
 */
START_TEST(what_was_not_torn_runs_out)
{
    struct net_run r;
    run_it(
        &r,
        NET "traffic:\n" UDP(
            "a", "b", "9", "for: 10 s, reserve: on") "faults: [{drop: {from: a, is: PATH-TEAR}}]\n",
        true);
    ck_assert_int_eq(r.t.end, END_NOTHING_LEFT);
    CLAIM(&r, {"R1", "paths", 17 * SIM_S, 1}, {"R1", "paths", 20600 * SIM_MS, 0},
          {"R2", "reserved", 20600 * SIM_MS, 0}, {"R1", "expired", 20600 * SIM_MS, 1},
          {"R2", "expired", 20600 * SIM_MS, 0}); /* which was told by R1 */
    run_free(&r);
}
END_TEST

/* Two refreshes in a row are lost; K = 3 of them do not matter (3.7). */
START_TEST(lost_refreshes_do_not_matter)
{
    struct net_run r;
    run_it(&r,
           NET "traffic:\n" UDP(
               "a", "b", "9", "for: 30 s, reserve: on") "faults: [{drop: {from: R2, is: RESV, nth: "
                                                        "2}}, {drop: {from: R2, is: RESV, nth: 3}},"
                                                        " {drop: {from: R1, is: PATH, nth: 2}}, "
                                                        "{drop: {from: R1, is: PATH, nth: 3}}]\n",
           true);
    CLAIM(&r, {"R1", "expired", 30 * SIM_S, 0}, {"R2", "expired", 30 * SIM_S, 0},
          {"R1", "reserved", 29 * SIM_S, 80000});
    run_free(&r);
}
END_TEST

START_TEST(a_router_that_forgot_is_reminded)
{
    struct net_run r;
    run_it(
        &r,
        NET "traffic:\n" UDP(
            "a", "b", "9",
            "for: 30 s, reserve: on") "faults: [{at: 10 s, crash: R2}, {at: 11 s, restart: R2}]\n",
        true);
    CLAIM(&r, {"R2", "reserved", 9 * SIM_S, 80000}, {"R2", "reserved", 11 * SIM_S, 0},
          {"R2", "reserved", 18 * SIM_S, 80000}, {"R1", "reserved", 18 * SIM_S, 80000});
    ck_assert_int_lt(r.t.sim_ns, 31 * SIM_S);
    run_free(&r);
}
END_TEST

START_TEST(a_host_that_comes_back_asks_anew)
{
    struct net_run r;
    run_it(&r,
           NET "traffic:\n" UDP(
               "a", "b", "9",
               "for: 30 s, reserve: on") "faults: [{at: 5 s, crash: b}, {at: 20 s, restart: b}]\n",
           true);
    CLAIM(&r, {"R2", "reserved", 4 * SIM_S, 80000},
          {"R2", "reserved", 16 * SIM_S, 0}, /* 10.5 s after the last RESV */
          {"R1", "reserved", 16 * SIM_S, 0}, {"R2", "reserved", 24 * SIM_S, 80000},
          {"R1", "reserved", 24 * SIM_S, 80000});
    run_free(&r);
}
END_TEST

START_TEST(a_sender_that_comes_back_begins_anew)
{
    struct net_run r;
    run_it(&r,
           NET "traffic:\n" UDP(
               "a", "b", "9",
               "for: 20 s, reserve: on") "faults: [{at: 5 s, crash: a}, {at: 18 s, restart: a}]\n",
           true);
    CLAIM(&r, {"R2", "paths", 4 * SIM_S, 1}, {"R2", "paths", 17 * SIM_S, 0},
          {"R2", "reserved", 19 * SIM_S, 80000},
          {"R2", "reserved", 37 * SIM_S, 80000}, /* 20 s from its new beginning on */
          {"R2", "paths", 39 * SIM_S, 0});
    ck_assert_int_eq(r.t.end, END_NOTHING_LEFT);
    run_free(&r);
}
END_TEST

START_TEST(a_cut_ends_what_lies_behind_it)
{
    struct net_run r;
    run_it(&r,
           NET "traffic:\n" UDP(
               "a", "b", "9",
               "for: 60 s, reserve: on") "faults: [{at: 10 s, cut: [R1, R2], for: 20 s}]\n",
           true);
    CLAIM(&r, {"R1", "paths", 29 * SIM_S, 1}, /* a reminds it still */
          {"R1", "reserved", 29 * SIM_S, 0}, {"R2", "paths", 29 * SIM_S, 0},
          {"b", "reservations", 29 * SIM_S, 0}, {"R1", "reserved", 36 * SIM_S, 80000},
          {"R2", "reserved", 36 * SIM_S, 80000});
    run_free(&r);
}
END_TEST

/* Two speak to a group: each branch has one share for both, as large as one of them needs. */
START_TEST(members_of_a_group_are_merged)
{
    struct net_run r;
    run_it(&r,
           NET
           "traffic:\n"
           "  - conference: {from: a, to: 239.1.1.1, ssrc: 1, rtcp: off, for: 10 s, reserve: "
           "{style: SE}}\n"
           "  - conference: {from: d, to: 239.1.1.1, ssrc: 2, rtcp: off, for: 10 s, start: 2 s, "
           "reserve: {style: SE}}\n",
           true);
    CLAIM(&r, {"R2", "reservations", SIM_S, 2}, {"R1", "reservations", SIM_S, 2},
          {"R2", "reserved", SIM_S, 160000},     /* to b, to c */
          {"R1", "reserved", SIM_S, 160000},     /* to R2, to d */
          {"R2", "reserved", 5 * SIM_S, 160000}, /* the second shares it */
          {"R1", "reserved", 5 * SIM_S, 240000}, /* and goes to a as well */
          {"R1", "reserved", 11 * SIM_S, 160000}, {"R1", "paths", 13 * SIM_S, 0});
    ck_assert_int_lt(r.t.sim_ns, 13 * SIM_S);
    run_free(&r);
}
END_TEST

/* The second flow of that session wants another style: it is refused, the first stays. */
START_TEST(another_style_of_one_session_is_refused)
{
    struct net_run r;
    run_it(&r,
           NET "traffic:\n" UDP("a", "b", "9", "for: 10 s, reserve: {style: WF}")
               UDP("d", "b", "9", "start: 2 s, for: 4 s, reserve: {style: FF}"),
           true);
    CLAIM(&r, {"R2", "reserved", 5 * SIM_S, 80000}, {"R1", "reserved", 5 * SIM_S, 80000},
          {"b", "reservations", 5 * SIM_S, 1});
    run_free(&r);
}
END_TEST

START_TEST(what_is_refused_on_the_way_is_given_back)
{
    struct net_run r;
    run_it(&r,
           NET "traffic:\n" UDP("a", "b", "9", "for: 10 s, reserve: {rate: 500 kbit/s}")
               UDP("d", "c", "9", "start: 2 s, for: 5 s, reserve: {rate: 300 kbit/s}")
                   UDP("d", "c", "10", "start: 3 s, for: 5 s, reserve: {rate: 250 kbit/s}"),
           true);
    CLAIM(&r, {"R1", "reserved", 4 * SIM_S, 750000}, {"R1", "refused", 4 * SIM_S, 1},
          {"R2", "reserved", 4 * SIM_S, 750000}, {"d", "reserved", 4 * SIM_S, 250000},
          {"c", "reservations", 4 * SIM_S, 1});
    ck_assert_uint_eq(sent(&r, "R1", RSVP_RESV_ERR, 0), 1);
    ck_assert_uint_eq(sent(&r, "R2", RSVP_RESV_TEAR, 0), 1);
    run_free(&r);
}
END_TEST

/* R2 passes PATH and RESV on as anything else; R1 and b reserve, and the path is broken. */
START_TEST(a_router_without_rsvp_is_passed_through)
{
    struct net_run r;
    run_it(&r, HEAD("off") "traffic:\n" UDP("a", "b", "9", "for: 5 s, reserve: {confirm: on}"),
           true);
    CLAIM(&r, {"R1", "reserved", 2 * SIM_S, 80000}, {"b", "reservations", 2 * SIM_S, 1},
          {"R2", "paths", 2 * SIM_S, -1});
    ck_assert_uint_eq(sent(&r, "a", RSVP_RESV_CONF, 0), 1);
    run_free(&r);
}
END_TEST

START_TEST(a_receiver_gives_back_when_it_said)
{
    struct net_run r;
    run_it(&r, NET "traffic:\n" UDP("a", "b", "9", "for: 10 s, reserve: {at: 2 s, until: 4 s}"),
           true);
    CLAIM(&r, {"R1", "paths", SIM_S, 1}, {"R1", "reserved", SIM_S, 0},
          {"R1", "reserved", 3 * SIM_S, 80000}, {"R1", "reserved", 5 * SIM_S, 0},
          {"R1", "paths", 5 * SIM_S, 1});
    run_free(&r);
}
END_TEST

/* Whether somebody looks or not: the same run. */
START_TEST(unwatched_it_is_the_same_run)
{
    static const char text[] = NET "traffic:\n" UDP("a", "b", "9", "for: 5 s, reserve: on")
        UDP("d", "b", "10",
            "for: 5 s, reserve: {style: WF}") "  - udp: {from: d, to: c:9, size: 1000 B, rate: 2 "
                                              "Mbit/s, for: 5 s}\n"
                                              "faults: [{at: 2 s, cut: [R1, R2], for: 1 s}]\n";
    struct net_run watched, alone;
    run_it(&watched, text, true);
    run_it(&alone, text, false);
    ck_assert_int_eq(watched.t.sim_ns, alone.t.sim_ns);
    for (uint32_t f = 1; f <= watched.t.flow_count; f++) {
        ck_assert_uint_eq(watched.t.flows[f].delivered_bytes, alone.t.flows[f].delivered_bytes);
        ck_assert_mem_eq(watched.t.flows[f].drops, alone.t.flows[f].drops,
                         DROP_CLASS_COUNT * sizeof(uint64_t));
    }
    run_free(&watched);
    run_free(&alone);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("rsvp net");
    TCase *t = tcase_create("runs");
    tcase_add_test(t, a_run_ends_when_all_flows_have);
    tcase_add_test(t, what_was_not_torn_runs_out);
    tcase_add_test(t, lost_refreshes_do_not_matter);
    tcase_add_test(t, a_router_that_forgot_is_reminded);
    tcase_add_test(t, a_host_that_comes_back_asks_anew);
    tcase_add_test(t, a_sender_that_comes_back_begins_anew);
    tcase_add_test(t, a_cut_ends_what_lies_behind_it);
    tcase_add_test(t, members_of_a_group_are_merged);
    tcase_add_test(t, another_style_of_one_session_is_refused);
    tcase_add_test(t, what_is_refused_on_the_way_is_given_back);
    tcase_add_test(t, a_router_without_rsvp_is_passed_through);
    tcase_add_test(t, a_receiver_gives_back_when_it_said);
    tcase_add_test(t, unwatched_it_is_the_same_run);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? 1 : 0;
}
