/* The buffer as a level over time, and as a container: what waits stands in it, the next to be
 * played lowest, and what came after its turn falls beside it. */
#include "ui/view/playout.h"

#include <math.h>
#include <stdio.h>

#define VESSEL_W    38.0
#define VESSEL_TILE 19.0
#define FALL        3 /* packet times until a late one lies on the ground */

static double top_level(const struct playout_frame *f)
{
    uint32_t most = f->st->level_most;

    return most <= 2 ? 2 : most <= 4 ? 4 : most <= 10 ? most + most % 2 : ceil(most / 10.0) * 10;
}

/* Empty, and a turn came in vain meanwhile or right after. */
static void draw_empty(const struct playout_frame *f, struct rect r, sim_time from, sim_time to)
{
    struct ui *ui = f->ui;
    const struct theme *t = ui->theme;
    uint32_t before = media_count_until(&f->st->filled, from);

    if (media_count_until(&f->st->filled, to + f->st->gap) == before) {
        return;
    }
    double x0 = fmax(playout_x(f, from), f->left), x1 = fmin(playout_x(f, to), f->right);
    struct rect band = {x0, r.y, x1 - x0, r.h};
    canvas_fill_box(ui->c, band, 0, t->loss.pale);
    const char *word = ui_word(ui, "playout.empty");
    if (ui_text_width(ui, TYPE_TAG, word) <= band.w) {
        ui_text_center(ui, TYPE_TAG, x0 + band.w / 2, r.y + 0.42 * r.h, t->loss.text, word);
    }
}

static sim_time level_end(const struct playout_frame *f, uint32_t i)
{
    const struct media_stream *st = f->st;
    sim_time end = i + 1 < st->level_count ? st->levels[i + 1].at : f->s->now;

    return end < f->s->now ? end : f->s->now;
}

static void draw_level(const struct playout_frame *f, struct rect r, double top)
{
    const struct media_stream *st = f->st;
    struct ui *ui = f->ui;
    uint32_t n = media_level_after(st, f->from);
    double base = r.y + r.h, last = base;

    for (uint32_t i = n ? n - 1 : 0; i < st->level_count; i++) {
        if (st->levels[i].at > f->to || st->levels[i].at > f->s->now) {
            break;
        }
        sim_time end = level_end(f, i);
        double x0 = fmax(playout_x(f, st->levels[i].at), f->left);
        double x1 = fmin(playout_x(f, end), f->right);
        double y = base - r.h * fmin((double)st->levels[i].packets / top, 1);
        if (st->levels[i].packets == 0) {
            draw_empty(f, r, st->levels[i].at, end);
        }
        canvas_fill_box(ui->c, (struct rect){x0, y, fmax(x1 - x0, 0), base - y}, 0,
                        ui->theme->media.pale);
        last = st->levels[i].at < f->from ? y : last;
        canvas_vline(ui->c, x0, fmin(y, last), fmax(y, last), 2.2 * ui->k, ui->theme->media.text);
        canvas_hline(ui->c, x0, fmax(x1, x0), y, 2.2 * ui->k, ui->theme->media.text);
        last = y;
    }
}

void playout_buffer(struct playout_frame *f, struct rect r)
{
    double top = top_level(f), k = f->ui->k;

    playout_values(f, r, top, ui_word(f->ui, "playout.waiting"), ui_word(f->ui, "playout.packets"));
    canvas_clip(f->ui->c, (struct rect){f->left, r.y - 2 * k, f->right - f->left, r.h + 4 * k});
    draw_level(f, r, top);
    canvas_unclip(f->ui->c);
}

static void draw_walls(const struct playout_frame *f, struct rect r)
{
    struct ui *ui = f->ui;
    double k = ui->k;

    canvas_begin(ui->c);
    canvas_move(ui->c, r.x, r.y);
    canvas_to(ui->c, r.x, r.y + r.h - 5 * k);
    canvas_curve(ui->c, r.x, r.y + r.h - 2 * k, r.x + 2 * k, r.y + r.h, r.x + 5 * k, r.y + r.h);
    canvas_to(ui->c, r.x + r.w - 5 * k, r.y + r.h);
    canvas_curve(ui->c, r.x + r.w - 2 * k, r.y + r.h, r.x + r.w, r.y + r.h - 2 * k, r.x + r.w,
                 r.y + r.h - 5 * k);
    canvas_to(ui->c, r.x + r.w, r.y);
    canvas_stroke(ui->c, ui->theme->ink, (struct stroke){.width = 2 * k, .cap = CAP_ROUND});
}

