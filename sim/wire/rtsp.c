/* A reader collects bytes until a head, then a body, is whole; only then it looks at them.
 * Invariant: no more than a head of RTSP_LINES_MAX lines and a body of RTSP_BODY_MAX bytes is ever
 * kept. */
#include "wire/rtsp.h"

#include <stdlib.h>
#include <string.h>

#define HEAD_MAX ((size_t)RTSP_LINES_MAX * RTSP_LINE_MAX)

static const char *const methods[] = {"",     "OPTIONS", "DESCRIBE", "SETUP",
                                      "PLAY", "PAUSE",   "TEARDOWN", "GET_PARAMETER"};
#define METHOD_COUNT (sizeof methods / sizeof *methods)

const char *rtsp_method_name(enum rtsp_method m)
{
    return methods[m];
}

const char *rtsp_reason(unsigned status)
{
    switch (status) {
    case RTSP_OK: return "OK";
    case RTSP_BAD_REQUEST: return "Bad Request";
    case RTSP_NOT_FOUND: return "Not Found";
    case RTSP_TOO_LARGE: return "Request Entity Too Large";
    case RTSP_NO_SESSION: return "Session Not Found";
    case RTSP_WRONG_STATE: return "Method Not Valid in This State";
    case RTSP_NOT_AGGREGATE: return "Aggregate Operation Not Allowed";
    case RTSP_ONLY_AGGREGATE: return "Only Aggregate Operation Allowed";
    case RTSP_NO_TRANSPORT: return "Unsupported Transport";
    case RTSP_NOT_IMPLEMENTED: return "Not Implemented";
    case RTSP_BAD_VERSION: return "RTSP Version Not Supported";
    }
    return "";
}

/* ---- pieces of a line ---- */

static int lower(int c)
{
    return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

/* In whatever case. */
static bool is_word(struct bytes b, const char *word)
{
    size_t n = strlen(word);
    for (size_t i = 0; i < n && b.len == n; i++) {
        if (lower(b.data[i]) != lower((unsigned char)word[i])) {
            return false;
        }
    }
    return b.len == n;
}

static struct bytes trim(struct bytes b)
{
    while (b.len && (b.data[0] == ' ' || b.data[0] == '\t')) {
        b = bytes_sub(b, 1, b.len);
    }
    while (b.len && (b.data[b.len - 1] == ' ' || b.data[b.len - 1] == '\t')) {
        b.len--;
    }
    return b;
}

/* Up to `mark`, which is taken away too; all that is left if there is none. */
static struct bytes until(struct bytes *rest, char mark)
{
    const uint8_t *at = rest->len ? memchr(rest->data, mark, rest->len) : NULL;
    size_t n = at ? (size_t)(at - rest->data) : rest->len;
    struct bytes piece = bytes_sub(*rest, 0, n);
    *rest = bytes_sub(*rest, n + (at != NULL), rest->len);
    return piece;
}

/* A whole number of digits alone, at most `max`; -1: it is none. */
static int64_t number(struct bytes b, int64_t max)
{
    int64_t value = 0;
    for (size_t i = 0; i < b.len; i++) {
        if (b.data[i] < '0' || b.data[i] > '9' || value > max) {
            return -1;
        }
        value = 10 * value + (b.data[i] - '0');
    }
    return b.len && value <= max ? value : -1;
}

static int64_t hex(struct bytes b)
{
    int64_t value = 0;
    for (size_t i = 0; i < b.len && i < 9; i++) {
        int c = lower(b.data[i]);
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
            return -1;
        }
        value = 16 * value + (c <= '9' ? c - '0' : c - 'a' + 10);
    }
    return b.len && b.len <= 8 ? value : -1;
}

/* Too long a text is none at all: half a name is another's. */
static void copy(char to[RTSP_TEXT_MAX + 1], struct bytes from)
{
    size_t n = from.len <= RTSP_TEXT_MAX ? from.len : 0;
    if (n) {
        memcpy(to, from.data, n);
    }
    to[n] = 0;
}

/* ---- fields ---- */

/* "4588-4589": the first of two that follow each other; -1: it is no such pair. */
static int64_t pair(struct bytes v, int64_t max)
{
    struct bytes first = until(&v, '-');
    int64_t a = number(first, max), b = v.len ? number(v, max) : a + 1;
    return b == a + 1 ? a : -1;
}

static bool take_parameter(struct rtsp_transport *t, struct bytes name, struct bytes value)
{
    int64_t n = 0;
    if (is_word(name, "client_port")) {
        n = pair(value, 65535);
        t->client_port = n > 0 ? (uint16_t)n : 0;
    } else if (is_word(name, "server_port")) {
        n = pair(value, 65535);
        t->server_port = n > 0 ? (uint16_t)n : 0;
    } else if (is_word(name, "interleaved")) {
        n = pair(value, 255);
        t->channel = n >= 0 ? (uint8_t)n : 0;
    } else if (is_word(name, "ssrc")) {
        n = hex(value);
        t->ssrc = n > 0 ? (uint32_t)n : 0;
    } else if (is_word(name, "multicast")) {
        return false;
    }
    return n >= 0;
}

