/* RSVP's messages against bytes written by hand after RFC 2205 (3.1, appendix A) and RFC 2210 (3);
 * floats after IEEE 754; the order of flowspecs; and messages that are meant to trip a reader up.
 */
#include "hex.h"
#include "wire/dissect.h"
#include "wire/format.h"
#include "wire/ipv4.h"
#include "wire/rsvp.h"

#include <check.h>
#include <string.h>

#define ROWS(table) (int)(sizeof(table) / sizeof *(table))

#define SESSION  "000c 0101 0a000202 11 00 138c "
#define TIMES    "0008 0501 00007530 "
#define FILTER   "000c 0a01 0a000102 0000 c000 "
#define FILTER_2 "000c 0a01 0a000103 0000 c001 "
#define TEMPLATE "000c 0b01 0a000102 0000 c000 "
/* r 10000 B/s, b 400 B, p infinite, m = M = 200 B */
#define BUCKET   "7f 00 0005 461c4000 43c80000 7f800000 000000c8 000000c8 "
#define TSPEC    "0024 0c02 00000007 01 00 0006 " BUCKET
#define FLOWSPEC "0024 0902 00000007 05 00 0006 " BUCKET
/* guaranteed: p 20000 B/s, R 15000 B/s, S 5 ms */
#define FLOWSPEC_2                                                                                 \
    "0030 0902 0000000a 02 00 0009 7f 00 0005 461c4000 43c80000 469c4000 000000c8 000000c8 "       \
    "82 00 0002 466a6000 00001388 "
#define ADSPEC                                                                                     \
    "0054 0d02 00000013 01 00 0008 04 00 0001 00000000 06 00 0001 49989680 "                       \
    "08 00 0001 000003e8 0a 00 0001 000005dc 02 00 0008 85 00 0001 000000c8 "                      \
    "86 00 0001 000004b0 87 00 0001 000000c8 88 00 0001 000004b0 05 00 0000 "

enum {
    S = 1 << RSVP_SESSION,
    H = 1 << RSVP_HOP,
    T = 1 << RSVP_TIME_VALUES,
    E = 1 << RSVP_ERROR_SPEC,
    Y = 1 << RSVP_STYLE,
    SENDER = 1 << RSVP_SENDER_TEMPLATE | 1 << RSVP_SENDER_TSPEC,
    C = 1 << RSVP_RESV_CONFIRM,
};

static const struct rsvp_flowspec voice = {.service = RSVP_CONTROLLED_LOAD,
                                           .tspec = {10000, 400, INT64_MAX, 200, 200}};
static const struct rsvp_flowspec firm = {.service = RSVP_GUARANTEED,
                                          .tspec = {10000, 400, 20000, 200, 200},
                                          .reserved = 15000,
                                          .slack = 5000};

