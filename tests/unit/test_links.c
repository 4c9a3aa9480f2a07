/* Each property of a link, against times worked out by hand and against closed forms. Datagrams of
 * n bytes of payload are n + 28 bytes on the link; the first leaves at 0. */
#include "world_check.h"

#include <math.h>

/* a - b, `count` datagrams of `size` bytes, one each `gap`. */
static struct scenario_direction *pair(struct rig *r, int64_t rate, sim_time delay, int64_t size,
                                       int64_t count, sim_time gap)
{
    rig_init(r);
    uint32_t a = rig_node(r, "a", SCENARIO_HOST), b = rig_node(r, "b", SCENARIO_HOST);
    rig_link(r, a, b, rate, delay);
    rig_udp(r, a, b, size, count, gap);
    return &r->links[0].direction[0];
}

static const struct flow *flow1(const struct rig *r)
{
    return &r->trace.flows[1];
}

/* One datagram: its transmission is bits / rate, rounded up to the nanosecond. */
static const struct {
    int64_t rate;
    sim_time delay;
    int64_t size;
    sim_time sent, arrive;
} pipes[] = {
    {0, 0, 72, 0, 0},                                      /* no rate, no delay: no time at all */
    {0, 7, 72, 0, 7},                                      /* the wire alone */
    {800, 0, 72, SIM_S, SIM_S},                            /* 800 bits at 800 bit/s */
    {1000000, SIM_MS, 97, SIM_MS, 2 * SIM_MS},             /* 1000 bits */
    {3, 0, 1, INT64_C(77333333334), INT64_C(77333333334)}, /* 232 bits / 3 = 77.3333333333 s */
    {7000000, 5, 72, 114286, 114291},                      /* 800 / 7 us = 114285.71 ns */
    {INT64_C(3000000000), 1, 1, 78, 79},                   /* 77.33 ns */
    {INT64_C(1000000000000), 0, 1, 1, 1},                  /* 0.232 ns is still 1 ns */
    {INT64_C(800000000000), 0, 72, 1, 1},                  /* exactly 1 ns is not 2 */
    {INT64_C(799999999999), 0, 72, 2, 2},                  /* a hair more than 1 ns is */
};

START_TEST(a_transmission_takes_bits_over_rate_rounded_up)
{
    struct rig r;
    pair(&r, pipes[_i].rate, pipes[_i].delay, pipes[_i].size, 1, SIM_S);
    rig_run_checked(&r);
    struct hop hop = hop_of(&r.trace, 1, 0);
    ck_assert_int_eq(hop.start, 0);
    ck_assert_int_eq(hop.sent, pipes[_i].sent);
    ck_assert_int_eq(hop.arrive, pipes[_i].arrive);
    ck_assert_uint_eq(flow1(&r)->delivered_bytes, (uint64_t)pipes[_i].size);
    ck_assert_int_eq(r.trace.link_figures[0].busy, pipes[_i].sent);
    rig_free(&r);
}
END_TEST

START_TEST(toward_overrides_one_direction_only)
{
    struct rig r;
    pair(&r, 1000000, SIM_MS, 97, 1, SIM_S);
    rig_udp(&r, 1, 0, 97, 1, SIM_S);
    struct scenario_direction *back = &r.links[0].direction[1];
    back->rate_bps = 500000;
    back->delay = 3 * SIM_MS;
    rig_run_checked(&r);
    ck_assert_int_eq(hop_of(&r.trace, nth_packet(&r.trace, 1, 1), 0).arrive, 2 * SIM_MS);
    ck_assert_int_eq(hop_of(&r.trace, nth_packet(&r.trace, 2, 1), 0).arrive, 5 * SIM_MS);
    rig_free(&r);
}
END_TEST

