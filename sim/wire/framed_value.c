/* Fields of declared protocols: from what people write to bytes, and back; and their checks. */
#include "wire/framed.h"

#include "wire/checksum.h"

#include <inttypes.h>
#include <string.h>

const char *const framed_check_names[] = {
    "none",         "xor8",         "sum8",      "crc16-ccitt-false",
    "crc16-xmodem", "crc16-kermit", "crc16-x25", "crc16-modbus",
    "crc16-arc",    "crc32",        NULL};
const char *const framed_role_names[] = {
    "plain", "id", "length", "serial", "sender", "answered-serial", "answered-id", "result", NULL};

/* ---- checks ---- */

struct crc16 {
    uint16_t polynomial, first, last; /* last: what the remainder is XORed with */
    bool is_reflected;                /* the low bit of each byte first */
};

static uint16_t crc16_high_first(const struct crc16 *c, struct bytes all)
{
    uint16_t crc = c->first;
    for (size_t i = 0; i < all.len; i++) {
        crc = (uint16_t)(crc ^ all.data[i] << 8);
        for (int bit = 0; bit < 8; bit++) {
            crc = (uint16_t)(crc & 0x8000 ? crc << 1 ^ c->polynomial : crc << 1);
        }
    }
    return crc ^ c->last;
}

static uint16_t reversed(uint16_t n)
{
    uint16_t out = 0;
    for (int bit = 0; bit < 16; bit++) {
        out = (uint16_t)(out << 1 | (n >> bit & 1));
    }
    return out;
}

static uint16_t crc16_low_first(const struct crc16 *c, struct bytes all)
{
    uint16_t crc = c->first, polynomial = reversed(c->polynomial);
    for (size_t i = 0; i < all.len; i++) {
        crc ^= all.data[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = (uint16_t)(crc & 1 ? crc >> 1 ^ polynomial : crc >> 1);
        }
    }
    return crc ^ c->last;
}

static uint8_t fold8(struct bytes all, bool is_sum)
{
    uint8_t n = 0;
    for (size_t i = 0; i < all.len; i++) {
        n = (uint8_t)(is_sum ? n + all.data[i] : n ^ all.data[i]);
    }
    return n;
}

unsigned framed_check_width(enum framed_check c)
{
    return c == FRAMED_CHECK_NONE                 ? 0
           : c == FRAMED_XOR8 || c == FRAMED_SUM8 ? 1
           : c == FRAMED_CRC32                    ? 4
                                                  : 2;
}

uint32_t framed_check_of(enum framed_check c, struct bytes all)
{
    static const struct crc16 kinds[] = {
        [FRAMED_CRC16_CCITT_FALSE] = {0x1021, 0xffff, 0, false},
        [FRAMED_CRC16_XMODEM] = {0x1021, 0, 0, false},
        [FRAMED_CRC16_KERMIT] = {0x1021, 0, 0, true},
        [FRAMED_CRC16_X25] = {0x1021, 0xffff, 0xffff, true},
        [FRAMED_CRC16_MODBUS] = {0x8005, 0xffff, 0, true},
        [FRAMED_CRC16_ARC] = {0x8005, 0, 0, true},
    };
    switch (c) {
    case FRAMED_CHECK_NONE: return 0;
    case FRAMED_XOR8: return fold8(all, false);
    case FRAMED_SUM8: return fold8(all, true);
    case FRAMED_CRC16_CCITT_FALSE:
    case FRAMED_CRC16_XMODEM: return crc16_high_first(&kinds[c], all);
    case FRAMED_CRC16_KERMIT:
    case FRAMED_CRC16_X25:
    case FRAMED_CRC16_MODBUS:
    case FRAMED_CRC16_ARC: return crc16_low_first(&kinds[c], all);
    case FRAMED_CRC32: return crc32_add(0, all);
    }
    return 0;
}

/* ---- values ---- */

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

bool framed_bytes_read(const char *text, size_t most, struct buf *out)
{
    size_t before = out->len;
    text += strncmp(text, "0x", 2) == 0 ? 2 : 0;
    while (*text) {
        int high = hex_digit(text[0]), low = high < 0 ? -1 : hex_digit(text[1]);
        if (low < 0 || out->len - before == most) {
            return false;
        }
        buf_char(out, (char)(high << 4 | low));
        text += 2;
        text += *text == ' ' && text[1] != '\0';
    }
    return out->len > before;
}

