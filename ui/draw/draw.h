#pragma once
/* Pictures of runs, without a window. */

#include "base/err.h"
#include "scenario/model.h"
#include "trace/trace.h"
#include "ui/view/view.h"

enum { DRAW_RUNS = 3, DRAW_VIEWS = 4 };

struct draw_options {
    const char *files[DRAW_RUNS], *output;
    unsigned file_count;
    const struct view *views[DRAW_VIEWS];
    unsigned view_count;
    sim_time at;       /* SIM_NEVER: the end of what is shown */
    sim_time from, to; /* what a ladder shows; both SIM_NEVER: all */
    double w, h;       /* logical pixels; 0: as the contents ask for */
    double scale;
    enum theme_name theme;
    enum lang lang;
    bool help, version;
};

/* False: *err tells what is wrong. */
bool draw_options_read(int argc, char **argv, struct draw_options *o, struct err *err);

/* A run and what its views need. */
struct drawn {
    struct scenario *scenario;
    struct trace trace;
    struct film *film;
    struct story story;
    struct player player;
};
bool drawn_open(struct drawn *d, const char *file, struct err *err);
void drawn_free(struct drawn *d);
/* All runs get the clock of the longest. */
void drawn_share_clock(struct drawn *d, unsigned count);

/* The whole picture: a column a run, its views one below the other; of several runs a table. */
void picture_draw(struct ui *ui, const struct draw_options *o, struct drawn *runs,
                  struct rect area);
void picture_size(const struct draw_options *o, double *w, double *h);
