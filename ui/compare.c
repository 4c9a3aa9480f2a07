/* The race: the picture of ui/draw with a playhead that all runs share. The transport belongs to
 * the run that lasts longest, and obeys the same keys as in a window of one run. */
#include "ui/compare.h"

#include "base/os.h"
#include "ui/draw/draw.h"
#include "ui/platform.h"

#include <stdio.h>
#include <stdlib.h>

enum { EXIT_HELD = 0, EXIT_WRONG = 2, EXIT_UNABLE = 3, TRANSPORT = 122, IDLE_MS = 50 };

struct race {
    struct draw_options o;
    struct drawn runs[DRAW_RUNS];
    unsigned longest;
    struct player lead;
    struct ui ui;
    struct theme theme;
    struct canvas *canvas;
    struct fonts *fonts;
    void *timeline; /* of view_timeline */
    int w, h;
    double seconds;
    unsigned shots;
};

static void draw_race(struct race *r, double w, double h, double scale)
{
    struct drawn *d = &r->runs[r->longest];
    struct wish wish = {0};
    uint32_t selected = 0;
    struct scene scene = {.trace = &d->trace,
                          .film = d->film,
                          .player = &r->lead,
                          .now = r->lead.now,
                          .story = &d->story,
                          .step = story_at(&d->story, r->lead.now),
                          .wish = &wish};
    r->o.at = r->lead.now;
    ui_begin(&r->ui, r->canvas, &r->theme, r->o.lang, w, h, scale, r->seconds);
    picture_draw(&r->ui, &r->o, r->runs, (struct rect){0, 0, w, h - TRANSPORT});
    canvas_fill_box(r->canvas, (struct rect){0, h - TRANSPORT, w, TRANSPORT}, 0, r->theme.bg);
    view_timeline.draw(
        r->timeline, &r->ui, &scene,
        (struct rect){SIZE_GAP, h - TRANSPORT, w - 2 * SIZE_GAP, TRANSPORT - SIZE_GAP});
    view_keys(&r->ui, &scene);
    ui_end(&r->ui);
    wish_obey(&wish, &r->lead, &selected, false);
}

static bool hears_shot(const struct ui_event *e)
{
    return e->kind == UI_KEY && e->key == UI_KEY_F12;
}

static void paint(struct race *r, struct platform *p)
{
    int w, h;
    double scale;
    platform_size(p, &w, &h, &scale);
    if (!r->canvas || w != r->w || h != r->h) {
        canvas_free(r->canvas);
        r->canvas = canvas_cairo_new(r->fonts, w, h, scale);
        r->w = w;
        r->h = h;
    }
    draw_race(r, w / scale, h / scale, scale);
    platform_present(p, canvas_cairo_pixels(r->canvas));
}

static bool hears_quit(const struct ui_event *e)
{
    return e->kind == UI_QUIT || (e->kind == UI_KEY && e->key == 'q');
}

/* slowwire-1.png and so on, where the program was started; none is overwritten. */
static void shoot(struct race *r)
{
    char path[32];
    struct err err = {0};
    do {
        snprintf(path, sizeof path, "slowwire-%u.png", ++r->shots);
    } while (os_is_file(path));
    if (!canvas_cairo_png(r->canvas, path, &err)) {
        err_print(&err, stderr, false);
    }
    err_free(&err);
}

static void loop(struct race *r, struct platform *p)
{
    int64_t last = os_wall_ns();
    bool busy = true;
    for (;;) {
        struct ui_event e;
        bool heard = false, wants_shot = false;
        while (platform_event(p, busy || heard ? 0 : IDLE_MS, &e)) {
            if (hears_quit(&e)) {
                return;
            }
            ui_event(&r->ui, &e);
            heard = true;
            wants_shot |= hears_shot(&e);
        }
        int64_t now = os_wall_ns();
        double seconds = (double)(now - last) / 1e9;
        last = now;
        r->seconds += seconds;
        bool moved = player_advance(&r->lead, seconds);
        if (moved || heard || busy) {
            paint(r, p);
        }
        if (wants_shot) {
            shoot(r);
        }
        busy = moved || r->lead.is_playing || r->ui.wants_frame;
        platform_pace(p);
    }
}

/* Settled: the second picture knows where the widgets of the first are. */
static int without_window(struct race *r, int w, int h, struct err *err)
{
    double scale = r->o.scale;
    r->canvas = canvas_cairo_new(r->fonts, (int)(w * scale), (int)(h * scale), scale);
    r->ui.is_settled = true;
    draw_race(r, w, h, scale);
    draw_race(r, w, h, scale);
    bool good = canvas_cairo_png(r->canvas, r->o.screenshot, err);
    canvas_free(r->canvas);
    return good ? EXIT_HELD : EXIT_UNABLE;
}

static int with_window(struct race *r, int w, int h, struct err *err)
{
    struct platform *p = platform_new("slowwire", w, h, err);
    if (!p) {
        return EXIT_UNABLE;
    }
    loop(r, p);
    canvas_free(r->canvas);
    platform_free(p);
    return EXIT_HELD;
}

static void begin(struct race *r)
{
    drawn_share_clock(r->runs, r->o.run_count);
    drawn_differ(r->runs, r->o.run_count);
    for (unsigned i = 1; i < r->o.run_count; i++) {
        r->longest = r->runs[i].trace.sim_ns > r->runs[r->longest].trace.sim_ns ? i : r->longest;
    }
    r->lead = r->runs[r->longest].player;
    if (r->o.at != SIM_NEVER) {
        player_go(&r->lead, r->o.at);
    }
    r->theme = theme_make(r->o.theme, 1);
    r->timeline = os_alloc(view_timeline.size + 1);
    ui_init(&r->ui);
}

int compare_run(int argc, char **argv, struct err *err)
{
    struct race *r = os_alloc(sizeof *r);
    int status = draw_options_read(argc, argv, &r->o, err) ? EXIT_HELD : EXIT_WRONG;
    for (unsigned i = 0; i < r->o.run_count && !status; i++) {
        status = drawn_open(&r->runs[i], &r->o.runs[i], err) ? EXIT_HELD : EXIT_WRONG;
    }
    if (!status && r->o.run_count > 0) {
        r->fonts = fonts_new(NULL, err);
        status = EXIT_UNABLE;
        if (r->fonts) {
            int w = r->o.w > 0 ? (int)r->o.w : 1440, h = r->o.h > 0 ? (int)r->o.h : 900;
            begin(r);
            status = r->o.screenshot ? without_window(r, w, h, err) : with_window(r, w, h, err);
            fonts_free(r->fonts);
        }
    }
    for (unsigned i = 0; i < r->o.run_count; i++) {
        drawn_free(&r->runs[i]);
    }
    free(r->timeline);
    draw_options_free(&r->o);
    free(r);
    return status;
}
