/* Files, bundled data and worker processes (sim/base/os). Each test has a fresh folder. */
#define _POSIX_C_SOURCE 200809L
#include "base/os.h"

#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64], path[128];

static void make_folder(void)
{
    strcpy(folder, "/tmp/slowwire-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/file", folder);
}

static void remove_one(void *context, const char *name)
{
    (void)context;
    char victim[400];
    snprintf(victim, sizeof victim, "%s/%s", folder, name);
    ck_assert_int_eq(remove(victim), 0);
}

static void remove_folder(void)
{
    ck_assert(os_list(folder, remove_one, NULL));
    ck_assert_int_eq(rmdir(folder), 0);
}

static void write_file(const char *name, const char *text)
{
    FILE *f = fopen(name, "wb");
    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    ck_assert_int_eq(fclose(f), 0);
}

static void assert_file(const char *name, const char *text)
{
    struct buf found = {0};
    ck_assert(os_read_file(name, 1000, &found));
    ck_assert_str_eq(buf_cstr(&found), text);
    buf_free(&found);
}

static void add_name(void *context, const char *name)
{
    buf_printf(context, "%s ", name);
}

static void assert_folder(const char *names)
{
    struct buf found = {0};
    ck_assert(os_list(folder, add_name, &found));
    ck_assert_str_eq(buf_cstr(&found), names);
    buf_free(&found);
}

START_TEST(a_file_is_read_whole_up_to_the_limit)
{
    write_file(path, "12345");
    struct buf out = {0};
    buf_str(&out, "0");
    ck_assert(os_read_file(path, 5, &out));
    ck_assert_str_eq(buf_cstr(&out), "012345");
    ck_assert(!os_read_file(path, 4, &out));
    ck_assert_int_eq(errno, EFBIG);
    buf_free(&out);
}
END_TEST

START_TEST(what_cannot_be_read_says_why)
{
    struct buf out = {0};
    ck_assert(!os_read_file(path, 100, &out));
    ck_assert_int_eq(errno, ENOENT);
    ck_assert(!os_read_file(folder, 100, &out));
    ck_assert_int_eq(errno, EISDIR);
    ck_assert_uint_eq(out.len, 0);
    buf_free(&out);
}
END_TEST

START_TEST(an_output_appears_only_when_committed)
{
    struct os_out out;
    write_file(path, "old");
    ck_assert(os_out_open(&out, path));
    fputs("new", out.file);
    fflush(out.file);
    assert_file(path, "old");
    ck_assert(os_out_commit(&out));
    assert_file(path, "new");
    assert_folder("file ");
}
END_TEST

START_TEST(an_aborted_output_leaves_nothing)
{
    struct os_out out;
    ck_assert(os_out_open(&out, path));
    fputs("half", out.file);
    os_out_abort(&out);
    assert_folder("");
    write_file(path, "old");
    ck_assert(os_out_open(&out, path));
    fputs("half", out.file);
    os_out_abort(&out);
    assert_file(path, "old");
    assert_folder("file ");
}
END_TEST

START_TEST(a_new_output_has_ordinary_rights)
{
    struct os_out out;
    umask(022);
    ck_assert(os_out_open(&out, path));
    ck_assert(os_out_commit(&out));
    struct stat what;
    ck_assert_int_eq(stat(path, &what), 0);
    ck_assert_uint_eq(what.st_mode & 0777, 0644);
}
END_TEST

START_TEST(an_output_in_no_folder_is_refused)
{
    struct os_out out;
    ck_assert(!os_out_open(&out, "/no/such/folder/file"));
    ck_assert_int_eq(errno, ENOENT);
    ck_assert_ptr_null(out.file);
}
END_TEST

START_TEST(a_full_disk_fails_the_commit)
{
    struct os_out out;
    ck_assert(os_out_open(&out, "/dev/full"));
    fputs("lost", out.file);
    ck_assert(!os_out_commit(&out));
    ck_assert_int_eq(errno, ENOSPC);
}
END_TEST

