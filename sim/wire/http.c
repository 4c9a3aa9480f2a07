/* Reading goes line by line and never looks back, so where a message is cut makes no difference. */
#include "wire/http.h"

#include <string.h>

enum { FIELDS_MAX = 100, LENGTH_DIGITS_MAX = 18, CHUNK_DIGITS_MAX = 12 };

bool http_persists(const struct http_head *h)
{
    if (h->closes) {
        return false;
    }
    return h->minor >= 1 || h->keeps;
}

void http_begin(struct http_reader *r, bool reads_requests)
{
    *r = (struct http_reader){.reads_requests = reads_requests};
}

void http_next(struct http_reader *r)
{
    struct buf line = r->line;
    buf_clear(&line);
    *r = (struct http_reader){.reads_requests = r->reads_requests, .line = line};
}

void http_free(struct http_reader *r)
{
    buf_free(&r->line);
}

static void refuse(struct http_reader *r, enum http_fault why)
{
    r->place = HTTP_BROKEN;
    r->fault = why;
}

/* ---- characters (RFC 9110 5.6.2, RFC 5234) ---- */

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_token_char(uint8_t c)
{
    bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return is_letter || is_digit(c) || (c && strchr("!#$%&'*+-.^_`|~", c));
}

static bool is_token(struct bytes b)
{
    for (size_t i = 0; i < b.len; i++) {
        if (!is_token_char(b.data[i])) {
            return false;
        }
    }
    return b.len > 0;
}

static uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

static bool is_word(struct bytes b, const char *word)
{
    size_t n = strlen(word);
    if (b.len != n) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (lower(b.data[i]) != (uint8_t)word[i]) {
            return false;
        }
    }
    return true;
}

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t';
}

static struct bytes trim(struct bytes b)
{
    while (b.len && is_space(b.data[0])) {
        b = bytes_sub(b, 1, b.len);
    }
    while (b.len && is_space(b.data[b.len - 1])) {
        b.len--;
    }
    return b;
}

/* Up to `mark`, which is taken off too; without one it is all. */
static struct bytes cut(struct bytes *rest, uint8_t mark)
{
    const uint8_t *at = rest->len ? memchr(rest->data, mark, rest->len) : NULL;
    size_t n = at ? (size_t)(at - rest->data) : rest->len;
    struct bytes first = bytes_sub(*rest, 0, n);
    *rest = bytes_sub(*rest, at ? n + 1 : n, rest->len);
    return first;
}

static bool copy(char *to, size_t cap, struct bytes from)
{
    if (from.len >= cap || (from.len && memchr(from.data, 0, from.len))) {
        return false;
    }
    if (from.len) {
        memcpy(to, from.data, from.len);
    }
    to[from.len] = '\0';
    return true;
}

/* ---- start lines (RFC 9112 2.3, 3, 4) ---- */

static bool read_version(struct http_reader *r, struct bytes b)
{
    bool is_version = b.len == 8 && memcmp(b.data, "HTTP/", 5) == 0 && is_digit(b.data[5]) &&
                      b.data[6] == '.' && is_digit(b.data[7]);
    if (!is_version || b.data[5] != '1') {
        refuse(r, is_version ? HTTP_BAD_VERSION : HTTP_BAD);
        return false;
    }
    r->head.minor = b.data[7] - '0';
    return true;
}

static void read_request_line(struct http_reader *r, struct bytes line)
{
    struct bytes method = cut(&line, ' '), target = cut(&line, ' ');
    if (!is_token(method) || target.len == 0) {
        refuse(r, HTTP_BAD);
    } else if (!copy(r->head.method, sizeof r->head.method, method)) {
        refuse(r, HTTP_NOT_IMPLEMENTED);
    } else if (!copy(r->head.target, sizeof r->head.target, target)) {
        refuse(r, HTTP_URI_TOO_LONG);
    } else if (read_version(r, line)) {
        r->head.is_request = true;
        r->place = HTTP_FIELDS;
    }
}

static void read_status_line(struct http_reader *r, struct bytes line)
{
    struct bytes version = cut(&line, ' '), status = cut(&line, ' ');
    if (!read_version(r, version)) {
        return;
    }
    bool is_status = status.len == 3 && is_digit(status.data[0]) && is_digit(status.data[1]) &&
                     is_digit(status.data[2]) && status.data[0] != '0';
    line.len = line.len < HTTP_REASON_MAX ? line.len : HTTP_REASON_MAX - 1;
    if (!is_status || !copy(r->head.reason, sizeof r->head.reason, line)) {
        refuse(r, HTTP_BAD);
        return;
    }
    r->head.status = (status.data[0] - '0') * 100u + (status.data[1] - '0') * 10u +
                     (status.data[2] - (unsigned)'0');
    r->place = HTTP_FIELDS;
}

