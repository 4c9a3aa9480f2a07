/* What the ends of a flow of a declared protocol say: `protocol: taxi`, `say: [register, …]`,
 * `values: {isu: …}`. All three are params; the protocol is that of the same mapping. */
#include "scenario/protocols.h"

#include <string.h>

#define LINE_LIMIT 1000

bool reader_protocol(struct reader *r, const struct doc_node *n, int64_t *out)
{
    uint32_t count = r->sc->protocol_count, which = 0;
    const char **names = arena_alloc(r->arena, (count + 1) * sizeof *names);
    for (uint32_t i = 0; i < count; i++) {
        names[i] = r->sc->protocols[i].name;
    }
    if (count == 0) {
        wrong(r, n, "reader.framed.none-declared", "found", n->text);
        return false;
    }
    if (!reader_word_of(r, n, names, &which)) {
        return false;
    }
    *out = (int64_t)(intptr_t)&r->sc->protocols[which];
    return true;
}

/* The protocol that the flow names; NULL: none, which is told at `protocol`. */
static const struct framed *protocol_beside(struct reader *r, const struct doc_node *n)
{
    const struct doc_node *v = n->parent ? doc_get(n->parent, "protocol") : NULL;
    for (uint32_t i = 0; v && i < r->sc->protocol_count; i++) {
        if (strcmp(r->sc->protocols[i].name, v->text) == 0) {
            return &r->sc->protocols[i];
        }
    }
    return NULL;
}

/* ---- values ---- */

static const struct framed_field *find_field(const struct framed *p, const struct framed_message *m,
                                             const char *name)
{
    for (uint32_t i = 0; m && i < m->field_count; i++) {
        if (strcmp(m->fields[i].name, name) == 0) {
            return &m->fields[i];
        }
    }
    for (uint32_t i = 0; i < p->header_count; i++) {
        if (strcmp(p->header[i].name, name) == 0) {
            return &p->header[i];
        }
    }
    return NULL;
}

static void tell_field(struct reader *r, const struct doc_node *v, const struct framed *p,
                       const struct framed_message *m)
{
    uint32_t n = 0, most = p->header_count + (m ? m->field_count : 0);
    const char **names = arena_alloc(r->arena, (most + 1) * sizeof *names);
    for (uint32_t i = 0; i < p->header_count; i++) {
        names[n++] = p->header[i].name;
    }
    for (uint32_t i = 0; m && i < m->field_count; i++) {
        names[n++] = m->fields[i].name;
    }
    wrong(r, v->key, "reader.unknown-key", "found", v->key->text, "what",
          m ? reader_quoted(r, m->key) : reader_word(r, "reader.a.framed-header"), "hint",
          reader_hint(r, v->key->text, names));
}

static void read_values(struct reader *r, const struct doc_node *n, const struct framed *p,
                        const struct framed_message *m, struct framed_values *out)
{
    if (!reader_is_map(r, n) || !reader_is_short(r, n, LINE_LIMIT)) {
        return;
    }
    struct framed_value *list = arena_alloc(r->arena, (n->count + 1) * sizeof *list);
    out->list = list;
    for (const struct doc_node *v = n->first; v; v = v->next) {
        const struct framed_field *f = find_field(p, m, v->key->text);
        if (!f) {
            tell_field(r, v, p, m);
        } else if (read_framed_value(r, v, f, &list[out->count].value)) {
            list[out->count++].field = f;
        }
    }
}

bool reader_framed_values(struct reader *r, const struct doc_node *n, int64_t *out)
{
    const struct framed *p = protocol_beside(r, n);
    struct framed_values *values = arena_alloc(r->arena, sizeof *values);
    unsigned before = r->err->errors;
    if (p && p->message_count > 0) {
        read_values(r, n, p, NULL, values);
    }
    *out = (int64_t)(intptr_t)values;
    return r->err->errors == before;
}

/* ---- lines ---- */

struct line_draft {
    const struct framed *p;
    struct framed_line *line;
    const struct doc_node *values;
};

static void read_message(struct reader *r, const struct doc_node *v, void *into)
{
    struct line_draft *d = into;
    d->line->message = read_framed_message(r, v, d->p);
}

static void read_raw(struct reader *r, const struct doc_node *v, void *into)
{
    struct line_draft *d = into;
    read_framed_bytes(r, v, FRAMED_SIZE_MAX, &d->line->raw);
}

