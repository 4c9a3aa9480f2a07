#pragma once
/* What a node's RSVP process keeps: a path state block for each sender of a session, a reservation
 * state block for each descriptor of each next hop, and what its own receivers want (RFC 2209 1).
 * Invariants: a reservation names only senders that a path is of; what is given to the node's
 * scheduler is what merging the blocks of one interface gives; what a previous hop was told stands
 * at the paths that come from it. */

#include "actor/fx.h"
#include "actor/node_call.h"
#include "proto/rsvp/rsvp.h"
#include "wire/rsvp.h"

enum { IFACES_MAX = 64, PATHS_MAX = 64, RESVS_MAX = 64, WANTS_MAX = 64 }; /* bits of a word */
enum { SENT_TTL = 64 };
/* Kb: refresh periods for which a flowspec that failed is kept out (RFC 2206's default). */
enum { BLOCKADE_PERIODS = 4 };
enum { TIMER_PATH_REFRESH, TIMER_PATH_LIFETIME, TIMER_RESV_REFRESH, TIMER_RESV_LIFETIME };
enum { SET_PATH, SET_RESV };
enum { ITEM_GONE, ITEM_THERE }; /* of either set */

struct session {
    struct addr to;
    uint8_t protocol;
};

struct path_state {
    bool is_used;
    bool is_local;     /* the sender is on this node: nobody has to remind of it */
    bool is_pending;   /* it is to be sent on as soon as the ways are known */
    bool is_end;       /* the node is where it leads, or a member of it */
    bool has_adspec;   /* a sender may leave it out, and then nobody puts it in */
    bool refreshes;    /* the timer that reminds its previous hop of reservations runs here */
    uint8_t ttl;       /* with which it goes on; 0: no further */
    uint16_t iface;    /* where it came in */
    uint32_t hop, lih; /* previous hop, and what it called its interface */
    struct session session;
    struct addr sender;
    struct rsvp_tspec tspec;
    struct rsvp_adspec adspec;
    uint64_t ifaces; /* by which it goes on */
    struct {         /* what the previous hop was asked for */
        bool is_told;
        uint8_t style;
        uint32_t hop;
        struct rsvp_flowspec flowspec;
    } told;
    struct { /* what has failed further up (RFC 2205 3.5) */
        struct rsvp_flowspec flowspec;
        sim_time until; /* 0: nothing */
    } blockade;
};

struct resv_state {
    bool is_used;
    bool is_local;  /* a receiver on this node asks */
    bool is_scoped; /* WF: for those of `senders` only */
    bool is_stale;  /* while those of this node's receivers are gone through */
    uint16_t iface;
    uint32_t hop; /* next hop: who asked */
    struct session session;
    enum rsvp_style style;
    struct rsvp_flowspec flowspec;
    uint64_t senders; /* numbers of their paths; WF that is not scoped: any of the session */
    int64_t key;      /* in its set */
    struct {          /* what the node's scheduler was told */
        bool is_told;
        struct rsvp_flowspec flowspec;
        struct node_share share;
    } given;
};

/* A receiver on this node. */
struct want {
    bool is_used, has_failed;
    bool is_confirmed; /* or refused: it was answered */
    struct node_reserve of;
};

struct rsvp_process {
    int64_t share, refresh, lost, adspec; /* settings */
    struct path_state paths[PATHS_MAX];
    struct resv_state resvs[RESVS_MAX];
    struct want wants[WANTS_MAX];
    struct node_one_way links[IFACES_MAX]; /* this node's; ip 0: none */
    uint32_t confirm; /* a receiver to which what is asked next is to be confirmed; 0: none */
    uint32_t draws;
    uint64_t refused, expired;
};

/* state.c */
bool same_session(const struct session *a, const struct session *b);
int64_t path_key(const struct session *s, struct addr sender);
struct path_state *path_find(struct rsvp_process *p, const struct session *s, struct addr sender);
struct path_state *path_add(struct rsvp_process *p); /* NULL: the table is full */
uint32_t path_number(const struct rsvp_process *p, const struct path_state *path);
/* Numbers of paths, a bit each: of a session, those that go out there, those from that hop. */
uint64_t paths_of(const struct rsvp_process *p, const struct session *s);
uint64_t paths_by(const struct rsvp_process *p, const struct session *s, uint16_t iface);
uint64_t paths_from(const struct rsvp_process *p, const struct session *s, uint32_t hop);
struct resv_state *resv_find(struct rsvp_process *p, const struct resv_state *like);
struct resv_state *resv_add(struct rsvp_process *p);
uint32_t resv_number(const struct rsvp_process *p, const struct resv_state *resv);
/* The senders whose packets go where that was asked. */
uint64_t resv_senders(const struct rsvp_process *p, const struct resv_state *r);
/* It stands from now on; it is gone. */
void resv_enter(struct rsvp_process *p, struct resv_state *r, unsigned why, struct fx *fx);
void resv_leave(struct rsvp_process *p, struct resv_state *r, unsigned why, struct fx *fx);

