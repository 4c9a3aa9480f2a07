#pragma once
/* What the views look up of a trace again and again, made from it once: the flights of packets over
 * single hops in order of time, the marks of the scrubber, the quiet stretches, the usual round
 * trip. Nothing here is news: every line can be had from the trace. */

#include "trace/trace.h"
#include "ui/player.h"
#include "ui/view/curves.h"
#include "ui/view/layout.h"
#include "ui/view/leases.h"
#include "ui/view/media.h"
#include "ui/view/reserves.h"
#include "ui/view/talks.h"

#include <stddef.h>

/* A packet on one hop, and whether it was sent again. */
struct flight {
    struct hop hop;
    uint32_t packet;
    uint32_t nth;  /* which hop of its packet, from 0 */
    bool is_first; /* first copy of its unit: not a retransmission */
};

struct film {
    const struct trace *trace;
    struct flight *flights; /* ascending by hop.offered */
    sim_time *latest;       /* latest[i]: last end of flights[0 .. i], for searching backward */
    uint32_t flight_count;
    struct mark *marks;
    uint32_t mark_count;
    struct reserves reserves;
    uint32_t *shares; /* records of what is reserved on a direction */
    uint32_t share_count;
    uint32_t *calls; /* records of links cut and mended, hosts crashed and restarted */
    uint32_t call_count;
    struct axis plain, folded;
    double span; /* what a ladder of usual height shows at zoom 1, though the run may be shorter */
    sim_time round_trip; /* twice the mean way of packets that arrived; 1 ms if none did */
    struct spot *spots;  /* of nodes */
    uint32_t *order;     /* nodes from left to right */
    uint32_t *busy;      /* of nodes: how many flights begin or end there */
    uint32_t
        *refusals; /* of nodes: bit of each drop_class with which it or its endpoints refused */
    uint32_t sample[6];                 /* a packet of each packet_kind, the first; 0: none */
    uint32_t sample_again, sample_lost; /* one that was sent again, one that died on the way */
    uint32_t *actors; /* entities that are protocol endpoints, in the order of birth */
    uint32_t actor_count;
    struct curves curves; /* figures over time */
    struct leases leases; /* of DHCP */
    struct media media;   /* of RTP */
    struct talks talks;   /* of applications */
    bool is_one_row;      /* nodes stand side by side */
    bool has_queues;      /* a packet waited for its transmitter */
    bool *differs; /* by packet: it has no equal in a run beside this one; NULL: there is none */
    uint32_t differ_count;
    uint16_t *repeats; /* by packet: which duplicate of an acknowledgement it is; 0: none */
};

struct film *film_new(const struct trace *t);
void film_free(struct film *f);
/* Simulated seconds a second of the screen at which a round trip takes two seconds. */
double film_pace(const struct film *f);
/* Flights [*first, *last) are all that may be under way between the two times; those that ended
 * before stand among them too. */
void film_flights(const struct film *f, sim_time from, sim_time to, uint32_t *first,
                  uint32_t *last);
/* Bits a second that are reserved on a direction; 0: nothing is. */
int64_t film_reserved(const struct film *f, uint32_t direction, sim_time now);
/* Of a packet that waits: in the queue of what is reserved. */
bool flight_is_reserved(const struct film *f, const struct flight *g);
/* First flight offered at t or later; flight_count if none. */
uint32_t film_first_offered(const struct film *f, sim_time t);
/* Arrival or death; SIM_NEVER: the run ended before. */
sim_time flight_end(const struct flight *f);
/* Next packet (direction 1) or the one before (-1) that was on a link, in order of sending; 0:
 * none. packet 0: the one that was sent next after (before) `now`. */
uint32_t film_packet_next(const struct film *f, uint32_t packet, sim_time now, int direction);
/* The least number of flights of a node that makes it one of the `most` busiest. */
uint32_t film_busy_limit(const struct film *f, uint32_t most);
sim_time film_packet_sent(const struct film *f, uint32_t packet);
