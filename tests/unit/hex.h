#pragma once
/* Bytes as people write them, "0c 00 01". */

#include "base/bytes.h"

#include <check.h>
#include <stdio.h>

static inline struct bytes unhex(const char *text, uint8_t out[256])
{
    size_t n = 0;
    unsigned byte;
    for (int used; sscanf(text, " %2x%n", &byte, &used) == 1; text += used) {
        out[n++] = (uint8_t)byte;
    }
    return bytes_of(out, n);
}

static inline void expect_hex(struct bytes seen, const char *want)
{
    uint8_t room[256];
    struct bytes wanted = unhex(want, room);
    ck_assert_uint_eq(seen.len, wanted.len);
    ck_assert_mem_eq(seen.data, wanted.data, wanted.len);
}
