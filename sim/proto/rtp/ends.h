#pragma once
/* The source and the sink of a stream: their state, and what they share. */

#include "proto/rtp/heard.h"
#include "proto/rtp/tone.h"

struct rtp_source {
    struct rtp_medium medium;
    int64_t duration, talk, pause;       /* ns; -1: off */
    int64_t tone;                        /* Hz */
    int64_t seq_set, base_set, ssrc_set; /* -1: drawn */
    struct net key;
    uint32_t stream, reporter; /* reporter: handle of its RTCP endpoint, 0: none */
    sim_time began;            /* by the node's clock */
    uint64_t slot, packets, octets;
    uint64_t told_packets, told_octets; /* sent under an earlier SSRC (8.2) */
    uint32_t base, timestamp, ssrc;
    uint16_t seq; /* of the next packet */
    bool has_ended;
    bool is_steered; /* by whoever has opened it */
    bool resumes;    /* the next packet is the first after a pause */
    sim_time rtt, rtt_min, rtt_max, rtt_sum;
    uint64_t rtt_count;
    int32_t reported_lost;
    uint32_t reported_jitter;
    /* A participant speaks to many, and hears them. */
    int64_t listens_only, crowd, join_over; /* switch; members behind it; ns */
    uint32_t peer_count;                    /* 0: the one of its key */
    struct addr peers[RTCP_PEERS_MAX];
    struct rtp_heard_list *heard; /* owned; NULL: it only sends */
};

#define RTP_PLAYED_MAP 1024

struct rtp_sink {
    struct rtp_medium medium;
    int64_t delay, adaptive, in_step; /* ns; switches */
    struct net key;
    uint32_t reporter, ssrc;
    struct rtp_reception reception;
    struct playout playout;
    bool has_begun, has_left, hears_media, is_set_up;
    int64_t lost_before; /* of sources that this one has taken the place of */
    int64_t media_units; /* of the last packet since the first, unwrapped */
    uint32_t last_timestamp;
    sim_time offset; /* of the clock to the media time at which a packet is played, left alone */
    struct playout_estimate estimate;
    int64_t heard_most; /* extended number */
    uint32_t heard_at;  /* its timestamp */
    struct sync_host *beside;
    struct sync_stream *sync; /* NULL: plays by itself */
    sim_time wait;            /* for a slower stream of the same sender */
    int64_t first_at;         /* timestamp of media time 0 */
    struct rtcp_sender_info mapping;
    bool has_mapping, has_apart;
    struct sync_apart apart;         /* from the other stream */
    sim_time armed;                  /* clock time for which the timer stands */
    int64_t next;                    /* extended number that is played next */
    bool was_played[RTP_PLAYED_MAP]; /* by extended number, modulo */
    uint64_t late, twice, concealed, played;
    sim_time waited; /* in the buffer, all that was played */
    uint32_t lsr;    /* middle of the last SR's NTP time; 0: none */
    sim_time sr_at;  /* by the node's clock */
};

extern const struct actor_type rtp_source_type, rtp_sink_type, rtp_member_type;
void rtp_source_step(void *self, const struct input *in, struct fx *fx);
void rtp_source_read(const void *self, int64_t *vars);
/* member.c: a participant's report tells of all that it hears. */
void rtp_member_tell(struct rtp_source *s, struct rtcp_facts *f, const struct input *in,
                     unsigned code, struct fx *fx);
extern const char *const rtp_lowers[];

uint32_t rtp_open_reporter(const struct net *key, struct fx *fx); /* on the next port */
void rtp_set_up(uint32_t reporter, uint32_t ssrc, const struct rtp_medium *m, struct fx *fx);
/* Reports go to the port behind that from which media come, until reports come from elsewhere; ip
 * 0: to whom the key names. */
void rtp_set_up_toward(uint32_t reporter, uint32_t ssrc, const struct rtp_medium *m,
                       struct addr media, struct fx *fx);

