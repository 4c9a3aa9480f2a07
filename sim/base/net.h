#pragma once
/* What every layer names alike: an address, what IP knows of a packet, payload by reference. */

#include <stdbool.h>
#include <stdint.h>

/* An IPv4 address in host byte order, and a port (0 = none or any). */
struct addr {
    uint32_t ip;
    uint16_t port;
};

/* All that IP knows of a packet, in and out; the ports are in the addresses. */
struct net {
    struct addr from, to;
    uint16_t iface; /* interface of the node that sent or got it */
    uint8_t ttl;    /* 0 going out: the node's default, 64 */
    uint8_t ecn;    /* the two ECN bits: enum ecn */
    bool df;        /* don't fragment */
    bool alert;     /* routers are to look at it (RFC 2113: an option of four bytes) */
    uint64_t mac;   /* LAN, 48 bits, first byte highest. Out: who gets the frame, 0: the node asks
                       ARP. In: who sent it */
};

enum ecn { ECN_NONE, ECN_ECT1, ECN_ECT0, ECN_CE }; /* RFC 3168 5 */

#define MAC_BROADCAST UINT64_C(0xffffffffffff)
#define IP_BROADCAST  UINT32_MAX

/* 224.0.0.0/4 (RFC 5771). */
static inline bool ip_is_multicast(uint32_t ip)
{
    return ip >> 28 == 0xe;
}
/* Its frames' address: 01:00:5e and the last 23 bits (RFC 1112 6.4). */
static inline uint64_t mac_of_group(uint32_t ip)
{
    return UINT64_C(0x01005e000000) | (ip & 0x7fffff);
}

/* Bytes on a LAN of a packet of n bytes: header, payload padded to 46, check sequence (IEEE 802.3).
 */
static inline uint32_t ethernet_size(uint32_t n)
{
    return 14 + (n < 46 ? 46 : n) + 4;
}

/* What carries a wire format. */
enum carrier {
    CARRIER_LINK, /* stands alone on the link (the teaching ARQ frames) */
    CARRIER_IP,   /* number = IP protocol */
    CARRIER_UDP,  /* number = UDP port */
    CARRIER_NONE, /* never on a wire */
};

/* Payload by reference: bytes `at` .. at + len - 1 of a stream that the world owns until the run
 * ends. Under 4 GB; a longer flow is several SENDs. Stream 0 is no stream (len is 0). */
struct span {
    uint64_t at;
    uint32_t stream, len;
};

/* What a sender repeats when it retransmits. TCP: offset from the ISN unwrapped to 64 bits (SYN 0,
 * first byte 1), n = sequence space used. ARQ: frame number, 1. n = 0: nothing to repeat (a pure
 * ACK), numbered per sender by the engine. */
struct unit {
    uint64_t at;
    uint32_t n;
};

static inline struct span span_sub(struct span s, uint32_t at, uint32_t len)
{
    return (struct span){s.at + at, s.stream, len};
}

/* Dotted decimal, "10.0.0.1"; buf holds 16 bytes. Returns buf. */
char *ip_print(uint32_t ip, char buf[16]);
/* Reads dotted decimal: four numbers of 0 to 255 without leading zeros, and nothing after. */
bool ip_parse(const char *text, uint32_t *ip);
