/* The actors that serve a node without anyone having asked for them: ARP on each node of a LAN, a
 * DHCP client where the address is not given, a DHCP server where one is set up. What they tell,
 * the node does: addresses come and go here. */
#include "net/world.h"

#include "actor/node_call.h"
#include "wire/dhcp.h"

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

static void request(struct world *w, uint32_t row, unsigned code, const void *head, size_t size,
                    uint32_t cause)
{
    struct input in = {.kind = IN_REQUEST, .code = (uint16_t)code, .head = bytes_of(head, size)};
    actor_step(w, row, &in, 0, cause);
}

static struct node_interface interface_of(const struct node *n, uint32_t i)
{
    return (struct node_interface){.mac = n->ifaces[i].mac,
                                   .ip = n->ifaces[i].ip,
                                   .iface = (uint16_t)i,
                                   .prefix = n->ifaces[i].prefix};
}

static void tell_interfaces(struct world *w, uint32_t node, uint32_t row, uint32_t cause)
{
    const struct node *n = &w->nodes[node];
    for (uint32_t i = 0; i < n->iface_count; i++) {
        struct node_interface own = interface_of(n, i);
        if (n->ifaces[i].is_lan) {
            request(w, row, NODE_INTERFACE, &own, sizeof own, cause);
        }
    }
}

/* The first interface on a LAN; UINT32_MAX: none. */
static uint32_t lan_iface(const struct node *n)
{
    for (uint32_t i = 0; i < n->iface_count; i++) {
        if (n->ifaces[i].is_lan) {
            return i;
        }
    }
    return UINT32_MAX;
}

static uint32_t open_service(struct world *w, const char *name, uint32_t node, struct net key,
                             uint32_t flow, uint32_t opener, uint32_t cause)
{
    const struct actor_type *type = type_called(w, name);
    uint32_t row = actor_open(w, type, node, key, flow, 0, NULL, 0);
    actor_start(w, row, START_OPENED, opener, cause);
    effects_apply(w); /* what it opens has the next number */
    tell_interfaces(w, node, row, cause);
    return row;
}

/* The one server of the scenario is the flow's other end; with several it is not known yet. */
static uint32_t lease_flow(struct world *w, uint32_t node)
{
    uint32_t number = trace_add_flow(w->trace, world_flow_name(w, node, "dhcp"), "dhcp");
    struct flow *flow = &w->trace->flows[number];
    flow->from = flow->to = node;
    for (uint32_t i = 0; i < w->sc->node_count; i++) {
        flow->to = w->sc->nodes[i].serves_dhcp && flow->to == node ? i : flow->to;
    }
    flow->start = flow->end = sched_now(&w->sched);
    return number;
}

static uint64_t reserved_mac(const struct world *w, const struct scenario_reservation *r)
{
    return r->mac ? r->mac : w->nodes[r->node].iface_count ? w->nodes[r->node].ifaces[0].mac : 0;
}

static void open_server(struct world *w, uint32_t node, uint32_t cause)
{
    struct net key = {.from.port = DHCP_SERVER_PORT};
    const struct scenario_node *set = w->nodes[node].set;
    struct node *n = &w->nodes[node];
    uint32_t row = n->server = open_service(w, "dhcp-server", node, key, 0, n->arp, cause);
    for (uint32_t i = 0; i < set->subnet_count; i++) {
        const struct scenario_subnet *s = &set->subnets[i];
        struct node_subnet subnet = {s->network.ip, s->first, s->last, s->router,
                                     s->network.prefix};
        request(w, row, NODE_SUBNET, &subnet, sizeof subnet, cause);
    }
    for (uint32_t i = 0; i < set->reservation_count; i++) {
        struct node_neighbour who = {.mac = reserved_mac(w, &set->reservations[i]),
                                     .ip = set->reservations[i].ip};
        request(w, row, NODE_RESERVE, &who, sizeof who, cause);
    }
    if (n->disk.len > 0) {
        request(w, row, NODE_RESTORE, n->disk.data, n->disk.len, cause);
    }
}

static void open_client(struct world *w, uint32_t node, uint32_t flow, uint32_t cause)
{
    struct node *n = &w->nodes[node];
    struct net key = {.from.port = DHCP_CLIENT_PORT, .iface = (uint16_t)lan_iface(n)};
    n->lease = open_service(w, "dhcp-client", node, key, flow, n->arp, cause);
}

static void start_client(struct world *w, uint32_t node, uint32_t cause)
{
    struct node *n = &w->nodes[node];
    struct node_interface own = interface_of(n, lan_iface(n));
    own.ip = n->remembered;
    n->has_begun = true;
    request(w, n->lease, LEASE_START, &own, sizeof own, cause);
}

