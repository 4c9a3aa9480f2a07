#pragma once
/* Plots: figures over time, a panel each. plots.c chooses the charts and shares out the room;
 * plots_axes.c draws what tells time and size, plots_bands.c what lies behind the curves,
 * plots_curves.c the curves, plots_events.c what stands on them, plots_labels.c the words at the
 * line of now, plots_sequence.c segments and acknowledgements, plots_point.c what the pointer
 * meets. Nothing rescales while time goes on: the axes are those of the whole run, or of the part
 * that the wheel has chosen. */

#include "ui/view/actors.h"

#define PLOT_CURVES 6u
#define PLOT_CHARTS 8u
#define PLOT_WORDS  48u

struct plots {       /* the view's own state */
    unsigned chosen; /* the chart on top */
    uint32_t flow;   /* chosen by its name; 0: the busiest */
    bool is_zoomed;  /* only a part of the run is shown: */
    sim_time from, to;
    const struct trace *trace; /* for which this holds */
};

/* A chart of one owner, with its figures. */
struct plot_chart {
    const struct chart *row;
    uint32_t owner, flow;
    const struct curve *curves[PLOT_CURVES];
    unsigned count;
};

/* One chart being drawn. */
struct plot_frame {
    struct ui *ui;
    const struct scene *s;
    struct plots *self;
    const struct plot_chart *chart;
    const struct axis *axis;
    bool has_flow;                 /* the flow's name stands at the right of the title */
    struct rect area, plot;        /* the panel; where curves are */
    double left, scale;            /* position at plot.x; pixels a position */
    sim_time from, to;             /* what is shown */
    double least, most;            /* values at the bottom and the top */
    double step;                   /* of the value axis */
    double unit;                   /* values are written in this many */
    struct rect words[PLOT_WORDS]; /* room that words and rings take */
    unsigned word_count;
};

double plot_x(const struct plot_frame *f, sim_time t);
double plot_y(const struct plot_frame *f, double value);
sim_time plot_time(const struct plot_frame *f, double x);
/* Takes the room if nothing stands there. */
bool plot_reserve(struct plot_frame *f, struct rect r);
struct color plot_color(const struct ui *ui, const struct series *s, bool is_text);
/* "29.3", "1.25": a value as the axis and the labels write it. */
char *plot_value(const struct plot_frame *f, double value, char buf[32]);

/* plots_axes.c */
void plot_scale(struct plot_frame *f); /* sets least, most, step, unit */
const char *plot_unit(const struct plot_frame *f, char *buf, size_t size); /* what is counted */
void plot_draw_axes(struct plot_frame *f);
void plot_draw_folds(struct plot_frame *f);
void plot_draw_now(struct plot_frame *f);
void plot_draw_hidden(struct plot_frame *f);

/* plots_bands.c */
void plot_draw_bands(struct plot_frame *f);
int plot_timer(const struct plot_frame *f); /* number of the chart's timer, -1: it has none */
/* What the present step changed in the chart's machine, in words; NULL: nothing. */
const char *plot_news(const struct plot_frame *f);

/* plots_curves.c */
void plot_draw_curves(struct plot_frame *f);

/* plots_events.c */
void plot_draw_events(struct plot_frame *f);

/* plots_labels.c */
void plot_draw_labels(struct plot_frame *f);
const char *plot_series_word(const struct ui *ui, const struct series *s);

/* plots_sequence.c: the chart "sequence", whose values are bytes of the sender. */
bool plot_is_sequence(const struct plot_frame *f);
void plot_scale_sequence(struct plot_frame *f);
void plot_draw_sequence(struct plot_frame *f);
/* The packet of the segment nearest to a point, and how far it is; 0: none within reach. */
uint32_t plot_segment_at(const struct plot_frame *f, double x, double y, double *distance);

/* plots_point.c */
void plot_use_pointer(struct plot_frame *f, unsigned index);
