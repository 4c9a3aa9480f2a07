/* The network: what each property of a link does, each fault, forwarding, and stop-and-wait's
 * closed forms. Times are worked out by hand in the comments. */
#include "world_rig.h"

#include "base/os.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>

/* Rows are used again, and what the packet before left there must not show. */
START_TEST(a_new_packet_is_zero_but_for_its_head)
{
    struct packets all = {0};
    uint32_t id = packet_new(&all, bytes_of("head", 4));
    memset(packet_at(&all, id), 0xa5, offsetof(struct packet, head));
    packet_at(&all, id)->head_len = 4;
    packet_release(&all, id);
    ck_assert_uint_eq(packet_new(&all, bytes_of("", 0)), id);
    const struct packet *p = packet_at(&all, id);
    const struct net *n = &p->net; /* the bytes between the fields are anybody's */
    ck_assert(!n->from.ip && !n->from.port && !n->to.ip && !n->to.port && !n->iface);
    ck_assert(!n->ttl && !n->ecn && !n->df && !n->mac);
    ck_assert(!p->unit.at && !p->unit.n && !p->body.at && !p->body.stream && !p->body.len);
    ck_assert(!p->proto && !p->sender && !p->flow && !p->of && !p->parent && !p->copy && !p->size);
    ck_assert(!p->heard_by && !p->goal && !p->others && !p->seq_base && !p->ack_base);
    ck_assert(!p->head_len && !p->ip_id && !p->is_raw && !p->has_base && !p->is_marked);
    ck_assert(!p->is_flipped && !p->birth);
    packets_free(&all);
}
END_TEST

/* a --- b, stop-and-wait of 1000-byte frames: at 1 Mbit/s a frame takes 8 ms, an ACK (8 B) 64 us.
 */
static struct scenario_traffic *stop_and_wait(struct rig *r, int64_t rate, sim_time delay,
                                              int64_t frames)
{
    rig_init(r);
    uint32_t a = rig_node(r, "a", SCENARIO_HOST), b = rig_node(r, "b", SCENARIO_HOST);
    rig_link(r, a, b, rate, delay);
    struct scenario_traffic *t = rig_traffic(r, "stop-and-wait", a, b);
    rig_set(t, "frames", frames);
    rig_set(t, "timeout", 300 * SIM_MS);
    return t;
}

static double utilization(const struct rig *r)
{
    const struct flow *f = &r->trace.flows[1];
    return (double)f->delivered_bits / ((double)f->rate_bps * (double)(f->end - f->start) / 1e9);
}

/* U = 1 / (1 + 2a + A). */
static const struct {
    int64_t rate;
    sim_time delay;
} pipes[] = {{1000000, 0},           {1000000, SIM_MS},       {1000000, 4 * SIM_MS},
             {1000000, 40 * SIM_MS}, {10000000, 50 * SIM_MS}, {128000, 250 * SIM_MS},
             {1000000000, SIM_US},   {8000, 3 * SIM_S},       {64000, 12345678}};

START_TEST(utilization_without_loss_is_the_closed_form)
{
    struct rig r;
    struct scenario_traffic *t = stop_and_wait(&r, pipes[_i].rate, pipes[_i].delay, 100);
    rig_set(t, "timeout", 3600 * SIM_S);
    r.sc.stop = 1000000 * SIM_S;
    rig_run(&r, false);
    double frame = 8000.0 / (double)pipes[_i].rate;
    double a = (double)pipes[_i].delay / 1e9 / frame, ack = 64.0 / (double)pipes[_i].rate / frame;
    ck_assert_uint_eq(r.trace.flows[1].delivered_bytes, 100 * 992);
    ck_assert_double_eq_tol(utilization(&r) * (1 + 2 * a + ack), 1.0, 1e-9);
    ck_assert_double_eq_tol(r.trace.flows[1].figures[0].value * (1 + 2 * a + ack), 1.0, 1e-12);
    rig_free(&r);
}
END_TEST