/* Without a step that says when, a client starts with its host. */
static bool is_started_by_script(const struct world *w, uint32_t node)
{
    for (uint32_t i = 0; i < w->sc->step_count; i++) {
        if (w->sc->steps[i].node == node && w->sc->steps[i].call.verb == VERB_DHCP_START) {
            return true;
        }
    }
    return false;
}

/* The interface with the address outside; all others are inside. */
static void open_nat(struct world *w, uint32_t node, uint32_t cause)
{
    struct node *n = &w->nodes[node];
    struct node_interface outside = {.ip = n->set->nat_outside};
    w->has_nat = true;
    n->nat_ip = n->set->nat_outside;
    n->nat_iface = UINT16_MAX;
    for (uint32_t i = 0; i < n->iface_count; i++) {
        n->nat_iface = n->ifaces[i].ip == n->nat_ip ? (uint16_t)i : n->nat_iface;
    }
    n->nat = open_service(w, "nat", node, (struct net){0}, 0, 0, cause);
    request(w, n->nat, NODE_INTERFACE, &outside, sizeof outside, cause);
}

static void open_buckets(struct world *w, uint32_t node, uint32_t cause)
{
    const struct scenario_node *set = w->nodes[node].set;
    for (uint32_t i = 0; i < set->bucket_count; i++) {
        const struct scenario_bucket *b = &set->buckets[i];
        struct node_bucket bucket = {b->rate_bps, b->burst, b->room, i, b->waits};
        uint32_t row = open_service(w, "token-bucket", node, (struct net){0}, 0, 0, cause);
        request(w, row, NODE_BUCKET, &bucket, sizeof bucket, cause);
        police_open(w, node, row, i);
    }
}

static void open_services(struct world *w, uint32_t node, uint32_t flow, uint32_t cause)
{
    struct node *n = &w->nodes[node];
    n->gateway = n->set->gateway;
    if (n->set->has_nat) {
        open_nat(w, node, cause);
    }
    open_buckets(w, node, cause);
    if (w->sc->has_reservations && !n->set->has_no_rsvp) {
        reserve_open(w, node, cause);
    }
    if (n->set->serves_names) {
        names_serve(w, node, cause);
    }
    if (n->set->kind == SCENARIO_SWITCH || lan_iface(n) == UINT32_MAX) {
        return;
    }
    n->arp = open_service(w, "arp", node, (struct net){.from.port = 1}, 0, 0, cause);
    if (n->set->serves_dhcp) {
        open_server(w, node, cause);
    }
    if (n->set->relays_dhcp) {
        struct net key = {.from.port = DHCP_SERVER_PORT};
        open_service(w, "dhcp-relay", node, key, 0, n->arp, cause);
    }
    if (n->set->is_dhcp) {
        open_client(w, node, flow, cause);
    }
}

void services_open(struct world *w)
{
    for (uint32_t node = 0; node < w->sc->node_count; node++) {
        const struct scenario_node *set = &w->sc->nodes[node];
        w->has_leases |= set->is_dhcp;
        open_services(w, node, set->is_dhcp ? lease_flow(w, node) : 0, 0);
    }
    for (uint32_t node = 0; node < w->sc->node_count; node++) {
        if (w->nodes[node].lease && !is_started_by_script(w, node)) {
            start_client(w, node, 0);
        }
    }
    effects_apply(w);
}

static void forget_address(struct world *w, uint32_t node, struct iface *i)
{
    if (i->ip && node_of_ip(w, i->ip) == node) {
        *map_put(&w->ips, i->ip) = 0;
    }
    i->ip = 0;
    w->nodes[node].gateway = w->nodes[node].set->gateway;
}

void services_keep(struct world *w, uint32_t node)
{
    struct node *n = &w->nodes[node];
    const struct row *server = n->server ? &w->rows[n->server] : NULL;
    buf_clear(&n->disk);
    if (server && server->self && server->type->keep) {
        server->type->keep(server->self, &n->disk);
    }
}

void services_stop(struct world *w, uint32_t node, uint32_t cause)
{
    struct node *n = &w->nodes[node];
    lan_forget(w, node, cause);
    assembly_stop(w, node, cause);
    police_stop(w, node, cause);
    shares_forget(w, node, cause);
    n->rsvp = 0;
    if (n->lease) {
        forget_address(w, node, &n->ifaces[lan_iface(n)]);
    }
}

/* The flow of a client goes on after a restart, and so does its last address. */
void services_restart(struct world *w, uint32_t node, bool forgets, uint32_t cause)
{
    struct node *n = &w->nodes[node];
    if (forgets) {
        buf_clear(&n->disk);
        n->remembered = 0;
    }
    open_services(w, node, n->lease ? w->rows[n->lease].flow : 0, cause);
    if (n->lease && (n->has_begun || !is_started_by_script(w, node))) {
        start_client(w, node, cause);
    }
    effects_apply(w);
}

