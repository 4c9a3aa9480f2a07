#pragma once
/* TCP (RFC 9293): one actor is one endpoint, a connection or a listener. The files follow the RFC:
 *
 * - state: figure 5, the states, their edges, and the one way from one to another
 * - input: 3.10.7, SEGMENT ARRIVES, a function a check, in the RFC's order; straight: the same for
 *   what most segments are
 * - acks: its fifth check, ACK
 * - opening: LISTEN and SYN-SENT; cookie (RFC 4987) and queue: what a listener holds
 * - output: what is sent and when, segments, Nagle, windows, acknowledgements
 * - user: 3.10.1 to 3.10.6, the calls
 * - timers: 3.10.8, what happens when a timer runs out; rtt: how long it runs (RFC 6298)
 * - host: initial sequence numbers (RFC 6528), options that both ends agree on
 * - timestamps (RFC 7323), ecn (RFC 3168), errors (ICMP, path MTU)
 * - cc: congestion control (RFC 5681), how much is under way: one interface, a file an algorithm
 * - recovery: what is lost, and when it goes again; who says so: the algorithm by counting,
 *   recover_sack (RFC 6675), or rack and tlp (RFC 8985); frto: was it needless (RFC 5682)
 * - blocks: SACK as the receiver reports it (RFC 2018, 2883); scoreboard: as the sender keeps it
 * - pieces: lists of payload; ranges: sets of numbers; segments: what is under way, with its times
 * - type: the tables, variables, params, reasons, the wire format
 *
 * Sequence numbers inside are offsets of 64 bits from the initial sequence number of their
 * direction: the SYN is 0, the first byte of data 1. They never wrap, so plain integers compare.
 * tcp_seq_out and tcp_offset are the only places where they meet the 32 bits of the wire. */

#include "actor/fx.h"
#include "actor/tcp_call.h"
#include "base/seq.h"
#include "wire/tcp.h"

enum tcp_state {
    TCP_CLOSED,
    TCP_LISTEN,
    TCP_SYN_SENT,
    TCP_SYN_RECEIVED,
    TCP_ESTABLISHED,
    TCP_FIN_WAIT_1,
    TCP_FIN_WAIT_2,
    TCP_CLOSE_WAIT,
    TCP_CLOSING,
    TCP_LAST_ACK,
    TCP_TIME_WAIT,
    TCP_STATE_COUNT,
};
enum tcp_congestion { TCP_SLOW_START, TCP_AVOIDANCE, TCP_RECOVERY };
/* How losses are found and repaired. AUTO: by SACK where both ends permit it, but under Reno and
 * Tahoe in their own way. SACK is NEWRENO where an end does not permit it. */
enum tcp_recovery {
    TCP_RECOVER_AUTO,
    TCP_RECOVER_SACK,
    TCP_RECOVER_RACK, /* RFC 8985; needs SACK, else NEWRENO */
    TCP_RECOVER_NEWRENO,
    TCP_RECOVER_RENO,
    TCP_RECOVER_TAHOE,
};
enum tcp_handshake { TCP_THREE_WAY, TCP_TWO_WAY };
/* Where a connection that a listener brought is counted: host.h. */
enum tcp_queued { TCP_NOT_QUEUED, TCP_HALF_OPEN, TCP_UNACCEPTED };
enum tcp_machine { TCP_CONNECTION, TCP_CONTROL };
enum tcp_set { TCP_PIECE };
enum tcp_piece_state { TCP_PIECE_ABSENT, TCP_PIECE_WAITING, TCP_PIECE_TAKEN };

