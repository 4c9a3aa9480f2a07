/* Ways through a network, and the errors about packets that find none: routers, given routes, TTL,
 * and ICMP as RFC 792, RFC 1122 3.2.2 and RFC 1191 have it. */
#include "actor/fx.h"
#include "base/draw.h"
#include "net/world.h"
#include "wire/icmp.h"
#include "wire/ipv4.h"
#include "wire/udp.h"
#include "world_check.h"

/* a - R1 - b, a - R2 - b: a diamond; the links' delays in ms, in that order of links. */
enum { A, B, R1, R2 };
enum { A_R1, R1_B, A_R2, R2_B };

static void diamond(struct rig *r, const int64_t ms[4])
{
    rig_init(r);
    rig_node(r, "a", SCENARIO_HOST);
    rig_node(r, "b", SCENARIO_HOST);
    rig_node(r, "R1", SCENARIO_ROUTER);
    rig_node(r, "R2", SCENARIO_ROUTER);
    rig_link(r, A, R1, 0, ms[0] * SIM_MS);
    rig_link(r, R1, B, 0, ms[1] * SIM_MS);
    rig_link(r, A, R2, 0, ms[2] * SIM_MS);
    rig_link(r, R2, B, 0, ms[3] * SIM_MS);
    rig_udp(r, A, B, 100, 1, SIM_S);
}

/* Whether a packet's first hop is on that link (its first direction is a's). */
static bool goes_over(const struct rig *r, uint32_t packet, uint32_t link)
{
    return hop_of(&r->trace, packet, 0).direction == r->trace.links[link].direction[0];
}

/* More addresses than a host or a small router remembers, asked over and over. */
START_TEST(a_way_that_is_remembered_is_the_one_that_would_be_found)
{
    struct rig r;
    struct dice dice = dice_make((uint64_t)_i, "ways");
    diamond(&r, (const int64_t[]){1, 1, 5, 5});
    struct world *w = world_new(&r.sc, registry(), 1, &r.trace);
    for (uint32_t n = 0; n < 20000; n++) {
        uint64_t bits = draw(&dice, 1, n);
        uint32_t node = (uint32_t)(bits % 4), ip = 0x0a000000u + (uint32_t)(bits >> 8) % 40;
        struct way way = way_of(w, node, ip);
        ck_assert_uint_eq(way.ip, ip);
        ck_assert_uint_eq(way.iface, node_iface_to(w, node, ip));
        ck_assert_int_eq(way.is_own, node_of_ip(w, ip) == node);
    }
    world_free(w);
    rig_free(&r);
}
END_TEST

static const struct {
    int64_t ms[4];
    uint32_t first;
} ways[] = {
    {{1, 1, 5, 5}, A_R1}, {{5, 5, 1, 1}, A_R2}, {{1, 9, 2, 7}, A_R2},
    {{3, 3, 3, 3}, A_R1}, {{0, 0, 0, 0}, A_R1}, {{9, 0, 0, 8}, A_R2},
};

START_TEST(the_shortest_way_by_delay_is_taken)
{
    struct rig r;
    diamond(&r, ways[_i].ms);
    rig_run_checked(&r);
    ck_assert_uint_eq(r.trace.flows[1].delivered_bytes, 100);
    ck_assert(goes_over(&r, 1, ways[_i].first));
    rig_free(&r);
}
END_TEST

/* Each end's own directions count: there over R1, back over R2. */
START_TEST(each_direction_has_a_way_of_its_own)
{
    struct rig r;
    diamond(&r, (const int64_t[]){1, 1, 5, 5});
    rig_udp(&r, B, A, 100, 1, SIM_S);
    r.links[R1_B].direction[1].delay = 50 * SIM_MS; /* R1 < b */
    rig_run_checked(&r);
    ck_assert(goes_over(&r, nth_packet(&r.trace, 1, 1), A_R1));
    ck_assert_uint_eq(hop_of(&r.trace, nth_packet(&r.trace, 2, 1), 0).direction,
                      r.trace.links[R2_B].direction[1]);
    rig_free(&r);
}
END_TEST

