/* The shell: what is open, where the playhead stands, what is selected. Selection, playhead and
 * theme are one for all views; whatever a view asks for comes back as a wish and is obeyed here. */
#include "ui/shell_inside.h"

#include "base/os.h"
#include "ui/view/numbers.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct view *const panes[PANE_COUNT] = {
    [PANE_STAGE] = &view_stage,         [PANE_LADDER] = &view_ladder,
    [PANE_INSPECTOR] = &view_inspector, [PANE_CAPTION] = &view_caption,
    [PANE_TIMELINE] = &view_timeline,   [PANE_STATES] = &view_state,
    [PANE_MACHINE] = &view_machine,     [PANE_PLOTS] = &view_plots,
    [PANE_LEASE] = &view_lease,         [PANE_PLAYOUT] = &view_playout,
    [PANE_MESSAGES] = &view_messages};

static const enum shell_pane mains[MAIN_COUNT] = {
    [MAIN_LADDER] = PANE_LADDER, [MAIN_MACHINE] = PANE_MACHINE, [MAIN_PLOTS] = PANE_PLOTS,
    [MAIN_LEASE] = PANE_LEASE,   [MAIN_PLAYOUT] = PANE_PLAYOUT, [MAIN_MESSAGES] = PANE_MESSAGES};

enum shell_pane shell_main_pane(const struct shell *s)
{
    return mains[s->main];
}

const struct view *shell_main_view(const struct shell *s)
{
    return panes[mains[s->main]];
}

static void forget_selves(struct shell *s)
{
    for (unsigned i = 0; i < PANE_COUNT; i++) {
        free(s->self[i]);
        s->self[i] = panes[i] ? os_alloc(panes[i]->size + 1) : NULL;
    }
    for (unsigned i = 0; i < LOWER_MAX; i++) {
        free(s->lower_self[i]);
        s->lower_self[i] = i < s->lower_count ? os_alloc(s->lower[i]->size + 1) : NULL;
    }
}

struct shell *shell_new(const struct shell_options *o)
{
    struct shell *s = os_alloc(sizeof *s);
    s->o = *o;
    ui_init(&s->ui);
    s->lang = o->lang;
    s->theme_name = o->theme;
    s->projector = o->projector > 0 ? o->projector : 1;
    s->theme = theme_make(s->theme_name, s->projector);
    s->step = UINT32_MAX;
    s->quiz.at = QUIZ_NONE;
    s->session.rescue.is_on = o->remembers;
    if (o->remembers) {
        shell_remember(s);
    }
    forget_selves(s);
    return s;
}

static void forget_film(struct shell *s)
{
    film_free(s->film);
    ghosts_free(&s->ghosts);
    story_free(&s->story);
    s->film = NULL;
}

void shell_free(struct shell *s)
{
    if (!s) {
        return;
    }
    if (s->o.remembers) {
        shell_keep(s);
    }
    forget_film(s);
    lesson_free(&s->quiz.lesson);
    session_free(&s->session);
    session_list_free(&s->list);
    for (unsigned i = 0; i < PANE_COUNT; i++) {
        free(s->self[i]);
    }
    for (unsigned i = 0; i < LOWER_MAX; i++) {
        free(s->lower_self[i]);
    }
    free(s->error);
    free(s);
}

static double pace_of(const struct shell *s)
{
    double speed = s->session.scenario->view_speed;
    return speed > 0 ? speed : film_pace(s->film);
}

void shell_rerun(struct shell *s, bool is_new)
{
    forget_film(s);
    s->film = film_new(&s->session.trace);
    if (s->session.change.gone > 0) {
        ghosts_make(&s->ghosts, &s->session.trace, &s->session.before, s->session.change.is_gone);
        session_forget_before(&s->session);
    }
    story_make(&s->session.trace, &s->story);
    s->step = UINT32_MAX;
    s->hovered = 0;
    const struct film *f = s->film;
    if (is_new) {
        shell_choose_views(s);
        s->is_relative = numbers_are_long(&s->session.trace);
        forget_selves(s);
        s->selected = 0;
        s->is_revealed = false;
        player_init(&s->player, &f->plain, &f->folded, f->marks, f->mark_count, pace_of(s));
    } else {
        player_replace(&s->player, &f->plain, &f->folded, f->marks, f->mark_count);
        if (s->selected > s->session.trace.packets.count) {
            s->selected = 0;
        }
    }
    quiz_load(s, is_new);
    const char *title = s->session.scenario->title[s->lang];
    snprintf(s->title, sizeof s->title, "%.200s — slowwire", title);
    s->wants_draw = true;
}