enum tcp_timer {
    TCP_RETRANSMIT,  /* RFC 6298 */
    TCP_DELAYED_ACK, /* RFC 9293 3.8.6.3 */
    TCP_PERSIST,     /* 3.8.6.1: zero-window probes */
    TCP_2MSL,        /* 3.4.2: how long TIME-WAIT lasts */
    TCP_GIVE_UP,     /* 3.8.3: R2, or the user timeout */
    TCP_KEEP_ALIVE,  /* 3.8.4 */
    TCP_TURN,        /* the end of this instant: see ack_hops */
    TCP_REORDERING,  /* RFC 8985 6.2: when what is in doubt is lost */
    TCP_LOSS_PROBE,  /* RFC 8985 7.2 */
    TCP_TIMER_COUNT,
};

/* Why something is sent, refused, or changed: the texts are say.tcp.* of assets/lang. */
enum tcp_why {
    TCP_NO_REASON,
    TCP_WHY_CONNECT,       /* the application opens actively */
    TCP_WHY_LISTEN,        /* the application opens passively */
    TCP_WHY_CHILD,         /* a listener made this endpoint for a SYN */
    TCP_WHY_SYN,           /* the peer's SYN arrived while listening */
    TCP_WHY_SYN_ACK,       /* our SYN is acknowledged, and the peer's is here */
    TCP_WHY_SYN_CROSSED,   /* both SYNs were under way at once */
    TCP_WHY_HANDSHAKE,     /* the last segment of the handshake */
    TCP_WHY_DATA,          /* the application gave data */
    TCP_WHY_ROOM,          /* an acknowledgement made room for more */
    TCP_WHY_TIMEOUT,       /* the retransmission timer ran out */
    TCP_WHY_AFTER_TIMEOUT, /* and what was sent behind it goes again */
    TCP_WHY_LIMITED,       /* a first or second duplicate lets new data go */
    TCP_WHY_FAST,          /* three duplicate acknowledgements */
    TCP_WHY_LOST,          /* so much has arrived behind it that it is lost: RFC 6675 IsLost */
    TCP_WHY_PIPE,          /* SACK blocks say that segments have left the network */
    TCP_WHY_HOLE,          /* it lacks, and there is nothing new to send */
    TCP_WHY_RESCUE,        /* the last that lacks, once in a recovery */
    TCP_WHY_RACK,          /* what was sent later has arrived, long enough ago: RFC 8985 */
    TCP_WHY_TLP,           /* no acknowledgement for long: the last segment asks for one */
    TCP_WHY_TLP_NEW,       /* the same, with data that was not sent yet */
    TCP_WHY_TLP_REPAIRED,  /* the probe was the only one to notice a loss */
    TCP_WHY_FRTO,          /* after a timeout new data, to see whether the old still arrives */
    TCP_WHY_SPURIOUS,      /* it does: the timeout was needless */
    TCP_WHY_DSACK,         /* the peer got something twice */
    TCP_WHY_PARTIAL,       /* a partial acknowledgement in recovery */
    TCP_WHY_ACK,           /* a second segment is in */
    TCP_WHY_ACK_DELAYED,   /* the delayed acknowledgement is due */
    TCP_WHY_ACK_AT_ONCE,   /* acknowledgements are not delayed here */
    TCP_WHY_GAP,           /* something before it is missing */
    TCP_WHY_FILLED,        /* a gap is filled */
    TCP_WHY_OLD,           /* a segment outside the window, answered */
    TCP_WHY_TWICE,         /* data that was here before, reported (RFC 2883) */
    TCP_WHY_OUTSIDE,       /* a segment outside the window, thrown away */
    TCP_WHY_CHALLENGE,     /* RFC 5961 */
    TCP_WHY_FUTURE_ACK,    /* it acknowledges what was never sent */
    TCP_WHY_OLD_ACK,       /* an acknowledgement from long ago */
    TCP_WHY_NOT_TAKEN,     /* thrown away; the answer says why */
    TCP_WHY_NO_ACK,        /* no ACK bit after the handshake */
    TCP_WHY_WINDOW_UPDATE, /* the application has read: there is room again */
    TCP_WHY_PROBE,         /* the window is shut: is it still? */
    TCP_WHY_KEEP_ALIVE,    /* nothing was heard for long: is the peer there? */
    TCP_WHY_CLOSE,         /* the application closes: FIN */
    TCP_WHY_CLOSE_ACK,     /* the same, and the FIN acknowledges the peer's */
    TCP_WHY_PEER_FIN,      /* the peer's FIN */
    TCP_WHY_LAST_FIN,      /* the peer's FIN, after ours was acknowledged */
    TCP_WHY_FIN_ACKED,     /* our FIN is acknowledged */
    TCP_WHY_FIN_CROSSED,   /* both FINs were under way at once */
    TCP_WHY_BOTH_CLOSED,   /* our FIN is acknowledged and the peer's is here */
    TCP_WHY_FIN_AGAIN,     /* the FIN again, in TIME-WAIT */
    TCP_WHY_2MSL,          /* TIME-WAIT is over */
    TCP_WHY_ABORT,         /* the application aborts */
    TCP_WHY_RESET,         /* the peer reset the connection */
    TCP_WHY_REFUSED,       /* the peer refused it */
    TCP_WHY_GAVE_UP,       /* no answer for too long */
    TCP_WHY_CLOSED_EARLY,  /* the application closes before the handshake is over */
    TCP_WHY_NOBODY,        /* no connection and no listener: RST */
    TCP_WHY_BAD_ACK,       /* it acknowledges what this side never sent: RST */
    TCP_WHY_UNREAD,        /* data that nobody will read: RST */
    TCP_WHY_STRAY,         /* meaningless in this state */
    TCP_WHY_UNREACHABLE,   /* an ICMP error says so */
    TCP_WHY_PIECE,         /* kept until what is missing arrives */
    TCP_WHY_JOINED,        /* what was missing is here */
    TCP_WHY_THRESHOLD,     /* cwnd has reached ssthresh */
    TCP_WHY_RECOVERED,     /* everything sent before the loss is acknowledged */
    TCP_WHY_PAWS,          /* a segment from before: its timestamp is older than the last */
    TCP_WHY_NO_TIMESTAMP,  /* both agreed on timestamps, and it has none */
    TCP_WHY_CE,            /* a queue marked it instead of dropping it */
    TCP_WHY_MARKED,        /* the peer tells of a mark: the window shrinks */
    TCP_WHY_BACKLOG,       /* the listener's queues are full: the SYN is passed over */
    TCP_WHY_ACCEPT_FULL,   /* nobody accepts: the end of the handshake is passed over */
    TCP_WHY_COOKIE,        /* the SYN queue is full: the answer remembers for the listener */
    TCP_WHY_COOKIE_BACK,   /* and comes back with the ACK */
    TCP_WHY_CHALLENGED,    /* RFC 5961 7: enough challenges for now */
    TCP_WHY_REOPEN,        /* a new SYN ends TIME-WAIT */
    TCP_WHY_TWO_WAY,       /* broken on purpose: the SYN is believed at once */
    TCP_WHY_URGENT,        /* there is urgent data up to here */
    TCP_WHY_TOO_BIG,       /* ICMP: a link on the way carries less */
    TCP_WHY_NOT_SMALLER,   /* ICMP says so again */
    TCP_WHY_STRAY_ERROR,   /* an ICMP error about nothing that is under way */
    TCP_WHY_HARD_ERROR,    /* an ICMP error ends what was being opened */
    TCP_WHY_BLACK_HOLE,    /* large segments vanish without a word: smaller ones from now on */
    TCP_WHY_SHORT_WAIT,    /* TIME-WAIT is shorter here than the RFC's four minutes */
    TCP_WHY_COUNT,
};

