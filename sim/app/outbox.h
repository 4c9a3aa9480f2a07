#pragma once
/* What an application has given to one connection and TCP has had no room for, and a close that
 * waits behind it. Invariant: at most one SEND is unanswered, and it is the head of the queue. */

#include "actor/fx.h"

struct outbox {
    struct span *queue; /* owned */
    uint32_t first, count, cap;
    uint64_t written; /* bytes given since the connection began */
    bool is_asking;   /* the head of the queue is with TCP */
    bool ends;        /* no more data, once the queue is empty */
};

/* False: it was closed before. An empty span is nothing. */
bool outbox_send(struct outbox *o, uint32_t connection, struct span body, struct fx *fx);
/* The connection's own half is closed once all has been taken. */
void outbox_end(struct outbox *o, uint32_t connection, struct fx *fx);
/* An indication of that connection; those that do not concern the queue do nothing. */
void outbox_hear(struct outbox *o, const struct input *in, struct fx *fx);
void outbox_free(struct outbox *o);
