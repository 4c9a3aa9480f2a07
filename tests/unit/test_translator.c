/* What a translator makes of a stream and of the reports on it (RFC 3550 7.2), worked out by hand:
 * voices of 20 ms, 160 samples a packet, numbered from 100. */
#include "proto/rtp/repack.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define ROWS(table) (int)(sizeof(table) / sizeof *(table))
#define SSRC        0xa

/* A packet that comes: number, timestamp, samples, marker. 0 samples: no more. */
struct came {
    int seq;
    uint32_t timestamp, len;
    bool marker;
};
/* One that goes: the samples at its front that are silence, and the marker. */
struct goes {
    int seq;
    uint32_t timestamp, len, silent;
    bool marker;
};

static const struct {
    const char *what;
    uint32_t units;
    struct came in[8];
    struct goes out[8];
} cuts[] = {
    {"two become one",
     320,
     {{100, 0, 160, false}, {101, 160, 160, false}, {102, 320, 160, false}, {103, 480, 160, false}},
     {{100, 0, 320, 0, false}, {101, 320, 320, 0, false}}},
    {"two lost are one that is not there",
     320,
     {{100, 0, 160, false}, {101, 160, 160, false}, {104, 640, 160, false}, {105, 800, 160, false}},
     {{100, 0, 320, 0, false}, {102, 640, 320, 0, false}}},
    {"the second half was lost",
     320,
     {{100, 0, 160, false}, {102, 320, 160, false}, {103, 480, 160, false}},
     {{100, 0, 160, 0, false}, {101, 320, 320, 0, false}}},
    {"the first half was lost",
     320,
     {{100, 0, 160, false}, {101, 160, 160, false}, {103, 480, 160, false}},
     {{100, 0, 320, 0, false}, {101, 320, 320, 160, false}}},
    {"a talkspurt begins a packet",
     320,
     {{100, 0, 160, true}, {101, 8000, 160, true}, {102, 8160, 160, false}},
     {{100, 0, 160, 0, true}, {101, 8000, 320, 0, true}}},
    {"its marker was lost with its first packet, and time has gone on by more",
     320,
     {{100, 0, 160, true},
      {101, 160, 160, false},
      {103, 8160, 160, false},
      {104, 8320, 160, false}},
     {{100, 0, 320, 0, true}, {102, 8160, 320, 0, false}}},
    {"one becomes two",
     80,
     {{100, 0, 160, true}, {101, 160, 160, false}},
     {{100, 0, 80, 0, true},
      {101, 80, 80, 0, false},
      {102, 160, 80, 0, false},
      {103, 240, 80, 0, false}}},
    {"of one that was lost two are not there",
     80,
     {{100, 0, 160, false}, {102, 320, 160, false}},
     {{100, 0, 80, 0, false},
      {101, 80, 80, 0, false},
      {104, 320, 80, 0, false},
      {105, 400, 80, 0, false}}},
    {"three of 20 ms in two of 30",
     240,
     {{100, 0, 160, false}, {101, 160, 160, false}, {102, 320, 160, false}},
     {{100, 0, 240, 0, false}, {101, 240, 240, 0, false}}},
    {"numbers and timestamps wrap",
     320,
     {{65535, UINT32_MAX - 159, 160, false},
      {65536, 0, 160, false},
      {65537, 160, 160, false},
      {65538, 320, 160, false}},
     {{65535, UINT32_MAX - 159, 320, 0, false}, {0, 160, 320, 0, false}}},
    {"one for one keeps its number",
     0,
     {{100, 0, 160, false}, {103, 480, 160, false}},
     {{100, 0, 160, 0, false}, {103, 480, 160, 0, false}}},
};

struct rig {
    struct repack *repack;
    struct repack_out *out;
    unsigned count;
};

static struct rig rig_of(int64_t codec, uint32_t units)
{
    struct rig r = {calloc(1, sizeof *r.repack), calloc(64, sizeof *r.out), 0};
    r.repack->codec = codec;
    r.repack->units = units;
    return r;
}

static void rig_free(struct rig *r)
{
    free(r->repack);
    free(r->out);
}

static bool rig_hear(struct rig *r, const struct came *c)
{
    uint8_t payload[MIX_PACKET_MAX];
    struct rtp rtp = {.marker = c->marker,
                      .seq = (uint16_t)c->seq,
                      .timestamp = c->timestamp,
                      .ssrc = SSRC,
                      .csrc_count = 1,
                      .csrc = {77}};
    bool is_late;
    memset(payload, 0x90, c->len); /* loud */
    r->count +=
        repack_add(r->repack, &rtp, c->seq, bytes_of(payload, c->len), r->out + r->count, &is_late);
    return !is_late;
}

