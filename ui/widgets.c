/* Buttons, toggles, choices, sliders, splitters. Each draws itself from what the layer says of its
 * region; none keeps anything. */

#include "ui/widgets.h"

#include <math.h>
#include <stdio.h>

/* Buttons. */

static double icon_size(const struct ui *ui)
{
    return 17 * ui->k;
}

static struct font button_font(const struct ui *ui, enum ui_look look)
{
    struct font f = theme_font(ui->theme, TYPE_BODY);
    f.face = look == UI_PRIMARY ? FACE_SANS_SEMIBOLD : FACE_SANS_MEDIUM;
    return f;
}

double ui_button_width(struct ui *ui, enum icon icon, const char *label)
{
    double w = icon != ICON_NONE ? icon_size(ui) : 0;
    if (label) {
        w += text_width(ui->fonts, button_font(ui, UI_PRIMARY), label) + (w > 0 ? 7 * ui->k : 0);
    }
    return fmax(w + (label ? 24 : 15) * ui->k, SIZE_CONTROL);
}

static void button_box(struct ui *ui, struct rect r, enum ui_look look, const struct ui_touch *t)
{
    const struct theme *th = ui->theme;
    double radius = RADIUS_CONTROL;
    bool lit = t->hover || t->held;
    switch (look) {
    case UI_PRIMARY:
        canvas_fill_box(ui->c, r, radius, lit ? color_mix(th->ink, th->panel, 0.14) : th->ink);
        break;
    case UI_PLAIN:
        canvas_fill_box(ui->c, r, radius, lit ? th->tint : th->panel);
        canvas_stroke_box(ui->c, r, radius, STROKE_BORDER, th->hair);
        break;
    case UI_GHOST:
        if (lit) {
            canvas_fill_box(ui->c, r, radius, th->tint);
        }
        break;
    }
}

static void button_face(struct ui *ui, struct rect r, enum ui_look look, enum icon icon,
                        const char *label, struct color color)
{
    struct font font = button_font(ui, look);
    double icon_w = icon != ICON_NONE ? icon_size(ui) : 0, gap = icon_w > 0 ? 7 * ui->k : 0;
    double text_w = label ? fmin(text_width(ui->fonts, font, label), r.w - icon_w - gap - 8) : 0;
    double x = r.x + (r.w - icon_w - (label ? gap + text_w : 0)) / 2;
    if (icon != ICON_NONE) {
        icon_draw(ui->c, icon, x + icon_w / 2, r.y + r.h / 2, icon_w, color);
    }
    if (label) {
        struct rect in = {x + icon_w + gap, r.y, text_w + 1, r.h};
        canvas_text_in(ui->c, font, in, ALIGN_LEFT, color, label);
    }
}

bool ui_button(struct ui *ui, const char *name, struct rect r, enum ui_look look, enum icon icon,
               const char *label, bool is_disabled)
{
    struct ui_touch t = {0};
    if (!is_disabled) {
        t = ui_region(ui, name, r, true);
    }
    const struct theme *th = ui->theme;
    button_box(ui, r, look, &t);
    struct color color = look == UI_PRIMARY ? th->panel : label ? th->ink : th->ink2;
    if (is_disabled) {
        color = color_fade(look == UI_PRIMARY ? th->panel : th->ink3, 0.45);
        ui->last = 0;
    }
    button_face(ui, r, look, icon, label, color);
    if (t.focused) {
        ui_focus_ring(ui, r, RADIUS_CONTROL);
    }
    return t.clicked;
}

bool ui_round_button(struct ui *ui, const char *name, double x, double y, double radius,
                     enum icon icon)
{
    const struct theme *th = ui->theme;
    struct rect r = {x - radius, y - radius, 2 * radius, 2 * radius};
    struct ui_touch t = ui_region(ui, name, r, true);
    bool lit = t.hover || t.held;
    canvas_fill_circle(ui->c, x, y, radius, lit ? color_mix(th->ink, th->panel, 0.14) : th->ink);
    double nudge = icon == ICON_PLAY ? radius * 0.02 : 0; /* a triangle's weight is left */
    icon_draw(ui->c, icon, x + nudge, y, radius * 1.05, th->panel);
    if (t.focused) {
        ui_focus_ring(ui, r, radius);
    }
    return t.clicked;
}

