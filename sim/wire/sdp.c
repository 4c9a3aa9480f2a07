/* Lines of one letter and a value, in the order that RFC 8866 5 gives. Invariant of reading: what a
 * line says belongs to the last m= above it, else to the session. */
#include "wire/sdp.h"

#include "base/net.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sdp_media sdp_media_of(const struct payload_format *f, uint16_t port)
{
    struct sdp_media m = {.is_video = f == &payload_pictures || f == &payload_coded,
                          .port = port,
                          .type = f->type,
                          .rate = f->rate,
                          .channels = f->channels};
    snprintf(m.name, sizeof m.name, "%s", f->name);
    return m;
}

/* Control characters would end the line, or the text. */
static void add_text(struct buf *out, const char *s)
{
    for (; *s; s++) {
        if ((unsigned char)*s >= ' ' && *s != 127) {
            buf_char(out, *s);
        }
    }
}

static void line(struct buf *out, const char *before, const char *text)
{
    buf_str(out, before);
    add_text(out, text);
    buf_str(out, "\r\n");
}

static void write_coding(const struct sdp_media *m, struct buf *out)
{
    buf_printf(out, "a=rtpmap:%u ", (unsigned)m->type);
    add_text(out, m->name);
    buf_printf(out, "/%lld", (long long)m->rate);
    if (m->channels > 1) {
        buf_printf(out, "/%u", m->channels);
    }
    buf_str(out, "\r\n");
}

/* RFC 4585 4.2, RFC 4588 8.6, RFC 8285 5. */
static void write_feedback(const struct sdp_media *m, struct buf *out)
{
    if (m->has_nack) {
        buf_printf(out, "a=rtcp-fb:%u nack\r\n", (unsigned)m->type);
    }
    if (m->has_pli) {
        buf_printf(out, "a=rtcp-fb:%u nack pli\r\n", (unsigned)m->type);
    }
    if (m->trr_int_ms) {
        buf_printf(out, "a=rtcp-fb:* trr-int %u\r\n", m->trr_int_ms);
    }
    if (m->repair) {
        buf_printf(out, "a=rtpmap:%u rtx/%lld\r\na=fmtp:%u apt=%u;rtx-time=%u\r\n",
                   (unsigned)m->repair, (long long)m->rate, (unsigned)m->repair, (unsigned)m->type,
                   m->rtx_time_ms);
    }
    if (m->element) {
        buf_printf(out, "a=extmap:%u " SDP_ELEMENT "\r\n", m->element);
    }
}

static void write_media(const struct sdp_media *m, struct buf *out)
{
    buf_printf(out, "m=%s %u RTP/%s %u", m->is_video ? "video" : "audio", (unsigned)m->port,
               m->has_nack || m->has_pli ? "AVPF" : "AVP", (unsigned)m->type);
    if (m->repair) {
        buf_printf(out, " %u", (unsigned)m->repair);
    }
    buf_str(out, "\r\n");
    if (m->to) {
        char to[16];
        buf_printf(out, "c=IN IP4 %s\r\n", ip_print(m->to, to));
    }
    if (m->rate > 0) {
        write_coding(m, out);
    }
    write_feedback(m, out);
    if (m->ptime_ms) {
        buf_printf(out, "a=ptime:%u\r\n", m->ptime_ms);
    }
    if (*m->control) {
        line(out, "a=control:", m->control);
    }
}

void sdp_write(const struct sdp *s, struct buf *out)
{
    char origin[16], to[16];
    buf_printf(out, "v=0\r\no=- %lu 1 IN IP4 %s\r\n", (unsigned long)s->id,
               ip_print(s->origin, origin));
    line(out, "s=", *s->title ? s->title : "-");
    buf_printf(out, "c=IN IP4 %s\r\nt=0 0\r\n", ip_print(s->to, to));
    if (*s->control) {
        line(out, "a=control:", s->control);
    }
    for (unsigned i = 0; i < s->count; i++) {
        write_media(&s->media[i], out);
    }
}

/* The next line without its end; CRLF, or LF alone (RFC 8866 5). False: none is left. */
static bool next_line(struct bytes *rest, struct bytes *out)
{
    if (rest->len == 0) {
        return false;
    }
    const uint8_t *end = memchr(rest->data, '\n', rest->len);
    size_t len = end ? (size_t)(end - rest->data) : rest->len;
    *out = bytes_sub(*rest, 0, len - (len > 0 && rest->data[len - 1] == '\r'));
    *rest = bytes_sub(*rest, len + (end != NULL), rest->len);
    return true;
}

static bool begins(struct bytes *b, const char *with)
{
    size_t n = strlen(with);
    if (b->len < n || memcmp(b->data, with, n) != 0) {
        return false;
    }
    *b = bytes_sub(*b, n, b->len);
    return true;
}

static void copy(char *to, size_t size, struct bytes from)
{
    size_t n = from.len < size - 1 ? from.len : size - 1;
    if (n) {
        memcpy(to, from.data, n);
    }
    to[n] = 0;
}

