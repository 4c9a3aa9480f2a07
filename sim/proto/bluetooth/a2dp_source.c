/* The source: asks for a channel, what the sink has and can, agrees on one stream, opens, starts,
 * perhaps suspends and starts again, and ends it. Invariant: at most one command waits for its
 * answer; what comes next is decided when that is there. */
#include "actor/media_call.h"
#include "proto/bluetooth/a2dp_source.h"
#include "proto/bluetooth/acl.h"
#include "wire/rtp.h"

#include <stdio.h>

enum { SET_MESSAGES };
enum { TIMER_PLAN, TIMER_ANSWER };
enum ending { END_CLOSE, END_ABORT };
#define PATIENCE (4 * SIM_S) /* with an answer (RTX_SIG_TIMER) */

static struct a2dp_source *source_of(void *self)
{
    return self;
}

/* ---- commands ---- */

static void ask(struct a2dp_source *s, struct avdtp *m, sim_time now, enum bt_why why,
                struct fx *fx)
{
    s->label = (uint8_t)((s->label + 1) % AVDTP_LABELS);
    s->waits = m->signal;
    m->label = s->label;
    m->kind = AVDTP_COMMAND;
    av_say(&s->av, m, (struct mark){0}, why, fx);
    fx_timer(fx, TIMER_ANSWER, 0, now + PATIENCE);
}

static void ask_plain(struct a2dp_source *s, enum avdtp_signal signal, sim_time now, struct fx *fx)
{
    struct avdtp m = {.signal = (uint8_t)signal, .seid = s->seid};
    ask(s, &m, now, av_why(signal), fx);
}

static void give_up(struct a2dp_source *s, enum bt_why why, struct fx *fx)
{
    fx_note(fx, why);
    l2cap_disconnect(&s->av.l2cap, L2CAP_SIGNALS, fx);
}

/* ---- the configuration ---- */

static void configure(struct a2dp_source *s, sim_time now, struct fx *fx)
{
    struct avdtp m = {.signal = AVDTP_SET_CONFIGURATION, .seid = s->seid, .own_seid = AV_SEID};
    if (!a2dp_choose(s, &m.services, &s->av.sbc)) {
        give_up(s, AV_FINDS_NONE, fx);
        return;
    }
    ask(s, &m, now, s->refusals ? AV_FALLS_BACK : AV_CONFIGURES, fx);
}

/* ---- answers ---- */

static void choose_endpoint(struct a2dp_source *s, const struct avdtp *m, sim_time now,
                            struct fx *fx)
{
    for (unsigned i = 0; i < m->endpoints; i++) {
        const struct avdtp_endpoint *e = &m->endpoint[i];
        if (e->is_sink && !e->is_used && e->media == 0) {
            s->seid = e->seid;
            ask_plain(s, AVDTP_GET_CAPABILITIES, now, fx);
            return;
        }
    }
    give_up(s, AV_FINDS_NONE, fx);
}

static void take_capabilities(struct a2dp_source *s, const struct avdtp *m, sim_time now,
                              struct fx *fx)
{
    const struct avdtp_services *can = &m->services;
    bool is_usable = can->has_transport && can->has_codec && can->codec == AVDTP_SBC &&
                     can->info_len == SBC_INFO;
    if (!is_usable) {
        give_up(s, AV_FINDS_NONE, fx);
        return;
    }
    sbc_info_read(can->info, &s->offer);
    configure(s, now, fx);
}

/* As many frames as the sink's MTU has room for, or as are asked for. */
static unsigned frames_of(const struct a2dp_source *s)
{
    uint32_t room = s->av.l2cap.channels[L2CAP_MEDIA].mtu;
    uint32_t fit = room > RTP_HEADER ? (room - RTP_HEADER - 1) / sbc_frame_bytes(&s->av.sbc) : 0;
    fit = fit > SBC_FRAMES_MAX ? SBC_FRAMES_MAX : fit;
    return s->frames > 0 && s->frames < fit ? (unsigned)s->frames : fit;
}

/* The earliest of what is planned and not done; PLAN_COUNT: nothing. */
static enum plan next_plan(const struct a2dp_source *s)
{
    enum plan first = PLAN_COUNT;
    for (unsigned i = 0; i < PLAN_COUNT; i++) {
        if (s->at[i] >= 0 && !s->is_done[i] && (first == PLAN_COUNT || s->at[i] < s->at[first])) {
            first = (enum plan)i;
        }
    }
    return first;
}

