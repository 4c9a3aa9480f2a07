/* Address translation: bytes against a packet built anew, the table step by step (RFC 4787, RFC
 * 5382), and whole runs of hosts behind a router. */
#include "actor/fx.h"
#include "actor/node_call.h"
#include "base/draw.h"
#include "base/os.h"
#include "proto/nat/nat.h"
#include "wire/dissect.h"
#include "wire/icmp.h"
#include "wire/ipv4.h"
#include "wire/tcp.h"
#include "wire/translate.h"
#include "wire/udp.h"
#include "world_check.h"

#include <string.h>

static uint32_t below(const struct dice *d, uint32_t n, uint32_t range)
{
    return (uint32_t)draw_below(draw(d, 1, n), range);
}

/* A packet of that protocol between those ends, with a payload of its own. */
static void build(unsigned kind, const struct ends *e, const struct dice *d, struct buf *out)
{
    uint8_t head[64] = {0};
    struct packet_view v = {.net = {.from = e->from, .to = e->to, .ttl = 61}, .ip_id = 77};
    struct stream payload = {.key = d->key};
    struct streams streams = {.list = (struct stream[]){{0}, payload}, .count = 2};
    size_t len = 8;
    v.body = (struct span){.stream = 1, .len = below(d, 9, 40)};
    v.streams = &streams;
    if (kind == 0) {
        struct tcp_seg seg = {.from = e->from.port, .to = e->to.port, .flags = TCP_ACK};
        v.proto = "tcp";
        len = tcp_encode(&seg, head);
    } else if (kind == 1) {
        v.proto = "udp";
        udp_encode(e->from.port, e->to.port, v.body.len, head);
    } else {
        struct icmp m = {.type = kind == 2 ? ICMP_ECHO : ICMP_ECHO_REPLY,
                         .id = kind == 2 ? e->from.port : e->to.port,
                         .number = 5};
        v.proto = "icmp";
        icmp_encode(&m, head);
    }
    v.head = bytes_of(head, len);
    packet_build(&v, out);
}

static struct ends ends_of(const struct dice *d, uint32_t n, unsigned kind)
{
    struct ends e = {{(uint32_t)draw(d, 2, n), (uint16_t)(1 + below(d, n + 1, 65535))},
                     {(uint32_t)draw(d, 2, n + 2), (uint16_t)(1 + below(d, n + 3, 65535))}};
    e.to.port = kind == 2 ? 0 : e.to.port;
    e.from.port = kind == 3 ? 0 : e.from.port;
    return e;
}

/* What is translated is to the byte what would have been built with the new ends. */
START_TEST(a_translated_packet_is_one_built_with_the_new_ends)
{
    for (unsigned round = 0; round < 4000; round++) {
        struct dice d = dice_make(round, "nat");
        unsigned kind = round % 4;
        struct ends before = ends_of(&d, 10, kind), after = ends_of(&d, 20, kind), seen;
        struct buf wire = {0}, expected = {0};
        uint8_t protocol;
        bool is_error;
        build(kind, &before, &d, &wire);
        build(kind, &after, &d, &expected);
        ck_assert(translate_read(bytes_of(wire.data, wire.len), &seen, &protocol, &is_error));
        ck_assert(!is_error);
        ck_assert_uint_eq(seen.from.port, before.from.port);
        ck_assert_uint_eq(seen.to.port, before.to.port);
        translate_write(wire.data, wire.len, &after, &after);
        ck_assert_uint_eq(wire.len, expected.len);
        ck_assert_mem_eq(wire.data, expected.data, wire.len);
        buf_free(&wire);
        buf_free(&expected);
    }
}
END_TEST

