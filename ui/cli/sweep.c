/* A sweep: the product of settings and seeds, several runs at a time, one row of a table each. Who
 * does the runs is the crew's affair: slowwire sweep has processes, slowwire-mpi has ranks. */
#include "ui/cli/sweep.h"

#include "export/flat.h"
#include "registry.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { OPT_SET, OPT_SEEDS, OPT_OUT, OPT_JOBS, OPT_EVENTS };
const struct option sweep_options[] = {
    [OPT_SET] = {"--set", 0, "PATH=V1,V2,…"}, [OPT_SEEDS] = {"--seeds", 0, "A..B"},
    [OPT_OUT] = {"--output", 'o', "OUT.csv"}, [OPT_JOBS] = {"--jobs", 'j', "N"},
    [OPT_EVENTS] = {"--max-events", 0, "N"},  {0},
};

/* Tabs and line ends have their meaning in the journal; a name that holds one loses it. */
static void put_text(struct buf *out, const char *text)
{
    for (; *text; text++) {
        buf_char(out, (unsigned char)*text < ' ' ? ' ' : *text);
    }
}

static void put_pair(struct buf *out, const char *name, const char *unit, const char *value)
{
    if (out->len > 0) {
        buf_char(out, '\t');
    }
    put_text(out, name);
    if (unit) {
        buf_printf(out, " [%s]", unit);
    }
    buf_char(out, '\t');
    put_text(out, value);
}

static void put_figure(void *context, const char *name, const char *unit, const char *value)
{
    put_pair(context, name, unit, value);
}

static void read_point(struct sweep *s, uint64_t point, struct err *err)
{
    struct override sets[SWEEP_SETS_MAX];
    struct arena arena = {0};
    if (s->read_point == point + 1) {
        return;
    }
    if (s->scenario) {
        scenario_free(s->scenario);
    }
    s->scenario = NULL;
    s->read_point = point + 1;
    sweep_overrides(s, point, &arena, sets);
    scenario_read_text(s->file, (const char *)s->text.data, registry(), sets, s->set_count,
                       &s->scenario, err);
    arena_free(&arena);
}

int sweep_make_row(struct sweep *s, uint64_t run, struct buf *out)
{
    struct err err = {0};
    struct trace t = {0};
    struct run_options o = {.max_events = s->max_events};
    char seed[24];
    read_point(s, sweep_point(s, run), &err);
    o.has_seed = sweep_seed(s, run, &o.seed);
    bool good = s->scenario && run_scenario(s->scenario, &o, &t, &err);
    uint64_t of = o.has_seed || !s->scenario ? o.seed : s->scenario->seed;
    snprintf(seed, sizeof seed, "%" PRIu64, of);
    put_pair(out, "seed", NULL, seed);
    put_pair(out, "reason", NULL, good ? end_reason_name(t.end) : "refused");
    if (good) {
        flat_figures(&t, put_figure, out);
    }
    int status = good && !cli_limit_key(&t) ? 0 : 1;
    trace_free(&t);
    err_free(&err);
    return status;
}

static void show_progress(struct sweep *s)
{
    enum { CELLS = 30 };
    int64_t now = os_wall_ns();
    if (!s->shows_progress || (now - s->shown_ns < 100000000 && s->done < s->runs)) {
        return;
    }
    uint64_t fresh = s->done + s->missing_count - s->runs;
    double left =
        fresh > 0 ? (double)(now - s->began_ns) / (double)fresh * (double)(s->runs - s->done) : 0;
    s->shown_ns = now;
    fputs("\r\033[K", stderr);
    for (unsigned i = 0; i < CELLS; i++) {
        fputs(i * s->runs < s->done * CELLS ? "█" : "░", stderr);
    }
    fprintf(stderr, " %" PRIu64 "/%" PRIu64 "  %s %.0f s", s->done, s->runs,
            word(s->err->lang, "cli.sweep.left"), left / 1e9);
}

void sweep_take_row(struct sweep *s, uint64_t run, int status, struct bytes row)
{
    if (status < 0) {
        s->died++;
        return;
    }
    s->rows[run] = arena_strndup(&s->arena, (const char *)row.data, row.len);
    s->done++;
    sweep_journal_add(s, run, row);
    show_progress(s);
}

static bool run_missing(struct sweep *s, const char *part)
{
    s->missing = os_alloc(s->runs * sizeof *s->missing);
    for (uint64_t run = 0; run < s->runs; run++) {
        if (!s->rows[run]) {
            s->missing[s->missing_count++] = run;
        }
    }
    s->began_ns = os_wall_ns();
    s->shows_progress = os_is_terminal(stderr);
    bool good = s->crew(s);
    if (s->shows_progress) {
        fputs("\r\033[K", stderr);
    }
    if (!good) {
        err_fail(s->err, "cli.test.no-process", "why", strerror(errno), NULL);
    } else if (s->has_trouble) {
        err_fail(s->err, "cli.cannot-write", "file", part, "why", strerror(s->trouble), NULL);
        good = false;
    } else if (s->died > 0) {
        char count[24];
        snprintf(count, sizeof count, "%" PRIu64, s->died);
        err_fail(s->err, "cli.sweep.died", "count", count, NULL);
        good = false;
    }
    free(s->missing);
    return good;
}

