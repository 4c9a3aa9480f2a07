/* The RTCP endpoint: what a compound holds (RFC 3550 6.4 to 6.7), and to whom it goes. Who is there
 * and when to report is the session's (session.c); what there is to say it asks of the source, sink
 * or participant above. A crowd is as many members behind one endpoint, each with a session of its
 * own. Invariant: the timer stands at the least timing.tn, or is stopped when all have left. */
#include "actor/fx.h"
#include "base/os.h"
#include "proto/rtp/feedback.h"
#include "proto/rtp/rtp.h"
#include "proto/rtp/session.h"
#include "wire/udp.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNDER 28u /* IPv4 and UDP headers */
#define ALL   UINT32_MAX

enum { TIMER_REPORT, TIMER_FEEDBACK };
enum { MEMBER_SET };

/* What a member of a crowd has told of a source before (A.3). */
struct prior {
    uint32_t ssrc, expected, received;
};

struct reporter {
    struct net key;
    struct rtcp_setup setup;
    struct rtcp_session *sessions; /* owned; the first is the one that is shown */
    struct rtcp_feedback feedback; /* of the first */
    uint32_t count;
    uint32_t packets;  /* of RTP, as last told */
    struct addr other; /* who reports to us, where NAT shows it; ip 0: nobody yet */
    bool is_leaving, had_others;
    uint64_t sent, heard;
};

static struct rtcp_session *first(struct reporter *r)
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

static void arm(struct reporter *r, const struct input *in, struct fx *fx)
{
    sim_time due = next_due(r);
    fx_timer(fx, TIMER_REPORT, 0, due > in->now ? due : in->now);
}

static uint32_t ssrc_of(const struct reporter *r, uint32_t index, const struct input *in)
{
    return index == 0 ? r->setup.ssrc : (uint32_t)draw(in->dice, DRAW_SSRC, 100 + index);
}

static void join(struct reporter *r, uint32_t index, const struct input *in)
{
    struct rtcp_session *s = &r->sessions[index];
    struct rtcp_terms terms = {r->setup.bandwidth, r->setup.minimum};
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
    arm(r, in, fx);
}

static struct bytes cname_of(const struct reporter *r, uint32_t index, char buf[32])
{
    char ip[16];
    ip_print(r->key.from.ip, ip);
    snprintf(buf, 32, index ? "%" PRIu32 "@%s" : "%.0" PRIu32 "%s", index, ip);
    return bytes_of(buf, strlen(buf));
}

static void send_to(struct reporter *r, struct addr to, struct bytes compound, enum rtp_why why,
                    struct fx *fx)
{
    struct net net = r->key;
    net.to = to;
    uint8_t *head = malloc(UDP_HEADER + compound.len);
    if (!head) {
        abort();
    }
    udp_encode(net.from.port, to.port, (uint32_t)compound.len, head);
    memcpy(head + UDP_HEADER, compound.data, compound.len);
    fx_send(fx, &net, bytes_of(head, UDP_HEADER + compound.len), (struct span){0}, (struct unit){0},
            why);
    free(head);
    r->sent++;
}

static void send_compound(struct reporter *r, struct bytes compound, enum rtp_why why,
                          struct fx *fx)
{
    if (r->setup.is_carried) {
        fx_indicate(fx, 0, RTCP_CODE_CARRY, compound, (struct span){0});
        return;
    }
    bool is_for_many = r->setup.peer_count > 1 || ip_is_multicast(r->setup.peers[0].ip);
    if (r->other.ip && !is_for_many) {
        send_to(r, r->other, compound, why, fx);
        return;
    }
    if (r->setup.peer_count == 0) {
        send_to(r, r->key.to, compound, why, fx);
    }
    for (uint32_t i = 0; i < r->setup.peer_count; i++) {
        send_to(r, r->setup.peers[i], compound, why, fx);
    }
}

/* Others of the crowd hear it, too: a group's packets come back to those on the same host. */
static void tell_crowd(struct reporter *r, uint32_t index, struct bytes compound, sim_time now)
{
    uint32_t told;
    for (uint32_t i = 0; i < r->count; i++) {
        if (i != index && r->sessions[i].phase != RTCP_LEFT) {
            rtcp_session_compound(&r->sessions[i], compound, UNDER + compound.len, r->key.from, now,
                                  &told);
        }
    }
}

static void add_report(struct reporter *r, uint32_t index, const struct rtcp_facts *facts,
                       const struct rtcp_block *blocks, unsigned count, struct buf *out)
{
    struct rtcp_session *s = &r->sessions[index];
    char name[32];
    if (index == 0 && rtcp_session_is_sender(s, facts->info.packets)) {
        rtcp_add_sr(out, s->ssrc, &facts->info, blocks, count);
    } else {
        rtcp_add_rr(out, s->ssrc, blocks, count);
    }
    rtcp_add_cname(out, s->ssrc, (const char *)cname_of(r, index, name).data);
}

