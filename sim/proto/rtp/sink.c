/* The sink: counts what comes (RFC 3550 appendix A), keeps it until its time to be played, and
 * reports. Media time plus `offset` is the playout time by the node's clock. A packet that comes
 * after it is late, not lost: it arrived, and is of no use. Invariant: below `next` every number
 * was played or was missing when its time came. */
#include "actor/fx.h"
#include "actor/media_call.h"
#include "proto/rtp/ends.h"
#include "wire/udp.h"

#include <math.h>
#include <string.h>

enum { PACKET_SET };
enum item { ABSENT, BUFFERED, PLAYED, MISSING, LATE };
#define SLACK   SIM_MS /* mappings differ by a unit of the timestamp; nobody hears so little */
#define GAP_MAX 1000   /* a longer one is a new beginning, not a loss to be concealed */

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

static void arm(struct rtp_sink *s, const struct input *in, struct fx *fx)
{
    if (s->playout.count > 0) {
        s->armed = s->playout.slots[0].due;
        sim_time left = s->armed - in->clock;
        fx_timer(fx, 0, 0, in->now + (left > 0 ? left : 0));
    }
}

/* How old, by the sender's clock, what is played is. */
static sim_time age(const struct rtp_sink *s)
{
    sim_time media = muldiv((int32_t)(s->mapping.timestamp - (uint32_t)s->first_at), SIM_S,
                            rtp_clock_rate(&s->medium));
    return s->offset + media - ntp_ns(s->mapping.ntp);
}

/* Once the sender's clock is known for both streams, the faster one waits. */
static void keep_step(struct rtp_sink *s, const struct input *in, struct fx *fx)
{
    if (!s->sync || !s->has_mapping || !s->has_begun) {
        return;
    }
    s->sync->wants = age(s);
    s->sync->plays = s->sync->wants + s->wait;
    s->sync->is_mapped = true;
    sim_time wait = sync_wait(s->beside, s->sync);
    sim_time more = wait - s->wait;
    if (more > SLACK || more < -SLACK) {
        playout_shift(&s->playout, more);
        s->wait = wait;
        s->sync->plays = s->sync->wants + wait;
        fx_note(fx, RTP_IN_STEP);
        arm(s, in, fx);
    }
    s->has_apart = sync_error(s->beside, s->sync, &s->apart) || s->has_apart;
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
        fx_item(fx, PACKET_SET, extended, LATE, RTP_TOO_LATE);
        drop(s, DROP_LATE, RTP_TOO_LATE, fx);
    }
}

static void keep(struct rtp_sink *s, const struct playout_slot *slot, const struct input *in,
                 struct fx *fx)
{
    sim_time first = s->playout.count ? s->playout.slots[0].due : SIM_NEVER;
    if (slot->extended < s->next || slot->due < in->clock) {
        refuse(s, slot->extended, fx);
    } else if (!playout_add(&s->playout, slot)) {
        s->twice++;
        drop(s, DROP_DUPLICATE, RTP_TWICE, fx);
    } else {
        fx_item(fx, PACKET_SET, slot->extended, BUFFERED, RTP_BUFFERED);
        if (slot->due < first) {
            arm(s, in, fx);
        }
    }
}

static void hear(struct rtp_sink *s, struct bytes packet, const struct input *in, struct fx *fx)
{
    struct rtp rtp;
    int64_t extended;
    bool is_rtp = rtp_decode(packet, &rtp) > 0;
    if (is_rtp && s->has_begun && rtp.ssrc != s->reception.ssrc) {
        change_source(s);
    }
    if (!is_rtp || rtp.payload_type != rtp_payload_type(&s->medium) ||
        !rtp_reception_seq(&s->reception, rtp.seq, &extended)) {
        drop(s, DROP_MALFORMED, RTP_MALFORMED, fx);
        return;
    }
    if (!s->has_begun) {
        begin(s, &rtp, extended, in, fx);
    }
    s->hears_media = true;
    rtp_reception_jitter(&s->reception, rtp.timestamp, rtp_units(&s->medium, in->clock), in->now,
                         rtp_clock_rate(&s->medium));
    sim_time media = media_time(s, rtp.timestamp);
    adapt(s, &rtp, extended, in->clock - media, fx);
    keep_step(s, in, fx);
    struct playout_slot slot = {.extended = extended,
                                .due = media + s->offset + s->wait,
                                .came = in->clock,
                                .body = in->body};
    keep(s, &slot, in, fx);
}

/* What should have been played before this one, and is not there. */
static void conceal_until(struct rtp_sink *s, int64_t extended, struct fx *fx)
{
    s->next = extended - s->next > GAP_MAX ? extended : s->next;
    for (; s->next < extended; s->next++) {
        s->concealed++;
        s->was_played[(uint64_t)s->next % RTP_PLAYED_MAP] = false;
        fx_item(fx, PACKET_SET, s->next, MISSING, RTP_MISSING);
    }
}

