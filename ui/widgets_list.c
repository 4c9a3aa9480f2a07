/* Scrolled regions, lists and the text field. */

#include "ui/widgets.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define ROW 30.0

/* Scrolling. */

static double held(double v, double max)
{
    return fmin(fmax(v, 0), fmax(0, max));
}

static void scroll_bar(struct ui *ui, const char *name, struct rect r, double content,
                       double *scroll)
{
    double room = content - r.h, len = fmax(28, r.h * r.h / content), way = r.h - len;
    struct rect thumb = {r.x + r.w - 7, r.y + *scroll / room * way, 6, len};
    char id[64];
    snprintf(id, sizeof id, "%s.bar", name);
    struct ui_touch t = ui_region_of(ui, ui_name(ui, id), thumb, rect_inset(thumb, -4, 0), false);
    if (t.pressed) {
        ui->active_offset = thumb.y - t.y;
    } else if (t.held) {
        *scroll = held((t.y + ui->active_offset - r.y) / way * room, room);
        thumb.y = r.y + *scroll / room * way;
    }
    canvas_fill_box(ui->c, thumb, 3, t.hover || t.held ? ui->theme->ink3 : ui->theme->wire);
}

double ui_scroll_begin(struct ui *ui, const char *name, struct rect r, double content,
                       double *scroll)
{
    if (ui->in.wheel != 0 && content > r.h && ui_hovers(ui, r)) {
        *scroll -= ui->in.wheel * 48;
        ui->in.wheel = 0;
        ui->wants_frame = true;
    }
    *scroll = held(*scroll, content - r.h);
    if (content > r.h) {
        scroll_bar(ui, name, r, content, scroll);
    }
    canvas_clip(ui->c, r);
    if (ui->clip_count < UI_CLIPS) {
        ui->clip[++ui->clip_count] = r;
    }
    return r.y - *scroll;
}

void ui_scroll_end(struct ui *ui)
{
    canvas_unclip(ui->c);
    ui->clip_count -= ui->clip_count > 0;
}

/* Lists. */

static bool list_keys(struct ui *ui, unsigned count, unsigned *chosen)
{
    unsigned before = *chosen;
    if (ui_take_key(ui, UI_KEY_UP, 0) && *chosen > 0) {
        --*chosen;
    } else if (ui_take_key(ui, UI_KEY_DOWN, 0) && *chosen + 1 < count) {
        ++*chosen;
    } else if (ui_take_key(ui, UI_KEY_HOME, 0)) {
        *chosen = 0;
    } else if (ui_take_key(ui, UI_KEY_END, 0)) {
        *chosen = count - 1;
    }
    return *chosen != before;
}

static bool list_row(struct ui *ui, unsigned i, struct rect r, const struct ui_item *item,
                     bool is_chosen)
{
    const struct theme *th = ui->theme;
    ui_push(ui, "row", i);
    struct ui_touch t = ui_region_of(ui, ui_name(ui, "item"), r, r, false);
    ui_pop(ui);
    if (is_chosen || t.hover) {
        canvas_fill_box(ui->c, rect_inset(r, 0, 1), RADIUS_CONTROL,
                        is_chosen ? th->marker : th->tint);
    }
    struct rect in = rect_inset(r, 12 * ui->k, 0);
    struct color color = is_chosen ? th->on_marker : th->ink;
    struct font font = theme_font(th, is_chosen ? TYPE_TITLE : TYPE_BODY);
    if (item->note) {
        struct font small = theme_font(th, TYPE_LABEL);
        small.face = FACE_SANS;
        double w = text_width(ui->fonts, small, item->note);
        canvas_text_in(ui->c, small, rect_cut_right(&in, w + 1), ALIGN_RIGHT,
                       is_chosen ? th->on_marker : th->ink3, item->note);
        rect_cut_right(&in, 10 * ui->k);
    }
    canvas_text_in(ui->c, font, in, ALIGN_LEFT, color, item->label);
    return t.clicked;
}

static double shown_scroll(double scroll, double top, double row, double height)
{
    return fmax(fmin(scroll, top), top + row - height);
}

bool ui_list(struct ui *ui, const char *name, struct rect r, const struct ui_item *items,
             unsigned count, unsigned *chosen, double *scroll)
{
    double row = ROW * ui->k;
    ui_id id = ui_name(ui, name);
    struct ui_touch t = ui_region_of(ui, id, r, r, true);
    bool done = false;
    if (t.focused && count) {
        if (list_keys(ui, count, chosen)) {
            *scroll = shown_scroll(*scroll, *chosen * row, row, r.h);
        }
        done = ui_take_key(ui, UI_KEY_ENTER, 0);
    }
    double y = ui_scroll_begin(ui, name, r, count * row, scroll);
    double w = r.w - (count * row > r.h ? 10 : 0);
    for (unsigned i = 0; i < count; i++) {
        struct rect at = {r.x, y + i * row, w, row};
        bool is_seen = at.y + row > r.y && at.y < r.y + r.h;
        if (is_seen && list_row(ui, i, at, &items[i], *chosen == i)) {
            *chosen = i;
            done = true;
        }
    }
    ui_scroll_end(ui);
    if (t.focused) {
        ui_focus_ring(ui, r, RADIUS_CONTROL);
    }
    return done;
}

