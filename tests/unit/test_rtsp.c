/* RTSP messages against RFC 2326's own examples, each cut at every possible place; media between
 * them; and whatever is no message. */
#include "base/draw.h"
#include "wire/rtsp.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define ROWS(table) (int)(sizeof(table) / sizeof *(table))

/* From sections 10 and 14, with the fields that matter here. */
static const struct good {
    const char *text;
    enum rtsp_method method; /* request */
    unsigned status;         /* response */
    int64_t cseq;
    const char *target, *session, *body;
    unsigned client, server;
    bool is_interleaved;
    int64_t timeout;
} goods[] = {
    {"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nRequire: implicit-play\r\n\r\n", RTSP_OPTIONS, 0, 1, "*", "",
     "", 0, 0, false, 0},
    {"DESCRIBE rtsp://server.example.com/fizzle/foo RTSP/1.0\r\nCSeq: 312\r\nAccept: "
     "application/sdp, application/rtsl\r\n\r\n",
     RTSP_DESCRIBE, 0, 312, "rtsp://server.example.com/fizzle/foo", "", "", 0, 0, false, 0},
    {"RTSP/1.0 200 OK\r\nCSeq: 312\r\nContent-Type: application/sdp\r\nContent-Length: "
     "5\r\n\r\nv=0\r\n",
     RTSP_UNKNOWN, 200, 312, "", "", "v=0\r\n", 0, 0, false, 0},
    {"SETUP rtsp://example.com/foo/bar/baz.rm RTSP/1.0\r\nCSeq: 302\r\nTransport: "
     "RTP/AVP;unicast;client_port=4588-4589\r\n\r\n",
     RTSP_SETUP, 0, 302, "rtsp://example.com/foo/bar/baz.rm", "", "", 4588, 0, false, 0},
    {"RTSP/1.0 200 OK\r\nCSeq: 302\r\nDate: 23 Jan 1997 15:35:06 GMT\r\nSession: 47112344\r\n"
     "Transport: RTP/AVP;unicast;client_port=4588-4589;server_port=6256-6257\r\n\r\n",
     RTSP_UNKNOWN, 200, 302, "", "47112344", "", 4588, 6256, false, 0},
    {"PLAY rtsp://audio.example.com/audio RTSP/1.0\r\nCSeq: 835\r\nSession: 12345678\r\nRange: "
     "npt=10-15\r\n\r\n",
     RTSP_PLAY, 0, 835, "rtsp://audio.example.com/audio", "12345678", "", 0, 0, false, 0},
    {"SETUP rtsp://foo.com/bar.file RTSP/1.0\r\nCSeq: 2\r\nTransport: "
     "RTP/AVP/TCP;interleaved=0-1\r\n\r\n",
     RTSP_SETUP, 0, 2, "rtsp://foo.com/bar.file", "", "", 0, 0, true, 0},
    {"RTSP/1.0 200 OK\r\nCSeq: 2\r\nTransport: RTP/AVP/TCP;interleaved=0-1\r\nSession: "
     "12345678;timeout=30\r\n\r\n",
     RTSP_UNKNOWN, 200, 2, "", "12345678", "", 0, 0, true, 30},
    /* several offers: the first that is known; field names in any case; LF alone ends a line */
    {"\r\nSETUP rtsp://a/b RTSP/1.0\ncseq:7\nTRANSPORT: "
     "RTP/AVP;multicast;ttl=127;mode=\"PLAY\",RTP/AVP;unicast;client_port=3456-3457\n\n",
     RTSP_SETUP, 0, 7, "rtsp://a/b", "", "", 3456, 0, false, 0},
    {"RTSP/1.0 454 Session Not Found\r\nCSeq: 9\r\n\r\n", RTSP_UNKNOWN, 454, 9, "", "", "", 0, 0,
     false, 0},
};

