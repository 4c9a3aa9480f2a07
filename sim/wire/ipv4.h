#pragma once
/* The IPv4 header (RFC 791, with the ECN bits of RFC 3168). Sent without options but router alert
 * (RFC 2113); other options of a received header are skipped by its length. */

#include "base/bytes.h"
#include "wire/format.h"

#define IPV4_HEADER      20
#define IPV4_ALERT       4 /* bytes of the router alert option */
#define IPV4_DEFAULT_TTL 64
#define IPV4_MAX_PACKET  65535

enum ip_protocol { IP_ICMP = 1, IP_TCP = 6, IP_UDP = 17 };

struct ipv4 {
    uint32_t from, to;
    uint16_t total_len; /* header and payload, bytes */
    uint16_t id;
    uint16_t offset; /* of this fragment's payload in the whole, bytes, a multiple of 8 */
    uint16_t checksum;
    uint8_t header_len; /* bytes, 20 to 60 */
    uint8_t dscp, ecn, ttl, protocol;
    bool df, mf;
    bool alert; /* router alert, with the one value that there is: 0 */
};

/* The header with its checksum; header_len and checksum of `h` are not looked at. */
void ipv4_encode(const struct ipv4 *h, uint8_t out[IPV4_HEADER]);
/* The same behind which the option stands: checksum and length are made anew. */
void ipv4_encode_alert(const struct ipv4 *h, uint8_t out[IPV4_HEADER + IPV4_ALERT]);
/* False: shorter than its header, or not version 4. Neither the checksum nor total_len is judged.
 */
bool ipv4_decode(struct bytes packet, struct ipv4 *out);
bool ipv4_intact(struct bytes packet); /* its header's checksum holds; packet must decode */
static inline bool ipv4_is_fragment(const struct ipv4 *h)
{
    return h->mf || h->offset > 0;
}

extern const struct format
    ipv4_format; /* head is the IPv4 header itself: fragments, unknown protocols */
