/* DNS messages against the figures of RFC 1035, against what dig sends, and against all that is
 * meant to trip a reader up. */
#include "app/dns.h"
#include "wire/dns.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static size_t unhex(const char *hex, uint8_t *out)
{
    size_t n = 0;
    for (; *hex; hex++) {
        if (*hex != ' ') {
            char two[3] = {hex[0], hex[1], 0};
            out[n++] = (uint8_t)strtoul(two, NULL, 16);
            hex++;
        }
    }
    return n;
}

/* dig +noedns www.example.net A, its identifier made 0x1234. */
static const char dig_asks[] =
    "1234 0120 0001 0000 0000 0000 03777777 076578616d706c65 036e6574 00 0001 0001";

START_TEST(what_dig_asks_is_read)
{
    uint8_t bytes[64];
    size_t at, n = unhex(dig_asks, bytes);
    struct dns_head h;
    ck_assert(dns_read_head(bytes_of(bytes, n), &h, &at));
    ck_assert_uint_eq(at, n);
    ck_assert_uint_eq(h.id, 0x1234);
    ck_assert(!h.is_answer && h.wants_recursion && !h.is_truncated);
    ck_assert_str_eq(h.name, "www.example.net");
    ck_assert_uint_eq(h.type, DNS_A);
    ck_assert(dns_is_sound(bytes_of(bytes, n)));
}
END_TEST

/* Written by hand after RFC 1035 4.1: an answer with a pointer to the question's name. */
START_TEST(an_answer_is_written_as_the_figures_have_it)
{
    static const char by_hand[] =
        "1234 8580 0001 0002 0000 0000 03777777 076578616d706c65 036e6574 00 0001 0001"
        "c00c 0001 0001 0000012c 0004 0a000050"
        "c00c 0001 0001 0000012c 0004 0a000051";
    uint8_t bytes[128], ip[4] = {10, 0, 0, 80};
    size_t n = unhex(by_hand, bytes);
    struct dns_head h = {.id = 0x1234,
                         .is_answer = true,
                         .is_authoritative = true,
                         .wants_recursion = true,
                         .can_recurse = true,
                         .counts = {1, 2},
                         .name = "www.example.net",
                         .type = DNS_A};
    struct dns_record r = {
        .name = "WWW.example.NET", .type = DNS_A, .ttl = 300, .data = bytes_of(ip, 4)};
    struct buf out = {0};
    dns_write_head(&h, &out);
    dns_write_record(&r, &h, &out);
    ip[3] = 81;
    dns_write_record(&r, &h, &out);
    ck_assert_uint_eq(out.len, n);
    ck_assert_mem_eq(out.data, bytes, n);
    buf_free(&out);
}
END_TEST

/* RFC 1035 4.1.4: F.ISI.ARPA at 20, FOO.F.ISI.ARPA at 40, ARPA at 64 by pointers, the root at 92.
 * Here each is the name of a record without data. */
START_TEST(names_are_compressed_as_in_the_figure)
{
    static const char names[] = "0000 8000 0000 0004 0000 0000"
                                "0146 03495349 0441525041 00 0063 0001 00000000 0000" /* at 12 */
                                "03464f4f c00c 0063 0001 00000000 0000"
                                "c012 0063 0001 00000000 0000" /* "ARPA" begins at 12 + 6 */
                                "00 0063 0001 00000000 0000";
    static const char *const expected[] = {"F.ISI.ARPA", "FOO.F.ISI.ARPA", "ARPA", ""};
    uint8_t bytes[128];
    size_t at, n = unhex(names, bytes);
    struct dns_head h;
    struct dns_record r;
    ck_assert(dns_read_head(bytes_of(bytes, n), &h, &at));
    for (int i = 0; i < 4; i++) {
        ck_assert(dns_read_record(bytes_of(bytes, n), &at, &r));
        ck_assert_str_eq(r.name, expected[i]);
    }
    ck_assert_uint_eq(at, n);
}
END_TEST

