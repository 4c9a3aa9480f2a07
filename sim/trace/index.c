/* Rows by counting: pass one counts what each row will hold, pass two fills it. Subjects get their
 * row numbers from a hash table on (kind, entity, which, key). */
#include "trace/index.h"

#include "base/draw.h"
#include "base/os.h"

#include <stdlib.h>

struct rows {
    uint32_t *start; /* row i is at[start[i]] .. at[start[i + 1]] */
    uint32_t *at;
    uint32_t count;
};

struct subject {
    uint8_t kind; /* 0: a free place */
    uint16_t which;
    uint32_t entity, row;
    int64_t key;
};

struct item_set { /* keys of one set of one actor */
    uint32_t entity;
    unsigned set;
    int64_t *keys;
    uint32_t count, cap;
};

struct trace_index {
    struct rows packets, causes, subjects;
    struct subject *table; /* open addressing, a power of two */
    uint32_t table_size, subject_count;
    struct item_set *sets;
    uint32_t set_count;
};

static bool subject_of(const struct record *r, struct subject *s)
{
    *s = (struct subject){.kind = r->kind, .entity = r->where};
    switch ((enum record_kind)r->kind) {
    case REC_STATE: s->which = r->code >> 8; return true;
    case REC_VAR: s->which = r->code; return true;
    case REC_ITEM:
        s->which = r->code >> 8;
        s->key = r->value;
        return true;
    case REC_FIRE: /* stands in the list of its timer */
    case REC_TIMER:
        s->kind = REC_TIMER;
        s->which = r->code;
        s->key = r->packet;
        return true;
    case REC_NONE:
    case REC_SEND:
    case REC_QUEUE:
    case REC_TX:
    case REC_ARRIVE:
    case REC_DROP:
    case REC_CALL:
    case REC_DELIVER:
    case REC_NOTE:
    case REC_KIND_COUNT: return false;
    }
    return false;
}

static uint32_t packet_of(const struct record *r)
{
    bool is_index = r->kind == REC_TIMER || r->kind == REC_FIRE;
    return is_index ? 0 : r->packet;
}

static bool is_same(const struct subject *a, const struct subject *b)
{
    return a->kind == b->kind && a->which == b->which && a->entity == b->entity && a->key == b->key;
}

static struct subject *place_of(const struct trace_index *x, const struct subject *s)
{
    uint64_t hash =
        hash_mix(hash_mix(s->entity, (uint64_t)s->kind << 16 | s->which), (uint64_t)s->key);
    for (uint32_t i = (uint32_t)hash;; i++) {
        struct subject *place = &x->table[i & (x->table_size - 1)];
        if (place->kind == 0 || is_same(place, s)) {
            return place;
        }
    }
}

static void grow_table(struct trace_index *x)
{
    struct subject *old = x->table;
    uint32_t old_size = x->table_size;
    x->table_size = old_size ? old_size * 2 : 256;
    x->table = os_alloc(x->table_size * sizeof *x->table);
    for (uint32_t i = 0; i < old_size; i++) {
        if (old[i].kind) {
            *place_of(x, &old[i]) = old[i];
        }
    }
    free(old);
}

static uint32_t row_of_subject(struct trace_index *x, const struct subject *s)
{
    if (2 * x->subject_count >= x->table_size) {
        grow_table(x);
    }
    struct subject *place = place_of(x, s);
    if (place->kind == 0) {
        *place = *s;
        place->row = x->subject_count++;
    }
    return place->row;
}

static void rows_open(struct rows *rows, uint32_t count)
{
    rows->count = count;
    rows->start = os_alloc((count + 2) * sizeof *rows->start);
}

/* After counting into start[i + 2]: start[i + 1] becomes where row i is filled next. */
static void rows_place(struct rows *rows)
{
    for (uint32_t i = 2; i < rows->count + 2; i++) {
        rows->start[i] += rows->start[i - 1];
    }
    rows->at = os_alloc((rows->start[rows->count + 1] + 1) * sizeof *rows->at);
}

static void rows_put(struct rows *rows, uint32_t row, uint32_t record)
{
    rows->at[rows->start[row + 1]++] = record;
}

static struct list rows_get(const struct rows *rows, uint32_t row)
{
    if (row >= rows->count) {
        return (struct list){0};
    }
    return (struct list){rows->at + rows->start[row], rows->start[row + 1] - rows->start[row]};
}

static void rows_free(struct rows *rows)
{
    free(rows->start);
    free(rows->at);
}

