/* The jitter, step by step: a line for each arrival by now, with both gaps, their difference D and
 * the J that comes of it (RFC 3550 A.8, in units of the timestamp), and the sum of one of them. */
#include "ui/parts.h"
#include "ui/view/view.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define ROOM_FOR_NOTE 420.0 /* beside the tabs */
#define ROW           24.0
#define HEAD          22.0
#define FOOT          52.0
#define COLUMNS       5

struct table {
    struct ui *ui;
    const struct scene *s;
    const struct media_stream *st;
    const struct media_packet *chosen; /* NULL: nothing has come */
    double x[COLUMNS + 1];
};

static const struct media_stream *stream_of(const struct scene *s)
{
    const struct media *m = &s->film->media;

    for (uint32_t i = 0; s->selected && i < m->stream_count; i++) {
        if (media_find(&m->streams[i], s->selected)) {
            return &m->streams[i];
        }
    }
    return m->stream_count ? &m->streams[0] : NULL;
}

static void draw_cell(const struct table *t, int column, double y, struct color color,
                      const char *text)
{
    struct rect cell = {t->x[column], y, t->x[column + 1] - t->x[column] - 4, ROW * t->ui->k};

    canvas_text_in(t->ui->c, theme_font(t->ui->theme, TYPE_CODE), cell, ALIGN_RIGHT, color, text);
}

static void draw_head(const struct table *t, double y)
{
    static const char *const names[COLUMNS] = {NULL, "R − R′", "S − S′", "D", "J"};

    for (int i = 1; i < COLUMNS; i++) {
        struct rect cell = {t->x[i], y, t->x[i + 1] - t->x[i] - 4, HEAD * t->ui->k};
        canvas_text_in(t->ui->c, theme_font(t->ui->theme, TYPE_TAG), cell, ALIGN_RIGHT,
                       t->ui->theme->ink, names[i]);
    }
    canvas_hline(t->ui->c, t->x[0], t->x[COLUMNS], y + HEAD * t->ui->k, STROKE_GRID,
                 t->ui->theme->wire);
}

/* The gaps in units: of the timestamps, and of the arrivals by the receiver's clock. */
static void draw_values(const struct table *t, const struct media_packet *p, double y,
                        struct color ink)
{
    char text[32];

    if (p->before == UINT32_MAX) {
        draw_cell(t, 4, y, ink, t->s->is_worksheet ? "____" : "0");
        return;
    }
    int64_t apart = (int32_t)(p->timestamp - t->st->packets[p->before].timestamp);
    int64_t values[] = {apart + p->difference, apart, p->difference};
    for (int i = 0; i < 3; i++) {
        snprintf(text, sizeof text, "%lld", (long long)values[i]);
        draw_cell(t, i + 1, y, ink, view_blank(t->s, text, sizeof text));
    }
    snprintf(text, sizeof text, "%.2f", (double)p->jitter16 / 16);
    draw_cell(t, 4, y, ink, view_blank(t->s, text, sizeof text));
}

static void draw_row(const struct table *t, const struct media_packet *p, double y)
{
    struct ui *ui = t->ui;
    double k = ui->k;
    struct rect row = {t->x[0], y, t->x[COLUMNS] - t->x[0], ROW * k};
    assert(p); /* of the table's packets, though none may be chosen */
    bool is_chosen = p == t->chosen;
    char buf[24];

    if (is_chosen) {
        canvas_fill_box(ui->c, row, 4 * k, ui->theme->marker);
    }
    snprintf(buf, sizeof buf, "%lld", (long long)p->number);
    struct capsule c = {
        .kind = PACKET_MEDIA, .label = view_blank(t->s, buf, sizeof buf), .h = 17, .no_rim = true};
    double w = capsule_width(ui, &c);
    capsule_draw(ui, t->x[0] + 6 * k + w / 2, y + ROW * k / 2, &c);
    draw_values(t, p, y, is_chosen ? ui->theme->on_marker : ui->theme->ink2);
    canvas_hline(ui->c, row.x, row.x + row.w, y + row.h, STROKE_GRID, ui->theme->hair2);
    if (ui_hovers(ui, row)) {
        t->s->wish->hovered = p->packet;
        if (ui->in.pressed) {
            t->s->wish->has_packet = true;
            t->s->wish->packet = p->packet;
        }
    }
}

