/* The camera. A session outlives its connection until it has not been heard of for too long.
 * Invariants: a session in READY or PLAYING has a source; requests of a connection are answered in
 * their order, at once but for PLAY, which is answered when the source has said where it begins. */
#include "actor/fx.h"
#include "actor/media_call.h"
#include "actor/tcp_call.h"
#include "app/outbox.h"
#include "app/rtsp.h"
#include "base/os.h"
#include "wire/rtsp.h"
#include "wire/sdp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOWER_TCP, LOWER_SOURCE };
enum { EXPIRY };
enum { CONNECTIONS_MAX = 64, SESSIONS_MAX = 64 };
enum { TRANSPORT_BOTH, TRANSPORT_UDP, TRANSPORT_INTERLEAVED };

const struct reason rtsp_reasons[] = {
    [RTSP_NO_WHY] = {0},
    [RTSP_ASKS_OPTIONS] = {"rtsp.asks-options", "RFC 2326 §10.1"},
    [RTSP_ASKS_DESCRIPTION] = {"rtsp.asks-description", "RFC 2326 §10.2"},
    [RTSP_ASKS_SETUP] = {"rtsp.asks-setup", "RFC 2326 §10.4"},
    [RTSP_ASKS_PLAY] = {"rtsp.asks-play", "RFC 2326 §10.5"},
    [RTSP_ASKS_PAUSE] = {"rtsp.asks-pause", "RFC 2326 §10.6"},
    [RTSP_ASKS_TEARDOWN] = {"rtsp.asks-teardown", "RFC 2326 §10.7"},
    [RTSP_ASKS_NOTHING] = {"rtsp.asks-nothing", "RFC 2326 §12.37"},
    [RTSP_ANSWERS] = {"rtsp.answers", "RFC 2326 §7"},
    [RTSP_REFUSES] = {"rtsp.refuses", "RFC 2326 §11.3"},
    [RTSP_HAS_READ] = {"rtsp.has-read", "RFC 2326 §4"},
    [RTSP_SESSION_SET_UP] = {"rtsp.session-set-up", "RFC 2326 §A.1"},
    [RTSP_SESSION_PLAYS] = {"rtsp.session-plays", "RFC 2326 §A.1"},
    [RTSP_SESSION_PAUSED] = {"rtsp.session-paused", "RFC 2326 §A.1"},
    [RTSP_SESSION_ENDS] = {"rtsp.session-ends", "RFC 2326 §A.1"},
    [RTSP_EXPIRED] = {"rtsp.expired", "RFC 2326 §12.37"},
    [RTSP_TRIES_UDP] = {"rtsp.tries-udp", "RFC 2326 §11.3.14"},
    [RTSP_GIVES_UP] = {"rtsp.gives-up", "RFC 2326 §11.3"},
    {0},
};
const char *const rtsp_states[] = {"INIT", "READY", "PLAYING", NULL};
const struct machine_edge rtsp_edges[] = {
    {RTSP_INIT, RTSP_READY, "rtsp.edge.setup"},      {RTSP_READY, RTSP_PLAYING, "rtsp.edge.play"},
    {RTSP_PLAYING, RTSP_READY, "rtsp.edge.pause"},   {RTSP_READY, RTSP_INIT, "rtsp.edge.teardown"},
    {RTSP_PLAYING, RTSP_INIT, "rtsp.edge.teardown"}, {-1, -1, NULL},
};

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

static struct conn *conn_of(struct rtsp_server *s, uint32_t handle)
{
    for (uint32_t i = 0; i < s->conn_count; i++) {
        if (s->conns[i].handle == handle) {
            return &s->conns[i];
        }
    }
    return NULL;
}

static struct session *session_called(struct rtsp_server *s, const char *id)
{
    for (unsigned i = 0; *id && i < SESSIONS_MAX; i++) {
        if (strcmp(s->sessions[i].id, id) == 0) {
            return &s->sessions[i];
        }
    }
    return NULL;
}

