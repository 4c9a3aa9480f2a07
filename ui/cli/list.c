/* slowwire list: the bundled scenarios, lesson by lesson. slowwire new: one's own from one of them.
 */
#include "ui/cli/cli.h"

#include "base/os.h"
#include "export/row.h"
#include "registry.h"
#include "scenario/course.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMN = 30, WIDTH = 98 };

static const struct option no_options[] = {{0}};

static bool find_bundled(struct err *err, char *root, size_t size, struct paths *p)
{
    if (cli_scenarios(root, size) && paths_add(p, root) && p->count > 0) {
        return true;
    }
    err_fail(err, "cli.no-scenarios", NULL);
    return false;
}

/* "arq" of "arq/lost-frame"; "" at the top. */
static void topic_of(const char *title, char topic[64])
{
    const char *slash = strchr(title, '/');
    size_t n = slash ? (size_t)(slash - title) : 0;
    n = n < 63 ? n : 63;
    memcpy(topic, title, n);
    topic[n] = '\0';
}

static void print_bold(const char *text)
{
    bool colour = cli_colour(stdout);
    printf("%s%s%s\n", style_on(STYLE_BOLD, colour), text, style_off(colour));
}

static void print_topic(const char *topic, enum lang lang)
{
    struct buf line = {0};
    char key[80];
    snprintf(key, sizeof key, "cli.topic.%s", topic);
    const char *name = word_find(lang, key);
    buf_printf(&line, "%s%s%s", topic, name ? ": " : "", name ? name : "");
    print_bold(buf_cstr(&line));
    buf_free(&line);
}

static void print_lesson(const struct course *c, uint32_t lesson, enum lang lang)
{
    struct buf line = {0};
    char number[16];
    const char *const pairs[] = {"n", number, "title", c->lessons[lesson].title[lang]};
    snprintf(number, sizeof number, "%" PRIu32, lesson + 1);
    text_fill(&line, word(lang, "cli.list.lesson"), pairs, 2);
    print_bold(buf_cstr(&line));
    buf_free(&line);
}

/* A text under the titles, broken into lines. */
static void print_under(const char *text)
{
    bool colour = cli_colour(stdout);
    while (*text) {
        size_t n = text_wrap(text, WIDTH - COLUMN - 2), line = strcspn(text, "\n");
        n = n < line ? n : line;
        printf("  %*s%s%.*s%s\n", COLUMN, "", style_on(STYLE_DIM, colour), (int)n, text,
               style_off(colour));
        text += n + strspn(text + n, " \n");
    }
}

static void print_belief(const char *belief, enum lang lang)
{
    struct buf line = {0};
    const char *const pairs[] = {"text", belief};
    text_fill(&line, word(lang, "cli.list.belief"), pairs, 1);
    print_under(buf_cstr(&line));
    buf_free(&line);
}

/* A name, a title, and under them what is often believed, else what the scenario is about. */
static void print_scenario(const char *name, const struct scenario *sc,
                           const struct course_item *item, enum lang lang)
{
    unsigned cells = text_cells(name);
    printf("  %s%*s%s\n", name, cells < COLUMN ? (int)(COLUMN - cells) : 1, "", sc->title[lang]);
    if (item) {
        print_belief(item->belief[lang], lang);
    } else {
        print_under(sc->about[lang]);
    }
}

static void list_one(const char *root, const char *path, const struct course_item *item,
                     enum lang lang)
{
    struct err err = {.lang = lang};
    struct scenario *sc = NULL;
    struct buf title = {0};
    path_title(root, path, &title);
    if (scenario_read(path, registry(), NULL, 0, &sc, &err)) {
        print_scenario(buf_cstr(&title), sc, item, lang);
        scenario_free(sc);
    } else {
        printf("  %s  (%s)\n", buf_cstr(&title), word(lang, "cli.list.unreadable"));
    }
    buf_free(&title);
    err_free(&err);
}

