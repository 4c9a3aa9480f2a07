/* PDUs of L2CAP, signals of AVDTP and frames of SBC against bytes and figures that others have
 * published. */
#include "hex.h"

#include "wire/avdtp.h"
#include "wire/l2cap.h"

#include <check.h>
#include <string.h>

#define ROWS(table) (int)(sizeof(table) / sizeof *(table))

/* ---- L2CAP: from logs of btstack's and bumble's connections with devices ---- */

static const struct {
    const char *pdu;
    struct l2cap_command says;
} commands[] = {
    {"08 00 01 00 02 02 04 00 01 00 40 00",
     {.code = L2CAP_CONNECT, .id = 2, .psm = 1, .source = 0x40}},
    {"0c 00 01 00 03 02 08 00 41 00 40 00 00 00 00 00",
     {.code = L2CAP_CONNECT_ANSWER, .id = 2, .channel = 0x41, .source = 0x40}},
    {"0e 00 01 00 05 05 0a 00 4f 00 00 00 00 00 01 02 00 04",
     {.code = L2CAP_CONFIGURE_ANSWER, .id = 5, .source = 0x4f, .mtu = 1024}},
    {"0a 00 01 00 05 01 06 00 40 00 00 00 00 00",
     {.code = L2CAP_CONFIGURE_ANSWER, .id = 1, .source = 0x40}},
    {"0c 00 01 00 06 09 08 00 41 00 42 00 06 0a 04 00 43 00 44 00", {0}}, /* told: too long */
    /* by the figures of 4.1, 4.4, 4.6, 4.10 */
    {"0a 00 01 00 01 07 06 00 02 00 41 00 40 00",
     {.code = L2CAP_REJECT, .id = 7, .result = 2, .channel = 0x41, .source = 0x40}},
    {"10 00 01 00 04 03 0c 00 41 00 00 00 01 02 fc 03 85 02 aa bb",
     {.code = L2CAP_CONFIGURE, .id = 3, .channel = 0x41, .mtu = 1020}}, /* 85: a hint */
    {"08 00 01 00 06 0b 04 00 41 00 40 00",
     {.code = L2CAP_DISCONNECT, .id = 11, .channel = 0x41, .source = 0x40}},
    {"06 00 01 00 0a 01 02 00 02 00", {.code = L2CAP_INFORMATION, .id = 1, .info = 2}},
};

START_TEST(a_command_reads_and_is_written_as_published)
{
    uint8_t room[256];
    uint16_t channel;
    struct bytes pdu = unhex(commands[_i].pdu, room), rest;
    struct l2cap_command c, want = commands[_i].says;
    if (want.code == 0) {
        ck_assert(!l2cap_read(pdu, &channel, &rest));
        return;
    }
    ck_assert(l2cap_read(pdu, &channel, &rest));
    ck_assert_uint_eq(channel, L2CAP_SIGNALLING);
    ck_assert_int_eq(l2cap_next(&rest, &c), L2CAP_COMMAND);
    ck_assert_int_eq(l2cap_next(&rest, &c), L2CAP_OVER);
    rest = bytes_sub(pdu, L2CAP_HEADER, pdu.len);
    l2cap_next(&rest, &c);
    ck_assert(c.code == want.code && c.id == want.id && c.psm == want.psm);
    ck_assert(c.channel == want.channel && c.source == want.source && c.mtu == want.mtu);
    ck_assert(c.result == want.result && c.info == want.info && !c.has_unknown);
    if (strstr(commands[_i].pdu, " 85 ")) {
        return; /* nobody here says hints */
    }
    struct buf command = {0}, out = {0};
    l2cap_write_command(&c, &command);
    l2cap_write(L2CAP_SIGNALLING, bytes_of(command.data, command.len), &out);
    expect_hex(bytes_of(out.data, out.len), commands[_i].pdu);
    buf_free(&command);
    buf_free(&out);
}
END_TEST

/* The same log: options 4 (retransmission) and 5 (check) that are no hints, MTU 1020 between. */
START_TEST(an_option_that_is_no_hint_and_not_known_is_told)
{
    uint8_t room[256];
    struct l2cap_command c;
    struct bytes rest =
        unhex("04 03 16 00 41 00 00 00 04 09 00 00 00 00 00 00 00 00 00 01 02 fc 03 "
              "05 01 00",
              room);
    ck_assert_int_eq(l2cap_next(&rest, &c), L2CAP_COMMAND);
    ck_assert(c.has_unknown && c.mtu == 1020);
}
END_TEST

