/* `faults`: exact interventions. Each item is one fault, named by the key that says what happens.
 */
#include "scenario/reader.h"

#include <string.h>

static void read_at(struct reader *r, const struct doc_node *v, void *into)
{
    reader_quantity(r, v, QUANTITY_TIME, &((struct fault *)into)->at);
}

static void read_by(struct reader *r, const struct doc_node *v, void *into)
{
    reader_quantity(r, v, QUANTITY_TIME, &((struct fault *)into)->by);
}

static void read_bit(struct reader *r, const struct doc_node *v, void *into)
{
    reader_count(r, v, 0, 8 * 65535 - 1, &((struct fault *)into)->bit);
}

static void read_target(struct reader *r, const struct doc_node *v, struct fault *f,
                        const struct key *extra)
{
    struct pattern_reading how = {.extra = extra, .extra_into = f};
    read_pattern(r, v, &how, &f->pattern);
}

static void read_drop(struct reader *r, const struct doc_node *v, void *into)
{
    static const struct key extra[] = {{"at", read_at}, {NULL, NULL}};
    struct fault *f = into;
    f->kind = FAULT_DROP;
    f->at = SIM_NEVER;
    read_target(r, v, f, extra);
}

static void read_delay(struct reader *r, const struct doc_node *v, void *into)
{
    static const struct key extra[] = {{"by", read_by}, {NULL, NULL}};
    struct fault *f = into;
    f->kind = FAULT_DELAY;
    read_target(r, v, f, extra);
    if (v->kind == DOC_MAP && !reader_has(v, "by")) {
        wrong(r, v, "reader.needs-key", "what", reader_word(r, "reader.a.delay"), "key", "by");
    }
}

static void read_duplicate(struct reader *r, const struct doc_node *v, void *into)
{
    static const struct key extra[] = {{"after", read_by}, {NULL, NULL}};
    struct fault *f = into;
    f->kind = FAULT_DUPLICATE;
    read_target(r, v, f, extra);
}

static void read_corrupt(struct reader *r, const struct doc_node *v, void *into)
{
    static const struct key extra[] = {{"bit", read_bit}, {NULL, NULL}};
    struct fault *f = into;
    f->kind = FAULT_CORRUPT;
    f->bit = -1;
    read_target(r, v, f, extra);
}

static void read_cut(struct reader *r, const struct doc_node *v, void *into)
{
    struct fault *f = into;
    f->kind = FAULT_CUT;
    reader_node_pair(r, v, f->node);
}

static void read_crash(struct reader *r, const struct doc_node *v, void *into)
{
    struct fault *f = into;
    f->kind = FAULT_CRASH;
    reader_node(r, v, &f->node[0]);
}

static void read_restart(struct reader *r, const struct doc_node *v, void *into)
{
    struct fault *f = into;
    f->kind = FAULT_RESTART;
    reader_node(r, v, &f->node[0]);
}

static const struct key fault_keys[] = {
    {"drop", read_drop},       {"delay", read_delay}, {"duplicate", read_duplicate},
    {"corrupt", read_corrupt}, {"cut", read_cut},     {"crash", read_crash},
    {"restart", read_restart}, {NULL, NULL},
};
#define FAULT_NAMES "drop, delay, duplicate, corrupt, cut, crash, restart"

static void read_forget(struct reader *r, const struct doc_node *v, void *into)
{
    struct fault *f = into;
    if (!reader_is_list(r, v)) {
        return;
    }
    f->forget = arena_alloc(r->arena, (v->count + 1) * sizeof *f->forget);
    uint32_t n = 0;
    for (const struct doc_node *c = v->first; c; c = c->next) {
        if (reader_is_text(r, c)) {
            f->forget[n++] = c->text;
        }
    }
}

/* Keys beside the one that names the fault, by the kind that takes them. */
static bool read_beside(struct reader *r, const struct doc_node *v, void *into)
{
    struct fault *f = into;
    const char *key = v->key->text;
    bool is_timed = f->kind == FAULT_CUT || f->kind == FAULT_CRASH || f->kind == FAULT_RESTART;
    void (*read)(struct reader *, const struct doc_node *, void *) = NULL;
    if (is_timed && strcmp(key, "at") == 0) {
        read = read_at;
    } else if (f->kind == FAULT_CUT && strcmp(key, "for") == 0) {
        read = read_by;
    } else if (f->kind == FAULT_RESTART && strcmp(key, "forget") == 0) {
        read = read_forget;
    } else if (!is_timed && (strcmp(key, "at") == 0 || strcmp(key, "by") == 0 ||
                             strcmp(key, "after") == 0 || strcmp(key, "bit") == 0)) {
        wrong(r, v->key, "reader.fault.inside", "key", key);
        return true;
    }
    if (read && v->is_absent) {
        wrong(r, v->key, "reader.no-value", "key", key);
    } else if (read) {
        read(r, v, f);
    }
    return read != NULL;
}

