#pragma once
/* Bluetooth's baseband ARQ (Core specification, volume 2, part B, 7.6): one bit each way. A master
 * and a slave take turns in slots of 625 us; each header says with ARQN how the last packet with a
 * CRC was received, and with SEQN which of two a packet is. acl.c keeps what both ends do alike,
 * turns.c who may send and when, queue.c what a layer above has given to be sent. */

#include "actor/actor.h"
#include "wire/baseband.h"

extern const struct proto bluetooth_proto;
extern const struct traffic_type bluetooth_acl;
/* The same two ends below another layer: they carry its frames. */
extern const struct actor_type acl_master_type, acl_slave_type;
void acl_read_vars(const void *self, int64_t *out); /* acl.c */
extern const struct set acl_sets[];
extern const char *const acl_type_names[]; /* DH1, DH3, DH5 */
extern const struct var acl_vars[];
extern const struct timer acl_timers[];

/* What the layer above and such an end say to each other. */
enum acl_call {
    ACL_CALL_SEND = CODE_INSIDE + 0xa00, /* down: body is a frame, with two bytes of anything behind
                                            it in its stream */
    ACL_CALL_SEND_FLUSHABLE, /* down: the same, but it may be given up when it gets too old */
    ACL_CALL_BEGIN,          /* up: the DATA that follows begins a frame */
    ACL_CALL_END,            /* down: when all is sent the master falls silent */
    ACL_CALL_LOST,           /* up: nothing was heard for too long: the link is over */
};

#define ACL_BUFFER_MAX 16

enum acl_why {
    ACL_NO_REASON,
    ACL_FIRST,     /* the first packet: SEQN 1 */
    ACL_NEXT,      /* the one before is acknowledged: SEQN turns */
    ACL_NAKED,     /* ARQN says NAK */
    ACL_SILENCE,   /* nothing readable came back, which counts as NAK */
    ACL_GO,        /* it was stopped, and may go on */
    ACL_ASSUMED,   /* it was stopped, and heard nothing: GO is assumed */
    ACL_STOPPED,   /* FLOW says STOP: only a POLL keeps the slave talking */
    ACL_POLL,      /* nothing to send, but the slave may have something */
    ACL_ACK,       /* NULL: the packet was taken */
    ACL_ACK_AGAIN, /* NULL: it was there before */
    ACL_NAK,       /* NULL: its CRC failed */
    ACL_NAK_FULL,  /* NULL: no room, though its CRC holds */
    ACL_ANSWER,    /* NULL: to a POLL */
    ACL_RODE,      /* data in the return slot: the answer rides in its header */
    ACL_DELIVERED,
    ACL_BUFFERED,  /* waits until the application reads */
    ACL_READ,      /* the application reads */
    ACL_DUPLICATE, /* SEQN did not turn */
    ACL_HEC,       /* the header is damaged: nobody knows whom it was for */
    ACL_CRC,       /* the payload is damaged */
    ACL_FULL,      /* STOP was not heard: no room */
    ACL_ACKED,
    ACL_DONE,
    ACL_FLUSHED, /* a frame got too old */
    ACL_LOST,    /* nothing was heard for too long (supervision) */
    ACL_WHY_COUNT,
};
extern const struct reason acl_reasons[];

struct acl_frame {
    struct span body;
    sim_time since;
    bool is_flushable;
};

struct acl {
    int64_t frames[2]; /* that the master, the slave sends */
    int64_t type;      /* index of acl_types */
    int64_t buffer;    /* packets that wait for the application */
    int64_t reading;   /* ns that the application takes for one; -1: none waits */

    int64_t poll, flush, supervision; /* below another layer: ns; -1: never */

    bool is_master, is_fed; /* fed: what is sent comes from the layer above */
    struct net key;
    uint32_t stream;
    unsigned state; /* of the master's machine */

    /* out */
    uint64_t frame; /* the one that is sent until it is acknowledged */
    uint32_t copy;  /* how often it was sent */
    bool seqn;      /* of that one */
    bool may_go;    /* FLOW of the last header; without one GO is assumed (6.4.3) */
    bool has_heard; /* a readable header since the last transmission of ours */
    bool was_stopped;
    enum acl_why answer; /* why the NULL that is due says what it says */

    /* in */
    uint64_t got;
    bool seqn_old, arqn;
    bool was_idle; /* the last header came without data */
    struct span kept[ACL_BUFFER_MAX];
    unsigned kept_count;

    /* below another layer */
    struct acl_frame *queue; /* owned; in the order in which they came */
    uint32_t queue_count, queue_cap;
    uint32_t sent;     /* bytes of the first one that are acknowledged */
    bool is_watching;  /* of a slave: its supervision timer runs */
    bool is_ending;    /* nothing more comes from above */
    bool is_resting;   /* of a master: nothing is under way until the next poll */
    unsigned silent;   /* transmissions in a row that nothing readable followed */
    uint64_t flushed;  /* frames */
    sim_time heard_at; /* the last header that could be read */
};

enum { ACL_TIMER_SLOT, ACL_TIMER_READ, ACL_TIMER_SUPERVISION };
enum { ACL_IDLE, ACL_ACTIVE, ACL_DONE_STATE };

enum baseband_type acl_type(const struct acl *a); /* of its data packets */
bool acl_has_data(const struct acl *a);           /* something is not acknowledged yet */
void acl_send_data(struct acl *a, enum acl_why why, struct fx *fx);
void acl_send_empty(struct acl *a, enum baseband_type type, enum acl_why why, struct fx *fx);
/* A packet came. True: its header could be read. */
bool acl_hear(struct acl *a, const struct input *in, struct fx *fx);
void acl_read_on(struct acl *a, sim_time now, struct fx *fx); /* the application takes one */

/* The packet at hand goes no more; the next one has its SEQN (7.6.3). */
void acl_give_up(struct acl *a, struct fx *fx);

/* queue.c */
struct acl_piece { /* what the next packet carries of a frame */
    struct span body;
    enum baseband_type type;
    enum baseband_llid llid;
};
struct acl_piece acl_piece_next(const struct acl *a);
void acl_piece_done(struct acl *a); /* it is acknowledged */
/* Nothing readable has come for too long: the link is over, and what comes next is a new one. True:
 * so it is. */
bool acl_supervise(struct acl *a, sim_time now, struct fx *fx);
void acl_queue_add(struct acl *a, struct span frame, bool is_flushable, sim_time now);
/* Gives up what is too old, unless the other side may have a part of it (7.6.3). */
void acl_queue_flush(struct acl *a, sim_time now, struct fx *fx);

void acl_master_step(void *self, const struct input *in, struct fx *fx); /* turns.c */
void acl_slave_step(void *self, const struct input *in, struct fx *fx);