static struct session *session_of_source(struct rtsp_server *s, uint32_t source)
{
    for (unsigned i = 0; i < SESSIONS_MAX; i++) {
        if (*s->sessions[i].id && s->sessions[i].source == source) {
            return &s->sessions[i];
        }
    }
    return NULL;
}

static struct session *free_session(struct rtsp_server *s)
{
    for (unsigned i = 0; i < SESSIONS_MAX; i++) {
        if (!*s->sessions[i].id) {
            return &s->sessions[i];
        }
    }
    return NULL;
}

static void to_state(struct session *x, enum rtsp_state state, enum rtsp_why why, struct fx *fx)
{
    if (x->state != state) {
        fx_state(fx, 0, x->state, state, why);
        x->state = state;
    }
}

/* ---- answers ---- */

static void begin_answer(unsigned status, int64_t cseq, struct buf *out)
{
    buf_printf(out, "RTSP/1.0 %u %s\r\n", status, rtsp_reason(status));
    if (cseq >= 0) {
        buf_printf(out, "CSeq: %lld\r\n", (long long)cseq);
    }
}

static void add_session(const struct rtsp_server *s, const struct session *x, struct buf *out)
{
    buf_printf(out, "Session: %s;timeout=%lld\r\n", x->id, (long long)(s->timeout / SIM_S));
}

static void send_answer(struct conn *c, struct mark asked, unsigned status, struct bytes text,
                        struct fx *fx)
{
    char name[64];
    struct span said = fx_bytes(fx, &c->stream, text);
    snprintf(name, sizeof name, "%u %s", status, rtsp_reason(status));
    fx_message(fx, 0, said, name, asked, status == RTSP_OK ? RTSP_ANSWERS : RTSP_REFUSES);
    outbox_send(&c->out, c->handle, said, fx);
}

/* The methods that a state allows stand in Allow (11.3.6). */
static void refuse(struct rtsp_server *s, struct conn *c, const struct rtsp_message *m,
                   enum rtsp_status status, const char *allowed, struct fx *fx)
{
    struct buf out = {0};
    s->refused++;
    begin_answer(status, m->cseq, &out);
    if (allowed) {
        buf_printf(&out, "Allow: %s\r\n", allowed);
    }
    buf_str(&out, "\r\n");
    send_answer(c, c->got, status, bytes_of(out.data, out.len), fx);
    buf_free(&out);
}

static void answer(struct rtsp_server *s, struct conn *c, const struct rtsp_message *m,
                   const struct session *x, const char *fields, struct fx *fx)
{
    struct buf out = {0};
    begin_answer(RTSP_OK, m->cseq, &out);
    if (x) {
        add_session(s, x, &out);
    }
    buf_printf(&out, "%s\r\n", fields);
    send_answer(c, c->got, RTSP_OK, bytes_of(out.data, out.len), fx);
    buf_free(&out);
}

/* ---- what it has ---- */

static const char *own_path(const struct rtsp_server *s)
{
    return *param_text(s->path) ? param_text(s->path) : "/live";
}

/* The path of "rtsp://10.0.0.2:554/live/track1"; NULL: it is no such address. */
static const char *path_of(const char *target)
{
    if (strncmp(target, "rtsp://", 7) != 0) {
        return NULL;
    }
    const char *path = strchr(target + 7, '/');
    return path ? path : "/";
}

static bool is_own(const struct rtsp_server *s, const char *target, bool *is_track)
{
    const char *path = path_of(target);
    size_t n = strlen(own_path(s));
    *is_track = false;
    if (!path || strncmp(path, own_path(s), n) != 0) {
        return false;
    }
    *is_track = strcmp(path + n, "/" RTSP_TRACK) == 0;
    return *is_track || path[n] == 0 || strcmp(path + n, "/") == 0;
}

static const struct payload_format *format_of(const struct rtsp_server *s)
{
    return s->fps >= 0 ? &payload_pictures : &payload_formats[s->codec];
}

