/* The books of DHCP servers: each address a cell whose look is its state, and above them the states
 * in the order in which an address goes through them, with how many stand in each. */

#include "ui/view/actors.h"
#include "ui/view/lease.h"

#include <math.h>
#include <stdio.h>

#define STATES_MAX  6u
#define CELLS_MAX   4096u
#define HEAD_H      24.0
#define CHIP_H      22.0
#define WIDE_CELL   38.0
#define WIDE_MOST   48u /* addresses that have their numbers */
#define WIDE_H      24.0
#define SMALL_CELL  13.0
#define LEAST_CELL  5.0
#define SERVERS_MAX 3u
#define LINE_H      30.0 /* of a server in little room */
#define LINE_NAME   86.0

enum look { LOOK_FREE, LOOK_OFFERED, LOOK_BOUND, LOOK_EXPIRED, LOOK_RELEASED, LOOK_DECLINED };

struct book {
    struct ui *ui;
    const struct scene *s;
    uint32_t actor;
    uint32_t first, last; /* the pool; last < first: none is told */
    struct keys keys;     /* items that ever changed */
    unsigned count;       /* cells */
};

/* Addresses that stand in the books beside the pool: reservations, other networks. */
static bool is_beside(const struct book *b, int64_t key)
{
    return key < b->first || key > b->last || b->last < b->first;
}

static struct book book_of(struct ui *ui, const struct scene *s, uint32_t actor)
{
    struct book b = {.ui = ui, .s = s, .actor = actor, .first = 1};
    int64_t first, last;

    if (actor_var(s, actor, "pool.first", &first) && actor_var(s, actor, "pool.last", &last) &&
        first > 0) {
        b.first = (uint32_t)first;
        b.last = (uint32_t)last;
        b.count = b.last - b.first + 1;
    }
    b.keys = trace_item_keys(s->trace, actor, 0);
    for (uint32_t i = 0; i < b.keys.count; i++) {
        b.count += is_beside(&b, b.keys.at[i]);
    }
    b.count = b.count < CELLS_MAX ? b.count : CELLS_MAX;
    return b;
}

/* The newest server of each host by now. */
static unsigned books_of(struct ui *ui, const struct scene *s, struct book out[SERVERS_MAX])
{
    const struct leases *l = &s->film->leases;
    unsigned n = 0;

    for (uint32_t i = 0; i < l->server_count; i++) {
        const struct entity *e = &s->trace->entities[l->servers[i]];
        unsigned at = 0;

        if (e->born && trace_record(s->trace, e->born)->at > s->now) {
            continue;
        }
        while (at < n && s->trace->entities[out[at].actor].node != e->node) {
            at++;
        }
        if (at < SERVERS_MAX) {
            out[at] = book_of(ui, s, l->servers[i]);
            n += at == n;
        }
    }
    return n;
}

static int64_t key_of(const struct book *b, unsigned cell)
{
    unsigned in_pool = b->last >= b->first ? b->last - b->first + 1 : 0;

    if (cell < in_pool) {
        return (int64_t)b->first + cell;
    }
    cell -= in_pool;
    for (uint32_t i = 0; i < b->keys.count; i++) {
        if (is_beside(b, b->keys.at[i]) && cell-- == 0) {
            return b->keys.at[i];
        }
    }
    return 0;
}

static bool is_wide(const struct book *b)
{
    return b->count <= WIDE_MOST;
}

static double cell_width(const struct book *b, double width)
{
    double k = b->ui->k;

    return is_wide(b) ? WIDE_CELL * k : fmin(SMALL_CELL * k, fmax(LEAST_CELL * k, width / 40));
}

static double grid_height(const struct book *b, double width)
{
    double w = cell_width(b, width), h = is_wide(b) ? WIDE_H * b->ui->k : w;

    return ceil(b->count / fmax(1, floor(width / w))) * h;
}

static double full_height(const struct book *books, unsigned n, double width)
{
    double h = 8 * books[0].ui->k;

    for (unsigned i = 0; i < n; i++) {
        h += (HEAD_H + CHIP_H + 10) * books[i].ui->k + grid_height(&books[i], width);
    }
    return h;
}

/* In little room each server has a line, and what the looks mean stands once above them. */
double lease_pool_height(struct ui *ui, const struct scene *s, double width, double room)
{
    struct book books[SERVERS_MAX];
    unsigned n = books_of(ui, s, books);
    double full = n ? full_height(books, n, width) : 0;

    if (full <= room) {
        return full;
    }
    return fmin(room, (12 + CHIP_H + n * LINE_H) * ui->k);
}

