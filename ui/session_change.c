/* What an edit changed: packets of the two runs are like each other when they were sent at the same
 * instant, by the same endpoint, with the same header, and came to the same end. */
#include "ui/session_inside.h"

#include "base/draw.h"

#include <stdlib.h>
#include <string.h>

static uint64_t mix_bytes(uint64_t key, struct bytes b)
{
    for (size_t i = 0; i < b.len; i++) {
        key = hash_mix(key, b.data[i]);
    }
    return key;
}

struct likeness {
    uint64_t key;
    uint32_t packet;
    sim_time at;
};

static struct likeness likeness_of(const struct trace *t, uint32_t id)
{
    const struct packet *p = trace_packet(t, id);
    struct list all = trace_of_packet(t, id);
    struct likeness l = {.packet = id, .at = SIM_NEVER};
    const char *sender = t->entities[p->sender].name;
    l.key = mix_bytes(p->body.len, packet_head(p));
    l.key = mix_bytes(l.key, bytes_of((const uint8_t *)sender, strlen(sender)));
    for (uint32_t i = 0; i < all.count; i++) {
        const struct record *r = trace_record(t, all.at[i]);
        l.at = r->at < l.at ? r->at : l.at;
        if (r->kind == REC_SEND || r->kind == REC_ARRIVE || r->kind == REC_DROP) {
            l.key = hash_mix(l.key, (uint64_t)r->at * 4 + r->kind);
        }
    }
    return l;
}

static int by_key(const void *a, const void *b)
{
    const struct likeness *x = a, *y = b;
    return x->key < y->key ? -1 : x->key > y->key;
}

static struct likeness *all_of(const struct trace *t)
{
    struct likeness *list = os_alloc((t->packets.count + 1) * sizeof *list);
    for (uint32_t id = 1; id <= t->packets.count; id++) {
        list[id - 1] = likeness_of(t, id);
    }
    qsort(list, t->packets.count, sizeof *list, by_key);
    return list;
}

static void note(struct session_change *c, const struct likeness *l)
{
    c->from = l->at < c->from ? l->at : c->from;
}

/* Both lists in order of their keys. */
static void merge(struct session_change *c, const struct likeness *now, uint32_t now_count,
                  const struct likeness *then, uint32_t then_count)
{
    uint32_t i = 0, k = 0;
    while (i < now_count || k < then_count) {
        if (k == then_count || (i < now_count && now[i].key < then[k].key)) {
            c->is_new[now[i].packet] = 1;
            c->count++;
            note(c, &now[i++]);
        } else if (i == now_count || then[k].key < now[i].key) {
            c->gone++;
            note(c, &then[k++]);
        } else {
            i++;
            k++;
        }
    }
}

void session_compare(struct session *s, const struct trace *before)
{
    const struct trace *now = &s->trace;
    free(s->change.is_new);
    s->change = (struct session_change){.from = SIM_NEVER};
    if (!before) {
        return;
    }
    s->change.is_new = os_alloc(now->packets.count + 1);
    struct likeness *a = all_of(now), *b = all_of(before);
    merge(&s->change, a, now->packets.count, b, before->packets.count);
    free(a);
    free(b);
}
