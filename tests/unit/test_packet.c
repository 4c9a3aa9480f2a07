/* Packets to bytes and back: whole, bent, cut short, contradictory. */
#include "wire_sample.h"

#include "base/draw.h"
#include "wire/arq.h"
#include "wire/checksum.h"
#include "wire/eth.h"
#include "wire/ipv4.h"
#include "wire/tcp.h"
#include "wire/udp.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define ROWS(table) (int)(sizeof(table) / sizeof *(table))

static const char *const samples[] = {
    "udp 80>49152 len 13",
    "udp 80>49152",
    "DATA 3 ch 2 len 21",
    "ACK 65535",
    "NAK 2",
    ". 1:1 ack 1",
    "S 1000:1000 win 64240 mss 1460 wscale 7 sackOK ts 5:0",
    "P. 5001:5020 ack 1001 win 9 sack 1:2,3:4,5:6",
    "icmp ECHO id 1 seq 2 len 5",
};

START_TEST(a_syn_ack_is_built_to_the_byte)
{
    struct sample s;
    sample_make(&s, "S. 5000:5000 ack 1001 win 64240 mss 1460 wscale 7 sackOK");
    s.view.net.ttl = 63;
    s.view.ip_id = 0;
    buf_clear(&s.wire);
    packet_build(&s.view, &s.wire);
    ck_assert_uint_eq(s.wire.len, sizeof synack);
    ck_assert_mem_eq(s.wire.data, synack, sizeof synack);
    ck_assert_uint_eq(packet_size(&s.view), sizeof synack);
    sample_free(&s);
}
END_TEST

START_TEST(a_syn_ack_is_read_back)
{
    struct packet_view p;
    struct bytes payload;
    struct bytes wire = bytes_of(synack, sizeof synack);
    ck_assert_int_eq(packet_parse(wire, LINK_FORM_IP, &p, &payload), PACKET_INTACT);
    ck_assert_str_eq(p.proto, "tcp");
    ck_assert_uint_eq(p.net.from.ip, 0x0a000209);
    ck_assert_uint_eq(p.net.to.ip, 0x0a000105);
    ck_assert_uint_eq(p.net.from.port, 80);
    ck_assert_uint_eq(p.net.to.port, 49152);
    ck_assert_uint_eq(p.net.ttl, 63);
    ck_assert(p.net.df);
    ck_assert_ptr_eq(p.head.data, synack + 20);
    ck_assert_uint_eq(p.head.len, 32);
    ck_assert_uint_eq(payload.len, 0);
}
END_TEST

START_TEST(a_packet_comes_back_as_it_went)
{
    struct sample s;
    struct packet_view p;
    struct bytes payload;
    struct buf body = {0};
    sample_make(&s, samples[_i]);
    ck_assert_uint_eq(packet_size(&s.view), s.wire.len);
    ck_assert_int_eq(packet_parse(wire_of(&s), s.form, &p, &payload), PACKET_INTACT);
    ck_assert_str_eq(p.proto, s.view.proto);
    ck_assert_uint_eq(p.head.len, s.head.len);
    span_read(&s.streams, s.view.body, &body);
    ck_assert(bytes_equal(payload, bytes_of(body.data, body.len)));
    struct buf first = {0}, second = {0};
    struct notation_style style = {.window = true, .options = true};
    notation_packet(s.view.proto, s.view.head, s.view.body.len, style, &first);
    notation_packet(p.proto, p.head, (uint32_t)payload.len, style, &second);
    ck_assert_str_eq(buf_cstr(&first), buf_cstr(&second));
    buf_free(&first);
    buf_free(&second);
    buf_free(&body);
    sample_free(&s);
}
END_TEST

/* Samples, and payloads as long as a link carries, of odd lengths too. */
static const char *const starts[] = {
    "udp 80>49152 len 13",
    "udp 80>49152",
    "udp 80>49152 len 1471",
    "DATA 3 ch 2 len 21",
    ". 1:1 ack 1",
    "S 1000:1000 win 64240 mss 1460 wscale 7 sackOK ts 5:0",
    "P. 5001:5020 ack 1001 win 9 sack 1:2,3:4,5:6",
    ". 1:1461 ack 1",
    "P. 1:1448 ack 1 ts 7:9",
    "icmp ECHO id 1 seq 2 len 56",
};