/* Dashes across a cell, so that small ones differ without their colour as well. */
static void draw_look(struct ui *ui, struct rect r, enum look look)
{
    const struct hue *hue = &ui->theme->report;
    double k = ui->k, radius = fmin(4 * k, r.w / 4), line = fmin(1.4 * k, r.w / 6);
    bool is_filled = look == LOOK_EXPIRED || look == LOOK_RELEASED;

    if (look == LOOK_BOUND) {
        canvas_fill_box(ui->c, r, radius, hue->fill);
        return;
    }
    canvas_fill_box(ui->c, r, radius, is_filled ? hue->pale : ui->theme->panel);
    if (look == LOOK_EXPIRED) {
        canvas_begin(ui->c);
        canvas_box(ui->c, r, radius);
        canvas_hatch(ui->c, hue->fill, 5 * k, k);
    }
    if (look == LOOK_OFFERED) {
        canvas_dash_box(ui->c, r, radius, (struct stroke){.width = line, .on = 3 * k, .off = 2 * k},
                        hue->fill);
        return;
    }
    canvas_stroke_box(ui->c, r, radius, line,
                      look == LOOK_FREE       ? ui->theme->wire
                      : look == LOOK_DECLINED ? ui->theme->loss.fill
                                              : hue->fill);
    if (look == LOOK_DECLINED) {
        icon_draw_heavy(ui->c, ICON_CROSS, r.x + r.w / 2, r.y + r.h / 2, fmin(r.h, r.w) * 0.8, 2.4,
                        ui->theme->loss.fill);
    }
    if (look == LOOK_RELEASED) {
        canvas_fill_circle(ui->c, r.x + r.w - fmin(5 * k, r.w / 3), r.y + fmin(5 * k, r.h / 3),
                           fmin(2.4 * k, r.w / 5), hue->fill);
    }
}

static void draw_number(struct ui *ui, struct rect r, enum look look, int64_t key)
{
    char ip[16];
    const struct theme *t = ui->theme;
    struct color color = look == LOOK_BOUND      ? t->report.on
                         : look == LOOK_FREE     ? t->ink3
                         : look == LOOK_DECLINED ? t->loss.text
                                                 : t->report.text;

    if (look == LOOK_DECLINED) {
        return; /* the cross has its place */
    }
    snprintf(ip, sizeof ip, ".%u", (unsigned)(key & 0xff));
    canvas_text_in(ui->c, theme_font(t, TYPE_AXIS), r, ALIGN_CENTER, color, ip);
}

static void draw_cell(const struct book *b, unsigned cell, struct rect r)
{
    int64_t key = key_of(b, cell);
    const struct trace *t = b->s->trace;
    unsigned look = trace_item_at(t, b->actor, 0, key, b->s->now);
    uint32_t record = trace_subject_at(t, REC_ITEM, b->actor, 0, key, b->s->now);
    double gap = is_wide(b) ? 3 * b->ui->k : r.w > 8 ? 2 : 1;
    struct rect inner = {r.x, r.y, r.w - gap, r.h - gap};

    if (record && actor_is_news(b->s, record)) {
        canvas_fill_box(b->ui->c, rect_inset(inner, -2.5, -2.5), 6, b->ui->theme->marker);
    }
    draw_look(b->ui, inner, look < STATES_MAX ? look : LOOK_FREE);
    if (r.w >= WIDE_CELL * b->ui->k * 0.85) {
        draw_number(b->ui, inner, look, key);
    }
}

static unsigned count_of(const struct book *b, unsigned state)
{
    unsigned n = 0, touched = 0;

    for (uint32_t i = 0; i < b->keys.count; i++) {
        unsigned now = trace_item_at(b->s->trace, b->actor, 0, b->keys.at[i], b->s->now);

        n += now == state;
        touched++;
    }
    return state == LOOK_FREE ? n + b->count - touched : n;
}

