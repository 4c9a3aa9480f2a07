/* A packet as a tile: filled where it is, pale where it will be, outlined where it came too late,
 * dashed where something stands in for it, in the colour of what is sent again where it was. */
#include "ui/view/playout_lanes.h"

#include <math.h>

void playout_rim(const struct lanes *l, struct rect r)
{
    struct ui *ui = l->f->ui;
    double k = ui->k;

    canvas_fill_box(ui->c, rect_inset(r, -5 * k, -5 * k), 8 * k, ui->theme->marker);
    canvas_fill_box(ui->c, rect_inset(r, -2 * k, -2 * k), 6 * k,
                    ui->theme->name == THEME_DARK ? ui->theme->on_marker : ui->theme->ink);
}

static void fill_tile(const struct lanes *l, struct rect r, enum look look)
{
    struct ui *ui = l->f->ui;
    const struct theme *t = ui->theme;
    double k = ui->k, radius = fmin(4 * k, r.w / 3);

    switch (look) {
    case LOOK_PLAIN: canvas_fill_box(ui->c, r, radius, t->media.fill); break;
    case LOOK_PALE:
        canvas_fill_box(ui->c, r, radius, color_mix(t->panel, t->media.fill, 0.35));
        break;
    case LOOK_LATE:
        canvas_fill_box(ui->c, r, radius, t->panel);
        canvas_stroke_box(ui->c, r, radius, 1.6 * k, t->loss.fill);
        break;
    case LOOK_AGAIN: canvas_fill_box(ui->c, r, radius, t->retx.fill); break;
    case LOOK_FILLED:
        canvas_fill_box(ui->c, r, radius, t->panel);
        canvas_dash_box(ui->c, rect_inset(r, 0.8 * k, 0.8 * k), radius,
                        (struct stroke){.width = 1.6 * k, .on = 3.2 * k, .off = 2.4 * k},
                        t->loss.fill);
        break;
    case LOOK_EMPTY:
        canvas_fill_box(ui->c, r, radius, t->panel);
        canvas_stroke_box(ui->c, r, radius, 1, t->hair);
        break;
    }
}

static struct color label_color(const struct theme *t, enum look look)
{
    switch (look) {
    case LOOK_PLAIN: return t->media.on;
    case LOOK_AGAIN: return t->retx.on;
    case LOOK_PALE: return color_mix(t->panel, t->media.on, 0.4);
    case LOOK_LATE:
    case LOOK_FILLED: return t->loss.text;
    case LOOK_EMPTY: break;
    }
    return t->ink3;
}

static void draw_label(const struct lanes *l, const struct media_packet *p, struct rect r,
                       enum look look)
{
    struct ui *ui = l->f->ui;
    struct font font = {FACE_SANS_SEMIBOLD, fmax(0.54 * r.h, 11)};
    char text[16] = "–";

    if (look == LOOK_EMPTY) {
        return;
    }
    if (look != LOOK_FILLED) {
        playout_number(l->f, p, text);
    }
    if (text_width(ui->fonts, font, text) <= r.w - 1) {
        canvas_text_in(ui->c, font, r, ALIGN_CENTER, label_color(ui->theme, look), text);
    }
}

void playout_tile(const struct lanes *l, const struct media_packet *p, struct rect r,
                  enum look look)
{
    fill_tile(l, r, look);
    draw_label(l, p, r, look);
}
