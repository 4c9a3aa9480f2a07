/* One RSVP node, message by message, against RFC 2205: paths and the way back, merging by style,
 * admission, tears, errors, blockade, confirmation, scope, lifetimes and refreshes. */
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

/* ---- reservations and their styles ---- */

START_TEST(a_reservation_goes_back_the_way_that_path_came)
{
    struct rsvp_rig r;
    rig_open(&r);
    rig_hear_path(&r, 0, RIG_HOST, 'a');
    rig_hear_resv(&r, 2, RIG_HOST, RSVP_FF, 10000, "a");
    rig_expect(&r, "PATH 2; share 2 10000{a}; RESV 10.0.0.2 FF 10000{a}");
    ck_assert_uint_eq(r.last.hop, rig_own(0));
    ck_assert_uint_eq(r.last.lih, 7); /* what the previous hop calls its interface */
    ck_assert_int_eq(rig_var(&r, "reserved"), 80000);
    ck_assert_int_eq(r.due[RESV_LIFETIME][0], 157500 * SIM_MS);
    rig_hear_resv(&r, 2, RIG_HOST, RSVP_FF, 10000, "a"); /* it reminds */
    rig_expect(&r, "");
    rig_fire(&r, RESV_REFRESH, 0);
    rig_expect(&r, "RESV 10.0.0.2 FF 10000{a}");
    rig_close(&r);
}
END_TEST

/* 2.2: of two branches the larger wish; FF keeps senders apart, SE and WF share among them. */
static const struct {
    enum rsvp_style style;
    int64_t first, second; /* behind links 1 and 2 */
    const char *first_of, *second_of, *once, *both, *torn;
} merges[] = {
    {RSVP_FF, 10000, 20000, "a", "a", "share 1 10000{a}; RESV 10.0.0.2 FF 10000{a}",
     "share 2 20000{a}; RESV 10.0.0.2 FF 20000{a}", "unshare 2; RESV 10.0.0.2 FF 10000{a}"},
    {RSVP_FF, 20000, 10000, "a", "a", "share 1 20000{a}; RESV 10.0.0.2 FF 20000{a}",
     "share 2 10000{a}", "unshare 2"},
    {RSVP_FF, 10000, 20000, "a", "b", "share 1 10000{a}; RESV 10.0.0.2 FF 10000{a}",
     "share 2 20000{b}; RESV 10.0.0.2 FF 10000{a} 20000{b}",
     "unshare 2; RESV-TEAR 10.0.0.2 FF 20000{b}"},
    {RSVP_FF, 10000, 20000, "ab", "b",
     "share 1 10000{a}; share 1 10000{b}; RESV 10.0.0.2 FF "
     "10000{a} 10000{b}",
     "share 2 20000{b}; RESV 10.0.0.2 FF 10000{a} 20000{b}",
     "unshare 2; RESV 10.0.0.2 FF 10000{a} 10000{b}"},
    {RSVP_SE, 10000, 20000, "a", "ab", "share 1 10000{a}; RESV 10.0.0.2 SE 10000{a}",
     "share 2 20000{ab}; RESV 10.0.0.2 SE 20000{ab}", "unshare 2; RESV 10.0.0.2 SE 10000{a}"},
    {RSVP_WF, 10000, 20000, "", "", "share 1 10000; RESV 10.0.0.2 WF 10000",
     "share 2 20000; RESV 10.0.0.2 WF 20000", "unshare 2; RESV 10.0.0.2 WF 10000"},
};

START_TEST(what_two_branches_ask_is_merged)
{
    struct rsvp_rig r;
    rig_open(&r);
    rig_hear_path(&r, 0, RIG_GROUP, 'a');
    rig_hear_path(&r, 0, RIG_GROUP, 'b');
    r.said.len = 0;
    rig_hear_resv(&r, 1, RIG_GROUP, merges[_i].style, merges[_i].first, merges[_i].first_of);
    rig_expect(&r, merges[_i].once);
    rig_hear_resv(&r, 2, RIG_GROUP, merges[_i].style, merges[_i].second, merges[_i].second_of);
    rig_expect(&r, merges[_i].both);
    struct rsvp m = rig_resv(RSVP_RESV_TEAR, 2, RIG_GROUP, merges[_i].style, merges[_i].second,
                             merges[_i].second_of);
    rig_hear_from(&r, &m, 2);
    rig_expect(&r, merges[_i].torn);
    rig_close(&r);
}
END_TEST

