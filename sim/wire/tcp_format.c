/* What dissect and the inspector know of TCP: the fields, the flag cells, the options as a layer.
 */
#include "wire/checksum.h"
#include "wire/ipv4.h"
#include "wire/tcp.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct field_spec fields[] = {
    {"src_port", FIELD_NUMBER, 0, 16}, {"dst_port", FIELD_NUMBER, 16, 16},
    {"seq", FIELD_NUMBER, 32, 32},     {"ack", FIELD_NUMBER, 64, 32},
    {"offset", FIELD_NUMBER, 96, 4},   {"reserved", FIELD_UNUSED, 100, 4},
    {"cwr", FIELD_FLAG, 104, 1},       {"ece", FIELD_FLAG, 105, 1},
    {"urg", FIELD_FLAG, 106, 1},       {"ack_flag", FIELD_FLAG, 107, 1},
    {"psh", FIELD_FLAG, 108, 1},       {"rst", FIELD_FLAG, 109, 1},
    {"syn", FIELD_FLAG, 110, 1},       {"fin", FIELD_FLAG, 111, 1},
    {"win", FIELD_NUMBER, 112, 16},    {"checksum", FIELD_HEX, 128, 16},
    {"urgent", FIELD_NUMBER, 144, 16}, {NULL, FIELD_NUMBER, 0, 0},
};

static const char *const json[] = {"src_port", "dst_port", "seq", "ack",    "flags",
                                   "win",      "urgent",   "mss", "wscale", "sack_ok",
                                   "ts_val",   "ts_ecr",   NULL};

static uint8_t flags_of(struct bytes head)
{
    return head.len >= TCP_HEADER ? head.data[13] : 0;
}

static const char *is(struct bytes head, uint32_t body_len)
{
    return tcp_is(flags_of(head), body_len);
}

static enum packet_kind kind(struct bytes head, uint32_t body_len)
{
    uint8_t flags = flags_of(head);
    if (flags & TCP_RST) {
        return PACKET_RESET;
    }
    if (flags & (TCP_SYN | TCP_FIN)) {
        return PACKET_CONTROL;
    }
    return body_len > 0 ? PACKET_DATA : PACKET_ACK;
}

/* "sack1_left" … "sack4_right": an edge of a SACK block. */
static bool sack_edge(const struct tcp_seg *seg, const char *field, int64_t *out)
{
    unsigned block = strncmp(field, "sack", 4) == 0 ? (unsigned)(field[4] - '1') : UINT8_MAX;
    if (!(seg->options & TCP_OPT_SACK) || block >= seg->sack_count) {
        return false;
    }
    const struct tcp_sack *s = &seg->sack[block];
    bool is_left = strcmp(field + 5, "_left") == 0;
    *out = is_left ? s->left.v : s->right.v;
    return is_left || strcmp(field + 5, "_right") == 0;
}

static bool value(struct bytes head, const char *field, int64_t *out)
{
    struct tcp_seg seg;
    if (!tcp_decode(head, 0, &seg)) {
        return false;
    }
    const struct {
        const char *name;
        unsigned option; /* 0: always there */
        int64_t value;
    } values[] = {
        {"flags", 0, seg.flags},
        {"mss", TCP_OPT_MSS, seg.mss},
        {"wscale", TCP_OPT_WSCALE, seg.wscale},
        {"sack_ok", TCP_OPT_SACK_OK, 1},
        {"ts_val", TCP_OPT_TIMESTAMPS, seg.ts_val},
        {"ts_ecr", TCP_OPT_TIMESTAMPS, seg.ts_ecr},
    };
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        if (strcmp(values[i].name, field) == 0) {
            *out = values[i].value;
            return values[i].option == 0 || (seg.options & values[i].option);
        }
    }
    return sack_edge(&seg, field, out);
}

