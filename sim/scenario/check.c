/* What is wrong or suspicious between parts of a scenario that are right by themselves. Errors
 * first: what the simulator could not make sense of. Then warnings: what is legal and surely
 * unintended. */
#include "scenario/reader.h"

#include "base/map.h"
#include "scenario/ways.h"

#include <string.h>

#define PPB 1000000000 /* a chance of one */

static const char *ip_text(const struct reader *r, uint32_t ip)
{
    char buf[16];
    return arena_strdup(r->arena, ip_print(ip, buf));
}

static void check_names(struct reader *r)
{
    const struct scenario *sc = r->sc;
    for (uint32_t i = 0; i < sc->node_count; i++) {
        uint32_t first = reader_find_node(r, sc->nodes[i].name);
        bool same_kind = sc->nodes[i].kind == sc->nodes[first].kind; /* a key that stands twice */
        if (first != i && !same_kind) {
            wrong_at(r, sc->nodes[i].place, "reader.name.twice", "found", sc->nodes[i].name);
        }
    }
}

static bool has_address(const struct scenario_node *n, uint32_t ip, uint32_t before)
{
    for (uint32_t a = 0; a < n->address_count && a < before; a++) {
        if (n->addresses[a].ip == ip) {
            return true;
        }
    }
    return false;
}

static void check_addresses(struct reader *r)
{
    const struct scenario *sc = r->sc;
    struct map owners = {0}; /* address -> 1 + node */
    for (uint32_t i = 0; i < sc->node_count; i++) {
        for (uint32_t a = 0; a < sc->nodes[i].address_count; a++) {
            uint64_t *owner = map_put(&owners, sc->nodes[i].addresses[a].ip);
            if (*owner) {
                wrong_at(r, sc->nodes[i].place, "reader.address.twice", "found",
                         ip_text(r, sc->nodes[i].addresses[a].ip), "name",
                         sc->nodes[*owner - 1].name);
            }
            *owner = *owner ? *owner : i + 1;
        }
    }
    map_free(&owners);
}

#define SWITCHES_DEEP 4u

/* Through switches, too; `depth` ends what a loop of switches would go on with for ever. */
static bool has_near(const struct ways *w, uint32_t node, uint32_t ip, unsigned depth)
{
    for (uint32_t i = w->first[node]; i < w->first[node + 1]; i++) {
        const struct scenario_link *l = &w->sc->links[w->links[i]];
        uint32_t other = l->node[l->node[0] == node];
        const struct scenario_node *n = &w->sc->nodes[other];
        if (has_address(n, ip, UINT32_MAX) ||
            (n->kind == SCENARIO_SWITCH && depth > 0 && has_near(w, other, ip, depth - 1))) {
            return true;
        }
    }
    return false;
}

static bool has_neighbour_with(const struct ways *w, uint32_t node, uint32_t ip)
{
    return has_near(w, node, ip, SWITCHES_DEEP);
}

static void check_next_hops(struct reader *r, const struct ways *w, uint32_t node)
{
    const struct scenario_node *n = &r->sc->nodes[node];
    for (uint32_t i = 0; i < n->route_count; i++) {
        if (!has_neighbour_with(w, node, n->routes[i].via)) {
            wrong_at(r, n->place, "reader.route.via", "name", n->name, "found",
                     ip_text(r, n->routes[i].via));
        }
    }
    if (n->gateway && !has_neighbour_with(w, node, n->gateway)) {
        wrong_at(r, n->place, "reader.gateway", "name", n->name, "found", ip_text(r, n->gateway));
    }
}

static const char *link_names(const struct reader *r)
{
    struct buf out = {0};
    for (uint32_t i = 0; i < r->sc->link_count && i < 12; i++) {
        const struct scenario_link *l = &r->sc->links[i];
        buf_printf(&out, "%s%s-%s", i ? ", " : "", r->sc->nodes[l->node[0]].name,
                   r->sc->nodes[l->node[1]].name);
    }
    const char *text = arena_strdup(r->arena, out.len ? buf_cstr(&out) : "-");
    buf_free(&out);
    return text;
}

uint32_t link_between(const struct scenario *sc, uint32_t a, uint32_t b)
{
    for (uint32_t i = 0; i < sc->link_count; i++) {
        const uint32_t *n = sc->links[i].node;
        if ((n[0] == a && n[1] == b) || (n[0] == b && n[1] == a)) {
            return i;
        }
    }
    return NO_LINK;
}

/* The value of a flow's setting, given or by default; -1: its source has no such param. */
static int64_t value_of(const struct scenario_traffic *t, const char *name)
{
    const struct param *p = param_find(t->type->source, name);
    for (uint32_t i = 0; p && i < t->settings.count; i++) {
        if (t->settings.list[i].param == p) {
            return t->settings.list[i].value;
        }
    }
    return p ? p->initial : -1;
}

/* W > 2^n cannot be numbered at all. With W = 2^n old and new frames look alike; a receiver that
 * keeps frames out of order needs W <= 2^n / 2: lessons, not mistakes. */
