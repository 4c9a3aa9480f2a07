#pragma once
/* Pure randomness: draw() is a hash of (seed, entity name, purpose, n). Nothing is drawn in order,
 * so no draw can shift another (MODEL.md, Randomness). */

#include <stdint.h>

/* The seed of the run and the name of who draws, already mixed. */
struct dice {
    uint64_t key;
};

/* Names, never numbers, go into the key: `name` is an entity's name in the scenario's words. */
struct dice dice_make(uint64_t seed, const char *name);
/* One step of the hash, for composed keys: splitmix64's finaliser over the two. */
static inline uint64_t hash_mix(uint64_t a, uint64_t b)
{
    uint64_t x = a + UINT64_C(0x9e3779b97f4a7c15) * (b + 1);
    x ^= x >> 30;
    x *= UINT64_C(0xbf58476d1ce4e5b9);
    x ^= x >> 27;
    x *= UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

uint64_t draw(const struct dice *d, unsigned purpose, uint32_t n); /* 64 uniform bits */
uint64_t draw_long(const struct dice *d, unsigned purpose, uint64_t n, uint64_t m);

/* True with probability chance_ppb / 10^9, decided by 64 uniform bits. */
int draw_chance(uint64_t bits, int64_t chance_ppb);

/* Uniform in 0 .. range - 1 (range > 0), by the high half of a 128-bit product. */
uint64_t draw_below(uint64_t bits, uint64_t range);

/* Purposes: one number a use, unique within an entity. */
enum draw_purpose {
    DRAW_LOSS = 1,
    DRAW_GILBERT,
    DRAW_BIT_ERROR,
    DRAW_BIT,
    DRAW_JITTER,
    DRAW_DUPLICATE,
    DRAW_REORDER,
    DRAW_PAYLOAD,
    DRAW_ISN,
    DRAW_PORT,
    DRAW_SSRC,
    DRAW_ARRIVAL,
    DRAW_BACKOFF,
    DRAW_MAC,
    DRAW_XID,
    DRAW_COOKIE,
    DRAW_RED,
};
