/* DHCP messages and the arithmetic of leases, against the words of RFC 2131, 2132 and 3396. */
#include "proto/dhcp/lease.h"
#include "wire/dhcp.h"
#include "wire/udp.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define MESSAGE UDP_HEADER         /* where BOOTP begins in a head */
#define OPTIONS (UDP_HEADER + 240) /* behind the cookie */

static const struct dhcp sample = {
    .type = DHCP_REQUEST,
    .xid = 0x12345678,
    .secs = 9,
    .wants_broadcast = true,
    .ciaddr = 0xc0a80164,
    .chaddr = UINT64_C(0x020000000001),
    .requested = 0xc0a80164,
    .server = 0xc0a80101,
    .has_lease = true,
    .lease = 3600,
    .client_id = {7, {1, 2, 0, 0, 0, 0, 1}},
};

START_TEST(the_bytes_are_those_of_the_rfc)
{
    struct buf out = {0};
    dhcp_encode(&sample, 68, 67, &out);
    static const uint8_t fixed[] = {1, 1, 6,    0, 0x12, 0x34, 0x56, 0x78,
                                    0, 9, 0x80, 0, 192,  168,  1,    100};
    static const uint8_t options[] = {99,  130, 83, 99, 53, 1, 3,   61,  7,  1,   2,   0,
                                      0,   0,   0,  1,  50, 4, 192, 168, 1,  100, 54,  4,
                                      192, 168, 1,  1,  51, 4, 0,   0,   14, 16,  255, 0};
    ck_assert_uint_eq(out.len, UDP_HEADER + DHCP_MIN); /* RFC 1542 2.1 */
    ck_assert_mem_eq(out.data + MESSAGE, fixed, sizeof fixed);
    ck_assert_mem_eq(out.data + OPTIONS - 4, options, sizeof options);
    buf_free(&out);
}
END_TEST

START_TEST(what_was_written_is_read)
{
    struct buf out = {0};
    struct dhcp m;
    dhcp_encode(&sample, 68, 67, &out);
    ck_assert_int_eq(dhcp_decode(bytes_of(out.data, out.len), &m), DHCP_SOUND);
    ck_assert_int_eq(m.type, DHCP_REQUEST);
    ck_assert_uint_eq(m.xid, sample.xid);
    ck_assert_uint_eq(m.requested, sample.requested);
    ck_assert_uint_eq(m.server, sample.server);
    ck_assert_uint_eq(m.lease, 3600);
    ck_assert_uint_eq(m.chaddr, sample.chaddr);
    ck_assert(m.wants_broadcast && !m.is_reply);
    ck_assert_uint_eq(m.client_id.len, 7);
    buf_free(&out);
}
END_TEST

/* RFC 3396: in parts of 255 bytes at most; RFC 2131 4.1: file and sname hold what does not fit. */
START_TEST(a_long_option_is_split_and_joined_again)
{
    struct dhcp long_one = {.is_reply = true, .type = DHCP_ACK, .vendor.len = 300, .server = 1};
    struct buf out = {0};
    struct dhcp m;
    for (size_t i = 0; i < 300; i++) {
        long_one.vendor.data[i] = (uint8_t)i;
    }
    long_one.host.len = 40;
    memset(long_one.host.data, 'h', 40);
    dhcp_encode(&long_one, 67, 68, &out);
    ck_assert_uint_le(out.len, UDP_HEADER + DHCP_FIXED + DHCP_ROOM);
    ck_assert_int_eq(dhcp_decode(bytes_of(out.data, out.len), &m), DHCP_SOUND);
    ck_assert_uint_eq(m.vendor.len, 300);
    ck_assert_mem_eq(m.vendor.data, long_one.vendor.data, 300);
    ck_assert_uint_eq(m.host.len, 40);
    uint8_t overload = 0;
    ck_assert_int_eq(dhcp_option(bytes_of(out.data, out.len), DHCP_OPT_OVERLOAD, &overload, 1), 1);
    ck_assert_uint_eq(overload & 1, 1);
    buf_free(&out);
}
END_TEST

