/* Who acts on an acknowledgement: by the settings, and by what both ends permit. */
#include "proto/tcp/recovery.h"
#include "proto/tcp/cc.h"

static const struct cc_algorithm *recovery_of(const struct tcp *t)
{
    switch ((enum tcp_recovery)t->set.recovery) {
    case TCP_RECOVER_AUTO: return cc_of(t);
    case TCP_RECOVER_SACK:
    case TCP_RECOVER_RACK:
    case TCP_RECOVER_NEWRENO: break;
    case TCP_RECOVER_RENO: return &cc_reno;
    case TCP_RECOVER_TAHOE: return &cc_tahoe;
    }
    return &cc_newreno;
}

/* Duplicates are counted, and say only that the segment at SND.UNA is lost. */
static void count_duplicates(struct tcp *t, const struct tcp_news *news, sim_time now,
                             struct fx *fx)
{
    const struct cc_algorithm *cc = recovery_of(t);
    if (news->acked && cc->acked(t, news->acked, now, fx)) {
        tcp_resend(t, now, TCP_WHY_PARTIAL, fx);
    } else if (news->is_repeat && cc->duplicate(t, fx)) {
        tcp_resend(t, now, TCP_WHY_FAST, fx);
    }
}

void tcp_recover(struct tcp *t, const struct tcp_news *news, sim_time now, struct fx *fx)
{
    if (t->rack) {
        rack_learn(t, news, now);
    }
    if (t->frto && frto_heard(t, news, now, fx)) {
        return;
    }
    if (t->rack) {
        rack_heard(t, news, now, fx);
    } else if (sack_recovers(t)) {
        sack_heard(t, news->acked, news->sacked, now, fx);
    } else {
        count_duplicates(t, news, now, fx);
    }
}

/* RFC 2018 8: the peer may have thrown away what it reported, so what is behind the loss goes
 * again; RACK knows from the times what needs to. */
void tcp_timed_out(struct tcp *t, sim_time now, struct fx *fx)
{
    frto_begin(t);
    cc_of(t)->timeout(t, fx);
    t->high_rxt = 0;
    if (t->rack) {
        rack_timed_out(t, now);
        tcp_timer_stop(t, TCP_REORDERING, fx);
        tcp_timer_stop(t, TCP_LOSS_PROBE, fx);
        return;
    }
    ranges_clear(&t->sacked);
    t->snd_at = t->snd_una;
}

/* ---- again ---- */

/* Never beyond SND.NXT: what was not sent yet does not ride along. */
int64_t tcp_resend(struct tcp *t, sim_time now, enum tcp_why why, struct fx *fx)
{
    if (t->snd_una == 0) {
        tcp_send_syn(t, now, why, fx);
        return 1;
    }
    return tcp_transmit(t, t->snd_una, sack_hole_end(t, t->snd_una) - t->snd_una, now, why, fx);
}

void tcp_send_again(struct tcp *t, sim_time now, enum tcp_why why, struct fx *fx)
{
    t->again_why = (uint8_t)why;
    t->high_rxt = t->snd_una;
    if (t->rack) {
        rack_all_lost(t);
    } else {
        t->snd_at = t->snd_una;
    }
    tcp_output(t, now, why, fx);
}
