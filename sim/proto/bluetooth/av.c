#include "actor/media_call.h"
#include "proto/bluetooth/a2dp.h"
#include "proto/bluetooth/acl.h"
#include "wire/payload.h"

#include <stdio.h>

enum { SET_MESSAGES, MACHINE_STREAM = 0 };

static const char *const states[] = {"IDLE",    "CONFIGURED", "OPEN", "STREAMING",
                                     "CLOSING", "ABORTING",   NULL};
static const struct machine_edge edges[] = {
    {AV_IDLE, AV_CONFIGURED, "av.edge.configured"}, {AV_CONFIGURED, AV_OPEN, "av.edge.opened"},
    {AV_OPEN, AV_STREAMING, "av.edge.started"},     {AV_STREAMING, AV_OPEN, "av.edge.suspended"},
    {AV_OPEN, AV_CLOSING, "av.edge.closes"},        {AV_STREAMING, AV_CLOSING, "av.edge.closes"},
    {AV_CONFIGURED, AV_ABORTING, "av.edge.aborts"}, {AV_OPEN, AV_ABORTING, "av.edge.aborts"},
    {AV_STREAMING, AV_ABORTING, "av.edge.aborts"},  {AV_CLOSING, AV_ABORTING, "av.edge.aborts"},
    {AV_CLOSING, AV_IDLE, "av.edge.gone"},          {AV_ABORTING, AV_IDLE, "av.edge.gone"},
    {AV_CONFIGURED, AV_IDLE, "av.edge.lost"},       {AV_OPEN, AV_IDLE, "av.edge.lost"},
    {AV_STREAMING, AV_IDLE, "av.edge.lost"},        {-1, -1, NULL},
};
const struct machine av_machines[] = {{"stream", states, edges},
                                      {"signals", l2cap_states, l2cap_edges},
                                      {"media", l2cap_states, l2cap_edges},
                                      {0}};
const struct set av_sets[] = {[SET_MESSAGES] = {"message", message_states}, {0}};

void av_begin(struct av *a, const struct l2cap_upper *upper, const struct input *in, struct fx *fx)
{
    a->key = in->net;
    a->l2cap.upper = upper;
    a->l2cap.link = fx_open(fx, AV_LOWER_LINK, in->net);
}

void av_enter(struct av *a, enum av_state to, enum bt_why why, struct fx *fx)
{
    if (a->state != to) {
        fx_state(fx, MACHINE_STREAM, a->state, to, why);
        a->state = to;
    }
}

enum bt_why av_why(unsigned signal)
{
    static const enum bt_why whys[] = {[AVDTP_DISCOVER] = AV_DISCOVERS,
                                       [AVDTP_GET_CAPABILITIES] = AV_ASKS,
                                       [AVDTP_SET_CONFIGURATION] = AV_CONFIGURES,
                                       [AVDTP_GET_CONFIGURATION] = AV_ASKS_CONFIGURATION,
                                       [AVDTP_RECONFIGURE] = AV_RECONFIGURES,
                                       [AVDTP_OPEN] = AV_OPENS,
                                       [AVDTP_START] = AV_STARTS,
                                       [AVDTP_CLOSE] = AV_CLOSES,
                                       [AVDTP_SUSPEND] = AV_SUSPENDS,
                                       [AVDTP_ABORT] = AV_ABORTS};
    return signal <= AVDTP_ABORT ? whys[signal] : BT_NO_REASON;
}

/* "AVDTP START", "AVDTP START accepted", "AVDTP SET CONFIGURATION rejected: …". */
static void name_of(const struct avdtp *m, char *name, size_t room)
{
    const char *signal = avdtp_signal_name(m->signal);
    switch (m->kind) {
    case AVDTP_COMMAND: snprintf(name, room, "AVDTP %s", signal); break;
    case AVDTP_ACCEPT: snprintf(name, room, "AVDTP %s ACCEPT", signal); break;
    case AVDTP_REJECT:
        snprintf(name, room, "AVDTP %s REJECT: %s", signal, avdtp_error_name(m->error));
        break;
    case AVDTP_GENERAL_REJECT: snprintf(name, room, "AVDTP GENERAL REJECT"); break;
    }
}

struct mark av_say(struct av *a, const struct avdtp *m, struct mark answers, enum bt_why why,
                   struct fx *fx)
{
    struct buf signal = {0};
    char name[96];
    avdtp_write(m, &signal);
    name_of(m, name, sizeof name);
    struct span pdu =
        l2cap_send(&a->l2cap, L2CAP_SIGNALS, bytes_of(signal.data, signal.len), false, fx);
    fx_message(fx, SET_MESSAGES, pdu, name, answers, why);
    buf_free(&signal);
    return span_end(pdu);
}

