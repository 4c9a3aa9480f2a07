/* Losses, timers, flights, folds, nodes, cells: what more than one view draws. */

#include "ui/parts.h"

#include <math.h>
#include <stddef.h>

#define PI 3.14159265358979323846

static struct stroke line(double width)
{
    return (struct stroke){.width = width};
}

static struct stroke dashes(double width, double on, double off)
{
    return (struct stroke){.width = width, .on = on, .off = off};
}

static double middle_baseline(struct ui *ui, struct font font, double y)
{
    return y + text_cap(ui->fonts, font) / 2;
}

/* Loss and timers. */

void part_loss(struct ui *ui, double x, double y, double radius)
{
    double r = radius > 0 ? radius : 10 * ui->k, arm = 0.42 * r, k = ui->k;
    struct color color = ui->theme->loss.fill;
    canvas_fill_circle(ui->c, x, y, r + k, ui->theme->panel);
    canvas_ring(ui->c, x, y, r, 2 * k, color);
    canvas_begin(ui->c);
    canvas_move(ui->c, x - arm, y - arm);
    canvas_to(ui->c, x + arm, y + arm);
    canvas_move(ui->c, x + arm, y - arm);
    canvas_to(ui->c, x - arm, y + arm);
    canvas_stroke(ui->c, color, (struct stroke){.width = fmax(1.6, 0.22 * r), .cap = CAP_ROUND});
}

void part_clock(struct ui *ui, double x, double y, double radius)
{
    double r = radius > 0 ? radius : 10 * ui->k;
    struct color color = ui->theme->loss.fill;
    canvas_fill_circle(ui->c, x, y, r + ui->k, ui->theme->panel);
    canvas_ring(ui->c, x, y, r, 2 * ui->k, color);
    icon_draw_heavy(ui->c, ICON_CLOCK, x, y, 1.6 * r, 2.375, color);
}

double part_timer_width(const struct ui *ui)
{
    return 10 * ui->k;
}

void part_timer_bar(struct ui *ui, double x, double y0, double y1, double y2, bool fired)
{
    struct canvas *c = ui->c;
    const struct hue *hue = &ui->theme->loss;
    double w = part_timer_width(ui), k = ui->k;
    if (y2 > y1) {
        struct rect plan = {x - w / 2, y0, w, y2 - y0};
        canvas_dash_box(c, plan, w / 2, dashes(1.2 * k, 3 * k, 3 * k), color_fade(hue->fill, 0.6));
    }
    if (y1 - y0 > 1) {
        struct rect bar = {x - w / 2 - 0.7 * k, y0, w + 1.4 * k, y1 - y0};
        canvas_begin(c);
        canvas_box(c, bar, w / 2);
        canvas_fill(c, hue->pale);
        canvas_hatch(c, hue->fill, 6 * k, 1.3 * k);
        canvas_stroke_box(c, bar, w / 2, 1.4 * k, hue->fill);
    }
    if (fired) {
        part_clock(ui, x, y1, 0);
    }
}

void part_timer_ring(struct ui *ui, double x, double y, double radius, double gone,
                     const char *text)
{
    struct font font = theme_font(ui->theme, TYPE_AXIS);
    font.face = FACE_MONO_SEMIBOLD;
    double w = 4 * ui->k;
    canvas_ring(ui->c, x, y, radius, w, ui->theme->wire2);
    gone = fmin(fmax(gone, 0), 1);
    if (gone > 0) {
        canvas_begin(ui->c);
        canvas_arc(ui->c, x, y, radius, -PI / 2, -PI / 2 + 2 * PI * gone);
        canvas_stroke(ui->c, ui->theme->loss.fill, (struct stroke){.width = w, .cap = CAP_ROUND});
    }
    canvas_text(ui->c, font, x, middle_baseline(ui, font, y), ALIGN_CENTER, ui->theme->ink, text);
}

/* Flights. */

