#pragma once
/* A DHCP client's datagram as the frame of a raw host on a LAN, with right checksums. */

#include "wire/dhcp.h"
#include "wire/dissect.h"
#include "wire/eth.h"

/* head: the datagram, UDP header included. Appends the frame to *out. */
static inline void dhcp_frame(struct bytes head, uint64_t from, struct buf *out)
{
    struct buf packet = {0};
    struct packet_view view = {
        .proto = "dhcp",
        .net = {.from.port = DHCP_CLIENT_PORT, .to = {IP_BROADCAST, DHCP_SERVER_PORT}, .ttl = 64},
        .head = head};
    packet_build(&view, &packet);
    struct eth h = {.type = ETHERTYPE_IPV4};
    mac_put(h.to, MAC_BROADCAST);
    mac_put(h.from, from);
    eth_build(&h, bytes_of(packet.data, packet.len), out);
    buf_free(&packet);
}
