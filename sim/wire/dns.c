/* Writing and reading. Reading a name never goes on for ever: each pointer must lead before the
 * place where the name, or the last pointer, began. */
#include "wire/dns.h"

#include <stdio.h>
#include <string.h>

enum {
    FLAG_ANSWER = 0x8000,
    FLAG_AUTHORITATIVE = 0x0400,
    FLAG_TRUNCATED = 0x0200,
    FLAG_WANTS = 0x0100,
    FLAG_CAN = 0x0080,
    CLASS_IN = 1,
    POINTER = 0xc0
};

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
}

bool dns_is_name(const char *text)
{
    size_t label = 0, len = strlen(text);
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '.' ? label == 0 : !is_letter(text[i])) {
            return false;
        }
        label = text[i] == '.' ? 0 : label + 1;
        if (label > DNS_LABEL_MAX) {
            return false;
        }
    }
    return label > 0 && len <= DNS_NAME_MAX;
}

bool dns_same_name(const char *a, const char *b)
{
    for (; *a && *b; a++, b++) {
        char x = *a >= 'A' && *a <= 'Z' ? (char)(*a + 32) : *a,
             y = *b >= 'A' && *b <= 'Z' ? (char)(*b + 32) : *b;
        if (x != y) {
            return false;
        }
    }
    return *a == *b;
}

const char *dns_type_name(unsigned type, char buf[12])
{
    switch (type) {
    case DNS_A: return "A";
    case DNS_NS: return "NS";
    case DNS_CNAME: return "CNAME";
    case DNS_TXT: return "TXT";
    case DNS_AAAA: return "AAAA";
    default: snprintf(buf, 12, "TYPE%u", type & 0xffff); return buf;
    }
}

const char *dns_rcode_name(unsigned rcode)
{
    static const char *const names[] = {"NOERROR",  "FORMERR", "SERVFAIL",
                                        "NXDOMAIN", "NOTIMP",  "REFUSED"};
    return rcode < sizeof names / sizeof *names ? names[rcode] : "?";
}

/* ---- writing ---- */

static void add_u16(struct buf *out, unsigned v)
{
    put_u16(buf_extend(out, 2), v);
}

static void add_name(struct buf *out, const char *name)
{
    while (*name) {
        size_t n = strcspn(name, ".");
        buf_char(out, (char)n);
        buf_add(out, bytes_of(name, n));
        name += n + (name[n] == '.');
    }
    buf_char(out, 0);
}

void dns_write_head(const struct dns_head *h, struct buf *out)
{
    unsigned flags = (h->is_answer ? FLAG_ANSWER : 0u) | (unsigned)(h->opcode & 15) << 11 |
                     (h->is_authoritative ? FLAG_AUTHORITATIVE : 0u) |
                     (h->is_truncated ? FLAG_TRUNCATED : 0u) |
                     (h->wants_recursion ? FLAG_WANTS : 0u) | (h->can_recurse ? FLAG_CAN : 0u) |
                     (h->rcode & 15u);
    add_u16(out, h->id);
    add_u16(out, flags);
    for (unsigned i = 0; i < 4; i++) {
        add_u16(out, h->counts[i]);
    }
    if (h->counts[0] > 0) {
        add_name(out, h->name);
        add_u16(out, h->type);
        add_u16(out, CLASS_IN);
    }
}

void dns_write_record(const struct dns_record *r, const struct dns_head *h, struct buf *out)
{
    if (h->counts[0] > 0 && dns_same_name(r->name, h->name)) {
        add_u16(out, POINTER << 8 | DNS_HEADER); /* the question's name follows the header */
    } else {
        add_name(out, r->name);
    }
    add_u16(out, r->type);
    add_u16(out, CLASS_IN);
    add_u16(out, r->ttl >> 16);
    add_u16(out, r->ttl & 0xffff);
    add_u16(out, (unsigned)r->data.len);
    if (r->data.len) {
        buf_add(out, r->data);
    }
}

