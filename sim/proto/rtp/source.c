/* The source: a packet each packet time, or a picture's packets each picture time, by the clock of
 * its own node. Its timestamps count the media clock, also through silence; sequence numbers count
 * packets. Invariant: timestamp(slot) = base + slot * interval * rate. */
#include "actor/fx.h"
#include "actor/media_call.h"
#include "proto/rtp/ends.h"
#include "proto/rtp/tone.h"
#include "wire/payload.h"

#include <math.h>
#include <string.h>

#define PPB INT64_C(1000000000)

static sim_time slot_time(const struct rtp_source *s, uint64_t slot)
{
    return s->medium.agreed
               ? muldiv((int64_t)slot * s->medium.units, SIM_S, rtp_clock_rate(&s->medium))
           : s->medium.fps >= 0 ? muldiv((int64_t)slot, PPB * SIM_S, s->medium.fps)
                                : (sim_time)slot * s->medium.ptime;
}

static uint32_t slot_timestamp(const struct rtp_source *s, uint64_t slot)
{
    return s->base + (s->medium.agreed ? (uint32_t)slot * s->medium.units
                                       : (uint32_t)rtp_units(&s->medium, slot_time(s, slot)));
}

static bool is_silent(const struct rtp_source *s, uint64_t slot)
{
    return s->pause > 0 && slot_time(s, slot) % (s->talk + s->pause) >= s->talk;
}

static void send_packet(struct rtp_source *s, uint32_t len, bool marker, uint8_t picture,
                        enum rtp_why why, const struct input *in, struct fx *fx)
{
    struct rtp_sent p = {.body = {.at = s->octets, .stream = s->stream, .len = len},
                         .at = in->now,
                         .index = s->packets,
                         .timestamp = s->timestamp,
                         .seq = s->seq++,
                         .marker = marker,
                         .picture = picture};
    if (s->medium.keep > 0) {
        rtp_history_add(&s->repairs.sent, &p, s->medium.keep);
    }
    rtp_source_send(s, &p, false, why, fx);
    s->packets++;
    s->octets += len;
}

/* Pictures vary: +- `vary` of the size that was asked for. */
static uint32_t frame_bytes(const struct rtp_source *s, bool is_intra, const struct dice *dice)
{
    int64_t usual = is_intra ? s->medium.intra : s->medium.frame;
    int64_t spread = muldiv(usual, s->medium.vary, PPB);
    uint64_t drawn =
        draw_below(draw(dice, DRAW_ARRIVAL, (uint32_t)s->slot), 2 * (uint64_t)spread + 1);
    int64_t bytes = usual - spread + (int64_t)drawn;
    return bytes > 0 ? (uint32_t)bytes : 1;
}

static bool is_intra(const struct rtp_source *s)
{
    bool is_due =
        s->medium.intra_every > 0 && s->slot - s->intra_at >= (uint64_t)s->medium.intra_every;
    return rtp_is_coded(&s->medium) && (s->intra_count == 0 || s->wants_intra || is_due);
}

static void send_frame(struct rtp_source *s, const struct input *in, struct fx *fx)
{
    bool intra = is_intra(s);
    uint32_t left = frame_bytes(s, intra, in->dice);
    uint8_t picture = intra ? PICTURE_INTRA : 0;
    enum rtp_why why = s->packets == 0 ? RTP_FIRST : intra ? RTP_INTRA : RTP_FRAME;
    uint8_t begins = PICTURE_BEGINS;
    if (intra) {
        s->intra_at = s->slot;
        s->intra_count++;
        s->wants_intra = false;
    }
    while (left > 0) {
        uint32_t len = left < RTP_VIDEO_PACKET ? left : RTP_VIDEO_PACKET;
        left -= len;
        send_packet(s, len, left == 0, picture | begins, why, in, fx);
        why = RTP_SAME_FRAME;
        begins = 0;
    }
}

/* The marker tells the first packet of a talkspurt, where silences are left out (RFC 3551 4.1). */
static void send_sound(struct rtp_source *s, const struct input *in, struct fx *fx)
{
    bool begins = s->resumes || (s->pause > 0 && (s->slot == 0 || is_silent(s, s->slot - 1)));
    enum rtp_why why = s->packets == 0 ? RTP_FIRST : begins ? RTP_TALKSPURT : RTP_BY_CLOCK;
    send_packet(s, rtp_payload_bytes(&s->medium), begins, 0, why, in, fx);
}

