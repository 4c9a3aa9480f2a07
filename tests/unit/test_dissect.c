/* What a packet is called and what the inspector is told of it. */
#include "wire_sample.h"

#include "base/words.h"
#include "wire/arq.h"
#include "wire/eth.h"
#include "wire/icmp.h"
#include "wire/ipv4.h"
#include "wire/tcp.h"

#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS(table) (int)(sizeof(table) / sizeof *(table))

static void tell(const struct dissection *d, struct buf *out)
{
    for (unsigned i = 0; i < d->layer_count; i++) {
        const struct layer *l = &d->layers[i];
        buf_printf(out, "%s %u+%u%s\n", l->proto, l->at, l->len, l->is_damaged ? " damaged" : "");
        for (unsigned k = l->first; k < l->first + (unsigned)l->count; k++) {
            const struct field *f = &d->fields[k];
            buf_printf(out, "  %s %u+%u %" PRIu64 "%s%s\n", f->name, f->bit, f->bits, f->value,
                       f->text[0] ? " " : "", f->text);
        }
    }
}

/* What the inspector shows for `wire`, as text. */
static void expect_dissection(struct bytes wire, enum link_form form, const char *want)
{
    struct dissection d;
    struct buf out = {0};
    dissect(wire, form, &d);
    tell(&d, &out);
    ck_assert_str_eq(buf_cstr(&out), want);
    buf_free(&out);
}

START_TEST(a_syn_ack_is_shown_field_by_field)
{
    expect_dissection(bytes_of(synack, sizeof synack), LINK_FORM_IP,
                      "ipv4 0+20\n"
                      "  version 0+4 4\n"
                      "  header_len 4+4 5 5 × 4 B\n"
                      "  dscp 8+6 0\n"
                      "  ecn 14+2 0 Not-ECT\n"
                      "  total_len 16+16 52\n"
                      "  id 32+16 0\n"
                      "  reserved 48+1 0\n"
                      "  df 49+1 1\n"
                      "  mf 50+1 0\n"
                      "  offset 51+13 0\n"
                      "  ttl 64+8 63\n"
                      "  protocol 72+8 6 TCP\n"
                      "  checksum 80+16 9399\n"
                      "  from 96+32 167772681 10.0.2.9\n"
                      "  to 128+32 167772421 10.0.1.5\n"
                      "tcp 20+32\n"
                      "  src_port 0+16 80\n"
                      "  dst_port 16+16 49152\n"
                      "  seq 32+32 5000\n"
                      "  ack 64+32 1001\n"
                      "  offset 96+4 8 8 × 4 B\n"
                      "  reserved 100+4 0\n"
                      "  cwr 104+1 0\n"
                      "  ece 105+1 0\n"
                      "  urg 106+1 0\n"
                      "  ack_flag 107+1 1\n"
                      "  psh 108+1 0\n"
                      "  rst 109+1 0\n"
                      "  syn 110+1 1\n"
                      "  fin 111+1 0\n"
                      "  win 112+16 64240\n"
                      "  checksum 128+16 34113\n"
                      "  urgent 144+16 0\n"
                      "  options 160+96 0 MSS 1460 · WS 7 · SACK permitted\n"
                      "tcp-options 40+12\n"
                      "  mss 0+32 1460\n"
                      "  nop 32+8 1\n"
                      "  wscale 40+24 7\n"
                      "  nop 64+8 1\n"
                      "  nop 72+8 1\n"
                      "  sack_ok 80+16 1\n");
}
END_TEST

