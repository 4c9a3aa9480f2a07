/* Characters, and the parser's complaints translated: a few mistakes make nearly all of them. */
#include "scenario/syntax.h"

#include <string.h>

/* How far a look at brackets and line ends has come. */
struct extent {
    uint32_t line, open;
    size_t start; /* of the line */
};

/* What is too much once the byte at `at` is counted; NULL: nothing. */
static const char *too_much(const struct doc *d, size_t at, struct extent *e)
{
    switch (d->text[at]) {
    case '[':
    case '{': e->open++; break;
    case ']':
    case '}': e->open -= e->open > 0; break;
    case '\n':
        e->line++;
        e->start = at + 1;
        break;
    }
    return e->open > DOC_BRACKETS_LIMIT         ? "reader.yaml.too-deep"
           : at + 1 - e->start > DOC_LINE_LIMIT ? "reader.yaml.long-line"
           : e->line > DOC_LINES_LIMIT          ? "reader.yaml.too-many-lines"
                                                : NULL;
}

bool syntax_check_size(const struct doc *d, struct err *err)
{
    struct extent e = {.line = 1};
    const char *key = NULL;
    for (size_t at = 0; at < d->len && !key; at++) {
        key = too_much(d, at, &e);
    }
    if (key) {
        err_add(err, ERR_ERROR, (struct err_place){.file = d->file, .line = e.line, .column = 1},
                key, NULL);
    }
    return key == NULL;
}

void syntax_find_lines(struct doc *d, struct arena *arena)
{
    uint32_t count = 1;
    for (const char *p = d->text; (p = strchr(p, '\n')) != NULL; p++) {
        count++;
    }
    uint32_t *lines = arena_alloc(arena, count * sizeof *lines);
    uint32_t n = 1;
    for (const char *p = d->text; (p = strchr(p, '\n')) != NULL; p++) {
        lines[n++] = (uint32_t)(p + 1 - d->text);
    }
    d->lines = lines;
    d->line_count = count;
    doc_count_characters(d, arena);
}

