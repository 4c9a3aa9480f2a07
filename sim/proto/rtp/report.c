/* The RTCP endpoint: whom it hears, and when it speaks. Who is there and when to report is the
 * session's (session.c); what there is to say it asks of the source, sink or participant above, and
 * puts it into compounds (compound.c). A crowd is as many members behind one endpoint, each with a
 * session of its own. Invariant: the timer stands at the least timing.tn, or is stopped when all
 * have left. */
#include "actor/fx.h"
#include "base/os.h"
#include "proto/rtp/reporter_inside.h"
#include "wire/udp.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TIMER_REPORT, TIMER_FEEDBACK };
enum { MEMBER_SET };

struct rtcp_session *reporter_first(struct reporter *r)
{
    return &r->sessions[0];
}

static sim_time next_due(const struct reporter *r)
{
    sim_time least = SIM_NEVER;
    for (uint32_t i = 0; i < r->count; i++) {
        sim_time tn = r->sessions[i].timing.tn;
        least = tn < least ? tn : least;
    }
    return least;
}

void reporter_arm(struct reporter *r, const struct input *in, struct fx *fx)
{
    sim_time due = next_due(r);
    fx_timer(fx, TIMER_REPORT, 0, due > in->now ? due : in->now);
}

static uint32_t ssrc_of(const struct reporter *r, uint32_t index, const struct input *in)
{
    return index == 0 ? r->setup.ssrc : (uint32_t)draw(in->dice, DRAW_SSRC, 100 + index);
}

static bool is_group(const struct reporter *r)
{
    return r->setup.peer_count > 1 || ip_is_multicast(r->setup.peers[0].ip);
}

static void join(struct reporter *r, uint32_t index, const struct input *in)
{
    struct rtcp_session *s = &r->sessions[index];
    struct rtcp_terms terms = {r->setup.bandwidth, r->setup.minimum, 0};
    if (r->setup.has_feedback) { /* RFC 4585 3.4, 3.5.4 */
        terms.minimum = is_group(r) ? SIM_S : 0;
        terms.silence = r->setup.feedback_interval ? r->setup.feedback_interval : 5 * SIM_S;
    }
    rtcp_session_join(s, ssrc_of(r, index, in), &terms, in->now, in->dice);
    if (r->setup.sends) {
        rtcp_session_speaks(s);
    }
}

/* Until a member enters, its tn is when it does. */
static void set_up(struct reporter *r, const struct input *in, struct fx *fx)
{
    if (r->setup.bandwidth) {
        return;
    }
    memcpy(&r->setup, in->head.data, sizeof r->setup);
    r->count = r->setup.crowd ? r->setup.crowd : 1;
    r->sessions = os_realloc(r->sessions, r->count * sizeof *r->sessions);
    memset(r->sessions + 1, 0, (r->count - 1) * sizeof *r->sessions);
    for (uint32_t i = 1; i < r->count; i++) {
        r->sessions[i].salt = i << 20;
        r->sessions[i].timing.tn = in->now + muldiv(r->setup.join_over, i, r->count);
    }
    join(r, 0, in);
    reporter_arm(r, in, fx);
}

static void leave_one(struct reporter *r, uint32_t index, const struct input *in, struct fx *fx)
{
    struct rtcp_session *s = &r->sessions[index];
    struct buf bye = {0};
    if (s->phase != RTCP_INSIDE) {
        rtcp_session_left(s);
        return;
    }
    reporter_build_bye(r, index, &bye);
    enum rtcp_act act = rtcp_session_leave(s, REPORTER_UNDER + bye.len, in->now, in->dice);
    if (act == RTCP_SAY_BYE && index == 0) {
        reporter_say_last(r, in, fx);
    } else if (act == RTCP_SAY_BYE) {
        reporter_say_bye(r, index, in, fx);
    } else if (index == 0 && s->phase == RTCP_BACKING_OFF) {
        fx_note(fx, RTP_BACK_OFF);
    }
    buf_free(&bye);
}

