/* What RSVP tells about itself: the common header, and each object as the RFC draws it, as a layer
 * of its own. */
#include "wire/rsvp.h"

#include "wire/checksum.h"
#include "wire/format.h"

#include <stdio.h>
#include <string.h>

const char *rsvp_type_name(unsigned type)
{
    static const char *const names[] = {"RSVP",     "PATH",      "RESV",      "PATH-ERR",
                                        "RESV-ERR", "PATH-TEAR", "RESV-TEAR", "RESV-CONF"};
    return type < sizeof names / sizeof *names ? names[type] : names[0];
}

const char *rsvp_style_name(unsigned style)
{
    return style == RSVP_WF ? "WF" : style == RSVP_FF ? "FF" : style == RSVP_SE ? "SE" : NULL;
}

#define HEAD                                                                                       \
    {"length", FIELD_NUMBER, 0, 16}, {"class", FIELD_NAMED, 16, 8},                                \
    {                                                                                              \
        "ctype", FIELD_NUMBER, 24, 8                                                               \
    }
#define END                                                                                        \
    {                                                                                              \
        NULL, FIELD_NUMBER, 0, 0                                                                   \
    }
#define FLOAT(name, bit)                                                                           \
    {                                                                                              \
        name, FIELD_NAMED, bit, 32                                                                 \
    }
#define TSPEC(at)                                                                                  \
    {"param", FIELD_NUMBER, (at), 8}, {"param_flags", FIELD_UNUSED, (at) + 8, 8},                  \
        {"param_words", FIELD_NUMBER, (at) + 16, 16}, FLOAT("rate", (at) + 32),                    \
        FLOAT("bucket", (at) + 64), FLOAT("peak", (at) + 96),                                      \
        {"min_unit", FIELD_NUMBER, (at) + 128, 32},                                                \
    {                                                                                              \
        "max_packet", FIELD_NUMBER, (at) + 160, 32                                                 \
    }
#define SPEC_HEAD                                                                                  \
    {"version", FIELD_NUMBER, 32, 4}, {"reserved_bits", FIELD_UNUSED, 36, 12},                     \
        {"words", FIELD_NUMBER, 48, 16}, {"service", FIELD_NAMED, 64, 8},                          \
        {"service_flags", FIELD_HEX, 72, 8},                                                       \
    {                                                                                              \
        "service_words", FIELD_NUMBER, 80, 16                                                      \
    }

/* How the body of each class is drawn; what is longer has a run of bytes behind it. */
static const struct drawing {
    const char *proto;
    const struct field_spec *fields;
} drawings[RSVP_RESV_CONFIRM + 1] = {
    [RSVP_SESSION] = {"rsvp-session",
                      (const struct field_spec[]){HEAD,
                                                  {"address", FIELD_ADDRESS, 32, 32},
                                                  {"protocol", FIELD_NAMED, 64, 8},
                                                  {"flags", FIELD_HEX, 72, 8},
                                                  {"port", FIELD_NUMBER, 80, 16},
                                                  END}},
    [RSVP_HOP] = {"rsvp-hop", (const struct field_spec[]){HEAD,
                                                          {"address", FIELD_ADDRESS, 32, 32},
                                                          {"lih", FIELD_NUMBER, 64, 32},
                                                          END}},
    [RSVP_TIME_VALUES] = {"rsvp-time",
                          (const struct field_spec[]){
                              HEAD, {"refresh", FIELD_NUMBER, 32, 32}, END}},
    [RSVP_ERROR_SPEC] = {"rsvp-error",
                         (const struct field_spec[]){HEAD,
                                                     {"address", FIELD_ADDRESS, 32, 32},
                                                     {"flags", FIELD_HEX, 64, 8},
                                                     {"code", FIELD_NAMED, 72, 8},
                                                     {"value", FIELD_NUMBER, 80, 16},
                                                     END}},
    [RSVP_STYLE] = {"rsvp-style",
                    (const struct field_spec[]){
                        HEAD, {"flags", FIELD_HEX, 32, 8}, {"style", FIELD_NAMED, 40, 24}, END}},
    [RSVP_FLOWSPEC] = {"rsvp-flowspec",
                       (const struct field_spec[]){HEAD, SPEC_HEAD, TSPEC(96), END}},
    [RSVP_FILTER_SPEC] = {"rsvp-filter",
                          (const struct field_spec[]){HEAD,
                                                      {"address", FIELD_ADDRESS, 32, 32},
                                                      {"unused", FIELD_UNUSED, 64, 16},
                                                      {"port", FIELD_NUMBER, 80, 16},
                                                      END}},
    [RSVP_SENDER_TEMPLATE] = {"rsvp-sender",
                              (const struct field_spec[]){HEAD,
                                                          {"address", FIELD_ADDRESS, 32, 32},
                                                          {"unused", FIELD_UNUSED, 64, 16},
                                                          {"port", FIELD_NUMBER, 80, 16},
                                                          END}},
    [RSVP_SENDER_TSPEC] = {"rsvp-tspec",
                           (const struct field_spec[]){HEAD, SPEC_HEAD, TSPEC(96), END}},
    [RSVP_ADSPEC] = {"rsvp-adspec", (const struct field_spec[]){HEAD,
                                                                SPEC_HEAD,
                                                                {"hops", FIELD_NUMBER, 128, 32},
                                                                FLOAT("bandwidth", 192),
                                                                {"latency", FIELD_NUMBER, 256, 32},
                                                                {"mtu", FIELD_NUMBER, 320, 32},
                                                                END}},
    [RSVP_RESV_CONFIRM] = {"rsvp-confirm",
                           (const struct field_spec[]){
                               HEAD, {"address", FIELD_ADDRESS, 32, 32}, END}},
};