bool shell_open(struct shell *s, const char *path, struct err *err)
{
    bool is_first = !s->film;
    if (!session_open(&s->session, path, err)) {
        return false;
    }
    shell_rerun(s, true);
    s->at_home = false;
    if (s->o.remembers) {
        session_recent_add(path);
        shell_offer_rescue(s);
    }
    if (is_first && s->o.at >= 0) {
        player_go(&s->player, s->o.at);
    }
    if (is_first && s->o.select > 0 && s->o.select <= s->session.trace.packets.count) {
        s->selected = (uint32_t)s->o.select;
    }
    return true;
}

void shell_load(struct shell *s, const char *path)
{
    struct err err = {.lang = s->lang};
    s->box = BOX_NONE;
    s->ui.focus = 0;
    if (!shell_open(s, path, &err)) {
        shell_show_error(s, &err);
    }
    err_free(&err);
    s->wants_draw = true;
}

void shell_go_to_file(struct shell *s, const char *path)
{
    bool is_again = !path && s->box == BOX_UNSAVED && !s->next[0]; /* asked to close twice */
    if (path != s->next) {
        snprintf(s->next, sizeof s->next, "%s", path ? path : "");
    }
    if (session_is_edited(&s->session) && !s->is_leaving && !is_again) {
        s->box = BOX_UNSAVED;
        s->ui.focus = 0;
        s->wants_draw = true;
    } else if (path) {
        shell_load(s, path);
    } else {
        s->wish_out = SHELL_QUIT;
    }
}

void shell_show_error(struct shell *s, struct err *err)
{
    struct buf text = {0};
    err_format(err, &text);
    free(s->error);
    s->error = NULL;
    if (text.len) {
        s->error = os_alloc(text.len + 1);
        memcpy(s->error, text.data, text.len);
        s->box = BOX_ERROR;
        s->box_scroll = 0;
    }
    buf_free(&text);
    err_free(err);
    s->wants_draw = true;
}

void shell_complain(struct shell *s, struct err *err)
{
    err->lang = s->lang;
    shell_show_error(s, err);
}

bool shell_hears(const struct shell *s)
{
    return s->ui.queue_count < UI_EVENTS;
}

void shell_event(struct shell *s, const struct ui_event *e)
{
    s->wants_draw = true;
    if (e->kind == UI_DROP) {
        shell_go_to_file(s, e->text);
    } else if (e->kind == UI_QUIT) {
        shell_go_to_file(s, NULL);
    } else {
        ui_event(&s->ui, e);
    }
}

#define WATCH_SECONDS 0.1

/* Somebody may have saved the file in an editor. What is wrong with it stands beside the last good
 * run until it is mended. */
static void watch(struct shell *s)
{
    if (s->time < s->watched + WATCH_SECONDS) {
        return;
    }
    s->watched = s->time;
    struct err err = {.lang = s->lang};
    switch (session_watch(&s->session, &err)) {
    case SESSION_SAME: break;
    case SESSION_RELOADED:
        if (s->box == BOX_BESIDE) {
            s->box = BOX_NONE;
        }
        shell_rerun(s, false);
        break;
    case SESSION_BROKEN:
        shell_show_error(s, &err);
        s->box = BOX_BESIDE;
        break;
    }
    err_free(&err);
}

bool shell_tick(struct shell *s, int64_t wall_ns)
{
    if (!s->has_ticked) {
        s->has_ticked = true;
        s->wall_first = s->wall_last = wall_ns;
    }
    double seconds = (double)(wall_ns - s->wall_last) / 1e9;
    s->wall_last = wall_ns;
    s->time = (double)(wall_ns - s->wall_first) / 1e9;
    watch(s);
    sim_time before = s->player.now;
    bool was_playing = s->player.is_playing;
    bool moved = s->film && player_advance(&s->player, fmin(fmax(seconds, 0), 0.25));
    if (s->film && was_playing) {
        moved |= quiz_stops(s, before);
    }
    if (s->is_recording && !s->player.is_playing) { /* the film ends with the run */
        s->is_recording = false;
        s->wish_out = SHELL_RECORD_END;
    }
    bool wants = s->wants_draw || s->ui.wants_frame || s->ui.wakes_at <= s->time;
    s->wants_draw = false;
    return moved || wants;
}

