/* `hosts` and `routers`: names first, so that everything may refer to them, then their settings. */
#include "scenario/reader.h"

#include <ctype.h>
#include <string.h>

static bool is_letter(unsigned char c)
{
    return isalpha(c) || c >= 0x80;
}

static bool is_name(const char *s)
{
    if (!is_letter((unsigned char)*s)) {
        return false;
    }
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        if (!is_letter(c) && !isdigit(c) && c != '-' && c != '_') {
            return false;
        }
    }
    return true;
}

static bool is_reserved(const char *name)
{
    bool is_on;
    if (switch_parse(name, &is_on)) {
        return true;
    }
    for (const char *const *w = reserved_words(); *w; w++) {
        if (strcmp(*w, name) == 0) {
            return true;
        }
    }
    return false;
}

static void check_name(struct reader *r, const struct doc_node *key)
{
    if (reader_tell_full_width(r, key)) {
        return;
    }
    if (!is_name(key->text)) {
        wrong(r, key, "reader.name.bad", "found", key->text);
    } else if (strlen(key->text) > 60) {
        wrong(r, key, "reader.name.long");
    } else if (is_reserved(key->text)) {
        wrong(r, key, "reader.name.reserved", "found", key->text);
    }
}

static void read_addresses(struct reader *r, const struct doc_node *v, void *into)
{
    struct scenario_node *node = into;
    bool is_list = v->kind == DOC_LIST;
    if (!reader_is_short(r, v, ADDRESS_LIMIT)) {
        return;
    }
    uint32_t count = is_list ? v->count : 1;
    node->addresses = arena_alloc(r->arena, count * sizeof *node->addresses);
    for (const struct doc_node *a = is_list ? v->first : v; a; a = is_list ? a->next : NULL) {
        if (reader_address(r, a, &node->addresses[node->address_count])) {
            node->address_count++;
        }
    }
}

static void read_one_address(struct reader *r, const struct doc_node *v, void *into)
{
    if (v->kind == DOC_SCALAR && strcmp(v->text, "dhcp") == 0) {
        ((struct scenario_node *)into)->is_dhcp = true;
    } else if (reader_is_text(r, v)) {
        read_addresses(r, v, into);
    }
}

static void read_label(struct reader *r, const struct doc_node *v, void *into)
{
    struct scenario_node *node = into;
    reader_text_by_language(r, v, node->label);
}

/* `place: [x, y]`: whole numbers or decimals, in the stage's own measure. */
static void read_place(struct reader *r, const struct doc_node *v, void *into)
{
    struct scenario_node *node = into;
    double xy[2];
    if (v->kind != DOC_LIST || v->count != 2) {
        wrong(r, v, "reader.place.not-two");
        return;
    }
    for (uint32_t i = 0; i < 2; i++) {
        if (!reader_real(r, doc_item(v, i), 0, 1, &xy[i])) {
            return;
        }
    }
    node->x = (float)xy[0];
    node->y = (float)xy[1];
}

static void read_gateway(struct reader *r, const struct doc_node *v, void *into)
{
    struct scenario_node *node = into;
    struct scenario_address a;
    if (reader_address(r, v, &a)) {
        node->gateway = a.ip;
    }
}

static void read_reading(struct reader *r, const struct doc_node *v, void *into)
{
    bool on;
    if (reader_switch(r, v, &on)) {
        ((struct scenario_node *)into)->reads_by_hand = !on;
    }
}

static void read_raw(struct reader *r, const struct doc_node *v, void *into)
{
    reader_switch(r, v, &((struct scenario_node *)into)->is_raw);
}

static void read_raw_isn(struct reader *r, const struct doc_node *v, void *into)
{
    int64_t isn;
    if (reader_count(r, v, 0, UINT32_MAX, &isn)) {
        ((struct scenario_node *)into)->raw_isn = (uint32_t)isn;
    }
}

static void read_clock_offset(struct reader *r, const struct doc_node *v, void *into)
{
    struct scenario_node *node = into;
    reader_signed(r, v, QUANTITY_TIME, &node->clock_offset);
}

static void read_clock_drift(struct reader *r, const struct doc_node *v, void *into)
{
    struct scenario_node *node = into;
    reader_signed(r, v, QUANTITY_DRIFT, &node->clock_drift_ppb);
}

static void read_clock(struct reader *r, const struct doc_node *v, void *into)
{
    static const struct key keys[] = {
        {"offset", read_clock_offset}, {"drift", read_clock_drift}, {NULL, NULL}};
    static const struct key_reading how = {.keys = keys, .what = "reader.a.clock"};
    reader_map(r, v, &how, into);
}