/* 1.3: FF takes of a link what all its senders want, SE and WF only once. */
static const struct {
    enum rsvp_style style;
    const char *senders;
    int64_t reserved;
} takes[] = {{RSVP_FF, "abc", 240000}, {RSVP_SE, "abc", 80000}, {RSVP_WF, "", 80000}};

START_TEST(a_shared_style_takes_its_share_once)
{
    struct rsvp_rig r;
    rig_open(&r);
    for (char c = 'a'; c <= 'c'; c++) {
        rig_hear_path(&r, 0, RIG_HOST, c);
    }
    rig_hear_resv(&r, 2, RIG_HOST, takes[_i].style, 10000, takes[_i].senders);
    ck_assert_int_eq(rig_var(&r, "reserved"), takes[_i].reserved);
    rig_close(&r);
}
END_TEST

START_TEST(a_new_sender_has_the_wildcard_that_stands)
{
    struct rsvp_rig r;
    rig_open(&r);
    rig_hear_path(&r, 0, RIG_HOST, 'a');
    rig_hear_resv(&r, 2, RIG_HOST, RSVP_WF, 10000, "");
    rig_expect(&r, "PATH 2; share 2 10000; RESV 10.0.0.2 WF 10000");
    rig_hear_path(&r, 1, RIG_HOST, 'b');
    /* Two previous hops: each is told whom it is for (3.4). */
    rig_expect(&r, "PATH 2; RESV 10.0.1.2 WF 10000 of b");
    rig_fire(&r, RESV_REFRESH, 0);
    rig_expect(&r, "RESV 10.0.0.2 WF 10000 of a");
    rig_close(&r);
}
END_TEST

START_TEST(a_wildcard_means_a_new_sender_of_the_same_hop)
{
    struct rsvp_rig r;
    rig_open(&r);
    rig_hear_path(&r, 0, RIG_HOST, 'a');
    rig_hear_resv(&r, 2, RIG_HOST, RSVP_WF, 10000, "");
    rig_expect(&r, "PATH 2; share 2 10000; RESV 10.0.0.2 WF 10000");
    rig_hear_path(&r, 0, RIG_HOST, 'b');
    rig_expect(&r, "PATH 2"); /* the hop has been asked */
    rig_hear_resv(&r, 2, RIG_HOST, RSVP_WF, 20000, "");
    rig_expect(&r, "share 2 20000; RESV 10.0.0.2 WF 20000");
    rig_hear_path_of(&r, RSVP_PATH_TEAR, 0, RIG_HOST, 'a');
    rig_expect(&r, "PATH-TEAR 2");
    struct rsvp m = rig_resv(RSVP_RESV_TEAR, 2, RIG_HOST, RSVP_WF, 20000, "");
    rig_hear_from(&r, &m, 2);
    rig_expect(&r, "unshare 2; RESV-TEAR 10.0.0.2 WF 20000");
    rig_close(&r);
}
END_TEST

START_TEST(a_scope_says_who_is_asked)
{
    struct rsvp_rig r;
    rig_open(&r);
    rig_hear_path(&r, 0, RIG_HOST, 'a');
    rig_hear_path(&r, 1, RIG_HOST, 'b');
    r.said.len = 0;
    struct rsvp m = rig_resv(RSVP_RESV, 2, RIG_HOST, RSVP_WF, 10000, "");
    m.scope[m.scope_count++] = rig_sender('b').ip;
    m.given |= 1u << RSVP_SCOPE;
    rig_hear_from(&r, &m, 2);
    rig_expect(&r, "share 2 10000; RESV 10.0.1.2 WF 10000 of b");
    rig_close(&r);
}
END_TEST

