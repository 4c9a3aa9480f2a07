/* Groups in the network: what is sent to one goes over each link of the tree of shortest ways once,
 * is multiplied where ways part, and comes to the members and to nobody else (RFC 1112 4, 6.1, 7.2;
 * RFC 1122 3.2.2). Two packets of 20 ms are sent in each story. */
#include "scenario/read.h"
#include "world_check.h"

#include <string.h>

#define ROWS(table) (int)(sizeof(table) / sizeof *(table))

#define HOSTS(...) "title: t\nhosts: {" __VA_ARGS__ "}\n"
#define STAR                                                                                       \
    HOSTS("a: 10.0.1.2/24, b: 10.0.2.2/24, c: 10.0.3.2/24, d: 10.0.4.2/24")                        \
    "routers: {R1: {addresses: [10.0.1.1/24, 10.0.5.1/24, 10.0.4.1/24]},"                          \
    " R2: {addresses: [10.0.2.1/24, 10.0.3.1/24, 10.0.5.2/24]}}\n"                                 \
    "links: [{between: [a, R1], delay: 1 ms}, {between: [d, R1], delay: 1 ms},"                    \
    " {between: [R1, R2], delay: 1 ms}, {between: [b, R2], delay: 1 ms},"                          \
    " {between: [c, R2], delay: 1 ms}]\n"
#define VOICE(from) "{conference: {from: " from ", to: 239.1.1.1, for: 40 ms, rtcp: off}}"
#define EAR(on)     "{conference: {from: " on ", to: 239.1.1.1, listen: on, for: 1 s, rtcp: off}}"

static const struct {
    const char *what, *text;
    struct {
        const char *link;
        unsigned packets;
    } sent[8];
} trees[] = {
    {"once over a common link, twice where ways part",
     STAR "groups: {239.1.1.1: [a, b, c]}\ntraffic: [" VOICE("a") "]\n",
     {{"a>R1", 2}, {"R1>R2", 2}, {"R2>b", 2}, {"R2>c", 2}, {"R1>d", 0}, {"R1>a", 0}, {"R2>R1", 0}}},
    {"only toward members",
     STAR "groups: {239.1.1.1: [a, d]}\ntraffic: [" VOICE("a") "]\n",
     {{"a>R1", 2}, {"R1>d", 2}, {"R1>R2", 0}, {"R2>b", 0}}},
    {"from either end by the same tree",
     STAR "groups: {239.1.1.1: [a, b, d]}\ntraffic: [" VOICE("b") "]\n",
     {{"b>R2", 2}, {"R2>R1", 2}, {"R1>a", 2}, {"R1>d", 2}, {"R2>c", 0}, {"R2>b", 0}}},
    {"who is no member may speak",
     STAR "groups: {239.1.1.1: [b, c]}\ntraffic: [" VOICE("d") "]\n",
     {{"d>R1", 2}, {"R1>R2", 2}, {"R2>b", 2}, {"R2>c", 2}, {"R1>a", 0}, {"R1>d", 0}}},
    {"each sender has a tree of its own",
     STAR "groups: {239.1.1.1: [a, c]}\ntraffic: [" VOICE("a") ", " VOICE("c") "]\n",
     {{"a>R1", 2}, {"R1>R2", 2}, {"R2>c", 2}, {"c>R2", 2}, {"R2>R1", 2}, {"R1>a", 2}}},
    {"alone, nothing leaves the host",
     STAR "groups: {239.1.1.1: [a]}\ntraffic: [" VOICE("a") "]\n",
     {{"a>R1", 0}, {"R1>R2", 0}}},
    {"two groups are two trees",
     STAR "groups: {239.1.1.1: [a, b], 239.1.1.2: [a, d]}\ntraffic: [" VOICE(
         "a") ", {conference: {from: a, to: 239.1.1.2, port: 6004, for: 20 ms, rtcp: off}}]\n",
     {{"a>R1", 3}, {"R1>R2", 2}, {"R2>b", 2}, {"R1>d", 1}}},
    /* R1, R2, R3 in a ring: R1 has 3 ms to R3, by R2 it would be 4 ms. */
    {"over a ring nothing comes twice",
     HOSTS(
         "a: 10.0.1.2/24, b: 10.0.2.2/24, c: 10.0.3.2/24") "routers: {R1: {addresses: "
                                                           "[10.0.1.1/24, 10.1.0.1/24, "
                                                           "10.2.0.1/24]},"
                                                           " R2: {addresses: [10.0.2.1/24, "
                                                           "10.1.0.2/24, 10.3.0.1/24]},"
                                                           " R3: {addresses: [10.0.3.1/24, "
                                                           "10.2.0.2/24, 10.3.0.2/24]}}\n"
                                                           "links: [{between: [a, R1]}, {between: "
                                                           "[b, R2]}, {between: [c, R3]},"
                                                           " {between: [R1, R2], delay: 2 ms}, "
                                                           "{between: [R1, R3], delay: 3 ms},"
                                                           " {between: [R2, R3], delay: 2 ms}]\n"
                                                           "groups: {239.1.1.1: [a, b, "
                                                           "c]}\ntraffic: [" VOICE("a") "]\n",
     {{"R1>R2", 2}, {"R1>R3", 2}, {"R2>R3", 0}, {"R3>R2", 0}, {"R2>b", 2}, {"R3>c", 2}}},
    /* A switch knows no groups: it floods. */
    {"a switch sends it everywhere but back",
     HOSTS(
         "a: 10.0.1.2/24, b: 10.0.1.3/24, c: 10.0.1.4/24") "switches: {sw: {}}\n"
                                                           "links: [{between: [a, sw]}, {between: "
                                                           "[b, sw]}, {between: [c, sw]}]\n"
                                                           "groups: {239.1.1.1: [a, b]}\ntraffic: "
                                                           "[" VOICE("a") "]\n",
     {{"a>sw", 2}, {"sw>b", 2}, {"sw>c", 2}, {"sw>a", 0}}},
};

