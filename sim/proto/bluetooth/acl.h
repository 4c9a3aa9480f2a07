#pragma once
/* Bluetooth's baseband ARQ (Core specification, volume 2, part B, 7.6): one bit each way. A master
 * and a slave take turns in slots of 625 us; each header says with ARQN how the last packet with a
 * CRC was received, and with SEQN which of two a packet is. acl.c keeps what both ends do alike,
 * turns.c who may send and when. */

#include "actor/actor.h"
#include "wire/baseband.h"

extern const struct proto bluetooth_proto;
extern const struct traffic_type bluetooth_acl;

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
    ACL_WHY_COUNT,
};
extern const struct reason acl_reasons[];

struct acl {
    int64_t frames[2]; /* that the master, the slave sends */
    int64_t type;      /* index of acl_types */
    int64_t buffer;    /* packets that wait for the application */
    int64_t reading;   /* ns that the application takes for one; -1: none waits */

    bool is_master, is_done;
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
};

enum { ACL_TIMER_SLOT, ACL_TIMER_READ };
enum { ACL_IDLE, ACL_ACTIVE, ACL_DONE_STATE };

enum baseband_type acl_type(const struct acl *a); /* of its data packets */
bool acl_has_data(const struct acl *a);           /* something is not acknowledged yet */
void acl_send_data(struct acl *a, enum acl_why why, struct fx *fx);
void acl_send_empty(struct acl *a, enum baseband_type type, enum acl_why why, struct fx *fx);
/* A packet came. True: its header could be read. */
bool acl_hear(struct acl *a, const struct input *in, struct fx *fx);
void acl_read_on(struct acl *a, sim_time now, struct fx *fx); /* the application takes one */

void acl_master_step(void *self, const struct input *in, struct fx *fx); /* turns.c */
void acl_slave_step(void *self, const struct input *in, struct fx *fx);
