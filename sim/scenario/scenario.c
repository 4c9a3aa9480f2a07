/* A whole scenario: the sections, read in the order in which they need each other, then the checks
 * that need all of them. */
#include "scenario/read.h"

#include "base/os.h"
#include "scenario/override.h"
#include "scenario/reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void read_section(struct reader *r, const char *key,
                         void (*read)(struct reader *, const struct doc_node *))
{
    const struct doc_node *n = doc_get(r->doc->root, key);
    if (n && !n->is_absent) {
        read(r, n);
    }
}

/* Sections that need all hosts to be known come after them. */
static const struct {
    const char *key;
    void (*read)(struct reader *r, const struct doc_node *n);
} sections[] = {
    {"title", read_title},   {"about", read_about},         {"seed", read_seed},
    {"stop", read_stop},     {"view", read_view},           {"links", read_links},
    {"groups", read_groups}, {"protocols", read_protocols}, {"traffic", read_traffic},
    {"script", read_script}, {"faults", read_faults},       {"expect", read_expects},
    {"lesson", read_lesson}, {"diagnosis", read_diagnosis},
};
#define SECTION_COUNT (sizeof sections / sizeof *sections)

static const char *const section_names[] = {
    "title",  "about",     "seed",   "stop",      "hosts",  "routers", "switches",
    "links",  "traffic",   "faults", "script",    "expect", "lesson",  "view",
    "hidden", "diagnosis", "groups", "protocols", NULL};

const char *const *reserved_words(void)
{
    static const char *const words[] = {
        "title",     "about",     "seed",     "stop",    "hosts",  "routers", "switches", "links",
        "traffic",   "faults",    "script",   "expect",  "lesson", "view",    "groups",   "at",
        "after",     "when",      "packet",   "from",    "to",     "link",    "proto",    "is",
        "flags",     "seq",       "ack",      "len",     "window", "options", "absolute", "flow",
        "nth",       "within",    "lost",     "between", "toward", "until",   "equals",   "count",
        "none",      "end",       "exchange", "figure",  "for",    "by",      "bit",      "drop",
        "delay",     "duplicate", "corrupt",  "cut",     "crash",  "restart", "forget",   "hidden",
        "diagnosis", "protocols", NULL};
    return words;
}

static void check_section_names(struct reader *r)
{
    for (const struct doc_node *n = r->doc->root->first; n; n = n->next) {
        const char *name = n->key->text;
        size_t i = 0;
        while (section_names[i] && strcmp(section_names[i], name) != 0) {
            i++;
        }
        if (!section_names[i]) {
            wrong(r, n->key, "reader.unknown-key", "found", name, "what",
                  reader_word(r, "reader.a.scenario"), "hint", reader_hint(r, name, section_names));
        }
    }
}

static int by_key(const void *a, const void *b)
{
    const struct doc_node *x = *(const struct doc_node *const *)a;
    const struct doc_node *y = *(const struct doc_node *const *)b;
    int order = strcmp(x->key->text, y->key->text);
    return order ? order : x->key->start < y->key->start ? -1 : x->key->start > y->key->start;
}

/* Sorted, since a broken file may have a million keys. */
static void check_duplicates_in(struct reader *r, const struct doc_node *map)
{
    const struct doc_node **values = os_alloc((map->count + 1) * sizeof *values);
    size_t n = 0;
    for (const struct doc_node *c = map->first; c; c = c->next) {
        values[n++] = c;
    }
    qsort(values, n, sizeof *values, by_key);
    for (size_t i = 1; i < n; i++) {
        if (strcmp(values[i]->key->text, values[i - 1]->key->text) == 0) {
            wrong(r, values[i]->key, "reader.duplicate-key", "key", values[i]->key->text);
        }
    }
    free(values);
}

static void check_duplicates(struct reader *r, const struct doc_node *n)
{
    if (n->kind == DOC_MAP) {
        check_duplicates_in(r, n);
    }
    for (const struct doc_node *c = n->first; c; c = c->next) {
        check_duplicates(r, c);
    }
}

/* The file's name without folders and ending: what a scenario is called that gives no title. */
static const char *plain_name(struct arena *arena, const char *file)
{
    const char *slash = strrchr(file, '/');
    const char *name = slash ? slash + 1 : file;
    const char *dot = strrchr(name, '.');
    return arena_strndup(arena, name, dot && dot > name ? (size_t)(dot - name) : strlen(name));
}

static void fill_texts(struct reader *r)
{
    for (int l = 0; l < LANG_COUNT; l++) {
        if (!r->sc->title[l]) {
            r->sc->title[l] = plain_name(r->arena, r->sc->file);
        }
        if (!r->sc->about[l]) {
            r->sc->about[l] = "";
        }
    }
}

static void read_sections(struct reader *r)
{
    const struct doc_node *root = r->doc->root;
    const struct doc_node *hosts = doc_get(root, "hosts"), *routers = doc_get(root, "routers");
    const struct doc_node *switches = doc_get(root, "switches");
    check_duplicates(r, root);
    check_section_names(r);
    if (!hosts || hosts->is_absent) {
        err_add(r->err, ERR_ERROR, (struct err_place){.file = r->sc->file}, "reader.no-hosts",
                NULL);
        hosts = NULL;
    }
    const struct doc_node *const nodes[] = {hosts, routers && !routers->is_absent ? routers : NULL,
                                            switches && !switches->is_absent ? switches : NULL};
    read_nodes(r, nodes);
    for (size_t i = 0; i < SECTION_COUNT; i++) {
        read_section(r, sections[i].key, sections[i].read);
    }
    read_buckets(r, nodes[1]);
    fill_texts(r);
    check_scenario(r);
}

