#pragma once
/* `--set PATH=VALUE`: puts a value into the document before it is checked. */

#include "scenario/doc.h"
#include "scenario/read.h"

/* Where a path leads: the collection that holds its last part, and what stands there (NULL: a key
 * that its mapping lacks). False: err says which part was not found; `name` is what errors call the
 * override, `root` its file. */
struct override_target {
    struct doc_node *in, *found;
    const char *last; /* part of the path */
};
bool override_find(struct doc *doc, struct arena *arena, const char *path, const char *name,
                   struct override_target *out, struct err *err);
/* VALUE as a tree; NULL, with an error: it is no YAML. */
struct doc_node *override_value(struct arena *arena, const char *value, const char *name,
                                struct err *err);
/* Puts a tree in the target's place. */
void override_put(struct arena *arena, const struct override_target *t, struct doc_node *value);

/* PATH is keys and item numbers (from 0) joined by dots. The last key may be new. Names of keys may
 * hold no dot. VALUE is YAML: `5 %`, `[a, b]`, `{every: 10}`. False: err says what was not found.
 */
bool override_apply(struct doc *doc, struct arena *arena, const struct override *sets,
                    uint32_t set_count, struct err *err);
