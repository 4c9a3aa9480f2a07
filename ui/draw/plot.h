#pragma once
/* A sweep's figures: one column over another, each point the mean of its runs with its 95 %
 * confidence interval. */

#include "base/err.h"
#include "export/csv.h"
#include "ui/theme.h"

enum { PLOT_SERIES_MAX = 6 };

struct plot_options {
    const char *file, *output;
    const char *x, *y, *by; /* columns as the user wrote them; NULL: chosen */
    double w, h, scale;
    enum theme_name theme;
    enum lang lang;
    bool help;
};

/* Runs of one x and one series. */
struct plot_point {
    double x;
    const char *label; /* x as written */
    uint32_t series, runs;
    double sum, mean, half; /* half of the interval's width; 0 of a single run */
};
struct plot {
    struct csv table;
    uint32_t x, y, by;           /* columns; by: column_count if there is one series only */
    const char *x_name, *x_unit; /* x_unit "": bare numbers, or categories */
    const char *y_name, *y_unit;
    bool has_categories; /* x are words, at 0, 1, 2 … */
    const char *series[PLOT_SERIES_MAX];
    uint32_t series_count;
    struct plot_point *points; /* by series, then by x */
    uint32_t count;
};

/* False: err says what is wrong with the table or the columns asked for. */
bool plot_read(struct plot *p, const struct plot_options *o, struct err *err);
void plot_free(struct plot *p);
/* The 97.5 % point of Student's t with that many degrees of freedom (at least 1). */
double student_t(uint32_t degrees);

int plot_draw(const struct plot *p, const struct plot_options *o, struct err *err);
int plot_main(int argc, char **argv);
