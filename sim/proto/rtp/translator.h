#pragma once
/* A translator (RFC 3550 7.1, 7.2): what comes on one of its sides goes out on the others, under
 * the SSRC that it came with. */

#include "proto/rtp/crossing.h"
#include "proto/rtp/heard.h"
#include "proto/rtp/repack.h"

struct rtp_toward { /* a source of another side, as it goes out here */
    uint32_t ssrc;
    struct repack *repack; /* owned */
    sim_time flush_at;     /* SIM_NEVER: nothing waits */
    bool has_left;         /* if it speaks again, it begins anew */
};
struct rtp_translator {
    int64_t codec, ptime; /* 0: as it came, else a coding; ns, -1: as it came */
    int64_t duration, rtcp_on;
    struct net key;
    struct rtp_crossing *crossing; /* of the host; NULL: it has no place there */
    uint32_t side, relay, stream;
    struct rtp_heard_list heard;
    struct rtp_toward *toward; /* owned */
    uint32_t toward_count;
    uint64_t packets, changed;
    bool has_ended;
    sim_time ends_at; /* SIM_NEVER: it does not */
    uint32_t peer_count;
    struct addr peers[RTCP_PEERS_MAX];
};

/* What one side tells another. */
enum {
    TRANSLATOR_MEDIA = CODE_INSIDE + 0xb00, /* struct rtp_carried_over, then the RTP header; body:
                                               the payload */
    TRANSLATOR_RTCP,                        /* uint32_t: from which side; then a compound */
};
struct rtp_carried_over {
    int64_t extended;
};
/* Between a side and its RTCP endpoint. */
enum {
    RELAY_HEARD = CODE_INSIDE + 0xb80, /* up: struct addr: from where; then a compound */
    RELAY_SEND,                        /* down: a compound */
    RELAY_PEERS,                       /* down: struct addr of each */
    RELAY_DOUBT,                       /* down: the one just heard is not let through */
};

extern const struct actor_type rtp_translator_type;

struct rtp_toward *rtp_translator_toward(struct rtp_translator *t, uint32_t ssrc);
/* It says BYE: what waits of it goes out before that. Others may still report on it. */
void rtp_translator_finish(struct rtp_translator *t, uint32_t ssrc, struct fx *fx);
/* That side, if it is there and not the own. */
struct rtp_translator *rtp_translator_other(const struct rtp_translator *t, uint32_t side);

/* translator_report.c: a compound came on this side; RELAY_HEARD. */
void rtp_translator_hear_report(struct rtp_translator *t, const struct input *in, struct fx *fx);
/* One came on another side: it goes out here, in the words of this one. */
void rtp_translator_pass_report(struct rtp_translator *t, const struct input *in, struct fx *fx);
/* Before it ceases: BYE for all that it has passed on. */
void rtp_translator_leave(struct rtp_translator *t, const struct input *in, struct fx *fx);