/* One row, one message: what it says, and its bytes with the checksum. */
static const struct {
    const char *name, *hex;
    enum rsvp_type type;
    uint32_t given;
    uint32_t hop;
    enum rsvp_style style;
    uint8_t lih, ttl, flows, filters, scope, code, value, flags;
    uint32_t error_node;
} messages[] = {
    {"PATH",
     "10 01 07de 40 00 00ac " SESSION "000c 0301 0a000102 00000003 " TIMES TEMPLATE TSPEC ADSPEC,
     RSVP_PATH, S | H | T | SENDER | 1 << RSVP_ADSPEC, 0x0a000102, 0, 3, 64, 0, 0, 0, 0, 0, 0, 0},
    {"RESV FF, two senders, to be confirmed",
     "10 02 36b6 40 00 00a4 " SESSION "000c 0301 0a000202 00000001 " TIMES
     "0008 0f01 0a000202 0008 0801 0000000a " FLOWSPEC FILTER FLOWSPEC_2 FILTER_2,
     RSVP_RESV, S | H | T | Y | C, 0x0a000202, RSVP_FF, 1, 64, 2, 2, 0, 0, 0, 0, 0},
    {"RESV SE, two senders",
     "10 02 6a42 40 00 006c " SESSION "000c 0301 0a000202 00000001 " TIMES
     "0008 0801 00000012 " FLOWSPEC FILTER FILTER_2,
     RSVP_RESV, S | H | T | Y, 0x0a000202, RSVP_SE, 1, 64, 1, 2, 0, 0, 0, 0, 0},
    {"RESV WF with a scope",
     "10 02 f75e 40 00 0060 " SESSION "000c 0301 0a000202 00000001 " TIMES
     "000c 0701 0a000102 0a000103 0008 0801 00000011 " FLOWSPEC,
     RSVP_RESV, S | H | T | Y | 1 << RSVP_SCOPE, 0x0a000202, RSVP_WF, 1, 64, 1, 0, 2, 0, 0, 0, 0},
    {"PATHERR: system error",
     "10 03 beae 40 00 0050 " SESSION "000c 0601 0a000201 00 17 0000 " TEMPLATE TSPEC,
     RSVP_PATH_ERR, S | E | SENDER, 0, 0, 0, 64, 0, 0, 0, RSVP_SYSTEM_ERROR, 0, 0, 0x0a000201},
    {"RESVERR: no bandwidth, what was there stays",
     "10 04 a68b 40 00 0064 " SESSION "000c 0301 0a000201 00000001 000c 0601 0a000201 01 01 0002 "
     "0008 0801 0000000a " FLOWSPEC FILTER,
     RSVP_RESV_ERR, S | H | E | Y, 0x0a000201, RSVP_FF, 1, 64, 1, 1, 0, RSVP_ADMISSION_FAILURE,
     RSVP_NO_BANDWIDTH, RSVP_IN_PLACE, 0x0a000201},
    {"PATHTEAR", "10 05 c3bf 3f 00 0050 " SESSION "000c 0301 0a000102 00000003 " TEMPLATE TSPEC,
     RSVP_PATH_TEAR, S | H | SENDER, 0x0a000102, 0, 3, 63, 0, 0, 0, 0, 0, 0, 0},
    {"RESVTEAR",
     "10 06 b9a5 40 00 0058 " SESSION
     "000c 0301 0a000202 00000001 0008 0801 0000000a " FLOWSPEC FILTER,
     RSVP_RESV_TEAR, S | H | Y, 0x0a000202, RSVP_FF, 1, 64, 1, 1, 0, 0, 0, 0, 0},
    {"RESVCONF",
     "10 07 9c92 40 00 0060 " SESSION "000c 0601 0a000102 00 00 0000 0008 0f01 0a000202 "
     "0008 0801 0000000a " FLOWSPEC FILTER,
     RSVP_RESV_CONF, S | E | Y | C, 0, RSVP_FF, 0, 64, 1, 1, 0, 0, 0, 0, 0x0a000102},
};

static struct rsvp message_of(int i)
{
    static const struct addr senders[] = {{0x0a000102, 49152}, {0x0a000103, 49153}};
    struct rsvp m = {.type = messages[i].type,
                     .send_ttl = messages[i].ttl,
                     .given = messages[i].given,
                     .session = {0x0a000202, 5004},
                     .protocol = 17,
                     .hop = messages[i].hop,
                     .lih = messages[i].lih,
                     .refresh_ms = 30000,
                     .style = messages[i].style,
                     .sender = senders[0],
                     .tspec = voice.tspec,
                     .adspec = {.bandwidth = 1250000,
                                .latency_us = 1000,
                                .mtu = 1500,
                                .has_guaranteed = true,
                                .c_total = 200,
                                .c_sum = 200,
                                .d_total = 1200,
                                .d_sum = 1200},
                     .confirm = 0x0a000202,
                     .scope = {senders[0].ip, senders[1].ip},
                     .scope_count = messages[i].scope};
    m.error.node = messages[i].error_node;
    m.error.flags = messages[i].flags;
    m.error.code = messages[i].code;
    m.error.value = messages[i].value;
    for (unsigned k = 0; k < messages[i].filters || k < messages[i].flows; k++) {
        if (k < messages[i].flows) {
            ck_assert(rsvp_add_flow(&m, k ? &firm : &voice));
        }
        if (k < messages[i].filters) {
            ck_assert(rsvp_add_filter(&m, senders[k]));
        }
    }
    return m;
}

