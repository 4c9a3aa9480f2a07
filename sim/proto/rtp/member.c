/* A participant of a session of several: a source that speaks to all, or only listens, and what it
 * hears of the others: each SSRC with a reception of its own (RFC 3550 A.1, A.8), one report block
 * for each. It plays what comes as it comes. Invariant: `heard` holds one entry a source that was
 * believed; whose address it is, the session decides (8.2). */
#include "actor/fx.h"
#include "base/os.h"
#include "proto/rtp/ends.h"
#include "wire/udp.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define IP_BYTES 20u
#define HEADERS  40u /* IPv4, UDP, RTP */

/* The session is told of a source once between two reports, and of each conflict. */
static void tell_session(const struct rtp_source *s, const struct rtp *rtp, struct addr from,
                         struct fx *fx)
{
    struct rtcp_media m = {.ssrc = rtp->ssrc, .from = from, .contributor_count = rtp->csrc_count};
    memcpy(m.contributors, rtp->csrc, rtp->csrc_count * sizeof *rtp->csrc);
    if (s->reporter) {
        fx_request(fx, s->reporter, RTCP_CODE_MEDIA, bytes_of(&m, sizeof m), (struct span){0});
    }
}

static void refuse(struct rtp_source *s, enum rtp_why why, struct fx *fx)
{
    s->heard->refused++;
    fx_drop(fx, DROP_POLICY, why);
}

/* 8.2: our own SSRC, or another's from another address; also as one of those in a mix. */
static bool is_in_conflict(struct rtp_source *s, const struct rtp *rtp, const struct input *in,
                           struct fx *fx)
{
    struct rtp_crossing *names = &s->heard->names;
    bool is_own = rtp->ssrc == s->ssrc;
    for (unsigned i = 0; i < rtp->csrc_count; i++) {
        is_own = is_own || rtp->csrc[i] == s->ssrc;
    }
    bool is_good = !is_own && rtp_crossing_meet(names, rtp->ssrc, 0, in->net.from, true, in->now);
    for (unsigned i = 0; i < rtp->csrc_count && is_good; i++) {
        is_good = rtp_crossing_meet(names, rtp->csrc[i], 0, in->net.from, true, in->now);
    }
    if (!is_good) {
        tell_session(s, rtp, in->net.from, fx);
        refuse(s, is_own ? RTP_COLLISION : RTP_FOREIGN, fx);
    }
    return !is_good;
}

/* What others send again may be what is missing here. */
static bool is_missing(struct rtp_source *s, const struct input *in, struct fx *fx)
{
    struct rtp rtp;
    struct bytes packet = bytes_sub(in->head, UDP_HEADER, in->head.len);
    struct bytes osn = bytes_sub(packet, rtp_decode(packet, &rtp), 2);
    if (osn.len == 2 && rtp_member_regain(s, in->net.from, get_u16(osn.data))) {
        fx_note(fx, RTP_RECOVERED);
        return true;
    }
    fx_drop(fx, DROP_DUPLICATE, RTP_TWICE);
    return false;
}

static void take(struct rtp_source *s, struct rtp_heard *h, const struct rtp *rtp, struct span body,
                 const struct input *in, struct fx *fx)
{
    if (!h->is_told) {
        h->is_told = true;
        tell_session(s, rtp, in->net.from, fx);
    }
    rtp_reception_jitter(&h->reception, rtp->timestamp, rtp_units(&s->medium, in->clock), in->now,
                         rtp_clock_rate(&s->medium));
    h->bytes += body.len;
    if (!h->is_repair || is_missing(s, in, fx)) {
        fx_indicate(fx, 0, CODE_DATA, (struct bytes){0}, body);
    }
}

static struct rtp_heard *heard_of(struct rtp_source *s, const struct rtp *rtp, struct addr from)
{
    struct rtp_heard *h = rtp_heard_find(s->heard, rtp->ssrc);
    h = h ? h : rtp_heard_add(s->heard, rtp->ssrc, from);
    if (h) {
        h->is_repair =
            rtp_has_feedback(&s->medium) && rtp->payload_type == rtp_repair_type(&s->medium);
    }
    return h;
}

