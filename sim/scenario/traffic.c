/* `traffic`: the kinds and their settings come from the catalogue; only where a flow runs, when it
 * starts and what it is called is known here. */
#include "scenario/reader.h"

#include "base/draw.h"

#include <assert.h>
#include <string.h>

#define PARAMS_MAX 64
#define TYPES_MAX  8

/* dns: a name that is to be looked up may stand there; NULL: it may not. */
static void read_who(struct reader *r, const struct doc_node *v, uint32_t *node, const char **dns)
{
    if (dns && v->kind == DOC_SCALAR && reader_is_dns_name(v->text, strlen(v->text))) {
        *dns = v->text;
    } else {
        reader_node(r, v, node);
    }
}

static void read_end(struct reader *r, const struct doc_node *v, bool has_port, uint32_t *node,
                     uint16_t *port, const char **dns)
{
    const char *colon = v->kind == DOC_SCALAR ? strrchr(v->text, ':') : NULL;
    if (!colon) {
        read_who(r, v, node, dns);
        return;
    }
    struct doc_node name = *v;
    int64_t number;
    name.text = arena_strndup(r->arena, v->text, (size_t)(colon - v->text));
    read_who(r, &name, node, dns);
    if (!has_port) {
        wrong(r, v, "reader.port.none", "found", v->text, "name", name.text);
    } else if (quantity_parse(colon + 1, QUANTITY_COUNT, false, &number, NULL) != VALUE_GOOD ||
               number < 1 || number > 65535) {
        wrong(r, v, "reader.port.bad", "found", colon + 1);
        *port = 1;
    } else {
        *port = (uint16_t)number;
    }
}

static void read_from(struct reader *r, const struct doc_node *v, void *into)
{
    struct scenario_traffic *t = into;
    read_end(r, v, t->type->has_port, &t->from, &t->from_port, NULL);
}

static uint32_t node_with(const struct scenario *sc, uint32_t ip)
{
    for (uint32_t i = 0; i < sc->node_count; i++) {
        for (uint32_t a = 0; a < sc->nodes[i].address_count; a++) {
            if (sc->nodes[i].addresses[a].ip == ip) {
                return i;
            }
        }
    }
    return NO_NODE;
}

/* Frames that stand alone on a link have no addresses. */
static bool has_names(const struct traffic_type *t)
{
    return !t->source->proto || t->source->proto->carrier != CARRIER_LINK;
}

/* Where its sink stands; NO_NODE: no name server has the name, or what it has is nobody's. */
static void find_named(struct reader *r, struct scenario_traffic *t)
{
    struct scenario_host host = reader_host_named(r, t->to_name);
    bool is_host = host.node != NO_NODE && r->sc->nodes[host.node].address_count > 0;
    t->to_ip = is_host ? r->sc->nodes[host.node].addresses[0].ip : host.ip;
    t->to = is_host ? host.node : node_with(r->sc, host.ip);
}

static void read_to(struct reader *r, const struct doc_node *v, void *into)
{
    struct scenario_traffic *t = into;
    if (t->type->takes_address && v->kind == DOC_SCALAR && ip_parse(v->text, &t->to_ip)) {
        t->to = node_with(r->sc, t->to_ip);
        return;
    }
    if (t->type->takes_group && v->kind == DOC_SCALAR &&
        (t->group = group_named(r->sc, v->text)) != NULL) {
        return;
    }
    read_end(r, v, t->type->has_port, &t->to, &t->port, has_names(t->type) ? &t->to_name : NULL);
    if (t->to_name) {
        find_named(r, t);
    }
    if (t->type->has_port && t->port == 0 && t->type->port == 0 && t->to != NO_NODE) {
        wrong(r, v, "reader.port.missing", "name", r->sc->nodes[t->to].name);
    }
}

static void read_start(struct reader *r, const struct doc_node *v, void *into)
{
    struct scenario_traffic *t = into;
    reader_quantity(r, v, QUANTITY_TIME, &t->start);
}

static void read_as(struct reader *r, const struct doc_node *v, void *into)
{
    struct scenario_traffic *t = into;
    if (!reader_is_text(r, v)) {
        return;
    }
    uint64_t *taken = map_put(&r->flows, dice_make(0, v->text).key);
    if (*taken) {
        wrong(r, v, "reader.traffic.same-name", "name", v->text);
    }
    *taken = 1;
    t->name = v->text;
}

