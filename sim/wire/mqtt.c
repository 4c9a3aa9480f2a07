#include "wire/mqtt.h"

#include <string.h>

enum { LEVEL = 4 }; /* of the protocol: 3.1.1 */
enum { FLAG_RETAIN = 1, FLAG_DUP = 8, QOS_SHIFT = 1, FLAGS_OF_REQUESTS = 2 };
enum {
    CONNECT_CLEAN = 2,
    CONNECT_WILL = 4,
    CONNECT_RETAIN = 0x20,
    CONNECT_PASSWORD = 0x40,
    CONNECT_USER = 0x80,
    CONNECT_QOS_SHIFT = 3,
    CONNECT_RESERVED = 1
};

const char *mqtt_type_name(enum mqtt_type t)
{
    static const char *const names[] = {"?",         "CONNECT",  "CONNACK",     "PUBLISH",
                                        "PUBACK",    "PUBREC",   "PUBREL",      "PUBCOMP",
                                        "SUBSCRIBE", "SUBACK",   "UNSUBSCRIBE", "UNSUBACK",
                                        "PINGREQ",   "PINGRESP", "DISCONNECT"};
    return names[t <= MQTT_DISCONNECT ? t : 0];
}

/* ---- topics (4.7) ---- */

/* UTF-8 without U+0000 and surrogates (1.5.3). */
static bool is_text(struct bytes b)
{
    for (size_t i = 0; i < b.len;) {
        uint8_t c = b.data[i];
        size_t n = c < 0x80                ? 1
                   : c >= 0xc2 && c < 0xe0 ? 2
                   : c >= 0xe0 && c < 0xf0 ? 3
                   : c >= 0xf0 && c < 0xf5 ? 4
                                           : 0;
        if (c == 0 || n == 0 || i + n > b.len) {
            return false;
        }
        uint32_t point = n == 1 ? c : c & (0x7fu >> n);
        for (size_t k = 1; k < n; k++) {
            if ((b.data[i + k] & 0xc0) != 0x80) {
                return false;
            }
            point = point << 6 | (b.data[i + k] & 0x3fu);
        }
        bool is_long = (n == 3 && point < 0x800) || (n == 4 && point < 0x10000);
        if (is_long || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) {
            return false;
        }
        i += n;
    }
    return true;
}

bool mqtt_is_topic(struct bytes topic)
{
    bool has_wild =
        topic.len && (memchr(topic.data, '+', topic.len) || memchr(topic.data, '#', topic.len));
    return topic.len > 0 && topic.len <= 65535 && is_text(topic) && !has_wild;
}

/* A wildcard stands for a whole level, and # only at the end. */
bool mqtt_is_filter(struct bytes f)
{
    if (f.len == 0 || f.len > 65535 || !is_text(f)) {
        return false;
    }
    for (size_t i = 0; i < f.len; i++) {
        bool begins = i == 0 || f.data[i - 1] == '/', ends = i + 1 == f.len || f.data[i + 1] == '/';
        bool is_hash = f.data[i] == '#', is_plus = f.data[i] == '+';
        if ((is_hash || is_plus) && (!begins || !ends || (is_hash && i + 1 < f.len))) {
            return false;
        }
    }
    return true;
}

static size_t level_end(struct bytes b, size_t at)
{
    const uint8_t *slash = at < b.len ? memchr(b.data + at, '/', b.len - at) : NULL;
    return slash ? (size_t)(slash - b.data) : b.len;
}

bool mqtt_matches(struct bytes f, struct bytes t)
{
    if (f.len && t.len && t.data[0] == '$' && (f.data[0] == '+' || f.data[0] == '#')) {
        return false;
    }
    for (size_t i = 0, k = 0;; i++, k++) {
        size_t f_end = level_end(f, i), t_end = level_end(t, k);
        bool is_hash = f_end - i == 1 && f.data[i] == '#',
             is_plus = f_end - i == 1 && f.data[i] == '+';
        if (is_hash) {
            return true;
        }
        bool is_same = f_end - i == t_end - k &&
                       (f_end == i || memcmp(f.data + i, t.data + k, f_end - i) == 0);
        if (!is_plus && !is_same) {
            return false;
        }
        if (t_end == t.len) { /* "sport/#" matches "sport" too (4.7.1.2) */
            bool parent = f.len - f_end == 2 && memcmp(f.data + f_end, "/#", 2) == 0;
            return f_end == f.len || parent;
        }
        if (f_end == f.len) {
            return false;
        }
        i = f_end;
        k = t_end;
    }
}

/* ---- writing ---- */

static void add_u16(struct buf *out, unsigned v)
{
    put_u16(buf_extend(out, 2), v);
}

static void add_text(struct buf *out, struct bytes text)
{
    add_u16(out, (unsigned)text.len);
    if (text.len) {
        buf_add(out, text);
    }
}

