#pragma once
/* RTP over TCP (RFC 4571): each packet, media or report, behind its length in two bytes, on one
 * connection. TCP delivers all of it in order, whenever that may be. The media are an rtp-source
 * and an rtp-sink below the two ends (actor/media_call.h). */

#include "actor/actor.h"

extern const struct actor_type rtp_tcp_sender_type, rtp_tcp_receiver_type;
