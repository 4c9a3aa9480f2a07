#pragma once
/* SACK: what the receiver reports (blocks.c: RFC 2018, RFC 2883), what the sender makes of it
 * (scoreboard.c: Update, IsLost, SetPipe of RFC 6675), and the recovery built on it
 * (recover_sack.c). */

#include "proto/tcp/tcp.h"

/* blocks.c */
uint32_t sack_blocks(const struct tcp *t);
/* Something came out of order or twice, and is to be told. */
static inline bool sack_has_news(const struct tcp *t)
{
    return t->held.count > 0 || t->dup_to > t->dup_from;
}
/* Blocks that the next acknowledgement carries; options take at most half of a segment. */
static inline uint32_t sack_count(const struct tcp *t)
{
    return sack_has_news(t) ? sack_blocks(t) : 0;
}
void sack_hold(struct tcp *t, int64_t at, uint32_t len); /* these came out of order */
/* True: of these some were here before; it is reported with the next acknowledgement. */
bool sack_duplicate(struct tcp *t, int64_t at, uint32_t len);
void sack_report(struct tcp *t, struct tcp_seg *seg); /* puts the blocks in */

/* scoreboard.c */
/* Takes the blocks of an acknowledgement into the scoreboard, after SND.UNA has moved. Returns how
 * many numbers are acknowledged selectively for the first time. `ack` is SEG.ACK; dsack: what the
 * peer says it got twice, left alone if nothing. */
int64_t sack_update(struct tcp *t, const struct tcp_seg *seg, int64_t ack, struct tcp_range *dsack);
int64_t sack_lost_to(const struct tcp *t); /* what the scoreboard lacks below this is lost */
int64_t sack_pipe(const struct tcp *t);    /* SetPipe: what is still in the network, bytes */
int64_t sack_hole(const struct tcp *t, int64_t at);     /* the first number from `at` that lacks */
int64_t sack_hole_end(const struct tcp *t, int64_t at); /* and where what lacks ends */

/* recover_sack.c */
bool sack_recovers(const struct tcp *t);       /* losses are repaired by the scoreboard */
bool sack_has_scoreboard(const struct tcp *t); /* so, or by time: else blocks count for nothing */
void sack_heard(struct tcp *t, uint32_t acked, int64_t sacked, sim_time now, struct fx *fx);
/* One segment of a recovery (RFC 6675 5 (C)). False: nothing more may go now. */
bool sack_send_next(struct tcp *t, sim_time now, struct fx *fx);