/* Options: timestamps, a SACK block, an unknown option, end, a byte behind it; 24 bytes. */
START_TEST(options_of_every_kind_are_shown)
{
    static const uint8_t options[] = {8, 10, 0, 0, 0, 5, 0, 0, 0,   6, 5, 10,
                                      0, 0,  0, 1, 0, 0, 0, 2, 254, 2, 0, 9};
    uint8_t packet[IPV4_HEADER + TCP_HEADER + sizeof options] = {0};
    struct ipv4 ip = {.total_len = sizeof packet, .protocol = IP_TCP, .from = 1, .to = 2};
    ipv4_encode(&ip, packet);
    packet[IPV4_HEADER + 12] = 11 << 4;
    memcpy(packet + IPV4_HEADER + TCP_HEADER, options, sizeof options);
    tcp_seal(packet + IPV4_HEADER, TCP_HEADER + sizeof options,
             &(struct net){.from.ip = 1, .to.ip = 2});
    struct dissection d;
    dissect(bytes_of(packet, sizeof packet), LINK_FORM_IP, &d);
    d.layers[0] = d.layers[2];
    d.layer_count = 1;
    struct buf out = {0};
    tell(&d, &out);
    ck_assert_str_eq(buf_cstr(&out), "tcp-options 40+24\n"
                                     "  ts_val 0+48 5\n"
                                     "  ts_ecr 48+32 6\n"
                                     "  sack 80+80 1 1:2\n"
                                     "  unknown 160+16 254\n"
                                     "  end 176+8 0\n"
                                     "  rest 184+8 0\n");
    buf_free(&out);
}
END_TEST

START_TEST(an_arq_frame_is_shown_with_its_crc)
{
    struct sample s;
    char want[400];
    sample_make(&s, "DATA 3 ch 2 len 21");
    s.wire.data[8] ^= 1;
    snprintf(want, sizeof want,
             "arq 0+8 damaged\n  kind 0+8 1 DATA\n  flags 8+4 0\n  channel 12+4 2\n"
             "  number 16+16 3\n  crc 32+32 %" PRIu32 "\npayload 8+21\n",
             get_u32(s.wire.data + 4));
    expect_dissection(wire_of(&s), LINK_FORM_FRAME, want);
    sample_free(&s);
}
END_TEST

/* A router's answer to a datagram: what it quotes is told as layers too, 8 bytes of UDP. */
START_TEST(an_icmp_error_is_shown_with_its_quote)
{
    struct sample s;
    struct buf head = {0}, wire = {0}, out = {0};
    struct dissection d;
    sample_make(&s, "udp 80>49152 len 13");
    icmp_error(ICMP_TIME_EXCEEDED, 0, 0, wire_of(&s), &head);
    struct packet_view p = {
        .proto = "icmp", .net = sample_net, .head = bytes_of(head.data, head.len)};
    packet_build(&p, &wire);
    dissect(bytes_of(wire.data, wire.len), LINK_FORM_IP, &d);
    ck_assert_uint_eq(d.layer_count, 4);
    ck_assert_str_eq(d.layers[1].proto, "icmp");
    ck_assert_uint_eq(d.layers[1].at, 20);
    ck_assert_uint_eq(d.layers[1].len, 8);
    ck_assert_uint_eq(d.layers[2].at, 28);
    ck_assert_str_eq(d.layers[3].proto, "udp");
    ck_assert_uint_eq(d.layers[3].at, 48);
    ck_assert_uint_eq(d.layers[3].count, 4);
    ck_assert(!d.layers[1].is_damaged && !d.layers[2].is_damaged && !d.layers[3].is_damaged);
    ck_assert_str_eq(d.fields[d.layers[1].first].text, "TIME-EXCEEDED");
    struct bytes payload;
    ck_assert_int_eq(packet_parse(bytes_of(wire.data, wire.len), LINK_FORM_IP, &p, &payload),
                     PACKET_INTACT);
    ck_assert_uint_eq(p.head.len, 36);
    ck_assert_uint_eq(icmp_quote(p.head).len, 28);
    buf_free(&head);
    buf_free(&wire);
    buf_free(&out);
    sample_free(&s);
}
END_TEST

