/* The axes of a plot: values at the left, time below, folds, the line of now. */
#include "ui/view/plots.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define TIMEOUT_ROOM 4.0 /* how far a limit of time may stretch the scale, in times the rest */
#define LIMIT_ROOM   1.5 /* any other limit counts for the scale up to so many times the rest */

/* The extremes of a curve within what is shown, the value in force at its left edge included. */
static double most_of(const struct plot_frame *f, const struct curve *c)
{
    if (!f->self->is_zoomed) {
        return c->all.most;
    }
    uint32_t first = curve_at_or_after(c, f->from), last = curve_at_or_after(c, f->to + 1);
    return curve_range_of(c, first > 0 ? first - 1 : 0, last).most;
}

static bool is_limit(const struct curve *c)
{
    return c->series->look == SERIES_LIMIT;
}

static double highest(const struct plot_frame *f)
{
    double most = 0, limit = 0;
    for (unsigned i = 0; i < f->chart->count; i++) {
        double *of = is_limit(f->chart->curves[i]) ? &limit : &most;
        *of = fmax(*of, most_of(f, f->chart->curves[i]));
    }
    if (most <= 0) {
        return limit > 0 ? limit : 1;
    }
    if (strcmp(f->chart->row->unit, "ns") == 0) {
        return fmax(most, fmin(limit, TIMEOUT_ROOM * most));
    }
    return limit <= LIMIT_ROOM * most ? fmax(most, limit) : most;
}

/* Nice steps of whole numbers where things are counted. */
static double nice(double least, bool is_count)
{
    double power = pow(10, floor(log10(least))), lead = least / power;
    double step = power * (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10);
    return is_count ? fmax(step, 1) : step;
}

void plot_scale(struct plot_frame *f)
{
    const char *unit = f->chart->row->unit;
    bool is_time = strcmp(unit, "ns") == 0;
    double top = highest(f) * 1.06;
    f->unit = is_time ? (double)view_unit((sim_time)(top / 1.2)) : 1;
    double rows = fmax(2, floor(f->plot.h / (46 * f->ui->k)));
    f->step = f->unit * nice(fmax(top / f->unit / rows, 1e-9), !is_time && *unit != '%');
    f->least = 0;
    f->most = ceil(2 * top / f->step) * f->step / 2;
}

const char *plot_unit(const struct plot_frame *f, char *buf, size_t size)
{
    const char *unit = f->chart->row->unit;
    char key[64];
    if (strcmp(unit, "ns") == 0) {
        sim_time u = (sim_time)f->unit;
        return strncpy(buf,
                       ui_word(f->ui, u == SIM_S    ? "ladder.unit.s"
                                      : u == SIM_MS ? "ladder.unit.ms"
                                                    : "ladder.unit.us"),
                       size - 1);
    }
    int64_t per = 0;
    const char *name = f->chart->count ? f->chart->curves[0]->series->per : NULL;
    snprintf(key, sizeof key, "plots.%s.unit%s", f->chart->row->name, name ? ".per" : "");
    struct scene end = *f->s; /* known once the connection stands */
    end.now = f->axis->end;
    if (name && (!actor_var(&end, f->chart->owner, name, &per) || per <= 0)) {
        snprintf(key, sizeof key, "plots.%s.unit", f->chart->row->name);
    }
    char size_of[32];
    value_print(per, "B", size_of);
    if (f->unit > 1) { /* bytes, in thousands or millions */
        snprintf(key, sizeof key, "plots.%s.unit.%s", f->chart->row->name,
                 f->unit > 1000 ? "M" : "k");
    }
    return view_format(f->ui, buf, size, key, "size", size_of, NULL);
}

static void draw_values(const struct plot_frame *f)
{
    struct ui *ui = f->ui;
    double k = ui->k, before = INFINITY;
    char text[32];
    for (double v = ceil(f->least / f->step) * f->step; v <= f->most * 1.0001; v += f->step) {
        double y = plot_y(f, v);
        canvas_hline(ui->c, f->plot.x - 4 * k, f->plot.x + f->plot.w, y, STROKE_GRID,
                     v <= f->least ? ui->theme->wire : ui->theme->hair2);
        if (before - y > 12 * k) {
            ui_text_right(ui, TYPE_AXIS, f->plot.x - 9 * k, y + 4 * k, ui->theme->ink3,
                          plot_value(f, v, text));
            before = y;
        }
    }
}

/* What the flag of now takes of the time axis. */
static void now_label(const struct plot_frame *f, char buf[48])
{
    sim_time unit = view_unit(f->axis->end), tick = f->s->player->tick;
    char time[32];
    view_time(f->s->now, unit, tick < unit ? tick : unit / 10, time);
    snprintf(buf, 48, "%s %s", time, view_unit_name(unit));
}

