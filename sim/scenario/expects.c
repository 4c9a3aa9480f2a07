/* `expect`: what must hold. Each item is one expectation, named by the key that says of what kind.
 */
#include "scenario/reader.h"

#include <math.h>
#include <string.h>

/* An item being read: what the keys beside the naming one fill. */
struct item {
    struct expect e;
    bool has_at;
    const struct doc_node *node;
    const struct doc_node *subject; /* the value of the key that names the kind; AT: NULL */
};

static void read_at(struct reader *r, const struct doc_node *v, void *into)
{
    struct item *i = into;
    i->has_at = true;
    reader_quantity(r, v, QUANTITY_TIME, &i->e.at);
}

static void read_equals(struct reader *r, const struct doc_node *v, void *into)
{
    reader_count(r, v, 0, INT64_MAX - 1, &((struct item *)into)->e.equals);
}

static void read_at_least(struct reader *r, const struct doc_node *v, void *into)
{
    reader_count(r, v, 0, INT64_MAX - 1, &((struct item *)into)->e.at_least);
}

static void read_at_most(struct reader *r, const struct doc_node *v, void *into)
{
    reader_count(r, v, 0, INT64_MAX - 1, &((struct item *)into)->e.at_most);
}

static void read_from(struct reader *r, const struct doc_node *v, void *into)
{
    reader_quantity(r, v, QUANTITY_TIME, &((struct item *)into)->e.from);
}

static void read_until(struct reader *r, const struct doc_node *v, void *into)
{
    reader_quantity(r, v, QUANTITY_TIME, &((struct item *)into)->e.until);
}

static void read_flow(struct reader *r, const struct doc_node *v, void *into)
{
    reader_flow(r, v, &((struct item *)into)->e.flow);
}

static void read_figure_equals(struct reader *r, const struct doc_node *v, void *into)
{
    reader_figure(r, v, &((struct item *)into)->e.figure_equals);
}

static void read_figure_within(struct reader *r, const struct doc_node *v, void *into)
{
    reader_figure(r, v, &((struct item *)into)->e.figure_within);
}

static void read_figure_at_least(struct reader *r, const struct doc_node *v, void *into)
{
    reader_figure(r, v, &((struct item *)into)->e.figure_at_least);
}

static void read_figure_at_most(struct reader *r, const struct doc_node *v, void *into)
{
    reader_figure(r, v, &((struct item *)into)->e.figure_at_most);
}

static void read_subject(struct reader *r, const struct doc_node *v, void *into)
{
    (void)r;
    ((struct item *)into)->subject = v;
}

static void read_only(struct reader *r, const struct doc_node *v, void *into)
{
    reader_node(r, v, &((struct item *)into)->e.only);
}

static const struct key at_keys[] = {{"at", read_at}, {NULL, NULL}};
static const struct key exchange_keys[] = {
    {"exchange", read_subject}, {"only", read_only}, {NULL, NULL}};
static const struct key count_keys[] = {{"count", read_subject},
                                        {"equals", read_equals},
                                        {"at-least", read_at_least},
                                        {"at-most", read_at_most},
                                        {NULL, NULL}};
static const struct key none_keys[] = {
    {"none", read_subject}, {"from", read_from}, {"until", read_until}, {NULL, NULL}};
static const struct key end_keys[] = {{"end", read_subject}, {NULL, NULL}};
static const struct key unique_keys[] = {{"unique", read_subject}, {NULL, NULL}};
static const struct key figure_keys[] = {{"figure", read_subject},
                                         {"flow", read_flow},
                                         {"equals", read_figure_equals},
                                         {"within", read_figure_within},
                                         {"at-least", read_figure_at_least},
                                         {"at-most", read_figure_at_most},
                                         {NULL, NULL}};

