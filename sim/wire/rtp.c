/* RTP: encode, decode, name. The engine's head holds the UDP header before it. */
#include "wire/rtp.h"

#include "wire/payload.h"
#include "wire/udp.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static size_t write_extension(const struct rtp *h, uint8_t *out)
{
    size_t len = 4u * h->extension_words;
    put_u16(out, h->extension_profile);
    put_u16(out + 2, h->extension_words);
    if (len > 0) {
        memcpy(out + 4, h->extension, len);
    }
    return 4 + len;
}

size_t rtp_encode(const struct rtp *h, uint8_t out[RTP_HEADER_MAX])
{
    out[0] = (uint8_t)(RTP_VERSION << 6 | h->has_padding << 5 | h->has_extension << 4 |
                       (h->csrc_count & 15));
    out[1] = (uint8_t)(h->marker << 7 | (h->payload_type & 127));
    put_u16(out + 2, h->seq);
    put_u32(out + 4, h->timestamp);
    put_u32(out + 8, h->ssrc);
    for (unsigned i = 0; i < (h->csrc_count & 15u); i++) {
        put_u32(out + RTP_HEADER + 4 * i, h->csrc[i]);
    }
    size_t len = RTP_HEADER + 4u * (h->csrc_count & 15u);
    return len + (h->has_extension ? write_extension(h, out + len) : 0);
}

unsigned rtp_one_byte_write(unsigned id, struct bytes data, uint8_t out[20])
{
    memset(out, 0, 20);
    out[0] = (uint8_t)(id << 4 | (data.len - 1));
    memcpy(out + 1, data.data, data.len);
    return (unsigned)(data.len + 4) / 4;
}

/* A zero byte is filling; id 15 ends what can be understood (RFC 8285 4.2). */
bool rtp_one_byte_next(const struct rtp *h, unsigned *at, unsigned *id, struct bytes *data)
{
    unsigned end =
        h->has_extension && h->extension_profile == RTP_ONE_BYTE ? 4u * h->extension_words : 0;
    while (*at < end && h->extension[*at] == 0) {
        ++*at;
    }
    unsigned len = *at < end ? (h->extension[*at] & 15u) + 1 : 0;
    if (len == 0 || h->extension[*at] >> 4 == 15 || *at + 1 + len > end) {
        return false;
    }
    *id = h->extension[*at] >> 4;
    *data = bytes_of(h->extension + *at + 1, len);
    *at += 1 + len;
    return true;
}

size_t rtp_padding(uint8_t last, size_t payload)
{
    return last <= payload ? last : 0;
}

/* Bytes of the extension behind `at`; 0: cut short. */
static size_t read_extension(struct bytes packet, size_t at, struct rtp *out)
{
    if (packet.len < at + 4) {
        return 0;
    }
    out->extension_profile = get_u16(packet.data + at);
    out->extension_words = get_u16(packet.data + at + 2);
    out->extension = packet.data + at + 4;
    size_t len = 4 + 4u * out->extension_words;
    return packet.len < at + len ? 0 : len;
}

size_t rtp_decode(struct bytes packet, struct rtp *out)
{
    *out = (struct rtp){0};
    if (packet.len < RTP_HEADER || packet.data[0] >> 6 != RTP_VERSION) {
        return 0;
    }
    const uint8_t *p = packet.data;
    out->has_padding = p[0] >> 5 & 1;
    out->has_extension = p[0] >> 4 & 1;
    out->csrc_count = p[0] & 15;
    out->marker = p[1] >> 7;
    out->payload_type = p[1] & 127;
    out->seq = get_u16(p + 2);
    out->timestamp = get_u32(p + 4);
    out->ssrc = get_u32(p + 8);
    size_t len = RTP_HEADER + 4u * out->csrc_count;
    if (packet.len < len) {
        return 0;
    }
    for (unsigned i = 0; i < out->csrc_count; i++) {
        out->csrc[i] = get_u32(p + RTP_HEADER + 4 * i);
    }
    size_t more = out->has_extension ? read_extension(packet, len, out) : 0;
    return out->has_extension && more == 0 ? 0 : len + more;
}

