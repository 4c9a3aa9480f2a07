#include "app/talk.h"

#include <string.h>

void talk_say(struct talk *t, struct bytes bytes, const char *name, struct mark answers,
              unsigned why, struct fx *fx)
{
    struct span said = fx_bytes(fx, &t->stream, bytes);
    fx_message(fx, 0, said, name, answers, why);
    outbox_send(&t->out, t->handle, said, fx);
}

void talk_take(struct talk *t, const struct input *in)
{
    if (t->in.len == 0) {
        t->from = (struct mark){in->body.at, in->body.stream};
    }
    buf_add(&t->in, in->head);
}

void talk_drop(struct talk *t, struct mark end)
{
    size_t n =
        end.stream == t->from.stream && end.at > t->from.at ? (size_t)(end.at - t->from.at) : 0;
    if (n > 0 && n <= t->in.len) {
        memmove(t->in.data, t->in.data + n, t->in.len - n);
        t->in.len -= n;
        t->from.at += n;
    }
}

void talk_hang_up(struct talk *t, bool at_once, struct fx *fx)
{
    if (at_once) {
        fx_request(fx, t->handle, CODE_ABORT, (struct bytes){0}, (struct span){0});
    } else {
        outbox_end(&t->out, t->handle, fx);
    }
}

void talk_free(struct talk *t)
{
    outbox_free(&t->out);
    buf_free(&t->in);
    *t = (struct talk){0};
}
