/* Build tool: turns assets/lang/{en,zh}.*.txt into words_table.c.
 *
 *   words_gen OUT.c assets/lang/en.cli.txt assets/lang/zh.cli.txt …
 *
 * A line is `key = text`; an empty line or one that starts with '#' says nothing; a line that
 * starts with spaces continues the text above after one space; `\n` in a text is a new line. A key
 * that stands twice, or in one language only, fails the build. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LANGS = 2, MAX_KEYS = 8192, MAX_LINE = 8192 };
static const char *const codes[LANGS] = {"en", "zh"};

struct row {
    char *key;
    char *text[LANGS];
};

static _Noreturn void fail(const char *where, int line, const char *what)
{
    fprintf(stderr, "%s:%d: error: %s\n", where, line, what);
    exit(1);
}

static void *need(void *p)
{
    if (!p) {
        fail("words_gen", 0, "out of memory");
    }
    return p;
}

static char *copy(const char *s)
{
    return strcpy(need(malloc(strlen(s) + 1)), s);
}

static struct row *row_of(struct row *rows, size_t *count, const char *key)
{
    for (size_t i = 0; i < *count; i++) {
        if (strcmp(rows[i].key, key) == 0) {
            return &rows[i];
        }
    }
    if (*count == MAX_KEYS) {
        fail(key, 0, "too many keys");
    }
    rows[*count].key = copy(key);
    return &rows[(*count)++];
}

static char *trim(char *s)
{
    while (*s == ' ') {
        s++;
    }
    size_t n = strlen(s);
    while (n > 0 && (s[n - 1] == ' ' || s[n - 1] == '\n' || s[n - 1] == '\r')) {
        s[--n] = '\0';
    }
    return s;
}

static void join(char **text, const char *more)
{
    char *longer = need(malloc(strlen(*text) + strlen(more) + 2));
    sprintf(longer, "%s %s", *text, more);
    free(*text);
    *text = longer;
}

static void read_file(const char *path, int lang, struct row *rows, size_t *count)
{
    FILE *f = fopen(path, "r");
    if (!f) {
        fail(path, 0, "cannot be read");
    }
    char line[MAX_LINE];
    char **last = NULL;
    for (int n = 1; fgets(line, sizeof line, f); n++) {
        if (line[0] == '#' || *trim(line) == '\0') {
            continue;
        }
        if (line[0] == ' ') {
            if (!last) {
                fail(path, n, "nothing to continue");
            }
            join(last, trim(line));
            continue;
        }
        char *sign = strstr(line, " =");
        if (!sign) {
            fail(path, n, "expected 'key = text'");
        }
        *sign = '\0';
        struct row *row = row_of(rows, count, trim(line));
        if (row->text[lang]) {
            fail(path, n, "key stands twice");
        }
        row->text[lang] = copy(trim(sign + 2));
        last = &row->text[lang];
    }
    fclose(f);
}

static int by_key(const void *a, const void *b)
{
    return strcmp(((const struct row *)a)->key, ((const struct row *)b)->key);
}

static void print_text(FILE *out, const char *text)
{
    fputc('"', out);
    for (const char *p = text; *p; p++) {
        if (*p == '\\' && p[1] == 'n') {
            fputs("\\n", out);
            p++;
        } else if (*p == '"' || *p == '\\') {
            fprintf(out, "\\%c", *p);
        } else {
            fputc(*p, out);
        }
    }
    fputc('"', out);
}

static int lang_of(const char *path)
{
    const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    for (int l = 0; l < LANGS; l++) {
        if (strncmp(name, codes[l], 2) == 0 && name[2] == '.') {
            return l;
        }
    }
    fail(path, 0, "name does not start with a language");
}

int main(int argc, char **argv)
{
    static struct row rows[MAX_KEYS];
    size_t count = 0;
    for (int i = 2; i < argc; i++) {
        read_file(argv[i], lang_of(argv[i]), rows, &count);
    }
    qsort(rows, count, sizeof *rows, by_key);
    FILE *out = argc > 1 ? fopen(argv[1], "w") : NULL;
    if (!out) {
        fail("words_gen", 0, "usage: words_gen OUT.c LANG.*.txt …");
    }
    fputs("/* Made by words_gen from assets/lang. */\n#include \"base/words.h\"\n\n"
          "const struct word_row word_table[] = {\n",
          out);
    bool whole = true;
    for (size_t i = 0; i < count; i++) {
        for (int l = 0; l < LANGS; l++) {
            if (!rows[i].text[l]) {
                fprintf(stderr, "assets/lang: error: '%s' is missing in %s\n", rows[i].key,
                        codes[l]);
                whole = false;
                rows[i].text[l] = copy("");
            }
        }
        fprintf(out, "    {\"%s\", {", rows[i].key);
        print_text(out, rows[i].text[0]);
        fputs(", ", out);
        print_text(out, rows[i].text[1]);
        fputs("}},\n", out);
    }
    fprintf(out, "    {0},\n};\nconst size_t word_count = %zu;\n", count);
    return fclose(out) == 0 && whole ? 0 : 1;
}
