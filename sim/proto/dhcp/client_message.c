/* What the DHCP client says, and when it says it again. */
#include "proto/dhcp/client.h"

#include "wire/eth.h"

#include <string.h>

#define FUZZ SIM_S

/* A message of this client; the caller adds what its kind needs. */
struct dhcp client_message(struct client *c, enum dhcp_type type, const struct input *in)
{
    static const uint8_t wanted[] = {DHCP_OPT_MASK, DHCP_OPT_ROUTER, DHCP_OPT_DNS, DHCP_OPT_DOMAIN,
                                     DHCP_OPT_BROADCAST};
    struct dhcp m = {.type = type,
                     .xid = c->xid,
                     .secs = (uint16_t)((in->now - c->began) / SIM_S),
                     .wants_broadcast = c->broadcast != 0,
                     .chaddr = c->own.mac,
                     .client_id = {.len = 7, .data = {1}}};
    mac_put(m.client_id.data + 1, c->own.mac);
    if (type != DHCP_DECLINE && type != DHCP_RELEASE) {
        m.params.len = sizeof wanted;
        memcpy(m.params.data, wanted, sizeof wanted);
        m.has_lease = c->lease_wanted > 0 && type != DHCP_INFORM;
        m.lease = m.has_lease ? (uint32_t)(c->lease_wanted / SIM_S) : 0;
    }
    return m;
}

void client_transmit(struct client *c, const struct input *in, unsigned why, struct fx *fx)
{
    struct buf head = {0};
    struct net net = {.from = {c->is_held ? c->own.ip : 0, DHCP_CLIENT_PORT},
                      .to = {c->to_server ? c->server : IP_BROADCAST, DHCP_SERVER_PORT},
                      .iface = c->own.iface};
    struct unit unit = {.at = c->units, .n = 1};
    c->out.secs = (uint16_t)((in->now - c->began) / SIM_S);
    dhcp_encode(&c->out, DHCP_CLIENT_PORT, DHCP_SERVER_PORT, &head);
    fx_send(fx, &net, bytes_of(head.data, head.len), (struct span){0}, unit, why);
    buf_free(&head);
    c->sent_at = in->now;
}

void client_send(struct client *c, const struct dhcp *m, bool to_server, const struct input *in,
                 unsigned why, struct fx *fx)
{
    c->out = *m;
    c->to_server = to_server;
    c->units++;
    c->waits = 0;
    client_transmit(c, in, why, fx);
}

uint32_t client_new_xid(struct client *c, const struct input *in)
{
    return (uint32_t)draw(in->dice, DRAW_XID, c->draws++);
}

void client_arm_retry(struct client *c, const struct input *in, struct fx *fx)
{
    sim_time wait = dhcp_backoff(c->waits++);
    if (c->fuzz) {
        uint64_t drawn = draw_below(draw(in->dice, DRAW_BACKOFF, c->draws++), 2 * FUZZ + 1);
        wait += (sim_time)drawn - FUZZ;
    }
    fx_timer(fx, TIMER_RETRY, 0, in->now + wait);
}