/* a - R1 - R2 - b without delay is as short as a - R1 - b: fewer hops win. */
START_TEST(of_equal_ways_that_of_fewer_hops_is_taken)
{
    struct rig r;
    rig_init(&r);
    rig_node(&r, "a", SCENARIO_HOST);
    rig_node(&r, "b", SCENARIO_HOST);
    rig_node(&r, "R1", SCENARIO_ROUTER);
    rig_node(&r, "R2", SCENARIO_ROUTER);
    rig_link(&r, R1, R2, 0, 0);
    rig_link(&r, R2, B, 0, 0);
    rig_link(&r, A, R1, 0, 0);
    rig_link(&r, R1, B, 0, 0);
    rig_udp(&r, A, B, 100, 1, SIM_S);
    rig_run_checked(&r);
    struct hop hops[4];
    ck_assert_uint_eq(trace_hops(&r.trace, 1, hops, 4), 2);
    rig_free(&r);
}
END_TEST

START_TEST(a_host_carries_nothing_for_others)
{
    struct rig r;
    diamond(&r, (const int64_t[]){1, 1, 5, 5});
    r.nodes[R1].kind = SCENARIO_HOST;
    rig_run_checked(&r);
    ck_assert(goes_over(&r, 1, A_R2));
    ck_assert_uint_eq(r.trace.flows[1].delivered_bytes, 100);
    rig_free(&r);
}
END_TEST

static void give_route(struct rig *r, uint32_t node, struct scenario_route *route, uint32_t network,
                       uint8_t prefix, uint32_t via)
{
    *route = (struct scenario_route){network, prefix, r->addresses[via][0].ip};
    r->nodes[node].routes = route;
    r->nodes[node].route_count = 1;
}

START_TEST(a_gateway_is_the_way_to_whom_is_no_neighbour)
{
    struct rig r;
    diamond(&r, (const int64_t[]){1, 1, 5, 5});
    r.nodes[A].gateway = r.addresses[R2][0].ip;
    rig_run_checked(&r);
    ck_assert(goes_over(&r, 1, A_R2));
    ck_assert_uint_eq(r.trace.flows[1].delivered_bytes, 100);
    rig_free(&r);
}
END_TEST

START_TEST(a_given_route_wins_over_shorter_ways_and_the_gateway)
{
    struct rig r;
    struct scenario_route route;
    diamond(&r, (const int64_t[]){1, 1, 5, 5});
    give_route(&r, A, &route, r.addresses[B][0].ip, 32, R2);
    r.nodes[A].gateway = r.addresses[R1][0].ip;
    rig_run_checked(&r);
    ck_assert(goes_over(&r, 1, A_R2));
    rig_free(&r);
}
END_TEST

START_TEST(of_given_routes_the_longest_prefix_wins)
{
    struct rig r;
    struct scenario_route routes[3];
    diamond(&r, (const int64_t[]){1, 1, 5, 5});
    uint32_t ip = r.addresses[B][0].ip, r1 = r.addresses[R1][0].ip, r2 = r.addresses[R2][0].ip;
    routes[0] = (struct scenario_route){ip & 0xffffff00u, 24, r1};
    routes[1] = (struct scenario_route){ip, 32, r2};
    routes[2] = (struct scenario_route){0, 0, r1};
    r.nodes[A].routes = routes;
    r.nodes[A].route_count = 3;
    rig_run_checked(&r);
    ck_assert(goes_over(&r, 1, A_R2));
    rig_free(&r);
}
END_TEST

/* The one ICMP error of a run, taken apart. */
static struct icmp error_of(const struct rig *r, uint32_t *packet, struct ipv4 *quoted)
{
    struct icmp m = {0};
    uint32_t errors = 0;
    for (uint32_t id = 1; id <= r->trace.packets.count; id++) {
        const struct packet *p = trace_packet(&r->trace, id);
        if (strcmp(p->proto->name, "icmp") == 0) {
            *packet = id;
            errors++;
            ck_assert(icmp_decode(packet_head(p), &m));
            struct bytes quote = icmp_quote(packet_head(p));
            ck_assert_uint_eq(quote.len, IPV4_HEADER + 8);
            ck_assert(ipv4_decode(quote, quoted));
            ck_assert(ipv4_intact(quote));
        }
    }
    ck_assert_uint_eq(errors, 1);
    return m;
}

/* R1 and R2 send what is for b to each other. The packet has left a with 64, R1 with 63, R2 with
 * 62 ...: 64 hops carry it, and the one that gets it with 1 refuses it. */
