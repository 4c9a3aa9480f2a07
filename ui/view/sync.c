/* Sound against pictures: what was taken at one instant is joined between the two lanes, so that a
 * slant is an error of lip sync; below, the error in ms over the whole run, grey before the
 * receiver could know of it, that is before a sender report of each stream had come. */
#include "ui/parts.h"
#include "ui/view/view.h"

#include <math.h>
#include <stdio.h>

#define LABELS  66.0
#define AXIS_H  24.0
#define READOUT 40.0
#define JOINTS  14.0          /* pictures on a page */
#define NOTICED (45 * SIM_MS) /* sound ahead by more is noticed (ITU-R BT.1359) */

struct sync_view {
    struct ui *ui;
    const struct scene *s;
    const struct media *m;
    const struct media_stream *sound, *video;
    sim_time known; /* both are mapped; SIM_NEVER: never */
};

/* The pictures that the selected packet belongs to or goes with; else the first. */
static const struct media_stream *choose(const struct scene *s)
{
    const struct media *m = &s->film->media;
    const struct media_stream *first = NULL;

    for (uint32_t i = 0; i < m->stream_count; i++) {
        const struct media_stream *st = &m->streams[i];
        if (st->mate == UINT32_MAX || st->rate != 90000) {
            continue;
        }
        first = first ? first : st;
        if (s->selected &&
            (media_find(st, s->selected) || media_find(&m->streams[st->mate], s->selected))) {
            return st;
        }
    }
    return first;
}

/* "Pictures 141 ms behind the voice". */
static void draw_readout(const struct sync_view *v, struct rect r)
{
    struct ui *ui = v->ui;
    const struct theme *t = ui->theme;
    sim_time error = 0;
    char number[24], text[96];
    bool has = media_sync_at(v->m, v->video, v->s->now, &error);
    bool is_bad = error > NOTICED || error < -NOTICED;

    if (!has) {
        snprintf(text, sizeof text, "%s", ui_word(ui, "sync.not-yet"));
    } else {
        snprintf(number, sizeof number, "%.1f", fabs((double)error) / (double)SIM_MS);
        view_format(ui, text, sizeof text,
                    error > SIM_MS    ? "sync.behind"
                    : error < -SIM_MS ? "sync.ahead"
                                      : "sync.together",
                    "n", number, NULL);
        view_blank(v->s, text, sizeof text);
    }
    struct rect line = rect_cut_top(&r, 0.5 * r.h);
    canvas_text_in(ui->c, theme_font(t, TYPE_SCENARIO), line, ALIGN_LEFT,
                   has && is_bad ? t->loss.text : t->ink, text);
    canvas_text_in(ui->c, theme_font(t, TYPE_LABEL), r, ALIGN_LEFT, t->ink3,
                   ui_word(ui, v->s->now < v->known ? "sync.unknown" : "sync.known"));
}

/* ---- the two lanes ---- */

struct lanes {
    const struct sync_view *v;
    sim_time from, to;
    double left, right, top, bottom; /* y of sound and of pictures */
};

static double lane_x(const struct lanes *l, sim_time t)
{
    return l->left + (l->right - l->left) * (double)(t - l->from) / (double)(l->to - l->from);
}

static sim_time sampled(const struct media_stream *st, const struct media_packet *p)
{
    return p->sent - st->encode;
}

/* When the sound of that instant was played; false: it was not. */
static bool sound_of(const struct sync_view *v, sim_time instant, sim_time *played)
{
    const struct media_stream *st = v->sound;
    uint32_t n = media_sent_after(st, instant + st->encode + 1);
    const struct media_packet *p = n ? &st->packets[n - 1] : NULL;

    if (!p || p->fate != MEDIA_PLAYED || instant - sampled(st, p) > st->gap) {
        return false;
    }
    *played = p->due + (instant - sampled(st, p));
    return true;
}

static void draw_name(const struct lanes *l, double x, double y, const char *key)
{
    struct ui *ui = l->v->ui;
    double k = ui->k;
    struct rect name = {x, y - 9 * k, LABELS * k - 6 * k, 18 * k};

    canvas_text_in(ui->c, theme_font(ui->theme, TYPE_TITLE), name, ALIGN_LEFT, ui->theme->ink,
                   ui_word(ui, key));
    canvas_fill_box(ui->c,
                    (struct rect){l->left - 4 * k, y - 2.5 * k, l->right - l->left + 8 * k, 5 * k},
                    2.5 * k, ui->theme->wire2);
}

