/* One connection is one queue: requests are answered in the order in which they came, however many
 * wait (RFC 9112 9.3.2). Invariant: the head of a connection's queue is the request that is worked
 * on, and its timer runs or its answer is being written. */
#include "actor/tcp_call.h"
#include "app/http.h"
#include "app/outbox.h"
#include "base/os.h"
#include "wire/http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOWER_TCP };
enum { WORK, IDLE };             /* timers; index: place in the list */
enum { CONNECTIONS_MAX = 1024 }; /* more are reset */
enum framing { BY_LENGTH, BY_CHUNKS, BY_CLOSE };

struct request {
    struct http_head head;
    enum http_fault fault; /* HTTP_GOOD: it can be answered */
    uint64_t body_len;
    struct mark end;
};

struct conn {
    uint32_t handle; /* 0: this place is free */
    uint32_t stream;
    struct outbox out;
    struct http_reader reader;
    struct request *queue; /* owned */
    uint32_t count, cap;
    bool is_last; /* no request after this one is read */
};

struct http_server {
    int64_t page, objects, object, framing, chunk, service, idle, no_delay; /* settings */
    struct conn *list;                                                      /* owned */
    uint32_t count;
    uint64_t answers;
};

static struct conn *find(struct http_server *s, uint32_t handle)
{
    for (uint32_t i = 0; i < s->count; i++) {
        if (s->list[i].handle == handle) {
            return &s->list[i];
        }
    }
    return NULL;
}

static uint32_t place_of(const struct http_server *s, const struct conn *c)
{
    return (uint32_t)(c - s->list);
}

static void empty(struct conn *c)
{
    outbox_free(&c->out);
    http_free(&c->reader);
    free(c->queue);
    *c = (struct conn){0};
}

static void opened(struct http_server *s, uint32_t handle, sim_time now, struct fx *fx)
{
    struct conn *c = find(s, 0);
    if (!c && s->count == CONNECTIONS_MAX) {
        fx_request(fx, handle, CODE_ABORT, (struct bytes){0}, (struct span){0});
        return;
    }
    if (!c) {
        s->list = os_realloc(s->list, (s->count + 1) * sizeof *s->list);
        c = &s->list[s->count++];
    }
    *c = (struct conn){.handle = handle};
    http_begin(&c->reader, true);
    if (s->no_delay) {
        fx_request(fx, handle, TCP_CALL_NO_DELAY, (struct bytes){0}, (struct span){0});
    }
    fx_request(fx, handle, CODE_READ, (struct bytes){0}, (struct span){.len = UINT32_MAX});
    fx_timer(fx, IDLE, place_of(s, c), time_add(now, s->idle));
}

/* ---- what it has ---- */

static void fill(struct buf *out, size_t len)
{
    static const char letters[] = "slowwire takes the wire apart slowly enough to see.\n";
    while (out->len < len) {
        size_t left = len - out->len, n = sizeof letters - 1;
        buf_add(out, bytes_of(letters, left < n ? left : n));
    }
}

static void make_page(const struct http_server *s, struct buf *out)
{
    buf_str(out, "<!DOCTYPE html>\n<title>slowwire</title>\n");
    for (int64_t i = 1; i <= s->objects; i++) {
        buf_printf(out, "<img src=\"" HTTP_OBJECT_NAME "%d\">\n", (int)i);
    }
    fill(out, (size_t)s->page);
}

static bool is_object(const struct http_server *s, const char *target)
{
    size_t n = strlen(HTTP_OBJECT_NAME);
    if (strncmp(target, HTTP_OBJECT_NAME, n) != 0 || strlen(target) > n + 9) {
        return false;
    }
    char text[16];
    long number = strtol(target + n, NULL, 10);
    snprintf(text, sizeof text, "%ld", number);
    return number >= 1 && number <= s->objects && strcmp(text, target + n) == 0;
}

static bool is_page(const char *target)
{
    return strcmp(target, "/") == 0 || strcmp(target, "/index.html") == 0;
}

/* The status, and the body that goes with it. */
static unsigned look_up(const struct http_server *s, const struct request *q, struct buf *body,
                        const char **type)
{
    const char *method = q->head.method;
    bool is_post = strcmp(method, "POST") == 0;
    *type = "text/plain";
    if (q->fault) {
        return q->fault;
    }
    if (!is_post && strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0) {
        return HTTP_NOT_IMPLEMENTED;
    }
    if (is_post) {
        buf_printf(body, "%llu bytes\n", (unsigned long long)q->body_len);
        return 200;
    }
    if (is_page(q->head.target)) {
        *type = "text/html";
        make_page(s, body);
        return 200;
    }
    if (is_object(s, q->head.target)) {
        *type = "application/octet-stream";
        fill(body, (size_t)s->object);
        return 200;
    }
    return 404;
}

/* ---- answering ---- */

