#pragma once
/* Framed protocols that a scenario declares, over the project's own TCP: clients that say what
 * their script has, and a server that answers by the protocol's rules. Both ends are the same
 * inside: what is said waits for its answer and is said again under the same serial number, what is
 * heard is answered, and known again. */

#include "actor/fx.h"
#include "app/talk.h"
#include "wire/framed.h"

extern const struct traffic_type framed_traffic;
extern const struct actor_type framed_client_type, framed_server_type;

enum framed_why {
    FRAMED_WHY_SAID = 1,
    FRAMED_WHY_AGAIN, /* the same bytes once more */
    FRAMED_WHY_ANSWER,
    FRAMED_WHY_ANSWER_AGAIN, /* to a repetition */
    FRAMED_WHY_HEARTBEAT,
    FRAMED_WHY_RAW,     /* bytes that are no frame, by hand */
    FRAMED_WHY_BARE,    /* nothing is escaped, by hand */
    FRAMED_WHY_SPOILT,  /* a wrong check, by hand */
    FRAMED_WHY_GARBAGE, /* from here on: what is wrong with what came */
    FRAMED_WHY_BAD_ESCAPE,
    FRAMED_WHY_BAD_CHECK,
    FRAMED_WHY_BAD_LENGTH,
    FRAMED_WHY_UNFIT,
    FRAMED_WHY_TOO_LONG,
    FRAMED_WHY_UNKNOWN, /* no message has this id */
    FRAMED_WHY_LOST,    /* nothing says where the next frame begins */
    FRAMED_WHY_KNOWN,   /* the same serial number once more */
    FRAMED_WHY_NOT_DUE, /* an answer that nobody waits for */
    FRAMED_WHY_REFUSED, /* an answer whose result is not the good one */
    FRAMED_WHY_GAVE_UP,
    FRAMED_WHY_IDLE,
    FRAMED_WHY_TAKEN, /* a message that nothing answers */
};
extern const struct reason framed_reasons[];

enum { FRAMED_PENDING_MAX = 32, FRAMED_MEMORY = 64 };

/* What was said and has no answer yet. */
struct framed_pending {
    const struct framed_message *message; /* NULL: this place is free */
    uint64_t serial;
    struct buf frame, texts; /* owned; what goes again */
    uint32_t tries;          /* repetitions in this connection */
    uint32_t line;           /* of the script, from 1; 0: none */
    sim_time said, due;      /* due: the next repetition; SIM_NEVER */
};
struct framed_progress { /* of a line of the script */
    uint32_t said;
    sim_time due; /* SIM_NEVER: not armed */
};
/* Messages heard lately, so that a repetition is known. */
struct framed_heard {
    uint64_t who, serial, content; /* who: hash of the sender, or the connection */
};
struct framed_memory {
    struct framed_heard list[FRAMED_MEMORY];
    uint32_t count; /* ever */
};
struct framed_tally {
    uint64_t said, answered, repeated, given_up; /* messages of our own */
    uint64_t taken, duplicates;                  /* of the other side */
    uint64_t broken[FRAMED_READ_COUNT];          /* frames; GARBAGE: bytes */
};

/* One end of one connection. */
struct framed_end {
    const struct framed *p;
    const struct framed_script *script; /* may be NULL */
    const struct framed_values *values; /* may be NULL */
    struct framed_memory *memory;
    struct framed_tally *counts;
    struct talk link;
    struct framed_frame frame;
    struct buf sender; /* the other end's, as last heard */
    uint64_t next_serial;
    struct framed_pending pending[FRAMED_PENDING_MAX];
    struct framed_progress *lines; /* owned */
    bool is_open;
};

/* What a message says, as fx_message_told takes it: read back from its frame, so that what is told
 * is what stands there. Appended. */
void framed_tell(const struct framed *p, const struct framed_message *m, struct bytes frame,
                 struct buf *out);

void framed_end_init(struct framed_end *e);
void framed_end_free(struct framed_end *e);
/* The connection stands: what was said before and is not answered goes again. */
void framed_end_opened(struct framed_end *e, sim_time now, struct fx *fx);
void framed_end_closed(struct framed_end *e);
/* All that is due is said. */
void framed_end_speak(struct framed_end *e, sim_time now, struct fx *fx);
void framed_end_beat(struct framed_end *e, sim_time now, struct fx *fx);
/* When something is due next; SIM_NEVER. */
sim_time framed_end_due(struct framed_end *e);
sim_time framed_end_retry_due(const struct framed_end *e);
/* False: a message has been said as often as the protocol allows. */
bool framed_end_retry(struct framed_end *e, sim_time now, struct fx *fx);
bool framed_end_is_done(const struct framed_end *e);
uint32_t framed_end_pending(const struct framed_end *e);
void framed_end_forget(struct framed_end *e); /* what waits is given up */

/* The next frame in what has come, WHOLE or UNKNOWN, kept in e->frame; *end: where it ends. What is
 * broken is told and skipped. MORE: there is no other. Anything else: nothing says where the next
 * one begins, and the connection is of no use any more. */
enum framed_read framed_end_next(struct framed_end *e, struct mark *end, struct fx *fx);
/* The frame that `next` found: an answer to ours, or a message that wants one. */
void framed_end_hear(struct framed_end *e, enum framed_read found, struct mark end, sim_time now,
                     struct fx *fx);
