/* slowwire test --grade RUBRIC SUBMISSION…: one row a submission. Submissions are untrusted: each
 * is graded in a process of its own, within a budget, and reads nothing but its own text. */
#include "ui/cli/rubric.h"

#include "diagnose.h"
#include "export/csv.h"
#include "export/json.h"
#include "registry.h"
#include "scenario/edit.h"
#include "scenario/quantity.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct grade_row {
    bool is_graded;
    bool held[RUBRIC_CHECKS_MAX];
    double points;
    char *detail;
};

struct grading {
    const struct test_plan *plan;
    struct rubric rubric;
    struct grade_row *rows;
    bool shows_progress;
};

/* A worker's answer: 'G' or 'B', one '1' or '0' a check, then the details. */
enum { MARK_GRADED = 'G', MARK_BROKEN = 'B' };

/* A submission read with a check's expectations and settings, and its run. */
static bool run_check(const struct grading *g, const char *path, const struct override *sets,
                      uint32_t set_count, struct scenario **sc, struct trace *t, struct err *err)
{
    struct run_options o = {.watch = true, .max_events = g->rubric.max_events};
    if (!scenario_read(path, registry(), sets, set_count, sc, err)) {
        return false;
    }
    if (!run_scenario(*sc, &o, t, err)) {
        return false;
    }
    if (cli_limit_key(t)) {
        err_fail(err, cli_limit_key(t), NULL);
        return false;
    }
    return true;
}

static bool judge(const struct scenario *sc, const struct trace *t, const struct check *c,
                  enum lang lang, struct buf *detail)
{
    struct verdict v;
    expect_check(sc, t, lang, &v);
    for (uint32_t i = 0; i < v.count; i++) {
        const struct expect_result *r = &v.results[i];
        if (!r->held) {
            buf_printf(detail, "%s: %s: %s; %s %s\n", c->name, word(lang, "cli.failed"),
                       r->expected, word(lang, "cli.seen"), r->seen);
        }
    }
    bool held = v.failed == 0;
    verdict_free(&v);
    return held;
}

/* What the submission says under `diagnosis`, on one line; false: nothing. */
static bool diagnosis_of(const char *path, struct buf *out, struct err *err)
{
    struct buf text = {0};
    struct arena arena = {0};
    struct doc doc;
    bool good = os_read_file(path, SCENARIO_FILE_LIMIT, &text);
    good = good && doc_read(path, buf_cstr(&text), text.len, &arena, &doc, err);
    const struct doc_node *n = good ? doc_get(doc.root, "diagnosis") : NULL;
    if (n && n->kind == DOC_MAP) {
        rubric_print(n, out);
    }
    arena_free(&arena);
    buf_free(&text);
    return out->len > 0;
}

/* Does the teacher's exercise, with this diagnosis, do what it does? */
static enum diagnosis judge_diagnosis(const struct grading *g, const struct check *c,
                                      const char *said, sim_time *from, struct err *err)
{
    struct buf text = {0};
    struct scenario *sc = NULL;
    struct trace t = {0};
    const struct run_options o = {.watch = true, .max_events = g->rubric.max_events};
    enum diagnosis found = DIAGNOSIS_UNREADABLE;
    if (edit_set(c->exercise, "diagnosis", said, &text, err) &&
        scenario_read_text(c->exercise_file, buf_cstr(&text), registry(), NULL, 0, &sc, err) &&
        run_scenario(sc, &o, &t, err)) {
        found = diagnose(sc, &t, o.max_events, from, err);
    }
    trace_free(&t);
    scenario_free(sc);
    buf_free(&text);
    return found;
}

static bool grade_find(const struct grading *g, const char *path, const struct check *c,
                       struct buf *detail)
{
    struct err err = {.lang = g->plan->lang};
    struct buf said = {0};
    sim_time from = SIM_NEVER;
    char time[48];
    bool is_said = diagnosis_of(path, &said, &err);
    enum diagnosis found =
        is_said ? judge_diagnosis(g, c, buf_cstr(&said), &from, &err) : DIAGNOSIS_NONE;
    if (found != DIAGNOSIS_RIGHT) {
        const char *key = is_said ? "cli.check.not-so" : "grade.no-diagnosis";
        const char *pair[] = {"time",
                              quantity_print(from == SIM_NEVER ? 0 : from, QUANTITY_TIME, time)};
        buf_printf(detail, "%s: ", c->name);
        if (found == DIAGNOSIS_UNREADABLE && err.count) {
            buf_str(detail, err.items[0].what);
        } else {
            text_fill(detail, word(err.lang, key), pair, 1);
        }
        buf_char(detail, '\n');
    }
    buf_free(&said);
    err_free(&err);
    return found == DIAGNOSIS_RIGHT;
}