/* The plain way makes all bytes; the short one knows what they sum up to. */
START_TEST(the_start_of_a_packet_is_that_of_the_whole)
{
    struct sample s;
    struct stream_sums sums = {0};
    sample_make(&s, starts[_i]);
    for (uint32_t keep = 0; keep < s.wire.len + 9; keep += keep < 120 ? 1 : 67) {
        struct buf out = {0};
        uint32_t least = keep < s.wire.len ? keep : (uint32_t)s.wire.len;
        buf_str(&out, "before");
        packet_build_start(&s.view, keep, &sums, &out);
        ck_assert_uint_ge(out.len, 6 + least);
        ck_assert_uint_le(out.len, 6 + s.wire.len);
        ck_assert_mem_eq(out.data + 6, s.wire.data, out.len - 6);
        buf_free(&out);
    }
    stream_sums_free(&sums);
    sample_free(&s);
}
END_TEST

START_TEST(the_start_of_a_packet_without_bytes_has_zeros)
{
    struct sample s;
    struct buf whole = {0}, out = {0};
    struct stream_sums sums = {0};
    sample_make(&s, ". 1:1461 ack 1");
    s.view.streams = NULL;
    packet_build(&s.view, &whole);
    packet_build_start(&s.view, 66, &sums, &out);
    ck_assert_uint_eq(out.len, 66);
    ck_assert_mem_eq(out.data, whole.data, out.len);
    buf_free(&whole);
    buf_free(&out);
    stream_sums_free(&sums);
    sample_free(&s);
}
END_TEST

/* A check that stands in the header already makes no difference. */
START_TEST(a_packet_can_be_built_from_its_own_header)
{
    struct sample s;
    struct packet_view p;
    struct bytes payload;
    struct buf again = {0};
    sample_make(&s, samples[_i]);
    ck_assert_int_eq(packet_parse(wire_of(&s), s.form, &p, &payload), PACKET_INTACT);
    s.view.head = p.head;
    packet_build(&s.view, &again);
    ck_assert(bytes_equal(wire_of(&s), bytes_of(again.data, again.len)));
    buf_free(&again);
    sample_free(&s);
}
END_TEST