static void draw_piece(const struct playout_frame *f, const struct media_packet *p, struct rect r,
                       bool is_late)
{
    struct ui *ui = f->ui;
    const struct theme *t = ui->theme;
    struct font font = {FACE_SANS_SEMIBOLD, 11 * ui->k};
    char text[16];

    if (is_late) {
        canvas_fill_box(ui->c, r, 4 * ui->k, t->panel);
        canvas_stroke_box(ui->c, r, 4 * ui->k, 1.6 * ui->k, t->loss.fill);
    } else {
        canvas_fill_box(ui->c, r, 4 * ui->k, t->media.fill);
    }
    playout_number(f, p, text);
    if (text_width(ui->fonts, font, text) <= r.w - 2) {
        canvas_text_in(ui->c, font, r, ALIGN_CENTER, is_late ? t->loss.text : t->media.on, text);
    }
}

/* Sorted by turn: what is played next lies lowest. */
static uint32_t collect_waiting(const struct playout_frame *f, const struct media_packet **out,
                                uint32_t cap)
{
    const struct media_stream *st = f->st;
    sim_time now = f->s->now;
    uint32_t n = 0, first = media_sent_after(st, now - st->longest),
             last = media_sent_after(st, now);

    for (uint32_t i = first; i < last && n < cap; i++) {
        const struct media_packet *p = &st->packets[i];
        bool is_kept = p->fate == MEDIA_WAITING || (p->fate == MEDIA_PLAYED && p->due > now);
        if (is_kept && p->arrived <= now) {
            out[n++] = p;
        }
    }
    return n;
}

/* Those that came too late since the axis begins, the newest first. */
static uint32_t collect_late(const struct playout_frame *f, const struct media_packet **out,
                             uint32_t cap)
{
    const struct media_stream *st = f->st;
    uint32_t n = 0;
    for (uint32_t i = media_arrived_after(st, f->s->now + 1); i > 0 && n < cap; i--) {
        const struct media_packet *p = &st->packets[st->arrivals[i - 1]];
        if (p->arrived < f->from) {
            break;
        }
        if (p->fate == MEDIA_LATE) {
            out[n++] = p;
        }
    }
    return n;
}

/* They fall for some packet times, onto those that came before, and lie there. One for which there
 * is no place yet is not drawn. */
static void draw_late(const struct playout_frame *f, struct rect r)
{
    const struct media_packet *late[32];
    double k = f->ui->k, h = (VESSEL_TILE - 2) * k, step = h + 2 * k, floor_y = r.y + r.h - h;
    uint32_t room = (uint32_t)(r.h / step), n = collect_late(f, late, room < 32 ? room : 32);
    for (uint32_t i = n; i > 0; i--) {
        const struct media_packet *p = late[i - 1];
        double fallen = (double)(f->s->now - p->arrived) / (double)(FALL * f->st->gap);
        double y = fallen >= 1 ? floor_y : r.y + (floor_y - r.y) * fallen * fallen;
        y = fmin(y, floor_y);
        if (y >= r.y) {
            draw_piece(f, p, (struct rect){r.x, y, r.w, h}, true);
        }
        floor_y = y - step;
    }
}

void playout_vessel(struct playout_frame *f, struct rect r)
{
    const struct media_packet *waiting[32];
    struct ui *ui = f->ui;
    double k = ui->k, h = VESSEL_TILE * k;
    uint32_t n = collect_waiting(f, waiting, 32);
    char count[16], text[64];

    snprintf(count, sizeof count, "%lld", (long long)media_level_at(f->st, f->s->now));
    view_format(ui, text, sizeof text, "playout.now-waiting", "n", count, NULL);
    struct rect title = rect_cut_top(&r, 17 * k), foot = rect_cut_bottom(&r, 18 * k);
    canvas_text_in(ui->c, theme_font(ui->theme, TYPE_TITLE), title, ALIGN_LEFT, ui->theme->ink,
                   view_blank(f->s, text, sizeof text));
    rect_cut_top(&r, 6 * k);
    struct rect vessel = {r.x + 1, r.y, VESSEL_W * k, r.h};
    uint32_t room = (uint32_t)((vessel.h - 6 * k) / h);
    for (uint32_t i = 0; i < n && i < room; i++) {
        struct rect tile = {vessel.x + 5 * k, vessel.y + vessel.h - 4 * k - (i + 1) * h,
                            vessel.w - 10 * k, h - 2 * k};
        draw_piece(f, waiting[i], tile, false);
    }
    draw_walls(f, vessel);
    draw_late(f, (struct rect){vessel.x + vessel.w + 12 * k, r.y, 26 * k, r.h});
    uint32_t late = media_count_until(&f->st->late, f->s->now);
    struct rect left = foot, right = {vessel.x + vessel.w + 6 * k, foot.y, 50 * k, foot.h};
    left.w = vessel.w + 8 * k;
    canvas_text_in(ui->c, theme_font(ui->theme, TYPE_LABEL), left, ALIGN_LEFT, ui->theme->ink3,
                   ui_word(ui, "playout.in-time"));
    canvas_text_in(ui->c, theme_font(ui->theme, late ? TYPE_TAG : TYPE_LABEL), right, ALIGN_LEFT,
                   late ? ui->theme->loss.text : ui->theme->ink3, ui_word(ui, "playout.too-late"));
}