static void leave(struct reporter *r, const struct input *in, struct fx *fx)
{
    r->is_leaving = true;
    fx_timer(fx, TIMER_FEEDBACK, 0, SIM_NEVER);
    for (uint32_t i = 0; i < r->count; i++) {
        leave_one(r, i, in, fx);
    }
    reporter_arm(r, in, fx);
}

static void show(const struct reporter *r, uint32_t ssrc, enum rtp_why why, struct fx *fx)
{
    const struct rtcp_member *m = rtcp_session_find(&r->sessions[0], ssrc);
    if (m) {
        fx_item(fx, MEMBER_SET, ssrc, m->presence, why);
    }
}

/* 8.2: BYE under the old name, and another name. */
static void rename_one(struct reporter *r, uint32_t index, struct addr from, bool is_media,
                       const struct input *in, struct fx *fx)
{
    struct rtcp_session *s = &r->sessions[index];
    struct buf bye = {0};
    fx_note(fx, RTP_COLLISION);
    reporter_build_bye(r, index, &bye);
    reporter_send(r, bytes_of(bye.data, bye.len), RTP_COLLISION, fx);
    buf_free(&bye);
    uint32_t ssrc = (uint32_t)draw(in->dice, DRAW_SSRC, s->ssrc);
    rtcp_session_rename(s, ssrc, from, is_media, in->now);
    if (index == 0) {
        fx_indicate(fx, 0, RTCP_CODE_RENAMED, bytes_of(&ssrc, sizeof ssrc), (struct span){0});
    }
}

static void judge(struct reporter *r, uint32_t index, enum rtcp_verdict v, uint32_t ssrc,
                  const struct rtcp_media *media, const struct input *in, struct fx *fx)
{
    bool is_shown = index == 0;
    struct addr from = media ? media->from : in->net.from;
    switch (v) {
    case RTCP_KNOWN:
    case RTCP_GONE: break;
    case RTCP_NEW:
        if (is_shown) {
            show(r, ssrc, RTP_JOINED, fx);
        }
        break;
    case RTCP_COLLISION: rename_one(r, index, from, media != NULL, in, fx); break;
    case RTCP_LOOPED:
    case RTCP_FOREIGN:
        if (is_shown) {
            fx_note(fx, v == RTCP_LOOPED ? RTP_LOOP : RTP_FOREIGN);
        }
        break;
    }
}

/* All the others have left, or are silent: who only listens to them need not stay. */
static void look_if_alone(struct reporter *r, struct fx *fx)
{
    bool has_others = reporter_first(r)->timing.members > 1;
    if (r->had_others && !has_others && reporter_first(r)->phase == RTCP_INSIDE) {
        fx_indicate(fx, 0, RTCP_CODE_GONE, (struct bytes){0}, (struct span){0});
    }
    r->had_others = has_others;
}

static void show_parted(struct reporter *r, struct bytes compound, struct fx *fx)
{
    struct rtcp_packet p;
    uint32_t ssrc;
    while (rtcp_next(&compound, &p)) {
        for (unsigned i = 0; rtcp_bye_source(&p, i, &ssrc); i++) {
            show(r, ssrc, RTP_PARTED, fx);
        }
    }
}

static void hear(struct reporter *r, struct bytes compound, struct addr from,
                 const struct input *in, struct fx *fx)
{
    uint32_t ssrc = 0;
    bool is_believed = true;
    for (uint32_t i = 0; i < r->count; i++) {
        enum rtcp_verdict v = rtcp_session_compound(
            &r->sessions[i], compound, REPORTER_UNDER + compound.len, from, in->now, &ssrc);
        is_believed = is_believed && v <= RTCP_NEW;
        judge(r, i, v, ssrc, NULL, in, fx);
    }
    show_parted(r, compound, fx);
    if (is_believed) {
        if (feedback_heard(&r->feedback, compound, in->now)) {
            fx_note(fx, RTP_ASKED_ALREADY);
        }
        fx_indicate(fx, 0, RTCP_CODE_HEARD, compound, (struct span){0});
    }
    look_if_alone(r, fx);
    if (r->setup.bandwidth) {
        reporter_arm(r, in, fx);
    }
}

