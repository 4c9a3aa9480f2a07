/* The states of the DHCP client: figure 5 of RFC 2131, and why it goes from one to another. */
#include "proto/dhcp/client.h"

#include <assert.h>

const struct reason client_reasons[] = {
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
    [AFTER_WAIT] = {"dhcp.after-wait", "RFC 2131 4.4.1"},
    [UNINFORMED] = {"dhcp.uninformed", "RFC 2131 4.4.3"},
    [AGAIN_RENEW] = {"dhcp.again-renew", "RFC 2131 4.4.5"},
    [AGAIN_REBIND] = {"dhcp.again-rebind", "RFC 2131 4.4.5"},
    {0},
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
const struct machine client_machines[] = {{"lease", states, edges}, {0}};

void client_enter(struct client *c, enum dhcp_client_state to, unsigned why, struct fx *fx)
{
    if (c->state != to) {
        assert(edge_allowed(client_machines, c->state, to));
        fx_state(fx, 0, c->state, to, why);
        c->state = to;
    }
}
