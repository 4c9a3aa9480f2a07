/* Conditions on a host, and the names of states and flows that they use. */
#include "scenario/reader.h"

#include <string.h>

/* A growing list of names, each once. */
struct name_list {
    const char **names;
    size_t count, cap;
};

static void add_states(struct reader *r, struct name_list *list, const struct actor_type *t)
{
    for (unsigned m = 0; t && m < machine_count(t); m++) {
        for (const char *const *s = t->machines[m].states; *s; s++) {
            size_t i = 0;
            while (i < list->count && strcmp(list->names[i], *s) != 0) {
                i++;
            }
            if (i < list->count) {
                continue;
            }
            if (list->count + 1 >= list->cap) {
                const char **old = list->names;
                list->cap = 2 * list->cap + 16;
                list->names = arena_alloc(r->arena, list->cap * sizeof *list->names);
                for (size_t k = 0; k < list->count; k++) {
                    list->names[k] = old[k];
                }
            }
            list->names[list->count++] = *s;
        }
    }
}

/* All states of all machines of the catalogue. */
static const char *const *state_names(struct reader *r)
{
    if (!r->state_names) {
        struct name_list list = {.names = arena_alloc(r->arena, 16 * sizeof *list.names),
                                 .cap = 16};
        for (const struct actor_type *const *t = r->known->actors; *t; t++) {
            add_states(r, &list, *t);
        }
        for (const struct traffic_type *const *t = r->known->traffic; *t; t++) {
            add_states(r, &list, (*t)->source);
            if ((*t)->sink) {
                add_states(r, &list, (*t)->sink);
            }
        }
        r->state_names = list.names;
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

bool read_condition(struct reader *r, const struct doc_node *n, struct condition *out)
{
    static const struct key keys[] = {
        {"state", read_state}, {"received", read_received},
        {"sent", read_sent},   {"retransmissions", read_retransmissions},
        {"flow", read_flow},   {NULL, NULL},
    };
    static const struct key_reading how = {.keys = keys, .what = "reader.a.condition"};
    unsigned before = r->err->errors;
    *out = (struct condition){.node = out->node,
                              .received = -1,
                              .sent = -1,
                              .retransmissions = -1,
                              .place = reader_place(r, n->key ? n->key : n)};
    if (n->kind == DOC_MAP) {
        reader_map(r, n, &how, out);
    } else {
        read_state(r, n, out);
    }
    return r->err->errors == before;
}
