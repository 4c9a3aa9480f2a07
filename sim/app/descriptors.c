/* POSIX's rules for the calls (IEEE Std 1003.1, XSH) on top of the user calls of RFC 9293 3.10.
 * What a call asks of TCP are requests; what TCP tells meanwhile are indications, and decide the
 * answer. */
#include "app/descriptors.h"

#include "actor/fx.h"
#include "actor/tcp_call.h"
#include "base/os.h"

#include <stdlib.h>
#include <string.h>

static void ask(struct fx *fx, uint32_t handle, unsigned code, uint32_t number)
{
    fx_request(fx, handle, code, (struct bytes){0}, (struct span){.len = number});
}

static void fail(struct descriptors *d, enum errno_code error)
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
        fail(d, error);
    }
    return error != ERR_NONE;
}

/* What an option is worth before anybody sets it; the sizes are TCP's defaults. */
static void default_options(struct descriptor *f)
{
    f->options[OPTION_LINGER] = -1;
    f->options[OPTION_MAXSEG] = 1460;
    f->options[OPTION_KEEPIDLE] = 7200;
    f->options[OPTION_KEEPINTVL] = 75;
    f->options[OPTION_KEEPCNT] = 9;
    f->options[OPTION_SNDBUF] = INT64_C(4) << 20;
    f->options[OPTION_RCVBUF] = 65535;
}

static void set(const struct descriptor *f, enum tcp_set_option which, int64_t value, struct fx *fx)
{
    struct span body = {.at = (uint64_t)value, .len = which};
    fx_request(fx, f->handle, TCP_CALL_SET, (struct bytes){0}, body);
}

/* An option as TCP knows it. */
static void apply_option(const struct descriptor *f, enum descriptor_option option, struct fx *fx)
{
    int64_t value = f->options[option];
    switch (option) {
    case OPTION_NODELAY: set(f, TCP_SET_NAGLE, value == 0, fx); break;
    case OPTION_MAXSEG: set(f, TCP_SET_MSS, value, fx); break;
    case OPTION_KEEPALIVE:
    case OPTION_KEEPIDLE: {
        int64_t idle = f->options[OPTION_KEEPIDLE] * SIM_S;
        set(f, TCP_SET_KEEP_ALIVE, f->options[OPTION_KEEPALIVE] ? idle : -1, fx);
        break;
    }
    case OPTION_KEEPINTVL: set(f, TCP_SET_KEEP_INTERVAL, value * SIM_S, fx); break;
    case OPTION_KEEPCNT: set(f, TCP_SET_KEEP_COUNT, value, fx); break;
    case OPTION_USER_TIMEOUT:
        set(f, TCP_SET_USER_TIMEOUT, value > 0 ? value * SIM_MS : -1, fx);
        break;
    case OPTION_SNDBUF: set(f, TCP_SET_SEND_BUFFER, value, fx); break;
    case OPTION_RCVBUF: set(f, TCP_SET_RECEIVE_BUFFER, value, fx); break;
    case OPTION_LINGER:
    case OPTION_ERROR:
    case OPTION_COUNT: break; /* the descriptor's own */
    }
}

static int32_t new_fd(struct descriptors *d)
{
    for (int32_t fd = 3; fd < DESCRIPTORS_MAX; fd++) { /* 0, 1 and 2 are taken, as on Unix */
        if (d->list[fd].state == FD_FREE) {
            d->list[fd] = (struct descriptor){.state = FD_FRESH};
            default_options(&d->list[fd]);
            return fd;
        }
    }
    return -1;
}

static void call_socket(struct descriptors *d)
{
    int32_t fd = new_fd(d);
    if (fd < 0) {
        fail(d, ERR_EMFILE);
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
        fail(d, ERR_EINVAL);
    } else if (a->addr.port && is_port_taken(d, f, a->addr)) {
        fail(d, ERR_EADDRINUSE);
    } else {
        f->is_bound = true;
        f->local = a->addr;
    }
}