START_TEST(sound_is_cut_anew)
{
    struct rig r = rig_of(PAYLOAD_PCMU, cuts[_i].units);
    unsigned n = 0;
    for (int i = 0; i < 8 && cuts[_i].in[i].len; i++) {
        ck_assert(rig_hear(&r, &cuts[_i].in[i]));
    }
    r.count += repack_flush(r.repack, SSRC, r.out + r.count);
    for (; n < 8 && cuts[_i].out[n].len; n++) {
        const struct goes *want = &cuts[_i].out[n];
        const struct repack_out *o = &r.out[n];
        ck_assert_msg(n < r.count && o->rtp.seq == want->seq &&
                          o->rtp.timestamp == want->timestamp && o->len == want->len &&
                          o->rtp.marker == want->marker,
                      "%s: packet %u is %u at %u, %u long", cuts[_i].what, n, o->rtp.seq,
                      o->rtp.timestamp, o->len);
        ck_assert_uint_eq(o->rtp.ssrc, SSRC);
        ck_assert_uint_eq(o->rtp.csrc[0], 77); /* a mixer's contributors go through */
        for (uint32_t i = 0; i < o->len; i++) {
            ck_assert_uint_eq(o->payload[i], i < want->silent ? 0xff : 0x90);
        }
    }
    ck_assert_msg(n == r.count, "%s: %u packets", cuts[_i].what, r.count);
    rig_free(&r);
}
END_TEST

START_TEST(what_comes_too_late_for_its_packet_is_not_sent)
{
    struct rig r = rig_of(REPACK_AS_IS, 320);
    struct came in[] = {{100, 0, 160, false}, {102, 320, 160, false}, {101, 160, 160, false}};
    ck_assert(rig_hear(&r, &in[0]) && rig_hear(&r, &in[1]));
    ck_assert(!rig_hear(&r, &in[2]));
    ck_assert_uint_eq(r.count, 1);
    rig_free(&r);
}
END_TEST

START_TEST(a_source_that_is_started_anew_begins_anew)
{
    struct rig r = rig_of(REPACK_AS_IS, 320);
    struct came in[] = {
        {5000, 0, 160, false}, {5001, 160, 160, false}, {7, 90, 160, false}, {8, 250, 160, false}};
    for (int i = 0; i < 4; i++) {
        ck_assert(rig_hear(&r, &in[i]));
    }
    ck_assert_uint_eq(r.count, 2);
    ck_assert_uint_eq(r.out[1].rtp.seq, 7);
    ck_assert_uint_eq(r.out[1].rtp.timestamp, 90);
    rig_free(&r);
}
END_TEST

START_TEST(only_g711_can_be_changed_and_only_what_must_be_is)
{
    struct rig plain = rig_of(REPACK_AS_IS, 0), a = rig_of(PAYLOAD_PCMA, 0),
               cut = rig_of(REPACK_AS_IS, 160);
    ck_assert(!repack_is_needed(plain.repack, 0));
    ck_assert(repack_is_needed(a.repack, 0));
    ck_assert(!repack_is_needed(a.repack, 8));
    ck_assert(repack_is_needed(cut.repack, 0) && repack_is_needed(cut.repack, 8));
    ck_assert(!repack_is_needed(cut.repack, 96)); /* pictures */
    rig_free(&plain);
    rig_free(&a);
    rig_free(&cut);
}
END_TEST

/* G.711: mu-law 0x90 is segment 6, step 15 below the top: 15996, which A-law writes as 0xba. */
START_TEST(sound_is_coded_anew)
{
    struct rig r = rig_of(PAYLOAD_PCMA, 0);
    ck_assert(rig_hear(&r, &(struct came){100, 0, 160, false}));
    ck_assert_uint_eq(r.out[0].rtp.payload_type, 8);
    ck_assert_uint_eq(r.out[0].len, 160);
    ck_assert_uint_eq(r.out[0].payload[0], 0xba);
    rig_free(&r);
}
END_TEST

/* 44 100 : 8000 = 441 : 80, two bytes each; its timestamps go on by as much (RFC 3551 4.5.11). */
START_TEST(another_clock_rate_has_other_timestamps)
{
    struct rig r = rig_of(PAYLOAD_L16, 80);
    struct rtcp_sender_info info = {.timestamp = 1000 + 8000, .packets = 2, .bytes = 320};
    ck_assert(rig_hear(&r, &(struct came){100, 1000, 160, false}));
    ck_assert_uint_eq(r.count, 2);
    ck_assert_uint_eq(r.out[0].rtp.payload_type, 11);
    ck_assert_uint_eq(r.out[0].len, 882);
    ck_assert_uint_eq(r.out[0].rtp.timestamp, 1000);
    ck_assert_uint_eq(r.out[1].rtp.timestamp, 1441);
    ck_assert_int_eq((int16_t)get_u16(r.out[0].payload), 15996);
    repack_sender_info(r.repack, &info);
    ck_assert_uint_eq(info.timestamp, 1000 + 44100);
    ck_assert_uint_eq(info.bytes, 320 * 441 / 80 * 2);
    ck_assert_uint_eq(info.packets, 4);
    struct rtcp_block b = {.ssrc = SSRC, .highest = 101, .jitter = 441};
    ck_assert(repack_block(r.repack, 9, &b));
    ck_assert_uint_eq(b.jitter, 80);
    ck_assert_uint_eq(b.highest, 100);
    rig_free(&r);
}
END_TEST

