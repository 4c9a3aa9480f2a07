/* Laying out: bar on top; network and what belongs to it at the left, the ladder in the middle, the
 * packet at the right; caption and transport below, always at the same place. */
#include "ui/shell_inside.h"

#include <math.h>

/* Where the three columns and the two rows at the left come to lie: as drawn, or, once dragged, at
 * the same part of the whole whatever its size. */
static void lay_out(struct shell *s, double w, double h)
{
    bool has_third = shell_has_third(s, w);
    double left = has_third          ? s->main == MAIN_MACHINE   ? 0.258
                                       : s->main == MAIN_PLOTS   ? 0.298
                                       : s->main == MAIN_PLAYOUT ? 0.285
                                                                 : 0.311
                  : s->projector > 1 ? 0.43
                                     : 0.4;
    double rest = w - SIZE_GAP * (has_third ? 2 : 1);
    double right = fmax(SPLIT_MIN, (s->part_right > 0        ? s->part_right
                                    : s->main != MAIN_LADDER ? 0.25
                                                             : 0.289) *
                                       w);
    s->split_right = has_third ? fmin(right, rest - 2 * SPLIT_MIN) : 0;
    left = fmax(SPLIT_MIN, (s->part_left > 0 ? s->part_left : left) * w);
    s->split_left = fmin(left, rest - s->split_right - SPLIT_MIN);
    double lower = s->part_lower > 0 ? s->part_lower * h
                                     : fmax((s->main == MAIN_PLAYOUT ? 0.37 : 0.46) * h, 205);
    s->split_lower = fmin(fmax(lower, 130), fmax(h - 150 - SIZE_GAP, 130));
    s->laid_w = w;
}

bool shell_has_third(const struct shell *s, double w)
{
    return w >= SHELL_THIRD && s->projector <= 1 &&
           (!s->no_inspector || s->settings.is_open || shell_wants_lesson(s));
}

static void draw_pane(struct shell *s, const char *scope, const struct view *view, void *self,
                      struct rect r)
{
    struct scene scene = shell_scene(s);
    ui_push(&s->ui, scope, 0);
    view->draw(self, &s->ui, &scene, r);
    ui_pop(&s->ui);
}

/* The same with more names than there is room for: the present one, and a press turns to the next.
 */
static void draw_lower_button(struct shell *s, struct rect r, const char *label)
{
    double w = ui_button_width(&s->ui, ICON_CHEVRON_DOWN, label);
    struct rect at = {r.x + r.w - w - 12, r.y + 9, w, 28 * s->ui.k};
    if (ui_button(&s->ui, "lower", at, UI_PLAIN, ICON_CHEVRON_DOWN, label, false)) {
        s->lower_at = (s->lower_at + 1) % s->lower_count;
    }
    ui_tooltip(&s->ui, ui_word(&s->ui, "help.view"), "V");
}

/* As wide as the names of the views that share a place are; 0: there is no choice. */
static double lower_choice_width(struct shell *s, const char *labels[LOWER_MAX])
{
    for (unsigned i = 0; i < s->lower_count; i++) {
        labels[i] = ui_word(&s->ui, s->lower[i]->title_key);
    }
    return s->lower_count < 2 ? 0 : ui_segmented_width(&s->ui, labels, s->lower_count, false);
}

/* Which of the views that share the place is shown: their names at the panel's top right. */
static void draw_lower_choice(struct shell *s, struct rect r)
{
    const char *labels[LOWER_MAX] = {NULL};
    double w = lower_choice_width(s, labels);
    if (w == 0) {
        return;
    }
    if (w > 0.55 * r.w) {
        draw_lower_button(s, r, labels[s->lower_at]);
        return;
    }
    struct rect at = {r.x + r.w - w - 12, r.y + 9, w, 28 * s->ui.k};
    ui_segmented(&s->ui, "lower", at, labels, s->lower_count, &s->lower_at, false);
    ui_tooltip(&s->ui, ui_word(&s->ui, "help.view"), "V");
}

/* The view's head leaves them room. */
static void draw_lower(struct shell *s, struct rect r)
{
    const char *labels[LOWER_MAX];
    double w = lower_choice_width(s, labels);
    bool is_button = w > 0.55 * r.w;
    s->ui.head_taken =
        is_button ? ui_button_width(&s->ui, ICON_CHEVRON_DOWN, labels[s->lower_at]) : w;
    draw_pane(s, "lower", s->lower[s->lower_at], s->lower_self[s->lower_at], r);
    s->ui.head_taken = 0;
    draw_lower_choice(s, r);
}

