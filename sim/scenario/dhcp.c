/* What a DHCP server, a relay and a switch that watches DHCP say beyond single values:
 * reservations, subnets behind relays, the relay's short form, snooping. */
#include "scenario/reader.h"

#include "wire/eth.h"

#include <string.h>

#define SUBNET_LIMIT 32u

static void read_reservation(struct reader *r, const struct doc_node *v,
                             struct scenario_reservation *out)
{
    struct scenario_address a;
    *out = (struct scenario_reservation){.node = NO_NODE};
    if (!mac_parse(v->key->text, &out->mac)) {
        reader_node(r, v->key, &out->node);
    }
    if (reader_address(r, v, &a)) {
        out->ip = a.ip;
    }
}

/* `reserve: {laptop: 192.168.1.50, "02:00:00:00:00:07": 192.168.1.51}`. */
static void read_reservations(struct reader *r, const struct doc_node *v,
                              struct scenario_node *node)
{
    if (!reader_is_map(r, v)) {
        return;
    }
    node->reservations = arena_alloc(r->arena, (v->count + 1) * sizeof *node->reservations);
    for (const struct doc_node *c = v->first; c; c = c->next) {
        read_reservation(r, c, &node->reservations[node->reservation_count++]);
    }
}

static void read_network(struct reader *r, const struct doc_node *v, void *into)
{
    struct scenario_subnet *s = into;
    if (reader_is_text(r, v)) {
        reader_network(r, v, v->text, &s->network);
    }
}

static void read_pool(struct reader *r, const struct doc_node *v, void *into)
{
    struct scenario_subnet *s = into;
    int64_t pool;
    if (reader_pool(r, v, &pool)) {
        s->first = (uint32_t)((uint64_t)pool >> 32);
        s->last = (uint32_t)pool;
    }
}

static void read_router(struct reader *r, const struct doc_node *v, void *into)
{
    struct scenario_subnet *s = into;
    struct scenario_address a;
    if (reader_address(r, v, &a)) {
        s->router = a.ip;
    }
}

static void check_subnet(struct reader *r, const struct doc_node *v,
                         const struct scenario_subnet *s)
{
    uint32_t mask = s->network.prefix == 0 ? 0 : UINT32_MAX << (32 - s->network.prefix);
    const char *missing = !reader_has(v, "network") ? "network"
                          : !reader_has(v, "pool")  ? "pool"
                                                    : NULL;
    if (missing) {
        wrong(r, v, "reader.needs-key", "what", reader_word(r, "reader.a.subnet"), "key", missing);
    } else if (s->last && s->network.ip &&
               (((s->first ^ s->network.ip) & mask) || ((s->last ^ s->network.ip) & mask))) {
        wrong(r, v, "reader.subnet.outside");
    }
}

/* `subnets: [{network: 10.0.2.0/24, pool: 10.0.2.100 - 10.0.2.150, router: 10.0.2.1}]`. */
static void read_subnets(struct reader *r, const struct doc_node *v, struct scenario_node *node)
{
    static const struct key keys[] = {
        {"network", read_network}, {"pool", read_pool}, {"router", read_router}, {NULL, NULL}};
    static const struct key_reading how = {.keys = keys, .what = "reader.a.subnet"};
    if (!reader_is_list(r, v) || !reader_is_short(r, v, SUBNET_LIMIT)) {
        return;
    }
    node->subnets = arena_alloc(r->arena, (v->count + 1) * sizeof *node->subnets);
    for (const struct doc_node *c = v->first; c; c = c->next) {
        struct scenario_subnet *s = &node->subnets[node->subnet_count++];
        *s = (struct scenario_subnet){.first = 0};
        if (reader_is_map(r, c)) {
            reader_map(r, c, &how, s);
            check_subnet(r, c, s);
        }
    }
}

bool read_dhcp_key(struct reader *r, const struct doc_node *v, const char *type,
                   struct scenario_node *node)
{
    if (strcmp(type, "dhcp-server") != 0) {
        return false;
    }
    if (strcmp(v->key->text, "reserve") == 0) {
        read_reservations(r, v, node);
        return true;
    }
    if (strcmp(v->key->text, "subnets") == 0) {
        read_subnets(r, v, node);
        return true;
    }
    return false;
}

bool read_dhcp_relay(struct reader *r, const struct doc_node *v, const struct actor_type *type,
                     struct scenario_node *node)
{
    const struct param *server = param_find(type, "server");
    int64_t value;
    if (v->kind == DOC_MAP || v->is_absent || !server) {
        return false;
    }
    if (reader_param(r, v, server, &value)) {
        settings_add(r, &node->settings, (struct setting){type, server, value});
    }
    return true;
}

static void read_trusted(struct reader *r, const struct doc_node *v, void *into)
{
    struct scenario_node *node = into;
    bool is_list = v->kind == DOC_LIST;
    if (!is_list && !reader_is_text(r, v)) {
        return;
    }
    uint32_t count = is_list ? v->count : 1;
    node->snoop.trusted = arena_alloc(r->arena, (count + 1) * sizeof *node->snoop.trusted);
    for (const struct doc_node *c = is_list ? v->first : v; c; c = is_list ? c->next : NULL) {
        uint32_t *to = &node->snoop.trusted[node->snoop.trusted_count];
        node->snoop.trusted_count += reader_node(r, c, to);
    }
}

static void read_clients(struct reader *r, const struct doc_node *v, void *into)
{
    struct scenario_node *node = into;
    int64_t clients;
    if (reader_count(r, v, 1, 4096, &clients)) {
        node->snoop.clients = (uint32_t)clients;
    }
}

/* `dhcp-snooping: [home]`, or `{trust: [home], clients: 2}`. */
static void read_snooping(struct reader *r, const struct doc_node *v, void *into)
{
    static const struct key keys[] = {
        {"trust", read_trusted}, {"clients", read_clients}, {NULL, NULL}};
    static const struct key_reading how = {.keys = keys, .what = "reader.a.snooping"};
    struct scenario_node *node = into;
    node->snoop.is_on = true;
    if (v->kind == DOC_MAP) {
        reader_map(r, v, &how, node);
    } else {
        read_trusted(r, v, node);
    }
}

const struct key switch_key_snooping = {"dhcp-snooping", read_snooping};

static bool is_joined(const struct scenario *sc, uint32_t a, uint32_t b)
{
    for (uint32_t i = 0; i < sc->link_count; i++) {
        const uint32_t *ends = sc->links[i].node;
        if ((ends[0] == a && ends[1] == b) || (ends[1] == a && ends[0] == b)) {
            return true;
        }
    }
    return false;
}

void check_snooping(struct reader *r, const struct scenario_node *node, uint32_t number)
{
    const struct scenario *sc = r->sc;
    for (uint32_t i = 0; i < node->snoop.trusted_count; i++) {
        if (!is_joined(sc, number, node->snoop.trusted[i])) {
            wrong_at(r, node->place, "reader.snooping.neighbour", "name",
                     sc->nodes[node->snoop.trusted[i]].name, "switch", node->name);
        }
    }
    if (node->snoop.is_on && node->is_hub) {
        wrong_at(r, node->place, "reader.snooping.hub", "name", node->name);
    }
}
