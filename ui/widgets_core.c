/* The layer under the widgets: what this frame heard, who is hit, who has the focus, the tooltip.
 * A press goes to the topmost place of the picture that the person saw, the last frame's. */

#include "ui/widgets.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define TIP_SECONDS 0.5
#define FAR         (-1e6)

static const struct rect everywhere = {FAR, FAR, -4 * FAR, -4 * FAR};

void ui_init(struct ui *ui)
{
    memset(ui, 0, sizeof *ui);
    ui->k = ui->factor = 1;
    ui->in.x = ui->in.y = FAR;
    ui->wakes_at = INFINITY;
}

void ui_event(struct ui *ui, const struct ui_event *e)
{
    struct ui_event *last = ui->queue_count ? &ui->queue[ui->queue_count - 1] : NULL;
    if (last && last->kind == UI_MOVE && e->kind == UI_MOVE) {
        *last = *e;
    } else if (ui->queue_count < UI_EVENTS) {
        ui->queue[ui->queue_count++] = *e;
    }
}

/* True: the frame is full. */
static bool hear(struct ui *ui, const struct ui_event *e)
{
    struct ui_input *in = &ui->in;
    in->mods = e->mods;
    switch (e->kind) {
    case UI_MOVE:
    case UI_PRESS:
    case UI_RELEASE:
    case UI_WHEEL:
        in->x = e->x / ui->factor;
        in->y = e->y / ui->factor;
        break;
    case UI_LEAVE: in->x = in->y = FAR; break;
    case UI_KEY: in->key = e->key; return true;
    case UI_TEXT:
        snprintf(in->text, sizeof in->text, "%.*s", (int)sizeof in->text - 1, e->text);
        return true;
    case UI_DROP:
    case UI_RESIZE:
    case UI_QUIT: break;
    }
    if (e->kind == UI_WHEEL) {
        in->wheel += e->wheel;
    } else if (e->kind == UI_PRESS && e->button == UI_LEFT) {
        in->pressed = in->is_down = true;
        in->clicks = e->clicks;
    } else if (e->kind == UI_PRESS && e->button == UI_RIGHT) {
        in->menu = true;
    } else if (e->kind == UI_RELEASE && e->button == UI_LEFT) {
        in->released = true;
        in->is_down = false;
    }
    return e->kind == UI_PRESS || e->kind == UI_RELEASE;
}

static void take_events(struct ui *ui)
{
    struct ui_input *in = &ui->in;
    in->pressed = in->released = in->menu = false;
    in->wheel = 0;
    in->key = UI_KEY_NONE;
    in->text[0] = 0;
    unsigned taken = 0;
    while (taken < ui->queue_count && !hear(ui, &ui->queue[taken++])) {
    }
    ui->queue_count -= taken;
    memmove(ui->queue, ui->queue + taken, ui->queue_count * sizeof *ui->queue);
}

static void turn_page(struct ui *ui)
{
    memcpy(ui->place_before, ui->place, ui->place_count * sizeof *ui->place);
    ui->place_before_count = ui->place_count;
    memcpy(ui->overlay_before, ui->overlay, sizeof ui->overlay);
    ui->overlay_before_count = ui->overlay_count;
    ui->place_count = ui->overlay_count = ui->overlay_depth = ui->overlay_open = 0;
    ui->scope_count = ui->clip_count = 0;
    ui->clip[0] = everywhere;
    ui->tab_first = ui->tab_last = ui->last = 0;
    ui->tab_next = ui->tab_wrap = false;
    ui->tip[0] = 0;
}

static ui_id find_hot(const struct ui *ui)
{
    for (unsigned i = ui->place_before_count; i-- > 0;) {
        if (rect_has(ui->place_before[i].hit, ui->in.x, ui->in.y)) {
            return ui->place_before[i].id;
        }
    }
    return 0;
}

void ui_begin(struct ui *ui, struct canvas *c, const struct theme *theme, enum lang lang, double w,
              double h, double factor, double time)
{
    ui->c = c;
    ui->fonts = c->fonts;
    ui->theme = theme;
    ui->lang = lang;
    ui->k = theme->projector;
    ui->w = w;
    ui->h = h;
    ui->factor = c->scale = factor;
    ui->time = time;
    turn_page(ui);
    take_events(ui);
    ui->hot = find_hot(ui);
    if (ui->in.pressed) {
        ui->focus = 0;
    }
    ui->wants_frame = ui->queue_count > 0;
    ui->wakes_at = INFINITY;
}

static bool is_placed(const struct ui *ui, ui_id id)
{
    for (unsigned i = 0; i < ui->place_count; i++) {
        if (ui->place[i].id == id) {
            return true;
        }
    }
    return false;
}