/* Payload by reference at an offset; a list is sorted by offset and its pieces never overlap. */
struct tcp_piece {
    int64_t at;
    struct span body;
};
struct tcp_pieces {
    struct tcp_piece *list; /* owned; NULL while nothing was ever held */
    uint32_t first, count, cap;
};

/* A set of sequence numbers: ranges, sorted, that do not touch. */
#define TCP_RANGES_MAX 65536 /* what a peer can make us remember */
struct tcp_range {
    int64_t from, to; /* to: the first number behind it */
};
struct tcp_ranges {
    struct tcp_range *list; /* owned; NULL while nothing was ever out of order */
    uint32_t count, cap;
};

/* What a scenario sets under `tcp:`; names and defaults stand in type.c. Times in ns, sizes in
 * bytes; -1 is `off` where that is allowed. */
struct tcp_settings {
    int64_t isn; /* of the host's first connection; -1: by RFC 6528 */
    int64_t mss; /* that we announce; -1: mtu - 40 */
    int64_t mtu;
    int64_t receive_buffer; /* RCV.BUFF */
    int64_t send_buffer;
    int64_t window_scale;                  /* shift that we announce; -1: none; TCP_SCALE_AUTO */
    int64_t nagle;                         /* RFC 9293 3.7.4 */
    int64_t delayed_ack;                   /* -1: every segment is acknowledged at once */
    int64_t initial_window;                /* segments; or one of cc.h's rules */
    int64_t initial_rto, min_rto, max_rto; /* RFC 6298 */
    int64_t retries;                       /* retransmissions before giving up; -1: by time */
    int64_t msl;
    int64_t challenge_acks;            /* RFC 5961: at most so many in 5 s; -1: none */
    int64_t backlog;                   /* of a listener: what each of its two queues holds */
    int64_t syn_cookies;               /* RFC 4987 3.6 */
    int64_t handshake;                 /* enum tcp_handshake */
    int64_t persist;                   /* 0: a shut window is never probed (broken on purpose) */
    int64_t path_mtu_discovery;        /* RFC 1191: DF is set */
    int64_t black_hole;                /* timeouts until segments become small; -1: never */
    int64_t mss_most;                  /* no segment is longer, whatever the path; 0: no limit */
    int64_t ttl;                       /* 0: the host's */
    int64_t user_timeout;              /* -1: 100 s for data, 180 s for a SYN (RFC 9293 3.8.3) */
    int64_t keep_alive;                /* silence before the first probe; -1: none */
    int64_t keep_interval, keep_count; /* of probes without an answer */
    int64_t congestion;                /* index into tcp_algorithms */
    int64_t timestamps;                /* RFC 7323 */
    int64_t ecn;                       /* RFC 3168 */
    int64_t sack;                      /* RFC 2018: permitted */
    int64_t recovery;                  /* enum tcp_recovery */
    int64_t f_rto;                     /* RFC 5682 */
};
#define TCP_SCALE_AUTO (-2) /* the least shift that lets the whole receive buffer be announced */