/* R and S of guaranteed service, behind the token bucket. */
static const struct field_spec rate_fields[] = {
    {"rspec", FIELD_NUMBER, 288, 8},        {"rspec_flags", FIELD_UNUSED, 296, 8},
    {"rspec_words", FIELD_NUMBER, 304, 16}, FLOAT("reserved", 320),
    {"slack", FIELD_NUMBER, 352, 32},       END};

/* Guaranteed service's error terms, behind the general parameters. */
static const struct field_spec error_term_fields[] = {
    {"gs", FIELD_NAMED, 352, 8},         {"gs_flags", FIELD_HEX, 360, 8},
    {"gs_words", FIELD_NUMBER, 368, 16}, {"c_total", FIELD_NUMBER, 416, 32},
    {"d_total", FIELD_NUMBER, 480, 32},  {"c_sum", FIELD_NUMBER, 544, 32},
    {"d_sum", FIELD_NUMBER, 608, 32},    END};

static const struct field_spec other_fields[] = {HEAD, END};

static const struct field_spec fields[] = {
    {"version", FIELD_NUMBER, 0, 4},   {"flags", FIELD_HEX, 4, 4},
    {"type", FIELD_NAMED, 8, 8},       {"checksum", FIELD_HEX, 16, 16},
    {"send_ttl", FIELD_NUMBER, 32, 8}, {"reserved", FIELD_UNUSED, 40, 8},
    {"length", FIELD_NUMBER, 48, 16},  END,
};

static const char *const json[] = {"type", "style", "rate", "error", NULL};

const char *rsvp_class_name(unsigned class)
{
    static const char *const names[] = {
        [RSVP_NULL] = "NULL",
        [RSVP_SESSION] = "SESSION",
        [RSVP_HOP] = "RSVP_HOP",
        [RSVP_INTEGRITY] = "INTEGRITY",
        [RSVP_TIME_VALUES] = "TIME_VALUES",
        [RSVP_ERROR_SPEC] = "ERROR_SPEC",
        [RSVP_SCOPE] = "SCOPE",
        [RSVP_STYLE] = "STYLE",
        [RSVP_FLOWSPEC] = "FLOWSPEC",
        [RSVP_FILTER_SPEC] = "FILTER_SPEC",
        [RSVP_SENDER_TEMPLATE] = "SENDER_TEMPLATE",
        [RSVP_SENDER_TSPEC] = "SENDER_TSPEC",
        [RSVP_ADSPEC] = "ADSPEC",
        [RSVP_POLICY] = "POLICY_DATA",
        [RSVP_RESV_CONFIRM] = "RESV_CONFIRM",
    };
    return class < sizeof names / sizeof *names ? names[class] : NULL;
}

static const char *is(struct bytes head, uint32_t body_len)
{
    (void)body_len;
    return rsvp_type_name(head.len > 1 ? head.data[1] : 0);
}

