#pragma once
/* Draws views of a scenario's run onto pixels, without a shell. */

#include "registry.h"
#include "run.h"
#include "scenario/read.h"
#include "ui/canvas_cairo.h"
#include "ui/view/ladder.h"
#include "ui/view/stage.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const bundled[] = {
    "arq/no-loss",
    "arq/frame-lost",
    "arq/ack-lost",
    "arq/corrupted-frame",
    "arq/one-bit-needed",
    "arq/premature-timeout",
    "arq/utilization-long-link",
    "arq/utilization-short-link",
    "udp/over-a-router",
    "udp/queue-overflow",
};
#define BUNDLED (sizeof bundled / sizeof *bundled)

struct view_rig {
    struct scenario *scenario;
    struct trace trace;
    struct film *film;
    struct player player;
    struct fonts *fonts;
    struct canvas *canvas;
    struct theme theme;
    struct ui ui;
    struct ladder ladder;
    struct stage stage;
    char timeline[16];
    struct wish wish;
    struct scene scene;
    double w, h, seconds;
    enum lang lang;
};

static inline void rig_init(struct view_rig *r, double w, double h, enum theme_name theme,
                            double projector)
{
    struct err err = {0};

    r->w = w;
    r->h = h;
    r->fonts = fonts_new(SOURCE_DIR "/assets/fonts", &err);
    ck_assert_msg(r->fonts != NULL, "fonts");
    r->canvas = canvas_cairo_new(r->fonts, (int)w, (int)h, 1);
    r->theme = theme_make(theme, projector);
    r->film = film_new(&r->trace);
    player_init(&r->player, &r->film->plain, &r->film->folded, r->film->marks, r->film->mark_count,
                film_pace(r->film));
    r->scene = (struct scene){.trace = &r->trace,
                              .film = r->film,
                              .player = &r->player,
                              .step = UINT32_MAX,
                              .wish = &r->wish};
    ui_init(&r->ui);
    r->ui.is_settled = true;
}

static inline void rig_run(struct view_rig *r, bool is_read, struct err *err)
{
    struct run_options options = {.watch = true};

    if (!is_read) {
        err_print(err, stderr, false);
    }
    ck_assert_msg(is_read, "the scenario is not read");
    ck_assert(run_scenario(r->scenario, &options, &r->trace, err));
    err_free(err);
}

/* A run of a bundled scenario ("arq/no-loss") in a window of w x h. */
static inline struct view_rig *rig_open(const char *name, double w, double h, enum theme_name theme,
                                        double projector)
{
    struct view_rig *r = calloc(1, sizeof *r);
    struct err err = {0};
    char path[256];

    snprintf(path, sizeof path, SOURCE_DIR "/scenarios/%s.yaml", name);
    rig_run(r, scenario_read(path, registry(), NULL, 0, &r->scenario, &err), &err);
    rig_init(r, w, h, theme, projector);
    return r;
}

static inline struct view_rig *rig_text(const char *text, double w, double h)
{
    struct view_rig *r = calloc(1, sizeof *r);
    struct err err = {0};

    rig_run(r, scenario_read_text("test", text, registry(), NULL, 0, &r->scenario, &err), &err);
    rig_init(r, w, h, THEME_LIGHT, 1);
    return r;
}

static inline void rig_close(struct view_rig *r)
{
    canvas_free(r->canvas);
    film_free(r->film);
    fonts_free(r->fonts);
    trace_free(&r->trace);
    if (r->scenario) {
        scenario_free(r->scenario);
    }
    free(r);
}

static inline struct rect rig_stage(const struct view_rig *r)
{
    return (struct rect){12, 12, r->w * 0.31, (r->h - 146) * 0.55};
}

static inline struct rect rig_ladder(const struct view_rig *r)
{
    return (struct rect){r->w * 0.31 + 24, 12, r->w * 0.38, r->h - 146};
}

static inline struct rect rig_timeline(const struct view_rig *r)
{
    return (struct rect){12, r->h - 122, r->w - 24, 110};
}

/* The three views at `now`, which the player need not allow. */
static inline void rig_draw_at(struct view_rig *r, sim_time now)
{
    r->scene.now = now;
    r->wish = (struct wish){0};
    ui_begin(&r->ui, r->canvas, &r->theme, r->lang, r->w, r->h, 1, r->seconds++);
    canvas_fill_box(r->canvas, (struct rect){0, 0, r->w, r->h}, 0, r->theme.bg);
    view_stage.draw(&r->stage, &r->ui, &r->scene, rig_stage(r));
    view_ladder.draw(&r->ladder, &r->ui, &r->scene, rig_ladder(r));
    view_timeline.draw(r->timeline, &r->ui, &r->scene, rig_timeline(r));
    view_keys(&r->ui, &r->scene);
    ui_end(&r->ui);
}

static inline void rig_draw(struct view_rig *r, sim_time t)
{
    player_go(&r->player, t);
    rig_draw_at(r, r->player.now);
}

static inline void rig_event(struct view_rig *r, struct ui_event e)
{
    ui_event(&r->ui, &e);
    rig_draw_at(r, r->player.now);
}

/* Presses and releases the left button there; r->wish is what the press asked for. */
static inline struct wish rig_click(struct view_rig *r, double x, double y)
{
    struct wish wish;

    rig_event(r, (struct ui_event){.kind = UI_MOVE, .x = x, .y = y});
    rig_event(r,
              (struct ui_event){.kind = UI_PRESS, .x = x, .y = y, .button = UI_LEFT, .clicks = 1});
    wish = r->wish;
    rig_event(r, (struct ui_event){.kind = UI_RELEASE, .x = x, .y = y, .button = UI_LEFT});
    return wish;
}
