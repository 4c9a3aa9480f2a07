/* RTP: encode, decode, name. The engine's head holds the UDP header before it. */
#include "wire/rtp.h"

#include "wire/udp.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

size_t rtp_encode(const struct rtp *h, uint8_t out[RTP_HEADER_MAX])
{
    out[0] = (uint8_t)(RTP_VERSION << 6 | h->has_padding << 5 | (h->csrc_count & 15));
    out[1] = (uint8_t)(h->marker << 7 | (h->payload_type & 127));
    put_u16(out + 2, h->seq);
    put_u32(out + 4, h->timestamp);
    put_u32(out + 8, h->ssrc);
    for (unsigned i = 0; i < (h->csrc_count & 15u); i++) {
        put_u32(out + RTP_HEADER + 4 * i, h->csrc[i]);
    }
    return RTP_HEADER + 4u * (h->csrc_count & 15u);
}

/* Bytes of the extension behind `at`; 0: cut short. */
static size_t read_extension(struct bytes packet, size_t at, struct rtp *out)
{
    if (packet.len < at + 4) {
        return 0;
    }
    out->extension_profile = get_u16(packet.data + at);
    out->extension_words = get_u16(packet.data + at + 2);
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

/* What only some headers have: CSRCs, an extension. */
static void inner(struct bytes message, uint32_t at, struct dissection *out)
{
    struct rtp h;
    (void)at;
    decode(message, &h);
    for (unsigned i = 0; i < h.csrc_count; i++) {
        struct field_spec csrc = {"csrc", FIELD_HEX, (uint16_t)(8 * RTP_HEADER + 32 * i), 32};
        dissect_add_field(out, &csrc, h.csrc[i]);
    }
    if (h.has_extension) {
        unsigned start = RTP_HEADER + 4u * h.csrc_count;
        struct field_spec extension = {"extension_data", FIELD_BYTES, (uint16_t)(8 * start),
                                       (uint16_t)(32 + 32 * h.extension_words)};
        dissect_add_field(out, &extension, 0);
    }
}

static const char *const json[] = {"payload_type", "marker", "seq", "timestamp", "ssrc", NULL};

static const char *is(struct bytes head, uint32_t body_len)
{
    (void)head;
    (void)body_len;
    return "RTP";
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
    (void)body_len;
    if (decode(head, &h)) {
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
        snprintf(f->text, sizeof f->text, "%" PRIu64 " dynamic", f->value);
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
                                  .key = key,
                                  .split = split,
                                  .seal = udp_seal,
                                  .seal_head = udp_seal_head,
                                  .intact = intact,
                                  .describe = describe,
                                  .inner = inner};
