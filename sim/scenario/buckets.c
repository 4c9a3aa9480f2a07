/* `token-buckets` of a router: a list of which packets, how fast, how much at once, and what
 * becomes of what is too much. Read behind `traffic`, since patterns name flows. */
#include "scenario/reader.h"
#include "base/tokens.h"

static void read_of(struct reader *r, const struct doc_node *v, void *into)
{
    struct scenario_bucket *b = into;
    b->has_pattern = read_pattern(r, v, &(struct pattern_reading){0}, &b->of);
    if (b->has_pattern && b->of.given & PATTERN_NTH) {
        wrong(r, doc_get(v, "nth"), "reader.bucket.nth");
    }
}

static void read_rate(struct reader *r, const struct doc_node *v, void *into)
{
    struct scenario_bucket *b = into;
    if (reader_quantity(r, v, QUANTITY_RATE, &b->rate_bps) && b->rate_bps == 0) {
        wrong(r, v, "reader.bucket.zero");
        b->rate_bps = 1;
    }
}

static void read_burst(struct reader *r, const struct doc_node *v, void *into)
{
    struct scenario_bucket *b = into;
    if (reader_quantity(r, v, QUANTITY_BYTES, &b->burst) &&
        (b->burst < 1 || b->burst > TOKENS_BURST_MAX)) {
        wrong(r, v, "reader.bucket.burst");
        b->burst = 1;
    }
}

static void read_excess(struct reader *r, const struct doc_node *v, void *into)
{
    static const char *const words[] = {"drop", "wait", NULL};
    uint32_t choice;
    if (reader_word_of(r, v, words, &choice)) {
        ((struct scenario_bucket *)into)->waits = choice == 1;
    }
}

static void read_room(struct reader *r, const struct doc_node *v, void *into)
{
    int64_t packets;
    if (!reader_quantity(r, v, QUANTITY_PACKETS, &packets)) {
        return;
    }
    if (packets < 1 || packets > BUCKET_ROOM_MAX) {
        wrong(r, v, "reader.bucket.room");
        return;
    }
    ((struct scenario_bucket *)into)->room = (uint32_t)packets;
}

static void check_given(struct reader *r, const struct doc_node *v, const char *key)
{
    if (!reader_has(v, key)) {
        wrong(r, v, "reader.needs-key", "what", reader_quoted(r, "token-buckets"), "key", key);
    }
}

static void read_bucket(struct reader *r, const struct doc_node *v, struct scenario_node *node)
{
    static const struct key keys[] = {{"of", read_of},       {"rate", read_rate},
                                      {"burst", read_burst}, {"excess", read_excess},
                                      {"queue", read_room},  {NULL, NULL}};
    static const struct key_reading how = {.keys = keys, .what = "reader.a.bucket"};
    struct scenario_bucket b = {.rate_bps = 1, .burst = 1, .room = 100};
    if (reader_map(r, v, &how, &b)) {
        check_given(r, v, "rate");
        check_given(r, v, "burst");
        node->buckets[node->bucket_count++] = b;
    }
}

void read_token_buckets(struct reader *r, const struct doc_node *v, void *into)
{
    (void)r; /* when flows have names: read_buckets */
    (void)v;
    (void)into;
}

void read_buckets(struct reader *r, const struct doc_node *routers)
{
    bool is_map = routers && routers->kind == DOC_MAP; /* what else it is was said before */
    for (const struct doc_node *v = is_map ? routers->first : NULL; v; v = v->next) {
        const struct doc_node *list = v->kind == DOC_MAP ? doc_get(v, "token-buckets") : NULL;
        uint32_t node = reader_find_node(r, v->key->text);
        if (!list || node == NO_NODE || !reader_is_list(r, list) ||
            !reader_is_short(r, list, BUCKET_LIMIT)) {
            continue;
        }
        struct scenario_node *n = &r->sc->nodes[node];
        n->buckets = arena_alloc(r->arena, list->count * sizeof *n->buckets);
        for (const struct doc_node *item = list->first; item; item = item->next) {
            read_bucket(r, item, n);
        }
    }
}
