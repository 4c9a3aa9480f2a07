/* The pseudo-header of 22 bytes: what the radio measured (nothing here), the piconet's address, the
 * packet header as a number whose lowest bit left first, flags. */
#include "export/radio.h"

#include "wire/baseband.h"

#include <string.h>

enum { PSEUDO = 22, ACL = 3 << 4 };
/* The payload is not called decrypted: its bytes are no frames of the layer above. */
enum flag {
    DEWHITENED = 0x0001,
    LAP_IS_KNOWN = 0x0010,
    HAS_PAYLOAD = 0x0020,
    UAP_IS_KNOWN = 0x0080,
    HEC_CHECKED = 0x0100,
    HEC_HOLDS = 0x0200,
    CRC_CHECKED = 0x0400,
    CRC_HOLDS = 0x0800,
};
static void put_low_first(uint8_t *to, uint32_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++) {
        to[i] = (uint8_t)(value >> 8 * i);
    }
}

static uint32_t packet_header(const struct baseband *b, struct bytes head)
{
    uint32_t flags = (uint32_t)b->flow | (uint32_t)b->arqn << 1 | (uint32_t)b->seqn << 2;
    return b->lt_addr | (uint32_t)b->type << 3 | flags << 7 |
           (uint32_t)bits_read(head, 82, 8) << 10;
}

void radio_packet(struct buf *bytes)
{
    struct bytes all = bytes_of(bytes->data, bytes->len);
    struct buf out = {0};
    struct baseband b;
    baseband_decode(all, &b);
    uint8_t *p = buf_extend(&out, PSEUDO);
    memset(p, 0, PSEUDO);
    bool has_payload = all.len > BASEBAND_HEADER;
    unsigned flags = DEWHITENED | LAP_IS_KNOWN | UAP_IS_KNOWN | HEC_CHECKED;
    flags |= b.hec_holds ? HEC_HOLDS : 0u;
    flags |= has_payload ? HAS_PAYLOAD | CRC_CHECKED : 0u;
    flags |= has_payload && baseband_format.intact(all, NULL) ? CRC_HOLDS : 0u;
    p[4] = ACL;
    put_low_first(p + 8, BASEBAND_LAP, 3);
    put_low_first(p + 12, BASEBAND_LAP, 3);
    p[15] = BASEBAND_UAP;
    put_low_first(p + 16, packet_header(&b, all), 4);
    put_low_first(p + 20, flags, 2);
    buf_add(&out, bytes_sub(all, BASEBAND_HEADER, all.len));
    buf_free(bytes);
    *bytes = out;
}
