/* The session description: the lines that RFC 8866 asks for, and any text read back. The tone that
 * PCMU and PCMA carry: code words of ITU-T G.711's tables. */
#include "proto/rtp/g711.h"
#include "proto/rtp/tone.h"
#include "wire/sdp.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define ROWS(table) (int)(sizeof(table) / sizeof *(table))

START_TEST(a_description_has_the_lines_of_rfc_8866_in_their_order)
{
    struct sdp s = {.title = "Hello\r\nx=evil", .id = 7, .origin = 0x0a000001, .to = 0x0a000002};
    struct buf out = {0};
    s.media[0] = sdp_media_of(&payload_formats[PAYLOAD_OPUS], 5004);
    s.media[0].ptime_ms = 20;
    s.media[1] = sdp_media_of(&payload_pictures, 5006);
    s.media[1].to = 0x0a000003;
    strcpy(s.media[1].control, "video");
    s.count = 2;
    sdp_write(&s, &out);
    ck_assert_str_eq(buf_cstr(&out), "v=0\r\n"
                                     "o=- 7 1 IN IP4 10.0.0.1\r\n"
                                     "s=Hellox=evil\r\n"
                                     "c=IN IP4 10.0.0.2\r\n"
                                     "t=0 0\r\n"
                                     "m=audio 5004 RTP/AVP 111\r\n"
                                     "a=rtpmap:111 opus/48000/2\r\n"
                                     "a=ptime:20\r\n"
                                     "m=video 5006 RTP/AVP 96\r\n"
                                     "c=IN IP4 10.0.0.3\r\n"
                                     "a=rtpmap:96 X-PICTURES/90000\r\n"
                                     "a=control:video\r\n");
    struct sdp back;
    ck_assert(sdp_read(bytes_of(out.data, out.len), &back));
    ck_assert_uint_eq(back.count, 2);
    ck_assert_uint_eq(back.to, 0x0a000002);
    ck_assert_int_eq(back.media[0].rate, 48000);
    ck_assert_uint_eq(back.media[0].channels, 2);
    ck_assert_uint_eq(back.media[0].ptime_ms, 20);
    ck_assert_str_eq(back.media[0].name, "opus");
    ck_assert(back.media[1].is_video && !back.media[0].is_video);
    ck_assert_uint_eq(back.media[1].to, 0x0a000003);
    ck_assert_str_eq(back.media[1].control, "video");
    buf_free(&out);
}
END_TEST

/* RFC 4585 4.2, RFC 4588 8.6, RFC 8285 5: what is welcome between reports, and which type sends
 * which again. */
START_TEST(feedback_and_retransmission_are_described)
{
    struct sdp s = {.title = "x", .id = 1}, back;
    struct buf out = {0};
    s.media[0] = sdp_media_of(&payload_coded, 5004);
    s.media[0].has_nack = s.media[0].has_pli = true;
    s.media[0].trr_int_ms = 100;
    s.media[0].repair = PAYLOAD_RTX_CODED;
    s.media[0].rtx_time_ms = 3000;
    s.media[0].element = 3;
    s.count = 1;
    sdp_write(&s, &out);
    ck_assert_ptr_nonnull(strstr(buf_cstr(&out), "m=video 5004 RTP/AVPF 98 99\r\n"
                                                 "a=rtpmap:98 X-CODED-PICTURES/90000\r\n"
                                                 "a=rtcp-fb:98 nack\r\n"
                                                 "a=rtcp-fb:98 nack pli\r\n"
                                                 "a=rtcp-fb:* trr-int 100\r\n"
                                                 "a=rtpmap:99 rtx/90000\r\n"
                                                 "a=fmtp:99 apt=98;rtx-time=3000\r\n"
                                                 "a=extmap:3 urn:x-slowwire:text\r\n"));
    ck_assert(sdp_read(bytes_of(out.data, out.len), &back));
    ck_assert_mem_eq(&back.media[0], &s.media[0], sizeof s.media[0]);
    buf_free(&out);
}
END_TEST

