/* The baseband packet: encode, decode, name; its two checks (part B, 7.1). */
#include "wire/baseband.h"

#include "wire/l2cap_format.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const struct kind_of_packet {
    enum baseband_type type;
    const char *name;
    uint8_t slots, header; /* bytes of the payload header */
    uint16_t most;
} kinds[] = {
    {BASEBAND_NULL, "NULL", 1, 0, 0}, {BASEBAND_POLL, "POLL", 1, 0, 0},
    {BASEBAND_DH1, "DH1", 1, 1, 27},  {BASEBAND_DH3, "DH3", 3, 2, 183},
    {BASEBAND_DH5, "DH5", 5, 2, 339},
};

static const struct kind_of_packet *kind_find(unsigned type)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (kinds[i].type == type) {
            return &kinds[i];
        }
    }
    return NULL;
}

unsigned baseband_slots(enum baseband_type t)
{
    const struct kind_of_packet *k = kind_find(t);
    return k ? k->slots : 1;
}

uint16_t baseband_most(enum baseband_type t)
{
    const struct kind_of_packet *k = kind_find(t);
    return k ? k->most : 0;
}

static unsigned reversed(unsigned value, unsigned bits)
{
    unsigned out = 0;
    for (unsigned i = 0; i < bits; i++) {
        out = out << 1 | (value >> i & 1);
    }
    return out;
}

/* A shift register over bits that come lowest first; what is left of it leaves highest first. */
static unsigned shifted(unsigned reg, unsigned width, unsigned poly, unsigned value, unsigned bits)
{
    for (unsigned i = 0; i < bits; i++) {
        bool feeds = (reg >> (width - 1) ^ value >> i) & 1;
        reg = (reg << 1 & ((1u << width) - 1)) ^ (feeds ? poly : 0);
    }
    return reg;
}

/* 7.1.1: D^8 + D^7 + D^5 + D^2 + D + 1 */
uint8_t baseband_hec(uint16_t bits, uint8_t uap)
{
    return (uint8_t)reversed(shifted(uap, 8, 0xa7, bits, 10), 8);
}

/* 7.1.2: D^16 + D^12 + D^5 + 1 */
uint16_t baseband_crc(struct bytes payload, uint8_t uap)
{
    unsigned reg = uap;
    for (size_t i = 0; i < payload.len; i++) {
        reg = shifted(reg, 16, 0x1021, payload.data[i], 8);
    }
    return (uint16_t)reversed(reg, 16);
}

/* The header's bits in the order in which they leave, from bit 0 on. */
static uint16_t air_bits(unsigned lt_addr, unsigned type, bool flow, bool arqn, bool seqn)
{
    return (uint16_t)(lt_addr | type << 3 | (unsigned)flow << 7 | (unsigned)arqn << 8 |
                      (unsigned)seqn << 9);
}

/* 6.3: preamble, sync word of the piconet's LAP, trailer. The last byte but one is another in each
 * piconet of a link. */
static const uint8_t access_code[9] = {0xad, 0x1e, 0xbf, 0x4c, 0x94, 0xf3, 0x61, 0x50, 0xd5};
enum { CHANNEL_AT = 7 };

size_t baseband_encode(const struct baseband *b, uint8_t out[BASEBAND_HEAD_MAX])
{
    const struct kind_of_packet *k = kind_find(b->type);
    assert(k);
    unsigned hec =
        baseband_hec(air_bits(b->lt_addr, b->type, b->flow, b->arqn, b->seqn), BASEBAND_UAP);
    unsigned flags = (unsigned)b->flow << 2 | (unsigned)b->arqn << 1 | b->seqn;
    unsigned header = (unsigned)b->lt_addr << 15 | (unsigned)b->type << 11 | flags << 8 | hec;
    memset(out, 0, BASEBAND_HEAD_MAX);
    memcpy(out, access_code, sizeof access_code);
    out[CHANNEL_AT] = (uint8_t)(access_code[CHANNEL_AT] ^ b->channel);
    out[9] = (uint8_t)(header >> 10);
    out[10] = (uint8_t)(header >> 2);
    out[11] = (uint8_t)(header << 6);
    if (k->header) { /* FLOW of the layer above: go */
        out[16] = (uint8_t)((b->length & 31u) << 3 | 1u << 2 | b->llid);
    }
    if (k->header == 2) {
        out[17] = (uint8_t)(b->length >> 5);
    }
    return BASEBAND_HEADER + k->header;
}