START_TEST(loss_toward_b_spares_what_goes_to_a)
{
    struct rig r;
    struct scenario_direction *d = pair(&r, 0, 0, 100, 200, SIM_MS);
    rig_udp(&r, 1, 0, 100, 200, SIM_MS);
    d->loss = (struct loss){.kind = LOSS_CHANCE, .chance = 1000000000};
    rig_run_checked(&r);
    ck_assert_uint_eq(r.trace.flows[1].drops[DROP_LOSS], 200);
    ck_assert_uint_eq(r.trace.flows[2].delivered_bytes, 20000);
    rig_free(&r);
}
END_TEST

/* A burst of ten at 0: one is sent, `limit` wait, the rest is dropped. 972 B of payload are 1000 B
 * on the link, 8 ms at 1 Mbit/s. */
static const struct {
    uint32_t packets;
    uint64_t bytes;
    uint32_t dropped, longest;
} queues[] = {{3, 0, 6, 3},      {1, 0, 8, 1},     {100, 0, 0, 9}, {100, 3000, 6, 3},
              {100, 2999, 7, 2}, {100, 999, 9, 0}, {1, 5000, 4, 5}};

START_TEST(a_full_queue_drops_the_newest_at_once)
{
    struct rig r;
    struct scenario_direction *d = pair(&r, 1000000, SIM_MS, 100, 1, SIM_S);
    r.sc.traffic_count = 0;
    rig_burst(&r, 0, 1, 972, 10);
    d->queue_packets = queues[_i].packets;
    d->queue_bytes = queues[_i].bytes;
    rig_run_checked(&r);
    ck_assert_uint_eq(flow1(&r)->drops[DROP_QUEUE], queues[_i].dropped);
    ck_assert_uint_eq(r.trace.link_figures[0].queue_packets_max, queues[_i].longest);
    for (uint32_t id = 1; id <= 10; id++) {
        sim_time when = 0;
        uint32_t where = 0;
        bool fits = id <= 10 - queues[_i].dropped;
        ck_assert_uint_eq(drop_of(&r.trace, id, &when, &where), fits ? 0 : DROP_QUEUE);
        ck_assert_int_eq(when, 0);
        if (fits) {
            ck_assert_int_eq(hop_of(&r.trace, id, 0).start, (sim_time)(id - 1) * 8 * SIM_MS);
        }
    }
    rig_free(&r);
}
END_TEST

/* One place in the queue. Two packets at 0: the second waits until 8 ms. A third that comes at
 * 8 ms - 1 ns finds it taken; at 8 ms the second has left: its start is at or before now. */
static const struct {
    sim_time at;
    unsigned why;
} moments[] = {{8 * SIM_MS - 1, DROP_QUEUE}, {8 * SIM_MS, 0}, {8 * SIM_MS + 1, 0}};

START_TEST(a_packet_whose_start_has_come_has_left_the_queue)
{
    for (int by_bytes = 0; by_bytes < 2; by_bytes++) {
        struct rig r;
        struct scenario_direction *d = pair(&r, 1000000, SIM_MS, 100, 1, SIM_S);
        sim_time when;
        uint32_t where;
        r.sc.traffic_count = 0;
        rig_burst(&r, 0, 1, 972, 2);
        rig_udp(&r, 0, 1, 972, 1, SIM_S)->start = moments[_i].at;
        d->queue_packets = 1;
        d->queue_bytes = by_bytes ? 1000 : 0;
        rig_run_checked(&r);
        uint32_t third = nth_packet(&r.trace, 2, 1);
        ck_assert_uint_eq(drop_of(&r.trace, third, &when, &where), moments[_i].why);
        rig_free(&r);
    }
}
END_TEST

START_TEST(bytes_that_have_left_the_queue_make_room)
{
    struct rig r;
    struct scenario_direction *d = pair(&r, 1000000, SIM_MS, 100, 1, SIM_S);
    r.sc.traffic_count = 0;
    for (int k = 0; k < 5; k++) {
        rig_burst(&r, 0, 1, 972, 2)->start = k * SIM_S;
    }
    d->queue_bytes = 1500;
    rig_run_checked(&r);
    for (uint32_t flow = 1; flow <= 5; flow++) {
        ck_assert_uint_eq(r.trace.flows[flow].delivered_bytes, 1944);
    }
    rig_free(&r);
}
END_TEST