static struct rect now_box(const struct plot_frame *f)
{
    char label[48];
    now_label(f, label);
    double k = f->ui->k, w = ui_text_width(f->ui, TYPE_AXIS, label) + 18 * k;
    double x = plot_x(f, f->s->now) - w / 2;
    x = fmin(fmax(x, f->area.x + 8), f->area.x + f->area.w - 8 - w);
    return (struct rect){x, f->plot.y + f->plot.h + 5 * k, w, 20 * k};
}

static bool shows_now(const struct plot_frame *f)
{
    return f->s->now >= f->from && f->s->now <= f->to;
}

static void draw_times(struct plot_frame *f)
{
    struct ui *ui = f->ui;
    double k = ui->k, y = f->plot.y + f->plot.h, last = -INFINITY;
    sim_time step = view_step(fmax(74 * k / f->scale, 1)), after, unit = view_unit(f->axis->end);
    struct rect now = shows_now(f) ? now_box(f) : (struct rect){0};
    char text[32];
    for (sim_time t = (f->from + step - 1) / step * step; t <= f->to; t += step) {
        if (axis_is_folded(f->axis, t, &after)) {
            t = (after + step - 1) / step * step;
        }
        double x = plot_x(f, t),
               half = ui_text_width(ui, TYPE_AXIS, view_time(t, unit, step, text)) / 2;
        bool is_hidden = x + half > now.x - 4 * k && x - half < now.x + now.w + 4 * k;
        if (t > f->to || t > f->axis->end || x - half < last + 8 * k ||
            axis_is_folded(f->axis, t, &after)) {
            continue;
        }
        canvas_vline(ui->c, x, y, y + 4 * k, 1, ui->theme->ink3);
        if (!is_hidden) {
            ui_text_center(ui, TYPE_AXIS, x, y + 18 * k, ui->theme->ink3, text);
        }
        last = x + half;
    }
}

void plot_draw_axes(struct plot_frame *f)
{
    draw_values(f);
    draw_times(f);
}

/* A wait that is drawn short: two zigzags over the whole height. */
static void draw_fold(const struct plot_frame *f, const struct fold *fold)
{
    struct ui *ui = f->ui;
    double k = ui->k, x0 = plot_x(f, fold->from), x1 = plot_x(f, fold->to), rise = 2.2 * k;
    double middle = (x0 + x1) / 2, half = fmin((x1 - x0) / 2, 5 * k), step = 5 * k;
    if (x1 - x0 < 2) {
        return;
    }
    canvas_fill_box(ui->c, (struct rect){middle - half, f->plot.y, 2 * half, f->plot.h + 1}, 0,
                    ui->theme->panel);
    for (int side = -1; side <= 1; side += 2) {
        int i = 0;
        canvas_begin(ui->c);
        canvas_move(ui->c, middle + side * half, f->plot.y);
        for (double y = f->plot.y + step; y <= f->plot.y + f->plot.h; y += step, i++) {
            canvas_to(ui->c, middle + side * half + (i % 2 ? rise : -rise), y);
        }
        canvas_stroke(ui->c, ui->theme->wire, (struct stroke){.width = 1.4 * k, .cap = CAP_ROUND});
    }
}

void plot_draw_folds(struct plot_frame *f)
{
    double last = -INFINITY;
    for (uint32_t i = axis_fold_after(f->axis, f->from); i < f->axis->count; i++) {
        const struct fold *fold = &f->axis->folds[i];
        double x = plot_x(f, fold->from);
        if (fold->from > f->to) {
            break;
        }
        if (x > last + 12 * f->ui->k) {
            draw_fold(f, fold);
            last = x;
        }
    }
}

void plot_draw_now(struct plot_frame *f)
{
    struct ui *ui = f->ui;
    struct font font = theme_font(ui->theme, TYPE_AXIS);
    double k = ui->k;
    char label[48];
    if (!shows_now(f)) {
        return;
    }
    struct rect r = now_box(f);
    now_label(f, label);
    font.face = FACE_MONO_SEMIBOLD;
    canvas_vline(ui->c, plot_x(f, f->s->now), f->plot.y - 6 * k, f->plot.y + f->plot.h + 6 * k,
                 1.6 * k, ui->theme->ink);
    canvas_fill_box(ui->c, r, 4 * k, ui->theme->ink);
    canvas_text_in(ui->c, font, r, ALIGN_CENTER, ui->theme->panel, label);
}

void plot_draw_hidden(struct plot_frame *f)
{
    struct ui *ui = f->ui;
    double x = fmax(plot_x(f, f->s->now), f->plot.x);
    struct rect r = {x, f->plot.y, f->plot.x + f->plot.w - x, f->plot.h};
    if (!f->s->player->hides_future || r.w < 1) {
        return;
    }
    canvas_fill_box(ui->c, r, 0, ui->theme->sunk);
    canvas_begin(ui->c);
    canvas_box(ui->c, r, 0);
    canvas_hatch(ui->c, ui->theme->hair2, 9 * ui->k, 1.6 * ui->k);
}
