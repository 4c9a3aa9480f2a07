/* One side of a translator. What it hears it hands to the other sides, which send it on: as it
 * came, or cut and coded anew (repack.c). It has no SSRC of its own and reports nothing of its own.
 * Invariant: the timer stands at the first instant at which something that waits must go, or at the
 * end. */
#include "proto/rtp/translator.h"

#include "actor/fx.h"
#include "base/os.h"
#include "proto/rtp/ends.h"
#include "wire/udp.h"

#include <stdlib.h>
#include <string.h>

static const int64_t coding_of[] = {REPACK_AS_IS, PAYLOAD_PCMU, PAYLOAD_PCMA, PAYLOAD_L16};

struct rtp_translator *rtp_translator_other(const struct rtp_translator *t, uint32_t side)
{
    return side == t->side ? NULL : t->crossing->sides[side].self;
}

struct rtp_toward *rtp_translator_toward(struct rtp_translator *t, uint32_t ssrc)
{
    for (uint32_t i = 0; i < t->toward_count; i++) {
        if (t->toward[i].ssrc == ssrc) {
            return &t->toward[i];
        }
    }
    return NULL;
}

static void begin_toward(const struct rtp_translator *t, struct rtp_toward *w, uint32_t ssrc)
{
    free(w->repack);
    *w = (struct rtp_toward){.ssrc = ssrc, .flush_at = SIM_NEVER};
    w->repack = os_alloc(sizeof *w->repack);
    w->repack->codec = coding_of[t->codec];
    w->repack->units = t->ptime > 0 ? (uint32_t)muldiv(t->ptime, MIX_RATE, SIM_S) : 0;
}

/* Who is there, or a new place, or that of one who has left; NULL: too many speak. */
static struct rtp_toward *take_toward(struct rtp_translator *t, uint32_t ssrc)
{
    struct rtp_toward *w = rtp_translator_toward(t, ssrc);
    if (w && !w->has_left) {
        return w;
    }
    for (uint32_t i = 0; !w && t->toward_count == RTP_VOICES_MAX && i < t->toward_count; i++) {
        w = t->toward[i].has_left ? &t->toward[i] : NULL;
    }
    if (!w && t->toward_count == RTP_VOICES_MAX) {
        return NULL;
    }
    if (!w) {
        t->toward = os_realloc(t->toward, (t->toward_count + 1) * sizeof *t->toward);
        w = &t->toward[t->toward_count++];
        *w = (struct rtp_toward){0};
    }
    begin_toward(t, w, ssrc);
    return w;
}

static void arm(const struct rtp_translator *t, struct fx *fx)
{
    sim_time least = t->ends_at;
    for (uint32_t i = 0; i < t->toward_count; i++) {
        least = t->toward[i].flush_at < least ? t->toward[i].flush_at : least;
    }
    fx_timer(fx, 0, 0, least);
}

/* ---- what comes ---- */

/* 8.2: who is known from another side has gone round, or bears another's number. */
static bool is_looped(struct rtp_translator *t, const struct rtp *rtp, const struct input *in)
{
    bool good = rtp_crossing_meet(t->crossing, rtp->ssrc, t->side, in->net.from, true, in->now);
    for (unsigned i = 0; i < rtp->csrc_count && good; i++) {
        good = rtp_crossing_meet(t->crossing, rtp->csrc[i], t->side, in->net.from, true, in->now);
    }
    return !good;
}

static void hand_over(const struct rtp_translator *t, struct bytes header, int64_t extended,
                      struct span body, struct fx *fx)
{
    struct rtp_carried_over over = {extended};
    struct buf all = {0};
    buf_add(&all, bytes_of(&over, sizeof over));
    buf_add(&all, header);
    for (uint32_t s = 0; s < t->crossing->side_count; s++) {
        if (rtp_translator_other(t, s)) {
            fx_request(fx, t->crossing->sides[s].entity, TRANSLATOR_MEDIA,
                       bytes_of(all.data, all.len), body);
        }
    }
    buf_free(&all);
}

static void hear(struct rtp_translator *t, const struct input *in, struct fx *fx)
{
    struct rtp rtp;
    int64_t extended;
    struct bytes packet = bytes_sub(in->head, UDP_HEADER, in->head.len);
    size_t header = rtp_decode(packet, &rtp);
    if (header == 0) {
        fx_drop(fx, DROP_MALFORMED, RTP_MALFORMED);
        return;
    }
    if (is_looped(t, &rtp, in)) {
        t->heard.refused++;
        fx_drop(fx, DROP_POLICY, RTP_LOOPED);
        return;
    }
    struct rtp_heard *h = rtp_heard_find(&t->heard, rtp.ssrc);
    h = h ? h : rtp_heard_add(&t->heard, rtp.ssrc, in->net.from);
    if (!h || !rtp_reception_seq(&h->reception, rtp.seq, &extended)) {
        fx_drop(fx, DROP_MALFORMED, RTP_MALFORMED);
        return;
    }
    hand_over(t, bytes_sub(packet, 0, header), extended, in->body, fx);
    fx_indicate(fx, 0, CODE_DATA, (struct bytes){0}, in->body);
}