static const struct {
    uint32_t mtu;
    int64_t size;
    bool fits;
} mtus[] = {
    {0, 1472, true}, {0, 1473, false}, {576, 548, true}, {576, 549, false}, {1501, 1473, true}};

/* A datagram of one byte more than fits goes as two fragments (RFC 791 3.2). */
START_TEST(what_is_larger_than_the_mtu_enters_the_link_in_fragments)
{
    struct rig r;
    pair(&r, 0, 0, mtus[_i].size, 3, SIM_S)->mtu = mtus[_i].mtu;
    rig_run_checked(&r);
    uint32_t fragments = 0;
    for (uint32_t id = 1; id <= r.trace.packets.count; id++) {
        fragments += trace_packet(&r.trace, id)->birth == PACKET_FRAGMENT;
    }
    ck_assert_uint_eq(fragments, mtus[_i].fits ? 0 : 3 * 2);
    ck_assert_uint_eq(flow1(&r)->drops[DROP_TOO_BIG], 0);
    ck_assert_uint_eq(flow1(&r)->delivered_bytes, 3 * (uint64_t)mtus[_i].size);
    rig_free(&r);
}
END_TEST

/* A count of `n` trials with probability p lies within 3.29 standard deviations: 99.9 %. */
static void check_binomial(double seen, double n, double p)
{
    double sd = sqrt(n * p * (1 - p));
    ck_assert_msg(fabs(seen - n * p) <= 3.29 * sd + 0.5, "%g of %g, expected %g, sd %g", seen, n,
                  n * p, sd);
}

static const double chances[] = {0, 1e-3, 0.01, 0.05, 0.3, 0.5, 0.999, 1};
enum { UNITS = 20000 };

START_TEST(loss_by_chance_is_binomial)
{
    struct rig r;
    struct scenario_direction *d = pair(&r, 0, 0, 10, UNITS, SIM_US);
    d->loss = (struct loss){.kind = LOSS_CHANCE, .chance = (int64_t)(chances[_i] * 1e9)};
    rig_run(&r, false);
    check_binomial((double)flow1(&r)->drops[DROP_LOSS], UNITS, chances[_i]);
    rig_free(&r);
}
END_TEST

/* Pairs of neighbours: were losses of neighbours not independent, "both lost" would show it. */
START_TEST(losses_of_neighbours_are_independent)
{
    struct rig r;
    struct scenario_direction *d = pair(&r, 0, 0, 10, UNITS, SIM_US);
    d->loss = (struct loss){.kind = LOSS_CHANCE, .chance = 300000000};
    r.sc.seed = (uint64_t)_i + 100;
    rig_run(&r, true);
    uint32_t both = 0;
    for (uint32_t id = 1; id < UNITS; id += 2) {
        both += hop_of(&r.trace, id, 0).why && hop_of(&r.trace, id + 1, 0).why;
    }
    check_binomial(both, UNITS / 2, 0.09);
    rig_free(&r);
}
END_TEST

START_TEST(every_tenth_is_lost)
{
    struct rig r;
    pair(&r, 0, 0, 10, 95, SIM_MS)->loss = (struct loss){.kind = LOSS_EVERY, .every = 10};
    rig_run_checked(&r);
    for (uint32_t id = 1; id <= 95; id++) {
        ck_assert_uint_eq(hop_of(&r.trace, id, 0).why, id % 10 == 0 ? DROP_LOSS : 0);
    }
    rig_free(&r);
}
END_TEST

