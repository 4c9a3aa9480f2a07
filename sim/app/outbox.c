#include "app/outbox.h"

#include "base/os.h"

#include <stdlib.h>
#include <string.h>

static void push(struct outbox *o, struct span body)
{
    if (o->first > 0 && o->first + o->count == o->cap) {
        memmove(o->queue, o->queue + o->first, o->count * sizeof *o->queue);
        o->first = 0;
    }
    if (o->first + o->count == o->cap) {
        o->cap = o->cap ? 2 * o->cap : 4;
        o->queue = os_realloc(o->queue, o->cap * sizeof *o->queue);
    }
    o->queue[o->first + o->count++] = body;
}

/* The head of the queue goes to TCP; an empty queue lets a close go. */
static void go_on(struct outbox *o, uint32_t connection, struct fx *fx)
{
    if (o->is_asking) {
        return;
    }
    if (o->count > 0) {
        o->is_asking = true;
        fx_request(fx, connection, CODE_SEND, (struct bytes){0}, o->queue[o->first]);
    } else if (o->ends) {
        fx_request(fx, connection, CODE_CLOSE, (struct bytes){0}, (struct span){0});
    }
}

bool outbox_send(struct outbox *o, uint32_t connection, struct span body, struct fx *fx)
{
    if (o->ends) {
        return false;
    }
    if (body.len > 0) {
        push(o, body);
        o->written += body.len;
        go_on(o, connection, fx);
    }
    return true;
}

void outbox_end(struct outbox *o, uint32_t connection, struct fx *fx)
{
    if (!o->ends) {
        o->ends = true;
        go_on(o, connection, fx);
    }
}

/* What was not taken waits for WRITABLE. */
static void accepted(struct outbox *o, const struct input *in, struct fx *fx)
{
    struct span *head = &o->queue[o->first];
    *head = span_sub(*head, in->body.len, head->len - in->body.len);
    if (head->len == 0) {
        o->first++;
        o->count--;
        o->is_asking = false;
        go_on(o, in->index, fx);
    }
}

void outbox_hear(struct outbox *o, const struct input *in, struct fx *fx)
{
    if (in->code == CODE_ACCEPTED) {
        accepted(o, in, fx);
    } else if (in->code == CODE_WRITABLE) {
        o->is_asking = false;
        go_on(o, in->index, fx);
    } else if (in->code == CODE_RESULT && o->is_asking) {
        o->is_asking = false; /* a SEND was refused: the rest has nowhere to go */
        o->count = 0;
    }
}

void outbox_free(struct outbox *o)
{
    free(o->queue);
    *o = (struct outbox){0};
}
