/* The exact interventions: drop, delay, duplicate, corrupt, cut, crash, restart. A datagram of 972
 * bytes is 1000 on the link: 8 ms at 1 Mbit/s; wires of 10 ms; one leaves each 100 ms from 0 on. */
#include "world_check.h"

enum { A, B, R }; /* the nodes of the rig */

static void over_a_router(struct rig *r, int64_t count)
{
    rig_init(r);
    rig_node(r, "a", SCENARIO_HOST);
    rig_node(r, "b", SCENARIO_HOST);
    rig_node(r, "R", SCENARIO_ROUTER);
    rig_link(r, A, R, 1000000, 10 * SIM_MS);
    rig_link(r, R, B, 1000000, 10 * SIM_MS);
    rig_udp(r, A, B, 972, count, 100 * SIM_MS);
}

static struct pattern nth(uint32_t n)
{
    return (struct pattern){.given = PATTERN_FROM | PATTERN_NTH, .from = A, .nth = n};
}

static struct pattern nth_on(uint32_t n, uint32_t x, uint32_t y)
{
    struct pattern p = nth(n);
    p.given |= PATTERN_LINK;
    p.link[0] = x;
    p.link[1] = y;
    return p;
}

/* The second datagram leaves at 100 ms: on the first wire 108 .. 118, transmitted again until 126,
 * on the second wire until 136. */
static const struct {
    bool on_second; /* the pattern names the second link */
    sim_time at;
    bool strikes;
    uint32_t direction; /* in order of entities: a>R, R>a, R>b, b>R */
    sim_time died;
} drops[] = {
    {false, SIM_NEVER, true, 0, 113 * SIM_MS}, /* half-way: end of transmission + delay / 2 */
    {true, SIM_NEVER, true, 2, 131 * SIM_MS},
    {false, 100 * SIM_MS, true, 0, 100 * SIM_MS},
    {false, 104 * SIM_MS, true, 0, 104 * SIM_MS}, /* while it is being sent */
    {false, 117 * SIM_MS, true, 0, 117 * SIM_MS},
    {false, 119 * SIM_MS, true, 2, 119 * SIM_MS}, /* on the second hop by then */
    {false, 135999999, true, 2, 135999999},
    {true, 120 * SIM_MS, true, 2, 120 * SIM_MS},
    {false, 99 * SIM_MS, false, 0, 0},  /* not yet born */
    {false, 137 * SIM_MS, false, 0, 0}, /* it is there */
    {true, 110 * SIM_MS, false, 0, 0},  /* not on that link then */
};

START_TEST(a_drop_strikes_where_and_when_it_says)
{
    struct rig r;
    sim_time when = 0;
    uint32_t where = 0;
    over_a_router(&r, 3);
    rig_fault(&r, (struct fault){.kind = FAULT_DROP,
                                 .at = drops[_i].at,
                                 .pattern = drops[_i].on_second ? nth_on(2, R, B) : nth(2)});
    rig_run_checked(&r);
    unsigned why = drop_of(&r.trace, nth_packet(&r.trace, 1, 2), &when, &where);
    ck_assert_uint_eq(why, drops[_i].strikes ? DROP_FAULT : 0);
    ck_assert_uint_eq(r.trace.flows[1].delivered_bytes, drops[_i].strikes ? 1944 : 2916);
    if (drops[_i].strikes) {
        ck_assert_int_eq(when, drops[_i].died);
        ck_assert_uint_eq(where - r.sc.node_count - 1, drops[_i].direction);
    }
    rig_free(&r);
}
END_TEST

START_TEST(without_nth_each_that_matches_is_struck)
{
    struct rig r;
    over_a_router(&r, 5);
    rig_udp(&r, B, A, 100, 5, 100 * SIM_MS);
    rig_fault(&r, (struct fault){.kind = FAULT_DROP,
                                 .at = SIM_NEVER,
                                 .pattern = {.given = PATTERN_FROM, .from = A}});
    rig_run_checked(&r);
    ck_assert_uint_eq(r.trace.flows[1].drops[DROP_FAULT], 5);
    ck_assert_uint_eq(r.trace.flows[2].delivered_bytes, 500);
    rig_free(&r);
}
END_TEST

/* It reaches only so far as the jitter of the wire lets it: 15 ms more than the delay. */
START_TEST(a_click_on_a_jittered_packet_strikes_it)
{
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct rig r;
        over_a_router(&r, 1);
        r.sc.seed = seed;
        r.links[0].direction[0].jitter = 10 * SIM_MS;
        rig_run(&r, true);
        sim_time arrive = hop_of(&r.trace, 1, 0).arrive;
        rig_fault(&r, (struct fault){.kind = FAULT_DROP, .at = arrive - 1, .pattern = nth(1)});
        rig_run_checked(&r);
        ck_assert_int_eq(hop_of(&r.trace, 1, 0).died, arrive - 1);
        rig_free(&r);
    }
}
END_TEST

