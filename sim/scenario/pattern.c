/* Comparing a packet with a pattern: one test for each key that the pattern gives. */
#include "scenario/pattern.h"

#include "wire/dissect.h"
#include "wire/tcp.h"

#include <ctype.h>
#include <string.h>

static bool same_link(const uint32_t a[2], const uint32_t b[2])
{
    return (a[0] == b[0] && a[1] == b[1]) || (a[0] == b[1] && a[1] == b[0]);
}

static const char *is_of(const struct packet_facts *f)
{
    return packet_is(f->proto, f->head, f->body_len);
}

/* A frame of the teaching protocols has one number: of what it carries in DATA, of what it
 * acknowledges (or asks for) in any other kind. */
bool packet_number(const struct packet_facts *f, const char *field, int64_t *value)
{
    if (packet_field(f->proto, f->head, field, value)) {
        return true;
    }
    bool is_data = strcmp(is_of(f), "DATA") == 0;
    return is_data == (strcmp(field, "seq") == 0) &&
           packet_field(f->proto, f->head, "number", value);
}

static bool number_is(const struct packet_facts *f, const char *field, int64_t wanted,
                      uint32_t base)
{
    int64_t value;
    if (!packet_number(f, field, &value)) {
        return false;
    }
    return base ? (uint32_t)(value - base) == (uint32_t)wanted : value == wanted;
}

/* Flags are fields of one bit; one that shares its name with a number is called NAME_flag. */
static bool flag_is_set(const struct packet_facts *f, const char *name, size_t len)
{
    char field[24] = "";
    if (len > 16) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        field[i] = (char)tolower((unsigned char)name[i]);
    }
    int64_t value;
    strcpy(field + len, "_flag");
    if (!packet_field(f->proto, f->head, field, &value)) {
        field[len] = '\0';
        return packet_field(f->proto, f->head, field, &value) && value == 1;
    }
    return value == 1;
}

static bool flags_are_set(const struct packet_facts *f, const char *flags)
{
    for (;;) {
        size_t len = strcspn(flags, "+");
        if (!flag_is_set(f, flags, len)) {
            return false;
        }
        if (flags[len] == '\0') {
            return true;
        }
        flags += len + 1;
    }
}

static bool no_flag_is_set(const struct packet_facts *f, const char *flags)
{
    for (;;) {
        size_t len = strcspn(flags, "+");
        if (flag_is_set(f, flags, len)) {
            return false;
        }
        if (flags[len] == '\0') {
            return true;
        }
        flags += len + 1;
    }
}

static bool ends_match(const struct pattern *p, const struct packet_facts *f)
{
    return (!(p->given & PATTERN_FROM) || p->from == f->from) &&
           (!(p->given & PATTERN_TO) || p->to == f->to) &&
           (!(p->given & PATTERN_LINK) || same_link(p->link, f->link)) &&
           (!(p->given & PATTERN_FLOW) || (f->flow && strcmp(p->flow, f->flow) == 0));
}

static bool blocks_match(const struct tcp_options *o, const struct tcp_seg *seg, uint32_t base)
{
    bool same = seg->sack_count == o->sack_count;
    for (unsigned i = 0; same && i < o->sack_count; i++) {
        same = seg->sack[i].left.v - base == (uint32_t)o->sack[2 * i] &&
               seg->sack[i].right.v - base == (uint32_t)o->sack[2 * i + 1];
    }
    return same;
}

/* SACK blocks speak of the other side's numbers, as the acknowledgement does. */
static bool options_match(const struct tcp_options *o, const struct packet_facts *f, uint32_t base)
{
    struct tcp_seg seg;
    if (strcmp(f->proto, "tcp") != 0 || !tcp_decode(f->head, f->body_len, &seg) ||
        (seg.options & o->given) != o->given || (seg.options & o->absent) ||
        (o->exactly && seg.options != o->given)) {
        return false;
    }
    return (!(o->given & TCP_OPT_MSS) || seg.mss == o->mss) &&
           (!(o->given & TCP_OPT_WSCALE) || seg.wscale == o->wscale) &&
           (!(o->given & TCP_OPT_TIMESTAMPS) ||
            (seg.ts_val == o->ts_val && seg.ts_ecr == o->ts_ecr)) &&
           (!(o->given & TCP_OPT_SACK) || blocks_match(o, &seg, base));
}

static bool header_matches(const struct pattern *p, const struct packet_facts *f)
{
    bool absolute = p->given & PATTERN_ABSOLUTE;
    return (!(p->given & PATTERN_SEQ) || number_is(f, "seq", p->seq, absolute ? 0 : f->seq_base)) &&
           (!(p->given & PATTERN_ACK) || number_is(f, "ack", p->ack, absolute ? 0 : f->ack_base)) &&
           (!(p->given & PATTERN_WINDOW) || number_is(f, "win", p->window, 0)) &&
           (!(p->given & PATTERN_URGENT) || number_is(f, "urgent", p->urgent, 0)) &&
           (!(p->given & PATTERN_OPTIONS) ||
            options_match(&p->options, f, absolute ? 0 : f->ack_base)) &&
           (!(p->given & PATTERN_WITHOUT) || no_flag_is_set(f, p->without)) &&
           (!(p->given & PATTERN_FLAGS) || flags_are_set(f, p->flags));
}

bool pattern_matches(const struct pattern *p, const struct packet_facts *f)
{
    return ends_match(p, f) && (!(p->given & PATTERN_PROTO) || strcmp(p->proto, f->proto) == 0) &&
           (!(p->given & PATTERN_IS) || strcmp(p->is, is_of(f)) == 0) &&
           (!(p->given & PATTERN_LEN) || p->len == f->body_len) && header_matches(p, f);
}

bool pattern_may_mean(const struct pattern *p, const struct packet *packet)
{
    switch ((enum packet_birth)packet->birth) {
    case PACKET_SENT: return packet->parent == 0;
    case PACKET_FRAGMENT: return (p->given & PATTERN_IS) && strcmp(p->is, "FRAGMENT") == 0;
    case PACKET_TRANSLATED: return p->given & PATTERN_LINK;
    case PACKET_COPY:
    case PACKET_FLIPPED:
    case PACKET_WHOLE: return false;
    }
    return false;
}
