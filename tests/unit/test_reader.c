/* The reader against broken files: tests/broken/NAME.yaml must give exactly the messages of
 * NAME.en.expected and NAME.zh.expected. */
#include "base/os.h"
#include "reader_rig.h"
#include "scenario/read.h"

#include "scenario/doc.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER    SOURCE_DIR "/tests/broken/"
#define MAX_FILES 200

static char *names[MAX_FILES];
static int name_count;

static void note_name(void *context, const char *name)
{
    (void)context;
    size_t n = strlen(name);
    if (n > 5 && strcmp(name + n - 5, ".yaml") == 0 && name_count < MAX_FILES) {
        char *copy = os_alloc(n + 1);
        memcpy(copy, name, n - 5);
        names[name_count++] = copy;
    }
}

static void read_whole(const char *name, const char *end, struct buf *out)
{
    struct buf path = {0};
    buf_printf(&path, FOLDER "%s%s", name, end);
    ck_assert_msg(os_read_file(buf_cstr(&path), SCENARIO_FILE_LIMIT, out), "%s%s cannot be read",
                  name, end);
    buf_free(&path);
}

/* UPDATE_BROKEN=1 writes what the reader says now, to be read and judged by whoever commits it. */
static void update(const char *name, const char *end, struct buf *said)
{
    struct buf path = {0};
    struct os_out file;
    buf_printf(&path, FOLDER "%s%s", name, end);
    ck_assert(os_out_open(&file, buf_cstr(&path)));
    fputs(buf_cstr(said), file.file);
    ck_assert(os_out_commit(&file));
    buf_free(&path);
}

static void compare(const char *name, enum lang lang)
{
    const char *end = lang == LANG_EN ? ".en.expected" : ".zh.expected";
    struct buf text = {0}, expected = {0}, said = {0}, file = {0};
    struct err err = {.lang = lang};
    struct scenario *sc = NULL;
    read_whole(name, ".yaml", &text);
    buf_printf(&file, "%s.yaml", name);
    bool good =
        scenario_read_text(buf_cstr(&file), buf_cstr(&text), &rig_catalogue, NULL, 0, &sc, &err);
    err_format(&err, &said);
    if (getenv("UPDATE_BROKEN")) {
        update(name, end, &said);
    }
    read_whole(name, end, &expected);
    ck_assert_msg(strcmp(buf_cstr(&said), buf_cstr(&expected)) == 0,
                  "%s says:\n%s\nand should say:\n%s", name, buf_cstr(&said), buf_cstr(&expected));
    ck_assert_msg(good == (err.errors == 0) && good == (sc != NULL), "%s: verdict", name);
    ck_assert_msg(err.count > 0, "%s: nothing is wrong with it", name);
    scenario_free(sc);
    err_free(&err);
    buf_free(&text);
    buf_free(&expected);
    buf_free(&said);
    buf_free(&file);
}

START_TEST(a_broken_file_is_told_in_english)
{
    compare(names[_i], LANG_EN);
}
END_TEST

START_TEST(a_broken_file_is_told_in_chinese)
{
    compare(names[_i], LANG_ZH);
}
END_TEST

START_TEST(there_are_sixty_broken_files_and_more)
{
    ck_assert_int_ge(name_count, 60);
}
END_TEST

/* Bytes that no text file holds, which C strings cannot express either. */
static const struct {
    const char *bytes;
    size_t len;
    const char *message; /* how it begins */
} not_text[] = {
    {"hosts: {a\0: 1}", 15, "x.yaml: error: the file holds a zero byte"},
    {"hosts: {a: 10.0.0.1} # \xff", 24, "x.yaml:1:24: error: this is not UTF-8"},
    {"a\xc3", 2, "x.yaml:1:2: error: this is not UTF-8"},
    {"\xc0\xaf", 2, "x.yaml:1:1: error: this is not UTF-8"},
    {"\xed\xa0\x80", 3, "x.yaml:1:1: error: this is not UTF-8"},
    {"\xf5\x80\x80\x80", 4, "x.yaml:1:1: error: this is not UTF-8"},
    {"a: \x1b[2J", 7, "x.yaml:1:4: error: a control character"},
    {"a: \x7f", 4, "x.yaml:1:4: error: a control character"},
    {"a: \xc2\x9b", 5, "x.yaml:1:4: error: a control character"},
};

