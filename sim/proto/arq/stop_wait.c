/* Stop-and-wait: one frame on its way at a time. The sender offers the next frame when the link is
 * free and the frame before it is acknowledged; its timer runs from the end of the transmission
 * (MODEL.md, ARQ). Invariant: the sender repeats only frame `frame`, and the receiver passes on
 * only frame `expected`, both modulo 2^sequence-bits on the wire. */
#include "actor/fx.h"
#include "proto/arq/arq.h"
#include "wire/arq.h"

#include <assert.h>
#include <math.h>

enum sender_state { IDLE, SENDING, WAIT_ACK, DONE };
enum { SENDER_MACHINE };
enum { FRAME_SET };
enum sent_item { SENT_ABSENT, SENT_ONCE, SENT_AGAIN, SENT_ACKED };
enum got_item { GOT_ABSENT, GOT_PASSED_ON, GOT_THROWN };
enum { TIMER_TIMEOUT, TIMER_ARRIVAL };

struct sender {
    int64_t frames, frame_bytes, timeout, sequence_bits, arrivals, acks, crc, ack_bytes;
    enum sender_state state;
    uint64_t frame; /* the one that is sent, repeated, waited for */
    uint32_t copy;  /* how often it was sent */
    bool is_acked;  /* its ACK came while a further copy was still leaving */
    uint32_t stream;
    sim_time started;
    struct net key;
};

struct receiver {
    int64_t sequence_bits, acks, crc, ack_bytes;
    uint64_t expected;
    struct net key;
};

static uint16_t wire_number(uint64_t frame, int64_t bits)
{
    return (uint16_t)(frame & ((UINT64_C(1) << bits) - 1));
}

static const struct machine_edge sender_edges[] = {
    {IDLE, SENDING, "arq.edge.send"},
    {SENDING, WAIT_ACK, "arq.edge.sent"},
    {WAIT_ACK, SENDING, "arq.edge.again"},
    {WAIT_ACK, IDLE, "arq.edge.ack"},
    {SENDING, IDLE, "arq.edge.ack"},
    {IDLE, DONE, "arq.edge.done"},
    {-1, -1, NULL},
};

static const struct machine sender_machines[] = {
    {"sender", (const char *const[]){"IDLE", "SENDING", "WAIT-ACK", "DONE", NULL}, sender_edges},
    {0},
};

/* Every change of state goes through here: checked against the edges, told to the trace. */
static void enter(struct sender *s, enum sender_state to, enum arq_why why, struct fx *fx)
{
    assert(edge_allowed(&sender_machines[SENDER_MACHINE], s->state, to));
    fx_state(fx, SENDER_MACHINE, s->state, to, why);
    s->state = to;
}

static void send_frame(struct sender *s, enum arq_why why, struct fx *fx)
{
    uint8_t head[ARQ_HEADER];
    arq_encode(&(struct arq_frame){.kind = ARQ_DATA,
                                   .channel = (uint8_t)(s->key.from.port - 1),
                                   .number = wire_number(s->frame, s->sequence_bits)},
               head);
    uint32_t payload = (uint32_t)(s->frame_bytes - ARQ_HEADER);
    struct span body = {.at = s->frame * payload, .stream = s->stream, .len = payload};
    enter(s, SENDING, why, fx);
    fx_item(fx, FRAME_SET, (int64_t)s->frame, s->copy ? SENT_AGAIN : SENT_ONCE, why);
    fx_send(fx, &s->key, bytes_of(head, sizeof head), body, (struct unit){s->frame, 1}, why);
    s->copy++;
}

/* When frame n arrives from the layer above: all at once, or so many a second. */
static sim_time arrival_time(const struct sender *s, uint64_t n)
{
    const int64_t scale = SIM_S * SIM_S;
    return s->arrivals < 0 ? s->started : s->started + muldiv((int64_t)n, scale, s->arrivals);
}

/* The link is free and nothing waits for an ACK: what comes next? */
static void send_next(struct sender *s, sim_time now, struct fx *fx)
{
    if (s->frame == (uint64_t)s->frames) {
        enter(s, DONE, WHY_DONE, fx);
    } else if (arrival_time(s, s->frame) > now) {
        fx_timer(fx, TIMER_ARRIVAL, 0, arrival_time(s, s->frame));
    } else {
        bool is_new = s->arrivals >= 0 && arrival_time(s, s->frame) == now;
        send_frame(s, s->frame == 0 ? WHY_FIRST : is_new ? WHY_ARRIVED : WHY_NEXT, fx);
    }
}

static void take_ack(struct sender *s, sim_time now, struct fx *fx)
{
    fx_timer(fx, TIMER_TIMEOUT, 0, SIM_NEVER);
    fx_item(fx, FRAME_SET, (int64_t)s->frame, SENT_ACKED, WHY_ACKED);
    if (s->state == SENDING) {
        s->is_acked = true; /* a needless copy is leaving: its end frees the link */
        return;
    }
    enter(s, IDLE, WHY_ACKED, fx);
    s->frame++;
    s->copy = 0;
    send_next(s, now, fx);
}

