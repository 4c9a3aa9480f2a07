/* Which packets of runs that stand side by side have no equal in another: what a node sends there
 * too, as the same copy of the same unit, with the same fate. An answer is known by what it
 * answers. Numbers are compared only between runs of one protocol, since each counts in its own
 * way. */
#include "base/draw.h"
#include "base/os.h"
#include "trace/fate.h"
#include "ui/draw/draw.h"

#include <stdlib.h>
#include <string.h>

static uint64_t hash_text(uint64_t h, const char *s)
{
    for (; *s; s++) {
        h = hash_mix(h, (uint8_t)*s);
    }
    return hash_mix(h, 0);
}

/* The packet that this one answers; 0: none. */
static uint32_t asked_by(const struct trace *t, uint32_t id)
{
    struct list l = trace_of_packet(t, id);
    uint32_t cause = l.count ? trace_record(t, l.at[0])->cause : 0;
    uint32_t packet = cause ? story_packet(t, cause) : 0;
    return packet ? packet_before_damage(t, packet) : 0;
}

/* How a packet ended: 0 if it arrived, else why it did not. */
static uint64_t ending(const struct trace *t, uint32_t id)
{
    struct list l = trace_of_packet(t, id);
    for (uint32_t i = l.count; i-- > 0;) {
        const struct record *r = trace_record(t, l.at[i]);
        bool is_on_link = t->entities[r->where].kind == ENTITY_DIRECTION;
        if (r->kind == REC_DROP && is_on_link) {
            return r->code;
        }
    }
    return 0;
}

static uint64_t key_of(const struct trace *t, uint32_t id, bool with_label)
{
    const struct packet *p = trace_packet(t, id);
    struct bytes head = packet_head(p);
    char buf[24];
    uint64_t h = hash_text(1, t->nodes[t->entities[p->sender].node].name);
    h = hash_text(h, packet_is(p->proto->name, head, p->body.len));
    h = hash_mix(h, ending(t, id));
    if (with_label) {
        h = hash_text(h, packet_label(p->proto->name, head, p->body.len, buf));
    }
    if (p->unit.n > 0) {
        return hash_mix(hash_mix(h, p->unit.at), p->copy);
    }
    uint32_t asked = asked_by(t, id);
    const struct packet *q = asked ? trace_packet(t, asked) : NULL;
    return q && q->unit.n > 0 ? hash_mix(hash_mix(h, q->unit.at), q->copy + 1000000u)
                              : hash_mix(h, p->unit.at);
}

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

struct keys_of_run {
    uint64_t *by_packet, *sorted;
    uint32_t count;
};

static struct keys_of_run keys_new(const struct trace *t, bool with_label)
{
    struct keys_of_run k = {.count = t->packets.count};
    k.by_packet = os_alloc(((size_t)k.count + 1) * sizeof *k.by_packet);
    k.sorted = os_alloc(((size_t)k.count + 1) * sizeof *k.sorted);
    for (uint32_t id = 1; id <= k.count; id++) {
        k.by_packet[id] = key_of(t, packet_before_damage(t, id), with_label);
    }
    memcpy(k.sorted, k.by_packet + 1, k.count * sizeof *k.sorted);
    qsort(k.sorted, k.count, sizeof *k.sorted, by_value);
    return k;
}

static bool holds(const struct keys_of_run *k, uint64_t key)
{
    return bsearch(&key, k->sorted, k->count, sizeof key, by_value) != NULL;
}

/* All runs are of one protocol. */
static bool are_alike(const struct drawn *runs, unsigned count)
{
    for (unsigned i = 1; i < count; i++) {
        const struct trace *a = &runs[0].trace, *b = &runs[i].trace;
        if (a->flow_count == 0 || b->flow_count == 0 ||
            strcmp(a->flows[1].proto, b->flows[1].proto) != 0) {
            return false;
        }
    }
    return true;
}

void drawn_differ(struct drawn *runs, unsigned count)
{
    struct keys_of_run keys[DRAW_RUNS];
    bool with_label = are_alike(runs, count);
    if (count < 2) {
        return;
    }
    for (unsigned i = 0; i < count; i++) {
        keys[i] = keys_new(&runs[i].trace, with_label);
    }
    for (unsigned i = 0; count > 1 && i < count; i++) {
        struct film *f = runs[i].film;
        f->differs = os_alloc(keys[i].count + 1);
        for (uint32_t id = 1; id <= keys[i].count; id++) {
            for (unsigned j = 0; j < count; j++) {
                f->differs[id] |= j != i && !holds(&keys[j], keys[i].by_packet[id]);
            }
            f->differ_count += f->differs[id] && !trace_packet(&runs[i].trace, id)->parent;
        }
    }
    for (unsigned i = 0; i < count; i++) {
        free(keys[i].by_packet);
        free(keys[i].sorted);
    }
}
