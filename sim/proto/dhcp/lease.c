/* Which address a client gets. */
#include "proto/dhcp/lease.h"

#include "base/os.h"

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

struct lease *lease_of_mac(const struct leases *l, uint64_t mac)
{
    for (uint32_t i = 0; i < l->count; i++) {
        struct lease *x = &l->list[i];
        if (x->mac == mac && (x->state == LEASE_OFFERED || x->state == LEASE_BOUND)) {
            return x;
        }
    }
    return NULL;
}

static bool may_have(const struct lease *l, uint64_t mac)
{
    return lease_is_free(l) && (l->reserved == 0 || l->reserved == mac);
}

/* How well a free address suits; the least goes first. */
static unsigned rank(const struct lease *l, uint64_t mac, uint32_t asked)
{
    return l->reserved == mac ? 0 : l->mac == mac ? 1 : l->ip == asked ? 2 : l->mac == 0 ? 3 : 4;
}

struct lease *lease_choose(const struct leases *l, uint64_t mac, uint32_t asked)
{
    struct lease *best = lease_of_mac(l, mac);
    for (uint32_t i = 0; !best && i < l->count; i++) {
        if (l->list[i].reserved == mac && may_have(&l->list[i], mac)) {
            return &l->list[i];
        }
    }
    if (best) {
        return best;
    }
    for (uint32_t i = 0; i < l->count; i++) {
        struct lease *x = &l->list[i];
        if (!may_have(x, mac)) {
            continue;
        }
        unsigned a = rank(x, mac, asked), b = best ? rank(best, mac, asked) : 5;
        if (a < b || (a == b && a == 4 && x->left < best->left)) {
            best = x;
        }
    }
    return best;
}
