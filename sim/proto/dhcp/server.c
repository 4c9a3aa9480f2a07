/* The DHCP server (RFC 2131 4.3): a pool, and what it says to whom. It counts a lease from its own
 * ACK, which is later than the REQUEST from which the client counts. */
#include "proto/dhcp/dhcp.h"

#include "actor/fx.h"
#include "actor/node_call.h"
#include "proto/dhcp/lease.h"

#include <stdlib.h>
#include <string.h>

#define IFACES_MAX 32u

enum timers { TIMER_LEASE };
enum why {
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
};
static const struct reason reasons[] = {
    [NO_REASON] = {0},
    [OFFER] = {"dhcp.offer", "RFC 2131 4.3.1"},
    [ACK] = {"dhcp.ack", "RFC 2131 4.3.2"},
    [EXTEND] = {"dhcp.extend", "RFC 2131 4.3.2"},
    [NAK_TAKEN] = {"dhcp.nak-taken", "RFC 2131 4.3.2"},
    [NAK_NETWORK] = {"dhcp.nak-network", "RFC 2131 4.3.2"},
    [NAK_UNKNOWN] = {"dhcp.nak-unknown", "RFC 2131 4.3.2"},
    [POOL_EMPTY] = {"dhcp.pool-empty", "RFC 2131 4.3.1"},
    [OTHER_CHOSEN] = {"dhcp.other-chosen", "RFC 2131 4.3.2"},
    [OFFER_LAPSED] = {"dhcp.offer-lapsed", "RFC 2131 3.1.2"},
    [LEASE_OVER] = {"dhcp.lease-over", "RFC 2131 4.3.1"},
    [GIVEN_BACK] = {"dhcp.given-back", "RFC 2131 4.3.4"},
    [DECLINED] = {"dhcp.declined", "RFC 2131 4.3.3"},
    [TOLD] = {"dhcp.told", "RFC 2131 4.3.5"},
    [STRANGER] = {"dhcp.stranger", "RFC 2131 4.3.2"},
    [BAD] = {"dhcp.malformed", "RFC 2131 2"},
    [USABLE] = {"dhcp.usable", "RFC 2131 4.3.3"},
    {0},
};

struct server {
    int64_t pool, router, dns; /* params */
    int64_t lease, max_lease, t1, t2, hold, quarantine, authoritative;

    struct node_interface ifaces[IFACES_MAX];
    struct leases leases;
    uint64_t offers, acks, naks, declines, expired;
};

/* A message that is being answered. */
struct question {
    struct server *s;
    const struct dhcp *m;
    const struct input *in;
    struct fx *fx;
    const struct node_interface *own;
};

static const char *const lease_states[] = {"free",     "offered",  "bound", "expired",
                                           "released", "declined", NULL};

static void enter(struct server *s, struct lease *l, enum dhcp_lease_state state, unsigned why,
                  struct fx *fx)
{
    uint32_t slot = (uint32_t)(l - s->leases.list) % DHCP_POOL_MAX;
    bool is_running = state == LEASE_OFFERED || state == LEASE_BOUND || state == LEASE_DECLINED;
    if (l->state != state || state == LEASE_BOUND) {
        fx_item(fx, 0, l->ip, state, why);
    }
    l->state = state;
    fx_timer(fx, TIMER_LEASE, slot, is_running ? l->until : SIM_NEVER);
}

static void make_pool(struct server *s)
{
    uint32_t first = (uint32_t)((uint64_t)s->pool >> 32), last = (uint32_t)s->pool;
    for (uint32_t ip = first; ip <= last && s->leases.count < DHCP_POOL_MAX; ip++) {
        lease_add(&s->leases, ip);
    }
}

static uint32_t mask_of(uint8_t prefix)
{
    return prefix == 0 ? 0 : UINT32_MAX << (32 - prefix);
}

static bool is_in_network(const struct node_interface *own, uint32_t ip)
{
    return ((ip ^ own->ip) & mask_of(own->prefix)) == 0;
}

/* RFC 2131 4.1: back through the relay; else to the address that the client has; else as the
 * client can hear it. A NAK to a client on this LAN is always broadcast (4.3.2). */
