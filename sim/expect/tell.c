/* Patterns, conditions and packets in the notation of the scenario language, which every reader of
 * a failure knows; the sentences around them come from the catalogue. */
#include "expect/judge.h"

#include "base/err.h"
#include "scenario/quantity.h"
#include "wire/notation.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void tell(const struct judge *j, struct buf *out, const char *key, ...)
{
    enum { MOST = 8 };
    const char *pairs[2 * MOST];
    size_t count = 0;
    va_list args;
    va_start(args, key);
    for (const char *name; count < MOST && (name = va_arg(args, const char *)); count++) {
        pairs[2 * count] = name;
        pairs[2 * count + 1] = va_arg(args, const char *);
    }
    va_end(args);
    text_fill(out, word(j->lang, key), pairs, count);
}

/* ", key: value", without the comma at the start of a mapping. */
static void entry(struct buf *out, const char *key, const char *value)
{
    bool is_first = out->len > 0 && out->data[out->len - 1] == '{';
    buf_printf(out, "%s%s: %s", is_first ? "" : ", ", key, value);
}

static void number(struct buf *out, const char *key, int64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, value);
    entry(out, key, text);
}

static void quantity(struct buf *out, const char *key, int64_t value, enum quantity q)
{
    char text[48];
    entry(out, key, quantity_print(value, q, text));
}

static const char *node_name(const struct judge *j, uint32_t node)
{
    return node < j->t->node_count ? j->t->nodes[node].name : "?";
}

static void tell_names(const struct judge *j, const struct pattern *p, struct buf *out)
{
    if (p->given & PATTERN_FROM) {
        entry(out, "from", node_name(j, p->from));
    }
    if (p->given & PATTERN_TO) {
        entry(out, "to", node_name(j, p->to));
    }
    if (p->given & PATTERN_LINK) {
        entry(out, "link", "[");
        buf_printf(out, "%s, %s]", node_name(j, p->link[0]), node_name(j, p->link[1]));
    }
    const struct {
        enum pattern_key key;
        const char *name, *value;
    } texts[] = {{PATTERN_PROTO, "proto", p->proto},
                 {PATTERN_IS, "is", p->is},
                 {PATTERN_FLAGS, "flags", p->flags},
                 {PATTERN_WITHOUT, "without", p->without},
                 {PATTERN_FLOW, "flow", p->flow}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (p->given & texts[i].key) {
            entry(out, texts[i].name, texts[i].value);
        }
    }
}

static void tell_numbers(const struct pattern *p, struct buf *out)
{
    const struct {
        enum pattern_key key;
        const char *name;
        int64_t value;
    } numbers[] = {{PATTERN_SEQ, "seq", p->seq},
                   {PATTERN_ACK, "ack", p->ack},
                   {PATTERN_WINDOW, "window", p->window},
                   {PATTERN_URGENT, "urgent", p->urgent},
                   {PATTERN_NTH, "nth", p->nth}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (p->given & numbers[i].key) {
            number(out, numbers[i].name, numbers[i].value);
        }
    }
    if (p->given & PATTERN_LEN) {
        quantity(out, "len", p->len, QUANTITY_BYTES);
    }
    if (p->given & PATTERN_AT) {
        quantity(out, "at", p->at, QUANTITY_TIME);
    }
    if (p->given & PATTERN_WITHIN) {
        quantity(out, "within", p->within, QUANTITY_TIME);
    }
    if (p->given & PATTERN_LOST) {
        entry(out, "lost", p->lost ? "true" : "false");
    }
}

void tell_pattern(const struct judge *j, const struct pattern *p, struct buf *out)
{
    buf_char(out, '{');
    tell_names(j, p, out);
    tell_numbers(p, out);
    buf_char(out, '}');
}

static bool is_state_alone(const struct condition *c)
{
    bool has_other = c->machine || c->flow || c->received >= 0 || c->sent >= 0 ||
                     c->retransmissions >= 0 || c->packet;
    for (unsigned i = 0; i < RESERVE_FIGURES; i++) {
        has_other |= c->reserve[i] >= 0;
    }
    return c->state && !has_other;
}

static void tell_counts(const struct condition *c, const struct host_facts *f, struct buf *out)
{
    if (c->received >= 0) {
        quantity(out, "received", f->received, QUANTITY_BYTES);
    }
    if (c->sent >= 0) {
        quantity(out, "sent", f->sent, QUANTITY_BYTES);
    }
    if (c->retransmissions >= 0) {
        number(out, "retransmissions", f->retransmissions);
    }
    for (unsigned i = 0; i < RESERVE_FIGURES; i++) {
        enum quantity q = i == RESERVE_RESERVED ? QUANTITY_RATE : QUANTITY_COUNT;
        if (c->reserve[i] >= 0) {
            quantity(out, reserve_figures[i], f->reserve[i], q);
        }
    }
}

/* c's keys with the values of f, which may be c's own. */
static void tell_values(const struct judge *j, const struct condition *c,
                        const struct host_facts *f, struct buf *out)
{
    const char *state = f->state ? f->state : word(j->lang, "expect.no-connection");
    if (c->node != NO_NODE) {
        buf_printf(out, "%s: ", node_name(j, c->node));
    }
    if (is_state_alone(c)) {
        buf_str(out, state);
        return;
    }
    buf_char(out, '{');
    if (c->state) {
        entry(out, "state", state);
    }
    if (c->machine) {
        entry(out, "machine", c->machine);
    }
    if (c->flow) {
        entry(out, "flow", c->flow);
    }
    tell_counts(c, f, out);
    if (c->packet) {
        entry(out, "packet", "");
        if (f->has_packet) {
            tell_pattern(j, c->packet, out);
        } else {
            buf_str(out, word(j->lang, "expect.not-arrived"));
        }
    }
    buf_char(out, '}');
}

void tell_condition(const struct judge *j, const struct condition *c, struct buf *out)
{
    struct host_facts wanted = {.state = c->state,
                                .received = c->received,
                                .sent = c->sent,
                                .retransmissions = c->retransmissions,
                                .has_packet = true};
    memcpy(wanted.reserve, c->reserve, sizeof wanted.reserve);
    tell_values(j, c, &wanted, out);
}

void tell_host(const struct judge *j, const struct condition *c, const struct host_facts *f,
               struct buf *out)
{
    tell_values(j, c, f, out);
}

void tell_packet(const struct judge *j, uint32_t send, struct buf *out)
{
    const struct record *r = trace_record(j->t, send);
    const struct packet *p = trace_packet(j->t, r->packet);
    char at[32];
    buf_printf(out, "%s %s>%s ", time_print(r->at, at),
               node_name(j, packet_from_node(j->t, r->packet)),
               node_name(j, packet_to_node(j->t, r->packet)));
    notation_packet(p->proto->name, packet_head(p), p->body.len, (struct notation_style){0}, out);
}
