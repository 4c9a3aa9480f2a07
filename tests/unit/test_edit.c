/* Edits of a scenario's text: exactly one place changes, and what is read afterwards is what was
 * there plus the change. */
#include "base/os.h"
#include "registry.h"
#include "scenario/edit.h"
#include "scenario/read.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define ROWS(table) (int)(sizeof(table) / sizeof *(table))

#define HOSTS "hosts: {a: 10.0.0.1, b: 10.0.0.2}\nlinks:\n  - {between: [a, b]}\n"
#define ITEM  "drop: {from: a, nth: 1}"

/* One row: .before with ITEM added is .after; both stand behind HOSTS. */
static const struct {
    const char *before, *after;
} added[] = {
    {"", "\nfaults:\n  - " ITEM "\n"},
    {"traffic: []\n", "traffic: []\n\nfaults:\n  - " ITEM "\n"},
    {"traffic: []\n# the end\n", "traffic: []\n\nfaults:\n  - " ITEM "\n# the end\n"},
    {"stop: 1 s", "stop: 1 s\n\nfaults:\n  - " ITEM "\n"},
    {"faults:\n  - drop: {nth: 2}\n", "faults:\n  - drop: {nth: 2}\n  - " ITEM "\n"},
    {"faults:\n  - drop: {nth: 2}", "faults:\n  - drop: {nth: 2}\n  - " ITEM},
    {"faults:\n- drop: {nth: 2}\n", "faults:\n- drop: {nth: 2}\n- " ITEM "\n"},
    {"faults:\n    - drop: {nth: 2}   # two\n\n# then\nstop: 1 s\n",
     "faults:\n    - drop: {nth: 2}   # two\n    - " ITEM "\n\n# then\nstop: 1 s\n"},
    {"faults:\n  -   drop:\n        nth: 2\n        from: b\nstop: 1 s\n",
     "faults:\n  -   drop:\n        nth: 2\n        from: b\n  - " ITEM "\nstop: 1 s\n"},
    {"faults:\n  - drop: {nth: 2,\n           from: b}\n",
     "faults:\n  - drop: {nth: 2,\n           from: b}\n  - " ITEM "\n"},
    {"faults: []\n", "faults: [{" ITEM "}]\n"},
    {"faults: [ ]   # none\n", "faults: [{" ITEM "} ]   # none\n"},
    {"faults: [{drop: {nth: 2}}]\n", "faults: [{drop: {nth: 2}}, {" ITEM "}]\n"},
    {"faults: [drop: {nth: 2}]\n", "faults: [drop: {nth: 2}, {" ITEM "}]\n"},
    {"faults: [\n  {drop: {nth: 2}},  # two\n]\n",
     "faults: [\n  {drop: {nth: 2}}, {" ITEM "},  # two\n]\n"},
    {"faults:\n", "faults:\n  - " ITEM "\n"},
    {"faults:   # none yet\nstop: 1 s\n", "faults:   # none yet\n  - " ITEM "\nstop: 1 s\n"},
    {"faults: ~\n", "faults: [{" ITEM "}]\n"},
    {"expect: []\n", "faults:\n  - " ITEM "\n\nexpect: []\n"},
    {"stop: 1 s\n\n# What must hold\n# in the end:\nexpect: []\n",
     "stop: 1 s\n\nfaults:\n  - " ITEM "\n\n# What must hold\n# in the end:\nexpect: []\n"},
    {"about: |\n  Two lines\n  of text.\n\n",
     "about: |\n  Two lines\n  of text.\n\nfaults:\n  - " ITEM "\n\n"},
    {"stop: 1 s\n...\n", "stop: 1 s\n\nfaults:\n  - " ITEM "\n...\n"},
};

static struct buf joined(const char *a, const char *b)
{
    struct buf out = {0};
    buf_printf(&out, "%s%s", a, b);
    buf_cstr(&out);
    return out;
}

static void ck_edited(bool good, const struct err *err, struct buf *out, const char *expected)
{
    struct buf said = {0};
    err_format(err, &said);
    ck_assert_msg(good, "%s", buf_cstr(&said));
    ck_assert_str_eq(buf_cstr(out), expected);
    buf_free(&said);
}