static struct rtcp_facts facts(const struct rtp_source *s, const struct input *in)
{
    uint32_t elapsed = (uint32_t)rtp_units(&s->medium, in->clock - s->began + s->medium.encode);
    struct rtcp_sender_info info = {.ntp = ntp_of(in->clock),
                                    .timestamp = s->base + elapsed,
                                    .packets = (uint32_t)(s->packets - s->told_packets),
                                    .bytes = (uint32_t)(s->octets - s->told_octets)};
    struct rtcp_sender_info repaired = {.ntp = info.ntp,
                                        .timestamp = info.timestamp,
                                        .packets = (uint32_t)s->repairs.packets,
                                        .bytes = (uint32_t)s->repairs.octets};
    return (struct rtcp_facts){.has_sent = s->packets > 0,
                               .info = info,
                               .repair = s->repairs.packets ? s->repairs.ssrc : 0,
                               .repaired = repaired,
                               .app = {.name = param_text(s->app_name),
                                       .data = param_text(s->app_data),
                                       .subtype = (unsigned)s->app_subtype}};
}

static void tell(struct rtp_source *s, const struct input *in, unsigned code, struct fx *fx)
{
    struct rtcp_facts f = facts(s, in);
    if (s->heard) {
        rtp_member_tell(s, &f, in, code, fx);
        return;
    }
    if (s->reporter) {
        fx_request(fx, s->reporter, code, bytes_of(&f, sizeof f), (struct span){0});
    }
}

/* The timer runs in true time, the media by the node's clock: what they drifted apart during one
 * slot is made up for in the next. */
static void wait_for_slot(struct rtp_source *s, const struct input *in, struct fx *fx)
{
    sim_time due = s->began + slot_time(s, s->slot);
    fx_timer(fx, 0, 0, in->now + (due > in->clock ? due - in->clock : 0));
}

static bool is_over(const struct rtp_source *s)
{
    if (s->listens_only) {
        return true; /* its timer stands at the end */
    }
    return s->duration >= 0 && slot_time(s, s->slot) >= s->duration;
}

static void end(struct rtp_source *s, const struct input *in, struct fx *fx)
{
    if (s->has_ended) {
        return;
    }
    s->has_ended = true;
    fx_note(fx, RTP_ENDED);
    fx_timer(fx, 0, 0, SIM_NEVER);
    tell(s, in, RTCP_CODE_LEAVE, fx);
    if (s->is_steered) {
        fx_indicate(fx, 0, MEDIA_ENDED, (struct bytes){0}, (struct span){0});
    }
}

static void take_slot(struct rtp_source *s, const struct input *in, struct fx *fx)
{
    if (is_over(s)) {
        end(s, in, fx);
        return;
    }
    s->timestamp = slot_timestamp(s, s->slot);
    if (s->medium.fps >= 0) {
        send_frame(s, in, fx);
    } else {
        send_sound(s, in, fx);
    }
    s->resumes = false;
    s->slot++;
    if (is_silent(s, s->slot)) {
        fx_note(fx, RTP_SILENT);
    }
    while (is_silent(s, s->slot) && !is_over(s)) {
        s->slot++;
    }
    wait_for_slot(s, in, fx);
}

/* Sound is a real tone where its coding is one that can be written here, and has silences. */
static void choose_content(struct rtp_source *s, struct fx *fx)
{
    struct buf tone = {0};
    if (s->medium.fps < 0 && tone_period(s->medium.codec, s->tone, &tone)) {
        s->stream = fx_repeating(fx, bytes_of(tone.data, tone.len));
    }
    s->pause = s->talk > 0 && s->medium.fps < 0 ? s->pause : 0;
    buf_free(&tone);
}

static void set_up(struct rtp_source *s, struct fx *fx)
{
    struct rtcp_setup setup = {.ssrc = s->ssrc,
                               .sends = !s->listens_only && !s->is_steered,
                               .is_carried = s->medium.is_carried,
                               .bandwidth = rtp_rtcp_bandwidth(&s->medium),
                               .minimum = s->medium.rtcp_minimum,
                               .has_feedback = rtp_has_feedback(&s->medium),
                               .feedback_interval = s->medium.feedback_interval,
                               .crowd = (uint32_t)s->crowd,
                               .join_over = s->join_over,
                               .peer_count = s->peer_count};
    for (uint32_t i = 0; i < s->peer_count; i++) {
        setup.peers[i] = (struct addr){s->peers[i].ip, (uint16_t)(s->peers[i].port + 1)};
    }
    fx_request(fx, s->reporter, RTCP_CODE_SETUP, bytes_of(&setup, sizeof setup), (struct span){0});
}

