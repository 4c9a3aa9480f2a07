/* `groups`: who hears what is sent to an address for many. A multicast address is one that the
 * network multiplies; any other name is a mesh, in which each sends to each of the others. */
#include "scenario/reader.h"

#include <string.h>

#define GROUP_LIMIT  1000
#define MEMBER_LIMIT 100000
#define MESH_LIMIT   32 /* each packet is sent so often */

const struct scenario_group *group_of_ip(const struct scenario *sc, uint32_t ip)
{
    for (uint32_t i = 0; i < sc->group_count; i++) {
        if (ip && sc->groups[i].ip == ip) {
            return &sc->groups[i];
        }
    }
    return NULL;
}

const struct scenario_group *group_named(const struct scenario *sc, const char *name)
{
    for (uint32_t i = 0; i < sc->group_count; i++) {
        if (strcmp(sc->groups[i].name, name) == 0) {
            return &sc->groups[i];
        }
    }
    return NULL;
}

bool group_holds(const struct scenario_group *g, uint32_t node)
{
    for (uint32_t i = 0; i < g->member_count; i++) {
        if (g->members[i] == node) {
            return true;
        }
    }
    return false;
}

static void read_members(struct reader *r, const struct doc_node *v, struct scenario_group *g)
{
    uint32_t limit = g->ip ? MEMBER_LIMIT : MESH_LIMIT, node;
    if (!reader_is_list(r, v) || !reader_is_short(r, v, limit)) {
        return;
    }
    g->members = arena_alloc(r->arena, v->count * sizeof *g->members);
    for (const struct doc_node *c = v->first; c; c = c->next) {
        if (!reader_node(r, c, &node)) {
            continue;
        }
        if (group_holds(g, node)) {
            wrong(r, c, "reader.group.twice", "name", c->text, "group", g->name);
        } else {
            g->members[g->member_count++] = node;
        }
    }
}

/* 224.0.0.0/24 belongs to the protocols of routers, and is never passed on (RFC 5771 4). */
static bool read_name(struct reader *r, const struct doc_node *key, struct scenario_group *g)
{
    g->name = key->text;
    if (ip_parse(key->text, &g->ip)) {
        bool is_good = ip_is_multicast(g->ip) && g->ip >> 8 != 0xe00000;
        if (!is_good) {
            wrong(r, key, "reader.group.address", "found", key->text);
        }
        return is_good;
    }
    if (reader_has_node(r, key->text)) {
        wrong(r, key, "reader.group.is-host", "name", key->text);
        return false;
    }
    return true;
}

void read_groups(struct reader *r, const struct doc_node *n)
{
    if (!reader_is_map(r, n) || !reader_is_short(r, n, GROUP_LIMIT)) {
        return;
    }
    r->sc->groups = arena_alloc(r->arena, (n->count + 1) * sizeof *r->sc->groups);
    for (const struct doc_node *v = n->first; v; v = v->next) {
        struct scenario_group g = {.place = reader_place(r, v->key)};
        if (read_name(r, v->key, &g)) {
            read_members(r, v, &g);
            r->sc->groups[r->sc->group_count++] = g;
        }
    }
}