bool baseband_decode(struct bytes head, struct baseband *out)
{
    *out = (struct baseband){0};
    if (head.len < BASEBAND_HEADER) {
        return false;
    }
    unsigned type = (unsigned)bits_read(head, 75, 4);
    out->type = (enum baseband_type)type;
    out->channel = (head.data[CHANNEL_AT] ^ access_code[CHANNEL_AT]) & 15;
    out->lt_addr = (uint8_t)bits_read(head, 72, 3);
    out->flow = bits_read(head, 79, 1);
    out->arqn = bits_read(head, 80, 1);
    out->seqn = bits_read(head, 81, 1);
    uint16_t air = air_bits(out->lt_addr, type, out->flow, out->arqn, out->seqn);
    out->hec_holds = bits_read(head, 82, 8) == baseband_hec(air, BASEBAND_UAP);
    const struct kind_of_packet *k = kind_find(type);
    if (k && head.len >= (size_t)BASEBAND_HEADER + k->header) {
        out->length = (uint16_t)(k->header ? bits_read(head, 128, 5) : 0);
        out->length |= (uint16_t)(k->header == 2 ? bits_read(head, 139, 5) << 5 : 0);
        out->llid = (uint8_t)(k->header ? bits_read(head, 134, 2) : 0);
        return true;
    }
    return !out->hec_holds;
}

static const struct field_spec fields[] = {
    {"access", FIELD_HEX, 0, 64}, {"trailer", FIELD_HEX, 64, 8}, {"lt_addr", FIELD_NUMBER, 72, 3},
    {"type", FIELD_NAMED, 75, 4}, {"flow", FIELD_FLAG, 79, 1},   {"arqn", FIELD_FLAG, 80, 1},
    {"seqn", FIELD_FLAG, 81, 1},  {"hec", FIELD_HEX, 82, 8},     {"copies", FIELD_UNUSED, 90, 38},
    {NULL, FIELD_NUMBER, 0, 0},
};
static const struct field_spec short_payload[] = {{"length", FIELD_NUMBER, 128, 5},
                                                  {"l2flow", FIELD_FLAG, 133, 1},
                                                  {"llid", FIELD_NUMBER, 134, 2},
                                                  {NULL, FIELD_NUMBER, 0, 0}};
static const struct field_spec long_payload[] = {
    {"length_low", FIELD_NUMBER, 128, 5},  {"l2flow", FIELD_FLAG, 133, 1},
    {"llid", FIELD_NUMBER, 134, 2},        {"reserved", FIELD_UNUSED, 136, 3},
    {"length_high", FIELD_NUMBER, 139, 5}, {NULL, FIELD_NUMBER, 0, 0},
};

static const struct kind_of_packet *kind_in(struct bytes head)
{
    return head.len < BASEBAND_HEADER ? NULL : kind_find((unsigned)bits_read(head, 75, 4));
}

static const struct field_spec *more(struct bytes head)
{
    const struct kind_of_packet *k = kind_in(head);
    return k && k->header == 1   ? short_payload
           : k && k->header == 2 ? long_payload
                                 : &short_payload[3]; /* none */
}

static const char *const json[] = {"type", "flow", "arqn", "seqn", "length", NULL};

static const char *is(struct bytes head, uint32_t body_len)
{
    (void)body_len;
    const struct kind_of_packet *k = kind_in(head);
    return k ? k->name : "?";
}

static enum packet_kind kind(struct bytes head, uint32_t body_len)
{
    (void)body_len;
    struct baseband b;
    if (!baseband_decode(head, &b) || !kind_in(head)) {
        return PACKET_RESET;
    }
    return b.type == BASEBAND_POLL   ? PACKET_CONTROL
           : b.type == BASEBAND_NULL ? PACKET_ACK
                                     : PACKET_DATA;
}

