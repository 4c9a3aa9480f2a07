#pragma once
/* UDP (RFC 768). */

#include "wire/format.h"

#define UDP_HEADER 8

struct udp {
    uint16_t from, to; /* ports */
    uint16_t len;      /* header and payload, bytes */
    uint16_t checksum; /* 0: the sender made none */
};

/* The header without a checksum: whoever reads bytes fills it in (udp_seal). */
void udp_encode(uint16_t from, uint16_t to, uint32_t body_len, uint8_t out[UDP_HEADER]);
bool udp_decode(struct bytes head, struct udp *out); /* false: shorter than a header */
/* The checksum over pseudo header, header and payload; a sum of 0 is sent as ffff. */
void udp_seal(uint8_t *datagram, size_t len, const struct net *net);
/* With the payload's sum in its place (format.h). */
void udp_seal_head(uint8_t *head, size_t head_len, uint16_t rest, size_t len,
                   const struct net *net);

extern const struct format udp_format;
