/* What client and server share: the wire format's side, and the arithmetic of RFC 2131. */
#include "proto/dhcp/dhcp.h"

#include "wire/udp.h"

/* Whether the message is sound is for who listens to say: every host of a LAN gets a broadcast. */
static bool dhcp_key(struct bytes head, struct net *io)
{
    if (head.len < UDP_HEADER) {
        return false;
    }
    io->from.port = get_u16(head.data);
    io->to.port = get_u16(head.data + 2);
    return true;
}

const struct proto dhcp_proto = {
    .name = "dhcp", .carrier = CARRIER_UDP, .number = DHCP_SERVER_PORT, .key = dhcp_key};

sim_time dhcp_default_t1(sim_time lease)
{
    return lease / 2;
}

sim_time dhcp_default_t2(sim_time lease)
{
    return lease / 8 * 7;
}

sim_time dhcp_next_renewal(sim_time now, sim_time deadline)
{
    sim_time wait = (deadline - now) / 2;
    wait = wait < 60 * SIM_S ? 60 * SIM_S : wait;
    return deadline - now > wait ? now + wait : SIM_NEVER;
}

sim_time dhcp_backoff(unsigned n)
{
    return (INT64_C(4) << (n < 4 ? n : 4)) * SIM_S;
}