static void begin_reports(struct rtp_source *s, struct fx *fx)
{
    if (s->medium.rtcp_on) {
        s->reporter = rtp_open_reporter(&s->key, fx);
        set_up(s, fx);
    }
}

static void begin_media(struct rtp_source *s, const struct input *in, struct fx *fx)
{
    if (s->listens_only) {
        fx_timer(fx, 0, 0, s->duration >= 0 ? in->now + s->duration : SIM_NEVER);
    } else {
        take_slot(s, in, fx);
    }
}

static void start(struct rtp_source *s, const struct input *in, struct fx *fx)
{
    s->key = in->net;
    s->stream = in->body.stream;
    s->began = in->clock;
    s->ssrc = s->ssrc_set >= 0 ? (uint32_t)s->ssrc_set : (uint32_t)draw(in->dice, DRAW_SSRC, 0);
    s->seq = (uint16_t)(s->seq_set >= 0 ? (uint64_t)s->seq_set : draw(in->dice, DRAW_SSRC, 1));
    s->base = (uint32_t)(s->base_set >= 0 ? (uint64_t)s->base_set : draw(in->dice, DRAW_SSRC, 2));
    s->repairs.ssrc = (uint32_t)draw(in->dice, DRAW_SSRC, 3);
    s->repairs.seq = (uint16_t)draw(in->dice, DRAW_SSRC, 4);
    s->is_steered = in->index != 0;
    if (!s->is_steered) {
        choose_content(s, fx);
        begin_reports(s, fx);
        begin_media(s, in, fx);
    }
}

/* ---- steered by whoever has opened it ---- */

/* A pause stops the packets, not the clock: as a camera that looks on while nobody watches. */
static void play(struct rtp_source *s, const struct input *in, struct fx *fx)
{
    if (s->has_ended) {
        return;
    }
    s->began = s->packets ? s->began : in->clock;
    while (slot_time(s, s->slot) < in->clock - s->began) {
        s->slot++;
    }
    s->resumes = s->packets > 0;
    struct media_start first = {
        .ssrc = s->ssrc, .timestamp = slot_timestamp(s, s->slot), .seq = s->seq};
    fx_indicate(fx, 0, MEDIA_PLAY, bytes_of(&first, sizeof first), (struct span){0});
    wait_for_slot(s, in, fx);
}

static void obey(struct rtp_source *s, const struct input *in, struct fx *fx)
{
    switch (in->code) {
    case MEDIA_SETUP:
        rtp_medium_setup(&s->medium, in->head);
        if (s->medium.agreed) {
            s->duration = -1;
            s->stream = fx_repeating(fx, bytes_sub(in->head, sizeof(struct media_setup), SIZE_MAX));
        } else {
            choose_content(s, fx);
        }
        begin_reports(s, fx);
        break;
    case MEDIA_PLAY: play(s, in, fx); break;
    case MEDIA_PAUSE:
        fx_timer(fx, 0, 0, SIM_NEVER);
        fx_note(fx, RTP_PAUSED);
        break;
    case MEDIA_STOP: end(s, in, fx); break;
    case MEDIA_RTCP:
        if (s->reporter) {
            fx_request(fx, s->reporter, RTCP_CODE_CARRIED, in->head, (struct span){0});
        }
        break;
    }
}

/* 8.2: under its new SSRC it counts from nothing. */
static void take_name(struct rtp_source *s, const struct input *in)
{
    memcpy(&s->ssrc, in->head.data, sizeof s->ssrc);
    s->told_packets = s->packets;
    s->told_octets = s->octets;
}

void rtp_source_step(void *self, const struct input *in, struct fx *fx)
{
    struct rtp_source *s = self;
    switch (in->kind) {
    case IN_START: start(s, in, fx); break;
    case IN_TIMER: take_slot(s, in, fx); break;
    case IN_INDICATION:
        if (in->code == RTCP_CODE_DUE && !s->has_ended) {
            tell(s, in, RTCP_CODE_FACTS, fx);
        } else if (in->code == RTCP_CODE_HEARD) {
            rtp_source_hear(s, in, fx);
        } else if (in->code == RTCP_CODE_RENAMED) {
            take_name(s, in);
        } else if (in->code == RTCP_CODE_CARRY) {
            fx_indicate(fx, 0, MEDIA_RTCP, in->head, (struct span){0});
        }
        break;
    case IN_REQUEST: obey(s, in, fx); break;
    case IN_PACKET:
    case IN_SENT:
    case IN_ERROR: break; /* nobody listens: UDP does not care */
    }
}