/* Code 0x99; a length beyond the end; too little data; an option cut off. */
START_TEST(what_is_no_command_is_told)
{
    uint8_t room[256];
    struct l2cap_command c;
    struct bytes rest = unhex("99 07 01 00 00 08 01 02 00 aa bb", room);
    ck_assert_int_eq(l2cap_next(&rest, &c), L2CAP_UNKNOWN);
    ck_assert_uint_eq(c.id, 7);
    ck_assert_int_eq(l2cap_next(&rest, &c), L2CAP_COMMAND);
    ck_assert(c.code == L2CAP_ECHO && c.data.len == 2);
    static const char *const broken[] = {"02 01 05 00 19 00 40 00", "02 01 03 00 19 00 40",
                                         "04 01 06 00 40 00 00 00 01 02", "02 01 00"};
    for (int i = 0; i < ROWS(broken); i++) {
        rest = unhex(broken[i], room);
        ck_assert_int_eq(l2cap_next(&rest, &c), L2CAP_BROKEN);
        ck_assert_uint_eq(rest.len, 0);
    }
}
END_TEST

/* ---- AVDTP: from conformance tests and logs ---- */

static const struct {
    const char *bytes;
    struct avdtp says;
} signals[] = {
    {"00 01", {.kind = AVDTP_COMMAND, .signal = AVDTP_DISCOVER}},
    {"12 01 04 08 08 08",
     {.label = 1,
      .kind = AVDTP_ACCEPT,
      .signal = AVDTP_DISCOVER,
      .endpoints = 2,
      .endpoint = {{1, false, true, 0}, {2, false, true, 0}}}},
    {"20 02 04", {.label = 2, .signal = AVDTP_GET_CAPABILITIES, .seid = 1}},
    {"22 02 01 00 07 06 00 00 ff ff 02 35",
     {.label = 2,
      .kind = AVDTP_ACCEPT,
      .signal = AVDTP_GET_CAPABILITIES,
      .services =
          {.has_transport = true, .has_codec = true, .info_len = 4, .info = {0xff, 0xff, 2, 53}}}},
    {"30 03 04 04 01 00 07 06 00 00 21 15 02 35",
     {.label = 3,
      .signal = AVDTP_SET_CONFIGURATION,
      .seid = 1,
      .own_seid = 1,
      .services =
          {.has_transport = true, .has_codec = true, .info_len = 4, .info = {0x21, 0x15, 2, 53}}}},
    {"40 06 04", {.label = 4, .signal = AVDTP_OPEN, .seid = 1}},
    {"50 07 04", {.label = 5, .signal = AVDTP_START, .seid = 1}},
    {"13 03 07 29", /* a log of BlueZ's: refused, MEDIA CODEC, UNSUPPORTED CONFIGURATION */
     {.label = 1,
      .kind = AVDTP_REJECT,
      .signal = AVDTP_SET_CONFIGURATION,
      .category = AVDTP_MEDIA_CODEC,
      .error = AVDTP_UNSUPPORTED_CONFIGURATION}},
    /* by the figures of 8.13.3 and 8.15.3: a rejected START says which endpoint */
    {"73 07 04 31",
     {.label = 7,
      .kind = AVDTP_REJECT,
      .signal = AVDTP_START,
      .seid = 1,
      .error = AVDTP_BAD_STATE}},
    {"f1 3f", {.label = 15, .kind = AVDTP_GENERAL_REJECT, .signal = 0x3f}},
};

START_TEST(a_signal_reads_and_is_written_as_published)
{
    uint8_t room[256];
    struct avdtp m;
    struct buf out = {0};
    ck_assert_int_eq(avdtp_read(unhex(signals[_i].bytes, room), &m), AVDTP_READ);
    ck_assert_mem_eq(&m, &signals[_i].says, sizeof m);
    avdtp_write(&m, &out);
    expect_hex(bytes_of(out.data, out.len), signals[_i].bytes);
    buf_free(&out);
}
END_TEST

