/* What lands on the pixels: shapes against counted areas, clips, hatches, text where it was
 * measured, and the same bytes every time. */

#include "base/os.h"
#include "ui/canvas_cairo.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SIDE 100

static struct fonts *fonts;
static struct canvas *c;
static const struct color white = {255, 255, 255, 255}, black = {0, 0, 0, 255};

static void blank(double scale)
{
    canvas_free(c);
    int side = (int)(SIDE * scale);
    c = canvas_cairo_new(fonts, side, side, scale);
    canvas_fill_box(c, (struct rect){0, 0, SIDE, SIDE}, 0, white);
}

static void open_canvas(void)
{
    fonts = fonts_new(SOURCE_DIR "/assets/fonts", &(struct err){0});
    ck_assert_ptr_nonnull(fonts);
    blank(1);
}

static void close_canvas(void)
{
    canvas_free(c);
    c = NULL;
    fonts_free(fonts);
}

static unsigned dark_at(int x, int y)
{
    struct pixels p = canvas_cairo_pixels(c);
    return 255u - p.data[y * p.stride + 4 * x];
}

/* Ink on the whole canvas, in pixels of full black. */
static double ink(void)
{
    struct pixels p = canvas_cairo_pixels(c);
    double sum = 0;
    for (int y = 0; y < p.h; y++) {
        for (int x = 0; x < p.w; x++) {
            sum += dark_at(x, y) / 255.0;
        }
    }
    return sum;
}

/* Shapes: each draws itself, and has a known area. */

static void box(void)
{
    canvas_fill_box(c, (struct rect){10, 10, 30, 20}, 0, black);
}

static void half_pixel_box(void)
{
    canvas_fill_box(c, (struct rect){10.5, 10.5, 30, 20}, 0, black);
}

static void rounded(void)
{
    canvas_fill_box(c, (struct rect){10, 10, 60, 40}, 10, black);
}

static void pill(void)
{
    canvas_fill_box(c, (struct rect){10, 10, 60, 20}, 99, black);
}

static void disc(void)
{
    canvas_fill_circle(c, 50, 50, 30, black);
}

static void ring(void)
{
    canvas_ring(c, 50, 50, 30, 4, black);
}

static void line(void)
{
    canvas_line(c, 10, 10, 70, 90, (struct stroke){.width = 3}, black);
}

static void round_line(void)
{
    canvas_line(c, 20, 50, 80, 50, (struct stroke){.width = 6, .cap = CAP_ROUND}, black);
}

static void dashed(void)
{
    canvas_line(c, 10, 50, 70, 50, (struct stroke){.width = 2, .on = 4, .off = 6}, black);
}

static void border(void)
{
    canvas_stroke_box(c, (struct rect){10, 10, 40, 30}, 0, 2, black);
}

static void quarter_arc(void)
{
    canvas_begin(c);
    canvas_arc(c, 50, 50, 40, 0, acos(0));
    canvas_stroke(c, black, (struct stroke){.width = 2});
}

static void head(void)
{
    canvas_arrow_head(c, 80, 50, 1, 0, 20, black);
}

static void clipped(void)
{
    canvas_clip(c, (struct rect){0, 0, 50, 50});
    canvas_clip(c, (struct rect){40, 40, 50, 50});
    canvas_fill_box(c, (struct rect){0, 0, 100, 100}, 0, black);
    canvas_unclip(c);
    canvas_unclip(c);
}

static void clipped_by_a_disc(void)
{
    canvas_begin(c);
    canvas_circle(c, 50, 50, 20);
    canvas_clip_path(c);
    canvas_fill_box(c, (struct rect){50, 0, 50, 100}, 0, black);
    canvas_unclip(c);
}

/* Lines 2 wide and 8 apart: a quarter of the ground. */
static void hatched(void)
{
    canvas_begin(c);
    canvas_box(c, (struct rect){10, 10, 80, 80}, 0);
    canvas_hatch(c, black, 8, 2);
}

static void half_seen(void)
{
    canvas_fill_box(c, (struct rect){10, 10, 30, 20}, 0, color_fade(black, 0.5));
}

#define PI 3.14159265358979

static const struct {
    const char *name;
    void (*draw)(void);
    double area, by;
} shapes[] = {
    {"box", box, 600, 0.01},
    {"box off the pixels", half_pixel_box, 600, 3},
    {"rounded box", rounded, 2400 - (4 - PI) * 100, 3},
    {"pill", pill, 40 * 20 + PI * 100, 3},
    {"disc", disc, PI * 900, 6},
    {"ring", ring, PI * 60 * 4, 4},
    {"line", line, 300, 3},
    {"line with round ends", round_line, 360 + PI * 9, 2},
    {"dashed line", dashed, 6 * 4 * 2, 1},
    {"border, its corners round", border, 2 * (2 * 40 + 2 * 26) - (4 - PI), 0.1},
    {"quarter of a circle", quarter_arc, PI * 40, 2},
    {"arrow head", head, 20 * 20 * 0.43, 2},
    {"clip in a clip", clipped, 100, 0.01},
    {"clip by a disc", clipped_by_a_disc, PI * 200, 3},
    {"hatch", hatched, 1600, 50},
    {"faded", half_seen, 300, 3},
};