static void count_wire(struct rtp_heard_list *all, const struct input *in)
{
    all->first_at = all->wire_bytes ? all->first_at : in->now;
    all->last_at = in->now;
    all->wire_bytes += IP_BYTES + in->head.len + in->body.len;
}

static void hear(struct rtp_source *s, const struct input *in, struct fx *fx)
{
    struct rtp rtp;
    struct span body = in->body;
    int64_t extended;
    if (rtp_decode(bytes_sub(in->head, UDP_HEADER, in->head.len), &rtp) == 0 ||
        !rtp_unfill(&rtp, &body, fx)) {
        fx_drop(fx, DROP_MALFORMED, RTP_MALFORMED);
        return;
    }
    count_wire(s->heard, in);
    if (is_in_conflict(s, &rtp, in, fx)) {
        return;
    }
    struct rtp_heard *h = heard_of(s, &rtp, in->net.from);
    bool was_known = h && h->reception.is_known;
    int64_t next = was_known ? (int64_t)rtp_reception_highest(&h->reception) + 1 : 0;
    if (!h || !rtp_reception_seq(&h->reception, rtp.seq, &extended)) {
        fx_drop(fx, DROP_MALFORMED, RTP_MALFORMED);
        return;
    }
    take(s, h, &rtp, body, in, fx);
    rtp_gaps_fill(&h->gaps, extended);
    if (was_known && !h->is_repair) {
        rtp_member_miss(s, h, next, extended, in, fx);
    }
}

void rtp_member_tell(struct rtp_source *s, struct rtcp_facts *f, const struct input *in,
                     unsigned code, struct fx *fx)
{
    struct buf blocks = {0}, all = {0};
    if (code == RTCP_CODE_FACTS && in->head.len == sizeof f->index) {
        memcpy(&f->index, in->head.data, sizeof f->index);
    }
    f->more_count = rtp_heard_blocks(s->heard, f->index == 0, in->clock, &blocks);
    buf_add(&all, bytes_of(f, sizeof *f));
    buf_add(&all, bytes_of(blocks.data, blocks.len));
    if (s->reporter) {
        fx_request(fx, s->reporter, code, bytes_of(all.data, all.len), (struct span){0});
    }
    buf_free(&blocks);
    buf_free(&all);
}

static void begin(struct rtp_source *s, const struct input *in)
{
    s->heard = os_alloc(sizeof *s->heard);
    size_t count = in->head.len / sizeof *s->peers;
    s->peer_count = (uint32_t)(count < RTCP_PEERS_MAX ? count : RTCP_PEERS_MAX);
    memcpy(s->peers, in->head.data, s->peer_count * sizeof *s->peers);
    s->crowd = s->listens_only ? s->crowd : 0;
}

static void step(void *self, const struct input *in, struct fx *fx)
{
    struct rtp_source *s = self;
    if (in->kind == IN_PACKET) {
        if (!s->has_ended) {
            hear(s, in, fx);
        }
        return;
    }
    if (in->kind == IN_TIMER && in->code == RTP_SOURCE_AGAIN) {
        rtp_member_ask_again(s, in, fx);
        return;
    }
    if (in->kind == IN_START) {
        begin(s, in);
    } else if (in->kind == IN_INDICATION && in->code == RTCP_CODE_HEARD) {
        rtp_heard_report(s->heard, in->head, in->clock);
    } else if (in->kind == IN_INDICATION && in->code == RTCP_CODE_RENAMED) {
        s->heard->renamed++;
    }
    rtp_source_step(s, in, fx);
}

static void read(const void *self, int64_t *vars)
{
    const struct rtp_source *s = self;
    rtp_source_read(s, vars);
    vars[5] = s->heard ? rtp_heard_sources(s->heard) : 0;
}

static double lost(const void *self, const struct path *path)
{
    const struct rtp_source *s = self;
    (void)path;
    return s->heard ? (double)rtp_heard_lost(s->heard) : 0;
}

static double reported_lost(const void *self, const struct path *path)
{
    const struct rtp_source *s = self;
    (void)path;
    return s->is_reported ? (double)s->reported_lost : NAN;
}

