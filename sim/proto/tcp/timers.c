/* Timers (RFC 9293 3.10.8, RFC 6298 5): which run, and what happens when one runs out. Invariant:
 * `running` has the bit of every timer that may still fire. */
#include "actor/errno_code.h"
#include "proto/tcp/cc.h"
#include "proto/tcp/recovery.h"

/* RFC 9293 3.8.3: R2 is at least 100 s for data and three minutes for a SYN. */
#define GIVE_UP_DATA (100 * SIM_S)
#define GIVE_UP_SYN  (180 * SIM_S)
#define PROBES_MAX   6 /* doublings of the persist timer */

void tcp_timer_start(struct tcp *t, enum tcp_timer which, sim_time at, struct fx *fx)
{
    t->running |= (uint16_t)(1u << which);
    t->rto_at = which == TCP_RETRANSMIT ? at : t->rto_at;
    fx_timer(fx, which, 0, at);
}

void tcp_timer_stop(struct tcp *t, enum tcp_timer which, struct fx *fx)
{
    if (tcp_timer_runs(t, which)) {
        t->running &= (uint16_t) ~(1u << which);
        fx_timer(fx, which, 0, SIM_NEVER);
    }
}

bool tcp_timer_runs(const struct tcp *t, enum tcp_timer which)
{
    return t->running >> which & 1;
}

static bool is_opening(const struct tcp *t)
{
    return t->state == TCP_SYN_SENT || t->state == TCP_SYN_RECEIVED;
}

static void give_up(struct tcp *t, struct fx *fx)
{
    tcp_end(t, TCP_WHY_GAVE_UP, t->soft_error ? t->soft_error : ERR_ETIMEDOUT, fx);
}

/* When the connection ends if nothing is heard: SIM_NEVER where retries are counted instead. */
static sim_time give_up_at(const struct tcp *t)
{
    sim_time limit = t->set.user_timeout;
    if (t->set.retries >= 0) {
        return SIM_NEVER;
    }
    if (limit < 0) {
        limit = is_opening(t) ? GIVE_UP_SYN : GIVE_UP_DATA;
    }
    return time_add(t->progress_at, limit);
}

static bool is_hopeless(const struct tcp *t, sim_time now)
{
    bool is_counted = t->set.retries >= 0 && t->retries >= t->set.retries;
    return is_counted || now >= give_up_at(t);
}

/* A wait of this kind is the first of a series: from now on the end is in sight. */
static void start_give_up(struct tcp *t, struct fx *fx)
{
    sim_time at = give_up_at(t);
    if (at != SIM_NEVER && !tcp_timer_runs(t, TCP_GIVE_UP)) {
        tcp_timer_start(t, TCP_GIVE_UP, at, fx);
    }
}

#define SAFE_MTU 576 /* RFC 1122 3.3.2: what every host takes, and hardly a link does not carry */

/* A path that drops large packets without a word (RFC 2923 2.1): small ones may get through. */
static void try_small_segments(struct tcp *t, struct fx *fx)
{
    bool is_due = t->set.black_hole >= 0 && t->retries >= t->set.black_hole;
    if (is_due && t->path_mtu > SAFE_MTU && t->snd_mss > SAFE_MTU - TCP_IP_HEADERS) {
        tcp_use_mtu(t, SAFE_MTU);
        fx_note(fx, TCP_WHY_BLACK_HOLE);
    }
}

/* RFC 6298 5.4 to 5.6. */
static void retransmit_fired(struct tcp *t, sim_time now, struct fx *fx)
{
    if (is_hopeless(t, now)) {
        give_up(t, fx);
        return;
    }
    start_give_up(t, fx);
    if (is_opening(t)) {
        t->syn_was_lost = true;
        t->snd_at = t->snd_una;
    } else {
        try_small_segments(t, fx);
        tcp_timed_out(t, now, fx);
    }
    t->again_why = TCP_WHY_AFTER_TIMEOUT;
    t->retries++;
    rtt_back_off(t);
    tcp_resend(t, now, TCP_WHY_TIMEOUT, fx);
    tcp_output(t, now, TCP_WHY_ROOM, fx);
}

