/* Three lanes: sent, arrived, played. A packet is a tile in each and a slant between them; what
 * came too late is outlined, what was filled in is dashed. Tiles that would overlap stand above
 * each other on a stem. */
#include "ui/view/playout_lanes.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>

#define TILE    20.0
#define TICK    9.0 /* slots narrower than this hold ticks, no tiles */
#define NAME_W  76.0
#define COUNT_H 21.0

static void clear_edges(struct lanes *l)
{
    for (unsigned i = 0; i < LANE_COUNT * LEVELS; i++) {
        l->edge[i / LEVELS][i % LEVELS] = -INFINITY;
    }
}

static void place_lanes(struct lanes *l, struct rect r)
{
    double k = l->f->ui->k, slot = (double)l->f->st->gap * l->f->scale;

    bool is_stacked = l->f->st->rate == 90000; /* the packets of one picture */
    l->h = is_stacked ? fmin(TILE * k, r.h / 14.8) : TILE * k;
    l->w = fmin(1.7 * TILE * k, fmax(slot - 4 * k, slot * 0.85));
    l->w = slot < TICK * k ? 3 * k : l->w;
    double top = is_stacked ? 4.6 * l->h : fmax(0.1 * r.h, 0.6 * l->h);
    double bottom = r.h - 0.9 * l->h;
    l->y[LANE_SENT] = r.y + top;
    l->y[LANE_PLAYED] = r.y + bottom;
    l->y[LANE_ARRIVED] = r.y + top + 0.51 * (bottom - top);
    l->last_words = l->last_filled = -INFINITY;
}

static void draw_names(const struct lanes *l, struct rect r)
{
    static const char *const keys[] = {"playout.sent", "playout.arrived", "playout.played"};
    struct ui *ui = l->f->ui;
    double k = ui->k;
    char every[32], length[32], text[64];

    view_length(l->f->st->gap, length);
    view_format(ui, every, sizeof every, "playout.every", "time", length, NULL);
    for (unsigned i = 0; i < LANE_COUNT; i++) {
        snprintf(text, sizeof text, "%s",
                 i == LANE_ARRIVED ? ui_word(ui, "playout.uneven") : every);
        struct rect name = {r.x, l->y[i] - 14 * k, NAME_W * k, 16 * k}, note = name;
        note.y += 15 * k;
        canvas_fill_box(ui->c,
                        (struct rect){l->f->left - 6 * k, l->y[i] - 2.5 * k,
                                      l->f->right - l->f->left + 8 * k, 5 * k},
                        2.5 * k, ui->theme->wire2);
        canvas_text_in(ui->c, theme_font(ui->theme, TYPE_TITLE), name, ALIGN_LEFT, ui->theme->ink,
                       ui_word(ui, keys[i]));
        canvas_text_in(ui->c, theme_font(ui->theme, TYPE_LABEL), note, ALIGN_LEFT, ui->theme->ink3,
                       text);
    }
}

/* From one instant at y0 to another at y1, as far as now. Returns false if it is not over yet. */
static bool draw_slant(const struct lanes *l, sim_time t0, double y0, sim_time t1, double y1,
                       double width, struct color color)
{
    const struct playout_frame *f = l->f;
    sim_time now = f->s->now, end = t1 < now ? t1 : now;

    if (t0 > now) {
        return false;
    }
    double share = t1 > t0 ? (double)(end - t0) / (double)(t1 - t0) : 1;
    canvas_line(f->ui->c, playout_x(f, t0), y0, playout_x(f, end), y0 + (y1 - y0) * share,
                (struct stroke){.width = width * f->ui->k, .cap = CAP_ROUND}, color);
    return t1 <= now;
}

