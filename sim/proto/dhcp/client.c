/* The DHCP client: figure 5 of RFC 2131, an arrow a function. A lease counts from the sending of
 * the REQUEST that was answered (4.4.1), so the client never believes in it longer than the server.
 */
#include "proto/dhcp/dhcp.h"

#include "actor/fx.h"
#include "actor/node_call.h"
#include "wire/eth.h"

#include <assert.h>
#include <string.h>

#define REQUEST_WAITS 4u           /* RFC 2131 3.1.5: 4 + 8 + 16 + 32 s, then from the beginning */
#define DECLINE_WAIT  (10 * SIM_S) /* RFC 2131 3.1.5 */
#define FUZZ          SIM_S

enum timers { TIMER_RETRY, TIMER_T1, TIMER_T2, TIMER_EXPIRY, TIMER_WAIT };
enum why {
    NO_REASON,
    DISCOVER,
    AGAIN,
    OFFERED,
    CHOSEN,
    GRANTED,
    IN_USE,
    RENEW,
    RENEWED,
    REBIND,
    EXPIRED,
    REFUSED,
    REMEMBERED,
    RELEASED,
    ASKED,
    INFORMED,
    TOO_SILENT,
    LATE_OFFER,
    NOT_MINE,
    T1_AFTER_T2,
    AFTER_DECLINE,
};
static const struct reason reasons[] = {
    [NO_REASON] = {0},
    [DISCOVER] = {"dhcp.discover", "RFC 2131 4.4.1"},
    [AGAIN] = {"dhcp.again", "RFC 2131 4.1"},
    [OFFERED] = {"dhcp.offered", "RFC 2131 4.4.1"},
    [CHOSEN] = {"dhcp.chosen", "RFC 2131 4.4.1"},
    [GRANTED] = {"dhcp.granted", "RFC 2131 4.4.1"},
    [IN_USE] = {"dhcp.in-use", "RFC 2131 3.1.5"},
    [RENEW] = {"dhcp.renew", "RFC 2131 4.4.5"},
    [RENEWED] = {"dhcp.renewed", "RFC 2131 4.4.5"},
    [REBIND] = {"dhcp.rebind", "RFC 2131 4.4.5"},
    [EXPIRED] = {"dhcp.expired", "RFC 2131 4.4.5"},
    [REFUSED] = {"dhcp.refused", "RFC 2131 3.1.4"},
    [REMEMBERED] = {"dhcp.remembered", "RFC 2131 4.4.2"},
    [RELEASED] = {"dhcp.released", "RFC 2131 4.4.6"},
    [ASKED] = {"dhcp.asked", "RFC 2131 4.4.3"},
    [INFORMED] = {"dhcp.informed", "RFC 2131 4.4.3"},
    [TOO_SILENT] = {"dhcp.too-silent", "RFC 2131 3.1.5"},
    [LATE_OFFER] = {"dhcp.late-offer", "RFC 2131 3.1.4"},
    [NOT_MINE] = {"dhcp.not-mine", "RFC 2131 4.4.1"},
    [T1_AFTER_T2] = {"dhcp.t1-after-t2", "RFC 2131 4.4.5"},
    [AFTER_DECLINE] = {"dhcp.after-decline", "RFC 2131 3.1.5"},
    {0},
};

struct client {
    int64_t fuzz, broadcast, lease_wanted, probes, collect; /* params */

    enum dhcp_client_state state;
    struct node_interface own; /* its hardware; ip is the address asked for or held, 0: none */
    uint32_t arp;
    bool is_held; /* the node has the address */
    uint32_t xid;
    sim_time began;   /* secs counts from here */
    sim_time sent_at; /* the last transmission */
    unsigned waits;   /* of the message that is being repeated */
    unsigned draws;   /* so far, for xid and fuzz */
    uint64_t units;   /* different messages so far */
    struct dhcp out;  /* what was sent last, for its repetitions */
    bool to_server;   /* it went to the server alone */
    struct dhcp got;  /* the best offer, or the ACK that is being checked */
    bool has_offer;
    uint32_t server;
    uint8_t prefix;
    sim_time start, lease; /* of the lease held */
    bool asks_only;        /* an INFORM waits for its answer */
};

static const char *const states[] = {"INIT",      "SELECTING",   "REQUESTING", "BOUND", "RENEWING",
                                     "REBINDING", "INIT-REBOOT", "REBOOTING",  NULL};

