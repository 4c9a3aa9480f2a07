/* Questions and their answers: what is right is computed by hand here, from the protocols' rules.
 */
#include "base/os.h"
#include "expect/lesson.h"
#include "export/look.h"
#include "registry.h"
#include "run.h"
#include "scenario/read.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

struct told {
    struct scenario *sc;
    struct trace trace;
    struct lesson lesson;
};

static const char connection[] = "hosts:\n"
                                 "  client: {address: 10.0.0.1, tcp: {isn: 100}}\n"
                                 "  server: {address: 10.0.0.2, tcp: {isn: 300}}\n"
                                 "links: [{between: [client, server], delay: 50 ms}]\n"
                                 "faults: [{drop: {from: client, is: SYN, nth: 1}}]\n"
                                 "stop: 4 s\n"
                                 "script:\n"
                                 "  - {at: 0 s, server: listen 80}\n"
                                 "  - {at: 100 ms, client: connect server:80}\n"
                                 "  - {at: 2 s, client: send 1000 B}\n"
                                 "  - {at: 3 s, client: close}\n";

static const char frames[] =
    "hosts: {a: 10.0.0.1, b: 10.0.0.2}\n"
    "links: [{between: [a, b], rate: 1 Mbit/s, delay: 10 ms}]\n"
    "traffic: [{stop-and-wait: {from: a, to: b, frames: 3, frame: 1000 B, timeout: 100 ms}}]\n"
    "faults: [{drop: {from: a, is: DATA, nth: 2}}]\n";

static void ask(struct told *t, const char *head, const char *questions)
{
    struct buf text = {0};
    struct err err = {0};
    *t = (struct told){0};
    buf_printf(&text, "%slesson:\n%s", head, questions);
    bool good = scenario_read_text("x.yaml", buf_cstr(&text), registry(), NULL, 0, &t->sc, &err) &&
                run_scenario(t->sc, &(struct run_options){.watch = true}, &t->trace, &err);
    struct buf said = {0};
    err_format(&err, &said);
    ck_assert_msg(good, "%s", buf_cstr(&said));
    lesson_make(t->sc, &t->trace, &t->lesson);
    buf_free(&said);
    buf_free(&text);
    err_free(&err);
}

static void forget(struct told *t)
{
    lesson_free(&t->lesson);
    trace_free(&t->trace);
    scenario_free(t->sc);
}

static void plain_option(const struct told *t, const struct lesson_question *q, unsigned i,
                         struct buf *out)
{
    struct buf marked = {0};
    lesson_tell(&t->trace, q, i, true, LANG_EN, &marked);
    look_named(&t->trace, buf_cstr(&marked), out);
    buf_free(&marked);
}

/* One row = one sentence: asked this, that is right, and it is asked then (ms; a nanosecond before
 * what it asks about, or at the last event before it). */
