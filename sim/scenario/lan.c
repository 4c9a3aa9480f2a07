/* What LANs and DHCP add to a scenario: switches, MAC addresses, pools, and the checks of them. */
#include "scenario/reader.h"

#include "wire/eth.h"

#include <string.h>

#define POOL_LIMIT 1024u

static void read_kind(struct reader *r, const struct doc_node *v, void *into)
{
    static const char *const kinds[] = {"switch", "hub", NULL};
    uint32_t kind;
    if (reader_word_of(r, v, kinds, &kind)) {
        ((struct scenario_node *)into)->is_hub = kind == 1;
    }
}

const struct key switch_key_kind = {"kind", read_kind};

void read_mac(struct reader *r, const struct doc_node *v, void *into)
{
    struct scenario_node *node = into;
    uint64_t mac;
    if (!reader_is_text(r, v)) {
        return;
    }
    if (!mac_parse(v->text, &mac) || mac == 0 || mac >> 40 & 1) {
        wrong(r, v, "reader.mac.bad", "found", v->text);
        return;
    }
    node->mac = mac;
}

static bool pack(struct reader *r, const struct doc_node *n, const char *a, const char *b,
                 int64_t *out)
{
    uint32_t first, second = 0;
    if (!ip_parse(a, &first) || (b && !ip_parse(b, &second))) {
        wrong(r, n, "reader.address.bad", "found", n->text);
        return false;
    }
    *out = (int64_t)((uint64_t)first << 32 | second);
    return true;
}

bool reader_addresses(struct reader *r, const struct doc_node *n, int64_t *out)
{
    bool is_list = n->kind == DOC_LIST;
    const struct doc_node *a = is_list ? n->first : n, *b = is_list ? a->next : NULL;
    if (!reader_is_text(r, a) || (b && !reader_is_text(r, b))) {
        return false;
    }
    if (is_list && n->count > 2) {
        wrong(r, n, "reader.address.two");
        return false;
    }
    return pack(r, b ? b : a, a->text, b ? b->text : NULL, out);
}

bool reader_pool(struct reader *r, const struct doc_node *n, int64_t *out)
{
    if (!reader_is_text(r, n)) {
        return false;
    }
    const char *hyphen = strchr(n->text, '-');
    if (!hyphen) {
        wrong(r, n, "reader.pool.bad", "found", n->text);
        return false;
    }
    size_t len = (size_t)(hyphen - n->text);
    while (len > 0 && n->text[len - 1] == ' ') {
        len--;
    }
    const char *first = arena_strndup(r->arena, n->text, len);
    if (!pack(r, n, first, hyphen + 1 + strspn(hyphen + 1, " "), out)) {
        return false;
    }
    uint32_t from = (uint32_t)((uint64_t)*out >> 32), to = (uint32_t)*out;
    if (from > to || to - from >= POOL_LIMIT) {
        wrong(r, n, "reader.pool.size", "found", n->text);
        return false;
    }
    return true;
}

static bool is_switch(const struct scenario *sc, uint32_t node)
{
    return sc->nodes[node].kind == SCENARIO_SWITCH;
}

static bool is_on_lan(const struct scenario *sc, uint32_t node)
{
    for (uint32_t i = 0; i < sc->link_count; i++) {
        const uint32_t *ends = sc->links[i].node;
        if ((ends[0] == node && is_switch(sc, ends[1])) ||
            (ends[1] == node && is_switch(sc, ends[0]))) {
            return true;
        }
    }
    return false;
}

static uint32_t root_of(const uint32_t *parent, uint32_t node)
{
    while (parent[node] != node) {
        node = parent[node];
    }
    return node;
}

/* A frame would go round for ever, since no switch here speaks the spanning tree protocol. */
static void check_loops(struct reader *r)
{
    const struct scenario *sc = r->sc;
    uint32_t *parent = arena_alloc(r->arena, (sc->node_count + 1) * sizeof *parent);
    for (uint32_t i = 0; i < sc->node_count; i++) {
        parent[i] = i;
    }
    for (uint32_t i = 0; i < sc->link_count; i++) {
        const uint32_t *ends = sc->links[i].node;
        if (!is_switch(sc, ends[0]) || !is_switch(sc, ends[1])) {
            continue;
        }
        uint32_t a = root_of(parent, ends[0]), b = root_of(parent, ends[1]);
        if (a == b) {
            wrong_at(r, sc->links[i].place, "reader.lan.loop");
        }
        parent[a] = b;
    }
}

static void check_traffic(struct reader *r, const struct scenario_traffic *t)
{
    const struct scenario *sc = r->sc;
    const uint32_t ends[] = {t->from, t->to};
    for (int i = 0; i < 2; i++) {
        const struct scenario_node *n = &sc->nodes[ends[i]];
        if (n->kind == SCENARIO_SWITCH) {
            wrong_at(r, t->place, "reader.traffic.switch", "name", n->name);
        }
    }
}

void check_lans(struct reader *r)
{
    const struct scenario *sc = r->sc;
    check_loops(r);
    for (uint32_t i = 0; i < sc->node_count; i++) {
        const struct scenario_node *n = &sc->nodes[i];
        if ((n->is_dhcp || n->serves_dhcp || n->relays_dhcp) && !is_on_lan(sc, i)) {
            wrong_at(r, n->place, "reader.lan.dhcp", "name", n->name);
        }
        check_snooping(r, n, i);
        check_nat(r, &r->sc->nodes[i]);
        if (n->relays_dhcp && (n->kind != SCENARIO_ROUTER || n->serves_dhcp)) {
            wrong_at(r, n->place, "reader.lan.relay", "name", n->name);
        }
        if (n->serves_dhcp && (n->address_count == 0 || n->addresses[0].prefix == 0)) {
            wrong_at(r, n->place, "reader.lan.server", "name", n->name);
        }
    }
    for (uint32_t i = 0; i < sc->traffic_count; i++) {
        check_traffic(r, &sc->traffic[i]);
    }
}
