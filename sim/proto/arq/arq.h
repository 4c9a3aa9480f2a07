#pragma once
/* Automatic repeat request: reliable transfer from first principles (MODEL.md, ARQ). A sender and a
 * receiver share the frame format of wire/arq.h; each protocol is one file of the same shape. */

#include "actor/actor.h"

extern const struct proto arq_proto;
extern const struct traffic_type arq_stop_and_wait; /* stop_wait.c */

/* The reasons of every ARQ protocol; the tables of a sender and of a receiver are the same. */
enum arq_why {
    WHY_NO_REASON,
    WHY_FIRST,     /* the first frame of all */
    WHY_NEXT,      /* the one before it is acknowledged */
    WHY_ARRIVED,   /* the layer above has a new frame */
    WHY_TIMEOUT,   /* no acknowledgement came in time */
    WHY_TIMER,     /* a frame's transmission ended: its timer starts */
    WHY_ACKED,     /* the acknowledgement that was waited for */
    WHY_OLD_ACK,   /* one of an earlier frame: ignored */
    WHY_ACK,       /* answers a new frame */
    WHY_ACK_AGAIN, /* answers a frame that was there before */
    WHY_DELIVERED, /* a frame in order is passed on */
    WHY_DUPLICATE, /* thrown away: it was there before */
    WHY_DAMAGED,   /* thrown away: its CRC is wrong */
    WHY_DONE,      /* all frames are acknowledged */
    WHY_COUNT,
};
extern const struct reason arq_reasons[];

/* `acks: next | last`: an ACK names the next frame expected, or the last one received. */
enum arq_convention { ARQ_ACKS_NEXT, ARQ_ACKS_LAST };
extern const char *const arq_conventions[];
