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

/* The next character of zero-terminated UTF-8; a broken byte stands for itself. */
static uint32_t next_character(const char **text)
{
    const unsigned char *p = (const unsigned char *)*text;
    unsigned more = p[0] >= 0xf0 ? 3 : p[0] >= 0xe0 ? 2 : p[0] >= 0xc0 ? 1 : 0;
    uint32_t c = more ? p[0] & (0x3fu >> more) : p[0];
    unsigned taken = 1;
    while (taken <= more && (p[taken] & 0xc0) == 0x80) {
        c = c << 6 | (p[taken++] & 0x3f);
    }
    *text += taken;
    return c;
}

/* Han, kana, Hangul and full-width forms take two cells of a terminal. */
static bool is_wide(uint32_t c)
{
    return (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) ||
           (c >= 0xac00 && c <= 0xd7a3) || (c >= 0xf900 && c <= 0xfaff) ||
           (c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff01 && c <= 0xff60) ||
           (c >= 0xffe0 && c <= 0xffe6) || (c >= 0x1f300 && c <= 0x1faff) ||
           (c >= 0x20000 && c <= 0x3fffd);
}

/* The line below the source: a caret under the character at `column`, waves under the further ones
 * of `width`. Tabs stay tabs, so that it lines up whatever a tab is. */
static void print_caret(struct buf *out, const char *line, unsigned column, unsigned width)
{
    unsigned cells = 0;
    for (unsigned i = 1; i < column + width; i++) {
        uint32_t c = *line ? next_character(&line) : 'x';
        if (i < column) {
            buf_str(out, c == '\t' ? "\t" : is_wide(c) ? "  " : " ");
        } else {
            cells += is_wide(c) ? 2 : 1;
        }
    }
    for (unsigned i = 0; i < cells; i++) {
        buf_char(out, i == 0 ? '^' : '~');
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
            buf_printf(out, "%u:", item->line);
        }
        if (item->line && item->column) {
            buf_printf(out, "%u:", item->column);
        }
        buf_char(out, ' ');
    } else {
        buf_str(out, "slowwire: ");
    }
    buf_printf(out, "%s%s:%s %s\n", on, word(e->lang, error ? "err.error" : "err.warning"), off,
               item->what);
    if (item->source && item->line) {
        buf_printf(out, "%s\n%s", item->source, on);
        print_caret(out, item->source, item->column ? item->column : 1, item->width);
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

#define WORD_MAX  40 /* characters; a longer word has no nearest */
#define EDITS_MAX 2

static size_t characters_of(const char *s, uint32_t out[WORD_MAX + 1])
{
    size_t n = 0;
    while (*s && n <= WORD_MAX) {
        out[n++] = next_character(&s);
    }
    return n;
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Optimal string alignment: edits between a and b; more than EDITS_MAX need not be exact. */
static unsigned edits(const uint32_t *a, size_t n, const uint32_t *b, size_t m)
{
    if (n > WORD_MAX || m > WORD_MAX || n > m + EDITS_MAX || m > n + EDITS_MAX) {
        return EDITS_MAX + 1;
    }
    unsigned d[WORD_MAX + 1][WORD_MAX + 1];
    for (size_t i = 0; i <= n; i++) {
        for (size_t j = 0; j <= m; j++) {
            if (i == 0 || j == 0) {
                d[i][j] = (unsigned)(i + j);
                continue;
            }
            unsigned best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            best = least(best, least(d[i - 1][j], d[i][j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                best = least(best, d[i - 2][j - 2] + 1);
            }
            d[i][j] = best;
        }
    }
    return d[n][m];
}

const char *nearest_word(const char *found, const char *const *words)
{
    const char *best = NULL;
    unsigned distance = EDITS_MAX + 1;
    uint32_t a[WORD_MAX + 1], b[WORD_MAX + 1];
    size_t n = characters_of(found, a);
    for (; *words; words++) {
        unsigned away = edits(a, n, b, characters_of(*words, b));
        if (away < distance && 2 * away <= n) {
            distance = away;
            best = *words;
        }
    }
    return best;
}