/* ---- what goes ---- */

static void send_on(struct rtp_translator *t, struct bytes header, struct span body,
                    enum rtp_why why, struct fx *fx)
{
    struct buf head = {0};
    buf_extend(&head, UDP_HEADER);
    buf_add(&head, header);
    for (uint32_t i = 0; i < t->peer_count; i++) {
        struct net net = t->key;
        net.to = t->peers[i];
        udp_encode(net.from.port, net.to.port, (uint32_t)header.len + body.len, head.data);
        struct unit unit = {.at = t->packets, .n = t->peer_count == 1};
        fx_send(fx, &net, bytes_of(head.data, head.len), body, unit, why);
    }
    t->packets++;
    buf_free(&head);
}

static void send_new(struct rtp_translator *t, const struct repack_out *out, unsigned count,
                     struct fx *fx)
{
    uint8_t header[RTP_HEADER_MAX];
    for (unsigned i = 0; i < count; i++) {
        size_t len = rtp_encode(&out[i].rtp, header);
        struct span body = fx_bytes(fx, &t->stream, bytes_of(out[i].payload, out[i].len));
        t->changed++;
        send_on(t, bytes_of(header, len), body, RTP_RECODED, fx);
    }
}

/* A packet that is not yet full waits as long as two of them last: its rest was lost, or the talk
 * is over. */
static void change(struct rtp_translator *t, struct rtp_toward *w, const struct rtp *rtp,
                   int64_t extended, const struct input *in, struct fx *fx)
{
    struct repack_out *out = os_alloc(REPACK_OUT_MAX * sizeof *out);
    struct buf payload = {0};
    struct span body = in->body;
    bool is_late, was_filling = w->repack->is_filling;
    if (rtp_unfill(rtp, &body, fx)) {
        span_read(fx->streams, body, &payload);
    }
    unsigned count =
        repack_add(w->repack, rtp, extended, bytes_of(payload.data, payload.len), out, &is_late);
    send_new(t, out, count, fx);
    if (is_late) {
        fx_note(fx, RTP_TOO_LATE);
    }
    if (!w->repack->is_filling) {
        w->flush_at = SIM_NEVER;
    } else if (!was_filling || count > 0) {
        w->flush_at = in->now + 2 * t->ptime;
    }
    arm(t, fx);
    buf_free(&payload);
    free(out);
}

static void pass_media(struct rtp_translator *t, const struct input *in, struct fx *fx)
{
    struct rtp_carried_over over;
    struct rtp rtp;
    struct bytes header = bytes_sub(in->head, sizeof over, in->head.len);
    memcpy(&over, in->head.data, sizeof over);
    if (t->has_ended || rtp_decode(header, &rtp) == 0) {
        return;
    }
    struct rtp_toward *w = take_toward(t, rtp.ssrc);
    if (!w) {
        fx_note(fx, RTP_FOREIGN);
    } else if (repack_is_needed(w->repack, rtp.payload_type)) {
        change(t, w, &rtp, over.extended, in, fx);
    } else {
        send_on(t, header, in->body, RTP_PASSED_ON, fx);
    }
}

static void flush_one(struct rtp_translator *t, struct rtp_toward *w, struct fx *fx)
{
    struct repack_out *out = os_alloc(sizeof *out);
    send_new(t, out, repack_flush(w->repack, w->ssrc, out), fx);
    w->flush_at = SIM_NEVER;
    free(out);
}

static void flush(struct rtp_translator *t, const struct input *in, struct fx *fx)
{
    for (uint32_t i = 0; i < t->toward_count; i++) {
        if (t->toward[i].flush_at <= in->now) {
            flush_one(t, &t->toward[i], fx);
        }
    }
}

void rtp_translator_finish(struct rtp_translator *t, uint32_t ssrc, struct fx *fx)
{
    struct rtp_toward *w = rtp_translator_toward(t, ssrc);
    if (w) {
        w->has_left = true;
        flush_one(t, w, fx);
        arm(t, fx);
    }
}

/* ---- its life ---- */

static void open_relay(struct rtp_translator *t, struct fx *fx)
{
    struct addr peers[RTCP_PEERS_MAX];
    for (uint32_t i = 0; i < t->peer_count; i++) {
        peers[i] = (struct addr){t->peers[i].ip, (uint16_t)(t->peers[i].port + 1)};
    }
    if (t->rtcp_on) {
        t->relay = rtp_open_reporter(&t->key, fx);
        fx_request(fx, t->relay, RELAY_PEERS, bytes_of(peers, t->peer_count * sizeof *peers),
                   (struct span){0});
    }
}

