/* Building the world from a scenario, and the run loop. */
#include "net/world.h"

#include "base/os.h"

#include <stdlib.h>
#include <string.h>

uint32_t world_write(struct world *w, enum record_kind kind, uint32_t where, uint32_t packet,
                     unsigned code, int64_t value, uint32_t cause, unsigned why)
{
    struct record r = {.at = sched_now(&w->sched),
                       .value = value,
                       .cause = cause,
                       .packet = packet,
                       .where = where,
                       .code = (uint16_t)code,
                       .kind = (uint8_t)kind,
                       .why = (uint8_t)why};
    return trace_add(w->trace, &r);
}

struct direction *direction_of(const struct world *w, uint32_t entity)
{
    return &w->directions[entity - 1 - w->sc->node_count];
}

static const char *addresses_text(struct world *w, const struct scenario_node *n)
{
    struct buf text = {0};
    char ip[16];
    for (uint32_t i = 0; i < n->address_count; i++) {
        buf_printf(&text, "%s%s", i ? ", " : "", ip_print(n->addresses[i].ip, ip));
        if (n->addresses[i].prefix) {
            buf_printf(&text, "/%u", n->addresses[i].prefix);
        }
    }
    const char *kept = arena_strdup(&w->trace->arena, n->is_dhcp ? "dhcp" : buf_cstr(&text));
    buf_free(&text);
    return kept;
}

static enum node_kind kind_of(enum scenario_node_kind kind)
{
    switch (kind) {
    case SCENARIO_HOST: return NODE_HOST;
    case SCENARIO_ROUTER: return NODE_ROUTER;
    case SCENARIO_SWITCH: return NODE_SWITCH;
    }
    return NODE_HOST;
}

static void describe_node(struct world *w, uint32_t i)
{
    const struct scenario_node *n = &w->sc->nodes[i];
    struct trace_node *t = &w->trace->nodes[i];
    uint32_t *ips = arena_alloc(&w->trace->arena, (n->address_count + 1) * sizeof *ips);
    for (uint32_t k = 0; k < n->address_count; k++) {
        ips[k] = n->addresses[k].ip;
        *map_put(&w->ips, ips[k]) = i + 1;
    }
    *t = (struct trace_node){.name = n->name,
                             .kind = kind_of(n->kind),
                             .entity = w->nodes[i].entity,
                             .ips = ips,
                             .ip_count = n->address_count,
                             .addresses = addresses_text(w, n),
                             .x = n->x,
                             .y = n->y};
    for (int l = 0; l < LANG_COUNT; l++) {
        t->label[l] = n->label[l] ? n->label[l] : n->name;
    }
}

static void make_nodes(struct world *w)
{
    uint32_t count = w->sc->node_count;
    w->nodes = arena_alloc(&w->arena, (count + 1) * sizeof *w->nodes);
    w->trace->nodes = os_alloc((count + 1) * sizeof *w->trace->nodes);
    w->trace->node_count = count;
    for (uint32_t i = 0; i < count; i++) {
        struct entity e = {.kind = ENTITY_NODE, .name = w->sc->nodes[i].name, .node = i};
        w->nodes[i].set = &w->sc->nodes[i];
        w->nodes[i].kind = w->sc->nodes[i].kind;
        w->nodes[i].is_raw = w->sc->nodes[i].is_raw;
        w->nodes[i].has_buckets = w->sc->nodes[i].bucket_count > 0;
        w->nodes[i].has_clock = w->sc->nodes[i].clock_offset || w->sc->nodes[i].clock_drift_ppb;
        w->nodes[i].entity = world_add_row(w, trace_add_entity(w->trace, &e));
        w->rows[w->nodes[i].entity].node = i;
        w->nodes[i].next_port = WORLD_PORT_FIRST;
        w->nodes[i].dice = dice_make(w->seed, e.name);
        describe_node(w, i);
    }
}

static bool is_in_network(uint32_t ip, const struct scenario_address *a)
{
    return a->prefix > 0 && (ip ^ a->ip) >> (32 - a->prefix) == 0;
}

/* A station behind the switch, or behind those joined to it, has an address in that network. LANs
 * have no loops, so the way back is the only one to leave out. */
static bool lan_holds(const struct scenario *sc, uint32_t sw, const struct scenario_node *but,
                      const struct scenario_address *network, uint32_t from)
{
    for (uint32_t i = 0; i < sc->link_count; i++) {
        const uint32_t *ends = sc->links[i].node;
        const struct scenario_node *n = &sc->nodes[ends[ends[0] == sw]];
        if ((ends[0] != sw && ends[1] != sw) || i + 1 == from || n == but) {
            continue;
        }
        if (n->kind == SCENARIO_SWITCH) {
            if (lan_holds(sc, ends[ends[0] == sw], but, network, i + 1)) {
                return true;
            }
            continue;
        }
        for (uint32_t a = 0; a < n->address_count; a++) {
            if (is_in_network(n->addresses[a].ip, network)) {
                return true;
            }
        }
    }
    return false;
}

