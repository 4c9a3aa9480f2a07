/* Fields of a declared protocol: `serial: {type: uint 2, holds: serial}`, or `speed: uint 2 little`
 * in short. */
#include "scenario/protocols.h"

#include <stdlib.h>
#include <string.h>

#define FIELD_LIMIT 64

static const char *const type_names[] = {"uint", "bcd", "bytes", "text", NULL};
static const char *const order_names[] = {"big", "little", NULL};

/* ---- values ---- */

static struct bytes keep(struct reader *r, struct buf *b)
{
    uint8_t *own = arena_alloc(r->arena, b->len + 1);
    if (b->len) {
        memcpy(own, b->data, b->len);
    }
    struct bytes out = bytes_of(own, b->len);
    buf_free(b);
    return out;
}

static const char *accepted_values(struct reader *r, const struct framed_field *f)
{
    char width[24];
    static const char *const keys[] = {"reader.framed.value.uint", "reader.framed.value.bcd",
                                       "reader.framed.value.bytes", "reader.framed.value.text"};
    unsigned long long most = f->width >= 8 ? UINT64_MAX : (UINT64_C(1) << 8 * f->width) - 1;
    snprintf(width, sizeof width, "%llu",
             f->type == FRAMED_UINT  ? most
             : f->type == FRAMED_BCD ? 2ULL * f->width
                                     : (unsigned long long)f->width);
    const char *key = f->width ? keys[f->type] : "reader.framed.value.rest";
    const char *const pairs[] = {"n", width};
    struct buf text = {0};
    text_fill(&text, reader_word(r, key), pairs, 1);
    char *out = arena_strdup(r->arena, buf_cstr(&text));
    buf_free(&text);
    return out;
}

bool read_framed_value(struct reader *r, const struct doc_node *n, const struct framed_field *f,
                       struct bytes *out)
{
    struct buf value = {0};
    if (!reader_is_text(r, n)) {
        return false;
    }
    if (!framed_value_read(f, n->text, &value)) {
        buf_free(&value);
        wrong(r, n, "reader.framed.value", "found", n->text, "field", f->name, "accepted",
              accepted_values(r, f));
        return false;
    }
    *out = keep(r, &value);
    return true;
}

bool read_framed_bytes(struct reader *r, const struct doc_node *n, size_t most, struct bytes *out)
{
    struct buf value = {0};
    char limit[24];
    if (!reader_is_text(r, n)) {
        return false;
    }
    bool is_good = framed_bytes_read(n->text, most, &value);
    if (!is_good && n->is_quoted && n->text[0] && strlen(n->text) <= most) {
        buf_clear(&value);
        buf_str(&value, n->text);
        is_good = true;
    }
    if (!is_good) {
        buf_free(&value);
        snprintf(limit, sizeof limit, "%zu", most);
        wrong(r, n, "reader.framed.bytes", "found", n->text, "most", limit);
        return false;
    }
    *out = keep(r, &value);
    return true;
}

bool read_framed_number(struct reader *r, const struct doc_node *n, uint64_t *out)
{
    struct framed_field f = {.name = n->key ? n->key->text : "", .width = 8};
    struct bytes value;
    if (!read_framed_value(r, n, &f, &value)) {
        return false;
    }
    *out = framed_number(&f, value);
    return true;
}

/* ---- a field ---- */

struct draft {
    struct framed_field *field;
    const struct doc_node *value; /* read when the type is known */
    bool is_body, has_type;
};

static bool next_word(const char **text, char word[32])
{
    size_t len = strcspn(*text, " ");
    size_t n = len < 31 ? len : 31;
    memcpy(word, *text, n);
    word[n] = '\0';
    *text += len;
    *text += strspn(*text, " ");
    return len > 0;
}

static uint32_t find_word(const char *word, const char *const *words)
{
    uint32_t i = 0;
    while (words[i] && strcmp(words[i], word) != 0) {
        i++;
    }
    return i;
}

/* What follows the type: a width, `rest`, nothing (the rest, too). */
static bool read_width(struct reader *r, const struct doc_node *v, const char *word,
                       struct draft *d)
{
    struct framed_field *f = d->field;
    char *end = NULL;
    unsigned long width = strtoul(word, &end, 10);
    unsigned long most = f->type == FRAMED_UINT ? FRAMED_UINT_MAX : FRAMED_WIDTH_MAX;
    bool is_rest = strcmp(word, "rest") == 0 || word[0] == '\0';
    if (is_rest && (!d->is_body || f->type == FRAMED_UINT || f->type == FRAMED_BCD)) {
        wrong(r, v, d->is_body ? "reader.framed.rest-type" : "reader.framed.rest-header", "field",
              f->name, "type", type_names[f->type]);
        return false;
    }
    if (!is_rest && (*end != '\0' || width < 1 || width > most)) {
        char limit[24];
        snprintf(limit, sizeof limit, "%lu", most);
        wrong(r, v, "reader.framed.width", "found", word, "field", f->name, "most", limit);
        return false;
    }
    f->width = is_rest ? 0 : (uint16_t)width;
    return true;
}

