/* What all sections share: mappings by a table of keys, values, names. */
#include "scenario/reader.h"

#include "scenario/syntax.h"

#include <stdio.h>
#include <string.h>

struct place reader_place(const struct reader *r, const struct doc_node *n)
{
    struct place p = {0, 0};
    if (!n->set) {
        doc_line_column(r->doc, n->start, &p.line, &p.column);
    }
    return p;
}

struct err_place reader_place_at(const struct reader *r, struct place p)
{
    if (p.line == 0) {
        return (struct err_place){.file = r->sc->file};
    }
    size_t at = r->doc->lines[p.line - 1];
    struct err_place out = doc_place(r->doc, r->arena, at, at + 1);
    out.column = p.column;
    return out;
}

const char *reader_time(const struct reader *r, sim_time t)
{
    char buf[48];
    return arena_strdup(r->arena, quantity_print(t, QUANTITY_TIME, buf));
}

const char *reader_word(const struct reader *r, const char *key)
{
    return word(r->err->lang, key);
}

const char *reader_join(const struct reader *r, const char *const *words)
{
    struct buf out = {0};
    for (; *words; words++) {
        buf_printf(&out, "%s%s", out.len ? ", " : "", *words);
    }
    const char *text = arena_strdup(r->arena, buf_cstr(&out));
    buf_free(&out);
    return text;
}

static const char *hint(const struct reader *r, const char *key, const char *words)
{
    const char *pair[] = {"word", words};
    struct buf out = {0};
    text_fill(&out, reader_word(r, key), pair, 1);
    const char *text = arena_strdup(r->arena, buf_cstr(&out));
    buf_free(&out);
    return text;
}

const char *reader_quoted(const struct reader *r, const char *name)
{
    return hint(r, "reader.quoted", name);
}

const char *reader_accepted(const struct reader *r, const char *const *words)
{
    return hint(r, "reader.accepted", reader_join(r, words));
}

const char *reader_near(const struct reader *r, const char *found, const char *const *words)
{
    if (r->err->errors > ERR_LIMIT) {
        return ""; /* no one will read it, and a broken file may ask a million times */
    }
    const char *near = NULL;
    for (const char *const *w = words; *w && !near; w++) {
        near = word_is_like(found, *w) ? *w : NULL;
    }
    near = near ? near : nearest_word(found, words);
    return near ? hint(r, "reader.did-you-mean", near) : "";
}

const char *reader_hint(const struct reader *r, const char *found, const char *const *words)
{
    const char *near = reader_near(r, found, words);
    return *near || !*words || r->err->errors > ERR_LIMIT ? near : reader_accepted(r, words);
}

bool reader_has(const struct doc_node *map, const char *key)
{
    return doc_get(map, key) != NULL;
}

static const char *key_of(const struct doc_node *n)
{
    return n->key ? n->key->text : n->parent && n->parent->key ? n->parent->key->text : "";
}

bool reader_is_map(struct reader *r, const struct doc_node *n)
{
    if (n->kind != DOC_MAP) {
        wrong(r, n, "reader.not-a-map", "key", key_of(n));
    }
    return n->kind == DOC_MAP;
}

bool reader_is_list(struct reader *r, const struct doc_node *n)
{
    if (n->kind != DOC_LIST) {
        wrong(r, n, "reader.not-a-list", "key", key_of(n));
    }
    return n->kind == DOC_LIST;
}

bool reader_is_text(struct reader *r, const struct doc_node *n)
{
    if (n->kind == DOC_SCALAR && !n->is_absent) {
        return true;
    }
    wrong(r, n, n->is_absent ? "reader.no-value" : "reader.not-a-text", "key", key_of(n));
    return false;
}

static const char *const *words_of_keys(struct reader *r, const struct key *keys,
                                        const char *const *more)
{
    size_t n = 0, m = 0;
    while (keys[n].name) {
        n++;
    }
    static const char *const none[] = {NULL};
    more = more ? more : none;
    while (more[m]) {
        m++;
    }
    const char **words = arena_alloc(r->arena, (n + m + 1) * sizeof *words);
    for (size_t i = 0; i < n; i++) {
        words[i] = keys[i].name;
    }
    for (size_t i = 0; i < m; i++) {
        words[n + i] = more[i];
    }
    return words;
}

