#pragma once
/* ICMP (RFC 792, 1191): echo, and the errors that a node sends. An error's header, to the engine,
 * is the eight bytes and the quote behind them. */

#include "wire/format.h"

#define ICMP_HEADER 8
#define ICMP_QUOTE  8 /* bytes of the refused packet's payload that an error repeats */

enum icmp_type {
    ICMP_ECHO_REPLY = 0,
    ICMP_UNREACHABLE = 3,
    ICMP_ECHO = 8,
    ICMP_TIME_EXCEEDED = 11,
};

/* Codes of ICMP_UNREACHABLE. */
enum icmp_unreachable {
    ICMP_NET = 0,
    ICMP_HOST = 1,
    ICMP_PROTOCOL = 2,
    ICMP_PORT = 3,
    ICMP_TOO_BIG = 4, /* fragmentation needed and DF set */
};

struct icmp {
    uint8_t type, code;
    uint16_t id, number; /* of an echo */
    uint16_t mtu;        /* next hop's, of ICMP_TOO_BIG (RFC 1191 4) */
};

/* The eight bytes, checksum zero. */
void icmp_encode(const struct icmp *m, uint8_t out[ICMP_HEADER]);
bool icmp_decode(struct bytes head, struct icmp *out); /* false: shorter than a header */
bool icmp_is_error(const struct icmp *m);
/* Appends an error about `packet` (from its IPv4 header on): eight bytes, the IPv4 header and the
 * first eight bytes behind it. mtu is 0 unless the code is ICMP_TOO_BIG. */
void icmp_error(enum icmp_type type, uint8_t code, uint16_t mtu, struct bytes packet,
                struct buf *out);
/* What an error quotes; empty if it is none. */
struct bytes icmp_quote(struct bytes head);

extern const struct format icmp_format;