START_TEST(a_message_is_written_as_the_figures_have_it)
{
    struct rsvp m = message_of(_i);
    struct buf out = {0};
    rsvp_write(&m, &out);
    rsvp_format.seal(out.data, out.len, NULL);
    expect_hex(bytes_of(out.data, out.len), messages[_i].hex);
    ck_assert(rsvp_format.intact(bytes_of(out.data, out.len), NULL));
    buf_free(&out);
}
END_TEST

START_TEST(what_is_read_says_the_same)
{
    struct rsvp want = message_of(_i), m;
    uint8_t room[256];
    struct bytes bytes = unhex(messages[_i].hex, room);
    ck_assert_int_eq(rsvp_read(bytes, &m), RSVP_SOUND);
    ck_assert_int_eq(m.type, want.type);
    ck_assert_uint_eq(m.given & ~(1u << RSVP_FLOWSPEC | 1u << RSVP_FILTER_SPEC), want.given);
    ck_assert(m.session.ip == want.session.ip && m.session.port == 5004 && m.protocol == 17);
    ck_assert(m.hop == want.hop && m.lih == want.lih && m.send_ttl == want.send_ttl);
    ck_assert(!(m.given & T) || m.refresh_ms == 30000);
    ck_assert_int_eq(m.style, want.style);
    ck_assert(m.error.node == want.error.node && m.error.flags == want.error.flags);
    ck_assert(m.error.code == want.error.code && m.error.value == want.error.value);
    ck_assert(!(m.given & C) || m.confirm == 0x0a000202);
    if (m.type == RSVP_PATH) {
        ck_assert(m.sender.ip == want.sender.ip && m.sender.port == want.sender.port);
        ck_assert(m.tspec.rate == 10000 && m.tspec.bucket == 400 && m.tspec.peak == INT64_MAX);
        ck_assert(m.tspec.min_unit == 200 && m.tspec.max_packet == 200);
        ck_assert(m.adspec.hops == 0 && m.adspec.bandwidth == 1250000 && !m.adspec.is_broken);
        ck_assert(m.adspec.latency_us == 1000 && m.adspec.mtu == 1500);
        ck_assert(m.adspec.has_guaranteed && m.adspec.c_total == 200 && m.adspec.c_sum == 200);
        ck_assert(m.adspec.d_total == 1200 && m.adspec.d_sum == 1200);
    }
    ck_assert_uint_eq(m.flow_count, want.flow_count);
    ck_assert_uint_eq(m.filter_count, want.filter_count);
    ck_assert_uint_eq(m.scope_count, want.scope_count);
    ck_assert_mem_eq(m.filters, want.filters, sizeof m.filters);
    for (unsigned i = 0; i < m.flow_count; i++) {
        ck_assert(rsvp_same_flowspec(&m.flows[i].flowspec, &want.flows[i].flowspec));
        ck_assert_uint_eq(m.flows[i].first, want.flows[i].first);
        ck_assert_uint_eq(m.flows[i].filter_count, want.flows[i].filter_count);
    }
}
END_TEST

static bool is_between_objects(struct bytes message, size_t len)
{
    struct rsvp_object o;
    size_t at = RSVP_HEADER;
    while (at != len && rsvp_next(message, &at, &o)) {
    }
    return at == len;
}

/* Cut anywhere it is refused, its length put right or not; but that it may lack what may lack. */
START_TEST(a_cut_message_is_refused)
{
    uint8_t room[256], cut[256];
    struct bytes whole = unhex(messages[_i].hex, room);
    struct rsvp m;
    for (size_t len = 0; len < whole.len; len++) {
        memcpy(cut, whole.data, len);
        ck_assert_int_ne(rsvp_read(bytes_of(cut, len), &m), RSVP_SOUND);
        if (len >= RSVP_HEADER) {
            put_u16(cut + 6, (unsigned)len);
        }
        enum rsvp_reading r = rsvp_read(bytes_of(cut, len), &m);
        ck_assert(r != RSVP_SOUND || is_between_objects(whole, len));
    }
}
END_TEST