static void start(struct rtp_translator *t, const struct input *in, struct fx *fx)
{
    t->key = in->net;
    size_t count = in->head.len / sizeof *t->peers;
    t->peer_count = (uint32_t)(count < RTCP_PEERS_MAX ? count : RTCP_PEERS_MAX);
    memcpy(t->peers, in->head.data, t->peer_count * sizeof *t->peers);
    t->ends_at = t->duration >= 0 ? in->now + t->duration : SIM_NEVER;
    if (!rtp_crossing_enter(in->host, t, fx->author, &t->side)) {
        t->has_ended = true;
        return;
    }
    t->crossing = in->host;
    open_relay(t, fx);
    arm(t, fx);
}

static void take_time(struct rtp_translator *t, const struct input *in, struct fx *fx)
{
    flush(t, in, fx);
    if (in->now >= t->ends_at && !t->has_ended) {
        t->has_ended = true;
        t->ends_at = SIM_NEVER;
        fx_note(fx, RTP_ENDED);
        rtp_translator_leave(t, in, fx);
    }
    arm(t, fx);
}

static void step(void *self, const struct input *in, struct fx *fx)
{
    struct rtp_translator *t = self;
    if (in->kind == IN_START) {
        start(t, in, fx);
    } else if (in->kind == IN_TIMER) {
        take_time(t, in, fx);
    } else if (t->has_ended) {
        return;
    } else if (in->kind == IN_PACKET) {
        hear(t, in, fx);
    } else if (in->kind == IN_REQUEST && in->code == TRANSLATOR_MEDIA) {
        pass_media(t, in, fx);
    } else if (in->kind == IN_REQUEST && in->code == TRANSLATOR_RTCP) {
        rtp_translator_pass_report(t, in, fx);
    } else if (in->kind == IN_INDICATION && in->code == RELAY_HEARD) {
        rtp_translator_hear_report(t, in, fx);
    }
}

static void read(const void *self, int64_t *vars)
{
    const struct rtp_translator *t = self;
    vars[0] = (int64_t)t->packets;
    vars[1] = t->heard.count;
    vars[2] = (int64_t)t->changed;
}

static double lost(const void *self, const struct path *path)
{
    (void)path;
    return (double)rtp_heard_lost(&((const struct rtp_translator *)self)->heard);
}

static double passed(const void *self, const struct path *path)
{
    (void)path;
    return (double)((const struct rtp_translator *)self)->packets;
}

static double changed(const void *self, const struct path *path)
{
    (void)path;
    return (double)((const struct rtp_translator *)self)->changed;
}

static double refused(const void *self, const struct path *path)
{
    (void)path;
    return (double)((const struct rtp_translator *)self)->heard.refused;
}

static void let_go(void *self)
{
    struct rtp_translator *t = self;
    if (t->crossing) {
        rtp_crossing_leave(t->crossing, t);
    }
    for (uint32_t i = 0; i < t->toward_count; i++) {
        free(t->toward[i].repack);
    }
    free(t->toward);
    rtp_heard_free(&t->heard);
}

static void host_free(void *host)
{
    rtp_crossing_free(host);
}

/* As in coding_of. */
static const char *const codings[] = {"as-it-came", "PCMU", "PCMA", "L16", NULL};
static const char *const lowers[] = {"rtcp-relay", NULL};

static const struct param params[] = {
    {"codec", offsetof(struct rtp_translator, codec), PARAM_CHOICE, .choices = codings},
    {"ptime", offsetof(struct rtp_translator, ptime), PARAM_TIME, .may_be_off = true, .initial = -1,
     .min = 5 * SIM_MS, .max = 120 * SIM_MS},
    {"for", offsetof(struct rtp_translator, duration), PARAM_TIME, .may_be_off = true,
     .initial = -1, .min = 1, .max = SIM_NEVER / 4},
    {"rtcp", offsetof(struct rtp_translator, rtcp_on), PARAM_SWITCH, .initial = 1, .max = 1},
    {0},
};

const struct actor_type rtp_translator_type = {
    .name = "rtp-translator",
    .proto = &rtp_proto,
    .size = sizeof(struct rtp_translator),
    .host_size = sizeof(struct rtp_crossing),
    .timers = (const struct timer[]){{"flush", 1, TIMER_KIND_PACE}, {0}},
    .reasons = rtp_reasons,
    .vars =
        (const struct var[]){
            {"packets", "", "media"}, {"sources", "", "media"}, {"changed", "", "media"}, {0}},
    .params = params,
    .figures =
        (const struct figure[]){
            {"lost", lost}, {"passed", passed}, {"changed", changed}, {"refused", refused}, {0}},
    .lowers = lowers,
    .step = step,
    .read = read,
    .host_free = host_free,
    .free = let_go,
};

const struct traffic_type rtp_translator_traffic = {.name = "translator",
                                                    .source = &rtp_translator_type,
                                                    .has_port = true,
                                                    .port = 5004,
                                                    .takes_group = true,
                                                    .keeps_to_peer = true,
                                                    .takes_next_port = true};
