#pragma once
/* Inside the DHCP server: its instance, and what its files do for each other. server.c steps and
 * keeps the books in order, server_answer.c decides, server_say.c makes the messages. */

#include "actor/fx.h"
#include "actor/node_call.h"
#include "proto/dhcp/lease.h"

#define SERVER_IFACES  32u
#define SERVER_SUBNETS 32u

enum server_timer { TIMER_LEASE, TIMER_PING };
enum server_call { SERVER_PING = CODE_INSIDE + 96, SERVER_PONG }; /* with dhcp-ping; an address */
enum server_why {
    NO_REASON,
    OFFER,
    ACK,
    EXTEND,
    NAK_TAKEN,
    NAK_NETWORK,
    NAK_UNKNOWN,
    POOL_EMPTY,
    OTHER_CHOSEN,
    OFFER_LAPSED,
    LEASE_OVER,
    GIVEN_BACK,
    DECLINED,
    TOLD,
    STRANGER,
    BAD,
    USABLE,
    RESTORED,
    NO_SUBNET,
    CHECKING,
    ANSWERED,
};

/* An address that is being checked, and the DISCOVER that it is for. */
struct checking {
    uint32_t ip;
    struct net net;
    struct dhcp m;
};

struct server {
    int64_t pool, router, dns; /* params */
    int64_t lease, max_lease, t1, t2, hold, quarantine, authoritative;
    int64_t domain, vendor, broadcast, ping;

    struct node_interface ifaces[SERVER_IFACES];
    struct node_subnet subnets[SERVER_SUBNETS]; /* behind relays */
    uint32_t subnet_count;
    struct leases leases;
    uint32_t first, last;      /* the pool that it was given first */
    uint32_t pinger;           /* handle of its dhcp-ping; 0: it checks nothing */
    struct checking *checking; /* owned */
    uint32_t checking_count, checking_cap;
    uint64_t offers, acks, naks, declines, expired;
};

/* A message that is being answered. */
struct question {
    struct server *s;
    const struct dhcp *m;
    const struct input *in;
    struct fx *fx;
    const struct node_interface *own; /* the interface it came in through */
    struct holder client;
    struct subnet home; /* the network that the client is in */
    uint32_t router;    /* the way out of it, 0: none is told */
};

extern const struct reason server_reasons[];

/* server.c: an address changes its state in the books. */
void server_enter(struct server *s, struct lease *l, enum dhcp_lease_state state, unsigned why,
                  struct fx *fx);
uint32_t server_slot(const struct server *s, const struct lease *l);
/* server_answer.c */
/* False: it comes from a network in which this server lends nothing. */
bool server_question(struct server *s, const struct dhcp *m, const struct input *in, struct fx *fx,
                     struct question *out);
void server_discover(const struct question *q);
void server_offer(const struct question *q, struct lease *l);
void server_hear(struct server *s, const struct input *in, struct fx *fx);
/* server_ping.c: a look whether an address is free before it is offered. */
bool server_is_checking(struct server *s, uint32_t ip);
void server_check(const struct question *q, struct lease *l);
void server_check_over(struct server *s, uint32_t slot, const struct input *in, struct fx *fx);
void server_check_failed(struct server *s, const struct input *in, struct fx *fx);
/* server_say.c */
sim_time server_grants(const struct server *s, const struct dhcp *m); /* the lease's length */
void server_give(const struct question *q, const struct lease *l, enum dhcp_type type,
                 unsigned why);
void server_refuse(const struct question *q, unsigned why, const char *words);
void server_tell(const struct question *q); /* the answer to INFORM */
