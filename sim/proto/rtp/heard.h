#pragma once
/* The sources that a participant of several hears, each SSRC with a reception of its own (RFC 3550
 * A.1, A.8) and a block of its own in the reports. */

#include "proto/rtp/crossing.h"
#include "proto/rtp/rtp.h"

/* A source as a participant hears it. */
struct rtp_heard {
    uint32_t ssrc;
    struct addr from;
    struct rtp_reception reception;
    uint64_t bytes;
    bool is_repair;       /* what others send again (RFC 4588) */
    struct rtp_gaps gaps; /* what is missing, and was asked for */
    bool is_told;         /* to the session, since the last report */
    uint32_t lsr;         /* middle of its last SR's NTP time; 0: none */
    sim_time sr_at;       /* by the node's clock */
};
struct rtp_heard_list {
    struct rtp_heard *list; /* owned */
    uint32_t count;
    int64_t lost_before; /* of sources that are gone */
    uint64_t refused, renamed, recovered;
    uint64_t wire_bytes; /* of all media, with the headers below them */
    sim_time first_at, last_at;
    struct rtp_crossing names; /* whose each SSRC is, also of those in a mix: all on side 0 */
};

struct rtp_heard *rtp_heard_find(const struct rtp_heard_list *all, uint32_t ssrc);
/* NULL: there are more than anybody keeps apart. */
struct rtp_heard *rtp_heard_add(struct rtp_heard_list *all, uint32_t ssrc, struct addr from);
/* A compound came: when its senders last reported, and who has said BYE. */
void rtp_heard_report(struct rtp_heard_list *all, struct bytes compound, sim_time clock);
/* Appends a struct rtcp_block for each source heard since the last time, RTCP_BLOCKS_MAX at most,
 * and begins a new interval. Not `is_first`: another member of a crowd tells of all, and nothing
 * begins. Returns how many. */
uint32_t rtp_heard_blocks(struct rtp_heard_list *all, bool is_first, sim_time clock,
                          struct buf *out);
int64_t rtp_heard_lost(const struct rtp_heard_list *all);     /* of all of them, repairs left out */
uint32_t rtp_heard_sources(const struct rtp_heard_list *all); /* the same of their count */
void rtp_heard_free(struct rtp_heard_list *all);
