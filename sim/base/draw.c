/* A counter-based generator: splitmix64's finaliser over mixed keys. */
#include "base/draw.h"

__extension__ typedef unsigned __int128 wide;

static uint64_t finalise(uint64_t x)
{
    x ^= x >> 30;
    x *= UINT64_C(0xbf58476d1ce4e5b9);
    x ^= x >> 27;
    x *= UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

uint64_t hash_mix(uint64_t a, uint64_t b)
{
    return finalise(a + UINT64_C(0x9e3779b97f4a7c15) * (b + 1));
}

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
