/* A packet's likeness is a hash of what makes it; lists of them are merged in the order of the
 * hashes. */
#include "trace/likeness.h"

#include "base/draw.h"
#include "base/os.h"

#include <stdlib.h>
#include <string.h>

static uint64_t mix_bytes(uint64_t key, struct bytes b)
{
    for (size_t i = 0; i < b.len; i++) {
        key = hash_mix(key, b.data[i]);
    }
    return key;
}

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

struct likeness *likeness_all(const struct trace *t)
{
    struct likeness *list = os_alloc((t->packets.count + 1) * sizeof *list);
    for (uint32_t id = 1; id <= t->packets.count; id++) {
        list[id - 1] = likeness_of(t, id);
    }
    qsort(list, t->packets.count, sizeof *list, by_key);
    return list;
}

void likeness_compare(const struct likeness *a, uint32_t a_count, const struct likeness *b,
                      uint32_t b_count,
                      void (*only)(void *into, const struct likeness *l, bool is_of_a), void *into)
{
    uint32_t i = 0, k = 0;
    while (i < a_count || k < b_count) {
        if (k == b_count || (i < a_count && a[i].key < b[k].key)) {
            only(into, &a[i++], true);
        } else if (i == a_count || b[k].key < a[i].key) {
            only(into, &b[k++], false);
        } else {
            i++;
            k++;
        }
    }
}

static void note_earliest(void *into, const struct likeness *l, bool is_of_a)
{
    sim_time *from = into;
    (void)is_of_a;
    *from = l->at < *from ? l->at : *from;
}

sim_time likeness_differs_from(const struct trace *a, const struct trace *b)
{
    sim_time from = SIM_NEVER;
    struct likeness *x = likeness_all(a), *y = likeness_all(b);
    likeness_compare(x, a->packets.count, y, b->packets.count, note_earliest, &from);
    free(x);
    free(y);
    return from;
}