static void number_subjects(struct trace_index *x, const struct trace *t)
{
    for (uint32_t n = 1; n <= t->count; n++) {
        struct subject s;
        if (subject_of(trace_record(t, n), &s)) {
            row_of_subject(x, &s);
        }
    }
}

static void count_rows(struct trace_index *x, const struct trace *t)
{
    rows_open(&x->packets, t->packets.count + 1);
    rows_open(&x->causes, t->count + 1);
    rows_open(&x->subjects, x->subject_count);
    for (uint32_t n = 1; n <= t->count; n++) {
        const struct record *r = trace_record(t, n);
        struct subject s;
        x->packets.start[packet_of(r) + 2] += packet_of(r) > 0;
        x->causes.start[r->cause + 2]++;
        if (subject_of(r, &s)) {
            x->subjects.start[row_of_subject(x, &s) + 2]++;
        }
    }
}

static void fill_rows(struct trace_index *x, const struct trace *t)
{
    rows_place(&x->packets);
    rows_place(&x->causes);
    rows_place(&x->subjects);
    for (uint32_t n = 1; n <= t->count; n++) {
        const struct record *r = trace_record(t, n);
        struct subject s;
        if (packet_of(r) > 0) {
            rows_put(&x->packets, packet_of(r), n);
        }
        rows_put(&x->causes, r->cause, n);
        if (subject_of(r, &s)) {
            rows_put(&x->subjects, row_of_subject(x, &s), n);
        }
    }
}

static struct item_set *set_of(struct trace_index *x, uint32_t entity, unsigned set)
{
    for (uint32_t i = 0; i < x->set_count; i++) {
        if (x->sets[i].entity == entity && x->sets[i].set == set) {
            return &x->sets[i];
        }
    }
    x->sets = os_realloc(x->sets, (x->set_count + 1) * sizeof *x->sets);
    x->sets[x->set_count] = (struct item_set){.entity = entity, .set = set};
    return &x->sets[x->set_count++];
}

static int by_key(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void collect_items(struct trace_index *x)
{
    for (uint32_t i = 0; i < x->table_size; i++) {
        const struct subject *s = &x->table[i];
        if (s->kind != REC_ITEM) {
            continue;
        }
        struct item_set *set = set_of(x, s->entity, s->which);
        if (set->count == set->cap) {
            set->cap = set->cap ? set->cap * 2 : 64;
            set->keys = os_realloc(set->keys, set->cap * sizeof *set->keys);
        }
        set->keys[set->count++] = s->key;
    }
    for (uint32_t i = 0; i < x->set_count; i++) {
        qsort(x->sets[i].keys, x->sets[i].count, sizeof(int64_t), by_key);
    }
}

struct trace_index *index_new(const struct trace *t)
{
    struct trace_index *x = os_alloc(sizeof *x);
    number_subjects(x, t);
    count_rows(x, t);
    fill_rows(x, t);
    collect_items(x);
    return x;
}

void index_free(struct trace_index *x)
{
    if (!x) {
        return;
    }
    rows_free(&x->packets);
    rows_free(&x->causes);
    rows_free(&x->subjects);
    for (uint32_t i = 0; i < x->set_count; i++) {
        free(x->sets[i].keys);
    }
    free(x->sets);
    free(x->table);
    free(x);
}

struct list trace_of_packet(const struct trace *t, uint32_t packet)
{
    return t->index && packet > 0 ? rows_get(&t->index->packets, packet) : (struct list){0};
}

struct list trace_of_cause(const struct trace *t, uint32_t record)
{
    return t->index ? rows_get(&t->index->causes, record) : (struct list){0};
}

struct list trace_of_subject(const struct trace *t, enum record_kind kind, uint32_t entity,
                             unsigned which, int64_t key)
{
    struct subject s = {.kind = (uint8_t)(kind == REC_FIRE ? REC_TIMER : kind),
                        .entity = entity,
                        .which = (uint16_t)which,
                        .key = key};
    if (!t->index || t->index->table_size == 0) {
        return (struct list){0};
    }
    const struct subject *place = place_of(t->index, &s);
    return place->kind ? rows_get(&t->index->subjects, place->row) : (struct list){0};
}

struct keys trace_item_keys(const struct trace *t, uint32_t entity, unsigned set)
{
    const struct trace_index *x = t->index;
    for (uint32_t i = 0; x && i < x->set_count; i++) {
        if (x->sets[i].entity == entity && x->sets[i].set == set) {
            return (struct keys){x->sets[i].keys, x->sets[i].count};
        }
    }
    return (struct keys){0};
}
