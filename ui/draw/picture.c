/* A picture: each run a column of its views under its title; several runs share one clock, and a
 * table below tells what each took, the best of each row marked. */
#include "ui/draw/draw.h"

#include "base/os.h"
#include "registry.h"
#include "run.h"
#include "scenario/read.h"
#include "ui/view/ladder.h"
#include "ui/view/numbers.h"
#include "ui/view/playout.h"

#include <stdlib.h>
#include <string.h>

enum {
    MARGIN = 12,
    TITLE = 34,
    COLUMN = 620,
    LADDER = 760,
    STRIP = 300,
    CAPTION = 124,
    TRANSPORT = 110
};

bool drawn_open(struct drawn *d, const struct draw_run *run, struct err *err)
{
    const struct run_options watch = {.watch = true, .max_events = 3000000};
    *d = (struct drawn){.run = run};
    if (!scenario_read(run->file, registry(), run->sets, run->set_count, &d->scenario, err) ||
        !run_scenario(d->scenario, &watch, &d->trace, err)) {
        return false;
    }
    d->film = film_new(&d->trace);
    story_make(&d->trace, &d->story);
    return true;
}

void drawn_free(struct drawn *d)
{
    story_free(&d->story);
    if (d->film) {
        film_free(d->film);
    }
    trace_free(&d->trace);
    if (d->scenario) {
        scenario_free(d->scenario);
    }
}

void drawn_share_clock(struct drawn *d, unsigned count)
{
    sim_time end = 0;
    for (unsigned i = 0; i < count; i++) {
        end = d[i].film->plain.end > end ? d[i].film->plain.end : end;
    }
    for (unsigned i = 0; i < count; i++) {
        struct film *f = d[i].film;
        f->plain.end = count > 1 ? end : f->plain.end;
        f->plain.length = (double)f->plain.end;
        player_init(&d[i].player, &f->plain, &f->folded, f->marks, f->mark_count, film_pace(f));
        d[i].player.is_plain = true;
        d[i].player.axis = &f->plain;
        d[i].player.zoom = 0;
    }
}

static double view_height(const struct view *v)
{
    return v == &view_caption                      ? CAPTION
           : v == &view_timeline                   ? TRANSPORT
           : v == &view_window || v == &view_state ? STRIP
                                                   : LADDER;
}

void picture_size(const struct draw_options *o, const struct drawn *runs, double *w, double *h)
{
    *w = o->w;
    *h = o->h;
    if (*w <= 0) {
        *w = MARGIN + (double)o->run_count * (COLUMN + MARGIN);
        *h = MARGIN + TITLE + table_height(o, runs);
        for (unsigned i = 0; i < o->view_count; i++) {
            *h += view_height(o->views[i]) + MARGIN;
        }
    }
}

/* The ladder's page is turned to what was asked for. */
static void show_part(const struct draw_options *o, struct drawn *d, struct ladder *self)
{
    const struct axis *a = d->player.axis;
    sim_time from = o->from == SIM_NEVER ? 0 : o->from, to = o->to < a->end ? o->to : a->end;
    if ((o->from == SIM_NEVER && o->to == SIM_NEVER) || from >= to) {
        return;
    }
    d->player.zoom = 1;
    d->film->span = axis_at(a, to) - axis_at(a, from);
    self->scroll_now = d->player.now;
    self->scroll = axis_at(a, from) - ladder_page_top(a, axis_at(a, d->player.now), d->film->span);
}

/* The scenario's title, and the setting that makes the difference. */
static void draw_title(struct ui *ui, const struct draw_options *o, const struct drawn *d,
                       struct rect r)
{
    const char *title = d->scenario->title[o->lang], *varied = d->run->varied;
    canvas_text_in(ui->c, theme_font(ui->theme, TYPE_SCENARIO), r, ALIGN_LEFT, ui->theme->ink,
                   title);
    if (o->is_worksheet) { /* who fills it in */
        canvas_text_in(ui->c, theme_font(ui->theme, TYPE_BODY), r, ALIGN_RIGHT, ui->theme->ink2,
                       word(o->lang, "draw.worksheet"));
    }
    if (varied) {
        r.x += ui_text_width(ui, TYPE_SCENARIO, title) + MARGIN;
        canvas_text_in(ui->c, theme_font(ui->theme, *varied ? TYPE_VALUE : TYPE_BODY), r,
                       ALIGN_LEFT, ui->theme->ink2,
                       *varied ? varied : word(o->lang, "draw.as-it-is"));
    }
}

static void draw_run(struct ui *ui, const struct draw_options *o, struct drawn *d, struct rect r)
{
    double total = 0;
    draw_title(ui, o, d, rect_cut_top(&r, TITLE));
    sim_time at = o->at != SIM_NEVER ? o->at : o->to;
    player_go(&d->player, at < d->player.axis->end ? at : d->player.axis->end);
    for (unsigned i = 0; i < o->view_count; i++) {
        total += view_height(o->views[i]);
    }
    double room = r.h - MARGIN * (o->view_count - 1.0);
    for (unsigned i = 0; i < o->view_count; i++) {
        const struct view *v = o->views[i];
        struct wish wish = {0};
        struct scene scene = {.trace = &d->trace,
                              .film = d->film,
                              .player = &d->player,
                              .now = d->player.now,
                              .story = &d->story,
                              .step = story_at(&d->story, d->player.now),
                              .wish = &wish,
                              .is_relative = numbers_are_long(&d->trace),
                              .is_worksheet = o->is_worksheet};
        void *self = os_alloc(v->size + 1);
        if (v == &view_ladder) {
            show_part(o, d, self);
        }
        if (v == &view_playout && o->from != SIM_NEVER && o->to != SIM_NEVER) {
            *(struct playout_view *)self = (struct playout_view){.from = o->from, .to = o->to};
        }
        v->draw(self, ui, &scene, rect_cut_top(&r, room * view_height(v) / total));
        rect_cut_top(&r, MARGIN);
        free(self);
    }
}

void picture_draw(struct ui *ui, const struct draw_options *o, struct drawn *runs, struct rect area)
{
    double table = table_height(o, runs);
    double column = (area.w - MARGIN) / o->run_count;
    canvas_fill_box(ui->c, area, 0, ui->theme->bg);
    for (unsigned i = 0; i < o->run_count; i++) {
        struct rect r = {area.x + MARGIN + i * column, area.y + MARGIN / 2.0, column - MARGIN,
                         area.h - 1.5 * MARGIN - table};
        draw_run(ui, o, &runs[i], r);
    }
    if (table > 0) {
        table_draw(ui, o, runs, rect_cut_bottom(&area, table));
    }
}