START_TEST(a_shape_has_its_area)
{
    shapes[_i].draw();
    double seen = ink();
    ck_assert_msg(fabs(seen - shapes[_i].area) <= shapes[_i].by, "%s: %.2f, not %.2f",
                  shapes[_i].name, seen, shapes[_i].area);
}
END_TEST

START_TEST(a_shape_at_scale_two_has_four_times_the_area)
{
    blank(2);
    shapes[_i].draw();
    double seen = ink() / 4;
    ck_assert_msg(fabs(seen - shapes[_i].area) <= shapes[_i].by, "%s: %.2f, not %.2f",
                  shapes[_i].name, seen, shapes[_i].area);
}
END_TEST

START_TEST(a_hatch_stays_inside_and_moves_with_its_shape)
{
    canvas_begin(c);
    canvas_box(c, (struct rect){10, 10, 20, 20}, 0);
    canvas_hatch(c, black, 6, 2);
    canvas_begin(c);
    canvas_box(c, (struct rect){53, 41, 20, 20}, 0);
    canvas_hatch(c, black, 6, 2);
    for (int y = 0; y < 20; y++) {
        for (int x = 0; x < 20; x++) {
            ck_assert_uint_eq(dark_at(10 + x, 10 + y), dark_at(53 + x, 41 + y));
        }
    }
    ck_assert_uint_eq(dark_at(9, 20), 0);
    ck_assert_uint_eq(dark_at(20, 31), 0);
}
END_TEST

START_TEST(fill_and_stroke_keep_the_path)
{
    canvas_begin(c);
    canvas_box(c, (struct rect){20, 20, 40, 40}, 0);
    canvas_hatch(c, white, 6, 2);
    canvas_fill(c, white);
    canvas_stroke(c, black, (struct stroke){.width = 2});
    ck_assert_double_eq_tol(ink(), 4 * 40 * 2, 1);
}
END_TEST

START_TEST(thin_lines_are_crisp)
{
    canvas_hline(c, 10, 60, 30.3, 1, black);
    canvas_vline(c, 70.4, 10, 60, 1, black);
    ck_assert_double_eq_tol(ink(), 100, 1e-9);
    ck_assert_uint_eq(dark_at(30, 30), 255);
    ck_assert_uint_eq(dark_at(70, 30), 255);
}
END_TEST

/* Text. */

static const struct font mono = {FACE_MONO, 20};

static int first_dark_column(void)
{
    struct pixels p = canvas_cairo_pixels(c);
    for (int x = 0; x < p.w; x++) {
        for (int y = 0; y < p.h; y++) {
            if (dark_at(x, y) > 100) {
                return x;
            }
        }
    }
    return -1;
}

START_TEST(text_stands_where_it_was_measured)
{
    for (int align = ALIGN_LEFT; align <= ALIGN_RIGHT; align++) {
        blank(1);
        double w = canvas_text(c, mono, 60, 50, (enum align)align, black, "HH");
        ck_assert_double_eq_tol(w, 24, 1e-6);
        double left = 60 - w * align / 2;
        ck_assert_int_ge(first_dark_column(), (int)left);
        ck_assert_int_le(first_dark_column(), (int)left + 4);
    }
}
END_TEST

START_TEST(text_stands_on_its_baseline)
{
    canvas_text(c, (struct font){FACE_SANS, 40}, 10, 60, ALIGN_LEFT, black, "H");
    double cap = text_cap(fonts, (struct font){FACE_SANS, 40});
    unsigned below = 0, above = 0;
    for (int x = 0; x < SIDE; x++) {
        below += dark_at(x, 60);
        above += dark_at(x, 60 - (int)cap - 2);
    }
    ck_assert_uint_eq(below, 0);
    ck_assert_uint_eq(above, 0);
    ck_assert_uint_gt(ink() > 100, 0);
}
END_TEST

START_TEST(text_grows_with_the_scale_and_keeps_its_place)
{
    canvas_text(c, mono, 20, 50, ALIGN_LEFT, black, "HHHH");
    double one = ink();
    int column = first_dark_column();
    blank(3);
    canvas_text(c, mono, 20, 50, ALIGN_LEFT, black, "HHHH");
    ck_assert_double_eq_tol(ink() / 9, one, one * 0.06);
    ck_assert_int_le(abs(first_dark_column() - 3 * column), 3);
}
END_TEST