bool reader_tell_full_width(struct reader *r, const struct doc_node *n)
{
    const char *mark = full_width_in(n->text);
    if (!mark) {
        return false;
    }
    wrong(r, n, "reader.yaml.full-width", "found", arena_strndup(r->arena, mark, 3));
    return true;
}

static void tell_unknown(struct reader *r, const struct doc_node *value,
                         const struct key_reading *how)
{
    const char *found = value->key->text;
    if (reader_tell_full_width(r, value->key)) {
        return;
    }
    if (value->is_absent && value->parent->is_flow && value->parent->first != value) {
        wrong(r, value->key, "reader.stray-text", "found", found);
        return;
    }
    const char *const *words = words_of_keys(r, how->keys, how->more);
    wrong(r, value->key, "reader.unknown-key", "found", found, "what", reader_word(r, how->what),
          "hint", reader_hint(r, found, words));
}

static void read_key(struct reader *r, const struct doc_node *value, const struct key_reading *how,
                     void *into)
{
    for (const struct key *k = how->keys; k->name; k++) {
        if (strcmp(k->name, value->key->text) == 0) {
            if (value->is_absent) {
                wrong(r, value->key, "reader.no-value", "key", k->name);
            } else {
                k->read(r, value, into);
            }
            return;
        }
    }
    if (!how->other || !how->other(r, value, into)) {
        tell_unknown(r, value, how);
    }
}

bool reader_map(struct reader *r, const struct doc_node *n, const struct key_reading *how,
                void *into)
{
    if (n->kind != DOC_MAP) {
        const char *const *words = words_of_keys(r, how->keys, NULL);
        wrong(r, n, "reader.needs-keys", "what", reader_word(r, how->what), "accepted",
              reader_join(r, words));
        return false;
    }
    for (const struct doc_node *value = n->first; value; value = value->next) {
        read_key(r, value, how, into);
    }
    return true;
}

static void tell_value(struct reader *r, const struct doc_node *n, enum quantity q,
                       enum value_fault fault, const char *unit)
{
    static const char *const keys[] = {
        [VALUE_NO_NUMBER] = "reader.value.no-number",  [VALUE_NO_UNIT] = "reader.value.no-unit",
        [VALUE_BAD_UNIT] = "reader.value.bad-unit",    [VALUE_HAS_UNIT] = "reader.value.has-unit",
        [VALUE_NOT_FINITE] = "reader.value.nan",       [VALUE_NEGATIVE] = "reader.value.negative",
        [VALUE_TOO_LARGE] = "reader.value.too-large",  [VALUE_TOO_FINE] = "reader.value.too-fine",
        [VALUE_NOT_CHANCE] = "reader.value.above-one",
    };
    const char *key = q == QUANTITY_COUNT && (fault == VALUE_NO_NUMBER || fault == VALUE_TOO_FINE)
                          ? "reader.value.not-whole"
                          : keys[fault];
    const char *meant = quantity_unit_meant(q, unit);
    if (reader_tell_full_width(r, n)) {
        return;
    }
    wrong(r, n, key, "found", n->text, "key", key_of(n), "example", quantity_example(q), "units",
          quantity_unit_list(q), "unit", unit, "hint",
          meant ? hint(r, "reader.did-you-mean", meant) : reader_near(r, unit, quantity_units(q)));
}

static bool quantity(struct reader *r, const struct doc_node *n, enum quantity q, bool is_signed,
                     int64_t *out)
{
    char unit[24] = "";
    if (!reader_is_text(r, n)) {
        return false;
    }
    enum value_fault fault = quantity_parse(n->text, q, is_signed, out, unit);
    if (fault != VALUE_GOOD) {
        tell_value(r, n, q, fault, unit);
    }
    return fault == VALUE_GOOD;
}

bool reader_quantity(struct reader *r, const struct doc_node *n, enum quantity q, int64_t *out)
{
    return quantity(r, n, q, false, out);
}

