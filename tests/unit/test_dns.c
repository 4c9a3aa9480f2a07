/* DNS messages against the figures of RFC 1035, against what dig sends, and against all that is
 * meant to trip a reader up. */
#include "actor/errno_code.h"
#include "app/dns.h"
#include "registry.h"
#include "run.h"
#include "scenario/read.h"
#include "wire/dissect.h"
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

/* ---- names in the place of addresses ---- */

/* One row: what is looked up and how ends as the flow's error says, after so many questions and
 * SYNs (RFC 1034 5.3.1, RFC 3493 6.1: EAI_NONAME, EAI_AGAIN). */
static const struct {
    const char *resolver, *server, *fault, *to, *error;
    unsigned queries, syns;
} lookups[] = {
    {"names", "names: {www.example.net: web}", "", "www.example.net", "", 1, 1},
    {"names", "names: {www.example.net: web}", "", "WWW.Example.NET", "", 1, 1},
    {"10.0.0.53", "names: {www.example.net: 10.0.0.80}", "", "www.example.net", "", 1, 1},
    {"names", "names: {www.example.net: web}", "", "ww.example.net", "EAI_NONAME", 1, 0},
    {"names", "zone: www.example.net, records: 0", "", "www.example.net", "EAI_NONAME", 1, 0},
    {"names", "zone: www.example.net, records: 40", "", "www.example.net", "", 1, 2},
    {"{server: names, tcp: never}", "zone: www.example.net, records: 40", "", "www.example.net",
     "EAI_NONAME", 1, 0},
    {"{server: names, tcp: only}", "names: {www.example.net: web}", "", "www.example.net", "", 0,
     2},
    {"{server: names, timeout: 1 s, attempts: 3}", "names: {www.example.net: web}",
     "{at: 0 s, crash: names}", "www.example.net", "EAI_AGAIN", 3, 0},
    {"{server: names, timeout: 1 s}", "names: {www.example.net: web}", "drop: {is: QUERY, nth: 1}",
     "www.example.net", "", 2, 1},
};

static unsigned count_sent(const struct trace *t, const char *is)
{
    unsigned n = 0;
    for (uint32_t id = 1; id <= t->packets.count; id++) {
        const struct packet *p = packet_at(&t->packets, id);
        n += strcmp(packet_is(p->proto->name, packet_head(p), p->body.len), is) == 0;
    }
    return n;
}

static void run_text(const char *text, struct scenario **sc, struct trace *t)
{
    struct err err = {.lang = LANG_EN};
    struct buf told = {0};
    bool good = scenario_read_text("names.yaml", text, registry(), NULL, 0, sc, &err);
    err_format(&err, &told);
    ck_assert_msg(good, "%s", buf_cstr(&told));
    buf_free(&told);
    const struct run_options watch = {.watch = true};
    ck_assert(run_scenario(*sc, &watch, t, &err));
    err_free(&err);
}

START_TEST(a_name_is_looked_up_before_anything_goes)
{
    struct buf text = {0};
    struct scenario *sc;
    struct trace t = {0};
    buf_printf(&text,
               "hosts:\n  a: {address: 10.0.0.1, resolver: %s}\n"
               "  names: {address: 10.0.0.53, dns-server: {%s}}\n  web: 10.0.0.80\n"
               "routers: {R: {addresses: [10.0.0.254]}}\n"
               "links: [{between: [a, R], delay: 5 ms}, {between: [names, R], delay: 5 ms},\n"
               "  {between: [web, R], delay: 5 ms}]\n"
               "traffic: [{tcp: {from: a, to: \"%s:80\", bytes: 10 B, start: 100 ms}}]\n"
               "faults: [%s%s%s]\nstop: 30 s\n",
               lookups[_i].resolver, lookups[_i].server, lookups[_i].to,
               *lookups[_i].fault == 'd' ? "{" : "", lookups[_i].fault,
               *lookups[_i].fault == 'd' ? "}" : "");
    run_text(buf_cstr(&text), &sc, &t);
    ck_assert_str_eq(errno_code_name(t.flows[1].error), lookups[_i].error);
    ck_assert_uint_eq(count_sent(&t, "QUERY"), lookups[_i].queries);
    ck_assert_uint_eq(count_sent(&t, "SYN"), lookups[_i].syns);
    trace_free(&t);
    scenario_free(sc);
    buf_free(&text);
}
END_TEST