/* Behind a switch: an address of `n` whose network holds that of another station there. */
static const struct scenario_address *address_on_lan(const struct world *w, const struct node *n,
                                                     uint32_t peer)
{
    const struct scenario *sc = w->sc;
    for (uint32_t i = 0; sc->nodes[peer].kind == SCENARIO_SWITCH && i < n->set->address_count;
         i++) {
        if (lan_holds(sc, peer, n->set, &n->set->addresses[i], 0)) {
            return &n->set->addresses[i];
        }
    }
    return NULL;
}

/* The address that the interface toward `peer` takes: the one whose network holds an address of the
 * neighbour; else the next that no interface has yet; else the first. */
static const struct scenario_address *address_for(const struct world *w, const struct node *n,
                                                  uint32_t peer)
{
    const struct scenario_node *far = &w->sc->nodes[peer];
    for (uint32_t i = 0; i < n->set->address_count; i++) {
        for (uint32_t k = 0; k < far->address_count; k++) {
            if (is_in_network(far->addresses[k].ip, &n->set->addresses[i])) {
                return &n->set->addresses[i];
            }
        }
    }
    const struct scenario_address *on_lan = address_on_lan(w, n, peer);
    uint32_t next = n->iface_count < n->set->address_count ? n->iface_count : 0;
    return on_lan ? on_lan : &n->set->addresses[next];
}

/* Locally administered, from names alone, so that no other node changes it. */
static uint64_t mac_of(const struct node *n, uint32_t iface)
{
    if (n->set->mac && iface == 0) {
        return n->set->mac;
    }
    struct dice dice = dice_make(0, n->set->name);
    return UINT64_C(0x020000000000) | (draw(&dice, DRAW_MAC, iface) & 0xffffffffff);
}

static uint16_t add_iface(struct world *w, uint32_t node, uint32_t peer, uint32_t out)
{
    struct node *n = &w->nodes[node];
    static const struct scenario_address none = {0, 0};
    const struct scenario_address *a = n->set->address_count ? address_for(w, n, peer) : &none;
    bool is_lan = out != UINT32_MAX && w->directions[out].is_lan;
    n->ifaces = os_realloc(n->ifaces, (n->iface_count + 1) * sizeof *n->ifaces);
    n->ifaces[n->iface_count] = (struct iface){.ip = a->ip,
                                               .prefix = a->prefix,
                                               .out = out,
                                               .peer = peer,
                                               .mac = mac_of(n, n->iface_count),
                                               .is_lan = is_lan};
    return (uint16_t)n->iface_count++;
}

/* Two links between the same nodes have directions of the same name but for a number. */
static const char *direction_name(struct world *w, const struct scenario_link *l, unsigned side,
                                  unsigned number)
{
    const char *from = w->sc->nodes[l->node[side]].name, *to = w->sc->nodes[l->node[!side]].name;
    return number == 1 ? arena_printf(&w->trace->arena, "%s>%s", from, to)
                       : arena_printf(&w->trace->arena, "%s>%s#%u", from, to, number);
}

static bool is_lan_link(const struct scenario *sc, uint32_t link)
{
    const uint32_t *ends = sc->links[link].node;
    return sc->nodes[ends[0]].kind == SCENARIO_SWITCH || sc->nodes[ends[1]].kind == SCENARIO_SWITCH;
}

static void make_direction(struct world *w, uint32_t link, unsigned side, unsigned number)
{
    const struct scenario_link *l = &w->sc->links[link];
    struct direction *d = &w->directions[2 * link + side];
    struct entity e = {.kind = ENTITY_DIRECTION,
                       .name = direction_name(w, l, side, number),
                       .node = l->node[side],
                       .link = link};
    *d = (struct direction){.set = &l->direction[side],
                            .index = 2 * link + side,
                            .from = l->node[side],
                            .to = l->node[!side],
                            .is_lan = is_lan_link(w->sc, link),
                            .is_last = w->nodes[l->node[!side]].kind == SCENARIO_HOST,
                            .mtu = l->direction[side].mtu ? l->direction[side].mtu : WORLD_MTU,
                            .has_chance = impair_is_any(&l->direction[side]),
                            .delay = l->direction[side].delay,
                            .queue_bytes = l->direction[side].queue_bytes,
                            .figures = &w->trace->link_figures[2 * link + side],
                            .dice = dice_make(w->seed, e.name)};
    d->loses_only = impair_loses_only(d->set);
    d->is_odd = d->is_lan || (d->has_chance && !d->loses_only);
    d->queue_packets = d->set->queue_packets ? d->set->queue_packets : WORLD_QUEUE;
    d->entity = world_add_row(w, trace_add_entity(w->trace, &e));
    d->line = sched_line_new(&w->sched, d->entity);
    d->figures->drops = trace_no_drops;
    struct trace_link *t = &w->trace->links[link];
    t->direction[side] = d->entity;
    t->rate_bps[side] = d->set->rate_bps;
    t->delay[side] = d->set->delay;
    t->is_lan = d->is_lan;
}

