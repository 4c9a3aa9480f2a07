#pragma once
/* A mixer (RFC 3550 7.1, 7.3): each of its sides is a participant of one cloud, which says there
 * what it has heard on the others. */

#include "proto/rtp/crossing.h"
#include "proto/rtp/heard.h"
#include "proto/rtp/mix.h"

struct rtp_mixer {
    struct rtp_medium medium;
    int64_t duration, delay;             /* ns; for ever: -1 */
    int64_t seq_set, base_set, ssrc_set; /* -1: drawn */
    struct net key;
    struct rtp_crossing *crossing; /* of the host; NULL: it has no place there */
    uint32_t side, reporter, stream;
    struct rtp_heard_list heard;
    struct mix_voice **voices; /* owned; by place in voice_ssrcs */
    uint32_t *voice_ssrcs;     /* owned */
    uint32_t voice_count, ssrc, base, timestamp;
    uint16_t seq;
    sim_time began; /* by the node's clock */
    uint64_t slot, packets, octets, told_packets, told_octets, late;
    bool has_ended, is_silent;
    bool is_alone;  /* nobody else is on this side, or not yet */
    bool is_ending; /* nobody is left on any side: when all is said, it is over */
    uint32_t mixed; /* sources in the last packet */
    uint32_t peer_count;
    struct addr peers[RTCP_PEERS_MAX];
};

/* What one side tells another. */
enum {
    MIXER_PART = CODE_INSIDE + 0xa00, /* uint32_t of those who left */
    MIXER_END,                        /* nobody is left on any side */
};

extern const struct actor_type rtp_mixer_type;

/* Place of a time of the host's clock on the mixer's line of samples. */
int64_t rtp_mixer_place(sim_time clock);
/* That side, if it is there and not the own. */
struct rtp_mixer *rtp_mixer_other(const struct rtp_mixer *m, uint32_t side);
/* The side that speaks under that SSRC; NULL: none of ours. */
struct rtp_mixer *rtp_mixer_own(const struct rtp_mixer *m, uint32_t ssrc);

void rtp_mixer_hear(struct rtp_mixer *m, const struct input *in, struct fx *fx);
void rtp_mixer_forget_voices(struct rtp_mixer *m, int64_t place);

void rtp_mixer_tell(struct rtp_mixer *m, const struct input *in, unsigned code, struct fx *fx);
void rtp_mixer_hear_report(struct rtp_mixer *m, const struct input *in, struct fx *fx);
/* Those who left another side: MIXER_PART. */
void rtp_mixer_pass_byes(const struct rtp_mixer *m, const struct input *in, struct fx *fx);
