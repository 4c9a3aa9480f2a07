/* What is reserved on a link, in whole runs: a voice beside more than the link can carry waits for
 * one packet at most, what it sends too much waits with the others, several share one wildcard, and
 * nothing that is reserved and not used is lost to the others. */
#include "wire/rsvp.h"
#include "world_rig.h"

#include <check.h>

#define ROWS(table) (int)(sizeof(table) / sizeof *(table))

/* a, c, d — R — b: fast links to R, 1 Mbit/s from R to b. */
enum { A, C, D, ROUTER, B };
enum { SLOW = 1000000 };
enum { FOR = 4 };

static void make(struct rig *r)
{
    rig_init(r);
    rig_node(r, "a", SCENARIO_HOST);
    rig_node(r, "c", SCENARIO_HOST);
    rig_node(r, "d", SCENARIO_HOST);
    rig_node(r, "R", SCENARIO_ROUTER);
    rig_node(r, "b", SCENARIO_HOST);
    for (uint32_t host = A; host <= D; host++) {
        rig_link(r, host, ROUTER, 100000000, SIM_MS);
    }
    rig_link(r, ROUTER, B, SLOW, SIM_MS);
    r->sc.has_reservations = true;
}

/* A flow of datagrams of `size` bytes, every `gap`; rate 0: nothing is reserved. */
static void flow(struct rig *r, uint32_t from, int64_t size, sim_time gap,
                 const struct scenario_reserve *reserve)
{
    struct scenario_traffic *t = rig_udp(r, from, B, size, FOR * SIM_S / gap, gap);
    t->reserve = reserve;
}

/* Bytes a second and a bucket, of datagrams of `packet` bytes with their headers. */
static struct scenario_reserve share(int64_t rate, int64_t bucket, uint32_t packet, uint8_t style)
{
    return (struct scenario_reserve){.rate = rate,
                                     .bucket = bucket,
                                     .peak = INT64_MAX,
                                     .min_unit = packet,
                                     .max_packet = packet,
                                     .style = style,
                                     .until = SIM_NEVER};
}

enum { PACKETS_MAX = 100000 };
static sim_time born[PACKETS_MAX]; /* by packet: when it was sent */

static void note_births(const struct trace *t)
{
    for (uint32_t n = 1; n <= t->count; n++) {
        const struct record *rec = trace_record(t, n);
        if (rec->kind == REC_SEND) {
            ck_assert_uint_lt(rec->packet, PACKETS_MAX);
            born[rec->packet] = rec->at;
        }
    }
}

/* The longest and how often: from the sending to the arrival at b, of one flow, from `from` on. */
struct delays {
    sim_time most, least;
    uint32_t arrived;
};

static struct delays delays_of(const struct rig *r, uint32_t traffic, sim_time from)
{
    const struct trace *t = &r->trace;
    uint32_t last = t->links[ROUTER].direction[0];
    struct delays d = {.least = SIM_NEVER};
    note_births(t);
    for (uint32_t n = 1; n <= t->count; n++) {
        const struct record *rec = trace_record(t, n);
        const struct packet *p = rec->packet ? trace_packet(t, rec->packet) : NULL;
        if (rec->kind != REC_ARRIVE || rec->where != last || p->flow != traffic + 1 ||
            born[rec->packet] < from) {
            continue;
        }
        sim_time took = rec->at - born[rec->packet];
        d.most = took > d.most ? took : d.most;
        d.least = took < d.least ? took : d.least;
        d.arrived++;
    }
    return d;
}

/* On the way without any queue: 5 times 8 ns a byte on the fast link, 8000 ns on the slow one. */
static sim_time alone(int64_t size)
{
    return 2 * SIM_MS + time_of_bytes((uint64_t)size, 100000000) +
           time_of_bytes((uint64_t)size, SLOW);
}

/* 200 B every 20 ms are 80 kbit/s; the others offer three times what the link carries. */
static const struct {
    const char *what;
    int64_t others; /* bytes of their datagrams */
} loads[] = {{"large packets", 1472}, {"middling packets", 500}, {"small packets", 72}};

START_TEST(a_reserved_flow_waits_for_one_packet_of_others_at_most)
{
    static struct rig r;
    struct scenario_reserve voice = share(10000, 400, 200, RSVP_FF);
    int64_t size = loads[_i].others + 28;
    make(&r);
    flow(&r, A, 172, 20 * SIM_MS, &voice);
    flow(&r, C, loads[_i].others, size * 8 * SIM_S / (3 * SLOW), NULL);
    rig_run(&r, true);
    struct delays d = delays_of(&r, 0, 100 * SIM_MS);
    ck_assert_uint_eq(d.arrived, FOR * 50 - 5);
    ck_assert_int_ge(d.least, alone(200));
    /* One of the others, and a message of RSVP or two (104 to 164 B). */
    ck_assert_int_le(d.most, alone(200) + time_of_bytes((uint64_t)size + 400, SLOW));
    ck_assert_uint_gt(r.trace.flows[2].drops[DROP_QUEUE], 100);
    rig_free(&r);
}
END_TEST

