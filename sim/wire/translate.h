#pragma once
/* What address translation does to the bytes of an IPv4 packet (RFC 3022 4.1 to 4.3): addresses,
 * ports or an echo's identifier, and the checksums that cover them, each adjusted by what changed
 * (RFC 1624), so that a wrong one stays wrong. */

#include "base/bytes.h"
#include "base/net.h"

/* The two ends of a packet; of an echo the identifier is the port of who asked, the other is 0. */
struct ends {
    struct addr from, to;
};

/* Who a packet is between: of an ICMP error those of the packet that it quotes, turned round, as if
 * that had come from where it was going. False: no ports are there, so it cannot be translated. */
bool translate_read(struct bytes wire, struct ends *out, uint8_t *protocol, bool *is_error);
/* Makes the packet one between `new` ends; those of an ICMP error as translate_read gives them, and
 * `outer` its own addresses. A quote may be cut off behind its ports. */
void translate_write(uint8_t *wire, size_t len, const struct ends *new, const struct ends *outer);
/* Where the checksum stands in a message of that protocol. */
size_t translate_sum_at(uint8_t protocol);
