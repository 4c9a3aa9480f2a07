/* What DHCP tells about itself: names, fields, options in words. */
#include "wire/dhcp.h"

#include "wire/eth.h"
#include "wire/udp.h"

#include <stdio.h>
#include <string.h>

#define BITS(byte) (8 * (UDP_HEADER + (byte)))

static const struct field_spec fields[] = {
    {"op", FIELD_NAMED, BITS(0), 8},         {"htype", FIELD_NUMBER, BITS(1), 8},
    {"hlen", FIELD_NUMBER, BITS(2), 8},      {"hops", FIELD_NUMBER, BITS(3), 8},
    {"xid", FIELD_HEX, BITS(4), 32},         {"secs", FIELD_NUMBER, BITS(8), 16},
    {"broadcast", FIELD_FLAG, BITS(10), 1},  {"zero", FIELD_UNUSED, BITS(10) + 1, 15},
    {"ciaddr", FIELD_ADDRESS, BITS(12), 32}, {"yiaddr", FIELD_ADDRESS, BITS(16), 32},
    {"siaddr", FIELD_ADDRESS, BITS(20), 32}, {"giaddr", FIELD_ADDRESS, BITS(24), 32},
    {"chaddr", FIELD_ADDRESS, BITS(28), 48}, {NULL, FIELD_NUMBER, 0, 0},
};

static const char *const json[] = {"xid",    "secs",   "broadcast", "ciaddr", "yiaddr",
                                   "siaddr", "giaddr", "chaddr",    "type",   "requested",
                                   "server", "lease",  "t1",        "t2",     NULL};

static enum dhcp_type type_of(struct bytes head)
{
    uint8_t type = 0;
    int len = dhcp_option(head, DHCP_OPT_TYPE, &type, 1);
    return len == 1 && type <= DHCP_INFORM ? (enum dhcp_type)type : DHCP_NONE;
}

static const char *is(struct bytes head, uint32_t body_len)
{
    (void)body_len;
    return dhcp_type_name(type_of(head));
}

static enum packet_kind kind(struct bytes head, uint32_t body_len)
{
    (void)body_len;
    switch (type_of(head)) {
    case DHCP_NAK:
    case DHCP_DECLINE: return PACKET_RESET;
    case DHCP_ACK:
    case DHCP_RELEASE:
    case DHCP_OFFER:
    case DHCP_NONE:
    case DHCP_DISCOVER:
    case DHCP_REQUEST:
    case DHCP_INFORM: break;
    }
    return PACKET_REPORT;
}

static void label(struct bytes head, uint32_t body_len, char buf[24])
{
    const char *name = is(head, body_len);
    snprintf(buf, 24, "%s", strncmp(name, "DHCP", 4) == 0 ? name + 4 : name);
}

/* Options by their place in the words of the languages. */
static const struct named_option {
    const char *name;
    enum dhcp_code code;
    enum { AS_NUMBER, AS_IP, AS_TEXT, AS_BYTES, AS_TYPE } form;
} options[] = {
    {"mask", DHCP_OPT_MASK, AS_IP},        {"router", DHCP_OPT_ROUTER, AS_IP},
    {"dns", DHCP_OPT_DNS, AS_IP},          {"host", DHCP_OPT_HOST, AS_TEXT},
    {"domain", DHCP_OPT_DOMAIN, AS_TEXT},  {"broadcast", DHCP_OPT_BROADCAST, AS_IP},
    {"vendor", DHCP_OPT_VENDOR, AS_BYTES}, {"requested", DHCP_OPT_REQUESTED, AS_IP},
    {"lease", DHCP_OPT_LEASE, AS_NUMBER},  {"overload", DHCP_OPT_OVERLOAD, AS_NUMBER},
    {"type", DHCP_OPT_TYPE, AS_TYPE},      {"server", DHCP_OPT_SERVER, AS_IP},
    {"params", DHCP_OPT_PARAMS, AS_BYTES}, {"message", DHCP_OPT_MESSAGE, AS_TEXT},
    {"size", DHCP_OPT_SIZE, AS_NUMBER},    {"t1", DHCP_OPT_T1, AS_NUMBER},
    {"t2", DHCP_OPT_T2, AS_NUMBER},        {"class", DHCP_OPT_CLASS, AS_TEXT},
    {"client", DHCP_OPT_CLIENT, AS_BYTES}, {"relay", DHCP_OPT_RELAY, AS_BYTES},
    {"end", DHCP_OPT_END, AS_BYTES},       {"padding", DHCP_OPT_PAD, AS_BYTES},
    {"unknown", DHCP_OPT_END, AS_BYTES},
};
#define OPTIONS (sizeof options / sizeof *options)

static const struct named_option *option_of(unsigned code)
{
    for (size_t i = 0; i < OPTIONS - 1; i++) {
        if (options[i].code == code) {
            return &options[i];
        }
    }
    return &options[OPTIONS - 1];
}

