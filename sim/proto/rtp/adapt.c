/* How long to wait: mean and mean deviation of the transit, as running means with a gain of 1/128
 * (Ramjee, Kurose, Towsley, Schulzrinne: Adaptive Playout Mechanisms, INFOCOM 1994, algorithm 1).
 * The first 128 packets count alike, so that the first estimate is none of a single packet. A
 * transit is the receiver's clock less the media clock: it holds their offset, which is why only
 * its changes mean something, and follows their drift. */
#include "proto/rtp/rtp.h"

#define GAIN       128
#define DEVIATIONS 4

static sim_time magnitude(sim_time v)
{
    return v < 0 ? -v : v;
}

void playout_learn(struct playout_estimate *e, sim_time transit)
{
    e->count += e->count < GAIN;
    e->transit += (transit - e->transit) / e->count;
    e->deviation += (magnitude(transit - e->transit) - e->deviation) / e->count;
}

sim_time playout_advice(const struct playout_estimate *e)
{
    return e->transit + DEVIATIONS * e->deviation;
}
