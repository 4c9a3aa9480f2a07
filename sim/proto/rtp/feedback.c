/* Early feedback: what waits, when it may go, and that nobody says what another has said. */
#include "proto/rtp/feedback.h"

#include "proto/rtp/rtp.h"
#include "wire/rtcp_feedback.h"

static bool is_same(const struct rtcp_wish *a, const struct rtcp_wish *b)
{
    return a->media == b->media && a->is_pli == b->is_pli && (a->is_pli || a->seq == b->seq);
}

static bool is_said(const struct rtcp_feedback *f, const struct rtcp_wish *w, sim_time now)
{
    uint32_t kept = f->other_count < FEEDBACK_MAX ? f->other_count : FEEDBACK_MAX;
    for (uint32_t i = 0; i < kept; i++) {
        if (is_same(&f->others[i].wish, w) && now - f->others[i].at <= FEEDBACK_RETENTION) {
            return true;
        }
    }
    return false;
}

static bool is_waiting(const struct rtcp_feedback *f, const struct rtcp_wish *w)
{
    for (uint32_t i = 0; i < f->count; i++) {
        if (is_same(&f->wishes[i], w)) {
            return true;
        }
    }
    return false;
}

/* Steps 2b to 4. Between two nobody else can say it; among more it waits up to half an interval
 * (l = 0.5), so that one says it for all. False: it would be of no use by then. */
static bool schedule(struct rtcp_feedback *f, const struct rtcp_wish *w,
                     const struct rtcp_timing *t, bool is_group, sim_time now, uint64_t bits)
{
    sim_time dither = is_group ? (t->tn - t->tp) / 2 : 0;
    if (now + dither > t->tn) {
        return true;
    }
    if (!f->may_be_early) {
        return t->tn - now < w->of_use;
    }
    f->due = now + (sim_time)draw_below(bits, (uint64_t)dither + 1);
    return true;
}

sim_time feedback_want(struct rtcp_feedback *f, const struct rtcp_wish *w,
                       const struct rtcp_timing *t, bool is_group, sim_time now, uint64_t bits)
{
    if (is_waiting(f, w) || is_said(f, w, now) || f->count == FEEDBACK_MAX) {
        return SIM_NEVER;
    }
    bool is_planned = f->count > 0; /* step 2a: it goes along */
    f->due = is_planned ? f->due : 0;
    if (is_planned || schedule(f, w, t, is_group, now, bits)) {
        f->wishes[f->count++] = *w;
    }
    return !is_planned && f->due ? f->due : SIM_NEVER;
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

static void take_said(struct rtcp_feedback *f, struct rtcp_wish said, sim_time now)
{
    f->others[f->other_count++ % FEEDBACK_MAX] = (struct feedback_said){said, now};
    forget(f, &said);
}

static void take_nack(struct rtcp_feedback *f, uint32_t media, struct rtcp_nack n, sim_time now)
{
    take_said(f, (struct rtcp_wish){.media = media, .seq = n.pid}, now);
    for (unsigned bit = 0; bit < 16; bit++) {
        if (n.blp >> bit & 1) {
            uint16_t seq = (uint16_t)(n.pid + 1 + bit);
            take_said(f, (struct rtcp_wish){.media = media, .seq = seq}, now);
        }
    }
}

bool feedback_heard(struct rtcp_feedback *f, struct bytes compound, sim_time now)
{
    struct rtcp_packet p;
    struct rtcp_nack n;
    uint32_t before = f->count;
    while (rtcp_next(&compound, &p)) {
        uint32_t media = rtcp_feedback_media(&p);
        if (rtcp_is_pli(&p)) {
            take_said(f, (struct rtcp_wish){.media = media, .is_pli = true}, now);
        }
        for (unsigned i = 0; rtcp_nack(&p, i, &n); i++) {
            take_nack(f, media, n, now);
        }
    }
    return f->count < before;
}

bool feedback_is_regular(struct rtcp_feedback *f, sim_time least, sim_time now, uint64_t bits)
{
    sim_time interval = least / 2 + (sim_time)draw_below(bits, (uint64_t)least + 1);
    bool is_due = !f->has_told || f->told + interval <= now;
    f->may_be_early = true;
    if (is_due) {
        f->has_told = true;
        f->told = now;
    }
    return is_due || f->count > 0;
}

unsigned feedback_why(const struct rtcp_feedback *f)
{
    return f->said_pli ? RTP_PLI : RTP_NACK;
}