/* The key that names the fault is read first, whatever the order, since the others depend on it. */
static const struct doc_node *find_kind(const struct doc_node *item, const struct key **key,
                                        unsigned *count)
{
    const struct doc_node *found = NULL;
    for (const struct key *k = fault_keys; k->name; k++) {
        const struct doc_node *v = doc_get(item, k->name);
        if (v) {
            found = v;
            *key = k;
            ++*count;
        }
    }
    return found;
}

static void skip(struct reader *r, const struct doc_node *v, void *into)
{
    (void)r;
    (void)v;
    (void)into;
}

static void read_rest(struct reader *r, const struct doc_node *item, const struct key *kind,
                      struct fault *f)
{
    static const char *const cut[] = {"at", "for", NULL}, *const crash[] = {"at", NULL};
    static const char *const restart[] = {"at", "forget", NULL}, *const none[] = {NULL};
    struct key only[] = {{kind->name, skip}, {NULL, NULL}};
    struct key_reading how = {
        .keys = only, .what = reader_quoted(r, kind->name), .other = read_beside};
    how.more = f->kind == FAULT_CUT       ? cut
               : f->kind == FAULT_CRASH   ? crash
               : f->kind == FAULT_RESTART ? restart
                                          : none;
    reader_map(r, item, &how, f);
    bool is_timed = f->kind == FAULT_CUT || f->kind == FAULT_CRASH || f->kind == FAULT_RESTART;
    if (is_timed && !reader_has(item, "at")) {
        wrong(r, item, "reader.needs-key", "what", reader_quoted(r, kind->name), "key", "at");
    }
}

static void tell_no_kind(struct reader *r, const struct doc_node *item)
{
    static const char *const names[] = {"drop", "delay", "duplicate", "corrupt",
                                        "cut",  "crash", "restart",   NULL};
    for (const struct doc_node *v = item->first; v; v = v->next) {
        bool is_beside = strcmp(v->key->text, "at") == 0 || strcmp(v->key->text, "for") == 0;
        if (!is_beside && (nearest_word(v->key->text, names) || item->count == 1)) {
            wrong(r, v->key, "reader.unknown-key", "found", v->key->text, "what",
                  reader_word(r, "reader.a.fault"), "hint", reader_hint(r, v->key->text, names));
            return;
        }
    }
    wrong(r, item, "reader.one-of", "what", reader_word(r, "reader.a.fault"), "accepted",
          FAULT_NAMES);
}

static void read_item(struct reader *r, const struct doc_node *item)
{
    const struct key *kind = NULL;
    unsigned kinds = 0, before = r->err->errors;
    if (item->kind != DOC_MAP) {
        wrong(r, item, "reader.needs-keys", "what", reader_word(r, "reader.a.fault"), "accepted",
              FAULT_NAMES);
        return;
    }
    const struct doc_node *v = find_kind(item, &kind, &kinds);
    if (kinds != 1) {
        if (kinds == 0) {
            tell_no_kind(r, item);
        } else {
            wrong(r, item, "reader.one-of", "what", reader_word(r, "reader.a.fault"), "accepted",
                  FAULT_NAMES);
        }
        return;
    }
    struct fault f = {.node = {NO_NODE, NO_NODE}, .place = reader_place(r, item)};
    if (v->is_absent) {
        wrong(r, v->key, "reader.no-value", "key", kind->name);
        return;
    }
    f.by = kind->read == read_cut ? SIM_NEVER : 0;
    kind->read(r, v, &f);
    read_rest(r, item, kind, &f);
    if (r->err->errors == before) {
        r->sc->faults[r->sc->fault_count++] = f;
    }
}

void read_faults(struct reader *r, const struct doc_node *n)
{
    if (!reader_is_list(r, n) || !reader_is_short(r, n, FAULT_LIMIT)) {
        return;
    }
    r->sc->faults = arena_alloc(r->arena, n->count * sizeof *r->sc->faults);
    for (const struct doc_node *v = n->first; v; v = v->next) {
        read_item(r, v);
    }
}
