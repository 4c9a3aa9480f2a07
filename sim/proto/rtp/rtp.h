#pragma once
/* RTP and RTCP (RFC 3550, 3551): a source that sends sound or pictures by its clock, a sink that
 * counts what comes, waits out the jitter and plays, and at either end an `rtcp` endpoint on the
 * next port that tells the other side. The sessions are unicast: one source, one sink. */

#include "actor/actor.h"
#include "proto/rtp/reporter.h"
#include "proto/rtp/timing.h"
#include "wire/payload.h"
#include "wire/rtcp.h"
#include "wire/rtp.h"

extern const struct proto rtp_proto, rtcp_proto;
extern const struct traffic_type rtp_media, rtp_conference, rtp_mixer_traffic,
    rtp_translator_traffic;
extern const struct actor_type rtcp_type, rtcp_relay_type;
extern const struct reason rtp_reasons[];

enum rtp_why {
    RTP_NO_REASON,
    RTP_FIRST,      /* the first packet of all */
    RTP_BY_CLOCK,   /* the media clock goes on */
    RTP_TALKSPURT,  /* the first after a silence: marked */
    RTP_FRAME,      /* the first packet of a picture */
    RTP_SAME_FRAME, /* a further packet of the same picture */
    RTP_SILENT,     /* nothing is sent, the timestamp goes on */
    RTP_ENDED,
    RTP_BUFFERED, /* waits for its time to be played */
    RTP_PLAYED,
    RTP_MISSING, /* its time has come, it has not */
    RTP_TOO_LATE,
    RTP_TWICE,
    RTP_MALFORMED,
    RTP_REPORT, /* the interval is over */
    RTP_BYE,
    RTP_ROUND_TRIP,      /* a report block with the time of an earlier SR */
    RTP_ADAPTED,         /* a talkspurt begins, the delay is set anew */
    RTP_IN_STEP,         /* sound and pictures of one sender are played together */
    RTP_COLLISION,       /* another source bears our SSRC (8.2) */
    RTP_LOOP,            /* our own packets come back */
    RTP_FOREIGN,         /* another's SSRC, from another address */
    RTP_BACK_OFF,        /* many members: BYE waits (6.3.7) */
    RTP_JOINED,          /* a member that was not there */
    RTP_PARTED,          /* it has said BYE */
    RTP_SILENT_FOR_LONG, /* five intervals: it has timed out */
    RTP_NACK,
    RTP_PLI,
    RTP_PAUSED,        /* whoever steers it wants nothing for now */
    RTP_MIXED,         /* a mixer's packet: what came from the other sides (7.1) */
    RTP_UNMIXED,       /* nobody has spoken: it sends nothing */
    RTP_ALIGNED,       /* a source is put into its place on the mixer's line of time */
    RTP_PASSED_ON,     /* what came on one side goes out on another */
    RTP_RECODED,       /* the same, in another coding or in packets of another length (7.2) */
    RTP_LOOPED,        /* it has gone round: its source is on another side (8.2) */
    RTP_REPAIR,        /* a packet that is missing goes once more (RFC 4588) */
    RTP_RECOVERED,     /* it has come in time to be played */
    RTP_FORGOTTEN,     /* it is asked for, and is kept no more */
    RTP_INTRA,         /* a picture that builds on no other */
    RTP_INTRA_ASKED,   /* the next one shall */
    RTP_UNDECODABLE,   /* a picture cannot be shown */
    RTP_ASKED_ALREADY, /* another member has said what this one was about to say */
};

/* What both ends know of the medium. int64_t: written by params. */
struct rtp_medium {
    int64_t codec, ptime;     /* index of payload_formats; ns */
    int64_t fps, frame, vary; /* video: pictures in 10^9 s, bytes, ppb; fps -1: sound */
    int64_t encode;           /* ns from sampling to sending */
    int64_t rtcp_on, rtcp_share, rtcp_minimum; /* switch; ppb of the session; ns */
    int64_t intra, intra_every; /* bytes of a picture that builds on no other, <= 0: all are alike;
                                   pictures from one to the next, <= 0: only the first is one */
    int64_t nack, pli, feedback_interval; /* switches; T_rr_interval of RFC 4585, ns */
    int64_t again;   /* ns until what was asked for in vain is asked for once more; -1: never */
    int64_t keep;    /* ns that what was sent is kept, to be sent again; <= 0: nothing is */
    bool is_carried; /* by a connection of the opener's (actor/media_call.h) */
    const struct payload_format *agreed; /* in the place of `codec`: by the opener; NULL: not */
    uint32_t units, bytes;               /* agreed: of a packet: timestamp units, payload */
};