static bool grade_check(const struct grading *g, const char *path, const struct check *c,
                        struct buf *detail)
{
    struct err err = {.lang = g->plan->lang};
    struct scenario *sc = NULL;
    struct trace t = {0};
    bool held = false;
    if (run_check(g, path, c->sets, c->set_count, &sc, &t, &err)) {
        held = judge(sc, &t, c, err.lang, detail);
    } else {
        buf_printf(detail, "%s: %s\n", c->name, err.count ? err.items[0].what : "?");
    }
    trace_free(&t);
    if (sc) {
        scenario_free(sc);
    }
    err_free(&err);
    return held;
}

/* In a worker. What the submission itself expects is of no interest. */
static int grade_one(void *context, size_t i, struct buf *out)
{
    static const struct override nothing[] = {{"expect=[]"}};
    const struct grading *g = context;
    const char *path = g->plan->paths.list[i];
    struct err err = {.lang = g->plan->lang};
    struct scenario *sc = NULL;
    struct trace t = {0};
    struct buf detail = {0};
    bool good = false;
    if (os_is_link(path)) {
        err_fail(&err, "grade.is-link", "file", path, NULL);
    } else {
        good = run_check(g, path, nothing, 1, &sc, &t, &err);
    }
    buf_char(out, good ? MARK_GRADED : MARK_BROKEN);
    for (uint32_t c = 0; c < g->rubric.count; c++) {
        const struct check *check = &g->rubric.checks[c];
        bool held = good && (check->exercise ? grade_find(g, path, check, &detail)
                                             : grade_check(g, path, check, &detail));
        buf_char(out, held ? '1' : '0');
    }
    if (!good) {
        err_format(&err, &detail);
    }
    buf_add(out, bytes_of(detail.data, detail.len));
    trace_free(&t);
    if (sc) {
        scenario_free(sc);
    }
    err_free(&err);
    buf_free(&detail);
    return 0;
}

static char *copy_text(struct bytes b)
{
    char *text = os_alloc(b.len + 1);
    memcpy(text, b.data, b.len);
    return text;
}

static void take_grade(void *context, size_t i, int status, struct bytes out)
{
    struct grading *g = context;
    struct grade_row *row = &g->rows[i];
    uint32_t checks = g->rubric.count;
    if (status < 0 || out.len < 1 + checks) {
        row->detail = copy_text(bytes_str(test_ending(g->plan->lang, status)));
    } else {
        row->is_graded = out.data[0] == MARK_GRADED;
        for (uint32_t c = 0; c < checks; c++) {
            row->held[c] = out.data[1 + c] == '1';
            row->points += row->held[c] ? g->rubric.checks[c].points : 0;
        }
        row->detail = copy_text(bytes_sub(out, 1 + checks, out.len));
    }
    if (g->shows_progress) {
        fprintf(stderr, "\r%zu/%zu  ", i + 1, g->plan->paths.count);
    }
}

/* A spreadsheet takes a cell that begins so for a formula; names are not ours. */
static const char *harmless(struct arena *arena, const char *text)
{
    return *text && strchr("=+-@\t\r", *text) ? arena_printf(arena, "'%s", text) : text;
}

static const char *number(struct arena *arena, double n)
{
    struct json j = {0};
    json_double(&j, n);
    const char *text = arena_strdup(arena, buf_cstr(&j.text));
    buf_free(&j.text);
    return text;
}