static const char *const bads[] = {
    "1234 0120 0001 0000 0000 00",                                     /* no header */
    "1234 0120 0001 0000 0000 0000",                                   /* a question is promised */
    "1234 0120 0001 0000 0000 0000 c00c 0001 0001",                    /* a pointer to itself */
    "1234 0120 0001 0000 0000 0000 c00e 00 0001 0001",                 /* forward */
    "1234 0120 0001 0000 0000 0000 0161 c00c 0001 0001",               /* round and round */
    "1234 0120 0001 0000 0000 0000 4061 00 0001 0001",                 /* a label of another kind */
    "1234 0120 0001 0000 0000 0000 0561 00 0001 0001",                 /* a label that is cut */
    "1234 0120 0001 0000 0000 0000 0161 00 0001",                      /* no class */
    "1234 8000 0000 0001 0000 0000 00 0001 0001 00000000 0004 0a0000", /* data that is cut */
    "1234 0120 0001 0000 0000 0000 0161 00 0001 0001 00",              /* something follows */
};

START_TEST(what_is_wrong_is_refused)
{
    uint8_t bytes[128];
    ck_assert(!dns_is_sound(bytes_of(bytes, unhex(bads[_i], bytes))));
}
END_TEST

/* 255 bytes on the wire are the most (2.3.4). */
START_TEST(names_have_a_limit)
{
    uint8_t bytes[400] = {0x12, 0x34, 0, 0, 0, 1};
    for (size_t labels = 1; labels <= 5; labels++) {
        size_t n = DNS_HEADER, at;
        struct dns_head h;
        for (size_t i = 0; i < labels; i++) {
            bytes[n++] = DNS_LABEL_MAX;
            memset(bytes + n, 'a', DNS_LABEL_MAX);
            n += DNS_LABEL_MAX;
        }
        memset(bytes + n, 0, 5);
        ck_assert_int_eq(dns_read_head(bytes_of(bytes, n + 5), &h, &at), labels <= 3);
    }
}
END_TEST

START_TEST(frames_are_found_wherever_they_are_cut)
{
    struct buf out = {0};
    struct bytes message;
    dns_frame(bytes_str("first"), &out);
    dns_frame(bytes_str(""), &out);
    for (size_t n = 0; n < out.len; n++) {
        ck_assert_int_eq(dns_unframe(bytes_of(out.data, n), &message), n >= 7);
    }
    ck_assert_uint_eq(message.len, 5);
    ck_assert(dns_unframe(bytes_of(out.data + 7, 2), &message) && message.len == 0);
    buf_free(&out);
}
END_TEST

START_TEST(names_are_what_hosts_have)
{
    ck_assert(dns_is_name("a") && dns_is_name("www.example.net") && dns_is_name("_sip.a-b.c"));
    ck_assert(!dns_is_name("") && !dns_is_name(".") && !dns_is_name("a..b") && !dns_is_name("a.") &&
              !dns_is_name("a b"));
    ck_assert(dns_same_name("WwW.x", "wWw.X") && !dns_same_name("a", "ab") &&
              !dns_same_name("ab", "a"));
}
END_TEST

int main(void)
{
    TCase *c = tcase_create("dns");
    tcase_add_test(c, what_dig_asks_is_read);
    tcase_add_test(c, an_answer_is_written_as_the_figures_have_it);
    tcase_add_test(c, names_are_compressed_as_in_the_figure);
    tcase_add_loop_test(c, what_is_wrong_is_refused, 0, (int)(sizeof bads / sizeof *bads));
    tcase_add_test(c, names_have_a_limit);
    tcase_add_test(c, frames_are_found_wherever_they_are_cut);
    tcase_add_test(c, names_are_what_hosts_have);
    Suite *suite = suite_create("dns");
    suite_add_tcase(suite, c);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