START_TEST(a_routing_loop_ends_by_the_ttl)
{
    struct rig r;
    struct scenario_route one, two;
    rig_init(&r);
    rig_node(&r, "a", SCENARIO_HOST);
    rig_node(&r, "b", SCENARIO_HOST);
    rig_node(&r, "R1", SCENARIO_ROUTER);
    rig_node(&r, "R2", SCENARIO_ROUTER);
    rig_link(&r, A, R1, 0, SIM_MS);
    rig_link(&r, R1, R2, 0, SIM_MS);
    rig_link(&r, R2, B, 0, SIM_MS);
    rig_udp(&r, A, B, 100, 1, SIM_S);
    give_route(&r, R1, &one, r.addresses[B][0].ip, 32, R2);
    give_route(&r, R2, &two, r.addresses[B][0].ip, 32, R1);
    rig_run_checked(&r);
    struct hop hops[80];
    uint32_t where, error, count = trace_hops(&r.trace, 1, hops, 80);
    sim_time when;
    ck_assert_uint_eq(count, 64);
    for (uint32_t i = 0; i < count; i++) {
        ck_assert_uint_eq(trace_record(&r.trace, hops[i].tx)->code >> 8, 64 - i);
    }
    ck_assert_uint_eq(drop_of(&r.trace, 1, &when, &where), DROP_TTL);
    ck_assert_int_eq(when, 64 * SIM_MS);
    ck_assert_uint_eq(where, r.trace.nodes[R2].entity);
    struct ipv4 quoted;
    struct icmp m = error_of(&r, &error, &quoted);
    ck_assert_uint_eq(m.type, ICMP_TIME_EXCEEDED);
    ck_assert_uint_eq(m.code, 0);
    ck_assert_uint_eq(quoted.ttl, 1);
    ck_assert_uint_eq(packet_to_node(&r.trace, error), A);
    ck_assert_uint_eq(r.trace.flows[1].packets, 1);
    rig_free(&r);
}
END_TEST

/* A fault on a link of the loop strikes at the first of many crossings, and once. */
START_TEST(a_fault_in_a_loop_strikes_once)
{
    struct rig r;
    struct scenario_route one, two;
    rig_init(&r);
    rig_node(&r, "a", SCENARIO_HOST);
    rig_node(&r, "b", SCENARIO_HOST);
    rig_node(&r, "R1", SCENARIO_ROUTER);
    rig_node(&r, "R2", SCENARIO_ROUTER);
    rig_link(&r, A, R1, 0, SIM_MS);
    rig_link(&r, R1, R2, 0, SIM_MS);
    rig_link(&r, R2, B, 0, SIM_MS);
    rig_udp(&r, A, B, 100, 1, SIM_S);
    give_route(&r, R1, &one, r.addresses[B][0].ip, 32, R2);
    give_route(&r, R2, &two, r.addresses[B][0].ip, 32, R1);
    rig_fault(&r, (struct fault){.kind = FAULT_DELAY,
                                 .by = SIM_S,
                                 .pattern = {.given = PATTERN_FROM | PATTERN_LINK | PATTERN_NTH,
                                             .from = A,
                                             .link = {R1, R2},
                                             .nth = 3}});
    rig_run_checked(&r);
    sim_time when;
    uint32_t where;
    ck_assert_uint_eq(drop_of(&r.trace, 1, &when, &where), DROP_TTL);
    ck_assert_int_eq(when, SIM_S + 64 * SIM_MS);
    rig_free(&r);
}
END_TEST

/* a - R1 (- R2 - b missing): nobody knows the way. */
START_TEST(without_a_route_the_net_is_unreachable)
{
    struct rig r;
    struct scenario_route route;
    rig_init(&r);
    rig_node(&r, "a", SCENARIO_HOST);
    rig_node(&r, "b", SCENARIO_HOST);
    rig_node(&r, "R1", SCENARIO_ROUTER);
    rig_link(&r, A, R1, 0, SIM_MS);
    rig_udp(&r, A, B, 100, 1, SIM_S);
    give_route(&r, A, &route, 0, 0, R1);
    rig_run_checked(&r);
    uint32_t error, where;
    sim_time when;
    struct ipv4 quoted;
    struct icmp m = error_of(&r, &error, &quoted);
    ck_assert_uint_eq(m.type, ICMP_UNREACHABLE);
    ck_assert_uint_eq(m.code, ICMP_NET);
    ck_assert_uint_eq(drop_of(&r.trace, 1, &when, &where), DROP_NO_ROUTE);
    ck_assert_uint_eq(where, r.trace.nodes[R1].entity);
    ck_assert_int_eq(when, SIM_MS);
    ck_assert_int_eq(hop_of(&r.trace, error, 0).arrive, 2 * SIM_MS);
    rig_free(&r);
}
END_TEST

