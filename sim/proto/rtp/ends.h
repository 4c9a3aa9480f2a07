#pragma once
/* The source and the sink of a stream: their state, and what they share. */

#include "proto/rtp/heard.h"
#include "proto/rtp/tone.h"

#define RTP_VIDEO_PACKET 1200u /* payload of a picture's packet at most */

/* What a source sends again: a stream of its own (RFC 4588). */
struct rtp_repairs {
    struct rtp_history sent;
    uint32_t ssrc;
    uint16_t seq; /* of the next packet */
    uint64_t packets, octets;
};

struct rtp_source {
    struct rtp_medium medium;
    int64_t duration, talk, pause;                   /* ns; -1: off */
    int64_t tone;                                    /* Hz */
    int64_t seq_set, base_set, ssrc_set;             /* -1: drawn */
    int64_t element_id, element, profile, extension; /* of the header: RFC 8285, RFC 3550 5.3.1 */
    int64_t pad;                                     /* payloads are filled up to so many bytes */
    int64_t app_name, app_subtype, app_data;         /* RFC 3550 6.7 */
    struct net key;
    struct rtp_repairs repairs;
    uint64_t intra_at; /* slot of the last picture that builds on no other */
    uint64_t intra_count;
    bool wants_intra;          /* it was asked for */
    uint32_t filled_stream;    /* payloads with their filling */
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
    bool is_reported; /* somebody has told what of ours has come */
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
    uint64_t late, twice, concealed, played, recovered;
    struct rtp_gaps gaps;
    struct rtp_reception repairs; /* the stream of what was sent again */
    struct rtp_pictures pictures;
    bool is_frozen;         /* the last picture stands still */
    sim_time asked_picture; /* when an intra picture was asked for; 0: none is */
    sim_time waited;        /* in the buffer, all that was played */
    uint32_t lsr;           /* middle of the last SR's NTP time; 0: none */
    sim_time sr_at;         /* by the node's clock */
};

extern const struct actor_type rtp_source_type, rtp_sink_type, rtp_member_type;
/* The same below ends that agree on the medium between them: the settings do not name it. */
extern const struct actor_type rtp_agreed_source_type, rtp_agreed_sink_type;
void rtp_source_need(const void *self, struct flow_need *out); /* need.c */
void rtp_source_step(void *self, const struct input *in, struct fx *fx);
void rtp_source_read(const void *self, int64_t *vars);
/* packet.c: a packet goes, for the first time or again. */
void rtp_source_send(struct rtp_source *s, const struct rtp_sent *p, bool again, enum rtp_why why,
                     struct fx *fx);
/* answer.c: a compound came to a source, which learns from reports and answers feedback. */
void rtp_source_hear(struct rtp_source *s, const struct input *in, struct fx *fx);

enum rtp_sink_timer { RTP_SINK_PLAYOUT, RTP_SINK_AGAIN };
enum { RTP_SINK_PACKET }; /* its set: packets by their extended numbers */
enum rtp_sink_item {
    RTP_ITEM_ABSENT,
    RTP_ITEM_BUFFERED,
    RTP_ITEM_PLAYED,
    RTP_ITEM_MISSING,
    RTP_ITEM_LATE,
};
/* sink.c: its timer stands at what is played next; streams of one sender keep step. */
void rtp_sink_arm(struct rtp_sink *s, const struct input *in, struct fx *fx);
void rtp_sink_keep_step(struct rtp_sink *s, const struct input *in, struct fx *fx);
/* arrival.c: a packet came. */
void rtp_sink_hear(struct rtp_sink *s, struct bytes packet, const struct input *in, struct fx *fx);
/* recover.c. What is missing between the two numbers is asked for; it would be played in `left`. */
void rtp_sink_miss(struct rtp_sink *s, int64_t from, int64_t until, sim_time left,
                   const struct input *in, struct fx *fx);
void rtp_sink_ask_again(struct rtp_sink *s, const struct input *in, struct fx *fx);
/* Whether a picture could be shown; if not, an intra picture is asked for. */
void rtp_sink_look(struct rtp_sink *s, const struct playout_slot *slot, bool has_gap,
                   const struct input *in, struct fx *fx);
/* The number that a packet of the repair stream had; false: it is none. */
bool rtp_sink_original(struct rtp_sink *s, struct rtp *rtp, struct bytes *inside,
                       const struct input *in, int64_t *extended);
/* regain.c: what a participant misses of one that it hears, between the two numbers. */
void rtp_member_miss(struct rtp_source *s, struct rtp_heard *h, int64_t from, int64_t until,
                     const struct input *in, struct fx *fx);