START_TEST(a_fault_is_added_in_one_place)
{
    struct buf before = joined(HOSTS, added[_i].before), after = joined(HOSTS, added[_i].after);
    struct buf out = {0};
    struct err err = {0};
    bool good = edit_add_fault((char *)before.data, ITEM, &out, &err);
    ck_edited(good, &err, &out, (char *)after.data);
    buf_free(&before);
    buf_free(&after);
    buf_free(&out);
    err_free(&err);
}
END_TEST

/* The same files with line ends of another system. */
static struct buf with_crlf(const char *text)
{
    struct buf out = {0};
    for (; *text; text++) {
        buf_str(&out, *text == '\n' ? "\r\n" : (char[]){*text, '\0'});
    }
    buf_cstr(&out);
    return out;
}

START_TEST(line_ends_stay_as_they_are)
{
    struct buf a = joined(HOSTS, added[_i].before), b = joined(HOSTS, added[_i].after);
    struct buf before = with_crlf((char *)a.data), after = with_crlf((char *)b.data), out = {0};
    struct err err = {0};
    bool good = edit_add_fault((char *)before.data, ITEM, &out, &err);
    ck_edited(good, &err, &out, (char *)after.data);
    buf_free(&a);
    buf_free(&b);
    buf_free(&before);
    buf_free(&after);
    buf_free(&out);
    err_free(&err);
}
END_TEST

START_TEST(a_fault_that_was_added_comes_out_again)
{
    struct buf after = joined(HOSTS, added[_i].after), out = {0}, again = {0};
    struct err err = {0};
    ck_assert(edit_remove_last_fault((char *)after.data, &out, &err));
    ck_assert(edit_add_fault(buf_cstr(&out), ITEM, &again, &err));
    struct scenario *x = NULL, *y = NULL;
    ck_assert(scenario_read_text("x", (char *)after.data, registry(), NULL, 0, &x, &err));
    ck_assert(scenario_read_text("y", buf_cstr(&again), registry(), NULL, 0, &y, &err));
    ck_assert_uint_eq(x->fault_count, y->fault_count);
    scenario_free(x);
    scenario_free(y);
    buf_free(&after);
    buf_free(&out);
    buf_free(&again);
    err_free(&err);
}
END_TEST

static const struct {
    const char *before, *path, *value, *after;
} set[] = {
    {"seed: 1\n", "seed", "7", "seed: 7\n"},
    {"seed: 1   # one\n", "seed", "7", "seed: 7   # one\n"},
    {"links:\n  - {delay: 10 ms, loss: 1 %}\n", "links.0.loss", "5 %",
     "links:\n  - {delay: 10 ms, loss: 5 %}\n"},
    {"links:\n  - {delay: 10 ms}\n", "links.0.loss", "5 %",
     "links:\n  - {delay: 10 ms, loss: 5 %}\n"},
    {"links:\n  - delay: 10 ms\nstop: 1 s\n", "links.0.loss", "5 %",
     "links:\n  - delay: 10 ms\n    loss: 5 %\nstop: 1 s\n"},
    {"links:\n  - delay:\n    loss: 1 %\n", "links.0.delay", "9 ms",
     "links:\n  - delay: 9 ms\n    loss: 1 %\n"},
    {"links:\n  - {loss: {every: 3}}\n", "links.0.loss", "5 %", "links:\n  - {loss: 5 %}\n"},
    {"title: \"x, y\"\n", "title", "'z: 1'", "title: 'z: 1'\n"},
    {"seed: 1\n", "stop", "3 s", "seed: 1\nstop: 3 s\n"},
    {"hosts: {a: 10.0.0.1}\n", "hosts.b", "10.0.0.2", "hosts: {a: 10.0.0.1, b: 10.0.0.2}\n"},
    {"view: {}\n", "view.speed", "2", "view: {speed: 2}\n"},
};

