/* The two strips. A cell is a segment where one was sent; all else is a stretch of bytes. */
#include "ui/view/streams.h"

#include <math.h>
#include <stdio.h>

#define FLIGHT_MAX 512u /* segments under way that a picture looks at */
#define PIECES_MAX 512u

void stream_cell(struct ui *ui, struct rect r, enum stream_look look)
{
    const struct theme *t = ui->theme;
    struct canvas *c = ui->c;
    const struct {
        struct color fill, edge;
        double hatch;
    } looks[STREAM_LOOKS] = {
        [STREAM_ACKED] = {t->data.pale, t->data.pale, 0},
        [STREAM_FLIGHT] = {t->data.fill, t->data.fill, 0},
        [STREAM_AGAIN] = {t->retx.fill, t->retx.fill, 7},
        [STREAM_REPORTED] = {t->panel, t->data.text, 0},
        [STREAM_USABLE] = {t->panel, t->ink, 0},
        [STREAM_BEYOND] = {t->sunk, t->hair, 0},
        [STREAM_BUFFERED] = {t->data.fill, t->data.fill, 0},
        [STREAM_EARLY] = {t->data.pale, t->data.fill, 5},
    };
    double radius = fmin(4 * ui->k, fmin(r.w, r.h) / 3);
    if (r.w <= 0.3) {
        return;
    }
    canvas_fill_box(c, r, radius, looks[look].fill);
    if (looks[look].hatch > 0 && r.w > 3) {
        canvas_begin(c);
        canvas_box(c, r, radius);
        canvas_hatch(c, look == STREAM_AGAIN ? t->hatch : t->data.fill, looks[look].hatch * ui->k,
                     1.3 * ui->k);
    }
    if (r.w > 2) {
        canvas_stroke_box(c, r, radius, (look == STREAM_USABLE ? 1.4 : 1) * ui->k,
                          looks[look].edge);
    }
}

/* Bytes [from, to) in the row at y; nothing if they are off the page. */
static struct rect stretch(const struct stream_frame *f, double from, double to, double y)
{
    double x0 = stream_x(f, from), x1 = stream_x(f, to);
    return (struct rect){x0, y, fmax(x1 - x0, 0), f->cell};
}

static void draw_stretch(const struct stream_frame *f, double from, double to, double y,
                         enum stream_look look)
{
    if (to > from) {
        stream_cell(f->ui, stretch(f, from, to, y), look);
    }
}

/* A tick with a word below it (or above, with is_above), at the side where it has room. */
static void draw_pointer(const struct stream_frame *f, double byte, double y, const char *key,
                         bool is_left)
{
    struct ui *ui = f->ui;
    double k = ui->k, x = stream_x(f, byte);
    char number[16];
    if (!f->has_pointers || byte < f->first || byte > f->first + f->shown) {
        return;
    }
    struct font bold = theme_font(ui->theme, TYPE_TAG), mono = theme_font(ui->theme, TYPE_AXIS);
    const char *word = ui_word(ui, key);
    snprintf(number, sizeof number, "%u", stream_number(f, byte));
    view_blank(f->s, number, sizeof number);
    double w = text_width(ui->fonts, bold, word) + 5 * k;
    double all = w + text_width(ui->fonts, mono, number);
    is_left = (is_left && x - 8 * k - all > f->x) || x + 8 * k + all > f->x + f->w;
    double at = is_left ? x - 8 * k - all : x + 8 * k;
    canvas_begin(ui->c);
    canvas_move(ui->c, x, y + 2 * k);
    canvas_to(ui->c, x - 5 * k, y + 10 * k);
    canvas_to(ui->c, x + 5 * k, y + 10 * k);
    canvas_close(ui->c);
    canvas_fill(ui->c, ui->theme->ink);
    canvas_text(ui->c, bold, at, y + 13 * k, ALIGN_LEFT, ui->theme->ink, word);
    canvas_text(ui->c, mono, at + w, y + 13 * k, ALIGN_LEFT, ui->theme->ink2, number);
}

/* The tag of a window's right edge, above the strip. */
static struct rect frame_tag(const struct stream_frame *f, double from, double to, double y,
                             char words[96])
{
    double k = f->ui->k, end = f->first + f->shown;
    char number[16];
    snprintf(number, sizeof number, "%u", stream_number(f, to));
    view_blank(f->s, number, sizeof number);
    const char *key = to - from < 1 ? "streams.window.shut"
                      : to > end    ? "streams.window.open"
                                    : "streams.window";
    view_format(f->ui, words, 96, key, "n", number, NULL);
    double w = text_width(f->ui->fonts, theme_font(f->ui->theme, TYPE_TAG), words) + 14 * k;
    double right = fmin(stream_x(f, to) + 2 * k, f->x + f->w);
    return (struct rect){fmax(right - w, f->x), y - 18 * k, w, 16 * k};
}

