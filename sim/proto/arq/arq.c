/* What the ARQ protocols share: the frame's place in the endpoint table, sending and hearing
 * frames, and the reasons. */
#include "proto/arq/arq.h"

#include "actor/fx.h"

#include <math.h>

/* Flows of one link are told apart by the channel; port 0 would mean none. */
static bool arq_key(struct bytes head, struct net *io)
{
    struct arq_frame frame;
    if (!arq_decode(head, &frame)) {
        return false;
    }
    io->from.port = io->to.port = (uint16_t)(frame.channel + 1);
    return true;
}

const struct proto arq_proto = {
    .name = "arq", .carrier = CARRIER_LINK, .number = 0x88b5, .key = arq_key};

const struct reason arq_reasons[WHY_COUNT + 1] = {
    [WHY_FIRST] = {"arq.first", "ARQ"},
    [WHY_NEXT] = {"arq.next", "ARQ"},
    [WHY_ARRIVED] = {"arq.arrived", "ARQ"},
    [WHY_TIMEOUT] = {"arq.timeout", "ARQ"},
    [WHY_TIMER] = {"arq.timer", "ARQ"},
    [WHY_ACKED] = {"arq.acked", "ARQ"},
    [WHY_OLD_ACK] = {"arq.old-ack", "ARQ"},
    [WHY_ACK] = {"arq.ack", "ARQ"},
    [WHY_ACK_AGAIN] = {"arq.ack-again", "ARQ"},
    [WHY_DELIVERED] = {"arq.delivered", "ARQ"},
    [WHY_DUPLICATE] = {"arq.duplicate", "ARQ"},
    [WHY_DAMAGED] = {"arq.damaged", "ARQ"},
    [WHY_DONE] = {"arq.done", "ARQ"},
    [WHY_OWED] = {"arq.owed", "Piggybacking"},
    [WHY_ALONE] = {"arq.alone", "Piggybacking"},
};

const struct reason arq_go_back_reasons[WHY_COUNT + 1] = {
    [WHY_FIRST] = {"gbn.first", "Go-back-N"},
    [WHY_ARRIVED] = {"gbn.arrived", "Go-back-N"},
    [WHY_TIMEOUT] = {"gbn.timeout", "Go-back-N"},
    [WHY_ACKED] = {"gbn.acked", "Go-back-N"},
    [WHY_OLD_ACK] = {"gbn.old-ack", "Go-back-N"},
    [WHY_ACK] = {"gbn.ack", "Go-back-N"},
    [WHY_ACK_AGAIN] = {"gbn.ack-again", "Go-back-N"},
    [WHY_DUPLICATE] = {"gbn.duplicate", "Go-back-N"},
    [WHY_FILL] = {"gbn.fill", "Go-back-N"},
    [WHY_SLIDE] = {"gbn.slide", "Go-back-N"},
    [WHY_BACK] = {"gbn.back", "Go-back-N"},
    [WHY_OUT_OF_ORDER] = {"gbn.out-of-order", "Go-back-N"},
    [WHY_ACK_SAME] = {"gbn.ack-same", "Go-back-N"},
    [WHY_NAK] = {"gbn.nak", "Go-back-N"},
    [WHY_NAKED] = {"gbn.naked", "Go-back-N"},
    [WHY_DELIVERED] = {"arq.delivered", "ARQ"},
    [WHY_DAMAGED] = {"arq.damaged", "ARQ"},
    [WHY_DONE] = {"arq.done", "ARQ"},
    [WHY_OWED] = {"arq.owed", "Piggybacking"},
    [WHY_ALONE] = {"arq.alone", "Piggybacking"},
};

const struct reason arq_selective_reasons[WHY_COUNT + 1] = {
    [WHY_FIRST] = {"sr.first", "Selective repeat"},
    [WHY_ARRIVED] = {"sr.arrived", "Selective repeat"},
    [WHY_TIMEOUT] = {"sr.timeout", "Selective repeat"},
    [WHY_ACKED] = {"sr.acked", "Selective repeat"},
    [WHY_OLD_ACK] = {"sr.old-ack", "Selective repeat"},
    [WHY_ACK] = {"sr.ack", "Selective repeat"},
    [WHY_ACK_AGAIN] = {"sr.ack-again", "Selective repeat"},
    [WHY_DUPLICATE] = {"sr.duplicate", "Selective repeat"},
    [WHY_FILL] = {"sr.fill", "Selective repeat"},
    [WHY_SLIDE] = {"sr.slide", "Selective repeat"},
    [WHY_NAK] = {"sr.nak", "Selective repeat"},
    [WHY_NAKED] = {"sr.naked", "Selective repeat"},
    [WHY_BUFFERED] = {"sr.buffered", "Selective repeat"},
    [WHY_GAP_FILLED] = {"sr.gap-filled", "Selective repeat"},
    [WHY_OUTSIDE] = {"sr.outside", "Selective repeat"},
    [WHY_ACK_ALL] = {"sr.ack-all", "Selective repeat"},
    [WHY_KEPT] = {"sr.kept", "Selective repeat"},
    [WHY_TIMEOUT_ALL] = {"sr.timeout-all", "Selective repeat"},
    [WHY_ACKED_ALL] = {"sr.acked-all", "Selective repeat"},
    [WHY_DELIVERED] = {"arq.delivered", "ARQ"},
    [WHY_DAMAGED] = {"arq.damaged", "ARQ"},
    [WHY_DONE] = {"arq.done", "ARQ"},
    [WHY_OWED] = {"arq.owed", "Piggybacking"},
    [WHY_ALONE] = {"arq.alone", "Piggybacking"},
};

