/* `traffic`: flows declared whole. The sink is opened at 0, the source at `start`; both ends know
 * the flow. Where an end gets its address by DHCP, both are opened when it has one, end with that
 * address, and begin anew with the next. */
#include "net/world.h"

static uint32_t own_ip(const struct world *w, uint32_t node, uint16_t iface)
{
    const struct node *n = &w->nodes[node];
    return n->iface_count == 0 ? 0 : n->ifaces[iface == UINT16_MAX ? 0 : iface].ip;
}

static uint16_t own_port(struct node *n, const struct traffic_type *type)
{
    uint16_t first = n->next_port;
    if (type->takes_next_port) {
        first = (uint16_t)(first + (first & 1));
    }
    n->next_port = (uint16_t)(first + 1 + type->takes_next_port);
    return first;
}

/* Frames that stand alone on a link are told apart by a channel; on the link the same number serves
 * both ends. Ports over IP: the sink's is given, the source's is given or the next free one. */
static void choose_keys(struct world *w, const struct scenario_traffic *t, struct net *source)
{
    uint16_t out = route_to(w, t->from, t->to), back = route_to(w, t->to, t->from);
    struct addr from = {.ip = own_ip(w, t->from, out)}, to = {.ip = own_ip(w, t->to, back)};
    bool on_link = traffic_is_of_link(t->type);
    if (on_link) {
        uint8_t channel = w->nodes[t->from].channels;
        channel = w->nodes[t->to].channels > channel ? w->nodes[t->to].channels : channel;
        w->nodes[t->from].channels = w->nodes[t->to].channels = (uint8_t)(channel + 1);
        from.port = to.port = (uint16_t)(channel + 1);
    } else {
        from.port = t->from_port ? t->from_port : own_port(&w->nodes[t->from], t->type);
        to.port = t->port;
    }
    if (t->type->takes_group) {
        from.port = t->from_port ? t->from_port : t->port;
        bool has_peer = !t->group && t->type->keeps_to_peer;
        to = t->group && t->group->ip ? (struct addr){t->group->ip, t->port}
             : has_peer               ? to
                                      : (struct addr){0};
    }
    to.ip = t->to_ip ? t->to_ip : to.ip;
    *source = (struct net){.from = from, .to = to, .iface = out};
    if (t->type->own_port) {
        *source = (struct net){.from.port = t->type->own_port, .iface = out};
    }
}

/* What of that wire format an entity has opened below it: a stream's RTCP. */
static uint32_t below(const struct world *w, uint32_t upper, const struct proto *proto)
{
    for (uint32_t i = upper + 1; i < w->row_count; i++) {
        const struct row *r = &w->rows[i];
        if (r->self && r->upper == upper && r->type->proto == proto) {
            return i;
        }
    }
    return 0;
}

uint32_t traffic_sink_of(const struct world *w, uint32_t node, uint32_t packet,
                         const struct proto *proto)
{
    uint32_t flow = packet_at(&w->trace->packets, packet)->flow;
    uint32_t i = w->sc->traffic_count && flow ? flow - w->traffic_flows[0] : UINT32_MAX;
    if (i >= w->sc->traffic_count || w->traffic_flows[i] != flow || w->sc->traffic[i].to != node) {
        return 0;
    }
    uint32_t row = w->traffic_sinks[i];
    if (!row || !w->rows[row].self) {
        return 0;
    }
    return w->rows[row].type->proto == proto ? row : below(w, row, proto);
}

static void schedule_start(struct world *w, uint32_t traffic)
{
    struct event ev = {.at = w->sc->traffic[traffic].start, .packet = traffic, .what = EV_CALL};
    sched_at(&w->sched, ev, sched_tie(&w->sched));
}

static bool is_moving(const struct world *w, uint32_t node)
{
    return w->sc->nodes[node].is_dhcp;
}

static bool has_moving_end(const struct world *w, const struct scenario_traffic *t)
{
    return is_moving(w, t->from) || is_moving(w, t->to);
}

static bool has_address(const struct world *w, uint32_t node)
{
    const struct node *n = &w->nodes[node];
    return !is_moving(w, node) || (n->iface_count > 0 && n->ifaces[0].ip != 0);
}

/* The sink of an earlier flow that serves this one, too; 0: there is none. */
static uint32_t shared_sink(const struct world *w, uint32_t i)
{
    const struct scenario_traffic *t = &w->sc->traffic[i];
    uint32_t standing = w->nodes[t->to].name_server;
    if (standing && t->type->sink == w->rows[standing].type && w->rows[standing].self &&
        w->traffic_keys[i].to.port == w->trace->entities[standing].local.port) {
        return standing;
    }
    for (uint32_t k = 0; t->type->shares_sink && k < w->sc->traffic_count; k++) {
        const struct scenario_traffic *other = &w->sc->traffic[k];
        uint32_t row = w->traffic_sinks[k];
        if (other->type == t->type && other->to == t->to && row && w->rows[row].self &&
            w->traffic_keys[k].to.port == w->traffic_keys[i].to.port) {
            return row;
        }
    }
    return 0;
}

