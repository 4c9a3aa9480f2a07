/* Arithmetic of simulated time that cannot overflow. */
#include "base/simtime.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

__extension__ typedef __int128 wide;

/* Below both, 64 bits hold the sum that is divided; a 128-bit division takes three times as long.
 */
#define NARROW_BYTES (UINT64_C(1) << 29)
#define NARROW_RATE  (INT64_C(1) << 61)

sim_time time_of_bytes(uint64_t bytes, int64_t rate_bps)
{
    if (bytes < NARROW_BYTES && rate_bps < NARROW_RATE) {
        return ((int64_t)bytes * 8 * SIM_S + rate_bps - 1) / rate_bps;
    }
    wide ns = ((wide)bytes * 8 * SIM_S + rate_bps - 1) / rate_bps;
    return ns > SIM_NEVER ? SIM_NEVER : (sim_time)ns;
}

int64_t muldiv(int64_t num, int64_t mul, int64_t div)
{
    return (int64_t)((wide)num * mul / div);
}

int64_t muldiv_up(int64_t num, int64_t mul, int64_t div)
{
    return (int64_t)(((wide)num * mul + div - 1) / div);
}

char *time_print(sim_time t, char buf[32])
{
    int n = snprintf(buf, 32, "%" PRId64 ".%09" PRId64, t / SIM_S, t % SIM_S);
    char *shortest = strchr(buf, '.') + 4;
    for (char *end = buf + n; end > shortest && end[-1] == '0'; end--) {
        end[-1] = '\0';
    }
    return buf;
}
