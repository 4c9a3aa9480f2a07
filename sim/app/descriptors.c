/* POSIX's rules for the calls (IEEE Std 1003.1, XSH) on top of the user calls of RFC 9293 3.10.
 * What a call asks of TCP are requests; what TCP tells meanwhile are indications, and decide the
 * answer. */
#include "app/descriptor_options.h"

#include "actor/fx.h"
#include "actor/tcp_call.h"
#include "base/os.h"

#include <stdlib.h>
#include <string.h>

static void ask(struct fx *fx, uint32_t handle, unsigned code, uint32_t number)
{
    fx_request(fx, handle, code, (struct bytes){0}, (struct span){.len = number});
}

void descriptor_fail(struct descriptors *d, enum errno_code error)
{
    d->value = 0;
    d->error = error;
}

static struct descriptor *at(struct descriptors *d, int32_t fd)
{
    bool is_one = fd >= 0 && fd < DESCRIPTORS_MAX && d->list[fd].state != FD_FREE;
    return is_one ? &d->list[fd] : NULL;
}

/* A pending error is told once. */
static bool fails_now(struct descriptors *d, struct descriptor *f)
{
    enum errno_code error = f->error;
    f->error = ERR_NONE;
    if (error != ERR_NONE) {
        descriptor_fail(d, error);
    }
    return error != ERR_NONE;
}

static int32_t new_fd(struct descriptors *d)
{
    for (int32_t fd = 3; fd < DESCRIPTORS_MAX; fd++) { /* 0, 1 and 2 are taken, as on Unix */
        if (d->list[fd].state == FD_FREE) {
            d->list[fd] = (struct descriptor){.state = FD_FRESH};
            descriptor_default_options(&d->list[fd]);
            return fd;
        }
    }
    return -1;
}

static void call_socket(struct descriptors *d)
{
    int32_t fd = new_fd(d);
    if (fd < 0) {
        descriptor_fail(d, ERR_EMFILE);
    } else {
        d->value = fd;
    }
}

static bool is_port_taken(const struct descriptors *d, const struct descriptor *self, struct addr a)
{
    for (int32_t fd = 0; fd < DESCRIPTORS_MAX; fd++) {
        const struct descriptor *f = &d->list[fd];
        bool same_ip = f->local.ip == a.ip || f->local.ip == 0 || a.ip == 0;
        if (f != self && f->state != FD_FREE && f->is_bound && f->local.port == a.port && same_ip) {
            return true;
        }
    }
    return false;
}

static void call_bind(struct descriptors *d, struct descriptor *f, const struct descriptor_args *a)
{
    if (f->is_bound || f->state != FD_FRESH) {
        descriptor_fail(d, ERR_EINVAL);
    } else if (a->addr.port && is_port_taken(d, f, a->addr)) {
        descriptor_fail(d, ERR_EADDRINUSE);
    } else {
        f->is_bound = true;
        f->local = a->addr;
    }
}

static void call_listen(struct descriptors *d, struct descriptor *f,
                        const struct descriptor_args *a, struct fx *fx)
{
    struct span backlog = {.at = 1, .len = a->max};
    if (f->state == FD_LISTENING) {
        fx_request(fx, f->handle, TCP_CALL_BACKLOG, (struct bytes){0}, backlog);
        return;
    }
    if (f->state != FD_FRESH) {
        descriptor_fail(d, ERR_EINVAL);
        return;
    }
    struct net key = {.from = f->local};
    f->handle = fx_open(fx, 0, key);
    f->state = FD_LISTENING;
    ask(fx, f->handle, TCP_CALL_READING, 0);
    descriptor_apply_options(f, fx);
    fx_request(fx, f->handle, TCP_CALL_LISTEN, (struct bytes){0}, backlog);
}

