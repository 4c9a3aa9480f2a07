/* The viewer: OPTIONS, DESCRIBE, SETUP, PLAY, perhaps PAUSE and PLAY again, TEARDOWN. Invariant: at
 * most one request waits for its answer; what comes next is decided when that is there. */
#include "actor/fx.h"
#include "actor/media_call.h"
#include "actor/tcp_call.h"
#include "app/rtsp_client.h"
#include "wire/rtp.h"
#include "wire/sdp.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LOWER_TCP, LOWER_SINK };
enum { NEXT, ALIVE };
enum { BY_UDP, INTERLEAVED };

static void to_state(struct rtsp_client *c, enum rtsp_state state, enum rtsp_why why, struct fx *fx)
{
    if (c->state != state) {
        fx_state(fx, 0, c->state, state, why);
        c->state = state;
    }
}

static void wait(unsigned timer, sim_time now, sim_time span, struct fx *fx)
{
    fx_timer(fx, timer, 0, time_add(now, span));
}

static void stop_tracks(struct rtsp_client *c, struct fx *fx)
{
    for (unsigned i = 0; i < c->track_count; i++) {
        if (c->tracks[i].sink) {
            fx_request(fx, c->tracks[i].sink, MEDIA_STOP, (struct bytes){0}, (struct span){0});
        }
    }
}

static void leave(struct rtsp_client *c, struct fx *fx)
{
    fx_timer(fx, NEXT, 0, SIM_NEVER);
    fx_timer(fx, ALIVE, 0, SIM_NEVER);
    c->is_leaving = true;
    stop_tracks(c, fx);
    outbox_end(&c->out, c->handle, fx);
}

static void give_up(struct rtsp_client *c, struct fx *fx)
{
    fx_note(fx, RTSP_GIVES_UP);
    to_state(c, RTSP_INIT, RTSP_GIVES_UP, fx);
    leave(c, fx);
}

/* ---- answers, in the order of a visit ---- */

static void described(struct rtsp_client *c, const struct rtsp_message *m, struct fx *fx)
{
    struct sdp sdp;
    if (!sdp_read(m->body, &sdp)) {
        give_up(c, fx);
        return;
    }
    c->track_count = sdp.count < RTSP_TRACKS ? sdp.count : RTSP_TRACKS;
    for (unsigned i = 0; i < c->track_count; i++) {
        struct rtsp_track *t = &c->tracks[i];
        snprintf(t->control, sizeof t->control, "%s", sdp.media[i].control);
        t->is_sound = !sdp.media[i].is_video;
        t->has_feedback = sdp.media[i].has_nack || sdp.media[i].has_pli;
    }
    c->errs = c->mistake == PLAY_FIRST || c->mistake == SETUP_ALL;
    rtsp_ask(c, c->mistake == PLAY_FIRST ? RTSP_PLAY : RTSP_SETUP, fx);
}

static void open_sink(struct rtsp_client *c, struct rtsp_track *t, struct fx *fx)
{
    struct media_setup setup = {.is_carried = t->agreed.is_interleaved, .is_sound = t->is_sound};
    struct net key = {.from = c->key.from, .to = c->key.to};
    key.from.port = setup.is_carried ? 0 : (uint16_t)(c->port + 2 * c->track);
    key.to.port = setup.is_carried ? 0 : t->agreed.server_port;
    t->sink = fx_open(fx, LOWER_SINK, key);
    fx_request(fx, t->sink, MEDIA_SETUP, bytes_of(&setup, sizeof setup), (struct span){0});
}

static void all_set_up(struct rtsp_client *c, sim_time now, struct fx *fx)
{
    if (c->keep_alive) {
        wait(ALIVE, now, c->timeout / 2, fx);
    }
    c->errs = c->mistake == PAUSE_EARLY || c->mistake == WRONG_SESSION || c->mistake == PLAY_ONE;
    rtsp_ask(c, c->mistake == PAUSE_EARLY ? RTSP_PAUSE : RTSP_PLAY, fx);
}

