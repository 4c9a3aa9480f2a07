/* What a file hides: sealed and opened, put into the run, guessed at. */
#include "diagnose.h"
#include "registry.h"
#include "scenario/read.h"
#include "scenario/seal.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

START_TEST(a_seal_opens_to_what_was_sealed)
{
    static const char *const texts[] = {"a", "ab", "abc", "links.0.loss=5%\n",
                                        "faults=[{drop: {from: 客户端, nth: 1}}]\nseed=2\n"};
    struct buf sealed = {0}, text = {0};
    seal_close(texts[_i], &sealed);
    ck_assert_ptr_null(strstr(buf_cstr(&sealed), texts[_i]));
    ck_assert_uint_eq(strspn(buf_cstr(&sealed), "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwx"
                                                "yz0123456789-_"),
                      sealed.len);
    ck_assert(seal_open(buf_cstr(&sealed), &text));
    ck_assert_str_eq(buf_cstr(&text), texts[_i]);
    buf_free(&sealed);
    buf_free(&text);
}
END_TEST

/* Each letter changed, each letter left out: none of these seals opens. */
START_TEST(a_changed_seal_stays_shut)
{
    struct buf sealed = {0}, text = {0};
    seal_close("links.0.loss=5%\n", &sealed);
    const char *whole = buf_cstr(&sealed);
    for (size_t i = 0; i < sealed.len; i++) {
        char other[128];
        memcpy(other, whole, sealed.len + 1);
        other[i] = other[i] == 'A' ? 'B' : 'A';
        ck_assert_msg(!seal_open(other, &text), "%s", other);
        memmove(other + i, other + i + 1, sealed.len - i);
        ck_assert_msg(!seal_open(other, &text), "%s", other);
    }
    ck_assert(!seal_open("", &text));
    ck_assert(!seal_open("four", &text));
    ck_assert(!seal_open("with space", &text));
    ck_assert_uint_eq(text.len, 0);
    buf_free(&sealed);
}
END_TEST

static const char line[] =
    "hosts: {a: 10.0.0.1, b: 10.0.0.2}\n"
    "links: [{between: [a, b], rate: 1 Mbit/s, delay: 10 ms}]\n"
    "traffic: [{stop-and-wait: {from: a, to: b, frames: 4, frame: 1000 B, timeout: 100 ms}}]\n";

struct hidden_run {
    struct scenario *sc;
    struct trace trace;
    struct err err;
};

static bool run_hiding(struct hidden_run *r, const char *hides, const char *rest)
{
    struct buf text = {0};
    *r = (struct hidden_run){0};
    buf_printf(&text, "%s%shidden: ", line, rest);
    seal_close(hides, &text);
    buf_char(&text, '\n');
    bool good =
        scenario_read_text("x.yaml", buf_cstr(&text), registry(), NULL, 0, &r->sc, &r->err) &&
        run_scenario(r->sc, &(struct run_options){.watch = true}, &r->trace, &r->err);
    buf_free(&text);
    return good;
}

static void forget(struct hidden_run *r)
{
    trace_free(&r->trace);
    scenario_free(r->sc);
    err_free(&r->err);
}

static unsigned losses(const struct trace *t)
{
    unsigned count = 0;
    for (uint32_t n = 1; n <= t->count; n++) {
        const struct record *r = trace_record(t, n);
        count += r->kind == REC_DROP && (r->code == DROP_LOSS || r->code == DROP_FAULT);
    }
    return count;
}

START_TEST(what_is_hidden_happens)
{
    struct hidden_run r;
    ck_assert(run_hiding(&r, "faults=[{drop: {from: a, is: DATA, nth: 2}}]\n", ""));
    ck_assert_uint_eq(losses(&r.trace), 1);
    ck_assert_str_eq(r.sc->hidden, "faults=[{drop: {from: a, is: DATA, nth: 2}}]\n");
    forget(&r);
    ck_assert(run_hiding(&r, "links.0.loss={list: [1]}\nseed=3\n", ""));
    ck_assert_uint_eq(r.sc->seed, 3);
    ck_assert_uint_eq(losses(&r.trace), 2); /* the first DATA and the first ACK */
    forget(&r);
}
END_TEST

/* Hidden faults come to those that everybody sees. */
START_TEST(faults_that_are_seen_stay)
{
    struct hidden_run r;
    ck_assert(run_hiding(&r, "faults=[{drop: {from: a, is: DATA, nth: 2}}]\n",
                         "faults: [{drop: {from: b, is: ACK, nth: 1}}]\n"));
    ck_assert_uint_eq(r.sc->fault_count, 2);
    ck_assert_uint_eq(losses(&r.trace), 2);
    forget(&r);
}
END_TEST

