/* The notation: what it prints, what it reads, what it says about mistakes, and there and back. */
#include "wire/notation.h"

#include "base/draw.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define ROWS(table) (int)(sizeof(table) / sizeof *(table))

static const struct notation_style absolute = {.window = true, .options = true};

static char *printed(const struct notation *n, struct notation_style style, struct buf *out)
{
    buf_clear(out);
    notation_print(n, style, out);
    return buf_cstr(out);
}

/* Every row reads, and prints as itself. */
static const char *const same[] = {
    "0.100 client>server S 0:0 win 65535 mss 1460",
    "S 0:0 win 65535 mss 1460 wscale 7 sackOK ts 1:0",
    "S. 5000:5000 ack 1 win 64240",
    ". 1:1461 ack 1 win 1000",
    "P. 1:3 ack 4294967295 win 0",
    "F. 1:1 ack 1 win 5",
    "R 1:1 win 0",
    "- 0:0 win 0",
    "SFRP.EWU 1:1 ack 2 win 3 urg 9",
    ". 1:1 ack 1 win 9 sack 3:5,7:9,11:13,15:17",
    ". 4294967290:4 ack 1 win 9",
    "1.0000125 10.0.0.1>10.0.0.2 DATA 3 len 992",
    "0.000 甲>乙 ACK 4",
    "NAK 2 ch 15 len 4",
    "2.500 a>b udp 53>9 len 500",
    "udp 0>65535",
    "icmp ECHO id 1 seq 2 len 56",
    "icmp ECHO-REPLY id 1 seq 2",
    "icmp UNREACHABLE net",
    "icmp UNREACHABLE host",
    "icmp UNREACHABLE protocol",
    "icmp UNREACHABLE port",
    "icmp UNREACHABLE code 13",
    "icmp TOO-BIG mtu 1400",
    "icmp TIME-EXCEEDED",
    "icmp TIME-EXCEEDED code 1",
};

START_TEST(a_packet_prints_as_it_was_written)
{
    struct err err = {0};
    struct notation n;
    struct buf out = {0};
    ck_assert_msg(notation_parse(same[_i], absolute, &n, &err), "%s", same[_i]);
    ck_assert_str_eq(printed(&n, absolute, &out), same[_i]);
    buf_free(&out);
    err_free(&err);
}
END_TEST

/* Written this way, read that way. */
static const struct {
    const char *written, *read;
} loose[] = {
    {"  F.   1:1\tack 1 ", "F. 1:1 ack 1 win 0"},
    {".S 0:0 mss 9 win 7 ack 1", "S. 0:0 ack 1 win 7 mss 9"},
    {"3 ACK 1", "3.000 ACK 1"},
    {"0.000000001 ACK 1", "0.000000001 ACK 1"},
    {"icmp UNREACHABLE code 4", "icmp TOO-BIG mtu 0"},
};

START_TEST(order_and_spaces_are_free)
{
    struct err err = {0};
    struct notation n;
    struct buf out = {0};
    ck_assert(notation_parse(loose[_i].written, absolute, &n, &err));
    ck_assert_str_eq(printed(&n, absolute, &out), loose[_i].read);
    buf_free(&out);
    err_free(&err);
}
END_TEST

START_TEST(a_segment_stands_field_by_field)
{
    struct err err = {0};
    struct notation n;
    const char *text =
        "1.25 a>b P. 10:30 ack 7 win 500 urg 3 mss 1460 wscale 2 sackOK ts 8:9 sack 1:2";
    ck_assert(notation_parse(text, absolute, &n, &err));
    ck_assert(n.has_time && n.at == 1250 * SIM_MS);
    ck_assert_str_eq(n.from, "a");
    ck_assert_str_eq(n.to, "b");
    ck_assert_int_eq(n.kind, NOTATION_TCP);
    ck_assert_uint_eq(n.tcp.flags, TCP_PSH | TCP_ACK);
    ck_assert_uint_eq(n.tcp.seq.v, 10);
    ck_assert_uint_eq(n.len, 20);
    ck_assert_uint_eq(n.tcp.len, 20);
    ck_assert_uint_eq(n.tcp.ack.v, 7);
    ck_assert(n.has_window && n.tcp.window == 500);
    ck_assert_uint_eq(n.tcp.urgent, 3);
    ck_assert_uint_eq(n.tcp.options, 31);
    ck_assert_uint_eq(n.tcp.mss, 1460);
    ck_assert_uint_eq(n.tcp.wscale, 2);
    ck_assert(n.tcp.ts_val == 8 && n.tcp.ts_ecr == 9);
    ck_assert(n.tcp.sack_count == 1 && n.tcp.sack[0].left.v == 1 && n.tcp.sack[0].right.v == 2);
    ck_assert(notation_parse(". 1:1", absolute, &n, &err) && !n.has_window);
    err_free(&err);
}
END_TEST

