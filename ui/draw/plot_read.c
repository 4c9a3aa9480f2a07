/* From a table to points: which columns, what their values mean, mean and interval. */
#include "ui/draw/plot.h"

#include "base/os.h"
#include "scenario/quantity.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TABLE_LIMIT ((size_t)1 << 30)

/* The first 30 of the table found in any textbook; beyond it the expansion in 1/n about the normal
 * quantile is right to four digits. */
double student_t(uint32_t degrees)
{
    static const double table[] = {12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060,
                                   2.2622,  2.2281, 2.2010, 2.1788, 2.1604, 2.1448, 2.1314, 2.1199,
                                   2.1098,  2.1009, 2.0930, 2.0860, 2.0796, 2.0739, 2.0687, 2.0639,
                                   2.0595,  2.0555, 2.0518, 2.0484, 2.0452, 2.0423};
    if (degrees <= 30) {
        return table[degrees - 1];
    }
    const double z = 1.959964, n = degrees;
    return z + (z * z * z + z) / (4 * n) + (5 * pow(z, 5) + 16 * z * z * z + 3 * z) / (96 * n * n);
}

/* "goodput_bps" is "web.goodput_bps [bit/s]" */
static bool is_called(const char *column, const char *name)
{
    size_t len = strcspn(column, "["), n = strlen(name);
    while (len > 0 && column[len - 1] == ' ') {
        len--;
    }
    bool is_whole = strcmp(column, name) == 0 || (len == n && strncmp(column, name, n) == 0);
    return is_whole ||
           (len > n && column[len - n - 1] == '.' && strncmp(column + len - n, name, n) == 0);
}

static bool find(const struct csv *t, const char *name, uint32_t *out)
{
    for (uint32_t i = 0; i < t->column_count; i++) {
        if (is_called(t->columns[i], name)) {
            *out = i;
            return true;
        }
    }
    return false;
}

static bool varies(const struct csv *t, uint32_t column)
{
    for (uint32_t r = 1; r < t->row_count; r++) {
        if (strcmp(csv_cell(t, r, column), csv_cell(t, 0, column)) != 0) {
            return true;
        }
    }
    return false;
}

/* The nth setting (from 0) that has several values; settings stand before the seed. */
static bool nth_setting(const struct csv *t, uint32_t nth, uint32_t but, uint32_t *out)
{
    uint32_t seed = 0;
    find(t, "seed", &seed);
    for (uint32_t i = 0; i < seed; i++) {
        if (i != but && varies(t, i) && nth-- == 0) {
            *out = i;
            return true;
        }
    }
    return false;
}

static bool take_column(const struct csv *t, const char *asked, uint32_t *out, struct err *err)
{
    if (!asked || find(t, asked, out)) {
        return true;
    }
    struct buf all = {0};
    for (uint32_t i = 0; i < t->column_count; i++) {
        buf_printf(&all, "%s%s", i > 0 ? ", " : "", t->columns[i]);
    }
    err_fail(err, "plot.no-column", "column", asked, "columns", buf_cstr(&all), NULL);
    buf_free(&all);
    return false;
}

static bool choose_columns(struct plot *p, const struct plot_options *o, struct err *err)
{
    const struct csv *t = &p->table;
    uint32_t none = t->column_count;
    p->x = p->y = p->by = none;
    if (!take_column(t, o->x, &p->x, err) || !take_column(t, o->y, &p->y, err) ||
        !take_column(t, o->by, &p->by, err)) {
        return false;
    }
    if (!o->x && !nth_setting(t, 0, p->by, &p->x)) {
        find(t, "seed", &p->x);
    }
    if (!o->by) {
        nth_setting(t, 0, p->x, &p->by);
    }
    if (!o->y && !find(t, "goodput_bps", &p->y)) {
        find(t, "utilization", &p->y);
    }
    if (p->x == none || p->y == none) {
        err_fail(err, "plot.no-table", "file", o->file, NULL);
        return false;
    }
    return true;
}

/* How x values of one kind are shown: in the unit, as so many of the base unit. */
static const struct {
    enum quantity quantity;
    const char *unit;
    double base;
} scales[] = {
    {QUANTITY_COUNT, "", 1},  {QUANTITY_CHANCE, "%", 1e7},    {QUANTITY_TIME, "ms", 1e6},
    {QUANTITY_BYTES, "B", 1}, {QUANTITY_RATE, "Mbit/s", 1e6}, {QUANTITY_PACKETS, "packets", 1},
};

static bool all_are(const struct plot *p, enum quantity q)
{
    int64_t value;
    for (uint32_t r = 0; r < p->table.row_count; r++) {
        if (quantity_parse(csv_cell(&p->table, r, p->x), q, false, &value, NULL) != VALUE_GOOD) {
            return false;
        }
    }
    return true;
}

static double number_of(const char *text)
{
    double value;
    const char *rest;
    return real_parse(text, &value, &rest) && !*rest ? value : NAN;
}

static double place_of(const struct plot *p, size_t scale, const char *label)
{
    int64_t value;
    if (scale < sizeof scales / sizeof *scales) {
        quantity_parse(label, scales[scale].quantity, false, &value, NULL);
        return (double)value / scales[scale].base;
    }
    double number = number_of(label), next = 0;
    if (!p->has_categories) {
        return number;
    }
    for (uint32_t i = 0; i < p->count; i++) { /* a word seen before keeps its place */
        if (strcmp(p->points[i].label, label) == 0) {
            return p->points[i].x;
        }
        next = p->points[i].x + 1 > next ? p->points[i].x + 1 : next;
    }
    return next;
}

