#pragma once
/* What a node's RSVP process keeps: a path state block for each sender, a reservation state block
 * for each descriptor of each next hop (RFC 2209 1). Invariant: a reservation has a path; what is
 * given to the node's scheduler is what merging the blocks of one interface gives. */

#include "actor/fx.h"
#include "actor/node_call.h"
#include "proto/rsvp/rsvp.h"
#include "wire/rsvp.h"

enum { IFACES_MAX = 64, PATHS_MAX = 64, RESVS_MAX = 64, WANTS_MAX = 32 };
enum { TIMER_PATH_REFRESH, TIMER_PATH_LIFETIME, TIMER_RESV_REFRESH, TIMER_RESV_LIFETIME };
enum { SET_PATH, SET_RESV };
enum { ITEM_GONE, ITEM_THERE }; /* of either set */

struct session {
    struct addr to;
    uint8_t protocol;
};

struct path_state {
    bool is_used;
    bool is_local;   /* the sender is on this node: nobody has to remind of it */
    bool is_pending; /* it is to be sent on as soon as the ways are known */
    struct session session;
    struct addr sender;
    uint32_t hop, lih; /* previous hop, and what it called its interface */
    uint16_t iface;    /* where it came in */
    uint8_t ttl;       /* with which it goes on */
    struct rsvp_tspec tspec;
    struct rsvp_adspec adspec;
    struct node_ways ways;
    struct rsvp_flow told[RSVP_FLOWS_MAX]; /* what the previous hop was asked for, if this is the
                                              first block of that hop and session */
    unsigned told_count;
    uint32_t told_hop;
    enum rsvp_style told_style;
};

struct resv_state {
    bool is_used;
    bool is_local; /* a receiver on this node asks */
    struct session session;
    uint32_t hop; /* next hop: who asked */
    uint16_t iface;
    enum rsvp_style style;
    struct rsvp_flow flow;
    bool is_installed;
    bool is_stale;           /* while those of this node's receivers are gone through */
    struct node_share share; /* as the node was told, if it was */
};

/* A receiver on this node. */
struct want {
    bool is_used, has_failed;
    bool has_asked; /* for a confirmation */
    struct node_reserve of;
};

struct rsvp_process {
    int64_t share, refresh, lost, adspec; /* settings */
    struct path_state paths[PATHS_MAX];
    struct resv_state resvs[RESVS_MAX];
    struct want wants[WANTS_MAX];
    uint32_t own[IFACES_MAX]; /* addresses of this node's interfaces */
    uint32_t confirm;         /* a receiver that what is asked next is to be confirmed to */
    uint32_t draws;
    uint64_t refused, expired;
};

/* state.c */
bool same_session(const struct session *a, const struct session *b);
int64_t path_key(const struct session *s, struct addr sender);
struct path_state *path_find(struct rsvp_process *p, const struct session *s, struct addr sender);
struct path_state *path_add(struct rsvp_process *p); /* NULL: the table is full */
uint32_t path_number(const struct rsvp_process *p, const struct path_state *path);
struct resv_state *resv_find(struct rsvp_process *p, const struct resv_state *like);
struct resv_state *resv_add(struct rsvp_process *p);
uint32_t resv_number(const struct rsvp_process *p, const struct resv_state *resv);
bool resv_names(const struct resv_state *r, struct addr sender); /* WF: every one */
/* The way of that interface out of any path of the session; NULL: it does not lead there. */
const struct node_one_way *way_by(const struct rsvp_process *p, const struct session *s,
                                  uint16_t iface);
/* Bits a second that reservations take there, without those of `but` (NULL: none is left out). */
int64_t reserved_on(const struct rsvp_process *p, uint16_t iface, const struct resv_state *but);
int64_t capacity_of(const struct rsvp_process *p, const struct node_one_way *way);
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
/* An object that nobody here knows: the previous hop is told (3.10). */
void path_refuse(const struct rsvp *m, const struct input *in, struct fx *fx);

/* resv.c */
void resv_receiver(struct rsvp_process *p, const struct node_reserve *of, const struct input *in,
                   struct fx *fx);
void resv_hear(struct rsvp_process *p, const struct rsvp *m, const struct input *in, struct fx *fx);
void resv_hear_tear(struct rsvp_process *p, const struct rsvp *m, const struct input *in,
                    struct fx *fx);
void resv_hear_error(struct rsvp_process *p, const struct rsvp *m, const struct input *in,
                     struct fx *fx);
void resv_hear_confirm(struct rsvp_process *p, const struct rsvp *m, const struct input *in,
                       struct fx *fx);
/* The paths of that session are others: who waits reserves, what has no path any more goes. */
void resv_paths_changed(struct rsvp_process *p, const struct session *s, const struct input *in,
                        struct fx *fx);
void resv_refresh(struct rsvp_process *p, uint32_t number, const struct input *in, struct fx *fx);
void resv_runs_out(struct rsvp_process *p, uint32_t number, const struct input *in, struct fx *fx);
void resv_refuse(const struct rsvp *m, const struct input *in, struct fx *fx);

/* Sends it; who: destination, and the address that it comes from. */
void rsvp_say(const struct rsvp *m, const struct net *net, unsigned why, struct fx *fx);
