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
    [WHY_NO_REASON] = {0},
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
    [WHY_COUNT] = {0},
};

const char *const arq_conventions[] = {"next", "last", NULL};