static void write_connect(const struct mqtt_packet *p, struct buf *out)
{
    unsigned flags = (p->is_clean ? CONNECT_CLEAN : 0u) | (p->has_user ? CONNECT_USER : 0u) |
                     (p->has_password ? CONNECT_PASSWORD : 0u);
    if (p->has_will) {
        flags |= CONNECT_WILL | (unsigned)p->qos << CONNECT_QOS_SHIFT |
                 (p->retain ? CONNECT_RETAIN : 0u);
    }
    add_text(out, bytes_str("MQTT"));
    buf_char(out, LEVEL);
    buf_char(out, (char)flags);
    add_u16(out, p->keep_alive);
    add_text(out, p->client);
    if (p->has_will) {
        add_text(out, p->topic);
        add_text(out, p->payload);
    }
    if (p->has_user) {
        add_text(out, p->user);
    }
    if (p->has_password) {
        add_text(out, p->password);
    }
}

static void write_publish(const struct mqtt_packet *p, struct buf *out)
{
    add_text(out, p->topic);
    if (p->qos > 0) {
        add_u16(out, p->id);
    }
    if (p->payload.len) {
        buf_add(out, p->payload);
    }
}

static void write_filters(const struct mqtt_packet *p, struct buf *out)
{
    add_u16(out, p->id);
    for (unsigned i = 0; i < p->filter_count; i++) {
        if (p->type != MQTT_SUBACK) {
            add_text(out, p->filters[i].topic);
        }
        if (p->type != MQTT_UNSUBSCRIBE) {
            buf_char(out, (char)p->filters[i].qos);
        }
    }
}

static void write_body(const struct mqtt_packet *p, struct buf *out)
{
    switch (p->type) {
    case MQTT_CONNECT: write_connect(p, out); break;
    case MQTT_CONNACK:
        buf_char(out, p->session_present ? 1 : 0);
        buf_char(out, (char)p->code);
        break;
    case MQTT_PUBLISH: write_publish(p, out); break;
    case MQTT_PUBACK:
    case MQTT_PUBREC:
    case MQTT_PUBREL:
    case MQTT_PUBCOMP:
    case MQTT_UNSUBACK: add_u16(out, p->id); break;
    case MQTT_SUBSCRIBE:
    case MQTT_SUBACK:
    case MQTT_UNSUBSCRIBE: write_filters(p, out); break;
    case MQTT_PINGREQ:
    case MQTT_PINGRESP:
    case MQTT_DISCONNECT: break;
    }
}

/* Fixed by the type but for PUBLISH (2.2.2). */
static unsigned flags_of(const struct mqtt_packet *p)
{
    if (p->type == MQTT_PUBLISH) {
        return (p->dup ? FLAG_DUP : 0u) | (unsigned)p->qos << QOS_SHIFT |
               (p->retain ? FLAG_RETAIN : 0u);
    }
    bool is_request =
        p->type == MQTT_PUBREL || p->type == MQTT_SUBSCRIBE || p->type == MQTT_UNSUBSCRIBE;
    return is_request ? FLAGS_OF_REQUESTS : 0;
}

void mqtt_write(const struct mqtt_packet *p, struct buf *out)
{
    struct buf body = {0};
    write_body(p, &body);
    buf_char(out, (char)((unsigned)p->type << 4 | flags_of(p)));
    size_t left = body.len;
    do { /* 2.2.3: seven bits a byte, lowest first */
        buf_char(out, (char)(left % 128 | (left >= 128 ? 128 : 0)));
        left /= 128;
    } while (left > 0);
    if (body.len) {
        buf_add(out, bytes_of(body.data, body.len));
    }
    buf_free(&body);
}

/* ---- reading ---- */

struct cursor {
    struct bytes rest;
    bool is_short; /* more was asked for than is there */
};

static struct bytes take(struct cursor *c, size_t n)
{
    c->is_short |= n > c->rest.len;
    struct bytes got = bytes_sub(c->rest, 0, n);
    c->rest = bytes_sub(c->rest, n, c->rest.len);
    return got;
}

static unsigned take_u8(struct cursor *c)
{
    struct bytes b = take(c, 1);
    return b.len == 1 ? b.data[0] : 0;
}

static unsigned take_u16(struct cursor *c)
{
    unsigned high = take_u8(c);
    return high << 8 | take_u8(c);
}

static struct bytes take_text(struct cursor *c)
{
    return take(c, take_u16(c));
}