static const struct {
    const char *what, *hex;
    enum rsvp_reading reading;
    uint8_t code;
    uint16_t value;
} odd[] = {
    {"version 2", "20 06 0000 40 00 0028 " SESSION "000c 0301 0a000202 00000001 0008 0801 00000011",
     RSVP_BROKEN, 0, 0},
    {"a tear without its hop", "10 06 0000 40 00 001c " SESSION "0008 0801 00000011", RSVP_BROKEN,
     0, 0},
    {"an object of length 0",
     "10 06 0000 40 00 0028 0000 0101 0a000202 11 00 138c "
     "000c 0301 0a000202 00000001 0008 0801 00000011",
     RSVP_BROKEN, 0, 0},
    {"an object of length 6",
     "10 06 0000 40 00 0028 0006 0101 0a000202 11 00 138c "
     "000c 0301 0a000202 00000001 0008 0801 00000011",
     RSVP_BROKEN, 0, 0},
    {"an object that leads out",
     "10 06 0000 40 00 0028 " SESSION "000c 0301 0a000202 00000001 000c 0801 00000011", RSVP_BROKEN,
     0, 0},
    {"a tear of WF names nobody (3.1.6)",
     "10 06 0000 40 00 0028 " SESSION "000c 0301 0a000202 00000001 0008 0801 00000011", RSVP_SOUND,
     0, 0},
    {"a class that must be known (3.10)",
     "10 06 0000 40 00 0030 " SESSION
     "000c 0301 0a000202 00000001 0008 4201 00000000 0008 0801 00000011",
     RSVP_FOREIGN, RSVP_UNKNOWN_CLASS, 0x4201},
    {"a class that may be left out",
     "10 06 0000 40 00 0030 " SESSION
     "000c 0301 0a000202 00000001 0008 8201 00000000 0008 0801 00000011",
     RSVP_SOUND, 0, 0},
    {"a class that may be passed over",
     "10 06 0000 40 00 0030 " SESSION
     "000c 0301 0a000202 00000001 0008 c201 00000000 0008 0801 00000011",
     RSVP_SOUND, 0, 0},
    {"an IPv6 hop: another C-Type",
     "10 06 0000 40 00 0028 " SESSION "000c 0302 0a000202 00000001 0008 0801 00000011",
     RSVP_FOREIGN, RSVP_UNKNOWN_CTYPE, 0x0302},
    {"WF with a sender",
     "10 02 0000 40 00 0060 " SESSION "000c 0301 0a000202 00000001 " TIMES
     "0008 0801 00000011 " FLOWSPEC FILTER,
     RSVP_BROKEN, 0, 0},
    {"FF without",
     "10 02 0000 40 00 0054 " SESSION "000c 0301 0a000202 00000001 " TIMES
     "0008 0801 0000000a " FLOWSPEC,
     RSVP_BROKEN, 0, 0},
    {"FF whose second descriptor has the flowspec of the first (3.1.4)",
     "10 02 0000 40 00 006c " SESSION "000c 0301 0a000202 00000001 " TIMES
     "0008 0801 0000000a " FLOWSPEC FILTER FILTER_2,
     RSVP_SOUND, 0, 0},
    {"a filter before any flowspec",
     "10 02 0000 40 00 0060 " SESSION "000c 0301 0a000202 00000001 " TIMES
     "0008 0801 0000000a " FILTER FLOWSPEC,
     RSVP_BROKEN, 0, 0},
    {"a negative rate",
     "10 02 0000 40 00 0054 " SESSION "000c 0301 0a000202 00000001 " TIMES
     "0008 0801 00000011 0024 0902 00000007 05 00 0006 7f 00 0005 c61c4000 43c80000 7f800000 "
     "000000c8 000000c8",
     RSVP_BROKEN, 0, 0},
};

