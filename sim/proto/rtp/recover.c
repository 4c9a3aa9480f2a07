/* A sink that says what it lacks (RFC 4585): each number that is skipped, and a picture that cannot
 * be shown. What is sent again comes in a stream of its own (RFC 4588) and takes the place that was
 * kept for it, unless its time is over. */
#include "actor/fx.h"
#include "proto/rtp/ends.h"
#include "wire/payload.h"

#define GAP_MAX 64 /* more at once is no loss that can be mended */

static void wish(const struct rtp_sink *s, struct rtcp_wish w, struct fx *fx)
{
    w.media = s->reception.ssrc;
    fx_request(fx, s->reporter, RTCP_CODE_WISH, bytes_of(&w, sizeof w), (struct span){0});
}

static void wait_again(const struct rtp_sink *s, sim_time now, struct fx *fx)
{
    sim_time oldest = rtp_gaps_oldest(&s->gaps);
    if (s->medium.again >= 0) {
        sim_time at = oldest == SIM_NEVER ? SIM_NEVER : oldest + s->medium.again;
        fx_timer(fx, RTP_SINK_AGAIN, 0, at > now ? at : now);
    }
}

void rtp_sink_miss(struct rtp_sink *s, int64_t from, int64_t until, sim_time left,
                   const struct input *in, struct fx *fx)
{
    if (!s->medium.nack || !s->reporter || left <= 0 || until - from > GAP_MAX || from >= until) {
        return;
    }
    for (int64_t i = from; i < until; i++) {
        rtp_gaps_add(&s->gaps, i, in->now);
        wish(s, (struct rtcp_wish){.seq = (uint16_t)i, .of_use = left}, fx);
    }
    wait_again(s, in->now, fx);
}

void rtp_sink_ask_again(struct rtp_sink *s, const struct input *in, struct fx *fx)
{
    const struct rtp_gap *g;
    rtp_gaps_pass(&s->gaps, s->next);
    while ((g = rtp_gaps_again(&s->gaps, in->now - s->medium.again, in->now)) != NULL) {
        wish(s, (struct rtcp_wish){.seq = (uint16_t)g->extended, .of_use = s->medium.again}, fx);
    }
    wait_again(s, in->now, fx);
}

void rtp_sink_look(struct rtp_sink *s, const struct playout_slot *slot, bool has_gap,
                   const struct input *in, struct fx *fx)
{
    enum rtp_picture seen =
        rtp_is_coded(&s->medium) ? rtp_pictures_take(&s->pictures, slot, has_gap) : PICTURE_GOES_ON;
    if (seen == PICTURE_BROKEN && !s->is_frozen) {
        fx_note(fx, RTP_UNDECODABLE);
    }
    s->is_frozen = seen == PICTURE_BROKEN || (s->is_frozen && seen == PICTURE_GOES_ON);
    bool is_asked =
        s->asked_picture && (s->medium.again < 0 || in->now - s->asked_picture < s->medium.again);
    if (seen == PICTURE_BROKEN && s->medium.pli && s->reporter && !is_asked) {
        s->asked_picture = in->now;
        wish(s, (struct rtcp_wish){.is_pli = true, .of_use = SIM_NEVER}, fx);
    }
}

bool rtp_sink_original(struct rtp_sink *s, struct rtp *rtp, struct bytes *inside,
                       const struct input *in, int64_t *extended)
{
    int64_t own;
    if (inside->len < 2 || !s->has_begun) {
        return false;
    }
    if (rtp->ssrc != s->repairs.ssrc) {
        s->repairs = (struct rtp_reception){.ssrc = rtp->ssrc};
    }
    if (!rtp_reception_seq(&s->repairs, rtp->seq, &own)) {
        return false;
    }
    rtp_reception_jitter(&s->repairs, rtp->timestamp, rtp_units(&s->medium, in->clock), in->now,
                         rtp_clock_rate(&s->medium));
    rtp->seq = get_u16(inside->data);
    *inside = bytes_sub(*inside, 2, inside->len);
    *extended =
        (int64_t)rtp_reception_highest(&s->reception) + (int16_t)(rtp->seq - s->reception.max_seq);
    return true;
}