static const struct {
    const char *text, *is, *label;
    enum packet_kind kind;
} named[] = {
    {"S 0:0", "SYN", "SYN", PACKET_CONTROL},
    {"S. 0:0 ack 1", "SYN+ACK", "SYN ACK", PACKET_CONTROL},
    {". 1:1 ack 1", "ACK", "ACK", PACKET_ACK},
    {". 1:2 ack 1", "DATA", "DATA", PACKET_DATA},
    {"P 1:2", "DATA", "DATA", PACKET_DATA},
    {"F. 1:1 ack 1", "FIN", "FIN", PACKET_CONTROL},
    {"F. 1:9 ack 1", "FIN", "FIN", PACKET_CONTROL},
    {"S. 0:9 ack 1", "SYN+ACK", "SYN ACK", PACKET_CONTROL},
    {"SF. 0:0 ack 1", "SYN+ACK", "SYN ACK", PACKET_CONTROL},
    {"SF 0:0", "SYN", "SYN", PACKET_CONTROL},
    {"R 1:1", "RST", "RST", PACKET_RESET},
    {"SFR. 1:9", "RST", "RST", PACKET_RESET},
    {"- 1:1", "EMPTY", "EMPTY", PACKET_ACK},
    {"P 1:1", "EMPTY", "EMPTY", PACKET_ACK},
    {"DATA 3 len 9", "DATA", "3", PACKET_DATA},
    {"DATA 65535", "DATA", "65535", PACKET_DATA},
    {"ACK 4", "ACK", "ACK 4", PACKET_ACK},
    {"NAK 2", "NAK", "NAK 2", PACKET_RESET},
    {"udp 1>2 len 1", "DATA", "DATA", PACKET_DATA},
    {"icmp ECHO id 1 seq 1", "ECHO", "ECHO", PACKET_CONTROL},
    {"icmp ECHO-REPLY id 1 seq 1", "ECHO-REPLY", "REPLY", PACKET_CONTROL},
    {"icmp UNREACHABLE port", "UNREACHABLE", "UNREACHABLE", PACKET_RESET},
    {"icmp TOO-BIG mtu 9", "TOO-BIG", "TOO-BIG", PACKET_RESET},
    {"icmp TIME-EXCEEDED", "TIME-EXCEEDED", "EXCEEDED", PACKET_RESET},
};

START_TEST(a_packet_has_its_short_name)
{
    struct sample s;
    char label[24];
    sample_make(&s, named[_i].text);
    uint32_t len = s.view.body.len;
    const char *is = packet_is(s.view.proto, s.view.head, len);
    ck_assert_str_eq(is, named[_i].is);
    ck_assert_str_eq(packet_label(s.view.proto, s.view.head, len, label), named[_i].label);
    ck_assert_int_eq(packet_kind(s.view.proto, s.view.head, len), named[_i].kind);
    bool listed = false;
    for (const char *const *n = packet_is_names(); *n; n++) {
        listed = listed || strcmp(*n, is) == 0;
    }
    ck_assert(listed);
    sample_free(&s);
}
END_TEST

static const struct {
    const char *text, *field;
    int64_t value; /* -1: not there */
} field_rows[] = {
    {"S. 5000:5000 ack 7 win 9 mss 1460", "seq", 5000},
    {"S. 5000:5000 ack 7 win 9 mss 1460", "ack", 7},
    {"S. 5000:5000 ack 7 win 9 mss 1460", "flags", TCP_SYN | TCP_ACK},
    {"S. 5000:5000 ack 7 win 9 mss 1460", "win", 9},
    {"S. 5000:5000 ack 7 win 9 mss 1460", "mss", 1460},
    {"S. 5000:5000 ack 7 win 9 mss 1460", "wscale", -1},
    {"S 0:0 wscale 7 sackOK ts 8:9", "wscale", 7},
    {"S 0:0 wscale 7 sackOK ts 8:9", "sack_ok", 1},
    {"S 0:0 wscale 7 sackOK ts 8:9", "ts_val", 8},
    {"S 0:0 wscale 7 sackOK ts 8:9", "ts_ecr", 9},
    {"S 0:0", "src_port", 80},
    {"S 0:0", "flags", TCP_SYN},
    {"S 0:0", "number", -1},
    {"DATA 3 ch 2", "number", 3},
    {"DATA 3 ch 2", "channel", 2},
    {"DATA 3 ch 2", "kind", ARQ_DATA},
    {"DATA 3 ch 2", "seq", -1},
    {"udp 53>9 len 5", "dst_port", 9},
    {"udp 53>9 len 5", "length", 13},
    {"icmp ECHO id 1 seq 2", "number", 2},
    {"icmp ECHO id 1 seq 2", "mtu", -1},
    {"icmp TOO-BIG mtu 1400", "mtu", 1400},
    {"icmp UNREACHABLE port", "code", 3},
    {"icmp UNREACHABLE port", "mtu", -1},
    {"icmp TIME-EXCEEDED", "id", -1},
    {"P. 5:9 ack 8 win 9 sack 1:2,3:4,5:6", "sack2_left", 3},
};