/* The first dies at 1 ms, while it is being sent; the second at 2 ms, before its turn comes at 8
 * ms: that is the end of the run, whether or not somebody would have seen it leave. */
START_TEST(a_packet_may_die_in_the_queue)
{
    struct rig r;
    over_a_router(&r, 1);
    r.sc.traffic_count = 0;
    rig_burst(&r, A, B, 972, 2);
    rig_fault(&r, (struct fault){.kind = FAULT_DROP, .at = SIM_MS, .pattern = nth(1)});
    rig_fault(&r, (struct fault){.kind = FAULT_DROP, .at = 2 * SIM_MS, .pattern = nth(2)});
    rig_run_checked(&r);
    ck_assert_uint_eq(r.trace.flows[1].drops[DROP_FAULT], 2);
    ck_assert_int_eq(r.trace.sim_ns, 2 * SIM_MS);
    ck_assert_int_eq(hop_of(&r.trace, 2, 0).died, 2 * SIM_MS);
    rig_free(&r);
}
END_TEST

START_TEST(a_delayed_packet_is_overtaken)
{
    struct rig r;
    over_a_router(&r, 3);
    rig_fault(&r, (struct fault){.kind = FAULT_DELAY, .by = 150 * SIM_MS, .pattern = nth(1)});
    rig_run_checked(&r);
    uint32_t order[3], count = 0;
    for (uint32_t n = 1; n <= r.trace.count; n++) {
        const struct record *rec = trace_record(&r.trace, n);
        if (rec->kind == REC_DELIVER) {
            order[count++] = rec->packet;
        }
    }
    ck_assert_int_eq(hop_of(&r.trace, nth_packet(&r.trace, 1, 1), 0).arrive, 168 * SIM_MS);
    ck_assert_uint_eq(count, 3);
    ck_assert_uint_eq(order[0], nth_packet(&r.trace, 1, 2));
    ck_assert_uint_eq(order[1], nth_packet(&r.trace, 1, 1));
    rig_free(&r);
}
END_TEST

START_TEST(a_duplicate_comes_after_its_time)
{
    struct rig r;
    over_a_router(&r, 2);
    rig_fault(&r,
              (struct fault){.kind = FAULT_DUPLICATE, .by = _i * 50 * SIM_MS, .pattern = nth(1)});
    rig_run_checked(&r);
    uint32_t copy = 0;
    for (uint32_t id = 1; id <= r.trace.packets.count; id++) {
        copy = trace_packet(&r.trace, id)->parent ? id : copy;
    }
    ck_assert_uint_eq(r.trace.packets.count, 3);
    ck_assert_uint_eq(trace_packet(&r.trace, copy)->parent, nth_packet(&r.trace, 1, 1));
    /* At once: behind the original, whose transmission ends at 8 ms. */
    ck_assert_int_eq(hop_of(&r.trace, copy, 0).start, _i ? _i * 50 * SIM_MS : 8 * SIM_MS);
    ck_assert_uint_eq(r.trace.flows[1].delivered_bytes, 3 * 972);
    rig_free(&r);
}
END_TEST

/* Bits are counted from the first of the IPv4 header: 160 of IPv4, 64 of UDP, then the payload. */
START_TEST(a_flipped_bit_is_refused_by_whom_it_concerns)
{
    struct rig r;
    sim_time when = 0;
    uint32_t where = 0;
    over_a_router(&r, 2);
    rig_fault(&r, (struct fault){.kind = FAULT_CORRUPT, .bit = _i, .pattern = nth(1)});
    rig_run_checked(&r);
    uint32_t flipped = 0;
    for (uint32_t id = 1; id <= r.trace.packets.count; id++) {
        flipped = trace_packet(&r.trace, id)->is_flipped ? id : flipped;
    }
    ck_assert_uint_eq(trace_packet(&r.trace, flipped)->parent, nth_packet(&r.trace, 1, 1));
    unsigned why = drop_of(&r.trace, flipped, &when, &where);
    ck_assert_uint_eq(why, DROP_CHECKSUM);
    ck_assert_uint_eq(where, r.trace.nodes[_i < 160 ? R : B].entity);
    ck_assert_int_eq(when, _i < 160 ? 18 * SIM_MS : 36 * SIM_MS);
    ck_assert_uint_eq(r.trace.flows[1].delivered_bytes, 972);
    rig_free(&r);
}
END_TEST

