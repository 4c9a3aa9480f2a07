/* Packet patterns, the same in `faults` and `expect`. */
#include "scenario/reader.h"

#include "wire/dissect.h"

#include <string.h>

/* What the table's functions fill: the pattern, and keys that stand among its own. */
struct pattern_parts {
    struct pattern *p;
    const struct pattern_reading *how;
};

static struct pattern *pattern_of(void *into)
{
    return ((struct pattern_parts *)into)->p;
}

static void read_from(struct reader *r, const struct doc_node *v, void *into)
{
    struct pattern *p = pattern_of(into);
    p->given |= reader_node(r, v, &p->from) ? PATTERN_FROM : 0;
}

static void read_to(struct reader *r, const struct doc_node *v, void *into)
{
    struct pattern *p = pattern_of(into);
    p->given |= reader_node(r, v, &p->to) ? PATTERN_TO : 0;
}

static void read_link(struct reader *r, const struct doc_node *v, void *into)
{
    struct pattern *p = pattern_of(into);
    p->given |= reader_node_pair(r, v, p->link) ? PATTERN_LINK : 0;
}

static void read_proto(struct reader *r, const struct doc_node *v, void *into)
{
    struct pattern *p = pattern_of(into);
    uint32_t which;
    if (reader_word_of(r, v, proto_names(), &which)) {
        p->proto = proto_names()[which];
        p->given |= PATTERN_PROTO;
    }
}

static void read_is(struct reader *r, const struct doc_node *v, void *into)
{
    struct pattern *p = pattern_of(into);
    uint32_t which;
    if (reader_word_of(r, v, packet_is_names(), &which)) {
        p->is = packet_is_names()[which];
        p->given |= PATTERN_IS;
    }
}

/* `SYN+ACK`: flags of TCP, joined by plus signs. */
static void read_flags(struct reader *r, const struct doc_node *v, void *into)
{
    struct pattern *p = pattern_of(into);
    uint8_t flags;
    if (read_tcp_flags(r, v, &flags)) {
        p->flags = v->text;
        p->given |= PATTERN_FLAGS;
    }
}

static void read_without(struct reader *r, const struct doc_node *v, void *into)
{
    struct pattern *p = pattern_of(into);
    uint8_t flags;
    if (read_tcp_flags(r, v, &flags)) {
        p->without = v->text;
        p->given |= PATTERN_WITHOUT;
    }
}

static void read_options(struct reader *r, const struct doc_node *v, void *into)
{
    pattern_of(into)->given |= PATTERN_OPTIONS;
    read_tcp_options(r, v, true, &pattern_of(into)->options);
}

static void read_number(struct reader *r, const struct doc_node *v, struct pattern *p, int64_t *out,
                        uint32_t key)
{
    p->given |= reader_count(r, v, 0, UINT32_MAX, out) ? key : 0;
}

static void read_seq(struct reader *r, const struct doc_node *v, void *into)
{
    read_number(r, v, pattern_of(into), &pattern_of(into)->seq, PATTERN_SEQ);
}

static void read_ack(struct reader *r, const struct doc_node *v, void *into)
{
    read_number(r, v, pattern_of(into), &pattern_of(into)->ack, PATTERN_ACK);
}

/* Lengths in headers are numbers, and sizes as well: `len: 1000` and `len: 1 kB`. */
static void read_size(struct reader *r, const struct doc_node *v, struct pattern *p, int64_t *out,
                      uint32_t key)
{
    int64_t bare;
    bool is_bare = v->kind == DOC_SCALAR &&
                   quantity_parse(v->text, QUANTITY_COUNT, false, &bare, NULL) == VALUE_GOOD;
    if (is_bare) {
        read_number(r, v, p, out, key);
    } else {
        p->given |= reader_quantity(r, v, QUANTITY_BYTES, out) ? key : 0;
    }
}

static void read_len(struct reader *r, const struct doc_node *v, void *into)
{
    read_size(r, v, pattern_of(into), &pattern_of(into)->len, PATTERN_LEN);
}

static void read_window(struct reader *r, const struct doc_node *v, void *into)
{
    read_size(r, v, pattern_of(into), &pattern_of(into)->window, PATTERN_WINDOW);
}

