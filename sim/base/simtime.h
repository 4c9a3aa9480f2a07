#pragma once
/* Simulated time: whole nanoseconds since the run began. No file of sim/ knows another clock. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef int64_t sim_time;

#define SIM_NEVER INT64_MAX
#define SIM_US    INT64_C(1000)
#define SIM_MS    INT64_C(1000000)
#define SIM_S     INT64_C(1000000000)

/* a + b for a, b >= 0, held at SIM_NEVER instead of overflowing. */
static inline sim_time time_add(sim_time a, sim_time b)
{
    return a > SIM_NEVER - b ? SIM_NEVER : a + b;
}

/* Time in which `bytes` leave a transmitter of rate_bps (bits per second, > 0), rounded up to the
 * next nanosecond (MODEL: transmission time = bits / rate). SIM_NEVER if it does not fit. */
sim_time time_of_bytes(uint64_t bytes, int64_t rate_bps);

/* num * mul / div with a 128-bit product, rounded down; div > 0, result must fit. */
int64_t muldiv(int64_t num, int64_t mul, int64_t div);
int64_t muldiv_up(int64_t num, int64_t mul, int64_t div); /* rounded up; num, mul >= 0 */

/* Writes `t` as seconds, exactly and without trailing zeros but with at least three decimals
 * ("1.150", "0.0000125"). Returns buf, which must hold 32 bytes. */
char *time_print(sim_time t, char buf[32]);