START_TEST(a_field_is_found_by_its_name)
{
    struct sample s;
    int64_t value = 0;
    sample_make(&s, field_rows[_i].text);
    bool found = packet_field(s.view.proto, s.view.head, field_rows[_i].field, &value);
    ck_assert_int_eq(found ? value : -1, field_rows[_i].value);
    sample_free(&s);
}
END_TEST

/* One by one, by their names. */
static void expect_fields(const char *proto, struct bytes head)
{
    struct field_value all[PACKET_FIELDS_MAX];
    size_t count = packet_fields(proto, head, all), found = 0;
    for (const char *const *name = packet_field_names(proto); *name; name++) {
        int64_t value;
        if (packet_field(proto, head, *name, &value)) {
            ck_assert_uint_lt(found, count);
            ck_assert_str_eq(all[found].name, *name);
            ck_assert_int_eq(all[found].value, value);
            found++;
        }
    }
    ck_assert_uint_eq(found, count);
}

/* In headers cut short and with any bit flipped, too: options may then be none. */
START_TEST(all_fields_at_once_are_what_each_is)
{
    struct sample s;
    uint8_t bent[128];
    sample_make(&s, field_rows[_i].text);
    struct bytes head = s.view.head;
    ck_assert_uint_le(head.len, sizeof bent);
    for (size_t len = 0; len <= head.len; len++) {
        expect_fields(s.view.proto, bytes_sub(head, 0, len));
    }
    for (size_t bit = 0; bit < 8 * head.len; bit++) {
        memcpy(bent, head.data, head.len);
        bent[bit / 8] ^= (uint8_t)(1u << bit % 8);
        expect_fields(s.view.proto, bytes_of(bent, head.len));
    }
    sample_free(&s);
}
END_TEST

START_TEST(no_format_has_more_fields_than_there_is_room_for)
{
    for (const char *const *p = proto_names(); *p; p++) {
        size_t count = 0;
        while (packet_field_names(*p)[count]) {
            count++;
        }
        ck_assert_uint_le(count, PACKET_FIELDS_MAX);
    }
}
END_TEST

START_TEST(unknown_formats_have_no_answers)
{
    int64_t value;
    char label[24];
    struct bytes none = {0};
    ck_assert(!proto_known("xyz") && !proto_known(NULL) && proto_known("tcp"));
    ck_assert_int_eq(proto_carrier("xyz"), CARRIER_NONE);
    ck_assert_int_eq(proto_carrier("arq"), CARRIER_LINK);
    ck_assert_int_eq(proto_carrier("udp"), CARRIER_IP);
    ck_assert_str_eq(packet_is("xyz", none, 0), "?");
    ck_assert_str_eq(packet_label("xyz", none, 0, label), "?");
    struct field_value all[PACKET_FIELDS_MAX];
    ck_assert(!packet_field("xyz", none, "seq", &value));
    ck_assert_uint_eq(packet_fields("xyz", none, all), 0);
    ck_assert_ptr_null(*packet_field_names("xyz"));
    ck_assert(!packet_field("tcp", bytes_of("1234567890123456789", 19), "flags", &value));
    ck_assert(!packet_field("udp", bytes_of("123", 3), "dst_port", &value));
    for (const char *const *p = proto_names(); *p; p++) {
        ck_assert(proto_known(*p));
    }
}
END_TEST

