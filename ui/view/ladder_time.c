/* What tells time in the ladder: ticks, folds, the line of now and what lies beyond it. */

#include "ui/view/ladder.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define NOW_MOST 8 /* characters of a time that fit in the flag */

/* Where the words of ticks end. */
static double tick_right(const struct ladder_frame *f)
{
    return f->panel.x + SIZE_PADDING + 36 * f->ui->k;
}

static void draw_tick(struct ladder_frame *f, sim_time t)
{
    canvas_hline(f->ui->c, tick_right(f) + 6 * f->ui->k, f->x[f->count - 1], ladder_y(f, t),
                 STROKE_GRID, f->ui->theme->hair2);
}

static void draw_tick_words(struct ladder_frame *f, sim_time t)
{
    struct ui *ui = f->ui;
    double y = ladder_y(f, t), k = ui->k, x = tick_right(f), w, gap = 2 * k;
    struct color color = ui->theme->ink3;
    char text[32];

    if (fabs(y - ladder_y(f, f->s->now)) < 18 * k) {
        return;
    }
    view_time(t, f->unit, f->step, text);
    w = ui_text_width(ui, TYPE_AXIS, text);
    if (ladder_is_clear(f, (struct rect){x - w - gap, y - 6 * k, w + 2 * gap, 12 * k})) {
        ui_text_right(ui, TYPE_AXIS, x, y + 4 * k, t > f->s->now ? color_fade(color, 0.6) : color,
                      text);
    }
}

static void each_tick(struct ladder_frame *f, void (*show)(struct ladder_frame *, sim_time))
{
    sim_time t = f->from > 0 ? (f->from + f->step - 1) / f->step * f->step : 0, after;

    for (; t <= f->to && t <= f->axis->end; t += f->step) {
        if (axis_is_folded(f->axis, t, &after)) {
            t = (after + f->step - 1) / f->step * f->step;
        }
        double y = ladder_y(f, t);
        if (y >= f->plot.y && y <= f->plot.y + f->plot.h) {
            show(f, t);
        }
    }
}

void ladder_draw_ticks(struct ladder_frame *f)
{
    each_tick(f, draw_tick);
}

void ladder_draw_tick_words(struct ladder_frame *f)
{
    each_tick(f, draw_tick_words);
}

static double fold_middle(const struct ladder_frame *f, const struct fold *fold)
{
    return f->y0 + (fold->at + f->axis->width / 2 - f->top) * f->scale;
}

static void fold_words(const struct ladder_frame *f, const struct fold *fold, char *buf,
                       size_t size)
{
    char length[32];

    view_length(fold->to - fold->from, length);
    view_format(f->ui, buf, size, "ladder.fold", "time", length, NULL);
}

static double fold_left(const struct ladder_frame *f)
{
    return f->panel.x + SIZE_PADDING + 38 * f->ui->k;
}

static double fold_right(const struct ladder_frame *f)
{
    return fmin(f->x[f->count - 1] + 22 * f->ui->k, f->panel.x + f->panel.w - 8);
}

/* Between the outer lifelines, or right of the first if it is narrow there. */
static struct rect fold_words_box(const struct ladder_frame *f, const struct fold *fold,
                                  const char *words)
{
    double k = f->ui->k, w = ui_text_width(f->ui, TYPE_LABEL, words) + 20 * k, h = 22 * k;
    double left = f->x[0] + (ladder_has_timers(f, f->node[0]) && f->count == 1 ? 32 : 10) * k;
    double x = fmax((f->x[0] + f->x[f->count - 1]) / 2 - w / 2, left);

    return (struct rect){x, fold_middle(f, fold) - h / 2, w, h};
}

/* The words of folds take their room before any capsule does. */
void ladder_reserve_folds(struct ladder_frame *f)
{
    char words[96];

    for (uint32_t i = axis_fold_after(f->axis, f->from);
         i < f->axis->count && f->axis->folds[i].from < f->to; i++) {
        struct ladder_label label = {.kind = LABEL_WORDS};

        fold_words(f, &f->axis->folds[i], words, sizeof words);
        label.rect = fold_words_box(f, &f->axis->folds[i], words);
        ladder_reserve(f, &label);
    }
}

void ladder_draw_folds(struct ladder_frame *f)
{
    for (uint32_t i = axis_fold_after(f->axis, f->from);
         i < f->axis->count && f->axis->folds[i].from < f->to; i++) {
        part_fold(f->ui, fold_left(f), fold_right(f), fold_middle(f, &f->axis->folds[i]), NULL);
    }
}