/* share.c: bits a second that reservations take of that interface, and what there is. */
int64_t reserved_on(const struct rsvp_process *p, uint16_t iface);
int64_t capacity_of(const struct rsvp_process *p, uint16_t iface);
/* The node's scheduler is told what has changed. */
void shares_update(struct rsvp_process *p, struct fx *fx);

/* path.c */
void path_sender(struct rsvp_process *p, const struct node_reserve *of, const struct input *in,
                 struct fx *fx);
void path_hear(struct rsvp_process *p, const struct rsvp *m, const struct input *in, struct fx *fx);
void path_hear_tear(struct rsvp_process *p, const struct rsvp *m, const struct input *in,
                    struct fx *fx);
void path_hear_error(struct rsvp_process *p, const struct rsvp *m, struct fx *fx);
void path_ways(struct rsvp_process *p, const struct node_ways *ways, const struct input *in,
               struct fx *fx);
void path_refresh(struct rsvp_process *p, uint32_t number, struct fx *fx);
void path_runs_out(struct rsvp_process *p, uint32_t number, const struct input *in, struct fx *fx);
/* The previous hop is told what is wrong with it: m->error's code and value (3.1.7). */
void path_refuse(const struct rsvp_process *p, const struct rsvp *m, unsigned why,
                 const struct input *in, struct fx *fx);

/* ask.c: what previous hops should know by now, and do not (2.3: at once). IS_QUIET: they know,
 * since it was they who said that something is over (3.1.5). */
enum asking { IS_TOLD, IS_QUIET };
/* True: somebody was asked. */
bool ask_upward(struct rsvp_process *p, const struct session *s, enum asking how, unsigned why,
                const struct input *in, struct fx *fx);
void resv_refresh(struct rsvp_process *p, uint32_t number, const struct input *in, struct fx *fx);
/* What was refused is refused to that reservation as well (3.5). */
bool is_blockaded(const struct rsvp_flowspec *failed, const struct rsvp_flowspec *wish);

/* want.c: receivers on this node. */
void want_receiver(struct rsvp_process *p, const struct node_reserve *of, const struct input *in,
                   struct fx *fx);
/* Those of that session whose paths stand reserve; what has none any more goes. */
void wants_gather(struct rsvp_process *p, const struct session *s, unsigned why, struct fx *fx);
/* A receiver whose reservation failed asks no more. */
void wants_give_up(struct rsvp_process *p, const struct session *s, const struct rsvp *m,
                   struct fx *fx);
void wants_confirmed(struct rsvp_process *p, const struct session *s);
uint32_t want_confirm(const struct rsvp_process *p, const struct session *s, uint16_t iface);

/* resv.c */
void resv_hear(struct rsvp_process *p, const struct rsvp *m, const struct input *in, struct fx *fx);
void resv_hear_tear(struct rsvp_process *p, const struct rsvp *m, const struct input *in,
                    struct fx *fx);
/* The paths of that session are others: who waits reserves, what has no path any more goes. */
void resv_paths_changed(struct rsvp_process *p, const struct session *s, enum asking how,
                        const struct input *in, struct fx *fx);
void resv_runs_out(struct rsvp_process *p, uint32_t number, const struct input *in, struct fx *fx);
/* The next hop is told what is wrong with that descriptor of it (flow NULL: with all of it). */
void resv_refuse(const struct rsvp *m, const struct rsvp_flow *flow, unsigned why,
                 const struct input *in, struct fx *fx);

/* answer.c: errors and confirmations on their way down. */
void resv_hear_error(struct rsvp_process *p, const struct rsvp *m, const struct input *in,
                     struct fx *fx);
void resv_hear_confirm(struct rsvp_process *p, const struct rsvp *m, const struct input *in,
                       struct fx *fx);
void resv_confirm(const struct rsvp *m, const struct input *in, struct fx *fx);

/* Sends it; net: destination, and the address that it comes from. */
void rsvp_say(const struct rsvp *m, const struct net *net, unsigned why, struct fx *fx);
