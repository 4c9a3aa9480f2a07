/* A participant of several that says what it lacks (RFC 4585): among many the one that is the first
 * to say it says it for all, and what is sent again (RFC 4588) reaches all. It plays what comes as
 * it comes, so nothing is ever too late, but what is far behind is of no use. */
#include "actor/fx.h"
#include "proto/rtp/ends.h"

#define GAP_MAX  64  /* more at once is no loss that can be mended */
#define FAR_BACK 100 /* numbers */

static void wish(const struct rtp_source *s, const struct rtp_heard *h, int64_t extended,
                 struct fx *fx)
{
    struct rtcp_wish w = {.media = h->ssrc, .seq = (uint16_t)extended, .of_use = SIM_NEVER};
    fx_request(fx, s->reporter, RTCP_CODE_WISH, bytes_of(&w, sizeof w), (struct span){0});
}

static void wait_again(const struct rtp_source *s, sim_time now, struct fx *fx)
{
    sim_time oldest = SIM_NEVER;
    for (uint32_t i = 0; i < s->heard->count; i++) {
        sim_time asked = rtp_gaps_oldest(&s->heard->list[i].gaps);
        oldest = asked < oldest ? asked : oldest;
    }
    if (s->medium.again >= 0) {
        sim_time at = oldest == SIM_NEVER ? SIM_NEVER : oldest + s->medium.again;
        fx_timer(fx, RTP_SOURCE_AGAIN, 0, at > now ? at : now);
    }
}

void rtp_member_miss(struct rtp_source *s, struct rtp_heard *h, int64_t from, int64_t until,
                     const struct input *in, struct fx *fx)
{
    if (!s->medium.nack || !s->reporter || until - from > GAP_MAX || from >= until) {
        return;
    }
    for (int64_t i = from; i < until; i++) {
        rtp_gaps_add(&h->gaps, i, in->now);
        wish(s, h, i, fx);
    }
    wait_again(s, in->now, fx);
}

void rtp_member_ask_again(struct rtp_source *s, const struct input *in, struct fx *fx)
{
    const struct rtp_gap *g;
    for (uint32_t i = 0; i < s->heard->count; i++) {
        struct rtp_heard *h = &s->heard->list[i];
        rtp_gaps_pass(&h->gaps, (int64_t)rtp_reception_highest(&h->reception) - FAR_BACK);
        while ((g = rtp_gaps_again(&h->gaps, in->now - s->medium.again, in->now)) != NULL) {
            wish(s, h, g->extended, fx);
        }
    }
    wait_again(s, in->now, fx);
}

/* Both streams of a source come from the same address (RFC 4588 5.2). */
bool rtp_member_regain(struct rtp_source *s, struct addr from, uint16_t osn)
{
    for (uint32_t i = 0; i < s->heard->count; i++) {
        struct rtp_heard *h = &s->heard->list[i];
        int64_t extended =
            (int64_t)rtp_reception_highest(&h->reception) + (int16_t)(osn - h->reception.max_seq);
        bool is_its = !h->is_repair && h->from.ip == from.ip && h->from.port == from.port;
        if (is_its && rtp_gaps_fill(&h->gaps, extended)) {
            s->heard->recovered++;
            return true;
        }
    }
    return false;
}
