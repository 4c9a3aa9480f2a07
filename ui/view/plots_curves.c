/* Curves: a value stands until the next, so they go in steps. Of many points within a pixel only
 * the extremes are drawn. What is past is solid, what is to come faint or not there. */
#include "ui/view/plots.h"

#include <assert.h>
#include <math.h>

#define FUTURE   0.42
#define DENSE    1.2 /* points to a pixel: then a column each is filled, which costs far less */
#define AREA     0.16
#define DOT      2.6
#define DOT_MORE 4.5 /* samples closer than this are one dot */

/* Adds the corner from the value before to the point. */
static void step_to(const struct plot_frame *f, double x, double *y, double value)
{
    canvas_to(f->ui->c, x, *y);
    *y = plot_y(f, value);
    canvas_to(f->ui->c, x, *y);
}

/* The steps of what is shown as a path; false: there is nothing. *x0: where it begins. */
static bool make_path(const struct plot_frame *f, const struct curve *c, double *x0)
{
    uint32_t i = curve_at_or_after(c, f->from), last = curve_at_or_after(c, f->to + 1);
    const struct curve_point *before = i > 0 ? &c->points[i - 1] : NULL;
    if (!before && i == last) {
        return false;
    }
    assert(c->points);
    const struct curve_point *first = before ? before : &c->points[i++];
    double y = plot_y(f, first->value);
    *x0 = fmax(plot_x(f, first->at), f->plot.x);
    canvas_begin(f->ui->c);
    canvas_move(f->ui->c, *x0, y);
    while (i < last) {
        double x = plot_x(f, c->points[i].at);
        uint32_t next = curve_at_or_after(c, plot_time(f, x + 1));
        next = next > last ? last : next > i ? next : i + 1;
        if (next - i > 3) {
            struct curve_range r = curve_range_of(c, i, next);
            step_to(f, x, &y, r.least);
            step_to(f, x, &y, r.most);
            step_to(f, x, &y, c->points[next - 1].value);
        } else {
            for (uint32_t k = i; k < next; k++) {
                step_to(f, plot_x(f, c->points[k].at), &y, c->points[k].value);
            }
        }
        i = next;
    }
    canvas_to(f->ui->c, plot_x(f, f->to < f->axis->end ? f->to : f->axis->end), y);
    return true;
}

static struct stroke stroke_of(const struct plot_frame *f, const struct curve *c)
{
    double k = f->ui->k;
    switch (c->series->look) {
    case SERIES_CURVE: return (struct stroke){.width = STROKE_CURVE * k, .cap = CAP_ROUND};
    case SERIES_LIMIT: return (struct stroke){.width = 1.8 * k, .on = 7 * k, .off = 4 * k};
    case SERIES_AREA:
    case SERIES_LINE:
    case SERIES_DOTS: break;
    }
    return (struct stroke){.width = 1.4 * k};
}

/* Clips to what is past, or to what is to come. */
static void clip_time(const struct plot_frame *f, bool is_past)
{
    double now = fmin(fmax(plot_x(f, f->s->now), f->plot.x), f->plot.x + f->plot.w);
    double left = is_past ? f->plot.x - 4 : now, right = is_past ? now : f->plot.x + f->plot.w;
    canvas_clip(f->ui->c, (struct rect){left, f->plot.y - 4, right - left, f->plot.h + 8});
}

static bool is_dense(const struct plot_frame *f, const struct curve *c)
{
    uint32_t n = curve_at_or_after(c, f->to + 1) - curve_at_or_after(c, f->from);
    return n > (c->series->look == SERIES_DOTS ? DENSE / 4 : DENSE) * f->plot.w;
}

/* What the curve covers between two times: the value in force before, and all that follow. */
static bool cover(const struct curve *c, sim_time from, sim_time to, struct curve_range *out)
{
    uint32_t first = curve_at_or_after(c, from), last = curve_at_or_after(c, to);
    first -= first > 0;
    last = last > first ? last : first + 1;
    if (c->points[first].at >= to) {
        return false;
    }
    *out = curve_range_of(c, first, last);
    return true;
}

/* One box a pixel, from x0 to x1; with a dash some are left out. */
static void fill_columns(const struct plot_frame *f, const struct curve *c, double x0, double x1,
                         struct color color, const struct stroke *s, bool is_area)
{
    double half = s->width / 2, cycle = s->on + s->off, bottom = plot_y(f, f->least);
    struct curve_range r;
    sim_time from = plot_time(f, x0);
    canvas_begin(f->ui->c);
    for (double x = floor(x0); x < x1; x += 1) {
        sim_time to = plot_time(f, x + 1);
        bool is_gap = cycle > 0 && fmod(x, cycle) >= s->on;
        if (!is_gap && cover(c, from, to, &r)) {
            double top = plot_y(f, r.most) - half;
            double low = is_area ? bottom : plot_y(f, r.least) + half;
            canvas_box(f->ui->c, (struct rect){x, top, 1, low - top}, 0);
        }
        from = to;
    }
    canvas_fill(f->ui->c, color);
}

