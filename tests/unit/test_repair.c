/* What an RTP stream does about its losses: packets that are sent again (RFC 4588), pictures that
 * cannot be shown and are asked for (RFC 4585), and what a header and a payload may hold besides
 * (RFC 3550 5.1, 5.3.1, RFC 8285). Bytes by hand from the drawings of the RFCs. */
#include "world_rig.h"

#include "proto/rtp/rtp.h"
#include "wire/payload.h"
#include "wire/rtcp_feedback.h"
#include "wire/udp.h"

#include <check.h>
#include <stdlib.h>

#define ROWS(table) (int)(sizeof(table) / sizeof *(table))

/* ---- the wire ---- */

/* RFC 3550 5.3.1: 16 bits that the profile defines, then a length in words without these four
 * bytes. */
START_TEST(an_extension_stands_behind_the_header)
{
    static const uint8_t want[] = {0x90, 0x80, 0,    7,    0, 0, 0,   9,   0,   0,
                                   0,    5,    0x12, 0x34, 0, 1, 'a', 'b', 'c', 0};
    struct rtp h = {.has_extension = true,
                    .marker = true,
                    .seq = 7,
                    .timestamp = 9,
                    .ssrc = 5,
                    .extension_profile = 0x1234,
                    .extension_words = 1,
                    .extension = (const uint8_t *)"abc"};
    uint8_t out[RTP_HEADER_MAX];
    struct rtp back;
    ck_assert_uint_eq(rtp_encode(&h, out), sizeof want);
    ck_assert_mem_eq(out, want, sizeof want);
    ck_assert_uint_eq(rtp_decode(bytes_of(out, sizeof want), &back), sizeof want);
    ck_assert_uint_eq(back.extension_profile, 0x1234);
    ck_assert_uint_eq(back.extension_words, 1);
    ck_assert_ptr_eq(back.extension, out + 16);
    ck_assert_uint_eq(rtp_decode(bytes_of(out, sizeof want - 1), &back), 0);
}
END_TEST

/* RFC 8285 4.2: elements behind a head of an ID and a length less one, zeros between them; 15 ends
 * them, and so does one that is longer than what is there. */
static const struct {
    uint8_t words, bytes[12];
    unsigned ids[3], lens[3]; /* 0: there are no more */
} elements[] = {
    {3, {0x10, 0xaa, 0x21, 0xb1, 0xb2, 0, 0, 0x33, 1, 2, 3, 4}, {1, 2, 3}, {1, 2, 4}},
    {1, {0, 0, 0x50, 7}, {5}, {1}},
    {2, {0x10, 0xaa, 0xf0, 0xbb, 0x20, 0xcc}, {1}, {1}},
    {1, {0x13, 0xaa, 0xbb, 0xcc}, {0}, {0}},
    {0, {0}, {0}, {0}},
};

START_TEST(elements_have_heads_of_one_byte)
{
    struct rtp h = {.has_extension = true,
                    .extension_profile = RTP_ONE_BYTE,
                    .extension_words = elements[_i].words,
                    .extension = elements[_i].bytes};
    unsigned at = 0, id;
    struct bytes data;
    for (int i = 0; i < 3 && elements[_i].ids[i]; i++) {
        ck_assert(rtp_one_byte_next(&h, &at, &id, &data));
        ck_assert_uint_eq(id, elements[_i].ids[i]);
        ck_assert_uint_eq(data.len, elements[_i].lens[i]);
    }
    ck_assert(!rtp_one_byte_next(&h, &at, &id, &data));
    h.extension_profile = 0x1000; /* heads of two bytes: another kind (4.3) */
    at = 0;
    ck_assert(!rtp_one_byte_next(&h, &at, &id, &data));
}
END_TEST

START_TEST(an_element_is_filled_up_to_a_word)
{
    static const uint8_t two[] = {0x31, 'h', 'i', 0}, four[] = {0xe3, 'a', 'b', 'c', 'd', 0, 0, 0};
    uint8_t out[20];
    ck_assert_uint_eq(rtp_one_byte_write(3, bytes_str("hi"), out), 1);
    ck_assert_mem_eq(out, two, sizeof two);
    ck_assert_uint_eq(rtp_one_byte_write(14, bytes_str("abcd"), out), 2);
    ck_assert_mem_eq(out, four, sizeof four);
    ck_assert_uint_eq(rtp_one_byte_write(1, bytes_str("0123456789abcdef"), out), 5);
}
END_TEST