START_TEST(a_list_names_the_packets_that_are_lost)
{
    struct rig r;
    pair(&r, 0, 0, 10, 9, SIM_MS)->loss =
        (struct loss){.kind = LOSS_LIST,
                      .list = (struct loss_entry[]){{false, 3, 0}, {false, 7, 0}, {true, 0, 0}},
                      .list_count = 3};
    rig_run_checked(&r);
    for (uint32_t id = 1; id <= 9; id++) {
        bool lost = id == 1 || id == 3 || id == 7; /* unit 0 is the first */
        ck_assert_uint_eq(hop_of(&r.trace, id, 0).why, lost ? DROP_LOSS : 0);
    }
    rig_free(&r);
}
END_TEST

/* Frame 1's first copy and its second: two timeouts; every copy with copy 0 would never end. */
START_TEST(a_list_by_unit_and_copy_strikes_that_copy)
{
    struct rig r;
    rig_init(&r);
    uint32_t a = rig_node(&r, "a", SCENARIO_HOST), b = rig_node(&r, "b", SCENARIO_HOST);
    rig_link(&r, a, b, 1000000, SIM_MS)->direction[0].loss =
        (struct loss){.kind = LOSS_LIST,
                      .list = (struct loss_entry[]){{true, 1, 1}, {true, 1, 2}, {true, 3, 2}},
                      .list_count = 3};
    struct scenario_traffic *t = rig_traffic(&r, "stop-and-wait", a, b);
    rig_set(t, "frames", 5);
    rig_set(t, "timeout", 50 * SIM_MS);
    rig_run_checked(&r);
    ck_assert_uint_eq(flow1(&r)->retransmissions, 2); /* frame 3 has no second copy to lose */
    ck_assert_uint_eq(flow1(&r)->drops[DROP_LOSS], 2);
    rig_free(&r);
}
END_TEST

/* Gilbert-Elliott: the share of bad is p / (p + r); the loss rate is loss_bad times that; a run of
 * bad packets is geometric with mean 1 / r. */
static const struct {
    double p, r, loss_bad;
} chains[] = {{0.01, 0.3, 0.5}, {0.05, 0.5, 1}, {0.2, 0.1, 1}, {0.5, 0.5, 1}};

START_TEST(gilbert_elliott_has_its_stationary_rate)
{
    struct rig r;
    double p = chains[_i].p, q = chains[_i].r;
    pair(&r, 0, 0, 10, UNITS, SIM_US)->loss =
        (struct loss){.kind = LOSS_GILBERT_ELLIOTT,
                      .good_to_bad = (int64_t)(p * 1e9),
                      .bad_to_good = (int64_t)(q * 1e9),
                      .loss_bad = (int64_t)(chains[_i].loss_bad * 1e9)};
    rig_run(&r, false);
    /* Variance of the mean of a two-state chain: pi (1 - pi) (1 + l) / (1 - l), l = 1 - p - q. */
    double bad = p / (p + q), l = 1 - p - q, h = chains[_i].loss_bad;
    double variance = h * h * bad * (1 - bad) * (1 + l) / (1 - l) + bad * h * (1 - h);
    double rate = (double)flow1(&r)->drops[DROP_LOSS] / UNITS;
    ck_assert_double_eq_tol(rate, bad * h, 3.29 * sqrt(variance / UNITS));
    rig_free(&r);
}
END_TEST

START_TEST(gilbert_elliott_bursts_have_their_mean_length)
{
    struct rig r;
    double p = chains[_i].p, q = chains[_i].r;
    pair(&r, 0, 0, 10, UNITS, SIM_US)->loss = (struct loss){.kind = LOSS_GILBERT_ELLIOTT,
                                                            .good_to_bad = (int64_t)(p * 1e9),
                                                            .bad_to_good = (int64_t)(q * 1e9),
                                                            .loss_bad = 1000000000};
    rig_run(&r, true);
    double bursts = 0, lost = 0;
    bool was_lost = false;
    for (uint32_t id = 1; id <= UNITS; id++) {
        bool is_lost = hop_of(&r.trace, id, 0).why != 0;
        bursts += is_lost && !was_lost;
        lost += is_lost;
        was_lost = is_lost;
    }
    double sd = sqrt((1 - q) / (q * q));
    ck_assert_double_eq_tol(lost / bursts, 1 / q, 3.29 * sd / sqrt(bursts));
    rig_free(&r);
}
END_TEST