static size_t choose_scale(struct plot *p)
{
    size_t scale = 0, count = sizeof scales / sizeof *scales;
    while (scale < count && !all_are(p, scales[scale].quantity)) {
        scale++;
    }
    p->x_unit = scale < count ? scales[scale].unit : "";
    for (uint32_t r = 0; scale == count && r < p->table.row_count; r++) {
        p->has_categories |= isnan(number_of(csv_cell(&p->table, r, p->x)));
    }
    return scale;
}

/* UINT32_MAX: one series too many. */
static uint32_t series_of(struct plot *p, const char *name)
{
    for (uint32_t i = 0; i < p->series_count; i++) {
        if (strcmp(p->series[i], name) == 0) {
            return i;
        }
    }
    if (p->series_count == PLOT_SERIES_MAX) {
        return UINT32_MAX;
    }
    p->series[p->series_count] = name;
    return p->series_count++;
}

static struct plot_point *point_of(struct plot *p, uint32_t series, const char *label, double x)
{
    for (uint32_t i = 0; i < p->count; i++) {
        if (p->points[i].series == series && strcmp(p->points[i].label, label) == 0) {
            return &p->points[i];
        }
    }
    struct plot_point *new = &p->points[p->count++];
    *new = (struct plot_point){.x = x, .label = label, .series = series};
    return new;
}

static const char *series_name(const struct plot *p, uint32_t row)
{
    return p->by < p->table.column_count ? csv_cell(&p->table, row, p->by) : "";
}

static bool gather(struct plot *p, size_t scale, struct err *err)
{
    for (uint32_t r = 0; r < p->table.row_count; r++) {
        double y = number_of(csv_cell(&p->table, r, p->y));
        const char *label = csv_cell(&p->table, r, p->x);
        uint32_t series = series_of(p, series_name(p, r));
        if (series == UINT32_MAX) {
            err_fail(err, "plot.many-series", "column", p->table.columns[p->by], NULL);
            return false;
        }
        if (!isnan(y)) { /* nothing was measured in that run */
            struct plot_point *point = point_of(p, series, label, place_of(p, scale, label));
            point->runs++;
            point->sum += y;
        }
    }
    return true;
}

/* Mean first, then the squares about it: large figures that differ little keep their digits. */
static void find_intervals(struct plot *p)
{
    for (uint32_t i = 0; i < p->count; i++) {
        p->points[i].mean = p->points[i].sum / p->points[i].runs;
    }
    for (uint32_t r = 0; r < p->table.row_count; r++) {
        double y = number_of(csv_cell(&p->table, r, p->y));
        if (!isnan(y)) {
            uint32_t series = series_of(p, series_name(p, r));
            struct plot_point *point = point_of(p, series, csv_cell(&p->table, r, p->x), 0);
            point->half += (y - point->mean) * (y - point->mean);
        }
    }
    for (uint32_t i = 0; i < p->count; i++) {
        struct plot_point *point = &p->points[i];
        uint32_t n = point->runs;
        point->half = n > 1 ? student_t(n - 1) * sqrt(point->half / (n - 1) / n) : 0;
    }
}

static int by_place(const void *a, const void *b)
{
    const struct plot_point *x = a, *y = b;
    return x->series != y->series ? (x->series > y->series) - (x->series < y->series)
                                  : (x->x > y->x) - (x->x < y->x);
}

/* "web.goodput_bps [bit/s]" is a name and a unit. */
static void name_axes(struct plot *p)
{
    struct arena *arena = &p->table.arena;
    const char *y = p->table.columns[p->y];
    size_t n = strcspn(y, "[");
    const char *unit = y[n] ? arena_strndup(arena, y + n + 1, strcspn(y + n + 1, "]")) : "";
    p->y_unit = strcmp(unit, "1") == 0 ? "" : unit;
    p->y_name = arena_strndup(arena, y, n > 0 && y[n] && y[n - 1] == ' ' ? n - 1 : n);
    p->x_name = p->table.columns[p->x];
}

bool plot_read(struct plot *p, const struct plot_options *o, struct err *err)
{
    struct buf text = {0};
    bool good = os_read_file(o->file, TABLE_LIMIT, &text);
    if (!good) {
        err_fail(err, "cli.cannot-read", "file", o->file, "why", strerror(errno), NULL);
    } else if (!csv_read(&p->table, buf_cstr(&text)) || p->table.row_count == 0) {
        err_fail(err, "plot.no-table", "file", o->file, NULL);
        good = false;
    }
    buf_free(&text);
    if (!good || !choose_columns(p, o, err)) {
        return false;
    }
    p->points = os_alloc(p->table.row_count * sizeof *p->points);
    name_axes(p);
    if (!gather(p, choose_scale(p), err)) {
        return false;
    }
    if (p->count == 0) {
        err_fail(err, "plot.nothing", "column", p->table.columns[p->y], NULL);
        return false;
    }
    find_intervals(p);
    qsort(p->points, p->count, sizeof *p->points, by_place);
    return true;
}

void plot_free(struct plot *p)
{
    free(p->points);
    csv_free(&p->table);
}
