#pragma once
/* The two checks that packets carry: the Internet checksum (RFC 1071) and CRC-32 (IEEE 802.3). Both
 * take their input in any number of pieces. */

#include "base/bytes.h"

/* A sum under way; zero is the start. Pieces of odd length are fine: the next one goes on with the
 * low half of the word that was begun. */
struct checksum {
    uint64_t sum;
    bool is_odd;
};

void checksum_add(struct checksum *c, struct bytes piece);
/* The pseudo header of UDP and TCP (RFC 768, RFC 9293 3.1): len counts header and payload. */
void checksum_add_pseudo(struct checksum *c, uint32_t from, uint32_t to, uint8_t protocol,
                         size_t len);
/* What goes into the checksum field. Over data that holds its own checksum: 0 when it is right. */
uint16_t checksum_end(const struct checksum *c);
uint16_t checksum_of(struct bytes all);
/* A checksum over data in which one 16-bit word changes (RFC 1624, equation 3). */
uint16_t checksum_adjust(uint16_t sum, uint16_t before, uint16_t after);

/* CRC-32 of what gave `crc` followed by `piece`; 0 is the CRC of nothing. */
uint32_t crc32_add(uint32_t crc, struct bytes piece);