static void read_urgent(struct reader *r, const struct doc_node *v, void *into)
{
    read_number(r, v, pattern_of(into), &pattern_of(into)->urgent, PATTERN_URGENT);
}

static void read_absolute(struct reader *r, const struct doc_node *v, void *into)
{
    bool on = false;
    pattern_of(into)->given |= reader_switch(r, v, &on) && on ? PATTERN_ABSOLUTE : 0;
}

static void read_flow(struct reader *r, const struct doc_node *v, void *into)
{
    struct pattern *p = pattern_of(into);
    if (reader_flow(r, v, &p->flow)) {
        p->given |= PATTERN_FLOW;
    }
}

static void read_nth(struct reader *r, const struct doc_node *v, void *into)
{
    struct pattern *p = pattern_of(into);
    int64_t n;
    if (reader_count(r, v, 1, UINT32_MAX, &n)) {
        p->nth = (uint32_t)n;
        p->given |= PATTERN_NTH;
    }
}

static void read_at(struct reader *r, const struct doc_node *v, void *into)
{
    struct pattern *p = pattern_of(into);
    p->given |= reader_quantity(r, v, QUANTITY_TIME, &p->at) ? PATTERN_AT : 0;
}

static void read_within(struct reader *r, const struct doc_node *v, void *into)
{
    struct pattern *p = pattern_of(into);
    p->given |= reader_quantity(r, v, QUANTITY_TIME, &p->within) ? PATTERN_WITHIN : 0;
}

static void read_lost(struct reader *r, const struct doc_node *v, void *into)
{
    struct pattern *p = pattern_of(into);
    p->given |= reader_switch(r, v, &p->lost) ? PATTERN_LOST : 0;
}

#define PATTERN_KEYS                                                                               \
    {"from", read_from}, {"to", read_to}, {"link", read_link}, {"proto", read_proto},              \
        {"is", read_is}, {"flags", read_flags}, {"without", read_without},                         \
        {"urgent", read_urgent}, {"seq", read_seq}, {"ack", read_ack}, {"len", read_len},          \
        {"window", read_window}, {"options", read_options}, {"absolute", read_absolute},           \
        {"flow", read_flow},                                                                       \
    {                                                                                              \
        "nth", read_nth                                                                            \
    }

static const struct key pattern_keys[] = {PATTERN_KEYS, {NULL, NULL}};
static const struct key exchange_keys[] = {
    PATTERN_KEYS, {"at", read_at}, {"within", read_within}, {"lost", read_lost}, {NULL, NULL}};

static bool read_extra(struct reader *r, const struct doc_node *v, void *into)
{
    const struct pattern_reading *how = ((struct pattern_parts *)into)->how;
    for (const struct key *k = how->extra; k && k->name; k++) {
        if (strcmp(k->name, v->key->text) == 0) {
            if (v->is_absent) {
                wrong(r, v->key, "reader.no-value", "key", k->name);
            } else {
                k->read(r, v, how->extra_into);
            }
            return true;
        }
    }
    return false;
}

#define EXTRA_MAX 4

bool read_pattern(struct reader *r, const struct doc_node *n, const struct pattern_reading *how,
                  struct pattern *out)
{
    const char *more[EXTRA_MAX + 1] = {NULL};
    for (size_t i = 0; how->extra && how->extra[i].name && i < EXTRA_MAX; i++) {
        more[i] = how->extra[i].name;
    }
    struct key_reading keys = {.keys = how->in_exchange ? exchange_keys : pattern_keys,
                               .what = "reader.a.pattern",
                               .other = read_extra,
                               .more = more};
    struct pattern_parts parts = {out, how};
    unsigned before = r->err->errors;
    *out = (struct pattern){.from = NO_NODE, .to = NO_NODE, .place = reader_place(r, n)};
    if (reader_map(r, n, &keys, &parts) && (out->given & PATTERN_WITHIN) &&
        !(out->given & PATTERN_AT)) {
        wrong(r, doc_get(n, "within"), "reader.pattern.within");
    }
    return r->err->errors == before;
}