void part_flight(struct ui *ui, struct point from, struct point to, struct color color, bool head)
{
    double k = ui->k, len = hypot(to.x - from.x, to.y - from.y), size = 9.5 * k;
    if (len < 0.5) {
        return;
    }
    double back = head && len > size ? (len - size * 0.8) / len : 1;
    canvas_line(ui->c, from.x, from.y, from.x + (to.x - from.x) * back,
                from.y + (to.y - from.y) * back, line(STROKE_FLIGHT * k), color);
    if (head) {
        canvas_arrow_head(ui->c, to.x, to.y, to.x - from.x, to.y - from.y, size, color);
    }
}

void part_flight_dashed(struct ui *ui, struct point from, struct point to, struct color color)
{
    double k = ui->k, len = hypot(to.x - from.x, to.y - from.y), size = 9 * k;
    if (len < size) {
        return;
    }
    struct color faint = color_fade(color, 0.55);
    double back = (len - size) / len;
    struct stroke s = {.width = 1.4 * k, .cap = CAP_ROUND, .on = 3 * k, .off = 5 * k};
    canvas_line(ui->c, from.x, from.y, from.x + (to.x - from.x) * back,
                from.y + (to.y - from.y) * back, s, faint);
    canvas_arrow_head(ui->c, to.x, to.y, to.x - from.x, to.y - from.y, size, faint);
}

void part_thread(struct ui *ui, struct point from, struct point to, double bulge)
{
    double third = (to.y - from.y) / 3;
    struct stroke s = {.width = 1.7 * ui->k, .cap = CAP_ROUND, .on = 0.8, .off = 5 * ui->k};
    canvas_begin(ui->c);
    canvas_move(ui->c, from.x, from.y);
    canvas_curve(ui->c, from.x + bulge, from.y + third, fmin(from.x, to.x) + bulge, to.y - third,
                 to.x, to.y);
    canvas_stroke(ui->c, ui->theme->hatch, s);
}

void part_now(struct ui *ui, double x, double x1, double y, const char *label)
{
    struct font font = {FACE_MONO_SEMIBOLD, fmax(12, 11.5 * ui->k)};
    double k = ui->k, half = 11 * k, w = text_width(ui->fonts, font, label) + 14 * k;
    canvas_hline(ui->c, x, x1, y, 1.6 * k, ui->theme->ink);
    canvas_begin(ui->c);
    canvas_move(ui->c, x - 8 * k - w, y - half);
    canvas_to(ui->c, x - 8 * k, y - half);
    canvas_to(ui->c, x, y);
    canvas_to(ui->c, x - 8 * k, y + half);
    canvas_to(ui->c, x - 8 * k - w, y + half);
    canvas_close(ui->c);
    canvas_fill(ui->c, ui->theme->ink);
    canvas_text(ui->c, font, x - 8 * k - w + 8 * k, middle_baseline(ui, font, y), ALIGN_LEFT,
                ui->theme->panel, label);
}

/* Folds. */

static void zigzag(struct ui *ui, double x0, double x1, double y)
{
    double half = 5.3 * ui->k, rise = 3 * ui->k;
    canvas_begin(ui->c);
    canvas_move(ui->c, x0, y);
    int i = 0;
    for (double x = x0 + half; x < x1; x += 2 * half, i++) {
        canvas_to(ui->c, x, y + (i % 2 ? rise : -rise));
    }
    canvas_stroke(ui->c, ui->theme->wire, (struct stroke){.width = 1.6 * ui->k, .cap = CAP_ROUND});
}

double part_fold_height(const struct ui *ui)
{
    return 12 * ui->k;
}

