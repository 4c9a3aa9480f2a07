/* `queue` of a link: room for so many packets or bytes, or a mapping with the RED rule (random
 * early detection) beside the room. */
#include "scenario/reader.h"

static void read_room(struct reader *r, const struct doc_node *v, void *into)
{
    struct scenario_direction *d = into;
    int64_t packets, bytes;
    if (v->kind == DOC_SCALAR &&
        quantity_parse(v->text, QUANTITY_BYTES, false, &bytes, NULL) == VALUE_GOOD) {
        if (bytes == 0) {
            wrong(r, v, "reader.link.queue-zero");
        }
        d->queue_bytes = (uint64_t)bytes;
        d->queue_packets = UINT32_MAX;
    } else if (reader_quantity(r, v, QUANTITY_PACKETS, &packets)) {
        if (packets == 0) {
            wrong(r, v, "reader.link.queue-zero");
        }
        d->queue_packets = packets < UINT32_MAX ? (uint32_t)packets : UINT32_MAX;
        d->queue_bytes = 0;
    }
}

/* ---- red: {min: 5 packets, max: 15 packets, chance: 10 %, weight: 0.2 %, ecn: on} ---- */

static void read_threshold(struct reader *r, const struct doc_node *v, uint32_t *out)
{
    int64_t packets;
    if (reader_quantity(r, v, QUANTITY_PACKETS, &packets)) {
        *out = packets < RED_PACKETS_MAX ? (uint32_t)packets : RED_PACKETS_MAX;
    }
}

static void read_min(struct reader *r, const struct doc_node *v, void *into)
{
    read_threshold(r, v, &((struct red *)into)->min);
}

static void read_max(struct reader *r, const struct doc_node *v, void *into)
{
    read_threshold(r, v, &((struct red *)into)->max);
}

static void read_chance(struct reader *r, const struct doc_node *v, void *into)
{
    reader_quantity(r, v, QUANTITY_CHANCE, &((struct red *)into)->chance);
}

static void read_weight(struct reader *r, const struct doc_node *v, void *into)
{
    int64_t weight;
    if (reader_quantity(r, v, QUANTITY_CHANCE, &weight) && weight == 0) {
        wrong(r, v, "reader.link.red-weight");
    } else {
        ((struct red *)into)->weight = weight;
    }
}

static void read_ecn(struct reader *r, const struct doc_node *v, void *into)
{
    reader_switch(r, v, &((struct red *)into)->marks);
}

/* Floyd and Jacobson's values (1993), where none are given. */
static void read_red(struct reader *r, const struct doc_node *v, void *into)
{
    static const struct key keys[] = {{"min", read_min},       {"max", read_max},
                                      {"chance", read_chance}, {"weight", read_weight},
                                      {"ecn", read_ecn},       {NULL, NULL}};
    static const struct key_reading how = {.keys = keys, .what = "reader.a.red"};
    struct red red = {
        .is_on = true, .min = 5, .max = 15, .chance = 100000000, .weight = 2000000, .marks = true};
    if (!reader_map(r, v, &how, &red)) {
        return;
    }
    if (red.min >= red.max) {
        wrong(r, v, "reader.link.red-order");
    }
    ((struct scenario_direction *)into)->red = red;
}

void read_queue(struct reader *r, const struct doc_node *v, void *into)
{
    static const struct key keys[] = {{"room", read_room}, {"red", read_red}, {NULL, NULL}};
    static const struct key_reading how = {.keys = keys, .what = "reader.a.queue"};
    if (v->kind == DOC_MAP) {
        reader_map(r, v, &how, into);
    } else {
        read_room(r, v, into);
        ((struct scenario_direction *)into)->red = (struct red){0};
    }
}