/* The number that acknowledges the frame under way. */
static uint16_t wanted_ack(const struct sender *s)
{
    return wire_number(s->frame + (s->acks == ARQ_ACKS_NEXT), s->sequence_bits);
}

static void sender_hear(struct sender *s, const struct input *in, struct fx *fx)
{
    struct arq_frame ack;
    if (in->is_damaged && s->crc) {
        fx_drop(fx, DROP_CHECKSUM, WHY_DAMAGED);
        return;
    }
    bool is_waiting = s->copy > 0 && !s->is_acked && (s->state == SENDING || s->state == WAIT_ACK);
    if (!arq_decode(in->head, &ack) || ack.kind != ARQ_ACK) {
        fx_drop(fx, DROP_MALFORMED, WHY_NO_REASON);
    } else if (!is_waiting || ack.number != wanted_ack(s)) {
        fx_drop(fx, DROP_DUPLICATE, WHY_OLD_ACK);
    } else {
        take_ack(s, in->now, fx);
    }
}

/* A transmission ended: of the frame that is waited for, or of a copy whose ACK came meanwhile. */
static void sender_sent(struct sender *s, sim_time now, struct fx *fx)
{
    if (s->is_acked) {
        s->is_acked = false;
        enter(s, IDLE, WHY_ACKED, fx);
        s->frame++;
        s->copy = 0;
        send_next(s, now, fx);
        return;
    }
    enter(s, WAIT_ACK, WHY_TIMER, fx);
    fx_timer(fx, TIMER_TIMEOUT, 0, time_add(now, s->timeout));
}

static void sender_step(void *self, const struct input *in, struct fx *fx)
{
    struct sender *s = self;
    switch (in->kind) {
    case IN_START:
        s->key = in->net;
        s->stream = in->body.stream;
        s->started = in->now;
        send_next(s, in->now, fx);
        break;
    case IN_PACKET: sender_hear(s, in, fx); break;
    case IN_SENT: sender_sent(s, in->now, fx); break;
    case IN_TIMER:
        if (in->code == TIMER_ARRIVAL) {
            send_next(s, in->now, fx);
        } else {
            send_frame(s, WHY_TIMEOUT, fx);
        }
        break;
    case IN_ERROR:
    case IN_REQUEST:
    case IN_INDICATION: break; /* nobody above, nothing below */
    }
}

enum { SENDER_FRAME, SENDER_NUMBER, SENDER_COPY };
static const struct var sender_vars[] = {
    [SENDER_FRAME] = {"frame", "", "window"},
    [SENDER_NUMBER] = {"number", "", "window"},
    [SENDER_COPY] = {"copy", "", "window"},
    {0},
};

static void sender_read(const void *self, int64_t *vars)
{
    const struct sender *s = self;
    vars[SENDER_FRAME] = (int64_t)s->frame;
    vars[SENDER_NUMBER] = wire_number(s->frame, s->sequence_bits);
    vars[SENDER_COPY] = s->copy;
}

/* 1 / (1 + 2a + A): without loss; a = delay, A = an ACK's transmission, in frame times. */
static double theory(const void *self, const struct path *path)
{
    const struct sender *s = self;
    if (path->rate_bps == 0) {
        return NAN;
    }
    double frame = (double)s->frame_bytes * 8 / (double)path->rate_bps;
    double ack = (double)s->ack_bytes * 8 / (double)path->rate_bps;
    return frame / (frame + 2 * (double)path->delay_ns / (double)SIM_S + ack);
}

/* A frame arrives, and so does its ACK, unless the time is up before. */
static uint64_t least_events(const void *self, sim_time span)
{
    const struct sender *s = self;
    return span == SIM_NEVER ? 2 * (uint64_t)s->frames : 0;
}

#define OF_SENDER(field) offsetof(struct sender, field)
static const struct param sender_params[] = {
    {"frames", OF_SENDER(frames), PARAM_COUNT, .initial = 10, .min = 1, .max = INT64_C(1) << 40},
    {"frame", OF_SENDER(frame_bytes), PARAM_BYTES, .initial = 1000, .min = ARQ_HEADER,
     .max = 65535},
    {"timeout", OF_SENDER(timeout), PARAM_TIME, .initial = SIM_S, .min = 1, .max = SIM_NEVER / 2},
    {"sequence-bits", OF_SENDER(sequence_bits), PARAM_COUNT, .initial = 1, .min = 0, .max = 16},
    {"arrivals", OF_SENDER(arrivals), PARAM_FREQUENCY, .may_be_off = true, .initial = -1, .min = 1,
     .max = INT64_C(1000000000) * SIM_S},
    {"acks", OF_SENDER(acks), PARAM_CHOICE, .max = ARQ_ACKS_LAST, .choices = arq_conventions},
    {"crc", OF_SENDER(crc), PARAM_SWITCH, .initial = 1, .max = 1},
    {"ack-size", OF_SENDER(ack_bytes), PARAM_BYTES, .initial = ARQ_HEADER, .min = ARQ_HEADER,
     .max = 65535},
    {0},
};