static size_t all(struct bytes head, struct field_value *out)
{
    struct tcp_seg seg;
    if (!tcp_decode(head, 0, &seg)) {
        return 0;
    }
    const struct field_value fixed[] = {
        {"src_port", seg.from}, {"dst_port", seg.to}, {"seq", seg.seq.v},     {"ack", seg.ack.v},
        {"flags", seg.flags},   {"win", seg.window},  {"urgent", seg.urgent},
    };
    size_t count = sizeof fixed / sizeof *fixed;
    memcpy(out, fixed, sizeof fixed);
    if (seg.options & TCP_OPT_MSS) {
        out[count++] = (struct field_value){"mss", seg.mss};
    }
    if (seg.options & TCP_OPT_WSCALE) {
        out[count++] = (struct field_value){"wscale", seg.wscale};
    }
    if (seg.options & TCP_OPT_SACK_OK) {
        out[count++] = (struct field_value){"sack_ok", 1};
    }
    if (seg.options & TCP_OPT_TIMESTAMPS) {
        out[count++] = (struct field_value){"ts_val", seg.ts_val};
        out[count++] = (struct field_value){"ts_ecr", seg.ts_ecr};
    }
    return count;
}

static void key(struct bytes head, struct net *net)
{
    net->from.port = get_u16(head.data);
    net->to.port = get_u16(head.data + 2);
}

static bool split(struct bytes message, size_t *head_len, size_t *body_len)
{
    *head_len = *body_len = 0;
    if (message.len < TCP_HEADER) {
        return false;
    }
    size_t len = (message.data[12] >> 4) * 4u;
    bool fits = len >= TCP_HEADER && len <= message.len;
    *head_len = fits ? len : TCP_HEADER;
    *body_len = message.len - *head_len;
    return fits;
}

static bool intact(struct bytes message, const struct net *net)
{
    struct checksum c = {0};
    checksum_add_pseudo(&c, net->from.ip, net->to.ip, IP_TCP, message.len);
    checksum_add(&c, message);
    return checksum_end(&c) == 0;
}

static void describe(struct bytes head, struct field *f)
{
    (void)head;
    if (strcmp(f->name, "offset") == 0) {
        snprintf(f->text, sizeof f->text, "%u × 4 B", (unsigned)f->value);
    }
}

/* "MSS 1460"; nothing for padding. */
static void option_text(struct bytes option, char *out, size_t size)
{
    const uint8_t *value_at = option.data + 2;
    *out = '\0';
    switch (option.data[0]) {
    case TCP_KIND_END:
    case TCP_KIND_NOP: return;
    case TCP_KIND_MSS: snprintf(out, size, "MSS %u", get_u16(value_at)); return;
    case TCP_KIND_WSCALE: snprintf(out, size, "WS %u", *value_at); return;
    case TCP_KIND_SACK_OK: snprintf(out, size, "SACK permitted"); return;
    case TCP_KIND_SACK: snprintf(out, size, "SACK × %zu", (option.len - 2) / 8); return;
    case TCP_KIND_TIMESTAMPS:
        snprintf(out, size, "TS %" PRIu32 ":%" PRIu32, get_u32(value_at), get_u32(value_at + 4));
        return;
    }
    snprintf(out, size, "option %u", option.data[0]);
}

/* Adds " · text", or an ellipsis when there is no room: that is the last thing added. */
static void append(char *line, size_t size, const char *text)
{
    static const char more[] = " …";
    size_t len = strlen(line), more_len = sizeof more - 1;
    bool is_full = len > more_len && strcmp(line + len - more_len, more) == 0;
    const char *between = len ? " · " : "";
    if (*text && !is_full) {
        bool fits = len + strlen(between) + strlen(text) + more_len < size;
        snprintf(line + len, size - len, "%s%s", fits ? between : more, fits ? text : "");
    }
}

static struct field *add(struct dissection *out, const char *name, enum field_form form,
                         size_t byte, size_t len, uint64_t number)
{
    struct field_spec spec = {name, form, (uint16_t)(byte * 8), (uint16_t)(len * 8)};
    return dissect_add_field(out, &spec, number);
}

