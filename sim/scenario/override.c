/* Walking a path down the tree, and putting what stands behind the `=` at its end. */
#include "scenario/override.h"

#include "scenario/quantity.h"

#include <string.h>

static struct err_place place_of(const char *name)
{
    return (struct err_place){.file = name};
}

static const char *const *keys_of(struct arena *arena, const struct doc_node *map)
{
    const char **keys = arena_alloc(arena, (map->count + 1) * sizeof *keys);
    size_t n = 0;
    for (const struct doc_node *c = map->first; c; c = c->next) {
        keys[n++] = c->key->text;
    }
    return keys;
}

static void tell_missing(struct arena *arena, const struct doc_node *in, const char *part,
                         const char *before, const char *name, struct err *err)
{
    if (in->kind == DOC_LIST) {
        err_add(err, ERR_ERROR, place_of(name), "reader.set.no-item", "part", part, "path", before,
                "count", arena_printf(arena, "%u", in->count), NULL);
        return;
    }
    const char *near = nearest_word(part, keys_of(arena, in));
    const char *key = near && *before ? "reader.set.no-key-near"
                      : near          ? "reader.set.no-section-near"
                      : *before       ? "reader.set.no-key"
                                      : "reader.set.no-section";
    err_add(err, ERR_ERROR, place_of(name), key, "part", part, "path", before, "near",
            near ? near : "", NULL);
}

static struct doc_node *child_of(const struct doc_node *in, const char *part)
{
    int64_t n;
    if (in->kind == DOC_LIST &&
        quantity_parse(part, QUANTITY_COUNT, false, &n, NULL) == VALUE_GOOD && n < in->count) {
        return doc_item(in, (uint32_t)n);
    }
    return in->kind == DOC_MAP ? doc_get(in, part) : NULL;
}

bool override_find(struct doc *doc, struct arena *arena, const char *path, const char *name,
                   struct override_target *out, struct err *err)
{
    struct doc_node *n = doc->root;
    for (const char *at = path;;) {
        size_t len = strcspn(at, "."), before_len = at > path ? (size_t)(at - path - 1) : 0;
        const char *part = arena_strndup(arena, at, len);
        struct doc_node *child = child_of(n, part);
        bool is_last = at[len] == '\0';
        if (!child && !(is_last && n->kind == DOC_MAP && len > 0)) {
            tell_missing(arena, n, part, arena_strndup(arena, path, before_len), name, err);
            return false;
        }
        if (is_last) {
            *out = (struct override_target){n, child, part};
            return true;
        }
        n = child;
        at += len + 1;
    }
}

static void mark(struct doc_node *n, const char *text)
{
    n->set = text;
    for (struct doc_node *c = n->first; c; c = c->next) {
        mark(c, text);
        if (c->key) {
            c->key->set = text;
        }
    }
}

struct doc_node *override_value(struct arena *arena, const char *value, const char *name,
                                struct err *err)
{
    const char *text = arena_printf(arena, "v: %s\n", value);
    struct doc *d = arena_alloc(arena, sizeof *d);
    struct err own = {.lang = err->lang};
    bool good = doc_read("", text, strlen(text), arena, d, &own) && d->root->count == 1;
    err_free(&own);
    if (!good) {
        err_add(err, ERR_ERROR, place_of(name), "reader.set.bad-value", "value", value, NULL);
        return NULL;
    }
    mark(d->root->first, name);
    return d->root->first;
}

void override_put(struct arena *arena, const struct override_target *t, struct doc_node *value)
{
    if (t->found) {
        doc_replace(t->found, value);
        return;
    }
    struct doc_node *key = arena_alloc(arena, sizeof *key);
    *key = (struct doc_node){.kind = DOC_SCALAR, .text = t->last, .set = value->set};
    value->key = key;
    doc_append(t->in, value);
}

static bool apply(struct doc *doc, struct arena *arena, const char *text, struct err *err)
{
    const char *name = arena_printf(arena, "--set %s", text);
    const char *sign = strchr(text, '=');
    struct override_target target;
    if (!sign || sign == text) {
        err_add(err, ERR_ERROR, place_of(name), "reader.set.no-sign", NULL);
        return false;
    }
    const char *path = arena_strndup(arena, text, (size_t)(sign - text));
    if (!override_find(doc, arena, path, name, &target, err)) {
        return false;
    }
    struct doc_node *value = override_value(arena, sign + 1, name, err);
    if (value) {
        override_put(arena, &target, value);
    }
    return value != NULL;
}

bool override_apply(struct doc *doc, struct arena *arena, const struct override *sets,
                    uint32_t set_count, struct err *err)
{
    bool good = true;
    for (uint32_t i = 0; i < set_count; i++) {
        good &= apply(doc, arena, sets[i].text, err);
    }
    return good;
}