START_TEST(without_a_reservation_it_waits_for_the_whole_queue)
{
    static struct rig r;
    make(&r);
    flow(&r, A, 172, 20 * SIM_MS, NULL);
    flow(&r, C, 1472, 4 * SIM_MS, NULL);
    rig_run(&r, true);
    ck_assert_int_gt(delays_of(&r, 0, SIM_S).most, 500 * SIM_MS);
    rig_free(&r);
}
END_TEST

/* It sends 160 kbit/s and has 80 reserved: half of it, 25 packets a second, passes at once; the
 * rest shares the queue of the others, and is lost like them. */
START_TEST(what_is_more_than_reserved_waits_with_the_others)
{
    static struct rig r;
    struct scenario_reserve half = share(10000, 400, 200, RSVP_FF);
    make(&r);
    flow(&r, A, 172, 10 * SIM_MS, &half);
    flow(&r, C, 1472, 4 * SIM_MS, NULL);
    rig_run(&r, true);
    const struct trace *t = &r.trace;
    uint32_t last = t->links[ROUTER].direction[0], quick = 0, slow = 0;
    note_births(t);
    for (uint32_t n = 1; n <= t->count; n++) {
        const struct record *rec = trace_record(t, n);
        const struct packet *p = rec->packet ? trace_packet(t, rec->packet) : NULL;
        if (rec->kind == REC_ARRIVE && rec->where == last && p->flow == 1 &&
            born[rec->packet] >= SIM_S) {
            bool is_quick = rec->at - born[rec->packet] <= alone(200) + time_of_bytes(1900, SLOW);
            quick += is_quick;
            slow += !is_quick;
        }
    }
    ck_assert_uint_ge(quick, 3 * 50 - 3); /* of three seconds' 300, one more or less for the edge */
    ck_assert_uint_le(quick, 3 * 50 + 3);
    ck_assert_uint_gt(t->flows[1].drops[DROP_QUEUE] + slow, 100);
    rig_free(&r);
}
END_TEST

/* Three talk by turns: one share of one voice does for all of them. */
START_TEST(a_wildcard_is_shared_by_who_speaks)
{
    static struct rig r;
    struct scenario_reserve one = share(10000, 400, 200, RSVP_WF);
    make(&r);
    for (uint32_t host = A; host <= D; host++) {
        struct scenario_traffic *t = rig_udp(&r, host, B, 172, 50, 20 * SIM_MS);
        t->reserve = &one;
        t->start = host * SIM_S;
    }
    flow(&r, C, 1472, 4 * SIM_MS, NULL);
    rig_run(&r, true);
    for (uint32_t host = A; host <= D; host++) {
        struct delays d = delays_of(&r, host, host * SIM_S + 100 * SIM_MS);
        ck_assert_uint_eq(d.arrived, 45);
        ck_assert_int_le(d.most, alone(200) + time_of_bytes(1500 + 800, SLOW));
    }
    rig_free(&r);
}
END_TEST

/* Reserved and silent: the others have the whole link, as if nothing were reserved. */
START_TEST(what_is_reserved_and_not_used_is_for_the_others)
{
    static struct rig r;
    struct scenario_reserve most = share(90000, 1000, 500, RSVP_FF);
    uint64_t busy[2];
    for (int i = 0; i < 2; i++) {
        make(&r);
        flow(&r, C, 1472, 4 * SIM_MS, NULL);
        flow(&r, A, 472, 2 * SIM_S, i ? &most : NULL);
        rig_run(&r, true);
        busy[i] = (uint64_t)r.trace.link_figures[2 * ROUTER].busy;
        ck_assert_uint_gt(delays_of(&r, 0, 0).arrived, 330);
        rig_free(&r);
    }
    /* The same to a packet or two: RSVP's own. */
    ck_assert_uint_ge(busy[1] + (uint64_t)(20 * SIM_MS), busy[0]);
    ck_assert_uint_le(busy[1], busy[0] + (uint64_t)(40 * SIM_MS));
}
END_TEST

/* In any time t no more than r * t + b of the flow goes before the others (RFC 2215 3.6). */
START_TEST(a_burst_beyond_the_bucket_is_best_effort)
{
    static struct rig r;
    struct scenario_reserve small = share(10000, 1000, 200, RSVP_WF);
    make(&r);
    flow(&r, C, 1472, 4 * SIM_MS, NULL);
    flow(&r, A, 172, SIM_S, &small); /* at 0, 1, 2 and 3 s; the burst comes into the same share */
    rig_burst(&r, D, B, 172, 20)->start = 1500 * SIM_MS;
    rig_run(&r, true);
    const struct trace *tr = &r.trace;
    uint32_t last = tr->links[ROUTER].direction[0], quick = 0;
    note_births(tr);
    for (uint32_t n = 1; n <= tr->count; n++) {
        const struct record *rec = trace_record(tr, n);
        const struct packet *p = rec->packet ? trace_packet(tr, rec->packet) : NULL;
        quick += rec->kind == REC_ARRIVE && rec->where == last && p->flow == 3 &&
                 rec->at - born[rec->packet] <= alone(200) + time_of_bytes(1500 + 1000, SLOW);
    }
    ck_assert_uint_eq(quick, 5); /* 1000 B of bucket; the sixth finds it empty */
    rig_free(&r);
}
END_TEST

