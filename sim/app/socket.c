/* The socket application: the calls of a script, made on the TCP endpoints below. It keeps what TCP
 * does not: which connections a listener has brought, and who waits for one. */
#include "app/socket.h"

#include "actor/errno_code.h"
#include "actor/socket_call.h"
#include "actor/tcp_call.h"
#include "app/outbox.h"
#include "base/os.h"

#include <stdlib.h>
#include <string.h>

enum { LOWER_TCP };
static const char *const lowers[] = {"tcp", NULL};

enum { SHUT_READING, SHUT_WRITING }; /* as of socket_args.amount; more: both */
enum sock_kind { SOCK_LISTENER, SOCK_CONNECTION };

struct sock {
    uint32_t handle; /* entity of the endpoint */
    enum sock_kind kind;
    uint16_t port;    /* own; of a listener and of its connections */
    bool is_by_hand;  /* LISTENER: its connections wait for ACCEPT */
    bool reads;       /* takes whatever comes, once accepted */
    bool is_accepted; /* CONNECTION */
    bool resets;      /* `linger: 0 s`: close is an abort */
    bool is_over;     /* CLOSED was told */
    uint32_t accepts; /* LISTENER: ACCEPT calls that wait for a connection */
    struct outbox out;
};

struct socket_app {
    struct sock *list;
    uint32_t count, cap;
};

static struct sock *find(struct socket_app *app, uint32_t handle)
{
    for (uint32_t i = app->count; i-- > 0;) {
        if (app->list[i].handle == handle && !app->list[i].is_over) {
            return &app->list[i];
        }
    }
    return NULL;
}

static struct sock *listener_on(struct socket_app *app, uint16_t port)
{
    for (uint32_t i = 0; i < app->count; i++) {
        struct sock *s = &app->list[i];
        if (s->kind == SOCK_LISTENER && s->port == port && !s->is_over) {
            return s;
        }
    }
    return NULL;
}

static struct sock *add(struct socket_app *app, struct sock s)
{
    if (app->count == app->cap) {
        app->cap = app->cap ? 2 * app->cap : 8;
        app->list = os_realloc(app->list, app->cap * sizeof *app->list);
    }
    app->list[app->count] = s;
    return &app->list[app->count++];
}

static void request(const struct sock *s, unsigned code, uint32_t number, struct fx *fx)
{
    fx_request(fx, s->handle, code, (struct bytes){0}, (struct span){.len = number});
}

/* SO_LINGER is the application's own: the rest is for TCP. */
static void set(struct sock *s, enum socket_option_name option, uint64_t value, struct fx *fx)
{
    const struct socket_option *o = &socket_options[option];
    s->resets = option == OPTION_LINGER ? value == 0 : s->resets;
    if (o->set != SOCKET_OPTION_OWN) {
        struct span body = {.at = value, .len = (uint32_t)o->set};
        fx_request(fx, s->handle, TCP_CALL_SET, (struct bytes){0}, body);
    }
}

static void fail(enum errno_code error, struct fx *fx)
{
    fx_indicate(fx, 0, CODE_RESULT, (struct bytes){0}, (struct span){.len = error});
}

/* ---- opening ---- */

static void listen(struct socket_app *app, const struct socket_args *args, struct fx *fx)
{
    struct net key = {.from = args->key.from};
    if (listener_on(app, key.from.port)) {
        fail(ERR_EADDRINUSE, fx);
        return;
    }
    struct sock *s = add(app, (struct sock){.kind = SOCK_LISTENER,
                                            .handle = fx_open(fx, LOWER_TCP, key),
                                            .port = key.from.port,
                                            .is_by_hand = args->is_by_hand,
                                            .reads = args->reads});
    struct span backlog = {.at = args->is_by_hand, .len = args->backlog};
    fx_request(fx, s->handle, TCP_CALL_LISTEN, (struct bytes){0}, backlog);
}

static void connect(struct socket_app *app, const struct socket_args *args, struct fx *fx)
{
    struct sock *s = add(app, (struct sock){.kind = SOCK_CONNECTION,
                                            .handle = fx_open(fx, LOWER_TCP, args->key),
                                            .reads = args->reads,
                                            .is_accepted = true});
    request(s, TCP_CALL_CONNECT, 0, fx);
}

static void start_reading(const struct sock *s, struct fx *fx)
{
    if (s->reads && s->is_accepted) {
        request(s, CODE_READ, UINT32_MAX, fx);
    }
}

static struct sock *next_pending(struct socket_app *app, uint16_t port)
{
    for (uint32_t i = 0; i < app->count; i++) {
        struct sock *s = &app->list[i];
        if (s->kind == SOCK_CONNECTION && s->port == port && !s->is_accepted && !s->is_over) {
            return s;
        }
    }
    return NULL;
}

/* A call that finds no connection waits for the next. */
static void accept(struct socket_app *app, struct sock *listener, struct fx *fx)
{
    struct sock *s = next_pending(app, listener->port);
    if (s) {
        s->is_accepted = true;
        request(s, TCP_CALL_TAKEN, 0, fx);
        start_reading(s, fx);
    } else {
        listener->accepts++;
    }
}

