/* Reading a rubric. What a check expects is handed to the scenario's reader as a value for the
 * submission's own `expect`, so both are one language. */
#include "ui/cli/rubric.h"

#include "registry.h"
#include "scenario/quantity.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define EVENTS_DEFAULT UINT64_C(10000000)
#define TIME_DEFAULT   (INT64_C(10) * SIM_S)
#define MEMORY_DEFAULT ((size_t)1 << 30)

struct reading {
    struct rubric *r;
    struct doc doc;
    struct err *err;
};

static void complain(struct reading *g, const struct doc_node *n, const char *key,
                     const char *value)
{
    err_add(g->err, ERR_ERROR, doc_place_of(&g->doc, &g->r->arena, n), key, "value", value, NULL);
}

static void unknown_key(struct reading *g, const struct doc_node *key, const char *const *known)
{
    struct buf all = {0};
    for (size_t i = 0; known[i]; i++) {
        buf_printf(&all, "%s%s", i > 0 ? ", " : "", known[i]);
    }
    const char *near = nearest_word(key->text, known);
    err_add(g->err, ERR_ERROR, doc_place_of(&g->doc, &g->r->arena, key),
            near ? "grade.unknown-key-near" : "grade.unknown-key", "key", key->text, "near",
            near ? near : "", "known", buf_cstr(&all), NULL);
    buf_free(&all);
}

/* Is it a mapping of these keys alone? */
static bool has_keys(struct reading *g, const struct doc_node *n, const char *const *known)
{
    if (n->kind != DOC_MAP) {
        complain(g, n, "grade.is-no-map", "");
        return false;
    }
    unsigned errors = g->err->errors;
    for (const struct doc_node *c = n->first; c; c = c->next) {
        size_t i = 0;
        while (known[i] && strcmp(known[i], c->key->text) != 0) {
            i++;
        }
        if (!known[i]) {
            unknown_key(g, c->key, known);
        }
    }
    return g->err->errors == errors;
}

static void print_scalar(const struct doc_node *n, struct buf *out)
{
    if (!n->is_quoted && !n->text[strcspn(n->text, ",[]{}\"\n")]) {
        buf_str(out, n->text);
        return;
    }
    buf_char(out, '"');
    for (const char *s = n->text; *s; s++) {
        if (*s == '\n') {
            buf_str(out, "\\n");
        } else {
            buf_printf(out, "%s%c", *s == '"' || *s == '\\' ? "\\" : "", *s);
        }
    }
    buf_char(out, '"');
}

void rubric_print(const struct doc_node *n, struct buf *out)
{
    if (n->kind == DOC_SCALAR) {
        print_scalar(n, out);
        return;
    }
    buf_char(out, n->kind == DOC_MAP ? '{' : '[');
    for (const struct doc_node *c = n->first; c; c = c->next) {
        if (n->kind == DOC_MAP) {
            print_scalar(c->key, out);
            buf_str(out, ": ");
        }
        rubric_print(c, out);
        buf_str(out, c->next ? ", " : "");
    }
    buf_char(out, n->kind == DOC_MAP ? '}' : ']');
}

static void add_override(struct reading *g, struct check *c, const char *path,
                         const struct doc_node *value, bool wraps)
{
    struct buf text = {0};
    if (c->set_count == RUBRIC_SETS_MAX) {
        complain(g, value, "cli.too-many-sets", "");
        return;
    }
    buf_printf(&text, "%s=%s", path, wraps ? "[" : "");
    rubric_print(value, &text);
    buf_str(&text, wraps ? "]" : "");
    c->sets[c->set_count++].text = arena_strdup(&g->r->arena, buf_cstr(&text));
    buf_free(&text);
}

static void read_name(struct reading *g, const struct doc_node *n, struct check *c, uint32_t nth)
{
    const struct doc_node *own = n && n->kind == DOC_MAP ? doc_get(n, lang_code(g->err->lang)) : n;
    own = n && !own ? n->first : own;
    bool is_text = own && own->kind == DOC_SCALAR;
    c->name = is_text ? own->text : arena_printf(&g->r->arena, "check %u", nth);
}

static void read_points(struct reading *g, const struct doc_node *n, struct check *c)
{
    const char *rest = "";
    c->points = 1;
    if (n && (n->kind != DOC_SCALAR || !real_parse(n->text, &c->points, &rest) || *rest ||
              !(c->points >= 0 && c->points < 1e9))) {
        complain(g, n, "grade.not-points", n->text);
    }
}

