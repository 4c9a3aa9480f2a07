/* From the words of a call to the descriptors of its host, and back. */
#include "run_call.h"

#include "base/os.h"
#include "proto/tcp/tcp.h"
#include "run_option.h"
#include "scenario/quantity.h"

#include <stdlib.h>
#include <string.h>

#define SEND_LEN_MAX (INT64_C(1) << 30)

static const char *const call_names[] = {
    "socket",   "bind",  "listen", "connect",    "accept",     "send", "recv",
    "shutdown", "close", "abort",  "setsockopt", "getsockopt", NULL};

static int index_of(const char *const *words, const char *word)
{
    for (int i = 0; words[i]; i++) {
        if (strcmp(words[i], word) == 0) {
            return i;
        }
    }
    return -1;
}

static uint32_t node_called(const struct run *r, const char *name)
{
    for (uint32_t i = 0; name && i < r->sc->node_count; i++) {
        if (strcmp(r->sc->nodes[i].name, name) == 0) {
            return i;
        }
    }
    return NO_NODE;
}

static bool refuse(struct buf *what, const char *text, const char *word)
{
    buf_printf(what, "%s '%s'", text, word ? word : "");
    return false;
}

/* "peer:8080": a host's name or an address, and a port. */
static bool read_destination(const struct run *r, const char *to, struct addr *out,
                             struct buf *what)
{
    const char *colon = to ? strrchr(to, ':') : NULL;
    char name[256];
    char *end;
    if (!colon || (size_t)(colon - to) >= sizeof name) {
        return refuse(what, "connect needs \"to\": \"HOST:PORT\", found", to);
    }
    memcpy(name, to, (size_t)(colon - to));
    name[colon - to] = '\0';
    long port = strtol(colon + 1, &end, 10);
    uint32_t node = node_called(r, name);
    if (*end || end == colon + 1 || port < 1 || port > 65535) {
        return refuse(what, "no port in", to);
    }
    out->port = (uint16_t)port;
    if (node != NO_NODE && r->sc->nodes[node].address_count > 0) {
        out->ip = r->sc->nodes[node].addresses[0].ip;
        return true;
    }
    return ip_parse(name, &out->ip) || refuse(what, "unknown host", name);
}

static bool read_shutdown(const struct run_call *call, struct descriptor_args *a, struct buf *what)
{
    static const char *const hows[] = {"RD", "WR", "RDWR", NULL};
    int how = call->how ? index_of(hows, call->how) : -1;
    a->shuts_read = how == 0 || how == 2;
    a->shuts_write = how == 1 || how == 2;
    return how >= 0 || refuse(what, "how is RD, WR or RDWR, not", call->how);
}

/* A number, or a word for yes or no. */
static int64_t value_of(const char *text, int64_t off)
{
    bool on;
    if (text && switch_parse(text, &on)) {
        return on ? 1 : off;
    }
    return text ? strtoll(text, NULL, 10) : 0;
}

/* False with nothing said: an option that this host does not know, which is ENOPROTOOPT. */
static bool read_option(const struct run_call *call, struct descriptor_args *a)
{
    for (unsigned i = 0; call->option && i < OPTION_COUNT; i++) {
        if (strcmp(socket_options[i].name, call->option) == 0) {
            a->option = i;
            a->value = value_of(call->value, a->option == OPTION_LINGER ? -1 : 0);
            return true;
        }
    }
    return false;
}

static bool read_hex(const char *hex, struct buf *out)
{
    for (; *hex; hex += 2) {
        unsigned byte;
        if (!hex[1] || sscanf(hex, "%2x", &byte) != 1 ||
            !strchr("0123456789abcdefABCDEF", hex[1])) {
            return false;
        }
        buf_char(out, (char)byte);
    }
    return true;
}

/* All that is given to one descriptor is one stream: TCP knows no calls, only bytes. `len` bytes
 * are a pattern that goes on from call to call. */
