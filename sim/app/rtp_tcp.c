/* Both ends are alike but for who connects and what they open below: what that has to say is
 * framed, what comes is taken out of its frames. */
#include "app/rtp_tcp.h"

#include "actor/fx.h"
#include "actor/media_call.h"
#include "actor/tcp_call.h"
#include "app/outbox.h"
#include "wire/rtp.h"

enum { LOWER_TCP, LOWER_MEDIA };
enum { LENGTH = 2 };

struct end {
    int64_t rtcp, no_delay; /* settings */
    struct net key;
    bool is_sender, is_ending;
    uint32_t handle, stream, media;
    struct outbox out;
    struct buf frame; /* what has come of the present one */
    uint64_t frames;
};

static void media_call(struct end *e, enum media_call code, struct bytes head, struct span body,
                       struct fx *fx)
{
    fx_request(fx, e->media, code, head, body);
}

/* The media have no port of their own: the connection is their way. */
static void open_media(struct end *e, struct fx *fx)
{
    struct media_setup setup = {.is_carried = true};
    struct net key = {.from = e->key.from, .to = e->key.to};
    key.from.port = key.to.port = 0;
    e->media = fx_open(fx, LOWER_MEDIA, key);
    media_call(e, MEDIA_SETUP, bytes_of(&setup, sizeof setup), (struct span){0}, fx);
    if (e->is_sender) {
        media_call(e, MEDIA_PLAY, (struct bytes){0}, (struct span){0}, fx);
    }
}

static void opened(struct end *e, const struct input *in, struct fx *fx)
{
    if (e->media) {
        fx_request(fx, in->index, CODE_ABORT, (struct bytes){0}, (struct span){0});
        return;
    }
    e->handle = in->index;
    if (e->no_delay) {
        fx_request(fx, e->handle, TCP_CALL_NO_DELAY, (struct bytes){0}, (struct span){0});
    }
    fx_request(fx, e->handle, CODE_READ, (struct bytes){0}, (struct span){.len = UINT32_MAX});
    open_media(e, fx);
}

static void send(struct end *e, struct bytes packet, struct fx *fx)
{
    struct buf frame = {0};
    buf_char(&frame, (char)(packet.len >> 8));
    buf_char(&frame, (char)packet.len);
    buf_add(&frame, packet);
    struct span said = fx_bytes(fx, &e->stream, bytes_of(frame.data, frame.len));
    outbox_send(&e->out, e->handle, said, fx);
    buf_free(&frame);
}

/* Reports are told from media by their second byte (RFC 5761 4). `end`: where it ends in the
 * stream. */
static void take(struct end *e, struct bytes packet, struct mark end, struct fx *fx)
{
    bool is_report = packet.len >= 2 && packet.data[1] >= 192 && packet.data[1] <= 223;
    uint32_t payload = is_report ? 0 : (uint32_t)rtp_payload(packet);
    struct span body = {.at = end.at - payload, .stream = end.stream, .len = payload};
    e->frames++;
    media_call(e, is_report ? MEDIA_RTCP : MEDIA_RTP, packet, body, fx);
}

static void hear(struct end *e, const struct input *in, struct fx *fx)
{
    for (size_t at = 0; at < in->head.len;) {
        size_t want = LENGTH;
        if (e->frame.len >= LENGTH) {
            want += get_u16(e->frame.data);
        }
        struct bytes piece = bytes_sub(in->head, at, want - e->frame.len);
        buf_add(&e->frame, piece);
        at += piece.len;
        bool has_length = e->frame.len >= LENGTH;
        if (has_length && e->frame.len == LENGTH + (size_t)get_u16(e->frame.data)) {
            take(e, bytes_of(e->frame.data + LENGTH, e->frame.len - LENGTH),
                 (struct mark){in->body.at + at, in->body.stream}, fx);
            buf_clear(&e->frame);
        }
    }
}

/* The end of the source's media; its BYE still goes. */
static void from_media(struct end *e, const struct input *in, struct fx *fx)
{
    if (in->code == MEDIA_RTP || in->code == MEDIA_RTCP) {
        send(e, in->head, fx);
    }
    bool ends = in->code == MEDIA_ENDED && !e->rtcp;
    bool has_said_bye = in->code == MEDIA_RTCP && e->is_ending;
    e->is_ending |= in->code == MEDIA_ENDED;
    if (ends || has_said_bye) {
        outbox_end(&e->out, e->handle, fx);
    }
}

static void from_connection(struct end *e, const struct input *in, struct fx *fx)
{
    if (in->code == CODE_OPENED) {
        opened(e, in, fx);
    } else if (in->index == e->handle && in->code == CODE_DATA) {
        hear(e, in, fx);
    } else if (in->index == e->handle && (in->code == CODE_END || in->code == CODE_CLOSED)) {
        if (e->media) {
            media_call(e, MEDIA_STOP, (struct bytes){0}, (struct span){0}, fx);
        }
        outbox_end(&e->out, e->handle, fx);
    } else if (in->index == e->handle) {
        outbox_hear(&e->out, in, fx);
    }
}

static void step(struct end *e, const struct input *in, struct fx *fx)
{
    if (in->kind != IN_INDICATION) {
        return;
    }
    if (e->media && in->index == e->media) {
        from_media(e, in, fx);
    } else {
        from_connection(e, in, fx);
    }
}

static void sender_step(void *self, const struct input *in, struct fx *fx)
{
    struct end *e = self;
    if (in->kind == IN_START) {
        e->key = in->net;
        e->is_sender = true;
        e->handle = fx_open(fx, LOWER_TCP, in->net);
        fx_request(fx, e->handle, TCP_CALL_CONNECT, (struct bytes){0}, (struct span){0});
    }
    step(e, in, fx);
}

static void receiver_step(void *self, const struct input *in, struct fx *fx)
{
    struct end *e = self;
    if (in->kind == IN_START) {
        struct net key = {.from = in->net.from, .iface = in->net.iface};
        e->key = in->net;
        uint32_t listener = fx_open(fx, LOWER_TCP, key);
        fx_request(fx, listener, TCP_CALL_LISTEN, (struct bytes){0}, (struct span){0});
    }
    step(e, in, fx);
}

static void read(const void *self, int64_t *vars)
{
    const struct end *e = self;
    vars[0] = (int64_t)e->frames;
    vars[1] = e->out.count;
}

static void let_go(void *self)
{
    struct end *e = self;
    outbox_free(&e->out);
    buf_free(&e->frame);
}

static const struct var vars[] = {
    {"frames", "", "rtp-tcp"}, {"waiting", "packets", "rtp-tcp"}, {0}};
static const struct param params[] = {
    {"rtcp", offsetof(struct end, rtcp), PARAM_SWITCH, .initial = 1, .max = 1},
    {"no-delay", offsetof(struct end, no_delay), PARAM_SWITCH, .initial = 1, .max = 1},
    {0},
};

const struct actor_type rtp_tcp_sender_type = {
    .name = "rtp-tcp-sender",
    .size = sizeof(struct end),
    .reads_bytes = true,
    .vars = vars,
    .params = params,
    .lowers = (const char *const[]){"tcp", "rtp-source", NULL},
    .step = sender_step,
    .read = read,
    .free = let_go,
};

const struct actor_type rtp_tcp_receiver_type = {
    .name = "rtp-tcp-receiver",
    .size = sizeof(struct end),
    .reads_bytes = true,
    .vars = vars,
    .params = params,
    .lowers = (const char *const[]){"tcp", "rtp-sink", NULL},
    .step = receiver_step,
    .read = read,
    .free = let_go,
};