static void draw_lost(const struct lanes *l, const struct media_packet *p)
{
    const struct playout_frame *f = l->f;
    double k = f->ui->k, top = l->y[LANE_SENT], all = l->y[LANE_ARRIVED] - top;
    double share =
        p->lost_at > p->sent ? (double)(p->died - p->sent) / (double)(p->lost_at - p->sent) : 0.5;
    double x = playout_x(f, p->died), y = top + all * fmin(fmax(share, 0.12), 1);
    struct color media = f->ui->theme->media.fill;

    if (draw_slant(l, p->sent, top, p->died, y, 2, media)) {
        canvas_line(f->ui->c, x, y, playout_x(f, p->lost_at), l->y[LANE_ARRIVED],
                    (struct stroke){.width = 1.4 * k, .on = 3 * k, .off = 4 * k},
                    f->ui->theme->wire);
    }
}

static void draw_way(const struct lanes *l, const struct media_packet *p)
{
    const struct theme *t = l->f->ui->theme;
    bool is_late = p->fate == MEDIA_LATE && p->arrived <= l->f->s->now;

    if (p->died != SIM_NEVER) {
        draw_lost(l, p);
    }
    if (p->arrived != SIM_NEVER) {
        draw_slant(l, p->is_repaired ? p->again_at : p->sent, l->y[LANE_SENT], p->arrived,
                   l->y[LANE_ARRIVED], is_late ? 2.2 : 2,
                   is_late          ? t->loss.fill
                   : p->is_repaired ? t->retx.fill
                                    : t->media.fill);
    }
    if (p->due != SIM_NEVER && (p->fate == MEDIA_PLAYED || p->fate == MEDIA_WAITING)) {
        draw_slant(l, p->arrived, l->y[LANE_ARRIVED], p->due, l->y[LANE_PLAYED], 1.8,
                   color_mix(t->panel, t->media.fill, 0.62));
    }
}

static void draw_ring(const struct lanes *l, const struct media_packet *p)
{
    const struct playout_frame *f = l->f;
    double top = l->y[LANE_SENT], all = l->y[LANE_ARRIVED] - top;
    double share =
        p->lost_at > p->sent ? (double)(p->died - p->sent) / (double)(p->lost_at - p->sent) : 0.5;

    if (p->died != SIM_NEVER && p->died <= f->s->now) {
        part_loss(f->ui, playout_x(f, p->died), top + all * fmin(fmax(share, 0.12), 1),
                  fmin(9, fmax(4, l->w * 0.5)) * f->ui->k);
    }
}

/* The lowest level at which a tile around x has room; above the first it stands on a stem. */
static double stand(struct lanes *l, enum lane lane, double x)
{
    struct ui *ui = l->f->ui;
    double y = l->y[lane], step = l->h + 1.5 * ui->k, room = l->w + 2 * ui->k;
    unsigned level = 0;

    while (level + 1 < LEVELS && x - room / 2 < l->edge[lane][level]) {
        level++;
    }
    l->edge[lane][level] = x + room / 2;
    if (level > 0 && l->draws_stems) {
        canvas_vline(ui->c, x, y - step * level, y, 1.6 * ui->k, ui->theme->media.text);
        canvas_fill_circle(ui->c, x, y, 2.6 * ui->k, ui->theme->media.text);
    }
    return y - step * level;
}

static void draw_tile(struct lanes *l, enum lane lane, const struct media_packet *p, sim_time at,
                      enum look look)
{
    const struct playout_frame *f = l->f;
    const struct scene *s = f->s;
    uint32_t id = look == LOOK_AGAIN ? p->again : p->packet;
    double x = playout_x(f, at), y;

    if (x < f->left - 1 || x > f->right + 1) {
        return;
    }
    y = stand(l, lane, x);
    if (l->draws_stems) {
        return;
    }
    struct rect r = {x - l->w / 2, y - l->h / 2, l->w, l->h};
    if (id && id == s->selected && look != LOOK_EMPTY) {
        playout_rim(l, r);
    }
    playout_tile(l, p, r, look);
    if (id && id == s->hovered && id != s->selected) {
        canvas_stroke_box(f->ui->c, rect_inset(r, -2, -2), 5 * f->ui->k, 1.6 * f->ui->k,
                          f->ui->theme->ink);
    }
    if (id && ui_hovers(f->ui, r)) {
        s->wish->hovered = id;
        if (f->ui->in.pressed) {
            s->wish->has_packet = true;
            s->wish->packet = id;
        }
    }
}