#define TCP_IP_HEADERS 40 /* IPv4 and TCP without options */

struct tcp_host; /* host.h */
struct tcp_rack; /* recovery.h */

/* One connection. Zero, with settings, is a good CLOSED one. */
struct tcp {
    struct tcp_settings set;
    struct tcp_host *host; /* what all of its host share; NULL: nothing */
    struct net key;
    enum tcp_state state;
    enum tcp_congestion congestion;
    bool is_passive;     /* it came from LISTEN */
    bool is_first;       /* the first connection of its host: `isn` is its */
    uint8_t queued;      /* enum tcp_queued */
    uint8_t soft_error;  /* errno_code that ICMP hinted at since the last progress */
    uint16_t peer_mss;   /* SendMSS: what the peer announced, or 536 */
    sim_time path_until; /* when larger packets may be tried again; 0: the path takes all of ours */
    uint32_t path_mtu;   /* largest packet that the path carries, as far as it is known */
    uint16_t running;    /* timers, a bit each */
    seq32 iss, irs;      /* ISS, IRS */

    /* Sending: RFC 9293 3.3.1. Offsets from ISS. */
    int64_t snd_una;      /* SND.UNA: the oldest that is not acknowledged */
    int64_t snd_nxt;      /* SND.NXT: the first never sent */
    int64_t snd_at;       /* where sending goes on: below SND.NXT after a timeout, else SND.NXT */
    int64_t snd_wl1;      /* SND.WL1: SEG.SEQ of the last window update; offset from IRS */
    int64_t snd_wl2;      /* SND.WL2: SEG.ACK of it */
    uint32_t snd_wnd;     /* SND.WND, bytes, scaled */
    uint32_t snd_wnd_max; /* Max(SND.WND) */
    uint32_t snd_mss;     /* Eff.snd.MSS */
    uint8_t snd_shift, rcv_shift; /* Snd.Wind.Shift, Rcv.Wind.Shift (RFC 7323); 0: no scaling */
    bool peer_scales;             /* both SYNs carry the window scale option */
    bool fin_wanted;              /* CLOSE was called: the FIN follows the data */
    bool fin_sent;
    bool wants_room;          /* a SEND was not taken whole */
    struct tcp_pieces unsent; /* data from SND.UNA on: sent or not, not acknowledged */
    int64_t snd_end;          /* behind the last byte that SEND gave: where the FIN stands */

