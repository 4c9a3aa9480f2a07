/* The sink: has one endpoint, tells of it, judges the configuration that it is asked for, and hands
 * media to an RTP sink. It never asks; each command gets one answer (AVDTP 8.4). */
#include "actor/media_call.h"
#include "proto/bluetooth/a2dp.h"
#include "proto/bluetooth/acl.h"
#include "wire/rtp.h"

enum { SET_MESSAGES };
enum { SAMPLING_ANY };

struct a2dp_sink {
    struct av av;
    int64_t sampling, bitpool; /* settings: what it can */
    struct avdtp_services agreed;
    struct mark question;
};

static struct sbc_info can(const struct a2dp_sink *s)
{
    static const uint32_t rates[] = {0, 44100, 48000, 32000, 16000};
    return (struct sbc_info){
        .samplings = s->sampling == SAMPLING_ANY ? 15 : sbc_sampling_bit(rates[s->sampling]),
        .modes = 15,
        .blocks = 15,
        .subbands = 3,
        .allocations = 3,
        .bitpool_least = 2,
        .bitpool_most = (uint8_t)s->bitpool};
}

static void accept(struct a2dp_sink *s, struct avdtp *out, struct fx *fx)
{
    out->kind = AVDTP_ACCEPT;
    av_say(&s->av, out, s->question, AV_ACCEPTS, fx);
}

static void reject(struct a2dp_sink *s, struct avdtp *out, unsigned category, unsigned error,
                   struct fx *fx)
{
    out->kind = AVDTP_REJECT;
    out->category = (uint8_t)category;
    out->error = (uint8_t)error;
    av_say(&s->av, out, s->question, AV_REJECTS, fx);
}

static void tell_endpoints(struct a2dp_sink *s, struct avdtp *out, struct fx *fx)
{
    out->endpoints = 1;
    out->endpoint[0] = (struct avdtp_endpoint){
        .seid = AV_SEID, .is_used = s->av.state != AV_IDLE, .is_sink = true};
    accept(s, out, fx);
}

static void tell_capabilities(struct a2dp_sink *s, struct avdtp *out, struct fx *fx)
{
    struct sbc_info all = can(s);
    out->services = (struct avdtp_services){
        .has_transport = true, .has_codec = true, .codec = AVDTP_SBC, .info_len = SBC_INFO};
    sbc_info_write(&all, out->services.info);
    accept(s, out, fx);
}

/* What is wrong with that codec; AVDTP_NO_ERROR: nothing. */
static enum avdtp_error judge_codec(const struct a2dp_sink *s, const struct avdtp_services *asked,
                                    struct sbc *sbc)
{
    struct sbc_info want, all = can(s);
    if (asked->codec != AVDTP_SBC || asked->info_len != SBC_INFO) {
        return A2DP_NOT_SUPPORTED_CODEC;
    }
    sbc_info_read(asked->info, &want);
    if (!sbc_of(&want, sbc)) {
        return AVDTP_UNSUPPORTED_CONFIGURATION;
    }
    if (!(want.samplings & all.samplings)) {
        return A2DP_NOT_SUPPORTED_SAMPLING;
    }
    bool fits = want.bitpool_most >= 2 && want.bitpool_most <= all.bitpool_most;
    return fits ? AVDTP_NO_ERROR : A2DP_NOT_SUPPORTED_BITPOOL;
}

static bool is_configurable(struct a2dp_sink *s, const struct avdtp *m, struct avdtp *out,
                            struct fx *fx)
{
    const struct avdtp_services *asked = &m->services;
    if (asked->bad_category) {
        reject(s, out, asked->bad_category, AVDTP_BAD_CATEGORY, fx);
        return false;
    }
    if (!asked->has_codec || (m->signal == AVDTP_SET_CONFIGURATION && !asked->has_transport)) {
        unsigned missing = asked->has_codec ? AVDTP_MEDIA_TRANSPORT : AVDTP_MEDIA_CODEC;
        reject(s, out, missing, AVDTP_INVALID_CAPABILITIES, fx);
        return false;
    }
    struct sbc sbc;
    enum avdtp_error error = judge_codec(s, asked, &sbc);
    if (error != AVDTP_NO_ERROR) {
        reject(s, out, AVDTP_MEDIA_CODEC, error, fx);
        return false;
    }
    s->av.sbc = sbc;
    s->agreed = *asked;
    return true;
}

