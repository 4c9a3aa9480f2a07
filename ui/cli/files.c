/* Where the bundled scenarios are, and which scenarios stand below a path. */
#include "ui/cli/cli.h"

#include "base/os.h"

#include <stdlib.h>
#include <string.h>

bool cli_scenarios(char *out, size_t size)
{
    static const char *const places[] = {"/scenarios", "/../share/slowwire/scenarios"};
    char program[4096];
    os_program_directory(program, sizeof program);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        int n = snprintf(out, size, "%s%s", program, places[i]);
        if (n > 0 && (size_t)n < size && os_is_directory(out)) {
            return true;
        }
    }
    return false;
}

static void add_file(struct paths *p, const char *path)
{
    if (p->count == p->cap) {
        p->cap = p->cap ? 2 * p->cap : 64;
        p->list = os_realloc(p->list, p->cap * sizeof *p->list);
    }
    size_t n = strlen(path) + 1;
    p->list[p->count] = os_alloc(n);
    memcpy(p->list[p->count++], path, n);
}

static bool is_scenario(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
}

struct walk {
    struct paths *paths;
    const char *directory;
};

static void add_entry(void *context, const char *name)
{
    struct walk *w = context;
    char path[4096];
    size_t n = strlen(w->directory);
    bool has_slash = n > 0 && w->directory[n - 1] == '/';
    int len = snprintf(path, sizeof path, "%s%s%s", w->directory, has_slash ? "" : "/", name);
    if (name[0] == '.' || len < 0 || (size_t)len >= sizeof path) {
        return;
    }
    if (os_is_directory(path)) {
        struct walk below = {w->paths, path};
        os_list(path, add_entry, &below);
    } else if (is_scenario(name)) {
        add_file(w->paths, path);
    }
}

bool paths_add(struct paths *p, const char *path)
{
    if (os_is_directory(path)) {
        struct walk w = {p, path};
        return os_list(path, add_entry, &w);
    }
    if (strcmp(path, "-") != 0 && !os_is_file(path)) {
        return false;
    }
    add_file(p, path);
    return true;
}

void paths_free(struct paths *p)
{
    for (size_t i = 0; i < p->count; i++) {
        free(p->list[i]);
    }
    free(p->list);
    *p = (struct paths){0};
}

void path_title(const char *root, const char *path, struct buf *out)
{
    size_t n = strlen(root);
    const char *name = strncmp(path, root, n) == 0 ? path + n : path;
    name += *name == '/';
    const char *dot = strrchr(name, '.');
    buf_add(out, bytes_of(name, dot ? (size_t)(dot - name) : strlen(name)));
}
