/* One RSVP node and the receivers on it, message by message, against RFC 2205: waiting for a path,
 * confirmation, errors and blockade; and what no message is. */
#include "rsvp_rig.h"

enum { PATH_REFRESH, PATH_LIFETIME, RESV_REFRESH, RESV_LIFETIME };

START_TEST(a_receiver_waits_for_path_and_asks_to_be_told)
{
    struct rsvp_rig r;
    rig_open(&r);
    r.ways[0] = 0;
    r.is_end = true;
    rig_call(&r, NODE_RECEIVER, RIG_GROUP, 'a', RSVP_FF, 10000, false);
    rig_expect(&r, "");
    rig_hear_path(&r, 0, RIG_GROUP, 'a');
    rig_expect(&r, "RESV 10.0.0.2 FF 10000{a} confirm 10.0.0.1"); /* its own address, no group's */
    rig_fire(&r, RESV_REFRESH, 0);                                /* it asks until it is answered */
    rig_expect(&r, "RESV 10.0.0.2 FF 10000{a} confirm 10.0.0.1");
    struct rsvp m = rig_resv(RSVP_RESV_CONF, 0, RIG_GROUP, RSVP_FF, 10000, "a");
    m.given =
        1u << RSVP_SESSION | 1u << RSVP_ERROR_SPEC | 1u << RSVP_STYLE | 1u << RSVP_RESV_CONFIRM;
    m.confirm = rig_own(0);
    rig_hear_from(&r, &m, 0);
    rig_expect(&r, "!is-confirmed");
    rig_fire(&r, RESV_REFRESH, 0);
    rig_expect(&r, "RESV 10.0.0.2 FF 10000{a}");
    rig_call(&r, NODE_RECEIVER, RIG_GROUP, 'a', RSVP_FF, 10000, true);
    rig_expect(&r, "RESV-TEAR 10.0.0.2 FF 10000{a}");
    ck_assert_int_eq(r.due[RESV_REFRESH][0], SIM_NEVER);
    rig_close(&r);
}
END_TEST

/* 2.6: confirmed where nobody further up has to be asked: a larger reservation stands there. */
START_TEST(a_smaller_wish_is_confirmed_where_it_joins)
{
    struct rsvp_rig r;
    rig_open(&r);
    rig_hear_path(&r, 0, RIG_GROUP, 'a');
    rig_hear_resv(&r, 1, RIG_GROUP, RSVP_WF, 20000, "");
    r.said.len = 0;
    struct rsvp m = rig_resv(RSVP_RESV, 2, RIG_GROUP, RSVP_WF, 10000, "");
    m.given |= 1u << RSVP_RESV_CONFIRM;
    m.confirm = 0x0a000202;
    rig_hear_from(&r, &m, 2);
    rig_expect(&r, "share 2 10000; RESV-CONF 10.0.2.2 0/0/0 WF 10000 confirm 10.0.2.2");
    ck_assert(r.last_net.alert);
    rig_close(&r);
}
END_TEST

START_TEST(a_larger_wish_is_passed_on_with_its_request)
{
    struct rsvp_rig r;
    rig_open(&r);
    rig_hear_path(&r, 0, RIG_GROUP, 'a');
    rig_hear_resv(&r, 1, RIG_GROUP, RSVP_WF, 10000, "");
    r.said.len = 0;
    struct rsvp m = rig_resv(RSVP_RESV, 2, RIG_GROUP, RSVP_WF, 20000, "");
    m.given |= 1u << RSVP_RESV_CONFIRM;
    m.confirm = 0x0a000202;
    rig_hear_from(&r, &m, 2);
    rig_expect(&r, "share 2 20000; RESV 10.0.0.2 WF 20000 confirm 10.0.2.2");
    rig_fire(&r, RESV_REFRESH, 0); /* a request is passed on once */
    rig_expect(&r, "RESV 10.0.0.2 WF 20000");
    rig_close(&r);
}
END_TEST

