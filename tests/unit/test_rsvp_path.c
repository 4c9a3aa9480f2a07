/* One RSVP node and the paths through it, message by message, against RFC 2205: lifetimes and
 * refreshes, branches, previous hops, tears, errors. */
#include "rsvp_rig.h"

#define ROWS(table) (int)(sizeof(table) / sizeof *(table))

enum { PATH_REFRESH, PATH_LIFETIME, RESV_REFRESH, RESV_LIFETIME };

/* ---- time (3.7) ---- */

START_TEST(what_was_learned_holds_as_long_as_the_rfc_asks)
{
    ck_assert_int_eq(rsvp_lifetime(30 * SIM_S, 3), 157500 * SIM_MS);
    ck_assert_int_eq(rsvp_lifetime(30 * SIM_S, 1), 67500 * SIM_MS);
    ck_assert_int_eq(rsvp_lifetime(2 * SIM_S, 3), 10500 * SIM_MS);
}
END_TEST

START_TEST(a_refresh_comes_between_half_and_one_and_a_half_of_its_period)
{
    struct dice dice = {0};
    sim_time least = SIM_NEVER, most = 0;
    for (uint32_t i = 0; i < 2000; i++) {
        sim_time after = rsvp_refresh_after(30 * SIM_S, draw(&dice, 1, i));
        ck_assert(after >= 15 * SIM_S && after <= 45 * SIM_S);
        least = after < least ? after : least;
        most = after > most ? after : most;
    }
    ck_assert_int_lt(least, 16 * SIM_S); /* and all of that range */
    ck_assert_int_gt(most, 44 * SIM_S);
    ck_assert_int_eq(rsvp_refresh_after(30 * SIM_S, 0), 15 * SIM_S);
    ck_assert_int_eq(rsvp_refresh_after(30 * SIM_S, (uint64_t)(30 * SIM_S)), 45 * SIM_S);
}
END_TEST

/* ---- paths ---- */

START_TEST(path_goes_where_the_flow_goes_and_names_this_hop)
{
    struct rsvp_rig r;
    rig_open(&r);
    rig_hear_path(&r, 0, RIG_HOST, 'a');
    rig_expect(&r, "PATH 2");
    ck_assert_uint_eq(r.last.hop, rig_own(2));
    ck_assert_uint_eq(r.last.lih, 2);
    ck_assert_uint_eq(r.last_net.ttl, 59);
    ck_assert_uint_eq(r.last.refresh_ms, 30000);
    ck_assert_int_eq(r.due[PATH_LIFETIME][0], 157500 * SIM_MS);
    ck_assert(r.due[PATH_REFRESH][0] >= 15 * SIM_S && r.due[PATH_REFRESH][0] <= 45 * SIM_S);
    rig_hear_path(&r, 0, RIG_HOST, 'a'); /* nothing new: it reminds, and is not passed on (2.3) */
    rig_expect(&r, "");
    rig_fire(&r, PATH_REFRESH, 0);
    rig_expect(&r, "PATH 2");
    ck_assert_int_eq(r.due[PATH_LIFETIME][0],
                     157500 * SIM_MS); /* own refreshes do not prolong it */
    rig_close(&r);
}
END_TEST

START_TEST(path_of_a_group_goes_out_of_each_branch)
{
    struct rsvp_rig r;
    rig_open(&r);
    rig_hear_path(&r, 0, RIG_GROUP, 'a');
    rig_expect(&r, "PATH 1; PATH 2");
    rig_close(&r);
}
END_TEST

/* It tells so, once: nobody is left out in silence. */
START_TEST(branches_for_which_no_room_is_are_told)
{
    struct rsvp_rig r;
    rig_open(&r);
    r.left_out = 7;
    rig_hear_path(&r, 0, RIG_GROUP, 'a');
    rig_expect(&r, "PATH 1; PATH 2; !is-full");
    rig_fire(&r, PATH_REFRESH, 0);
    rig_expect(&r, "PATH 1; PATH 2");
    rig_close(&r);
}
END_TEST

START_TEST(the_path_tells_what_it_can_do)
{
    struct rsvp_rig r;
    rig_open(&r);
    rig_hear_path(&r, 0, RIG_HOST, 'a');
    ck_assert(!r.last.adspec.is_broken);
    ck_assert_uint_eq(r.last.adspec.hops, 3);
    ck_assert_int_eq(r.last.adspec.bandwidth, 125000);
    ck_assert_uint_eq(r.last.adspec.latency_us, 7000);
    ck_assert_uint_eq(r.last.adspec.mtu, 1500);
    ck_assert_uint_eq(r.last.adspec.c_total, 600);   /* and M */
    ck_assert_uint_eq(r.last.adspec.d_total, 12700); /* and 1500 B at 1 Mbit/s, in microseconds */
    ck_assert_uint_eq(r.last.adspec.c_sum, 400);
    ck_assert_uint_eq(r.last.adspec.d_sum, 12300);
    rig_set(&r, "adspec", 0);
    rig_fire(&r, PATH_REFRESH, 0);
    ck_assert(!(r.last.given >> RSVP_ADSPEC & 1));
    rig_close(&r);
}
END_TEST

