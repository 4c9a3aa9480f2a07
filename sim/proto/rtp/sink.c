/* The sink: keeps what comes (arrival.c) until its time to be played, and reports. Media time plus
 * `offset` is the playout time by the node's clock. Invariant: below `next` every number was played
 * or was missing when its time came. */
#include "actor/fx.h"
#include "actor/media_call.h"
#include "proto/rtp/ends.h"
#include "wire/udp.h"

#include <math.h>
#include <string.h>

#define SLACK   SIM_MS /* mappings differ by a unit of the timestamp; nobody hears so little */
#define GAP_MAX 1000   /* a longer one is a new beginning, not a loss to be concealed */

void rtp_sink_arm(struct rtp_sink *s, const struct input *in, struct fx *fx)
{
    if (s->playout.count > 0) {
        s->armed = s->playout.slots[0].due;
        sim_time left = s->armed - in->clock;
        fx_timer(fx, RTP_SINK_PLAYOUT, 0, in->now + (left > 0 ? left : 0));
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
void rtp_sink_keep_step(struct rtp_sink *s, const struct input *in, struct fx *fx)
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
        rtp_sink_arm(s, in, fx);
    }
    s->has_apart = sync_error(s->beside, s->sync, &s->apart) || s->has_apart;
}

/* What should have been played before this one, and is not there. */
static void conceal_until(struct rtp_sink *s, int64_t extended, struct fx *fx)
{
    s->next = extended - s->next > GAP_MAX ? extended : s->next;
    for (; s->next < extended; s->next++) {
        s->concealed++;
        s->was_played[(uint64_t)s->next % RTP_PLAYED_MAP] = false;
        fx_item(fx, RTP_SINK_PACKET, s->next, RTP_ITEM_MISSING, RTP_MISSING);
    }
}

static void play(struct rtp_sink *s, const struct input *in, struct fx *fx)
{
    struct playout_slot slot;
    while (playout_take(&s->playout, s->armed, &slot)) {
        bool has_gap = slot.extended > s->next;
        conceal_until(s, slot.extended, fx);
        s->was_played[(uint64_t)slot.extended % RTP_PLAYED_MAP] = true;
        s->next = slot.extended + 1;
        s->played++;
        s->waited += in->clock - slot.came;
        fx_item(fx, RTP_SINK_PACKET, slot.extended, RTP_ITEM_PLAYED, RTP_PLAYED);
        if (!s->medium.is_carried) { /* else the connection has delivered it already */
            fx_indicate(fx, 0, CODE_DATA, (struct bytes){0}, slot.body);
        }
        rtp_sink_look(s, &slot, has_gap, in, fx);
    }
    rtp_sink_arm(s, in, fx);
}

/* What was sent again has a block of its own (RFC 4588 7). */
static void tell(struct rtp_sink *s, const struct input *in, unsigned code, struct fx *fx)
{
    struct buf all = {0};
    struct rtcp_block repairs;
    struct rtcp_facts f = {.has_block = s->has_begun,
                           .hears_media = s->hears_media,
                           .more_count = s->has_begun && s->repairs.is_known};
    if (s->has_begun) {
        rtp_reception_report(&s->reception, &f.block);
        f.block.lsr = s->lsr;
        f.block.dlsr = s->lsr ? (uint32_t)muldiv(in->clock - s->sr_at, 65536, SIM_S) : 0;
    }
    s->hears_media = false;
    buf_add(&all, bytes_of(&f, sizeof f));
    if (f.more_count) {
        rtp_reception_report(&s->repairs, &repairs);
        buf_add(&all, bytes_of(&repairs, sizeof repairs));
    }
    fx_request(fx, s->reporter, code, bytes_of(all.data, all.len), (struct span){0});
    buf_free(&all);
}