bool reader_signed(struct reader *r, const struct doc_node *n, enum quantity q, int64_t *out)
{
    return quantity(r, n, q, true, out);
}

static bool is_within(struct reader *r, const struct doc_node *n, enum quantity q, int64_t value,
                      int64_t min, int64_t max)
{
    if (value >= min && value <= max) {
        return true;
    }
    char low[48], high[48];
    quantity_print(min, q, low);
    quantity_print(max, q, high);
    bool has_max = max < INT64_MAX / 4; /* else it is only what the program can hold */
    const char *key = value < min && has_max ? "reader.value.below"
                      : value < min          ? "reader.value.below-least"
                      : has_max              ? "reader.value.above"
                                             : "reader.value.too-large";
    wrong(r, n, key, "found", n->text, "key", key_of(n), "min", low, "max", high);
    return false;
}

bool reader_count(struct reader *r, const struct doc_node *n, int64_t min, int64_t max,
                  int64_t *out)
{
    int64_t value;
    if (!reader_quantity(r, n, QUANTITY_COUNT, &value) ||
        !is_within(r, n, QUANTITY_COUNT, value, min, max)) {
        return false;
    }
    *out = value;
    return true;
}

bool reader_switch(struct reader *r, const struct doc_node *n, bool *out)
{
    if (!reader_is_text(r, n)) {
        return false;
    }
    if (!switch_parse(n->text, out)) {
        wrong(r, n, "reader.value.not-a-switch", "found", n->text, "key", key_of(n));
        return false;
    }
    return true;
}

bool reader_word_of(struct reader *r, const struct doc_node *n, const char *const *words,
                    uint32_t *out)
{
    if (!reader_is_text(r, n)) {
        return false;
    }
    for (uint32_t i = 0; words[i]; i++) {
        if (strcmp(words[i], n->text) == 0) {
            *out = i;
            return true;
        }
    }
    wrong(r, n, "reader.value.not-a-word", "found", n->text, "key", key_of(n), "hint",
          reader_hint(r, n->text, words));
    return false;
}

static enum quantity quantity_of(enum param_kind kind)
{
    switch (kind) {
    case PARAM_TIME: return QUANTITY_TIME;
    case PARAM_BYTES: return QUANTITY_BYTES;
    case PARAM_RATE: return QUANTITY_RATE;
    case PARAM_CHANCE: return QUANTITY_CHANCE;
    case PARAM_FREQUENCY: return QUANTITY_FREQUENCY;
    case PARAM_COUNT:
    case PARAM_SWITCH:
    case PARAM_ADDRESSES:
    case PARAM_POOL:
    case PARAM_TEXT:
    case PARAM_PROTOCOL:
    case PARAM_SAYINGS:
    case PARAM_VALUES:
    case PARAM_CHOICE: break;
    }
    return QUANTITY_COUNT;
}

/* A choice that is called `on` or `off` may be written with any switch word. */
static bool read_choice(struct reader *r, const struct doc_node *n, const struct param *p,
                        int64_t *out)
{
    bool on;
    if (n->kind == DOC_SCALAR && switch_parse(n->text, &on)) {
        for (int64_t i = 0; p->choices[i]; i++) {
            if (strcmp(p->choices[i], on ? "on" : "off") == 0) {
                *out = i;
                return true;
            }
        }
    }
    uint32_t which = 0;
    bool good = reader_word_of(r, n, p->choices, &which);
    *out = which;
    return good;
}

/* A count may also say what it counts, as `initial-window: 10 packets`. */
static bool is_packets(const struct doc_node *n, enum quantity q, int64_t *value)
{
    return q == QUANTITY_COUNT && n->kind == DOC_SCALAR &&
           quantity_parse(n->text, QUANTITY_PACKETS, false, value, NULL) == VALUE_GOOD;
}

