/* The DHCP client on its way to an address: DISCOVER, the choice among offers, REQUEST, the check
 * of what it was given; or the address that it remembers. */
#include "proto/dhcp/client.h"

#include <string.h>

#define DECLINE_WAIT (10 * SIM_S)    /* RFC 2131 3.1.5 */
#define WAIT_MIDDLE  (5500 * SIM_MS) /* RFC 2131 4.4.1: one to ten seconds */
#define WAIT_SPREAD  (4500 * SIM_MS)

void client_discover(struct client *c, unsigned why, const struct input *in, struct fx *fx)
{
    c->began = in->now;
    c->xid = client_new_xid(c, in);
    c->has_offer = false;
    struct dhcp m = client_message(c, DHCP_DISCOVER, in);
    m.requested = c->own.ip; /* what it had before, if it still knows it */
    client_enter(c, CLIENT_SELECTING, why, fx);
    client_send(c, &m, false, in, why, fx);
    client_arm_retry(c, in, fx);
}

void client_start_over(struct client *c, unsigned why, const struct input *in, struct fx *fx)
{
    client_stop_timers(fx);
    if (c->is_held) {
        client_tell_address(c, 0, false, fx);
    }
    c->is_held = false;
    c->own.ip = 0;
    c->server = 0;
    client_enter(c, CLIENT_INIT, why, fx);
    client_discover(c, DISCOVER, in, fx);
}

static void reboot(struct client *c, const struct input *in, struct fx *fx)
{
    c->began = in->now;
    c->xid = client_new_xid(c, in);
    client_enter(c, CLIENT_INIT_REBOOT, REMEMBERED, fx);
    client_enter(c, CLIENT_REBOOTING, REMEMBERED, fx);
    struct dhcp m = client_message(c, DHCP_REQUEST, in);
    m.requested = c->own.ip;
    client_send(c, &m, false, in, REMEMBERED, fx);
    client_arm_retry(c, in, fx);
}

void client_start(struct client *c, const struct input *in, struct fx *fx)
{
    if (c->state != CLIENT_INIT) {
        return; /* it is already at it */
    }
    memcpy(&c->own, in->head.data, sizeof c->own);
    fx_timer(fx, TIMER_WAIT, 0, SIM_NEVER);
    c->waits_to_begin = c->start_wait && !c->own.ip;
    if (c->own.ip) {
        reboot(c, in, fx);
    } else if (c->waits_to_begin) {
        fx_timer(fx, TIMER_WAIT, 0, in->now + WAIT_MIDDLE + client_fuzzy(c, WAIT_SPREAD, in));
    } else {
        client_discover(c, DISCOVER, in, fx);
    }
}

void client_choose(struct client *c, const struct input *in, struct fx *fx)
{
    struct dhcp m = client_message(c, DHCP_REQUEST, in);
    c->server = c->got.server;
    c->own.ip = c->got.yiaddr;
    m.requested = c->got.yiaddr;
    m.server = c->got.server;
    fx_timer(fx, TIMER_WAIT, 0, SIM_NEVER);
    client_enter(c, CLIENT_REQUESTING, CHOSEN, fx);
    client_send(c, &m, false, in, CHOSEN, fx);
    client_arm_retry(c, in, fx);
}

/* The address that it had, else the longer lease, else the first. */
static bool is_better(const struct client *c, const struct dhcp *offer)
{
    bool had_it = c->got.yiaddr == c->own.ip, has_it = offer->yiaddr == c->own.ip;
    return !c->has_offer || (c->own.ip && has_it != had_it ? has_it : offer->lease > c->got.lease);
}

void client_hear_offer(struct client *c, const struct dhcp *m, const struct input *in,
                       struct fx *fx)
{
    if (c->state != CLIENT_SELECTING) {
        fx_drop(fx, DROP_LATE, LATE_OFFER);
        return;
    }
    if (is_better(c, m)) {
        c->got = *m;
    }
    fx_note(fx, OFFERED);
    if (c->collect <= 0) {
        client_choose(c, in, fx);
    } else if (!c->has_offer) {
        fx_timer(fx, TIMER_RETRY, 0, SIM_NEVER);
        fx_timer(fx, TIMER_WAIT, 0, in->now + c->collect);
    }
    c->has_offer = true;
}
/* RFC 2131 3.1.5: the client should check the address first. It waits in its state. */
static void check(struct client *c, struct fx *fx)
{
    struct node_probe probe = {
        .wait = SIM_S, .count = (uint32_t)c->probes, .ip = c->got.yiaddr, .iface = c->own.iface};
    fx_timer(fx, TIMER_RETRY, 0, SIM_NEVER);
    fx_request(fx, c->arp, NODE_PROBE, bytes_of(&probe, sizeof probe), (struct span){0});
}

void client_hear_ack(struct client *c, const struct dhcp *m, const struct input *in, struct fx *fx)
{
    if (c->asks_only) {
        c->asks_only = false;
        fx_timer(fx, TIMER_RETRY, 0, SIM_NEVER);
        fx_note(fx, INFORMED);
        return;
    }
    bool first = c->state == CLIENT_REQUESTING || c->state == CLIENT_REBOOTING;
    if (!first && c->state != CLIENT_RENEWING && c->state != CLIENT_REBINDING) {
        fx_drop(fx, DROP_LATE, NOT_MINE);
        return;
    }
    c->got = *m;
    c->start = c->sent_at;
    if (first && c->probes > 0) {
        check(c, fx);
    } else {
        client_bind(c, first ? GRANTED : RENEWED, in, fx);
    }
}

static void decline(struct client *c, const struct input *in, struct fx *fx)
{
    struct dhcp m = client_message(c, DHCP_DECLINE, in);
    m.requested = c->got.yiaddr;
    m.server = c->got.server;
    client_stop_timers(fx);
    client_send(c, &m, false, in, IN_USE, fx);
    client_enter(c, CLIENT_INIT, IN_USE, fx);
    c->own.ip = 0;
    fx_timer(fx, TIMER_WAIT, 0, in->now + DECLINE_WAIT);
}

void client_probed(struct client *c, const struct input *in, struct fx *fx)
{
    struct node_neighbour answer;
    memcpy(&answer, in->head.data, sizeof answer);
    if (answer.ip != c->got.yiaddr ||
        (c->state != CLIENT_REQUESTING && c->state != CLIENT_REBOOTING)) {
        return;
    }
    if (answer.mac) {
        decline(c, in, fx);
    } else {
        client_bind(c, GRANTED, in, fx);
    }
}

void client_inform(struct client *c, const struct input *in, struct fx *fx)
{
    struct node_interface own;
    memcpy(&own, in->head.data, sizeof own);
    if (own.ip == 0 || (c->state != CLIENT_INIT && c->state != CLIENT_BOUND)) {
        return;
    }
    c->own.mac = own.mac;
    c->own.iface = own.iface;
    c->asks_only = true;
    c->began = in->now;
    c->xid = client_new_xid(c, in);
    struct dhcp m = client_message(c, DHCP_INFORM, in);
    m.ciaddr = own.ip;
    client_send(c, &m, c->server != 0, in, ASKED, fx);
    client_arm_retry(c, in, fx);
}
