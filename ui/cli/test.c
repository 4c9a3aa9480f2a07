/* slowwire test PATH…: every scenario below the paths, several at a time, each in a process of its
 * own; TAP on standard output in the order of the paths. */
#include "ui/cli/test.h"

#include "scenario/quantity.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    OPT_JOBS,
    OPT_JUNIT,
    OPT_SEEDS,
    OPT_GOLDEN,
    OPT_UPDATE,
    OPT_EVENTS,
    OPT_MEMORY,
    OPT_TIME,
    OPT_GRADE,
    OPT_OUT,
    OPT_JSON
};
static const struct option options[] = {
    [OPT_JOBS] = {"--jobs", 'j', "N"},          [OPT_JUNIT] = {"--junit", 0, "FILE"},
    [OPT_SEEDS] = {"--seeds", 0, "A..B"},       [OPT_GOLDEN] = {"--golden", 0, "DIR"},
    [OPT_UPDATE] = {"--update", 0, NULL},       [OPT_EVENTS] = {"--max-events", 0, "N"},
    [OPT_MEMORY] = {"--max-memory", 0, "SIZE"}, [OPT_TIME] = {"--max-time", 0, "T"},
    [OPT_GRADE] = {"--grade", 0, "RUBRIC"},     [OPT_OUT] = {"--output", 'o', "FILE"},
    [OPT_JSON] = {"--json", 0, "FILE"},         {0},
};

/* A course has its limits, a single run may take what it needs. */
enum { SEEDS_MAX = 1000000 };

struct session {
    struct test_plan plan;
    size_t count;
    struct report_row *rows;
    size_t failed, broken;
    bool shows_progress;
    FILE *tap;
    char began[OS_DATE_SIZE];
};

static size_t seed_count(const struct test_plan *p)
{
    return p->has_seeds ? (size_t)(p->seed_last - p->seed_first + 1) : 1;
}

size_t test_count(const struct test_plan *p)
{
    return p->paths.count * seed_count(p);
}

const char *test_path(const struct test_plan *p, size_t i)
{
    return p->paths.list[i / seed_count(p)];
}

bool test_seed(const struct test_plan *p, size_t i, uint64_t *seed)
{
    *seed = p->seed_first + i % seed_count(p);
    return p->has_seeds;
}