static void hear_datagram(struct reporter *r, const struct input *in, struct fx *fx)
{
    struct bytes compound = bytes_sub(in->head, UDP_HEADER, in->head.len);
    if (rtcp_is_valid(compound)) {
        r->other = in->net.from; /* reports go to where reports come from (RFC 4961 4) */
        hear(r, compound, in->net.from, in, fx);
    } else {
        fx_drop(fx, DROP_MALFORMED, RTP_MALFORMED);
    }
}

/* It came by a connection of those above: from the one who is at its other end. */
static void hear_carried(struct reporter *r, const struct input *in, struct fx *fx)
{
    if (rtcp_is_valid(in->head)) {
        hear(r, in->head, r->key.to, in, fx);
    } else {
        fx_note(fx, RTP_MALFORMED);
    }
}

static void hear_media(struct reporter *r, const struct input *in, struct fx *fx)
{
    struct rtcp_media m;
    memcpy(&m, in->head.data, sizeof m);
    for (uint32_t i = 0; i < r->count; i++) {
        struct rtcp_session *s = &r->sessions[i];
        enum rtcp_verdict v = rtcp_session_meet(s, m.ssrc, m.from, true, true, in->now);
        judge(r, i, v, m.ssrc, &m, in, fx);
        for (uint32_t c = 0; c < m.contributor_count && v <= RTCP_NEW; c++) {
            enum rtcp_verdict of =
                rtcp_session_contributor(s, m.contributors[c], m.from, true, in->now);
            judge(r, i, of, m.contributors[c], &m, in, fx);
        }
    }
    look_if_alone(r, fx);
}

/* A source or sink of unicast says so only when it is asked to report. */
static void note_media(struct reporter *r, const struct input *in)
{
    struct rtcp_facts facts;
    memcpy(&facts, in->head.data, sizeof facts);
    if (facts.has_sent) {
        rtcp_session_speaks(reporter_first(r));
    }
    if (facts.hears_media) {
        struct addr from = {r->key.to.ip, (uint16_t)(r->key.to.port - 1)};
        rtcp_session_meet(reporter_first(r), facts.block.ssrc, from, true, true, in->now);
        r->had_others = true;
    }
}

/* RFC 4585 3.5.3: reports are no more frequent than T_rr_interval, unless feedback waits. */
static bool is_left_out(struct reporter *r, const struct input *in)
{
    uint64_t bits = draw(in->dice, DRAW_JITTER, r->feedback.draws++);
    return r->setup.has_feedback &&
           !feedback_is_regular(&r->feedback, r->setup.feedback_interval, in->now, bits);
}

static void expire_one(struct reporter *r, uint32_t index, const struct input *in, struct fx *fx)
{
    struct rtcp_session *s = &r->sessions[index];
    if (s->phase == RTCP_OUTSIDE) {
        join(r, index, in);
        return;
    }
    switch (rtcp_session_expire(s, in->now, in->dice)) {
    case RTCP_WAIT: break;
    case RTCP_SAY_BYE: reporter_say_bye(r, index, in, fx); break;
    case RTCP_SAY_REPORT:
        if (index == 0 && is_left_out(r, in)) {
            rtcp_session_skipped(s, in->now, in->dice);
            break;
        }
        s->timing.tn = SIM_NEVER; /* until it is told what to say */
        fx_indicate(fx, 0, RTCP_CODE_DUE, bytes_of(&index, sizeof index), (struct span){0});
        break;
    }
}

static void show_silent(struct reporter *r, struct fx *fx)
{
    for (uint32_t i = 0; i < reporter_first(r)->count; i++) {
        struct rtcp_member *m = &reporter_first(r)->list[i];
        if (m->presence == RTCP_TIMED_OUT && !m->is_told) {
            m->is_told = true;
            fx_item(fx, MEMBER_SET, m->ssrc, m->presence, RTP_SILENT_FOR_LONG);
        }
    }
}

static void expire(struct reporter *r, const struct input *in, struct fx *fx)
{
    for (uint32_t i = 0; i < r->count; i++) {
        if (r->sessions[i].timing.tn <= in->now) {
            expire_one(r, i, in, fx);
        }
    }
    show_silent(r, fx);
    look_if_alone(r, fx);
    reporter_arm(r, in, fx);
}

