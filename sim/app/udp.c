/* A source that sends datagrams of one size at a constant rate, and a sink that takes them.
 * Datagram n leaves at start + n * size / rate exactly: rounding never adds up. */
#include "app/udp.h"

#include "actor/fx.h"
#include "wire/icmp.h"
#include "wire/ipv4.h"
#include "wire/udp.h"

enum why { NO_REASON, FIRST, ON_TIME, GOT, TOO_BIG };
static const struct reason reasons[] = {
    [NO_REASON] = {0},
    [FIRST] = {"udp.first", "RFC 768"},
    [ON_TIME] = {"udp.on-time", "RFC 768"},
    [GOT] = {"udp.got", "RFC 768"},
    [TOO_BIG] = {"udp.too-big", "RFC 1191 4"},
    {0},
};

struct source {
    int64_t rate, size, duration, df;
    uint64_t sent;
    sim_time started;
    uint32_t stream;
    struct net key;
};

static bool udp_key(struct bytes head, struct net *io)
{
    struct udp udp;
    if (!udp_decode(head, &udp)) {
        return false;
    }
    io->from.port = udp.from;
    io->to.port = udp.to;
    return true;
}

const struct proto udp_proto = {.name = "udp", .carrier = CARRIER_IP, .number = 17, .key = udp_key};

/* Payload rate in bits a second: datagram n is due when n datagrams would have passed. */
static sim_time due(const struct source *s, uint64_t n)
{
    return time_add(s->started, muldiv((int64_t)n, s->size * 8 * SIM_S, s->rate));
}

static void send_datagram(struct source *s, struct fx *fx)
{
    uint8_t head[UDP_HEADER];
    uint32_t size = (uint32_t)s->size;
    udp_encode(s->key.from.port, s->key.to.port, size, head);
    struct span body = {.at = s->sent * size, .stream = s->stream, .len = size};
    struct unit unit = {.at = s->sent, .n = 1};
    fx_send(fx, &s->key, bytes_of(head, sizeof head), body, unit, s->sent ? ON_TIME : FIRST);
    s->sent++;
}

static void source_step(void *self, const struct input *in, struct fx *fx)
{
    struct source *s = self;
    if (in->kind == IN_START) {
        s->key = in->net;
        s->key.df = s->df;
        s->stream = in->body.stream;
        s->started = in->now;
    } else if (in->kind == IN_ERROR && in->code == (ICMP_UNREACHABLE << 8 | ICMP_TOO_BIG)) {
        fx_note(fx, TOO_BIG);
        return;
    } else if (in->kind != IN_TIMER) {
        return; /* answers and ICMP errors stop nothing: UDP does not care */
    }
    send_datagram(s, fx);
    sim_time next = due(s, s->sent);
    if (s->duration < 0 || next - s->started < s->duration) {
        fx_timer(fx, 0, 0, next);
    }
}

/* A datagram and its timer each interval. */
static uint64_t least_events(const void *self, sim_time span)
{
    const struct source *s = self;
    sim_time lasts = s->duration >= 0 && s->duration < span ? s->duration : span;
    return 2 * (uint64_t)muldiv(lasts / SIM_MS, s->rate, s->size * 8 * (SIM_S / SIM_MS));
}

static void need(const void *self, struct flow_need *out)
{
    const struct source *s = self;
    uint32_t packet = (uint32_t)s->size + IPV4_HEADER + UDP_HEADER;
    out->rate = muldiv_up(packet, s->rate, s->size * 8);
    out->burst = packet;
    out->least = out->most = packet;
}

static const struct var source_vars[] = {{"sent", "", "traffic"}, {0}};

static void source_read(const void *self, int64_t *vars)
{
    vars[0] = (int64_t)((const struct source *)self)->sent;
}

static const struct param source_params[] = {
    {"rate", offsetof(struct source, rate), PARAM_RATE, .initial = 100000, .min = 1,
     .max = INT64_C(1000000000000000)},
    {"size", offsetof(struct source, size), PARAM_BYTES, .initial = 500, .min = 1, .max = 65507},
    {"for", offsetof(struct source, duration), PARAM_TIME, .may_be_off = true, .initial = -1,
     .min = 1, .max = SIM_NEVER / 2},
    {"df", offsetof(struct source, df), PARAM_SWITCH, .max = 1},
    {0},
};

static const struct actor_type source_type = {
    .name = "udp-source",
    .proto = &udp_proto,
    .size = sizeof(struct source),
    .timers = (const struct timer[]){{"next", 1, true}, {0}},
    .reasons = reasons,
    .vars = source_vars,
    .params = source_params,
    .step = source_step,
    .read = source_read,
    .least_events = least_events,
    .need = need,
};

struct sink {
    uint64_t got;
};

static void sink_step(void *self, const struct input *in, struct fx *fx)
{
    struct sink *s = self;
    if (in->kind == IN_PACKET) {
        s->got++;
        fx_indicate(fx, 0, CODE_DATA, (struct bytes){0}, in->body);
    }
}

static const struct var sink_vars[] = {{"received", "", "traffic"}, {0}};

static void sink_read(const void *self, int64_t *vars)
{
    vars[0] = (int64_t)((const struct sink *)self)->got;
}

static const struct actor_type sink_type = {
    .name = "udp-sink",
    .proto = &udp_proto,
    .size = sizeof(struct sink),
    .reasons = reasons,
    .vars = sink_vars,
    .step = sink_step,
    .read = sink_read,
};

const struct traffic_type udp_constant_rate = {
    .name = "udp", .source = &source_type, .sink = &sink_type, .has_port = true};
