/* TCP headers against bytes worked out by hand, and options that are wrong. */
#include "wire/tcp.h"

#include "base/draw.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define ROWS(table) (int)(sizeof(table) / sizeof *(table))

/* 5000 is 1388, 1001 is 3e9, 502 is 1f6; five words make the offset 50. */
START_TEST(a_header_without_options_is_twenty_bytes)
{
    struct tcp_seg seg = {.from = 80,
                          .to = 49152,
                          .seq = seq(5000),
                          .ack = seq(1001),
                          .flags = TCP_ACK | TCP_PSH,
                          .window = 502,
                          .urgent = 3};
    uint8_t out[TCP_HEADER_MAX];
    ck_assert_uint_eq(tcp_encode(&seg, out), 20);
    ck_assert_mem_eq(out,
                     "\x00\x50\xc0\x00\x00\x00\x13\x88\x00\x00\x03\xe9\x50\x18\x01\xf6\x00\x00\x00"
                     "\x03",
                     20);
}
END_TEST

START_TEST(a_header_is_read_field_by_field)
{
    const uint8_t head[] = {0x00, 0x50, 0xc0, 0x00, 0x00, 0x00, 0x13, 0x88, 0x00, 0x00,
                            0x03, 0xe9, 0x50, 0x18, 0x01, 0xf6, 0xaa, 0xbb, 0x00, 0x03};
    struct tcp_seg seg;
    ck_assert(tcp_decode(bytes_of(head, sizeof head), 9, &seg));
    ck_assert_uint_eq(seg.from, 80);
    ck_assert_uint_eq(seg.to, 49152);
    ck_assert_uint_eq(seg.seq.v, 5000);
    ck_assert_uint_eq(seg.ack.v, 1001);
    ck_assert_uint_eq(seg.flags, TCP_ACK | TCP_PSH);
    ck_assert_uint_eq(seg.window, 502);
    ck_assert_uint_eq(seg.urgent, 3);
    ck_assert_uint_eq(seg.len, 9);
    ck_assert_uint_eq(seg.options, 0);
}
END_TEST

static const uint8_t flag_bits[] = {0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80};

/* RFC 9293 3.1: CWR ECE URG ACK PSH RST SYN FIN, from the high bit down. */
START_TEST(flags_stand_in_their_bits)
{
    static const enum tcp_flag flags[] = {TCP_FIN, TCP_SYN, TCP_RST, TCP_PSH,
                                          TCP_ACK, TCP_URG, TCP_ECE, TCP_CWR};
    struct tcp_seg seg = {.flags = (uint8_t)flags[_i]};
    uint8_t out[TCP_HEADER_MAX];
    tcp_encode(&seg, out);
    ck_assert_uint_eq(out[13], flag_bits[_i]);
}
END_TEST

/* Everything at once leaves room for one SACK block: 20 + 4 + 4 + 4 + 12 + 12 = 56. */
START_TEST(options_stand_in_order_and_padded_in_front)
{
    struct tcp_seg seg = {.options = 31,
                          .mss = 1460,
                          .wscale = 7,
                          .ts_val = 1,
                          .ts_ecr = 2,
                          .sack_count = 3,
                          .sack = {{seq(3), seq(4)}, {seq(5), seq(6)}, {seq(7), seq(8)}}};
    static const uint8_t want[] = {2, 4, 5, 0xb4, 1, 3, 3, 7, 1, 1,  4, 2, 1, 1, 8, 10, 0, 0,
                                   0, 1, 0, 0,    0, 2, 1, 1, 5, 10, 0, 0, 0, 3, 0, 0,  0, 4};
    uint8_t out[TCP_HEADER_MAX];
    ck_assert_uint_eq(tcp_encode(&seg, out), 56);
    ck_assert_uint_eq(out[12], 14 << 4);
    ck_assert_mem_eq(out + 20, want, sizeof want);
}
END_TEST