void rtp_member_ask_again(struct rtp_source *s, const struct input *in, struct fx *fx);
/* A packet of a repair stream: true if it was missing. osn: its original number. */
bool rtp_member_regain(struct rtp_source *s, struct addr from, uint16_t osn);
enum rtp_source_timer { RTP_SOURCE_NEXT, RTP_SOURCE_AGAIN };
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

bool rtp_is_app_name(const char *text); /* four characters of ASCII (RFC 3550 6.7) */
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
/* What is missing is asked for, and sent again. */
#define RTP_REPAIR_PARAMS(TYPE)                                                                    \
    {"feedback.nack", RTP_MEDIUM(TYPE, nack), PARAM_SWITCH, .max = 1},                             \
        {"feedback.interval", RTP_MEDIUM(TYPE, feedback_interval), PARAM_TIME,                     \
         .max = 3600 * SIM_S},                                                                     \
        {"feedback.again",        RTP_MEDIUM(TYPE, again), PARAM_TIME,       .may_be_off = true,   \
         .initial = 200 * SIM_MS, .min = SIM_MS,           .max = 60 * SIM_S},                     \
    {                                                                                              \
        "retransmission", RTP_MEDIUM(TYPE, keep), PARAM_TIME, .may_be_off = true, .initial = -1,   \
                                                              .min = SIM_MS, .max = 60 * SIM_S     \
    }
/* Pictures that build on each other. */
#define RTP_PICTURE_PARAMS(TYPE)                                                                   \
    {"video.intra", RTP_MEDIUM(TYPE, intra), PARAM_BYTES, .may_be_off = true, .initial = -1,       \
     .min = 1,      .max = 1000000},                                                               \
        {"video.intra-every", RTP_MEDIUM(TYPE, intra_every),                                       \
         PARAM_COUNT,         .may_be_off = true,                                                  \
         .initial = -1,       .min = 1,                                                            \
         .max = 1000000},                                                                          \
    {                                                                                              \
        "feedback.pli", RTP_MEDIUM(TYPE, pli), PARAM_SWITCH, .max = 1                              \
    }
/* What rtp_source_read reads first. */
#define RTP_SPEAKER_VARS                                                                           \
    {"packets", "", "media"}, {"timestamp", "", "media"}, {"rtt", "ns", "report"},                 \
        {"reported-lost", "", "report"},                                                           \
    {                                                                                              \
        "reported-jitter", "", "report"                                                            \
    }
/* What headers, payloads and reports may hold besides. */
#define RTP_BESIDES_PARAMS(TYPE)                                                                   \
    {"extension.id", offsetof(TYPE, element_id), PARAM_COUNT, .initial = 1, .min = 1, .max = 14},  \
        {"extension.element", offsetof(TYPE, element), PARAM_TEXT, .max = 16},                     \
        {"extension.profile", offsetof(TYPE, profile), PARAM_COUNT, .max = UINT16_MAX},            \
        {"extension.data", offsetof(TYPE, extension), PARAM_TEXT, .max = RTP_EXTENSION_MAX},       \
        {"padding", offsetof(TYPE, pad), PARAM_COUNT, .may_be_off = true, .initial = -1,           \
         .min = 2,  .max = 255},                                                                   \
        {"app.name", offsetof(TYPE, app_name),   PARAM_TEXT,                                       \
         .max = 4,   .is_good = rtp_is_app_name, .accepted = "reader.text.app-name"},              \
        {"app.subtype", offsetof(TYPE, app_subtype), PARAM_COUNT, .max = 31},                      \
    {                                                                                              \
        "app.data", offsetof(TYPE, app_data), PARAM_TEXT, .max = 64                                \
    }
#define RTP_SPEAKER_PARAMS(TYPE)                                                                   \
    {"for",    offsetof(TYPE, duration), PARAM_TIME, .may_be_off = true, .initial = -1,            \
     .min = 1, .max = SIM_NEVER / 4},                                                              \
        {"silence.talk",   offsetof(TYPE, talk), PARAM_TIME,                                       \
         .initial = SIM_S, .min = SIM_MS,        .max = 3600 * SIM_S},                             \
        {"silence.pause", offsetof(TYPE, pause), PARAM_TIME,         .may_be_off = true,           \
         .initial = -1,   .min = SIM_MS,         .max = 3600 * SIM_S},                             \
        {"tone", offsetof(TYPE, tone), PARAM_COUNT, .initial = TONE_HZ, .min = 1, .max = 4000},    \
        RTP_NUMBER_PARAMS(TYPE), RTP_BESIDES_PARAMS(TYPE)