static void claim_good(const struct good *g, const struct rtsp_message *m)
{
    ck_assert_uint_eq(m->is_request, g->status == 0);
    ck_assert_uint_eq(m->method, g->method);
    ck_assert_uint_eq(m->status, g->status);
    ck_assert_uint_eq(m->fault, RTSP_OK);
    ck_assert_int_eq(m->cseq, g->cseq);
    ck_assert_str_eq(m->target, g->target);
    ck_assert_str_eq(m->session, g->session);
    ck_assert(bytes_equal(m->body, bytes_str(g->body)));
    ck_assert_uint_eq(m->transport.client_port, g->client);
    ck_assert_uint_eq(m->transport.server_port, g->server);
    ck_assert_uint_eq(m->transport.is_interleaved, g->is_interleaved);
    ck_assert_int_eq(m->timeout_s, g->timeout);
}

/* In two pieces, cut behind every byte, with the beginning of another message behind it. */
START_TEST(a_message_may_be_cut_anywhere)
{
    const struct good *g = &goods[_i];
    size_t len = strlen(g->text);
    for (size_t cut = 0; cut <= len; cut++) {
        struct rtsp_reader r = {0};
        struct rtsp_message m;
        struct buf text = {0};
        buf_str(&text, g->text);
        buf_str(&text, "PLAY");
        struct bytes first = bytes_of(text.data, cut);
        struct bytes second = bytes_of(text.data + cut, text.len - cut);
        enum rtsp_found found = rtsp_read(&r, &first, &m);
        ck_assert_uint_eq(found, cut == len ? RTSP_MESSAGE : RTSP_NOTHING);
        if (cut < len) {
            ck_assert_uint_eq(first.len, 0);
            ck_assert_uint_eq(rtsp_read(&r, &second, &m), RTSP_MESSAGE);
            ck_assert_uint_eq(second.len, 4);
        }
        ck_assert_uint_eq(r.taken, len);
        claim_good(g, &m);
        ck_assert_uint_eq(rtsp_read(&r, &second, &m), RTSP_NOTHING);
        rtsp_free(&r);
        buf_free(&text);
    }
}
END_TEST

/* Requests that are refused, by which status; 0: what follows cannot be told apart any more. */
static const struct {
    const char *text;
    unsigned status;
} bads[] = {
    {"PLAY rtsp://a/b RTSP/1.0\r\n\r\n", RTSP_BAD_REQUEST}, /* 12.17: no CSeq */
    {"PLAY rtsp://a/b RTSP/2.0\r\nCSeq: 1\r\n\r\n", RTSP_BAD_VERSION},
    {"RECORD rtsp://a/b RTSP/1.0\r\nCSeq: 1\r\n\r\n", RTSP_NOT_IMPLEMENTED},
    {"play rtsp://a/b RTSP/1.0\r\nCSeq: 1\r\n\r\n", RTSP_NOT_IMPLEMENTED}, /* 6.1: case counts */
    {"PLAY rtsp://a/b HTTP/1.1\r\nCSeq: 1\r\n\r\n", RTSP_BAD_REQUEST},
    {"PLAY\r\nCSeq: 1\r\n\r\n", RTSP_BAD_REQUEST},
    {"PLAY rtsp://a/b RTSP/1.0\r\nCSeq: one\r\n\r\n", RTSP_BAD_REQUEST},
    {"PLAY rtsp://a/b RTSP/1.0\r\nCSeq: 99999999999\r\n\r\n", RTSP_BAD_REQUEST},
    {"PLAY rtsp://a/b RTSP/1.0\r\nCSeq: 1\r\nno colon\r\n\r\n", RTSP_BAD_REQUEST},
    {"PLAY rtsp://a/b RTSP/1.0\r\nCSeq: 1\r\nContent-Length: -1\r\n\r\n", 0},
    {"PLAY rtsp://a/b RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 16385\r\n\r\n", 0},
    {"RTSP/1.0 OK\r\nCSeq: 1\r\n\r\n", 0},
    {" \r\n\r\n", 0},
};

START_TEST(what_is_no_request_is_refused_by_its_fault)
{
    struct rtsp_reader r = {0};
    struct rtsp_message m;
    struct bytes text = bytes_str(bads[_i].text);
    enum rtsp_found found = rtsp_read(&r, &text, &m);
    ck_assert_msg(found == (bads[_i].status ? RTSP_MESSAGE : RTSP_BROKEN), "%s", bads[_i].text);
    if (bads[_i].status) {
        ck_assert_uint_eq(m.fault, bads[_i].status);
    } else {
        struct bytes more = bytes_str("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n");
        ck_assert_uint_eq(rtsp_read(&r, &more, &m), RTSP_BROKEN);
    }
    rtsp_free(&r);
}
END_TEST

