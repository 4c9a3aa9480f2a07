#pragma once
/* What will be read soon is fetched meanwhile: for whoever walks through more than lies near the
 * processor. Only a wish; it changes nothing but the time that it takes. */

#include <stddef.h>

/* Always inline: a function that only wishes has no effect, and a call of it is left out. */
__attribute__((always_inline)) static inline void soon(const void *p, size_t size)
{
    for (size_t at = 0; at < size; at += 64) {
        __builtin_prefetch((const char *)p + at);
    }
}