/* The peer's window: one dark frame; what lies off the page is open at the right. */
static void draw_frame(const struct stream_frame *f, double from, double to, double y, bool has_tag)
{
    struct ui *ui = f->ui;
    double k = ui->k, end = f->first + f->shown;
    char words[96];
    if (to < f->first || from > end) {
        return;
    }
    struct rect r = {stream_x(f, from) - 2 * k, y - 4 * k, 0, f->cell + 8 * k};
    r.w = fmax(stream_x(f, to) - r.x + 2 * k, 4 * k);
    canvas_clip(ui->c, (struct rect){r.x - 2, r.y - 14 * k, f->x + f->w - r.x + 2, r.h + 28 * k});
    r.w += to > end ? 12 * k : 0;
    part_window_frame(ui, r, NULL);
    canvas_unclip(ui->c);
    struct rect tag = frame_tag(f, from, to, y, words);
    if (has_tag) {
        canvas_fill_box(ui->c, tag, 4 * k, ui->theme->ink);
        canvas_text_in(ui->c, theme_font(ui->theme, TYPE_TAG), tag, ALIGN_CENTER, ui->theme->panel,
                       words);
    }
}

/* ---- sender ---- */

static void touch_segment(const struct stream_frame *f, struct rect r, uint32_t packet)
{
    char name[24];
    snprintf(name, sizeof name, "segment.%u", packet);
    struct ui_touch touch = ui_region(f->ui, name, r, false);
    if (touch.hover) {
        f->s->wish->hovered = packet;
    }
    if (touch.clicked) {
        f->s->wish->has_packet = true;
        f->s->wish->packet = packet;
    }
}

static void draw_segment(const struct stream_frame *f, const struct plot_span *s)
{
    double k = f->ui->k, from = fmax((double)s->from, f->now.una);
    struct rect r = stretch(f, from, (double)s->to, f->top);
    r.x += 0.5;
    r.w -= 1;
    if (r.w < 0.5) {
        return;
    }
    stream_cell(f->ui, r, s->is_again ? STREAM_AGAIN : STREAM_FLIGHT);
    if (s->packet == f->s->selected || s->packet == f->s->hovered) {
        bool is_chosen = s->packet == f->s->selected;
        canvas_stroke_box(f->ui->c, rect_inset(r, -2 * k, -2 * k), 5 * k, (is_chosen ? 4 : 1.6) * k,
                          is_chosen ? f->ui->theme->marker : f->ui->theme->ink);
        canvas_stroke_box(f->ui->c, r, 4 * k, 1.6 * k, f->ui->theme->ink);
    }
    char number[16];
    struct font mono = theme_font(f->ui->theme, TYPE_AXIS);
    snprintf(number, sizeof number, "%u", stream_number(f, (double)s->from));
    view_blank(f->s, number, sizeof number);
    if (f->stream.reported->count > 0) { /* what is reported has the lower part */
        r.h *= 0.62;
    }
    if (r.h > 11 * k && text_width(f->ui->fonts, mono, number) + 6 * k < r.w) {
        struct color on = s->is_again ? f->ui->theme->retx.on : f->ui->theme->data.on;
        canvas_text_in(f->ui->c, mono, r, ALIGN_CENTER, on, number);
    }
    touch_segment(f, r, s->packet);
}

/* Unacknowledged segments, the newest copy of each on top. First copies are sent in order, so the
 * first of them that is acknowledged ends the search. */
static void draw_flight(const struct stream_frame *f)
{
    const struct plot_spans *sent = f->stream.sent;
    uint32_t found[FLIGHT_MAX], n = 0, i = spans_at_or_after(sent, f->s->now + 1);
    while (i-- > 0 && n < FLIGHT_MAX) {
        const struct plot_span *s = &sent->spans[i];
        if ((double)s->to > f->now.una) {
            found[n++] = i;
        } else if (!s->is_again) {
            break;
        }
    }
    while (n-- > 0) {
        draw_segment(f, &sent->spans[found[n]]);
    }
}

/* What acknowledgements have reported behind the gap: a lower half that says so. */
static void draw_reported(const struct stream_frame *f)
{
    const struct plot_spans *reported = f->stream.reported;
    uint32_t i = spans_at_or_after(reported, f->s->now + 1);
    for (uint32_t looked = 0; i-- > 0 && looked < FLIGHT_MAX; looked++) {
        const struct plot_span *s = &reported->spans[i];
        double from = fmax((double)s->from, f->now.una), to = fmin((double)s->to, f->now.nxt);
        if (to > from) {
            struct rect r = stretch(f, from, to, f->top + f->cell * 0.64);
            r.h = f->cell * 0.36;
            stream_cell(f->ui, r, STREAM_REPORTED);
        }
    }
}

