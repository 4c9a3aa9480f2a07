/* What comes to a sink: counted as appendix A of RFC 3550 has it, taken apart, and given a time to
 * be played. A packet that comes after its time is late, not lost: it arrived, and is of no use. */
#include "actor/fx.h"
#include "proto/rtp/ends.h"
#include "wire/payload.h"

#include <string.h>

/* Timestamps wrap; the order they came in does not matter. */
static sim_time media_time(struct rtp_sink *s, uint32_t timestamp)
{
    int64_t units = s->media_units + (int32_t)(timestamp - s->last_timestamp);
    if (units > s->media_units) {
        s->media_units = units;
        s->last_timestamp = timestamp;
    }
    return muldiv(units, SIM_S, rtp_clock_rate(&s->medium));
}

static void begin(struct rtp_sink *s, const struct rtp *rtp, int64_t extended,
                  const struct input *in, struct fx *fx)
{
    s->has_begun = true;
    s->last_timestamp = rtp->timestamp;
    s->offset = in->clock + s->delay;
    s->first_at = rtp->timestamp;
    s->estimate = (struct playout_estimate){0};
    s->has_mapping = false;
    s->heard_most = extended - 1;
    s->next = extended;
    s->reception.ssrc = rtp->ssrc;
    if (s->reporter && !s->is_set_up) {
        s->is_set_up = true;
        struct addr seen = in->kind == IN_PACKET ? in->net.from : (struct addr){0};
        bool is_translated = seen.ip != s->key.to.ip || seen.port != s->key.to.port;
        rtp_set_up_toward(s->reporter, s->ssrc, &s->medium, is_translated ? seen : (struct addr){0},
                          fx);
    }
}

/* The same address speaks with another SSRC: it was started anew, or has met a collision (8.2).
 * Numbers and timestamps begin again; what was measured so far stays counted. */
static void change_source(struct rtp_sink *s)
{
    const struct rtp_reception *old = &s->reception;
    struct rtp_reception fresh = {
        .j16_max = old->j16_max, .j16_sum = old->j16_sum, .j_count = old->j_count};
    s->lost_before += rtp_reception_lost(old);
    s->reception = fresh;
    playout_free(&s->playout);
    memset(s->was_played, 0, sizeof s->was_played);
    s->media_units = 0;
    s->lsr = 0;
    s->has_begun = false;
}

/* The first of a talkspurt or of a picture, whose marker may have been lost: time has gone on by
 * more than the numbers have. */
static bool begins_anew(const struct rtp_sink *s, const struct rtp *rtp, int64_t extended)
{
    uint32_t passed = rtp->timestamp - s->heard_at;
    if (extended <= s->heard_most || s->estimate.count == 0) {
        return false;
    }
    if (s->medium.fps >= 0) {
        return passed != 0;
    }
    int64_t packets = extended - s->heard_most;
    return rtp->marker || passed > rtp_units(&s->medium, packets * s->medium.ptime);
}

/* Adaptive: each talkspurt begins with the delay that the ones before advise, so that only silences
 * are stretched or cut. */
static void adapt(struct rtp_sink *s, const struct rtp *rtp, int64_t extended, sim_time transit,
                  struct fx *fx)
{
    if (s->adaptive && begins_anew(s, rtp, extended)) {
        s->offset = playout_advice(&s->estimate);
        if (s->medium.fps < 0) {
            fx_note(fx, RTP_ADAPTED);
        }
    }
    playout_learn(&s->estimate, transit);
    if (extended > s->heard_most) {
        s->heard_most = extended;
        s->heard_at = rtp->timestamp;
    }
}

/* Of a packet that was carried nothing is lost but this: the segments that brought it were good. */
static void drop(const struct rtp_sink *s, enum drop_class c, enum rtp_why why, struct fx *fx)
{
    if (s->medium.is_carried) {
        fx_note(fx, why);
    } else {
        fx_drop(fx, c, why);
    }
}

static void refuse(struct rtp_sink *s, int64_t extended, struct fx *fx)
{
    bool was_played = s->next - extended <= RTP_PLAYED_MAP && extended < s->next &&
                      s->was_played[(uint64_t)extended % RTP_PLAYED_MAP];
    if (was_played) {
        s->twice++;
        drop(s, DROP_DUPLICATE, RTP_TWICE, fx);
    } else {
        s->late++;
        fx_item(fx, RTP_SINK_PACKET, extended, RTP_ITEM_LATE, RTP_TOO_LATE);
        drop(s, DROP_LATE, RTP_TOO_LATE, fx);
    }
}

