/* `links`: one table of properties, read for both directions at once, then once more for each end
 * that `toward` names. */
#include "scenario/reader.h"

#include <string.h>

#define MTU_MIN 68    /* RFC 791: every internet module must forward 68 bytes */
#define MTU_MAX 65535 /* RFC 791: total length */

static void read_rate(struct reader *r, const struct doc_node *v, void *into)
{
    struct scenario_direction *d = into;
    int64_t rate;
    if (!reader_quantity(r, v, QUANTITY_RATE, &rate)) {
        return;
    }
    if (rate == 0) {
        wrong(r, v, "reader.link.rate-zero", "found", v->text);
        return;
    }
    d->rate_bps = rate;
}

static void read_delay(struct reader *r, const struct doc_node *v, void *into)
{
    struct scenario_direction *d = into;
    reader_quantity(r, v, QUANTITY_TIME, &d->delay);
}

static void read_jitter(struct reader *r, const struct doc_node *v, void *into)
{
    struct scenario_direction *d = into;
    reader_quantity(r, v, QUANTITY_TIME, &d->jitter);
}

static void read_mtu(struct reader *r, const struct doc_node *v, void *into)
{
    static const struct param mtu = {
        .name = "mtu", .kind = PARAM_BYTES, .min = MTU_MIN, .max = MTU_MAX};
    struct scenario_direction *d = into;
    int64_t bytes;
    if (reader_param(r, v, &mtu, &bytes)) {
        d->mtu = (uint32_t)bytes;
    }
}

static void read_link_loss(struct reader *r, const struct doc_node *v, void *into)
{
    struct scenario_direction *d = into;
    read_loss(r, v, &d->loss);
}

static void read_bit_errors(struct reader *r, const struct doc_node *v, void *into)
{
    struct scenario_direction *d = into;
    reader_quantity(r, v, QUANTITY_BIT_ERROR, &d->bit_errors);
}

static void read_duplicate(struct reader *r, const struct doc_node *v, void *into)
{
    struct scenario_direction *d = into;
    reader_quantity(r, v, QUANTITY_CHANCE, &d->duplicate);
}

static void read_reorder_chance(struct reader *r, const struct doc_node *v, void *into)
{
    struct scenario_direction *d = into;
    reader_quantity(r, v, QUANTITY_CHANCE, &d->reorder_chance);
}

static void read_reorder_by(struct reader *r, const struct doc_node *v, void *into)
{
    struct scenario_direction *d = into;
    reader_quantity(r, v, QUANTITY_TIME, &d->reorder_by);
}

static void read_reorder(struct reader *r, const struct doc_node *v, void *into)
{
    static const struct key keys[] = {
        {"chance", read_reorder_chance}, {"by", read_reorder_by}, {NULL, NULL}};
    static const struct key_reading how = {.keys = keys, .what = "reader.a.reorder"};
    if (reader_map(r, v, &how, into)) {
        for (const struct key *k = keys; k->name; k++) {
            if (!reader_has(v, k->name)) {
                wrong(r, v, "reader.needs-key", "what", reader_word(r, how.what), "key", k->name);
            }
        }
    }
}

/* Read by read_link, before and after the table. */
static void read_elsewhere(struct reader *r, const struct doc_node *v, void *into)
{
    (void)r;
    (void)v;
    (void)into;
}

#define DIRECTION_KEYS                                                                             \
    {"rate", read_rate}, {"delay", read_delay}, {"jitter", read_jitter}, {"queue", read_queue},    \
        {"mtu", read_mtu}, {"loss", read_link_loss}, {"bit-errors", read_bit_errors},              \
        {"duplicate", read_duplicate},                                                             \
    {                                                                                              \
        "reorder", read_reorder                                                                    \
    }

static const struct key link_keys[] = {
    {"between", read_elsewhere}, DIRECTION_KEYS, {"toward", read_elsewhere}, {NULL, NULL}};
static const struct key direction_keys[] = {DIRECTION_KEYS, {NULL, NULL}};

/* `toward: {b: {loss: 5 %}}`: what differs in the direction that leads to b. */
static void read_toward(struct reader *r, const struct doc_node *v, struct scenario_link *link)
{
    static const struct key_reading how = {.keys = direction_keys, .what = "reader.a.direction"};
    for (const struct doc_node *c = reader_is_map(r, v) ? v->first : NULL; c; c = c->next) {
        uint32_t node;
        if (!reader_node(r, c->key, &node)) {
            continue;
        }
        if (node != link->node[0] && node != link->node[1]) {
            wrong(r, c->key, "reader.link.toward", "name", c->key->text);
        } else {
            reader_map(r, c, &how, &link->direction[node == link->node[0]]);
        }
    }
}

static void add_part(struct buf *out, const char *part)
{
    buf_printf(out, "%s%s", out->len ? " · " : "", part);
}

/* A figure of both directions: once if they agree, "there / back" else. Zero says nothing. */
static void add_figure(struct buf *out, int64_t there, int64_t back, enum quantity q,
                       const char *before)
{
    char a[48], b[48];
    if (there == 0 && back == 0) {
        return;
    }
    struct buf part = {0};
    buf_printf(&part, "%s%s", before, quantity_print(there, q, a));
    if (there != back) {
        buf_printf(&part, " / %s", quantity_print(back, q, b));
    }
    add_part(out, buf_cstr(&part));
    buf_free(&part);
}

static const char *link_text(struct reader *r, const struct scenario_link *link)
{
    const struct scenario_direction *d = link->direction;
    struct buf out = {0};
    add_figure(&out, d[0].rate_bps, d[1].rate_bps, QUANTITY_RATE, "");
    add_figure(&out, d[0].delay, d[1].delay, QUANTITY_TIME, "");
    add_figure(&out, d[0].jitter, d[1].jitter, QUANTITY_TIME, "± ");
    add_figure(&out, d[0].loss.chance, d[1].loss.chance, QUANTITY_CHANCE, "× ");
    const char *text = arena_strdup(r->arena, buf_cstr(&out));
    buf_free(&out);
    return text;
}

static void read_link(struct reader *r, const struct doc_node *v)
{
    static const struct key_reading how = {.keys = link_keys, .what = "reader.a.link"};
    struct scenario_link link = {.place = reader_place(r, v), .node = {NO_NODE, NO_NODE}};
    link.direction[0].queue_packets = 100;
    if (!reader_map(r, v, &how, &link.direction[0])) {
        return;
    }
    link.direction[1] = link.direction[0];
    const struct doc_node *between = doc_get(v, "between"), *toward = doc_get(v, "toward");
    if (!between) {
        wrong(r, v, "reader.link.between");
        return;
    }
    if (!between->is_absent && reader_node_pair(r, between, link.node)) {
        if (toward && !toward->is_absent) {
            read_toward(r, toward, &link);
        }
        link.text = reader_is_hidden(v) ? "?" : link_text(r, &link);
        r->sc->links[r->sc->link_count++] = link;
    }
}

void read_links(struct reader *r, const struct doc_node *n)
{
    if (!reader_is_list(r, n) || !reader_is_short(r, n, LINK_LIMIT)) {
        return;
    }
    r->sc->links = arena_alloc(r->arena, n->count * sizeof *r->sc->links);
    for (const struct doc_node *v = n->first; v; v = v->next) {
        read_link(r, v);
    }
}
