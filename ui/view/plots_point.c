/* The pointer over a plot: a point is named and its packet lit in every panel, a click selects it;
 * a click elsewhere moves the playhead, a drag scrubs; the wheel chooses a part of the run. */
#include "ui/view/plots.h"

#include <math.h>
#include <stdio.h>

#define REACH     12.0
#define LOOKS_MAX 96u
#define ZOOM      1.35

struct meeting {
    double distance;
    uint32_t packet;
    const struct curve *curve;
    const struct curve_point *point;
};

/* The nearest of the points around a time, over at most LOOKS_MAX of them. */
static void meet_curve(const struct plot_frame *f, const struct curve *c, double x, double y,
                       struct meeting *m)
{
    double reach = REACH * f->ui->k;
    uint32_t i = curve_at_or_after(c, plot_time(f, x - reach));
    uint32_t last = curve_at_or_after(c, plot_time(f, x + reach));
    uint32_t stride = 1 + (last > i ? last - i : 0) / LOOKS_MAX;
    for (; i < last; i += stride) {
        const struct curve_point *p = &c->points[i];
        double d = hypot(plot_x(f, p->at) - x, plot_y(f, p->value) - y);
        if (d < reach && d < m->distance && (p->at <= f->s->now || !f->s->player->hides_future)) {
            *m = (struct meeting){d, 0, c, p};
        }
    }
}

static struct meeting meet(const struct plot_frame *f, double x, double y)
{
    struct meeting m = {.distance = INFINITY};
    for (unsigned i = 0; i < f->chart->count; i++) {
        meet_curve(f, f->chart->curves[i], x, y, &m);
    }
    if (m.point) {
        m.packet = story_packet(f->s->trace, m.point->record);
    }
    uint32_t packet = plot_segment_at(f, x, y, &m.distance);
    if (packet) {
        m = (struct meeting){.packet = packet, .distance = m.distance};
    }
    return m;
}

/* "cwnd 10.5, at 1.284 s" beside the point. */
static void name_point(const struct plot_frame *f, const struct meeting *m)
{
    struct ui *ui = f->ui;
    struct font font = theme_font(ui->theme, TYPE_LABEL);
    double k = ui->k, x = plot_x(f, m->point->at), y = plot_y(f, m->point->value);
    char words[128], number[32], time[32];
    snprintf(words, sizeof words, "%s %s · %s", plot_series_word(ui, m->curve->series),
             plot_value(f, m->point->value, number), view_time_unit(m->point->at, time));
    double w = text_width(ui->fonts, font, words) + 16 * k, h = 22 * k;
    struct rect r = {fmin(x + 10 * k, f->area.x + f->area.w - w - 6), y - 30 * k, w, h};
    r.y = r.y < f->plot.y - 20 * k ? y + 10 * k : r.y;
    canvas_ring(ui->c, x, y, 5 * k, 2 * k, ui->theme->ink);
    canvas_fill_box(ui->c, r, 5 * k, ui->theme->ink);
    canvas_text_in(ui->c, font, r, ALIGN_CENTER, ui->theme->panel, words);
}

/* Around the time under the pointer; never beyond the run, nor closer than a microsecond. */
static void zoom(struct plot_frame *f, double notches)
{
    struct plots *p = f->self;
    double at = f->left + (f->ui->in.x - f->plot.x) / f->scale, width = f->plot.w / f->scale;
    double now = width * pow(ZOOM, -notches);
    double from = at - (at - f->left) * now / width;
    now = fmax(now, 1000);
    from = fmax(0, fmin(from, f->axis->length - now));
    p->is_zoomed = now < f->axis->length * 0.999;
    p->from = axis_time(f->axis, from);
    p->to = axis_time(f->axis, fmin(from + now, f->axis->length));
    f->ui->wants_frame = true;
}

static void shift(struct plot_frame *f, double notches)
{
    struct plots *p = f->self;
    double width = f->plot.w / f->scale, from = f->left - notches * width * 0.12;
    from = fmax(0, fmin(from, f->axis->length - width));
    if (p->is_zoomed) {
        p->from = axis_time(f->axis, from);
        p->to = axis_time(f->axis, from + width);
        f->ui->wants_frame = true;
    }
}

static void use_wheel(struct plot_frame *f, struct rect r)
{
    struct ui *ui = f->ui;
    if (ui->in.wheel != 0 && ui_hovers(ui, r)) {
        (ui->in.mods & UI_CTRL ? zoom : shift)(f, ui->in.wheel);
        ui->in.wheel = 0;
    }
}

void plot_use_pointer(struct plot_frame *f, unsigned index)
{
    struct ui *ui = f->ui;
    struct wish *wish = f->s->wish;
    struct rect r = {f->plot.x - 6, f->plot.y - 6, f->plot.w + 12, f->plot.h + 30 * ui->k};
    struct ui_touch touch = ui_region(ui, "plot", r, false);
    struct meeting m = {0};
    (void)index;
    if (touch.hover || touch.held) {
        m = meet(f, ui->in.x, ui->in.y);
    }
    if (touch.hover && m.point) {
        name_point(f, &m);
    }
    if (touch.hover) {
        wish->hovered = m.packet;
    }
    if (touch.pressed && m.packet) {
        wish->has_packet = true;
        wish->packet = m.packet;
    } else if (touch.held && !m.packet) {
        wish->has_time = true;
        wish->time = plot_time(f, fmin(fmax(ui->in.x, f->plot.x), f->plot.x + f->plot.w));
    }
    use_wheel(f, r);
}