/* 3.8: sent with TTL 60, come with 59: a node between has not looked at it. */
START_TEST(a_hop_without_rsvp_breaks_the_path)
{
    struct rsvp_rig r;
    struct rsvp m;
    rig_open(&r);
    m = rig_message(RSVP_PATH, 0, RIG_HOST);
    m.sender = rig_sender('a');
    m.given |= 1u << RSVP_SENDER_TEMPLATE | 1u << RSVP_SENDER_TSPEC | 1u << RSVP_TIME_VALUES;
    struct net net = {.from.ip = m.sender.ip, .to.ip = RIG_HOST, .ttl = 59, .alert = true};
    rig_hear(&r, &m, &net);
    ck_assert(!(r.last.given >> RSVP_ADSPEC & 1)); /* the sender leaves it out: so do others */
    m.given |= 1u << RSVP_ADSPEC;
    rig_hear(&r, &m, &net);
    ck_assert(r.last.adspec.is_broken);
    rig_close(&r);
}
END_TEST

START_TEST(a_path_that_nobody_reminds_of_runs_out_and_is_torn)
{
    struct rsvp_rig r;
    rig_open(&r);
    rig_hear_path(&r, 0, RIG_HOST, 'a');
    rig_hear_resv(&r, 2, RIG_HOST, RSVP_FF, 10000, "a");
    rig_expect(&r, "PATH 2; share 2 10000{a}; RESV 10.0.0.2 FF 10000{a}");
    rig_fire(&r, PATH_LIFETIME, 0);
    rig_expect(&r, "PATH-TEAR 2; unshare 2");
    ck_assert_int_eq(rig_var(&r, "paths"), 0);
    ck_assert_int_eq(rig_var(&r, "reservations"), 0);
    ck_assert_int_eq(rig_var(&r, "expired"), 1);
    for (unsigned i = 0; i < RSVP_RIG_TIMERS; i++) { /* a run may end */
        ck_assert_int_eq(r.due[i][0], SIM_NEVER);
    }
    rig_close(&r);
}
END_TEST

START_TEST(a_tear_takes_only_the_path_of_its_hop)
{
    struct rsvp_rig r;
    rig_open(&r);
    rig_hear_path(&r, 0, RIG_HOST, 'a');
    rig_expect(&r, "PATH 2");
    rig_hear_path_of(&r, RSVP_PATH_TEAR, 1, RIG_HOST, 'a'); /* another previous hop (3.1.5) */
    rig_expect(&r, "");
    rig_hear_path_of(&r, RSVP_PATH_TEAR, 0, RIG_HOST, 'a');
    rig_expect(&r, "PATH-TEAR 2");
    rig_hear_path_of(&r, RSVP_PATH_TEAR, 0, RIG_HOST, 'a');
    rig_expect(&r, "");
    rig_close(&r);
}
END_TEST

/* 3.6: PATH comes from elsewhere; what is reserved is asked of the new hop at once. */
START_TEST(another_previous_hop_is_asked_at_once)
{
    struct rsvp_rig r;
    rig_open(&r);
    rig_hear_path(&r, 0, RIG_HOST, 'a');
    rig_hear_resv(&r, 2, RIG_HOST, RSVP_FF, 10000, "a");
    rig_expect(&r, "PATH 2; share 2 10000{a}; RESV 10.0.0.2 FF 10000{a}");
    rig_hear_path(&r, 1, RIG_HOST, 'a');
    rig_expect(&r, "RESV 10.0.1.2 FF 10000{a}; PATH 2");
    rig_close(&r);
}
END_TEST

/* 3.6: the route is another one when PATH is said again. */
START_TEST(another_way_is_announced_as_soon_as_it_is_known)
{
    struct rsvp_rig r;
    rig_open(&r);
    rig_hear_path(&r, 0, RIG_HOST, 'a');
    rig_hear_resv(&r, 2, RIG_HOST, RSVP_FF, 10000, "a");
    rig_expect(&r, "PATH 2; share 2 10000{a}; RESV 10.0.0.2 FF 10000{a}");
    r.ways[1] = 1 << 1;
    rig_fire(&r, PATH_REFRESH, 0);
    rig_expect(&r, "PATH 1; unshare 2; RESV-TEAR 10.0.0.2 FF 10000{a}");
    rig_hear_resv(&r, 1, RIG_HOST, RSVP_FF, 10000, "a");
    rig_expect(&r, "share 1 10000{a}; RESV 10.0.0.2 FF 10000{a}");
    rig_close(&r);
}
END_TEST