/* What does not fit is told without a word of what it is. */
START_TEST(what_does_not_fit_stays_secret)
{
    struct hidden_run r;
    struct buf said = {0};
    ck_assert(!run_hiding(&r, "links.7.loss=5%\n", ""));
    err_format(&r.err, &said);
    ck_assert_ptr_nonnull(strstr(buf_cstr(&said), "does not fit"));
    ck_assert_ptr_null(strstr(buf_cstr(&said), "loss"));
    buf_free(&said);
    err_free(&r.err);
}
END_TEST

/* The second DATA is lost. Sent at 28.064 ms; an ACK sent at 18 ms, the next DATA arrives when it
 * is sent again at 136.064 ms. */
static const struct {
    const char *says;
    enum diagnosis found;
    sim_time from;
} guesses[] = {
    {"", DIAGNOSIS_NONE, SIM_NEVER},
    {"diagnosis: {faults: [{drop: {from: a, is: DATA, nth: 2}}]}\n", DIAGNOSIS_RIGHT, SIM_NEVER},
    {"diagnosis: {links.0.toward: {b: {loss: {list: [2]}}}}\n", DIAGNOSIS_RIGHT, SIM_NEVER},
    {"diagnosis: {faults: [{drop: {from: a, is: DATA, nth: 1}}]}\n", DIAGNOSIS_WRONG, 0},
    {"diagnosis: {faults: [{drop: {from: b, is: ACK, nth: 2}}]}\n", DIAGNOSIS_WRONG, 28064000},
    {"diagnosis: {links.0.loss: 0 %}\n", DIAGNOSIS_WRONG, 28064000},
    {"diagnosis: {links.3.loss: 5 %}\n", DIAGNOSIS_UNREADABLE, SIM_NEVER},
    {"diagnosis: {faults: [{drop: {from: z}}]}\n", DIAGNOSIS_UNREADABLE, SIM_NEVER},
};

/* A timeout shorter than the round trip is worth a warning, unless it is what is hidden. */
START_TEST(a_warning_tells_nothing_of_what_is_sealed)
{
    struct hidden_run r;
    ck_assert(run_hiding(&r, "traffic.0.stop-and-wait.timeout=15 ms\n", ""));
    ck_assert_uint_eq(r.err.count, 0);
    ck_assert_uint_eq(r.err.warnings, 0);
    forget(&r);
    ck_assert(scenario_read_text("x.yaml", line, registry(),
                                 &(struct override){"traffic.0.stop-and-wait.timeout=15 ms"}, 1,
                                 &r.sc, &r.err));
    ck_assert_uint_eq(r.err.warnings, 1);
    forget(&r);
}
END_TEST

START_TEST(a_diagnosis_is_right_by_what_happens)
{
    struct hidden_run r;
    sim_time from;
    ck_assert(run_hiding(&r, "faults=[{drop: {from: a, is: DATA, nth: 2}}]\n", guesses[_i].says));
    ck_assert_int_eq(diagnose(r.sc, &r.trace, 0, &from, &r.err), guesses[_i].found);
    ck_assert_int_eq(from, guesses[_i].from);
    ck_assert_int_eq(r.err.errors > 0, guesses[_i].found == DIAGNOSIS_UNREADABLE);
    forget(&r);
}
END_TEST

START_TEST(a_diagnosis_of_nothing_is_a_warning)
{
    struct buf text = {0};
    struct err err = {0};
    struct scenario *sc;
    buf_printf(&text, "%sdiagnosis: {links.0.loss: 5 %%}\n", line);
    ck_assert(scenario_read_text("x.yaml", buf_cstr(&text), registry(), NULL, 0, &sc, &err));
    ck_assert_uint_eq(err.count, 1);
    ck_assert_uint_eq(err.errors, 0);
    scenario_free(sc);
    err_free(&err);
    buf_free(&text);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("hidden");
    TCase *t = tcase_create("hidden");
    tcase_add_loop_test(t, a_seal_opens_to_what_was_sealed, 0, 5);
    tcase_add_test(t, a_changed_seal_stays_shut);
    tcase_add_test(t, what_is_hidden_happens);
    tcase_add_test(t, faults_that_are_seen_stay);
    tcase_add_test(t, what_does_not_fit_stays_secret);
    tcase_add_test(t, a_warning_tells_nothing_of_what_is_sealed);
    tcase_add_loop_test(t, a_diagnosis_is_right_by_what_happens, 0,
                        sizeof guesses / sizeof *guesses);
    tcase_add_test(t, a_diagnosis_of_nothing_is_a_warning);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