/* RFC 3550 5.1: the last byte counts the filling, itself included, so that 0 says nonsense. */
START_TEST(the_last_byte_counts_the_filling)
{
    ck_assert_uint_eq(rtp_padding(4, 160), 4);
    ck_assert_uint_eq(rtp_padding(160, 160), 160);
    ck_assert_uint_eq(rtp_padding(161, 160), 0);
    ck_assert_uint_eq(rtp_padding(0, 160), 0);
}
END_TEST

/* ---- what is kept, what is missing ---- */

START_TEST(what_was_sent_is_kept_for_its_time_across_the_wrap)
{
    struct rtp_history h = {0};
    for (unsigned i = 0; i < 300; i++) {
        struct rtp_sent p = {.seq = (uint16_t)(65500 + i), .index = i, .at = i * SIM_MS};
        rtp_history_add(&h, &p, 100 * SIM_MS);
    }
    sim_time now = 299 * SIM_MS;
    ck_assert_ptr_null(rtp_history_find(&h, 65500, now, 100 * SIM_MS));
    ck_assert_ptr_null(rtp_history_find(&h, (uint16_t)(65500 + 198), now, 100 * SIM_MS));
    ck_assert_uint_eq(rtp_history_find(&h, (uint16_t)(65500 + 199), now, 100 * SIM_MS)->index, 199);
    ck_assert_uint_eq(rtp_history_find(&h, (uint16_t)(65500 + 299), now, 100 * SIM_MS)->index, 299);
    ck_assert_ptr_null(rtp_history_find(&h, (uint16_t)(65500 + 300), now, 100 * SIM_MS));
    ck_assert_ptr_null(
        rtp_history_find(&h, (uint16_t)(65500 + 199), now + 1, 100 * SIM_MS)); /* rtx-time */
    ck_assert_uint_le(h.count, 101);
    rtp_history_free(&h);
}
END_TEST

START_TEST(what_is_missing_is_asked_for_again_until_it_comes_or_is_of_no_use)
{
    struct rtp_gaps g = {0};
    for (int64_t i = 5; i < 30; i++) {
        rtp_gaps_add(&g, i, i * SIM_MS);
    }
    ck_assert(rtp_gaps_fill(&g, 7));
    ck_assert(!rtp_gaps_fill(&g, 7));
    rtp_gaps_pass(&g, 9);
    ck_assert_int_eq(rtp_gaps_oldest(&g), 9 * SIM_MS);
    ck_assert_int_eq(rtp_gaps_again(&g, 10 * SIM_MS, 50 * SIM_MS)->extended, 9);
    ck_assert_int_eq(rtp_gaps_again(&g, 10 * SIM_MS, 50 * SIM_MS)->extended, 10);
    ck_assert_ptr_null(rtp_gaps_again(&g, 10 * SIM_MS, 50 * SIM_MS));
    ck_assert_int_eq(rtp_gaps_oldest(&g), 11 * SIM_MS);
    rtp_gaps_pass(&g, 100);
    ck_assert_int_eq(rtp_gaps_oldest(&g), SIM_NEVER);
    rtp_gaps_free(&g);
}
END_TEST

/* ---- pictures: I builds on none, P on the one before; a mark is a packet, x a lost one ---- */

static const struct {
    const char *stream;
    unsigned shown, frozen;
    bool asks; /* something could not be shown */
} films[] = {
    {"I++ P+ P++", 3, 0, false},     {"I++ P+x P+ P+", 1, 3, true},
    {"I++ Px+ P+ P+", 1, 3, true},   {"I++ P+x P+ I+ P+", 3, 2, true},
    {"I++ Pxx P+ P+", 1, 3, true}, /* the gap is all that tells */
    {"I++ Pxx I+ P+", 3, 1, true}, /* nothing builds on it */
    {"I++ P+x+ P+", 1, 2, true},     {"I+x+ P+ P+", 0, 3, true},
    {"P+ P+ I+ P+", 2, 2, true}, /* came in between two intra pictures */
    {"I++ Px Px Px I+", 2, 3, true},
};

START_TEST(a_picture_that_builds_on_a_broken_one_is_not_shown)
{
    struct rtp_medium medium = {.fps = 25 * SIM_S, .intra = 1};
    struct rtp_pictures p = {0};
    uint32_t timestamp = 77;
    bool has_gap = false, asks = false;
    for (const char *c = films[_i].stream; *c; c++) {
        uint8_t picture = *c == 'I' ? PICTURE_INTRA : 0;
        const char *first = ++c;
        for (; *c == '+' || *c == 'x'; c++) {
            struct playout_slot slot = {.timestamp = timestamp,
                                        .marker = c[1] != '+' && c[1] != 'x',
                                        .picture = picture | (c == first ? PICTURE_BEGINS : 0)};
            if (*c == '+') {
                asks |= rtp_pictures_take(&p, &slot, has_gap) == PICTURE_BROKEN;
            }
            has_gap = *c == 'x';
        }
        timestamp += 3600;
        c -= *c == 0;
    }
    ck_assert_uint_eq(p.shown, films[_i].shown);
    ck_assert_int_eq(rtp_pictures_frozen(&p, &medium), films[_i].frozen);
    ck_assert(asks == films[_i].asks);
}
END_TEST

