#pragma once
/* RSVP (RFC 2205): one process a node. Senders announce their flows by PATH, which leaves the way
 * back in every node that it passes; receivers ask by RESV, hop by hop along that way; each node
 * admits what its link can still give. All of this is soft: who is not reminded forgets. */

#include "actor/actor.h"

extern const struct actor_type rsvp_type;
extern const struct proto rsvp_proto;

enum rsvp_why {
    RSVP_NO_WHY,
    RSVP_ANNOUNCES,
    RSVP_PASSES_PATH,
    RSVP_REFRESHES_PATH,
    RSVP_ASKS,
    RSVP_PASSES_RESV,
    RSVP_REFRESHES_RESV,
    RSVP_ADMITS,
    RSVP_REFUSES,
    RSVP_FINDS_NO_PATH,
    RSVP_FINDS_CONFLICT,
    RSVP_FINDS_PORTS,
    RSVP_UNKNOWN,
    RSVP_PASSES_ERROR,
    RSVP_GIVES_UP,
    RSVP_ENDS_PATH,
    RSVP_ENDS_RESV,
    RSVP_PATH_RUNS_OUT,
    RSVP_RESV_RUNS_OUT,
    RSVP_CONFIRMS,
    RSVP_IS_CONFIRMED,
    RSVP_IS_SPARED,
    RSVP_KEEPS_ASKING,
    RSVP_PATH_FAILS,
    RSVP_IS_FULL,
    RSVP_CANNOT_READ,
};

/* How long what was learned holds: (K + 0.5) * 1.5 * R (RFC 2205 3.7). */
sim_time rsvp_lifetime(sim_time refresh, int64_t lost);
/* When it is said again: R * (0.5 … 1.5), by a number that may be any. */
sim_time rsvp_refresh_after(sim_time refresh, uint64_t lot);