/* The focus may leave at either end of the Tab order, and comes in again at the other. */
static void settle_focus(struct ui *ui)
{
    ui_id before = ui->focus;
    bool backward = ui->in.mods & UI_SHIFT;
    if (ui->tab_next) {
        ui->focus = ui->tab_first;
    } else if (ui->tab_wrap) {
        ui->focus = ui->tab_last;
    } else if (ui->in.key == UI_KEY_TAB && ui->tab_first) {
        ui->focus = backward ? ui->tab_last : ui->tab_first;
        ui->shows_focus = true;
        ui->in.key = UI_KEY_NONE;
    } else if (ui->focus && !is_placed(ui, ui->focus)) {
        ui->focus = 0;
    }
    ui->wants_frame |= ui->focus != before;
}

static void draw_tip(struct ui *ui)
{
    struct font font = theme_font(ui->theme, TYPE_LABEL);
    double w = text_width(ui->fonts, font, ui->tip) + 20 * ui->k, h = font.px * 2.4, gap = 9;
    struct rect at = ui->tip_rect;
    double middle = at.x + at.w / 2, x = fmin(fmax(middle - w / 2, 4), ui->w - w - 4);
    bool above = at.y - h - gap > 0;
    double y = above ? at.y - h - gap : at.y + at.h + gap, edge = above ? y + h : y;
    struct color ink = ui->theme->ink;
    canvas_fill_box(ui->c, (struct rect){x, y, w, h}, RADIUS_CONTROL, ink);
    canvas_arrow_head(ui->c, middle, edge + (above ? 6 : -6), 0, above ? 1 : -1, 7, ink);
    canvas_text_in(ui->c, font, (struct rect){x, y, w, h}, ALIGN_CENTER, ui->theme->panel, ui->tip);
}

void ui_end(struct ui *ui)
{
    settle_focus(ui);
    if (ui->in.pressed) {
        ui->wants_frame = true;
        ui->tip_since = INFINITY;
    }
    if (ui->in.released) {
        ui->active = 0;
        ui->wants_frame = true;
    }
    if (ui->hot != ui->tip_id) {
        ui->tip_id = 0;
    }
    if (ui->tip[0]) {
        draw_tip(ui);
    }
}

/* Names: FNV-1a over the scope and the name. */

static ui_id hash(ui_id h, const char *s)
{
    for (; *s; s++) {
        h = (h ^ (unsigned char)*s) * 16777619u;
    }
    return h ? h : 1;
}

ui_id ui_name(const struct ui *ui, const char *name)
{
    return hash(ui->scope_count ? ui->scope[ui->scope_count - 1] : 2166136261u, name);
}

void ui_push(struct ui *ui, const char *scope, unsigned n)
{
    char text[64];
    snprintf(text, sizeof text, "%s.%u.", scope, n);
    ui_id id = ui_name(ui, text);
    if (ui->scope_count < UI_SCOPES) {
        ui->scope[ui->scope_count++] = id;
    }
}

void ui_pop(struct ui *ui)
{
    ui->scope_count -= ui->scope_count > 0;
}

bool ui_find(const struct ui *ui, const char *name, struct rect *out)
{
    ui_id id = hash(2166136261u, name);
    for (unsigned i = ui->place_count; i-- > 0;) {
        if (ui->place[i].id == id) {
            *out = ui->place[i].rect;
            return true;
        }
    }
    return false;
}

/* Input. */

static bool is_letter(int key)
{
    return key >= 'a' && key <= 'z';
}

bool ui_take_key(struct ui *ui, int key, unsigned mods)
{
    unsigned held = ui->in.mods;
    if (key > UI_KEY_SPACE && key < UI_KEY_DELETE && !is_letter(key)) {
        held &= ~(unsigned)UI_SHIFT;
        mods &= ~(unsigned)UI_SHIFT;
    }
    if (ui->in.key != key || held != mods) {
        return false;
    }
    ui->in.key = UI_KEY_NONE;
    ui->wants_frame = true;
    return true;
}

bool ui_hovers(const struct ui *ui, struct rect r)
{
    double x = ui->in.x, y = ui->in.y;
    for (unsigned i = ui->overlay_depth; i < ui->overlay_before_count; i++) {
        if (rect_has(ui->overlay_before[i], x, y)) {
            return false;
        }
    }
    return rect_has(r, x, y) && rect_has(ui->clip[ui->clip_count], x, y);
}

static struct rect common(struct rect a, struct rect b)
{
    double x = fmax(a.x, b.x), y = fmax(a.y, b.y);
    return (struct rect){x, y, fmax(0, fmin(a.x + a.w, b.x + b.w) - x),
                         fmax(0, fmin(a.y + a.h, b.y + b.h) - y)};
}

static void put(struct ui *ui, ui_id id, struct rect r, struct rect hit)
{
    if (ui->place_count < UI_PLACES) {
        ui->place[ui->place_count++] =
            (struct ui_place){id, r, common(hit, ui->clip[ui->clip_count])};
    }
}