START_TEST(what_is_odd_is_told_apart)
{
    uint8_t room[256];
    struct rsvp m;
    struct bytes bytes = unhex(odd[_i].hex, room);
    ck_assert_int_eq(rsvp_read(bytes, &m), odd[_i].reading);
    if (odd[_i].reading == RSVP_FOREIGN) {
        ck_assert_uint_eq(m.error.code, odd[_i].code);
        ck_assert_uint_eq(m.error.value, odd[_i].value);
    }
}
END_TEST

START_TEST(a_flowspec_left_out_is_the_one_before)
{
    uint8_t room[256];
    struct rsvp m;
    struct bytes bytes = unhex("10 02 0000 40 00 006c " SESSION "000c 0301 0a000202 00000001 " TIMES
                               "0008 0801 0000000a " FLOWSPEC FILTER FILTER_2,
                               room);
    ck_assert_int_eq(rsvp_read(bytes, &m), RSVP_SOUND);
    ck_assert_uint_eq(m.flow_count, 2);
    ck_assert(rsvp_same_flowspec(&m.flows[1].flowspec, &voice));
    ck_assert_uint_eq(m.filters[m.flows[1].first].port, 49153);
}
END_TEST

/* As many senders as a node holds, and one more: refused in words, not lost. */
START_TEST(more_senders_than_fit_are_refused)
{
    struct rsvp m = {.type = RSVP_RESV, .given = S | H | T | Y, .style = RSVP_SE}, back;
    struct buf out = {0};
    rsvp_add_flow(&m, &voice);
    for (unsigned i = 0; i < RSVP_FILTERS_MAX; i++) {
        ck_assert(rsvp_add_filter(&m, (struct addr){0x0a000000 + i, 5000}));
    }
    ck_assert(!rsvp_add_filter(&m, (struct addr){1, 1}));
    rsvp_write(&m, &out);
    ck_assert_int_eq(rsvp_read(bytes_of(out.data, out.len), &back), RSVP_SOUND);
    ck_assert_uint_eq(back.filter_count, RSVP_FILTERS_MAX);
    ck_assert_mem_eq(back.filters, m.filters, sizeof m.filters);
    uint8_t room[256];
    buf_add(&out, unhex(FILTER, room));
    put_u16(out.data + 6, (unsigned)out.len);
    ck_assert_int_eq(rsvp_read(bytes_of(out.data, out.len), &back), RSVP_FOREIGN);
    ck_assert_uint_eq(back.error.code, RSVP_SYSTEM_ERROR);
    buf_free(&out);
}
END_TEST

/* ---- numbers ---- */

static const struct {
    int64_t value;
    uint32_t bits;
    int64_t back; /* -1: the value itself */
} floats[] = {
    {0, 0x00000000, -1},
    {1, 0x3f800000, -1},
    {2, 0x40000000, -1},
    {10000, 0x461c4000, -1},
    {1250000, 0x49989680, -1},
    {16777215, 0x4b7fffff, -1},       /* 2^24 - 1: the last of which all are there */
    {16777217, 0x4b800000, 16777216}, /* a tie goes to the even one */
    {16777219, 0x4b800002, 16777220},
    {33554431, 0x4c000000, 33554432}, /* rounded up to the next power */
    {INT64_C(1) << 40, 0x53800000, -1},
    {INT64_MAX, 0x7f800000, -1}, /* infinity */
};

START_TEST(a_rate_is_an_ieee_float)
{
    int64_t back = floats[_i].back < 0 ? floats[_i].value : floats[_i].back;
    ck_assert_uint_eq(rsvp_float(floats[_i].value), floats[_i].bits);
    ck_assert_int_eq(rsvp_unfloat(floats[_i].bits), back);
}
END_TEST

START_TEST(floats_that_are_no_whole_number)
{
    ck_assert_int_eq(rsvp_unfloat(0x3f000000), 1);  /* 0.5 */
    ck_assert_int_eq(rsvp_unfloat(0x3eaaaaab), 0);  /* a third */
    ck_assert_int_eq(rsvp_unfloat(0x40200000), 3);  /* 2.5 */
    ck_assert_int_eq(rsvp_unfloat(0x00000001), 0);  /* the smallest there is */
    ck_assert_int_eq(rsvp_unfloat(0x80000000), 0);  /* -0 */
    ck_assert_int_eq(rsvp_unfloat(0xbf800000), -1); /* -1 */
    ck_assert_int_eq(rsvp_unfloat(0x7fc00000), -1); /* no number */
    ck_assert_int_eq(rsvp_unfloat(0x7f7fffff), INT64_MAX);
}
END_TEST

