#pragma once
/* One line of the trace. Closed set of kinds, the same for every protocol. */

#include "base/simtime.h"

#include <assert.h>

enum record_kind {
    REC_NONE,
    REC_SEND,    /* a packet is born: where = sender (actor or node) */
    REC_QUEUE,   /* it waits: where = link direction, value = packets now waiting, code = 1: in the
                    queue of what is reserved */
    REC_TX,      /* its first bit leaves: where = link direction, value = arrival time of its last
                    bit at the other end; the end of transmission is record_tx_end of trace.h */
    REC_ARRIVE,  /* where = link direction (its far node got the packet) */
    REC_DROP,    /* code = drop_class; where = link direction, node or actor */
    REC_STATE,   /* code = machine << 8 | new, value = old */
    REC_ITEM,    /* code = set << 8 | state, value = key */
    REC_VAR,     /* code = which, value = new value */
    REC_TIMER,   /* code = which, packet = index, value = deadline, SIM_NEVER = stopped */
    REC_FIRE,    /* code = which, packet = index */
    REC_CALL,    /* code = request or indication code (CALL_UP set for an indication) */
    REC_DELIVER, /* value = bytes that the application got, code = deliver_fault */
    REC_NOTE,
    REC_SHARE, /* where = link direction, value = bit/s that are reserved there from now on */
    REC_KIND_COUNT,
};

#define CALL_UP 0x8000u /* code of a REC_CALL: told to the layer above */

/* CALL codes of what the world itself does to a node or link (where = node or direction). */
enum world_call { CALL_CUT = 0x4001, CALL_HEAL, CALL_CRASH, CALL_RESTART };

/* What is wrong with what an endpoint of a link protocol passes on (code of a REC_DELIVER; packet
 * is then the one that the data came in): it was passed on before; something before it was not, or
 * it comes behind something later; a bit of it is not what was sent. */
enum deliver_fault { DELIVER_RIGHT, DELIVER_AGAIN, DELIVER_OUT_OF_ORDER, DELIVER_DAMAGED };

struct record {
    sim_time at; /* ns */
    int64_t value;
    uint32_t cause;  /* number of the record that led here, 0 = the scenario */
    uint32_t packet; /* packet id, 0 = none; TIMER, FIRE: the timer's index */
    uint32_t where;  /* entity: actor, node or link direction */
    uint16_t code;
    uint8_t kind;
    uint8_t why; /* reason of the actor type, 0 = none */
};
_Static_assert(sizeof(struct record) == 32, "records are compared and hashed as bytes");