/* Chunks are not for HTTP/1.0 (RFC 9112 7.1). */
static enum framing framing_for(const struct http_server *s, const struct request *q)
{
    bool is_old = q->head.minor == 0;
    return s->framing == BY_CHUNKS && is_old ? BY_CLOSE : (enum framing)s->framing;
}

static void write_body(const struct http_server *s, enum framing framing, struct bytes body,
                       struct buf *out)
{
    if (framing != BY_CHUNKS) {
        buf_add(out, body);
        return;
    }
    for (size_t at = 0; at < body.len; at += (size_t)s->chunk) {
        http_chunk(out, bytes_sub(body, at, (size_t)s->chunk));
    }
    http_chunk(out, (struct bytes){0});
}

static void write_answer(const struct http_server *s, const struct request *q, unsigned status,
                         const char *type, struct bytes body, bool closes, struct buf *out)
{
    enum framing framing = status == 200 ? framing_for(s, q) : BY_LENGTH;
    buf_printf(out, "HTTP/1.1 %u %s\r\nServer: slowwire\r\n", status, http_reason(status));
    if (status == 200) {
        buf_printf(out, "Content-Type: %s\r\n", type);
    }
    if (framing == BY_LENGTH) {
        buf_printf(out, "Content-Length: %zu\r\n", body.len);
    } else if (framing == BY_CHUNKS) {
        buf_str(out, "Transfer-Encoding: chunked\r\n");
    }
    if (closes) {
        buf_str(out, "Connection: close\r\n");
    } else if (q->head.minor == 0) {
        buf_str(out, "Connection: keep-alive\r\n");
    }
    buf_str(out, "\r\n");
    if (strcmp(q->head.method, "HEAD") != 0) {
        write_body(s, framing, body, out);
    }
}

/* Whether the connection ends with this answer: it was asked for, the request cannot be trusted to
 * have ended where it seems to, or the end is the only mark of the body's end. */
static bool is_last(const struct http_server *s, const struct request *q, unsigned status)
{
    bool by_close =
        status == 200 && framing_for(s, q) == BY_CLOSE && strcmp(q->head.method, "HEAD") != 0;
    return q->fault || by_close || !http_persists(&q->head);
}

/* True: the connection ends with it. */
static bool answer(struct http_server *s, struct conn *c, struct fx *fx)
{
    const struct request *q = &c->queue[0];
    struct buf body = {0}, out = {0};
    const char *type;
    unsigned status = look_up(s, q, &body, &type);
    bool closes = is_last(s, q, status);
    char name[16 + HTTP_REASON_MAX];
    write_answer(s, q, status, type, bytes_of(body.data, body.len), closes, &out);
    snprintf(name, sizeof name, "%u %s", status, http_reason(status));
    struct span said = fx_bytes(fx, &c->stream, bytes_of(out.data, out.len));
    enum http_why why = status != 200                   ? HTTP_REFUSES
                        : framing_for(s, q) == BY_CLOSE ? HTTP_ANSWERS_ALL
                                                        : HTTP_ANSWERS;
    fx_message(fx, 0, said, name, q->end, why);
    outbox_send(&c->out, c->handle, said, fx);
    s->answers++;
    buf_free(&body);
    buf_free(&out);
    return closes;
}

static void work(struct http_server *s, struct conn *c, sim_time now, struct fx *fx);

static void finish(struct http_server *s, struct conn *c, sim_time now, struct fx *fx)
{
    bool closes = answer(s, c, fx);
    c->is_last |= closes;
    memmove(c->queue, c->queue + 1, --c->count * sizeof *c->queue);
    c->count = closes ? 0 : c->count;
    if (c->is_last && c->count == 0) {
        outbox_end(&c->out, c->handle, fx);
    }
    work(s, c, now, fx);
}

/* The head of the queue is begun; an empty queue waits for the next request, but not for ever. */
static void work(struct http_server *s, struct conn *c, sim_time now, struct fx *fx)
{
    bool waits = c->count == 0 && !c->is_last;
    fx_timer(fx, IDLE, place_of(s, c), waits ? time_add(now, s->idle) : SIM_NEVER);
    if (c->count > 0 && s->service > 0) {
        fx_timer(fx, WORK, place_of(s, c), time_add(now, s->service));
    } else if (c->count > 0) {
        finish(s, c, now, fx);
    }
}

/* ---- reading ---- */

static void take(struct http_server *s, struct conn *c, struct mark end, sim_time now,
                 struct fx *fx)
{
    if (c->count == c->cap) {
        c->cap = c->cap ? 2 * c->cap : 4;
        c->queue = os_realloc(c->queue, c->cap * sizeof *c->queue);
    }
    c->queue[c->count++] = (struct request){.head = c->reader.head,
                                            .fault = c->reader.fault,
                                            .body_len = c->reader.body_len,
                                            .end = end};
    c->is_last |= c->reader.fault != HTTP_GOOD || !http_persists(&c->reader.head);
    fx_heard(fx, 0, end, HTTP_REQUEST_READ);
    if (c->count == 1) {
        work(s, c, now, fx);
    }
}