/* "DH1 1 + ACK": SEQN, and what the header says of the other direction; "NULL NAK STOP". */
static void label(struct bytes head, uint32_t body_len, char buf[24])
{
    (void)body_len;
    struct baseband b;
    const struct kind_of_packet *k = kind_in(head);
    if (!k || !baseband_decode(head, &b)) {
        snprintf(buf, 24, "?");
    } else if (k->most) {
        snprintf(buf, 24, "%s %d%s%s", k->name, b.seqn, b.arqn ? " + ACK" : "",
                 b.flow ? "" : " STOP");
    } else if (b.type == BASEBAND_NULL) {
        snprintf(buf, 24, "%s %s%s", k->name, b.arqn ? "ACK" : "NAK", b.flow ? "" : " STOP");
    } else {
        snprintf(buf, 24, "%s%s", k->name, b.flow ? "" : " STOP");
    }
}

/* SEQN numbers data; the length of several slots stands in two bytes. */
static bool value(struct bytes head, const char *field, int64_t *out)
{
    const struct kind_of_packet *k = kind_in(head);
    struct baseband b;
    if (!k || !k->most || !baseband_decode(head, &b)) {
        return false;
    }
    bool is_number = strcmp(field, "number") == 0 || strcmp(field, "seq") == 0;
    *out = is_number ? b.seqn : b.length;
    return is_number || strcmp(field, "length") == 0;
}

static bool split(struct bytes message, size_t *head_len, size_t *body_len)
{
    const struct kind_of_packet *k = kind_in(message);
    size_t head = BASEBAND_HEADER + (k ? k->header : 0u);
    struct baseband b;
    bool fits = k && message.len >= head + (k->most ? BASEBAND_CRC : 0);
    *head_len = message.len < head ? 0 : head;
    *body_len = *head_len ? message.len - head : 0;
    return fits && baseband_decode(message, &b) &&
           *body_len == (k->most ? b.length + (size_t)BASEBAND_CRC : 0);
}

/* The CRC stands at the end of the payload. */
static void seal(uint8_t *message, size_t len, const struct net *net)
{
    (void)net;
    if (len > BASEBAND_HEADER + BASEBAND_CRC) {
        struct bytes payload =
            bytes_of(message + BASEBAND_HEADER, len - BASEBAND_HEADER - BASEBAND_CRC);
        uint16_t crc = baseband_crc(payload, BASEBAND_UAP);
        message[len - 2] = (uint8_t)crc;
        message[len - 1] = (uint8_t)(crc >> 8);
    }
}

static bool intact(struct bytes message, const struct net *net)
{
    (void)net;
    struct baseband b;
    if (!baseband_decode(message, &b) || !b.hec_holds) {
        return false;
    }
    if (message.len <= BASEBAND_HEADER + BASEBAND_CRC) {
        return true;
    }
    struct bytes payload =
        bytes_sub(message, BASEBAND_HEADER, message.len - BASEBAND_HEADER - BASEBAND_CRC);
    uint16_t crc = baseband_crc(payload, BASEBAND_UAP);
    return message.data[message.len - 2] == (crc & 255) &&
           message.data[message.len - 1] == crc >> 8;
}

static void describe(struct bytes head, struct field *f)
{
    const struct kind_of_packet *k = kind_in(head);
    if (strcmp(f->name, "type") == 0 && k) {
        snprintf(f->text, sizeof f->text, "%s", k->name);
    } else if (strcmp(f->name, "flow") == 0) {
        snprintf(f->text, sizeof f->text, "%s", f->value ? "GO" : "STOP");
    } else if (strcmp(f->name, "arqn") == 0) {
        snprintf(f->text, sizeof f->text, "%s", f->value ? "ACK" : "NAK");
    }
}

/* The packet that begins a frame of L2CAP shows it. */
static void inner(struct bytes message, uint32_t at, struct dissection *out)
{
    const struct kind_of_packet *k = kind_in(message);
    struct baseband b;
    if (!k || !k->most || !baseband_decode(message, &b) || b.llid != BASEBAND_BEGINS) {
        return;
    }
    size_t head = (size_t)BASEBAND_HEADER + k->header;
    l2cap_dissect(bytes_sub(message, head, b.length), (uint32_t)(at + head), out);
}

const struct format baseband_format = {.name = "baseband",
                                       .carrier = CARRIER_LINK,
                                       .number = 0x88b6,
                                       .fields = fields,
                                       .more = more,
                                       .json = json,
                                       .is = is,
                                       .kind = kind,
                                       .label = label,
                                       .value = value,
                                       .split = split,
                                       .seal = seal,
                                       .intact = intact,
                                       .describe = describe,
                                       .inner = inner};
