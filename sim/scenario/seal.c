/* Sealing: four bytes of a sum and the text, each byte mixed with its place, as base64 of RFC 4648
 * section 5 without padding. */
#include "scenario/seal.h"

#include "base/draw.h"

#include <string.h>

#define SUM_LEN 4u
#define KEY     UINT64_C(0x736c6f7777697265)

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static uint8_t veil(size_t at)
{
    return (uint8_t)hash_mix(KEY, at);
}

static uint8_t sum_byte(const uint8_t *text, size_t len, size_t which)
{
    uint64_t sum = KEY;
    for (size_t i = 0; i < len; i++) {
        sum = hash_mix(sum, text[i]);
    }
    return (uint8_t)(sum >> 8 * which);
}

void seal_close(const char *text, struct buf *out)
{
    size_t len = strlen(text), all = len + SUM_LEN;
    const uint8_t *bytes = (const uint8_t *)text;
    uint32_t held = 0;
    unsigned bits = 0;
    for (size_t i = 0; i < all; i++) {
        uint8_t plain = i < SUM_LEN ? sum_byte(bytes, len, i) : bytes[i - SUM_LEN];
        held = held << 8 | (uint8_t)(plain ^ veil(i));
        for (bits += 8; bits >= 6; bits -= 6) {
            buf_char(out, letters[held >> (bits - 6) & 63]);
        }
        held &= (1u << bits) - 1;
    }
    if (bits) {
        buf_char(out, letters[held << (6 - bits) & 63]);
    }
}

/* Appends the bytes below the veil. False: a letter that no seal has. */
static bool decode(const char *sealed, struct buf *out)
{
    uint32_t held = 0;
    unsigned bits = 0;
    size_t at = 0;
    for (const char *c = sealed; *c; c++) {
        const char *letter = strchr(letters, *c);
        if (!letter) {
            return false;
        }
        held = held << 6 | (uint32_t)(letter - letters);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            buf_char(out, (char)((uint8_t)(held >> bits) ^ veil(at++)));
        }
        held &= (1u << bits) - 1;
    }
    return held == 0 && bits < 6;
}

static bool is_whole(const uint8_t *bytes, size_t len)
{
    if (len <= SUM_LEN || memchr(bytes + SUM_LEN, '\0', len - SUM_LEN)) {
        return false;
    }
    for (size_t i = 0; i < SUM_LEN; i++) {
        if (bytes[i] != sum_byte(bytes + SUM_LEN, len - SUM_LEN, i)) {
            return false;
        }
    }
    return true;
}

bool seal_open(const char *sealed, struct buf *out)
{
    struct buf bytes = {0};
    bool good = decode(sealed, &bytes) && is_whole(bytes.data, bytes.len);
    if (good) {
        buf_add(out, bytes_of(bytes.data + SUM_LEN, bytes.len - SUM_LEN));
    }
    buf_free(&bytes);
    return good;
}
