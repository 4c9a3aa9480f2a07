/* Text: UTF-8, advances, lines, ellipsis, coverage. Figures come from the faces' design: JetBrains
 * Mono's letters are 0.6 em wide, a Han character 1 em, Inter's digits all alike. */

#include "ui/text.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct fonts *fonts;

static void open_fonts(void)
{
    struct err err = {0};
    fonts = fonts_new(SOURCE_DIR "/assets/fonts", &err);
    ck_assert_ptr_nonnull(fonts);
}

static void close_fonts(void)
{
    fonts_free(fonts);
}

static const struct font mono = {FACE_MONO, 10}, sans = {FACE_SANS, 10};

/* UTF-8. */

static const struct {
    const char *bytes;
    size_t len, used;
    uint32_t code;
} utf8[] = {
    {"A", 1, 1, 'A'},
    {"\xC3\xA9", 2, 2, 0xE9},
    {"\xE4\xB8\xAD", 3, 3, 0x4E2D},
    {"\xF0\x9F\x98\x80", 4, 4, 0x1F600},
    {"", 0, 0, 7},                      /* the end: code stays */
    {"\xE4\xB8", 2, 1, 0xFFFD},         /* cut short */
    {"\xC0\x80", 2, 1, 0xFFFD},         /* overlong */
    {"\xED\xA0\x80", 3, 1, 0xFFFD},     /* a surrogate */
    {"\xF4\x90\x80\x80", 4, 1, 0xFFFD}, /* beyond U+10FFFF */
    {"\x80", 1, 1, 0xFFFD},             /* a tail alone */
};

START_TEST(utf8_is_read_strictly)
{
    uint32_t code = 7;
    ck_assert_uint_eq(utf8_next(utf8[_i].bytes, utf8[_i].len, &code), utf8[_i].used);
    ck_assert_uint_eq(code, utf8[_i].code);
}
END_TEST

/* Advances. */

static const struct {
    struct font font;
    const char *text;
    double width;
} widths[] = {
    {{FACE_MONO, 10}, "12345", 30},
    {{FACE_MONO_SEMIBOLD, 20}, "0x8541", 72},
    {{FACE_MONO, 10}, "", 0},
    {{FACE_SANS, 13}, "三次握手", 52},
    {{FACE_SANS_SEMIBOLD, 20}, "丢失", 40},
    {{FACE_MONO, 10}, "ab\xE4\xB8\xAD", 22},
};

START_TEST(text_is_as_wide_as_its_advances)
{
    ck_assert_double_eq_tol(text_width(fonts, widths[_i].font, widths[_i].text), widths[_i].width,
                            1e-6);
}
END_TEST

START_TEST(digits_are_all_alike)
{
    for (int face = FACE_SANS; face <= FACE_MONO_SEMIBOLD; face++) {
        struct font font = {(enum face)face, 100};
        double zero = text_width(fonts, font, "0");
        for (char c = '1'; c <= '9'; c++) {
            ck_assert_double_eq_tol(text_width_n(fonts, font, &c, 1), zero, 1e-9);
        }
        /* nor does a neighbour move them */
        ck_assert_double_eq_tol(text_width(fonts, font, "1711"), 4 * zero, 1e-9);
    }
}
END_TEST

START_TEST(letters_kern)
{
    struct font font = {FACE_SANS, 100};
    double apart = text_width(fonts, font, "A") + text_width(fonts, font, "V");
    ck_assert_double_lt(text_width(fonts, font, "AV"), apart - 2);
}
END_TEST

START_TEST(width_grows_with_the_size_and_no_rounding)
{
    const char *text = "The timer ran out, so A goes back to 2 三次握手";
    double one = text_width(fonts, (struct font){FACE_SANS, 1}, text);
    for (double px = 11; px < 40; px += 0.5) {
        ck_assert_double_eq_tol(text_width(fonts, (struct font){FACE_SANS, px}, text), one * px,
                                1e-6);
    }
}
END_TEST

/* Each code point of the text, and the face that has it. */
static const struct {
    enum face wanted;
    const char *text;
    enum face face;
} faces[] = {
    {FACE_SANS, "A", FACE_SANS},
    {FACE_SANS, "\xE4\xB8\xAD", FACE_CJK},
    {FACE_SANS_SEMIBOLD, "\xE4\xB8\xAD", FACE_CJK_BOLD},
    {FACE_SANS, "\xEF\xBC\x8C", FACE_CJK}, /* the full-width comma */
    {FACE_MONO, "\xE4\xB8\xAD", FACE_CJK},
};

START_TEST(a_face_stands_in_for_another)
{
    struct glyph g[4];
    double width;
    const char *text = faces[_i].text;
    ck_assert_uint_eq(
        text_layout(fonts, (struct font){faces[_i].wanted, 10}, text, strlen(text), g, 4, &width),
        1);
    ck_assert_uint_ne(g[0].index, 0);
    ck_assert_int_eq(g[0].face, faces[_i].face);
}
END_TEST

