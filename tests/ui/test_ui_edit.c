/* What the window writes into a scenario, and what it does when somebody else writes the file. */
#include "ui/session.h"

#include "expect/expect.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOST SOURCE_DIR "/scenarios/arq/frame-lost.yaml"
#define HAND SOURCE_DIR "/scenarios/tcp/handshake.yaml"

static char *scratch(const char *name)
{
    static char path[256];
    const char *folder = getenv("TMPDIR");
    snprintf(path, sizeof path, "%s/slowwire-%ld-%s", folder ? folder : "/tmp", (long)getpid(),
             name);
    return path;
}

/* As editors do: a file beside it, renamed onto it. */
static void save_beside(const char *path, const char *text)
{
    struct os_out out;
    ck_assert(os_out_open(&out, path));
    fputs(text, out.file);
    ck_assert(os_out_commit(&out));
}

static struct session opened(const char *path)
{
    struct session s = {0};
    struct err err = {0};
    ck_assert(session_open(&s, path, &err));
    return s;
}

START_TEST(a_setting_is_written_and_run)
{
    struct session s = opened(LOST);
    struct err err = {0};
    ck_assert(session_set(&s, "links.0.delay", "20 ms", false, &err));
    ck_assert_int_eq(s.scenario->links[0].direction[0].delay, 20 * SIM_MS);
    ck_assert(strstr(s.texts[s.at], "delay: 20 ms"));
    ck_assert(session_is_edited(&s));
    ck_assert(session_undo(&s, &err));
    ck_assert_int_eq(s.scenario->links[0].direction[0].delay, 10 * SIM_MS);
    ck_assert(!session_is_edited(&s));
    session_free(&s);
}
END_TEST

START_TEST(a_host_gets_its_settings)
{
    struct session s = opened(SOURCE_DIR "/scenarios/tcp/first-syn-lost.yaml");
    struct err err = {0};
    struct buf said = {0};
    bool good = session_set(&s, "hosts.b.tcp.mss", "500 B", false, &err);
    err_format(&err, &said);
    ck_assert_msg(good, "%s", buf_cstr(&said));
    ck_assert(strstr(s.texts[s.at], "tcp: {isn: 5000, mss: 500 B}"));
    buf_free(&said);
    session_free(&s);
}
END_TEST

START_TEST(a_drag_is_one_edit)
{
    struct session s = opened(LOST);
    struct err err = {0};
    ck_assert(session_set(&s, "links.0.delay", "11 ms", true, &err));
    ck_assert(session_set(&s, "links.0.delay", "12 ms", true, &err));
    ck_assert(session_set(&s, "links.0.delay", "13 ms", true, &err));
    ck_assert(session_set(&s, "links.0.loss", "2 %", true, &err));
    ck_assert_uint_eq(s.count, 3);
    ck_assert(session_undo(&s, &err));
    ck_assert_int_eq(s.scenario->links[0].direction[0].delay, 13 * SIM_MS);
    ck_assert(session_undo(&s, &err));
    ck_assert_int_eq(s.scenario->links[0].direction[0].delay, 10 * SIM_MS);
    ck_assert(session_redo(&s, &err));
    ck_assert_int_eq(s.scenario->links[0].direction[0].delay, 13 * SIM_MS);
    session_free(&s);
}
END_TEST

START_TEST(a_wrong_value_is_told_and_changes_nothing)
{
    struct session s = opened(LOST);
    struct err err = {0};
    ck_assert(!session_set(&s, "links.0.delay", "ten", false, &err));
    ck_assert_uint_ge(err.errors, 1);
    ck_assert_uint_eq(s.count, 1);
    ck_assert_int_eq(s.scenario->links[0].direction[0].delay, 10 * SIM_MS);
    session_free(&s);
    err_free(&err);
}
END_TEST