/* "8 ms late" below the tile. */
static void say_late(struct lanes *l, const struct media_packet *p)
{
    const struct playout_frame *f = l->f;
    struct ui *ui = f->ui;
    char length[32], text[64];

    if (l->draws_stems) {
        return;
    }
    view_length(p->arrived - p->due, length);
    view_format(ui, text, sizeof text, "playout.late", "time", length, NULL);
    double w = ui_text_width(ui, TYPE_TAG, text), x = playout_x(f, p->arrived);
    double right = fmin(x + l->w / 2, f->right);
    if (right - w > l->last_words + 8 * ui->k && right - w > f->left) {
        ui_text_right(ui, TYPE_TAG, right, l->y[LANE_ARRIVED] + l->h / 2 + 15 * ui->k,
                      ui->theme->loss.text, text);
        l->last_words = right;
    }
}

/* What was played in its place, above the first of a row of gaps. */
static void say_filled(struct lanes *l, const struct media_packet *p)
{
    const struct playout_frame *f = l->f;
    struct ui *ui = f->ui;
    const char *text = ui_word(ui, f->st->rate == 90000 ? "playout.gap" : "playout.filled");
    double w = ui_text_width(ui, TYPE_TAG, text), x = playout_x(f, p->due);
    double at = fmin(fmax(x - w / 2, f->left), f->right - w);

    if (!l->draws_stems && x >= f->left && x <= f->right && at > l->last_filled + 8 * ui->k) {
        canvas_fill_box(ui->c,
                        (struct rect){at - 3 * ui->k, l->y[LANE_PLAYED] - l->h / 2 - 24 * ui->k,
                                      w + 6 * ui->k, 16 * ui->k},
                        3 * ui->k, color_fade(ui->theme->panel, 0.85));
        ui_text(ui, TYPE_TAG, at, l->y[LANE_PLAYED] - l->h / 2 - 12 * ui->k, ui->theme->loss.text,
                text);
        l->last_filled = at + w;
    }
}

static void draw_turn(struct lanes *l, const struct media_packet *p)
{
    sim_time now = l->f->s->now;

    if (p->due == SIM_NEVER) {
        return;
    }
    if (p->due > now) {
        draw_tile(l, LANE_PLAYED, p, p->due, LOOK_EMPTY);
    } else if (p->fate == MEDIA_PLAYED) {
        draw_tile(l, LANE_PLAYED, p, p->due, LOOK_PLAIN);
    } else {
        draw_tile(l, LANE_PLAYED, p, p->due, LOOK_FILLED);
        say_filled(l, p);
    }
}

/* Those sent again until then, from the *next one on: in the order of time, as tiles have to come.
 */
static void draw_again(struct lanes *l, uint32_t *next, sim_time until)
{
    const struct media_stream *st = l->f->st;

    for (; *next < st->repair_count; ++*next) {
        const struct media_packet *p = &st->packets[st->repairs[*next]];
        if (p->again_at > until || p->again_at > l->f->s->now) {
            return;
        }
        draw_tile(l, LANE_SENT, p, p->again_at, LOOK_AGAIN);
    }
}

static void draw_arrival(struct lanes *l, const struct media_packet *p)
{
    bool is_late = p->fate == MEDIA_LATE;

    draw_tile(l, LANE_ARRIVED, p, p->arrived,
              is_late          ? LOOK_LATE
              : p->is_repaired ? LOOK_AGAIN
                               : LOOK_PLAIN);
    if (is_late && p->due != SIM_NEVER) {
        say_late(l, p);
    }
}