/* How far the congestion window reaches, above the strip. */
static void draw_cwnd(const struct stream_frame *f)
{
    struct ui *ui = f->ui;
    double k = ui->k, y = f->top - 9 * k, end = f->now.una + f->now.cwnd;
    double x0 = stream_x(f, f->now.una), x1 = stream_x(f, end);
    char words[64], size[32];
    if (f->now.cwnd <= 0 || x1 - x0 < 4 || end >= f->now.window) {
        return;
    }
    value_print((int64_t)f->now.cwnd, "B", size);
    snprintf(words, sizeof words, "cwnd %s", size);
    canvas_hline(ui->c, x0, x1, y, 1.6 * k, ui->theme->data.fill);
    canvas_vline(ui->c, x0, y - 3 * k, y + 3 * k, 1.6 * k, ui->theme->data.fill);
    if (end <= f->first + f->shown) {
        canvas_vline(ui->c, x1, y - 3 * k, f->top + f->cell + 3 * k, 1.6 * k, ui->theme->data.fill);
    }
    char tag_words[96];
    struct rect tag = frame_tag(f, f->now.una, f->now.window, f->top, tag_words);
    double w = ui_text_width(ui, TYPE_TAG, words);
    if (w + 22 * k < fmin(x1, tag.x) - x0) {
        canvas_fill_box(ui->c, (struct rect){x0 + 8 * k, y - 7 * k, w + 6 * k, 14 * k}, 0,
                        ui->theme->panel);
        ui_text(ui, TYPE_TAG, x0 + 11 * k, y + 4 * k, ui->theme->data.text, words);
    }
}

void stream_draw_sender(const struct stream_frame *f)
{
    const struct stream_now *n = &f->now;
    double end = f->first + f->shown;
    draw_stretch(f, f->first, end, f->top, STREAM_BEYOND);
    draw_stretch(f, f->first, n->una, f->top, STREAM_ACKED);
    draw_stretch(f, n->nxt, n->usable, f->top, STREAM_USABLE);
    draw_flight(f);
    draw_reported(f);
    draw_cwnd(f);
    if (n->una > 0) {
        draw_frame(f, n->una, n->window, f->top, true);
    }
    double y = f->top + f->cell + 4 * f->ui->k;
    if (y + 20 * f->ui->k > f->bottom) { /* the other row begins there */
        return;
    }
    draw_pointer(f, n->una, y, "var.tcp.snd.una", true);
    if (n->nxt > n->una) {
        draw_pointer(f, n->nxt, y, "var.tcp.snd.nxt", false);
    }
}

/* ---- receiver ---- */

/* Where the piece that begins at `key` ends: with its packet, or where the next one begins. */
static double piece_end(const struct stream_frame *f, struct keys keys, uint32_t i)
{
    const struct trace *t = f->s->trace;
    uint32_t record = trace_subject_at(t, REC_ITEM, f->stream.receiver, 0, keys.at[i], f->s->now);
    uint32_t packet = record ? story_packet(t, record) : 0;
    const struct packet *p = packet ? trace_packet(t, packet) : NULL;
    return p && p->unit.n ? (double)(p->unit.at + p->unit.n) : (double)keys.at[i] + 1;
}

static bool is_waiting(const struct stream_frame *f, int64_t key)
{
    return trace_item_at(f->s->trace, f->stream.receiver, 0, key, f->s->now) == 1;
}

static void draw_early(const struct stream_frame *f)
{
    struct keys keys = trace_item_keys(f->s->trace, f->stream.receiver, 0);
    uint32_t low = 0, high = keys.count, drawn = 0;
    while (low < high) { /* first key that is not in order yet */
        uint32_t middle = low + (high - low) / 2;
        if ((double)keys.at[middle] < f->now.rcv_nxt) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    for (; low < keys.count && drawn < PIECES_MAX; low++, drawn++) {
        double from = (double)keys.at[low], end = piece_end(f, keys, low);
        if (from > f->first + f->shown) {
            return;
        }
        if (is_waiting(f, keys.at[low])) {
            bool meets = low + 1 < keys.count && is_waiting(f, keys.at[low + 1]);
            end = meets ? fmin(end, (double)keys.at[low + 1]) : end;
            struct rect r = stretch(f, from, end, f->bottom);
            stream_cell(f->ui, (struct rect){r.x + 0.5, r.y, fmax(r.w - 1, 1), r.h}, STREAM_EARLY);
        }
    }
}

void stream_draw_receiver(const struct stream_frame *f)
{
    const struct stream_now *n = &f->now;
    double end = f->first + f->shown;
    if (!f->stream.receiver) {
        return;
    }
    draw_stretch(f, f->first, end, f->bottom, STREAM_BEYOND);
    draw_stretch(f, f->first, n->read, f->bottom, STREAM_ACKED);
    draw_stretch(f, n->rcv_nxt, n->rcv_edge, f->bottom, STREAM_USABLE);
    draw_stretch(f, n->read, n->rcv_nxt, f->bottom, STREAM_BUFFERED);
    draw_early(f);
    if (n->rcv_nxt > 0) {
        draw_frame(f, n->rcv_nxt, n->rcv_edge, f->bottom, f->has_between);
        draw_pointer(f, n->rcv_nxt, f->bottom + f->cell + 4 * f->ui->k, "var.tcp.rcv.nxt", false);
    }
}
