/* What a source makes of what others report: the round trip and their losses (RFC 3550 6.4.1), and
 * what they ask for (RFC 4585): packets that it still has, a picture that builds on no other. */
#include "actor/fx.h"
#include "proto/rtp/ends.h"
#include "wire/rtcp_feedback.h"

/* A = arrival, LSR, DLSR: all in 1/65536 s, all by clocks that each read their own differences. */
static void take_block(struct rtp_source *s, const struct rtcp_block *b, const struct input *in,
                       struct fx *fx)
{
    int32_t trip = (int32_t)(ntp_middle(ntp_of(in->clock)) - b->lsr - b->dlsr);
    s->is_reported = true;
    s->reported_lost = b->lost;
    s->reported_jitter = b->jitter;
    if (b->lsr == 0 || trip < 0) {
        return;
    }
    s->rtt = muldiv(trip, SIM_S, 65536);
    s->rtt_min = s->rtt_count == 0 || s->rtt < s->rtt_min ? s->rtt : s->rtt_min;
    s->rtt_max = s->rtt > s->rtt_max ? s->rtt : s->rtt_max;
    s->rtt_sum += s->rtt;
    s->rtt_count++;
    fx_note(fx, RTP_ROUND_TRIP);
}

static void send_again(struct rtp_source *s, uint16_t seq, const struct input *in, struct fx *fx)
{
    struct rtp_repairs *r = &s->repairs;
    const struct rtp_sent *p = rtp_history_find(&r->sent, seq, in->now, s->medium.keep);
    if (!p) {
        fx_note(fx, RTP_FORGOTTEN);
        return;
    }
    rtp_source_send(s, p, true, RTP_REPAIR, fx);
    r->packets++;
    r->octets += 2 + p->body.len;
}

static void answer_nack(struct rtp_source *s, struct rtcp_nack n, const struct input *in,
                        struct fx *fx)
{
    send_again(s, n.pid, in, fx);
    for (unsigned bit = 0; bit < 16; bit++) {
        if (n.blp >> bit & 1) {
            send_again(s, (uint16_t)(n.pid + 1 + bit), in, fx);
        }
    }
}

static void hear_feedback(struct rtp_source *s, const struct rtcp_packet *p, const struct input *in,
                          struct fx *fx)
{
    struct rtcp_nack n;
    if (!rtp_has_feedback(&s->medium) || rtcp_feedback_media(p) != s->ssrc || s->has_ended) {
        return;
    }
    for (unsigned i = 0; rtcp_nack(p, i, &n); i++) {
        answer_nack(s, n, in, fx);
    }
    if (rtcp_is_pli(p) && rtp_is_coded(&s->medium)) {
        s->wants_intra = true;
        fx_note(fx, RTP_INTRA_ASKED);
    }
}

void rtp_source_hear(struct rtp_source *s, const struct input *in, struct fx *fx)
{
    struct bytes rest = in->head;
    struct rtcp_packet p;
    struct rtcp_block b;
    while (rtcp_next(&rest, &p)) {
        for (unsigned i = 0; rtcp_block(&p, i, &b); i++) {
            if (b.ssrc == s->ssrc) {
                take_block(s, &b, in, fx);
            }
        }
        hear_feedback(s, &p, in, fx);
    }
}
