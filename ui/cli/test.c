/* slowwire test PATH…: every scenario below the paths, several at a time, each in a process of its
 * own; TAP on standard output in the order of the paths. */
#include "ui/cli/cli.h"

#include "base/os.h"
#include "export/report.h"
#include "registry.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { OPT_JOBS, OPT_JUNIT };
static const struct option options[] = {
    [OPT_JOBS] = {"--jobs", 'j', "N"},
    [OPT_JUNIT] = {"--junit", 0, "FILE"},
    {0},
};

struct session {
    struct paths paths;
    enum lang lang;
    const char *junit;
    uint64_t jobs;
    struct report_row *rows;
    size_t failed, broken;
    bool shows_progress;
    FILE *tap;
};

static int judge(const struct scenario *sc, const struct trace *t, enum lang lang, struct buf *out)
{
    struct verdict v;
    struct buf what = {0};
    expect_check(sc, t, lang, &v);
    verdict_print_failures(sc, &v, lang, out);
    bool is_sound = trace_invariants(t, &what);
    if (!is_sound) {
        buf_printf(out, "%s: %s: %s\n", sc->file, word(lang, "cli.test.unsound"), buf_cstr(&what));
    }
    bool held = v.failed == 0 && is_sound;
    verdict_free(&v);
    buf_free(&what);
    return held ? REPORT_HELD : REPORT_FAILED;
}

static int simulate(const struct scenario *sc, struct err *err, struct buf *out)
{
    struct trace t = {0};
    struct run_options options_run = {.watch = true};
    if (!run_scenario(sc, &options_run, &t, err)) {
        return REPORT_BROKEN;
    }
    int result = judge(sc, &t, err->lang, out);
    if (t.end == END_EVENTS || t.end == END_RECORDS) {
        buf_printf(
            out, "%s: %s\n", sc->file,
            word(err->lang, t.end == END_EVENTS ? "cli.events-reached" : "cli.records-reached"));
        result = REPORT_BROKEN;
    }
    trace_free(&t);
    return result;
}

/* In a worker: the time it took as 8 bytes, then what is wrong. */
static int run_one(void *context, size_t i, struct buf *out)
{
    struct session *s = context;
    struct err err = {.lang = s->lang};
    struct scenario *sc = NULL;
    int result = REPORT_BROKEN;
    int64_t began = os_wall_ns();
    buf_extend(out, sizeof began);
    if (scenario_read(s->paths.list[i], registry(), NULL, 0, &sc, &err)) {
        err_free(&err);
        result = simulate(sc, &err, out);
        scenario_free(sc);
    }
    if (err.errors > 0) {
        err_format(&err, out);
    }
    err_free(&err);
    int64_t took = os_wall_ns() - began;
    memcpy(out->data, &took, sizeof took);
    return result;
}

static char *copy_text(struct bytes b)
{
    char *text = os_alloc(b.len + 1);
    memcpy(text, b.data, b.len);
    return text;
}

static void take_result(void *context, size_t i, int status, struct bytes out)
{
    struct session *s = context;
    struct report_row *row = &s->rows[i];
    bool died = status < 0 || out.len < sizeof row->wall_ns;
    row->name = s->paths.list[i];
    row->result = died ? REPORT_BROKEN : (enum report_result)status;
    if (died) {
        const char *text = word(s->lang, "cli.test.died");
        row->detail = copy_text(bytes_str(text));
    } else {
        memcpy(&row->wall_ns, out.data, sizeof row->wall_ns);
        row->detail = copy_text(bytes_sub(out, sizeof row->wall_ns, out.len));
    }
    s->failed += row->result == REPORT_FAILED;
    s->broken += row->result == REPORT_BROKEN;
    report_tap_row(i + 1, row, s->tap);
    if (s->shows_progress) {
        fprintf(stderr, "\r%zu/%zu  ", i + 1, s->paths.count);
    }
}

static int write_junit(struct session *s, struct err *err)
{
    struct os_out out;
    if (os_out_open(&out, s->junit)) {
        report_junit(s->rows, s->paths.count, out.file);
        if (os_out_commit(&out)) {
            return STATUS_HELD;
        }
    }
    err_fail(err, "cli.cannot-write", "file", s->junit, "why", strerror(errno), NULL);
    return STATUS_UNABLE;
}

static int run_all(struct session *s, struct err *err)
{
    s->rows = os_alloc(s->paths.count * sizeof *s->rows);
    s->tap = s->junit && strcmp(s->junit, "-") == 0 ? stderr : stdout;
    s->shows_progress = os_is_terminal(stderr) && !os_is_terminal(stdout);
    report_tap_plan(s->paths.count, s->tap);
    int status = STATUS_HELD;
    unsigned jobs = s->jobs > 64 ? 64 : (unsigned)s->jobs;
    if (!os_parallel(s->paths.count, jobs, run_one, take_result, s)) {
        err_fail(err, "cli.test.no-process", "why", strerror(errno), NULL);
        status = STATUS_UNABLE;
    } else if (s->junit) {
        status = write_junit(s, err);
    }
    if (s->shows_progress) {
        fputs("\r\033[K", stderr);
    }
    for (size_t i = 0; i < s->paths.count; i++) {
        free((char *)s->rows[i].detail);
    }
    free(s->rows);
    return status != STATUS_HELD ? status
           : s->broken           ? STATUS_WRONG
           : s->failed           ? STATUS_FAILED
                                 : STATUS_HELD;
}

static bool take_path(struct args *a, struct session *s)
{
    if (paths_add(&s->paths, a->value)) {
        return true;
    }
    err_fail(a->err, "cli.cannot-read", "file", a->value, "why", strerror(errno ? errno : ENOENT),
             NULL);
    return false;
}

static bool take(struct args *a, int what, struct session *s)
{
    switch (what) {
    case OPT_JOBS:
        if (args_whole(a, &s->jobs) && s->jobs > 0) {
            return true;
        }
        if (a->err->errors == 0) {
            err_fail(a->err, "cli.not-whole", "value", a->value, NULL);
        }
        return false;
    case OPT_JUNIT: s->junit = a->value; return true;
    case ARGS_WORD: return take_path(a, s);
    }
    return false;
}

static bool read_session(struct args *a, struct session *s)
{
    int what;
    while ((what = args_next(a)) != ARGS_END) {
        if (!take(a, what, s)) {
            return false;
        }
    }
    if (s->paths.count == 0) {
        err_fail(a->err, a->count > 0 ? "cli.test.empty" : "cli.needs-file", "command",
                 a->command->name, NULL);
        return false;
    }
    return true;
}

static int run(struct err *err, const struct command *self, int argc, char **argv)
{
    struct args a = {.command = self, .err = err, .list = argv, .count = argc};
    struct session s = {.lang = err->lang, .jobs = os_processors()};
    int status = read_session(&a, &s) ? run_all(&s, err) : STATUS_WRONG;
    paths_free(&s.paths);
    return cli_tell(err, status);
}

const struct command command_test = {"test", "[OPTION…] PATH…", options, run};
