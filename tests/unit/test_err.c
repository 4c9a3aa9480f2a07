/* Diagnostics, templates, the nearest word and the catalogue of texts (sim/base). */
#include "base/err.h"
#include "base/words.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define ROWS(table) (int)(sizeof(table) / sizeof *(table))

static const struct {
    const char *text, *filled;
} templates[] = {
    {"", ""},
    {"plain", "plain"},
    {"{who} sends", "client sends"},
    {"{who}{n}", "client7"},
    {"未知的键 {who}。", "未知的键 client。"},
    {"{unknown} stays", "{unknown} stays"},
    {"{whom}", "{whom}"},
    {"{wh}", "{wh}"},
    {"open { brace", "open { brace"},
    {"{who", "{who"},
    {"{{who}}", "{client}"},
    {"{}", "{}"},
    {"{value}", "{n}"},
};

START_TEST(a_template_takes_its_values_once)
{
    static const char *const pairs[] = {"who", "client", "n", "7", "value", "{n}"};
    struct buf out = {0};
    text_fill(&out, templates[_i].text, pairs, 3);
    ck_assert_str_eq(buf_cstr(&out), templates[_i].filled);
    buf_free(&out);
}
END_TEST

/* One row = one sentence: .found is most likely meant as .nearest. */
static const struct {
    const char *found, *nearest;
} misspelt[] = {
    {"dealy", "delay"},
    {"delay", "delay"},
    {"delayy", "delay"},
    {"dlay", "delay"},
    {"relay", "delay"},
    {"rat", "rate"},
    {"raet", "rate"},
    {"lost", "loss"},
    {"queues", "queue"},
    {"mtuu", "mtu"},
    {"bandwidth", NULL},
    {"x", NULL},
    {"", NULL},
    {"rr", NULL},
    {"deadly", NULL},
    {"服务机甲", "服务器甲"},
    {"客户", NULL},
    {"服务甲", "服务器甲"},
    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", NULL},
};

START_TEST(the_nearest_word_is_found)
{
    static const char *const words[] = {"delay", "rate", "loss", "queue", "mtu", "服务器甲", NULL};
    const char *nearest = nearest_word(misspelt[_i].found, words);
    ck_assert_pstr_eq(nearest, misspelt[_i].nearest);
}
END_TEST

static void assert_printed(struct err *e, const char *expected)
{
    struct buf out = {0};
    err_format(e, &out);
    ck_assert_str_eq(buf_cstr(&out), expected);
    buf_free(&out);
    err_free(e);
}

/* The keys below are no keys of the catalogue, so that their own text is the template. */
static const struct {
    enum lang lang;
    struct err_place at;
    const char *printed;
} placed[] = {
    {LANG_EN, {0}, "slowwire: error: unknown 'x'\n"},
    {LANG_ZH, {0}, "slowwire: 错误: unknown 'x'\n"},
    {LANG_EN, {.file = "a.yaml"}, "a.yaml: error: unknown 'x'\n"},
    {LANG_EN, {.file = "a.yaml", .line = 3}, "a.yaml:3: error: unknown 'x'\n"},
    {LANG_EN,
     {.file = "a.yaml", .source = "  - {dealy: 3}", .line = 3, .column = 6, .width = 5},
     "a.yaml:3:6: error: unknown 'x'\n"
     "  - {dealy: 3}\n"
     "     ^~~~~\n"},
    {LANG_EN,
     {.file = "a.yaml", .source = "\t客户: dealy", .line = 1, .column = 6, .width = 5},
     "a.yaml:1:6: error: unknown 'x'\n"
     "\t客户: dealy\n"
     "\t      ^~~~~\n"},
    {LANG_EN,
     {.file = "a.yaml", .source = "éa → 客户: x", .line = 1, .column = 6, .width = 2},
     "a.yaml:1:6: error: unknown 'x'\n"
     "éa → 客户: x\n"
     "     ^~~~\n"},
    {LANG_EN,
     {.file = "a.yaml", .source = "ends", .line = 1, .column = 5},
     "a.yaml:1:5: error: unknown 'x'\n"
     "ends\n"
     "    ^\n"},
};

START_TEST(an_error_stands_where_it_is)
{
    struct err e = {.lang = placed[_i].lang};
    err_add(&e, ERR_ERROR, placed[_i].at, "unknown '{what}'", "what", "x", NULL);
    ck_assert_uint_eq(e.errors, 1);
    assert_printed(&e, placed[_i].printed);
    ck_assert_int_eq(e.lang, placed[_i].lang);
    ck_assert_uint_eq(e.count, 0);
}
END_TEST

START_TEST(a_warning_is_no_error)
{
    struct err e = {0};
    err_add(&e, ERR_WARNING, (struct err_place){.file = "f"}, "odd", NULL);
    ck_assert_uint_eq(e.errors, 0);
    ck_assert_uint_eq(e.warnings, 1);
    assert_printed(&e, "f: warning: odd\n");
}
END_TEST