/* A packet of n bits is hit with probability 1 - (1 - p)^n; what was hit is refused. */
static const struct {
    double p;
    int64_t size;
} noises[] = {{1e-6, 972}, {1e-5, 972}, {1e-4, 472}, {1e-3, 72}, {1e-2, 1}, {0.5, 1}};

START_TEST(bit_errors_hit_a_packet_by_its_length)
{
    struct rig r;
    pair(&r, 0, 0, noises[_i].size, UNITS, SIM_US)->bit_errors = (int64_t)(noises[_i].p * 1e18);
    rig_run(&r, false);
    double bits = (double)(noises[_i].size + 28) * 8;
    check_binomial((double)flow1(&r)->drops[DROP_CHECKSUM] +
                       (double)flow1(&r)->drops[DROP_MALFORMED],
                   UNITS, 1 - pow(1 - noises[_i].p, bits));
    rig_free(&r);
}
END_TEST

START_TEST(a_copy_follows_its_original_with_an_id_and_a_parent)
{
    struct rig r;
    pair(&r, 1000000, SIM_MS, 972, 3, SIM_S)->duplicate = 1000000000;
    rig_run_checked(&r);
    ck_assert_uint_eq(r.trace.packets.count, 6);
    ck_assert_uint_eq(flow1(&r)->packets, 3);
    ck_assert_uint_eq(flow1(&r)->delivered_bytes, 6 * 972);
    for (uint32_t id = 1; id <= 5; id += 2) {
        ck_assert_uint_eq(trace_packet(&r.trace, id)->parent, 0);
        ck_assert_uint_eq(trace_packet(&r.trace, id + 1)->parent, id);
        ck_assert_int_eq(hop_of(&r.trace, id + 1, 0).start, hop_of(&r.trace, id, 0).sent);
    }
    rig_free(&r);
}
END_TEST

START_TEST(duplicates_are_binomial)
{
    struct rig r;
    pair(&r, 0, 0, 10, UNITS, SIM_US)->duplicate = 20000000;
    rig_run(&r, false);
    check_binomial((double)flow1(&r)->delivered_bytes / 10 - UNITS, UNITS, 0.02);
    rig_free(&r);
}
END_TEST

/* Uniform in -j .. j: chi-square over 20 equal bins, 19 degrees of freedom, 99.9 %: 43.82. */
START_TEST(jitter_is_uniform)
{
    enum { BINS = 20 };
    struct rig r;
    double bins[BINS] = {0}, chi = 0;
    sim_time delay = 100 * SIM_MS, j = 15 * SIM_MS;
    pair(&r, 0, delay, 10, UNITS, 40 * SIM_MS)->jitter = j; /* too far apart to overtake */
    r.sc.seed = (uint64_t)_i + 1;
    rig_run(&r, true);
    for (uint32_t id = 1; id <= UNITS; id++) {
        struct hop hop = hop_of(&r.trace, id, 0);
        sim_time off = hop.arrive - hop.sent - delay;
        ck_assert_int_ge(off, -j);
        ck_assert_int_le(off, j);
        bins[(off + j) * BINS / (2 * j + 1)]++;
    }
    for (int i = 0; i < BINS; i++) {
        chi += (bins[i] - UNITS / BINS) * (bins[i] - UNITS / BINS) / (UNITS / BINS);
    }
    ck_assert_double_lt(chi, 43.82);
    rig_free(&r);
}
END_TEST

