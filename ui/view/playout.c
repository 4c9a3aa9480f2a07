/* The view: which stream, which page of time, and the two panels. */
#include "ui/view/playout.h"

#include <math.h>
#include <stdio.h>

#define SLOT   24.0 /* from packet to packet */
#define PAGE   0.6  /* of what is shown, from page to page */
#define WIDE   470.0
#define AXIS_H 26.0
#define STEP_H 40.0
#define TICKS  52.0

double playout_x(const struct playout_frame *f, sim_time t)
{
    return f->left + (double)(t - f->from) * f->scale;
}

char *playout_number(const struct playout_frame *f, const struct media_packet *p, char buf[16])
{
    snprintf(buf, 16, "%lld", (long long)(p->number - f->base));
    if (f->s->is_worksheet) {
        buf[0] = '\0';
    }
    return buf;
}

void playout_shown(const struct playout_frame *f, uint32_t *first, uint32_t *last)
{
    *first = media_sent_after(f->st, f->from - f->st->longest);
    *last = media_sent_after(f->st, f->to + 1);
}

/* The selected packet's stream, else the one that was chosen. */
static uint32_t stream_of(const struct playout_view *self, const struct scene *s)
{
    const struct media *m = &s->film->media;

    for (uint32_t i = 0; s->selected && i < m->stream_count; i++) {
        if (media_find(&m->streams[i], s->selected)) {
            return i;
        }
    }
    return self->stream < m->stream_count ? self->stream : 0;
}

/* Of the numbers sent now, 2 to 5. */
static int digits_of(const struct playout_frame *f)
{
    uint32_t n = media_sent_after(f->st, f->s->now);
    int64_t number = n ? f->st->packets[n - 1].number - f->base : 0;

    return 2 + (number > 99) + (number > 999) + (number > 9999);
}

/* As many packets as their tiles leave room for, and the whole way of most of them; from page to
 * page the picture moves on by a part of itself, so that it is a function of now alone. */
static void choose_page(struct playout_frame *f, double w)
{
    const struct media_stream *st = f->st;
    const struct player *player = f->s->player;
    double slot = SLOT + 7 * (digits_of(f) - 2.0);
    double span = w / (slot * f->ui->k) * (double)st->gap, zoom = player->zoom;

    if (f->self->to > f->self->from) {
        f->from = f->self->from;
        f->to = f->self->to;
        return;
    }
    span = fmax(span, fmin(2.2 * (double)st->usual, 3 * span)) / (zoom > 0 ? zoom : 1);
    double step = fmax(PAGE * span, 1), page = floor((double)f->s->now / step);
    f->from = (sim_time)fmax(page * step - 0.3 * span, 0);
    f->to = f->from + (sim_time)span;
}

static void choose_axis(struct playout_frame *f, struct rect r)
{
    double k = f->ui->k;
    int64_t first = f->st->count ? f->st->packets[0].number : 0;

    f->base = first > 99 ? first : 0;
    f->has_side = r.w > WIDE * k;
    f->left = r.x + PLAYOUT_LABELS * k;
    f->right = r.x + r.w - (f->has_side ? PLAYOUT_SIDE * k : 4 * k);
    choose_page(f, f->right - f->left);
    f->scale = (f->right - f->left) / fmax(1, (double)(f->to - f->from));
    sim_time step = view_step(TICKS * k / f->scale);
    f->origin = f->from > SIM_S ? f->from / step * step : 0;
}

