/* A mixer: sounds added up, whose they are, and what RFC 3550 7.1, 7.3 and 8.2 say of it. G.711 by
 * the tables of the recommendation. */
#include "scenario/read.h"
#include "world_rig.h"

#include "proto/rtp/crossing.h"
#include "proto/rtp/g711.h"
#include "proto/rtp/mix.h"
#include "wire/dissect.h"
#include "wire/rtcp.h"
#include "wire/udp.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define ROWS(table) (int)(sizeof(table) / sizeof *(table))

/* ITU-T G.711 tables 1a to 2b: values at the decoder's output of some codes. The tables count in
 * units of 14 bits (mu-law) and 13 bits (A-law); samples here have 16, so times 4 and 8. */
static const struct {
    uint8_t code;
    int ulaw14, alaw13;
} decoded[] = {
    {0xff, 0, (2 * 10 + 33) * 2},      /* A-law: 1 010 1010, segment 2, step 10 */
    {0xfe, 2, (2 * 11 + 33) * 2},      /* mu-law: one step */
    {0x80, 8031, (2 * 5 + 33) * 16},   /* mu-law: the greatest. A-law: 1 101 0101 */
    {0x00, -8031, -(2 * 5 + 33) * 16}, /* the same below zero */
};

START_TEST(codes_mean_what_the_tables_say)
{
    ck_assert_int_eq(g711_from_ulaw(decoded[_i].code), 4 * decoded[_i].ulaw14);
    ck_assert_int_eq(g711_from_alaw(decoded[_i].code), 8 * decoded[_i].alaw13);
}
END_TEST

/* A decoder's value is one that its own encoder writes with the same code: nothing is lost by
 * passing on what nobody speaks into. */
START_TEST(a_code_read_and_written_is_the_same_code)
{
    for (int c = 0; c < 256; c++) {
        uint8_t code = (uint8_t)c;
        ck_assert_uint_eq(g711_alaw(g711_from_alaw(code)), code);
        if (code != 0x7f) { /* minus zero, which is written as zero */
            ck_assert_uint_eq(g711_ulaw(g711_from_ulaw(code)), code);
        }
    }
}
END_TEST

static struct mix_voice *heard(uint32_t ssrc, int16_t level, int64_t now)
{
    struct mix_voice *v = calloc(1, sizeof *v);
    struct rtp rtp = {.ssrc = ssrc, .timestamp = 1000};
    int16_t samples[160];
    for (int i = 0; i < 160; i++) {
        samples[i] = level;
    }
    ck_assert_int_eq(mix_hear(v, &rtp, samples, 160, now, 320), MIX_ALIGNED);
    return v;
}

START_TEST(what_is_said_at_one_time_is_added_up)
{
    struct mix_voice *a = heard(1, 1000, 0), *b = heard(2, -300, 80);
    int32_t sum[160] = {0};
    struct mix_speakers who = {0};
    ck_assert(mix_add(a, 320, 160, sum, &who));
    ck_assert(mix_add(b, 320, 160, sum, &who));
    ck_assert_int_eq(sum[0], 1000); /* b begins 80 samples later */
    ck_assert_int_eq(sum[79], 1000);
    ck_assert_int_eq(sum[80], 700);
    ck_assert_int_eq(sum[159], 700);
    ck_assert_uint_eq(who.count, 2);
    ck_assert_uint_eq(who.ssrcs[0], 1);
    ck_assert_uint_eq(who.ssrcs[1], 2);
    free(a);
    free(b);
}
END_TEST

START_TEST(who_is_silent_is_no_contributor)
{
    struct mix_voice *a = heard(1, 1000, 0);
    int32_t sum[160] = {0};
    struct mix_speakers who = {0};
    ck_assert(!mix_add(a, 160, 160, sum, &who)); /* not yet */
    ck_assert(!mix_add(a, 480, 160, sum, &who)); /* no more */
    ck_assert_uint_eq(who.count, 0);
    free(a);
}
END_TEST

START_TEST(too_loud_is_as_loud_as_can_be)
{
    ck_assert_int_eq(mix_saturate(40000), 32767);
    ck_assert_int_eq(mix_saturate(-40000), -32768);
    ck_assert_int_eq(mix_saturate(-5), -5);
}
END_TEST

/* A copy of a packet, or one that comes behind the next, is heard once, in its place. */
START_TEST(a_place_holds_one_sample_of_a_voice)
{
    struct mix_voice *a = heard(1, 100, 0);
    struct rtp next = {.ssrc = 1, .timestamp = 1160, .seq = 1},
               first = {.ssrc = 1, .timestamp = 1000};
    int16_t samples[160];
    int32_t sum[320] = {0};
    struct mix_speakers who = {0};
    for (int i = 0; i < 160; i++) {
        samples[i] = 100;
    }
    ck_assert_int_eq(mix_hear(a, &next, samples, 160, 150, 320), MIX_TAKEN);
    ck_assert_int_eq(mix_hear(a, &first, samples, 160, 160, 320), MIX_TAKEN);
    ck_assert(mix_add(a, 320, 320, sum, &who));
    for (int i = 0; i < 320; i++) {
        ck_assert_int_eq(sum[i], 100);
    }
    free(a);
}
END_TEST