static void make_links(struct world *w)
{
    uint32_t count = w->sc->link_count;
    struct map pairs = {0}; /* of nodes: links between them so far */
    w->directions = os_alloc_pages((2 * count + 1) * sizeof *w->directions);
    w->trace->links = os_alloc((count + 1) * sizeof *w->trace->links);
    w->trace->link_figures = os_alloc((2 * count + 1) * sizeof *w->trace->link_figures);
    w->trace->link_count = count;
    for (uint32_t i = 0; i < count; i++) {
        const struct scenario_link *l = &w->sc->links[i];
        w->trace->links[i].node[0] = l->node[0];
        w->trace->links[i].node[1] = l->node[1];
        w->trace->links[i].text = l->text ? l->text : "";
        uint64_t low = l->node[l->node[0] > l->node[1]], high = l->node[l->node[0] < l->node[1]];
        unsigned number = (unsigned)++*map_put(&pairs, low << 32 | high);
        make_direction(w, i, 0, number);
        make_direction(w, i, 1, number);
        struct direction *there = &w->directions[2 * i], *back = there + 1;
        there->iface_from = back->iface_to = add_iface(w, l->node[0], l->node[1], 2 * i);
        there->iface_to = back->iface_from = add_iface(w, l->node[1], l->node[0], 2 * i + 1);
    }
    map_free(&pairs);
}

/* A host without a link still has its address. */
static void give_first_iface(struct world *w)
{
    for (uint32_t i = 0; i < w->sc->node_count; i++) {
        struct node *n = &w->nodes[i];
        if (n->iface_count == 0 && n->set->address_count > 0) {
            add_iface(w, i, i, UINT32_MAX);
            n->ifaces[0].peer = NO_NODE;
        }
    }
}

static bool has_raw_host(const struct world *w)
{
    for (uint32_t i = 0; i < w->sc->node_count; i++) {
        if (w->nodes[i].is_raw) {
            return true;
        }
    }
    return false;
}

#define HORIZON (UINT64_C(1) << 26) /* far beyond what is in flight, unless a host keeps more */

/* No connection has more under way than its host keeps for sending again. */
static uint64_t horizon_of(const struct scenario *sc)
{
    uint64_t most = HORIZON;
    for (uint32_t i = 0; i < sc->node_count; i++) {
        const struct settings *set = &sc->nodes[i].settings;
        for (uint32_t k = 0; k < set->count; k++) {
            bool is_buffer = strcmp(set->list[k].param->name, "send-buffer") == 0;
            uint64_t value = is_buffer ? 2 * (uint64_t)set->list[k].value : 0;
            most = value > most ? value : most;
        }
    }
    return most;
}

struct world *world_new(const struct scenario *sc, const struct catalogue *known, uint64_t seed,
                        struct trace *out)
{
    struct world *w = os_alloc(sizeof *w);
    *w = (struct world){
        .sc = sc, .known = known, .trace = out, .seed = seed, .watch = out->keep || out->witness};
    sched_init(&w->sched);
    out->packets.keep = out->keep;
    w->fx.packets = &out->packets;
    w->fx.streams = &out->streams;
    w->horizon = horizon_of(sc);
    w->fx.is_unwatched = !out->keep;
    out->scenario = sc->file;
    out->seed = seed;
    for (int l = 0; l < LANG_COUNT; l++) {
        out->title[l] = sc->title[l];
    }
    trace_add_flow(out, "", "");
    out->flow_count = 0; /* row 0 is no flow, and takes the figures of packets that have none */
    make_nodes(w);
    make_links(w);
    give_first_iface(w);
    routes_prepare(w);
    fault_schedule(w);
    for (uint32_t i = 0; i < sc->traffic_count; i++) {
        w->has_parts |= sc->traffic[i].type->parts != NULL;
    }
    w->is_quiet = !w->watch && !w->has_packet_faults;
    w->asks_units = w->watch || w->has_packet_faults;
    w->asks_numbers = w->asks_units || sc->step_count > 0 || has_raw_host(w);
    services_open(w);
    traffic_open(w);
    script_open(w);
    return w;
}

