#pragma once
/* Pictures of runs, without a window. */

#include "base/arena.h"
#include "base/err.h"
#include "scenario/read.h"
#include "trace/trace.h"
#include "ui/view/view.h"

enum { DRAW_RUNS = 3, DRAW_VIEWS = 4, DRAW_SETS = 8 };

/* A file and the settings that it is run with. */
struct draw_run {
    const char *file;
    struct override sets[DRAW_SETS];
    unsigned set_count;
    const char *varied; /* what sets it apart from its neighbours ("window=4"); "": the file as it
                           is; NULL: the files differ */
};

struct draw_options {
    const char *files[DRAW_RUNS], *output, *screenshot;
    unsigned file_count;
    const char *sets[DRAW_SETS]; /* PATH=VALUE[,VALUE] */
    unsigned set_count;
    struct draw_run runs[DRAW_RUNS];
    unsigned run_count;
    struct arena arena;
    const struct view *views[DRAW_VIEWS];
    unsigned view_count;
    sim_time at;       /* SIM_NEVER: the end of what is shown */
    sim_time from, to; /* what a ladder shows; both SIM_NEVER: all */
    double w, h;       /* logical pixels; 0: as the contents ask for */
    double scale;
    enum theme_name theme;
    enum lang lang;
    bool help, version, is_compare, is_worksheet;
    bool has_views; /* --view was given */
};

/* False: *err tells what is wrong. Free with draw_options_free in either case. */
bool draw_options_read(int argc, char **argv, struct draw_options *o, struct err *err);
void draw_options_free(struct draw_options *o);
bool draw_set_add(struct draw_options *o, const char *text); /* false: no PATH=VALUE, or too many */
/* Fills o->runs from the files and settings. */
bool draw_runs_plan(struct draw_options *o, struct err *err);

/* A run and what its views need. */
struct drawn {
    const struct draw_run *run;
    struct scenario *scenario;
    struct trace trace;
    struct film *film;
    struct story story;
    struct player player;
};
bool drawn_open(struct drawn *d, const struct draw_run *run, struct err *err);
void drawn_free(struct drawn *d);
/* All runs get the clock of the longest. */
void drawn_share_clock(struct drawn *d, unsigned count);
/* Marks in each film the packets that have no equal in another run. */
void drawn_differ(struct drawn *d, unsigned count);

/* The first run as a film, to o->output. */
bool reel_make(const struct draw_options *o, struct drawn *d, struct fonts *fonts, struct err *err);

/* The whole picture: a column a run, its views one below the other; of several runs a table. */
void picture_draw(struct ui *ui, const struct draw_options *o, struct drawn *runs,
                  struct rect area);
/* What each run took and how well it used its line, with the idealised figures and what they take
 * for granted; the best of each row marked. */
void table_draw(struct ui *ui, const struct draw_options *o, const struct drawn *runs,
                struct rect area);
/* 0: a single run has none. */
double table_height(const struct draw_options *o, const struct drawn *runs);
void picture_size(const struct draw_options *o, const struct drawn *runs, double *w, double *h);