/* DATA 1 is sent at 28.064 ms and lost; dropping DATA 0 instead changes all from 0 on. */
START_TEST(what_an_edit_changed_is_known)
{
    struct session s = opened(LOST);
    struct err err = {0};
    ck_assert_int_eq(s.change.from, SIM_NEVER);
    ck_assert(session_set(&s, "faults", "[]", false, &err));
    ck_assert_int_eq(s.change.from, 28064 * SIM_US);
    ck_assert_uint_gt(s.change.count, 0);
    ck_assert_uint_eq(s.change.is_new[1], 0);
    ck_assert_uint_eq(s.change.is_new[2], 0);
    ck_assert_uint_eq(s.change.is_new[3], 1); /* the same frame, but it arrives */
    ck_assert(session_undo(&s, &err));        /* leaves no trace */
    ck_assert_int_eq(s.change.from, SIM_NEVER);
    ck_assert(session_redo(&s, &err));
    ck_assert_int_eq(s.change.from, 28064 * SIM_US);
    ck_assert(session_set(&s, "about", "another", false, &err));
    ck_assert_int_eq(s.change.from, SIM_NEVER);
    ck_assert_uint_eq(s.change.count + s.change.gone, 0);
    session_free(&s);
}
END_TEST

static unsigned failures(const struct session *s)
{
    struct verdict v;
    expect_check(s->scenario, &s->trace, LANG_EN, &v);
    unsigned failed = v.failed;
    verdict_free(&v);
    return failed;
}

/* .at: up to when; .packet: that one alone. .with: what stands in the text then. */
static const struct {
    const char *file;
    sim_time at;
    uint32_t packet;
    const char *with;
    bool fails_without_fault; /* once the fault is taken away, the test tells */
} frozen[] = {
    {LOST, 41 * SIM_MS, 0, "{from: a, is: DATA, at: 28.064 ms, lost: true}", true},
    {LOST, 41 * SIM_MS, 0, "{at: 41 ms, a: WAIT-ACK}", false},
    {LOST, 200 * SIM_MS, 3, "- exchange: [{from: a, is: DATA, at: 28.064 ms, lost: true}]", true},
    {HAND, 200 * SIM_MS, 0, "{at: 200 ms, client: ESTABLISHED, server: SYN-RECEIVED}", false},
};

START_TEST(what_was_seen_becomes_expectations_that_hold)
{
    struct session s = opened(frozen[_i].file);
    struct err err = {0};
    uint32_t before = s.scenario->expect_count;
    ck_assert(session_freeze(&s, frozen[_i].at, frozen[_i].packet, &err));
    ck_assert_msg(strstr(s.texts[s.at], frozen[_i].with), "%s", s.texts[s.at]);
    ck_assert_uint_gt(s.scenario->expect_count, before);
    ck_assert_uint_eq(failures(&s), 0);
    if (frozen[_i].fails_without_fault) {
        unsigned own = 0;
        ck_assert(session_set(&s, "faults", "[]", false, &err));
        own = failures(&s);
        ck_assert_uint_gt(own, 0);
    }
    session_free(&s);
}
END_TEST

START_TEST(nothing_seen_is_told)
{
    struct session s = opened(HAND);
    struct err err = {0};
    ck_assert(!session_freeze(&s, 0, 0, &err) || s.count == 2); /* a listener's state may be seen */
    session_free(&s);
    err_free(&err);
}
END_TEST

static char *copy_of(const char *file, const char *name)
{
    struct buf text = {0};
    char *path = scratch(name);
    ck_assert(os_read_file(file, 1 << 20, &text));
    save_beside(path, buf_cstr(&text));
    buf_free(&text);
    return path;
}

static char *with(const char *text, const char *old, const char *new)
{
    struct buf out = {0};
    const char *at = strstr(text, old);
    ck_assert(at != NULL);
    buf_printf(&out, "%.*s%s%s", (int)(at - text), text, new, at + strlen(old));
    char *whole = os_alloc(out.len + 1);
    memcpy(whole, buf_cstr(&out), out.len);
    buf_free(&out);
    return whole;
}

/* Twice, since a file is taken when it has stayed the same between two looks. */
static enum session_news look(struct session *s, struct err *err)
{
    enum session_news news = session_watch(s, err);
    return news == SESSION_SAME ? session_watch(s, err) : news;
}

