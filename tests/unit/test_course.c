/* The course of the bundled scenarios, and what is said of a file that is none. */
#define _POSIX_C_SOURCE 200809L

#include "scenario/course.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[] = "/tmp/slowwire-course-XXXXXX";

static void write_course(const char *text)
{
    strcpy(path + sizeof path - 7, "XXXXXX");
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

START_TEST(lessons_hold_their_scenarios)
{
    struct course *c = calloc(1, sizeof *c);
    struct err err = {0};
    write_course("# a comment\n\n= First | 第一\n  a/one|It is so. |  如此。\na/two | x | y\n"
                 "= Second | 第二\nb/one | p | q");
    ck_assert(course_read(path, c, &err));
    ck_assert_uint_eq(c->lesson_count, 2);
    ck_assert_uint_eq(c->item_count, 3);
    ck_assert_str_eq(c->lessons[0].title[LANG_EN], "First");
    ck_assert_str_eq(c->lessons[1].title[LANG_ZH], "第二");
    ck_assert_uint_eq(c->lessons[0].count, 2);
    ck_assert_uint_eq(c->lessons[1].first, 2);
    ck_assert_str_eq(c->items[0].name, "a/one");
    ck_assert_str_eq(c->items[0].belief[LANG_EN], "It is so.");
    ck_assert_str_eq(c->items[0].belief[LANG_ZH], "如此。");
    ck_assert_ptr_eq(course_find(c, "b/one"), &c->items[2]);
    ck_assert_uint_eq(course_find(c, "b/one")->lesson, 1);
    ck_assert_ptr_null(course_find(c, "b/two"));
    unlink(path);
    course_free(c);
    free(c);
}
END_TEST

/* Each of these is refused, at the line where it goes wrong. */
static const struct {
    const char *text;
    unsigned line;
    const char *said;
} broken[] = {
    {"= Only English\n", 1, "in English and in Chinese"},
    {"= A | 甲 | 乙\n", 1, "in English and in Chinese"},
    {"= A |\n", 1, "in English and in Chinese"},
    {"\na/one | x | y\n", 2, "before the first lesson"},
    {"= A | 甲\na/one | x\n", 2, "what is often believed"},
    {"= A | 甲\na/one | x | y | z\n", 2, "what is often believed"},
    {"= A | 甲\n | x | y\n", 2, "what is often believed"},
    {"= A | 甲\na/one | x | y\n# c\na/one | x | y\n", 4, "'a/one' stands in the course already"},
};

START_TEST(a_line_that_is_none_is_told)
{
    struct course *c = calloc(1, sizeof *c);
    struct err err = {0};
    write_course(broken[_i].text);
    ck_assert(!course_read(path, c, &err));
    ck_assert_uint_eq(err.count, 1);
    ck_assert_uint_eq(err.items[0].line, broken[_i].line);
    ck_assert_ptr_nonnull(strstr(err.items[0].what, broken[_i].said));
    unlink(path);
    err_free(&err);
    course_free(c);
    free(c);
}
END_TEST

START_TEST(a_course_too_long_or_missing_is_told)
{
    struct course *c = calloc(1, sizeof *c);
    struct err err = {0};
    struct buf text = {0};
    for (int i = 0; i <= COURSE_LESSONS_MAX; i++) {
        buf_printf(&text, "= A | 甲\n");
    }
    write_course(buf_cstr(&text));
    ck_assert(!course_read(path, c, &err));
    ck_assert_uint_eq(err.items[0].line, COURSE_LESSONS_MAX + 1);
    unlink(path);
    course_free(c);
    err_free(&err);
    ck_assert(!course_read(path, c, &err));
    ck_assert_ptr_nonnull(strstr(err.items[0].what, path));
    err_free(&err);
    buf_free(&text);
    course_free(c);
    free(c);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("course");
    TCase *t = tcase_create("course");
    tcase_add_test(t, lessons_hold_their_scenarios);
    tcase_add_loop_test(t, a_line_that_is_none_is_told, 0, (int)(sizeof broken / sizeof *broken));
    tcase_add_test(t, a_course_too_long_or_missing_is_told);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? 1 : 0;
}
