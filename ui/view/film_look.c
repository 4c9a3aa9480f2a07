/* Looking things up in a film. */

#include "ui/view/film.h"

sim_time flight_end(const struct flight *f)
{
    return f->hop.died != SIM_NEVER ? f->hop.died : f->hop.end ? f->hop.arrive : SIM_NEVER;
}

double film_pace(const struct film *f)
{
    return (double)f->round_trip / (double)SIM_S / 2;
}

uint32_t film_first_offered(const struct film *f, sim_time t)
{
    uint32_t low = 0, high = f->flight_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (f->flights[middle].hop.offered >= t) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

void film_flights(const struct film *f, sim_time from, sim_time to, uint32_t *first, uint32_t *last)
{
    uint32_t low = 0, high = f->flight_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (f->latest[middle] >= from) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    *first = low;
    *last = film_first_offered(f, to + 1);
    *last = *last < low ? low : *last;
}

sim_time film_packet_sent(const struct film *f, uint32_t packet)
{
    struct list records = trace_of_packet(f->trace, packet);

    return records.count > 0 ? trace_record(f->trace, records.at[0])->at : 0;
}

/* How many packets were sent until `now`: ids rise with the time of sending. */
static uint32_t sent_until(const struct film *f, sim_time now)
{
    uint32_t low = 0, high = f->trace->packets.count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (film_packet_sent(f, middle + 1) > now) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

static bool has_flight(const struct film *f, uint32_t packet)
{
    struct hop hop;

    return trace_hops(f->trace, packet, &hop, 1) > 0;
}

uint32_t film_packet_next(const struct film *f, uint32_t packet, sim_time now, int direction)
{
    uint32_t count = f->trace->packets.count, id = packet;

    if (packet == 0) {
        id = sent_until(f, now) + (direction > 0 ? 0 : 1);
    }
    do {
        id += direction > 0 ? 1 : UINT32_MAX;
    } while (id > 0 && id <= count && !has_flight(f, id));
    return id <= count ? id : 0;
}

uint32_t film_busy_limit(const struct film *f, uint32_t most)
{
    uint32_t limit = 0, n = f->trace->node_count;

    while (n > most) {
        uint32_t next = UINT32_MAX;

        n = 0;
        for (uint32_t i = 0; i < f->trace->node_count; i++) {
            if (f->busy[i] > limit) {
                n++;
                next = f->busy[i] < next ? f->busy[i] : next;
            }
        }
        if (n == 0) { /* they are equal: some of them it must be */
            return limit;
        }
        limit = next;
    }
    return limit;
}