static bool read_text(const char *text, struct scenario **sc)
{
    struct err err = {0};
    bool good = scenario_read_text("groups.yaml", text, registry(), NULL, 0, sc, &err);
    if (!good) {
        err_print(&err, stderr, false);
    }
    err_free(&err);
    return good;
}

/* Runs, and asks what must hold of any run; NULL: it does not. */
static struct trace *run_text(const char *text, struct scenario **sc)
{
    struct trace *t = os_alloc(sizeof *t);
    struct run_options opt = {.watch = true};
    struct err err = {0};
    struct buf what = {0};
    ck_assert(read_text(text, sc));
    ck_assert(run_scenario(*sc, &opt, t, &err));
    ck_assert_msg(trace_invariants(t, &what), "%s", buf_cstr(&what));
    buf_free(&what);
    err_free(&err);
    return t;
}

static void end_text(struct trace *t, struct scenario *sc)
{
    trace_free(t);
    free(t);
    scenario_free(sc);
}

static unsigned count_of(const struct trace *t, enum record_kind kind, const char *where)
{
    unsigned count = 0;
    for (uint32_t n = 1; n <= t->count; n++) {
        const struct record *r = trace_record(t, n);
        bool is_media = r->packet && kind != REC_VAR &&
                        strcmp(trace_packet(t, r->packet)->proto->name, "rtp") == 0;
        count += r->kind == kind && is_media && strcmp(t->entities[r->where].name, where) == 0;
    }
    return count;
}

START_TEST(it_goes_over_each_link_of_its_tree_once)
{
    struct scenario *sc = NULL;
    struct trace *t = run_text(trees[_i].text, &sc);
    for (int i = 0; i < 8 && trees[_i].sent[i].link; i++) {
        unsigned found = count_of(t, REC_TX, trees[_i].sent[i].link);
        ck_assert_msg(found == trees[_i].sent[i].packets, "%s: %u over %s", trees[_i].what, found,
                      trees[_i].sent[i].link);
    }
    end_text(t, sc);
}
END_TEST

/* 160 bytes each. */
static uint64_t heard(const struct trace *t, const char *node)
{
    uint64_t bytes = 0;
    for (uint32_t n = 1; n <= t->count; n++) {
        const struct record *r = trace_record(t, n);
        const struct entity *e = &t->entities[r->where];
        if (r->kind == REC_DELIVER && strcmp(t->nodes[e->node].name, node) == 0) {
            bytes += (uint64_t)r->value;
        }
    }
    return bytes;
}

START_TEST(members_that_listen_hear_it_and_nobody_else)
{
    struct scenario *sc = NULL;
    struct trace *t = run_text(STAR "groups: {239.1.1.1: [a, b, c]}\ntraffic: [" VOICE(
                                   "a") ", " EAR("b") ", " EAR("d") "]\n",
                               &sc);
    ck_assert_uint_eq(heard(t, "b"), 320);
    ck_assert_uint_eq(heard(t, "c"), 0);              /* a member, on which nobody listens */
    ck_assert_uint_eq(heard(t, "d"), 0);              /* it listens, and is no member */
    ck_assert_uint_eq(heard(t, "a"), 0);              /* nobody hears himself */
    ck_assert_uint_eq(count_of(t, REC_DROP, "c"), 0); /* thrown away without a word */
    end_text(t, sc);
}
END_TEST