static void set_up(struct rtsp_client *c, const struct rtsp_message *m, sim_time now, struct fx *fx)
{
    const struct rtsp_transport *t = &m->transport;
    bool is_what_was_asked = t->is_known && t->is_interleaved != c->uses_udp;
    if (!is_what_was_asked || !*m->session) {
        give_up(c, fx);
        return;
    }
    c->tracks[c->track].agreed = *t;
    snprintf(c->session, sizeof c->session, "%s", m->session);
    c->timeout = (m->timeout_s ? m->timeout_s : 60) * SIM_S; /* 12.37 */
    open_sink(c, &c->tracks[c->track], fx);
    to_state(c, RTSP_READY, RTSP_SESSION_SET_UP, fx);
    if (c->track + 1 < c->track_count) {
        c->track++;
        rtsp_ask(c, RTSP_SETUP, fx);
    } else {
        all_set_up(c, now, fx);
    }
}

static void plays(struct rtsp_client *c, sim_time now, struct fx *fx)
{
    bool is_first = c->started == 0;
    bool pauses = c->pause_after >= 0 && !c->has_paused && c->pause_after < c->left;
    c->started = is_first ? now : c->started;
    to_state(c, RTSP_PLAYING, RTSP_SESSION_PLAYS, fx);
    wait(NEXT, now, pauses ? c->pause_after : c->left, fx);
}

static void paused(struct rtsp_client *c, sim_time now, struct fx *fx)
{
    to_state(c, RTSP_READY, RTSP_SESSION_PAUSED, fx);
    c->has_paused = true;
    c->left -= c->pause_after;
    wait(NEXT, now, c->pause_for, fx);
}

static void next_step(struct rtsp_client *c, enum rtsp_method done, const struct rtsp_message *m,
                      sim_time now, struct fx *fx)
{
    switch (done) {
    case RTSP_OPTIONS:
        c->errs = c->mistake == WRONG_PATH;
        rtsp_ask(c, RTSP_DESCRIBE, fx);
        break;
    case RTSP_DESCRIBE: described(c, m, fx); break;
    case RTSP_SETUP: set_up(c, m, now, fx); break;
    case RTSP_PLAY: plays(c, now, fx); break;
    case RTSP_PAUSE: paused(c, now, fx); break;
    case RTSP_TEARDOWN:
        to_state(c, RTSP_INIT, RTSP_SESSION_ENDS, fx);
        leave(c, fx);
        break;
    case RTSP_GET_PARAMETER:
    case RTSP_UNKNOWN: break;
    }
}

/* The mistake was its own, and once: now it does as it should. */
static void mend(struct rtsp_client *c, struct fx *fx)
{
    static const enum rtsp_method right[] = {
        [WRONG_PATH] = RTSP_DESCRIBE, [PLAY_FIRST] = RTSP_SETUP, [PAUSE_EARLY] = RTSP_PLAY,
        [WRONG_SESSION] = RTSP_PLAY,  [SETUP_ALL] = RTSP_SETUP,  [PLAY_ONE] = RTSP_PLAY};
    enum rtsp_method method = right[c->mistake];
    c->errs = false;
    c->mistake = NO_MISTAKE;
    rtsp_ask(c, method, fx);
}

/* The camera has forgotten the session: another one, with a stream of its own. */
static void renew(struct rtsp_client *c, struct fx *fx)
{
    c->was_renewed = true;
    c->session[0] = 0;
    stop_tracks(c, fx);
    c->port += 2 * (int64_t)c->track_count;
    c->track = 0;
    to_state(c, RTSP_INIT, RTSP_EXPIRED, fx);
    rtsp_ask(c, RTSP_SETUP, fx);
}

static void refused(struct rtsp_client *c, enum rtsp_method asked, const struct rtsp_message *m,
                    struct fx *fx)
{
    c->refusals++;
    if (c->errs) {
        mend(c, fx);
    } else if (m->status == RTSP_NO_TRANSPORT && asked == RTSP_SETUP && !c->uses_udp) {
        c->uses_udp = true;
        fx_note(fx, RTSP_TRIES_UDP);
        rtsp_ask(c, RTSP_SETUP, fx);
    } else if (m->status == RTSP_NO_SESSION && *c->session && !c->was_renewed) {
        renew(c, fx);
    } else {
        give_up(c, fx);
    }
}

