/* The DHCP server's messages: what stands in them, and which way they go (RFC 2131 4.1, table 3).
 */
#include "proto/dhcp/server.h"

#include <string.h>

/* RFC 2131 4.1: back through the relay; else to the address that the client has; else as the
 * client can hear it. A NAK to a client on this LAN is always broadcast (4.3.2). */
static struct net way_back(const struct question *q, const struct dhcp *reply)
{
    struct net net = {.from = {q->own->ip, DHCP_SERVER_PORT},
                      .to = {IP_BROADCAST, DHCP_CLIENT_PORT},
                      .iface = q->own->iface};
    if (q->m->type == DHCP_INFORM) {
        net.to.ip = q->m->ciaddr; /* 4.3.5: it can be reached, relay or not */
    } else if (q->m->giaddr) {
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

/* A relay sends a NAK on by broadcast: the client may have no address that it could be sent to. */
static struct dhcp reply_to(const struct question *q, enum dhcp_type type)
{
    bool is_relayed_nak = type == DHCP_NAK && q->m->giaddr;
    return (struct dhcp){.is_reply = true,
                         .type = type,
                         .xid = q->m->xid,
                         .wants_broadcast = q->m->wants_broadcast || is_relayed_nak,
                         .giaddr = q->m->giaddr,
                         .chaddr = q->m->chaddr,
                         .ciaddr = type == DHCP_ACK ? q->m->ciaddr : 0,
                         .server = q->own->ip,
                         .size = q->m->size,
                         .relay = q->m->relay};
}

static void send(const struct question *q, const struct dhcp *reply, unsigned why)
{
    struct buf head = {0};
    struct net net = way_back(q, reply);
    dhcp_encode(reply, DHCP_SERVER_PORT, net.to.port, &head);
    fx_send(q->fx, &net, bytes_of(head.data, head.len), (struct span){0}, (struct unit){0}, why);
    buf_free(&head);
}

sim_time server_grants(const struct server *s, const struct dhcp *m)
{
    sim_time wanted = m->has_lease ? m->lease * SIM_S : s->lease;
    sim_time most = s->max_lease > 0 ? s->max_lease : s->lease;
    return wanted < most ? wanted : most;
}

/* Who names nothing in option 55 gets all that there is. */
static bool is_asked_for(const struct dhcp *m, enum dhcp_code code)
{
    return m->params.len == 0 || memchr(m->params.data, (int)code, m->params.len) != NULL;
}

static void put_text(const struct question *q, enum dhcp_code code, int64_t param,
                     struct dhcp_text *out)
{
    const char *text = param_text(param);
    size_t len = strlen(text);
    if (is_asked_for(q->m, code) && len <= sizeof out->data) {
        memcpy(out->data, text, len);
        out->len = (uint16_t)len;
    }
}

static void add_settings(const struct question *q, struct dhcp *reply)
{
    const struct server *s = q->s;
    reply->mask = subnet_mask(q->home.prefix);
    if (is_asked_for(q->m, DHCP_OPT_ROUTER)) {
        reply->router[0] = q->router;
    }
    if (is_asked_for(q->m, DHCP_OPT_DNS)) {
        reply->dns[0] = (uint32_t)((uint64_t)s->dns >> 32);
        reply->dns[1] = (uint32_t)s->dns;
    }
    if (s->broadcast && is_asked_for(q->m, DHCP_OPT_BROADCAST)) {
        reply->broadcast = q->home.network | ~reply->mask;
    }
    put_text(q, DHCP_OPT_DOMAIN, s->domain, &reply->domain);
    put_text(q, DHCP_OPT_VENDOR, s->vendor, &reply->vendor);
}

void server_give(const struct question *q, const struct lease *l, enum dhcp_type type, unsigned why)
{
    struct dhcp reply = reply_to(q, type);
    reply.yiaddr = l->ip;
    reply.has_lease = true;
    reply.lease = (uint32_t)(server_grants(q->s, q->m) / SIM_S);
    reply.t1 = q->s->t1 > 0 ? (uint32_t)(q->s->t1 / SIM_S) : 0;
    reply.t2 = q->s->t2 > 0 ? (uint32_t)(q->s->t2 / SIM_S) : 0;
    add_settings(q, &reply);
    send(q, &reply, why);
}

void server_refuse(const struct question *q, unsigned why, const char *words)
{
    struct dhcp reply = reply_to(q, DHCP_NAK);
    size_t len = strlen(words);
    memcpy(reply.message.data, words, len);
    reply.message.len = (uint16_t)len;
    q->s->naks++;
    send(q, &reply, why);
}

/* No lease, no yiaddr (RFC 2131 4.3.5). */
void server_tell(const struct question *q)
{
    struct dhcp reply = reply_to(q, DHCP_ACK);
    add_settings(q, &reply);
    send(q, &reply, TOLD);
}