/* Conditions of hosts: each key is a host. `packet:` is one as well, of no host. */
static bool read_host_condition(struct reader *r, const struct doc_node *v, struct expect *e)
{
    struct condition *c = &e->conditions[e->count];
    if (strcmp(v->key->text, "packet") == 0) {
        struct pattern *p = arena_alloc(r->arena, sizeof *p);
        *c = reader_condition(NO_NODE);
        c->packet = p;
        c->place = reader_place(r, v->key);
        e->count += read_pattern(r, v, &(struct pattern_reading){0}, p);
        return true;
    }
    if (!reader_has_node(r, v->key->text)) {
        return false;
    }
    reader_node(r, v->key, &c->node);
    if (v->is_absent) {
        wrong(r, v->key, "reader.no-value", "key", v->key->text);
    } else {
        e->count += read_condition(r, v, c);
    }
    return true;
}

static bool read_at_host(struct reader *r, const struct doc_node *v, void *into)
{
    return read_host_condition(r, v, &((struct item *)into)->e);
}

static bool read_end_host(struct reader *r, const struct doc_node *v, void *into)
{
    return read_host_condition(r, v, into);
}

static void finish_at(struct reader *r, struct item *i)
{
    if (!i->has_at) {
        wrong(r, i->node, "reader.expect.no-time");
    } else if (i->node->count < 2) {
        wrong(r, i->node, "reader.expect.no-host");
    }
}

static void finish_exchange(struct reader *r, struct item *i)
{
    struct pattern_reading how = {.in_exchange = true};
    if (!reader_is_list(r, i->subject)) {
        return;
    }
    i->e.patterns = arena_alloc(r->arena, i->subject->count * sizeof *i->e.patterns);
    for (const struct doc_node *v = i->subject->first; v; v = v->next) {
        read_pattern(r, v, &how, &i->e.patterns[i->e.count++]);
    }
}

static void finish_pattern(struct reader *r, struct item *i)
{
    i->e.patterns = arena_alloc(r->arena, sizeof *i->e.patterns);
    i->e.count = 1;
    read_pattern(r, i->subject, &(struct pattern_reading){0}, i->e.patterns);
}

static void finish_count(struct reader *r, struct item *i)
{
    finish_pattern(r, i);
    if (i->e.equals < 0 && i->e.at_least < 0 && i->e.at_most < 0 &&
        !reader_has(i->node, "equals")) {
        wrong(r, i->subject->key, "reader.expect.no-number", "key", "count");
    }
}

static void finish_none(struct reader *r, struct item *i)
{
    finish_pattern(r, i);
    if (i->e.from > i->e.until) {
        wrong(r, doc_get(i->node, "until"), "reader.expect.until-before-from");
    }
}

static void finish_end(struct reader *r, struct item *i)
{
    static const struct key none[] = {{NULL, NULL}};
    struct key_reading how = {
        .keys = none, .what = "reader.a.end", .other = read_end_host, .more = r->node_names};
    if (reader_is_map(r, i->subject)) {
        i->e.conditions = arena_alloc(r->arena, i->subject->count * sizeof *i->e.conditions);
        reader_map(r, i->subject, &how, &i->e);
    }
}

static void finish_figure(struct reader *r, struct item *i)
{
    if (reader_is_text(r, i->subject)) {
        i->e.figure = i->subject->text;
    }
    if (isnan(i->e.figure_equals) && isnan(i->e.figure_at_least) && isnan(i->e.figure_at_most) &&
        !reader_has(i->node, "equals")) {
        wrong(r, i->subject->key, "reader.expect.no-number", "key", "figure");
    }
    if (!isnan(i->e.figure_within) && !reader_has(i->node, "equals")) {
        wrong(r, doc_get(i->node, "within"), "reader.expect.within-equals");
    }
}

static void finish_unique(struct reader *r, struct item *i)
{
    static const char *const words[] = {"addresses", NULL};
    uint32_t which;
    reader_word_of(r, i->subject, words, &which);
}