START_TEST(the_node_of_the_sender_confirms)
{
    struct rsvp_rig r;
    rig_open(&r);
    rig_call(&r, NODE_SENDER, RIG_HOST, 'a', 0, 10000, false);
    rig_expect(&r, "PATH 2");
    struct rsvp m = rig_resv(RSVP_RESV, 2, RIG_HOST, RSVP_FF, 10000, "a");
    m.given |= 1u << RSVP_RESV_CONFIRM;
    m.confirm = RIG_HOST;
    rig_hear_from(&r, &m, 2);
    rig_expect(&r, "share 2 10000{a}; RESV-CONF 10.0.2.2 0/0/0 FF 10000{a} confirm 10.0.2.2");
    rig_call(&r, NODE_SENDER, RIG_HOST, 'a', 0, 10000, true);
    rig_expect(&r, "PATH-TEAR 2; unshare 2");
    rig_close(&r);
}
END_TEST

/* A group that two branches ask for, one more than the other. */
static void rig_with_two_wishes(struct rsvp_rig *r)
{
    rig_open(r);
    rig_hear_path(r, 0, RIG_GROUP, 'a');
    rig_hear_resv(r, 1, RIG_GROUP, RSVP_WF, 40000, "");
    rig_hear_resv(r, 2, RIG_GROUP, RSVP_WF, 20000, "");
    r->said.len = 0;
}

/* ResvErr for lack of room, as the previous hop tells it. */
static struct rsvp failed(uint32_t to, enum rsvp_style style, int64_t rate, const char *senders,
                          uint8_t flags)
{
    struct rsvp m = rig_resv(RSVP_RESV_ERR, 0, to, style, rate, senders);
    m.error.code = RSVP_ADMISSION_FAILURE;
    m.error.value = RSVP_NO_BANDWIDTH;
    m.error.flags = flags;
    return m;
}

START_TEST(a_receiver_that_is_refused_gives_up)
{
    struct rsvp_rig r;
    rig_open(&r);
    r.ways[0] = 0;
    r.is_end = true;
    rig_call(&r, NODE_RECEIVER, RIG_GROUP, 'a', RSVP_FF, 10000, false);
    rig_hear_path(&r, 0, RIG_GROUP, 'a');
    r.said.len = 0;
    struct rsvp m = failed(RIG_GROUP, RSVP_FF, 10000, "a", 0);
    rig_hear_from(&r, &m, 0);
    rig_expect(&r, "!gives-up; RESV-TEAR 10.0.0.2 FF 10000{a}");
    rig_hear_path(&r, 0, RIG_GROUP, 'a');
    rig_expect(&r, "");
    rig_close(&r);
}
END_TEST

/* Who has forgotten the path is told again: nobody gives up for that (2.3). */
START_TEST(a_receiver_of_which_nobody_knows_keeps_asking)
{
    struct rsvp_rig r;
    rig_open(&r);
    r.ways[0] = 0;
    r.is_end = true;
    rig_call(&r, NODE_RECEIVER, RIG_GROUP, 'a', RSVP_FF, 10000, false);
    rig_hear_path(&r, 0, RIG_GROUP, 'a');
    r.said.len = 0;
    struct rsvp m = rig_resv(RSVP_RESV_ERR, 0, RIG_GROUP, RSVP_FF, 10000, "a");
    m.error.code = RSVP_NO_PATH;
    rig_hear_from(&r, &m, 0);
    rig_expect(&r, "!keeps-asking");
    rig_fire(&r, RESV_REFRESH, 0);
    rig_expect(&r, "RESV 10.0.0.2 FF 10000{a} confirm 10.0.0.1");
    rig_close(&r);
}
END_TEST

START_TEST(a_receiver_that_asked_for_less_is_spared)
{
    struct rsvp_rig r;
    rig_open(&r);
    r.ways[0] = 0;
    r.is_end = true;
    rig_call(&r, NODE_RECEIVER, RIG_GROUP, 'a', RSVP_FF, 10000, false);
    rig_hear_path(&r, 0, RIG_GROUP, 'a');
    r.said.len = 0;
    struct rsvp m = failed(RIG_GROUP, RSVP_FF, 20000, "a", 0);
    rig_hear_from(&r, &m, 0);
    rig_expect(&r, "!is-spared");
    rig_close(&r);
}
END_TEST

/* 3.5: the larger of two wishes failed further up: the smaller goes alone, both are told; after
 * Kb refresh periods the larger is tried again. */
