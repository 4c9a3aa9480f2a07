/* Explicit congestion notification (RFC 3168): a queue that would have dropped a packet marks it
 * (CE), the receiver says so in every acknowledgement (ECE) until the sender has heard it and
 * answers (CWR). The sender's window shrinks as after a loss, once a window. Only new data may be
 * marked: no acknowledgement, no SYN, no retransmission, no probe (6.1.4 to 6.1.6). */
#include "proto/tcp/input.h"

#define BOTH (TCP_ECE | TCP_CWR)

/* 6.1.1.1: a SYN that nobody answered goes again without, in case that is why. */
static bool is_offered(const struct tcp *t)
{
    return t->set.ecn && !t->syn_was_lost;
}

unsigned ecn_syn_flags(const struct tcp *t, bool is_answer)
{
    if (is_answer) {
        return t->ecn_on ? TCP_ECE : 0;
    }
    return is_offered(t) ? BOTH : 0;
}

void ecn_take_syn(struct tcp *t, const struct tcp_seg *syn)
{
    unsigned wanted = syn->flags & TCP_ACK ? TCP_ECE : BOTH;
    t->ecn_on = is_offered(t) && (syn->flags & BOTH) == wanted;
}

/* 6.1.1: who hears a SYN without sends no packet that may be marked. */
void ecn_hear_syn_again(struct tcp *t, const struct tcp_arrival *a)
{
    bool is_first = a->seq == 0 && seg_has(a, TCP_SYN) && !seg_has(a, TCP_ACK);
    if (is_first && (a->seg.flags & BOTH) != BOTH) {
        t->ecn_on = false;
    }
}

/* 6.1.3. A mark that comes with CWR is a new one. */
bool tcp_check_mark(struct tcp *t, struct tcp_arrival *a, sim_time now, struct fx *fx)
{
    (void)now;
    if (!t->ecn_on) {
        return true;
    }
    if (seg_has(a, TCP_CWR)) {
        t->ecn_echoes = false;
    }
    if (a->ecn == ECN_CE) {
        t->ecn_echoes = true;
        fx_note(fx, TCP_WHY_CE);
    }
    return true;
}

bool ecn_is_told(const struct tcp *t, const struct tcp_arrival *a)
{
    return t->ecn_on && seg_has(a, TCP_ECE) && !seg_has(a, TCP_SYN);
}
