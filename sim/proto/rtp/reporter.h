#pragma once
/* What a source, a sink or a participant and its RTCP endpoint say to each other, on the one host:
 * the endpoint keeps the session, those above it know the media. Each head is the bytes of a
 * struct. */

#include "actor/actor.h"
#include "wire/rtcp.h"

#define RTCP_PEERS_MAX  32 /* of a mesh of unicast */
#define RTCP_BLOCKS_MAX 31
#define RTCP_CROWD_MAX  1000

enum rtcp_code {
    RTCP_CODE_SETUP = CODE_INSIDE + 0x800, /* down: struct rtcp_setup */
    RTCP_CODE_FACTS,                       /* down: struct rtcp_facts, the answer to DUE */
    RTCP_CODE_LEAVE,                       /* down: struct rtcp_facts: say BYE */
    RTCP_CODE_MEDIA,                       /* down: struct rtcp_media: RTP came from there */
    RTCP_CODE_WISH,                        /* down: struct rtcp_wish: feedback, soon */
    RTCP_CODE_PASS,                        /* down: whole RTCP packets, which go out at once */
    RTCP_CODE_DUE,                         /* up: a report is due, what is there to say? uint32_t:
                                              whose, to be handed back */
    RTCP_CODE_HEARD,                       /* up: a compound came */
    RTCP_CODE_GONE,    /* up: the others have left, or are silent for too long */
    RTCP_CODE_RENAMED, /* up: uint32_t: our SSRC after a collision (8.2) */
    RTCP_CODE_CARRY,   /* up: a compound that goes by the connection of those above */
    RTCP_CODE_CARRIED, /* down: one that came so */
};
struct rtcp_setup {
    uint32_t ssrc;
    bool sends, has_feedback; /* media from the beginning; RTP/AVPF (RFC 4585) */
    bool is_carried;          /* compounds go by the connection of those above */
    int64_t bandwidth;
    sim_time minimum; /* with feedback there is none, but T_rr_interval */
    sim_time feedback_interval;
    uint32_t crowd;      /* members behind this endpoint, each with its own SSRC; 0: one */
    sim_time join_over;  /* they enter evenly over that time */
    uint32_t peer_count; /* 0: the one that the key names */
    struct addr peers[RTCP_PEERS_MAX];
};
/* An APP packet that goes with each report (RFC 3550 6.7). */
struct rtcp_app {
    const char *name, *data; /* name "" or NULL: none goes */
    unsigned subtype;
};
struct rtcp_facts {
    struct rtcp_sender_info info;
    struct rtcp_block block;
    bool has_sent, has_block, hears_media;
    uint32_t repair; /* SSRC of the stream of what is sent again (RFC 4588); 0: nothing was */
    struct rtcp_sender_info repaired; /* of that */
    uint32_t index;                   /* whose report: what DUE said */
    struct rtcp_app app;
    uint32_t more_count; /* so many struct rtcp_block follow behind this struct */
    uint32_t along;      /* bytes of whole RTCP packets behind those, which go along */
};
struct rtcp_media {
    uint32_t ssrc;
    struct addr from;
    uint32_t contributor_count;
    uint32_t contributors[15];
};
struct rtcp_wish {
    uint32_t media; /* SSRC of the source that is asked */
    bool is_pli;    /* else: NACK of seq */
    uint16_t seq;
    sim_time of_use; /* only if it is said within that time (T_max_fb_delay) */
};