/* ---- runs ---- */

/* Alice to Bob, 10 ms apart; of the packets of the stream those are lost. */
static struct scenario_traffic *stream(struct rig *r, struct loss_entry *lost, uint32_t count)
{
    rig_init(r);
    uint32_t a = rig_node(r, "alice", SCENARIO_HOST), b = rig_node(r, "bob", SCENARIO_HOST);
    struct scenario_link *l = rig_link(r, a, b, 0, 10 * SIM_MS);
    l->direction[0].loss = (struct loss){.kind = LOSS_LIST, .list = lost, .list_count = count};
    struct scenario_traffic *t = rig_traffic(r, "rtp", a, b);
    t->port = 5004;
    rig_set(t, "for", SIM_S);
    return t;
}

static double figure(const struct rig *r, const char *name)
{
    const struct flow *f = &r->trace.flows[1];
    for (unsigned i = 0; i < f->figure_count; i++) {
        if (strcmp(f->figures[i].name, name) == 0) {
            return f->figures[i].value;
        }
    }
    ck_abort_msg("no figure %s", name);
    return 0;
}

/* The nth packet that is called so, as it was sent; NULL: there is none. */
static const struct record *sent(const struct rig *r, const char *is, unsigned nth)
{
    for (uint32_t n = 1; n <= r->trace.count; n++) {
        const struct record *rec = trace_record(&r->trace, n);
        const struct packet *p =
            rec->kind == REC_SEND ? trace_packet(&r->trace, rec->packet) : NULL;
        if (p && strcmp(packet_is(p->proto->name, packet_head(p), p->body.len), is) == 0 &&
            --nth == 0) {
            return rec;
        }
    }
    return NULL;
}

static int64_t field(const struct rig *r, const struct record *rec, const char *name)
{
    const struct packet *p = trace_packet(&r->trace, rec->packet);
    int64_t value = -1;
    ck_assert(packet_field(p->proto->name, packet_head(p), name, &value));
    return value;
}

/* Packet 5 of 50, at 100 ms, is lost; number 6 comes at 130 ms, the NACK goes at once, and at 140
 * ms number 5 goes again: RFC 4588 4's own SSRC, number and payload type, the same timestamp, the
 * original number before the payload. */
START_TEST(a_lost_packet_comes_again_in_a_stream_of_its_own)
{
    struct rig r;
    struct loss_entry lost[] = {{.is_unit = true, .n = 5, .copy = 1}};
    struct scenario_traffic *t = stream(&r, lost, 1);
    rig_set(t, "feedback.nack", 1);
    rig_set(t, "retransmission", SIM_S);
    rig_set(t, "seq", 65530);
    rig_run(&r, true);
    const struct record *nack = sent(&r, "NACK", 1), *again = sent(&r, "RTX", 1);
    const struct record *first = sent(&r, "RTP", 6);
    ck_assert_int_eq(nack->at, 130 * SIM_MS);
    ck_assert_int_eq(again->at, 140 * SIM_MS);
    ck_assert_ptr_null(sent(&r, "RTX", 2));
    ck_assert_int_eq(field(&r, again, "osn"), 65535);
    ck_assert_int_eq(field(&r, again, "timestamp"), field(&r, first, "timestamp"));
    ck_assert_int_eq(field(&r, again, "payload_type"), PAYLOAD_RTX);
    ck_assert_int_ne(field(&r, again, "ssrc"), field(&r, first, "ssrc"));
    const struct packet *p = trace_packet(&r.trace, again->packet);
    ck_assert_uint_eq(packet_head(p).len, UDP_HEADER + RTP_HEADER + 2);
    ck_assert_uint_eq(p->body.at, 5 * 160);
    ck_assert_uint_eq(p->of, first->packet);
    ck_assert_double_eq(figure(&r, "recovered"), 1);
    ck_assert_double_eq(figure(&r, "lost"), 1); /* of the stream itself: A.3 knows of no other */
    ck_assert_double_eq(figure(&r, "concealed"), 0);
    ck_assert_double_eq(figure(&r, "jitter.max_ms"), 0);
    ck_assert_uint_eq(r.trace.flows[1].delivered_bytes, 50 * 160);
    rig_free(&r);
}
END_TEST