/* What the opener says of it. */
void rtp_medium_setup(struct rtp_medium *m, struct bytes media_setup);
int64_t rtp_clock_rate(const struct rtp_medium *m); /* timestamp units a second */
uint8_t rtp_payload_type(const struct rtp_medium *m);
uint8_t rtp_repair_type(const struct rtp_medium *m); /* of what is sent again */
bool rtp_is_coded(const struct rtp_medium *m);       /* pictures build on those before */
bool rtp_has_feedback(const struct rtp_medium *m);
uint32_t rtp_payload_bytes(const struct rtp_medium *m); /* of one packet of sound */
int64_t rtp_rtcp_bandwidth(const struct rtp_medium *m); /* bit/s */
/* Timestamp units in a span of time, rounded down; `ns` may be negative. */
int64_t rtp_units(const struct rtp_medium *m, sim_time ns);

/* packet.c: takes the filling off a payload that came (RFC 3550 5.1); false: it tells nonsense. */
bool rtp_unfill(const struct rtp *rtp, struct span *body, struct fx *fx);

/* reception.c: appendix A of RFC 3550, a source as its receiver sees it. */
struct rtp_reception {
    uint32_t ssrc;
    bool is_known;
    uint16_t max_seq;
    uint32_t cycles, base_seq, bad_seq;
    uint32_t received, expected_prior, received_prior;
    int64_t transit;    /* of the packet before, timestamp units modulo 2^32 */
    uint32_t jitter;    /* scaled by 16 (A.8) */
    int64_t difference; /* D of the last packet, timestamp units */
    /* The same in ns, as dissectors count: J by true time, its sum and its greatest (MODEL.md). */
    int64_t j16, j16_max, j16_sum;
    uint64_t j_count;
    sim_time last_at;
    uint32_t last_timestamp;
};
enum { RTP_MAX_DROPOUT = 3000, RTP_MAX_MISORDER = 100, RTP_SEQ_MOD = 1 << 16 };
/* A.1 for a source that was agreed on beforehand, so that no probation is needed. False: a jump
 * that only a second packet in order will confirm. *extended: its number with the cycles. */
bool rtp_reception_seq(struct rtp_reception *r, uint16_t seq, int64_t *extended);
/* A.8; arrival in timestamp units of the receiver's clock, `now` true time in ns. */
void rtp_reception_jitter(struct rtp_reception *r, uint32_t timestamp, int64_t arrival,
                          sim_time now, int64_t rate);
uint32_t rtp_reception_highest(const struct rtp_reception *r); /* extended */
int64_t rtp_reception_lost(const struct rtp_reception *r);     /* A.3, may be negative */
/* Fills in what a report block says of the source and begins a new interval (A.3). */
void rtp_reception_report(struct rtp_reception *r, struct rtcp_block *out);

/* playout.c: what waits for its time, sorted by it. */
struct playout_slot {
    int64_t extended;
    sim_time due, came; /* by the receiver's clock */
    struct span body;
    uint32_t timestamp;
    bool marker;
    uint8_t picture; /* PICTURE_ bits of wire/payload.h */
};
struct playout {
    struct playout_slot *slots; /* owned */
    uint32_t count, cap;
};
bool playout_add(struct playout *p, const struct playout_slot *slot); /* false: there already */
bool playout_take(struct playout *p, sim_time until, struct playout_slot *out);
void playout_shift(struct playout *p, sim_time by); /* all that waits is played so much later */
void playout_free(struct playout *p);