/* Twenty packets of 20 ms, of which 106 and 107 never came, in ten of 40: 103 was never sent. */
static struct rig story(void)
{
    struct rig r = rig_of(PAYLOAD_PCMU, 320);
    for (int i = 0; i < 20; i++) {
        if (i != 6 && i != 7) {
            rig_hear(&r, &(struct came){100 + i, (uint32_t)i * 160, 160, false});
        }
    }
    ck_assert_uint_eq(r.count, 9);
    return r;
}

/* "packet count": the source has sent that many; so many are they here. */
static const struct {
    uint32_t packets, told;
} counts[] = {{20, 10}, {21, 10}, {22, 11}, {120, 60}, {10, 5}};

START_TEST(a_sender_report_counts_the_packets_of_its_hearer)
{
    struct rig r = story();
    struct rtcp_sender_info info = {
        .ntp = 5, .timestamp = 7, .packets = counts[_i].packets, .bytes = 160 * counts[_i].packets};
    repack_sender_info(r.repack, &info);
    ck_assert_uint_eq(info.packets, counts[_i].told);
    ck_assert_uint_eq(info.bytes, 160 * counts[_i].packets); /* a sample is a byte here and there */
    ck_assert_uint_eq(info.timestamp, 7);
    ck_assert_uint_eq(info.ntp, 5);
    rig_free(&r);
}
END_TEST

/* What a receiver says of the packets of 40 ms, and what the source is to read. */
static const struct {
    const char *what;
    uint32_t highest;
    int32_t lost;
    bool is_told;
    uint32_t highest_in;
    int32_t lost_in;
} blocks[] = {
    {"all until then came", 102, 0, true, 105, 0},
    {"what was never sent counts as lost before", 104, 1, true, 109, 2},
    {"one more is two more", 109, 2, true, 119, 4},
    {"three more are six more", 109, 4, true, 119, 8},
    {"copies of packets", 109, -2, true, 119, -4},
    {"a number that never was", 103, 0, false, 0, 0},
    {"a number that is not yet", 110, 0, false, 0, 0},
};

START_TEST(a_report_is_put_back_into_the_numbers_of_the_source)
{
    struct rig r = story();
    struct rtcp_block b = {.ssrc = SSRC,
                           .highest = blocks[_i].highest,
                           .lost = blocks[_i].lost,
                           .fraction = 3,
                           .jitter = 17,
                           .lsr = 5,
                           .dlsr = 6};
    ck_assert_msg(repack_block(r.repack, 9, &b) == blocks[_i].is_told, "%s", blocks[_i].what);
    if (blocks[_i].is_told) {
        ck_assert_msg(b.highest == blocks[_i].highest_in && b.lost == blocks[_i].lost_in,
                      "%s: %u, %d", blocks[_i].what, b.highest, b.lost);
        ck_assert_uint_eq(b.jitter, 17); /* the clock is the same */
        ck_assert(b.lsr == 5 && b.dlsr == 6);
    }
    rig_free(&r);
}
END_TEST

/* A.3: between the reports at 105 and at 119 fourteen were expected and four lost: 4 * 256 / 14. */
START_TEST(the_fraction_is_that_of_the_packets_of_the_source)
{
    struct rig r = story();
    struct rtcp_block b = {.ssrc = SSRC, .highest = 102};
    ck_assert(repack_block(r.repack, 9, &b));
    b = (struct rtcp_block){.ssrc = SSRC, .highest = 109, .lost = 2, .fraction = 25};
    ck_assert(repack_block(r.repack, 9, &b));
    ck_assert_uint_eq(b.fraction, 73);
    b = (struct rtcp_block){.ssrc = SSRC, .highest = 109, .lost = 2, .fraction = 11};
    ck_assert(repack_block(r.repack, 9, &b));
    ck_assert_uint_eq(b.fraction, 0); /* nothing since */
    rig_free(&r);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("translator");
    TCase *media = tcase_create("media"), *reports = tcase_create("reports");
    tcase_add_loop_test(media, sound_is_cut_anew, 0, ROWS(cuts));
    tcase_add_test(media, what_comes_too_late_for_its_packet_is_not_sent);
    tcase_add_test(media, a_source_that_is_started_anew_begins_anew);
    tcase_add_test(media, only_g711_can_be_changed_and_only_what_must_be_is);
    tcase_add_test(media, sound_is_coded_anew);
    tcase_add_test(media, another_clock_rate_has_other_timestamps);
    tcase_add_loop_test(reports, a_sender_report_counts_the_packets_of_its_hearer, 0, ROWS(counts));
    tcase_add_loop_test(reports, a_report_is_put_back_into_the_numbers_of_the_source, 0,
                        ROWS(blocks));
    tcase_add_test(reports, the_fraction_is_that_of_the_packets_of_the_source);
    suite_add_tcase(s, media);
    suite_add_tcase(s, reports);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