/* The style gives ISN 5000 for the sender and 4294967295 for the peer. */
static const struct {
    const char *text;
    uint32_t seq, ack, sack_left;
} relative[] = {
    {"S. 0:0 ack 1", 5000, 0, 0},
    {". 1:101 ack 2 sack 5:6", 5001, 1, 4},
    {". -1:-1 ack 1 sack 0:1", 4999, 0, 4294967295},
};

START_TEST(numbers_are_told_against_the_isns)
{
    struct notation_style style = {seq(5000), seq(4294967295), false, true};
    struct err err = {0};
    struct notation n;
    struct buf out = {0};
    ck_assert(notation_parse(relative[_i].text, style, &n, &err));
    ck_assert_uint_eq(n.tcp.seq.v, relative[_i].seq);
    ck_assert_uint_eq(n.tcp.ack.v, relative[_i].ack);
    ck_assert_uint_eq(n.tcp.sack[0].left.v, relative[_i].sack_left);
    ck_assert_str_eq(printed(&n, style, &out), relative[_i].text);
    buf_free(&out);
    err_free(&err);
}
END_TEST

START_TEST(window_and_options_are_printed_on_demand)
{
    struct err err = {0};
    struct notation n;
    struct buf out = {0};
    ck_assert(notation_parse("S 0:0 win 9 mss 1460", absolute, &n, &err));
    ck_assert_str_eq(printed(&n, (struct notation_style){0}, &out), "S 0:0");
    ck_assert_str_eq(printed(&n, (struct notation_style){.window = true}, &out), "S 0:0 win 9");
    buf_free(&out);
    err_free(&err);
}
END_TEST

#define LONG_NAME                                                                                  \
    "a234567890123456789012345678901234567890123456789012345678901234" /* 64 bytes                 \
                                                                        */