static void handle(struct world *w, const struct event *ev)
{
    switch ((enum event_what)ev->what) {
    case EV_LINE:
        if (link_line_due(w, direction_of(w, ev->target))) {
            return;
        }
        break;
    case EV_ARRIVE:
    case EV_LOST:
    case EV_TX: link_event(w, ev); break;
    case EV_SENT: {
        struct input in;
        input_begin(&in, IN_SENT, 0, ev->packet);
        actor_step(w, ev->target, &in, 0, ev->cause);
        break;
    }
    case EV_TIMER: actor_timer(w, ev); break;
    case EV_CALL:
        if (ev->slot == CALL_OF_SCRIPT) {
            script_event(w, ev);
        } else if (ev->slot == CALL_OF_SHARES) {
            shares_event(w, ev);
        } else if (ev->slot == CALL_OF_RESERVE) {
            reserve_event(w, ev);
        } else if (ev->slot == CALL_OF_ASSEMBLY) {
            assembly_timeout(w, ev->target, ev->packet);
        } else {
            traffic_start(w, ev->packet, 0);
        }
        break;
    case EV_FAULT:
        if (ev->target) {
            link_late_copy(w, ev);
        } else {
            fault_event(w, ev);
        }
        break;
    }
    effects_apply(w);
    if (w->waiting_count > 0) {
        script_look(w);
    }
}

static bool run_some(struct world *w, sim_time until, uint64_t max_events)
{
    struct event ev;
    while (true) {
        while (w->idle_count > 0 && idle_step(w, until)) {
        }
        if (!sched_next(&w->sched, until, &ev)) {
            break;
        }
        handle(w, &ev);
        w->events += ev.what != EV_TX;
        if (w->events >= max_events || w->raw_heard.len > w->raw_given) {
            return true;
        }
    }
    return sched_peek(&w->sched) != SIM_NEVER;
}

/* Looks at the clock once in so many events. */
bool world_run(struct world *w, sim_time until, uint64_t max_events)
{
    while (true) {
        sim_time began = sched_now(&w->sched);
        uint64_t pause = w->events + WORLD_INSTANT_MAX;
        bool is_left = run_some(w, until, pause < max_events ? pause : max_events);
        if (w->events < pause || w->events >= max_events || w->raw_heard.len > w->raw_given) {
            return is_left;
        }
        if (sched_now(&w->sched) == began) {
            w->is_stuck = true;
            return true;
        }
    }
}

void world_finish(struct world *w, sim_time stop)
{
    sim_time end = stop != SIM_NEVER ? stop : sched_now(&w->sched);
    w->trace->events = w->events;
    w->trace->sim_ns = end;
    for (uint32_t i = 0; i < 2 * w->sc->link_count; i++) {
        const struct direction *d = &w->directions[i];
        sim_time beyond = d->busy_until - end;
        d->figures->busy = d->busy - (beyond > 0 ? beyond : 0);
    }
    deliveries_finish(w);
}

void world_free(struct world *w)
{
    for (uint32_t row = 1; row < w->row_count; row++) {
        actor_end(w, row);
    }
    for (uint32_t i = 0; i < 2 * w->sc->link_count; i++) {
        shares_free(&w->directions[i]);
        free(w->directions[i].flights);
        free(w->directions[i].sides);
        copies_free(w->directions[i].copies);
    }
    for (uint32_t i = 0; i < w->sc->node_count; i++) {
        actors_forget(w, i);
        free(w->nodes[i].ifaces);
        free(w->nodes[i].ways);
        endpoints_free(&w->nodes[i]);
        assembly_end(&w->nodes[i]);
        police_end(&w->nodes[i]);
        free(w->nodes[i].held);
        buf_free(&w->nodes[i].disk);
        map_free(&w->nodes[i].neighbours);
        map_free(&w->nodes[i].snooped);
        map_free(&w->nodes[i].learned);
    }
    multicast_free(w);
    routes_free(w);
    free(w->directions);
    free(w->rows);
    free(w->armed);
    free(w->done);
    map_free(&w->ips);
    map_free(&w->births);
    map_free(&w->raw_flows);
    buf_free(&w->raw_heard);
    buf_free(&w->raw_bytes);
    buf_free(&w->read);
    map_free(&w->copy_macs);
    free(w->name_keys);
    free(w->waiting);
    free(w->lookups);
    free(w->idle);
    fx_free(&w->fx);
    sched_free(&w->sched);
    arena_free(&w->arena);
    free(w);
}
