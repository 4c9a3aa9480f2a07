#pragma once
/* Recovery: what an acknowledgement says of losses, and who acts on it (recovery.c). Congestion
 * control (cc.h) says how much may be under way; what is lost, and when it goes again, is said
 * here: by counting duplicates (the `acked` and `duplicate` of NewReno, Reno and Tahoe), by the
 * scoreboard (sack.h), or by time (rack.c, tlp.c); frto.c looks whether a timeout was needless. */

#include "proto/tcp/sack.h"

/* What one acknowledgement says. */
struct tcp_news {
    int64_t ack;            /* SEG.ACK */
    uint32_t acked;         /* SND.UNA has moved by so much */
    int64_t sacked;         /* so much is acknowledged selectively for the first time */
    struct tcp_range dsack; /* what the peer got twice; empty: nothing */
    bool is_repeat;         /* a duplicate by RFC 5681 2 */
    bool has_blocks;        /* it carries SACK blocks */
};

/* SND.UNA, the window and the scoreboard have been updated. */
void tcp_recover(struct tcp *t, const struct tcp_news *news, sim_time now, struct fx *fx);
/* The retransmission timer ran out in a connection that stands; before anything is sent again. */
void tcp_timed_out(struct tcp *t, sim_time now, struct fx *fx);

/* One segment that was sent, while recovery goes by time (RFC 8985 5.1). */
struct rack_segment {
    int64_t from, to;
    sim_time at; /* when it left last */
    bool is_again, is_sacked, is_lost;
};
/* Names as in RFC 8985 5.2 and 7.1. Its list is sorted by number and begins at SND.UNA. */
struct tcp_rack {
    struct rack_segment *list; /* owned */
    uint32_t first, count, cap;
    uint32_t lost, sacked; /* of the list */
    sim_time xmit_at;      /* RACK.xmit_ts */
    int64_t end_seq, fack;
    sim_time rtt, min_rtt, reo_wnd;
    bool has_rtt, reordering_seen;
    bool in_rto;         /* a timeout's losses are not all repaired */
    int64_t dsack_round; /* 0: none */
    uint32_t reo_wnd_mult, reo_wnd_persist;
    int64_t tlp_end; /* TLP.end_seq; 0: no probe is under way */
    bool tlp_is_again;
};

/* rack.c */
void rack_start(struct tcp *t);
void rack_free(struct tcp *t);
void rack_sent(struct tcp *t, int64_t from, int64_t to, bool is_again, sim_time now);
void rack_learn(struct tcp *t, const struct tcp_news *news, sim_time now); /* what has arrived */
void rack_heard(struct tcp *t, const struct tcp_news *news, sim_time now, struct fx *fx);
void rack_timed_out(struct tcp *t, sim_time now);
void rack_all_lost(struct tcp *t);
void rack_fired(struct tcp *t, sim_time now, struct fx *fx); /* the reordering timer */
bool rack_recovers(const struct tcp *t);                     /* after a loss or a timeout */
/* One segment that is lost. False: none, or no room for it. */
bool rack_send_next(struct tcp *t, sim_time now, struct fx *fx);

/* segments.c: the list of them. */
void segments_add(struct tcp_rack *r, struct rack_segment s); /* what it covers is forgotten */
/* The i-th, which ends at `at` if that was within it: what is behind is a segment of its own. */
struct rack_segment *segments_split(struct tcp_rack *r, uint32_t i, int64_t at);
void segments_pop(struct tcp_rack *r); /* the first */
struct rack_segment *segments_at(const struct tcp_rack *r, uint32_t i);
void segments_mark_lost(struct tcp_rack *r, struct rack_segment *s);
void segments_mark_sacked(struct tcp_rack *r, struct rack_segment *s);
void segments_clear_lost(struct tcp_rack *r);
int64_t segments_pipe(const struct tcp_rack *r); /* neither lost nor with the peer, bytes */

/* tlp.c: RFC 8985 section 7 */
void tlp_schedule(struct tcp *t, sim_time now, struct fx *fx);
void tlp_fired(struct tcp *t, sim_time now, struct fx *fx);
void tlp_heard(struct tcp *t, const struct tcp_news *news, struct fx *fx);

/* frto.c: RFC 5682 */
void frto_begin(struct tcp *t); /* a timeout; before congestion control hears of it */
/* True: the acknowledgement is dealt with. */
bool frto_heard(struct tcp *t, const struct tcp_news *news, sim_time now, struct fx *fx);