static void call_listen(struct descriptors *d, struct descriptor *f,
                        const struct descriptor_args *a, struct fx *fx)
{
    if (f->state == FD_LISTENING) {
        return; /* only its backlog changes */
    }
    if (f->state != FD_FRESH) {
        fail(d, ERR_EINVAL);
        return;
    }
    struct net key = {.from = f->local};
    f->handle = fx_open(fx, 0, key);
    f->state = FD_LISTENING;
    ask(fx, f->handle, TCP_CALL_READING, 0);
    ask(fx, f->handle, TCP_CALL_LISTEN, a->max);
}

static void call_connect(struct descriptors *d, struct descriptor *f,
                         const struct descriptor_args *a, struct fx *fx)
{
    if (fails_now(d, f)) {
        return;
    }
    switch (f->state) {
    case FD_FREE:
    case FD_LISTENING: fail(d, ERR_EINVAL); return;
    case FD_CONNECTING: fail(d, ERR_EALREADY); return;
    case FD_OPEN: fail(d, ERR_EISCONN); return;
    case FD_OVER: fail(d, ERR_ECONNABORTED); return;
    case FD_FRESH: break;
    }
    struct net key = {.from = f->local, .to = a->addr};
    f->handle = fx_open(fx, 0, key);
    f->state = FD_CONNECTING;
    ask(fx, f->handle, TCP_CALL_READING, 0);
    for (unsigned option = 0; option < OPTION_COUNT; option++) {
        if (f->is_set & 1u << option) {
            apply_option(f, option, fx);
        }
    }
    ask(fx, f->handle, TCP_CALL_CONNECT, 0);
    fail(d, ERR_EINPROGRESS);
}

static void call_accept(struct descriptors *d, const struct descriptor *listener, int32_t fd)
{
    if (listener->state != FD_LISTENING) {
        fail(d, ERR_EINVAL);
        return;
    }
    for (uint32_t i = 0; i < d->backlog_count; i++) {
        struct backlog_entry *e = &d->backlog[i];
        if (e->listener != fd) {
            continue;
        }
        int32_t got = new_fd(d);
        if (got < 0) {
            fail(d, ERR_EMFILE);
            return;
        }
        struct descriptor *f = &d->list[got];
        f->state = FD_OPEN;
        f->handle = e->handle;
        f->local = e->local;
        f->has_ended = e->has_ended;
        f->error = e->error;
        d->value = got;
        d->backlog_count--;
        memmove(e, e + 1, (d->backlog_count - i) * sizeof *e);
        return;
    }
    fail(d, ERR_EAGAIN);
}

static void call_send(struct descriptors *d, struct descriptor *f, struct span body, struct fx *fx)
{
    if (fails_now(d, f)) {
        return;
    }
    if (f->is_shut_write || f->state == FD_OVER) {
        fail(d, ERR_EPIPE);
    } else if (f->state == FD_CONNECTING) {
        fail(d, ERR_EAGAIN);
    } else if (f->state != FD_OPEN) {
        fail(d, ERR_ENOTCONN);
    } else if (body.len > 0) {
        fx_request(fx, f->handle, CODE_SEND, (struct bytes){0}, body);
    }
}

/* What TCP holds is granted for this call alone: what comes later stays in its buffer, and counts
 * in its window. */
static void call_recv(struct descriptors *d, struct descriptor *f, uint32_t max, struct fx *fx)
{
    if (f->state == FD_FRESH || f->state == FD_LISTENING) {
        fail(d, ERR_ENOTCONN);
    } else if (f->state == FD_OPEN && !f->is_shut_read && max > 0) {
        ask(fx, f->handle, CODE_READ, max);
        ask(fx, f->handle, TCP_CALL_READING, 0);
    }
}