static const struct machine_edge edges[] = {
    {CLIENT_INIT, CLIENT_SELECTING, "dhcp.edge.discover"},
    {CLIENT_SELECTING, CLIENT_REQUESTING, "dhcp.edge.request"},
    {CLIENT_REQUESTING, CLIENT_BOUND, "dhcp.edge.ack"},
    {CLIENT_REQUESTING, CLIENT_INIT, "dhcp.edge.nak"},
    {CLIENT_BOUND, CLIENT_RENEWING, "dhcp.edge.t1"},
    {CLIENT_RENEWING, CLIENT_BOUND, "dhcp.edge.ack"},
    {CLIENT_RENEWING, CLIENT_REBINDING, "dhcp.edge.t2"},
    {CLIENT_RENEWING, CLIENT_INIT, "dhcp.edge.nak"},
    {CLIENT_REBINDING, CLIENT_BOUND, "dhcp.edge.ack"},
    {CLIENT_REBINDING, CLIENT_INIT, "dhcp.edge.expired"},
    {CLIENT_INIT, CLIENT_INIT_REBOOT, "dhcp.edge.remembered"},
    {CLIENT_INIT_REBOOT, CLIENT_REBOOTING, "dhcp.edge.request"},
    {CLIENT_REBOOTING, CLIENT_BOUND, "dhcp.edge.ack"},
    {CLIENT_REBOOTING, CLIENT_INIT, "dhcp.edge.nak"},
    {CLIENT_BOUND, CLIENT_INIT, "dhcp.edge.release"},
    {CLIENT_SELECTING, CLIENT_INIT, "dhcp.edge.release"},
    {CLIENT_BOUND, CLIENT_REBINDING, "dhcp.edge.t2"},
    {-1, -1, NULL},
};
static const struct machine machines[] = {{"lease", states, edges}, {0}};

static void enter(struct client *c, enum dhcp_client_state to, unsigned why, struct fx *fx)
{
    if (c->state != to) {
        assert(edge_allowed(machines, c->state, to));
        fx_state(fx, 0, c->state, to, why);
        c->state = to;
    }
}

static void stop_all(struct fx *fx)
{
    for (unsigned t = TIMER_RETRY; t <= TIMER_WAIT; t++) {
        fx_timer(fx, t, 0, SIM_NEVER);
    }
}

static void tell_address(const struct client *c, uint32_t ip, bool is_new, struct fx *fx)
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

/* A message of this client; the caller adds what its kind needs. */
static struct dhcp message(struct client *c, enum dhcp_type type, const struct input *in)
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

static void transmit(struct client *c, const struct input *in, unsigned why, struct fx *fx)
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

static void send_new(struct client *c, const struct dhcp *m, bool to_server, const struct input *in,
                     unsigned why, struct fx *fx)
{
    c->out = *m;
    c->to_server = to_server;
    c->units++;
    c->waits = 0;
    transmit(c, in, why, fx);
}

static uint32_t new_xid(struct client *c, const struct input *in)
{
    return (uint32_t)draw(in->dice, DRAW_XID, c->draws++);
}

static void arm_retry(struct client *c, const struct input *in, struct fx *fx)
{
    sim_time wait = dhcp_backoff(c->waits++);
    if (c->fuzz) {
        uint64_t drawn = draw_below(draw(in->dice, DRAW_BACKOFF, c->draws++), 2 * FUZZ + 1);
        wait += (sim_time)drawn - FUZZ;
    }
    fx_timer(fx, TIMER_RETRY, 0, in->now + wait);
}

static void discover(struct client *c, unsigned why, const struct input *in, struct fx *fx)
{
    c->began = in->now;
    c->xid = new_xid(c, in);
    c->has_offer = false;
    struct dhcp m = message(c, DHCP_DISCOVER, in);
    m.requested = c->own.ip; /* what it had before, if it still knows it */
    enter(c, CLIENT_SELECTING, why, fx);
    send_new(c, &m, false, in, why, fx);
    arm_retry(c, in, fx);
}

/* The address is gone; from the beginning, at once. */
static void start_over(struct client *c, unsigned why, const struct input *in, struct fx *fx)
{
    stop_all(fx);
    if (c->is_held) {
        tell_address(c, 0, false, fx);
    }
    c->is_held = false;
    c->own.ip = 0;
    c->server = 0;
    enter(c, CLIENT_INIT, why, fx);
    discover(c, DISCOVER, in, fx);
}

