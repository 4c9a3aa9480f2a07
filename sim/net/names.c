/* Names before addresses: what a program or a flow gives as a name is looked up by its host's
 * resolver, and goes on with the address, or fails, when the answer is there. */
#include "net/world.h"

#include "actor/node_call.h"
#include "base/os.h"
#include "wire/dns.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct actor_type *type_called(const struct world *w, const char *name)
{
    for (const struct actor_type *const *t = w->known->actors; *t; t++) {
        if (strcmp((*t)->name, name) == 0) {
            return *t;
        }
    }
    return NULL;
}

static uint32_t address_of(const struct world *w, const struct scenario_host *h)
{
    const struct scenario_node *n = h->node == NO_NODE ? NULL : &w->sc->nodes[h->node];
    return n && n->address_count > 0 ? n->addresses[0].ip : h->ip;
}

static void request(struct world *w, uint32_t row, unsigned code, struct bytes head, uint32_t cause)
{
    struct input in = {.kind = IN_REQUEST, .code = (uint16_t)code, .head = head};
    actor_step(w, row, &in, 0, cause);
    effects_apply(w);
}

/* ---- the server ---- */

void names_serve(struct world *w, uint32_t node, uint32_t cause)
{
    const struct scenario_node *set = w->nodes[node].set;
    struct net key = {.from.port = DNS_PORT};
    uint32_t row = actor_open(w, type_called(w, "dns-server"), node, key, 0, 0, NULL, 0);
    w->nodes[node].name_server = row;
    actor_start(w, row, START_OPENED, 0, cause);
    effects_apply(w);
    for (uint32_t i = 0; i < set->name_count; i++) {
        struct node_name name = {.ip = address_of(w, &set->names[i].host)};
        snprintf(name.name, sizeof name.name, "%s", set->names[i].name);
        request(w, row, NODE_NAME, bytes_of(&name, sizeof name), cause);
    }
}

/* ---- the resolver ---- */

static uint32_t add_flow(struct world *w, uint32_t node, uint32_t server)
{
    uint32_t number = trace_add_flow(w->trace, world_flow_name(w, node, "dns"), "dns");
    struct flow *flow = &w->trace->flows[number];
    flow->from = node;
    flow->to = server == NO_NODE ? node : server;
    flow->start = flow->end = sched_now(&w->sched);
    flow->rate_bps = traffic_rate(w, node, flow->to);
    return number;
}

void names_ask(struct world *w, uint32_t node, const char *name, struct lookup asker,
               uint32_t cause)
{
    const struct actor_type *type = type_called(w, "resolver");
    assert(type);
    struct net key = {.to = {address_of(w, &w->sc->nodes[node].resolver), DNS_PORT}};
    key_complete(w, node, type->proto, &key);
    uint32_t flow = add_flow(w, node, node_of_ip(w, key.to.ip));
    asker.row = actor_open(w, type, node, key, flow, 0, NULL, 0);
    w->lookups = os_realloc(w->lookups, (w->lookup_count + 1) * sizeof *w->lookups);
    w->lookups[w->lookup_count++] = asker;
    actor_start(w, asker.row, START_OPENED, 0, cause);
    request(w, asker.row, NODE_LOOK_UP, bytes_of(name, strlen(name)), cause);
}

void names_told(struct world *w, uint32_t row, const struct node_found *found, uint32_t cause)
{
    uint32_t i = 0;
    while (i < w->lookup_count && w->lookups[i].row != row) {
        i++;
    }
    if (i == w->lookup_count) {
        return;
    }
    struct lookup asker = w->lookups[i];
    w->lookups[i] = w->lookups[--w->lookup_count];
    w->trace->flows[w->rows[row].flow].error = found->error;
    if (asker.is_traffic) {
        traffic_named(w, asker.number, found->ip, found->error, cause);
    } else {
        script_named(w, asker.number, found->ip, found->error, cause);
    }
}
