#pragma once
/* The server's books: one line an address. Pure: choosing and finding, no effects. */

#include "proto/dhcp/dhcp.h"

struct lease {
    uint32_t ip;
    enum dhcp_lease_state state;
    uint64_t mac;      /* of its last holder, 0: nobody yet */
    uint64_t reserved; /* for this one alone, 0: for all */
    sim_time until;    /* OFFERED, BOUND, DECLINED: when that ends */
    sim_time left;     /* when it became free last; the least recently used one goes first */
};

struct leases {
    struct lease *list; /* owned; the pool in its order, then reservations outside of it */
    uint32_t count, cap;
};

struct lease *lease_add(struct leases *l, uint32_t ip);
struct lease *lease_of_ip(const struct leases *l, uint32_t ip);   /* NULL: not ours */
struct lease *lease_of_mac(const struct leases *l, uint64_t mac); /* offered or bound to it */
bool lease_is_free(const struct lease *l);                        /* FREE, EXPIRED or RELEASED */
/* RFC 2131 4.3.1, in this order: what it has; what is reserved for it; what it had; what it asks
 * for; one that nobody had; the one that was left longest ago. NULL: none is left. */
struct lease *lease_choose(const struct leases *l, uint64_t mac, uint32_t asked);
