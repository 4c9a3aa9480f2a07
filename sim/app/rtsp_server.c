/* The camera: its connections, and what is asked on them. Invariant: requests of a connection are
 * answered in their order, at once but for PLAY (rtsp_session.c). */
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
enum { CONNECTIONS_MAX = 64 };
enum { TRANSPORT_BOTH, TRANSPORT_UDP, TRANSPORT_INTERLEAVED };

static void obey(struct rtsp_server *s, struct conn *c, const struct rtsp_message *m,
                 const struct input *in, struct fx *fx)
{
    int track = -1;
    bool has_it = rtsp_has(s, m->target, &track) || strcmp(m->target, "*") == 0;
    if (m->fault != RTSP_OK) {
        rtsp_refuse(s, c, m, m->fault, NULL, fx);
    } else if (m->method == RTSP_OPTIONS) {
        struct session *x = rtsp_session_called(s, m->session);
        if (x) {
            rtsp_heard_of(s, x, in->now);
        }
        rtsp_answer(s, c, m, NULL,
                    "Public: OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, TEARDOWN, GET_PARAMETER\r\n",
                    fx);
    } else if (!has_it) {
        rtsp_refuse(s, c, m, RTSP_NOT_FOUND, NULL, fx);
    } else if (m->method == RTSP_DESCRIBE) {
        rtsp_describe(s, c, m, fx);
    } else if (m->method == RTSP_SETUP) {
        rtsp_set_up(s, c, m, track, in, fx);
    } else {
        rtsp_steer(s, c, m, track, in, fx);
    }
}

/* Reports of the viewer come back on the channel behind that of the media. */
static void take_frame(struct rtsp_server *s, const struct conn *c, sim_time now, struct fx *fx)
{
    uint8_t channel;
    struct bytes packet = rtsp_frame(&c->reader, &channel);
    for (unsigned i = 0; i < SESSIONS_MAX * RTSP_TRACKS; i++) {
        struct session *x = &s->sessions[i / RTSP_TRACKS];
        const struct track *t = &x->tracks[i % RTSP_TRACKS];
        bool is_its = *x->id && x->conn == c->handle && t->is_set_up && t->transport.is_interleaved;
        if (is_its && channel == t->transport.channel + 1) {
            rtsp_heard_of(s, x, now);
            fx_request(fx, t->source, MEDIA_RTCP, packet, (struct span){0});
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
    struct conn *c = rtsp_conn(s, 0);
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
    struct conn *c = rtsp_conn(s, in->index);
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

static void from_source(struct rtsp_server *s, struct session *x, unsigned track,
                        const struct input *in, struct fx *fx)
{
    struct conn *c = rtsp_conn(s, x->conn);
    bool is_report = in->code == MEDIA_RTCP;
    if (in->code == MEDIA_PLAY) {
        rtsp_plays(s, x, track, in, fx);
    } else if (c && (is_report || in->code == MEDIA_RTP)) {
        struct buf frame = {0};
        rtsp_write_frame((uint8_t)(x->tracks[track].transport.channel + is_report), in->head,
                         &frame);
        struct span said = fx_bytes(fx, &c->stream, bytes_of(frame.data, frame.len));
        outbox_send(&c->out, c->handle, said, fx);
        buf_free(&frame);
    }
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
        rtsp_expire(s, in->now, fx);
    } else if (in->kind == IN_INDICATION) {
        unsigned track;
        struct session *x = rtsp_session_of(s, in->index, &track);
        if (x) {
            from_source(s, x, track, in, fx);
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
    {"video.intra", OF(intra), PARAM_BYTES, .may_be_off = true, .initial = -1, .min = 1,
     .max = 1000000},
    {"sound", OF(sound), PARAM_SWITCH, .max = 1},
    {"feedback.nack", OF(nack), PARAM_SWITCH, .max = 1},
    {"feedback.pli", OF(pli), PARAM_SWITCH, .max = 1},
    {"feedback.interval", OF(interval), PARAM_TIME, .max = 3600 * SIM_S},
    {"retransmission", OF(keep), PARAM_TIME, .may_be_off = true, .initial = -1, .min = SIM_MS,
     .max = 60 * SIM_S},
    {"extension.id", OF(element_id), PARAM_COUNT, .initial = 1, .min = 1, .max = 14},
    {"extension.element", OF(element), PARAM_TEXT, .max = 16},
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
    .timers = (const struct timer[]){[RTSP_EXPIRY] = {"session", 1, TIMER_KIND_IDLE}, {0}},
    .reasons = rtsp_reasons,
    .vars = (const struct var[]){{"sessions", "", "rtsp"}, {"requests", "", "rtsp"}, {0}},
    .params = params,
    .figures = (const struct figure[]){{"refused", refused}, {0}},
    .lowers = (const char *const[]){"tcp", "rtp-source", NULL},
    .step = step,
    .read = read,
    .free = let_go,
};