/* How many blocks fit beside which options: 40 bytes, 4 + 8 for each block (RFC 2018 3). */
static const struct {
    unsigned options;
    size_t blocks;
} sack_room[] = {
    {TCP_OPT_SACK, 4},
    {TCP_OPT_SACK | TCP_OPT_TIMESTAMPS, 3},
    {TCP_OPT_SACK | TCP_OPT_TIMESTAMPS | TCP_OPT_MSS, 2},
};

START_TEST(sack_blocks_beyond_forty_bytes_are_left_out)
{
    struct tcp_seg seg = {.options = (uint8_t)sack_room[_i].options, .sack_count = 4}, back;
    uint8_t out[TCP_HEADER_MAX];
    for (uint32_t i = 0; i < 4; i++) {
        seg.sack[i] = (struct tcp_sack){seq(10 * i), seq(10 * i + 5)};
    }
    size_t len = tcp_encode(&seg, out);
    ck_assert_uint_le(len, 60);
    ck_assert(tcp_decode(bytes_of(out, len), 0, &back));
    ck_assert_uint_eq(back.sack_count, sack_room[_i].blocks);
    ck_assert_mem_eq(back.sack, seg.sack, sack_room[_i].blocks * sizeof *seg.sack);
}
END_TEST

START_TEST(what_is_not_among_the_options_is_not_written)
{
    struct tcp_seg seg = {.mss = 1, .wscale = 1, .ts_val = 1, .sack_count = 2};
    uint8_t out[TCP_HEADER_MAX];
    ck_assert_uint_eq(tcp_encode(&seg, out), TCP_HEADER);
}
END_TEST

/* Options as they stand behind the header, padded to four bytes by the row itself. */
static const struct {
    const char *says;
    size_t len;
    uint8_t bytes[40];
    bool is_right;
    uint8_t options;
} option_rows[] = {
    {"none", 0, {0}, true, 0},
    {"NOPs alone", 4, {1, 1, 1, 1}, true, 0},
    {"end, then anything", 4, {0, 2, 9, 9}, true, 0},
    {"MSS", 4, {2, 4, 5, 180}, true, TCP_OPT_MSS},
    {"an unknown option is skipped by its length",
     8,
     {253, 4, 2, 4, 2, 4, 5, 180},
     true,
     TCP_OPT_MSS},
    {"an unknown option of two bytes", 4, {253, 2, 1, 0}, true, 0},
    {"the second MSS counts", 8, {2, 4, 0, 1, 2, 4, 5, 180}, true, TCP_OPT_MSS},
    {"SACK permitted", 4, {1, 1, 4, 2}, true, TCP_OPT_SACK_OK},
    {"length 0", 4, {253, 0, 1, 1}, false, 0},
    {"length 1", 4, {253, 1, 1, 1}, false, 0},
    {"no length byte", 4, {1, 1, 1, 2}, false, 0},
    {"an option over the end", 4, {253, 5, 1, 1}, false, 0},
    {"MSS of 3 bytes", 4, {2, 3, 5, 1}, false, 0},
    {"MSS of 5 bytes", 8, {2, 5, 5, 1, 1, 1, 1, 1}, false, 0},
    {"window scale of 4 bytes", 4, {3, 4, 5, 1}, false, 0},
    {"SACK permitted of 3 bytes", 4, {4, 3, 1, 1}, false, 0},
    {"SACK without a block", 4, {5, 2, 1, 1}, false, 0},
    {"SACK with half a block", 8, {5, 6, 1, 1, 1, 1, 1, 1}, false, 0},
    {"SACK with a block and a half",
     16,
     {5, 14, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 1, 1},
     false,
     0},
    {"timestamps of 8 bytes", 8, {8, 8, 0, 0, 0, 1, 0, 0}, false, 0},
};