/* The next thing that was planned, at its time. */
static void arm_plan(struct a2dp_source *s, sim_time now, struct fx *fx)
{
    enum plan next = next_plan(s);
    if (next != PLAN_COUNT) {
        sim_time at = s->started + s->at[next];
        fx_timer(fx, TIMER_PLAN, 0, at > now ? at : now);
    }
}

static void take_start(struct a2dp_source *s, sim_time now, struct fx *fx)
{
    av_enter(&s->av, AV_STREAMING, AV_STARTS, fx);
    av_tell_media(&s->av, MEDIA_PLAY, (struct bytes){0}, (struct span){0}, fx);
    s->started = s->has_started ? s->started : now;
    s->has_started = true;
    arm_plan(s, now, fx);
}

static void leave(struct a2dp_source *s, enum av_state by, enum bt_why why, struct fx *fx)
{
    av_enter(&s->av, by, why, fx);
    if (s->av.l2cap.channels[L2CAP_MEDIA].state == L2CAP_CLOSED) {
        av_enter(&s->av, AV_IDLE, why, fx);
        l2cap_disconnect(&s->av.l2cap, L2CAP_SIGNALS, fx);
    } else {
        l2cap_disconnect(&s->av.l2cap, L2CAP_MEDIA, fx);
    }
}

static void take_accept(struct a2dp_source *s, const struct avdtp *m, sim_time now, struct fx *fx)
{
    switch (m->signal) {
    case AVDTP_DISCOVER: choose_endpoint(s, m, now, fx); break;
    case AVDTP_GET_CAPABILITIES: take_capabilities(s, m, now, fx); break;
    case AVDTP_SET_CONFIGURATION:
        av_enter(&s->av, AV_CONFIGURED, AV_CONFIGURES, fx);
        ask_plain(s, AVDTP_OPEN, now, fx);
        break;
    case AVDTP_OPEN:
        av_enter(&s->av, AV_OPEN, AV_OPENS, fx);
        l2cap_connect(&s->av.l2cap, L2CAP_MEDIA, fx);
        fx_timer(fx, TIMER_ANSWER, 0, now + PATIENCE);
        break;
    case AVDTP_START: take_start(s, now, fx); break;
    case AVDTP_SUSPEND:
        av_enter(&s->av, AV_OPEN, AV_SUSPENDS, fx);
        arm_plan(s, now, fx);
        break;
    case AVDTP_CLOSE: leave(s, AV_CLOSING, AV_CLOSES, fx); break;
    case AVDTP_ABORT: leave(s, AV_ABORTING, AV_ABORTS, fx); break;
    }
}

/* What both can, once; anything else that is refused ends the attempt. */
static void take_reject(struct a2dp_source *s, const struct avdtp *m, sim_time now, struct fx *fx)
{
    if (m->signal == AVDTP_SET_CONFIGURATION && s->refusals++ == 0 && s->insists) {
        configure(s, now, fx);
    } else if (s->av.state != AV_IDLE && m->signal != AVDTP_ABORT) {
        ask_plain(s, AVDTP_ABORT, now, fx);
    } else {
        give_up(s, AV_REJECTS, fx);
    }
}

static void refuse_command(struct a2dp_source *s, const struct avdtp *m, struct mark end,
                           struct fx *fx)
{
    bool is_known = *avdtp_signal_name(m->signal) != '?';
    struct avdtp out = {.label = m->label,
                        .kind = is_known ? AVDTP_REJECT : AVDTP_GENERAL_REJECT,
                        .signal = m->signal,
                        .seid = m->seid,
                        .error = AVDTP_NOT_SUPPORTED};
    av_say(&s->av, &out, end, AV_REJECTS, fx);
}

static void hear_signal(struct a2dp_source *s, struct bytes signal, struct mark end, sim_time now,
                        struct fx *fx)
{
    struct avdtp m;
    enum avdtp_got got = avdtp_read(signal, &m);
    if (got == AVDTP_READ_NOT_ONE) {
        fx_note(fx, BT_UNREADABLE);
        return;
    }
    fx_heard(fx, SET_MESSAGES, end, BT_NO_REASON);
    if (m.kind == AVDTP_COMMAND) {
        refuse_command(s, &m, end, fx);
        return;
    }
    if (m.label != s->label || m.signal != s->waits || s->waits == 0 || got != AVDTP_READ) {
        fx_note(fx, BT_UNREADABLE);
        return;
    }
    s->waits = 0;
    fx_timer(fx, TIMER_ANSWER, 0, SIM_NEVER);
    if (m.kind == AVDTP_ACCEPT) {
        take_accept(s, &m, now, fx);
    } else {
        take_reject(s, &m, now, fx);
    }
}