/* An error, and inside it the packet that it quotes, cut off behind eight bytes. */
START_TEST(an_error_is_translated_inside_and_out)
{
    for (unsigned round = 0; round < 2000; round++) {
        struct dice d = dice_make(round, "nat error");
        unsigned kind = round % 3;
        struct ends before = ends_of(&d, 10, kind), after = ends_of(&d, 20, kind), seen;
        struct ends outer = {{.ip = (uint32_t)draw(&d, 2, 40)}, {.ip = before.from.ip}};
        struct ends told = {outer.from, {.ip = after.from.ip}};
        struct buf quoted[2] = {{0}}, errors[2] = {{0}}, wires[2] = {{0}};
        struct ends turned = {after.to, after.from};
        uint8_t protocol;
        bool is_error;
        for (int i = 0; i < 2; i++) {
            const struct ends *e = i ? &told : &outer;
            build(kind, i ? &after : &before, &d, &quoted[i]);
            icmp_error(ICMP_UNREACHABLE, ICMP_PORT, 0, bytes_of(quoted[i].data, quoted[i].len),
                       &errors[i]);
            struct packet_view v = {.proto = "icmp",
                                    .net = {.from = e->from, .to = e->to, .ttl = 60},
                                    .head = bytes_of(errors[i].data, errors[i].len)};
            packet_build(&v, &wires[i]);
        }
        ck_assert(
            translate_read(bytes_of(wires[0].data, wires[0].len), &seen, &protocol, &is_error));
        ck_assert(is_error);
        ck_assert_uint_eq(seen.to.ip, before.from.ip);
        ck_assert_uint_eq(seen.to.port, before.from.port);
        translate_write(wires[0].data, wires[0].len, &turned, &told);
        ck_assert_uint_eq(wires[0].len, wires[1].len);
        /* A TCP checksum is not among the eight bytes, so the quote is the same to the byte. */
        ck_assert_mem_eq(wires[0].data, wires[1].data, wires[0].len);
        for (int i = 0; i < 2; i++) {
            buf_free(&quoted[i]);
            buf_free(&errors[i]);
            buf_free(&wires[i]);
        }
    }
}
END_TEST

/* A wrong checksum stays wrong: whoever gets the packet still refuses it. */
START_TEST(damage_is_not_mended)
{
    for (unsigned round = 0; round < 500; round++) {
        struct dice d = dice_make(round, "nat damage");
        unsigned kind = round % 4;
        struct ends before = ends_of(&d, 10, kind), after = ends_of(&d, 20, kind);
        struct buf wire = {0};
        struct packet_view v;
        struct bytes payload;
        build(kind, &before, &d, &wire);
        uint32_t bit = 8 * IPV4_HEADER + 32 + below(&d, 30, 8 * (uint32_t)wire.len - 192);
        wire.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        struct bytes all = bytes_of(wire.data, wire.len);
        if (packet_parse(all, LINK_FORM_IP, &v, &payload) == PACKET_DAMAGED) {
            translate_write(wire.data, wire.len, &after, &after);
            ck_assert_int_ne(packet_parse(all, LINK_FORM_IP, &v, &payload), PACKET_INTACT);
        }
        buf_free(&wire);
    }
}
END_TEST

/* ---- the table ---- */

#define IN_A    0x0a000005u
#define IN_B    0x0a000006u
#define OUTSIDE 0xcb007101u
#define FAR     0xcb007109u
#define OTHER   0xcb00710au

struct table {
    struct packets packets;
    struct fx fx;
    void *self;
    struct node_translate said;
    const char *note;
    uint64_t shown[8]; /* states of an entry, in order */
    unsigned shown_count;
    sim_time now;
};

static void tell(struct table *t, struct input in)
{
    const struct effect *e;
    in.now = t->now;
    nat_type.step(t->self, &in, &t->fx);
    while (fx_next(&t->fx, &e)) {
        if (e->kind == FX_INDICATE) {
            memcpy(&t->said, e->head.data, sizeof t->said);
        } else if (e->kind == FX_ITEM && t->shown_count < 8) {
            t->shown[t->shown_count++] = e->index;
        } else if (e->kind == FX_NOTE) {
            t->note = nat_type.reasons[e->why].key;
        }
    }
}

static void table_open(struct table *t, int64_t filtering)
{
    struct node_interface outside = {.ip = OUTSIDE};
    *t = (struct table){.self = os_alloc(nat_type.size)};
    t->fx.packets = &t->packets;
    params_initial(&nat_type, t->self);
    memcpy((char *)t->self + param_find(&nat_type, "filtering")->offset, &filtering,
           sizeof filtering);
    tell(t, (struct input){.kind = IN_REQUEST,
                           .code = NODE_INTERFACE,
                           .head = bytes_of(&outside, sizeof outside)});
}