/* The path of a scenario called `name`; NULL if there is none. */
static const char *path_of(const char *root, const struct paths *p, const char *name)
{
    const char *found = NULL;
    for (size_t i = 0; i < p->count && !found; i++) {
        struct buf title = {0};
        path_title(root, p->list[i], &title);
        found = strcmp(buf_cstr(&title), name) == 0 ? p->list[i] : NULL;
        buf_free(&title);
    }
    return found;
}

static void list_lesson(const char *root, const struct paths *p, const struct course *c,
                        uint32_t lesson, enum lang lang)
{
    const struct course_lesson *l = &c->lessons[lesson];
    printf("%s", lesson > 0 ? "\n" : "");
    print_lesson(c, lesson, lang);
    for (uint32_t i = l->first; i < l->first + l->count; i++) {
        const char *path = path_of(root, p, c->items[i].name);
        if (path) {
            list_one(root, path, &c->items[i], lang);
        }
    }
}

/* What stands in no lesson, by topic. */
static void list_others(const char *root, const struct paths *p, const struct course *c,
                        enum lang lang)
{
    char topic[64] = "";
    for (size_t i = 0; i < p->count; i++) {
        struct buf title = {0};
        char own[64];
        path_title(root, p->list[i], &title);
        topic_of(buf_cstr(&title), own);
        if (!course_find(c, buf_cstr(&title))) {
            if (strcmp(own, topic) != 0) {
                printf("%s", i > 0 || c->item_count > 0 ? "\n" : "");
                print_topic(own, lang);
                strcpy(topic, own);
            }
            list_one(root, p->list[i], NULL, lang);
        }
        buf_free(&title);
    }
}

/* A course that cannot be read is told, and all scenarios are listed by topic. */
static void list_all(struct err *err, const char *root, const struct paths *p)
{
    struct course *c = os_alloc(sizeof *c);
    char path[4200];
    snprintf(path, sizeof path, "%s/course.txt", root);
    course_read(path, c, err);
    for (uint32_t lesson = 0; lesson < c->lesson_count; lesson++) {
        list_lesson(root, p, c, lesson, err->lang);
    }
    list_others(root, p, c, err->lang);
    course_free(c);
    free(c);
}

static int no_words(struct args *a)
{
    int what = args_next(a);
    if (what == ARGS_WORD) {
        err_fail(a->err, "cli.takes-no-file", "command", a->command->name, NULL);
    }
    return what == ARGS_END;
}

static int run_list(struct err *err, const struct command *self, int argc, char **argv)
{
    struct args a = {.command = self, .err = err, .list = argv, .count = argc};
    char root[4096];
    struct paths p = {0};
    if (!no_words(&a)) {
        return cli_tell(err, STATUS_WRONG);
    }
    if (!find_bundled(err, root, sizeof root, &p)) {
        return cli_tell(err, STATUS_UNABLE);
    }
    list_all(err, root, &p);
    printf("\n%s\n", word(err->lang, "cli.list.hint"));
    paths_free(&p);
    return cli_tell(err, err->errors > 0 ? STATUS_UNABLE : STATUS_HELD);
}

const struct command command_list = {"list", "", no_options, run_list};

/* Is `name` the template's title, its last part, or its path? */
static bool is_called(const char *title, const char *name)
{
    size_t n = strlen(name);
    const char *dot = strrchr(name, '.');
    n = dot && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0) ? (size_t)(dot - name) : n;
    const char *slash = strrchr(title, '/'), *last = slash ? slash + 1 : title;
    return (strlen(title) == n && strncmp(title, name, n) == 0) ||
           (strlen(last) == n && strncmp(last, name, n) == 0);
}

static const char *nearest_title(char **titles, size_t count, const char *name)
{
    const char **words = os_alloc((2 * count + 1) * sizeof *words);
    for (size_t i = 0; i < count; i++) {
        const char *slash = strrchr(titles[i], '/');
        words[2 * i] = titles[i];
        words[2 * i + 1] = slash ? slash + 1 : titles[i];
    }
    const char *near = nearest_word(name, words);
    free(words);
    return near;
}