START_TEST(layout_stands_where_measuring_says)
{
    const char *text = "AVATAR 1.052 s 确认";
    struct glyph g[64];
    double width;
    size_t n = text_layout(fonts, sans, text, strlen(text), g, 64, &width);
    ck_assert_double_eq_tol(width, text_width(fonts, sans, text), 1e-9);
    size_t at = 0;
    uint32_t code;
    for (size_t i = 0; i < n; i++) {
        at += utf8_next(text + at, strlen(text) - at, &code);
        double end = i + 1 < n ? g[i + 1].x : width;
        ck_assert_double_ge(end + 2, text_width_n(fonts, sans, text, at)); /* 2: kerning after it */
        ck_assert_double_le(end - 2, text_width_n(fonts, sans, text, at));
    }
}
END_TEST

/* Lines: mono letters are 6 px wide and Han 10 px at this size. */

static const struct {
    double width;
    const char *text, *lines; /* apart by | */
} breaks[] = {
    {60, "a short one", "a short|one"},
    {60, "one", "one"},
    {60, "", ""},
    {60, "one\ntwo", "one|two"},
    {60, "one\n\ntwo", "one||two"},
    {36, "ends here  not there", "ends|here|not|there"},
    {24, "abcdefghij", "abcd|efgh|ij"},
    {36, "go abcdefghij", "go|abcdef|ghij"},
    {48, "go-back now", "go-back|now"},
    {36, "go-back-N", "go-|back-N"},
    {36, "is -1 ok", "is -1|ok"},
    {40, "三次握手开始", "三次握手|开始"},
    {40, "三次握手，开始", "三次握|手，开始"},
    {40, "三次握手。", "三次握|手。"},
    {40, "三次握（手）开始", "三次握|（手）开|始"},
    {40, "他说：「好」", "他说：|「好」"},
    {40, "一二三、四", "一二三、|四"},
    {40, "一二三四！？五", "一二三|四！？五"},
    {46, "发送ACK包", "发送ACK|包"},
    {40, "发送ACK包", "发送ACK|包"},
    {32, "发送ACK包", "发送|ACK包"},
    {50, "丢失 SYN 后", "丢失 SYN|后"},
    {30, "“好的”啊", "“好|的”啊"},
};

START_TEST(lines_break_where_they_may)
{
    struct text_line lines[16];
    const char *text = breaks[_i].text;
    size_t n = text_lines(fonts, mono, text, breaks[_i].width, NULL, lines, 16);
    char seen[256] = "";
    for (size_t i = 0; i < n; i++) {
        snprintf(seen + strlen(seen), sizeof seen - strlen(seen), "%s%.*s", i ? "|" : "",
                 (int)lines[i].len, text + lines[i].at);
        ck_assert_double_eq_tol(lines[i].width,
                                text_width_n(fonts, mono, text + lines[i].at, lines[i].len), 1e-6);
    }
    ck_assert_str_eq(seen, breaks[_i].lines);
}
END_TEST

static const struct {
    uint32_t before, after;
    bool may;
} neighbours[] = {
    {' ', 'a', true},        {'a', ' ', false},       {'a', 'b', false},
    {'-', 'b', true},        {'-', '1', false},       {0x4E2D, 0x6587, true},
    {0x4E2D, 0xFF0C, false}, {0xFF0C, 0x4E2D, true},  {0xFF08, 0x4E2D, false},
    {0x4E2D, 0xFF08, true},  {0x4E2D, 0x300D, false}, {0x300C, 0x4E2D, false},
    {0x4E2D, 'A', true},     {'A', 0x4E2D, true},     {'1', '.', false},
    {0x4E2D, 0x2026, false}, {0x4E2D, 0x3002, false}, {0x4E2D, 0xFF1B, false},
    {0x4E2D, 0xFF1A, false}, {0x4E2D, 0xFF01, false}, {0x4E2D, 0xFF1F, false},
    {0x4E2D, 0xFF09, false}, {0x4E2D, 0x3001, false}, {0xFFFC, 0x4E2D, true},
    {0xFFFC, ':', false},    {0x4E2D, 0xFFFC, true},
};

START_TEST(neighbours_part_or_stay)
{
    ck_assert_int_eq(text_may_break(neighbours[_i].before, neighbours[_i].after),
                     neighbours[_i].may);
}
END_TEST

START_TEST(a_box_in_the_text_takes_its_room)
{
    struct text_line lines[4];
    double box = 40;
    const char *text = "go \xEF\xBF\xBC now";
    ck_assert_uint_eq(text_lines(fonts, mono, text, 60, &box, lines, 4), 2);
    ck_assert_double_eq_tol(lines[0].width, 12 + 6 + 40, 1e-6);
    ck_assert_uint_eq(lines[1].len, 3);
}
END_TEST

START_TEST(lines_beyond_what_is_stored_are_counted)
{
    struct text_line line;
    ck_assert_uint_eq(text_lines(fonts, mono, "a b c d", 6, NULL, &line, 1), 4);
    ck_assert_uint_eq(line.len, 1);
    ck_assert_uint_eq(text_lines(fonts, mono, "a b c d", 6, NULL, NULL, 0), 4);
}
END_TEST

