/* The picture of a plot: axes with round ticks, a line and bars a series, what it shows in words.
 */
#include "ui/form.h"
#include "ui/draw/plot.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LEFT = 84, RIGHT = 24, TOP = 66, BOTTOM = 62, TICKS = 6, CAP = 4, DOT = 4 };

struct axes {
    const struct plot *p;
    struct canvas *c;
    const struct theme *theme;
    struct rect area;
    double x0, x1, y0, y1; /* ends of the axes, in their units */
    double y_base;         /* of y's own unit to one of y_unit */
    const char *y_unit;
};

/* 1, 2 or 5 times a power of ten, so that about TICKS of them fill the span. */
static double round_step(double span)
{
    double step = pow(10, floor(log10(span / TICKS))), most = span / TICKS / step;
    return step * (most > 5 ? 10 : most > 2 ? 5 : most > 1 ? 2 : 1);
}

static void choose_unit(struct axes *a, double most)
{
    static const struct {
        const char *unit, *shown;
        double base;
    } units[] = {
        {"bit/s", "Mbit/s", 1e6}, {"bit/s", "kbit/s", 1e3}, {"ns", "s", 1e9}, {"ns", "ms", 1e6},
        {"ns", "µs", 1e3},        {"B", "MB", 1e6},         {"B", "kB", 1e3},
    };
    a->y_base = 1;
    a->y_unit = a->p->y_unit;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (strcmp(a->p->y_unit, units[i].unit) == 0 && most >= units[i].base) {
            a->y_base = units[i].base;
            a->y_unit = units[i].shown;
            return;
        }
    }
}

static void lay_out(struct axes *a)
{
    double most = 0, least = 0;
    a->x0 = a->x1 = a->p->points[0].x;
    for (uint32_t i = 0; i < a->p->count; i++) {
        const struct plot_point *q = &a->p->points[i];
        a->x0 = fmin(a->x0, q->x);
        a->x1 = fmax(a->x1, q->x);
        most = fmax(most, q->mean + q->half);
        least = fmin(least, q->mean - q->half);
    }
    least = fmin(least, 0);
    choose_unit(a, fmax(most, -least));
    double step = round_step(most > least ? (most - least) / a->y_base : 1);
    a->y0 = floor(least / a->y_base / step) * step;
    a->y1 = most > least ? ceil(most / a->y_base / step) * step : step;
    double margin = a->p->has_categories || a->x1 <= a->x0 ? 0.5 : (a->x1 - a->x0) * 0.04;
    a->x0 -= margin;
    a->x1 += margin;
}

static double at_x(const struct axes *a, double x)
{
    return a->area.x + (x - a->x0) / (a->x1 - a->x0) * a->area.w;
}

static double at_y(const struct axes *a, double y)
{
    return a->area.y + a->area.h - (y / a->y_base - a->y0) / (a->y1 - a->y0) * a->area.h;
}

static void draw_y_axis(const struct axes *a)
{
    struct font font = theme_font(a->theme, TYPE_AXIS);
    double step = round_step(a->y1 - a->y0);
    for (long i = lround(a->y0 / step); (double)i * step <= a->y1 + step / 1000; i++) {
        char text[32];
        double y = at_y(a, (double)i * step * a->y_base);
        snprintf(text, sizeof text, "%.10g", (double)i * step);
        canvas_hline(a->c, a->area.x, a->area.x + a->area.w, y, STROKE_GRID,
                     i == 0 ? a->theme->ink3 : a->theme->hair);
        canvas_text(a->c, font, a->area.x - 8, y + 4, ALIGN_RIGHT, a->theme->ink2, text);
    }
}

static void draw_x_tick(const struct axes *a, double x, const char *text)
{
    double bottom = a->area.y + a->area.h;
    canvas_vline(a->c, at_x(a, x), bottom, bottom + 5, STROKE_GRID, a->theme->ink3);
    canvas_text(a->c, theme_font(a->theme, TYPE_AXIS), at_x(a, x), bottom + 20, ALIGN_CENTER,
                a->theme->ink2, text);
}

static void draw_x_axis(const struct axes *a)
{
    double step = round_step(a->x1 - a->x0);
    for (uint32_t i = 0; a->p->has_categories && i < a->p->count; i++) {
        if (a->p->points[i].series == a->p->points[0].series) {
            draw_x_tick(a, a->p->points[i].x, a->p->points[i].label);
        }
    }
    for (double i = ceil(a->x0 / step); !a->p->has_categories && i * step <= a->x1; i++) {
        char text[32];
        snprintf(text, sizeof text, "%.10g", i * step == 0 ? 0 : i * step);
        draw_x_tick(a, i * step, text);
    }
}