void playout_values(const struct playout_frame *f, struct rect r, double top, const char *what,
                    const char *unit)
{
    struct ui *ui = f->ui;
    double k = ui->k;
    char text[16];

    for (int i = 0; i <= 2; i++) {
        double y = r.y + r.h * (1 - i / 2.0);
        canvas_hline(ui->c, f->left - 4 * k, f->right, y, STROKE_GRID,
                     i ? ui->theme->hair2 : ui->theme->wire);
        snprintf(text, sizeof text, "%g", top * i / 2);
        ui_text_right(ui, TYPE_AXIS, f->left - 9 * k, y + 4 * k, ui->theme->ink3, text);
    }
    struct rect name = {r.x, r.y, 52 * k, 15 * k}, note = {r.x, r.y + 16 * k, 52 * k, 15 * k};
    canvas_text_in(ui->c, theme_font(ui->theme, TYPE_TITLE), name, ALIGN_LEFT, ui->theme->ink,
                   what);
    canvas_text_in(ui->c, theme_font(ui->theme, TYPE_LABEL), note, ALIGN_LEFT, ui->theme->ink3,
                   unit);
}

void playout_axis(const struct playout_frame *f, double top, double bottom, bool has_times)
{
    struct ui *ui = f->ui;
    double k = ui->k;
    sim_time step = view_step(TICKS * k / f->scale), t = (f->from - f->origin) / step * step;
    sim_time unit = f->to - f->from > 10 * SIM_S ? SIM_S : SIM_MS;
    double now = playout_x(f, f->s->now);
    char text[32];

    for (t += f->origin; t <= f->to; t += step) {
        double x = playout_x(f, t);
        if (x < f->left - 0.5) {
            continue;
        }
        canvas_vline(ui->c, x, top, bottom, STROKE_GRID, ui->theme->hair2);
        if (has_times && fabs(x - now) > 30 * k) {
            view_time(t - f->origin, unit, step, text);
            ui_text_center(ui, TYPE_AXIS, x, bottom + 17 * k, ui->theme->ink3, text);
        }
    }
}

void playout_now(const struct playout_frame *f, double top, double bottom, bool has_flag)
{
    struct ui *ui = f->ui;
    double k = ui->k, x = playout_x(f, f->s->now);
    sim_time unit = f->to - f->from > 10 * SIM_S ? SIM_S : SIM_MS;
    char text[32];

    if (x < f->left - 1 || x > f->right + 1) {
        return;
    }
    canvas_vline(ui->c, x, top, bottom + (has_flag ? 4 * k : 0), STROKE_LIFELINE * k,
                 ui->theme->ink);
    if (!has_flag) {
        return;
    }
    view_time(f->s->now - f->origin, unit, f->to - f->from < 100 * SIM_MS ? unit / 10 : unit, text);
    double w = fmax(ui_text_width(ui, TYPE_AXIS, text) + 14 * k, 34 * k);
    struct rect flag = {x - w / 2, bottom + 4 * k, w, 20 * k};
    canvas_fill_box(ui->c, flag, 4 * k, ui->theme->ink);
    canvas_text_in(ui->c, theme_font(ui->theme, TYPE_AXIS), flag, ALIGN_CENTER, ui->theme->panel,
                   text);
}

/* What the numbers on the axis are. */
static const char *axis_note(const struct playout_frame *f, char buf[96])
{
    char time[32];
    bool is_s = f->to - f->from > 10 * SIM_S;

    if (f->origin == 0) {
        return ui_word(f->ui, is_s ? "playout.seconds" : "playout.milliseconds");
    }
    view_time_unit(f->origin, time);
    return view_format(f->ui, buf, 96,
                       is_s ? "playout.seconds-after" : "playout.milliseconds-after", "time", time,
                       NULL);
}

/* With several streams their names; a click turns to the next one. */
static void draw_choice(struct playout_frame *f, struct rect area)
{
    const struct media *m = &f->s->film->media;
    struct ui *ui = f->ui;

    if (m->stream_count < 2) {
        return;
    }
    const char *name = f->s->trace->flows[f->st->flow].name;
    double k = ui->k, w = ui_button_width(ui, ICON_CHEVRON_DOWN, name);
    struct rect r = {area.x + area.w - w - 12 * k, area.y + 7 * k, w, 28 * k};
    if (ui_button(ui, "stream", r, UI_PLAIN, ICON_CHEVRON_DOWN, name, false)) {
        f->self->stream = ((uint32_t)(f->st - m->streams) + 1) % m->stream_count;
        f->s->wish->has_packet = f->s->selected != 0;
        f->s->wish->packet = 0;
    }
    ui_tooltip(ui, ui_word(ui, "playout.choose"), NULL);
}