static enum packet_kind kind(struct bytes head, uint32_t body_len)
{
    unsigned type = head.len > 1 ? head.data[1] : 0;
    (void)body_len;
    return type == RSVP_PATH_ERR || type == RSVP_RESV_ERR     ? PACKET_RESET
           : type == RSVP_PATH_TEAR || type == RSVP_RESV_TEAR ? PACKET_CONTROL
           : type == RSVP_RESV_CONF                           ? PACKET_ACK
                                                              : PACKET_REPORT;
}

/* "PATH", "RESV FF": a reservation by its style. */
static void label(struct bytes head, uint32_t body_len, char buf[24])
{
    struct rsvp m;
    const char *style =
        rsvp_read(head, &m) == RSVP_SOUND && m.type == RSVP_RESV ? rsvp_style_name(m.style) : NULL;
    snprintf(buf, 24, "%s%s%s", is(head, body_len), style ? " " : "", style ? style : "");
}

static int64_t addr_value(struct addr a)
{
    return (int64_t)((uint64_t)a.ip << 16 | a.port);
}

/* Its first sender; false: it names none. */
static bool first_sender(const struct rsvp *m, int64_t *out)
{
    bool has_template = m->given >> RSVP_SENDER_TEMPLATE & 1;
    *out = addr_value(has_template ? m->sender : m->filters[0]);
    return has_template || m->filter_count > 0;
}

/* Bytes a second of its first flow, the style, the error; addresses as ip << 16 | port. */
static bool value(struct bytes head, const char *field, int64_t *out)
{
    struct rsvp m;
    if (rsvp_read(head, &m) == RSVP_BROKEN) {
        return false;
    }
    if (strcmp(field, "rate") == 0 && m.flow_count > 0) {
        *out = rsvp_share(&m.flows[0].flowspec);
    } else if (strcmp(field, "rate") == 0 && m.given >> RSVP_SENDER_TSPEC & 1) {
        *out = m.tspec.rate;
    } else if (strcmp(field, "style") == 0 && m.given >> RSVP_STYLE & 1) {
        *out = m.style;
    } else if (strcmp(field, "error") == 0 && m.given >> RSVP_ERROR_SPEC & 1) {
        *out = m.error.code;
    } else if (strcmp(field, "session") == 0 && m.given >> RSVP_SESSION & 1) {
        *out = addr_value(m.session);
    } else if (strcmp(field, "sender") == 0) {
        return first_sender(&m, out);
    } else {
        return false;
    }
    return true;
}

static bool split(struct bytes message, size_t *head_len, size_t *body_len)
{
    *head_len = message.len >= RSVP_HEADER ? message.len : 0;
    *body_len = 0;
    return rsvp_is_sound(message);
}

static void seal(uint8_t *message, size_t len, const struct net *net)
{
    (void)net;
    put_u16(message + 2, 0);
    put_u16(message + 2, checksum_of(bytes_of(message, len)));
}

/* A checksum of zero: none was transmitted (3.1.1). */
static bool intact(struct bytes message, const struct net *net)
{
    (void)net;
    return message.len < 4 || get_u16(message.data + 2) == 0 || checksum_of(message) == 0;
}

static const char *error_name(uint64_t code)
{
    switch (code) {
    case RSVP_CONFIRMED: return "confirmation";
    case RSVP_ADMISSION_FAILURE: return "admission failure";
    case RSVP_NO_PATH: return "no path for this RESV";
    case RSVP_NO_SENDER: return "no sender for this RESV";
    case RSVP_STYLE_CONFLICT: return "conflicting style";
    case RSVP_UNKNOWN_STYLE: return "unknown style";
    case RSVP_DEST_PORTS: return "conflicting destination ports";
    case RSVP_SENDER_PORTS: return "conflicting sender ports";
    case RSVP_UNKNOWN_CLASS: return "unknown object class";
    case RSVP_UNKNOWN_CTYPE: return "unknown object C-Type";
    case RSVP_TRAFFIC_CONTROL: return "traffic control error";
    case RSVP_SYSTEM_ERROR: return "RSVP system error";
    }
    return "";
}

static const char *service_name(uint64_t service)
{
    return service == RSVP_CONTROLLED_LOAD ? "controlled load"
           : service == RSVP_GUARANTEED    ? "guaranteed"
           : service == RSVP_GENERAL       ? "general"
                                           : "";
}

