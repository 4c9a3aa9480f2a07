/* Where two runs part. Records are compared by what they say (their lines of JSON), so that the two
 * may come of different files. */
#include "export/why.h"

#include "base/os.h"
#include "export/chain.h"
#include "export/flat.h"
#include "export/jsonl.h"
#include "export/row.h"
#include "export/say.h"

#include <stdlib.h>
#include <string.h>

static bool say_the_same(const struct trace *a, const struct trace *b, uint32_t n)
{
    struct json x = {0}, y = {0};
    jsonl_record(a, n, &x);
    jsonl_record(b, n, &y);
    bool same = bytes_equal(bytes_of(x.text.data, x.text.len), bytes_of(y.text.data, y.text.len));
    buf_free(&x.text);
    buf_free(&y.text);
    return same;
}

/* The first record in which they differ; one more than the shorter has if it is a part of the
 * other; 0: none. */
static uint32_t first_difference(const struct trace *a, const struct trace *b)
{
    uint32_t least = a->count < b->count ? a->count : b->count;
    for (uint32_t n = 1; n <= least; n++) {
        if (!say_the_same(a, b, n)) {
            return n;
        }
    }
    return a->count == b->count ? 0 : least + 1;
}

static void print_line(const char *key, const char *title, const struct text_options *o, FILE *out)
{
    struct buf line = {0};
    say(&line, o->lang, key, "run", title, NULL);
    fprintf(out, "%s%s%s\n", style_on(STYLE_BOLD, o->has_colour), buf_cstr(&line),
            style_off(o->has_colour));
    buf_free(&line);
}

/* From the difference on the first record of that instant that is worth a sentence: it says more
 * than a variable that moved on its way. */
static uint32_t telling_record(const struct trace *t, uint32_t n)
{
    sim_time at = trace_record(t, n)->at;
    for (uint32_t i = n; i <= t->count && trace_record(t, i)->at == at; i++) {
        if (chain_is_told(t, i)) {
            return i;
        }
    }
    return n;
}

/* What happened in one run; `later` if it is only what came next there, and not at that time. */
static uint32_t print_side(const struct trace *t, uint32_t n, bool is_later, const char *title,
                           const struct text_options *o, FILE *out)
{
    print_line(is_later ? "why.next-in-run" : "why.in-run", title, o, out);
    if (n > t->count) {
        fprintf(out, "%14s%s\n", "", word(o->lang, "why.ended"));
        return 0;
    }
    uint32_t tells = telling_record(t, n);
    if (tells != n) {
        chain_print(t, n, false, o, out);
    }
    chain_print(t, tells, true, o, out);
    return tells;
}

static void print_cause(const struct trace *t, uint32_t n, const char *key, const char *title,
                        const struct text_options *o, FILE *out)
{
    if (n > 0) {
        fputc('\n', out);
        print_line(key, title, o, out);
        chain_print_causes(t, n, o, out);
    }
}

static void print_sides(const struct trace *a, const struct trace *b, uint32_t n, sim_time when,
                        const struct text_options *o, FILE *out)
{
    bool a_later = n <= a->count && trace_record(a, n)->at > when;
    bool b_later = n <= b->count && trace_record(b, n)->at > when;
    uint32_t x = print_side(a, n, a_later, "A", o, out);
    uint32_t y = print_side(b, n, b_later, "B", o, out);
    uint32_t shared = x && y && chain_next(a, x) < n ? chain_next(a, x) : 0;
    if (shared && shared == chain_next(b, y)) {
        print_cause(a, x, "why.because-both", "", o, out);
    } else {
        print_cause(a, x, "why.because", "A", o, out);
        print_cause(b, y, "why.because", "B", o, out);
    }
    fputc('\n', out);
}

struct figures {
    struct arena arena;
    struct figure_text {
        const char *name, *unit, *value;
    } list[512];
    uint32_t count;
};

static void keep_figure(void *context, const char *name, const char *unit, const char *value)
{
    struct figures *f = context;
    if (f->count < sizeof f->list / sizeof *f->list) {
        f->list[f->count++] = (struct figure_text){arena_strdup(&f->arena, name), unit,
                                                   arena_strdup(&f->arena, value)};
    }
}

static const char *value_of(const struct figures *f, const char *name)
{
    for (uint32_t i = 0; i < f->count; i++) {
        if (strcmp(f->list[i].name, name) == 0) {
            return f->list[i].value;
        }
    }
    return "–";
}

static void print_figure(const char *name, const char *unit, const char *a, const char *b,
                         FILE *out)
{
    if (strcmp(a, b) != 0) {
        bool is_plain = strcmp(unit, "1") == 0;
        fprintf(out, "  %s: %s → %s%s%s\n", name, a, b, is_plain ? "" : " ", is_plain ? "" : unit);
    }
}

static void print_figures(const struct trace *a, const struct trace *b,
                          const struct text_options *o, FILE *out)
{
    struct figures *x = os_alloc(sizeof *x), *y = os_alloc(sizeof *y);
    flat_figures(a, keep_figure, x);
    flat_figures(b, keep_figure, y);
    print_line("why.figures", "", o, out);
    for (uint32_t i = 0; i < x->count; i++) {
        const struct figure_text *f = &x->list[i];
        print_figure(f->name, f->unit, f->value, value_of(y, f->name), out);
    }
    for (uint32_t i = 0; i < y->count; i++) {
        const struct figure_text *f = &y->list[i];
        if (strcmp(value_of(x, f->name), "–") == 0) {
            print_figure(f->name, f->unit, "–", f->value, out);
        }
    }
    arena_free(&x->arena);
    arena_free(&y->arena);
    free(x);
    free(y);
}

bool text_diff(const struct trace *a, const struct trace *b, const struct text_options *o,
               FILE *out)
{
    uint32_t n = first_difference(a, b);
    struct buf line = {0};
    char at[32], count[16];
    snprintf(count, sizeof count, "%u", n ? n - 1 : a->count);
    if (n == 0) {
        say(&line, o->lang, "why.same", "count", count, NULL);
        fprintf(out, "%s\n", buf_cstr(&line));
        buf_free(&line);
        return false;
    }
    sim_time when = n <= a->count ? trace_record(a, n)->at : trace_record(b, n)->at;
    if (n <= b->count && trace_record(b, n)->at < when) {
        when = trace_record(b, n)->at;
    }
    say(&line, o->lang, n == 1 ? "why.differ-at-once" : "why.differ", "at", time_print(when, at),
        "count", count, NULL);
    fprintf(out, "%s\n\n", buf_cstr(&line));
    print_sides(a, b, n, when, o, out);
    print_figures(a, b, o, out);
    buf_free(&line);
    return true;
}