/* Over everything else, so that nothing strikes them out. */
void ladder_draw_fold_words(struct ladder_frame *f)
{
    struct ui *ui = f->ui;
    struct rect r;
    char words[96];

    for (uint32_t i = axis_fold_after(f->axis, f->from);
         i < f->axis->count && f->axis->folds[i].from < f->to; i++) {
        const struct fold *fold = &f->axis->folds[i];

        if (fold->from > f->s->now && f->s->player->hides_future) {
            continue;
        }
        fold_words(f, fold, words, sizeof words);
        r = fold_words_box(f, fold, words);
        canvas_fill_box(ui->c, r, r.h / 2, ui->theme->panel);
        canvas_text_in(ui->c, theme_font(ui->theme, TYPE_LABEL), r, ALIGN_CENTER, ui->theme->ink3,
                       words);
    }
}

/* Of a time that does not fit beside the lifelines the zeros at its end are left out. */
static void strip_zeros(char *time)
{
    size_t n = strlen(time);

    while (strchr(time, '.') && n > 1 && time[n - 1] == '0' && time[n - 2] != '.') {
        time[--n] = '\0';
    }
}

struct rect ladder_flag(const struct ladder_frame *f)
{
    double k = f->ui->k, y = ladder_y(f, f->s->now);

    return (struct rect){f->panel.x, y - 13 * k, fold_left(f) + 32 * k - f->panel.x, 26 * k};
}

void ladder_draw_now(struct ladder_frame *f)
{
    struct ui *ui = f->ui;
    double y = ladder_y(f, f->s->now), k = ui->k;
    double right = f->panel.x + f->panel.w - SIZE_PADDING / 2;
    sim_time tick = f->s->player->tick;
    char time[32], label[48];

    if (y < f->plot.y || y > f->plot.y + f->plot.h) {
        return;
    }
    view_time(f->s->now, f->unit, tick < f->unit ? tick : f->unit / 10, time);
    if (strlen(time) + (f->unit == SIM_S ? 2 : 0) > NOW_MOST) {
        strip_zeros(time);
    }
    if (f->unit == SIM_S) {
        snprintf(label, sizeof label, "%s s", time);
    } else {
        snprintf(label, sizeof label, "%s", time);
    }
    double end = fmin(fold_left(f) + 32 * k, ladder_tags_left(f, y, 20 * k) - 2 * k);
    double least = f->panel.x + ui_text_width(ui, TYPE_VALUE, label) + 20 * k;
    part_now(ui, fmax(end, least), right, y, label);
}

/* What is to come is not told. */
void ladder_draw_hidden(struct ladder_frame *f)
{
    struct ui *ui = f->ui;
    double k = ui->k, y = fmax(ladder_y(f, f->s->now), f->plot.y) + 8 * k, w;
    struct rect r = {f->panel.x + 10 * k, y, f->panel.w - 20 * k, f->plot.y + f->plot.h - y};
    const char *words = ui_word(ui, f->s->is_asked ? "ladder.hidden-asked" : "ladder.hidden");

    if (!f->s->player->hides_future || r.h < 4) {
        return;
    }
    canvas_fill_box(ui->c, r, RADIUS_CONTROL, ui->theme->sunk);
    canvas_begin(ui->c);
    canvas_box(ui->c, r, RADIUS_CONTROL);
    canvas_hatch(ui->c, ui->theme->hair2, 9 * k, 1.6 * k);
    w = ui_text_width(ui, TYPE_TAG, words) + 24 * k;
    if (r.h > 40 * k) {
        struct rect pill = {r.x + r.w / 2 - w / 2, r.y + fmin(r.h / 2, 44 * k) - 12 * k, w, 24 * k};

        canvas_fill_box(ui->c, pill, 12 * k, ui->theme->panel);
        canvas_stroke_box(ui->c, pill, 12 * k, 1, ui->theme->hair);
        canvas_text_in(ui->c, theme_font(ui->theme, TYPE_TAG), pill, ALIGN_CENTER, ui->theme->ink2,
                       words);
    }
}

void ladder_draw_now_word(struct ladder_frame *f)
{
    double y = ladder_y(f, f->s->now), k = f->ui->k;

    if (y >= f->plot.y && y < f->plot.y + f->plot.h - 20 * k) {
        double x = f->panel.x + f->panel.w - SIZE_PADDING / 2, w;
        const char *word = ui_word(f->ui, "ladder.now");

        w = ui_text_width(f->ui, TYPE_TAG, word);
        if (ladder_is_free(f, (struct rect){x - w, y + 5 * k, w, 16 * k})) {
            ladder_words(f, TYPE_TAG, x, y + 13 * k, ALIGN_RIGHT, f->ui->theme->ink, word);
        }
    }
}