/* What came of it: first copies lost of number 5 at 100 ms, which would be played at 100 + 10 +
 * `delay`. The first answer is lost, too, in the second row; in the third it comes at 150 ms, too
 * late; in the fourth it is kept no more when it is asked for 40 ms after it went; in the last
 * nobody keeps anything. */
static const struct {
    int64_t delay, again, keep; /* ms; -1: off */
    unsigned lost_copies;
    unsigned nacks, sent, recovered, late, concealed;
} fates[] = {
    {60, 50, 1000, 1, 1, 1, 1, 0, 0}, {120, 50, 1000, 2, 2, 2, 1, 0, 0},
    {30, 50, 1000, 1, 1, 1, 0, 1, 1}, {60, 50, 39, 1, 2, 0, 0, 0, 1},
    {60, -1, -1, 1, 1, 0, 0, 0, 1},   {120, -1, 1000, 2, 1, 1, 0, 0, 1},
    {60, 50, 40, 1, 1, 1, 1, 0, 0},
};

START_TEST(what_is_sent_again_helps_if_it_comes_in_time)
{
    struct rig r;
    struct loss_entry lost[] = {{true, 5, 1}, {true, 5, 2}};
    struct scenario_traffic *t = stream(&r, lost, fates[_i].lost_copies);
    rig_set(t, "feedback.nack", 1);
    rig_set(t, "rtcp.bandwidth", 1000000000); /* regular reports each 20 ms */
    rig_set(t, "playout.delay", fates[_i].delay * SIM_MS);
    rig_set(t, "feedback.again", fates[_i].again < 0 ? -1 : fates[_i].again * SIM_MS);
    rig_set(t, "retransmission", fates[_i].keep < 0 ? -1 : fates[_i].keep * SIM_MS);
    rig_run(&r, true);
    unsigned nacks = 0, again = 0;
    while (sent(&r, "NACK", nacks + 1)) {
        nacks++;
    }
    while (sent(&r, "RTX", again + 1)) {
        again++;
    }
    ck_assert_uint_eq(nacks, fates[_i].nacks);
    ck_assert_uint_eq(again, fates[_i].sent);
    ck_assert_double_eq(figure(&r, "late"), fates[_i].late);
    ck_assert_double_eq(figure(&r, "concealed"), fates[_i].concealed);
    if (fates[_i].keep >= 0) {
        ck_assert_double_eq(figure(&r, "recovered"), fates[_i].recovered);
        ck_assert_double_eq(figure(&r, "repairs"), fates[_i].sent);
    }
    rig_free(&r);
}
END_TEST

/* Of the first picture's two packets the second is lost. The second picture, from 40 ms, tells of
 * it at its time, 40 + 10 + 50 ms; PLI is there at 110 ms, and the next picture is an intra
 * picture. */
START_TEST(a_picture_that_cannot_be_shown_calls_for_an_intra_picture)
{
    struct rig r;
    struct loss_entry lost[] = {{true, 1, 1}};
    struct scenario_traffic *t = stream(&r, lost, 1);
    rig_set(t, "video.fps", 25 * SIM_S);
    rig_set(t, "video.intra", 2400);
    rig_set(t, "video.frame", 600);
    rig_set(t, "feedback.pli", 1);
    rig_set(t, "playout.delay", 50 * SIM_MS);
    rig_run(&r, true);
    unsigned intra = 0;
    for (unsigned i = 1; sent(&r, "RTP", i); i++) {
        const struct record *rec = sent(&r, "RTP", i);
        const struct packet *p = trace_packet(&r.trace, rec->packet);
        const uint8_t *picture = packet_head(p).data + UDP_HEADER + RTP_HEADER;
        ck_assert_uint_eq(packet_head(p).len, UDP_HEADER + RTP_HEADER + 1);
        ck_assert_int_eq(field(&r, rec, "payload_type"), payload_coded.type);
        intra += (*picture & (PICTURE_INTRA | PICTURE_BEGINS)) == (PICTURE_INTRA | PICTURE_BEGINS);
        ck_assert(!(*picture & PICTURE_INTRA) || rec->at == 0 || rec->at == 120 * SIM_MS);
    }
    ck_assert_uint_eq(intra, 2);
    ck_assert_int_eq(sent(&r, "PLI", 1)->at, 100 * SIM_MS);
    ck_assert_ptr_null(sent(&r, "PLI", 2)); /* one at a time */
    ck_assert_double_eq(figure(&r, "pictures.shown"), 25 - 3);
    ck_assert_double_eq(figure(&r, "pictures.frozen"), 3);
    ck_assert_double_eq(figure(&r, "intra_pictures"), 2);
    rig_free(&r);
}
END_TEST