/* Beside a neighbour that may send, and sends, 40 packets of 1000 B at once (0.32 s of the link),
 * the voice waits for its own rate and one packet: R = r = 10000 B/s is 20 ms for its 200 B, as RFC
 * 2212's (M + C) / R + D with C = M: 40 ms and 12 ms. */
START_TEST(a_neighbours_burst_does_not_matter)
{
    static struct rig r;
    struct scenario_reserve voice = share(10000, 400, 200, RSVP_FF);
    struct scenario_reserve bursts = share(50000, 40000, 1000, RSVP_WF);
    make(&r);
    flow(&r, A, 172, 20 * SIM_MS, &voice);
    struct scenario_traffic *first = rig_udp(&r, C, B, 972, FOR, SIM_S);
    first->port = 10;
    first->reserve = &bursts;
    struct scenario_traffic *burst = rig_burst(&r, D, B, 972, 40);
    burst->port = 10;
    burst->start = 1500 * SIM_MS;
    rig_run(&r, true);
    struct delays d = delays_of(&r, 0, 100 * SIM_MS);
    ck_assert_uint_eq(d.arrived, FOR * 50 - 5);
    ck_assert_int_le(d.most, 2 * SIM_MS + 40 * SIM_MS + 12 * SIM_MS);
    ck_assert_uint_ge(delays_of(&r, 2, 0).arrived, 38); /* the bucket has 39 left, or 38 */
    ck_assert_int_gt(delays_of(&r, 2, 0).most, 300 * SIM_MS);
    ck_assert_uint_eq(r.trace.flows[1].drops[DROP_QUEUE], 0);
    rig_free(&r);
}
END_TEST

/* A queue of three packets holds up the others, not what is reserved. */
START_TEST(what_is_reserved_has_room)
{
    static struct rig r;
    struct scenario_reserve bursts = share(50000, 20000, 1000, RSVP_WF);
    make(&r);
    r.links[ROUTER].direction[0].queue_packets = 3;
    rig_udp(&r, C, B, 972, FOR, SIM_S)->reserve = &bursts;
    rig_burst(&r, D, B, 972, 19)->start = 1500 * SIM_MS;
    rig_burst(&r, A, B, 972, 19)->start = 2500 * SIM_MS;
    r.traffic[2].port = 11;
    rig_run(&r, true);
    ck_assert_uint_eq(delays_of(&r, 1, 0).arrived, 19);
    ck_assert_uint_eq(delays_of(&r, 2, 0).arrived, 4); /* one on its way and three */
    rig_free(&r);
}
END_TEST

/* A link that is cut forgets what waited, reserved or not; afterwards all goes on. */
START_TEST(a_cut_empties_both_queues)
{
    static struct rig r;
    struct scenario_reserve voice = share(10000, 400, 200, RSVP_FF);
    make(&r);
    flow(&r, A, 172, 20 * SIM_MS, &voice);
    flow(&r, C, 1472, 4 * SIM_MS, NULL);
    rig_fault(&r,
              (struct fault){.kind = FAULT_CUT, .at = SIM_S, .by = SIM_S / 2, .node = {ROUTER, B}});
    rig_run(&r, true);
    ck_assert_uint_ge(r.trace.flows[1].drops[DROP_LINK_DOWN], 24);
    ck_assert_uint_gt(r.trace.flows[2].drops[DROP_LINK_DOWN], 100);
    struct delays d = delays_of(&r, 0, 1600 * SIM_MS);
    ck_assert_uint_eq(d.arrived, 120);
    ck_assert_int_le(d.most, alone(200) + time_of_bytes(1900, SLOW));
    rig_free(&r);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("shares");
    TCase *t = tcase_create("runs");
    tcase_add_loop_test(t, a_reserved_flow_waits_for_one_packet_of_others_at_most, 0, ROWS(loads));
    tcase_add_test(t, without_a_reservation_it_waits_for_the_whole_queue);
    tcase_add_test(t, what_is_more_than_reserved_waits_with_the_others);
    tcase_add_test(t, a_wildcard_is_shared_by_who_speaks);
    tcase_add_test(t, what_is_reserved_and_not_used_is_for_the_others);
    tcase_add_test(t, a_burst_beyond_the_bucket_is_best_effort);
    tcase_add_test(t, a_neighbours_burst_does_not_matter);
    tcase_add_test(t, what_is_reserved_has_room);
    tcase_add_test(t, a_cut_empties_both_queues);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? 1 : 0;
}