static void open_media(struct a2dp_sink *s, struct fx *fx)
{
    if (!s->av.media) {
        av_open_media(&s->av, 1, fx);
    }
}

static bool has_media_channel(const struct a2dp_sink *s)
{
    return s->av.l2cap.channels[L2CAP_MEDIA].state == L2CAP_OPEN;
}

/* CLOSE and ABORT: the source takes the media channel down, and only then the endpoint is free. */
static void let_go(struct a2dp_sink *s, enum av_state by, enum bt_why why, struct fx *fx)
{
    av_enter(&s->av, by, why, fx);
    if (s->av.l2cap.channels[L2CAP_MEDIA].state == L2CAP_CLOSED) {
        av_enter(&s->av, AV_IDLE, why, fx);
    }
}

/* In the wrong state a command is refused (6.5). `from`: the state that it may come in. */
static bool moves(struct a2dp_sink *s, enum av_state from, enum av_state to, struct avdtp *out,
                  struct fx *fx)
{
    bool has_way = to != AV_STREAMING || has_media_channel(s);
    if (s->av.state != from || !has_way) {
        reject(s, out, 0, AVDTP_BAD_STATE, fx);
        return false;
    }
    accept(s, out, fx);
    av_enter(&s->av, to, av_why(out->signal), fx);
    return true;
}

static void obey(struct a2dp_sink *s, const struct avdtp *m, struct avdtp *out, struct fx *fx)
{
    switch (m->signal) {
    case AVDTP_GET_CAPABILITIES:
    case AVDTP_GET_ALL_CAPABILITIES: tell_capabilities(s, out, fx); break;
    case AVDTP_SET_CONFIGURATION:
        if (s->av.state != AV_IDLE) {
            reject(s, out, 0, AVDTP_SEP_IN_USE, fx);
        } else if (is_configurable(s, m, out, fx)) {
            moves(s, AV_IDLE, AV_CONFIGURED, out, fx);
        }
        break;
    case AVDTP_GET_CONFIGURATION:
        out->services = s->agreed;
        if (s->av.state == AV_IDLE) {
            reject(s, out, 0, AVDTP_BAD_STATE, fx);
        } else {
            accept(s, out, fx);
        }
        break;
    case AVDTP_RECONFIGURE:
        if (s->av.state != AV_OPEN) {
            reject(s, out, 0, AVDTP_BAD_STATE, fx);
        } else if (is_configurable(s, m, out, fx)) {
            accept(s, out, fx);
        }
        break;
    case AVDTP_OPEN:
        if (moves(s, AV_CONFIGURED, AV_OPEN, out, fx)) {
            open_media(s, fx);
        }
        break;
    case AVDTP_START: moves(s, AV_OPEN, AV_STREAMING, out, fx); break;
    case AVDTP_SUSPEND: moves(s, AV_STREAMING, AV_OPEN, out, fx); break;
    case AVDTP_CLOSE:
        if (s->av.state == AV_OPEN || s->av.state == AV_STREAMING) {
            accept(s, out, fx);
            let_go(s, AV_CLOSING, AV_CLOSES, fx);
        } else {
            reject(s, out, 0, AVDTP_BAD_STATE, fx);
        }
        break;
    case AVDTP_ABORT:
        accept(s, out, fx);
        if (s->av.state != AV_IDLE) {
            let_go(s, AV_ABORTING, AV_ABORTS, fx);
        }
        break;
    default: reject(s, out, 0, AVDTP_NOT_SUPPORTED, fx); break;
    }
}

static void hear_command(struct a2dp_sink *s, const struct avdtp *m, bool is_whole, struct fx *fx)
{
    struct avdtp out = {.label = m->label, .signal = m->signal, .seid = m->seid};
    if (*avdtp_signal_name(m->signal) == '?') {
        out.kind = AVDTP_GENERAL_REJECT;
        av_say(&s->av, &out, s->question, AV_REJECTS, fx);
    } else if (!is_whole) {
        reject(s, &out, 0, AVDTP_BAD_LENGTH, fx);
    } else if (m->signal == AVDTP_DISCOVER) {
        tell_endpoints(s, &out, fx);
    } else if (m->seid == AV_SEID) {
        obey(s, m, &out, fx);
    } else if (m->signal != AVDTP_ABORT) { /* which is not answered then (8.16.2) */
        reject(s, &out, 0, AVDTP_BAD_SEID, fx);
    }
}

