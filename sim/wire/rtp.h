#pragma once
/* RTP (RFC 3550 5.1): twelve bytes that tell when a piece of sound or picture was taken, and in
 * which order it was sent. It stands in a UDP datagram. */

#include "wire/format.h"

#define RTP_VERSION    2
#define RTP_HEADER     12
#define RTP_CSRC_MAX   15
#define RTP_HEADER_MAX (RTP_HEADER + 4 * RTP_CSRC_MAX)

struct rtp {
    bool has_padding, has_extension, marker;
    uint8_t payload_type; /* 7 bits */
    uint16_t seq;
    uint32_t timestamp, ssrc;
    uint8_t csrc_count;
    uint32_t csrc[RTP_CSRC_MAX];
    uint16_t extension_profile, extension_words; /* decoded only; RFC 3550 5.3.1 */
};

/* Without an extension (has_extension is not written). Returns the length, 12 to 72. */
size_t rtp_encode(const struct rtp *h, uint8_t out[RTP_HEADER_MAX]);
/* Length of the header, CSRCs and extension included; 0: too short, or another version. */
size_t rtp_decode(struct bytes packet, struct rtp *out);

/* Ports on which RTP (even) and RTCP (odd, the next) are looked for: 5004 and 5005 (RFC 3551 8),
 * 16384 to 32767 as most telephones choose. */
bool rtp_uses_ports(uint16_t from, uint16_t to);

extern const struct format rtp_format;