static void hear_report(struct rtp_sink *s, const struct input *in, struct fx *fx)
{
    struct bytes rest = in->head;
    struct rtcp_packet p;
    struct rtcp_sender_info info;
    while (rtcp_next(&rest, &p)) {
        bool is_other = s->has_begun && p.ssrc != s->reception.ssrc;
        if (!is_other && rtcp_sender_info(&p, &info)) {
            s->lsr = ntp_middle(info.ntp);
            s->sr_at = in->clock;
            s->mapping = info;
            s->has_mapping = true;
        }
    }
    rtp_sink_keep_step(s, in, fx);
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
    switch (in->code) {
    case MEDIA_SETUP:
        rtp_medium_setup(&s->medium, in->head);
        open_reporter(s, fx);
        break;
    case MEDIA_RTP: rtp_sink_hear(s, in->head, in, fx); break;
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
    case IN_PACKET: rtp_sink_hear(s, bytes_sub(in->head, UDP_HEADER, in->head.len), in, fx); break;
    case IN_TIMER:
        if (in->code == RTP_SINK_PLAYOUT) {
            play(s, in, fx);
        } else {
            rtp_sink_ask_again(s, in, fx);
        }
        break;
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
    vars[12] = (int64_t)s->recovered;
    vars[13] = (int64_t)s->pictures.shown;
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

static double recovered(const void *self, const struct path *path)
{
    const struct rtp_sink *s = self;
    (void)path;
    return s->medium.nack && s->medium.keep > 0 ? (double)s->recovered : NAN;
}

static double shown(const void *self, const struct path *path)
{
    const struct rtp_sink *s = self;
    (void)path;
    return rtp_is_coded(&s->medium) ? (double)s->pictures.shown : NAN;
}

static double frozen(const void *self, const struct path *path)
{
    const struct rtp_sink *s = self;
    (void)path;
    return rtp_is_coded(&s->medium) ? (double)rtp_pictures_frozen(&s->pictures, &s->medium) : NAN;
}

static void let_go(void *self)
{
    struct rtp_sink *s = self;
    playout_free(&s->playout);
    rtp_gaps_free(&s->gaps);
}

#define RTP_PLAYOUT_PARAMS                                                                         \
    {"playout.delay", offsetof(struct rtp_sink, delay),                                            \
     PARAM_TIME,      .initial = 60 * SIM_MS,                                                      \
     .min = 0,        .max = 60 * SIM_S},                                                          \
    {                                                                                              \
        "playout.adaptive", offsetof(struct rtp_sink, adaptive), PARAM_SWITCH, .max = 1            \
    }
static const struct param params[] = {
    RTP_MEDIUM_PARAMS(struct rtp_sink),
    RTP_REPAIR_PARAMS(struct rtp_sink),
    RTP_PICTURE_PARAMS(struct rtp_sink),
    RTP_PLAYOUT_PARAMS,
    {"playout.in-step", offsetof(struct rtp_sink, in_step), PARAM_SWITCH, .max = 1},
    {0},
};
static const struct param agreed_params[] = {RTP_PLAYOUT_PARAMS, {0}};
static const struct set sets[] = {
    {"packet", (const char *const[]){"absent", "buffered", "played", "missing", "late", NULL}},
    {0}};
static const struct timer timers[] = {[RTP_SINK_PLAYOUT] = {"playout", 1, TIMER_KIND_PACE},
                                      [RTP_SINK_AGAIN] = {"again", 1, TIMER_KIND_PACE},
                                      {0}};
static const struct var vars[] = {{"highest", "", "reception"},
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
                                  {"recovered", "", "reception"},
                                  {"pictures", "", "playout"},
                                  {0}};
static const struct figure figures[] = {{"lost", lost},
                                        {"late", late},
                                        {"concealed", concealed},
                                        {"waited_ms", waited_ms},
                                        {"jitter.mean_ms", mean_ms},
                                        {"jitter.max_ms", max_ms},
                                        {"jitter.last_units", last_units},
                                        {"sync.alone_ms", sync_alone},
                                        {"sync.error_ms", sync_in_step},
                                        {"recovered", recovered},
                                        {"pictures.shown", shown},
                                        {"pictures.frozen", frozen},
                                        {0}};

#define RTP_SINK                                                                                   \
    .name = "rtp-sink", .proto = &rtp_proto, .size = sizeof(struct rtp_sink),                      \
    .host_size = sizeof(struct sync_host), .sets = sets, .timers = timers, .reasons = rtp_reasons, \
    .vars = vars, .figures = figures, .lowers = rtp_lowers, .step = step, .read = read,            \
    .free = let_go

const struct actor_type rtp_sink_type = {RTP_SINK, .params = params};
const struct actor_type rtp_agreed_sink_type = {RTP_SINK, .params = agreed_params};