START_TEST(options_are_read_or_refused)
{
    size_t len = TCP_HEADER + option_rows[_i].len;
    uint8_t *head = calloc(1, len); /* of exactly its length, for the sanitizers */
    struct tcp_seg seg;
    head[12] = (uint8_t)(len / 4 << 4);
    memcpy(head + TCP_HEADER, option_rows[_i].bytes, option_rows[_i].len);
    ck_assert_msg(tcp_decode(bytes_of(head, len), 0, &seg) == option_rows[_i].is_right, "%s",
                  option_rows[_i].says);
    if (option_rows[_i].is_right) {
        ck_assert_msg(seg.options == option_rows[_i].options, "%s", option_rows[_i].says);
        ck_assert_uint_eq(seg.mss, seg.options & TCP_OPT_MSS ? 1460 : 0);
    }
    free(head);
}
END_TEST

static const struct {
    size_t len;
    uint8_t words;
    bool is_right;
} offsets[] = {
    {20, 5, true},  {20, 4, false},  {20, 0, false}, {20, 6, false}, {19, 5, false},
    {60, 15, true}, {59, 15, false}, {24, 5, true},  {0, 0, false},
};

START_TEST(the_data_offset_lies_between_header_and_end)
{
    uint8_t head[TCP_HEADER_MAX] = {[12] = (uint8_t)(offsets[_i].words << 4)};
    struct tcp_seg seg;
    ck_assert_int_eq(tcp_decode(bytes_of(head, offsets[_i].len), 0, &seg), offsets[_i].is_right);
}
END_TEST

static const struct {
    uint8_t flags;
    uint32_t len, seg_len;
} lengths[] = {
    {TCP_ACK, 0, 0},           {TCP_ACK, 10, 10},         {TCP_SYN, 0, 1},
    {TCP_FIN | TCP_ACK, 3, 4}, {TCP_SYN | TCP_FIN, 0, 2},
};

START_TEST(syn_and_fin_take_a_number_each)
{
    struct tcp_seg seg = {.flags = lengths[_i].flags, .len = lengths[_i].len};
    ck_assert_uint_eq(tcp_seg_len(&seg), lengths[_i].seg_len);
}
END_TEST

/* Random options of any bytes: what is accepted is written again and reads the same. */
START_TEST(what_is_read_can_be_written)
{
    struct dice d = dice_make(5, "options");
    uint8_t head[TCP_HEADER_MAX] = {[12] = 15 << 4}, out[TCP_HEADER_MAX];
    unsigned accepted = 0;
    for (uint32_t n = 0; n < 20000; n++) {
        for (unsigned i = TCP_HEADER; i < sizeof head; i++) {
            uint64_t bits = draw(&d, 1, n * 64 + i);
            head[i] = bits % 3 ? (uint8_t)(bits >> 8) % 11 : (uint8_t)(bits >> 16);
        }
        struct tcp_seg seg, back;
        if (tcp_decode(bytes_of(head, sizeof head), 7, &seg)) {
            accepted++;
            size_t len = tcp_encode(&seg, out);
            ck_assert(tcp_decode(bytes_of(out, len), 7, &back));
            ck_assert_uint_eq(back.len, 7);
            ck_assert_uint_eq(back.mss, seg.mss);
            ck_assert_uint_eq(back.wscale, seg.wscale);
            ck_assert_uint_eq(back.ts_val, seg.ts_val);
        }
    }
    ck_assert_uint_gt(accepted, 100);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tcp codec");
    TCase *tc = tcase_create("headers");
    tcase_add_test(tc, a_header_without_options_is_twenty_bytes);
    tcase_add_test(tc, a_header_is_read_field_by_field);
    tcase_add_loop_test(tc, flags_stand_in_their_bits, 0, ROWS(flag_bits));
    tcase_add_test(tc, options_stand_in_order_and_padded_in_front);
    tcase_add_loop_test(tc, sack_blocks_beyond_forty_bytes_are_left_out, 0, ROWS(sack_room));
    tcase_add_test(tc, what_is_not_among_the_options_is_not_written);
    tcase_add_loop_test(tc, options_are_read_or_refused, 0, ROWS(option_rows));
    tcase_add_loop_test(tc, the_data_offset_lies_between_header_and_end, 0, ROWS(offsets));
    tcase_add_loop_test(tc, syn_and_fin_take_a_number_each, 0, ROWS(lengths));
    tcase_add_test(tc, what_is_read_can_be_written);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