/* Index of the template called `name`; count if there is none (err says). */
static size_t find_template(struct err *err, const char *root, const struct paths *p,
                            const char *name)
{
    char **titles = os_alloc(p->count * sizeof *titles);
    size_t found = p->count;
    for (size_t i = 0; i < p->count; i++) {
        struct buf title = {0};
        path_title(root, p->list[i], &title);
        titles[i] = buf_cstr(&title);
        found = found == p->count && is_called(titles[i], name) ? i : found;
    }
    if (found == p->count) {
        const char *near = nearest_title(titles, p->count, name);
        err_fail(err, near ? "cli.new.unknown-near" : "cli.new.unknown", "name", name, "near",
                 near ? near : "", NULL);
    }
    for (size_t i = 0; i < p->count; i++) {
        free(titles[i]);
    }
    free(titles);
    return found;
}

/* The first line names the schema by a path from the bundled place; the copy by its full path. */
static void adapt_schema(struct bytes text, const char *root, struct buf *out)
{
    static const char sign[] = "$schema=";
    size_t line = 0, at = 0;
    while (line < text.len && text.data[line] != '\n') {
        line++;
    }
    while (at + strlen(sign) <= line && memcmp(text.data + at, sign, strlen(sign)) != 0) {
        at++;
    }
    if (at + strlen(sign) > line) {
        buf_add(out, text);
        return;
    }
    buf_add(out, bytes_sub(text, 0, at + strlen(sign)));
    buf_printf(out, "%s/scenario.schema.json", root);
    buf_add(out, bytes_sub(text, line, text.len));
}

static int copy_template(struct err *err, const char *root, const char *from, const char *to)
{
    struct buf text = {0}, adapted = {0};
    struct os_out out;
    int status = STATUS_UNABLE;
    if (!os_read_file(from, SCENARIO_FILE_LIMIT, &text)) {
        err_fail(err, "cli.cannot-read", "file", from, "why", strerror(errno), NULL);
    } else if (!os_out_open(&out, to)) {
        cli_cannot_write(err, to);
    } else {
        adapt_schema(bytes_of(text.data, text.len), root, &adapted);
        fwrite(adapted.data, 1, adapted.len, out.file);
        if (os_out_commit(&out) || errno == EPIPE) {
            status = STATUS_HELD;
        } else {
            cli_cannot_write(err, to);
        }
    }
    buf_free(&text);
    buf_free(&adapted);
    return status;
}

static bool two_words(struct args *a, const char *words[2])
{
    int what, count = 0;
    while ((what = args_next(a)) == ARGS_WORD && count < 2) {
        words[count++] = a->value;
    }
    if (what == ARGS_BAD) {
        return false;
    }
    if (what == ARGS_END && count == 2) {
        return true;
    }
    err_fail(a->err, "cli.new.needs-two", NULL);
    return false;
}

static int make_new(struct err *err, const char *name, const char *to)
{
    char root[4096];
    struct paths p = {0};
    int status = STATUS_WRONG;
    if (os_is_file(to) || os_is_directory(to)) {
        err_fail(err, "cli.new.exists", "file", to, NULL);
        return STATUS_WRONG;
    }
    if (!find_bundled(err, root, sizeof root, &p)) {
        return STATUS_UNABLE;
    }
    size_t found = find_template(err, root, &p, name);
    if (found < p.count) {
        status = copy_template(err, root, p.list[found], to);
    }
    if (status == STATUS_HELD && strcmp(to, "-") != 0) {
        printf("%s: slowwire run %s\n", word(err->lang, "cli.new.made"), to);
    }
    paths_free(&p);
    return status;
}

static int run_new(struct err *err, const struct command *self, int argc, char **argv)
{
    struct args a = {.command = self, .err = err, .list = argv, .count = argc};
    const char *words[2];
    int status = two_words(&a, words) ? make_new(err, words[0], words[1]) : STATUS_WRONG;
    return cli_tell(err, status);
}

const struct command command_new = {"new", "TEMPLATE FILE", no_options, run_new};
