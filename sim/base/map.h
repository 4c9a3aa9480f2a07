#pragma once
/* A map from 64-bit keys to 64-bit values. Zero is an empty map. Iteration order does not exist. */

#include <stdbool.h>
#include <stdint.h>

struct map_place;
struct map {
    struct map_place *places; /* open addressing, a power of two */
    uint32_t count, size;
};

uint64_t *map_put(struct map *m, uint64_t key); /* its value, 0 when new; valid until the next */
uint64_t map_get(const struct map *m, uint64_t key); /* 0 when absent */
void map_free(struct map *m);
