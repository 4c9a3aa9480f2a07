/* Reading captures: bytes by the draft's own figures, clocks, both byte orders, several sections,
 * and damage of every kind; which RTP sessions a capture holds. */
#include "base/os.h"
#include "base/words.h"
#include "export/sessions.h"
#include "wire/ipv4.h"
#include "wire/udp.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define ROWS(table) (int)(sizeof(table) / sizeof *(table))

/* A file as another program might write it. */
struct file {
    struct buf bytes;
    bool is_big;
};

static void u16(struct file *f, unsigned v)
{
    buf_char(&f->bytes, (char)(f->is_big ? v >> 8 : v));
    buf_char(&f->bytes, (char)(f->is_big ? v : v >> 8));
}

static void u32(struct file *f, uint32_t v)
{
    u16(f, f->is_big ? v >> 16 : v & 0xffff);
    u16(f, f->is_big ? v & 0xffff : v >> 16);
}

static void section(struct file *f)
{
    buf_add(&f->bytes, bytes_of("\x0a\x0d\x0d\x0a", 4));
    u32(f, 28);
    u32(f, 0x1a2b3c4d);
    u16(f, 1);
    u16(f, 0);
    u32(f, 0xffffffff);
    u32(f, 0xffffffff);
    u32(f, 28);
}

/* resolution < 0: the option is not there. */
static void iface(struct file *f, unsigned linktype, int resolution, unsigned offset)
{
    uint32_t len = 32u + (resolution >= 0 ? 8u : 0) + (offset ? 12u : 0);
    u32(f, 1);
    u32(f, len);
    u16(f, linktype);
    u16(f, 0);
    u32(f, 0);
    u16(f, 2); /* if_name */
    u16(f, 2);
    buf_add(&f->bytes, bytes_of("if\0\0", 4));
    if (resolution >= 0) {
        u16(f, 9);
        u16(f, 1);
        buf_add(&f->bytes, bytes_of((uint8_t[4]){(uint8_t)resolution}, 4));
    }
    if (offset) {
        u16(f, 14);
        u16(f, 8);
        u32(f, f->is_big ? 0 : offset);
        u32(f, f->is_big ? offset : 0);
    }
    u32(f, 0);
    u32(f, len);
}

static void packet(struct file *f, uint32_t number, uint64_t ticks, struct bytes data)
{
    uint32_t padded = ((uint32_t)data.len + 3) / 4 * 4;
    u32(f, 6);
    u32(f, 32 + padded);
    u32(f, number);
    u32(f, (uint32_t)(ticks >> 32));
    u32(f, (uint32_t)ticks);
    u32(f, (uint32_t)data.len);
    u32(f, (uint32_t)data.len);
    buf_add(&f->bytes, data);
    buf_add(&f->bytes, bytes_of("\0\0\0", padded - data.len));
    u32(f, 32 + padded);
}

static struct bytes all_of(const struct file *f)
{
    return bytes_of(f->bytes.data, f->bytes.len);
}

/* What a clock counts, and the moment in nanoseconds that is meant. */
static const struct {
    int resolution;
    unsigned offset;
    uint64_t ticks;
    sim_time at;
} clocks[] = {
    {-1, 0, 1500000, 1500 * SIM_MS}, /* microseconds where nothing is said */
    {6, 0, 1500000, 1500 * SIM_MS},
    {9, 0, 1500000001, 1500000001},
    {3, 0, 1500, 1500 * SIM_MS},
    {0, 0, 2, 2 * SIM_S},
    {12, 0, UINT64_C(1500000001999), 1500000001}, /* picoseconds, rounded down */
    {0x80 | 1, 0, 3, 1500 * SIM_MS},              /* half seconds */
    {0x80 | 32, 0, UINT64_C(3) << 31, 1500 * SIM_MS},
    {0x80 | 20, 0, 3u << 19, 1500 * SIM_MS},
    {9, 100, 5, 100 * SIM_S + 5},
};

