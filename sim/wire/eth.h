#pragma once
/* The Ethernet II header (IEEE 802.3). Bytes here are what a capture shows: header and payload
 * padded to the minimum, without the frame check sequence; eth_frame_size counts that too. */

#include "base/bytes.h"
#include "base/net.h"
#include "wire/format.h"

#define ETH_HEADER      14
#define ETH_MIN_PAYLOAD 46
#define ETH_FCS         4

enum ethertype {
    ETHERTYPE_IPV4 = 0x0800,
    ETHERTYPE_ARP = 0x0806,
    ETHERTYPE_ARQ = 0x88b5,
    ETHERTYPE_BASEBAND = 0x88b6, /* never on a LAN */
};

struct eth {
    uint8_t to[6], from[6];
    uint16_t type;
};

void eth_encode(const struct eth *h, uint8_t out[ETH_HEADER]);
bool eth_decode(struct bytes frame, struct eth *out); /* false: shorter than a header */
/* Bytes on the wire for a payload of `len`: 14 + max(46, len) + 4 (MODEL.md). */
uint32_t eth_frame_size(uint32_t len);
/* Appends a frame around `payload`, padded with zeros. */
void eth_build(const struct eth *h, struct bytes payload, struct buf *out);
/* A MAC address as a number, its first byte highest. */
uint64_t mac_get(const uint8_t mac[6]);
void mac_put(uint8_t mac[6], uint64_t value);
bool mac_parse(const char *text, uint64_t *out);     /* six bytes in hex, between colons */
char *mac_print(const uint8_t mac[6], char buf[18]); /* "02:00:00:00:00:01" */

extern const struct format eth_format;
