#pragma once
/* A token bucket of a router: what it is asked about passes while there are tokens, a byte each;
 * what is too much is thrown away (a policer) or waits its turn (a shaper). In any time t no more
 * than rate * t + burst passes (RFC 2697 and RFC 3290 5.1 name the same two figures). */

#include "actor/actor.h"

extern const struct actor_type token_bucket_type;

/* Tokens in parts of 1/8 byte / 10^9: a bit-nanosecond, so that nothing is ever rounded. */
struct tokens {
    int64_t rate_bps, burst; /* bit/s; bytes */
    int64_t level;           /* bits * 10^9 */
    sim_time at;             /* for which `level` holds */
};
#define TOKENS_PER_BYTE (8 * SIM_S)
#define BURST_MAX       (INT64_C(1) << 30) /* bytes: level fits */

void tokens_fill(struct tokens *t, sim_time now);
/* When there will be enough for so many bytes; SIM_NEVER: the bucket is too small. */
sim_time tokens_due(const struct tokens *t, uint32_t bytes);
bool tokens_take(struct tokens *t, uint32_t bytes, sim_time now); /* false: there are not enough */