START_TEST(further_errors_are_counted)
{
    struct err e = {0};
    struct buf expected = {0};
    for (int i = 0; i < ERR_LIMIT + 3; i++) {
        err_fail(&e, "bad", NULL);
    }
    for (int i = 0; i < ERR_LIMIT; i++) {
        buf_str(&expected, "slowwire: error: bad\n");
    }
    buf_str(&expected, "… and 3 more errors\n");
    ck_assert_uint_eq(e.errors, ERR_LIMIT + 3);
    ck_assert_uint_eq(e.count, ERR_LIMIT);
    assert_printed(&e, buf_cstr(&expected));
    buf_free(&expected);
}
END_TEST

START_TEST(what_an_error_names_is_copied)
{
    char file[] = "a.yaml", source[] = "line", value[] = "x";
    struct err e = {0};
    err_add(&e, ERR_ERROR,
            (struct err_place){.file = file, .source = source, .line = 1, .column = 1}, "{v}", "v",
            value, NULL);
    memset(file, '#', sizeof file - 1);
    memset(source, '#', sizeof source - 1);
    memset(value, '#', sizeof value - 1);
    assert_printed(&e, "a.yaml:1:1: error: x\nline\n^\n");
}
END_TEST

static const struct {
    const char *code;
    bool good;
    enum lang lang;
} codes[] = {
    {"en", true, LANG_EN},           {"zh", true, LANG_ZH},         {"zh_CN.UTF-8", true, LANG_ZH},
    {"zh-Hans", true, LANG_ZH},      {"en_GB@euro", true, LANG_EN}, {"zh.UTF-8", true, LANG_ZH},
    {"english", false, LANG_EN},     {"zhx", false, LANG_EN},       {"C", false, LANG_EN},
    {"de_DE.UTF-8", false, LANG_EN}, {"", false, LANG_EN},
};

START_TEST(a_language_has_its_codes)
{
    enum lang l = LANG_EN;
    ck_assert_int_eq(lang_parse(codes[_i].code, &l), codes[_i].good);
    ck_assert_int_eq(l, codes[_i].lang);
}
END_TEST

START_TEST(every_text_is_found_by_its_key)
{
    ck_assert_uint_gt(word_count, 0);
    for (size_t i = 0; i < word_count; i++) {
        for (int l = 0; l < LANG_COUNT; l++) {
            ck_assert_ptr_eq(word_find((enum lang)l, word_table[i].key), word_table[i].text[l]);
            ck_assert_msg(word_table[i].text[l][0], "%s has no text in %s", word_table[i].key,
                          lang_code((enum lang)l));
        }
        ck_assert(i == 0 || strcmp(word_table[i - 1].key, word_table[i].key) < 0);
    }
    ck_assert_ptr_null(word_find(LANG_EN, "no.such.key"));
    ck_assert_str_eq(word(LANG_ZH, "no.such.key"), "no.such.key");
    ck_assert_str_eq(word(LANG_EN, "err.error"), "error");
    ck_assert_str_eq(word(LANG_ZH, "err.error"), "错误");
}
END_TEST

/* Is each place of a template, "{name}" in `a`, also in `b`? */
static bool has_places_of(const char *a, const char *b, struct arena *memory)
{
    while ((a = strchr(a, '{'))) {
        const char *end = strchr(a, '}');
        if (!end) {
            return true;
        }
        if (!strstr(b, arena_strndup(memory, a, (size_t)(end - a) + 1))) {
            return false;
        }
        a = end;
    }
    return true;
}

/* A language may leave a value unsaid; when each has one that the other lacks, one is misspelt. */
static bool name_the_same(const char *a, const char *b, struct arena *memory)
{
    return has_places_of(a, b, memory) || has_places_of(b, a, memory);
}

START_TEST(both_languages_name_the_same_values)
{
    struct arena memory = {0};
    ck_assert(name_the_same("{a} of {b}", "{b} 的 {a}", &memory));
    ck_assert(name_the_same("{a} of {b}", "{b}", &memory));
    ck_assert(!name_the_same("{rto}", "{rot}", &memory));
    for (size_t i = 0; i < word_count; i++) {
        const char *const *text = word_table[i].text;
        ck_assert_msg(name_the_same(text[LANG_EN], text[LANG_ZH], &memory),
                      "%s: other values in en, '%s', than in zh, '%s'", word_table[i].key,
                      text[LANG_EN], text[LANG_ZH]);
    }
    arena_free(&memory);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("err");
    TCase *c = tcase_create("err");
    tcase_add_loop_test(c, a_template_takes_its_values_once, 0, ROWS(templates));
    tcase_add_loop_test(c, the_nearest_word_is_found, 0, ROWS(misspelt));
    tcase_add_loop_test(c, an_error_stands_where_it_is, 0, ROWS(placed));
    tcase_add_test(c, a_warning_is_no_error);
    tcase_add_test(c, further_errors_are_counted);
    tcase_add_test(c, what_an_error_names_is_copied);
    tcase_add_loop_test(c, a_language_has_its_codes, 0, ROWS(codes));
    tcase_add_test(c, every_text_is_found_by_its_key);
    tcase_add_test(c, both_languages_name_the_same_values);
    suite_add_tcase(suite, c);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