/* Ellipsis: "…" is 6 px wide in mono. */
static const struct {
    double width;
    const char *text, *shown;
} cuts[] = {
    {60, "ten letter", "ten letter"},
    {59, "ten letter", "ten lett…"},
    {36, "ten letter", "ten l…"},
    {30, "ten letter", "ten…"},
    {6, "ten", "…"},
    {0, "ten", "…"},
    {40, "三次握手了", "三次握…"},
};

START_TEST(what_is_too_long_ends_in_dots)
{
    char buf[64];
    ck_assert_str_eq(text_ellipsis(fonts, mono, cuts[_i].text, cuts[_i].width, buf, sizeof buf),
                     cuts[_i].shown);
}
END_TEST

START_TEST(dots_fit_into_the_buffer)
{
    char buf[8];
    text_ellipsis(fonts, mono, "三次握手了", 1000, buf, sizeof buf);
    ck_assert_str_eq(buf, "三…");
}
END_TEST

/* Coverage. */

static unsigned long ink_of(struct coverage c)
{
    unsigned long sum = 0;
    for (int i = 0; i < c.w * c.h; i++) {
        sum += c.data[i];
    }
    return sum;
}

static uint32_t index_of(const char *letter)
{
    struct glyph g;
    double width;
    text_layout(fonts, sans, letter, strlen(letter), &g, 1, &width);
    return g.index;
}

START_TEST(coverage_is_the_same_when_asked_again)
{
    uint32_t index = index_of("g");
    struct coverage a = text_coverage(fonts, FACE_SANS, 13, index, 1);
    uint8_t copy[1024];
    ck_assert_int_le(a.w * a.h, 1024);
    memcpy(copy, a.data, (size_t)(a.w * a.h));
    struct fonts *again = fonts_new(SOURCE_DIR "/assets/fonts", &(struct err){0});
    struct coverage b = text_coverage(again, FACE_SANS, 13, index, 1);
    ck_assert_int_eq(a.w, b.w);
    ck_assert_int_eq(a.top, b.top);
    ck_assert_mem_eq(copy, b.data, (size_t)(a.w * a.h));
    fonts_free(again);
}
END_TEST

START_TEST(a_quarter_of_a_pixel_moves_ink_and_adds_none)
{
    uint32_t index = index_of("l");
    unsigned long ink = ink_of(text_coverage(fonts, FACE_SANS, 20, index, 0));
    for (unsigned q = 1; q < 4; q++) {
        unsigned long moved = ink_of(text_coverage(fonts, FACE_SANS, 20, index, q));
        ck_assert_uint_le(moved > ink ? moved - ink : ink - moved, ink / 50);
    }
}
END_TEST

START_TEST(a_space_has_no_ink)
{
    struct coverage c = text_coverage(fonts, FACE_SANS, 20, index_of(" "), 0);
    ck_assert_int_eq(c.w * c.h, 0);
}
END_TEST

START_TEST(fonts_that_are_not_there_are_told)
{
    struct err err = {0};
    ck_assert_ptr_null(fonts_new("/nowhere", &err));
    ck_assert_uint_eq(err.errors, 1);
    ck_assert_str_eq(err.items[0].what, "/nowhere/Inter-Regular.ttf cannot be read as a font");
    err_free(&err);
}
END_TEST

#define ROWS(table) (int)(sizeof table / sizeof *table)

int main(void)
{
    Suite *s = suite_create("text");
    TCase *t = tcase_create("text");
    tcase_add_checked_fixture(t, open_fonts, close_fonts);
    tcase_add_loop_test(t, utf8_is_read_strictly, 0, ROWS(utf8));
    tcase_add_loop_test(t, text_is_as_wide_as_its_advances, 0, ROWS(widths));
    tcase_add_test(t, digits_are_all_alike);
    tcase_add_test(t, letters_kern);
    tcase_add_test(t, width_grows_with_the_size_and_no_rounding);
    tcase_add_loop_test(t, a_face_stands_in_for_another, 0, ROWS(faces));
    tcase_add_test(t, layout_stands_where_measuring_says);
    tcase_add_loop_test(t, lines_break_where_they_may, 0, ROWS(breaks));
    tcase_add_loop_test(t, neighbours_part_or_stay, 0, ROWS(neighbours));
    tcase_add_test(t, a_box_in_the_text_takes_its_room);
    tcase_add_test(t, lines_beyond_what_is_stored_are_counted);
    tcase_add_loop_test(t, what_is_too_long_ends_in_dots, 0, ROWS(cuts));
    tcase_add_test(t, dots_fit_into_the_buffer);
    tcase_add_test(t, coverage_is_the_same_when_asked_again);
    tcase_add_test(t, a_quarter_of_a_pixel_moves_ink_and_adds_none);
    tcase_add_test(t, a_space_has_no_ink);
    tcase_add_test(t, fonts_that_are_not_there_are_told);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