/* How many media of ours a text describes; 0: it is refused. */
static const struct {
    const char *text;
    unsigned count;
    int64_t rate; /* of the first */
} texts[] = {
    {"v=0\nm=audio 0 RTP/AVP 0\n", 1, 8000},
    {"v=0\r\nm=audio 0 RTP/AVP 8 0 101\r\n", 1, 8000},
    {"v=0\r\nm=audio 0 RTP/AVPF 97\r\na=rtpmap:97 L16/16000\r\n", 1, 16000},
    {"v=0\r\nm=audio 0 RTP/AVP 97\r\na=rtpmap:98 L16/16000\r\n", 1, 0}, /* of another type */
    {"v=0\r\nm=application 9 TCP/BFCP *\r\na=rtpmap:0 X/1\r\nm=video 2 RTP/AVP 96", 1, 0},
    {"v=0\r\nm=audio 65536 RTP/AVP 0\r\n", 0, 0},
    {"v=0\r\nm=audio 5004 RTP/AVP 128\r\n", 0, 0},
    {"v=0\r\nm=audio 5004 RTP/SAVP 0\r\n", 0, 0},
    {"v=0\r\ns=nothing\r\n", 0, 0},
    {"v=1\r\nm=audio 0 RTP/AVP 0\r\n", 0, 0},
    {"m=audio 0 RTP/AVP 0\r\n", 0, 0},
    {"", 0, 0},
    {"\r\n\r\n", 0, 0},
};

START_TEST(texts_describe_what_we_know_or_nothing)
{
    struct sdp s;
    ck_assert_msg(sdp_read(bytes_str(texts[_i].text), &s) == (texts[_i].count > 0), "%s",
                  texts[_i].text);
    ck_assert_uint_eq(s.count, texts[_i].count);
    ck_assert_int_eq(s.media[0].rate, texts[_i].rate);
}
END_TEST

/* Quantized values as the tables of G.711 (and its 16-bit reference) pair them. */
static const struct {
    int16_t sample;
    uint8_t ulaw, alaw;
} words[] = {
    {0, 0xff, 0xd5},    {-1, 0x7f, 0x55},    {32767, 0x80, 0xaa}, {-32768, 0x00, 0x2a},
    {1000, 0xce, 0xfa}, {-1000, 0x4e, 0x7a}, {8000, 0xa0, 0x8a},  {-8000, 0x20, 0x0a},
};

START_TEST(samples_become_the_words_of_g_711)
{
    ck_assert_uint_eq(g711_ulaw(words[_i].sample), words[_i].ulaw);
    ck_assert_uint_eq(g711_alaw(words[_i].sample), words[_i].alaw);
}
END_TEST

START_TEST(a_period_holds_whole_waves)
{
    struct buf out = {0};
    ck_assert(tone_period(PAYLOAD_PCMU, TONE_HZ, &out));
    ck_assert_uint_eq(out.len, 200); /* 25 ms: eleven waves of 440 Hz */
    buf_clear(&out);
    ck_assert(tone_period(PAYLOAD_L16, TONE_HZ, &out));
    ck_assert_uint_eq(out.len, 4410);
    unsigned rises = 0; /* from below zero to zero or above */
    for (size_t i = 0; i < out.len; i += 2) {
        int16_t before = (int16_t)get_u16(out.data + (i + out.len - 2) % out.len);
        int16_t now = (int16_t)get_u16(out.data + i);
        rises += before < 0 && now >= 0;
    }
    ck_assert_uint_eq(rises, 22);
    ck_assert(!tone_period(PAYLOAD_G722, TONE_HZ, &out));
    ck_assert(!tone_period(PAYLOAD_OPUS, TONE_HZ, &out));
    buf_free(&out);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("sdp");
    TCase *t = tcase_create("sdp");
    tcase_add_test(t, feedback_and_retransmission_are_described);
    tcase_add_test(t, a_description_has_the_lines_of_rfc_8866_in_their_order);
    tcase_add_loop_test(t, texts_describe_what_we_know_or_nothing, 0, ROWS(texts));
    tcase_add_loop_test(t, samples_become_the_words_of_g_711, 0, ROWS(words));
    tcase_add_test(t, a_period_holds_whole_waves);
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