/* Bytes of the well-formed UTF-8 character at p, 0 if there is none (Unicode 15, table 3-7). */
static size_t character_size(const unsigned char *p)
{
    if (p[0] < 0x80) {
        return 1;
    }
    size_t size = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
    if (p[0] < 0xc2 || p[0] > 0xf4) {
        return 0;
    }
    for (size_t i = 1; i < size; i++) {
        if ((p[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    bool is_overlong = (p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xf0 && p[1] < 0x90);
    bool is_beyond = (p[0] == 0xed && p[1] > 0x9f) || (p[0] == 0xf4 && p[1] > 0x8f);
    return is_overlong || is_beyond ? 0 : size;
}

/* Controls of ASCII but tab and line breaks, delete, and the C1 controls: a terminal obeys them. */
static bool is_control(const unsigned char *p)
{
    return (p[0] < 0x20 && !strchr("\t\n\r", p[0])) || p[0] == 0x7f ||
           (p[0] == 0xc2 && p[1] < 0xa0);
}

bool syntax_check_characters(const struct doc *d, struct arena *arena, struct err *err)
{
    const unsigned char *text = (const unsigned char *)d->text;
    size_t at = 0, size = 1;
    while (at < d->len && (size = character_size(text + at)) > 0 && !is_control(text + at)) {
        at += size;
    }
    if (at == d->len) {
        return true;
    }
    const char *key = size == 0          ? "reader.yaml.utf8"
                      : text[at] == '\0' ? "reader.yaml.nul"
                                         : "reader.yaml.control";
    struct err_place place = doc_place(d, arena, at, at + 1);
    place.source = NULL; /* the terminal would obey it */
    err_add(err, ERR_ERROR, place, key, NULL);
    return false;
}

/* Code points of general punctuation, CJK punctuation and the full-width forms of ASCII's. */
static bool is_full_width(const unsigned char *p)
{
    static const uint32_t ranges[][2] = {{0x2010, 0x2027}, {0x3000, 0x303f}, {0xff01, 0xff0f},
                                         {0xff1a, 0xff20}, {0xff3b, 0xff40}, {0xff5b, 0xff65}};
    if (character_size(p) != 3) {
        return false;
    }
    uint32_t c = (p[0] & 15u) << 12 | (p[1] & 63u) << 6 | (p[2] & 63u);
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        if (c >= ranges[i][0] && c <= ranges[i][1]) {
            return true;
        }
    }
    return false;
}

const char *full_width_in(const char *text)
{
    while (*text && !is_full_width((const unsigned char *)text)) {
        text++;
    }
    return *text ? text : NULL;
}

/* What the parser says (a part of it) and our words for it; the first that fits. */
static const struct {
    const char *said, *key;
} complaints[] = {
    {"trailing content", "reader.yaml.after-quote"},
    {"cannot use tab", "reader.yaml.tab"},
    {"tab character", "reader.yaml.tab"},
    {"tabs", "reader.yaml.tab"},
    {"tab as ind", "reader.yaml.tab"},
    {"tab used", "reader.yaml.tab"},
    {"nested block mapping on the same line", "reader.yaml.colon"},
    {"invalid multiline plain key", "reader.yaml.colon-or-indent"},
    {"mapping in plain multiline", "reader.yaml.indent"},
    {"missing comma", "reader.yaml.comma"},
    {"invalid extra comma", "reader.yaml.extra-comma"},
    {"extra closing", "reader.yaml.extra-close"},
    {"mismatched flow", "reader.yaml.mismatched"},
    {"without a closing", "reader.yaml.unclosed"},
    {"without closing quote", "reader.yaml.unclosed-quote"},
    {"single-quoted scalar", "reader.yaml.unclosed-quote"},
    {"double-quoted scalar has invalid", "reader.yaml.escape"},
    {"invalid escape", "reader.yaml.escape"},
    {"double-quoted scalar", "reader.yaml.unclosed-quote"},
    {"plain scalar cannot start", "reader.yaml.start"},
    {"wrongly indented", "reader.yaml.indent"},
    {"indent", "reader.yaml.indent"},
    {"indicator", "reader.yaml.indent"},
    {"comment", "reader.yaml.comment"},
    {"ould not find expected ':'", "reader.yaml.no-colon"},
    {"missing ':'", "reader.yaml.no-colon"},
    {"control character", "reader.yaml.control"},
    {"invalid character", "reader.yaml.control"},
    {"directive", "reader.yaml.directive"},
    {"alias", "reader.yaml.alias"},
    {"anchor", "reader.yaml.alias"},
    {"depth", "reader.yaml.too-deep"},
};

static const char *complaint_key(const char *said)
{
    for (size_t i = 0; i < sizeof complaints / sizeof *complaints; i++) {
        if (strstr(said, complaints[i].said)) {
            return complaints[i].key;
        }
    }
    return "reader.yaml.syntax";
}

/* A hash after a space, behind a bracket on its line, hides the rest of the line, the closing
 * bracket too: the likely cause of a bracket that is missed. SIZE_MAX: none there. */
static size_t hash_behind(const struct doc *d, size_t open)
{
    size_t end = open + strcspn(d->text + open, "\n");
    for (size_t i = open + 1; i + 1 < end; i++) {
        if (d->text[i] == ' ' && d->text[i + 1] == '#') {
            size_t rest = i + 1;
            return memchr(d->text + rest, d->text[open] == '{' ? '}' : ']', end - rest) ? rest
                                                                                        : SIZE_MAX;
        }
    }
    return SIZE_MAX;
}

/* The last line before `at` that begins a section: a key in the first column. */
static size_t section_start(const struct doc *d, size_t at)
{
    uint32_t line, column;
    doc_line_column(d, at, &line, &column);
    for (line = line > 1 ? line - 1 : 1; line > 1; line--) {
        if (!strchr(" #-\t\r\n", d->text[d->lines[line - 1]])) {
            break;
        }
    }
    return d->lines[line - 1];
}

/* Behind the closing quote, or the end of the text. */
static const char *after_quote(const char *p, const char *end)
{
    char quote = *p++;
    while (p < end && *p != quote) {
        p += quote == '"' && *p == '\\' && p + 1 < end ? 2 : 1;
    }
    return p < end ? p + 1 : end;
}

#define OPEN_MAX 64

/* The innermost bracket that is open at `at`, SIZE_MAX: none. The parser does not tell: it has read
 * further than it has reported. A bracket or quote counts where a value may begin. */
static size_t open_bracket(const struct doc *d, size_t at)
{
    size_t open[OPEN_MAX];
    unsigned depth = 0;
    char before = ':'; /* the last character that is no space */
    const char *p = d->text + section_start(d, at), *end = d->text + at;
    while (p < end) {
        bool may_begin = strchr(":-,[{", before) != NULL;
        if (*p == '#' && (p == d->text || strchr(" \n", p[-1]))) {
            p += strcspn(p, "\n");
            continue;
        }
        if ((*p == '"' || *p == '\'') && may_begin) {
            p = after_quote(p, end);
            before = '"';
            continue;
        }
        if ((*p == '[' || *p == '{') && (may_begin || depth > 0) && depth < OPEN_MAX) {
            open[depth++] = (size_t)(p - d->text);
        } else if ((*p == ']' || *p == '}') && depth > 0) {
            depth--;
        }
        before = *p == ' ' || *p == '\r' ? before : *p == '\n' && depth == 0 ? ':' : *p;
        p++;
    }
    return depth > 0 ? open[depth - 1] : SIZE_MAX;
}

static size_t offset_of(const struct doc *d, uint32_t line, uint32_t column)
{
    line = line > d->line_count ? d->line_count : line;
    size_t at = d->lines[line - 1];
    for (; column > 1 && at < d->len && d->text[at] != '\n'; column--) {
        at += character_size((const unsigned char *)d->text + at);
    }
    return at;
}

static bool is_one_of(const char *key, const char *const *keys)
{
    while (*keys && strcmp(*keys, key) != 0) {
        keys++;
    }
    return *keys != NULL;
}

/* The rest of a line that begins at `at` looks like `key: value`. */
static bool is_key_line(const char *at)
{
    size_t n = strcspn(at, ":,{}[]#\n");
    return at[n] == ':' && (at[n + 1] == ' ' || at[n + 1] == '\n' || at[n + 1] == '\0');
}

/* An error that shows up lines after the bracket that causes it is told at the bracket. */
static const char *blame_bracket(const struct doc *d, const char *key, size_t open, size_t *at)
{
    static const char *const of_brackets[] = {"reader.yaml.comma", "reader.yaml.unclosed",
                                              "reader.yaml.indent", NULL};
    uint32_t open_line, line, column;
    if (open == SIZE_MAX || !is_one_of(key, of_brackets)) {
        return key;
    }
    doc_line_column(d, open, &open_line, &column);
    doc_line_column(d, *at, &line, &column);
    size_t hash = hash_behind(d, open);
    if (line > open_line && hash != SIZE_MAX) {
        *at = hash;
        return "reader.yaml.hash";
    }
    bool is_at_end = d->text[*at + strspn(d->text + *at, " \r\n")] == '\0';
    if (is_at_end || (line > open_line && is_key_line(d->text + d->lines[line - 1]))) {
        *at = open;
        return "reader.yaml.unclosed";
    }
    return key;
}

/* A colon or comma of the wrong width in the line of an error is its cause more often than not. */
static const char *blame_full_width(const struct doc *d, struct arena *arena, const char *key,
                                    size_t *at)
{
    static const char *const caused[] = {"reader.yaml.colon-or-indent", "reader.yaml.no-colon",
                                         "reader.yaml.indent",          "reader.yaml.comma",
                                         "reader.yaml.unclosed",        "reader.yaml.mismatched",
                                         "reader.yaml.syntax",          NULL};
    uint32_t line, column;
    doc_line_column(d, *at, &line, &column);
    const char *start = d->text + d->lines[line - 1];
    const char *mark = full_width_in(arena_strndup(arena, start, strcspn(start, "\n")));
    if (!mark || !is_one_of(key, caused)) {
        return key;
    }
    while (!is_full_width((const unsigned char *)start)) {
        start++;
    }
    *at = (size_t)(start - d->text);
    return "reader.yaml.full-width";
}

void syntax_error(const struct doc *d, struct arena *arena, uint32_t line, uint32_t column,
                  const char *said, struct err *err)
{
    size_t at = offset_of(d, line, column);
    const char *key = blame_bracket(d, complaint_key(said), open_bracket(d, at), &at);
    key = blame_full_width(d, arena, key, &at);
    if (strcmp(key, "reader.yaml.comma") == 0 && d->text[at] == ':') {
        key = "reader.yaml.colon";
    } else if (strcmp(key, "reader.yaml.unclosed-quote") == 0 && at > 0 &&
               strchr("\"'", d->text[at - 1])) {
        at--; /* the parser tells where the quote's text begins, or where the quote does */
    }
    char found[8] = "";
    size_t n = at < d->len ? character_size((const unsigned char *)d->text + at) : 0;
    memcpy(found, d->text + at, n);
    err_add(err, ERR_ERROR, doc_place(d, arena, at, at + (n ? n : 1)), key, "found", found, NULL);
}
