#pragma once
/* What became of a packet, as far as the trace told up to a record: "why was it sent again?" */

#include "trace/trace.h"

enum fate_kind {
    FATE_UNKNOWN,
    FATE_LOST,        /* on the wire, by loss or a fault */
    FATE_DROPPED,     /* by a queue, a router, a cut */
    FATE_DAMAGED,     /* refused by its checksum */
    FATE_REFUSED,     /* thrown away by the one it was for */
    FATE_FLYING,      /* still under way */
    FATE_TAKEN,       /* it arrived and was taken, without an answer so far */
    FATE_ANSWER_LOST, /* it arrived, what answered it did not */
    FATE_ANSWER_DROPPED,
    FATE_ANSWER_DAMAGED,
    FATE_ANSWER_FLYING,
    FATE_ANSWERED, /* and the answer arrived */
    FATE_COUNT,
};
struct fate {
    enum fate_kind kind;
    uint32_t packet, answer; /* answer 0: none */
    bool is_taken;           /* what it brought is there */
};

struct fate fate_of(const struct trace *t, uint32_t packet, uint32_t record);
const char *fate_name(enum fate_kind k); /* "lost", "answer-lost" …: keys fate.NAME */
uint32_t packet_first_copy(const struct trace *t, uint32_t packet); /* itself if it is the first */
/* A damaged packet is called by what it was: its parent's id; any other: itself. */
uint32_t packet_before_damage(const struct trace *t, uint32_t packet);