static void draw_picture(const struct lanes *l, const struct media_packet *p, sim_time sound,
                         bool has_sound)
{
    const struct sync_view *v = l->v;
    struct ui *ui = v->ui;
    const struct theme *t = ui->theme;
    double k = ui->k, x = lane_x(l, p->due);
    sim_time now = v->s->now, apart = p->due - sound;

    if (has_sound && sound <= now && p->due <= now) {
        bool is_bad = apart > NOTICED || apart < -NOTICED;
        canvas_line(ui->c, lane_x(l, sound), l->top, x, l->bottom,
                    (struct stroke){.width = 1.8 * k, .cap = CAP_ROUND},
                    is_bad ? t->loss.fill : t->media.fill);
    }
    if (has_sound && sound <= now) {
        canvas_fill_circle(ui->c, lane_x(l, sound), l->top, 3.4 * k, t->media.text);
    }
    if (p->due <= now) {
        struct rect tile = {x - 7 * k, l->bottom - 8 * k, 14 * k, 16 * k};
        canvas_fill_box(ui->c, tile, 3 * k, t->media.fill);
        if (p->packet && p->packet == v->s->selected) {
            canvas_stroke_box(ui->c, rect_inset(tile, -3 * k, -3 * k), 5 * k, 3 * k, t->marker);
        }
        if (ui_hovers(ui, tile) && ui->in.pressed) {
            v->s->wish->has_packet = true;
            v->s->wish->packet = p->packet;
        }
    }
}

static void draw_pictures(const struct lanes *l)
{
    const struct sync_view *v = l->v;
    const struct media_stream *st = v->video;
    uint32_t first = media_sent_after(st, l->from - st->longest);
    uint32_t last = media_sent_after(st, l->to + 1);

    for (uint32_t i = first; i < last; i++) {
        const struct media_packet *p = &st->packets[i];
        bool begins = i == 0 || p->timestamp != st->packets[i - 1].timestamp;
        sim_time sound = 0;
        bool is_shown = begins && p->fate == MEDIA_PLAYED && p->due >= l->from && p->due <= l->to;
        bool has_sound = is_shown && sound_of(v, sampled(st, p), &sound);
        if (is_shown) {
            draw_picture(l, p, sound, has_sound);
        }
    }
}

static void draw_now(struct ui *ui, double x, double top, double bottom)
{
    canvas_vline(ui->c, x, top, bottom, STROKE_LIFELINE * ui->k, ui->theme->ink);
}

static void draw_lanes(const struct sync_view *v, struct rect r)
{
    double k = v->ui->k, span = JOINTS * (double)v->video->gap;
    double page = floor((double)v->s->now / (0.6 * span));
    struct lanes l = {.v = v,
                      .left = r.x + LABELS * k,
                      .right = r.x + r.w - 8 * k,
                      .top = r.y + 0.14 * r.h,
                      .bottom = r.y + 0.72 * r.h};

    l.from = (sim_time)fmax(page * 0.6 * span - 0.2 * span, 0);
    l.to = l.from + (sim_time)span;
    draw_name(&l, r.x, l.top, "sync.voice");
    draw_name(&l, r.x, l.bottom, "sync.pictures");
    canvas_clip(v->ui->c, (struct rect){l.left - 10 * k, r.y, l.right - l.left + 20 * k, r.h});
    draw_pictures(&l);
    canvas_unclip(v->ui->c);
    draw_now(v->ui, lane_x(&l, v->s->now), r.y, r.y + r.h - 8 * k);
    ui_text(v->ui, TYPE_LABEL, l.left, r.y + r.h + 4 * k, v->ui->theme->ink3,
            ui_word(v->ui, "sync.note"));
}

/* ---- the error over the run ---- */

struct curve_frame {
    const struct sync_view *v;
    struct rect plot;
    sim_time end;
    double most; /* ms at the top; the bottom is as far below zero */
};

static double most_apart(const struct sync_view *v)
{
    const struct media_stream *st = v->video;
    double most = 60;
    uint32_t step = st->count / 256 + 1;
    sim_time error;

    for (uint32_t i = 0; i < st->count; i += step) {
        if (st->packets[i].due != SIM_NEVER &&
            media_sync_at(v->m, st, st->packets[i].due, &error)) {
            most = fmax(most, fabs((double)error) / (double)SIM_MS);
        }
    }
    return ceil(most * 1.1 / 50) * 50;
}

static double at_x(const struct curve_frame *f, sim_time t)
{
    return f->plot.x + f->plot.w * (double)t / fmax(1, (double)f->end);
}

static double at_y(const struct curve_frame *f, double ms)
{
    return f->plot.y + f->plot.h * (1 - (ms / f->most + 1) / 2);
}

static void draw_scale(const struct curve_frame *f, double x)
{
    struct ui *ui = f->v->ui;
    double k = ui->k;
    char text[16];

    for (int i = -1; i <= 1; i++) {
        double y = at_y(f, i * f->most);
        canvas_hline(ui->c, f->plot.x - 4 * k, f->plot.x + f->plot.w, y, STROKE_GRID,
                     i ? ui->theme->hair2 : ui->theme->wire);
        snprintf(text, sizeof text, "%s%g", i < 0 ? "−" : i > 0 ? "+" : "", fabs(i * f->most));
        ui_text_right(ui, TYPE_AXIS, f->plot.x - 8 * k, y + 4 * k, ui->theme->ink3, text);
    }
    double y = at_y(f, (double)NOTICED / (double)SIM_MS);
    canvas_line(ui->c, f->plot.x, y, f->plot.x + f->plot.w, y,
                (struct stroke){.width = 1.2 * k, .on = 4 * k, .off = 4 * k}, ui->theme->ink3);
    struct rect name = {x, f->plot.y + 0.25 * f->plot.h - 9 * k, 46 * k, 15 * k};
    canvas_text_in(ui->c, theme_font(ui->theme, TYPE_TITLE), name, ALIGN_LEFT, ui->theme->ink,
                   ui_word(ui, "sync.error"));
    name.y += 15 * k;
    canvas_text_in(ui->c, theme_font(ui->theme, TYPE_LABEL), name, ALIGN_LEFT, ui->theme->ink3,
                   "ms");
}

