/* Segments made by hand: the call `inject` of a raw host, and the TCP options that it and the
 * packet patterns name alike. */
#include "scenario/reader.h"
#include "wire/tcp.h"

#include <string.h>

bool read_tcp_flags(struct reader *r, const struct doc_node *n, uint8_t *out)
{
    static const char *const names[] = {"FIN", "SYN", "RST", "PSH", "ACK",
                                        "URG", "ECE", "CWR", NULL};
    *out = 0;
    if (!reader_is_text(r, n)) {
        return false;
    }
    for (const char *at = n->text;; at++) {
        size_t len = strcspn(at, "+");
        struct doc_node one = *n;
        uint32_t which;
        one.text = arena_strndup(r->arena, at, len);
        if (!reader_word_of(r, &one, names, &which)) {
            return false;
        }
        *out |= (uint8_t)(1u << which);
        at += len;
        if (*at == '\0') {
            return true;
        }
    }
}

/* What an options mapping fills, and whether it may ask for absence. */
struct reading {
    struct tcp_options *o;
    bool in_pattern;
};

/* `off`: the option is not there. */
static bool is_off(struct reader *r, const struct doc_node *v, struct reading *into, uint32_t bit)
{
    bool on;
    if (v->kind != DOC_SCALAR || !switch_parse(v->text, &on) || on) {
        return false;
    }
    if (into->in_pattern) {
        into->o->absent |= bit;
    }
    (void)r;
    return true;
}

static void read_mss(struct reader *r, const struct doc_node *v, void *into)
{
    struct reading *o = into;
    int64_t mss;
    if (!is_off(r, v, o, TCP_OPT_MSS) && reader_count(r, v, 0, 65535, &mss)) {
        o->o->mss = (uint16_t)mss;
        o->o->given |= TCP_OPT_MSS;
    }
}

static void read_wscale(struct reader *r, const struct doc_node *v, void *into)
{
    struct reading *o = into;
    int64_t shift;
    if (!is_off(r, v, o, TCP_OPT_WSCALE) && reader_count(r, v, 0, 255, &shift)) {
        o->o->wscale = (uint8_t)shift;
        o->o->given |= TCP_OPT_WSCALE;
    }
}

static void read_sack_ok(struct reader *r, const struct doc_node *v, void *into)
{
    struct reading *o = into;
    bool on;
    if (!is_off(r, v, o, TCP_OPT_SACK_OK) && reader_switch(r, v, &on)) {
        o->o->given |= TCP_OPT_SACK_OK;
    }
}

static bool read_pair(struct reader *r, const struct doc_node *v, int64_t out[2])
{
    if (v->kind != DOC_LIST || v->count != 2) {
        wrong(r, v, "reader.inject.pair");
        return false;
    }
    return reader_count(r, v->first, 0, UINT32_MAX, &out[0]) &&
           reader_count(r, v->first->next, 0, UINT32_MAX, &out[1]);
}

static void read_timestamps(struct reader *r, const struct doc_node *v, void *into)
{
    struct reading *o = into;
    int64_t pair[2];
    if (!is_off(r, v, o, TCP_OPT_TIMESTAMPS) && read_pair(r, v, pair)) {
        o->o->ts_val = (uint32_t)pair[0];
        o->o->ts_ecr = (uint32_t)pair[1];
        o->o->given |= TCP_OPT_TIMESTAMPS;
    }
}

static void read_sack(struct reader *r, const struct doc_node *v, void *into)
{
    struct reading *o = into;
    if (is_off(r, v, o, TCP_OPT_SACK) || !reader_is_list(r, v) ||
        !reader_is_short(r, v, TCP_SACK_BLOCKS)) {
        return;
    }
    for (const struct doc_node *block = v->first; block; block = block->next) {
        if (!read_pair(r, block, &o->o->sack[2 * o->o->sack_count++])) {
            return;
        }
    }
    o->o->given |= TCP_OPT_SACK;
}

void read_tcp_options(struct reader *r, const struct doc_node *n, bool in_pattern,
                      struct tcp_options *out)
{
    static const struct key keys[] = {{"mss", read_mss},         {"wscale", read_wscale},
                                      {"sack-ok", read_sack_ok}, {"timestamps", read_timestamps},
                                      {"sack", read_sack},       {NULL, NULL}};
    static const struct key_reading how = {.keys = keys, .what = "reader.a.options"};
    struct reading into = {out, in_pattern};
    if (reader_is_map(r, n)) {
        out->exactly = in_pattern && n->count == 0;
        reader_map(r, n, &how, &into);
    }
}

static struct hand_made *made(void *into)
{
    return &((struct call *)into)->inject;
}

static void read_port(struct reader *r, const struct doc_node *v, void *into)
{
    reader_port(r, v, &made(into)->port);
}

static void read_to(struct reader *r, const struct doc_node *v, void *into)
{
    reader_destination(r, v, &made(into)->to_ip, &made(into)->to_port);
}

static void read_flags(struct reader *r, const struct doc_node *v, void *into)
{
    read_tcp_flags(r, v, &made(into)->flags);
}

static void read_seq(struct reader *r, const struct doc_node *v, void *into)
{
    reader_count(r, v, 0, UINT32_MAX, &made(into)->seq);
}

static void read_ack(struct reader *r, const struct doc_node *v, void *into)
{
    reader_count(r, v, 0, UINT32_MAX, &made(into)->ack);
}

static void read_field(struct reader *r, const struct doc_node *v, int64_t max, uint32_t *out)
{
    int64_t n;
    if (reader_count(r, v, 0, max, &n)) {
        *out = (uint32_t)n;
    }
}

static void read_window(struct reader *r, const struct doc_node *v, void *into)
{
    read_field(r, v, 65535, &made(into)->window);
}

static void read_len(struct reader *r, const struct doc_node *v, void *into)
{
    read_field(r, v, 65495, &made(into)->len);
}

static void read_urgent(struct reader *r, const struct doc_node *v, void *into)
{
    read_field(r, v, 65535, &made(into)->urgent);
}

static void read_options(struct reader *r, const struct doc_node *v, void *into)
{
    read_tcp_options(r, v, false, &made(into)->options);
}

static void read_absolute(struct reader *r, const struct doc_node *v, void *into)
{
    reader_switch(r, v, &made(into)->is_absolute);
}

static void read_bad_checksum(struct reader *r, const struct doc_node *v, void *into)
{
    reader_switch(r, v, &made(into)->has_bad_checksum);
}

const struct key inject_keys[] = {
    {"port", read_port},
    {"to", read_to},
    {"flags", read_flags},
    {"seq", read_seq},
    {"ack", read_ack},
    {"window", read_window},
    {"len", read_len},
    {"urgent", read_urgent},
    {"options", read_options},
    {"absolute", read_absolute},
    {"bad-checksum", read_bad_checksum},
    {NULL, NULL},
};

/* What a segment cannot do without. */
void finish_inject(struct reader *r, const struct doc_node *n, struct call *c)
{
    const struct hand_made *h = &c->inject;
    if (h->port == 0 || h->to_port == 0) {
        wrong(r, n, "reader.inject.ends");
    }
}