/* Probes go on for ever while they are answered (RFC 9293 3.8.6.1), at doubling intervals. */
static void persist_fired(struct tcp *t, sim_time now, struct fx *fx)
{
    t->progress_at = t->retries == 0 ? now : t->progress_at;
    if (is_hopeless(t, now)) {
        give_up(t, fx);
        return;
    }
    t->retries++;
    t->probes = t->probes < PROBES_MAX ? (uint8_t)(t->probes + 1) : t->probes;
    sim_time wait = t->rto << t->probes;
    wait = wait > t->set.max_rto ? t->set.max_rto : wait;
    tcp_timer_start(t, TCP_PERSIST, time_add(now, wait), fx);
    tcp_probe(t, now, fx);
}

/* A FIN's acknowledgement lets all that its instant brings go first: an application that closes at
 * once sends its own FIN with it. What it hears of in this instant may take two rounds. */
static void turn_fired(struct tcp *t, sim_time now, struct fx *fx)
{
    t->ack_hops--;
    if (t->ack_hops > 0) {
        tcp_timer_start(t, TCP_TURN, now, fx);
    } else {
        tcp_output(t, now, TCP_WHY_ROOM, fx);
    }
}

void tcp_keep_alive_start(struct tcp *t, sim_time now, struct fx *fx)
{
    if (t->set.keep_alive >= 0) {
        t->heard_at = now;
        tcp_timer_start(t, TCP_KEEP_ALIVE, time_add(now, t->set.keep_alive), fx);
    }
}

/* An answer to a probe: the silence that counts begins anew. */
void tcp_heard(struct tcp *t, sim_time now, struct fx *fx)
{
    t->heard_at = now;
    if (t->kept > 0 && t->set.keep_alive >= 0) {
        tcp_timer_start(t, TCP_KEEP_ALIVE, time_add(now, t->set.keep_alive), fx);
    }
    t->kept = 0;
}

/* The timer is not moved by every segment: when it runs out it looks how long the silence has
 * lasted. Data under way has a timer of its own. */
static void keep_alive_fired(struct tcp *t, sim_time now, struct fx *fx)
{
    if (t->set.keep_alive < 0 || t->state == TCP_LAST_ACK || t->state == TCP_TIME_WAIT) {
        return;
    }
    sim_time due = time_add(t->heard_at, t->set.keep_alive);
    if (t->kept == 0 && (now < due || t->snd_una < t->snd_nxt)) {
        tcp_timer_start(t, TCP_KEEP_ALIVE, now < due ? due : time_add(now, t->set.keep_alive), fx);
    } else if (t->kept >= t->set.keep_count) {
        give_up(t, fx);
    } else {
        t->kept++;
        tcp_ask(t, fx);
        tcp_timer_start(t, TCP_KEEP_ALIVE, time_add(now, t->set.keep_interval), fx);
    }
}

void tcp_timer_fired(struct tcp *t, enum tcp_timer which, sim_time now, struct fx *fx)
{
    t->running &= (uint16_t) ~(1u << which);
    switch (which) {
    case TCP_RETRANSMIT: retransmit_fired(t, now, fx); break;
    case TCP_DELAYED_ACK: tcp_send_ack(t, TCP_WHY_ACK_DELAYED, fx); break;
    case TCP_KEEP_ALIVE: keep_alive_fired(t, now, fx); break;
    case TCP_TURN: turn_fired(t, now, fx); break;
    case TCP_REORDERING: rack_fired(t, now, fx); break;
    case TCP_LOSS_PROBE: tlp_fired(t, now, fx); break;
    case TCP_PERSIST: persist_fired(t, now, fx); break;
    case TCP_2MSL: tcp_end(t, TCP_WHY_2MSL, ERR_NONE, fx); break;
    case TCP_GIVE_UP: give_up(t, fx); break;
    case TCP_TIMER_COUNT: break;
    }
}