static void reboot(struct client *c, const struct input *in, struct fx *fx)
{
    c->began = in->now;
    c->xid = new_xid(c, in);
    enter(c, CLIENT_INIT_REBOOT, REMEMBERED, fx);
    enter(c, CLIENT_REBOOTING, REMEMBERED, fx);
    struct dhcp m = message(c, DHCP_REQUEST, in);
    m.requested = c->own.ip;
    send_new(c, &m, false, in, REMEMBERED, fx);
    arm_retry(c, in, fx);
}

static void start(struct client *c, const struct input *in, struct fx *fx)
{
    if (c->state != CLIENT_INIT) {
        return; /* it is already at it */
    }
    memcpy(&c->own, in->head.data, sizeof c->own);
    fx_timer(fx, TIMER_WAIT, 0, SIM_NEVER);
    if (c->own.ip) {
        reboot(c, in, fx);
    } else {
        discover(c, DISCOVER, in, fx);
    }
}

static void choose(struct client *c, const struct input *in, struct fx *fx)
{
    struct dhcp m = message(c, DHCP_REQUEST, in);
    c->server = c->got.server;
    c->own.ip = c->got.yiaddr;
    m.requested = c->got.yiaddr;
    m.server = c->got.server;
    fx_timer(fx, TIMER_WAIT, 0, SIM_NEVER);
    enter(c, CLIENT_REQUESTING, CHOSEN, fx);
    send_new(c, &m, false, in, CHOSEN, fx);
    arm_retry(c, in, fx);
}

/* The address that it had, else the longer lease, else the first. */
static bool is_better(const struct client *c, const struct dhcp *offer)
{
    bool had_it = c->got.yiaddr == c->own.ip, has_it = offer->yiaddr == c->own.ip;
    return !c->has_offer || (c->own.ip && has_it != had_it ? has_it : offer->lease > c->got.lease);
}

static void hear_offer(struct client *c, const struct dhcp *m, const struct input *in,
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
        choose(c, in, fx);
    } else if (!c->has_offer) {
        fx_timer(fx, TIMER_RETRY, 0, SIM_NEVER);
        fx_timer(fx, TIMER_WAIT, 0, in->now + c->collect);
    }
    c->has_offer = true;
}

static uint8_t prefix_of(uint32_t mask)
{
    uint8_t prefix = 0;
    for (; prefix < 32 && mask & 0x80000000u; mask <<= 1) {
        prefix++;
    }
    return prefix;
}

/* T1 and T2 as given, else by rule; each counts from the REQUEST. */
static void arm_lease(struct client *c, const struct dhcp *m, struct fx *fx)
{
    sim_time t1 = m->t1 ? m->t1 * SIM_S : dhcp_default_t1(c->lease);
    sim_time t2 = m->t2 ? m->t2 * SIM_S : dhcp_default_t2(c->lease);
    if (m->lease == UINT32_MAX) { /* for ever (RFC 2131 3.3) */
        return;
    }
    if (t1 > t2) {
        fx_note(fx, T1_AFTER_T2);
    }
    fx_timer(fx, TIMER_T1, 0, c->start + t1);
    fx_timer(fx, TIMER_T2, 0, c->start + t2);
    fx_timer(fx, TIMER_EXPIRY, 0, c->start + c->lease);
}

static void bind(struct client *c, unsigned why, struct fx *fx)
{
    const struct dhcp *m = &c->got;
    bool is_new = !c->is_held || c->own.ip != m->yiaddr;
    stop_all(fx);
    c->own.ip = m->yiaddr;
    c->server = m->server ? m->server : c->server;
    c->prefix = prefix_of(m->mask);
    c->lease = m->lease * SIM_S;
    c->is_held = true;
    enter(c, CLIENT_BOUND, why, fx);
    tell_address(c, c->own.ip, is_new, fx);
    arm_lease(c, m, fx);
}

/* RFC 2131 3.1.5: the client should check the address first. It waits in its state. */
static void check(struct client *c, struct fx *fx)
{
    struct node_probe probe = {
        .wait = SIM_S, .count = (uint32_t)c->probes, .ip = c->got.yiaddr, .iface = c->own.iface};
    fx_timer(fx, TIMER_RETRY, 0, SIM_NEVER);
    fx_request(fx, c->arp, NODE_PROBE, bytes_of(&probe, sizeof probe), (struct span){0});
}

