/* Which address a client gets. */
#include "proto/dhcp/lease.h"

#include "base/draw.h"
#include "base/os.h"

#define IS_IDENTIFIER (UINT64_C(1) << 63) /* no MAC address has this bit */

struct holder lease_holder(const struct dhcp *m)
{
    struct holder h = {.who = m->chaddr, .mac = m->chaddr};
    const struct dhcp_text *id = &m->client_id;
    uint64_t hash = 0, mac = 0;
    for (uint16_t i = 0; i < id->len; i++) {
        hash = hash_mix(hash, id->data[i]);
        mac = i == 0 ? 0 : mac << 8 | id->data[i];
    }
    bool is_mac = id->len == 7 && id->data[0] == 1 && mac == m->chaddr;
    if (id->len > 0 && !is_mac) {
        h.who = hash | IS_IDENTIFIER;
    }
    return h;
}

uint32_t subnet_mask(uint8_t prefix)
{
    return prefix == 0 ? 0 : UINT32_MAX << (32 - prefix);
}

bool subnet_holds(const struct subnet *n, uint32_t ip)
{
    return ((ip ^ n->network) & subnet_mask(n->prefix)) == 0;
}

struct lease *lease_add(struct leases *l, uint32_t ip)
{
    if (l->count == l->cap) {
        l->cap = l->cap ? l->cap * 2 : 16;
        l->list = os_realloc(l->list, l->cap * sizeof *l->list);
    }
    l->list[l->count] = (struct lease){.ip = ip};
    return &l->list[l->count++];
}

struct lease *lease_of_ip(const struct leases *l, uint32_t ip)
{
    for (uint32_t i = 0; i < l->count; i++) {
        if (l->list[i].ip == ip) {
            return &l->list[i];
        }
    }
    return NULL;
}

bool lease_is_free(const struct lease *l)
{
    return l->state == LEASE_FREE || l->state == LEASE_EXPIRED || l->state == LEASE_RELEASED;
}

struct lease *lease_of(const struct leases *l, uint64_t who, const struct subnet *in)
{
    for (uint32_t i = 0; i < l->count; i++) {
        struct lease *x = &l->list[i];
        if (x->who == who && (x->state == LEASE_OFFERED || x->state == LEASE_BOUND) &&
            subnet_holds(in, x->ip)) {
            return x;
        }
    }
    return NULL;
}

static bool may_have(const struct lease *l, struct holder client, const struct subnet *in)
{
    return lease_is_free(l) && (l->reserved == 0 || l->reserved == client.mac) &&
           subnet_holds(in, l->ip);
}

/* How well a free address suits; the least goes first. */
static unsigned rank(const struct lease *l, struct holder client, uint32_t asked)
{
    return l->reserved == client.mac ? 0
           : l->who == client.who    ? 1
           : l->ip == asked          ? 2
           : l->who == 0             ? 3
                                     : 4;
}

struct lease *lease_choose(const struct leases *l, struct holder client, uint32_t asked,
                           const struct subnet *in)
{
    struct lease *best = lease_of(l, client.who, in);
    unsigned best_rank = 5;
    if (best) {
        return best;
    }
    for (uint32_t i = 0; i < l->count; i++) {
        struct lease *x = &l->list[i];
        if (!may_have(x, client, in)) {
            continue;
        }
        unsigned a = rank(x, client, asked);
        if (a < best_rank || (a == best_rank && a == 4 && x->left < best->left)) {
            best = x;
            best_rank = a;
        }
    }
    return best;
}
