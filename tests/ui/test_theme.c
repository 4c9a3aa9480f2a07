/* The look in numbers: contrast as WCAG 2.1 measures it, sizes of type, names. */

#include "ui/theme.h"

#include <check.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define NEAR(a, b, by) ck_assert_double_eq_tol(a, b, by)

static struct color rgb(uint32_t hex)
{
    return (struct color){(uint8_t)(hex >> 16), (uint8_t)(hex >> 8), (uint8_t)hex, 255};
}

/* Figures of WCAG's definition worked out elsewhere: black on white is 21, a colour on itself 1,
 * #777777 on white 4.48 and #767676 the lightest grey that reaches 4.5. */
static const struct {
    uint32_t a, b;
    double ratio, by;
} known[] = {
    {0x000000, 0xFFFFFF, 21, 1e-9},    {0x336699, 0x336699, 1, 1e-9},
    {0x777777, 0xFFFFFF, 4.48, 0.005}, {0x767676, 0xFFFFFF, 4.54, 0.005},
    {0xFF0000, 0xFFFFFF, 4.00, 0.005}, {0x0000FF, 0xFFFFFF, 8.59, 0.005},
};

START_TEST(contrast_is_wcags)
{
    struct color a = rgb(known[_i].a), b = rgb(known[_i].b);
    NEAR(color_contrast(a, b), known[_i].ratio, known[_i].by);
    NEAR(color_contrast(a, b), color_contrast(b, a), 1e-12);
}
END_TEST

#define C(field) offsetof(struct theme, field)

/* What stands on what, and the least contrast that the look promises for it. */
static const struct {
    const char *name;
    size_t text, ground;
    double least;
} pairs[] = {
    {"body text on a panel", C(ink2), C(panel), 7.75},
    {"body text in an explanation", C(ink2), C(sunk), 7},
    {"ink on a panel", C(ink), C(panel), 15},
    {"label on a panel", C(ink3), C(panel), 4.95},
    {"label on a tint", C(ink3), C(tint), 4.35},
    {"word of control", C(control.text), C(panel), 5.35},
    {"word of data", C(data.text), C(panel), 5.35},
    {"word of sent again", C(retx.text), C(panel), 5.35},
    {"word of loss", C(loss.text), C(panel), 5.35},
    {"word of a report", C(report.text), C(panel), 5.35},
    {"word of media", C(media.text), C(panel), 5.35},
    {"label on control", C(control.on), C(control.fill), 5.05},
    {"label on data", C(data.on), C(data.fill), 5.05},
    {"label on sent again", C(retx.on), C(retx.fill), 5.05},
    {"label on loss", C(loss.on), C(loss.fill), 5.05},
    {"label on a report", C(report.on), C(report.fill), 5.05},
    {"label on media", C(media.on), C(media.fill), 5.05},
    {"text on the marker", C(on_marker), C(marker), 10},
    {"outline of an ACK on a panel", C(ack), C(panel), 7},
};
#define PAIRS ((int)(sizeof pairs / sizeof *pairs))

static struct color color_at(const struct theme *t, size_t offset)
{
    struct color c;
    memcpy(&c, (const char *)t + offset, sizeof c);
    return c;
}

START_TEST(text_can_be_read_on_what_it_stands_on)
{
    struct theme t = theme_make(_i < PAIRS ? THEME_LIGHT : THEME_DARK, 1);
    int i = _i % PAIRS;
    double ratio = color_contrast(color_at(&t, pairs[i].text), color_at(&t, pairs[i].ground));
    ck_assert_msg(ratio >= pairs[i].least, "%s, %s: %.2f, not %.2f", theme_code(t.name),
                  pairs[i].name, ratio, pairs[i].least);
}
END_TEST

/* Nothing under 11 pixels, under 18 for a projector and under 24 in a large hall. */
static const struct {
    double projector, least;
} halls[] = {{1, 11}, {1.5, 18}, {2, 24}};

START_TEST(type_is_never_smaller_than_the_hall_can_read)
{
    struct theme t = theme_make(THEME_LIGHT, halls[_i].projector);
    for (int role = 0; role < TYPE_COUNT; role++) {
        ck_assert_double_ge(theme_font(&t, (enum type_role)role).px, halls[_i].least);
    }
}
END_TEST

START_TEST(a_headline_grows_with_the_projector)
{
    struct theme t = theme_make(THEME_DARK, 1.5);
    NEAR(theme_font(&t, TYPE_HEADLINE).px, 30, 1e-9);
}
END_TEST

START_TEST(colours_mix_and_fade)
{
    struct color a = rgb(0x000000), b = rgb(0xFF8040);
    ck_assert_int_eq(color_mix(a, b, 0.5).r, 128);
    ck_assert_int_eq(color_mix(a, b, 0).g, 0);
    ck_assert_int_eq(color_mix(a, b, 1).g, 0x80);
    ck_assert_int_eq(color_fade(b, 0.45).a, 115);
    ck_assert_int_eq(color_fade(color_fade(b, 0.5), 0.5).a, 64);
}
END_TEST

START_TEST(themes_have_names)
{
    enum theme_name name = THEME_LIGHT;
    ck_assert(theme_parse("dark", &name));
    ck_assert_int_eq(name, THEME_DARK);
    ck_assert(!theme_parse("Dark", &name));
    ck_assert_str_eq(theme_code(THEME_LIGHT), "light");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("theme");
    TCase *t = tcase_create("theme");
    tcase_add_loop_test(t, contrast_is_wcags, 0, (int)(sizeof known / sizeof *known));
    tcase_add_loop_test(t, text_can_be_read_on_what_it_stands_on, 0, 2 * PAIRS);
    tcase_add_loop_test(t, type_is_never_smaller_than_the_hall_can_read, 0, 3);
    tcase_add_test(t, a_headline_grows_with_the_projector);
    tcase_add_test(t, colours_mix_and_fade);
    tcase_add_test(t, themes_have_names);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
