/* Checksums and codecs against bytes worked out by hand. */
#include "wire/arq.h"
#include "wire/checksum.h"
#include "wire/eth.h"
#include "wire/icmp.h"
#include "wire/ipv4.h"
#include "wire/tcp.h"
#include "wire/udp.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* RFC 1071 section 3: 0001 + f203 + f4f5 + f6f7 = 2ddf0, folded ddf2, complement 220d. */
START_TEST(checksum_of_rfc_1071_example_is_220d)
{
    const uint8_t data[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
    ck_assert_uint_eq(checksum_of(bytes_of(data, sizeof data)), 0x220d);
}
END_TEST

START_TEST(checksum_does_not_depend_on_how_the_bytes_are_cut)
{
    const uint8_t data[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7, 0x99};
    uint16_t whole = checksum_of(bytes_of(data, sizeof data));
    for (size_t a = 0; a <= sizeof data; a++) {
        for (size_t b = a; b <= sizeof data; b++) {
            struct checksum c = {0};
            checksum_add(&c, bytes_of(data, a));
            checksum_add(&c, bytes_of(data + a, b - a));
            checksum_add(&c, bytes_of(data + b, sizeof data - b));
            ck_assert_uint_eq(checksum_end(&c), whole);
        }
    }
}
END_TEST

/* An odd last byte is the high half of a word: 1234 + ab00 = bd34, complement 42cb. */
START_TEST(checksum_pads_an_odd_byte_with_zero)
{
    ck_assert_uint_eq(checksum_of(bytes_of("\x12\x34\xab", 3)), 0x42cb);
}
END_TEST

START_TEST(checksum_of_nothing_is_ffff)
{
    ck_assert_uint_eq(checksum_of((struct bytes){0}), 0xffff);
}
END_TEST

/* The check value that catalogues of CRCs give for CRC-32 (ISO-HDLC). */
START_TEST(crc32_of_the_nine_digits_is_cbf43926)
{
    ck_assert_uint_eq(crc32_add(0, bytes_str("123456789")), 0xcbf43926);
    ck_assert_uint_eq(crc32_add(crc32_add(0, bytes_str("1234")), bytes_str("56789")), 0xcbf43926);
    ck_assert_uint_eq(crc32_add(0, bytes_str("a")), 0xe8b7be43);
    ck_assert_uint_eq(crc32_add(0, (struct bytes){0}), 0);
}
END_TEST

/* The much quoted header of a 115-byte UDP packet. Words: 4500 + 0073 + 0000 + 4000 + 4011 + c0a8 +
 * 0001 + c0a8 + 00c7 = 2479c, folded 479e, complement b861. */
static const uint8_t known_ipv4[] = {0x45, 0x00, 0x00, 0x73, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11,
                                     0xb8, 0x61, 0xc0, 0xa8, 0x00, 0x01, 0xc0, 0xa8, 0x00, 0xc7};

START_TEST(ipv4_header_has_checksum_b861)
{
    struct ipv4 h = {.from = 0xc0a80001,
                     .to = 0xc0a800c7,
                     .total_len = 115,
                     .ttl = 64,
                     .protocol = IP_UDP,
                     .df = true};
    uint8_t out[IPV4_HEADER];
    ipv4_encode(&h, out);
    ck_assert_mem_eq(out, known_ipv4, sizeof out);
}
END_TEST

START_TEST(ipv4_header_reads_back)
{
    struct ipv4 h;
    struct bytes wire = bytes_of(known_ipv4, sizeof known_ipv4);
    ck_assert(ipv4_decode(wire, &h));
    ck_assert(ipv4_intact(wire));
    ck_assert_uint_eq(h.from, 0xc0a80001);
    ck_assert_uint_eq(h.to, 0xc0a800c7);
    ck_assert_uint_eq(h.total_len, 115);
    ck_assert_uint_eq(h.header_len, 20);
    ck_assert_uint_eq(h.checksum, 0xb861);
    ck_assert_uint_eq(h.protocol, IP_UDP);
    ck_assert(h.df && !h.mf && h.offset == 0);
}
END_TEST

/* Offset 1480 is 185 units of 8: 00b9; with MF 20b9. DSCP 46, ECN 1: 46 * 4 + 1 = b9. */
START_TEST(ipv4_fragment_fields_stand_in_their_bits)
{
    struct ipv4 h = {.total_len = 1500, .dscp = 46, .ecn = 1, .offset = 1480, .mf = true}, back;
    uint8_t out[IPV4_HEADER];
    ipv4_encode(&h, out);
    ck_assert_uint_eq(out[1], 0xb9);
    ck_assert_uint_eq(get_u16(out + 6), 0x20b9);
    ck_assert(ipv4_decode(bytes_of(out, sizeof out), &back));
    ck_assert_uint_eq(back.offset, 1480);
    ck_assert(back.mf && !back.df && ipv4_is_fragment(&back));
    ck_assert_uint_eq(back.dscp, 46);
    ck_assert_uint_eq(back.ecn, 1);
}
END_TEST

/* 10.0.0.1:4000 > 10.0.0.2:9, payload "hi!". Pseudo header: 0a00 + 0001 + 0a00 + 0002 + 0011 + 000b
 * = 141f; header: 0fa0 + 0009 + 000b = 0fb4; payload: 6869 + 2100 = 8969; together ad3c, complement
 * 52c3. */
START_TEST(udp_checksum_covers_the_pseudo_header)
{
    struct net net = {.from.ip = 0x0a000001, .to.ip = 0x0a000002};
    uint8_t datagram[UDP_HEADER + 3];
    udp_encode(4000, 9, 3, datagram);
    memcpy(datagram + UDP_HEADER, "hi!", 3);
    udp_seal(datagram, sizeof datagram, &net);
    const uint8_t want[] = {0x0f, 0xa0, 0x00, 0x09, 0x00, 0x0b, 0x52, 0xc3, 'h', 'i', '!'};
    ck_assert_mem_eq(datagram, want, sizeof want);
}
END_TEST

/* A payload of two bytes: pseudo header 141e, header 0fb3, together 23d1; with dc2e they make ffff,
 * whose complement 0000 is sent as ffff (RFC 768). */
START_TEST(udp_checksum_that_comes_out_zero_is_sent_as_ffff)
{
    struct net net = {.from.ip = 0x0a000001, .to.ip = 0x0a000002};
    uint8_t datagram[UDP_HEADER + 2];
    udp_encode(4000, 9, 2, datagram);
    put_u16(datagram + UDP_HEADER, 0xdc2e);
    udp_seal(datagram, sizeof datagram, &net);
    ck_assert_uint_eq(get_u16(datagram + 6), 0xffff);
    ck_assert(udp_format.intact(bytes_of(datagram, sizeof datagram), &net));
}
END_TEST

START_TEST(udp_checksum_of_zero_means_that_none_was_made)
{
    struct net net = {.from.ip = 1, .to.ip = 2};
    uint8_t datagram[UDP_HEADER + 2] = {0, 1, 0, 2, 0, 10, 0, 0, 0xaa, 0xbb};
    ck_assert(udp_format.intact(bytes_of(datagram, sizeof datagram), &net));
    datagram[7] = 1;
    ck_assert(!udp_format.intact(bytes_of(datagram, sizeof datagram), &net));
}
END_TEST

/* CRC over 01 02 00 03 00000000 "123456789", by the bitwise definition below. */
static uint32_t crc32_by_definition(struct bytes all)
{
    uint32_t crc = 0xffffffff;
    for (size_t i = 0; i < all.len; i++) {
        for (int bit = 0; bit < 8; bit++) {
            uint32_t in = (crc ^ all.data[i] >> bit) & 1;
            crc = crc >> 1 ^ (in ? 0xedb88320 : 0);
        }
    }
    return ~crc;
}

START_TEST(arq_frame_stands_as_model_says)
{
    struct arq_frame f = {.kind = ARQ_DATA, .channel = 2, .number = 3}, back;
    uint8_t frame[ARQ_HEADER + 9];
    arq_encode(&f, frame);
    memcpy(frame + ARQ_HEADER, "123456789", 9);
    ck_assert_mem_eq(frame, "\x01\x02\x00\x03\x00\x00\x00\x00", 8);
    uint32_t want = crc32_by_definition(bytes_of(frame, sizeof frame));
    arq_seal(frame, sizeof frame);
    ck_assert_uint_eq(get_u32(frame + 4), want);
    ck_assert(arq_intact(bytes_of(frame, sizeof frame)));
    ck_assert(arq_decode(bytes_of(frame, sizeof frame), &back));
    ck_assert_uint_eq(back.kind, ARQ_DATA);
    ck_assert_uint_eq(back.channel, 2);
    ck_assert_uint_eq(back.number, 3);
}
END_TEST

static const struct {
    const char *bytes;
    bool is_right;
} arq_heads[] = {
    {"\x01\x00\x00\x00\x00\x00\x00\x00", true},  {"\x03\x0f\xff\xff\x00\x00\x00\x00", true},
    {"\x00\x00\x00\x00\x00\x00\x00\x00", false}, /* kind 0 */
    {"\x04\x00\x00\x00\x00\x00\x00\x00", false}, /* kind 4 */
    {"\x01\x10\x00\x00\x00\x00\x00\x00", false}, /* room for an answer, and it is missing */
    {"\x01\x20\x00\x00\x00\x00\x00\x00", false}, /* a reserved flag */
};

START_TEST(arq_refuses_unknown_kinds_and_reserved_flags)
{
    struct arq_frame f;
    ck_assert_int_eq(arq_decode(bytes_of(arq_heads[_i].bytes, 8), &f), arq_heads[_i].is_right);
    ck_assert(!arq_decode(bytes_of(arq_heads[_i].bytes, 7), &f));
}
END_TEST

/* Number 3 on channel 2, and ACK 5 for channel 1. */
START_TEST(an_answer_rides_behind_the_crc)
{
    struct arq_frame f = {ARQ_DATA, 2, 3, true, ARQ_ACK, 1, 5}, back;
    uint8_t head[ARQ_WIDE];
    char label[24];
    int64_t ack;
    arq_encode_wide(&f, head);
    struct bytes b = bytes_of(head, sizeof head);
    ck_assert_mem_eq(head, "\x01\x12\x00\x03\x00\x00\x00\x00\x02\x01\x00\x05", sizeof head);
    ck_assert(arq_decode(b, &back));
    ck_assert(back.is_wide && back.answer == ARQ_ACK && back.answers == 1 && back.ack == 5);
    ck_assert_str_eq(packet_label("arq", b, 988, label), "3 + ACK 5");
    ck_assert(packet_field("arq", b, "ack", &ack) && ack == 5);
    head[8] = 0; /* nothing rides along this time */
    ck_assert(arq_decode(b, &back) && back.is_wide && !back.answer);
    ck_assert_str_eq(packet_label("arq", b, 988, label), "3");
    ck_assert(!packet_field("arq", b, "ack", &ack));
    head[8] = ARQ_NAK; /* no NAK does */
    ck_assert(!arq_decode(b, &back));
    head[0] = ARQ_ACK; /* and nothing in an ACK */
    head[8] = ARQ_ACK;
    ck_assert(!arq_decode(b, &back));
}
END_TEST

/* Echo 1, number 1, payload "ab": 0800 + 0001 + 0001 + 6162 = 6964, complement 969b. */
START_TEST(icmp_echo_has_checksum_969b)
{
    uint8_t message[ICMP_HEADER + 2];
    struct icmp m = {.type = ICMP_ECHO, .id = 1, .number = 1};
    icmp_encode(&m, message);
    memcpy(message + ICMP_HEADER, "ab", 2);
    icmp_format.seal(message, sizeof message, NULL);
    ck_assert_mem_eq(message,
                     "\x08\x00\x96\x9b\x00\x01\x00\x01"
                     "ab",
                     sizeof message);
}
END_TEST

/* RFC 792: the header and the first 64 bits; RFC 1191: the MTU in the low half of the second word.
 */
START_TEST(icmp_error_quotes_the_header_and_eight_bytes)
{
    uint8_t packet[115] = {0};
    memcpy(packet, known_ipv4, sizeof known_ipv4);
    memcpy(packet + IPV4_HEADER, "12345678rest", 12);
    struct buf out = {0};
    icmp_error(ICMP_UNREACHABLE, ICMP_TOO_BIG, 1400, bytes_of(packet, sizeof packet), &out);
    ck_assert_uint_eq(out.len, 8 + 20 + 8);
    ck_assert_mem_eq(out.data, "\x03\x04\x00\x00\x00\x00\x05\x78", 8);
    ck_assert_mem_eq(out.data + 8, packet, 28);
    struct icmp m;
    ck_assert(icmp_decode(bytes_of(out.data, out.len), &m) && m.mtu == 1400);
    ck_assert_uint_eq(icmp_quote(bytes_of(out.data, out.len)).len, 28);
    buf_free(&out);
}
END_TEST

/* Only "too big" tells an MTU, only echoes have an id, only errors quote. */
static const struct {
    uint8_t bytes[8];
    struct icmp want;
} icmp_heads[] = {
    {{8, 0, 0, 0, 0, 1, 0, 2}, {ICMP_ECHO, 0, 1, 2, 0}},
    {{0, 0, 0, 0, 0, 1, 0, 2}, {ICMP_ECHO_REPLY, 0, 1, 2, 0}},
    {{3, 4, 0, 0, 0, 1, 0, 2}, {ICMP_UNREACHABLE, ICMP_TOO_BIG, 0, 0, 2}},
    {{3, 3, 0, 0, 0, 1, 0, 2}, {ICMP_UNREACHABLE, ICMP_PORT, 0, 0, 0}},
    {{11, 4, 0, 0, 0, 1, 0, 2}, {ICMP_TIME_EXCEEDED, 4, 0, 0, 0}},
};

START_TEST(icmp_reads_what_its_type_has)
{
    struct icmp m;
    struct bytes head = bytes_of(icmp_heads[_i].bytes, 8);
    ck_assert(icmp_decode(head, &m));
    ck_assert_mem_eq(&m, &icmp_heads[_i].want, sizeof m);
    ck_assert_int_eq(icmp_is_error(&m), _i >= 2);
    ck_assert_uint_eq(icmp_quote(head).len, 0);
    uint8_t more[12] = {icmp_heads[_i].bytes[0]};
    ck_assert_uint_eq(icmp_quote(bytes_of(more, 12)).len, _i >= 2 ? 4 : 0);
}
END_TEST

START_TEST(a_header_cut_short_is_not_read)
{
    const uint8_t head[TCP_HEADER] = {0x45, [12] = 5 << 4};
    struct ipv4 ipv4;
    struct udp udp;
    struct icmp icmp;
    struct eth eth;
    ck_assert(ipv4_decode(bytes_of(head, 20), &ipv4) && !ipv4_decode(bytes_of(head, 19), &ipv4));
    ck_assert(udp_decode(bytes_of(head, 8), &udp) && !udp_decode(bytes_of(head, 7), &udp));
    ck_assert(icmp_decode(bytes_of(head, 8), &icmp) && !icmp_decode(bytes_of(head, 7), &icmp));
    ck_assert(eth_decode(bytes_of(head, 14), &eth) && !eth_decode(bytes_of(head, 13), &eth));
    ck_assert_uint_eq(icmp_quote(bytes_of(head, 7)).len, 0);
}
END_TEST

START_TEST(ethernet_pads_to_46_and_counts_the_check_sequence)
{
    struct eth h = {{2, 0, 0, 0, 0, 2}, {2, 0, 0, 0, 0, 1}, ETHERTYPE_IPV4}, back;
    struct buf out = {0};
    char text[18];
    eth_build(&h, bytes_str("short"), &out);
    ck_assert_uint_eq(out.len, 60);
    ck_assert_mem_eq(out.data, "\x02\0\0\0\0\x02\x02\0\0\0\0\x01\x08\0short\0", 20);
    ck_assert(eth_decode(bytes_of(out.data, out.len), &back) && back.type == ETHERTYPE_IPV4);
    ck_assert_str_eq(mac_print(back.from, text), "02:00:00:00:00:01");
    ck_assert_uint_eq(eth_frame_size(1), 64);
    ck_assert_uint_eq(eth_frame_size(46), 64);
    ck_assert_uint_eq(eth_frame_size(1500), 1518);
    buf_free(&out);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("wire");
    TCase *tc = tcase_create("bytes by hand");
    tcase_add_test(tc, checksum_of_rfc_1071_example_is_220d);
    tcase_add_test(tc, checksum_does_not_depend_on_how_the_bytes_are_cut);
    tcase_add_test(tc, checksum_pads_an_odd_byte_with_zero);
    tcase_add_test(tc, checksum_of_nothing_is_ffff);
    tcase_add_test(tc, crc32_of_the_nine_digits_is_cbf43926);
    tcase_add_test(tc, ipv4_header_has_checksum_b861);
    tcase_add_test(tc, ipv4_header_reads_back);
    tcase_add_test(tc, ipv4_fragment_fields_stand_in_their_bits);
    tcase_add_test(tc, udp_checksum_covers_the_pseudo_header);
    tcase_add_test(tc, udp_checksum_that_comes_out_zero_is_sent_as_ffff);
    tcase_add_test(tc, udp_checksum_of_zero_means_that_none_was_made);
    tcase_add_test(tc, arq_frame_stands_as_model_says);
    tcase_add_test(tc, an_answer_rides_behind_the_crc);
    tcase_add_loop_test(tc, arq_refuses_unknown_kinds_and_reserved_flags, 0,
                        (int)(sizeof arq_heads / sizeof *arq_heads));
    tcase_add_test(tc, icmp_echo_has_checksum_969b);
    tcase_add_test(tc, icmp_error_quotes_the_header_and_eight_bytes);
    tcase_add_loop_test(tc, icmp_reads_what_its_type_has, 0,
                        (int)(sizeof icmp_heads / sizeof *icmp_heads));
    tcase_add_test(tc, a_header_cut_short_is_not_read);
    tcase_add_test(tc, ethernet_pads_to_46_and_counts_the_check_sequence);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