static void table_close(struct table *t)
{
    nat_type.free(t->self);
    free(t->self);
    fx_free(&t->fx);
    packets_free(&t->packets);
}

/* Asks the table about one packet; true: it may pass. */
static bool pass(struct table *t, uint8_t protocol, uint8_t flags, struct addr from, struct addr to)
{
    struct node_translate ask = {.from = from,
                                 .to = to,
                                 .protocol = protocol,
                                 .flags = flags,
                                 .is_inbound = to.ip == OUTSIDE,
                                 .is_from_inside = from.ip >> 24 == 10};
    t->note = "";
    tell(t, (struct input){
                .kind = IN_REQUEST, .code = NODE_TRANSLATE, .head = bytes_of(&ask, sizeof ask)});
    return t->said.is_good;
}

#define AT(IP, PORT) ((struct addr){IP, PORT})
enum { F = 1, S = 2, R = 4, A = 16 };

START_TEST(one_mapping_serves_all_remote_ends)
{
    struct table t;
    table_open(&t, 1);
    ck_assert(pass(&t, IP_UDP, 0, AT(IN_A, 5000), AT(FAR, 53)));
    ck_assert_uint_eq(t.said.from.ip, OUTSIDE);
    ck_assert_uint_eq(t.said.from.port, 5000); /* free outside, so it is kept */
    ck_assert(pass(&t, IP_UDP, 0, AT(IN_A, 5000), AT(OTHER, 99)));
    ck_assert_uint_eq(t.said.from.port, 5000);
    ck_assert(pass(&t, IP_UDP, 0, AT(IN_B, 5000), AT(FAR, 53)));
    ck_assert_uint_eq(t.said.from.port, 5001); /* taken: the next */
    ck_assert(pass(&t, IP_UDP, 0, AT(FAR, 53), AT(OUTSIDE, 5001)));
    ck_assert_uint_eq(t.said.to.ip, IN_B);
    ck_assert_uint_eq(t.said.to.port, 5000);
    ck_assert(pass(&t, IP_TCP, S, AT(IN_B, 5000), AT(FAR, 80))); /* protocols apart */
    ck_assert_uint_eq(t.said.from.port, 5000);
    table_close(&t);
}
END_TEST

static const struct {
    int64_t filtering;
    struct addr from;
    bool passes;
} filters[] = {
    {0, {FAR, 53}, true},    {0, {OTHER, 1}, true}, {1, {FAR, 53}, true},  {1, {FAR, 54}, true},
    {1, {OTHER, 53}, false}, {2, {FAR, 53}, true},  {2, {FAR, 54}, false}, {2, {OTHER, 53}, false},
};

START_TEST(who_may_answer)
{
    struct table t;
    table_open(&t, filters[_i].filtering);
    ck_assert(pass(&t, IP_UDP, 0, AT(IN_A, 5000), AT(FAR, 53)));
    ck_assert_int_eq(pass(&t, IP_UDP, 0, filters[_i].from, AT(OUTSIDE, 5000)), filters[_i].passes);
    ck_assert_str_eq(t.note, filters[_i].passes ? "" : "nat.stranger");
    ck_assert(!pass(&t, IP_UDP, 0, filters[_i].from, AT(OUTSIDE, 5001)));
    ck_assert_str_eq(t.note, "nat.nobody");
    table_close(&t);
}
END_TEST

static void expire(struct table *t)
{
    tell(t, (struct input){.kind = IN_TIMER});
}

/* At the time given the table still knows, a moment later it does not. */
static const struct {
    uint8_t protocol;
    uint8_t steps[6]; /* flags; from inside and outside in turn, 0x80: skip */
    sim_time lasts;
} lives[] = {
    {IP_UDP, {0}, 300 * SIM_S},
    {IP_ICMP, {0}, 60 * SIM_S},
    {IP_TCP, {S}, 240 * SIM_S},
    {IP_TCP, {S, S | A, A}, 7440 * SIM_S},
    {IP_TCP, {S, S | A, A, F | A, F | A}, 240 * SIM_S},
    {IP_TCP, {S, S | A, R}, 240 * SIM_S},
};

