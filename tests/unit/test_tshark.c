/* A second opinion: what we build, Wireshark's dissectors call sound. With SLOWWIRE_LONG it judges
 * many more packets. Without tshark: status 77, skipped. */
#define _POSIX_C_SOURCE 200809L

#include "base/draw.h"
#include "wire/icmp.h"
#include "wire/notation.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A packet, and what tshark must print for it: the columns of COLUMNS. */
static const struct {
    const char *text, *fields;
} packets[] = {
    {"S 1000:1000 win 64240 mss 1460 wscale 7 sackOK ts 5:0",
     "0x0002;1000;0;64240;0;0;1460;7;5;0;;;;;;;"},
    {"S. 5000:5000 ack 1001 win 64240 mss 1460 wscale 7 sackOK",
     "0x0012;5000;1001;64240;0;0;1460;7;;;;;;;;;"},
    {". 1001:2461 ack 5001 win 502", "0x0010;1001;5001;502;0;1460;;;;;;;;;;;"},
    {". 5001:5001 ack 1001 win 502 sack 2461:3921,5381:6841,8301:9761",
     "0x0010;5001;1001;502;0;0;;;;;2461,5381,8301;3921,6841,9761;;;;;"},
    {". 5001:5001 ack 1001 win 502 ts 7:8 sack 2461:3921,5381:6841,8301:9761",
     "0x0010;5001;1001;502;0;0;;;7;8;2461,5381,8301;3921,6841,9761;;;;;"},
    {"F. 1001:1001 ack 5001 win 502", "0x0011;1001;5001;502;0;0;;;;;;;;;;;"},
    {"R 1001:1001", "0x0004;1001;0;0;0;0;;;;;;;;;;;"},
    {"P.EWU 1001:1002 ack 5001 win 502 urg 1", "0x00f8;1001;5001;502;1;1;;;;;;;;;;;"},
    {"udp 5000>4999 len 500", ";;;;;;;;;;;;508;;;;"},
    {"udp 5000>4999 len 1", ";;;;;;;;;;;;9;;;;"},
    {"udp 5000>4999", ";;;;;;;;;;;;8;;;;"},
    {"icmp ECHO id 1 seq 2 len 56", ";;;;;;;;;;;;;8;0;2;"},
    {"icmp ECHO-REPLY id 1 seq 2 len 55", ";;;;;;;;;;;;;0;0;2;"},
    {"icmp UNREACHABLE net", ";;;;;;;;;;;;508;3;0;;"},
    {"icmp UNREACHABLE host", ";;;;;;;;;;;;508;3;1;;"},
    {"icmp UNREACHABLE protocol", ";;;;;;;;;;;;508;3;2;;"},
    {"icmp UNREACHABLE port", ";;;;;;;;;;;;508;3;3;;"},
    {"icmp TOO-BIG mtu 1400", ";;;;;;;;;;;;508;3;4;;1400"},
    {"icmp TIME-EXCEEDED", ";;;;;;;;;;;;508;11;0;;"},
};
enum { PACKETS = sizeof packets / sizeof *packets };

#define COLUMNS                                                                                    \
    "-E separator=\\; -E aggregator=, -e tcp.flags -e tcp.seq_raw -e tcp.ack_raw "                 \
    "-e tcp.window_size_value -e tcp.urgent_pointer -e tcp.len -e tcp.options.mss_val "            \
    "-e tcp.options.wscale.shift -e tcp.options.timestamp.tsval -e tcp.options.timestamp.tsecr "   \
    "-e tcp.options.sack_le -e tcp.options.sack_re -e udp.length -e icmp.type -e icmp.code "       \
    "-e icmp.seq -e icmp.mtu"

/* The packet of `text`; an ICMP error quotes a datagram. */
static void build(const char *text, uint32_t n, struct buf *out)
{
    struct err err = {0};
    struct notation note;
    struct streams streams = {0};
    struct buf head = {0}, quoted = {0};
    ck_assert_msg(notation_parse(text, (struct notation_style){0}, &note, &err), "%s", text);
    note.tcp.from = 40000;
    note.tcp.to = 40001;
    struct packet_view p = {.proto = notation_proto(&note),
                            .net = {.from.ip = 0x0a000001, .to.ip = 0x0a000002, .df = n & 1},
                            .ip_id = (uint16_t)n,
                            .streams = &streams};
    p.body = (struct span){n, stream_add_pattern(&streams, n), note.len};
    if (note.kind == NOTATION_ICMP && icmp_is_error(&note.icmp)) {
        build("udp 5000>4999 len 500", n, &quoted);
        icmp_error((enum icmp_type)note.icmp.type, note.icmp.code, note.icmp.mtu,
                   bytes_of(quoted.data, quoted.len), &head);
    } else {
        notation_head(&note, &head);
    }
    p.head = bytes_of(head.data, head.len);
    packet_build(&p, out);
    buf_free(&head);
    buf_free(&quoted);
    streams_free(&streams);
    err_free(&err);
}

