#pragma once
/* ARP for IPv4 over Ethernet (RFC 826), with the probe and the announcement of RFC 5227. */

#include "wire/format.h"

#define ARP_SIZE 28

enum arp_op { ARP_REQUEST = 1, ARP_REPLY = 2 };

struct arp {
    enum arp_op op;
    uint64_t sender_mac, target_mac; /* 48 bits, first byte highest */
    uint32_t sender_ip, target_ip;
};

void arp_encode(const struct arp *a, uint8_t out[ARP_SIZE]);
/* False: too short, or not IPv4 over Ethernet, or an operation that does not exist. */
bool arp_decode(struct bytes head, struct arp *out);

extern const struct format arp_format;