/* In a worker: the time it took as 8 bytes, then what is wrong. */
static int run_one(void *context, size_t i, struct buf *out)
{
    const struct session *s = context;
    int64_t began = os_wall_ns();
    buf_extend(out, sizeof began);
    int result = (int)test_scenario(&s->plan, i, out);
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

static char *row_name(const struct test_plan *p, size_t i)
{
    struct buf name = {0};
    uint64_t seed;
    buf_str(&name, test_path(p, i));
    if (test_seed(p, i, &seed)) {
        buf_printf(&name, " seed %" PRIu64, seed);
    }
    char *text = copy_text(bytes_of(name.data, name.len));
    buf_free(&name);
    return text;
}

static void take_result(void *context, size_t i, int status, struct bytes out)
{
    struct session *s = context;
    struct report_row *row = &s->rows[i];
    bool died = status < 0 || out.len < sizeof row->wall_ns;
    row->name = row_name(&s->plan, i);
    row->result = died ? REPORT_BROKEN : (enum report_result)status;
    if (died) {
        row->detail = copy_text(bytes_str(test_ending(s->plan.lang, status)));
    } else {
        memcpy(&row->wall_ns, out.data, sizeof row->wall_ns);
        row->detail = copy_text(bytes_sub(out, sizeof row->wall_ns, out.len));
    }
    s->failed += row->result == REPORT_FAILED;
    s->broken += row->result == REPORT_BROKEN;
    report_tap_row(i + 1, row, s->tap);
    if (s->shows_progress) {
        fprintf(stderr, "\r%zu/%zu  ", i + 1, s->count);
    }
}

static int write_junit(struct session *s, struct err *err)
{
    struct os_out out;
    if (os_out_open(&out, s->plan.junit)) {
        report_junit(s->rows, s->count, s->began, out.file);
        if (os_out_commit(&out)) {
            return STATUS_HELD;
        }
    }
    cli_cannot_write(err, s->plan.junit);
    return STATUS_UNABLE;
}

static void free_rows(struct session *s)
{
    for (size_t i = 0; i < s->count; i++) {
        free((char *)s->rows[i].name);
        free((char *)s->rows[i].detail);
    }
    free(s->rows);
}

static int run_all(struct session *s, struct err *err)
{
    const char *junit = s->plan.junit;
    s->count = test_count(&s->plan);
    s->rows = os_alloc(s->count * sizeof *s->rows);
    s->tap = junit && strcmp(junit, "-") == 0 ? stderr : stdout;
    s->shows_progress = os_is_terminal(stderr) && !os_is_terminal(stdout);
    os_date(s->began);
    report_tap_plan(s->count, s->tap);
    int status = STATUS_HELD;
    unsigned jobs = s->plan.jobs > 64 ? 64 : (unsigned)s->plan.jobs;
    if (!os_pool(s->count, jobs, &s->plan.budget, run_one, take_result, s)) {
        err_fail(err, "cli.test.no-process", "why", strerror(errno), NULL);
        status = STATUS_UNABLE;
    } else if (junit) {
        status = write_junit(s, err);
    }
    if (s->shows_progress) {
        fputs("\r\033[K", stderr);
    }
    free_rows(s);
    return status != STATUS_HELD ? status
           : s->broken           ? STATUS_WRONG
           : s->failed           ? STATUS_FAILED
                                 : STATUS_HELD;
}

static bool take_path(struct args *a, struct test_plan *p)
{
    if (paths_add(&p->paths, a->value)) {
        return true;
    }
    err_fail(a->err, "cli.cannot-read", "file", a->value, "why", strerror(errno ? errno : ENOENT),
             NULL);
    return false;
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

static bool take_seeds(struct args *a, struct test_plan *p)
{
    p->has_seeds = true;
    return args_range(a, &p->seed_first, &p->seed_last, SEEDS_MAX);
}

static bool take_memory(struct args *a, struct test_plan *p)
{
    int64_t bytes;
    if (quantity_parse(a->value, QUANTITY_BYTES, false, &bytes, NULL) != VALUE_GOOD) {
        err_fail(a->err, "cli.not-size", "value", a->value, "units",
                 quantity_unit_list(QUANTITY_BYTES), NULL);
        return false;
    }
    p->budget.memory = (size_t)bytes;
    return true;
}

static bool take(struct args *a, int what, struct test_plan *p)
{
    switch (what) {
    case OPT_JOBS: return take_count(a, &p->jobs);
    case OPT_JUNIT: p->junit = a->value; return true;
    case OPT_SEEDS: return take_seeds(a, p);
    case OPT_GOLDEN: p->golden = a->value; return true;
    case OPT_UPDATE: p->updates = true; return true;
    case OPT_EVENTS: return take_count(a, &p->max_events);
    case OPT_MEMORY: return take_memory(a, p);
    case OPT_TIME: return args_time(a, &p->budget.wall_ns);
    case OPT_GRADE: p->rubric = a->value; return true;
    case OPT_OUT: p->output = a->value; return true;
    case OPT_JSON: p->json = a->value; return true;
    case ARGS_WORD: return take_path(a, p);
    }
    return false;
}

/* Options that belong together. */
static bool is_consistent(const struct test_plan *p, struct err *err)
{
    if (p->updates && !p->golden) {
        err_fail(err, "cli.test.update-what", NULL);
    } else if (p->rubric && (p->junit || p->golden || p->has_seeds)) {
        err_fail(err, "cli.test.grade-alone", NULL);
    } else if (!p->rubric && (p->output || p->json)) {
        err_fail(err, "cli.test.only-grades", NULL);
    }
    return err->errors == 0;
}

static bool read_plan(struct args *a, struct test_plan *p)
{
    int what;
    while ((what = args_next(a)) != ARGS_END) {
        if (!take(a, what, p)) {
            return false;
        }
    }
    if (p->paths.count == 0) {
        err_fail(a->err, a->count > 0 ? "cli.test.empty" : "cli.needs-file", "command",
                 a->command->name, NULL);
        return false;
    }
    return is_consistent(p, a->err);
}

static int run(struct err *err, const struct command *self, int argc, char **argv)
{
    struct args a = {.command = self, .err = err, .list = argv, .count = argc};
    struct session s = {.plan = {.lang = err->lang, .jobs = os_processors()}};
    int status = STATUS_WRONG;
    if (read_plan(&a, &s.plan)) {
        status = s.plan.rubric ? grade(&s.plan, err) : run_all(&s, err);
    }
    paths_free(&s.plan.paths);
    return cli_tell(err, status);
}

const struct command command_test = {"test", "[OPTION…] PATH…", options, run};