bool shell_is_settled(const struct shell *s)
{
    return s->o.is_settled;
}

/* The step in force: of several of one instant the one that a key went to. */
uint32_t shell_step(const struct shell *s)
{
    const struct story *story = &s->story;
    if (s->step < story->count && story->steps[s->step].at == s->player.now) {
        return s->step;
    }
    return story_at(story, s->player.now);
}

uint32_t shell_message(const struct shell *s)
{
    bool is_there =
        s->message && s->selected && talks_carries(&s->film->talks, s->selected, s->message - 1);
    return is_there ? s->message : 0;
}

struct scene shell_scene(struct shell *s)
{
    const struct lesson_question *q = quiz_question(s);
    bool is_asked = q && !s->quiz.is_told;
    s->shown = s->player;
    s->shown.hides_future |= quiz_hides(s);
    return (struct scene){.trace = &s->session.trace,
                          .film = s->film,
                          .player = &s->shown,
                          .now = is_asked ? q->moment : s->player.now,
                          .is_asked = is_asked,
                          .selected = s->selected,
                          .hovered = s->hovered,
                          .message = shell_message(s),
                          .story = &s->story,
                          .step = shell_step(s),
                          .wish = &s->wish,
                          .changed = s->session.change.is_new,
                          .changed_from = s->session.change.from,
                          .ghosts = s->ghosts.count && !s->hides_ghosts ? &s->ghosts : NULL,
                          .is_relative = s->is_relative,
                          .is_worksheet = s->is_worksheet};
}

/* Logical pixels: the window's scale, the user's zoom, and 1.25 steps for a very wide window. */
static double factor_of(const struct shell *s, double w, double scale)
{
    static const double zooms[] = {0.64, 0.8, 1, 1.25, 1.5625, 1.953125};
    double factor = scale * zooms[s->zoom + 2];
    while (w / factor > SHELL_WIDE) {
        factor *= 1.25;
    }
    return factor;
}

static void obey(struct shell *s)
{
    s->hovered = s->wish.hovered;
    bool was_playing = s->player.is_playing;
    sim_time before = s->player.now;
    if (s->wish.has_packet) {
        s->message = s->wish.has_message ? s->wish.message : 0;
    }
    if (wish_obey(&s->wish, &s->player, &s->selected, shell_is_settled(s))) {
        s->wants_draw = true;
    }
    if (s->player.now != before || s->player.glide_to != SIM_NEVER) {
        quiz_leave(s);
    }
    if (s->wish.kind) {
        char where[32];
        snprintf(where, sizeof where, "%s.%u", s->wish.kind, s->wish.thing);
        shell_open_settings(s, where);
    }
    s->ui.wants_frame |= s->wants_draw || s->player.is_playing != was_playing;
}

void shell_draw(struct shell *s, struct canvas *c, double w, double h, double scale)
{
    double factor = factor_of(s, w, scale);
    struct rect root = {0, 0, w / factor, h / factor};
    s->theme = theme_make(s->theme_name, s->projector);
    s->wish = (struct wish){0};
    ui_begin(&s->ui, c, &s->theme, s->lang, root.w, root.h, factor, s->time);
    s->ui.is_settled = shell_is_settled(s);
    canvas_fill_box(c, root, 0, s->blank ? s->theme.ink : s->theme.bg);
    if (s->box != BOX_NONE && ui_take_key(&s->ui, UI_KEY_ESCAPE, 0)) {
        s->box = BOX_NONE; /* before a field in it takes the key */
        s->ui.focus = 0;
    }
    if (s->at_home && !s->blank) {
        shell_home_draw(s, root);
        shell_boxes(s, root);
    } else if (s->film && !s->blank) {
        shell_layout(s, root);
        shell_boxes(s, root);
    }
    shell_keys(s);
    ui_end(&s->ui);
    if (s->film && !s->at_home) {
        uint32_t before = s->hovered;
        obey(s);
        s->ui.wants_frame |= s->hovered != before;
    }
}

enum shell_wish shell_take_wish(struct shell *s)
{
    enum shell_wish wish = s->wish_out;
    s->wish_out = SHELL_NOTHING;
    return wish;
}

const char *shell_title(const struct shell *s)
{
    return s->film ? s->title : "slowwire";
}