static void open_sink(struct world *w, uint32_t i, uint32_t cause)
{
    const struct scenario_traffic *t = &w->sc->traffic[i];
    struct net key = w->traffic_keys[i];
    bool is_for_nobody = t->to_name && t->to == t->from;
    if (!t->type->sink || is_for_nobody) {
        return; /* the node itself answers, or nobody does */
    }
    w->traffic_sinks[i] = shared_sink(w, i);
    if (w->traffic_sinks[i]) {
        return;
    }
    struct net sink = {.from = key.to, .to = key.from, .iface = route_to(w, t->to, t->from)};
    w->traffic_sinks[i] =
        actor_open(w, t->type->sink, t->to, sink, w->traffic_flows[i], 0, &t->settings, 0);
    actor_start(w, w->traffic_sinks[i], START_OPENED, 0, cause);
    effects_apply(w);
}

static int64_t slowest_rate(const struct world *w, uint32_t from, uint32_t to, sim_time *delay)
{
    int64_t slowest = 0;
    *delay = 0;
    uint32_t hops = 0; /* given routes may lead round and round */
    for (uint32_t node = from; node != to; hops++) {
        uint16_t iface = route_to(w, node, to);
        if (iface == UINT16_MAX || hops == w->sc->node_count) {
            return 0;
        }
        const struct direction *d = &w->directions[w->nodes[node].ifaces[iface].out];
        int64_t rate = d->set->rate_bps;
        slowest = rate && (slowest == 0 || rate < slowest) ? rate : slowest;
        *delay = time_add(*delay, d->set->delay);
        node = d->to;
    }
    return slowest;
}

int64_t traffic_rate(const struct world *w, uint32_t from, uint32_t to)
{
    sim_time delay;
    return slowest_rate(w, from, to, &delay);
}

void traffic_open(struct world *w)
{
    uint32_t count = w->sc->traffic_count;
    w->traffic_flows = arena_alloc(&w->arena, (count + 1) * sizeof(uint32_t));
    w->traffic_sinks = arena_alloc(&w->arena, (count + 1) * sizeof(uint32_t));
    w->traffic_sources = arena_alloc(&w->arena, (count + 1) * sizeof(uint32_t));
    w->traffic_is_due = arena_alloc(&w->arena, count + 1);
    w->traffic_keys = arena_alloc(&w->arena, (count + 1) * sizeof(struct net));
    if (w->sc->has_reservations) {
        reserve_prepare(w);
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct scenario_traffic *t = &w->sc->traffic[i];
        sim_time delay;
        const char *name = t->name ? t->name : world_flow_name(w, t->from, t->type->name);
        w->traffic_flows[i] = trace_add_flow(w->trace, name, t->type->name);
        struct flow *flow = &w->trace->flows[w->traffic_flows[i]];
        flow->from = t->from;
        flow->to = t->to;
        flow->group = t->group ? t->group->name : NULL;
        flow->to_ip = t->to == t->from ? t->to_ip : 0;
        flow->start = flow->end = t->start;
        flow->rate_bps = slowest_rate(w, t->from, t->to, &delay);
        if (!has_moving_end(w, t)) {
            choose_keys(w, t, &w->traffic_keys[i]);
            open_sink(w, i, 0);
        }
        schedule_start(w, i);
    }
}

/* To whom a source that takes groups speaks: the group's address, the others of a mesh, a host. */
static void list_peers(const struct world *w, const struct scenario_traffic *t, struct buf *out)
{
    struct addr to = {.port = t->port};
    uint32_t count = t->group && !t->group->ip ? t->group->member_count : 1;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t node = t->group && !t->group->ip ? t->group->members[i] : t->to;
        uint16_t back = route_to(w, node, t->from);
        to.ip = t->group && t->group->ip ? t->group->ip : own_ip(w, node, back);
        to.ip = t->to_name ? w->traffic_keys[t - w->sc->traffic].to.ip : to.ip;
        if (node != t->from || (t->group && t->group->ip)) {
            buf_add(out, bytes_of(&to, sizeof to));
        }
    }
}