START_TEST(a_wish_that_failed_does_not_stand_in_the_way_of_a_smaller)
{
    struct rsvp_rig r;
    rig_with_two_wishes(&r);
    struct rsvp m = failed(RIG_GROUP, RSVP_WF, 40000, "", 0);
    rig_hear_from(&r, &m, 0);
    rig_expect(&r, "RESV-ERR 10.0.1.2 1/2/0 WF 40000; RESV-ERR 10.0.2.2 1/2/0 WF 40000; "
                   "RESV 10.0.0.2 WF 20000");
    rig_fire(&r, RESV_REFRESH, 0);
    rig_expect(&r, "RESV 10.0.0.2 WF 20000");
    r.due[RESV_REFRESH][0] = 120 * SIM_S - 1;
    rig_fire(&r, RESV_REFRESH, 0);
    rig_expect(&r, "RESV 10.0.0.2 WF 20000");
    r.due[RESV_REFRESH][0] = 120 * SIM_S; /* Kb = 4, R = 30 s */
    rig_fire(&r, RESV_REFRESH, 0);
    rig_expect(&r, "RESV 10.0.0.2 WF 40000");
    rig_close(&r);
}
END_TEST

/* 3.5: with InPlace only those are told whose wish failed. */
START_TEST(what_stays_in_place_concerns_only_who_asked_for_more)
{
    struct rsvp_rig r;
    rig_open(&r);
    rig_hear_path(&r, 0, RIG_GROUP, 'a');
    rig_hear_resv(&r, 2, RIG_GROUP, RSVP_SE, 20000, "a");
    rig_hear_resv(&r, 1, RIG_GROUP, RSVP_SE, 40000, "a");
    r.said.len = 0;
    struct rsvp m = failed(RIG_GROUP, RSVP_SE, 40000, "a", RSVP_IN_PLACE);
    rig_hear_from(&r, &m, 0);
    rig_expect(&r, "RESV-ERR 10.0.1.2 1/2/1 SE 40000{a}; RESV 10.0.0.2 SE 20000{a}");
    rig_close(&r);
}
END_TEST

/* 3.5: of nothing but wishes that failed the least is kept alive. */
START_TEST(of_wishes_that_all_failed_the_least_is_said)
{
    struct rsvp_rig r;
    rig_with_two_wishes(&r);
    struct rsvp m = failed(RIG_GROUP, RSVP_WF, 10000, "", 0);
    rig_hear_from(&r, &m, 0);
    rig_expect(&r, "RESV-ERR 10.0.1.2 1/2/0 WF 10000; RESV-ERR 10.0.2.2 1/2/0 WF 10000; "
                   "RESV 10.0.0.2 WF 20000");
    rig_close(&r);
}
END_TEST

START_TEST(an_error_goes_only_to_those_who_asked_for_that_sender)
{
    struct rsvp_rig r;
    rig_open(&r);
    rig_hear_path(&r, 0, RIG_GROUP, 'a');
    rig_hear_path(&r, 0, RIG_GROUP, 'b');
    rig_hear_resv(&r, 1, RIG_GROUP, RSVP_FF, 10000, "a");
    rig_hear_resv(&r, 2, RIG_GROUP, RSVP_FF, 10000, "b");
    r.said.len = 0;
    struct rsvp m = failed(RIG_GROUP, RSVP_FF, 10000, "b", 0);
    rig_hear_from(&r, &m, 0);
    rig_expect(&r, "RESV-ERR 10.0.2.2 1/2/0 FF 10000{b}");
    rig_close(&r);
}
END_TEST

START_TEST(two_styles_on_one_host_do_not_mix)
{
    struct rsvp_rig r;
    rig_open(&r);
    r.ways[0] = 0;
    r.is_end = true;
    rig_hear_path(&r, 0, RIG_GROUP, 'a');
    rig_hear_path(&r, 0, RIG_GROUP, 'b');
    rig_call(&r, NODE_RECEIVER, RIG_GROUP, 'a', RSVP_FF, 10000, false);
    rig_expect(&r, "RESV 10.0.0.2 FF 10000{a} confirm 10.0.0.1");
    rig_call(&r, NODE_RECEIVER, RIG_GROUP, 'b', RSVP_WF, 10000, false);
    rig_expect(&r, "!finds-conflict");
    rig_close(&r);
}
END_TEST