/* ---- channels ---- */

static void heard(void *self, enum l2cap_which which, struct bytes information, struct mark end,
                  const struct input *in, struct fx *fx)
{
    if (which == L2CAP_SIGNALS) {
        hear_signal(source_of(self), information, end, in->now, fx);
    } else {
        fx_note(fx, BT_UNREADABLE); /* a sink sends no media */
    }
}

static void opened(void *self, enum l2cap_which which, const struct input *in, struct fx *fx)
{
    struct a2dp_source *s = self;
    fx_timer(fx, TIMER_ANSWER, 0, SIM_NEVER);
    if (which == L2CAP_SIGNALS) {
        ask_plain(s, AVDTP_DISCOVER, in->now, fx);
        return;
    }
    unsigned frames = frames_of(s);
    if (frames == 0 || s->av.state != AV_OPEN) {
        ask_plain(s, AVDTP_ABORT, in->now, fx);
        return;
    }
    av_open_media(&s->av, frames, fx);
    ask_plain(s, AVDTP_START, in->now, fx);
}

static void end_all(struct a2dp_source *s, const struct input *in, struct fx *fx)
{
    s->av.is_over = true;
    s->waits = 0;
    fx_timer(fx, TIMER_PLAN, 0, SIM_NEVER);
    fx_timer(fx, TIMER_ANSWER, 0, SIM_NEVER);
    av_tell_media(&s->av, MEDIA_STOP, (struct bytes){0}, (struct span){0}, fx);
    av_enter(&s->av, AV_IDLE, BT_DISCONNECTED, fx);
    l2cap_give_up(&s->av.l2cap, L2CAP_MEDIA, BT_LINK_LOST, s, in, fx);
    fx_request(fx, s->av.l2cap.link, ACL_CALL_END, (struct bytes){0}, (struct span){0});
    fx_note(fx, AV_DONE);
}

static void closed(void *self, enum l2cap_which which, const struct input *in, struct fx *fx)
{
    struct a2dp_source *s = self;
    if (s->av.is_over) {
        return;
    }
    if (which == L2CAP_SIGNALS) {
        end_all(s, in, fx);
        return;
    }
    av_tell_media(&s->av, MEDIA_PAUSE, (struct bytes){0}, (struct span){0}, fx);
    av_enter(&s->av, AV_IDLE, BT_DISCONNECTED, fx);
    l2cap_disconnect(&s->av.l2cap, L2CAP_SIGNALS, fx);
    fx_timer(fx, TIMER_ANSWER, 0, in->now + PATIENCE);
}

static bool takes(const void *self, enum l2cap_which which)
{
    (void)self, (void)which;
    return false; /* the source asks for them */
}

static const struct l2cap_upper upper = {opened, closed, heard, takes};

/* ---- what is due ---- */

static void follow_plan(struct a2dp_source *s, sim_time now, struct fx *fx)
{
    if (s->waits) { /* an answer is due first */
        fx_timer(fx, TIMER_PLAN, 0, now + SIM_MS);
        return;
    }
    enum plan plan = next_plan(s);
    if (plan == PLAN_COUNT) {
        return;
    }
    s->is_done[plan] = true;
    if (plan == PLAN_SUSPEND && s->av.state == AV_STREAMING) {
        av_tell_media(&s->av, MEDIA_PAUSE, (struct bytes){0}, (struct span){0}, fx);
        ask_plain(s, AVDTP_SUSPEND, now, fx);
    } else if (plan == PLAN_RESUME && s->av.state == AV_OPEN) {
        ask_plain(s, AVDTP_START, now, fx);
    } else if (plan == PLAN_END && s->av.state != AV_IDLE) {
        av_tell_media(&s->av, MEDIA_STOP, (struct bytes){0}, (struct span){0}, fx);
        ask_plain(s, s->ending == END_ABORT ? AVDTP_ABORT : AVDTP_CLOSE, now, fx);
    } else {
        arm_plan(s, now, fx);
    }
}