/* free → offered → bound → expired, released; declined: sample, word, how many. */
static void draw_states(const struct book *b, struct rect r, bool counts)
{
    static const char *const keys[STATES_MAX] = {"lease.free",       "lease.offered",
                                                 "lease.lent",       "lease.expired",
                                                 "lease.given-back", "lease.declined"};
    struct ui *ui = b->ui;
    double k = ui->k, x = r.x, y = r.y + 14 * k;

    for (unsigned i = 0; i < STATES_MAX; i++) {
        char text[64];

        snprintf(text, sizeof text, "%s", ui_word(ui, keys[i]));
        if (counts) {
            snprintf(text, sizeof text, "%s %u", ui_word(ui, keys[i]), count_of(b, i));
        }
        double w = 24 * k + ui_text_width(ui, TYPE_LABEL, text) + 14 * k;
        if (x + w - 14 * k > r.x + r.w) {
            return;
        }
        if (i > 0 && i < LOOK_RELEASED) { /* the way of an address */
            canvas_line(ui->c, x - 11 * k, y - 4 * k, x - 4 * k, y - 4 * k,
                        (struct stroke){.width = 1.2 * k}, ui->theme->ink3);
            canvas_arrow_head(ui->c, x - 2 * k, y - 4 * k, 1, 0, 5 * k, ui->theme->ink3);
        }
        x += 3 * k;
        draw_look(ui, (struct rect){x, y - 11 * k, 16 * k, 14 * k}, i);
        x += 21 * k;
        x += ui_text(ui, TYPE_LABEL, x, y, ui->theme->ink2, text) + 14 * k;
    }
}

static void draw_book(const struct book *b, struct rect r)
{
    struct ui *ui = b->ui;
    const struct trace *t = b->s->trace;
    uint32_t node = t->entities[b->actor].node;
    double k = ui->k, cell = cell_width(b, r.w), h = is_wide(b) ? WIDE_H * k : cell;
    unsigned columns = (unsigned)fmax(1, floor(r.w / cell));
    char digits[16], note[96];
    struct rect head = rect_cut_top(&r, HEAD_H * k);

    snprintf(digits, sizeof digits, "%u", b->count);
    double w = ui_text(ui, TYPE_TITLE, head.x, head.y + 16 * k, ui->theme->ink,
                       view_node_label(ui, t, node));
    ui_text(ui, TYPE_LABEL, head.x + w + 9 * k, head.y + 16 * k, ui->theme->ink3,
            view_format(ui, note, sizeof note, "lease.pool", "n", digits, NULL));
    draw_states(b, rect_cut_top(&r, CHIP_H * k), true);
    for (unsigned i = 0; i < b->count; i++) {
        unsigned row = i / columns;
        struct rect at = {r.x + i % columns * cell, r.y + 3 * k + row * h, cell, h};

        draw_cell(b, i, at);
    }
}

/* The server's name, and all its addresses in one line. */
static void draw_line(const struct book *b, struct rect r)
{
    struct ui *ui = b->ui;
    double k = ui->k, h = fmin(WIDE_H * k, r.h - 4 * k);
    struct rect name = rect_cut_left(&r, LINE_NAME * k);
    double cell = fmin(cell_width(b, r.w), r.w / fmax(b->count, 1));

    canvas_text_in(ui->c, theme_font(ui->theme, TYPE_LABEL), name, ALIGN_LEFT, ui->theme->ink,
                   view_node_label(ui, b->s->trace, b->s->trace->entities[b->actor].node));
    for (unsigned i = 0; i < b->count && cell >= 2; i++) {
        draw_cell(b, i, (struct rect){r.x + i * cell, r.y + (r.h - h) / 2, cell, h});
    }
}

void lease_pool_draw(struct ui *ui, const struct scene *s, struct rect r)
{
    struct book books[SERVERS_MAX];
    unsigned n = books_of(ui, s, books);
    bool is_full = n && full_height(books, n, r.w) <= r.h + 1;

    canvas_hline(ui->c, r.x, r.x + r.w, r.y + 2, STROKE_BORDER, ui->theme->hair);
    rect_cut_top(&r, 6 * ui->k);
    canvas_clip(ui->c, (struct rect){r.x - 4, r.y, r.w + 8, r.h + SIZE_PADDING});
    if (!is_full && n) {
        draw_states(&books[0], rect_cut_top(&r, CHIP_H * ui->k), n == 1);
    }
    for (unsigned i = 0; i < n; i++) {
        double h = (HEAD_H + CHIP_H + 10) * ui->k + grid_height(&books[i], r.w);

        if (is_full) {
            draw_book(&books[i], rect_cut_top(&r, h));
        } else {
            draw_line(&books[i], rect_cut_top(&r, fmin(LINE_H * ui->k, r.h / (n - i))));
        }
    }
    canvas_unclip(ui->c);
}