static void read_at(struct reader *r, const struct doc_node *v, void *into)
{
    reader_quantity(r, v, QUANTITY_TIME, &((struct line_draft *)into)->line->at);
}

static void read_after(struct reader *r, const struct doc_node *v, void *into)
{
    reader_quantity(r, v, QUANTITY_TIME, &((struct line_draft *)into)->line->after);
}

static void read_every(struct reader *r, const struct doc_node *v, void *into)
{
    struct line_draft *d = into;
    int64_t every;
    if (!reader_quantity(r, v, QUANTITY_TIME, &every)) {
        return;
    }
    if (every < SIM_US) {
        wrong(r, v, "reader.framed.every", "found", v->text);
        return;
    }
    d->line->every = every;
}

static void read_count(struct reader *r, const struct doc_node *v, void *into)
{
    int64_t count;
    if (reader_count(r, v, 1, 1000000000, &count)) {
        ((struct line_draft *)into)->line->count = (uint32_t)count;
    }
}

static void take_values(struct reader *r, const struct doc_node *v, void *into)
{
    (void)r;
    ((struct line_draft *)into)->values = v;
}

static void read_again(struct reader *r, const struct doc_node *v, void *into)
{
    reader_switch(r, v, &((struct line_draft *)into)->line->is_again);
}

static void read_escape(struct reader *r, const struct doc_node *v, void *into)
{
    bool on = true;
    if (reader_switch(r, v, &on)) {
        ((struct line_draft *)into)->line->is_bare = !on;
    }
}

static void read_bad_check(struct reader *r, const struct doc_node *v, void *into)
{
    reader_switch(r, v, &((struct line_draft *)into)->line->is_bad_check);
}

static const struct key line_keys[] = {
    {"message", read_message},     {"bytes", read_raw},   {"at", read_at},
    {"after", read_after},         {"every", read_every}, {"count", read_count},
    {"values", take_values},       {"again", read_again}, {"escape", read_escape},
    {"bad-check", read_bad_check}, {NULL, NULL}};

static void check_line(struct reader *r, const struct doc_node *v, const struct line_draft *d)
{
    if (reader_has(v, "message") == reader_has(v, "bytes")) {
        wrong(r, v, "reader.framed.line");
    }
    if (reader_has(v, "at") && reader_has(v, "after")) {
        wrong(r, v, "reader.framed.at-after");
    }
    if (reader_has(v, "count") && !reader_has(v, "every")) {
        wrong(r, doc_get(v, "count")->key, "reader.framed.count");
    }
    if (d->line->is_again && d->line->every != SIM_NEVER) {
        wrong(r, doc_get(v, "again")->key, "reader.framed.again");
    }
}

static void read_line(struct reader *r, const struct doc_node *v, struct line_draft *d)
{
    static const struct key_reading how = {.keys = line_keys, .what = "reader.a.framed-line"};
    *d->line = (struct framed_line){.at = SIM_NEVER, .every = SIM_NEVER, .count = UINT32_MAX};
    if (v->kind == DOC_SCALAR) {
        d->line->message = read_framed_message(r, v, d->p);
        return;
    }
    if (!reader_map(r, v, &how, d)) {
        return;
    }
    check_line(r, v, d);
    if (d->values && d->line->message) {
        read_values(r, d->values, d->p, d->line->message, &d->line->values);
    }
}

bool reader_framed_script(struct reader *r, const struct doc_node *n, int64_t *out)
{
    const struct framed *p = protocol_beside(r, n);
    struct framed_script *script = arena_alloc(r->arena, sizeof *script);
    unsigned before = r->err->errors;
    if (!reader_is_list(r, n) || !reader_is_short(r, n, LINE_LIMIT)) {
        return false;
    }
    struct framed_line *list = arena_alloc(r->arena, (n->count + 1) * sizeof *list);
    script->list = list;
    bool is_whole = p && p->message_count > 0; /* else what is wrong with it has been told */
    for (const struct doc_node *v = is_whole ? n->first : NULL; v; v = v->next) {
        struct line_draft d = {.p = p, .line = &list[script->count++]};
        read_line(r, v, &d);
    }
    *out = (int64_t)(intptr_t)script;
    return r->err->errors == before;
}