static void hear_with_unknown_object(struct rsvp_rig *r, const struct rsvp *m, uint8_t class)
{
    struct buf bytes = {0};
    struct input in;
    rsvp_write(m, &bytes);
    uint8_t *object = buf_extend(&bytes, 8);
    memcpy(object, (uint8_t[]){0, 8, class, 1, 0, 0, 0, 0}, 8);
    put_u16(bytes.data + 6, (unsigned)bytes.len);
    input_begin(&in, IN_PACKET, 0, 0);
    in.net = (struct net){.to.ip = rig_own(m->lih % RSVP_RIG_LINKS), .ttl = 60};
    in.head = bytes_of(bytes.data, bytes.len);
    rig_step(r, &in);
    buf_free(&bytes);
}

/* 3.10: code 13, the class and its type; one that may be left out changes nothing. */
START_TEST(an_object_that_nobody_knows_is_refused)
{
    struct rsvp_rig r;
    rig_open(&r);
    struct rsvp m = rig_message(RSVP_PATH, 0, RIG_HOST);
    m.sender = rig_sender('a');
    m.given |= 1u << RSVP_SENDER_TEMPLATE | 1u << RSVP_SENDER_TSPEC | 1u << RSVP_TIME_VALUES;
    hear_with_unknown_object(&r, &m, 0x42);
    rig_expect(&r, "!unknown; PATH-ERR 10.0.0.2 13/16897/0");
    ck_assert(r.last.sender.ip == rig_sender('a').ip); /* so that it finds back */
    hear_with_unknown_object(&r, &m, 0x82);
    rig_expect(&r, "PATH 2");
    m = rig_resv(RSVP_RESV, 2, RIG_HOST, RSVP_FF, 10000, "a");
    hear_with_unknown_object(&r, &m, 0x42);
    rig_expect(&r, "!unknown; RESV-ERR 10.0.2.2 13/16897/0 FF 10000{a}");
    hear_with_unknown_object(&r, &m, 0xc2);
    rig_expect(&r, "share 2 10000{a}; RESV 10.0.0.2 FF 10000{a}");
    rig_close(&r);
}
END_TEST

START_TEST(bytes_that_are_no_message_are_dropped)
{
    struct rsvp_rig r;
    struct input in;
    static const uint8_t bytes[] = {0x10, 1, 0, 0, 60, 0, 0, 12, 0, 8, 1, 1};
    rig_open(&r);
    input_begin(&in, IN_PACKET, 0, 0);
    in.head = bytes_of(bytes, sizeof bytes);
    rig_step(&r, &in);
    rig_expect(&r, "!cannot-read");
    rig_close(&r);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("rsvp receivers");
    TCase *t = tcase_create("node");
    tcase_add_test(t, a_receiver_waits_for_path_and_asks_to_be_told);
    tcase_add_test(t, a_smaller_wish_is_confirmed_where_it_joins);
    tcase_add_test(t, a_larger_wish_is_passed_on_with_its_request);
    tcase_add_test(t, the_node_of_the_sender_confirms);
    tcase_add_test(t, a_receiver_that_is_refused_gives_up);
    tcase_add_test(t, a_receiver_of_which_nobody_knows_keeps_asking);
    tcase_add_test(t, a_receiver_that_asked_for_less_is_spared);
    tcase_add_test(t, a_wish_that_failed_does_not_stand_in_the_way_of_a_smaller);
    tcase_add_test(t, what_stays_in_place_concerns_only_who_asked_for_more);
    tcase_add_test(t, of_wishes_that_all_failed_the_least_is_said);
    tcase_add_test(t, an_error_goes_only_to_those_who_asked_for_that_sender);
    tcase_add_test(t, two_styles_on_one_host_do_not_mix);
    tcase_add_test(t, an_object_that_nobody_knows_is_refused);
    tcase_add_test(t, bytes_that_are_no_message_are_dropped);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed_count = srunner_ntests_failed(r);
    srunner_free(r);
    return failed_count ? 1 : 0;
}