START_TEST(a_frame_lost_is_sent_again_when_its_timer_runs_out)
{
    struct rig r;
    stop_and_wait(&r, 1000000, 10 * SIM_MS, 3);
    r.links[0].direction[0].loss = (struct loss){
        .kind = LOSS_LIST, .list = (struct loss_entry[]){{false, 2, 0}}, .list_count = 1};
    rig_run(&r, true);
    const struct trace *t = &r.trace;
    ck_assert_uint_eq(t->flows[1].retransmissions, 1);
    ck_assert_uint_eq(t->flows[1].drops[DROP_LOSS], 1);
    ck_assert_uint_eq(t->flows[1].delivered_bytes, 3 * 992);
    /* Frame 1 leaves at 28.064 ms (8 + 10 + 0.064 + 10), its transmission ends at 36.064, it dies
     * half-way at 41.064, and the timer fires 300 ms after the end of transmission. */
    uint32_t lost = 0, fired = 0, again = 0;
    for (uint32_t n = 1; n <= t->count; n++) {
        const struct record *rec = trace_record(t, n);
        lost = rec->kind == REC_DROP ? n : lost;
        fired = rec->kind == REC_FIRE ? n : fired;
        again = rec->kind == REC_SEND && trace_packet(t, rec->packet)->of ? n : again;
    }
    ck_assert_int_eq(trace_record(t, lost)->at, 41064000);
    ck_assert_int_eq(trace_record(t, fired)->at, 336064000);
    ck_assert_int_eq(trace_record(t, again)->at, 336064000);
    ck_assert_uint_eq(trace_record(t, again)->cause, fired);
    rig_free(&r);
}
END_TEST

START_TEST(a_lost_ack_makes_a_duplicate_that_one_bit_recognises)
{
    struct rig r;
    struct scenario_traffic *t = stop_and_wait(&r, 1000000, 10 * SIM_MS, 3);
    rig_set(t, "sequence-bits", _i);
    r.links[0].direction[1].loss = (struct loss){
        .kind = LOSS_LIST, .list = (struct loss_entry[]){{false, 1, 0}}, .list_count = 1};
    rig_run(&r, true);
    /* Without a number, the receiver takes the repeated frame for the next one. */
    ck_assert_uint_eq(r.trace.flows[1].delivered_bytes, (_i == 0 ? 4 : 3) * 992);
    ck_assert_uint_eq(r.trace.flows[1].drops[DROP_DUPLICATE], _i == 0 ? 0 : 1);
    rig_free(&r);
}
END_TEST

START_TEST(a_flipped_bit_is_found_by_the_crc)
{
    struct rig r;
    stop_and_wait(&r, 1000000, 10 * SIM_MS, 3);
    r.sc.fault_count = 1;
    r.faults[0] =
        (struct fault){.kind = FAULT_CORRUPT,
                       .bit = _i * 97,
                       .pattern = {.given = PATTERN_IS | PATTERN_NTH, .is = "DATA", .nth = 2}};
    rig_run(&r, true);
    ck_assert_uint_eq(r.trace.flows[1].drops[DROP_CHECKSUM], 1);
    ck_assert_uint_eq(r.trace.flows[1].retransmissions, 1);
    ck_assert_uint_eq(r.trace.flows[1].delivered_bytes, 3 * 992);
    rig_free(&r);
}
END_TEST

START_TEST(watching_changes_no_figure)
{
    struct rig r;
    stop_and_wait(&r, 1000000, 10 * SIM_MS, 200);
    r.links[0].direction[0].loss = (struct loss){.kind = LOSS_CHANCE, .chance = 100000000};
    r.links[0].direction[1].jitter = 3 * SIM_MS;
    rig_run(&r, false);
    struct flow unwatched = r.trace.flows[1];
    uint64_t events = r.trace.events;
    sim_time end = r.trace.sim_ns;
    rig_run(&r, true);
    ck_assert_uint_eq(r.trace.flows[1].retransmissions, unwatched.retransmissions);
    ck_assert_uint_eq(r.trace.flows[1].packets, unwatched.packets);
    ck_assert_int_eq(r.trace.flows[1].end, unwatched.end);
    ck_assert_uint_eq(r.trace.events, events);
    ck_assert_int_eq(r.trace.sim_ns, end);
    ck_assert_uint_gt(unwatched.retransmissions, 5);
    rig_free(&r);
}
END_TEST