/* Its first block, and those that follow behind the facts. */
static unsigned gather(const struct rtcp_facts *facts, struct bytes head,
                       struct rtcp_block out[RTCP_BLOCKS_MAX])
{
    unsigned count = 0;
    if (facts->has_block) {
        out[count++] = facts->block;
    }
    for (uint32_t i = 0; i < facts->more_count && count < RTCP_BLOCKS_MAX; i++) {
        memcpy(&out[count++], head.data + sizeof *facts + i * sizeof *out, sizeof *out);
    }
    return count;
}

/* Names and goodbyes of others that a mixer passes on (7.3). */
static void add_along(const struct rtcp_facts *facts, struct bytes head, struct buf *out)
{
    size_t at = sizeof *facts + facts->more_count * sizeof(struct rtcp_block);
    buf_add(out, bytes_sub(head, at, facts->along));
}

static void report(struct reporter *r, const struct input *in, struct fx *fx)
{
    struct rtcp_facts facts;
    struct rtcp_block blocks[RTCP_BLOCKS_MAX];
    struct buf out = {0};
    memcpy(&facts, in->head.data, sizeof facts);
    unsigned count = gather(&facts, in->head, blocks);
    struct rtcp_session *s = &r->sessions[facts.index];
    enum rtp_why why = RTP_REPORT;
    r->packets = facts.info.packets;
    add_report(r, facts.index, &facts, blocks, count, &out);
    add_along(&facts, in->head, &out);
    if (facts.app) {
        rtcp_add_app(&out, s->ssrc, 0, facts.app, (struct bytes){0});
    }
    if (facts.index == 0 && feedback_add(&r->feedback, s->ssrc, &out)) {
        why = feedback_why(&r->feedback);
        feedback_sent(&r->feedback);
    }
    r->feedback.may_be_early = true;
    send_compound(r, bytes_of(out.data, out.len), why, fx);
    tell_crowd(r, facts.index, bytes_of(out.data, out.len), in->now);
    rtcp_session_reported(s, UNDER + out.len, facts.info.packets, in->now, in->dice);
    buf_free(&out);
    arm(r, in, fx);
}

static void build_bye(struct reporter *r, uint32_t index, struct buf *out)
{
    struct rtcp_session *s = &r->sessions[index];
    char name[32];
    rtcp_add_rr(out, s->ssrc, NULL, 0);
    rtcp_add_cname(out, s->ssrc, (const char *)cname_of(r, index, name).data);
    rtcp_add_bye(out, s->ssrc);
}

static void say_bye(struct reporter *r, uint32_t index, const struct input *in, struct fx *fx)
{
    struct buf out = {0};
    build_bye(r, index, &out);
    send_compound(r, bytes_of(out.data, out.len), RTP_BYE, fx);
    tell_crowd(r, index, bytes_of(out.data, out.len), in->now);
    rtcp_session_left(&r->sessions[index]);
    buf_free(&out);
}

/* One that goes at once carries a last report. */
static void say_last(struct reporter *r, const struct input *in, struct fx *fx)
{
    struct rtcp_facts facts;
    struct rtcp_block blocks[RTCP_BLOCKS_MAX];
    struct buf out = {0};
    memcpy(&facts, in->head.data, sizeof facts);
    unsigned count = gather(&facts, in->head, blocks);
    add_report(r, 0, &facts, blocks, count, &out);
    add_along(&facts, in->head, &out);
    rtcp_add_bye(&out, first(r)->ssrc);
    send_compound(r, bytes_of(out.data, out.len), RTP_BYE, fx);
    tell_crowd(r, 0, bytes_of(out.data, out.len), in->now);
    rtcp_session_left(first(r));
    buf_free(&out);
}

static void leave_one(struct reporter *r, uint32_t index, const struct input *in, struct fx *fx)
{
    struct rtcp_session *s = &r->sessions[index];
    struct buf bye = {0};
    if (s->phase != RTCP_INSIDE) {
        rtcp_session_left(s);
        return;
    }
    build_bye(r, index, &bye);
    enum rtcp_act act = rtcp_session_leave(s, UNDER + bye.len, in->now, in->dice);
    if (act == RTCP_SAY_BYE && index == 0) {
        say_last(r, in, fx);
    } else if (act == RTCP_SAY_BYE) {
        say_bye(r, index, in, fx);
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
    arm(r, in, fx);
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
    build_bye(r, index, &bye);
    send_compound(r, bytes_of(bye.data, bye.len), RTP_COLLISION, fx);
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
        if (is_shown && media) {
            fx_indicate(fx, 0, RTCP_CODE_DISBELIEVE, bytes_of(&ssrc, sizeof ssrc),
                        (struct span){0});
        }
        if (is_shown) {
            fx_note(fx, v == RTCP_LOOPED ? RTP_LOOP : RTP_FOREIGN);
        }
        break;
    }
}