START_TEST(jitter_keeps_the_order_and_goes_below_no_delay)
{
    struct rig r;
    pair(&r, 0, 5 * SIM_MS, 10, 2000, SIM_MS)->jitter = 15 * SIM_MS;
    rig_run_checked(&r);
    sim_time last = 0;
    uint32_t at_once = 0;
    for (uint32_t id = 1; id <= 2000; id++) {
        struct hop hop = hop_of(&r.trace, id, 0);
        ck_assert_int_ge(hop.arrive, last);
        ck_assert_int_ge(hop.arrive, hop.sent);
        last = hop.arrive;
        at_once += hop.arrive == hop.sent;
    }
    ck_assert_uint_gt(at_once, 0);
    rig_free(&r);
}
END_TEST

START_TEST(a_reordered_packet_is_late_and_the_others_keep_their_order)
{
    struct rig r;
    struct scenario_direction *d = pair(&r, 0, 5 * SIM_MS, 10, UNITS / 4, SIM_MS);
    d->reorder_chance = 10000000;
    d->reorder_by = 30 * SIM_MS;
    rig_run_checked(&r);
    uint32_t late = 0;
    for (uint32_t id = 1; id <= UNITS / 4; id++) {
        struct hop hop = hop_of(&r.trace, id, 0);
        bool is_late = hop.arrive - hop.sent == 35 * SIM_MS;
        ck_assert(is_late || hop.arrive - hop.sent == 5 * SIM_MS);
        late += is_late;
    }
    check_binomial(late, UNITS / 4, 0.01);
    rig_free(&r);
}
END_TEST

/* Fates by unit and copy: bit i of the answer says whether the first copy of unit i was lost. */
static uint64_t fates(struct rig *r, uint32_t flow)
{
    uint64_t lost = 0;
    rig_run(r, true);
    for (uint32_t id = 1; id <= r->trace.packets.count; id++) {
        const struct packet *p = trace_packet(&r->trace, id);
        if (p->flow == flow && p->unit.n > 0 && p->copy == 1 && p->unit.at < 64) {
            lost |= (uint64_t)(hop_of(&r->trace, id, 0).why == DROP_LOSS) << p->unit.at;
        }
    }
    return lost;
}

static uint64_t fates_of(const char *type, int64_t rate, sim_time delay, uint64_t seed)
{
    struct rig r;
    rig_init(&r);
    uint32_t a = rig_node(&r, "a", SCENARIO_HOST), b = rig_node(&r, "b", SCENARIO_HOST);
    rig_link(&r, a, b, rate, delay)->direction[0].loss =
        (struct loss){.kind = LOSS_CHANCE, .chance = 300000000};
    struct scenario_traffic *t =
        strcmp(type, "udp") == 0 ? rig_udp(&r, a, b, 100, 64, SIM_MS) : rig_traffic(&r, type, a, b);
    t->name = "race";
    rig_set(t, "frames", 64);
    r.sc.seed = seed;
    uint64_t lost = fates(&r, 1);
    rig_free(&r);
    return lost;
}

START_TEST(a_unit_shares_its_fate_under_every_protocol_and_rate)
{
    uint64_t seed = (uint64_t)_i + 1, lost = fates_of("stop-and-wait", 1000000, SIM_MS, seed);
    ck_assert_uint_eq(fates_of("stop-and-wait", 9600, SIM_S, seed), lost);
    ck_assert_uint_eq(fates_of("udp", 1000000, SIM_MS, seed), lost);
    ck_assert_uint_eq(fates_of("udp", 0, 0, seed), lost);
    ck_assert_uint_ne(fates_of("udp", 0, 0, seed + 1000), lost);
}
END_TEST

/* With a further host, link and flow in front of them, the draws of the others are the same. */
START_TEST(what_is_added_elsewhere_changes_no_draw)
{
    struct rig r;
    uint64_t lost[2];
    for (int more = 0; more < 2; more++) {
        rig_init(&r);
        uint32_t x = more ? rig_node(&r, "x", SCENARIO_HOST) : 0;
        uint32_t a = rig_node(&r, "a", SCENARIO_HOST), b = rig_node(&r, "b", SCENARIO_HOST);
        if (more) {
            rig_link(&r, x, b, 0, 0)->direction[0].loss =
                (struct loss){.kind = LOSS_CHANCE, .chance = 500000000};
            rig_udp(&r, x, b, 50, 100, SIM_MS);
        }
        rig_link(&r, a, b, 0, 0)->direction[0].loss =
            (struct loss){.kind = LOSS_CHANCE, .chance = 300000000};
        rig_udp(&r, a, b, 100, 64, SIM_MS);
        lost[more] = fates(&r, more ? 2 : 1);
        rig_free(&r);
    }
    ck_assert_uint_eq(lost[0], lost[1]);
}
END_TEST

