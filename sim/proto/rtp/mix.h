#pragma once
/* What a mixer does with sound (RFC 3550 7.1): each source's packets become samples in their places
 * on one line of time, and what stands there at one time is added up. 8000 samples a second. */

#include "base/bytes.h"
#include "base/simtime.h"
#include "wire/rtp.h"

#define MIX_RATE       8000
#define MIX_RING       16384 /* samples of a source that are kept, 2 s */
#define MIX_PIECES     512
#define MIX_PACKET_MAX 961 /* samples, 120 ms and what is rounded */

/* Who is to be heard in a stretch of sound, once each, in the order in which they were found. */
struct mix_speakers {
    uint32_t ssrcs[RTP_CSRC_MAX]; /* more than these nobody names (5.1) */
    uint32_t count;
};
struct mix_piece {
    int64_t at;   /* place of its first sample */
    uint32_t len; /* 0: none */
    struct mix_speakers who;
};
/* A source as a mixer keeps it. Zero: nothing was heard. */
struct mix_voice {
    struct mix_piece pieces[MIX_PIECES];
    uint32_t next;
    int16_t ring[MIX_RING];    /* by place, modulo */
    uint32_t places[MIX_RING]; /* 1 + place of what stands there, modulo 2^32; 0: nothing */
    bool is_aligned, has_left; /* has_left: its last words are still to be said */
    int64_t place;             /* of the timestamp, where the voice is aligned */
    uint32_t timestamp;
};

enum mix_verdict { MIX_TAKEN, MIX_ALIGNED, MIX_LATE };
/* A packet came when the line stood at `now`: the first, and the first of each talkspurt, is put
 * `delay` samples ahead of it, the others go by their timestamps (MIX_ALIGNED says that it was put
 * anew). One whose time is over by then is of no use, and the next is put anew: two clocks that
 * drift apart are brought together so. */
enum mix_verdict mix_hear(struct mix_voice *v, const struct rtp *rtp, const int16_t *samples,
                          uint32_t len, int64_t now, int64_t delay);
/* Adds what it says from `at` on to `sum`; true if it says anything, and then who speaks. */
bool mix_add(const struct mix_voice *v, int64_t at, uint32_t len, int32_t *sum,
             struct mix_speakers *who);
void mix_name(struct mix_speakers *who, uint32_t ssrc);
/* As loud as it can be said, and no louder. */
int16_t mix_saturate(int32_t sum);