bool reader_network(struct reader *r, const struct doc_node *where, const char *text,
                    struct scenario_address *out)
{
    const char *slash = strchr(text, '/');
    int64_t prefix = -1;
    const char *ip = slash ? arena_strndup(r->arena, text, (size_t)(slash - text)) : text;
    if (!slash || !ip_parse(ip, &out->ip) ||
        quantity_parse(slash + 1, QUANTITY_COUNT, false, &prefix, NULL) != VALUE_GOOD ||
        prefix > 32) {
        wrong(r, where, "reader.route.bad", "found", text);
        return false;
    }
    out->prefix = (uint8_t)prefix;
    if (prefix < 32 && (out->ip & (UINT32_MAX >> prefix)) != 0) {
        wrong(r, where, "reader.route.host-bits", "found", text);
        return false;
    }
    return true;
}

/* "10.0.9.0/24: 10.0.2.9": a network and the next hop toward it. */
static void read_route(struct reader *r, const struct doc_node *v, struct scenario_node *node)
{
    struct scenario_address network, via;
    if (reader_network(r, v->key, v->key->text, &network) && reader_address(r, v, &via)) {
        node->routes[node->route_count++] =
            (struct scenario_route){network.ip, network.prefix, via.ip};
    }
}

static void read_routes(struct reader *r, const struct doc_node *v, void *into)
{
    struct scenario_node *node = into;
    if (reader_is_map(r, v) && reader_is_short(r, v, ROUTE_LIMIT)) {
        node->routes = arena_alloc(r->arena, v->count * sizeof *node->routes);
        for (const struct doc_node *c = v->first; c; c = c->next) {
            read_route(r, c, node);
        }
    }
}

static const char *const *param_names(struct reader *r, const struct actor_type *t)
{
    size_t n = 0;
    while (t->params && t->params[n].name) {
        n++;
    }
    const char **names = arena_alloc(r->arena, (n + 1) * sizeof *names);
    for (size_t i = 0; i < n; i++) {
        names[i] = t->params[i].name;
    }
    return names;
}

/* `tcp: {isn: 5000}`: settings of a protocol that runs on this host. */
static bool read_protocol(struct reader *r, const struct doc_node *v, void *into)
{
    struct scenario_node *node = into;
    const struct actor_type *const *t = r->known->actors;
    while (*t && (!(*t)->params || strcmp((*t)->name, v->key->text) != 0)) {
        t++;
    }
    if (!*t) {
        return false;
    }
    if (strcmp((*t)->name, "nat") == 0 && !read_nat(r, v, node)) {
        return true;
    }
    if (strcmp((*t)->name, "rsvp") == 0) {
        r->sc->has_reservations |= v->kind == DOC_MAP;
        if (read_rsvp(r, v, node)) {
            return true;
        }
    }
    node->serves_dhcp |= strcmp((*t)->name, "dhcp-server") == 0;
    if (strcmp((*t)->name, "dhcp-relay") == 0) {
        node->relays_dhcp = true;
        if (read_dhcp_relay(r, v, *t, node)) {
            return true;
        }
    }
    node->serves_names |= strcmp((*t)->name, "dns-server") == 0;
    if (strcmp((*t)->name, "resolver") == 0 && read_resolver(r, v, node)) {
        return true;
    }
    for (const struct doc_node *c = reader_is_map(r, v) ? v->first : NULL; c; c = c->next) {
        const struct param *p = param_find(*t, c->key->text);
        int64_t value;
        if (read_dhcp_key(r, c, (*t)->name, node) || read_nat_key(r, c, (*t)->name, node) ||
            read_dns_key(r, c, (*t)->name, node)) {
            continue;
        }
        if (!p) {
            wrong(r, c->key, "reader.unknown-key", "found", c->key->text, "what",
                  reader_quoted(r, (*t)->name), "hint",
                  reader_hint(r, c->key->text, param_names(r, *t)));
        } else if (reader_param(r, c, p, &value)) {
            settings_add(r, &node->settings, (struct setting){*t, p, value});
        }
    }
    if (strcmp((*t)->name, "dhcp-server") == 0 && v->kind == DOC_MAP && !reader_has(v, "pool") &&
        !reader_has(v, "subnets")) {
        wrong(r, v->key, "reader.needs-key", "what", reader_quoted(r, (*t)->name), "key", "pool");
    }
    if (strcmp((*t)->name, "resolver") == 0 && v->kind == DOC_MAP && !reader_has(v, "server")) {
        wrong(r, v->key, "reader.needs-key", "what", reader_quoted(r, (*t)->name), "key", "server");
    }
    for (const struct param *p = (*t)->params; v->kind == DOC_MAP && p->name; p++) {
        if (p->is_required && !reader_has(v, p->name)) {
            wrong(r, v->key, "reader.needs-key", "what", reader_quoted(r, (*t)->name), "key",
                  p->name);
        }
    }
    return true;
}