/* The record lives 2 s: who asks after that asks the server again. */
/* What a file may say wrongly about names, and the message. */
static const struct {
    const char *hosts, *told;
} wrongs[] = {
    {"names: {address: 10.0.0.2, dns-server: {name: w.net}}",
     "n.yaml:3:43: error: unknown key 'name' in 'dns-server'; did you mean 'names'?"},
    {"names: {address: 10.0.0.2, dns-server: {names: {a..b: a}}}",
     "n.yaml:3:51: error: 'names' cannot be 'a..b'"},
    {"names: {address: 10.0.0.2, dns-server: {names: {w.net: x}}}",
     "n.yaml:3:58: error: there is no host or router 'x'"},
    {"names: {address: 10.0.0.2, dns-server: {names: {w.net: a, W.NET: a}}}",
     "n.yaml:3:61: error: the key 'W.NET' stands twice here"},
    {"names: {address: 10.0.0.2, resolver: {timeout: 1 s}}",
     "n.yaml:3:30: error: 'resolver' needs the key 'server'"},
    {"names: {address: 10.0.0.2, resolver: nobody}",
     "n.yaml:3:40: error: there is no host or router 'nobody'"},
};

START_TEST(what_is_wrong_about_names_is_told)
{
    struct buf text = {0}, told = {0};
    struct scenario *sc = NULL;
    struct err err = {.lang = LANG_EN};
    buf_printf(&text, "hosts:\n  a: 10.0.0.1\n  %s\nlinks: [{between: [a, names]}]\n",
               wrongs[_i].hosts);
    ck_assert(!scenario_read_text("n.yaml", buf_cstr(&text), registry(), NULL, 0, &sc, &err));
    err_format(&err, &told);
    ck_assert_msg(strstr(buf_cstr(&told), wrongs[_i].told), "%s", buf_cstr(&told));
    buf_free(&text);
    buf_free(&told);
    err_free(&err);
}
END_TEST

START_TEST(what_was_learned_is_kept_for_its_time_to_live)
{
    struct scenario *sc;
    struct trace t = {0};
    run_text("hosts:\n  a: {address: 10.0.0.1, resolver: names}\n"
             "  names: {address: 10.0.0.53, dns-server: {names: {w.net: 10.0.0.53}, ttl: 2 s}}\n"
             "links: [{between: [a, names], delay: 5 ms}]\n"
             "script:\n  - {at: 0 s, names: listen 80}\n  - {at: 0 s, a: connect w.net:80}\n"
             "  - {at: 2005 ms, a: connect w.net:80}\n  - {at: 2011 ms, a: connect w.net:80}\n"
             "stop: 5 s\n",
             &sc, &t);
    ck_assert_uint_eq(count_sent(&t, "QUERY"), 2);
    ck_assert_uint_eq(count_sent(&t, "SYN"), 3);
    trace_free(&t);
    scenario_free(sc);
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
    tcase_add_loop_test(c, a_name_is_looked_up_before_anything_goes, 0,
                        (int)(sizeof lookups / sizeof *lookups));
    tcase_add_loop_test(c, what_is_wrong_about_names_is_told, 0,
                        (int)(sizeof wrongs / sizeof *wrongs));
    tcase_add_test(c, what_was_learned_is_kept_for_its_time_to_live);
    Suite *suite = suite_create("dns");
    suite_add_tcase(suite, c);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