/* Large rooms: the network, and below it the states if there are any. */
static void draw_left_large(struct shell *s, struct rect r)
{
    bool has_states = false;
    for (uint32_t i = 0; i < s->film->actor_count; i++) {
        const struct actor_type *type = s->session.trace.entities[s->film->actors[i]].type;
        has_states = has_states || machine_count(type) > 0;
    }
    double least = s->film->is_one_row ? 330 : 480; /* rows of nodes need the room themselves */
    if (has_states && r.h > least * s->projector / 1.5) {
        struct rect below = rect_cut_bottom(&r, 86 * s->projector);
        rect_cut_bottom(&r, SIZE_GAP);
        draw_pane(s, "states", &view_state, s->self[PANE_STATES], below);
    }
    draw_pane(s, "stage", &view_stage, s->self[PANE_STAGE], r);
}

static void draw_left(struct shell *s, struct rect r)
{
    if (s->projector > 1) {
        draw_left_large(s, r);
        return;
    }
    if (s->lower_count == 0) {
        draw_pane(s, "stage", &view_stage, s->self[PANE_STAGE], r);
        return;
    }
    double all = r.h, most = r.h - 150 - SIZE_GAP;
    struct rect below = r, above = rect_cut_top(&below, s->split_lower);
    struct rect gap = rect_cut_top(&below, SIZE_GAP);
    draw_pane(s, "stage", &view_stage, s->self[PANE_STAGE], above);
    draw_lower(s, below);
    if (ui_splitter(&s->ui, "split-lower", gap, false, 130, most, &s->split_lower)) {
        s->part_lower = s->split_lower / all;
    }
}

static void draw_drawer(struct shell *s, struct rect ladder)
{
    if (!s->drawer && !s->settings.is_open && !shell_wants_lesson(s)) {
        return;
    }
    double w = fmin(fmax(360 * s->ui.k, 0.8 * ladder.w), ladder.w);
    struct rect r = {ladder.x + ladder.w - w, ladder.y, w, ladder.h};
    ui_overlay_begin(&s->ui, r);
    canvas_fill_box(s->ui.c, (struct rect){r.x - 6, r.y, 6, r.h}, 3,
                    color_fade(s->theme.ink, 0.08));
    if (shell_wants_lesson(s)) {
        shell_lesson(s, r);
    } else if (s->settings.is_open) {
        shell_settings(s, r);
    } else {
        draw_pane(s, "inspector", &view_inspector, s->self[PANE_INSPECTOR], r);
    }
    ui_overlay_end(&s->ui);
}

/* Leases or messages above, the ladder below, where there is room for both. */
static void draw_above_ladder(struct shell *s, struct rect r)
{
    const struct view *v = shell_main_view(s);
    double least = 150 * s->ui.k, most = r.h - 190 * s->ui.k - SIZE_GAP;
    if (most < least) {
        draw_pane(s, v->name, v, s->self[shell_main_pane(s)], r);
        return;
    }
    double usual = s->main == MAIN_LEASE ? 0.56 : s->film->talks.talk_count > 1 ? 0.5 : 0.36;
    double at = (s->part_lease > 0 ? s->part_lease : usual) * r.h, all = r.h;
    s->split_lease = fmin(fmax(at, least), most);
    struct rect above = rect_cut_top(&r, s->split_lease), gap = rect_cut_top(&r, SIZE_GAP);
    draw_pane(s, v->name, v, s->self[shell_main_pane(s)], above);
    draw_pane(s, "ladder", &view_ladder, s->self[PANE_LADDER], r);
    if (ui_splitter(&s->ui, "split-lease", gap, false, least, most, &s->split_lease)) {
        s->part_lease = s->split_lease / all;
    }
}

static void draw_main(struct shell *s, struct rect r)
{
    const struct view *v = shell_main_view(s);
    if (s->main == MAIN_LEASE || s->main == MAIN_MESSAGES) {
        draw_above_ladder(s, r);
        return;
    }
    draw_pane(s, v->name, v, s->self[shell_main_pane(s)], r);
}

/* The packet; beside a diagram or plots the ladder, until a packet is looked at. */
static void draw_third(struct shell *s, struct rect r)
{
    if (shell_wants_lesson(s)) {
        shell_lesson(s, r);
    } else if (s->settings.is_open) {
        shell_settings(s, r);
    } else if ((s->main == MAIN_MACHINE || s->main == MAIN_PLOTS) && !s->drawer) {
        draw_pane(s, "ladder", &view_ladder, s->self[PANE_LADDER], r);
    } else {
        draw_pane(s, "inspector", &view_inspector, s->self[PANE_INSPECTOR], r);
    }
}