static bool begins(struct bytes b, const char *with)
{
    return is_word(bytes_sub(b, 0, strlen(with)), with);
}

/* One of the list: "RTP/AVP;unicast;client_port=5004-5005". */
static struct rtsp_transport transport_of(struct bytes spec)
{
    struct rtsp_transport t = {.is_given = true};
    struct bytes protocol = trim(until(&spec, ';'));
    t.has_feedback = begins(protocol, "RTP/AVPF");
    const char *profile = t.has_feedback ? "RTP/AVPF" : "RTP/AVP";
    struct bytes lower = bytes_sub(protocol, strlen(profile), protocol.len);
    t.is_interleaved = is_word(lower, "/TCP");
    t.is_known =
        begins(protocol, profile) && (t.is_interleaved || lower.len == 0 || is_word(lower, "/UDP"));
    while (spec.len) {
        struct bytes value = until(&spec, ';'), name = until(&value, '=');
        t.is_known = take_parameter(&t, trim(name), trim(value)) && t.is_known;
    }
    return t;
}

/* The first that we know is taken (12.39: in the order of preference). */
static void take_transport(struct rtsp_message *m, struct bytes value)
{
    m->transport.is_given = true;
    while (value.len && !m->transport.is_known) {
        m->transport = transport_of(until(&value, ','));
    }
}

static void take_session(struct rtsp_message *m, struct bytes value)
{
    copy(m->session, trim(until(&value, ';')));
    while (value.len) {
        struct bytes v = until(&value, ';'), name = until(&v, '=');
        int64_t seconds = is_word(trim(name), "timeout") ? number(trim(v), 1000000) : 0;
        m->timeout_s = seconds > 0 ? seconds : m->timeout_s;
    }
}

static bool take_field(struct rtsp_message *m, struct bytes name, struct bytes value,
                       int64_t *length)
{
    if (is_word(name, "CSeq")) {
        m->cseq = number(value, INT32_MAX);
        return m->cseq >= 0;
    }
    if (is_word(name, "Content-Length")) {
        *length = number(value, INT64_C(1) << 40);
        return *length >= 0;
    }
    if (is_word(name, "Session")) {
        take_session(m, value);
    } else if (is_word(name, "Transport")) {
        take_transport(m, value);
    } else if (is_word(name, "Content-Base")) {
        copy(m->base, value);
    } else if (is_word(name, "Range")) {
        copy(m->range, value);
    } else if (is_word(name, "Connection")) {
        m->closes = is_word(value, "close");
    }
    return true;
}

/* ---- a head ---- */

static struct bytes next_line(struct bytes *rest)
{
    struct bytes line = until(rest, '\n');
    return bytes_sub(line, 0, line.len - (line.len > 0 && line.data[line.len - 1] == '\r'));
}

/* "RTSP/1.0 200 OK" or "PLAY rtsp://... RTSP/1.0". */
static bool read_start(struct rtsp_message *m, struct bytes line)
{
    if (begins(line, "RTSP/")) {
        until(&line, ' ');
        int64_t status = number(until(&line, ' '), 999);
        m->status = status >= 100 ? (unsigned)status : 0;
        return status >= 100;
    }
    struct bytes method = until(&line, ' '), target = until(&line, ' ');
    m->is_request = true;
    for (size_t i = 1; i < METHOD_COUNT; i++) { /* names of methods know case (6.1) */
        bool is_it =
            method.len == strlen(methods[i]) && memcmp(method.data, methods[i], method.len) == 0;
        m->method = is_it ? (enum rtsp_method)i : m->method;
    }
    copy(m->target, target);
    if (!begins(line, "RTSP/") || target.len == 0) {
        m->fault = RTSP_BAD_REQUEST;
    } else if (!is_word(line, "RTSP/1.0")) {
        m->fault = RTSP_BAD_VERSION;
    } else if (m->method == RTSP_UNKNOWN) {
        m->fault = RTSP_NOT_IMPLEMENTED;
    }
    return method.len > 0;
}

static void blame(struct rtsp_message *m)
{
    m->fault = m->fault == RTSP_OK ? RTSP_BAD_REQUEST : m->fault;
}

/* False: where its end is cannot be known. */
static bool read_head(struct rtsp_message *m, struct bytes head, int64_t *length)
{
    *m = (struct rtsp_message){.cseq = -1, .fault = RTSP_OK};
    *length = 0;
    if (!read_start(m, next_line(&head))) {
        return false;
    }
    for (struct bytes line = next_line(&head); line.len; line = next_line(&head)) {
        struct bytes value = line, name = until(&value, ':');
        if (name.len == line.len || line.len > RTSP_LINE_MAX) {
            blame(m);
        } else if (!take_field(m, trim(name), trim(value), length)) {
            blame(m);
            if (*length < 0) {
                return false;
            }
        }
    }
    if (m->is_request && m->cseq < 0) { /* 12.17: there must be one */
        blame(m);
    }
    return *length <= RTSP_BODY_MAX;
}

