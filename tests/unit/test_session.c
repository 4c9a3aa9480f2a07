/* Members of a session of RTP: who is in it, who is over, and what is done when two bear one name.
 * Each test is told what RFC 3550 says must happen. */
#include "proto/rtp/rtp.h"
#include "proto/rtp/session.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define ROWS(table) (int)(sizeof(table) / sizeof *(table))

static const struct rtcp_terms slow = {4000, 5 * SIM_S, 0};
static const struct addr there = {0x0a000002, 5004}, elsewhere = {0x0a000003, 5004};

static struct rtcp_session joined(uint32_t ssrc)
{
    struct rtcp_session s = {0};
    struct dice dice = dice_make(1, "member");
    rtcp_session_join(&s, ssrc, &slow, 0, &dice);
    return s;
}

/* 8.2: what becomes of a packet by its SSRC and by where it comes from. */
static const struct {
    const char *what;
    struct {
        uint32_t ssrc;
        struct addr from;
        enum rtcp_verdict verdict;
    } heard[3];
    uint32_t members;
} conflicts[] = {
    {"one more member", {{7, {2, 2}, RTCP_NEW}, {7, {2, 2}, RTCP_KNOWN}}, 2},
    {"another with our name", {{1, {2, 2}, RTCP_COLLISION}}, 1},
    {"our packets come back", {{1, {2, 2}, RTCP_COLLISION}, {1, {2, 2}, RTCP_LOOPED}}, 1},
    {"by another way", {{1, {2, 2}, RTCP_COLLISION}, {1, {3, 2}, RTCP_COLLISION}}, 1},
    {"two others with one name", {{7, {2, 2}, RTCP_NEW}, {7, {3, 2}, RTCP_FOREIGN}}, 2},
    {"the first of them is kept",
     {{7, {2, 2}, RTCP_NEW}, {7, {3, 2}, RTCP_FOREIGN}, {7, {2, 2}, RTCP_KNOWN}},
     2},
};

START_TEST(a_name_belongs_to_the_address_it_came_from_first)
{
    struct rtcp_session s = joined(1);
    for (int i = 0; i < 3 && conflicts[_i].heard[i].from.ip; i++) {
        enum rtcp_verdict v = rtcp_session_meet(&s, conflicts[_i].heard[i].ssrc,
                                                conflicts[_i].heard[i].from, true, true, SIM_S);
        ck_assert_msg(v == conflicts[_i].heard[i].verdict, "%s, %d: %d", conflicts[_i].what, i, v);
    }
    ck_assert_uint_eq(s.timing.members, conflicts[_i].members);
    rtcp_session_free(&s);
}
END_TEST

START_TEST(after_a_collision_the_other_keeps_the_name_and_we_are_still_two)
{
    struct rtcp_session s = joined(1);
    ck_assert_int_eq(rtcp_session_meet(&s, 1, there, true, true, SIM_S), RTCP_COLLISION);
    rtcp_session_rename(&s, 99, there, true, SIM_S);
    ck_assert_uint_eq(s.ssrc, 99);
    ck_assert_uint_eq(s.timing.members, 2);
    ck_assert_int_eq(rtcp_session_meet(&s, 1, there, true, true, 2 * SIM_S), RTCP_KNOWN);
    rtcp_session_free(&s);
}
END_TEST

/* 8.2 treats an SSRC and a CSRC alike: what a mixer names stands behind the mixer's address. */
START_TEST(a_contributor_is_judged_as_one_that_speaks_for_itself)
{
    struct rtcp_session s = joined(1);
    ck_assert_int_eq(rtcp_session_contributor(&s, 5, there, true, 0), RTCP_NEW);
    ck_assert_int_eq(rtcp_session_contributor(&s, 5, there, true, 0), RTCP_KNOWN);
    ck_assert_int_eq(rtcp_session_contributor(&s, 5, elsewhere, true, 0), RTCP_FOREIGN);
    ck_assert_int_eq(rtcp_session_contributor(&s, 1, there, true, 0), RTCP_COLLISION);
    ck_assert_int_eq(rtcp_session_contributor(&s, 1, there, true, 0), RTCP_LOOPED);
    ck_assert_uint_eq(s.timing.members, 2);
    ck_assert_uint_eq(s.timing.senders, 0); /* it sends nothing itself */
    rtcp_session_free(&s);
}
END_TEST