static void describe(struct rtsp_server *s, struct conn *c, const struct rtsp_message *m,
                     struct fx *fx)
{
    struct sdp sdp = {.title = "slowwire camera", .id = 1, .origin = s->key.from.ip};
    struct buf text = {0}, out = {0};
    sdp.media[0] = sdp_media_of(format_of(s), 0);
    sdp.media[0].ptime_ms = s->fps >= 0 ? 0 : (unsigned)(s->ptime / SIM_MS);
    snprintf(sdp.media[0].control, sizeof sdp.media[0].control, RTSP_TRACK);
    snprintf(sdp.control, sizeof sdp.control, "*");
    sdp.count = 1;
    sdp_write(&sdp, &text);
    begin_answer(RTSP_OK, m->cseq, &out);
    buf_printf(&out,
               "Content-Base: %s/\r\nContent-Type: application/sdp\r\nContent-Length: %zu\r\n\r\n",
               m->target, text.len);
    buf_add(&out, bytes_of(text.data, text.len));
    send_answer(c, c->got, RTSP_OK, bytes_of(out.data, out.len), fx);
    buf_free(&out);
    buf_free(&text);
}

/* ---- sessions ---- */

static void watch_sessions(struct rtsp_server *s, sim_time now, struct fx *fx)
{
    sim_time least = SIM_NEVER;
    for (unsigned i = 0; i < SESSIONS_MAX; i++) {
        bool is_there = *s->sessions[i].id;
        least = is_there && s->sessions[i].until < least ? s->sessions[i].until : least;
    }
    fx_timer(fx, EXPIRY, 0, least == SIM_NEVER || least > now ? least : now);
}

static void heard_of(struct rtsp_server *s, struct session *x, sim_time now)
{
    x->until = time_add(now, s->timeout);
}

static void end_session(struct rtsp_server *s, struct session *x, enum rtsp_why why, sim_time now,
                        struct fx *fx)
{
    fx_request(fx, x->source, MEDIA_STOP, (struct bytes){0}, (struct span){0});
    to_state(x, RTSP_INIT, why, fx);
    x->id[0] = 0;
    watch_sessions(s, now, fx);
}

static bool is_accepted(const struct rtsp_server *s, const struct rtsp_transport *t)
{
    bool is_possible =
        t->is_interleaved ? s->transports != TRANSPORT_UDP : s->transports != TRANSPORT_INTERLEAVED;
    return t->is_known && is_possible && (t->is_interleaved || t->client_port);
}

static void open_source(struct rtsp_server *s, struct session *x, const struct conn *c,
                        struct fx *fx)
{
    struct media_setup setup = {.is_carried = x->transport.is_interleaved};
    struct net key = {.from = s->key.from, .to = c->peer};
    key.from.port = setup.is_carried ? 0 : x->transport.server_port;
    key.to.port = setup.is_carried ? 0 : x->transport.client_port;
    x->source = fx_open(fx, LOWER_SOURCE, key);
    fx_request(fx, x->source, MEDIA_SETUP, bytes_of(&setup, sizeof setup), (struct span){0});
}

static void set_up(struct rtsp_server *s, struct conn *c, const struct rtsp_message *m,
                   const struct input *in, struct fx *fx)
{
    struct session *x = session_called(s, m->session), *fresh = free_session(s);
    struct buf fields = {0};
    if (*m->session && !x) {
        refuse(s, c, m, RTSP_NO_SESSION, NULL, fx);
        return;
    }
    if (x || !fresh) { /* a second time: the one stream has its transport */
        refuse(s, c, m, RTSP_WRONG_STATE, "OPTIONS, PLAY, PAUSE, TEARDOWN", fx);
        return;
    }
    if (!is_accepted(s, &m->transport)) {
        refuse(s, c, m, RTSP_NO_TRANSPORT, NULL, fx);
        return;
    }
    *fresh = (struct session){.conn = c->handle, .transport = m->transport};
    fresh->transport.server_port =
        m->transport.is_interleaved ? 0 : (uint16_t)(s->port + 2 * s->made);
    snprintf(fresh->id, sizeof fresh->id, "%08llX",
             (unsigned long long)(draw(in->dice, DRAW_SSRC, s->made++) & 0xffffffff));
    heard_of(s, fresh, in->now);
    open_source(s, fresh, c, fx);
    to_state(fresh, RTSP_READY, RTSP_SESSION_SET_UP, fx);
    rtsp_write_transport(&fresh->transport, &fields);
    answer(s, c, m, fresh, buf_cstr(&fields), fx);
    watch_sessions(s, in->now, fx);
    buf_free(&fields);
}