/* A bit that the fault leaves open is drawn by names: another flow before it changes nothing. */
START_TEST(a_drawn_bit_depends_on_names_alone)
{
    uint8_t bytes[2][1000];
    for (int more = 0; more < 2; more++) {
        struct rig r;
        over_a_router(&r, 1);
        r.sc.traffic_count = 0;
        for (int k = 0; k < more; k++) {
            rig_udp(&r, B, A, 10, 5, SIM_MS);
        }
        rig_udp(&r, A, B, 972, 1, 100 * SIM_MS)->start = 50 * SIM_MS;
        rig_fault(&r, (struct fault){.kind = FAULT_CORRUPT, .bit = -1, .pattern = nth(1)});
        rig_run_checked(&r);
        for (uint32_t id = 1; id <= r.trace.packets.count; id++) {
            struct packet *p = packet_at(&r.trace.packets, id);
            if (p->is_flipped) {
                memcpy(bytes[more], packet_head(p).data, 1000);
            }
        }
        rig_free(&r);
    }
    ck_assert_mem_eq(bytes[0], bytes[1], 1000);
}
END_TEST

/* a>R: three at 0 (one sent until 8, one until 16, one until 24 ms), one at 100. */
static void burst_and_one(struct rig *r)
{
    over_a_router(r, 1);
    r->sc.traffic_count = 0;
    rig_burst(r, A, B, 972, 3);
    rig_udp(r, A, B, 972, 1, 100 * SIM_MS)->start = 100 * SIM_MS;
}

START_TEST(a_cut_takes_what_is_on_the_wire_and_in_the_queue)
{
    struct rig r;
    burst_and_one(&r);
    /* At 12 ms the first is on the wire, the second half sent, the third waits. */
    rig_fault(&r, (struct fault){
                      .kind = FAULT_CUT, .at = 12 * SIM_MS, .by = 20 * SIM_MS, .node = {A, R}});
    rig_run_checked(&r);
    ck_assert_uint_eq(r.trace.flows[1].drops[DROP_LINK_DOWN], 3);
    ck_assert_uint_eq(r.trace.flows[2].delivered_bytes, 972);
    /* The transmitter finishes the second, and never begins the third. */
    ck_assert_int_eq(r.trace.link_figures[0].busy, 24 * SIM_MS);
    for (uint32_t id = 1; id <= 3; id++) {
        sim_time when;
        uint32_t where;
        drop_of(&r.trace, id, &when, &where);
        ck_assert_int_eq(when, 12 * SIM_MS);
    }
    rig_free(&r);
}
END_TEST

/* What is offered when the cut heals, before the transmission that it struck has ended, waits for
 * that end: 16 ms. */
START_TEST(the_transmitter_still_finishes)
{
    struct rig r;
    burst_and_one(&r);
    r.traffic[1].start = 14 * SIM_MS;
    rig_fault(&r,
              (struct fault){.kind = FAULT_CUT, .at = 12 * SIM_MS, .by = SIM_MS, .node = {A, R}});
    rig_run_checked(&r);
    ck_assert_int_eq(hop_of(&r.trace, nth_packet(&r.trace, 2, 1), 0).start, 16 * SIM_MS);
    ck_assert_int_eq(hop_of(&r.trace, nth_packet(&r.trace, 2, 1), 0).arrive, 34 * SIM_MS);
    rig_free(&r);
}
END_TEST

START_TEST(the_transmitter_finishes_what_a_fault_has_killed)
{
    struct rig r;
    burst_and_one(&r);
    r.traffic[1].start = 14 * SIM_MS;
    rig_fault(&r, (struct fault){.kind = FAULT_DROP, .at = 11 * SIM_MS, .pattern = nth(2)});
    rig_fault(&r,
              (struct fault){.kind = FAULT_CUT, .at = 12 * SIM_MS, .by = SIM_MS, .node = {A, R}});
    rig_run_checked(&r);
    ck_assert_int_eq(hop_of(&r.trace, nth_packet(&r.trace, 2, 1), 0).start, 16 * SIM_MS);
    rig_free(&r);
}
END_TEST

