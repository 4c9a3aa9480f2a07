/* The DHCP client and its lease: T1, T2 and the end count from the sending of the REQUEST that was
 * answered (RFC 2131 4.4.1), so the client never believes in it longer than the server. */
#include "proto/dhcp/client.h"

void client_stop_timers(struct fx *fx)
{
    for (unsigned t = TIMER_RETRY; t <= TIMER_WAIT; t++) {
        fx_timer(fx, t, 0, SIM_NEVER);
    }
}

void client_tell_address(const struct client *c, uint32_t ip, bool is_new, struct fx *fx)
{
    struct node_interface own = c->own;
    struct node_neighbour gateway = {.ip = ip ? c->got.router[0] : 0, .iface = own.iface};
    own.ip = ip;
    own.prefix = ip ? c->prefix : 0;
    own.is_new = is_new;
    fx_indicate(fx, 0, NODE_ADDRESS, bytes_of(&own, sizeof own), (struct span){0});
    if (gateway.ip) {
        fx_indicate(fx, 0, NODE_GATEWAY, bytes_of(&gateway, sizeof gateway), (struct span){0});
    }
}

static uint8_t prefix_of(uint32_t mask)
{
    uint8_t prefix = 0;
    for (; prefix < 32 && mask & 0x80000000u; mask <<= 1) {
        prefix++;
    }
    return prefix;
}

/* A server that tells no mask means that of the address's class (RFC 950 2.1). */
static uint8_t prefix_of_class(uint32_t ip)
{
    return ip < 0x80000000u ? 8 : ip < 0xc0000000u ? 16 : 24;
}

/* A lease may be over when its ACK comes: it is shorter than the way, or than the probes before it.
 */
static void arm(unsigned timer, sim_time at, const struct input *in, struct fx *fx)
{
    fx_timer(fx, timer, 0, at > in->now ? at : in->now);
}

/* T1 and T2 as given, else by rule; each counts from the REQUEST. */
static void arm_lease(struct client *c, const struct dhcp *m, const struct input *in, struct fx *fx)
{
    sim_time t1 = m->t1 ? m->t1 * SIM_S : dhcp_default_t1(c->lease);
    sim_time t2 = m->t2 ? m->t2 * SIM_S : dhcp_default_t2(c->lease);
    c->t2_at = SIM_NEVER;
    if (m->lease == UINT32_MAX) { /* for ever (RFC 2131 3.3) */
        return;
    }
    if (t1 > t2) {
        fx_note(fx, T1_AFTER_T2);
    }
    if (c->timer_fuzz > 0) {
        t1 += client_fuzzy(c, c->timer_fuzz, in);
        t2 += client_fuzzy(c, c->timer_fuzz, in);
    }
    c->t2_at = time_add(c->start, t2 > 0 ? t2 : 0);
    arm(TIMER_T1, time_add(c->start, t1 > 0 ? t1 : 0), in, fx);
    arm(TIMER_T2, c->t2_at, in, fx);
    arm(TIMER_EXPIRY, time_add(c->start, c->lease), in, fx);
}

void client_bind(struct client *c, unsigned why, const struct input *in, struct fx *fx)
{
    const struct dhcp *m = &c->got;
    bool is_new = !c->is_held || c->own.ip != m->yiaddr;
    client_stop_timers(fx);
    c->own.ip = m->yiaddr;
    c->server = m->server ? m->server : c->server;
    c->prefix = m->mask ? prefix_of(m->mask) : prefix_of_class(m->yiaddr);
    c->lease = m->lease * SIM_S;
    c->is_held = true;
    client_enter(c, CLIENT_BOUND, why, fx);
    client_tell_address(c, c->own.ip, is_new, fx);
    arm_lease(c, m, in, fx);
}

/* REQUEST to extend the lease: the address stands in ciaddr (RFC 2131 4.3.6). */
static void ask_again(struct client *c, bool to_server, unsigned why, sim_time deadline,
                      const struct input *in, struct fx *fx)
{
    c->xid = client_new_xid(c, in);
    c->began = in->now;
    struct dhcp m = client_message(c, DHCP_REQUEST, in);
    m.ciaddr = c->own.ip;
    client_send(c, &m, to_server, in, why, fx);
    fx_timer(fx, TIMER_RETRY, 0, dhcp_next_renewal(in->now, deadline));
}

void client_renew(struct client *c, const struct input *in, struct fx *fx)
{
    if (c->state != CLIENT_BOUND) {
        return;
    }
    client_enter(c, CLIENT_RENEWING, RENEW, fx);
    ask_again(c, true, RENEW, c->t2_at, in, fx);
}

void client_rebind(struct client *c, const struct input *in, struct fx *fx)
{
    if (c->state != CLIENT_RENEWING && c->state != CLIENT_BOUND) {
        return;
    }
    client_enter(c, CLIENT_REBINDING, REBIND, fx);
    ask_again(c, false, REBIND, time_add(c->start, c->lease), in, fx);
}

void client_release(struct client *c, const struct input *in, struct fx *fx)
{
    if (c->state != CLIENT_BOUND && c->state != CLIENT_RENEWING && c->state != CLIENT_REBINDING) {
        return;
    }
    if (c->state != CLIENT_BOUND) {
        client_enter(c, CLIENT_BOUND, RELEASED, fx);
    }
    c->xid = client_new_xid(c, in);
    struct dhcp m = client_message(c, DHCP_RELEASE, in);
    m.ciaddr = c->own.ip;
    m.server = c->server;
    client_stop_timers(fx);
    client_send(c, &m, true, in, RELEASED, fx);
    client_enter(c, CLIENT_INIT, RELEASED, fx);
    client_tell_address(c, 0, false, fx);
    c->is_held = false;
    c->own.ip = 0;
}