/* 2.3: what came in by a link does not go out there. */
START_TEST(a_reservation_never_goes_back_where_it_came_from)
{
    struct rsvp_rig r;
    rig_open(&r);
    rig_hear_path(&r, 0, RIG_GROUP, 'a'); /* out by 1 and 2 */
    r.ways[0] = 1 << 0 | 1 << 2;
    rig_hear_path(&r, 1, RIG_GROUP, 'b'); /* out by 0 and 2 */
    r.said.len = 0;
    rig_hear_resv(&r, 1, RIG_GROUP, RSVP_WF, 10000, "");
    rig_expect(&r, "share 1 10000; RESV 10.0.0.2 WF 10000 of a");
    rig_hear_resv(&r, 0, RIG_GROUP, RSVP_WF, 20000, "");
    rig_expect(&r, "share 0 20000; RESV 10.0.1.2 WF 20000 of b");
    rig_close(&r);
}
END_TEST

START_TEST(sixty_four_senders_are_all_asked)
{
    struct rsvp_rig r;
    char senders[65] = "";
    rig_open(&r);
    for (unsigned i = 0; i < 64; i++) {
        senders[i] = (char)('a' + i);
        rig_hear_path(&r, 0, RIG_HOST, senders[i]);
    }
    rig_hear_resv(&r, 2, RIG_HOST, RSVP_SE, 10000, senders);
    ck_assert_int_eq(r.last.type, RSVP_RESV);
    ck_assert_uint_eq(r.last.filter_count, 64);
    rig_close(&r);
}
END_TEST

/* ---- admission ---- */

/* 1 Mbit/s, of which 75 % may be reserved: 93750 bytes a second. */
START_TEST(no_more_is_admitted_than_the_share_of_the_link)
{
    struct rsvp_rig r;
    rig_open(&r);
    rig_hear_path(&r, 0, RIG_HOST, 'a');
    rig_hear_path(&r, 0, RIG_HOST, 'b');
    r.said.len = 0;
    rig_hear_resv(&r, 2, RIG_HOST, RSVP_FF, 93751, "a");
    rig_expect(&r, "RESV-ERR 10.0.2.2 1/2/0 FF 93751{a}");
    ck_assert_uint_eq(r.last.error.node, rig_own(2));
    rig_hear_resv(&r, 2, RIG_HOST, RSVP_FF, 93750, "a");
    rig_expect(&r, "share 2 93750{a}; RESV 10.0.0.2 FF 93750{a}");
    rig_hear_resv(&r, 2, RIG_HOST, RSVP_FF, 1, "b");
    rig_expect(&r, "RESV-ERR 10.0.2.2 1/2/0 FF 1{b}");
    rig_hear_resv(&r, 2, RIG_HOST, RSVP_FF, 93751, "a"); /* more than stands: that stays (3.1.8) */
    rig_expect(&r, "RESV-ERR 10.0.2.2 1/2/1 FF 93751{a}");
    ck_assert_int_eq(rig_var(&r, "reserved"), 750000);
    ck_assert_int_eq(rig_var(&r, "refused"), 3);
    rig_close(&r);
}
END_TEST

/* 3.1.8: of two descriptors one fits. */
START_TEST(each_descriptor_is_judged_by_itself)
{
    struct rsvp_rig r;
    rig_open(&r);
    rig_hear_path(&r, 0, RIG_HOST, 'a');
    rig_hear_path(&r, 0, RIG_HOST, 'b');
    r.said.len = 0;
    rig_hear_resv(&r, 2, RIG_HOST, RSVP_FF, 60000, "ab");
    rig_expect(&r, "RESV-ERR 10.0.2.2 1/2/0 FF 60000{b}; share 2 60000{a}; "
                   "RESV 10.0.0.2 FF 60000{a}");
    rig_close(&r);
}
END_TEST

/* What is wrong with a RESV (appendix B), and what it is told. */
static const struct {
    const char *what;
    unsigned link;
    unsigned style;
    const char *senders, *said;
} faults[] = {
    {"no path leads there", 1, RSVP_FF, "a", "RESV-ERR 10.0.1.2 3/0/0 FF 10000{a}"},
    {"no such sender", 2, RSVP_FF, "b", "RESV-ERR 10.0.2.2 4/0/0 FF 10000{b}"},
    {"another style stands", 2, RSVP_SE, "a", "RESV-ERR 10.0.2.2 5/0/0 SE 10000{a}"},
    {"no such style", 2, 0x1f, "a", "RESV-ERR 10.0.2.2 6/0/0 ? 10000{a}"},
};