static bool read_amount(struct reader *r, const struct doc_node *n, const struct param *p,
                        int64_t *out)
{
    enum quantity q = quantity_of(p->kind);
    int64_t value;
    if (p->may_be_off && n->kind == DOC_SCALAR &&
        quantity_parse(n->text, q, false, &value, NULL) == VALUE_NO_NUMBER) {
        wrong(r, n, "reader.value.not-off", "found", n->text, "key", key_of(n), "example",
              quantity_example(q));
        return false;
    }
    if ((!is_packets(n, q, &value) && !reader_quantity(r, n, q, &value)) ||
        !is_within(r, n, q, value, p->min, p->max)) {
        return false;
    }
    *out = value;
    return true;
}

static bool read_text(struct reader *r, const struct doc_node *n, const struct param *p,
                      int64_t *out)
{
    if (!reader_is_text(r, n)) {
        return false;
    }
    if (n->text[0] == '\0' || strlen(n->text) > (size_t)p->max) {
        char most[24];
        snprintf(most, sizeof most, "%lld", (long long)p->max);
        wrong(r, n, "reader.text.length", "key", key_of(n), "most", most);
        return false;
    }
    if (p->is_good && !p->is_good(n->text)) {
        wrong(r, n, "reader.text.unfit", "key", key_of(n), "found", n->text, "accepted",
              reader_word(r, p->accepted));
        return false;
    }
    *out = (int64_t)(intptr_t)n->text;
    return true;
}

/* A count that some rule gives, as `initial-window: rfc3390`. False: it is written as a number. */
static bool read_rule(struct reader *r, const struct doc_node *n, const struct param *p,
                      int64_t *out, bool *is_good)
{
    int64_t number;
    uint32_t which = 0;
    if (p->kind != PARAM_COUNT || !p->choices || n->kind != DOC_SCALAR ||
        quantity_parse(n->text, QUANTITY_COUNT, false, &number, NULL) != VALUE_NO_NUMBER) {
        return false;
    }
    *is_good = reader_word_of(r, n, p->choices, &which);
    *out = -2 - (int64_t)which;
    return true;
}

bool reader_param(struct reader *r, const struct doc_node *n, const struct param *p, int64_t *out)
{
    bool on, is_good;
    if (p->may_be_off && n->kind == DOC_SCALAR && switch_parse(n->text, &on) && !on) {
        *out = -1;
        return true;
    }
    if (read_rule(r, n, p, out, &is_good)) {
        return is_good;
    }
    if (p->may_be_on && n->kind == DOC_SCALAR && switch_parse(n->text, &on) && on) {
        *out = p->initial;
        return true;
    }
    if (p->kind == PARAM_SWITCH) {
        bool good = reader_switch(r, n, &on);
        *out = good && on;
        return good;
    }
    if (p->kind == PARAM_TEXT) {
        return read_text(r, n, p, out);
    }
    if (p->kind == PARAM_PROTOCOL) {
        return reader_protocol(r, n, out);
    }
    if (p->kind == PARAM_SAYINGS || p->kind == PARAM_VALUES) {
        return p->kind == PARAM_VALUES ? reader_framed_values(r, n, out)
                                       : reader_framed_script(r, n, out);
    }
    if (p->kind == PARAM_ADDRESSES || p->kind == PARAM_POOL) {
        return p->kind == PARAM_POOL ? reader_pool(r, n, out) : reader_addresses(r, n, out);
    }
    return p->kind == PARAM_CHOICE ? read_choice(r, n, p, out) : read_amount(r, n, p, out);
}

void settings_add(struct reader *r, struct settings *s, struct setting more)
{
    for (uint32_t i = 0; i < s->count; i++) {
        if (s->list[i].param == more.param && s->list[i].type == more.type) {
            s->list[i] = more;
            return;
        }
    }
    struct setting *list = arena_alloc(r->arena, (s->count + 1) * sizeof *list);
    if (s->count > 0) {
        memcpy(list, s->list, s->count * sizeof *list);
    }
    list[s->count++] = more;
    s->list = list;
}

bool reader_is_short(struct reader *r, const struct doc_node *n, uint32_t limit)
{
    if (n->count > limit) {
        wrong(r, n, "reader.too-many-items", "key", key_of(n), "max",
              arena_printf(r->arena, "%u", limit));
    }
    return n->count <= limit;
}
