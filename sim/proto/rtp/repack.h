#pragma once
/* What a translator does to one source toward one side (RFC 3550 7.2): its sound in another coding
 * or in packets of another length, under new sequence numbers; and what reports say of either
 * stream, in the words of the other. Numbers here are extended ones. */

#include "base/bytes.h"
#include "base/simtime.h"
#include "proto/rtp/mix.h"
#include "wire/payload.h"
#include "wire/rtcp.h"

#define REPACK_OUT_MAX 32   /* packets that one may become: 120 ms in pieces of 5, and one before */
#define REPACK_PAST    2048 /* packets that reports may still speak of */
#define REPACK_PAIRS   32   /* of those who report on it */
#define REPACK_BYTES   (2 * 6 * MIX_PACKET_MAX) /* L16 at 44100 */
#define REPACK_AS_IS   (-1)

struct repack_past {         /* a packet that went out */
    int64_t number, in_last; /* the last that went into it */
    int64_t missing, gaps;   /* up to there: lost before us; numbers left out for them */
};
struct repack_pair { /* who has reported on it before */
    uint32_t reporter;
    int64_t expected, lost;
};
struct repack {
    int64_t codec;  /* of what goes out; REPACK_AS_IS: of what came */
    uint32_t units; /* samples of a packet that goes out; 0: as many as came */
    bool is_known;
    int64_t codec_in;
    int64_t in_first, in_last;
    uint32_t in_units, in_end; /* samples of the last packet; the timestamp after it */
    uint32_t first;            /* timestamp of the first */
    /* Within a talkspurt numbers go by the time. */
    uint32_t spurt;
    int64_t spurt_number;
    int64_t out_first, out_last, missing, gaps;
    bool is_filling; /* what is said below */
    bool marker;
    struct repack_past now;
    struct mix_speakers who;
    uint32_t filled, start; /* samples; the timestamp */
    int16_t samples[MIX_PACKET_MAX];
    struct repack_past past[REPACK_PAST]; /* by number, modulo */
    struct repack_pair pairs[REPACK_PAIRS];
    uint32_t pair_count;
};
struct repack_out {
    struct rtp rtp;
    uint32_t len;
    uint8_t payload[REPACK_BYTES];
};

/* Whether such a packet is changed at all: G.711 can be, anything else goes through as it is. */
bool repack_is_needed(const struct repack *r, uint8_t payload_type);
/* A packet comes, `payload` as it is. Returns how many go out; *is_late: it belongs to one that has
 * gone. `out` has room for REPACK_OUT_MAX. */
unsigned repack_add(struct repack *r, const struct rtp *rtp, int64_t extended, struct bytes payload,
                    struct repack_out *out, bool *is_late);
/* No more comes for now: what there is of a packet goes out. */
unsigned repack_flush(struct repack *r, uint32_t ssrc, struct repack_out *out);

/* What an SR of the source says, on the side where the stream has been changed. */
void repack_sender_info(const struct repack *r, struct rtcp_sender_info *info);
/* What a receiver of the changed stream says, as though it had received the source's own. False:
 * there is no telling. */
bool repack_block(struct repack *r, uint32_t reporter, struct rtcp_block *block);
