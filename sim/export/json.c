/* JSON, a piece at a time. A value that follows another in the same brackets gets its comma here.
 */
#include "export/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 1 << 18 };

static void add(struct json *j, const char *s, size_t n)
{
    memcpy(json_room(j, n), s, n);
    j->text.len += n;
}

static void value_begins(struct json *j)
{
    if (j->needs_comma) {
        add(j, ",", 1);
    }
    j->needs_comma = true;
}

void json_open(struct json *j, const char *brackets)
{
    value_begins(j);
    add(j, brackets, 1);
    j->needs_comma = false;
}

void json_close(struct json *j, const char *brackets)
{
    add(j, brackets, 1);
    j->needs_comma = true;
}

/* Length of the UTF-8 character at s, 0 if it is none (RFC 3629: no surrogates, nothing overlong).
 */
static size_t utf8_len(const unsigned char *s)
{
    size_t n = s[0] < 0x80 ? 1 : s[0] >= 0xc2 && s[0] < 0xe0 ? 2 : (s[0] & 0xf0) == 0xe0 ? 3 : 0;
    if (s[0] >= 0xf0 && s[0] <= 0xf4) {
        n = 4;
    }
    for (size_t i = 1; i < n; i++) {
        if ((s[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    bool is_bad = (s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
                  (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f);
    return is_bad ? 0 : n;
}

static bool is_plain(unsigned char c)
{
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

static void add_special(struct json *j, unsigned char c)
{
    static const char digits[] = "0123456789abcdef";
    static const char shorts[] = "\"\"\\\\\bb\ff\nn\rr\tt";
    for (size_t i = 0; shorts[i]; i += 2) {
        if ((unsigned char)shorts[i] == c) {
            add(j, "\\", 1);
            add(j, &shorts[i + 1], 1);
            return;
        }
    }
    char text[6] = {'\\', 'u', '0', '0', digits[c >> 4], digits[c & 15]};
    add(j, text, sizeof text);
}

/* The characters from s on that are no plain ones, until one is. */
static const char *add_others(struct json *j, const char *s)
{
    while (*s && !is_plain((unsigned char)*s)) {
        size_t n = utf8_len((const unsigned char *)s);
        if (n > 1) {
            add(j, s, n);
        } else if (n == 1) {
            add_special(j, (unsigned char)*s);
        } else {
            add(j, "\xef\xbf\xbd", 3);
        }
        s += n ? n : 1;
    }
    return s;
}

void json_string(struct json *j, const char *s)
{
    value_begins(j);
    add(j, "\"", 1);
    while (*s) {
        size_t n = 0, len = strlen(s);
        char *to = json_room(j, len);
        for (; is_plain((unsigned char)s[n]); n++) {
            to[n] = s[n];
        }
        j->text.len += n;
        s = add_others(j, s + n);
    }
    add(j, "\"", 1);
}

/* Two digits at a time. */
static void add_digits(struct json *j, uint64_t n, bool is_negative)
{
    static const char pairs[] = "00010203040506070809101112131415161718192021222324"
                                "25262728293031323334353637383940414243444546474849"
                                "50515253545556575859606162636465666768697071727374"
                                "75767778798081828384858687888990919293949596979899";
    char text[24];
    size_t at = sizeof text;
    for (; n >= 100; n /= 100) {
        at -= 2;
        memcpy(text + at, pairs + n % 100 * 2, 2);
    }
    at -= 2;
    memcpy(text + at, pairs + n * 2, 2);
    at += n < 10;
    if (is_negative) {
        text[--at] = '-';
    }
    add(j, text + at, sizeof text - at);
}

void json_uint(struct json *j, uint64_t n)
{
    value_begins(j);
    add_digits(j, n, false);
}

void json_int(struct json *j, int64_t n)
{
    value_begins(j);
    add_digits(j, n < 0 ? 0 - (uint64_t)n : (uint64_t)n, n < 0);
}

void json_double(struct json *j, double x)
{
    char text[40];
    value_begins(j);
    if (!isfinite(x)) {
        add(j, "null", 4);
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, x);
        if (strtod(text, NULL) == x) {
            break;
        }
    }
    add(j, text, strlen(text));
}

static void write_out(struct json *j)
{
    if (j->to && j->text.len > 0) {
        fwrite(j->text.data, 1, j->text.len, j->to);
        buf_clear(&j->text);
    }
}

void json_line(struct json *j)
{
    add(j, "\n", 1);
    j->needs_comma = false;
    if (j->text.len > BLOCK) {
        write_out(j);
    }
}

void json_flush(struct json *j)
{
    write_out(j);
    buf_free(&j->text);
}