START_TEST(what_comes_when_its_time_is_over_is_late_and_the_next_begins_anew)
{
    struct mix_voice *a = heard(1, 100, 0);
    struct rtp late = {.ssrc = 1, .timestamp = 1160}, next = {.ssrc = 1, .timestamp = 1320};
    int16_t samples[160] = {0};
    ck_assert_int_eq(mix_hear(a, &late, samples, 160, 640, 320), MIX_LATE);
    ck_assert_int_eq(mix_hear(a, &next, samples, 160, 650, 320), MIX_ALIGNED);
    ck_assert_int_eq(a->place, 970);
    free(a);
}
END_TEST

/* A timestamp that wraps goes on. */
START_TEST(a_voice_goes_on_over_the_end_of_the_timestamps)
{
    struct mix_voice *v = calloc(1, sizeof *v);
    struct rtp rtp = {.ssrc = 1, .timestamp = UINT32_MAX - 79};
    int16_t samples[160] = {0};
    ck_assert_int_eq(mix_hear(v, &rtp, samples, 160, 0, 320), MIX_ALIGNED);
    rtp.timestamp = 80;
    ck_assert_int_eq(mix_hear(v, &rtp, samples, 160, 160, 320), MIX_TAKEN);
    ck_assert_int_eq(v->place, 480);
    free(v);
}
END_TEST

/* RFC 3550 figure 3: M3 gets E6:45 and M2:12 (64), and sends M3:89 (64,45): of a mix those who are
 * in it are told, not the mixer. */
START_TEST(of_a_mix_its_contributors_are_told_as_figure_3_has_it)
{
    struct mix_voice *m2 = calloc(1, sizeof *m2), *e6 = heard(45, 1, 0);
    struct rtp rtp = {.ssrc = 12, .csrc_count = 1, .csrc = {64}};
    int16_t samples[160] = {0};
    int32_t sum[160] = {0};
    struct mix_speakers who = {0};
    mix_hear(m2, &rtp, samples, 160, 0, 320);
    mix_add(m2, 320, 160, sum, &who);
    mix_add(e6, 320, 160, sum, &who);
    ck_assert_uint_eq(who.count, 2);
    ck_assert_uint_eq(who.ssrcs[0], 64);
    ck_assert_uint_eq(who.ssrcs[1], 45);
    free(m2);
    free(e6);
}
END_TEST

/* 5.1: "If there are more than 15 contributing sources, only 15 can be identified." */
START_TEST(more_than_fifteen_are_heard_but_not_named)
{
    struct mix_speakers who = {0};
    for (uint32_t i = 0; i < 20; i++) {
        mix_name(&who, i);
        mix_name(&who, i);
    }
    ck_assert_uint_eq(who.count, 15);
    ck_assert_uint_eq(who.ssrcs[14], 14);
}
END_TEST

/* 8.2: an SSRC is one source in all clouds. What is heard on which side, from where, and is it let
 * through. */
static const struct {
    const char *what;
    struct {
        uint32_t ssrc, side;
        struct addr from;
        bool is_media, good;
        int at_s;
    } heard[3];
} crossings[] = {
    {"the same from there", {{7, 0, {2, 2}, true, true, 0}, {7, 0, {2, 2}, true, true, 1}}},
    {"its reports from the next port",
     {{7, 0, {2, 2}, true, true, 0}, {7, 0, {2, 3}, false, true, 0}}},
    {"the same on another side", {{7, 0, {2, 2}, true, true, 0}, {7, 1, {3, 2}, true, false, 1}}},
    {"two of one side", {{7, 0, {2, 2}, true, true, 0}, {7, 0, {3, 2}, true, false, 1}}},
    {"the first is kept",
     {{7, 0, {2, 2}, true, true, 0},
      {7, 1, {3, 2}, true, false, 1},
      {7, 0, {2, 2}, true, true, 2}}},
    {"who was silent for five intervals is gone",
     {{7, 0, {2, 2}, true, true, 0},
      {7, 1, {3, 2}, true, false, 25},
      {7, 1, {3, 2}, true, true, 26}}},
};