/* Whoever has no way of its own says so to nobody: it is its own sender. */
START_TEST(a_host_without_a_way_sends_no_error_to_itself)
{
    struct rig r;
    rig_init(&r);
    rig_node(&r, "a", SCENARIO_HOST);
    rig_node(&r, "b", SCENARIO_HOST);
    rig_udp(&r, A, B, 100, 2, SIM_S);
    rig_run_checked(&r);
    ck_assert_uint_eq(r.trace.packets.count, 2);
    ck_assert_uint_eq(r.trace.flows[1].drops[DROP_NO_ROUTE], 2);
    rig_free(&r);
}
END_TEST

static const struct {
    uint32_t mtu;
    int64_t size;
    bool fits;
} mtus[] = {{576, 548, true}, {576, 549, false}, {1280, 1400, false}};

START_TEST(too_big_names_the_mtu_of_the_next_link)
{
    struct rig r;
    diamond(&r, (const int64_t[]){1, 1, 5, 5});
    r.sc.traffic_count = 0;
    rig_set(rig_udp(&r, A, B, mtus[_i].size, 1, SIM_S), "df", 1);
    r.links[R1_B].direction[0].mtu = mtus[_i].mtu;
    rig_run_checked(&r);
    if (mtus[_i].fits) {
        ck_assert_uint_eq(r.trace.flows[1].delivered_bytes, (uint64_t)mtus[_i].size);
    } else {
        uint32_t error;
        struct ipv4 quoted;
        struct icmp m = error_of(&r, &error, &quoted);
        ck_assert_uint_eq(m.type, ICMP_UNREACHABLE);
        ck_assert_uint_eq(m.code, ICMP_TOO_BIG);
        ck_assert_uint_eq(m.mtu, mtus[_i].mtu);
        ck_assert_int_eq(quoted.total_len, mtus[_i].size + 28);
        ck_assert_uint_eq(r.trace.flows[1].drops[DROP_TOO_BIG], 1);
    }
    rig_free(&r);
}
END_TEST

/* R1 refuses the datagram, and its error goes round between the routers until its time is over:
 * nothing is said about that (RFC 1122 3.2.2). */
START_TEST(no_error_is_sent_about_an_error)
{
    struct rig r;
    struct scenario_route back, again;
    diamond(&r, (const int64_t[]){1, 1, 5, 5});
    rig_set(&r.traffic[0], "df", 1);
    r.links[R1_B].direction[0].mtu = 68;
    rig_link(&r, R1, R2, 0, 10 * SIM_MS);
    give_route(&r, R1, &back, r.addresses[A][0].ip, 32, R2);
    give_route(&r, R2, &again, r.addresses[A][0].ip, 32, R1);
    rig_run_checked(&r);
    uint32_t error, where;
    sim_time when;
    struct ipv4 quoted;
    error_of(&r, &error, &quoted);
    ck_assert_uint_eq(drop_of(&r.trace, error, &when, &where), DROP_TTL);
    ck_assert_uint_eq(where, r.trace.nodes[R1].entity);
    rig_free(&r);
}
END_TEST

/* The sink listens to another protocol, so nobody has the port; the answer quotes the datagram. */
START_TEST(a_port_that_nobody_has_is_unreachable)
{
    struct rig r;
    diamond(&r, (const int64_t[]){1, 1, 5, 5});
    struct scenario_traffic *t = &r.traffic[0];
    struct traffic_type deaf = *t->type;
    struct actor_type sink = *deaf.sink;
    static const struct proto other = {.name = "udp", .carrier = CARRIER_IP, .number = 200};
    sink.proto = &other;
    deaf.sink = &sink;
    t->type = &deaf;
    rig_run_checked(&r);
    uint32_t error;
    struct ipv4 quoted;
    struct icmp m = error_of(&r, &error, &quoted);
    ck_assert_uint_eq(m.type, ICMP_UNREACHABLE);
    ck_assert_uint_eq(m.code, ICMP_PORT);
    ck_assert_uint_eq(quoted.ttl, 63); /* as it arrived: one router took one */
    ck_assert_uint_eq(quoted.to, r.addresses[B][0].ip);
    ck_assert_uint_eq(r.trace.flows[1].drops[DROP_NO_LISTENER], 1);
    ck_assert_int_eq(hop_of(&r.trace, error, 1).arrive, 4 * SIM_MS);
    rig_free(&r);
}
END_TEST

