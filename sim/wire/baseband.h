#pragma once
/* Packets of Bluetooth's baseband (Core specification, volume 2, part B, 6), basic rate, one
 * asynchronous connection-oriented link:
 *
 *    access code, 72 bits | header, 18 bits | its copies, 38 bits | payload
 *
 *    header:  LT_ADDR 3 | TYPE 4 | FLOW 1 | ARQN 1 | SEQN 1 | HEC 8
 *    payload: LENGTH 5 | FLOW 1 | LLID 2 (of several slots: 3 unused, 5 more of LENGTH) | data |
 * CRC
 *
 * On the air the lowest bit of a byte leaves first, and each bit of the header thrice; here the
 * header's numbers stand as one reads them, and the copies in one block, so that a flipped bit of
 * the header proper is one that the repetition could not mend, and one of the copies does no harm.
 * 126 and 366 bits are padded to whole bytes: a packet takes 2 us longer than it does on the air.
 * The access code is that of the piconet; its last byte but one tells several of one link apart. */

#include "wire/format.h"

#define BASEBAND_HEADER   16 /* access code, header, copies: all of a NULL or POLL */
#define BASEBAND_CRC      2
#define BASEBAND_HEAD_MAX (BASEBAND_HEADER + 2)
#define BASEBAND_LAP      0x2a1b3c /* of the master, and so of the piconet */
#define BASEBAND_UAP      0x47
#define BASEBAND_SLOT     (625 * SIM_US)

enum baseband_type {
    BASEBAND_NULL = 0,
    BASEBAND_POLL = 1,
    BASEBAND_DH1 = 4,
    BASEBAND_DH3 = 11,
    BASEBAND_DH5 = 15,
};

struct baseband {
    enum baseband_type type;
    uint8_t channel; /* of the piconet */
    uint8_t lt_addr;
    bool flow, arqn, seqn; /* go; ACK; of a packet with a CRC */
    bool hec_holds;        /* decoded */
    uint16_t length;       /* data bytes; DH only */
    uint8_t llid;          /* DH only: enum baseband_llid */
};
enum baseband_llid { BASEBAND_GOES_ON = 1, BASEBAND_BEGINS = 2 }; /* a frame of the layer above */

unsigned baseband_slots(enum baseband_type t); /* 1, 3, 5 */
uint16_t baseband_most(enum baseband_type t);  /* data bytes; 0: it has no payload */
/* Bytes of header, with that of the payload, in out. */
size_t baseband_encode(const struct baseband *b, uint8_t out[BASEBAND_HEAD_MAX]);
/* False: too short, or (under a HEC that holds) a type that is not one of these. */
bool baseband_decode(struct bytes head, struct baseband *out);
/* Of the ten header bits in the order in which they leave, the first as bit 0; as on the air the
 * lowest bit first. */
uint8_t baseband_hec(uint16_t bits, uint8_t uap);
uint16_t baseband_crc(struct bytes payload, uint8_t uap); /* its low byte leaves first */

extern const struct format baseband_format;