START_TEST(every_flipped_bit_is_found)
{
    struct sample s;
    struct packet_view p;
    struct bytes payload;
    sample_make(&s, samples[_i]);
    for (size_t bit = 0; bit < s.wire.len * 8; bit++) {
        s.wire.data[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
        ck_assert_msg(packet_parse(wire_of(&s), s.form, &p, &payload) != PACKET_INTACT,
                      "%s, bit %zu", samples[_i], bit);
        s.wire.data[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
    }
    ck_assert_int_eq(packet_parse(wire_of(&s), s.form, &p, &payload), PACKET_INTACT);
    sample_free(&s);
}
END_TEST

/* A flipped bit is told as a failed checksum wherever the packet can still be told apart:
 * everywhere but in IPv4's version and header length. */
START_TEST(a_flipped_bit_is_damage_not_nonsense)
{
    struct sample s;
    struct packet_view p;
    struct bytes payload;
    sample_make(&s, samples[_i]);
    for (size_t bit = s.form == LINK_FORM_IP ? 8 : 0; bit < s.wire.len * 8; bit++) {
        s.wire.data[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
        ck_assert_msg(packet_parse(wire_of(&s), s.form, &p, &payload) == PACKET_DAMAGED,
                      "%s, bit %zu", samples[_i], bit);
        ck_assert_ptr_nonnull(p.proto);
        s.wire.data[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
    }
    sample_free(&s);
}
END_TEST

/* All that a dissection says lies within the packet. */
static void check_bounds(const struct dissection *d, size_t len)
{
    for (unsigned i = 0; i < d->layer_count; i++) {
        const struct layer *l = &d->layers[i];
        ck_assert_uint_le(l->at, len);
        ck_assert_uint_le(l->len, len - l->at);
        for (unsigned k = l->first; k < l->first + (unsigned)l->count; k++) {
            ck_assert_uint_le(d->fields[k].bit + d->fields[k].bits, l->len * 8);
            ck_assert_uint_lt(strlen(d->fields[k].text), sizeof d->fields[k].text);
        }
    }
}

/* In memory of exactly its length, so that a sanitizer sees the first byte read behind it. */
static enum packet_state judge(const uint8_t *data, size_t len, enum link_form form)
{
    struct packet_view p;
    struct bytes payload;
    struct dissection d;
    uint8_t *exact = malloc(len ? len : 1);
    memcpy(exact, data, len);
    dissect(bytes_of(exact, len), form, &d);
    check_bounds(&d, len);
    enum packet_state state = packet_parse(bytes_of(exact, len), form, &p, &payload);
    if (state != PACKET_MALFORMED) {
        char label[24];
        int64_t value;
        packet_label(p.proto, p.head, (uint32_t)payload.len, label);
        packet_kind(p.proto, p.head, (uint32_t)payload.len);
        for (const char *const *f = packet_field_names(p.proto); *f; f++) {
            packet_field(p.proto, p.head, *f, &value);
        }
    }
    free(exact);
    return state;
}

START_TEST(a_packet_cut_short_is_refused_at_every_length)
{
    struct sample s;
    sample_make(&s, samples[_i]);
    for (size_t len = 0; len < s.wire.len; len++) {
        ck_assert_int_ne(judge(s.wire.data, len, s.form), PACKET_INTACT);
    }
    ck_assert_int_eq(judge(s.wire.data, s.wire.len, s.form), PACKET_INTACT);
    sample_free(&s);
}
END_TEST

/* Random bytes, and random changes of good packets whose checks are then made right. */
START_TEST(no_bytes_are_read_past_their_end)
{
    struct dice d = dice_make(3, "dissect");
    uint8_t data[96];
    for (uint32_t n = 0; n < 20000; n++) {
        for (unsigned i = 0; i < sizeof data; i++) {
            data[i] = (uint8_t)draw(&d, 1, n * 128 + i);
        }
        if (n % 4) {
            data[0] = (uint8_t)(0x45 + (n % 3 == 0));
            data[9] = n % 4 == 1 ? IP_TCP : n % 4 == 2 ? IP_ICMP : IP_UDP;
            data[6] = data[7] = 0;
        }
        judge(data, draw(&d, 2, n) % sizeof data, (enum link_form)(n % 3));
    }
}
END_TEST

START_TEST(padding_of_an_ethernet_frame_is_no_payload)
{
    struct sample s;
    struct buf frame = {0};
    struct packet_view p;
    struct bytes payload;
    struct dissection d;
    struct eth h = {{2, 0, 0, 0, 0, 2}, {2, 0, 0, 0, 0, 1}, ETHERTYPE_IPV4};
    sample_make(&s, "udp 80>49152 len 13");
    eth_build(&h, wire_of(&s), &frame);
    ck_assert_uint_eq(frame.len, 60);
    struct bytes wire = bytes_of(frame.data, frame.len);
    ck_assert_int_eq(packet_parse(wire, LINK_FORM_ETHERNET, &p, &payload), PACKET_INTACT);
    ck_assert_uint_eq(payload.len, 13);
    dissect(wire, LINK_FORM_ETHERNET, &d);
    ck_assert_uint_eq(d.layer_count, 4);
    ck_assert_str_eq(d.layers[0].proto, "eth");
    ck_assert_str_eq(d.fields[0].text, "02:00:00:00:00:02");
    ck_assert_uint_eq(d.layers[3].len, 13);
    buf_free(&frame);
    sample_free(&s);
}
END_TEST

/* Neither the first piece nor a later one has a transport header that could be judged. */
START_TEST(a_fragment_is_ipv4_whatever_it_carries)
{
    uint8_t wire[IPV4_HEADER + 8] = {0};
    struct packet_view p;
    struct bytes payload;
    struct ipv4 h = {
        .total_len = sizeof wire, .protocol = IP_UDP, .mf = _i == 0, .offset = _i ? 8 : 0};
    ipv4_encode(&h, wire);
    ck_assert_int_eq(packet_parse(bytes_of(wire, sizeof wire), LINK_FORM_IP, &p, &payload),
                     PACKET_INTACT);
    ck_assert_str_eq(p.proto, "ipv4");
    ck_assert_str_eq(packet_is(p.proto, p.head, 8), "FRAGMENT");
    ck_assert_uint_eq(payload.len, 8);
}
END_TEST

/* Right checksums over contradictions: one byte of a good packet is set, then all is sealed anew.
 */
static const struct {
    const char *says, *text;
    size_t at;
    uint8_t byte;
    enum packet_state state;
} contradictions[] = {
    {"nothing changed", "udp 80>49152 len 13", 1, 0, PACKET_INTACT},
    {"version 6", "udp 80>49152 len 13", 0, 0x65, PACKET_MALFORMED},
    {"a header of 16 bytes", "udp 80>49152 len 13", 0, 0x44, PACKET_MALFORMED},
    {"a total length beyond the end", "udp 80>49152 len 13", 3, 42, PACKET_MALFORMED},
    {"a total length below the header", "udp 80>49152 len 13", 3, 19, PACKET_MALFORMED},
    {"a UDP length of 7", "udp 80>49152 len 13", 25, 7, PACKET_MALFORMED},
    {"a UDP length beyond the end", "udp 80>49152 len 13", 25, 22, PACKET_MALFORMED},
    {"a TCP offset of 4 words", ". 1:14 ack 1", 32, 4 << 4, PACKET_MALFORMED},
    {"a TCP offset beyond the end", ". 1:14 ack 1", 32, 9 << 4, PACKET_MALFORMED},
    {"a TCP offset that takes payload", ". 1:14 ack 1", 32, 8 << 4, PACKET_INTACT},
    {"an ARQ kind of 9", "DATA 3 len 5", 0, 9, PACKET_MALFORMED},
    {"a reserved ARQ bit", "DATA 3 len 5", 1, 0x10, PACKET_MALFORMED},
    {"a foreign IP protocol", "udp 80>49152 len 13", 9, 200, PACKET_INTACT},
};

START_TEST(contradictions_are_malformed)
{
    struct sample s;
    struct packet_view p;
    struct bytes payload;
    sample_make(&s, contradictions[_i].text);
    uint8_t *wire = s.wire.data;
    wire[contradictions[_i].at] = contradictions[_i].byte;
    if (s.form == LINK_FORM_FRAME) {
        arq_seal(wire, s.wire.len);
    } else {
        put_u16(wire + 10, 0);
        put_u16(wire + 10, checksum_of(bytes_of(wire, IPV4_HEADER)));
        bool is_tcp = strcmp(s.view.proto, "tcp") == 0;
        (is_tcp ? tcp_seal : udp_seal)(wire + IPV4_HEADER, s.wire.len - IPV4_HEADER, &sample_net);
    }
    ck_assert_msg(packet_parse(wire_of(&s), s.form, &p, &payload) == contradictions[_i].state, "%s",
                  contradictions[_i].says);
    sample_free(&s);
}
END_TEST

/* A packet that is its own IPv4 header gets no second one, only a right checksum. */
START_TEST(a_packet_of_plain_ip_is_sealed)
{
    static const uint8_t head[] = {0x45, 0, 0, 21, 0, 0, 0, 0, 64, 200,
                                   9,    9, 1, 2,  3, 4, 5, 6, 7,  8};
    struct packet_view p = {
        .proto = "ipv4", .head = bytes_of(head, sizeof head), .body = {0, 0, 1}};
    struct buf out = {0};
    packet_build(&p, &out);
    ck_assert_uint_eq(packet_size(&p), 21);
    ck_assert_uint_eq(out.len, 21);
    ck_assert(ipv4_intact(bytes_of(out.data, out.len)));
    ck_assert_mem_eq(out.data, head, 10);
    ck_assert_mem_eq(out.data + 12, head + 12, 8);
    buf_free(&out);
}
END_TEST

START_TEST(a_foreign_protocol_is_plain_ip)
{
    uint8_t wire[IPV4_HEADER + 3] = {0};
    struct packet_view p;
    struct bytes payload;
    struct ipv4 h = {.total_len = sizeof wire, .protocol = 200};
    ipv4_encode(&h, wire);
    ck_assert_int_eq(packet_parse(bytes_of(wire, sizeof wire), LINK_FORM_IP, &p, &payload),
                     PACKET_INTACT);
    ck_assert_str_eq(p.proto, "ipv4");
    ck_assert_str_eq(packet_is(p.proto, p.head, 3), "IP");
    ck_assert_uint_eq(payload.len, 3);
}
END_TEST

/* Four bytes of options (router alert, RFC 2113) between the header and a datagram. */
START_TEST(ipv4_options_are_skipped)
{
    uint8_t wire[IPV4_HEADER + 4 + UDP_HEADER] = {0x46, [3] = 32, [9] = IP_UDP, [20] = 0x94, 4};
    struct packet_view p;
    struct bytes payload;
    struct dissection d;
    udp_encode(53, 9, 0, wire + 24);
    put_u16(wire + 10, checksum_of(bytes_of(wire, 24)));
    struct bytes all = bytes_of(wire, sizeof wire);
    ck_assert_int_eq(packet_parse(all, LINK_FORM_IP, &p, &payload), PACKET_INTACT);
    ck_assert_str_eq(p.proto, "udp");
    ck_assert_uint_eq(p.net.from.port, 53);
    dissect(all, LINK_FORM_IP, &d);
    ck_assert_uint_eq(d.layers[0].len, 24);
    const struct field *last = &d.fields[d.layers[0].count - 1];
    ck_assert_str_eq(last->name, "options");
    ck_assert_uint_eq(last->bit, 160);
    ck_assert_uint_eq(last->bits, 32);
    ck_assert_uint_eq(d.layers[1].at, 24);
    wire[20] ^= 1;
    ck_assert_int_eq(packet_parse(all, LINK_FORM_IP, &p, &payload), PACKET_DAMAGED);
}
END_TEST

START_TEST(a_raw_packet_stands_as_it_is)
{
    struct packet_view p = {.proto = "tcp", .is_raw = true, .head = bytes_of(synack, 45)};
    struct buf out = {0};
    packet_build(&p, &out);
    ck_assert_uint_eq(packet_size(&p), 45);
    ck_assert(bytes_equal(bytes_of(out.data, out.len), p.head));
    buf_free(&out);
}
END_TEST

START_TEST(a_packet_of_an_unknown_format_is_its_bytes)
{
    struct packet_view p = {.proto = "xyz", .head = bytes_str("head"), .body = {0, 0, 2}};
    struct buf out = {0};
    packet_build(&p, &out);
    ck_assert(bytes_equal(bytes_of(out.data, out.len), bytes_of("head\0\0", 6)));
    ck_assert_uint_eq(packet_size(&p), 6);
    buf_free(&out);
}
END_TEST

START_TEST(payload_without_streams_is_zero)
{
    uint8_t head[ARQ_HEADER];
    arq_encode(&(struct arq_frame){.kind = ARQ_DATA, .number = 1}, head);
    struct packet_view p = {.proto = "arq", .head = bytes_of(head, 8), .body = {0, 3, 4}};
    struct buf out = {0};
    packet_build(&p, &out);
    ck_assert_uint_eq(out.len, 12);
    ck_assert_mem_eq(out.data + 8, "\0\0\0\0", 4);
    buf_free(&out);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("packet");
    TCase *tc = tcase_create("packet");
    tcase_add_test(tc, a_syn_ack_is_built_to_the_byte);
    tcase_add_test(tc, a_syn_ack_is_read_back);
    tcase_add_loop_test(tc, a_packet_comes_back_as_it_went, 0, ROWS(samples));
    tcase_add_loop_test(tc, the_start_of_a_packet_is_that_of_the_whole, 0, ROWS(starts));
    tcase_add_test(tc, the_start_of_a_packet_without_bytes_has_zeros);
    tcase_add_loop_test(tc, a_packet_can_be_built_from_its_own_header, 0, ROWS(samples));
    tcase_add_loop_test(tc, every_flipped_bit_is_found, 0, ROWS(samples));
    tcase_add_loop_test(tc, a_flipped_bit_is_damage_not_nonsense, 0, ROWS(samples));
    tcase_add_loop_test(tc, a_packet_cut_short_is_refused_at_every_length, 0, ROWS(samples));
    tcase_add_test(tc, no_bytes_are_read_past_their_end);
    tcase_add_test(tc, padding_of_an_ethernet_frame_is_no_payload);
    tcase_add_loop_test(tc, a_fragment_is_ipv4_whatever_it_carries, 0, 2);
    tcase_add_loop_test(tc, contradictions_are_malformed, 0, ROWS(contradictions));
    tcase_add_test(tc, a_packet_of_plain_ip_is_sealed);
    tcase_add_test(tc, a_foreign_protocol_is_plain_ip);
    tcase_add_test(tc, ipv4_options_are_skipped);
    tcase_add_test(tc, a_raw_packet_stands_as_it_is);
    tcase_add_test(tc, a_packet_of_an_unknown_format_is_its_bytes);
    tcase_add_test(tc, payload_without_streams_is_zero);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
