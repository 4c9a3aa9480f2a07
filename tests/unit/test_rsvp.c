/* One RSVP node and what is reserved on it, message by message, against RFC 2205: the way back,
 * merging by style, scope, admission, tears, lifetimes. */
#include "rsvp_rig.h"

#define ROWS(table) (int)(sizeof(table) / sizeof *(table))

enum { PATH_REFRESH, PATH_LIFETIME, RESV_REFRESH, RESV_LIFETIME };

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

int main(void)
{
    Suite *s = suite_create("rsvp");
    TCase *t = tcase_create("node");
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
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed_count = srunner_ntests_failed(r);
    srunner_free(r);
    return failed_count ? 1 : 0;
}
