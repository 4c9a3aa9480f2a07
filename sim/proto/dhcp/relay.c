/* The relay agent of a router (RFC 1542 4, RFC 2131 2, RFC 3046): broadcasts do not pass a router,
 * so it sends the clients' messages on to the servers, with the address of the interface by which a
 * server sees the network that the client is in, and the answers back. It keeps no state. */
#include "proto/dhcp/dhcp.h"

#include "actor/fx.h"
#include "actor/node_call.h"
#include "wire/eth.h"

#include <string.h>

#define IFACES_MAX 32u

enum why { NO_REASON, TO_SERVER, TO_CLIENT, TOO_MANY_HOPS, NOT_OURS, BAD, UNTRUSTED };
static const struct reason reasons[] = {
    [NO_REASON] = {0},
    [TO_SERVER] = {"dhcp.relay-up", "RFC 1542 4.1.1"},
    [TO_CLIENT] = {"dhcp.relay-down", "RFC 1542 4.1.2"},
    [TOO_MANY_HOPS] = {"dhcp.relay-hops", "RFC 1542 4.1.1"},
    [NOT_OURS] = {"dhcp.relay-not-ours", "RFC 1542 4.1.2"},
    [BAD] = {"dhcp.malformed", "RFC 2131 2"},
    [UNTRUSTED] = {"dhcp.relay-untrusted", "RFC 3046 2.1"},
    {0},
};

struct relay {
    int64_t servers, option_82, hops_max; /* params */
    struct node_interface ifaces[IFACES_MAX];
    uint64_t up, down;
};

/* Sub-options 1 (circuit: the interface) and 2 (remote: the client's station) of RFC 3046. */
static size_t write_info(const struct dhcp *m, uint16_t iface, uint8_t out[16])
{
    out[0] = 1;
    out[1] = 4;
    memcpy(out + 2, "eth", 3);
    out[5] = (uint8_t)('0' + iface % 10);
    out[6] = 2;
    out[7] = 6;
    mac_put(out + 8, m->chaddr);
    return 14;
}

static void send_up(const struct relay *r, const struct dhcp_relaying *how, uint32_t server,
                    const struct input *in, struct fx *fx)
{
    struct buf head = {0};
    struct net net = {.from = {r->ifaces[in->net.iface].ip, DHCP_SERVER_PORT},
                      .to = {server, DHCP_SERVER_PORT}};
    dhcp_relay(in->head, how, &head);
    fx_send(fx, &net, bytes_of(head.data, head.len), (struct span){0}, (struct unit){0}, TO_SERVER);
    buf_free(&head);
}

/* The first relay writes its address; a later one leaves it, since the answer goes to the first. */
static void up(struct relay *r, const struct dhcp *m, const struct input *in, struct fx *fx)
{
    uint8_t info[16];
    struct dhcp_relaying how = {.hops = (uint8_t)(m->hops + 1),
                                .giaddr = m->giaddr ? m->giaddr : r->ifaces[in->net.iface].ip,
                                .to_port = DHCP_SERVER_PORT,
                                .info = bytes_of(m->relay.data, m->relay.len)};
    if (m->hops >= r->hops_max) {
        fx_drop(fx, DROP_POLICY, TOO_MANY_HOPS);
        return;
    }
    if (m->giaddr == 0 && m->relay.len > 0) {
        fx_drop(fx, DROP_POLICY, UNTRUSTED); /* a client cannot know what only relays add */
        return;
    }
    if (m->giaddr == 0 && r->option_82) {
        how.info = bytes_of(info, write_info(m, in->net.iface, info));
    }
    r->up++;
    send_up(r, &how, (uint32_t)((uint64_t)r->servers >> 32), in, fx);
    if ((uint32_t)r->servers) {
        send_up(r, &how, (uint32_t)r->servers, in, fx);
    }
}

static const struct node_interface *own_interface(const struct relay *r, uint32_t ip)
{
    for (uint32_t i = 0; ip && i < IFACES_MAX; i++) {
        if (r->ifaces[i].ip == ip) {
            return &r->ifaces[i];
        }
    }
    return NULL;
}

static void down(struct relay *r, const struct dhcp *m, const struct input *in, struct fx *fx)
{
    const struct node_interface *own = own_interface(r, m->giaddr);
    if (!own) {
        fx_drop(fx, DROP_POLICY, NOT_OURS);
        return;
    }
    struct buf head = {0};
    struct dhcp_relaying how = {.hops = m->hops, .giaddr = m->giaddr, .to_port = DHCP_CLIENT_PORT};
    bool is_for_all = m->wants_broadcast || m->yiaddr == 0;
    struct net net = {.from = {own->ip, DHCP_SERVER_PORT},
                      .to = {is_for_all ? IP_BROADCAST : m->yiaddr, DHCP_CLIENT_PORT},
                      .iface = own->iface,
                      .mac = is_for_all ? MAC_BROADCAST : m->chaddr};
    dhcp_relay(in->head, &how, &head);
    r->down++;
    fx_send(fx, &net, bytes_of(head.data, head.len), (struct span){0}, (struct unit){0}, TO_CLIENT);
    buf_free(&head);
}

static void hear(struct relay *r, const struct input *in, struct fx *fx)
{
    struct dhcp m;
    if (dhcp_decode(in->head, &m) != DHCP_SOUND || in->net.iface >= IFACES_MAX) {
        fx_drop(fx, DROP_MALFORMED, BAD);
    } else if (m.is_reply) {
        down(r, &m, in, fx);
    } else {
        up(r, &m, in, fx);
    }
}

static void relay_step(void *self, const struct input *in, struct fx *fx)
{
    struct relay *r = self;
    struct node_interface i;
    if (in->kind == IN_PACKET) {
        hear(r, in, fx);
    } else if (in->kind == IN_REQUEST && in->code == NODE_INTERFACE) {
        memcpy(&i, in->head.data, sizeof i);
        if (i.iface < IFACES_MAX) {
            r->ifaces[i.iface] = i;
        }
    }
}

static const struct var vars[] = {{"relayed.up", "", "relay"}, {"relayed.down", "", "relay"}, {0}};

static void relay_read(const void *self, int64_t *out)
{
    const struct relay *r = self;
    out[0] = (int64_t)r->up;
    out[1] = (int64_t)r->down;
}

static const struct param params[] = {
    {"server", offsetof(struct relay, servers), PARAM_ADDRESSES, .is_required = true},
    {"option-82", offsetof(struct relay, option_82), PARAM_SWITCH, .initial = 0, .max = 1},
    {"hops", offsetof(struct relay, hops_max), PARAM_COUNT, .initial = 4, .min = 1, .max = 16},
    {0},
};

const struct actor_type dhcp_relay_type = {
    .name = "dhcp-relay",
    .proto = &dhcp_proto,
    .size = sizeof(struct relay),
    .reasons = reasons,
    .vars = vars,
    .params = params,
    .step = relay_step,
    .read = relay_read,
};
