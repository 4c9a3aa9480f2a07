#pragma once
/* Inside the search for streams: what sources have sent (media_sent.c), and what sinks make of it
 * (media.c). */

#include "ui/view/media.h"

#define NOWHERE UINT32_MAX

struct finder_sent {
    uint32_t packet; /* 0: it went within a connection, and is known by its source's count alone */
    uint32_t timestamp;
    sim_time at;
    uint32_t again; /* the last copy that was sent again, 0: none */
    sim_time again_at;
};

struct finder {
    const struct trace *t;
    struct media *m;
    struct finder_sent **sent; /* by entity: what a source sent */
    uint32_t *sent_count, *sent_cap;
    uint32_t *place;     /* by packet: its place among its source's, + 1; 0: no RTP packet */
    int64_t *difference; /* by entity: D of a sink */
    int64_t *first;      /* by entity: the first number that a sink of a carried stream heard */
    uint32_t *last;      /* by entity: index of the stream that a sink plays now */
};

bool media_is_type(const struct trace *t, uint32_t entity, const char *name);
int64_t media_field(const struct trace *t, uint32_t packet, const char *name);
/* Packets of all sources, and counts of those that went within connections. */
void media_collect_sent(struct finder *f);
