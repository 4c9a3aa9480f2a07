/* The camera's sessions. Each holds the tracks that were set up in it, and is steered as a whole
 * (RFC 2326 C.3). It outlives its connection until it has not been heard of for too long.
 * Invariants: a session in READY or PLAYING has at least one source; PLAY is answered when all of
 * its tracks have said where they begin. */
#include "actor/fx.h"
#include "actor/media_call.h"
#include "app/rtsp_server.h"

#include <stdio.h>
#include <string.h>

enum { LOWER_TCP, LOWER_SOURCE };
enum { TRANSPORT_BOTH, TRANSPORT_UDP, TRANSPORT_INTERLEAVED };

struct conn *rtsp_conn(struct rtsp_server *s, uint32_t handle)
{
    for (uint32_t i = 0; i < s->conn_count; i++) {
        if (s->conns[i].handle == handle) {
            return &s->conns[i];
        }
    }
    return NULL;
}

struct session *rtsp_session_called(struct rtsp_server *s, const char *id)
{
    for (unsigned i = 0; *id && i < SESSIONS_MAX; i++) {
        if (strcmp(s->sessions[i].id, id) == 0) {
            return &s->sessions[i];
        }
    }
    return NULL;
}

struct session *rtsp_session_of(struct rtsp_server *s, uint32_t source, unsigned *track)
{
    for (unsigned i = 0; i < SESSIONS_MAX; i++) {
        for (*track = 0; *s->sessions[i].id && *track < RTSP_TRACKS; ++*track) {
            const struct track *t = &s->sessions[i].tracks[*track];
            if (t->is_set_up && t->source == source) {
                return &s->sessions[i];
            }
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

static unsigned count_tracks(const struct session *x)
{
    unsigned count = 0;
    for (unsigned i = 0; i < RTSP_TRACKS; i++) {
        count += x->tracks[i].is_set_up;
    }
    return count;
}

static void to_state(struct session *x, enum rtsp_state state, enum rtsp_why why, struct fx *fx)
{
    if (x->state != state) {
        fx_state(fx, 0, x->state, state, why);
        x->state = state;
    }
}

static void tell_tracks(const struct session *x, enum media_call call, struct fx *fx)
{
    for (unsigned i = 0; i < RTSP_TRACKS; i++) {
        if (x->tracks[i].is_set_up) {
            fx_request(fx, x->tracks[i].source, call, (struct bytes){0}, (struct span){0});
        }
    }
}

/* ---- how long ---- */

static void watch_sessions(struct rtsp_server *s, sim_time now, struct fx *fx)
{
    sim_time least = SIM_NEVER;
    for (unsigned i = 0; i < SESSIONS_MAX; i++) {
        bool is_there = *s->sessions[i].id;
        least = is_there && s->sessions[i].until < least ? s->sessions[i].until : least;
    }
    fx_timer(fx, RTSP_EXPIRY, 0, least == SIM_NEVER || least > now ? least : now);
}

void rtsp_heard_of(struct rtsp_server *s, struct session *x, sim_time now)
{
    x->until = time_add(now, s->timeout);
}

static void end_session(struct rtsp_server *s, struct session *x, enum rtsp_why why, sim_time now,
                        struct fx *fx)
{
    tell_tracks(x, MEDIA_STOP, fx);
    to_state(x, RTSP_INIT, why, fx);
    x->id[0] = 0;
    watch_sessions(s, now, fx);
}

void rtsp_expire(struct rtsp_server *s, sim_time now, struct fx *fx)
{
    for (unsigned i = 0; i < SESSIONS_MAX; i++) {
        if (*s->sessions[i].id && s->sessions[i].until <= now) {
            end_session(s, &s->sessions[i], RTSP_EXPIRED, now, fx);
        }
    }
    watch_sessions(s, now, fx);
}

/* ---- SETUP ---- */

static bool is_accepted(const struct rtsp_server *s, const struct rtsp_transport *t)
{
    bool is_possible =
        t->is_interleaved ? s->transports != TRANSPORT_UDP : s->transports != TRANSPORT_INTERLEAVED;
    return t->is_known && is_possible && (t->is_interleaved || t->client_port);
}

static void open_source(struct rtsp_server *s, struct track *t, unsigned index,
                        const struct conn *c, struct fx *fx)
{
    struct media_setup setup = {.is_carried = t->transport.is_interleaved,
                                .is_sound = s->fps < 0 || index > 0};
    struct net key = {.from = s->key.from, .to = c->peer};
    key.from.port = setup.is_carried ? 0 : t->transport.server_port;
    key.to.port = setup.is_carried ? 0 : t->transport.client_port;
    t->is_set_up = true;
    t->source = fx_open(fx, LOWER_SOURCE, key);
    fx_request(fx, t->source, MEDIA_SETUP, bytes_of(&setup, sizeof setup), (struct span){0});
}

static void name_session(struct rtsp_server *s, struct session *x, const struct conn *c,
                         const struct input *in)
{
    *x = (struct session){.conn = c->handle};
    snprintf(x->id, sizeof x->id, "%08llX",
             (unsigned long long)(draw(in->dice, DRAW_SSRC, s->made++) & 0xffffffff));
}

/* RTSP_OK: it can be done in x, NULL: in a new session. */
static enum rtsp_status judge_setup(struct rtsp_server *s, const struct rtsp_message *m, int track,
                                    const struct session *x)
{
    if (*m->session && !x) {
        return RTSP_NO_SESSION;
    }
    if (track < 0) { /* all of several: each has a transport of its own (11.3.10) */
        return RTSP_NOT_AGGREGATE;
    }
    bool is_room =
        x ? !x->tracks[track].is_set_up && x->state == RTSP_READY : free_session(s) != NULL;
    return !is_room                        ? RTSP_WRONG_STATE
           : is_accepted(s, &m->transport) ? RTSP_OK
                                           : RTSP_NO_TRANSPORT;
}

void rtsp_set_up(struct rtsp_server *s, struct conn *c, const struct rtsp_message *m, int track,
                 const struct input *in, struct fx *fx)
{
    struct session *x = rtsp_session_called(s, m->session);
    struct buf fields = {0};
    int which = track < 0 && rtsp_track_count(s) == 1 ? 0 : track;
    enum rtsp_status status = judge_setup(s, m, which, x);
    if (status != RTSP_OK) { /* a second time: the stream has its transport */
        rtsp_refuse(s, c, m, status,
                    status == RTSP_WRONG_STATE ? "OPTIONS, PLAY, PAUSE, TEARDOWN" : NULL, fx);
        return;
    }
    if (!x) {
        x = free_session(s);
        name_session(s, x, c, in);
    }
    struct track *t = &x->tracks[which];
    t->transport = m->transport;
    t->transport.server_port =
        m->transport.is_interleaved ? 0 : (uint16_t)(s->port + 2 * s->tracks_made);
    s->tracks_made++;
    rtsp_heard_of(s, x, in->now);
    open_source(s, t, (unsigned)which, c, fx);
    to_state(x, RTSP_READY, RTSP_SESSION_SET_UP, fx);
    rtsp_write_transport(&t->transport, &fields);
    rtsp_answer(s, c, m, x, buf_cstr(&fields), fx);
    watch_sessions(s, in->now, fx);
    buf_free(&fields);
}

/* ---- PLAY, PAUSE, TEARDOWN ---- */

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
    x->waits = count_tracks(x);
    tell_tracks(x, MEDIA_PLAY, fx);
}

/* Of each track the number and the timestamp of its first packet (12.33). */
static void write_info(const struct rtsp_server *s, const struct session *x, struct buf *out)
{
    char ip[16];
    const char *between = "RTP-Info: ";
    for (unsigned i = 0; i < RTSP_TRACKS; i++) {
        const struct track *t = &x->tracks[i];
        if (t->is_set_up) {
            buf_printf(out, "%surl=rtsp://%s%s/" RTSP_TRACK "%u;seq=%u;rtptime=%lu", between,
                       ip_print(s->key.from.ip, ip), rtsp_own_path(s), i + 1,
                       (unsigned)t->first.seq, (unsigned long)t->first.timestamp);
            between = ",";
        }
    }
    buf_str(out, "\r\n");
}

void rtsp_plays(struct rtsp_server *s, struct session *x, unsigned track, const struct input *in,
                struct fx *fx)
{
    struct conn *c = rtsp_conn(s, x->conn);
    struct buf out = {0};
    memcpy(&x->tracks[track].first, in->head.data, sizeof x->tracks[track].first);
    x->waits -= x->waits > 0;
    if (x->waits > 0) {
        return;
    }
    to_state(x, RTSP_PLAYING, RTSP_SESSION_PLAYS, fx);
    if (!c) {
        return;
    }
    rtsp_answer_begin(RTSP_OK, x->cseq, &out);
    rtsp_answer_session(s, x, &out);
    buf_str(&out, "Range: npt=now-\r\n");
    write_info(s, x, &out);
    buf_str(&out, "\r\n");
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
    tell_tracks(x, MEDIA_PAUSE, fx);
    to_state(x, RTSP_READY, RTSP_SESSION_PAUSED, fx);
    rtsp_answer(s, c, m, x, "", fx);
}

/* Of one track alone: the session goes on with the others (10.7). */
static void tear_down(struct rtsp_server *s, struct conn *c, struct session *x,
                      const struct rtsp_message *m, int track, sim_time now, struct fx *fx)
{
    struct track *t = track >= 0 ? &x->tracks[track] : NULL;
    if (!t || count_tracks(x) == 1) {
        end_session(s, x, RTSP_SESSION_ENDS, now, fx);
        rtsp_answer(s, c, m, NULL, "", fx);
        return;
    }
    fx_request(fx, t->source, MEDIA_STOP, (struct bytes){0}, (struct span){0});
    *t = (struct track){0};
    rtsp_answer(s, c, m, x, "", fx);
}

void rtsp_steer(struct rtsp_server *s, struct conn *c, const struct rtsp_message *m, int track,
                const struct input *in, struct fx *fx)
{
    struct session *x = rtsp_session_called(s, m->session);
    bool steers = m->method == RTSP_PLAY || m->method == RTSP_PAUSE;
    if (!x || (track >= 0 && !x->tracks[track].is_set_up)) { /* 11.3.5 */
        rtsp_refuse(s, c, m, RTSP_NO_SESSION, NULL, fx);
        return;
    }
    rtsp_heard_of(s, x, in->now);
    if (steers && track >= 0 && count_tracks(x) > 1) { /* 11.3.11 */
        rtsp_refuse(s, c, m, RTSP_ONLY_AGGREGATE, NULL, fx);
    } else if (m->method == RTSP_PLAY) {
        play(s, c, x, m, fx);
    } else if (m->method == RTSP_PAUSE) {
        pause_it(s, c, x, m, fx);
    } else if (m->method == RTSP_TEARDOWN) {
        tear_down(s, c, x, m, track, in->now, fx);
    } else {
        rtsp_answer(s, c, m, x, "", fx);
    }
    watch_sessions(s, in->now, fx);
}
