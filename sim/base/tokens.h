#pragma once
/* The tokens of a bucket (RFC 2215 3.6): bytes may pass while there are as many. */

#include "base/simtime.h"

#include <stdbool.h>
#include <stdint.h>

/* Tokens in parts of 1/8 byte / 10^9: a bit-nanosecond, so that nothing is ever rounded. */
struct tokens {
    int64_t rate_bps, burst; /* bit/s; bytes */
    int64_t level;           /* bits * 10^9 */
    sim_time at;             /* for which `level` holds */
};
#define TOKENS_PER_BYTE  (8 * SIM_S)
#define TOKENS_BURST_MAX (INT64_C(1) << 30) /* bytes: level fits */

void tokens_fill(struct tokens *t, sim_time now);
/* When there will be enough for so many bytes; SIM_NEVER: the bucket is too small. */
sim_time tokens_due(const struct tokens *t, uint32_t bytes);
bool tokens_take(struct tokens *t, uint32_t bytes, sim_time now); /* false: there are not enough */
