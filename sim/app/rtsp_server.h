#pragma once
/* Inside the camera: its connections and requests (rtsp_server.c), its sessions (rtsp_session.c),
 * its answers (rtsp_answer.c). */

#include "actor/fx.h"
#include "actor/media_call.h"
#include "app/outbox.h"
#include "app/rtsp.h"
#include "wire/rtsp.h"

enum { SESSIONS_MAX = 64 };

struct conn {
    uint32_t handle; /* 0: this place is free */
    uint32_t stream;
    struct addr peer;
    struct outbox out;
    struct rtsp_reader reader;
    struct mark got; /* the end of the request that is being answered */
};

struct track {
    bool is_set_up;
    uint32_t source;
    struct rtsp_transport transport;
    struct media_start first; /* of what is played */
};

struct session {
    char id[20]; /* "": this place is free */
    uint32_t conn;
    enum rtsp_state state;
    struct track tracks[RTSP_TRACKS];
    unsigned waits;    /* tracks that have not said where they begin to play */
    sim_time until;    /* when it is forgotten, unless it is heard of */
    struct mark asked; /* the PLAY that waits for its answer */
    int64_t cseq;      /* of that */
};

struct rtsp_server {
    int64_t codec, ptime, fps, sound, path, transports, timeout, port; /* settings */
    int64_t intra, nack, pli, interval, keep, element, element_id;     /* to be described */
    struct net key;
    struct conn *conns; /* owned */
    uint32_t conn_count;
    struct session sessions[SESSIONS_MAX];
    uint32_t made, tracks_made;
    uint64_t requests, refused;
};

/* Status line and CSeq; a negative one was not told. */
void rtsp_answer_begin(unsigned status, int64_t cseq, struct buf *out);
/* The Session field, with its timeout. */
void rtsp_answer_session(const struct rtsp_server *s, const struct session *x, struct buf *out);
/* A whole answer goes; `asked`: where its request ended. */
void rtsp_answer_send(struct conn *c, struct mark asked, unsigned status, struct bytes text,
                      struct fx *fx);
/* allowed: what stands in Allow (11.3.6), NULL: no such field. */
void rtsp_refuse(struct rtsp_server *s, struct conn *c, const struct rtsp_message *m,
                 enum rtsp_status status, const char *allowed, struct fx *fx);
/* 200 OK; x: the session that it is about, NULL: none; fields: lines with their ends. */
void rtsp_answer(struct rtsp_server *s, struct conn *c, const struct rtsp_message *m,
                 const struct session *x, const char *fields, struct fx *fx);
const char *rtsp_own_path(const struct rtsp_server *s);
unsigned rtsp_track_count(const struct rtsp_server *s);
/* Is it what the camera has? *track: which of its streams is meant, -1: all of it. */
bool rtsp_has(const struct rtsp_server *s, const char *target, int *track);
void rtsp_describe(struct rtsp_server *s, struct conn *c, const struct rtsp_message *m,
                   struct fx *fx);

/* rtsp_session.c. The connection, NULL: it is over. */
struct conn *rtsp_conn(struct rtsp_server *s, uint32_t handle);
/* NULL: there is none of that name, or with that source. */
struct session *rtsp_session_called(struct rtsp_server *s, const char *id);
struct session *rtsp_session_of(struct rtsp_server *s, uint32_t source, unsigned *track);
void rtsp_set_up(struct rtsp_server *s, struct conn *c, const struct rtsp_message *m, int track,
                 const struct input *in, struct fx *fx);
/* PLAY, PAUSE, TEARDOWN and whatever else is about a session. */
void rtsp_steer(struct rtsp_server *s, struct conn *c, const struct rtsp_message *m, int track,
                const struct input *in, struct fx *fx);
/* A source has said with which packet it begins. */
void rtsp_plays(struct rtsp_server *s, struct session *x, unsigned track, const struct input *in,
                struct fx *fx);
void rtsp_heard_of(struct rtsp_server *s, struct session *x, sim_time now);
void rtsp_expire(struct rtsp_server *s, sim_time now, struct fx *fx);
enum { RTSP_EXPIRY };
