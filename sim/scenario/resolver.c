/* DNS names: what a name server knows, whom a host's resolver asks, and where a name may stand for
 * an address. */
#include "scenario/reader.h"

#include "wire/dns.h"

#include <string.h>

#define NAMES_LIMIT 256u

static bool read_host(struct reader *r, const struct doc_node *v, struct scenario_host *out)
{
    *out = (struct scenario_host){.node = NO_NODE};
    return reader_is_text(r, v) && (ip_parse(v->text, &out->ip) || reader_node(r, v, &out->node));
}

static const char *name_given(const struct scenario_node *node, const char *name)
{
    for (uint32_t i = 0; i < node->name_count; i++) {
        if (dns_same_name(node->names[i].name, name)) {
            return node->names[i].name;
        }
    }
    return NULL;
}

static void read_name(struct reader *r, const struct doc_node *v, struct scenario_node *node)
{
    struct scenario_name one = {.name = v->key->text};
    if (!dns_is_name(one.name)) {
        wrong(r, v->key, "reader.text.unfit", "key", "names", "found", one.name, "accepted",
              reader_word(r, "param.accepted.dns-name"));
    } else if (name_given(node, one.name)) {
        wrong(r, v->key, "reader.duplicate-key", "key", one.name);
    } else if (v->is_absent) {
        wrong(r, v->key, "reader.no-value", "key", one.name);
    } else if (read_host(r, v, &one.host)) {
        node->names[node->name_count++] = one;
    }
}

/* `names: {www.example.net: web, mail.example.net: 10.0.0.9}`. */
static void read_names(struct reader *r, const struct doc_node *v, struct scenario_node *node)
{
    if (!reader_is_map(r, v) || !reader_is_short(r, v, NAMES_LIMIT)) {
        return;
    }
    node->names = arena_alloc(r->arena, (v->count + 1) * sizeof *node->names);
    for (const struct doc_node *c = v->first; c; c = c->next) {
        read_name(r, c, node);
    }
}

bool read_dns_key(struct reader *r, const struct doc_node *v, const char *type,
                  struct scenario_node *node)
{
    if (strcmp(type, "dns-server") == 0 && strcmp(v->key->text, "names") == 0) {
        read_names(r, v, node);
        return true;
    }
    if (strcmp(type, "dns-server") == 0 && strcmp(v->key->text, "name") == 0) {
        wrong(r, v->key, "reader.unknown-key", "found", "name", "what", reader_quoted(r, type),
              "hint", reader_hint(r, "name", (const char *const[]){"names", NULL}));
        return true; /* a question's; who answers has a `zone` */
    }
    if (strcmp(type, "resolver") == 0 && strcmp(v->key->text, "server") == 0) {
        node->has_resolver = read_host(r, v, &node->resolver);
        return true;
    }
    return false;
}

bool read_resolver(struct reader *r, const struct doc_node *v, struct scenario_node *node)
{
    if (v->kind == DOC_MAP || v->is_absent) {
        return false;
    }
    node->has_resolver = read_host(r, v, &node->resolver);
    return true;
}

bool reader_is_dns_name(const char *text, size_t len)
{
    char name[DNS_NAME_MAX + 2];
    uint32_t ip;
    if (len > DNS_NAME_MAX || !memchr(text, '.', len)) {
        return false; /* without a dot it is a host of the scenario */
    }
    memcpy(name, text, len);
    name[len] = '\0';
    return dns_is_name(name) && !ip_parse(name, &ip);
}

/* What `dns-server` was given for that key, else what it is unless given. */
static int64_t value_of(const struct reader *r, const struct scenario_node *n, const char *key)
{
    for (uint32_t i = 0; i < n->settings.count; i++) {
        const struct setting *s = &n->settings.list[i];
        if (strcmp(s->type->name, "dns-server") == 0 && strcmp(s->param->name, key) == 0) {
            return s->value;
        }
    }
    for (const struct actor_type *const *t = r->known->actors; *t; t++) {
        if (strcmp((*t)->name, "dns-server") == 0) {
            return param_find(*t, key)->initial;
        }
    }
    return 0;
}

/* The one name of a server without `names`. */
static bool has_zone(const struct reader *r, const struct scenario_node *n, const char *name)
{
    return n->serves_names && n->name_count == 0 &&
           dns_same_name(param_text(value_of(r, n, "zone")), name);
}

struct scenario_host reader_host_named(const struct reader *r, const char *name)
{
    for (uint32_t i = 0; i < r->sc->node_count; i++) {
        const struct scenario_node *n = &r->sc->nodes[i];
        if (has_zone(r, n, name)) {
            uint64_t address = (uint64_t)value_of(r, n, "address");
            return (struct scenario_host){NO_NODE, (uint32_t)(address >> 32)};
        }
        for (uint32_t k = 0; k < n->name_count; k++) {
            if (dns_same_name(n->names[k].name, name)) {
                return n->names[k].host;
            }
        }
    }
    return (struct scenario_host){.node = NO_NODE};
}

void check_resolver(struct reader *r, struct place place, uint32_t node, const char *name)
{
    if (!r->sc->nodes[node].has_resolver) {
        wrong_at(r, place, "reader.resolver.none", "name", name, "host", r->sc->nodes[node].name);
    }
}
