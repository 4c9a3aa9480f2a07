/* What a scenario says in words, as bytes on the wire and as variables of whoever hears them. */
#include "registry.h"
#include "run.h"
#include "scenario/read.h"

#include <check.h>
#include <string.h>

#define PAIR "hosts: {a: 10.0.0.1, b: 10.0.0.2}\nlinks: [{between: [a, b], delay: 1 ms}]\n"

static struct trace run_text(const char *text, struct scenario **sc)
{
    struct trace t = {0};
    struct err err = {.lang = LANG_EN};
    const struct run_options watch = {.watch = true};
    struct buf told = {0};
    bool good = scenario_read_text("t.yaml", text, registry(), NULL, 0, sc, &err);
    err_format(&err, &told);
    ck_assert_msg(good, "%s", buf_cstr(&told));
    ck_assert(run_scenario(*sc, &watch, &t, &err));
    buf_free(&told);
    err_free(&err);
    return t;
}

/* Header and payload of all packets of that protocol from that host, one behind the other. */
static struct buf said_by(const struct trace *t, const char *node, const char *proto,
                          bool with_heads)
{
    struct buf out = {0};
    for (uint32_t n = 1; n <= t->count; n++) {
        const struct record *r = trace_record(t, n);
        const struct packet *p = r->kind == REC_SEND ? trace_packet(t, r->packet) : NULL;
        if (p && strcmp(p->proto->name, proto) == 0 &&
            strcmp(t->nodes[t->entities[p->sender].node].name, node) == 0) {
            struct bytes head = packet_head(p);
            buf_add(&out, bytes_of(head.data, with_heads ? head.len : 0));
            span_read(&t->streams, p->body, &out);
        }
    }
    return out;
}

/* Words of one host, and a pattern behind them; what another host writes is a pattern all along. */
START_TEST(words_are_what_is_sent)
{
    struct scenario *sc = NULL;
    struct trace t = run_text(PAIR "script:\n"
                                   "  - {at: 0 s, b: listen 80}\n"
                                   "  - {at: 0 s, a: {connect: {to: \"b:80\"}}}\n"
                                   "  - {at: 100 ms, a: {send: {text: hello}}}\n"
                                   "  - {at: 200 ms, a: send 3 B}\n"
                                   "  - {at: 300 ms, a: {send: {text: you}}}\n"
                                   "  - {at: 400 ms, b: send 8 B}\n"
                                   "stop: 1 s\n",
                              &sc);
    struct buf a = said_by(&t, "a", "tcp", false), b = said_by(&t, "b", "tcp", false);
    ck_assert_uint_eq(a.len, 11);
    ck_assert_mem_eq(a.data, "hello", 5);
    ck_assert_mem_eq(a.data + 8, "you", 3);
    ck_assert_uint_eq(b.len, 8);
    buf_free(&a);
    buf_free(&b);
    trace_free(&t);
    scenario_free(sc);
}
END_TEST

/* RFC 3550 5.3.1: the profile's 16 bits, the length in words of 32 bits, what is missing of the
 * last one as zeros. */
START_TEST(an_extension_ends_with_its_word)
{
    static const uint8_t want[] = {0x12, 0x34, 0, 2, 'l', 'e', 'v', 'e', 'l', 0, 0, 0};
    struct scenario *sc = NULL;
    struct trace t = run_text(PAIR "traffic:\n  - rtp: {from: a, to: \"b:5004\", for: 40 ms, rtcp: "
                                   "off, extension: {profile: 4660, data: level}}\n",
                              &sc);
    struct buf a = said_by(&t, "a", "rtp", true);
    unsigned found = 0;
    for (size_t i = 0; i + sizeof want <= a.len; i++) {
        found += memcmp(a.data + i, want, sizeof want) == 0;
    }
    ck_assert_uint_eq(found, 2);
    buf_free(&a);
    trace_free(&t);
    scenario_free(sc);
}
END_TEST

/* RFC 3550 A.1: cycles in the upper half. Five packets from 65534 on are the last of cycle 0 and
 * the first of cycle 1. */
START_TEST(a_receiver_shows_what_it_has_heard)
{
    struct scenario *sc = NULL;
    struct trace t =
        run_text(PAIR "traffic:\n  - rtp: {from: a, to: \"b:5004\", for: 100 ms, rtcp: "
                      "off, seq: 65534}\n",
                 &sc);
    int64_t highest = -1, received = -1;
    for (uint32_t e = 1; e <= t.entity_count; e++) {
        const struct actor_type *type = t.entities[e].type;
        for (unsigned v = 0; type && type->vars && type->vars[v].name; v++) {
            bool is_sink = strcmp(type->name, "rtp-sink") == 0;
            if (is_sink && strcmp(type->vars[v].name, "highest") == 0) {
                ck_assert(trace_var_at(&t, e, v, t.sim_ns, &highest));
            } else if (is_sink && strcmp(type->vars[v].name, "received") == 0) {
                ck_assert(trace_var_at(&t, e, v, t.sim_ns, &received));
            }
        }
    }
    ck_assert_int_eq(highest, 65536 + 2);
    ck_assert_int_eq(received, 5);
    trace_free(&t);
    scenario_free(sc);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("script");
    TCase *c = tcase_create("bytes");
    tcase_add_test(c, words_are_what_is_sent);
    tcase_add_test(c, an_extension_ends_with_its_word);
    tcase_add_test(c, a_receiver_shows_what_it_has_heard);
    suite_add_tcase(s, c);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
