/* Open addressing with linear probing; never shrinks, forgets nothing. A place with key 0 is free:
 * key 0 itself has a place behind all others, which says 1 there once it is taken. */
#include "base/map.h"

#include "base/draw.h"
#include "base/os.h"

#include <stdlib.h>

struct map_place {
    uint64_t key, value;
};

static struct map_place *place_of(const struct map *m, uint64_t key)
{
    if (key == 0) {
        return &m->places[m->size];
    }
    for (uint64_t i = hash_mix(key, 0);; i++) {
        struct map_place *place = &m->places[i & (m->size - 1)];
        if (place->key == 0 || place->key == key) {
            return place;
        }
    }
}

static void grow(struct map *m)
{
    struct map old = *m;
    m->size = old.size ? old.size * 2 : 16;
    m->places = os_alloc((m->size + 1) * sizeof *m->places);
    for (uint32_t i = 0; old.size && i <= old.size; i++) {
        if (old.places[i].key || i == old.size) {
            *place_of(m, i == old.size ? 0 : old.places[i].key) = old.places[i];
        }
    }
    free(old.places);
}

uint64_t *map_put(struct map *m, uint64_t key)
{
    if (3 * m->count >= 2 * m->size) {
        grow(m);
    }
    struct map_place *place = place_of(m, key);
    uint64_t taken = key ? key : 1;
    if (place->key != taken) {
        place->key = taken;
        m->count++;
    }
    return &place->value;
}

uint64_t map_get(const struct map *m, uint64_t key)
{
    return m->size ? place_of(m, key)->value : 0;
}

void map_free(struct map *m)
{
    free(m->places);
    *m = (struct map){0};
}
