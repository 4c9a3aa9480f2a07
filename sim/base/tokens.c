/* Tokens come at a steady rate, never more than the bucket holds. */
#include "base/tokens.h"

void tokens_fill(struct tokens *t, sim_time now)
{
    int64_t full = t->burst * TOKENS_PER_BYTE, lacks = full - t->level;
    sim_time since = now - t->at;
    t->at = now;
    t->level = since > lacks / t->rate_bps ? full : t->level + since * t->rate_bps;
}

sim_time tokens_due(const struct tokens *t, uint32_t bytes)
{
    int64_t lacks = bytes * TOKENS_PER_BYTE - t->level;
    if (bytes > t->burst) {
        return SIM_NEVER;
    }
    return lacks <= 0 ? t->at : time_add(t->at, (lacks + t->rate_bps - 1) / t->rate_bps);
}

bool tokens_take(struct tokens *t, uint32_t bytes, sim_time now)
{
    tokens_fill(t, now);
    if (t->level < bytes * TOKENS_PER_BYTE) {
        return false;
    }
    t->level -= bytes * TOKENS_PER_BYTE;
    return true;
}