static struct color colour_of(const struct axes *a, uint32_t series)
{
    const struct theme *t = a->theme;
    const struct color colours[PLOT_SERIES_MAX] = {t->data.fill,    t->loss.fill,  t->report.fill,
                                                   t->control.fill, t->media.fill, t->retx.fill};
    return colours[series];
}

static void draw_point(const struct axes *a, const struct plot_point *q)
{
    struct color colour = colour_of(a, q->series);
    double x = at_x(a, q->x), low = at_y(a, q->mean - q->half), high = at_y(a, q->mean + q->half);
    if (q->half > 0) {
        canvas_vline(a->c, x, high, low, 1.5, colour);
        canvas_hline(a->c, x - CAP, x + CAP, high, 1.5, colour);
        canvas_hline(a->c, x - CAP, x + CAP, low, 1.5, colour);
    }
    canvas_fill_circle(a->c, x, at_y(a, q->mean), DOT, colour);
}

static void draw_points(const struct axes *a)
{
    for (uint32_t i = 0; i < a->p->count; i++) {
        const struct plot_point *q = &a->p->points[i], *next = q + 1;
        if (i + 1 < a->p->count && next->series == q->series) {
            canvas_line(a->c, at_x(a, q->x), at_y(a, q->mean), at_x(a, next->x),
                        at_y(a, next->mean), (struct stroke){.width = 2, .cap = CAP_ROUND},
                        colour_of(a, q->series));
        }
        draw_point(a, q);
    }
}

static void draw_legend(const struct axes *a)
{
    struct font font = theme_font(a->theme, TYPE_LABEL);
    double x = a->area.x;
    for (uint32_t i = 0; a->p->by < a->p->table.column_count && i < a->p->series_count; i++) {
        char text[160];
        snprintf(text, sizeof text, "%s%s%s", i == 0 ? a->p->table.columns[a->p->by] : "",
                 i == 0 ? " = " : "", a->p->series[i]);
        canvas_fill_circle(a->c, x + DOT, TOP - 14, DOT, colour_of(a, i));
        x += 14 + canvas_text(a->c, font, x + 14, TOP - 10, ALIGN_LEFT, a->theme->ink, text) + 18;
    }
}

static void draw_names(const struct axes *a, enum lang lang, double h)
{
    const struct plot *p = a->p;
    struct font font = theme_font(a->theme, TYPE_LABEL);
    struct buf text = {0};
    char runs[24];
    uint32_t least = p->points[0].runs, most = least;
    for (uint32_t i = 0; i < p->count; i++) {
        least = p->points[i].runs < least ? p->points[i].runs : least;
        most = p->points[i].runs > most ? p->points[i].runs : most;
    }
    snprintf(runs, sizeof runs, least == most ? "%u" : "%u–%u", least, most);
    buf_printf(&text, "%s%s%s%s", p->y_name, *a->y_unit ? " (" : "", a->y_unit,
               *a->y_unit ? ")" : "");
    canvas_text(a->c, theme_font(a->theme, TYPE_TITLE), 20, 26, ALIGN_LEFT, a->theme->ink,
                buf_cstr(&text));
    buf_clear(&text);
    const char *pairs[] = {"runs", runs};
    text_fill(&text, word(lang, most > 1 ? "plot.mean" : "plot.single"), pairs, 1);
    canvas_text(a->c, font, a->area.x + a->area.w, 26, ALIGN_RIGHT, a->theme->ink2,
                buf_cstr(&text));
    buf_clear(&text);
    buf_printf(&text, "%s%s%s%s", p->x_name, *p->x_unit ? " (" : "", p->x_unit,
               *p->x_unit ? ")" : "");
    canvas_text(a->c, font, a->area.x + a->area.w / 2, h - 16, ALIGN_CENTER, a->theme->ink,
                buf_cstr(&text));
    buf_free(&text);
}

int plot_draw(const struct plot *p, const struct plot_options *o, struct err *err)
{
    struct fonts *fonts = fonts_new(NULL, err);
    if (!fonts) {
        return 3;
    }
    enum form form = picture_form(o->output);
    struct theme theme = theme_make(o->theme, 1);
    struct canvas *c = picture_canvas(form, fonts, o->w, o->h, form == FORM_PNG ? o->scale : 1);
    struct axes a = {.p = p, .c = c, .theme = &theme};
    a.area = (struct rect){LEFT, TOP, o->w - LEFT - RIGHT, o->h - TOP - BOTTOM};
    canvas_fill_box(c, (struct rect){0, 0, o->w, o->h}, 0, theme.panel);
    lay_out(&a);
    draw_y_axis(&a);
    draw_x_axis(&a);
    draw_points(&a);
    draw_legend(&a);
    draw_names(&a, o->lang, o->h);
    bool good = picture_write(form, c, o->output, err);
    canvas_free(c);
    fonts_free(fonts);
    return good ? 0 : 3;
}
