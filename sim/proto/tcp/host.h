#pragma once
/* What all TCP endpoints of one host share: the queues of its listeners, the path MTUs that were
 * found (RFC 1191), the budget of challenge ACKs (RFC 5961 7), and where the numbers of a
 * connection that begins anew must lie. All of it is lost when the host stops. */

#include "proto/tcp/tcp.h"

/* A listener, and the connections on their way to its application. */
struct tcp_queue {
    struct addr local;       /* ip 0: any address of the host */
    struct tcp_settings set; /* the listener's: its connections begin with them */
    uint32_t backlog;        /* what each of the two queues holds */
    uint32_t half_open;      /* the SYN queue: connections in SYN-RECEIVED */
    uint32_t waiting;        /* the accept queue: they stand, and nobody has accepted them */
    bool is_by_hand;         /* the application accepts them one by one */
    bool is_used;            /* false: the listener is gone, and the place free */
    sim_time cookies_until;  /* an ACK before then may answer a cookie */
};

#define TCP_PATHS 8

struct tcp_path {
    uint32_t ip, mtu; /* mtu 0: a free place */
    sim_time until;   /* when the path may be tried with larger packets again */
};

struct tcp_host {
    struct tcp_queue *queues; /* owned */
    uint32_t queue_count;
    struct tcp_path *paths;    /* TCP_PATHS of them, owned; NULL: none was ever learnt */
    sim_time challenged_since; /* begin of the interval that is counted */
    uint32_t challenged;       /* challenge ACKs in it */
    bool has_least;            /* of a connection re-opened from TIME-WAIT */
    seq32 least;               /* its ISS is at least this */
};

void tcp_host_free(void *host);

/* NULL: nobody listens at that address. */
struct tcp_queue *tcp_queue_of(struct tcp_host *h, struct addr local);
void tcp_queue_open(struct tcp *t, uint32_t backlog, bool is_by_hand);
void tcp_queue_close(struct tcp *t); /* the listener's */
void tcp_queue_settings(struct tcp *t);
/* A connection's way: into the SYN queue, into the accept queue, out of either. */
void tcp_queue_syn(struct tcp *t);
void tcp_queue_stands(struct tcp *t);
void tcp_queue_leave(struct tcp *t);
bool tcp_syn_queue_is_full(const struct tcp_queue *q);
bool tcp_accept_queue_is_full(const struct tcp_queue *q);

/* RFC 5961 7: may one more challenge ACK go now? It is counted. */
bool tcp_may_challenge(struct tcp *t, sim_time now);

/* The MTU of the path to that address, as far as it is known: at most `own`. */
uint32_t tcp_path_mtu(const struct tcp_host *h, uint32_t ip, uint32_t own, sim_time now);
/* 10 minutes, as RFC 1191 6.3 asks. */
void tcp_path_learnt(struct tcp_host *h, uint32_t ip, uint32_t mtu, sim_time now);

#define TCP_COOKIE_LIFE (128 * SIM_S)
/* SYN cookies (RFC 4987 3.6): the initial number of the answer holds what a half-open connection
 * would have remembered. */
seq32 tcp_cookie_make(const struct tcp_seg *syn, const struct input *in);
void tcp_answer_cookie(struct tcp *t, const struct tcp_seg *syn, const struct input *in,
                       struct fx *fx);
/* The MSS that the cookie remembers; 0: this acknowledges no cookie of the last two minutes. */
uint32_t tcp_cookie_mss(const struct tcp_seg *ack, const struct input *in);