static void check_window(struct reader *r, const struct scenario_traffic *t)
{
    int64_t window = value_of(t, "window"), bits = value_of(t, "sequence-bits");
    if (window < 0 || bits < 0 || bits > 32) {
        return;
    }
    int64_t space = INT64_C(1) << bits;
    bool keeps = t->type->sink && param_find(t->type->sink, "receiver-buffer");
    int64_t safe = keeps ? space / 2 : space - 1;
    struct err_place at = reader_place_at(r, t->place);
    if (window > safe) {
        err_add(r->err, window > space ? ERR_ERROR : ERR_WARNING, at,
                window > space ? "reader.traffic.window" : "reader.traffic.unsafe-window", "window",
                arena_printf(r->arena, "%lld", (long long)window), "bits",
                arena_printf(r->arena, "%lld", (long long)bits), "space",
                arena_printf(r->arena, "%lld", (long long)space), "safe",
                arena_printf(r->arena, "%lld", (long long)safe), NULL);
    }
}

static bool is_baseband(const struct actor_type *t)
{
    return t->proto && strcmp(t->proto->name, "baseband") == 0;
}

/* Bluetooth's one-bit numbers mean the packet of the slot before: what comes later, or takes longer
 * than its slots, answers another one. */
static void check_slots(struct reader *r, const struct scenario_traffic *t,
                        const struct scenario_link *l)
{
    bool is_slotted = is_baseband(t->type->source);
    for (const struct actor_type *const *part = t->type->parts; part && *part; part++) {
        is_slotted = is_slotted || is_baseband(*part);
    }
    for (int i = 0; is_slotted && i < 2; i++) {
        const struct scenario_direction *d = &l->direction[i];
        bool is_slow = d->rate_bps > 0 && d->rate_bps < 1000000;
        if (is_slow || d->delay > 200 * SIM_US || d->jitter > 0) {
            suspect_at(r, l->place, "reader.link.slots", "type", t->type->name);
            return;
        }
    }
}

static void check_link_flow(struct reader *r, const struct scenario_traffic *t, bool *used)
{
    const char *from = r->sc->nodes[t->from].name, *to = r->sc->nodes[t->to].name;
    uint32_t link = link_between(r->sc, t->from, t->to);
    if (link == NO_LINK) {
        wrong_at(r, t->place, "reader.traffic.no-link", "type", t->type->name, "from", from, "to",
                 to);
        return;
    }
    const struct scenario_link *l = &r->sc->links[link];
    used[link] = true;
    sim_time round = time_add(l->direction[0].delay, l->direction[1].delay);
    sim_time timeout = value_of(t, "timeout");
    check_window(r, t);
    check_slots(r, t, l);
    if (timeout >= 0 && timeout < round) {
        suspect_at(r, t->place, "reader.traffic.timeout", "timeout", reader_time(r, timeout),
                   "round", reader_time(r, round));
    }
}

/* `w` holds the ways from the base of where the flow begins. */
static bool is_reached(const struct ways *w, const struct scenario_traffic *t, uint32_t to)
{
    uint32_t base = ways_base(w, t->from);
    bool leads_on = base == t->from || base == to || w->sc->nodes[base].kind != SCENARIO_HOST;
    return leads_on && w->is_reached[to];
}

static void check_way(struct reader *r, const struct scenario_traffic *t, const struct ways *w,
                      uint32_t to)
{
    const struct scenario *sc = r->sc;
    if (to != t->from && !is_reached(w, t, to)) {
        wrong_at(r, t->place, "reader.traffic.no-route", "from", sc->nodes[t->from].name, "to",
                 sc->nodes[to].name, "links", link_names(r));
    }
}

static void check_flow(struct reader *r, const struct scenario_traffic *t, const struct ways *w,
                       bool *used)
{
    const struct scenario *sc = r->sc;
    if (traffic_is_of_link(t->type)) {
        check_link_flow(r, t, used);
    } else if (t->group || t->to != t->from) {
        check_way(r, t, w, t->to);
    } else if (!is_reached(w, t, t->to)) { /* an address that nobody has */
        wrong_at(r, t->place, "reader.traffic.no-route", "from", sc->nodes[t->from].name, "to",
                 sc->nodes[t->to].name, "links", link_names(r));
    }
    for (uint32_t i = 0; t->group && i < t->group->member_count; i++) {
        check_way(r, t, w, t->group->members[i]);
    }
    if (ways_base(w, t->from) != t->from) {
        used[w->links[w->first[t->from]]] = true;
    }
    if (sc->stop != SIM_NEVER && t->start >= sc->stop) {
        suspect_at(r, t->place, "reader.traffic.late", "start", reader_time(r, t->start));
    }
}

static bool is_impaired(const struct scenario_direction *d)
{
    return d->loss.kind != LOSS_NONE || d->bit_errors || d->duplicate || d->reorder_chance;
}