static bool read_number(const char *text, uint64_t *out)
{
    unsigned base = strncmp(text, "0x", 2) == 0 ? 16 : 10;
    text += base == 16 ? 2 : 0;
    *out = 0;
    if (!*text) {
        return false;
    }
    for (; *text; text++) {
        int digit = hex_digit(*text);
        if (digit < 0 || digit >= (int)base || *out > (UINT64_MAX - (unsigned)digit) / base) {
            return false;
        }
        *out = *out * base + (unsigned)digit;
    }
    return true;
}

void framed_put_number(const struct framed_field *f, uint64_t n, struct buf *out)
{
    uint8_t *to = buf_extend(out, f->width);
    for (unsigned i = 0; i < f->width; i++) {
        uint8_t *at = f->is_little ? to + i : to + f->width - 1 - i;
        *at = (uint8_t)(f->type == FRAMED_BCD ? n / 10 % 10 << 4 | n % 10 : n);
        n = f->type == FRAMED_BCD ? n / 100 : n >> 8;
    }
}

static bool read_uint(const struct framed_field *f, const char *text, struct buf *out)
{
    uint64_t n;
    if (!read_number(text, &n) || (f->width < 8 && n >> 8 * f->width)) {
        return false;
    }
    framed_put_number(f, n, out);
    return true;
}

/* Digits, two a byte; a number of more digits than fit is none. */
static bool read_bcd(const struct framed_field *f, const char *text, struct buf *out)
{
    size_t len = strlen(text), room = 2 * (size_t)f->width;
    if (len == 0 || len > room || strspn(text, "0123456789") != len) {
        return false;
    }
    for (size_t i = 0; i < room; i += 2) {
        int high = i + len >= room ? text[i + len - room] - '0' : 0;
        int low = i + 1 + len >= room ? text[i + 1 + len - room] - '0' : 0;
        buf_char(out, (char)(high << 4 | low));
    }
    return true;
}

/* A text that is shorter than its field is filled up with zeros. */
static bool read_text(const struct framed_field *f, const char *text, struct buf *out)
{
    size_t len = strlen(text);
    if (f->width && len > f->width) {
        return false;
    }
    buf_str(out, text);
    for (size_t i = len; i < f->width; i++) {
        buf_char(out, '\0');
    }
    return true;
}

bool framed_value_read(const struct framed_field *f, const char *text, struct buf *out)
{
    size_t before = out->len;
    switch (f->type) {
    case FRAMED_UINT: return read_uint(f, text, out);
    case FRAMED_BCD: return read_bcd(f, text, out);
    case FRAMED_TEXT: return read_text(f, text, out);
    case FRAMED_BYTES: break;
    }
    return framed_bytes_read(text, f->width ? f->width : FRAMED_SIZE_MAX, out) &&
           (!f->width || out->len - before == f->width);
}

uint64_t framed_number(const struct framed_field *f, struct bytes value)
{
    uint64_t n = 0;
    for (size_t i = 0; i < value.len; i++) {
        uint8_t b = value.data[f->is_little ? value.len - 1 - i : i];
        n = f->type == FRAMED_BCD ? n * 100 + (b >> 4) * 10u + (b & 15) : n << 8 | b;
    }
    return n;
}

void framed_value_print(const struct framed_field *f, struct bytes value, struct buf *out)
{
    bool is_id = f->role == FRAMED_ID || f->role == FRAMED_ANSWERED_ID;
    if (f->type == FRAMED_UINT && is_id && value.len <= FRAMED_UINT_MAX) {
        buf_printf(out, "0x%0*" PRIx64, 2 * f->width, framed_number(f, value));
    } else if (f->type == FRAMED_UINT && value.len <= FRAMED_UINT_MAX) {
        buf_printf(out, "%" PRIu64, framed_number(f, value));
    } else if (f->type == FRAMED_TEXT) {
        const void *zero = value.len ? memchr(value.data, 0, value.len) : NULL;
        size_t len = zero ? (size_t)((const uint8_t *)zero - value.data) : value.len;
        buf_add(out, bytes_sub(value, 0, len));
    } else {
        for (size_t i = 0; i < value.len; i++) {
            buf_printf(out, "%02x", value.data[i]);
        }
    }
}