/* A sound message with some bytes changed: what is wrong with it then. */
static const struct {
    const char *name;
    size_t at, count;
    uint8_t bytes[10];
    enum dhcp_fault fault;
} broken[] = {
    {"nothing", MESSAGE, 1, {1}, DHCP_SOUND},
    {"op 3", MESSAGE, 1, {3}, DHCP_BAD_HEADER},
    {"not Ethernet", MESSAGE + 1, 1, {6}, DHCP_BAD_HEADER},
    {"a hardware address of 16 bytes", MESSAGE + 2, 1, {16}, DHCP_BAD_HEADER},
    {"wrong cookie", MESSAGE + 236, 1, {98}, DHCP_NO_COOKIE},
    {"a message type of no length", OPTIONS, 3, {53, 0, 255}, DHCP_BAD_LENGTH},
    {"a message type of two bytes", OPTIONS, 5, {53, 2, 3, 3, 255}, DHCP_BAD_LENGTH},
    {"message type 9", OPTIONS, 4, {53, 1, 9, 255}, DHCP_BAD_TYPE},
    {"message type 0", OPTIONS, 4, {53, 1, 0, 255}, DHCP_BAD_TYPE},
    {"an option beyond the end", OPTIONS, 5, {53, 1, 3, 50, 250}, DHCP_CUT_OPTION},
    {"an address of three bytes", OPTIONS, 9, {53, 1, 3, 50, 3, 1, 2, 3, 255}, DHCP_BAD_LENGTH},
    {"routers of six bytes", OPTIONS, 9, {3, 6, 1, 2, 3, 4, 5, 6, 255}, DHCP_BAD_LENGTH},
    {"an empty host name", OPTIONS, 6, {53, 1, 3, 12, 0, 255}, DHCP_BAD_LENGTH},
    {"no message type", OPTIONS, 1, {255}, DHCP_SOUND}, /* plain BOOTP */
};

START_TEST(broken_messages_are_refused)
{
    struct buf out = {0};
    struct dhcp m;
    dhcp_encode(&sample, 68, 67, &out);
    memcpy(out.data + broken[_i].at, broken[_i].bytes, broken[_i].count);
    ck_assert_msg(dhcp_decode(bytes_of(out.data, out.len), &m) == broken[_i].fault, "%s",
                  broken[_i].name);
    buf_free(&out);
}
END_TEST

START_TEST(no_prefix_of_a_message_is_read_beyond_its_end)
{
    struct buf out = {0};
    struct dhcp m;
    dhcp_encode(&sample, 68, 67, &out);
    for (size_t len = 0; len < out.len; len++) {
        uint8_t *copy = malloc(len + 1); /* its own memory, so that a checker sees a step too far */
        ck_assert_ptr_nonnull(copy);
        memcpy(copy, out.data, len);
        bool is_sound = dhcp_decode(bytes_of(copy, len), &m) == DHCP_SOUND;
        ck_assert(len >= UDP_HEADER + DHCP_FIXED + 4 || !is_sound);
        free(copy);
    }
    buf_free(&out);
}
END_TEST

/* RFC 2131 4.1: 4, 8, 16, 32, up to 64 s. */
START_TEST(the_waits_double_up_to_64_seconds)
{
    static const int64_t seconds[] = {4, 8, 16, 32, 64, 64, 64};
    for (unsigned i = 0; i < 7; i++) {
        ck_assert_int_eq(dhcp_backoff(i), seconds[i] * SIM_S);
    }
}
END_TEST

/* RFC 2131 4.4.5: half of what remains, not under a minute. */
static const struct {
    int64_t now, deadline, next; /* s; next -1: none before the deadline */
} renewals[] = {
    {0, 1000, 500}, {500, 1000, 750}, {900, 1000, 960}, {940, 1000, -1}, {995, 1000, -1}};

