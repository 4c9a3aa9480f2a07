/* ICMP messages: build, read, name; a quote is shown as layers of its own. */
#include "wire/icmp.h"

#include "wire/checksum.h"
#include "wire/ipv4.h"

#include <stdio.h>
#include <string.h>

void icmp_encode(const struct icmp *m, uint8_t out[ICMP_HEADER])
{
    bool is_echo = m->type == ICMP_ECHO || m->type == ICMP_ECHO_REPLY;
    out[0] = m->type;
    out[1] = m->code;
    put_u16(out + 2, 0);
    put_u16(out + 4, is_echo ? m->id : 0);
    put_u16(out + 6, is_echo ? m->number : m->mtu);
}

bool icmp_decode(struct bytes head, struct icmp *out)
{
    if (head.len < ICMP_HEADER) {
        return false;
    }
    *out = (struct icmp){.type = head.data[0], .code = head.data[1]};
    if (out->type == ICMP_ECHO || out->type == ICMP_ECHO_REPLY) {
        out->id = get_u16(head.data + 4);
        out->number = get_u16(head.data + 6);
    } else if (out->type == ICMP_UNREACHABLE && out->code == ICMP_TOO_BIG) {
        out->mtu = get_u16(head.data + 6);
    }
    return true;
}

bool icmp_is_error(const struct icmp *m)
{
    return m->type == ICMP_UNREACHABLE || m->type == ICMP_TIME_EXCEEDED;
}

void icmp_error(enum icmp_type type, uint8_t code, uint16_t mtu, struct bytes packet,
                struct buf *out)
{
    struct icmp m = {.type = (uint8_t)type, .code = code, .mtu = mtu};
    struct ipv4 ip;
    icmp_encode(&m, buf_extend(out, ICMP_HEADER));
    size_t header = ipv4_decode(packet, &ip) ? ip.header_len : IPV4_HEADER;
    buf_add(out, bytes_sub(packet, 0, header + ICMP_QUOTE));
}

struct bytes icmp_quote(struct bytes head)
{
    struct icmp m;
    bool is_error = icmp_decode(head, &m) && icmp_is_error(&m);
    return bytes_sub(head, is_error ? ICMP_HEADER : head.len, head.len);
}

static const struct field_spec fields[] = {
    {"type", FIELD_NAMED, 0, 8},
    {"code", FIELD_NAMED, 8, 8},
    {"checksum", FIELD_HEX, 16, 16},
    {NULL, FIELD_NUMBER, 0, 0},
};

static const struct field_spec *more(struct bytes head)
{
    static const struct field_spec echo[] = {
        {"id", FIELD_NUMBER, 32, 16}, {"number", FIELD_NUMBER, 48, 16}, {NULL, FIELD_NUMBER, 0, 0}};
    static const struct field_spec too_big[] = {{"unused", FIELD_UNUSED, 32, 16},
                                                {"mtu", FIELD_NUMBER, 48, 16},
                                                {NULL, FIELD_NUMBER, 0, 0}};
    static const struct field_spec other[] = {{"unused", FIELD_UNUSED, 32, 32},
                                              {NULL, FIELD_NUMBER, 0, 0}};
    struct icmp m = {.type = ICMP_TIME_EXCEEDED};
    icmp_decode(head, &m);
    if (m.type == ICMP_ECHO || m.type == ICMP_ECHO_REPLY) {
        return echo;
    }
    return m.type == ICMP_UNREACHABLE && m.code == ICMP_TOO_BIG ? too_big : other;
}

static const char *const json[] = {"type", "code", "id", "number", "mtu", NULL};

static const char *is(struct bytes head, uint32_t body_len)
{
    struct icmp m;
    (void)body_len;
    if (!icmp_decode(head, &m)) {
        return "ICMP";
    }
    switch (m.type) {
    case ICMP_ECHO: return "ECHO";
    case ICMP_ECHO_REPLY: return "ECHO-REPLY";
    case ICMP_UNREACHABLE: return m.code == ICMP_TOO_BIG ? "TOO-BIG" : "UNREACHABLE";
    case ICMP_TIME_EXCEEDED: return "TIME-EXCEEDED";
    }
    return "ICMP";
}

/* Short, for the capsule. */
static void label(struct bytes head, uint32_t body_len, char buf[24])
{
    const char *name = is(head, body_len);
    bool is_reply = strcmp(name, "ECHO-REPLY") == 0, is_over = strcmp(name, "TIME-EXCEEDED") == 0;
    snprintf(buf, 24, "%s", is_reply ? "REPLY" : is_over ? "EXCEEDED" : name);
}

static enum packet_kind kind(struct bytes head, uint32_t body_len)
{
    struct icmp m;
    (void)body_len;
    return icmp_decode(head, &m) && icmp_is_error(&m) ? PACKET_RESET : PACKET_CONTROL;
}

static bool split(struct bytes message, size_t *head_len, size_t *body_len)
{
    struct icmp m;
    *head_len = *body_len = 0;
    if (!icmp_decode(message, &m)) {
        return false;
    }
    *head_len = icmp_is_error(&m) ? message.len : ICMP_HEADER;
    *body_len = message.len - *head_len;
    return true;
}

static void seal(uint8_t *message, size_t len, const struct net *net)
{
    (void)net;
    put_u16(message + 2, 0);
    put_u16(message + 2, checksum_of(bytes_of(message, len)));
}

static bool intact(struct bytes message, const struct net *net)
{
    (void)net;
    return checksum_of(message) == 0;
}

static void describe(struct bytes head, struct field *f)
{
    static const char *const unreachable[] = {"net unreachable", "host unreachable",
                                              "protocol unreachable", "port unreachable",
                                              "fragmentation needed"};
    const char *text = "";
    if (strcmp(f->name, "type") == 0) {
        text = is(head, 0);
    } else if (strcmp(f->name, "code") == 0 && head.data[0] == ICMP_UNREACHABLE &&
               f->value <= ICMP_TOO_BIG) {
        text = unreachable[f->value];
    } else if (strcmp(f->name, "code") == 0 && head.data[0] == ICMP_TIME_EXCEEDED) {
        text = f->value == 0 ? "TTL exceeded" : f->value == 1 ? "reassembly time exceeded" : "";
    }
    snprintf(f->text, sizeof f->text, "%s", text);
}

/* The layer just added takes the eight bytes; what it quotes follows as layers. */
static void inner(struct bytes message, uint32_t at, struct dissection *out)
{
    struct bytes quote = icmp_quote(message);
    if (quote.len > 0) {
        out->layers[out->layer_count - 1].len = ICMP_HEADER;
        dissect_ipv4(quote, at + ICMP_HEADER, true, out);
    }
}

const struct format icmp_format = {.name = "icmp",
                                   .carrier = CARRIER_IP,
                                   .number = IP_ICMP,
                                   .fields = fields,
                                   .more = more,
                                   .json = json,
                                   .is = is,
                                   .kind = kind,
                                   .label = label,
                                   .split = split,
                                   .seal = seal,
                                   .intact = intact,
                                   .describe = describe,
                                   .inner = inner};
