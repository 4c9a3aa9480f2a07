#pragma once
/* Congestion control (RFC 5681): one interface, a file an algorithm. An algorithm owns cwnd,
 * ssthresh and what it counts; it never sends. Adding one touches its file and tcp_algorithms. */

#include "proto/tcp/tcp.h"

struct cc_algorithm {
    const char *name;
    /* The handshake is over: the initial window. */
    void (*start)(struct tcp *t);
    /* New data, n bytes, is acknowledged; snd_una has moved. True: the acknowledgement is partial,
     * the segment at SND.UNA is lost as well and must go again. */
    bool (*acked)(struct tcp *t, uint32_t n, struct fx *fx);
    /* A duplicate acknowledgement. True: the segment at SND.UNA must go again. */
    bool (*duplicate)(struct tcp *t, struct fx *fx);
    /* The retransmission timer ran out, before anything is sent again. */
    void (*timeout)(struct tcp *t, struct fx *fx);
};

extern const struct cc_algorithm *const tcp_algorithms[]; /* by the index of `congestion` */
extern const char *const tcp_algorithm_names[];           /* NULL-terminated */

extern const struct cc_algorithm cc_newreno; /* newreno.c */
extern const struct cc_algorithm cc_reno;    /* reno.c */
extern const struct cc_algorithm cc_tahoe;   /* tahoe.c */

/* What they share: cc.c. */
uint32_t cc_flight(const struct tcp *t); /* FlightSize: sent and not acknowledged, bytes */
void cc_enter(struct tcp *t, enum tcp_congestion to, enum tcp_why why, struct fx *fx);
void cc_initial_window(struct tcp *t);
void cc_restart(struct tcp *t, sim_time now); /* RFC 5681 4.1: after idling */
bool cc_third(struct tcp *t);                 /* counts a duplicate; true: it is the third */
void cc_grow(struct tcp *t, uint32_t n, struct fx *fx); /* slow start or congestion avoidance */
void cc_halve(struct tcp *t);                           /* ssthresh = max(FlightSize / 2, 2 SMSS) */
void cc_collapse(struct tcp *t, struct fx *fx);         /* the loss window: one segment */
const struct cc_algorithm *cc_of(const struct tcp *t);