/* The text field. */

static size_t back(const char *s, size_t at)
{
    while (at && ((unsigned char)s[--at] & 0xC0) == 0x80) {
    }
    return at;
}

static size_t forth(const char *s, size_t at)
{
    uint32_t code;
    return at + utf8_next(s + at, strlen(s + at), &code);
}

static void insert(struct ui *ui, char *text, size_t size)
{
    size_t n = strlen(ui->in.text), len = strlen(text);
    if (len + n + 1 > size) {
        return;
    }
    memmove(text + ui->caret + n, text + ui->caret, len - ui->caret + 1);
    memcpy(text + ui->caret, ui->in.text, n);
    ui->caret += n;
    ui->wants_frame = true;
}

static void cut(char *text, size_t from, size_t to)
{
    memmove(text + from, text + to, strlen(text + to) + 1);
}

static void edit(struct ui *ui, char *text)
{
    size_t at = ui->caret;
    if (ui_take_key(ui, UI_KEY_BACKSPACE, 0)) {
        ui->caret = back(text, at);
        cut(text, ui->caret, at);
    } else if (ui_take_key(ui, UI_KEY_DELETE, 0)) {
        cut(text, at, forth(text, at));
    } else if (ui_take_key(ui, UI_KEY_LEFT, 0)) {
        ui->caret = back(text, at);
    } else if (ui_take_key(ui, UI_KEY_RIGHT, 0)) {
        ui->caret = forth(text, at);
    } else if (ui_take_key(ui, UI_KEY_HOME, 0)) {
        ui->caret = 0;
    } else if (ui_take_key(ui, UI_KEY_END, 0)) {
        ui->caret = strlen(text);
    } else if (ui->in.key >= UI_KEY_SPACE && ui->in.key < UI_KEY_DELETE &&
               !(ui->in.mods & (UI_CTRL | UI_ALT))) {
        ui->in.key = UI_KEY_NONE; /* its text comes as UI_TEXT */
    }
}

static void field_text(struct ui *ui, struct rect in, const char *text, const char *placeholder,
                       bool focused)
{
    const struct theme *th = ui->theme;
    struct font font = theme_font(th, TYPE_CODE);
    bool empty = !*text;
    double caret_x = text_width_n(ui->fonts, font, text, ui->caret);
    double shift = focused ? fmax(0, caret_x - in.w + 2) : 0;
    double baseline = in.y + in.h / 2 + text_cap(ui->fonts, font) / 2;
    canvas_clip(ui->c, in);
    canvas_text(ui->c, font, in.x - shift, baseline, ALIGN_LEFT, empty ? th->ink3 : th->ink,
                empty ? placeholder : text);
    if (focused) {
        canvas_vline(ui->c, in.x - shift + caret_x + 1, in.y + in.h / 2 - font.px * 0.7,
                     in.y + in.h / 2 + font.px * 0.7, 1.5, th->ink);
    }
    canvas_unclip(ui->c);
}

bool ui_text_field(struct ui *ui, const char *name, struct rect r, char *text, size_t size,
                   const char *placeholder)
{
    const struct theme *th = ui->theme;
    ui_id id = ui_name(ui, name);
    bool had = ui->focus == id;
    struct ui_touch t = ui_region_of(ui, id, r, r, true);
    struct rect in = rect_inset(r, 11, 2);
    if (t.pressed) {
        ui->focus = id;
        ui->caret = text_fit(ui->fonts, theme_font(th, TYPE_CODE), text, strlen(text), t.x - in.x);
    } else if (!had && ui->focus == id) {
        ui->caret = strlen(text);
    }
    bool focused = ui->focus == id, entered = false;
    if (focused) {
        size_t len = strlen(text);
        ui->caret = ui->caret < len ? ui->caret : len;
        entered = ui_take_key(ui, UI_KEY_ENTER, 0);
        if (ui_take_key(ui, UI_KEY_ESCAPE, 0)) {
            ui->focus = 0;
        }
        edit(ui, text);
        insert(ui, text, size);
    }
    canvas_fill_box(ui->c, r, RADIUS_CONTROL, th->panel);
    canvas_stroke_box(ui->c, r, RADIUS_CONTROL, focused ? 2 : 1, focused ? th->ink : th->hair);
    field_text(ui, in, text, placeholder, focused);
    return entered;
}
