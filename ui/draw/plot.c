/* slowwire plot OUT.csv -o PIC: its arguments, and the points as a table for who draws himself. */
#include "ui/draw/plot.h"

#include "base/os.h"
#include "ui/form.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_HELD = 0, EXIT_WRONG = 2, EXIT_UNABLE = 3 };

static bool read_size(struct plot_options *o, const char *value)
{
    char *end;
    o->w = strtod(value, &end);
    if (*end != 'x') {
        return false;
    }
    o->h = strtod(end + 1, &end);
    return !*end && o->w >= 320 && o->h >= 240 && o->w <= 8192 && o->h <= 8192;
}

static bool take_option(struct plot_options *o, const char *name, const char *value)
{
    const struct {
        const char *name;
        const char **text;
    } texts[] = {
        {"-o", &o->output}, {"--output", &o->output}, {"--x", &o->x},
        {"--y", &o->y},     {"--by", &o->by},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (strcmp(name, texts[i].name) == 0) {
            *texts[i].text = value;
            return true;
        }
    }
    return strcmp(name, "--size") == 0    ? read_size(o, value)
           : strcmp(name, "--theme") == 0 ? theme_parse(value, &o->theme)
           : strcmp(name, "--lang") == 0  ? lang_parse(value, &o->lang)
                                          : false;
}

static bool read_options(int argc, char **argv, struct plot_options *o, struct err *err)
{
    for (int i = 1; i < argc; i++) {
        char name[32];
        const char *equals = argv[i][0] == '-' ? strchr(argv[i], '=') : NULL;
        size_t n = equals ? (size_t)(equals - argv[i]) : strlen(argv[i]);
        snprintf(name, sizeof name, "%.*s", n < 31 ? (int)n : 31, argv[i]);
        if (strcmp(name, "--help") == 0) {
            o->help = true;
        } else if (argv[i][0] != '-' && !o->file) {
            o->file = argv[i];
        } else {
            const char *value = equals ? equals + 1 : i + 1 < argc ? argv[++i] : "";
            if (!take_option(o, name, value)) {
                err_fail(err, "plot.bad-option", "option", name, "value", value, NULL);
                return false;
            }
            err->lang = o->lang;
        }
    }
    if (!o->help && (!o->file || !o->output)) {
        err_fail(err, "plot.needs", NULL);
    }
    return err->errors == 0;
}

static bool is_table(const char *path)
{
    assert(path);
    size_t n = strlen(path);
    return n >= 4 && strcmp(path + n - 4, ".csv") == 0;
}

/* x, series, runs, mean, low, high. */
static int write_points(const struct plot *p, const struct plot_options *o, struct err *err)
{
    struct os_out out;
    const char *by = p->by < p->table.column_count ? p->table.columns[p->by] : "series";
    const char *head[] = {p->x_name, by, "runs", p->table.columns[p->y], "low", "high"};
    if (!os_out_open(&out, o->output)) {
        err_fail(err, "cli.cannot-write", "file", o->output, "why", strerror(errno), NULL);
        return EXIT_UNABLE;
    }
    csv_write_row(head, 6, out.file);
    for (uint32_t i = 0; i < p->count; i++) {
        const struct plot_point *q = &p->points[i];
        char runs[16], mean[32], low[32], high[32];
        snprintf(runs, sizeof runs, "%u", q->runs);
        snprintf(mean, sizeof mean, "%.10g", q->mean);
        snprintf(low, sizeof low, "%.10g", q->mean - q->half);
        snprintf(high, sizeof high, "%.10g", q->mean + q->half);
        const char *row[] = {q->label, p->series[q->series], runs, mean, low, high};
        csv_write_row(row, 6, out.file);
    }
    if (!os_out_commit(&out)) {
        err_fail(err, "cli.cannot-write", "file", o->output, "why", strerror(errno), NULL);
        return EXIT_UNABLE;
    }
    return EXIT_HELD;
}

static int make(const struct plot_options *o, struct err *err)
{
    struct plot p = {0};
    int status = EXIT_WRONG;
    if (!is_table(o->output) && picture_form(o->output) == FORM_NONE) {
        err_fail(err, "plot.unknown-format", "file", o->output, NULL);
    } else if (plot_read(&p, o, err)) {
        status = is_table(o->output) ? write_points(&p, o, err) : plot_draw(&p, o, err);
    }
    plot_free(&p);
    return status;
}

int plot_main(int argc, char **argv)
{
    struct err err = {.lang = lang_from_locale()};
    struct plot_options o = {.w = 720, .h = 460, .scale = 2, .lang = err.lang};
    int status = EXIT_WRONG;
    if (read_options(argc, argv, &o, &err)) {
        status = EXIT_HELD;
        if (o.help) {
            printf("%s\n", word(o.lang, "plot.help"));
        } else {
            status = make(&o, &err);
        }
    }
    err_print(&err, stderr, os_is_terminal(stderr));
    err_free(&err);
    return status;
}
