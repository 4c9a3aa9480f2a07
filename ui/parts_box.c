/* Boxes: states, tags, panels, cells, marks. */

#include "ui/parts.h"

#include <math.h>
#include <stddef.h>

static double place(double x, double w, enum align align)
{
    return align == ALIGN_LEFT ? x : align == ALIGN_CENTER ? x - w / 2 : x - w;
}

void part_state(struct ui *ui, struct rect r, const char *name, enum part_state look)
{
    struct canvas *c = ui->c;
    const struct theme *t = ui->theme;
    double k = ui->k, radius = RADIUS_CONTROL * k, w = 1.4 * k;
    struct color color = look == STATE_CURRENT   ? t->panel
                         : look == STATE_VISITED ? t->ink2
                                                 : t->ink3;
    canvas_fill_box(c, r, radius, look == STATE_CURRENT ? t->ink : t->panel);
    if (look == STATE_VISITED) {
        canvas_stroke_box(c, r, radius, w, t->ink3);
    } else if (look == STATE_NOT_YET) {
        canvas_dash_box(c, r, radius, (struct stroke){.width = w, .on = 4 * k, .off = 3 * k},
                        t->hair);
    }
    struct font font = theme_font(t, TYPE_TAG);
    double spare = (r.w - text_width(ui->fonts, font, name)) / 2 - 1; /* a long name sits tight */
    double pad = fmax(4 * k, fmin(12 * k, spare));
    canvas_text_in(c, font, rect_inset(r, pad, 0), ALIGN_LEFT, color, name);
}

struct rect part_state_tag(struct ui *ui, double x, double y, enum align align, const char *name,
                           bool is_current, double alpha)
{
    const struct theme *t = ui->theme;
    struct font font = theme_font(t, TYPE_TAG);
    double h = fmax(20 * ui->k, font.px * 1.6), w = text_width(ui->fonts, font, name) + 14 * ui->k;
    struct rect r = {place(x, w, align), y - h / 2, w, h};
    canvas_fill_box(ui->c, r, RADIUS_CELL * ui->k,
                    color_fade(is_current ? t->ink : t->tint, alpha));
    canvas_text_in(ui->c, font, r, ALIGN_CENTER, color_fade(is_current ? t->panel : t->ink2, alpha),
                   name);
    return r;
}

struct rect part_tag(struct ui *ui, double x, double y, enum align align, const char *text,
                     bool is_mono)
{
    const struct theme *t = ui->theme;
    struct font font = theme_font(t, is_mono ? TYPE_AXIS : TYPE_TAG);
    double h = fmax(23 * ui->k, font.px * 1.8), w = text_width(ui->fonts, font, text) + 18 * ui->k;
    struct rect r = {place(x, w, align), y - h / 2, w, h};
    canvas_fill_box(ui->c, r, RADIUS_CONTROL * ui->k, t->tint);
    canvas_text_in(ui->c, font, r, ALIGN_CENTER, t->ink2, text);
    return r;
}

static void panel_words(struct ui *ui, struct rect head, const char *title, const char *note,
                        const char *right)
{
    const struct theme *t = ui->theme;
    struct font bold = theme_font(t, TYPE_TITLE), plain = theme_font(t, TYPE_BODY);
    plain.px = fmax(12 * ui->k, 11);
    double baseline = head.y + head.h / 2 + text_cap(ui->fonts, bold) / 2;
    double end = head.x + head.w - ui->head_taken;
    ui->head_taken = 0;
    if (right && *right) {
        end -= canvas_text(ui->c, plain, end, baseline, ALIGN_RIGHT, t->ink3, right) + 12;
    }
    double x = head.x + canvas_text(ui->c, bold, head.x, baseline, ALIGN_LEFT, t->ink, title);
    if (note && *note && end - x > 40) {
        canvas_text_in(ui->c, plain,
                       (struct rect){x + 10 * ui->k, head.y, end - x - 10 * ui->k, head.h},
                       ALIGN_LEFT, t->ink3, note);
    }
}

struct rect part_panel(struct ui *ui, struct rect r, const char *title, const char *note,
                       const char *right)
{
    canvas_fill_box(ui->c, r, RADIUS_PANEL, ui->theme->panel);
    canvas_stroke_box(ui->c, r, RADIUS_PANEL, STROKE_BORDER, ui->theme->hair);
    struct rect in = rect_inset(r, SIZE_PADDING, 0);
    in.h -= SIZE_PADDING;
    if (!title) {
        rect_cut_top(&in, SIZE_PADDING);
        return in;
    }
    rect_cut_top(&in, 12);
    struct font bold = theme_font(ui->theme, TYPE_TITLE);
    panel_words(ui, rect_cut_top(&in, fmax(22, bold.px * 1.5)), title, note, right);
    rect_cut_top(&in, 8);
    return in;
}

struct rect part_explanation(struct ui *ui, struct rect r)
{
    canvas_fill_box(ui->c, r, RADIUS_CONTROL, ui->theme->sunk);
    canvas_fill_box(ui->c, (struct rect){r.x, r.y, 4 * ui->k, r.h}, 0, ui->theme->marker);
    struct rect in = rect_inset(r, 16, 12);
    return in;
}

/* The cells of window strips. */

struct cell_look {
    struct color fill, edge, text;
    enum icon mark;
    bool is_dashed, is_hatched;
};