bool ui_toggle(struct ui *ui, const char *name, struct rect r, const char *label, bool *on)
{
    const struct theme *th = ui->theme;
    struct ui_touch t = ui_region(ui, name, r, true);
    if (t.clicked) {
        *on = !*on;
    }
    double k = ui->k, h = 20 * k, y = r.y + r.h / 2;
    struct rect track = {r.x, y - h / 2, 36 * k, h};
    canvas_fill_box(ui->c, track, h / 2, *on ? th->ink : th->panel);
    if (*on) {
        canvas_fill_circle(ui->c, track.x + track.w - h / 2, y, 7.5 * k, th->panel);
    } else {
        canvas_stroke_box(ui->c, track, h / 2, 1.5 * k, th->ink3);
        canvas_fill_circle(ui->c, track.x + h / 2, y, 6 * k, th->ink3);
    }
    struct rect words = {r.x + track.w + 10 * k, r.y, r.w - track.w - 10 * k, r.h};
    canvas_text_in(ui->c, theme_font(th, TYPE_BODY), words, ALIGN_LEFT, th->ink, label);
    if (t.focused) {
        ui_focus_ring(ui, track, h / 2);
    }
    return t.clicked;
}

/* Choices. */

static struct font segment_font(const struct ui *ui, bool is_mono, bool is_chosen)
{
    struct font f = theme_font(ui->theme, TYPE_LABEL);
    f.px = fmax(f.px, 12 * ui->k);
    f.face = is_mono ? (is_chosen ? FACE_MONO_SEMIBOLD : FACE_MONO)
                     : (is_chosen ? FACE_SANS_SEMIBOLD : FACE_SANS);
    return f;
}

static double segment_width(struct ui *ui, const char *label, bool is_mono)
{
    double w = text_width(ui->fonts, segment_font(ui, is_mono, true), label) + 16 * ui->k;
    return fmax(w, 34 * ui->k);
}

double ui_segmented_width(struct ui *ui, const char *const *labels, unsigned count, bool is_mono)
{
    double w = 4;
    for (unsigned i = 0; i < count; i++) {
        w += segment_width(ui, labels[i], is_mono);
    }
    return w;
}

static bool arrows(struct ui *ui, unsigned count, unsigned *chosen)
{
    if (*chosen > 0 && ui_take_key(ui, UI_KEY_LEFT, 0)) {
        --*chosen;
        return true;
    }
    if (*chosen + 1 < count && ui_take_key(ui, UI_KEY_RIGHT, 0)) {
        ++*chosen;
        return true;
    }
    return false;
}

static bool segment(struct ui *ui, unsigned i, struct rect r, const char *label, bool is_mono,
                    unsigned *chosen)
{
    const struct theme *th = ui->theme;
    char name[24];
    snprintf(name, sizeof name, "%u", i);
    double grow = fmin(0, (r.h - SIZE_CONTROL) / 2);
    struct ui_touch t = ui_region_of(ui, ui_name(ui, name), r, rect_inset(r, 0, grow), false);
    bool is_chosen = *chosen == i;
    if (is_chosen) {
        canvas_fill_box(ui->c, r, RADIUS_CELL, th->panel);
        canvas_stroke_box(ui->c, r, RADIUS_CELL, STROKE_BORDER, th->hair);
    }
    canvas_text_in(ui->c, segment_font(ui, is_mono, is_chosen), r, ALIGN_CENTER,
                   is_chosen || t.hover ? th->ink : th->ink3, label);
    if (t.clicked && !is_chosen) {
        *chosen = i;
        return true;
    }
    return false;
}

/* widths: of each label's segment; NULL: all equal. */
static bool choice(struct ui *ui, const char *name, struct rect r, const char *const *labels,
                   unsigned count, unsigned *chosen, bool is_mono, bool is_even)
{
    struct ui_touch t = ui_region_of(ui, ui_name(ui, name), r, r, true);
    bool changed = t.focused && arrows(ui, count, chosen);
    canvas_fill_box(ui->c, r, RADIUS_CONTROL, ui->theme->tint);
    struct rect in = rect_inset(r, 2, 2);
    double all = ui_segmented_width(ui, labels, count, is_mono) - 4, x = in.x;
    char scope[64];
    snprintf(scope, sizeof scope, "%s.", name);
    ui_id saved = ui_name(ui, scope);
    if (ui->scope_count < UI_SCOPES) {
        ui->scope[ui->scope_count++] = saved;
    }
    for (unsigned i = 0; i < count; i++) {
        double w = is_even ? in.w / count : in.w * segment_width(ui, labels[i], is_mono) / all;
        changed |= segment(ui, i, (struct rect){x, in.y, w, in.h}, labels[i], is_mono, chosen);
        x += w;
    }
    ui_pop(ui);
    if (t.focused) {
        ui_focus_ring(ui, r, RADIUS_CONTROL);
    }
    ui->wants_frame |= changed;
    return changed;
}

