/* What is wanted stands in one list: the page, then what its text refers to, found as it arrives.
 * A connection that is free takes the next one; with pipelining one that waits for answers does,
 * too. Invariant: answers on a connection are for the wants of its queue, in that order. */
#include "app/http_inside.h"

#include <stdlib.h>
#include <string.h>

static void to_state(struct http_client *s, unsigned state, unsigned why, struct fx *fx)
{
    if (s->state != state) {
        fx_state(fx, 0, s->state, state, why);
        s->state = state;
    }
}

static struct conn *find(struct http_client *s, uint32_t handle)
{
    for (unsigned i = 0; i < CONNECTIONS_MAX; i++) {
        if (s->list[i].state != CONN_FREE && s->list[i].handle == handle) {
            return &s->list[i];
        }
    }
    return NULL;
}

/* ---- visits ---- */

static void begin_visit(struct http_client *s, sim_time now, struct fx *fx)
{
    s->want_count = 0;
    s->scanned = 0;
    s->trips = s->freed_trips = 0;
    s->refusals = 0;
    buf_clear(&s->html);
    for (unsigned i = 0; i < CONNECTIONS_MAX; i++) {
        s->list[i].trips = 0;
    }
    s->visit++;
    s->began = now;
    http_want(s, 0, 0);
    to_state(s, STATE_PAGE, HTTP_NO_WHY, fx);
    http_go_on(s, fx);
}

static bool is_settled(const struct http_client *s)
{
    for (uint32_t i = 0; i < s->want_count; i++) {
        if (s->wants[i].state == WANT_WAITS || s->wants[i].state == WANT_ASKED) {
            return false;
        }
    }
    return true;
}

static void end_visit(struct http_client *s, sim_time now, struct fx *fx)
{
    bool is_whole = true;
    for (uint32_t i = 0; i < s->want_count; i++) {
        is_whole &= s->wants[i].state == WANT_HAS;
    }
    s->whole += is_whole;
    s->took += is_whole ? now - s->began : 0;
    to_state(s, is_whole ? STATE_DONE : STATE_FAILED, is_whole ? HTTP_PAGE_WHOLE : HTTP_GIVES_UP,
             fx);
    if (s->visit < s->visits) {
        fx_timer(fx, THINK, 0, time_add(now, s->think));
    } else {
        fx_timer(fx, LINGER, 0, time_add(now, s->linger));
    }
}

/* Whatever has changed: what waits is asked for, what is settled ends the visit. */
static void look_around(struct http_client *s, sim_time now, struct fx *fx)
{
    if (s->state != STATE_PAGE && s->state != STATE_OBJECTS) {
        return;
    }
    if (is_settled(s)) {
        end_visit(s, now, fx);
    } else {
        http_go_on(s, fx);
    }
}

/* ---- answers ---- */

/* Every image that the text names and that has not been seen is wanted. */
static void scan(struct http_client *s, uint32_t trips)
{
    static const char mark[] = "src=\"" HTTP_OBJECT_NAME;
    const char *text = buf_cstr(&s->html), *at;
    while ((at = strstr(text + s->scanned, mark))) {
        const char *end = strchr(at + sizeof mark - 1, '"');
        if (!end) {
            return;
        }
        s->scanned = (size_t)(end - text);
        http_want(s, (uint32_t)strtoul(at + sizeof mark - 1, NULL, 10), trips);
    }
}

static bool is_page(const struct http_client *s, const struct conn *c)
{
    return c->count > 0 && s->wants[c->queue[0]].object == 0;
}

static void answered(struct http_client *s, struct conn *c, struct fx *fx)
{
    struct want *w = &s->wants[c->queue[0]];
    uint32_t trips = w->trips;
    bool is_good = c->reader.head.status / 100 == 2;
    w->state = is_good ? WANT_HAS : WANT_FAILED;
    s->failed += !is_good;
    s->responses++;
    s->trips = trips > s->trips ? trips : s->trips;
    c->trips = trips > c->trips ? trips : c->trips;
    c->answers++;
    fx_heard(fx, 0, c->got, HTTP_ANSWER_READ);
    if (w->object == 0 && is_good) {
        scan(s, trips);
        if (s->want_count > 1) {
            to_state(s, STATE_OBJECTS, HTTP_NO_WHY, fx);
        }
    }
    memmove(c->queue, c->queue + 1, --c->count * sizeof *c->queue);
}

/* What was asked here and not answered is asked elsewhere, for a GET may be repeated (RFC 9110
 * 9.2.2); a POST may not. */
static void give_back(struct http_client *s, struct conn *c)
{
    for (uint32_t i = 0; i < c->count; i++) {
        struct want *w = &s->wants[c->queue[i]];
        bool may_repeat = w->object || s->method != METHOD_POST;
        bool again = may_repeat && w->tries <= s->retries;
        w->state = again ? WANT_WAITS : WANT_FAILED;
        s->failed += !again;
        if (w->object == 0) {
            buf_clear(&s->html);
        }
    }
    c->count = 0;
}

