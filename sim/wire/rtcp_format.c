/* What RTCP tells about itself: its short name, its fields, a layer for each packet of a compound.
 */
#include "wire/rtcp.h"

#include "wire/rtcp_feedback.h"
#include "wire/udp.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BITS(bit) (8 * UDP_HEADER + (bit))

static const struct field_spec common[] = {
    {"version", FIELD_NUMBER, BITS(0), 2},
    {"padding", FIELD_FLAG, BITS(2), 1},
    {"count", FIELD_NUMBER, BITS(3), 5},
    {"type", FIELD_NAMED, BITS(8), 8},
    {"length", FIELD_NUMBER, BITS(16), 16},
    {"ssrc", FIELD_HEX, BITS(32), 32},
    {NULL, FIELD_NUMBER, 0, 0},
};

#define BLOCK_AT(bit)                                                                              \
    {"source", FIELD_HEX, BITS(bit), 32}, {"fraction", FIELD_NAMED, BITS((bit) + 32), 8},          \
        {"lost", FIELD_NAMED, BITS((bit) + 40), 24},                                               \
        {"highest", FIELD_NAMED, BITS((bit) + 64), 32},                                            \
        {"jitter", FIELD_NUMBER, BITS((bit) + 96), 32}, {"lsr", FIELD_HEX, BITS((bit) + 128), 32}, \
    {                                                                                              \
        "dlsr", FIELD_NAMED, BITS((bit) + 160), 32                                                 \
    }
#define SENDER                                                                                     \
    {"ntp_seconds", FIELD_NAMED, BITS(64), 32}, {"ntp_fraction", FIELD_NAMED, BITS(96), 32},       \
        {"timestamp", FIELD_NUMBER, BITS(128), 32}, {"packets", FIELD_NUMBER, BITS(160), 32},      \
    {                                                                                              \
        "bytes", FIELD_NUMBER, BITS(192), 32                                                       \
    }
#define END                                                                                        \
    {                                                                                              \
        NULL, FIELD_NUMBER, 0, 0                                                                   \
    }

static const struct field_spec *more(struct bytes head)
{
    static const struct field_spec sr[] = {SENDER, END}, sr_block[] = {SENDER, BLOCK_AT(224), END},
                                   rr_block[] = {BLOCK_AT(64), END}, none[] = {END};
    struct bytes compound = bytes_sub(head, UDP_HEADER, head.len);
    struct rtcp_packet p;
    if (!rtcp_next(&compound, &p)) {
        return none;
    }
    if (p.type == RTCP_SR) {
        return p.count > 0 ? sr_block : sr;
    }
    return p.type == RTCP_RR && p.count > 0 ? rr_block : none;
}

static const char *const json[] = {"type",    "ssrc",   "ntp_seconds", "ntp_fraction", "timestamp",
                                   "packets", "bytes",  "source",      "fraction",     "lost",
                                   "highest", "jitter", "lsr",         "dlsr",         NULL};

static const char *type_name(unsigned type)
{
    static const char *const names[] = {"SR", "RR", "SDES", "BYE", "APP", "RTPFB", "PSFB"};
    return type >= RTCP_SR && type <= RTCP_PSFB ? names[type - RTCP_SR] : "RTCP";
}

static const char *packet_name(const struct rtcp_packet *p)
{
    return rtcp_is_nack(p) ? "NACK" : rtcp_is_pli(p) ? "PLI" : type_name(p->type);
}

/* A compound is called by what it is for: leaving, feedback, or else the report it begins with. */
static const char *is(struct bytes head, uint32_t body_len)
{
    struct bytes rest = bytes_sub(head, UDP_HEADER, head.len);
    struct rtcp_packet p;
    const char *name = NULL;
    (void)body_len;
    while (rtcp_next(&rest, &p)) {
        if (!name || p.type == RTCP_BYE || p.type == RTCP_RTPFB || p.type == RTCP_PSFB) {
            name = packet_name(&p);
        }
    }
    return name ? name : "RTCP";
}

static enum packet_kind kind(struct bytes head, uint32_t body_len)
{
    (void)head;
    (void)body_len;
    return PACKET_REPORT;
}

static void key(struct bytes head, struct net *net)
{
    net->from.port = get_u16(head.data);
    net->to.port = get_u16(head.data + 2);
}

static bool split(struct bytes message, size_t *head_len, size_t *body_len)
{
    bool fits = udp_format.split(message, head_len, body_len);
    bool good = *head_len && rtcp_is_valid(bytes_sub(message, UDP_HEADER, *body_len));
    *head_len += *body_len;
    *body_len = 0;
    return fits && good;
}