/* Sends one datagram to 10.9.0.1 instead of the address that its flow has. */
static void stray_step(void *self, const struct input *in, struct fx *fx)
{
    (void)self;
    if (in->kind == IN_START) {
        uint8_t head[UDP_HEADER];
        struct net key = in->net;
        key.to.ip = 0x0a090001;
        udp_encode(key.from.port, key.to.port, 0, head);
        fx_send(fx, &key, bytes_of(head, sizeof head), (struct span){0}, (struct unit){0, 1}, 0);
    }
}

/* A node answers to every address it has, also to one that no link has: the datagram is for b,
 * where nobody listens on that address. */
START_TEST(every_address_of_a_node_is_its_own)
{
    struct rig r;
    diamond(&r, (const int64_t[]){1, 1, 5, 5});
    struct traffic_type stray = *r.traffic[0].type;
    struct actor_type source = {
        .name = "stray", .proto = stray.source->proto, .size = 1, .step = stray_step};
    stray.source = &source;
    r.traffic[0].type = &stray;
    r.nodes[B].address_count = 4;
    for (uint32_t i = 1; i < 4; i++) {
        r.addresses[B][i].ip = 0x0a090000u + i;
    }
    r.addresses[B][3].ip = 0x0a090001;
    r.addresses[B][1].ip = 0x0a090003; /* the second link takes this one */
    rig_run_checked(&r);
    /* b refuses the datagram, and its error, at a, is about one that no flow sent. */
    ck_assert_uint_eq(r.trace.flows[1].drops[DROP_NO_LISTENER], 2);
    ck_assert_uint_eq(r.trace.flows[1].drops[DROP_NO_ROUTE], 0);
    rig_free(&r);
}
END_TEST

/* Errors of one flow are several packets with several fates. */
START_TEST(errors_have_fates_of_their_own)
{
    struct rig r;
    diamond(&r, (const int64_t[]){1, 1, 5, 5});
    r.sc.traffic_count = 0;
    rig_set(rig_udp(&r, A, B, 100, 400, SIM_MS), "df", 1);
    r.links[R1_B].direction[0].mtu = 68;
    r.links[A_R1].direction[1].loss = (struct loss){.kind = LOSS_CHANCE, .chance = 500000000};
    rig_run_checked(&r);
    ck_assert_uint_eq(r.trace.flows[1].drops[DROP_TOO_BIG], 400);
    /* 200 +- 3.29 * 10 */
    ck_assert_uint_gt(r.trace.flows[1].drops[DROP_LOSS], 167);
    ck_assert_uint_lt(r.trace.flows[1].drops[DROP_LOSS], 233);
    rig_free(&r);
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof *(table))

static Suite *suite(void)
{
    Suite *s = suite_create("routes");
    TCase *t = tcase_create("ways");
    tcase_add_loop_test(t, the_shortest_way_by_delay_is_taken, 0, ROWS(ways));
    tcase_add_loop_test(t, a_way_that_is_remembered_is_the_one_that_would_be_found, 0, 3);
    tcase_add_test(t, each_direction_has_a_way_of_its_own);
    tcase_add_test(t, of_equal_ways_that_of_fewer_hops_is_taken);
    tcase_add_test(t, a_host_carries_nothing_for_others);
    tcase_add_test(t, a_gateway_is_the_way_to_whom_is_no_neighbour);
    tcase_add_test(t, a_given_route_wins_over_shorter_ways_and_the_gateway);
    tcase_add_test(t, of_given_routes_the_longest_prefix_wins);
    tcase_add_test(t, every_address_of_a_node_is_its_own);
    suite_add_tcase(s, t);
    t = tcase_create("errors");
    tcase_add_test(t, a_routing_loop_ends_by_the_ttl);
    tcase_add_test(t, a_fault_in_a_loop_strikes_once);
    tcase_add_test(t, without_a_route_the_net_is_unreachable);
    tcase_add_test(t, a_host_without_a_way_sends_no_error_to_itself);
    tcase_add_loop_test(t, too_big_names_the_mtu_of_the_next_link, 0, ROWS(mtus));
    tcase_add_test(t, no_error_is_sent_about_an_error);
    tcase_add_test(t, a_port_that_nobody_has_is_unreachable);
    tcase_add_test(t, errors_have_fates_of_their_own);
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
