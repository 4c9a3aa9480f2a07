/* What DNS tells about itself: names, fields, its questions and records in words. */
#include "wire/dns.h"
#include "wire/format.h"
#include "wire/udp.h"

#include <stdio.h>
#include <string.h>

#define BITS(bit) (8 * UDP_HEADER + (bit))

static const struct field_spec fields[] = {
    {"id", FIELD_HEX, BITS(0), 16},
    {"qr", FIELD_FLAG, BITS(16), 1},
    {"opcode", FIELD_NUMBER, BITS(17), 4},
    {"aa", FIELD_FLAG, BITS(21), 1},
    {"tc", FIELD_FLAG, BITS(22), 1},
    {"rd", FIELD_FLAG, BITS(23), 1},
    {"ra", FIELD_FLAG, BITS(24), 1},
    {"z", FIELD_UNUSED, BITS(25), 3},
    {"rcode", FIELD_NAMED, BITS(28), 4},
    {"questions", FIELD_NUMBER, BITS(32), 16},
    {"answers", FIELD_NUMBER, BITS(48), 16},
    {"authority", FIELD_NUMBER, BITS(64), 16},
    {"additional", FIELD_NUMBER, BITS(80), 16},
    {NULL, FIELD_NUMBER, 0, 0},
};

static const char *const json[] = {"id", "qr", "tc", "rcode", "answers", NULL};

static struct bytes inside(struct bytes head)
{
    return bytes_sub(head, UDP_HEADER, head.len);
}

static const char *is(struct bytes head, uint32_t body_len)
{
    struct dns_head h;
    size_t at;
    (void)body_len;
    dns_read_head(inside(head), &h, &at);
    return h.is_answer ? "RESPONSE" : "QUERY";
}

static enum packet_kind kind(struct bytes head, uint32_t body_len)
{
    struct dns_head h;
    size_t at;
    (void)body_len;
    dns_read_head(inside(head), &h, &at);
    return h.rcode ? PACKET_RESET : PACKET_REPORT;
}

/* "QUERY A", "NXDOMAIN", "TRUNCATED", "RESPONSE". */
static void label(struct bytes head, uint32_t body_len, char buf[24])
{
    struct dns_head h;
    size_t at;
    char type[12];
    if (!dns_read_head(inside(head), &h, &at)) {
        snprintf(buf, 24, "DNS");
    } else if (!h.is_answer) {
        snprintf(buf, 24, "QUERY %s", dns_type_name(h.type, type));
    } else {
        snprintf(buf, 24, "%s",
                 h.rcode          ? dns_rcode_name(h.rcode)
                 : h.is_truncated ? "TRUNCATED"
                                  : is(head, body_len));
    }
}

static void key(struct bytes head, struct net *net)
{
    net->from.port = get_u16(head.data);
    net->to.port = get_u16(head.data + 2);
}

static bool split(struct bytes message, size_t *head_len, size_t *body_len)
{
    bool fits = udp_format.split(message, head_len, body_len);
    *head_len += *body_len;
    *body_len = 0;
    return fits && dns_is_sound(bytes_sub(message, UDP_HEADER, *head_len - UDP_HEADER));
}

static bool intact(struct bytes message, const struct net *net)
{
    return udp_format.intact(message, net);
}

static void describe(struct bytes head, struct field *f)
{
    (void)head;
    if (strcmp(f->name, "rcode") == 0) {
        snprintf(f->text, sizeof f->text, "%s", dns_rcode_name((unsigned)f->value));
    }
}

/* "www.example.net A 10.0.0.80"; what has no short form stands as its length. */
static void in_words(const struct dns_record *r, struct field *f)
{
    char type[12], ip[16];
    if (r->type == DNS_A && r->data.len == 4) {
        ip_print(get_u32(r->data.data), ip);
        snprintf(f->text, sizeof f->text, "%.26s A %s", r->name, ip);
    } else {
        snprintf(f->text, sizeof f->text, "%.26s %s, %zu B", r->name, dns_type_name(r->type, type),
                 r->data.len);
    }
}

static struct field *add(struct dissection *out, const char *name, size_t from, size_t end)
{
    struct field_spec spec = {name, FIELD_BYTES, (uint16_t)(8 * from),
                              (uint16_t)(8 * (end - from))};
    return dissect_add_field(out, &spec, 0);
}

/* A layer with the question and one field a record. */
static void inner(struct bytes message, uint32_t at, struct dissection *out)
{
    struct bytes m = inside(message);
    struct dns_head h;
    char type[12];
    size_t here;
    if (!dns_read_head(m, &h, &here) || m.len <= DNS_HEADER ||
        !dissect_add_layer(out, "dns-records", at + UDP_HEADER + DNS_HEADER, m.len - DNS_HEADER)) {
        return;
    }
    if (here > DNS_HEADER) {
        struct field *f = add(out, "question", 0, here - DNS_HEADER);
        if (f) {
            snprintf(f->text, sizeof f->text, "%.32s %s", h.name, dns_type_name(h.type, type));
        }
    }
    struct dns_record r;
    for (size_t from = here; here < m.len && dns_read_record(m, &here, &r); from = here) {
        struct field *f = add(out, "record", from - DNS_HEADER, here - DNS_HEADER);
        if (f) {
            in_words(&r, f);
        }
    }
}

const struct format dns_format = {.name = "dns",
                                  .carrier = CARRIER_UDP,
                                  .number = DNS_PORT,
                                  .fields = fields,
                                  .json = json,
                                  .is = is,
                                  .kind = kind,
                                  .label = label,
                                  .key = key,
                                  .split = split,
                                  .seal = udp_seal,
                                  .intact = intact,
                                  .describe = describe,
                                  .inner = inner};