/* "16 J = 128 + 128 − (128 + 8) / 16 = 248": whole numbers, as the appendix has them. */
static void draw_sum(const struct table *t, struct rect r)
{
    struct ui *ui = t->ui;
    const struct media_packet *p = t->chosen;
    char text[96], ms[96], value[32];

    struct rect in = part_explanation(ui, r);
    in.y -= 5 * ui->k;
    if (!p || p->before == UINT32_MAX) {
        ui_text(ui, TYPE_LABEL, in.x, in.y + 14 * ui->k, ui->theme->ink2,
                ui_word(ui, "jitter.first"));
        return;
    }
    long long d = llabs(p->difference), before = t->st->packets[p->before].jitter16;
    snprintf(text, sizeof text, "16 J = %lld + %lld − (%lld + 8) / 16 = %lld", before, d, before,
             (long long)p->jitter16);
    snprintf(value, sizeof value, "%.2f", (double)p->jitter16 / 16 * 1000 / (double)t->st->rate);
    view_format(ui, ms, sizeof ms, "jitter.ms", "value", value, NULL);
    struct rect line = {in.x, in.y, in.w, 18 * ui->k};
    canvas_text_in(ui->c, theme_font(ui->theme, TYPE_CODE), line, ALIGN_LEFT, ui->theme->ink,
                   view_blank(t->s, text, sizeof text));
    line.y += 18 * ui->k;
    canvas_text_in(ui->c, theme_font(ui->theme, TYPE_LABEL), line, ALIGN_LEFT, ui->theme->ink2,
                   view_blank(t->s, ms, sizeof ms));
}

/* The rows end with the last arrival, or have the chosen one in their middle. */
static void draw_rows(const struct table *t, struct rect r)
{
    const struct media_stream *st = t->st;
    uint32_t n = media_arrived_after(st, t->s->now + 1), end = n;
    uint32_t rows = (uint32_t)fmax(1, floor(r.h / (ROW * t->ui->k)));

    for (uint32_t i = 0; t->chosen && i < n; i++) {
        if (&st->packets[st->arrivals[i]] == t->chosen) {
            end = i + 1 + rows / 2 < n ? i + 1 + rows / 2 : n;
        }
    }
    uint32_t first = end > rows ? end - rows : 0;
    for (uint32_t i = first; i < end; i++) {
        draw_row(t, &st->packets[st->arrivals[i]], r.y + (i - first) * ROW * t->ui->k);
    }
}

static const struct media_packet *choose(const struct scene *s, const struct media_stream *st)
{
    const struct media_packet *p = s->selected ? media_find(st, s->selected) : NULL;
    uint32_t n = media_arrived_after(st, s->now + 1);

    if (p && p->arrived <= s->now) {
        return p;
    }
    return n ? &st->packets[st->arrivals[n - 1]] : NULL;
}

static void draw_jitter(void *self, struct ui *ui, const struct scene *s, struct rect area)
{
    struct table t = {.ui = ui, .s = s, .st = stream_of(s)};
    double k = ui->k;
    char note[64], rate[24];

    (void)self;
    snprintf(rate, sizeof rate, "%lld", t.st ? (long long)t.st->rate : 8000LL);
    view_format(ui, note, sizeof note, "jitter.units", "rate", rate, NULL);
    struct rect r = part_panel(ui, area, ui_word(ui, "jitter.title"),
                               area.w > ROOM_FOR_NOTE * k ? note : NULL, NULL);
    t.chosen = t.st ? choose(s, t.st) : NULL;
    if (!t.chosen) {
        ui_text(ui, TYPE_BODY, r.x, r.y + 16 * k, ui->theme->ink2, ui_word(ui, "jitter.none"));
        return;
    }
    double first = 0.2 * r.w;
    for (int i = 0; i <= COLUMNS; i++) {
        t.x[i] = i == 0 ? r.x : r.x + first + (i - 1) * (r.w - first) / (COLUMNS - 1);
    }
    struct rect foot = rect_cut_bottom(&r, FOOT * k);
    rect_cut_bottom(&r, 8 * k);
    draw_head(&t, r.y);
    rect_cut_top(&r, HEAD * k + 1);
    draw_rows(&t, r);
    draw_sum(&t, foot);
}

const struct view view_jitter = {
    .name = "jitter", .title_key = "view.jitter", .size = 1, .draw = draw_jitter};