static void answered(struct rtsp_client *c, const struct rtsp_message *m, sim_time now,
                     struct fx *fx)
{
    enum rtsp_method asked = c->asked;
    if (asked == RTSP_UNKNOWN || m->cseq != c->cseq || m->status < 200) {
        return; /* the answer to nothing, or not the last word (7.1.1) */
    }
    fx_heard(fx, 0, c->got, RTSP_HAS_READ);
    c->asked = RTSP_UNKNOWN;
    if (m->status < 300) {
        c->errs = false; /* what it did was no mistake here */
        next_step(c, asked, m, now, fx);
    } else {
        refused(c, asked, m, fx);
    }
}

/* ---- media between the text ---- */

static void take_frame(struct rtsp_client *c, struct fx *fx)
{
    uint8_t channel;
    struct bytes packet = rtsp_frame(&c->reader, &channel);
    uint32_t payload = (uint32_t)rtp_payload(packet);
    struct span body = {.at = c->got.at - payload, .stream = c->got.stream, .len = payload};
    c->frames++;
    for (unsigned i = 0; i < c->track_count; i++) {
        const struct rtsp_track *t = &c->tracks[i];
        bool is_its = t->sink && t->agreed.is_interleaved;
        if (is_its && channel == t->agreed.channel) {
            fx_request(fx, t->sink, MEDIA_RTP, packet, body);
        } else if (is_its && channel == t->agreed.channel + 1) {
            fx_request(fx, t->sink, MEDIA_RTCP, packet, (struct span){0});
        }
    }
}

static void hear(struct rtsp_client *c, const struct input *in, struct fx *fx)
{
    struct bytes rest = in->head;
    struct rtsp_message m;
    enum rtsp_found found;
    while ((found = rtsp_read(&c->reader, &rest, &m)) != RTSP_NOTHING) {
        c->got = (struct mark){in->body.at + (in->head.len - rest.len), in->body.stream};
        if (found == RTSP_BROKEN) {
            give_up(c, fx);
            return;
        }
        if (found == RTSP_MEDIA) {
            take_frame(c, fx);
        } else if (!m.is_request) {
            answered(c, &m, in->now, fx);
        }
    }
}

static void from_sink(struct rtsp_client *c, const struct input *in, struct fx *fx)
{
    for (unsigned i = 0; i < c->track_count; i++) {
        if (c->tracks[i].sink == in->index && in->code == MEDIA_RTCP && !c->is_leaving) {
            struct buf frame = {0};
            rtsp_write_frame((uint8_t)(c->tracks[i].agreed.channel + 1), in->head, &frame);
            rtsp_say(c, bytes_of(frame.data, frame.len), NULL, RTSP_NO_WHY, fx);
            buf_free(&frame);
        }
    }
}

static void from_connection(struct rtsp_client *c, const struct input *in, struct fx *fx)
{
    if (in->code == CODE_OPENED) {
        fx_request(fx, c->handle, TCP_CALL_NO_DELAY, (struct bytes){0}, (struct span){0});
        fx_request(fx, c->handle, CODE_READ, (struct bytes){0}, (struct span){.len = UINT32_MAX});
        rtsp_ask(c, RTSP_OPTIONS, fx);
    } else if (in->code == CODE_DATA) {
        hear(c, in, fx);
    } else if (in->code == CODE_CLOSED || in->code == CODE_END) {
        if (!c->is_leaving) {
            give_up(c, fx);
        }
    } else {
        outbox_hear(&c->out, in, fx);
    }
}

static void start(struct rtsp_client *c, const struct input *in, struct fx *fx)
{
    c->key = in->net;
    c->began = in->now;
    c->left = c->play;
    c->uses_udp = c->transport == BY_UDP;
    c->handle = fx_open(fx, LOWER_TCP, in->net);
    fx_request(fx, c->handle, TCP_CALL_CONNECT, (struct bytes){0}, (struct span){0});
}