static void hear_ack(struct client *c, const struct dhcp *m, struct fx *fx)
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
        bind(c, first ? GRANTED : RENEWED, fx);
    }
}

static void decline(struct client *c, const struct input *in, struct fx *fx)
{
    struct dhcp m = message(c, DHCP_DECLINE, in);
    m.requested = c->got.yiaddr;
    m.server = c->got.server;
    stop_all(fx);
    send_new(c, &m, false, in, IN_USE, fx);
    enter(c, CLIENT_INIT, IN_USE, fx);
    c->own.ip = 0;
    fx_timer(fx, TIMER_WAIT, 0, in->now + DECLINE_WAIT);
}

static void probed(struct client *c, const struct input *in, struct fx *fx)
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
        bind(c, GRANTED, fx);
    }
}

static void hear(struct client *c, const struct input *in, struct fx *fx)
{
    struct dhcp m;
    if (dhcp_decode(in->head, &m) != DHCP_SOUND || !m.is_reply) {
        fx_drop(fx, DROP_MALFORMED, NO_REASON);
    } else if (m.xid != c->xid || m.chaddr != c->own.mac) {
        return; /* for another client */
    } else if (m.type == DHCP_OFFER && m.server && m.has_lease) {
        hear_offer(c, &m, in, fx);
    } else if (m.type == DHCP_ACK) {
        hear_ack(c, &m, fx);
    } else if (m.type == DHCP_NAK && c->state != CLIENT_INIT && c->state != CLIENT_SELECTING &&
               c->state != CLIENT_BOUND) {
        start_over(c, REFUSED, in, fx);
    }
}

/* REQUEST to extend the lease: the address stands in ciaddr (RFC 2131 4.3.6). */
static void ask_again(struct client *c, bool to_server, unsigned why, sim_time deadline,
                      const struct input *in, struct fx *fx)
{
    c->xid = new_xid(c, in);
    c->began = in->now;
    struct dhcp m = message(c, DHCP_REQUEST, in);
    m.ciaddr = c->own.ip;
    send_new(c, &m, to_server, in, why, fx);
    fx_timer(fx, TIMER_RETRY, 0, dhcp_next_renewal(in->now, deadline));
}

static sim_time end_of_t2(const struct client *c)
{
    return c->start + (c->got.t2 ? c->got.t2 * SIM_S : dhcp_default_t2(c->lease));
}

static void renew(struct client *c, const struct input *in, struct fx *fx)
{
    if (c->state != CLIENT_BOUND) {
        return;
    }
    enter(c, CLIENT_RENEWING, RENEW, fx);
    ask_again(c, true, RENEW, end_of_t2(c), in, fx);
}

static void rebind(struct client *c, const struct input *in, struct fx *fx)
{
    if (c->state != CLIENT_RENEWING && c->state != CLIENT_BOUND) {
        return;
    }
    enter(c, CLIENT_REBINDING, REBIND, fx);
    ask_again(c, false, REBIND, c->start + c->lease, in, fx);
}

static void release(struct client *c, const struct input *in, struct fx *fx)
{
    if (c->state != CLIENT_BOUND && c->state != CLIENT_RENEWING && c->state != CLIENT_REBINDING) {
        return;
    }
    if (c->state != CLIENT_BOUND) {
        enter(c, CLIENT_BOUND, RELEASED, fx);
    }
    c->xid = new_xid(c, in);
    struct dhcp m = message(c, DHCP_RELEASE, in);
    m.ciaddr = c->own.ip;
    m.server = c->server;
    stop_all(fx);
    send_new(c, &m, true, in, RELEASED, fx);
    enter(c, CLIENT_INIT, RELEASED, fx);
    tell_address(c, 0, false, fx);
    c->is_held = false;
    c->own.ip = 0;
}

static void inform(struct client *c, const struct input *in, struct fx *fx)
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
    c->xid = new_xid(c, in);
    struct dhcp m = message(c, DHCP_INFORM, in);
    m.ciaddr = own.ip;
    send_new(c, &m, false, in, ASKED, fx);
    arm_retry(c, in, fx);
}