/* What befalls one branch is no business of the others, and the packet keeps its number on all. */
START_TEST(a_loss_on_one_branch_is_none_on_another)
{
    struct scenario *sc = NULL;
    struct trace *t = run_text(STAR "groups: {239.1.1.1: [a, b, c]}\n"
                                    "traffic: [" VOICE("a") ", " EAR("b") ", " EAR(
                                        "c") "]\n"
                                             "faults: [{drop: {link: [R2, c], is: RTP, nth: 1}}]\n",
                               &sc);
    ck_assert_uint_eq(heard(t, "b"), 320);
    ck_assert_uint_eq(heard(t, "c"), 160);
    ck_assert_uint_eq(count_of(t, REC_DROP, "R2>c"), 1);
    ck_assert_uint_eq(count_of(t, REC_SEND, "a.rtp-member1"), 2);
    end_text(t, sc);
}
END_TEST

/* 10.1.0.1 > .2, 10.2.0.1 > .2 …: a, so many routers, b. */
static void write_chain(struct buf *out, unsigned routers)
{
    buf_printf(out, "title: t\nhosts: {a: 10.0.0.1/24, b: 10.%u.0.2/24}\nrouters: {", routers);
    for (unsigned i = 1; i <= routers; i++) {
        buf_printf(out, "%sR%u: {addresses: [10.%u.0.2/24, 10.%u.0.1/24]}", i > 1 ? ", " : "", i,
                   i - 1, i);
    }
    buf_str(out, "}\nlinks: [");
    for (unsigned i = 0; i <= routers; i++) {
        char from[8] = "a", to[8] = "b";
        if (i > 0) {
            snprintf(from, sizeof from, "R%u", i);
        }
        if (i < routers) {
            snprintf(to, sizeof to, "R%u", i + 1);
        }
        buf_printf(out, "%s{between: [%s, %s]}", i ? ", " : "", from, to);
    }
    buf_str(out, "]\ngroups: {239.1.1.1: [a, b]}\ntraffic: [" VOICE("a") ", " EAR("b") "]\n");
}

/* A TTL of 64: the 64th router does not pass it on; and nobody is told (RFC 1112 7.2). */
static const struct {
    unsigned routers;
    uint64_t heard;
} chains[] = {{1, 320}, {63, 320}, {64, 0}};

START_TEST(a_group_s_packet_gets_no_farther_than_its_ttl)
{
    struct buf text = {0};
    struct scenario *sc = NULL;
    write_chain(&text, chains[_i].routers);
    struct trace *t = run_text(buf_cstr(&text), &sc);
    ck_assert_uint_eq(heard(t, "b"), chains[_i].heard);
    for (uint32_t p = 1; p <= t->packets.count; p++) {
        ck_assert_str_ne(trace_packet(t, p)->proto->name, "icmp");
    }
    buf_free(&text);
    end_text(t, sc);
}
END_TEST

START_TEST(a_member_that_is_down_costs_the_others_nothing)
{
    struct scenario *sc = NULL;
    struct trace *t = run_text(STAR "groups: {239.1.1.1: [a, b, c]}\n"
                                    "traffic: [" VOICE("a") ", " EAR("b") ", " EAR(
                                        "c") "]\n"
                                             "faults: [{at: 10 ms, crash: c}]\n",
                               &sc);
    ck_assert_uint_eq(heard(t, "b"), 320);
    ck_assert_uint_eq(heard(t, "c"), 160);
    end_text(t, sc);
}
END_TEST

/* A host that is in two groups hears on one port what is sent to each apart from the other. */
START_TEST(two_groups_may_share_a_port)
{
    struct scenario *sc = NULL;
    struct trace *t = run_text(
        STAR "groups: {239.1.1.1: [a, b], 239.1.1.2: [d, b]}\n"
             "traffic: [" VOICE("a") ", {conference: {from: d, to: 239.1.1.2, for: 60 ms, rtcp: "
                                     "off}}, " EAR("b") ", {conference: {from: b, to: 239.1.1.2, "
                                                        "listen: on, for: 1 s, rtcp: off}}]\n",
        &sc);
    ck_assert_uint_eq(t->flows[1].delivered_bytes, 320);
    ck_assert_uint_eq(t->flows[2].delivered_bytes, 480);
    ck_assert_uint_eq(heard(t, "b"), 800);
    end_text(t, sc);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("multicast");
    TCase *c = tcase_create("groups");
    tcase_add_loop_test(c, it_goes_over_each_link_of_its_tree_once, 0, ROWS(trees));
    tcase_add_test(c, members_that_listen_hear_it_and_nobody_else);
    tcase_add_test(c, a_loss_on_one_branch_is_none_on_another);
    tcase_add_loop_test(c, a_group_s_packet_gets_no_farther_than_its_ttl, 0, ROWS(chains));
    tcase_add_test(c, a_member_that_is_down_costs_the_others_nothing);
    tcase_add_test(c, two_groups_may_share_a_port);
    suite_add_tcase(s, c);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