static struct cell_look cell_look(const struct theme *t, enum part_cell look)
{
    const struct hue *d = &t->data;
    switch (look) {
    case CELL_ACKED:
    case CELL_PASSED:
        return (struct cell_look){d->pale, d->text, d->text, ICON_CHECK, false, false};
    case CELL_SENT: return (struct cell_look){d->fill, d->fill, d->on, ICON_NONE, false, false};
    case CELL_AGAIN:
        return (struct cell_look){t->retx.fill, t->retx.fill, t->retx.on, ICON_NONE, false, true};
    case CELL_USABLE: return (struct cell_look){t->panel, t->ink, t->ink, ICON_NONE, false, false};
    case CELL_LATER: return (struct cell_look){t->sunk, t->hair, t->ink3, ICON_NONE, false, false};
    case CELL_EXPECTED:
        return (struct cell_look){t->marker, t->on_marker, t->on_marker, ICON_NONE, false, false};
    case CELL_THROWN:
        return (struct cell_look){t->panel, t->loss.fill, t->loss.text, ICON_CROSS, true, false};
    }
    return (struct cell_look){t->panel, t->ink, t->ink, ICON_NONE, false, false};
}

void part_cell(struct ui *ui, struct rect r, enum part_cell look, const char *label)
{
    struct canvas *c = ui->c;
    struct cell_look l = cell_look(ui->theme, look);
    double k = r.h / 40, radius = RADIUS_CELL * k, w = 1.6 * k;
    canvas_fill_box(c, r, radius, l.fill);
    if (l.is_hatched) {
        canvas_hatch(c, ui->theme->hatch, 8 * k, 1.5 * k);
        canvas_fill_circle(c, r.x + r.w / 2, r.y + r.h / 2, 12.8 * k, l.fill);
    }
    canvas_dash_box(c, r, radius,
                    (struct stroke){.width = w, .on = l.is_dashed ? 4 * k : 0, .off = 3 * k},
                    l.edge);
    canvas_text_in(c, (struct font){FACE_SANS_SEMIBOLD, fmax(11, 16 * k)}, r, ALIGN_CENTER, l.text,
                   label);
    if (l.mark != ICON_NONE) {
        icon_draw_heavy(c, l.mark, r.x + r.w - 9 * k, r.y + 9 * k, 12 * k, 5,
                        look == CELL_THROWN ? ui->theme->loss.fill : l.text);
    }
}

void part_window_frame(struct ui *ui, struct rect r, const char *name)
{
    const struct theme *t = ui->theme;
    double k = ui->k;
    canvas_stroke_box(ui->c, r, 10 * k, 2.2 * k, t->ink);
    if (name && *name) {
        struct font font = theme_font(t, TYPE_TAG);
        double w = text_width(ui->fonts, font, name) + 20 * k, h = font.px * 1.75;
        struct rect tag = {r.x + r.w - w - 10 * k, r.y - h / 2, w, h};
        canvas_fill_box(ui->c, tag, RADIUS_CELL * k, t->ink);
        canvas_text_in(ui->c, font, tag, ALIGN_CENTER, t->panel, name);
    }
}

/* Marks of events. */

static void packet_mark(struct ui *ui, double x, double y, enum packet_kind kind, bool is_again,
                        double alpha)
{
    struct canvas *c = ui->c;
    const struct theme *t = ui->theme;
    double k = ui->k;
    struct color fill = color_fade(is_again ? t->retx.fill : packet_hue(t, kind).fill, alpha);
    if (kind == PACKET_ACK && !is_again) {
        canvas_fill_circle(c, x, y, 4 * k, t->panel);
        canvas_ring(c, x, y, 4 * k, 1.8 * k, color_fade(t->ack, alpha));
    } else if (kind == PACKET_DATA || kind == PACKET_MEDIA) {
        canvas_fill_box(c, (struct rect){x - 4.5 * k, y - 4.5 * k, 9 * k, 9 * k}, 1.5 * k, fill);
    } else if (kind == PACKET_RESET) {
        struct point p[] = {{x - 6 * k, y}, {x, y - 5 * k}, {x + 6 * k, y}, {x, y + 5 * k}};
        canvas_begin(c);
        for (int i = 0; i < 4; i++) {
            (i ? canvas_to : canvas_move)(c, p[i].x, p[i].y);
        }
        canvas_close(c);
        canvas_fill(c, fill);
    } else {
        double half = (is_again ? 5 : 7) * k;
        canvas_fill_box(c, (struct rect){x - half, y - 4.5 * k, 2 * half, 9 * k}, 4.5 * k, fill);
    }
    if (is_again) {
        canvas_vline(c, x, y + 5 * k, y + 8 * k, 2 * k, fill);
    }
}

void part_mark(struct ui *ui, double x, double y, enum part_mark mark, enum packet_kind kind,
               bool is_again, double alpha)
{
    struct color loss = color_fade(ui->theme->loss.fill, alpha);
    double k = ui->k;
    switch (mark) {
    case MARK_PACKET: packet_mark(ui, x, y, kind, is_again, alpha); break;
    case MARK_LOSS:
        icon_draw_heavy(ui->c, ICON_CROSS, x, y, 16 * k, 2.6, loss);
        canvas_vline(ui->c, x, y + 5 * k, y + 9 * k, 2 * k, loss);
        break;
    case MARK_TIMEOUT: icon_draw_heavy(ui->c, ICON_CLOCK, x, y, 13.5 * k, 3, loss); break;
    }
}
