#pragma once
/* Streams of sound and pictures, found in a trace once: of each packet when it was sent, when it
 * came, when its turn was, and what became of it; how full the buffer was; every report with what
 * it answers. Whatever a receiver could not know stands here all the same: the trace knows it. */

#include "trace/trace.h"

enum media_fate {
    MEDIA_UNDER_WAY, /* when the run ended */
    MEDIA_LOST,      /* never came */
    MEDIA_LATE,      /* came when its turn was over */
    MEDIA_WAITING,   /* came, not played when the run ended */
    MEDIA_PLAYED,
};

struct media_packet {
    uint32_t packet;
    enum media_fate fate;
    int64_t number; /* sequence number, counted on through 65535 */
    uint32_t timestamp;
    sim_time sent;
    sim_time arrived;       /* SIM_NEVER: it did not */
    sim_time died, lost_at; /* it or its first copy died: where; when it would have come */
    sim_time due;           /* its turn; SIM_NEVER: nothing was ever played */
    int64_t difference;     /* D of RFC 3550 A.8, units; 0 for the first */
    int64_t jitter16;       /* J after it, units times 16 */
    uint32_t before;        /* the one that came before it (index), UINT32_MAX: none */
    bool is_marked;
    bool is_repaired;  /* it is a later copy that arrived, in a stream of its own (RFC 4588) */
    uint32_t again;    /* the last such copy; 0: none */
    sim_time again_at; /* when that was sent */
};

struct media_level {
    sim_time at;
    int64_t packets;
};

struct media_times { /* ascending; owned */
    sim_time *at;
    uint32_t count;
};

struct media_stream {
    uint32_t source, sink; /* entities */
    uint32_t flow;
    uint32_t from, to;            /* nodes */
    int64_t rate;                 /* timestamp units a second */
    sim_time gap;                 /* usual time from packet to packet, or from picture to picture */
    sim_time encode;              /* from sampling to sending */
    sim_time mapped;              /* its first sender report came; SIM_NEVER: none */
    struct media_packet *packets; /* as they were sent; owned */
    uint32_t count;
    uint32_t *arrivals; /* indices of what came, in order; owned */
    uint32_t arrival_count;
    uint32_t *repairs; /* indices of what came as a later copy, in order; owned */
    uint32_t repair_count;
    struct media_level *levels; /* of the buffer, ascending; owned */
    uint32_t level_count, level_cap, level_most;
    sim_time longest;    /* from sending until the last that a picture shows of it */
    int64_t jitter_most; /* units times 16 */
    sim_time usual;      /* from sending to playing */
    struct media_times late, lost, filled; /* late arrivals, deaths, turns that came in vain */
    struct media_times recovered;          /* arrivals of later copies in time */
    uint32_t mate; /* the other stream from and to the same hosts, one of them pictures; UINT32_MAX:
                      none */
};

/* A report block in a compound that arrived. */
struct media_report {
    uint32_t packet;        /* the compound */
    uint32_t from, to;      /* nodes */
    uint32_t block, blocks; /* which of how many, from 0 */
    uint32_t source;        /* the entity that it is about */
    bool is_own;            /* it stands on the node at which the compound arrived */
    sim_time sent, arrived;
    uint32_t lsr_packet; /* the sender report that it answers, 0: none */
    sim_time lsr_sent, lsr_arrived;
    uint32_t lsr, dlsr; /* as they stand there, 1/65536 s */
    uint32_t ssrc;      /* of the source reported on */
    uint32_t fraction, highest, jitter;
    int64_t lost, rate;  /* rate: timestamp units a second */
    uint32_t first;      /* the first number that the source has sent */
    uint32_t highest_is; /* the packet that bore the highest; 0: not known */
    uint32_t stream;     /* index, UINT32_MAX: it is played by no sink */
};

/* An RTCP endpoint, and what it has sent. */
struct media_member {
    uint32_t entity;
    struct media_sent {
        sim_time at;
        uint32_t packet;
    } * sent; /* ascending; owned */
    uint32_t sent_count, sent_cap;
};

#define MEDIA_STREAMS 64u /* more are not looked at: no picture holds them */

struct media_name { /* who bears a number */
    uint32_t ssrc, node;
};

struct media {
    struct media_stream *streams;
    uint32_t stream_count;
    struct media_report *reports; /* as they arrived */
    uint32_t report_count, report_cap;
    struct media_member *members; /* in the order of birth */
    uint32_t member_count;
    struct media_name *names; /* as they were first used; owned */
    uint32_t name_count;
};

void media_make(struct media *m, const struct trace *t);
void media_free(struct media *m);
/* Parts of media_make. `first`: the first number of a stream that went within a connection. */
void media_complete(const struct trace *t, struct media_stream *s, int64_t first);
void media_find_mates(struct media *m);
void media_reports_make(struct media *m, const struct trace *t);

/* First packet sent at t or later. */
uint32_t media_sent_after(const struct media_stream *s, sim_time t);
/* First arrival at t or later, an index into arrivals. */
uint32_t media_arrived_after(const struct media_stream *s, sim_time t);
uint32_t media_count_until(const struct media_times *times, sim_time t);
/* First change of the level after t. */
uint32_t media_level_after(const struct media_stream *s, sim_time t);
int64_t media_level_at(const struct media_stream *s, sim_time t);
/* What was played last; NULL: nothing yet. */
const struct media_packet *media_playing(const struct media_stream *s, sim_time t);
/* How far pictures are played behind sound at t: the age of what was played last, in true time.
 * False: one of them has not begun. `s` is the stream of pictures. */
bool media_sync_at(const struct media *m, const struct media_stream *s, sim_time t,
                   sim_time *error);
/* The node that speaks under that number, `first` if it does; UINT32_MAX: nobody does. */
uint32_t media_speaker(const struct media *m, uint32_t ssrc, uint32_t first);
/* The last report that had arrived at t, or that `packet` carries; NULL: none. */
const struct media_report *media_report_at(const struct media *m, sim_time t, uint32_t packet);
/* Packet of a stream by id; NULL: not of this stream. */
const struct media_packet *media_find(const struct media_stream *s, uint32_t packet);