static const struct {
    const char *head, *question, *right;
    double moment_ms;
} rows[] = {
    /* A SYN uses up one number: RFC 9293 3.4. */
    {connection, "{before: {from: server, is: SYN+ACK}, ask: ack}", "1", 1150},
    {connection, "{before: {from: server, is: SYN+ACK}, ask: seq}", "0", 1150},
    {connection, "{before: {from: server, is: SYN+ACK}, ask: flags}", "SYN+ACK", 1150},
    {connection, "{after: {from: server, is: SYN+ACK}, ask: state}", "ESTABLISHED", 1200},
    {connection, "{after: {from: server, is: SYN+ACK}, ask: state, of: server}", "SYN-RECEIVED",
     1200},
    {connection, "{after: {from: server, is: SYN+ACK}, ask: seq}", "1", 1200},
    {connection, "{after: {from: client, is: ACK, nth: 1}, ask: state}", "ESTABLISHED", 1250},
    /* The initial RTO is 1 s (RFC 6298 2.1); the SYN died at 125 ms, half-way. */
    {connection, "{before: {from: client, is: SYN, nth: 2}, ask: time}", "1.1 s", 125.000001},
    /* 1000 bytes from 1 on, so 1001 is next; the acknowledgement may wait 200 ms. */
    {connection, "{before: {from: client, is: DATA}, ask: seq}", "1", 2000},
    {connection, "{before: {from: server, is: ACK, nth: 1}, ask: ack}", "1001", 2250},
    {connection, "{before: {from: server, is: ACK, nth: 1}, ask: time}", "2.25 s", 2050.000001},
    {connection, "{before: {from: client, is: FIN}, ask: seq}", "1001", 3000},
    {connection, "{before: {from: client, is: FIN}, ask: flags}", "FIN+ACK", 3000},
    {connection, "{before: {from: client, is: FIN}, ask: state}", "FIN-WAIT-1", 3000},
    {connection, "{after: {from: client, is: FIN}, ask: ack}", "1002", 3050},
    {connection, "{after: {from: client, is: FIN}, ask: state}", "CLOSE-WAIT", 3050},
    /* A frame takes 8 ms, an ACK 64 us; the wire 10 ms each way. */
    {frames, "{before: {from: b, is: ACK}, ask: ack}", "1", 18},
    {frames, "{after: {from: b, is: ACK}, ask: next}", "a sends DATA 1", 28.064},
    {frames, "{before: {from: a, is: DATA, nth: 2}, ask: seq}", "1", 28.064},
    /* Lost at 36.064 + 5 ms; the timer runs from the end of the transmission: 36.064 + 100. */
    {frames, "{before: {from: a, is: DATA, nth: 3}, ask: time}", "136.064 ms", 41.064001},
    {frames, "{before: {from: a, is: DATA, nth: 3}, ask: next}", "a sends DATA 1", 136.064},
    {frames, "{after: {from: b, is: ACK, nth: 3}, ask: next}", "a sends nothing", 192.192},
    {frames, "{after: {from: b, is: ACK, nth: 3}, ask: state}", "DONE", 192.192},
};

START_TEST(an_answer_is_what_the_run_does)
{
    struct told t;
    struct buf question = {0}, text = {0};
    buf_printf(&question, "  - %s\n", rows[_i].question);
    ask(&t, rows[_i].head, buf_cstr(&question));
    const struct lesson_question *q = &t.lesson.questions[0];
    ck_assert_uint_eq(t.lesson.count, 1);
    ck_assert_msg(!q->fault, "%s: %s", rows[_i].question, q->fault);
    plain_option(&t, q, q->right, &text);
    ck_assert_msg(strcmp(buf_cstr(&text), rows[_i].right) == 0, "%s: %s", rows[_i].question,
                  buf_cstr(&text));
    ck_assert_int_eq(q->moment + 1, (sim_time)(rows[_i].moment_ms * 1e6 + 0.5));
    forget(&t);
    buf_free(&question);
    buf_free(&text);
}
END_TEST

START_TEST(no_two_answers_read_alike)
{
    struct told t;
    struct buf question = {0};
    buf_printf(&question, "  - %s\n", rows[_i].question);
    ask(&t, rows[_i].head, buf_cstr(&question));
    const struct lesson_question *q = &t.lesson.questions[0];
    ck_assert_uint_ge(q->option_count, 2);
    ck_assert_uint_lt(q->right, q->option_count);
    for (unsigned i = 0; i < q->option_count; i++) {
        for (unsigned k = 0; k < i; k++) {
            struct buf a = {0}, b = {0};
            plain_option(&t, q, i, &a);
            plain_option(&t, q, k, &b);
            ck_assert_str_ne(buf_cstr(&a), buf_cstr(&b));
            buf_free(&a);
            buf_free(&b);
        }
    }
    forget(&t);
    buf_free(&question);
}
END_TEST

