/* One scenario under test: its expectations, the ladder around what failed, its golden trace. */
#include "ui/cli/test.h"

#include "export/jsonl.h"
#include "registry.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { LADDERS_MAX = 3, LADDER_WIDTH = 100 };
#define GOLDEN_LIMIT ((size_t)1 << 30)

/* What was written to a temporary file, appended. */
static void take_text(FILE *f, struct buf *out)
{
    char line[4096];
    rewind(f);
    for (size_t n; (n = fread(line, 1, sizeof line, f)) > 0;) {
        buf_add(out, bytes_of(line, n));
    }
    fclose(f);
}

/* The ladder around the moments of the first failures. */
static void add_ladders(const struct trace *t, const struct verdict *v, enum lang lang,
                        struct buf *out)
{
    struct text_options o = {.lang = lang, .width = LADDER_WIDTH};
    sim_time shown[LADDERS_MAX];
    unsigned count = 0;
    for (uint32_t i = 0; i < v->count && count < LADDERS_MAX; i++) {
        const struct expect_result *r = &v->results[i];
        sim_time at = r->when == SIM_NEVER ? t->sim_ns : r->when;
        bool is_new = !r->held;
        for (unsigned j = 0; j < count; j++) {
            is_new = is_new && shown[j] != at;
        }
        FILE *f = is_new ? tmpfile() : NULL;
        if (f) {
            shown[count++] = at;
            text_ladder_around(t, at, &o, f);
            take_text(f, out);
        }
    }
}

static bool judge(const struct scenario *sc, const struct trace *t, enum lang lang, struct buf *out)
{
    struct verdict v;
    struct buf what = {0};
    expect_check(sc, t, lang, &v);
    verdict_print_failures(sc, &v, lang, out);
    add_ladders(t, &v, lang, out);
    bool is_sound = trace_invariants(t, &what);
    if (!is_sound) {
        buf_printf(out, "%s: %s: %s\n", sc->file, word(lang, "cli.test.unsound"), buf_cstr(&what));
    }
    bool held = v.failed == 0 && is_sound;
    verdict_free(&v);
    buf_free(&what);
    return held;
}

/* DIR/arq.frame-lost.7.jsonl: the path's parts joined by dots, with the seed if there are several.
 */
static void golden_name(const struct test_plan *p, size_t i, struct buf *out)
{
    uint64_t seed;
    const char *path = test_path(p, i);
    path += strspn(path, "./");
    buf_printf(out, "%s/", p->golden);
    for (const char *end = strrchr(path, '.'); *path && path != end; path++) {
        buf_char(out, *path == '/' ? '.' : *path);
    }
    if (test_seed(p, i, &seed)) {
        buf_printf(out, ".%" PRIu64, seed);
    }
    buf_str(out, ".jsonl");
}

static void say_failure(const char *file, const char *text, struct buf *out)
{
    buf_printf(out, "%s: %s\n", file, text);
}

static bool update_golden(const struct test_plan *p, const char *file, const struct buf *now,
                          struct buf *out)
{
    struct os_out f;
    if (os_out_open(&f, file)) {
        fwrite(now->data, 1, now->len, f.file);
        if (os_out_commit(&f)) {
            return true;
        }
    }
    (void)p;
    say_failure(file, strerror(errno), out);
    return false;
}

static size_t line_end(const struct buf *b, size_t at)
{
    while (at < b->len && b->data[at] != '\n') {
        at++;
    }
    return at;
}

/* The first line that is not what it was. */
static void tell_change(const struct test_plan *p, const char *file, const struct buf *was,
                        const struct buf *now, struct buf *out)
{
    size_t at = 0, line = 1, start = 0;
    for (; at < was->len && at < now->len && was->data[at] == now->data[at]; at++) {
        if (was->data[at] == '\n') {
            line++;
            start = at + 1;
        }
    }
    buf_printf(out, "%s:%zu: %s\n  - %.*s\n  + %.*s\n", file, line,
               word(p->lang, "cli.test.changed"), (int)(line_end(was, start) - start),
               (const char *)was->data + start, (int)(line_end(now, start) - start),
               (const char *)now->data + start);
}

static bool compare_golden(const struct test_plan *p, size_t i, const struct trace *t,
                           struct buf *out)
{
    struct buf name = {0}, was = {0}, now = {0};
    FILE *f = tmpfile();
    golden_name(p, i, &name);
    const char *file = buf_cstr(&name);
    bool good = false;
    if (f) {
        jsonl_write(t, f);
        take_text(f, &now);
        good =
            p->updates ? update_golden(p, file, &now, out) : os_read_file(file, GOLDEN_LIMIT, &was);
        if (!p->updates && !good) {
            say_failure(file, word(p->lang, "cli.test.no-golden"), out);
        } else if (!p->updates &&
                   !bytes_equal(bytes_of(was.data, was.len), bytes_of(now.data, now.len))) {
            tell_change(p, file, &was, &now, out);
            good = false;
        }
    } else {
        say_failure(file, strerror(errno), out);
    }
    buf_free(&name);
    buf_free(&was);
    buf_free(&now);
    return good;
}

static enum report_result simulate(const struct test_plan *p, size_t i, const struct scenario *sc,
                                   struct err *err, struct buf *out)
{
    struct trace t = {0};
    struct run_options o = {.watch = true, .max_events = p->max_events};
    o.has_seed = test_seed(p, i, &o.seed);
    if (!run_scenario(sc, &o, &t, err)) {
        return REPORT_BROKEN;
    }
    bool held = judge(sc, &t, err->lang, out);
    enum report_result result = held ? REPORT_HELD : REPORT_FAILED;
    if (p->golden && !compare_golden(p, i, &t, out)) {
        result = REPORT_FAILED;
    }
    if (cli_limit_key(&t)) {
        say_failure(sc->file, word(err->lang, cli_limit_key(&t)), out);
        result = REPORT_BROKEN;
    }
    trace_free(&t);
    return result;
}

enum report_result test_scenario(const struct test_plan *p, size_t i, struct buf *out)
{
    struct err err = {.lang = p->lang};
    struct scenario *sc = NULL;
    enum report_result result = REPORT_BROKEN;
    if (scenario_read(test_path(p, i), registry(), NULL, 0, &sc, &err)) {
        result = simulate(p, i, sc, &err, out);
        scenario_free(sc);
    }
    if (err.errors > 0) {
        err_format(&err, out);
    }
    err_free(&err);
    return result;
}

const char *test_ending(enum lang lang, int status)
{
    return word(lang, status == OS_TOO_LONG  ? "cli.test.too-long"
                      : status == OS_TOO_BIG ? "cli.test.too-big"
                                             : "cli.test.died");
}