static void draw_times(const struct curve_frame *f)
{
    struct ui *ui = f->v->ui;
    sim_time unit = view_unit(f->end), step = view_step((double)f->end / (f->plot.w / 70 / ui->k));
    char text[32];

    for (sim_time t = 0; t <= f->end; t += step) {
        view_time(t, unit, step, text);
        ui_text_center(ui, TYPE_AXIS, at_x(f, t), f->plot.y + f->plot.h + 17 * ui->k,
                       ui->theme->ink3, text);
    }
}

/* Where the receiver could not know, and what told it. */
static void draw_knowledge(const struct curve_frame *f)
{
    const struct sync_view *v = f->v;
    struct ui *ui = v->ui;
    double k = ui->k;
    sim_time until = v->known < v->s->now ? v->known : v->s->now;
    struct rect dark = {f->plot.x, f->plot.y, at_x(f, until) - f->plot.x, f->plot.h};
    const struct media_stream *both[] = {v->sound, v->video};

    canvas_fill_box(ui->c, dark, 0, ui->theme->tint);
    const char *word = ui_word(ui, "sync.before");
    if (ui_text_width(ui, TYPE_LABEL, word) < dark.w) {
        ui_text(ui, TYPE_LABEL, dark.x + 6 * k, dark.y + dark.h - 7 * k, ui->theme->ink3, word);
    }
    for (int i = 0; i < 2; i++) {
        if (both[i]->mapped <= v->s->now) {
            struct capsule sr = {.kind = PACKET_REPORT, .label = "SR", .h = 15};
            double x = at_x(f, both[i]->mapped);
            canvas_vline(ui->c, x, f->plot.y, f->plot.y + f->plot.h, 1.4 * k,
                         ui->theme->report.fill);
            capsule_draw(ui, x, f->plot.y + (10 + 18 * i) * k, &sr);
        }
    }
}

/* A point for each picture, a column of pixels at least from the last. */
static void draw_error(const struct curve_frame *f)
{
    const struct sync_view *v = f->v;
    struct ui *ui = v->ui;
    const struct media_stream *st = v->video;
    double step = fmax((double)f->end / f->plot.w, (double)st->gap);
    struct point last = {NAN, 0};
    sim_time error;

    for (double t = 0; t <= (double)v->s->now; t += step) {
        if (!media_sync_at(v->m, st, (sim_time)t, &error)) {
            continue;
        }
        struct point at = {at_x(f, (sim_time)t), at_y(f, (double)error / (double)SIM_MS)};
        if (!isnan(last.x)) {
            canvas_line(ui->c, last.x, last.y, at.x, at.y,
                        (struct stroke){.width = STROKE_CURVE * ui->k, .cap = CAP_ROUND},
                        ui->theme->media.text);
        }
        last = at;
    }
}

static void draw_curve(const struct sync_view *v, struct rect r)
{
    double k = v->ui->k;
    struct curve_frame f = {.v = v, .end = v->s->player->axis->end, .most = most_apart(v)};

    f.plot = (struct rect){r.x + (LABELS + 14) * k, r.y, r.w - (LABELS + 26) * k, r.h - AXIS_H * k};
    draw_knowledge(&f);
    draw_scale(&f, r.x);
    draw_times(&f);
    draw_error(&f);
    draw_now(v->ui, at_x(&f, v->s->now), f.plot.y - 4 * k, f.plot.y + f.plot.h + 4 * k);
}

static void draw_sync(void *self, struct ui *ui, const struct scene *s, struct rect area)
{
    struct sync_view v = {.ui = ui, .s = s, .m = &s->film->media, .video = choose(s)};
    double k = ui->k;
    struct rect r = part_panel(ui, area, ui_word(ui, "sync.title"), NULL, NULL);

    (void)self;
    if (!v.video) {
        ui_text(ui, TYPE_BODY, r.x, r.y + 16 * k, ui->theme->ink2, ui_word(ui, "sync.none"));
        return;
    }
    v.sound = &v.m->streams[v.video->mate];
    v.known = v.sound->mapped > v.video->mapped ? v.sound->mapped : v.video->mapped;
    draw_readout(&v, rect_cut_top(&r, READOUT * k));
    rect_cut_top(&r, 4 * k);
    r.h += SIZE_PADDING / 2;
    struct rect below = rect_cut_bottom(&r, 0.56 * r.h);
    rect_cut_top(&below, 22 * k);
    draw_lanes(&v, r);
    draw_curve(&v, below);
}

const struct view view_sync = {
    .name = "sync", .title_key = "view.sync", .size = 1, .draw = draw_sync};