static void call_connect(struct descriptors *d, struct descriptor *f,
                         const struct descriptor_args *a, struct fx *fx)
{
    if (fails_now(d, f)) {
        return;
    }
    switch (f->state) {
    case FD_FREE: descriptor_fail(d, ERR_EBADF); return;
    case FD_LISTENING: descriptor_fail(d, ERR_EOPNOTSUPP); return;
    case FD_CONNECTING: descriptor_fail(d, ERR_EALREADY); return;
    case FD_OPEN: descriptor_fail(d, ERR_EISCONN); return;
    case FD_OVER:
        if (f->has_stood) {
            descriptor_fail(d, ERR_EISCONN);
            return;
        }
        f->has_ended = false; /* an attempt that failed may be made again */
        break;
    case FD_FRESH: break;
    }
    struct net key = {.from = f->local, .to = a->addr};
    f->handle = fx_open(fx, 0, key);
    f->state = FD_CONNECTING;
    ask(fx, f->handle, TCP_CALL_READING, 0);
    descriptor_apply_options(f, fx);
    ask(fx, f->handle, TCP_CALL_CONNECT, 0);
    descriptor_fail(d, ERR_EINPROGRESS);
}

static void call_accept(struct descriptors *d, const struct descriptor *listener, int32_t fd,
                        struct fx *fx)
{
    if (listener->state != FD_LISTENING) {
        descriptor_fail(d, ERR_EINVAL);
        return;
    }
    for (uint32_t i = 0; i < d->backlog_count; i++) {
        struct backlog_entry *e = &d->backlog[i];
        if (e->listener != fd) {
            continue;
        }
        int32_t got = new_fd(d);
        if (got < 0) {
            descriptor_fail(d, ERR_EMFILE);
            return;
        }
        struct descriptor *f = &d->list[got];
        memcpy(f->options, listener->options, sizeof f->options);
        f->is_set = listener->is_set;
        f->state = e->is_over ? FD_OVER : FD_OPEN;
        f->handle = e->handle;
        f->local = e->local;
        f->has_stood = true;
        f->has_ended = e->has_ended;
        f->error = e->error;
        ask(fx, e->handle, TCP_CALL_TAKEN, 0);
        d->value = got;
        d->backlog_count--;
        memmove(e, e + 1, (d->backlog_count - i) * sizeof *e);
        return;
    }
    descriptor_fail(d, ERR_EAGAIN);
}

static void call_send(struct descriptors *d, struct descriptor *f, struct span body, struct fx *fx)
{
    if (fails_now(d, f)) {
        return;
    }
    if (f->is_shut_write || (f->state == FD_OVER && f->has_stood)) {
        descriptor_fail(d, ERR_EPIPE);
    } else if (f->state == FD_CONNECTING) {
        descriptor_fail(d, ERR_EAGAIN);
    } else if (f->state != FD_OPEN) {
        descriptor_fail(d, ERR_ENOTCONN);
    } else if (body.len > 0) {
        fx_request(fx, f->handle, CODE_SEND, (struct bytes){0}, body);
    }
}

static void take_data(struct descriptors *d, struct span body)
{
    if (d->taken_count == d->taken_cap) {
        d->taken_cap = d->taken_cap ? d->taken_cap * 2 : 16;
        d->taken = os_realloc(d->taken, d->taken_cap * sizeof *d->taken);
    }
    d->taken[d->taken_count++] = body;
    d->value += body.len;
}

/* What was left when the connection ended. */
static void take_left(struct descriptors *d, struct descriptor *f, uint32_t max)
{
    while (f->left_count > 0 && d->value < max) {
        struct span *first = &f->left[0];
        uint32_t want = max - (uint32_t)d->value, n = first->len < want ? first->len : want;
        take_data(d, span_sub(*first, 0, n));
        *first = span_sub(*first, n, first->len - n);
        if (first->len == 0) {
            memmove(first, first + 1, --f->left_count * sizeof *first);
        }
    }
}

/* What TCP holds is granted for this call alone: what comes later stays in its buffer, and counts
 * in its window. A reading half that is shut only never waits: what is there can still be read. */
static void call_recv(struct descriptors *d, struct descriptor *f, uint32_t max, struct fx *fx)
{
    bool never_stood = f->state == FD_OVER && !f->has_stood && f->error == ERR_NONE;
    if (f->state == FD_FRESH || f->state == FD_LISTENING || never_stood) {
        descriptor_fail(d, ERR_ENOTCONN);
    } else if (f->state == FD_OPEN && max > 0) {
        d->receiver = f->handle;
        ask(fx, f->handle, CODE_READ, max);
        ask(fx, f->handle, TCP_CALL_READING, 0);
    } else {
        take_left(d, f, max);
    }
}