static const struct {
    const char *text, *says;
} mistakes[] = {
    {"", "an empty line stands where a packet is expected"},
    {"   ", "an empty line stands where a packet is expected"},
    {"SX 0:0", "'SX' is neither TCP flags (letters of S F R P . E W U, or -) nor DATA, ACK, NAK, "
               "udp or icmp"},
    {"SS 0:0", "'SS' is neither TCP flags (letters of S F R P . E W U, or -) nor DATA, ACK, NAK, "
               "udp or icmp"},
    {"S", "the packet ends after 'S', where more is expected"},
    {"S 0", "'0' is not first:end, as in 1:1461"},
    {"S 0:4294967296", "'0:4294967296' is not first:end, as in 1:1461"},
    {"S 5:4", "the segment ends before it begins"},
    {". 1:1 ack", "the packet ends after 'ack', where more is expected"},
    {". 1:1 ack x", "'x' is not a number here, or is too large"},
    {". 1:1 win 65536", "'65536' is not a number here, or is too large"},
    {"S 0:0 wscale 256", "'256' is not a number here, or is too large"},
    {". 1:1 sack 1:2,3:4,5:6,7:8,9:10",
     "'1:2,3:4,5:6,7:8,9:10' is not one to four blocks, as in 100:200,300:400"},
    {". 1:1 sack 1:2,", "'1:2,' is not one to four blocks, as in 100:200,300:400"},
    {". 1:1 window 5", "'window' is not a part of a TCP segment; parts are ack, win, urg, mss, "
                       "wscale, sackOK, ts and sack"},
    {"DATA", "the packet ends after 'DATA', where more is expected"},
    {"ACK 65536", "'65536' is not a number here, or is too large"},
    {"ACK 1 ch 16", "'16' is not a number here, or is too large"},
    {"ACK 1 2", "'2' is one word too many"},
    {"udp 53", "'53' is not two ports, as in 5000>53"},
    {"udp 53>70000", "'53>70000' is not two ports, as in 5000>53"},
    {"icmp PING", "'PING' is not an ICMP message; they are ECHO, ECHO-REPLY, UNREACHABLE, TOO-BIG "
                  "and TIME-EXCEEDED"},
    {"icmp ECHO seq 1", "'seq' stands where an echo has 'id N seq N'"},
    {"icmp UNREACHABLE far",
     "'far' is not a code; codes are net, host, protocol, port and 'code N'"},
    {"icmp TOO-BIG 1400", "'1400' stands where TOO-BIG has 'mtu N'"},
    {"1.0000000001 ACK 1",
     "'1.0000000001' is not a time in seconds with up to nine decimals, as in 0.100"},
    {"1s ACK 1", "'1s' is not a time in seconds with up to nine decimals, as in 0.100"},
    {"9223372036 ACK 1",
     "'9223372036' is not a time in seconds with up to nine decimals, as in 0.100"},
    {"a> ACK 1", "'a>' is not two hosts, as in client>server"},
    {LONG_NAME ">b ACK 1", "'" LONG_NAME ">b' is not two hosts, as in client>server"},
    {"a>" LONG_NAME " ACK 1", "'a>" LONG_NAME "' is not two hosts, as in client>server"},
    {"a>b>c ACK 1", "'a>b>c' is not two hosts, as in client>server"},
    {"0.1 a>b", "the packet ends after 'a>b', where more is expected"},
};

START_TEST(a_mistake_is_named)
{
    struct err err = {0};
    struct notation n;
    ck_assert_msg(!notation_parse(mistakes[_i].text, absolute, &n, &err), "%s", mistakes[_i].text);
    ck_assert_uint_eq(err.errors, 1);
    ck_assert_str_eq(err.items[0].what, mistakes[_i].says);
    err_free(&err);
}
END_TEST

/* A word longer than any of the grammar must not be cut into one that reads. */
START_TEST(a_word_without_end_is_refused)
{
    char text[600] = "ACK ";
    struct err err = {0};
    struct notation n;
    memset(text + 4, '0', 500);
    ck_assert(!notation_parse(text, absolute, &n, &err));
    err_free(&err);
}
END_TEST

static uint64_t dice(uint32_t n, unsigned purpose)
{
    struct dice d = dice_make(1, "notation");
    return draw(&d, purpose, n);
}

static struct tcp_seg random_seg(uint32_t n)
{
    uint64_t a = dice(n, 1), b = dice(n, 2), c = dice(n, 3);
    struct tcp_seg seg = {.seq = seq((uint32_t)a),
                          .ack = seq((uint32_t)(a >> 32)),
                          .len = (uint32_t)b % 3000,
                          .flags = (uint8_t)(b >> 32),
                          .options = (b >> 40) & 31,
                          .window = (uint16_t)c,
                          .urgent = (uint16_t)(c >> 16),
                          .from = (uint16_t)(c >> 32),
                          .to = (uint16_t)(c >> 48)};
    seg.mss = seg.options & TCP_OPT_MSS ? (uint16_t)dice(n, 4) : 0;
    seg.wscale = seg.options & TCP_OPT_WSCALE ? (uint8_t)dice(n, 5) : 0;
    if (seg.options & TCP_OPT_TIMESTAMPS) {
        seg.ts_val = (uint32_t)dice(n, 6);
        seg.ts_ecr = (uint32_t)dice(n, 7);
    }
    if (seg.options & TCP_OPT_SACK) {
        /* MSS, window scale, SACK permitted and timestamps leave room for one block */
        seg.sack_count = seg.options & TCP_OPT_SACK_OK ? 1 : (uint8_t)(1 + dice(n, 8) % 2);
    }
    for (unsigned i = 0; i < seg.sack_count; i++) {
        seg.sack[i] =
            (struct tcp_sack){seq((uint32_t)dice(n, 9 + i)), seq((uint32_t)dice(n, 19 + i))};
    }
    return seg;
}

