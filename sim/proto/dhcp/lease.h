#pragma once
/* The server's books: one line an address. Pure: choosing and finding, no effects. */

#include "proto/dhcp/dhcp.h"

/* A client as the server knows it: by its identifier (option 61) if it sends one, else by its MAC
 * address (RFC 2131 4.2). Reservations go by the MAC address. */
struct holder {
    uint64_t who, mac;
};

/* The part of the books that a client's network allows. */
struct subnet {
    uint32_t network;
    uint8_t prefix;
};

struct lease {
    uint32_t ip;
    enum dhcp_lease_state state;
    uint64_t who;      /* its last holder, 0: nobody yet */
    uint64_t reserved; /* MAC address; for this one alone, 0: for all */
    sim_time until;    /* OFFERED, BOUND, DECLINED: when that ends */
    sim_time left;     /* when it became free last; the least recently used one goes first */
};

struct leases {
    struct lease *list; /* owned; the pools in their order, then reservations outside of them */
    uint32_t count, cap;
};

struct holder lease_holder(const struct dhcp *m);
bool subnet_holds(const struct subnet *n, uint32_t ip);
uint32_t subnet_mask(uint8_t prefix);

struct lease *lease_add(struct leases *l, uint32_t ip);
struct lease *lease_of_ip(const struct leases *l, uint32_t ip); /* NULL: not ours */
/* Offered or bound to it in that network. */
struct lease *lease_of(const struct leases *l, uint64_t who, const struct subnet *in);
bool lease_is_free(const struct lease *l); /* FREE, EXPIRED or RELEASED */
/* RFC 2131 4.3.1, in this order: what it has; what is reserved for it; what it had; what it asks
 * for; one that nobody had; the one that was left longest ago. NULL: none is left. */
struct lease *lease_choose(const struct leases *l, struct holder client, uint32_t asked,
                           const struct subnet *in);