    /* Receiving. Offsets from IRS. */
    int64_t rcv_nxt;           /* RCV.NXT */
    int64_t rcv_acked;         /* the last acknowledgement number sent */
    int64_t rcv_edge;          /* right edge of the window announced: RCV.NXT + RCV.WND */
    int64_t rcv_fin;           /* where the peer's FIN stands; 0: not seen */
    int64_t rcv_up;            /* RCV.UP: behind the last urgent byte */
    uint32_t rcv_full;         /* the longest segment so far: what counts as a full one */
    uint32_t credit;           /* bytes that the application will take; UINT32_MAX: no limit */
    bool is_released;          /* nobody reads any more */
    bool is_read_shut;         /* the application has shut the reading half */
    bool end_told;             /* the application knows of the peer's FIN */
    struct tcp_pieces unread;  /* in order, not yet taken by the application */
    struct tcp_pieces waiting; /* out of order */

    /* RFC 7323. */
    sim_time clock;        /* the node's, in this step */
    sim_time ts_recent_at; /* when TS.Recent was set, by that clock */
    uint32_t ts_recent;    /* TS.Recent */
    uint32_t ts_echo;      /* SEG.TSecr of the segment that is handled now */
    bool ts_on;            /* Snd.TS.OK: both SYNs carry the option */
    bool has_echo;

    /* RFC 3168. */
    bool ecn_on;         /* both ends have agreed */
    bool ecn_echoes;     /* a mark came: ECE until the peer has reduced its window (CWR) */
    bool ecn_owes_cwr;   /* our window was reduced: the next new data says so */
    int64_t ecn_reduced; /* SND.NXT when it was reduced last */
    bool ecn_by_mark;    /* and that was because of a mark */

    /* Acknowledging: what this step owes. */
    enum tcp_why ack_now; /* a reason: an acknowledgement must go with this step */
    uint8_t ack_hops;     /* it lets what else this instant brings go first: rounds left */

    /* RFC 6298. */
    sim_time srtt, rttvar, rto;
    sim_time rtt;     /* the last measurement */
    bool is_timing;   /* a segment is being timed (Karn: one that was sent once) */
    int64_t timed_to; /* its end */
    sim_time timed_at;
    sim_time progress_at; /* since when the oldest unacknowledged number waits */
    uint32_t retries;     /* of the oldest unacknowledged segment, or probes without an answer */
    bool syn_was_lost;
    uint8_t again_why; /* a tcp_why: what is below SND.NXT goes again because of this */
    sim_time heard_at; /* when the last acceptable segment came */
    uint8_t kept;      /* keep-alive probes without an answer */
    uint8_t probes;    /* backoff of the persist timer */

