/* How a declared protocol finds its frames, and the check in them: marks with escapes, a length, a
 * delimiter. What nobody could read is refused here. */
#include "scenario/protocols.h"

#include <stdio.h>
#include <string.h>

static struct bytes marks_of(const struct framed *p)
{
    return p->end.len ? p->end : p->start;
}

#define TAKE(NAME)                                                                                 \
    static void take_##NAME(struct reader *r, const struct doc_node *v, void *into)                \
    {                                                                                              \
        (void)r;                                                                                   \
        ((struct frame_draft *)into)->NAME = v;                                                    \
    }
TAKE(start)
TAKE(end)
TAKE(delimiter)
TAKE(length)
TAKE(escapes)
#undef TAKE

static void read_max(struct reader *r, const struct doc_node *v, void *into)
{
    struct frame_draft *d = into;
    int64_t most;
    if (!reader_quantity(r, v, QUANTITY_BYTES, &most)) {
        return;
    }
    if (most < 1 || most > FRAMED_SIZE_MAX) {
        wrong(r, v, "reader.framed.max", "found", v->text);
        return;
    }
    d->p->size_max = (uint32_t)most;
}

static const char *const counts_names[] = {"body", "after", "frame", NULL};
static const char *const order_names[] = {"big", "little", NULL};

static void read_counts(struct reader *r, const struct doc_node *v, void *into)
{
    struct frame_draft *d = into;
    uint32_t which = 0;
    if (reader_word_of(r, v, counts_names, &which)) {
        d->p->counts = (enum framed_counts)which;
    }
}

static void read_length_width(struct reader *r, const struct doc_node *v, void *into)
{
    reader_count(r, v, 1, FRAMED_UINT_MAX, &((struct frame_draft *)into)->length_width);
}

static void read_length_order(struct reader *r, const struct doc_node *v, void *into)
{
    uint32_t which = 0;
    if (reader_word_of(r, v, order_names, &which)) {
        ((struct frame_draft *)into)->length_is_little = which == 1;
    }
}

/* `length: {width: 2}` stands before the header; `length: header` says that the header has it. */
static void read_length(struct reader *r, struct frame_draft *d)
{
    static const struct key keys[] = {{"width", read_length_width},
                                      {"order", read_length_order},
                                      {"counts", read_counts},
                                      {NULL, NULL}};
    static const struct key_reading how = {.keys = keys, .what = "reader.a.framed-length"};
    d->p->kind = FRAMED_BY_LENGTH;
    if (d->length->kind == DOC_SCALAR && strcmp(d->length->text, "header") == 0) {
        return;
    }
    d->length_width = 2;
    reader_map(r, d->length, &how, d);
}

/* An escape that says two things, or that a mark interrupts, can be read by nobody. */
static void check_escape(struct reader *r, const struct doc_node *v, const struct framed *p,
                         const struct framed_escape *e)
{
    for (const struct framed_escape *o = p->escapes; o < e; o++) {
        size_t n = o->instead.len < e->instead.len ? o->instead.len : e->instead.len;
        if (memcmp(o->instead.data, e->instead.data, n) == 0) {
            wrong(r, v, "reader.framed.escape-alike", "found", v->text);
        }
    }
    struct bytes mark = marks_of(p);
    for (size_t at = 0; mark.len && at + mark.len <= e->instead.len; at++) {
        if (memcmp(e->instead.data + at, mark.data, mark.len) == 0) {
            wrong(r, v, "reader.framed.escape-mark", "found", v->text);
            return;
        }
    }
}

static bool is_escaped(const struct framed *p, uint8_t byte)
{
    for (uint32_t i = 0; i < p->escape_count; i++) {
        if (p->escapes[i].byte == byte) {
            return true;
        }
    }
    return false;
}

/* The byte that begins an escape is one itself, else a plain one cannot be told from it. */
static void check_escapes(struct reader *r, const struct doc_node *n, const struct framed *p)
{
    char byte[8];
    for (uint32_t i = 0; i < p->escape_count; i++) {
        uint8_t lead = p->escapes[i].instead.data[0];
        if (!is_escaped(p, lead)) {
            snprintf(byte, sizeof byte, "%02x", lead);
            wrong(r, n, "reader.framed.escape-lead", "byte", byte);
            return;
        }
    }
    struct bytes mark = marks_of(p);
    if (p->escape_count && mark.len && !is_escaped(p, mark.data[0])) {
        snprintf(byte, sizeof byte, "%02x", mark.data[0]);
        suspect(r, n, "reader.framed.mark-unescaped", "byte", byte);
    }
}

