/* Rows by counting: pass one numbers the subjects and counts what each row will hold, pass two
 * fills it. Machines, variables and timers of an entity have their rows side by side; items get
 * theirs from a hash table on (entity, set, key). */
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
    uint8_t kind;
    uint16_t which;
    uint32_t entity;
    int64_t key;
};

struct item {        /* a place of the hash table */
    uint32_t entity; /* 0: free */
    uint32_t set, row;
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
    uint32_t *first; /* by entity: row of its first machine; then its variables and timer slots */
    struct item *table; /* open addressing, a power of two */
    uint32_t table_size, item_count, subject_count;
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
    case REC_SHARE:
    case REC_KIND_COUNT: return false;
    }
    return false;
}

static uint32_t packet_of(const struct record *r)
{
    bool is_index = r->kind == REC_TIMER || r->kind == REC_FIRE;
    return is_index ? 0 : r->packet;
}

static uint32_t timer_slots(const struct actor_type *type, unsigned until)
{
    uint32_t slots = 0;
    for (unsigned i = 0; i < until; i++) {
        slots += type->timers[i].slots;
    }
    return slots;
}

static void place_entities(struct trace_index *x, const struct trace *t)
{
    x->first = os_alloc((t->entity_count + 2) * sizeof *x->first);
    for (uint32_t i = 1; i <= t->entity_count; i++) {
        const struct actor_type *type = t->entities[i].type;
        uint32_t rows =
            type ? machine_count(type) + var_count(type) + timer_slots(type, timer_count(type)) : 0;
        x->first[i + 1] = x->first[i] + rows;
    }
    x->subject_count = x->first[t->entity_count + 1];
}

static struct item *place_of(const struct trace_index *x, const struct subject *s)
{
    uint64_t hash = hash_mix((uint64_t)s->entity << 16 | s->which, (uint64_t)s->key);
    for (uint32_t i = (uint32_t)hash;; i++) {
        struct item *place = &x->table[i & (x->table_size - 1)];
        if (place->entity == 0 ||
            (place->key == s->key && place->entity == s->entity && place->set == s->which)) {
            return place;
        }
    }
}

static void grow_table(struct trace_index *x)
{
    struct item *old = x->table;
    uint32_t old_size = x->table_size;
    x->table_size = old_size ? old_size * 2 : 256;
    x->table = os_alloc(x->table_size * sizeof *x->table);
    for (uint32_t i = 0; i < old_size; i++) {
        if (old[i].entity) {
            struct subject s = {
                .which = (uint16_t)old[i].set, .entity = old[i].entity, .key = old[i].key};
            *place_of(x, &s) = old[i];
        }
    }
    free(old);
}

static uint32_t row_of_item(struct trace_index *x, const struct subject *s)
{
    if (2 * x->item_count >= x->table_size) {
        grow_table(x);
    }
    struct item *place = place_of(x, s);
    if (place->entity == 0) {
        *place = (struct item){s->entity, s->which, x->subject_count++, s->key};
        x->item_count++;
    }
    return place->row;
}

/* Row of a machine, a variable or a timer; UINT32_MAX: the type has no such. */
static uint32_t row_of_fixed(const struct trace_index *x, const struct trace *t,
                             const struct subject *s)
{
    const struct actor_type *type =
        s->entity <= t->entity_count ? t->entities[s->entity].type : NULL;
    if (!type) {
        return UINT32_MAX;
    }
    unsigned machines = machine_count(type), vars = var_count(type);
    if (s->kind == REC_STATE && s->which < machines) {
        return x->first[s->entity] + s->which;
    }
    if (s->kind == REC_VAR && s->which < vars) {
        return x->first[s->entity] + machines + s->which;
    }
    if (s->kind == REC_TIMER && s->which < timer_count(type)) {
        uint32_t slot = timer_slots(type, s->which) +
                        (uint32_t)(s->key % (int64_t)type->timers[s->which].slots);
        return x->first[s->entity] + machines + vars + slot;
    }
    return UINT32_MAX;
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

/* Row of each record's subject, UINT32_MAX: it has none. */
static uint32_t *number_subjects(struct trace_index *x, const struct trace *t)
{
    uint32_t *row = os_alloc((t->count + 1) * sizeof *row);
    for (uint32_t n = 1; n <= t->count; n++) {
        struct subject s;
        row[n] = UINT32_MAX;
        if (subject_of(trace_record(t, n), &s)) {
            row[n] = s.kind == REC_ITEM ? row_of_item(x, &s) : row_of_fixed(x, t, &s);
        }
    }
    return row;
}

static void count_rows(struct trace_index *x, const struct trace *t, const uint32_t *row)
{
    rows_open(&x->packets, t->packets.count + 1);
    rows_open(&x->causes, t->count + 1);
    rows_open(&x->subjects, x->subject_count);
    for (uint32_t n = 1; n <= t->count; n++) {
        const struct record *r = trace_record(t, n);
        x->packets.start[packet_of(r) + 2] += packet_of(r) > 0;
        x->causes.start[r->cause + 2]++;
        if (row[n] != UINT32_MAX) {
            x->subjects.start[row[n] + 2]++;
        }
    }
}

static void fill_rows(struct trace_index *x, const struct trace *t, const uint32_t *row)
{
    rows_place(&x->packets);
    rows_place(&x->causes);
    rows_place(&x->subjects);
    for (uint32_t n = 1; n <= t->count; n++) {
        const struct record *r = trace_record(t, n);
        if (packet_of(r) > 0) {
            rows_put(&x->packets, packet_of(r), n);
        }
        rows_put(&x->causes, r->cause, n);
        if (row[n] != UINT32_MAX) {
            rows_put(&x->subjects, row[n], n);
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
        const struct item *s = &x->table[i];
        if (s->entity == 0) {
            continue;
        }
        struct item_set *set = set_of(x, s->entity, s->set);
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
    place_entities(x, t);
    uint32_t *row = number_subjects(x, t);
    count_rows(x, t, row);
    fill_rows(x, t, row);
    collect_items(x);
    free(row);
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
    free(x->first);
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
    const struct trace_index *x = t->index;
    struct subject s = {.kind = (uint8_t)(kind == REC_FIRE ? REC_TIMER : kind),
                        .entity = entity,
                        .which = (uint16_t)which,
                        .key = key};
    if (!x) {
        return (struct list){0};
    }
    if (kind != REC_ITEM) {
        return rows_get(&x->subjects, row_of_fixed(x, t, &s));
    }
    const struct item *place = x->table_size ? place_of(x, &s) : NULL;
    return place && place->entity ? rows_get(&x->subjects, place->row) : (struct list){0};
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