/* As many as the table holds; the next is refused in words: PATHERR, code 23. */
START_TEST(a_path_too_many_is_refused)
{
    struct rsvp_rig r;
    rig_open(&r);
    for (unsigned i = 0; i < 64; i++) {
        rig_hear_path(&r, 0, RIG_HOST, (char)('a' + i));
    }
    ck_assert_int_eq(rig_var(&r, "paths"), 64);
    r.said.len = 0;
    rig_hear_path(&r, 0, RIG_HOST, (char)('a' + 64));
    rig_expect(&r, "!is-full; PATH-ERR 10.0.0.2 23/0/0");
    rig_close(&r);
}
END_TEST

/* 3.2: who has a port and who has none. */
static const struct {
    uint16_t port, sender_port;
    const char *said;
} ports[] = {
    {5004, 0, "PATH-ERR 10.0.0.2 8/0/0"}, /* the same sender, for all its ports */
    {5004, 6000, "PATH 2"},
    {0, 0, "PATH-ERR 10.0.0.2 7/0/0"},
    {0, 5000, "PATH-ERR 10.0.0.2 8/0/0"},
    {5005, 0, "PATH 2"}, /* of another session */
};

START_TEST(a_port_of_zero_stands_beside_no_other)
{
    struct rsvp_rig r;
    rig_open(&r);
    rig_hear_path(&r, 0, RIG_HOST, 'a');
    r.said.len = 0;
    struct rsvp m = rig_message(RSVP_PATH, 0, RIG_HOST);
    m.session.port = ports[_i].port;
    m.sender = (struct addr){rig_sender('a').ip, ports[_i].sender_port};
    m.given |= 1u << RSVP_SENDER_TEMPLATE | 1u << RSVP_SENDER_TSPEC | 1u << RSVP_TIME_VALUES;
    struct net net = {.from.ip = m.sender.ip, .to.ip = RIG_HOST, .ttl = 60, .alert = true};
    rig_hear(&r, &m, &net);
    rig_expect(&r, ports[_i].said);
    rig_close(&r);
}
END_TEST

START_TEST(a_path_error_goes_back_to_the_sender)
{
    struct rsvp_rig r;
    struct rsvp m;
    rig_open(&r);
    rig_hear_path(&r, 0, RIG_HOST, 'a');
    rig_expect(&r, "PATH 2");
    m = rig_message(RSVP_PATH_ERR, 2, RIG_HOST);
    m.sender = rig_sender('a');
    m.error.code = RSVP_UNKNOWN_CLASS;
    m.error.value = 0x4201;
    m.given = 1u << RSVP_SESSION | 1u << RSVP_ERROR_SPEC | 1u << RSVP_SENDER_TEMPLATE |
              1u << RSVP_SENDER_TSPEC;
    rig_hear_from(&r, &m, 2);
    rig_expect(&r, "PATH-ERR 10.0.0.2 13/16897/0");
    ck_assert_int_eq(rig_var(&r, "paths"), 1); /* it changes nothing (2.5) */
    rig_call(&r, NODE_SENDER, RIG_HOST, 'b', 0, 10000, false);
    rig_expect(&r, "PATH 2");
    m.sender = rig_sender('b');
    rig_hear_from(&r, &m, 2);
    rig_expect(&r, "!path-fails");
    rig_close(&r);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("rsvp path");
    TCase *t = tcase_create("node");
    tcase_add_test(t, what_was_learned_holds_as_long_as_the_rfc_asks);
    tcase_add_test(t, a_refresh_comes_between_half_and_one_and_a_half_of_its_period);
    tcase_add_test(t, path_goes_where_the_flow_goes_and_names_this_hop);
    tcase_add_test(t, path_of_a_group_goes_out_of_each_branch);
    tcase_add_test(t, branches_for_which_no_room_is_are_told);
    tcase_add_test(t, the_path_tells_what_it_can_do);
    tcase_add_test(t, a_hop_without_rsvp_breaks_the_path);
    tcase_add_test(t, a_path_that_nobody_reminds_of_runs_out_and_is_torn);
    tcase_add_test(t, a_tear_takes_only_the_path_of_its_hop);
    tcase_add_test(t, another_previous_hop_is_asked_at_once);
    tcase_add_test(t, another_way_is_announced_as_soon_as_it_is_known);
    tcase_add_test(t, a_path_too_many_is_refused);
    tcase_add_loop_test(t, a_port_of_zero_stands_beside_no_other, 0, ROWS(ports));
    tcase_add_test(t, a_path_error_goes_back_to_the_sender);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed_count = srunner_ntests_failed(r);
    srunner_free(r);
    return failed_count ? 1 : 0;
}