static struct net way_back(const struct question *q, const struct dhcp *reply)
{
    struct net net = {.from = {q->own->ip, DHCP_SERVER_PORT},
                      .to = {IP_BROADCAST, DHCP_CLIENT_PORT},
                      .iface = q->own->iface};
    if (q->m->giaddr) {
        net.to = (struct addr){q->m->giaddr, DHCP_SERVER_PORT};
    } else if (reply->type == DHCP_NAK) {
        net.mac = MAC_BROADCAST;
    } else if (q->m->ciaddr) {
        net.to.ip = q->m->ciaddr;
    } else if (q->m->wants_broadcast) {
        net.mac = MAC_BROADCAST;
    } else {
        net.to.ip = reply->yiaddr;
        net.mac = q->m->chaddr;
    }
    return net;
}

static struct dhcp reply_to(const struct question *q, enum dhcp_type type)
{
    return (struct dhcp){.is_reply = true,
                         .type = type,
                         .xid = q->m->xid,
                         .wants_broadcast = q->m->wants_broadcast,
                         .giaddr = q->m->giaddr,
                         .chaddr = q->m->chaddr,
                         .ciaddr = type == DHCP_ACK ? q->m->ciaddr : 0,
                         .server = q->own->ip,
                         .size = q->m->size,
                         .relay = q->m->relay};
}

static void send(const struct question *q, struct dhcp *reply, unsigned why)
{
    struct buf head = {0};
    struct net net = way_back(q, reply);
    reply->size = 0;
    dhcp_encode(reply, DHCP_SERVER_PORT, net.to.port, &head);
    fx_send(q->fx, &net, bytes_of(head.data, head.len), (struct span){0}, (struct unit){0}, why);
    buf_free(&head);
}

/* What the client asks for, within what the server allows. */
static sim_time granted(const struct server *s, const struct dhcp *m)
{
    sim_time wanted = m->has_lease ? m->lease * SIM_S : s->lease;
    sim_time most = s->max_lease > 0 ? s->max_lease : s->lease;
    return wanted < most ? wanted : most;
}

static void add_settings(const struct question *q, struct dhcp *reply)
{
    const struct server *s = q->s;
    reply->mask = mask_of(q->own->prefix);
    reply->router[0] = (uint32_t)((uint64_t)s->router >> 32);
    reply->dns[0] = (uint32_t)((uint64_t)s->dns >> 32);
    reply->dns[1] = (uint32_t)s->dns;
}

static void give(const struct question *q, const struct lease *l, enum dhcp_type type, unsigned why)
{
    struct dhcp reply = reply_to(q, type);
    reply.yiaddr = l->ip;
    reply.has_lease = true;
    reply.lease = (uint32_t)(granted(q->s, q->m) / SIM_S);
    reply.t1 = q->s->t1 > 0 ? (uint32_t)(q->s->t1 / SIM_S) : 0;
    reply.t2 = q->s->t2 > 0 ? (uint32_t)(q->s->t2 / SIM_S) : 0;
    add_settings(q, &reply);
    send(q, &reply, why);
}

static void refuse(const struct question *q, unsigned why, const char *words)
{
    struct dhcp reply = reply_to(q, DHCP_NAK);
    size_t len = strlen(words);
    memcpy(reply.message.data, words, len);
    reply.message.len = (uint16_t)len;
    q->s->naks++;
    send(q, &reply, why);
}

static void discover(const struct question *q)
{
    struct lease *l = lease_choose(&q->s->leases, q->m->chaddr, q->m->requested);
    if (!l) {
        fx_note(q->fx, POOL_EMPTY);
        return;
    }
    l->mac = q->m->chaddr;
    if (l->state != LEASE_BOUND) {
        l->until = q->in->now + q->s->hold;
        enter(q->s, l, LEASE_OFFERED, OFFER, q->fx);
    }
    q->s->offers++;
    give(q, l, DHCP_OFFER, OFFER);
}

static void grant(const struct question *q, struct lease *l, unsigned why)
{
    l->mac = q->m->chaddr;
    l->until = q->in->now + granted(q->s, q->m);
    enter(q->s, l, LEASE_BOUND, why, q->fx);
    q->s->acks++;
    give(q, l, DHCP_ACK, why);
}

