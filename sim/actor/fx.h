#pragma once
/* Effects: what an actor's step asks of the world. All effects of one instant stand in one list; a
 * step appends, the world applies from the front until the list is empty, so no actor is ever
 * entered while it runs. */

#include "actor/actor.h"
#include "base/arena.h"
#include "base/stream.h"

enum fx_kind {
    FX_SEND,
    FX_TIMER,
    FX_OPEN,
    FX_SPAWN,
    FX_END,
    FX_REQUEST,
    FX_INDICATE,
    FX_STATE,
    FX_ITEM,
    FX_DROP,
    FX_NOTE,
    FX_RTT,
    FX_MESSAGE,
    FX_HEARD,
};

/* A place between two bytes of a stream: where a message ends. */
struct mark {
    uint64_t at;
    uint32_t stream; /* 0: no mark */
};

/* A kind that is not named at a field leaves it undefined. */
struct effect {
    enum fx_kind kind;
    uint16_t code;   /* TIMER: which. OPEN: lower. REQUEST, INDICATE: its code. STATE: machine.
                        ITEM, MESSAGE, HEARD: set. DROP: class */
    uint16_t why;    /* reason of the author's type */
    uint32_t author; /* entity whose step made it */
    uint32_t cause;  /* record of that step's input */
    uint32_t packet; /* of that input, 0: none */
    uint32_t index;  /* SEND: packet. TIMER: index. OPEN, SPAWN, REQUEST, INDICATE: handle. STATE:
                        old << 16 | new. ITEM: new state */
    int64_t value;   /* TIMER: deadline. ITEM: key. RTT: ns */
    struct packet *sent; /* SEND: it again */
    struct net net;      /* OPEN, SPAWN: key */
    struct bytes head;   /* MESSAGE: fx_message_told's texts */
    struct span body;    /* MESSAGE: its bytes */
    struct mark mark;    /* MESSAGE: the end of the message that it answers; HEARD: its own end */
};

struct fx {
    struct packets *packets;   /* where fx_send puts its packets */
    struct streams *streams;   /* where fx_bytes puts its bytes */
    uint32_t next_handle;      /* fx_open and fx_spawn return it and count it up */
    uint32_t author, cause;    /* of the step that runs now */
    uint32_t packet;           /* of its input, 0: none */
    const struct proto *proto; /* wire format of the author */
    uint32_t flow;             /* of the author */
    bool is_unwatched;      /* nobody keeps a trace: what only a trace would show is not listed */
    struct effect **chunks; /* of FX_CHUNK effects each */
    uint32_t chunk_count, front_chunk, back_chunk;
    struct effect *front, *back;         /* front == back: empty */
    struct effect *front_end, *back_end; /* of their chunks */
    struct arena arena; /* copies of head bytes of requests; emptied with the list */
};

#define FX_CHUNK 128u

/* Sends a packet. head is copied; body is referenced; checksum fields in head stay zero. */
void fx_send(struct fx *fx, const struct net *net, struct bytes head, struct span body,
             struct unit unit, unsigned why);
/* The same for a head of at most PACKET_HEAD_INLINE bytes: where the caller writes it, at once. */
uint8_t *fx_send_place(struct fx *fx, const struct net *net, unsigned head_len, struct span body,
                       struct unit unit, unsigned why);
/* Real bytes of an application for CODE_SEND: they go to the end of its stream, which is made where
 * *stream is 0. Copied. */
struct span fx_bytes(struct fx *fx, uint32_t *stream, struct bytes bytes);
/* A stream of real bytes that come over and over (a tone), not empty. Copied. */
uint32_t fx_repeating(struct fx *fx, struct bytes period);
/* Arms a timer of the author; SIM_NEVER stops it. */
void fx_timer(struct fx *fx, unsigned timer, uint32_t index, sim_time at);
/* Opens a lower endpoint (index into the type's lowers). The author is its upper. */
uint32_t fx_open(struct fx *fx, unsigned lower, struct net key);
/* Listener: a child of its own type and upper, which gets the same IN_PACKET after its IN_START. */
uint32_t fx_spawn(struct fx *fx, struct net key);
void fx_end(struct fx *fx); /* leave the node's table; no timer of the author fires any more */
void fx_request(struct fx *fx, uint32_t handle, unsigned code, struct bytes head, struct span body);
/* handle 0: the one above me. */
void fx_indicate(struct fx *fx, uint32_t handle, unsigned code, struct bytes head,
                 struct span body);
void fx_state(struct fx *fx, unsigned machine, unsigned from, unsigned to, unsigned why);
void fx_item(struct fx *fx, unsigned set, int64_t key, unsigned state, unsigned why);
void fx_drop(struct fx *fx, enum drop_class c,
             unsigned why); /* the packet of this input is refused */
void fx_note(struct fx *fx, unsigned why);
/* A round trip that the protocol has measured, for the figures of the author's flow. */
void fx_rtt(struct fx *fx, sim_time rtt);

/* What an application has to say lies in these bytes; body is what fx_bytes returned, or a part of
 * it. `set` is one of the author's that holds messages. name: what people call the message ("GET
 * /a.css"), copied. answers: where the message ended that this one answers; {0}: none. */
void fx_message(struct fx *fx, unsigned set, struct span body, const char *name,
                struct mark answers, unsigned why);
/* The same, told in more words: texts, each ended by a zero: its name in each language, in the
 * order of enum lang, then by turns the names and values of its fields. Copied. */
void fx_message_told(struct fx *fx, unsigned set, struct span body, struct bytes texts,
                     struct mark answers, unsigned why);
/* The message that ends there has been read whole. */
void fx_heard(struct fx *fx, unsigned set, struct mark end, unsigned why);
static inline struct mark span_end(struct span s)
{
    return (struct mark){s.at + s.len, s.stream};
}

/* For whoever applies them. */
void fx_rewind(struct fx *fx);      /* the list is empty: back to its beginning */
void fx_front_chunk(struct fx *fx); /* one chunk is read: on to the next */
/* False: the list is empty, and now clean. */
static inline bool fx_next(struct fx *fx, const struct effect **e)
{
    if (fx->front == fx->back) {
        fx_rewind(fx);
        return false;
    }
    if (fx->front == fx->front_end) {
        fx_front_chunk(fx);
    }
    *e = fx->front++;
    return true;
}
void fx_free(struct fx *fx);
