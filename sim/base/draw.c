/* A counter-based generator over mixed keys. */
#include "base/draw.h"

__extension__ typedef unsigned __int128 wide;

struct dice dice_make(uint64_t seed, const char *name)
{
    uint64_t key = hash_mix(UINT64_C(0x736c6f7777697265), seed);
    for (const char *p = name; *p; p++) {
        key = hash_mix(key, (unsigned char)*p);
    }
    return (struct dice){key};
}

uint64_t draw(const struct dice *d, unsigned purpose, uint32_t n)
{
    return hash_mix(hash_mix(d->key, purpose), n);
}

uint64_t draw_long(const struct dice *d, unsigned purpose, uint64_t n, uint64_t m)
{
    return hash_mix(hash_mix(hash_mix(d->key, purpose), n), m);
}

int draw_chance(uint64_t bits, int64_t chance_ppb)
{
    return (int64_t)draw_below(bits, UINT64_C(1000000000)) < chance_ppb;
}

uint64_t draw_below(uint64_t bits, uint64_t range)
{
    return (uint64_t)((wide)bits * range >> 64);
}