/* RFC 2211, RFC 2212: the largest r, b, p, R; the smallest m, M, S. */
START_TEST(two_wishes_merge_into_the_least_that_does_for_both)
{
    struct rsvp_flowspec a = {RSVP_CONTROLLED_LOAD, {100, 900, 300, 50, 1500}, 0, 0};
    struct rsvp_flowspec b = {RSVP_CONTROLLED_LOAD, {200, 800, 250, 60, 1400}, 0, 0};
    struct rsvp_flowspec most = {RSVP_CONTROLLED_LOAD, {200, 900, 300, 50, 1400}, 0, 0};
    struct rsvp_flowspec least = {RSVP_CONTROLLED_LOAD, {100, 800, 250, 50, 1400}, 0, 0};
    struct rsvp_flowspec ab = rsvp_merge(&a, &b), ba = rsvp_merge(&b, &a);
    struct rsvp_flowspec low = rsvp_least(&a, &b);
    ck_assert(rsvp_same_flowspec(&ab, &most) && rsvp_same_flowspec(&ba, &most));
    ck_assert(rsvp_same_flowspec(&low, &least));
    struct rsvp_flowspec again = rsvp_merge(&ab, &a);
    ck_assert(rsvp_same_flowspec(&again, &most));
}
END_TEST

START_TEST(guaranteed_is_more_than_controlled_load)
{
    struct rsvp_flowspec other = {RSVP_GUARANTEED, {5000, 100, 9000, 100, 100}, 18000, 200};
    struct rsvp_flowspec m = rsvp_merge(&voice, &firm);
    ck_assert_int_eq(m.service, RSVP_GUARANTEED);
    ck_assert_int_eq(m.reserved, 15000);
    ck_assert_uint_eq(m.slack, 5000);
    m = rsvp_merge(&other, &firm);
    ck_assert_int_eq(m.reserved, 18000);
    ck_assert_uint_eq(m.slack, 200);
    ck_assert_int_eq(rsvp_share(&voice), 10000);
    ck_assert_int_eq(rsvp_share(&firm), 15000);
    m = rsvp_least(&other, &firm);
    ck_assert_int_eq(m.reserved, 15000);
    ck_assert_uint_eq(m.slack, 5000);
    m = rsvp_least(&voice, &firm);
    ck_assert_int_eq(m.service, RSVP_CONTROLLED_LOAD);
    ck_assert_int_eq(m.reserved, 0);
}
END_TEST

/* ---- router alert (RFC 2113) ---- */

START_TEST(router_alert_is_an_option_of_four_bytes)
{
    uint8_t head[IPV4_HEADER + IPV4_ALERT];
    struct ipv4 h = {.total_len = 160,
                     .id = 2,
                     .ttl = 64,
                     .protocol = IP_RSVP,
                     .from = 0x0a000102,
                     .to = 0x0a000202};
    struct ipv4 back;
    ipv4_encode_alert(&h, head);
    expect_hex(bytes_of(head, sizeof head),
               "46 00 00a0 0002 0000 40 2e ce26 0a000102 0a000202 94 04 0000");
    ck_assert(ipv4_decode(bytes_of(head, sizeof head), &back));
    ck_assert(back.alert && back.header_len == 24);
}
END_TEST

static const struct {
    const char *what, *options;
    bool alert;
} alerts[] = {
    {"value 1 is none that is known", "94 04 0001", false},
    {"behind a no-operation", "01 94 04 0000 00 00 00", true},
    {"behind another option", "07 03 04 01 94 04 0000", true},
    {"behind the end", "00 94 04 00 00 00 00 00", false},
    {"cut", "01 01 01 94", false},
    {"of a wrong length", "94 03 00 00", false},
    {"an option of length 0", "07 00 94 04", false},
};