/* It chose another server's offer: ours is free again. */
static void let_go(const struct question *q)
{
    struct lease *l = lease_of_mac(&q->s->leases, q->m->chaddr);
    if (l && l->state == LEASE_OFFERED) {
        l->left = q->in->now;
        enter(q->s, l, LEASE_FREE, OTHER_CHOSEN, q->fx);
    }
}

/* The address is that client's, or nobody's who would miss it. */
static bool is_its(const struct lease *l, uint64_t mac)
{
    return l && l->mac == mac && l->state != LEASE_DECLINED;
}

static bool knows(const struct server *s, uint64_t mac)
{
    for (uint32_t i = 0; i < s->leases.count; i++) {
        if (s->leases.list[i].mac == mac) {
            return true;
        }
    }
    return false;
}

/* RFC 2131 4.3.2: from SELECTING (server named), from INIT-REBOOT (address asked for), or from
 * RENEWING and REBINDING (address held). */
static void requested(const struct question *q)
{
    const struct dhcp *m = q->m;
    uint32_t ip = m->ciaddr ? m->ciaddr : m->requested;
    struct lease *l = lease_of_ip(&q->s->leases, ip);
    if (m->server && m->server != q->own->ip) {
        let_go(q);
    } else if (is_its(l, m->chaddr)) {
        grant(q, l, m->ciaddr ? EXTEND : ACK);
    } else if (!is_in_network(q->own, ip)) {
        refuse(q, NAK_NETWORK, "wrong network");
    } else if (m->server || knows(q->s, m->chaddr) || (l && !lease_is_free(l))) {
        refuse(q, NAK_TAKEN, "address not available");
    } else if (q->s->authoritative) {
        refuse(q, NAK_UNKNOWN, "no lease known");
    } else {
        fx_note(q->fx, STRANGER); /* another server may know it */
    }
}

static void declined(const struct question *q)
{
    struct lease *l = lease_of_ip(&q->s->leases, q->m->requested);
    if (q->m->server == q->own->ip && is_its(l, q->m->chaddr)) {
        l->mac = 0;
        l->until = q->in->now + q->s->quarantine;
        q->s->declines++;
        enter(q->s, l, LEASE_DECLINED, DECLINED, q->fx);
    }
}

static void released(const struct question *q)
{
    struct lease *l = lease_of_ip(&q->s->leases, q->m->ciaddr);
    if (is_its(l, q->m->chaddr) && l->state == LEASE_BOUND) {
        l->left = q->in->now;
        enter(q->s, l, LEASE_RELEASED, GIVEN_BACK, q->fx);
    }
}

/* It has an address and wants the rest: no lease, no yiaddr (RFC 2131 4.3.5). */
static void informed(const struct question *q)
{
    struct dhcp reply = reply_to(q, DHCP_ACK);
    add_settings(q, &reply);
    send(q, &reply, TOLD);
}

static void hear(struct server *s, const struct input *in, struct fx *fx)
{
    struct dhcp m;
    if (dhcp_decode(in->head, &m) != DHCP_SOUND || m.is_reply || in->net.iface >= IFACES_MAX) {
        fx_drop(fx, DROP_MALFORMED, BAD);
        return;
    }
    struct question q = {s, &m, in, fx, &s->ifaces[in->net.iface]};
    switch (m.type) {
    case DHCP_DISCOVER: discover(&q); break;
    case DHCP_REQUEST: requested(&q); break;
    case DHCP_DECLINE: declined(&q); break;
    case DHCP_RELEASE: released(&q); break;
    case DHCP_INFORM: informed(&q); break;
    case DHCP_NONE:
    case DHCP_OFFER:
    case DHCP_ACK:
    case DHCP_NAK: fx_drop(fx, DROP_MALFORMED, BAD); break;
    }
}

