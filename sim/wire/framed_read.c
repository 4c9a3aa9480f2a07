/* Frames are found in a stream, whatever stands around them. Everything here looks at the front of
 * what has come and nothing else: no state outlives a call, so a cut makes no difference. */
#include "wire/framed.h"

#include <string.h>

/* ---- marks and escapes ---- */

enum match { MATCH_NOT, MATCH_PART, MATCH_WHOLE };

/* PART: what is there fits, and more is needed. */
static enum match match(struct bytes in, size_t at, struct bytes what)
{
    size_t n = in.len - at < what.len ? in.len - at : what.len;
    if (memcmp(in.data + at, what.data, n) != 0) {
        return MATCH_NOT;
    }
    return n == what.len ? MATCH_WHOLE : MATCH_PART;
}

/* What stands at a place of a frame's inside. */
enum inside { INSIDE_PLAIN, INSIDE_ESCAPE, INSIDE_BAD, INSIDE_MORE, INSIDE_END };

static bool leads(const struct framed *p, uint8_t byte)
{
    for (uint32_t i = 0; i < p->escape_count; i++) {
        if (p->escapes[i].instead.data[0] == byte) {
            return true;
        }
    }
    return false;
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

/* Escapes go before the end mark, which may begin as they do. */
static enum inside look(const struct framed *p, struct bytes in, size_t at,
                        const struct framed_escape **escape)
{
    bool is_part = false;
    for (uint32_t i = 0; i < p->escape_count; i++) {
        enum match m = match(in, at, p->escapes[i].instead);
        if (m == MATCH_WHOLE) {
            *escape = &p->escapes[i];
            return INSIDE_ESCAPE;
        }
        is_part |= m == MATCH_PART;
    }
    enum match end = p->end.len ? match(in, at, p->end) : MATCH_NOT;
    if (end == MATCH_WHOLE) {
        return INSIDE_END;
    }
    if (is_part || end == MATCH_PART) {
        return INSIDE_MORE;
    }
    bool is_bad = leads(p, in.data[at]) || is_escaped(p, in.data[at]);
    return is_bad ? INSIDE_BAD : INSIDE_PLAIN;
}

/* ---- one frame ---- */

/* Fills out->content from what stands between the marks. False: an escape is none. */
static bool unescape(const struct framed *p, struct bytes inside, struct framed_frame *out)
{
    buf_clear(&out->content);
    for (size_t at = 0; at < inside.len;) {
        const struct framed_escape *e = NULL;
        enum inside what = look(p, inside, at, &e);
        if (what == INSIDE_ESCAPE) {
            buf_char(&out->content, (char)e->byte);
            at += e->instead.len;
        } else if (what == INSIDE_PLAIN || (what == INSIDE_MORE && !leads(p, inside.data[at]))) {
            buf_char(&out->content, (char)inside.data[at++]);
        } else {
            return false;
        }
    }
    return true;
}

/* So many bytes of the inside hold the first n of the content. */
static size_t raw_length(const struct framed *p, struct bytes inside, size_t n)
{
    size_t at = 0;
    for (size_t i = 0; i < n && at < inside.len; i++) {
        const struct framed_escape *e = NULL;
        at += look(p, inside, at, &e) == INSIDE_ESCAPE ? e->instead.len : 1;
    }
    return at;
}

static bool check_holds(const struct framed *p, struct bytes inside, const struct framed_frame *f)
{
    unsigned width = framed_check_width(p->check);
    struct framed_field field = {.width = (uint16_t)width, .is_little = p->check_is_little};
    struct bytes content = bytes_of(f->content.data, f->content.len);
    size_t first = p->span == FRAMED_SPAN_BODY ? p->header_len : 0, last = content.len - width;
    struct buf covered = {0};
    if (p->span == FRAMED_SPAN_FRAME && p->start.len) {
        buf_add(&covered, p->start);
    }
    struct bytes part = bytes_sub(content, first, last - first);
    if (p->checks_escaped) {
        first = raw_length(p, inside, first);
        part = bytes_sub(inside, first, raw_length(p, inside, last) - first);
    }
    if (part.len) {
        buf_add(&covered, part);
    }
    uint32_t want = framed_check_of(p->check, bytes_of(covered.data, covered.len));
    buf_free(&covered);
    return framed_number(&field, bytes_sub(content, last, width)) == want;
}

static bool length_holds(const struct framed *p, const struct framed_frame *f)
{
    size_t at = 0;
    const struct framed_field *field = framed_header_role(p, FRAMED_LENGTH, &at);
    if (!field) {
        return true;
    }
    struct bytes content = bytes_of(f->content.data, f->content.len);
    uint64_t says = framed_number(field, bytes_sub(content, at, field->width));
    uint64_t is = p->counts == FRAMED_COUNTS_BODY    ? f->body_len
                  : p->counts == FRAMED_COUNTS_AFTER ? content.len - at - field->width
                                                     : p->start.len + content.len + p->end.len;
    return says == is;
}

static bool fields_fit(const struct framed *p, const struct framed_frame *f)
{
    size_t needs = 0;
    bool has_rest = false;
    struct bytes value;
    for (uint32_t i = 0; f->message && i < f->message->field_count; i++) {
        needs += f->message->fields[i].width;
        has_rest |= f->message->fields[i].width == 0;
    }
    if (f->message && (f->body_len < needs || (!has_rest && f->body_len > needs))) {
        return false;
    }
    const struct framed_field *field;
    for (uint32_t i = 0; (field = framed_field(p, f, i, &value)) != NULL; i++) {
        if (field->is_fixed && !bytes_equal(value, field->value)) {
            return false;
        }
    }
    return true;
}

/* The inside of a frame is there; what is it? */
static enum framed_read judge(const struct framed *p, struct bytes inside, struct framed_frame *out)
{
    unsigned width = framed_check_width(p->check);
    out->message = NULL;
    if (!unescape(p, inside, out)) {
        return FRAMED_BAD_ESCAPE;
    }
    if (out->content.len < p->header_len + width) {
        return FRAMED_UNFIT;
    }
    out->header_len = p->header_len;
    out->body_len = (uint32_t)(out->content.len - p->header_len - width);
    if (width && !check_holds(p, inside, out)) {
        return FRAMED_BAD_CHECK;
    }
    if (!length_holds(p, out)) {
        return FRAMED_BAD_LENGTH;
    }
    struct bytes id = {0};
    framed_role_bytes(p, out, FRAMED_ID, &id);
    out->message = framed_find(p, id);
    if (!fields_fit(p, out)) {
        return FRAMED_UNFIT;
    }
    return out->message ? FRAMED_WHOLE : FRAMED_UNKNOWN;
}

/* ---- the three ways to find a frame ---- */

/* Bytes before the place where a start mark stands, or may yet stand. */
static size_t before_start(const struct framed *p, struct bytes in, size_t from)
{
    size_t at = from;
    while (at < in.len && match(in, at, p->start) == MATCH_NOT) {
        at++;
    }
    return at;
}

/* From `from` to the end mark. MORE: it is not there. A start mark inside, which would have been
 * escaped, says that the end is missing: GARBAGE up to it. */
static enum framed_read find_end(const struct framed *p, struct bytes in, size_t from, size_t *end)
{
    bool start_tells = p->start.len && is_escaped(p, p->start.data[0]);
    for (size_t at = from; at < in.len;) {
        const struct framed_escape *e = NULL;
        if (at >= p->size_max) {
            *end = p->size_max;
            return FRAMED_TOO_LONG;
        }
        enum inside what = look(p, in, at, &e);
        if (what == INSIDE_END) {
            *end = at;
            return at + p->end.len > p->size_max ? FRAMED_TOO_LONG : FRAMED_WHOLE;
        }
        if (what == INSIDE_MORE) {
            return FRAMED_MORE;
        }
        if (start_tells && what == INSIDE_BAD && match(in, at, p->start) == MATCH_WHOLE) {
            *end = at;
            return FRAMED_GARBAGE;
        }
        at += what == INSIDE_ESCAPE ? e->instead.len : 1;
    }
    return FRAMED_MORE;
}

static enum framed_read by_end(const struct framed *p, struct bytes in, struct framed_frame *out,
                               size_t *used)
{
    size_t from = p->start.len, end = 0;
    *used = from ? before_start(p, in, 0) : 0;
    if (*used > 0) {
        return FRAMED_GARBAGE;
    }
    if (in.len <= from) {
        return FRAMED_MORE;
    }
    enum framed_read found = find_end(p, in, from, &end);
    if (found != FRAMED_WHOLE) {
        *used = found == FRAMED_MORE ? 0 : end;
        return found;
    }
    if (end == from) { /* nothing between the marks: the second of two that are alike may begin */
        *used = from && bytes_equal(p->start, p->end) ? from : from + p->end.len;
        return FRAMED_GARBAGE;
    }
    *used = end + p->end.len;
    return judge(p, bytes_sub(in, from, end - from), out);
}

/* A frame's length as its length field has it, all of it counted. */
static uint64_t frame_length(const struct framed *p, struct bytes in, size_t at,
                             const struct framed_field *f)
{
    uint64_t says = framed_number(f, bytes_sub(in, p->start.len + at, f->width));
    uint64_t before = p->counts == FRAMED_COUNTS_FRAME ? 0
                      : p->counts == FRAMED_COUNTS_AFTER
                          ? p->start.len + at + f->width
                          : p->start.len + p->header_len + framed_check_width(p->check);
    return says > FRAMED_SIZE_MAX ? UINT64_MAX : before + says;
}

static enum framed_read by_length(const struct framed *p, struct bytes in, struct framed_frame *out,
                                  size_t *used)
{
    size_t at = 0, least = p->start.len + p->header_len + framed_check_width(p->check);
    const struct framed_field *f = framed_header_role(p, FRAMED_LENGTH, &at);
    *used = p->start.len ? before_start(p, in, 0) : 0;
    if (*used > 0) {
        return FRAMED_GARBAGE;
    }
    if (in.len < p->start.len + at + f->width) {
        return FRAMED_MORE;
    }
    uint64_t len = frame_length(p, in, at, f);
    if (len < least || len > p->size_max) {
        out->is_lost = p->start.len == 0;
        *used = p->start.len ? p->start.len : in.len;
        return len < least ? FRAMED_BAD_LENGTH : FRAMED_TOO_LONG;
    }
    if (in.len < len) {
        return FRAMED_MORE;
    }
    *used = (size_t)len;
    return judge(p, bytes_sub(in, p->start.len, (size_t)len - p->start.len), out);
}

enum framed_read framed_parse(const struct framed *p, struct bytes in, struct framed_frame *out,
                              size_t *used)
{
    *used = 0;
    out->is_lost = false;
    out->message = NULL;
    if (in.len == 0) {
        return FRAMED_MORE;
    }
    return p->kind == FRAMED_BY_LENGTH ? by_length(p, in, out, used) : by_end(p, in, out, used);
}

/* ---- what stands in it ---- */

void framed_frame_free(struct framed_frame *f)
{
    buf_free(&f->content);
}

const struct framed_field *framed_field(const struct framed *p, const struct framed_frame *f,
                                        uint32_t i, struct bytes *value)
{
    const struct framed_message *m = f->message;
    const struct framed_field *fields = i < p->header_count ? p->header : m ? m->fields : NULL;
    size_t at = i < p->header_count ? 0 : p->header_len;
    uint32_t n = i < p->header_count ? i : i - p->header_count;
    if (!fields || (i >= p->header_count && n >= m->field_count)) {
        return NULL;
    }
    for (uint32_t k = 0; k < n; k++) {
        at += fields[k].width;
    }
    size_t end = f->header_len + f->body_len;
    size_t width = fields[n].width ? fields[n].width : end > at ? end - at : 0;
    *value = bytes_sub(bytes_of(f->content.data, end), at, width);
    return &fields[n];
}

/* The first field of that role, with what stands in it. */
static const struct framed_field *field_of(const struct framed *p, const struct framed_frame *f,
                                           enum framed_role role, struct bytes *value)
{
    const struct framed_field *field;
    uint32_t i = 0;
    do {
        field = framed_field(p, f, i++, value);
    } while (field && field->role != role);
    return field;
}

bool framed_role_bytes(const struct framed *p, const struct framed_frame *f, enum framed_role role,
                       struct bytes *out)
{
    struct bytes value;
    const struct framed_field *field = field_of(p, f, role, &value);
    if (field) {
        *out = value;
    }
    return field != NULL;
}

bool framed_role_number(const struct framed *p, const struct framed_frame *f, enum framed_role role,
                        uint64_t *out)
{
    struct bytes value;
    const struct framed_field *field = field_of(p, f, role, &value);
    if (field) {
        *out = framed_number(field, value);
    }
    return field != NULL;
}