static const struct key traffic_keys[] = {
    {"from", read_from}, {"to", read_to}, {"start", read_start}, {"as", read_as}, {NULL, NULL}};

static bool add_setting(struct reader *r, const struct doc_node *v, const char *name,
                        const struct actor_type *type, struct settings *out)
{
    const struct param *p = type ? param_find(type, name) : NULL;
    int64_t value;
    if (p && v->is_absent) {
        wrong(r, v->key, "reader.no-value", "key", v->key->text);
    } else if (p && reader_param(r, v, p, &value)) {
        settings_add(r, out, (struct setting){type, p, value});
    }
    return p != NULL;
}

/* A setting goes to whichever of the types has a param of that name; a value that is wrong for one
 * is told once. */
static bool add_either(struct reader *r, const struct doc_node *v, const char *name,
                       struct scenario_traffic *t)
{
    unsigned before = r->err->errors;
    bool known = add_setting(r, v, name, t->type->source, &t->settings);
    if (r->err->errors == before && t->type->sink != t->type->source) {
        known |= add_setting(r, v, name, t->type->sink, &t->settings);
    }
    for (const struct actor_type *const *p = t->type->parts; p && *p; p++) {
        if (r->err->errors == before) {
            known |= add_setting(r, v, name, *p, &t->settings);
        }
    }
    return known;
}

/* Those that a flow opens: source, sink, parts; NULL-terminated. */
static void types_of(const struct traffic_type *t, const struct actor_type *out[TYPES_MAX + 1])
{
    size_t n = 0;
    out[n++] = t->source;
    if (t->sink) {
        out[n++] = t->sink;
    }
    for (const struct actor_type *const *p = t->parts; p && *p && n < TYPES_MAX; p++) {
        out[n++] = *p;
    }
    out[n] = NULL;
}

/* The rest of the names of params "GROUP.REST", NULL-terminated. */
static const char *const *names_in_group(struct reader *r, const struct traffic_type *type,
                                         const char *group)
{
    const struct actor_type *types[TYPES_MAX + 1];
    size_t len = strlen(group), count = 0;
    const char **names = arena_alloc(r->arena, (2 * PARAMS_MAX + 1) * sizeof *names);
    types_of(type, types);
    for (size_t i = 0; types[i]; i++) {
        for (const struct param *p = types[i]->params; p && p->name; p++) {
            if (strncmp(p->name, group, len) == 0 && p->name[len] == '.' &&
                count < 2 * PARAMS_MAX) {
                names[count++] = p->name + len + 1;
            }
        }
    }
    return names;
}

/* `playout: {delay: 60 ms}` sets the param "playout.delay". False: no param is of that group. */
static bool read_group(struct reader *r, const struct doc_node *v, struct scenario_traffic *t)
{
    const char *const *names = names_in_group(r, t->type, v->key->text);
    for (const struct doc_node *c = names[0] ? v->first : NULL; c; c = c->next) {
        const char *name = arena_printf(r->arena, "%s.%s", v->key->text, c->key->text);
        if (!add_either(r, c, name, t)) {
            wrong(r, c->key, "reader.unknown-key", "found", c->key->text, "what",
                  reader_quoted(r, v->key->text), "hint", reader_hint(r, c->key->text, names));
        }
    }
    return names[0] != NULL;
}

static void read_port(struct reader *r, const struct doc_node *v, struct scenario_traffic *t)
{
    int64_t port;
    if (reader_count(r, v, 1, 65534, &port)) {
        t->port = (uint16_t)port;
    }
}

static bool read_setting(struct reader *r, const struct doc_node *v, void *into)
{
    struct scenario_traffic *t = into;
    if (t->type->port && strcmp(v->key->text, "port") == 0) {
        read_port(r, v, t);
        return true;
    }
    if (t->type->source->need && strcmp(v->key->text, "reserve") == 0) {
        return true; /* when the flow is known: read_reserve */
    }
    if (v->kind == DOC_MAP && read_group(r, v, t)) {
        return true;
    }
    return add_either(r, v, v->key->text, t);
}

/* RTP goes to an even port, RTCP to the next (RFC 3550 11). */
static void complete_port(struct reader *r, const struct doc_node *v, struct scenario_traffic *t)
{
    t->port = t->port ? t->port : t->type->port;
    if (t->type->takes_next_port && (t->port & 1 || t->from_port & 1)) {
        wrong(r, v->key, "reader.port.odd", "name", t->type->name);
    }
}