START_TEST(text_is_clipped_by_rectangles)
{
    canvas_clip(c, (struct rect){0, 0, 30, 100});
    canvas_text(c, mono, 10, 50, ALIGN_LEFT, black, "HHHHHHHH");
    canvas_unclip(c);
    struct pixels p = canvas_cairo_pixels(c);
    for (int y = 0; y < p.h; y++) {
        for (int x = 30; x < p.w; x++) {
            ck_assert_uint_eq(dark_at(x, y), 0);
        }
    }
    ck_assert_double_gt(ink(), 20);
}
END_TEST

START_TEST(text_off_the_canvas_harms_nothing)
{
    canvas_text(c, mono, -30, -2, ALIGN_LEFT, black, "HHHHHHHHHHHHHHHHHHHHHHHH");
    canvas_text(c, mono, 95, 108, ALIGN_LEFT, black, "HHH");
    canvas_text(c, mono, -5000, 50, ALIGN_LEFT, black, "HHH");
    ck_assert_double_gt(ink(), 0);
}
END_TEST

START_TEST(a_paragraph_ends_in_dots_when_it_is_too_long)
{
    struct rect r = {0, 0, 60, 60};
    const char *text = "one two three four five six seven";
    double step = text_line_height(mono);
    ck_assert_double_eq_tol(canvas_paragraph(c, mono, r, black, text), 2 * step, 1e-9);
    ck_assert_double_eq_tol(canvas_paragraph_height(c, mono, 60, text), 7 * step, 1e-9);
}
END_TEST

/* Pictures. */

static void picture(const char *path)
{
    blank(1.5);
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        shapes[i].draw();
    }
    canvas_text(c, mono, 10, 90, ALIGN_LEFT, black, "三次 ACK");
    ck_assert(canvas_cairo_png(c, path, &(struct err){0}));
}

START_TEST(the_same_picture_gives_the_same_bytes)
{
    struct buf a = {0}, b = {0};
    picture("test_canvas_a.png");
    close_canvas();
    open_canvas();
    picture("test_canvas_b.png");
    ck_assert(os_read_file("test_canvas_a.png", 1 << 20, &a));
    ck_assert(os_read_file("test_canvas_b.png", 1 << 20, &b));
    ck_assert_uint_eq(a.len, b.len);
    ck_assert_mem_eq(a.data, b.data, a.len);
    ck_assert_mem_eq(a.data, "\x89PNG", 4);
    buf_free(&a);
    buf_free(&b);
    remove("test_canvas_a.png");
    remove("test_canvas_b.png");
}
END_TEST

START_TEST(a_picture_that_cannot_be_written_is_told)
{
    struct err err = {0};
    ck_assert(!canvas_cairo_png(c, "/nowhere/x.png", &err));
    ck_assert_str_eq(err.items[0].what,
                     "/nowhere/x.png: cannot be written: No such file or directory");
    err_free(&err);
}
END_TEST

START_TEST(rectangles_are_cut_from_all_sides)
{
    struct rect r = {0, 0, 100, 50}, top = rect_cut_top(&r, 10), right = rect_cut_right(&r, 30),
                bottom = rect_cut_bottom(&r, 5), left = rect_cut_left(&r, 200);
    ck_assert_double_eq(top.h + r.h + bottom.h, 50);
    ck_assert_double_eq(right.x, 70);
    ck_assert_double_eq(bottom.y, 45);
    ck_assert_double_eq(left.w, 70);
    ck_assert_double_eq(r.w, 0);
    ck_assert(rect_has(top, 0, 0) && !rect_has(top, 0, 10) && !rect_has(top, 100, 5));
}
END_TEST

#define SHAPES (int)(sizeof shapes / sizeof *shapes)

int main(void)
{
    Suite *s = suite_create("canvas");
    TCase *t = tcase_create("canvas");
    tcase_add_checked_fixture(t, open_canvas, close_canvas);
    tcase_add_loop_test(t, a_shape_has_its_area, 0, SHAPES);
    tcase_add_loop_test(t, a_shape_at_scale_two_has_four_times_the_area, 0, SHAPES);
    tcase_add_test(t, a_hatch_stays_inside_and_moves_with_its_shape);
    tcase_add_test(t, fill_and_stroke_keep_the_path);
    tcase_add_test(t, thin_lines_are_crisp);
    tcase_add_test(t, text_stands_where_it_was_measured);
    tcase_add_test(t, text_stands_on_its_baseline);
    tcase_add_test(t, text_grows_with_the_scale_and_keeps_its_place);
    tcase_add_test(t, text_is_clipped_by_rectangles);
    tcase_add_test(t, text_off_the_canvas_harms_nothing);
    tcase_add_test(t, a_paragraph_ends_in_dots_when_it_is_too_long);
    tcase_add_test(t, the_same_picture_gives_the_same_bytes);
    tcase_add_test(t, a_picture_that_cannot_be_written_is_told);
    tcase_add_test(t, rectangles_are_cut_from_all_sides);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