static uint64_t number_of(struct bytes data)
{
    return data.len <= 8 ? bits_read(data, 0, (unsigned)data.len * 8) : 0;
}

static bool value(struct bytes head, const char *field, int64_t *out)
{
    uint8_t data[4];
    for (size_t i = 0; i < OPTIONS; i++) {
        if (strcmp(options[i].name, field) == 0 && options[i].form != AS_BYTES) {
            int len = dhcp_option(head, options[i].code, data, sizeof data);
            *out = len > 0 ? (int64_t)number_of(bytes_of(data, (size_t)len)) : 0;
            return len > 0;
        }
    }
    return false;
}

static void key(struct bytes head, struct net *net)
{
    net->from.port = get_u16(head.data);
    net->to.port = get_u16(head.data + 2);
}

static bool split(struct bytes message, size_t *head_len, size_t *body_len)
{
    struct dhcp m;
    bool fits = udp_format.split(message, head_len, body_len);
    *head_len += *body_len;
    *body_len = 0;
    return fits && dhcp_decode(bytes_sub(message, 0, *head_len), &m) == DHCP_SOUND;
}

static bool intact(struct bytes message, const struct net *net)
{
    return udp_format.intact(message, net);
}

static void describe(struct bytes head, struct field *f)
{
    if (strcmp(f->name, "op") == 0) {
        snprintf(f->text, sizeof f->text, "%s", f->value == 2 ? "BOOTREPLY" : "BOOTREQUEST");
    } else if (f->form == FIELD_ADDRESS && f->bits == 48) {
        mac_print(head.data + f->bit / 8, f->text);
    } else if (f->form == FIELD_ADDRESS) {
        ip_print((uint32_t)f->value, f->text);
    }
}

static void hex_of(struct bytes data, char *text, size_t room)
{
    for (size_t i = 0; i < data.len && 3 * i + 3 < room; i++) {
        snprintf(text + 3 * i, room - 3 * i, i ? " %02x" : "%02x", data.data[i]);
    }
}

static void in_words(const struct named_option *o, struct bytes data, struct field *f)
{
    char ip[16];
    switch (o->form) {
    case AS_IP: ip_print((uint32_t)number_of(bytes_sub(data, 0, 4)), ip); break;
    case AS_TEXT: snprintf(f->text, sizeof f->text, "%.*s", (int)data.len, data.data); return;
    case AS_TYPE:
        if (data.len == 1 && data.data[0] <= DHCP_INFORM) {
            snprintf(f->text, sizeof f->text, "%s", dhcp_type_name((enum dhcp_type)data.data[0]));
        }
        return;
    case AS_BYTES: hex_of(data, f->text, sizeof f->text); return;
    case AS_NUMBER: return;
    }
    snprintf(f->text, sizeof f->text, "%s%s", ip, data.len > 4 ? " …" : "");
}

static void add_option(struct dissection *out, struct bytes area, size_t at, size_t len)
{
    const struct named_option *o = option_of(area.data[at]);
    struct bytes data = len > 2 ? bytes_sub(area, at + 2, len - 2) : (struct bytes){0};
    enum field_form form = o->form == AS_NUMBER ? FIELD_NUMBER
                           : o->form == AS_IP   ? FIELD_ADDRESS
                           : o->form == AS_TYPE ? FIELD_NAMED
                                                : FIELD_BYTES;
    struct field_spec spec = {o->name, form, (uint16_t)(at * 8), (uint16_t)(len * 8)};
    struct field *f = dissect_add_field(out, &spec, number_of(bytes_sub(data, 0, 8)));
    if (f && data.len > 0) {
        in_words(o, data, f);
    }
}

/* A layer with one field an option, END and what stands behind it as padding. */
static void inner(struct bytes message, uint32_t at, struct dissection *out)
{
    static const size_t before = UDP_HEADER + DHCP_FIXED + 4;
    if (message.len <= before) {
        return;
    }
    struct bytes area = bytes_sub(message, before, message.len);
    if (!dissect_add_layer(out, "dhcp-options", at + before, area.len)) {
        return;
    }
    for (size_t i = 0; i < area.len;) {
        uint8_t code = area.data[i];
        size_t len = code == DHCP_OPT_END || code == DHCP_OPT_PAD || i + 1 >= area.len
                         ? 1
                         : 2u + area.data[i + 1];
        if (code == DHCP_OPT_PAD || i + len > area.len) {
            len = area.len - i; /* padding to the end, or an option that is cut */
        }
        add_option(out, area, i, len);
        i += len;
    }
}

const struct format dhcp_format = {.name = "dhcp",
                                   .carrier = CARRIER_UDP,
                                   .number = DHCP_SERVER_PORT,
                                   .fields = fields,
                                   .json = json,
                                   .is = is,
                                   .kind = kind,
                                   .label = label,
                                   .value = value,
                                   .key = key,
                                   .split = split,
                                   .seal = udp_seal,
                                   .intact = intact,
                                   .describe = describe,
                                   .inner = inner};