static const struct {
    const char *name; /* the key that tells the kind */
    const struct key *keys;
    void (*finish)(struct reader *r, struct item *i);
} kinds[] = {
    [EXPECT_AT] = {"at", at_keys, finish_at},
    [EXPECT_EXCHANGE] = {"exchange", exchange_keys, finish_exchange},
    [EXPECT_COUNT] = {"count", count_keys, finish_count},
    [EXPECT_NONE] = {"none", none_keys, finish_none},
    [EXPECT_END] = {"end", end_keys, finish_end},
    [EXPECT_FIGURE] = {"figure", figure_keys, finish_figure},
    [EXPECT_UNIQUE] = {"unique", unique_keys, finish_unique},
};
#define KIND_COUNT (sizeof kinds / sizeof *kinds)

static bool find_kind(const struct doc_node *item, enum expect_kind *kind)
{
    for (size_t k = 0; k < KIND_COUNT; k++) {
        if (reader_has(item, kinds[k].name)) {
            *kind = (enum expect_kind)k;
            return true;
        }
    }
    return false;
}

static void tell_no_kind(struct reader *r, const struct doc_node *item)
{
    const char *names[KIND_COUNT + 1] = {NULL};
    for (size_t k = 0; k < KIND_COUNT; k++) {
        names[k] = kinds[k].name;
    }
    for (const struct doc_node *v = item->first; v; v = v->next) {
        if (nearest_word(v->key->text, names)) {
            wrong(r, v->key, "reader.unknown-key", "found", v->key->text, "what",
                  reader_word(r, "reader.a.expect"), "hint", reader_hint(r, v->key->text, names));
            return;
        }
    }
    wrong(r, item, "reader.expect.kind", "accepted", reader_join(r, names));
}

/* One expectation a host, so that each has a verdict of its own. */
static void keep_at(struct reader *r, const struct item *i)
{
    for (uint32_t c = 0; c < i->e.count; c++) {
        struct expect *e = &r->sc->expects[r->sc->expect_count++];
        *e = i->e;
        e->conditions = &i->e.conditions[c];
        e->count = 1;
    }
}

static void read_item(struct reader *r, const struct doc_node *node)
{
    unsigned before = r->err->errors;
    enum expect_kind kind = EXPECT_AT;
    if (!reader_is_map(r, node)) {
        return;
    }
    if (!find_kind(node, &kind)) {
        tell_no_kind(r, node);
        return;
    }
    struct item i = {.node = node,
                     .e = {.kind = kind,
                           .place = reader_place(r, node),
                           .equals = -1,
                           .at_least = -1,
                           .at_most = -1,
                           .until = SIM_NEVER,
                           .only = NO_NODE,
                           .figure_equals = NAN,
                           .figure_within = NAN,
                           .figure_at_least = NAN,
                           .figure_at_most = NAN}};
    struct key_reading how = {.keys = kinds[kind].keys, .what = "reader.a.expect"};
    if (kind == EXPECT_AT) {
        i.e.conditions = arena_alloc(r->arena, node->count * sizeof *i.e.conditions);
        how.other = read_at_host;
        how.more = r->node_names;
    }
    reader_map(r, node, &how, &i);
    if (i.subject || kind == EXPECT_AT) {
        kinds[kind].finish(r, &i);
    }
    if (r->err->errors == before && kind == EXPECT_AT) {
        keep_at(r, &i);
    } else if (r->err->errors == before) {
        r->sc->expects[r->sc->expect_count++] = i.e;
    }
}

void read_expects(struct reader *r, const struct doc_node *n)
{
    uint32_t most = 0;
    if (!reader_is_list(r, n) || !reader_is_short(r, n, EXPECT_LIMIT)) {
        return;
    }
    for (const struct doc_node *v = n->first; v; v = v->next) {
        most += v->count + 1;
    }
    r->sc->expects = arena_alloc(r->arena, most * sizeof *r->sc->expects);
    for (const struct doc_node *v = n->first; v; v = v->next) {
        read_item(r, v);
    }
}