/* A packet of several (type 1), one byte; too short, too long, a service cut off. */
START_TEST(what_is_no_whole_signal_is_told)
{
    static const struct {
        const char *bytes;
        enum avdtp_got got;
    } rows[] = {
        {"04 01", AVDTP_READ_NOT_ONE},          {"00", AVDTP_READ_NOT_ONE},
        {"00 01 00", AVDTP_READ_BAD_LENGTH},    {"00 02", AVDTP_READ_BAD_LENGTH},
        {"00 06 04 04", AVDTP_READ_BAD_LENGTH}, {"00 03 04 04 07 06 00", AVDTP_READ_BAD_LENGTH},
        {"02 01 04", AVDTP_READ_BAD_LENGTH},    {"03 03 29", AVDTP_READ_BAD_LENGTH}};
    uint8_t room[256];
    struct avdtp m;
    for (int i = 0; i < ROWS(rows); i++) {
        ck_assert_int_eq(avdtp_read(unhex(rows[i].bytes, room), &m), rows[i].got);
    }
}
END_TEST

/* ---- SBC: A2DP's table 4.7 of recommended settings, blocks of 16, 8 subbands ---- */

static const struct {
    uint32_t sampling, bitpool;
    enum sbc_mode mode;
    uint32_t bytes, kbps;
} settings[] = {{44100, 19, SBC_MONO, 46, 127}, {44100, 35, SBC_JOINT, 83, 229},
                {44100, 31, SBC_MONO, 70, 193}, {44100, 53, SBC_JOINT, 119, 328},
                {48000, 18, SBC_MONO, 44, 132}, {48000, 33, SBC_JOINT, 79, 237},
                {48000, 29, SBC_MONO, 66, 198}, {48000, 51, SBC_JOINT, 115, 345}};

START_TEST(a_frame_is_as_long_as_the_profile_says)
{
    struct sbc s = {.sampling = settings[_i].sampling,
                    .mode = settings[_i].mode,
                    .blocks = 16,
                    .subbands = 8,
                    .bitpool = settings[_i].bitpool},
               back;
    uint32_t bytes = sbc_frame_bytes(&s);
    ck_assert_uint_eq(bytes, settings[_i].bytes);
    double kbps = 8.0 * bytes * s.sampling / sbc_frame_samples(&s) / 1000;
    ck_assert_double_eq_tol(kbps, settings[_i].kbps, 0.7);
    struct buf frame = {0};
    sbc_add_frame(&s, &frame);
    ck_assert_uint_eq(frame.len, bytes);
    ck_assert(sbc_frame_read(bytes_of(frame.data, frame.len), &back));
    ck_assert(back.sampling == s.sampling && back.mode == s.mode && back.blocks == 16);
    ck_assert(back.subbands == 8 && back.bitpool == s.bitpool && !back.by_snr);
    frame.data[2] ^= 1;
    ck_assert(!sbc_frame_read(bytes_of(frame.data, frame.len), &back));
    buf_free(&frame);
}
END_TEST

/* The silent frame of mSBC, which every hands-free stack holds: ad 00 00 c5, scale factors of zero.
 */
START_TEST(the_frame_check_is_that_of_others)
{
    static const uint8_t silent[] = {0xad, 0, 0, 0xc5, 0, 0, 0, 0};
    ck_assert_uint_eq(sbc_check(silent, 32), 0xc5);
}
END_TEST

START_TEST(a_configuration_names_one_of_each)
{
    struct sbc_info one, many;
    struct sbc s;
    sbc_info_read((const uint8_t[]){0x21, 0x15, 2, 53}, &one);
    ck_assert(sbc_of(&one, &s));
    ck_assert(s.sampling == 44100 && s.mode == SBC_JOINT && s.blocks == 16 && s.subbands == 8);
    ck_assert(s.bitpool == 53 && !s.by_snr);
    sbc_info_read((const uint8_t[]){0xff, 0xff, 2, 53}, &many);
    ck_assert(!sbc_of(&many, &s));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("a2dp_wire");
    TCase *c = tcase_create("wire");
    tcase_add_loop_test(c, a_command_reads_and_is_written_as_published, 0, ROWS(commands));
    tcase_add_test(c, an_option_that_is_no_hint_and_not_known_is_told);
    tcase_add_test(c, what_is_no_command_is_told);
    tcase_add_loop_test(c, a_signal_reads_and_is_written_as_published, 0, ROWS(signals));
    tcase_add_test(c, what_is_no_whole_signal_is_told);
    tcase_add_loop_test(c, a_frame_is_as_long_as_the_profile_says, 0, ROWS(settings));
    tcase_add_test(c, the_frame_check_is_that_of_others);
    tcase_add_test(c, a_configuration_names_one_of_each);
    suite_add_tcase(s, c);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
