#pragma once
/* The teaching ARQ frame (MODEL.md, ARQ), alone on a link:
 *
 *    0        8     12     16               32
 *    +--------+------+------+----------------+
 *    | kind   | flags| chan.| number         |
 *    +--------+------+------+----------------+
 *    | CRC-32 of header (CRC zero) and payload|
 *    +--------+------+------+----------------+
 *    | answer | 0    | chan.| ack            |  only with flag 1: piggybacking
 *    +--------+------+------+----------------+
 *
 * kind: 1 DATA, 2 ACK, 3 NAK. The channel tells several flows of one link apart. With
 * piggybacking a DATA frame has room for an answer to the other direction: its kind (2 ACK, 0 none
 * this time), the channel of the flow that it answers, and its number. An ACK or NAK is a
 * header, possibly padded by payload to a size of one's choice. On a LAN (ethertype 88b5) the
 * sender pads its payload to Ethernet's minimum, since the header holds no length. */

#include "wire/format.h"

#define ARQ_HEADER   8
#define ARQ_WIDE     12 /* with room for an answer */
#define ARQ_CHANNELS 16

enum arq_kind { ARQ_DATA = 1, ARQ_ACK, ARQ_NAK };

struct arq_frame {
    enum arq_kind kind;
    uint8_t channel; /* 0 .. 15 */
    uint16_t number;
    bool is_wide;         /* DATA: room for an answer */
    enum arq_kind answer; /* is_wide; 0: none */
    uint8_t answers;      /* the channel whose frames it answers */
    uint16_t ack;         /* the answer's number */
};

/* The header with CRC zero: whoever reads bytes fills it in (arq_seal). */
void arq_encode(const struct arq_frame *f, uint8_t out[ARQ_HEADER]);
void arq_encode_wide(const struct arq_frame *f, uint8_t out[ARQ_WIDE]);
/* False: too short, an unknown kind, or a reserved bit set. The CRC is not looked at. */
bool arq_decode(struct bytes head, struct arq_frame *out);
void arq_seal(uint8_t *frame, size_t len);
bool arq_intact(struct bytes frame); /* at least a header long */

extern const struct format arq_format;