static bool intact(struct bytes message, const struct net *net)
{
    return udp_format.intact(message, net);
}

static void describe_block(struct field *f)
{
    if (strcmp(f->name, "fraction") == 0) {
        snprintf(f->text, sizeof f->text, "%" PRIu64 "/256 = %.1f %%", f->value,
                 (double)f->value * 100 / 256);
    } else if (strcmp(f->name, "lost") == 0) {
        int32_t lost = (int32_t)((uint32_t)f->value ^ 0x800000) - 0x800000;
        snprintf(f->text, sizeof f->text, "%" PRId32, lost);
    } else if (strcmp(f->name, "highest") == 0) {
        snprintf(f->text, sizeof f->text, "%" PRIu64 ", cycle %" PRIu64, f->value & 0xffff,
                 f->value >> 16);
    } else if (strcmp(f->name, "dlsr") == 0) {
        snprintf(f->text, sizeof f->text, "%" PRIu64 "/65536 s = %.3f s", f->value,
                 (double)f->value / 65536);
    }
}

static void describe(struct bytes head, struct field *f)
{
    (void)head;
    if (strcmp(f->name, "type") == 0) {
        snprintf(f->text, sizeof f->text, "%" PRIu64 " %s", f->value,
                 type_name((unsigned)f->value));
    } else if (strcmp(f->name, "ntp_seconds") == 0) {
        snprintf(f->text, sizeof f->text, "%" PRIu64 " s since 1900", f->value);
    } else if (strcmp(f->name, "ntp_fraction") == 0) {
        snprintf(f->text, sizeof f->text, "%.6f s", (double)f->value / 4294967296.0);
    } else {
        describe_block(f);
    }
}

static const struct field_spec inner_fields[] = {
    {"version", FIELD_NUMBER, 0, 2},  {"padding", FIELD_FLAG, 2, 1},
    {"count", FIELD_NUMBER, 3, 5},    {"type", FIELD_NAMED, 8, 8},
    {"length", FIELD_NUMBER, 16, 16}, {"ssrc", FIELD_HEX, 32, 32},
    {NULL, FIELD_NUMBER, 0, 0},
};

static void add_run(const struct rtcp_packet *p, const char *name, enum field_form form, size_t at,
                    size_t len, struct dissection *out)
{
    if (len > 0 && at + len <= p->whole.len) {
        struct field_spec spec = {name, form, (uint16_t)(8 * at), (uint16_t)(8 * len)};
        uint64_t value = len <= 4 ? bits_read(p->whole, spec.bit, spec.bits) : 0;
        struct field *f = dissect_add_field(out, &spec, value);
        if (f && strcmp(name, "app_name") == 0) {
            snprintf(f->text, sizeof f->text, "%.4s", (const char *)p->whole.data + at);
        }
    }
}

/* Block i of one packet. */
static void add_block(const struct rtcp_packet *p, unsigned i, size_t before,
                      struct dissection *out)
{
    static const struct field_spec block[] = {BLOCK_AT(0), END};
    struct rtcp_block b;
    if (!rtcp_block(p, i, &b)) {
        return;
    }
    size_t at = 8 + (p->type == RTCP_SR ? 20u : 0) + 24u * i;
    for (const struct field_spec *s = block; s->name; s++) {
        struct field_spec here = *s;
        unsigned bit = (unsigned)(s->bit - 8 * UDP_HEADER + 8 * at);
        here.bit = (uint16_t)(bit + 8 * before);
        struct field *f = dissect_add_field(out, &here, bits_read(p->whole, bit, s->bits));
        if (f) {
            describe_block(f);
        }
    }
}

/* Each source has a chunk (RFC 3550 6.5): the first SSRC stands in the common fields. */
static void add_names(const struct rtcp_packet *p, struct dissection *out)
{
    uint32_t ssrc;
    struct bytes name;
    for (unsigned i = 0; rtcp_name(p, i, &ssrc, &name); i++) {
        if (name.len == 0) {
            continue;
        }
        size_t at = (size_t)(name.data - p->whole.data);
        size_t end = (at + name.len + 4) / 4 * 4;
        if (i > 0) {
            add_run(p, "source", FIELD_HEX, at - 6, 4, out);
        }
        add_run(p, "items", FIELD_BYTES, at - 2, end - (at - 2), out);
        struct field *f = out->field_count ? &out->fields[out->field_count - 1] : NULL;
        if (f && strcmp(f->name, "items") == 0) {
            snprintf(f->text, sizeof f->text, "CNAME %.*s", (int)(name.len < 40 ? name.len : 40),
                     (const char *)name.data);
        }
    }
}