static int by_place(const void *a, const void *b)
{
    const struct err_item *x = a, *y = b;
    if (x->line != y->line) {
        return x->line < y->line ? -1 : 1;
    }
    return x->column == y->column ? 0 : x->column < y->column ? -1 : 1;
}

/* Stable, so that what is told of one place stays in the order found. */
static void sort_by_place(struct err_item *items, unsigned count)
{
    for (unsigned i = 1; i < count; i++) {
        struct err_item item = items[i];
        unsigned at = i;
        for (; at > 0 && by_place(&items[at - 1], &item) > 0; at--) {
            items[at] = items[at - 1];
        }
        items[at] = item;
    }
}

/* What a reading is of: `sets` are applied to the document; what it hides too, or its diagnosis. */
struct reading {
    const struct catalogue *known;
    const struct override *sets;
    uint32_t set_count;
    bool is_diagnosed;
};

/* A warning about a value that was sealed would tell it, and so would one that is missing. */
static void drop_warnings(struct err *err, unsigned first)
{
    unsigned kept = first;
    for (unsigned i = first; i < err->count; i++) {
        if (err->items[i].kind == ERR_WARNING) {
            err->warnings--;
        } else {
            err->items[kept++] = err->items[i];
        }
    }
    err->count = kept;
}

static bool read_document(struct scenario *sc, const struct reading *how, struct arena *nodes,
                          struct err *err)
{
    struct doc doc;
    struct reader r = {.sc = sc, .arena = &sc->arena, .known = how->known, .doc = &doc, .err = err};
    unsigned before = err->errors, first = err->count;
    const uint32_t limit = how->known->node_limit;
    const struct doc_room room = {&sc->arena, nodes, limit ? limit : DOC_NODE_LIMIT};
    if (!doc_read_in(sc->file, sc->text, strlen(sc->text), &room, &doc, err) ||
        !(how->is_diagnosed ? diagnosis_apply(&r) : hidden_apply(&r)) ||
        !override_apply(&doc, &sc->arena, how->sets, how->set_count, err)) {
        return false;
    }
    read_sections(&r);
    map_free(&r.nodes);
    map_free(&r.flows);
    if (sc->hidden) {
        drop_warnings(err, first);
    }
    sort_by_place(err->items + first, err->count - first);
    return err->errors == before;
}

static struct scenario *scenario_new(const char *name)
{
    struct scenario *sc = os_alloc(sizeof *sc);
    sc->file = arena_strdup(&sc->arena, name);
    sc->seed = 1;
    sc->stop = SIM_NEVER;
    return sc;
}

static bool finish(struct scenario *sc, const struct reading *how, struct scenario **out,
                   struct err *err)
{
    struct arena nodes = {0}; /* a third of what is needed to read many hosts */
    bool good = read_document(sc, how, &nodes, err);
    arena_free(&nodes);
    if (!good) {
        scenario_free(sc);
    }
    *out = good ? sc : NULL;
    return good;
}

bool scenario_read_text(const char *name, const char *text, const struct catalogue *known,
                        const struct override *sets, uint32_t set_count, struct scenario **out,
                        struct err *err)
{
    struct scenario *sc = scenario_new(name);
    sc->text = arena_strdup(&sc->arena, text);
    return finish(sc, &(struct reading){known, sets, set_count, false}, out, err);
}

bool scenario_read_diagnosed(const struct scenario *sc, const struct catalogue *known,
                             struct scenario **out, struct err *err)
{
    struct scenario *own = scenario_new(sc->file);
    own->text = arena_strdup(&own->arena, sc->text);
    return finish(own, &(struct reading){known, NULL, 0, true}, out, err);
}

static void tell_unreadable(const char *path, int code, struct err *err)
{
    if (code == EFBIG) {
        err_add(err, ERR_ERROR, (struct err_place){.file = path}, "reader.too-large", NULL);
    } else {
        err_add(err, ERR_ERROR, (struct err_place){.file = path}, "reader.unreadable", "why",
                strerror(code), NULL);
    }
}

bool scenario_read(const char *path, const struct catalogue *known, const struct override *sets,
                   uint32_t set_count, struct scenario **out, struct err *err)
{
    struct buf text = {0};
    *out = NULL;
    if (!os_read_file(path, SCENARIO_FILE_LIMIT, &text)) {
        tell_unreadable(path, errno, err);
        buf_free(&text);
        return false;
    }
    if (memchr(text.data ? text.data : (uint8_t *)"", '\0', text.len)) {
        err_add(err, ERR_ERROR, (struct err_place){.file = path}, "reader.yaml.nul", NULL);
        buf_free(&text);
        return false;
    }
    bool good = scenario_read_text(path, buf_cstr(&text), known, sets, set_count, out, err);
    buf_free(&text);
    return good;
}

void scenario_free(struct scenario *sc)
{
    if (sc) {
        arena_free(&sc->arena);
        free(sc);
    }
}