START_TEST(what_is_no_text_is_refused)
{
    struct buf said = {0};
    struct err err = {0};
    struct scenario *sc = NULL;
    struct os_out file;
    ck_assert(os_out_open(&file, "x.yaml"));
    fwrite(not_text[_i].bytes, 1, not_text[_i].len, file.file);
    ck_assert(os_out_commit(&file));
    ck_assert(!scenario_read("x.yaml", &rig_catalogue, NULL, 0, &sc, &err));
    err_format(&err, &said);
    ck_assert_msg(strncmp(buf_cstr(&said), not_text[_i].message, strlen(not_text[_i].message)) == 0,
                  "%s", buf_cstr(&said));
    ck_assert_ptr_null(sc);
    remove("x.yaml");
    err_free(&err);
    buf_free(&said);
}
END_TEST

/* A list of texts, each of which is a node; the limit of files is DOC_NODE_LIMIT. */
START_TEST(only_who_knows_a_text_may_read_a_larger_one)
{
    struct catalogue known = rig_catalogue;
    const uint32_t limits[] = {100, 0, DOC_NODE_LIMIT + 100};
    for (size_t i = 0; i < 3; i++) {
        const uint32_t limit = limits[i] ? limits[i] : DOC_NODE_LIMIT;
        struct buf text = {0}, said = {0};
        struct err err = {0};
        struct scenario *sc = NULL;
        for (uint32_t n = 0; n < limit; n++) {
            buf_str(&text, "- x\n");
        }
        known.node_limit = limits[i];
        ck_assert(!scenario_read_text("x", buf_cstr(&text), &known, NULL, 0, &sc, &err));
        err_format(&err, &said);
        ck_assert_msg(strstr(buf_cstr(&said), "far larger") != NULL, "%s", buf_cstr(&said));
        err_free(&err);
        buf_clear(&said);
        text.len -= 4; /* the list is a node itself */
        ck_assert(!scenario_read_text("x", buf_cstr(&text), &known, NULL, 0, &sc, &err));
        err_format(&err, &said);
        ck_assert_msg(strstr(buf_cstr(&said), "far larger") == NULL, "%s", buf_cstr(&said));
        err_free(&err);
        buf_free(&said);
        buf_free(&text);
    }
}
END_TEST

START_TEST(a_file_that_is_not_there_is_told)
{
    struct buf said = {0};
    struct err err = {0};
    struct scenario *sc = NULL;
    ck_assert(!scenario_read("no/such.yaml", &rig_catalogue, NULL, 0, &sc, &err));
    err_format(&err, &said);
    ck_assert_str_eq(buf_cstr(&said),
                     "no/such.yaml: error: cannot be read: No such file or directory\n");
    err_free(&err);
    buf_free(&said);
}
END_TEST

int main(void)
{
    if (!os_list(FOLDER, note_name, NULL)) {
        return EXIT_FAILURE;
    }
    Suite *s = suite_create("reader");
    TCase *t = tcase_create("broken");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, a_broken_file_is_told_in_english, 0, name_count);
    tcase_add_loop_test(t, a_broken_file_is_told_in_chinese, 0, name_count);
    tcase_add_test(t, there_are_sixty_broken_files_and_more);
    tcase_add_loop_test(t, what_is_no_text_is_refused, 0,
                        (int)(sizeof not_text / sizeof *not_text));
    tcase_add_test(t, a_file_that_is_not_there_is_told);
    tcase_add_test(t, only_who_knows_a_text_may_read_a_larger_one);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_set_fork_status(r, CK_NOFORK);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    for (int i = 0; i < name_count; i++) {
        free(names[i]);
    }
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