static void add_leavers(const struct rtcp_packet *p, struct dissection *out)
{
    uint32_t ssrc;
    for (unsigned i = 1; rtcp_bye_source(p, i, &ssrc); i++) {
        add_run(p, "source", FIELD_HEX, 4 + 4u * i, 4, out);
    }
}

/* What follows the SSRC: of feedback whose stream and which numbers (RFC 4585 6.1), of APP a name
 * (RFC 3550 6.7). */
static void add_rest(const struct rtcp_packet *p, struct dissection *out)
{
    size_t at = 8;
    bool is_feedback = rtcp_is_nack(p) || rtcp_is_pli(p);
    if (p->type == RTCP_SDES) {
        add_names(p, out);
        return;
    }
    if (p->type == RTCP_BYE) {
        add_leavers(p, out);
        at = 4 + 4u * p->count;
    } else if (is_feedback) {
        add_run(p, "media", FIELD_HEX, at, 4, out);
        at += 4;
    } else if (p->type == RTCP_APP) {
        add_run(p, "app_name", FIELD_NAMED, at, 4, out);
        at += 4;
    }
    for (; rtcp_is_nack(p) && at + 4 <= p->whole.len; at += 4) {
        add_run(p, "pid", FIELD_NUMBER, at, 2, out);
        add_run(p, "blp", FIELD_HEX, at + 2, 2, out);
    }
    if (at < p->whole.len) {
        add_run(p, "data", FIELD_BYTES, at, p->whole.len - at, out);
    }
}

static void add_packet(const struct rtcp_packet *p, uint32_t at, struct dissection *out)
{
    if (!dissect_add_layer(out, "rtcp", at, p->whole.len)) {
        return;
    }
    for (const struct field_spec *s = inner_fields; s->name; s++) {
        if ((s->bit + s->bits + 7u) / 8 <= p->whole.len) {
            struct field *f = dissect_add_field(out, s, bits_read(p->whole, s->bit, s->bits));
            if (f) {
                describe(p->whole, f);
            }
        }
    }
    add_rest(p, out);
}

/* The layer just added takes the first packet; each of the others is one of its own. */
static void inner(struct bytes message, uint32_t at, struct dissection *out)
{
    struct bytes rest = bytes_sub(message, UDP_HEADER, message.len);
    const uint8_t *start = message.data;
    struct rtcp_packet p;
    if (rtcp_next(&rest, &p)) {
        out->layers[out->layer_count - 1].len = (uint32_t)p.whole.len;
        for (unsigned i = 1; i < p.count; i++) {
            add_block(&p, i, UDP_HEADER, out);
        }
    }
    while (rtcp_next(&rest, &p)) {
        add_packet(&p, at + (uint32_t)(p.whole.data - start), out);
    }
}

/* Block i of the compound, over all its reports. */
static bool nth_block(struct bytes rest, unsigned i, struct rtcp_block *out)
{
    struct rtcp_packet p;
    while (rtcp_next(&rest, &p)) {
        bool has_blocks = p.type == RTCP_SR || p.type == RTCP_RR;
        if (has_blocks && i < p.count) {
            return rtcp_block(&p, i, out);
        }
        i -= has_blocks ? p.count : 0;
    }
    return false;
}

/* "lost.2" is that of the third block. */
static bool value(struct bytes head, const char *name, int64_t *out)
{
    const char *dot = strchr(name, '.');
    size_t len = dot ? (size_t)(dot - name) : 0;
    struct rtcp_block b;
    if (!dot || !nth_block(bytes_sub(head, UDP_HEADER, head.len),
                           (unsigned)strtoul(dot + 1, NULL, 10), &b)) {
        return false;
    }
    const struct {
        const char *name;
        int64_t value;
    } all[] = {{"source", b.ssrc},     {"fraction", b.fraction}, {"lost", b.lost & 0xffffff},
               {"highest", b.highest}, {"jitter", b.jitter},     {"lsr", b.lsr},
               {"dlsr", b.dlsr}};
    for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
        if (strlen(all[k].name) == len && memcmp(all[k].name, name, len) == 0) {
            *out = all[k].value;
            return true;
        }
    }
    return false;
}

const struct format rtcp_format = {.name = "rtcp",
                                   .carrier = CARRIER_UDP,
                                   .number = 0, /* known by its bytes: format_in_udp */
                                   .fields = common,
                                   .more = more,
                                   .json = json,
                                   .is = is,
                                   .kind = kind,
                                   .key = key,
                                   .split = split,
                                   .seal = udp_seal,
                                   .intact = intact,
                                   .describe = describe,
                                   .value = value,
                                   .inner = inner};
