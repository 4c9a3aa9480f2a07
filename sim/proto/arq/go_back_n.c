/* Go-back-N: up to W frames on their way. The receiver takes only the next in order and throws the
 * rest away; its ACKs are cumulative. One timer, the oldest frame's, running from the end of that
 * frame's last transmission (MODEL.md, ARQ; `timer: restart` starts it anew at each new ACK
 * instead). When it runs out the sender goes back to the oldest and sends all again. Invariant:
 * base <= next <= top <= base + W, where next is what is sent next and top what was never sent. */
#include "actor/fx.h"
#include "base/os.h"
#include "proto/arq/arq.h"

#include <math.h>
#include <stdlib.h>

enum { FRAME_SET };

struct sender {
    struct arq_end end;
    enum arq_window_state state;
    uint64_t base, next, top;
    uint64_t once;       /* frames from here on were sent once */
    sim_time *sent_at;   /* by frame % window: end of its last transmission, SIM_NEVER: under way */
    bool is_sending;     /* a frame is on the transmitter */
    enum arq_why reason; /* of the next send that repeats */
};

static sim_time *sent_at(const struct sender *s, uint64_t frame)
{
    return &s->sent_at[frame % (uint64_t)s->end.window];
}

static void send_frame(struct sender *s, enum arq_why why, struct fx *fx)
{
    bool repeats = s->next < s->top;
    arq_window_enter(&s->state, ARQ_ACTIVE, why, fx);
    fx_item(fx, FRAME_SET, (int64_t)s->next, repeats ? SENT_AGAIN : SENT_ONCE, why);
    arq_send_data(&s->end, s->next, why, fx);
    *sent_at(s, s->next) = SIM_NEVER;
    s->is_sending = true;
    s->next++;
    s->top = s->next > s->top ? s->next : s->top;
}

/* Why the frame that is sent next is sent. */
static enum arq_why reason_of(struct sender *s, bool was_acked, bool is_new)
{
    if (s->next < s->top) {
        enum arq_why why = s->reason;
        s->reason = WHY_BACK; /* those behind the first follow it */
        return why;
    }
    return s->next == 0 ? WHY_FIRST : was_acked ? WHY_SLIDE : is_new ? WHY_ARRIVED : WHY_FILL;
}

/* The link is free: what comes next? */
static void send_next(struct sender *s, sim_time now, bool was_acked, struct fx *fx)
{
    uint64_t frames = (uint64_t)s->end.frames;
    if (s->is_sending || s->next == frames || s->next - s->base >= (uint64_t)s->end.window) {
        return;
    }
    sim_time arrival = arq_arrival(&s->end, s->next);
    if (arrival > now) {
        fx_timer(fx, TIMER_ARRIVAL, 0, arrival);
        return;
    }
    send_frame(s, reason_of(s, was_acked, s->end.arrivals >= 0 && arrival == now), fx);
}

/* The timer is the oldest frame's: it runs once that frame has left. */
static void set_timer(struct sender *s, sim_time from, struct fx *fx)
{
    bool waits = s->base < s->top && *sent_at(s, s->base) != SIM_NEVER && s->base < s->next;
    sim_time at = arq_due(&s->end, from);
    fx_timer(fx, TIMER_TIMEOUT, 0, waits ? at : SIM_NEVER);
}

static void slide(struct sender *s, uint64_t base, sim_time now, struct fx *fx)
{
    if (base > s->once && *sent_at(s, base - 1) != SIM_NEVER) {
        arq_measured(&s->end, now - *sent_at(s, base - 1));
    }
    for (; s->base < base; s->base++) {
        fx_item(fx, FRAME_SET, (int64_t)s->base, SENT_ACKED, WHY_ACKED);
    }
    if (s->next < s->base) { /* it was going back: the rest follows */
        s->next = s->base;
        s->reason = WHY_BACK;
    }
    sim_time oldest = s->base < s->top ? *sent_at(s, s->base) : now;
    bool restarts = s->end.timer_rule == ARQ_TIMER_RESTART || oldest == SIM_NEVER;
    sim_time due = arq_due(&s->end, oldest);
    set_timer(s, restarts || due < now ? now : oldest, fx);
    if (s->base == s->top) {
        arq_window_enter(&s->state, ARQ_IDLE, WHY_ACKED, fx);
    }
    if (s->base == (uint64_t)s->end.frames) {
        arq_window_enter(&s->state, ARQ_DONE, WHY_DONE, fx);
    }
}

/* The frame that the number means, as the next expected: of those from base to top. 0 frames
 * further means nothing new. */
static uint64_t named(const struct sender *s, const struct arq_frame *answer)
{
    bool names_last = answer->kind == ARQ_ACK && s->end.acks == ARQ_ACKS_LAST;
    uint64_t expected = answer->number + (uint64_t)names_last;
    return s->base + arq_number(&s->end, expected - s->base);
}

static void go_back(struct sender *s, enum arq_why why, sim_time now, struct fx *fx)
{
    s->next = s->base;
    s->once = s->top;
    s->reason = why;
    fx_timer(fx, TIMER_TIMEOUT, 0, SIM_NEVER);
    send_next(s, now, false, fx);
}

static void sender_hear(struct sender *s, const struct input *in, struct fx *fx)
{
    struct arq_frame answer;
    if (!arq_hear_answer(&s->end, in, &answer, fx)) {
        return;
    }
    uint64_t expected = named(s, &answer);
    bool is_news = expected > s->base && expected <= s->top;
    if (is_news) {
        slide(s, expected, in->now, fx);
    }
    if (answer.kind == ARQ_NAK && expected < s->top) {
        go_back(s, WHY_NAKED, in->now, fx);
    } else if (is_news) {
        send_next(s, in->now, true, fx);
    } else {
        arq_old_answer(in, fx);
    }
}