/* All the others have left, or are silent: who only listens to them need not stay. */
static void look_if_alone(struct reporter *r, struct fx *fx)
{
    bool has_others = first(r)->timing.members > 1;
    if (r->had_others && !has_others && first(r)->phase == RTCP_INSIDE) {
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
    r->heard++;
    bool is_believed = true;
    for (uint32_t i = 0; i < r->count; i++) {
        enum rtcp_verdict v = rtcp_session_compound(&r->sessions[i], compound, UNDER + compound.len,
                                                    from, in->now, &ssrc);
        is_believed = is_believed && v <= RTCP_NEW;
        judge(r, i, v, ssrc, NULL, in, fx);
    }
    show_parted(r, compound, fx);
    feedback_heard(&r->feedback, compound);
    if (is_believed) {
        fx_indicate(fx, 0, RTCP_CODE_HEARD, compound, (struct span){0});
    }
    look_if_alone(r, fx);
    if (r->setup.bandwidth) {
        arm(r, in, fx);
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
        rtcp_session_speaks(first(r));
    }
    if (facts.hears_media) {
        struct addr from = {r->key.to.ip, (uint16_t)(r->key.to.port - 1)};
        rtcp_session_meet(first(r), facts.block.ssrc, from, true, true, in->now);
        r->had_others = true;
    }
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
    case RTCP_SAY_BYE: say_bye(r, index, in, fx); break;
    case RTCP_SAY_REPORT:
        s->timing.tn = SIM_NEVER; /* until it is told what to say */
        fx_indicate(fx, 0, RTCP_CODE_DUE, bytes_of(&index, sizeof index), (struct span){0});
        break;
    }
}

static void show_silent(struct reporter *r, struct fx *fx)
{
    for (uint32_t i = 0; i < first(r)->count; i++) {
        struct rtcp_member *m = &first(r)->list[i];
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
    arm(r, in, fx);
}

static void wish(struct reporter *r, const struct input *in, struct fx *fx)
{
    struct rtcp_wish w;
    memcpy(&w, in->head.data, sizeof w);
    if (!r->setup.has_feedback || r->is_leaving || !feedback_want(&r->feedback, &w)) {
        return;
    }
    sim_time at = feedback_time(&r->feedback, &first(r)->timing, in->now,
                                draw(in->dice, DRAW_JITTER, r->feedback.draws++));
    if (at != SIM_NEVER) {
        fx_timer(fx, TIMER_FEEDBACK, 0, at);
    }
}

/* RFC 4585 3.5.3: a report before its time, and the next but one is the next. */
static void send_early(struct reporter *r, const struct input *in, struct fx *fx)
{
    struct rtcp_session *s = first(r);
    struct buf out = {0};
    char name[32];
    rtcp_add_rr(&out, s->ssrc, NULL, 0);
    rtcp_add_cname(&out, s->ssrc, (const char *)cname_of(r, 0, name).data);
    if (feedback_add(&r->feedback, s->ssrc, &out)) {
        send_compound(r, bytes_of(out.data, out.len), feedback_why(&r->feedback), fx);
        rtcp_timing_size(&s->timing, UNDER + out.len);
        feedback_sent(&r->feedback);
        feedback_postpone(&r->feedback, &s->timing);
        arm(r, in, fx);
    }
    buf_free(&out);
}

/* Not a report of ours: the interval goes on. */
static void pass_on(struct reporter *r, const struct input *in, struct fx *fx)
{
    struct rtcp_session *s = first(r);
    struct buf out = {0};
    char name[32];
    rtcp_add_rr(&out, s->ssrc, NULL, 0);
    rtcp_add_cname(&out, s->ssrc, (const char *)cname_of(r, 0, name).data);
    buf_add(&out, in->head);
    send_compound(r, bytes_of(out.data, out.len), RTP_PASSED_ON, fx);
    rtcp_timing_size(&s->timing, UNDER + out.len);
    buf_free(&out);
}

static void request(struct reporter *r, const struct input *in, struct fx *fx)
{
    if (in->code == RTCP_CODE_SETUP) {
        set_up(r, in, fx);
    } else if (!r->setup.bandwidth || first(r)->phase == RTCP_LEFT) {
        return;
    } else if (in->code == RTCP_CODE_CARRIED) {
        hear_carried(r, in, fx);
    } else if (in->code == RTCP_CODE_MEDIA) {
        hear_media(r, in, fx);
    } else if (in->code == RTCP_CODE_WISH) {
        wish(r, in, fx);
    } else if (in->code == RTCP_CODE_PASS) {
        pass_on(r, in, fx);
    } else if (in->code == RTCP_CODE_LEAVE) {
        note_media(r, in);
        leave(r, in, fx);
    } else if (in->code == RTCP_CODE_FACTS && !r->is_leaving) {
        note_media(r, in);
        report(r, in, fx);
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
            send_early(r, in, fx);
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