static void read_escapes(struct reader *r, const struct doc_node *n, struct framed *p)
{
    if (!reader_is_map(r, n) || !reader_is_short(r, n, FRAMED_ESCAPES_MAX)) {
        return;
    }
    struct framed_escape *list = arena_alloc(r->arena, (n->count + 1) * sizeof *list);
    p->escapes = list;
    for (const struct doc_node *v = n->first; v; v = v->next) {
        struct bytes byte;
        struct framed_escape e;
        if (!read_framed_bytes(r, v->key, 1, &byte) ||
            !read_framed_bytes(r, v, FRAMED_MARK_MAX, &e.instead)) {
            continue;
        }
        e.byte = byte.data[0];
        list[p->escape_count] = e;
        check_escape(r, v, p, &list[p->escape_count++]);
    }
    check_escapes(r, n, p);
}

/* Marks, a length or a delimiter, and one of them only. */
static void read_borders(struct reader *r, const struct doc_node *n, struct frame_draft *d)
{
    struct framed *p = d->p;
    bool has_marks = d->end != NULL;
    if (has_marks + (d->length != NULL) + (d->delimiter != NULL) != 1 ||
        (d->delimiter && d->start) || (has_marks && !d->start)) {
        wrong(r, n->key, "reader.framed.borders");
        return;
    }
    if (d->start) {
        read_framed_bytes(r, d->start, FRAMED_MARK_MAX, &p->start);
    }
    if (d->end) {
        read_framed_bytes(r, d->end, FRAMED_MARK_MAX, &p->end);
    }
    if (d->delimiter) {
        p->kind = FRAMED_BY_DELIMITER;
        read_framed_bytes(r, d->delimiter, FRAMED_MARK_MAX, &p->end);
    }
    if (d->length) {
        read_length(r, d);
    }
    if (d->length && d->escapes) {
        wrong(r, d->escapes->key, "reader.framed.escape-length");
    } else if (d->escapes) {
        read_escapes(r, d->escapes, p);
    }
}

void read_framed_frame(struct reader *r, const struct doc_node *n, struct frame_draft *d)
{
    static const struct key keys[] = {{"start", take_start},
                                      {"end", take_end},
                                      {"delimiter", take_delimiter},
                                      {"length", take_length},
                                      {"escapes", take_escapes},
                                      {"counts", read_counts},
                                      {"max", read_max},
                                      {NULL, NULL}};
    static const struct key_reading how = {.keys = keys, .what = "reader.a.framed-frame"};
    unsigned before = r->err->errors;
    if (reader_map(r, n, &how, d) && r->err->errors == before) {
        read_borders(r, n, d);
    }
}

/* ---- the check ---- */

static void read_check_kind(struct reader *r, const struct doc_node *v, void *into)
{
    uint32_t which = 0;
    if (reader_word_of(r, v, framed_check_names, &which)) {
        ((struct framed *)into)->check = (enum framed_check)which;
    }
}

static void read_check_over(struct reader *r, const struct doc_node *v, void *into)
{
    static const char *const names[] = {"content", "body", "frame", NULL};
    uint32_t which = 0;
    if (reader_word_of(r, v, names, &which)) {
        ((struct framed *)into)->span = (enum framed_span)which;
    }
}

static void read_check_escaped(struct reader *r, const struct doc_node *v, void *into)
{
    static const char *const names[] = {"before-escaping", "after-escaping", NULL};
    uint32_t which = 0;
    if (reader_word_of(r, v, names, &which)) {
        ((struct framed *)into)->checks_escaped = which == 1;
    }
}

static void read_check_order(struct reader *r, const struct doc_node *v, void *into)
{
    uint32_t which = 0;
    if (reader_word_of(r, v, order_names, &which)) {
        ((struct framed *)into)->check_is_little = which == 1;
    }
}

void read_framed_check(struct reader *r, const struct doc_node *v, struct framed *p)
{
    static const struct key keys[] = {{"kind", read_check_kind},
                                      {"over", read_check_over},
                                      {"made", read_check_escaped},
                                      {"order", read_check_order},
                                      {NULL, NULL}};
    static const struct key_reading how = {.keys = keys, .what = "reader.a.framed-check"};
    if (v->kind == DOC_SCALAR) {
        read_check_kind(r, v, p);
    } else {
        reader_map(r, v, &how, p);
    }
}