static void tab_stop(struct ui *ui, ui_id id)
{
    if (ui->tab_next) {
        ui->focus = id;
        ui->tab_next = false;
        ui->shows_focus = true;
        ui->wants_frame = true;
    }
    if (ui->focus == id && ui->in.key == UI_KEY_TAB) {
        bool backward = ui->in.mods & UI_SHIFT;
        ui->in.key = UI_KEY_NONE;
        ui->shows_focus = true;
        ui->wants_frame = true;
        ui->tab_next = !backward;
        ui->tab_wrap = backward && !ui->tab_last;
        ui->focus = backward ? ui->tab_last : id;
    }
    ui->tab_first = ui->tab_first ? ui->tab_first : id;
    ui->tab_last = id;
}

struct ui_touch ui_region_of(struct ui *ui, ui_id id, struct rect r, struct rect hit, bool tab)
{
    put(ui, id, r, hit);
    if (tab) {
        tab_stop(ui, id);
    }
    struct ui_touch t = {.x = ui->in.x, .y = ui->in.y, .focused = ui->focus == id};
    t.hover = ui->hot == id && (!ui->active || ui->active == id);
    t.pressed = ui->in.pressed && ui->hot == id;
    if (t.pressed) {
        ui->active = id;
    }
    t.held = ui->active == id;
    t.clicked = ui->in.released && t.held && ui->hot == id;
    ui->last = id;
    ui->last_rect = r;
    return t;
}

struct ui_touch ui_region(struct ui *ui, const char *name, struct rect r, bool tab)
{
    double dx = tab ? fmin(0, (r.w - SIZE_CONTROL) / 2) : 0;
    double dy = tab ? fmin(0, (r.h - SIZE_CONTROL) / 2) : 0;
    struct ui_touch t = ui_region_of(ui, ui_name(ui, name), r, rect_inset(r, dx, dy), tab);
    if (tab && t.focused &&
        (ui_take_key(ui, UI_KEY_ENTER, 0) || ui_take_key(ui, UI_KEY_SPACE, 0))) {
        t.clicked = true;
    }
    return t;
}

void ui_focus_ring(struct ui *ui, struct rect r, double radius)
{
    if (ui->shows_focus) {
        canvas_stroke_box(ui->c, rect_inset(r, -5, -5), radius + 4, 2, ui->theme->ink);
    }
}

void ui_tooltip(struct ui *ui, const char *text, const char *key)
{
    if (!ui->last || ui->hot != ui->last || ui->in.is_down) {
        return;
    }
    if (ui->tip_id != ui->last) {
        ui->tip_id = ui->last;
        ui->tip_since = ui->time;
    }
    if (ui->time - ui->tip_since < TIP_SECONDS) {
        ui->wakes_at = fmin(ui->wakes_at, ui->tip_since + TIP_SECONDS);
        return;
    }
    snprintf(ui->tip, sizeof ui->tip, "%s%s%s", text, key ? "  " : "", key ? key : "");
    ui->tip_rect = ui->last_rect;
}

void ui_overlay_begin(struct ui *ui, struct rect r)
{
    assert(ui->overlay_count < UI_OVERLAYS);
    ui->overlay[ui->overlay_count++] = r;
    ui->overlay_outer[ui->overlay_open++] = ui->overlay_depth;
    ui->overlay_depth = ui->overlay_count;
    char name[32];
    snprintf(name, sizeof name, "overlay %u", ui->overlay_count);
    put(ui, ui_name(ui, name), r, r);
}

void ui_overlay_end(struct ui *ui)
{
    assert(ui->overlay_open > 0);
    ui->overlay_depth = ui->overlay_outer[--ui->overlay_open];
}

double ui_ease(struct ui *ui, double since, double seconds)
{
    double t = seconds > 0 ? (ui->time - since) / seconds : 1;
    if (ui->is_settled || t >= 1 || t < 0) {
        return 1;
    }
    ui->wants_frame = true;
    double rest = 1 - t;
    return 1 - rest * rest * rest;
}

/* Text. */

double ui_text(struct ui *ui, enum type_role role, double x, double baseline, struct color color,
               const char *s)
{
    return canvas_text(ui->c, theme_font(ui->theme, role), x, baseline, ALIGN_LEFT, color, s);
}

double ui_text_right(struct ui *ui, enum type_role role, double x, double baseline,
                     struct color color, const char *s)
{
    return canvas_text(ui->c, theme_font(ui->theme, role), x, baseline, ALIGN_RIGHT, color, s);
}

double ui_text_center(struct ui *ui, enum type_role role, double x, double baseline,
                      struct color color, const char *s)
{
    return canvas_text(ui->c, theme_font(ui->theme, role), x, baseline, ALIGN_CENTER, color, s);
}

double ui_text_width(struct ui *ui, enum type_role role, const char *s)
{
    return text_width(ui->fonts, theme_font(ui->theme, role), s);
}

const char *ui_word(const struct ui *ui, const char *key)
{
    return word(ui->lang, key);
}
