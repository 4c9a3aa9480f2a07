/* `loss`: a chance, or one of three exact or memorable ways to lose. */
#include "scenario/reader.h"

static void read_every(struct reader *r, const struct doc_node *v, void *into)
{
    struct loss *loss = into;
    int64_t every;
    if (reader_count(r, v, 1, UINT32_MAX, &every)) {
        loss->kind = LOSS_EVERY;
        loss->every = (uint64_t)every;
    }
}

static void read_unit(struct reader *r, const struct doc_node *v, void *into)
{
    struct loss_entry *e = into;
    int64_t n;
    if (reader_count(r, v, 0, INT64_MAX - 1, &n)) {
        e->n = (uint64_t)n;
    }
}

static void read_copy(struct reader *r, const struct doc_node *v, void *into)
{
    struct loss_entry *e = into;
    int64_t n;
    if (reader_count(r, v, 1, UINT32_MAX, &n)) {
        e->copy = (uint32_t)n;
    }
}

/* `3`, the third packet offered, or `{unit: 3, copy: 1}`. */
static void read_entry(struct reader *r, const struct doc_node *v, struct loss_entry *e)
{
    static const struct key keys[] = {{"unit", read_unit}, {"copy", read_copy}, {NULL, NULL}};
    static const struct key_reading how = {.keys = keys, .what = "reader.a.loss-entry"};
    int64_t n;
    if (v->kind == DOC_MAP) {
        e->is_unit = true;
        if (reader_map(r, v, &how, e) && !reader_has(v, "unit")) {
            wrong(r, v, "reader.needs-key", "what", reader_word(r, how.what), "key", "unit");
        }
    } else if (reader_count(r, v, 1, INT64_MAX - 1, &n)) {
        e->n = (uint64_t)n;
    }
}

static void read_list(struct reader *r, const struct doc_node *v, void *into)
{
    struct loss *loss = into;
    if (!reader_is_list(r, v)) {
        return;
    }
    loss->kind = LOSS_LIST;
    loss->list = arena_alloc(r->arena, v->count * sizeof *loss->list);
    for (const struct doc_node *c = v->first; c; c = c->next) {
        read_entry(r, c, &loss->list[loss->list_count++]);
    }
}

static void read_good_to_bad(struct reader *r, const struct doc_node *v, void *into)
{
    reader_quantity(r, v, QUANTITY_CHANCE, &((struct loss *)into)->good_to_bad);
}

static void read_bad_to_good(struct reader *r, const struct doc_node *v, void *into)
{
    reader_quantity(r, v, QUANTITY_CHANCE, &((struct loss *)into)->bad_to_good);
}

static void read_loss_good(struct reader *r, const struct doc_node *v, void *into)
{
    reader_quantity(r, v, QUANTITY_CHANCE, &((struct loss *)into)->loss_good);
}

static void read_loss_bad(struct reader *r, const struct doc_node *v, void *into)
{
    reader_quantity(r, v, QUANTITY_CHANCE, &((struct loss *)into)->loss_bad);
}

static void read_gilbert(struct reader *r, const struct doc_node *v, void *into)
{
    static const struct key keys[] = {
        {"good-to-bad", read_good_to_bad},
        {"bad-to-good", read_bad_to_good},
        {"loss-good", read_loss_good},
        {"loss-bad", read_loss_bad},
        {NULL, NULL},
    };
    static const struct key_reading how = {.keys = keys, .what = "reader.a.gilbert"};
    struct loss *loss = into;
    if (!reader_map(r, v, &how, loss)) {
        return;
    }
    loss->kind = LOSS_GILBERT_ELLIOTT;
    for (const struct key *k = keys; k->name; k++) {
        if (!reader_has(v, k->name)) {
            wrong(r, v, "reader.needs-key", "what", reader_word(r, how.what), "key", k->name);
        }
    }
}

void read_loss(struct reader *r, const struct doc_node *n, struct loss *out)
{
    static const struct key keys[] = {{"every", read_every},
                                      {"list", read_list},
                                      {"gilbert-elliott", read_gilbert},
                                      {NULL, NULL}};
    static const struct key_reading how = {.keys = keys, .what = "reader.a.loss"};
    *out = (struct loss){.kind = LOSS_NONE};
    if (n->kind == DOC_MAP) {
        if (reader_map(r, n, &how, out) && n->count != 1) {
            wrong(r, n, "reader.one-of", "what", reader_word(r, how.what), "accepted",
                  "every, list, gilbert-elliott");
        }
    } else if (reader_quantity(r, n, QUANTITY_CHANCE, &out->chance)) {
        out->kind = out->chance > 0 ? LOSS_CHANCE : LOSS_NONE;
    }
}