START_TEST(a_folder_is_listed_in_byte_order)
{
    static const char *const names[] = {"b", "a10", "a2", "B", ".hidden", "é"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        write_file(path, "");
    }
    assert_folder(".hidden B a10 a2 b é ");
    struct buf none = {0};
    ck_assert(!os_list("/no/such/folder", add_name, &none));
    ck_assert_int_eq(errno, ENOENT);
    ck_assert(os_is_directory(folder) && !os_is_file(folder));
    ck_assert(os_is_file(path) && !os_is_directory(path));
    ck_assert(!os_is_file("/no/such") && !os_is_directory("/no/such"));
}
END_TEST

START_TEST(bundled_files_lie_beside_the_program)
{
    char own[4096], found[4096], small[8];
    os_program_directory(own, sizeof own);
    ck_assert(os_is_directory(own));
    ck_assert(os_find_bundled("assets/fonts/Inter-Regular.ttf", found, sizeof found));
    ck_assert(strncmp(found, own, strlen(own)) == 0);
    ck_assert(os_is_file(found));
    ck_assert(!os_find_bundled("assets/fonts/no-such-face.ttf", found, sizeof found));
    ck_assert(!os_find_bundled("assets", small, sizeof small));
}
END_TEST

START_TEST(the_wall_clock_never_goes_back)
{
    int64_t last = os_wall_ns();
    for (int i = 0; i < 1000; i++) {
        int64_t now = os_wall_ns();
        ck_assert_int_ge(now, last);
        last = now;
    }
    ck_assert_uint_ge(os_processors(), 1);
}
END_TEST

/* Jobs of different lengths of output; one dies by a signal, one says 5, one writes much. */
enum { JOBS = 20, DIES = 7, FAILS = 11, WRITES_MUCH = 3, MUCH = 1000000 };

static int job(void *context, size_t i, struct buf *out)
{
    (void)context;
    if (i == DIES) {
        raise(SIGKILL);
    }
    if (i == WRITES_MUCH) {
        memset(buf_extend(out, MUCH), 'x', MUCH);
    }
    buf_printf(out, "job %zu", i);
    return i == FAILS ? 5 : 0;
}

struct told {
    size_t next;
    pid_t process;
};

static void tell(void *context, size_t i, int status, struct bytes out)
{
    struct told *t = context;
    char expected[32];
    snprintf(expected, sizeof expected, "job %zu", i);
    ck_assert_uint_eq(i, t->next++);
    ck_assert_int_eq(getpid(), t->process);
    ck_assert_int_eq(status, i == DIES ? -1 : i == FAILS ? 5 : 0);
    if (i == DIES) {
        ck_assert_uint_eq(out.len, 0);
        return;
    }
    size_t before = i == WRITES_MUCH ? MUCH : 0;
    ck_assert_uint_eq(out.len, before + strlen(expected));
    ck_assert(bytes_equal(bytes_sub(out, before, out.len), bytes_str(expected)));
}

static const unsigned widths[] = {0, 1, 2, 7, 1000};

START_TEST(results_come_in_order_whatever_happens_to_a_worker)
{
    struct told t = {.process = getpid()};
    ck_assert(os_parallel(JOBS, widths[_i], job, tell, &t));
    ck_assert_uint_eq(t.next, JOBS);
    ck_assert(os_parallel(0, widths[_i], job, tell, &t));
    ck_assert_uint_eq(t.next, JOBS);
}
END_TEST

/* Job 1 never ends, job 2 wants more memory than it may have. */
static int greedy_job(void *context, size_t i, struct buf *out)
{
    (void)context;
    while (i == 1) {
        pause();
    }
    if (i == 2) {
        memset(buf_extend(out, (size_t)1 << 30), 'x', (size_t)1 << 30);
        buf_clear(out);
    }
    buf_printf(out, "%d", (int)getpid());
    return 0;
}

struct ends {
    int status[5], process[5];
};