static void write_csv(const struct grading *g, FILE *out)
{
    enum { FIXED = 5 };
    const char *cells[FIXED + RUBRIC_CHECKS_MAX] = {"submission", "points", "of", "result"};
    uint32_t checks = g->rubric.count;
    struct arena arena = {0};
    for (uint32_t c = 0; c < checks; c++) {
        cells[4 + c] = harmless(&arena, g->rubric.checks[c].name);
    }
    cells[4 + checks] = "detail";
    csv_write_row(cells, FIXED + checks, out);
    for (size_t i = 0; i < g->plan->paths.count; i++) {
        const struct grade_row *row = &g->rows[i];
        cells[0] = harmless(&arena, g->plan->paths.list[i]);
        cells[1] = number(&arena, row->points);
        cells[2] = number(&arena, g->rubric.points);
        cells[3] = row->is_graded ? "graded" : "broken";
        for (uint32_t c = 0; c < checks; c++) {
            cells[4 + c] = number(&arena, row->held[c] ? g->rubric.checks[c].points : 0);
        }
        cells[4 + checks] = harmless(&arena, row->detail);
        csv_write_row(cells, FIXED + checks, out);
    }
    arena_free(&arena);
}

static void json_check(const struct check *c, bool held, struct json *j)
{
    json_open(j, "{");
    json_text(j, "name", c->name);
    json_key(j, "points");
    json_double(j, held ? c->points : 0);
    json_key(j, "of");
    json_double(j, c->points);
    json_close(j, "}");
}

static void write_json(const struct grading *g, FILE *out)
{
    struct json j = {.to = out};
    json_open(&j, "[");
    for (size_t i = 0; i < g->plan->paths.count; i++) {
        const struct grade_row *row = &g->rows[i];
        json_open(&j, "{");
        json_text(&j, "submission", g->plan->paths.list[i]);
        json_key(&j, "points");
        json_double(&j, row->points);
        json_key(&j, "of");
        json_double(&j, g->rubric.points);
        json_text(&j, "result", row->is_graded ? "graded" : "broken");
        json_key(&j, "checks");
        json_open(&j, "[");
        for (uint32_t c = 0; c < g->rubric.count; c++) {
            json_check(&g->rubric.checks[c], row->held[c], &j);
        }
        json_close(&j, "]");
        json_text(&j, "detail", row->detail);
        json_close(&j, "}");
    }
    json_close(&j, "]");
    json_line(&j);
    json_flush(&j);
}

static bool write_file(const struct grading *g, const char *path,
                       void (*write)(const struct grading *g, FILE *out), struct err *err)
{
    struct os_out out;
    bool good = os_out_open(&out, path);
    if (good) {
        write(g, out.file);
        good = os_out_commit(&out);
    }
    if (!good) {
        cli_cannot_write(err, path);
    }
    return good;
}

/* What the command line says goes before what the rubric says. */
static void take_budget(struct grading *g)
{
    const struct test_plan *p = g->plan;
    struct rubric *r = &g->rubric;
    r->max_events = p->max_events ? p->max_events : r->max_events;
    r->budget.wall_ns = p->budget.wall_ns ? p->budget.wall_ns : r->budget.wall_ns;
    r->budget.memory = p->budget.memory ? p->budget.memory : r->budget.memory;
}

static int grade_all(struct grading *g, struct err *err)
{
    const struct test_plan *p = g->plan;
    take_budget(g);
    g->rows = os_alloc(p->paths.count * sizeof *g->rows);
    g->shows_progress = os_is_terminal(stderr);
    unsigned jobs = p->jobs > 64 ? 64 : (unsigned)p->jobs;
    bool good = os_pool(p->paths.count, jobs, &g->rubric.budget, grade_one, take_grade, g);
    if (g->shows_progress) {
        fputs("\r\033[K", stderr);
    }
    if (!good) {
        err_fail(err, "cli.test.no-process", "why", strerror(errno), NULL);
    }
    good = good && write_file(g, p->output ? p->output : "-", write_csv, err);
    good = good && (!p->json || write_file(g, p->json, write_json, err));
    for (size_t i = 0; i < p->paths.count; i++) {
        free(g->rows[i].detail);
    }
    free(g->rows);
    return good ? STATUS_HELD : STATUS_UNABLE;
}

int grade(struct test_plan *p, struct err *err)
{
    struct grading *g = os_alloc(sizeof *g);
    g->plan = p;
    int status = rubric_read(&g->rubric, p->rubric, err) ? grade_all(g, err) : STATUS_WRONG;
    rubric_free(&g->rubric);
    free(g);
    return status;
}
