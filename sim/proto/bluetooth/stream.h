#pragma once
/* Why the two ends of an audio stream do what they do: reasons of L2CAP, AVDTP and A2DP together,
 * since one actor speaks them all. */

#include "actor/actor.h"

enum bt_why {
    BT_NO_REASON,
    BT_CONNECTS, /* L2CAP */
    BT_TAKES,
    BT_REFUSES,
    BT_CONFIGURES,
    BT_AGREES,
    BT_DISAGREES,
    BT_CHANNEL_OPEN,
    BT_DISCONNECTS,
    BT_DISCONNECTED,
    BT_REJECTS,
    BT_ECHOES,
    BT_INFORMS,
    BT_UNREADABLE,
    BT_INCOMPLETE,
    BT_NO_ANSWER,
    BT_LINK_LOST,
    AV_DISCOVERS, /* AVDTP: the order of its signals */
    AV_ASKS,
    AV_CONFIGURES,
    AV_ASKS_CONFIGURATION,
    AV_RECONFIGURES,
    AV_OPENS,
    AV_STARTS,
    AV_CLOSES,
    AV_SUSPENDS,
    AV_ABORTS,
    AV_ACCEPTS,
    AV_REJECTS,
    AV_FALLS_BACK, /* what was asked for is refused: what both can */
    AV_FINDS_NONE, /* no endpoint that it could use */
    AV_MEDIA,
    AV_DONE,
    BT_WHY_COUNT,
};
extern const struct reason bt_reasons[];