static void wish(struct reporter *r, const struct input *in, struct fx *fx)
{
    struct rtcp_wish w;
    memcpy(&w, in->head.data, sizeof w);
    if (!r->setup.has_feedback || r->is_leaving) {
        return;
    }
    sim_time at = feedback_want(&r->feedback, &w, &reporter_first(r)->timing, is_group(r), in->now,
                                draw(in->dice, DRAW_JITTER, r->feedback.draws++));
    if (at != SIM_NEVER) {
        fx_timer(fx, TIMER_FEEDBACK, 0, at);
    }
}

static void request(struct reporter *r, const struct input *in, struct fx *fx)
{
    if (in->code == RTCP_CODE_SETUP) {
        set_up(r, in, fx);
    } else if (!r->setup.bandwidth || reporter_first(r)->phase == RTCP_LEFT) {
        return;
    } else if (in->code == RTCP_CODE_CARRIED) {
        hear_carried(r, in, fx);
    } else if (in->code == RTCP_CODE_MEDIA) {
        hear_media(r, in, fx);
    } else if (in->code == RTCP_CODE_WISH) {
        wish(r, in, fx);
    } else if (in->code == RTCP_CODE_PASS) {
        reporter_pass_on(r, in, fx);
    } else if (in->code == RTCP_CODE_LEAVE) {
        note_media(r, in);
        leave(r, in, fx);
    } else if (in->code == RTCP_CODE_FACTS && !r->is_leaving) {
        note_media(r, in);
        reporter_report(r, in, fx);
    }
}

static void step(void *self, const struct input *in, struct fx *fx)
{
    struct reporter *r = self;
    switch (in->kind) {
    case IN_START:
        r->key = in->net;
        r->count = 1;
        r->sessions = os_alloc(sizeof *r->sessions);
        r->sessions[0].timing.tn = SIM_NEVER;
        r->feedback.may_be_early = true;
        break;
    case IN_PACKET: hear_datagram(r, in, fx); break;
    case IN_TIMER:
        if (in->code == TIMER_REPORT) {
            expire(r, in, fx);
        } else {
            reporter_send_early(r, in, fx);
        }
        break;
    case IN_REQUEST: request(r, in, fx); break;
    case IN_SENT:
    case IN_ERROR: /* UDP does not care */
    case IN_INDICATION: break;
    }
}

static void read(const void *self, int64_t *vars)
{
    const struct reporter *r = self;
    const struct rtcp_timing *t = &r->sessions[0].timing;
    vars[0] = t->members;
    vars[1] = t->senders;
    vars[2] = t->average16 / 16;
    vars[3] = t->bandwidth > 0 ? rtcp_interval_calculated(t) : 0;
}

static void let_go(void *self)
{
    struct reporter *r = self;
    for (uint32_t i = 0; i < r->count; i++) {
        rtcp_session_free(&r->sessions[i]);
    }
    free(r->sessions);
}

static char *print_ssrc(int64_t key, char buf[48])
{
    snprintf(buf, 48, "0x%08" PRIx64, (uint64_t)key);
    return buf;
}

const struct actor_type rtcp_type = {
    .name = "rtcp",
    .proto = &rtcp_proto,
    .size = sizeof(struct reporter),
    .sets = (const struct set[]){{"member", (const char *const[]){"absent", "listener", "sender",
                                                                  "silent", "left", NULL}},
                                 {0}},
    .timers = (const struct timer[]){{"report", 1, TIMER_KIND_PACE},
                                     {"feedback", 1, TIMER_KIND_PACE},
                                     {0}},
    .reasons = rtp_reasons,
    .vars = (const struct var[]){{"members", "", "rtcp"},
                                 {"senders", "", "rtcp"},
                                 {"average", "B", "rtcp"},
                                 {"interval", "ns", "rtcp"},
                                 {0}},
    .print_key = print_ssrc,
    .step = step,
    .read = read,
    .free = let_go,
};
