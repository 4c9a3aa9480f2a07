/* IPv4: its header in both directions and what the inspector says about it. */
#include "wire/ipv4.h"

#include "wire/checksum.h"

#include <stdio.h>
#include <string.h>

/* Its words are summed up as they are made: what was just written in parts is slow to read. */
void ipv4_encode(const struct ipv4 *h, uint8_t out[IPV4_HEADER])
{
    uint32_t begin = (4u << 4 | IPV4_HEADER / 4) << 8 | (uint8_t)(h->dscp << 2 | (h->ecn & 3));
    uint32_t part = (h->df ? 0x4000u : 0) | (h->mf ? 0x2000u : 0) | h->offset / 8u;
    uint32_t hops = (uint32_t)h->ttl << 8 | h->protocol;
    struct checksum sum = {.sum = (uint64_t)begin + h->total_len + h->id + part + hops + h->from +
                                  h->to};
    put_u16(out, begin);
    put_u16(out + 2, h->total_len);
    put_u16(out + 4, h->id);
    put_u16(out + 6, part);
    put_u16(out + 8, hops);
    put_u16(out + 10, checksum_end(&sum));
    put_u32(out + 12, h->from);
    put_u32(out + 16, h->to);
}

void ipv4_encode_alert(const struct ipv4 *h, uint8_t out[IPV4_HEADER + IPV4_ALERT])
{
    static const uint8_t option[IPV4_ALERT] = {0x94, 4, 0, 0};
    ipv4_encode(h, out);
    memcpy(out + IPV4_HEADER, option, sizeof option);
    out[0] = 4 << 4 | (IPV4_HEADER + IPV4_ALERT) / 4;
    put_u16(out + 10, 0);
    put_u16(out + 10, checksum_of(bytes_of(out, IPV4_HEADER + IPV4_ALERT)));
}

/* Options are single bytes (end, no operation) or have their length behind their kind. */
static bool has_alert(const uint8_t *p, size_t header_len)
{
    for (size_t at = IPV4_HEADER; at < header_len && p[at] != 0;) {
        size_t len = p[at] == 1 ? 1 : at + 1 < header_len ? p[at + 1] : 0;
        if (len < 1 + (p[at] != 1) || at + len > header_len) {
            return false;
        }
        if (p[at] == 0x94 && len == IPV4_ALERT) {
            return get_u16(p + at + 2) == 0;
        }
        at += len;
    }
    return false;
}

bool ipv4_decode(struct bytes packet, struct ipv4 *out)
{
    const uint8_t *p = packet.data;
    if (packet.len < IPV4_HEADER || p[0] >> 4 != 4 || (p[0] & 15) < 5 ||
        packet.len < (p[0] & 15) * 4u) {
        return false;
    }
    *out = (struct ipv4){.header_len = (uint8_t)((p[0] & 15) * 4),
                         .dscp = p[1] >> 2,
                         .ecn = p[1] & 3,
                         .total_len = get_u16(p + 2),
                         .id = get_u16(p + 4),
                         .df = p[6] & 0x40,
                         .mf = p[6] & 0x20,
                         .offset = (uint16_t)((get_u16(p + 6) & 0x1fff) * 8),
                         .ttl = p[8],
                         .protocol = p[9],
                         .checksum = get_u16(p + 10),
                         .from = get_u32(p + 12),
                         .to = get_u32(p + 16)};
    out->alert = out->header_len > IPV4_HEADER && has_alert(p, out->header_len);
    return true;
}

bool ipv4_intact(struct bytes packet)
{
    return checksum_of(bytes_sub(packet, 0, (packet.data[0] & 15) * 4u)) == 0;
}

static const struct field_spec fields[] = {
    {"version", FIELD_NUMBER, 0, 4},     {"header_len", FIELD_NUMBER, 4, 4},
    {"dscp", FIELD_NUMBER, 8, 6},        {"ecn", FIELD_NAMED, 14, 2},
    {"total_len", FIELD_NUMBER, 16, 16}, {"id", FIELD_HEX, 32, 16},
    {"reserved", FIELD_UNUSED, 48, 1},   {"df", FIELD_FLAG, 49, 1},
    {"mf", FIELD_FLAG, 50, 1},           {"offset", FIELD_NUMBER, 51, 13},
    {"ttl", FIELD_NUMBER, 64, 8},        {"protocol", FIELD_NAMED, 72, 8},
    {"checksum", FIELD_HEX, 80, 16},     {"from", FIELD_ADDRESS, 96, 32},
    {"to", FIELD_ADDRESS, 128, 32},      {NULL, FIELD_NUMBER, 0, 0},
};

static const char *const json[] = {"id", "mf", "offset", "protocol", NULL};

static const char *is(struct bytes head, uint32_t body_len)
{
    (void)body_len;
    struct ipv4 h;
    return ipv4_decode(head, &h) && ipv4_is_fragment(&h) ? "FRAGMENT" : "IP";
}

/* A fragment by the place of its first byte in the whole. */
static void label(struct bytes head, uint32_t body_len, char buf[24])
{
    struct ipv4 h;
    (void)body_len;
    if (ipv4_decode(head, &h) && ipv4_is_fragment(&h)) {
        snprintf(buf, 24, "FRAG %u", h.offset);
    } else {
        snprintf(buf, 24, "IP");
    }
}

static enum packet_kind kind(struct bytes head, uint32_t body_len)
{
    (void)head;
    (void)body_len;
    return PACKET_DATA;
}

static bool split(struct bytes message, size_t *head_len, size_t *body_len)
{
    struct ipv4 h;
    *head_len = *body_len = 0;
    if (!ipv4_decode(message, &h)) {
        return false;
    }
    bool fits = h.total_len >= h.header_len && h.total_len <= message.len;
    *head_len = h.header_len;
    *body_len = (fits ? h.total_len : message.len) - h.header_len;
    return fits;
}

static void seal(uint8_t *message, size_t len, const struct net *net)
{
    (void)net;
    put_u16(message + 10, 0);
    put_u16(message + 10,
            checksum_of(bytes_sub(bytes_of(message, len), 0, (message[0] & 15) * 4u)));
}

static bool intact(struct bytes message, const struct net *net)
{
    (void)net;
    return ipv4_intact(message);
}

static void describe(struct bytes head, struct field *f)
{
    static const char *const ecn[] = {"Not-ECT", "ECT(1)", "ECT(0)", "CE"};
    (void)head;
    if (f->form == FIELD_ADDRESS) {
        ip_print((uint32_t)f->value, f->text);
    } else if (strcmp(f->name, "ecn") == 0) {
        snprintf(f->text, sizeof f->text, "%s", ecn[f->value]);
    } else if (strcmp(f->name, "header_len") == 0) {
        snprintf(f->text, sizeof f->text, "%u × 4 B", (unsigned)f->value);
    } else if (strcmp(f->name, "offset") == 0 && f->value) {
        snprintf(f->text, sizeof f->text, "%u × 8 B", (unsigned)f->value);
    } else if (strcmp(f->name, "protocol") == 0) {
        const struct format *inner = format_by_number(CARRIER_IP, (uint16_t)f->value);
        for (size_t i = 0; inner && inner->name[i]; i++) {
            f->text[i] = (char)(inner->name[i] - 'a' + 'A');
        }
    }
}

const struct format ipv4_format = {.name = "ipv4",
                                   .carrier = CARRIER_IP,
                                   .number = UINT16_MAX,
                                   .fields = fields,
                                   .json = json,
                                   .is = is,
                                   .kind = kind,
                                   .label = label,
                                   .split = split,
                                   .seal = seal,
                                   .intact = intact,
                                   .describe = describe};
