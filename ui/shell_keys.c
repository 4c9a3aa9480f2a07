/* What keys do. A box on top takes them first; then the shell, then the views. */
#include "ui/shell_inside.h"

#include <math.h>
#include <stdio.h>

void shell_theme(struct shell *s)
{
    s->theme_name = s->theme_name == THEME_LIGHT ? THEME_DARK : THEME_LIGHT;
    s->wants_draw = true;
}

void shell_lang(struct shell *s)
{
    s->lang = s->lang == LANG_EN ? LANG_ZH : LANG_EN;
    s->wants_draw = true;
}

void shell_projector(struct shell *s)
{
    s->projector = s->projector <= 1 ? 1.5 : s->projector < 2 ? 2 : 1;
    s->wants_draw = true;
}

static void next_main(struct shell *s, int direction)
{
    do {
        s->main = (s->main + (direction > 0 ? 1u : MAIN_COUNT - 1u)) % MAIN_COUNT;
    } while (!s->has_main[s->main]);
}

/* Through the views that share a place; at their end the middle changes. */
void shell_lower(struct shell *s, int direction)
{
    if (!s->film) { /* nothing is open: there are no views */
        return;
    }
    unsigned last = s->lower_count ? s->lower_count - 1 : 0;
    if (s->lower_at == (direction > 0 ? last : 0)) {
        next_main(s, direction);
        s->lower_at = direction > 0 ? 0 : last;
    } else {
        s->lower_at += direction > 0 ? 1u : -1u;
    }
}

/* By how much a packet is held back or how long after it its double comes: one round trip, to two
 * figures. */
static sim_time usual_wait(const struct shell *s)
{
    sim_time unit = 1;
    while (s->film->round_trip / unit >= 100) {
        unit *= 10;
    }
    return (s->film->round_trip / unit + 1) * unit;
}

/* Where a dropped packet dies: here, if it is on a wire now; else half-way. */
static sim_time dies_at(const struct shell *s)
{
    struct hop hops[16];
    uint32_t count = trace_hops(&s->session.trace, s->selected, hops, 16);
    sim_time now = s->player.now;
    for (uint32_t i = 0; i < count && i < 16; i++) {
        if (hops[i].tx && now > hops[i].start && now < hops[i].arrive) {
            return now;
        }
    }
    return SIM_NEVER;
}

void shell_edit(struct shell *s, enum fault_kind kind)
{
    struct err err = {.lang = s->lang};
    sim_time at = kind == FAULT_DROP ? dies_at(s) : SIM_NEVER;
    if (s->selected && session_fault(&s->session, kind, s->selected, at, usual_wait(s), &err)) {
        shell_rerun(s, false);
    } else {
        shell_show_error(s, &err);
    }
    err_free(&err);
}

void shell_undo(struct shell *s, bool redo)
{
    struct err err = {.lang = s->lang};
    if (redo ? session_redo(&s->session, &err) : session_undo(&s->session, &err)) {
        shell_rerun(s, false);
    } else {
        shell_show_error(s, &err);
    }
    err_free(&err);
}

/* Steps of the caption: to the one after or before the present one. */
static void go_step(struct shell *s, int direction)
{
    struct scene scene = shell_scene(s);
    uint32_t now = scene.step;
    bool is_past = now < s->story.count && s->player.now > s->story.steps[now].at;
    uint32_t to = now == UINT32_MAX ? 0 : now + 1;
    if (direction < 0) {
        to = now == UINT32_MAX || (now == 0 && !is_past) ? UINT32_MAX : is_past ? now : now - 1;
    }
    if (to < s->story.count) {
        s->step = to;
        s->player.is_playing = false;
        player_go(&s->player, s->story.steps[to].at);
        s->selected = s->selected ? s->story.steps[to].packet : 0;
        s->wants_draw = true;
    }
}

static void zoom_by(struct shell *s, int steps)
{
    int zoom = s->zoom + steps;
    s->zoom = zoom < -2 ? -2 : zoom > 3 ? 3 : zoom;
}

static void open_save(struct shell *s)
{
    s->goes_on = false;
    s->box = BOX_SAVE;
    s->ui.focus = 0;
    session_free_name(&s->session, s->file, sizeof s->file);
}

static bool has_drawer(const struct shell *s)
{
    return s->laid_w < SHELL_THIRD || s->projector > 1;
}

static void toggle_inspector(struct shell *s)
{
    *(has_drawer(s) ? &s->drawer : &s->no_inspector) ^= true;
}