/* A connection that a listener brought, or one of ours that stands. */
static void opened(struct socket_app *app, const struct input *in, struct fx *fx)
{
    struct sock *s = find(app, in->index);
    if (!s) {
        struct net key = {0};
        memcpy(&key, in->head.data, in->head.len < sizeof key ? in->head.len : sizeof key);
        struct sock *listener = listener_on(app, key.from.port);
        bool is_taken = !listener || !listener->is_by_hand || listener->accepts > 0;
        bool reads = !listener || listener->reads;
        if (listener && listener->accepts > 0) {
            listener->accepts--;
        }
        s = add(app, (struct sock){.kind = SOCK_CONNECTION,
                                   .handle = in->index,
                                   .port = key.from.port,
                                   .reads = reads,
                                   .resets = listener && listener->resets,
                                   .is_accepted = is_taken});
        if (is_taken) {
            request(s, TCP_CALL_TAKEN, 0, fx);
        }
    }
    start_reading(s, fx);
}

/* ---- sending and closing ---- */

static void send(struct sock *s, struct span body, struct fx *fx)
{
    if (!outbox_send(&s->out, s->handle, body, fx)) {
        fail(ERR_EPIPE, fx);
    }
}

/* What is unread is known to be lost before the FIN could say that all went well. */
static void end(struct sock *s, bool leaves, struct fx *fx)
{
    if (leaves) {
        request(s, TCP_CALL_RELEASE, 0, fx);
    }
    outbox_end(&s->out, s->handle, fx);
}

static void shut_down(struct sock *s, uint64_t how, struct fx *fx)
{
    if (how != SHUT_WRITING) {
        request(s, TCP_CALL_SHUT_READING, 0, fx);
        request(s, TCP_CALL_READING, 0, fx);
    }
    if (how != SHUT_READING) {
        end(s, false, fx);
    }
}

static void close(struct sock *s, struct fx *fx)
{
    if (s->kind == SOCK_CONNECTION && s->resets) {
        request(s, CODE_ABORT, 0, fx);
    } else {
        end(s, s->kind == SOCK_CONNECTION, fx);
    }
}

/* ---- the step ---- */

static void read_more(const struct sock *s, uint64_t amount, struct fx *fx)
{
    request(s, CODE_READ, amount < UINT32_MAX ? (uint32_t)amount : UINT32_MAX, fx);
}

static void call_on(struct socket_app *app, struct sock *s, const struct socket_args *args,
                    const struct input *in, struct fx *fx)
{
    if (in->code >= SOCKET_SET && in->code < SOCKET_CALL_END) {
        set(s, in->code - SOCKET_SET, args->amount, fx);
        return;
    }
    switch ((enum socket_call)in->code) {
    case SOCKET_ACCEPT:
        if (s->kind == SOCK_LISTENER) {
            accept(app, s, fx);
        } else {
            fail(ERR_EINVAL, fx);
        }
        break;
    case SOCKET_SEND: send(s, in->body, fx); break;
    case SOCKET_READ: read_more(s, args->amount, fx); break;
    case SOCKET_SHUTDOWN: shut_down(s, args->amount, fx); break;
    case SOCKET_CLOSE: close(s, fx); break;
    case SOCKET_ABORT: request(s, CODE_ABORT, 0, fx); break;
    case SOCKET_LISTEN:
    case SOCKET_CONNECT:
    case SOCKET_RESOLVE:
    case SOCKET_SET:
    case SOCKET_CALL_END: break; /* on no connection */
    }
}

static void hear_call(struct socket_app *app, const struct input *in, struct fx *fx)
{
    struct socket_args args = {0};
    memcpy(&args, in->head.data, in->head.len < sizeof args ? in->head.len : sizeof args);
    if (in->code == SOCKET_LISTEN) {
        listen(app, &args, fx);
    } else if (in->code == SOCKET_CONNECT) {
        connect(app, &args, fx);
    } else {
        struct sock *s = find(app, args.handle);
        if (s) {
            call_on(app, s, &args, in, fx);
        } else {
            fail(args.handle ? ERR_ENOTCONN : ERR_EBADF, fx);
        }
    }
}

static void hear_tcp(struct socket_app *app, const struct input *in, struct fx *fx)
{
    struct sock *s = find(app, in->index);
    if (in->code == CODE_OPENED) {
        opened(app, in, fx);
    } else if (s && in->code == CODE_CLOSED) {
        s->is_over = true;
    } else if (s) {
        outbox_hear(&s->out, in, fx);
    }
}

static void step(void *self, const struct input *in, struct fx *fx)
{
    if (in->kind == IN_REQUEST) {
        hear_call(self, in, fx);
    } else if (in->kind == IN_INDICATION) {
        hear_tcp(self, in, fx);
    }
}

static void free_lists(void *self)
{
    struct socket_app *app = self;
    for (uint32_t i = 0; i < app->count; i++) {
        outbox_free(&app->list[i].out);
    }
    free(app->list);
}

const struct actor_type socket_type = {
    .name = "socket",
    .size = sizeof(struct socket_app),
    .lowers = lowers,
    .calls = socket_call_names,
    .step = step,
    .free = free_lists,
};
