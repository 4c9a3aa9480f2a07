/* The packet capsule: shape by kind, colour by kind, the same in every view. All measures are parts
 * of its height. */

#include "ui/parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define PAD      0.475 /* from an end to the label */
#define CHEVRON  0.34  /* what a chevron adds */
#define AGAIN    0.72  /* what the loop arrow adds */
#define EXTRA    0.25  /* gap before the mono extra */
#define RIM      2.5
#define SELECTED 5.0

struct hue packet_hue(const struct theme *t, enum packet_kind kind)
{
    switch (kind) {
    case PACKET_CONTROL: return t->control;
    case PACKET_DATA: return t->data;
    case PACKET_ACK: return (struct hue){t->panel, t->ink, t->ink2, t->tint};
    case PACKET_RESET: return t->loss;
    case PACKET_REPORT: return t->report;
    case PACKET_MEDIA: return t->media;
    }
    return t->data;
}

static double height(const struct ui *ui, const struct capsule *p)
{
    return p->h * ui->k;
}

static struct font label_font(const struct ui *ui, const struct capsule *p)
{
    return (struct font){FACE_SANS_SEMIBOLD, 0.54 * height(ui, p)};
}

static struct font extra_font(const struct ui *ui, const struct capsule *p)
{
    return (struct font){FACE_MONO, 0.508 * height(ui, p)};
}

static bool moves(const struct capsule *p)
{
    return p->motion.x != 0 || p->motion.y != 0;
}

double capsule_width(struct ui *ui, const struct capsule *p)
{
    double h = height(ui, p), w = 2 * PAD * h;
    w += text_width(ui->fonts, label_font(ui, p), p->label);
    if (p->extra && *p->extra) {
        w += EXTRA * h + text_width(ui->fonts, extra_font(ui, p), p->extra);
    }
    w += moves(p) ? CHEVRON * h : 0;
    w += p->is_again ? AGAIN * h : 0;
    return fmax(w, 1.1 * h);
}

/* The outline, grown by `grow` on all sides. */
static void outline(struct ui *ui, enum packet_kind kind, struct rect r, double grow)
{
    struct canvas *c = ui->c;
    struct rect g = rect_inset(r, -grow, -grow);
    canvas_begin(c);
    switch (kind) {
    case PACKET_CONTROL:
    case PACKET_ACK:
    case PACKET_REPORT: canvas_box(c, g, g.h / 2); break;
    case PACKET_DATA:
    case PACKET_MEDIA: canvas_box(c, g, RADIUS_CELL * ui->k + grow * 0.5); break;
    case PACKET_RESET: {
        double cut = CHEVRON * g.h, y = g.y + g.h / 2;
        canvas_move(c, g.x + cut, g.y);
        canvas_to(c, g.x + g.w - cut, g.y);
        canvas_to(c, g.x + g.w, y);
        canvas_to(c, g.x + g.w - cut, g.y + g.h);
        canvas_to(c, g.x + cut, g.y + g.h);
        canvas_to(c, g.x, y);
        canvas_close(c);
        break;
    }
    }
}

struct ink {
    struct color fill, on, edge, hatch; /* edge: of a bare ACK */
};

/* A faint packet is mixed with the panel, not see-through: what lies over one another in it would
 * show, and so would the lines beneath. */
static struct ink inks(const struct ui *ui, const struct capsule *p)
{
    const struct theme *t = ui->theme;
    if (p->is_ghost) {
        return (struct ink){t->panel, t->ink3, t->ink3, t->panel};
    }
    struct hue hue = p->is_again ? t->retx : packet_hue(t, p->kind);
    double alpha = p->alpha > 0 ? p->alpha : 1;
    return (struct ink){color_mix(t->panel, hue.fill, alpha), color_mix(t->panel, hue.on, alpha),
                        color_mix(t->panel, t->ack, alpha), color_mix(t->panel, t->hatch, alpha)};
}