START_TEST(what_is_offered_during_a_cut_is_dropped_at_once)
{
    struct rig r;
    over_a_router(&r, 5);
    rig_fault(&r, (struct fault){
                      .kind = FAULT_CUT, .at = 150 * SIM_MS, .by = 200 * SIM_MS, .node = {R, A}});
    rig_run_checked(&r);
    for (uint32_t n = 1; n <= 5; n++) {
        sim_time when = 0;
        uint32_t where = 0;
        bool is_during = n == 3 || n == 4; /* 200 and 300 ms */
        unsigned why = drop_of(&r.trace, nth_packet(&r.trace, 1, n), &when, &where);
        ck_assert_uint_eq(why, is_during ? DROP_LINK_DOWN : 0);
        ck_assert_int_eq(when, is_during ? (sim_time)(n - 1) * 100 * SIM_MS : 0);
    }
    rig_free(&r);
}
END_TEST

/* 50 .. 250 ms and 150 .. 450 ms: the link is whole again when both have healed. */
START_TEST(cuts_may_overlap)
{
    struct rig r;
    over_a_router(&r, 6);
    rig_fault(&r, (struct fault){
                      .kind = FAULT_CUT, .at = 50 * SIM_MS, .by = 200 * SIM_MS, .node = {A, R}});
    rig_fault(&r, (struct fault){
                      .kind = FAULT_CUT, .at = 150 * SIM_MS, .by = 300 * SIM_MS, .node = {A, R}});
    rig_run_checked(&r);
    ck_assert_uint_eq(r.trace.flows[1].drops[DROP_LINK_DOWN], 4); /* 100, 200, 300, 400 ms */
    ck_assert_uint_eq(r.trace.flows[1].delivered_bytes, 2 * 972);
    rig_free(&r);
}
END_TEST

/* Down from 150 to 350 ms. Datagram n leaves at (n - 1) * 100 ms, is at R 18 ms, at b 36 ms later.
 */
static const struct {
    uint32_t node;
    unsigned why;
    uint32_t lost;      /* datagrams 3 and 4 */
    uint64_t delivered; /* a source that starts anew begins from its first */
} crashes[] = {{B, DROP_NODE_DOWN, 2, 4}, {R, DROP_NODE_DOWN, 2, 4}, {A, DROP_NODE_DOWN, 0, 8}};

START_TEST(who_is_down_gets_nothing_and_begins_anew)
{
    struct rig r;
    over_a_router(&r, 6);
    rig_fault(&r,
              (struct fault){.kind = FAULT_CRASH, .at = 150 * SIM_MS, .node = {crashes[_i].node}});
    rig_fault(
        &r, (struct fault){.kind = FAULT_RESTART, .at = 350 * SIM_MS, .node = {crashes[_i].node}});
    rig_run_checked(&r);
    ck_assert_uint_eq(r.trace.flows[1].drops[crashes[_i].why], crashes[_i].lost);
    ck_assert_uint_eq(r.trace.flows[1].delivered_bytes, crashes[_i].delivered * 972);
    rig_free(&r);
}
END_TEST

/* Five at 0 into the router's slow link (80 ms each at 100 kbit/s): sent from 18, 98, 178 ms. The
 * crash at 100 empties its queue; what is on the wire and being sent goes on. */
START_TEST(a_crash_empties_the_queue_but_not_the_wire)
{
    for (int by_bytes = 0; by_bytes < 2; by_bytes++) {
        struct rig r;
        over_a_router(&r, 1);
        r.sc.traffic_count = 0;
        rig_burst(&r, A, B, 972, 5);
        rig_udp(&r, A, B, 972, 2, SIM_MS)->start = 150 * SIM_MS;
        r.links[1].direction[0].rate_bps = 100000;
        r.links[1].direction[0].delay = SIM_S;
        r.links[1].direction[0].queue_bytes = by_bytes ? 10000 : 0;
        rig_fault(&r, (struct fault){.kind = FAULT_CRASH, .at = 100 * SIM_MS, .node = {R}});
        rig_fault(&r, (struct fault){.kind = FAULT_RESTART, .at = 110 * SIM_MS, .node = {R}});
        rig_run_checked(&r);
        ck_assert_uint_eq(r.trace.flows[1].drops[DROP_NODE_DOWN], 3);
        ck_assert_uint_eq(r.trace.flows[1].delivered_bytes, 2 * 972);
        ck_assert_uint_eq(r.trace.flows[2].delivered_bytes, 2 * 972);
        /* 150 + 18 ms at R; the second transmission ends at 98.x + 80 = 178 ms. */
        struct hop hop = hop_of(&r.trace, nth_packet(&r.trace, 2, 1), 1);
        ck_assert_int_eq(hop.start, 178 * SIM_MS);
        ck_assert_int_eq(hop.arrive, 1258 * SIM_MS); /* no ghost of the queue is in front of it */
        rig_free(&r);
    }
}
END_TEST