static bool read_body(struct run *r, const struct run_call *call, struct span *out,
                      struct buf *what)
{
    struct streams *streams = &r->trace->streams;
    struct buf bytes = {0};
    uint64_t *stream = map_put(&r->sent, (uint64_t)call->fd);
    *stream = *stream ? *stream : stream_add_growing(streams);
    out->stream = (uint32_t)*stream;
    out->at = streams->list[out->stream].len;
    if (call->hex && !read_hex(call->hex, &bytes)) {
        buf_free(&bytes);
        return refuse(what, "not hexadecimal:", call->hex);
    }
    if (!call->hex && (call->len < 0 || call->len > SEND_LEN_MAX)) {
        return refuse(what, "send needs \"hex\" or \"len\"", "");
    }
    for (int64_t i = 0; !call->hex && i < call->len; i++) {
        buf_char(&bytes, (char)('a' + (out->at + (uint64_t)i) % 26));
    }
    stream_append(streams, out->stream, bytes_of(bytes.data, bytes.len));
    out->len = (uint32_t)bytes.len;
    buf_free(&bytes);
    return true;
}

/* What was not taken is not in the stream: the next call goes on where TCP is. */
static void forget_refused(struct run *r, const struct run_call *call, const struct span *body,
                           int64_t taken)
{
    uint64_t stream = map_get(&r->sent, (uint64_t)call->fd);
    if (stream) {
        r->trace->streams.list[stream].len = body->at + (uint64_t)taken;
    }
}

static bool read_arguments(struct run *r, const struct run_call *call, enum descriptor_call code,
                           struct descriptor_args *a, struct span *body, struct buf *what)
{
    *a = (struct descriptor_args){.fd = (int32_t)call->fd};
    switch (code) {
    case DESCRIPTOR_SOCKET:
    case DESCRIPTOR_ACCEPT:
    case DESCRIPTOR_CLOSE:
    case DESCRIPTOR_ABORT:
    case DESCRIPTOR_SET:
    case DESCRIPTOR_GET: return true;
    case DESCRIPTOR_BIND:
        a->addr.port = (uint16_t)call->port;
        return (call->port >= 0 && call->port < 65536 &&
                (!call->addr || ip_parse(call->addr, &a->addr.ip))) ||
               refuse(what, "bind needs a port from 0 to 65535, and an address if any;",
                      call->addr);
    case DESCRIPTOR_LISTEN: a->max = (uint32_t)call->backlog; return true;
    case DESCRIPTOR_CONNECT: return read_destination(r, call->to, &a->addr, what);
    case DESCRIPTOR_SEND: return read_body(r, call, body, what);
    case DESCRIPTOR_RECV:
        a->max = call->max < 0 || call->max > UINT32_MAX - 1 ? UINT32_MAX - 1 : (uint32_t)call->max;
        return true;
    case DESCRIPTOR_SHUTDOWN: return read_shutdown(call, a, what);
    }
    return true;
}

static struct descriptors *descriptors_of(struct run *r, uint32_t node)
{
    struct world *w = r->world;
    if (!r->descriptors) {
        r->descriptors = os_alloc((r->sc->node_count + 1) * sizeof *r->descriptors);
    }
    if (r->descriptors[node] == 0) {
        r->descriptors[node] =
            actor_open(w, &descriptors_type, node, (struct net){0}, 0, 0, NULL, 0);
        actor_start(w, r->descriptors[node], START_OPENED, 0, 0);
        effects_apply(w);
    }
    return w->rows[r->descriptors[node]].self;
}

static void add_part(struct run *r, struct span part, int64_t max, struct buf *out)
{
    int64_t room = max - (int64_t)out->len;
    part.len = part.len < room ? part.len : (uint32_t)room;
    span_read(&r->trace->streams, part, out);
}

/* What TCP holds for this descriptor, or what was left of it, and stays where it is. */
static bool peek(struct run *r, const struct descriptors *d, const struct run_call *call,
                 struct run_answer *out)
{
    bool is_one = call->fd >= 0 && call->fd < DESCRIPTORS_MAX;
    const struct descriptor *f = is_one ? &d->list[call->fd] : NULL;
    const struct tcp *t = f ? run_tcp_of(r, f) : NULL;
    const struct tcp_piece *first = t ? pieces_first(&t->unread) : NULL;
    for (int64_t at = first ? first->at : 0; t && (int64_t)out->data.len < call->max;) {
        struct span part = pieces_at(&t->unread, at, UINT32_MAX);
        if (part.len == 0) {
            break;
        }
        add_part(r, part, call->max, &out->data);
        at += part.len;
    }
    for (uint32_t i = 0; f && i < f->left_count && (int64_t)out->data.len < call->max; i++) {
        add_part(r, f->left[i], call->max, &out->data);
    }
    out->value = (int64_t)out->data.len;
    out->has_data = true;
    return out->value > 0;
}