#define RTP_MEDIUM(TYPE, FIELD) offsetof(TYPE, medium) + offsetof(struct rtp_medium, FIELD)
#define RTP_REPORT_PARAMS(TYPE)                                                                    \
    {"rtcp", RTP_MEDIUM(TYPE, rtcp_on), PARAM_SWITCH, .initial = 1, .max = 1},                     \
        {"rtcp.bandwidth", RTP_MEDIUM(TYPE, rtcp_share),                                           \
         PARAM_CHANCE,     .initial = 50000000,                                                    \
         .min = 1,         .max = 1000000000},                                                     \
    {                                                                                              \
        "rtcp.minimum", RTP_MEDIUM(TYPE, rtcp_minimum), PARAM_TIME,                                \
            .initial = 5 * SIM_S, .min = SIM_MS, .max = 3600 * SIM_S                               \
    }
/* Fields that all who send have. */
#define RTP_NUMBER_PARAMS(TYPE)                                                                    \
    {"seq",    offsetof(TYPE, seq_set), PARAM_COUNT, .may_be_off = true, .initial = -1,            \
     .min = 0, .max = UINT16_MAX},                                                                 \
        {"timestamp", offsetof(TYPE, base_set), PARAM_COUNT, .may_be_off = true, .initial = -1,    \
         .min = 0,    .max = UINT32_MAX},                                                          \
    {                                                                                              \
        "ssrc", offsetof(TYPE, ssrc_set), PARAM_COUNT, .may_be_off = true, .initial = -1,          \
                                                       .min = 0, .max = UINT32_MAX                 \
    }
#define RTP_MEDIUM_PARAMS(TYPE)                                                                    \
    {"codec", RTP_MEDIUM(TYPE, codec), PARAM_CHOICE, .choices = payload_names},                    \
        {"ptime",           RTP_MEDIUM(TYPE, ptime), PARAM_TIME, .initial = 20 * SIM_MS,           \
         .min = 5 * SIM_MS, .max = 120 * SIM_MS},                                                  \
        {"video.fps",                                                                              \
         RTP_MEDIUM(TYPE, fps),                                                                    \
         PARAM_FREQUENCY,                                                                          \
         .may_be_off = true,                                                                       \
         .initial = -1,                                                                            \
         .min = 1,                                                                                 \
         .max = INT64_C(1000000000000)},                                                           \
        {"video.frame", RTP_MEDIUM(TYPE, frame), PARAM_BYTES, .initial = 5000,                     \
         .min = 1,      .max = 1000000},                                                           \
        {"video.vary", RTP_MEDIUM(TYPE, vary), PARAM_CHANCE, .max = 1000000000},                   \
        {"encode", RTP_MEDIUM(TYPE, encode), PARAM_TIME, .max = 10 * SIM_S},                       \
        RTP_REPORT_PARAMS(TYPE)
/* What rtp_source_read reads first. */
#define RTP_SPEAKER_VARS                                                                           \
    {"packets", "", "media"}, {"timestamp", "", "media"}, {"rtt", "ns", "report"},                 \
        {"reported-lost", "", "report"},                                                           \
    {                                                                                              \
        "reported-jitter", "", "report"                                                            \
    }
#define RTP_SPEAKER_PARAMS(TYPE)                                                                   \
    {"for",    offsetof(TYPE, duration), PARAM_TIME, .may_be_off = true, .initial = -1,            \
     .min = 1, .max = SIM_NEVER / 4},                                                              \
        {"silence.talk",   offsetof(TYPE, talk), PARAM_TIME,                                       \
         .initial = SIM_S, .min = SIM_MS,        .max = 3600 * SIM_S},                             \
        {"silence.pause", offsetof(TYPE, pause), PARAM_TIME,         .may_be_off = true,           \
         .initial = -1,   .min = SIM_MS,         .max = 3600 * SIM_S},                             \
        {"tone", offsetof(TYPE, tone), PARAM_COUNT, .initial = TONE_HZ, .min = 1, .max = 4000},    \
        RTP_NUMBER_PARAMS(TYPE)