START_TEST(a_clock_of_any_resolution_is_read_to_the_nanosecond)
{
    for (int order = 0; order < 2; order++) {
        struct file f = {.is_big = order};
        struct capture_reader r;
        struct capture_packet p;
        section(&f);
        iface(&f, LINKTYPE_RAW, clocks[_i].resolution, clocks[_i].offset);
        packet(&f, 0, clocks[_i].ticks, bytes_str("abcde"));
        ck_assert(capture_open(&r, all_of(&f)));
        ck_assert(capture_next(&r, &p));
        ck_assert_int_eq(p.at, clocks[_i].at);
        ck_assert(bytes_equal(p.data, bytes_str("abcde")));
        ck_assert_str_eq(r.ifaces[0].name, "if");
        ck_assert(!capture_next(&r, &p) && !r.wrong);
        capture_close(&r);
        buf_free(&f.bytes);
    }
}
END_TEST

START_TEST(interfaces_are_counted_anew_in_each_section)
{
    struct file f = {0};
    struct capture_reader r;
    struct capture_packet p;
    section(&f);
    iface(&f, LINKTYPE_RAW, 9, 0);
    packet(&f, 0, 1, bytes_str("one"));
    f.is_big = true;
    section(&f);
    iface(&f, LINKTYPE_ETHERNET, 9, 0);
    packet(&f, 0, 2, bytes_str("two"));
    ck_assert(capture_open(&r, all_of(&f)));
    ck_assert(capture_next(&r, &p));
    ck_assert_uint_eq(r.ifaces[p.iface].linktype, LINKTYPE_RAW);
    ck_assert(capture_next(&r, &p));
    ck_assert_uint_eq(r.ifaces[p.iface].linktype, LINKTYPE_ETHERNET);
    ck_assert_int_eq(p.at, 2);
    ck_assert(!capture_next(&r, &p) && !r.wrong);
    capture_close(&r);
    buf_free(&f.bytes);
}
END_TEST

/* One 32-bit word of a sound file, or its end, made wrong: what is said of it. The section takes
 * bytes 0 to 27, the interface 28 to 67, the packet 68 to 107. */
static const struct {
    const char *what, *wrong;
    size_t at;
    uint32_t value;
    size_t len; /* 0: whole */
} damages[] = {
    {"no section", "capture.no-pcapng", 0, 7, 0},
    {"an old capture", "capture.old-format", 0, 0xa1b2c3d4, 0},
    {"nothing", "capture.no-pcapng", 0, 0, 3},
    {"no byte order", "capture.no-magic", 8, 7, 0},
    {"a block shorter than its frame", "capture.bad-length", 32, 8, 0},
    {"a length that is no multiple of four", "capture.bad-length", 32, 37, 0},
    {"a block longer than the file", "capture.cut", 32, 4000, 0},
    {"a block of 4 GB", "capture.cut", 72, 0xfffffffc, 0},
    {"lengths that differ", "capture.lengths-differ", 64, 44, 0},
    {"cut in a block", "capture.cut", 12, 0, 90},
    {"cut in a block's head", "capture.cut", 12, 0, 72},
    {"an option beyond its block", "capture.bad-option", 44, 0xffff0002, 0},
    {"an interface that is not there", "capture.no-interface", 76, 1, 0},
    {"a packet longer than its block", "capture.bad-length", 88, 9, 0},
    {"a time beyond all range", "capture.bad-time", 80, 0xffffffff, 0},
};

START_TEST(damage_is_told_by_what_it_is)
{
    struct file f = {0};
    struct capture_reader r;
    struct capture_packet p;
    struct file w = {0};
    section(&f);
    iface(&f, LINKTYPE_RAW, 9, 0);
    packet(&f, 0, 1, bytes_str("12345678"));
    ck_assert_uint_eq(f.bytes.len, 108);
    u32(&w, damages[_i].value);
    memcpy(f.bytes.data + damages[_i].at, w.bytes.data, 4);
    size_t len = damages[_i].len ? damages[_i].len : f.bytes.len;
    if (capture_open(&r, bytes_of(f.bytes.data, len))) {
        while (capture_next(&r, &p)) {
        }
    }
    ck_assert_msg(r.wrong && strcmp(r.wrong, damages[_i].wrong) == 0, "%s: %s", damages[_i].what,
                  r.wrong ? r.wrong : "nothing wrong");
    ck_assert_ptr_nonnull(word(LANG_ZH, r.wrong));
    capture_close(&r);
    buf_free(&f.bytes);
    buf_free(&w.bytes);
}
END_TEST