/* Two copies of one datagram are two throws of the dice on the links behind. */
START_TEST(the_copies_of_a_packet_have_fates_of_their_own)
{
    struct rig r;
    rig_init(&r);
    uint32_t a = rig_node(&r, "a", SCENARIO_HOST), b = rig_node(&r, "b", SCENARIO_HOST);
    uint32_t R = rig_node(&r, "R", SCENARIO_ROUTER);
    rig_link(&r, a, R, 0, 0)->direction[0].duplicate = 1000000000;
    rig_link(&r, R, b, 0, 0)->direction[0].loss =
        (struct loss){.kind = LOSS_CHANCE, .chance = 500000000};
    rig_udp(&r, a, b, 10, 2000, SIM_MS);
    rig_run_checked(&r);
    uint32_t both = 0;
    for (uint32_t id = 1; id < r.trace.packets.count; id += 2) {
        both += hop_of(&r.trace, id, 1).why && hop_of(&r.trace, id + 1, 1).why;
    }
    check_binomial(both, 2000, 0.25);
    rig_free(&r);
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof *(table))

static Suite *suite(void)
{
    Suite *s = suite_create("links");
    TCase *t = tcase_create("properties");
    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, a_transmission_takes_bits_over_rate_rounded_up, 0, ROWS(pipes));
    tcase_add_test(t, toward_overrides_one_direction_only);
    tcase_add_test(t, loss_toward_b_spares_what_goes_to_a);
    tcase_add_loop_test(t, a_full_queue_drops_the_newest_at_once, 0, ROWS(queues));
    tcase_add_loop_test(t, a_packet_whose_start_has_come_has_left_the_queue, 0, ROWS(moments));
    tcase_add_test(t, bytes_that_have_left_the_queue_make_room);
    tcase_add_loop_test(t, what_is_larger_than_the_mtu_enters_the_link_in_fragments, 0, ROWS(mtus));
    tcase_add_test(t, every_tenth_is_lost);
    tcase_add_test(t, a_list_names_the_packets_that_are_lost);
    tcase_add_test(t, a_list_by_unit_and_copy_strikes_that_copy);
    tcase_add_test(t, a_copy_follows_its_original_with_an_id_and_a_parent);
    tcase_add_test(t, jitter_keeps_the_order_and_goes_below_no_delay);
    tcase_add_test(t, a_reordered_packet_is_late_and_the_others_keep_their_order);
    suite_add_tcase(s, t);
    t = tcase_create("chance");
    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, loss_by_chance_is_binomial, 0, ROWS(chances));
    tcase_add_loop_test(t, losses_of_neighbours_are_independent, 0, 3);
    tcase_add_loop_test(t, gilbert_elliott_has_its_stationary_rate, 0, ROWS(chains));
    tcase_add_loop_test(t, gilbert_elliott_bursts_have_their_mean_length, 0, ROWS(chains));
    tcase_add_loop_test(t, bit_errors_hit_a_packet_by_its_length, 0, ROWS(noises));
    tcase_add_test(t, duplicates_are_binomial);
    tcase_add_loop_test(t, jitter_is_uniform, 0, 3);
    tcase_add_loop_test(t, a_unit_shares_its_fate_under_every_protocol_and_rate, 0, 5);
    tcase_add_test(t, what_is_added_elsewhere_changes_no_draw);
    tcase_add_test(t, the_copies_of_a_packet_have_fates_of_their_own);
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
