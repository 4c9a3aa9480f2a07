#pragma once
/* DHCP's two ends (RFC 2131): a client a host, a server a host that has a pool. Both speak through
 * the node's ARP (actor/node_call.h) and tell the node what its address is. */

#include "actor/actor.h"
#include "wire/dhcp.h"

/* Figure 5 of RFC 2131. */
enum dhcp_client_state {
    CLIENT_INIT,
    CLIENT_SELECTING,
    CLIENT_REQUESTING,
    CLIENT_BOUND,
    CLIENT_RENEWING,
    CLIENT_REBINDING,
    CLIENT_INIT_REBOOT,
    CLIENT_REBOOTING,
};

/* Of an address in the server's books. */
enum dhcp_lease_state {
    LEASE_FREE,
    LEASE_OFFERED,
    LEASE_BOUND,
    LEASE_EXPIRED,  /* its holder may have it again while nobody else needs it */
    LEASE_RELEASED, /* likewise */
    LEASE_DECLINED, /* somebody else uses it: not given out for a day */
};

#define DHCP_POOL_MAX 1024u

extern const struct proto dhcp_proto;
extern const struct actor_type dhcp_client_type, dhcp_server_type, dhcp_relay_type, dhcp_ping_type;
extern const struct traffic_type dhcp_starvation;

/* T1 and T2 when the server gives none: 0.5 and 0.875 of the lease (RFC 2131 4.4.5), in ns. */
sim_time dhcp_default_t1(sim_time lease);
sim_time dhcp_default_t2(sim_time lease);
/* When to ask again between now and `deadline`: half of what remains, not under 60 s; never if that
 * is not before the deadline. */
sim_time dhcp_next_renewal(sim_time now, sim_time deadline);
/* Wait before transmission n + 2 of a message (n from 0): 4, 8, 16, 32, 64, 64 … s. */
sim_time dhcp_backoff(unsigned n);