void rtp_source_read(const void *self, int64_t *vars)
{
    const struct rtp_source *s = self;
    vars[0] = (int64_t)s->packets;
    vars[1] = s->timestamp;
    vars[2] = s->rtt;
    vars[3] = s->reported_lost;
    vars[4] = s->reported_jitter;
}

static void read(const void *self, int64_t *vars)
{
    const struct rtp_source *s = self;
    rtp_source_read(s, vars);
    vars[5] = s->medium.encode;
    vars[6] = (int64_t)s->repairs.packets;
}

/* A packet and its timer in each packet time. */
static uint64_t least_events(const void *self, sim_time span)
{
    const struct rtp_source *s = self;
    sim_time lasts = s->duration >= 0 && s->duration < span ? s->duration : span;
    if (s->medium.fps >= 0) {
        return 2 * (uint64_t)muldiv(lasts, s->medium.fps, PPB * SIM_S);
    }
    uint64_t slots = (uint64_t)(lasts / s->medium.ptime);
    return s->pause > 0 && s->talk > 0 ? 0 : 2 * slots;
}

static double rtt_min(const void *self, const struct path *path)
{
    const struct rtp_source *s = self;
    (void)path;
    return s->rtt_count ? (double)s->rtt_min : NAN;
}

static double rtt_mean(const void *self, const struct path *path)
{
    const struct rtp_source *s = self;
    (void)path;
    return s->rtt_count ? (double)s->rtt_sum / (double)s->rtt_count : NAN;
}

static double rtt_max(const void *self, const struct path *path)
{
    const struct rtp_source *s = self;
    (void)path;
    return s->rtt_count ? (double)s->rtt_max : NAN;
}

static double repairs(const void *self, const struct path *path)
{
    const struct rtp_source *s = self;
    (void)path;
    return s->medium.keep > 0 ? (double)s->repairs.packets : NAN;
}

static double intra(const void *self, const struct path *path)
{
    const struct rtp_source *s = self;
    (void)path;
    return rtp_is_coded(&s->medium) ? (double)s->intra_count : NAN;
}

static void let_go(void *self)
{
    rtp_history_free(&((struct rtp_source *)self)->repairs.sent);
}

static const struct param params[] = {
    RTP_MEDIUM_PARAMS(struct rtp_source),
    RTP_REPAIR_PARAMS(struct rtp_source),
    RTP_PICTURE_PARAMS(struct rtp_source),
    RTP_SPEAKER_PARAMS(struct rtp_source),
    {0},
};

static const struct timer timers[] = {{"next", 1, true}, {0}};
static const struct var vars[] = {
    RTP_SPEAKER_VARS, {"encode", "ns", "media"}, {"repairs", "", "media"}, {0}};
#define RTP_SOURCE                                                                                 \
    .name = "rtp-source", .proto = &rtp_proto, .size = sizeof(struct rtp_source),                  \
    .timers = timers, .reasons = rtp_reasons, .vars = vars, .lowers = rtp_lowers,                  \
    .step = rtp_source_step, .read = read, .free = let_go

const struct actor_type rtp_source_type = {
    RTP_SOURCE,
    .params = params,
    .figures = (const struct figure[]){{"rtt_ns.min", rtt_min},
                                       {"rtt_ns.mean", rtt_mean},
                                       {"rtt_ns.max", rtt_max},
                                       {"repairs", repairs},
                                       {"intra_pictures", intra},
                                       {0}},
    .least_events = least_events,
    .need = rtp_source_need,
};
/* Its medium is agreed on above: what is left to be set is where its numbers begin. */
static const struct param agreed_params[] = {
    {"seq", offsetof(struct rtp_source, seq_set), PARAM_COUNT, .may_be_off = true, .initial = -1,
     .min = 0, .max = UINT16_MAX},
    {"timestamp", offsetof(struct rtp_source, base_set), PARAM_COUNT, .may_be_off = true,
     .initial = -1, .min = 0, .max = UINT32_MAX},
    {"ssrc", offsetof(struct rtp_source, ssrc_set), PARAM_COUNT, .may_be_off = true, .initial = -1,
     .min = 0, .max = UINT32_MAX},
    {0},
};
const struct actor_type rtp_agreed_source_type = {RTP_SOURCE, .params = agreed_params};
