/* A run as a film: the network, what belongs to it, the ladder and the caption, as the window shows
 * them, played at the scenario's pace with idle time folded. Views that were asked for stand one
 * below the other instead. */
#include "ui/draw/draw.h"

#include "base/os.h"
#include "ui/movie.h"
#include "ui/view/numbers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { REEL_W = 1280, REEL_H = 720, SLOTS = 4, GAP = 12 };

#define LONGEST 180.0 /* seconds: a longer run plays faster */
#define STILL   1.0   /* the last picture stays for so long */

struct reel {
    const struct draw_options *o;
    struct drawn *d;
    struct canvas *canvas;
    struct theme theme;
    struct ui *ui;
    void *self[SLOTS];
    const struct view *views[SLOTS];
    struct rect places[SLOTS];
    unsigned count;
    double w, h;
};

static void add(struct reel *r, const struct view *v, struct rect place)
{
    r->views[r->count] = v;
    r->places[r->count] = place;
    r->self[r->count++] = os_alloc(v->size + 1);
}

/* As the window lays it out. */
static void place_usual(struct reel *r)
{
    double title = 40, caption = 96, left = floor(r->w * 0.42);
    struct rect all = {GAP, title, r->w - 2 * GAP, r->h - title - GAP};
    struct rect below = rect_cut_bottom(&all, caption);
    rect_cut_bottom(&all, GAP);
    struct rect side = rect_cut_left(&all, left);
    rect_cut_left(&all, GAP);
    struct rect stage = rect_cut_top(&side, floor(side.h * 0.5));
    rect_cut_top(&side, GAP);
    add(r, &view_stage, stage);
    add(r, &view_state, side);
    add(r, &view_ladder, all);
    add(r, &view_caption, below);
}

static void place_views(struct reel *r)
{
    struct rect all = {GAP, 40, r->w - 2 * GAP, r->h - 40 - GAP};
    double h = (all.h - GAP * (r->o->view_count - 1.0)) / r->o->view_count;
    for (unsigned i = 0; i < r->o->view_count; i++) {
        add(r, r->o->views[i], rect_cut_top(&all, h));
        rect_cut_top(&all, GAP);
    }
}

static void draw_frame(struct reel *r, double seconds)
{
    struct ui *ui = r->ui;
    struct wish wish = {0};
    struct scene scene = {.trace = &r->d->trace,
                          .film = r->d->film,
                          .player = &r->d->player,
                          .now = r->d->player.now,
                          .story = &r->d->story,
                          .step = story_at(&r->d->story, r->d->player.now),
                          .wish = &wish,
                          .is_relative = numbers_are_long(&r->d->trace),
                          .is_worksheet = r->o->is_worksheet};
    ui_begin(ui, r->canvas, &r->theme, r->o->lang, r->w, r->h, r->canvas->scale, seconds);
    canvas_fill_box(r->canvas, (struct rect){0, 0, r->w, r->h}, 0, r->theme.bg);
    canvas_text_in(r->canvas, theme_font(&r->theme, TYPE_SCENARIO),
                   (struct rect){GAP, 4, r->w - 2 * GAP, 34}, ALIGN_LEFT, r->theme.ink,
                   r->d->scenario->title[r->o->lang]);
    for (unsigned i = 0; i < r->count; i++) {
        ui_push(ui, "reel", i);
        r->views[i]->draw(r->self[i], ui, &scene, r->places[i]);
        ui_pop(ui);
    }
    ui_end(ui);
}

/* From --from to --to, at the scenario's speed or two seconds a round trip. */
static bool play(struct reel *r, struct movie *m, unsigned rate)
{
    struct player *p = &r->d->player;
    const struct draw_options *o = r->o;
    sim_time from = o->from == SIM_NEVER ? 0 : o->from;
    sim_time to = o->to < p->axis->end ? o->to : p->axis->end;
    double pace =
        r->d->scenario->view_speed > 0 ? r->d->scenario->view_speed : film_pace(r->d->film);
    double length = axis_at(p->axis, to) - axis_at(p->axis, from);
    double seconds = fmin(length / (pace * (double)SIM_S), LONGEST);
    unsigned frames = (unsigned)ceil(seconds * rate), still = (unsigned)(STILL * rate);
    for (unsigned i = 0; i <= frames + still; i++) {
        double share = frames > 0 && i < frames ? (double)i / frames : 1;
        player_go(p, axis_time(p->axis, axis_at(p->axis, from) + share * length));
        draw_frame(r, (double)i / rate);
        if (!movie_add(m, canvas_cairo_pixels(r->canvas))) {
            return false; /* closing tells why */
        }
    }
    return true;
}

static void open_reel(struct reel *r, struct fonts *fonts)
{
    struct film *f = r->d->film;
    const struct draw_options *o = r->o;
    r->w = o->w > 0 ? o->w : REEL_W;
    r->h = o->h > 0 ? o->h : REEL_H;
    r->canvas = canvas_cairo_new(fonts, (int)(r->w * o->scale), (int)(r->h * o->scale), o->scale);
    r->theme = theme_make(o->theme, 1);
    r->ui = os_alloc(sizeof *r->ui);
    ui_init(r->ui);
    player_init(&r->d->player, &f->plain, &f->folded, f->marks, f->mark_count, film_pace(f));
    (o->has_views ? place_views : place_usual)(r);
}

bool reel_make(const struct draw_options *o, struct drawn *d, struct fonts *fonts, struct err *err)
{
    struct reel r = {.o = o, .d = d};
    unsigned rate = movie_rate(o->output);
    open_reel(&r, fonts);
    struct movie *m =
        movie_open(o->output, (int)(r.w * o->scale), (int)(r.h * o->scale), rate, err);
    bool is_good = m && (play(&r, m, rate), movie_close(m, err));
    for (unsigned i = 0; i < r.count; i++) {
        free(r.self[i]);
    }
    canvas_free(r.canvas);
    free(r.ui);
    return is_good;
}
