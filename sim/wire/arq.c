/* The teaching frame: encode, decode, name. */
#include "wire/arq.h"

#include "wire/checksum.h"

#include <stdio.h>
#include <string.h>

static const char *const names[] = {"?", "DATA", "ACK", "NAK"};

enum { FLAG_WIDE = 0x10 };

void arq_encode(const struct arq_frame *f, uint8_t out[ARQ_HEADER])
{
    out[0] = (uint8_t)f->kind;
    out[1] = (uint8_t)((f->channel & 15) | (f->is_wide ? FLAG_WIDE : 0));
    put_u16(out + 2, f->number);
    put_u32(out + 4, 0);
}

void arq_encode_wide(const struct arq_frame *f, uint8_t out[ARQ_WIDE])
{
    arq_encode(f, out);
    out[8] = (uint8_t)f->answer;
    out[9] = f->answers & 15;
    put_u16(out + 10, f->ack);
}

static bool decode_answer(struct bytes head, struct arq_frame *out)
{
    if (head.len < ARQ_WIDE || out->kind != ARQ_DATA || head.data[9] > 15 ||
        (head.data[8] != 0 && head.data[8] != ARQ_ACK)) {
        return false;
    }
    out->is_wide = true;
    out->answer = (enum arq_kind)head.data[8];
    out->answers = head.data[9];
    out->ack = get_u16(head.data + 10);
    return true;
}

bool arq_decode(struct bytes head, struct arq_frame *out)
{
    if (head.len < ARQ_HEADER || head.data[0] < ARQ_DATA || head.data[0] > ARQ_NAK ||
        head.data[1] > (FLAG_WIDE | 15)) {
        return false;
    }
    *out = (struct arq_frame){.kind = (enum arq_kind)head.data[0],
                              .channel = head.data[1] & 15,
                              .number = get_u16(head.data + 2)};
    return !(head.data[1] & FLAG_WIDE) || decode_answer(head, out);
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
    {"kind", FIELD_NAMED, 0, 8},      {"flags", FIELD_NUMBER, 8, 4},
    {"channel", FIELD_NUMBER, 12, 4}, {"number", FIELD_NUMBER, 16, 16},
    {"crc", FIELD_HEX, 32, 32},       {NULL, FIELD_NUMBER, 0, 0},
};
static const struct field_spec answer_fields[] = {
    {"answer", FIELD_NAMED, 64, 8},   {"reserved", FIELD_UNUSED, 72, 4},
    {"answers", FIELD_NUMBER, 76, 4}, {"ack", FIELD_NUMBER, 80, 16},
    {NULL, FIELD_NUMBER, 0, 0},
};
static const struct field_spec no_answer_fields[] = {
    {"answer", FIELD_NAMED, 64, 8},
    {"reserved", FIELD_UNUSED, 72, 24},
    {NULL, FIELD_NUMBER, 0, 0},
};

static const struct field_spec *more(struct bytes head)
{
    struct arq_frame f;
    if (!arq_decode(head, &f) || !f.is_wide) {
        return &fields[sizeof fields / sizeof *fields - 1]; /* none */
    }
    return f.answer ? answer_fields : no_answer_fields;
}

static const char *const json[] = {"kind", "channel", "number", "ack", NULL};

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
    } else if (f.kind == ARQ_DATA && f.answer) {
        snprintf(buf, 24, "%u + %s %u", f.number, names[f.answer], f.ack);
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
    bool fits = arq_decode(message, &f);
    size_t head = fits && f.is_wide ? ARQ_WIDE : ARQ_HEADER;
    *head_len = message.len < head ? 0 : head;
    *body_len = *head_len ? message.len - head : 0;
    return fits;
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
    } else if (strcmp(f->name, "answer") == 0) {
        snprintf(f->text, sizeof f->text, "%s", f->value == ARQ_ACK ? names[ARQ_ACK] : "-");
    }
}

const struct format arq_format = {.name = "arq",
                                  .carrier = CARRIER_LINK,
                                  .number = 0x88b5,
                                  .fields = fields,
                                  .more = more,
                                  .json = json,
                                  .is = is,
                                  .kind = kind,
                                  .label = label,
                                  .split = split,
                                  .seal = seal,
                                  .intact = intact,
                                  .describe = describe};