static const struct payload_format *format_of(const struct sbc *sbc)
{
    const struct payload_format *f = payload_sbc;
    while (f->rate != sbc->sampling) {
        f++;
    }
    return f;
}

/* What all packets hold: silence is the same in each. */
void av_open_media(struct av *a, unsigned frames, struct fx *fx)
{
    struct media_setup setup = {.is_carried = true,
                                .agreed = format_of(&a->sbc),
                                .units = frames * sbc_frame_samples(&a->sbc)};
    struct buf all = {0};
    buf_add(&all, bytes_of(&setup, sizeof setup));
    buf_char(&all, (char)sbc_payload_header(frames));
    for (unsigned i = 0; i < frames; i++) {
        sbc_add_frame(&a->sbc, &all);
    }
    struct net key = {.from = a->key.from, .to = a->key.to};
    key.from.port = key.to.port = 0;
    a->media = fx_open(fx, AV_LOWER_MEDIA, key);
    av_tell_media(a, MEDIA_SETUP, bytes_of(all.data, all.len), (struct span){0}, fx);
    buf_free(&all);
}

void av_tell_media(struct av *a, unsigned code, struct bytes head, struct span body, struct fx *fx)
{
    if (a->media) {
        fx_request(fx, a->media, code, head, body);
    }
}

void av_free(void *self)
{
    l2cap_free(&((struct av *)self)->l2cap);
}

#define L2 "Bluetooth Core 3.A §"
const struct reason bt_reasons[BT_WHY_COUNT + 1] = {
    [BT_CONNECTS] = {"l2cap.connects", L2 "4.2"},
    [BT_TAKES] = {"l2cap.takes", L2 "4.3"},
    [BT_REFUSES] = {"l2cap.refuses", L2 "4.3"},
    [BT_CONFIGURES] = {"l2cap.configures", L2 "4.4"},
    [BT_AGREES] = {"l2cap.agrees", L2 "4.5"},
    [BT_DISAGREES] = {"l2cap.disagrees", L2 "4.5"},
    [BT_CHANNEL_OPEN] = {"l2cap.open", L2 "7.1"},
    [BT_DISCONNECTS] = {"l2cap.disconnects", L2 "4.6"},
    [BT_DISCONNECTED] = {"l2cap.disconnected", L2 "4.7"},
    [BT_REJECTS] = {"l2cap.rejects", L2 "4.1"},
    [BT_ECHOES] = {"l2cap.echoes", L2 "4.9"},
    [BT_INFORMS] = {"l2cap.informs", L2 "4.11"},
    [BT_UNREADABLE] = {"l2cap.unreadable", L2 "3.1"},
    [BT_INCOMPLETE] = {"l2cap.incomplete", L2 "7.2"},
    [BT_NO_ANSWER] = {"l2cap.no-answer", L2 "6.2.1"},
    [BT_LINK_LOST] = {"l2cap.link-lost", L2 "6.1"},
    [AV_DISCOVERS] = {"av.discovers", "AVDTP 1.3 §8.6"},
    [AV_ASKS] = {"av.asks", "AVDTP 1.3 §8.7"},
    [AV_CONFIGURES] = {"av.configures", "AVDTP 1.3 §8.9"},
    [AV_ASKS_CONFIGURATION] = {"av.asks-configuration", "AVDTP 1.3 §8.10"},
    [AV_RECONFIGURES] = {"av.reconfigures", "AVDTP 1.3 §8.11"},
    [AV_OPENS] = {"av.opens", "AVDTP 1.3 §8.12"},
    [AV_STARTS] = {"av.starts", "AVDTP 1.3 §8.13"},
    [AV_CLOSES] = {"av.closes", "AVDTP 1.3 §8.14"},
    [AV_SUSPENDS] = {"av.suspends", "AVDTP 1.3 §8.15"},
    [AV_ABORTS] = {"av.aborts", "AVDTP 1.3 §8.16"},
    [AV_ACCEPTS] = {"av.accepts", "AVDTP 1.3 §8.5"},
    [AV_REJECTS] = {"av.rejects", "AVDTP 1.3 §8.20"},
    [AV_FALLS_BACK] = {"av.falls-back", "A2DP 1.3 §4.2.2"},
    [AV_FINDS_NONE] = {"av.finds-none", "AVDTP 1.3 §8.6"},
    [AV_MEDIA] = {"av.media", "A2DP 1.3 §4.3.4"},
    [AV_DONE] = {"av.done", "AVDTP 1.3 §6.5"},
};
