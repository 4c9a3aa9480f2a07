/* ARP, step by step: what a host asks, learns, forgets, announces and defends (RFC 826, RFC 1122
 * 2.3.2, RFC 5227). */
#include "actor/fx.h"
#include "actor/node_call.h"
#include "base/os.h"
#include "proto/arp/arp.h"
#include "wire/arp.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define MINE   0x0a000001u
#define OTHER  0x0a000002u
#define THIRD  0x0a000003u
#define MY_MAC UINT64_C(0x020000000001)
#define MAC_2  UINT64_C(0x020000000002)
#define MAC_3  UINT64_C(0x020000000003)

struct rig {
    struct packets packets;
    struct fx fx;
    void *self;
    char said[256];             /* "who 10.0.0.2 " "reply " "announce " "probe " "twice " … */
    struct node_neighbour told; /* the last answer to the node */
    unsigned tellings;
    sim_time timer[3], now;
};

static void hear_send(struct rig *r, const struct effect *e)
{
    struct arp a;
    char ip[16], line[64];
    arp_decode(packet_head(packet_at(&r->packets, e->index)), &a);
    const char *what = a.op == ARP_REPLY            ? "reply"
                       : a.sender_ip == 0           ? "probe"
                       : a.sender_ip == a.target_ip ? "announce"
                                                    : "who";
    snprintf(line, sizeof line, "%s %s ", what, ip_print(a.target_ip, ip));
    strncat(r->said, line, sizeof r->said - strlen(r->said) - 1);
}

static void tell(struct rig *r, struct input in)
{
    const struct effect *e;
    r->said[0] = '\0';
    in.now = r->now;
    r->fx.proto = arp_type.proto;
    arp_type.step(r->self, &in, &r->fx);
    while (fx_next(&r->fx, &e)) {
        if (e->kind == FX_SEND) {
            hear_send(r, e);
        } else if (e->kind == FX_TIMER) {
            r->timer[e->code] = e->value;
        } else if (e->kind == FX_INDICATE && e->code == NODE_NEIGHBOUR) {
            memcpy(&r->told, e->head.data, sizeof r->told);
            r->tellings++;
        }
    }
}

static void rig_open(struct rig *r, bool is_new)
{
    struct node_interface own = {.mac = MY_MAC, .ip = MINE, .prefix = 24, .is_new = is_new};
    *r = (struct rig){.self = os_alloc(arp_type.size)};
    r->fx.packets = &r->packets;
    params_initial(&arp_type, r->self);
    tell(r, (struct input){
                .kind = IN_REQUEST, .code = NODE_INTERFACE, .head = bytes_of(&own, sizeof own)});
}

static void rig_close(struct rig *r)
{
    arp_type.free(r->self);
    free(r->self);
    fx_free(&r->fx);
    packets_free(&r->packets);
}

static void resolve(struct rig *r, uint32_t ip)
{
    struct node_neighbour who = {.ip = ip};
    tell(r, (struct input){
                .kind = IN_REQUEST, .code = NODE_RESOLVE, .head = bytes_of(&who, sizeof who)});
}

static void hear(struct rig *r, enum arp_op op, uint64_t mac, uint32_t from, uint32_t to)
{
    struct arp a = {.op = op, .sender_mac = mac, .sender_ip = from, .target_ip = to};
    uint8_t head[ARP_SIZE];
    arp_encode(&a, head);
    tell(r, (struct input){.kind = IN_PACKET, .head = bytes_of(head, sizeof head)});
}

static void fire(struct rig *r, unsigned timer)
{
    r->now = r->timer[timer];
    r->timer[timer] = SIM_NEVER;
    tell(r, (struct input){.kind = IN_TIMER, .code = (uint16_t)timer});
}

enum { RETRY, PROBE, ANNOUNCE };

START_TEST(it_asks_three_times_a_second_apart_and_gives_up)
{
    struct rig r;
    rig_open(&r, false);
    resolve(&r, OTHER);
    ck_assert_str_eq(r.said, "who 10.0.0.2 ");
    for (int i = 1; i <= 2; i++) {
        ck_assert_int_eq(r.timer[RETRY], i * SIM_S);
        fire(&r, RETRY);
        ck_assert_str_eq(r.said, "who 10.0.0.2 ");
    }
    fire(&r, RETRY);
    ck_assert_str_eq(r.said, "");
    ck_assert_uint_eq(r.tellings, 1);
    ck_assert_uint_eq(r.told.ip, OTHER);
    ck_assert_uint_eq(r.told.mac, 0);
    ck_assert_int_eq(r.timer[RETRY], SIM_NEVER);
    rig_close(&r);
}
END_TEST

