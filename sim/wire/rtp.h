#pragma once
/* RTP (RFC 3550 5.1): twelve bytes that tell when a piece of sound or picture was taken, and in
 * which order it was sent. It stands in a UDP datagram. */

#include "wire/format.h"

#define RTP_VERSION       2
#define RTP_HEADER        12
#define RTP_CSRC_MAX      15
#define RTP_EXTENSION_MAX 64 /* bytes of what an extension that is sent holds, at most */
#define RTP_HEADER_MAX    (RTP_HEADER + 4 * RTP_CSRC_MAX + 4 + RTP_EXTENSION_MAX)
#define RTP_ONE_BYTE                                                                               \
    0xbede /* the extension holds elements behind heads of one byte (RFC 8285 4.2) */

struct rtp {
    bool has_padding, has_extension, marker;
    uint8_t payload_type; /* 7 bits */
    uint16_t seq;
    uint32_t timestamp, ssrc;
    uint8_t csrc_count;
    uint32_t csrc[RTP_CSRC_MAX];
    uint16_t extension_profile, extension_words; /* RFC 3550 5.3.1 */
    const uint8_t *extension; /* so many words; borrowed, when decoded of the packet */
};

/* Returns the length. extension_words is at most RTP_EXTENSION_MAX / 4. */
size_t rtp_encode(const struct rtp *h, uint8_t out[RTP_HEADER_MAX]);
/* Length of the header, CSRCs and extension included; 0: too short, or another version. */
size_t rtp_decode(struct bytes packet, struct rtp *out);

/* Bytes of the medium in it, filling included: behind the header and the payload's own head; 0:
 * none.
 */
size_t rtp_payload(struct bytes packet);
/* Writes one element, filled up to a whole word; id 1 to 14, data of 1 to 16 bytes. Returns the
 * words. */
unsigned rtp_one_byte_write(unsigned id, struct bytes data, uint8_t out[20]);
/* The next element of an extension from *at on, which starts at 0; false: no more, or it is another
 * kind of extension. */
bool rtp_one_byte_next(const struct rtp *h, unsigned *at, unsigned *id, struct bytes *data);
/* Bytes at the end of a payload that are filling (5.1): its last byte tells. 0: it tells nonsense.
 */
size_t rtp_padding(uint8_t last, size_t payload);

/* Ports on which RTP (even) and RTCP (odd, the next) are looked for: 5004 and 5005 (RFC 3551 8),
 * 16384 to 32767 as most telephones choose. */
bool rtp_uses_ports(uint16_t from, uint16_t to);

extern const struct format rtp_format;