START_TEST(what_is_wrong_is_told)
{
    struct rsvp_rig r;
    rig_open(&r);
    rig_hear_path(&r, 0, RIG_HOST, 'a');
    rig_hear_resv(&r, 2, RIG_HOST, RSVP_FF, 5000, "a");
    r.said.len = 0;
    rig_hear_resv(&r, faults[_i].link, RIG_HOST, (enum rsvp_style)faults[_i].style, 10000,
                  faults[_i].senders);
    rig_expect(&r, faults[_i].said);
    ck_assert_int_eq(rig_var(&r, "reserved"), 40000); /* what stood stands */
    rig_close(&r);
}
END_TEST

START_TEST(packets_too_large_for_the_link_are_not_reserved_for)
{
    struct rsvp_rig r;
    rig_open(&r);
    rig_hear_path(&r, 0, RIG_HOST, 'a');
    struct rsvp m = rig_resv(RSVP_RESV, 2, RIG_HOST, RSVP_FF, 10000, "a");
    r.said.len = 0;
    m.flows[0].flowspec.tspec.max_packet = 1501;
    rig_hear_from(&r, &m, 2);
    rig_expect(&r, "RESV-ERR 10.0.2.2 1/3/0 FF 10000{a}");
    m.flows[0].flowspec.tspec.max_packet = 1500;
    rig_hear_from(&r, &m, 2);
    rig_expect(&r, "share 2 10000{a}; RESV 10.0.0.2 FF 10000{a}");
    rig_close(&r);
}
END_TEST

/* Rates that no link has, or none at all: code 21, value 3. */
static const struct {
    int64_t rate, bucket, peak;
} bad[] = {{0, 400, INT64_MAX},   {INT64_MAX, 400, INT64_MAX}, {INT64_C(1) << 51, 400, INT64_MAX},
           {10000, 0, INT64_MAX}, {10000, 400, 9000},          {10000, 400, INT64_C(1) << 60}};

START_TEST(a_flowspec_that_makes_no_sense_is_refused)
{
    struct rsvp_rig r;
    rig_open(&r);
    r.rate_bps = 0; /* a link without a rate admits any */
    rig_hear_path(&r, 0, RIG_HOST, 'a');
    struct rsvp m = rig_resv(RSVP_RESV, 2, RIG_HOST, RSVP_FF, 10000, "a");
    m.flows[0].flowspec.tspec.rate = bad[_i].rate;
    m.flows[0].flowspec.tspec.bucket = bad[_i].bucket;
    m.flows[0].flowspec.tspec.peak = bad[_i].peak;
    rig_hear_from(&r, &m, 2);
    ck_assert_int_eq(r.last.type, RSVP_RESV_ERR);
    ck_assert_uint_eq(r.last.error.code, RSVP_TRAFFIC_CONTROL);
    ck_assert_uint_eq(r.last.error.value, RSVP_BAD_FLOWSPEC);
    ck_assert_int_eq(rig_var(&r, "reservations"), 0);
    rig_close(&r);
}
END_TEST

START_TEST(a_reservation_that_nobody_reminds_of_runs_out)
{
    struct rsvp_rig r;
    rig_open(&r);
    rig_hear_path(&r, 0, RIG_HOST, 'a');
    rig_hear_resv(&r, 2, RIG_HOST, RSVP_FF, 10000, "a");
    r.said.len = 0;
    rig_fire(&r, RESV_LIFETIME, 0);
    rig_expect(&r, "unshare 2; RESV-TEAR 10.0.0.2 FF 10000{a}");
    ck_assert_int_eq(rig_var(&r, "expired"), 1);
    ck_assert_int_eq(r.due[RESV_REFRESH][0], SIM_NEVER);
    rig_close(&r);
}
END_TEST