/* Three fading copies behind a packet in flight. */
static void echoes(struct ui *ui, const struct capsule *p, struct rect r, const struct ink *ink)
{
    double len = hypot(p->motion.x, p->motion.y), h = r.h - 2 * ui->k, w = fmin(r.w, 1.25 * r.h);
    double ux = p->motion.x / len, uy = p->motion.y / len;
    struct color color = p->kind == PACKET_ACK && !p->is_again ? ink->edge : ink->fill;
    bool is_box = p->kind == PACKET_DATA || p->kind == PACKET_MEDIA;
    double back = (r.w - w) / 2, middle = r.x + r.w / 2, y = r.y + r.h / 2;
    for (int i = 2; i >= 0; i--) {
        double shift = back * fabs(ux) + (6 + 5 * i) * ui->k;
        struct rect e = {middle - ux * shift - w / 2, y - uy * shift - h / 2, w, h};
        canvas_fill_box(ui->c, e, is_box ? RADIUS_CELL * ui->k : h / 2,
                        color_fade(color, 0.2 - 0.06 * i));
    }
}

static void hatched_front(struct ui *ui, const struct capsule *p, struct rect r,
                          const struct ink *ink)
{
    struct canvas *c = ui->c;
    double h = r.h, k = h / 24, band = fmin(1.055 * h, r.w), at = r.x + 0.675 * h;
    canvas_clip(c, (struct rect){r.x, r.y, band, h});
    outline(ui, p->kind, r, 0);
    canvas_hatch(c, ink->hatch, 7 * k, 1.6 * k);
    canvas_unclip(c);
    canvas_fill_circle(c, at, r.y + h / 2, 0.36 * h, ink->fill);
    icon_draw_heavy(c, ICON_AGAIN, at, r.y + h / 2, 0.62 * h, 2.55, ink->on);
}

static void body(struct ui *ui, const struct capsule *p, struct rect r, const struct ink *ink)
{
    struct canvas *c = ui->c;
    outline(ui, p->kind, r, 0);
    canvas_fill(c, ink->fill);
    if (p->is_ghost) {
        canvas_stroke(c, ink->edge,
                      (struct stroke){.width = 1.2 * ui->k, .on = 3 * ui->k, .off = 2.5 * ui->k});
    } else if (p->is_again) {
        hatched_front(ui, p, r, ink);
    } else if (p->kind == PACKET_ACK) {
        canvas_stroke(c, ink->edge, (struct stroke){.width = 1.8 * ui->k});
    } else if (p->kind == PACKET_DATA) {
        double x = r.x + 5 * ui->k;
        canvas_line(c, x, r.y + 1.5 * ui->k, x, r.y + r.h - 1.5 * ui->k,
                    (struct stroke){.width = 1.6 * ui->k, .cap = CAP_ROUND},
                    color_fade(ink->on, 0.55));
    }
}

static void rim(struct ui *ui, const struct capsule *p, struct rect r)
{
    const struct theme *t = ui->theme;
    if (!p->no_rim || p->is_selected) {
        outline(ui, p->kind, r, (p->is_selected ? SELECTED : RIM) * ui->k);
        canvas_fill(ui->c, p->is_selected ? t->marker : t->panel);
    }
}

static void selection(struct ui *ui, const struct capsule *p, struct rect r)
{
    const struct theme *t = ui->theme;
    if (p->is_selected || p->is_hovered) {
        outline(ui, p->kind, r, p->is_selected ? 0 : 1.5 * ui->k);
        canvas_stroke(ui->c, p->is_selected ? t->on_marker : t->ink,
                      (struct stroke){.width = (p->is_selected ? 2 : 1.5) * ui->k});
    }
}

static void chevron(struct ui *ui, struct rect r, bool is_left, struct color color)
{
    double h = r.h, half = 0.17 * h, y = r.y + h / 2, sign = is_left ? -1 : 1;
    double tip = is_left ? r.x + 0.425 * h : r.x + r.w - 0.445 * h;
    struct point p[] = {{tip - sign * half, y - half}, {tip, y}, {tip - sign * half, y + half}};
    canvas_polyline(ui->c, p, 3, (struct stroke){.width = h * 0.078, .cap = CAP_ROUND}, color);
}

