/* Selective repeat: up to W frames on their way, each with its own timer and its own ACK; the
 * receiver keeps what comes out of order and passes it on when the gap is filled. Only what was
 * lost goes again. Invariant: base is the oldest frame without an ACK, and no frame at or behind
 * base + W has been sent; the receiver keeps frames of expected .. expected + buffer - 1 only. */
#include "actor/fx.h"
#include "base/os.h"
#include "proto/arq/arq.h"

#include <math.h>
#include <stdlib.h>

enum { FRAME_SET };

#define CUMULATIVE_PARAM                                                                           \
    {                                                                                              \
        "cumulative", ARQ_OF(cumulative), PARAM_SWITCH, .max = 1                                   \
    }

/* What the sender knows of one frame of its window. */
struct slot {
    bool is_acked, was_repeated;
    sim_time left;      /* end of its transmission; SIM_NEVER: under way */
    enum arq_why again; /* not WHY_NO_REASON: it waits to be sent again */
};

struct sender {
    struct arq_end end;
    enum arq_window_state state;
    uint64_t base, next;
    struct slot *slots; /* by frame % window */
    bool is_sending;
};

static struct slot *slot_of(const struct sender *s, uint64_t frame)
{
    return &s->slots[frame % (uint64_t)s->end.window];
}

static void send_frame(struct sender *s, uint64_t frame, enum arq_why why, struct fx *fx)
{
    bool repeats = frame < s->next;
    arq_window_enter(&s->state, ARQ_ACTIVE, why, fx);
    fx_item(fx, FRAME_SET, (int64_t)frame, repeats ? SENT_AGAIN : SENT_ONCE, why);
    arq_send_data(&s->end, frame, why, fx);
    s->is_sending = true;
}

/* Frames that must go again come first, the oldest of them before the others. */
static bool send_again(struct sender *s, struct fx *fx)
{
    for (uint64_t frame = s->base; frame < s->next; frame++) {
        struct slot *slot = slot_of(s, frame);
        if (slot->again != WHY_NO_REASON) {
            enum arq_why why = slot->again;
            slot->again = WHY_NO_REASON;
            slot->was_repeated = true;
            if (why == WHY_NAKED) { /* its timer still runs */
                fx_timer(fx, TIMER_TIMEOUT, (uint32_t)frame, SIM_NEVER);
            }
            send_frame(s, frame, why, fx);
            return true;
        }
    }
    return false;
}

/* The link is free: what comes next? */
static void send_next(struct sender *s, sim_time now, bool was_acked, struct fx *fx)
{
    if (s->is_sending || send_again(s, fx) || s->next == (uint64_t)s->end.frames ||
        s->next - s->base >= (uint64_t)s->end.window) {
        return;
    }
    sim_time arrival = arq_arrival(&s->end, s->next);
    if (arrival > now) {
        fx_timer(fx, TIMER_ARRIVAL, 0, arrival);
        return;
    }
    bool is_new = s->end.arrivals >= 0 && arrival == now;
    enum arq_why why = s->next == 0 ? WHY_FIRST
                       : was_acked  ? WHY_SLIDE
                       : is_new     ? WHY_ARRIVED
                                    : WHY_FILL;
    *slot_of(s, s->next) = (struct slot){.left = SIM_NEVER};
    send_frame(s, s->next, why, fx);
    s->next++;
}

static void take_frame_ack(struct sender *s, uint64_t frame, sim_time now, struct fx *fx)
{
    struct slot *slot = slot_of(s, frame);
    if (!slot->was_repeated && slot->left != SIM_NEVER) {
        arq_measured(&s->end, now - slot->left);
    }
    *slot = (struct slot){.is_acked = true};
    fx_timer(fx, TIMER_TIMEOUT, (uint32_t)frame, SIM_NEVER);
    fx_item(fx, FRAME_SET, (int64_t)frame, SENT_ACKED,
            s->end.cumulative ? WHY_ACKED_ALL : WHY_ACKED);
}

/* `frame` is acknowledged, and if answers are cumulative all before it. */
static void take_ack(struct sender *s, uint64_t frame, sim_time now, struct fx *fx)
{
    for (uint64_t f = s->end.cumulative ? s->base : frame; f <= frame; f++) {
        take_frame_ack(s, f, now, fx);
    }
    uint64_t base = s->base;
    while (s->base < s->next && slot_of(s, s->base)->is_acked) {
        s->base++;
    }
    if (s->base == s->next) {
        arq_window_enter(&s->state, ARQ_IDLE, WHY_ACKED, fx);
    }
    if (s->base == (uint64_t)s->end.frames) {
        arq_window_enter(&s->state, ARQ_DONE, WHY_DONE, fx);
    }
    send_next(s, now, s->base > base, fx);
}

