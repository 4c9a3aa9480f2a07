/* Finding the bundled scenarios: scenarios/TOPIC/NAME.yaml, each read for its title, in the order
 * of scenarios/course.txt. */
#include "ui/session_list.h"

#include "base/os.h"
#include "registry.h"
#include "scenario/course.h"
#include "scenario/read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct walk {
    struct session_list *list;
    const char *root, *topic;
    const struct course *course; /* what stands there already */
};

static bool ends_with(const char *name, const char *end)
{
    size_t n = strlen(name), m = strlen(end);
    return n > m && strcmp(name + n - m, end) == 0;
}

static struct session_entry *add_scenario(struct session_list *l, const char *path,
                                          const char *topic)
{
    struct session_entry *new = NULL;
    struct err err = {0};
    struct scenario *sc;
    if (l->count < SESSION_LIST_MAX && scenario_read(path, registry(), NULL, 0, &sc, &err)) {
        struct session_entry *e = new = &l->entries[l->count++];
        *e = (struct session_entry){.path = arena_strdup(&l->arena, path),
                                    .topic = arena_strdup(&l->arena, topic),
                                    .sketch = arena_alloc(&l->arena, sizeof *e->sketch)};
        *e->sketch = (struct session_sketch){0};
        for (int i = 0; i < LANG_COUNT; i++) {
            e->title[i] = arena_strdup(&l->arena, sc->title[i]);
            e->about[i] = arena_strdup(&l->arena, sc->about[i]);
        }
        scenario_free(sc);
    }
    err_free(&err);
    return new;
}

static void add_file(void *context, const char *name)
{
    struct walk *w = context;
    char path[1024], title[256];
    snprintf(title, sizeof title, "%s/%.*s", w->topic, (int)strcspn(name, "."), name);
    if (ends_with(name, ".yaml") && !course_find(w->course, title)) {
        snprintf(path, sizeof path, "%s/%s/%s", w->root, w->topic, name);
        add_scenario(w->list, path, w->topic);
    }
}

static void add_topic(void *context, const char *name)
{
    struct walk *w = context;
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", w->root, name);
    if (os_is_directory(path)) {
        w->topic = name;
        os_list(path, add_file, w);
    }
}

static void add_lesson(struct session_list *l, const char *root, const struct course *c,
                       uint32_t which)
{
    const struct course_lesson *lesson = &c->lessons[which];
    char path[1024], topic[24];
    snprintf(topic, sizeof topic, "%u", which + 1);
    for (uint32_t i = lesson->first; i < lesson->first + lesson->count; i++) {
        snprintf(path, sizeof path, "%s/%s.yaml", root, c->items[i].name);
        struct session_entry *e = add_scenario(l, path, topic);
        for (int k = 0; e && k < LANG_COUNT; k++) {
            e->heading[k] = arena_strdup(&l->arena, lesson->title[k]);
        }
    }
}

void session_list_fill(struct session_list *l)
{
    char root[1024], path[1100];
    struct err err = {0};
    if (l->count != l->recent || !os_find_bundled("scenarios", root, sizeof root)) {
        return;
    }
    struct course *course = os_alloc(sizeof *course);
    snprintf(path, sizeof path, "%s/course.txt", root);
    if (!course_read(path, course, &err)) { /* then by folder alone */
        course_free(course);
    }
    err_free(&err);
    for (uint32_t i = 0; i < course->lesson_count; i++) {
        add_lesson(l, root, course, i);
    }
    struct walk w = {l, root, NULL, course};
    os_list(root, add_topic, &w);
    course_free(course);
    free(course);
}

/* A line a path. */
static void each_line(const struct buf *text, void (*each)(void *context, const char *line),
                      void *context)
{
    char line[1024];
    for (size_t at = 0; at < text->len;) {
        size_t n = 0;
        while (at + n < text->len && text->data[at + n] != '\n') {
            n++;
        }
        if (n > 0 && n < sizeof line) {
            memcpy(line, text->data + at, n);
            line[n] = '\0';
            each(context, line);
        }
        at += n + 1;
    }
}

static void add_recent(void *context, const char *line)
{
    struct session_list *l = context;
    if (l->count < SESSION_RECENT && os_is_file(line)) {
        add_scenario(l, line, "recent");
    }
}

void session_list_recent(struct session_list *l)
{
    char path[1024];
    struct buf text = {0};
    if (l->count == 0 && os_state_file("recent", false, path, sizeof path) &&
        os_read_file(path, 1 << 16, &text)) {
        each_line(&text, add_recent, l);
    }
    l->recent = l->count;
    buf_free(&text);
}

/* The lines kept below the new one. */
struct keeping {
    struct buf out;
    const char *path;
    unsigned count;
};

static void keep(void *context, const char *line)
{
    struct keeping *k = context;
    if (k->count < SESSION_RECENT && strcmp(line, k->path) != 0) {
        buf_printf(&k->out, "%s\n", line);
        k->count++;
    }
}

void session_recent_add(const char *name)
{
    char path[1024], full[1024];
    struct buf text = {0};
    struct keeping k = {.path = full};
    if (!os_state_file("recent", true, path, sizeof path) ||
        !os_full_path(name, full, sizeof full)) {
        return;
    }
    buf_printf(&k.out, "%s\n", full);
    if (os_read_file(path, 1 << 16, &text)) {
        each_line(&text, keep, &k);
    }
    struct os_out out;
    if (os_out_open(&out, path)) {
        fputs(buf_cstr(&k.out), out.file);
        os_out_commit(&out);
    }
    buf_free(&k.out);
    buf_free(&text);
}

void session_list_free(struct session_list *l)
{
    arena_free(&l->arena);
    l->count = l->recent = 0;
}