static void draw_columns(struct shell *s, struct rect r)
{
    if (s->is_alone) {
        draw_main(s, r);
        draw_drawer(s, (struct rect){r.x + r.w / 2, r.y, r.w / 2, r.h});
        return;
    }
    bool has_third = shell_has_third(s, r.w);
    lay_out(s, r.w, r.h);
    double all = r.w, rest = r.w - SIZE_GAP * (has_third ? 2 : 1), right = s->split_right;
    struct rect left = rect_cut_left(&r, s->split_left), gap = rect_cut_left(&r, SIZE_GAP);
    draw_left(s, left);
    struct rect third = rect_cut_right(&r, right);
    struct rect gap2 = has_third ? rect_cut_right(&r, SIZE_GAP) : (struct rect){0};
    draw_main(s, r);
    if (ui_splitter(&s->ui, "split-left", gap, true, SPLIT_MIN, rest - right - SPLIT_MIN,
                    &s->split_left)) {
        s->part_left = s->split_left / all;
    }
    if (has_third) {
        draw_third(s, third);
        double at = -right; /* grows to the left */
        if (ui_splitter(&s->ui, "split-right", gap2, true, -(rest - s->split_left - SPLIT_MIN),
                        -SPLIT_MIN, &at)) {
            s->part_right = -at / all;
        }
    } else {
        draw_drawer(s, r);
    }
}

static double bar_height(double k)
{
    return 52 + 22 * (k - 1);
}

static double caption_height(double k)
{
    return k > 1 ? 102 * k : 82;
}

static double transport_height(double k)
{
    return k > 1 ? 100 * k : 110;
}

/* A window below the least size shows a part; bars at its edges move it. */
static void scroll_root(struct shell *s, struct rect *root)
{
    struct rect seen = *root;
    root->w = fmax(seen.w, SHELL_MIN_W);
    root->h = fmax(seen.h, SHELL_MIN_H);
    s->scroll_x = fmin(fmax(s->scroll_x, 0), root->w - seen.w);
    s->scroll_y = fmin(fmax(s->scroll_y, 0), root->h - seen.h);
    root->x = -s->scroll_x;
    root->y = -s->scroll_y;
}

static void draw_root_bars(struct shell *s, struct rect seen, struct rect root)
{
    struct ui *ui = &s->ui;
    if (root.w > seen.w) {
        double len = seen.w * seen.w / root.w, run = seen.w - len;
        struct rect r = {s->scroll_x / (root.w - seen.w) * run, seen.h - 8, len, 8};
        struct ui_touch t = ui_region(ui, "scroll-x", r, false);
        canvas_fill_box(ui->c, rect_inset(r, 2, 2), 2, t.hover ? s->theme.ink2 : s->theme.ink3);
        if (t.held) {
            s->scroll_x = (t.x - len / 2) / run * (root.w - seen.w);
            ui->wants_frame = true;
        }
    }
    if (root.h > seen.h) {
        double len = seen.h * seen.h / root.h, run = seen.h - len;
        struct rect r = {seen.w - 8, s->scroll_y / (root.h - seen.h) * run, 8, len};
        struct ui_touch t = ui_region(ui, "scroll-y", r, false);
        canvas_fill_box(ui->c, rect_inset(r, 2, 2), 2, t.hover ? s->theme.ink2 : s->theme.ink3);
        if (t.held) {
            s->scroll_y = (t.y - len / 2) / run * (root.h - seen.h);
            ui->wants_frame = true;
        } else if (ui->in.wheel != 0) {
            s->scroll_y -= ui->in.wheel * 48;
            ui->in.wheel = 0;
            ui->wants_frame = true;
        }
    }
}

void shell_layout(struct shell *s, struct rect root)
{
    struct rect seen = root;
    scroll_root(s, &root);
    struct rect r = root;
    double k = s->projector;
    struct rect bar = rect_cut_top(&r, bar_height(k));
    r = rect_inset(r, SIZE_GAP, SIZE_GAP);
    struct rect transport = rect_cut_bottom(&r, transport_height(k));
    rect_cut_bottom(&r, SIZE_GAP);
    struct rect caption = rect_cut_bottom(&r, caption_height(k));
    rect_cut_bottom(&r, SIZE_GAP);
    shell_bar(s, bar);
    draw_columns(s, r);
    draw_pane(s, "caption", &view_caption, s->self[PANE_CAPTION], caption);
    draw_pane(s, "timeline", &view_timeline, s->self[PANE_TIMELINE], transport);
    draw_root_bars(s, seen, root);
}