/* Of its voice, while it speaks, to all of its peers together. */
static double up_bps(const void *self, const struct path *path)
{
    const struct rtp_source *s = self;
    double bytes = (double)(s->octets + HEADERS * s->packets) * (s->peer_count ? s->peer_count : 1);
    double seconds = (double)s->packets * (double)s->medium.ptime / (double)SIM_S;
    (void)path;
    return s->packets && s->medium.fps < 0 ? 8 * bytes / seconds : NAN;
}

/* Of all media that come, from the first to the end of the last. */
static double down_bps(const void *self, const struct path *path)
{
    const struct rtp_source *s = self;
    const struct rtp_heard_list *all = s->heard;
    (void)path;
    if (!all || all->wire_bytes == 0 || s->medium.fps >= 0) {
        return NAN;
    }
    sim_time span = all->last_at - all->first_at + s->medium.ptime;
    return 8 * (double)all->wire_bytes / ((double)span / (double)SIM_S);
}

static double sources(const void *self, const struct path *path)
{
    const struct rtp_source *s = self;
    (void)path;
    return s->heard ? rtp_heard_sources(s->heard) : 0;
}

static double renamed(const void *self, const struct path *path)
{
    const struct rtp_source *s = self;
    (void)path;
    return s->heard ? (double)s->heard->renamed : 0;
}

static double refused(const void *self, const struct path *path)
{
    const struct rtp_source *s = self;
    (void)path;
    return s->heard ? (double)s->heard->refused : 0;
}

static double recovered(const void *self, const struct path *path)
{
    const struct rtp_source *s = self;
    (void)path;
    return s->heard && s->medium.nack ? (double)s->heard->recovered : NAN;
}

static double repairs(const void *self, const struct path *path)
{
    const struct rtp_source *s = self;
    (void)path;
    return s->medium.keep > 0 ? (double)s->repairs.packets : NAN;
}

static void let_go(void *self)
{
    struct rtp_source *s = self;
    rtp_history_free(&s->repairs.sent);
    if (s->heard) {
        rtp_heard_free(s->heard);
        free(s->heard);
    }
}

static const struct param params[] = {
    RTP_MEDIUM_PARAMS(struct rtp_source),
    RTP_REPAIR_PARAMS(struct rtp_source),
    RTP_SPEAKER_PARAMS(struct rtp_source),
    {"listen", offsetof(struct rtp_source, listens_only), PARAM_SWITCH, .max = 1},
    {"crowd.members", offsetof(struct rtp_source, crowd), PARAM_COUNT, .initial = 1, .min = 1,
     .max = RTCP_CROWD_MAX},
    {"crowd.join-over", offsetof(struct rtp_source, join_over), PARAM_TIME, .max = 3600 * SIM_S},
    {0},
};

const struct actor_type rtp_member_type = {
    .name = "rtp-member",
    .proto = &rtp_proto,
    .size = sizeof(struct rtp_source),
    .timers = (const struct timer[]){[RTP_SOURCE_NEXT] = {"next", 1, TIMER_KIND_PACE},
                                     [RTP_SOURCE_AGAIN] = {"again", 1, TIMER_KIND_PACE},
                                     {0}},
    .reasons = rtp_reasons,
    .vars = (const struct var[]){RTP_SPEAKER_VARS, {"sources", "", "media"}, {0}},
    .params = params,
    .figures = (const struct figure[]){{"lost", lost},
                                       {"reported_lost", reported_lost},
                                       {"up_bps", up_bps},
                                       {"down_bps", down_bps},
                                       {"sources", sources},
                                       {"renamed", renamed},
                                       {"refused", refused},
                                       {"repairs", repairs},
                                       {"recovered", recovered},
                                       {0}},
    .lowers = rtp_lowers,
    .step = step,
    .read = read,
    .free = let_go,
    .need = rtp_source_need,
};

const struct traffic_type rtp_conference = {.name = "conference",
                                            .source = &rtp_member_type,
                                            .has_port = true,
                                            .port = 5004,
                                            .takes_group = true,
                                            .takes_next_port = true};