static void play(struct rtp_sink *s, const struct input *in, struct fx *fx)
{
    struct playout_slot slot;
    while (playout_take(&s->playout, s->armed, &slot)) {
        conceal_until(s, slot.extended, fx);
        s->was_played[(uint64_t)slot.extended % RTP_PLAYED_MAP] = true;
        s->next = slot.extended + 1;
        s->played++;
        s->waited += in->clock - slot.came;
        fx_item(fx, PACKET_SET, slot.extended, PLAYED, RTP_PLAYED);
        if (!s->medium.is_carried) { /* else the connection has delivered it already */
            fx_indicate(fx, 0, CODE_DATA, (struct bytes){0}, slot.body);
        }
    }
    arm(s, in, fx);
}

static void tell(struct rtp_sink *s, const struct input *in, unsigned code, struct fx *fx)
{
    struct rtcp_facts f = {.has_block = s->has_begun, .hears_media = s->hears_media};
    if (s->has_begun) {
        rtp_reception_report(&s->reception, &f.block);
        f.block.lsr = s->lsr;
        f.block.dlsr = s->lsr ? (uint32_t)muldiv(in->clock - s->sr_at, 65536, SIM_S) : 0;
    }
    s->hears_media = false;
    fx_request(fx, s->reporter, code, bytes_of(&f, sizeof f), (struct span){0});
}

static void hear_report(struct rtp_sink *s, const struct input *in, struct fx *fx)
{
    struct bytes rest = in->head;
    struct rtcp_packet p;
    struct rtcp_sender_info info;
    while (rtcp_next(&rest, &p)) {
        if (rtcp_sender_info(&p, &info)) {
            s->lsr = ntp_middle(info.ntp);
            s->sr_at = in->clock;
            s->mapping = info;
            s->has_mapping = true;
        }
    }
    keep_step(s, in, fx);
}

static void hear_reporter(struct rtp_sink *s, const struct input *in, struct fx *fx)
{
    if (in->code == RTCP_CODE_HEARD) {
        hear_report(s, in, fx);
    } else if (in->code == RTCP_CODE_DUE && !s->has_left) {
        tell(s, in, RTCP_CODE_FACTS, fx);
    } else if (in->code == RTCP_CODE_GONE && s->has_begun && !s->has_left) {
        s->has_left = true;
        tell(s, in, RTCP_CODE_LEAVE, fx);
    } else if (in->code == RTCP_CODE_CARRY) {
        fx_indicate(fx, 0, MEDIA_RTCP, in->head, (struct span){0});
    }
}

static void open_reporter(struct rtp_sink *s, struct fx *fx)
{
    s->reporter = s->medium.rtcp_on ? rtp_open_reporter(&s->key, fx) : 0;
}

static void obey(struct rtp_sink *s, const struct input *in, struct fx *fx)
{
    struct media_setup setup;
    switch (in->code) {
    case MEDIA_SETUP:
        memcpy(&setup, in->head.data, sizeof setup);
        s->medium.is_carried = setup.is_carried;
        open_reporter(s, fx);
        break;
    case MEDIA_RTP: hear(s, in->head, in, fx); break;
    case MEDIA_RTCP:
        if (s->reporter) {
            fx_request(fx, s->reporter, RTCP_CODE_CARRIED, in->head, (struct span){0});
        }
        break;
    case MEDIA_STOP:
        if (s->reporter && s->has_begun && !s->has_left) {
            s->has_left = true;
            tell(s, in, RTCP_CODE_LEAVE, fx);
        }
        break;
    }
}

static void step(void *self, const struct input *in, struct fx *fx)
{
    struct rtp_sink *s = self;
    switch (in->kind) {
    case IN_START:
        s->key = in->net;
        s->beside = in->host;
        s->sync = s->in_step ? sync_join(in->host, in->net.to.ip) : NULL;
        s->ssrc = (uint32_t)draw(in->dice, DRAW_SSRC, 0);
        if (in->index == 0) { /* else it is told how */
            open_reporter(s, fx);
        }
        break;
    case IN_PACKET: hear(s, bytes_sub(in->head, UDP_HEADER, in->head.len), in, fx); break;
    case IN_TIMER: play(s, in, fx); break;
    case IN_INDICATION: hear_reporter(s, in, fx); break;
    case IN_REQUEST: obey(s, in, fx); break;
    case IN_SENT:
    case IN_ERROR: break;
    }
}