/* 7.3: "The CNAMEs MUST be forwarded to allow SSRC identifier collision detection to work." */
START_TEST(a_name_passed_on_tells_that_another_bears_our_number)
{
    struct rtcp_session s = joined(1);
    struct rtcp_named names[] = {{7, bytes_str("b@h")}, {1, bytes_str("c@h")}};
    struct buf out = {0};
    uint32_t told = 0;
    rtcp_add_rr(&out, 9, NULL, 0);
    rtcp_add_cname(&out, 9, "mix@h");
    rtcp_add_names(&out, names, 2);
    enum rtcp_verdict v =
        rtcp_session_compound(&s, bytes_of(out.data, out.len), 100, there, SIM_S, &told);
    ck_assert_int_eq(v, RTCP_COLLISION);
    ck_assert_uint_eq(told, 1);
    ck_assert_uint_eq(s.timing.members, 3); /* the mixer and the other whom it names */
    buf_free(&out);
    rtcp_session_free(&s);
}
END_TEST

/* A port of its own for RTCP is no second address. */
START_TEST(rtp_and_rtcp_of_one_member_come_from_two_ports)
{
    struct rtcp_session s = joined(1);
    struct addr control = {there.ip, 5005};
    ck_assert_int_eq(rtcp_session_meet(&s, 7, there, true, true, 0), RTCP_NEW);
    ck_assert_int_eq(rtcp_session_meet(&s, 7, control, false, true, 0), RTCP_KNOWN);
    ck_assert_int_eq(rtcp_session_meet(&s, 7, elsewhere, false, true, 0), RTCP_FOREIGN);
    rtcp_session_free(&s);
}
END_TEST

/* 6.3.5: five intervals of 5 s without a word, or two without RTP. */
static const struct {
    sim_time at;
    enum rtcp_presence presence;
    uint32_t members, senders;
} silences[] = {
    {9 * SIM_S, RTCP_SENDS, 2, 1},
    {11 * SIM_S, RTCP_LISTENS, 2, 0},
    {25 * SIM_S, RTCP_LISTENS, 2, 0},
    {26 * SIM_S, RTCP_TIMED_OUT, 1, 0},
};

START_TEST(who_is_silent_for_long_no_longer_counts)
{
    struct rtcp_session s = joined(1);
    struct dice dice = dice_make(1, "member");
    s.timing.is_initial = false;
    s.timing.tp = silences[_i].at - 1;
    rtcp_session_meet(&s, 7, there, true, true, 0);
    rtcp_session_expire(&s, silences[_i].at, &dice);
    ck_assert_int_eq(rtcp_session_find(&s, 7)->presence, silences[_i].presence);
    ck_assert_uint_eq(s.timing.members, silences[_i].members);
    ck_assert_uint_eq(s.timing.senders, silences[_i].senders);
    rtcp_session_free(&s);
}
END_TEST

START_TEST(what_is_under_way_after_a_bye_brings_nobody_back)
{
    struct rtcp_session s = joined(1);
    rtcp_session_meet(&s, 7, there, true, true, 0);
    ck_assert(rtcp_session_part(&s, 7, SIM_S));
    ck_assert(!rtcp_session_part(&s, 7, SIM_S));
    ck_assert_int_eq(rtcp_session_meet(&s, 7, there, true, true, SIM_S), RTCP_GONE);
    ck_assert_uint_eq(s.timing.members, 1);
    ck_assert_uint_eq(s.timing.senders, 0);
    rtcp_session_free(&s);
}
END_TEST

/* 6.3.8: RTP since the report before the last makes a sender, in SR and in the count. */
START_TEST(who_paused_for_two_reports_is_a_receiver)
{
    struct rtcp_session s = joined(1);
    struct dice dice = dice_make(1, "member");
    rtcp_session_speaks(&s);
    ck_assert(rtcp_session_is_sender(&s, 10));
    rtcp_session_reported(&s, 100, 10, SIM_S, &dice);
    ck_assert(rtcp_session_is_sender(&s, 10));
    rtcp_session_reported(&s, 100, 10, 2 * SIM_S, &dice);
    ck_assert(!rtcp_session_is_sender(&s, 10));
    rtcp_session_reported(&s, 100, 10, 3 * SIM_S, &dice);
    ck_assert_uint_eq(s.timing.senders, 0);
    ck_assert(!s.timing.we_sent);
    rtcp_session_free(&s);
}
END_TEST

