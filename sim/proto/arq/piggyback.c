/* Piggybacking: an answer waits for the next frame of the other direction and rides in its header.
 * Who sends and what waits, the endpoints of a host share. Invariant: an answer that waits is given
 * once, by a frame or, when the receiver's timer runs out first, alone. */
#include "actor/fx.h"
#include "proto/arq/arq.h"

/* Inside a host: what the other direction's frame did to an answer. */
enum { CALL_RODE = CODE_INSIDE + 0x40, CALL_HEARD };

/* An answer that waits for a frame to its peer. */
struct owed {
    bool waits;
    uint32_t receiver, peer; /* entity; address */
    uint16_t number;
};
struct arq_host {
    uint32_t senders[ARQ_CHANNELS]; /* entities, by the channel of their frames; 0: none */
    struct owed owed[ARQ_CHANNELS]; /* by the channel of the frames that are answered */
};
const struct actor_type arq_host_type = {.name = "arq-host", .host_size = sizeof(struct arq_host)};

static uint8_t channel_of(const struct arq_end *end)
{
    return (uint8_t)(end->key.from.port - 1);
}

void arq_piggyback_join(struct arq_end *end, const struct fx *fx)
{
    if (end->piggyback && end->host) {
        end->host->senders[channel_of(end)] = fx->author;
    }
}

static struct owed *owed_to(const struct arq_end *sender)
{
    for (unsigned i = 0; sender->piggyback && sender->host && i < ARQ_CHANNELS; i++) {
        struct owed *o = &sender->host->owed[i];
        if (o->waits && o->peer == sender->key.to.ip) {
            return o;
        }
    }
    return NULL;
}

void arq_piggyback_load(const struct arq_end *sender, struct arq_frame *frame, struct fx *fx)
{
    struct owed *o = owed_to(sender);
    frame->is_wide = sender->piggyback;
    if (o) {
        frame->answer = ARQ_ACK;
        frame->answers = (uint8_t)(o - sender->host->owed);
        frame->ack = o->number;
        o->waits = false;
        fx_request(fx, o->receiver, CALL_RODE, (struct bytes){0}, (struct span){0});
    }
}

void arq_answer(struct arq_end *receiver, uint64_t frame, bool stands_for_all, enum arq_why why,
                struct fx *fx)
{
    if (!receiver->piggyback || !receiver->host) {
        arq_send_answer(receiver, ARQ_ACK, frame, why, fx);
        return;
    }
    struct owed *o = &receiver->host->owed[channel_of(receiver)];
    uint16_t number = arq_number(receiver, frame);
    if (o->waits && !stands_for_all && o->number != number) {
        arq_send_answer(receiver, ARQ_ACK, o->number, WHY_ALONE, fx);
        o->waits = false;
    }
    if (!o->waits && receiver->ack_delay >= 0) {
        fx_timer(fx, TIMER_ACK, 0, time_add(receiver->now, receiver->ack_delay));
    }
    *o = (struct owed){true, fx->author, receiver->key.to.ip, number};
    if (why != WHY_ACK_AGAIN && why != WHY_ACK_SAME) { /* there the refusal is the news */
        fx_note(fx, WHY_OWED);
    }
}

void arq_piggyback_step(struct arq_end *receiver, const struct input *in, struct fx *fx)
{
    struct owed *o = receiver->host ? &receiver->host->owed[channel_of(receiver)] : NULL;
    if (in->kind == IN_REQUEST && in->code == CALL_RODE) {
        fx_timer(fx, TIMER_ACK, 0, SIM_NEVER);
    } else if (in->kind == IN_TIMER && o && o->waits) {
        o->waits = false;
        arq_send_answer(receiver, ARQ_ACK, o->number, WHY_ALONE, fx);
    }
}

void arq_piggyback_tell(const struct arq_end *receiver, const struct arq_frame *frame,
                        struct fx *fx)
{
    uint32_t sender = receiver->host ? receiver->host->senders[frame->answers] : 0;
    if (frame->answer && sender) {
        uint8_t head[ARQ_HEADER];
        arq_encode(&(struct arq_frame){.kind = frame->answer,
                                       .channel = frame->answers,
                                       .number = frame->ack},
                   head);
        fx_request(fx, sender, CALL_HEARD, bytes_of(head, sizeof head), (struct span){0});
    }
}

bool arq_hear_answer(const struct arq_end *sender, const struct input *in, struct arq_frame *out,
                     struct fx *fx)
{
    if (in->kind == IN_REQUEST) {
        return in->code == CALL_HEARD && arq_decode(in->head, out);
    }
    return arq_hear(sender, in, ARQ_ACK, sender->naks ? ARQ_NAK : ARQ_ACK, out, fx);
}

/* What rode in a frame that is welcome for its data is not a packet to refuse. */
void arq_old_answer(const struct input *in, struct fx *fx)
{
    if (in->kind == IN_PACKET) {
        fx_drop(fx, DROP_DUPLICATE, WHY_OLD_ACK);
    }
}