static bool write_table(struct sweep *s)
{
    struct csv table = {0};
    struct os_out out;
    sweep_table(s, &table);
    bool good = os_out_open(&out, s->out);
    if (good) {
        csv_write(&table, out.file);
        good = os_out_commit(&out);
    }
    if (!good) {
        cli_cannot_write(s->err, s->out);
    }
    csv_free(&table);
    return good;
}

/* Runs that came to no end of their own are in the table, and told. */
static void tell_limits(const struct sweep *s)
{
    uint64_t refused = 0, ended = 0;
    char count[24];
    for (uint64_t run = 0; run < s->runs; run++) {
        refused += strstr(s->rows[run], "\treason\trefused") != NULL;
        ended += strstr(s->rows[run], "\treason\tevents") != NULL ||
                 strstr(s->rows[run], "\treason\tinstant") != NULL;
    }
    if (refused + ended > 0) {
        snprintf(count, sizeof count, "%" PRIu64, refused + ended);
        err_fail(s->err, "cli.sweep.limits", "count", count, NULL);
    }
}

int sweep_run(struct sweep *s)
{
    char *part = arena_printf(&s->arena, "%s.part", s->out);
    s->rows = os_alloc(s->runs * sizeof *s->rows);
    if (!sweep_journal_open(s, part, s->err)) {
        free(s->rows);
        return STATUS_UNABLE;
    }
    bool good = run_missing(s, part) && write_table(s);
    if (good) {
        os_remove(part);
        tell_limits(s);
    }
    os_journal_close(&s->journal);
    free(s->rows);
    return good && s->err->errors == 0 ? STATUS_HELD : STATUS_UNABLE;
}

/* Every setting is read before the first run, so that a wrong one costs no time. */
static bool check_points(struct sweep *s)
{
    bool good = true;
    for (uint64_t point = 0; good && point < sweep_points(s); point++) {
        struct err err = {.lang = s->err->lang};
        read_point(s, point, &err);
        good = s->scenario != NULL;
        if (!good || point == 0) {
            cli_tell(&err, 0);
        }
        err_free(&err);
    }
    return good;
}

static bool take_word(struct args *a, struct sweep *s)
{
    if (s->file) {
        err_fail(a->err, "cli.one-file", "file", a->value, NULL);
        return false;
    }
    s->file = a->value;
    return true;
}

static bool take_count(struct args *a, uint64_t *out)
{
    if (!args_whole(a, out)) {
        return false;
    }
    if (*out == 0) {
        err_fail(a->err, "cli.not-whole", "value", a->value, NULL);
    }
    return *out > 0;
}

static bool take(struct args *a, int what, struct sweep *s)
{
    switch (what) {
    case OPT_SET: return sweep_add_set(s, a->value, a->err);
    case OPT_SEEDS:
        s->has_seeds = true;
        return args_range(a, &s->seed_first, &s->seed_last, SWEEP_ROWS_MAX);
    case OPT_OUT: s->out = a->value; return true;
    case OPT_JOBS: return take_count(a, &s->jobs);
    case OPT_EVENTS: return take_count(a, &s->max_events);
    case ARGS_WORD: return take_word(a, s);
    }
    return false;
}

bool sweep_read(struct args *a, struct sweep *s)
{
    int what;
    while ((what = args_next(a)) != ARGS_END) {
        if (!take(a, what, s)) {
            return false;
        }
    }
    if (!s->file) {
        err_fail(a->err, "cli.needs-file", "command", a->command->name, NULL);
    } else if (!s->out || strcmp(s->out, "-") == 0) {
        err_fail(a->err, "cli.sweep.needs-output", NULL);
    } else {
        sweep_count(s, a->err);
    }
    return a->err->errors == 0;
}

bool sweep_load(struct sweep *s)
{
    bool good = os_read_file(s->file, SCENARIO_FILE_LIMIT, &s->text);
    if (!good) {
        err_fail(s->err, "cli.cannot-read", "file", s->file, "why", strerror(errno), NULL);
    }
    buf_cstr(&s->text);
    return good && check_points(s);
}

void sweep_free(struct sweep *s)
{
    if (s->scenario) {
        scenario_free(s->scenario);
    }
    buf_free(&s->text);
    arena_free(&s->arena);
    free(s);
}
