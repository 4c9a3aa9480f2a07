/* The RTCP endpoint at either end: when to report (RFC 3550 6.3), what a compound holds (6.4 to
 * 6.6), who is there. What there is to say it asks of the source or sink above it. Invariant: the
 * timer stands at timing.tn, or is stopped once BYE was said. */
#include "actor/fx.h"
#include "proto/rtp/rtp.h"
#include "wire/udp.h"

#include <string.h>

#define UNDER        28u /* IPv4 and UDP headers count in avg_rtcp_size (RFC 3550 6.2) */
#define FIRST_SIZE   100u
#define COMPOUND_MAX 256u
#define SILENT_FOR   5 /* intervals until a member has timed out (6.3.5) */

struct reporter {
    struct net key;
    uint32_t ssrc, other;
    bool is_set, has_left, has_other, other_sends;
    sim_time other_heard;
    struct rtcp_timing timing;
    uint32_t draws;
    uint64_t sent, heard;
};

static void arm(struct reporter *r, const struct input *in, struct fx *fx)
{
    fx_timer(fx, 0, 0, r->timing.tn > in->now ? r->timing.tn : in->now);
}

static sim_time interval(struct reporter *r, const struct input *in)
{
    return rtcp_interval_drawn(&r->timing, draw(in->dice, DRAW_BACKOFF, r->draws++));
}

static void set_up(struct reporter *r, const struct input *in, struct fx *fx)
{
    struct rtcp_setup setup;
    memcpy(&setup, in->head.data, sizeof setup);
    r->ssrc = setup.ssrc;
    r->is_set = true;
    r->timing.members = r->timing.pmembers = 1u + r->has_other;
    r->timing.bandwidth = setup.bandwidth;
    r->timing.minimum = setup.minimum;
    r->timing.average16 = 16 * (UNDER + FIRST_SIZE);
    r->timing.is_initial = true;
    r->timing.tp = in->now;
    r->timing.tn = in->now + interval(r, in);
    arm(r, in, fx);
}

/* 6.3.6: timer reconsideration. The interval is drawn anew; only if it is over by the present
 * count of members a report goes out. */
static void expire(struct reporter *r, const struct input *in, struct fx *fx)
{
    struct rtcp_timing *t = &r->timing;
    sim_time patience = SILENT_FOR * rtcp_interval_calculated(t);
    if (r->has_other && in->now - r->other_heard > patience) {
        r->has_other = false;
        t->members--;
        fx_indicate(fx, 0, RTCP_CODE_GONE, (struct bytes){0}, (struct span){0});
    }
    t->tn = t->tp + interval(r, in);
    t->pmembers = t->members;
    if (t->tn <= in->now) {
        fx_indicate(fx, 0, RTCP_CODE_DUE, (struct bytes){0}, (struct span){0});
    } else {
        arm(r, in, fx);
    }
}

static void send_compound(struct reporter *r, struct bytes compound, enum rtp_why why,
                          struct fx *fx)
{
    uint8_t head[UDP_HEADER + COMPOUND_MAX];
    udp_encode(r->key.from.port, r->key.to.port, (uint32_t)compound.len, head);
    memcpy(head + UDP_HEADER, compound.data, compound.len);
    fx_send(fx, &r->key, bytes_of(head, UDP_HEADER + compound.len), (struct span){0},
            (struct unit){0}, why);
    rtcp_timing_size(&r->timing, UNDER + compound.len);
    r->sent++;
}

static void say(struct reporter *r, const struct rtcp_facts *facts, bool is_leaving, struct fx *fx)
{
    struct buf compound = {0};
    char name[16];
    unsigned blocks = facts->has_block ? 1 : 0;
    if (facts->has_sent) {
        rtcp_add_sr(&compound, r->ssrc, &facts->info, &facts->block, blocks);
    } else {
        rtcp_add_rr(&compound, r->ssrc, &facts->block, blocks);
    }
    rtcp_add_cname(&compound, r->ssrc, ip_print(r->key.from.ip, name));
    if (is_leaving) {
        rtcp_add_bye(&compound, r->ssrc);
    }
    send_compound(r, bytes_of(compound.data, compound.len), is_leaving ? RTP_BYE : RTP_REPORT, fx);
    buf_free(&compound);
}