START_TEST(a_number_belongs_to_one_side)
{
    struct rtp_crossing c = {0};
    for (int i = 0; i < 3 && crossings[_i].heard[i].ssrc; i++) {
        bool good = rtp_crossing_meet(&c, crossings[_i].heard[i].ssrc, crossings[_i].heard[i].side,
                                      crossings[_i].heard[i].from, crossings[_i].heard[i].is_media,
                                      crossings[_i].heard[i].at_s * SIM_S);
        ck_assert_msg(good == crossings[_i].heard[i].good, "%s, %d", crossings[_i].what, i);
    }
    rtp_crossing_free(&c);
}
END_TEST

START_TEST(after_a_bye_the_number_is_free)
{
    struct rtp_crossing c = {0};
    ck_assert(rtp_crossing_meet(&c, 7, 0, (struct addr){2, 2}, true, 0));
    ck_assert(!rtp_crossing_part(&c, 7, 1)); /* not on that side */
    ck_assert(rtp_crossing_part(&c, 7, 0));
    ck_assert(!rtp_crossing_part(&c, 7, 0));
    ck_assert(rtp_crossing_meet(&c, 7, 1, (struct addr){3, 2}, true, 1));
    rtp_crossing_free(&c);
}
END_TEST

/* 7.3: several chunks in one SDES, by hand. */
START_TEST(names_of_others_stand_in_one_sdes)
{
    static const uint8_t want[] = {
        0x82, 202, 0, 6, 0, 0, 0,   1,   1,   2, 'a', 'b',
        0,    0,   0, 0, /* ends on a word: a word of zeros */
        0,    0,   0, 2, 1, 3, 'x', 'y', 'z', 0, 0,   0,
    };
    struct rtcp_named list[] = {{1, bytes_str("ab")}, {2, bytes_str("xyz")}};
    struct buf out = {0};
    rtcp_add_names(&out, list, 2);
    ck_assert_uint_eq(out.len, sizeof want);
    ck_assert_mem_eq(out.data, want, sizeof want);
    buf_free(&out);
}
END_TEST

/* All of a compound can be read: a block for each source, a chunk for each name, each who leaves.
 */
START_TEST(a_compound_shows_each_block_each_name_and_each_who_leaves)
{
    static const char *const want[] = {
        "version",  "padding", "count",   "type",   "length", "ssrc", "source",
        "fraction", "lost",    "highest", "jitter", "lsr",    "dlsr", "source",
        "fraction", "lost",    "highest", "jitter", "lsr",    "dlsr", /* RR */
        "version",  "padding", "count",   "type",   "length", "ssrc", "items",
        "source",   "items",                                                    /* SDES */
        "version",  "padding", "count",   "type",   "length", "ssrc", "source", /* BYE */
        NULL};
    struct rtcp_block blocks[] = {{.ssrc = 1, .lost = 3}, {.ssrc = 2, .lost = -1, .jitter = 9}};
    struct rtcp_named names[] = {{1, bytes_str("ab")}, {2, bytes_str("xyz")}};
    uint32_t leave[] = {1, 2};
    struct buf head = {0}, wire = {0};
    struct dissection *d = calloc(1, sizeof *d);
    int64_t value;
    buf_extend(&head, UDP_HEADER);
    rtcp_add_rr(&head, 9, blocks, 2);
    rtcp_add_names(&head, names, 2);
    rtcp_add_byes(&head, leave, 2);
    udp_encode(5005, 5005, (uint32_t)head.len - UDP_HEADER, head.data);
    struct bytes all = bytes_of(head.data, head.len);
    ck_assert(packet_field("rtcp", all, "lost.0", &value) && value == 3);
    ck_assert(packet_field("rtcp", all, "jitter.1", &value) && value == 9);
    ck_assert(packet_field("rtcp", all, "lost.1", &value) && value == 0xffffff);
    ck_assert(!packet_field("rtcp", all, "lost.2", &value));
    struct packet_view v = {
        .proto = "rtcp", .head = all, .net = {.from = {1, 5005}, .to = {2, 5005}}};
    packet_build(&v, &wire);
    dissect(bytes_of(wire.data, wire.len), LINK_FORM_IP, d);
    unsigned n = 0;
    for (unsigned l = 0; l < d->layer_count; l++) {
        for (unsigned i = 0; strcmp(d->layers[l].proto, "rtcp") == 0 && i < d->layers[l].count;
             i++) {
            ck_assert_str_eq(d->fields[d->layers[l].first + i].name, want[n++]);
        }
    }
    ck_assert_ptr_null(want[n]);
    free(d);
    buf_free(&head);
    buf_free(&wire);
}
END_TEST

