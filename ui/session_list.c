/* Finding the bundled scenarios: scenarios/TOPIC/NAME.yaml, each read for its title. */
#include "ui/session_list.h"

#include "base/os.h"
#include "registry.h"
#include "scenario/read.h"

#include <stdio.h>
#include <string.h>

struct walk {
    struct session_list *list;
    const char *root, *topic;
};

static bool ends_with(const char *name, const char *end)
{
    size_t n = strlen(name), m = strlen(end);
    return n > m && strcmp(name + n - m, end) == 0;
}

static void add_file(void *context, const char *name)
{
    struct walk *w = context;
    struct session_list *l = w->list;
    if (l->count == SESSION_LIST_MAX || !ends_with(name, ".yaml")) {
        return;
    }
    const char *path = arena_printf(&l->arena, "%s/%s/%s", w->root, w->topic, name);
    struct err err = {0};
    struct scenario *sc;
    if (scenario_read(path, registry(), NULL, 0, &sc, &err)) {
        struct session_entry *e = &l->entries[l->count++];
        *e = (struct session_entry){path, arena_strdup(&l->arena, w->topic), {NULL}};
        for (int i = 0; i < LANG_COUNT; i++) {
            e->title[i] = arena_strdup(&l->arena, sc->title[i]);
        }
        scenario_free(sc);
    }
    err_free(&err);
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

void session_list_fill(struct session_list *l)
{
    char root[1024];
    if (l->count == 0 && os_find_bundled("scenarios", root, sizeof root)) {
        struct walk w = {l, root, NULL};
        os_list(root, add_topic, &w);
    }
}

void session_list_free(struct session_list *l)
{
    arena_free(&l->arena);
    l->count = 0;
}
