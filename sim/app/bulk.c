/* A source that sends so many bytes over one TCP connection and closes, and a sink that reads them
 * and closes too. Invariant: the source has given TCP bytes 0 .. given - 1 of its stream. */
#include "app/bulk.h"

#include "actor/fx.h"
#include "actor/tcp_call.h"
#include "actor/tcp_congestion.h"

enum { LOWER_TCP };
static const char *const lowers[] = {"tcp", NULL};

#define SEND_MAX     (UINT32_C(1) << 30) /* a SEND is under 4 GB */
#define SEGMENT_MAX  65495               /* payload of the largest IPv4 packet */
#define NO_ALGORITHM (-1)                /* the host's own */

struct source {
    int64_t bytes, congestion;
    uint64_t given;
    uint32_t stream, connection;
    uint32_t error; /* errno_code with which it ended */
};

static void request(struct fx *fx, uint32_t handle, unsigned code, uint32_t number)
{
    fx_request(fx, handle, code, (struct bytes){0}, (struct span){.len = number});
}

static void connect(struct source *s, const struct input *in, struct fx *fx)
{
    s->stream = in->body.stream;
    s->connection = fx_open(fx, LOWER_TCP, in->net);
    if (s->congestion != NO_ALGORITHM) {
        request(fx, s->connection, TCP_CALL_CONGESTION, (uint32_t)s->congestion);
    }
    request(fx, s->connection, TCP_CALL_CONNECT, 0);
}

/* All that is left, or the FIN when nothing is. */
static void give(const struct source *s, struct fx *fx)
{
    uint64_t left = (uint64_t)s->bytes - s->given;
    if (left == 0) {
        request(fx, s->connection, CODE_CLOSE, 0);
        return;
    }
    struct span body = {
        .at = s->given, .stream = s->stream, .len = left < SEND_MAX ? (uint32_t)left : SEND_MAX};
    fx_request(fx, s->connection, CODE_SEND, (struct bytes){0}, body);
}

/* What was not accepted waits for WRITABLE; what was, and more is left than one SEND holds, goes on
 * at once. */
static void accepted(struct source *s, uint32_t n, struct fx *fx)
{
    s->given += n;
    if (s->given == (uint64_t)s->bytes || n == SEND_MAX) {
        give(s, fx);
    }
}

static void source_step(void *self, const struct input *in, struct fx *fx)
{
    struct source *s = self;
    if (in->kind == IN_START) {
        connect(s, in, fx);
    } else if (in->kind == IN_INDICATION &&
               (in->code == CODE_OPENED || in->code == CODE_WRITABLE)) {
        give(s, fx);
    } else if (in->kind == IN_INDICATION && in->code == CODE_ACCEPTED) {
        accepted(s, in->body.len, fx);
    } else if (in->kind == IN_INDICATION && in->code == CODE_CLOSED) {
        s->error = in->body.len;
    }
}

/* Each segment of the largest size arrives, and a FIN, a SYN and their answers. */
static uint64_t least_events(const void *self, sim_time span)
{
    const struct source *s = self;
    return span == SIM_NEVER ? (uint64_t)s->bytes / SEGMENT_MAX : 0;
}

static const struct var source_vars[] = {{"given", "B", "application"}, {0}};

static void source_read(const void *self, int64_t *vars)
{
    vars[0] = (int64_t)((const struct source *)self)->given;
}

static const struct param source_params[] = {
    {"bytes", offsetof(struct source, bytes), PARAM_BYTES, .initial = 10000, .min = 0,
     .max = INT64_C(1) << 50},
    {"congestion", offsetof(struct source, congestion), PARAM_CHOICE, .initial = NO_ALGORITHM,
     .max = TCP_CC_COUNT - 1, .choices = tcp_congestion_names},
    {0},
};

static const struct actor_type source_type = {
    .name = "tcp-source",
    .size = sizeof(struct source),
    .vars = source_vars,
    .params = source_params,
    .lowers = lowers,
    .step = source_step,
    .read = source_read,
    .least_events = least_events,
};

struct sink {
    uint64_t got;
};

/* It serves whoever connects: several flows may share one port, and then one listener. */
static void sink_step(void *self, const struct input *in, struct fx *fx)
{
    struct sink *s = self;
    if (in->kind == IN_START) {
        struct net key = {.from = in->net.from, .iface = in->net.iface};
        uint32_t listener = fx_open(fx, LOWER_TCP, key);
        request(fx, listener, TCP_CALL_LISTEN, 0);
    } else if (in->kind == IN_INDICATION && in->code == CODE_OPENED) {
        request(fx, in->index, CODE_READ, UINT32_MAX); /* whatever comes */
    } else if (in->kind == IN_INDICATION && in->code == CODE_DATA) {
        s->got += in->body.len;
    } else if (in->kind == IN_INDICATION && in->code == CODE_END) {
        request(fx, in->index, CODE_CLOSE, 0);
    }
}

static const struct var sink_vars[] = {{"received", "B", "application"}, {0}};

static void sink_read(const void *self, int64_t *vars)
{
    vars[0] = (int64_t)((const struct sink *)self)->got;
}

static const struct actor_type sink_type = {
    .name = "tcp-sink",
    .size = sizeof(struct sink),
    .vars = sink_vars,
    .lowers = lowers,
    .step = sink_step,
    .read = sink_read,
};

const struct traffic_type bulk_tcp = {
    .name = "tcp", .source = &source_type, .sink = &sink_type, .has_port = true};
