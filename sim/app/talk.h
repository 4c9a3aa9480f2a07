#pragma once
/* One connection of an application that talks in messages: what it says goes out whole, what it
 * hears is kept until a message is complete. */

#include "app/outbox.h"

struct talk {
    uint32_t handle; /* 0: none */
    uint32_t stream; /* its own */
    struct outbox out;
    struct buf in;    /* what has come and is no whole message yet */
    struct mark from; /* where that begins in the other side's stream */
};

/* A message of the set 0 of the author. answers: where the message ended that this one answers;
 * {0}: none. */
void talk_say(struct talk *t, struct bytes bytes, const char *name, struct mark answers,
              unsigned why, struct fx *fx);
/* DATA of the connection, real bytes. */
void talk_take(struct talk *t, const struct input *in);
/* What waits to be understood. */
static inline struct bytes talk_bytes(const struct talk *t)
{
    return bytes_of(t->in.data, t->in.len);
}
/* The place behind its first n bytes. */
static inline struct mark talk_mark(const struct talk *t, size_t n)
{
    return (struct mark){t->from.at + n, t->from.stream};
}
/* What stands before that place has been understood; another place: nothing happens. */
void talk_drop(struct talk *t, struct mark end);
void talk_hang_up(struct talk *t, bool at_once, struct fx *fx);
void talk_free(struct talk *t);