/* 5 % of the frames and no ACK lost, 10 000 frames: inside the 99 % interval of
 * (1-p) / ((1-p)(1+2a+A) + pT). Losses are binomial: sd of the retransmissions is
 * sqrt(N p) / (1-p); the interval follows from U's slope in their number. */
START_TEST(utilization_with_loss_is_within_the_interval)
{
    struct rig r;
    const double p = 0.05, frames = 10000;
    struct scenario_traffic *t = stop_and_wait(&r, 1000000, 10 * SIM_MS, (int64_t)frames);
    rig_set(t, "timeout", 40 * SIM_MS);
    r.sc.seed = (uint64_t)_i + 1;
    r.links[0].direction[0].loss = (struct loss){.kind = LOSS_CHANCE, .chance = 50000000};
    r.sc.stop = 100000 * SIM_S;
    rig_run(&r, false);
    double cycle = 8e-3 + 20e-3 + 64e-6, wasted = 8e-3 + 40e-3;
    double repeats = frames * p / (1 - p), spread = 2.576 * sqrt(frames * p) / (1 - p);
    double low = frames * 8e-3 / (frames * cycle + (repeats + spread) * wasted);
    double high = frames * 8e-3 / (frames * cycle + (repeats - spread) * wasted);
    double a = 10.0 / 8, ack = 0.064 / 8, T = 40.0 / 8 + 1;
    double closed = (1 - p) / ((1 - p) * (1 + 2 * a + ack) + p * T);
    ck_assert_double_gt(closed, low);
    ck_assert_double_lt(closed, high);
    ck_assert_double_gt(utilization(&r), low);
    ck_assert_double_lt(utilization(&r), high);
    rig_free(&r);
}
END_TEST

/* a - R1 - b, UDP at a constant rate. */
static struct scenario_traffic *over_router(struct rig *r)
{
    rig_init(r);
    uint32_t a = rig_node(r, "a", SCENARIO_HOST), b = rig_node(r, "b", SCENARIO_HOST);
    uint32_t router = rig_node(r, "R1", SCENARIO_ROUTER);
    r->nodes[router].address_count = 2;
    r->addresses[router][0].ip = 0x0a000101;
    r->addresses[router][1].ip = 0x0a000201;
    rig_link(r, a, router, 10000000, 5 * SIM_MS);
    rig_link(r, router, b, 10000000, 5 * SIM_MS);
    struct scenario_traffic *t = rig_traffic(r, "udp", a, b);
    rig_set(t, "rate", 400000);
    rig_set(t, "size", 500);
    rig_set(t, "for", 100 * SIM_MS);
    return t;
}

START_TEST(a_router_forwards_and_takes_one_from_the_ttl)
{
    struct rig r;
    over_router(&r);
    rig_run(&r, true);
    /* 500 B at 400 kbit/s: one each 10 ms, ten within 100 ms; 528 B at 10 Mbit/s take 422.4 us. */
    ck_assert_uint_eq(r.trace.flows[1].packets, 10);
    ck_assert_uint_eq(r.trace.flows[1].delivered_bytes, 5000);
    struct hop hops[4];
    ck_assert_uint_eq(trace_hops(&r.trace, 1, hops, 4), 2);
    ck_assert_int_eq(hops[0].sent, 422400);
    ck_assert_int_eq(hops[0].arrive, 5422400);
    ck_assert_int_eq(hops[1].arrive, 10844800);
    ck_assert_uint_eq(trace_record(&r.trace, hops[0].tx)->code >> 8, 64);
    ck_assert_uint_eq(trace_record(&r.trace, hops[1].tx)->code >> 8, 63);
    rig_free(&r);
}
END_TEST