/* Enter: the selected packet, else the one of the step, is selected and its panel shown. */
static void show_packet(struct shell *s)
{
    struct scene scene = shell_scene(s);
    if (!s->selected && scene.step < s->story.count) {
        s->selected = s->story.steps[scene.step].packet;
    }
    s->no_inspector = false;
    s->drawer = has_drawer(s);
}

static void escape(struct shell *s)
{
    if (s->settings.is_open) {
        s->settings.is_open = false;
    } else if (s->drawer && has_drawer(s)) {
        s->drawer = false;
    } else {
        s->selected = 0;
    }
    s->ui.focus = 0;
}

static void look_keys(struct shell *s)
{
    struct ui *ui = &s->ui;
    if (ui_take_key(ui, 'p', 0)) {
        shell_projector(s);
    } else if (ui_take_key(ui, 't', 0)) {
        shell_theme(s);
    } else if (ui_take_key(ui, 'g', 0)) {
        shell_lang(s);
    } else if (ui_take_key(ui, '+', UI_CTRL) || ui_take_key(ui, '=', UI_CTRL)) {
        zoom_by(s, 1);
    } else if (ui_take_key(ui, '-', UI_CTRL)) {
        zoom_by(s, -1);
    } else if (ui_take_key(ui, '0', UI_CTRL)) {
        s->zoom = 0;
    } else if (ui_take_key(ui, UI_KEY_F11, 0)) {
        s->wish_out = SHELL_FULLSCREEN;
        s->is_full = !s->is_full;
    } else if (ui_take_key(ui, UI_KEY_F12, 0)) {
        s->wish_out = SHELL_SHOT;
    } else if (ui_take_key(ui, 'i', 0)) {
        toggle_inspector(s);
    } else if (ui_take_key(ui, 'f', 0)) {
        s->is_alone = !s->is_alone;
    } else if (ui_take_key(ui, 'r', 0)) {
        s->is_relative = !s->is_relative;
    } else if (ui_take_key(ui, 'v', 0)) {
        shell_lower(s, 1);
    } else if (ui_take_key(ui, 'v', UI_SHIFT)) {
        shell_lower(s, -1);
    }
}

/* What was seen becomes expectations: of the selected packet, else of all up to now. */
static void freeze(struct shell *s)
{
    struct err err = {.lang = s->lang};
    if (session_freeze(&s->session, s->player.now, s->selected, &err)) {
        shell_rerun(s, false);
    } else {
        shell_show_error(s, &err);
    }
    err_free(&err);
}

static void edit_keys(struct shell *s)
{
    struct ui *ui = &s->ui;
    if (ui_take_key(ui, 'z', UI_CTRL)) {
        shell_undo(s, false);
    } else if (ui_take_key(ui, 'z', UI_CTRL | UI_SHIFT) || ui_take_key(ui, 'y', UI_CTRL)) {
        shell_undo(s, true);
    } else if (ui_take_key(ui, 's', UI_CTRL)) {
        open_save(s);
    } else if (ui_take_key(ui, 'q', UI_CTRL)) {
        shell_go_to_file(s, NULL);
    } else if (ui_take_key(ui, 't', UI_CTRL)) {
        freeze(s);
    } else if (ui_take_key(ui, 'e', UI_CTRL)) {
        shell_open_export(s);
    } else if (ui_take_key(ui, 'r', UI_CTRL)) {
        shell_record(s, SHELL_RECORD);
    } else if (ui_take_key(ui, 'r', UI_CTRL | UI_SHIFT)) {
        shell_record(s, SHELL_RECORD_GIF);
    } else if (ui_take_key(ui, 'e', 0)) {
        s->settings.is_open = !s->settings.is_open;
    } else if (ui_take_key(ui, 'd', 0) && s->session.change.from != SIM_NEVER) {
        s->player.is_playing = false;
        player_go(&s->player, s->session.change.from);
    } else if (ui_take_key(ui, 'd', UI_SHIFT)) {
        s->hides_ghosts = !s->hides_ghosts;
    } else if (ui_take_key(ui, 'h', UI_SHIFT)) {
        shell_reveal(s);
    } else if (ui_take_key(ui, 'h', UI_CTRL)) {
        shell_home(s);
    } else if (ui_take_key(ui, 'o', UI_CTRL)) {
        shell_open_list(s);
    } else if (s->selected && ui_take_key(ui, UI_KEY_DELETE, 0)) {
        s->box = BOX_NONE;
        shell_edit(s, FAULT_DROP);
    } else if (s->selected && ui_take_key(ui, 'm', 0)) {
        shell_open_menu(s, ui->w / 2 - 110, ui->h / 3);
    }
}