START_TEST(entries_live_as_long_as_the_RFCs_say)
{
    struct table t;
    struct addr near = AT(IN_A, 5000), far = AT(FAR, lives[_i].protocol == IP_ICMP ? 0 : 80);
    table_open(&t, 2);
    for (int i = 0; i == 0 || (i < 6 && lives[_i].steps[i]); i++) {
        ck_assert(i % 2 ? pass(&t, lives[_i].protocol, lives[_i].steps[i], far, AT(OUTSIDE, 5000))
                        : pass(&t, lives[_i].protocol, lives[_i].steps[i], near, far));
    }
    int64_t entries;
    t.now = lives[_i].lasts - 1;
    expire(&t);
    nat_type.read(t.self, &entries);
    ck_assert_int_eq(entries, 1);
    t.now = lives[_i].lasts;
    expire(&t);
    nat_type.read(t.self, &entries);
    ck_assert_int_eq(entries, 0);
    ck_assert_str_eq(t.note, "nat.forgotten");
    ck_assert(!pass(&t, lives[_i].protocol, A, far, AT(OUTSIDE, 5000)));
    table_close(&t);
}
END_TEST

START_TEST(only_a_SYN_begins_a_connection)
{
    struct table t;
    table_open(&t, 2);
    ck_assert(!pass(&t, IP_TCP, A, AT(IN_A, 5000), AT(FAR, 80)));
    ck_assert_str_eq(t.note, "nat.too-late");
    ck_assert(!pass(&t, IP_TCP, S | A, AT(IN_A, 5000), AT(FAR, 80)));
    ck_assert(pass(&t, IP_TCP, S, AT(IN_A, 5000), AT(FAR, 80)));
    ck_assert(pass(&t, IP_TCP, A, AT(IN_A, 5000), AT(FAR, 80)));
    ck_assert(!pass(&t, IP_TCP, S, AT(OTHER, 80), AT(OUTSIDE, 5000))); /* from outside: no */
    table_close(&t);
}
END_TEST

/* RFC 4787 REQ-9: both hosts speak by their addresses outside. */
/* Each state of an entry is shown once: it opens, is open when both ends have spoken, and closes.
 */
START_TEST(an_entry_shows_what_becomes_of_it)
{
    struct table t;
    table_open(&t, 1);
    ck_assert(pass(&t, IP_TCP, S, AT(IN_A, 5000), AT(FAR, 80)));
    ck_assert(pass(&t, IP_TCP, S | A, AT(FAR, 80), AT(OUTSIDE, 5000)));
    ck_assert(pass(&t, IP_TCP, A, AT(IN_A, 5000), AT(FAR, 80)));
    ck_assert(pass(&t, IP_TCP, A, AT(IN_A, 5000), AT(FAR, 80)));
    ck_assert(pass(&t, IP_TCP, F | A, AT(IN_A, 5000), AT(FAR, 80)));
    ck_assert(pass(&t, IP_TCP, F | A, AT(FAR, 80), AT(OUTSIDE, 5000)));
    ck_assert(pass(&t, IP_TCP, A, AT(IN_A, 5000), AT(FAR, 80)));
    ck_assert_uint_eq(t.shown_count, 3);
    for (unsigned i = 0; i < 3; i++) {
        ck_assert_uint_eq(t.shown[i], 1 + i);
    }
    table_close(&t);
}
END_TEST

START_TEST(from_inside_to_a_port_outside_and_in_again)
{
    struct table t;
    table_open(&t, 0);
    ck_assert(pass(&t, IP_UDP, 0, AT(IN_A, 5000), AT(FAR, 53)));
    ck_assert(pass(&t, IP_UDP, 0, AT(IN_B, 6000), AT(OUTSIDE, 5000)));
    ck_assert_uint_eq(t.said.from.ip, OUTSIDE);
    ck_assert_uint_eq(t.said.from.port, 6000);
    ck_assert_uint_eq(t.said.to.ip, IN_A);
    ck_assert_uint_eq(t.said.to.port, 5000);
    table_close(&t);
}
END_TEST

