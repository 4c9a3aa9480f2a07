/* The DHCP client: what it hears, and what its timers and callers make it do. */
#include "proto/dhcp/client.h"

#include <string.h>

#define REQUEST_WAITS 4u /* RFC 2131 3.1.5: 4 + 8 + 16 + 32 s, then from the beginning */

static void hear(struct client *c, const struct input *in, struct fx *fx)
{
    struct dhcp m;
    if (dhcp_decode(in->head, &m) != DHCP_SOUND || !m.is_reply) {
        fx_drop(fx, DROP_MALFORMED, NO_REASON);
    } else if (m.xid != c->xid || m.chaddr != c->own.mac) {
        return; /* for another client */
    } else if (m.type == DHCP_OFFER && m.server && m.has_lease) {
        client_hear_offer(c, &m, in, fx);
    } else if (m.type == DHCP_ACK) {
        client_hear_ack(c, &m, in, fx);
    } else if (m.type == DHCP_NAK && c->state != CLIENT_INIT && c->state != CLIENT_SELECTING &&
               c->state != CLIENT_BOUND) {
        client_start_over(c, REFUSED, in, fx);
    }
}

static void repeat(struct client *c, const struct input *in, struct fx *fx)
{
    bool gives_up = (c->state == CLIENT_REQUESTING || c->state == CLIENT_REBOOTING) &&
                    c->waits >= REQUEST_WAITS;
    if (gives_up) {
        client_start_over(c, TOO_SILENT, in, fx);
        return;
    }
    if (c->asks_only && c->waits >= REQUEST_WAITS) {
        c->asks_only = false;
        fx_note(fx, UNINFORMED);
        return;
    }
    client_transmit(c, in,
                    c->state == CLIENT_RENEWING    ? AGAIN_RENEW
                    : c->state == CLIENT_REBINDING ? AGAIN_REBIND
                                                   : AGAIN,
                    fx);
    if (c->state == CLIENT_RENEWING) {
        fx_timer(fx, TIMER_RETRY, 0, dhcp_next_renewal(in->now, c->t2_at));
    } else if (c->state == CLIENT_REBINDING) {
        fx_timer(fx, TIMER_RETRY, 0, dhcp_next_renewal(in->now, time_add(c->start, c->lease)));
    } else {
        client_arm_retry(c, in, fx);
    }
}

static void timeout(struct client *c, const struct input *in, struct fx *fx)
{
    switch ((enum client_timer)in->code) {
    case TIMER_RETRY: repeat(c, in, fx); break;
    case TIMER_T1: client_renew(c, in, fx); break;
    case TIMER_T2: client_rebind(c, in, fx); break;
    case TIMER_EXPIRY: client_start_over(c, EXPIRED, in, fx); break;
    case TIMER_WAIT:
        if (c->state == CLIENT_SELECTING) {
            client_choose(c, in, fx);
        } else if (c->state == CLIENT_INIT) {
            client_discover(c, c->waits_to_begin ? AFTER_WAIT : AFTER_DECLINE, in, fx);
            c->waits_to_begin = false;
        }
        break;
    }
}

static void called(struct client *c, const struct input *in, struct fx *fx)
{
    switch (in->code) {
    case NODE_INTERFACE: memcpy(&c->own, in->head.data, sizeof c->own); break;
    case LEASE_START: client_start(c, in, fx); break;
    case LEASE_RENEW: client_renew(c, in, fx); break;
    case LEASE_RELEASE: client_release(c, in, fx); break;
    case LEASE_INFORM: client_inform(c, in, fx); break;
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
        client_probed(c, in, fx);
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
    {"start-wait", CLIENT(start_wait), PARAM_SWITCH, .initial = 0, .max = 1},
    {"timer-fuzz", CLIENT(timer_fuzz), PARAM_TIME, .may_be_off = true, .initial = -1, .min = 1,
     .max = 3600 * SIM_S},
    {"max-size", CLIENT(size), PARAM_BYTES, .may_be_off = true, .initial = -1, .min = 576,
     .max = 1500},
    {"host-name", CLIENT(host_name), PARAM_TEXT, .max = 255},
    {"class", CLIENT(class_id), PARAM_TEXT, .max = 255},
    {"vendor", CLIENT(vendor), PARAM_TEXT, .max = 255},
    {"client-id", CLIENT(client_id), PARAM_TEXT, .max = 254},
    {0},
};

const struct actor_type dhcp_client_type = {
    .name = "dhcp-client",
    .proto = &dhcp_proto,
    .size = sizeof(struct client),
    .machines = client_machines,
    .timers = (const struct timer[]){{"retry", 1, false},
                                     {"t1", 1, false},
                                     {"t2", 1, false},
                                     {"expiry", 1, false},
                                     {"wait", 1, false},
                                     {0}},
    .reasons = client_reasons,
    .vars = vars,
    .params = params,
    .calls = (const char *const[]){"dhcp-start", "dhcp-renew", "dhcp-release", "dhcp-inform", NULL},
    .step = client_step,
    .read = client_read,
};
