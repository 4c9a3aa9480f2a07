/* What the ARQ protocols share: the frame's place in the endpoint table, and the reasons. */
#include "proto/arq/arq.h"

#include "wire/arq.h"

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

const struct reason arq_reasons[] = {
    [ARQ_NO_REASON] = {0},
    [ARQ_FIRST] = {"arq.first", "ARQ"},
    [ARQ_NEXT] = {"arq.next", "ARQ"},
    [ARQ_ARRIVED] = {"arq.arrived", "ARQ"},
    [ARQ_TIMEOUT] = {"arq.timeout", "ARQ"},
    [ARQ_TIMER] = {"arq.timer", "ARQ"},
    [ARQ_ACKED] = {"arq.acked", "ARQ"},
    [ARQ_OLD_ACK] = {"arq.old-ack", "ARQ"},
    [ARQ_ACK] = {"arq.ack", "ARQ"},
    [ARQ_ACK_AGAIN] = {"arq.ack-again", "ARQ"},
    [ARQ_DELIVERED] = {"arq.delivered", "ARQ"},
    [ARQ_DUPLICATE] = {"arq.duplicate", "ARQ"},
    [ARQ_DAMAGED] = {"arq.damaged", "ARQ"},
    [ARQ_DONE] = {"arq.done", "ARQ"},
    [ARQ_WHY_COUNT] = {0},
};

const char *const arq_conventions[] = {"next", "last", NULL};