static void read_start_line(struct http_reader *r, struct bytes line)
{
    if (line.len == 0) {
        return; /* an empty line before a start line is passed over (RFC 9112 2.2) */
    }
    if (r->reads_requests) {
        read_request_line(r, line);
    } else {
        read_status_line(r, line);
    }
}

/* ---- fields (RFC 9112 5, 6.1, 6.2, 9.3) ---- */

/* Several lengths must say the same, in one field or in many (RFC 9110 8.6). */
static void read_length(struct http_reader *r, struct bytes value)
{
    do {
        struct bytes one = trim(cut(&value, ','));
        uint64_t length = 0;
        if (one.len == 0 || one.len > LENGTH_DIGITS_MAX) {
            refuse(r, HTTP_BAD);
            return;
        }
        for (size_t i = 0; i < one.len; i++) {
            if (!is_digit(one.data[i])) {
                refuse(r, HTTP_BAD);
                return;
            }
            length = length * 10 + (one.data[i] - '0');
        }
        if (r->head.has_length && r->head.length != length) {
            refuse(r, HTTP_BAD);
            return;
        }
        r->head.has_length = true;
        r->head.length = length;
    } while (value.len > 0);
}

static void read_connection(struct http_reader *r, struct bytes value)
{
    while (value.len > 0) {
        struct bytes one = trim(cut(&value, ','));
        r->head.closes |= is_word(one, "close");
        r->head.keeps |= is_word(one, "keep-alive");
    }
}

/* Of the codings only chunked is known, and it is the last (RFC 9112 6.1). */
static void read_encoding(struct http_reader *r, struct bytes value)
{
    if (!is_word(trim(value), "chunked") || r->head.has_encoding) {
        refuse(r, HTTP_NOT_IMPLEMENTED);
        return;
    }
    r->head.has_encoding = true;
}

static void read_field(struct http_reader *r, struct bytes line)
{
    struct bytes name = cut(&line, ':'), value = trim(line);
    bool has_colon = name.len < r->line.len;
    if (!has_colon || !is_token(name)) {
        refuse(r,
               HTTP_BAD); /* a folded line and a space before the colon, too (RFC 9112 5.1, 5.2) */
    } else if (++r->fields > FIELDS_MAX) {
        refuse(r, HTTP_FIELDS_TOO_LARGE);
    } else if (is_word(name, "content-length")) {
        read_length(r, value);
    } else if (is_word(name, "transfer-encoding")) {
        read_encoding(r, value);
    } else if (is_word(name, "connection")) {
        read_connection(r, value);
    } else if (is_word(name, "host")) {
        r->head.hosts++;
        r->head.has_host = true;
    }
}

/* ---- the body's length (RFC 9112 6.3) ---- */

static bool has_no_body(const struct http_reader *r)
{
    unsigned s = r->head.status;
    return !r->reads_requests && (r->is_for_head || s / 100 == 1 || s == 204 || s == 304);
}

static enum http_framing framing_of(const struct http_reader *r)
{
    if (has_no_body(r)) {
        return HTTP_NO_BODY;
    }
    if (r->head.has_encoding) {
        return HTTP_BY_CHUNKS;
    }
    if (r->head.has_length) {
        return HTTP_BY_LENGTH;
    }
    return r->reads_requests ? HTTP_NO_BODY : HTTP_BY_CLOSE;
}

static void end_fields(struct http_reader *r)
{
    bool is_split = r->head.has_encoding && (r->head.has_length || r->head.minor == 0);
    if (is_split ||
        (r->reads_requests && (r->head.hosts > 1 || (r->head.minor >= 1 && !r->head.has_host)))) {
        refuse(r, HTTP_BAD); /* two lengths smuggle requests; Host is a must (RFC 9112 3.2, 6.1) */
        return;
    }
    r->framing = framing_of(r);
    r->left = r->framing == HTTP_BY_LENGTH ? r->head.length : 0;
    r->place = r->framing == HTTP_BY_CHUNKS  ? HTTP_CHUNK_SIZE
               : r->framing == HTTP_BY_CLOSE ? HTTP_BODY
               : r->left > 0                 ? HTTP_BODY
                                             : HTTP_DONE;
}

/* ---- chunks (RFC 9112 7.1) ---- */

static int hex_digit(uint8_t c)
{
    return is_digit(c) ? c - '0' : lower(c) >= 'a' && lower(c) <= 'f' ? lower(c) - 'a' + 10 : -1;
}

