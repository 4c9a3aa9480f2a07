/* The camera. A session outlives its connection until it has not been heard of for too long.
 * Invariants: a session in READY or PLAYING has a source; requests of a connection are answered in
 * their order, at once but for PLAY, which is answered when the source has said where it begins. */
#include "actor/fx.h"
#include "actor/media_call.h"
#include "actor/tcp_call.h"
#include "app/rtsp_server.h"
#include "base/os.h"
#include "wire/payload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOWER_TCP, LOWER_SOURCE };
enum { EXPIRY };
enum { CONNECTIONS_MAX = 64 };
enum { TRANSPORT_BOTH, TRANSPORT_UDP, TRANSPORT_INTERLEAVED };

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
        rtsp_refuse(s, c, m, RTSP_NO_SESSION, NULL, fx);
        return;
    }
    if (x || !fresh) { /* a second time: the one stream has its transport */
        rtsp_refuse(s, c, m, RTSP_WRONG_STATE, "OPTIONS, PLAY, PAUSE, TEARDOWN", fx);
        return;
    }
    if (!is_accepted(s, &m->transport)) {
        rtsp_refuse(s, c, m, RTSP_NO_TRANSPORT, NULL, fx);
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
    rtsp_answer(s, c, m, fresh, buf_cstr(&fields), fx);
    watch_sessions(s, in->now, fx);
    buf_free(&fields);
}

static void play(struct rtsp_server *s, struct conn *c, struct session *x,
                 const struct rtsp_message *m, struct fx *fx)
{
    if (x->state == RTSP_PLAYING) { /* no queue of ranges: it plays on */
        rtsp_answer(s, c, m, x, "Range: npt=now-\r\n", fx);
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
    rtsp_answer_begin(RTSP_OK, x->cseq, &out);
    rtsp_answer_session(s, x, &out);
    buf_printf(&out,
               "Range: npt=now-\r\nRTP-Info: url=rtsp://%s%s/" RTSP_TRACK
               ";seq=%u;rtptime=%lu\r\n\r\n",
               ip_print(s->key.from.ip, ip), rtsp_own_path(s), (unsigned)first.seq,
               (unsigned long)first.timestamp);
    rtsp_answer_send(c, x->asked, RTSP_OK, bytes_of(out.data, out.len), fx);
    buf_free(&out);
}

static void pause_it(struct rtsp_server *s, struct conn *c, struct session *x,
                     const struct rtsp_message *m, struct fx *fx)
{
    if (x->state != RTSP_PLAYING) {
        rtsp_refuse(s, c, m, RTSP_WRONG_STATE, "OPTIONS, PLAY, TEARDOWN", fx);
        return;
    }
    fx_request(fx, x->source, MEDIA_PAUSE, (struct bytes){0}, (struct span){0});
    to_state(x, RTSP_READY, RTSP_SESSION_PAUSED, fx);
    rtsp_answer(s, c, m, x, "", fx);
}

/* ---- requests ---- */

/* A request about a session, which must be there (11.3.5). */
static void steer(struct rtsp_server *s, struct conn *c, const struct rtsp_message *m,
                  const struct input *in, struct fx *fx)
{
    struct session *x = session_called(s, m->session);
    if (!x) {
        rtsp_refuse(s, c, m, RTSP_NO_SESSION, NULL, fx);
        return;
    }
    heard_of(s, x, in->now);
    if (m->method == RTSP_PLAY) {
        play(s, c, x, m, fx);
    } else if (m->method == RTSP_PAUSE) {
        pause_it(s, c, x, m, fx);
    } else if (m->method == RTSP_TEARDOWN) {
        end_session(s, x, RTSP_SESSION_ENDS, in->now, fx);
        rtsp_answer(s, c, m, NULL, "", fx);
    } else {
        rtsp_answer(s, c, m, x, "", fx);
    }
    watch_sessions(s, in->now, fx);
}

static void obey(struct rtsp_server *s, struct conn *c, const struct rtsp_message *m,
                 const struct input *in, struct fx *fx)
{
    bool is_track;
    bool has_it = rtsp_has(s, m->target, &is_track) || strcmp(m->target, "*") == 0;
    if (m->fault != RTSP_OK) {
        rtsp_refuse(s, c, m, m->fault, NULL, fx);
    } else if (m->method == RTSP_OPTIONS) {
        struct session *x = session_called(s, m->session);
        if (x) {
            heard_of(s, x, in->now);
        }
        rtsp_answer(s, c, m, NULL,
                    "Public: OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, TEARDOWN, GET_PARAMETER\r\n",
                    fx);
    } else if (!has_it) {
        rtsp_refuse(s, c, m, RTSP_NOT_FOUND, NULL, fx);
    } else if (m->method == RTSP_DESCRIBE) {
        rtsp_describe(s, c, m, fx);
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