/* What the Transport field of one offer says: whether we can do it. */
static const struct {
    const char *value;
    bool is_known;
} offers[] = {
    {"RTP/AVP;unicast;client_port=4588-4589", true},
    {"rtp/avp/udp;client_port=4588", true},
    {"RTP/AVP/TCP;unicast;interleaved=2-3;ssrc=0000ABCD", true},
    {"RTP/AVPF;unicast;client_port=4588-4589", true},
    {"RTP/AVPF/TCP;unicast;interleaved=0-1", true},
    {"RTP/AVPFX;unicast;client_port=4588-4589", false},
    {"RTP/AVP/SCTP;unicast;client_port=4588-4589", false},
    {"RTP/AVP;multicast", false},
    {"RTP/SAVP;unicast;client_port=4588-4589", false},
    {"RTP/AVP;unicast;client_port=4588-4590", false},
    {"RTP/AVP;unicast;client_port=65536-65537", false},
    {"RTP/AVP/TCP;interleaved=256-257", false},
    {"RTP/AVP;ssrc=xyz", false},
    {"", false},
};

START_TEST(an_offer_is_one_that_we_can_do_or_not)
{
    struct rtsp_reader r = {0};
    struct rtsp_message m;
    struct buf text = {0};
    buf_printf(&text, "SETUP rtsp://a RTSP/1.0\r\nCSeq: 1\r\nTransport: %s\r\n\r\n",
               offers[_i].value);
    struct bytes in = bytes_of(text.data, text.len);
    ck_assert_uint_eq(rtsp_read(&r, &in, &m), RTSP_MESSAGE);
    ck_assert_msg(m.transport.is_known == offers[_i].is_known, "%s", offers[_i].value);
    ck_assert(m.transport.is_given);
    if (offers[_i].is_known) { /* what is written reads the same again */
        struct buf again = {0};
        struct rtsp_reader r2 = {0};
        struct rtsp_message back;
        buf_str(&again, "SETUP rtsp://a RTSP/1.0\r\nCSeq: 1\r\n");
        rtsp_write_transport(&m.transport, &again);
        buf_str(&again, "\r\n");
        struct bytes second = bytes_of(again.data, again.len);
        ck_assert_uint_eq(rtsp_read(&r2, &second, &back), RTSP_MESSAGE);
        ck_assert_uint_eq(back.transport.client_port, m.transport.client_port);
        ck_assert_uint_eq(back.transport.is_interleaved, m.transport.is_interleaved);
        ck_assert_uint_eq(back.transport.channel, m.transport.channel);
        ck_assert_uint_eq(back.transport.has_feedback, m.transport.has_feedback);
        ck_assert_uint_eq(back.transport.ssrc, m.transport.ssrc);
        rtsp_free(&r2);
        buf_free(&again);
    }
    rtsp_free(&r);
    buf_free(&text);
}
END_TEST

/* 10.12's own film: text, frames, text, in pieces of every size. */
START_TEST(frames_stand_between_the_texts)
{
    struct buf stream = {0};
    buf_str(&stream, "RTSP/1.0 200 OK\r\nCSeq: 3\r\n\r\n");
    rtsp_write_frame(0, bytes_of("\0\r\n\r\n$", 6), &stream);
    rtsp_write_frame(1, (struct bytes){0}, &stream);
    buf_str(&stream, "RTSP/1.0 200 OK\r\nCSeq: 4\r\n\r\n");
    ck_assert_mem_eq(stream.data + 28, "$\0\0\6", 4);
    for (size_t piece = 1; piece <= stream.len; piece++) {
        static const enum rtsp_found want[] = {RTSP_MESSAGE, RTSP_MEDIA, RTSP_MEDIA, RTSP_MESSAGE};
        struct rtsp_reader r = {0};
        struct rtsp_message m;
        unsigned n = 0;
        for (size_t at = 0; at < stream.len; at += piece) {
            struct bytes in = bytes_sub(bytes_of(stream.data, stream.len), at, piece);
            enum rtsp_found found;
            while ((found = rtsp_read(&r, &in, &m)) != RTSP_NOTHING) {
                uint8_t channel = 0;
                ck_assert_uint_lt(n, 4);
                ck_assert_uint_eq(found, want[n]);
                struct bytes frame = found == RTSP_MEDIA ? rtsp_frame(&r, &channel) : m.body;
                ck_assert_uint_eq(channel, n == 2);
                ck_assert_uint_eq(frame.len, n == 1 ? 6 : 0);
                n++;
            }
        }
        ck_assert_uint_eq(n, 4);
        ck_assert_int_eq(m.cseq, 4);
        rtsp_free(&r);
    }
    buf_free(&stream);
}
END_TEST