/* The classic pcap format, big-endian, LINKTYPE_RAW (101). */
static void pcap_begin(FILE *f)
{
    uint8_t head[24];
    put_u32(head, 0xa1b2c3d4);
    put_u32(head + 4, 2 << 16 | 4);
    put_u32(head + 8, 0);
    put_u32(head + 12, 0);
    put_u32(head + 16, 65535);
    put_u32(head + 20, 101);
    ck_assert_uint_eq(fwrite(head, 1, sizeof head, f), sizeof head);
}

static void pcap_packet(FILE *f, uint32_t n, struct bytes packet)
{
    uint8_t head[16];
    put_u32(head, n);
    put_u32(head + 4, 0);
    put_u32(head + 8, (uint32_t)packet.len);
    put_u32(head + 12, (uint32_t)packet.len);
    ck_assert_uint_eq(fwrite(head, 1, sizeof head, f), sizeof head);
    ck_assert_uint_eq(fwrite(packet.data, 1, packet.len, f), packet.len);
}

/* Lines that tshark prints for the packets that fit the display filter; returns how many. Payload
 * is random: it is told not to guess a protocol in it. */
static unsigned tshark(const char *file, const char *filter, const char *columns, struct buf *out)
{
    char command[1200], line[256];
    unsigned found = 0;
    snprintf(command, sizeof command,
             "tshark -r %s -d udp.port==4999,data -d tcp.port==40001,data "
             "-o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE -o udp.check_checksum:TRUE "
             "-o tcp.relative_sequence_numbers:FALSE -Y '%s' -T fields %s 2>/dev/null",
             file, filter, columns);
    FILE *pipe = popen(command, "r");
    ck_assert_ptr_nonnull(pipe);
    while (fgets(line, sizeof line, pipe)) {
        found++;
        buf_str(out, line);
    }
    ck_assert_int_eq(pclose(pipe), 0);
    return found;
}

static unsigned count(const char *file, const char *filter)
{
    struct buf lines = {0};
    unsigned found = tshark(file, filter, "-e frame.number", &lines);
    buf_free(&lines);
    return found;
}

static char path[] = "/tmp/slowwire-wire-XXXXXX";

static unsigned write_packets(unsigned rounds)
{
    FILE *f = fopen(path, "wb");
    struct buf packet = {0};
    ck_assert_ptr_nonnull(f);
    pcap_begin(f);
    for (unsigned n = 0; n < rounds * PACKETS; n++) {
        buf_clear(&packet);
        build(packets[n % PACKETS].text, n, &packet);
        pcap_packet(f, n, bytes_of(packet.data, packet.len));
    }
    ck_assert_int_eq(fclose(f), 0);
    buf_free(&packet);
    return rounds * PACKETS;
}

#define BAD                                                                                        \
    "_ws.malformed || ip.checksum.status == 0 || tcp.checksum.status == 0 || "                     \
    "udp.checksum.status == 0 || icmp.checksum.status == 0 || tcp.option.len.invalid"
#define GOOD                                                                                       \
    "ip.checksum.status == 1 && (tcp.checksum.status == 1 || udp.checksum.status == 1 || "         \
    "icmp.checksum.status == 1)"

START_TEST(wireshark_finds_every_packet_sound)
{
    unsigned sent = write_packets(getenv("SLOWWIRE_LONG") ? 500 : 1);
    ck_assert_uint_eq(count(path, BAD), 0);
    ck_assert_uint_eq(count(path, GOOD), sent);
}
END_TEST

/* The judge must be able to say no: one bit flipped in the payload of the third segment. */
START_TEST(wireshark_finds_a_flipped_bit)
{
    struct buf packet = {0};
    FILE *f = fopen(path, "wb");
    ck_assert_ptr_nonnull(f);
    pcap_begin(f);
    build(packets[2].text, 2, &packet);
    packet.data[packet.len - 1] ^= 1;
    pcap_packet(f, 0, bytes_of(packet.data, packet.len));
    ck_assert_int_eq(fclose(f), 0);
    ck_assert_uint_eq(count(path, BAD), 1);
    buf_free(&packet);
}
END_TEST

START_TEST(wireshark_reads_the_same_fields)
{
    struct buf out = {0}, want = {0};
    write_packets(1);
    tshark(path, "frame", COLUMNS, &out);
    for (unsigned i = 0; i < PACKETS; i++) {
        buf_printf(&want, "%s\n", packets[i].fields);
    }
    ck_assert_str_eq(buf_cstr(&out), buf_cstr(&want));
    buf_free(&out);
    buf_free(&want);
}
END_TEST

int main(void)
{
    if (system("tshark --version >/dev/null 2>&1") != 0) {
        puts("skipped: tshark is not installed");
        return 77;
    }
    int file = mkstemp(path);
    if (file < 0 || close(file) != 0) {
        perror(path);
        return EXIT_FAILURE;
    }
    Suite *suite = suite_create("tshark");
    TCase *tc = tcase_create("tshark");
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, wireshark_finds_every_packet_sound);
    tcase_add_test(tc, wireshark_finds_a_flipped_bit);
    tcase_add_test(tc, wireshark_reads_the_same_fields);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    remove(path);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