START_TEST(ports_run_out)
{
    struct table t;
    table_open(&t, 0);
    for (uint32_t i = 0; i < 64512; i++) {
        ck_assert(pass(&t, IP_UDP, 0, AT(IN_A + i, 2000), AT(FAR, 53)));
    }
    ck_assert(!pass(&t, IP_UDP, 0, AT(IN_A + 64512, 2000), AT(FAR, 53)));
    ck_assert_str_eq(t.note, "nat.full");
    ck_assert(pass(&t, IP_UDP, 0, AT(IN_A + 64512, 1023), AT(FAR, 53))); /* of those below 1024 */
    ck_assert_uint_eq(t.said.from.port, 1023);
    table_close(&t);
}
END_TEST

/* a and b behind R, c outside: datagrams of any size over any MTU, with loss, arrive whole or not
 * at all, and every figure adds up. */
START_TEST(hosts_behind_a_router_over_narrow_links)
{
    for (unsigned round = 0; round < 40; round++) {
        struct rig r;
        struct dice d = dice_make(round, "behind");
        rig_init(&r);
        rig_node(&r, "a", SCENARIO_HOST);
        rig_node(&r, "b", SCENARIO_HOST);
        rig_node(&r, "c", SCENARIO_HOST);
        rig_node(&r, "R", SCENARIO_ROUTER);
        r.nodes[3].address_count = 3;
        for (uint32_t i = 0; i < 3; i++) {
            r.addresses[3][i] = (struct scenario_address){0x0a000064u + i, 0};
            struct scenario_link *l = rig_link(&r, i, 3, 10000000, SIM_MS);
            for (int side = 0; side < 2; side++) {
                l->direction[side].mtu = 68 + below(&d, i, 1400);
                l->direction[side].loss =
                    (struct loss){.kind = LOSS_CHANCE, .chance = round % 2 ? 10000000 : 0};
                l->direction[side].bit_errors = round % 4 == 3 ? INT64_C(10000000000000) : 0;
                l->direction[side].queue_packets = 1000;
            }
        }
        r.nodes[3].has_nat = true;
        r.nodes[3].nat_outside = r.addresses[3][2].ip;
        rig_udp(&r, 0, 2, 1 + below(&d, 40, 3000), 5, SIM_S);
        rig_udp(&r, 1, 2, 1 + below(&d, 41, 3000), 5, SIM_S);
        struct scenario_traffic *echo = rig_traffic(&r, "ping", 0, 2);
        echo->port = 0;
        rig_set(echo, "size", below(&d, 42, 2000));
        rig_run_checked(&r);
        for (uint32_t i = 1; i <= 2 && round % 2 == 0; i++) {
            ck_assert_uint_eq(r.trace.flows[i].delivered_bytes, r.trace.flows[i].bytes);
        }
        if (round % 2 == 0) {
            ck_assert_uint_eq(r.trace.flows[3].rtt_count, 4);
        }
        rig_free(&r);
    }
}
END_TEST

#define ROWS(TABLE) (int)(sizeof(TABLE) / sizeof *(TABLE))

int main(void)
{
    Suite *s = suite_create("nat");
    TCase *t = tcase_create("translation");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, a_translated_packet_is_one_built_with_the_new_ends);
    tcase_add_test(t, an_error_is_translated_inside_and_out);
    tcase_add_test(t, damage_is_not_mended);
    tcase_add_test(t, one_mapping_serves_all_remote_ends);
    tcase_add_loop_test(t, who_may_answer, 0, ROWS(filters));
    tcase_add_loop_test(t, entries_live_as_long_as_the_RFCs_say, 0, ROWS(lives));
    tcase_add_test(t, only_a_SYN_begins_a_connection);
    tcase_add_test(t, from_inside_to_a_port_outside_and_in_again);
    tcase_add_test(t, an_entry_shows_what_becomes_of_it);
    tcase_add_test(t, ports_run_out);
    tcase_add_test(t, hosts_behind_a_router_over_narrow_links);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed > 0;
}