static void play(struct rtsp_server *s, struct conn *c, struct session *x,
                 const struct rtsp_message *m, struct fx *fx)
{
    if (x->state == RTSP_PLAYING) { /* no queue of ranges: it plays on */
        answer(s, c, m, x, "Range: npt=now-\r\n", fx);
        return;
    }
    x->asked = c->got;
    x->cseq = m->cseq;
    x->conn = c->handle;
    fx_request(fx, x->source, MEDIA_PLAY, (struct bytes){0}, (struct span){0});
}

/* The source has said with which packet it begins. */
static void plays(struct rtsp_server *s, struct session *x, const struct input *in, struct fx *fx)
{
    struct conn *c = conn_of(s, x->conn);
    struct media_start first;
    struct buf out = {0};
    char ip[16];
    memcpy(&first, in->head.data, sizeof first);
    to_state(x, RTSP_PLAYING, RTSP_SESSION_PLAYS, fx);
    if (!c) {
        return;
    }
    begin_answer(RTSP_OK, x->cseq, &out);
    add_session(s, x, &out);
    buf_printf(&out,
               "Range: npt=now-\r\nRTP-Info: url=rtsp://%s%s/" RTSP_TRACK
               ";seq=%u;rtptime=%lu\r\n\r\n",
               ip_print(s->key.from.ip, ip), own_path(s), (unsigned)first.seq,
               (unsigned long)first.timestamp);
    send_answer(c, x->asked, RTSP_OK, bytes_of(out.data, out.len), fx);
    buf_free(&out);
}

static void pause_it(struct rtsp_server *s, struct conn *c, struct session *x,
                     const struct rtsp_message *m, struct fx *fx)
{
    if (x->state != RTSP_PLAYING) {
        refuse(s, c, m, RTSP_WRONG_STATE, "OPTIONS, PLAY, TEARDOWN", fx);
        return;
    }
    fx_request(fx, x->source, MEDIA_PAUSE, (struct bytes){0}, (struct span){0});
    to_state(x, RTSP_READY, RTSP_SESSION_PAUSED, fx);
    answer(s, c, m, x, "", fx);
}

/* ---- requests ---- */

/* A request about a session, which must be there (11.3.5). */
static void steer(struct rtsp_server *s, struct conn *c, const struct rtsp_message *m,
                  const struct input *in, struct fx *fx)
{
    struct session *x = session_called(s, m->session);
    if (!x) {
        refuse(s, c, m, RTSP_NO_SESSION, NULL, fx);
        return;
    }
    heard_of(s, x, in->now);
    if (m->method == RTSP_PLAY) {
        play(s, c, x, m, fx);
    } else if (m->method == RTSP_PAUSE) {
        pause_it(s, c, x, m, fx);
    } else if (m->method == RTSP_TEARDOWN) {
        end_session(s, x, RTSP_SESSION_ENDS, in->now, fx);
        answer(s, c, m, NULL, "", fx);
    } else {
        answer(s, c, m, x, "", fx);
    }
    watch_sessions(s, in->now, fx);
}

static void obey(struct rtsp_server *s, struct conn *c, const struct rtsp_message *m,
                 const struct input *in, struct fx *fx)
{
    bool is_track;
    bool has_it = is_own(s, m->target, &is_track) || strcmp(m->target, "*") == 0;
    if (m->fault != RTSP_OK) {
        refuse(s, c, m, m->fault, NULL, fx);
    } else if (m->method == RTSP_OPTIONS) {
        struct session *x = session_called(s, m->session);
        if (x) {
            heard_of(s, x, in->now);
        }
        answer(s, c, m, NULL,
               "Public: OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, TEARDOWN, GET_PARAMETER\r\n", fx);
    } else if (!has_it) {
        refuse(s, c, m, RTSP_NOT_FOUND, NULL, fx);
    } else if (m->method == RTSP_DESCRIBE) {
        describe(s, c, m, fx);
    } else if (m->method == RTSP_SETUP) {
        set_up(s, c, m, in, fx);
    } else {
        steer(s, c, m, in, fx);
    }
}

