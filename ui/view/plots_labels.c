/* Words beside the curves where now is: name and value of each, the news of this step, and the
 * points of the selected packet. */
#include "ui/view/plots.h"

#include <math.h>
#include <stdio.h>

struct plot_label {
    double y;
    const struct curve *curve;
    double value;
};

const char *plot_series_word(const struct ui *ui, const struct series *s)
{
    char key[64];
    snprintf(key, sizeof key, "series.%s", s->name);
    const char *word = word_find(ui->lang, key);
    return word ? word : s->name;
}

static void sort_down(struct plot_label *l, unsigned n)
{
    for (unsigned i = 1; i < n; i++) {
        for (unsigned k = i; k > 0 && l[k - 1].y > l[k].y; k--) {
            struct plot_label other = l[k];
            l[k] = l[k - 1];
            l[k - 1] = other;
        }
    }
}

/* Pushes labels apart, downward, then back up from the floor. */
static void spread(const struct plot_frame *f, struct plot_label *l, unsigned n)
{
    double least = 17 * f->ui->k, floor_y = f->plot.y + f->plot.h - 9 * f->ui->k;
    for (unsigned i = 1; i < n; i++) {
        l[i].y = fmax(l[i].y, l[i - 1].y + least);
    }
    double below = floor_y + least;
    for (unsigned i = n; i-- > 0;) {
        l[i].y = fmin(l[i].y, below - least);
        below = l[i].y;
    }
}

static unsigned collect(const struct plot_frame *f, struct plot_label *out)
{
    unsigned n = 0;
    for (unsigned i = 0; i < f->chart->count; i++) {
        const struct curve *c = f->chart->curves[i];
        const struct curve_point *p = curve_at(c, f->s->now);
        if (p) {
            double y = plot_y(f, p->value), top = f->plot.y + 9 * f->ui->k;
            out[n++] = (struct plot_label){fmax(y, top), c, p->value};
        }
    }
    sort_down(out, n);
    return n;
}

/* Moves r down, else up, past what stands there; false: there is no room within the plot. */
static bool make_room(struct plot_frame *f, struct rect *r)
{
    double step = 4 * f->ui->k, y = r->y, floor_y = f->plot.y + f->plot.h + 2 - r->h;
    for (int i = 0; i < 32; i++) {
        r->y = y + step * (i % 2 ? -(i + 1) / 2 : i / 2);
        if (r->y >= f->plot.y - 12 * f->ui->k && r->y <= floor_y && plot_reserve(f, *r)) {
            return true;
        }
    }
    return false;
}

static void draw_label(struct plot_frame *f, const struct plot_label *l, bool is_left)
{
    struct ui *ui = f->ui;
    struct font bold = theme_font(ui->theme, TYPE_TAG), mono = theme_font(ui->theme, TYPE_AXIS);
    double k = ui->k, x = plot_x(f, f->s->now);
    const char *name = plot_series_word(ui, l->curve->series);
    char value[40], number[32];
    bool is_above = l->value > f->most;
    snprintf(value, sizeof value, "%s%s", plot_value(f, l->value, number), is_above ? " ↑" : "");
    double name_w = text_width(ui->fonts, bold, name) + 5 * k;
    double w = name_w + text_width(ui->fonts, mono, value);
    double at = is_left ? x - 12 * k - w : x + 12 * k;
    struct rect room = {at - 3 * k, l->y - 8.5 * k, w + 6 * k, 17 * k};
    if (!make_room(f, &room)) {
        return;
    }
    double y = room.y + 12.5 * k;
    canvas_fill_box(ui->c, room, 3 * k, color_fade(ui->theme->panel, 0.86));
    canvas_text(ui->c, bold, at, y, ALIGN_LEFT, plot_color(ui, l->curve->series, true), name);
    canvas_text(ui->c, mono, at + name_w, y, ALIGN_LEFT, ui->theme->ink2, value);
}

/* The dot on the thick curve: yellow if this step changed it. */
static void draw_dot(struct plot_frame *f)
{
    const struct curve *c = f->chart->count ? f->chart->curves[0] : NULL;
    const struct curve_point *p = c ? curve_at(c, f->s->now) : NULL;
    double k = f->ui->k, x = plot_x(f, f->s->now);
    if (!p || c->series->look != SERIES_CURVE || p->value > f->most) {
        return;
    }
    bool is_news = actor_is_news(f->s, p->record);
    double y = plot_y(f, p->value), r = (is_news ? 7 : 5) * k;
    canvas_fill_circle(f->ui->c, x, y, r, is_news ? f->ui->theme->marker : f->ui->theme->panel);
    canvas_ring(f->ui->c, x, y, r, 2 * k, f->ui->theme->ink);
    plot_reserve(f, (struct rect){x - r, y - r, 2 * r, 2 * r});
}

/* What this step did, marked, at the left of now. */
static void draw_news(struct plot_frame *f, bool is_left)
{
    const char *word = plot_news(f);
    const struct curve_point *p = f->chart->count ? curve_at(f->chart->curves[0], f->s->now) : NULL;
    if (!word || !p) {
        return;
    }
    struct ui *ui = f->ui;
    struct font font = theme_font(ui->theme, TYPE_TAG);
    double k = ui->k, w = text_width(ui->fonts, font, word) + 16 * k, h = 22 * k;
    double y = fmax(plot_y(f, fmin(p->value, f->most)) - 24 * k, f->plot.y + 12 * k);
    double x = plot_x(f, f->s->now);
    double left = is_left ? x + 12 * k : x - 10 * k - w;
    left = fmin(fmax(left, f->plot.x), f->plot.x + f->plot.w - w);
    struct rect r = {left, y - h / 2, w, h};
    if (!make_room(f, &r)) {
        return;
    }
    canvas_fill_box(ui->c, r, 5 * k, ui->theme->marker);
    canvas_text_in(ui->c, font, r, ALIGN_CENTER, ui->theme->on_marker, word);
}

/* Where the selected packet arrived: a marked ring on each curve that it moved. */
static void draw_selected(const struct plot_frame *f)
{
    struct list l =
        f->s->selected ? trace_of_packet(f->s->trace, f->s->selected) : (struct list){0};
    double k = f->ui->k;
    for (uint32_t i = 0; i < l.count; i++) {
        sim_time at = trace_record(f->s->trace, l.at[i])->at;
        for (unsigned n = 0; n < f->chart->count && at >= f->from && at <= f->to; n++) {
            const struct curve_point *p = curve_at(f->chart->curves[n], at);
            if (p && p->at == at && p->value <= f->most &&
                story_packet(f->s->trace, p->record) == f->s->selected) {
                canvas_ring(f->ui->c, plot_x(f, at), plot_y(f, p->value), 5 * k, 5 * k,
                            f->ui->theme->marker);
                canvas_ring(f->ui->c, plot_x(f, at), plot_y(f, p->value), 5 * k, 2 * k,
                            f->ui->theme->ink);
            }
        }
    }
}

void plot_draw_labels(struct plot_frame *f)
{
    struct plot_label labels[PLOT_CURVES];
    double room = 108 * f->ui->k, x = plot_x(f, f->s->now);
    bool is_left = x + room > f->area.x + f->area.w;
    if (f->s->now < f->from || f->s->now > f->to) {
        return;
    }
    draw_selected(f);
    draw_dot(f);
    unsigned n = collect(f, labels);
    spread(f, labels, n);
    draw_news(f, is_left);
    for (unsigned i = 0; i < n; i++) {
        draw_label(f, &labels[i], is_left);
    }
}