/* The exercise lies beside the rubric, or where its path leads from there. */
static void read_exercise(struct reading *g, const struct doc_node *n, struct check *c)
{
    struct buf text = {0};
    struct scenario *sc = NULL;
    const char *slash = strrchr(g->r->file, '/');
    int folder = slash && n->text[0] != '/' ? (int)(slash + 1 - g->r->file) : 0;
    c->exercise_file = arena_printf(&g->r->arena, "%.*s%s", folder, g->r->file, n->text);
    if (n->kind != DOC_SCALAR || !os_read_file(c->exercise_file, SCENARIO_FILE_LIMIT, &text)) {
        complain(g, n, "grade.cannot-find", n->text);
    } else {
        c->exercise = arena_strdup(&g->r->arena, buf_cstr(&text));
        if (scenario_read_text(c->exercise_file, c->exercise, registry(), NULL, 0, &sc, g->err)) {
            if (!sc->hidden) {
                complain(g, n, "grade.hides-nothing", n->text);
            }
            scenario_free(sc);
        }
    }
    buf_free(&text);
}

static void read_check(struct reading *g, const struct doc_node *n)
{
    static const char *const keys[] = {"points", "name", "expect", "set", "find", NULL};
    struct check *c = &g->r->checks[g->r->count];
    if (!has_keys(g, n, keys)) {
        return;
    }
    const struct doc_node *expect = doc_get(n, "expect"), *set = doc_get(n, "set");
    const struct doc_node *find = doc_get(n, "find");
    if ((find != NULL) == (expect != NULL) || (find && set) ||
        (expect && expect->kind == DOC_SCALAR)) {
        complain(g, n, "grade.needs-expect", "");
        return;
    }
    g->r->count++;
    read_name(g, doc_get(n, "name"), c, g->r->count);
    read_points(g, doc_get(n, "points"), c);
    if (find) {
        read_exercise(g, find, c);
    } else {
        add_override(g, c, "expect", expect, expect->kind == DOC_MAP);
    }
    if (set && set->kind != DOC_MAP) {
        complain(g, set, "grade.is-no-map", "");
        return;
    }
    for (const struct doc_node *s = set ? set->first : NULL; s; s = s->next) {
        add_override(g, c, s->key->text, s, false);
    }
    g->r->points += c->points;
}

static void read_limit(struct reading *g, const struct doc_node *budget, const char *key,
                       enum quantity q, int64_t *out)
{
    const struct doc_node *n = doc_get(budget, key);
    int64_t value;
    if (!n) {
        return;
    }
    if (n->kind != DOC_SCALAR || quantity_parse(n->text, q, false, &value, NULL) != VALUE_GOOD ||
        value == 0) {
        complain(g, n, "grade.not-budget", n->text);
        return;
    }
    *out = value;
}

static void read_budget(struct reading *g, const struct doc_node *n)
{
    static const char *const keys[] = {"events", "time", "memory", NULL};
    int64_t events = (int64_t)EVENTS_DEFAULT, time = TIME_DEFAULT, memory = (int64_t)MEMORY_DEFAULT;
    if (n && has_keys(g, n, keys)) {
        read_limit(g, n, "events", QUANTITY_COUNT, &events);
        read_limit(g, n, "time", QUANTITY_TIME, &time);
        read_limit(g, n, "memory", QUANTITY_BYTES, &memory);
    }
    g->r->max_events = (uint64_t)events;
    g->r->budget = (struct os_budget){time, (size_t)memory, true};
}

static void read_all(struct reading *g)
{
    static const char *const keys[] = {"title", "checks", "budget", NULL};
    const struct doc_node *checks = doc_get(g->doc.root, "checks");
    if (!has_keys(g, g->doc.root, keys)) {
        return;
    }
    read_budget(g, doc_get(g->doc.root, "budget"));
    if (!checks || checks->kind != DOC_LIST || checks->count == 0 ||
        checks->count > RUBRIC_CHECKS_MAX) {
        complain(g, checks ? checks : g->doc.root, "grade.needs-checks", "");
        return;
    }
    for (const struct doc_node *c = checks->first; c; c = c->next) {
        read_check(g, c);
    }
}

bool rubric_read(struct rubric *r, const char *file, struct err *err)
{
    struct reading g = {.r = r, .err = err};
    r->file = file;
    if (!os_read_file(file, SCENARIO_FILE_LIMIT, &r->text)) {
        err_fail(err, "cli.cannot-read", "file", file, "why", strerror(errno), NULL);
        return false;
    }
    const char *text = buf_cstr(&r->text);
    if (doc_read(file, text, r->text.len, &r->arena, &g.doc, err)) {
        read_all(&g);
    }
    return err->errors == 0;
}

void rubric_free(struct rubric *r)
{
    buf_free(&r->text);
    arena_free(&r->arena);
}