/* A head without an end is given up; nothing is kept for ever. */
START_TEST(an_endless_head_is_broken)
{
    struct rtsp_reader r = {0};
    struct rtsp_message m;
    size_t total = 0;
    enum rtsp_found found = RTSP_NOTHING;
    while (found == RTSP_NOTHING && total < 1000000) {
        struct bytes in = bytes_str("X-Field: and so on\r\n");
        total += in.len;
        found = rtsp_read(&r, &in, &m);
    }
    ck_assert_uint_eq(found, RTSP_BROKEN);
    ck_assert_uint_le(total, (RTSP_LINES_MAX + 1) * RTSP_LINE_MAX);
    rtsp_free(&r);
}
END_TEST

/* Good messages with bytes changed at random, in pieces cut at random: whatever comes out of one
 * cut comes out of any. */
START_TEST(what_comes_out_does_not_depend_on_the_cuts)
{
    struct dice dice = dice_make((uint64_t)_i, "rtsp");
    struct buf text = {0};
    for (uint32_t i = 0; i < 6; i++) {
        buf_str(&text, goods[draw_below(draw(&dice, DRAW_PAYLOAD, i), ROWS(goods))].text);
    }
    for (uint32_t i = 0; i < 8; i++) {
        uint64_t at = draw_below(draw(&dice, DRAW_PAYLOAD, 100 + i), text.len);
        text.data[at] =
            (uint8_t) "\r\n$:;,-0 Z"[draw_below(draw(&dice, DRAW_PAYLOAD, 200 + i), 10)];
    }
    uint64_t sums[2] = {0, 0};
    for (int way = 0; way < 2; way++) {
        struct rtsp_reader r = {0};
        struct rtsp_message m;
        enum rtsp_found found = RTSP_NOTHING;
        for (size_t at = 0; at < text.len && found != RTSP_BROKEN;) {
            size_t piece =
                way ? 1 + draw_below(draw(&dice, DRAW_PAYLOAD, 1000 + (uint32_t)at), 90) : text.len;
            struct bytes in = bytes_sub(bytes_of(text.data, text.len), at, piece);
            at += in.len;
            while ((found = rtsp_read(&r, &in, &m)) > RTSP_NOTHING && found != RTSP_BROKEN) {
                uint64_t what = found == RTSP_MEDIA ? r.whole : (uint64_t)m.cseq * 1000 + m.fault;
                sums[way] = hash_mix(sums[way], what);
            }
        }
        sums[way] = hash_mix(sums[way], found == RTSP_BROKEN);
        rtsp_free(&r);
    }
    ck_assert_uint_eq(sums[0], sums[1]);
    buf_free(&text);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("rtsp");
    TCase *t = tcase_create("rtsp");
    tcase_add_loop_test(t, a_message_may_be_cut_anywhere, 0, ROWS(goods));
    tcase_add_loop_test(t, what_is_no_request_is_refused_by_its_fault, 0, ROWS(bads));
    tcase_add_loop_test(t, an_offer_is_one_that_we_can_do_or_not, 0, ROWS(offers));
    tcase_add_test(t, frames_stand_between_the_texts);
    tcase_add_test(t, an_endless_head_is_broken);
    tcase_add_loop_test(t, what_comes_out_does_not_depend_on_the_cuts, 0, 500);
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_set_fork_status(runner, CK_NOFORK);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