/* Label and extra stand in the middle of what the chevron and the arrow leave. */
static void words(struct ui *ui, const struct capsule *p, struct rect r, const struct ink *ink)
{
    struct font font = label_font(ui, p);
    bool is_left = moves(p) && p->motion.x < 0;
    double left = (p->is_again ? AGAIN : 0) * r.h + (is_left ? CHEVRON : 0) * r.h;
    double right = moves(p) && !is_left ? CHEVRON * r.h : 0;
    double w = text_width(ui->fonts, font, p->label);
    bool has_extra = p->extra && *p->extra;
    double all = w;
    if (has_extra) {
        all += EXTRA * r.h + text_width(ui->fonts, extra_font(ui, p), p->extra);
    }
    double x = r.x + left + (r.w - left - right - all) / 2;
    double baseline = r.y + r.h / 2 + text_cap(ui->fonts, font) / 2;
    canvas_text(ui->c, font, x, baseline, ALIGN_LEFT, ink->on, p->label);
    if (has_extra) {
        canvas_text(ui->c, extra_font(ui, p), x + w + EXTRA * r.h, baseline, ALIGN_LEFT,
                    color_fade(ink->on, 0.92), p->extra);
    }
    if (moves(p)) {
        chevron(ui, r, is_left, ink->on);
    }
}

static void disc(struct ui *ui, double x, double y, double radius, unsigned number,
                 struct color color)
{
    char digits[12];
    snprintf(digits, sizeof digits, "%u", number);
    struct font font = {FACE_SANS_SEMIBOLD, radius * (number > 9 ? 1.05 : 1.22)};
    canvas_fill_circle(ui->c, x, y, radius + 0.75 * ui->k, ui->theme->panel);
    canvas_fill_circle(ui->c, x, y, radius - 0.75 * ui->k, color);
    canvas_text(ui->c, font, x, y + text_cap(ui->fonts, font) / 2, ALIGN_CENTER, ui->theme->panel,
                digits);
}

void part_disc(struct ui *ui, double x, double y, double radius, unsigned number)
{
    disc(ui, x, y, radius, number, ui->theme->ink);
}

void part_diamond(struct ui *ui, double x, double y, double radius)
{
    for (int i = 0; i < 2; i++) {
        double size = radius + (i ? 0 : 1.5) * ui->k;
        canvas_begin(ui->c);
        canvas_move(ui->c, x, y - size);
        canvas_to(ui->c, x + size, y);
        canvas_to(ui->c, x, y + size);
        canvas_to(ui->c, x - size, y);
        canvas_close(ui->c);
        canvas_fill(ui->c, i ? ui->theme->ink : ui->theme->panel);
    }
}

/* "CE", what a queue has set, at the lower corner: the upper one is the disc's. */
static void flag(struct ui *ui, double x, double y, double h)
{
    double k = ui->k, size = fmax(11 * k, 0.5 * h);
    struct font font = {FACE_SANS_SEMIBOLD, 0.78 * size};
    double w = text_width(ui->fonts, font, "CE") + 0.6 * size;
    struct rect r = {x - w, y - size / 2, w, size};
    struct rect rim = {r.x - 1.5 * k, r.y - 1.5 * k, r.w + 3 * k, r.h + 3 * k};
    canvas_fill_box(ui->c, rim, RADIUS_CELL * k, ui->theme->panel);
    canvas_fill_box(ui->c, r, RADIUS_CELL * k - k, ui->theme->marker);
    canvas_text(ui->c, font, x - w / 2, y + text_cap(ui->fonts, font) / 2, ALIGN_CENTER,
                ui->theme->on_marker, "CE");
}

struct rect capsule_draw(struct ui *ui, double x, double y, const struct capsule *p)
{
    double w = capsule_width(ui, p), h = height(ui, p);
    struct rect r = {x - w / 2, y - h / 2, w, h};
    struct ink ink = inks(ui, p);
    if (moves(p) && !p->no_echo) {
        echoes(ui, p, r, &ink);
    }
    rim(ui, p, r);
    body(ui, p, r, &ink);
    selection(ui, p, r);
    words(ui, p, r, &ink);
    if (p->differs) {
        part_diamond(ui, r.x + 2 * ui->k, r.y, 4.5 * ui->k);
    }
    if (p->is_marked) {
        flag(ui, r.x + w + 2 * ui->k, r.y + h, h);
    }
    unsigned number = p->repeats ? p->repeats : p->tries;
    if (number) {
        double alpha = p->alpha > 0 ? p->alpha : 1;
        disc(ui, r.x + w - 2 * ui->k, r.y, fmax(6, 0.33 * h), number,
             color_mix(ui->theme->panel, ui->theme->ink, alpha));
    }
    return r;
}