/* What is said of a file whose sides do not fit; NULL: nothing. */
static const struct {
    const char *traffic, *said;
} sides[] = {
    {"{mixer: {from: m, to: a}}, {mixer: {from: m, to: b}}", NULL},
    {"{mixer: {from: m, to: a}}, {mixer: {from: m, to: a, port: 6004}}", NULL},
    {"{mixer: {from: m, to: 239.1.1.1}}, {mixer: {from: m, to: 239.1.1.2}}", NULL},
    {"{mixer: {from: m, to: a}}, {conference: {from: a, to: m}}, {mixer: {from: m, to: mesh}}",
     NULL},
    {"{mixer: {from: m, to: a}}, {mixer: {from: m, to: a}}", "by another 'mixer' already"},
    {"{mixer: {from: m, to: a}}, {translator: {from: m, to: a}}, {translator: {from: m, to: b}},"
     " {mixer: {from: m, to: b, port: 6004}}",
     "by another 'mixer' already"},
    {"{mixer: {from: m, to: 239.1.1.1}}, {mixer: {from: m, to: 239.1.1.1, codec: PCMA}}",
     "by another 'mixer' already"},
    {"{conference: {from: m, to: a}}, {mixer: {from: m, to: mesh}}, {mixer: {from: m, to: b}}",
     "by another 'conference' already"},
    {"{mixer: {from: m, to: a}}", "'mixer' of 'm' is alone"},
    {"{mixer: {from: m, to: a}}, {translator: {from: m, to: b}}", "is alone"},
    {"{mixer: {from: b, to: 239.1.1.1}}, {mixer: {from: b, to: a}}", "no member of '239.1.1.1'"},
    {"{mixr: {from: m, to: a}}", "did you mean 'mixer'?"},
    {"{translater: {from: m, to: a}}", "did you mean 'translator'?"},
    {"{mixer: {from: m, to: a, codec: Opus}}", "'codec' cannot be 'Opus'; accepted: PCMU, PCMA"},
    {"{mixer: {from: m, to: a, listen: on}}", "unknown key 'listen' in 'mixer'"},
    {"{translator: {from: m, to: a, ptme: 40 ms}}", "did you mean 'ptime'?"},
    {"{translator: {from: m, to: m}}", "to itself"},
};

START_TEST(sides_that_do_not_fit_are_told)
{
    struct scenario *sc = NULL;
    struct err err = {0};
    struct buf text = {0};
    buf_printf(&text,
               "hosts: {a: 10.0.1.1/24, b: 10.0.2.1/24, m: 10.0.3.1/24}\n"
               "routers: {R: {addresses: [10.0.1.2/24, 10.0.2.2/24, 10.0.3.2/24]}}\n"
               "links: [{between: [a, R]}, {between: [b, R]}, {between: [m, R]}]\n"
               "groups: {239.1.1.1: [a, m], 239.1.1.2: [b, m], mesh: [a, m]}\n"
               "traffic: [%s]\n",
               sides[_i].traffic);
    scenario_read_text("m.yaml", buf_cstr(&text), registry(), NULL, 0, &sc, &err);
    FILE *out = tmpfile();
    char told[4096] = "";
    err_print(&err, out, false);
    rewind(out);
    size_t len = fread(told, 1, sizeof told - 1, out);
    fclose(out);
    ck_assert_msg(sides[_i].said ? strstr(told, sides[_i].said) != NULL : len == 0, "%s: %s",
                  sides[_i].traffic, told);
    scenario_free(sc);
    err_free(&err);
    buf_free(&text);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("mixer");
    TCase *sound = tcase_create("sound"), *cloud = tcase_create("clouds");
    tcase_add_loop_test(sound, codes_mean_what_the_tables_say, 0, ROWS(decoded));
    tcase_add_test(sound, a_code_read_and_written_is_the_same_code);
    tcase_add_test(sound, what_is_said_at_one_time_is_added_up);
    tcase_add_test(sound, who_is_silent_is_no_contributor);
    tcase_add_test(sound, too_loud_is_as_loud_as_can_be);
    tcase_add_test(sound, a_place_holds_one_sample_of_a_voice);
    tcase_add_test(sound, what_comes_when_its_time_is_over_is_late_and_the_next_begins_anew);
    tcase_add_test(sound, a_voice_goes_on_over_the_end_of_the_timestamps);
    tcase_add_test(sound, of_a_mix_its_contributors_are_told_as_figure_3_has_it);
    tcase_add_test(sound, more_than_fifteen_are_heard_but_not_named);
    tcase_add_loop_test(cloud, a_number_belongs_to_one_side, 0, ROWS(crossings));
    tcase_add_test(cloud, after_a_bye_the_number_is_free);
    tcase_add_test(cloud, names_of_others_stand_in_one_sdes);
    tcase_add_test(cloud, a_compound_shows_each_block_each_name_and_each_who_leaves);
    tcase_add_loop_test(cloud, sides_that_do_not_fit_are_told, 0, ROWS(sides));
    suite_add_tcase(s, sound);
    suite_add_tcase(s, cloud);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