/* history.c: what was sent, for as long as it may be asked for. Numbers follow each other. */
struct rtp_sent {
    struct span body;
    sim_time at;    /* ns since the run began */
    uint64_t index; /* of all packets, from 0 */
    uint32_t timestamp;
    uint16_t seq;
    bool marker;
    uint8_t picture;
};
struct rtp_history {
    struct rtp_sent *list; /* owned; a ring */
    uint32_t first, count, cap;
};
/* What is older than `keep` is forgotten. */
void rtp_history_add(struct rtp_history *h, const struct rtp_sent *sent, sim_time keep);
/* NULL: it was not sent, or is older than `keep` now. Valid until the next add. */
const struct rtp_sent *rtp_history_find(const struct rtp_history *h, uint16_t seq, sim_time now,
                                        sim_time keep);
void rtp_history_free(struct rtp_history *h);

/* gaps.c: numbers that have not come, ascending. */
struct rtp_gap {
    int64_t extended;
    sim_time asked; /* last */
};
struct rtp_gaps {
    struct rtp_gap *list; /* owned */
    uint32_t count, cap;
};
void rtp_gaps_add(struct rtp_gaps *g, int64_t extended, sim_time now);
bool rtp_gaps_fill(struct rtp_gaps *g, int64_t extended); /* it has come; true: it was missing */
void rtp_gaps_pass(struct rtp_gaps *g, int64_t until);    /* below, nothing is waited for */
/* Of those asked for no later than `since` the first, which counts as asked for `now`; NULL: none.
 */
const struct rtp_gap *rtp_gaps_again(struct rtp_gaps *g, sim_time since, sim_time now);
sim_time rtp_gaps_oldest(const struct rtp_gaps *g); /* when it was asked for; SIM_NEVER: none */
void rtp_gaps_free(struct rtp_gaps *g);

/* pictures.c: what a decoder can show of pictures that build on each other. */
struct rtp_pictures {
    bool has_reference;               /* the picture before was shown */
    bool is_open, is_whole, is_intra; /* the present one: its last packet is still to come */
    bool has_begun;
    uint32_t first, timestamp; /* of the first picture, of the present one */
    uint64_t shown;
};
enum rtp_picture { PICTURE_GOES_ON, PICTURE_SHOWN, PICTURE_BROKEN };
/* The next packet that is played; has_gap: some before it are missing. BROKEN: this one or one
 * before it cannot be shown. */
enum rtp_picture rtp_pictures_take(struct rtp_pictures *p, const struct playout_slot *slot,
                                   bool has_gap);
/* Picture times so far in which nothing new was shown. */
int64_t rtp_pictures_frozen(const struct rtp_pictures *p, const struct rtp_medium *m);

/* adapt.c: how long packets take, as the receiver sees it (Ramjee et al. 1994, algorithm 1). */
struct playout_estimate {
    sim_time transit, deviation; /* mean; mean deviation from it, ns */
    uint32_t count;
};
void playout_learn(struct playout_estimate *e, sim_time transit);
sim_time playout_advice(const struct playout_estimate *e); /* transit that nearly all keep to */

/* sync.c: streams of one sender at one receiver, which are to be played in step. Shared by the
 * sinks of a host. */
struct sync_stream {
    uint32_t sender; /* its address, as its CNAME is made of it; 0: no stream */
    bool is_mapped;  /* a sender report has tied its timestamps to the sender's clock */
    sim_time wants;  /* from the sender's clock at sampling to ours at playing, left alone */
    sim_time plays;  /* the same as it is */
};
#define SYNC_STREAMS 8u
struct sync_host {
    struct sync_stream streams[SYNC_STREAMS];
    uint32_t count;
};
/* A place among them; NULL: there are no more. */
struct sync_stream *sync_join(struct sync_host *h, uint32_t sender);
/* How much longer this stream waits, so that it goes with the slowest of its sender; 0 until both
 * are mapped. */
sim_time sync_wait(const struct sync_host *h, const struct sync_stream *own);
/* How far it is behind the other stream of its sender; false: that is not known. */
struct sync_apart {
    sim_time alone, in_step; /* if neither waited; as it is */
};
bool sync_error(const struct sync_host *h, const struct sync_stream *own, struct sync_apart *out);