START_TEST(a_full_queue_drops_the_newest)
{
    struct rig r;
    struct scenario_traffic *t = over_router(&r);
    rig_set(t, "for", SIM_S);
    r.links[1].direction[0].rate_bps = 200000;
    r.links[1].direction[0].queue_packets = 5;
    rig_run(&r, true);
    ck_assert_uint_gt(r.trace.flows[1].drops[DROP_QUEUE], 10);
    ck_assert_uint_eq(r.trace.link_figures[2].queue_packets_max, 5);
    ck_assert_uint_eq(r.trace.flows[1].delivered_bytes / 500 + r.trace.flows[1].drops[DROP_QUEUE],
                      100);
    rig_free(&r);
}
END_TEST

START_TEST(nobody_listens_and_icmp_says_so)
{
    struct rig r;
    over_router(&r);
    r.faults[0] = (struct fault){.kind = FAULT_CRASH, .at = 1, .node = {1}};
    r.faults[1] = (struct fault){.kind = FAULT_RESTART, .at = 2, .node = {1}};
    r.sc.fault_count = 2;
    rig_run(&r, true);
    ck_assert_uint_eq(r.trace.flows[1].delivered_bytes, 5000); /* its sink is opened anew */
    rig_free(&r);
}
END_TEST

START_TEST(a_cut_loses_what_is_on_the_wire_and_what_is_offered)
{
    struct rig r;
    over_router(&r);
    r.faults[0] =
        (struct fault){.kind = FAULT_CUT, .at = 22 * SIM_MS, .by = 20 * SIM_MS, .node = {0, 2}};
    r.sc.fault_count = 1;
    rig_run(&r, true);
    /* Datagrams leave at 0, 10, … ms; that of 20 ms is on the wire at 22 ms, those of 30 and 40 are
     * offered before 42 ms. */
    ck_assert_uint_eq(r.trace.flows[1].drops[DROP_LINK_DOWN], 3);
    ck_assert_uint_eq(r.trace.flows[1].delivered_bytes, 3500);
    rig_free(&r);
}
END_TEST

START_TEST(every_property_ends_each_packet_once)
{
    struct rig r;
    struct scenario_traffic *t = over_router(&r);
    rig_set(t, "for", 3 * SIM_S);
    r.sc.seed = (uint64_t)_i + 1;
    for (int k = 0; k < 2; k++) {
        struct scenario_direction *d = &r.links[k].direction[0];
        d->loss = (struct loss){.kind = LOSS_GILBERT_ELLIOTT,
                                .good_to_bad = 50000000,
                                .bad_to_good = 300000000,
                                .loss_bad = 500000000};
        d->jitter = 15 * SIM_MS;
        d->duplicate = 100000000;
        d->bit_errors = INT64_C(10000000000000);
        d->reorder_chance = 100000000;
        d->reorder_by = 30 * SIM_MS;
        d->queue_packets = 3;
    }
    rig_run(&r, true);
    bool *is_replaced = os_alloc(r.trace.packets.count + 1);
    for (uint32_t id = 1; id <= r.trace.packets.count; id++) {
        const struct packet *p = trace_packet(&r.trace, id);
        is_replaced[p->is_flipped ? p->parent : 0] = true;
    }
    uint32_t ended = 0, born = 0;
    for (uint32_t id = 1; id <= r.trace.packets.count; id++) {
        struct list list = trace_of_packet(&r.trace, id);
        uint32_t ends = 0;
        for (uint32_t i = 0; i < list.count; i++) {
            ends += trace_record(&r.trace, list.at[i])->kind == REC_DROP ||
                    trace_record(&r.trace, list.at[i])->kind == REC_DELIVER;
        }
        ck_assert_uint_le(ends, 1);
        born++;
        ended += ends || is_replaced[id];
    }
    ck_assert_uint_eq(born, ended);
    ck_assert_uint_gt(r.trace.flows[1].drops[DROP_CHECKSUM], 0);
    ck_assert_uint_gt(r.trace.flows[1].drops[DROP_LOSS], 0);
    free(is_replaced);
    rig_free(&r);
}
END_TEST

