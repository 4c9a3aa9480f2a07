/* The teaching frame: encode, decode, name. */
#include "wire/arq.h"

#include "wire/checksum.h"

#include <stdio.h>
#include <string.h>

static const char *const names[] = {"?", "DATA", "ACK", "NAK"};

void arq_encode(const struct arq_frame *f, uint8_t out[ARQ_HEADER])
{
    out[0] = (uint8_t)f->kind;
    out[1] = f->channel & 15;
    put_u16(out + 2, f->number);
    put_u32(out + 4, 0);
}

bool arq_decode(struct bytes head, struct arq_frame *out)
{
    if (head.len < ARQ_HEADER || head.data[0] < ARQ_DATA || head.data[0] > ARQ_NAK ||
        head.data[1] > 15) {
        return false;
    }
    *out = (struct arq_frame){(enum arq_kind)head.data[0], head.data[1], get_u16(head.data + 2)};
    return true;
}

static uint32_t crc(struct bytes frame)
{
    static const uint8_t zero[4] = {0};
    uint32_t c = crc32_add(0, bytes_sub(frame, 0, 4));
    c = crc32_add(c, bytes_of(zero, 4));
    return crc32_add(c, bytes_sub(frame, ARQ_HEADER, frame.len));
}

void arq_seal(uint8_t *frame, size_t len)
{
    put_u32(frame + 4, crc(bytes_of(frame, len)));
}

bool arq_intact(struct bytes frame)
{
    return get_u32(frame.data + 4) == crc(frame);
}

static const struct field_spec fields[] = {
    {"kind", FIELD_NAMED, 0, 8},      {"reserved", FIELD_UNUSED, 8, 4},
    {"channel", FIELD_NUMBER, 12, 4}, {"number", FIELD_NUMBER, 16, 16},
    {"crc", FIELD_HEX, 32, 32},       {NULL, FIELD_NUMBER, 0, 0},
};

static const char *const json[] = {"kind", "channel", "number", NULL};

static const char *is(struct bytes head, uint32_t body_len)
{
    (void)body_len;
    struct arq_frame f;
    return arq_decode(head, &f) ? names[f.kind] : "?";
}

static enum packet_kind kind(struct bytes head, uint32_t body_len)
{
    (void)body_len;
    struct arq_frame f;
    if (!arq_decode(head, &f)) {
        return PACKET_RESET;
    }
    return f.kind == ARQ_DATA ? PACKET_DATA : f.kind == ARQ_ACK ? PACKET_ACK : PACKET_RESET;
}

static void label(struct bytes head, uint32_t body_len, char buf[24])
{
    (void)body_len;
    struct arq_frame f;
    if (!arq_decode(head, &f)) {
        snprintf(buf, 24, "?");
    } else if (f.kind == ARQ_DATA) {
        snprintf(buf, 24, "%u", f.number);
    } else {
        snprintf(buf, 24, "%s %u", names[f.kind], f.number);
    }
}

/* A kind that does not exist is contradictory only under a CRC that holds. */
static bool split(struct bytes message, size_t *head_len, size_t *body_len)
{
    struct arq_frame f;
    *head_len = message.len < ARQ_HEADER ? 0 : ARQ_HEADER;
    *body_len = *head_len ? message.len - ARQ_HEADER : 0;
    return arq_decode(message, &f);
}

static void seal(uint8_t *message, size_t len, const struct net *net)
{
    (void)net;
    arq_seal(message, len);
}

static bool intact(struct bytes message, const struct net *net)
{
    (void)net;
    return arq_intact(message);
}

static void describe(struct bytes head, struct field *f)
{
    (void)head;
    if (strcmp(f->name, "kind") == 0 && f->value >= ARQ_DATA && f->value <= ARQ_NAK) {
        snprintf(f->text, sizeof f->text, "%s", names[f->value]);
    }
}

const struct format arq_format = {.name = "arq",
                                  .carrier = CARRIER_LINK,
                                  .number = 0x88b5,
                                  .fields = fields,
                                  .json = json,
                                  .is = is,
                                  .kind = kind,
                                  .label = label,
                                  .split = split,
                                  .seal = seal,
                                  .intact = intact,
                                  .describe = describe};
