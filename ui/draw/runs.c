/* Which runs stand side by side: a file each, or one file with one of its settings varied:
 * `--compare FILE --set traffic.0.go-back-n.window=1,4` is a run for each value, and a single value
 * stands beside the file as it is. Settings with one value are everybody's. */
#include "ui/draw/draw.h"

#include <string.h>

/* Bytes up to the comma that ends a value; commas in brackets and quotes belong to it. */
static size_t value_length(const char *s)
{
    int depth = 0;
    char quote = '\0';
    size_t n = 0;
    for (; s[n] && (s[n] != ',' || depth > 0 || quote); n++) {
        if (quote) {
            quote = s[n] == quote ? '\0' : quote;
        } else if (s[n] == '"' || s[n] == '\'') {
            quote = s[n];
        } else {
            depth += (s[n] == '[' || s[n] == '{') - (s[n] == ']' || s[n] == '}');
        }
    }
    return n;
}

static unsigned value_count(const char *set)
{
    unsigned count = 1;
    const char *s = strchr(set, '=') + 1;
    for (size_t n; s[n = value_length(s)]; s += n + 1) {
        count++;
    }
    return count;
}

/* "PATH=VALUE" with the n-th of the values. */
static const char *with_value(struct draw_options *o, const char *set, unsigned nth)
{
    const char *equals = strchr(set, '='), *s = equals + 1;
    for (; nth > 0; nth--) {
        s += value_length(s) + 1;
    }
    return arena_printf(&o->arena, "%.*s%.*s", (int)(equals + 1 - set), set, (int)value_length(s),
                        s);
}

/* What stands beside the title: without the path's beginning. */
static const char *short_set(const char *set)
{
    const char *from = set;
    for (const char *s = set; *s && *s != '='; s++) {
        from = *s == '.' ? s + 1 : from;
    }
    return from;
}

static void add_run(struct draw_options *o, const char *file, int varied, const char *value)
{
    struct draw_run *run = &o->runs[o->run_count++];
    *run = (struct draw_run){.file = file};
    for (unsigned i = 0; i < o->set_count; i++) {
        const char *text = (int)i == varied ? value : o->sets[i];
        if (text) {
            run->sets[run->set_count++].text = text;
        }
    }
    run->varied = varied < 0 ? NULL : value ? short_set(value) : "";
}

/* The setting that makes the difference; -1: none, and *err tells if there are several. */
static int find_varied(const struct draw_options *o, struct err *err)
{
    int varied = -1;
    for (unsigned i = 0; i < o->set_count; i++) {
        if (value_count(o->sets[i]) == 1) {
            continue;
        }
        if (varied >= 0) {
            err_fail(err, "draw.set-twice", NULL);
        }
        varied = (int)i;
    }
    return varied >= 0 || o->set_count == 0 ? varied : (int)o->set_count - 1;
}

bool draw_runs_plan(struct draw_options *o, struct err *err)
{
    bool is_varied = o->is_compare && o->file_count == 1;
    unsigned before = err->errors;
    int varied = is_varied ? find_varied(o, err) : -1;
    unsigned values = varied < 0 ? 1 : value_count(o->sets[varied]);
    if (err->errors > before || values > DRAW_RUNS) {
        if (err->errors == before) {
            err_fail(err, "draw.many-files", NULL);
        }
        return false;
    }
    if (varied >= 0 && values == 1) {
        add_run(o, o->files[0], varied, NULL);
    }
    for (unsigned i = 0; varied >= 0 && i < values; i++) {
        add_run(o, o->files[0], varied, with_value(o, o->sets[varied], i));
    }
    for (unsigned i = 0; varied < 0 && i < o->file_count; i++) {
        add_run(o, o->files[i], -1, NULL);
    }
    return true;
}

bool draw_set_add(struct draw_options *o, const char *text)
{
    const char *equals = strchr(text, '=');
    if (!equals || equals == text || !equals[1] || o->set_count == DRAW_SETS) {
        return false;
    }
    o->sets[o->set_count++] = text;
    return true;
}

void draw_options_free(struct draw_options *o)
{
    arena_free(&o->arena);
}