static void report(struct reporter *r, const struct input *in, struct fx *fx)
{
    struct rtcp_facts facts;
    memcpy(&facts, in->head.data, sizeof facts);
    r->other_heard = facts.hears_media ? in->now : r->other_heard;
    r->other_sends = r->other_sends || facts.hears_media;
    r->timing.we_sent = facts.has_sent;
    r->timing.senders = (uint32_t)r->timing.we_sent + (r->has_other && r->other_sends);
    say(r, &facts, in->code == RTCP_CODE_LEAVE, fx);
    if (in->code == RTCP_CODE_LEAVE) {
        r->has_left = true;
        fx_timer(fx, 0, 0, SIM_NEVER);
        return;
    }
    r->timing.is_initial = false;
    r->timing.tp = in->now;
    r->timing.tn = in->now + interval(r, in);
    arm(r, in, fx);
}

static void leave_member(struct reporter *r, const struct input *in, struct fx *fx)
{
    if (!r->has_other) {
        return;
    }
    r->has_other = r->other_sends = false;
    r->timing.members--;
    r->timing.senders = r->timing.we_sent;
    if (r->is_set && !r->has_left) {
        rtcp_timing_reverse(&r->timing, in->now);
        arm(r, in, fx);
    }
    fx_indicate(fx, 0, RTCP_CODE_GONE, (struct bytes){0}, (struct span){0});
}

static void meet(struct reporter *r, const struct rtcp_packet *p, sim_time now)
{
    if (!r->has_other) {
        r->has_other = true;
        r->timing.members++;
    }
    r->other = p->ssrc;
    r->other_heard = now;
    r->other_sends = r->other_sends || p->type == RTCP_SR;
    r->timing.senders = (uint32_t)r->timing.we_sent + r->other_sends;
}

static void hear(struct reporter *r, const struct input *in, struct fx *fx)
{
    struct bytes rest = bytes_sub(in->head, UDP_HEADER, in->head.len), compound = rest;
    struct rtcp_packet p;
    bool leaves = false;
    if (!rtcp_is_valid(compound)) {
        fx_drop(fx, DROP_MALFORMED, RTP_MALFORMED);
        return;
    }
    r->heard++;
    rtcp_timing_size(&r->timing, UNDER + compound.len);
    while (rtcp_next(&rest, &p)) {
        if (p.type == RTCP_SR || p.type == RTCP_RR) {
            meet(r, &p, in->now);
        }
        leaves = leaves || p.type == RTCP_BYE;
    }
    fx_indicate(fx, 0, RTCP_CODE_HEARD, compound, (struct span){0});
    if (leaves) {
        leave_member(r, in, fx);
    }
}

static void step(void *self, const struct input *in, struct fx *fx)
{
    struct reporter *r = self;
    switch (in->kind) {
    case IN_START: r->key = in->net; break;
    case IN_PACKET: hear(r, in, fx); break;
    case IN_TIMER: expire(r, in, fx); break;
    case IN_REQUEST:
        if (in->code == RTCP_CODE_SETUP) {
            set_up(r, in, fx);
        } else if (r->is_set && !r->has_left) {
            report(r, in, fx);
        }
        break;
    case IN_SENT:
    case IN_ERROR: /* UDP does not care */
    case IN_INDICATION: break;
    }
}

static void read(const void *self, int64_t *vars)
{
    const struct reporter *r = self;
    bool is_timed = r->timing.bandwidth > 0;
    vars[0] = r->timing.members;
    vars[1] = r->timing.senders;
    vars[2] = r->timing.average16 / 16;
    vars[3] = is_timed ? rtcp_interval_calculated(&r->timing) : 0;
}

const struct actor_type rtcp_type = {
    .name = "rtcp",
    .proto = &rtcp_proto,
    .size = sizeof(struct reporter),
    .timers = (const struct timer[]){{"report", 1, true}, {0}},
    .reasons = rtp_reasons,
    .vars = (const struct var[]){{"members", "", "rtcp"},
                                 {"senders", "", "rtcp"},
                                 {"average", "B", "rtcp"},
                                 {"interval", "ns", "rtcp"},
                                 {0}},
    .step = step,
    .read = read,
};