static void call_shutdown(struct descriptors *d, struct descriptor *f,
                          const struct descriptor_args *a, struct fx *fx)
{
    if (f->state != FD_OPEN) {
        descriptor_fail(d, ERR_ENOTCONN);
        return;
    }
    if (a->shuts_read) {
        f->is_shut_read = true;
        ask(fx, f->handle, TCP_CALL_SHUT_READING, 0);
    }
    if (a->shuts_write && !f->is_shut_write) {
        f->is_shut_write = true;
        ask(fx, f->handle, CODE_CLOSE, 0);
    }
}

/* Connections that nobody has accepted die with their listener. */
static void forget_backlog(struct descriptors *d, int32_t listener, struct fx *fx)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < d->backlog_count; i++) {
        if (d->backlog[i].listener == listener) {
            ask(fx, d->backlog[i].handle, CODE_ABORT, 0);
        } else {
            d->backlog[kept++] = d->backlog[i];
        }
    }
    d->backlog_count = kept;
}

static void call_close(struct descriptors *d, struct descriptor *f, int32_t fd, bool aborts,
                       struct fx *fx)
{
    bool has_endpoint =
        f->state == FD_LISTENING || f->state == FD_CONNECTING || f->state == FD_OPEN;
    if (f->state == FD_LISTENING) {
        forget_backlog(d, fd, fx);
        ask(fx, f->handle, CODE_CLOSE, 0);
    } else if (has_endpoint && (aborts || f->options[OPTION_LINGER] == 0)) {
        ask(fx, f->handle, CODE_ABORT, 0);
    } else if (has_endpoint) {
        ask(fx, f->handle, TCP_CALL_RELEASE, 0);
        if (!f->is_shut_write) {
            ask(fx, f->handle, CODE_CLOSE, 0);
        }
    }
    free(f->left);
    *f = (struct descriptor){0};
}

static void take_call(struct descriptors *d, const struct input *in, struct fx *fx)
{
    struct descriptor_args a;
    memcpy(&a, in->head.data, sizeof a);
    d->caller = a.fd;
    d->value = 0;
    d->error = ERR_NONE;
    d->taken_count = 0;
    d->receiver = 0;
    struct descriptor *f = at(d, a.fd);
    if (!f && in->code != DESCRIPTOR_SOCKET) {
        descriptor_fail(d, ERR_EBADF);
        return;
    }
    switch ((enum descriptor_call)in->code) {
    case DESCRIPTOR_SOCKET: call_socket(d); break;
    case DESCRIPTOR_BIND: call_bind(d, f, &a); break;
    case DESCRIPTOR_LISTEN: call_listen(d, f, &a, fx); break;
    case DESCRIPTOR_CONNECT: call_connect(d, f, &a, fx); break;
    case DESCRIPTOR_ACCEPT: call_accept(d, f, a.fd, fx); break;
    case DESCRIPTOR_SEND: call_send(d, f, in->body, fx); break;
    case DESCRIPTOR_RECV: call_recv(d, f, a.max, fx); break;
    case DESCRIPTOR_SHUTDOWN: call_shutdown(d, f, &a, fx); break;
    case DESCRIPTOR_CLOSE: call_close(d, f, a.fd, false, fx); break;
    case DESCRIPTOR_ABORT: call_close(d, f, a.fd, true, fx); break;
    case DESCRIPTOR_SET: descriptor_set(d, f, &a, fx); break;
    case DESCRIPTOR_GET: descriptor_get(d, f, &a); break;
    }
}

static struct descriptor *of_handle(struct descriptors *d, uint32_t handle)
{
    for (int32_t fd = 0; fd < DESCRIPTORS_MAX; fd++) {
        struct descriptor *f = &d->list[fd];
        if (f->state != FD_FREE && f->handle == handle) {
            return f;
        }
    }
    return NULL;
}

static struct backlog_entry *waiting(struct descriptors *d, uint32_t handle)
{
    for (uint32_t i = 0; i < d->backlog_count; i++) {
        if (d->backlog[i].handle == handle) {
            return &d->backlog[i];
        }
    }
    return NULL;
}

