/* Stop-and-wait: one frame on its way at a time. The sender offers the next frame when the link is
 * free and the frame before it is acknowledged; its timer runs from the end of the transmission
 * (MODEL.md, ARQ). Invariant: the sender repeats only frame `frame`, and the receiver passes on
 * only frame `expected`, both modulo 2^sequence-bits on the wire. */
#include "actor/fx.h"
#include "proto/arq/arq.h"

#include <assert.h>
#include <math.h>

enum sender_state { IDLE, SENDING, WAIT_ACK, DONE };
enum { SENDER_MACHINE };
enum { FRAME_SET };

struct sender {
    struct arq_end end;
    enum sender_state state;
    uint64_t frame; /* the one that is sent, repeated, waited for */
    uint32_t copy;  /* how often it was sent */
    sim_time left;  /* end of its last transmission */
    bool is_acked;  /* its ACK came while a further copy was still leaving */
};

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
    enter(s, SENDING, why, fx);
    fx_item(fx, FRAME_SET, (int64_t)s->frame, s->copy ? SENT_AGAIN : SENT_ONCE, why);
    arq_send_data(&s->end, s->frame, why, fx);
    s->copy++;
}

/* The link is free and nothing waits for an ACK: what comes next? */
static void send_next(struct sender *s, sim_time now, struct fx *fx)
{
    sim_time arrival = arq_arrival(&s->end, s->frame);
    if (s->frame == (uint64_t)s->end.frames) {
        enter(s, DONE, WHY_DONE, fx);
    } else if (arrival > now) {
        fx_timer(fx, TIMER_ARRIVAL, 0, arrival);
    } else {
        bool is_new = s->end.arrivals >= 0 && arrival == now;
        send_frame(s, s->frame == 0 ? WHY_FIRST : is_new ? WHY_ARRIVED : WHY_NEXT, fx);
    }
}

static void go_on(struct sender *s, sim_time now, struct fx *fx)
{
    enter(s, IDLE, WHY_ACKED, fx);
    s->frame++;
    s->copy = 0;
    send_next(s, now, fx);
}

static void take_ack(struct sender *s, sim_time now, struct fx *fx)
{
    fx_timer(fx, TIMER_TIMEOUT, 0, SIM_NEVER);
    fx_item(fx, FRAME_SET, (int64_t)s->frame, SENT_ACKED, WHY_ACKED);
    if (s->copy == 1) {
        arq_measured(&s->end, now - s->left);
    }
    if (s->state == SENDING) {
        s->is_acked = true; /* a needless copy is leaving: its end frees the link */
    } else {
        go_on(s, now, fx);
    }
}

static void sender_hear(struct sender *s, const struct input *in, struct fx *fx)
{
    struct arq_frame ack;
    if (!arq_hear_answer(&s->end, in, &ack, fx)) {
        return;
    }
    bool is_waiting = s->copy > 0 && !s->is_acked && (s->state == SENDING || s->state == WAIT_ACK);
    uint64_t named = s->frame + (s->end.acks == ARQ_ACKS_NEXT);
    bool fits = !s->end.numbers_acks || ack.number == arq_number(&s->end, named);
    if (is_waiting && fits) {
        take_ack(s, in->now, fx);
    } else {
        arq_old_answer(in, fx);
    }
}

/* A transmission ended: of the frame that is waited for, or of a copy whose ACK came meanwhile. */
static void sender_sent(struct sender *s, sim_time now, struct fx *fx)
{
    if (s->is_acked) {
        s->is_acked = false;
        go_on(s, now, fx);
        return;
    }
    s->left = now;
    enter(s, WAIT_ACK, WHY_TIMER, fx);
    fx_timer(fx, TIMER_TIMEOUT, 0, arq_due(&s->end, now));
}

static void sender_step(void *self, const struct input *in, struct fx *fx)
{
    struct sender *s = self;
    switch (in->kind) {
    case IN_START:
        arq_start(&s->end, in);
        arq_piggyback_join(&s->end, fx);
        send_next(s, in->now, fx);
        break;
    case IN_PACKET:
    case IN_REQUEST: sender_hear(s, in, fx); break;
    case IN_SENT: sender_sent(s, in->now, fx); break;
    case IN_TIMER:
        if (in->code == TIMER_ARRIVAL) {
            send_next(s, in->now, fx);
        } else {
            arq_timed_out(&s->end);
            send_frame(s, WHY_TIMEOUT, fx);
        }
        break;
    case IN_ERROR:
    case IN_INDICATION: break; /* nothing below */
    }
}