START_TEST(renewals_come_after_half_of_what_remains)
{
    sim_time next = dhcp_next_renewal(renewals[_i].now * SIM_S, renewals[_i].deadline * SIM_S);
    ck_assert_int_eq(next, renewals[_i].next < 0 ? SIM_NEVER : renewals[_i].next * SIM_S);
}
END_TEST

START_TEST(t1_and_t2_are_a_half_and_seven_eighths)
{
    ck_assert_int_eq(dhcp_default_t1(60 * SIM_S), 30 * SIM_S);
    ck_assert_int_eq(dhcp_default_t2(60 * SIM_S), 52500 * SIM_MS);
}
END_TEST

static const struct subnet here = {0, 0}; /* holds every address */

static uint32_t chosen(const struct leases *l, uint64_t client, uint32_t asked)
{
    const struct lease *found = lease_choose(l, (struct holder){client, client}, asked, &here);
    return found ? found->ip : 0;
}

/* RFC 2131 4.3.1, in its order. */
START_TEST(an_address_is_chosen_in_the_order_of_the_rfc)
{
    struct leases l = {0};
    lease_add(&l, 1)->reserved = 77;
    *lease_add(&l, 2) = (struct lease){.ip = 2, .state = LEASE_EXPIRED, .who = 8, .left = 20};
    *lease_add(&l, 3) = (struct lease){.ip = 3, .state = LEASE_RELEASED, .who = 9, .left = 10};
    *lease_add(&l, 4) = (struct lease){.ip = 4, .state = LEASE_BOUND, .who = 10};
    *lease_add(&l, 5) = (struct lease){.ip = 5, .state = LEASE_DECLINED};
    ck_assert_uint_eq(chosen(&l, 10, 3), 4); /* what it has */
    ck_assert_uint_eq(chosen(&l, 77, 3), 1); /* reserved for it */
    ck_assert_uint_eq(chosen(&l, 8, 3), 2);  /* what it had */
    ck_assert_uint_eq(chosen(&l, 11, 2), 2); /* what it asks for */
    ck_assert_uint_eq(chosen(&l, 11, 4), 3); /* left longest ago */
    lease_add(&l, 6);
    ck_assert_uint_eq(chosen(&l, 11, 0), 6); /* nobody had it */
    l.list[1].state = l.list[2].state = l.list[5].state = LEASE_BOUND;
    ck_assert_uint_eq(chosen(&l, 11, 0), 0); /* one is reserved, one declined */
    free(l.list);
}
END_TEST

START_TEST(only_addresses_of_the_clients_network_are_chosen)
{
    struct leases l = {0};
    const struct subnet near = {0x0a000100, 24}, far = {0x0a000200, 24};
    *lease_add(&l, 0x0a000105) = (struct lease){.ip = 0x0a000105, .state = LEASE_BOUND, .who = 7};
    lease_add(&l, 0x0a000205);
    struct holder moved = {7, 7};
    ck_assert_uint_eq(lease_choose(&l, moved, 0x0a000105, &near)->ip, 0x0a000105);
    ck_assert_uint_eq(lease_choose(&l, moved, 0x0a000105, &far)->ip, 0x0a000205);
    ck_assert_ptr_null(lease_choose(&l, (struct holder){8, 8}, 0, &near));
    free(l.list);
}
END_TEST

/* RFC 2131 4.2: the identifier if there is one, else the hardware address; one that repeats the
 * hardware address (RFC 2132 9.14, type 1) names the same client. */