/* Bytes a second are what the RFC counts in; bits are what people do. */
static void say_float(struct field *f)
{
    int64_t bytes = rsvp_unfloat((uint32_t)f->value);
    bool is_rate = strcmp(f->name, "bucket") != 0;
    if (bytes < 0) {
        snprintf(f->text, sizeof f->text, "0x%08x", (unsigned)f->value);
    } else if (bytes == INT64_MAX) {
        snprintf(f->text, sizeof f->text, "∞");
    } else {
        snprintf(f->text, sizeof f->text, "%lld %s", (long long)bytes, is_rate ? "B/s" : "B");
    }
}

static void describe(struct bytes head, struct field *f)
{
    static const char *const floats[] = {"rate", "bucket", "peak", "reserved", "bandwidth", NULL};
    const char *text = "";
    for (const char *const *name = floats; *name; name++) {
        if (strcmp(f->name, *name) == 0) {
            say_float(f);
            return;
        }
    }
    if (f->form == FIELD_ADDRESS) {
        ip_print((uint32_t)f->value, f->text);
        return;
    }
    if (strcmp(f->name, "type") == 0) {
        text = is(head, 0);
    } else if (strcmp(f->name, "class") == 0) {
        text = rsvp_class_name((unsigned)f->value);
    } else if (strcmp(f->name, "code") == 0) {
        text = error_name(f->value);
    } else if (strcmp(f->name, "service") == 0 || strcmp(f->name, "gs") == 0) {
        text = service_name(f->value);
    } else if (strcmp(f->name, "style") == 0) {
        text = rsvp_style_name((unsigned)f->value);
    } else if (strcmp(f->name, "protocol") == 0) {
        text = f->value == 17 ? "UDP" : f->value == 6 ? "TCP" : "";
    } else {
        return;
    }
    snprintf(f->text, sizeof f->text, "%s", text ? text : "");
}

/* Those fields that lie within the object; returns how many bytes of it they draw. */
static size_t add_run(struct dissection *out, const struct field_spec *specs, struct bytes object)
{
    size_t drawn = RSVP_OBJECT;
    for (const struct field_spec *s = specs; s->name; s++) {
        size_t end = (s->bit + s->bits) / 8u;
        struct field *f = end <= object.len
                              ? dissect_add_field(out, s, bits_read(object, s->bit, s->bits))
                              : NULL;
        if (f) {
            describe(object, f);
            drawn = end > drawn ? end : drawn;
        }
    }
    return drawn;
}

static void add_object(struct dissection *out, struct bytes message, uint32_t at,
                       const struct rsvp_object *o)
{
    bool is_drawn = o->class <= RSVP_RESV_CONFIRM && drawings[o->class].proto;
    struct bytes object = bytes_sub(message, o->at, RSVP_OBJECT + o->body.len);
    if (!dissect_add_layer(out, is_drawn ? drawings[o->class].proto : "rsvp-object", at + o->at,
                           object.len)) {
        return;
    }
    size_t drawn = add_run(out, is_drawn ? drawings[o->class].fields : other_fields, object);
    if (o->class == RSVP_FLOWSPEC && object.len == 48) {
        drawn = add_run(out, rate_fields, object);
    }
    if (o->class == RSVP_ADSPEC && object.len == 84 && object.data[44] == RSVP_GUARANTEED) {
        drawn = add_run(out, error_term_fields, object);
    }
    if (drawn < object.len) {
        struct field_spec rest = {"rest", FIELD_BYTES, (uint16_t)(8 * drawn),
                                  (uint16_t)(8 * (object.len - drawn))};
        dissect_add_field(out, &rest, 0);
    }
}

/* The layer just added keeps the common header; the objects follow. */
static void inner(struct bytes message, uint32_t at, struct dissection *out)
{
    struct rsvp_object o;
    size_t here = RSVP_HEADER;
    out->layers[out->layer_count - 1].len = RSVP_HEADER;
    while (rsvp_next(message, &here, &o)) {
        add_object(out, message, at, &o);
    }
}

const struct format rsvp_format = {.name = "rsvp",
                                   .carrier = CARRIER_IP,
                                   .number = IP_RSVP,
                                   .fields = fields,
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
