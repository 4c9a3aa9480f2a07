/* The look in numbers: contrast as WCAG 2.1 measures it, sizes of type, names. */

#include "ui/theme.h"

#include <check.h>
#include <math.h>
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

/* Colours for those who see red and green otherwise: linear light through the projections of
 * Viénot, Brettel and Mollon (1999), compared in CIE L*a*b*. */
static const struct {
    const char *name;
    double m[3][3];
} eyes[] = {
    {"all three cones", {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}},
    {"deuteranopia", {{0.29275, 0.70725, 0}, {0.29275, 0.70725, 0}, {-0.02234, 0.02234, 1}}},
    {"protanopia", {{0.11238, 0.88762, 0}, {0.11238, 0.88762, 0}, {0.00401, -0.00401, 1}}},
};
#define EYES ((int)(sizeof eyes / sizeof *eyes))

static double linear(uint8_t c)
{
    double v = c / 255.0;
    return v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

static void times(const double m[3][3], const double in[3], double out[3])
{
    for (int i = 0; i < 3; i++) {
        out[i] = m[i][0] * in[0] + m[i][1] * in[1] + m[i][2] * in[2];
    }
}

static double lab_curve(double t)
{
    return t > 0.008856 ? cbrt(t) : 7.787 * t + 16.0 / 116;
}

static void seen_as(struct color c, int eye, double lab[3])
{
    static const double xyz[3][3] = {
        {0.4124, 0.3576, 0.1805}, {0.2126, 0.7152, 0.0722}, {0.0193, 0.1192, 0.9505}};
    static const double white[] = {0.9505, 1, 1.089};
    double light[3] = {linear(c.r), linear(c.g), linear(c.b)}, through[3], x[3], f[3];
    times(eyes[eye].m, light, through);
    for (int i = 0; i < 3; i++) {
        through[i] = fmin(fmax(through[i], 0), 1);
    }
    times(xyz, through, x);
    for (int i = 0; i < 3; i++) {
        f[i] = lab_curve(x[i] / white[i]);
    }
    lab[0] = 116 * f[1] - 16;
    lab[1] = 500 * (f[0] - f[1]);
    lab[2] = 200 * (f[1] - f[2]);
}

static double apart(struct color a, struct color b, int eye)
{
    double x[3], y[3];
    seen_as(a, eye, x);
    seen_as(b, eye, y);
    return sqrt((x[0] - y[0]) * (x[0] - y[0]) + (x[1] - y[1]) * (x[1] - y[1]) +
                (x[2] - y[2]) * (x[2] - y[2]));
}

/* Fifteen times what can just be told apart; the shape and the label tell as well. (A bare ACK has
 * no colour: it is an outline.) */
#define APART 15.0

START_TEST(packets_differ_for_every_eye)
{
    struct theme t = theme_make(_i % 2 ? THEME_DARK : THEME_LIGHT, 1);
    int eye = _i / 2;
    const struct {
        const char *name;
        struct color fill;
    } kinds[] = {{"control", t.control.fill}, {"data", t.data.fill},     {"again", t.retx.fill},
                 {"loss", t.loss.fill},       {"report", t.report.fill}, {"media", t.media.fill},

                 {"panel", t.panel}};
    int count = (int)(sizeof kinds / sizeof *kinds);
    for (int i = 0; i < count; i++) {
        for (int k = 0; k < i; k++) {
            double d = apart(kinds[i].fill, kinds[k].fill, eye);
            ck_assert_msg(d >= APART, "%s, %s: %s and %s are %.1f apart", theme_code(t.name),
                          eyes[eye].name, kinds[k].name, kinds[i].name, d);
        }
    }
}
END_TEST

/* Red and green of one lightness, which a deuteranope confuses: the measure notices. */
START_TEST(colours_that_are_confused_are_noticed)
{
    struct color red = rgb(0xC06A50), green = rgb(0x8F8A3C);
    ck_assert_double_ge(apart(red, green, 0), 30);
    ck_assert_double_lt(apart(red, green, 1), APART);
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
    tcase_add_loop_test(t, packets_differ_for_every_eye, 0, 2 * EYES);
    tcase_add_test(t, colours_that_are_confused_are_noticed);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