/* Digits at the front, taken away; false: none, or more than `max`. */
static bool number(struct bytes *b, int64_t max, int64_t *out)
{
    size_t n = 0;
    *out = 0;
    for (; n < b->len && b->data[n] >= '0' && b->data[n] <= '9'; n++) {
        *out = 10 * *out + (b->data[n] - '0');
        if (*out > max) {
            return false;
        }
    }
    *b = bytes_sub(*b, n, b->len);
    return n > 0;
}

static void read_media(struct bytes v, struct sdp *s)
{
    bool is_video = begins(&v, "video ");
    int64_t port, type;
    if (s->count == SDP_MEDIA_MAX || (!is_video && !begins(&v, "audio ")) ||
        !number(&v, 65535, &port) || (!begins(&v, " RTP/AVPF ") && !begins(&v, " RTP/AVP ")) ||
        !number(&v, 127, &type)) {
        return;
    }
    const struct payload_format *f = payload_by_type((uint8_t)type);
    struct sdp_media m = {.is_video = is_video, .port = (uint16_t)port, .type = (uint8_t)type};
    if (f && type < 96) { /* static types need no rtpmap (RFC 3551 6) */
        m = sdp_media_of(f, m.port);
    }
    s->media[s->count++] = m;
}

static void read_rtpmap(struct bytes v, struct sdp_media *m)
{
    int64_t type, value;
    if (!number(&v, 127, &type) || type != m->type || !begins(&v, " ")) {
        return;
    }
    const uint8_t *slash = memchr(v.data, '/', v.len);
    size_t len = slash ? (size_t)(slash - v.data) : v.len;
    copy(m->name, sizeof m->name, bytes_sub(v, 0, len));
    v = bytes_sub(v, len + 1, v.len);
    m->rate = number(&v, INT32_MAX, &value) ? value : 0;
    m->channels = begins(&v, "/") && number(&v, 255, &value) ? (unsigned)value : 1;
}

/* "98 nack pli", "* trr-int 100" */
static void read_feedback(struct bytes v, struct sdp_media *m)
{
    int64_t value;
    if (!begins(&v, "*") && (!number(&v, 127, &value) || value != m->type)) {
        return;
    }
    if (begins(&v, " trr-int ")) {
        m->trr_int_ms = number(&v, INT32_MAX, &value) ? (unsigned)value : 0;
    } else if (begins(&v, " nack")) {
        m->has_pli = m->has_pli || bytes_equal(v, bytes_str(" pli"));
        m->has_nack = m->has_nack || v.len == 0;
    }
}

/* "97 apt=96;rtx-time=1000": whose packets that type sends again. */
static void read_format(struct bytes v, struct sdp_media *m)
{
    int64_t type, apt, time;
    if (!number(&v, 127, &type) || !begins(&v, " apt=") || !number(&v, 127, &apt) ||
        apt != m->type) {
        return;
    }
    m->repair = (uint8_t)type;
    if (begins(&v, ";rtx-time=") && number(&v, INT32_MAX, &time)) {
        m->rtx_time_ms = (unsigned)time;
    }
}

static void read_attribute(struct bytes v, struct sdp *s, struct sdp_media *m)
{
    int64_t value;
    if (begins(&v, "control:")) {
        copy(m ? m->control : s->control, sizeof s->control, v);
    } else if (m && begins(&v, "rtpmap:")) {
        read_rtpmap(v, m);
    } else if (m && begins(&v, "ptime:") && number(&v, 10000, &value)) {
        m->ptime_ms = (unsigned)value;
    } else if (m && begins(&v, "rtcp-fb:")) {
        read_feedback(v, m);
    } else if (m && begins(&v, "fmtp:")) {
        read_format(v, m);
    } else if (m && begins(&v, "extmap:") && number(&v, 14, &value) &&
               bytes_equal(v, bytes_str(" " SDP_ELEMENT))) {
        m->element = (unsigned)value;
    }
}

static void read_address(struct bytes v, uint32_t *to)
{
    char text[20];
    if (begins(&v, "IN IP4 ")) {
        const uint8_t *slash = v.len ? memchr(v.data, '/', v.len) : NULL; /* a group's TTL */
        copy(text, sizeof text, bytes_sub(v, 0, slash ? (size_t)(slash - v.data) : v.len));
        ip_parse(text, to);
    }
}

/* m: what the line belongs to; NULL: the session. */
static void read_line(struct bytes v, struct sdp *s, struct sdp_media *m)
{
    if (begins(&v, "a=")) {
        read_attribute(v, s, m);
    } else if (begins(&v, "c=")) {
        read_address(v, m ? &m->to : &s->to);
    } else if (!m && begins(&v, "s=")) {
        copy(s->title, sizeof s->title, v);
    }
}

bool sdp_read(struct bytes text, struct sdp *out)
{
    struct bytes v;
    struct sdp_media *m = NULL;
    bool is_foreign = false; /* below an m= that is none of ours */
    *out = (struct sdp){0};
    if (!next_line(&text, &v) || !begins(&v, "v=0") || v.len > 0) {
        return false;
    }
    while (next_line(&text, &v)) {
        if (begins(&v, "m=")) {
            unsigned before = out->count;
            read_media(v, out);
            is_foreign = out->count == before;
            m = is_foreign ? NULL : &out->media[before];
        } else if (!is_foreign) {
            read_line(v, out, m);
        }
    }
    return out->count > 0;
}