/* "uint 2", "uint 4 little", "bcd 6", "text 8", "bytes rest". */
static void read_type(struct reader *r, const struct doc_node *v, void *into)
{
    struct draft *d = into;
    char word[32], width[32], order[32];
    if (!reader_is_text(r, v)) {
        return;
    }
    const char *text = v->text;
    next_word(&text, word);
    uint32_t type = find_word(word, type_names);
    if (!type_names[type]) {
        wrong(r, v, "reader.framed.type", "found", word, "field", d->field->name, "hint",
              reader_hint(r, word, type_names));
        return;
    }
    d->field->type = (enum framed_type)type;
    next_word(&text, width);
    if (!read_width(r, v, width, d)) {
        return;
    }
    d->has_type = true;
    if (next_word(&text, order)) {
        uint32_t which = find_word(order, order_names);
        if (type != FRAMED_UINT || !order_names[which] || *text) {
            wrong(r, v, "reader.framed.order", "found", *text ? text : order, "field",
                  d->field->name, "hint", reader_hint(r, order, order_names));
        }
        d->field->is_little = which == 1;
    }
}

static void read_order(struct reader *r, const struct doc_node *v, void *into)
{
    struct draft *d = into;
    uint32_t which = 0;
    if (reader_word_of(r, v, order_names, &which)) {
        d->field->is_little = which == 1;
    }
}

/* Of the roles, a header has those before ANSWERED_SERIAL, a body the others. */
static void read_holds(struct reader *r, const struct doc_node *v, void *into)
{
    struct draft *d = into;
    uint32_t which = 0;
    const char *words[FRAMED_ROLE_COUNT + 1] = {NULL};
    unsigned first = d->is_body ? FRAMED_ANSWERED_SERIAL : FRAMED_ID;
    unsigned end = d->is_body ? FRAMED_ROLE_COUNT : FRAMED_ANSWERED_SERIAL;
    for (unsigned i = first; i < end; i++) {
        words[i - first] = framed_role_names[i];
    }
    if (reader_word_of(r, v, words, &which)) {
        d->field->role = (enum framed_role)(first + which);
    }
}

static void read_value(struct reader *r, const struct doc_node *v, void *into)
{
    struct draft *d = into;
    (void)r;
    d->value = v;
}

static void read_fixed(struct reader *r, const struct doc_node *v, void *into)
{
    struct draft *d = into;
    (void)r;
    d->value = v;
    d->field->is_fixed = true;
}

static const struct key field_keys[] = {{"type", read_type},   {"holds", read_holds},
                                        {"value", read_value}, {"constant", read_fixed},
                                        {"order", read_order}, {NULL, NULL}};

static bool needs_number(enum framed_role role)
{
    return role == FRAMED_LENGTH || role == FRAMED_SERIAL || role == FRAMED_ANSWERED_SERIAL ||
           role == FRAMED_RESULT;
}

static void check_role(struct reader *r, const struct doc_node *v, const struct framed_field *all,
                       const struct framed_field *f)
{
    const char *role = framed_role_names[f->role];
    if (needs_number(f->role) && f->type != FRAMED_UINT) {
        wrong(r, v->key, "reader.framed.role-number", "field", f->name, "role", role);
    }
    if (f->role == FRAMED_SENDER && f->width > FRAMED_SENDER_MAX) {
        wrong(r, v->key, "reader.framed.width", "found", "", "field", f->name, "most", "32");
    }
    for (const struct framed_field *other = all; f->role && other < f; other++) {
        if (other->role == f->role) {
            wrong(r, v->key, "reader.framed.role-twice", "field", f->name, "other", other->name,
                  "role", role);
        }
    }
}

static void read_field(struct reader *r, const struct doc_node *v, struct draft *d,
                       const struct framed_field *all)
{
    struct framed_field *f = d->field;
    static const struct key_reading how = {.keys = field_keys, .what = "reader.a.framed-field"};
    f->name = v->key->text;
    if (v->kind == DOC_SCALAR) {
        read_type(r, v, d);
    } else if (reader_map(r, v, &how, d) && !reader_has(v, "type")) {
        wrong(r, v->key, "reader.needs-key", "what", reader_quoted(r, f->name), "key", "type");
    }
    if (!d->has_type) {
        f->width = f->width ? f->width : 1; /* told: what depends on it is not told again */
        return;
    }
    if (d->value) {
        read_framed_value(r, d->value, f, &f->value);
    }
    check_role(r, v, all, f);
}

struct framed_field *read_framed_fields(struct reader *r, const struct doc_node *n, bool is_body,
                                        uint32_t *count)
{
    *count = 0;
    if (!reader_is_map(r, n) || !reader_is_short(r, n, FIELD_LIMIT)) {
        return NULL;
    }
    struct framed_field *fields = arena_alloc(r->arena, (n->count + 1) * sizeof *fields);
    for (const struct doc_node *v = n->first; v; v = v->next) {
        struct draft d = {.field = &fields[*count], .is_body = is_body};
        read_field(r, v, &d, fields);
        if (d.field->width == 0 && v->next) {
            wrong(r, v->key, "reader.framed.rest-last", "field", d.field->name);
        }
        ++*count;
    }
    return fields;
}