size_t rtp_payload(struct bytes packet)
{
    struct rtp h;
    size_t len = rtp_decode(packet, &h);
    size_t head = len + (len ? payload_header(h.payload_type) : packet.len);
    return head < packet.len ? packet.len - head : 0;
}

bool rtp_uses_ports(uint16_t from, uint16_t to)
{
    uint16_t port = from < to ? from : to;
    return port == 5004 || port == 5005 || (port >= 16384 && port < 32768);
}

static size_t decode(struct bytes head, struct rtp *out)
{
    return rtp_decode(bytes_sub(head, UDP_HEADER, head.len), out);
}

#define BITS(bit) (8 * UDP_HEADER + (bit))

static const struct field_spec fields[] = {
    {"version", FIELD_NUMBER, BITS(0), 2}, {"padding", FIELD_FLAG, BITS(2), 1},
    {"extension", FIELD_FLAG, BITS(3), 1}, {"csrc_count", FIELD_NUMBER, BITS(4), 4},
    {"marker", FIELD_FLAG, BITS(8), 1},    {"payload_type", FIELD_NAMED, BITS(9), 7},
    {"seq", FIELD_NUMBER, BITS(16), 16},   {"timestamp", FIELD_NUMBER, BITS(32), 32},
    {"ssrc", FIELD_HEX, BITS(64), 32},     {NULL, FIELD_NUMBER, 0, 0},
};

static void add(struct dissection *out, const char *name, enum field_form form, size_t at,
                size_t bits, uint64_t value)
{
    struct field_spec spec = {name, form, (uint16_t)at, (uint16_t)bits};
    dissect_add_field(out, &spec, value);
}

/* at: bits from the beginning of the RTP header. */
static void add_extension(const struct rtp *h, size_t at, struct dissection *out)
{
    unsigned next = 0, id;
    struct bytes data;
    add(out, "extension_profile", FIELD_HEX, at, 16, h->extension_profile);
    add(out, "extension_words", FIELD_NUMBER, at + 16, 16, h->extension_words);
    if (h->extension_profile != RTP_ONE_BYTE) {
        add(out, "extension_data", FIELD_BYTES, at + 32, 32u * h->extension_words, 0);
        return;
    }
    while (rtp_one_byte_next(h, &next, &id, &data)) {
        size_t start = at + 32 + 8u * (size_t)(data.data - 1 - h->extension);
        add(out, "element_id", FIELD_NUMBER, start, 4, id);
        add(out, "element_length", FIELD_NUMBER, start + 4, 4, data.len - 1);
        add(out, "element_data", FIELD_BYTES, start + 8, 8 * data.len, 0);
    }
}

/* What the payload begins with, where its format says so (wire/payload.h). */
static void add_payload_header(const struct rtp *h, struct bytes rest, size_t at,
                               struct dissection *out)
{
    size_t osn = payload_is_repair(h->payload_type) ? 2 : 0;
    if (rest.len < payload_header(h->payload_type)) {
        return;
    }
    if (osn) {
        add(out, "osn", FIELD_NUMBER, at, 16, get_u16(rest.data));
    }
    if (payload_header(h->payload_type) > osn) {
        add(out, "picture_intra", FIELD_FLAG, at + 8 * osn, 1, rest.data[osn] >> 7);
        add(out, "picture_begins", FIELD_FLAG, at + 8 * osn + 1, 1, rest.data[osn] >> 6 & 1);
    }
}

/* What only some headers have: CSRCs, an extension, a head of the payload. */
static void inner(struct bytes message, uint32_t at, struct dissection *out)
{
    struct rtp h;
    (void)at;
    size_t len = decode(message, &h), start = RTP_HEADER + 4u * h.csrc_count;
    for (unsigned i = 0; i < h.csrc_count; i++) {
        add(out, "csrc", FIELD_HEX, 8 * RTP_HEADER + 32 * i, 32, h.csrc[i]);
    }
    if (h.has_extension) {
        add_extension(&h, 8 * start, out);
    }
    add_payload_header(&h, bytes_sub(message, UDP_HEADER + len, message.len), 8 * len, out);
}