/* A child of a listener stands: it joins the backlog of the listener on its port. */
static void take_child(struct descriptors *d, const struct input *in)
{
    struct net key;
    if (in->head.len < sizeof key || d->backlog_count == BACKLOG_MAX) {
        return;
    }
    memcpy(&key, in->head.data, sizeof key);
    for (int32_t fd = 0; fd < DESCRIPTORS_MAX; fd++) {
        const struct descriptor *f = &d->list[fd];
        bool same_ip = f->local.ip == 0 || f->local.ip == key.from.ip;
        if (f->state == FD_LISTENING && f->local.port == key.from.port && same_ip) {
            d->backlog[d->backlog_count++] =
                (struct backlog_entry){.handle = in->index, .listener = fd, .local = key.from};
            return;
        }
    }
}

/* The connection is over, and this was still unread. */
static void keep_left(struct descriptor *f, struct span body)
{
    f->left = os_realloc(f->left, (f->left_count + 1) * sizeof *f->left);
    f->left[f->left_count++] = body;
}

/* CONNECT itself is told that its addresses are taken, and may be made elsewhere. */
static bool is_refused_at_once(const struct descriptors *d, const struct descriptor *f,
                               enum errno_code error)
{
    return f && error == ERR_EADDRINUSE && f->state == FD_CONNECTING && f == &d->list[d->caller];
}

static void take_end(struct descriptors *d, const struct input *in)
{
    struct descriptor *f = of_handle(d, in->index);
    struct backlog_entry *e = waiting(d, in->index);
    bool is_over = in->code == CODE_CLOSED;
    enum errno_code error = is_over ? (enum errno_code)in->body.len : ERR_NONE;
    if (e) {
        e->is_over |= is_over;
        e->has_ended = true;
        e->error = error;
    }
    if (is_refused_at_once(d, f, error)) {
        f->state = FD_FRESH;
        f->handle = 0;
        descriptor_fail(d, error);
    } else if (f) {
        f->has_ended = true;
        f->error = error ? error : f->error;
        f->state = is_over ? FD_OVER : f->state;
    }
}

static void take_indication(struct descriptors *d, const struct input *in)
{
    struct descriptor *f = of_handle(d, in->index);
    switch (in->code) {
    case CODE_OPENED:
        if (f) {
            f->state = FD_OPEN;
            f->has_stood = true;
        } else {
            take_child(d, in);
        }
        break;
    case CODE_DATA:
        if (in->index == d->receiver) {
            take_data(d, in->body);
        } else if (f) {
            keep_left(f, in->body);
        }
        break;
    case CODE_ACCEPTED:
        d->value = in->body.len;
        d->error = in->body.len ? ERR_NONE : ERR_EAGAIN;
        break;
    case CODE_RESULT:
        if (in->body.len && f && f == at(d, d->caller)) {
            descriptor_fail(d, (enum errno_code)in->body.len);
        }
        break;
    case CODE_END:
    case CODE_CLOSED: take_end(d, in); break;
    default: break; /* WRITABLE: whoever is told EAGAIN tries again */
    }
}

void descriptors_settle(struct descriptors *d, enum descriptor_call call)
{
    struct descriptor *f = at(d, d->caller);
    if (call != DESCRIPTOR_RECV || !f || d->error || d->taken_count > 0) {
        return;
    }
    if (!fails_now(d, f) && !f->has_ended && !f->is_shut_read) {
        descriptor_fail(d, ERR_EAGAIN);
    }
}

static void step(void *self, const struct input *in, struct fx *fx)
{
    if (in->kind == IN_REQUEST) {
        take_call(self, in, fx);
    } else if (in->kind == IN_INDICATION) {
        take_indication(self, in);
    }
}

static void free_taken(void *self)
{
    struct descriptors *d = self;
    for (int32_t fd = 0; fd < DESCRIPTORS_MAX; fd++) {
        free(d->list[fd].left);
    }
    free(d->taken);
}

const struct actor_type descriptors_type = {
    .name = "descriptors",
    .size = sizeof(struct descriptors),
    .lowers = (const char *const[]){"tcp", NULL},
    .calls = (const char *const[]){"socket", "bind", "listen", "connect", "accept", "send", "recv",
                                   "shutdown", "close", "abort", "setsockopt", "getsockopt", NULL},
    .step = step,
    .free = free_taken,
};