static void read(const void *self, int64_t *vars)
{
    const struct rtp_sink *s = self;
    const struct rtp_reception *r = &s->reception;
    vars[0] = r->is_known ? rtp_reception_highest(r) : 0;
    vars[1] = r->received;
    vars[2] = s->lost_before + rtp_reception_lost(r);
    vars[3] = (int64_t)s->late;
    vars[4] = r->difference;
    vars[5] = r->jitter >> 4;
    vars[6] = s->playout.count;
    vars[7] = (int64_t)s->concealed;
    vars[8] = s->estimate.transit;
    vars[9] = s->estimate.deviation;
    vars[10] = s->wait;
    vars[11] = rtp_clock_rate(&s->medium);
}

static double lost(const void *self, const struct path *path)
{
    const struct rtp_sink *s = self;
    (void)path;
    return (double)(s->lost_before + rtp_reception_lost(&s->reception));
}

static double late(const void *self, const struct path *path)
{
    (void)path;
    return (double)((const struct rtp_sink *)self)->late;
}

static double concealed(const void *self, const struct path *path)
{
    (void)path;
    return (double)((const struct rtp_sink *)self)->concealed;
}

static double waited_ms(const void *self, const struct path *path)
{
    const struct rtp_sink *s = self;
    (void)path;
    return s->played ? (double)s->waited / (double)s->played / (double)SIM_MS : NAN;
}

static double mean_ms(const void *self, const struct path *path)
{
    const struct rtp_reception *r = &((const struct rtp_sink *)self)->reception;
    (void)path;
    return r->j_count ? (double)r->j16_sum / (double)r->j_count / 16 / (double)SIM_MS : NAN;
}

static double max_ms(const void *self, const struct path *path)
{
    const struct rtp_reception *r = &((const struct rtp_sink *)self)->reception;
    (void)path;
    return r->j_count ? (double)r->j16_max / 16 / (double)SIM_MS : NAN;
}

static double last_units(const void *self, const struct path *path)
{
    const struct rtp_reception *r = &((const struct rtp_sink *)self)->reception;
    (void)path;
    return r->j_count ? (double)(r->jitter >> 4) : NAN;
}

static double sync_alone(const void *self, const struct path *path)
{
    const struct rtp_sink *s = self;
    (void)path;
    return s->has_apart ? (double)s->apart.alone / (double)SIM_MS : NAN;
}

static double sync_in_step(const void *self, const struct path *path)
{
    const struct rtp_sink *s = self;
    (void)path;
    return s->has_apart ? (double)s->apart.in_step / (double)SIM_MS : NAN;
}

static void let_go(void *self)
{
    playout_free(&((struct rtp_sink *)self)->playout);
}

static const struct param params[] = {
    RTP_MEDIUM_PARAMS(struct rtp_sink),
    {"playout.delay", offsetof(struct rtp_sink, delay), PARAM_TIME, .initial = 60 * SIM_MS,
     .min = 0, .max = 60 * SIM_S},
    {"playout.adaptive", offsetof(struct rtp_sink, adaptive), PARAM_SWITCH, .max = 1},
    {"playout.in-step", offsetof(struct rtp_sink, in_step), PARAM_SWITCH, .max = 1},
    {0},
};

const struct actor_type rtp_sink_type = {
    .name = "rtp-sink",
    .proto = &rtp_proto,
    .size = sizeof(struct rtp_sink),
    .host_size = sizeof(struct sync_host),
    .sets = (const struct set[]){{"packet", (const char *const[]){"absent", "buffered", "played",
                                                                  "missing", "late", NULL}},
                                 {0}},
    .timers = (const struct timer[]){{"playout", 1, true}, {0}},
    .reasons = rtp_reasons,
    .vars = (const struct var[]){{"highest", "", "reception"},
                                 {"received", "", "reception"},
                                 {"lost", "", "reception"},
                                 {"late", "", "reception"},
                                 {"D", "", "jitter"},
                                 {"jitter", "", "jitter"},
                                 {"buffer", "packets", "playout"},
                                 {"concealed", "", "playout"},
                                 {"transit", "ns", "playout"},
                                 {"deviation", "ns", "playout"},
                                 {"sync-wait", "ns", "playout"},
                                 {"clock-rate", "", "playout"},
                                 {0}},
    .params = params,
    .figures = (const struct figure[]){{"lost", lost},
                                       {"late", late},
                                       {"concealed", concealed},
                                       {"waited_ms", waited_ms},
                                       {"jitter.mean_ms", mean_ms},
                                       {"jitter.max_ms", max_ms},
                                       {"jitter.last_units", last_units},
                                       {"sync.alone_ms", sync_alone},
                                       {"sync.error_ms", sync_in_step},
                                       {0}},
    .lowers = rtp_lowers,
    .step = step,
    .read = read,
    .free = let_go,
};