/* Of a packet that was sent again: the number that it had. */
static bool value(struct bytes head, const char *field, int64_t *out)
{
    struct rtp h;
    size_t len = decode(head, &h);
    struct bytes rest = bytes_sub(head, UDP_HEADER + len, head.len);
    if (len == 0 || !payload_is_repair(h.payload_type) || rest.len < 2 ||
        strcmp(field, "osn") != 0) {
        return false;
    }
    *out = get_u16(rest.data);
    return true;
}

static const char *const json[] = {"payload_type", "marker", "seq", "timestamp",
                                   "ssrc",         "osn",    NULL};

static const char *is(struct bytes head, uint32_t body_len)
{
    struct rtp h;
    (void)body_len;
    return decode(head, &h) && payload_is_repair(h.payload_type) ? "RTX" : "RTP";
}

static enum packet_kind kind(struct bytes head, uint32_t body_len)
{
    (void)head;
    (void)body_len;
    return PACKET_MEDIA;
}

static void label(struct bytes head, uint32_t body_len, char buf[24])
{
    struct rtp h;
    int64_t osn;
    (void)body_len;
    if (value(head, "osn", &osn)) {
        snprintf(buf, 24, "RTX %u", (unsigned)osn);
    } else if (decode(head, &h)) {
        snprintf(buf, 24, "%u", h.seq);
    } else {
        snprintf(buf, 24, "RTP");
    }
}

static void key(struct bytes head, struct net *net)
{
    net->from.port = get_u16(head.data);
    net->to.port = get_u16(head.data + 2);
}

static bool split(struct bytes message, size_t *head_len, size_t *body_len)
{
    struct rtp h;
    bool fits = udp_format.split(message, head_len, body_len);
    size_t len = *head_len ? rtp_decode(bytes_sub(message, *head_len, *body_len), &h) : 0;
    size_t inside = len ? payload_header(h.payload_type) : 0;
    len += inside <= *body_len - len ? inside : 0;
    *head_len += len;
    *body_len -= len;
    return fits && len > 0;
}

static bool intact(struct bytes message, const struct net *net)
{
    return udp_format.intact(message, net);
}

/* RFC 3551 6. */
static void describe(struct bytes head, struct field *f)
{
    static const struct {
        unsigned type;
        const char *name;
    } types[] = {{0, "PCMU"}, {3, "GSM"},   {8, "PCMA"},  {9, "G722"}, {10, "L16/2"}, {11, "L16"},
                 {13, "CN"},  {26, "JPEG"}, {31, "H261"}, {32, "MPV"}, {33, "MP2T"},  {34, "H263"}};
    (void)head;
    if (strcmp(f->name, "payload_type") != 0) {
        return;
    }
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (f->value == types[i].type) {
            snprintf(f->text, sizeof f->text, "%u %s", types[i].type, types[i].name);
        }
    }
    if (f->value >= 96) {
        const char *kind = payload_is_repair((uint8_t)f->value) ? "rtx" : "dynamic";
        snprintf(f->text, sizeof f->text, "%" PRIu64 " %s", f->value, kind);
    }
}

const struct format rtp_format = {.name = "rtp",
                                  .carrier = CARRIER_UDP,
                                  .number = 0, /* known by its bytes: format_in_udp */
                                  .fields = fields,
                                  .json = json,
                                  .is = is,
                                  .kind = kind,
                                  .label = label,
                                  .value = value,
                                  .key = key,
                                  .split = split,
                                  .seal = udp_seal,
                                  .seal_head = udp_seal_head,
                                  .intact = intact,
                                  .describe = describe,
                                  .inner = inner};