/* Two addresses are asked for apart in time: each keeps its own pace. */
START_TEST(several_searches_do_not_disturb_each_other)
{
    struct rig r;
    rig_open(&r, false);
    resolve(&r, OTHER);
    r.now = 400 * SIM_MS;
    resolve(&r, THIRD);
    ck_assert_int_eq(r.timer[RETRY], SIM_S);
    fire(&r, RETRY);
    ck_assert_str_eq(r.said, "who 10.0.0.2 ");
    ck_assert_int_eq(r.timer[RETRY], 1400 * SIM_MS);
    hear(&r, ARP_REPLY, MAC_2, OTHER, MINE);
    ck_assert_uint_eq(r.told.mac, MAC_2);
    fire(&r, RETRY);
    ck_assert_str_eq(r.said, "who 10.0.0.3 ");
    ck_assert_int_eq(r.timer[RETRY], 2400 * SIM_MS);
    rig_close(&r);
}
END_TEST

START_TEST(an_entry_ages_and_is_asked_for_anew)
{
    struct rig r;
    rig_open(&r, false);
    resolve(&r, OTHER);
    hear(&r, ARP_REPLY, MAC_2, OTHER, MINE);
    ck_assert_int_eq(r.told.until, 60 * SIM_S);
    r.now = 60 * SIM_S - 1;
    resolve(&r, OTHER);
    ck_assert_str_eq(r.said, "");
    r.now = 60 * SIM_S;
    resolve(&r, OTHER);
    ck_assert_str_eq(r.said, "who 10.0.0.2 ");
    rig_close(&r);
}
END_TEST

/* RFC 826: who is asked learns who asks; others only bring up to date what they have. */
START_TEST(what_it_learns_from_what_it_hears)
{
    struct rig r;
    rig_open(&r, false);
    hear(&r, ARP_REQUEST, MAC_2, OTHER, THIRD);
    ck_assert_uint_eq(r.tellings, 0);
    hear(&r, ARP_REQUEST, MAC_2, OTHER, MINE);
    ck_assert_str_eq(r.said, "reply 10.0.0.2 ");
    ck_assert_uint_eq(r.told.mac, MAC_2);
    hear(&r, ARP_REQUEST, MAC_3, OTHER, OTHER); /* an announcement from another card */
    ck_assert_uint_eq(r.told.mac, MAC_3);
    hear(&r, ARP_REQUEST, MAC_3, 0, MINE); /* a probe is answered, and teaches nothing */
    ck_assert_str_eq(r.said, "reply 0.0.0.0 ");
    ck_assert_uint_eq(r.tellings, 2);
    rig_close(&r);
}
END_TEST

START_TEST(a_new_address_is_announced_twice)
{
    struct rig r;
    rig_open(&r, true);
    ck_assert_str_eq(r.said, "announce 10.0.0.1 ");
    ck_assert_int_eq(r.timer[ANNOUNCE], 2 * SIM_S);
    fire(&r, ANNOUNCE);
    ck_assert_str_eq(r.said, "announce 10.0.0.1 ");
    ck_assert_int_eq(r.timer[ANNOUNCE], SIM_NEVER);
    rig_close(&r);
}
END_TEST

/* RFC 5227 2.4 (c): an announcement of one's own at most once in ten seconds. */
static const struct {
    sim_time after;
    const char *says;
} contested[] = {
    {1, ""},
    {10 * SIM_S - 1, ""},
    {10 * SIM_S, "announce 10.0.0.1 "},
};

START_TEST(it_defends_its_address_once_in_ten_seconds)
{
    struct rig r;
    rig_open(&r, false);
    hear(&r, ARP_REQUEST, MAC_2, MINE, THIRD);
    ck_assert_str_eq(r.said, "announce 10.0.0.1 ");
    r.now += contested[_i].after;
    hear(&r, ARP_REPLY, MAC_2, MINE, THIRD);
    ck_assert_str_eq(r.said, contested[_i].says);
    ck_assert_uint_eq(r.tellings, 0); /* what claims its own address teaches nothing */
    rig_close(&r);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("arp");
    TCase *t = tcase_create("steps");
    tcase_add_test(t, it_asks_three_times_a_second_apart_and_gives_up);
    tcase_add_test(t, several_searches_do_not_disturb_each_other);
    tcase_add_test(t, an_entry_ages_and_is_asked_for_anew);
    tcase_add_test(t, what_it_learns_from_what_it_hears);
    tcase_add_test(t, a_new_address_is_announced_twice);
    tcase_add_loop_test(t, it_defends_its_address_once_in_ten_seconds, 0, 3);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed > 0;
}