/* A moment later if an answer is still due. */
static void tick(struct rtsp_client *c, const struct input *in, struct fx *fx)
{
    if (c->asked != RTSP_UNKNOWN) {
        wait(in->code, in->now, 100 * SIM_MS, fx);
    } else if (in->code == ALIVE) {
        rtsp_ask(c, RTSP_GET_PARAMETER, fx);
        wait(ALIVE, in->now, c->timeout / 2, fx);
    } else if (c->state == RTSP_READY) {
        rtsp_ask(c, RTSP_PLAY, fx);
    } else {
        bool pauses = c->pause_after >= 0 && !c->has_paused && c->pause_after < c->left;
        rtsp_ask(c, pauses ? RTSP_PAUSE : RTSP_TEARDOWN, fx);
    }
}

static void step(void *self, const struct input *in, struct fx *fx)
{
    struct rtsp_client *c = self;
    if (in->kind == IN_START) {
        start(c, in, fx);
    } else if (in->kind == IN_TIMER) {
        tick(c, in, fx);
    } else if (in->kind == IN_INDICATION && in->index == c->handle) {
        from_connection(c, in, fx);
    } else if (in->kind == IN_INDICATION) {
        from_sink(c, in, fx);
    }
}

static void read(const void *self, int64_t *vars)
{
    const struct rtsp_client *c = self;
    vars[0] = c->cseq;
    vars[1] = (int64_t)c->refusals;
    vars[2] = (int64_t)c->frames;
}

static void let_go(void *self)
{
    struct rtsp_client *c = self;
    outbox_free(&c->out);
    rtsp_free(&c->reader);
}

static double requests(const void *self, const struct path *path)
{
    (void)path;
    return (double)((const struct rtsp_client *)self)->requests;
}

static double startup(const void *self, const struct path *path)
{
    const struct rtsp_client *c = self;
    (void)path;
    return c->started ? (double)(c->started - c->began) : NAN;
}

#define OF(FIELD) offsetof(struct rtsp_client, FIELD)
static const struct param params[] = {
    {"transport", OF(transport), PARAM_CHOICE, .max = INTERLEAVED,
     .choices = (const char *const[]){"udp", "interleaved", NULL}},
    {"client-port", OF(port), PARAM_COUNT, .initial = 5004, .min = 2, .max = 65000},
    {"path", OF(path), PARAM_TEXT, .max = 64},
    {"play", OF(play), PARAM_TIME, .initial = 5 * SIM_S, .min = SIM_MS, .max = SIM_NEVER / 4},
    {"pause.after", OF(pause_after), PARAM_TIME, .may_be_off = true, .initial = -1, .min = SIM_MS,
     .max = SIM_NEVER / 4},
    {"pause.for", OF(pause_for), PARAM_TIME, .initial = 2 * SIM_S, .min = SIM_MS,
     .max = SIM_NEVER / 4},
    {"keep-alive", OF(keep_alive), PARAM_SWITCH, .initial = 1, .max = 1},
    {"mistake", OF(mistake), PARAM_CHOICE, .max = PLAY_ONE,
     .choices = (const char *const[]){"none", "wrong-path", "play-first", "pause-early",
                                      "wrong-session", "setup-all", "play-one", NULL}},
    {0},
};

const struct actor_type rtsp_client_type = {
    .name = "rtsp-client",
    .size = sizeof(struct rtsp_client),
    .reads_bytes = true,
    .machines = (const struct machine[]){{"session", rtsp_states, rtsp_edges}, {0}},
    .sets = (const struct set[]){{"message", message_states}, {0}},
    .timers = (const struct timer[]){[NEXT] = {"next", 1, TIMER_KIND_PACE},
                                     [ALIVE] = {"keep-alive", 1, TIMER_KIND_PACE},
                                     {0}},
    .reasons = rtsp_reasons,
    .vars =
        (const struct var[]){
            {"cseq", "", "rtsp"}, {"refusals", "", "rtsp"}, {"frames", "", "rtsp"}, {0}},
    .params = params,
    .figures = (const struct figure[]){{"requests", requests}, {"startup_ns", startup}, {0}},
    .lowers = (const char *const[]){"tcp", "rtp-sink", NULL},
    .step = step,
    .read = read,
    .free = let_go,
};