START_TEST(a_value_is_set_in_one_place)
{
    struct buf out = {0};
    struct err err = {0};
    bool good = edit_set(set[_i].before, set[_i].path, set[_i].value, &out, &err);
    ck_edited(good, &err, &out, set[_i].after);
    buf_free(&out);
    err_free(&err);
}
END_TEST

static const struct {
    const char *text, *item, *message;
} refused[] = {
    {"hosts: {a: 1\n", ITEM, "1:8: error: the '{' that opens here is never closed"},
    {"hosts: {}\n", "drop: {from: a", "drop: {from: a: error: '[{drop: {from: a}]' is no value"},
    {"x: &l [1]\nfaults: *l\n", ITEM, "error: the file is written in a way"},
};

START_TEST(an_edit_that_would_change_more_is_refused)
{
    struct buf out = {0}, said = {0};
    struct err err = {0};
    ck_assert(!edit_add_fault(refused[_i].text, refused[_i].item, &out, &err));
    err_format(&err, &said);
    ck_assert_msg(strstr(buf_cstr(&said), refused[_i].message) != NULL, "%s", buf_cstr(&said));
    buf_free(&out);
    buf_free(&said);
    err_free(&err);
}
END_TEST

START_TEST(without_faults_none_comes_out)
{
    struct buf out = {0};
    struct err err = {0};
    ck_assert(!edit_remove_last_fault(HOSTS, &out, &err));
    ck_assert(!edit_remove_last_fault(HOSTS "faults: []\n", &out, &err));
    ck_assert(!edit_set(HOSTS, "links.1.loss", "5 %", &out, &err));
    ck_assert_uint_eq(err.errors, 3);
    buf_free(&out);
    err_free(&err);
}
END_TEST

/* One row: .path set to .value turns .before into .after; what is missing on the way is made. */
static const struct {
    const char *before, *path, *value, *after;
} put[] = {
    {HOSTS, "links.0.delay", "5 ms",
     "hosts: {a: 10.0.0.1, b: 10.0.0.2}\nlinks:\n  - {between: [a, b], delay: 5 ms}\n"},
    {HOSTS, "hosts.a.tcp.mss", "500",
     "hosts: {a: {address: 10.0.0.1, tcp: {mss: 500}}, b: 10.0.0.2}\nlinks:\n  - {between: [a, "
     "b]}\n"},
    {"hosts:\n  a: {address: 10.0.0.1}   # the client\n  b: 10.0.0.2\n", "hosts.a.tcp.mss", "500",
     "hosts:\n  a: {address: 10.0.0.1, tcp: {mss: 500}}   # the client\n  b: 10.0.0.2\n"},
    {"hosts:\n  a:\n    address: 10.0.0.1\n    tcp: {isn: 5}\n", "hosts.a.tcp.mss", "500",
     "hosts:\n  a:\n    address: 10.0.0.1\n    tcp: {isn: 5, mss: 500}\n"},
    {"hosts:\n  a:\n    address: 10.0.0.1\n  b: 10.0.0.2\n", "hosts.a.tcp.mss", "500",
     "hosts:\n  a:\n    address: 10.0.0.1\n    tcp: {mss: 500}\n  b: 10.0.0.2\n"},
    {HOSTS "stop: 1 s   # soon\n", "stop", "2 s", HOSTS "stop: 2 s   # soon\n"},
};

START_TEST(a_value_is_put_where_its_mappings_are_missing)
{
    struct buf out = {0};
    struct err err = {0};
    bool good = edit_put(put[_i].before, put[_i].path, put[_i].value, &out, &err);
    ck_edited(good, &err, &out, put[_i].after);
    buf_free(&out);
    err_free(&err);
}
END_TEST

#define WANTED "count: {from: a}, equals: 1"

static const struct {
    const char *before, *after;
} wanted[] = {
    {"", "\nexpect:\n  - " WANTED "\n"},
    {"expect:\n  - count: {}\n    equals: 2\n# end\n",
     "expect:\n  - count: {}\n    equals: 2\n  - " WANTED "\n# end\n"},
    {"view: [stage]\n", "expect:\n  - " WANTED "\n\nview: [stage]\n"},
    {"# asks\nlesson: []\n", "expect:\n  - " WANTED "\n\n# asks\nlesson: []\n"},
};