/* ---- the stream ---- */

/* The empty line that ends a head; 0: it has not come yet. */
static size_t head_end(struct rtsp_reader *r)
{
    for (size_t i = r->scanned; i < r->text.len; i++) {
        const uint8_t *p = r->text.data;
        bool after_break =
            i > 0 && (p[i - 1] == '\n' || (i > 1 && p[i - 1] == '\r' && p[i - 2] == '\n'));
        if (p[i] == '\n' && after_break) {
            return i + 1;
        }
    }
    r->scanned = r->text.len;
    return 0;
}

static bool is_frame(const struct rtsp_reader *r)
{
    return r->text.len > 0 && r->text.data[0] == '$';
}

/* What the bytes so far tell of its length. */
static bool measure(struct rtsp_reader *r, struct rtsp_message *out)
{
    int64_t length;
    if (is_frame(r)) {
        r->head = RTSP_FRAME_HEADER;
        r->whole = r->text.len < RTSP_FRAME_HEADER ? 0 : r->head + get_u16(r->text.data + 2);
        return true;
    }
    r->head = head_end(r);
    if (r->head == 0) {
        return r->text.len < HEAD_MAX;
    }
    if (!read_head(out, bytes_of(r->text.data, r->head), &length)) {
        return false;
    }
    r->whole = r->head + (size_t)length;
    return true;
}

static void begin(struct rtsp_reader *r)
{
    buf_clear(&r->text);
    r->scanned = r->head = r->whole = 0;
    r->is_found = false;
}

/* Empty lines between messages are passed over (RFC 2326 4.1, as RFC 2616 4.1 has it). */
static bool is_gap(const struct rtsp_reader *r, uint8_t c)
{
    return r->text.len == 0 && (c == '\r' || c == '\n');
}

static enum rtsp_found hand_over(struct rtsp_reader *r, struct rtsp_message *out)
{
    int64_t length;
    r->is_found = true;
    if (is_frame(r)) {
        return RTSP_MEDIA;
    }
    read_head(out, bytes_of(r->text.data, r->head), &length);
    out->body = bytes_of(r->text.data + r->head, r->whole - r->head);
    return RTSP_MESSAGE;
}

enum rtsp_found rtsp_read(struct rtsp_reader *r, struct bytes *in, struct rtsp_message *out)
{
    if (r->is_found) {
        begin(r);
    }
    while (in->len > 0 && !r->is_broken) {
        size_t want = r->whole ? r->whole - r->text.len : 1;
        struct bytes piece = bytes_sub(*in, 0, want);
        *in = bytes_sub(*in, piece.len, in->len);
        r->taken += piece.len;
        if (is_gap(r, piece.data[0])) {
            continue;
        }
        buf_add(&r->text, piece);
        r->is_broken = r->whole == 0 && !measure(r, out);
        if (r->whole && r->text.len == r->whole) {
            return hand_over(r, out);
        }
    }
    return r->is_broken ? RTSP_BROKEN : RTSP_NOTHING;
}

struct bytes rtsp_frame(const struct rtsp_reader *r, uint8_t *channel)
{
    *channel = r->text.data[1];
    return bytes_of(r->text.data + RTSP_FRAME_HEADER, r->whole - RTSP_FRAME_HEADER);
}

void rtsp_free(struct rtsp_reader *r)
{
    buf_free(&r->text);
}

void rtsp_write_transport(const struct rtsp_transport *t, struct buf *out)
{
    buf_printf(out, "Transport: RTP/AVP%s%s;unicast", t->has_feedback ? "F" : "",
               t->is_interleaved ? "/TCP" : "");
    if (t->is_interleaved) {
        buf_printf(out, ";interleaved=%u-%u", (unsigned)t->channel, t->channel + 1u);
    }
    if (t->client_port) {
        buf_printf(out, ";client_port=%u-%u", (unsigned)t->client_port, t->client_port + 1u);
    }
    if (t->server_port) {
        buf_printf(out, ";server_port=%u-%u", (unsigned)t->server_port, t->server_port + 1u);
    }
    if (t->ssrc) {
        buf_printf(out, ";ssrc=%08lX", (unsigned long)t->ssrc);
    }
    buf_str(out, "\r\n");
}

void rtsp_write_frame(uint8_t channel, struct bytes packet, struct buf *out)
{
    buf_char(out, '$');
    buf_char(out, (char)channel);
    buf_char(out, (char)(packet.len >> 8));
    buf_char(out, (char)packet.len);
    buf_add(out, packet);
}