    /* RFC 5681, RFC 6582; bytes. */
    uint32_t cwnd, ssthresh;
    uint32_t cwnd_acked; /* acknowledged in congestion avoidance, and cwnd has not grown for it */
    uint32_t limited;    /* RFC 3042: what may go beyond cwnd */
    sim_time sent_at;    /* when data last left */
    uint32_t dup_acks;
    int64_t recover; /* RFC 6582, RFC 6675 (RecoveryPoint): SND.NXT when the loss was noticed */
    bool is_told_of_mark; /* the acknowledgement that is handled now carries ECE */
    uint64_t cc_own[11];  /* what the algorithm keeps for itself; zero at the start */

    /* SACK: RFC 2018, RFC 2883, RFC 6675. */
    bool sack_ok;             /* both SYNs permit it */
    struct tcp_ranges sacked; /* the scoreboard: what the peer holds beyond SND.UNA */
    int64_t high_rxt;         /* HighRxt + 1: what went again in this recovery lies before it */
    int64_t rescue_rxt;       /* RescueRxt + 1 */
    struct tcp_ranges held;   /* what `waiting` holds */
    int64_t recent[TCP_SACK_BLOCKS]; /* where `held` grew last, the newest first */
    int64_t dup_from, dup_to;        /* what came twice and is not reported yet */

    /* Recovery by time, and whether a timeout was needless: recovery.h. */
    struct tcp_rack *rack; /* owned; NULL: by other means */
    sim_time rto_at;       /* when the retransmission timer runs out */
    uint8_t frto;          /* step of RFC 5682: 0 none, 1 and 2 the acknowledgement waited for */
    int64_t frto_end;      /* its `recover`: SND.NXT at the timeout */
    uint32_t pipe_prev;    /* RFC 4015: FlightSize or ssthresh then, the larger */

    bool by_the_book; /* a test's: nothing goes the short way (straight.c) */
};

/* Data may go both ways, and nothing but data: our FIN has at most been asked for. */
static inline bool tcp_is_open(const struct tcp *t)
{
    return t->state == TCP_ESTABLISHED || (t->state == TCP_FIN_WAIT_1 && !t->fin_sent);
}
/* What is sent now has a header of 20 bytes, and no bit of it is ECN's. */
static inline bool tcp_has_bare_header(const struct tcp *t)
{
    return !t->ts_on && !t->ecn_on && !t->ecn_echoes && t->held.count == 0 &&
           t->dup_to <= t->dup_from;
}

/* A segment that arrived, in offsets. */
struct tcp_arrival {
    struct tcp_seg seg;
    int64_t seq;  /* SEG.SEQ from IRS */
    int64_t ack;  /* SEG.ACK from ISS */
    uint32_t len; /* SEG.LEN, with SYN and FIN */
    uint32_t wnd; /* SEG.WND, scaled */
    uint8_t ecn;  /* of its IP header */
    struct span body;
};

extern const struct proto tcp_proto;
extern const struct actor_type tcp_type;

/* type.c */
void tcp_step(void *self, const struct input *in, struct fx *fx);
void tcp_orphan(const struct input *in, struct fx *fx); /* 3.10.7.1: CLOSED */

/* state.c */
extern const struct machine tcp_machines[];
const char *tcp_state_name(enum tcp_state s); /* the RFC's: "SYN-RECEIVED" */
bool tcp_edge_allowed(enum tcp_state from, enum tcp_state to);
/* Every change of state goes through here: checked against the edges, told to the trace. */
void tcp_enter(struct tcp *t, enum tcp_state to, enum tcp_why why, struct fx *fx);
/* CLOSED from wherever: tells the application `error` (errno_code) and leaves the node. */
void tcp_end(struct tcp *t, enum tcp_why why, unsigned error, struct fx *fx);
bool tcp_is_synchronized(enum tcp_state s); /* RFC 9293 3.3.2: ESTABLISHED and later */
bool tcp_still_receiving(enum tcp_state s); /* the peer may still send data */

