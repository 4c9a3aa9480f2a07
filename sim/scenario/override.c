/* Walking a path down the tree, and putting what stands behind the `=` at its end. */
#include "scenario/override.h"

#include "scenario/quantity.h"

#include <string.h>

struct walk {
    struct doc *doc;
    struct arena *arena;
    struct err *err;
    const char *text; /* the override, as given */
};

static struct err_place place_of(const struct walk *w)
{
    return (struct err_place){.file = arena_printf(w->arena, "--set %s", w->text)};
}

static const char *const *keys_of(const struct walk *w, const struct doc_node *map)
{
    const char **keys = arena_alloc(w->arena, (map->count + 1) * sizeof *keys);
    size_t n = 0;
    for (const struct doc_node *c = map->first; c; c = c->next) {
        keys[n++] = c->key->text;
    }
    return keys;
}

static void tell_missing(const struct walk *w, const struct doc_node *in, const char *part,
                         const char *before)
{
    if (in->kind == DOC_LIST) {
        err_add(w->err, ERR_ERROR, place_of(w), "reader.set.no-item", "part", part, "path", before,
                "count", arena_printf(w->arena, "%u", in->count), NULL);
        return;
    }
    const char *near = nearest_word(part, keys_of(w, in));
    err_add(w->err, ERR_ERROR, place_of(w), near ? "reader.set.no-key-near" : "reader.set.no-key",
            "part", part, "path", *before ? before : w->doc->file, "near", near ? near : "", NULL);
}

static struct doc_node *child_of(struct doc_node *in, const char *part)
{
    int64_t n;
    if (in->kind == DOC_LIST &&
        quantity_parse(part, QUANTITY_COUNT, false, &n, NULL) == VALUE_GOOD && n < in->count) {
        return doc_item(in, (uint32_t)n);
    }
    return in->kind == DOC_MAP ? doc_get(in, part) : NULL;
}

static void mark(struct doc_node *n, const char *set)
{
    n->set = set;
    for (struct doc_node *c = n->first; c; c = c->next) {
        mark(c, set);
        if (c->key) {
            c->key->set = set;
        }
    }
}

/* The value is a document of its own: `{key: VALUE}`'s only child. */
static struct doc_node *parse_value(const struct walk *w, const char *value)
{
    const char *text = arena_printf(w->arena, "v: %s\n", value);
    struct doc *d = arena_alloc(w->arena, sizeof *d);
    struct err own = {.lang = w->err->lang};
    bool good = doc_read("--set", text, strlen(text), w->arena, d, &own) && d->root->count == 1;
    err_free(&own);
    if (!good) {
        err_add(w->err, ERR_ERROR, place_of(w), "reader.set.bad-value", "value", value, NULL);
        return NULL;
    }
    mark(d->root->first, w->text);
    return d->root->first;
}

static bool put(const struct walk *w, struct doc_node *in, const char *part, const char *before,
                const char *value)
{
    struct doc_node *old = child_of(in, part);
    if (!old && in->kind != DOC_MAP) {
        tell_missing(w, in, part, before);
        return false;
    }
    struct doc_node *new = parse_value(w, value);
    if (!new) {
        return false;
    }
    if (old) {
        doc_replace(old, new);
        return true;
    }
    new->key->text = part;
    new->key->set = w->text;
    doc_append(in, new);
    return true;
}

static bool apply(struct walk *w)
{
    const char *sign = strchr(w->text, '=');
    if (!sign || sign == w->text) {
        err_add(w->err, ERR_ERROR, place_of(w), "reader.set.no-sign", NULL);
        return false;
    }
    const char *path = arena_strndup(w->arena, w->text, (size_t)(sign - w->text));
    const char *at = path;
    struct doc_node *n = w->doc->root;
    for (;;) {
        size_t len = strcspn(at, ".");
        const char *part = arena_strndup(w->arena, at, len);
        const char *before = arena_strndup(w->arena, path, at > path ? (size_t)(at - path - 1) : 0);
        if (at[len] == '\0') {
            return put(w, n, part, before, sign + 1);
        }
        struct doc_node *child = child_of(n, part);
        if (!child) {
            tell_missing(w, n, part, before);
            return false;
        }
        n = child;
        at += len + 1;
    }
}

bool override_apply(struct doc *doc, struct arena *arena, const struct override *sets,
                    uint32_t set_count, struct err *err)
{
    bool good = true;
    for (uint32_t i = 0; i < set_count; i++) {
        struct walk w = {doc, arena, err, arena_strdup(arena, sets[i].text)};
        good &= apply(&w);
    }
    return good;
}