const char *const arq_conventions[] = {"next", "last", NULL};
const char *const arq_timer_rules[] = {"oldest", "restart", NULL};

void arq_start(struct arq_end *end, const struct input *in)
{
    end->key = in->net;
    end->stream = in->body.stream;
    end->started = in->now;
    end->host = in->host;
}

uint16_t arq_number(const struct arq_end *end, uint64_t frame)
{
    return (uint16_t)(frame & ((UINT64_C(1) << end->sequence_bits) - 1));
}

sim_time arq_timeout(const struct arq_end *end)
{
    return end->rto ? end->rto : end->timeout;
}

/* RFC 6298 2.2 and 2.3; an eighth of the round trip is the least that is added to it, since answers
 * here may take exactly equal times. */
void arq_measured(struct arq_end *end, sim_time rtt)
{
    if (!end->adaptive || end->timeout < 0) {
        return;
    }
    rtt = rtt < SIM_NEVER / 8 ? rtt : SIM_NEVER / 8; /* the sums below fit */
    sim_time off = end->srtt > rtt ? end->srtt - rtt : rtt - end->srtt;
    end->rttvar = end->srtt ? (3 * end->rttvar + off) / 4 : rtt / 2;
    end->srtt = end->srtt ? (7 * end->srtt + rtt) / 8 : rtt;
    sim_time more = 4 * end->rttvar > end->srtt / 8 ? 4 * end->rttvar : end->srtt / 8;
    end->rto = time_add(end->srtt, more > 0 ? more : 1);
}

/* RFC 6298 5.5. */
void arq_timed_out(struct arq_end *end)
{
    if (end->adaptive && end->timeout >= 0) {
        sim_time twice = 2 * arq_timeout(end);
        end->rto = twice < 60 * SIM_S ? twice : 60 * SIM_S;
    }
}

sim_time arq_due(const struct arq_end *end, sim_time from)
{
    return end->timeout < 0 ? SIM_NEVER : time_add(from, arq_timeout(end));
}

sim_time arq_arrival(const struct arq_end *end, uint64_t n)
{
    const int64_t scale = SIM_S * SIM_S;
    return end->arrivals < 0 ? end->started
                             : end->started + muldiv((int64_t)n, scale, end->arrivals);
}

static struct arq_frame frame_of(const struct arq_end *end, enum arq_kind kind, uint64_t frame)
{
    return (struct arq_frame){.kind = kind,
                              .channel = (uint8_t)(end->key.from.port - 1),
                              .number = arq_number(end, frame)};
}

void arq_send_data(const struct arq_end *end, uint64_t frame, enum arq_why why, struct fx *fx)
{
    uint8_t head[ARQ_WIDE];
    struct arq_frame f = frame_of(end, ARQ_DATA, frame);
    int64_t len = end->piggyback ? ARQ_WIDE : ARQ_HEADER;
    arq_piggyback_load(end, &f, fx);
    arq_encode_wide(&f, head);
    uint32_t payload = end->frame_bytes > len ? (uint32_t)(end->frame_bytes - len) : 0;
    struct span body = {.at = frame * payload, .stream = end->stream, .len = payload};
    fx_send(fx, &end->key, bytes_of(head, (size_t)len), body, (struct unit){frame, 1}, why);
}

void arq_send_answer(const struct arq_end *end, enum arq_kind kind, uint64_t frame,
                     enum arq_why why, struct fx *fx)
{
    uint8_t head[ARQ_HEADER];
    struct arq_frame f = frame_of(end, kind, frame);
    arq_encode(&f, head);
    struct span padding = {.len = (uint32_t)(end->ack_bytes - ARQ_HEADER)};
    fx_send(fx, &end->key, bytes_of(head, sizeof head), padding, (struct unit){0}, why);
}

bool arq_hear(const struct arq_end *end, const struct input *in, enum arq_kind kind,
              enum arq_kind other, struct arq_frame *out, struct fx *fx)
{
    if (in->is_damaged && end->crc) {
        fx_drop(fx, DROP_CHECKSUM, WHY_DAMAGED);
        return false;
    }
    if (!arq_decode(in->head, out) || (out->kind != kind && out->kind != other)) {
        fx_drop(fx, DROP_MALFORMED, WHY_NO_REASON);
        return false;
    }
    return true;
}

uint64_t arq_least_events(const void *end, sim_time span)
{
    const struct arq_end *e = end;
    return span == SIM_NEVER ? 2 * (uint64_t)e->frames : 0;
}

double arq_cycle(const struct arq_end *end, const struct path *path)
{
    if (path->rate_bps == 0 || end->piggyback) {
        return NAN; /* when an answer may ride, no formula knows */
    }
    int64_t back = path->back_bps ? path->back_bps : path->rate_bps;
    double frame = (double)end->frame_bytes * 8 / (double)path->rate_bps;
    double ack = (double)end->ack_bytes * 8 / (double)back;
    double round = (double)(path->delay_ns + path->back_ns) / (double)SIM_S;
    return 1 + (round + ack) / frame;
}

double arq_loss(const struct path *path)
{
    return (double)path->loss_ppb / 1e9;
}

double arq_chance_of_loss(const void *end, const struct path *path)
{
    (void)end;
    return arq_loss(path);
}

double arq_pipe_bits(const void *end, const struct path *path)
{
    (void)end;
    return path->rate_bps ? (double)path->rate_bps * ((double)path->delay_ns / (double)SIM_S) : NAN;
}

double arq_window_fills(const void *end, const struct path *path)
{
    return ceil(arq_cycle(end, path) - 1e-9);
}