void part_fold(struct ui *ui, double x0, double x1, double y, const char *words)
{
    double half = part_fold_height(ui) / 2, k = ui->k;
    struct font font = theme_font(ui->theme, TYPE_LABEL);
    font.face = FACE_SANS;
    canvas_fill_box(ui->c, (struct rect){x0 - 2, y - half, x1 - x0 + 4, 2 * half}, 0,
                    ui->theme->panel);
    zigzag(ui, x0, x1, y - half);
    zigzag(ui, x0, x1, y + half);
    if (words && *words) {
        double w = text_width(ui->fonts, font, words) + 20 * k, h = fmax(22 * k, font.px * 1.5);
        double x = x0 + (x1 - x0) * 0.6;
        canvas_fill_box(ui->c, (struct rect){x - w / 2, y - h / 2, w, h}, h / 2, ui->theme->panel);
        canvas_text(ui->c, font, x, middle_baseline(ui, font, y), ALIGN_CENTER, ui->theme->ink3,
                    words);
    }
}

/* The network. */

void part_link(struct ui *ui, struct point a, struct point b)
{
    struct stroke s = {.width = 9 * ui->k, .cap = CAP_ROUND};
    canvas_line(ui->c, a.x, a.y, b.x, b.y, s, ui->theme->wire);
    s.width = 6 * ui->k;
    canvas_line(ui->c, a.x, a.y, b.x, b.y, s, ui->theme->wire2);
}

static void node_words(struct ui *ui, double x, double y, const char *name, const char *note)
{
    struct font font = theme_font(ui->theme, TYPE_TITLE), small = theme_font(ui->theme, TYPE_AXIS);
    canvas_text(ui->c, font, x, y + font.px * 1.5, ALIGN_CENTER, ui->theme->ink, name);
    if (note && *note) {
        canvas_text(ui->c, small, x, y + font.px * 1.5 + small.px * 1.5, ALIGN_CENTER,
                    ui->theme->ink3, note);
    }
}

/* The outline of a node; a switch is a low box, so that it looks like none of the others. */
static double node_body(struct ui *ui, double x, double y, double size, enum part_node shape)
{
    struct canvas *c = ui->c;
    const struct theme *t = ui->theme;
    double w = STROKE_NODE * ui->k, half = size / 2;
    if (shape == PART_ROUTER) {
        half = size * 0.37;
        canvas_fill_circle(c, x, y, half, t->panel);
        canvas_ring(c, x, y, half - w / 2, w, t->ink);
        return half;
    }
    half *= shape == PART_SWITCH ? 0.62 : 1;
    struct rect r = {x - size / 2, y - half, size, 2 * half};
    canvas_fill_box(c, r, size * 0.215, t->panel);
    canvas_stroke_box(c, r, size * 0.215, w, t->ink);
    return half;
}

void part_node(struct ui *ui, double x, double y, double size, enum part_node shape, enum icon icon,
               const char *name, const char *note)
{
    double half = node_body(ui, x, y, size, shape), icon_size = size * 0.55;
    if (shape != PART_HOST) {
        icon_size = half * 1.25;
    }
    icon_draw_heavy(ui->c, icon, x, y, icon_size, 1.5, ui->theme->ink);
    node_words(ui, x, y + half, name, note);
}

struct rect part_lifeline_head(struct ui *ui, double x, double y, enum icon icon, const char *name)
{
    struct font font = theme_font(ui->theme, TYPE_TITLE);
    double k = ui->k, h = 28 * k, icon_w = icon == ICON_NONE ? 0 : 28 * k;
    double text_w = text_width(ui->fonts, font, name), w = text_w + icon_w + 24 * k;
    struct rect r = {x - w / 2, y - h / 2, w, h};
    canvas_fill_box(ui->c, r, h / 2, ui->theme->panel);
    canvas_stroke_box(ui->c, r, h / 2, 1.6 * k, ui->theme->ink);
    if (icon != ICON_NONE) {
        icon_draw(ui->c, icon, r.x + 21 * k, y, 17 * k, ui->theme->ink);
    }
    canvas_text(ui->c, font, r.x + 12 * k + icon_w, middle_baseline(ui, font, y), ALIGN_LEFT,
                ui->theme->ink, name);
    return r;
}