/* The frame of the window that the number means; s->next: none. */
static uint64_t named(const struct sender *s, const struct arq_frame *answer)
{
    bool names_next = answer->kind == ARQ_ACK && s->end.acks == ARQ_ACKS_NEXT;
    uint64_t number = (uint64_t)answer->number - (uint64_t)names_next;
    uint64_t frame = s->base + arq_number(&s->end, number - s->base);
    return frame < s->next ? frame : s->next;
}

static void sender_hear(struct sender *s, const struct input *in, struct fx *fx)
{
    struct arq_frame answer;
    if (!arq_hear_answer(&s->end, in, &answer, fx)) {
        return;
    }
    uint64_t frame = named(s, &answer);
    if (frame == s->next || slot_of(s, frame)->is_acked) {
        arq_old_answer(in, fx);
    } else if (answer.kind == ARQ_ACK) {
        take_ack(s, frame, in->now, fx);
    } else {
        slot_of(s, frame)->again = WHY_NAKED;
        send_next(s, in->now, false, fx);
    }
}

/* Each frame's timer runs from the end of its transmission. */
static void sender_sent(struct sender *s, uint32_t low, sim_time now, struct fx *fx)
{
    uint64_t frame = s->base + (uint32_t)(low - (uint32_t)s->base);
    s->is_sending = false;
    if (frame < s->next && !slot_of(s, frame)->is_acked) {
        slot_of(s, frame)->left = now;
        fx_timer(fx, TIMER_TIMEOUT, (uint32_t)frame, arq_due(&s->end, now));
    }
    send_next(s, now, false, fx);
}

static void sender_timeout(struct sender *s, uint32_t low, sim_time now, struct fx *fx)
{
    uint64_t frame = s->base + (uint32_t)(low - (uint32_t)s->base);
    slot_of(s, frame)->again = s->end.cumulative ? WHY_TIMEOUT_ALL : WHY_TIMEOUT;
    arq_timed_out(&s->end);
    send_next(s, now, false, fx);
}

static void sender_step(void *self, const struct input *in, struct fx *fx)
{
    struct sender *s = self;
    switch (in->kind) {
    case IN_START:
        arq_start(&s->end, in);
        arq_piggyback_join(&s->end, fx);
        s->slots = os_alloc((size_t)s->end.window * sizeof *s->slots);
        send_next(s, in->now, false, fx);
        break;
    case IN_PACKET:
    case IN_REQUEST: sender_hear(s, in, fx); break;
    case IN_SENT: sender_sent(s, in->index, in->now, fx); break;
    case IN_TIMER:
        if (in->code == TIMER_ARRIVAL) {
            send_next(s, in->now, false, fx);
        } else {
            sender_timeout(s, in->index, in->now, fx);
        }
        break;
    case IN_ERROR:
    case IN_INDICATION: break; /* nothing below */
    }
}

static void sender_free(void *self)
{
    free(((struct sender *)self)->slots);
}

static void sender_read(const void *self, int64_t *vars)
{
    const struct sender *s = self;
    arq_window_read(&s->end, s->base, s->next, s->next, vars);
}

/* An upper bound: a frame that was lost holds the window up, which this leaves out. */
static double theory(const void *self, const struct path *path)
{
    const struct arq_end *end = self;
    double full = (double)end->window / arq_cycle(end, path);
    return (1 - arq_loss(path)) * (full < 1 ? full : isnan(full) ? full : 1);
}

static const struct actor_type selective_sender = {
    .name = "selective-repeat-sender",
    .proto = &arq_proto,
    .host_type = &arq_host_type,
    .size = sizeof(struct sender),
    .machines = arq_window_machines,
    .sets = arq_sent_sets,
    .timers = (const struct timer[]){{"timeout", ARQ_WINDOW_MAX, TIMER_KIND_WAIT},
                                     {"arrival", 1, TIMER_KIND_PACE},
                                     {0}},
    .reasons = arq_selective_reasons,
    .vars = arq_window_vars,
    .params = (const struct param[]){ARQ_SENDER_PARAMS,
                                     ARQ_SHARED_PARAMS(3, ARQ_ACKS_LAST),
                                     ARQ_WINDOW_PARAMS,
                                     CUMULATIVE_PARAM,
                                     {0}},
    .figures = (const struct figure[]){ARQ_FIGURES(theory), {0}},
    .step = sender_step,
    .read = sender_read,
    .free = sender_free,
    .least_events = arq_least_events,
};

struct kept {
    bool is_here, was_asked; /* by a NAK */
    struct span body;
};

struct receiver {
    struct arq_receiver of;
    struct kept *kept; /* by frame % buffer */
};

static uint64_t buffer_of(const struct receiver *r)
{
    return (uint64_t)(r->of.end.buffer < 0 ? r->of.end.window : r->of.end.buffer);
}

static struct kept *kept_of(const struct receiver *r, uint64_t frame)
{
    return &r->kept[frame % buffer_of(r)];
}

/* Each frame has its own answer, or, if they are cumulative, the one that says what is in without
 * a gap. */