START_TEST(who_never_said_anything_says_no_bye)
{
    struct rtcp_session s = joined(1);
    struct dice dice = dice_make(1, "member");
    ck_assert_int_eq(rtcp_session_leave(&s, 64, SIM_S, &dice), RTCP_WAIT);
    ck_assert_int_eq(s.phase, RTCP_LEFT);
    rtcp_session_free(&s);
}
END_TEST

/* 6.3.7: at once among 50, after a back-off among 51. */
START_TEST(among_more_than_fifty_a_bye_waits)
{
    struct dice dice = dice_make(1, "member");
    for (uint32_t members = 50; members <= 51; members++) {
        struct rtcp_session s = joined(1);
        for (uint32_t i = 1; i < members; i++) {
            rtcp_session_meet(&s, 100 + i, (struct addr){i, 1}, false, false, 0);
        }
        rtcp_session_reported(&s, 100, 0, SIM_S, &dice);
        enum rtcp_act act = rtcp_session_leave(&s, 64, 2 * SIM_S, &dice);
        ck_assert_int_eq(act, members == 50 ? RTCP_SAY_BYE : RTCP_WAIT);
        if (act == RTCP_WAIT) {
            ck_assert_uint_eq(s.timing.members, 1);
            ck_assert_int_eq(s.timing.average16, 16 * 64);
            rtcp_session_part(&s, 4711, 3 * SIM_S); /* counts, known or not */
            ck_assert_uint_eq(s.timing.members, 2);
        }
        rtcp_session_free(&s);
    }
}
END_TEST

START_TEST(names_and_goodbyes_of_several_are_read_one_by_one)
{
    struct buf out = {0};
    uint32_t who[] = {3, 4, 5}, ssrc;
    struct bytes cname;
    rtcp_add_byes(&out, who, 3);
    struct bytes rest = bytes_of(out.data, out.len);
    struct rtcp_packet p;
    ck_assert(rtcp_next(&rest, &p) && rest.len == 0);
    for (unsigned i = 0; i < 3; i++) {
        ck_assert(rtcp_bye_source(&p, i, &ssrc) && ssrc == who[i]);
    }
    ck_assert(!rtcp_bye_source(&p, 3, &ssrc));
    out.len = 0;
    rtcp_add_cname(&out, 8, "abc");
    rest = bytes_of(out.data, out.len);
    ck_assert(rtcp_next(&rest, &p) && rtcp_name(&p, 0, &ssrc, &cname));
    ck_assert_uint_eq(ssrc, 8);
    ck_assert(cname.len == 3 && memcmp(cname.data, "abc", 3) == 0);
    ck_assert(!rtcp_name(&p, 1, &ssrc, &cname));
    buf_free(&out);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("session");
    TCase *members = tcase_create("members");
    tcase_add_loop_test(members, a_name_belongs_to_the_address_it_came_from_first, 0,
                        ROWS(conflicts));
    tcase_add_test(members, after_a_collision_the_other_keeps_the_name_and_we_are_still_two);
    tcase_add_test(members, a_contributor_is_judged_as_one_that_speaks_for_itself);
    tcase_add_test(members, a_name_passed_on_tells_that_another_bears_our_number);
    tcase_add_test(members, rtp_and_rtcp_of_one_member_come_from_two_ports);
    tcase_add_loop_test(members, who_is_silent_for_long_no_longer_counts, 0, ROWS(silences));
    tcase_add_test(members, what_is_under_way_after_a_bye_brings_nobody_back);
    tcase_add_test(members, who_paused_for_two_reports_is_a_receiver);
    tcase_add_test(members, who_never_said_anything_says_no_bye);
    tcase_add_test(members, among_more_than_fifty_a_bye_waits);
    tcase_add_test(members, names_and_goodbyes_of_several_are_read_one_by_one);
    suite_add_tcase(s, members);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