static void add_sack(struct bytes option, size_t at, struct dissection *out)
{
    for (size_t i = 2; i + 8 <= option.len; i += 8) {
        uint32_t left = get_u32(option.data + i), right = get_u32(option.data + i + 4);
        size_t first = i == 2 ? 2 : 0; /* kind and length go with the first block */
        struct field *f = add(out, "sack", FIELD_NAMED, at + i - first, 8 + first, left);
        if (f) {
            snprintf(f->text, sizeof f->text, "%" PRIu32 ":%" PRIu32, left, right);
        }
    }
}

static void add_option(struct bytes option, size_t at, struct dissection *out)
{
    const uint8_t *p = option.data;
    switch (p[0]) {
    case TCP_KIND_END: add(out, "end", FIELD_UNUSED, at, 1, 0); return;
    case TCP_KIND_NOP: add(out, "nop", FIELD_UNUSED, at, 1, 1); return;
    case TCP_KIND_MSS: add(out, "mss", FIELD_NUMBER, at, 4, get_u16(p + 2)); return;
    case TCP_KIND_WSCALE: add(out, "wscale", FIELD_NUMBER, at, 3, p[2]); return;
    case TCP_KIND_SACK_OK: add(out, "sack_ok", FIELD_BYTES, at, 2, 1); return;
    case TCP_KIND_SACK: add_sack(option, at, out); return;
    case TCP_KIND_TIMESTAMPS:
        add(out, "ts_val", FIELD_NUMBER, at, 6, get_u32(p + 2));
        add(out, "ts_ecr", FIELD_NUMBER, at + 6, 4, get_u32(p + 6));
        return;
    }
    add(out, "unknown", FIELD_BYTES, at, option.len, p[0]);
}

/* The right length for its kind; unknown kinds have none. */
static bool is_sound(struct bytes option)
{
    switch (option.data[0]) {
    case TCP_KIND_MSS: return option.len == 4;
    case TCP_KIND_WSCALE: return option.len == 3;
    case TCP_KIND_SACK_OK: return option.len == 2;
    case TCP_KIND_SACK: return option.len > 2 && option.len % 8 == 2;
    case TCP_KIND_TIMESTAMPS: return option.len == 10;
    }
    return true;
}

/* One field of the header for all options, then a layer with one field an option. */
static void inner(struct bytes message, uint32_t at, struct dissection *out)
{
    size_t head_len, body_len, where = 0, before = 0;
    split(message, &head_len, &body_len);
    struct bytes options = bytes_sub(message, TCP_HEADER, head_len - TCP_HEADER), option;
    if (options.len == 0) {
        return;
    }
    struct field *all = add(out, "options", FIELD_BYTES, TCP_HEADER, options.len, 0);
    if (!dissect_add_layer(out, "tcp-options", at + TCP_HEADER, options.len)) {
        return;
    }
    while (tcp_option_next(options, &where, &option) == TCP_OPTION_HERE && is_sound(option)) {
        char text[40];
        option_text(option, text, sizeof text);
        add_option(option, before, out);
        if (all) {
            append(all->text, sizeof all->text, text);
        }
        before += option.len;
    }
    if (before < options.len) {
        add(out, "rest", FIELD_BYTES, before, options.len - before, 0);
    }
}

const struct format tcp_format = {.name = "tcp",
                                  .carrier = CARRIER_IP,
                                  .number = IP_TCP,
                                  .fields = fields,
                                  .json = json,
                                  .all = all,
                                  .is = is,
                                  .kind = kind,
                                  .value = value,
                                  .key = key,
                                  .split = split,
                                  .seal = tcp_seal,
                                  .seal_head = tcp_seal_head,
                                  .intact = intact,
                                  .describe = describe,
                                  .inner = inner};