static void check_link(struct reader *r, const struct scenario_link *l, bool is_used)
{
    const struct scenario_direction *d = l->direction;
    if (d[0].loss.chance == PPB || d[1].loss.chance == PPB) {
        suspect_at(r, l->place, "reader.link.loss-all");
    }
    if (!is_used && (is_impaired(&d[0]) || is_impaired(&d[1]))) {
        suspect_at(r, l->place, "reader.link.unused");
    }
}

/* Flows by the base of where they begin, so that the ways from there are found once; those of node
 * n stand from begin[n] up to begin[n + 1]. */
static uint32_t *flows_by_base(struct reader *r, const struct ways *w, uint32_t *begin)
{
    const struct scenario *sc = r->sc;
    uint32_t *list = arena_alloc(r->arena, (sc->traffic_count + 1) * sizeof *list), at = 0;
    uint32_t *fill = arena_alloc(r->arena, (sc->node_count + 1) * sizeof *fill);
    for (uint32_t i = 0; i < sc->traffic_count; i++) {
        begin[ways_base(w, sc->traffic[i].from)]++;
    }
    for (uint32_t i = 0; i <= sc->node_count; i++) {
        uint32_t count = begin[i];
        begin[i] = fill[i] = at;
        at += count;
    }
    for (uint32_t i = 0; i < sc->traffic_count; i++) {
        list[fill[ways_base(w, sc->traffic[i].from)]++] = i;
    }
    return list;
}

static void mark_targets(const struct scenario_traffic *t, bool *is_target)
{
    is_target[t->to] = true;
    for (uint32_t i = 0; t->group && i < t->group->member_count; i++) {
        is_target[t->group->members[i]] = true;
    }
}

static void check_ways(struct reader *r, struct ways *w)
{
    const struct scenario *sc = r->sc;
    bool has_routes = false;
    bool *used = arena_alloc(r->arena, (sc->link_count + 1) * sizeof *used);
    bool *is_target = arena_alloc(r->arena, (sc->node_count + 1) * sizeof *is_target);
    uint32_t *begin = arena_alloc(r->arena, (sc->node_count + 2) * sizeof *begin);
    const uint32_t *flows = flows_by_base(r, w, begin);
    for (uint32_t base = 0; base < sc->node_count; base++) {
        has_routes |= sc->nodes[base].route_count > 0;
        if (begin[base] == begin[base + 1]) {
            continue;
        }
        ways_from(w, base);
        memset(is_target, 0, sc->node_count * sizeof *is_target);
        for (uint32_t i = begin[base]; i < begin[base + 1]; i++) {
            check_flow(r, &sc->traffic[flows[i]], w, used);
            mark_targets(&sc->traffic[flows[i]], is_target);
        }
        ways_mark(w, is_target, used);
    }
    for (uint32_t i = 0; i < sc->link_count; i++) {
        check_link(r, &sc->links[i],
                   used[i] || has_routes || sc->traffic_count == 0 || sc->step_count > 0);
    }
}

#define LINKS_OF_ONE 65000u /* interfaces of a node are numbered in 16 bits */

static void check_degree(struct reader *r, const struct ways *w, uint32_t node)
{
    if (w->first[node + 1] - w->first[node] > LINKS_OF_ONE) {
        wrong_at(r, r->sc->nodes[node].place, "reader.node.links", "name", r->sc->nodes[node].name,
                 "limit", arena_printf(r->arena, "%u", LINKS_OF_ONE));
    }
}

/* What breaks a protocol on purpose is a lesson, and never silent. */
static void check_broken(struct reader *r, const struct scenario_node *n)
{
    static const struct {
        const char *param, *told;
    } rules[] = {{"handshake", "reader.tcp.two-way"}, {"persist", "reader.tcp.no-persist"}};
    for (uint32_t i = 0; i < n->settings.count; i++) {
        const struct setting *s = &n->settings.list[i];
        for (size_t k = 0; k < sizeof rules / sizeof *rules; k++) {
            if (strcmp(s->param->name, rules[k].param) == 0 && s->value != s->param->initial) {
                suspect_at(r, n->place, rules[k].told, "name", n->name);
            }
        }
    }
}

void check_scenario(struct reader *r)
{
    const struct scenario *sc = r->sc;
    struct ways w;
    ways_prepare(&w, sc, r->arena);
    check_names(r);
    check_lans(r);
    check_addresses(r);
    for (uint32_t i = 0; i < sc->node_count; i++) {
        check_next_hops(r, &w, i);
        check_degree(r, &w, i);
        check_broken(r, &sc->nodes[i]);
    }
    if (r->err->errors == 0) { /* a host that could not be read makes everything unreachable */
        check_ways(r, &w);
        check_sides(r);
        check_times(r);
    }
    bool asks = false; /* a DHCP client speaks by itself */
    for (uint32_t i = 0; i < sc->node_count; i++) {
        asks |= sc->nodes[i].is_dhcp;
    }
    if (r->err->errors == 0 && sc->traffic_count == 0 && sc->step_count == 0 && !asks &&
        !doc_get(r->doc->root, "traffic")) {
        suspect_at(r, (struct place){0}, "reader.traffic.nothing");
    }
}