static void open_source(struct world *w, uint32_t traffic, uint32_t cause)
{
    const struct scenario_traffic *t = &w->sc->traffic[traffic];
    uint32_t row = actor_open(w, t->type->source, t->from, w->traffic_keys[traffic],
                              w->traffic_flows[traffic], 0, &t->settings, 0);
    w->traffic_sources[traffic] = row;
    struct buf peers = {0};
    if (t->type->takes_group) {
        list_peers(w, t, &peers);
    }
    actor_start_told(w, row, START_OPENED, 0, bytes_of(peers.data, peers.len), cause);
    buf_free(&peers);
    effects_apply(w); /* what it opens has its number already: nothing may be opened before */
    if (t->reserve) {
        reserve_begin(w, traffic, cause);
    }
}

void traffic_start(struct world *w, uint32_t traffic, uint32_t cause)
{
    const struct scenario_traffic *t = &w->sc->traffic[traffic];
    w->traffic_is_due[traffic] = true;
    if (w->nodes[t->from].is_down) {
        return; /* it starts when the host does */
    }
    if (has_moving_end(w, t)) {
        if (!has_address(w, t->from) || !has_address(w, t->to)) {
            return; /* it starts when the address is there */
        }
        choose_keys(w, t, &w->traffic_keys[traffic]);
        open_sink(w, traffic, cause);
    }
    if (t->to_name) {
        struct lookup asker = {.number = traffic, .is_traffic = true};
        names_ask(w, t->from, t->to_name, asker, cause);
    } else {
        open_source(w, traffic, cause);
    }
}

void traffic_named(struct world *w, uint32_t traffic, uint32_t ip, uint32_t error, uint32_t cause)
{
    if (error) {
        w->trace->flows[w->traffic_flows[traffic]].error = error;
    } else {
        w->traffic_keys[traffic].to.ip = ip;
        open_source(w, traffic, cause);
    }
}

/* A host that comes back opens anew what the scenario declared on it. */
void traffic_restart(struct world *w, uint32_t node, uint32_t cause)
{
    reserve_restart(w, node, cause);
    for (uint32_t i = 0; i < w->sc->traffic_count; i++) {
        const struct scenario_traffic *t = &w->sc->traffic[i];
        if (has_moving_end(w, t) && is_moving(w, node)) {
            continue; /* its address is not there yet */
        }
        if (t->to == node) {
            open_sink(w, i, cause);
        }
        if (t->from == node && w->traffic_is_due[i]) {
            traffic_start(w, i, cause);
        }
    }
}

static void end_app(struct world *w, uint32_t row)
{
    if (row && w->rows[row].self) {
        actor_end(w, row);
    }
}

void traffic_address_lost(struct world *w, uint32_t node)
{
    for (uint32_t i = 0; i < w->sc->traffic_count; i++) {
        const struct scenario_traffic *t = &w->sc->traffic[i];
        if (t->from == node) {
            end_app(w, w->traffic_sources[i]);
        }
        if (t->to == node) {
            end_app(w, w->traffic_sinks[i]);
        }
    }
}

/* Who still sends to that address from elsewhere goes on; to another one it begins anew. */
void traffic_address_found(struct world *w, uint32_t node, uint32_t ip, uint32_t cause)
{
    for (uint32_t i = 0; i < w->sc->traffic_count; i++) {
        const struct scenario_traffic *t = &w->sc->traffic[i];
        if ((t->from != node && t->to != node) || !w->traffic_is_due[i]) {
            continue;
        }
        uint32_t source = w->traffic_sources[i];
        bool goes_on = source && w->rows[source].self && w->traffic_keys[i].to.ip == ip;
        if (t->to == node && goes_on) {
            open_sink(w, i, cause);
        } else {
            end_app(w, source);
            end_app(w, w->traffic_sinks[i]);
            traffic_start(w, i, cause);
        }
    }
}

/* The chance that a packet is lost on its way, ppb; 0 where it differs from packet to packet. */
static int64_t loss_of(const struct world *w, uint32_t from, uint32_t to)
{
    const int64_t sure = 1000000000;
    int64_t through = sure;
    uint32_t hops = 0;
    for (uint32_t node = from; node != to; hops++) {
        uint16_t iface = route_to(w, node, to);
        if (iface == UINT16_MAX || hops == w->sc->node_count) {
            return 0;
        }
        const struct direction *d = &w->directions[w->nodes[node].ifaces[iface].out];
        if (d->set->loss.kind == LOSS_CHANCE) {
            through = muldiv(through, sure - d->set->loss.chance, sure);
        }
        node = d->to;
    }
    return sure - through;
}

void traffic_path(const struct world *w, uint32_t traffic, struct path *path)
{
    const struct scenario_traffic *t = &w->sc->traffic[traffic];
    path->rate_bps = slowest_rate(w, t->from, t->to, &path->delay_ns);
    path->loss_ppb = loss_of(w, t->from, t->to);
    path->back_bps = slowest_rate(w, t->to, t->from, &path->back_ns);
}
