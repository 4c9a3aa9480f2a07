/* A message of a declared protocol becomes a frame: header and body by their fields, the check over
 * what it covers, escapes, marks. */
#include "wire/framed.h"

#include <string.h>

static const struct framed_field *role_of(const struct framed_field *fields, uint32_t count,
                                          enum framed_role role, size_t *at)
{
    size_t place = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (fields[i].role == role) {
            if (at) {
                *at = place;
            }
            return &fields[i];
        }
        place += fields[i].width;
    }
    return NULL;
}

const struct framed_field *framed_header_role(const struct framed *p, enum framed_role role,
                                              size_t *at)
{
    return role_of(p->header, p->header_count, role, at);
}

const struct framed_field *framed_body_role(const struct framed_message *m, enum framed_role role,
                                            size_t *at)
{
    return role_of(m->fields, m->field_count, role, at);
}

const struct framed_message *framed_find(const struct framed *p, struct bytes id)
{
    for (uint32_t i = 0; i < p->message_count; i++) {
        if (bytes_equal(p->messages[i].id, id)) {
            return &p->messages[i];
        }
    }
    return NULL;
}

static const struct framed_value *by_hand(const struct framed_say *s, const struct framed_field *f)
{
    const struct framed_value *found = NULL;
    for (uint32_t i = 0; i < s->more_count; i++) {
        found = s->more[i].field == f ? &s->more[i] : found;
    }
    for (uint32_t i = 0; i < s->value_count; i++) {
        found = s->values[i].field == f ? &s->values[i] : found;
    }
    return found;
}

/* Bytes that a field of that width can hold: cut, or filled up with zeros. */
static void put_fitting(const struct framed_field *f, struct bytes value, struct buf *out)
{
    struct bytes fits = f->width ? bytes_sub(value, 0, f->width) : value;
    if (fits.len) {
        buf_add(out, fits);
    }
    for (size_t i = fits.len; i < f->width; i++) {
        buf_char(out, '\0');
    }
}

static uint64_t number_for(const struct framed_say *s, enum framed_role role, uint64_t length)
{
    return role == FRAMED_LENGTH            ? length
           : role == FRAMED_SERIAL          ? s->serial
           : role == FRAMED_ANSWERED_SERIAL ? s->answered_serial
                                            : s->result;
}

static void put_field(const struct framed_field *f, const struct framed_say *s, uint64_t length,
                      struct buf *out)
{
    const struct framed_value *given = by_hand(s, f);
    if (given) {
        put_fitting(f, given->value, out);
        return;
    }
    switch (f->role) {
    case FRAMED_LENGTH:
    case FRAMED_SERIAL:
    case FRAMED_ANSWERED_SERIAL:
    case FRAMED_RESULT: framed_put_number(f, number_for(s, f->role, length), out); break;
    case FRAMED_ID: put_fitting(f, s->message->id, out); break;
    case FRAMED_ANSWERED_ID: put_fitting(f, s->answered_id, out); break;
    case FRAMED_SENDER: put_fitting(f, s->sender.len ? s->sender : f->value, out); break;
    case FRAMED_PLAIN:
    case FRAMED_ROLE_COUNT: put_fitting(f, f->value, out); break;
    }
}

static uint64_t length_for(const struct framed *p, uint64_t body)
{
    size_t at = 0;
    const struct framed_field *f = framed_header_role(p, FRAMED_LENGTH, &at);
    uint64_t rest = p->header_len + body + framed_check_width(p->check);
    return !f || p->counts == FRAMED_COUNTS_BODY ? body
           : p->counts == FRAMED_COUNTS_AFTER    ? rest - at - f->width
                                                 : p->start.len + rest + p->end.len;
}

static void escape(const struct framed *p, bool is_bare, struct bytes plain, struct buf *out)
{
    for (size_t i = 0; i < plain.len; i++) {
        const struct framed_escape *e = NULL;
        for (uint32_t k = 0; !is_bare && k < p->escape_count; k++) {
            e = p->escapes[k].byte == plain.data[i] ? &p->escapes[k] : e;
        }
        buf_add(out, e ? e->instead : bytes_sub(plain, i, 1));
    }
}

static void put_check(const struct framed *p, const struct framed_say *s, struct bytes covered,
                      struct buf *out)
{
    struct framed_field field = {.width = (uint16_t)framed_check_width(p->check),
                                 .is_little = p->check_is_little};
    uint32_t check = framed_check_of(p->check, covered);
    struct buf plain = {0};
    framed_put_number(&field, s->is_bad_check ? ~check : check, &plain);
    escape(p, s->is_bare, bytes_of(plain.data, plain.len), out);
    buf_free(&plain);
}

/* plain: header and body. */
static void add_check(const struct framed *p, const struct framed_say *s, const struct buf *plain,
                      struct buf *out)
{
    struct buf covered = {0};
    size_t skipped = p->span == FRAMED_SPAN_BODY ? p->header_len : 0;
    if (p->span == FRAMED_SPAN_FRAME && p->start.len) {
        buf_add(&covered, p->start);
    }
    struct bytes content = bytes_sub(bytes_of(plain->data, plain->len), skipped, plain->len);
    if (p->checks_escaped) {
        escape(p, s->is_bare, content, &covered);
    } else if (content.len) {
        buf_add(&covered, content);
    }
    put_check(p, s, bytes_of(covered.data, covered.len), out);
    buf_free(&covered);
}

void framed_write(const struct framed *p, const struct framed_say *s, struct buf *out)
{
    struct buf body = {0}, plain = {0};
    for (uint32_t i = 0; i < s->message->field_count; i++) {
        put_field(&s->message->fields[i], s, 0, &body);
    }
    for (uint32_t i = 0; i < p->header_count; i++) {
        put_field(&p->header[i], s, length_for(p, body.len), &plain);
    }
    if (body.len) {
        buf_add(&plain, bytes_of(body.data, body.len));
    }
    if (p->kind != FRAMED_BY_DELIMITER && p->start.len) {
        buf_add(out, p->start);
    }
    escape(p, s->is_bare, bytes_of(plain.data, plain.len), out);
    if (p->check != FRAMED_CHECK_NONE) {
        add_check(p, s, &plain, out);
    }
    if (p->end.len) {
        buf_add(out, p->end);
    }
    buf_free(&body);
    buf_free(&plain);
}
