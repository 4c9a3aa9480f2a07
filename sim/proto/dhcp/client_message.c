/* What the DHCP client says, and when it says it again. */
#include "proto/dhcp/client.h"

#include "wire/eth.h"

#include <assert.h>
#include <string.h>

#define FUZZ SIM_S

static uint16_t seconds_since(sim_time began, sim_time now)
{
    sim_time seconds = (now - began) / SIM_S;
    return seconds > UINT16_MAX ? UINT16_MAX : (uint16_t)seconds;
}

static void put_text(int64_t param, struct dhcp_text *out, uint16_t at)
{
    const char *text = param_text(param);
    size_t len = strlen(text);
    assert(at + len <= sizeof out->data);
    memcpy(out->data + at, text, len);
    out->len = (uint16_t)(at + len);
}

/* Vendor data (the last wanted) means something only to a class of clients (RFC 2132 8.4). */
struct dhcp client_message(struct client *c, enum dhcp_type type, const struct input *in)
{
    static const uint8_t wanted[] = {DHCP_OPT_MASK,   DHCP_OPT_ROUTER,    DHCP_OPT_DNS,
                                     DHCP_OPT_DOMAIN, DHCP_OPT_BROADCAST, DHCP_OPT_VENDOR};
    struct dhcp m = {.type = type,
                     .xid = c->xid,
                     .secs = seconds_since(c->began, in->now),
                     .wants_broadcast = c->broadcast != 0,
                     .chaddr = c->own.mac,
                     .client_id = {.len = 7, .data = {1}}};
    mac_put(m.client_id.data + 1, c->own.mac);
    if (c->client_id) { /* RFC 2132 9.14: type 0, no hardware address */
        m.client_id.data[0] = 0;
        put_text(c->client_id, &m.client_id, 1);
    }
    if (type == DHCP_DECLINE || type == DHCP_RELEASE) {
        return m;
    }
    m.params.len = sizeof wanted - (c->class_id == 0);
    memcpy(m.params.data, wanted, m.params.len);
    m.has_lease = c->lease_wanted > 0 && type != DHCP_INFORM;
    m.lease = m.has_lease ? (uint32_t)(c->lease_wanted / SIM_S) : 0;
    m.size = c->size > 0 ? (uint16_t)c->size : 0;
    put_text(c->host_name, &m.host, 0);
    put_text(c->class_id, &m.class_id, 0);
    put_text(c->vendor, &m.vendor, 0);
    return m;
}

void client_transmit(struct client *c, const struct input *in, unsigned why, struct fx *fx)
{
    struct buf head = {0};
    struct net net = {.from = {c->is_held ? c->own.ip : 0, DHCP_CLIENT_PORT},
                      .to = {c->to_server ? c->server : IP_BROADCAST, DHCP_SERVER_PORT},
                      .iface = c->own.iface};
    struct unit unit = {.at = c->units, .n = 1};
    c->out.secs = seconds_since(c->began, in->now);
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

sim_time client_fuzzy(struct client *c, sim_time by, const struct input *in)
{
    uint64_t drawn = draw_below(draw(in->dice, DRAW_BACKOFF, c->draws++), 2 * (uint64_t)by + 1);
    return (sim_time)drawn - by;
}

void client_arm_retry(struct client *c, const struct input *in, struct fx *fx)
{
    sim_time wait = dhcp_backoff(c->waits++);
    if (c->fuzz) {
        wait += client_fuzzy(c, FUZZ, in);
    }
    fx_timer(fx, TIMER_RETRY, 0, in->now + wait);
}