START_TEST(a_file_saved_elsewhere_is_run_again)
{
    char *path = copy_of(LOST, "watched.yaml");
    struct session s = opened(path);
    struct err err = {0};
    ck_assert_int_eq(look(&s, &err), SESSION_SAME);
    char *slow = with(s.texts[0], "delay: 10 ms", "delay: 500 ms");
    save_beside(path, slow);
    ck_assert_int_eq(session_watch(&s, &err), SESSION_SAME); /* it may not be whole yet */
    ck_assert_int_eq(session_watch(&s, &err), SESSION_RELOADED);
    ck_assert_int_eq(s.scenario->links[0].direction[0].delay, 500 * SIM_MS);
    ck_assert(!session_is_edited(&s));
    ck_assert_int_eq(look(&s, &err), SESSION_SAME);
    ck_assert(session_undo(&s, &err)); /* what was there before is not lost */
    ck_assert_int_eq(s.scenario->links[0].direction[0].delay, 10 * SIM_MS);
    free(slow);
    remove(path);
    err_free(&err); /* the slow line's warning */
    session_free(&s);
}
END_TEST

START_TEST(a_broken_file_is_told_once_and_mended)
{
    char *path = copy_of(LOST, "broken.yaml");
    struct session s = opened(path);
    struct err err = {0};
    char *broken = with(s.texts[0], "delay: 10 ms", "dealy: 10 ms");
    struct buf said = {0};
    save_beside(path, broken);
    ck_assert_int_eq(look(&s, &err), SESSION_BROKEN);
    err_format(&err, &said);
    ck_assert_msg(strstr(buf_cstr(&said), "did you mean 'delay'?"), "%s", buf_cstr(&said));
    ck_assert(strstr(buf_cstr(&said), "^~~~~") != NULL);
    err_free(&err);
    ck_assert_int_eq(look(&s, &err), SESSION_SAME);
    ck_assert_int_eq(s.scenario->links[0].direction[0].delay, 10 * SIM_MS);
    char *good = with(s.texts[0], "delay: 10 ms", "delay: 12 ms");
    save_beside(path, good);
    ck_assert_int_eq(look(&s, &err), SESSION_RELOADED);
    ck_assert_int_eq(s.scenario->links[0].direction[0].delay, 12 * SIM_MS);
    free(broken);
    free(good);
    buf_free(&said);
    remove(path);
    session_free(&s);
}
END_TEST

START_TEST(a_file_that_is_gone_for_a_while_is_waited_for)
{
    char *path = copy_of(LOST, "gone.yaml");
    struct session s = opened(path);
    struct err err = {0};
    char *slow = with(s.texts[0], "delay: 10 ms", "delay: 30 ms");
    remove(path);
    ck_assert_int_eq(look(&s, &err), SESSION_SAME);
    save_beside(path, slow);
    ck_assert_int_eq(look(&s, &err), SESSION_RELOADED);
    free(slow);
    remove(path);
    session_free(&s);
}
END_TEST

START_TEST(what_the_window_saves_is_no_news)
{
    char *path = copy_of(LOST, "own.yaml");
    struct session s = opened(path);
    struct err err = {0};
    ck_assert(session_set(&s, "links.0.delay", "20 ms", false, &err));
    ck_assert(session_save(&s, path, &err));
    ck_assert_int_eq(look(&s, &err), SESSION_SAME);
    ck_assert(!session_is_edited(&s));
    remove(path);
    session_free(&s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("edit");
    TCase *c = tcase_create("edit");
    tcase_set_timeout(c, 60);
    suite_add_tcase(suite, c);
    tcase_add_test(c, a_setting_is_written_and_run);
    tcase_add_test(c, a_host_gets_its_settings);
    tcase_add_test(c, a_drag_is_one_edit);
    tcase_add_test(c, a_wrong_value_is_told_and_changes_nothing);
    tcase_add_test(c, what_an_edit_changed_is_known);
    tcase_add_loop_test(c, what_was_seen_becomes_expectations_that_hold, 0,
                        (int)(sizeof frozen / sizeof *frozen));
    tcase_add_test(c, nothing_seen_is_told);
    tcase_add_test(c, a_file_saved_elsewhere_is_run_again);
    tcase_add_test(c, a_broken_file_is_told_once_and_mended);
    tcase_add_test(c, a_file_that_is_gone_for_a_while_is_waited_for);
    tcase_add_test(c, what_the_window_saves_is_no_news);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
