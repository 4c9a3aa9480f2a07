/* Reading the course, a line at a time. */
#include "scenario/course.h"

#include "base/os.h"

#include <errno.h>
#include <string.h>

enum { COURSE_BYTES_MAX = 1 << 20, PARTS = 3 };

struct reading {
    struct course *course;
    struct err *err;
    const char *file, *text;
    unsigned line;
};

static bool wrong(const struct reading *r, const char *key, const char *name)
{
    err_add(r->err, ERR_ERROR, (struct err_place){r->file, r->text, r->line, 1, 1}, key, "name",
            name, NULL);
    return false;
}

static const char *trimmed(struct arena *arena, const char *s, size_t n)
{
    while (n > 0 && *s == ' ') {
        s++;
        n--;
    }
    while (n > 0 && s[n - 1] == ' ') {
        n--;
    }
    return arena_strndup(arena, s, n);
}

/* The parts of a line between bars, each without the spaces around it. False: there are more or
 * fewer, or one is empty. */
static bool cut(struct reading *r, const char *line, const char *parts[PARTS], unsigned count)
{
    bool good = true;
    for (unsigned i = 0; i < count; i++) {
        size_t n = strcspn(line, "|");
        parts[i] = trimmed(&r->course->arena, line, n);
        good = good && *parts[i] && (line[n] == '|') == (i + 1 < count);
        line += n + (line[n] == '|');
    }
    return good;
}

static bool take_lesson(struct reading *r)
{
    struct course *c = r->course;
    const char *parts[PARTS];
    if (!cut(r, r->text + 1, parts, LANG_COUNT)) {
        return wrong(r, "reader.course.lesson", "");
    }
    if (c->lesson_count == COURSE_LESSONS_MAX) {
        return wrong(r, "reader.course.too-long", "");
    }
    struct course_lesson *l = &c->lessons[c->lesson_count++];
    *l = (struct course_lesson){.first = c->item_count};
    memcpy(l->title, parts, sizeof l->title);
    return true;
}

static bool take_item(struct reading *r)
{
    struct course *c = r->course;
    const char *parts[PARTS];
    if (!cut(r, r->text, parts, 1 + LANG_COUNT)) {
        return wrong(r, "reader.course.item", "");
    }
    if (c->lesson_count == 0) {
        return wrong(r, "reader.course.no-lesson", parts[0]);
    }
    if (course_find(c, parts[0])) {
        return wrong(r, "reader.course.twice", parts[0]);
    }
    if (c->item_count == COURSE_ITEMS_MAX) {
        return wrong(r, "reader.course.too-long", "");
    }
    struct course_item *item = &c->items[c->item_count++];
    *item = (struct course_item){.name = parts[0], .lesson = c->lesson_count - 1};
    memcpy(item->belief, parts + 1, sizeof item->belief);
    c->lessons[item->lesson].count++;
    return true;
}

static bool take_line(struct reading *r)
{
    switch (r->text[strspn(r->text, " ")]) {
    case '\0':
    case '#': return true;
    case '=': return take_lesson(r);
    }
    return take_item(r);
}

bool course_read(const char *path, struct course *out, struct err *err)
{
    struct buf text = {0};
    struct reading r = {.course = out, .err = err, .file = path};
    bool good = os_read_file(path, COURSE_BYTES_MAX, &text);
    if (!good) {
        err_fail(err, "cli.cannot-read", "file", path, "why", strerror(errno), NULL);
    }
    const char *at = buf_cstr(&text);
    while (good && *at) {
        size_t n = strcspn(at, "\n");
        r.text = arena_strndup(&out->arena, at, n);
        r.line++;
        good = take_line(&r);
        at += n + (at[n] == '\n');
    }
    buf_free(&text);
    return good;
}

void course_free(struct course *c)
{
    arena_free(&c->arena);
    *c = (struct course){0};
}

const struct course_item *course_find(const struct course *c, const char *name)
{
    for (uint32_t i = 0; i < c->item_count; i++) {
        if (strcmp(c->items[i].name, name) == 0) {
            return &c->items[i];
        }
    }
    return NULL;
}