/* Names of the protocols that a host may set up. */
static const char *const *protocol_names(struct reader *r)
{
    size_t count = 0;
    while (r->known->actors[count]) {
        count++;
    }
    const char **names = arena_alloc(r->arena, (count + 1) * sizeof *names);
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if (r->known->actors[i]->params) {
            names[n++] = r->known->actors[i]->name;
        }
    }
    return names;
}

static const struct key host_keys[] = {
    {"address", read_one_address},
    {"label", read_label},
    {"place", read_place},
    {"gateway", read_gateway},
    {"clock", read_clock},
    {"reading", read_reading},
    {"raw", read_raw},
    {"isn", read_raw_isn},
    {"mac", read_mac},
    {NULL, NULL},
};
static const struct key router_keys[] = {
    {"addresses", read_addresses}, {"routes", read_routes}, {"token-buckets", read_token_buckets},
    {"label", read_label},         {"place", read_place},   {NULL, NULL},
};

static void read_switch(struct reader *r, const struct doc_node *v, struct scenario_node *node)
{
    const struct key keys[] = {switch_key_kind,
                               switch_key_snooping,
                               {"label", read_label},
                               {"place", read_place},
                               {NULL, NULL}};
    struct key_reading how = {.keys = keys, .what = "reader.a.switch"};
    if (!v->is_absent) {
        reader_map(r, v, &how, node);
    }
}

static void read_node(struct reader *r, const struct doc_node *v, struct scenario_node *node)
{
    bool is_router = node->kind == SCENARIO_ROUTER;
    if (node->kind == SCENARIO_SWITCH) {
        read_switch(r, v, node);
        return;
    }
    struct key_reading how = {.keys = is_router ? router_keys : host_keys,
                              .what = is_router ? "reader.a.router" : "reader.a.host",
                              .other = read_protocol,
                              .more = protocol_names(r)};
    const char *address_key = is_router ? "addresses" : "address";
    if (v->kind == DOC_SCALAR && !v->is_absent && !is_router) {
        read_one_address(r, v, node);
        return;
    }
    if (v->is_absent || (v->kind == DOC_MAP && !reader_has(v, address_key))) {
        wrong(r, v->key, "reader.no-address", "name", node->name, "key", address_key);
    }
    if (!v->is_absent) {
        reader_map(r, v, &how, node);
    }
}

static void name_nodes(struct reader *r, const struct doc_node *section,
                       enum scenario_node_kind kind)
{
    for (const struct doc_node *v = section ? section->first : NULL; v; v = v->next) {
        check_name(r, v->key);
        struct scenario_node *node = &r->sc->nodes[r->sc->node_count];
        *node = (struct scenario_node){
            .kind = kind, .name = v->key->text, .x = -1, .y = -1, .place = reader_place(r, v->key)};
        r->node_names[r->sc->node_count++] = node->name;
    }
}

void read_nodes(struct reader *r, const struct doc_node *const given[3])
{
    const struct doc_node *sections[] = {given[0], given[1], given[2]};
    size_t count = 0;
    for (size_t i = 0; i < 3; i++) {
        if (sections[i] &&
            (!reader_is_map(r, sections[i]) || !reader_is_short(r, sections[i], NODE_LIMIT))) {
            sections[i] = NULL;
        }
        count += sections[i] ? sections[i]->count : 0;
    }
    r->sc->nodes = arena_alloc(r->arena, (count + 1) * sizeof *r->sc->nodes);
    r->node_names = arena_alloc(r->arena, (count + 1) * sizeof *r->node_names);
    name_nodes(r, sections[0], SCENARIO_HOST);
    name_nodes(r, sections[1], SCENARIO_ROUTER);
    name_nodes(r, sections[2], SCENARIO_SWITCH);
    uint32_t n = 0;
    for (size_t i = 0; i < 3; i++) {
        for (const struct doc_node *v = sections[i] ? sections[i]->first : NULL; v; v = v->next) {
            read_node(r, v, &r->sc->nodes[n++]);
        }
    }
}