/* The next message (1), or the one before (-1), that a packet carries: from the chosen one; from
 * now, if none is. */
static void go_message(struct shell *s, int direction)
{
    const struct talks *k = &s->film->talks;
    uint32_t at = shell_message(s);
    if (at == 0) {
        while (at < k->message_count && k->messages[at].sent < s->player.now) {
            at++;
        }
        at += direction > 0 ? 1 : 0;
    } else {
        at += direction > 0 ? 1u : UINT32_MAX;
    }
    if (at >= 1 && at <= k->message_count && k->messages[at - 1].piece_count > 0) {
        s->message = at;
        s->selected = k->pieces[k->messages[at - 1].first].packet;
        s->player.is_playing = false;
        player_go(&s->player, film_packet_sent(s->film, s->selected));
    }
}

static void message_keys(struct shell *s)
{
    if (ui_take_key(&s->ui, UI_KEY_DOWN, UI_SHIFT)) {
        go_message(s, 1);
    } else if (ui_take_key(&s->ui, UI_KEY_UP, UI_SHIFT)) {
        go_message(s, -1);
    }
}

static void story_keys(struct shell *s)
{
    struct ui *ui = &s->ui;
    if (ui_take_key(ui, UI_KEY_PAGE_DOWN, 0)) {
        go_step(s, 1);
    } else if (ui_take_key(ui, UI_KEY_PAGE_UP, 0)) {
        go_step(s, -1);
    } else if (ui_take_key(ui, '/', 0)) {
        s->box = BOX_GOTO;
        ui->focus = 0;
        s->place[0] = '\0';
        s->misplaced[0] = '\0';
    } else if (ui_take_key(ui, UI_KEY_ENTER, 0)) {
        show_packet(s);
    }
}

/* Off, the scenario's questions, made-up ones, off. */
static void next_predict(struct shell *s)
{
    enum predict mode = s->quiz.mode;
    quiz_choose_mode(s, mode == PREDICT_OFF      ? PREDICT_LESSON
                        : mode == PREDICT_LESSON ? PREDICT_QUIZ
                                                 : PREDICT_OFF);
}

static void predict_keys(struct shell *s)
{
    if (ui_take_key(&s->ui, 'q', 0)) {
        next_predict(s);
    } else if (ui_take_key(&s->ui, 'q', UI_SHIFT)) {
        quiz_next(s);
    }
}

/* What works on the first page as well. */
static void home_keys(struct shell *s)
{
    struct ui *ui = &s->ui;
    if (ui_take_key(ui, '?', 0) || ui_take_key(ui, UI_KEY_F1, 0)) {
        s->box = s->box == BOX_HELP ? BOX_NONE : BOX_HELP;
    } else if (ui_take_key(ui, 'q', UI_CTRL)) {
        shell_go_to_file(s, NULL);
    }
    look_keys(s);
}

void shell_keys(struct shell *s)
{
    struct ui *ui = &s->ui;
    if (s->film && s->box == BOX_NONE && !s->at_home) {
        shell_lesson_keys(s);
    }
    if (ui_take_key(ui, 'b', 0) || (s->blank && ui->in.key != UI_KEY_NONE)) {
        s->blank = !s->blank;
        ui->in.key = UI_KEY_NONE;
        ui->wants_frame = true;
        return;
    }
    if (!s->film || s->at_home) {
        home_keys(s);
        return;
    }
    if (ui_take_key(ui, UI_KEY_ESCAPE, 0)) {
        escape(s);
    } else if (ui_take_key(ui, '?', 0) || ui_take_key(ui, UI_KEY_F1, 0)) {
        s->box = s->box == BOX_HELP ? BOX_NONE : BOX_HELP;
    }
    if (s->box == BOX_SAVE || s->box == BOX_ERROR || s->box == BOX_GOTO || s->box == BOX_UNSAVED ||
        s->box == BOX_EXPORT || s->box == BOX_RESCUE) {
        return;
    }
    look_keys(s);
    edit_keys(s);
    story_keys(s);
    message_keys(s);
    predict_keys(s);
    if (ui->in.menu && s->wish.hovered) { /* of this picture: the pointer may just have come */
        s->selected = s->wish.hovered;
        shell_open_menu(s, ui->in.x, ui->in.y);
    }
    struct scene scene = shell_scene(s);
    view_keys(ui, &scene);
}