START_TEST(an_expectation_is_added_before_lesson_and_view)
{
    struct buf before = joined(HOSTS, wanted[_i].before), after = joined(HOSTS, wanted[_i].after);
    struct buf out = {0};
    struct err err = {0};
    bool good = edit_add_expect((char *)before.data, "{" WANTED "}", &out, &err);
    struct buf braced = {0};
    for (const char *at = (char *)after.data; *at;) { /* an item in braces keeps them */
        bool is_item = strncmp(at, WANTED, strlen(WANTED)) == 0;
        buf_printf(&braced, is_item ? "{%.*s}" : "%.*s", is_item ? (int)strlen(WANTED) : 1, at);
        at += is_item ? strlen(WANTED) : 1;
    }
    ck_edited(good, &err, &out, buf_cstr(&braced));
    buf_free(&braced);
    buf_free(&before);
    buf_free(&after);
    buf_free(&out);
    err_free(&err);
}
END_TEST

/* Faults as a student writes them: reading and printing gives the same text back. */
static const char *const printed[] = {
    "drop: {from: a, is: DATA, nth: 1, at: 118 ms}",
    "drop: {from: a, to: b, link: [a, b], flow: \"my flow\", proto: udp, is: DATA, seq: 3, nth: 2}",
    "drop: {}",
    "drop: {flags: SYN+ACK, absolute: true, ack: 0, len: 100, window: 65535}",
    "delay: {from: b, nth: 1, by: 3 s}",
    "duplicate: {from: a, nth: 1, after: 5 s}",
    "duplicate: {from: a}",
    "corrupt: {from: a, nth: 1, bit: 12}",
    "corrupt: {from: a, nth: 1}",
    "{at: 2 s, cut: [a, b], for: 3 s}",
    "{at: 2 s, cut: [a, b]}",
    "{at: 200 s, crash: b}",
    "{at: 210 s, restart: a, forget: [leases]}",
};

START_TEST(a_printed_fault_reads_back)
{
    struct buf text = {0}, out = {0}, again = {0};
    struct err err = {0};
    struct scenario *sc = NULL;
    ck_assert(edit_add_fault(HOSTS "traffic: [{udp: {from: a, to: b:9, as: my flow}}]\n"
                                   "faults: [{at: 1 s, crash: a}]\n",
                             printed[_i], &text, &err));
    bool good = scenario_read_text("x", buf_cstr(&text), registry(), NULL, 0, &sc, &err);
    struct buf said = {0};
    err_format(&err, &said);
    ck_assert_msg(good, "%s", buf_cstr(&said));
    fault_print(sc, &sc->faults[1], &again);
    ck_assert_str_eq(buf_cstr(&again), printed[_i]);
    scenario_free(sc);
    buf_free(&said);
    buf_free(&text);
    buf_free(&out);
    buf_free(&again);
    err_free(&err);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("edit");
    TCase *t = tcase_create("tables");
    tcase_add_loop_test(t, a_fault_is_added_in_one_place, 0, ROWS(added));
    tcase_add_loop_test(t, line_ends_stay_as_they_are, 0, ROWS(added));
    tcase_add_loop_test(t, a_fault_that_was_added_comes_out_again, 0, ROWS(added));
    tcase_add_loop_test(t, a_value_is_set_in_one_place, 0, ROWS(set));
    tcase_add_loop_test(t, an_edit_that_would_change_more_is_refused, 0, ROWS(refused));
    tcase_add_loop_test(t, a_value_is_put_where_its_mappings_are_missing, 0, ROWS(put));
    tcase_add_loop_test(t, an_expectation_is_added_before_lesson_and_view, 0, ROWS(wanted));
    tcase_add_test(t, without_faults_none_comes_out);
    tcase_add_loop_test(t, a_printed_fault_reads_back, 0, ROWS(printed));
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_set_fork_status(r, CK_NOFORK);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