/* Reports of the viewer come back on the channel behind that of the media. */
static void take_frame(struct rtsp_server *s, const struct conn *c, sim_time now, struct fx *fx)
{
    uint8_t channel;
    struct bytes packet = rtsp_frame(&c->reader, &channel);
    for (unsigned i = 0; i < SESSIONS_MAX; i++) {
        struct session *x = &s->sessions[i];
        bool is_its = *x->id && x->conn == c->handle && x->transport.is_interleaved;
        if (is_its && channel == x->transport.channel + 1) {
            heard_of(s, x, now);
            fx_request(fx, x->source, MEDIA_RTCP, packet, (struct span){0});
        }
    }
}

static void hear(struct rtsp_server *s, struct conn *c, const struct input *in, struct fx *fx)
{
    struct bytes rest = in->head;
    struct rtsp_message m;
    enum rtsp_found found;
    while ((found = rtsp_read(&c->reader, &rest, &m)) != RTSP_NOTHING) {
        c->got = (struct mark){in->body.at + (in->head.len - rest.len), in->body.stream};
        if (found == RTSP_BROKEN) {
            fx_request(fx, c->handle, CODE_ABORT, (struct bytes){0}, (struct span){0});
            return;
        }
        if (found == RTSP_MEDIA) {
            take_frame(s, c, in->now, fx);
        } else if (m.is_request) {
            s->requests++;
            fx_heard(fx, 0, c->got, RTSP_HAS_READ);
            obey(s, c, &m, in, fx);
        }
    }
}

/* ---- connections ---- */

static void opened(struct rtsp_server *s, const struct input *in, struct fx *fx)
{
    struct conn *c = conn_of(s, 0);
    struct net key;
    memcpy(&key, in->head.data, sizeof key);
    if (!c && s->conn_count == CONNECTIONS_MAX) {
        fx_request(fx, in->index, CODE_ABORT, (struct bytes){0}, (struct span){0});
        return;
    }
    if (!c) {
        s->conns = os_realloc(s->conns, (s->conn_count + 1) * sizeof *s->conns);
        c = &s->conns[s->conn_count++];
    }
    *c = (struct conn){.handle = in->index, .peer = key.to};
    fx_request(fx, in->index, TCP_CALL_NO_DELAY, (struct bytes){0}, (struct span){0});
    fx_request(fx, in->index, CODE_READ, (struct bytes){0}, (struct span){.len = UINT32_MAX});
}

static void closed(struct conn *c)
{
    outbox_free(&c->out);
    rtsp_free(&c->reader);
    *c = (struct conn){0};
}

static void from_connection(struct rtsp_server *s, const struct input *in, struct fx *fx)
{
    struct conn *c = conn_of(s, in->index);
    if (in->code == CODE_OPENED) {
        opened(s, in, fx);
    } else if (c && in->code == CODE_DATA) {
        hear(s, c, in, fx);
    } else if (c && in->code == CODE_END) {
        outbox_end(&c->out, c->handle, fx);
    } else if (c && in->code == CODE_CLOSED) {
        closed(c);
    } else if (c) {
        outbox_hear(&c->out, in, fx);
    }
}

static void from_source(struct rtsp_server *s, struct session *x, const struct input *in,
                        struct fx *fx)
{
    struct conn *c = conn_of(s, x->conn);
    bool is_report = in->code == MEDIA_RTCP;
    if (in->code == MEDIA_PLAY) {
        plays(s, x, in, fx);
    } else if (c && (is_report || in->code == MEDIA_RTP)) {
        struct buf frame = {0};
        rtsp_write_frame((uint8_t)(x->transport.channel + is_report), in->head, &frame);
        struct span said = fx_bytes(fx, &c->stream, bytes_of(frame.data, frame.len));
        outbox_send(&c->out, c->handle, said, fx);
        buf_free(&frame);
    }
}