static void hear_media(struct a2dp_sink *s, struct bytes packet, struct mark end, struct fx *fx)
{
    struct rtp rtp;
    size_t head = rtp_decode(packet, &rtp);
    fx_heard(fx, SET_MESSAGES, end, BT_NO_REASON);
    if (!head || s->av.state != AV_STREAMING) {
        fx_note(fx, BT_UNREADABLE);
        return;
    }
    struct span body = {.at = end.at - (packet.len - head),
                        .stream = end.stream,
                        .len = (uint32_t)(packet.len - head)};
    s->av.packets++;
    av_tell_media(&s->av, MEDIA_RTP, packet, body, fx);
}

static void heard(void *self, enum l2cap_which which, struct bytes information, struct mark end,
                  const struct input *in, struct fx *fx)
{
    struct a2dp_sink *s = self;
    struct avdtp m;
    (void)in;
    if (which == L2CAP_MEDIA) {
        hear_media(s, information, end, fx);
        return;
    }
    enum avdtp_got got = avdtp_read(information, &m);
    if (got == AVDTP_READ_NOT_ONE || m.kind != AVDTP_COMMAND) {
        fx_note(fx, BT_UNREADABLE);
        return;
    }
    fx_heard(fx, SET_MESSAGES, end, BT_NO_REASON);
    s->question = end;
    hear_command(s, &m, got == AVDTP_READ, fx);
}

static void opened(void *self, enum l2cap_which which, const struct input *in, struct fx *fx)
{
    (void)self, (void)which, (void)in, (void)fx;
}

static void closed(void *self, enum l2cap_which which, const struct input *in, struct fx *fx)
{
    struct a2dp_sink *s = self;
    av_enter(&s->av, AV_IDLE, BT_DISCONNECTED, fx);
    if (which == L2CAP_SIGNALS) {
        l2cap_give_up(&s->av.l2cap, L2CAP_MEDIA, BT_LINK_LOST, s, in, fx);
        fx_request(fx, s->av.l2cap.link, ACL_CALL_END, (struct bytes){0}, (struct span){0});
    }
}

static bool takes(const void *self, enum l2cap_which which)
{
    return which == L2CAP_SIGNALS || ((const struct a2dp_sink *)self)->av.state == AV_OPEN;
}

static const struct l2cap_upper upper = {opened, closed, heard, takes};

static void step(void *self, const struct input *in, struct fx *fx)
{
    struct a2dp_sink *s = self;
    if (in->kind == IN_START) {
        av_begin(&s->av, &upper, in, fx);
    } else if (in->kind == IN_INDICATION && in->index == s->av.l2cap.link) {
        l2cap_hear(&s->av.l2cap, s, in, fx);
    }
}

static void read(const void *self, int64_t *vars)
{
    const struct a2dp_sink *s = self;
    vars[0] = (int64_t)s->av.packets;
    vars[1] = s->av.state == AV_IDLE ? 0 : s->av.sbc.bitpool;
    vars[2] = (int64_t)s->av.l2cap.incomplete;
}

static double incomplete(const void *self, const struct path *path)
{
    (void)path;
    return (double)((const struct a2dp_sink *)self)->av.l2cap.incomplete;
}

static const char *const rates[] = {"all", "44100", "48000", "32000", "16000", NULL};
#define OF(FIELD) offsetof(struct a2dp_sink, FIELD)
static const struct param params[] = {
    {"sink-sampling", OF(sampling), PARAM_CHOICE, .max = 4, .choices = rates},
    {"sink-bitpool", OF(bitpool), PARAM_COUNT, .initial = 53, .min = 2, .max = 250},
    {0},
};

const struct actor_type a2dp_sink_type = {
    .name = "a2dp-sink",
    .size = sizeof(struct a2dp_sink),
    .reads_bytes = true,
    .machines = av_machines,
    .sets = av_sets,
    .reasons = bt_reasons,
    .vars = (const struct var[]){{"media", "packets", "avdtp"},
                                 {"bitpool", "", "avdtp"},
                                 {"incomplete", "", "avdtp"},
                                 {0}},
    .params = params,
    .figures = (const struct figure[]){{"incomplete", incomplete}, {0}},
    .lowers = (const char *const[]){"acl-slave", "rtp-sink", NULL},
    .step = step,
    .read = read,
    .free = av_free,
};