/* ---- reading ---- */

static bool take_u16(struct bytes m, size_t *at, uint16_t *out)
{
    if (m.len < *at + 2) {
        return false;
    }
    *out = get_u16(m.data + *at);
    *at += 2;
    return true;
}

static bool add_label(struct bytes label, char name[DNS_NAME_MAX + 1], size_t *len)
{
    if (*len + (*len > 0) + label.len > DNS_NAME_MAX) {
        return false;
    }
    if (*len > 0) {
        name[(*len)++] = '.';
    }
    for (size_t i = 0; i < label.len; i++) { /* what no name of a host has is shown as such */
        char c = (char)label.data[i];
        name[(*len)++] = is_letter(c) ? c : '?';
    }
    return true;
}

static bool read_name(struct bytes m, size_t *at, char name[DNS_NAME_MAX + 1])
{
    size_t here = *at, limit = *at, len = 0;
    bool has_jumped = false;
    while (here < m.len) {
        uint8_t n = m.data[here];
        if (n == 0) {
            *at = has_jumped ? *at : here + 1;
            name[len] = '\0';
            return true;
        }
        if ((n & POINTER) == POINTER) {
            size_t target = here + 1 < m.len ? (size_t)(n & 63) << 8 | m.data[here + 1] : m.len;
            if (target >= limit) {
                return false;
            }
            *at = has_jumped ? *at : here + 2;
            has_jumped = true;
            here = limit = target;
        } else if (n > DNS_LABEL_MAX || here + 1 + n > m.len ||
                   !add_label(bytes_of(m.data + here + 1, n), name, &len)) {
            return false;
        } else {
            here += 1u + n;
        }
    }
    return false;
}

bool dns_read_head(struct bytes m, struct dns_head *out, size_t *at)
{
    uint16_t flags, class;
    *out = (struct dns_head){0};
    *at = 0;
    if (m.len < DNS_HEADER || !take_u16(m, at, &out->id) || !take_u16(m, at, &flags)) {
        return false;
    }
    out->is_answer = flags & FLAG_ANSWER;
    out->opcode = flags >> 11 & 15;
    out->is_authoritative = flags & FLAG_AUTHORITATIVE;
    out->is_truncated = flags & FLAG_TRUNCATED;
    out->wants_recursion = flags & FLAG_WANTS;
    out->can_recurse = flags & FLAG_CAN;
    out->rcode = flags & 15;
    for (unsigned i = 0; i < 4; i++) {
        take_u16(m, at, &out->counts[i]);
    }
    for (unsigned i = 0; i < out->counts[0]; i++) {
        char name[DNS_NAME_MAX + 1];
        uint16_t type;
        if (!read_name(m, at, name) || !take_u16(m, at, &type) || !take_u16(m, at, &class)) {
            return false;
        }
        if (i == 0) {
            memcpy(out->name, name, sizeof name);
            out->type = type;
        }
    }
    return true;
}

bool dns_read_record(struct bytes m, size_t *at, struct dns_record *out)
{
    uint16_t class, high, low, len;
    if (!read_name(m, at, out->name) || !take_u16(m, at, &out->type) || !take_u16(m, at, &class) ||
        !take_u16(m, at, &high) || !take_u16(m, at, &low) || !take_u16(m, at, &len) ||
        m.len - *at < len) {
        return false;
    }
    out->ttl = (uint32_t)high << 16 | low;
    out->data = bytes_sub(m, *at, len);
    *at += len;
    return true;
}

bool dns_is_sound(struct bytes m)
{
    struct dns_head h;
    size_t at;
    if (!dns_read_head(m, &h, &at)) {
        return false;
    }
    unsigned records = (unsigned)h.counts[1] + h.counts[2] + h.counts[3];
    for (unsigned i = 0; i < records; i++) {
        struct dns_record r;
        if (!dns_read_record(m, &at, &r)) {
            return false;
        }
    }
    return at == m.len;
}