static void sender_sent(struct sender *s, uint32_t low, sim_time now, struct fx *fx)
{
    uint64_t frame = s->base + (uint32_t)(low - (uint32_t)s->base);
    s->is_sending = false;
    if (frame < s->top) { /* not acknowledged while a copy was leaving */
        *sent_at(s, frame) = now;
        if (frame == s->base && s->base < s->next) {
            set_timer(s, now, fx);
        }
    }
    send_next(s, now, false, fx);
}

static void sender_step(void *self, const struct input *in, struct fx *fx)
{
    struct sender *s = self;
    switch (in->kind) {
    case IN_START:
        arq_start(&s->end, in);
        arq_piggyback_join(&s->end, fx);
        s->sent_at = os_alloc((size_t)s->end.window * sizeof *s->sent_at);
        send_next(s, in->now, false, fx);
        break;
    case IN_PACKET:
    case IN_REQUEST: sender_hear(s, in, fx); break;
    case IN_SENT: sender_sent(s, in->index, in->now, fx); break;
    case IN_TIMER:
        if (in->code == TIMER_ARRIVAL) {
            send_next(s, in->now, false, fx);
        } else {
            arq_timed_out(&s->end);
            go_back(s, WHY_TIMEOUT, in->now, fx);
        }
        break;
    case IN_ERROR:
    case IN_INDICATION: break; /* nothing below */
    }
}

static void sender_free(void *self)
{
    free(((struct sender *)self)->sent_at);
}

static void sender_read(const void *self, int64_t *vars)
{
    const struct sender *s = self;
    arq_window_read(&s->end, s->base, s->next, s->top, vars);
}

/* A loss costs what is on its way: the whole cycle, or the window if that is less. The pipe is
 * taken to be full, and going back to begin the instant the loss could be known. */
static double theory(const void *self, const struct path *path)
{
    const struct arq_end *end = self;
    double cycle = arq_cycle(end, path), p = arq_loss(path), window = (double)end->window;
    return window >= cycle ? (1 - p) / (1 + (cycle - 1) * p)
                           : window * (1 - p) / (cycle * (1 - p + window * p));
}

static const struct actor_type go_back_sender = {
    .name = "go-back-n-sender",
    .proto = &arq_proto,
    .host_type = &arq_host_type,
    .size = sizeof(struct sender),
    .machines = arq_window_machines,
    .sets = arq_sent_sets,
    .timers = arq_sender_timers,
    .reasons = arq_go_back_reasons,
    .vars = arq_window_vars,
    .params = (const struct param[]){ARQ_SENDER_PARAMS,
                                     ARQ_SHARED_PARAMS(3, ARQ_ACKS_NEXT),
                                     ARQ_WINDOW_PARAMS,
                                     {"timer", ARQ_OF(timer_rule), PARAM_CHOICE,
                                      .max = ARQ_TIMER_RESTART, .choices = arq_timer_rules},
                                     {0}},
    .figures = (const struct figure[]){ARQ_FIGURES(theory), {0}},
    .step = sender_step,
    .read = sender_read,
    .free = sender_free,
    .least_events = arq_least_events,
};

struct receiver {
    struct arq_receiver of; /* its answers are cumulative */
    bool has_asked;         /* a NAK for the frame expected is out */
};

/* Not the one expected: of the window's frames those ahead miss one before them, the others were
 * there before. */
static void throw_away(struct receiver *r, const struct arq_frame *frame, struct fx *fx)
{
    uint64_t ahead = arq_number(&r->of.end, frame->number - r->of.expected);
    if (ahead < (uint64_t)r->of.end.window) {
        fx_drop(fx, DROP_OUT_OF_WINDOW, WHY_OUT_OF_ORDER);
        fx_item(fx, FRAME_SET, (int64_t)(r->of.expected + ahead), GOT_THROWN, WHY_OUT_OF_ORDER);
        if (r->of.end.naks && !r->has_asked) {
            r->has_asked = true;
            arq_send_answer(&r->of.end, ARQ_NAK, r->of.expected, WHY_NAK, fx);
            return;
        }
        arq_receiver_ack(&r->of, WHY_ACK_SAME, fx);
    } else {
        fx_drop(fx, DROP_DUPLICATE, WHY_DUPLICATE);
        arq_receiver_ack(&r->of, WHY_ACK_AGAIN, fx);
    }
}

static void receiver_step(void *self, const struct input *in, struct fx *fx)
{
    struct receiver *r = self;
    struct arq_frame frame;
    if (!arq_receiver_hears(&r->of, in, &frame, fx)) {
        return;
    }
    if (frame.number == arq_number(&r->of.end, r->of.expected)) {
        arq_receiver_pass_on(&r->of, in->body, fx);
        r->has_asked = false;
        arq_receiver_ack(&r->of, WHY_ACK, fx);
    } else {
        throw_away(r, &frame, fx);
    }
}

static const struct actor_type go_back_receiver = {
    .name = "go-back-n-receiver",
    .proto = &arq_proto,
    .host_type = &arq_host_type,
    .size = sizeof(struct receiver),
    .sets = arq_got_sets,
    .timers = arq_receiver_timers,
    .reasons = arq_go_back_reasons,
    .vars = arq_receiver_vars,
    .params = (const struct param[]){ARQ_SHARED_PARAMS(3, ARQ_ACKS_NEXT), ARQ_WINDOW_PARAMS, {0}},
    .step = receiver_step,
    .read = arq_receiver_read,
};

const struct traffic_type arq_go_back_n = {
    .name = "go-back-n", .source = &go_back_sender, .sink = &go_back_receiver};