/* errors.c */
void tcp_hear_error(struct tcp *t, const struct input *in, struct fx *fx);
void tcp_try_larger(struct tcp *t);
void tcp_use_mtu(struct tcp *t, uint32_t mtu); /* segments fit into it from now on */

/* acks.c */
void tcp_stands(struct tcp *t, sim_time now, struct fx *fx); /* what a connection begins with */

/* input.c */
void tcp_start_time_wait(struct tcp *t, enum tcp_why why, sim_time now, struct fx *fx);
void tcp_segment_arrives(struct tcp *t, const struct input *in, struct fx *fx);

/* output.c */
seq32 tcp_seq_out(seq32 isn, int64_t offset);
int64_t tcp_offset(seq32 isn, int64_t near, seq32 number);
/* Sends all that may be sent now, and the acknowledgement that this step owes. `why` is for data;
 * repeated data and the FIN have reasons of their own. */
void tcp_output(struct tcp *t, sim_time now, enum tcp_why why, struct fx *fx);
void tcp_send_syn(struct tcp *t, sim_time now, enum tcp_why why, struct fx *fx);
void tcp_send_ack(struct tcp *t, enum tcp_why why, struct fx *fx); /* now, without data */
void tcp_send_reset(struct tcp *t, enum tcp_why why, struct fx *fx);
/* Sends up to n bytes from `at` on, and the FIN if it follows them; returns the end of what went.
 */
int64_t tcp_transmit(struct tcp *t, int64_t at, int64_t n, sim_time now, enum tcp_why why,
                     struct fx *fx);
/* Bytes that one segment carries: Eff.snd.MSS less the options that it must have. */
uint32_t tcp_payload_most(const struct tcp *t);
/* Bytes never sent that the peer's window and Nagle let go in one segment, 0 for a FIN alone; -1:
 * nothing. */
int64_t tcp_unsent(const struct tcp *t);
void tcp_probe(struct tcp *t, sim_time now, struct fx *fx); /* 3.8.6.1 */
void tcp_ask(struct tcp *t, struct fx *fx);                 /* 3.8.4: a keep-alive probe */
uint32_t tcp_rcv_wnd(const struct tcp *t);                  /* RCV.WND */
/* The answer of 3.10.7.1 to a segment that belongs to nothing: <SEQ=SEG.ACK><CTL=RST>, or
 * <SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>. */
void tcp_answer_reset(const struct tcp_seg *got, const struct net *net, enum tcp_why why,
                      struct fx *fx);

/* recovery.c */
/* The oldest unacknowledged segment again, whatever the window says; returns its end. */
int64_t tcp_resend(struct tcp *t, sim_time now, enum tcp_why why, struct fx *fx);
/* All that is under way again, as the windows allow, cut anew. */
void tcp_send_again(struct tcp *t, sim_time now, enum tcp_why why, struct fx *fx);

/* user.c */
void tcp_request(struct tcp *t, const struct input *in, struct fx *fx);
void tcp_deliver(struct tcp *t, struct fx *fx); /* to the application, up to its credit */
bool tcp_goes_straight(const struct tcp *t);    /* what comes in order waits for nothing */

/* timers.c */
void tcp_timer_start(struct tcp *t, enum tcp_timer which, sim_time at, struct fx *fx);
void tcp_timer_stop(struct tcp *t, enum tcp_timer which, struct fx *fx);
bool tcp_timer_runs(const struct tcp *t, enum tcp_timer which);
void tcp_heard(struct tcp *t, sim_time now, struct fx *fx); /* the peer is there */
void tcp_keep_alive_start(struct tcp *t, sim_time now, struct fx *fx);
void tcp_timer_fired(struct tcp *t, enum tcp_timer which, sim_time now, struct fx *fx);

