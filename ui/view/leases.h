#pragma once
/* The lives of leases, found in a trace once: of each DHCP client the spans for which an address
 * was its own, every attempt to extend one, and of the servers when they were off. */

#include "trace/trace.h"

enum span_fate {
    SPAN_HOLDS,    /* when the run ended */
    SPAN_EXTENDED, /* the next span goes on with the same address */
    SPAN_OVER,     /* it ran out */
    SPAN_REFUSED,  /* a NAK, or a conflict */
    SPAN_RELEASED,
    SPAN_CRASHED, /* its host lost its power; the server goes on counting */
};

struct lease_span {
    sim_time start;       /* the REQUEST that was answered: T1, T2 and the end count from here */
    sim_time told;        /* the client knew */
    sim_time t1, t2, end; /* SIM_NEVER: for ever */
    sim_time until;       /* what became of it; SIM_NEVER: it holds at the end of the run */
    uint32_t ip;
    uint32_t record; /* of `told` */
    enum span_fate fate;
};

/* A REQUEST to extend the lease. */
struct lease_try {
    sim_time at;
    uint32_t packet;
    bool is_answered;
};

struct lease_client {
    uint32_t node;
    struct lease_span *spans; /* ascending; owned */
    uint32_t span_count, span_cap;
    struct lease_try *tries; /* ascending; owned */
    uint32_t try_count, try_cap;
};

struct lease_outage {
    sim_time at;
    uint32_t node;
    bool is_back;
};

struct leases {
    struct lease_client *clients; /* in the order of nodes */
    uint32_t client_count;
    uint32_t *servers; /* actors; a restart makes a new one */
    uint32_t server_count;
    struct lease_outage *outages; /* of hosts that serve */
    uint32_t outage_count;
};

void leases_make(struct leases *l, const struct trace *t);
void leases_free(struct leases *l);
/* The span of that client in which `now` lies; NULL: it has no address. */
const struct lease_span *lease_span_at(const struct lease_client *c, sim_time now);
const struct lease_client *lease_client_of(const struct leases *l, uint32_t node); /* NULL: none */