/* An offer lapses, a lease is over, a quarantine ends. */
static void over(struct server *s, uint32_t slot, sim_time now, struct fx *fx)
{
    struct lease *l = slot < s->leases.count ? &s->leases.list[slot] : NULL;
    if (!l || l->until > now) {
        return;
    }
    l->left = now;
    switch (l->state) {
    case LEASE_OFFERED: enter(s, l, LEASE_FREE, OFFER_LAPSED, fx); break;
    case LEASE_DECLINED: enter(s, l, LEASE_FREE, USABLE, fx); break;
    case LEASE_BOUND:
        s->expired++;
        enter(s, l, LEASE_EXPIRED, LEASE_OVER, fx);
        break;
    case LEASE_FREE:
    case LEASE_EXPIRED:
    case LEASE_RELEASED: break;
    }
}

static void reserve(struct server *s, const struct node_neighbour *who)
{
    struct lease *l = lease_of_ip(&s->leases, who->ip);
    if (!l && s->leases.count < DHCP_POOL_MAX) {
        l = lease_add(&s->leases, who->ip);
    }
    if (l) {
        l->reserved = who->mac;
    }
}

static void server_step(void *self, const struct input *in, struct fx *fx)
{
    struct server *s = self;
    struct node_interface i;
    struct node_neighbour who;
    if (in->kind == IN_START) {
        make_pool(s);
    } else if (in->kind == IN_PACKET) {
        hear(s, in, fx);
    } else if (in->kind == IN_TIMER) {
        over(s, in->index, in->now, fx);
    } else if (in->kind == IN_REQUEST && in->code == NODE_INTERFACE) {
        memcpy(&i, in->head.data, sizeof i);
        if (i.iface < IFACES_MAX) {
            s->ifaces[i.iface] = i;
        }
    } else if (in->kind == IN_REQUEST && in->code == NODE_RESERVE) {
        memcpy(&who, in->head.data, sizeof who);
        reserve(s, &who);
    }
}

static const struct var vars[] = {{"offers", "", "server"},  {"acks", "", "server"},
                                  {"naks", "", "server"},    {"declined", "", "server"},
                                  {"expired", "", "server"}, {0}};

static void server_read(const void *self, int64_t *out)
{
    const struct server *s = self;
    out[0] = (int64_t)s->offers;
    out[1] = (int64_t)s->acks;
    out[2] = (int64_t)s->naks;
    out[3] = (int64_t)s->declines;
    out[4] = (int64_t)s->expired;
}

static void server_free(void *self)
{
    free(((struct server *)self)->leases.list);
}

#define SERVER(member) offsetof(struct server, member)
#define LEASE_LONGEST  (INT64_C(4294967294) * SIM_S)
static const struct param params[] = {
    {"pool", SERVER(pool), PARAM_POOL, .is_required = true, .initial = 0},
    {"lease", SERVER(lease), PARAM_TIME, .initial = 3600 * SIM_S, .min = SIM_S,
     .max = LEASE_LONGEST},
    {"max-lease", SERVER(max_lease), PARAM_TIME, .may_be_off = true, .initial = -1, .min = SIM_S,
     .max = LEASE_LONGEST},
    {"router", SERVER(router), PARAM_ADDRESSES, .initial = 0},
    {"dns", SERVER(dns), PARAM_ADDRESSES, .initial = 0},
    {"t1", SERVER(t1), PARAM_TIME, .may_be_off = true, .initial = -1, .min = SIM_S,
     .max = LEASE_LONGEST},
    {"t2", SERVER(t2), PARAM_TIME, .may_be_off = true, .initial = -1, .min = SIM_S,
     .max = LEASE_LONGEST},
    {"hold", SERVER(hold), PARAM_TIME, .initial = 60 * SIM_S, .min = SIM_S, .max = LEASE_LONGEST},
    {"quarantine", SERVER(quarantine), PARAM_TIME, .initial = 86400 * SIM_S, .min = SIM_S,
     .max = LEASE_LONGEST},
    {"authoritative", SERVER(authoritative), PARAM_SWITCH, .initial = 1, .max = 1},
    {0},
};

const struct actor_type dhcp_server_type = {
    .name = "dhcp-server",
    .proto = &dhcp_proto,
    .size = sizeof(struct server),
    .sets = (const struct set[]){{"lease", lease_states}, {0}},
    .timers = (const struct timer[]){{"lease", DHCP_POOL_MAX, false}, {0}},
    .reasons = reasons,
    .vars = vars,
    .params = params,
    .step = server_step,
    .read = server_read,
    .free = server_free,
};
