/* Conditions on a host, and the names of states and flows that they use. */
#include "scenario/reader.h"

#include <string.h>

/* A growing list of names, each once. */
struct name_list {
    const char **names;
    size_t count, cap;
};

static void add_name(struct reader *r, struct name_list *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->names[i], name) == 0) {
            return;
        }
    }
    if (list->count + 1 >= list->cap) {
        const char **old = list->names;
        list->cap = 2 * list->cap + 16;
        list->names = arena_alloc(r->arena, list->cap * sizeof *list->names);
        for (size_t k = 0; k < list->count; k++) {
            list->names[k] = old[k];
        }
    }
    list->names[list->count++] = name;
}

static void add_states(struct reader *r, struct name_list *list, const struct actor_type *t)
{
    for (unsigned m = 0; t && m < machine_count(t); m++) {
        for (const char *const *s = t->machines[m].states; *s; s++) {
            add_name(r, list, *s);
        }
    }
}

static void add_machines(struct reader *r, struct name_list *list, const struct actor_type *t)
{
    for (unsigned m = 0; t && m < machine_count(t); m++) {
        add_name(r, list, t->machines[m].name);
    }
}

/* What `add` finds in the types of the catalogue. */
static const char *const *names_of_all(struct reader *r,
                                       void (*add)(struct reader *, struct name_list *,
                                                   const struct actor_type *))
{
    struct name_list list = {.names = arena_alloc(r->arena, 16 * sizeof *list.names), .cap = 16};
    for (const struct actor_type *const *t = r->known->actors; *t; t++) {
        add(r, &list, *t);
    }
    for (const struct traffic_type *const *t = r->known->traffic; *t; t++) {
        add(r, &list, (*t)->source);
        add(r, &list, (*t)->sink);
    }
    return list.names;
}

/* All states of all machines of the catalogue. */
static const char *const *state_names(struct reader *r)
{
    if (!r->state_names) {
        r->state_names = names_of_all(r, add_states);
    }
    return r->state_names;
}

static void read_state(struct reader *r, const struct doc_node *v, void *into)
{
    struct condition *c = into;
    if (!reader_is_text(r, v)) {
        return;
    }
    const char *const *names = state_names(r);
    for (const char *const *name = names; *name; name++) {
        if (strcmp(*name, v->text) == 0) {
            c->state = *name;
            return;
        }
    }
    wrong(r, v, "reader.state.unknown", "found", v->text, "hint", reader_hint(r, v->text, names));
}

static void read_machine(struct reader *r, const struct doc_node *v, void *into)
{
    struct condition *c = into;
    const char *const *names = names_of_all(r, add_machines);
    uint32_t which;
    if (reader_word_of(r, v, names, &which)) {
        c->machine = names[which];
    }
}

bool reader_flow(struct reader *r, const struct doc_node *n, const char **out)
{
    if (!reader_is_text(r, n)) {
        return false;
    }
    const char *names[33] = {NULL};
    size_t count = 0;
    for (uint32_t i = 0; i < r->sc->traffic_count; i++) {
        const char *name = r->sc->traffic[i].name;
        if (name && strcmp(name, n->text) == 0) {
            *out = n->text;
            return true;
        }
        if (name && count < 32) {
            names[count++] = name;
        }
    }
    for (uint32_t i = 0; i < r->sc->step_count; i++) {
        const char *name = r->sc->steps[i].call.as;
        if (name && strcmp(name, n->text) == 0) {
            *out = n->text;
            return true;
        }
        if (name && count < 32) {
            names[count++] = name;
        }
    }
    size_t host_len = strcspn(n->text, ".");
    for (uint32_t i = 0; n->text[host_len] == '.' && i < r->sc->node_count; i++) {
        const char *host = r->sc->nodes[i].name;
        if (strlen(host) == host_len && strncmp(host, n->text, host_len) == 0) {
            *out = n->text;
            return true;
        }
    }
    wrong(r, n, "reader.flow.unknown", "found", n->text, "hint", reader_hint(r, n->text, names));
    return false;
}

static void read_flow(struct reader *r, const struct doc_node *v, void *into)
{
    reader_flow(r, v, &((struct condition *)into)->flow);
}

static void read_received(struct reader *r, const struct doc_node *v, void *into)
{
    reader_quantity(r, v, QUANTITY_BYTES, &((struct condition *)into)->received);
}

static void read_sent(struct reader *r, const struct doc_node *v, void *into)
{
    reader_quantity(r, v, QUANTITY_BYTES, &((struct condition *)into)->sent);
}

static void read_retransmissions(struct reader *r, const struct doc_node *v, void *into)
{
    reader_count(r, v, 0, INT64_MAX - 1, &((struct condition *)into)->retransmissions);
}

/* ---- RSVP ---- */

const char *const reserve_figures[] = {[RESERVE_PATHS] = "paths",
                                       [RESERVE_RESERVATIONS] = "reservations",
                                       [RESERVE_RESERVED] = "reserved"};

static void read_paths(struct reader *r, const struct doc_node *v, void *into)
{
    reader_count(r, v, 0, INT32_MAX, &((struct condition *)into)->reserve[RESERVE_PATHS]);
}

static void read_reservations(struct reader *r, const struct doc_node *v, void *into)
{
    reader_count(r, v, 0, INT32_MAX, &((struct condition *)into)->reserve[RESERVE_RESERVATIONS]);
}

static void read_reserved(struct reader *r, const struct doc_node *v, void *into)
{
    reader_quantity(r, v, QUANTITY_RATE, &((struct condition *)into)->reserve[RESERVE_RESERVED]);
}

struct condition reader_condition(uint32_t node)
{
    return (struct condition){
        .node = node, .received = -1, .sent = -1, .retransmissions = -1, .reserve = {-1, -1, -1}};
}

bool read_condition(struct reader *r, const struct doc_node *n, struct condition *out)
{
    static const struct key keys[] = {
        {"state", read_state},       {"received", read_received},
        {"sent", read_sent},         {"retransmissions", read_retransmissions},
        {"flow", read_flow},         {"machine", read_machine},
        {"paths", read_paths},       {"reservations", read_reservations},
        {"reserved", read_reserved}, {NULL, NULL},
    };
    static const struct key_reading how = {.keys = keys, .what = "reader.a.condition"};
    unsigned before = r->err->errors;
    *out = reader_condition(out->node);
    out->place = reader_place(r, n->key ? n->key : n);
    if (n->kind == DOC_MAP) {
        reader_map(r, n, &how, out);
    } else {
        read_state(r, n, out);
    }
    return r->err->errors == before;
}
