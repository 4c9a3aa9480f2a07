/* RFC 1071 sums 16-bit words in one's complement; the 64-bit sum leaves the folding to the end. */
#include "wire/checksum.h"

#include <assert.h>

void checksum_add(struct checksum *c, struct bytes piece)
{
    if (piece.len == 0) {
        return; /* perhaps at no place at all */
    }
    const uint8_t *p = piece.data, *end = p + piece.len;
    if (c->is_odd && p < end) {
        c->sum += *p++;
        c->is_odd = false;
    }
    for (; end - p >= 4; p += 4) {
        c->sum += get_u32(p); /* two words at once: what is carried comes round all the same */
    }
    for (; p < end; p++) {
        c->sum += c->is_odd ? *p : (uint32_t)*p << 8;
        c->is_odd = !c->is_odd;
    }
}

void checksum_add_pseudo(struct checksum *c, uint32_t from, uint32_t to, uint8_t protocol,
                         size_t len)
{
    assert(!c->is_odd);
    c->sum += (uint64_t)from + to + protocol + (len & 0xffff);
}

uint16_t checksum_end(const struct checksum *c)
{
    uint64_t sum = c->sum;
    while (sum >> 16) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return (uint16_t)~sum;
}

uint16_t checksum_of(struct bytes all)
{
    struct checksum c = {0};
    checksum_add(&c, all);
    return checksum_end(&c);
}

uint16_t checksum_adjust(uint16_t sum, uint16_t before, uint16_t after)
{
    struct checksum c = {.sum = (uint64_t)(uint16_t)~sum + (uint16_t)~before + after};
    return checksum_end(&c);
}

uint32_t crc32_add(uint32_t crc, struct bytes piece)
{
    /* The remainders of the sixteen nibbles for the polynomial 04c11db7, bits reversed. */
    static const uint32_t nibbles[16] = {
        0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
        0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
        0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
    };
    crc = ~crc;
    for (size_t i = 0; i < piece.len; i++) {
        crc ^= piece.data[i];
        crc = crc >> 4 ^ nibbles[crc & 15];
        crc = crc >> 4 ^ nibbles[crc & 15];
    }
    return ~crc;
}