/* Nobody takes the connection: after as many tries as an answer gets, what waits for one is given
 * up. */
static void refused(struct http_client *s)
{
    if (++s->refusals <= s->retries) {
        return;
    }
    for (uint32_t i = 0; i < s->want_count; i++) {
        if (s->wants[i].state == WANT_WAITS) {
            s->wants[i].state = WANT_FAILED;
            s->failed++;
        }
    }
}

static void leave(struct http_client *s, struct conn *c, struct fx *fx)
{
    give_back(s, c);
    s->freed_trips = c->state == CONN_OPEN ? c->trips : s->freed_trips;
    c->state = CONN_CLOSES;
    outbox_end(&c->out, c->handle, fx);
}

static void read_data(struct http_client *s, struct conn *c, const struct input *in, struct fx *fx)
{
    size_t used = 0;
    while (used < in->head.len && c->count > 0 && c->reader.place != HTTP_BROKEN) {
        c->reader.is_for_head = strcmp(http_method_of(s, &s->wants[c->queue[0]]), "HEAD") == 0;
        used += http_read(&c->reader, bytes_sub(in->head, used, in->head.len),
                          is_page(s, c) ? &s->html : NULL);
        c->got = (struct mark){in->body.at + used, in->body.stream};
        if (c->reader.place == HTTP_DONE && c->reader.head.status / 100 == 1) {
            http_next(&c->reader); /* an interim answer: the real one follows (RFC 9110 15.2) */
        } else if (c->reader.place == HTTP_DONE) {
            bool persists = http_persists(&c->reader.head) && c->reader.framing != HTTP_BY_CLOSE;
            answered(s, c, fx);
            http_next(&c->reader);
            if (!persists) { /* it is the server that closes, and soon (RFC 9112 9.6) */
                give_back(s, c);
                c->state = CONN_CLOSES;
                s->freed_trips = c->trips;
            }
        }
    }
    http_watch(s, c, fx);
    if (c->reader.place == HTTP_BROKEN && c->state == CONN_OPEN) {
        leave(s, c, fx);
    }
}

/* ---- the step ---- */

static void forget(struct conn *c)
{
    outbox_free(&c->out);
    http_free(&c->reader);
    free(c->queue);
    *c = (struct conn){0};
}

static void opened(struct conn *c, struct fx *fx)
{
    c->state = CONN_OPEN;
    c->trips++;
    fx_request(fx, c->handle, CODE_READ, (struct bytes){0}, (struct span){.len = UINT32_MAX});
}

static void ended(struct http_client *s, struct conn *c, struct fx *fx)
{
    if (c->count > 0 && c->reader.place != HTTP_START_LINE && http_ended(&c->reader)) {
        answered(s, c, fx);
    }
    leave(s, c, fx);
}

static void stood_still(const struct conn *c, struct fx *fx)
{
    fx_note(fx, HTTP_STANDS_STILL);
    fx_request(fx, c->handle, CODE_ABORT, (struct bytes){0}, (struct span){0}); /* CLOSED follows */
}

static void hear(struct http_client *s, const struct input *in, struct fx *fx)
{
    struct conn *c = find(s, in->index);
    if (!c) {
        return;
    }
    switch (in->code) {
    case CODE_OPENED: opened(c, fx); break;
    case CODE_DATA: read_data(s, c, in, fx); break;
    case CODE_END: ended(s, c, fx); break;
    case CODE_CLOSED:
        give_back(s, c);
        http_watch(s, c, fx);
        if (c->state == CONN_OPENS) {
            refused(s);
        }
        forget(c);
        break;
    default: outbox_hear(&c->out, in, fx); return;
    }
    look_around(s, in->now, fx);
}

void http_client_step(void *self, const struct input *in, struct fx *fx)
{
    struct http_client *s = self;
    s->now = in->now;
    if (in->kind == IN_START) {
        s->key = in->net;
        begin_visit(s, in->now, fx);
    } else if (in->kind == IN_INDICATION) {
        hear(s, in, fx);
    } else if (in->kind == IN_TIMER && in->code == THINK) {
        begin_visit(s, in->now, fx);
    } else if (in->kind == IN_TIMER && in->code == TIMEOUT) {
        stood_still(&s->list[in->index], fx);
    } else if (in->kind == IN_TIMER) {
        http_close_all(s, fx);
    }
}

void http_client_free(void *self)
{
    struct http_client *s = self;
    for (unsigned i = 0; i < CONNECTIONS_MAX; i++) {
        forget(&s->list[i]);
    }
    free(s->wants);
    buf_free(&s->html);
}