/* Filled up to a multiple of 100 bytes and with an extension: the listener plays the 160 of each,
 * and nothing is taken for damaged. */
START_TEST(filling_and_extensions_are_passed_over)
{
    struct rig r;
    struct loss_entry lost[] = {{true, 5, 1}};
    struct scenario_traffic *t = stream(&r, lost, 1);
    rig_set(t, "padding", 100);
    rig_set(t, "extension.element", (int64_t)(intptr_t) "level");
    rig_set(t, "extension.id", 3);
    rig_set(t, "feedback.nack", 1);
    rig_set(t, "retransmission", SIM_S);
    rig_run(&r, true);
    const struct record *rec = sent(&r, "RTP", 1);
    const struct packet *p = trace_packet(&r.trace, rec->packet);
    static const uint8_t extension[] = {0xbe, 0xde, 0, 2, 0x34, 'l', 'e', 'v', 'e', 'l', 0, 0};
    ck_assert_int_eq(field(&r, rec, "padding"), 1);
    ck_assert_int_eq(field(&r, rec, "extension"), 1);
    ck_assert_uint_eq(p->body.len, 200);
    ck_assert_mem_eq(packet_head(p).data + UDP_HEADER + RTP_HEADER, extension, sizeof extension);
    struct buf last = {0};
    span_read(&r.trace.streams, (struct span){p->body.at + 160, p->body.stream, 40}, &last);
    ck_assert_uint_eq(last.data[38], 0);
    ck_assert_uint_eq(last.data[39], 40);
    buf_free(&last);
    ck_assert_uint_eq(r.trace.flows[1].drops[DROP_MALFORMED], 0);
    ck_assert_uint_eq(r.trace.flows[1].delivered_bytes, 50 * 160);
    ck_assert_double_eq(figure(&r, "recovered"), 1);
    rig_free(&r);
}
END_TEST

/* RFC 3550 6.7: subtype, SSRC, a name of four characters, whole words of data; with each report. */
START_TEST(an_app_packet_goes_with_each_report)
{
    struct rig r;
    struct scenario_traffic *t = stream(&r, NULL, 0);
    rig_set(t, "rtcp.minimum", 500 * SIM_MS);
    rig_set(t, "app.name", (int64_t)(intptr_t) "TEST");
    rig_set(t, "app.subtype", 5);
    rig_set(t, "app.data", (int64_t)(intptr_t) "hello");
    rig_run(&r, true);
    static const uint8_t want[] = {'T', 'E', 'S', 'T', 'h', 'e', 'l', 'l', 'o', 0, 0, 0};
    const struct record *report = sent(&r, "SR", 1);
    const struct packet *p = trace_packet(&r.trace, report->packet);
    const uint8_t *app = packet_head(p).data + packet_head(p).len - 20;
    ck_assert_uint_eq(app[0], 0x85);
    ck_assert_uint_eq(app[1], 204);
    ck_assert_uint_eq(app[3], 4);
    ck_assert_mem_eq(app + 8, want, sizeof want);
    rig_free(&r);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("repair");
    TCase *wire = tcase_create("wire"), *keeping = tcase_create("keeping"),
          *runs = tcase_create("runs");
    tcase_add_test(wire, an_extension_stands_behind_the_header);
    tcase_add_loop_test(wire, elements_have_heads_of_one_byte, 0, ROWS(elements));
    tcase_add_test(wire, an_element_is_filled_up_to_a_word);
    tcase_add_test(wire, the_last_byte_counts_the_filling);
    tcase_add_test(keeping, what_was_sent_is_kept_for_its_time_across_the_wrap);
    tcase_add_test(keeping, what_is_missing_is_asked_for_again_until_it_comes_or_is_of_no_use);
    tcase_add_loop_test(keeping, a_picture_that_builds_on_a_broken_one_is_not_shown, 0,
                        ROWS(films));
    tcase_add_test(runs, a_lost_packet_comes_again_in_a_stream_of_its_own);
    tcase_add_loop_test(runs, what_is_sent_again_helps_if_it_comes_in_time, 0, ROWS(fates));
    tcase_add_test(runs, a_picture_that_cannot_be_shown_calls_for_an_intra_picture);
    tcase_add_test(runs, filling_and_extensions_are_passed_over);
    tcase_add_test(runs, an_app_packet_goes_with_each_report);
    suite_add_tcase(s, wire);
    suite_add_tcase(s, keeping);
    suite_add_tcase(s, runs);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