static void answer(struct run *r, enum descriptor_call code, struct descriptors *d,
                   struct run_answer *out)
{
    descriptors_settle(d, code);
    out->error = d->error;
    out->value = d->value;
    if (code == DESCRIPTOR_RECV && d->error == ERR_NONE) {
        out->has_data = true;
        for (uint32_t i = 0; i < d->taken_count; i++) {
            span_read(&r->trace->streams, d->taken[i], &out->data);
        }
    }
}

bool run_make_call(struct run *r, const struct run_call *call, struct run_answer *out,
                   struct buf *what)
{
    uint32_t node = node_called(r, call->host);
    int index = call->name ? index_of(call_names, call->name) : -1;
    *out = (struct run_answer){0};
    if (node == NO_NODE) {
        return refuse(what, "unknown host", call->host);
    }
    if (index < 0) {
        return refuse(what, "unknown call", call->name);
    }
    enum descriptor_call code = (enum descriptor_call)(DESCRIPTOR_SOCKET + index);
    struct descriptor_args args;
    struct span body = {0};
    if (!read_arguments(r, call, code, &args, &body, what)) {
        return false;
    }
    if ((code == DESCRIPTOR_SET || code == DESCRIPTOR_GET) && !read_option(call, &args)) {
        out->error = ERR_ENOPROTOOPT;
        return true;
    }
    if (code == DESCRIPTOR_BIND && args.addr.ip && node_of_ip(r->world, args.addr.ip) != node) {
        out->error = ERR_EADDRNOTAVAIL;
        return true;
    }
    run_due(r, r->now);
    struct descriptors *d = descriptors_of(r, node);
    if (code == DESCRIPTOR_RECV && call->peek && peek(r, d, call, out)) {
        return true;
    }
    args.max = code == DESCRIPTOR_RECV && call->peek ? 0 : args.max;
    struct input in = {.kind = IN_REQUEST,
                       .code = (uint16_t)code,
                       .head = bytes_of(&args, sizeof args),
                       .body = body};
    uint32_t row = r->descriptors[node];
    uint32_t cause = world_record(r->world, REC_CALL, row, 0, code, call->fd, 0, 0);
    actor_step(r->world, row, &in, 0, cause);
    effects_apply(r->world);
    answer(r, code, d, out);
    if (code == DESCRIPTOR_GET) {
        run_answer_option(r, node, &args, d, out);
    }
    if (code == DESCRIPTOR_SEND) {
        forget_refused(r, call, &body, out->error ? 0 : out->value);
    }
    if (code == DESCRIPTOR_CLOSE || code == DESCRIPTOR_ABORT) {
        *map_put(&r->sent, (uint64_t)call->fd) = 0; /* the number may be another connection's */
    }
    return true;
}

static uint32_t connection_called(const struct world *w, uint32_t node, const char *flow)
{
    uint32_t listener = 0;
    for (uint32_t row = w->row_count; row-- > 1;) {
        const struct row *one = &w->rows[row];
        bool is_named = !flow || (one->flow && strcmp(w->trace->flows[one->flow].name, flow) == 0);
        if (one->type == &tcp_type && one->node == node && is_named) {
            if (w->trace->entities[row].remote.port) {
                return row;
            }
            listener = listener ? listener : row;
        }
    }
    return listener;
}

/* A host without connections is asked about its DHCP client. */
static uint32_t lease_called(const struct world *w, uint32_t node, const char *flow)
{
    uint32_t row = w->nodes[node].lease;
    bool is_meant = row && (!flow || strcmp(w->trace->flows[w->rows[row].flow].name, flow) == 0);
    return is_meant ? row : 0;
}

bool run_state(struct run *r, const char *host, const char *flow, struct run_state *out,
               struct buf *what)
{
    uint32_t node = node_called(r, host);
    if (node == NO_NODE) {
        return refuse(what, "unknown host", host);
    }
    run_due(r, r->now);
    uint32_t row = connection_called(r->world, node, flow);
    if (row == 0) {
        row = lease_called(r->world, node, flow);
    }
    if (row == 0) {
        return refuse(what, "no connection on", host);
    }
    const struct row *one = &r->world->rows[row];
    *out = (struct run_state){.state = one->type->machines[0].states[one->state[0]],
                              .type = one->self ? one->type : NULL};
    if (one->self) {
        assert(var_count(one->type) <= sizeof out->vars / sizeof *out->vars);
        one->type->read(one->self, out->vars);
    }
    return true;
}