/* Their headers say all but how long the payload is. */
static void claim_same(const struct tcp_seg *a, const struct tcp_seg *b)
{
    uint8_t x[TCP_HEADER_MAX], y[TCP_HEADER_MAX];
    size_t n = tcp_encode(a, x);
    ck_assert_uint_eq(tcp_encode(b, y), n);
    ck_assert_mem_eq(x, y, n);
    ck_assert_uint_eq(a->len, b->len);
}

/* Ports are not part of the notation. */
START_TEST(any_segment_survives_header_and_text)
{
    struct err err = {0};
    struct buf first = {0}, head = {0}, again = {0};
    struct notation_style style = absolute;
    for (uint32_t n = 0; n < 5000; n++) {
        struct notation a = {.kind = NOTATION_TCP, .tcp = random_seg(n)}, b, c;
        a.len = a.tcp.len;
        style.isn = seq(n % 3 ? (uint32_t)dice(n, 30) : 0);
        style.peer_isn = seq(n % 5 ? (uint32_t)dice(n, 31) : 0);
        ck_assert(notation_parse(printed(&a, style, &first), style, &b, &err));
        b.tcp.from = a.tcp.from;
        b.tcp.to = a.tcp.to;
        claim_same(&a.tcp, &b.tcp);
        buf_clear(&head);
        notation_head(&b, &head);
        ck_assert(notation_of("tcp", bytes_of(head.data, head.len), b.len, &c));
        ck_assert_str_eq(printed(&c, style, &again), buf_cstr(&first));
    }
    buf_free(&first);
    buf_free(&head);
    buf_free(&again);
    err_free(&err);
}
END_TEST

START_TEST(every_row_is_a_header_and_back)
{
    struct err err = {0};
    struct notation n, back;
    struct buf head = {0}, out = {0}, want = {0};
    ck_assert(notation_parse(same[_i], absolute, &n, &err));
    n.has_time = false;
    n.from[0] = '\0';
    notation_head(&n, &head);
    struct bytes bytes = bytes_of(head.data, head.len);
    ck_assert(notation_of(notation_proto(&n), bytes, n.len, &back));
    ck_assert(back.has_window);
    ck_assert_str_eq(printed(&back, absolute, &out), printed(&n, absolute, &want));
    buf_clear(&out);
    notation_packet(notation_proto(&n), bytes, n.len, absolute, &out);
    ck_assert_str_eq(buf_cstr(&out), buf_cstr(&want));
    buf_free(&head);
    buf_free(&out);
    buf_free(&want);
    err_free(&err);
}
END_TEST

START_TEST(a_packet_without_notation_has_its_name_and_length)
{
    struct buf out = {0};
    uint8_t head[20] = {0x45, [6] = 0x20, [9] = 17};
    notation_packet("ipv4", bytes_of(head, sizeof head), 8, absolute, &out);
    ck_assert_str_eq(buf_cstr(&out), "ipv4 FRAGMENT len 8");
    buf_clear(&out);
    notation_packet("tcp", bytes_of(head, 3), 0, absolute, &out);
    ck_assert_str_eq(buf_cstr(&out), "tcp EMPTY");
    buf_free(&out);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("notation");
    TCase *tc = tcase_create("notation");
    tcase_add_loop_test(tc, a_packet_prints_as_it_was_written, 0, ROWS(same));
    tcase_add_loop_test(tc, order_and_spaces_are_free, 0, ROWS(loose));
    tcase_add_test(tc, a_segment_stands_field_by_field);
    tcase_add_loop_test(tc, numbers_are_told_against_the_isns, 0, ROWS(relative));
    tcase_add_test(tc, window_and_options_are_printed_on_demand);
    tcase_add_loop_test(tc, a_mistake_is_named, 0, ROWS(mistakes));
    tcase_add_test(tc, a_word_without_end_is_refused);
    tcase_add_test(tc, any_segment_survives_header_and_text);
    tcase_add_loop_test(tc, every_row_is_a_header_and_back, 0, ROWS(same));
    tcase_add_test(tc, a_packet_without_notation_has_its_name_and_length);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