static void answer(struct receiver *r, uint64_t frame, enum arq_why why, struct fx *fx)
{
    if (r->of.end.cumulative) {
        why = why == WHY_ACK ? WHY_ACK_ALL : why == WHY_BUFFERED ? WHY_KEPT : why;
        arq_receiver_ack(&r->of, why, fx);
    } else {
        arq_answer(&r->of.end, frame + (r->of.end.acks == ARQ_ACKS_NEXT), false, why, fx);
    }
}

/* Passes on all that is now in order; why the frame is answered. */
static enum arq_why pass_on(struct receiver *r, struct fx *fx)
{
    uint64_t first = r->of.expected;
    enum arq_why why = WHY_DELIVERED;
    for (struct kept *k; (k = kept_of(r, r->of.expected))->is_here; why = WHY_GAP_FILLED) {
        fx_item(fx, FRAME_SET, (int64_t)r->of.expected, GOT_PASSED_ON, why);
        fx_indicate(fx, 0, CODE_DATA, (struct bytes){0}, k->body);
        *k = (struct kept){0};
        r->of.expected++;
    }
    return r->of.expected > first + 1 ? WHY_GAP_FILLED : WHY_ACK;
}

/* A NAK for each frame that is missing before this one, once. */
static void ask_for_missing(struct receiver *r, uint64_t before, struct fx *fx)
{
    for (uint64_t frame = r->of.expected; frame < before; frame++) {
        struct kept *k = kept_of(r, frame);
        if (!k->is_here && !k->was_asked) {
            k->was_asked = true;
            arq_send_answer(&r->of.end, ARQ_NAK, frame, WHY_NAK, fx);
        }
    }
}

static void take(struct receiver *r, uint64_t frame, struct span body, struct fx *fx)
{
    struct kept *k = kept_of(r, frame);
    if (k->is_here) {
        fx_drop(fx, DROP_DUPLICATE, WHY_DUPLICATE);
        answer(r, frame, WHY_ACK_AGAIN, fx);
        return;
    }
    k->is_here = true;
    k->body = body;
    if (frame == r->of.expected) {
        enum arq_why why = pass_on(r, fx);
        answer(r, frame, why, fx);
        return;
    }
    fx_item(fx, FRAME_SET, (int64_t)frame, GOT_BUFFERED, WHY_BUFFERED);
    if (r->of.end.naks) {
        ask_for_missing(r, frame, fx);
    }
    answer(r, frame, WHY_BUFFERED, fx);
}

static void receiver_hear(struct receiver *r, const struct input *in, uint16_t number,
                          struct fx *fx)
{
    uint64_t ahead = arq_number(&r->of.end, number - r->of.expected);
    uint64_t behind = arq_number(&r->of.end, r->of.expected - number);
    if (ahead < buffer_of(r)) {
        take(r, r->of.expected + ahead, in->body, fx);
    } else if (behind > 0 && behind <= (uint64_t)r->of.end.window && behind <= r->of.expected) {
        fx_drop(fx, DROP_DUPLICATE, WHY_DUPLICATE);
        answer(r, r->of.expected - behind, WHY_ACK_AGAIN, fx);
    } else {
        fx_drop(fx, DROP_OUT_OF_WINDOW, WHY_OUTSIDE);
        fx_item(fx, FRAME_SET, (int64_t)(r->of.expected + ahead), GOT_THROWN, WHY_OUTSIDE);
    }
}

static void receiver_step(void *self, const struct input *in, struct fx *fx)
{
    struct receiver *r = self;
    struct arq_frame frame;
    if (in->kind == IN_START) {
        r->kept = os_alloc((size_t)buffer_of(r) * sizeof *r->kept);
    }
    if (arq_receiver_hears(&r->of, in, &frame, fx)) {
        receiver_hear(r, in, frame.number, fx);
    }
}

static void receiver_free(void *self)
{
    free(((struct receiver *)self)->kept);
}

static const struct actor_type selective_receiver = {
    .name = "selective-repeat-receiver",
    .proto = &arq_proto,
    .host_type = &arq_host_type,
    .size = sizeof(struct receiver),
    .sets = arq_got_sets,
    .timers = arq_receiver_timers,
    .reasons = arq_selective_reasons,
    .vars = arq_receiver_vars,
    .params =
        (const struct param[]){ARQ_SHARED_PARAMS(3, ARQ_ACKS_LAST),
                               ARQ_WINDOW_PARAMS,
                               CUMULATIVE_PARAM,
                               {"receiver-buffer", ARQ_OF(buffer), PARAM_COUNT, .may_be_off = true,
                                .initial = -1, .min = 1, .max = ARQ_WINDOW_MAX},
                               {0}},
    .step = receiver_step,
    .read = arq_receiver_read,
    .free = receiver_free,
};

const struct traffic_type arq_selective_repeat = {
    .name = "selective-repeat", .source = &selective_sender, .sink = &selective_receiver};
