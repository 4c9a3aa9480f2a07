/* Early feedback: what waits, when it may go, and that nobody says what another has said. */
#include "proto/rtp/feedback.h"

#include "proto/rtp/rtp.h"
#include "wire/rtcp_feedback.h"

static bool is_same(const struct rtcp_wish *a, const struct rtcp_wish *b)
{
    return a->media == b->media && a->is_pli == b->is_pli && (a->is_pli || a->seq == b->seq);
}

bool feedback_want(struct rtcp_feedback *f, const struct rtcp_wish *w)
{
    for (uint32_t i = 0; i < f->count; i++) {
        if (is_same(&f->wishes[i], w)) {
            return false;
        }
    }
    if (f->count == FEEDBACK_MAX) {
        return false;
    }
    f->wishes[f->count++] = *w;
    return true;
}

/* Between two nobody else can say it; among more it waits up to half an interval (l = 0.5). */
sim_time feedback_time(struct rtcp_feedback *f, const struct rtcp_timing *t, sim_time now,
                       uint64_t bits)
{
    if (!f->may_be_early || f->due > now) {
        return SIM_NEVER;
    }
    sim_time dither = t->members <= 2 ? 0 : rtcp_interval_calculated(t) / 2;
    sim_time at = now + (sim_time)draw_below(bits, (uint64_t)dither + 1);
    if (at >= t->tn) {
        return SIM_NEVER;
    }
    f->due = at;
    return at;
}

/* One NACK for all that is lost of one source, one entry for each run of seventeen. */
static unsigned collect(const struct rtcp_feedback *f, uint32_t media,
                        struct rtcp_nack out[FEEDBACK_MAX])
{
    unsigned count = 0;
    for (uint32_t i = 0; i < f->count; i++) {
        const struct rtcp_wish *w = &f->wishes[i];
        if (w->is_pli || w->media != media) {
            continue;
        }
        uint16_t ahead = count ? (uint16_t)(w->seq - out[count - 1].pid) : 0;
        if (ahead >= 1 && ahead <= 16) {
            out[count - 1].blp = (uint16_t)(out[count - 1].blp | 1u << (ahead - 1));
        } else {
            out[count++] = (struct rtcp_nack){.pid = w->seq};
        }
    }
    return count;
}

bool feedback_add(struct rtcp_feedback *f, uint32_t ssrc, struct buf *out)
{
    struct rtcp_nack list[FEEDBACK_MAX];
    bool is_done[FEEDBACK_MAX] = {false};
    f->said_pli = false;
    for (uint32_t i = 0; i < f->count; i++) {
        const struct rtcp_wish *w = &f->wishes[i];
        if (w->is_pli) {
            rtcp_add_pli(out, ssrc, w->media);
            f->said_pli = true;
        } else if (!is_done[i]) {
            rtcp_add_nack(out, ssrc, w->media, list, collect(f, w->media, list));
            for (uint32_t k = i; k < f->count; k++) {
                is_done[k] = is_done[k] || f->wishes[k].media == w->media;
            }
        }
    }
    return f->count > 0;
}

void feedback_sent(struct rtcp_feedback *f)
{
    f->count = 0;
    f->due = 0;
}

void feedback_postpone(struct rtcp_feedback *f, struct rtcp_timing *t)
{
    sim_time regular = t->tn;
    f->may_be_early = false;
    t->tn = t->tp + 2 * (regular - t->tp);
    t->tp = regular;
}

static void forget(struct rtcp_feedback *f, const struct rtcp_wish *said)
{
    for (uint32_t i = 0; i < f->count; i++) {
        if (is_same(&f->wishes[i], said)) {
            f->count--;
            for (uint32_t k = i; k < f->count; k++) {
                f->wishes[k] = f->wishes[k + 1];
            }
            return;
        }
    }
}

static void forget_nack(struct rtcp_feedback *f, uint32_t media, struct rtcp_nack n)
{
    forget(f, &(struct rtcp_wish){.media = media, .seq = n.pid});
    for (unsigned bit = 0; bit < 16; bit++) {
        if (n.blp >> bit & 1) {
            forget(f, &(struct rtcp_wish){.media = media, .seq = (uint16_t)(n.pid + 1 + bit)});
        }
    }
}

void feedback_heard(struct rtcp_feedback *f, struct bytes compound)
{
    struct rtcp_packet p;
    struct rtcp_nack n;
    while (f->count > 0 && rtcp_next(&compound, &p)) {
        uint32_t media = rtcp_feedback_media(&p);
        if (rtcp_is_pli(&p)) {
            forget(f, &(struct rtcp_wish){.media = media, .is_pli = true});
        }
        for (unsigned i = 0; rtcp_nack(&p, i, &n); i++) {
            forget_nack(f, media, n);
        }
    }
}

unsigned feedback_why(const struct rtcp_feedback *f)
{
    return f->said_pli ? RTP_PLI : RTP_NACK;
}