/* No bit of a header is left out or told twice; the layer of options lies within its header. */
static void check_tiles(const struct dissection *d)
{
    for (unsigned i = 0; i < d->layer_count; i++) {
        const struct layer *l = &d->layers[i];
        unsigned bit = 0;
        for (unsigned k = l->first; k < l->first + (unsigned)l->count; k++) {
            ck_assert_msg(d->fields[k].bit == bit, "%s.%s", l->proto, d->fields[k].name);
            bit += d->fields[k].bits;
        }
        ck_assert_msg(bit == l->len * 8 || l->count == 0, "%s", l->proto);
    }
}

START_TEST(fields_cover_their_header)
{
    struct sample s;
    struct dissection d;
    struct buf frame = {0};
    sample_make(&s, named[_i].text);
    dissect(wire_of(&s), s.form, &d);
    check_tiles(&d);
    struct eth h = {{2, 0, 0, 0, 0, 9}, {6, 5, 4, 3, 2, 1}, ETHERTYPE_IPV4};
    eth_build(&h, wire_of(&s), &frame);
    dissect(bytes_of(frame.data, frame.len), LINK_FORM_ETHERNET, &d);
    ck_assert_str_eq(d.layers[0].proto, "eth");
    ck_assert_str_eq(d.fields[0].text, "02:00:00:00:00:09");
    ck_assert_str_eq(d.fields[1].text, "06:05:04:03:02:01");
    ck_assert_str_eq(d.fields[2].text, "IPv4");
    check_tiles(&d);
    buf_free(&frame);
    sample_free(&s);
}
END_TEST

static const struct {
    const char *text, *type, *code;
} icmp_texts[] = {
    {"icmp ECHO id 1 seq 1", "ECHO", ""},
    {"icmp UNREACHABLE net", "UNREACHABLE", "net unreachable"},
    {"icmp UNREACHABLE port", "UNREACHABLE", "port unreachable"},
    {"icmp UNREACHABLE code 13", "UNREACHABLE", ""},
    {"icmp TOO-BIG mtu 9", "TOO-BIG", "fragmentation needed"},
    {"icmp TIME-EXCEEDED", "TIME-EXCEEDED", "TTL exceeded"},
    {"icmp TIME-EXCEEDED code 1", "TIME-EXCEEDED", "reassembly time exceeded"},
    {"icmp TIME-EXCEEDED code 2", "TIME-EXCEEDED", ""},
};

START_TEST(icmp_types_and_codes_are_told_in_words)
{
    struct sample s;
    struct dissection d;
    sample_make(&s, icmp_texts[_i].text);
    dissect(wire_of(&s), s.form, &d);
    const struct field *f = &d.fields[d.layers[1].first];
    ck_assert_str_eq(f[0].text, icmp_texts[_i].type);
    ck_assert_str_eq(f[1].text, icmp_texts[_i].code);
    ck_assert_str_eq(f[2].text, "");
    sample_free(&s);
}
END_TEST

/* RFC 3168 5: 01 is ECT(1), 10 is ECT(0). */
static const char *const ecn_texts[] = {"Not-ECT", "ECT(1)", "ECT(0)", "CE"};

START_TEST(ecn_is_told_in_words)
{
    struct sample s;
    struct dissection d;
    sample_make(&s, "udp 1>2");
    s.view.net.ecn = (uint8_t)_i;
    buf_clear(&s.wire);
    packet_build(&s.view, &s.wire);
    dissect(wire_of(&s), s.form, &d);
    ck_assert_str_eq(d.fields[3].name, "ecn");
    ck_assert_str_eq(d.fields[3].text, ecn_texts[_i]);
    sample_free(&s);
}
END_TEST

static const char *const kinds[][2] = {{"DATA 1", "DATA"}, {"ACK 1", "ACK"}, {"NAK 1", "NAK"}};

