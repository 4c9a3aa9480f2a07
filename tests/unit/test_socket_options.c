/* The table of socket options: its names, setsockopt's numbers, and what a script sets. */
#include "actor/socket_call.h"
#include "base/os.h"
#include "registry.h"
#include "run.h"
#include "scenario/read.h"

#include <check.h>
#include <string.h>

START_TEST(calls_are_named_by_the_keys)
{
    for (unsigned i = 0; i < OPTION_COUNT; i++) {
        const char *key = socket_options[i].param.name;
        if (key) {
            ck_assert_str_eq(socket_call_names[SOCKET_SET + i - CODE_OWN], key);
            ck_assert_uint_eq(socket_option_called(key), i);
        }
    }
    ck_assert_uint_eq(socket_option_called("congestion"), OPTION_COUNT);
}
END_TEST

/* As tcp(7), ip(7) and socket(7) say. */
static const struct {
    enum socket_option_name option;
    int64_t number;
    bool is_taken;
    int64_t value;
} numbers[] = {
    {OPTION_NODELAY, 7, true, 7},
    {OPTION_MAXSEG, 0, false, 0},
    {OPTION_MAXSEG, 1, true, 1},
    {OPTION_MAXSEG, 65495, true, 65495},
    {OPTION_MAXSEG, 65496, false, 0},
    {OPTION_KEEPIDLE, -1, false, 0},
    {OPTION_KEEPIDLE, 0, false, 0},
    {OPTION_KEEPIDLE, 1, true, INT64_C(1000000000)},
    {OPTION_KEEPIDLE, 32767, true, INT64_C(32767000000000)},
    {OPTION_KEEPIDLE, 32768, false, 0},
    {OPTION_KEEPINTVL, 32768, false, 0},
    {OPTION_KEEPCNT, 127, true, 127},
    {OPTION_KEEPCNT, 128, false, 0},
    {OPTION_USER_TIMEOUT, -1, false, 0},
    {OPTION_USER_TIMEOUT, 0, true, -1},
    {OPTION_USER_TIMEOUT, 2500, true, INT64_C(2500000000)},
    {OPTION_USER_TIMEOUT, INT64_MAX, false, 0},
    {OPTION_SNDBUF, 0, false, 0},
    {OPTION_RCVBUF, INT64_C(1) << 30, true, INT64_C(1) << 30},
    {OPTION_LINGER, -2, false, 0},
    {OPTION_LINGER, -1, true, -1},
    {OPTION_LINGER, 0, true, 0},
    {OPTION_TTL, -1, true, -1},
    {OPTION_TTL, 0, false, 0},
    {OPTION_TTL, 255, true, 255},
    {OPTION_TTL, 256, false, 0},
};

START_TEST(setsockopt_takes_what_the_manual_says)
{
    ck_assert_int_eq(socket_option_takes(numbers[_i].option, numbers[_i].number),
                     numbers[_i].is_taken);
    if (numbers[_i].is_taken) {
        ck_assert_int_eq(socket_option_value(numbers[_i].option, numbers[_i].number),
                         numbers[_i].value);
    }
}
END_TEST

static const char script[] = "hosts: {a: 10.0.0.1, b: 10.0.0.2}\n"
                             "links: [{between: [a, b], delay: 10 ms}]\n"
                             "stop: 5 s\n"
                             "script:\n"
                             "  - {at: 0 s, b: listen 80}\n"
                             "  - {at: 0 s, b: {set: {ttl: 9}}}\n"
                             "  - {at: 1 s, a: connect b:80}\n"
                             "  - {at: 2 s, a: {set: {ttl: 33, linger: 0 s}}}\n"
                             "  - {at: 2 s, a: send 1 B}\n"
                             "  - {at: 3 s, a: {set: {ttl: off, linger: off}}}\n"
                             "  - {at: 3 s, a: send 1 B}\n"
                             "  - {at: 4 s, a: close}\n";

struct played {
    struct scenario *sc;
    struct trace trace;
};

static void play(struct played *p)
{
    struct err err = {0};
    *p = (struct played){0};
    ck_assert(scenario_read_text("x.yaml", script, registry(), NULL, 0, &p->sc, &err));
    ck_assert(run_scenario(p->sc, &(struct run_options){.watch = true}, &p->trace, &err));
    err_free(&err);
}

static void forget(struct played *p)
{
    trace_free(&p->trace);
    scenario_free(p->sc);
}

/* TTL of the first packet that the host sends at or after a time. */
static unsigned ttl_sent(const struct trace *t, const char *host, sim_time from)
{
    for (uint32_t n = 1; n <= t->count; n++) {
        const struct record *r = trace_record(t, n);
        if (r->kind == REC_SEND && r->at >= from &&
            strcmp(t->nodes[entity_node(t, r->where)].name, host) == 0) {
            return trace_packet(t, r->packet)->net.ttl;
        }
    }
    return 0;
}

START_TEST(time_to_live_is_set_and_taken_back)
{
    struct played p;
    play(&p);
    ck_assert_uint_eq(ttl_sent(&p.trace, "a", SIM_S), 64);
    ck_assert_uint_eq(ttl_sent(&p.trace, "b", SIM_S), 9);
    ck_assert_uint_eq(ttl_sent(&p.trace, "a", 2 * SIM_S), 33);
    ck_assert_uint_eq(ttl_sent(&p.trace, "a", 3 * SIM_S), 64);
    forget(&p);
}
END_TEST

/* One call each, with its value; and lingering, taken back, does not reset. */
START_TEST(each_option_is_a_call)
{
    struct played p;
    unsigned set[OPTION_COUNT] = {0}, aborted = 0;
    play(&p);
    for (uint32_t n = 1; n <= p.trace.count; n++) {
        const struct record *r = trace_record(&p.trace, n);
        const struct actor_type *type = p.trace.entities[r->where].type;
        if (r->kind == REC_CALL && type && type->calls == socket_call_names &&
            r->code >= SOCKET_SET && r->code < SOCKET_CALL_END) {
            set[r->code - SOCKET_SET]++;
        }
        aborted += r->kind == REC_CALL && r->code == CODE_ABORT;
    }
    ck_assert_uint_eq(set[OPTION_TTL], 3);
    ck_assert_uint_eq(set[OPTION_LINGER], 2);
    ck_assert_uint_eq(aborted, 0);
    forget(&p);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("socket options");
    TCase *c = tcase_create("options");
    tcase_add_test(c, calls_are_named_by_the_keys);
    tcase_add_loop_test(c, setsockopt_takes_what_the_manual_says, 0,
                        (int)(sizeof numbers / sizeof *numbers));
    tcase_add_test(c, time_to_live_is_set_and_taken_back);
    tcase_add_test(c, each_option_is_a_call);
    suite_add_tcase(s, c);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
