/* Reading the tables of an actor type. */
#include "actor/actor.h"

#include <string.h>

const char *drop_class_name(enum drop_class c)
{
    static const char *const names[DROP_CLASS_COUNT] = {
        [0] = "none",
        [DROP_LOSS] = "loss",
        [DROP_QUEUE] = "queue",
        [DROP_FAULT] = "fault",
        [DROP_CHECKSUM] = "checksum",
        [DROP_LINK_DOWN] = "link-down",
        [DROP_TTL] = "ttl",
        [DROP_NO_ROUTE] = "no-route",
        [DROP_TOO_BIG] = "too-big",
        [DROP_NO_LISTENER] = "no-listener",
        [DROP_MALFORMED] = "malformed",
        [DROP_UNRESOLVED] = "unresolved",
        [DROP_NODE_DOWN] = "node-down",
        [DROP_POLICY] = "policy",
        [DROP_DUPLICATE] = "duplicate",
        [DROP_OUT_OF_WINDOW] = "out-of-window",
        [DROP_LATE] = "late",
        [DROP_EARLY] = "early",
    };
    return names[c];
}

static bool is_of_link(const struct actor_type *t)
{
    return t->proto && t->proto->carrier == CARRIER_LINK;
}

bool traffic_is_of_link(const struct traffic_type *t)
{
    bool is_there = is_of_link(t->source);
    for (const struct actor_type *const *part = t->parts; part && *part; part++) {
        is_there = is_there || is_of_link(*part);
    }
    return is_there;
}

unsigned machine_count(const struct actor_type *t)
{
    unsigned n = 0;
    while (t->machines && t->machines[n].name) {
        n++;
    }
    return n;
}

unsigned set_count(const struct actor_type *t)
{
    unsigned n = 0;
    while (t->sets && t->sets[n].name) {
        n++;
    }
    return n;
}

unsigned timer_count(const struct actor_type *t)
{
    unsigned n = 0;
    while (t->timers && t->timers[n].name) {
        n++;
    }
    return n;
}

unsigned var_count(const struct actor_type *t)
{
    unsigned n = 0;
    while (t->vars && t->vars[n].name) {
        n++;
    }
    return n;
}

unsigned state_count(const char *const *states)
{
    unsigned n = 0;
    while (states[n]) {
        n++;
    }
    return n;
}

bool edge_allowed(const struct machine *m, unsigned from, unsigned to)
{
    for (const struct machine_edge *e = m->edges; e->from >= 0; e++) {
        if ((unsigned)e->from == from && (unsigned)e->to == to) {
            return true;
        }
    }
    return false;
}

const struct param *param_find(const struct actor_type *t, const char *name)
{
    for (const struct param *p = t->params; p && p->name; p++) {
        if (strcmp(p->name, name) == 0) {
            return p;
        }
    }
    return NULL;
}

void params_initial(const struct actor_type *t, void *self)
{
    for (const struct param *p = t->params; p && p->name; p++) {
        memcpy((char *)self + p->offset, &p->initial, sizeof p->initial);
    }
}

const char *const message_states[] = {"absent", "sent", "received", NULL};