static void read_data(struct http_server *s, struct conn *c, const struct input *in, struct fx *fx)
{
    size_t used = 0;
    while (used < in->head.len && !c->is_last) {
        used += http_read(&c->reader, bytes_sub(in->head, used, in->head.len), NULL);
        struct mark end = {in->body.at + used, in->body.stream};
        if (c->reader.place == HTTP_DONE) {
            take(s, c, end, in->now, fx);
            http_next(&c->reader);
        } else if (c->reader.place == HTTP_BROKEN) {
            take(s, c, end, in->now, fx);
        }
    }
}

/* Nothing more comes: what is in the queue is answered, then it is over. */
static void ended(struct conn *c, struct fx *fx)
{
    c->is_last = true;
    if (c->count == 0) {
        outbox_end(&c->out, c->handle, fx);
    }
}

static void hear(struct http_server *s, const struct input *in, struct fx *fx)
{
    struct conn *c = find(s, in->index);
    if (in->code == CODE_OPENED) {
        opened(s, in->index, in->now, fx);
    } else if (c && in->code == CODE_DATA) {
        read_data(s, c, in, fx);
    } else if (c && in->code == CODE_END) {
        ended(c, fx);
    } else if (c && in->code == CODE_CLOSED) {
        fx_timer(fx, WORK, place_of(s, c), SIM_NEVER);
        fx_timer(fx, IDLE, place_of(s, c), SIM_NEVER);
        empty(c);
    } else if (c) {
        outbox_hear(&c->out, in, fx);
    }
}

static void server_step(void *self, const struct input *in, struct fx *fx)
{
    struct http_server *s = self;
    if (in->kind == IN_START) {
        struct net key = {.from = in->net.from, .iface = in->net.iface};
        uint32_t listener = fx_open(fx, LOWER_TCP, key);
        fx_request(fx, listener, TCP_CALL_LISTEN, (struct bytes){0}, (struct span){0});
    } else if (in->kind == IN_INDICATION) {
        hear(s, in, fx);
    } else if (in->kind == IN_TIMER && in->code == WORK) {
        finish(s, &s->list[in->index], in->now, fx);
    } else if (in->kind == IN_TIMER) {
        s->list[in->index].is_last = true;
        outbox_end(&s->list[in->index].out, s->list[in->index].handle, fx);
    }
}

static void server_free(void *self)
{
    struct http_server *s = self;
    for (uint32_t i = 0; i < s->count; i++) {
        empty(&s->list[i]);
    }
    free(s->list);
}

static void server_read(const void *self, int64_t *vars)
{
    const struct http_server *s = self;
    int64_t open = 0, waiting = 0;
    for (uint32_t i = 0; i < s->count; i++) {
        open += s->list[i].handle != 0;
        waiting += s->list[i].count;
    }
    vars[0] = open;
    vars[1] = waiting;
    vars[2] = (int64_t)s->answers;
}

#define OF(FIELD) offsetof(struct http_server, FIELD)
static const struct param params[] = {
    {"page", OF(page), PARAM_BYTES, .initial = 2000, .min = 0, .max = 16000000},
    {"objects", OF(objects), PARAM_COUNT, .initial = 0, .min = 0, .max = 1000},
    {"object", OF(object), PARAM_BYTES, .initial = 2000, .min = 0, .max = 16000000},
    {"framing", OF(framing), PARAM_CHOICE, .initial = BY_LENGTH, .max = BY_CLOSE,
     .choices = (const char *const[]){"length", "chunked", "close", NULL}},
    {"chunk", OF(chunk), PARAM_BYTES, .initial = 1000, .min = 1, .max = 16000000},
    {"service", OF(service), PARAM_TIME, .initial = 0, .min = 0, .max = SIM_NEVER / 4},
    {"no-delay", OF(no_delay), PARAM_SWITCH, .initial = 1, .max = 1},
    {"idle", OF(idle), PARAM_TIME, .initial = 15 * SIM_S, .min = 1, .max = SIM_NEVER / 4},
    {0},
};

const struct actor_type http_server_type = {
    .name = "http-server",
    .size = sizeof(struct http_server),
    .reads_bytes = true,
    .sets = (const struct set[]){{"message", message_states}, {0}},
    .timers = (const struct timer[]){[WORK] = {"service", CONNECTIONS_MAX, TIMER_KIND_WAIT},
                                     [IDLE] = {"idle", CONNECTIONS_MAX, TIMER_KIND_WAIT},
                                     {0}},
    .reasons = http_reasons,
    .vars = (const struct var[]){{"connections", "", "server"},
                                 {"waiting", "", "server"},
                                 {"answers", "", "server"},
                                 {0}},
    .params = params,
    .lowers = (const char *const[]){"tcp", NULL},
    .step = server_step,
    .read = server_read,
    .free = server_free,
};