/* What came, later copies in their place. */
static void draw_arrivals(struct lanes *l)
{
    const struct media_stream *st = l->f->st;
    sim_time until = l->f->to < l->f->s->now ? l->f->to : l->f->s->now;
    uint32_t i = media_arrived_after(st, l->f->from), k = 0;

    while (i < st->arrival_count || k < st->repair_count) {
        const struct media_packet *a = i < st->arrival_count ? &st->packets[st->arrivals[i]] : NULL,
                                  *b = k < st->repair_count ? &st->packets[st->repairs[k]] : NULL;
        const struct media_packet *p = !b || (a && a->arrived <= b->arrived) ? a : b;
        assert(p); /* one of the two is left */
        i += p == a;
        k += p == b;
        if (p->arrived > until) {
            return;
        }
        draw_arrival(l, p);
    }
}

static void draw_tiles(struct lanes *l, uint32_t first, uint32_t last)
{
    const struct playout_frame *f = l->f;
    const struct media_stream *st = f->st;
    sim_time now = f->s->now;
    uint32_t again = 0;

    for (uint32_t i = first; i < last; i++) {
        const struct media_packet *p = &st->packets[i];
        bool is_hidden = p->sent > now && f->s->player->hides_future;
        draw_again(l, &again, p->sent);
        if (!is_hidden) {
            draw_tile(l, LANE_SENT, p, p->sent, p->sent <= now ? LOOK_PLAIN : LOOK_PALE);
            draw_turn(l, p);
        }
    }
    draw_again(l, &again, f->to);
    draw_arrivals(l);
}

static void draw_count(const struct lanes *l, struct rect *r, const char *key, uint32_t n,
                       bool is_bad)
{
    struct ui *ui = l->f->ui;
    const struct theme *t = ui->theme;
    struct rect line = rect_cut_top(r, COUNT_H * ui->k);
    char text[16];

    snprintf(text, sizeof text, l->f->s->is_worksheet ? "____" : "%u", n);
    canvas_text_in(ui->c, theme_font(t, TYPE_VALUE), line, ALIGN_RIGHT,
                   is_bad && n ? t->loss.text : t->ink, text);
    canvas_text_in(ui->c, theme_font(t, TYPE_LABEL), line, ALIGN_LEFT, t->ink3, ui_word(ui, key));
}

/* Late and lost are told apart, and both end in something filled in. */
static void draw_counts(const struct lanes *l, struct rect r)
{
    const struct media_stream *st = l->f->st;
    sim_time now = l->f->s->now;
    double k = l->f->ui->k;
    struct rect side = {l->f->right + 20 * k, r.y, PLAYOUT_SIDE * k - 20 * k, r.h};

    if (!l->f->has_side) {
        return;
    }
    draw_count(l, &side, "playout.count.sent", media_sent_after(st, now + 1), false);
    draw_count(l, &side, "playout.count.arrived", media_arrived_after(st, now + 1), false);
    draw_count(l, &side, "playout.count.lost", media_count_until(&st->lost, now), true);
    if (st->repair_count) {
        draw_count(l, &side, "playout.count.recovered", media_count_until(&st->recovered, now),
                   false);
    }
    draw_count(l, &side, "playout.count.late", media_count_until(&st->late, now), true);
    draw_count(l, &side, "playout.count.filled", media_count_until(&st->filled, now), true);
}

void playout_lanes(struct playout_frame *f, struct rect r)
{
    struct lanes l = {.f = f};
    double k = f->ui->k;
    uint32_t first, last;
    struct rect clip = {f->left - 14 * k, r.y - 8 * k, f->right - f->left + 28 * k, r.h + 8 * k};

    place_lanes(&l, r);
    playout_axis(f, r.y, r.y + r.h, true);
    draw_names(&l, r);
    playout_shown(f, &first, &last);
    canvas_clip(f->ui->c, clip);
    for (uint32_t i = first; i < last; i++) {
        draw_way(&l, &f->st->packets[i]);
    }
    for (uint32_t i = first; i < last; i++) {
        draw_ring(&l, &f->st->packets[i]);
    }
    canvas_unclip(f->ui->c);
    for (int pass = 0; pass < 2; pass++) {
        l.draws_stems = pass == 0;
        clear_edges(&l);
        draw_tiles(&l, first, last);
    }
    draw_counts(&l, r);
    playout_now(f, r.y - 4 * k, r.y + r.h, true);
}