/* rtt.c: RFC 6298, pure but for the connection's own numbers. */
void rtt_start(struct tcp *t);              /* 2.1: before the first measurement */
void rtt_sample(struct tcp *t, sim_time r); /* 2.2, 2.3 */
void rtt_back_off(struct tcp *t);           /* 5.5 */
void rtt_restore(struct tcp *t);            /* the timeout as measured, not backed off */
void rtt_data_begins(struct tcp *t);        /* 5.7: after a lost SYN */
void rtt_sent(struct tcp *t, int64_t from, int64_t to, sim_time now); /* Karn: times new data */
void rtt_acked(struct tcp *t, int64_t ack, sim_time now, struct fx *fx);

/* timestamps.c: RFC 7323, by the clock of the node. */
#define TS_TICK   SIM_MS
#define TS_LENGTH 12u /* of the option, padded */
void ts_stamp(const struct tcp *t, struct tcp_seg *seg);
void ts_take_syn(struct tcp *t, const struct tcp_seg *syn);
sim_time
ts_round_trip(const struct tcp *t); /* since what ts_echo was sent; -1: it makes no sense */

/* ecn.c: RFC 3168 6.1. */
unsigned ecn_syn_flags(const struct tcp *t, bool is_answer); /* ECE and CWR of a SYN */
void ecn_take_syn(struct tcp *t, const struct tcp_seg *syn);
void ecn_hear_syn_again(struct tcp *t, const struct tcp_arrival *a);
bool ecn_is_told(const struct tcp *t, const struct tcp_arrival *a); /* it carries ECE */

/* pieces.c */
void pieces_append(struct tcp_pieces *p, int64_t at, struct span body);
/* Adds what no piece holds yet (of `at` .. `at` + body.len), as one piece or several; `added` is
 * called for each. */
void pieces_insert(struct tcp_pieces *p, int64_t at, struct span body, struct fx *fx);
void pieces_cut_some(struct tcp_pieces *p, int64_t at);
/* Forgets everything before `at`. */
static inline void pieces_cut(struct tcp_pieces *p, int64_t at)
{
    if (p->count > 0) {
        pieces_cut_some(p, at);
    }
}
/* The piece that begins first; NULL: none. */
static inline const struct tcp_piece *pieces_first(const struct tcp_pieces *p)
{
    return p->count ? &p->list[p->first] : NULL;
}
/* Bytes at offset `at`: at most `len`, all of one span. len 0 if nothing is there. */
struct span pieces_at(const struct tcp_pieces *p, int64_t at, uint32_t len);
int64_t pieces_bytes(const struct tcp_pieces *p);
void pieces_free(struct tcp_pieces *p);

/* ranges.c */
int64_t ranges_add(struct tcp_ranges *r, int64_t from, int64_t to); /* how many are new */
void ranges_cut_some(struct tcp_ranges *r, int64_t at);
static inline void ranges_cut(struct tcp_ranges *r, int64_t at) /* forgets all before `at` */
{
    if (r->count > 0) {
        ranges_cut_some(r, at);
    }
}
/* The first range that ends behind `at`; NULL: none. It may hold `at`. */
const struct tcp_range *ranges_behind(const struct tcp_ranges *r, int64_t at);
const struct tcp_range *ranges_last(const struct tcp_ranges *r);
int64_t ranges_within(const struct tcp_ranges *r, int64_t from, int64_t to); /* how many are in */
void ranges_clear(struct tcp_ranges *r);

/* host.c */
seq32 isn_choose(const struct tcp *t, const struct input *in); /* RFC 6528 */
uint16_t tcp_own_mss(const struct tcp *t);                     /* RFC 9293 3.7.1 */
int64_t tcp_first_window(const struct tcp *t);                 /* of a SYN, bytes */
void tcp_offer_options(const struct tcp *t, struct tcp_seg *syn, bool is_answer);
void tcp_take_options(struct tcp *t, const struct tcp_seg *syn);
void tcp_take_mss(struct tcp *t, uint32_t mss); /* what the peer said, or 536 */