static void lose_patience(struct a2dp_source *s, const struct input *in, struct fx *fx)
{
    fx_note(fx, BT_NO_ANSWER);
    l2cap_give_up(&s->av.l2cap, L2CAP_SIGNALS, BT_NO_ANSWER, s, in, fx);
}

static void send_media(struct a2dp_source *s, struct bytes packet, struct fx *fx)
{
    struct rtp rtp;
    char name[24];
    if (!rtp_decode(packet, &rtp) || s->av.l2cap.channels[L2CAP_MEDIA].state != L2CAP_OPEN) {
        return;
    }
    struct span pdu = l2cap_send(&s->av.l2cap, L2CAP_MEDIA, packet, true, fx);
    snprintf(name, sizeof name, "RTP %u", (unsigned)rtp.seq);
    fx_message(fx, SET_MESSAGES, pdu, name, (struct mark){0}, AV_MEDIA);
    s->av.packets++;
}

static void step(void *self, const struct input *in, struct fx *fx)
{
    struct a2dp_source *s = self;
    if (in->kind == IN_START) {
        av_begin(&s->av, &upper, in, fx);
        l2cap_connect(&s->av.l2cap, L2CAP_SIGNALS, fx);
        fx_timer(fx, TIMER_ANSWER, 0, in->now + PATIENCE);
    } else if (in->kind == IN_INDICATION && in->index == s->av.l2cap.link) {
        l2cap_hear(&s->av.l2cap, s, in, fx);
    } else if (in->kind == IN_INDICATION && in->code == MEDIA_RTP) {
        send_media(s, in->head, fx);
    } else if (in->kind == IN_TIMER && in->code == TIMER_PLAN) {
        follow_plan(s, in->now, fx);
    } else if (in->kind == IN_TIMER) {
        lose_patience(s, in, fx);
    }
}

static void read(const void *self, int64_t *vars)
{
    const struct a2dp_source *s = self;
    vars[0] = s->label;
    vars[1] = (int64_t)s->av.packets;
    vars[2] = s->av.state == AV_IDLE ? 0 : s->av.sbc.bitpool;
}

static const char *const codecs[] = {"SBC", "AAC", NULL};
static const char *const rates[] = {"44100", "48000", "32000", "16000", NULL};
static const char *const endings[] = {"close", "abort", NULL};

#define OF(FIELD) offsetof(struct a2dp_source, FIELD)
static const struct param params[] = {
    {"codec", OF(codec), PARAM_CHOICE, .max = 1, .choices = codecs},
    {"sampling", OF(sampling), PARAM_CHOICE, .max = 3, .choices = rates},
    {"bitpool", OF(bitpool), PARAM_COUNT, .initial = 53, .min = 2, .max = 250},
    {"packet-frames", OF(frames), PARAM_COUNT, .may_be_off = true, .initial = -1, .min = 1,
     .max = SBC_FRAMES_MAX},
    {"insist", OF(insists), PARAM_SWITCH, .max = 1},
    {"suspend", OF(at[PLAN_SUSPEND]), PARAM_TIME, .may_be_off = true, .initial = -1, .min = 0,
     .max = SIM_NEVER / 4},
    {"resume", OF(at[PLAN_RESUME]), PARAM_TIME, .may_be_off = true, .initial = -1, .min = 0,
     .max = SIM_NEVER / 4},
    {"for", OF(at[PLAN_END]), PARAM_TIME, .may_be_off = true, .initial = -1, .min = 0,
     .max = SIM_NEVER / 4},
    {"ending", OF(ending), PARAM_CHOICE, .max = 1, .choices = endings},
    {0},
};

const struct actor_type a2dp_source_type = {
    .name = "a2dp-source",
    .size = sizeof(struct a2dp_source),
    .reads_bytes = true,
    .machines = av_machines,
    .sets = av_sets,
    .timers = (const struct timer[]){[TIMER_PLAN] = {"plan", 1, TIMER_KIND_PACE},
                                     [TIMER_ANSWER] = {"answer", 1, TIMER_KIND_WAIT},
                                     {0}},
    .reasons = bt_reasons,
    .vars =
        (const struct var[]){
            {"label", "", "avdtp"}, {"media", "packets", "avdtp"}, {"bitpool", "", "avdtp"}, {0}},
    .params = params,
    .lowers = (const char *const[]){"acl-master", "rtp-source", NULL},
    .step = step,
    .read = read,
    .free = av_free,
};