/* Who was reached under an address that is no more gives up (RFC 2131 4.4.5: at once). A TCP
 * connection says so itself; of others the call is the record. */
static void end_connections(struct world *w, uint32_t node, uint32_t ip, uint32_t cause)
{
    for (uint32_t row = 1; row < w->row_count; row++) {
        const struct row *r = &w->rows[row];
        if (!r->self || r->node != node || !r->type->proto || sure_life(r)->key.from.ip != ip) {
            continue;
        }
        struct input in = {.kind = IN_REQUEST, .code = CODE_ABORT};
        uint32_t call = world_record(w, REC_CALL, row, 0, CODE_ABORT, 0, cause, 0);
        if (strcmp(r->type->name, "tcp") == 0) {
            actor_step(w, row, &in, 0, call);
        } else {
            actor_end(w, row);
        }
    }
    traffic_address_lost(w, node);
}

static void take_address(struct world *w, uint32_t node, const struct node_interface *told,
                         uint32_t cause)
{
    struct node *n = &w->nodes[node];
    struct iface *i = &n->ifaces[told->iface];
    if (i->ip && i->ip != told->ip) {
        end_connections(w, node, i->ip, cause);
        forget_address(w, node, i);
    }
    bool is_found = told->ip && i->ip != told->ip;
    i->ip = told->ip;
    i->prefix = told->prefix;
    n->remembered = told->ip;
    if (told->ip && node_of_ip(w, told->ip) == NO_NODE) {
        *map_put(&w->ips, told->ip) = node + 1;
    }
    struct node_interface own = *told;
    own.mac = i->mac;
    request(w, n->arp, NODE_INTERFACE, &own, sizeof own, cause);
    reserve_tell_interfaces(w, node, cause);
    if (is_found) {
        traffic_address_found(w, node, told->ip, cause);
    }
}

bool service_told(struct world *w, const struct effect *e)
{
    uint32_t node = w->rows[e->author].node;
    struct node_neighbour neighbour;
    struct node_interface address;
    if (e->code == NODE_TRANSLATED) {
        struct node_translate translated;
        memcpy(&translated, e->head.data, sizeof translated);
        nat_told(w, node, &translated);
        return true;
    }
    if (e->code == NODE_PASSED) {
        struct node_passage passage;
        memcpy(&passage, e->head.data, sizeof passage);
        police_told(w, node, &passage, e->cause);
        return true;
    }
    if (e->code == NODE_WAYS) {
        struct node_ways ask;
        memcpy(&ask, e->head.data, sizeof ask);
        reserve_asked(w, e->author, &ask, e->cause);
        return true;
    }
    if (e->code == NODE_SHARE) {
        struct node_share share;
        memcpy(&share, e->head.data, sizeof share);
        shares_told(w, node, &share, e->cause);
        return true;
    }
    if (e->code == NODE_LOOKED_UP) {
        struct node_found found;
        memcpy(&found, e->head.data, sizeof found);
        names_told(w, e->author, &found, e->cause);
        return true;
    }
    if (e->code == NODE_ADDRESS) {
        memcpy(&address, e->head.data, sizeof address);
        take_address(w, node, &address, e->cause);
        return true;
    }
    if (e->code != NODE_NEIGHBOUR && e->code != NODE_GATEWAY) {
        return false;
    }
    memcpy(&neighbour, e->head.data, sizeof neighbour);
    if (e->code == NODE_GATEWAY) {
        w->nodes[node].gateway = neighbour.ip;
    } else {
        lan_resolved(w, node, &neighbour, e->cause);
    }
    return true;
}

static unsigned lease_code(enum verb verb)
{
    return verb == VERB_DHCP_START     ? LEASE_START
           : verb == VERB_DHCP_RENEW   ? LEASE_RENEW
           : verb == VERB_DHCP_RELEASE ? LEASE_RELEASE
           : verb == VERB_DHCP_INFORM  ? LEASE_INFORM
                                       : 0u;
}

bool service_call(struct world *w, const struct step *s)
{
    struct node *n = &w->nodes[s->node];
    unsigned code = lease_code(s->call.verb);
    if (code == 0) {
        return false;
    }
    if (n->is_down || lan_iface(n) == UINT32_MAX) {
        return true;
    }
    if (n->lease == 0) {
        open_client(w, s->node, lease_flow(w, s->node), 0);
    }
    uint32_t cause = world_record(w, REC_CALL, n->lease, 0, code, 0, 0, 0);
    if (code == LEASE_START) {
        start_client(w, s->node, cause);
    } else {
        struct node_interface own = interface_of(n, lan_iface(n));
        request(w, n->lease, code, &own, sizeof own, cause);
    }
    effects_apply(w);
    return true;
}