static void note_end(void *context, size_t i, int status, struct bytes out)
{
    struct ends *e = context;
    char text[16] = "";
    if (out.len > 0) {
        memcpy(text, out.data, out.len < 15 ? out.len : 15);
    }
    e->status[i] = status;
    e->process[i] = atoi(text);
}

START_TEST(a_job_over_its_budget_is_ended_and_the_rest_goes_on)
{
    static const struct os_budget budget = {.wall_ns = 200000000, .memory = (size_t)512 << 20};
    struct ends e;
    ck_assert(os_pool(5, 1, &budget, greedy_job, note_end, &e));
    ck_assert_int_eq(e.status[0], 0);
    ck_assert_int_eq(e.status[1], OS_TOO_LONG);
#ifndef __SANITIZE_ADDRESS__
    ck_assert_int_eq(e.status[2], OS_TOO_BIG);
#endif
    ck_assert_int_eq(e.status[3], 0);
    ck_assert_int_eq(e.status[4], 0);
    ck_assert_int_eq(e.process[3], e.process[4]); /* one worker, many jobs */
}
END_TEST

START_TEST(an_isolated_job_has_a_process_of_its_own)
{
    static const struct os_budget budget = {.wall_ns = 200000000, .is_isolated = true};
    struct ends e;
    ck_assert(os_pool(5, 1, &budget, greedy_job, note_end, &e));
    ck_assert_int_eq(e.status[4], 0);
    ck_assert_int_ne(e.process[3], e.process[4]);
}
END_TEST

START_TEST(a_journal_grows_is_cut_and_has_one_writer)
{
    struct os_journal j;
    struct buf before = {0};
    ck_assert(os_journal_open(&j, path, &before));
    ck_assert_uint_eq(before.len, 0);
    ck_assert(os_journal_add(&j, bytes_str("one\n")));
    ck_assert(os_journal_add(&j, bytes_str("two\nthr")));
    pid_t other = fork();
    if (other == 0) {
        bool opens = os_journal_open(&j, path, &before);
        _exit(opens ? 1 : errno == EAGAIN ? 0 : 2);
    }
    int status;
    ck_assert_int_eq(waitpid(other, &status, 0), other);
    ck_assert_int_eq(status, 0);
    assert_file(path, "one\ntwo\nthr");
    os_journal_close(&j);
    ck_assert(os_journal_open(&j, path, &before));
    ck_assert_str_eq(buf_cstr(&before), "one\ntwo\nthr");
    ck_assert(os_journal_cut(&j, 8));
    ck_assert(os_journal_add(&j, bytes_str("three\n")));
    assert_file(path, "one\ntwo\nthree\n");
    os_journal_close(&j);
    buf_free(&before);
    ck_assert(os_remove(path));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("os");
    TCase *c = tcase_create("os");
    tcase_add_checked_fixture(c, make_folder, remove_folder);
    tcase_add_test(c, a_file_is_read_whole_up_to_the_limit);
    tcase_add_test(c, what_cannot_be_read_says_why);
    tcase_add_test(c, an_output_appears_only_when_committed);
    tcase_add_test(c, an_aborted_output_leaves_nothing);
    tcase_add_test(c, a_new_output_has_ordinary_rights);
    tcase_add_test(c, an_output_in_no_folder_is_refused);
    tcase_add_test(c, a_full_disk_fails_the_commit);
    tcase_add_test(c, a_folder_is_listed_in_byte_order);
    tcase_add_test(c, bundled_files_lie_beside_the_program);
    tcase_add_test(c, the_wall_clock_never_goes_back);
    tcase_add_loop_test(c, results_come_in_order_whatever_happens_to_a_worker, 0,
                        (int)(sizeof widths / sizeof *widths));
    tcase_add_test(c, a_job_over_its_budget_is_ended_and_the_rest_goes_on);
    tcase_add_test(c, an_isolated_job_has_a_process_of_its_own);
    tcase_add_test(c, a_journal_grows_is_cut_and_has_one_writer);
    suite_add_tcase(suite, c);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