/* The packet of `payload` between these places. */
static void datagram(struct buf *out, struct addr from, struct addr to, struct bytes payload,
                     bool is_fragment)
{
    uint8_t ip[IPV4_HEADER], udp[UDP_HEADER];
    struct ipv4 h = {.from = from.ip,
                     .to = to.ip,
                     .total_len = (uint16_t)(IPV4_HEADER + UDP_HEADER + payload.len),
                     .ttl = 64,
                     .protocol = IP_UDP,
                     .mf = is_fragment};
    ipv4_encode(&h, ip);
    udp_encode(from.port, to.port, (uint32_t)payload.len, udp);
    buf_add(out, bytes_of(ip, sizeof ip));
    buf_add(out, bytes_of(udp, sizeof udp));
    buf_add(out, payload);
}

struct said {
    uint32_t iface;
    uint64_t at;
    struct addr from, to;
    unsigned type, seq, ssrc;
    bool is_fragment;
};

static void say(struct file *f, const struct said *s)
{
    struct buf wire = {0};
    uint8_t rtp[16] = {0x80, (uint8_t)s->type, (uint8_t)(s->seq >> 8), (uint8_t)s->seq};
    put_u32(rtp + 8, s->ssrc);
    datagram(&wire, s->from, s->to, bytes_of(rtp, sizeof rtp), s->is_fragment);
    packet(f, s->iface, s->at, bytes_of(wire.data, wire.len));
    buf_free(&wire);
}

static void read_sessions(struct file *f, struct sessions *s, struct capture_reader *r)
{
    ck_assert(capture_open(r, all_of(f)));
    *s = (struct sessions){0};
    ck_assert(sessions_read(s, r));
}

#define A                                                                                          \
    {                                                                                              \
        1, 1000                                                                                    \
    }
#define B(PORT)                                                                                    \
    {                                                                                              \
        2, PORT                                                                                    \
    }

START_TEST(sessions_are_found_where_packets_follow_each_other)
{
    static const struct said talk[] = {
        {0, 10, A, B(5004), 0, 65535, 7, false}, /* the first, on its way */
        {1, 15, A, B(5004), 0, 65535, 7, false}, /* and at the receiver */
        {0, 20, A, B(5004), 0, 0, 7, false},     /* wraps, and is lost */
        {0, 30, A, B(5004), 0, 1, 7, false},     /* */
        {1, 35, A, B(5004), 0, 1, 7, false},     /* */
        {1, 40, A, B(5005), 200, 6, 7, false},   /* an SR of its */
        {1, 40, A, B(5005), 0, 6, 7, false},     /* no RTCP on that port */
        {1, 41, A, B(6000), 0, 9, 3, false},     /* alone: may be anything */
        {1, 42, A, B(7000), 0, 9, 3, false},     /* a jump: the same */
        {1, 43, A, B(7000), 0, 900, 3, false},   /* */
        {1, 50, A, B(8000), 96, 1, 4, false},    /* another session */
        {1, 51, A, B(8000), 96, 2, 4, false},    /* */
        {1, 60, A, B(9000), 0, 1, 4, true},      /* fragments */
        {1, 61, A, B(9000), 0, 2, 4, true},
    };
    struct file f = {0};
    struct sessions s;
    struct capture_reader r;
    section(&f);
    iface(&f, LINKTYPE_RAW, 9, 0);
    iface(&f, LINKTYPE_RAW, 9, 0);
    for (int i = 0; i < ROWS(talk); i++) {
        say(&f, &talk[i]);
    }
    read_sessions(&f, &s, &r);
    ck_assert_uint_eq(s.count, 2);
    ck_assert_uint_eq(s.list[0].to.port, 5004);
    ck_assert_uint_eq(s.list[0].iface, 1);
    ck_assert_uint_eq(s.list[0].packets, 2);
    ck_assert_uint_eq(s.list[0].reports, 1);
    ck_assert_uint_eq(s.list[1].to.port, 8000);
    ck_assert_uint_eq(s.list[1].payload_type, 96);
    ck_assert_uint_eq(s.fragments, 2);
    sessions_free(&s);
    capture_close(&r);
    buf_free(&f.bytes);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("capture");
    TCase *t = tcase_create("read");
    tcase_add_loop_test(t, a_clock_of_any_resolution_is_read_to_the_nanosecond, 0, ROWS(clocks));
    tcase_add_test(t, interfaces_are_counted_anew_in_each_section);
    tcase_add_loop_test(t, damage_is_told_by_what_it_is, 0, ROWS(damages));
    tcase_add_test(t, sessions_are_found_where_packets_follow_each_other);
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
