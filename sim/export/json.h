#pragma once
/* Writing JSON by hand: numbers and escapes without printf, a block at a time. The text depends on
 * the values alone: no locale, no library's way of rounding. */

#include "base/bytes.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct json {
    FILE *to; /* NULL: everything stays in `text` */
    struct buf text;
    bool needs_comma;
};

/* Room for n bytes at the end of the text; they count when text.len does. */
static inline char *json_room(struct json *j, size_t n)
{
    if (j->text.cap - j->text.len < n) {
        buf_grow(&j->text, n > 4096 ? n : 4096);
    }
    return (char *)j->text.data + j->text.len;
}

void json_open(struct json *j, const char *brackets);  /* "{" or "[" */
void json_close(struct json *j, const char *brackets); /* "}" or "]" */
/* key: letters, digits and '_', not escaped. Here, because most keys are constants. */
static inline void json_key(struct json *j, const char *key)
{
    size_t n = strlen(key);
    char *at = json_room(j, n + 4);
    *at = ',';
    at += j->needs_comma;
    *at++ = '"';
    memcpy(at, key, n);
    at[n] = '"';
    at[n + 1] = ':';
    j->text.len += n + 3 + j->needs_comma;
    j->needs_comma = false;
}
void json_string(struct json *j, const char *s); /* what is not UTF-8 becomes U+FFFD */
void json_int(struct json *j, int64_t n);
void json_uint(struct json *j, uint64_t n);
/* The shortest of 15, 16 and 17 digits that reads back as the same number; null unless finite. */
void json_double(struct json *j, double x);
void json_line(struct json *j);  /* end of a line; written out when a block is full */
void json_flush(struct json *j); /* everything to `to`, memory freed */

/* Key and value in one. */
static inline void json_text(struct json *j, const char *key, const char *value)
{
    json_key(j, key);
    json_string(j, value);
}

static inline void json_number(struct json *j, const char *key, int64_t value)
{
    json_key(j, key);
    json_int(j, value);
}