static void expire(struct rtsp_server *s, sim_time now, struct fx *fx)
{
    for (unsigned i = 0; i < SESSIONS_MAX; i++) {
        if (*s->sessions[i].id && s->sessions[i].until <= now) {
            end_session(s, &s->sessions[i], RTSP_EXPIRED, now, fx);
        }
    }
    watch_sessions(s, now, fx);
}

static void step(void *self, const struct input *in, struct fx *fx)
{
    struct rtsp_server *s = self;
    if (in->kind == IN_START) {
        struct net key = {.from = in->net.from, .iface = in->net.iface};
        s->key = in->net;
        uint32_t listener = fx_open(fx, LOWER_TCP, key);
        fx_request(fx, listener, TCP_CALL_LISTEN, (struct bytes){0}, (struct span){0});
    } else if (in->kind == IN_TIMER) {
        expire(s, in->now, fx);
    } else if (in->kind == IN_INDICATION) {
        struct session *x = session_of_source(s, in->index);
        if (x) {
            from_source(s, x, in, fx);
        } else {
            from_connection(s, in, fx);
        }
    }
}

static void read(const void *self, int64_t *vars)
{
    const struct rtsp_server *s = self;
    vars[0] = 0;
    for (unsigned i = 0; i < SESSIONS_MAX; i++) {
        vars[0] += *s->sessions[i].id != 0;
    }
    vars[1] = (int64_t)s->requests;
}

static void let_go(void *self)
{
    struct rtsp_server *s = self;
    for (uint32_t i = 0; i < s->conn_count; i++) {
        closed(&s->conns[i]);
    }
    free(s->conns);
}

static double refused(const void *self, const struct path *path)
{
    (void)path;
    return (double)((const struct rtsp_server *)self)->refused;
}

#define OF(FIELD) offsetof(struct rtsp_server, FIELD)
static const struct param params[] = {
    {"codec", OF(codec), PARAM_CHOICE, .max = PAYLOAD_COUNT - 1, .choices = payload_names},
    {"ptime", OF(ptime), PARAM_TIME, .initial = 20 * SIM_MS, .min = 5 * SIM_MS,
     .max = 120 * SIM_MS},
    {"video.fps", OF(fps), PARAM_FREQUENCY, .may_be_off = true, .initial = -1, .min = 1,
     .max = INT64_C(1000000000000)},
    {"path", OF(path), PARAM_TEXT, .max = 64},
    {"accepts", OF(transports), PARAM_CHOICE, .max = TRANSPORT_INTERLEAVED,
     .choices = (const char *const[]){"both", "udp", "interleaved", NULL}},
    {"session-timeout", OF(timeout), PARAM_TIME, .initial = 60 * SIM_S, .min = SIM_S,
     .max = 86400 * SIM_S},
    {"server-port", OF(port), PARAM_COUNT, .initial = 6970, .min = 2, .max = 65000},
    {0},
};

const struct actor_type rtsp_server_type = {
    .name = "rtsp-server",
    .size = sizeof(struct rtsp_server),
    .reads_bytes = true,
    .machines = (const struct machine[]){{"session", rtsp_states, rtsp_edges}, {0}},
    .sets = (const struct set[]){{"message", message_states}, {0}},
    .timers = (const struct timer[]){[EXPIRY] = {"session", 1, TIMER_KIND_IDLE}, {0}},
    .reasons = rtsp_reasons,
    .vars = (const struct var[]){{"sessions", "", "rtsp"}, {"requests", "", "rtsp"}, {0}},
    .params = params,
    .figures = (const struct figure[]){{"refused", refused}, {0}},
    .lowers = (const char *const[]){"tcp", "rtp-source", NULL},
    .step = step,
    .read = read,
    .free = let_go,
};