START_TEST(router_alert_is_found_among_options)
{
    uint8_t room[256], packet[60] = {0x45};
    struct bytes options = unhex(alerts[_i].options, room);
    struct ipv4 h;
    packet[0] = (uint8_t)(4 << 4 | (IPV4_HEADER + options.len) / 4);
    put_u16(packet + 2, (unsigned)(IPV4_HEADER + options.len));
    memcpy(packet + IPV4_HEADER, options.data, options.len);
    ck_assert(ipv4_decode(bytes_of(packet, IPV4_HEADER + options.len), &h));
    ck_assert_int_eq(h.alert, alerts[_i].alert);
}
END_TEST

/* ---- what the inspector shows ---- */

static const struct field *field_named(const struct dissection *d, const char *proto,
                                       const char *name)
{
    for (unsigned i = 0; i < d->layer_count; i++) {
        for (unsigned k = 0; strcmp(d->layers[i].proto, proto) == 0 && k < d->layers[i].count;
             k++) {
            const struct field *f = &d->fields[d->layers[i].first + k];
            if (strcmp(f->name, name) == 0) {
                return f;
            }
        }
    }
    return NULL;
}

START_TEST(each_object_is_a_layer_of_its_own)
{
    static struct dissection d;
    uint8_t room[256], packet[300];
    struct bytes message = unhex(messages[1].hex, room);
    struct ipv4 ip = {.total_len = (uint16_t)(IPV4_HEADER + message.len),
                      .ttl = 64,
                      .protocol = IP_RSVP,
                      .from = 0x0a000202,
                      .to = 0x0a000201};
    ipv4_encode(&ip, packet);
    memcpy(packet + IPV4_HEADER, message.data, message.len);
    dissect(bytes_of(packet, IPV4_HEADER + message.len), LINK_FORM_IP, &d);
    ck_assert_str_eq(field_named(&d, "rsvp", "type")->text, "RESV");
    ck_assert_str_eq(field_named(&d, "rsvp-style", "style")->text, "FF");
    ck_assert_str_eq(field_named(&d, "rsvp-flowspec", "rate")->text, "10000 B/s");
    ck_assert_str_eq(field_named(&d, "rsvp-flowspec", "peak")->text, "∞");
    ck_assert_str_eq(field_named(&d, "rsvp-flowspec", "service")->text, "controlled load");
    ck_assert_uint_eq(field_named(&d, "rsvp-filter", "port")->value, 49152);
    ck_assert_str_eq(field_named(&d, "rsvp-confirm", "address")->text, "10.0.2.2");
    const struct layer *last = &d.layers[d.layer_count - 1];
    ck_assert_uint_eq(last->at + last->len, IPV4_HEADER + message.len);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("rsvp wire");
    TCase *t = tcase_create("messages");
    tcase_add_loop_test(t, a_message_is_written_as_the_figures_have_it, 0, ROWS(messages));
    tcase_add_loop_test(t, what_is_read_says_the_same, 0, ROWS(messages));
    tcase_add_loop_test(t, a_cut_message_is_refused, 0, ROWS(messages));
    tcase_add_loop_test(t, what_is_odd_is_told_apart, 0, ROWS(odd));
    tcase_add_test(t, a_flowspec_left_out_is_the_one_before);
    tcase_add_test(t, more_senders_than_fit_are_refused);
    tcase_add_loop_test(t, a_rate_is_an_ieee_float, 0, ROWS(floats));
    tcase_add_test(t, floats_that_are_no_whole_number);
    tcase_add_test(t, two_wishes_merge_into_the_least_that_does_for_both);
    tcase_add_test(t, guaranteed_is_more_than_controlled_load);
    tcase_add_test(t, router_alert_is_an_option_of_four_bytes);
    tcase_add_loop_test(t, router_alert_is_found_among_options, 0, ROWS(alerts));
    tcase_add_test(t, each_object_is_a_layer_of_its_own);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? 1 : 0;
}