static bool read_connect(struct cursor *c, struct mqtt_packet *p)
{
    struct bytes name = take_text(c);
    if (c->is_short || !bytes_equal(name, bytes_str("MQTT"))) {
        return false;
    }
    unsigned level = take_u8(c), flags = take_u8(c);
    p->keep_alive = (uint16_t)take_u16(c);
    if (level != LEVEL) {
        p->code = MQTT_BAD_VERSION;
        return false;
    }
    p->is_clean = flags & CONNECT_CLEAN;
    p->has_will = flags & CONNECT_WILL;
    p->qos = flags >> CONNECT_QOS_SHIFT & 3;
    p->retain = flags & CONNECT_RETAIN;
    p->has_user = flags & CONNECT_USER;
    p->has_password = flags & CONNECT_PASSWORD;
    bool will_fits = p->has_will ? p->qos < 3 : p->qos == 0 && !p->retain;
    if (flags & CONNECT_RESERVED || !will_fits || (p->has_password && !p->has_user)) {
        return false;
    }
    p->client = take_text(c);
    if (p->has_will) {
        p->topic = take_text(c);
        p->payload = take_text(c);
    }
    p->user = p->has_user ? take_text(c) : (struct bytes){0};
    p->password = p->has_password ? take_text(c) : (struct bytes){0};
    return is_text(p->client) && is_text(p->user) && (!p->has_will || mqtt_is_topic(p->topic));
}

static bool read_connack(struct cursor *c, struct mqtt_packet *p)
{
    unsigned flags = take_u8(c), code = take_u8(c);
    p->session_present = flags & 1;
    p->code = (enum mqtt_return)code;
    return flags <= 1 && code <= MQTT_NOT_AUTHORIZED && !(p->session_present && code);
}

static bool read_publish(struct cursor *c, struct mqtt_packet *p, unsigned flags)
{
    p->dup = flags & FLAG_DUP;
    p->qos = flags >> QOS_SHIFT & 3;
    p->retain = flags & FLAG_RETAIN;
    p->topic = take_text(c);
    p->id = p->qos ? (uint16_t)take_u16(c) : 0;
    p->payload = take(c, c->rest.len);
    return p->qos < 3 && !(p->dup && p->qos == 0) && mqtt_is_topic(p->topic) &&
           (p->qos == 0 || p->id);
}

static bool read_filter(struct cursor *c, const struct mqtt_packet *p, struct mqtt_filter *f)
{
    if (p->type == MQTT_SUBACK) {
        f->qos = (uint8_t)take_u8(c);
        return f->qos <= 2 || f->qos == MQTT_QOS_FAILED;
    }
    f->topic = take_text(c);
    f->qos = p->type == MQTT_SUBSCRIBE ? (uint8_t)take_u8(c) : 0;
    return f->qos <= 2 && mqtt_is_filter(f->topic);
}

static bool read_filters(struct cursor *c, struct mqtt_packet *p)
{
    p->id = (uint16_t)take_u16(c);
    while (c->rest.len > 0 && !c->is_short) {
        if (p->filter_count == MQTT_FILTERS_MAX ||
            !read_filter(c, p, &p->filters[p->filter_count])) {
            return false;
        }
        p->filter_count++;
    }
    return p->id && p->filter_count > 0;
}

static bool read_body(struct cursor *c, struct mqtt_packet *p, unsigned flags)
{
    if (p->type != MQTT_PUBLISH && flags != flags_of(p)) {
        return false;
    }
    switch (p->type) {
    case MQTT_CONNECT: return read_connect(c, p);
    case MQTT_CONNACK: return read_connack(c, p);
    case MQTT_PUBLISH: return read_publish(c, p, flags);
    case MQTT_PUBACK:
    case MQTT_PUBREC:
    case MQTT_PUBREL:
    case MQTT_PUBCOMP:
    case MQTT_UNSUBACK: p->id = (uint16_t)take_u16(c); return p->id != 0;
    case MQTT_SUBSCRIBE:
    case MQTT_SUBACK:
    case MQTT_UNSUBSCRIBE: return read_filters(c, p);
    case MQTT_PINGREQ:
    case MQTT_PINGRESP:
    case MQTT_DISCONNECT: return true;
    }
    return false;
}

/* The remaining length (2.2.3); false: it goes on after four bytes. *digits is 0 where more is to
 * come. */
static bool read_length(struct bytes in, size_t *length, size_t *digits)
{
    *length = *digits = 0;
    for (size_t i = 0; i < 4 && 1 + i < in.len; i++) {
        *length |= (size_t)(in.data[1 + i] & 127) << (7 * i);
        if (in.data[1 + i] < 128) {
            *digits = i + 1;
            return true;
        }
    }
    return in.len < 5;
}

enum mqtt_read mqtt_parse(struct bytes in, struct mqtt_packet *out, size_t *used)
{
    size_t length, digits;
    *out = (struct mqtt_packet){0};
    if (in.len == 0) {
        return MQTT_MORE;
    }
    unsigned type = in.data[0] >> 4;
    if (type < MQTT_CONNECT || type > MQTT_DISCONNECT || !read_length(in, &length, &digits)) {
        return MQTT_BROKEN;
    }
    if (digits == 0 || in.len < 1 + digits + length) {
        return MQTT_MORE;
    }
    struct cursor c = {.rest = bytes_sub(in, 1 + digits, length)};
    out->type = (enum mqtt_type)type;
    *used = 1 + digits + length;
    bool is_good = read_body(&c, out, in.data[0] & 15u) && !c.is_short && c.rest.len == 0;
    return is_good ? MQTT_WHOLE : MQTT_BROKEN;
}
