#pragma once
/* Inside the camera: its connections and sessions (rtsp_server.c), its answers (rtsp_answer.c). */

#include "actor/fx.h"
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

struct session {
    char id[20]; /* "": this place is free */
    uint32_t source, conn;
    enum rtsp_state state;
    struct rtsp_transport transport;
    sim_time until;    /* when it is forgotten, unless it is heard of */
    struct mark asked; /* the PLAY that waits for its answer */
    int64_t cseq;      /* of that */
};

struct rtsp_server {
    int64_t codec, ptime, fps, path, transports, timeout, port; /* settings */
    struct net key;
    struct conn *conns; /* owned */
    uint32_t conn_count;
    struct session sessions[SESSIONS_MAX];
    uint32_t made;
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
/* Is it the camera's stream that is meant, by itself or as the track of it? */
bool rtsp_has(const struct rtsp_server *s, const char *target, bool *is_track);
void rtsp_describe(struct rtsp_server *s, struct conn *c, const struct rtsp_message *m,
                   struct fx *fx);