/* In whatever order the start, the crash and the restart of one instant come, one source runs. */
START_TEST(a_restart_at_the_start_opens_one_source)
{
    struct rig r;
    over_a_router(&r, 3);
    r.traffic[0].start = 200 * SIM_MS;
    rig_fault(&r, (struct fault){.kind = FAULT_CRASH, .at = _i * 100 * SIM_MS, .node = {A}});
    rig_fault(&r, (struct fault){.kind = FAULT_RESTART, .at = 200 * SIM_MS, .node = {A}});
    rig_run_checked(&r);
    ck_assert_uint_eq(r.trace.flows[1].packets, 3);
    ck_assert_uint_eq(r.trace.flows[1].delivered_bytes, 3 * 972);
    rig_free(&r);
}
END_TEST

/* Each kind of fault, added to a run with losses and jitter: equal up to the fault. */
static const struct fault additions[] = {
    {.kind = FAULT_DROP, .at = SIM_NEVER, .pattern = {.given = PATTERN_NTH, .nth = 30}},
    {.kind = FAULT_DELAY, .by = SIM_S, .pattern = {.given = PATTERN_NTH, .nth = 30}},
    {.kind = FAULT_DUPLICATE, .by = SIM_MS, .pattern = {.given = PATTERN_NTH, .nth = 30}},
    {.kind = FAULT_CORRUPT, .bit = 300, .pattern = {.given = PATTERN_NTH, .nth = 30}},
    {.kind = FAULT_CUT, .at = 2 * SIM_S, .by = SIM_S, .node = {A, R}},
    {.kind = FAULT_CRASH, .at = 2 * SIM_S, .node = {B}},
};

static void noisy(struct rig *r)
{
    over_a_router(r, 60);
    r->links[0].direction[0].loss = (struct loss){.kind = LOSS_CHANCE, .chance = 200000000};
    r->links[1].direction[0].jitter = 15 * SIM_MS;
    r->links[1].direction[0].duplicate = 100000000;
}

START_TEST(a_fault_changes_nothing_before_it)
{
    struct rig plain, faulty;
    noisy(&plain);
    noisy(&faulty);
    rig_fault(&faulty, additions[_i]);
    rig_run_checked(&plain);
    rig_run_checked(&faulty);
    /* The thirtieth packet leaves no earlier than 2 s (copies match no pattern). */
    uint32_t until = trace_first_after(&plain.trace, 2 * SIM_S - 1);
    ck_assert_uint_gt(until, 60);
    ck_assert_uint_eq(trace_first_after(&faulty.trace, 2 * SIM_S - 1), until);
    for (uint32_t n = 1; n < until; n++) {
        ck_assert_mem_eq(trace_record(&plain.trace, n), trace_record(&faulty.trace, n),
                         sizeof(struct record));
    }
    char *a = trace_text(&plain.trace), *b = trace_text(&faulty.trace);
    ck_assert_str_ne(a, b);
    free(a);
    free(b);
    rig_free(&plain);
    rig_free(&faulty);
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof *(table))

static Suite *suite(void)
{
    Suite *s = suite_create("faults");
    TCase *t = tcase_create("faults");
    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, a_drop_strikes_where_and_when_it_says, 0, ROWS(drops));
    tcase_add_test(t, without_nth_each_that_matches_is_struck);
    tcase_add_test(t, a_click_on_a_jittered_packet_strikes_it);
    tcase_add_test(t, a_packet_may_die_in_the_queue);
    tcase_add_test(t, a_delayed_packet_is_overtaken);
    tcase_add_loop_test(t, a_duplicate_comes_after_its_time, 0, 3);
    tcase_add_loop_test(t, a_flipped_bit_is_refused_by_whom_it_concerns, 0, 300);
    tcase_add_test(t, a_drawn_bit_depends_on_names_alone);
    tcase_add_test(t, a_cut_takes_what_is_on_the_wire_and_in_the_queue);
    tcase_add_test(t, the_transmitter_still_finishes);
    tcase_add_test(t, the_transmitter_finishes_what_a_fault_has_killed);
    tcase_add_test(t, what_is_offered_during_a_cut_is_dropped_at_once);
    tcase_add_test(t, cuts_may_overlap);
    tcase_add_loop_test(t, who_is_down_gets_nothing_and_begins_anew, 0, ROWS(crashes));
    tcase_add_test(t, a_crash_empties_the_queue_but_not_the_wire);
    tcase_add_loop_test(t, a_restart_at_the_start_opens_one_source, 0, 3);
    tcase_add_loop_test(t, a_fault_changes_nothing_before_it, 0, ROWS(additions));
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