START_TEST(a_client_is_known_by_its_identifier)
{
    struct dhcp plain = {.chaddr = UINT64_C(0x020000000001)}, same = sample, named = sample;
    struct dhcp_text id = {.len = 4, .data = {0, 'p', 'c', '7'}};
    named.client_id = id;
    ck_assert_uint_eq(lease_holder(&plain).who, plain.chaddr);
    ck_assert_uint_eq(lease_holder(&same).who, plain.chaddr);
    ck_assert_uint_ne(lease_holder(&named).who, plain.chaddr);
    ck_assert_uint_eq(lease_holder(&named).mac, plain.chaddr);
    named.chaddr = UINT64_C(0x020000000002); /* a new network card, the same computer */
    uint64_t who = lease_holder(&named).who;
    named.chaddr = UINT64_C(0x020000000003);
    ck_assert_uint_eq(lease_holder(&named).who, who);
}
END_TEST

/* RFC 1542 4.1.1 and RFC 3046 2.1: hops and giaddr are set, option 82 comes last; on the way back
 * it is taken off; an option that nobody here knows passes unchanged. */
START_TEST(a_relay_changes_what_it_must_and_nothing_else)
{
    struct buf out = {0}, up = {0}, down = {0};
    struct dhcp m;
    uint8_t data[8];
    static const uint8_t foreign[] = {224, 2, 0xab, 0xcd, 255}, info[] = {1, 4, 'e', 't', 'h', '0'};
    dhcp_encode(&sample, 68, 67, &out);
    memcpy(out.data + OPTIONS + 30, foreign, sizeof foreign); /* in the place of END */
    struct dhcp_relaying there = {1, 0x0a000101, 67, bytes_of(info, sizeof info)};
    dhcp_relay(bytes_of(out.data, out.len), &there, &up);
    ck_assert_uint_eq(up.len, UDP_HEADER + DHCP_MIN);
    ck_assert_int_eq(dhcp_decode(bytes_of(up.data, up.len), &m), DHCP_SOUND);
    ck_assert_uint_eq(m.hops, 1);
    ck_assert_uint_eq(m.giaddr, 0x0a000101);
    ck_assert_uint_eq(m.xid, sample.xid);
    ck_assert_uint_eq(m.relay.len, sizeof info);
    ck_assert_mem_eq(m.relay.data, info, sizeof info);
    ck_assert_int_eq(dhcp_option(bytes_of(up.data, up.len), 224, data, sizeof data), 2);
    struct dhcp_relaying back = {.giaddr = m.giaddr, .to_port = 68};
    dhcp_relay(bytes_of(up.data, up.len), &back, &down);
    ck_assert_int_eq(dhcp_decode(bytes_of(down.data, down.len), &m), DHCP_SOUND);
    ck_assert_uint_eq(m.relay.len, 0);
    ck_assert_int_eq(dhcp_option(bytes_of(down.data, down.len), 224, data, sizeof data), 2);
    buf_free(&out);
    buf_free(&up);
    buf_free(&down);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("dhcp");
    TCase *c = tcase_create("tables");
    tcase_add_test(c, the_bytes_are_those_of_the_rfc);
    tcase_add_test(c, what_was_written_is_read);
    tcase_add_test(c, a_long_option_is_split_and_joined_again);
    tcase_add_loop_test(c, broken_messages_are_refused, 0, (int)(sizeof broken / sizeof *broken));
    tcase_add_test(c, no_prefix_of_a_message_is_read_beyond_its_end);
    tcase_add_test(c, the_waits_double_up_to_64_seconds);
    tcase_add_loop_test(c, renewals_come_after_half_of_what_remains, 0,
                        (int)(sizeof renewals / sizeof *renewals));
    tcase_add_test(c, t1_and_t2_are_a_half_and_seven_eighths);
    tcase_add_test(c, an_address_is_chosen_in_the_order_of_the_rfc);
    tcase_add_test(c, only_addresses_of_the_clients_network_are_chosen);
    tcase_add_test(c, a_client_is_known_by_its_identifier);
    tcase_add_test(c, a_relay_changes_what_it_must_and_nothing_else);
    suite_add_tcase(s, c);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