/* A click beside the packets moves the playhead. */
static void use_pointer(const struct playout_frame *f, struct rect r)
{
    struct rect plot = {f->left, r.y, f->right - f->left, r.h};
    struct ui_touch touch = ui_region(f->ui, "time", plot, false);

    if (touch.held && !f->s->wish->has_packet && !f->s->wish->hovered) {
        f->s->wish->has_time = true;
        f->s->wish->time = f->from + (sim_time)((touch.x - f->left) / f->scale);
    }
}

static void draw_upper(struct playout_frame *f, struct rect area)
{
    struct ui *ui = f->ui;
    double k = ui->k;
    bool is_many = f->s->film->media.stream_count > 1;
    char note[96];
    const char *axis = axis_note(f, note);
    struct rect r =
        part_panel(ui, area, ui_word(ui, "playout.timing"),
                   is_many ? axis : ui_word(ui, "playout.timing-note"), is_many ? NULL : axis);
    draw_choice(f, area);
    struct rect plot = r;
    plot.h -= (AXIS_H - SIZE_PADDING / 2) * k;
    ui_push(ui, "lanes", 0);
    playout_lanes(f, plot);
    use_pointer(f, plot);
    ui_pop(ui);
}

static void draw_lower(struct playout_frame *f, struct rect area)
{
    struct ui *ui = f->ui;
    double k = ui->k;
    struct rect r =
        part_panel(ui, area, ui_word(ui, "playout.buffer"), NULL, ui_word(ui, "playout.same-axis"));
    struct rect side = r;
    if (f->has_side) {
        side = rect_cut_right(&side, (PLAYOUT_SIDE - 20) * k);
        playout_vessel(f, side);
    }
    r.h += SIZE_PADDING / 2;
    struct rect step = rect_cut_bottom(&r, r.h > 190 * k ? STEP_H * k : 0);
    rect_cut_bottom(&r, AXIS_H * k);
    struct rect jitter = rect_cut_bottom(&r, 0.5 * r.h);
    rect_cut_bottom(&r, 16 * k);
    playout_axis(f, r.y, jitter.y + jitter.h, true);
    playout_buffer(f, r);
    playout_jitter(f, jitter);
    playout_now(f, r.y - 6 * k, jitter.y + jitter.h, true);
    ui_push(ui, "buffer", 0);
    use_pointer(f, (struct rect){r.x, r.y, r.w, jitter.y + jitter.h - r.y});
    ui_pop(ui);
    if (step.h > 0) {
        step.w -= f->has_side ? PLAYOUT_SIDE * k : 0;
        playout_step(f, step);
    }
}

static void draw_playout(void *self, struct ui *ui, const struct scene *s, struct rect area)
{
    const struct media *m = &s->film->media;
    struct playout_frame f = {.ui = ui, .s = s, .self = self};

    if (m->stream_count == 0) {
        struct rect r = part_panel(ui, area, ui_word(ui, "playout.timing"), NULL, NULL);
        ui_text(ui, TYPE_BODY, r.x, r.y + 16 * ui->k, ui->theme->ink2, ui_word(ui, "playout.none"));
        return;
    }
    f.st = &m->streams[stream_of(self, s)];
    bool has_both = area.h > 420 * ui->k;
    choose_axis(&f, rect_inset(area, SIZE_PADDING, 0));
    struct rect below = area, above = rect_cut_top(&below, has_both ? 0.55 * area.h : area.h);
    rect_cut_top(&below, SIZE_GAP);
    draw_upper(&f, above);
    if (has_both) {
        draw_lower(&f, below);
    }
}

const struct view view_playout = {.name = "playout",
                                  .title_key = "view.playout",
                                  .size = sizeof(struct playout_view),
                                  .draw = draw_playout};
