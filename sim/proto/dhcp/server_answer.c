/* What the DHCP server makes of a message (RFC 2131 4.3). It counts a lease from its own ACK, which
 * is later than the REQUEST from which the client counts. */
#include "proto/dhcp/server.h"

const struct reason server_reasons[] = {
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
    [RESTORED] = {"dhcp.restored", "RFC 2131 2.1"},
    [NO_SUBNET] = {"dhcp.no-subnet", "RFC 2131 4.3.1"},
    [CHECKING] = {"dhcp.checking", "RFC 2131 3.1"},
    [ANSWERED] = {"dhcp.ping-answered", "RFC 2131 3.1"},
    {0},
};

void server_offer(const struct question *q, struct lease *l)
{
    if (l->state != LEASE_BOUND) {
        l->until = q->in->now + q->s->hold;
        server_enter(q->s, l, LEASE_OFFERED, OFFER, q->fx);
    }
    q->s->offers++;
    server_give(q, l, DHCP_OFFER, OFFER);
}

/* What is offered or bound to the client already was checked before. */
void server_discover(const struct question *q)
{
    struct lease *l = lease_choose(&q->s->leases, q->client, q->m->requested, &q->home);
    if (!l) {
        fx_note(q->fx, POOL_EMPTY);
    } else if (server_is_checking(q->s, l->ip)) {
        return; /* the offer follows */
    } else if (q->s->pinger && lease_is_free(l)) {
        l->who = q->client.who;
        server_check(q, l);
    } else {
        l->who = q->client.who;
        server_offer(q, l);
    }
}

static void grant(const struct question *q, struct lease *l, unsigned why)
{
    l->who = q->client.who;
    l->until = q->in->now + server_grants(q->s, q->m);
    server_enter(q->s, l, LEASE_BOUND, why, q->fx);
    q->s->acks++;
    server_give(q, l, DHCP_ACK, why);
}

/* It chose another server's offer: ours is free again. */
static void let_go(const struct question *q)
{
    struct lease *l = lease_of(&q->s->leases, q->client.who, &q->home);
    if (l && l->state == LEASE_OFFERED) {
        l->left = q->in->now;
        server_enter(q->s, l, LEASE_FREE, OTHER_CHOSEN, q->fx);
    }
}

/* The address stands in the books under that client, or is kept for it alone. */
static bool is_its(const struct lease *l, struct holder client)
{
    bool is_kept = l && l->reserved && l->reserved == client.mac && lease_is_free(l);
    return l && (l->who == client.who || is_kept) && l->state != LEASE_DECLINED;
}

static bool knows(const struct server *s, uint64_t who)
{
    for (uint32_t i = 0; i < s->leases.count; i++) {
        if (s->leases.list[i].who == who) {
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
    } else if (!subnet_holds(&q->home, ip)) {
        server_refuse(q, NAK_NETWORK, "wrong network");
    } else if (is_its(l, q->client)) {
        grant(q, l, m->ciaddr ? EXTEND : ACK);
    } else if (m->server || knows(q->s, q->client.who) || (l && !lease_is_free(l))) {
        server_refuse(q, NAK_TAKEN, "address not available");
    } else if (q->s->authoritative) {
        server_refuse(q, NAK_UNKNOWN, "no lease known");
    } else {
        fx_note(q->fx, STRANGER); /* another server may know it */
    }
}

static void declined(const struct question *q)
{
    struct lease *l = lease_of_ip(&q->s->leases, q->m->requested);
    if (q->m->server == q->own->ip && is_its(l, q->client)) {
        l->who = 0;
        l->until = q->in->now + q->s->quarantine;
        q->s->declines++;
        server_enter(q->s, l, LEASE_DECLINED, DECLINED, q->fx);
    }
}

static void released(const struct question *q)
{
    struct lease *l = lease_of_ip(&q->s->leases, q->m->ciaddr);
    if (is_its(l, q->client) && l->state == LEASE_BOUND) {
        l->left = q->in->now;
        server_enter(q->s, l, LEASE_RELEASED, GIVEN_BACK, q->fx);
    }
}

/* The network of the relay that passed it on; of a client that writes itself, that of the address
 * that it writes from; else that of the interface. False: a network that nobody told about. */
static bool find_home(struct question *q)
{
    const struct server *s = q->s;
    uint32_t ip = q->m->giaddr ? q->m->giaddr : q->in->net.from.ip;
    q->home = (struct subnet){q->own->ip, q->own->prefix};
    q->router = (uint32_t)((uint64_t)s->router >> 32);
    if (ip == 0 || subnet_holds(&q->home, ip)) {
        return true;
    }
    for (uint32_t i = 0; i < s->subnet_count; i++) {
        struct subnet n = {s->subnets[i].network, s->subnets[i].prefix};
        if (subnet_holds(&n, ip)) {
            q->home = n;
            q->router = s->subnets[i].router;
            return true;
        }
    }
    return q->m->giaddr == 0;
}

static void answer(const struct question *q)
{
    switch (q->m->type) {
    case DHCP_DISCOVER: server_discover(q); break;
    case DHCP_REQUEST: requested(q); break;
    case DHCP_DECLINE: declined(q); break;
    case DHCP_RELEASE: released(q); break;
    case DHCP_INFORM: server_tell(q); break;
    case DHCP_NONE:
    case DHCP_OFFER:
    case DHCP_ACK:
    case DHCP_NAK: fx_drop(q->fx, DROP_MALFORMED, BAD); break;
    }
}

bool server_question(struct server *s, const struct dhcp *m, const struct input *in, struct fx *fx,
                     struct question *out)
{
    *out = (struct question){.s = s,
                             .m = m,
                             .in = in,
                             .fx = fx,
                             .own = &s->ifaces[in->net.iface],
                             .client = lease_holder(m)};
    return find_home(out);
}

void server_hear(struct server *s, const struct input *in, struct fx *fx)
{
    struct dhcp m;
    struct question q;
    if (dhcp_decode(in->head, &m) != DHCP_SOUND || m.is_reply || in->net.iface >= SERVER_IFACES) {
        fx_drop(fx, DROP_MALFORMED, BAD);
    } else if (server_question(s, &m, in, fx, &q)) {
        answer(&q);
    } else {
        fx_note(fx, NO_SUBNET);
    }
}