/* Extensions after a semicolon are passed over (7.1.1). */
static void read_chunk_size(struct http_reader *r, struct bytes line)
{
    struct bytes size = trim(cut(&line, ';'));
    uint64_t n = 0;
    for (size_t i = 0; i < size.len; i++) {
        if (hex_digit(size.data[i]) < 0) {
            refuse(r, HTTP_BAD);
            return;
        }
        n = n << 4 | (unsigned)hex_digit(size.data[i]);
    }
    if (size.len == 0 || size.len > CHUNK_DIGITS_MAX) {
        refuse(r, HTTP_BAD);
        return;
    }
    r->left = n;
    r->place = n ? HTTP_CHUNK : HTTP_TRAILER;
}

/* ---- reading ---- */

static void read_line(struct http_reader *r)
{
    struct bytes line = bytes_of(r->line.data, r->line.len);
    switch (r->place) {
    case HTTP_START_LINE: read_start_line(r, line); break;
    case HTTP_FIELDS:
        if (line.len == 0) {
            end_fields(r);
        } else {
            read_field(r, line);
        }
        break;
    case HTTP_CHUNK_SIZE: read_chunk_size(r, line); break;
    case HTTP_CHUNK_END:
        if (line.len == 0) {
            r->place = HTTP_CHUNK_SIZE;
        } else {
            refuse(r, HTTP_BAD);
        }
        break;
    case HTTP_TRAILER: r->place = line.len == 0 ? HTTP_DONE : HTTP_TRAILER; break;
    case HTTP_BODY:
    case HTTP_CHUNK:
    case HTTP_DONE:
    case HTTP_BROKEN: break;
    }
    buf_clear(&r->line);
}

/* A line ends with CR LF; LF alone will do, a CR alone will not (RFC 9112 2.2). */
static size_t take_line(struct http_reader *r, struct bytes in)
{
    const uint8_t *at = memchr(in.data, '\n', in.len);
    size_t n = at ? (size_t)(at - in.data) : in.len;
    if (r->line.len + n > HTTP_LINE_MAX) {
        refuse(r, r->place == HTTP_START_LINE ? HTTP_URI_TOO_LONG : HTTP_FIELDS_TOO_LARGE);
        return n;
    }
    buf_add(&r->line, bytes_sub(in, 0, n));
    if (!at) {
        return n;
    }
    if (r->line.len && r->line.data[r->line.len - 1] == '\r') {
        r->line.len--;
    }
    if (r->line.len && memchr(r->line.data, '\r', r->line.len)) {
        refuse(r, HTTP_BAD);
    } else {
        read_line(r);
    }
    return n + 1;
}

static size_t take_body(struct http_reader *r, struct bytes in, struct buf *body)
{
    bool ends = r->framing != HTTP_BY_CLOSE;
    size_t n = ends && r->left < in.len ? (size_t)r->left : in.len;
    if (body) {
        buf_add(body, bytes_sub(in, 0, n));
    }
    r->body_len += n;
    r->left -= ends ? n : 0;
    if (ends && r->left == 0) {
        r->place = r->place == HTTP_CHUNK ? HTTP_CHUNK_END : HTTP_DONE;
    }
    return n;
}

size_t http_read(struct http_reader *r, struct bytes in, struct buf *body)
{
    size_t used = 0;
    while (used < in.len && r->place != HTTP_DONE && r->place != HTTP_BROKEN) {
        struct bytes rest = bytes_sub(in, used, in.len);
        bool is_data = r->place == HTTP_BODY || r->place == HTTP_CHUNK;
        used += is_data ? take_body(r, rest, body) : take_line(r, rest);
    }
    return used;
}

bool http_ended(struct http_reader *r)
{
    if (r->place == HTTP_BODY && r->framing == HTTP_BY_CLOSE) {
        r->place = HTTP_DONE;
    }
    return r->place == HTTP_DONE || (r->place == HTTP_START_LINE && r->line.len == 0);
}

/* ---- writing ---- */

const char *http_reason(unsigned status)
{
    static const struct {
        unsigned status;
        const char *reason;
    } all[] = {
        {200, "OK"},
        {204, "No Content"},
        {304, "Not Modified"},
        {400, "Bad Request"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {414, "URI Too Long"},
        {431, "Request Header Fields Too Large"},
        {501, "Not Implemented"},
        {505, "HTTP Version Not Supported"},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (all[i].status == status) {
            return all[i].reason;
        }
    }
    return "";
}

void http_chunk(struct buf *out, struct bytes data)
{
    buf_printf(out, "%zx\r\n", data.len);
    if (data.len > 0) {
        buf_add(out, data);
    }
    buf_str(out, "\r\n");
}