static void repeat(struct client *c, const struct input *in, struct fx *fx)
{
    bool gives_up = (c->state == CLIENT_REQUESTING || c->state == CLIENT_REBOOTING) &&
                    c->waits >= REQUEST_WAITS;
    if (gives_up) {
        start_over(c, TOO_SILENT, in, fx);
        return;
    }
    transmit(c, in, AGAIN, fx);
    if (c->state == CLIENT_RENEWING) {
        fx_timer(fx, TIMER_RETRY, 0, dhcp_next_renewal(in->now, end_of_t2(c)));
    } else if (c->state == CLIENT_REBINDING) {
        fx_timer(fx, TIMER_RETRY, 0, dhcp_next_renewal(in->now, c->start + c->lease));
    } else {
        arm_retry(c, in, fx);
    }
}

static void timeout(struct client *c, const struct input *in, struct fx *fx)
{
    switch ((enum timers)in->code) {
    case TIMER_RETRY: repeat(c, in, fx); break;
    case TIMER_T1: renew(c, in, fx); break;
    case TIMER_T2: rebind(c, in, fx); break;
    case TIMER_EXPIRY: start_over(c, EXPIRED, in, fx); break;
    case TIMER_WAIT:
        if (c->state == CLIENT_SELECTING) {
            choose(c, in, fx);
        } else if (c->state == CLIENT_INIT) {
            discover(c, AFTER_DECLINE, in, fx);
        }
        break;
    }
}

static void called(struct client *c, const struct input *in, struct fx *fx)
{
    switch (in->code) {
    case NODE_INTERFACE: memcpy(&c->own, in->head.data, sizeof c->own); break;
    case LEASE_START: start(c, in, fx); break;
    case LEASE_RENEW: renew(c, in, fx); break;
    case LEASE_RELEASE: release(c, in, fx); break;
    case LEASE_INFORM: inform(c, in, fx); break;
    }
}

static void client_step(void *self, const struct input *in, struct fx *fx)
{
    struct client *c = self;
    if (in->kind == IN_START) {
        c->arp = in->index;
    } else if (in->kind == IN_PACKET) {
        hear(c, in, fx);
    } else if (in->kind == IN_TIMER) {
        timeout(c, in, fx);
    } else if (in->kind == IN_REQUEST) {
        called(c, in, fx);
    } else if (in->kind == IN_INDICATION && in->code == NODE_PROBED) {
        probed(c, in, fx);
    }
}

static const struct var vars[] = {{"address", "ip", "lease"},
                                  {"server", "ip", "lease"},
                                  {"lease", "ns", "lease"},
                                  {"start", "ns", "lease"},
                                  {0}};

static void client_read(const void *self, int64_t *out)
{
    const struct client *c = self;
    out[0] = c->is_held ? c->own.ip : 0;
    out[1] = c->server;
    out[2] = c->is_held ? c->lease : 0;
    out[3] = c->is_held ? c->start : 0;
}

#define CLIENT(member) offsetof(struct client, member)
static const struct param params[] = {
    {"fuzz", CLIENT(fuzz), PARAM_SWITCH, .initial = 1, .max = 1},
    {"broadcast", CLIENT(broadcast), PARAM_SWITCH, .initial = 0, .max = 1},
    {"lease", CLIENT(lease_wanted), PARAM_TIME, .may_be_off = true, .initial = -1, .min = SIM_S,
     .max = INT64_C(4294967294) * SIM_S},
    {"probes", CLIENT(probes), PARAM_COUNT, .may_be_off = true, .initial = 1, .min = 1, .max = 10},
    {"collect", CLIENT(collect), PARAM_TIME, .may_be_off = true, .initial = -1, .min = 1,
     .max = 60 * SIM_S},
    {0},
};

const struct actor_type dhcp_client_type = {
    .name = "dhcp-client",
    .proto = &dhcp_proto,
    .size = sizeof(struct client),
    .machines = machines,
    .timers = (const struct timer[]){{"retry", 1, false},
                                     {"t1", 1, false},
                                     {"t2", 1, false},
                                     {"expiry", 1, false},
                                     {"wait", 1, false},
                                     {0}},
    .reasons = reasons,
    .vars = vars,
    .params = params,
    .calls = (const char *const[]){"dhcp-start", "dhcp-renew", "dhcp-release", "dhcp-inform", NULL},
    .step = client_step,
    .read = client_read,
};
