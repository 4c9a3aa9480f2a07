/* What goes wrong on a link by chance: pure draws from (seed, direction, flow, unit, copy), so the
 * k-th copy of frame n shares its fate under every protocol and window (MODEL.md, Randomness). */
#include "net/world.h"

#include "base/os.h"

#include <string.h>

__extension__ typedef unsigned __int128 wide;

/* The flow's name goes into it, a hash a character, so that of each flow it is kept. */
static uint64_t name_key(struct world *w, uint32_t flow, bool has_unit)
{
    uint32_t place = 2 * flow + has_unit, cap = w->name_key_cap;
    if (place >= cap) {
        w->name_key_cap = place + 1 > 2 * cap ? place + 1 : 2 * cap;
        w->name_keys = os_realloc(w->name_keys, w->name_key_cap * sizeof *w->name_keys);
        memset(w->name_keys + cap, 0, (w->name_key_cap - cap) * sizeof *w->name_keys);
    }
    uint64_t *key = &w->name_keys[place];
    if (*key == 0) {
        *key = dice_make(has_unit, flow ? w->trace->flows[flow].name : "").key;
    }
    return *key;
}

uint64_t impair_key(struct world *w, const struct packet *p, uint64_t copy)
{
    uint64_t key = name_key(w, p->flow, p->unit.n > 0);
    return hash_mix(hash_mix(key, p->unit.at), copy);
}

bool impair_asks_copies(const struct scenario_direction *set)
{
    bool lists_units = false;
    for (uint32_t i = 0; i < set->loss.list_count; i++) {
        lists_units |= set->loss.list[i].is_unit;
    }
    return set->loss.kind == LOSS_CHANCE || set->loss.kind == LOSS_GILBERT_ELLIOTT || lists_units ||
           set->jitter || set->bit_errors || set->duplicate || set->reorder_chance;
}

bool impair_is_any(const struct scenario_direction *set)
{
    return set->loss.kind != LOSS_NONE || impair_asks_copies(set) || set->red.is_on;
}

bool impair_loses_only(const struct scenario_direction *set)
{
    return set->loss.kind == LOSS_CHANCE && !set->jitter && !set->bit_errors && !set->duplicate &&
           !set->reorder_chance && !set->red.is_on;
}

static bool is_listed(const struct direction *d, const struct packet *p, uint64_t copy)
{
    for (uint32_t i = 0; i < d->set->loss.list_count; i++) {
        const struct loss_entry *e = &d->set->loss.list[i];
        if (e->is_unit ? p->unit.n > 0 && p->unit.at == e->n && (e->copy == 0 || e->copy == copy)
                       : d->offered == e->n) {
            return true;
        }
    }
    return false;
}

/* The chain moves with each packet offered, before it is looked at. */
static bool is_lost_in_burst(struct direction *d, uint64_t key)
{
    const struct loss *loss = &d->set->loss;
    uint64_t move = draw_long(&d->dice, DRAW_GILBERT, d->offered, 0);
    if (draw_chance(move, d->is_bad ? loss->bad_to_good : loss->good_to_bad)) {
        d->is_bad = !d->is_bad;
    }
    uint64_t bits = draw_long(&d->dice, DRAW_LOSS, key, 0);
    return draw_chance(bits, d->is_bad ? loss->loss_bad : loss->loss_good);
}

bool impair_is_lost(struct direction *d, uint64_t key, const struct packet *p, uint64_t copy)
{
    const struct loss *loss = &d->set->loss;
    switch (loss->kind) {
    case LOSS_NONE: return false;
    case LOSS_CHANCE: return draw_chance(draw_long(&d->dice, DRAW_LOSS, key, 0), loss->chance);
    case LOSS_EVERY: return d->offered % loss->every == 0;
    case LOSS_LIST: return is_listed(d, p, copy);
    case LOSS_GILBERT_ELLIOTT: return is_lost_in_burst(d, key);
    }
    return false;
}

/* (1 - p)^n in 64-bit fixed point, by squaring: no float decides anything. */
static uint64_t all_intact(int64_t bit_errors, uint64_t n)
{
    const uint64_t scale = UINT64_C(1000000000000000000);
    wide most = ~(uint64_t)0;
    wide wrong = ((wide)(uint64_t)bit_errors << 64) / scale;
    wide base = wrong > most ? 0 : most - wrong;
    wide result = most;
    for (; n; n >>= 1) {
        if (n & 1) {
            result = result * base >> 64;
        }
        base = base * base >> 64;
    }
    return (uint64_t)result;
}

int64_t impair_bit(const struct direction *d, uint64_t key, uint64_t bits)
{
    if (d->set->bit_errors == 0 || bits == 0 ||
        draw_long(&d->dice, DRAW_BIT_ERROR, key, 0) < all_intact(d->set->bit_errors, bits)) {
        return -1;
    }
    return (int64_t)draw_below(draw_long(&d->dice, DRAW_BIT, key, 0), bits);
}

sim_time impair_delay(const struct direction *d, uint64_t key)
{
    sim_time delay = d->set->delay;
    if (d->set->jitter) {
        uint64_t range = 2 * (uint64_t)d->set->jitter + 1;
        uint64_t bits = draw_long(&d->dice, DRAW_JITTER, key, 0);
        delay += (sim_time)draw_below(bits, range) - d->set->jitter;
    }
    return delay < 0 ? 0 : delay;
}