static void keep(struct rtp_sink *s, const struct playout_slot *slot, enum rtp_why why,
                 const struct input *in, struct fx *fx)
{
    sim_time first = s->playout.count ? s->playout.slots[0].due : SIM_NEVER;
    if (slot->extended < s->next || slot->due < in->clock) {
        refuse(s, slot->extended, fx);
    } else if (!playout_add(&s->playout, slot)) {
        s->twice++;
        drop(s, DROP_DUPLICATE, RTP_TWICE, fx);
    } else {
        s->recovered += why == RTP_RECOVERED;
        fx_item(fx, RTP_SINK_PACKET, slot->extended, RTP_ITEM_BUFFERED, why);
        if (slot->due < first) {
            rtp_sink_arm(s, in, fx);
        }
    }
}

/* A packet, its header read. */
struct heard {
    struct rtp rtp;
    struct bytes inside; /* of the payload's own head */
    struct span body;
};

/* False: no RTP, or filled up by more than there is. */
static bool take_apart(struct bytes packet, struct span body, struct heard *out, struct fx *fx)
{
    size_t len = rtp_decode(packet, &out->rtp);
    size_t inside = payload_header(out->rtp.payload_type);
    out->inside = bytes_sub(packet, len, inside);
    out->body = body;
    return len > 0 && out->inside.len == inside && rtp_unfill(&out->rtp, &out->body, fx);
}

static struct playout_slot slot_of(const struct rtp_sink *s, const struct heard *h,
                                   int64_t extended, sim_time media, sim_time came)
{
    return (struct playout_slot){.extended = extended,
                                 .due = media + s->offset + s->wait,
                                 .came = came,
                                 .body = h->body,
                                 .timestamp = h->rtp.timestamp,
                                 .marker = h->rtp.marker,
                                 .picture = h->inside.len > 0 ? h->inside.data[0] : 0};
}

/* The session's count of senders lives on what it is told, and with feedback intervals are short.
 */
static void tell_session(const struct rtp_sink *s, struct fx *fx)
{
    struct rtcp_media m = {.ssrc = s->reception.ssrc, .from = s->key.to};
    if (s->reporter && rtp_has_feedback(&s->medium)) {
        fx_request(fx, s->reporter, RTCP_CODE_MEDIA, bytes_of(&m, sizeof m), (struct span){0});
    }
}

/* In a stream of its own, so that loss and jitter of the medium stay what they are (RFC 4588). */
static void hear_again(struct rtp_sink *s, struct heard *h, const struct input *in, struct fx *fx)
{
    int64_t extended;
    if (!rtp_sink_original(s, &h->rtp, &h->inside, in, &extended)) {
        drop(s, DROP_MALFORMED, RTP_MALFORMED, fx);
        return;
    }
    rtp_gaps_fill(&s->gaps, extended);
    struct playout_slot slot = slot_of(s, h, extended, media_time(s, h->rtp.timestamp), in->clock);
    keep(s, &slot, RTP_RECOVERED, in, fx);
}

static void take(struct rtp_sink *s, const struct heard *h, int64_t extended,
                 const struct input *in, struct fx *fx)
{
    if (!s->has_begun) {
        begin(s, &h->rtp, extended, in, fx);
    }
    s->hears_media = true;
    rtp_reception_jitter(&s->reception, h->rtp.timestamp, rtp_units(&s->medium, in->clock), in->now,
                         rtp_clock_rate(&s->medium));
    tell_session(s, fx);
    sim_time media = media_time(s, h->rtp.timestamp);
    int64_t before = s->heard_most;
    adapt(s, &h->rtp, extended, in->clock - media, fx);
    rtp_sink_keep_step(s, in, fx);
    rtp_gaps_fill(&s->gaps, extended);
    struct playout_slot slot = slot_of(s, h, extended, media, in->clock);
    rtp_sink_miss(s, before + 1, extended, slot.due - in->clock, in, fx);
    keep(s, &slot, RTP_BUFFERED, in, fx);
}

void rtp_sink_hear(struct rtp_sink *s, struct bytes packet, const struct input *in, struct fx *fx)
{
    struct heard h;
    int64_t extended;
    bool is_good = take_apart(packet, in->body, &h, fx);
    if (is_good && h.rtp.payload_type == rtp_repair_type(&s->medium)) {
        hear_again(s, &h, in, fx);
        return;
    }
    if (is_good && s->has_begun && h.rtp.ssrc != s->reception.ssrc) {
        change_source(s);
    }
    if (!is_good || h.rtp.payload_type != rtp_payload_type(&s->medium) ||
        !rtp_reception_seq(&s->reception, h.rtp.seq, &extended)) {
        drop(s, DROP_MALFORMED, RTP_MALFORMED, fx);
        return;
    }
    take(s, &h, extended, in, fx);
}