static const struct actor_type stop_wait_sender = {
    .name = "stop-and-wait-sender",
    .proto = &arq_proto,
    .size = sizeof(struct sender),
    .machines = sender_machines,
    .sets =
        (const struct set[]){
            {"frame", (const char *const[]){"absent", "sent", "again", "acked", NULL}}, {0}},
    .timers = (const struct timer[]){{"timeout", 1, false}, {"arrival", 1, true}, {0}},
    .reasons = arq_reasons,
    .vars = sender_vars,
    .params = sender_params,
    .figures = (const struct figure[]){{"utilization_theory", theory}, {0}},
    .step = sender_step,
    .read = sender_read,
    .least_events = least_events,
};

static void send_ack(const struct receiver *r, enum arq_why why, struct fx *fx)
{
    uint8_t head[ARQ_HEADER];
    uint64_t named = r->acks == ARQ_ACKS_NEXT ? r->expected : r->expected - 1;
    arq_encode(&(struct arq_frame){.kind = ARQ_ACK,
                                   .channel = (uint8_t)(r->key.from.port - 1),
                                   .number = wire_number(named, r->sequence_bits)},
               head);
    struct span padding = {.len = (uint32_t)(r->ack_bytes - ARQ_HEADER)};
    fx_send(fx, &r->key, bytes_of(head, sizeof head), padding, (struct unit){0}, why);
}

static void pass_on(struct receiver *r, struct span body, struct fx *fx)
{
    fx_item(fx, FRAME_SET, (int64_t)r->expected, GOT_PASSED_ON, WHY_DELIVERED);
    fx_indicate(fx, 0, CODE_DATA, (struct bytes){0}, body);
    r->expected++;
    send_ack(r, WHY_ACK, fx);
}

/* The number is that of the frame before: its ACK was lost or late, so it is answered again. With
 * `acks: last` and nothing received yet there is nothing to name. */
static void throw_away(const struct receiver *r, struct fx *fx)
{
    fx_drop(fx, DROP_DUPLICATE, WHY_DUPLICATE);
    if (r->expected > 0) {
        fx_item(fx, FRAME_SET, (int64_t)r->expected - 1, GOT_THROWN, WHY_DUPLICATE);
    }
    if (r->expected > 0 || r->acks == ARQ_ACKS_NEXT) {
        send_ack(r, WHY_ACK_AGAIN, fx);
    }
}

static void receiver_hear(struct receiver *r, const struct input *in, struct fx *fx)
{
    struct arq_frame frame;
    if (in->is_damaged && r->crc) {
        fx_drop(fx, DROP_CHECKSUM, WHY_DAMAGED);
    } else if (!arq_decode(in->head, &frame) || frame.kind != ARQ_DATA) {
        fx_drop(fx, DROP_MALFORMED, WHY_NO_REASON);
    } else if (frame.number == wire_number(r->expected, r->sequence_bits)) {
        pass_on(r, in->body, fx);
    } else {
        throw_away(r, fx);
    }
}

static void receiver_step(void *self, const struct input *in, struct fx *fx)
{
    struct receiver *r = self;
    switch (in->kind) {
    case IN_START: r->key = in->net; break;
    case IN_PACKET: receiver_hear(r, in, fx); break;
    case IN_SENT: /* ACKs are never repeated */
    case IN_TIMER:
    case IN_ERROR:
    case IN_REQUEST:
    case IN_INDICATION: break;
    }
}

enum { RECEIVER_EXPECTED, RECEIVER_NUMBER };
static const struct var receiver_vars[] = {
    [RECEIVER_EXPECTED] = {"expected", "", "window"},
    [RECEIVER_NUMBER] = {"number", "", "window"},
    {0},
};

static void receiver_read(const void *self, int64_t *vars)
{
    const struct receiver *r = self;
    vars[RECEIVER_EXPECTED] = (int64_t)r->expected;
    vars[RECEIVER_NUMBER] = wire_number(r->expected, r->sequence_bits);
}

#define OF_RECEIVER(field) offsetof(struct receiver, field)
static const struct param receiver_params[] = {
    {"sequence-bits", OF_RECEIVER(sequence_bits), PARAM_COUNT, .initial = 1, .min = 0, .max = 16},
    {"acks", OF_RECEIVER(acks), PARAM_CHOICE, .max = ARQ_ACKS_LAST, .choices = arq_conventions},
    {"crc", OF_RECEIVER(crc), PARAM_SWITCH, .initial = 1, .max = 1},
    {"ack-size", OF_RECEIVER(ack_bytes), PARAM_BYTES, .initial = ARQ_HEADER, .min = ARQ_HEADER,
     .max = 65535},
    {0},
};

static const struct actor_type stop_wait_receiver = {
    .name = "stop-and-wait-receiver",
    .proto = &arq_proto,
    .size = sizeof(struct receiver),
    .sets =
        (const struct set[]){
            {"frame", (const char *const[]){"absent", "passed-on", "thrown", NULL}}, {0}},
    .reasons = arq_reasons,
    .vars = receiver_vars,
    .params = receiver_params,
    .step = receiver_step,
    .read = receiver_read,
};

const struct traffic_type arq_stop_and_wait = {
    .name = "stop-and-wait", .source = &stop_wait_sender, .sink = &stop_wait_receiver};
