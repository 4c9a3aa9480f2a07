#pragma once
/* Congestion control (RFC 5681): one interface, a file an algorithm. An algorithm owns cwnd,
 * ssthresh and what it counts; it never sends. Adding one is its file and a line of
 * actor/tcp_congestion.h. */

#include "actor/tcp_congestion.h"
#include "proto/tcp/tcp.h"

struct cc_algorithm {
    const char *name;
    /* The handshake is over: the initial window. */
    void (*start)(struct tcp *t);
    /* What ssthresh becomes by a sign of congestion that is noticed now, in bytes. Asked once for
     * each: an algorithm that grows by what was before notes it here. */
    uint32_t (*threshold)(struct tcp *t);
    /* n bytes are acknowledged, outside of a recovery; snd_una has moved. */
    void (*grow)(struct tcp *t, uint32_t n, sim_time now, struct fx *fx);
    /* New data, n bytes, is acknowledged; snd_una has moved. True: the acknowledgement is partial,
     * the segment at SND.UNA is lost as well and must go again. */
    bool (*acked)(struct tcp *t, uint32_t n, sim_time now, struct fx *fx);
    /* A duplicate acknowledgement. True: the segment at SND.UNA must go again. */
    bool (*duplicate)(struct tcp *t, struct fx *fx);
    /* The retransmission timer ran out, before anything is sent again. */
    void (*timeout)(struct tcp *t, struct fx *fx);
    /* The last timeout was spurious: what the algorithm knew before it counts again. NULL: nothing.
     */
    void (*restore)(struct tcp *t);
};

#define CC_DECLARE(name) extern const struct cc_algorithm cc_##name;
TCP_CONGESTION_CONTROLS(CC_DECLARE)
#undef CC_DECLARE

extern const struct cc_algorithm *const tcp_algorithms[]; /* by the index of `congestion` */

/* Names for the initial window that depend on the size of a segment; stored as these. */
enum cc_window_rule { CC_RFC3390 = -2, CC_RFC6928 = -3 };
extern const char *const cc_window_rules[]; /* NULL-terminated */

/* What they share: cc.c. */
uint32_t cc_flight(const struct tcp *t); /* FlightSize: sent and not acknowledged, bytes */
void cc_enter(struct tcp *t, enum tcp_congestion to, enum tcp_why why, struct fx *fx);
uint32_t cc_first_window(const struct tcp *t); /* what `initial-window` says, bytes */
void cc_initial_window(struct tcp *t);
void cc_restart(struct tcp *t, sim_time now); /* RFC 5681 4.1: after idling */
bool cc_third(struct tcp *t);                 /* counts a duplicate; true: it is the third */
uint32_t cc_lost_flight(const struct tcp *t); /* FlightSize without what limited transmit added */
uint32_t cc_half(struct tcp *t);              /* max(FlightSize / 2, 2 SMSS) */
void cc_reduce(struct tcp *t);                /* ssthresh = the algorithm's threshold */
/* The same by a loss; but of a mark and a loss in one window only the first counts (RFC
 * 3168 6.1.2).
 */
void cc_lost(struct tcp *t);
/* RFC 3168 6.1.2: `ack` tells of a mark. As a loss, but nothing goes again; once a window. */
void cc_marked(struct tcp *t, int64_t ack, struct fx *fx);
/* The algorithm's growth, but not by an acknowledgement that tells of a mark. */
void cc_open(struct tcp *t, uint32_t n, sim_time now, struct fx *fx);
/* Slow start or congestion avoidance as RFC 5681 has them. */
void cc_grow(struct tcp *t, uint32_t n, sim_time now, struct fx *fx);
void cc_add(struct tcp *t, uint32_t n);         /* to cwnd, up to its limit */
void cc_collapse(struct tcp *t, struct fx *fx); /* the loss window: one segment */
const struct cc_algorithm *cc_of(const struct tcp *t);

/* newreno.c: its recovery, which others share. */
bool newreno_acked(struct tcp *t, uint32_t n, sim_time now, struct fx *fx);
bool newreno_duplicate(struct tcp *t, struct fx *fx);

/* cubic.c: the formulas of RFC 9438, pure. Windows in bytes, times in ms. */
uint32_t cubic_root(uint64_t x); /* floor of the cube root */
int64_t cubic_window(int64_t w_max, int64_t k, uint32_t mss, int64_t t);
int64_t cubic_k(uint32_t w_max, uint32_t cwnd_epoch, uint32_t mss);