static const struct {
    const char *head, *question, *fault;
} unanswered[] = {
    {connection, "{before: {from: client, is: RST}, ask: seq}", "lesson.never"},
    {connection, "{after: {from: client, is: SYN, nth: 1}, ask: state}", "lesson.not-arrived"},
    {frames, "{after: {from: b, is: ACK, nth: 3}, ask: seq}", "lesson.no-reply"},
    {frames, "{before: {from: a, is: DATA}, ask: ack}", "lesson.no-number"},
};

START_TEST(a_question_without_an_answer_says_why)
{
    struct told t;
    struct buf question = {0};
    buf_printf(&question, "  - %s\n", unanswered[_i].question);
    ask(&t, unanswered[_i].head, buf_cstr(&question));
    ck_assert_ptr_nonnull(t.lesson.questions[0].fault);
    ck_assert_str_eq(t.lesson.questions[0].fault, unanswered[_i].fault);
    forget(&t);
    buf_free(&question);
}
END_TEST

START_TEST(what_is_typed_counts_by_its_value)
{
    struct told t;
    ask(&t, connection,
        "  - {before: {from: server, is: SYN+ACK}, ask: ack}\n"
        "  - {before: {from: client, is: SYN, nth: 2}, ask: time}\n"
        "  - {before: {from: server, is: SYN+ACK}, ask: flags}\n");
    const struct lesson_question *q = t.lesson.questions;
    ck_assert(lesson_is_right(&q[0], "1", true));
    ck_assert(lesson_is_right(&q[0], "101", false));
    ck_assert(!lesson_is_right(&q[0], "101", true));
    ck_assert(!lesson_is_right(&q[0], "2", true));
    ck_assert(!lesson_is_right(&q[0], "one", true));
    ck_assert(lesson_is_right(&q[1], "1.1 s", true));
    ck_assert(lesson_is_right(&q[1], "1100 ms", true));
    ck_assert(!lesson_is_right(&q[1], "1.2 s", true));
    ck_assert(lesson_is_right(&q[2], "syn+ack", true));
    ck_assert(!lesson_is_right(&q[2], "syn", true));
    forget(&t);
}
END_TEST

START_TEST(a_quiz_is_the_same_for_a_seed_and_another_for_another)
{
    struct told t;
    struct lesson one, again, other;
    ask(&t, connection, "  - {before: {from: client, is: FIN}, ask: seq}\n");
    lesson_quiz(&t.trace, 1, 5, &one);
    lesson_quiz(&t.trace, 1, 5, &again);
    bool differs = false;
    ck_assert_uint_eq(one.count, 5);
    ck_assert_uint_eq(again.count, 5);
    for (uint64_t seed = 2; seed < 6; seed++) {
        lesson_quiz(&t.trace, seed, 5, &other);
        for (uint32_t i = 0; i < 5 && i < other.count; i++) {
            differs |= other.questions[i].moment != one.questions[i].moment;
        }
        lesson_free(&other);
    }
    for (uint32_t i = 0; i < 5; i++) {
        ck_assert_int_eq(one.questions[i].moment, again.questions[i].moment);
        ck_assert_uint_eq(one.questions[i].right, again.questions[i].right);
        ck_assert_ptr_null(one.questions[i].fault);
        ck_assert(i == 0 || one.questions[i].moment >= one.questions[i - 1].reveal);
    }
    ck_assert(differs);
    lesson_free(&one);
    lesson_free(&again);
    forget(&t);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("lesson");
    TCase *c = tcase_create("lesson");
    tcase_add_loop_test(c, an_answer_is_what_the_run_does, 0, sizeof rows / sizeof *rows);
    tcase_add_loop_test(c, no_two_answers_read_alike, 0, sizeof rows / sizeof *rows);
    tcase_add_loop_test(c, a_question_without_an_answer_says_why, 0,
                        sizeof unanswered / sizeof *unanswered);
    tcase_add_test(c, what_is_typed_counts_by_its_value);
    tcase_add_test(c, a_quiz_is_the_same_for_a_seed_and_another_for_another);
    suite_add_tcase(s, c);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