START_TEST(arq_kinds_are_told_in_words)
{
    struct sample s;
    struct dissection d;
    sample_make(&s, kinds[_i][0]);
    dissect(wire_of(&s), s.form, &d);
    ck_assert_str_eq(d.fields[0].text, kinds[_i][1]);
    sample_free(&s);
}
END_TEST

/* The summary of the options ends with an ellipsis when it is longer than its 47 bytes. */
static const struct {
    const char *text, *summary;
} summaries[] = {
    {". 1:1 ack 1 ts 5:6 sack 1:2,3:4", "TS 5:6 · SACK × 2"},
    {"S 0:0 mss 1460 wscale 7 sackOK ts 4000000000:4000000000",
     "MSS 1460 · WS 7 · SACK permitted …"},
    {"S 0:0 mss 1460 sackOK ts 4000000000:4000000000", "MSS 1460 · SACK permitted …"},
    {"S 0:0 mss 1460 wscale 7 ts 4000000000:4000000000 sack 1:2", "MSS 1460 · WS 7 …"},
};

START_TEST(options_are_summed_up)
{
    struct sample s;
    struct dissection d;
    sample_make(&s, summaries[_i].text);
    dissect(wire_of(&s), s.form, &d);
    const struct field *f = &d.fields[d.layers[1].first + d.layers[1].count - 1];
    ck_assert_str_eq(f->name, "options");
    ck_assert_str_eq(f->text, summaries[_i].summary);
    sample_free(&s);
}
END_TEST

static void check_words(const struct dissection *d)
{
    char key[96];
    for (unsigned i = 0; i < d->layer_count; i++) {
        const struct layer *l = &d->layers[i];
        snprintf(key, sizeof key, "proto.%s", l->proto);
        ck_assert_msg(word_find(LANG_EN, key) && word_find(LANG_ZH, key), "%s", key);
        for (unsigned k = l->first; k < l->first + (unsigned)l->count; k++) {
            snprintf(key, sizeof key, "field.%s.%s", l->proto, d->fields[k].name);
            ck_assert_msg(word_find(LANG_EN, key) && word_find(LANG_ZH, key), "%s", key);
            strcat(key, ".about");
            ck_assert_msg(word_find(LANG_EN, key) && word_find(LANG_ZH, key), "%s", key);
        }
    }
}

START_TEST(every_field_has_its_words)
{
    struct sample s;
    struct dissection d;
    sample_make(&s, named[_i].text);
    dissect(wire_of(&s), s.form, &d);
    check_words(&d);
    dissect(wire_of(&s), LINK_FORM_ETHERNET, &d);
    check_words(&d);
    sample_free(&s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("dissect");
    TCase *tc = tcase_create("dissect");
    tcase_add_test(tc, a_syn_ack_is_shown_field_by_field);
    tcase_add_test(tc, options_of_every_kind_are_shown);
    tcase_add_test(tc, an_arq_frame_is_shown_with_its_crc);
    tcase_add_test(tc, an_icmp_error_is_shown_with_its_quote);
    tcase_add_loop_test(tc, a_packet_has_its_short_name, 0, ROWS(named));
    tcase_add_loop_test(tc, a_field_is_found_by_its_name, 0, ROWS(field_rows));
    tcase_add_loop_test(tc, all_fields_at_once_are_what_each_is, 0, ROWS(field_rows));
    tcase_add_test(tc, no_format_has_more_fields_than_there_is_room_for);
    tcase_add_test(tc, unknown_formats_have_no_answers);
    tcase_add_loop_test(tc, every_field_has_its_words, 0, ROWS(named));
    tcase_add_loop_test(tc, fields_cover_their_header, 0, ROWS(named));
    tcase_add_loop_test(tc, icmp_types_and_codes_are_told_in_words, 0, ROWS(icmp_texts));
    tcase_add_loop_test(tc, ecn_is_told_in_words, 0, ROWS(ecn_texts));
    tcase_add_loop_test(tc, arq_kinds_are_told_in_words, 0, ROWS(kinds));
    tcase_add_loop_test(tc, options_are_summed_up, 0, ROWS(summaries));
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