static void add_param_names(const struct actor_type *type, const char **names, size_t *count,
                            size_t cap)
{
    for (const struct param *p = type ? type->params : NULL; p && p->name; p++) {
        if (*count < cap) {
            names[(*count)++] = p->name;
        }
    }
}

static void check_given(struct reader *r, const struct doc_node *v, const struct traffic_type *type,
                        const char *key)
{
    if (!reader_has(v, key)) {
        wrong(r, v->key, "reader.needs-key", "what", reader_quoted(r, type->name), "key", key);
    }
}

static void check_required(struct reader *r, const struct doc_node *v,
                           const struct traffic_type *type)
{
    check_given(r, v, type, "from");
    check_given(r, v, type, "to");
    const struct actor_type *types[] = {type->source, type->sink};
    for (size_t i = 0; i < 2; i++) {
        for (const struct param *p = types[i] ? types[i]->params : NULL; p && p->name; p++) {
            if (p->is_required && (i == 0 || types[0] != types[1])) {
                check_given(r, v, type, p->name);
            }
        }
    }
}

static void read_flow(struct reader *r, const struct doc_node *v, const struct traffic_type *type)
{
    const char *names[PARAMS_MAX + 1] = {NULL};
    size_t count = 0;
    const struct actor_type *types[TYPES_MAX + 1];
    types_of(type, types);
    for (size_t i = 0; types[i]; i++) {
        add_param_names(types[i], names, &count, PARAMS_MAX - 1);
    }
    assert(type->source); /* whatever else a kind of traffic lacks */
    names[count++] = type->source->need ? "reserve" : NULL;
    struct key_reading how = {.keys = traffic_keys,
                              .what = reader_quoted(r, type->name),
                              .other = read_setting,
                              .more = names};
    struct scenario_traffic t = {
        .type = type, .from = NO_NODE, .to = NO_NODE, .place = reader_place(r, v->key)};
    if (!reader_map(r, v, &how, &t)) {
        return;
    }
    check_required(r, v, type);
    complete_port(r, v, &t);
    if (t.to_name && t.from != NO_NODE) {
        check_resolver(r, reader_place(r, doc_get(v, "to")), t.from, t.to_name);
    }
    read_reserve(r, v, &t);
    bool is_no_node = t.group || (t.to == NO_NODE && (t.to_ip || t.to_name));
    if (is_no_node && t.from != NO_NODE) {
        t.to = t.from; /* it is for many, or nobody has it */
        r->sc->traffic[r->sc->traffic_count++] = t;
        return;
    }
    if (t.from != NO_NODE && t.from == t.to) {
        wrong(r, doc_get(v, "to"), "reader.traffic.to-itself", "name", r->sc->nodes[t.to].name);
    } else if (t.from != NO_NODE && t.to != NO_NODE) {
        r->sc->traffic[r->sc->traffic_count++] = t;
    }
}

static const char *const *traffic_names(struct reader *r)
{
    size_t n = 0;
    while (r->known->traffic[n]) {
        n++;
    }
    const char **names = arena_alloc(r->arena, (n + 1) * sizeof *names);
    for (size_t i = 0; i < n; i++) {
        names[i] = r->known->traffic[i]->name;
    }
    return names;
}

static void read_item(struct reader *r, const struct doc_node *item)
{
    if (item->kind != DOC_MAP || item->count != 1) {
        wrong(r, item, "reader.traffic.one-key", "accepted", reader_join(r, traffic_names(r)));
        return;
    }
    const struct doc_node *v = item->first;
    for (const struct traffic_type *const *t = r->known->traffic; *t; t++) {
        if (strcmp((*t)->name, v->key->text) == 0) {
            read_flow(r, v, *t);
            return;
        }
    }
    wrong(r, v->key, "reader.traffic.unknown", "found", v->key->text, "hint",
          reader_hint(r, v->key->text, traffic_names(r)));
}

void read_traffic(struct reader *r, const struct doc_node *n)
{
    if (!reader_is_list(r, n) || !reader_is_short(r, n, TRAFFIC_LIMIT)) {
        return;
    }
    r->sc->traffic = arena_alloc(r->arena, n->count * sizeof *r->sc->traffic);
    for (const struct doc_node *v = n->first; v; v = v->next) {
        read_item(r, v);
    }
}
