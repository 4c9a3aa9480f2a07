/* Losses and firings on the thick curve of a chart that has a timer. Those closer than a ring is
 * wide are one ring, with their number. */
#include "ui/view/plots.h"

#include <math.h>
#include <stdio.h>

#define MERGE 24.0

struct group {
    uint32_t first, count; /* record of the first */
    double x;
    sim_time until;
    bool is_firing, is_words, is_first;
};

/* "3 lost", "queue full, 3 lost", "timeout". */
static void group_words(const struct plot_frame *f, const struct group *g, char *buf, size_t size)
{
    const struct record *r = trace_record(f->s->trace, g->first);
    char count[16], key[48];
    snprintf(count, sizeof count, "%u", g->count);
    if (g->is_firing) {
        const struct curve_point *p = curve_at(f->chart->curves[0], r->at);
        char value[32] = "";
        plot_value(f, p ? p->value : 0, value);
        snprintf(buf, size, "%s: %s %s", ui_word(f->ui, "plots.timeout"),
                 plot_series_word(f->ui, f->chart->curves[0]->series), value);
        return;
    }
    bool is_queue = r->code == DROP_QUEUE && g->is_first; /* the cause is told once */
    snprintf(key, sizeof key, "plots.lost.%s", is_queue ? "queue" : "wire");
    view_format(f->ui, buf, size, key, "n", count, NULL);
}

/* Right of the ring, else left, above, below; nowhere if all is taken. */
static bool draw_words(struct plot_frame *f, double x, double y, const char *words)
{
    struct ui *ui = f->ui;
    double k = ui->k, w = ui_text_width(ui, TYPE_TAG, words), h = 16 * k;
    const struct point places[] = {{x + 14 * k, y - h / 2},
                                   {x - 14 * k - w, y - h / 2},
                                   {x - w / 2, y - 14 * k - h},
                                   {x - w / 2, y + 14 * k}};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct rect r = {places[i].x, places[i].y, w, h};
        bool is_inside = r.x >= f->plot.x && r.x + w <= f->area.x + f->area.w - 8 &&
                         r.y >= f->plot.y && r.y + h <= f->plot.y + f->plot.h + 4 * k;
        if (is_inside && plot_reserve(f, rect_inset(r, -3 * k, 0))) {
            canvas_fill_box(ui->c, (struct rect){r.x - 3 * k, r.y, w + 6 * k, h}, 3 * k,
                            color_fade(ui->theme->panel, 0.8));
            ui_text(ui, TYPE_TAG, r.x, r.y + 12 * k, ui->theme->loss.text, words);
            return true;
        }
    }
    return false;
}

/* The ring; or, once all rings stand, the words beside it: true if they had room. */
static bool draw_group(struct plot_frame *f, const struct group *g)
{
    const struct record *r = trace_record(f->s->trace, g->first);
    const struct curve *c = f->chart->curves[0];
    const struct curve_point *p = curve_at(c, r->at);
    if (r->at > f->s->now || !p) {
        return false;
    }
    double k = f->ui->k, y = plot_y(f, fmin(p->value, f->most));
    char words[96];
    if (g->is_words) {
        group_words(f, g, words, sizeof words);
        return draw_words(f, g->x, y, words);
    }
    plot_reserve(f, (struct rect){g->x - 9 * k, y - 9 * k, 18 * k, 18 * k});
    if (g->is_firing) {
        part_clock(f->ui, g->x, y, 8.5 * k);
    } else {
        part_loss(f->ui, g->x, y, 8.5 * k);
    }
    return false;
}

/* timer: below 0: losses. */
static void draw_kind(struct plot_frame *f, const struct plot_event *list, uint32_t count,
                      int timer, bool is_words)
{
    struct group g = {.is_firing = timer >= 0, .is_words = is_words, .is_first = true};
    for (uint32_t i = events_at_or_after(list, count, f->from); i < count; i++) {
        const struct plot_event *e = &list[i];
        if (e->at > f->to || e->at > f->s->now) { /* what is to come is not counted */
            break;
        }
        if (e->owner != f->chart->owner || (timer >= 0 && e->timer != (uint32_t)timer)) {
            continue;
        }
        if (g.count && e->at < g.until) {
            g.count++;
            continue;
        }
        if (g.count) {
            g.is_first = !draw_group(f, &g) && g.is_first;
        }
        g.first = e->record;
        g.count = 1;
        g.x = plot_x(f, e->at);
        g.until = plot_time(f, g.x + MERGE * f->ui->k);
    }
    if (g.count) {
        draw_group(f, &g);
    }
}

void plot_draw_events(struct plot_frame *f)
{
    const struct curves *c = &f->s->film->curves;
    int timer = plot_timer(f);
    if (timer < 0 || f->chart->count == 0) {
        return;
    }
    for (int words = 0; words < 2; words++) {
        draw_kind(f, c->losses, c->loss_count, -1, words);
        draw_kind(f, c->firings, c->firing_count, timer, words);
    }
}