static void call_shutdown(struct descriptors *d, struct descriptor *f,
                          const struct descriptor_args *a, struct fx *fx)
{
    if (f->state != FD_OPEN) {
        fail(d, ERR_ENOTCONN);
        return;
    }
    f->is_shut_read |= a->shuts_read;
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
    *f = (struct descriptor){0};
}

static void call_set(struct descriptors *d, struct descriptor *f, const struct descriptor_args *a,
                     struct fx *fx)
{
    if (a->option == OPTION_ERROR) {
        fail(d, ERR_ENOPROTOOPT);
        return;
    }
    f->options[a->option] = a->value;
    f->is_set |= 1u << a->option;
    if (f->state == FD_OPEN || f->state == FD_CONNECTING) {
        apply_option(f, a->option, fx);
    }
}

static void call_get(struct descriptors *d, struct descriptor *f, const struct descriptor_args *a)
{
    d->value = a->option == OPTION_ERROR ? (int64_t)f->error : f->options[a->option];
    if (a->option == OPTION_ERROR) {
        f->error = ERR_NONE;
    }
}

static void take_call(struct descriptors *d, const struct input *in, struct fx *fx)
{
    struct descriptor_args a;
    memcpy(&a, in->head.data, sizeof a);
    d->caller = a.fd;
    d->value = 0;
    d->error = ERR_NONE;
    d->taken_count = 0;
    struct descriptor *f = at(d, a.fd);
    if (!f && in->code != DESCRIPTOR_SOCKET) {
        fail(d, ERR_EBADF);
        return;
    }
    switch ((enum descriptor_call)in->code) {
    case DESCRIPTOR_SOCKET: call_socket(d); break;
    case DESCRIPTOR_BIND: call_bind(d, f, &a); break;
    case DESCRIPTOR_LISTEN: call_listen(d, f, &a, fx); break;
    case DESCRIPTOR_CONNECT: call_connect(d, f, &a, fx); break;
    case DESCRIPTOR_ACCEPT: call_accept(d, f, a.fd); break;
    case DESCRIPTOR_SEND: call_send(d, f, in->body, fx); break;
    case DESCRIPTOR_RECV: call_recv(d, f, a.max, fx); break;
    case DESCRIPTOR_SHUTDOWN: call_shutdown(d, f, &a, fx); break;
    case DESCRIPTOR_CLOSE: call_close(d, f, a.fd, false, fx); break;
    case DESCRIPTOR_ABORT: call_close(d, f, a.fd, true, fx); break;
    case DESCRIPTOR_SET: call_set(d, f, &a, fx); break;
    case DESCRIPTOR_GET: call_get(d, f, &a); break;
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

static void take_data(struct descriptors *d, struct span body)
{
    if (d->taken_count == d->taken_cap) {
        d->taken_cap = d->taken_cap ? d->taken_cap * 2 : 16;
        d->taken = os_realloc(d->taken, d->taken_cap * sizeof *d->taken);
    }
    d->taken[d->taken_count++] = body;
    d->value += body.len;
}

static void take_end(struct descriptors *d, const struct input *in)
{
    struct descriptor *f = of_handle(d, in->index);
    struct backlog_entry *e = waiting(d, in->index);
    bool is_over = in->code == CODE_CLOSED;
    enum errno_code error = is_over ? (enum errno_code)in->body.len : ERR_NONE;
    if (e) {
        e->has_ended = true;
        e->error = error;
    }
    if (f) {
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
        } else {
            take_child(d, in);
        }
        break;
    case CODE_DATA: take_data(d, in->body); break;
    case CODE_ACCEPTED:
        d->value = in->body.len;
        d->error = in->body.len ? ERR_NONE : ERR_EAGAIN;
        break;
    case CODE_RESULT:
        if (in->body.len && f == at(d, d->caller)) {
            fail(d, (enum errno_code)in->body.len);
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
        fail(d, ERR_EAGAIN);
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
    free(((struct descriptors *)self)->taken);
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