bool ui_segmented(struct ui *ui, const char *name, struct rect r, const char *const *labels,
                  unsigned count, unsigned *chosen, bool is_mono)
{
    return choice(ui, name, r, labels, count, chosen, is_mono, false);
}

bool ui_tabs(struct ui *ui, const char *name, struct rect r, const char *const *labels,
             unsigned count, unsigned *chosen)
{
    return choice(ui, name, r, labels, count, chosen, false, true);
}

/* Things that are dragged. */

static double stepped(double v, double min, double max, double step)
{
    if (step > 0) {
        v = min + round((v - min) / step) * step;
    }
    return fmin(fmax(v, min), max);
}

static double slider_keys(struct ui *ui, double v, double step)
{
    if (ui_take_key(ui, UI_KEY_LEFT, 0) || ui_take_key(ui, UI_KEY_DOWN, 0)) {
        return v - step;
    }
    if (ui_take_key(ui, UI_KEY_RIGHT, 0) || ui_take_key(ui, UI_KEY_UP, 0)) {
        return v + step;
    }
    return v;
}

bool ui_slider(struct ui *ui, const char *name, struct rect r, double min, double max, double step,
               double *value)
{
    const struct theme *th = ui->theme;
    double k = ui->k, head = 9 * k, span = r.w - 2 * head, y = r.y + r.h / 2, v = *value;
    struct ui_touch t = ui_region(ui, name, r, true);
    if (t.held && (t.pressed || ui->in.is_down)) {
        v = stepped(min + (t.x - r.x - head) / span * (max - min), min, max, step);
    } else if (t.focused) {
        v = stepped(slider_keys(ui, v, step > 0 ? step : (max - min) / 100), min, max, step);
    }
    double x = r.x + head + (max > min ? (v - min) / (max - min) : 0) * span;
    canvas_fill_box(ui->c, (struct rect){r.x, y - 3 * k, r.w, 6 * k}, 3 * k, th->wire2);
    canvas_fill_box(ui->c, (struct rect){r.x, y - 3 * k, x - r.x, 6 * k}, 3 * k, th->ink);
    canvas_fill_circle(ui->c, x, y, head + 1.5 * k, th->panel);
    canvas_fill_circle(ui->c, x, y, head - 1.5 * k, th->ink);
    if (t.focused) {
        ui_focus_ring(ui, (struct rect){x - head, y - head, 2 * head, 2 * head}, head);
    }
    bool changed = v != *value;
    *value = v;
    ui->wants_frame |= changed;
    return changed;
}

bool ui_splitter(struct ui *ui, const char *name, struct rect r, bool is_vertical, double min,
                 double max, double *at)
{
    struct ui_touch t = ui_region_of(ui, ui_name(ui, name), r, r, true);
    double pointer = is_vertical ? t.x : t.y, v = *at;
    if (t.pressed) {
        ui->active_offset = v - pointer;
    } else if (t.held) {
        v = pointer + ui->active_offset;
    } else if (t.focused) {
        v = slider_keys(ui, v, 8);
    }
    v = fmin(fmax(v, min), fmax(min, max));
    if (t.hover || t.held || t.focused) {
        double x = r.x + r.w / 2, y = r.y + r.h / 2, len = 36, w = 4;
        struct rect grip = is_vertical ? (struct rect){x - w / 2, y - len / 2, w, len}
                                       : (struct rect){x - len / 2, y - w / 2, len, w};
        canvas_fill_box(ui->c, grip, 2, t.hover || t.held ? ui->theme->ink3 : ui->theme->wire);
        if (t.focused) {
            ui_focus_ring(ui, grip, 2);
        }
    }
    bool changed = v != *at;
    *at = v;
    ui->wants_frame |= changed;
    return changed;
}