static void draw_dense(const struct plot_frame *f, const struct curve *c, const struct stroke *s)
{
    double right = fmin(plot_x(f, f->axis->end), f->plot.x + f->plot.w);
    double now = fmin(fmax(plot_x(f, f->s->now), f->plot.x), right);
    struct color color = plot_color(f->ui, c->series, false);
    bool is_area = c->series->look == SERIES_AREA;
    fill_columns(f, c, f->plot.x, now, color_fade(color, is_area ? AREA : 1), s, is_area);
    if (!f->s->player->hides_future) {
        fill_columns(f, c, now, right, color_fade(color, is_area ? AREA / 2 : FUTURE), s, is_area);
    }
}

static void stroke_path(const struct plot_frame *f, const struct curve *c)
{
    struct stroke s = stroke_of(f, c);
    struct color color = plot_color(f->ui, c->series, false);
    clip_time(f, true);
    canvas_stroke(f->ui->c, color, s);
    canvas_unclip(f->ui->c);
    if (!f->s->player->hides_future) {
        clip_time(f, false);
        s.width = fmin(s.width, 1.8 * f->ui->k);
        canvas_stroke(f->ui->c, color_fade(color, FUTURE), s);
        canvas_unclip(f->ui->c);
    }
}

static void draw_area(const struct plot_frame *f, const struct curve *c)
{
    double x0, right = plot_x(f, f->to < f->axis->end ? f->to : f->axis->end);
    if (!make_path(f, c, &x0)) {
        return;
    }
    canvas_to(f->ui->c, right, plot_y(f, f->least));
    canvas_to(f->ui->c, x0, plot_y(f, f->least));
    canvas_close(f->ui->c);
    struct color color = plot_color(f->ui, c->series, false);
    clip_time(f, true);
    canvas_fill(f->ui->c, color_fade(color, AREA));
    canvas_unclip(f->ui->c);
    if (!f->s->player->hides_future) {
        clip_time(f, false);
        canvas_fill(f->ui->c, color_fade(color, AREA / 2));
        canvas_unclip(f->ui->c);
    }
}

static void draw_dots(const struct plot_frame *f, const struct curve *c)
{
    uint32_t i = curve_at_or_after(c, f->from), last = curve_at_or_after(c, f->to + 1);
    double k = f->ui->k, x0 = -INFINITY, y0 = 0;
    struct color color = plot_color(f->ui, c->series, false);
    while (i < last) {
        double x = plot_x(f, c->points[i].at), y = plot_y(f, c->points[i].value);
        bool is_future = c->points[i].at > f->s->now;
        if (is_future && f->s->player->hides_future) {
            break;
        }
        if (x - x0 > DOT_MORE * k || fabs(y - y0) > DOT_MORE * k) {
            canvas_fill_circle(f->ui->c, x, y, DOT * k, f->ui->theme->panel);
            canvas_ring(f->ui->c, x, y, DOT * k, 1.5 * k,
                        color_fade(color, is_future ? FUTURE : 1));
            x0 = x;
            y0 = y;
        }
        uint32_t next = curve_at_or_after(c, plot_time(f, x + 1));
        i = next > i + 4 ? next : i + 1;
    }
}

static void draw_curve(const struct plot_frame *f, const struct curve *c)
{
    double x0;
    struct stroke s = stroke_of(f, c);
    if (is_dense(f, c)) {
        draw_dense(f, c, &s);
    } else if (c->series->look == SERIES_AREA) {
        draw_area(f, c);
    } else if (c->series->look == SERIES_DOTS) {
        draw_dots(f, c);
    } else if (make_path(f, c, &x0)) {
        stroke_path(f, c);
    }
}

/* Areas lie behind, the thick curve on top. */
void plot_draw_curves(struct plot_frame *f)
{
    static const enum series_look order[] = {SERIES_AREA, SERIES_LIMIT, SERIES_LINE, SERIES_DOTS,
                                             SERIES_CURVE};
    for (size_t o = 0; o < sizeof order / sizeof *order; o++) {
        for (unsigned i = 0; i < f->chart->count; i++) {
            if (f->chart->curves[i]->series->look == order[o]) {
                draw_curve(f, f->chart->curves[i]);
            }
        }
    }
}
