/* Collecting and printing diagnostics; templates; the nearest word. */
#include "base/err.h"

#include "base/os.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define MAX_PAIRS 16

void text_fill(struct buf *out, const char *text, const char *const *pairs, size_t pair_count)
{
    while (*text) {
        const char *end = *text == '{' ? strchr(text, '}') : NULL;
        const char *value = NULL;
        for (size_t i = 0; end && i < pair_count; i++) {
            size_t n = (size_t)(end - text - 1);
            if (strlen(pairs[2 * i]) == n && strncmp(pairs[2 * i], text + 1, n) == 0) {
                value = pairs[2 * i + 1];
            }
        }
        if (value) {
            buf_str(out, value);
            text = end + 1;
        } else {
            buf_char(out, *text++);
        }
    }
}

static const char *kept(struct err *e, const char *s)
{
    return s ? arena_strdup(&e->arena, s) : NULL;
}

void err_add(struct err *e, enum err_kind kind, struct err_place at, const char *key, ...)
{
    unsigned *all = kind == ERR_ERROR ? &e->errors : &e->warnings;
    if (++*all > ERR_LIMIT || e->count == 2 * ERR_LIMIT) {
        return;
    }
    const char *pairs[2 * MAX_PAIRS];
    size_t count = 0;
    va_list args;
    va_start(args, key);
    for (const char *name; count < MAX_PAIRS && (name = va_arg(args, const char *)); count++) {
        pairs[2 * count] = name;
        pairs[2 * count + 1] = va_arg(args, const char *);
    }
    va_end(args);
    struct buf what = {0};
    text_fill(&what, word(e->lang, key), pairs, count);
    e->items[e->count++] = (struct err_item){.kind = kind,
                                             .file = kept(e, at.file),
                                             .line = at.line,
                                             .column = at.column,
                                             .width = at.width ? at.width : 1,
                                             .what = kept(e, buf_cstr(&what)),
                                             .source = kept(e, at.source)};
    buf_free(&what);
}

/* Cells that the first n characters of a line take: Han and other wide characters take two. */
static void print_indent(struct buf *out, const char *line, unsigned n)
{
    for (unsigned i = 0; i < n && *line; i++) {
        unsigned char lead = (unsigned char)*line;
        buf_str(out, lead == '\t' ? "\t" : lead >= 0xe2 ? "  " : " ");
        line++;
        while (((unsigned char)*line & 0xc0) == 0x80) {
            line++;
        }
    }
}

static void format_item(const struct err *e, const struct err_item *item, bool colour,
                        struct buf *out)
{
    bool error = item->kind == ERR_ERROR;
    const char *on = !colour ? "" : error ? "\033[1;31m" : "\033[1;35m";
    const char *off = colour ? "\033[0m" : "";
    if (item->file) {
        buf_printf(out, "%s:", item->file);
        if (item->line) {
            buf_printf(out, "%u:%u:", item->line, item->column);
        }
        buf_char(out, ' ');
    } else {
        buf_str(out, "slowwire: ");
    }
    buf_printf(out, "%s%s:%s %s\n", on, word(e->lang, error ? "err.error" : "err.warning"), off,
               item->what);
    if (item->source && item->line) {
        buf_printf(out, "%s\n", item->source);
        print_indent(out, item->source, item->column ? item->column - 1 : 0);
        buf_printf(out, "%s^", on);
        for (unsigned i = 1; i < item->width; i++) {
            buf_char(out, '~');
        }
        buf_printf(out, "%s\n", off);
    }
}

static void format_all(const struct err *e, bool colour, struct buf *out)
{
    for (unsigned i = 0; i < e->count; i++) {
        format_item(e, &e->items[i], colour, out);
    }
    if (e->errors > ERR_LIMIT) {
        char n[16];
        snprintf(n, sizeof n, "%u", e->errors - ERR_LIMIT);
        const char *pair[] = {"n", n};
        text_fill(out, word(e->lang, "err.more"), pair, 1);
        buf_char(out, '\n');
    }
}

void err_format(const struct err *e, struct buf *out)
{
    format_all(e, false, out);
}

void err_print(const struct err *e, FILE *out, bool colour)
{
    struct buf text = {0};
    format_all(e, colour, &text);
    fputs(buf_cstr(&text), out);
    buf_free(&text);
}

void err_free(struct err *e)
{
    arena_free(&e->arena);
    *e = (struct err){.lang = e->lang};
}

/* Optimal string alignment: edits between a and b, given up above 3. */
static unsigned edits(const char *a, const char *b)
{
    enum { MAX = 40 };
    size_t n = strlen(a), m = strlen(b);
    if (n > MAX || m > MAX || (n > m ? n - m : m - n) > 2) {
        return 3;
    }
    unsigned d[MAX + 1][MAX + 1];
    for (size_t i = 0; i <= n; i++) {
        for (size_t j = 0; j <= m; j++) {
            if (i == 0 || j == 0) {
                d[i][j] = (unsigned)(i + j);
                continue;
            }
            unsigned best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            best = d[i - 1][j] + 1 < best ? d[i - 1][j] + 1 : best;
            best = d[i][j - 1] + 1 < best ? d[i][j - 1] + 1 : best;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                d[i - 2][j - 2] + 1 < best) {
                best = d[i - 2][j - 2] + 1;
            }
            d[i][j] = best;
        }
    }
    return d[n][m];
}

const char *nearest_word(const char *found, const char *const *words)
{
    const char *best = NULL;
    unsigned distance = 3;
    for (; *words; words++) {
        unsigned n = edits(found, *words);
        if (n < distance && 2 * n < strlen(found) + 1) {
            distance = n;
            best = *words;
        }
    }
    return best;
}