/* Bytes of all records, for comparing runs. */
static void records_of(const struct trace *t, struct buf *out)
{
    for (uint32_t n = 1; n <= t->count; n++) {
        buf_add(out, bytes_of(trace_record(t, n), sizeof(struct record)));
    }
}

START_TEST(two_runs_are_equal_and_a_fault_changes_nothing_before_it)
{
    struct rig r;
    stop_and_wait(&r, 1000000, 10 * SIM_MS, 50);
    r.links[0].direction[0].loss = (struct loss){.kind = LOSS_CHANCE, .chance = 200000000};
    r.links[0].direction[1].jitter = 5 * SIM_MS;
    struct buf first = {0}, second = {0}, faulty = {0};
    rig_run(&r, true);
    records_of(&r.trace, &first);
    rig_run(&r, true);
    records_of(&r.trace, &second);
    ck_assert(bytes_equal(bytes_of(first.data, first.len), bytes_of(second.data, second.len)));
    r.sc.fault_count = 1;
    r.faults[0] =
        (struct fault){.kind = FAULT_DROP,
                       .at = SIM_NEVER,
                       .pattern = {.given = PATTERN_IS | PATTERN_NTH, .is = "ACK", .nth = 20}};
    rig_run(&r, true);
    records_of(&r.trace, &faulty);
    sim_time dropped = SIM_NEVER;
    for (uint32_t n = 1; n <= r.trace.count && dropped == SIM_NEVER; n++) {
        const struct record *rec = trace_record(&r.trace, n);
        dropped = rec->kind == REC_DROP && rec->code == DROP_FAULT ? rec->at : dropped;
    }
    ck_assert_int_ne(dropped, SIM_NEVER);
    uint32_t until = trace_first_after(&r.trace, dropped - 1) - 1;
    ck_assert_uint_gt(until, 100);
    ck_assert(memcmp(first.data, faulty.data, until * sizeof(struct record)) == 0);
    buf_free(&first);
    buf_free(&second);
    buf_free(&faulty);
    rig_free(&r);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("world");
    TCase *arq = tcase_create("stop-and-wait");
    tcase_set_timeout(arq, 120);
    tcase_add_test(arq, a_new_packet_is_zero_but_for_its_head);
    tcase_add_loop_test(arq, utilization_without_loss_is_the_closed_form, 0,
                        (int)(sizeof pipes / sizeof *pipes));
    tcase_add_test(arq, a_frame_lost_is_sent_again_when_its_timer_runs_out);
    tcase_add_loop_test(arq, a_lost_ack_makes_a_duplicate_that_one_bit_recognises, 0, 2);
    tcase_add_loop_test(arq, a_flipped_bit_is_found_by_the_crc, 0, 80);
    tcase_add_loop_test(arq, utilization_with_loss_is_within_the_interval, 0, 5);
    tcase_add_test(arq, watching_changes_no_figure);
    tcase_add_test(arq, two_runs_are_equal_and_a_fault_changes_nothing_before_it);
    suite_add_tcase(s, arq);
    TCase *net = tcase_create("links and nodes");
    tcase_add_test(net, a_router_forwards_and_takes_one_from_the_ttl);
    tcase_add_test(net, a_full_queue_drops_the_newest);
    tcase_add_test(net, nobody_listens_and_icmp_says_so);
    tcase_add_test(net, a_cut_loses_what_is_on_the_wire_and_what_is_offered);
    tcase_add_loop_test(net, every_property_ends_each_packet_once, 0, 20);
    suite_add_tcase(s, net);
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