/* 3.1.6: session, style, interface and sender must fit. */
START_TEST(a_tear_takes_only_what_fits)
{
    struct rsvp_rig r;
    rig_open(&r);
    rig_hear_path(&r, 0, RIG_GROUP, 'a');
    rig_hear_resv(&r, 2, RIG_GROUP, RSVP_FF, 10000, "a");
    r.said.len = 0;
    struct rsvp m = rig_resv(RSVP_RESV_TEAR, 2, RIG_GROUP, RSVP_SE, 10000, "a");
    rig_hear_from(&r, &m, 2);
    m = rig_resv(RSVP_RESV_TEAR, 1, RIG_GROUP, RSVP_FF, 10000, "a");
    rig_hear_from(&r, &m, 1);
    rig_expect(&r, "");
    m = rig_resv(RSVP_RESV_TEAR, 2, RIG_GROUP, RSVP_FF, 1, "a"); /* flowspecs do not matter */
    rig_hear_from(&r, &m, 2);
    rig_expect(&r, "unshare 2; RESV-TEAR 10.0.0.2 FF 10000{a}");
    rig_close(&r);
}
END_TEST

START_TEST(a_sender_leaves_and_the_others_keep_their_timer)
{
    struct rsvp_rig r;
    rig_open(&r);
    rig_hear_path(&r, 0, RIG_HOST, 'a');
    rig_hear_path(&r, 0, RIG_HOST, 'b');
    rig_hear_resv(&r, 2, RIG_HOST, RSVP_SE, 10000, "ab");
    r.said.len = 0;
    ck_assert_int_ne(r.due[RESV_REFRESH][0], SIM_NEVER);
    rig_hear_path_of(&r, RSVP_PATH_TEAR, 0, RIG_HOST, 'a');
    /* The previous hop said so itself: it is not asked anew (3.1.5). */
    rig_expect(&r, "PATH-TEAR 2; share 2 10000{b}");
    ck_assert_int_eq(r.due[RESV_REFRESH][0], SIM_NEVER);
    rig_fire(&r, RESV_REFRESH, 1);
    rig_expect(&r, "RESV 10.0.0.2 SE 10000{b}");
    rig_close(&r);
}
END_TEST

/* ---- receivers on this node, confirmation, errors ---- */

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
    rig_open(&r);
    rig_hear_path(&r, 0, RIG_GROUP, 'a');
    rig_hear_resv(&r, 1, RIG_GROUP, RSVP_WF, 40000, "");
    rig_hear_resv(&r, 2, RIG_GROUP, RSVP_WF, 20000, "");
    r.said.len = 0;
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
    rig_open(&r);
    rig_hear_path(&r, 0, RIG_GROUP, 'a');
    rig_hear_resv(&r, 1, RIG_GROUP, RSVP_WF, 40000, "");
    rig_hear_resv(&r, 2, RIG_GROUP, RSVP_WF, 20000, "");
    r.said.len = 0;
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
    Suite *s = suite_create("rsvp");
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
    tcase_add_test(t, a_reservation_goes_back_the_way_that_path_came);
    tcase_add_loop_test(t, what_two_branches_ask_is_merged, 0, ROWS(merges));
    tcase_add_loop_test(t, a_shared_style_takes_its_share_once, 0, ROWS(takes));
    tcase_add_test(t, a_new_sender_has_the_wildcard_that_stands);
    tcase_add_test(t, a_wildcard_means_a_new_sender_of_the_same_hop);
    tcase_add_test(t, a_scope_says_who_is_asked);
    tcase_add_test(t, a_reservation_never_goes_back_where_it_came_from);
    tcase_add_test(t, sixty_four_senders_are_all_asked);
    tcase_add_test(t, no_more_is_admitted_than_the_share_of_the_link);
    tcase_add_test(t, each_descriptor_is_judged_by_itself);
    tcase_add_loop_test(t, what_is_wrong_is_told, 0, ROWS(faults));
    tcase_add_test(t, packets_too_large_for_the_link_are_not_reserved_for);
    tcase_add_loop_test(t, a_flowspec_that_makes_no_sense_is_refused, 0, ROWS(bad));
    tcase_add_test(t, a_reservation_that_nobody_reminds_of_runs_out);
    tcase_add_test(t, a_tear_takes_only_what_fits);
    tcase_add_test(t, a_sender_leaves_and_the_others_keep_their_timer);
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