enum { SENDER_FRAME, SENDER_NUMBER, SENDER_COPY, SENDER_TIMEOUT };
static const struct var sender_vars[] = {
    [SENDER_FRAME] = {"frame", "", "window"},
    [SENDER_NUMBER] = {"number", "", "window"},
    [SENDER_COPY] = {"copy", "", "window"},
    [SENDER_TIMEOUT] = {"timeout", "ns", "timer"},
    {0},
};

static void sender_read(const void *self, int64_t *vars)
{
    const struct sender *s = self;
    vars[SENDER_FRAME] = (int64_t)s->frame;
    vars[SENDER_NUMBER] = arq_number(&s->end, s->frame);
    vars[SENDER_COPY] = s->copy;
    vars[SENDER_TIMEOUT] = arq_timeout(&s->end);
}

/* (1-p) / ((1-p)(1+2a+A) + pT), T being the timeout and one frame. */
static double theory(const void *self, const struct path *path)
{
    const struct arq_end *end = self;
    double cycle = arq_cycle(end, path), p = arq_loss(path);
    if (isnan(cycle) || p == 0) {
        return 1 / cycle;
    }
    double frame = (double)end->frame_bytes * 8 / (double)path->rate_bps;
    double lost = end->timeout < 0 || end->adaptive
                      ? NAN /* no fixed cost */
                      : 1 + (double)end->timeout / (double)SIM_S / frame;
    return (1 - p) / ((1 - p) * cycle + p * lost);
}

static const struct actor_type stop_wait_sender = {
    .name = "stop-and-wait-sender",
    .proto = &arq_proto,
    .host_type = &arq_host_type,
    .size = sizeof(struct sender),
    .machines = sender_machines,
    .sets = arq_sent_sets,
    .timers = arq_sender_timers,
    .reasons = arq_reasons,
    .vars = sender_vars,
    .params = (const struct param[]){ARQ_SENDER_PARAMS,
                                     ARQ_SHARED_PARAMS(1, ARQ_ACKS_NEXT),
                                     {"ack-numbers", ARQ_OF(numbers_acks), PARAM_SWITCH,
                                      .initial = 1, .max = 1},
                                     {0}},
    .figures = (const struct figure[]){ARQ_FIGURES(theory), {0}},
    .step = sender_step,
    .read = sender_read,
    .least_events = arq_least_events,
};

/* The number is that of the frame before: its ACK was lost or late, so it is answered again. */
static void throw_away(struct arq_receiver *r, struct fx *fx)
{
    fx_drop(fx, DROP_DUPLICATE, WHY_DUPLICATE);
    if (r->expected > 0) {
        fx_item(fx, FRAME_SET, (int64_t)r->expected - 1, GOT_THROWN, WHY_DUPLICATE);
    }
    arq_receiver_ack(r, WHY_ACK_AGAIN, fx);
}

/* ACKs are never repeated, so their transmission is of no interest. */
static void receiver_step(void *self, const struct input *in, struct fx *fx)
{
    struct arq_receiver *r = self;
    struct arq_frame frame;
    if (!arq_receiver_hears(r, in, &frame, fx)) {
        return;
    }
    if (frame.number == arq_number(&r->end, r->expected)) {
        arq_receiver_pass_on(r, in->body, fx);
        arq_receiver_ack(r, WHY_ACK, fx);
    } else {
        throw_away(r, fx);
    }
}

static const struct actor_type stop_wait_receiver = {
    .name = "stop-and-wait-receiver",
    .proto = &arq_proto,
    .host_type = &arq_host_type,
    .size = sizeof(struct arq_receiver),
    .sets = arq_got_sets,
    .timers = arq_receiver_timers,
    .reasons = arq_reasons,
    .vars = arq_receiver_vars,
    .params = (const struct param[]){ARQ_SHARED_PARAMS(1, ARQ_ACKS_NEXT), {0}},
    .step = receiver_step,
    .read = arq_receiver_read,
};

const struct traffic_type arq_stop_and_wait = {
    .name = "stop-and-wait", .source = &stop_wait_sender, .sink = &stop_wait_receiver};
