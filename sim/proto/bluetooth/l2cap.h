#pragma once
/* L2CAP between the two ends of a link (Core specification, volume 3, part A): two channels, each
 * asked for, configured both ways, used, and given back (4, 6.1). It stands within the actor above
 * it, whose stream its PDUs are written to, and whose machines and messages tell of it.
 * Invariant: a channel is OPEN iff the configurations of both directions are agreed on. */

#include "actor/fx.h"
#include "proto/bluetooth/stream.h"
#include "wire/l2cap.h"

enum l2cap_which { L2CAP_SIGNALS, L2CAP_MEDIA, L2CAP_CHANNELS };
enum l2cap_state { /* 6.1.1 */
                   L2CAP_CLOSED,
                   L2CAP_WAIT_CONNECT_ANSWER,
                   L2CAP_CONFIG,
                   L2CAP_OPEN,
                   L2CAP_WAIT_DISCONNECT,
};
extern const char *const l2cap_states[];
extern const struct machine_edge l2cap_edges[];

struct l2cap_channel {
    enum l2cap_state state;
    uint16_t theirs;         /* the channel's number at the other end; ours is l2cap_own() */
    uint16_t mtu;            /* that the other end takes */
    uint8_t asked;           /* identifier of our command that waits for its answer; 0: none */
    bool is_ours, is_theirs; /* agreed: what we take, what they take */
};

/* Of the actor above: what it is told, and what it decides. */
struct l2cap_upper {
    void (*opened)(void *self, enum l2cap_which, const struct input *, struct fx *);
    void (*closed)(void *self, enum l2cap_which, const struct input *, struct fx *);
    /* end: where the PDU ended in the other side's stream */
    void (*heard)(void *self, enum l2cap_which, struct bytes, struct mark end, const struct input *,
                  struct fx *);
    bool (*takes)(const void *self, enum l2cap_which); /* such a channel may be asked for now */
};

struct l2cap {
    const struct l2cap_upper *upper;
    uint32_t link;   /* handle of the end below */
    uint32_t stream; /* our PDUs */
    struct l2cap_channel channels[L2CAP_CHANNELS];
    uint8_t last_id;
    struct mark question; /* where the PDU ended that is being answered */
    struct buf frame;     /* what has come of the present PDU */
    bool is_within;       /* one; else nothing is read until the next one begins */
    uint64_t incomplete;  /* PDUs of which a part was missing */
};

uint16_t l2cap_own(enum l2cap_which which); /* the number of that channel at our end */
void l2cap_connect(struct l2cap *l, enum l2cap_which which, struct fx *fx);
void l2cap_disconnect(struct l2cap *l, enum l2cap_which which, struct fx *fx);
/* The channel is closed at this end: an answer does not come (6.2.1), or the link is gone. */
void l2cap_give_up(struct l2cap *l, enum l2cap_which which, enum bt_why why, void *self,
                   const struct input *in, struct fx *fx);
/* Information on an OPEN channel. Returns where it lies, with its header. */
struct span l2cap_send(struct l2cap *l, enum l2cap_which which, struct bytes information,
                       bool is_flushable, struct fx *fx);
/* ACL_CALL_BEGIN, DATA and ACL_CALL_LOST of the end below. */
void l2cap_hear(struct l2cap *l, void *self, const struct input *in, struct fx *fx);
void l2cap_free(struct l2cap *l);
